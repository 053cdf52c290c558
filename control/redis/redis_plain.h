#ifndef CONTROL_REDIS_REDIS_PLAIN_H
#define CONTROL_REDIS_REDIS_PLAIN_H

/* What one JSON object says, field by field, and a reader of the plain ones: what programs write
 * when they print a message, and nothing else of JSON.
 *
 *     {"kind": "cancel", "sequence": 9, "key": 0}   plain
 *     {"kind": "c\u0061ncel", "sequence": 9.0}      not: jansson reads it (redis_message.c)
 *
 * Plain is an object of fields of REDIS_FIELDS, each once, of its type: texts of printable ASCII
 * without an escape, whole numbers of at most REDIS_PLAIN_DIGITS digits, true and false, and lists
 * of at most REDIS_BATCH_MAX such objects without a list in them.
 *
 * Guarantees: what is read here jansson reads too, and the same; of what is not, nothing is said
 * but that.  So a refusal of JSON that is none is always jansson's.
 * Pure.  Threads: any.  Memory: the caller's, and texts point into the bytes; nothing is allocated.
 * Cost: an order of 140 bytes takes 3,000 instructions, some 33,000 less than with jansson. */

#include "control/redis/redis_message.h"

#define REDIS_PLAIN_DIGITS 18u /* no number of so many overflows */

enum redis_field {
#define REDIS_FIELD_ENUM(name, type, of, must) REDIS_FIELD_##name,
    REDIS_FIELDS(REDIS_FIELD_ENUM) REDIS_FIELD_COUNT
};
enum redis_type { REDIS_TEXT, REDIS_WHOLE, REDIS_SWITCH, REDIS_LIST };

struct redis_value {
    const char *text; /* not ended */
    size_t length;    /* of the text, or of the list */
    int64_t whole;    /* of a switch 0 or 1 */
};

/* A value is written when it is there, and not before. */
struct redis_said {
    uint32_t there; /* by field, a bit */
    struct redis_value value[REDIS_FIELD_COUNT];
};

struct redis_plain {
    struct redis_said message;
    struct redis_said intent[REDIS_BATCH_MAX]; /* of its list */
};

/* The field of this name, or REDIS_FIELD_COUNT.  The search begins with the one behind `after`. */
uint32_t redis_field_find(const char *name, size_t length, uint32_t after);
enum redis_type redis_field_type(uint32_t field);

/* False: it is not plain. */
MUST_USE bool redis_plain_read(const char *bytes, size_t length, struct redis_plain *plain);

#endif
