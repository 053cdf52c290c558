#include "dataplane/gateway/trade_port_ouch50_layout.h"

/* Messages of the venue.  Each reader is shown one that the check has found whole, changes what is
 * known of its order, and writes its reports. */

struct reading {
    struct ouch50_port *port;
    const uint8_t *message;
    const struct ouch50_tags *tags;
    struct port_report *reports; /* the first is begun: order, what is known of it, time */
    struct own_order *own;       /* or NULL */
};

static price_t price_read(struct be64 wire)
{
    uint64_t price_e4 = be64_read(wire);
    return (price_t)(price_e4 > UINT32_MAX ? UINT32_MAX : price_e4) * PRICE_PER_E4;
}

static uint16_t letter_reason(struct text1 letter, uint16_t from)
{
    return (uint16_t)(from + (uint8_t)text1_read(letter));
}

/* What an order is after a message. */

/* The venue has it, since it says something of it. */
static void own_alive(struct own_order *own)
{
    if (own->state != OWN_PENDING) return;
    own->state = OWN_LIVE;
    own->leaves = own->cum < own->total ? own->total - (uint32_t)own->cum : 0;
}

static void own_leaves(struct own_order *own, uint32_t leaves)
{
    own_alive(own);
    if (own->state != OWN_LIVE) return;
    own->leaves = leaves;
    if (leaves == 0) own->state = OWN_OVER;
}

static void own_less(struct own_order *own, uint32_t qty)
{
    own_alive(own);
    own_leaves(own, qty < own->leaves ? own->leaves - qty : 0);
}

static void cum_add(struct own_order *own, uint32_t qty)
{
    own->cum = own->cum + qty < OUCH50_PORT_CUM_MAX ? own->cum + qty : OUCH50_PORT_CUM_MAX;
}

/* The report as the order is now. */
static uint32_t tell(const struct reading *r, enum slot_answer_kind kind, struct own_order *own)
{
    struct port_report *report = r->reports;
    report->answer.kind = (uint8_t)kind;
    if (!own) return 1;
    report->answer.order = own->urn;
    report->answer.cum = shares(own->cum);
    report->leaves = report->answer.leaves = shares(own->leaves);
    return 1;
}

/* The venue has it still, or it is over. */
static uint32_t tell_state(const struct reading *r)
{
    bool over = r->own && r->own->state == OWN_OVER;
    return tell(r, over ? SLOT_ANSWERS_CANCELED : SLOT_ANSWERS_ACCEPTED, r->own);
}

/* An order may come to be accepted and be dead: then nothing follows. */
static uint32_t accepted_read(const struct reading *r)
{
    const struct ouch50_accepted *accepted = (const void *)r->message;
    bool dead = text1_read(accepted->state) == 'D';
    uint32_t qty = be32_read(accepted->qty);
    r->reports->qty = shares(qty);
    r->reports->price = price_read(accepted->price_e4);
    r->reports->venue_order = be64_read(accepted->order_ref);
    if (!r->own) {
        r->reports->leaves = r->reports->answer.leaves = dead ? 0 : shares(qty);
        return tell(r, dead ? SLOT_ANSWERS_CANCELED : SLOT_ANSWERS_ACCEPTED, NULL);
    }
    if (r->own->state == OWN_PENDING) own_leaves(r->own, qty);
    if (dead) own_leaves(r->own, 0);
    return tell_state(r);
}

/* The heir goes on where the order before it stood; what that has replaced is done with. */
static void own_inherit(struct ouch50_port *port, struct own_order *own, struct own_order *old)
{
    own_drop_before(port, old);
    if (old->cum > own->cum) own->cum = old->cum;
    old->state = OWN_REPLACED;
    old->leaves = 0;
}

static uint32_t replaced_read(const struct reading *r)
{
    const struct ouch50_replaced *replaced = (const void *)r->message;
    struct port_report *report = r->reports;
    uint32_t was = be32_read(replaced->orig_urn);
    uint32_t qty = be32_read(replaced->qty);
    bool dead = text1_read(replaced->state) == 'D' || qty == 0;
    struct own_order *own = own_find(r->port, be32_read(replaced->urn));
    struct own_order *old = own_find(r->port, was);
    report->known = own != NULL;
    report->was = was;
    report->price = price_read(replaced->price_e4);
    report->venue_order = be64_read(replaced->order_ref);
    report->qty = shares(qty);
    report->answer.order = be32_read(replaced->urn);
    report->leaves = report->answer.leaves = dead ? 0 : shares(qty);
    if (own && own->state == OWN_PENDING && own->was == was) {
        if (old) own_inherit(r->port, own, old);
        own_leaves(own, dead ? 0 : qty);
    }
    bool over = own ? own->state == OWN_OVER : dead;
    return tell(r, over ? SLOT_ANSWERS_CANCELED : SLOT_ANSWERS_REPLACED, own);
}

static uint32_t canceled_read(const struct reading *r)
{
    const struct ouch50_canceled *canceled = (const void *)r->message;
    r->reports->qty = shares(be32_read(canceled->qty));
    r->reports->reason = letter_reason(canceled->reason, REASON_CANCELED);
    if (!r->own) return tell(r, SLOT_ANSWERS_CANCELED, NULL);
    own_less(r->own, be32_read(canceled->qty));
    return tell_state(r);
}

static uint32_t aiq_canceled_read(const struct reading *r)
{
    const struct ouch50_aiq_canceled *canceled = (const void *)r->message;
    r->reports->price = price_read(canceled->price_e4);
    static_assert(offsetof(struct ouch50_aiq_canceled, qty) ==
                      offsetof(struct ouch50_canceled, qty),
                  "as Canceled");
    static_assert(offsetof(struct ouch50_aiq_canceled, reason) ==
                      offsetof(struct ouch50_canceled, reason),
                  "as Canceled");
    return canceled_read(r);
}

/* Flags that say who was there first; others say nothing of it. */
static char liquidity_read(struct text1 flag)
{
    static const char sides[128] = {
        ['A'] = 'A', ['7'] = 'A', ['8'] = 'A', ['J'] = 'A', ['k'] = 'A', ['e'] = 'A', ['j'] = 'A',
        ['u'] = 'A', ['R'] = 'R', ['m'] = 'R', ['p'] = 'R', ['q'] = 'R', ['r'] = 'R', ['t'] = 'R',
    };
    uint8_t letter = (uint8_t)text1_read(flag);
    if (letter >= sizeof sides) return '\0';
    return sides[letter];
}

/* Traded whole, or traded what the venue has left of it: then that is told as well. */
static uint32_t executed_read(const struct reading *r)
{
    const struct ouch50_executed *executed = (const void *)r->message;
    struct port_report *report = r->reports;
    struct own_order *own = r->own;
    uint32_t qty = be32_read(executed->qty);
    report->qty = shares(qty);
    report->price = price_read(executed->price_e4);
    report->match = be64_read(executed->match_number);
    report->liquidity = liquidity_read(executed->liquidity);
    if (!own) {
        report->answer.cum = report->qty;
        return tell(r, SLOT_ANSWERS_EXECUTED, NULL);
    }
    struct own_order *heir = own->state == OWN_REPLACED ? own_find(r->port, own->heir) : NULL;
    if (heir) cum_add(heir, qty);
    bool was_over = own->state == OWN_OVER;
    own_alive(own);
    cum_add(own, qty);
    own_less(own, qty);
    tell(r, SLOT_ANSWERS_EXECUTED, own);
    if (heir) report->answer.cum = shares(heir->cum);
    if (own->state != OWN_OVER || was_over || own->cum >= own->total) return 1;
    report[1] =
        (struct port_report){.answer = report->answer, .known = true, .time_ns = report->time_ns};
    report[1].answer.kind = SLOT_ANSWERS_CANCELED;
    return 2;
}

/* For people: positions keep the trade until they say otherwise. */
static uint32_t broken_read(const struct reading *r)
{
    const struct ouch50_broken *broken = (const void *)r->message;
    r->reports->broken = true;
    r->reports->match = be64_read(broken->match_number);
    r->reports->reason = letter_reason(broken->reason, REASON_BROKEN);
    return tell(r, SLOT_ANSWERS_ACCEPTED, r->own);
}

/* An order that the venue has said it has is not over by that: the slots ask. */
static uint32_t rejected_read(const struct reading *r)
{
    const struct ouch50_rejected *rejected = (const void *)r->message;
    struct own_order *own = r->own;
    uint16_t code = be16_read(rejected->reason);
    r->reports->reason = code < REASON_CANCELED ? code : REASON_UNKNOWN;
    bool pending = own && own->state == OWN_PENDING;
    if (!pending || own->was == 0) {
        if (pending) own->state = OWN_OVER;
        return tell(r, SLOT_ANSWERS_REJECTED, own);
    }
    tell(r, SLOT_ANSWERS_NO_REPLACE, own);
    struct own_order *old = own_find(r->port, own->was);
    if (old && old->heir == own->urn) old->heir = 0;
    own_drop(r->port, own);
    return 1;
}

/* The cancel happens after the cross. */
static uint32_t cancel_pending_read(const struct reading *r)
{
    if (r->own) own_alive(r->own);
    return tell_state(r);
}

static uint32_t cancel_rejected_read(const struct reading *r)
{
    if (r->own) own_alive(r->own);
    return tell(r, SLOT_ANSWERS_NO_CANCEL, r->own);
}

static uint32_t priority_read(const struct reading *r)
{
    const struct ouch50_priority *priority = (const void *)r->message;
    r->reports->price = price_read(priority->price_e4);
    r->reports->venue_order = be64_read(priority->order_ref);
    if (r->own) own_alive(r->own);
    return tell_state(r);
}

static uint32_t modified_read(const struct reading *r)
{
    const struct ouch50_modified *modified = (const void *)r->message;
    uint32_t leaves = be32_read(modified->qty);
    if (r->own) own_leaves(r->own, leaves);
    else r->reports->leaves = r->reports->answer.leaves = shares(leaves);
    return tell_state(r);
}

static uint32_t restated_read(const struct reading *r)
{
    const struct ouch50_restated *restated = (const void *)r->message;
    r->reports->reason = letter_reason(restated->reason, REASON_RESTATED);
    if (ouch50_has(r->tags, OUCH50_SECONDARY_REF))
        r->reports->venue_order = be64_read(
            *(const struct be64 *)ouch50_value(r->message, r->tags, OUCH50_SECONDARY_REF));
    if (r->own) own_alive(r->own);
    return tell_state(r);
}

static uint32_t queried_read(const struct reading *r)
{
    if (ouch50_has(r->tags, OUCH50_USER_REF_IDX))
        ouch50_port_answered(
            r->port, *(const uint8_t *)ouch50_value(r->message, r->tags, OUCH50_USER_REF_IDX));
    return 0;
}

/* Of no order: the day, and answers to requests that are not made here. */
static uint32_t other_read(const struct reading *r)
{
    (void)r;
    return 0;
}

uint32_t ouch50_port_decode(void *self, const uint8_t *message, uint32_t length,
                            struct port_report *reports, bool *bad)
{
    typedef uint32_t read_fn(const struct reading *r);
    static read_fn *const readers[128] = {
        ['S'] = other_read,           ['A'] = accepted_read,     ['U'] = replaced_read,
        ['C'] = canceled_read,        ['D'] = aiq_canceled_read, ['E'] = executed_read,
        ['B'] = broken_read,          ['J'] = rejected_read,     ['P'] = cancel_pending_read,
        ['I'] = cancel_rejected_read, ['T'] = priority_read,     ['M'] = modified_read,
        ['R'] = restated_read,        ['X'] = other_read,        ['G'] = other_read,
        ['K'] = other_read,           ['Q'] = queried_read,
    };
    struct ouch50_port *port = self;
    struct ouch50_tags tags;
    *bad = ouch50_check_out(message, length, &tags) != OUCH50_OK;
    if (*bad) return 0;
    CHECK(message[0] < ARRAY_COUNT(readers));
    CHECK(readers[message[0]] != NULL);
    uint32_t urn = 0;
    if (length >= sizeof(struct ouch50_cancel_pending))
        urn = be32_read(((const struct ouch50_cancel_pending *)message)->urn);
    struct own_order *own = own_find(port, urn);
    *reports = (struct port_report){
        .answer = {.order = urn},
        .known = own != NULL,
        .time_ns = be64_read(*(const struct be64 *)(message + 1)),
    };
    return readers[message[0]](&(struct reading){port, message, &tags, reports, own});
}

/* Sentences. */

static const char *canceled_text(uint8_t letter)
{
    switch (letter) {
    case 'D': return "a regulatory restriction";
    case 'E': return "closed";
    case 'F': return "post-only would have to slide for the national best price";
    case 'G': return "post-only would have to slide for a displayed order";
    case 'H': return "still halted after the opening cross";
    case 'I': return "what did not trade at once";
    case 'K': return "market collar";
    case 'Q': return "it would have met an order of ours";
    case 'S': return "supervisory";
    case 'T': return "its time is over";
    case 'U': return "asked for";
    case 'X': return "protection of the opening";
    case 'Z': return "the system, as when the session is lost";
    case 'e': return "above the shares of a direct listing";
    default: return "unknown";
    }
}

static const char *broken_text(uint8_t letter)
{
    switch (letter) {
    case 'E': return "erroneous";
    case 'C': return "by consent of both sides";
    case 'S': return "supervisory";
    case 'X': return "broken elsewhere";
    default: return "unknown";
    }
}

const char *ouch50_port_reason(uint16_t reason)
{
    uint8_t letter = (uint8_t)reason;
    switch (reason - letter) {
    case 0: return reason ? ouch50_reject_text(reason) : "";
    case REASON_CANCELED: return canceled_text(letter);
    case REASON_BROKEN: return broken_text(letter);
    case REASON_RESTATED:
        if (letter == 'R') return "what it shows is refreshed";
        return letter == 'P' ? "its displayed price is another" : "unknown";
    default: return "unknown";
    }
}
