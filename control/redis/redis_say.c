#include "control/redis/redis_say.h"

#include "dataplane/risk/risk_limits.h"

#include <string.h>

/* JSON. */

static void string_say(struct text *text, const char *said)
{
    text_append_char(text, '"');
    for (; *said; said++) {
        char one = *said;
        if (one < ' ' || one > '~') one = '?';
        if (one == '"' || one == '\\') text_append_char(text, '\\');
        text_append_char(text, one);
    }
    text_append_char(text, '"');
}

static void name_say(struct text *text, const char *name)
{
    bool first = text->length > 0 && text->bytes[text->length - 1] == '{';
    text_format(text, "%s\"%s\":", first ? "" : ",", name);
}

static void field_text(struct text *text, const char *name, const char *value)
{
    name_say(text, name);
    string_say(text, value);
}

static void field_uint(struct text *text, const char *name, uint64_t value)
{
    name_say(text, name);
    text_uint(text, value);
}

static void field_amount(struct text *text, const char *name, int64_t units)
{
    name_say(text, name);
    text_append_char(text, '"');
    text_decimal(text, units, 8, 0);
    text_append_char(text, '"');
}

static void field_int(struct text *text, const char *name, int64_t value)
{
    name_say(text, name);
    text_append_char(text, '"');
    text_int(text, value);
    text_append_char(text, '"');
}

/* Answers. */

static const char *counter_name(uint32_t counter)
{
#define COUNTER_NAME(name, help) #name,
    static const char *const names[] = {GATEWAY_COUNTERS(COUNTER_NAME)};
    CHECK(counter < GATEWAY_COUNTER_COUNT);
    return names[counter];
}

static const char *counter_text(uint32_t counter)
{
#define COUNTER_TEXT(name, help) help,
    static const char *const texts[] = {GATEWAY_COUNTERS(COUNTER_TEXT)};
    CHECK(counter < GATEWAY_COUNTER_COUNT);
    return texts[counter];
}

const char *redis_reason(const struct gateway_answer *heard)
{
#define HEARING_NAME(hearing, name, sentence) [hearing] = #name,
    static const char *const hearings[] = {GATEWAY_HEARINGS(HEARING_NAME)};
    CHECK(heard->hearing < GATEWAY_HEARING_COUNT);
    if (heard->hearing == GATEWAY_TAKEN || heard->hearing == GATEWAY_PASSED) return NULL;
    if (heard->hearing != GATEWAY_REFUSED) return hearings[heard->hearing];
    if (heard->verdict) return risk_verdict_name((enum risk_verdict)heard->verdict);
    if (heard->counter != GATEWAY_NO_COUNTER) return counter_name(heard->counter);
    return slots_status_name((enum slots_status)heard->status);
}

const char *redis_reason_text(const struct gateway_answer *heard)
{
#define HEARING_TEXT(hearing, name, sentence) [hearing] = sentence,
    static const char *const hearings[] = {GATEWAY_HEARINGS(HEARING_TEXT)};
    CHECK(heard->hearing < GATEWAY_HEARING_COUNT);
    if (heard->hearing != GATEWAY_REFUSED) return hearings[heard->hearing];
    if (heard->verdict) return risk_verdict_text((enum risk_verdict)heard->verdict);
    if (heard->counter != GATEWAY_NO_COUNTER) return counter_text(heard->counter);
    if (heard->status == SLOTS_OLD) return "its sequence is not above the newest that was heard";
    return slots_status_text((enum slots_status)heard->status);
}

static void answer_begin(struct text *text, const struct redis_names *names,
                         const struct redis_answer *answer, const char *word)
{
    text_append_char(text, '{');
    field_text(text, "strategy", names->strategy[answer->strategy].name);
    if (answer->sequence) field_uint(text, "sequence", answer->sequence);
    if (answer->id[0]) field_text(text, "id", answer->id);
    field_text(text, "answer", word);
}

static void answer_end(struct text *text, const struct redis_answer *answer)
{
    field_uint(text, "at", answer->at);
    text_append_char(text, '}');
}

/* Its word is one of taken, same, refused. */
static const char *heard_word(const struct gateway_answer *heard)
{
    if (redis_reason(heard)) return "refused";
    return heard->status == SLOTS_SAME ? "same" : "taken";
}

static void heard_say(struct text *text, const struct gateway_answer *heard)
{
    const char *reason = redis_reason(heard);
    if (!reason && heard->order) field_uint(text, "order", heard->order);
    if (reason) {
        field_text(text, "reason", reason);
        if (heard->verdict) {
            field_int(text, "value", heard->value);
            field_int(text, "bound", heard->bound);
        }
        field_text(text, "sentence", redis_reason_text(heard));
    }
}

void redis_say_heard(struct text *text, const struct redis_names *names,
                     const struct redis_answer *answer, const struct gateway_answer *heard)
{
    answer_begin(text, names, answer, heard_word(heard));
    heard_say(text, heard);
    answer_end(text, answer);
}

void redis_say_batch(struct text *text, const struct redis_names *names,
                     const struct redis_answer *answer)
{
    answer_begin(text, names, answer, "batch");
    name_say(text, "intents");
    text_append_char(text, '[');
}

void redis_say_listed(struct text *text, const struct redis_answer *answer,
                      const struct gateway_answer *heard)
{
    if (text->length > 0 && text->bytes[text->length - 1] == '}') text_append_char(text, ',');
    text_append_char(text, '{');
    field_uint(text, "sequence", answer->sequence);
    field_text(text, "answer", heard_word(heard));
    heard_say(text, heard);
    text_append_char(text, '}');
}

void redis_say_batch_end(struct text *text, const struct redis_answer *answer)
{
    text_append_char(text, ']');
    answer_end(text, answer);
}

void redis_say_refused(struct text *text, const struct redis_names *names,
                       const struct redis_answer *answer, const char *reason, const char *sentence)
{
    answer_begin(text, names, answer, "refused");
    field_text(text, "reason", reason);
    field_text(text, "sentence", sentence);
    answer_end(text, answer);
}

void redis_say_known(struct text *text, const struct redis_names *names,
                     const struct redis_answer *answer)
{
    answer_begin(text, names, answer, "known");
    answer_end(text, answer);
}

/* Orders. */

void redis_order_merge(void *older, const void *newer)
{
    struct redis_order_update *update = older;
    const struct redis_order_update *more = newer;
    update->report = more->report;
    update->traded += more->traded;
    update->reports += more->reports;
}

static const char *name_of(const char *name)
{
    return name ? name : "";
}

static void whose_say(struct text *text, const struct redis_names *names, uint32_t strategy,
                      uint32_t symbol, uint32_t venue)
{
    if (strategy < names->strategies)
        field_text(text, "strategy", name_of(names->strategy[strategy].name));
    if (venue < names->venues) field_text(text, "venue", names->venue[venue]);
    if (symbol < names->symbols) field_text(text, "symbol", names->symbol[symbol].name);
}

static void refusal_say(struct text *text, const struct gateway_report *report)
{
    field_text(text, "reason", risk_verdict_name((enum risk_verdict)report->reason));
    field_int(text, "value", report->qty);
    field_int(text, "bound", report->price);
}

/* What an update of an order ends with, whosever it is. */
struct totals {
    qty_t executed, leaves, traded;
    uint32_t reports;
    nanos_t at;
};

static void totals_say(struct text *text, const struct totals *totals)
{
    field_amount(text, "executed", totals->executed);
    field_amount(text, "leaves", totals->leaves);
    field_amount(text, "traded", totals->traded);
    field_uint(text, "reports", totals->reports);
    field_uint(text, "at", totals->at);
    text_append_char(text, '}');
}

void redis_say_order(struct text *text, const struct redis_names *names,
                     const struct redis_order_update *update)
{
    const struct gateway_report *report = &update->report;
    text_append_char(text, '{');
    field_uint(text, "number", report->number);
    whose_say(text, names, report->strategy, report->symbol, report->venue);
    if (report->key != DELEGATE_KEY_NONE) field_uint(text, "key", report->key);
    field_uint(text, "order", report->order);
    field_text(text, "report", gateway_report_name((enum gateway_report_kind)report->kind));
    field_text(text, "side", report->side == SIDE_BUY ? "buy" : "sell");
    if (report->kind == COPY_REFUSED) {
        refusal_say(text, report);
    } else {
        field_amount(text, "price", report->price);
        field_amount(text, "quantity", report->qty);
    }
    totals_say(text, &(struct totals){.executed = report->cum,
                                      .leaves = report->leaves,
                                      .traded = update->traded,
                                      .reports = update->reports,
                                      .at = report->at});
}

/* Orders of accounts. */

struct redis_account_order redis_account_order_of(const struct entry_report *report)
{
    bool traded = report->kind == ENTRY_REPORT_EXECUTED;
    return (struct redis_account_order){
        .report = *report, .traded = traded ? report->qty : 0, .reports = 1};
}

void redis_account_order_merge(void *older, const void *newer)
{
    struct redis_account_order *update = older;
    const struct redis_account_order *more = newer;
    update->report = more->report;
    update->traded += more->traded;
    update->reports += more->reports;
}

static void token_say(struct text *text, const struct entry_report *report)
{
    char token[sizeof report->token + 1] = "";
    size_t length = sizeof report->token;
    while (length > 0 && (report->token[length - 1] == ' ' || report->token[length - 1] == '\0'))
        length--;
    memcpy(token, report->token, length);
    for (char *at = token; at < token + length; at++)
        if (!*at) *at = '?';
    if (length > 0) field_text(text, "token", token);
}

void redis_say_account_order(struct text *text, const struct redis_names *names,
                             const struct redis_account_order *update)
{
    const struct entry_report *report = &update->report;
    const char *reason = entry_report_reason(report);
    text_append_char(text, '{');
    field_uint(text, "number", report->number);
    field_uint(text, "account", report->account);
    if (report->instrument < names->listings)
        field_text(text, "symbol", names->listed[report->instrument].name);
    field_uint(text, "order", report->order);
    if (report->replaces) field_uint(text, "replaces", report->replaces);
    token_say(text, report);
    field_text(text, "report", entry_report_name((enum entry_report_kind)report->kind));
    if (reason) field_text(text, "reason", reason);
    if (report->side != ENTRY_REPORT_NO_SIDE)
        field_text(text, "side", report->side == SIDE_BUY ? "buy" : "sell");
    field_amount(text, "price", report->price);
    field_amount(text, "quantity", report->qty);
    totals_say(text, &(struct totals){.executed = report->executed,
                                      .leaves = report->leaves,
                                      .traded = update->traded,
                                      .reports = update->reports,
                                      .at = report->at});
}

/* Balances. */

bool redis_balance_of(const struct gateway_report *report, struct redis_balance_update *update)
{
    bool known = report->strategy != RISK_NONE && report->symbol != RISK_NONE;
    if (report->kind != COPY_EXECUTED || !known || report->qty <= 0) return false;
    __extension__ __int128 worth = (__int128)report->price * report->qty / QTY_ONE;
    bool buys = report->side == SIDE_BUY;
    *update = (struct redis_balance_update){.strategy = report->strategy,
                                            .symbol = report->symbol,
                                            .position = buys ? report->qty : -report->qty,
                                            .cash = (int64_t)(buys ? -worth : worth),
                                            .fills = 1,
                                            .at = report->at};
    return true;
}

void redis_balance_merge(void *older, const void *newer)
{
    struct redis_balance_update *update = older;
    const struct redis_balance_update *more = newer;
    update->position += more->position;
    update->cash += more->cash;
    update->fills += more->fills;
    update->at = more->at;
}

void redis_say_balance(struct text *text, const struct redis_names *names,
                       const struct redis_balance_update *update)
{
    uint32_t venue =
        update->symbol < names->symbols ? names->symbol[update->symbol].venue : REDIS_NAME_NONE;
    text_append_char(text, '{');
    whose_say(text, names, update->strategy, update->symbol, venue);
    field_amount(text, "position", update->position);
    field_amount(text, "cash", update->cash);
    field_uint(text, "fills", update->fills);
    field_uint(text, "at", update->at);
    text_append_char(text, '}');
}

void redis_say_account(struct text *text, const struct redis_account_update *update)
{
    text_append_char(text, '{');
    field_uint(text, "account", update->account);
    field_text(text, "symbol", update->symbol);
    field_amount(text, "position", update->position);
    field_amount(text, "cash", update->cash);
    field_uint(text, "fills", update->fills);
    field_uint(text, "at", update->at);
    text_append_char(text, '}');
}

#define MONEY_PLACES 8u
#define MONEY_DIGITS 40u

void redis_say_money(struct text *text, venue_paid units)
{
    __extension__ typedef unsigned __int128 wide;
    wide rest = units < 0 ? -(wide)units : (wide)units;
    char digit[MONEY_DIGITS];
    uint32_t digits = 0, last = 0;
    while (digits <= MONEY_PLACES || rest > 0) {
        digit[digits++] = (char)('0' + (char)(rest % 10));
        rest /= 10;
    }
    while (last < MONEY_PLACES && digit[last] == '0') last++;
    if (units < 0) text_append_char(text, '-');
    for (uint32_t at = digits; at > last; at--) {
        if (at == MONEY_PLACES) text_append_char(text, '.');
        text_append_char(text, digit[at - 1]);
    }
}

void redis_say_price(struct text *text, const char *symbol, price_t price, qty_t qty,
                     uint64_t volume, nanos_t at)
{
    text_append_char(text, '{');
    field_text(text, "symbol", symbol);
    field_amount(text, "price", price);
    field_amount(text, "quantity", qty);
    field_amount(text, "volume", (int64_t)volume);
    field_uint(text, "at", at);
    text_append_char(text, '}');
}
