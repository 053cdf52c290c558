#include "dataplane/net/net_tap.h"

#include "dataplane/base/counter.h"
#include "dataplane/queue/record_ring.h"

#include <string.h>

/* A driver in front of the queue's own.  It is the queue's driver while it is on, and no longer.
 *
 * Whether the lcore is in here with the rings is a handshake: the lcore says that it is inside and
 * then looks whether the tap is on; who switches says that it is off and then looks whether the
 * lcore is inside.  Both are sequentially consistent, so one of the two sees the other.
 *
 * What is sent is copied when it is published, because a flushed frame is the port's; and shown
 * when it is flushed, because only then is known how many the port took, which are the first ones.
 * A driver flushes by itself at NET_BURST_MAX and does not say so, therefore the tap flushes one
 * before that.
 *
 * Invariants, while the lcore is inside: the queue's own driver holds pending frames that are not
 * flushed; copy[i] is the copy of the i-th, NULL if there was no room. */

#define PENDING_MAX (NET_BURST_MAX - 1)

struct copies {
    struct record_ring *ring;
    struct counter kept;
    struct counter dropped;
};

struct net_tap {
    struct net_queue *queue;
    const struct net_driver *under; /* the queue's own */

    /* Of the one who switches. */
    uint32_t snap_bytes;
    _Atomic uint32_t on;
    _Atomic uint64_t starts;

    /* The lcore's. */
    CACHE_ALIGNED _Atomic uint32_t inside;
    uint32_t pending;
    uint64_t start; /* the one that what follows is of */
    const uint8_t *claimed;
    uint32_t claimed_bytes;
    uint64_t claimed_start;
    struct net_tap_frame *copy[PENDING_MAX];
    uint64_t end[PENDING_MAX]; /* in the ring */

    CACHE_ALIGNED struct copies side[NET_TAP_SIDES];
};

/* The lcore. */

static uint64_t starts_now(struct net_tap *tap)
{
    return atomic_load_explicit(&tap->starts, memory_order_acquire);
}

/* After a start nothing is known of what the driver still holds: it is sent. */
static COLD void start_follow(struct net_tap *tap, uint64_t start)
{
    tap->under->tx_flush(tap->queue);
    tap->start = start;
    tap->pending = 0;
}

/* Whether the rings may be used, until leave. */
static bool enter(struct net_tap *tap)
{
    atomic_store_explicit(&tap->inside, 1, memory_order_seq_cst);
    if (unlikely(!atomic_load_explicit(&tap->on, memory_order_seq_cst))) {
        atomic_store_explicit(&tap->inside, 0, memory_order_release);
        return false;
    }
    uint64_t start = starts_now(tap);
    if (unlikely(start != tap->start)) start_follow(tap, start);
    return true;
}

static void leave(struct net_tap *tap)
{
    /* Releases the use of the rings to the acquire in net_tap_quiet. */
    atomic_store_explicit(&tap->inside, 0, memory_order_release);
}

static struct net_tap_frame *copy_make(struct net_tap *tap, enum net_tap_side side,
                                       const uint8_t *bytes, uint32_t length)
{
    uint32_t kept = length < tap->snap_bytes ? length : tap->snap_bytes;
    struct net_tap_frame *copy =
        record_ring_claim(tap->side[side].ring, (uint32_t)sizeof *copy + kept);
    if (unlikely(!copy)) return NULL;
    copy->length = kept;
    copy->original_length = length;
    memcpy(copy->bytes, bytes, kept);
    return copy;
}

static void tap_rx(struct net_queue *queue, struct frame_burst *burst)
{
    struct net_tap *tap = queue->tap;
    tap->under->rx(queue, burst);
    if (burst->count == 0 || !enter(tap)) return;
    struct copies *side = &tap->side[NET_TAP_CAME];
    uint64_t dropped = counter_read(&side->dropped), before = dropped;
    for (uint32_t i = 0; i < burst->count; i++) {
        const struct frame *frame = &burst->at[i];
        struct net_tap_frame *copy =
            copy_make(tap, NET_TAP_CAME, frame->bytes, frame->length_bytes);
        if (copy) {
            copy->time_ns = frame->rx_ns;
            copy->dropped = dropped;
        } else {
            dropped++;
        }
    }
    counter_set(&side->dropped, dropped);
    counter_add(&side->kept, burst->count - (dropped - before));
    record_ring_publish(side->ring);
    leave(tap);
}

static void tap_rx_done(struct net_queue *queue, struct frame_burst *burst)
{
    queue->tap->under->rx_done(queue, burst);
}

static uint8_t *tap_tx_claim(struct net_queue *queue, uint32_t bytes)
{
    struct net_tap *tap = queue->tap;
    uint8_t *frame = tap->under->tx_claim(queue, bytes);
    tap->claimed = frame;
    tap->claimed_bytes = bytes;
    tap->claimed_start = starts_now(tap);
    return frame;
}

/* Shows what the port took of what is pending, and forgets the rest. */
static void pending_show(struct net_tap *tap, uint32_t sent)
{
    struct copies *side = &tap->side[NET_TAP_WENT];
    nanos_t now = tap->under->now(tap->queue);
    uint64_t dropped = counter_read(&side->dropped), kept = 0;
    CHECK(sent <= tap->pending);
    for (uint32_t i = 0; i < sent; i++) {
        struct net_tap_frame *copy = tap->copy[i];
        if (!copy) {
            dropped++;
            continue;
        }
        copy->time_ns = now;
        copy->dropped = dropped;
        kept++;
    }
    counter_set(&side->dropped, dropped);
    counter_add(&side->kept, kept);
    if (sent > 0) record_ring_publish_to(side->ring, tap->end[sent - 1]);
    record_ring_forget(side->ring);
    tap->pending = 0;
}

static uint32_t tap_tx_flush(struct net_queue *queue)
{
    struct net_tap *tap = queue->tap;
    if (tap->pending == 0 || !enter(tap)) return tap->under->tx_flush(queue);
    uint32_t sent = tap->under->tx_flush(queue);
    if (tap->pending > 0) pending_show(tap, sent);
    leave(tap);
    return sent;
}

static void tap_tx_publish(struct net_queue *queue)
{
    struct net_tap *tap = queue->tap;
    const uint8_t *claimed = tap->claimed;
    tap->claimed = NULL;
    if (!enter(tap)) {
        tap->under->tx_publish(queue);
        return;
    }
    if (unlikely(!claimed || tap->claimed_start != tap->start)) {
        /* Claimed before the tap was on.  What is sent with it could not be told apart. */
        uint32_t sent = tap->under->tx_flush(queue);
        if (tap->pending > 0) pending_show(tap, sent);
        tap->under->tx_publish(queue);
        tap->under->tx_flush(queue);
        leave(tap);
        return;
    }
    uint32_t index = tap->pending++;
    tap->copy[index] = copy_make(tap, NET_TAP_WENT, claimed, tap->claimed_bytes);
    tap->end[index] = record_ring_written(tap->side[NET_TAP_WENT].ring);
    tap->under->tx_publish(queue);
    if (unlikely(tap->pending == PENDING_MAX)) pending_show(tap, tap->under->tx_flush(queue));
    leave(tap);
}

static void tap_statistics(const struct net_queue *queue, struct net_statistics *statistics)
{
    queue->tap->under->statistics(queue, statistics);
}

static nanos_t tap_now(const struct net_queue *queue)
{
    return queue->tap->under->now(queue);
}

static bool tap_ended(const struct net_queue *queue)
{
    return queue->tap->under->ended(queue);
}

static const struct net_driver tap_driver = {
    .name = "tap",
    .rx = tap_rx,
    .rx_done = tap_rx_done,
    .tx_claim = tap_tx_claim,
    .tx_publish = tap_tx_publish,
    .tx_flush = tap_tx_flush,
    .statistics = tap_statistics,
    .now = tap_now,
    .ended = tap_ended,
};

/* Who switches. */

size_t net_tap_footprint(void)
{
    return ALIGN_UP(sizeof(struct net_tap), CACHE_LINE);
}

struct net_tap *net_tap_new(void *memory, struct net_queue *queue)
{
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    CHECK(queue->tap == NULL);
    struct net_tap *tap = memory;
    *tap = (struct net_tap){.queue = queue, .under = net_driver(queue)};
    queue->tap = tap;
    return tap;
}

void net_tap_leave(struct net_tap *tap)
{
    CHECK(net_driver(tap->queue) == tap->under);
    tap->queue->tap = NULL;
}

void net_tap_on(struct net_tap *tap, const struct net_tap_plan *plan)
{
    /* An lcore that comes late with the tap as its driver may be at the door, which is safe. */
    CHECK(!atomic_load_explicit(&tap->on, memory_order_seq_cst));
    CHECK(plan->snap_bytes >= NET_TAP_SNAP_MIN);
    CHECK(plan->ring_bytes / 4 >=
          sizeof(struct record_ring_head) + sizeof(struct net_tap_frame) + plan->snap_bytes);
    for (uint32_t i = 0; i < NET_TAP_SIDES; i++) {
        tap->side[i].ring = record_ring_new(plan->memory[i], plan->ring_bytes);
        counter_set(&tap->side[i].kept, 0);
        counter_set(&tap->side[i].dropped, 0);
    }
    tap->snap_bytes = plan->snap_bytes;
    /* Each releases the rings, to an lcore that comes in by the driver and to one that is still
     * here from before. */
    atomic_fetch_add_explicit(&tap->starts, 1, memory_order_release);
    atomic_store_explicit(&tap->on, 1, memory_order_seq_cst);
    atomic_store_explicit(&tap->queue->driver, &tap_driver, memory_order_release);
}

void net_tap_off(struct net_tap *tap)
{
    atomic_store_explicit(&tap->queue->driver, tap->under, memory_order_release);
    atomic_store_explicit(&tap->on, 0, memory_order_seq_cst);
}

bool net_tap_quiet(struct net_tap *tap)
{
    if (atomic_load_explicit(&tap->on, memory_order_seq_cst)) return false;
    return !atomic_load_explicit(&tap->inside, memory_order_seq_cst);
}

const struct net_tap_frame *net_tap_front(struct net_tap *tap, enum net_tap_side side)
{
    return record_ring_front(tap->side[side].ring);
}

void net_tap_release(struct net_tap *tap, enum net_tap_side side)
{
    record_ring_release(tap->side[side].ring);
}

uint64_t net_tap_waiting(const struct net_tap *tap, enum net_tap_side side)
{
    return record_ring_waiting(tap->side[side].ring);
}

struct net_tap_counts net_tap_counts(const struct net_tap *tap, enum net_tap_side side)
{
    return (struct net_tap_counts){.kept = counter_read(&tap->side[side].kept),
                                   .dropped = counter_read(&tap->side[side].dropped)};
}

nanos_t net_tap_now(const struct net_tap *tap)
{
    return tap->under->now(tap->queue);
}
