#ifndef APPS_POLLUX_ORDER_REASONS_H
#define APPS_POLLUX_ORDER_REASONS_H

/* The codes of a venue, in words.  Codes of no row are "reason X", so that a new one of the venue
 * is still shown.  The words are good until the next call on the same thread. */

#include "apps/pollux-order/port.h"

const char *reason_of_cancel(char reason);
const char *reason_of_reject(const struct port *port, const struct port_answer *answer);
const char *reason_of_liquidity(char reason);
const char *reason_of_break(char reason);
const char *reason_of_restatement(char reason);

#endif
