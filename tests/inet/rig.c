#include "tests/inet/rig.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t host_mac[6] = {2, 0, 0, 0, 0, 1}, peer_mac[6] = {2, 0, 0, 0, 0, 2};

void rig_put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

void rig_put32(uint8_t *at, uint32_t value)
{
    rig_put16(at, value >> 16);
    rig_put16(at + 2, value);
}

uint32_t rig_load16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

uint32_t rig_load32(const uint8_t *at)
{
    return rig_load16(at) << 16 | rig_load16(at + 2);
}

/* Adds words as RFC 1071 says them. */
uint32_t rig_sum(const uint8_t *bytes, uint32_t length, uint32_t sum)
{
    for (uint32_t i = 0; i < length; i += 2) {
        sum += (uint32_t)bytes[i] << 8 | (i + 1 < length ? bytes[i + 1] : 0);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static uint8_t *claim(void *context, uint32_t bytes)
{
    struct rig *rig = context;
    if (rig->link_full || bytes > RIG_FRAME_BYTES) return NULL;
    rig->claimed.bytes = bytes;
    memset(rig->claimed.at, 0xee, sizeof rig->claimed.at);
    return rig->claimed.at;
}

static void publish(void *context)
{
    struct rig *rig = context;
    rig->frame[rig->sent++ % RIG_FRAMES] = rig->claimed;
}

void rig_open(struct rig *rig, struct inet_limits limits)
{
    struct inet_neighbour neighbour = {.ip = RIG_PEER};
    memset(rig, 0, sizeof *rig);
    memcpy(neighbour.mac.byte, peer_mac, 6);
    memcpy(limits.mac.byte, host_mac, 6);
    limits.ip = RIG_HOST;
    limits.prefix = 24;
    if (limits.mtu == 0) limits.mtu = 1500;
    if (limits.learnt == 0) limits.learnt = 8;
    if (limits.neighbours == 0) {
        limits.neighbour = &neighbour;
        limits.neighbours = 1;
    }
    limits.output = (struct inet_output){claim, publish, rig};
    rig->now = 1000 * NANOS_SECOND;
    size_t bytes = inet_footprint(&limits);
    if (bytes == 0) abort();
    rig->memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    memset(rig->memory, 0xa5, bytes);
    rig->inet = inet_new(rig->memory, &limits, rig->now);
    rig->tcp = inet_tcp(rig->inet);
    inet_tick(rig->inet, rig->now);
    rig->seen = rig->sent; /* the announcement */
}

void rig_close(struct rig *rig)
{
    free(rig->memory);
    rig->memory = NULL;
}

const struct rig_frame *rig_next(struct rig *rig)
{
    return rig->seen == rig->sent ? NULL : &rig->frame[rig->seen++ % RIG_FRAMES];
}

void rig_wait(struct rig *rig, nanos_t wait)
{
    nanos_t end = rig->now + wait;
    while (true) {
        nanos_t next = inet_next_tick(rig->inet);
        if (next > end) break;
        if (next > rig->now) rig->now = next;
        uint32_t sent = rig->sent;
        inet_tick(rig->inet, rig->now);
        inet_flush(rig->inet, rig->now);
        inet_verify(rig->inet);
        /* Nothing moved: what waits, waits for the link. */
        if (sent == rig->sent && inet_next_tick(rig->inet) <= rig->now) break;
    }
    rig->now = end;
    inet_tick(rig->inet, rig->now);
}

uint32_t rig_ip_write(uint8_t *frame, uint32_t from, uint32_t to, uint8_t protocol,
                      const uint8_t *payload, uint32_t bytes)
{
    memcpy(frame, host_mac, 6);
    if (to >> 28 == 14) {
        memcpy(frame, (uint8_t[]){1, 0, 0x5e}, 3);
        frame[3] = (uint8_t)(to >> 16 & 0x7f);
        rig_put16(frame + 4, to);
    }
    memcpy(frame + 6, peer_mac, 6);
    rig_put16(frame + 12, 0x0800);
    uint8_t *ip = frame + 14;
    memset(ip, 0, 20);
    ip[0] = 0x45;
    rig_put16(ip + 2, 20 + bytes);
    ip[8] = protocol == 2 ? 1 : 64;
    ip[9] = protocol;
    rig_put32(ip + 12, from);
    rig_put32(ip + 16, to);
    rig_put16(ip + 10, ~rig_sum(ip, 20, 0));
    memcpy(ip + 20, payload, bytes);
    return RIG_HEAD + bytes;
}

enum inet_status rig_ip_send(struct rig *rig, uint32_t from, uint32_t to, uint8_t protocol,
                             const uint8_t *payload, uint32_t bytes)
{
    uint8_t frame[RIG_FRAME_BYTES];
    uint32_t length = rig_ip_write(frame, from, to, protocol, payload, bytes);
    return inet_receive(rig->inet, frame, length, INET_CHECKED_NONE, rig->now);
}

static uint32_t pseudo_sum(uint32_t from, uint32_t to, uint32_t bytes)
{
    uint8_t pseudo[12] = {[9] = 6};
    rig_put32(pseudo, from);
    rig_put32(pseudo + 4, to);
    rig_put16(pseudo + 10, bytes);
    return rig_sum(pseudo, 12, 0);
}

uint32_t rig_segment_write(const struct rig_segment *segment, uint8_t *frame)
{
    uint8_t tcp[RIG_FRAME_BYTES] = {0};
    uint32_t options = (segment->option_bytes + 3) / 4 * 4;
    uint32_t bytes = 20 + options + segment->payload_bytes;
    rig_put16(tcp, segment->from_port);
    rig_put16(tcp + 2, segment->to_port);
    rig_put32(tcp + 4, segment->sequence);
    rig_put32(tcp + 8, segment->ack);
    tcp[12] = (uint8_t)((20 + options) / 4 << 4);
    tcp[13] = (uint8_t)segment->flags;
    rig_put16(tcp + 14, segment->window);
    memcpy(tcp + 20, segment->option, segment->option_bytes);
    memcpy(tcp + 20 + options, segment->payload, segment->payload_bytes);
    rig_put16(tcp + 16, ~rig_sum(tcp, bytes, pseudo_sum(segment->from_ip, segment->to_ip, bytes)));
    return rig_ip_write(frame, segment->from_ip, segment->to_ip, 6, tcp, bytes);
}

enum inet_status rig_segment_send(struct rig *rig, const struct rig_segment *segment)
{
    uint8_t frame[RIG_FRAME_BYTES];
    uint32_t length = rig_segment_write(segment, frame);
    return inet_receive(rig->inet, frame, length, INET_CHECKED_NONE, rig->now);
}

bool rig_segment_read(const struct rig_frame *frame, struct rig_segment *segment)
{
    const uint8_t *ip = frame->at + 14, *tcp = ip + 20;
    if (frame->bytes < RIG_HEAD + 20 || rig_load16(frame->at + 12) != 0x0800) return false;
    if (memcmp(frame->at, peer_mac, 6) != 0 || memcmp(frame->at + 6, host_mac, 6) != 0)
        return false;
    if (ip[0] != 0x45 || ip[9] != 6 || rig_load16(ip + 2) != frame->bytes - 14) return false;
    if (rig_sum(ip, 20, 0) != 0xffff || !(ip[6] & 0x40)) return false;
    uint32_t bytes = frame->bytes - RIG_HEAD, head = (tcp[12] >> 4) * 4u;
    if (head < 20 || head > bytes || bytes - head > sizeof segment->payload) return false;
    *segment = (struct rig_segment){
        .from_ip = rig_load32(ip + 12),
        .to_ip = rig_load32(ip + 16),
        .from_port = (uint16_t)rig_load16(tcp),
        .to_port = (uint16_t)rig_load16(tcp + 2),
        .sequence = rig_load32(tcp + 4),
        .ack = rig_load32(tcp + 8),
        .flags = tcp[13],
        .window = (uint16_t)rig_load16(tcp + 14),
        .option_bytes = head - 20,
        .payload_bytes = bytes - head,
    };
    memcpy(segment->option, tcp + 20, head - 20);
    memcpy(segment->payload, tcp + head, bytes - head);
    uint32_t pseudo = pseudo_sum(segment->from_ip, segment->to_ip, bytes);
    return rig_sum(tcp, bytes, pseudo) == 0xffff && segment->from_ip == RIG_HOST;
}
