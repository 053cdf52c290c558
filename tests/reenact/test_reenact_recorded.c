/* Real order flow, enacted again: the market it makes is the recorded one.
 *
 * After every message that leaves no order waiting, the best prices, their quantities and numbers
 * of orders, and all that has traded must be equal; at checkpoints every level of both sides. */

#include "tests/reenact/rig.h"
#include "tests/support/recordings.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { LEVELS_MAX = 16384, CHECKPOINT = 1000 };

static struct rig rig;
static glob_t aapl, esh4;
static const char *symbol; /* of the file */

static uint8_t *file_read(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    fseek(file, 0, SEEK_END);
    *length = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*length);
    CHECK(bytes != NULL);
    CHECK(fread(bytes, 1, *length, file) == *length);
    fclose(file);
    return bytes;
}

static uint32_t levels_of(struct feed *feed, enum side side, struct book_level *levels)
{
    uint32_t count = book_depth(feed_book(feed), feed_find(feed, symbol), side, levels, LEVELS_MAX);
    return count < LEVELS_MAX ? count : LEVELS_MAX;
}

static uint64_t levels_compare(void)
{
    static struct book_level was[LEVELS_MAX], is[LEVELS_MAX];
    uint64_t compared = 0;
    for (int side = 0; side < 2; side++) {
        uint32_t count = levels_of(rig.recorded, (enum side)side, was);
        uint32_t enacted = levels_of(rig.published, (enum side)side, is);
        bool same = count == enacted;
        for (uint32_t i = 0; same && i < count; i++)
            same = was[i].price_e4 == is[i].price_e4 && was[i].orders == is[i].orders &&
                   was[i].qty == is[i].qty;
        spec_expect(__FILE__, __LINE__, same, "after message %lu side %d: %u levels, recorded %u",
                    (unsigned long)rig.sequence, side, enacted, count);
        compared += count;
    }
    return compared;
}

static bool market_same(void)
{
    struct market was, is;
    feed_market(rig.recorded, feed_find(rig.recorded, symbol), &was);
    feed_market(rig.published, feed_find(rig.published, symbol), &is);
    return was.bid == is.bid && was.ask == is.ask && was.bid_qty == is.bid_qty &&
           was.ask_qty == is.ask_qty && was.bid_orders == is.bid_orders &&
           was.ask_orders == is.ask_orders && was.volume == is.volume &&
           was.notional == is.notional && was.last == is.last;
}

static void counts_say(const char *what, uint64_t waits, uint64_t compared)
{
    const struct reenact_counts *counts = reenact_counts(rig.reenact);
    printf("%s: %lu messages, %lu of them left an order waiting; %lu levels compared\n", what,
           (unsigned long)rig.sequence, (unsigned long)waits, (unsigned long)compared);
#define REENACT_SAY(name, meaning)                                                                 \
    if (counts->name) printf("  %8lu  %s\n", (unsigned long)counts->name, meaning);
    REENACT_COUNTS(REENACT_SAY)
}

/* The whole file; differences are told once. */
static void enact(const char *path, const struct reenact_instrument *instrument)
{
    size_t length;
    uint8_t *bytes = file_read(path, &length);
    uint64_t waits = 0, compared = 0, differ = 0;
    rig_new(&rig, instrument, BOOK_INSTRUMENTS_MAX, 1 << 16);
    for (size_t at = 0; at + 2 <= length;) {
        uint32_t message = (uint32_t)bytes[at] << 8 | bytes[at + 1];
        rig_tell(&rig, bytes + at + 2, message);
        at += 2 + message;
        if (reenact_held(rig.reenact)) {
            waits++;
            continue;
        }
        bool same = market_same();
        differ += !same;
        if (!same && differ == 1)
            spec_expect(__FILE__, __LINE__, false, "message %lu: the market is another one",
                        (unsigned long)rig.sequence);
        if (rig.sequence % CHECKPOINT == 0 || at == length) compared += levels_compare();
    }
    reenact_verify(rig.reenact);
    EXPECT_UINT(differ, 0);
    EXPECT(compared > 1000);
    counts_say(strrchr(path, '/') + 1, waits, compared);
    const struct reenact_counts *counts = reenact_counts(rig.reenact);
    EXPECT_UINT(counts->refused + counts->evicted + counts->gone + counts->untraded, 0);
    EXPECT_UINT(counts->elsewhere, 0);
    EXPECT(counts->executed > 2000);
    rig_free(&rig);
    free(bytes);
}

SPEC(an_hour_of_a_share_is_the_recorded_market_after_every_message)
{
    symbol = "AAPL";
    enact(aapl.gl_pathv[0], &(struct reenact_instrument){.symbol = "AAPL    ",
                                                         .tick = PRICE_ONE / 100,
                                                         .price_max = 2000 * PRICE_ONE,
                                                         .window = 1 << 16});
}

SPEC(a_day_of_a_future_is_the_recorded_market_after_every_message)
{
    symbol = "ESH4";
    enact(esh4.gl_pathv[0], &(struct reenact_instrument){.symbol = "ESH4    ",
                                                         .tick = PRICE_ONE / 4,
                                                         .price_max = 10000 * PRICE_ONE,
                                                         .window = 1 << 16});
}

#define SPECS(S)                                                                                   \
    S(an_hour_of_a_share_is_the_recorded_market_after_every_message)                               \
    S(a_day_of_a_future_is_the_recorded_market_after_every_message)

int main(void)
{
    recordings_find(&aapl, "data/itch50/aapl_*.itch50");
    recordings_find(&esh4, "data/itch50/esh4_*.itch50");
    if (aapl.gl_pathc == 0 || esh4.gl_pathc == 0) return recordings_skip("ITCH 5.0 recordings");
    CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};
    return spec_run("reenact, of recorded markets", specs, NULL, NULL);
}
