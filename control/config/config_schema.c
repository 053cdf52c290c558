/* Constant tables, made from config_keys.h by two expansions: one for each set of choices, one for
 * each section. */

#include "control/config/config_schema.h"

#include "control/config/config.h"

#define CHOICE_ROW(enumerator, text, meaning, of) {text, meaning, enumerator},
#define CHOICE_SET(of, TABLE)                                                                      \
    static const struct config_choice of##_choice[] = {TABLE(CHOICE_ROW, of)};                     \
    static const struct config_choices of##_choices = {ARRAY_COUNT(of##_choice), of##_choice};
CONFIG_CHOICE_SETS(CHOICE_SET)

/* What a key is made of, by its type. */
#define OF_WHOLE(of)
#define OF_LARGE(of)
#define OF_POWER(of)
#define OF_SWITCH(of)
#define OF_CHOICE(of)  .choices = &of##_choices,
#define OF_CHOICES(of) .choices = &of##_choices,
#define OF_PRICE(of)
#define OF_PACE(of)
#define OF_ADDRESS(of)
#define OF_MAC(of)
#define OF_NAME(of)
#define OF_PORT(of)
#define OF_PATH(of)
#define OF_DEVICE(of)
#define OF_SESSION(of)
#define OF_SYMBOL(of)
#define OF_QTY(of)
#define OF_MONEY(of)
#define OF_NS(of)
#define OF_TICKS(of)
#define OF_MOMENT(of)
#define OF_PPM(of)
#define OF_COUNT(of)
#define OF_VENUE(of)
#define OF_STRATEGY(of)
#define OF_PARAMETERS(of)
#define OF_PATHS(of)
#define OF_WHOLES(of)
#define OF_SYMBOLS(of)
#define OF_SELECTION(of)
#define OF_SECTION(of) .section = &of##_section, .bytes = sizeof(struct of),
#define OF_OPTION(of)  .section = &of##_section, .bytes = sizeof(struct of),
#define OF_LIST(of)    .section = &of##_section, .bytes = sizeof(struct of),

#define KEY_ROW(in, kind, key, default_text, lowest, highest, of, when, meaning)                   \
    {.name = #key,                                                                                 \
     .otherwise = default_text,                                                                    \
     .sentence = meaning,                                                                          \
     .low = lowest,                                                                                \
     .high = highest,                                                                              \
     .offset = offsetof(struct in, key),                                                           \
     OF_##kind(of).type = CONFIG_TYPE_##kind,                                                      \
     .change = CONFIG_##when},
#define SECTION_TABLE(in, TABLE, name)                                                             \
    static const struct config_key in##_key[] = {TABLE(KEY_ROW, in)};                              \
    static const struct config_section in##_section = {                                            \
        .called = name, .count = ARRAY_COUNT(in##_key), .keys = in##_key};

CONFIG_SECTIONS(SECTION_TABLE)

const struct config_section *config_schema(void)
{
    return &config_section;
}

#define TYPE_CALLED(type, called) called,

const char *config_schema_called(enum config_type type)
{
    static const char *const called[] = {CONFIG_TYPES(TYPE_CALLED)};
    CHECK((uint32_t)type < CONFIG_TYPES_COUNT);
    return called[type];
}
