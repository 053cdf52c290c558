#ifndef DATAPLANE_GATEWAY_GATEWAY_IMAGE_LAYOUT_H
#define DATAPLANE_GATEWAY_GATEWAY_IMAGE_LAYOUT_H

/* Private to gateway_image*.c: the bytes of an image, and what is kept beside a recovery.
 *
 *     head | run | names | changes | parts | venues | symbols | chains | holdings
 *
 * Each part is an array behind the one before it; the head has their counts.  All numbers are
 * little-endian, all structs are without padding, what is reserved is zero.  The order within a
 * part is given, so that one state has one image:
 *
 *     run        the journal's numbers of strategies, now: name + 1, or 0
 *     names      as they first came in the journal: so spare places are given to the same ones
 *     changes    as in the journal, without those that another took the place of; reserved is 1 in
 *                the first of those that change together.  The last head.waiting of them are not
 *                whole, or may still be replaced
 *     parts      rows of a message whose last is not read
 *     symbols    of keys without an open order: what the newest one was in
 *     chains     by venue: the open ones by slot, then closed ones, the oldest first
 *     holdings   by name and symbol; those that are as at the beginning are left out */

#include "dataplane/gateway/gateway_image.h"
#include "dataplane/gateway/gateway_layout.h"
#include "dataplane/risk/risk_image.h"

#define GATEWAY_IMAGE_MAGIC 0x3130474d49475850ull /* "PXGIMG01" */

struct gateway_image_head {
    uint64_t magic;
    uint32_t version;
    uint32_t names;
    struct gateway_start start; /* the newest: whose venues and symbols these are; its days and day
                                 * as they became behind it */
    uint32_t changes;
    uint32_t waiting; /* of these */
    uint32_t waiting_left;
    uint32_t parts;
    uint64_t waiting_first;
    uint32_t symbols;
    uint32_t chains;
    uint32_t holdings;
    uint32_t unsettled_is;
    struct gateway_heard unsettled;
    uint64_t intent_sequence;
    uint64_t report_number;
    struct risk_image_box box; /* its moves without those of the plan and the changes */
};
static_assert(sizeof(struct gateway_image_head) == 216, "no holes");

struct gateway_image_name {
    char name[DELEGATE_NAME_MAX + 1];
    uint32_t venue;
    uint32_t reserved;
    struct gateway_known known;
    struct risk_image_strategy risk;
};
static_assert(sizeof(struct gateway_image_name) == 192, "no holes");

struct gateway_image_venue {
    uint64_t first_order;
    uint64_t next_sequence;
};

struct gateway_image_symbol {
    uint32_t name;
    uint32_t key;
    uint32_t symbol;
    uint32_t venue;
};

struct gateway_image_chain {
    order_id_t order;
    order_id_t asked;
    order_id_t before;
    price_t price;
    qty_t total;
    qty_t cum;
    uint64_t sequence;
    price_t asked_price;
    qty_t asked_total;
    qty_t said;
    uint32_t venue;
    uint32_t slot;
    uint32_t key;
    uint32_t name;
    uint32_t symbol;
    uint8_t side;
    uint8_t how;
    uint8_t open;                /* 0, 1, or */
#define GATEWAY_IMAGE_KEYLESS 2u /* with a key that its strategy had no more where this was made */
    uint8_t seen;
};
static_assert(sizeof(struct gateway_image_chain) == 104, "no holes");

struct gateway_image_holding {
    uint32_t name;
    uint32_t symbol;
    qty_t position;
    qty_t bought;
    qty_t sold;
    uint64_t fills;
    struct risk_image_wide cash;
    qty_t unpriced;
    struct gateway_past past;
    struct risk_image_holding risk;
};
static_assert(sizeof(struct gateway_image_holding) == 112, "no holes");

/* Where the parts are. */
struct gateway_image_parts {
    const struct gateway_image_head *head;
    const uint16_t *run; /* GATEWAY_STRATEGIES_MAX */
    const struct gateway_image_name *name;
    const struct risk_record *change;
    const struct gateway_report *part;
    const struct gateway_image_venue *venue;
    const struct gateway_image_symbol *symbol;
    const struct gateway_image_chain *chain;
    const struct gateway_image_holding *holding;
    size_t bytes; /* in all */
};

/* head and the counts in it, which are in range, say where the others are. */
struct gateway_image_parts gateway_image_parts(const struct gateway_image_head *head);

/* Whether the head counts what there can be, and comes to this length. */
bool gateway_image_sized(const struct gateway_image_head *head, size_t length);

/* Beside a recovery. */

struct gateway_image_known {
    char name[DELEGATE_NAME_MAX + 1];
    uint32_t venue;
    uint32_t place; /* or GATEWAY_NONE: it has none here */
    struct gateway_known known;
};

struct gateway_image {
    uint64_t moves; /* of risk, by the plan and by changes: they are made again by whoever loads */
    bool begun;     /* start was read */
    bool full;      /* changes or names have no room: no image any more */
    struct gateway_start start;
    uint16_t run[GATEWAY_STRATEGIES_MAX]; /* name + 1, or 0 */
    uint32_t names;
    struct gateway_image_known name[GATEWAY_STRATEGIES_MAX];
    bool unsettled_is;
    struct gateway_heard unsettled;
    uint64_t waiting_first; /* number of the batch that waits; 0: none does */
    uint32_t waiting_left;
    uint32_t settled; /* changes before the batch that waits */
    uint32_t changes;
    uint32_t room;
    struct risk_record change[]; /* as in the image; subject.strategy: name, or GATEWAY_NONE */
};

static inline bool gateway_image_of_strategy(const struct risk_record *record)
{
    return record->scope == RISK_STRATEGY || record->scope == RISK_ROUTE ||
           record->scope == RISK_HOLDING;
}

#endif
