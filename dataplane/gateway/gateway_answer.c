#include "dataplane/gateway/gateway_layout.h"

/* What venues say: bytes to reports, and reports to the journal, the slots, positions and
 * delegates, in this order. */

/* What a slot is now. */

static enum delegate_order_state order_state(const struct slot_look *look)
{
    switch (look->state) {
    case SLOT_FREE: return look->waits && !look->stop ? ORDER_PENDING : ORDER_NONE;
    case SLOT_LIVE: return look->waits ? ORDER_PENDING : ORDER_OPEN;
    case SLOT_UNKNOWN: return ORDER_UNKNOWN;
    case SLOT_NEW:
    case SLOT_CANCEL:
    case SLOT_REPLACE:
    case SLOT_STATE_COUNT: break;
    }
    return ORDER_PENDING;
}

static void order_show(const struct slot_look *look, struct delegate_order *order)
{
    bool open = look->state != SLOT_FREE;
    bool wanted = look->waits && !look->stop && look->goal_qty > 0;
    order->state = (uint8_t)order_state(look);
    order->executed = look->executed;
    order->leaves = open && look->total > look->cum ? look->total - look->cum : 0;
    order->exposure = open ? look->exposure : 0;
    if (open) order->price = look->price;
    if (open) order->side = look->side;
    if (!wanted) return;
    if (!open) order->price = look->goal_price;
    if (!open) order->side = look->goal_side;
    if (look->goal_qty > order->exposure) order->exposure = look->goal_qty;
}

void gateway_refresh(struct gateway *gateway, struct gateway_venue *venue, uint32_t slot)
{
    struct slot_look look;
    slots_look(venue->slots, slot, &look);
    struct gateway_slot *at = &venue->at[slot];
    struct gateway_chain *chain = gateway_chain_of(venue, slot);
    if (chain && chain->order == look.order) chain->total = look.total;
    if (likely(!gateway_slot_unique(venue, slot))) {
        order_show(&look, &venue->order[slot]);
        if (unlikely(at->many)) gateway_key_show(gateway, venue, slot);
        return;
    }
    if (!at->used || look.state != SLOT_FREE || look.waits) return;
    at->used = false;
    gateway->strategy[at->strategy].uniques--;
}

/* What the slots say. */

static void say_tell(struct gateway *gateway, const struct gateway_venue *venue,
                     const struct slot_say *say, enum message_kind kind, nanos_t now)
{
    const struct gateway_slot *at = &venue->at[say->slot];
    const struct gateway_chain *chain = gateway_chain_of(venue, say->slot);
    bool over = kind == REPORT_CANCELED || !chain;
    qty_t left = over || chain->total <= chain->cum ? 0 : chain->total - chain->cum;
    gateway_tell(gateway,
                 &(struct gateway_news){
                     .kind = kind,
                     .strategy = at->strategy,
                     .symbol = at->symbol,
                     .key = at->key,
                     .child = say->order,
                     .price = chain ? chain->price : 0,
                     .qty = say->qty,
                     .leaves = left,
                     .side = chain ? chain->side : SIDE_BUY,
                 },
                 now);
}

static void chain_end(struct gateway *gateway, struct gateway_venue *venue, uint32_t slot)
{
    struct gateway_chain *chain = gateway_chain_of(venue, slot);
    if (!chain) return; /* refused before it left */
    risk_done(gateway->risk, chain->risk);
    gateway_chain_close(gateway, venue, chain);
}

static void replace_end(struct gateway *gateway, struct gateway_venue *venue, uint32_t slot)
{
    struct gateway_chain *chain = gateway_chain_of(venue, slot);
    if (!chain || chain->asked == 0) return; /* refused before it left */
    if (chain->replacing)
        risk_kept(gateway->risk, chain->risk); /* else it is of before the start */
    chain->replacing = false;
    gateway_chain_drop(venue, chain);
}

static void replaced(struct gateway *gateway, struct gateway_venue *venue,
                     const struct slot_say *say)
{
    struct gateway_chain *chain = gateway_chain_of(venue, say->slot);
    CHECK(chain != NULL);
    CHECK(chain->asked == say->order);
    if (chain->replacing) risk_replaced(gateway->risk, chain->risk);
    chain->replacing = false;
    gateway_chain_adopt(venue, chain);
}

static void refusal_count(struct gateway *gateway, struct gateway_venue *venue, uint32_t slot)
{
    if (!gateway_slot_unique(venue, slot)) gateway_refused(gateway, venue, slot);
}

static void unknown(struct gateway *gateway, struct gateway_venue *venue,
                    const struct slot_say *say, nanos_t now)
{
    struct gateway_report row = gateway_row_of(venue, say->slot, COPY_UNKNOWN, now);
    row.qty = say->qty;
    gateway_row(gateway, &row, false);
    gateway_wake(gateway, venue->at[say->slot].strategy);
}

void gateway_say(struct gateway *gateway, struct gateway_venue *venue, const struct slot_say *say,
                 nanos_t now)
{
    uint32_t slot = say->slot;
    switch ((enum slot_said)say->said) {
    case SLOT_SAYS_ACCEPTED: say_tell(gateway, venue, say, REPORT_ACCEPTED, now); break;
    case SLOT_SAYS_REJECTED:
        refusal_count(gateway, venue, slot);
        say_tell(gateway, venue, say, REPORT_REJECTED, now);
        chain_end(gateway, venue, slot);
        break;
    case SLOT_SAYS_FILLED: chain_end(gateway, venue, slot); break;
    case SLOT_SAYS_CANCELED:
    case SLOT_SAYS_OVER:
    case SLOT_SAYS_LOST:
        say_tell(gateway, venue, say, REPORT_CANCELED, now);
        chain_end(gateway, venue, slot);
        break;
    case SLOT_SAYS_CANCEL_REJECTED: say_tell(gateway, venue, say, REPORT_REJECTED, now); break;
    case SLOT_SAYS_REPLACED:
        replaced(gateway, venue, say);
        say_tell(gateway, venue, say, REPORT_REPLACED, now);
        break;
    case SLOT_SAYS_REPLACE_REJECTED:
        refusal_count(gateway, venue, slot);
        replace_end(gateway, venue, slot);
        say_tell(gateway, venue, say, REPORT_REJECTED, now);
        break;
    case SLOT_SAYS_UNKNOWN: unknown(gateway, venue, say, now); break;
    case SLOT_SAYS_FOUND:
        replace_end(gateway, venue, slot);
        gateway_wake(gateway, venue->at[slot].strategy);
        break;
    case SLOT_SAYS_SUPERSEDED: /* of a UNIQUE order: it waited for room, and must stop */
        if (gateway_slot_unique(venue, slot)) say_tell(gateway, venue, say, REPORT_REJECTED, now);
        break;
    case SLOT_SAYS_NONE:
    case SLOT_SAYS_EXECUTED: /* positions move by chains: gateway_fill.c */
    case SLOT_SAYS_UNNEEDED:
    case SLOT_SAYS_EXCESS:
    case SLOT_SAYS_LATE:
    case SLOT_SAYS_STRAY:
    case SLOT_SAY_COUNT: break;
    }
    gateway_refresh(gateway, venue, slot);
}

/* What a message says. */

static enum gateway_report_kind row_kind(const struct port_report *report)
{
    static const uint8_t kinds[SLOT_ANSWER_COUNT] = {
        [SLOT_ANSWERS_ACCEPTED] = COPY_ACCEPTED,   [SLOT_ANSWERS_REJECTED] = COPY_REJECTED,
        [SLOT_ANSWERS_EXECUTED] = COPY_EXECUTED,   [SLOT_ANSWERS_CANCELED] = COPY_CANCELED,
        [SLOT_ANSWERS_NO_CANCEL] = COPY_NO_CANCEL, [SLOT_ANSWERS_REPLACED] = COPY_REPLACED,
        [SLOT_ANSWERS_NO_REPLACE] = COPY_KEPT,     [SLOT_ANSWERS_OPEN] = COPY_FOUND,
        [SLOT_ANSWERS_DONE] = COPY_OVER,           [SLOT_ANSWERS_NEVER] = COPY_LOST,
    };
    CHECK(report->answer.kind < SLOT_ANSWER_COUNT);
    if (report->broken) return COPY_BROKEN;
    return report->known ? (enum gateway_report_kind)kinds[report->answer.kind] : COPY_STRAY;
}

static bool is_query(enum slot_answer_kind kind)
{
    return kind == SLOT_ANSWERS_OPEN || kind == SLOT_ANSWERS_DONE || kind == SLOT_ANSWERS_NEVER;
}

/* Whether the slots will not take it: said in the row, because whoever reads it cannot know. */
static bool is_stale(const struct gateway_venue *venue, const struct gateway_chain *chain,
                     const struct slot_answer *answer)
{
    if (!is_query(answer->kind)) return false;
    if (!chain || !chain->open) return true;
    struct slot_look look;
    slots_look(venue->slots, chain->slot, &look);
    return look.state != SLOT_UNKNOWN || look.number != answer->number;
}

/* An execution that the port has no order for, and that is remembered here all the same. */
static bool is_late(const struct gateway_chain *chain, const struct port_report *report)
{
    return chain && !report->known && !report->broken && report->price > 0 && report->qty > 0 &&
           report->answer.kind == SLOT_ANSWERS_EXECUTED;
}

static struct gateway_report row_make(const struct gateway *gateway,
                                      const struct gateway_venue *venue,
                                      const struct port_report *report, uint64_t sequence,
                                      nanos_t now)
{
    const struct gateway_chain *chain = gateway_chain_find(venue, report->answer.order);
    bool late = is_late(chain, report);
    return (struct gateway_report){
        .at = now,
        .sequence = sequence,
        .order = report->answer.order,
        .venue_order = report->venue_order,
        .match = report->match,
        .price = report->price,
        .qty = report->qty,
        .cum = late ? chain->cum + report->qty : report->answer.cum,
        .leaves = report->leaves,
        .venue = venue->number,
        .symbol = chain ? chain->symbol : RISK_NONE,
        .strategy =
            chain && !gateway_is_absent(gateway, chain->strategy) ? chain->strategy : RISK_NONE,
        .slot = chain ? chain->slot : SLOTS_NONE,
        .key = chain ? chain->key : DELEGATE_KEY_NONE,
        .reason = report->reason,
        .kind = late ? COPY_EXECUTED : (uint8_t)row_kind(report),
        .side = chain ? chain->side : SIDE_BUY,
        .time_ns = report->time_ns,
        .liquidity = report->liquidity,
        .stale = late || is_stale(venue, chain, &report->answer),
    };
}

/* More was executed of the order than its chain knows.  What this report does not say the price of
 * was missed before: it counts at the order's price, and is told as a difference. */
static void executed(struct gateway *gateway, struct gateway_chain *chain,
                     const struct port_report *report, nanos_t now)
{
    qty_t more = report->answer.cum - chain->cum;
    bool told = report->answer.kind == SLOT_ANSWERS_EXECUTED && report->price > 0;
    qty_t now_qty = !told || report->qty < 0 ? 0 : report->qty < more ? report->qty : more;
    if (more > now_qty) {
        counter_one(&gateway->counts.drift);
        gateway_filled(gateway, chain,
                       &(struct gateway_fill){.price = chain->price, .qty = more - now_qty}, now);
    }
    if (now_qty > 0)
        gateway_filled(gateway, chain,
                       &(struct gateway_fill){.price = report->price, .qty = now_qty}, now);
}

/* The port has forgotten the order.  If it is remembered here, the position still hears of it. */
static void stray(struct gateway *gateway, struct gateway_chain *chain,
                  const struct port_report *report, nanos_t now)
{
    if (report->answer.kind != SLOT_ANSWERS_EXECUTED || report->broken) return;
    counter_one(&gateway->counts.fill_unknown);
    if (is_late(chain, report))
        gateway_filled(gateway, chain, &(struct gateway_fill){report->price, report->qty}, now);
}

static void not_canceled(struct gateway_slot *at, nanos_t now)
{
    at->stuck++;
    at->stuck_at = now;
}

static void report_take(struct gateway *gateway, struct gateway_venue *venue,
                        const struct port_report *report, nanos_t now)
{
    struct gateway_chain *chain = gateway_chain_find(venue, report->answer.order);
    if (!report->known || !chain || report->broken ||
        unlikely(gateway_is_absent(gateway, chain->strategy))) {
        stray(gateway, chain, report, now);
        return;
    }
    struct slot_answer answer = report->answer;
    bool query = is_query(answer.kind);
    if (query && gateway_reconciled(gateway, venue, report, now)) return;
    answer.slot = chain->slot;
    if (!query) {
        struct slot_look look;
        slots_look(venue->slots, answer.slot, &look);
        answer.number = look.number;
    }
    uint32_t slot = chain->slot;
    gateway->strategy[chain->strategy].counts.rejected +=
        answer.kind == SLOT_ANSWERS_REJECTED || answer.kind == SLOT_ANSWERS_NO_REPLACE;
    gateway_room(gateway, venue, now);
    enum slots_status status = slots_answer(venue->slots, &answer, now, &venue->out);
    if (unlikely(answer.kind == SLOT_ANSWERS_NO_CANCEL) && status == SLOTS_OK)
        not_canceled(&venue->at[slot], now);
    if (answer.cum > chain->cum) executed(gateway, chain, report, now);
    (void)gateway_drain(gateway, venue, now);
    gateway_refresh(gateway, venue, slot);
}

static void reports_take(struct gateway *gateway, struct gateway_venue *venue,
                         const struct port_report *reports, uint32_t count, uint64_t sequence,
                         nanos_t now)
{
    for (uint32_t i = 0; i < count; i++) {
        struct gateway_report row = row_make(gateway, venue, &reports[i], sequence, now);
        row.more = (uint8_t)(count - 1 - i);
        gateway_row(gateway, &row, true);
    }
    for (uint32_t i = 0; i < count; i++) report_take(gateway, venue, &reports[i], now);
}

void gateway_message(struct gateway *gateway, uint32_t number, uint64_t sequence,
                     const uint8_t *message, uint32_t length, nanos_t now)
{
    CHECK(number < gateway->plan->venues);
    CHECK(gateway->started);
    gateway_settle(gateway);
    struct gateway_venue *venue = &gateway->venue[number];
    if (sequence > 0 && sequence < venue->next_sequence) return; /* taken before */
    counter_one(&gateway->counts.message);
    if (sequence > 0) venue->next_sequence = sequence + 1;
    struct port_report reports[TRADE_PORT_REPORTS_MAX];
    bool bad = false;
    uint32_t count = venue->kind->decode(venue->port, message, length, reports, &bad);
    CHECK(count <= TRADE_PORT_REPORTS_MAX);
    if (bad) counter_one(&gateway->counts.message_bad);
    if (count == 0) {
        struct gateway_report row = {.at = now,
                                     .sequence = sequence,
                                     .venue = number,
                                     .symbol = RISK_NONE,
                                     .strategy = RISK_NONE,
                                     .slot = SLOTS_NONE,
                                     .key = DELEGATE_KEY_NONE,
                                     .reason = bad,
                                     .kind = COPY_SESSION};
        gateway_row(gateway, &row, true);
    }
    reports_take(gateway, venue, reports, count, sequence, now);
    struct port_report next;
    while (venue->kind->next(venue->port, &next)) reports_take(gateway, venue, &next, 1, 0, now);
    if (unlikely(gateway->trips > 0)) gateway_trips(gateway, now);
}

uint64_t gateway_next_sequence(const struct gateway *gateway, uint32_t venue)
{
    CHECK(venue < gateway->plan->venues);
    return gateway->venue[venue].next_sequence;
}
