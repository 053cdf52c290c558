#include "tests/reenact/rig.h"

#include "dataplane/wire/ouch50.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void answer_put(void *context, uint32_t session, const uint8_t *message, uint32_t length)
{
    struct rig *rig = context;
    CHECK(session == REENACT_SESSION);
    if (rig->answers == RIG_ANSWERS_MAX) return;
    struct rig_answer *answer = &rig->answer[rig->answers++];
    answer->length = length;
    memcpy(answer->bytes, message, length);
}

static void *memory_of(size_t bytes)
{
    bytes = ALIGN_UP(bytes, CACHE_LINE);
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    CHECK(memory != NULL);
    memset(memory, 0, bytes);
    return memory;
}

void rig_new(struct rig *rig, const struct reenact_instrument *instrument, uint32_t locates,
             uint32_t orders)
{
    const struct feed_limits feed_limits = {
        .book = {.instruments = locates, .orders = orders, .levels = orders}};
    const struct reenact_plan plan = {
        .instruments = 1,
        .instrument = instrument,
        .orders = orders,
        .locates = locates,
        .history = {.bytes = 1 << 16, .messages = 1 << 12},
        .session = {.dialect = ENTRY_OUCH50, .firms = 1, .firm = {{'U', 'S', ' ', ' '}}},
    };
    *rig = (struct rig){.read = 0};
    struct channel_output session = {.session = {.sequence = 1}};
    rig->recorded = feed_new(memory_of(feed_footprint(&feed_limits)), &feed_limits);
    rig->published = feed_new(memory_of(feed_footprint(&feed_limits)), &feed_limits);
    feed_step(rig->recorded, CHANNEL_SESSION, &session, 0);
    feed_step(rig->published, CHANNEL_SESSION, &session, 0);
    struct entry_sink sink = {.context = rig, .put = answer_put};
    rig->reenact = reenact_new(memory_of(reenact_footprint(&plan)), &plan, &sink);
    reenact_follow(rig->reenact, rig->recorded);
}

void rig_free(struct rig *rig)
{
    free(rig->reenact);
    free(rig->recorded);
    free(rig->published);
}

/* Everything published since the last time. */
static void published_read(struct rig *rig)
{
    const struct history *history = reenact_history(rig->reenact);
    while (rig->read + 1 < history_next(history)) {
        const struct history_wish wish = {
            .sequence = rig->read + 1, .bytes_max = 1 << 16, .count_max = 1 << 12};
        struct history_run run;
        CHECK(history_run(history, &wish, &run));
        rig->read += feed_stream(rig->published, run.blocks, run.bytes, run.sequence);
    }
    feed_flush(rig->published);
}

void rig_tell(struct rig *rig, const uint8_t *message, uint32_t length)
{
    uint8_t block[2 + 256];
    const uint16_t offset = 0;
    CHECK(length <= 256);
    block[0] = (uint8_t)(length >> 8);
    block[1] = (uint8_t)length;
    memcpy(block + 2, message, length);
    const struct channel_run one = {.payload = block,
                                    .offset = &offset,
                                    .count = 1,
                                    .sequence = ++rig->sequence,
                                    .arrival = {.ns = rig->arrival}};
    reenact_message(rig->reenact, &one);
    published_read(rig);
}

#define TELL(rig, ...)                                                                             \
    do {                                                                                           \
        __typeof__(__VA_ARGS__) told_ = (__VA_ARGS__);                                             \
        rig_tell(rig, (const uint8_t *)&told_, sizeof told_);                                      \
    } while (0)

#define HEAD(letter) .type = text1(letter), .stock_locate = be16(1), .timestamp_ns = be48(rig->time)

void rig_open(struct rig *rig, const char symbol[8])
{
    struct itch_stock_directory directory = {HEAD('R'), .round_lot_shares = be32(100)};
    memcpy(directory.stock.byte, symbol, sizeof directory.stock.byte);
    TELL(rig, (struct itch_system_event){
                  .type = text1('S'), .timestamp_ns = be48(rig->time), .event = text1('O')});
    TELL(rig, directory);
    rig_action(rig, 'T');
}

void rig_action(struct rig *rig, char state)
{
    TELL(rig, (struct itch_trading_action){HEAD('H'), .state = text1(state)});
}

void rig_add(struct rig *rig, uint64_t reference, char side, uint32_t lots, uint32_t cents)
{
    TELL(rig, (struct itch_add_order){HEAD('A'), .order_ref = be64(reference), .side = text1(side),
                                      .shares = be32(lots), .price_e4 = be32(cents * 100)});
}

void rig_execute(struct rig *rig, uint64_t reference, uint32_t lots)
{
    TELL(rig, (struct itch_order_executed){HEAD('E'), .order_ref = be64(reference),
                                           .executed = be32(lots)});
}

void rig_execute_at(struct rig *rig, uint64_t reference, uint32_t lots, uint32_t cents,
                    char printable)
{
    TELL(rig, (struct itch_order_executed_price){
                  HEAD('C'), .order_ref = be64(reference), .executed = be32(lots),
                  .printable = text1(printable), .price_e4 = be32(cents * 100)});
}

void rig_cancel(struct rig *rig, uint64_t reference, uint32_t lots)
{
    TELL(rig, (struct itch_order_cancel){HEAD('X'), .order_ref = be64(reference),
                                         .canceled = be32(lots)});
}

void rig_delete(struct rig *rig, uint64_t reference)
{
    TELL(rig, (struct itch_order_delete){HEAD('D'), .order_ref = be64(reference)});
}

void rig_replace(struct rig *rig, uint64_t reference, uint64_t by, uint32_t lots, uint32_t cents)
{
    TELL(rig, (struct itch_order_replace){HEAD('U'), .order_ref = be64(reference),
                                          .new_order_ref = be64(by), .shares = be32(lots),
                                          .price_e4 = be32(cents * 100)});
}

void rig_print(struct rig *rig, uint32_t lots, uint32_t cents)
{
    TELL(rig, (struct itch_trade){HEAD('P'), .side = text1('B'), .shares = be32(lots),
                                  .price_e4 = be32(cents * 100)});
}

/* Ours. */

uint32_t rig_order(struct rig *rig, char side, uint32_t lots, uint32_t cents)
{
    struct {
        struct ouch50_enter enter;
        struct be16 appendage;
    } order = {.enter = {.type = text1('O'),
                         .urn = be32(++rig->urn),
                         .side = text1(side),
                         .qty = be32(lots),
                         .symbol = {"TEST    "},
                         .price_e4 = be64(cents * 100ul),
                         .tif = text1('0'),
                         .display = text1('Y'),
                         .capacity = text1('P'),
                         .iso = text1('N'),
                         .cross = text1('N'),
                         .cl_ord_id = {"ours          "}}};
    reenact_request(rig->reenact, (const uint8_t *)&order, sizeof order, rig->time);
    published_read(rig);
    return rig->urn;
}

void rig_order_cancel(struct rig *rig, uint32_t urn)
{
    struct ouch50_cancel cancel = {.type = text1('X'), .urn = be32(urn)};
    reenact_request(rig->reenact, (const uint8_t *)&cancel, sizeof cancel, rig->time);
    published_read(rig);
}

void rig_say(struct rig *rig, const uint8_t *bytes, uint32_t length)
{
    reenact_request(rig->reenact, bytes, length, rig->time);
    published_read(rig);
}

void rig_session(struct rig *rig)
{
    struct channel_output session = {.session = {.sequence = 1}};
    feed_step(rig->recorded, CHANNEL_SESSION, &session, 0);
    reenact_session(rig->reenact, rig->time);
    published_read(rig);
    rig_open(rig, "TEST    ");
}

uint64_t rig_filled(const struct rig *rig, uint32_t urn, uint64_t *cents)
{
    uint64_t filled = 0;
    *cents = 0;
    for (uint32_t i = 0; i < rig->answers; i++) {
        const struct ouch50_executed *executed = (const void *)rig->answer[i].bytes;
        if (executed->type.byte[0] != 'E' || be32_read(executed->urn) != urn) continue;
        filled += be32_read(executed->qty);
        *cents += be32_read(executed->qty) * be64_read(executed->price_e4) / 100;
    }
    return filled;
}

static const char *book_text(struct feed *feed)
{
    static char text[2][4096];
    static int turn;
    char *to = text[turn++ & 1];
    size_t at = 0;
    uint32_t instrument = feed_find(feed, "TEST");
    for (int side = 0; side < 2; side++) {
        struct book_level level[16] = {{0}};
        uint32_t count = book_depth(feed_book(feed), instrument, (enum side)side, level, 16);
        if (side == 1) at += (size_t)snprintf(to + at, sizeof text[0] - at, " |");
        for (uint32_t i = 0; i < count && i < 16; i++)
            at += (size_t)snprintf(to + at, sizeof text[0] - at, "%s%lu@%u.%02ux%u",
                                   side == 0 && i == 0 ? "" : " ", (unsigned long)level[i].qty,
                                   level[i].price_e4 / 10000, level[i].price_e4 / 100 % 100,
                                   level[i].orders);
    }
    return to;
}

const char *rig_book(const struct rig *rig)
{
    return book_text(rig->published);
}

const char *rig_recorded_book(const struct rig *rig)
{
    return book_text(rig->recorded);
}
