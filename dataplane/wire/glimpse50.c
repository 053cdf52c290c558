#include "dataplane/wire/glimpse50.h"

#include "dataplane/wire/decimal.h"
#include "dataplane/wire/itch.h"

const char *glimpse50_status_text(enum glimpse50_status status)
{
#define GLIMPSE50_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {GLIMPSE50_STATUSES(GLIMPSE50_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *glimpse50_status_name(enum glimpse50_status status)
{
#define GLIMPSE50_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {GLIMPSE50_STATUSES(GLIMPSE50_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

enum glimpse50_status glimpse50_check(const uint8_t *message, size_t length, uint64_t *sequence)
{
    if (length == 0) return GLIMPSE50_EMPTY;
    if (message[0] == 'G') {
        const struct glimpse50_end *end = (const struct glimpse50_end *)message;
        if (length < sizeof *end) return GLIMPSE50_SHORT;
        if (!decimal_read(end->sequence.byte, sizeof end->sequence, sequence))
            return GLIMPSE50_BAD_SEQUENCE;
        return *sequence > 0 ? GLIMPSE50_ENDED : GLIMPSE50_BAD_SEQUENCE;
    }
    if (memchr(GLIMPSE50_TYPES, message[0], sizeof GLIMPSE50_TYPES - 1) == NULL)
        return GLIMPSE50_OTHER_TYPE;
    return itch_check(message, length) == ITCH_OK ? GLIMPSE50_STATE : GLIMPSE50_SHORT;
}

struct glimpse50_end glimpse50_end_of(uint64_t sequence)
{
    struct glimpse50_end end = {.type = text1('G')};
    bool fits = decimal_write(end.sequence.byte, sizeof end.sequence, sequence);
    CHECK(fits); /* 64 bits have 20 digits at most */
    return end;
}
