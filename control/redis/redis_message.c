#include "control/redis/redis_message.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define PLACES       8u /* of a price and a quantity */
#define UNITS_MAX    ((int64_t)1 << 60)
#define SEQUENCE_MAX INT64_MAX
#define SHOWN_MAX    40 /* characters of what was said, in a sentence */
#define NOWHERE      UINT32_MAX

enum field_type { TEXT, WHOLE, SWITCH, LIST };

static const struct field {
    const char *name;
    enum field_type type;
    uint32_t of;
    uint32_t must;
} fields[] = {
#define FIELD_ROW(name, type, of, must) {#name, type, of, must},
    REDIS_FIELDS(FIELD_ROW)};

enum {
#define FIELD_NUMBER(name, type, of, must) FIELD_##name,
    REDIS_FIELDS(FIELD_NUMBER) FIELDS
};

static const char *const kinds[] = {
#define KIND_NAME(kind, name, sentence) #name,
    REDIS_KINDS(KIND_NAME)};

/* What is read: a message, or an intent of its list. */
struct reading {
    const struct redis_names *names;
    const json_t *object;
    struct redis_message *message;
    struct redis_intent *intent; /* that is being read */
    char *problem;
    uint32_t strategy;
    uint32_t place; /* in the list; NOWHERE: the message itself */
};

static bool wrong(const struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool wrong(const struct reading *reading, const char *format, ...)
{
    va_list words;
    int at = reading->place == NOWHERE
               ? 0
               : snprintf(reading->problem, REDIS_SENTENCE_MAX, "intents[%u]: ", reading->place);
    va_start(words, format);
    (void)vsnprintf(reading->problem + at, REDIS_SENTENCE_MAX - (size_t)at, format, words);
    va_end(words);
    return false;
}

static const json_t *value_of(const struct reading *reading, uint32_t field)
{
    return json_object_get(reading->object, fields[field].name);
}

static const char *text_of(const struct reading *reading, uint32_t field)
{
    const json_t *value = value_of(reading, field);
    return value ? json_string_value(value) : "";
}

/* Shape. */

static bool type_good(const struct reading *reading, const struct field *field, const json_t *value)
{
    switch (field->type) {
    case TEXT:
        if (json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value))
            return true;
        if (json_is_number(value))
            return wrong(reading, "%s is a number: it is written as a text, such as \"10.25\"",
                         field->name);
        return wrong(reading, "%s is no text", field->name);
    case WHOLE:
        return json_is_integer(value) ? true : wrong(reading, "%s is no whole number", field->name);
    case SWITCH:
        return json_is_boolean(value) ? true
                                      : wrong(reading, "%s is neither true nor false", field->name);
    case LIST: return json_is_array(value) ? true : wrong(reading, "%s is no list", field->name);
    }
    return false;
}

static const struct field *field_find(const char *name)
{
    for (uint32_t i = 0; i < FIELDS; i++)
        if (strcmp(fields[i].name, name) == 0) return &fields[i];
    return NULL;
}

static bool shape_good(const struct reading *reading)
{
    /* It is only looked at. */
    for (void *at = json_object_iter((json_t *)(uintptr_t)reading->object); at;
         at = json_object_iter_next((json_t *)(uintptr_t)reading->object, at)) {
        const char *name = json_object_iter_key(at);
        const struct field *field = field_find(name);
        if (!field) return wrong(reading, "there is no field \"%.*s\"", SHOWN_MAX, name);
        if (!type_good(reading, field, json_object_iter_value(at))) return false;
    }
    return true;
}

/* Said once for all of a batch. */
static bool is_the_batches(uint32_t field)
{
    return field == FIELD_strategy || field == FIELD_sequence || field == FIELD_time ||
           field == FIELD_id;
}

static bool kind_read(const struct reading *reading, enum redis_kind *of)
{
    if (!value_of(reading, FIELD_kind)) return wrong(reading, "kind is missing");
    const char *said = text_of(reading, FIELD_kind);
    uint32_t kind = 0;
    while (kind < REDIS_KIND_COUNT && strcmp(kinds[kind], said) != 0) kind++;
    if (kind == REDIS_KIND_COUNT)
        return wrong(reading,
                     "kind is \"%.*s\": it is order, cancel, unique, cancel_unique, batch or "
                     "heartbeat",
                     SHOWN_MAX, said);
    bool listed = reading->place != NOWHERE;
    if (listed && !(REDIS_OF_INTENTS >> kind & 1))
        return wrong(reading, "kind is %s: in a list it is order, cancel, unique or cancel_unique",
                     said);
    *of = (enum redis_kind)kind;
    for (uint32_t i = 0; i < FIELDS; i++) {
        bool there = value_of(reading, i) != NULL;
        if (listed && is_the_batches(i)) {
            if (there) return wrong(reading, "%s is there: it is the batch's", fields[i].name);
            continue;
        }
        if (!there && (fields[i].must >> kind & 1))
            return wrong(reading, "%s is missing: the kind %s has one", fields[i].name, said);
        if (there && !(fields[i].of >> kind & 1))
            return wrong(reading, "%s is there: the kind %s has none", fields[i].name, said);
    }
    return true;
}

/* Values. */

static bool whole_read(const struct reading *reading, uint32_t field, int64_t least, int64_t most,
                       int64_t *value)
{
    const json_t *said = value_of(reading, field);
    if (!said) return true;
    *value = json_integer_value(said);
    if (*value >= least && *value <= most) return true;
    return wrong(reading, "%s is %lld: the range is %lld..%lld", fields[field].name,
                 (long long)*value, (long long)least, (long long)most);
}

/* "100.25": digits, a point with digits or none, more than zero. */
static bool decimal_read(const char *text, int64_t *units)
{
    int64_t value = 0;
    uint32_t places = 0, digits = 0;
    bool point = false;
    for (; *text; text++) {
        if (*text == '.' && !point && digits > 0) {
            point = true;
            digits = 0;
            continue;
        }
        if (*text < '0' || *text > '9' || (point && places == PLACES)) return false;
        if (value > UNITS_MAX / 10) return false;
        value = value * 10 + (*text - '0');
        digits++;
        places += point;
    }
    if (digits == 0) return false;
    for (; places < PLACES; places++) {
        if (value > UNITS_MAX / 10) return false;
        value *= 10;
    }
    *units = value;
    return value > 0 && value <= UNITS_MAX;
}

static bool amount_read(const struct reading *reading, uint32_t field, int64_t *units)
{
    const char *said = text_of(reading, field);
    if (decimal_read(said, units)) return true;
    return wrong(reading,
                 "%s is \"%.*s\": it is a decimal number above 0 of at most %u places, such as "
                 "\"10.25\"",
                 fields[field].name, SHOWN_MAX, said, PLACES);
}

static bool id_character(char one)
{
    return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') ||
           one == '.' || one == '_' || one == '-' || one == ':';
}

static bool id_read(const struct reading *reading)
{
    const char *said = text_of(reading, FIELD_id);
    size_t length = strlen(said);
    bool good = length <= REDIS_ID_MAX && (length > 0 || !value_of(reading, FIELD_id));
    for (size_t i = 0; i < length && good; i++) good = id_character(said[i]);
    if (!good)
        return wrong(reading, "id is no text of 1 to %u letters, digits, '.', '_', '-' and ':'",
                     REDIS_ID_MAX);
    memcpy(reading->message->id, said, length + 1);
    return true;
}

static bool strategy_read(const struct reading *reading)
{
    const char *said = text_of(reading, FIELD_strategy);
    const char *name = reading->names->strategy[reading->strategy].name;
    reading->message->strategy = reading->strategy;
    if (strcmp(said, name) == 0) return true;
    return wrong(reading, "strategy is \"%.*s\", and this came as of %s", SHOWN_MAX, said, name);
}

static bool side_read(const struct reading *reading)
{
    const char *said = text_of(reading, FIELD_side);
    bool buys = strcmp(said, "buy") == 0;
    if (!buys && strcmp(said, "sell") != 0)
        return wrong(reading, "side is \"%.*s\": it is buy or sell", SHOWN_MAX, said);
    reading->intent->is.side = buys ? SIDE_BUY : SIDE_SELL;
    return true;
}

static bool symbol_read(const struct reading *reading)
{
    const struct redis_strategy *strategy = &reading->names->strategy[reading->strategy];
    const char *said = text_of(reading, FIELD_symbol);
    reading->intent->symbol = redis_symbol_find(reading->names, strategy, said);
    if (reading->intent->symbol != REDIS_NAME_NONE) return true;
    return wrong(reading, "symbol is \"%.*s\": %s does not trade it", SHOWN_MAX, said,
                 strategy->name);
}

static bool order_read(const struct reading *reading)
{
    struct delegate_intent *intent = &reading->intent->is;
    if (!symbol_read(reading) || !side_read(reading)) return false;
    if (!amount_read(reading, FIELD_quantity, &intent->qty)) return false;
    if (!amount_read(reading, FIELD_price, &intent->price)) return false;
    if (json_is_true(value_of(reading, FIELD_post_only))) intent->how |= HOW_POST_ONLY;
    if (json_is_true(value_of(reading, FIELD_immediate))) intent->how |= HOW_IMMEDIATE;
    return true;
}

static bool intent_read(const struct reading *reading, enum redis_kind kind)
{
    static const uint8_t intents[] = {[REDIS_ORDER] = INTENT_ORDER,
                                      [REDIS_CANCEL] = INTENT_STOP,
                                      [REDIS_UNIQUE] = INTENT_UNIQUE,
                                      [REDIS_CANCEL_UNIQUE] = INTENT_STOP_UNIQUE};
    const struct redis_strategy *strategy = &reading->names->strategy[reading->strategy];
    struct redis_intent *intent = reading->intent;
    bool keyed = REDIS_OF_KEYS >> kind & 1;
    int64_t key = 0, unique = 0;
    *intent = (struct redis_intent){.symbol = REDIS_NAME_NONE, .is = {.kind = intents[kind]}};
    if (keyed && strategy->orders == 0)
        return wrong(reading, "key is there: %s has no orders with keys", strategy->name);
    if (!whole_read(reading, FIELD_key, 0, (int64_t)strategy->orders - 1, &key)) return false;
    if (!whole_read(reading, FIELD_unique, 1, SEQUENCE_MAX, &unique)) return false;
    intent->is.key = keyed ? (uint32_t)key : DELEGATE_KEY_NONE;
    if (kind == REDIS_CANCEL_UNIQUE) intent->is.unique = (order_id_t)unique;
    return !(REDIS_OF_ORDERS >> kind & 1) || order_read(reading);
}

/* Batches. */

static bool listed_read(struct reading *reading, const json_t *object)
{
    enum redis_kind kind;
    reading->object = object;
    reading->intent = &reading->message->intent[reading->place];
    if (!json_is_object(object)) return wrong(reading, "it is no JSON object");
    return shape_good(reading) && kind_read(reading, &kind) && intent_read(reading, kind);
}

static bool list_read(const struct reading *reading, int64_t sequence)
{
    const json_t *list = value_of(reading, FIELD_intents);
    size_t count = json_array_size(list);
    if (count == 0 || count > REDIS_BATCH_MAX)
        return wrong(reading, "intents has %zu: the range is 1..%u", count, REDIS_BATCH_MAX);
    if (sequence > SEQUENCE_MAX - (int64_t)count + 1)
        return wrong(reading, "sequence is %lld: with %zu intents the most is %lld",
                     (long long)sequence, count, (long long)(SEQUENCE_MAX - (int64_t)count + 1));
    struct reading listed = *reading;
    for (listed.place = 0; listed.place < count; listed.place++)
        if (!listed_read(&listed, json_array_get(list, listed.place))) return false;
    reading->message->intents = (uint32_t)count;
    return true;
}

static bool said_read(const struct reading *reading)
{
    struct redis_message *message = reading->message;
    int64_t sequence = 0;
    if (message->kind == REDIS_HEARTBEAT) return true;
    if (!whole_read(reading, FIELD_sequence, 1, SEQUENCE_MAX, &sequence)) return false;
    message->sequence = (uint64_t)sequence;
    if (message->kind == REDIS_BATCH) return list_read(reading, sequence);
    message->intents = 1;
    return intent_read(reading, message->kind);
}

static bool object_read(const struct reading *reading, size_t length)
{
    struct redis_message *message = reading->message;
    if (!shape_good(reading) || !id_read(reading) || !kind_read(reading, &message->kind))
        return false;
    if (message->kind != REDIS_BATCH && length > REDIS_MESSAGE_BYTES_MAX)
        return wrong(reading, "it has %zu bytes: at most %u are read of what is no batch", length,
                     REDIS_MESSAGE_BYTES_MAX);
    return strategy_read(reading) &&
           whole_read(reading, FIELD_time, 1, REDIS_TIME_MAX, &message->time_ms) &&
           said_read(reading);
}

/* Of intents as many as are said to be there are written, and no others read. */
void redis_message_clear(struct redis_message *message, uint32_t strategy)
{
    message->strategy = strategy;
    message->kind = REDIS_HEARTBEAT;
    message->sequence = 0;
    message->time_ms = 0;
    message->intents = 0;
    message->id[0] = '\0';
}

bool redis_message_read(const struct redis_names *names, uint32_t strategy, const char *bytes,
                        size_t length, struct redis_message *message,
                        char problem[REDIS_SENTENCE_MAX])
{
    struct reading reading = {.names = names,
                              .message = message,
                              .intent = &message->intent[0],
                              .problem = problem,
                              .strategy = strategy,
                              .place = NOWHERE};
    redis_message_clear(message, strategy);
    if (length > REDIS_BATCH_BYTES_MAX)
        return wrong(&reading, "it has %zu bytes: at most %u are read", length,
                     REDIS_BATCH_BYTES_MAX);
    json_error_t error;
    json_t *object = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    reading.object = object;
    if (!object)
        return wrong(&reading, "it is no JSON object: %.*s at byte %d", 100, error.text,
                     error.position);
    bool right = json_is_object(object) ? object_read(&reading, length)
                                        : wrong(&reading, "it is no JSON object");
    json_decref(object);
    return right;
}
