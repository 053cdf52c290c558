#include "dataplane/gateway/gateway_read.h"

#include "dataplane/base/text.h"

#include <inttypes.h>
#include <string.h>

/* The journal read again.
 *
 *     PASS      opens a chain, or asks for its replacement      as gateway_send.c does
 *     REPORT    closes it, adopts it, fills it                  as gateway_answer.c does
 *     CONTROL   waits: a batch that begins with its number takes its place
 *     RESERVE   where order numbers go on
 *
 * While records are read the chains and holdings are all there is; risk hears executions without
 * orders, which trip nobody: who was filled too often has a CONTROL.  gateway_recovered then gives
 * every chain that is open to the slots, where it is UNKNOWN, to risk, where what is open of it
 * counts at worst, and to the port. */

static bool wrong(char *problem, size_t capacity, const char *sentence)
{
    size_t length = strlen(sentence);
    if (capacity == 0) return false;
    if (length >= capacity) length = capacity - 1;
    memcpy(problem, sentence, length);
    problem[length] = '\0';
    return false;
}

/* Controls. */

/* Their numbers are drafted again: how many the configuration began with may have changed. */
void gateway_read_changes_end(struct gateway *gateway)
{
    uint32_t count = gateway->controls;
    bool whole = gateway->controls_left == 0;
    gateway->controls = 0;
    gateway->controls_first = 0;
    if (count == 0 || !whole) return; /* it was cut short */
    risk_control_draft(gateway->risk, gateway->control, count);
    for (uint32_t i = 0; i < count; i++)
        (void)!risk_control_apply(gateway->risk, &gateway->control[i]);
}

/* The strategy's number is ours; false: it has no place here, and no bound to keep. */
static bool control_ours(const struct gateway *gateway, struct risk_record *record)
{
    bool named = record->scope == RISK_STRATEGY || record->scope == RISK_ROUTE ||
                 record->scope == RISK_HOLDING;
    if (!named) return true;
    record->subject.strategy = gateway_read_as(gateway, record->subject.strategy);
    return record->subject.strategy < gateway->plan->strategies;
}

bool gateway_read_change(struct gateway *gateway, const struct risk_record *record)
{
    if (gateway->controls == GATEWAY_CONTROLS_MAX) return false;
    struct risk_record ours = *record;
    if (control_ours(gateway, &ours)) gateway->control[gateway->controls++] = ours;
    return true;
}

static bool control_read(struct gateway *gateway, const struct risk_record *record, char *problem,
                         size_t capacity)
{
    if (record->left + 1 == record->count) {
        if (gateway->controls_first == record->number) gateway->controls = 0;
        gateway_read_changes_end(gateway);
        gateway->controls_first = record->number;
    }
    gateway->controls_left = record->left;
    return gateway_read_change(gateway, record)
             ? true
             : wrong(problem, capacity, "more changes together than there can be");
}

/* Orders. */

/* A slot that has no order and no key: the one it was, if there is; or one for reading only. */
static uint32_t unique_free(const struct gateway_venue *venue, uint32_t was)
{
    bool same = was < gateway_slots_kept(venue) && gateway_slot_unique(venue, was);
    if (same && venue->at[was].chain == 0) return was;
    for (uint32_t slot = venue->limits.slots; slot < gateway_slots_kept(venue); slot++)
        if (venue->at[slot].chain == 0) return slot;
    return GATEWAY_NONE;
}

/* Where an order of the journal is here: its strategy may have fewer keys now, or be elsewhere, or
 * the key may have an order at another venue, if it was not at both before. */
uint32_t gateway_read_slot(const struct gateway *gateway, const struct gateway_venue *venue,
                           uint32_t number, const struct gateway_slot_was *was)
{
    const struct gateway_strategy *strategy = &gateway->strategy[number];
    if (unlikely(gateway_is_absent(gateway, number))) return gateway_absent_slot(venue, was->slot);
    bool keyed =
        was->key < strategy->orders_room && gateway_is_at(strategy, venue->number) &&
        !(strategy->many && gateway_key_elsewhere(gateway, strategy, venue->number, was->key));
    return keyed ? gateway_slot_of(strategy, venue->number, was->key)
                 : unique_free(venue, was->slot);
}

void gateway_read_slot_use(struct gateway_venue *venue, uint32_t slot, uint32_t strategy,
                           uint32_t symbol)
{
    struct gateway_slot *at = &venue->at[slot];
    if (gateway_slot_unique(venue, slot)) {
        at->strategy = strategy;
        at->key = DELEGATE_KEY_NONE;
    }
    at->symbol = symbol;
}

static bool replacement_read(struct gateway_venue *venue, const struct gateway_pass *pass,
                             char *problem, size_t capacity)
{
    struct gateway_chain *chain = gateway_chain_find(venue, pass->was);
    if (!chain || !chain->open || chain->order != pass->was || chain->asked != 0)
        return wrong(problem, capacity, "a replacement of an order that is not open");
    gateway_chain_ask(venue, chain, pass->number);
    chain->asked_price = pass->pass.price;
    chain->asked_total = pass->total;
    chain->sequence = pass->sequence;
    return true;
}

static bool pass_read(struct gateway *gateway, const struct gateway_pass *pass, char *problem,
                      size_t capacity)
{
    if (pass->venue >= gateway->plan->venues || pass->pass.symbol >= gateway->plan->symbols)
        return wrong(problem, capacity, "a pass names no venue or symbol of the plan");
    struct gateway_venue *venue = &gateway->venue[pass->venue];
    uint32_t strategy = gateway_read_as(gateway, pass->pass.strategy);
    if (unlikely(strategy == GATEWAY_NONE))
        strategy = gateway_absent_enter(gateway, pass->pass.strategy);
    if (strategy == GATEWAY_NONE)
        return gateway_absent_wrong(gateway, pass->pass.strategy, problem, capacity);
    if (gateway->intent_sequence < pass->sequence) gateway->intent_sequence = pass->sequence;
    if (pass->number >= venue->first_order) venue->first_order = pass->number + 1;
    if (pass->was != 0) return replacement_read(venue, pass, problem, capacity);
    const struct gateway_slot_was was = {.slot = pass->slot, .key = pass->key};
    uint32_t slot = gateway_read_slot(gateway, venue, strategy, &was);
    if (slot == GATEWAY_NONE && gateway_is_absent(gateway, strategy))
        return gateway_absent_wrong(gateway, pass->pass.strategy, problem, capacity);
    if (slot == GATEWAY_NONE)
        return wrong(problem, capacity, "more open orders than there is room for");
    if (venue->at[slot].chain != 0)
        return wrong(problem, capacity, "a second order of a slot that has one");
    gateway_read_slot_use(venue, slot, strategy, pass->pass.symbol);
    struct gateway_chain *chain = gateway_chain_open(gateway, venue, slot, pass->number);
    chain->price = pass->pass.price;
    chain->total = pass->total;
    chain->side = pass->pass.side;
    chain->how = pass->how;
    chain->sequence = pass->sequence;
    if (gateway_is_absent(gateway, strategy)) chain->key = pass->key; /* for where it has a place */
    else chain->keyless = pass->key != DELEGATE_KEY_NONE && gateway_slot_unique(venue, slot);
    return true;
}

static void row_fill(struct gateway *gateway, struct gateway_chain *chain,
                     const struct gateway_report *row)
{
    qty_t more = row->cum - chain->cum;
    if (more <= 0) return;
    bool told = row->kind == COPY_EXECUTED && row->price > 0 && row->qty > 0;
    qty_t now = !told ? 0 : row->qty < more ? row->qty : more;
    if (more > now)
        gateway_filled(gateway, chain, &(struct gateway_fill){chain->price, more - now}, row->at);
    if (now > 0) gateway_filled(gateway, chain, &(struct gateway_fill){row->price, now}, row->at);
}

/* What the row is news of: as the slots would take it. */
static void row_apply(struct gateway *gateway, struct gateway_venue *venue,
                      struct gateway_chain *chain, const struct gateway_report *row)
{
    bool heir = chain->asked != 0 && chain->asked == row->order;
    if (row->stale || row->kind == COPY_NO_CANCEL) {
        row_fill(gateway, chain, row);
        return;
    }
    bool gone =
        heir && (row->kind == COPY_KEPT || row->kind == COPY_REJECTED || row->kind == COPY_LOST);
    if (gone) {
        gateway_chain_drop(venue, chain);
        return;
    }
    if (heir) gateway_chain_adopt(venue, chain);
    row_fill(gateway, chain, row);
    if (row->order != chain->order && row->kind != COPY_EXECUTED) return;
    switch ((enum gateway_report_kind)row->kind) {
    case COPY_REJECTED:
        if (!chain->seen) gateway_chain_close(gateway, venue, chain);
        return;
    case COPY_CANCELED:
    case COPY_OVER:
    case COPY_LOST: gateway_chain_close(gateway, venue, chain); return;
    case COPY_FOUND:
        gateway_chain_drop(venue, chain);
        chain->total = row->cum + row->leaves;
        break;
    case COPY_ACCEPTED:
    case COPY_REPLACED:
    case COPY_EXECUTED: break;
    case COPY_KEPT:
    case COPY_NO_CANCEL:
    case COPY_REFUSED:
    case COPY_UNKNOWN:
    case COPY_BROKEN:
    case COPY_STRAY:
    case COPY_SESSION:
    case GATEWAY_REPORT_COUNT: return;
    }
    chain->seen = true;
    if (row->order == chain->order) chain->said = row->cum + row->leaves;
    if (chain->cum >= chain->total) gateway_chain_close(gateway, venue, chain);
}

static void row_take(struct gateway *gateway, const struct gateway_report *row)
{
    struct gateway_venue *venue = &gateway->venue[row->venue];
    if (row->kind == COPY_REFUSED || row->kind == COPY_UNKNOWN || row->kind == COPY_STRAY ||
        row->kind == COPY_BROKEN || row->kind == COPY_SESSION)
        return;
    struct gateway_chain *chain = gateway_chain_find(venue, row->order);
    if (!chain) return; /* forgotten long ago, then as now */
    if (chain->open) row_apply(gateway, venue, chain, row);
    else row_fill(gateway, chain, row);
}

/* The rows of a message are taken with its last one: of a message that was written in part the
 * session shows all again, and what it has executed would count twice. */
static bool report_read(struct gateway *gateway, const struct gateway_report *row, char *problem,
                        size_t capacity)
{
    if (row->venue >= gateway->plan->venues)
        return wrong(problem, capacity, "a report names no venue of the plan");
    gateway->report_number = row->number;
    const struct gateway_report *before = &gateway->part[gateway->parts ? gateway->parts - 1 : 0];
    if (gateway->parts > 0 && (before->venue != row->venue || before->sequence != row->sequence ||
                               before->more != row->more + 1))
        gateway->parts = 0;
    if (row->more > 0) {
        if (gateway->parts == ARRAY_COUNT(gateway->part))
            return wrong(problem, capacity, "a message has more reports than there can be");
        gateway->part[gateway->parts++] = *row;
        return true;
    }
    for (uint32_t i = 0; i < gateway->parts; i++) row_take(gateway, &gateway->part[i]);
    gateway->parts = 0;
    row_take(gateway, row);
    if (row->sequence > 0) gateway->venue[row->venue].next_sequence = row->sequence + 1;
    return true;
}

static bool start_read(struct gateway *gateway, const struct gateway_start *start, char *problem,
                       size_t capacity)
{
    gateway_read_changes_end(gateway);
    const char *sentence = gateway_read_start(gateway, start);
    return sentence ? wrong(problem, capacity, sentence) : true;
}

/* What the one who takes it says against it. */
static bool taken(const char *sentence, char *problem, size_t capacity)
{
    return sentence ? wrong(problem, capacity, sentence) : true;
}

static uint32_t bytes_of(enum gateway_record kind)
{
    switch (kind) {
    case GATEWAY_RECORD_START: return sizeof(struct gateway_start);
    case GATEWAY_RECORD_RESERVE: return sizeof(struct gateway_reserve);
    case GATEWAY_RECORD_PASS: return sizeof(struct gateway_pass);
    case GATEWAY_RECORD_CANCEL: return sizeof(struct gateway_cancel);
    case GATEWAY_RECORD_REPORT: return sizeof(struct gateway_report);
    case GATEWAY_RECORD_CONTROL: return sizeof(struct risk_record);
    case GATEWAY_RECORD_DAY: return sizeof(struct gateway_day);
    case GATEWAY_RECORD_STRATEGY: return sizeof(struct gateway_named);
    case GATEWAY_RECORD_INTAKE: return sizeof(struct gateway_heard);
    case GATEWAY_RECORD_CARRIED: return sizeof(struct gateway_carried);
    }
    return 0;
}

bool gateway_recover(struct gateway *gateway, enum gateway_record kind, const void *record,
                     uint32_t bytes, char *problem, size_t capacity)
{
    CHECK(!gateway->started);
    if (bytes == 0 || bytes != bytes_of(kind))
        return wrong(problem, capacity, "a record is of no kind or length that there is");
    if (kind != GATEWAY_RECORD_REPORT) gateway->parts = 0;
    gateway_settle_heard(gateway, kind);
    switch (kind) {
    case GATEWAY_RECORD_START: return start_read(gateway, record, problem, capacity);
    case GATEWAY_RECORD_RESERVE: {
        const struct gateway_reserve *reserve = record;
        if (reserve->venue >= gateway->plan->venues)
            return wrong(problem, capacity, "numbers were reserved at no venue of the plan");
        struct gateway_venue *venue = &gateway->venue[reserve->venue];
        if (reserve->until > venue->first_order) venue->first_order = reserve->until;
        return true;
    }
    case GATEWAY_RECORD_PASS: return pass_read(gateway, record, problem, capacity);
    case GATEWAY_RECORD_CANCEL: return true; /* a goal of before is nobody's now */
    case GATEWAY_RECORD_REPORT: return report_read(gateway, record, problem, capacity);
    case GATEWAY_RECORD_CONTROL: return control_read(gateway, record, problem, capacity);
    case GATEWAY_RECORD_DAY: gateway_day_read(gateway, record); return true;
    case GATEWAY_RECORD_STRATEGY:
        return taken(gateway_read_name(gateway, record), problem, capacity);
    case GATEWAY_RECORD_INTAKE:
        return taken(gateway_read_heard(gateway, record), problem, capacity);
    case GATEWAY_RECORD_CARRIED:
        return taken(gateway_carried_read(gateway, record), problem, capacity);
    }
    UNREACHABLE("a kind without a length was refused");
}

/* After the last one. */

static qty_t cum_of(const struct gateway_chain *chain)
{
    return chain->cum < chain->total ? chain->cum : chain->total;
}

/* Until the venue has said which of the two lives, both count: the larger, at the price that meets
 * more. */
static struct risk_order risk_of(const struct gateway_chain *chain)
{
    qty_t total = chain->total;
    price_t price = chain->price;
    if (chain->asked != 0) {
        bool buys = chain->side == SIDE_BUY;
        if (chain->asked_total > total) total = chain->asked_total;
        if (buys == (chain->asked_price > price)) price = chain->asked_price;
    }
    qty_t open = total > chain->cum ? total - chain->cum : 1;
    return (struct risk_order){
        .strategy = chain->strategy,
        .symbol = chain->symbol,
        .order = RISK_NONE,
        .parent = RISK_NONE,
        .side = chain->side,
        .kind = RISK_LIMIT_ORDER,
        .price = price,
        .qty = open < RISK_QTY_MAX ? open : RISK_QTY_MAX,
    };
}

/* The order, and a replacement of it that may have left: how many the port is to know. */
static uint32_t port_orders(const struct gateway_chain *chain, struct port_recovered orders[2])
{
    qty_t gone = chain->said > 0 && chain->said < chain->total ? chain->total - chain->said : 0;
    orders[0] = (struct port_recovered){.order = chain->order,
                                        .accepted = chain->seen,
                                        .how = chain->how,
                                        .total = chain->total,
                                        .gone = gone,
                                        .cum = cum_of(chain)};
    if (chain->asked == 0) return 1;
    orders[1] = (struct port_recovered){.order = chain->asked,
                                        .was = chain->order,
                                        .how = chain->how,
                                        .total = chain->asked_total,
                                        .cum = cum_of(chain)};
    return 2;
}

static bool chain_check(const struct gateway *gateway, const struct gateway_venue *venue,
                        const struct gateway_chain *chain, char *problem, size_t capacity)
{
    struct port_recovered orders[2];
    uint32_t count = port_orders(chain, orders);
    for (uint32_t i = 0; i < count; i++) {
        const char *against = venue->kind->recover_check(&orders[i]);
        if (!against) continue;
        struct text sentence = text_in(problem, capacity);
        text_format(&sentence, "order %" PRIu64 " of %s at venue %s may live, and it cannot be: %s",
                    orders[i].order, gateway->strategy[chain->strategy].name, venue->plan->name,
                    against);
        return false;
    }
    return true;
}

bool gateway_recover_check(const struct gateway *gateway, char *problem, size_t capacity)
{
    CHECK(!gateway->started);
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        const struct gateway_venue *venue = &gateway->venue[i];
        for (uint32_t slot = 0; slot < gateway_slots_kept(venue); slot++) {
            uint32_t chain = venue->at[slot].chain;
            if (chain == 0) continue;
            if (!chain_check(gateway, venue, &venue->chain[chain], problem, capacity)) return false;
        }
    }
    return true;
}

static void port_recover(struct gateway_venue *venue, const struct gateway_chain *chain)
{
    struct port_recovered orders[2];
    uint32_t count = port_orders(chain, orders);
    for (uint32_t i = 0; i < count; i++) venue->kind->recover(venue->port, &orders[i]);
}

static void chain_revive(struct gateway *gateway, struct gateway_venue *venue,
                         struct gateway_chain *chain)
{
    struct slot_recovered order = {
        .slot = chain->slot,
        .strategy = chain->strategy,
        .order = chain->order,
        .side = chain->side,
        .how = chain->how,
        .price = chain->price,
        .total = chain->total,
        .cum = cum_of(chain),
        .sequence = gateway_word_of(gateway, venue, chain),
        .seen = chain->seen,
        .asked = chain->asked,
        .asked_price = chain->asked_price,
        .asked_total = chain->asked_total,
    };
    enum slots_status status = slots_recover(venue->slots, &order);
    CHECK(status == SLOTS_OK);
    chain->offset = order.cum;
    struct risk_order counts = risk_of(chain);
    counts.qty = gateway_before_counted(gateway, &counts);
    chain->risk = risk_adopt(gateway->risk, &counts);
    CHECK(chain->risk != RISK_NONE);
    port_recover(venue, chain);
}

/* A UNIQUE order keeps its slot: the journal goes on with it. */
static void unique_revive(struct gateway *gateway, struct gateway_venue *venue, uint32_t number)
{
    const struct gateway_chain *chain = &venue->chain[number];
    venue->at[chain->slot] = (struct gateway_slot){.chain = number,
                                                   .strategy = chain->strategy,
                                                   .key = DELEGATE_KEY_NONE,
                                                   .symbol = chain->symbol,
                                                   .used = true};
    gateway->strategy[chain->strategy].uniques++;
}

static void venue_revive(struct gateway *gateway, struct gateway_venue *venue)
{
    venue->slots = slots_new(venue->slots_memory, &venue->limits, &venue->can, venue->first_order);
    venue->reserved = venue->reserving = venue->first_order;
    for (uint32_t i = 0; i < gateway->plan->strategies; i++) {
        const struct gateway_strategy *strategy = &gateway->strategy[i];
        if (!gateway_is_at(strategy, venue->number)) continue;
        for (uint32_t key = 0; key < strategy->orders_room; key++)
            slots_bind(venue->slots, gateway_slot_of(strategy, venue->number, key), i);
    }
    /* By slot: which chain an order has is known to nobody outside, and an image keeps it not. */
    for (uint32_t slot = 0; slot < gateway_slots_all(venue); slot++) {
        uint32_t chain = venue->at[slot].chain;
        bool unique = gateway_slot_unique(venue, slot);
        if (unique)
            venue->at[slot] =
                (struct gateway_slot){.key = DELEGATE_KEY_NONE, .symbol = GATEWAY_NONE};
        if (chain == 0) continue;
        chain_revive(gateway, venue, &venue->chain[chain]);
        if (unique) unique_revive(gateway, venue, chain);
        gateway_refresh(gateway, venue, slot);
    }
    gateway_absent_end(venue);
    slots_session(venue->slots, false);
}

void gateway_recovered(struct gateway *gateway, nanos_t now)
{
    CHECK(!gateway->started);
    CHECK(gateway_placed(gateway, NULL, 0)); /* whoever goes on has asked */
    gateway_read_changes_end(gateway);
    gateway_settle_heard(gateway, GATEWAY_RECORD_START);
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        gateway_before_move(gateway, &gateway->venue[i]);
        venue_revive(gateway, &gateway->venue[i]);
    }
    gateway_day_found(gateway, now);
    gateway_write_names(gateway);
    for (uint32_t i = 0; i < gateway->plan->venues; i++)
        gateway_reserve_ahead(gateway, &gateway->venue[i]);
    risk_reading(gateway->risk, false);
    gateway_stay(gateway);
    gateway_unfit_count(gateway);
    gateway->started = true;
    gateway_day_look_for(gateway, now);
    gateway_sweep(gateway, GATEWAY_NONE, now); /* a halt of before may not have been carried out */
}
