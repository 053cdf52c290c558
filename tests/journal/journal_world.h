#ifndef TESTS_JOURNAL_JOURNAL_WORLD_H
#define TESTS_JOURNAL_JOURNAL_WORLD_H

/* A journal on a model disk, and a witness who wrote down every record when it was committed.
 *
 * A record's payload follows from one number, its tag; the witness keeps the tags and a digest of
 * all tags so far, which is the state that snapshots hold.  When records were lost, the witness
 * forgets them too, and remembers in acknowledged which must never be. */

#include "dataplane/journal/journal_append.h"
#include "dataplane/journal/journal_recover.h"
#include "dataplane/journal/journal_snapshot.h"
#include "tests/journal/model_storage.h"

#define WORLD_RECORDS_MAX 20000u
#define WORLD_PAYLOAD_MAX 320u
#define WORLD_KIND        77u

struct world {
    struct model model;
    struct journal_limits limits;
    struct journal *journal; /* in memory of its own */
    struct journal_recovery *recovery;
    struct journal_report report;
    const struct journal_hash *hash;

    /* The witness. */
    uint64_t committed;    /* the last sequence */
    uint64_t acknowledged; /* the highest durable ever seen */
    uint32_t epoch;        /* the highest in which a record was committed */
    uint64_t tags[WORLD_RECORDS_MAX + 1];
    uint64_t digests[WORLD_RECORDS_MAX + 1];

    /* What recovery has told. */
    uint64_t told_sequence;
    uint64_t told_digest;
    uint64_t told_records;
    uint32_t told_snapshots;
    struct journal_record shown[JOURNAL_EXPECT_MAX]; /* ahead; up to shown_at they were given */
    uint32_t shown_count;
    uint32_t shown_at;
    const char *wrong; /* the first thing that was not as the witness saw it */

    uint64_t refused; /* commits that found no place */
};

/* A hash that is quick and no more; where SHA-256 matters, tests set world->hash. */
extern const struct journal_hash world_quick_hash;

struct world *world_new(void);
void world_delete(struct world *world);

/* An empty disk and a witness who saw nothing. */
void world_clear(struct world *world, uint64_t seed, struct journal_limits limits);

/* Recovers, comparing with the witness, who then forgets what is gone.  Looks for lost records only
 * up to acknowledged. */
enum journal_fault world_recover(struct world *world);

/* Starts behind world_recover. */
enum journal_io world_start(struct world *world);

/* Both, which must succeed; for tests that are about what comes then. */
void world_begin(struct world *world);

/* One record with this many bytes; false if it was refused. */
bool world_commit(struct world *world, enum journal_class class, uint32_t payload_bytes);
void world_commit_many(struct world *world, uint32_t count, uint32_t payload_bytes);

/* A claimed record, filled to some bytes and never committed. */
void world_half(struct world *world, uint32_t payload_bytes, uint32_t filled_bytes);

/* Steps once, and notes what is durable. */
enum journal_step world_step(struct world *world);

/* Steps until there is nothing to do. */
void world_settle(struct world *world);

/* A snapshot of the witness's state after the record. */
enum journal_io world_snapshot(struct world *world, uint64_t sequence);

/* The process is gone: by the power, or alone. */
void world_cut(struct world *world);
void world_kill(struct world *world);

void world_payload(uint64_t tag, uint8_t *payload, uint32_t bytes);

#endif
