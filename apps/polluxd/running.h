#ifndef APPS_POLLUXD_RUNNING_H
#define APPS_POLLUXD_RUNNING_H

/* What runs, as a configuration: that of the start, with all that was changed since.
 *
 *     started --> running --[running_with: the live part of next]--> candidate --> running
 *                                                                        |
 *                                                       what differs from next needs a restart
 *
 * Limits of what runs and next has too are next's; so are a strategy's parameters, if the strategy
 * takes them while it runs.  Numbers of venues, symbols and strategies are those of the start.
 *
 * Cold.  Threads: one.  Memory: allocated, and freed by running_free; it keeps nothing of next, and
 * the configuration of the start must outlive it. */

#include "apps/polluxd/plan_gateway.h"

#define RUNNING_WHY_MAX 160

struct running {
    struct config config; /* its gateway is the one below */
    struct config_gateway gateway;
};

/* Why a strategy keeps its parameters; "": it does not. */
struct running_why {
    char text[RUNNING_WHY_MAX];
};

struct running *running_new(const struct config *started); /* NULL: there is no memory */
void running_free(struct running *running);                /* NULL is allowed */

/* What would run with next; NULL if there is no memory.  why[i] is of strategy i; its kind is
 * kind[i], NULL: outside. */
struct running *running_with(const struct running *running, const struct config *next,
                             const struct delegate_kind *const *kind, struct running_why *why);

/* Whether both have the same names and texts, in whatever order. */
bool running_parameters_same(const struct config_parameters *one,
                             const struct config_parameters *other);

/* The strategy of this name, or NULL. */
const struct config_trade_strategy *running_strategy(const struct config *config, const char *name);

#endif
