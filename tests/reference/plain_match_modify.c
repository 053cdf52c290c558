/* MODIFY (B): what the order and its legs would become, the checks, then the change. */

#include "tests/reference/plain_match_change.h"
#include "tests/reference/plain_match_parts.h"

static uint8_t check_numbers(struct plain_match *plain, const struct match_input *input,
                             const struct plain_order *order)
{
    const struct plain_instrument *market = plain_market(plain, order);
    const struct match_terms *terms = plain_terms(input);
    if (market->phase == MATCH_CLOSED) return MATCH_IS_CLOSED;
    if (market->phase == MATCH_HALTED) return MATCH_IS_HALTED;
    bool renames = input->other != 0 && input->other != input->id;
    uint8_t reason = renames ? plain_check_id(plain, input->other) : MATCH_NO_REASON;
    bool changes = input->price || input->qty || terms->trigger || input->other;
    if (reason == MATCH_NO_REASON && order->place == PLAIN_KEPT && changes)
        return MATCH_BAD_TERMS; /* of an order of which nothing is open only legs can change */
    if (reason == MATCH_NO_REASON && input->qty != 0) reason = plain_check_qty(market, input->qty);
    if (reason == MATCH_NO_REASON && input->price != 0)
        reason = plain_check_price(market, input->price);
    bool stops = order->place == PLAIN_WAITS || order->place == PLAIN_FIRED;
    if (reason == MATCH_NO_REASON && terms->trigger != 0 && stops)
        reason = plain_check_price(market, terms->trigger);
    return reason;
}

static bool terms_fit(const struct match_input *input, const struct plain_order *order)
{
    const struct match_terms *terms = plain_terms(input);
    if (order->special || order->link == MATCH_PAIR || order->place == PLAIN_FIRED) return false;
    if (input->price && order->type != MATCH_LIMIT && order->type != MATCH_STOP_LIMIT) return false;
    if (order->display > 0 && (wide_t)input->qty > (wide_t)order->display * 1024) return false;
    return terms->trigger == 0 || order->place == PLAIN_WAITS;
}

static struct plain_change change_of(const struct match_input *input,
                                     const struct plain_order *order)
{
    const struct match_terms *terms = plain_terms(input);
    struct plain_change change = {
        .id = input->other ? input->other : order->id,
        .price = input->price ? input->price : order->price,
        .trigger = terms->trigger ? terms->trigger : order->trigger,
        .total = input->qty ? input->qty : order->total,
    };
    change.open = order->open + (change.total - order->total);
    change.moves = change.price != order->price || change.trigger != order->trigger ||
                   change.total != order->total;
    change.any = change.moves || change.id != order->id;
    return change;
}

/* B1, B2, G: may the order become what it is asked to? */
static uint8_t check_money(struct plain_match *plain, struct plain_order *order,
                           const struct plain_change *change)
{
    if (plain->limits.accounts == 0 || !change->moves) return MATCH_NO_REASON;
    const struct plain_order before = *order;
    struct plain_question question = plain_ask(plain, order);
    order->price = change->price;
    order->trigger = change->trigger;
    order->open = change->open;
    if (change->trigger != before.trigger) plain_reserve_price(plain, order);
    price_t limit = plain->account[order->account].limit;
    wide_t value = plain_value(plain_market(plain, order), plain_price(plain, order), order->open);
    bool funded = !plain_uses_money(plain, order) || plain_answer(plain, &question);
    *order = before;
    bool less = change->price == before.price && change->trigger == before.trigger &&
                change->total <= before.total;
    if (!less && limit > 0 && value > limit) return MATCH_OVER_VALUE;
    return funded ? MATCH_NO_REASON : MATCH_NO_FUNDS;
}

static bool would_take(struct plain_match *plain, const struct plain_order *order,
                       const struct plain_change *change)
{
    const struct plain_order *best = plain_best(plain, order->instrument, !order->side);
    return order->post_only && order->place == PLAIN_BOOK && best != NULL &&
           plain_market(plain, order)->phase == MATCH_OPEN &&
           plain_accepts(order->side, change->price, best->price);
}

static void change_waiting(struct plain_match *plain, struct plain_order *order,
                           const struct plain_change *change)
{
    order_id_t old = order->id;
    bool moves = change->trigger != order->trigger;
    order->id = change->id;
    order->price = change->price;
    order->trigger = change->trigger;
    order->open = order->shown = change->open;
    order->total = change->total;
    if (moves) plain_reserve_price(plain, order);
    if (moves) plain_anew(plain, order, old);
    else plain_say_replaced(plain, order, old, MATCH_PARKED | MATCH_KEPT_PRIORITY);
}

static void change_order(struct plain_match *plain, struct plain_order *order,
                         const struct plain_change *change)
{
    if (!change->any) return;
    if (order->place == PLAIN_WAITS) {
        change_waiting(plain, order, change);
        return;
    }
    order_id_t old = order->id;
    bool keeps = change->price == order->price && change->open <= order->open;
    order->id = change->id;
    order->price = change->price;
    order->open = change->open;
    order->total = change->total;
    if (order->shown > order->open) order->shown = order->open;
    if (keeps) plain_say_replaced(plain, order, old, MATCH_KEPT_PRIORITY);
    else plain_anew(plain, order, old);
}

void plain_modify(struct plain_match *plain, const struct match_input *input)
{
    struct plain_order *order = plain_find(plain, input->id);
    if (order == NULL || order->account != input->account) {
        plain_reject(plain, input, MATCH_UNKNOWN_ID);
        return;
    }
    uint8_t reason = check_numbers(plain, input, order);
    struct plain_change change = {0};
    struct plain_leg_change legs[2];
    if (reason == MATCH_NO_REASON && !terms_fit(input, order)) reason = MATCH_BAD_TERMS;
    if (reason == MATCH_NO_REASON) {
        change = change_of(input, order);
        reason = plain_legs_change(plain, input, order, change.price, legs);
    }
    bool legs_change = reason == MATCH_NO_REASON && (legs[0].any || legs[1].any);
    if (reason == MATCH_NO_REASON && !change.any && !legs_change) reason = MATCH_NOTHING_CHANGES;
    if (reason == MATCH_NO_REASON && order->place != PLAIN_KEPT && change.open <= 0) {
        plain_cancel(plain, order, MATCH_BY_USER);
        return;
    }
    if (reason == MATCH_NO_REASON && !plain_legs_have_room(plain, order, legs)) reason = MATCH_FULL;
    if (reason == MATCH_NO_REASON && would_take(plain, order, &change)) reason = MATCH_WOULD_TAKE;
    if (reason == MATCH_NO_REASON) reason = check_money(plain, order, &change);
    if (reason == MATCH_NO_REASON && !plain_legs_have_money(plain, order, legs))
        reason = MATCH_NO_FUNDS;
    if (reason != MATCH_NO_REASON) {
        plain_reject(plain, input, reason);
        return;
    }
    plain_legs_apply(plain, order, legs);
    if (!plain_living(order) || order->id != input->id) return; /* a leg has traded with it */
    change.open = order->open + (change.total - order->total);
    if (change.open > 0) change_order(plain, order, &change);
    else plain_cancel(plain, order, MATCH_BY_USER);
}
