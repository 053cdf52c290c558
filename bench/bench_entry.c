/* What order entry costs beside the engine: the port of the venue, and the client's side.
 *
 *     entry_enter      an Enter Order of OUCH 5.0, as bytes, to the engine's input, taken
 *     entry_accept     an event of an order that rests, to the bytes of its Accepted
 *     entry_execute    an event of a trade, to the bytes of two Executed (a trade)
 *     entry_cancel     a Cancel Order, as bytes, of a living order, to the input, taken
 *     client_enter     an order to the bytes of its Enter Order
 *     client_replace   the same of a replacement
 *     client_cancel    the same of a cancel
 *     client_report    the bytes of an Accepted to a report
 *
 * A round is fresh: a port, and where living orders are needed an engine, with ORDERS orders of 16
 * sessions in 8 instruments: buys at 10.00, then sells that trade with them. */

#include "bench/bench.h"
#include "dataplane/entry/entry.h"
#include "dataplane/session/ouch_client.h"
#include "dataplane/wire/ouch50.h"

#include <string.h>

enum { SESSIONS = 16, INSTRUMENTS = 8, ORDERS = 16384, PLACE = 64, EVENTS = 4 * ORDERS };

static const struct entry_limits limits = {
    .sessions = SESSIONS,
    .orders = 2 * ORDERS,
    .instruments = INSTRUMENTS,
    .asks = 4 * ORDERS,
    .secret = 5,
};
static const struct match_limits engine_limits = {
    .instruments = INSTRUMENTS,
    .orders = 2 * ORDERS,
    .pages = 1024,
    .window = INSTRUMENTS << 12,
    .cascade = 16,
};

static struct entry *entry;
static struct match *match;
static void *entry_memory, *match_memory, *client_memory;
static struct match_event *events, *rested;
static uint32_t events_count, rested_count;
static uint64_t number, told;
static struct ouch50_enter (*enters)[2]; /* the second one is the room for the appendage */
static struct ouch50_cancel *cancels;
static struct ouch_client *client;
static uint32_t numbers[ORDERS];
static uint8_t accepted[ORDERS][64];
static uint64_t digest;

static const struct ouch_client_limits client_limits = {.orders = 2 * ORDERS};

static void put(void *context, uint32_t session, const uint8_t *message, uint32_t length)
{
    (void)context;
    digest += session + message[0] + length;
    told++;
}

static void keep(struct match_events *place)
{
    memcpy(events + events_count, place->at, place->count * sizeof *events);
    events_count += place->count;
    place->count = 0;
}

static void *memory_new(size_t bytes)
{
    return (void *)ALIGN_UP((uintptr_t)bench_space(bytes + CACHE_LINE), CACHE_LINE);
}

static struct match_event place_at[PLACE] __attribute__((aligned(CACHE_LINE)));
static struct match_events place = {.at = place_at, .capacity = PLACE, .full = keep};

static void apply(const struct match_input *input, uint64_t as)
{
    struct match_input copy[4]; /* a listing is longer than an input */
    memcpy(copy, input, input->bytes);
    copy[0].number = as;
    match_apply(match, copy, &place);
    keep(&place);
}

static void open_market(void)
{
    const struct entry_sink sink = {.put = put};
    memset(entry_memory, 0, entry_footprint(&limits));
    memset(match_memory, 0, match_footprint(&engine_limits));
    match = match_new(match_memory, &engine_limits);
    entry = entry_new(entry_memory, &limits, match, &sink);
    number = 0;
    for (uint16_t i = 0; i < INSTRUMENTS; i++) {
        struct {
            struct match_input input;
            struct match_listing listing;
        } list = {
            .input = {.kind = MATCH_LIST, .instrument = i, .bytes = sizeof list},
            .listing = {.symbol = {'S', 'Y', 'M', (char)('A' + i)},
                        .tick = PRICE_ONE / 100,
                        .lot = QTY_ONE,
                        .size = QTY_ONE,
                        .price_max = 2000 * PRICE_ONE,
                        .qty_max = 1000000 * QTY_ONE,
                        .reference = 10 * PRICE_ONE,
                        .window = 1 << 12,
                        .phase = MATCH_OPEN},
        };
        CHECK(entry_list(entry, i, &list.listing));
        apply(&list.input, ++number);
    }
    for (uint32_t i = 0; i < SESSIONS; i++) {
        const struct entry_plan plan = {
            .firms = 1,
            .account = i,
            .firm = {{'F', 'I', 'R', 'M'}},
            .qty_max = 10000,
            .notional_max_e4 = 100000000000,
            .collar_ppm = 100000,
            .rate = 1000000,
            .burst = 1000000,
            .open_max = ORDERS,
        };
        entry_session(entry, i, &plan);
    }
    struct entry_out out;
    CHECK(entry_day(entry, true, 0, 1, &out) == ENTRY_ANSWER);
    entry_taken(entry, ++number);
    entry_released(entry, number);
    events_count = 0;
}

static void messages_new(void)
{
    for (uint32_t i = 0; i < ORDERS; i++) {
        bool buys = i < ORDERS / 2;
        enters[i][0] = (struct ouch50_enter){
            .type = text1('O'),
            .urn = be32(i + 1),
            .side = text1(buys ? 'B' : 'S'),
            .qty = be32(100),
            .symbol = {{'S', 'Y', 'M', (char)('A' + i / SESSIONS % INSTRUMENTS), ' ', ' ', ' ',
                        ' '}},
            .price_e4 = be64(100000),
            .tif = text1('0'),
            .display = text1('Y'),
            .capacity = text1('P'),
            .iso = text1('N'),
            .cross = text1('N'),
        };
        memset(enters[i][0].cl_ord_id.byte, 'x', sizeof enters[i][0].cl_ord_id);
        cancels[i] = (struct ouch50_cancel){.type = text1('X'), .urn = be32(i + 1)};
    }
}

/* Who sends order i: of the sells another session than of the buy that it meets. */
static uint32_t session_of(uint32_t i)
{
    return i < ORDERS / 2 ? i % SESSIONS : (i + 1) % SESSIONS;
}

static void enter(uint32_t i, bool applied)
{
    struct entry_out out;
    enum entry_verdict verdict =
        entry_request(entry, session_of(i), (const uint8_t *)&enters[i][0],
                      sizeof enters[i][0] + sizeof(struct be16), 1000 + i, &out);
    CHECK(verdict == ENTRY_SUBMIT);
    entry_taken(entry, ++number);
    if (applied) apply(out.input, number);
    else digest += (uint64_t)out.input->price;
}

static void run_enter(void *context)
{
    (void)context;
    for (uint32_t i = 0; i < ORDERS; i++) enter(i, false);
}

/* All orders in the engine; the events of those that rest are apart from those that trade. */
static void market_full(void *context)
{
    (void)context;
    open_market();
    for (uint32_t i = 0; i < ORDERS / 2; i++) enter(i, true);
    rested_count = events_count;
    memcpy(rested, events, rested_count * sizeof *rested);
    events_count = 0;
}

static void run_show(const struct match_event *at, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) entry_event(entry, &at[i], 5000);
}

static void run_accept(void *context)
{
    (void)context;
    run_show(rested, rested_count);
}

static void market_traded(void *context)
{
    market_full(context);
    run_show(rested, rested_count);
    for (uint32_t i = ORDERS / 2; i < ORDERS; i++) enter(i, true);
    told = 0;
}

static void run_execute(void *context)
{
    (void)context;
    run_show(events, events_count);
    CHECK(told == 3 * (ORDERS / 2)); /* an Accepted, and two Executed */
}

static void market_rested(void *context)
{
    market_full(context);
    run_show(rested, rested_count);
}

static void run_cancel(void *context)
{
    struct entry_out out;
    (void)context;
    for (uint32_t i = 0; i < ORDERS / 2; i++) {
        enum entry_verdict verdict = entry_request(
            entry, session_of(i), (const uint8_t *)&cancels[i], sizeof cancels[i], 9000, &out);
        CHECK(verdict == ENTRY_SUBMIT);
        entry_taken(entry, ++number);
        digest += out.input->id;
    }
}

static void market_open(void *context)
{
    (void)context;
    open_market();
}

static const struct ouch_order client_order = {
    .symbol = {'S', 'Y', 'M', 'A', ' ', ' ', ' ', ' '},
    .side = 'B',
    .qty = 100,
    .price_e4 = 100000,
};

static void client_fresh(void *context)
{
    const struct ouch_client_plan plan = {.firm = {' ', ' ', ' ', ' '}, .capacity = 'P'};
    (void)context;
    memset(client_memory, 0, ouch_client_footprint(&client_limits));
    client = ouch_client_new(client_memory, &client_limits, &plan);
}

static void run_client_enter(void *context)
{
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    (void)context;
    for (uint32_t i = 0; i < ORDERS; i++)
        digest += ouch_client_enter(client, &client_order, bytes, &numbers[i]);
}

static void client_full(void *context)
{
    client_fresh(context);
    run_client_enter(context);
    for (uint32_t i = 0; i < ORDERS; i++)
        *(struct ouch50_accepted *)accepted[i] = (struct ouch50_accepted){
            .type = text1('A'), .urn = be32(numbers[i]), .side = text1('B'), .qty = be32(100)};
}

static void run_client_replace(void *context)
{
    struct ouch_order order = client_order;
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t made;
    (void)context;
    order.side = 0;
    for (uint32_t i = 0; i < ORDERS; i++)
        digest += ouch_client_replace(client, numbers[i], &order, bytes, &made);
}

static void run_client_cancel(void *context)
{
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    (void)context;
    for (uint32_t i = 0; i < ORDERS; i++)
        digest += ouch_client_cancel(client, numbers[i], 0, bytes);
}

static void run_client_report(void *context)
{
    struct ouch_report report;
    (void)context;
    for (uint32_t i = 0; i < ORDERS; i++) {
        ouch_client_report(client, accepted[i], sizeof accepted[i], &report);
        CHECK(report.doubt == OUCH_CERTAIN);
    }
}

#define RATE(name_, what_, items_, prepare_, run_, bound_)                                         \
    bench_rate(&(struct bench_rate){.name = name_,                                                 \
                                    .what = what_,                                                 \
                                    .items = items_,                                               \
                                    .prepare = prepare_,                                           \
                                    .run = run_,                                                   \
                                    .bound_ns = bound_})

int main(int argc, char **argv)
{
    bench_open("entry", argc, argv);
    entry_memory = memory_new(entry_footprint(&limits));
    match_memory = memory_new(match_footprint(&engine_limits));
    client_memory = memory_new(ouch_client_footprint(&client_limits));
    events = memory_new(EVENTS * sizeof *events);
    rested = memory_new(EVENTS * sizeof *rested);
    enters = memory_new(ORDERS * sizeof *enters);
    cancels = memory_new(ORDERS * sizeof *cancels);
    messages_new();
    RATE("entry_enter", "Enter Order to input", ORDERS, market_open, run_enter, 60);
    RATE("entry_accept", "event to Accepted", ORDERS / 2, market_full, run_accept, 60);
    RATE("entry_execute", "trade to Accepted and two Executed", ORDERS / 2, market_traded,
         run_execute, 120);
    RATE("entry_cancel", "Cancel Order to input", ORDERS / 2, market_rested, run_cancel, 60);
    RATE("client_enter", "order to Enter Order", ORDERS, client_fresh, run_client_enter, 60);
    RATE("client_replace", "to Replace Order", ORDERS, client_full, run_client_replace, 60);
    RATE("client_cancel", "to Cancel Order", ORDERS, client_full, run_client_cancel, 30);
    RATE("client_report", "Accepted to report", ORDERS, client_full, run_client_report, 60);
    return bench_close();
}
