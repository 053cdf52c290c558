#ifndef CONTROL_COMMAND_COMMAND_CALL_H
#define CONTROL_COMMAND_COMMAND_CALL_H

/* One request, from the bytes of its line to the bytes of its answer: JSON-RPC 2.0, one object a
 * line (F56).  Pure: no socket, no clock.
 *
 *     {"jsonrpc": "2.0", "id": 1, "method": "book", "params": {"symbol": "ACME"}}
 *     {"jsonrpc": "2.0", "id": 1, "result": {"symbol": "ACME", "state": "LIVE", ...}}
 *     {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "halt needs ..."}}
 *
 * What is asked in order: is it JSON, is it a request, is there such a command, may this caller
 * give it, are its parameters right.  Whoever may not is told so before his parameters are looked
 * at.  A batch and a notification (a request without an id) are refused; so are members that JSON-
 * RPC does not know, names that come twice, and lists and objects in each other deeper than
 * COMMAND_DEPTH_MAX.  Parameters may be an object, or a list in the order of the table.
 *
 * Texts of an accepted request are printable UTF-8 without control characters.
 *
 * Threads: one.  Memory: jansson's, freed by command_call_free. */

#include "control/command/command.h"

#include <jansson.h>

#define COMMAND_LINE_MAX    4096u /* bytes of a request with its line end */
#define COMMAND_DEPTH_MAX   8u
#define COMMAND_ID_MAX      64u        /* characters of an id that is a text */
#define COMMAND_ANSWER_MAX  (1u << 20) /* bytes of an answer with its line end */
#define COMMAND_PROBLEM_MAX 256u       /* bytes of a sentence */

/* clang-format off */

/* Codes: those of JSON-RPC 2.0, section 5.1, and our own. */
#define COMMAND_CODES(X)                                                                           \
    X(COMMAND_BAD_JSON,       -32700, "the line is no JSON, is too long, or too deep")             \
    X(COMMAND_BAD_REQUEST,    -32600, "the object is no request of JSON-RPC 2.0")                  \
    X(COMMAND_UNKNOWN,        -32601, "there is no such command")                                  \
    X(COMMAND_BAD_PARAMETERS, -32602, "a parameter is missing, unknown, or out of range")          \
    X(COMMAND_BROKEN,         -32603, "the answer could not be composed")                          \
    X(COMMAND_FORBIDDEN,      -32001, "the caller's role does not allow the command")              \
    X(COMMAND_REFUSED,        -32002, "the box does not do it, and says why")                      \
    X(COMMAND_UNAVAILABLE,    -32003, "the box has no such part, or it does not answer now")
/* clang-format on */

#define COMMAND_CODE_ENUM(name, number, meaning) name = (number),
enum command_code { COMMAND_OK = 0, COMMAND_CODES(COMMAND_CODE_ENUM) };

/* Who asks, as the kernel says it at the connection. */
struct command_caller {
    uint32_t uid;
    uint32_t gid;
    int32_t pid; /* for the record alone */
    enum command_role role;
};

struct command_call;
typedef void command_told_fn(void *context, struct command_call *call);

struct command_call {
    struct command_caller caller;
    uint32_t number; /* enum command_number; COMMAND_COUNT until it is known */
    json_t *id;      /* NULL: none was read */
    json_t *parameters;
    uint64_t tightened; /* how often anything had been tightened when it was asked for */
    enum command_code code;
    char problem[COMMAND_PROBLEM_MAX];
    json_t *result;

    /* Told once when it has ended, which may be later than the handler's return. */
    command_told_fn *told;
    void *context;
};

/* Reads line[0..length), without its end.  True: it may be done; else code and problem are set. */
MUST_USE bool command_call_read(struct command_call *call, const struct command_caller *caller,
                                const char *line, size_t length);

/* Parameters, for handlers: NULL or otherwise if it was left out. */
const char *command_call_text(const struct command_call *call, const char *name);
int64_t command_call_whole(const struct command_call *call, const char *name, int64_t otherwise);

/* The end: one of these, once.  result is taken over. */
void command_call_answer(struct command_call *call, json_t *result);
void command_call_refuse(struct command_call *call, enum command_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The answer with its line end; to be freed.  NULL: there is no memory. */
char *command_call_write(const struct command_call *call, size_t *length);

void command_call_free(struct command_call *call); /* what it holds, not itself */

const char *command_code_text(enum command_code code);

#endif
