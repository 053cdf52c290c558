/* Many orders at once: a strategy outside with 100,000 keys says a million intents a second, each
 * at its time whether or not the gateway keeps up, over TCP to a venue that answers at once.
 *
 *     core 0   intents ──► gateway: slots, risk, OUCH, journal (D0), TCP ──link──► core 1: venue,
 *                 ▲──────────────────────── answers ◄──────────────────────────────  disk
 *
 * The keys are drawn by chance.  gateway_load is the time from when an intent was to be said until
 * a segment with its order or replacement is visible on the port; of intents of one slot that gave
 * way to a newer one, the newest counts.
 *
 * No loss but by rule: at the end each intent was sent, or gave way to a newer one of its slot, or
 * asked for what was there already.  The sum must be exact. */

#include "bench/bench_gateway.h"
#include "bench/desk.h"
#include "dataplane/gateway/trade_port_ouch50.h"
#include "dataplane/strategy/maker.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    KEYS = 100000,
    RATE = 1000000,
    SECONDS = 10,
    AT_ONCE = 64,
    LEAVING = 1 << 17,
    SOUPBIN_FRAMING = 3,
    SETTLE_S = 120
};

static struct desk desk;
static struct histogram ticks;
static uint64_t *meant; /* by slot: when its newest intent was to be said */
static struct leaving {
    uint64_t meant; /* 0: no order */
    uint64_t end;   /* of its bytes in all that the session sends */
} leaving[LEAVING]; /* on the session, not yet on the port: a ring */
static uint32_t leaving_head, leaving_tail, encoded;
static uint64_t session_bytes;
static _Atomic bool ends;

static uint32_t encode_noted(void *self, const struct port_request *request, uint8_t *bytes)
{
    return encoded = trade_port_ouch50.encode(self, request, bytes);
}

static void sent_noted(void *self, const struct port_request *request)
{
    trade_port_ouch50.sent(self, request);
    bool order = request->slot.kind == SLOT_SENDS_ORDER || request->slot.kind == SLOT_SENDS_REPLACE;
    session_bytes += encoded + SOUPBIN_FRAMING;
    CHECK(leaving_head - leaving_tail < LEAVING);
    leaving[leaving_head++ % LEAVING] =
        (struct leaving){order ? meant[request->slot.slot] : 0, session_bytes};
}

static void *peer_run(void *unused)
{
    CHECK(bench_pin(1));
    uint64_t keep = 0;
    while (!atomic_load_explicit(&ends, memory_order_relaxed)) {
        (void)peer_turn(&desk.peer);
        (void)!journal_sync_step(desk.journal);
        if (clock_now() < keep) continue;
        keep = clock_now() + clock_ticks(bench_clock(), 20 * NANOS_MILLI);
        peer_tick(&desk.peer);
    }
    return unused;
}

static uint64_t draw(uint64_t below)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
}

static void intent_say(uint64_t number, uint64_t when)
{
    uint32_t key = (uint32_t)draw(KEYS);
    bool sells = key % 2;
    price_t far = (price_t)(1 + draw(50)) * (PRICE_ONE / 100);
    struct gateway_intent intent = {
        .strategy = DESK_OUTSIDE,
        .sequence = number,
        .intent = {.price = sells ? DESK_BID + 2 * PRICE_ONE + far : DESK_BID - PRICE_ONE - far,
                   .qty = 100 * QTY_ONE,
                   .key = key,
                   .instrument = DESK_ONE,
                   .kind = INTENT_ORDER,
                   .side = sells ? SIDE_SELL : SIDE_BUY}};
    meant[desk_outside_slot(key)] = when;
    enum slots_status status = gateway_intend(desk.gateway, &intent, desk_now(&desk));
    CHECK(status == SLOTS_OK || status == SLOTS_SAME);
}

/* What the turn has put on the port. */
static void leaving_take(void)
{
    uint64_t visible = atomic_load_explicit(&desk.port.visible_tsc, memory_order_relaxed);
    for (; leaving_tail != leaving_head; leaving_tail++) {
        const struct leaving *first = &leaving[leaving_tail % LEAVING];
        if (first->end > desk.port.bytes) break;
        if (first->meant) histogram_record_span(&ticks, first->meant, visible);
    }
}

static void turn(uint64_t tsc)
{
    static uint64_t keep;
    (void)engine_stage_kind.turn(desk.engine, tsc);
    if (tsc >= keep) {
        keep = tsc + clock_ticks(bench_clock(), 5 * NANOS_MILLI);
        engine_stage_kind.housekeeping(desk.engine, tsc);
    }
    leaving_take();
}

static bool settled(const struct slots_counts *counts)
{
    return counts->state[SLOT_NEW] + counts->state[SLOT_REPLACE] + counts->state[SLOT_CANCEL] +
               counts->state[SLOT_UNKNOWN] ==
           0;
}

static uint64_t needless(const struct slots_counts *counts)
{
    return counts->said[SLOT_SAYS_UNNEEDED] + counts->intent[SLOTS_SAME];
}

static uint64_t unlost(const struct slots_counts *counts)
{
    return counts->request[SLOT_SENDS_ORDER] + counts->request[SLOT_SENDS_REPLACE] +
           counts->said[SLOT_SAYS_SUPERSEDED] + needless(counts);
}

/* Says intents, so many a second, then waits until nothing is under way. */
static void intents_say(uint64_t intents)
{
    const struct slots_counts *counts = slots_counts(gateway_slots(desk.gateway, 0));
    double ticks_each = (double)clock_ticks(bench_clock(), NANOS_SECOND) / RATE;
    uint64_t begin = clock_now(), said = 0, tsc = begin;
    uint64_t limit = begin + (uint64_t)((double)intents * ticks_each) +
                     clock_ticks(bench_clock(), SETTLE_S * NANOS_SECOND);
    while (said < intents || !settled(counts)) {
        tsc = clock_now();
        CHECK(tsc < limit);
        for (uint32_t burst = 0; burst < AT_ONCE && said < intents; burst++, said++) {
            uint64_t when = begin + (uint64_t)((double)said * ticks_each);
            if (when > tsc) break;
            intent_say(said + 1, when);
        }
        turn(tsc);
    }
    fprintf(stderr, "gateway_load: %llu intents in %.2f s\n", (unsigned long long)intents,
            (double)clock_ns(bench_clock(), clock_now() - begin) / 1e9);
}

static void counts_print(const struct slots_counts *counts, uint64_t intents)
{
    const struct gateway_counts *all = gateway_counts(desk.gateway);
    fprintf(stderr,
            "gateway_load: orders %llu, replacements %llu, superseded %llu (%llu of them held for "
            "room), needless %llu: %llu of %llu\n",
            (unsigned long long)counts->request[SLOT_SENDS_ORDER],
            (unsigned long long)counts->request[SLOT_SENDS_REPLACE],
            (unsigned long long)counts->said[SLOT_SAYS_SUPERSEDED],
            (unsigned long long)counts->conflated, (unsigned long long)needless(counts),
            (unsigned long long)unlost(counts), (unsigned long long)intents);
    CHECK(counter_read(&all->refused) == 0 && counter_read(&all->journal_full) == 0);
    CHECK(unlost(counts) == intents);
}

void gateway_load_measure(void)
{
    if (!bench_wanted("gateway_load")) return;
    if (bench_cores() < 2) {
        fprintf(stderr, "One usable core: gateway_load is not measured.\n");
        return;
    }
    static struct trade_port_kind port;
    port = trade_port_ouch50;
    port.encode = encode_noted;
    port.sent = sent_noted;
    meant = peer_space((KEYS + 64) * sizeof *meant);
    const struct desk_wants wants = {
        .journal = true, .orders = KEYS, .link_frames = 16384, .port = &port, .maker = &maker_kind};
    desk_open(&desk, &wants);
    const struct slots_counts *counts = slots_counts(gateway_slots(desk.gateway, 0));
    leaving_head = leaving_tail = 0; /* what opened the desk is on the port */
    session_bytes = desk.port.bytes;
    uint64_t before = unlost(counts), intents = (bench_quick() ? 1 : SECONDS) * (uint64_t)RATE;
    pthread_t thread;
    histogram_clear(&ticks);
    atomic_store(&ends, false);
    CHECK(pthread_create(&thread, NULL, peer_run, NULL) == 0);
    intents_say(intents);
    atomic_store(&ends, true);
    pthread_join(thread, NULL);
    counts_print(counts, before + intents);
    bench_distribution("gateway_load", "100,000 slots, a million intents a second, to the segment",
                       &ticks, 0);
    desk_close(&desk);
}
