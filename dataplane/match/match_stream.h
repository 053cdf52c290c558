#ifndef DATAPLANE_MATCH_MATCH_STREAM_H
#define DATAPLANE_MATCH_MATCH_STREAM_H

/* What a saved engine looks like.  For match_save.c and match_load.c.
 *
 *     stream_head
 *     one section of each kind, in the order of the enum, each
 *         stream_section      kind, bytes of a record, number of records
 *         the records         of fixed size, without holes, a multiple of 8 bytes
 *
 * Two engines that were told the same write the same bytes, whatever their limits, secret and
 * history of slots.  So nothing is named by a slot: an order by its id, a holding by its account
 * and instrument, a balance by its account and asset; and everything lies in an order that the
 * rules give: by number, or as it stands in its queue or list.
 *
 * An engine's limits are not its state and are not here, but for one thing: whether there are
 * accounts.  Who wants the same answers after a load gives the same limits.
 *
 * What follows from the rest is not here either: reservations and margins (orders, positions and
 * mark prices), bands (references), when the calendar is due (the time).
 *
 * Numbers are as this machine keeps them; byte_order says how that is. */

#include "dataplane/match/match_layout.h"

#define STREAM_MAGIC      0x6863746d78756c70u /* "pluxmtch" */
#define STREAM_VERSION    1u
#define STREAM_BYTE_ORDER 0x01020304u

struct stream_head {
    uint64_t magic;
    uint32_t version; /* of the records below */
    uint32_t byte_order;
};

enum stream_kind {
    STREAM_STATE,       /* one */
    STREAM_INSTRUMENTS, /* by index */
    STREAM_ACCOUNTS,    /* by number */
    STREAM_BALANCES,    /* by account, as in its list */
    STREAM_HOLDINGS,    /* by account, as in its list */
    STREAM_USERS,       /* the holdings again: by instrument, as in its list */
    STREAM_ASSETS,      /* by number, but those without money */
    STREAM_ORDERS,      /* by instrument: bids and asks, best first, oldest first; waiting buys and
                         * sells, first to fire first; trailing stops; after all instruments those
                         * that have fired, then those that are in no queue, by id */
    STREAM_SPECIALS,    /* of those orders that have one, in the same order */
    STREAM_LISTS,       /* ids: by holding, as in its list */
    STREAM_KIND_COUNT,
};

struct stream_section {
    uint32_t kind;
    uint32_t record_bytes;
    uint64_t count;
};

struct stream_state {
    uint64_t number;
    nanos_t now;
    order_id_t id_next;
    uint64_t events_made;
    uint64_t accounts; /* 1 with, 0 without */
};

struct stream_instrument {
    struct match_listing listing;
    nanos_t pause_until;
    int32_t last;
    int32_t mark;
    int32_t reference;
    uint16_t index;
    uint8_t phase;
    uint8_t spare;
};
static_assert(sizeof(struct stream_instrument) == 136 + 24, "no holes");

struct stream_account {
    uint32_t account;
    uint32_t group;
    uint32_t leverage;
    uint32_t spare;
    int64_t value_max;
};
static_assert(sizeof(struct stream_account) == 24, "no holes");

struct stream_balance {
    uint32_t account;
    uint32_t asset;
    int64_t total;
};
static_assert(sizeof(struct stream_balance) == 16, "no holes");

struct stream_holding {
    uint32_t account;
    uint32_t instrument;
    int64_t position;
    int64_t cost;
};
static_assert(sizeof(struct stream_holding) == 24, "no holes");

struct stream_user {
    uint32_t instrument;
    uint32_t account;
};

struct stream_asset {
    uint64_t asset;
    int64_t house;
    int64_t paid_in;
};

struct stream_order {
    order_id_t id;
    uint32_t lots;
    int32_t key;
    uint32_t account;
    uint32_t meta; /* as in struct order: instrument, side, place and the rest */
    uint32_t total;
    uint32_t spare;
};
static_assert(sizeof(struct stream_order) == 32, "no holes");

/* Of each order with META_SPECIAL. */
struct stream_special {
    order_id_t parent; /* 0: none */
    order_id_t sibling;
    order_id_t legs[2];
    uint32_t hidden;
    uint32_t display;
    uint32_t filled;
    uint32_t closed;
    int32_t limit;
    int32_t trigger;
    int32_t trail;
    int32_t best_last;
    int32_t reserve;
    uint8_t type;
    uint8_t tif;
    uint8_t status;
    uint8_t tracked;
    uint8_t reserves;
    uint8_t spare[7];
};
static_assert(sizeof(struct stream_special) == 80, "no holes");

#endif
