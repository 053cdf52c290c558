#include "control/metrics/exposition.h"

#include <stdarg.h>

#define TYPE_NAME(type, name) [type] = #name,

struct exposition_labels exposition_of(const char *name, const char *value, ...)
{
    struct exposition_labels labels = {.count = 1, .at = {{name, value}}};
    va_list more;
    va_start(more, value);
    for (;;) {
        const char *next = va_arg(more, const char *);
        if (!next) break;
        CHECK(labels.count < EXPOSITION_LABELS_MAX);
        labels.at[labels.count++] = (struct exposition_label){next, va_arg(more, const char *)};
    }
    va_end(more);
    return labels;
}

/* quote: whether '"' must not be there either. */
static void escaped_append(struct text *out, const char *from, bool quote)
{
    for (; *from; from++) {
        if (*from == '\\') text_append(out, "\\\\");
        else if (*from == '\n') text_append(out, "\\n");
        else if (*from == '"' && quote) text_append(out, "\\\"");
        else if ((unsigned char)*from >= 0x80) text_append_char(out, '?');
        else text_append_char(out, *from);
    }
}

void exposition_family(struct text *out, const struct exposition_family *family)
{
    static const char *const types[] = {EXPOSITION_TYPES(TYPE_NAME)};
    text_append(out, "# HELP ");
    text_append(out, family->name);
    text_append_char(out, ' ');
    escaped_append(out, family->help, false);
    text_append(out, "\n# TYPE ");
    text_append(out, family->name);
    text_append_char(out, ' ');
    text_append(out, types[family->type]);
    text_append_char(out, '\n');
}

static void head_append(struct text *out, const char *name, const struct exposition_labels *labels)
{
    text_append(out, name);
    for (uint32_t i = 0; labels && i < labels->count; i++) {
        text_append_char(out, i == 0 ? '{' : ',');
        text_append(out, labels->at[i].name);
        text_append(out, "=\"");
        escaped_append(out, labels->at[i].value, true);
        text_append_char(out, '"');
    }
    if (labels && labels->count > 0) text_append_char(out, '}');
    text_append_char(out, ' ');
}

void exposition_sample(struct text *out, const char *name, const struct exposition_labels *labels,
                       uint64_t value)
{
    head_append(out, name, labels);
    text_uint(out, value);
    text_append_char(out, '\n');
}

void exposition_decimal(struct text *out, const char *name, const struct exposition_labels *labels,
                        int64_t value, uint32_t places)
{
    head_append(out, name, labels);
    text_decimal(out, value, places, 0);
    text_append_char(out, '\n');
}
