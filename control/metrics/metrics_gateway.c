/* Orders: the gateway, risk, strategies, sessions at venues. */

#include "control/metrics/metrics_rows.h"
#include "control/monitor/report_trading.h"

#include <string.h>

#define MONEY_PLACES 8u

#define HOST_STATE_NAME(state, name, meaning)                    [state] = #name,
#define SLOT_STATE_NAME(state, sentence)                         [SLOT_##state] = #state,
#define LIMIT_NAME(E, name, scope, unit, looser, most, sentence) [E] = #name,
#define RULE_NAME(E, name, sentence)                             [E] = #name,

static const char *const host_states[] = {ORDER_HOST_STATES(HOST_STATE_NAME)};
static const char *const slot_states[] = {SLOT_STATES(SLOT_STATE_NAME)};
static const char *const verdicts[] = {RISK_LIMITS(LIMIT_NAME) RISK_RULES(RULE_NAME)};
static const char *trading_states[RISK_STATE_COUNT];

static void trading_states_fill(void)
{
    for (uint32_t i = 0; i < RISK_STATE_COUNT; i++) trading_states[i] = report_trading_state(i);
}

static void risk_print(struct text *out, const struct engine_gateway_view *view)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < RISK_VERDICT_COUNT; i++) all += view->risk[i];
    metrics_one(out, EXPOSITION_COUNTER, "pollux_risk_check_total",
                "Orders and replacements that risk has looked at", all);
    metrics_one(out, EXPOSITION_COUNTER, "pollux_risk_passed_total", "of these, passed",
                view->risk[RISK_PASS]);
    metrics_head(out, EXPOSITION_COUNTER, "pollux_risk_refused_total",
                 "of these, refused, by the limit or rule that did it");
    for (uint32_t i = 0; i < RISK_VERDICT_COUNT; i++)
        if (i != RISK_PASS)
            metrics_by(out, "pollux_risk_refused_total", "reason", verdicts[i], view->risk[i]);
}

/* Sessions at venues. */

#define HOST_ROW(row, help)                                                                        \
    metrics_head(out, EXPOSITION_COUNTER, "pollux_session_" #row "_total", help);                  \
    for (uint32_t i = 0; i < count; i++)                                                           \
        metrics_by(out, "pollux_session_" #row "_total", "venue", view->venue[i].name,             \
                   view->venue[i].session.counts.row);

static void sessions_print(struct text *out, const struct engine_gateway_view *view)
{
    uint64_t count = view->venues < ENGINE_VIEW_VENUES ? view->venues : ENGINE_VIEW_VENUES;
    metrics_head(out, EXPOSITION_GAUGE, "pollux_session_state",
                 "The session at a venue: 1 for the state it is in");
    for (uint32_t i = 0; i < count; i++)
        metrics_states(out, &(struct metrics_state){.name = "pollux_session_state",
                                                    .label = "venue",
                                                    .of = view->venue[i].name,
                                                    .now = view->venue[i].session.state,
                                                    .count = ORDER_HOST_STATE_COUNT,
                                                    .text = host_states});
    metrics_head(out, EXPOSITION_GAUGE, "pollux_session_sequence",
                 "The number of the message that is expected next");
    for (uint32_t i = 0; i < count; i++)
        metrics_by(out, "pollux_session_sequence", "venue", view->venue[i].name,
                   view->venue[i].session.next);
    metrics_head(out, EXPOSITION_GAUGE, "pollux_session_orders",
                 "Places for orders at a venue by what is in them; UNKNOWN are in doubt");
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t state = 0; state < SLOT_STATE_COUNT; state++) {
            struct exposition_labels labels =
                exposition_of("venue", view->venue[i].name, "state", slot_states[state], NULL);
            exposition_sample(out, "pollux_session_orders", &labels, view->venue[i].slot[state]);
        }
    }
    ORDER_HOST_COUNTERS(HOST_ROW)
}

/* Strategies. */

/* clang-format off */
#define STRATEGY_ROWS(X)                                                               \
    X(order,    "_total", EXPOSITION_COUNTER, counts.order,    "New orders of a strategy") \
    X(replace,  "_total", EXPOSITION_COUNTER, counts.replace,  "Replacements of a strategy") \
    X(cancel,   "_total", EXPOSITION_COUNTER, counts.cancel,   "Cancels of a strategy") \
    X(refused,  "_total", EXPOSITION_COUNTER, counts.refused,  "What risk refused a strategy") \
    X(rejected, "_total", EXPOSITION_COUNTER, counts.rejected, "What a venue refused a strategy") \
    X(fill,     "",       EXPOSITION_GAUGE,   fills,           "Executions of a strategy since its day began") \
    X(working,  "",       EXPOSITION_GAUGE,   working,         "Open orders of a strategy") \
    X(on,       "",       EXPOSITION_GAUGE,   on,              "1 while a strategy is on")
/* clang-format on */

#define STRATEGY_ROW(name_, ending, type, field, help)                                             \
    metrics_head(out, type, "pollux_strategy_" #name_ ending, help);                               \
    for (uint64_t i = 0; i < count; i++)                                                           \
        metrics_by(out, "pollux_strategy_" #name_ ending, "strategy", strategy[i].name,            \
                   strategy[i].field);

static uint64_t lesser(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

static void strategies_print(struct text *out, const struct views *views)
{
    const struct engine_gateway_view *view = &views->gateway;
    const bool all = view->strategies <= ENGINE_VIEW_STRATEGIES || views->census.strategies == 0;
    const struct engine_view_strategy *strategy = all ? view->strategy : views->census.strategy;
    uint64_t count =
        all ? lesser(view->strategies, ENGINE_VIEW_STRATEGIES) : views->census.strategies;
    STRATEGY_ROWS(STRATEGY_ROW)
    metrics_head(out, EXPOSITION_GAUGE, "pollux_strategy_profit",
                 "Profit of a strategy at the market's prices, in the money of its prices");
    for (uint64_t i = 0; i < count; i++) {
        struct exposition_labels labels = exposition_of("strategy", strategy[i].name, NULL);
        exposition_decimal(out, "pollux_strategy_profit", &labels, strategy[i].profit,
                           MONEY_PLACES);
    }
    metrics_head(out, EXPOSITION_GAUGE, "pollux_strategy_state",
                 "What a strategy may do, the strictest of the box, its venue and itself");
    for (uint64_t i = 0; i < count; i++)
        metrics_states(out, &(struct metrics_state){.name = "pollux_strategy_state",
                                                    .label = "strategy",
                                                    .of = strategy[i].name,
                                                    .now = strategy[i].state,
                                                    .count = RISK_STATE_COUNT,
                                                    .text = trading_states});
}

static struct exposition_labels holding_labels(const struct engine_gateway_view *view,
                                               const struct engine_view_holding *holding,
                                               char symbol[9])
{
    uint32_t length = sizeof holding->symbol;
    while (length > 0 && (holding->symbol[length - 1] == ' ' || !holding->symbol[length - 1]))
        length--;
    memcpy(symbol, holding->symbol, length);
    symbol[length] = 0;
    const char *venue = holding->venue < ENGINE_VIEW_VENUES ? view->venue[holding->venue].name : "";
    return exposition_of("strategy", holding->strategy, "symbol", symbol, "venue", venue, NULL);
}

static void holdings_print(struct text *out, const struct views *views)
{
    const struct engine_gateway_view *view = &views->gateway;
    const bool all = view->holdings <= ENGINE_VIEW_HOLDINGS || views->census.holdings == 0;
    const struct engine_view_holding *holding = all ? view->holding : views->census.holding;
    uint64_t count = all ? lesser(view->holdings, ENGINE_VIEW_HOLDINGS) : views->census.holdings;
    char symbol[9];
    metrics_head(out, EXPOSITION_GAUGE, "pollux_position",
                 "What a strategy holds in a symbol; negative is short");
    for (uint64_t i = 0; i < count; i++) {
        struct exposition_labels labels = holding_labels(view, &holding[i], symbol);
        exposition_decimal(out, "pollux_position", &labels, holding[i].is.position, MONEY_PLACES);
    }
}

/* Gauges.  Their names are a plug-in's: two may be the same, and a scrape may not have both. */

/* As it is printed: other bytes are all '?'. */
static char printed(char byte)
{
    if ((unsigned char)byte >= 0x80) return '?';
    return byte;
}

static bool same_printed(const char *one, const char *other)
{
    while (*one && printed(*one) == printed(*other)) one++, other++;
    return *one == *other;
}

static bool is_named_before(const struct engine_view_gauge *gauge, uint32_t at)
{
    for (uint32_t i = at; i-- > 0 && strcmp(gauge[i].strategy, gauge[at].strategy) == 0;)
        if (same_printed(gauge[i].name, gauge[at].name)) return true;
    return false;
}

static void gauges_print(struct text *out, const struct views_census *census)
{
    uint64_t shown = 0;
    metrics_head(out, EXPOSITION_GAUGE, "pollux_strategy_gauge",
                 "What a strategy shows of itself, by its name for it");
    for (uint32_t i = 0; i < census->gauges; i++) {
        const struct engine_view_gauge *gauge = &census->gauge[i];
        if (is_named_before(census->gauge, i)) continue;
        struct exposition_labels labels =
            exposition_of("strategy", gauge->strategy, "name", gauge->name, NULL);
        exposition_decimal(out, "pollux_strategy_gauge", &labels, gauge->value, 0);
        shown++;
    }
    uint64_t all = census->gauges_all > shown ? census->gauges_all : shown;
    metrics_one(out, EXPOSITION_GAUGE, "pollux_gateway_gauges",
                "Gauges of strategies there are; the first 512 have metrics of their own", all);
    metrics_one(out, EXPOSITION_GAUGE, "pollux_gateway_gauges_unshown",
                "of these, have none: beyond the first 512, or named as another one of theirs",
                all - shown);
}

static_assert(VIEWS_STRATEGIES_MAX == 128, "as the help says");
static_assert(VIEWS_HOLDINGS_MAX == 512, "as the help says");
static_assert(VIEWS_GAUGES_MAX == 512, "as the help says");

#define GATEWAY_ROW(name, help) METRICS_COUNTER("gateway", name, help, view)

void metrics_gateway(struct text *out, const struct views *views)
{
    const struct engine_gateway_view *view = &views->gateway;
    trading_states_fill();
    GATEWAY_COUNTERS(GATEWAY_ROW)
    ENGINE_GATEWAY_COUNTERS(GATEWAY_ROW)
    metrics_head(out, EXPOSITION_GAUGE, "pollux_gateway_state",
                 "What the box may do: 1 for the state it is in");
    metrics_states(out, &(struct metrics_state){.name = "pollux_gateway_state",
                                                .now = view->state,
                                                .count = RISK_STATE_COUNT,
                                                .text = trading_states});
    metrics_one(out, EXPOSITION_GAUGE, "pollux_gateway_journal_record",
                "The newest record of the gateway's journal", view->record);
    metrics_one(out, EXPOSITION_GAUGE, "pollux_gateway_journal_durable",
                "The newest of these that is on disk", view->durable);
    metrics_one(out, EXPOSITION_GAUGE, "pollux_gateway_journal_dead",
                "1: the disk of the journal has failed, and nothing new leaves",
                view->journal_dead);
    metrics_one(out, EXPOSITION_GAUGE, "pollux_gateway_open", "Open orders of all strategies",
                view->open);
    metrics_head(out, EXPOSITION_GAUGE, "pollux_gateway_profit",
                 "Profit of all strategies but crowds, in the money of their prices");
    exposition_decimal(out, "pollux_gateway_profit", NULL, view->profit, MONEY_PLACES);
    metrics_one(out, EXPOSITION_GAUGE, "pollux_gateway_strategies",
                "Strategies there are; the first 128 have metrics of their own", view->strategies);
    metrics_one(out, EXPOSITION_GAUGE, "pollux_gateway_holdings",
                "Positions there are; the first 512 have metrics of their own", view->holdings);
    risk_print(out, view);
    sessions_print(out, view);
    strategies_print(out, views);
    holdings_print(out, views);
    gauges_print(out, &views->census);
}
