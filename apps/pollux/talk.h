#ifndef APPS_POLLUX_TALK_H
#define APPS_POLLUX_TALK_H

/* One connection to a control socket: requests and their answers. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define TALK_SECONDS 15 /* an answer takes; the box itself gives up after 5 */

struct talk {
    int file;
    uint64_t asked;
    char *in; /* bytes that have come */
    size_t in_bytes;
};

/* False with sentences on standard error: which paths were tried, and how to start. */
bool talk_open(struct talk *talk, const char *socket);
void talk_close(struct talk *talk);

/* The answer, to be freed; NULL with a sentence on standard error: nobody answers any more. */
json_t *talk_ask(struct talk *talk, const char *method, const json_t *parameters);

#endif
