/* What the feed stage promises: when it publishes, and that every frame is counted once. */

#include "control/monitor/reasons.h"
#include "dataplane/base/clock_setup.h"
#include "dataplane/net/net_tape.h"
#include "tests/stage/rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct rig rig;

static void before_each(void)
{
    rig_plan(&rig);
}

static void after_each(void)
{
    rig_close(&rig);
}

/* Opens the stages with instrument 1 listed and all of it published. */
static void open_listed(void)
{
    rig_open(&rig);
    rig_list(&rig, 1, "ABC     ");
    EXPECT_UINT(rig_feed_turn(&rig), 1);
}

static struct packet order_packet(uint64_t ref, uint32_t price_e4)
{
    struct packet packet = packet_at(rig.sequence);
    packet_order(&packet, 1, ref, 'B', 100, price_e4);
    return packet;
}

static bool market_next(struct market *market)
{
    uint32_t key;
    return conflate_take(rig.markets, &key, market);
}

static void drop_markets(void)
{
    struct market market;
    while (market_next(&market)) {
    }
}

/* Publishing. */

SPEC(a_single_packet_is_published_in_the_turn_that_took_it)
{
    open_listed();
    drop_markets();
    struct packet packet = order_packet(7, 1000050);
    rig_send(&rig, &packet);
    struct market market = {0};
    EXPECT_UINT(rig_feed_turn(&rig), 1);
    EXPECT(market_next(&market));
    EXPECT_UINT(market.instrument, 1);
    EXPECT(market.bid == 1000050 * PRICE_PER_E4);
    EXPECT_UINT(market.sequence, 5);
    EXPECT_UINT(market.state, MARKET_LIVE);
    EXPECT(market.rx_tsc > 0);
    EXPECT(!market_next(&market));
    EXPECT_UINT(rig_feed_turn(&rig), 0);
    EXPECT(!market_next(&market));
}

SPEC(full_bursts_are_published_after_a_few_of_them_at_the_latest)
{
    open_listed();
    drop_markets();
    for (uint32_t i = 0; i < NET_BURST_MAX * FEED_STAGE_BURSTS; i++) {
        struct packet packet = order_packet(100 + i, 1000001 + i);
        rig_send(&rig, &packet);
    }
    struct market market;
    for (uint32_t burst = 1; burst < FEED_STAGE_BURSTS; burst++) {
        EXPECT_UINT(rig_feed_turn(&rig), NET_BURST_MAX);
        EXPECT(!market_next(&market));
        EXPECT(!feed_stage_kind.done(rig.feed));
    }
    EXPECT_UINT(rig_feed_turn(&rig), NET_BURST_MAX);
    EXPECT(market_next(&market));
    EXPECT_UINT(market.sequence, 4 + NET_BURST_MAX * FEED_STAGE_BURSTS);
    EXPECT(feed_stage_kind.done(rig.feed));
}

SPEC(a_full_burst_with_nothing_behind_it_is_published_by_the_empty_turn)
{
    open_listed();
    drop_markets();
    for (uint32_t i = 0; i < NET_BURST_MAX; i++) {
        struct packet packet = order_packet(100 + i, 1000001 + i);
        rig_send(&rig, &packet);
    }
    struct market market;
    EXPECT_UINT(rig_feed_turn(&rig), NET_BURST_MAX);
    EXPECT(!market_next(&market));
    EXPECT_UINT(rig_feed_turn(&rig), 0);
    EXPECT(market_next(&market));
    EXPECT_UINT(histogram_count(feed_stage_latency(rig.feed)), 2);
}

SPEC(a_listing_is_there_before_the_market_of_its_instrument)
{
    rig_open(&rig);
    rig_list(&rig, 9, "NINE    ");
    uint32_t key;
    struct listing listing;
    struct market market;
    EXPECT(!conflate_take(rig.listings, &key, &listing));
    EXPECT_UINT(rig_feed_turn(&rig), 1);
    EXPECT(conflate_take(rig.listings, &key, &listing));
    EXPECT_UINT(key, 9);
    EXPECT(memcmp(listing.symbol, "NINE    ", 8) == 0);
    EXPECT(conflate_take(rig.markets, &key, &market));
    EXPECT_UINT(key, 9);
}

/* Counting. */

enum { FRAME_BYTES = RIG_BYTES_MAX + 64 };

static uint8_t frame[FRAME_BYTES];
static uint32_t frame_bytes;

static void frame_make(uint32_t group)
{
    struct packet packet = order_packet(7, 1000050);
    frame_bytes = packet_frame(&packet, group, RIG_PORT, frame);
}

/* Sends frame and expects it in the one counter; every other stays as it was. */
static void expect_counted(enum frame_status status)
{
    struct feed_view before = rig_feed_view(&rig);
    rig_send_bytes(&rig, frame, frame_bytes);
    EXPECT_UINT(rig_feed_turn(&rig), 1);
    struct feed_view after = rig_feed_view(&rig);
    for (uint32_t i = 0; i < FRAME_STATUS_COUNT; i++)
        spec_expect(__FILE__, __LINE__, after.status[i] - before.status[i] == (i == status),
                    "%s: %s rose by %" PRIu64, frame_status_name(status),
                    frame_status_name((enum frame_status)i), after.status[i] - before.status[i]);
    EXPECT_UINT(after.frame, before.frame + 1);
    EXPECT_UINT(after.other_destination, before.other_destination);
    EXPECT_UINT(after.channel.datagram[CHANNEL_TAKEN], before.channel.datagram[CHANNEL_TAKEN]);
    EXPECT(reasons_add_up(&after));
}

SPEC(a_runt_is_counted_as_a_runt)
{
    open_listed();
    frame_make(RIG_GROUP);
    frame_bytes = 13;
    expect_counted(FRAME_RUNT);
}

SPEC(a_frame_that_is_not_ipv4_is_counted_as_that)
{
    open_listed();
    frame_make(RIG_GROUP);
    frame[12] = 0x86;
    frame[13] = 0xdd;
    expect_counted(FRAME_NOT_IPV4);
}

SPEC(a_wrong_header_checksum_is_counted_as_that)
{
    open_listed();
    frame_make(RIG_GROUP);
    frame[24] ^= 1;
    expect_counted(FRAME_IP_CHECKSUM);
}

SPEC(a_wrong_datagram_checksum_is_counted_as_that)
{
    open_listed();
    frame_make(RIG_GROUP);
    frame[frame_bytes - 1] ^= 1;
    expect_counted(FRAME_UDP_CHECKSUM);
}

SPEC(a_frame_that_ends_too_early_is_counted_as_that)
{
    open_listed();
    frame_make(RIG_GROUP);
    frame_bytes -= 1;
    expect_counted(FRAME_CUT_DATAGRAM);
}

SPEC(a_datagram_that_is_no_packet_is_the_channels_to_count)
{
    open_listed();
    frame_make(RIG_GROUP);
    struct packet packet = order_packet(8, 1000060);
    packet.count = 2; /* says two messages, has one */
    frame_bytes = packet_frame(&packet, RIG_GROUP, RIG_PORT, frame);
    expect_counted(FRAME_OK);
    EXPECT_UINT(rig_feed_view(&rig).channel.datagram[CHANNEL_BAD_BLOCKS], 1);
}

SPEC(another_destination_is_counted_as_that)
{
    open_listed();
    frame_make(RIG_GROUP + 1);
    rig_send_bytes(&rig, frame, frame_bytes);
    struct packet packet = order_packet(7, 1000050);
    frame_bytes = packet_frame(&packet, RIG_GROUP, RIG_PORT + 1, frame);
    rig_send_bytes(&rig, frame, frame_bytes);
    EXPECT_UINT(rig_feed_turn(&rig), 2);
    struct feed_view view = rig_feed_view(&rig);
    EXPECT_UINT(view.other_destination, 2);
    EXPECT_UINT(view.status[FRAME_OK], 1);
    EXPECT_UINT(view.frame, 3);
    EXPECT(reasons_add_up(&view));
}

/* Lines. */

SPEC(a_line_without_an_address_learns_that_of_the_first_packet)
{
    rig.feed_plan.line[0] = (struct feed_stage_line){.group = 0};
    rig_open(&rig);
    memset(frame, 0, sizeof frame);
    struct frame_udp_head head = {
        .source_ip = 0x0a000001, .destination_ip = RIG_GROUP_B, .destination_port = 9, .ttl = 1};
    rig_send_bytes(&rig, frame, frame_udp_write(frame, &head, 30)); /* no packet: sequence 0 */
    head.destination_ip = head.destination_port = 0;
    rig_send_bytes(&rig, frame, frame_udp_write(frame, &head, 30));
    rig_list(&rig, 1, "ABC     ");
    rig.group = RIG_GROUP_B; /* a packet, but the line has its address */
    rig_list(&rig, 2, "DEF     ");
    EXPECT_UINT(rig_feed_turn(&rig), 4);
    struct feed_view view = rig_feed_view(&rig);
    EXPECT_UINT(view.line[0].group, RIG_GROUP);
    EXPECT_UINT(view.line[0].port, RIG_PORT);
    EXPECT_UINT(view.other_destination, 3);
    EXPECT_UINT(view.channel.datagram[CHANNEL_TAKEN], 1);
    EXPECT_UINT(view.channel.message, 4);
    EXPECT(reasons_add_up(&view));
}

SPEC(two_lines_are_told_apart_by_their_groups)
{
    rig.feed_plan.lines = rig.feed_plan.channel.lines = 2;
    rig.feed_plan.line[1] = (struct feed_stage_line){.group = RIG_GROUP_B, .port = RIG_PORT};
    rig_open(&rig);
    rig_list(&rig, 1, "ABC     ");
    rig.group = RIG_GROUP_B;
    rig.sequence = 1;
    rig_list(&rig, 1, "ABC     ");
    EXPECT_UINT(rig_feed_turn(&rig), 2);
    struct feed_view view = rig_feed_view(&rig);
    EXPECT_UINT(view.channel.line[LINE_A].first, 1);
    EXPECT_UINT(view.channel.line[LINE_B].duplicate, 1);
    EXPECT_UINT(view.feed.message, 4);
    EXPECT(reasons_add_up(&view));
}

/* Marks and events. */

struct told {
    uint32_t count;
    uint64_t message[8];
    uint32_t depth[8]; /* bid levels of instrument 1 */
    enum feed_event_kind event[64];
};

static struct told told;

static void mark_told(void *context, struct feed *feed, uint64_t message)
{
    struct told *notes = context;
    notes->depth[notes->count] = book_depth(feed_book(feed), 1, SIDE_BUY, NULL, 0);
    notes->message[notes->count++] = message;
}

SPEC(a_mark_is_told_after_exactly_its_message_within_a_packet_too)
{
    static const uint64_t mark[] = {1, 5, 6, 9, 12};
    told = (struct told){0};
    rig.feed_plan.mark = mark;
    rig.feed_plan.marks = ARRAY_COUNT(mark);
    rig.feed_plan.on_mark = mark_told;
    rig.feed_plan.mark_context = &told;
    open_listed(); /* messages 1 to 4; 3 is a bid */
    struct packet packet = packet_at(rig.sequence);
    for (uint32_t i = 0; i < 5; i++) packet_order(&packet, 1, 10 + i, 'B', 100, 900000 + i);
    rig_send(&rig, &packet); /* 5 to 9 */
    rig_feed_turn(&rig);
    EXPECT_UINT(told.count, 4);
    for (uint32_t i = 0; i < 4; i++) EXPECT_UINT(told.message[i], mark[i]);
    EXPECT_UINT(told.depth[0], 0);
    EXPECT_UINT(told.depth[1], 2);
    EXPECT_UINT(told.depth[2], 3);
    EXPECT_UINT(told.depth[3], 6);
    EXPECT_UINT(book_depth(feed_book(feed_stage_feed(rig.feed)), 1, SIDE_BUY, NULL, 0), 6);
}

static void event_told(void *context, const struct feed_event *event)
{
    struct told *notes = context;
    if (notes->count < 64) notes->event[notes->count++] = event->kind;
}

static void listen(void)
{
    told = (struct told){0};
    rig.feed_plan.on_event = event_told;
    rig.feed_plan.event_context = &told;
}

SPEC(events_are_told_in_their_order_and_a_hole_is_a_gap_after_its_time)
{
    listen();
    open_listed();
    EXPECT_UINT(told.count, 2);
    EXPECT_UINT(told.event[0], FEED_SESSION);
    EXPECT_UINT(told.event[1], FEED_TRADING);
    rig.sequence += 3;
    struct packet packet = order_packet(7, 1000050);
    rig_send(&rig, &packet);
    rig_feed_turn(&rig);
    EXPECT_UINT(rig_feed_view(&rig).channel.stored, 1);
    EXPECT_UINT(told.count, 2);
    struct timespec wait = {.tv_nsec = 2 * (long)RIG_WAIT_NS};
    nanosleep(&wait, NULL);
    drop_markets();
    /* The time counts once turns that began after it have found nothing. */
    for (uint32_t i = 0; i < 3; i++) {
        (void)rig_feed_view(&rig);
        EXPECT_UINT(rig_feed_turn(&rig), 0);
    }
    struct feed_view view = rig_feed_view(&rig);
    EXPECT_UINT(view.channel.gap, 1);
    EXPECT_UINT(view.channel.gap_message, 3);
    EXPECT_UINT(view.channel_state, MARKET_GAP);
    EXPECT(told.count >= 3);
    EXPECT_UINT(told.event[2], FEED_GAP);
    struct market market = {0};
    EXPECT(market_next(&market)); /* what waited behind the hole, published by housekeeping */
    EXPECT(market.bid == 1000050 * PRICE_PER_E4);
    EXPECT_UINT(market.state, MARKET_GAP);
}

/* Tapes: flags of frames, and an end. */

SPEC(a_tape_publishes_everything_at_its_end_and_counts_what_nics_and_captures_say)
{
    static uint8_t frames[4][FRAME_BYTES];
    struct tape_record record[4] = {0};
    for (uint32_t i = 0; i < 4; i++) {
        /* The last one is early: its hole stays open until the end. */
        struct packet packet = packet_at(i == 3 ? 10 : rig.sequence);
        packet_directory(&packet, 1, "ABC     ");
        packet_trading(&packet, 1, 'T');
        packet_order(&packet, 1, i + 1, 'B', 100, 900000 + i);
        record[i].bytes = frames[i];
        record[i].length = packet_frame(&packet, RIG_GROUP, RIG_PORT, frames[i]);
        record[i].time_ns = 1000 + i;
    }
    record[1].flags = FRAME_CUT;
    record[2].flags = FRAME_CHECKSUM_BAD;
    struct net_tape_plan plan = {.record = record, .records = 4};
    struct net_tape *tape =
        net_tape_new(aligned_alloc(CACHE_LINE, ALIGN_UP(net_tape_footprint(), CACHE_LINE)), &plan);
    rig.feed_plan.queue[0] = net_tape_queue(tape);
    rig_open(&rig);
    while (rig_feed_turn(&rig)) EXPECT(!feed_stage_ended(rig.feed));
    EXPECT(!feed_stage_ended(rig.feed));
    drop_markets();
    struct feed_view view = rig_feed_view(&rig);
    EXPECT(feed_stage_ended(rig.feed));
    EXPECT_UINT(view.ended, 1);
    EXPECT_UINT(view.frame, 4);
    EXPECT_UINT(view.sliced, 1);
    EXPECT_UINT(view.bad_checksum_nic, 1);
    EXPECT_UINT(view.channel.gap_message, 6);
    EXPECT_UINT(view.feed.message, 6);
    EXPECT(reasons_add_up(&view));
    struct market market = {0};
    EXPECT(market_next(&market));
    EXPECT(market.bid == 900003 * PRICE_PER_E4);
    free(tape);
}

/* The law of the view, whatever comes. */

static void garbage_send(struct chance *chance)
{
    struct packet packet = packet_at(rig.sequence + (chance_next(chance) % 8 == 0));
    for (uint64_t i = chance_between(chance, 0, 6); i-- > 0;) {
        uint8_t message[60];
        for (uint32_t b = 0; b < sizeof message; b++) message[b] = (uint8_t)chance_next(chance);
        message[0] = (uint8_t) "SRHAFECXDUPQBZ"[chance_next(chance) % 14];
        message[1] = 0;
        message[2] = (uint8_t)(chance_next(chance) % 3);
        if (chance_next(chance) % 2) memset(message + 11, 0, 8); /* references that meet */
        packet_add(&packet, message, (uint32_t)chance_between(chance, 0, sizeof message));
    }
    frame_bytes = packet_frame(&packet, RIG_GROUP, RIG_PORT, frame);
    if (chance_next(chance) % 8 != 0) rig.sequence = packet.sequence + packet.count;
    for (uint64_t i = chance_next(chance) % 6 ? 0 : 2; i-- > 0;)
        frame[chance_next(chance) % frame_bytes] = (uint8_t)chance_next(chance);
    if (chance_next(chance) % 10 == 0)
        frame_bytes = (uint32_t)chance_between(chance, 1, frame_bytes);
    rig_send_bytes(&rig, frame, frame_bytes);
}

SPEC(reasons_add_up_whatever_arrives)
{
    struct spec_seeds seeds = spec_seeds(10);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        rig_close(&rig);
        rig_plan(&rig);
        rig.feed_plan.checks = seed % 2 ? FRAME_CHECK_NONE : FRAME_CHECK_ALL;
        rig.feed_plan.channel.gap_packets = 3;
        rig_open(&rig);
        struct chance chance = {seed};
        uint32_t wrong = 0, sent = 0;
        for (uint32_t round = 0; round < 300; round++) {
            for (uint64_t i = chance_between(&chance, 1, 80); i-- > 0; sent++)
                garbage_send(&chance);
            while (rig_feed_turn(&rig)) {
                struct feed_view view = rig_feed_view(&rig);
                wrong += !reasons_add_up(&view);
            }
        }
        struct feed_view view = rig_feed_view(&rig);
        spec_expect(__FILE__, __LINE__, wrong == 0 && view.frame == sent,
                    "%u views do not add up, SPEC_SEED=%" PRIu64, wrong, seed);
        EXPECT(view.feed.status[ITCH_OK] > reasons_messages_accepted(&view)); /* some refused */
        EXPECT(view.frame > reasons_packets_accepted(&view));
    }
}

SPEC(a_plan_out_of_range_has_no_footprint)
{
    rig_open(&rig);
    struct feed_stage_plan plan = rig.feed_plan;
    EXPECT(feed_stage_footprint(&plan) > 0);
    plan.queues = 0;
    EXPECT_UINT(feed_stage_footprint(&plan), 0);
    plan.queues = FEED_STAGE_QUEUES_MAX + 1;
    EXPECT_UINT(feed_stage_footprint(&plan), 0);
    plan = rig.feed_plan;
    plan.lines = 0;
    EXPECT_UINT(feed_stage_footprint(&plan), 0);
    plan.lines = CHANNEL_LINES + 1;
    EXPECT_UINT(feed_stage_footprint(&plan), 0);
}

#define SPECS(S)                                                                                   \
    S(a_single_packet_is_published_in_the_turn_that_took_it)                                       \
    S(full_bursts_are_published_after_a_few_of_them_at_the_latest)                                 \
    S(a_full_burst_with_nothing_behind_it_is_published_by_the_empty_turn)                          \
    S(a_listing_is_there_before_the_market_of_its_instrument)                                      \
    S(a_runt_is_counted_as_a_runt)                                                                 \
    S(a_frame_that_is_not_ipv4_is_counted_as_that)                                                 \
    S(a_wrong_header_checksum_is_counted_as_that)                                                  \
    S(a_wrong_datagram_checksum_is_counted_as_that)                                                \
    S(a_frame_that_ends_too_early_is_counted_as_that)                                              \
    S(a_datagram_that_is_no_packet_is_the_channels_to_count)                                       \
    S(another_destination_is_counted_as_that)                                                      \
    S(a_line_without_an_address_learns_that_of_the_first_packet)                                   \
    S(two_lines_are_told_apart_by_their_groups)                                                    \
    S(a_mark_is_told_after_exactly_its_message_within_a_packet_too)                                \
    S(events_are_told_in_their_order_and_a_hole_is_a_gap_after_its_time)                           \
    S(a_tape_publishes_everything_at_its_end_and_counts_what_nics_and_captures_say)                \
    S(reasons_add_up_whatever_arrives)                                                             \
    S(a_plan_out_of_range_has_no_footprint)
SPEC_MAIN("feed stage", SPECS, before_each, after_each)
