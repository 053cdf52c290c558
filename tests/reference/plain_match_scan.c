/* Questions about orders: each walks all slots. */

#include "tests/reference/plain_match_parts.h"

bool plain_living(const struct plain_order *order)
{
    return order->place == PLAIN_BOOK || order->place == PLAIN_WAITS || order->place == PLAIN_FIRED;
}

bool plain_type_stops(uint8_t type)
{
    return type == MATCH_STOP || type == MATCH_STOP_LIMIT || type == MATCH_TRAILING_STOP;
}

bool plain_is_stop(const struct plain_order *order)
{
    return plain_type_stops(order->type) && !order->becomes;
}

struct plain_instrument *plain_market(struct plain_match *plain, const struct plain_order *order)
{
    return &plain->instrument[order->instrument];
}

/* By its id: who lives, and who is tracked. */
struct plain_order *plain_find(struct plain_match *plain, order_id_t id)
{
    for (uint32_t i = 0; i < plain->slots; i++) {
        struct plain_order *order = &plain->order[i];
        if (order->id == id && (plain_living(order) || order->place == PLAIN_KEPT)) return order;
    }
    return NULL;
}

static bool is_better(uint8_t side, price_t a, price_t b)
{
    return side == SIDE_BUY ? a > b : a < b;
}

struct plain_order *plain_best(struct plain_match *plain, uint16_t instrument, uint8_t side)
{
    struct plain_order *best = NULL;
    for (uint32_t i = 0; i < plain->slots; i++) {
        struct plain_order *order = &plain->order[i];
        if (order->place != PLAIN_BOOK || order->instrument != instrument || order->side != side)
            continue;
        if (best == NULL || is_better(side, order->price, best->price) ||
            (order->price == best->price && order->turn < best->turn))
            best = order;
    }
    return best;
}

bool plain_accepts(uint8_t side, price_t limit, price_t price)
{
    return side == SIDE_BUY ? price <= limit : price >= limit;
}

/* A6, D2 */
price_t plain_collared(const struct plain_instrument *market, uint8_t side, price_t from)
{
    const struct match_listing *listing = &market->listing;
    price_t price = side == SIDE_BUY ? from + listing->collar : from - listing->collar;
    if (price < listing->tick) return listing->tick;
    return price > listing->price_max ? listing->price_max : price;
}

/* Of a trailing stop: order->trigger is its distance.  Kept within the prices there are. */
price_t plain_trigger(const struct plain_order *order)
{
    if (order->type != MATCH_TRAILING_STOP) return order->trigger;
    if (order->side == SIDE_SELL) {
        price_t at = order->best - order->trigger;
        return at < order->tick ? order->tick : at;
    }
    return order->trigger > order->price_max - order->best ? order->price_max
                                                           : order->best + order->trigger;
}

/* D1 */
bool plain_reached(const struct plain_order *order, price_t price)
{
    if (price == 0) return false;
    price_t trigger = plain_trigger(order);
    return order->side == SIDE_BUY ? price >= trigger : price <= trigger;
}

static price_t place_price(const struct plain_order *order)
{
    return plain_is_stop(order) ? order->trigger : order->price;
}

/* Where order and other stand in the same ladder of prices, if order were placed now. */
static bool same_ladder(const struct plain_order *order, const struct plain_order *other)
{
    if (other->instrument != order->instrument || other->side != order->side) return false;
    if (plain_is_stop(order)) return other->place == PLAIN_WAITS;
    return other->place == PLAIN_BOOK;
}

static uint32_t pages_used(const struct plain_match *plain)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *order = &plain->order[i];
        if (order->place != PLAIN_BOOK && order->place != PLAIN_WAITS) continue;
        if (order->place == PLAIN_WAITS && order->type == MATCH_TRAILING_STOP) continue;
        bool seen = false;
        for (uint32_t j = 0; j < i && !seen; j++) {
            const struct plain_order *other = &plain->order[j];
            if (other->place == PLAIN_WAITS && other->type == MATCH_TRAILING_STOP) continue;
            seen = other->place == order->place && same_ladder(order, other) &&
                   place_price(other) / order->tick >> 6 == place_price(order) / order->tick >> 6;
        }
        used += !seen;
    }
    return used;
}

/* A8 */
bool plain_has_place(struct plain_match *plain, const struct plain_order *order)
{
    if (plain_is_stop(order) && order->type == MATCH_TRAILING_STOP) return true;
    const struct match_listing *listing = &plain_market(plain, order)->listing;
    price_t price = place_price(order) / listing->tick;
    bool has_page = false;
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *other = &plain->order[i];
        if (other == order || !same_ladder(order, other)) continue;
        if (other->place == PLAIN_WAITS && other->type == MATCH_TRAILING_STOP) continue;
        price_t there = place_price(other) / listing->tick;
        if ((there > price ? there - price : price - there) >= listing->window) return false;
        if (there >> 6 == price >> 6) has_page = true;
    }
    return has_page || pages_used(plain) < plain->limits.pages;
}

/* C1 */
uint64_t plain_group(const struct plain_match *plain, uint32_t account)
{
    return plain->limits.accounts > 0 ? plain->account[account].group : account;
}

/* In the order of their queue: the book's and the stops' by price, then by age (A1, D4). */
bool plain_before(const struct plain_order *a, const struct plain_order *b)
{
    if (a->place == PLAIN_BOOK && a->price != b->price)
        return is_better(a->side, a->price, b->price);
    if (a->place == PLAIN_WAITS) {
        bool a_trails = a->type == MATCH_TRAILING_STOP, b_trails = b->type == MATCH_TRAILING_STOP;
        if (a_trails != b_trails) return b_trails;
        if (!a_trails && a->side != b->side) return a->side == SIDE_BUY;
        if (!a_trails && a->trigger != b->trigger)
            return a->side == SIDE_BUY ? a->trigger < b->trigger : a->trigger > b->trigger;
    }
    return a->turn < b->turn;
}

/* The first order of a queue behind after (NULL: the first).  Side is for the book alone. */
struct plain_order *plain_next(struct plain_match *plain, uint16_t instrument,
                               enum plain_place place, uint8_t side,
                               const struct plain_order *after)
{
    struct plain_order *next = NULL;
    for (uint32_t i = 0; i < plain->slots; i++) {
        struct plain_order *order = &plain->order[i];
        if (order->place != place || order->instrument != instrument) continue;
        if (place == PLAIN_BOOK && order->side != side) continue;
        if (after != NULL && (order == after || !plain_before(after, order))) continue;
        if (next == NULL || plain_before(order, next)) next = order;
    }
    return next;
}
