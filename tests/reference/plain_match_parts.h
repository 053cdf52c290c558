#ifndef TESTS_REFERENCE_PLAIN_MATCH_PARTS_H
#define TESTS_REFERENCE_PLAIN_MATCH_PARTS_H

/* What the files of the plain engine call of each other. */

#include "tests/reference/plain_match.h"

typedef __int128 wide_t;

/* plain_match_scan.c: questions about orders */
bool plain_living(const struct plain_order *order);  /* in a book, waiting or fired */
bool plain_is_stop(const struct plain_order *order); /* and has not become an order */
bool plain_type_stops(uint8_t type);
struct plain_instrument *plain_market(struct plain_match *plain, const struct plain_order *order);
struct plain_order *plain_find(struct plain_match *plain, order_id_t id);
struct plain_order *plain_best(struct plain_match *plain, uint16_t instrument, uint8_t side);
bool plain_accepts(uint8_t side, price_t limit, price_t price);
price_t plain_collared(const struct plain_instrument *market, uint8_t side, price_t from);
price_t plain_trigger(const struct plain_order *order); /* where a stop fires */
bool plain_reached(const struct plain_order *order, price_t price);
bool plain_has_place(struct plain_match *plain, const struct plain_order *order); /* A8 */
uint64_t plain_group(const struct plain_match *plain, uint32_t account);
struct plain_order *plain_next(struct plain_match *plain, uint16_t instrument,
                               enum plain_place place, uint8_t side,
                               const struct plain_order *after);
bool plain_before(const struct plain_order *a, const struct plain_order *b);

/* plain_match_say.c: events */
struct match_event *plain_say(struct plain_match *plain, uint8_t kind);
struct match_event *plain_say_of(struct plain_match *plain, uint8_t kind,
                                 const struct plain_order *order);
void plain_reject(struct plain_match *plain, const struct match_input *input, uint8_t reason);
void plain_say_status(struct plain_match *plain, const struct plain_order *order);
void plain_say_canceled(struct plain_match *plain, const struct plain_order *order, qty_t left,
                        uint8_t reason);
void plain_say_reduced(struct plain_match *plain, const struct plain_order *order, qty_t by,
                       uint8_t reason);
void plain_say_replaced(struct plain_match *plain, const struct plain_order *order, order_id_t old,
                        uint8_t flags);
void plain_say_balance(struct plain_match *plain, uint32_t account, uint16_t asset);
void plain_say_phase(struct plain_match *plain, uint16_t instrument);

/* plain_match_end.c: how orders end and what that does to those linked to them */
void plain_cancel(struct plain_match *plain, struct plain_order *order, uint8_t reason);
void plain_leave(struct plain_order *order);
void plain_after_end(struct plain_match *plain, struct plain_order *order);
void plain_lose(struct plain_match *plain, struct plain_order *order, qty_t by, uint8_t reason);
void plain_level_pair(struct plain_match *plain, struct plain_order *order);
void plain_tell_parent(struct plain_match *plain, struct plain_order *parent, qty_t traded);
void plain_forget(struct plain_match *plain, struct plain_order *order);

/* plain_match_trade.c: arriving and trading */
void plain_arrive(struct plain_match *plain, struct plain_order *order);
void plain_pause(struct plain_match *plain, uint16_t instrument);
void plain_trade(struct plain_match *plain, struct plain_order *taker, struct plain_order *maker,
                 price_t price, bool auction);
bool plain_self(struct plain_match *plain, struct plain_order *taker, struct plain_order *maker,
                bool auction);
void plain_refill(struct plain_match *plain, struct plain_order *order);
qty_t plain_part(const struct plain_order *order);

/* plain_match_stops.c: stops that wait and fire; legs that follow */
void plain_look(struct plain_match *plain, uint16_t instrument, price_t first, price_t last);
void plain_run_fired(struct plain_match *plain);
void plain_remember(struct plain_match *plain, struct plain_order *parent); /* legs to follow */
void plain_keep(struct plain_match *plain, struct plain_order *parent);     /* until they have */
void plain_follow(struct plain_match *plain);
void plain_follow_legs(struct plain_match *plain, struct plain_order *parent);
void plain_anew(struct plain_match *plain, struct plain_order *order, order_id_t old);

/* plain_match_money.c and plain_match_settle.c */

/* Asked before an order changes, answered after it: may the account reserve what it needs? */
struct plain_question {
    uint32_t account;
    uint16_t asset;
    wide_t reserved;
    wide_t available;
};
struct plain_question plain_ask(const struct plain_match *plain, const struct plain_order *order);
bool plain_answer(const struct plain_match *plain, const struct plain_question *question);
wide_t plain_value(const struct plain_instrument *market, price_t price, qty_t qty);
void plain_settle(struct plain_match *plain, struct plain_order *taker, struct plain_order *maker,
                  price_t price, qty_t qty, bool auction);
wide_t plain_reserved(const struct plain_match *plain, uint32_t account, uint16_t asset);
wide_t plain_unrealised(const struct plain_match *plain, uint32_t account, uint16_t asset);
wide_t plain_available(const struct plain_match *plain, uint32_t account, uint16_t asset);
uint16_t plain_asset(const struct plain_match *plain, const struct plain_order *order);
bool plain_uses_money(const struct plain_match *plain, const struct plain_order *order);
void plain_reserve_price(struct plain_match *plain, struct plain_order *order);
price_t plain_price(const struct plain_match *plain, const struct plain_order *order);
struct plain_balance *plain_balance(struct plain_match *plain, uint32_t account, uint16_t asset);
struct plain_holding *plain_holding(struct plain_match *plain, uint32_t account,
                                    uint16_t instrument);
bool plain_has_room(const struct plain_match *plain, uint32_t account, uint16_t instrument);
void plain_take_room(struct plain_match *plain, uint32_t account, uint16_t instrument);

/* plain_match_liquidate.c */
void plain_mark(struct plain_match *plain, const struct match_input *input);

/* plain_match_account.c */
void plain_account(struct plain_match *plain, const struct match_input *input);
void plain_deposit(struct plain_match *plain, const struct match_input *input);
void plain_withdraw(struct plain_match *plain, const struct match_input *input);
void plain_cancel_one(struct plain_match *plain, const struct match_input *input);
void plain_cancel_all(struct plain_match *plain, const struct match_input *input);
void plain_cancel_holding(struct plain_match *plain, const struct plain_holding *holding,
                          uint8_t reason);

/* plain_match_list.c and plain_match_phase.c */
void plain_list(struct plain_match *plain, const struct match_input *input);
void plain_remove(struct plain_match *plain, const struct match_input *input);
void plain_phase(struct plain_match *plain, const struct match_input *input);
void plain_enter(struct plain_match *plain, uint16_t instrument, enum match_phase phase);
void plain_clock(struct plain_match *plain);
bool plain_auction_price(const struct plain_match *plain, uint16_t instrument, price_t *price,
                         qty_t *qty);

/* plain_match_new.c, plain_match_modify.c, plain_match_close.c */
void plain_order_new(struct plain_match *plain, const struct match_input *input);
void plain_modify(struct plain_match *plain, const struct match_input *input);
void plain_close(struct plain_match *plain, const struct match_input *input);
uint8_t plain_check_qty(const struct plain_instrument *market, qty_t qty);
uint8_t plain_check_price(const struct plain_instrument *market, price_t price);
uint8_t plain_check_id(struct plain_match *plain, order_id_t id);
uint8_t plain_check_leg(const struct plain_instrument *market, const struct plain_order *order,
                        const struct match_leg *leg, uint32_t which);
struct plain_order *plain_slot(struct plain_match *plain);
struct plain_order *plain_add_leg(struct plain_match *plain, struct plain_order *order,
                                  const struct match_leg *leg);
bool plain_is_special(const struct plain_order *order);
void plain_count(const struct plain_match *plain, uint32_t *orders, uint32_t *specials);
struct plain_closing {
    order_id_t id;
    uint32_t account;
    uint16_t instrument;
    uint8_t side;
    uint8_t self_trade;
    qty_t qty;
    struct plain_order *tracked; /* or NULL */
};
struct plain_order *plain_closing_order(struct plain_match *plain,
                                        const struct plain_closing *closing);

/* plain_match_form.c: is an input what its kind allows */
bool plain_well_formed(const struct match_input *input);
const struct match_terms *plain_terms(const struct match_input *input);

#endif
