#ifndef APPS_POLLUX_TALK_H
#define APPS_POLLUX_TALK_H

/* One connection to a control socket: requests and their answers. */

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define TALK_SECONDS 15   /* an answer takes; the box itself gives up after 5 */
#define TALK_WHY_MAX 1024 /* bytes of sentences */

struct talk {
    int file;
    uint64_t asked;
    char *in; /* bytes that have come */
    size_t in_bytes;
    const volatile sig_atomic_t *stopping; /* an answer is not waited for any more; may be NULL */
    char why[TALK_WHY_MAX];                /* sentences, with their line ends: why nobody answers */
};

/* False with sentences in why: which paths were tried, and how to start. */
bool talk_open(struct talk *talk, const char *socket);
void talk_close(struct talk *talk);

/* The answer, to be freed; NULL with a sentence in why: nobody answers any more. */
json_t *talk_ask(struct talk *talk, const char *method, const json_t *parameters);

#endif
