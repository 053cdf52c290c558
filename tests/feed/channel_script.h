#ifndef TESTS_FEED_CHANNEL_SCRIPT_H
#define TESTS_FEED_CHANNEL_SCRIPT_H

/* Stories about a channel: what arrives on the lines, and what the channel makes of it.
 *
 *     GIVEN("lines 2 wait_us 500");        what is not named has the default below
 *     LINE_A("1-3");                       a datagram with messages 1, 2 and 3
 *     SESSION("MONDAY from 1");            ... begins the session,
 *     TAKEN("1-3 from A");                 ... and is given out
 *     LINE_B("1-3");  IS("duplicate");
 *     LINE_A("7-9");  IS("early");
 *     AFTER_US(500);                       time passes, then the channel is asked again
 *     GAP("4-6");
 *     TAKEN("7-9 from A");
 *     COUNTS("taken 1 early 1 duplicate 1 message 6 gap 1 gap_message 3 session 1 stored_max 1");
 *
 * Arrivals:      <first>-<last>          a datagram with these messages
 *                heartbeat <next>        end <next>
 *                raw <hex> <hex> ...     these bytes
 *   followed by: of <session>            default: the session last named, at first MONDAY
 *                altered                 one byte of the last message differs
 *                padded                  three bytes follow the last block
 *                cut <bytes>             only so many bytes arrive
 * Limits:        lines 2, store 8, bytes 200, wait_us 500, packets 0, silence_us 0, first 1,
 *                session -
 *
 * Strict: an event that no sentence names fails the spec at the next arrival or at its end, a
 * sentence that does not parse stops the program.  The bytes of each message given out are compared
 * with those its number has; channel_verify runs after each step. */

#include "dataplane/feed/channel.h"
#include "tests/support/spec.h"

void channel_script_open(void);
void channel_script_close(void);

#define GIVEN(limits)     channel_script_given(limits)
#define LINE_A(arrival)   channel_script_arrive(__FILE__, __LINE__, LINE_A, arrival)
#define LINE_B(arrival)   channel_script_arrive(__FILE__, __LINE__, LINE_B, arrival)
#define AFTER_US(passing) channel_script_after(__FILE__, __LINE__, passing)
#define FINISH()          channel_script_finish(__FILE__, __LINE__)
#define RELEASE()         channel_script_release(__FILE__, __LINE__)

#define IS(status)     channel_script_says(__FILE__, __LINE__, "is " status)
#define TAKEN(run)     channel_script_says(__FILE__, __LINE__, "taken " run)
#define GAP(range)     channel_script_says(__FILE__, __LINE__, "gap " range)
#define SESSION(begin) channel_script_says(__FILE__, __LINE__, "session " begin)
#define END()          channel_script_says(__FILE__, __LINE__, "end")
#define STALE()        channel_script_says(__FILE__, __LINE__, "stale")
#define FRESH()        channel_script_says(__FILE__, __LINE__, "fresh")
#define QUARANTINE()   channel_script_says(__FILE__, __LINE__, "quarantine")
#define MISSING(range) channel_script_missing(__FILE__, __LINE__, range) /* "" for none */
#define COUNTS(counts) channel_script_counts(__FILE__, __LINE__, counts) /* all but the lines' */
#define LINES(counts)  channel_script_lines(__FILE__, __LINE__, counts)

void channel_script_given(const char *limits);
void channel_script_arrive(const char *file, int line, enum channel_line on, const char *arrival);
void channel_script_after(const char *file, int line, uint64_t passing_us);
void channel_script_finish(const char *file, int line);
void channel_script_release(const char *file, int line);
void channel_script_says(const char *file, int line, const char *sentence);
void channel_script_missing(const char *file, int line, const char *range);
void channel_script_counts(const char *file, int line, const char *counts);
void channel_script_lines(const char *file, int line, const char *counts);

/* For what a sentence cannot say. */
struct channel *channel_script_channel(void);
nanos_t channel_script_now(void);

#endif
