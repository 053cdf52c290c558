#include "dataplane/base/clock_setup.h"
#include "dataplane/net/net_clock.h"

void net_clock_follow(struct net_clock *clock)
{
    struct clock now = {0};
    clock_rebase(&now);
    net_clock_steer(clock, now.base_tsc, now.base_ns);
}
