#include "dataplane/session/ouch_client_layout.h"

/* What a message says, in either dialect. */

static uint32_t price_read(struct ouch_said *said, struct be64 field)
{
    uint64_t price_e4 = be64_read(field);
    said->good = said->good && price_e4 <= UINT32_MAX;
    return (uint32_t)price_e4;
}

/* The fields that Executed, Accepted and others have in common, by macro: the structs share their
 * names and not their types. */
#define READ_ORDER(m)                                                                              \
    do {                                                                                           \
        said->side = text1_read((m)->side);                                                        \
        said->state = text1_read((m)->state);                                                      \
        r->qty = be32_read((m)->qty);                                                              \
        r->reference = be64_read((m)->order_ref);                                                  \
    } while (0)

static void read_restated(struct ouch_report *r, const uint8_t *message,
                          const struct ouch50_tags *tags)
{
    r->kind = OUCH_RESTATED;
    r->reason = text1_read(((const struct ouch50_restated *)message)->reason);
    if (ouch50_has(tags, OUCH50_SECONDARY_REF))
        r->reference =
            be64_read(*(const struct be64 *)ouch50_value(message, tags, OUCH50_SECONDARY_REF));
    if (ouch50_has(tags, OUCH50_DISPLAY_QTY))
        r->qty = ouch50_be32(message, tags, OUCH50_DISPLAY_QTY);
}

static void read50_canceled(struct ouch_said *said, const struct ouch50_canceled *m)
{
    said->report->kind = OUCH_CANCELED;
    said->report->qty = be32_read(m->qty);
    said->report->reason = text1_read(m->reason);
}

static void read50_self(struct ouch_said *said, const struct ouch50_aiq_canceled *m)
{
    said->report->kind = OUCH_SELF_MATCH;
    said->report->qty = be32_read(m->qty);
    said->report->reason = text1_read(m->reason);
    said->report->price_e4 = price_read(said, m->price_e4);
}

static void read50_executed(struct ouch_said *said, const struct ouch50_executed *m)
{
    struct ouch_report *r = said->report;
    r->kind = OUCH_EXECUTED;
    r->qty = be32_read(m->qty);
    r->price_e4 = price_read(said, m->price_e4);
    r->reason = text1_read(m->liquidity);
    r->match = be64_read(m->match_number);
}

static void read50_accepted(struct ouch_said *said, const struct ouch50_accepted *m)
{
    struct ouch_report *r = said->report;
    r->kind = OUCH_ACCEPTED;
    r->price_e4 = price_read(said, m->price_e4);
    READ_ORDER(m);
}

static void read50_broken(struct ouch_said *said, const struct ouch50_broken *m)
{
    said->report->kind = OUCH_BROKEN;
    said->report->match = be64_read(m->match_number);
    said->report->reason = text1_read(m->reason);
}

static void read50_priority(struct ouch_said *said, const struct ouch50_priority *m)
{
    said->report->kind = OUCH_PRIORITY;
    said->report->price_e4 = price_read(said, m->price_e4);
    said->report->reference = be64_read(m->order_ref);
}

static void read50_modified(struct ouch_said *said, const struct ouch50_modified *m)
{
    said->report->kind = OUCH_MODIFIED;
    said->report->qty = be32_read(m->qty);
    said->side = text1_read(m->side);
}

/* What is told about one order, by its number. */
static void read50_order(struct ouch_said *said, const uint8_t *message,
                         const struct ouch50_tags *tags)
{
    struct ouch_report *r = said->report;
    r->number = be32_read(((const struct ouch50_cancel_pending *)message)->urn);
    switch (message[0]) {
    case 'A': read50_accepted(said, (const struct ouch50_accepted *)message); return;
    case 'C': read50_canceled(said, (const struct ouch50_canceled *)message); return;
    case 'D': read50_self(said, (const struct ouch50_aiq_canceled *)message); return;
    case 'E': read50_executed(said, (const struct ouch50_executed *)message); return;
    case 'B': read50_broken(said, (const struct ouch50_broken *)message); return;
    case 'T': read50_priority(said, (const struct ouch50_priority *)message); return;
    case 'M': read50_modified(said, (const struct ouch50_modified *)message); return;
    case 'R': read_restated(r, message, tags); return;
    case 'J':
        r->kind = OUCH_REJECTED;
        r->code = be16_read(((const struct ouch50_rejected *)message)->reason);
        return;
    case 'P': r->kind = OUCH_CANCEL_PENDING; return;
    case 'I': r->kind = OUCH_CANCEL_REJECTED; return;
    case 'X': r->kind = OUCH_MASS_CANCELED; return;
    case 'G': r->kind = OUCH_FIRM_DISABLED; return;
    case 'K': r->kind = OUCH_FIRM_ENABLED; return;
    default: break;
    }
    UNREACHABLE("each type that begins with a number has a case");
}

bool ouch_read50(const struct ouch_client *client, struct ouch_said *said, const uint8_t *message,
                 size_t length)
{
    struct ouch50_tags tags;
    struct ouch_report *r = said->report;
    if (ouch50_check_out(message, length, &tags) != OUCH50_OK) return false;
    r->timestamp_ns = be64_read(((const struct ouch50_system_event *)message)->timestamp_ns);
    uint8_t channel = 0;
    if (ouch50_has(&tags, OUCH50_USER_REF_IDX))
        channel = u8_read(*(const struct u8 *)ouch50_value(message, &tags, OUCH50_USER_REF_IDX));
    if (message[0] == 'S') {
        r->kind = OUCH_DAY_EVENT;
        r->reason = text1_read(((const struct ouch50_system_event *)message)->event);
        return true;
    }
    if (message[0] == 'Q') {
        r->kind = OUCH_NEXT_NUMBER;
        r->number = be32_read(((const struct ouch50_queried *)message)->next_urn);
    } else if (message[0] == 'U') {
        const struct ouch50_replaced *m = (const struct ouch50_replaced *)message;
        r->kind = OUCH_REPLACED;
        r->number = be32_read(m->urn);
        r->other = be32_read(m->orig_urn);
        r->price_e4 = price_read(said, m->price_e4);
        READ_ORDER(m);
    } else {
        read50_order(said, message, &tags);
    }
    if (channel != client->plan.channel) r->doubt = OUCH_UNKNOWN; /* another channel's number */
    return said->good;
}

static void read42_fill(struct ouch_said *said, const struct ouch42_executed *m)
{
    struct ouch_report *r = said->report;
    r->qty = be32_read(m->qty);
    r->price_e4 = be32_read(m->price_e4);
    r->reason = text1_read(m->liquidity);
    r->match = be64_read(m->match_number);
}

static void read42_accepted(struct ouch_said *said, const struct ouch42_accepted *m)
{
    struct ouch_report *r = said->report;
    r->kind = OUCH_ACCEPTED;
    r->price_e4 = be32_read(m->price_e4);
    READ_ORDER(m);
}

static void read42_canceled(struct ouch_said *said, const struct ouch42_canceled *m)
{
    said->report->kind = OUCH_CANCELED;
    said->report->qty = be32_read(m->qty);
    said->report->reason = text1_read(m->reason);
}

static void read42_self(struct ouch_said *said, const struct ouch42_aiq_canceled *m)
{
    said->report->kind = OUCH_SELF_MATCH;
    said->report->qty = be32_read(m->qty);
    said->report->reason = text1_read(m->reason);
    said->report->price_e4 = be32_read(m->price_e4);
}

static void read42_broken(struct ouch_said *said, const struct ouch42_broken *m)
{
    said->report->kind = OUCH_BROKEN;
    said->report->match = be64_read(m->match_number);
    said->report->reason = text1_read(m->reason);
}

static void read42_priority(struct ouch_said *said, const struct ouch42_priority *m)
{
    said->report->kind = OUCH_PRIORITY;
    said->report->price_e4 = be32_read(m->price_e4);
    said->report->reference = be64_read(m->order_ref);
}

static void read42_modified(struct ouch_said *said, const struct ouch42_modified *m)
{
    said->report->kind = OUCH_MODIFIED;
    said->report->qty = be32_read(m->qty);
    said->side = text1_read(m->side);
}

static void read42_order(struct ouch_said *said, const uint8_t *message)
{
    struct ouch_report *r = said->report;
    r->kind = OUCH_EXECUTED;
    switch (message[0]) {
    case 'A': read42_accepted(said, (const struct ouch42_accepted *)message); return;
    case 'C': read42_canceled(said, (const struct ouch42_canceled *)message); return;
    case 'D': read42_self(said, (const struct ouch42_aiq_canceled *)message); return;
    case 'F':
        read42_fill(said, (const struct ouch42_executed *)message);
        r->kind = OUCH_CORRECTED;
        return;
    case 'E':
    case 'G': read42_fill(said, (const struct ouch42_executed *)message); return;
    case 'B': read42_broken(said, (const struct ouch42_broken *)message); return;
    case 'T': read42_priority(said, (const struct ouch42_priority *)message); return;
    case 'M': read42_modified(said, (const struct ouch42_modified *)message); return;
    case 'J':
        r->kind = OUCH_REJECTED;
        r->reason = text1_read(((const struct ouch42_rejected *)message)->reason);
        return;
    case 'P': r->kind = OUCH_CANCEL_PENDING; return;
    case 'I': r->kind = OUCH_CANCEL_REJECTED; return;
    case 'N': r->kind = OUCH_TRADE_NOW; return;
    default: break;
    }
    UNREACHABLE("each type that begins with a token has a case");
}

bool ouch_read42(const struct ouch_client *client, struct ouch_said *said, const uint8_t *message,
                 size_t length)
{
    struct ouch_report *r = said->report;
    if (ouch42_check_out(message, length) != OUCH42_OK) return false;
    r->timestamp_ns = be64_read(((const struct ouch42_system_event *)message)->timestamp_ns);
    if (message[0] == 'S') {
        r->kind = OUCH_DAY_EVENT;
        r->reason = text1_read(((const struct ouch42_system_event *)message)->event);
        return true;
    }
    r->number = ouch_token_number(client, ((const struct ouch42_cancel_pending *)message)->token);
    if (message[0] != 'U') {
        read42_order(said, message);
        return true;
    }
    const struct ouch42_replaced *m = (const struct ouch42_replaced *)message;
    r->kind = OUCH_REPLACED;
    r->other = ouch_token_number(client, m->orig_token);
    r->price_e4 = be32_read(m->price_e4);
    READ_ORDER(m);
    return true;
}
