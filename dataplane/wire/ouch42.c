#include "dataplane/wire/ouch42.h"

#define OUCH42_LENGTH_ENTRY(type, name, TABLE, length) [type] = length,
static const uint8_t length_in[256] = {OUCH42_IN_MESSAGES(OUCH42_LENGTH_ENTRY)};
static const uint8_t length_out[256] = {OUCH42_OUT_MESSAGES(OUCH42_LENGTH_ENTRY)};

#define OUCH42_WITHIN_MAX(type, name, TABLE, length)                                               \
    static_assert((length) <= OUCH42_BYTES_MAX, #name " is longer than the longest");
OUCH42_IN_MESSAGES(OUCH42_WITHIN_MAX)
OUCH42_OUT_MESSAGES(OUCH42_WITHIN_MAX)

enum ouch42_status ouch42_check_in(const uint8_t *message, size_t length)
{
    if (unlikely(length == 0)) return OUCH42_EMPTY;
    size_t known = length_in[message[0]];
    if (likely(known == length)) return OUCH42_OK;
    return known ? OUCH42_BAD_LENGTH : OUCH42_UNKNOWN_TYPE;
}

enum ouch42_status ouch42_check_out(const uint8_t *message, size_t length)
{
    if (unlikely(length == 0)) return OUCH42_EMPTY;
    size_t known = length_out[message[0]];
    if (likely(known == length)) return OUCH42_OK;
    if (message[0] == 'D' && length == OUCH42_AIQ_BYTES_2025) return OUCH42_OK;
    return known ? OUCH42_BAD_LENGTH : OUCH42_UNKNOWN_TYPE;
}

const char *ouch42_status_text(enum ouch42_status status)
{
#define OUCH42_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {OUCH42_STATUSES(OUCH42_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *ouch42_status_name(enum ouch42_status status)
{
#define OUCH42_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {OUCH42_STATUSES(OUCH42_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

#define OUCH42_LAYOUT_ENTRY(type_, name, TABLE, length) [type_] = WIRE_LAYOUT(name),

const struct wire_layout *ouch42_in_layout(uint8_t type)
{
    static const struct wire_layout layout[256] = {OUCH42_IN_MESSAGES(OUCH42_LAYOUT_ENTRY)};
    return layout[type].name ? &layout[type] : NULL;
}

const struct wire_layout *ouch42_out_layout(uint8_t type)
{
    static const struct wire_layout layout[256] = {OUCH42_OUT_MESSAGES(OUCH42_LAYOUT_ENTRY)};
    return layout[type].name ? &layout[type] : NULL;
}
