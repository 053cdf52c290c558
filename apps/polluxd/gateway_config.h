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

/* The venue of an instrument of its own, an index in gateway.venues; and whether it trades what is
 * listed there as that. */
uint32_t polluxd_leg_venue(const struct config_trade_strategy *from, const char *symbol);
bool polluxd_trades(const struct config_trade_strategy *from,
                    const struct config_trade_symbol *symbol);

/* The venues of its instruments by leg, into at[0..from->instruments.count): at, or NULL if all are
 * at its own. */
const uint32_t *polluxd_leg_venues(const struct config_trade_strategy *from, uint32_t *at);

#endif
