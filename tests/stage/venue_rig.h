#ifndef TESTS_STAGE_VENUE_RIG_H
#define TESTS_STAGE_VENUE_RIG_H

/* A venue on a model disk, beside a plain engine that is told the same inputs and has no journal:
 * what the venue hands out must be the plain engine's events, in order, each once. */

#include "dataplane/stage/venue.h"
#include "tests/journal/model_storage.h"
#include "tests/match/random_inputs.h"

#define RIG_INPUTS_MAX 8000u
#define RIG_EVENTS_MAX 100000u

struct rig_input {
    CACHE_ALIGNED uint8_t bytes[256];
};

struct venue_rig {
    struct model model;
    struct journal_limits journal_limits;
    struct venue_limits limits;
    struct journal *journal;
    struct journal_recovery *recovery;
    struct journal_report report;
    struct venue *venue; /* NULL: no process runs */
    struct random_inputs random;

    /* The plain engine, and what it said. */
    struct match *plain;
    uint64_t inputs; /* input i has number i + 2, for i from 0 */
    struct rig_input *input;
    uint64_t events;
    struct match_event *event;
    uint64_t *events_before; /* events of the inputs before this one */

    /* What the venue handed out. */
    uint64_t taken;
    struct match_event *took;
    uint64_t compared;
    uint64_t acknowledged; /* the highest number that must survive: seen durable, or handed out */
    uint64_t durable;      /* the highest number seen durable */
    uint64_t waits;
    const char *wrong; /* the first thing that was not as it must be */

    struct venue_note note;   /* goes with the next inputs */
    struct venue_watch watch; /* of the next recoveries; until is rig_recover_until's */
};

struct venue_rig *rig_new(const struct venue_limits *limits, uint64_t seed);
void rig_delete(struct venue_rig *rig);

/* The process starts.  rig_begin must succeed. */
enum journal_fault rig_recover(struct venue_rig *rig);
enum journal_fault rig_recover_until(struct venue_rig *rig, uint64_t until);
enum journal_io rig_start(struct venue_rig *rig);
void rig_begin(struct venue_rig *rig);

/* It dies, alone or by the power. */
void rig_kill(struct venue_rig *rig);
void rig_cut(struct venue_rig *rig);

/* Tells both engines; only the venue, if it refuses. */
enum venue_status rig_submit(struct venue_rig *rig, const struct match_input *input);
enum venue_status rig_random(struct venue_rig *rig);

/* The journal thread works once, or until there is nothing to do. */
void rig_step(struct venue_rig *rig);
void rig_settle(struct venue_rig *rig);
void rig_release(struct venue_rig *rig);

enum journal_io rig_snapshot(struct venue_rig *rig);

/* The plain engine's digest after this many inputs. */
uint64_t rig_digest(struct venue_rig *rig, uint64_t inputs);

/* Inputs by hand. */
struct match_input rig_order(order_id_t id, enum side side, price_t price, qty_t qty);
struct match_input rig_cancel(order_id_t id);
enum venue_status rig_list(struct venue_rig *rig, uint16_t instrument); /* a PLAIN one */

/* 2,000 orders, no accounts.  rig_listed: with an instrument, all of it on disk and handed out. */
struct venue_limits rig_limits(uint32_t held, enum venue_durability durability);
struct venue_rig *rig_listed(uint32_t held, enum venue_durability durability);
enum venue_status rig_buy(struct venue_rig *rig, order_id_t id); /* 1 at 90.00 */

extern const struct journal_hash rig_hash; /* quick and no more */

#endif
