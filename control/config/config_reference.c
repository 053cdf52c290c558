#include "control/config/config.h"
#include "control/config/config_schema.h"
#include "control/config/config_value.h"

#include <string.h>

#define PATH_BYTES   96
#define PAGE_COLUMNS 96

static void print_range(FILE *out, const struct config_key *key)
{
    switch (key->type) {
    case CONFIG_TYPE_WHOLE:
    case CONFIG_TYPE_LARGE:
    case CONFIG_TYPE_POWER:
    case CONFIG_TYPE_TICKS:
    case CONFIG_TYPE_COUNT:
        fprintf(out, ", %ju..%ju", (uintmax_t)key->low, (uintmax_t)key->high);
        return;
    case CONFIG_TYPE_PRICE:
    case CONFIG_TYPE_QTY:
    case CONFIG_TYPE_MONEY:
    case CONFIG_TYPE_NS:
    case CONFIG_TYPE_PPM:
        fprintf(out, ", %s..%s", config_written(key, key->low).text,
                config_written(key, key->high).text);
        return;
    case CONFIG_TYPE_PACE: fprintf(out, ", at most %jux", (uintmax_t)key->high); return;
    case CONFIG_TYPE_NAME:
    case CONFIG_TYPE_PORT:
    case CONFIG_TYPE_VENUE:
    case CONFIG_TYPE_STRATEGY:
    case CONFIG_TYPE_PATH:
    case CONFIG_TYPE_DEVICE:
    case CONFIG_TYPE_SESSION:
    case CONFIG_TYPE_SYMBOL: fprintf(out, ", at most %ju characters", (uintmax_t)key->high); return;
    case CONFIG_TYPE_WHOLES:
    case CONFIG_TYPE_SYMBOLS:
    case CONFIG_TYPE_SELECTION:
    case CONFIG_TYPE_PARAMETERS:
    case CONFIG_TYPE_PATHS:
    case CONFIG_TYPE_LIST:
        fprintf(out, ", %ju..%ju entries", (uintmax_t)key->low, (uintmax_t)key->high);
        return;
    case CONFIG_TYPE_SWITCH:
    case CONFIG_TYPE_CHOICE:
    case CONFIG_TYPE_CHOICES:
    case CONFIG_TYPE_ADDRESS:
    case CONFIG_TYPE_MOMENT:
    case CONFIG_TYPE_MAC:
    case CONFIG_TYPE_SECTION:
    case CONFIG_TYPE_OPTION: return;
    case CONFIG_TYPES_COUNT: break;
    }
    UNREACHABLE("every key has a type of CONFIG_TYPES");
}

static void print_type(FILE *out, const struct config_key *key)
{
    if (key->type == CONFIG_TYPE_LIST) {
        fputs("a list, each entry with keys of its own", out);
        return;
    }
    fputs(config_schema_called(key->type), out);
    for (uint32_t i = 0; key->choices && i < key->choices->count; i++)
        fprintf(out, "%s %s", i ? "," : "", key->choices->at[i].text);
}

/* Indented, with lines broken between words. */
static void print_sentence(FILE *out, const char *sentence)
{
    size_t column = 3;
    fputs("   ", out);
    while (*sentence) {
        size_t word = strcspn(sentence, " ");
        if (column + 1 + word > PAGE_COLUMNS) {
            fputs("\n   ", out);
            column = 3;
        }
        fprintf(out, " %.*s", (int)word, sentence);
        column += 1 + word;
        sentence += word + strspn(sentence + word, " ");
    }
    fputc('\n', out);
}

static void print_key(FILE *out, const struct config_key *key, const char *path)
{
    fprintf(out, "\n%s\n    ", path);
    print_type(out, key);
    print_range(out, key);
    if (!key->otherwise) fputs("; required", out);
    else if (key->otherwise[0]) fprintf(out, "; default %s", key->otherwise);
    else fputs("; may be left out", out);
    fprintf(out, "; %s\n", key->change == CONFIG_LIVE ? "live" : "restart");
    print_sentence(out, key->sentence);
    for (uint32_t i = 0; key->choices && i < key->choices->count; i++)
        fprintf(out, "        %-13s %s\n", key->choices->at[i].text, key->choices->at[i].meaning);
}

static void print_section(FILE *out, const struct config_section *section, const char *path)
{
    for (uint32_t i = 0; i < section->count; i++) {
        const struct config_key *key = &section->keys[i];
        char below[PATH_BYTES];
        snprintf(below, sizeof below, "%s%s", path, key->name);
        print_key(out, key, below);
        if (!key->section) continue;
        snprintf(below, sizeof below, "%s%s%s.", path, key->name,
                 key->type == CONFIG_TYPE_LIST ? "[]" : "");
        print_section(out, key->section, below);
    }
}

void config_reference(FILE *out)
{
    fputs(
        "The configuration of polluxd: one YAML file.\n"
        "\n"
        "Each key: what it may be; its range; its default; whether a reload may change it (live)\n"
        "or only a restart; what it means.  name[] is each entry of a list.  Everything the file\n"
        "breaks is reported at once, as file:line:column: sentence.\n",
        out);
    print_section(out, config_schema(), "");
}
