#ifndef TESTS_COMMAND_DESK_RIG_H
#define TESTS_COMMAND_DESK_RIG_H

/* A desk whose handlers only tell that they were asked, and whose record is on the disk at once, or
 * hangs. */

#include "control/command/command_desk.h"
#include "tests/support/spec.h"

#define DESK_STORY_BYTES  4096u
#define DESK_ANSWER_BYTES (1u << 16)

extern struct command_desk desk;
extern command_fn *handlers[COMMAND_COUNT];
extern char story[DESK_STORY_BYTES]; /* what happened, in order */
extern bool record_works;
extern bool record_hangs; /* lines are taken, and nobody is told of them before disk_says */
extern char answer[DESK_ANSWER_BYTES];
extern uint32_t answers;

void desk_begin(void);

/* The disk has the oldest line that hangs, or has not. */
void disk_says(bool written);

/* A line, by somebody of that role, or by an admin; the newest answer. */
const char *ask_as(enum command_role role, const char *line);
const char *ask(const char *line);
void desk_answered(void *context, const char *line, size_t length);

/* The code of the answer; 0: it is a result.  1: it is no answer of JSON-RPC 2.0. */
int code(void);

#define EXPECT_CODE(line, wanted)                                                                  \
    do {                                                                                           \
        (void)ask(line);                                                                           \
        spec_expect(__FILE__, __LINE__, code() == (wanted), "%s is answered %s", line, answer);    \
    } while (0)

#define WITH(method, params)                                                                       \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":" params "}"

#endif
