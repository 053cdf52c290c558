#include "dataplane/wire/ouch50.h"

enum appendage { NEVER, OPTIONAL, ALWAYS };

/* Of a type: bytes of the fixed part (0: no such type), and whether an appendage follows. */
struct shape {
    uint8_t fixed;
    uint8_t appendage;
};

#define OUCH50_SHAPE(type, name, TABLE, length, appendage) [type] = {length, appendage},
static const struct shape shape_in[256] = {OUCH50_IN_MESSAGES(OUCH50_SHAPE)};
static const struct shape shape_out[256] = {OUCH50_OUT_MESSAGES(OUCH50_SHAPE)};

#define OUCH50_WITHIN_MAX(type, name, TABLE, length, appendage)                                    \
    static_assert((length) <= OUCH50_FIXED_BYTES_MAX, #name " is longer than the longest");
OUCH50_IN_MESSAGES(OUCH50_WITHIN_MAX)
OUCH50_OUT_MESSAGES(OUCH50_WITHIN_MAX)

/* What a tag is: the bytes of its value (0: not known), and who may carry it. */
struct tag {
    uint8_t size;
    const char *in;
    const char *out;
};

#define OUCH50_TAG(tag, number, name, kind, in, out) [number] = {sizeof(struct kind), in, out},
static const struct tag tags_known[] = {OUCH50_TAGS(OUCH50_TAG)};
static_assert(ARRAY_COUNT(tags_known) == OUCH50_AIQ_GROUP + 1, "ouch50_tags.at has every tag");
static_assert(ARRAY_COUNT(tags_known) <= 32, "ouch50_tags.present has a bit for every tag");

enum direction { IN, OUT };

static bool carries(const struct tag *tag, enum direction direction, uint8_t type)
{
    const char *types = direction == IN ? tag->in : tag->out;
    for (; *types; types++)
        if ((uint8_t)*types == type) return true;
    return false;
}

/* Walks message[at..end). */
static enum ouch50_status elements_check(const uint8_t *message, uint32_t at, uint32_t end,
                                         enum direction direction, struct ouch50_tags *tags)
{
    while (at < end) {
        uint32_t length = message[at];
        if (length == 0 || length > end - at - 1) return OUCH50_BAD_ELEMENT;
        uint8_t number = message[at + 1];
        uint32_t value = at + 2;
        at += 1 + length;
        if (number >= ARRAY_COUNT(tags_known) || tags_known[number].size == 0) continue;
        if (length - 1 != tags_known[number].size) return OUCH50_BAD_TAG_SIZE;
        if (tags->present >> number & 1) return OUCH50_TAG_TWICE;
        if (!carries(&tags_known[number], direction, message[0])) return OUCH50_TAG_MISPLACED;
        tags->present |= 1u << number;
        tags->at[number] = (uint16_t)value;
    }
    return OUCH50_OK;
}

static enum ouch50_status check(const uint8_t *message, size_t length, const struct shape shapes[],
                                enum direction direction, struct ouch50_tags *tags)
{
    tags->present = 0;
    if (unlikely(length == 0)) return OUCH50_EMPTY;
    const struct shape shape = shapes[message[0]];
    if (unlikely(shape.fixed == 0)) return OUCH50_UNKNOWN_TYPE;
    if (length == shape.fixed) return shape.appendage == ALWAYS ? OUCH50_BAD_LENGTH : OUCH50_OK;
    uint32_t begin = shape.fixed + (uint32_t)sizeof(struct be16);
    if (shape.appendage == NEVER || length < begin) return OUCH50_BAD_LENGTH;
    uint32_t bytes = be16_read(*(const struct be16 *)(message + shape.fixed));
    if (length - begin != bytes || length > UINT16_MAX) return OUCH50_BAD_LENGTH;
    if (bytes == 0) return OUCH50_OK;
    return elements_check(message, begin, (uint32_t)length, direction, tags);
}

enum ouch50_status ouch50_check_in(const uint8_t *message, size_t length, struct ouch50_tags *tags)
{
    return check(message, length, shape_in, IN, tags);
}

enum ouch50_status ouch50_check_out(const uint8_t *message, size_t length, struct ouch50_tags *tags)
{
    return check(message, length, shape_out, OUT, tags);
}

const char *ouch50_status_text(enum ouch50_status status)
{
#define OUCH50_TEXT(status_, counter, meaning) [status_] = meaning,
    static const char *const text[] = {OUCH50_STATUSES(OUCH50_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *ouch50_status_name(enum ouch50_status status)
{
#define OUCH50_NAME(status_, counter, meaning) [status_] = #counter,
    static const char *const name[] = {OUCH50_STATUSES(OUCH50_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

const char *ouch50_reject_text(uint16_t code)
{
#define OUCH50_REJECT_TEXT(reject, code_, meaning) [code_] = meaning,
    static const char *const text[] = {OUCH50_REJECTS(OUCH50_REJECT_TEXT)};
    return code < ARRAY_COUNT(text) && text[code] ? text[code] : "unknown";
}

#define OUCH50_LAYOUT_ENTRY(type_, name, TABLE, length, appendage) [type_] = WIRE_LAYOUT(name),

const struct wire_layout *ouch50_in_layout(uint8_t type)
{
    static const struct wire_layout layout[256] = {OUCH50_IN_MESSAGES(OUCH50_LAYOUT_ENTRY)};
    return layout[type].name ? &layout[type] : NULL;
}

const struct wire_layout *ouch50_out_layout(uint8_t type)
{
    static const struct wire_layout layout[256] = {OUCH50_OUT_MESSAGES(OUCH50_LAYOUT_ENTRY)};
    return layout[type].name ? &layout[type] : NULL;
}

const struct wire_field *ouch50_tag_field(uint8_t tag)
{
#define OUCH50_FIELD(tag_, number, name_, kind_, in, out)                                          \
    [number] = {.name = #name_,                                                                    \
                .meaning = "appendage",                                                            \
                .kind = WIRE_##kind_,                                                              \
                .size_bytes = sizeof(struct kind_)},
    static const struct wire_field field[] = {OUCH50_TAGS(OUCH50_FIELD)};
    return tag < ARRAY_COUNT(field) && field[tag].name ? &field[tag] : NULL;
}
