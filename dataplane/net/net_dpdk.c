#include "dataplane/net/net_dpdk.h"

#include "dataplane/net/net_dpdk_port.h"

#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>
#include <rte_prefetch.h>
#include <x86intrin.h>

/* A frame stays in the buffer the card wrote it to; burst->owner holds the buffers until
 * net_rx_done.  Only a frame in several buffers is copied, into the queue's bounce slot of its
 * place in the burst, so the slots of one burst do not meet.
 *
 * Invariants: burst->owner[0..count) are the buffers of burst->at[0..count); ready <=
 * NET_BURST_MAX; ready_bytes is the sum of the lengths of tx[0..ready). */

/* Receiving. */

static inline uint8_t frame_flags(const struct rte_mbuf *buffer)
{
    uint64_t ip = buffer->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK;
    uint64_t l4 = buffer->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
    unsigned flags = 0;
    /* NONE means: not computed, but the contents are known to be whole (a virtual machine's frame
     * that never met a wire). */
    if (ip == RTE_MBUF_F_RX_IP_CKSUM_GOOD || ip == RTE_MBUF_F_RX_IP_CKSUM_NONE)
        flags |= FRAME_IP_CHECKSUM_GOOD;
    if (l4 == RTE_MBUF_F_RX_L4_CKSUM_GOOD || l4 == RTE_MBUF_F_RX_L4_CKSUM_NONE)
        flags |= FRAME_L4_CHECKSUM_GOOD;
    if (unlikely(ip == RTE_MBUF_F_RX_IP_CKSUM_BAD || l4 == RTE_MBUF_F_RX_L4_CKSUM_BAD))
        flags |= FRAME_CHECKSUM_BAD;
    return (uint8_t)flags;
}

/* The port's arrival time, if the buffer has one that can be true now. */
static inline bool frame_stamp(const struct dpdk_queue *queue, const struct rte_mbuf *buffer,
                               nanos_t now, nanos_t *stamp)
{
    if (!(buffer->ol_flags & queue->stamp_flag)) return false;
    *stamp = *RTE_MBUF_DYNFIELD(buffer, queue->stamp_offset, const rte_mbuf_timestamp_t *);
    return *stamp - (now - NET_DPDK_LATE_NS) <= NET_DPDK_LATE_NS + NET_DPDK_EARLY_NS;
}

/* The bytes of a frame in several buffers, together. */
static COLD const uint8_t *frame_join(struct dpdk_queue *queue, const struct rte_mbuf *buffer,
                                      uint32_t slot)
{
    counter_one(&queue->rx_segmented);
    uint8_t *joined = queue->bounce + (size_t)slot * NET_FRAME_BYTES_MAX;
    const void *bytes = rte_pktmbuf_read(buffer, 0, buffer->pkt_len, joined);
    CHECK(bytes != NULL);
    return bytes;
}

static void dpdk_rx(struct net_queue *net_queue, struct frame_burst *burst)
{
    struct dpdk_queue *queue = (struct dpdk_queue *)net_queue;
    struct rte_mbuf **buffers = (struct rte_mbuf **)burst->owner;
    uint32_t taken = rte_eth_rx_burst(queue->port, queue->index, buffers, NET_BURST_MAX);
    burst->count = 0;
    if (taken == 0) return;

    uint64_t tsc = __rdtsc(), bytes = 0;
    nanos_t now = net_clock_time(queue->clock, tsc);
    for (uint32_t i = 0; i < taken; i++) rte_prefetch0(rte_pktmbuf_mtod(buffers[i], const void *));

    uint32_t count = 0;
    for (uint32_t i = 0; i < taken; i++) {
        struct rte_mbuf *buffer = buffers[i];
        if (unlikely(buffer->pkt_len > NET_FRAME_BYTES_MAX)) {
            counter_one(&queue->rx_oversized);
            rte_pktmbuf_free(buffer);
            continue;
        }
        const uint8_t *frame = rte_pktmbuf_mtod(buffer, const uint8_t *);
        if (unlikely(buffer->nb_segs > 1)) frame = frame_join(queue, buffer, count);
        nanos_t stamp = now;
        bool stamped = frame_stamp(queue, buffer, now, &stamp);
        bytes += buffer->pkt_len;
        buffers[count] = buffer;
        burst->at[count++] = (struct frame){
            .bytes = frame,
            .length_bytes = buffer->pkt_len,
            .flags = frame_flags(buffer),
            .clock = (uint8_t)(stamped ? TIME_NIC : TIME_TSC),
            .rx_ns = stamped ? stamp : now,
            .rx_tsc = tsc,
        };
    }
    burst->count = count;
    counter_add(&queue->rx_frame, count);
    counter_add(&queue->rx_byte, bytes);
}

static void dpdk_rx_done(struct net_queue *net_queue, struct frame_burst *burst)
{
    (void)net_queue;
    rte_pktmbuf_free_bulk((struct rte_mbuf **)burst->owner, burst->count);
    burst->count = 0;
}

/* Sending. */

static uint8_t *dpdk_tx_claim(struct net_queue *net_queue, uint32_t bytes)
{
    struct dpdk_queue *queue = (struct dpdk_queue *)net_queue;
    DCHECK(bytes > 0);
    if (likely(!queue->claimed)) queue->claimed = rte_pktmbuf_alloc(queue->pool);
    else rte_pktmbuf_reset(queue->claimed);
    uint8_t *frame = NULL;
    if (likely(queue->claimed && bytes <= NET_FRAME_BYTES_MAX))
        frame = (uint8_t *)rte_pktmbuf_append(queue->claimed, (uint16_t)bytes);
    if (unlikely(!frame)) counter_one(&queue->tx_no_buffer);
    return frame;
}

static uint32_t dpdk_tx_flush(struct net_queue *net_queue)
{
    struct dpdk_queue *queue = (struct dpdk_queue *)net_queue;
    uint32_t sent = 0, ready = queue->ready, more;
    /* Some drivers take at most 32 at a time; each turn sends at least one. */
    while (sent < ready && (more = rte_eth_tx_burst(queue->port, queue->index, queue->tx + sent,
                                                    (uint16_t)(ready - sent))) > 0)
        sent += more;
    if (unlikely(sent < ready)) {
        for (uint32_t i = sent; i < ready; i++) queue->ready_bytes -= queue->tx[i]->pkt_len;
        rte_pktmbuf_free_bulk(queue->tx + sent, ready - sent);
        counter_add(&queue->tx_refused, ready - sent);
    }
    counter_add(&queue->tx_frame, sent);
    counter_add(&queue->tx_byte, queue->ready_bytes);
    queue->ready = 0;
    queue->ready_bytes = 0;
    return sent;
}

static void dpdk_tx_publish(struct net_queue *net_queue)
{
    struct dpdk_queue *queue = (struct dpdk_queue *)net_queue;
    CHECK(queue->claimed != NULL);
    CHECK(queue->claimed->pkt_len > 0);
    queue->ready_bytes += queue->claimed->pkt_len;
    queue->tx[queue->ready++] = queue->claimed;
    queue->claimed = NULL;
    if (queue->ready == NET_BURST_MAX) dpdk_tx_flush(net_queue);
}

/* Queries. */

static void dpdk_statistics(const struct net_queue *net_queue, struct net_statistics *statistics)
{
    const struct dpdk_queue *queue = (const struct dpdk_queue *)net_queue;
    *statistics = (struct net_statistics){
        .rx_frame = counter_read(&queue->rx_frame),
        .rx_byte = counter_read(&queue->rx_byte),
        .rx_missed = counter_read(&queue->port_missed),
        .rx_error = counter_read(&queue->port_error),
        .rx_no_buffer = counter_read(&queue->port_no_buffer),
        .rx_segmented = counter_read(&queue->rx_segmented),
        .rx_oversized = counter_read(&queue->rx_oversized),
        .tx_frame = counter_read(&queue->tx_frame),
        .tx_byte = counter_read(&queue->tx_byte),
        .tx_no_buffer = counter_read(&queue->tx_no_buffer),
        .tx_refused = counter_read(&queue->tx_refused),
        .tx_error = counter_read(&queue->port_tx_error),
    };
}

static nanos_t dpdk_now(const struct net_queue *net_queue)
{
    return net_clock_time(((const struct dpdk_queue *)net_queue)->clock, __rdtsc());
}

static bool dpdk_ended(const struct net_queue *net_queue)
{
    (void)net_queue;
    return false;
}

const struct net_driver net_dpdk_driver = {
    .name = "dpdk",
    .rx = dpdk_rx,
    .rx_done = dpdk_rx_done,
    .tx_claim = dpdk_tx_claim,
    .tx_publish = dpdk_tx_publish,
    .tx_flush = dpdk_tx_flush,
    .statistics = dpdk_statistics,
    .now = dpdk_now,
    .ended = dpdk_ended,
};
