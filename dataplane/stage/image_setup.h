#ifndef DATAPLANE_STAGE_IMAGE_SETUP_H
#define DATAPLANE_STAGE_IMAGE_SETUP_H

/* Images of a gateway's journal, as its snapshots: a start behind the newest one, and the next one.
 *
 *     at a start     journal_recover ─► image_reading ─► gateway;  journal_start ─► image_write
 *     beside one     journal ─► image_make: a gateway of its own reads it up to what is on disk
 *
 * The gateway at work is never asked: what an image holds is in the journal.  An image is written
 * beside the ones there are, synced, named, read back; then all but the newest two go, and
 * of the segments before the older of these what the policy says (journal_snapshot.h).
 *
 * Threads: one at a time, not an lcore's.  image_make runs beside the journal's thread and the
 * engine, with a storage of its own.  Memory: allocated, and given back.  Cold. */

#include "dataplane/base/text.h"
#include "dataplane/gateway/gateway_image.h"
#include "dataplane/journal/journal_recover.h"
#include "dataplane/journal/journal_snapshot.h"

struct image_disk {
    const struct journal_storage *storage;
    const struct journal_hash *hash;
    uint32_t keep; /* segments that no start needs and that stay; JOURNAL_KEEP_ALL */
};

/* A journal on its way into a gateway. */
struct image_reading {
    struct gateway *gateway;
    struct gateway_image *image;
    uint64_t until;    /* the last record wanted; 0: all */
    uint64_t sequence; /* of the newest record read, or of the image; 0: none */
    uint64_t end;      /* in its segment, behind it; 0: of the image */
    nanos_t newest_ns; /* the latest time of a record read, or of what the image's risk knew */
    char problem[160]; /* why a record was not taken */
    char refused[160]; /* why an image was not */
};

/* For a gateway that nothing was recovered into.  False: there is no memory. */
MUST_USE bool image_reading_new(struct image_reading *reading, struct gateway *gateway);
void image_reading_free(struct image_reading *reading);
/* Give this to journal_recover.  At record until it ends as JOURNAL_FAULT_REFUSED, without a
 * problem. */
struct journal_listener image_reading_listener(struct image_reading *reading);

struct image_written {
    uint64_t sequence;
    uint64_t bytes; /* of the image */
    struct journal_swept swept;
};

/* Of what was read, which is durable up to there.  False and a sentence: no image was written, and
 * those that were there are as they were; or, if sequence is not 0, only old ones did not go. */
MUST_USE bool image_write(const struct image_reading *reading, const struct image_disk *disk,
                          uint64_t durable, const struct journal_mark *mark,
                          struct image_written *written, struct text *problems);

/* Reads the journal up to record until, which is durable, and writes the image of it; nothing if
 * there is one already.  False and a sentence as above.  The journal may be written meanwhile.
 * plan: as gateway_image_plan makes it. */
MUST_USE bool image_make(const struct gateway_plan *plan, const struct image_disk *disk,
                         uint64_t until, struct image_written *written, struct text *problems);

#endif
