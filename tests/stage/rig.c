#include "tests/stage/rig.h"

#include "dataplane/base/clock_setup.h"
#include "dataplane/strategy/tally.h"
#include "dataplane/wire/itch.h"
#include "dataplane/wire/moldudp64.h"

#include <stdlib.h>
#include <string.h>

static void *memory_new(size_t bytes)
{
    CHECK(bytes > 0);
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    memset(memory, 0, bytes);
    return memory;
}

void rig_plan(struct rig *rig)
{
    *rig = (struct rig){.sequence = 1, .group = RIG_GROUP, .port = RIG_PORT};
    char problem[256];
    struct text problems = text_in(problem, sizeof problem);
    struct clock clock;
    CHECK(clock_calibrate(&clock, 5 * NANOS_MILLI, &problems));
    net_clock_new(&rig->clock, &clock);
    struct net_memory_limits limits = {.frames = 1024, .frame_bytes = 1500};
    rig->link = net_memory_new(memory_new(net_memory_footprint(&limits)), &limits, &rig->clock);
    rig->far = net_memory_end(rig->link, 0);
    rig->feed_plan = (struct feed_stage_plan){
        .queues = 1,
        .queue = {net_memory_end(rig->link, 1)},
        .lines = 1,
        .line = {{.group = RIG_GROUP, .port = RIG_PORT}},
        .checks = FRAME_CHECK_ALL,
        .channel = {.lines = 1,
                    .store_datagrams = 64,
                    .store_bytes = RIG_BYTES_MAX,
                    .gap_wait_ns = RIG_WAIT_NS,
                    .first_sequence = 1},
        .feed = {.book = {.instruments = 128, .orders = 65536, .levels = 16384}, .digest = true},
    };
    rig->engine_plan = (struct engine_stage_plan){
        .instruments = 128,
        .delegates = 1,
        .delegate = {{.name = RIG_DELEGATE, .kind = &tally_kind}},
        .budget_ticks = UINT64_MAX,
    };
}

void rig_open(struct rig *rig)
{
    uint32_t keys = rig->feed_plan.feed.book.instruments;
    struct conflate_limits listings = {.keys = keys, .value_bytes = sizeof(struct listing)};
    struct conflate_limits markets = {.keys = keys, .value_bytes = sizeof(struct market)};
    rig->listings = conflate_new(memory_new(conflate_footprint(&listings)), &listings);
    rig->markets = conflate_new(memory_new(conflate_footprint(&markets)), &markets);
    rig->feed = feed_stage_new(memory_new(feed_stage_footprint(&rig->feed_plan)), &rig->feed_plan,
                               rig->listings, rig->markets);
    rig->engine = engine_stage_new(memory_new(engine_stage_footprint(&rig->engine_plan)),
                                   &rig->engine_plan, rig->listings, rig->markets);
}

void rig_close(struct rig *rig)
{
    free(rig->engine);
    free(rig->feed);
    free(rig->markets);
    free(rig->listings);
    free(rig->link);
    *rig = (struct rig){.sequence = 0};
}

/* Packets. */

struct packet packet_at(uint64_t sequence)
{
    return (struct packet){.sequence = sequence, .bytes = sizeof(struct moldudp64_header)};
}

void packet_add(struct packet *packet, const void *message, uint32_t bytes)
{
    CHECK(packet->bytes + 2 + bytes <= RIG_BYTES_MAX);
    packet->payload[packet->bytes] = (uint8_t)(bytes >> 8);
    packet->payload[packet->bytes + 1] = (uint8_t)bytes;
    memcpy(packet->payload + packet->bytes + 2, message, bytes);
    packet->bytes += 2 + bytes;
    packet->count++;
}

void packet_directory(struct packet *packet, uint16_t instrument, const char symbol[8])
{
    struct itch_stock_directory message = {.type = text1('R'), .stock_locate = be16(instrument)};
    memcpy(message.stock.byte, symbol, 8);
    packet_add(packet, &message, sizeof message);
}

void packet_trading(struct packet *packet, uint16_t instrument, char state)
{
    struct itch_trading_action message = {
        .type = text1('H'), .stock_locate = be16(instrument), .state = text1(state)};
    packet_add(packet, &message, sizeof message);
}

void packet_order(struct packet *packet, uint16_t instrument, uint64_t ref, char side,
                  uint32_t shares, uint32_t price_e4)
{
    struct itch_add_order message = {.type = text1('A'),
                                     .stock_locate = be16(instrument),
                                     .order_ref = be64(ref),
                                     .side = text1(side),
                                     .shares = be32(shares),
                                     .price_e4 = be32(price_e4)};
    packet_add(packet, &message, sizeof message);
}

void packet_execute(struct packet *packet, uint16_t instrument, uint64_t ref, uint32_t shares)
{
    struct itch_order_executed message = {.type = text1('E'),
                                          .stock_locate = be16(instrument),
                                          .order_ref = be64(ref),
                                          .executed = be32(shares)};
    packet_add(packet, &message, sizeof message);
}

uint32_t packet_frame(const struct packet *packet, uint32_t group, uint16_t port, uint8_t *frame)
{
    struct frame_udp_head head = {.source_ip = 0x0a000001,
                                  .destination_ip = group,
                                  .source_port = 30000,
                                  .destination_port = port,
                                  .ttl = 16};
    uint8_t *payload = frame + frame_udp_head_bytes(&head);
    struct moldudp64_header *header = (struct moldudp64_header *)payload;
    memcpy(payload, packet->payload, packet->bytes);
    memcpy(header->session.byte, "SESSION001", 10);
    header->sequence = be64(packet->sequence);
    header->count = be16((uint16_t)packet->count);
    return frame_udp_write(frame, &head, packet->bytes);
}

/* The far end. */

void rig_send_bytes(struct rig *rig, const uint8_t *frame, uint32_t length)
{
    uint8_t *slot = net_tx_claim(rig->far, length);
    CHECK(slot != NULL);
    memcpy(slot, frame, length);
    net_tx_publish(rig->far);
    net_tx_flush(rig->far);
}

void rig_send(struct rig *rig, const struct packet *packet)
{
    uint8_t frame[RIG_BYTES_MAX + 64];
    rig_send_bytes(rig, frame, packet_frame(packet, rig->group, rig->port, frame));
    rig->sequence = packet->sequence + packet->count;
}

void rig_list(struct rig *rig, uint16_t instrument, const char symbol[8])
{
    struct packet packet = packet_at(rig->sequence);
    packet_directory(&packet, instrument, symbol);
    packet_trading(&packet, instrument, 'T');
    packet_order(&packet, instrument, instrument * 1000u + 1, 'B', 1000, 1000000);
    packet_order(&packet, instrument, instrument * 1000u + 2, 'S', 1000, 1000100);
    rig_send(rig, &packet);
}

/* The stages. */

uint32_t rig_feed_turn(struct rig *rig)
{
    return feed_stage_kind.turn(rig->feed, clock_now());
}

uint32_t rig_engine_turn(struct rig *rig)
{
    return engine_stage_kind.turn(rig->engine, clock_now());
}

void rig_settle(struct rig *rig)
{
    while (rig_feed_turn(rig) | rig_engine_turn(rig)) {
    }
}

struct feed_view rig_feed_view(struct rig *rig)
{
    struct feed_view view;
    feed_stage_kind.housekeeping(rig->feed, clock_now());
    feed_stage_view(rig->feed, &view);
    return view;
}

struct engine_view rig_engine_view(struct rig *rig)
{
    struct engine_view view;
    engine_stage_kind.housekeeping(rig->engine, clock_now());
    engine_stage_view(rig->engine, &view);
    return view;
}
