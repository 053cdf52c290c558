#ifndef TESTS_REDIS_PLAIN_JANSSON_H
#define TESTS_REDIS_PLAIN_JANSSON_H

/* What redis_plain.h promises, looked at with jansson: whatever is read as plain, jansson reads
 * too, and finds the same fields with the same values in it.  A sentence says what is not so. */

#include "control/redis/redis_plain.h"

#include <jansson.h>
#include <string.h>

static bool plain_value_same(const struct redis_value *value, const json_t *json, uint32_t field)
{
    switch (redis_field_type(field)) {
    case REDIS_TEXT:
        return json_is_string(json) && json_string_length(json) == value->length &&
               memcmp(json_string_value(json), value->text, value->length) == 0;
    case REDIS_WHOLE: return json_is_integer(json) && json_integer_value(json) == value->whole;
    case REDIS_SWITCH: return json_is_boolean(json) && json_is_true(json) == (value->whole != 0);
    case REDIS_LIST: return json_is_array(json) && json_array_size(json) == value->length;
    }
    return false;
}

static const char *plain_object_differs(const struct redis_said *said, const json_t *json)
{
    static const char *const names[] = {
#define PLAIN_NAME(name, type, of, must) #name,
        REDIS_FIELDS(PLAIN_NAME)};
    if (!json_is_object(json)) return "jansson finds no object";
    if (json_object_size(json) != (size_t)__builtin_popcount(said->there))
        return "jansson finds more fields, or fewer";
    for (uint32_t i = 0; i < REDIS_FIELD_COUNT; i++) {
        if (!(said->there >> i & 1)) continue;
        const json_t *value = json_object_get(json, names[i]);
        if (!value) return "jansson finds another field";
        if (!plain_value_same(&said->value[i], value, i)) return "jansson finds another value";
    }
    return NULL;
}

static const char *plain_list_differs(const struct redis_plain *plain, const json_t *list)
{
    const char *differs = NULL;
    for (size_t i = 0; i < json_array_size(list) && !differs; i++)
        differs = plain_object_differs(&plain->intent[i], json_array_get(list, i));
    return differs;
}

/* NULL: it is as promised.  *read: whether it is plain. */
static inline const char *plain_differs(const char *bytes, size_t length, bool *read)
{
    static struct redis_plain plain;
    memset(&plain, 0xa5, sizeof plain);
    *read = redis_plain_read(bytes, length, &plain);
    if (!*read) return NULL;
    json_t *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json) return "jansson does not read it";
    const char *differs = plain_object_differs(&plain.message, json);
    if (!differs && plain.message.there >> REDIS_FIELD_intents & 1)
        differs = plain_list_differs(&plain, json_object_get(json, "intents"));
    json_decref(json);
    return differs;
}

#endif
