#ifndef TESTS_STAGE_TRADING_RIG_H
#define TESTS_STAGE_TRADING_RIG_H

/* From tick to trade and back, in one thread and virtual time: the venue of exchange_rig.h, a feed
 * stage that listens to it, an engine stage with a gateway that trades there, by TCP from an end of
 * the switch or from within, and a journal of its own on a model disk.
 *
 *     clients 0, 1, 2 ──► venue ──► lines ──► feed stage ──► engine stage ──► gateway: a quoter
 *                           ▲                                                    │
 *                           └──────────── session of client 3 ◄──────────────────┘ */

#include "dataplane/stage/engine_stage.h"
#include "tests/journal/model_storage.h"
#include "tests/stage/exchange_rig.h"
#include "tests/stage/quoter.h"

#define TRADING_CLIENT 3u /* whose session the gateway has */

struct trading {
    struct exchange *exchange;
    bool inside;
    struct engine_stage_plan plan;
    struct gateway_plan gateway_plan;
    struct gateway_symbol_plan symbol[EXCHANGE_INSTRUMENTS];
    struct gateway_strategy_plan strategy[2]; /* the second is for who wants one */
    struct listing_name leg[1];
    struct risk_record record[512];
    struct spsc *copy;           /* the drop copy's ring */
    uint64_t copied;             /* rows taken out of it: their numbers rise by one */
    struct engine_stage *engine; /* NULL: no process */
    struct quoter *quoter;

    struct model model;
    struct journal_limits limits;
    struct journal_recovery *recovery;
    struct journal_report report;
    struct journal *journal;
    void *journal_memory;
    nanos_t newest_ns; /* of its journal, as the newest start has read it */
    bool lazy_disk;
    void (*watch)(bool runs); /* around the engine's turns; NULL: nobody does */

    /* trading_images.h */
    uint32_t keep; /* segments; an odd seed keeps all */
    uint32_t images;
    uint32_t compared; /* of starts behind one */
    uint32_t image_cuts;
};

struct trading *trading_new(bool inside, uint64_t seed, enum venue_durability durability);
void trading_delete(struct trading *trading);

/* Its process ends at once, with the venue's if it is inside; then, if power, what was not on disk
 * is gone.  And starts again. */
void trading_kill(struct trading *trading, bool power);
void trading_start(struct trading *trading);

/* All of its journal is on disk. */
void trading_sync(struct trading *trading);

/* Until the session is up and nothing is under way.  False if that never comes. */
bool trading_settle(struct trading *trading);

/* The session is up, and both books live. */
bool trading_up(const struct trading *trading);

/* People stop it; false if something stays open for ten seconds. */
bool trading_stop(struct trading *trading);

struct engine_gateway_view trading_view(const struct trading *trading);
qty_t trading_position(const struct trading *trading);

/* What the venue's own record of the session says, read by another login from its first message:
 * bought less sold, and orders that live. */
struct trading_truth {
    int64_t position;
    uint32_t executions;
    uint32_t living;
    uint32_t orders;
};
struct trading_truth trading_truth(struct trading *trading);

#endif
