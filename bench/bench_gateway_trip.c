/* Tick to trade: from a packet of the feed visible on its link until a segment with the maker's
 * replacement is visible on the gateway's.
 *
 *     visible ──► feed stage ──► queue ──► engine stage: dispatcher ──► maker: decides
 *     (begin)     frame, channel, book                                            │
 *     visible ◄── TCP ◄── session ◄── journal (D0) ◄── OUCH ◄── risk ◄── slot ◄───┘
 *     (end)
 *
 * Each packet is one Order Replace that moves the best bid by four ticks, so each has the maker say
 * a new price and the slot send a native replacement.  Between two packets the venue's end answers,
 * and the books' background goes on with a packet of another instrument, until nothing waits; then
 * the stages turn alone for some microseconds, as they do most of their life.  The journal is made
 * durable now and then, since there is no third core for its thread.
 *
 * The times are of the counter, begin on the feed's core and end on the engine's: with two cores
 * they agree to within what the machine's synchronisation of them says.  The end is taken right
 * behind the flush of the port.
 *
 * Stages: in a run of their own, because eight looks at the counter are not free, the way is noted
 * where it passes from one part to the next: gateway_stage_all is that run's whole. */

#include "bench/bench_gateway.h"
#include "bench/desk.h"
#include "dataplane/gateway/trade_port_ouch50.h"
#include "dataplane/strategy/maker.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum {
    PACKETS = 40000,
    PAUSE_MIN_NS = 3000,
    PAUSE_MAX_NS = 12000,
    GIVEN_UP_NS = 500 * NANOS_MILLI,
};

static struct desk desk;
static bool noting; /* stages too */

/* Where the way passes. */

enum place {
    PLACE_BEGIN,
    PLACE_FEED,
    PLACE_SHOWN,
    PLACE_DECIDED,
    PLACE_PASSED,
    PLACE_ENCODED,
    PLACE_WRITTEN,
    PLACE_VISIBLE,
    PLACE_COUNT
};
static uint64_t passed[PLACE_COUNT];

static void note(enum place place)
{
    if (noting) passed[place] = clock_now();
}

static void maker_noted(void *self, const struct composite *composite,
                        struct delegate_output *output)
{
    note(PLACE_SHOWN);
    maker_kind.decide(self, composite, output);
    note(PLACE_DECIDED);
}

static uint32_t encode_noted(void *self, const struct port_request *request, uint8_t *bytes)
{
    note(PLACE_PASSED);
    uint32_t length = trade_port_ouch50.encode(self, request, bytes);
    note(PLACE_ENCODED);
    return length;
}

/* Threads. */

static _Atomic bool ends;

static void engine_turn(uint64_t tsc, uint64_t *keep)
{
    (void)engine_stage_kind.turn(desk.engine, tsc);
    if (tsc < *keep) return;
    engine_stage_kind.housekeeping(desk.engine, tsc);
    *keep = tsc + clock_ticks(bench_clock(), 5 * NANOS_MILLI);
}

static void *engine_run(void *unused)
{
    CHECK(bench_pin(1));
    for (uint64_t keep = 0; !atomic_load_explicit(&ends, memory_order_relaxed);)
        engine_turn(clock_now(), &keep);
    return unused;
}

static uint64_t draw(uint64_t below)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
}

static void stages_turn(uint64_t tsc, bool shared)
{
    static uint64_t keep;
    (void)feed_stage_kind.turn(desk.feed, tsc);
    if (shared) engine_turn(tsc, &keep);
}

/* Everything but a packet that is measured: what is not of the box until nothing waits, then the
 * box alone for about ns. */
static void rest(uint64_t ns, bool shared)
{
    uint64_t given_up = clock_now() + clock_ticks(bench_clock(), 20 * (uint64_t)GIVEN_UP_NS);
    desk_packet_flow(&desk, 1);
    net_tx_flush(desk.far);
    do {
        stages_turn(clock_now(), shared);
        (void)peer_turn(&desk.peer);
        CHECK(clock_now() < given_up);
    } while (!peer_quiet(&desk.peer));
    uint64_t until = clock_now() + clock_ticks(bench_clock(), ns);
    for (uint64_t tsc; (tsc = clock_now()) < until;) stages_turn(tsc, shared);
}

/* One packet.  False if no order came of it. */
static bool packet_measure(enum desk_instrument instrument, bool shared, uint64_t *ticks)
{
    desk_packet_move(&desk, instrument);
    atomic_store_explicit(&desk.port.visible_tsc, 0, memory_order_relaxed);
    uint64_t begin = clock_now(), visible = 0;
    uint64_t given_up = begin + clock_ticks(bench_clock(), GIVEN_UP_NS);
    net_tx_flush(desk.far);
    (void)feed_stage_kind.turn(desk.feed, begin);
    note(PLACE_FEED);
    while (visible == 0 && clock_now() < given_up) {
        if (shared) (void)engine_stage_kind.turn(desk.engine, begin);
        /* Acquires the release of the port: what was noted on the way is there. */
        visible = atomic_load_explicit(&desk.port.visible_tsc, memory_order_acquire);
    }
    passed[PLACE_BEGIN] = begin;
    passed[PLACE_VISIBLE] = visible;
    *ticks = visible - begin;
    return visible != 0;
}

static struct histogram whole, stage[PLACE_COUNT];

static void packets_measure(enum desk_instrument instrument, bool shared)
{
    histogram_clear(&whole);
    for (uint32_t i = 0; i < PLACE_COUNT; i++) histogram_clear(&stage[i]);
    uint32_t packets = bench_quick() ? PACKETS / 10 : PACKETS, lost = 0;
    for (uint32_t i = 0; i < packets + packets / 10; i++) {
        uint64_t ticks;
        if (i % 256 == 0) {
            feed_stage_kind.housekeeping(desk.feed, clock_now());
            peer_tick(&desk.peer);
            while (journal_sync_step(desk.journal) == JOURNAL_STEP_WORKED) {
            }
        }
        rest(PAUSE_MIN_NS + draw(PAUSE_MAX_NS - PAUSE_MIN_NS), shared);
        if (!packet_measure(instrument, shared, &ticks)) {
            lost++;
            continue;
        }
        if (i < packets / 10) continue; /* warm-up */
        histogram_record(&whole, ticks);
        for (uint32_t k = 1; k < PLACE_COUNT; k++)
            histogram_record_span(&stage[k], passed[k - 1], passed[k]);
    }
    if (lost > 0) fprintf(stderr, "bench: no order came of %u of %u packets\n", lost, packets);
    CHECK(lost < packets / 100);
}

/* Results. */

struct trip {
    const char *name;
    const char *what;
    enum desk_instrument instrument;
    bool shared;
    uint64_t bound_ns;
};

static void desk_ready(void)
{
    static struct delegate_kind maker;
    static struct trade_port_kind port;
    if (desk.engine) return;
    maker = maker_kind;
    maker.decide = maker_noted;
    port = trade_port_ouch50;
    port.encode = encode_noted;
    const struct desk_wants wants = {
        .feed = true, .journal = true, .link_frames = 1024, .port = &port, .maker = &maker};
    desk_open(&desk, &wants);
}

static void trip_measure(const struct trip *trip)
{
    if (!bench_wanted(trip->name)) return;
    if (!trip->shared && bench_cores() < 2) {
        fprintf(stderr, "One usable core: %s is not measured.\n", trip->name);
        return;
    }
    desk_ready();
    desk_join(&desk, trip->shared);
    pthread_t thread;
    atomic_store(&ends, false);
    if (!trip->shared) CHECK(pthread_create(&thread, NULL, engine_run, NULL) == 0);
    packets_measure(trip->instrument, trip->shared);
    atomic_store(&ends, true);
    if (!trip->shared) pthread_join(thread, NULL);
    bench_distribution(trip->name, trip->what, &whole, trip->bound_ns);
}

static void stages_measure(void)
{
    static const struct {
        const char *name, *what;
    } rows[PLACE_COUNT] = {
        [PLACE_BEGIN] = {"gateway_stage_all", "gateway_shared_one with its parts noted"},
        [PLACE_FEED] = {"gateway_stage_feed", "packet visible to book, market and feed's turn"},
        [PLACE_SHOWN] = {"gateway_stage_taken", "to the composite: engine's turn, queue, dispatch"},
        [PLACE_DECIDED] = {"gateway_stage_decide", "to the maker's decision"},
        [PLACE_PASSED] = {"gateway_stage_risk", "to the pass: intent, slot, request, risk"},
        [PLACE_ENCODED] = {"gateway_stage_encode", "to the bytes of the replacement"},
        [PLACE_WRITTEN] = {"gateway_stage_journal",
                           "to the frame: pass bound, journal (D0), session"},
        [PLACE_VISIBLE] = {"gateway_stage_segment", "to the segment: TCP, port"},
    };
    if (!bench_wanted("gateway_stage_all")) return;
    desk_ready();
    desk_join(&desk, true);
    noting = true;
    desk.port.claimed_tsc = &passed[PLACE_WRITTEN];
    packets_measure(DESK_ONE, true);
    noting = false;
    desk.port.claimed_tsc = NULL;
    for (uint32_t i = 1; i < PLACE_COUNT; i++)
        bench_distribution(rows[i].name, rows[i].what, &stage[i], 0);
    bench_distribution(rows[0].name, rows[0].what, &whole, 0);
}

void gateway_trip_measure(void)
{
    static const struct trip trips[] = {
        {"gateway_shared_one", "packet to segment, one quote replaced, one core; bound p99 1.2 us",
         DESK_ONE, true, 500},
        {"gateway_shared_two", "packet to segment, both quotes replaced, one core", DESK_TWO, true,
         0},
        {"gateway_dedicated_one", "packet to segment, one quote replaced, two cores", DESK_ONE,
         false, 800},
        {"gateway_dedicated_two", "packet to segment, both quotes replaced, two cores", DESK_TWO,
         false, 0},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(trips); i++) trip_measure(&trips[i]);
    stages_measure();
    if (desk.engine) desk_close(&desk);
}
