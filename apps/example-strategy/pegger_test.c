/* pegger by tables: it is a function of what it is shown, so nothing of Pollux needs to run. */

#include <pollux/delegate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK (PRICE_ONE / 100)

/* One moment: what the market, the position and its order are, and what it is to say. */
struct row {
    const char *when;
    int64_t bid, bid_shown, ask; /* ticks, units; the offer is 100 units */
    enum market_state market;
    enum trading_state trading;
    int64_t position; /* units */
    enum delegate_order_state order;
    int64_t order_price, order_leaves;
    uint32_t refused;
    nanos_t now;
    const char *says;
};

static const struct row buying[] = {
    {"no book is known", 0, 0, 0, MARKET_CLOSED, TRADING_ACTIVE, 0, ORDER_NONE, 0, 0, 0, 1, ""},
    {"a book", 1001, 50, 1002, MARKET_LIVE, TRADING_ACTIVE, 0, ORDER_NONE, 0, 0, 0, 2,
     "buy 100 at 999"},
    {"its order is under way", 1001, 50, 1002, MARKET_LIVE, TRADING_ACTIVE, 0, ORDER_PENDING, 999,
     100, 0, 3, ""},
    {"the best price moves before it arrives", 1003, 50, 1004, MARKET_LIVE, TRADING_ACTIVE, 0,
     ORDER_PENDING, 999, 100, 0, 4, "buy 100 at 1001"},
    {"it is there", 1003, 50, 1004, MARKET_LIVE, TRADING_ACTIVE, 0, ORDER_OPEN, 1001, 100, 0, 5,
     ""},
    {"filled in part, it keeps its place", 1003, 50, 1004, MARKET_LIVE, TRADING_ACTIVE, 30,
     ORDER_OPEN, 1001, 70, 0, 6, ""},
    {"all better bids leave: it is alone", 1001, 70, 1004, MARKET_LIVE, TRADING_ACTIVE, 30,
     ORDER_OPEN, 1001, 70, 0, 7, ""},
    {"another one joins it", 1001, 71, 1004, MARKET_LIVE, TRADING_ACTIVE, 30, ORDER_OPEN, 1001, 70,
     0, 8, "buy 100 at 999"},
    {"only 50 more may be held", 1001, 71, 1004, MARKET_LIVE, TRADING_ACTIVE, 200, ORDER_NONE, 0, 0,
     0, 9, "buy 50 at 999"},
    {"nothing more may be held", 1001, 71, 1004, MARKET_LIVE, TRADING_ACTIVE, 250, ORDER_OPEN, 999,
     50, 0, 10, "stop"},
    {"the cancel is under way", 1001, 71, 1004, MARKET_LIVE, TRADING_ACTIVE, 250, ORDER_PENDING,
     999, 50, 0, 11, ""},
    {"the feed has a gap", 1001, 71, 1004, MARKET_GAP, TRADING_ACTIVE, 0, ORDER_OPEN, 999, 50, 0,
     12, "stop"},
    {"only cancels may leave", 1001, 71, 1004, MARKET_LIVE, TRADING_HALTED, 0, ORDER_OPEN, 999, 50,
     0, 13, "stop"},
    {"the price would be below nothing", 1, 71, 1004, MARKET_LIVE, TRADING_ACTIVE, 0, ORDER_NONE, 0,
     0, 0, 14, ""},
    {"a refusal", 1001, 71, 1004, MARKET_LIVE, TRADING_ACTIVE, 0, ORDER_NONE, 0, 0, 1, 15, ""},
    {"almost a second later", 1001, 71, 1004, MARKET_LIVE, TRADING_ACTIVE, 0, ORDER_NONE, 0, 0, 1,
     14 + NANOS_SECOND, ""},
    {"a second later", 1001, 71, 1004, MARKET_LIVE, TRADING_ACTIVE, 0, ORDER_NONE, 0, 0, 1,
     15 + NANOS_SECOND, "buy 100 at 999"},
};

static const struct row selling[] = {
    {"a book", 1001, 50, 1002, MARKET_LIVE, TRADING_ACTIVE, 0, ORDER_NONE, 0, 0, 0, 1,
     "sell 100 at 1004"},
    {"short by 200", 1001, 50, 1002, MARKET_LIVE, TRADING_ACTIVE, -200, ORDER_NONE, 0, 0, 0, 2,
     "sell 50 at 1004"},
    {"long by 200", 1001, 50, 1002, MARKET_LIVE, TRADING_ACTIVE, 200, ORDER_NONE, 0, 0, 0, 3,
     "sell 100 at 1004"},
    {"the venue takes no higher price", 1001, 50, 9999, MARKET_LIVE, TRADING_ACTIVE, 0, ORDER_NONE,
     0, 0, 0, 4, ""},
};

static int failures;

static void expect(bool met, const char *what, const char *found)
{
    if (met) return;
    failures++;
    fprintf(stderr, "FAILED   %s: found '%s'\n", what, found);
}

/* What it says, as words. */
static void words(char *text, size_t capacity, const struct delegate_output *output)
{
    const struct delegate_intent *intent = &output->intent[0];
    text[0] = '\0';
    if (output->intents == 0) return;
    if (intent->kind == INTENT_STOP) (void)snprintf(text, capacity, "stop");
    else
        (void)snprintf(text, capacity, "%s %lld at %lld", intent->side == SIDE_BUY ? "buy" : "sell",
                       (long long)(intent->qty / QTY_ONE), (long long)(intent->price / TICK));
}

static void play(const char *side, const struct row *row, size_t rows)
{
    const struct delegate_kind *kind = pollux_plugin.kind[0];
    const struct delegate_parameter at[] = {
        {"side", side}, {"size", "100"}, {"distance", "2"}, {"position_max", "250"}};
    const struct delegate_parameters parameters = {.count = 4, .at = at, .legs = 1};
    const struct delegate_terms terms = {TICK, QTY_ONE, 10000 * TICK, 1000 * QTY_ONE};
    size_t bytes = (kind->footprint(&parameters) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    if (!memory) exit(1);
    void *self = kind->build(memory, &parameters);
    for (size_t i = 0; i < rows; i++, row++) {
        const struct market market = {.bid = row->bid * TICK,
                                      .bid_qty = row->bid_shown * QTY_ONE,
                                      .ask = row->ask * TICK,
                                      .ask_qty = 100 * QTY_ONE,
                                      .state = (uint8_t)row->market};
        const struct delegate_order order = {.price = row->order_price * TICK,
                                             .leaves = row->order_leaves * QTY_ONE,
                                             .refused = row->refused,
                                             .state = (uint8_t)row->order};
        const struct composite composite = {.now = row->now,
                                            .market = &market,
                                            .position = row->position * QTY_ONE,
                                            .trading = (uint8_t)row->trading,
                                            .terms = &terms,
                                            .order = &order,
                                            .orders = 1};
        struct delegate_output output = {.intents = 0};
        char said[64];
        kind->decide(self, &composite, &output);
        words(said, sizeof said, &output);
        expect(strcmp(said, row->says) == 0, row->when, said);
    }
    free(memory);
}

static void parameters_are_checked(void)
{
    static const struct {
        struct delegate_parameter at[2];
        uint32_t count;
        const char *problem;
    } bad[] = {
        {{{"side", "buy"}}, 1, "pegger needs a size"},
        {{{"size", "1"}}, 1, "pegger needs a side"},
        {{{"side", "up"}}, 1, "side is up, expected is buy or sell"},
        {{{"size", "0"}}, 1, "size is 0, expected is a whole number from 1 to 1000000000"},
        {{{"size", "1000000001"}},
         1,
         "size is 1000000001, expected is a whole number from 1 to 1000000000"},
        {{{"distance", "-1"}}, 1, "distance is -1, expected is a whole number from 0 to 1000"},
        {{{"speed", "9"}},
         1,
         "speed is no parameter of pegger; those are side, size, distance and position_max"},
    };
    const struct delegate_kind *kind = pollux_plugin.kind[0];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char problem[160] = "";
        const struct delegate_parameters parameters = {bad[i].count, bad[i].at, 1};
        expect(!kind->check(&parameters, problem, sizeof problem), bad[i].problem, "accepted");
        expect(strcmp(problem, bad[i].problem) == 0, bad[i].problem, problem);
        expect(kind->footprint(&parameters) == 0, bad[i].problem, "a footprint");
    }
}

int main(void)
{
    play("buy", buying, sizeof buying / sizeof buying[0]);
    play("sell", selling, sizeof selling / sizeof selling[0]);
    parameters_are_checked();
    printf("%s\n", failures ? "pegger is not what it should be" : "pegger is as it should be");
    return failures ? 1 : 0;
}
