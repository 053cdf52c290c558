#include "dataplane/stage/feed_host.h"

#include "dataplane/wire/igmp.h"

#include <string.h>

struct feed_host {
    const struct feed_host_plan *plan;
    struct feed_host_wires wires;
    struct inet *inet[FEED_HOST_QUEUES_MAX]; /* NULL: the queue only listens */
    struct recovery *recovery;               /* NULL: nothing is asked for */
    struct inet *asks;                       /* of the queue that asks */
    struct tcp_calls calls;
    uint32_t connection; /* of the snapshot, or TCP_NONE */
    nanos_t now;
    uint64_t rx_tsc; /* of the frame being taken */
    uint8_t clock;   /* enum time_source of it */
    uint64_t frames;
    uint64_t requests_lost;
};

static uint8_t *frame_claim(void *queue, uint32_t bytes)
{
    return net_tx_claim(queue, bytes);
}

static void frame_publish(void *queue)
{
    net_tx_publish(queue);
}

static struct inet_limits inet_of(const struct feed_host_plan *plan, uint32_t queue,
                                  struct net_queue *output)
{
    struct inet_limits limits = plan->inet[queue];
    limits.output =
        (struct inet_output){.claim = frame_claim, .publish = frame_publish, .context = output};
    return limits;
}

static size_t inet_bytes(const struct feed_host_plan *plan, uint32_t queue)
{
    struct inet_limits limits = inet_of(plan, queue, NULL);
    return inet_footprint(&limits);
}

struct layout {
    size_t inet[FEED_HOST_QUEUES_MAX], recovery, bytes;
};

static struct layout layout_of(const struct feed_host_plan *plan)
{
    struct layout layout = {.bytes = ALIGN_UP(sizeof(struct feed_host), CACHE_LINE)};
    for (uint32_t i = 0; i < FEED_HOST_QUEUES_MAX; i++) {
        layout.inet[i] = layout.bytes;
        if (plan->present[i]) layout.bytes += ALIGN_UP(inet_bytes(plan, i), CACHE_LINE);
    }
    layout.recovery = layout.bytes;
    if (plan->recovers) layout.bytes += ALIGN_UP(recovery_footprint(&plan->recovery), CACHE_LINE);
    return layout;
}

/* Of groups that a host's memory has place for, and that a host can join. */
static const char *groups_check(const struct feed_host_plan *plan)
{
    if (plan->groups > ARRAY_COUNT(plan->group)) return "a feed has more groups than lines";
    for (uint32_t i = 0; i < plan->groups; i++) {
        const struct feed_host_group *group = &plan->group[i];
        if (group->queue >= FEED_HOST_QUEUES_MAX) return "a feed's group is of no queue";
        if (!plan->present[group->queue]) continue;
        if (group->group >> 28 != 0xe || group->group == IGMP_ALL_SYSTEMS)
            return "a feed's group is none that a host can join";
        if (plan->inet[group->queue].groups < plan->groups)
            return "a feed's port has no place for all of its groups";
    }
    return NULL;
}

const char *feed_host_check(const struct feed_host_plan *plan)
{
    for (uint32_t i = 0; i < FEED_HOST_QUEUES_MAX; i++)
        if (plan->present[i] && inet_bytes(plan, i) == 0)
            return "the limits of a feed's port are out of range";
    if (plan->recovers) {
        if (plan->queue >= FEED_HOST_QUEUES_MAX || !plan->present[plan->queue])
            return "the feed's recovery has no port with an address";
        if (recovery_footprint(&plan->recovery) == 0)
            return "the limits of the feed's recovery are out of range";
    }
    return groups_check(plan);
}

size_t feed_host_footprint(const struct feed_host_plan *plan)
{
    return feed_host_check(plan) ? 0 : layout_of(plan).bytes;
}

/* Replies. */

static void reply_received(void *context, const struct inet_datagram *datagram)
{
    struct feed_host *host = context;
    struct arrival arrival = {host->now, host->rx_tsc, (enum time_source)host->clock};
    (void)recovery_reply(host->recovery, datagram->payload, datagram->payload_bytes,
                         arrival); /* counted there */
    host->wires.drain(host->wires.context, host->now);
}

/* The snapshot's connection. */

static bool snapshot_opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    (void)connection, (void)peer;
    struct feed_host *host = context;
    recovery_connected(host->recovery, host->now);
    return true;
}

static uint32_t snapshot_received(void *context, uint32_t connection, const uint8_t *bytes,
                                  uint32_t length)
{
    (void)connection;
    struct feed_host *host = context;
    recovery_bytes(host->recovery, bytes, length, host->now);
    host->wires.drain(host->wires.context, host->now);
    return length;
}

static void snapshot_ended(void *context, uint32_t connection)
{
    struct feed_host *host = context;
    host->connection = TCP_NONE;
    tcp_close(inet_tcp(host->asks), connection, host->now);
    recovery_disconnected(host->recovery, host->now);
}

static void snapshot_closed(void *context, uint32_t connection, enum tcp_end why)
{
    (void)connection, (void)why;
    struct feed_host *host = context;
    host->connection = TCP_NONE;
    recovery_disconnected(host->recovery, host->now);
}

static void connection_make(struct feed_host *host, uint32_t server)
{
    const struct feed_host_server *snapshot = &host->plan->snapshot[server];
    const struct tcp_to to = {.ip = snapshot->ip, .port = snapshot->port, .calls = &host->calls};
    host->connection = tcp_connect(inet_tcp(host->asks), &to, host->now);
    if (host->connection == TCP_NONE) recovery_disconnected(host->recovery, host->now);
}

/* What recovery wants. */

static void request_send(struct feed_host *host, const struct recovery_output *output)
{
    const struct feed_host_server *server = &host->plan->server[output->server];
    const struct inet_to to = {
        .ip = server->ip, .port = server->port, .source_port = host->plan->request_port};
    uint8_t *payload = inet_datagram_claim(host->asks, &to, output->length, host->now);
    if (!payload) {
        host->requests_lost++; /* it is asked again */
        return;
    }
    memcpy(payload, output->bytes, output->length);
    inet_datagram_publish(host->asks);
}

static void bytes_write(struct feed_host *host, const struct recovery_output *output)
{
    uint32_t written = 0;
    if (host->connection != TCP_NONE)
        written = tcp_write(inet_tcp(host->asks), host->connection, output->bytes, output->length,
                            host->now);
    recovery_written(host->recovery, written);
}

static void connection_close(struct feed_host *host)
{
    if (host->connection == TCP_NONE) return;
    tcp_close(inet_tcp(host->asks), host->connection, host->now);
    host->connection = TCP_NONE;
}

static void recovery_go(struct feed_host *host)
{
    struct recovery_output output;
    for (;;) {
        switch (recovery_turn(host->recovery, host->now, &output)) {
        case RECOVERY_NOTHING: return;
        case RECOVERY_REQUEST: request_send(host, &output); break;
        case RECOVERY_CONNECT: connection_make(host, output.server); break;
        case RECOVERY_WRITE: bytes_write(host, &output); break;
        case RECOVERY_CLOSE: connection_close(host); break;
        }
    }
}

void feed_host_turn(struct feed_host *host, nanos_t now)
{
    if (now > host->now) host->now = now;
    if (host->recovery) {
        recovery_go(host);
        host->wires.drain(host->wires.context, host->now);
    }
    for (uint32_t i = 0; i < FEED_HOST_QUEUES_MAX; i++) {
        if (!host->inet[i]) continue;
        inet_tick(host->inet[i], host->now);
        inet_flush(host->inet[i], host->now);
        net_tx_flush(host->wires.queue[i]);
    }
}

/* Frames. */

static enum inet_checked checked_of(const struct frame *frame)
{
    unsigned checked = INET_CHECKED_NONE;
    if (frame->flags & FRAME_IP_CHECKSUM_GOOD) checked |= INET_CHECKED_IP;
    if (frame->flags & FRAME_L4_CHECKSUM_GOOD) checked |= INET_CHECKED_L4;
    return (enum inet_checked)checked;
}

bool feed_host_receive(struct feed_host *host, uint32_t queue, const struct frame *frame,
                       nanos_t now)
{
    if (!host->inet[queue]) return false;
    if (now > host->now) host->now = now;
    host->frames++;
    host->rx_tsc = frame->rx_tsc;
    host->clock = frame->clock;
    (void)inet_receive(host->inet[queue], frame->bytes, frame->length_bytes, checked_of(frame),
                       host->now); /* counted there */
    return true;
}

void feed_host_step(struct feed_host *host, enum channel_step step,
                    const struct channel_output *output, nanos_t now)
{
    if (host->recovery) recovery_step(host->recovery, step, output, now);
}

void feed_host_finish(struct feed_host *host, nanos_t now)
{
    if (host->recovery) recovery_finish(host->recovery, now);
}

/* Making. */

static void groups_join(struct feed_host *host)
{
    const struct feed_host_plan *plan = host->plan;
    for (uint32_t i = 0; i < plan->groups; i++) {
        const struct feed_host_group *group = &plan->group[i];
        struct inet *inet = host->inet[group->queue];
        if (inet) CHECK(inet_join(inet, group->group, 0, host->now));
    }
}

static void recovery_make(struct feed_host *host, void *memory)
{
    const struct feed_host_plan *plan = host->plan;
    host->recovery = recovery_new(memory, &plan->recovery, host->wires.channel, host->wires.feed);
    host->asks = host->inet[plan->queue];
    host->calls = (struct tcp_calls){.opened = snapshot_opened,
                                     .received = snapshot_received,
                                     .ended = snapshot_ended,
                                     .closed = snapshot_closed,
                                     .context = host};
    CHECK(inet_bind(host->asks, 0, plan->request_port, reply_received, host));
    for (uint32_t i = 0; i < plan->recovery.servers; i++)
        inet_prepare(host->asks, plan->server[i].ip, host->now);
    for (uint32_t i = 0; i < plan->recovery.snapshots; i++)
        inet_prepare(host->asks, plan->snapshot[i].ip, host->now);
}

struct feed_host *feed_host_new(void *memory, const struct feed_host_plan *plan,
                                const struct feed_host_wires *wires, nanos_t now)
{
    CHECK(feed_host_footprint(plan) > 0);
    struct layout layout = layout_of(plan);
    struct feed_host *host = memory;
    *host = (struct feed_host){.plan = plan, .wires = *wires, .connection = TCP_NONE, .now = now};
    for (uint32_t i = 0; i < FEED_HOST_QUEUES_MAX; i++) {
        if (!plan->present[i]) continue;
        struct inet_limits inet = inet_of(plan, i, wires->queue[i]);
        host->inet[i] = inet_new((uint8_t *)memory + layout.inet[i], &inet, now);
    }
    groups_join(host);
    if (plan->recovers) recovery_make(host, (uint8_t *)memory + layout.recovery);
    return host;
}

enum recovery_state feed_host_state(const struct feed_host *host)
{
    return host->recovery ? recovery_state(host->recovery) : RECOVERY_QUIET;
}

void feed_host_count(const struct feed_host *host, struct feed_host_counts *counts)
{
    *counts = (struct feed_host_counts){.frame = host->frames, .request_lost = host->requests_lost};
    if (host->recovery) counts->recovery = *recovery_counts(host->recovery);
    const struct inet *inet = host->asks;
    for (uint32_t i = 0; i < FEED_HOST_QUEUES_MAX && !inet; i++) inet = host->inet[i];
    if (inet) counts->inet = *inet_counts(inet);
}
