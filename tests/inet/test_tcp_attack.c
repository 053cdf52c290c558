/* Whoever cannot see a connection cannot end it, slow it or write into it (RFC 5961), and nobody
 * can make it cost more memory than it has.
 *
 * 2^20 forged segments with the connection's addresses: half with numbers at the edges of its
 * window, half anywhere.  The one reset that would be believed is left out; it is sent last. */

#include "tests/inet/rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

enum { FORGED = 1 << 20, CYCLES = 100000, FLOOD = 200000, ATTACK_SECONDS = 16, LIMIT = 10 };

static struct rig rig;
static uint64_t got, ends;
static uint32_t last;

static bool opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    (void)context;
    (void)peer;
    last = connection;
    return true;
}

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    (void)connection;
    (void)bytes;
    got += length;
    return length;
}

static void closed(void *context, uint32_t connection, enum tcp_end why)
{
    (void)context;
    (void)connection;
    (void)why;
    ends++;
}

static const struct tcp_calls calls = {.opened = opened, .received = received, .closed = closed};

static struct rig_segment segment_of(uint16_t port, uint32_t flags, uint32_t sequence, uint32_t ack)
{
    return (struct rig_segment){
        .from_ip = RIG_PEER,
        .to_ip = RIG_HOST,
        .from_port = port,
        .to_port = 80,
        .sequence = sequence,
        .ack = ack,
        .flags = flags,
        .window = 1000,
    };
}

static void host_open(uint32_t connections)
{
    rig_open(&rig, (struct inet_limits){
                       .tcp = {.connections = connections,
                               .listeners = 1,
                               .half_open = connections / 2,
                               .send_bytes = 4096,
                               .receive_bytes = 32768,
                               .time_wait_ns = NANOS_SECOND,
                               .challenges = LIMIT},
                       .secret = {9, 8, 7},
                   });
    got = ends = 0;
    EXPECT(tcp_listen(rig.tcp, 80, &calls));
}

/* The last segment the host has sent. */
static struct rig_segment last_sent(void)
{
    struct rig_segment segment = {0};
    for (const struct rig_frame *frame; (frame = rig_next(&rig));)
        (void)rig_segment_read(frame, &segment);
    return segment;
}

/* Opens a connection from port; returns our first number. */
static uint32_t shake(uint16_t port)
{
    struct rig_segment syn = segment_of(port, 2, 5000, 0);
    (void)rig_segment_send(&rig, &syn);
    uint32_t iss = last_sent().sequence;
    struct rig_segment third = segment_of(port, 16, 5001, iss + 1);
    (void)rig_segment_send(&rig, &third);
    return iss;
}

static struct rig_segment forged(struct chance *chance, const struct tcp_view *view)
{
    static const uint32_t flags[] = {4, 20, 2, 18, 16, 24, 17, 25, 1, 0};
    uint32_t edges[] = {view->receive_next - 1, view->receive_next + 1,
                        view->receive_next + view->receive_window - 1,
                        view->receive_next + view->receive_window,
                        view->receive_next + view->receive_window + 1};
    struct rig_segment segment = segment_of(4000, flags[chance_between(chance, 0, 9)], 0, 0);
    bool near = chance_between(chance, 0, 1);
    segment.sequence = near ? edges[chance_between(chance, 0, 4)] : (uint32_t)chance_next(chance);
    segment.ack = (uint32_t)chance_next(chance);
    /* Who guesses both numbers is on the path, or lucky: data needs an acknowledgment in the window
     * of what we have sent, and that is left to chance here. */
    segment.payload_bytes = segment.flags & 8 ? (uint32_t)chance_between(chance, 1, 100) : 0;
    if (segment.flags & 4 && segment.sequence == view->receive_next) segment.sequence++;
    return segment;
}

SPEC(off_the_path_nothing_resets_a_connection_or_writes_into_it)
{
    struct spec_seeds seeds = spec_seeds(1);
    struct chance chance = {seeds.first};
    host_open(8);
    shake(4000);
    uint32_t victim = last;
    struct tcp_view view;
    for (uint32_t i = 0; i < FORGED; i++) {
        if (i % (FORGED / ATTACK_SECONDS) == 0) rig.now += NANOS_SECOND;
        tcp_look(rig.tcp, victim, &view);
        struct rig_segment segment = forged(&chance, &view);
        (void)rig_segment_send(&rig, &segment);
        if (i % 4096 == 0) inet_verify(rig.inet);
        if (tcp_state(rig.tcp, victim) != TCP_ESTABLISHED) break;
    }
    const struct tcp_counts *counts = tcp_counts(rig.tcp);
    EXPECT_UINT(tcp_state(rig.tcp, victim), TCP_ESTABLISHED);
    EXPECT_UINT(ends, 0);
    EXPECT_UINT(got, 0);
    /* Half as many again as the average, in the worst second. */
    EXPECT(counts->challenge_out <= (ATTACK_SECONDS + 1) * (LIMIT + LIMIT / 2 + 1));
    EXPECT(counts->challenge_out >= ATTACK_SECONDS * LIMIT / 2);
    EXPECT(counts->challenge_limited > FORGED / 8);
    tcp_look(rig.tcp, victim, &view);
    struct rig_segment exact = segment_of(4000, 4, view.receive_next, 0);
    (void)rig_segment_send(&rig, &exact);
    EXPECT_UINT(ends, 1);
    rig_close(&rig);
}

SPEC(the_limit_of_challenges_differs_from_second_to_second)
{
    host_open(8);
    shake(4000);
    uint64_t before = 0, least = UINT64_MAX, most = 0;
    for (int second = 0; second < 40; second++) {
        rig.now += NANOS_SECOND;
        for (int i = 0; i < 100; i++) {
            struct rig_segment reset = segment_of(4000, 4, 5100, 0);
            (void)rig_segment_send(&rig, &reset);
        }
        uint64_t said = tcp_counts(rig.tcp)->challenge_out - before;
        before += said;
        if (said < least) least = said;
        if (said > most) most = said;
    }
    EXPECT(least >= LIMIT / 2);
    EXPECT(most <= LIMIT + LIMIT / 2);
    EXPECT(least != most);
    rig_close(&rig);
}

SPEC(a_hundred_thousand_connections_one_after_the_other_leave_nothing_behind)
{
    host_open(8);
    for (uint32_t i = 0; i < CYCLES; i++) {
        uint16_t port = (uint16_t)(1024 + i % 50000);
        uint32_t iss = shake(port);
        if (i % 3 == 0) {
            tcp_abort(rig.tcp, last, rig.now);
        } else if (i % 3 == 1) {
            struct rig_segment reset = segment_of(port, 4, 5001, 0);
            (void)rig_segment_send(&rig, &reset);
        } else {
            struct rig_segment fin = segment_of(port, 17, 5001, iss + 1);
            (void)rig_segment_send(&rig, &fin);
            tcp_close(rig.tcp, last, rig.now);
            struct rig_segment ack = segment_of(port, 16, 5002, iss + 2);
            (void)rig_segment_send(&rig, &ack);
        }
        inet_flush(rig.inet, rig.now);
        if (tcp_connections(rig.tcp) != 0) break;
        rig.now += 1000;
        if (i % 1000 == 0) inet_verify(rig.inet);
    }
    EXPECT_UINT(tcp_connections(rig.tcp), 0);
    EXPECT_UINT(tcp_counts(rig.tcp)->opened_passive, CYCLES);
    inet_verify(rig.inet);
    rig_close(&rig);
}

SPEC(a_flood_of_syns_is_bounded_and_leaves_others_alone)
{
    host_open(64);
    uint32_t iss = shake(4000), victim = last, at = 5001;
    for (uint32_t i = 0; i < FLOOD; i++) {
        struct rig_segment syn = segment_of((uint16_t)(10000 + i % 50000), 2, i, 0);
        syn.from_ip = RIG_PEER;
        (void)rig_segment_send(&rig, &syn);
        if (i % 1000 != 0) continue;
        struct rig_segment order = segment_of(4000, 24, at, iss + 1);
        order.payload_bytes = 50;
        at += 50;
        (void)rig_segment_send(&rig, &order);
        inet_flush(rig.inet, rig.now);
        inet_verify(rig.inet);
        rig.now += NANOS_MILLI;
    }
    EXPECT_UINT(got, FLOOD / 1000 * 50);
    EXPECT_UINT(tcp_state(rig.tcp, victim), TCP_ESTABLISHED);
    EXPECT(tcp_connections(rig.tcp) <= 33);
    /* A peer that answers is let in in the middle of it. */
    (void)shake(4001);
    EXPECT(last != victim);
    EXPECT_UINT(tcp_state(rig.tcp, last), TCP_ESTABLISHED);
    rig_close(&rig);
}

SPEC(initial_numbers_of_two_connections_are_apart_and_follow_the_clock)
{
    enum { TRIES = 1000 };
    host_open(8);
    uint32_t before = 0, near = 0;
    for (uint32_t i = 0; i < TRIES; i++) {
        uint32_t iss = shake((uint16_t)(2000 + i));
        if (iss - before < 1u << 20 || before - iss < 1u << 20) near++;
        before = iss;
        tcp_abort(rig.tcp, last, rig.now);
        (void)last_sent();
    }
    EXPECT(near < 5); /* by chance one in 2000 */
    uint32_t first = shake(2000);
    tcp_abort(rig.tcp, last, rig.now);
    (void)last_sent();
    rig.now += NANOS_SECOND;
    uint32_t second = shake(2000);
    EXPECT_UINT(second - first, 250000); /* the same addresses a second later: 4 us a step */
    rig_close(&rig);
}

#define SPECS(S)                                                                                   \
    S(off_the_path_nothing_resets_a_connection_or_writes_into_it)                                  \
    S(the_limit_of_challenges_differs_from_second_to_second)                                       \
    S(a_hundred_thousand_connections_one_after_the_other_leave_nothing_behind)                     \
    S(a_flood_of_syns_is_bounded_and_leaves_others_alone)                                          \
    S(initial_numbers_of_two_connections_are_apart_and_follow_the_clock)

SPEC_MAIN("tcp attack", SPECS, NULL, NULL)
