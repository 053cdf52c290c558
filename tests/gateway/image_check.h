#ifndef TESTS_GATEWAY_IMAGE_CHECK_H
#define TESTS_GATEWAY_IMAGE_CHECK_H

/* Whether a journal read from an image on is the journal read from its first record on.
 *
 *     records 1..n                                   one gateway, the image of it
 *     records 1..k ── image ── records k+1..n        another, and its image: the same bytes
 *
 * Both are then started: what they write, send and say in the drop copy, their digests and what
 * they know of each position, order, state and bound must be the same.  An image that is loaded and
 * saved again is the same bytes; so is that of a gateway without delegates. */

#include "tests/gateway/gateway_rig.h"

#define IMAGE_CHECK_CHANGES 65536u

/* A gateway that reads. */
struct image_reader {
    const struct gateway_plan *plan;
    struct gateway *gateway;
    struct gateway_image *image;
    uint64_t said; /* a sum over all that it wrote, sent and copied */
    uint64_t written;
    char problem[160];
};

void image_reader_new(struct image_reader *reader, const struct gateway_plan *plan);
void image_reader_free(struct image_reader *reader);
/* False: the gateway takes one of them not. */
bool image_reader_read(struct image_reader *reader, const struct rig_written *written,
                       uint32_t first, uint32_t end);

struct image_bytes {
    uint8_t *bytes; /* as long as they are; free */
    size_t length;
};
struct image_bytes image_reader_save(const struct image_reader *reader);
bool image_reader_load(struct image_reader *reader, const struct image_bytes *image);

/* The journal with an image after record k of these; EXPECTs, with k in the message. */
void image_check(const struct gateway_plan *plan, const struct rig_written *written, uint32_t count,
                 uint32_t k);
/* At every record, if there are not more than most of them; else at most of them, evenly. */
void image_check_all(const struct gateway_plan *plan, const struct rig_written *written,
                     uint32_t count, uint32_t most);
/* Two gateways that have read the same are started: EXPECTs that they are the same. */
void image_check_start(struct image_reader *one, struct image_reader *other, uint32_t k);

#endif
