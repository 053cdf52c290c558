/* From the plan of a gateway to its part of the launch: who its orders go to and how, its journal,
 * the order of a venue's sessions beside it. */

#include "apps/polluxd/polluxd.h"

#include <string.h>

#define SEGMENT_BYTES (64u << 20)
#define RESERVE_BYTES (4u << 20)
#define KEPT          65536u /* answers of a venue in this process that may wait */
#define STOP_NS       (2 * NANOS_SECOND)
#define SEND_BYTES    16384u /* of a connection: what is beyond waits as an intent */
#define RECEIVE_BYTES 262144u

uint32_t polluxd_session_inside(const struct polluxd *polluxd)
{
    const struct polluxd_gateway *gateway = &polluxd->gateway;
    for (uint32_t i = 0; i < gateway->plan.venues; i++)
        if (gateway->session[i].internal) return gateway->session[i].number;
    return UINT32_MAX;
}

uint32_t polluxd_session_place(const struct polluxd *polluxd, uint32_t session)
{
    uint32_t inside = polluxd_session_inside(polluxd);
    if (inside == UINT32_MAX || session < inside) return session;
    return session == inside ? polluxd->config->venue->sessions.count - 1 : session - 1;
}

static bool venues_plan(struct polluxd *polluxd, struct text *problems)
{
    const struct polluxd_gateway *gateway = &polluxd->gateway;
    struct order_host_plan *plan = &polluxd->plan.engine.orders;
    uint32_t inside = 0;
    plan->venues = gateway->plan.venues;
    for (uint32_t i = 0; i < plan->venues; i++) {
        const struct polluxd_session *from = &gateway->session[i];
        struct order_host_venue *to = &plan->venue[i];
        *to = (struct order_host_venue){.way = from->internal ? ORDER_HOST_INSIDE : ORDER_HOST_TCP,
                                        .ip = from->ip,
                                        .port = from->tcp_port,
                                        .kept = KEPT};
        memset(to->session, ' ', sizeof to->session);
        memcpy(to->credentials.username, from->username, sizeof to->credentials.username);
        memcpy(to->credentials.password, from->password, sizeof to->credentials.password);
        if (!from->internal) continue;
        to->number = polluxd_session_place(polluxd, from->number);
        inside++;
    }
    if (inside <= 1) return true;
    text_append(problems, "two venues of the gateway have the transport internal, and the venue of "
                          "this process has one such session\n");
    return false;
}

bool polluxd_plan_orders(struct polluxd *polluxd, struct text *problems)
{
    struct launch_plan *plan = &polluxd->plan;
    struct polluxd_gateway *gateway = &polluxd->gateway;
    if (!polluxd_gateway_plan(gateway, polluxd->config, polluxd->kinds, problems)) return false;
    plan->engine.gateway = &gateway->plan;
    plan->engine.orders.seed = gateway->plan.seed;
    plan->gateway = (struct launch_gateway_plan){
        .folder = gateway->folder,
        .journal_cpu = JOURNAL_THREAD_ANY_CPU,
        .segment_bytes = SEGMENT_BYTES,
        .reserve_bytes = RESERVE_BYTES,
        .port = gateway->over_tcp ? gateway->port : LAUNCH_NO_PORT,
        .stop_ns = STOP_NS,
    };
    if (gateway->over_tcp) {
        struct inet_limits *inet = &plan->engine.orders.inet;
        *inet = polluxd_host(polluxd, gateway->port);
        inet->tcp.connections = 2 * gateway->plan.venues + 2;
        inet->tcp.send_bytes = SEND_BYTES;
        inet->tcp.receive_bytes = RECEIVE_BYTES;
    }
    return venues_plan(polluxd, problems);
}

static_assert(sizeof((struct polluxd_session *)0)->username ==
                  sizeof((struct soupbin_credentials *)0)->username,
              "a name fits");
