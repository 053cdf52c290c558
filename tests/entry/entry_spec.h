#ifndef TESTS_ENTRY_ENTRY_SPEC_H
#define TESTS_ENTRY_ENTRY_SPEC_H

/* Conversations with the ports of one rig, new for each spec. */

#include "tests/entry/entry_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>

static struct entry_rig rig;
static struct entry_limits spec_limits;

__attribute__((unused)) static void entry_spec_begin(void)
{
    spec_limits = entry_rig_limits();
    entry_rig_new(&rig, &spec_limits);
}

__attribute__((unused)) static void entry_spec_end(void)
{
    entry_verify(rig.entry);
    match_verify(rig.match);
    entry_rig_free(&rig);
}

/* Everything said so far is forgotten. */
#define HUSH() ((void)entry_rig_heard(&rig))

/* A request that must be decided so. */
#define SAY_IS(session, line, verdict_)                                                            \
    do {                                                                                           \
        enum entry_verdict said_ = entry_rig_say(&rig, session, line);                             \
        EXPECT_TEXT(entry_verdict_name(said_), entry_verdict_name(verdict_));                      \
        entry_verify(rig.entry);                                                                   \
    } while (0)

#define SAY(session, line)                                                                         \
    do {                                                                                           \
        (void)entry_rig_say(&rig, session, line);                                                  \
        entry_verify(rig.entry);                                                                   \
    } while (0)

#define HEARD(lines) EXPECT_TEXT(entry_rig_heard(&rig), lines)

/* A request and all that follows from it. */
#define TALK(session, line, lines)                                                                 \
    do {                                                                                           \
        SAY(session, line);                                                                        \
        HEARD(lines);                                                                              \
    } while (0)

#endif
