#include "tests/gateway/gateway_rig.h"

#include "tests/gateway/image_check.h"
#include "tests/support/zeroed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RIG_PRICE  (100 * PRICE_ONE) /* the market's */
#define RIG_IMAGES 12u               /* records of a restart that an image is made at */

/* The outlet. */

static uint64_t journal(void *context, enum gateway_record kind, const void *record, uint32_t bytes,
                        bool reserved)
{
    struct gateway_rig *rig = context;
    if (rig->journal_lost || (rig->journal_full && !reserved)) return 0;
    CHECK(rig->records < RIG_WRITTEN);
    struct rig_written *written = &rig->written[rig->records++];
    *written = (struct rig_written){.kind = kind, .bytes = bytes};
    CHECK(bytes <= sizeof *written - offsetof(struct rig_written, start));
    memcpy(&written->start, record, bytes);
    return rig->records;
}

static uint64_t durable(void *context)
{
    return ((struct gateway_rig *)context)->durable;
}

static uint32_t room(void *context, uint32_t venue)
{
    return ((struct gateway_rig *)context)->room[venue];
}

static void text_add(char *text, size_t size, const char *word)
{
    size_t used = strlen(text);
    if (used + strlen(word) + 2 > size) return;
    snprintf(text + used, size - used, "%s%s", used ? " " : "", word);
}

/* K1: the newest pass in the journal admits exactly these bytes, and no byte of it was used. */
static void pass_check(const struct gateway_rig *rig, const struct fake_request *request)
{
    CHECK(rig->records > 0);
    const struct rig_written *written = &rig->written[rig->records - 1];
    CHECK(written->kind == GATEWAY_RECORD_PASS);
    CHECK(risk_pass_admits(&written->pass.pass, request, sizeof *request));
    bool replace = request->kind == SLOT_SENDS_REPLACE;
    CHECK(written->pass.number == (replace ? request->asked : request->order));
    CHECK(written->pass.pass.price == request->price);
    CHECK(written->pass.total == request->total);
}

static price_t price_of(const struct gateway_rig *rig, uint32_t venue, order_id_t order)
{
    for (uint32_t i = rig->sents; i-- > 0;) {
        const struct fake_request *sent = &rig->sent[i];
        if (rig->sent_to[i] != venue) continue;
        if (sent->kind == SLOT_SENDS_ORDER && sent->order == order) return sent->price;
        if (sent->kind == SLOT_SENDS_REPLACE && sent->asked == order) return sent->price;
    }
    return 0;
}

static bool send(void *context, uint32_t venue, const uint8_t *bytes, uint32_t length, nanos_t now)
{
    struct gateway_rig *rig = context;
    struct fake_request request;
    (void)now;
    CHECK(length == sizeof request);
    CHECK(rig->room[venue] > 0);
    if (rig->room[venue] != UINT32_MAX) rig->room[venue]--;
    memcpy(&request, bytes, sizeof request);
    bool order = request.kind == SLOT_SENDS_ORDER || request.kind == SLOT_SENDS_REPLACE;
    if (order) pass_check(rig, &request);
    price_t price = order ? request.price : price_of(rig, venue, request.order);
    CHECK(rig->sents < ARRAY_COUNT(rig->sent));
    rig->sent_to[rig->sents] = (uint8_t)venue;
    rig->sent[rig->sents++] = request;
    char word[32];
    snprintf(word, sizeof word, "%c%d%s", "orcq"[request.kind], (int)(price / PRICE_ONE),
             venue ? "w" : "");
    text_add(rig->wire, sizeof rig->wire, word);
    return true;
}

static void flush(void *context, uint64_t cause_tsc, nanos_t now)
{
    struct gateway_rig *rig = context;
    rig->flushes++;
    rig->flush_sents = rig->sents;
    rig->flush_cause = cause_tsc;
    if (!rig->flush_loses) return;
    gateway_session(rig->gateway, 0, false, now);
    gateway_verify(rig->gateway);
}

static void copy(void *context, const struct gateway_report *report)
{
    struct gateway_rig *rig = context;
    CHECK(rig->copies < ARRAY_COUNT(rig->copy));
    rig->copy[rig->copies++] = *report;
}

/* Building. */

static void record_add(struct gateway_rig *rig, enum risk_verdict limit,
                       struct risk_subject subject)
{
    const struct risk_limit *row = risk_limit(limit);
    CHECK(rig->plan.records < RIG_RECORDS);
    struct risk_record *record = &rig->record[rig->plan.records++];
    *record = (struct risk_record){
        .kind = RISK_RECORD_BOUND,
        .scope = (uint8_t)row->scope,
        .limit = (uint16_t)limit,
        .role = RISK_OFFICER,
        .subject = subject,
        .who = 7,
        .confirmed_by = RISK_NONE,
        .value = row->looser == RISK_UP ? row->most : 0,
        .reason = "as the spec says",
    };
}

static void bounds_loosen(struct gateway_rig *rig)
{
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++) {
        const struct risk_limit *row = risk_limit((enum risk_verdict)limit);
        enum risk_scope scope = row->scope;
        bool venue = scope == RISK_VENUE || scope == RISK_ROUTE;
        bool strategy = scope == RISK_STRATEGY || scope == RISK_ROUTE || scope == RISK_HOLDING;
        bool symbol = scope == RISK_SYMBOL || scope == RISK_HOLDING;
        rig->plan.risk.ceiling[limit - 1] = row->looser == RISK_UP ? row->most : 0;
        for (uint32_t v = 0; v < (venue ? 2u : 1u); v++)
            for (uint32_t s = 0; s < (strategy ? RIG_STRATEGIES : 1u); s++)
                for (uint32_t y = 0; y < (symbol ? RIG_SYMBOLS : 1u); y++)
                    record_add(rig, (enum risk_verdict)limit, (struct risk_subject){v, s, y});
    }
}

void gateway_rig_plan(struct gateway_rig *rig, bool replaces)
{
    const struct trade_port_kind *kind = replaces ? &fake_port_replaces : &fake_port;
    struct rig_written *written = rig->written;
    *rig = (struct gateway_rig){
        .now = 1000 * NANOS_SECOND, .durable = UINT64_MAX, .room = {UINT32_MAX, UINT32_MAX}};
    rig->written = written ? written : malloc(RIG_WRITTEN * sizeof *written);
    rig->plan = (struct gateway_plan){
        .instruments = 4,
        .venues = 2,
        .venue = {{.name = "v", .kind = kind}, {.name = "w", .kind = kind}},
        .symbols = RIG_SYMBOLS,
        .symbol = rig->symbol,
        .strategies = RIG_STRATEGIES,
        .strategy = rig->strategy,
        .risk = {.armed = true},
        .record = rig->record,
    };
    static const char *const names[RIG_SYMBOLS] = {"AAAA    ", "BBBB    ", "AAAA    "};
    for (uint32_t i = 0; i < RIG_SYMBOLS; i++) {
        rig->symbol[i] = (struct gateway_symbol_plan){.venue = i / 2,
                                                      .tick = PRICE_ONE,
                                                      .lot = QTY_ONE,
                                                      .price_max = 1000 * PRICE_ONE,
                                                      .qty_max = 1000 * QTY_ONE};
        memcpy(rig->symbol[i].name, names[i], 8);
    }
    rig->strategy[0] =
        (struct gateway_strategy_plan){.name = "one", .kind = &puppet_kind, .uniques = 4};
    rig->strategy[1] =
        (struct gateway_strategy_plan){.name = "two", .kind = &puppet_kind, .uniques = 1};
    rig->strategy[2] = (struct gateway_strategy_plan){.name = "far", .orders = 4, .uniques = 2};
    rig->strategy[3] = (struct gateway_strategy_plan){
        .name = "both", .kind = &puppet_kind, .venue = 1, .all_venues = true};
    bounds_loosen(rig);
}

static struct puppet *puppet_of(const struct gateway_rig *rig, const char *name, uint32_t *number)
{
    struct dispatch *dispatch = gateway_dispatch(rig->gateway);
    struct dispatch_delegate look;
    uint32_t delegate = dispatch_find_name(dispatch, name);
    CHECK(dispatch_look(dispatch, delegate, &look));
    if (number) *number = delegate;
    return look.self;
}

void gateway_rig_open(struct gateway_rig *rig)
{
    CHECK(!gateway_check(&rig->plan));
    void *memory = zeroed_new(gateway_footprint(&rig->plan));
    rig->gateway = gateway_new(memory, &rig->plan,
                               &(struct gateway_outlet){.context = rig,
                                                        .journal = journal,
                                                        .durable = durable,
                                                        .room = room,
                                                        .send = send,
                                                        .flush = flush,
                                                        .copy = copy});
    rig->one = puppet_of(rig, "one", &rig->number_one);
    rig->two = puppet_of(rig, "two", NULL);
    rig->both = puppet_of(rig, "both", NULL);
}

void gateway_rig_market(struct gateway_rig *rig, uint32_t instrument, enum market_state state)
{
    struct market *market = &rig->market[instrument];
    market->bid = RIG_PRICE - PRICE_ONE;
    market->ask = RIG_PRICE + PRICE_ONE;
    market->bid_qty = market->ask_qty += QTY_ONE;
    market->state = (uint8_t)state;
    market->instrument = (uint16_t)instrument;
    market->rx_ns = rig->now;
    market->rx_tsc = rig->now;
    gateway_market(rig->gateway, market);
}

void gateway_rig_start(struct gateway_rig *rig)
{
    gateway_recovered(rig->gateway, rig->now);
    gateway_listing(rig->gateway, 0, "AAAA    ");
    gateway_listing(rig->gateway, 1, "BBBB    ");
    gateway_rig_market(rig, 0, MARKET_LIVE);
    gateway_rig_market(rig, 1, MARKET_LIVE);
    gateway_session(rig->gateway, 0, true, rig->now);
    gateway_session(rig->gateway, 1, true, rig->now);
    gateway_rig_decide(rig);
    gateway_verify(rig->gateway);
}

void gateway_rig_new(struct gateway_rig *rig, bool replaces)
{
    gateway_rig_plan(rig, replaces);
    gateway_rig_open(rig);
    gateway_rig_start(rig);
}

void gateway_rig_free(struct gateway_rig *rig)
{
    gateway_verify(rig->gateway);
    zeroed_free(rig->gateway);
    rig->gateway = NULL;
}

void gateway_rig_restart(struct gateway_rig *rig)
{
    char problem[128];
    uint32_t records = rig->records;
    zeroed_free(rig->gateway);
    gateway_rig_open(rig);
    for (uint32_t i = 0; i < records; i++) {
        const struct rig_written *written = &rig->written[i];
        bool taken = gateway_recover(rig->gateway, written->kind, &written->start, written->bytes,
                                     problem, sizeof problem);
        if (taken) continue;
        fprintf(stderr, "record %u: %s\n", i, problem);
        abort();
    }
    image_check_all(&rig->plan, rig->written, records, RIG_IMAGES);
}

/* Playing. */

void gateway_rig_decide(struct gateway_rig *rig)
{
    while (gateway_decide(rig->gateway, rig->now) != DISPATCH_NONE) {
    }
}

void gateway_rig_say(struct gateway_rig *rig, struct puppet *puppet,
                     const struct delegate_intent *intent)
{
    delegate_say(&puppet->say, intent);
    puppet->wants = true;
    dispatch_housekeeping(gateway_dispatch(rig->gateway), rig->now);
    gateway_rig_decide(rig);
}

void gateway_rig_message(struct gateway_rig *rig, uint32_t venue, const struct fake_message *say)
{
    gateway_message(rig->gateway, venue, ++rig->sequence[venue], (const uint8_t *)say, sizeof *say,
                    rig->now);
}

enum risk_control gateway_rig_state(struct gateway_rig *rig, enum risk_scope scope,
                                    struct risk_subject subject, enum risk_state state)
{
    struct risk_record record = {
        .kind = RISK_RECORD_STATE,
        .scope = (uint8_t)scope,
        .role = RISK_OFFICER,
        .subject = subject,
        .who = 7,
        .confirmed_by = RISK_NONE,
        .value = state,
        .reason = "as the spec says",
    };
    enum risk_control control = gateway_control(rig->gateway, &record, 1, false, rig->now);
    if (control != RISK_CONTROL_OK || record.value >= record.old) return control;
    return gateway_control(rig->gateway, &record, 1, true, rig->now);
}

void gateway_rig_bound(struct gateway_rig *rig, enum risk_verdict limit,
                       struct risk_subject subject, int64_t value)
{
    struct risk_record record = {
        .kind = RISK_RECORD_BOUND,
        .scope = (uint8_t)risk_limit(limit)->scope,
        .limit = (uint16_t)limit,
        .role = RISK_OFFICER,
        .subject = subject,
        .who = 7,
        .confirmed_by = RISK_NONE,
        .value = value,
        .reason = "as the spec says",
    };
    CHECK(gateway_control(rig->gateway, &record, 1, false, rig->now) == RISK_CONTROL_OK);
    if (risk_bound(gateway_risk(rig->gateway), limit, &subject) == value) return;
    CHECK(gateway_control(rig->gateway, &record, 1, true, rig->now) == RISK_CONTROL_OK);
}

void gateway_rig_pass_time(struct gateway_rig *rig, nanos_t time)
{
    for (nanos_t end = rig->now + time; rig->now < end; rig->now += NANOS_MILLI)
        gateway_tick(rig->gateway, rig->now);
    gateway_rig_decide(rig);
}

static int64_t number(char **text)
{
    return strtoll(*text, text, 10);
}

static void intent_play(struct gateway_rig *rig, const char *step)
{
    char *rest = (char *)(uintptr_t)step + 1;
    bool two = *step == 'y' || *step == 'w' || *step == 'z';
    struct delegate_intent intent = {.qty = 10 * QTY_ONE};
    if (*step == 'x' || *step == 'z') {
        intent.kind = INTENT_STOP;
        intent.key = (uint32_t)number(&rest);
        gateway_rig_say(rig, two ? rig->two : rig->one, &intent);
        return;
    }
    intent.kind = *step == 'u' ? INTENT_UNIQUE : INTENT_ORDER;
    intent.side = *step == 's' || *step == 'w';
    intent.price = number(&rest) * PRICE_ONE;
    for (; *rest && *rest != ' ';) switch (*rest++) {
        case ':': intent.qty = number(&rest) * QTY_ONE; break;
        case '/': intent.key = (uint32_t)number(&rest); break;
        case 'b': intent.instrument = 1; break;
        case 'p': intent.how |= HOW_POST_ONLY; break;
        case 'i': intent.how |= HOW_IMMEDIATE; break;
        default: abort();
        }
    gateway_rig_say(rig, two ? rig->two : rig->one, &intent);
}

/* The newest request that is about that price; of a query, the order it asks for. */
static const struct fake_request *sent_find(const struct gateway_rig *rig, price_t price,
                                            bool query)
{
    for (uint32_t i = rig->sents; i-- > 0;) {
        const struct fake_request *sent = &rig->sent[i];
        bool order = sent->kind == SLOT_SENDS_ORDER || sent->kind == SLOT_SENDS_REPLACE;
        if (query && sent->kind == SLOT_SENDS_QUERY &&
            price_of(rig, rig->sent_to[i], sent->order) == price)
            return sent;
        if (!query && order && sent->price == price) return sent;
    }
    fprintf(stderr, "no order at that price was sent\n");
    abort();
}

static void answer_play(struct gateway_rig *rig, const char *step)
{
    static const struct {
        char step;
        enum slot_answer_kind kind;
    } kinds[] = {
        {'a', SLOT_ANSWERS_ACCEPTED},   {'r', SLOT_ANSWERS_REJECTED},  {'e', SLOT_ANSWERS_EXECUTED},
        {'c', SLOT_ANSWERS_CANCELED},   {'n', SLOT_ANSWERS_NO_CANCEL}, {'p', SLOT_ANSWERS_REPLACED},
        {'k', SLOT_ANSWERS_NO_REPLACE}, {'O', SLOT_ANSWERS_OPEN},      {'D', SLOT_ANSWERS_DONE},
        {'N', SLOT_ANSWERS_NEVER},
    };
    char *rest = (char *)(uintptr_t)step + 1;
    price_t price = number(&rest) * PRICE_ONE;
    bool query = *step == 'O' || *step == 'D' || *step == 'N';
    const struct fake_request *sent = sent_find(rig, price, query);
    struct fake_message say = {.price = price};
    bool replace = sent->kind == SLOT_SENDS_REPLACE;
    say.answer.order = replace ? sent->asked : sent->order;
    say.answer.slot = sent->slot;
    say.answer.number = query ? sent->number : 0;
    if (*step == 'O') {
        CHECK(*rest++ == ':');
        say.answer.leaves = number(&rest) * QTY_ONE;
    }
    if (*rest == ':') {
        rest++;
        say.answer.cum = number(&rest) * QTY_ONE;
    }
    say.qty = say.answer.cum;
    if (*rest == '@') {
        rest++;
        say.price = number(&rest) * PRICE_ONE;
    }
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (kinds[i].step != *step) continue;
        say.answer.kind = (uint8_t)kinds[i].kind;
        gateway_rig_message(rig, rig->sent_to[sent - rig->sent], &say);
        return;
    }
    fprintf(stderr, "no such step: %s\n", step);
    abort();
}

static void step_play(struct gateway_rig *rig, const char *step)
{
    rig->now += NANOS_MICRO;
    switch (*step) {
    case 'i':
    case 's':
    case 'x':
    case 'u':
    case 'y':
    case 'w':
    case 'z': intent_play(rig, step); break;
    case 't': gateway_rig_pass_time(rig, 150 * NANOS_MILLI); break;
    case 'd':
    case 'v': gateway_session(rig->gateway, step[1] == '1', *step == 'v', rig->now); break;
    case 'H':
        CHECK(gateway_rig_state(rig, RISK_BOX, (struct risk_subject){0}, RISK_HALTED) ==
              RISK_CONTROL_OK);
        break;
    case 'h':
        CHECK(gateway_rig_state(rig, RISK_BOX, (struct risk_subject){0}, RISK_ACTIVE) ==
              RISK_CONTROL_OK);
        break;
    case 'M': gateway_rig_market(rig, 0, MARKET_LIVE); break;
    case 'g': gateway_rig_market(rig, 0, MARKET_GAP); break;
    case 'R':
        rig->room[0] =
            step[1] >= '0' && step[1] <= '9' ? (uint32_t)strtoul(step + 1, NULL, 10) : UINT32_MAX;
        gateway_relieve(rig->gateway, rig->now);
        break;
    case '.': break;
    default: answer_play(rig, step);
    }
    gateway_rig_decide(rig);
    gateway_verify(rig->gateway);
}

void gateway_rig_play(struct gateway_rig *rig, const char *steps)
{
    while (*steps) {
        step_play(rig, steps);
        steps = strchr(steps, ' ');
        if (!steps) return;
        steps++;
    }
}
