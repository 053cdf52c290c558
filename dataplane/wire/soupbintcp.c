#include "dataplane/wire/soupbintcp.h"

const char *soupbintcp_status_text(enum soupbintcp_status status)
{
#define SOUPBINTCP_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {SOUPBINTCP_STATUSES(SOUPBINTCP_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *soupbintcp_status_name(enum soupbintcp_status status)
{
#define SOUPBINTCP_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {SOUPBINTCP_STATUSES(SOUPBINTCP_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

/* What is allowed of a type; sender 0 is no type at all. */
struct rule {
    uint8_t sender;
    uint32_t least_bytes;
    uint32_t most_bytes;
};

#define SOUPBINTCP_RULE(type, name, sender, least, most) [type] = {sender, least, most},
static const struct rule rules[256] = {SOUPBINTCP_PACKETS(SOUPBINTCP_RULE)};

enum soupbintcp_status soupbintcp_check(enum soupbintcp_sender sender, const uint8_t *bytes,
                                        size_t length)
{
    if (length < SOUPBINTCP_LENGTH_BYTES) return SOUPBINTCP_PART;
    uint32_t packet_bytes = soupbintcp_bytes(bytes);
    if (packet_bytes < SOUPBINTCP_HEADER_BYTES) return SOUPBINTCP_EMPTY;
    if (length < SOUPBINTCP_HEADER_BYTES) return SOUPBINTCP_PART;
    const struct rule *rule = &rules[bytes[2]];
    if (rule->sender == 0) return SOUPBINTCP_UNKNOWN_TYPE;
    if (!(rule->sender & sender)) return SOUPBINTCP_WRONG_SENDER;
    if (packet_bytes < rule->least_bytes) return SOUPBINTCP_BAD_LENGTH;
    if (packet_bytes > rule->most_bytes) return SOUPBINTCP_BAD_LENGTH;
    if (bytes[2] == 'L' && packet_bytes != sizeof(struct soupbintcp_login) &&
        packet_bytes != sizeof(struct soupbintcp_login_timed))
        return SOUPBINTCP_BAD_LENGTH;
    return length < packet_bytes ? SOUPBINTCP_PART : SOUPBINTCP_WHOLE;
}
