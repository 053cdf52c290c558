#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_parts.h"

/* What may happen to any order, wherever it is.
 *
 * An order with something open has it reserved, at its own price or its special's; of a pair one
 * member holds the reservation of both (special.reserves). */

static bool reserves(const struct match *m, uint32_t slot)
{
    return !(m->orders[slot].meta & META_LINKED) || order_special(m, slot)->reserves;
}

static int32_t reserve_ticks(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    return order->meta & META_SPECIAL ? order_special(m, slot)->reserve : key_ticks(order->key);
}

static void order_release(struct match *m, uint32_t slot, uint32_t lots)
{
    const struct order *order = &m->orders[slot];
    if (lots == 0 || !reserves(m, slot)) return;
    ledger_release(m, order_instrument(m, order), order->holder, order_side(order),
                   reserve_ticks(m, slot), lots);
}

uint32_t order_open_lots(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    return order->lots + (order->meta & META_SPECIAL ? order_special(m, slot)->hidden : 0);
}

price_t order_price(const struct match *m, uint32_t slot)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    enum place place = order_place(order);
    if (place == PLACE_WAITS || place == PLACE_FIRED)
        return ticks_price(b, order_special(m, slot)->trigger);
    return ticks_price(b, key_ticks(order->key));
}

/* An event about the order, with what such events share filled in. */
static struct match_event about(const struct match *m, uint32_t slot, enum match_event_kind kind,
                                enum match_reason reason)
{
    const struct order *order = &m->orders[slot];
    return (struct match_event){
        .id = order->id,
        .price = order_price(m, slot),
        .account = holder_account(m, order->holder),
        .instrument = (uint16_t)(order->meta & META_INSTRUMENT),
        .kind = (uint8_t)kind,
        .reason = (uint8_t)reason,
        .side = (uint8_t)order_side(order),
    };
}

void order_gone(struct match *m, uint32_t slot, enum match_reason reason)
{
    struct order *order = &m->orders[slot];
    enum place place = order_place(order);
    if (place == PLACE_BOOK) book_take_out(m, slot);
    else if (place == PLACE_WAITS || place == PLACE_FIRED) stop_take_out(m, slot);
    order->lots = 0;
    if (order->meta & META_SPECIAL) order_special(m, slot)->hidden = 0;
    if (order->meta & META_LINKED) linked_ended(m, slot, reason);
    else order_close(m, slot);
}

void order_end(struct match *m, uint32_t slot, enum match_reason reason)
{
    uint32_t open = order_open_lots(m, slot);
    struct match_event event = about(m, slot, MATCH_CANCELED, reason);
    event.left = lots_qty(order_instrument(m, &m->orders[slot]), open);
    match_emit(m, &event);
    m->canceled++;
    order_release(m, slot, open);
    order_gone(m, slot, reason);
}

void order_shrink(struct match *m, uint32_t slot, uint32_t by)
{
    struct order *order = &m->orders[slot];
    order_release(m, slot, by);
    if (order->meta & META_ICEBERG) {
        struct special *s = order_special(m, slot);
        uint32_t hidden = s->hidden < by ? s->hidden : by;
        s->hidden -= hidden;
        by -= hidden;
    }
    if (order_place(order) == PLACE_BOOK) book_lots_less(m, slot, by);
    else if (order_place(order) == PLACE_WAITS) waits_lots_less(m, slot, by);
    else order->lots -= by;
}

void order_reduce(struct match *m, uint32_t slot, uint32_t by, enum match_reason reason)
{
    if (by >= order_open_lots(m, slot)) {
        order_end(m, slot, reason);
        return;
    }
    order_shrink(m, slot, by);
    const struct instrument *b = order_instrument(m, &m->orders[slot]);
    struct match_event event = about(m, slot, MATCH_REDUCED, reason);
    event.qty = lots_qty(b, by);
    event.left = lots_qty(b, order_open_lots(m, slot));
    match_emit(m, &event);
}

void order_lose_shown(struct match *m, uint32_t slot, uint32_t by)
{
    const struct order *order = &m->orders[slot];
    const struct instrument *b = order_instrument(m, order);
    uint32_t left = order_open_lots(m, slot) - by;
    struct match_event event =
        about(m, slot, left == 0 ? MATCH_CANCELED : MATCH_REDUCED, MATCH_SELF);
    event.left = lots_qty(b, left);
    if (left != 0) event.qty = lots_qty(b, by);
    match_emit(m, &event);
    order_release(m, slot, by);
    book_lots_less(m, slot, by);
    if (order->meta & META_LINKED) linked_reduced(m, slot, left);
    if (left == 0) {
        m->canceled++;
        order_gone(m, slot, MATCH_SELF);
    } else if (order->lots == 0) {
        iceberg_refill(m, slot);
    }
}

void order_canceled(struct match *m, uint32_t slot)
{
    enum place place = order_place(&m->orders[slot]);
    if (place == PLACE_DORMANT) {
        match_emit(m, &(struct match_event){
                          .id = m->orders[slot].id,
                          .account = holder_account(m, m->orders[slot].holder),
                          .kind = MATCH_REJECTED,
                          .reason = MATCH_UNKNOWN_ID,
                      });
    } else if (place == PLACE_HELD) {
        linked_forget(m, slot);
    } else {
        order_end(m, slot, MATCH_BY_USER);
    }
}

/* An order's end may take others along, so the next one is looked up from the last that stayed. */
void orders_cancel(struct match *m, uint32_t index, enum match_reason reason)
{
    const struct holding *holding = &m->holdings[index];
    uint32_t stayed = 0, slot = holding->orders_first;
    while (slot != 0) {
        enum place place = order_place(&m->orders[slot]);
        if (place == PLACE_DORMANT || place == PLACE_HELD) {
            stayed = slot;
            slot = m->ties[slot].next;
            continue;
        }
        order_end(m, slot, reason);
        bool lost = stayed != 0 && m->orders[stayed].id == 0;
        if (lost) stayed = 0;
        slot = stayed == 0 ? holding->orders_first : m->ties[stayed].next;
    }
}

void command_cancel_all(struct match *m, const struct match_input *in)
{
    bool all = in->instrument == MATCH_INSTRUMENT_ALL;
    if (in->bytes != sizeof *in || (input_tail(in) >> 8) != 0 || (in->id | in->other) != 0 ||
        in->price != 0 || in->qty != 0) {
        match_reject(m, in, MATCH_MALFORMED);
        return;
    }
    if (!all && instrument_of(m, in->instrument) == NULL) {
        match_reject(m, in, MATCH_NO_INSTRUMENT);
        return;
    }
    if (m->limits.accounts == 0 || !account_known(m, in->account)) {
        match_reject(m, in, MATCH_NO_ACCOUNT);
        return;
    }
    uint64_t before = m->canceled;
    uint32_t next = 0;
    for (uint32_t i = m->accounts[in->account].holdings_first; i != 0; i = next) {
        next = m->holdings[i].next_of_account;
        if (all || m->holdings[i].instrument == in->instrument) orders_cancel(m, i, MATCH_BY_USER);
    }
    match_emit(m, &(struct match_event){
                      .qty = (qty_t)(m->canceled - before) * QTY_ONE,
                      .account = in->account,
                      .instrument = in->instrument,
                      .kind = MATCH_ALL_CANCELED,
                  });
}

void command_time(struct match *m, const struct match_input *in)
{
    bool good = in->bytes == sizeof *in &&
                (in->id | in->other | in->account | in->instrument) == 0 && in->price == 0 &&
                in->qty == 0 && (input_tail(in) >> 8) == 0;
    if (!good) match_reject(m, in, MATCH_MALFORMED);
}
