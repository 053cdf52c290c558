/* Two of our endpoints over a link that loses, repeats, reorders and damages frames, in virtual
 * time: whatever happens in between, each reads exactly what the other wrote.
 *
 * Loss, sizes of buffers and segments, options, how much an owner takes at a time, and when he
 * writes, finishes or closes are drawn from the seed.  Every invariant is checked after every step.
 * The link gets well for a while now and then; a connection that then makes no progress for twice
 * the longest timer has stalled.  A failure prints the seed: run with it in SPEC_SEED. */

#include "dataplane/inet/inet.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { RUNS = 1000, FLIGHT_MAX = 4096, FRAME_MAX = 2048, PORT = 7000, STEPS_MAX = 2000000 };

struct flight {
    nanos_t at;
    uint32_t bytes;
    uint8_t frame[FRAME_MAX];
};

struct station {
    struct world *world;
    uint32_t index;
    struct inet *inet;
    void *memory;
    uint8_t claimed[FRAME_MAX];
    uint32_t claimed_bytes;
    uint32_t connection;
    bool open, ended, closed, finished;
    uint64_t wrote, read, to_write;
    uint64_t take_most;               /* a call; 0: everything */
    struct flight flight[FLIGHT_MAX]; /* on its way to the other */
    uint32_t flights;
};

struct world {
    struct chance chance;
    nanos_t now;
    uint64_t loss, twice, late, damage, full; /* in 1000 */
    bool well;
    struct station side[2];
    uint64_t seed;
    bool bad;
};

static uint8_t pattern(uint32_t side, uint64_t at)
{
    return (uint8_t)(at * 131 + (at >> 8) * 7 + side * 77);
}

static bool happens(struct world *world, uint64_t per_mille)
{
    return !world->well && chance_between(&world->chance, 1, 1000) <= per_mille;
}

/* The link. */

static uint8_t *link_claim(void *context, uint32_t bytes)
{
    struct station *side = context;
    if (happens(side->world, side->world->full)) return NULL;
    if (bytes > FRAME_MAX || side->flights + 2 > FLIGHT_MAX) return NULL;
    side->claimed_bytes = bytes;
    return side->claimed;
}

static void link_send(struct station *side)
{
    struct world *world = side->world;
    if (happens(world, world->loss)) return;
    struct flight *flight = &side->flight[side->flights++];
    nanos_t late = happens(world, world->late) ? chance_between(&world->chance, 0, 3000000) : 0;
    flight->at = world->now + 20000 + late;
    flight->bytes = side->claimed_bytes;
    memcpy(flight->frame, side->claimed, side->claimed_bytes);
    if (happens(world, world->damage)) {
        uint64_t bit = chance_between(&world->chance, 0, flight->bytes * 8 - 1);
        flight->frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void link_publish(void *context)
{
    struct station *side = context;
    link_send(side);
    if (happens(side->world, side->world->twice)) link_send(side);
}

/* The owners. */

static void stop(struct world *world, const char *why)
{
    if (!world->bad)
        spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 " at %" PRIu64 " ns: %s",
                    world->seed, world->now, why);
    world->bad = true;
}

static bool opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    struct station *side = context;
    (void)peer;
    if (side->open) return false;
    side->open = true;
    side->connection = connection;
    return true;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    struct station *side = context;
    (void)connection;
    uint64_t take =
        side->take_most ? chance_between(&side->world->chance, 0, side->take_most) : length;
    if (take > length) take = length;
    for (uint64_t i = 0; i < take; i++)
        if (bytes[i] != pattern(!side->index, side->read + i)) {
            stop(side->world, "a byte is not the one that was written");
            break;
        }
    side->read += take;
    return (uint32_t)take;
}

static void ended(void *context, uint32_t connection)
{
    struct station *side = context;
    (void)connection;
    side->ended = true;
    if (side->read != side->world->side[!side->index].to_write)
        stop(side->world, "ended too early");
}

static void closed(void *context, uint32_t connection, enum tcp_end why)
{
    struct station *side = context;
    (void)connection;
    side->closed = true;
    if (why != TCP_END_NORMAL) stop(side->world, tcp_end_text(why));
}

static struct tcp_calls calls[2];

/* The run. */

static void side_begin(struct world *world, uint32_t index)
{
    struct station *side = &world->side[index];
    struct chance *chance = &world->chance;
    side->world = world;
    side->index = index;
    side->to_write = chance_between(chance, 0, 3) ? chance_between(chance, 0, 300000) : 0;
    side->take_most = chance_between(chance, 0, 2) ? 0 : chance_between(chance, 1, 3000);
    calls[index] = (struct tcp_calls){
        .opened = opened, .received = received, .ended = ended, .closed = closed, .context = side};
    uint32_t other = 0x0a000001 + !index;
    struct inet_neighbour neighbour = {.ip = other,
                                       .mac = {{2, 0, 0, 0, 0, (uint8_t)(1 + !index)}}};
    bool known = chance_between(chance, 0, 1);
    struct inet_limits limits = {
        .mac = {{2, 0, 0, 0, 0, (uint8_t)(1 + index)}},
        .ip = 0x0a000001 + index,
        .prefix = 24,
        .mtu = chance_between(chance, 0, 1) ? 1500 : (uint32_t)chance_between(chance, 576, 1500),
        .output = {link_claim, link_publish, side},
        .neighbour = &neighbour,
        .neighbours = known,
        .learnt = 8,
        .waiting = 4,
        .tcp = {.connections = 4,
                .listeners = 1,
                .send_bytes = 1024u << chance_between(chance, 0, 7),
                .receive_bytes = 1024u << chance_between(chance, 0, 8),
                .rto_initial_ns = 50 * NANOS_MILLI,
                .rto_max_ns = 200 * NANOS_MILLI,
                .user_timeout_ns = 3600 * NANOS_SECOND,
                .connect_ns = 3600 * NANOS_SECOND,
                .time_wait_ns = 600 * NANOS_SECOND,
                .delayed_ack_ns = chance_between(chance, 0, 1) * 4 * NANOS_MILLI,
                .without_sack = chance_between(chance, 0, 3) == 0,
                .without_timestamps = chance_between(chance, 0, 3) == 0,
                .without_scaling = chance_between(chance, 0, 3) == 0},
    };
    for (uint32_t i = 0; i < sizeof limits.secret; i++)
        limits.secret[i] = (uint8_t)chance_next(chance);
    side->memory = aligned_alloc(CACHE_LINE, ALIGN_UP(inet_footprint(&limits), CACHE_LINE));
    side->inet = inet_new(side->memory, &limits, world->now);
}

static void side_write(struct station *side)
{
    if (!side->open || side->closed || side->finished) return;
    struct tcp *tcp = inet_tcp(side->inet);
    if (side->wrote < side->to_write) {
        uint8_t bytes[4000];
        uint64_t left = side->to_write - side->wrote;
        uint64_t length = chance_between(&side->world->chance, 1, sizeof bytes);
        if (chance_between(&side->world->chance, 0, 3) == 0) length = 1;
        if (length > left) length = left;
        for (uint64_t i = 0; i < length; i++) bytes[i] = pattern(side->index, side->wrote + i);
        side->wrote += tcp_write(tcp, side->connection, bytes, (uint32_t)length, side->world->now);
    } else {
        side->finished = true;
        tcp_finish(tcp, side->connection, side->world->now);
    }
}

/* The next frame on the way to the other whose time has come. */
static bool side_arrivals(struct station *side)
{
    struct world *world = side->world;
    struct inet *to = world->side[!side->index].inet;
    bool any = false;
    for (uint32_t i = 0; i < side->flights;) {
        if (side->flight[i].at > world->now) {
            i++;
            continue;
        }
        struct flight flight = side->flight[i];
        memmove(&side->flight[i], &side->flight[i + 1],
                (side->flights - i - 1) * sizeof side->flight[0]);
        side->flights--;
        inet_receive(to, flight.frame, flight.bytes, INET_CHECKED_NONE, world->now);
        inet_verify(to);
        any = true;
    }
    return any;
}

static nanos_t next_moment(const struct world *world)
{
    nanos_t next = world->now + 10 * NANOS_MILLI;
    for (uint32_t s = 0; s < 2; s++) {
        const struct station *side = &world->side[s];
        nanos_t tick = inet_next_tick(side->inet);
        if (tick < next) next = tick;
        for (uint32_t i = 0; i < side->flights; i++)
            if (side->flight[i].at < next) next = side->flight[i].at;
    }
    return next > world->now ? next : world->now + 1000;
}

static void world_step(struct world *world)
{
    for (uint32_t s = 0; s < 2; s++) (void)side_arrivals(&world->side[s]);
    for (uint32_t s = 0; s < 2; s++) {
        struct station *side = &world->side[s];
        if (chance_between(&world->chance, 0, 2) == 0) side_write(side);
        if (side->open && !side->closed && chance_between(&world->chance, 0, 3) == 0)
            tcp_resume(inet_tcp(side->inet), side->connection, world->now);
        inet_tick(side->inet, world->now);
        inet_flush(side->inet, world->now);
        inet_verify(side->inet);
    }
    world->now = next_moment(world);
}

static bool world_done(const struct world *world)
{
    return world->side[0].closed && world->side[1].closed;
}

static uint64_t world_progress(const struct world *world)
{
    const struct station *a = &world->side[0], *b = &world->side[1];
    return a->open + b->open + a->wrote + b->wrote + a->read + b->read + a->ended + b->ended +
           a->closed + b->closed;
}

static void world_run(struct world *world)
{
    uint32_t active = tcp_connect(
        inet_tcp(world->side[0].inet),
        &(struct tcp_to){.ip = 0x0a000002, .port = PORT, .calls = &calls[0]}, world->now);
    EXPECT(active != TCP_NONE);
    EXPECT(tcp_listen(inet_tcp(world->side[1].inet), PORT, &calls[1]));
    nanos_t progress_at = 0, change_at = 0;
    uint64_t progress = 0;
    for (uint32_t step = 0; step < STEPS_MAX && !world->bad && !world_done(world); step++) {
        if (world->now >= change_at) {
            bool was = world->well;
            world->well = chance_between(&world->chance, 0, 1) == 0;
            change_at = world->now + chance_between(&world->chance, 1, 4000) * NANOS_MILLI;
            if (!was) progress_at = world->now;
        }
        world_step(world);
        if (world_progress(world) != progress || !world->well) progress_at = world->now;
        progress = world_progress(world);
        /* Twice the longest timer of TCP and of ARP's retries; before both are open, ARP may have
         * given up for a while. */
        bool both = world->side[0].open && world->side[1].open;
        if (both && world->now - progress_at > 2400 * NANOS_MILLI) stop(world, "it stalled");
    }
    if (!world->bad && !world_done(world)) stop(world, "too many steps");
}

static uint64_t segments, resent, fast, timeouts, predicted;

static void world_count(const struct world *world)
{
    for (uint32_t s = 0; s < 2; s++) {
        const struct tcp_counts *counts = tcp_counts(inet_tcp(world->side[s].inet));
        segments += counts->segment_out;
        resent += counts->retransmit;
        fast += counts->fast_retransmit;
        timeouts += counts->timeout;
        predicted += counts->segment[TCP_SEGMENT_DATA] + counts->segment[TCP_SEGMENT_ACK];
    }
}

SPEC(each_reads_what_the_other_wrote_over_any_link)
{
    static struct world world;
    struct spec_seeds seeds = spec_seeds(RUNS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        memset(&world, 0, sizeof world);
        world.seed = seed;
        world.chance.state = seed;
        world.now = chance_between(&world.chance, 1, 1000) * NANOS_SECOND;
        uint64_t bad = chance_between(&world.chance, 0, 3);
        world.loss = bad * chance_between(&world.chance, 0, 100);
        world.twice = bad * chance_between(&world.chance, 0, 50);
        world.late = bad * chance_between(&world.chance, 0, 150);
        world.damage = bad * chance_between(&world.chance, 0, 30);
        world.full = chance_between(&world.chance, 0, 3) ? 0 : 100;
        side_begin(&world, 0);
        side_begin(&world, 1);
        world_run(&world);
        world_count(&world);
        for (uint32_t s = 0; s < 2; s++) free(world.side[s].memory);
        if (world.bad) return;
    }
    printf("  segments %" PRIu64 ", again %" PRIu64 ", fast %" PRIu64 ", timeouts %" PRIu64
           ", predicted %" PRIu64 "\n",
           segments, resent, fast, timeouts, predicted);
}

#define SPECS(S) S(each_reads_what_the_other_wrote_over_any_link)
SPEC_MAIN("inet link", SPECS, NULL, NULL)
