/* A real exchange's fills: a day of its order-by-order feed through our engine.
 *
 * Every record that adds, changes or cancels an order is applied as the exchange published it, in
 * the phase CALL, where nothing trades.  Before each recorded trade the market is opened on a copy,
 * the aggressor arrives as one immediate order at the worst price it got, and the passive fills
 * must be the exchange's: the same orders, quantities and prices in the same sequence, wherever
 * strict price-time priority explains them (is_pure_fifo).  Then the copy is dropped, and the
 * exchange's own records go on.  On the way, the best prices are compared with recorded
 * checkpoints. */

#include "tests/match/rig.h"
#include "tests/support/recordings.h"
#include "tests/support/spec.h"

#include <inttypes.h>
#include <string.h>

#define FOLDER "data/cme_mbo/"

enum { FILLS_MAX = 4096, AGGRESSOR = 1 };

struct record {
    uint64_t number;
    uint64_t event;
    char action;
    char side;
    order_id_t id;
    int64_t price_e9;
    uint32_t size;
};

struct fill {
    order_id_t id;
    qty_t qty;
    price_t price;
};

struct fills {
    struct fill at[FILLS_MAX];
    uint32_t count;
};

/* One line of the trades to explain. */
struct trade {
    uint64_t event;
    char side;
    uint32_t qty;
    bool pure;
    struct fills fills;
};

/* One line of the recorded best prices. */
struct checkpoint {
    uint64_t record;
    struct match_level best[2]; /* by enum side */
};

static struct rig rig;
static size_t memory_bytes;
static void *copy;
static struct fills seen;
static char *records_path, *trades_path, *checkpoints_path;

static const struct match_limits limits = {
    .instruments = 1,
    .orders = 32768,
    .pages = 2048,
    .window = 1 << 17,
    .cascade = 1,
    .secret = 1,
};

static void on_event(void *context, const struct match_event *event)
{
    (void)context;
    if (event->kind != MATCH_TRADED || seen.count == FILLS_MAX) return;
    seen.at[seen.count++] = (struct fill){event->other, event->qty, event->price};
}

static void give(struct match_input input)
{
    static uint64_t number = 1; /* LIST was 1 */
    input.number = ++number;
    input.bytes = sizeof input;
    rig_apply(&rig, &input);
}

static void list(void)
{
    struct {
        struct match_input input;
        struct match_listing listing;
    } list = {
        .input = {.number = 1, .kind = MATCH_LIST, .bytes = sizeof list},
        .listing = {.symbol = "ES",
                    .tick = 25000000,
                    .lot = QTY_ONE,
                    .size = QTY_ONE,
                    .price_max = 30000 * PRICE_ONE,
                    .qty_max = 100000 * QTY_ONE,
                    .reference = 4800 * PRICE_ONE,
                    .collar = PRICE_ONE,
                    .window = 1 << 17,
                    .phase = MATCH_CALL},
    };
    rig_apply(&rig, &list.input);
    CHECK(match_phase_of(rig.match, 0) == MATCH_CALL);
}

static void record_apply(const struct record *record)
{
    struct match_order order;
    struct match_input input = {.id = record->id, .kind = MATCH_CANCEL};
    bool known = match_order_of(rig.match, record->id, &order);
    qty_t size = (qty_t)record->size * QTY_ONE;
    if (record->action == 'A') {
        input.kind = MATCH_NEW;
        input.type = MATCH_LIMIT;
        input.side = record->side == 'B' ? SIDE_BUY : SIDE_SELL;
        input.price = record->price_e9 / 10;
        input.qty = size;
    } else if (record->action == 'M' || (record->action == 'C' && known && size < order.open)) {
        input.kind = MATCH_MODIFY;
        if (record->action == 'M') input.price = record->price_e9 / 10;
        qty_t open = record->action == 'M' ? size : order.open - size;
        input.qty = order.total + open - order.open;
        if (known && input.qty == order.total && input.price == order.price) return;
    } else if (record->action != 'C') {
        return; /* T and F change nothing */
    }
    spec_expect(__FILE__, __LINE__, known == (record->action != 'A'),
                "record %" PRIu64 ": order %" PRIu64 " is %sknown", record->number, record->id,
                known ? "" : "not ");
    give(input);
}

static bool record_read(FILE *file, struct record *record)
{
    char line[256];
    if (!fgets(line, sizeof line, file)) return false;
    return sscanf(line, "%" SCNu64 ",%" SCNu64 ",%*u,%*u,%*u,%*u,%c,%c,%" SCNu64 ",%" SCNd64 ",%u",
                  &record->number, &record->event, &record->action, &record->side, &record->id,
                  &record->price_e9, &record->size) == 7;
}

static bool trade_read(FILE *file, struct trade *trade)
{
    static char line[1 << 16];
    int at = 0;
    unsigned pure = 0;
    if (!fgets(line, sizeof line, file)) return false;
    if (sscanf(line, "%" SCNu64 ",%*u,%c,%u,%*u,%u,\"[%n", &trade->event, &trade->side, &trade->qty,
               &pure, &at) != 4)
        return false;
    trade->pure = pure != 0;
    trade->fills.count = 0;
    struct fill *fill = trade->fills.at;
    int length;
    while (sscanf(line + at, "[%" SCNu64 ", %" SCNd64 ", %" SCNd64 "]%n", &fill->id, &fill->qty,
                  &fill->price, &length) == 3) {
        fill->qty *= QTY_ONE;
        fill->price /= 10;
        at += length;
        at += line[at] == ',' ? 2 : 0;
        if (++trade->fills.count == FILLS_MAX) break;
        fill++;
    }
    return true;
}

static bool checkpoint_read(FILE *file, struct checkpoint *point)
{
    char line[256];
    struct match_level *bid = &point->best[SIDE_BUY], *ask = &point->best[SIDE_SELL];
    if (!fgets(line, sizeof line, file)) return false;
    if (sscanf(line, "%" SCNu64 ",%*u,%" SCNd64 ",%" SCNd64 ",%u,%" SCNd64 ",%" SCNd64 ",%u",
               &point->record, &bid->price, &bid->qty, &bid->orders, &ask->price, &ask->qty,
               &ask->orders) != 7)
        return false;
    for (int side = 0; side < 2; side++) {
        point->best[side].price /= 10;
        point->best[side].qty *= QTY_ONE;
    }
    return true;
}

static void checkpoint_compare(const struct checkpoint *point)
{
    for (int side = 0; side < 2; side++) {
        struct match_level best = {0};
        match_depth(rig.match, 0, (enum side)side, &best, 1);
        const struct match_level *expected = &point->best[side];
        spec_expect(__FILE__, __LINE__,
                    best.price == expected->price && best.qty == expected->qty &&
                        best.orders == expected->orders,
                    "after record %" PRIu64 " side %d begins with %u orders at %" PRId64
                    ", expected %u at %" PRId64,
                    point->record, side, best.orders, best.price, expected->orders,
                    expected->price);
    }
}

/* The worst price the aggressor got. */
static price_t worst(const struct trade *trade)
{
    price_t price = trade->fills.at[0].price;
    for (uint32_t i = 1; i < trade->fills.count; i++) {
        price_t other = trade->fills.at[i].price;
        bool worse = trade->side == 'B' ? other > price : other < price;
        if (worse) price = other;
    }
    return price;
}

/* Whether our engine fills the trade as the exchange did.  The engine is as before afterwards. */
static bool trade_explained(const struct trade *trade)
{
    memcpy(copy, rig.memory, memory_bytes);
    give((struct match_input){.kind = MATCH_PHASE, .type = MATCH_OPEN});
    seen.count = 0;
    give((struct match_input){
        .id = AGGRESSOR,
        .price = worst(trade),
        .qty = (qty_t)trade->qty * QTY_ONE,
        .account = 1, /* of another group than the resting orders */
        .kind = MATCH_NEW,
        .side = trade->side == 'B' ? SIDE_BUY : SIDE_SELL,
        .type = MATCH_LIMIT,
        .tif = MATCH_IOC,
    });
    memcpy(rig.memory, copy, memory_bytes);
    return seen.count == trade->fills.count &&
           memcmp(seen.at, trade->fills.at, seen.count * sizeof seen.at[0]) == 0;
}

static void header_skip(FILE *file)
{
    char line[256];
    EXPECT(fgets(line, sizeof line, file) != NULL);
}

static FILE *unpacked(const char *path)
{
    char command[4200];
    snprintf(command, sizeof command, "gzip -dc '%s'", path);
    return popen(command, "r");
}

/* Runs the day; trades of one record's event are asked before the event's first record. */
SPEC(the_exchanges_own_passive_fills_come_out_where_price_and_time_decide)
{
    FILE *records = unpacked(records_path), *trades = fopen(trades_path, "r");
    FILE *checkpoints = fopen(checkpoints_path, "r");
    header_skip(records);
    header_skip(trades);
    header_skip(checkpoints);
    static struct trade trade;
    struct record record;
    struct checkpoint point;
    bool more = trade_read(trades, &trade), marked = checkpoint_read(checkpoints, &point);
    uint32_t pure = 0, explained = 0, others = 0, compared = 0, count = 0;
    while (record_read(records, &record)) {
        count++;
        for (; more && trade.event <= record.event; more = trade_read(trades, &trade)) {
            bool same = trade_explained(&trade);
            if (!trade.pure) others++;
            pure += trade.pure;
            explained += trade.pure && same;
            spec_expect(__FILE__, __LINE__, same || !trade.pure,
                        "event %" PRIu64 ": %u fills, the exchange made %u or others", trade.event,
                        seen.count, trade.fills.count);
        }
        record_apply(&record);
        if (!marked || point.record != record.number) continue;
        checkpoint_compare(&point);
        compared++;
        marked = checkpoint_read(checkpoints, &point);
    }
    match_verify(rig.match);
    printf("%u records; %u of %u trades by price and time are the exchange's, %u others; "
           "%u checkpoints\n",
           count, explained, pure, others, compared);
    EXPECT_UINT(explained, 2665);
    EXPECT_UINT(pure, 2665);
    EXPECT(compared > 50);
    pclose(records);
    fclose(trades);
    fclose(checkpoints);
}

static void open_engine(void)
{
    rig_new(&rig, &limits);
    rig.on_event = on_event;
    memory_bytes = match_footprint(&limits);
    copy = aligned_alloc(CACHE_LINE, ALIGN_UP(memory_bytes, CACHE_LINE));
    list();
}

static void close_engine(void)
{
    free(copy);
    rig_free(&rig);
}

static char *found_path(const char *pattern)
{
    glob_t found = {0};
    recordings_find(&found, pattern);
    return found.gl_pathc == 0 ? NULL : found.gl_pathv[0];
}

#define SPECS(S) S(the_exchanges_own_passive_fills_come_out_where_price_and_time_decide)

int main(void)
{
    records_path = found_path(FOLDER "*.records.csv.gz");
    trades_path = found_path(FOLDER "trade_events_fifo.csv");
    checkpoints_path = found_path(FOLDER "*.checkpoints.csv");
    if (!records_path || !trades_path || !checkpoints_path)
        return recordings_skip("order-by-order recording with fills");
    CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};
    return spec_run("match, against an exchange", specs, open_engine, close_engine);
}
