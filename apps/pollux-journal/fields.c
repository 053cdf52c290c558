#include "apps/pollux-journal/fields.h"

#include "dataplane/match/match_print.h"

#include <string.h>

static void put(json_t *object, const char *key, json_t *value)
{
    CHECK(json_object_set_new(object, key, value) == 0);
}

/* Bytes from a file: what is not printable ASCII is shown as '?'. */
static json_t *text_json(const char *bytes, size_t length)
{
    char shown[MATCH_LINE_MAX + 1];
    size_t count = 0;
    for (; count < length && count < MATCH_LINE_MAX && bytes[count]; count++)
        shown[count] = (char)(bytes[count] >= ' ' && bytes[count] <= '~' ? bytes[count] : '?');
    return json_stringn(shown, count);
}

static void put_count(json_t *object, const char *key, uint64_t value)
{
    if (value <= INT64_MAX) {
        put(object, key, json_integer((json_int_t)value));
        return;
    }
    char buffer[32]; /* larger than JSON readers take for a whole number */
    struct text text = text_in(buffer, sizeof buffer);
    text_uint(&text, value);
    put(object, key, json_string(text.bytes));
}

static void put_decimal(json_t *object, const char *key, int64_t value)
{
    char buffer[48];
    struct text text = text_in(buffer, sizeof buffer);
    text_decimal(&text, value, 8, 0);
    put(object, key, json_string(text.bytes));
}

static void put_if(json_t *object, const char *key, uint64_t value)
{
    if (value != 0) put_count(object, key, value);
}

static void put_decimal_if(json_t *object, const char *key, int64_t value)
{
    if (value != 0) put_decimal(object, key, value);
}

static const char *side_name(uint8_t side)
{
    return side == SIDE_BUY ? "buy" : side == SIDE_SELL ? "sell" : "?";
}

static const char *link_name(uint8_t link)
{
    static const char *const names[MATCH_LINK_COUNT] = {"alone", "pair", "legs"};
    return link < MATCH_LINK_COUNT ? names[link] : "?";
}

static json_t *flags_json(uint8_t flags)
{
    static const char *const names[] = {"post_only", "track", "clear_take_profit",
                                        "clear_stop_loss"};
    json_t *array = json_array();
    for (uint32_t i = 0; i < 8; i++)
        if ((flags & 1u << i) != 0)
            CHECK(json_array_append_new(array, json_string(i < 4 ? names[i] : "?")) == 0);
    return array;
}

static void fields_of_leg(json_t *legs, const struct match_leg *leg)
{
    json_t *object = json_object();
    put(object, "type", json_string(match_type_name(leg->type)));
    if (leg->type != MATCH_TYPE_NONE) put(object, "side", json_string(side_name(leg->side)));
    put_decimal_if(object, "price", leg->price);
    put_decimal_if(object, "trigger", leg->trigger);
    CHECK(json_array_append_new(legs, object) == 0);
}

static void fields_of_terms(json_t *object, const struct match_terms *terms)
{
    put_decimal_if(object, "trigger", terms->trigger);
    put_decimal_if(object, "display", terms->display);
    put(object, "link", json_string(link_name(terms->link)));
    if (terms->legs[0].type == MATCH_TYPE_NONE && terms->legs[1].type == MATCH_TYPE_NONE) return;
    json_t *legs = json_array();
    fields_of_leg(legs, &terms->legs[0]);
    fields_of_leg(legs, &terms->legs[1]);
    put(object, "legs", legs);
}

#define DECIMAL(field) put_decimal(object, #field, listing->field)
#define COUNT(field)   put_count(object, #field, listing->field)

static void fields_of_listing(json_t *object, const struct match_listing *listing)
{
    put(object, "symbol", text_json(listing->symbol, sizeof listing->symbol));
    put(object, "class", json_string(match_class_name(listing->class_of)));
    put(object, "phase", json_string(match_phase_name(listing->phase)));
    DECIMAL(tick);
    DECIMAL(lot);
    DECIMAL(size);
    DECIMAL(price_max);
    DECIMAL(qty_max);
    DECIMAL(reference);
    DECIMAL(band);
    DECIMAL(collar);
    COUNT(pause_ns);
    COUNT(window);
    COUNT(maker_ppm);
    COUNT(taker_ppm);
    COUNT(initial_ppm);
    COUNT(maintenance_ppm);
    COUNT(call_s);
    COUNT(open_s);
    COUNT(closing_s);
    COUNT(close_s);
    COUNT(base);
    COUNT(quote);
}

static bool is_order(const struct match_input *input)
{
    return input->kind == MATCH_NEW || input->kind == MATCH_MODIFY;
}

void fields_of_input(json_t *object, const struct match_input *input)
{
    put(object, "input", json_string(match_input_name(input->kind)));
    put_count(object, "time", input->time);
    put_if(object, "id", input->id);
    put_if(object, "other", input->other);
    bool placed = input->kind <= MATCH_MARK && input->kind != MATCH_TIME;
    if (placed || input->kind == MATCH_NEW) put_count(object, "instrument", input->instrument);
    else put_if(object, "instrument", input->instrument);
    if (input->kind >= MATCH_ACCOUNT) put_count(object, "account", input->account);
    else put_if(object, "account", input->account);
    put_decimal_if(object, "price", input->price);
    put_decimal_if(object, "qty", input->qty);
    if (input->kind == MATCH_PHASE)
        put(object, "phase", json_string(match_phase_name(input->type)));
    if (input->kind == MATCH_NEW) {
        put(object, "side", json_string(side_name(input->side)));
        put(object, "type", json_string(match_type_name(input->type)));
        put(object, "tif", json_string(match_tif_name(input->tif)));
        put(object, "self_trade", json_string(match_mode_name(input->self_trade)));
    }
    if (input->flags != 0) put(object, "flags", flags_json(input->flags));
    uint32_t behind = input->bytes - (uint32_t)sizeof *input;
    if (is_order(input) && behind == sizeof(struct match_terms))
        fields_of_terms(object, (const void *)(input + 1));
    else if (input->kind == MATCH_LIST && behind == sizeof(struct match_listing))
        fields_of_listing(object, (const void *)(input + 1));
    else put_if(object, "bytes_behind", behind);
    char buffer[MATCH_LINE_MAX + 1];
    struct text line = text_in(buffer, sizeof buffer);
    match_print_input(&line, input, NULL);
    put(object, "line", text_json(line.bytes, line.length));
}

#undef COUNT
#define COUNT(field) put_count(object, #field, engine->field)

void fields_of_engine(json_t *object, const struct venue_engine *engine)
{
    COUNT(abi);
    COUNT(instruments);
    COUNT(orders);
    COUNT(specials);
    COUNT(pages);
    COUNT(window);
    COUNT(accounts);
    COUNT(holdings);
    COUNT(assets);
    COUNT(balances);
    COUNT(cascade);
    COUNT(money_events);
}
