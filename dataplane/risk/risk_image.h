#ifndef DATAPLANE_RISK_RISK_IMAGE_H
#define DATAPLANE_RISK_RISK_IMAGE_H

/* What executions and days have made of risk, before the first order of a start: what an image of
 * a recovery holds instead of all executions there ever were.
 *
 * States and bounds are not in it: they are what the configuration and the changes by people make
 * of each other, and those changes are kept whole.  Orders, prices, rates and the fills of a second
 * begin anew at each start.
 *
 * Fixed layouts of little-endian integers without padding.  Threads: as risk.h.  Cold. */

#include "dataplane/risk/risk.h"

__extension__ typedef __int128 risk_image_int;
__extension__ typedef unsigned __int128 risk_image_bits;

struct risk_image_wide {
    uint64_t low;
    uint64_t high;
};

static inline struct risk_image_wide risk_image_wide(risk_image_int value)
{
    risk_image_bits bits = (risk_image_bits)value;
    return (struct risk_image_wide){.low = (uint64_t)bits, .high = (uint64_t)(bits >> 64)};
}

static inline risk_image_int risk_image_int_of(const struct risk_image_wide *wide)
{
    return (risk_image_int)((risk_image_bits)wide->high << 64 | wide->low);
}

struct risk_image_strategy {
    struct risk_image_wide cash;
    struct risk_image_wide traded;
    uint64_t reserved[12]; /* not read: who was filled too often is halted by a record */
};
static_assert(sizeof(struct risk_image_strategy) == 128, "no holes");

struct risk_image_holding {
    qty_t position;
    qty_t unpriced;
    uint32_t known;
    uint32_t lost;
};
static_assert(sizeof(struct risk_image_holding) == 24, "no holes");

struct risk_image_box {
    struct risk_image_wide cash;
    nanos_t now;
    uint64_t moves; /* calls that changed something, since the beginning of the journal */
    uint64_t lost;
};
static_assert(sizeof(struct risk_image_box) == 40, "no holes");

/* The latest time that risk has heard of: it counts in ages and windows from there on. */
nanos_t risk_image_time(const struct risk *risk);

/* How often risk has moved: what a plan alone makes of it is taken off the moves of an image. */
uint64_t risk_image_moves(const struct risk *risk);

void risk_image_box(const struct risk *risk, struct risk_image_box *image);
void risk_image_strategy(const struct risk *risk, uint32_t strategy,
                         struct risk_image_strategy *image);
void risk_image_holding(const struct risk *risk, uint32_t strategy, uint32_t symbol,
                        struct risk_image_holding *image);

/* The same back, into one without orders and without marks.  The box comes last. */
void risk_image_box_load(struct risk *risk, const struct risk_image_box *image);
void risk_image_strategy_load(struct risk *risk, uint32_t strategy,
                              const struct risk_image_strategy *image);
void risk_image_holding_load(struct risk *risk, uint32_t strategy, uint32_t symbol,
                             const struct risk_image_holding *image);

/* Whether a holding can be like this. */
MUST_USE bool risk_image_holding_sound(const struct risk_image_holding *image);

#endif
