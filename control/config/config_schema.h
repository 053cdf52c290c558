#ifndef CONTROL_CONFIG_CONFIG_SCHEMA_H
#define CONTROL_CONFIG_CONFIG_SCHEMA_H

/* The rows of config_keys.h as tables that the checks and the reference page walk.  Private to
 * control/config. */

#include "control/config/config_keys.h"
#include "dataplane/base/base.h"

#define CONFIG_TYPE_ENUM(type, called) CONFIG_TYPE_##type,
enum config_type { CONFIG_TYPES(CONFIG_TYPE_ENUM) CONFIG_TYPES_COUNT };

enum config_change { CONFIG_LIVE, CONFIG_RESTART };

struct config_choice {
    const char *text;
    const char *meaning;
    int64_t value;
};

struct config_choices {
    uint32_t count;
    const struct config_choice *at;
};

struct config_key {
    const char *name;
    const char *otherwise; /* the default; NULL: required */
    const char *sentence;
    uint64_t low;
    uint64_t high;
    const struct config_choices *choices; /* of CHOICE and CHOICES */
    const struct config_section *section; /* of SECTION, OPTION and LIST */
    size_t offset;                        /* in the struct of its section */
    size_t bytes;                         /* of the struct of section */
    enum config_type type;
    enum config_change change;
};

struct config_section {
    const char *called;
    uint32_t count;
    const struct config_key *keys;
};

/* The top level; every other section is below it. */
const struct config_section *config_schema(void);

/* How sentences call a type: "a whole number". */
const char *config_schema_called(enum config_type type);

/* The index of a key in its section, checked by the compiler:
 * KEY(config_feed, line_a) is the index of line_a in feed. */
#define KEY(section, key) KEY_##section##_##key

#define CONFIG_KEY_INDEX(section, type, key, otherwise, low, high, of, change, sentence)           \
    KEY(section, key),
#define CONFIG_KEY_INDEXES(section, TABLE, called) enum { TABLE(CONFIG_KEY_INDEX, section) };
CONFIG_SECTIONS(CONFIG_KEY_INDEXES)

#endif
