#ifndef APPS_POLLUX_GENERATE_FLOW_PLAN_H
#define APPS_POLLUX_GENERATE_FLOW_PLAN_H

/* What a flow is to be, and the presets by which everybody measures the same.
 *
 * How many orders are live at the end follows from the mix:
 *
 *     live = adds - deletes - executions that take all of an order
 *
 * because a replace and a cancel change no number.  With 45 % adds, 37 % deletes and 6 % executions
 * the share of executions that take all is what is free, and the presets choose it by their live:
 *
 *     one      2 M    160,000 added and not deleted   -  80,000 live  =  80,000 of 120,000
 *     hot      5 M    400,000                         - 206,000       = 194,000 of 300,000
 *     market  20 M  1,600,000                         - 920,000       = 680,000 of 1,200,000
 *
 * So live may be anything between (add - delete - execute) and (add - delete) of the messages; the
 * flow keeps to the straight line from 0 to live on its way. */

#include "dataplane/base/base.h"
#include "dataplane/base/text.h"

#define FLOW_SYMBOLS_MAX  65535u /* a stock locate has 16 bits, and 0 is none */
#define FLOW_MESSAGES_MAX 1000000000ull
#define FLOW_LIVE_MAX     16000000ull
#define FLOW_SHARES       10000u /* the mix is in 1/10,000 of the messages */

/* clang-format off */

/* What a message does: name, types, share in the presets. */
#define FLOW_KINDS(K)                                                                  \
    K(FLOW_ADD,     add,     "A F", 4500)                                              \
    K(FLOW_DELETE,  delete,  "D",   3700)                                              \
    K(FLOW_REPLACE, replace, "U",   800)                                               \
    K(FLOW_EXECUTE, execute, "E C", 600)                                               \
    K(FLOW_CANCEL,  cancel,  "X",   300)                                               \
    K(FLOW_REST,    rest,    "P I L Y N B H J Q", 100)

/* Presets: name, symbols, messages, live at the end, what it is like. */
#define FLOW_PRESETS(P)                                                                \
    P(one,    1,    2000000,  80000,  "one busy stock")                                \
    P(hot,    100,  5000000,  206000, "a hundred busy stocks")                         \
    P(market, 8000, 20000000, 920000, "a whole market")

/* clang-format on */

#define FLOW_KIND_ENUM(kind, name, types, share) kind,
enum flow_kind { FLOW_KINDS(FLOW_KIND_ENUM) FLOW_KIND_COUNT };

enum flow_refs {
    FLOW_REFS_DENSE,  /* ascending in small steps */
    FLOW_REFS_SPARSE, /* all 64 bits, in no order */
};

struct flow_plan {
    uint64_t seed;
    uint64_t messages; /* in all, with those at the start: flow_plan_start() */
    uint64_t live;     /* orders at the end */
    uint32_t symbols;
    uint16_t mix[FLOW_KIND_COUNT]; /* sums to FLOW_SHARES */
    enum flow_refs refs;
};

struct flow_preset {
    const char *name;
    const char *summary;
    struct flow_plan plan; /* seed 1, dense */
};

extern const struct flow_preset flow_presets[];
extern const uint32_t flow_preset_count;

/* The preset of that name, or NULL. */
const struct flow_preset *flow_preset_find(const char *name);

/* Messages before the first order: the day's phases, and R and H for each symbol. */
static inline uint64_t flow_plan_start(const struct flow_plan *plan)
{
    return 2ull * plan->symbols + 3;
}

/* The plan with another number of messages, and live in proportion. */
struct flow_plan flow_plan_scaled(const struct flow_plan *plan, uint64_t messages);

/* Appends every reason why the plan cannot be, a sentence and a newline each.  Returns how many.
 * Cold. */
uint32_t flow_plan_problems(const struct flow_plan *plan, struct text *problems);

#endif
