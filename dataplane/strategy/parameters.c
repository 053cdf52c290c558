#include "dataplane/strategy/parameters.h"

#include <string.h>

/* How many bytes a value of a kind takes in the settings: all zero if there is none. */
static size_t bytes_of(enum parameter_kind kind)
{
#define KIND_BYTES(name, word, text, type) sizeof(type),
    static const size_t bytes[] = {PARAMETER_KINDS(KIND_BYTES)};
    return bytes[kind];
}

static const struct parameter_row *row_of(const struct parameter_table *table, const char *name)
{
    for (uint32_t i = 0; i < table->rows; i++)
        if (strcmp(table->row[i].name, name) == 0) return &table->row[i];
    return NULL;
}

static const char *value_of(const struct delegate_parameters *given, const char *name)
{
    for (uint32_t i = 0; i < given->count; i++)
        if (strcmp(given->at[i].name, name) == 0) return given->at[i].value;
    return NULL;
}

bool parameters_given(const struct delegate_parameters *given, const char *name)
{
    return value_of(given, name) != NULL;
}

/* "maker: reference is 'best': " */
static struct text begin(const struct parameter_table *table, char *problem, size_t capacity)
{
    struct text text = text_in(problem, capacity);
    text_append(&text, table->strategy);
    text_append(&text, ": ");
    return text;
}

static void name_value(struct text *text, const char *name, const char *value)
{
    text_append(text, name);
    text_append(text, " is '");
    text_append(text, value);
    text_append(text, "': ");
}

static bool refuse_unknown(const struct parameter_table *table, const char *name, char *problem,
                           size_t capacity)
{
    if (capacity == 0) return false;
    struct text text = begin(table, problem, capacity);
    text_append(&text, "there is no parameter '");
    text_append(&text, name);
    text_append(&text, "'; there are");
    for (uint32_t i = 0; i < table->rows; i++) {
        text_append(&text, i == 0 ? " " : ", ");
        text_append(&text, table->row[i].name);
    }
    return false;
}

static bool refuse_missing(const struct parameter_table *table, const struct parameter_row *row,
                           char *problem, size_t capacity)
{
    if (capacity == 0) return false;
    struct text text = begin(table, problem, capacity);
    text_append(&text, row->name);
    text_append(&text, " is missing: ");
    text_append(&text, parameter_kind_text(row->kind));
    text_append(&text, ", ");
    text_append(&text, row->sentence);
    return false;
}

/* What the value should have been. */
static bool refuse_value(const struct parameter_table *table, const struct parameter_row *row,
                         const char *value, char *problem, size_t capacity)
{
    if (capacity == 0) return false;
    struct text text = begin(table, problem, capacity);
    name_value(&text, row->name, value);
    text_append(&text, "it should be ");
    if (row->kind == PARAMETER_CHOICE) {
        for (uint32_t i = 0; i < PARAMETER_CHOICES_MAX && row->words[i]; i++) {
            if (i > 0) text_append(&text, " or ");
            text_append(&text, row->words[i]);
        }
        return false;
    }
    text_append(&text, parameter_kind_text(row->kind));
    text_append(&text, ", from ");
    parameter_print_bound(&text, row, row->low);
    text_append(&text, " to ");
    parameter_print_bound(&text, row, row->high);
    return false;
}

bool parameters_refuse(const struct parameter_table *table, const struct delegate_parameters *given,
                       const char *name, const char *why, char *problem, size_t capacity)
{
    const struct parameter_row *row = row_of(table, name);
    CHECK(row != NULL);
    const char *value = value_of(given, name);
    if (capacity == 0) return false;
    struct text text = begin(table, problem, capacity);
    if (!value) value = row->standard ? row->standard : "";
    name_value(&text, name, value);
    text_append(&text, why);
    return false;
}

bool parameters_read(const struct parameter_table *table, const struct delegate_parameters *given,
                     void *settings, char *problem, size_t capacity)
{
    for (uint32_t i = 0; i < given->count; i++) {
        const char *name = given->at[i].name;
        struct delegate_parameters before = {.count = i, .at = given->at};
        if (!row_of(table, name)) return refuse_unknown(table, name, problem, capacity);
        if (value_of(&before, name))
            return parameters_refuse(table, given, name, "it is given twice", problem, capacity);
    }
    for (uint32_t i = 0; i < table->rows; i++) {
        const struct parameter_row *row = &table->row[i];
        void *into = (uint8_t *)settings + row->offset;
        memset(into, 0, bytes_of(row->kind));
        const char *value = value_of(given, row->name);
        if (!value) value = row->standard;
        if (!value) return refuse_missing(table, row, problem, capacity);
        if (value == row->standard && value[0] == '\0') continue;
        if (!parameter_read(row, value, into))
            return refuse_value(table, row, value, problem, capacity);
    }
    return true;
}
