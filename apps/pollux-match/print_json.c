#include "apps/pollux-match/book_facts.h"
#include "apps/pollux-match/run.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

/* One JSON object a line: the contract that README.md of this folder describes.  Prices, quantities
 * and money are decimal strings, exact. */

static void put(json_t *object, const char *key, json_t *value)
{
    CHECK(json_object_set_new(object, key, value) == 0);
}

static json_t *decimal_of(int64_t value)
{
    char bytes[64];
    struct text text = text_in(bytes, sizeof bytes);
    text_qty(&text, value);
    return json_string(text.bytes);
}

static json_t *price_of(price_t price)
{
    char bytes[64];
    struct text text = text_in(bytes, sizeof bytes);
    text_price(&text, price);
    return json_string(text.bytes);
}

static void line_print(json_t *object)
{
    CHECK(json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER) == 0);
    putchar('\n');
    json_decref(object);
}

static const char *side_name(uint32_t side)
{
    return side == SIDE_BUY ? "buy" : "sell";
}

/* Names. */

static json_t *order_of(const struct match_names *names, order_id_t id)
{
    char bytes[64];
    struct text text = text_in(bytes, sizeof bytes);
    names->order(names->context, &text, id);
    return json_string(text.bytes);
}

static json_t *account_of(const struct match_names *names, uint32_t account)
{
    char bytes[64];
    struct text text = text_in(bytes, sizeof bytes);
    names->account(names->context, &text, account);
    return json_string(text.bytes);
}

static json_t *symbol_of(const struct match_names *names, uint16_t instrument)
{
    char bytes[64];
    struct text text = text_in(bytes, sizeof bytes);
    names->instrument(names->context, &text, instrument);
    return json_string(text.bytes);
}

static json_t *asset_of(const struct match_names *names, uint16_t asset)
{
    char bytes[64];
    struct text text = text_in(bytes, sizeof bytes);
    names->asset(names->context, &text, asset);
    return json_string(text.bytes);
}

/* Events. */

static bool of_asset(uint32_t kind)
{
    return kind == MATCH_BALANCED || kind == MATCH_LIQUIDATED || kind == MATCH_COVERED;
}

static bool of_account(uint32_t kind)
{
    return kind == MATCH_ALL_CANCELED || kind == MATCH_ACCOUNTED || kind == MATCH_POSITIONED ||
           of_asset(kind);
}

static const char *reason_of(const struct match_event *event)
{
    if (event->kind == MATCH_STATUS) return match_status_name(event->reason);
    if (event->kind == MATCH_PHASED) return match_phase_name(event->reason);
    return match_reason_name(event->reason);
}

static void flags_put(json_t *object, const struct match_event *event)
{
    if (event->flags & MATCH_MAKER_DONE) put(object, "maker_done", json_true());
    if (event->flags & MATCH_KEPT_PRIORITY) put(object, "kept_priority", json_true());
    if (event->flags & MATCH_PARKED) put(object, "parked", json_true());
    if (event->flags & MATCH_IN_AUCTION) put(object, "in_auction", json_true());
}

void print_json_event(struct match_run *run, const struct match_event *event)
{
    struct match_names names = order_venue_names(run->venue);
    char bytes[MATCH_LINE_MAX];
    struct text text = text_in(bytes, sizeof bytes);
    match_print_event(&text, event, &names);
    json_t *object = json_object();
    put(object, "line", json_integer((json_int_t)run->line));
    put(object, "number", json_integer((json_int_t)event->number));
    put(object, "step", json_integer(event->step));
    put(object, "event", json_string(match_event_name(event->kind)));
    if (event->id) put(object, "id", order_of(&names, event->id));
    if (event->other && event->kind != MATCH_ACCOUNTED)
        put(object, "other", order_of(&names, event->other));
    if (event->id || of_account(event->kind))
        put(object, "account", account_of(&names, event->account));
    if (event->kind == MATCH_TRADED)
        put(object, "other_account", account_of(&names, event->other_account));
    if (of_asset(event->kind)) put(object, "asset", asset_of(&names, event->instrument));
    else if (event->kind != MATCH_ACCOUNTED && event->instrument != MATCH_INSTRUMENT_ALL)
        put(object, "instrument", symbol_of(&names, event->instrument));
    if (event->id && event->kind != MATCH_REJECTED && event->kind != MATCH_STATUS)
        put(object, "side", json_string(side_name(event->side)));
    if (event->price) put(object, "price", price_of(event->price));
    if (event->qty) put(object, "qty", decimal_of(event->qty));
    if (event->left) put(object, "left", decimal_of(event->left));
    if (event->reason || event->kind == MATCH_STATUS)
        put(object, "reason", json_string(reason_of(event)));
    flags_put(object, event);
    put(object, "text", json_string(text.bytes));
    line_print(object);
}

void print_json_wrong(struct match_run *run, const char *problem)
{
    json_t *object = json_object();
    put(object, "line", json_integer((json_int_t)run->line));
    put(object, "problem", json_string(problem));
    line_print(object);
}

void print_json_digest(struct match_run *run)
{
    const struct match *match = order_venue_match(run->venue);
    char digest[17];
    snprintf(digest, sizeof digest, "%016" PRIx64, match ? match_digest(match) : 0);
    json_t *object = json_object();
    put(object, "digest", json_string(digest));
    line_print(object);
}

/* Books. */

static void level_print(const struct match_names *names, json_t *head,
                        const struct order_list *list, const struct order_level *level)
{
    json_t *orders = json_array();
    for (uint32_t i = level->first; i < level->first + level->count; i++) {
        json_t *order = json_object();
        put(order, "id", order_of(names, list->at[i].id));
        put(order, "shown", decimal_of(list->at[i].shown));
        put(order, "open", decimal_of(list->at[i].open));
        put(order, "account", account_of(names, list->at[i].account));
        CHECK(json_array_append_new(orders, order) == 0);
    }
    put(head, "price", price_of(level->price));
    put(head, "qty", decimal_of(level->shown));
    put(head, "orders", orders);
    line_print(head);
}

static void side_print(const struct match_names *names, const struct match *match,
                       uint16_t instrument, enum side side)
{
    struct order_list list = {.count = 0};
    order_list_side(&list, match, instrument, side);
    uint32_t count;
    struct order_level *levels = order_levels(&list, &count);
    for (uint32_t i = 0; i < count; i++) {
        json_t *object = json_object();
        put(object, "book", symbol_of(names, instrument));
        put(object, "side", json_string(side_name(side)));
        level_print(names, object, &list, &levels[i]);
    }
    free(levels);
    order_list_free(&list);
}

static void waiting_print(const struct match_names *names, const struct match *match,
                          uint16_t instrument)
{
    struct order_list list = {.count = 0};
    order_list_waiting(&list, match, instrument);
    for (uint32_t i = 0; i < list.count; i++) {
        const struct match_order *order = &list.at[i];
        json_t *object = json_object();
        put(object, "waiting", symbol_of(names, instrument));
        put(object, "id", order_of(names, order->id));
        put(object, "side", json_string(side_name(order->side)));
        put(object, "type", json_string(match_type_name(order->type)));
        put(object, "trigger", price_of(order->trigger));
        if (order->price) put(object, "price", price_of(order->price));
        put(object, "open", decimal_of(order->open));
        put(object, "account", account_of(names, order->account));
        line_print(object);
    }
    order_list_free(&list);
}

static void position_print(const struct match_names *names, const struct match *match,
                           uint32_t account, uint16_t instrument)
{
    qty_t position;
    int64_t cost;
    if (!match_position_of(match, account, instrument, &position, &cost)) return;
    if (position == 0 && cost == 0) return;
    json_t *object = json_object();
    put(object, "position", decimal_of(position));
    put(object, "cost", decimal_of(cost));
    put(object, "account", account_of(names, account));
    put(object, "instrument", symbol_of(names, instrument));
    line_print(object);
}

static void balance_print(const struct match_names *names, const struct match *match,
                          uint32_t account, uint16_t asset)
{
    struct match_balance balance;
    if (!match_balance_of(match, account, asset, &balance)) return;
    json_t *object = json_object();
    put(object, "balance", decimal_of(balance.total));
    put(object, "reserved", decimal_of(balance.reserved));
    put(object, "unrealised", decimal_of(balance.unrealised));
    put(object, "available", decimal_of(balance.available));
    put(object, "account", account_of(names, account));
    put(object, "asset", asset_of(names, asset));
    line_print(object);
}

static void instrument_print(const struct match_names *names, const struct match *match,
                             uint16_t instrument)
{
    enum match_phase phase = match_phase_of(match, instrument);
    price_t last = match_last_price(match, instrument);
    json_t *object = json_object();
    put(object, "instrument", symbol_of(names, instrument));
    put(object, "phase", json_string(match_phase_name(phase)));
    put(object, "last", last ? price_of(last) : json_null());
    line_print(object);
    side_print(names, match, instrument, SIDE_SELL);
    side_print(names, match, instrument, SIDE_BUY);
    waiting_print(names, match, instrument);
}

void print_json_books(struct match_run *run)
{
    const struct match *match = order_venue_match(run->venue);
    const struct order_script *script = order_venue_script(run->venue);
    struct match_names names = order_venue_names(run->venue);
    if (!match) return;
    struct order_scope scope = order_scope_of(run->venue);
    for (uint32_t i = 0; i < scope.instruments; i++)
        instrument_print(&names, match, scope.instrument[i]);
    for (uint32_t i = 0; i < scope.accounts; i++)
        for (uint32_t k = 0; k < scope.instruments && order_scope_shows(script, i); k++)
            position_print(&names, match, i, scope.instrument[k]);
    for (uint32_t k = 0; k < scope.assets; k++) {
        for (uint32_t i = 0; i < scope.accounts; i++)
            balance_print(&names, match, i, scope.asset[k]);
        json_t *object = json_object();
        put(object, "house", decimal_of(match_house_of(match, scope.asset[k])));
        put(object, "asset", asset_of(&names, scope.asset[k]));
        line_print(object);
    }
    order_scope_free(&scope);
}
