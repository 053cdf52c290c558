#include "dataplane/wire/itch.h"

#define ITCH_LENGTH_ENTRY(type, name, TABLE, length) [type] = length,
const uint8_t itch_length[256] = {ITCH_MESSAGES(ITCH_LENGTH_ENTRY)};

#define ITCH_WITHIN_MAX(type, name, TABLE, length)                                                 \
    static_assert((length) <= ITCH_MESSAGE_BYTES_MAX, #name " is longer than the longest");
ITCH_MESSAGES(ITCH_WITHIN_MAX)

const char *itch_status_text(enum itch_status status)
{
#define ITCH_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {ITCH_STATUSES(ITCH_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *itch_status_name(enum itch_status status)
{
#define ITCH_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {ITCH_STATUSES(ITCH_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

const struct wire_layout *itch_layout(uint8_t type)
{
#define ITCH_LAYOUT_ENTRY(type_, name, TABLE, length) [type_] = WIRE_LAYOUT(name),
    static const struct wire_layout layout[256] = {ITCH_MESSAGES(ITCH_LAYOUT_ENTRY)};
    return layout[type].name ? &layout[type] : NULL;
}
