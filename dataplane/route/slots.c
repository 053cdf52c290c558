#include "dataplane/route/slots_layout.h"

/* What one slot does: rows of the table, and the goal that an unlocked slot looks at.  Every call
 * takes the rows its event asks for and then settles once, so it makes at most one request. */

void slot_tell(const struct slot_call *call, enum slot_said said, order_id_t order, qty_t qty)
{
    struct slots_out *out = call->out;
    const struct slot *slot = call->slot;
    CHECK(out->say_count < out->says_max);
    call->slots->counts.said[said]++;
    out->says[out->say_count++] = (struct slot_say){
        .said = (uint8_t)said,
        .strategy = slot->strategy,
        .slot = call->at - 1,
        .order = order,
        .sequence = slot->sequence,
        .qty = qty,
        .cum = slot->cum,
        .executed = slot->executed,
    };
}

/* In flight, from the send to what unlocks; or in line, until there is room. */

static struct list *list_of(struct slots *slots, const struct slot *slot)
{
    if (!slot->lined) return &slots->flight;
    return slot->urgent ? &slots->line_first : &slots->line;
}

static void slot_leave(const struct slot_call *call)
{
    struct slot *slot = call->slot;
    if (link_joined(&slot->link, call->at))
        list_remove(list_of(call->slots, slot), slots_links(call->slots), call->at);
    slot->lined = false;
}

/* Keeps its place if it is in that line already. */
static void slot_queue(const struct slot_call *call, bool urgent)
{
    struct slot *slot = call->slot;
    struct slots_counts *counts = &call->slots->counts;
    if (slot->lined && slot->urgent == urgent) return;
    slot_leave(call);
    slot->lined = true;
    slot->urgent = urgent;
    counts->waited += !urgent;
    counts->waited_first += urgent;
    list_append(list_of(call->slots, slot), slots_links(call->slots), call->at);
}

static void allowance_spend(struct slots_allowance *allowance, bool order)
{
    if (allowance->cancels == UINT32_MAX) return;
    allowance->cancels--;
    allowance->orders -= order;
    if (allowance->orders > allowance->cancels) allowance->orders = allowance->cancels;
}

static void slot_send(const struct slot_call *call, struct slot_request request)
{
    struct slots_out *out = call->out;
    struct slot *slot = call->slot;
    CHECK(out->request_count < out->requests_max);
    slot_leave(call);
    allowance_spend(&call->slots->allowance,
                    request.kind == SLOT_SENDS_ORDER || request.kind == SLOT_SENDS_REPLACE);
    slot->number = ++call->slots->next_number;
    slot->sent = (uint32_t)(call->now >> SENT_SHIFT);
    list_append(&call->slots->flight, slots_links(call->slots), call->at);
    call->slots->counts.request[request.kind]++;
    request.slot = call->at - 1;
    request.number = slot->number;
    request.side = slot->side & 1u;
    request.how = slot->how;
    request.order = slot->order;
    request.asked = slot->asked;
    out->requests[out->request_count++] = request;
}

/* Goals. */

static bool goal_waits(const struct slot *slot)
{
    return slot->goal != GOAL_NONE && slot->goal_at == GOAL_WAITS;
}

static void goal_keep(const struct slot_call *call)
{
    struct slot *slot = call->slot;
    const struct slot_terms *terms = call->terms;
    CHECK(terms != NULL);
    if (slot->goal == GOAL_ORDER && slot->goal_at == GOAL_WAITS)
        slot_tell(call, SLOT_SAYS_SUPERSEDED, slot->order, 0);
    call->slots->counts.conflated += slot->lined && !slot->urgent;
    slot->sequence = call->sequence;
    slot->goal = (terms->stop ? GOAL_STOP : GOAL_ORDER) & 0xfu;
    slot->goal_at = GOAL_WAITS;
    slot->goal_side = terms->side;
    slot->goal_how = terms->how & 0xfu;
    slot->goal_price = terms->price;
    slot->goal_qty = terms->qty;
    slot->carries = terms->carries;
    slot->begun = false;
}

/* A request is made for it: from now on what executes counts, whichever order it executes on. */
static void goal_begin(struct slot *slot)
{
    slot->asked_total = slot->cum + goal_left(slot);
    slot->begun = true;
}

/* Whether a replacement can say it.  What no order can say is refused, and changes nothing. */
static bool total_good(const struct slots *slots, const struct slot *slot, qty_t left)
{
    return slot->cum + left <= slots->venue.total_max || left > slots->venue.total_max;
}

enum slot_event goal_event(const struct slots *slots, const struct slot *slot)
{
    qty_t left = goal_left(slot);
    bool none = slot->goal == GOAL_STOP || slots->shut[slot->strategy] || left <= 0;
    if (slot->state == SLOT_FREE) return none ? SLOT_ON_GO_NOTHING : SLOT_ON_GO_ORDER;
    if (none || slot->goal_side != slot->side || slot->goal_how != slot->how)
        return SLOT_ON_GO_CANCEL;
    if (slot->goal_price == slot->price && slot->cum + left == slot->total)
        return SLOT_ON_GO_NOTHING;
    bool replaces = slots->venue.replaces && total_good(slots, slot, left);
    return replaces ? SLOT_ON_GO_REPLACE : SLOT_ON_GO_CANCEL;
}

/* Actions, by the names of the table. */

static void slot_close(struct slot *slot)
{
    slot->before = slot->order;
    slot->before_cum = slot->cum;
    slot->chain = false;
    if (slot->begun) slot->asked_total -= slot->cum;
    slot->order = slot->asked = 0;
    slot->total = slot->cum = 0;
    slot->seen = false;
    if (slot->goal_at == GOAL_MET || slot->goal == GOAL_STOP) slot->goal = GOAL_NONE;
    slot->goal_at = GOAL_WAITS;
}

static void slot_adopt(struct slot *slot)
{
    slot->before = slot->order;
    slot->chain = true;
    slot->order = slot->asked;
    slot->price = slot->asked_price;
    slot->total = slot->asked_total;
    slot->asked = 0;
    slot->seen = true;
    if (slot->goal_at == GOAL_ASKED) slot->goal_at = GOAL_MET;
}

static void slot_refuse(struct slot *slot)
{
    slot->asked = 0;
    if (slot->goal_at != GOAL_ASKED) return;
    slot->goal = GOAL_NONE;
    slot->goal_at = GOAL_WAITS;
}

static void slot_find(const struct slot_call *call)
{
    struct slot *slot = call->slot;
    CHECK(call->answer != NULL);
    slot->seen = true;
    slot->total = call->answer->cum + call->answer->leaves;
    slot->asked = 0;
    if (slot->goal_at == GOAL_ASKED) slot->goal_at = GOAL_WAITS;
}

static void slot_ask(const struct slot_call *call)
{
    if (!call->slots->up) slot_leave(call);
    else if (call->slots->allowance.cancels == 0) slot_queue(call, true);
    else slot_send(call, (struct slot_request){.kind = SLOT_SENDS_QUERY});
}

static void slot_send_order(const struct slot_call *call)
{
    struct slot *slot = call->slot;
    slot->order = call->slots->next_order++;
    slot->side = slot->goal_side;
    slot->how = slot->goal_how;
    slot->price = slot->goal_price;
    slot->total = goal_left(slot);
    slot->goal_at = GOAL_MET;
    slot_send(call, (struct slot_request){.kind = SLOT_SENDS_ORDER,
                                          .price = slot->price,
                                          .qty = slot->total,
                                          .total = slot->total});
}

static void slot_send_replace(const struct slot_call *call)
{
    struct slot *slot = call->slot;
    slot->asked = call->slots->next_order++;
    slot->asked_price = slot->goal_price;
    goal_begin(slot);
    slot->goal_at = GOAL_ASKED;
    slot_send(call, (struct slot_request){.kind = SLOT_SENDS_REPLACE,
                                          .price = slot->asked_price,
                                          .qty = slot->asked_total - slot->cum,
                                          .total = slot->asked_total});
}

/* What is bought meanwhile is not taken off what is to be sold then. */
static void slot_send_cancel(const struct slot_call *call)
{
    if (call->slot->goal_side == call->slot->side) goal_begin(call->slot);
    slot_send(call, (struct slot_request){.kind = SLOT_SENDS_CANCEL});
}

static void goal_settle(struct slot *slot)
{
    if (slot->state == SLOT_FREE) slot->goal = GOAL_NONE;
    else slot->goal_at = GOAL_MET;
}

static void slot_act(const struct slot_call *call, enum slot_action action)
{
    switch (action) {
    case SLOT_DOES_NOTHING: break;
    case SLOT_DOES_KEEP: goal_keep(call); break;
    case SLOT_DOES_CONFIRM: call->slot->seen = true; break;
    case SLOT_DOES_CLOSE: slot_close(call->slot); break;
    case SLOT_DOES_ADOPT: slot_adopt(call->slot); break;
    case SLOT_DOES_REFUSE: slot_refuse(call->slot); break;
    case SLOT_DOES_ASK: slot_ask(call); break;
    case SLOT_DOES_PARK: slot_leave(call); break;
    case SLOT_DOES_FIND: slot_find(call); break;
    case SLOT_DOES_SEND_ORDER: slot_send_order(call); break;
    case SLOT_DOES_SEND_REPLACE: slot_send_replace(call); break;
    case SLOT_DOES_SEND_CANCEL: slot_send_cancel(call); break;
    case SLOT_DOES_SETTLE: goal_settle(call->slot); break;
    case SLOT_ACTION_COUNT: UNREACHABLE("no row has this action");
    }
}

static void row_tell(const struct slot_call *call, enum slot_said said)
{
    const struct slot *slot = call->slot;
    qty_t qty = said == SLOT_SAYS_UNKNOWN ? slot_exposure(slot) : slot_leaves(slot);
    if (said != SLOT_SAYS_NONE) slot_tell(call, said, slot->order, qty);
}

void slot_take(const struct slot_call *call, enum slot_event event)
{
    struct slot *slot = call->slot;
    struct slots_counts *counts = &call->slots->counts;
    uint32_t number = slot_row_of[slot->state][event];
    CHECK(number > 0);
    const struct slot_row *row = &slot_rows[number - 1];
    bool closes = row->action == SLOT_DOES_CLOSE;
    bool locked = !slot_unlocked(slot);
    counts->row[number - 1]++;
    if (closes) row_tell(call, row->say);
    slot_act(call, row->action);
    counts->state[slot->state]--;
    slot->state = row->next;
    counts->state[slot->state]++;
    if (locked && slot_unlocked(slot)) slot_leave(call);
    if (!closes) row_tell(call, row->say);
}

void slot_settle(const struct slot_call *call)
{
    struct slots *slots = call->slots;
    struct slot *slot = call->slot;
    if (!slot_unlocked(slot)) return;
    if (goal_waits(slot)) {
        enum slot_event event = goal_event(slots, slot);
        bool urgent = event == SLOT_ON_GO_CANCEL;
        uint32_t left = urgent ? slots->allowance.cancels : slots->allowance.orders;
        if (event == SLOT_ON_GO_NOTHING || (slots->up && left > 0)) slot_take(call, event);
        else if (slots->up) slot_queue(call, urgent);
    }
    if (slot_unlocked(slot) && slot->lined && !goal_waits(slot)) slot_leave(call);
    if (slot_unique_at(slots, call->at) && slot->state == SLOT_FREE && slot->goal == GOAL_NONE)
        list_append(&slots->spare, slots_links(slots), call->at);
}

/* Intents. */

static bool goal_same(const struct slot *slot, const struct slot_terms *terms)
{
    if (terms->stop) return slot->goal == GOAL_STOP;
    return slot->goal == GOAL_ORDER && slot->goal_side == terms->side &&
           slot->goal_price == terms->price && slot->goal_qty == terms->qty &&
           slot->goal_how == terms->how && slot->carries == terms->carries;
}

static enum slots_status intent_take(struct slots *slots, const struct slot_intent *intent,
                                     nanos_t now, struct slots_out *out)
{
    if (intent->slot >= slots->limits.slots) return SLOTS_UNKNOWN_SLOT;
    struct slot *slot = &slots->slot[intent->slot + 1];
    struct slot_terms terms = {.stop = intent->stop};
    if (!intent->stop) {
        if (!slots_terms_good(intent->side, intent->how, intent->qty)) return SLOTS_BAD_TERMS;
        if (intent->carries && intent->executed < 0) return SLOTS_BAD_TERMS;
        qty_t known = intent->executed < slot->executed ? intent->executed : slot->executed;
        terms = (struct slot_terms){
            .side = intent->side,
            .how = intent->how,
            .carries = intent->carries,
            .price = intent->price,
            .qty = intent->carries ? qty_add(known, intent->qty) : intent->qty,
        };
    }
    if (intent->sequence <= slot->sequence) return SLOTS_OLD;
    bool shut = !intent->stop && slots->shut[slot->strategy];
    if (shut || goal_same(slot, &terms)) {
        slot->sequence = intent->sequence;
        return shut ? SLOTS_SHUT : SLOTS_SAME;
    }
    struct slot_call call = {
        .slots = slots,
        .slot = slot,
        .at = intent->slot + 1,
        .now = now,
        .out = out,
        .terms = &terms,
        .sequence = intent->sequence,
    };
    slot_take(&call, intent->stop ? SLOT_ON_STOP : SLOT_ON_ORDER);
    slot_settle(&call);
    return SLOTS_OK;
}

enum slots_status slots_intend(struct slots *slots, const struct slot_intent *intent, nanos_t now,
                               struct slots_out *out)
{
    CHECK(slots_room(out));
    enum slots_status status = intent_take(slots, intent, now, out);
    slots->counts.intent[status]++;
    return status;
}
