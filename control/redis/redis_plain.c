#include "control/redis/redis_plain.h"

#include <string.h>

static const struct field {
    const char *name;
    uint32_t length;
    enum redis_type type;
} fields[] = {
#define FIELD_ROW(name, type, of, must) {#name, sizeof #name - 1, REDIS_##type},
    REDIS_FIELDS(FIELD_ROW)};

/* Where it stands.  end is behind the last byte. */
struct cursor {
    const char *at;
    const char *end;
};

/* Those of a message mostly come in the order of the table. */
uint32_t redis_field_find(const char *name, size_t length, uint32_t after)
{
    for (uint32_t i = 0; i < REDIS_FIELD_COUNT; i++) {
        if (++after >= REDIS_FIELD_COUNT) after = 0;
        const struct field *field = &fields[after];
        if (field->length == length && memcmp(field->name, name, length) == 0) return after;
    }
    return REDIS_FIELD_COUNT;
}

enum redis_type redis_field_type(uint32_t field)
{
    return fields[field].type;
}

static void space_skip(struct cursor *cursor)
{
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\n' ||
                                        *cursor->at == '\r' || *cursor->at == '\t'))
        cursor->at++;
}

/* The next character, if it is this one. */
static bool mark_take(struct cursor *cursor, char mark)
{
    if (cursor->at == cursor->end || *cursor->at != mark) return false;
    cursor->at++;
    return true;
}

static bool word_take(struct cursor *cursor, const char *word, size_t length)
{
    if ((size_t)(cursor->end - cursor->at) < length) return false;
    if (memcmp(cursor->at, word, length) != 0) return false;
    cursor->at += length;
    return true;
}

static bool text_take(struct cursor *cursor, struct redis_value *value)
{
    if (!mark_take(cursor, '"')) return false;
    value->text = cursor->at;
    while (cursor->at < cursor->end && *cursor->at >= ' ' && *cursor->at <= '~' &&
           *cursor->at != '"' && *cursor->at != '\\')
        cursor->at++;
    value->length = (size_t)(cursor->at - value->text);
    return mark_take(cursor, '"');
}

/* What stands behind it is looked at by whoever asked: no digit, no point and no exponent is a
 * comma or the end. */
static bool whole_take(struct cursor *cursor, struct redis_value *value)
{
    bool negative = mark_take(cursor, '-');
    const char *begin = cursor->at;
    int64_t whole = 0;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' &&
           (size_t)(cursor->at - begin) < REDIS_PLAIN_DIGITS)
        whole = whole * 10 + (*cursor->at++ - '0');
    if (cursor->at == begin || (*begin == '0' && cursor->at > begin + 1)) return false;
    value->whole = negative ? -whole : whole;
    return true;
}

static bool switch_take(struct cursor *cursor, struct redis_value *value)
{
    value->whole = word_take(cursor, "true", 4);
    return value->whole || word_take(cursor, "false", 5);
}

static bool list_take(struct cursor *cursor, struct redis_plain *plain, struct redis_value *value);

/* plain: the message, which may have a list; NULL: an object of one. */
static bool object_take(struct cursor *cursor, struct redis_said *said, struct redis_plain *plain)
{
    uint32_t field = REDIS_FIELD_COUNT;
    said->there = 0;
    if (!mark_take(cursor, '{')) return false;
    do {
        struct redis_value name;
        bool right = false;
        space_skip(cursor);
        if (!text_take(cursor, &name)) return false;
        field = redis_field_find(name.text, name.length, field);
        if (field == REDIS_FIELD_COUNT || said->there >> field & 1) return false;
        space_skip(cursor);
        if (!mark_take(cursor, ':')) return false;
        space_skip(cursor);
        struct redis_value *value = &said->value[field];
        switch (fields[field].type) {
        case REDIS_TEXT: right = text_take(cursor, value); break;
        case REDIS_WHOLE: right = whole_take(cursor, value); break;
        case REDIS_SWITCH: right = switch_take(cursor, value); break;
        case REDIS_LIST: right = plain && list_take(cursor, plain, value); break;
        }
        if (!right) return false;
        said->there |= 1u << field;
        space_skip(cursor);
    } while (mark_take(cursor, ','));
    return mark_take(cursor, '}');
}

static bool list_take(struct cursor *cursor, struct redis_plain *plain, struct redis_value *value)
{
    value->length = 0;
    if (!mark_take(cursor, '[')) return false;
    do {
        space_skip(cursor);
        if (value->length == REDIS_BATCH_MAX) return false;
        if (!object_take(cursor, &plain->intent[value->length++], NULL)) return false;
        space_skip(cursor);
    } while (mark_take(cursor, ','));
    return mark_take(cursor, ']');
}

bool redis_plain_read(const char *bytes, size_t length, struct redis_plain *plain)
{
    struct cursor cursor = {bytes, bytes + length};
    space_skip(&cursor);
    if (!object_take(&cursor, &plain->message, plain)) return false;
    space_skip(&cursor);
    return cursor.at == cursor.end;
}
