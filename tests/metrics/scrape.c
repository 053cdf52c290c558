#include "tests/metrics/scrape.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool wrong(struct scrape *scrape, const char *what, const char *line)
{
    (void)snprintf(scrape->problem, sizeof scrape->problem, "%s: %.150s", what, line);
    return false;
}

/* [a-zA-Z_:][a-zA-Z0-9_:]*, of a label without the colon.  Its length. */
static size_t name_length(const char *at, bool colon)
{
    size_t length = 0;
    while (isalpha((unsigned char)at[length]) || at[length] == '_' ||
           (colon && at[length] == ':') || (length > 0 && isdigit((unsigned char)at[length])))
        length++;
    return length;
}

static bool copy(char *to, size_t capacity, const char *from, size_t length)
{
    if (length >= capacity) return false;
    memcpy(to, from, length);
    to[length] = 0;
    return true;
}

/* Behind the quote; returns what is behind the closing one, or NULL. */
static const char *value_read(char *to, size_t capacity, const char *at)
{
    size_t length = 0;
    for (; *at != '"'; at++) {
        char one = *at;
        if (one == 0 || one == '\n' || length + 1 >= capacity) return NULL;
        if (one == '\\') {
            at++;
            if (*at == 'n') one = '\n';
            else if (*at == '\\' || *at == '"') one = *at;
            else return NULL;
        }
        to[length++] = one;
    }
    to[length] = 0;
    return at + 1;
}

static const char *labels_read(struct scrape_sample *sample, const char *at)
{
    if (*at != '{') return at;
    for (at++; *at != '}';) {
        if (sample->labels == SCRAPE_LABELS_MAX) return NULL;
        char *name = sample->label[sample->labels].name;
        size_t length = name_length(at, false);
        if (length == 0 || !copy(name, sizeof sample->label[0].name, at, length)) return NULL;
        at += length;
        if (at[0] != '=' || at[1] != '"') return NULL;
        at = value_read(sample->label[sample->labels].value, sizeof sample->label[0].value, at + 2);
        if (!at) return NULL;
        sample->labels++;
        if (*at == ',') at++;
        else if (*at != '}') return NULL;
    }
    return at + 1;
}

static bool same_series(const struct scrape_sample *one, const struct scrape_sample *other)
{
    if (strcmp(one->name, other->name) != 0 || one->labels != other->labels) return false;
    for (uint32_t i = 0; i < one->labels; i++)
        if (strcmp(one->label[i].name, other->label[i].name) != 0 ||
            strcmp(one->label[i].value, other->label[i].value) != 0)
            return false;
    return true;
}

static bool of_family(const char *name, const char *family, const char *type)
{
    size_t length = strlen(family);
    if (strncmp(name, family, length) != 0) return false;
    const char *rest = name + length;
    return *rest == 0 || (strcmp(type, "summary") == 0 &&
                          (strcmp(rest, "_sum") == 0 || strcmp(rest, "_count") == 0));
}

static bool sample_read(struct scrape *scrape, const char *line)
{
    if (scrape->samples == SCRAPE_SAMPLES_MAX) return wrong(scrape, "too many samples", line);
    struct scrape_sample *sample = &scrape->sample[scrape->samples];
    memset(sample, 0, sizeof *sample);
    size_t length = name_length(line, true);
    if (length == 0 || !copy(sample->name, sizeof sample->name, line, length))
        return wrong(scrape, "no name", line);
    const char *at = labels_read(sample, line + length);
    if (!at || *at != ' ') return wrong(scrape, "labels", line);
    char *end;
    sample->value = strtod(at + 1, &end);
    if (end == at + 1 || *end != '\n') return wrong(scrape, "no number", line);
    if (scrape->families == 0) return wrong(scrape, "a sample before any family", line);
    const char *family = scrape->family[scrape->families - 1].name;
    if (!of_family(sample->name, family, scrape->family[scrape->families - 1].type))
        return wrong(scrape, "not of the family above it", line);
    (void)copy(sample->family, sizeof sample->family, family, strlen(family));
    for (uint32_t i = 0; i < scrape->samples; i++)
        if (same_series(sample, &scrape->sample[i])) return wrong(scrape, "a series twice", line);
    scrape->samples++;
    return true;
}

/* "# HELP name text", then "# TYPE name type". */
static bool family_read(struct scrape *scrape, const char **line)
{
    const char *help = *line, *type = strchr(help, '\n');
    if (strncmp(help, "# HELP ", 7) != 0) return wrong(scrape, "a comment", help);
    size_t length = name_length(help + 7, true);
    if (length == 0 || help[7 + length] != ' ' || !type || help + 8 + length == type)
        return wrong(scrape, "no help", help);
    type++;
    if (strncmp(type, "# TYPE ", 7) != 0 || strncmp(type + 7, help + 7, length + 1) != 0)
        return wrong(scrape, "no type behind the help", type);
    const char *kind = type + 8 + length, *end = strchr(kind, '\n');
    if (!end || scrape->families == 2048) return wrong(scrape, "no end", type);
    char *name = scrape->family[scrape->families].name;
    if (!copy(name, sizeof scrape->family[0].name, help + 7, length) ||
        !copy(scrape->family[scrape->families].type, 16, kind, (size_t)(end - kind)))
        return wrong(scrape, "too long", type);
    for (uint32_t i = 0; i < scrape->families; i++)
        if (strcmp(scrape->family[i].name, name) == 0) return wrong(scrape, "a family twice", help);
    static const char *const kinds[] = {"counter", "gauge", "summary"};
    bool known = false;
    for (uint32_t i = 0; i < 3; i++)
        known |= strcmp(scrape->family[scrape->families].type, kinds[i]) == 0;
    if (!known) return wrong(scrape, "an unknown type", type);
    scrape->families++;
    *line = end + 1;
    return true;
}

bool scrape_read(struct scrape *scrape, const char *text)
{
    memset(scrape, 0, sizeof *scrape);
    while (*text) {
        const char *end = strchr(text, '\n');
        if (!end) return wrong(scrape, "the last line has no end", text);
        if (*text == '#') {
            if (!family_read(scrape, &text)) return false;
            continue;
        }
        if (!sample_read(scrape, text)) return false;
        text = end + 1;
    }
    return true;
}

double scrape_sum(const struct scrape *scrape, const char *name, const char *label,
                  const char *value)
{
    double sum = 0;
    bool found = false;
    for (uint32_t i = 0; i < scrape->samples; i++) {
        const struct scrape_sample *sample = &scrape->sample[i];
        bool wanted = label == NULL;
        for (uint32_t k = 0; label && k < sample->labels; k++)
            wanted |= strcmp(sample->label[k].name, label) == 0 &&
                      strcmp(sample->label[k].value, value) == 0;
        if (strcmp(sample->name, name) != 0 || !wanted) continue;
        sum += sample->value;
        found = true;
    }
    return found ? sum : -1;
}

const char *scrape_type(const struct scrape *scrape, const char *family)
{
    for (uint32_t i = 0; i < scrape->families; i++)
        if (strcmp(scrape->family[i].name, family) == 0) return scrape->family[i].type;
    return NULL;
}
