#ifndef CONTROL_CONFIG_CONFIG_H
#define CONTROL_CONFIG_CONFIG_H

/* The configuration of polluxd: one YAML file in, one checked struct out, or every problem of the
 * file at once, each with its line and column (F57).
 *
 *     bytes --> text --> tree --> schema --> rules --> libcyaml --> struct config
 *               UTF-8    YAML     each key   between   typed
 *                        marks    alone      keys      load
 *                 |        |        |          |
 *                 +--------+--------+----------+----> struct config_problems
 *
 * What a key is called, may be and means is one row in config_keys.h; the structs below are made
 * from the same rows, so a key has one name in the file, in the struct and in the reference page:
 *
 *     config->feed->gap_wait_us                   config->ports.count, config->ports.at[i].name
 *     config->lcores.layout == CONFIG_LAYOUT_SHARED
 *
 * A struct config is complete (a key left out has its default) and true (every rule holds): whoever
 * reads it checks nothing again.  What a machine lacks (that core, that device), and what the
 * parameters of a strategy may be, is not known here.
 *
 * Threads: any; nothing is shared.  Memory: the struct is allocated, and freed by config_free. */

#include "control/config/config_keys.h"
#include "dataplane/base/base.h"

#include <stdio.h>

#define CONFIG_FILE_BYTES_MAX    (1u << 20)
#define CONFIG_PROBLEMS_MAX      100
#define CONFIG_SENTENCE_MAX      240
#define CONFIG_PACE_FASTEST      0          /* config_capture.pace: without waiting */
#define CONFIG_PORT_NONE         UINT32_MAX /* a PORT that was left out */
#define CONFIG_HAS(choices, one) (((choices) >> (one)&1) != 0)

#define CONFIG_CHOICE_ENUM(enumerator, text, meaning, of) enumerator,
#define CONFIG_ENUM(of, TABLE)                            enum of { TABLE(CONFIG_CHOICE_ENUM, of) };
CONFIG_CHOICE_SETS(CONFIG_ENUM)

struct config_wholes {
    uint32_t count;
    uint32_t *at;
};

struct config_symbol {
    char text[CONFIG_SYMBOL_MAX + 1];
};

/* Where something stands in the file; both from 1. */
struct config_place {
    uint32_t line;
    uint32_t column; /* in characters */
};

struct config_strategy_name {
    struct config_place place;
    char text[CONFIG_NAME_MAX + 1];
};

struct config_parameter {
    struct config_place place; /* of the value */
    char name[CONFIG_NAME_MAX + 1];
    char value[CONFIG_PARAMETER_MAX + 1];
};

struct config_parameters {
    uint32_t count;
    struct config_parameter *at; /* each name once, in the order of the file */
};

struct config_path {
    struct config_place place;
    char text[CONFIG_PATH_MAX + 1];
};

struct config_paths {
    uint32_t count;
    struct config_path *at;
};

struct config_symbols {
    uint32_t count; /* 0 in a SELECTION: all instruments */
    struct config_symbol *at;
};

/* The C type of each type of key. */
#define CONFIG_FIELD_WHOLE(key, high, of)      uint32_t key;
#define CONFIG_FIELD_LARGE(key, high, of)      uint64_t key;
#define CONFIG_FIELD_POWER(key, high, of)      uint32_t key;
#define CONFIG_FIELD_SWITCH(key, high, of)     bool key;
#define CONFIG_FIELD_CHOICE(key, high, of)     enum of key;
#define CONFIG_FIELD_CHOICES(key, high, of)    uint32_t key; /* a bit each: see CONFIG_HAS */
#define CONFIG_FIELD_PRICE(key, high, of)      uint64_t key; /* in 1e-8, as price_t; 0: none */
#define CONFIG_FIELD_PACE(key, high, of)       uint32_t key; /* or CONFIG_PACE_FASTEST */
#define CONFIG_FIELD_ADDRESS(key, high, of)    uint32_t key; /* 10.0.0.1 is 0x0a000001; 0: none */
#define CONFIG_FIELD_MAC(key, high, of)        uint64_t key; /* its six bytes, the first highest */
#define CONFIG_FIELD_NAME(key, high, of)       char key[(high) + 1];
#define CONFIG_FIELD_PORT(key, high, of)       uint32_t key; /* its index in ports, or none */
#define CONFIG_FIELD_PATH(key, high, of)       char key[(high) + 1];
#define CONFIG_FIELD_DEVICE(key, high, of)     char key[(high) + 1];
#define CONFIG_FIELD_SESSION(key, high, of)    char key[(high) + 1];
#define CONFIG_FIELD_SYMBOL(key, high, of)     char key[(high) + 1];
#define CONFIG_FIELD_QTY(key, high, of)        uint64_t key; /* in 1e-8, as qty_t */
#define CONFIG_FIELD_MONEY(key, high, of)      uint64_t key; /* in 1e-8 */
#define CONFIG_FIELD_NS(key, high, of)         uint64_t key;
#define CONFIG_FIELD_TICKS(key, high, of)      uint64_t key;
#define CONFIG_FIELD_MOMENT(key, high, of)     uint32_t key; /* s, to CONFIG_MIDNIGHT; 0: none */
#define CONFIG_FIELD_PPM(key, high, of)        uint64_t key;
#define CONFIG_FIELD_COUNT(key, high, of)      uint64_t key;
#define CONFIG_FIELD_VENUE(key, high, of)      uint32_t key; /* its index in gateway.venues */
#define CONFIG_FIELD_STRATEGY(key, high, of)   struct config_strategy_name key;
#define CONFIG_FIELD_PARAMETERS(key, high, of) struct config_parameters key;
#define CONFIG_FIELD_PATHS(key, high, of)      struct config_paths key;
#define CONFIG_FIELD_WHOLES(key, high, of)     struct config_wholes key;
#define CONFIG_FIELD_SYMBOLS(key, high, of)    struct config_symbols key;
#define CONFIG_FIELD_SELECTION(key, high, of)  struct config_symbols key;
#define CONFIG_FIELD_SECTION(key, high, of)    struct of key;
#define CONFIG_FIELD_OPTION(key, high, of)     struct of *key; /* NULL if the file has none */
#define CONFIG_FIELD_LIST(key, high, of)                                                           \
    struct {                                                                                       \
        uint32_t count;                                                                            \
        struct of *at;                                                                             \
    } key;

#define CONFIG_FIELD(section, type, key, otherwise, low, high, of, change, sentence)               \
    CONFIG_FIELD_##type(key, high, of)
#define CONFIG_STRUCT(section, TABLE, called)                                                      \
    struct section {                                                                               \
        TABLE(CONFIG_FIELD, section)                                                               \
    };
CONFIG_SECTIONS(CONFIG_STRUCT)

/* How many stages the roles of a file have: the cores that the dedicated layout needs. */
uint32_t config_stages(uint32_t roles);

/* How many chunks of CONFIG_ANSWERS_CHUNK_BYTES a venue keeps for answers to so many living orders,
 * whatever sessions they are of.  While no more are left, it takes no new order. */
uint64_t config_answers_reserve(uint64_t orders, uint64_t sessions);

struct config_problem {
    uint32_t line;   /* from 1; 0 if the trouble is the file itself, not a place in it */
    uint32_t column; /* from 1, in characters */
    char sentence[CONFIG_SENTENCE_MAX];
};

/* In the order of the file. */
struct config_problems {
    uint32_t count;
    uint32_t more; /* found after CONFIG_PROBLEMS_MAX were kept */
    struct config_problem at[CONFIG_PROBLEMS_MAX];
};

/* Reads the file at path.  Returns true and *config (to be freed), or false, *config NULL, and at
 * least one problem. */
MUST_USE bool config_read(const char *path, struct config **config,
                          struct config_problems *problems);

/* The same for text[0..bytes), which need not end with a NUL. */
MUST_USE bool config_parse(const char *text, size_t bytes, struct config **config,
                           struct config_problems *problems);

void config_free(struct config *config); /* NULL is allowed */

/* Composes a sentence and keeps it; past CONFIG_PROBLEMS_MAX it is only counted.  {0, 0} is the
 * file as a whole.  For whoever reads the struct and finds more wrong with it, in its order. */
void config_problems_add(struct config_problems *problems, struct config_place place,
                         const char *format, ...) __attribute__((format(printf, 3, 4)));

/* One line per problem: path:line:column: sentence. */
void config_print_problems(FILE *out, const char *path, const struct config_problems *problems);

/* The reference page: every key with its type, range, default, whether a reload may change it, and
 * what it means. */
void config_reference(FILE *out);

#endif
