#ifndef DATAPLANE_PUBLISH_ITCH_OUT_LAYOUT_H
#define DATAPLANE_PUBLISH_ITCH_OUT_LAYOUT_H

/* How the publisher lies in memory.  Private to itch_out*.c.
 *
 *     order        displayed orders by the engine's id: open addressing, at most half full
 *     instrument   [index]: what is published of it, and the auction that is going on
 *
 * Always true: an order in the table is of a published instrument and shows at least one share; an
 * instrument's count is the number of its orders in the table; no two have one reference. */

#include "dataplane/match/match_reference.h"
#include "dataplane/publish/itch_out.h"
#include "dataplane/wire/itch.h"

struct order {
    order_id_t id; /* 0: no order */
    uint64_t reference;
    uint32_t shares; /* shown */
    uint32_t price_e4;
    uint16_t instrument;
    uint8_t side; /* enum side */
    uint8_t spare[5];
};
static_assert(sizeof(struct order) == 32, "two a cache line");

struct instrument {
    struct text8 symbol;
    uint64_t cross_number; /* of the auction that is going on; 0: none is */
    uint64_t cross_shares;
    uint32_t cross_price_e4;
    uint32_t orders;
    uint8_t phase; /* enum match_phase; UNLISTED: none is listed */
    bool published;
    bool closing; /* its call is to close it */
};

struct itch_out {
    struct history *history;
    struct order *order;
    struct instrument *instrument;
    uint64_t multiplier; /* of the hash: odd */
    uint32_t shift;      /* 64 - log2 of the places */
    uint32_t mask;
    nanos_t midnight;
    struct match_follower follower;
    struct itch_out_counts counts;
    struct itch_out_limits limits;
};

/* Orders. */

static inline uint32_t order_home(const struct itch_out *out, order_id_t id)
{
    uint64_t hash = (id ^ id >> 29) * out->multiplier;
    return (uint32_t)(hash >> out->shift);
}

/* The place of an order, or the empty one where it would be. */
static inline struct order *order_place(const struct itch_out *out, order_id_t id)
{
    uint32_t i = order_home(out, id);
    while (out->order[i].id != id && out->order[i].id != 0) i = (i + 1) & out->mask;
    return &out->order[i];
}

/* NULL: not displayed. */
static inline struct order *order_find(const struct itch_out *out, order_id_t id)
{
    struct order *order = order_place(out, id);
    return order->id != 0 ? order : NULL;
}

static inline void order_insert(struct itch_out *out, const struct order *new)
{
    struct order *order = order_place(out, new->id);
    CHECK(new->id != 0);
    CHECK(order->id == 0);
    CHECK(out->counts.orders < out->limits.orders);
    *order = *new;
    out->counts.orders++;
    out->instrument[new->instrument].orders++;
}

/* The orders behind a hole move into it, if their probes pass there. */
static inline void order_remove(struct itch_out *out, struct order *order)
{
    out->counts.orders--;
    out->instrument[order->instrument].orders--;
    uint32_t hole = (uint32_t)(order - out->order);
    for (uint32_t i = (hole + 1) & out->mask; out->order[i].id != 0; i = (i + 1) & out->mask) {
        uint32_t home = order_home(out, out->order[i].id);
        if (((i - home) & out->mask) < ((i - hole) & out->mask)) continue;
        out->order[hole] = out->order[i];
        hole = i;
    }
    out->order[hole].id = 0;
}

/* Numbers of the wire. */

static inline uint32_t price_e4(price_t price)
{
    CHECK(price >= 0);
    CHECK(price % PRICE_PER_E4 == 0);
    return (uint32_t)(price / PRICE_PER_E4);
}

static inline uint64_t shares_of(qty_t qty)
{
    CHECK(qty >= 0);
    CHECK(qty % QTY_ONE == 0);
    return (uint64_t)(qty / QTY_ONE);
}

/* Nanoseconds since midnight; the nearest that the wire can say. */
static inline struct be48 itch_time(struct itch_out *out, nanos_t time)
{
    const nanos_t most = ((nanos_t)1 << 48) - 1;
    nanos_t since = time - out->midnight;
    if (unlikely(time < out->midnight || since > most)) {
        out->counts.other_day++;
        since = time < out->midnight ? 0 : most;
    }
    return be48(since);
}

/* Room for the next message, of type. */
static inline void *itch_append(struct itch_out *out, char type, size_t bytes)
{
    out->counts.type[(uint8_t)type]++;
    return history_append(out->history, (uint32_t)bytes);
}

#define ITCH_APPEND(out, message, letter)                                                          \
    ((struct itch_##message *)itch_append(out, letter, sizeof(struct itch_##message)))

/* "Stock Trading Action" of an instrument, for its phase. */
void itch_out_trading_action(struct itch_out *out, uint16_t instrument, nanos_t time);

/* An instrument goes from its phase to another: what ends, and what begins. */
void itch_out_phase(struct itch_out *out, const struct match_event *event, nanos_t time);

/* An auction begins. */
void itch_out_auction(struct itch_out *out, const struct match_event *event, nanos_t time);

/* An instrument is removed. */
void itch_out_removed(struct itch_out *out, const struct match_event *event, nanos_t time);

#endif
