#include "apps/pollux-order/reasons.h"
#include "apps/pollux-order/say.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void put(json_t *object, const char *key, json_t *value)
{
    CHECK(json_object_set_new(object, key, value) == 0);
}

static void put_count(json_t *object, const char *key, uint64_t value)
{
    put(object, key, json_integer((json_int_t)value));
}

static void put_words(json_t *object, const char *key, const char *words)
{
    json_t *value = json_string(words);
    put(object, key, value ? value : json_string("?"));
}

static void put_letter(json_t *object, const char *key, char letter)
{
    put_words(object, key, (const char[]){letter, '\0'});
}

static void put_padded(json_t *object, const char *key, const char *bytes, size_t length)
{
    char words[PORT_NAME_BYTES + 1];
    while (length > 0 && bytes[length - 1] == ' ') length--;
    for (size_t i = 0; i < length; i++)
        words[i] = (char)(bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '?');
    words[length] = '\0';
    if (length) put_words(object, key, words);
}

static void put_price(json_t *object, const char *key, uint32_t price_e4)
{
    char bytes[32];
    struct text text = text_in(bytes, sizeof bytes);
    say_price(&text, price_e4);
    put_words(object, key, text.bytes);
}

static void object_end(struct text *out, json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    CHECK(line != NULL);
    text_append(out, line);
    text_append_char(out, '\n');
    free(line);
    json_decref(object);
}

static void put_terms(json_t *object, const struct port_answer *answer)
{
    static const char *const lasts[] = {[PORT_DAY] = "day",
                                        [PORT_IMMEDIATE] = "ioc",
                                        [PORT_EXTENDED] = "gtx",
                                        [PORT_TIMED] = "for"};
    put_letter(object, "side", answer->side);
    put_padded(object, "symbol", answer->symbol, sizeof answer->symbol);
    put_words(object, "lasts", lasts[answer->lasts]);
    if (answer->lasts == PORT_TIMED && answer->expire_s)
        put_count(object, "seconds", answer->expire_s);
    put(object, "dead", json_boolean(answer->dead));
}

static void put_reason(json_t *object, const struct say *say)
{
    const struct port_answer *answer = say->answer;
    const char *words = NULL;
    if (answer->kind == PORT_REJECTED) words = reason_of_reject(say->port, answer);
    else if (answer->kind == PORT_CANCELED || answer->kind == PORT_SELF_MATCH)
        words = reason_of_cancel(answer->reason);
    else if (answer->kind == PORT_EXECUTED || answer->kind == PORT_CORRECTED)
        words = reason_of_liquidity(answer->reason);
    else if (answer->kind == PORT_BROKEN) words = reason_of_break(answer->reason);
    else if (answer->kind == PORT_RESTATED) words = reason_of_restatement(answer->reason);
    if (answer->kind == PORT_REJECTED && say->port->dialect == PORT_OUCH50)
        put_count(object, "code", answer->code);
    else if (words || answer->kind == PORT_DAY_EVENT) put_letter(object, "code", answer->reason);
    if (words) put_words(object, "reason", words);
}

static bool has_qty(enum port_kind kind)
{
    return kind == PORT_ACCEPTED || kind == PORT_REPLACED || kind == PORT_CANCELED ||
           kind == PORT_SELF_MATCH || kind == PORT_EXECUTED || kind == PORT_MODIFIED ||
           kind == PORT_CORRECTED;
}

static bool has_price(enum port_kind kind)
{
    return kind == PORT_ACCEPTED || kind == PORT_REPLACED || kind == PORT_SELF_MATCH ||
           kind == PORT_EXECUTED || kind == PORT_PRIORITY || kind == PORT_CORRECTED;
}

void say_answer_json(struct text *out, const struct say *say)
{
    const struct port_answer *answer = say->answer;
    char clock[32];
    struct text time = text_in(clock, sizeof clock);
    text_clock(&time, answer->timestamp_ns);
    json_t *object = json_object();
    put_words(object, "event", port_kind_name(answer->kind));
    put_words(object, "time", time.bytes);
    put_count(object, "sequence", say->sequence);
    if (answer->number) put_count(object, "number", answer->number);
    put_padded(object, "name", say->order ? say->order->name : answer->name, PORT_NAME_BYTES);
    if (answer->other) put_count(object, "other", answer->other);
    if (has_qty(answer->kind)) put_count(object, "qty", answer->qty);
    if (answer->kind == PORT_RESTATED && answer->qty) put_count(object, "shown", answer->qty);
    if (has_price(answer->kind)) put_price(object, "price", answer->price_e4);
    if (answer->kind == PORT_ACCEPTED || answer->kind == PORT_REPLACED) put_terms(object, answer);
    if (answer->kind == PORT_MASS_CANCELED)
        put_padded(object, "symbol", answer->symbol, sizeof answer->symbol);
    if (answer->kind == PORT_FIRM_DISABLED || answer->kind == PORT_FIRM_ENABLED)
        put_padded(object, "firm", answer->symbol, 4);
    put_reason(object, say);
    if (answer->reference) put_count(object, "reference", answer->reference);
    if (answer->match) put_count(object, "match", answer->match);
    if (say->order && say->order->side) {
        put_count(object, "leaves", say->order->leaves);
        put_count(object, "cum", say->order->cum);
    }
    object_end(out, object);
}

void say_order_json(struct text *out, const struct own_order *order)
{
    json_t *object = json_object();
    put_words(object, "event", "order");
    put_count(object, "number", order->number);
    put_padded(object, "name", order->name, sizeof order->name);
    put_letter(object, "side", order->side);
    put_padded(object, "symbol", order->symbol, sizeof order->symbol);
    put_price(object, "price", order->price_e4);
    put_count(object, "qty", order->qty);
    put_count(object, "leaves", order->leaves);
    put_count(object, "cum", order->cum);
    put(object, "answered", json_boolean(order->state == OWN_LIVE));
    put(object, "doubt", json_boolean(order->doubt));
    object_end(out, object);
}

void say_note_json(struct text *out, const char *event, uint32_t number, const char *sentence)
{
    json_t *object = json_object();
    put_words(object, "event", event);
    if (number) put_count(object, "number", number);
    put_words(object, "text", sentence);
    object_end(out, object);
}
