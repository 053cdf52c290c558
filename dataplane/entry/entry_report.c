#include "dataplane/entry/entry_parts.h"
#include "dataplane/match/match_print.h"

/* Reports: of an order's record as it is when its session is answered, and of what the port rejects
 * without one. */

const char *entry_report_name(enum entry_report_kind kind)
{
#define REPORT_NAME(kind, name, meaning) #name,
    static const char *const names[] = {ENTRY_REPORTS(REPORT_NAME)};
    return (uint32_t)kind < ENTRY_REPORT_COUNT ? names[kind] : "unknown";
}

const char *entry_report_reason(const struct entry_report *report)
{
    if (report->cause != ENTRY_NO_CAUSE) return entry_cause_name((enum entry_cause)report->cause);
    return report->reason != MATCH_NO_REASON ? match_reason_name(report->reason) : NULL;
}

static price_t terms_price(const struct entry_terms *terms)
{
    bool said = !terms->market && terms->price_e4 <= INT64_MAX / PRICE_PER_E4;
    return said ? (price_t)terms->price_e4 * PRICE_PER_E4 : 0;
}

static void put(struct entry *entry, struct entry_report *report)
{
    report->number = ++entry->reports;
    entry->sink.report(entry->sink.context, report);
}

NOINLINE void report_order(const struct reported *what)
{
    struct entry *entry = what->entry;
    const struct entry_order *order = what->order;
    bool rejected = what->kind == ENTRY_REPORT_REJECTED;
    uint32_t replaces = rejected ? what->replaces : order->replaces;
    struct entry_report report = {
        .at = what->at,
        .order = order->id,
        .replaces = replaces != 0 ? entry_id(order->session, order->channel, replaces) : 0,
        .price = what->price != 0 ? what->price : terms_price(&order->terms),
        .qty = what->qty * QTY_ONE,
        .executed = order->executed * QTY_ONE,
        .leaves = what->left * QTY_ONE,
        .account = entry->sessions[order->session].plan.account,
        .instrument = order->instrument,
        .kind = (uint8_t)what->kind,
        .side = is_sell(order->terms.side) ? SIDE_SELL : SIDE_BUY,
        .reason = what->reason,
    };
    memcpy(report.token, order->terms.name.byte, sizeof report.token);
    put(entry, &report);
}

void refused_fill(struct entry *entry, const struct entry_order *draft, uint32_t replaces,
                  enum entry_cause cause)
{
    const struct entry_terms *terms = &draft->terms;
    bool known = cause != ENTRY_BAD_SYMBOL, sided = side_good(terms->side);
    struct entry_refused *refused = &entry->decided.answer.refused; /* its bytes are there */
    refused->order = entry_id(draft->session, draft->channel, draft->n);
    refused->price = terms_price(terms);
    refused->qty = terms->qty;
    refused->replaces = replaces;
    refused->instrument = known ? draft->instrument : ENTRY_REPORT_NO_INSTRUMENT;
    refused->side = is_sell(terms->side) ? SIDE_SELL : SIDE_BUY;
    if (!sided) refused->side = ENTRY_REPORT_NO_SIDE;
    refused->cause = (uint8_t)cause;
    entry->decided.ask.letter = ASK_REFUSES;
}

void report_refused(struct entry *entry, uint32_t session, const union entry_answer *answer)
{
    const struct entry_refused *refused = &answer->refused;
    const struct entry_plan *plan = &entry->sessions[session].plan;
    const struct ouch50_rejected *told50 = (const struct ouch50_rejected *)answer->bytes;
    const struct ouch42_rejected *told42 = (const struct ouch42_rejected *)answer->bytes;
    bool speaks50 = plan->dialect == ENTRY_OUCH50;
    struct be64 since = speaks50 ? told50->timestamp_ns : told42->timestamp_ns;
    uint8_t channel = (uint8_t)(refused->order >> ENTRY_ID_CHANNEL_SHIFT);
    struct entry_report report = {
        .at = entry->midnight_told + be64_read(since),
        .order = refused->order,
        .replaces = refused->replaces ? entry_id(session, channel, refused->replaces) : 0,
        .price = refused->price,
        .qty = refused->qty * QTY_ONE,
        .account = plan->account,
        .instrument = refused->instrument,
        .kind = ENTRY_REPORT_REJECTED,
        .side = refused->side,
        .cause = refused->cause,
    };
    memcpy(report.token, speaks50 ? told50->cl_ord_id.byte : told42->token.byte,
           sizeof report.token);
    put(entry, &report);
}
