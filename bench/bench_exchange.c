/* An order on the wire to its acknowledgement on the wire, and many of them.
 *
 *     core 0   segment visible ──► gate: inet, TCP, SoupBinTCP ──.
 *     core 1                        match stage: OUCH, journal (D0), engine, OUCH ──.
 *     core 0   segment visible at the client's end ◄── gate: SoupBinTCP, TCP ◄──────'
 *
 *     exchange_accept     an order that rests: until the segment with "Accepted" is on the link
 *     exchange_trade      one that trades with it: the same
 *     exchange_shared     both stages on one core
 *     kernel_spin         the same bytes through the kernel's TCP on loopback and back, both sides
 *                         polling on a core of their own
 *     kernel_block        the same, both sides asleep until something comes
 *     exchange_load       1,000 sessions, 500,000 orders a second in all, sent at their times
 *                         whether or not the venue keeps up: from the intended time to the answer
 *
 * The client's own stack runs on the gate's core, outside of the measured span; in exchange_load it
 * takes its share of that core.  What is not in it is a NIC and its driver. */

#include "bench/exchange.h"
#include "bench/kernel_echo.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum {
    ORDERS = 20000,
    PAUSE_MIN_NS = 3000,
    PAUSE_MAX_NS = 12000,
    ACCEPT_BOUND_NS = 1500,
    LOAD_SESSIONS = 1000,
    LOAD_RATE = 500000,
    LOAD_SECONDS = 30,
};

static struct exchange exchange;
static _Atomic bool ends;

static void *match_run(void *unused)
{
    CHECK(bench_pin(1));
    uint64_t tsc = clock_now(), keep = tsc;
    while (!atomic_load_explicit(&ends, memory_order_relaxed)) {
        (void)match_stage_kind.turn(exchange.match, tsc);
        tsc = clock_now();
        if (tsc < keep) continue;
        match_stage_kind.housekeeping(exchange.match, tsc);
        keep = tsc + clock_ticks(bench_clock(), 5 * NANOS_MILLI);
    }
    return unused;
}

static uint64_t random_state = 1;

static uint64_t draw(uint64_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % below;
}

/* Turns of the gate, and of what shares its core, for about ns. */
static void turns(uint64_t ns, bool shared)
{
    uint64_t until = clock_now() + clock_ticks(bench_clock(), ns);
    while (clock_now() < until) {
        (void)gate_stage_kind.turn(exchange.gate, 0);
        if (shared) (void)match_stage_kind.turn(exchange.match, 0);
        (void)exchange_take(&exchange);
    }
}

/* One order; ticks from its segment's flush until a frame with the answer is at the far end. */
static uint64_t order_measure(uint32_t session, bool buys, bool shared)
{
    uint64_t answers = exchange.session[session].answers;
    CHECK(exchange_order(&exchange, session, buys));
    uint64_t begin = clock_now(), end = begin;
    exchange_flush(&exchange);
    while (exchange.session[session].answers == answers) {
        (void)gate_stage_kind.turn(exchange.gate, 0);
        if (shared) (void)match_stage_kind.turn(exchange.match, 0);
        end = clock_now(); /* what is there now left in the turn before */
        (void)exchange_take(&exchange);
    }
    return end - begin;
}

static void orders_measure(bool shared)
{
    static struct histogram accepts, trades;
    histogram_clear(&accepts);
    histogram_clear(&trades);
    uint32_t orders = bench_quick() ? ORDERS / 10 : ORDERS;
    pthread_t thread;
    atomic_store(&ends, false);
    if (!shared) CHECK(pthread_create(&thread, NULL, match_run, NULL) == 0);
    for (uint32_t i = 0; i < orders + orders / 10; i++) {
        uint64_t accept = order_measure(0, false, shared);
        turns(PAUSE_MIN_NS + draw(PAUSE_MAX_NS - PAUSE_MIN_NS), shared);
        uint64_t trade = order_measure(1, true, shared);
        turns(PAUSE_MIN_NS + draw(PAUSE_MAX_NS - PAUSE_MIN_NS), shared);
        exchange_rest(&exchange);
        if (i % 256 == 0) {
            exchange_tick(&exchange);
            gate_stage_kind.housekeeping(exchange.gate, 0);
        }
        if (i < orders / 10) continue;
        histogram_record(&accepts, accept);
        histogram_record(&trades, trade);
    }
    atomic_store(&ends, true);
    if (!shared) pthread_join(thread, NULL);
    if (shared) {
        bench_distribution("exchange_shared", "order that rests, both stages on one core", &accepts,
                           0);
        return;
    }
    bench_distribution("exchange_accept", "order that rests: its segment to the answer's segment",
                       &accepts, ACCEPT_BOUND_NS);
    bench_distribution("exchange_trade", "order that trades, the same", &trades, ACCEPT_BOUND_NS);
}

/* Many sessions. */

static struct histogram load_ticks;
static uint64_t load_answered;

static void load_answer(struct exchange_session *session, const struct soupbin_message *message)
{
    if (message->payload_bytes < 13 || message->payload[0] != 'A') return;
    const uint8_t *urn = message->payload + 9;
    uint32_t number =
        (uint32_t)urn[0] << 24 | (uint32_t)urn[1] << 16 | (uint32_t)urn[2] << 8 | urn[3];
    uint64_t meant = session->sent_tsc[number % ARRAY_COUNT(session->sent_tsc)];
    if (meant) histogram_record_span(&load_ticks, meant, clock_now());
    load_answered++;
}

static void load_measure(void)
{
    static const struct exchange_wants wants = {LOAD_SESSIONS, 16384, 256u << 20};
    exchange_open(&exchange, &wants);
    exchange.answered = load_answer;
    histogram_clear(&load_ticks);
    uint64_t seconds = bench_quick() ? 2 : LOAD_SECONDS, orders = seconds * LOAD_RATE, sent = 0;
    double ticks_each = (double)clock_ticks(bench_clock(), NANOS_SECOND) / LOAD_RATE;
    pthread_t thread;
    atomic_store(&ends, false);
    CHECK(pthread_create(&thread, NULL, match_run, NULL) == 0);
    exchange_journal_runs(&exchange, true);
    uint64_t begin = clock_now(), keep = begin, limit = begin;
    limit += clock_ticks(bench_clock(), (seconds + 20) * NANOS_SECOND);
    while (load_answered < orders && clock_now() < limit) {
        uint64_t tsc = clock_now();
        for (uint32_t burst = 0; burst < 8 && sent < orders; burst++, sent++) {
            uint64_t meant = begin + (uint64_t)((double)sent * ticks_each);
            if (meant > tsc) break;
            struct exchange_session *session = &exchange.session[sent % LOAD_SESSIONS];
            session->sent_tsc[session->next % ARRAY_COUNT(session->sent_tsc)] = meant;
            /* Pairs of orders trade: what rests does not pile up. */
            /* A session whose venue does not keep up has no room; its order stays due. */
            if (!exchange_order(&exchange, session->index, (sent / 2) % 2 == 0)) break;
        }
        exchange_flush(&exchange);
        (void)gate_stage_kind.turn(exchange.gate, tsc);
        (void)exchange_take(&exchange);
        if (tsc < keep) continue;
        keep = tsc + clock_ticks(bench_clock(), 20 * NANOS_MILLI);
        gate_stage_kind.housekeeping(exchange.gate, tsc);
        exchange_tick(&exchange);
    }
    uint64_t took = clock_ns(bench_clock(), clock_now() - begin);
    atomic_store(&ends, true);
    pthread_join(thread, NULL);
    exchange_journal_runs(&exchange, false);
    fprintf(stderr, "exchange_load: %llu of %llu orders answered in %.2f s\n",
            (unsigned long long)load_answered, (unsigned long long)orders, (double)took / 1e9);
    CHECK(load_answered == orders);
    bench_distribution("exchange_load", "1,000 sessions, 500,000 orders a second in all",
                       &load_ticks, 0);
    exchange_close(&exchange);
}

int main(int argc, char **argv)
{
    bench_open("exchange", argc, argv);
    if (bench_counting()) return bench_close();
    CHECK(bench_pin(0));
    if (bench_cores() < 2) {
        fprintf(stderr, "One usable core: nothing is measured.\n");
        return bench_close();
    }
    if (bench_wanted("exchange_accept") || bench_wanted("exchange_trade")) {
        static const struct exchange_wants wants = {2, 1024, 256u << 20};
        exchange_open(&exchange, &wants);
        orders_measure(false);
        orders_measure(true);
        exchange_close(&exchange);
        kernel_echo_measure(bench_quick() ? ORDERS / 10 : ORDERS, true);
        kernel_echo_measure(bench_quick() ? ORDERS / 10 : ORDERS, false);
        bench_ratio("exchange_to_spin", "order and answer: ours to the polling kernel's",
                    bench_median("exchange_accept"), bench_median("kernel_spin"), 0.25);
        bench_ratio("exchange_to_block", "order and answer: ours to the sleeping kernel's",
                    bench_median("exchange_accept"), bench_median("kernel_block"), 1.0 / 30);
    }
    if (bench_wanted("exchange_load")) load_measure();
    return bench_close();
}
