/* libcyaml 1.3 stops at its first complaint, knows no ranges and leaves the fields of absent keys
 * zero.  So it is given a document that has none of these questions left: the completed tree,
 * written out as YAML with every key, defaults included, ports as indexes, addresses, prices and
 * paces as numbers.  If it refuses that, the tables disagree with each other, and that is our
 * mistake. */

#include "control/config/config_load.h"

#include "control/config/config_schema.h"
#include "control/config/config_text.h"

#include <cyaml/cyaml.h>
#include <stdlib.h>

#define CHOICE_STRING(enumerator, text, meaning, of) {text, enumerator},
#define CHOICE_BIT(enumerator, text, meaning, of)    {text, 1 << (enumerator)},
#define CHOICE_STRINGS(of, TABLE)                                                                  \
    static const cyaml_strval_t of##_strings[]                                                     \
        __attribute__((unused)) = {TABLE(CHOICE_STRING, of)};                                      \
    static const cyaml_strval_t of##_bits[] __attribute__((unused)) = {TABLE(CHOICE_BIT, of)};
CONFIG_CHOICE_SETS(CHOICE_STRINGS)

static const cyaml_schema_value_t whole_value = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint32_t)};
static const cyaml_schema_value_t symbol_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_DEFAULT, struct config_symbol, 1, CONFIG_SYMBOL_MAX)};

/* Texts that keep their place are written as keys of their own. */
#define PLACE_FIELDS(of)                                                                           \
    CYAML_FIELD_UINT("line", CYAML_FLAG_DEFAULT, of, place.line),                                  \
        CYAML_FIELD_UINT("column", CYAML_FLAG_DEFAULT, of, place.column)
#define PLACED_FIELDS(of, high)                                                                    \
    static const cyaml_schema_field_t of##_fields[] = {                                            \
        PLACE_FIELDS(struct of),                                                                   \
        CYAML_FIELD_STRING("text", CYAML_FLAG_DEFAULT, struct of, text, 0), CYAML_FIELD_END}
PLACED_FIELDS(config_strategy_name, CONFIG_NAME_MAX);
PLACED_FIELDS(config_path, CONFIG_PATH_MAX);
static const cyaml_schema_value_t path_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_path, config_path_fields)};
static const cyaml_schema_field_t parameter_fields[] = {
    PLACE_FIELDS(struct config_parameter),
    CYAML_FIELD_STRING("name", CYAML_FLAG_DEFAULT, struct config_parameter, name, 0),
    CYAML_FIELD_STRING("text", CYAML_FLAG_DEFAULT, struct config_parameter, value, 0),
    CYAML_FIELD_END};
static const cyaml_schema_value_t parameter_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_parameter, parameter_fields)};

/* libcyaml's schema of a field, by the type of its key. */
#define VALUE_WHOLE(high, of)  .value = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint32_t)}
#define VALUE_LARGE(high, of)  .value = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint64_t)}
#define VALUE_POWER(high, of)  VALUE_WHOLE(high, of)
#define VALUE_SWITCH(high, of) .value = {CYAML_VALUE_BOOL(CYAML_FLAG_DEFAULT, bool)}
#define VALUE_CHOICE(high, of)                                                                     \
    .value = {CYAML_VALUE_ENUM(CYAML_FLAG_STRICT, enum of, of##_strings, ARRAY_COUNT(of##_strings))}
#define VALUE_CHOICES(high, of)                                                                    \
    .value = {CYAML_VALUE_FLAGS(CYAML_FLAG_STRICT, uint32_t, of##_bits, ARRAY_COUNT(of##_bits))}
#define VALUE_PRICE(high, of)   VALUE_LARGE(high, of)
#define VALUE_PACE(high, of)    VALUE_WHOLE(high, of)
#define VALUE_ADDRESS(high, of) VALUE_WHOLE(high, of)
#define VALUE_MAC(high, of)     VALUE_LARGE(high, of)
#define VALUE_NAME(high, of)                                                                       \
    .value = {CYAML_VALUE_STRING(CYAML_FLAG_DEFAULT, char[(high) + 1], 0, high)}
#define VALUE_PORT(high, of)    VALUE_WHOLE(high, of)
#define VALUE_PATH(high, of)    VALUE_NAME(high, of)
#define VALUE_DEVICE(high, of)  VALUE_NAME(high, of)
#define VALUE_SESSION(high, of) VALUE_NAME(high, of)
#define VALUE_SYMBOL(high, of)  VALUE_NAME(high, of)
#define VALUE_WHOLES(high, of)                                                                     \
    .value = {CYAML_VALUE_SEQUENCE(CYAML_FLAG_POINTER, uint32_t, &whole_value, 0, high)}
#define VALUE_SYMBOLS(high, of)                                                                    \
    .value = {                                                                                     \
        CYAML_VALUE_SEQUENCE(CYAML_FLAG_POINTER, struct config_symbol, &symbol_value, 0, high)}
#define VALUE_SELECTION(high, of) VALUE_SYMBOLS(high, of)
#define VALUE_QTY(high, of)       VALUE_LARGE(high, of)
#define VALUE_MONEY(high, of)     VALUE_LARGE(high, of)
#define VALUE_NS(high, of)        VALUE_LARGE(high, of)
#define VALUE_TICKS(high, of)     VALUE_LARGE(high, of)
#define VALUE_MOMENT(high, of)    VALUE_WHOLE(high, of)
#define VALUE_PPM(high, of)       VALUE_LARGE(high, of)
#define VALUE_COUNT(high, of)     VALUE_LARGE(high, of)
#define VALUE_VENUE(high, of)     VALUE_WHOLE(high, of)
#define VALUE_STRATEGY(high, of)                                                                   \
    .value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_strategy_name,                 \
                                  config_strategy_name_fields)}
#define VALUE_PARAMETERS(high, of)                                                                 \
    .value = {CYAML_VALUE_SEQUENCE(CYAML_FLAG_POINTER, struct config_parameter, &parameter_value,  \
                                   0, high)}
#define VALUE_PATHS(high, of)                                                                      \
    .value = {CYAML_VALUE_SEQUENCE(CYAML_FLAG_POINTER, struct config_path, &path_value, 0, high)}
#define VALUE_SECTION(high, of)                                                                    \
    .value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct of, of##_fields)}
#define VALUE_OPTION(high, of)                                                                     \
    .value = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct of, of##_fields)}
#define VALUE_LIST(high, of)                                                                       \
    .value = {CYAML_VALUE_SEQUENCE(CYAML_FLAG_POINTER, struct of, &of##_value, 0, high)}

/* Lists are {count, at}; everything else is the field itself. */
#define COUNTED(section, list)                                                                     \
    .data_offset = offsetof(struct section, list.at),                                              \
    .count_offset = offsetof(struct section, list.count), .count_size = sizeof(uint32_t)
#define PLAIN(section, field)            .data_offset = offsetof(struct section, field)
#define PLACE_WHOLE(section, field)      PLAIN(section, field)
#define PLACE_LARGE(section, field)      PLAIN(section, field)
#define PLACE_POWER(section, field)      PLAIN(section, field)
#define PLACE_SWITCH(section, field)     PLAIN(section, field)
#define PLACE_CHOICE(section, field)     PLAIN(section, field)
#define PLACE_CHOICES(section, field)    PLAIN(section, field)
#define PLACE_PRICE(section, field)      PLAIN(section, field)
#define PLACE_PACE(section, field)       PLAIN(section, field)
#define PLACE_ADDRESS(section, field)    PLAIN(section, field)
#define PLACE_MAC(section, field)        PLAIN(section, field)
#define PLACE_NAME(section, field)       PLAIN(section, field)
#define PLACE_PORT(section, field)       PLAIN(section, field)
#define PLACE_PATH(section, field)       PLAIN(section, field)
#define PLACE_DEVICE(section, field)     PLAIN(section, field)
#define PLACE_SESSION(section, field)    PLAIN(section, field)
#define PLACE_SYMBOL(section, field)     PLAIN(section, field)
#define PLACE_WHOLES(section, field)     COUNTED(section, field)
#define PLACE_SYMBOLS(section, field)    COUNTED(section, field)
#define PLACE_SELECTION(section, field)  COUNTED(section, field)
#define PLACE_QTY(section, field)        PLAIN(section, field)
#define PLACE_MONEY(section, field)      PLAIN(section, field)
#define PLACE_NS(section, field)         PLAIN(section, field)
#define PLACE_TICKS(section, field)      PLAIN(section, field)
#define PLACE_MOMENT(section, field)     PLAIN(section, field)
#define PLACE_PPM(section, field)        PLAIN(section, field)
#define PLACE_COUNT(section, field)      PLAIN(section, field)
#define PLACE_VENUE(section, field)      PLAIN(section, field)
#define PLACE_STRATEGY(section, field)   PLAIN(section, field)
#define PLACE_PARAMETERS(section, field) COUNTED(section, field)
#define PLACE_PATHS(section, field)      COUNTED(section, field)
#define PLACE_SECTION(section, field)    PLAIN(section, field)
#define PLACE_OPTION(section, field)     PLAIN(section, field)
#define PLACE_LIST(section, field)       COUNTED(section, field)

#define FIELD_ROW(section, type, name, otherwise, low, high, of, change, sentence)                 \
    {.key = #name, PLACE_##type(section, name), VALUE_##type(high, of)},
#define SECTION_FIELDS(section, TABLE, called)                                                     \
    static const cyaml_schema_field_t section##_fields[] = {TABLE(FIELD_ROW, section)              \
                                                                CYAML_FIELD_END};                  \
    static const cyaml_schema_value_t section##_value __attribute__((unused)) = {                  \
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct section, section##_fields)};
CONFIG_SECTIONS(SECTION_FIELDS)

static const cyaml_schema_value_t top_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config, config_fields)};

static const cyaml_config_t cyaml = {
    .mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR, .flags = CYAML_CFG_NO_ALIAS};

/* Always quoted; whatever is not plain ASCII is escaped, so that nothing can end the quotes. */
static void text_write(FILE *out, const struct config_node *node)
{
    fputc('"', out);
    uint32_t character;
    uint32_t width;
    for (uint32_t i = 0; i < node->bytes; i += width) {
        width = config_text_character(node->text + i, node->bytes - i, &character);
        CHECK(width > 0);
        if (character == '"' || character == '\\') fprintf(out, "\\%c", (char)character);
        else if (character >= 0x20 && character < 0x7f) fputc((int)character, out);
        else fprintf(out, "\\U%08X", character);
    }
    fputc('"', out);
}

static void section_write(FILE *out, const struct config_section *section,
                          const struct config_node *node);

/* A text with its place, and its name if it has one. */
static void placed_write(FILE *out, const struct config_node *node, const struct config_node *name)
{
    fprintf(out, "{line: %u, column: %u, text: ", node->place.line, node->place.column);
    text_write(out, node);
    if (name) fputs(", name: ", out);
    if (name) text_write(out, name);
    fputc('}', out);
}

static void entry_write(FILE *out, const struct config_key *key, const struct config_node *entry)
{
    if (key->type == CONFIG_TYPE_LIST) section_write(out, key->section, entry);
    else if (key->type == CONFIG_TYPE_PARAMETERS) placed_write(out, entry, entry->key);
    else if (key->type == CONFIG_TYPE_PATHS) placed_write(out, entry, NULL);
    else text_write(out, entry);
}

static void value_write(FILE *out, const struct config_key *key, const struct config_node *node)
{
    switch (key->type) {
    case CONFIG_TYPE_WHOLE:
    case CONFIG_TYPE_LARGE:
    case CONFIG_TYPE_POWER:
    case CONFIG_TYPE_PRICE:
    case CONFIG_TYPE_PACE:
    case CONFIG_TYPE_ADDRESS:
    case CONFIG_TYPE_MAC:
    case CONFIG_TYPE_QTY:
    case CONFIG_TYPE_MONEY:
    case CONFIG_TYPE_NS:
    case CONFIG_TYPE_TICKS:
    case CONFIG_TYPE_MOMENT:
    case CONFIG_TYPE_PPM:
    case CONFIG_TYPE_COUNT:
    case CONFIG_TYPE_VENUE: fprintf(out, "%ju", (uintmax_t)node->number); return;
    case CONFIG_TYPE_PORT:
        fprintf(out, "%ju", node->given ? (uintmax_t)node->number : CONFIG_PORT_NONE);
        return;
    case CONFIG_TYPE_SWITCH: fputs(node->number ? "true" : "false", out); return;
    case CONFIG_TYPE_CHOICE:
    case CONFIG_TYPE_NAME:
    case CONFIG_TYPE_PATH:
    case CONFIG_TYPE_DEVICE:
    case CONFIG_TYPE_SESSION:
    case CONFIG_TYPE_SYMBOL: text_write(out, node); return;
    case CONFIG_TYPE_STRATEGY: placed_write(out, node, NULL); return;
    case CONFIG_TYPE_PARAMETERS:
    case CONFIG_TYPE_PATHS:
    case CONFIG_TYPE_CHOICES:
    case CONFIG_TYPE_WHOLES:
    case CONFIG_TYPE_SYMBOLS:
    case CONFIG_TYPE_SELECTION:
    case CONFIG_TYPE_LIST:
        fputc('[', out);
        for (const struct config_node *entry = node->first; entry; entry = entry->next) {
            entry_write(out, key, entry);
            fputs(entry->next ? ",\n" : "", out);
        }
        fputc(']', out);
        return;
    case CONFIG_TYPE_SECTION:
    case CONFIG_TYPE_OPTION: section_write(out, key->section, node); return;
    case CONFIG_TYPES_COUNT: break;
    }
    UNREACHABLE("every key has a type of CONFIG_TYPES");
}

static void section_write(FILE *out, const struct config_section *section,
                          const struct config_node *node)
{
    const char *separator = "{";
    for (uint32_t i = 0; i < section->count; i++) {
        const struct config_key *key = &section->keys[i];
        if (!node->field[i]) continue; /* an OPTION that was left out */
        fprintf(out, "%s\n%s: ", separator, key->name);
        value_write(out, key, node->field[i]);
        separator = ",";
    }
    fputs("}", out);
}

struct config *config_load(const struct config_tree *tree)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    CHECK(out != NULL);
    section_write(out, config_schema(), tree->root);
    CHECK(fclose(out) == 0);

    cyaml_data_t *loaded = NULL;
    cyaml_err_t trouble =
        cyaml_load_data((const uint8_t *)text, bytes, &cyaml, &top_value, &loaded, NULL);
    free(text);
    CHECK(trouble == CYAML_OK);
    return loaded;
}

void config_free(struct config *config)
{
    CHECK(cyaml_free(&cyaml, &top_value, config, 0) == CYAML_OK);
}
