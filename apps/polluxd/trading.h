#ifndef APPS_POLLUXD_TRADING_H
#define APPS_POLLUXD_TRADING_H

/* What people change of a running gateway: they halt it, and release what is halted.
 *
 * A halt is in force at the gateway's next turn and stays over every restart; a release is durable
 * before it is in force.  Both are records of its journal, with the user, the time and the reason.
 *
 * Threads: the main one; trading_halt_ask is for any, and for a signal handler. */

#include "dataplane/base/text.h"
#include "dataplane/launch/launch.h"

/* Releases the box and every strategy.  False if it is refused, or there is no answer within 5 s:
 * nothing has changed then.  said gets a line, whatever comes. */
MUST_USE bool trading_release(struct launch *launch, const char *reason, struct text *said);

/* The box is to be halted; between trading_halt_listen and _deafen it is, at the engine's next
 * turn. */
void trading_halt_ask(void);

/* SIGUSR2 is heard by a thread of its own: whatever the main one waits for, a disk, a directory of
 * users, it halts.  What is said and written down of it follows.  Without a gateway nothing. */
void trading_halt_listen(struct launch *launch);
void trading_halt_deafen(void); /* before the engine is gone */

/* The same, by somebody else than a signal; as much of why as a record holds is written down. */
void trading_halt_ask_by(const char *why);

/* Whether that is not done yet. */
bool trading_halt_pending(void);

/* Follows it up; every 10 ms or so.  True when said got a line. */
bool trading_halt_step(struct launch *launch, struct text *said);

#endif
