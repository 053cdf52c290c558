/* Loads a plug-in, lets one of its strategies decide on what stands on standard input, and unloads
 * it.
 *
 *     plugin_runner FILE STRATEGY [NAME=VALUE...]
 *
 * A line of input is a moment: bid, shown at it, ask, shown at it (ticks of 0.01 and units), the
 * position, and its order's state, price, leaves.  A line of output is what was said. */

#include "dataplane/launch/plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK       (PRICE_ONE / 100)
#define PARAMETERS 8

static _Noreturn void stop(const char *why)
{
    fprintf(stderr, "plugin_runner: %s\n", why);
    exit(1);
}

static void said_print(const struct delegate_output *output)
{
    for (uint32_t i = 0; i < output->intents; i++) {
        const struct delegate_intent *intent = &output->intent[i];
        if (intent->kind == INTENT_STOP) printf("stop %" PRIu32 "\n", intent->key);
        else
            printf("%s %" PRId64 " at %" PRId64 " as %" PRIu32 " of %u%s\n",
                   intent->side == SIDE_BUY ? "buy" : "sell", intent->qty / QTY_ONE,
                   intent->price / TICK, intent->key, intent->instrument,
                   intent->how == HOW_POST_ONLY ? ", post only" : "");
    }
    if (output->intents == 0) printf("nothing\n");
}

static void decide(const struct delegate_kind *kind, void *self, const int64_t number[8])
{
    static const struct delegate_terms terms = {TICK, QTY_ONE, 1000000 * TICK, 1000000 * QTY_ONE};
    const struct market market = {.bid = number[0] * TICK,
                                  .bid_qty = number[1] * QTY_ONE,
                                  .ask = number[2] * TICK,
                                  .ask_qty = number[3] * QTY_ONE,
                                  .state = MARKET_LIVE,
                                  .instrument = 7};
    const struct delegate_order order = {.state = (uint8_t)number[5],
                                         .price = number[6] * TICK,
                                         .leaves = number[7] * QTY_ONE,
                                         .instrument = 7};
    const struct composite composite = {.now = 1,
                                        .market = &market,
                                        .instrument = 7,
                                        .position = number[4] * QTY_ONE,
                                        .trading = TRADING_ACTIVE,
                                        .terms = &terms,
                                        .order = &order,
                                        .orders = 1};
    struct delegate_output output = {.intents = 0};
    kind->decide(self, &composite, &output);
    said_print(&output);
}

static void gauges_print(const struct delegate_kind *kind, const void *self)
{
    struct delegate_gauge gauge[16];
    uint32_t gauges = kind->show ? kind->show(self, gauge, ARRAY_COUNT(gauge)) : 0;
    for (uint32_t i = 0; i < gauges; i++) printf("%s %" PRId64 "\n", gauge[i].name, gauge[i].value);
}

static void run(const struct delegate_kind *kind, const struct delegate_parameters *parameters)
{
    char problem[256] = "", line[256];
    if (kind->check && !kind->check(parameters, problem, sizeof problem)) stop(problem);
    size_t bytes = kind->footprint(parameters);
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    if (bytes == 0 || !memory) stop("it has no footprint");
    void *self = kind->build(memory, parameters);
    while (fgets(line, sizeof line, stdin)) {
        int64_t number[8] = {0};
        char *at = line;
        for (uint32_t i = 0; i < 8; i++) number[i] = strtoll(at, &at, 10);
        decide(kind, self, number);
    }
    gauges_print(kind, self);
    free(memory);
}

int main(int count, char **word)
{
    static struct plugins plugins;
    static struct delegate_parameter at[PARAMETERS];
    char said[1024];
    struct text problems = text_in(said, sizeof said);
    struct delegate_parameters parameters = {.at = at, .legs = 1};
    if (count < 3 || count > 3 + PARAMETERS) stop("FILE STRATEGY [NAME=VALUE...]");
    if (!plugin_load(&plugins, word[1], &problems)) stop(said);
    const struct delegate_kind *kind = plugin_find(&plugins, word[2]);
    if (!kind) stop("it has no such strategy");
    for (int i = 3; i < count; i++) {
        char *equals = strchr(word[i], '=');
        if (!equals) stop("a parameter is NAME=VALUE");
        *equals = '\0';
        at[parameters.count++] = (struct delegate_parameter){word[i], equals + 1};
    }
    plugin_hold(&plugins, kind);
    plugin_print(&problems, &plugins);
    printf("%s", said);
    run(kind, &parameters);
    if (plugin_unload(&plugins, word[1]) != PLUGIN_LEAVING) stop("it left before its delegate");
    plugin_release(&plugins, kind);
    if (plugin_unload(&plugins, word[1]) != PLUGIN_UNKNOWN) stop("it has not left");
    FILE *maps = fopen("/proc/self/maps", "r");
    for (char line[1024]; maps && fgets(line, sizeof line, maps);)
        if (strstr(line, word[1])) stop("it is still in memory");
    printf("unloaded\n");
    return 0;
}
