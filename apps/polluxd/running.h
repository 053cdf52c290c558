#ifndef APPS_POLLUXD_RUNNING_H
#define APPS_POLLUXD_RUNNING_H

/* What runs, as a configuration: that of the start, with all that was changed since.
 *
 *     started --> running --[running_with: the live part of next]--> candidate --> running
 *                                                                        |
 *                                                       what differs from next needs a restart
 *
 * Limits of what runs and next has too are next's; so are a strategy's parameters, if the strategy
 * takes them while it runs.  Strategies that next does not have leave; those that only next has
 * come, if there is a place.  Numbers of venues and symbols are those of the start.
 *
 * Cold.  Threads: one.  Memory: allocated, and freed by running_free; it keeps nothing of next, and
 * the configuration of the start must outlive it. */

#include "apps/polluxd/plan_gateway.h"

#define RUNNING_WHY_MAX  160
#define RUNNING_NO_PLACE UINT32_MAX

struct running {
    struct config config; /* its gateway is the one below */
    struct config_gateway gateway;
    uint32_t *place; /* of each of its strategies: their numbers in the gateway */
};

/* Why something of next is not done. */
struct running_why {
    char strategy[CONFIG_NAME_MAX + 1];
    char text[RUNNING_WHY_MAX];
    bool later; /* the same file may do it then; else only a restart */
};

/* What there is besides the configurations. */
struct running_world {
    void *context;
    /* Of a strategy that runs; NULL: outside. */
    const struct delegate_kind *(*kind)(void *context, uint32_t place);
    /* A place for one of next, or RUNNING_NO_PLACE and why there is none. */
    uint32_t (*place)(void *context, const struct config *next,
                      const struct config_trade_strategy *strategy, struct running_why *why);
    struct running_why *why; /* at least as many as both have strategies; filled in */
    uint32_t whys;
};

struct running *running_new(const struct config *started); /* NULL: there is no memory */
void running_free(struct running *running);                /* NULL is allowed */

/* What would run with next; NULL if there is no memory. */
struct running *running_with(const struct running *running, const struct config *next,
                             struct running_world *world);

/* What would run if the parameter of strategy, of this kind, had this value; NULL and why if the
 * strategy does not take it while it runs, or there is no memory. */
struct running *running_set(const struct running *running, uint32_t strategy, const char *parameter,
                            const char *value, const struct delegate_kind *kind,
                            struct running_why *why);

/* Whether both have the same names and texts, in whatever order. */
bool running_parameters_same(const struct config_parameters *one,
                             const struct config_parameters *other);

/* The index of the strategy of this name, or the number of strategies. */
uint32_t running_strategy(const struct config_gateway *gateway, const char *name);

#endif
