#ifndef DATAPLANE_STAGE_VENUE_TALLY_H
#define DATAPLANE_STAGE_VENUE_TALLY_H

/* What the accounts of a venue have traded, added up, and the newest price of each instrument: for
 * whoever tells others of it (control/redis).
 *
 *     trades of the match stage ──► venue_tally_trade ──► conflating queues ──► the control plane
 *                                   totals of a pair         newest total
 *                                   (account, instrument)    of each pair
 *
 * Guarantees:
 * - the match stage never waits: a total that was not taken gives way to a newer one, and since
 *   totals are shown, nothing is lost by that;
 * - totals are those of the venue's journal: at recovery all trades of the day are counted again,
 *   so they are the same after a crash; before says what they were when this process began;
 * - the sum of all positions of an instrument is zero, and so is that of what was paid for it,
 *   unless pairs were lost;
 * - bounded by limits.pairs: of a pair beyond them nothing is told, and each such side of a trade
 *   is counted.
 *
 * Instruments are of size one, as all that the wire can list.
 * Threads: one writes, the match stage's; the queues' reader; the counter is for any.
 * Memory: venue_tally_footprint() bytes, given once.  Cost: two pairs and a price a trade. */

#include "dataplane/base/counter.h"
#include "dataplane/match/match_event.h"
#include "dataplane/queue/conflate.h"

#define VENUE_TALLY_PAIRS_MAX 16384u

__extension__ typedef __int128 venue_paid; /* 1e-16 of the quote currency: price x quantity */

struct venue_tally_limits {
    uint32_t pairs;       /* 1..VENUE_TALLY_PAIRS_MAX */
    uint32_t instruments; /* 0..instruments-1; 1..CONFLATE_KEYS_MAX */
};

struct venue_total {
    venue_paid paid; /* for what was bought, less what was received */
    qty_t position;
    uint64_t trades;
};

/* A value of the queue of accounts, by pair. */
struct venue_account {
    struct venue_total now;
    struct venue_total before; /* when this process began */
    nanos_t at;                /* of the newest trade */
    uint32_t account;
    uint16_t instrument;
    uint16_t reserved;
};
static_assert(sizeof(struct venue_account) == 80, "no holes");

/* A value of the queue of prices, by instrument. */
struct venue_price {
    price_t price; /* of the newest trade */
    qty_t qty;
    uint64_t volume; /* of all trades of the journal */
    nanos_t at;
};

struct venue_tally;

size_t venue_tally_footprint(const struct venue_tally_limits *limits); /* 0 if out of range */
struct conflate_limits venue_tally_accounts(const struct venue_tally_limits *limits);
struct conflate_limits venue_tally_prices(const struct venue_tally_limits *limits);

/* memory: zeroed, aligned to CACHE_LINE.  The queues are of the limits above. */
struct venue_tally *venue_tally_new(void *memory, const struct venue_tally_limits *limits,
                                    struct conflate *accounts, struct conflate *prices);

/* A TRADED event.  Before venue_tally_begin it is of a run before: nothing is shown. */
void venue_tally_trade(struct venue_tally *tally, const struct match_event *trade, nanos_t at);
/* What was counted up to now is before; all of it is shown. */
void venue_tally_begin(struct venue_tally *tally);

/* Sides of trades that are in no total, because there were too many pairs. */
const struct counter *venue_tally_lost(const struct venue_tally *tally);

#endif
