/* One side of a link with a real other side: exchanges numbered multicast datagrams through a port.
 *
 *     net_peer DEVICE MY_NUMBER COUNT SECONDS
 *
 * Both sides speak the same: datagrams to 239.9.9.<number of the receiver>, UDP port 9999, whose
 * payload is "pollux", a 32-bit number and bytes that follow from the number.
 *
 *     number 0             hello: sent until anything is heard
 *     1..COUNT             what is exchanged, over and over until the other is done
 *     ffffffff             done: I have every number whole
 *
 * Ends with 0 when it has every number and knows that the other has too; with 1 after SECONDS; with
 * 2 if the port does not open.  Frames and checksums are made here by hand. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/launch/eal.h"
#include "dataplane/net/net_dpdk.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COUNT_MAX = 4096,
    ETHERNET_BYTES = 14,
    IP_BYTES = 20,
    UDP_BYTES = 8,
    PAYLOAD_AT = ETHERNET_BYTES + IP_BYTES + UDP_BYTES,
    UDP_PORT = 9999,
};

static const uint32_t done_number = 0xffffffff;

struct peer {
    struct net_queue *queue;
    uint32_t me; /* 1 or 2: last byte of the addresses */
    uint32_t count;
    uint8_t address[6];
    bool heard;
    bool other_done;
    uint32_t have; /* different numbers */
    bool seen[COUNT_MAX + 1];
    uint64_t damaged;
    uint64_t other; /* frames that are none of ours */
    uint64_t stamped;
};

static uint32_t payload_bytes(uint32_t number)
{
    return number == done_number ? 10 : 10 + number % 1400;
}

static uint8_t payload_byte(uint32_t number, uint32_t at)
{
    return (uint8_t)(number * 7 + at * 13);
}

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint32_t load16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t sum16(const uint8_t *bytes, uint32_t length, uint32_t sum)
{
    for (uint32_t i = 0; i + 1 < length; i += 2) sum += load16(bytes + i);
    if (length % 2) sum += (uint32_t)bytes[length - 1] << 8;
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* Of the UDP datagram behind an IP header at ip, with its pseudo header; 0xffff when right. */
static uint32_t udp_sum(const uint8_t *ip)
{
    uint32_t length = load16(ip + IP_BYTES + 4);
    return sum16(ip + IP_BYTES, length, sum16(ip + 12, 8, 17 + length));
}

static bool frame_send(struct peer *peer, uint32_t number)
{
    uint32_t payload = payload_bytes(number), udp = UDP_BYTES + payload, to = 3 - peer->me;
    uint8_t *frame = net_tx_claim(peer->queue, PAYLOAD_AT + payload);
    if (!frame) return false;
    memset(frame, 0, PAYLOAD_AT);
    memcpy(frame, (uint8_t[]){0x01, 0x00, 0x5e, 9, 9, (uint8_t)to}, 6);
    memcpy(frame + 6, peer->address, 6);
    put16(frame + 12, 0x0800);
    uint8_t *ip = frame + ETHERNET_BYTES;
    put16(ip, 0x4500);
    put16(ip + 2, IP_BYTES + udp);
    put16(ip + 8, 1 << 8 | 17); /* time to live 1, UDP */
    memcpy(ip + 12, (uint8_t[]){10, 9, 0, (uint8_t)peer->me}, 4);
    memcpy(ip + 16, (uint8_t[]){239, 9, 9, (uint8_t)to}, 4);
    put16(ip + 10, ~sum16(ip, IP_BYTES, 0));
    put16(ip + 20, UDP_PORT);
    put16(ip + 22, UDP_PORT);
    put16(ip + 24, udp);
    memcpy(frame + PAYLOAD_AT, "pollux", 6);
    put16(frame + PAYLOAD_AT + 6, number >> 16);
    put16(frame + PAYLOAD_AT + 8, number);
    for (uint32_t i = 10; i < payload; i++) frame[PAYLOAD_AT + i] = payload_byte(number, i);
    put16(ip + 26, ~udp_sum(ip));
    net_tx_publish(peer->queue);
    return true;
}

static bool frame_is_ours(const struct peer *peer, const struct frame *frame)
{
    const uint8_t *bytes = frame->bytes, *ip = bytes + ETHERNET_BYTES;
    if (frame->length_bytes < PAYLOAD_AT + 10 || load16(bytes + 12) != 0x0800) return false;
    if (ip[0] != 0x45 || ip[9] != 17 || load16(ip + 22) != UDP_PORT) return false;
    if (memcmp(ip + 16, (uint8_t[]){239, 9, 9, (uint8_t)peer->me}, 4) != 0) return false;
    return memcmp(bytes + PAYLOAD_AT, "pollux", 6) == 0;
}

static bool frame_is_whole(const struct frame *frame, uint32_t number)
{
    const uint8_t *ip = frame->bytes + ETHERNET_BYTES;
    uint32_t payload = payload_bytes(number);
    if (load16(ip + 24) != UDP_BYTES + payload) return false;
    if (frame->length_bytes < PAYLOAD_AT + payload) return false; /* longer: padded on the way */
    if (sum16(ip, IP_BYTES, 0) != 0xffff || udp_sum(ip) != 0xffff) return false;
    for (uint32_t i = 10; i < payload; i++)
        if (frame->bytes[PAYLOAD_AT + i] != payload_byte(number, i)) return false;
    return true;
}

static void frame_take(struct peer *peer, const struct frame *frame)
{
    if (!frame_is_ours(peer, frame)) {
        peer->other++;
        return;
    }
    const uint8_t *at = frame->bytes + PAYLOAD_AT + 6;
    uint32_t number = load16(at) << 16 | load16(at + 2);
    if ((number > peer->count && number != done_number) || !frame_is_whole(frame, number)) {
        peer->damaged++;
        return;
    }
    peer->heard = true;
    peer->stamped += frame->clock == TIME_NIC;
    if (number == done_number) {
        peer->other_done = true;
    } else if (number > 0 && !peer->seen[number]) {
        peer->seen[number] = true;
        peer->have++;
    }
}

/* What there is to say now; at most 16 frames. */
static uint32_t say(struct peer *peer, uint32_t next)
{
    if (!peer->heard) {
        (void)frame_send(peer, 0); /* a frame that finds no room is said again, like all of these */
    } else {
        if (peer->have == peer->count) (void)frame_send(peer, done_number);
        for (int i = 0; i < 16 && !peer->other_done; i++) {
            if (!frame_send(peer, next)) break;
            next = next % peer->count + 1;
        }
    }
    net_tx_flush(peer->queue);
    return next;
}

static bool exchange(struct peer *peer, const struct clock *clock, uint64_t seconds)
{
    uint64_t end = clock_now() + clock_ticks(clock, seconds * NANOS_SECOND), say_at = 0;
    uint32_t next = 1, last_words = 0;
    struct frame_burst burst;
    while (clock_now() < end) {
        net_rx(peer->queue, &burst);
        uint32_t count = burst.count;
        for (uint32_t i = 0; i < count; i++) frame_take(peer, &burst.at[i]);
        net_rx_done(peer->queue, &burst);
        if (count == 0) sched_yield();
        if (clock_now() < say_at) continue;
        say_at = clock_now() + clock_ticks(clock, NANOS_MILLI);
        next = say(peer, next);
        /* The other may have missed that we are done, so it is said for a while. */
        if (peer->other_done && peer->have == peer->count && ++last_words > 50) return true;
    }
    return false;
}

static void results_print(const struct peer *peer)
{
    struct net_statistics counted;
    net_statistics(peer->queue, &counted);
    printf("numbers %u of %u, damaged %llu, other %llu, stamped %llu, done %d\n", peer->have,
           peer->count, (unsigned long long)peer->damaged, (unsigned long long)peer->other,
           (unsigned long long)peer->stamped, peer->other_done);
#define COUNTED_PRINT(name, help) printf(#name " %llu\n", (unsigned long long)counted.name);
    NET_STATISTICS(COUNTED_PRINT)
}

int main(int argc, char **argv)
{
    static char problem_bytes[8192], report_bytes[8192];
    struct text problems = text_in(problem_bytes, sizeof problem_bytes);
    struct text report = text_in(report_bytes, sizeof report_bytes);
    static struct peer peer;
    struct clock clock;
    struct net_clock net_clock;
    uint16_t cpu[1];
    if (argc != 5) {
        fputs("usage: net_peer DEVICE MY_NUMBER COUNT SECONDS\n", stderr);
        return 2;
    }
    peer.me = (uint32_t)strtoul(argv[2], NULL, 10);
    peer.count = (uint32_t)strtoul(argv[3], NULL, 10);
    if (peer.me < 1 || peer.me > 2 || peer.count < 1 || peer.count > COUNT_MAX) return 2;
    if (eal_cpus(cpu, 1) < 1) return 2;
    struct net_dpdk *port = NULL;
    if (clock_calibrate(&clock, 20 * NANOS_MILLI, &problems) &&
        eal_start(&(struct eal_plan){.cores = 1, .cpu = {cpu[0]}, .memory_mib = 64}, &problems)) {
        net_clock_new(&net_clock, &clock);
        struct net_dpdk_group group = {.address = 0xef090900 | peer.me, .port = UDP_PORT};
        struct net_dpdk_plan plan = {
            .device = argv[1], .queues = 1, .groups = 1, .group = &group, .clock = &net_clock};
        port = net_dpdk_open(&plan, &report, &problems);
    }
    fputs(report_bytes, stdout);
    fputs(problem_bytes, stderr);
    fputs(eal_messages(), stderr);
    if (!port) return 2;
    struct net_dpdk_state state;
    net_dpdk_state(port, &state);
    memcpy(peer.address, state.address, sizeof peer.address);
    peer.queue = net_dpdk_queue(port, 0);
    bool good = exchange(&peer, &clock, strtoul(argv[4], NULL, 10));
    net_dpdk_count(port);
    results_print(&peer);
    net_dpdk_close(port);
    eal_stop();
    return good && peer.damaged == 0 ? 0 : 1;
}
