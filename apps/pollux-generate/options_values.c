#include "apps/pollux-generate/options_values.h"

#include <arpa/inet.h>
#include <string.h>

bool options_count(const char *text, uint64_t *count)
{
    uint64_t value = 0;
    uint32_t digits = 0;
    for (; (*text >= '0' && *text <= '9') || (*text == ',' && digits > 0); text++) {
        if (*text == ',') continue;
        if (value > (UINT64_MAX - 9) / 10) return false;
        value = value * 10 + (uint64_t)(*text - '0');
        digits++;
    }
    uint64_t unit = 1;
    if (*text == 'k' || *text == 'K') unit = 1000;
    if (*text == 'M') unit = 1000000;
    if (*text == 'G') unit = 1000000000;
    if (unit > 1) text++;
    if (digits == 0 || *text || value > UINT64_MAX / unit) return false;
    *count = value * unit;
    return true;
}

bool options_percent(const char *text, uint32_t scale, uint32_t *parts)
{
    uint64_t value = 0; /* in parts of 100 * scale */
    uint64_t place = scale;
    uint32_t digits = 0;
    for (; *text >= '0' && *text <= '9' && digits < 4; text++, digits++)
        value = value * 10 + (uint64_t)(*text - '0') * scale;
    if (digits == 0) return false;
    if (*text == '.') {
        for (text++; *text >= '0' && *text <= '9'; text++) {
            place /= 10;
            value += (uint64_t)(*text - '0') * place;
        }
    }
    if (*text == '%') text++;
    if (*text || value > 100ull * scale) return false;
    *parts = (uint32_t)(value / 100);
    return true;
}

bool options_address(const char *text, uint32_t *address)
{
    struct in_addr parsed;
    if (inet_pton(AF_INET, text, &parsed) != 1) return false;
    *address = ntohl(parsed.s_addr);
    return true;
}

#define KIND_TYPES(kind, name, types, share) [kind] = (types),

static bool mix_item(const char *item, size_t length, uint16_t mix[FLOW_KIND_COUNT])
{
    static const char *const types[] = {FLOW_KINDS(KIND_TYPES)};
    char value[16] = "";
    if (length < 3 || length - 2 >= sizeof value || item[1] != '=') return false;
    memcpy(value, item + 2, length - 2);
    uint32_t share;
    if (!options_percent(value, FLOW_SHARES, &share)) return false;
    for (uint32_t kind = 0; kind < FLOW_REST; kind++) {
        if (item[0] == ' ' || !strchr(types[kind], item[0])) continue;
        mix[kind] = (uint16_t)share;
        return true;
    }
    return false;
}

bool options_mix(const char *text, uint16_t mix[FLOW_KIND_COUNT])
{
    uint16_t wanted[FLOW_KIND_COUNT];
    memcpy(wanted, mix, sizeof wanted);
    for (;;) {
        size_t length = strcspn(text, ",");
        if (!mix_item(text, length, wanted)) return false;
        if (text[length] == '\0') break;
        text += length + 1;
    }
    uint32_t named = 0;
    for (uint32_t kind = 0; kind < FLOW_REST; kind++) named += wanted[kind];
    if (named > FLOW_SHARES) return false;
    wanted[FLOW_REST] = (uint16_t)(FLOW_SHARES - named);
    memcpy(mix, wanted, sizeof wanted);
    return true;
}
