/* What a feed's host cannot be is a sentence before the start, and nothing that aborts in it. */

#include "dataplane/stage/feed_host.h"
#include "tests/support/spec.h"

#include <string.h>

static struct feed_host_plan plan;

static void before_each(void)
{
    plan = (struct feed_host_plan){.present = {true}, .groups = 2};
    plan.inet[0] = (struct inet_limits){
        .ip = 0x0a090001,
        .prefix = 24,
        .mtu = 1500,
        .learnt = 16,
        .waiting = 4,
        .ports = 2,
        .groups = 2,
        .tcp = {.connections = 2, .send_bytes = 1024, .receive_bytes = 65536},
    };
    plan.group[0] = (struct feed_host_group){.queue = 0, .group = 0xe9360c6f};
    plan.group[1] = (struct feed_host_group){.queue = 0, .group = 0xe931c46f};
}

static void refused(const char *sentence)
{
    EXPECT_TEXT(feed_host_check(&plan), sentence);
    EXPECT_UINT(feed_host_footprint(&plan), 0);
}

SPEC(a_plan_that_can_be_is_not_refused)
{
    EXPECT(feed_host_check(&plan) == NULL);
    EXPECT(feed_host_footprint(&plan) > 0);
}

SPEC(a_group_that_nobody_can_join_is_refused)
{
    plan.group[1].group = 0xe0000001;
    refused("a feed's group is none that a host can join");
    plan.group[1].group = 0x0a090001;
    refused("a feed's group is none that a host can join");
    plan.group[1].queue = 1; /* which only listens */
    EXPECT(feed_host_check(&plan) == NULL);
}

SPEC(a_port_has_place_for_its_groups)
{
    plan.inet[0].groups = 1;
    refused("a feed's port has no place for all of its groups");
}

SPEC(recovery_asks_through_a_port_with_an_address)
{
    plan.recovers = true;
    plan.queue = 2;
    refused("the feed's recovery has no port with an address");
}

#define SPECS(S)                                                                                   \
    S(a_plan_that_can_be_is_not_refused)                                                           \
    S(a_group_that_nobody_can_join_is_refused)                                                     \
    S(a_port_has_place_for_its_groups)                                                             \
    S(recovery_asks_through_a_port_with_an_address)

SPEC_MAIN("a feed's host", SPECS, before_each, NULL)
