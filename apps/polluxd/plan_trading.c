/* From the plan of a gateway to its part of the launch: the folder of its journal, and how each
 * venue is reached. */

#include "apps/polluxd/gateway_config.h"
#include "apps/polluxd/polluxd.h"

#include <string.h>

#define SEGMENT_BYTES (64u << 20)
#define RESERVE_BYTES (4u << 20)
#define STOP_NS       (5 * NANOS_SECOND)
#define SEND_BYTES    65536u /* of a connection */
#define RECEIVE_BYTES 262144u
#define KEPT          65536u /* answers of a venue in this process that find no place in its ring */

static struct order_host_venue inside_plan(const struct config *config,
                                           const struct polluxd_session *from)
{
    return (struct order_host_venue){.way = ORDER_HOST_INSIDE,
                                     .number = polluxd_entry_place(config, from->number),
                                     .kept = KEPT};
}

static struct order_host_venue outside_plan(const struct polluxd_session *from)
{
    struct order_host_venue venue = {.way = ORDER_HOST_TCP, .ip = from->ip, .port = from->tcp_port};
    memcpy(venue.credentials.username, from->username, sizeof venue.credentials.username);
    memcpy(venue.credentials.password, from->password, sizeof venue.credentials.password);
    memset(venue.session, ' ', sizeof venue.session);
    return venue;
}

static void sessions_plan(struct polluxd *polluxd)
{
    struct polluxd_gateway *gateway = &polluxd->gateway;
    struct order_host_plan *orders = &polluxd->plan.engine.orders;
    orders->venues = gateway->plan.venues;
    orders->seed = gateway->plan.seed;
    for (uint32_t i = 0; i < orders->venues; i++) {
        const struct polluxd_session *from = &gateway->session[i];
        orders->venue[i] = from->internal ? inside_plan(polluxd->config, from) : outside_plan(from);
    }
    polluxd->plan.gateway.port = LAUNCH_NO_PORT;
    if (!gateway->over_tcp) return;
    polluxd->plan.gateway.port = gateway->port;
    orders->inet = polluxd_host(polluxd, gateway->port);
    orders->inet.tcp.connections = 2 * orders->venues; /* and those that end */
    orders->inet.tcp.send_bytes = SEND_BYTES;
    orders->inet.tcp.receive_bytes = RECEIVE_BYTES;
}

bool polluxd_plan_trading(struct polluxd *polluxd, const struct polluxd_kinds *kinds,
                          struct text *problems)
{
    struct launch_plan *plan = &polluxd->plan;
    if (!polluxd_gateway_plan(&polluxd->gateway, polluxd->config, kinds, problems)) return false;
    plan->engine.gateway = &polluxd->gateway.plan;
    plan->gateway = (struct launch_gateway_plan){
        .folder = polluxd->gateway.folder,
        .journal_cpu = JOURNAL_THREAD_ANY_CPU,
        .segment_bytes = SEGMENT_BYTES,
        .reserve_bytes = RESERVE_BYTES,
        .keep_segments =
            polluxd->gateway.keep_segments ? polluxd->gateway.keep_segments : JOURNAL_KEEP_ALL,
        .image_records = polluxd->gateway.image_records,
        .stop_ns = STOP_NS,
    };
    sessions_plan(polluxd);
    return true;
}

static_assert(sizeof((struct polluxd_session *)0)->username ==
                  sizeof((struct soupbin_credentials *)0)->username,
              "padded already");
static_assert(sizeof((struct polluxd_session *)0)->password ==
                  sizeof((struct soupbin_credentials *)0)->password,
              "padded already");
