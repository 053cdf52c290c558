#ifndef BENCH_ORDER_FLOW_H
#define BENCH_ORDER_FLOW_H

/* Order flows for the matching engine, drawn from a seed: what bench_match measures.
 *
 * A flow is a list of inputs: those that build the market, then equal segments to be measured one
 * after the other.  While it is drawn it runs through an engine of its own, so that it knows which
 * orders live: cancels and replaces name living orders unless they were filled in between.  Ids are
 * sparse 64-bit numbers. */

#include "dataplane/match/match.h"

/* clang-format off */
#define ORDER_FLOWS(X)                                                                             \
    X(FLOW_NORMAL,   normal,   "new, cancel half the time, replace, cross; near the touch")        \
    X(FLOW_SWEEP,    sweep,    "each sweep takes 200 to 400 levels of 3 orders, then they refill") \
    X(FLOW_WALK,     walk,     "the price walks over 30,000 ticks; 100,000 live")                  \
    X(FLOW_OLD,      old,      "300,000 live; random old ones are canceled and replaced")          \
    X(FLOW_QUEUE,    queue,    "100,000 orders on one price; random ones are canceled")            \
    X(FLOW_THOUSAND, thousand, "the normal flow over 1,024 instruments")                           \
    X(FLOW_MARKET,   market,   "10,000 instruments with 5 million resting")
/* clang-format on */

#define ORDER_FLOW_ENUM(kind, name, what) kind,
enum order_flow_kind { ORDER_FLOWS(ORDER_FLOW_ENUM) ORDER_FLOW_COUNT };

#define ORDER_FLOW_ROOM 64u /* zeroed inputs behind the last: looking ahead may read them */

struct order_flow_plan {
    enum order_flow_kind kind;
    uint32_t segments;
    uint32_t segment_inputs;
    uint32_t accounts; /* 0: no accounts; otherwise spot money, as much as needed */
};

struct order_flow {
    struct match_limits limits;
    struct match_input *inputs; /* instruments are listed by order_flow_open, not here */
    size_t count;
    size_t built; /* inputs that build the market; the segments follow */
};

/* Draws the flow.  Its memory is kept until the program ends. */
struct order_flow order_flow_draw(const struct order_flow_plan *plan);

/* An engine of these limits with the flow's instruments, accounts and deposits: nothing else. */
struct match *order_flow_open(const struct order_flow *flow, struct match_events *events);

#endif
