#include "dataplane/stage/order_host_layout.h"

#include <string.h>
#include <x86intrin.h>

/* Invariants: a line of TCP has a connection exactly in CONNECTING, LOGIN, SETTLING and UP; the
 * owner was told up exactly in UP; next is what the session gives next. */

#define OUTPUT_BYTES 8192u /* of messages that wait for TCP: beyond, the owner holds them */
#define FRAMING      3u    /* of SoupBinTCP around a message */

static const struct soupbin_client_limits client_limits = {.payload_bytes = ORDER_HOST_MESSAGE_MAX,
                                                           .output_bytes = OUTPUT_BYTES,
                                                           .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                                                           .silence_ns = SOUPBIN_SILENCE_NS};

#define STATE_NAME(state, name, meaning) [state] = #name,
#define STATE_TEXT(state, name, meaning) [state] = (meaning),

const char *order_host_state_name(enum order_host_state state)
{
    static const char *const names[] = {ORDER_HOST_STATES(STATE_NAME)};
    return names[state];
}

const char *order_host_state_text(enum order_host_state state)
{
    static const char *const texts[] = {ORDER_HOST_STATES(STATE_TEXT)};
    return texts[state];
}

/* Sessions, whatever their way. */

/* The wait before the next attempt: doubled with each, and of that half to all, so that many who
 * lost one venue do not come back in one instant. */
static nanos_t wait_of(struct order_host_line *line)
{
    struct order_host *host = line->host;
    nanos_t wait = host->retry_ns;
    for (uint32_t i = 0; i < line->tries && wait < host->retry_max_ns; i++) wait *= 2;
    if (wait > host->retry_max_ns) wait = host->retry_max_ns;
    host->dice = host->dice * 6364136223846793005u + 1442695040888963407u;
    line->tries++;
    return wait / 2 + (host->dice >> 33) % (wait / 2 + 1);
}

void order_host_lose(struct order_host_line *line, nanos_t now)
{
    struct order_host *host = line->host;
    if (line->state == ORDER_HOST_SETTLING || line->state == ORDER_HOST_UP) line->counts.lost++;
    if (line->state != ORDER_HOST_BROKEN) line->state = ORDER_HOST_DOWN;
    line->retry_at = now + wait_of(line);
    line->asked_tsc = 0;
    host->asking &= ~(1u << line->venue);
    if (!line->told_up) return;
    line->told_up = false;
    host->plan->calls.session(host->plan->calls.context, line->venue, false, now);
}

void order_host_accept(struct order_host_line *line, nanos_t now)
{
    line->counts.login++;
    line->state = ORDER_HOST_SETTLING;
    line->accepted_at = line->newest_at = now;
    line->host->settling = true;
}

static COLD void settled_look(struct order_host *host, nanos_t now)
{
    bool settling = false;
    for (uint32_t i = 0; i < host->plan->venues; i++) {
        struct order_host_line *line = &host->line[i];
        if (line->state != ORDER_HOST_SETTLING) continue;
        bool late = now - line->accepted_at >= ORDER_HOST_SETTLE_MAX;
        bool quiet = now - line->newest_at >= host->settle_ns && line->kept_head == line->kept_tail;
        if (host->leaving || !(quiet || late)) {
            settling = true;
            continue;
        }
        line->state = ORDER_HOST_UP;
        line->told_up = true;
        line->tries = 0;
        host->plan->calls.session(host->plan->calls.context, i, true, now);
    }
    host->settling = settling;
}

void order_host_give(struct order_host_line *line, const uint8_t *message, uint32_t length,
                     nanos_t now)
{
    struct order_host *host = line->host;
    line->counts.message++;
    line->newest_at = now;
    if (line->asked_tsc != 0) histogram_record_span(&host->latency, line->asked_tsc, __rdtsc());
    line->asked_tsc = 0;
    host->plan->calls.message(host->plan->calls.context, line->venue, line->next++, message, length,
                              now);
}

/* TCP. */

static void line_write(struct order_host_line *line, nanos_t now)
{
    line->dirty = false;
    if (line->connection == TCP_NONE) return;
    uint32_t length;
    const uint8_t *bytes = soupbin_client_output(line->client, &length);
    if (length == 0) return;
    uint32_t written = tcp_write(line->host->tcp, line->connection, bytes, length, now);
    soupbin_client_written(line->client, written);
    if (written < length) line->dirty = line->host->dirty = true;
}

/* The connection is let go of, and with it the session.  in_order: what is written still leaves. */
static COLD void line_drop(struct order_host_line *line, bool in_order, nanos_t now)
{
    uint32_t connection = line->connection;
    line->connection = TCP_NONE;
    line->dirty = false;
    soupbin_client_close(line->client, SOUPBIN_LOST);
    enum soupbin_reason reason = soupbin_client_reason(line->client);
    if (connection != TCP_NONE && in_order) tcp_close(line->host->tcp, connection, now);
    else if (connection != TCP_NONE) tcp_abort(line->host->tcp, connection, now);
    bool broken =
        reason == SOUPBIN_MISMATCH || reason == SOUPBIN_NO_SESSION || reason == SOUPBIN_ENDED;
    order_host_lose(line, now);
    if (broken) line->state = ORDER_HOST_BROKEN;
}

static bool opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    (void)connection, (void)peer;
    struct order_host_line *line = context;
    line->state = ORDER_HOST_LOGIN;
    soupbin_client_connect(line->client, line->host->now);
    line_write(line, line->host->now);
    return true;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    struct order_host_line *line = context;
    nanos_t now = line->host->now;
    if (connection != line->connection) return length; /* one that was let go of */
    struct soupbin_bytes in = {bytes, length};
    struct soupbin_message message;
    for (;;) {
        switch (soupbin_client_take(line->client, &in, now, &message)) {
        case SOUPBIN_CLIENT_NOTHING: return length;
        case SOUPBIN_CLIENT_ACCEPTED: order_host_accept(line, now); break;
        case SOUPBIN_CLIENT_SEQUENCED:
            CHECK(message.sequence == line->next); /* the client's guarantee */
            order_host_give(line, message.payload, message.payload_bytes, now);
            break;
        case SOUPBIN_CLIENT_UNSEQUENCED: line->counts.unsequenced++; break;
        case SOUPBIN_CLIENT_OVER: line_drop(line, true, now); return length;
        }
    }
}

/* A venue that sends no more wants no more. */
static void ended(void *context, uint32_t connection)
{
    struct order_host_line *line = context;
    if (connection == line->connection) line_drop(line, true, line->host->now);
}

static void writable(void *context, uint32_t connection)
{
    (void)connection;
    struct order_host_line *line = context;
    line->dirty = line->host->dirty = true;
}

static void closed(void *context, uint32_t connection, enum tcp_end why)
{
    (void)why; /* TCP counts it */
    struct order_host_line *line = context;
    if (connection != line->connection) return;
    line->connection = TCP_NONE;
    line_drop(line, true, line->host->now);
}

static COLD void line_connect(struct order_host_line *line, nanos_t now)
{
    struct order_host *host = line->host;
    const struct tcp_to to = {
        .ip = line->plan->ip, .port = line->plan->port, .calls = &line->calls};
    line->counts.connection++;
    line->connection = tcp_connect(host->tcp, &to, now);
    if (line->connection != TCP_NONE) {
        line->state = ORDER_HOST_CONNECTING;
        return;
    }
    line->counts.connection_none++;
    line->retry_at = now + wait_of(line);
}

/* The turn. */

static inline enum inet_checked checked_of(const struct frame *frame)
{
    unsigned checked = INET_CHECKED_NONE;
    if (frame->flags & FRAME_IP_CHECKSUM_GOOD) checked |= INET_CHECKED_IP;
    if (frame->flags & FRAME_L4_CHECKSUM_GOOD) checked |= INET_CHECKED_L4;
    if (frame->flags & FRAME_CHECKSUM_BAD) checked |= INET_CHECKED_BAD;
    return (enum inet_checked)checked;
}

static uint32_t frames_take(struct order_host *host)
{
    struct frame_burst *burst = &host->burst;
    net_rx(host->plan->queue, burst);
    uint32_t count = burst->count;
    for (uint32_t i = 0; i < count; i++) {
        const struct frame *frame = &burst->at[i];
        if (unlikely(frame->flags & FRAME_CUT)) continue;
        (void)inet_receive(host->inet, frame->bytes, frame->length_bytes, checked_of(frame),
                           host->now); /* counted there */
    }
    if (count > 0) net_rx_done(host->plan->queue, burst);
    return count;
}

uint32_t order_host_turn(struct order_host *host, nanos_t now)
{
    if (now > host->now) host->now = now;
    uint32_t work = 0;
    if (host->inet) {
        work += frames_take(host);
        inet_tick(host->inet, host->now);
    }
    for (uint32_t i = 0; i < host->plan->venues; i++)
        if (host->line[i].plan->way == ORDER_HOST_INSIDE)
            work += order_host_inside_turn(&host->line[i], host->now);
    if (unlikely(host->settling)) settled_look(host, host->now);
    return work;
}

uint32_t order_host_room(const struct order_host *host, uint32_t venue)
{
    const struct order_host_line *line = &host->line[venue];
    if (line->state != ORDER_HOST_UP) return 0;
    if (line->plan->way == ORDER_HOST_INSIDE) return order_host_inside_room(line);
    uint32_t waiting;
    (void)soupbin_client_output(line->client, &waiting);
    uint32_t room = tcp_room(host->tcp, line->connection);
    if (room > OUTPUT_BYTES) room = OUTPUT_BYTES;
    return room > waiting ? (room - waiting) / (TRADE_PORT_BYTES_MAX + FRAMING) : 0;
}

bool order_host_send(struct order_host *host, uint32_t venue, const uint8_t *bytes, uint32_t length,
                     uint64_t cause_tsc, nanos_t now)
{
    struct order_host_line *line = &host->line[venue];
    bool sent = false;
    if (likely(line->state == ORDER_HOST_UP)) {
        if (line->plan->way == ORDER_HOST_INSIDE) {
            sent = order_host_inside_send(line, bytes, length, cause_tsc, now);
        } else {
            sent = soupbin_client_send(line->client, bytes, length, now);
            line->dirty = host->dirty = true;
        }
    }
    if (unlikely(!sent)) {
        line->counts.unsent++;
        return false;
    }
    line->counts.sent++;
    if (line->plan->way == ORDER_HOST_TCP) host->asking |= 1u << venue;
    else if (line->asked_tsc == 0) line->asked_tsc = __rdtsc();
    return true;
}

/* The clock is read behind the port, not before it. */
static void asked_now(struct order_host *host)
{
    for (uint64_t tsc = __rdtsc(); host->asking; host->asking &= host->asking - 1) {
        struct order_host_line *line = &host->line[__builtin_ctz(host->asking)];
        if (line->asked_tsc == 0) line->asked_tsc = tsc;
    }
}

void order_host_flush(struct order_host *host, nanos_t now)
{
    if (now > host->now) host->now = now;
    if (!host->inet) return;
    if (host->dirty) {
        host->dirty = false;
        for (uint32_t i = 0; i < host->plan->venues; i++)
            if (host->line[i].dirty) line_write(&host->line[i], host->now);
    }
    inet_flush(host->inet, host->now);
    net_tx_flush(host->plan->queue);
    if (host->asking) asked_now(host);
}

void order_host_relieve(struct order_host *host)
{
    for (uint32_t i = 0; i < host->plan->venues; i++)
        if (host->line[i].plan->way == ORDER_HOST_INSIDE) order_host_inside_keep(&host->line[i]);
}

/* Housekeeping. */

static void line_tick(struct order_host_line *line, nanos_t now)
{
    if (line->connection == TCP_NONE) return;
    if (line->state == ORDER_HOST_CONNECTING) return; /* TCP gives up by itself */
    soupbin_client_tick(line->client, now);
    if (soupbin_client_state(line->client) == SOUPBIN_CLOSED) line_drop(line, false, now);
    else line_write(line, now);
}

void order_host_housekeeping(struct order_host *host, nanos_t now)
{
    if (now > host->now) host->now = now;
    for (uint32_t i = 0; i < host->plan->venues; i++) {
        struct order_host_line *line = &host->line[i];
        bool inside = line->plan->way == ORDER_HOST_INSIDE;
        if (!inside) line_tick(line, host->now);
        else if (unlikely(line->tell_lost)) order_host_inside_close(line);
        if (line->state != ORDER_HOST_DOWN || host->leaving || host->now < line->retry_at) continue;
        if (inside) order_host_inside_open(line, host->now);
        else line_connect(line, host->now);
    }
    order_host_flush(host, host->now);
}

COLD void order_host_leave(struct order_host *host, nanos_t now)
{
    if (now > host->now) host->now = now;
    host->leaving = true;
    for (uint32_t i = 0; i < host->plan->venues; i++) {
        struct order_host_line *line = &host->line[i];
        if (line->plan->way == ORDER_HOST_INSIDE) {
            bool there = line->state == ORDER_HOST_SETTLING || line->state == ORDER_HOST_UP;
            if (there) order_host_lose(line, host->now);
            if (there) order_host_inside_close(line);
            continue;
        }
        if (line->connection == TCP_NONE) continue;
        (void)soupbin_client_logout(line->client, host->now); /* without room the FIN says it */
        line_write(line, host->now);
        line_drop(line, true, host->now);
    }
    order_host_flush(host, host->now);
}

bool order_host_left(const struct order_host *host)
{
    for (uint32_t i = 0; i < host->plan->venues; i++) {
        const struct order_host_line *line = &host->line[i];
        if (line->tell_lost || line->state == ORDER_HOST_SETTLING || line->state == ORDER_HOST_UP)
            return false;
    }
    return true;
}

/* Queries. */

void order_host_show(const struct order_host *host, uint32_t venue, struct order_host_look *look)
{
    const struct order_host_line *line = &host->line[venue];
    *look = (struct order_host_look){
        .state = line->state,
        .reason = line->client ? (uint64_t)soupbin_client_reason(line->client) : 0,
        .next = line->next,
        .waiting = line->kept_head - line->kept_tail,
        .counts = line->counts,
    };
}

const struct inet_counts *order_host_inet(const struct order_host *host)
{
    return host->inet ? inet_counts(host->inet) : NULL;
}

const struct histogram *order_host_latency(const struct order_host *host)
{
    return &host->latency;
}

/* Making. */

static uint8_t *frame_claim(void *queue, uint32_t bytes)
{
    return net_tx_claim(queue, bytes);
}

static void frame_publish(void *queue)
{
    net_tx_publish(queue);
}

static struct inet_limits inet_of(const struct order_host_plan *plan)
{
    struct inet_limits limits = plan->inet;
    limits.output = (struct inet_output){
        .claim = frame_claim, .publish = frame_publish, .context = plan->queue};
    return limits;
}

static uint32_t venues_by(const struct order_host_plan *plan, enum order_host_way way)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->venues; i++) count += plan->venue[i].way == way;
    return count;
}

const char *order_host_check(const struct order_host_plan *plan)
{
    if (plan->venues > ORDER_HOST_VENUES_MAX) return "there are more venues than sessions for them";
    for (uint32_t i = 0; i < plan->venues; i++) {
        const struct order_host_venue *venue = &plan->venue[i];
        if (venue->way == ORDER_HOST_TCP && (venue->ip == 0 || venue->port == 0))
            return "a venue has no address or no port";
        if (venue->way == ORDER_HOST_INSIDE &&
            (!IS_POW2(venue->kept) || venue->kept > ORDER_HOST_KEPT_MAX))
            return "the answers that a venue in this process may keep must be a power of two";
    }
    uint32_t outside = venues_by(plan, ORDER_HOST_TCP);
    if (outside == 0) return NULL;
    struct inet_limits inet = inet_of(plan);
    if (inet_footprint(&inet) == 0) return "the limits of the orders' port are out of range";
    if (inet.tcp.connections < 2 * outside)
        return "the orders' port needs two connections for each venue";
    return NULL;
}

size_t order_host_footprint(const struct order_host_plan *plan)
{
    size_t bytes = ALIGN_UP(sizeof(struct order_host), CACHE_LINE);
    struct inet_limits inet = inet_of(plan);
    if (venues_by(plan, ORDER_HOST_TCP) > 0) bytes += ALIGN_UP(inet_footprint(&inet), CACHE_LINE);
    for (uint32_t i = 0; i < plan->venues; i++) {
        const struct order_host_venue *venue = &plan->venue[i];
        bytes += venue->way == ORDER_HOST_TCP
                   ? ALIGN_UP(soupbin_client_footprint(&client_limits), CACHE_LINE)
                   : venue->kept * sizeof(struct gate_slot);
    }
    return bytes;
}

struct order_host *order_host_new(void *memory, const struct order_host_plan *plan, nanos_t now)
{
    CHECK(order_host_check(plan) == NULL);
    struct order_host *host = memory;
    uint8_t *at = (uint8_t *)memory + ALIGN_UP(sizeof *host, CACHE_LINE);
    host->plan = plan;
    host->now = now;
    host->dice = plan->seed;
    host->settle_ns = plan->settle_ns ? plan->settle_ns : ORDER_HOST_SETTLE_NS;
    host->retry_ns = plan->retry_ns ? plan->retry_ns : ORDER_HOST_RETRY_NS;
    host->retry_max_ns = plan->retry_max_ns ? plan->retry_max_ns : ORDER_HOST_RETRY_MAX;
    if (venues_by(plan, ORDER_HOST_TCP) > 0) {
        struct inet_limits inet = inet_of(plan);
        host->inet = inet_new(at, &inet, now);
        host->tcp = inet_tcp(host->inet);
        at += ALIGN_UP(inet_footprint(&inet), CACHE_LINE);
    }
    for (uint32_t i = 0; i < plan->venues; i++) {
        struct order_host_line *line = &host->line[i];
        *line = (struct order_host_line){.host = host,
                                         .plan = &plan->venue[i],
                                         .venue = i,
                                         .state = ORDER_HOST_DOWN,
                                         .retry_at = now,
                                         .connection = TCP_NONE};
        line->calls = (struct tcp_calls){.opened = opened,
                                         .received = received,
                                         .ended = ended,
                                         .writable = writable,
                                         .closed = closed,
                                         .context = line};
        if (line->plan->way == ORDER_HOST_TCP) {
            line->client = (struct soupbin_client *)at; /* made by order_host_begin */
            at += ALIGN_UP(soupbin_client_footprint(&client_limits), CACHE_LINE);
            inet_prepare(host->inet, line->plan->ip, now);
        } else {
            line->kept = (struct gate_slot *)(void *)at;
            at += line->plan->kept * sizeof(struct gate_slot);
        }
        order_host_begin(host, i, 1);
    }
    return host;
}

void order_host_begin(struct order_host *host, uint32_t venue, uint64_t sequence)
{
    struct order_host_line *line = &host->line[venue];
    CHECK(sequence > 0 && line->state == ORDER_HOST_DOWN);
    line->next = sequence;
    if (line->plan->way != ORDER_HOST_TCP) return;
    struct soupbin_client_login login = {.credentials = line->plan->credentials,
                                         .sequence = sequence};
    memcpy(login.session, line->plan->session, sizeof login.session);
    line->client = soupbin_client_new(line->client, &client_limits, &login);
}
