#ifndef APPS_GATEWAY_SETUP_H
#define APPS_GATEWAY_SETUP_H

/* From the section gateway of a configuration to the plan of a gateway: venues, symbols, strategies
 * with their parameters, and every bound of risk as a record.  Cold.
 *
 * What the configuration cannot know is said here, with its place in the file: strategies that are
 * not there, and parameters that are not acceptable. */

#include "control/config/config.h"
#include "dataplane/gateway/gateway.h"

/* What a strategy's plan points to. */
struct gateway_setup_parts {
    struct delegate_parameter *parameter;
    struct listing_name *leg;
    uint32_t *leg_venue;
    uint32_t index; /* in the configuration */
};

struct gateway_setup {
    struct gateway_plan plan;
    struct gateway_symbol_plan *symbol;
    struct gateway_strategy_plan *strategy;
    struct gateway_setup_parts *parts; /* of each strategy */
    struct risk_record *record;
};

/* More parameters for every strategy, in the place of those of the same name. */
struct gateway_settings {
    uint32_t count;
    const struct delegate_parameter *at;
};

/* setup: zeroed but for plan.instruments.  only: of the strategies, those of this name or kind;
 * NULL: all.  False, with problems, if something is wrong; then setup is to be freed too.  config,
 * only and settings must outlive it. */
MUST_USE bool gateway_setup_make(struct gateway_setup *setup, const struct config_gateway *config,
                                 const char *only, const struct gateway_settings *settings,
                                 struct config_problems *problems);
void gateway_setup_free(struct gateway_setup *setup);

/* "AAPL" as the feed and the wire have it: padded with spaces. */
void gateway_setup_symbol(char padded[8], const char *text);

#endif
