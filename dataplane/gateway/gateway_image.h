#ifndef DATAPLANE_GATEWAY_GATEWAY_IMAGE_H
#define DATAPLANE_GATEWAY_GATEWAY_IMAGE_H

/* What a recovery has come to, as bytes: a recovery that begins with an image of record n and goes
 * on with the records behind n is, at every record and in every respect, the one that has read all
 * of them.
 *
 *     records ──► gateway_image_recover ──► gateway          the whole journal
 *                     │ gateway_image_save, at any record
 *                     ▼
 *     image ──► gateway_image_load ──► gateway ──► gateway_image_recover: the records behind it
 *
 * In it: order numbers, orders that are not over, those that were over last, positions, turnover
 * and money, the places of strategies outside, the sessions' and the drop copy's numbers, halves of
 * messages and of changes; and every change by people that there ever was, since what they came to
 * is decided anew with each configuration.
 *
 * It is of the venues and symbols it was made with, as a journal is.  Strategies are in it by their
 * names: another configuration may have them elsewhere, and bounds of its own.
 *
 * Whatever the bytes are, an image is loaded or refused.  A sum over them is the file's
 * (journal_snapshot.h).
 *
 * Threads: one.  Memory: gateway_image_footprint() bytes, given once.  Cost: of a load about that
 * of reading as many records as it has changes and orders (bench/bench_image).  Cold. */

#include "dataplane/gateway/gateway.h"

#define GATEWAY_IMAGE_VERSION 2u
#define GATEWAY_IMAGE_CHANGES 1048576u /* by people; enough for a lifetime */

/* What an image needs of a recovery and a gateway does not remember. */
struct gateway_image;

size_t gateway_image_footprint(uint32_t changes);
/* Of a gateway that nothing was recovered into; memory zeroed.  changes: how many there may be. */
struct gateway_image *gateway_image_new(void *memory, uint32_t changes,
                                        const struct gateway *gateway);

/* As gateway_recover, which it calls. */
MUST_USE bool gateway_image_recover(struct gateway_image *image, struct gateway *gateway,
                                    enum gateway_record kind, const void *record, uint32_t bytes,
                                    char *problem, size_t capacity);

/* Why no image can be made now, or NULL. */
const char *gateway_image_hindrance(const struct gateway_image *image);

/* Before gateway_recovered, and without a hindrance. */
size_t gateway_image_bytes(const struct gateway_image *image, const struct gateway *gateway);
void gateway_image_save(const struct gateway_image *image, const struct gateway *gateway,
                        void *bytes);

/* Into ones that nothing was recovered into.  False and a sentence if the bytes are no image, or
 * one of another version or configuration; then both are as they were. */
MUST_USE bool gateway_image_load(struct gateway_image *image, struct gateway *gateway,
                                 const void *bytes, size_t length, char *problem, size_t capacity);

/* What is in an image, for people.  False: it is none of this version, whole. */
struct gateway_image_look {
    uint32_t orders;     /* open */
    uint32_t holdings;   /* that are not empty: positions, or traded on that day */
    uint32_t strategies; /* by name, also such as are in no configuration any more */
    uint32_t changes;    /* by people */
    uint64_t reports;    /* rows of the drop copy so far */
};
MUST_USE bool gateway_image_look(const void *bytes, size_t length, struct gateway_image_look *look);

/* For a gateway that only reads, beside the one that works: the plan without delegates, whose
 * strategies are outside with as many orders.  strategy has room for as many as plan has; both must
 * outlive what is made of it. */
struct gateway_plan gateway_image_plan(const struct gateway_plan *plan,
                                       struct gateway_strategy_plan *strategy);

#endif
