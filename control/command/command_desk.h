#ifndef CONTROL_COMMAND_COMMAND_DESK_H
#define CONTROL_COMMAND_COMMAND_DESK_H

/* Where requests become acts: a line in, who may, what is written down, the handler, an answer out.
 * Pure: the socket, the file of the record and the clock are the caller's.
 *
 *     line --> command_call_read --> record: begun --> handler --> record: ended --> answer
 *                    |                    |
 *                    +-- refused          +-- cannot be written: refused, unless it tightens
 *
 * An act that changes something is written down, and is on the disk, before it is done; what came
 * of it is written after, and answered then.  One that tightens (a halt) waits for no disk, neither
 * before it is done nor before its answer, and is done even if the record cannot be written: the
 * counter says so.  While one act waits for the disk, others go on; each knows what had been
 * tightened when it was asked for, so that a handler may refuse what somebody who halted meanwhile
 * would not want any more.
 *
 * Each request is counted once, by its end: request = answered + the sum of the refusals +
 * under_way.
 *
 * Threads: one.  Memory: of a request under way, allocated. */

#include "control/command/command_call.h"
#include "control/command/command_clerk.h"

/* clang-format off */
#define COMMAND_DESK_COUNTERS(C)                                                                   \
    C(request,            "Requests on the control socket")                                        \
    C(answered,           "of these, done")                                                        \
    C(bad_json,           "of these, no JSON, too long or too deep")                               \
    C(bad_request,        "of these, no request of JSON-RPC 2.0")                                  \
    C(unknown,            "of these, for a command that there is not")                             \
    C(bad_parameters,     "of these, with parameters that are missing, unknown or out of range")   \
    C(broken,             "of these, whose answer could not be composed")                          \
    C(forbidden,          "of these, by somebody whose role does not allow it")                    \
    C(refused,            "of these, refused by the box")                                          \
    C(unavailable,        "of these, for a part that the box does not have, or that does not answer") \
    C(record_lost,        "Lines of the record of changes that could not be written")
#define COMMAND_DESK_GAUGES(C)                                                                     \
    C(under_way,          "Requests whose answer is awaited now")
/* clang-format on */

#define COMMAND_DESK_FIELD(name, meaning) uint64_t name;
struct command_desk_counts {
    COMMAND_DESK_COUNTERS(COMMAND_DESK_FIELD)
    COMMAND_DESK_GAUGES(COMMAND_DESK_FIELD)
};

typedef void command_fn(void *context, struct command_call *call);

struct command_desk_plan {
    command_fn *const *on; /* by enum command_number; NULL: the box has no such part */
    void *context;         /* of the handlers */
    /* A line of the record, with its end.  told once, at once or later: whether it is on the
     * disk. */
    void (*record)(void *context, const char *line, size_t length, command_written_fn *told,
                   void *of);
    void *record_context;
    const char *(*record_why)(const void *context); /* a line could not be written; may be NULL */
    /* How often anything was tightened, by whomever, for command_call's; may be NULL. */
    uint64_t (*tightened)(const void *context);
    nanos_t (*now)(void); /* since 1970, for the record */
};

struct command_desk {
    struct command_desk_plan plan;
    struct command_desk_counts counts;
    uint64_t acts; /* numbers of the record's lines */
    bool ends;     /* what waits for its record is not done any more */
};

/* Told once of each line, at once or later: the answer with its line end. */
typedef void command_answer_fn(void *context, const char *answer, size_t length);

void command_desk_take(struct command_desk *desk, const struct command_caller *caller,
                       const char *line, size_t length, command_answer_fn *answer, void *context);

#endif
