#ifndef CONTROL_CONFIG_CONFIG_LIMIT_H
#define CONTROL_CONFIG_CONFIG_LIMIT_H

/* A bound of a limit as a file would say it: "1000", "2.5%", "60s", "true".
 *
 * Threads: any. */

#include "control/config/config.h"
#include "dataplane/risk/risk_limits.h"

struct config_bound {
    char text[24];
};
struct config_bound config_limit_text(enum risk_verdict limit, int64_t bound);

/* The limit of this name, or RISK_PASS. */
enum risk_verdict config_limit_named(const char *name);

/* False with a sentence of at most CONFIG_SENTENCE_MAX bytes. */
MUST_USE bool config_limit_read(enum risk_verdict limit, const char *text, int64_t *bound,
                                char sentence[CONFIG_SENTENCE_MAX]);

#endif
