#ifndef TESTS_REDIS_SERVICE_RIG_H
#define TESTS_REDIS_SERVICE_RIG_H

/* The service without a loop that turns and without a server: what it would send waits in its
 * connection, and what the engine and the venue say is put by the spec. */

#include "control/redis/redis_layout.h"
#include "tests/redis/redis_rig.h"
#include "tests/support/spec.h"

#define SERVICE_SLOTS 8u /* of the rings */
#define SERVICE_PAIRS 6u /* of account and symbol: of accounts 1 to 3, ACME and BOLT each */

extern struct redis *redis;
extern struct spsc *intake, *answers;
extern struct conflate *accounts, *own_prices, *prices;

void service_begin(void);
void service_end(void);

#endif
