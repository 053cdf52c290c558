/* What a segment costs in dataplane/inet, on the way an order takes.
 *
 * Two hosts of ours face each other through arrays: no driver, no kernel, frames in the first level
 * of cache.  A turn is a write of 50 bytes on one, the frame's reception and delivery on the other,
 * and the same back, so that every segment carries an acknowledgment and none is sent for itself:
 * the predicted way in both directions.  Reception includes Ethernet, IPv4, both checksums, the
 * search for the connection and the owner's call; a write includes the copy into the send ring, the
 * frame and its checksums.  16 or 4,096 connections take turns. */

#include "bench/bench.h"
#include "dataplane/inet/inet.h"

#include <stdlib.h>
#include <string.h>

enum { TURNS = 20000, ORDER_BYTES = 50, FRAME_BYTES = 2048, HALF = 512, MANY = 4096, PORT = 7000 };

struct end {
    struct inet *inet;
    struct tcp *tcp;
    uint32_t connection[MANY]; /* by the order they were opened in */
    uint32_t opened;
    uint64_t got;
    uint8_t frame[HALF][FRAME_BYTES];
    uint32_t bytes[HALF];
    uint32_t frames;
};

static struct end venue, client;
static nanos_t now = NANOS_SECOND;
static uint32_t connections;

static uint8_t *claim(void *context, uint32_t bytes)
{
    struct end *end = context;
    CHECK(end->frames < HALF);
    CHECK(bytes <= FRAME_BYTES);
    end->bytes[end->frames] = bytes;
    return end->frame[end->frames];
}

static void publish(void *context)
{
    ((struct end *)context)->frames++;
}

static bool opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    struct end *end = context;
    (void)peer;
    end->connection[end->opened++] = connection;
    return true;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    (void)connection;
    (void)bytes;
    ((struct end *)context)->got += length;
    return length;
}

static const struct tcp_calls venue_calls = {
    .opened = opened, .received = received, .context = &venue};
static const struct tcp_calls client_calls = {
    .opened = opened, .received = received, .context = &client};

/* Gives what `from` has sent to `to`. */
static inline void carry(struct end *from, struct end *to)
{
    for (uint32_t i = 0; i < from->frames; i++)
        (void)inet_receive(to->inet, from->frame[i], from->bytes[i], INET_CHECKED_NONE, now);
    from->frames = 0;
}

static void end_open(struct end *end, uint32_t number)
{
    struct inet_neighbour other = {.ip = 0x0a000003 - number,
                                   .mac = {{2, 0, 0, 0, 0, (uint8_t)(3 - number)}}};
    struct inet_limits limits = {
        .mac = {{2, 0, 0, 0, 0, (uint8_t)number}},
        .ip = 0x0a000000 + number,
        .prefix = 24,
        .mtu = 1500,
        .output = {claim, publish, end},
        .neighbour = &other,
        .neighbours = 1,
        .learnt = 8,
        .tcp = {.connections = MANY,
                .listeners = 1,
                .half_open = MANY,
                .send_bytes = 8192,
                .receive_bytes = 8192,
                .initial_segments = 10},
        .secret = {1, 2, 3, (uint8_t)number},
    };
    size_t bytes = inet_footprint(&limits);
    free(end->inet);
    memset(end, 0, sizeof *end);
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    end->inet = inet_new(memory, &limits, now);
    end->tcp = inet_tcp(end->inet);
}

static void both_open(uint32_t count)
{
    end_open(&venue, 1);
    end_open(&client, 2);
    CHECK(tcp_listen(venue.tcp, PORT, &venue_calls));
    for (uint32_t i = 0; i < count; i++) {
        struct tcp_to to = {.ip = 0x0a000001, .port = PORT, .calls = &client_calls};
        CHECK(tcp_connect(client.tcp, &to, now) != TCP_NONE);
        for (int step = 0; step < 3; step++) {
            carry(&client, &venue);
            carry(&venue, &client);
        }
    }
    CHECK(venue.opened == count);
    CHECK(client.opened == count);
    connections = count;
}

static const uint8_t order[ORDER_BYTES] = {'O'};

static void write_to(struct end *end, uint32_t turn)
{
    uint32_t connection = end->connection[turn & (connections - 1)];
    uint32_t taken = tcp_write(end->tcp, connection, order, ORDER_BYTES, now);
    CHECK(taken == ORDER_BYTES);
}

static void turns(void *context)
{
    (void)context;
    for (uint32_t i = 0; i < TURNS; i++) {
        write_to(&client, i);
        carry(&client, &venue);
        write_to(&venue, i);
        carry(&venue, &client);
        now += 1000;
    }
}

/* Only what one side does, in batches of the other's. */

static double batch_ns(void (*step)(uint32_t first))
{
    double ns = 0;
    for (uint32_t at = 0; at < TURNS; at += HALF / 2) {
        for (uint32_t i = at; i < at + HALF / 2; i++) write_to(&client, i);
        double begin = bench_thread_ns();
        step(at);
        ns += bench_thread_ns() - begin;
        carry(&venue, &client);
        inet_flush(client.inet, now);
        carry(&client, &venue);
        now += 1000;
    }
    return ns / (TURNS / (HALF / 2) * (HALF / 2.0));
}

static double receive_ns, write_ns;

static void step_receive_write(uint32_t first)
{
    double begin = bench_thread_ns();
    carry(&client, &venue);
    double middle = bench_thread_ns();
    for (uint32_t i = first; i < first + HALF / 2; i++) write_to(&venue, i);
    receive_ns += middle - begin;
    write_ns += bench_thread_ns() - middle;
}

static void halves(const char *in_name, const char *out_name)
{
    enum { ROUNDS = 9 };
    double in[ROUNDS], out[ROUNDS];
    if (!bench_wanted(in_name) && !bench_wanted(out_name)) return;
    both_open(16);
    double items = (TURNS + HALF / 2 - 1) / (HALF / 2) * (HALF / 2.0);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        receive_ns = write_ns = 0;
        (void)batch_ns(step_receive_write);
        in[round] = receive_ns / items;
        out[round] = write_ns / items;
    }
    bench_rounds(&(struct bench_rate){.name = in_name,
                                      .what = "a segment of 50 bytes received and delivered",
                                      .items = TURNS,
                                      .bound_ns = 60},
                 in, ROUNDS);
    bench_rounds(&(struct bench_rate){.name = out_name,
                                      .what = "a write of 50 bytes to its segment",
                                      .items = TURNS,
                                      .bound_ns = 60},
                 out, ROUNDS);
}

static void measure(const char *name, const char *what, uint32_t count)
{
    if (!bench_wanted(name)) return;
    both_open(count);
    bench_rate(&(struct bench_rate){
        .name = name, .what = what, .items = 2 * TURNS, .run = turns, .rounds = 9});
    const struct tcp_counts *counts = tcp_counts(venue.tcp);
    uint64_t data = counts->segment[TCP_SEGMENT_DATA];
    CHECK(data > 0 && counts->segment[TCP_SEGMENT_TAKEN] * 100 < data);
    CHECK(counts->acknowledge_out * 100 < data + 100 * 64);
}

int main(int argc, char **argv)
{
    bench_open("inet", argc, argv);
    measure("inet_segment_16", "a segment written, sent, received, delivered; 16 connections", 16);
    if (!bench_counting()) halves("inet_receive", "inet_write");
    measure("inet_segment_4096", "the same; 4,096 connections", MANY);
    if (venue.inet) inet_verify(venue.inet);
    if (client.inet) inet_verify(client.inet);
    return bench_close();
}
