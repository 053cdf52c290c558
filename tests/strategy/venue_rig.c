#include "tests/strategy/venue_rig.h"

#include "tests/support/spec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rig rig;

static _Noreturn void unreadable(const char *what)
{
    fprintf(stderr, "rig: \"%s\" cannot be read\n", what);
    abort();
}

/* Sends what a key's goal asks for, if nothing is under way. */
static void send(uint32_t key);

/* Texts. */

static int64_t number(const char **text)
{
    int64_t whole = 0, fraction = 0, scale = PRICE_ONE;
    if (**text < '0' || **text > '9') unreadable(*text);
    for (; **text >= '0' && **text <= '9'; ++*text) whole = whole * 10 + (**text - '0');
    if (**text == '.')
        for (++*text; **text >= '0' && **text <= '9'; ++*text, scale /= 10)
            fraction += (**text - '0') * scale / 10;
    return whole * PRICE_ONE + fraction;
}

price_t rig_price(const char *text)
{
    return number(&text);
}

void rig_book(uint32_t leg, const char *levels)
{
    uint32_t side = SIDE_BUY, count = 0;
    memset(rig.leg[leg].level, 0, sizeof rig.leg[leg].level);
    while (*levels) {
        if (*levels == ' ') {
            levels++;
        } else if (*levels == '|') {
            side = SIDE_SELL;
            count = 0;
            levels++;
        } else {
            struct rig_level *level = &rig.leg[leg].level[side][count++];
            if (count == RIG_LEVELS_MAX) unreadable(levels);
            level->price = number(&levels);
            if (*levels++ != ':') unreadable(levels - 1);
            level->qty = number(&levels);
        }
    }
}

/* Lifecycle. */

static struct delegate_parameters collect(struct delegate_parameter *at, uint32_t legs,
                                          const char *first, va_list rest)
{
    struct delegate_parameters parameters = {.at = at, .legs = legs};
    for (const char *name = first; name; name = va_arg(rest, const char *))
        at[parameters.count++] = (struct delegate_parameter){name, va_arg(rest, const char *)};
    return parameters;
}

void rig_open(const struct delegate_kind *kind, uint32_t legs, ...)
{
    struct delegate_parameter at[32];
    va_list rest;
    va_start(rest, legs);
    const char *first = va_arg(rest, const char *);
    struct delegate_parameters parameters = collect(at, legs, first, rest);
    va_end(rest);
    char problem[512] = "";
    if (kind->check && !kind->check(&parameters, problem, sizeof problem)) unreadable(problem);
    rig_close();
    memset(&rig, 0, sizeof rig);
    rig.kind = kind;
    rig.legs = legs;
    rig.now = 3600 * NANOS_SECOND;
    rig.keys = kind->orders ? kind->orders(&parameters) : 0;
    if (rig.keys > RIG_KEYS_MAX) unreadable("too many orders");
    rig.self = kind->build(aligned_alloc(CACHE_LINE, ALIGN_UP(kind->footprint(&parameters), 64)),
                           &parameters);
    for (uint32_t i = 0; i < legs; i++) {
        rig.leg[i].terms = (struct delegate_terms){PRICE_ONE / 100, QTY_ONE, 100000 * PRICE_ONE,
                                                   rig_units(1000000)};
    }
}

void rig_set(const char *first, ...)
{
    struct delegate_parameter at[32];
    va_list rest;
    va_start(rest, first);
    struct delegate_parameters parameters = collect(at, rig.legs, first, rest);
    va_end(rest);
    char problem[512] = "";
    if (!rig.kind->check(&parameters, problem, sizeof problem)) unreadable(problem);
    EXPECT_UINT(rig.kind->orders(&parameters), rig.keys);
    rig.kind->set(rig.self, &parameters);
}

void rig_close(void)
{
    free(rig.self);
    rig.self = NULL;
}

const char *rig_problem(const struct delegate_kind *kind, uint32_t legs, ...)
{
    static char problem[1024];
    struct delegate_parameter at[32];
    va_list rest;
    va_start(rest, legs);
    const char *first = va_arg(rest, const char *);
    struct delegate_parameters parameters = collect(at, legs, first, rest);
    va_end(rest);
    problem[0] = '\0';
    bool good = kind->check(&parameters, problem, sizeof problem);
    EXPECT(good == (kind->footprint(&parameters) > 0));
    EXPECT(good == (problem[0] == '\0'));
    return problem;
}

/* The delegate's side. */

static void refresh(uint32_t key)
{
    struct rig_key *at = &rig.key[key];
    struct delegate_order *order = &rig.order[key];
    bool asks = at->request == RIG_NEW || at->request == RIG_REPLACE;
    qty_t cap = asks && at->asked_cap > at->heard_cap ? at->asked_cap : at->heard_cap;
    order->exposure = cap > order->executed ? cap - order->executed : 0;
    bool open = at->heard_cap > order->executed;
    order->price = open ? at->heard_price : asks ? at->asked_price : 0;
    order->leaves = open                                    ? at->heard_cap - order->executed
                  : asks && at->asked_cap > order->executed ? at->asked_cap - order->executed
                                                            : 0;
    if (order->state == ORDER_UNKNOWN && at->request) return;
    order->state = at->request ? ORDER_PENDING : open ? ORDER_OPEN : ORDER_NONE;
}

static void say(const char *format, ...)
{
    size_t length = strlen(rig.said);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(rig.said + length, sizeof rig.said - length, format, arguments);
    va_end(arguments);
}

static void say_intent(const struct delegate_intent *intent)
{
    if (rig.said[0]) say(" ");
    if (intent->kind == INTENT_STOP) {
        say("%u:-", intent->key);
        return;
    }
    char digits[64];
    struct delegate_terms *terms = &rig.leg[intent->instrument - 10].terms;
    int64_t qty = intent->qty / QTY_ONE, cents = intent->price / (PRICE_ONE / 100);
    snprintf(digits, sizeof digits, "%" PRId64 "@%" PRId64 ".%02" PRId64, qty, cents / 100,
             cents % 100);
    say("%u:%c%s%s", intent->key, intent->side == SIDE_BUY ? 'B' : 'S', digits,
        intent->how & HOW_IMMEDIATE   ? "!"
        : intent->how & HOW_POST_ONLY ? "+"
                                      : "");
    EXPECT(intent->price > 0 && intent->price % terms->tick == 0);
    EXPECT(intent->price <= terms->price_max);
    EXPECT(intent->qty > 0 && intent->qty % terms->lot == 0);
    EXPECT(intent->qty <= terms->qty_max);
}

static void take_intents(void)
{
    EXPECT_UINT(rig.output.lost, 0);
    for (uint32_t i = 0; i < rig.output.intents; i++) {
        const struct delegate_intent *intent = &rig.output.intent[i];
        say_intent(intent);
        EXPECT(intent->kind != INTENT_UNIQUE);
        if (intent->key >= rig.keys) unreadable("a key beyond those of the delegate");
        struct rig_key *at = &rig.key[intent->key];
        const struct delegate_order *order = &rig.order[intent->key];
        bool settled = !at->goal && at->request == RIG_NONE && order->state == ORDER_OPEN;
        bool same = order->price == intent->price && order->leaves == intent->qty;
        bool repeated = intent->kind == INTENT_ORDER && !at->stop && at->price == intent->price &&
                        at->cap == order->executed + intent->qty;
        if (settled && same && repeated) rig.needless++;
        at->goal = true;
        at->stop = intent->kind == INTENT_STOP;
        if (!at->stop) {
            at->leg = intent->instrument - 10u;
            at->side = intent->side;
            at->how = intent->how;
            at->price = intent->price;
            at->cap = rig.order[intent->key].executed + intent->qty;
            rig.order[intent->key].side = intent->side;
            rig.order[intent->key].instrument = intent->instrument;
        }
    }
    for (uint32_t key = 0; key < rig.keys; key++) send(key);
}

void rig_decide(uint32_t leg, uint32_t what)
{
    struct rig_leg *at = &rig.leg[leg];
    rig.leg[leg].shown.instrument = (uint16_t)(leg + 10);
    struct composite composite = {
        .sequence = ++rig.sequence,
        .now = rig.now,
        .what = what,
        .market = &at->shown,
        .message = rig.message,
        .messages = rig.messages,
        .instrument = (uint16_t)(leg + 10),
        .position = at->position,
        .bought = at->traded[SIDE_BUY],
        .sold = at->traded[SIDE_SELL],
        .uniques = rig.uniques,
        .leg = (uint16_t)leg,
        .trading = at->trading,
        .terms = &at->terms,
        .order = rig.order,
        .orders = rig.keys,
        .trade = {.volume = at->volume - at->volume_shown},
        .quotes = what >> COMPOSITE_QUOTE & 1,
    };
    if (composite.trade.volume > 0) composite.what |= 1u << COMPOSITE_TRADE;
    for (uint32_t i = 0; i < rig.messages; i++)
        composite.what |=
            1u << (message_is_report(&rig.message[i]) ? COMPOSITE_REPORT : COMPOSITE_INSTRUCTION);
    at->volume_shown = at->volume;
    rig.output.intents = rig.output.lost = 0;
    rig.output.done = false;
    rig.said[0] = '\0';
    rig.kind->decide(rig.self, &composite, &rig.output);
    rig.messages = 0;
    rig.done |= rig.output.done;
    take_intents();
}

void rig_show(uint32_t leg)
{
    rig_publish(leg);
    rig_decide(leg, 1u << COMPOSITE_QUOTE);
}

const char *rig_said(void)
{
    return rig.said;
}

bool rig_after(nanos_t ns)
{
    rig.now += ns;
    rig.said[0] = '\0';
    rig.output.intents = 0;
    if (rig.kind->housekeeping) rig.kind->housekeeping(rig.self, rig.now);
    bool wants = rig.kind->wants && rig.kind->wants(rig.self, rig.now);
    if (wants) rig_decide(0, 0);
    return wants;
}

void rig_instruct(const struct message *instruction)
{
    rig.message[rig.messages++] = *instruction;
}

int64_t rig_gauge(const char *name)
{
    struct delegate_gauge gauges[32];
    uint32_t count = rig.kind->show(rig.self, gauges, 32);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(gauges[i].name, name) == 0) return gauges[i].value;
    unreadable(name);
}

/* The venue's side. */

static bool better(uint32_t side, price_t price, price_t other)
{
    return side == SIDE_BUY ? price > other : price < other;
}

void rig_publish(uint32_t leg)
{
    struct rig_leg *at = &rig.leg[leg];
    price_t best[2] = {0};
    qty_t qty[2] = {0};
    for (uint32_t side = 0; side < 2; side++) {
        if (at->level[side][0].qty > 0) best[side] = at->level[side][0].price;
        for (uint32_t key = 0; key < rig.keys; key++) {
            const struct rig_key *own = &rig.key[key];
            if (own->open_leaves == 0 || own->side != side || own->leg != leg) continue;
            if (best[side] == 0 || better(side, own->open_price, best[side]))
                best[side] = own->open_price;
        }
        for (uint32_t key = 0; key < rig.keys; key++) {
            const struct rig_key *own = &rig.key[key];
            bool there = own->side == side && own->leg == leg && own->open_price == best[side];
            if (there) qty[side] += own->open_leaves;
        }
        if (at->level[side][0].price == best[side]) qty[side] += at->level[side][0].qty;
    }
    at->shown.bid = best[SIDE_BUY];
    at->shown.ask = best[SIDE_SELL];
    at->shown.bid_qty = qty[SIDE_BUY];
    at->shown.ask_qty = qty[SIDE_SELL];
    at->shown.state = at->state;
}

static void tell(uint32_t key, enum message_kind kind, price_t price, qty_t qty, bool ends)
{
    struct rig_key *at = &rig.key[key];
    if (rig.events == RIG_EVENTS_MAX) unreadable("too much news");
    rig.event[rig.events++] = (struct rig_event){
        .ends = ends,
        .message = {.kind = (uint8_t)kind,
                    .key = key,
                    .price = price,
                    .qty = qty,
                    .leaves = at->open_leaves,
                    .side = at->side,
                    .instrument = (uint16_t)(at->leg + 10)},
    };
}

static void trade(uint32_t key, price_t price, qty_t qty)
{
    struct rig_key *at = &rig.key[key];
    at->executed += qty;
    at->open_leaves -= qty;
    rig.leg[at->leg].position_truth += at->side == SIDE_BUY ? qty : -qty;
    rig.leg[at->leg].volume += (uint64_t)qty;
    tell(key, REPORT_FILLED, price, qty, false);
}

void rig_fill(uint32_t key, qty_t qty)
{
    struct rig_key *at = &rig.key[key];
    if (qty > at->open_leaves) qty = at->open_leaves;
    if (qty > 0) trade(key, at->open_price, qty);
}

void rig_trade(uint32_t leg, qty_t qty)
{
    rig.leg[leg].volume += (uint64_t)qty;
}

void rig_cancel(uint32_t key)
{
    rig.key[key].open_leaves = 0;
    tell(key, REPORT_CANCELED, 0, 0, false);
}

/* What an arriving order takes from others. */
static void take(uint32_t key)
{
    struct rig_key *at = &rig.key[key];
    struct rig_level *level = rig.leg[at->leg].level[side_opposite(at->side)];
    while (at->open_leaves > 0 && level[0].qty > 0 &&
           !better(at->side, level[0].price, at->open_price)) {
        qty_t qty = level[0].qty < at->open_leaves ? level[0].qty : at->open_leaves;
        trade(key, level[0].price, qty);
        level[0].qty -= qty;
        if (level[0].qty > 0) break;
        memmove(level, level + 1, (RIG_LEVELS_MAX - 1) * sizeof *level);
        level[RIG_LEVELS_MAX - 1] = (struct rig_level){0};
    }
}

static bool crosses(const struct rig_key *at, price_t price)
{
    const struct rig_level *level = rig.leg[at->leg].level[side_opposite(at->side)];
    return level[0].qty > 0 && !better(at->side, level[0].price, price);
}

static void refused(uint32_t key)
{
    tell(key, REPORT_REJECTED, 0, 0, true);
    rig.event[rig.events - 1].refused = true;
}

bool rig_arrive(uint32_t key)
{
    struct rig_key *at = &rig.key[key];
    if (at->request == RIG_NONE || at->arrived) return false;
    at->arrived = true;
    bool post_only = at->asked_how & HOW_POST_ONLY;
    if (at->request == RIG_CANCEL) {
        bool open = at->open_leaves > 0;
        at->open_leaves = 0;
        tell(key, open ? REPORT_CANCELED : REPORT_REJECTED, 0, 0, true);
        return true;
    }
    bool gone = at->request == RIG_REPLACE && at->open_leaves == 0;
    if (gone || (post_only && crosses(at, at->asked_price))) {
        refused(key);
        return true;
    }
    enum message_kind kind = at->request == RIG_NEW ? REPORT_ACCEPTED : REPORT_REPLACED;
    at->open_price = at->asked_price;
    at->open_leaves = at->asked_cap > at->executed ? at->asked_cap - at->executed : 0;
    if (at->open_leaves == 0) kind = REPORT_CANCELED;
    tell(key, kind, at->asked_price, at->open_leaves, true);
    take(key);
    if (at->asked_how & HOW_IMMEDIATE && at->open_leaves > 0) rig_cancel(key);
    return true;
}

bool rig_hear(void)
{
    if (rig.event_next == rig.events) return false;
    const struct rig_event *event = &rig.event[rig.event_next++];
    uint32_t key = event->message.key;
    struct rig_key *at = &rig.key[key];
    struct delegate_order *order = &rig.order[key];
    if (event->message.kind == REPORT_FILLED) {
        order->executed += event->message.qty;
        qty_t signed_qty =
            event->message.side == SIDE_BUY ? event->message.qty : -event->message.qty;
        rig.leg[event->message.instrument - 10].position += signed_qty;
        rig.leg[event->message.instrument - 10].traded[event->message.side] += event->message.qty;
        if (at->heard_cap <= order->executed) at->heard_cap = 0;
    } else if (event->message.kind == REPORT_CANCELED) {
        at->heard_cap = 0;
    } else if (event->message.kind != REPORT_REJECTED) {
        at->heard_cap = at->asked_cap;
        at->heard_price = at->asked_price;
    }
    if (event->refused) order->refused++;
    if (event->ends) {
        at->request = RIG_NONE;
        at->arrived = false;
        order->state = ORDER_NONE;
    }
    refresh(key);
    rig.message[rig.messages++] = event->message;
    if (rig.event_next == rig.events) rig.event_next = rig.events = 0;
    send(key);
    return true;
}

static void send(uint32_t key)
{
    struct rig_key *at = &rig.key[key];
    struct delegate_order *order = &rig.order[key];
    refresh(key);
    if (!at->goal || at->request != RIG_NONE || rig.hold) return;
    at->goal = false;
    bool open = at->heard_cap > order->executed;
    bool none = at->stop || at->cap <= order->executed;
    bool same = open && !none && at->heard_price == at->price && at->heard_cap == at->cap;
    if (same || (none && !open)) return;
    if (!none && rig.refuse) {
        order->refused++;
        return;
    }
    at->request = none ? RIG_CANCEL : open ? RIG_REPLACE : RIG_NEW;
    at->arrived = false;
    if (!none) {
        at->asked_price = at->price;
        at->asked_cap = at->cap;
        at->asked_how = at->how;
    }
    refresh(key);
}

void rig_answer(void)
{
    for (bool more = true; more;) {
        more = false;
        for (uint32_t key = 0; key < rig.keys; key++) {
            send(key);
            more |= rig_arrive(key);
        }
        while (rig_hear()) more = true;
    }
}

qty_t rig_worst(uint32_t leg, uint32_t side)
{
    qty_t sum = 0;
    for (uint32_t key = 0; key < rig.keys; key++) {
        const struct rig_key *at = &rig.key[key];
        if (at->side != side || at->leg != leg) continue;
        qty_t most = at->open_leaves;
        bool asks = (at->request == RIG_NEW || at->request == RIG_REPLACE) && !at->arrived;
        if (asks && at->asked_cap - at->executed > most) most = at->asked_cap - at->executed;
        if (at->goal && !at->stop && at->cap - at->executed > most) most = at->cap - at->executed;
        sum += most;
    }
    return sum + (side == SIDE_BUY ? rig.leg[leg].position_truth : -rig.leg[leg].position_truth);
}
