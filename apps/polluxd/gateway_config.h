#ifndef APPS_POLLUXD_GATEWAY_CONFIG_H
#define APPS_POLLUXD_GATEWAY_CONFIG_H

/* A strategy of the configuration as its kind is shown it: for the check and for the plan. */

#include "apps/polluxd/plan_gateway.h"

/* Whether its orders come from other programs: then there is no kind. */
bool polluxd_outside(const struct config_trade_strategy *from);

/* Its parameters, into at[0..from->parameters.count), and how many instruments it is shown. */
struct delegate_parameters polluxd_parameters(const struct config *config,
                                              const struct config_trade_strategy *from,
                                              struct delegate_parameter *at);

/* The instruments of the feed: 0..so many. */
uint32_t polluxd_instruments(const struct config *config);

/* The sessions of a venue here are those of the gate first, then those that a gateway here has
 * within the process, each in the order of the file: the place of session index; how many of the
 * gate there are. */
uint32_t polluxd_entry_place(const struct config *config, uint32_t index);
uint32_t polluxd_entries_outside(const struct config *config);

/* Whether the symbol is one of its instruments. */
bool polluxd_names(const struct config_trade_strategy *from, const char *symbol);

#endif
