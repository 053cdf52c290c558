/* CLOSE: a market order that closes what a tracked order, or the account's position, holds (E8). */

#include "tests/reference/plain_match_parts.h"

struct plain_order *plain_closing_order(struct plain_match *plain,
                                        const struct plain_closing *closing)
{
    const struct plain_instrument *market = &plain->instrument[closing->instrument];
    const struct plain_order *best = plain_best(plain, closing->instrument, !closing->side);
    struct plain_order *order = plain_slot(plain);
    *order = (struct plain_order){
        .place = PLAIN_ARRIVING,
        .id = closing->id,
        .born = ++plain->ages,
        .account = closing->account,
        .instrument = closing->instrument,
        .side = closing->side,
        .type = MATCH_MARKET,
        .tif = MATCH_IOC,
        .self_trade = closing->self_trade,
        .price = best ? plain_collared(market, closing->side, best->price) : 0,
        .tick = market->listing.tick,
        .price_max = market->listing.price_max,
        .open = closing->qty,
        .shown = closing->qty,
        .total = closing->qty,
        .closing = true,
        .unreserved = true,
        .parent = closing->tracked,
    };
    return order;
}

static wide_t position_of(struct plain_match *plain, uint32_t account, uint16_t instrument)
{
    const struct plain_holding *holding = plain_holding(plain, account, instrument);
    return holding ? holding->position : 0;
}

static uint8_t check_input(struct plain_match *plain, const struct match_input *input,
                           struct plain_order **tracked, struct plain_instrument **market)
{
    uint16_t index = input->instrument;
    if (input->other == 0) {
        if (index >= plain->limits.instruments || plain->instrument[index].phase == MATCH_UNLISTED)
            return MATCH_NO_INSTRUMENT;
        if (input->account >= plain->limits.accounts || !plain->account[input->account].known)
            return MATCH_NO_ACCOUNT;
    } else {
        if (plain->limits.accounts > 0 &&
            (input->account >= plain->limits.accounts || !plain->account[input->account].known))
            return MATCH_NO_ACCOUNT;
        *tracked = plain_find(plain, input->other);
        if (*tracked == NULL || !(*tracked)->tracked || (*tracked)->account != input->account)
            return MATCH_UNKNOWN_ID;
        index = (*tracked)->instrument;
    }
    *market = &plain->instrument[index];
    if ((*market)->phase == MATCH_CLOSED) return MATCH_IS_CLOSED;
    if ((*market)->phase == MATCH_HALTED) return MATCH_IS_HALTED;
    uint8_t reason = plain_check_id(plain, input->id);
    if (reason == MATCH_NO_REASON && input->qty != 0) reason = plain_check_qty(*market, input->qty);
    if (reason == MATCH_NO_REASON && (*market)->phase != MATCH_OPEN) reason = MATCH_IN_CALL;
    return reason;
}

/* What is to close, signed; 0 if nothing is. */
static qty_t closable(struct plain_match *plain, const struct match_input *input,
                      const struct plain_order *tracked)
{
    const struct plain_instrument *market = &plain->instrument[input->instrument];
    if (tracked) {
        qty_t held = tracked->filled - tracked->closed;
        return tracked->side == SIDE_BUY ? held : -held;
    }
    if (market->listing.class_of == MATCH_SPOT) return 0;
    wide_t position = position_of(plain, input->account, input->instrument);
    qty_t most = MATCH_LOTS_MAX * market->listing.lot;
    return position > most ? most : position < -most ? -most : (qty_t)position;
}

/* Legs give up qty without a word; what they had comes back with give_back. */
static void give_up(struct plain_order *tracked, qty_t qty, qty_t had[2])
{
    for (int i = 0; i < 2; i++) {
        struct plain_order *leg = tracked->legs[i];
        if (leg == NULL) continue;
        had[i] = leg->open;
        leg->open -= qty < leg->open ? qty : leg->open;
    }
}

static void give_back(struct plain_order *tracked, const qty_t had[2])
{
    for (int i = 0; i < 2; i++)
        if (tracked->legs[i]) tracked->legs[i]->open = had[i];
}

/* Does closing for a tracked order need a reservation of its own? */
static bool needs_money(struct plain_match *plain, const struct plain_order *tracked, qty_t qty)
{
    uint8_t class_of = plain_market(plain, tracked)->listing.class_of;
    if (plain->limits.accounts == 0 || class_of == MATCH_PLAIN) return false;
    if (class_of == MATCH_SPOT) return true;
    wide_t position = position_of(plain, tracked->account, tracked->instrument);
    return qty > (tracked->side == SIDE_BUY ? position : -position);
}

static bool is_funded(struct plain_match *plain, struct plain_order *order,
                      struct plain_order *tracked)
{
    qty_t had[2] = {0};
    order->place = PLAIN_GONE;
    struct plain_question question = plain_ask(plain, order);
    order->place = PLAIN_ARRIVING;
    give_up(tracked, order->open, had);
    bool funded = plain_answer(plain, &question);
    give_back(tracked, had);
    return funded;
}

void plain_close(struct plain_match *plain, const struct match_input *input)
{
    struct plain_order *tracked = NULL;
    struct plain_instrument *market = NULL;
    uint8_t reason = check_input(plain, input, &tracked, &market);
    qty_t holds = reason == MATCH_NO_REASON ? closable(plain, input, tracked) : 0;
    if (reason == MATCH_NO_REASON && holds == 0) reason = MATCH_NO_POSITION;
    if (reason != MATCH_NO_REASON) {
        plain_reject(plain, input, reason);
        return;
    }
    qty_t qty = holds > 0 ? holds : -holds;
    if (input->qty != 0 && input->qty < qty) qty = input->qty;
    struct plain_order *order =
        plain_closing_order(plain, &(struct plain_closing){
                                       .id = input->id,
                                       .account = input->account,
                                       .instrument = (uint16_t)(market - plain->instrument),
                                       .side = holds > 0 ? SIDE_SELL : SIDE_BUY,
                                       .self_trade = MATCH_CANCEL_NEWEST,
                                       .qty = qty,
                                       .tracked = tracked,
                                   });
    if (tracked) {
        order->unreserved = order->price == 0 || !needs_money(plain, tracked, qty);
        if (!order->unreserved && !is_funded(plain, order, tracked)) {
            order->place = PLAIN_GONE;
            plain_reject(plain, input, MATCH_NO_FUNDS);
            return;
        }
        for (int i = 0; i < 2; i++)
            if (tracked->legs[i] && plain_living(tracked->legs[i]))
                plain_lose(plain, tracked->legs[i], qty, MATCH_LINKED);
    }
    order_id_t id = tracked ? tracked->id : 0;
    plain_arrive(plain, order);
    if (tracked && tracked->place != PLAIN_GONE && tracked->id == id) {
        plain_remember(plain, tracked);
    }
}
