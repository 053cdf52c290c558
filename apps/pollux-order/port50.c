#include "apps/pollux-order/port.h"
#include "dataplane/wire/ouch50.h"

/* Answers of OUCH 5.0.  Each reader is shown a message that the check has found whole. */

struct said {
    const uint8_t *message;
    const struct ouch50_tags *tags;
    struct port_answer *answer;
};

static uint32_t price_of(struct be64 wire)
{
    uint64_t price_e4 = be64_read(wire);
    return price_e4 > UINT32_MAX ? UINT32_MAX : (uint32_t)price_e4;
}

static enum port_lasts lasts_of(struct text1 tif)
{
    switch (text1_read(tif)) {
    case '3': return PORT_IMMEDIATE;
    case '5': return PORT_EXTENDED;
    case '6': return PORT_TIMED;
    default: return PORT_DAY;
    }
}

static void expire_read(const struct said *said)
{
    if (ouch50_has(said->tags, OUCH50_EXPIRE_TIME))
        said->answer->expire_s = ouch50_be32(said->message, said->tags, OUCH50_EXPIRE_TIME);
}

static void accepted_read(const struct said *said)
{
    const struct ouch50_accepted *accepted = (const void *)said->message;
    struct port_answer *answer = said->answer;
    answer->kind = PORT_ACCEPTED;
    answer->side = text1_read(accepted->side);
    answer->qty = be32_read(accepted->qty);
    memcpy(answer->symbol, accepted->symbol.byte, sizeof answer->symbol);
    answer->price_e4 = price_of(accepted->price_e4);
    answer->lasts = lasts_of(accepted->tif);
    answer->reference = be64_read(accepted->order_ref);
    answer->dead = text1_read(accepted->state) == 'D';
    memcpy(answer->name, accepted->cl_ord_id.byte, sizeof answer->name);
    expire_read(said);
}

static void replaced_read(const struct said *said)
{
    const struct ouch50_replaced *replaced = (const void *)said->message;
    struct port_answer *answer = said->answer;
    answer->kind = PORT_REPLACED;
    answer->other = be32_read(replaced->orig_urn);
    answer->number = be32_read(replaced->urn);
    answer->side = text1_read(replaced->side);
    answer->qty = be32_read(replaced->qty);
    memcpy(answer->symbol, replaced->symbol.byte, sizeof answer->symbol);
    answer->price_e4 = price_of(replaced->price_e4);
    answer->lasts = lasts_of(replaced->tif);
    answer->reference = be64_read(replaced->order_ref);
    answer->dead = text1_read(replaced->state) == 'D';
    memcpy(answer->name, replaced->cl_ord_id.byte, sizeof answer->name);
    expire_read(said);
}

static void canceled_read(const struct said *said)
{
    const struct ouch50_canceled *canceled = (const void *)said->message;
    said->answer->kind = PORT_CANCELED;
    said->answer->qty = be32_read(canceled->qty);
    said->answer->reason = text1_read(canceled->reason);
}

static void self_match_read(const struct said *said)
{
    const struct ouch50_aiq_canceled *canceled = (const void *)said->message;
    said->answer->kind = PORT_SELF_MATCH;
    said->answer->qty = be32_read(canceled->qty);
    said->answer->reason = text1_read(canceled->reason);
    said->answer->price_e4 = price_of(canceled->price_e4);
}

static void executed_read(const struct said *said)
{
    const struct ouch50_executed *executed = (const void *)said->message;
    said->answer->kind = PORT_EXECUTED;
    said->answer->qty = be32_read(executed->qty);
    said->answer->price_e4 = price_of(executed->price_e4);
    said->answer->reason = text1_read(executed->liquidity);
    said->answer->match = be64_read(executed->match_number);
}

static void broken_read(const struct said *said)
{
    const struct ouch50_broken *broken = (const void *)said->message;
    said->answer->kind = PORT_BROKEN;
    said->answer->match = be64_read(broken->match_number);
    said->answer->reason = text1_read(broken->reason);
    memcpy(said->answer->name, broken->cl_ord_id.byte, sizeof said->answer->name);
}

static void rejected_read(const struct said *said)
{
    const struct ouch50_rejected *rejected = (const void *)said->message;
    said->answer->kind = PORT_REJECTED;
    said->answer->code = be16_read(rejected->reason);
    said->answer->dead = true;
    memcpy(said->answer->name, rejected->cl_ord_id.byte, sizeof said->answer->name);
}

static void priority_read(const struct said *said)
{
    const struct ouch50_priority *priority = (const void *)said->message;
    said->answer->kind = PORT_PRIORITY;
    said->answer->price_e4 = price_of(priority->price_e4);
    said->answer->reference = be64_read(priority->order_ref);
}

static void modified_read(const struct said *said)
{
    const struct ouch50_modified *modified = (const void *)said->message;
    said->answer->kind = PORT_MODIFIED;
    said->answer->side = text1_read(modified->side);
    said->answer->qty = be32_read(modified->qty);
}

static void restated_read(const struct said *said)
{
    const struct ouch50_restated *restated = (const void *)said->message;
    said->answer->kind = PORT_RESTATED;
    said->answer->reason = text1_read(restated->reason);
    if (ouch50_has(said->tags, OUCH50_DISPLAY_QTY))
        said->answer->qty = ouch50_be32(said->message, said->tags, OUCH50_DISPLAY_QTY);
}

static void mass_canceled_read(const struct said *said)
{
    const struct ouch50_mass_canceled *canceled = (const void *)said->message;
    said->answer->kind = PORT_MASS_CANCELED;
    memcpy(said->answer->symbol, canceled->symbol.byte, sizeof said->answer->symbol);
}

static void firm_read(const struct said *said)
{
    const struct ouch50_disabled *answered = (const void *)said->message;
    said->answer->kind = said->message[0] == 'G' ? PORT_FIRM_DISABLED : PORT_FIRM_ENABLED;
    memcpy(said->answer->symbol, answered->firm.byte, sizeof answered->firm.byte);
}

/* Messages that say nothing but which order. */
static void note_read(const struct said *said)
{
    said->answer->kind = said->message[0] == 'P' ? PORT_CANCEL_PENDING : PORT_CANCEL_REJECTED;
}

/* Messages of no order: what stands where others have its number is not one. */
static void day_read(const struct said *said)
{
    const struct ouch50_system_event *event = (const void *)said->message;
    said->answer->kind = PORT_DAY_EVENT;
    said->answer->number = 0;
    said->answer->reason = text1_read(event->event);
}

static void queried_read(const struct said *said)
{
    said->answer->kind = PORT_NEXT_NUMBER;
}

bool port50_read(const uint8_t *message, size_t length, struct port_answer *answer)
{
    typedef void read_fn(const struct said *said);
    static read_fn *const readers[128] = {
        ['S'] = day_read,      ['A'] = accepted_read,   ['U'] = replaced_read,
        ['C'] = canceled_read, ['D'] = self_match_read, ['E'] = executed_read,
        ['B'] = broken_read,   ['J'] = rejected_read,   ['P'] = note_read,
        ['I'] = note_read,     ['T'] = priority_read,   ['M'] = modified_read,
        ['R'] = restated_read, ['G'] = firm_read,       ['X'] = mass_canceled_read,
        ['K'] = firm_read,     ['Q'] = queried_read,
    };
    struct ouch50_tags tags;
    if (ouch50_check_out(message, length, &tags) != OUCH50_OK) return false;
    CHECK(message[0] < ARRAY_COUNT(readers));
    read_fn *read = readers[message[0]];
    if (!read) return false;
    answer->timestamp_ns = be64_read(*(const struct be64 *)(message + 1));
    if (length >= sizeof(struct ouch50_cancel_pending))
        answer->number = be32_read(((const struct ouch50_cancel_pending *)message)->urn);
    read(&(struct said){message, &tags, answer});
    return true;
}
