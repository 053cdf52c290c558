#include "tests/gateway/hostile_world.h"

#define LOTS(lots) ((int64_t)(lots)*QTY_ONE)

/* States. */

struct risk_record hostile_record(enum risk_scope scope, struct risk_subject subject)
{
    return (struct risk_record){.scope = (uint8_t)scope,
                                .role = RISK_OFFICER,
                                .subject = subject,
                                .who = 7,
                                .confirmed_by = RISK_NONE,
                                .reason = "as the spec says"};
}

static enum risk_control controlled(struct risk_record *record, bool looser)
{
    enum risk_control control = gateway_control(hostile->gateway, record, 1, false, hostile->now);
    if (control != RISK_CONTROL_OK || !looser) return control;
    return gateway_control(hostile->gateway, record, 1, true, hostile->now);
}

enum risk_control hostile_state(enum risk_scope scope, uint32_t index, enum risk_state state)
{
    struct risk_subject subject = {0};
    if (scope == RISK_VENUE) subject.venue = index;
    if (scope == RISK_STRATEGY) subject.strategy = index;
    if (scope == RISK_SYMBOL) subject.symbol = index;
    struct risk_record record = hostile_record(scope, subject);
    record.kind = RISK_RECORD_STATE;
    record.value = state;
    bool looser = state < hostile->state[scope][index];
    hostile->state[scope][index] = state; /* what tightens, with the first instruction */
    enum risk_control control = controlled(&record, looser);
    hostile_counts.halts += state == RISK_HALTED;
    return control;
}

void hostile_release(void)
{
    for (int scope = RISK_BOX; scope <= RISK_SYMBOL; scope++)
        for (uint32_t i = 0; i < HOSTILE_STRATEGIES; i++)
            if (hostile->state[scope][i] != RISK_ACTIVE)
                HOLDS(hostile_state((enum risk_scope)scope, i, RISK_ACTIVE) == RISK_CONTROL_OK);
}

/* Most of the time everything is tradable. */
void hostile_people_step(void)
{
    static const uint32_t indices[] = {0, HOSTILE_VENUES - 1, HOSTILE_STRATEGIES - 1,
                                       HOSTILE_SYMBOLS - 1};
    enum risk_scope scope = (enum risk_scope)hostile_draw(RISK_BOX, RISK_SYMBOL);
    uint32_t index = (uint32_t)hostile_draw(0, indices[scope]);
    enum risk_state state = (enum risk_state)hostile_draw(RISK_ACTIVE, RISK_HALTED);
    if (hostile_draw(1, 4) == 1) HOLDS(hostile_state(scope, index, state) == RISK_CONTROL_OK);
    else hostile_release();
}

/* Bounds. */

static const struct {
    enum risk_verdict limit;
    int64_t low, high;
    bool moves;
} bounds[] = {
    {RISK_TRADABLE, 0, 1, true},
    {RISK_ORDER_QTY, LOTS(40), LOTS(200), true},
    {RISK_ORDER_NOTIONAL, LOTS(4000), LOTS(15000), true},
    {RISK_REFERENCE_AGE, NANOS_MILLI, 60 * NANOS_MILLI, true},
    {RISK_MARK_AGE, 2 * NANOS_MILLI, 80 * NANOS_MILLI, true},
    {RISK_COLLAR_TICKS, 20, 400, true},
    {RISK_COLLAR_PPM, 2000, 40000, true},
    {RISK_SYMBOL_LONG, LOTS(100), LOTS(700), true},
    {RISK_SYMBOL_SHORT, LOTS(100), LOTS(700), true},
    {RISK_SYMBOL_RATE, 100, 2500, true},
    {RISK_LONG, LOTS(50), LOTS(400), true},
    {RISK_SHORT, LOTS(50), LOTS(400), true},
    {RISK_CAPITAL, LOTS(15000), LOTS(40000), false},
    {RISK_STRATEGY_GROSS, LOTS(15000), LOTS(40000), false},
    {RISK_STRATEGY_RATE, 100, 2500, true},
    {RISK_VENUE_RATE, 100, 3000, true},
    {RISK_BOX_GROSS, LOTS(35000), LOTS(80000), false},
    {RISK_DUPLICATE_NS, 10000, 90000, true},
};

static int64_t *bound_at(enum risk_verdict limit, const struct risk_subject *subject)
{
    return &hostile->bound[limit][subject->venue][subject->strategy][subject->symbol];
}

static struct risk_subject subject_of(enum risk_scope scope, uint32_t venue, uint32_t strategy,
                                      uint32_t symbol)
{
    bool holding = scope == RISK_HOLDING, route = scope == RISK_ROUTE;
    return (struct risk_subject){
        .venue = scope == RISK_VENUE || route ? venue : 0,
        .strategy = scope == RISK_STRATEGY || holding || route ? strategy : 0,
        .symbol = scope == RISK_SYMBOL || holding ? symbol : 0,
    };
}

static void bound_set(enum risk_verdict limit, struct risk_subject subject, int64_t value)
{
    struct risk_record record = hostile_record(risk_limit(limit)->scope, subject);
    int64_t *bound = bound_at(limit, &subject);
    record.kind = RISK_RECORD_BOUND;
    record.limit = (uint16_t)limit;
    record.value = value;
    bool up = risk_limit(limit)->looser == RISK_UP;
    bool looser = up ? value > *bound : value < *bound;
    if (looser) *bound = value;
    HOLDS(controlled(&record, looser) == RISK_CONTROL_OK);
    *bound = value;
}

void hostile_bound_step(void)
{
    size_t i = hostile_draw(0, ARRAY_COUNT(bounds) - 1);
    if (!bounds[i].moves) return;
    int64_t value = (int64_t)hostile_draw((uint64_t)bounds[i].low, (uint64_t)bounds[i].high);
    if (hostile_draw(1, 3) > 1) value = bounds[i].high;
    bound_set(bounds[i].limit,
              subject_of(risk_limit(bounds[i].limit)->scope,
                         (uint32_t)hostile_draw(0, HOSTILE_VENUES - 1),
                         (uint32_t)hostile_draw(0, HOSTILE_STRATEGIES - 1),
                         (uint32_t)hostile_draw(0, HOSTILE_SYMBOLS - 1)),
              value);
}

/* As the configuration has them. */

static int64_t bound_first(enum risk_verdict limit)
{
    const struct risk_limit *row = risk_limit(limit);
    for (size_t i = 0; i < ARRAY_COUNT(bounds); i++)
        if (bounds[i].limit == limit)
            return bounds[i].moves
                     ? bounds[i].high
                     : (int64_t)hostile_draw((uint64_t)bounds[i].low, (uint64_t)bounds[i].high);
    return row->looser == RISK_UP ? row->most : 0;
}

static bool same(struct risk_subject a, uint32_t venue, uint32_t strategy, uint32_t symbol)
{
    return a.venue == venue && a.strategy == strategy && a.symbol == symbol;
}

void hostile_bounds_begin(void)
{
    static struct risk_record record[1024];
    uint32_t count = 0;
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++) {
        const struct risk_limit *row = risk_limit((enum risk_verdict)limit);
        hostile->plan.risk.ceiling[limit - 1] = row->looser == RISK_UP ? row->most : 0;
        for (uint32_t v = 0; v < HOSTILE_VENUES; v++)
            for (uint32_t s = 0; s < HOSTILE_STRATEGIES; s++)
                for (uint32_t y = 0; y < HOSTILE_SYMBOLS; y++) {
                    struct risk_subject subject = subject_of(row->scope, v, s, y);
                    if (!same(subject, v, s, y)) continue;
                    record[count] = hostile_record(row->scope, subject);
                    record[count].kind = RISK_RECORD_BOUND;
                    record[count].limit = (uint16_t)limit;
                    record[count].value = bound_first((enum risk_verdict)limit);
                    *bound_at((enum risk_verdict)limit, &subject) = record[count++].value;
                }
    }
    hostile->plan.record = record;
    hostile->plan.records = count;
}
