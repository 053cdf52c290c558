/* NEW: the checks in their order, then the order with its legs. */

#include "tests/reference/plain_match_parts.h"

uint8_t plain_check_qty(const struct plain_instrument *market, qty_t qty)
{
    if (qty <= 0) return MATCH_BAD_QTY;
    if (qty % market->listing.lot != 0) return MATCH_OFF_LOT;
    return qty > market->listing.qty_max ? MATCH_OVER_QTY : MATCH_NO_REASON;
}

uint8_t plain_check_price(const struct plain_instrument *market, price_t price)
{
    if (price <= 0) return MATCH_BAD_PRICE;
    if (price % market->listing.tick != 0) return MATCH_OFF_TICK;
    return price > market->listing.price_max ? MATCH_OVER_PRICE : MATCH_NO_REASON;
}

/* A9 */
uint8_t plain_check_id(struct plain_match *plain, order_id_t id)
{
    if (id == 0 || id > MATCH_ID_MAX) return MATCH_BAD_ID;
    return plain_find(plain, id) ? MATCH_ID_IN_USE : MATCH_NO_REASON;
}

static bool has_price(uint8_t type)
{
    return type == MATCH_LIMIT || type == MATCH_STOP_LIMIT;
}

static bool good_price(const struct plain_instrument *market, bool has, price_t price)
{
    return has ? plain_check_price(market, price) == MATCH_NO_REASON : price == 0;
}

/* E1, E5 */
uint8_t plain_check_leg(const struct plain_instrument *market, const struct plain_order *order,
                        const struct match_leg *leg, uint32_t which)
{
    if (leg->type == MATCH_TYPE_NONE) return MATCH_NO_REASON;
    bool stops = plain_type_stops(leg->type);
    if (leg->type == MATCH_MARKET) return MATCH_BAD_LEG;
    if (!good_price(market, has_price(leg->type), leg->price)) return MATCH_BAD_LEG;
    if (!good_price(market, stops, leg->trigger)) return MATCH_BAD_LEG;
    if (order->link == MATCH_PAIR)
        return leg->side == order->side ? MATCH_NO_REASON : MATCH_BAD_LEG;
    if (!order->tracked) return MATCH_NO_REASON;
    if (leg->side == order->side || stops != (which == 1)) return MATCH_BAD_LEG;
    if (order->type != MATCH_LIMIT || order->place == PLAIN_KEPT) return MATCH_NO_REASON;
    if (leg->type == MATCH_TRAILING_STOP) return MATCH_NO_REASON;
    price_t profit = which == 0 ? leg->price - order->price : order->price - leg->trigger;
    if (order->side == SIDE_SELL) profit = -profit;
    return profit > 0 ? MATCH_NO_REASON : MATCH_BAD_LEG;
}

static uint8_t check_prices(const struct plain_instrument *market, const struct match_input *input,
                            const struct match_terms *terms)
{
    uint8_t reason = MATCH_NO_REASON;
    if (has_price(input->type)) reason = plain_check_price(market, input->price);
    if (reason == MATCH_NO_REASON && plain_type_stops(input->type))
        reason = plain_check_price(market, terms->trigger);
    return reason;
}

static bool links_go_together(const struct match_input *input, const struct match_terms *terms)
{
    bool first = terms->legs[0].type != MATCH_TYPE_NONE;
    bool second = terms->legs[1].type != MATCH_TYPE_NONE;
    for (int i = 0; i < 2; i++) {
        const struct match_leg *leg = &terms->legs[i];
        if (leg->type == MATCH_TYPE_NONE &&
            (leg->price != 0 || leg->trigger != 0 || leg->side != 0))
            return false;
    }
    if (terms->link == MATCH_ALONE) return !first && !second;
    if (terms->link == MATCH_LEGS) return first || second;
    return first && !second && input->type != MATCH_MARKET && input->flags == 0 &&
           input->tif != MATCH_IOC && input->tif != MATCH_FOK;
}

static bool terms_go_together(const struct plain_instrument *market,
                              const struct match_input *input, const struct match_terms *terms)
{
    bool stops = plain_type_stops(input->type);
    bool rests = input->tif == MATCH_GTC || input->tif == MATCH_DAY;
    if (!has_price(input->type) && input->price != 0) return false;
    if (!stops && terms->trigger != 0) return false;
    if (input->type == MATCH_MARKET && input->tif == MATCH_DAY) return false;
    if (stops && !rests) return false;
    if (input->flags & MATCH_POST_ONLY && (!rests || input->type != MATCH_LIMIT)) return false;
    if (terms->display != 0) {
        if (input->type != MATCH_LIMIT || !rests) return false;
        if (plain_check_qty(market, terms->display) != MATCH_NO_REASON) return false;
        if (terms->link != MATCH_ALONE || input->flags & MATCH_TRACK) return false;
        if ((wide_t)input->qty > (wide_t)terms->display * 1024) return false;
    }
    return links_go_together(input, terms);
}

static struct plain_order draft_of(const struct plain_match *plain, const struct match_input *input)
{
    const struct plain_instrument *market = &plain->instrument[input->instrument];
    const struct match_terms *terms = plain_terms(input);
    return (struct plain_order){
        .place = PLAIN_ARRIVING,
        .id = input->id,
        .account = input->account,
        .instrument = input->instrument,
        .side = input->side,
        .type = input->type,
        .tif = input->tif,
        .self_trade = input->self_trade,
        .link = terms->link,
        .post_only = input->flags & MATCH_POST_ONLY,
        .tracked = input->flags & MATCH_TRACK,
        .price = input->price,
        .trigger = terms->trigger,
        .best = market->last ? market->last : market->reference,
        .tick = market->listing.tick,
        .price_max = market->listing.price_max,
        .open = input->qty,
        .shown = input->qty,
        .total = input->qty,
        .display = terms->display < input->qty ? terms->display : 0,
    };
}

bool plain_is_special(const struct plain_order *order)
{
    return order->display > 0 || plain_type_stops(order->type) || order->link != MATCH_ALONE ||
           order->tracked || order->parent != NULL || order->sibling != NULL || order->special;
}

void plain_count(const struct plain_match *plain, uint32_t *orders, uint32_t *specials)
{
    *orders = *specials = 0;
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *order = &plain->order[i];
        if (order->place == PLAIN_GONE || order->closing) continue;
        *orders += 1;
        *specials += plain_is_special(order);
    }
}

static uint8_t check_form(struct plain_match *plain, const struct match_input *input)
{
    if (input->instrument >= plain->limits.instruments) return MATCH_NO_INSTRUMENT;
    const struct plain_instrument *market = &plain->instrument[input->instrument];
    const struct match_terms *terms = plain_terms(input);
    if (market->phase == MATCH_UNLISTED) return MATCH_NO_INSTRUMENT;
    if (plain->limits.accounts > 0 &&
        (input->account >= plain->limits.accounts || !plain->account[input->account].known))
        return MATCH_NO_ACCOUNT;
    if (market->phase == MATCH_CLOSED) return MATCH_IS_CLOSED;
    if (market->phase == MATCH_HALTED) return MATCH_IS_HALTED;
    uint8_t reason = plain_check_id(plain, input->id);
    if (reason == MATCH_NO_REASON) reason = plain_check_qty(market, input->qty);
    if (reason == MATCH_NO_REASON) reason = check_prices(market, input, terms);
    if (reason != MATCH_NO_REASON) return reason;
    if (!terms_go_together(market, input, terms)) return MATCH_BAD_TERMS;
    if (market->phase != MATCH_OPEN &&
        (input->type == MATCH_MARKET || input->tif == MATCH_IOC || input->tif == MATCH_FOK))
        return MATCH_IN_CALL;
    struct plain_order draft = draft_of(plain, input);
    for (uint32_t i = 0; i < 2 && reason == MATCH_NO_REASON; i++)
        reason = plain_check_leg(market, &draft, &terms->legs[i], i);
    if (terms->link == MATCH_LEGS && terms->legs[0].type && terms->legs[1].type &&
        terms->legs[0].side != terms->legs[1].side)
        reason = MATCH_BAD_LEG;
    return reason;
}

static bool is_full(const struct plain_match *plain, const struct plain_order *draft,
                    const struct match_terms *terms)
{
    uint32_t orders, specials;
    uint32_t legs = (terms->legs[0].type != 0) + (terms->legs[1].type != 0);
    plain_count(plain, &orders, &specials);
    return orders + 1 + legs > plain->limits.orders ||
           specials + plain_is_special(draft) + legs > plain->limits.specials;
}

struct plain_order *plain_slot(struct plain_match *plain)
{
    uint32_t i = 0;
    while (i < plain->slots && plain->order[i].place != PLAIN_GONE) i++;
    CHECK(i < PLAIN_ORDERS);
    if (i == plain->slots) plain->slots++;
    return &plain->order[i];
}

/* A leg: of a pair it is held until the order has finished, others sleep. */
struct plain_order *plain_add_leg(struct plain_match *plain, struct plain_order *order,
                                  const struct match_leg *leg)
{
    bool pair = order->link == MATCH_PAIR;
    struct plain_order *added = plain_slot(plain);
    *added = (struct plain_order){
        .place = pair ? PLAIN_HELD : PLAIN_SLEEPS,
        .born = ++plain->ages,
        .account = order->account,
        .instrument = order->instrument,
        .side = leg->side,
        .type = leg->type,
        .tif = order->tif == MATCH_DAY ? MATCH_DAY : MATCH_GTC,
        .self_trade = order->self_trade,
        .price = leg->price,
        .trigger = leg->trigger,
        .best = order->best,
        .tick = order->tick,
        .price_max = order->price_max,
        .open = pair ? order->open : 0,
        .shown = pair ? order->open : 0,
        .total = pair ? order->open : 0,
        .parent = order,
        .special = true,
    };
    plain_reserve_price(plain, added);
    if (pair) {
        added->sibling = order;
        order->sibling = added;
    }
    return added;
}

static void open_legs(struct plain_match *plain, struct plain_order *order,
                      const struct match_terms *terms)
{
    for (int i = 0; i < 2; i++) {
        if (terms->legs[i].type == MATCH_TYPE_NONE) continue;
        struct plain_order *leg = plain_add_leg(plain, order, &terms->legs[i]);
        if (order->link == MATCH_LEGS) order->legs[i] = leg;
    }
    if (order->legs[0] && order->legs[1]) {
        order->legs[0]->sibling = order->legs[1];
        order->legs[1]->sibling = order->legs[0];
    }
}

/* The draft and the leg of its pair take part in the sums only while the account is asked. */
static uint8_t check_money(struct plain_match *plain, struct plain_order *draft,
                           const struct match_terms *terms)
{
    const struct plain_instrument *market = plain_market(plain, draft);
    if (plain->limits.accounts == 0) return MATCH_NO_REASON;
    uint32_t slots = plain->slots;
    uint64_t ages = plain->ages;
    struct plain_question question = plain_ask(plain, draft);
    struct plain_order *order = plain_slot(plain), *leg = NULL;
    *order = *draft;
    if (draft->link == MATCH_PAIR) leg = plain_add_leg(plain, order, &terms->legs[0]);
    price_t price = plain_price(plain, order);
    if (leg && plain_price(plain, leg) > price) price = plain_price(plain, leg);
    bool funded = !plain_uses_money(plain, order) || plain_answer(plain, &question);
    order->place = PLAIN_GONE;
    if (leg) leg->place = PLAIN_GONE;
    plain->slots = slots;
    plain->ages = ages;
    price_t limit = plain->account[draft->account].limit;
    if (limit > 0 && plain_value(market, price, draft->open) > limit) return MATCH_OVER_VALUE;
    if (!plain_has_room(plain, draft->account, draft->instrument)) return MATCH_NO_ROOM;
    return funded ? MATCH_NO_REASON : MATCH_NO_FUNDS;
}

static void accept(struct plain_match *plain, const struct plain_order *draft,
                   const struct match_terms *terms)
{
    const struct plain_instrument *market = plain_market(plain, draft);
    plain_take_room(plain, draft->account, draft->instrument);
    struct plain_order *order = plain_slot(plain);
    *order = *draft;
    order->born = ++plain->ages;
    open_legs(plain, order, terms);
    struct plain_order *leg = order->link == MATCH_PAIR ? order->sibling : NULL;
    if (leg) leg->id = plain->next_id++;
    for (int i = 0; i < 2; i++)
        if (order->legs[i]) order->legs[i]->id = plain->next_id++;
    if (order->tracked) plain_say_status(plain, order);
    plain_arrive(plain, order);
    if (leg && leg->place == PLAIN_HELD) {
        leg->place = PLAIN_ARRIVING;
        leg->best = market->last ? market->last : market->reference;
        plain_arrive(plain, leg);
    }
}

void plain_order_new(struct plain_match *plain, const struct match_input *input)
{
    uint8_t reason = check_form(plain, input);
    if (reason != MATCH_NO_REASON) {
        plain_reject(plain, input, reason);
        return;
    }
    const struct match_terms *terms = plain_terms(input);
    struct plain_order draft = draft_of(plain, input);
    const struct plain_instrument *market = plain_market(plain, &draft);
    const struct plain_order *best = plain_best(plain, draft.instrument, !draft.side);
    plain_reserve_price(plain, &draft);
    if (is_full(plain, &draft, terms)) reason = MATCH_FULL;
    else if (draft.post_only && market->phase == MATCH_OPEN && best &&
             plain_accepts(draft.side, draft.price, best->price))
        reason = MATCH_WOULD_TAKE;
    else if (draft.type == MATCH_MARKET && best == NULL) {
        plain_say_canceled(plain, &draft, draft.open, MATCH_NO_LIQUIDITY);
        return;
    }
    if (reason == MATCH_NO_REASON) {
        if (draft.type == MATCH_MARKET)
            draft.price = plain_collared(market, draft.side, best->price);
        reason = check_money(plain, &draft, terms);
    }
    if (reason != MATCH_NO_REASON) plain_reject(plain, input, reason);
    else accept(plain, &draft, terms);
}
