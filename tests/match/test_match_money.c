/* Money is neither made nor lost, whatever happens: random streams, with everything added up after
 * every event from what the queries say and from what was seen to be paid in. */

#include "dataplane/match/ledger.h"
#include "tests/match/random_inputs.h"
#include "tests/match/rig.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { ACCOUNTS = RANDOM_ACCOUNTS + 1, INSTRUMENTS = RANDOM_INSTRUMENTS, ASSETS = RANDOM_ASSETS };

/* An engine that tells each event as it happens. */
struct venue {
    void *memory;
    struct match *match;
    const struct match_input *input; /* being applied */
    struct match_events events;
    struct match_event event;
    int64_t paid_in[ASSETS];
    uint64_t seed;
    uint64_t seen;
    uint64_t trades;
    uint64_t liquidations;
    uint64_t covered;
    uint64_t refused; /* for want of funds */
    bool wrong;
    uint32_t paid;                /* answers to this input's payment */
    struct random_inputs *inputs; /* that want to see the events, or NULL */
};

static void expect(struct venue *venue, bool met, const char *what, uint64_t which)
{
    if (met || venue->wrong) return;
    venue->wrong = true; /* one message a stream */
    spec_expect(__FILE__, __LINE__, false,
                "SPEC_SEED=%" PRIu64 ", input %" PRIu64 ", step %u: %s (%" PRIu64 ")", venue->seed,
                venue->event.number, venue->event.step, what, which);
}

/* All there is of an asset but what positions cost. */
static void sum_up(struct venue *venue, __int128 *sum)
{
    const struct match *match = venue->match;
    for (uint16_t asset = 0; asset < ASSETS; asset++) {
        sum[asset] = match_house_of(match, asset);
        for (uint32_t account = 0; account < ACCOUNTS; account++) {
            struct match_balance balance;
            if (match_balance_of(match, account, asset, &balance)) sum[asset] += balance.total;
        }
    }
    for (uint16_t i = 0; i < INSTRUMENTS; i++) {
        struct match_listing listing;
        if (!match_listing_of(match, i, &listing)) continue;
        bool futures = listing.class_of == MATCH_FUTURES;
        __int128 positions = 0;
        for (uint32_t account = 0; account < ACCOUNTS; account++) {
            qty_t position = 0;
            int64_t cost = 0;
            if (!match_position_of(match, account, i, &position, &cost)) continue;
            positions += position;
            sum[listing.quote] -= cost;
            expect(venue, (cost > 0) == (futures && position > 0), "a long has a cost", account);
            expect(venue, (cost < 0) == (futures && position < 0), "a short has one below 0",
                   account);
        }
        expect(venue, positions == 0, "positions cancel out", i);
    }
}

/* The answer to a payment changes the sum of its asset by what was paid, and nothing else does. */
static void sums_are_right(struct venue *venue, const struct match_event *event)
{
    __int128 sum[ASSETS];
    sum_up(venue, sum);
    const struct match_input *input = venue->input;
    bool pays = input->kind == MATCH_DEPOSIT || input->kind == MATCH_WITHDRAW;
    for (uint16_t asset = 0; asset < ASSETS; asset++) {
        if (sum[asset] == venue->paid_in[asset]) continue;
        bool answer = pays && event && event->kind == MATCH_BALANCED &&
                      event->account == input->account && event->instrument == asset;
        expect(venue, answer && input->instrument == asset, "money came from nowhere", asset);
        venue->paid_in[asset] += input->kind == MATCH_DEPOSIT ? input->qty : -input->qty;
        venue->paid++;
        expect(venue, sum[asset] == venue->paid_in[asset], "not what was paid", asset);
    }
}

static void event_seen(struct match_events *events)
{
    struct venue *venue = events->context;
    const struct match_event *event = &venue->event;
    events->count = 0;
    venue->trades += event->kind == MATCH_TRADED;
    venue->liquidations += event->kind == MATCH_LIQUIDATED;
    venue->covered += event->kind == MATCH_COVERED;
    venue->refused += event->kind == MATCH_REJECTED && event->reason == MATCH_NO_FUNDS;
    sums_are_right(venue, event);
    if (venue->inputs) random_inputs_saw(venue->inputs, event);
}

static void venue_open(struct venue *venue, const struct match_limits *limits, uint64_t seed)
{
    *venue = (struct venue){.seed = seed};
    size_t bytes = ALIGN_UP(match_footprint(limits), CACHE_LINE);
    venue->memory = aligned_alloc(CACHE_LINE, bytes);
    CHECK(venue->memory != NULL);
    memset(venue->memory, 0, bytes);
    venue->match = match_new(venue->memory, limits);
    venue->events = (struct match_events){
        .at = &venue->event,
        .capacity = 1,
        .full = event_seen,
        .context = venue,
    };
}

static const struct match_input *venue_names(struct venue *venue, const struct match_input *input)
{
    venue->input = input;
    venue->paid = 0;
    venue->event = (struct match_event){.number = input->number};
    return input;
}

static void venue_apply(struct venue *venue, const struct match_input *input)
{
    match_apply(venue->match, venue_names(venue, input), &venue->events);
    bool pays = input->kind == MATCH_DEPOSIT || input->kind == MATCH_WITHDRAW;
    bool taken = pays && venue->event.kind == MATCH_BALANCED;
    expect(venue, venue->paid == (uint32_t)taken, "a payment is answered once", input->kind);
    match_verify(venue->match);
}

static void tallies_add(struct venue *all, const struct venue *one)
{
    all->trades += one->trades;
    all->liquidations += one->liquidations;
    all->covered += one->covered;
    all->refused += one->refused;
}

SPEC(in_a_random_market_money_is_conserved_after_every_event)
{
    struct match_limits limits = random_inputs_limits(true);
    struct spec_seeds seeds = spec_seeds(PARANOID ? 30 : 100);
    struct venue all = {0};
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct random_inputs inputs;
        struct venue venue;
        random_inputs_seed(&inputs, seed, true);
        venue_open(&venue, &limits, seed);
        venue.inputs = &inputs;
        for (int i = 0; i < 3000 && !venue.wrong; i++)
            venue_apply(&venue, random_inputs_next(&inputs));
        tallies_add(&all, &venue);
        free(venue.memory);
    }
    if (seeds.first == seeds.last) return;
    EXPECT(all.trades > 10000);
    EXPECT(all.refused > 100);
}

/* A market at the edges: prices, quantities, fees and rates are the least and the largest that
 * there can be, positions go from one end to the other, and accounts owe more than was ever paid
 * in. */

struct edges {
    struct chance chance;
    struct match_input input;
    struct match_listing listing; /* right behind it */
    uint64_t number;
    price_t price_max[INSTRUMENTS];
    qty_t qty_max[INSTRUMENTS];
    price_t tick[INSTRUMENTS];
    qty_t lot[INSTRUMENTS];
};

static uint64_t below(struct edges *edges, uint64_t count)
{
    return chance_next(&edges->chance) % count;
}

/* 1 to max, mostly close to one of the two. */
static int64_t at_an_edge(struct edges *edges, int64_t max)
{
    uint64_t drawn = below(edges, 8);
    if (drawn < 3) return max - (int64_t)below(edges, max > 3 ? 3 : 1);
    if (drawn < 6) return 1 + (int64_t)below(edges, max > 3 ? 3 : 1);
    return 1 + (int64_t)below(edges, (uint64_t)max);
}

static const uint32_t PPM_EDGES[] = {0, 1, 333333, MATCH_PPM - 1};

static void list_edge(struct edges *edges, struct venue *venue, uint16_t index)
{
    /* tick, lot, highest price in ticks, largest quantity in lots: value of all up to 2^61. */
    static const struct {
        uint8_t class_of;
        price_t tick;
        qty_t lot;
        int64_t ticks;
        int64_t lots;
    } kinds[] = {
        {MATCH_FUTURES, 1, QTY_ONE, MATCH_TICKS_MAX, 1 << 30},
        {MATCH_FUTURES, PRICE_ONE, QTY_ONE, 100000, 230584},
        {MATCH_FUTURES, PRICE_ONE, QTY_ONE, 7, 4},
        {MATCH_SPOT, PRICE_ONE / 100, QTY_ONE / 100, 10000000, 23058430},
        {MATCH_SPOT, 1, QTY_ONE, MATCH_TICKS_MAX, 1 << 30},
        {MATCH_FUTURES, PRICE_ONE / 100, QTY_ONE / 1000, MATCH_TICKS_MAX, 1 << 20},
    };
    static_assert(ARRAY_COUNT(kinds) == INSTRUMENTS, "one of each");
    edges->tick[index] = kinds[index].tick;
    edges->lot[index] = kinds[index].lot;
    edges->price_max[index] = kinds[index].ticks;
    edges->qty_max[index] = kinds[index].lots;
    bool futures = kinds[index].class_of == MATCH_FUTURES;
    uint32_t initial = futures ? (uint32_t)at_an_edge(edges, MATCH_PPM) : 0;
    edges->input = (struct match_input){
        .number = ++edges->number,
        .kind = MATCH_LIST,
        .instrument = index,
        .bytes = sizeof edges->input + sizeof edges->listing,
    };
    edges->listing = (struct match_listing){
        .tick = kinds[index].tick,
        .lot = kinds[index].lot,
        .size = QTY_ONE,
        .price_max = kinds[index].ticks * kinds[index].tick,
        .qty_max = kinds[index].lots * kinds[index].lot,
        .reference = kinds[index].tick,
        .collar = kinds[index].ticks * kinds[index].tick,
        .window = 64,
        .maker_ppm = PPM_EDGES[below(edges, ARRAY_COUNT(PPM_EDGES))],
        .taker_ppm = PPM_EDGES[below(edges, ARRAY_COUNT(PPM_EDGES))],
        .initial_ppm = initial,
        .maintenance_ppm = futures ? (uint32_t)below(edges, (uint64_t)initial + 1) : 0,
        .base = 1,
        .quote = 2,
        .class_of = kinds[index].class_of,
        .phase = MATCH_OPEN,
    };
    venue_apply(venue, &edges->input);
    expect(venue, venue->event.kind == MATCH_LISTED, "the edges can be listed", index);
}

static void pay_edge(struct edges *edges, struct match_input *in)
{
    in->kind = below(edges, 3) ? MATCH_DEPOSIT : MATCH_WITHDRAW;
    in->instrument = (uint16_t)(1 + below(edges, 2));
    in->qty = at_an_edge(edges, below(edges, 2) ? MATCH_MONEY_MAX : MATCH_MONEY_MAX / 1000);
    if (below(edges, 3) == 0) in->qty = at_an_edge(edges, 100000);
}

static void order_edge(struct edges *edges, struct match_input *in)
{
    in->kind = MATCH_NEW;
    in->id = in->number;
    in->side = (uint8_t)below(edges, 2);
    in->type = below(edges, 6) ? MATCH_LIMIT : MATCH_MARKET;
    in->tif = below(edges, 3) ? MATCH_GTC : MATCH_IOC;
    in->self_trade = (uint8_t)below(edges, MATCH_SELF_TRADE_COUNT);
    in->qty = at_an_edge(edges, edges->qty_max[in->instrument]);
    if (below(edges, 2)) in->qty = 1 + in->qty / (int64_t)(1 + below(edges, 8));
    if (in->qty > edges->qty_max[in->instrument]) in->qty = edges->qty_max[in->instrument];
    in->qty *= edges->lot[in->instrument];
    int64_t ticks = at_an_edge(edges, edges->price_max[in->instrument]);
    if (in->type == MATCH_LIMIT) in->price = ticks * edges->tick[in->instrument];
}

static const struct match_input *edges_next(struct edges *edges)
{
    struct match_input *in = &edges->input;
    *in = (struct match_input){
        .number = ++edges->number,
        .bytes = sizeof *in,
        .account = 1 + (uint32_t)below(edges, RANDOM_ACCOUNTS),
        .instrument = (uint16_t)below(edges, INSTRUMENTS),
    };
    uint64_t drawn = below(edges, 100);
    if (drawn < 70) {
        order_edge(edges, in);
    } else if (drawn < 78) {
        pay_edge(edges, in);
    } else if (drawn < 84) {
        in->kind = MATCH_MARK;
        in->account = 0;
        in->price =
            at_an_edge(edges, edges->price_max[in->instrument]) * edges->tick[in->instrument];
    } else if (drawn < 88) {
        in->kind = MATCH_CLOSE;
        in->id = in->number;
    } else if (drawn < 92) {
        in->kind = MATCH_CANCEL_ALL;
    } else if (drawn < 95) {
        static const int64_t leverages[] = {0, 1, 2, 3, 125};
        in->kind = MATCH_ACCOUNT;
        in->instrument = 0;
        in->qty = leverages[below(edges, ARRAY_COUNT(leverages))] * QTY_ONE;
    } else {
        in->kind = MATCH_CANCEL;
        in->instrument = 0;
        in->id = in->number - below(edges, 20);
    }
    return in;
}

static void accounts_make(struct edges *edges, struct venue *venue, uint32_t first, uint32_t end)
{
    for (uint32_t account = first; account < end; account++) {
        edges->input = (struct match_input){
            .number = ++edges->number,
            .kind = MATCH_ACCOUNT,
            .account = account,
            .bytes = sizeof edges->input,
        };
        match_apply(venue->match, venue_names(venue, &edges->input), &venue->events);
    }
}

static void edges_begin(struct edges *edges, struct venue *venue)
{
    accounts_make(edges, venue, 1, ACCOUNTS);
    for (uint16_t i = 0; i < INSTRUMENTS; i++) list_edge(edges, venue, i);
}

static void loads_as_it_was(struct venue *venue, const struct match_limits *limits)
{
    struct venue second;
    struct saved saved = saved_of(venue->match);
    venue_open(&second, limits, venue->seed);
    const char *sentence = match_load(second.match, saved.bytes, saved.length);
    expect(venue, sentence == NULL, sentence ? sentence : "", 0);
    expect(venue, match_digest(second.match) == match_digest(venue->match), "loads anew", 0);
    saved_free(&saved);
    free(second.memory);
}

SPEC(at_the_edges_of_all_numbers_money_is_conserved)
{
    struct match_limits limits = random_inputs_limits(true);
    limits.accounts = ACCOUNTS;
    struct spec_seeds seeds = spec_seeds(PARANOID ? 45 : 150);
    struct venue all = {0};
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct edges edges = {.chance = {seed}};
        struct venue venue;
        limits.money_events = seed & 1;
        venue_open(&venue, &limits, seed);
        edges_begin(&edges, &venue);
        for (int i = 0; i < 2500 && !venue.wrong; i++) venue_apply(&venue, edges_next(&edges));
        loads_as_it_was(&venue, &limits);
        tallies_add(&all, &venue);
        free(venue.memory);
    }
    if (seeds.first == seeds.last) return;
    EXPECT(all.trades > 1000);
    EXPECT(all.refused > 1000);
    EXPECT(all.liquidations > 100);
    EXPECT(all.covered > 10);
}

/* One thing changed by one, and the sentence that says so. */
#define EXPECT_UNSOUND(field, sentence)                                                            \
    do {                                                                                           \
        (field)++;                                                                                 \
        const char *unsound = ledger_unsound(m);                                                   \
        EXPECT_TEXT(unsound ? unsound : "nothing", sentence);                                      \
        (field)--;                                                                                 \
    } while (0)

SPEC(what_does_not_add_up_is_seen)
{
    struct match_limits limits = random_inputs_limits(true);
    struct edges edges = {.chance = {7}};
    struct venue venue;
    venue_open(&venue, &limits, 7);
    edges_begin(&edges, &venue);
    for (int i = 0; i < 1000; i++) venue_apply(&venue, edges_next(&edges));
    struct match *m = venue.match;
    uint32_t slot = 1; /* a long position in futures */
    while (slot < m->holdings_used && (m->holdings[slot].position <= 0 ||
                                       m->instruments[m->holdings[slot].instrument].mark == 0))
        slot++;
    struct holding *holding = &m->holdings[slot];
    struct balance *balance = &m->balances[holding->quote];
    EXPECT(holding->position > 0);
    EXPECT(ledger_unsound(m) == NULL);
    EXPECT_UNSOUND(balance->total, "money is not what was paid in");
    EXPECT_UNSOUND(m->house[2], "money is not what was paid in");
    EXPECT_UNSOUND(m->paid_in[1], "money is not what was paid in");
    EXPECT_UNSOUND(balance->reserved, "what a balance reserves does not add up");
    EXPECT_UNSOUND(balance->unrealised, "a balance's profits do not add up");
    EXPECT_UNSOUND(balance->risk, "a balance's risks do not add up");
    EXPECT_UNSOUND(holding->buys, "a holding's open orders do not add up");
    EXPECT_UNSOUND(holding->sells, "a holding's open orders do not add up");
    EXPECT_UNSOUND(holding->buy_lots, "a holding's open orders do not add up");
    EXPECT_UNSOUND(holding->sell_lots, "a holding's open orders do not add up");
    EXPECT_UNSOUND(holding->margin, "a margin is not what it must be");
    EXPECT_UNSOUND(holding->risk, "a risk is not what it must be");
    EXPECT_UNSOUND(holding->unrealised, "a profit is not what it must be");
    int64_t position = holding->position, cost = holding->cost, total = balance->total;
    holding->position = -position;
    EXPECT_TEXT(ledger_unsound(m), "a position's cost has another sign");
    holding->position = INT64_MIN;
    EXPECT_TEXT(ledger_unsound(m), "a futures position with its orders is larger than it may be");
    holding->position = position;
    holding->cost = INT64_MAX;
    EXPECT_TEXT(ledger_unsound(m), "a cost is larger than it may be");
    holding->cost = cost;
    balance->total = INT64_MIN;
    EXPECT_TEXT(ledger_unsound(m), "a balance is larger than it may be");
    balance->total = total;
    EXPECT(ledger_rebuild(m) == NULL);
    EXPECT(ledger_unsound(m) == NULL);
    free(venue.memory);
}

#define SPECS(S)                                                                                   \
    S(in_a_random_market_money_is_conserved_after_every_event)                                     \
    S(at_the_edges_of_all_numbers_money_is_conserved)                                              \
    S(what_does_not_add_up_is_seen)

SPEC_MAIN("money", SPECS, NULL, NULL)
