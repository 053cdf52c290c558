/* What is sent, read by Wireshark: no datagram is malformed, checksums are right, each is a
 * MoldUDP64 packet with the numbers that were given and the bytes of the history's messages.  (The
 * ITCH it knows is an older one, in ASCII.)  Skipped where tshark is not installed. */

#include "dataplane/capture/capture_write.h"
#include "dataplane/publish/mold_out.h"
#include "tests/publish/market_rig.h"
#include "tests/support/spec.h"
#include "tests/support/tshark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, FRAME_MAX = 2048 };

static struct {
    uint8_t bytes[FILE_MAX];
    size_t length;
    uint32_t frames;
    uint32_t claimed;
    uint8_t frame[FRAME_MAX];
} file;

static uint8_t *claim(void *context, uint32_t bytes)
{
    (void)context;
    CHECK(bytes <= FRAME_MAX);
    file.claimed = bytes;
    return file.frame;
}

static void publish(void *context)
{
    (void)context;
    struct capture_frame frame = {
        .bytes = file.frame,
        .length = file.claimed,
        .original_length = file.claimed,
        .time_ns = 1700000000 * NANOS_SECOND + file.frames++,
    };
    file.length += capture_write_pcap_record(file.bytes + file.length, &frame);
    memcpy(file.bytes + file.length, file.frame, file.claimed);
    file.length += file.claimed;
    CHECK(file.length < FILE_MAX - FRAME_MAX);
}

static struct market_rig rig;
static struct mold_out *mold;

static void begin(void)
{
    const struct history_limits history = {.bytes = 1u << 20, .messages = 1u << 14};
    struct match_limits limits = market_rig_limits();
    market_rig_new(&rig, &limits, &history);
    struct mold_out_limits lines = {
        .session = "TSHARK0001",
        .payload_max = MOLD_OUT_PAYLOAD,
        .heartbeat_ns = NANOS_SECOND,
        .end_ns = NANOS_SECOND,
        .lines = 2,
    };
    for (uint32_t i = 0; i < 2; i++) {
        lines.line[i].port = (struct mold_out_port){NULL, claim, publish};
        lines.line[i].head = (struct frame_udp_head){
            .source_mac = {{2, 0, 0, 0, 0, 1}},
            .source_ip = 0x0a000001,
            .destination_ip = 0xe9360c6f + i,
            .source_port = 26477,
            .destination_port = 26477,
            .vlan_id = (uint16_t)(i * 100),
            .ttl = 16,
        };
    }
    mold = aligned_alloc(CACHE_LINE, mold_out_footprint());
    CHECK(mold != NULL);
    mold = mold_out_new(mold, &lines, rig.history, 0);
    file.frames = 0;
    file.length = capture_write_pcap_header(file.bytes, 262144);
}

static void end(void)
{
    market_rig_free(&rig);
    free(mold);
}

static struct match_input order(enum side side, int64_t shares, int64_t cents)
{
    return market_rig_order(&rig, side, shares, cents);
}

/* A day with a message of every type the venue makes. */
static void day(void)
{
    struct match_listing listing = market_rig_listing();
    listing.phase = MATCH_CALL;
    itch_out_system(rig.out, 'O', rig.time);
    market_rig_list(&rig, 0, listing);
    market_rig_give(&rig, order(SIDE_BUY, 100, 10060));
    market_rig_give(&rig, order(SIDE_SELL, 150, 10050));
    struct itch_out_indication indication = {.price = CENTS(10050),
                                             .paired = SHARES(100),
                                             .imbalance = SHARES(50),
                                             .side = SIDE_SELL,
                                             .reference = CENTS(10000)};
    itch_out_indicate(rig.out, &indication, rig.time);
    market_rig_give(&rig, (struct match_input){.kind = MATCH_PHASE, .type = MATCH_OPEN});
    for (int64_t i = 0; i < 300; i++) {
        order_id_t id = rig.number + 1;
        market_rig_give(&rig, order(SIDE_BUY, 10 + i, 9000 + i));
        market_rig_give(&rig, (struct match_input){.kind = MATCH_MODIFY,
                                                   .id = id,
                                                   .account = (uint32_t)id,
                                                   .qty = SHARES(5 + i)});
        market_rig_give(&rig, (struct match_input){.kind = MATCH_MODIFY,
                                                   .id = id,
                                                   .account = (uint32_t)id,
                                                   .price = CENTS(9500 + i)});
        market_rig_give(&rig, order(SIDE_SELL, 3, 9000));
        if (i % 2 == 0)
            market_rig_give(&rig, (struct match_input){
                                      .kind = MATCH_CANCEL, .id = id, .account = (uint32_t)id});
        if (i % 10 == 0) mold_out_flush(mold, 1);
    }
    itch_out_system(rig.out, 'C', rig.time);
    mold_out_flush(mold, 2);
    mold_out_flush(mold, 2 + NANOS_SECOND);
    mold_out_end(mold, 3 + NANOS_SECOND);
}

#define OPTIONS "-o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -d udp.port==26477,moldudp64 "

static uint64_t tshark(const char *arguments, tshark_line_fn *take)
{
    char all[512];
    snprintf(all, sizeof all, OPTIONS "%s", arguments);
    return tshark_run(file.bytes, file.length, all, take);
}

static uint64_t next[2], messages[2], odd_lines;

/* VLAN, sequence, count: in order on both lines. */
static void numbers_take(const char *line)
{
    uint32_t b = line[0] != '\t';
    char *rest = strchr(line, '\t');
    if (rest == NULL) {
        odd_lines++;
        return;
    }
    uint64_t sequence = strtoull(rest + 1, &rest, 10), count = strtoull(rest + 1, &rest, 10);
    if (sequence != next[b] + 1) odd_lines++;
    if (count == 65535) return;
    next[b] += count;
    messages[b] += count;
}

SPEC(no_datagram_is_malformed_and_every_checksum_is_right)
{
    day();
    EXPECT(file.frames > 60);
    EXPECT_UINT(tshark("-Y moldudp64", NULL), file.frames);
    EXPECT_UINT(tshark("-Y '_ws.malformed || _ws.expert.severity >= 6291456'", NULL), 0);
    EXPECT_UINT(tshark("-Y 'ip.checksum.status == 1 && udp.checksum.status == 1'", NULL),
                file.frames);
}

SPEC(the_numbers_of_both_lines_are_consecutive)
{
    day();
    next[0] = next[1] = messages[0] = messages[1] = odd_lines = 0;
    uint64_t lines =
        tshark("-T fields -e vlan.id -e moldudp64.sequence -e moldudp64.count", numbers_take);
    EXPECT_UINT(lines, file.frames);
    EXPECT_UINT(odd_lines, 0);
    EXPECT_UINT(messages[0], history_next(rig.history) - 1);
    EXPECT_UINT(messages[1], history_next(rig.history) - 1);
}

static uint64_t message_next, wrong;

/* The messages of a datagram in hexadecimal: "53000...4f,52...". */
static void bytes_take(const char *line)
{
    while (*line != 0 && *line != '\n') {
        uint32_t length = 0, at = 0;
        const uint8_t *message = market_rig_message(&rig, ++message_next, &length);
        bool same = message != NULL;
        for (; same && line[0] != 0 && strchr(",\n", line[0]) == NULL; line += 2, at++) {
            char digits[3] = {line[0], line[1], 0};
            same = at < length && strtoul(digits, NULL, 16) == message[at];
        }
        wrong += !same || at != length;
        if (!same) return;
        line += *line == ',';
    }
}

SPEC(every_message_arrives_byte_by_byte)
{
    day();
    message_next = wrong = 0;
    (void)tshark("-Y 'moldudp64 && !vlan' -T fields -e moldudp64.msgdata", bytes_take);
    EXPECT_UINT(wrong, 0);
    EXPECT_UINT(message_next, history_next(rig.history) - 1);
}

#define SPECS(S)                                                                                   \
    S(no_datagram_is_malformed_and_every_checksum_is_right)                                        \
    S(the_numbers_of_both_lines_are_consecutive)                                                   \
    S(every_message_arrives_byte_by_byte)

int main(void)
{
    CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};
    if (!tshark_found()) {
        printf("skipped: tshark is not installed\n");
        return TSHARK_SKIP;
    }
    return spec_run("publish, read by tshark", specs, begin, end);
}
