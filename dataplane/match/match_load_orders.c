#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_load.h"
#include "dataplane/match/match_slots.h"

/* Orders and their queues.  Each order is opened and joins the end of its queue as it comes; then
 * the links by id become links by slot, and the lists of the holders are put in their order.
 * Whether what an order says agrees with what it is linked to is for match_unsound to say. */

#define META_KNOWN                                                                                 \
    (META_INSTRUMENT | META_SIDE | META_DAY | META_POST_ONLY | META_SPECIAL |                      \
     3u << META_STP_SHIFT | META_ICEBERG | META_LINKED | META_PLACE)

#define NOT_LISTED UINT32_MAX /* of tie.prev, until the section of lists names the order */

/* Whether a key is one of side's prices. */
static bool key_good(const struct instrument *b, enum side side, int32_t key)
{
    int64_t ticks = side == SIDE_BUY ? ~(int64_t)key : key;
    return ticks >= 1 && ticks <= b->tick.max;
}

/* Quantities and key, by place. */
static bool order_numbers_good(const struct instrument *b, const struct stream_order *saved,
                               enum place place)
{
    enum side side = (enum side)(saved->meta >> META_SIDE_SHIFT & 1);
    bool open = place == PLACE_BOOK || place == PLACE_WAITS || place == PLACE_FIRED;
    if (saved->total == 0 || saved->total > b->lot.max || saved->spare != 0) return false;
    if (open != (saved->lots != 0) || saved->lots > b->lot.max) return false;
    return place != PLACE_BOOK || key_good(b, side, saved->key);
}

/* Why an order cannot be, or NULL; *holder is whose it is. */
static const char *order_check(const struct match *m, const struct stream_order *saved,
                               uint32_t *holder)
{
    uint32_t index = saved->meta & META_INSTRUMENT;
    if (saved->id == 0 || saved->id >= m->id_next) return "an order's id is not one";
    if (ids_find(m, saved->id) != 0) return "an order's id is there twice";
    if (!slots_left(m, 1)) return "there are more orders than the limit of orders";
    if (index >= m->limits.instruments || m->instruments[index].phase == MATCH_UNLISTED)
        return "an order's instrument is not there";
    enum place place = (enum place)(saved->meta >> META_PLACE_SHIFT & 7);
    bool special = saved->meta & META_SPECIAL;
    if (saved->meta & ~META_KNOWN || place >= PLACE_RUNNING ||
        (!special && (place != PLACE_BOOK || saved->meta & (META_ICEBERG | META_LINKED))))
        return "an order is of no known kind";
    if (!order_numbers_good(&m->instruments[index], saved, place))
        return "an order's price or quantity is out of its range";
    *holder = saved->account;
    if (m->limits.accounts == 0) return NULL;
    if (saved->account >= m->limits.accounts) return "an order is of an account without a holding";
    *holder = ledger_holding_find(m, saved->account, (uint16_t)index);
    return *holder == 0 ? "an order is of an account without a holding" : NULL;
}

/* To the end of a list by order.next. */
static void list_append(struct match *m, uint32_t *first, uint32_t *last, uint32_t slot)
{
    m->orders[slot].prev = *last;
    m->orders[slot].next = 0;
    if (*last != 0) m->orders[*last].next = slot;
    else *first = slot;
    *last = slot;
}

static const char *order_queue(struct match *m, uint32_t slot)
{
    struct instrument *b = order_instrument(m, &m->orders[slot]);
    enum side side = order_side(&m->orders[slot]);
    switch (order_place(&m->orders[slot])) {
    case PLACE_BOOK:
        if (book_put(m, slot)) return NULL;
        return "a book's prices are too far apart, or there are more than the limit of pages";
    case PLACE_WAITS:
        if (order_special(m, slot)->type == MATCH_TRAILING_STOP) {
            if (b->trailing == MATCH_TRAILING_MAX) return "more trailing stops wait than may";
            list_append(m, &b->trailing_first, &b->trailing_last, slot);
            b->trailing++;
            b->waiting++;
            return NULL;
        }
        if (!key_good(b, side_opposite(side), m->orders[slot].key))
            return "a stop's trigger is out of its range";
        if (waits_put(m, slot)) return NULL;
        return "triggers are too far apart, or there are more than the limit of pages";
    case PLACE_FIRED: list_append(m, &m->fired_first, &m->fired_last, slot); return NULL;
    case PLACE_DORMANT:
    case PLACE_HELD: return NULL;
    case PLACE_RUNNING: break;
    }
    UNREACHABLE("order_check knows the places");
}

static const char *special_fill(struct match *m, uint32_t slot, const struct stream_special *saved)
{
    struct special *special = special_open(m, slot);
    if (special == NULL) return "there are more special orders than the limit of them";
    if (saved->type >= MATCH_TYPE_COUNT || saved->tif >= MATCH_TIF_COUNT ||
        saved->status >= MATCH_STATUS_COUNT || saved->tracked > 1 || saved->reserves > 1)
        return "a special order is of no known kind";
    for (uint32_t i = 0; i < sizeof saved->spare; i++)
        if (saved->spare[i] != 0) return "a special order is of no known kind";
    special->hidden = saved->hidden;
    special->display = saved->display;
    special->filled = saved->filled;
    special->closed = saved->closed;
    special->limit = saved->limit;
    special->trigger = saved->trigger;
    special->trail = saved->trail;
    special->best_last = saved->best_last;
    special->reserve = saved->reserve;
    special->type = saved->type;
    special->tif = saved->tif;
    special->status = saved->status;
    special->tracked = saved->tracked;
    special->reserves = saved->reserves;
    return NULL;
}

static const char *load_order(struct match *m, const struct stream_order *saved,
                              struct load_section *specials)
{
    uint32_t holder;
    const char *sentence = order_check(m, saved, &holder);
    if (sentence) return sentence;
    uint32_t slot = order_open(m,
                               &(struct order){
                                   .id = saved->id,
                                   .lots = saved->lots,
                                   .key = saved->key,
                                   .holder = holder,
                                   .meta = saved->meta,
                               },
                               saved->total);
    if (saved->meta & META_SPECIAL) {
        struct stream_special special;
        if (!load_next(specials, &special)) return "a special order's terms are not there";
        sentence = special_fill(m, slot, &special);
        if (sentence) return sentence;
    }
    return order_queue(m, slot);
}

/* Links. */

static bool link_find(const struct match *m, order_id_t id, uint32_t *slot)
{
    *slot = order_find(m, id);
    return (*slot != 0 && m->orders[*slot].meta & META_LINKED) || id == 0;
}

static const char *load_links(struct match *m, struct load_section orders,
                              struct load_section specials)
{
    struct stream_order order;
    struct stream_special saved;
    while (load_next(&orders, &order)) {
        if (!(order.meta & META_SPECIAL)) continue;
        load_next(&specials, &saved);
        struct special *special = order_special(m, order_find(m, order.id));
        if (!link_find(m, saved.parent, &special->parent) ||
            !link_find(m, saved.sibling, &special->sibling) ||
            !link_find(m, saved.legs[0], &special->legs[0]) ||
            !link_find(m, saved.legs[1], &special->legs[1]))
            return "an order is linked to one that is not there";
    }
    return NULL;
}

/* Lists of the holders: each order is taken out of the list in which it was opened and joins the
 * end of it again, in the order they were saved. */

static const char *load_lists(struct load *load)
{
    struct match *m = load->m;
    struct load_section section = {0};
    const char *sentence = load_take(load, STREAM_LISTS, &section);
    if (sentence) return sentence;
    if (section.count != (m->limits.accounts != 0 ? m->alive : 0))
        return "the lists of holders are not as long as there are orders";
    if (section.count == 0) return NULL;
    for (uint32_t slot = 1; slot <= m->limits.orders; slot++) {
        if (m->orders[slot].id == 0) continue;
        struct holding *holding = &m->holdings[m->orders[slot].holder];
        holding->orders_first = holding->orders_last = holding->orders = 0;
        m->ties[slot].prev = NOT_LISTED;
    }
    order_id_t id;
    while (load_next(&section, &id)) {
        uint32_t slot = order_find(m, id);
        if (slot == 0) return "a holder's order is not there";
        if (m->ties[slot].prev != NOT_LISTED) return "a holder's order is there twice";
        holder_append(m, slot, m->orders[slot].holder);
    }
    return NULL;
}

const char *load_orders(struct load *load)
{
    struct load_section orders, specials;
    const char *sentence = load_take(load, STREAM_ORDERS, &orders);
    if (!sentence) sentence = load_take(load, STREAM_SPECIALS, &specials);
    if (sentence) return sentence;
    const struct load_section orders_again = orders, specials_again = specials;
    struct stream_order saved;
    while (load_next(&orders, &saved)) {
        sentence = load_order(load->m, &saved, &specials);
        if (sentence) return sentence;
    }
    if (specials.count != 0) return "there are more special orders' terms than special orders";
    sentence = load_links(load->m, orders_again, specials_again);
    return sentence ? sentence : load_lists(load);
}
