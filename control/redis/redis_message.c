#include "control/redis/redis_message.h"

#include "control/redis/redis_plain.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define PLACES       8u /* of a price and a quantity */
#define UNITS_MAX    ((int64_t)1 << 60)
#define SEQUENCE_MAX INT64_MAX
#define SHOWN_MAX    40u /* characters of what was said, in a sentence */
#define NOWHERE      UINT32_MAX

static const struct field {
    const char *name;
    uint32_t of;
    uint32_t must;
} fields[] = {
#define FIELD_ROW(name, type, of, must) {#name, of, must},
    REDIS_FIELDS(FIELD_ROW)};

static const char *const kinds[] = {
#define KIND_NAME(kind, name, sentence) #name,
    REDIS_KINDS(KIND_NAME)};

/* What is read: a message, or an intent of its list. */
struct reading {
    const struct redis_names *names;
    struct redis_plain *plain; /* whoever has read it */
    const json_t *object;      /* NULL: it is plain; else what jansson read */
    struct redis_said *said;
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

static bool there(const struct reading *reading, uint32_t field)
{
    return reading->said->there >> field & 1;
}

static struct redis_value text_of(const struct reading *reading, uint32_t field)
{
    return there(reading, field) ? reading->said->value[field] : (struct redis_value){.text = ""};
}

static bool is(const struct redis_value *text, const char *word)
{
    return text->length == strlen(word) && memcmp(text->text, word, text->length) == 0;
}

/* For a sentence. */
static int shown(const struct redis_value *text)
{
    return (int)(text->length < SHOWN_MAX ? text->length : SHOWN_MAX);
}

/* Shape, of what jansson read. */

static bool value_look(const struct reading *reading, uint32_t field, const json_t *said)
{
    const char *name = fields[field].name;
    struct redis_value *value = &reading->said->value[field];
    switch (redis_field_type(field)) {
    case REDIS_TEXT:
        if (json_is_number(said))
            return wrong(reading, "%s is a number: it is written as a text, such as \"10.25\"",
                         name);
        if (!json_is_string(said)) return wrong(reading, "%s is no text", name);
        value->text = json_string_value(said);
        value->length = json_string_length(said);
        return strlen(value->text) == value->length || wrong(reading, "%s is no text", name);
    case REDIS_WHOLE:
        value->whole = json_integer_value(said);
        return json_is_integer(said) || wrong(reading, "%s is no whole number", name);
    case REDIS_SWITCH:
        value->whole = json_is_true(said);
        return json_is_boolean(said) || wrong(reading, "%s is neither true nor false", name);
    case REDIS_LIST:
        value->length = json_array_size(said);
        return json_is_array(said) || wrong(reading, "%s is no list", name);
    }
    return false;
}

static bool object_look(const struct reading *reading)
{
    /* It is only looked at. */
    json_t *object = (json_t *)(uintptr_t)reading->object;
    if (!json_is_object(object)) return wrong(reading, "it is no JSON object");
    reading->said->there = 0;
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
        const char *name = json_object_iter_key(at);
        uint32_t field = redis_field_find(name, strlen(name), REDIS_FIELD_COUNT);
        if (field == REDIS_FIELD_COUNT)
            return wrong(reading, "there is no field \"%.*s\"", (int)SHOWN_MAX, name);
        if (!value_look(reading, field, json_object_iter_value(at))) return false;
        reading->said->there |= 1u << field;
    }
    return true;
}

/* Said once for all of a batch. */
static bool is_the_batches(uint32_t field)
{
    return field == REDIS_FIELD_strategy || field == REDIS_FIELD_sequence ||
           field == REDIS_FIELD_time || field == REDIS_FIELD_id;
}

static bool fields_good(const struct reading *reading, uint32_t kind)
{
    bool listed = reading->place != NOWHERE;
    for (uint32_t i = 0; i < REDIS_FIELD_COUNT; i++) {
        bool said = there(reading, i);
        if (listed && is_the_batches(i)) {
            if (said) return wrong(reading, "%s is there: it is the batch's", fields[i].name);
            continue;
        }
        if (!said && (fields[i].must >> kind & 1))
            return wrong(reading, "%s is missing: the kind %s has one", fields[i].name,
                         kinds[kind]);
        if (said && !(fields[i].of >> kind & 1))
            return wrong(reading, "%s is there: the kind %s has none", fields[i].name, kinds[kind]);
    }
    return true;
}

static bool kind_read(const struct reading *reading, enum redis_kind *of)
{
    if (!there(reading, REDIS_FIELD_kind)) return wrong(reading, "kind is missing");
    struct redis_value said = text_of(reading, REDIS_FIELD_kind);
    uint32_t kind = 0;
    while (kind < REDIS_KIND_COUNT && !is(&said, kinds[kind])) kind++;
    if (kind == REDIS_KIND_COUNT)
        return wrong(reading,
                     "kind is \"%.*s\": it is order, cancel, unique, cancel_unique, batch or "
                     "heartbeat",
                     shown(&said), said.text);
    if (reading->place != NOWHERE && !(REDIS_OF_INTENTS >> kind & 1))
        return wrong(reading, "kind is %s: in a list it is order, cancel, unique or cancel_unique",
                     kinds[kind]);
    *of = (enum redis_kind)kind;
    return fields_good(reading, kind);
}

/* Values. */

static bool whole_read(const struct reading *reading, uint32_t field, int64_t least, int64_t most,
                       int64_t *value)
{
    if (!there(reading, field)) return true;
    *value = reading->said->value[field].whole;
    if (*value >= least && *value <= most) return true;
    return wrong(reading, "%s is %lld: the range is %lld..%lld", fields[field].name,
                 (long long)*value, (long long)least, (long long)most);
}

/* "100.25": digits, a point with digits or none, more than zero. */
static bool decimal_read(const struct redis_value *said, int64_t *units)
{
    int64_t value = 0;
    uint32_t places = 0, digits = 0;
    bool point = false;
    for (const char *text = said->text; text < said->text + said->length; text++) {
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
    struct redis_value said = text_of(reading, field);
    if (decimal_read(&said, units)) return true;
    return wrong(reading,
                 "%s is \"%.*s\": it is a decimal number above 0 of at most %u places, such as "
                 "\"10.25\"",
                 fields[field].name, shown(&said), said.text, PLACES);
}

static bool id_character(char one)
{
    return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') ||
           one == '.' || one == '_' || one == '-' || one == ':';
}

static bool id_read(const struct reading *reading)
{
    struct redis_value said = text_of(reading, REDIS_FIELD_id);
    bool good = said.length <= REDIS_ID_MAX && (said.length > 0 || !there(reading, REDIS_FIELD_id));
    for (size_t i = 0; i < said.length && good; i++) good = id_character(said.text[i]);
    if (!good)
        return wrong(reading, "id is no text of 1 to %u letters, digits, '.', '_', '-' and ':'",
                     REDIS_ID_MAX);
    memcpy(reading->message->id, said.text, said.length);
    reading->message->id[said.length] = '\0';
    return true;
}

static bool strategy_read(const struct reading *reading)
{
    struct redis_value said = text_of(reading, REDIS_FIELD_strategy);
    const char *name = reading->names->strategy[reading->strategy].name;
    reading->message->strategy = reading->strategy;
    if (is(&said, name)) return true;
    return wrong(reading, "strategy is \"%.*s\", and this came as of %s", shown(&said), said.text,
                 name);
}

static bool side_read(const struct reading *reading)
{
    struct redis_value said = text_of(reading, REDIS_FIELD_side);
    bool buys = is(&said, "buy");
    if (!buys && !is(&said, "sell"))
        return wrong(reading, "side is \"%.*s\": it is buy or sell", shown(&said), said.text);
    reading->intent->is.side = buys ? SIDE_BUY : SIDE_SELL;
    return true;
}

static bool symbol_read(const struct reading *reading)
{
    const struct redis_strategy *strategy = &reading->names->strategy[reading->strategy];
    struct redis_value said = text_of(reading, REDIS_FIELD_symbol);
    char name[sizeof((struct redis_symbol *)NULL)->name] = "";
    if (said.length < sizeof name) memcpy(name, said.text, said.length);
    reading->intent->symbol = redis_symbol_find(reading->names, strategy, name);
    if (reading->intent->symbol != REDIS_NAME_NONE) return true;
    return wrong(reading, "symbol is \"%.*s\": %s does not trade it", shown(&said), said.text,
                 strategy->name);
}

static bool order_read(const struct reading *reading)
{
    struct delegate_intent *intent = &reading->intent->is;
    if (!symbol_read(reading) || !side_read(reading)) return false;
    if (!amount_read(reading, REDIS_FIELD_quantity, &intent->qty)) return false;
    if (!amount_read(reading, REDIS_FIELD_price, &intent->price)) return false;
    if (text_of(reading, REDIS_FIELD_post_only).whole) intent->how |= HOW_POST_ONLY;
    if (text_of(reading, REDIS_FIELD_immediate).whole) intent->how |= HOW_IMMEDIATE;
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
    if (!whole_read(reading, REDIS_FIELD_key, 0, (int64_t)strategy->orders - 1, &key)) return false;
    if (!whole_read(reading, REDIS_FIELD_unique, 1, SEQUENCE_MAX, &unique)) return false;
    intent->is.key = keyed ? (uint32_t)key : DELEGATE_KEY_NONE;
    if (kind == REDIS_CANCEL_UNIQUE) intent->is.unique = (order_id_t)unique;
    return !(REDIS_OF_ORDERS >> kind & 1) || order_read(reading);
}

/* Batches. */

static bool listed_read(struct reading *reading, const json_t *list)
{
    enum redis_kind kind;
    reading->said = &reading->plain->intent[reading->place];
    reading->intent = &reading->message->intent[reading->place];
    if (list) {
        reading->object = json_array_get(list, reading->place);
        if (!object_look(reading)) return false;
    }
    return kind_read(reading, &kind) && intent_read(reading, kind);
}

static bool list_read(const struct reading *reading, int64_t sequence)
{
    size_t count = reading->said->value[REDIS_FIELD_intents].length;
    if (count == 0 || count > REDIS_BATCH_MAX)
        return wrong(reading, "intents has %zu: the range is 1..%u", count, REDIS_BATCH_MAX);
    if (sequence > SEQUENCE_MAX - (int64_t)count + 1)
        return wrong(reading, "sequence is %lld: with %zu intents the most is %lld",
                     (long long)sequence, count, (long long)(SEQUENCE_MAX - (int64_t)count + 1));
    const char *name = fields[REDIS_FIELD_intents].name;
    const json_t *list = reading->object ? json_object_get(reading->object, name) : NULL;
    struct reading listed = *reading;
    for (listed.place = 0; listed.place < count; listed.place++)
        if (!listed_read(&listed, list)) return false;
    reading->message->intents = (uint32_t)count;
    return true;
}

static bool said_read(const struct reading *reading)
{
    struct redis_message *message = reading->message;
    int64_t sequence = 0;
    if (message->kind == REDIS_HEARTBEAT) return true;
    if (!whole_read(reading, REDIS_FIELD_sequence, 1, SEQUENCE_MAX, &sequence)) return false;
    message->sequence = (uint64_t)sequence;
    if (message->kind == REDIS_BATCH) return list_read(reading, sequence);
    message->intents = 1;
    return intent_read(reading, message->kind);
}

static bool object_read(const struct reading *reading, size_t length)
{
    struct redis_message *message = reading->message;
    if (!id_read(reading) || !kind_read(reading, &message->kind)) return false;
    if (message->kind != REDIS_BATCH && length > REDIS_MESSAGE_BYTES_MAX)
        return wrong(reading, "it has %zu bytes: at most %u are read of what is no batch", length,
                     REDIS_MESSAGE_BYTES_MAX);
    return strategy_read(reading) &&
           whole_read(reading, REDIS_FIELD_time, 1, REDIS_TIME_MAX, &message->time_ms) &&
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

static bool json_read(struct reading *reading, const char *bytes, size_t length)
{
    json_error_t error;
    json_t *object = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    reading->object = object;
    if (!object)
        return wrong(reading, "it is no JSON object: %.*s at byte %d", 100, error.text,
                     error.position);
    bool right = object_look(reading) && object_read(reading, length);
    json_decref(object);
    return right;
}

bool redis_message_read(const struct redis_names *names, uint32_t strategy, const char *bytes,
                        size_t length, struct redis_message *message,
                        char problem[REDIS_SENTENCE_MAX])
{
    struct redis_plain plain; /* what is read of it is written before */
    struct reading reading = {.names = names,
                              .plain = &plain,
                              .said = &plain.message,
                              .message = message,
                              .intent = &message->intent[0],
                              .problem = problem,
                              .strategy = strategy,
                              .place = NOWHERE};
    redis_message_clear(message, strategy);
    if (length > REDIS_BATCH_BYTES_MAX)
        return wrong(&reading, "it has %zu bytes: at most %u are read", length,
                     REDIS_BATCH_BYTES_MAX);
    if (redis_plain_read(bytes, length, &plain)) return object_read(&reading, length);
    return json_read(&reading, bytes, length);
}
