#include "tests/reference/plain_book.h"

#include <string.h>

static uint32_t find(const struct plain_book *book, uint64_t ref)
{
    uint32_t i = 0;
    while (i < book->orders && book->order[i].ref != ref) i++;
    return i;
}

static void leave(struct plain_book *book, uint32_t i)
{
    memmove(&book->order[i], &book->order[i + 1], (book->orders - i - 1) * sizeof book->order[0]);
    book->orders--;
}

static bool no_order_has(const struct book_command *command)
{
    if (command->price_e4 == 0 || command->price_e4 > 2000000000) return true;
    return command->qty == 0 || command->qty > UINT32_MAX;
}

static void trade(struct plain_book *book, uint32_t instrument, uint64_t qty, uint32_t price_e4)
{
    struct plain_totals *totals = &book->totals[instrument];
    totals->volume += qty;
    totals->notional_e4 += qty * price_e4;
    totals->trades++;
    totals->last_e4 = price_e4;
    totals->last_qty = qty;
}

static enum book_status add(struct plain_book *book, const struct book_command *command)
{
    if (command->side > SIDE_SELL || no_order_has(command) || command->ref == UINT64_MAX)
        return BOOK_BAD_FIELD;
    if (book->orders == book->orders_max) return BOOK_FULL_ORDERS;
    if (find(book, command->ref) < book->orders) return BOOK_KNOWN_ORDER;
    book->order[book->orders++] = (struct book_order){
        .ref = command->ref,
        .qty = (uint32_t)command->qty,
        .price_e4 = command->price_e4,
        .instrument = command->instrument,
        .side = command->side,
    };
    return BOOK_OK;
}

static enum book_status change(struct plain_book *book, const struct book_command *command)
{
    uint32_t i = find(book, command->ref);
    if (i == book->orders || command->ref == UINT64_MAX) return BOOK_UNKNOWN_ORDER;
    struct book_order *order = &book->order[i];
    if (order->instrument != command->instrument) return BOOK_OTHER_INSTRUMENT;
    if (command->op == BOOK_DELETE) {
        leave(book, i);
        return BOOK_OK;
    }
    if (command->op == BOOK_REPLACE) {
        if (no_order_has(command) || command->ref_new == UINT64_MAX) return BOOK_BAD_FIELD;
        if (find(book, command->ref_new) < book->orders) return BOOK_KNOWN_ORDER;
        struct book_order with = *order;
        with.ref = command->ref_new;
        with.qty = (uint32_t)command->qty;
        with.price_e4 = command->price_e4;
        leave(book, i);
        book->order[book->orders++] = with;
        return BOOK_OK;
    }
    if (command->qty == 0) return BOOK_BAD_FIELD;
    if (command->qty > order->qty) return BOOK_TOO_MUCH;
    if (command->op == BOOK_EXECUTE_AT &&
        (command->price_e4 == 0 || command->price_e4 > 2000000000))
        return BOOK_BAD_FIELD;
    if (command->op == BOOK_EXECUTE) trade(book, order->instrument, command->qty, order->price_e4);
    if (command->op == BOOK_EXECUTE_AT)
        trade(book, order->instrument, command->qty, command->price_e4);
    order->qty -= (uint32_t)command->qty;
    if (order->qty == 0) leave(book, i);
    return BOOK_OK;
}

enum book_status plain_book_apply(struct plain_book *book, const struct book_command *command)
{
    if (command->op == BOOK_NOTHING) return BOOK_OK;
    if (command->instrument == 0 || command->instrument >= PLAIN_BOOK_INSTRUMENTS)
        return BOOK_BAD_INSTRUMENT;
    enum book_status status = BOOK_OK;
    if (command->op == BOOK_ADD) status = add(book, command);
    else if (command->op == BOOK_TRADE &&
             (command->qty == 0 || command->price_e4 == 0 || command->price_e4 > 2000000000))
        status = BOOK_BAD_FIELD;
    else if (command->op == BOOK_TRADE)
        trade(book, command->instrument, command->qty, command->price_e4);
    else status = change(book, command);
    if (status != BOOK_OK) book->suspect[command->instrument] = true;
    return status;
}

static bool better(enum side side, uint32_t a, uint32_t b)
{
    return side == SIDE_BUY ? a > b : a < b;
}

uint32_t plain_book_depth(const struct plain_book *book, uint32_t instrument, enum side side,
                          struct book_level *levels, uint32_t count)
{
    uint32_t found = 0, worse_than = 0;
    for (;; found++) {
        struct book_level best = {0};
        for (uint32_t i = 0; i < book->orders; i++) {
            const struct book_order *order = &book->order[i];
            if (order->instrument != instrument || order->side != side) continue;
            if (found > 0 && !better(side, worse_than, order->price_e4)) continue;
            if (best.orders > 0 && better(side, best.price_e4, order->price_e4)) continue;
            if (best.orders > 0 && order->price_e4 != best.price_e4) best = (struct book_level){0};
            best.price_e4 = order->price_e4;
            best.orders++;
            best.qty += order->qty;
        }
        if (best.orders == 0) return found;
        if (found < count) levels[found] = best;
        worse_than = best.price_e4;
    }
}

bool plain_book_position(const struct plain_book *book, uint64_t ref,
                         struct book_queue_position *position)
{
    uint32_t at = find(book, ref);
    if (at == book->orders) return false;
    const struct book_order *order = &book->order[at];
    *position = (struct book_queue_position){.order = *order};
    for (uint32_t i = 0; i < at; i++) {
        const struct book_order *ahead = &book->order[i];
        if (ahead->instrument != order->instrument || ahead->side != order->side) continue;
        if (ahead->price_e4 != order->price_e4) continue;
        position->orders_ahead++;
        position->qty_ahead += ahead->qty;
    }
    return true;
}
