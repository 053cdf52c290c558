/* From the configuration to a plan: what all roles share. */

#include "apps/polluxd/polluxd.h"

#include <string.h>
#include <sys/random.h>

#define MTU              1500u
#define LEARNT           256u
#define WAITING          16u
#define FEED_CONNECTIONS 4u /* a snapshot, and those that end */
#define FEED_SEND        1024u
#define FEED_RECEIVE     262144u

/* What a feed's port is as a host; a venue's has more connections. */
struct inet_limits polluxd_host(struct polluxd *polluxd, uint32_t port)
{
    const struct config_port *from = &polluxd->config->ports.at[port];
    struct inet_neighbour *neighbour = polluxd->neighbour[port];
    for (uint32_t i = 0; i < from->neighbours.count; i++) {
        uint64_t mac = from->neighbours.at[i].mac;
        neighbour[i].ip = from->neighbours.at[i].address;
        for (uint32_t byte = 0; byte < sizeof neighbour[i].mac; byte++)
            neighbour[i].mac.byte[byte] = (uint8_t)(mac >> (40 - 8 * byte));
    }
    struct inet_limits limits = {
        .ip = from->address,
        .prefix = from->prefix_bits,
        .gateway = from->gateway,
        .mtu = MTU,
        .neighbour = neighbour,
        .neighbours = from->neighbours.count,
        .learnt = LEARNT,
        .waiting = WAITING,
        .ports = 4,
        .groups = 8,
        .tcp = {.connections = FEED_CONNECTIONS,
                .send_bytes = FEED_SEND,
                .receive_bytes = FEED_RECEIVE},
    };
    CHECK(getrandom(limits.secret, sizeof limits.secret, 0) == sizeof limits.secret);
    return limits;
}

static void ports_plan(struct polluxd *polluxd)
{
    const struct config *config = polluxd->config;
    struct launch_plan *plan = &polluxd->plan;
    for (uint32_t i = 0; i < config->ports.count && i < LAUNCH_PORTS_MAX; i++) {
        const struct config_port *port = &config->ports.at[i];
        if (port->kind == CONFIG_PORT_CABLE && port->to > i)
            plan->cable[plan->cables++] = (struct launch_cable){{i, port->to}};
        if (port->kind != CONFIG_PORT_DPDK) continue;
        plan->ports = i + 1;
        plan->port[i] = (struct net_dpdk_plan){
            .device = port->device,
            .queues = 1,
            .rx_descriptors = port->rx_descriptors,
            .tx_descriptors = port->tx_descriptors,
            .frame_bytes = port->frame_bytes,
        };
    }
}

bool polluxd_plan(struct polluxd *polluxd, const struct polluxd_kinds *kinds, struct text *problems)
{
    const struct config *config = polluxd->config;
    struct launch_plan *plan = &polluxd->plan;
    bool feeds = CONFIG_HAS(config->roles, CONFIG_ROLE_FEED);
    bool venue = CONFIG_HAS(config->roles, CONFIG_ROLE_VENUE);
    *plan = (struct launch_plan){
        .roles = (enum launch_roles)((feeds ? LAUNCH_FEED : 0) | (venue ? LAUNCH_VENUE : 0)),
        .layout = (enum launch_layout)config->lcores.layout,
        .idle = config->lcores.idle == CONFIG_IDLE_SPIN ? LCORE_SPIN : LCORE_BACK_OFF,
        .housekeeping_ns = config->lcores.housekeeping_us * NANOS_MICRO,
        .halt_ns = 5 * NANOS_SECOND,
        .decision_budget_ns = config->engine.decision_budget_us * NANOS_MICRO,
        .pages = (enum arena_pages)config->memory.huge_pages,
        .dpdk_mib = config->memory.dpdk_mb,
        .outside = config->redis != NULL,
        .outside_orders = config->redis != NULL && config->redis->account_orders,
    };
    for (uint32_t i = 0; i < config->lcores.cores.count && i < LAUNCH_LCORES_MAX; i++)
        plan->cpu[i] = (uint16_t)config->lcores.cores.at[i];
    ports_plan(polluxd);
    bool planned = !feeds || polluxd_plan_feed(polluxd, problems);
    if (CONFIG_HAS(config->roles, CONFIG_ROLE_GATEWAY))
        planned &= polluxd_plan_trading(polluxd, kinds, problems);
    return (!venue || polluxd_plan_venue(polluxd, problems)) && planned;
}

static_assert(CONFIG_PORTS_MAX >= LAUNCH_PORTS_MAX, "each port of a plan is configured");
static_assert((int)CONFIG_LAYOUT_SHARED == (int)LAUNCH_SHARED, "one order of choices");
static_assert((int)CONFIG_LAYOUT_ROLES == (int)LAUNCH_ROLES, "one order of choices");
static_assert((int)CONFIG_LAYOUT_DEDICATED == (int)LAUNCH_DEDICATED, "one order of choices");
static_assert((int)CONFIG_HUGE_PAGES_NONE == (int)ARENA_PAGES_NONE, "one order of choices");
static_assert((int)CONFIG_HUGE_PAGES_TRY == (int)ARENA_PAGES_TRY, "one order of choices");
static_assert((int)CONFIG_HUGE_PAGES_REQUIRE == (int)ARENA_PAGES_REQUIRE, "one order of choices");
