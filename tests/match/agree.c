/* The engine and its reference, input by input. */

#include "tests/match/agree.h"

#include "dataplane/match/match_print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hear(struct match_events *events)
{
    struct agree *agree = events->context;
    if (agree->heard_count + events->count > agree->heard_max) {
        agree->heard_max = (agree->heard_count + events->count) * 2;
        agree->heard = realloc(agree->heard, agree->heard_max * sizeof agree->heard[0]);
    }
    memcpy(agree->heard + agree->heard_count, events->at, events->count * sizeof events->at[0]);
    agree->heard_count += events->count;
    events->count = 0;
}

void agree_new(struct agree *agree, const struct match_limits *limits, uint32_t place_count)
{
    memset(agree, 0, sizeof *agree);
    agree->memory_bytes = ALIGN_UP(match_footprint(limits), CACHE_LINE);
    agree->memory = aligned_alloc(CACHE_LINE, agree->memory_bytes);
    memset(agree->memory, 0, agree->memory_bytes);
    agree->match = match_new(agree->memory, limits);
    plain_match_new(&agree->plain, limits);
    agree->place_count = place_count;
    agree->place = aligned_alloc(CACHE_LINE, place_count * sizeof agree->place[0]);
    agree->events = (struct match_events){
        .at = agree->place, .capacity = place_count, .full = hear, .context = agree};
}

void agree_free(struct agree *agree)
{
    plain_match_free(&agree->plain);
    free(agree->memory);
    free(agree->heard);
    free(agree->place);
}

static void tell(struct agree *agree, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void tell(struct agree *agree, const char *format, ...)
{
    size_t length = strlen(agree->difference);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(agree->difference + length, AGREE_TEXT - length, format, arguments);
    va_end(arguments);
}

static void tell_input(struct agree *agree, const struct match_input *input)
{
    char line[MATCH_LINE_MAX];
    struct text out = text_in(line, sizeof line);
    match_print_input(&out, input, NULL);
    tell(agree, "input %" PRIu64 " at %" PRIu64 ": %s\n", input->number, (uint64_t)input->time,
         line);
    tell(agree,
         "    id %" PRIu64 " other %" PRIu64 " price %" PRId64 " qty %" PRId64 " account %u "
         "instrument %u bytes %u kind %u side %u type %u tif %u self %u flags %u\n",
         input->id, input->other, input->price, input->qty, input->account, input->instrument,
         input->bytes, input->kind, input->side, input->type, input->tif, input->self_trade,
         input->flags);
    struct match_terms terms = {0};
    if ((input->kind == MATCH_NEW || input->kind == MATCH_MODIFY) && input->bytes > sizeof *input)
        memcpy(&terms, input + 1, sizeof terms);
    tell(agree, "    trigger %" PRId64 " display %" PRId64 " link %u\n", terms.trigger,
         terms.display, terms.link);
    for (int i = 0; i < 2; i++)
        tell(agree, "    leg type %u side %u price %" PRId64 " trigger %" PRId64 "\n",
             terms.legs[i].type, terms.legs[i].side, terms.legs[i].price, terms.legs[i].trigger);
}

/* The orders that live, as the reference had them before the input. */
static void tell_orders(struct agree *agree, const struct plain_match *plain)
{
    static const char *const places[] = {"gone",  "arriving", "book",   "waits",
                                         "fired", "held",     "sleeps", "kept"};
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *order = &plain->order[i];
        if (order->place == PLAIN_GONE) continue;
        tell(agree,
             "  %s %" PRIu64 " account %u of %u side %u type %u tif %u self %u link %u tracked %u "
             "price %" PRId64 " trigger %" PRId64 " open %" PRId64 " shown %" PRId64 " of %" PRId64
             " filled %" PRId64 " closed %" PRId64 "\n",
             places[order->place], order->id, order->account, order->instrument, order->side,
             order->type, order->tif, order->self_trade, order->link, order->tracked, order->price,
             order->trigger, order->open, order->shown, order->total, order->filled,
             order->closed);
    }
}

static void tell_events(struct agree *agree, const char *whose, const struct match_event *event,
                        uint32_t count)
{
    tell(agree, "%s:\n", whose);
    for (uint32_t i = 0; i < count; i++, event++) {
        char line[MATCH_LINE_MAX];
        struct text out = text_in(line, sizeof line);
        match_print_event(&out, event, NULL);
        tell(agree,
             "  %" PRIu64 ".%u %s | id %" PRIu64 " other %" PRIu64 " price %" PRId64 " qty %" PRId64
             " left %" PRId64 " account %u %u instrument %u kind %u reason %u side %u flags %u\n",
             event->number, event->step, line, event->id, event->other, event->price, event->qty,
             event->left, event->account, event->other_account, event->instrument, event->kind,
             event->reason, event->side, event->flags);
    }
}

static void count_event(struct agree *agree, const struct match_event *event)
{
    if (event->kind >= MATCH_EVENT_COUNT) return;
    agree->kinds[event->kind]++;
    if (event->kind == MATCH_STATUS && event->reason < MATCH_STATUS_COUNT)
        agree->statuses[event->reason]++;
    else if (event->kind == MATCH_PHASED && event->reason < MATCH_PHASE_COUNT)
        agree->phases[event->reason]++;
    else if (event->kind != MATCH_STATUS && event->kind != MATCH_PHASED &&
             event->reason < MATCH_REASON_COUNT)
        agree->reasons[event->reason]++;
}

bool agree_apply(struct agree *agree, const struct match_input *input)
{
    static struct plain_match before;
    before = agree->plain;
    agree->heard_count = 0;
    match_apply(agree->match, input, &agree->events);
    hear(&agree->events);
    plain_match_apply(&agree->plain, input);
    uint32_t count = agree->plain.events;
    for (uint32_t i = 0; i < count; i++) count_event(agree, &agree->plain.event[i]);
    if (agree->heard_count == count &&
        memcmp(agree->heard, agree->plain.event, count * sizeof agree->heard[0]) == 0)
        return true;
    tell_input(agree, input);
    tell_orders(agree, &before);
    tell_events(agree, "engine", agree->heard, agree->heard_count);
    tell_events(agree, "reference", agree->plain.event, count);
    return false;
}

#define SAME(what, actual, expected)                                                               \
    do {                                                                                           \
        int64_t actual_ = (int64_t)(actual), expected_ = (int64_t)(expected);                      \
        if (actual_ != expected_) {                                                                \
            tell(agree, "%s %" PRIu64 ": engine %" PRId64 ", reference %" PRId64 "\n", #actual,    \
                 (uint64_t)(what), actual_, expected_);                                            \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static bool orders_agree(struct agree *agree, const struct match_order *actual,
                         const struct match_order *expected)
{
    SAME(expected->id, actual->id, expected->id);
    SAME(expected->id, actual->parent, expected->parent);
    SAME(expected->id, actual->price, expected->price);
    SAME(expected->id, actual->trigger, expected->trigger);
    SAME(expected->id, actual->open, expected->open);
    SAME(expected->id, actual->shown, expected->shown);
    SAME(expected->id, actual->total, expected->total);
    SAME(expected->id, actual->account, expected->account);
    SAME(expected->id, actual->instrument, expected->instrument);
    SAME(expected->id, actual->side, expected->side);
    SAME(expected->id, actual->type, expected->type);
    SAME(expected->id, actual->tif, expected->tif);
    SAME(expected->id, actual->waits, expected->waits);
    return true;
}

struct orders_seen {
    uint32_t count;
    struct match_order at[PLAIN_ORDERS];
};

static void see(void *context, const struct match_order *order)
{
    struct orders_seen *seen = context;
    CHECK(seen->count < PLAIN_ORDERS);
    seen->at[seen->count++] = *order;
}

static bool queues_agree(struct agree *agree, const struct orders_seen *actual,
                         const struct orders_seen *expected)
{
    SAME(0, actual->count, expected->count);
    for (uint32_t i = 0; i < actual->count; i++)
        if (!orders_agree(agree, &actual->at[i], &expected->at[i])) return false;
    return true;
}

static bool sides_agree(struct agree *agree, uint16_t instrument, enum side side)
{
    static struct orders_seen actual, expected;
    struct match_level level[PLAIN_ORDERS], plain_level[PLAIN_ORDERS];
    uint32_t count = plain_match_depth(&agree->plain, instrument, side, plain_level, PLAIN_ORDERS);
    SAME(instrument, match_depth(agree->match, instrument, side, level, PLAIN_ORDERS), count);
    for (uint32_t i = 0; i < count; i++) {
        SAME(i, level[i].price, plain_level[i].price);
        SAME(i, level[i].qty, plain_level[i].qty);
        SAME(i, level[i].orders, plain_level[i].orders);
    }
    actual.count = expected.count = 0;
    match_each(agree->match, instrument, side, see, &actual);
    plain_match_each(&agree->plain, instrument, side, see, &expected);
    return queues_agree(agree, &actual, &expected);
}

static bool instruments_agree(struct agree *agree, uint16_t instrument)
{
    static struct orders_seen actual, expected;
    const struct plain_instrument *market = &agree->plain.instrument[instrument];
    SAME(instrument, match_phase_of(agree->match, instrument), market->phase);
    if (market->phase == MATCH_UNLISTED) return true;
    SAME(instrument, match_last_price(agree->match, instrument), market->last);
    if (!sides_agree(agree, instrument, SIDE_BUY) || !sides_agree(agree, instrument, SIDE_SELL))
        return false;
    actual.count = expected.count = 0;
    match_each_waiting(agree->match, instrument, see, &actual);
    plain_match_each_waiting(&agree->plain, instrument, see, &expected);
    if (!queues_agree(agree, &actual, &expected)) return false;
    price_t price = 0, plain_price = 0;
    qty_t qty = 0, plain_qty = 0;
    bool trades = plain_match_indicative(&agree->plain, instrument, &plain_price, &plain_qty);
    SAME(instrument, match_indicative(agree->match, instrument, &price, &qty), trades);
    if (trades) SAME(instrument, price, plain_price);
    if (trades) SAME(instrument, qty, plain_qty);
    return true;
}

static bool positions_agree(struct agree *agree, uint32_t account)
{
    for (uint16_t i = 0; i < agree->plain.limits.instruments; i++) {
        qty_t position = 0, plain_position = 0;
        int64_t cost = 0, plain_cost = 0;
        bool has = plain_match_position_of(&agree->plain, account, i, &plain_position, &plain_cost);
        SAME(account, match_position_of(agree->match, account, i, &position, &cost), has);
        if (has) SAME(account, position, plain_position);
        if (has) SAME(account, cost, plain_cost);
    }
    return true;
}

static bool balances_agree(struct agree *agree, uint32_t account)
{
    for (uint16_t i = 0; i < agree->plain.limits.assets; i++) {
        struct match_balance balance = {0}, plain_balance = {0};
        bool has = plain_match_balance_of(&agree->plain, account, i, &plain_balance);
        SAME(account, match_balance_of(agree->match, account, i, &balance), has);
        if (!has) continue;
        SAME(account, balance.total, plain_balance.total);
        SAME(account, balance.reserved, plain_balance.reserved);
        SAME(account, balance.unrealised, plain_balance.unrealised);
        SAME(account, balance.available, plain_balance.available);
    }
    return true;
}

static bool everyone_agrees(struct agree *agree)
{
    const struct plain_match *plain = &agree->plain;
    for (uint32_t i = 0; i < plain->slots; i++) {
        struct match_order order, plain_order;
        order_id_t id = plain->order[i].id;
        if (plain->order[i].place == PLAIN_GONE) continue;
        bool has = plain_match_order_of(plain, id, &plain_order);
        SAME(id, match_order_of(agree->match, id, &order), has);
        if (has && !orders_agree(agree, &order, &plain_order)) return false;
    }
    for (uint32_t i = 0; i < plain->limits.accounts; i++)
        if (!balances_agree(agree, i) || !positions_agree(agree, i)) return false;
    for (uint16_t i = 0; i < plain->limits.assets; i++)
        SAME(i, match_house_of(agree->match, i), plain->house[i]);
    return true;
}

bool agree_look(struct agree *agree)
{
    for (uint16_t i = 0; i < agree->plain.limits.instruments; i++)
        if (!instruments_agree(agree, i)) return false;
    SAME(0, match_orders(agree->match), plain_match_orders(&agree->plain));
    SAME(0, match_events_made(agree->match), agree->plain.events_made);
    return everyone_agrees(agree);
}
