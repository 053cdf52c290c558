#include "dataplane/gateway/gateway_layout.h"

/* What is written down before it has effects outside, and the rows of the drop copy.
 *
 * Behind a report that was lost no other is written: it would say that the session's messages up to
 * its own were taken, and an execution among them would never be asked for again. */

void gateway_write(struct gateway *gateway, enum gateway_record kind, const void *record,
                   uint32_t bytes)
{
    bool hole = gateway->broken && kind == GATEWAY_RECORD_REPORT;
    uint64_t number =
        hole ? 0 : gateway->outlet.journal(gateway->outlet.context, kind, record, bytes, true);
    if (likely(number)) {
        gateway->journalled = number;
        return;
    }
    counter_one(&gateway->counts.journal_lost);
    gateway->broken = true;
}

bool gateway_write_pass(struct gateway *gateway, const struct gateway_pass *pass)
{
    if (unlikely(gateway->broken)) return false;
    uint64_t number = gateway->outlet.journal(gateway->outlet.context, GATEWAY_RECORD_PASS, pass,
                                              sizeof *pass, false);
    if (number) gateway->journalled = number;
    if (number && unlikely(gateway->answer)) gateway_hear_pass(gateway, pass);
    return number != 0;
}

void gateway_row(struct gateway *gateway, struct gateway_report *row, bool must)
{
    row->number = ++gateway->report_number;
    counter_one(&gateway->counts.report);
    if (must) {
        gateway_write(gateway, GATEWAY_RECORD_REPORT, row, sizeof *row);
    } else if (likely(!gateway->broken)) {
        uint64_t number = gateway->outlet.journal(gateway->outlet.context, GATEWAY_RECORD_REPORT,
                                                  row, sizeof *row, false);
        if (number) gateway->journalled = number;
    }
    if (unlikely(gateway->answer)) gateway_hear_row(gateway, row);
    if (gateway->outlet.copy) gateway->outlet.copy(gateway->outlet.context, row);
}

struct gateway_report gateway_row_of(const struct gateway_venue *venue, uint32_t slot,
                                     enum gateway_report_kind kind, nanos_t now)
{
    const struct gateway_slot *at = &venue->at[slot];
    const struct gateway_chain *chain = gateway_chain_of(venue, slot);
    struct gateway_report row = {
        .at = now,
        .venue = venue->number,
        .symbol = at->symbol,
        .strategy = at->strategy,
        .slot = slot,
        .key = at->key,
        .kind = (uint8_t)kind,
    };
    if (!chain) return row;
    row.order = chain->order;
    row.price = chain->price;
    row.cum = chain->cum;
    row.leaves = chain->total > chain->cum ? chain->total - chain->cum : 0;
    row.side = chain->side;
    return row;
}

/* Words. */

const char *gateway_report_name(enum gateway_report_kind kind)
{
#define REPORT_NAME(kind_, name, sentence) [kind_] = #name,
    static const char *const names[] = {GATEWAY_REPORTS(REPORT_NAME)};
    CHECK((unsigned)kind < GATEWAY_REPORT_COUNT);
    return names[kind];
}

const char *gateway_report_text(enum gateway_report_kind kind)
{
#define REPORT_TEXT(kind_, name, sentence) [kind_] = sentence,
    static const char *const texts[] = {GATEWAY_REPORTS(REPORT_TEXT)};
    CHECK((unsigned)kind < GATEWAY_REPORT_COUNT);
    return texts[kind];
}

nanos_t gateway_record_time(enum gateway_record kind, const void *record)
{
    switch (kind) {
    case GATEWAY_RECORD_START:
    case GATEWAY_RECORD_RESERVE:
    case GATEWAY_RECORD_STRATEGY: return 0;
    case GATEWAY_RECORD_PASS: return ((const struct gateway_pass *)record)->pass.at;
    case GATEWAY_RECORD_CANCEL: return ((const struct gateway_cancel *)record)->at;
    case GATEWAY_RECORD_REPORT: return ((const struct gateway_report *)record)->at;
    case GATEWAY_RECORD_CONTROL: return ((const struct risk_record *)record)->at;
    case GATEWAY_RECORD_DAY: return ((const struct gateway_day *)record)->at;
    case GATEWAY_RECORD_INTAKE: return ((const struct gateway_heard *)record)->at;
    case GATEWAY_RECORD_CARRIED: return ((const struct gateway_carried *)record)->at;
    }
    UNREACHABLE("a record of another kind is refused before");
}
