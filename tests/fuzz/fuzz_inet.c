/* Any bytes as what happens to a host with a live connection: no frame, in any state, at any time,
 * breaks an invariant, is counted twice or not at all, or shows the owner a byte out of order.
 *
 * The input is a list of steps.  A step's first byte says what it is, the next ones its parameters:
 *
 *     0..3   a segment on the live connection: flags, sequence near what is expected, ack near what
 *            is sent, window, options from the input, payload
 *     4      time passes      5  the owner writes      6  he finishes, closes or aborts
 *     7      a raw frame of the input's bytes, checksums mended */

#include "tests/inet/rig.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *at;
    size_t left;
};

static struct rig rig;
static uint32_t live, isn, wrote;
static uint64_t got;
static bool open;

static uint8_t next(struct input *input)
{
    if (input->left == 0) return 0;
    input->left--;
    return *input->at++;
}

static bool opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    (void)context;
    (void)peer;
    if (open) return false;
    open = true;
    live = connection;
    return true;
}

/* The stream's byte at offset: whatever is shown must be a prefix of it. */
static uint8_t stream_byte(uint32_t offset)
{
    return (uint8_t)(offset * 7 + 13);
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    CHECK(connection == live);
    uint32_t take = length % 5 == 4 ? length / 2 : length;
    for (uint32_t i = 0; i < take; i++) CHECK(bytes[i] == stream_byte((uint32_t)got + i));
    got += take;
    return take;
}

static void closed(void *context, uint32_t connection, enum tcp_end why)
{
    (void)context;
    (void)why;
    if (connection == live) open = false;
}

static const struct tcp_calls calls = {.opened = opened, .received = received, .closed = closed};

static void datagram(void *context, const struct inet_datagram *in)
{
    (void)context;
    CHECK(in->payload_bytes <= 2000);
}

static void host_open(void)
{
    struct inet_limits limits = {
        .waiting = 2,
        .ports = 2,
        .groups = 2,
        .tcp = {.connections = 3,
                .listeners = 1,
                .send_bytes = 1024,
                .receive_bytes = 2048,
                .rto_initial_ns = 50 * NANOS_MILLI,
                .user_timeout_ns = 20 * NANOS_SECOND,
                .keepalive_ns = 5 * NANOS_SECOND},
    };
    rig_open(&rig, limits);
    open = false;
    got = 0;
    wrote = 0;
    isn = 0xfffffff0;
    CHECK(tcp_listen(rig.tcp, 80, &calls));
    CHECK(inet_bind(rig.inet, 0, 53, datagram, NULL));
    CHECK(inet_join(rig.inet, 0xef010101, 0, rig.now));
}

static struct rig_segment segment_begin(uint32_t flags, uint32_t sequence, uint32_t ack)
{
    return (struct rig_segment){
        .from_ip = RIG_PEER,
        .to_ip = RIG_HOST,
        .from_port = 4000,
        .to_port = 80,
        .sequence = sequence,
        .ack = ack,
        .flags = flags,
        .window = 8192,
    };
}

/* A handshake, with the options the first byte asks for. */
static void shake(uint8_t options)
{
    struct rig_segment syn = segment_begin(2, isn, 0), answer;
    if (options & 1) {
        memcpy(syn.option, (uint8_t[]){2, 4, 1, 0, 1, 1, 4, 2}, 8);
        syn.option_bytes = 8;
    }
    (void)rig_segment_send(&rig, &syn);
    const struct rig_frame *frame = NULL;
    for (const struct rig_frame *each; (each = rig_next(&rig));) frame = each;
    CHECK(frame != NULL);
    CHECK(rig_segment_read(frame, &answer));
    struct rig_segment third = segment_begin(16, isn + 1, answer.sequence + 1);
    (void)rig_segment_send(&rig, &third);
    CHECK(open);
}

static void segment_step(struct input *input)
{
    struct tcp_view view;
    uint32_t una = 0, nxt = 0, rcv = isn + 1;
    if (open) {
        tcp_look(rig.tcp, live, &view);
        una = view.send_unacknowledged;
        nxt = view.send_next;
        rcv = view.receive_next;
    }
    uint8_t flags = next(input), where = next(input), acks = next(input);
    struct rig_segment segment = segment_begin(flags & 0x3f, rcv, nxt);
    segment.sequence += (uint32_t)(int8_t)where * (flags & 0x40 ? 64u : 1u);
    if (acks & 1) segment.ack = una + (uint32_t)(int8_t)acks;
    segment.window = (uint16_t)(next(input) * 37);
    segment.payload_bytes = next(input) * 4u;
    for (uint32_t i = 0; i < segment.payload_bytes; i++)
        segment.payload[i] = stream_byte(segment.sequence + i - isn - 1);
    uint32_t options = next(input) % 24;
    for (uint32_t i = 0; i < options; i++) segment.option[segment.option_bytes++] = next(input);
    if (segment.from_port == 4000 && flags & 0x80) segment.from_port = 4001;
    (void)rig_segment_send(&rig, &segment);
}

static void owner_step(uint8_t how)
{
    if (!open) return;
    uint8_t bytes[256];
    for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(wrote + i);
    switch (how % 5) {
    case 0: wrote += tcp_write(rig.tcp, live, bytes, how, rig.now); break;
    case 1: tcp_resume(rig.tcp, live, rig.now); break;
    case 2: tcp_finish(rig.tcp, live, rig.now); break;
    case 3:
        open = how > 128;
        if (!open) tcp_close(rig.tcp, live, rig.now);
        break;
    default:
        open = how > 128;
        if (!open) tcp_abort(rig.tcp, live, rig.now);
        break;
    }
}

static void raw_step(struct input *input)
{
    uint8_t frame[512], protocol = next(input);
    static const uint8_t known[] = {1, 2, 6, 17};
    uint32_t bytes = next(input);
    uint8_t payload[256];
    for (uint32_t i = 0; i < bytes; i++) payload[i] = next(input);
    uint32_t to = protocol & 0x80 ? 0xef010101 : protocol & 0x40 ? 0xe0000001 : RIG_HOST;
    uint8_t kind = known[protocol & 3];
    if (kind <= 2 && bytes >= 4) {
        rig_put16(payload + 2, 0);
        rig_put16(payload + 2, ~rig_sum(payload, bytes, 0));
    }
    uint32_t length = rig_ip_write(frame, RIG_PEER, to, kind, payload, bytes);
    if (protocol & 0x20) { /* ARP, or any other type */
        rig_put16(frame + 12, 0x0806);
        memcpy(frame + 14, payload, bytes);
        length = 14 + bytes;
    }
    (void)inet_receive(rig.inet, frame, length, INET_CHECKED_NONE, rig.now);
}

static void counted_once(uint64_t frames)
{
    uint64_t sum = 0;
    for (int i = 0; i < INET_STATUS_COUNT; i++) sum += inet_counts(rig.inet)->frame[i];
    CHECK(sum == frames);
    uint64_t segments = 0;
    for (int i = 0; i < TCP_STATUS_COUNT; i++) segments += tcp_counts(rig.tcp)->segment[i];
    CHECK(segments == inet_counts(rig.inet)->frame[INET_TCP]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint64_t frames = 2;
    host_open();
    shake(next(&input));
    while (input.left > 0) {
        uint8_t step = next(&input) % 8;
        if (step < 4) segment_step(&input);
        else if (step == 4) rig_wait(&rig, (nanos_t)next(&input) * next(&input) * 100000);
        else if (step < 7) owner_step(next(&input));
        else raw_step(&input);
        frames += step < 4 || step == 7;
        inet_flush(rig.inet, rig.now);
        inet_verify(rig.inet);
        counted_once(frames);
    }
    rig_wait(&rig, 100 * NANOS_SECOND);
    inet_verify(rig.inet);
    rig_close(&rig);
    return 0;
}
