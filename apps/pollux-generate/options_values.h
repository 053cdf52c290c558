#ifndef APPS_POLLUX_GENERATE_OPTIONS_VALUES_H
#define APPS_POLLUX_GENERATE_OPTIONS_VALUES_H

/* Values of options, from text.  Each reader takes the whole text or nothing, and false means that
 * it is not what it should be.  Cold. */

#include "apps/pollux-generate/flow_plan.h"

/* 20000000, 20,000,000, 20M, 50k, 1G. */
MUST_USE bool options_count(const char *text, uint64_t *count);

/* 30, 0.25, 30% in parts of scale: with scale 1000000, "30" is 300000.  At most 100. */
MUST_USE bool options_percent(const char *text, uint32_t scale, uint32_t *parts);

/* 10.0.0.1 is 0x0a000001. */
MUST_USE bool options_address(const char *text, uint32_t *address);

/* "A=45,D=37,U=8,E=6,X=3" in percent: kinds by their first type (F is A, C is E).  What is not
 * named stays as it is; the rest is what is left of 100. */
MUST_USE bool options_mix(const char *text, uint16_t mix[FLOW_KIND_COUNT]);

#endif
