#include "dataplane/match/match_print.h"

#include <string.h>

/* Inputs as the lines of a script.  Where a field has its usual value, nothing is said of it, so
 * that common orders stay short. */

static void number(struct text *out, uint64_t value)
{
    text_append_char(out, '@');
    text_uint(out, value);
}

static void order(struct text *out, const struct match_names *names, const char *before,
                  order_id_t id)
{
    text_append(out, before);
    if (names && names->order) names->order(names->context, out, id);
    else number(out, id);
}

static void account(struct text *out, const struct match_names *names, const char *before,
                    uint32_t which)
{
    text_append(out, before);
    if (names && names->account) names->account(names->context, out, which);
    else number(out, which);
}

static void instrument(struct text *out, const struct match_names *names, const char *before,
                       uint16_t which)
{
    text_append(out, before);
    if (names && names->instrument) names->instrument(names->context, out, which);
    else number(out, which);
}

static void asset(struct text *out, const struct match_names *names, const char *before,
                  uint16_t which)
{
    text_append(out, before);
    if (names && names->asset) names->asset(names->context, out, which);
    else number(out, which);
}

static void qty(struct text *out, const char *before, qty_t value)
{
    text_append(out, before);
    text_qty(out, value);
}

static void price(struct text *out, const char *before, price_t value)
{
    text_append(out, before);
    text_price(out, value);
}

/* The part behind the input, if the input says it is there: zeroes if not. */

static struct match_terms terms_of(const struct match_input *input)
{
    struct match_terms terms = {0};
    if (input->bytes >= sizeof *input + sizeof terms) memcpy(&terms, input + 1, sizeof terms);
    return terms;
}

static struct match_listing listing_of(const struct match_input *input)
{
    struct match_listing listing = {0};
    if (input->bytes >= sizeof *input + sizeof listing) memcpy(&listing, input + 1, sizeof listing);
    return listing;
}

/* NEW and MODIFY. */

/* " at 100.00", " stop 98.00 at 97.50", ... */
static void how(struct text *out, uint32_t type, price_t limit, price_t trigger)
{
    switch (type) {
    case MATCH_LIMIT: price(out, " at ", limit); return;
    case MATCH_MARKET: text_append(out, " at market"); return;
    case MATCH_STOP: price(out, " stop ", trigger); return;
    case MATCH_STOP_LIMIT:
        price(out, " stop ", trigger);
        price(out, " at ", limit);
        return;
    case MATCH_TRAILING_STOP: price(out, " trailing ", trigger); return;
    default: text_append(out, " as type "); text_uint(out, type);
    }
}

static void loss_leg(struct text *out, const struct match_leg *leg)
{
    if (leg->type == MATCH_TRAILING_STOP) {
        price(out, " trailing-loss ", leg->trigger);
        return;
    }
    price(out, " stop-loss ", leg->trigger);
    if (leg->price) price(out, " at ", leg->price);
}

static void other_leg(struct text *out, const char *before, const struct match_leg *leg)
{
    text_append(out, before);
    text_append(out, leg->side == SIDE_BUY ? "buys" : "sells");
    how(out, leg->type, leg->price, leg->trigger);
}

/* Whether the legs are what take and stop-loss say. */
static bool is_bracket(const struct match_input *input, const struct match_terms *terms)
{
    const struct match_leg *profit = &terms->legs[0], *loss = &terms->legs[1];
    bool profits = profit->type == MATCH_LIMIT && profit->side != input->side;
    bool loses = loss->type > MATCH_MARKET && loss->side != input->side;
    return input->flags & MATCH_TRACK && (profits || profit->type == MATCH_TYPE_NONE) &&
           (loses || loss->type == MATCH_TYPE_NONE) && (profits || loses);
}

static void legs(struct text *out, const struct match_input *input, const struct match_terms *terms)
{
    const struct match_leg *leg = terms->legs;
    if (terms->link == MATCH_PAIR) {
        other_leg(out, " or ", &leg[0]);
    } else if (is_bracket(input, terms)) {
        if (leg[0].type) price(out, " take ", leg[0].price);
        if (leg[1].type) loss_leg(out, &leg[1]);
    } else if (terms->link == MATCH_LEGS) {
        for (uint32_t i = 0; i < 2; i++)
            if (leg[i].type) other_leg(out, " then ", &leg[i]);
    }
}

static void placed(struct text *out, const struct match_input *input,
                   const struct match_names *names)
{
    struct match_terms terms = terms_of(input);
    order(out, names, "", input->id);
    qty(out, input->side == SIDE_BUY ? " buys " : " sells ", input->qty);
    how(out, input->type, input->price, terms.trigger);
    account(out, names, " by ", input->account);
    instrument(out, names, " of ", input->instrument);
    if (input->tif != MATCH_GTC) {
        text_append_char(out, ' ');
        text_append(out, match_tif_name(input->tif));
    }
    if (input->flags & MATCH_POST_ONLY) text_append(out, " post-only");
    if (terms.display) qty(out, " showing ", terms.display);
    if (input->self_trade != MATCH_CANCEL_NEWEST) {
        text_append(out, " self-trade ");
        text_append(out, match_mode_name(input->self_trade));
    }
    bool bracket = terms.link == MATCH_LEGS && is_bracket(input, &terms);
    if (input->flags & MATCH_TRACK && !bracket) text_append(out, " tracked");
    legs(out, input, &terms);
}

static void modified(struct text *out, const struct match_input *input,
                     const struct match_names *names)
{
    struct match_terms terms = terms_of(input);
    order(out, names, "modify ", input->id);
    account(out, names, " by ", input->account);
    if (input->qty) qty(out, " to ", input->qty);
    if (input->price) price(out, " at ", input->price);
    if (terms.trigger) price(out, " stop ", terms.trigger);
    if (terms.legs[0].price) price(out, " take ", terms.legs[0].price);
    if (terms.legs[1].trigger || terms.legs[1].price) loss_leg(out, &terms.legs[1]);
    if (input->flags & MATCH_CLEAR_TAKE_PROFIT) text_append(out, " no take");
    if (input->flags & MATCH_CLEAR_STOP_LOSS) text_append(out, " no stop-loss");
    if (input->other) order(out, names, " as ", input->other);
}

/* LIST. */

static void span(struct text *out, uint64_t nanos)
{
    text_decimal(out, (int64_t)nanos, 9, 0);
    text_append_char(out, 's');
}

static void clock_time(struct text *out, uint32_t seconds)
{
    text_format(out, "%02u:%02u:%02u", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

#define PRINT_PRICE(value) text_price(out, (price_t)(value))
#define PRINT_QTY(value)   text_qty(out, (qty_t)(value))
#define PRINT_WHOLE(value) text_uint(out, (uint64_t)(value))
#define PRINT_NANOS(value) span(out, (uint64_t)(value))
#define PRINT_CLOCK(value) clock_time(out, (uint32_t)(value))
#define PRINT_PPM(value)   (text_uint(out, (uint64_t)(value)), text_append(out, "ppm"))
#define PRINT_WORD(word, field, as)                                                                \
    if (listing.field) {                                                                           \
        text_append(out, " " word " ");                                                            \
        PRINT_##as(listing.field);                                                                 \
    }

static void listed(struct text *out, const struct match_input *input,
                   const struct match_names *names)
{
    struct match_listing listing = listing_of(input);
    instrument(out, names, "list ", input->instrument);
    text_append_char(out, ' ');
    text_append(out, match_class_name(listing.class_of));
    if (listing.class_of != MATCH_PLAIN) {
        asset(out, names, " base ", listing.base);
        asset(out, names, " quote ", listing.quote);
    }
    MATCH_LISTING_WORDS(PRINT_WORD)
    text_append(out, " phase ");
    text_append(out, match_phase_name(listing.phase));
}

/* The rest. */

static void paid(struct text *out, const struct match_input *input, const struct match_names *names)
{
    account(out, names, input->kind == MATCH_DEPOSIT ? "deposit " : "withdraw ", input->account);
    asset(out, names, " ", input->instrument);
    qty(out, " ", input->qty);
}

static void made_account(struct text *out, const struct match_input *input,
                         const struct match_names *names)
{
    account(out, names, "account ", input->account);
    text_append(out, " group ");
    if (names && names->group) names->group(names->context, out, input->other);
    else number(out, input->other);
    if (input->qty) qty(out, " leverage ", input->qty);
    if (input->price) qty(out, " limit ", input->price);
}

static void closed(struct text *out, const struct match_input *input,
                   const struct match_names *names)
{
    if (input->other) order(out, names, "close ", input->other);
    else text_append(out, "close position");
    if (input->qty) qty(out, " ", input->qty);
    if (!input->other) instrument(out, names, " of ", input->instrument);
    account(out, names, " by ", input->account);
    order(out, names, " as ", input->id);
}

static void canceled(struct text *out, const struct match_input *input,
                     const struct match_names *names)
{
    if (input->kind == MATCH_CANCEL) {
        order(out, names, "cancel ", input->id);
        account(out, names, " by ", input->account);
        return;
    }
    account(out, names, "cancel all by ", input->account);
    if (input->instrument != MATCH_INSTRUMENT_ALL)
        instrument(out, names, " of ", input->instrument);
}

void match_print_input(struct text *out, const struct match_input *input,
                       const struct match_names *names)
{
    switch (input->kind) {
    case MATCH_TIME:
        text_append(out, "time ");
        number(out, input->time);
        return;
    case MATCH_LIST: listed(out, input, names); return;
    case MATCH_PHASE:
        instrument(out, names, "phase ", input->instrument);
        text_append_char(out, ' ');
        text_append(out, match_phase_name(input->type));
        return;
    case MATCH_REMOVE: instrument(out, names, "remove ", input->instrument); return;
    case MATCH_MARK:
        instrument(out, names, "mark ", input->instrument);
        price(out, " ", input->price);
        return;
    case MATCH_ACCOUNT: made_account(out, input, names); return;
    case MATCH_DEPOSIT:
    case MATCH_WITHDRAW: paid(out, input, names); return;
    case MATCH_NEW: placed(out, input, names); return;
    case MATCH_MODIFY: modified(out, input, names); return;
    case MATCH_CANCEL:
    case MATCH_CANCEL_ALL: canceled(out, input, names); return;
    case MATCH_CLOSE: closed(out, input, names); return;
    default: text_append(out, "an input of kind "); text_uint(out, input->kind);
    }
}
