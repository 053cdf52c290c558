#ifndef CONTROL_COMMAND_COMMAND_H
#define CONTROL_COMMAND_COMMAND_H

/* The commands of the control socket, declared once (F56).
 *
 * A row of command_table.c is the whole declaration of a command: what it is called, who may give
 * it, what it takes, what its answer holds and how a person sees that.  From it are made the
 * dispatch, the check of the role and of the parameters (command_call.h), the usage, the completion
 * and the tables of the program pollux, and the table in README.md is compared with it by a spec.
 *
 *     method "risk.set"  ->  pollux risk set LIMIT VALUE [--strategy NAME] ... --reason TEXT
 *
 * A command of a group is a word behind the group's; the first row of a group is what the group's
 * word alone means: "risk" is "risk.show".
 *
 * To add a command: an enumerator here, a row in command_table.c with its parameters and columns, a
 * handler where the desk is planned (apps/polluxd/commands.c), a line in README.md.
 *
 * Threads: any; nothing is written.  Memory: none. */

#include "dataplane/base/text.h"

#define COMMAND_WORD_MAX   32u /* characters of a method */
#define COMMAND_TEXT_MAX   55u /* characters of a reason: as risk's records keep them */
#define COMMAND_NAME_MAX   64u /* characters of a name */
#define COMMAND_VALUE_MAX  255u
#define COMMAND_LEVELS_MAX 10u /* of a side of a book */
#define COMMAND_EVENTS_MAX 256u
#define COMMAND_ROWS_MAX   500u /* of a portion */

/* Who may: each may what those before may.  The numbers are those of risk's records. */
enum command_role {
    COMMAND_NOBODY,
    COMMAND_VIEWER,   /* sees everything that is no secret */
    COMMAND_OPERATOR, /* halts, stops strategies */
    COMMAND_RISK,     /* arms, starts strategies, changes limits and parameters */
    COMMAND_ADMIN,    /* reads the configuration again */
    COMMAND_ROLE_COUNT
};

enum command_type {
    COMMAND_TEXT,   /* printable characters; low and high bound how many */
    COMMAND_WHOLE,  /* a whole number from low to high */
    COMMAND_CHOICE, /* one of choices */
};

struct command_parameter {
    const char *name; /* NULL ends a list */
    enum command_type type;
    bool needed;
    bool option; /* pollux takes it as --NAME, not by its place */
    int64_t low;
    int64_t high;
    const char *const *choices; /* NULL ends them */
    const char *help;
};

/* How a person sees a value. */
enum command_unit {
    COMMAND_AS_IT_IS,
    COMMAND_COUNT_OF, /* 1,234,567 */
    COMMAND_NS,       /* 1.24 us */
    COMMAND_SECONDS,  /* 1:02:03 */
    COMMAND_YES_NO,
};

struct command_column {
    const char *key;   /* of the answer's object; NULL ends a list */
    const char *title; /* what stands above the column, or before the value */
    enum command_unit unit;
    bool right; /* numbers */
};

struct command {
    const char *method;
    const char *help; /* a sentence */
    enum command_role role;
    bool changes;  /* it is written down before it is done, and what came of it after */
    bool tightens; /* it is done even if it cannot be written down */
    const struct command_parameter *parameters; /* or NULL */
    const struct command_column *fields;        /* of the answer itself, or NULL */
    const char *rows;                           /* the answer's list, or NULL: */
    const struct command_column *columns;       /* of each of its objects */
    bool portions; /* the list is a part of a longer one: shown, of, next, one_moment say which */
    const char *verdict; /* a field; where it is false, a check has found problems; or NULL */
};

enum command_number {
    COMMAND_STATUS,
    COMMAND_LCORES,
    COMMAND_LATENCY,
    COMMAND_FEEDS,
    COMMAND_FEEDS_RELEASE,
    COMMAND_BOOK,
    COMMAND_INSTRUMENTS,
    COMMAND_SESSIONS,
    COMMAND_ORDERS,
    COMMAND_POSITIONS,
    COMMAND_STRATEGIES_LIST,
    COMMAND_STRATEGIES_GAUGES,
    COMMAND_STRATEGIES_START,
    COMMAND_STRATEGIES_STOP,
    COMMAND_STRATEGIES_SET,
    COMMAND_RISK_SHOW,
    COMMAND_RISK_SET,
    COMMAND_HALT,
    COMMAND_REDUCE,
    COMMAND_ARM,
    COMMAND_CONFIRM,
    COMMAND_CONFIG_SHOW,
    COMMAND_CONFIG_CHECK,
    COMMAND_CONFIG_DIFF,
    COMMAND_CONFIG_RELOAD,
    COMMAND_EVENTS,
    COMMAND_ALERTS_LIST,
    COMMAND_ALERTS_ACKNOWLEDGE,
    COMMAND_FLIGHT,
    COMMAND_CAPTURE_SHOW,
    COMMAND_CAPTURE_START,
    COMMAND_CAPTURE_STOP,
    COMMAND_METRICS,
    COMMAND_COUNT
};

/* number < COMMAND_COUNT. */
const struct command *command_at(uint32_t number);

/* COMMAND_COUNT if there is none. */
uint32_t command_find(const char *method);

/* Of "risk", "set", ...: the command that the first words name, and how many words that are; 0:
 * there is none, and the number is COMMAND_COUNT. */
uint32_t command_of_words(uint32_t count, const char *const *words, uint32_t *number);

/* "risk set LIMIT VALUE [--strategy STRATEGY] --reason REASON", as pollux takes it. */
void command_usage(struct text *out, const struct command *command);

/* How many parameters; 0 for NULL. */
uint32_t command_parameters(const struct command *command);

const char *command_role_name(enum command_role role); /* "operator" */

/* The role of this name, or COMMAND_ROLE_COUNT. */
enum command_role command_role_named(const char *name, size_t length);

#endif
