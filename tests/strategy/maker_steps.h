#ifndef TESTS_STRATEGY_MAKER_STEPS_H
#define TESTS_STRATEGY_MAKER_STEPS_H

/* Steps of the maker's specs: a book, then what is said.
 *
 * 0:B100@9.99+ is key 0 to buy 100 at 9.99, post-only; 0:- is a stop.  With one rung a side, key 0
 * is the bid and key 1 the ask. */

#include "dataplane/strategy/maker.h"
#include "tests/strategy/venue_rig.h"
#include "tests/support/spec.h"

#define ECHO (5 * NANOS_MILLI)

/* Shows what is there and what is said. */
static inline void shown(const char *book, const char *said)
{
    rig_book(0, book);
    rig_show(0);
    EXPECT_TEXT(rig_said(), said);
}

/* All requests are answered, and the time of an echo has passed: own orders are in the picture. */
static inline void settled(const char *said)
{
    rig_answer();
    rig_show(0);
    rig.now += ECHO;
    rig_show(0);
    EXPECT_TEXT(rig_said(), said);
}

#define OPEN_MAKER(...)                                                                            \
    rig_open(&maker_kind, 1, "long", "1000", "short", "1000", "rungs", __VA_ARGS__, NULL)

static inline void open_plain(void)
{
    OPEN_MAKER("1t:100");
}

#endif
