#ifndef DATAPLANE_STRATEGY_PARENT_H
#define DATAPLANE_STRATEGY_PARENT_H

/* An order that is worked by children, one at a time: what taker and twap have in common.
 *
 *     parameters, or NEW ---> parent ---> child: immediate, at the far side's best price, by key 0
 *     REPLACE, CANCEL ------>   |    <--- executed
 *                               v
 *                             done
 *
 * The parent comes with the parameters (side, quantity, limit), or quantity is 0 and it comes as an
 * instruction; then another one may follow when it is finished, unless the order has a number: a
 * delegate of one order is done with it.  Its side never changes.
 *
 * The parameters' quantity is what the strategy is to have traded in the journal, on this
 * side and in its first instrument, whatever is restarted meanwhile: what has traded so far is what
 * composite.bought or sold says, not what this delegate remembers.
 *
 *     traded 0         300          500 = quantity                    800 = quantity, raised
 *            |-- crash --|-- restart --|-- restart: nothing -- set --|-------|
 *
 * So there is nothing to be kept and nothing that a crash could lose: an execution is in the
 * journal, or the venue shows it again.  The parent begins when no order of before is in doubt; one
 * of before that is found open is taken back.  Where the quantity is reached there is no parent,
 * and the delegate waits: a raise is worked at once.
 *
 * A child is for no more than is shown and left.  One that traded nothing is not repeated while the
 * far side shows the same, before a time of retry; one that was refused not before that time at
 * all.
 *
 * Threads: one.  Memory: the struct. */

#include "dataplane/strategy/parameters.h"
#include "dataplane/strategy/rounding.h"

/* The first of the strategy's settings. */
struct parent_settings {
    int64_t side; /* enum side */
    qty_t quantity;
    price_t limit; /* 0: none */
    int64_t retry_ns;
};

/* clang-format off */
#define PARENT_ROWS(settings)                                                          \
    {"side", PARAMETER_CHOICE, "buy", 0, 0, offsetof(settings, parent.side),           \
     "what the order does; never changes", {"buy", "sell"}},                           \
    {"quantity", PARAMETER_QTY, "0", 0, PARAMETER_QTY_MAX, offsetof(settings, parent.quantity), \
     "to have traded in the journal, whatever is restarted; 0 waits for an instruction", {0}}, \
    {"limit", PARAMETER_PRICE, "0", 0, PARAMETER_PRICE_MAX, offsetof(settings, parent.limit), \
     "the worst price; 0 is any", {0}},                                                \
    {"retry", PARAMETER_DURATION, "1s", 0, PARAMETER_DURATION_MAX, offsetof(settings, parent.retry_ns), \
     "a child that traded nothing is not repeated before this", {0}}
/* clang-format on */

enum parent_state { PARENT_NONE, PARENT_WORKING, PARENT_STOPPING };

struct parent {
    order_id_t order; /* 0: of the strategy itself */
    price_t limit;
    qty_t quantity;
    qty_t base;      /* of the key's executed, what is not the parent's; negative: it has more */
    qty_t before;    /* executed of it before this start */
    uint64_t volume; /* traded in the market since it began; of qty_t */
    nanos_t began_ns;
    uint16_t instrument;
    uint16_t leg;
    uint8_t side;
    uint8_t state; /* enum parent_state */
    bool instructed;
    bool over; /* parameters' order was given up: not again, until they are set */

    /* The child. */
    bool child; /* one was said, and is not seen as ended */
    qty_t child_base;
    uint32_t child_refused;
    price_t tried_price; /* what was shown when it traded nothing */
    qty_t tried_qty;
    nanos_t retry_ns; /* 0: nothing is held back */
    bool refused;

    int64_t begun;   /* parents so far */
    int64_t ignored; /* instructions that fit no order */
    int64_t children;
};

/* Whether the rules between parameters hold; one key, and at least one instrument. */
bool parent_check(const struct parameter_table *table, const struct delegate_parameters *given,
                  char *problem, size_t capacity);

/* Follows instructions, reports and trades; begins the parent.  True while there is one to work. */
bool parent_follow(struct parent *parent, const struct parent_settings *settings,
                   const struct composite *composite);

/* Executed of the parent, or of the last one. */
qty_t parent_executed(const struct parent *parent, const struct composite *composite);

/* Says a child for at most qty, if it may be said now. */
void parent_take(struct parent *parent, const struct composite *composite, qty_t qty,
                 struct delegate_output *output);

/* At the end of each decision: a parent that is filled, canceled or given up is over; an order that
 * none of this start has said is taken back. */
void parent_finish(struct parent *parent, const struct composite *composite, bool give_up,
                   struct delegate_output *output);

/* Whether what was held back may be tried again. */
bool parent_wants(const struct parent *parent, nanos_t now);

/* New parameters: of its own order, limit and quantity; below what is executed it is over. */
void parent_set(struct parent *parent, const struct parent_settings *settings);

#endif
