#ifndef APPS_POLLUXD_CAPTURING_H
#define APPS_POLLUXD_CAPTURING_H

/* What the ports see and send, written to files as the configuration's section capture says (F61).
 *
 * Ports of kind dpdk and cable have a tap each; one of kind capture has none, its frames are in a
 * file already.  All of it is the recorder's (control/recorder/recorder.h), whose promises hold.
 *
 *     capturing_open     before the lcores run; with start: true it waits until the capture runs,
 *                        so that all that comes is in it
 *     capturing_start, capturing_stop, capturing_view     at any moment, by whoever commands
 *     capturing_step     now and then: what is to be said
 *     capturing_close    after the lcores have ended
 *
 * Threads: the main one. */

#include "apps/polluxd/polluxd.h"
#include "control/recorder/recorder.h"

struct capturing;

/* Copies what it needs of the configuration.  NULL: there is no memory. */
struct capturing *capturing_open(const struct config *config, struct launch *launch);

/* Ends what runs, says what is left to say to standard output.  NULL is allowed. */
void capturing_close(struct capturing *capturing);

/* False with a sentence: there is no folder, no port, or a capture runs already. */
MUST_USE bool capturing_start(struct capturing *capturing, struct text *problem);

/* False with a sentence: none runs. */
MUST_USE bool capturing_stop(struct capturing *capturing, struct text *problem);

void capturing_view(const struct capturing *capturing, struct recorder_view *view);

/* True: line is the next sentence to say.  NULL is allowed. */
bool capturing_step(struct capturing *capturing, struct text *line);

#endif
