/* The reader's side of log_ring.h: numbers become sentences. */

#include "dataplane/base/clock.h"
#include "dataplane/base/log_ring.h"

#include <string.h>

#define NANOS_DAY (86400 * NANOS_SECOND)

#define LEVEL_TEXT(level, text, meaning) [level] = text,
static const char *const level_text[] = {LOG_LEVELS(LEVEL_TEXT)};

static void text8_print(struct text *out, uint64_t packed)
{
    char bytes[8];
    memcpy(bytes, &packed, sizeof bytes);
    size_t length = strnlen(bytes, sizeof bytes);
    while (length > 0 && bytes[length - 1] == ' ') length--;
    /* A name from the wire is not trusted to be printable. */
    for (size_t i = 0; i < length; i++) {
        bool printable = bytes[i] > ' ' && bytes[i] < 0x7f;
        text_append_bytes(out, printable ? bytes + i : "?", 1);
    }
}

/* kind is what stands behind the colon, up to the brace. */
static void argument_print(struct text *out, const char *kind, uint64_t argument)
{
    switch (kind[0]) {
    case 'i': return text_int(out, (int64_t)argument);
    case 'x': return text_hex(out, argument);
    case 'n': return text_grouped(out, argument);
    case 't': return text_ns(out, argument);
    case 'b': return text_bytes(out, argument);
    case 'p': return text_price(out, (price_t)argument);
    case 'e': return text_price_e4(out, (uint32_t)argument);
    case 's': return text8_print(out, argument);
    case '}': return text_uint(out, argument);
    }
    UNREACHABLE("a wording uses only the kinds that log_ring.h lists");
}

static void wording_print(struct text *out, const char *wording, const struct log_event *event)
{
    for (; *wording; wording++) {
        if (*wording != '{') {
            text_append_char(out, *wording);
            continue;
        }
        uint32_t which = (uint32_t)(wording[1] - '0');
        const char *end = strchr(wording, '}');
        CHECK(which < LOG_ARGUMENTS);
        CHECK(end != NULL);
        argument_print(out, wording[2] == ':' ? wording + 3 : end, event->argument[which]);
        wording = end;
    }
}

void log_print_sentence(struct text *out, const struct log_event *event,
                        const struct log_code *codes, uint32_t code_count)
{
    size_t start = out->length;
    if (event->code < code_count) {
        text_append(out, level_text[codes[event->code].level]);
        while (out->length - start < 6 && !out->cut) text_append_char(out, ' ');
        return wording_print(out, codes[event->code].wording, event);
    }
    text_append(out, "code ");
    text_uint(out, event->code);
    for (uint32_t i = 0; i < LOG_ARGUMENTS; i++) {
        text_append_char(out, ' ');
        text_uint(out, event->argument[i]);
    }
}

void log_print(struct text *out, const struct log_event *event, const struct log_code *codes,
               uint32_t code_count, const struct clock *clock)
{
    if (clock) {
        text_clock(out, clock_time(clock, event->tsc) % NANOS_DAY);
    } else {
        text_uint(out, event->tsc);
    }
    text_append_char(out, ' ');
    log_print_sentence(out, event, codes, code_count);
}
