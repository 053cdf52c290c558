#ifndef TESTS_STAGE_TRADING_GIVEN_H
#define TESTS_STAGE_TRADING_GIVEN_H

/* What specs of a box that trades begin with: a market at the venue, and the quoter's orders. */

#include "tests/stage/trading_rig.h"
#include "tests/support/spec.h"

extern struct trading *trading;

/* Client 0 makes a market around 10.00, wide; client 1 will trade with whoever is best. */
void given(bool inside, uint64_t seed);
void enter(uint32_t client, char side, uint32_t qty, uint32_t price_e4, bool immediate);
uint64_t open_orders(void);

/* The quotes are at the venue: 100 at 9.95 and at 10.05 between those of client 0. */
void the_quotes_are_there(void);

/* Nothing went wrong; it is freed.  Nothing where none is given. */
void trading_ended(void);

#endif
