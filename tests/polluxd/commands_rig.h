#ifndef TESTS_POLLUXD_COMMANDS_RIG_H
#define TESTS_POLLUXD_COMMANDS_RIG_H

/* The queue of changes with people before it, and behind it an engine that is a mailbox: it takes
 * one change and answers when the spec says so. */

#include "apps/polluxd/commands_layout.h"

#define RIG_PEOPLE (COMMANDS_WAITING_MAX + 2)

struct commands_rig {
    struct commands commands;
    struct polluxd polluxd;
    nanos_t now;
    bool reloads, signaled; /* a reload, a halt by signal, is under way */

    /* The engine's mailbox. */
    bool taken, answered, others; /* others: it is somebody else's */
    struct engine_control_answer answer;
    uint64_t tightened; /* the engine's number, */
    uint64_t since;     /* and that of what it was asked last */
    char story[1024];   /* what it was asked, in order */

    struct command_call call[RIG_PEOPLE];
    char told[RIG_PEOPLE][COMMAND_PROBLEM_MAX]; /* "": not yet; "done", or why not */
};

extern struct commands_rig rig;

void rig_before_each(void);
void rig_after_each(void);

void rig_step(void);
void rig_engine_answers(enum risk_control verdict);
/* Person i asks for something called name. */
void rig_ask(uint32_t i, const char *name, enum risk_scope scope, enum risk_state state);
/* How every change of the rig ends. */
void rig_done(struct commands *of, struct change *change, const struct engine_control_answer *to);

#endif
