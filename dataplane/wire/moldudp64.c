#include "dataplane/wire/moldudp64.h"

const char *moldudp64_status_text(enum moldudp64_status status)
{
#define MOLDUDP64_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {MOLDUDP64_STATUSES(MOLDUDP64_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *moldudp64_status_name(enum moldudp64_status status)
{
#define MOLDUDP64_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {MOLDUDP64_STATUSES(MOLDUDP64_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

enum moldudp64_status moldudp64_check(const uint8_t *datagram, size_t length)
{
    if (length < sizeof(struct moldudp64_header)) return MOLDUDP64_SHORT_HEADER;
    const struct moldudp64_header *header = (const struct moldudp64_header *)datagram;
    uint64_t sequence = be64_read(header->sequence);
    uint32_t count = be16_read(header->count);
    if (sequence == 0) return MOLDUDP64_BAD_SEQUENCE;
    if (count == MOLDUDP64_HEARTBEAT) return MOLDUDP64_IDLE;
    if (count == MOLDUDP64_END_OF_SESSION) return MOLDUDP64_ENDED;
    if (sequence > UINT64_MAX - count) return MOLDUDP64_BAD_SEQUENCE;

    size_t at = sizeof *header;
    for (uint32_t block = 0; block < count; block++) {
        if (length - at < sizeof(struct moldudp64_block)) return MOLDUDP64_BAD_BLOCKS;
        size_t message = moldudp64_block_length(datagram + at);
        at += sizeof(struct moldudp64_block);
        if (length - at < message) return MOLDUDP64_BAD_BLOCKS;
        at += message;
    }
    return at == length ? MOLDUDP64_MESSAGES : MOLDUDP64_BAD_BLOCKS;
}
