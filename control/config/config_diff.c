#include "control/config/config_diff.h"

#include "control/config/config_diff_value.h"

#include <stdlib.h>
#include <string.h>

/* Both configurations are complete structs of one schema, so the walk is that of the schema, with
 * an offset at each key.  Texts decide: two values are one if they would be written the same way.
 */

struct walk {
    const struct config *was;
    const struct config *is;
    struct config_differences *differences;
    bool same; /* what is the same is told too */
};

/* A text that is composed: as long as it takes. */
struct said {
    char *text;
    size_t bytes;
    FILE *out;
};

static struct said *said_begin(struct said *said)
{
    *said = (struct said){0};
    said->out = open_memstream(&said->text, &said->bytes);
    CHECK(said->out != NULL);
    return said;
}

static char *said_end(struct said *said)
{
    CHECK(fclose(said->out) == 0);
    return said->text;
}

static char *path_of(const char *path, const char *name)
{
    struct said said;
    fputs(path, said_begin(&said)->out);
    fprintf(said.out, "%s%s", path[0] ? "." : "", name);
    return said_end(&said);
}

/* An entry has no '.' before it. */
static char *entry_of(const char *path, const char *name)
{
    struct said said;
    fprintf(said_begin(&said)->out, "%s[%s]", path, name);
    return said_end(&said);
}

/* path is copied, was and is are kept. */
static void add(const struct walk *walk, const char *path, char *was, char *is, bool live)
{
    struct config_differences *all = walk->differences;
    size_t bytes = ((size_t)all->count + 1) * sizeof *all->at;
    all->at = realloc(all->at, bytes);
    CHECK(all->at != NULL);
    struct config_difference *one = &all->at[all->count++];
    *one = (struct config_difference){.was = was, .is = is, .live = live};
    one->path = strdup(path);
    CHECK(one->path != NULL);
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    CHECK(copy != NULL);
    return copy;
}

static void section_diff(const struct walk *walk, const struct config_section *section,
                         const char *path, const void *was, const void *is);

/* Single values. */

static char *value_of(const struct config *config, const struct config_key *key, const void *field)
{
    struct said said;
    config_diff_value_print(said_begin(&said)->out, config, key, field);
    return said_end(&said);
}

static void value_diff(const struct walk *walk, const struct config_key *key, const char *path,
                       const void *was, const void *is)
{
    char *old = value_of(walk->was, key, was);
    char *new = value_of(walk->is, key, is);
    if (walk->same || strcmp(old, new) != 0) {
        add(walk, path, old, new, key->change == CONFIG_LIVE);
        return;
    }
    free(old);
    free(new);
}

/* Parameters, by name. */

static const char *parameter_of(const struct config_parameters *parameters, const char *name)
{
    for (uint32_t i = 0; i < parameters->count; i++)
        if (strcmp(parameters->at[i].name, name) == 0) return parameters->at[i].value;
    return NULL;
}

static void parameter_diff(const struct walk *walk, const struct config_key *key, const char *path,
                           const char *name, const char *was, const char *is)
{
    if (!walk->same && was && is && strcmp(was, is) == 0) return;
    char *below = path_of(path, name);
    add(walk, below, was ? copy_of(was) : NULL, is ? copy_of(is) : NULL,
        key->change == CONFIG_LIVE);
    free(below);
}

static void parameters_diff(const struct walk *walk, const struct config_key *key, const char *path,
                            const struct config_parameters *was, const struct config_parameters *is)
{
    for (uint32_t i = 0; i < was->count; i++)
        parameter_diff(walk, key, path, was->at[i].name, was->at[i].value,
                       parameter_of(is, was->at[i].name));
    for (uint32_t i = 0; i < is->count; i++)
        if (!parameter_of(was, is->at[i].name))
            parameter_diff(walk, key, path, is->at[i].name, NULL, is->at[i].value);
}

/* Lists. */

struct entries {
    const struct config *config;
    const struct config_section *section;
    const char *at;
    size_t bytes;
    uint32_t count;
    char **name;
};

/* What names an entry: its first key, and a symbol's venue; else its number. */
static char *name_of(const struct entries *entries, uint32_t index)
{
    const struct config_key *first = &entries->section->keys[0];
    const char *entry = entries->at + index * entries->bytes;
    struct said said;
    said_begin(&said);
    bool named = first->type == CONFIG_TYPE_NAME || first->type == CONFIG_TYPE_SYMBOL ||
                 first->type == CONFIG_TYPE_ADDRESS || first->type == CONFIG_TYPE_VENUE;
    if (named) config_diff_value_print(said.out, entries->config, first, entry + first->offset);
    else fprintf(said.out, "%u", index);
    for (uint32_t i = 1; first->type == CONFIG_TYPE_SYMBOL && i < entries->section->count; i++) {
        const struct config_key *key = &entries->section->keys[i];
        if (key->type != CONFIG_TYPE_VENUE) continue;
        fputs(" at ", said.out);
        config_diff_value_print(said.out, entries->config, key, entry + key->offset);
    }
    return said_end(&said);
}

static struct entries entries_of(const struct config *config, const struct config_key *key,
                                 const void *field)
{
    /* Each LIST is {count, at}, whatever its entries are. */
    const struct {
        uint32_t count;
        void *at;
    } *list = field;
    struct entries entries = {.config = config,
                              .section = key->section,
                              .at = list->at,
                              .bytes = key->bytes,
                              .count = list->count};
    entries.name = calloc(entries.count + 1ul, sizeof *entries.name);
    CHECK(entries.name != NULL);
    for (uint32_t i = 0; i < entries.count; i++) entries.name[i] = name_of(&entries, i);
    return entries;
}

static void entries_free(struct entries *entries)
{
    for (uint32_t i = 0; i < entries->count; i++) free(entries->name[i]);
    free(entries->name);
}

/* The index of name, looked for at first where it was; or count. */
static uint32_t entry_find(const struct entries *entries, const char *name, uint32_t near)
{
    if (near < entries->count && strcmp(entries->name[near], name) == 0) return near;
    uint32_t i = 0;
    while (i < entries->count && strcmp(entries->name[i], name) != 0) i++;
    return i;
}

static void list_diff(const struct walk *walk, const struct config_key *key, const char *path,
                      const void *was, const void *is)
{
    struct entries old = entries_of(walk->was, key, was), new = entries_of(walk->is, key, is);
    bool live = key->change == CONFIG_LIVE;
    for (uint32_t i = 0; i < old.count; i++) {
        char *at = entry_of(path, old.name[i]);
        uint32_t other = entry_find(&new, old.name[i], i);
        if (other == new.count) add(walk, at, copy_of(""), NULL, live);
        else
            section_diff(walk, key->section, at, old.at + i * old.bytes, new.at + other *new.bytes);
        free(at);
    }
    for (uint32_t i = 0; i < new.count; i++) {
        if (entry_find(&old, new.name[i], i) < old.count) continue;
        char *at = entry_of(path, new.name[i]);
        add(walk, at, NULL, copy_of(""), live);
        free(at);
    }
    entries_free(&old);
    entries_free(&new);
}

/* Sections. */

static void option_diff(const struct walk *walk, const struct config_key *key, const char *path,
                        const void *was, const void *is)
{
    const void *old, *new;
    memcpy(&old, was, sizeof old);
    memcpy(&new, is, sizeof new);
    bool live = key->change == CONFIG_LIVE;
    if (old && new) section_diff(walk, key->section, path, old, new);
    else if (old) add(walk, path, copy_of(""), NULL, live);
    else if (new) add(walk, path, NULL, copy_of(""), live);
}

static void section_diff(const struct walk *walk, const struct config_section *section,
                         const char *path, const void *was, const void *is)
{
    for (uint32_t i = 0; i < section->count; i++) {
        const struct config_key *key = &section->keys[i];
        const void *old = (const char *)was + key->offset, *new = (const char *)is + key->offset;
        char *below = path_of(path, key->name);
        if (key->type == CONFIG_TYPE_SECTION) section_diff(walk, key->section, below, old, new);
        else if (key->type == CONFIG_TYPE_OPTION) option_diff(walk, key, below, old, new);
        else if (key->type == CONFIG_TYPE_LIST) list_diff(walk, key, below, old, new);
        else if (key->type == CONFIG_TYPE_PARAMETERS) parameters_diff(walk, key, below, old, new);
        else value_diff(walk, key, below, old, new);
        free(below);
    }
}

struct config_differences config_diff(const struct config *was, const struct config *is)
{
    struct config_differences differences = {0};
    struct walk walk = {was, is, &differences, false};
    section_diff(&walk, config_schema(), "", was, is);
    return differences;
}

struct config_differences config_values(const struct config *config)
{
    struct config_differences values = {0};
    struct walk walk = {config, config, &values, true};
    section_diff(&walk, config_schema(), "", config, config);
    return values;
}

void config_differences_free(struct config_differences *differences)
{
    for (uint32_t i = 0; i < differences->count; i++) {
        free(differences->at[i].path);
        free(differences->at[i].was);
        free(differences->at[i].is);
    }
    free(differences->at);
    *differences = (struct config_differences){0};
}

static const char *shown(const char *value)
{
    return !value ? "none" : value[0] ? value : "\"\"";
}

void config_difference_print(FILE *out, const struct config_difference *difference)
{
    const char *was = difference->was, *is = difference->is;
    fprintf(out, "%s: ", difference->path);
    if (!was && !is[0]) fputs("new", out);
    else if (!is && !was[0]) fputs("gone", out);
    else fprintf(out, "%s -> %s", shown(was), shown(is));
    if (!difference->live) fputs(": needs a restart", out);
}
