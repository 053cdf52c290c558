#ifndef TESTS_STAGE_VENUE_SPEC_H
#define TESTS_STAGE_VENUE_SPEC_H

/* What the specs of the venue begin and end with: one rig, in which nothing may have gone wrong. */

#include "tests/stage/venue_rig.h"
#include "tests/support/spec.h"

static struct venue_rig *rig;

static inline void before_each(void)
{
    rig = NULL;
}

static inline void after_each(void)
{
    EXPECT_TEXT(rig->wrong ? rig->wrong : "", "");
    EXPECT_TEXT(rig->model.violation ? rig->model.violation : "", "");
    rig_delete(rig);
}

static inline void listed(uint32_t held, enum venue_durability durability)
{
    rig = rig_listed(held, durability);
}

static inline enum venue_status buy(order_id_t id)
{
    return rig_buy(rig, id);
}

static inline void rig_open(uint32_t held, enum venue_durability durability)
{
    struct venue_limits limits = rig_limits(held, durability);
    rig = rig_new(&limits, 1);
}

#endif
