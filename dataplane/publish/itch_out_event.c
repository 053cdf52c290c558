#include "dataplane/publish/itch_out_layout.h"

/* Events of orders and trades: the hot half.
 *
 * The follower sees every event that it must see, of instruments that are not published too, or the
 * references would not be those that others come to.  What an event says of an order that is not in
 * the table (it waits for a trigger, or is arriving and has not rested) is not published. */

static void add_said(struct itch_out *out, const struct order *order, nanos_t time)
{
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, add_order, 'A') = (struct itch_add_order){
        .type = text1('A'),
        .stock_locate = be16(ITCH_OUT_LOCATE(order->instrument)),
        .timestamp_ns = stamp,
        .order_ref = be64(order->reference),
        .side = text1(order->side == SIDE_BUY ? 'B' : 'S'),
        .shares = be32(order->shares),
        .stock = out->instrument[order->instrument].symbol,
        .price_e4 = be32(order->price_e4),
    };
}

static void delete_said(struct itch_out *out, const struct order *order, nanos_t time)
{
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, order_delete, 'D') = (struct itch_order_delete){
        .type = text1('D'),
        .stock_locate = be16(ITCH_OUT_LOCATE(order->instrument)),
        .timestamp_ns = stamp,
        .order_ref = be64(order->reference),
    };
}

/* The order shows less and keeps its place; nothing is left of it: it is deleted. */
static void order_shrinks(struct itch_out *out, struct order *order, uint64_t by, nanos_t time)
{
    CHECK(by <= order->shares);
    if (by == order->shares) {
        delete_said(out, order, time);
        order_remove(out, order);
        return;
    }
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, order_cancel, 'X') = (struct itch_order_cancel){
        .type = text1('X'),
        .stock_locate = be16(ITCH_OUT_LOCATE(order->instrument)),
        .timestamp_ns = stamp,
        .order_ref = be64(order->reference),
        .canceled = be32((uint32_t)by),
    };
    order->shares -= (uint32_t)by;
}

static void order_rests(struct itch_out *out, const struct match_event *event, uint64_t reference,
                        nanos_t time)
{
    struct order order = {
        .id = event->id,
        .reference = reference,
        .shares = (uint32_t)shares_of(event->qty),
        .price_e4 = price_e4(event->price),
        .instrument = event->instrument,
        .side = event->side,
    };
    CHECK(order.shares != 0);
    order_insert(out, &order);
    add_said(out, &order, time);
}

/* A displayed order has traded at its own price. */
static void maker_traded(struct itch_out *out, const struct match_event *event, nanos_t time)
{
    struct order *order = order_find(out, event->other);
    uint64_t shares = shares_of(event->qty);
    CHECK(order != NULL);
    CHECK(order->price_e4 == price_e4(event->price));
    CHECK(shares <= order->shares);
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, order_executed, 'E') = (struct itch_order_executed){
        .type = text1('E'),
        .stock_locate = be16(ITCH_OUT_LOCATE(event->instrument)),
        .timestamp_ns = stamp,
        .order_ref = be64(order->reference),
        .executed = be32((uint32_t)shares),
        .match_number = be64(match_reference(event->number, event->step)),
    };
    order->shares -= (uint32_t)shares;
    CHECK(order->shares == 0 || !(event->flags & MATCH_MAKER_DONE));
    if (order->shares == 0) order_remove(out, order);
}

/* One of the two displayed orders of a trade in an auction. */
static void auction_side(struct itch_out *out, const struct match_event *event, order_id_t id,
                         nanos_t time)
{
    struct order *order = order_find(out, id);
    uint64_t shares = shares_of(event->qty);
    CHECK(order != NULL);
    CHECK(shares <= order->shares);
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, order_executed_price, 'C') = (struct itch_order_executed_price){
        .type = text1('C'),
        .stock_locate = be16(ITCH_OUT_LOCATE(event->instrument)),
        .timestamp_ns = stamp,
        .order_ref = be64(order->reference),
        .executed = be32((uint32_t)shares),
        .match_number = be64(match_reference(event->number, event->step)),
        .printable = text1('N'), /* the cross trade is the print */
        .price_e4 = be32(price_e4(event->price)),
    };
    order->shares -= (uint32_t)shares;
    if (order->shares == 0) order_remove(out, order);
}

static void auction_traded(struct itch_out *out, const struct match_event *event, nanos_t time)
{
    struct instrument *instrument = &out->instrument[event->instrument];
    CHECK(instrument->cross_number != 0);
    CHECK(instrument->cross_price_e4 == price_e4(event->price));
    auction_side(out, event, event->id, time);
    auction_side(out, event, event->other, time);
    instrument->cross_shares += shares_of(event->qty);
}

/* A change that keeps the order's place: its reference stays. */
static void replaced_in_place(struct itch_out *out, const struct match_event *event, nanos_t time)
{
    struct order *order = order_find(out, event->other);
    uint64_t shares = shares_of(event->qty);
    CHECK(order != NULL);
    CHECK(shares != 0);
    CHECK(shares <= order->shares);
    CHECK(order->price_e4 == price_e4(event->price));
    if (shares != order->shares) order_shrinks(out, order, order->shares - shares, time);
    if (event->id == event->other) return;
    struct order renamed = *order;
    renamed.id = event->id;
    order_remove(out, order);
    order_insert(out, &renamed);
}

/* A change that loses it: one message if the order rests at once, else it leaves the book. */
static void replaced_anew(struct itch_out *out, const struct match_event *event, uint64_t reference,
                          nanos_t time)
{
    struct order *old = order_find(out, event->other);
    CHECK(old != NULL);
    CHECK(old->side == event->side);
    if (event->qty == 0) {
        delete_said(out, old, time);
        order_remove(out, old);
        return;
    }
    CHECK(old->reference != reference);
    struct order new = *old;
    new.id = event->id;
    new.reference = reference;
    new.shares = (uint32_t)shares_of(event->qty);
    new.price_e4 = price_e4(event->price);
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, order_replace, 'U') = (struct itch_order_replace){
        .type = text1('U'),
        .stock_locate = be16(ITCH_OUT_LOCATE(event->instrument)),
        .timestamp_ns = stamp,
        .order_ref = be64(old->reference),
        .new_order_ref = be64(reference),
        .shares = be32(new.shares),
        .price_e4 = be32(new.price_e4),
    };
    order_remove(out, old);
    order_insert(out, &new);
}

/* The reference of the order that event names, if the follower must be asked. */
static inline uint64_t reference_of(struct itch_out *out, const struct match_event *event)
{
    switch (event->kind) {
    case MATCH_TRADED:
        return event->flags & MATCH_IN_AUCTION ? 0 : match_follow_reference(&out->follower, event);
    case MATCH_REPLACED:
        return event->flags & MATCH_KEPT_PRIORITY ? 0
                                                  : match_follow_reference(&out->follower, event);
    case MATCH_RESTED:
    case MATCH_WAITS:
    case MATCH_TRIGGERED:
    case MATCH_REFILLED: return match_follow_reference(&out->follower, event);
    default: return 0;
    }
}

static void replaced(struct itch_out *out, const struct match_event *event, uint64_t reference,
                     nanos_t time)
{
    if (event->flags & MATCH_PARKED) return; /* it waits for its trigger */
    if (event->flags & MATCH_KEPT_PRIORITY) replaced_in_place(out, event, time);
    else replaced_anew(out, event, reference, time);
}

/* An order became less, or nothing, without a trade. */
static void lessened(struct itch_out *out, const struct match_event *event, nanos_t time)
{
    struct order *order = order_find(out, event->id);
    if (order == NULL) return;
    bool ends = event->kind == MATCH_CANCELED;
    order_shrinks(out, order, ends ? order->shares : shares_of(event->qty), time);
}

void itch_out_event(struct itch_out *out, const struct match_event *event, nanos_t time)
{
    out->counts.event++;
    uint64_t reference = reference_of(out, event);
    switch (event->kind) {
    case MATCH_RESTED:
    case MATCH_TRADED:
    case MATCH_CANCELED:
    case MATCH_REDUCED:
    case MATCH_REPLACED:
    case MATCH_REFILLED:
    case MATCH_AUCTIONED:
    case MATCH_PHASED:
    case MATCH_LISTED:
    case MATCH_REMOVED: break;
    default: return; /* of its owner, or of money */
    }
    CHECK(event->instrument < out->limits.instruments);
    const struct instrument *instrument = &out->instrument[event->instrument];
    CHECK(instrument->phase != MATCH_UNLISTED);
    if (unlikely(!instrument->published) && event->kind != MATCH_REMOVED) {
        out->counts.unpublished++;
        return;
    }
    switch (event->kind) {
    case MATCH_RESTED:
    case MATCH_REFILLED: order_rests(out, event, reference, time); return;
    case MATCH_TRADED:
        if (unlikely(event->flags & MATCH_IN_AUCTION)) auction_traded(out, event, time);
        else maker_traded(out, event, time);
        return;
    case MATCH_CANCELED:
    case MATCH_REDUCED: lessened(out, event, time); return;
    case MATCH_REPLACED: replaced(out, event, reference, time); return;
    case MATCH_AUCTIONED: itch_out_auction(out, event, time); return;
    case MATCH_PHASED: itch_out_phase(out, event, time); return;
    case MATCH_REMOVED: itch_out_removed(out, event, time); return;
    default: return; /* LISTED: itch_out_list has been told */
    }
}

void itch_out_expect(const struct itch_out *out, const struct match_event *event)
{
    __builtin_prefetch(&out->order[order_home(out, event->id)], 1);
    if (event->other != 0) __builtin_prefetch(&out->order[order_home(out, event->other)], 1);
}

void itch_out_adopt(struct itch_out *out, const struct match_order *order, uint64_t reference,
                    nanos_t time)
{
    CHECK(order->instrument < out->limits.instruments);
    const struct instrument *instrument = &out->instrument[order->instrument];
    CHECK(instrument->phase != MATCH_UNLISTED);
    CHECK(!order->waits);
    if (!instrument->published) return;
    order_rests(out,
                &(struct match_event){
                    .id = order->id,
                    .price = order->price,
                    .qty = order->shown,
                    .instrument = order->instrument,
                    .side = order->side,
                },
                reference, time);
}
