#include "dataplane/match/match_print.h"

/* The sentences of events and orders; those of inputs are in match_input_print.c.  Each kind of
 * event has one function, and every field that its row of MATCH_EVENTS names is in its sentence or
 * follows from the names in it. */

#define EVENT_NAME(kind, name, fields)      #name,
#define INPUT_NAME(kind, name, fields)      #name,
#define REASON_NAME(reason, name, sentence) #name,
#define REASON_TEXT(reason, name, sentence) sentence,
#define STATUS_NAME(status, name)           #name,
#define PHASE_NAME(phase, name, meaning)    #name,

static const char *word_of(const char *const *words, uint32_t count, uint32_t at)
{
    return at < count ? words[at] : "?";
}

const char *match_event_name(uint32_t kind)
{
    static const char *const names[] = {MATCH_EVENTS(EVENT_NAME)};
    return word_of(names, ARRAY_COUNT(names), kind);
}

const char *match_input_name(uint32_t kind)
{
    static const char *const names[] = {MATCH_INPUTS(INPUT_NAME)};
    return word_of(names, ARRAY_COUNT(names), kind);
}

const char *match_reason_name(uint32_t reason)
{
    static const char *const names[] = {MATCH_REASONS(REASON_NAME)};
    return word_of(names, ARRAY_COUNT(names), reason);
}

const char *match_reason_text(uint32_t reason)
{
    static const char *const texts[] = {MATCH_REASONS(REASON_TEXT)};
    return word_of(texts, ARRAY_COUNT(texts), reason);
}

const char *match_status_name(uint32_t status)
{
    static const char *const names[] = {MATCH_STATUSES(STATUS_NAME)};
    return word_of(names, ARRAY_COUNT(names), status);
}

const char *match_phase_name(uint32_t phase)
{
    static const char *const names[] = {MATCH_PHASES(PHASE_NAME)};
    return word_of(names, ARRAY_COUNT(names), phase);
}

const char *match_type_name(uint32_t type)
{
    static const char *const names[] = {"none", "limit",      "market",
                                        "stop", "stop_limit", "trailing_stop"};
    static_assert(ARRAY_COUNT(names) == MATCH_TYPE_COUNT, "a type has no name");
    return word_of(names, ARRAY_COUNT(names), type);
}

const char *match_tif_name(uint32_t tif)
{
    static const char *const names[] = {"gtc", "day", "ioc", "fok"};
    static_assert(ARRAY_COUNT(names) == MATCH_TIF_COUNT, "a time in force has no name");
    return word_of(names, ARRAY_COUNT(names), tif);
}

const char *match_class_name(uint32_t class_of)
{
    static const char *const names[] = {"plain", "spot", "futures"};
    static_assert(ARRAY_COUNT(names) == MATCH_CLASS_COUNT, "a class has no name");
    return word_of(names, ARRAY_COUNT(names), class_of);
}

const char *match_mode_name(uint32_t self_trade)
{
    static const char *const names[] = {"newest", "oldest", "both", "decrement"};
    static_assert(ARRAY_COUNT(names) == MATCH_SELF_TRADE_COUNT, "a mode has no name");
    return word_of(names, ARRAY_COUNT(names), self_trade);
}

/* Pieces. */

static void number(struct text *out, uint64_t value)
{
    text_append_char(out, '@');
    text_uint(out, value);
}

static void order(struct text *out, const struct match_names *names, order_id_t id)
{
    if (names && names->order) names->order(names->context, out, id);
    else number(out, id);
}

static void account(struct text *out, const struct match_names *names, uint32_t which)
{
    if (names && names->account) names->account(names->context, out, which);
    else number(out, which);
}

static void instrument(struct text *out, const struct match_names *names, uint16_t which)
{
    if (names && names->instrument) names->instrument(names->context, out, which);
    else number(out, which);
}

static void asset(struct text *out, const struct match_names *names, uint16_t which)
{
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

/* "partially filled" of partially_filled. */
static void words(struct text *out, const char *name)
{
    for (; *name; name++) text_append_char(out, (char)(*name == '_' ? ' ' : *name));
}

static void shown(struct text *out, const struct match_event *event)
{
    if (event->qty != 0 && event->qty != event->left) qty(out, " showing ", event->qty);
}

/* One function a kind. */

static void rejected(struct text *out, const struct match_event *event,
                     const struct match_names *names)
{
    if (event->id) {
        order(out, names, event->id);
        text_append(out, " is ");
    }
    text_append(out, "rejected: ");
    text_append(out, match_reason_text(event->reason));
}

static void rested(struct text *out, const struct match_event *event,
                   const struct match_names *names)
{
    order(out, names, event->id);
    qty(out, " rests ", event->left);
    price(out, " at ", event->price);
    shown(out, event);
}

static void traded(struct text *out, const struct match_event *event,
                   const struct match_names *names)
{
    order(out, names, event->id);
    qty(out, event->flags & MATCH_IN_AUCTION ? " buys " : " takes ", event->qty);
    text_append(out, " from ");
    order(out, names, event->other);
    price(out, " at ", event->price);
}

static void canceled(struct text *out, const struct match_event *event,
                     const struct match_names *names)
{
    order(out, names, event->id);
    qty(out, " is canceled with ", event->left);
    text_append(out, " left: ");
    text_append(out, match_reason_text(event->reason));
}

static void reduced(struct text *out, const struct match_event *event,
                    const struct match_names *names)
{
    order(out, names, event->id);
    qty(out, " is reduced by ", event->qty);
    qty(out, " to ", event->left);
    text_append(out, ": ");
    text_append(out, match_reason_text(event->reason));
}

static void replaced(struct text *out, const struct match_event *event,
                     const struct match_names *names)
{
    order(out, names, event->other);
    text_append(out, " becomes ");
    if (event->id != event->other) {
        order(out, names, event->id);
        text_append(out, ", ");
    }
    text_qty(out, event->left);
    price(out, event->flags & MATCH_PARKED ? " waiting at " : " at ", event->price);
    shown(out, event);
    if (event->flags & MATCH_KEPT_PRIORITY) text_append(out, " keeping its place");
}

static void refilled(struct text *out, const struct match_event *event,
                     const struct match_names *names)
{
    order(out, names, event->id);
    qty(out, " shows ", event->qty);
    qty(out, " of ", event->left);
    price(out, " at ", event->price);
}

static void waits(struct text *out, const struct match_event *event,
                  const struct match_names *names)
{
    order(out, names, event->id);
    qty(out, " waits ", event->qty);
    price(out, " at ", event->price);
}

static void triggered(struct text *out, const struct match_event *event,
                      const struct match_names *names)
{
    order(out, names, event->id);
    price(out, " is triggered by ", event->price);
    qty(out, " with ", event->qty);
}

static void status(struct text *out, const struct match_event *event,
                   const struct match_names *names)
{
    order(out, names, event->id);
    text_append(out, " is now ");
    words(out, match_status_name(event->reason));
    if (event->qty == 0 && event->left == 0) return;
    qty(out, ", ", event->qty);
    text_append(out, " filled");
    if (event->left == 0) return;
    qty(out, ", ", event->left);
    text_append(out, " to close");
}

static void auctioned(struct text *out, const struct match_event *event,
                      const struct match_names *names)
{
    instrument(out, names, event->instrument);
    qty(out, " auctions ", event->qty);
    price(out, " at ", event->price);
}

static void phased(struct text *out, const struct match_event *event,
                   const struct match_names *names)
{
    instrument(out, names, event->instrument);
    text_append(out, " enters phase ");
    text_append(out, match_phase_name(event->reason));
}

static void listed(struct text *out, const struct match_event *event,
                   const struct match_names *names)
{
    instrument(out, names, event->instrument);
    text_append(out, " is listed");
}

static void removed(struct text *out, const struct match_event *event,
                    const struct match_names *names)
{
    instrument(out, names, event->instrument);
    text_append(out, " is removed");
}

static void marked(struct text *out, const struct match_event *event,
                   const struct match_names *names)
{
    instrument(out, names, event->instrument);
    price(out, " is marked at ", event->price);
}

static void all_canceled(struct text *out, const struct match_event *event,
                         const struct match_names *names)
{
    bool one = event->qty == QTY_ONE;
    qty(out, "", event->qty);
    text_append(out, one ? " order of " : " orders of ");
    account(out, names, event->account);
    text_append(out, one ? " is canceled" : " are canceled");
    if (event->instrument == MATCH_INSTRUMENT_ALL) return;
    text_append(out, " in ");
    instrument(out, names, event->instrument);
}

static void accounted(struct text *out, const struct match_event *event,
                      const struct match_names *names)
{
    account(out, names, event->account);
    text_append(out, " is in group ");
    if (names && names->group) names->group(names->context, out, event->other);
    else number(out, event->other);
}

static void balanced(struct text *out, const struct match_event *event,
                     const struct match_names *names)
{
    account(out, names, event->account);
    qty(out, " has ", event->qty);
    text_append_char(out, ' ');
    asset(out, names, event->instrument);
    qty(out, ", ", event->left);
    text_append(out, " reserved");
}

static void positioned(struct text *out, const struct match_event *event,
                       const struct match_names *names)
{
    account(out, names, event->account);
    qty(out, " holds ", event->qty);
    text_append_char(out, ' ');
    instrument(out, names, event->instrument);
    qty(out, " at a cost of ", event->left);
}

static void liquidated(struct text *out, const struct match_event *event,
                       const struct match_names *names)
{
    account(out, names, event->account);
    text_append(out, " is liquidated in ");
    asset(out, names, event->instrument);
    qty(out, ": ", event->qty);
    qty(out, " left, ", event->left);
    text_append(out, " needed");
}

static void covered(struct text *out, const struct match_event *event,
                    const struct match_names *names)
{
    qty(out, "the house covers ", event->qty);
    text_append_char(out, ' ');
    asset(out, names, event->instrument);
    text_append(out, " of ");
    account(out, names, event->account);
}

#define EVENT_PRINTER(kind, name, fields) name,

void match_print_event(struct text *out, const struct match_event *event,
                       const struct match_names *names)
{
    typedef void print_fn(struct text *, const struct match_event *, const struct match_names *);
    static print_fn *const printers[] = {MATCH_EVENTS(EVENT_PRINTER)};
    if (event->kind < MATCH_EVENT_COUNT) {
        printers[event->kind](out, event, names);
        return;
    }
    text_append(out, "an event of kind ");
    text_uint(out, event->kind);
}

void match_print_order(struct text *out, const struct match_order *shown_order,
                       const struct match_names *names)
{
    order(out, names, shown_order->id);
    qty(out, shown_order->side == SIDE_BUY ? " buys " : " sells ", shown_order->open);
    qty(out, " of ", shown_order->total);
    if (shown_order->waits && shown_order->type == MATCH_TRAILING_STOP) {
        price(out, " trailing, now ", shown_order->trigger);
        return;
    }
    if (shown_order->waits) price(out, " stop ", shown_order->trigger);
    if (shown_order->price) price(out, " at ", shown_order->price);
    else if (!shown_order->waits) text_append(out, " at market");
    if (shown_order->shown != shown_order->open && !shown_order->waits)
        qty(out, " showing ", shown_order->shown);
}
