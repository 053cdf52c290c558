/* A market to a delegate on another core, and its acknowledgement back.
 *
 *     core 0   market into the queue ──► core 1: taken, shown to the delegate
 *     core 0   acknowledgement seen  ◄── core 1: the delegate's, by a ring
 *
 * The next market is put when the last one is acknowledged, so none is conflated.  Both times are
 * read on one core.
 *
 *     gateway_quote_ack        the delegate is shown what the queue has given
 *     gateway_quote_dispatch   through the dispatcher: composite, trades, quotes counted */

#include "bench/bench_gateway.h"
#include "bench/desk.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { QUOTES = 1000000 };

static struct conflate *queue;
static struct spsc *acks;
static struct dispatch *dispatch;
static bool whole; /* through the dispatcher */
static _Atomic bool ends;

static void acknowledge(void *self, const struct composite *composite,
                        struct delegate_output *output)
{
    (void)self, (void)output;
    *(uint64_t *)spsc_claim_at(acks, 0) = composite->market->sequence;
    spsc_publish(acks);
}

static size_t footprint(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return CACHE_LINE;
}

static const struct delegate_kind ack_kind = {.name = "acknowledge",
                                              .summary = "acknowledges what it is shown",
                                              .footprint = footprint,
                                              .decide = acknowledge};

static void *delegate_run(void *unused)
{
    CHECK(bench_pin(1));
    static struct delegate_output output;
    struct market market;
    uint32_t key;
    while (!atomic_load_explicit(&ends, memory_order_relaxed)) {
        if (!conflate_take(queue, &key, &market)) continue;
        if (!whole) {
            const struct composite composite = {.market = &market};
            ack_kind.decide(NULL, &composite, &output);
            continue;
        }
        dispatch_market(dispatch, &market);
        while (dispatch_next(dispatch, market.rx_ns) != DISPATCH_NONE) {
        }
    }
    return unused;
}

static void quotes_measure(const char *name, const char *what, uint64_t bound_ns)
{
    if (!bench_wanted(name)) return;
    static struct histogram ticks;
    histogram_clear(&ticks);
    pthread_t thread;
    atomic_store(&ends, false);
    CHECK(pthread_create(&thread, NULL, delegate_run, NULL) == 0);
    uint64_t quotes = bench_quick() ? QUOTES / 10 : QUOTES;
    for (uint64_t i = 1; i <= quotes + quotes / 10; i++) {
        struct market market = desk_market(DESK_ONE, DESK_BID + (price_t)(i % 2) * DESK_MOVE, i);
        market.sequence = i;
        const uint64_t *ack;
        uint64_t begin = clock_now();
        conflate_put(queue, DESK_ONE, &market);
        while ((ack = spsc_front(acks)) == NULL) {
        }
        uint64_t end = clock_now();
        CHECK(*ack == i);
        spsc_release(acks);
        if (i > quotes / 10) histogram_record(&ticks, end - begin);
    }
    atomic_store(&ends, true);
    pthread_join(thread, NULL);
    bench_distribution(name, what, &ticks, bound_ns);
}

void gateway_quote_measure(void)
{
    const struct conflate_limits markets = {DESK_INSTRUMENTS, sizeof(struct market)};
    const struct spsc_limits ring = {64, CACHE_LINE};
    const struct dispatch_limits limits = {
        .instruments = DESK_INSTRUMENTS, .delegates = 1, .subscriptions = 1, .messages = 16};
    const struct dispatch_identity identity = {.name = "acknowledge"};
    uint32_t number;
    if (bench_cores() < 2) {
        fprintf(stderr, "One usable core: gateway_quote_* is not measured.\n");
        return;
    }
    queue = conflate_new(peer_space(conflate_footprint(&markets)), &markets);
    acks = spsc_new(peer_space(spsc_footprint(&ring)), &ring);
    dispatch = dispatch_new(peer_space(dispatch_footprint(&limits)), &limits);
    CHECK(dispatch_add(dispatch, &identity, &ack_kind, peer_space(CACHE_LINE), &number) ==
          DISPATCH_OK);
    CHECK(dispatch_subscribe(dispatch, number, DESK_ONE) == DISPATCH_OK);
    quotes_measure("gateway_quote_ack", "a market to a delegate and its acknowledgement", 150);
    whole = true;
    quotes_measure("gateway_quote_dispatch", "the same through the whole dispatcher", 300);
}
