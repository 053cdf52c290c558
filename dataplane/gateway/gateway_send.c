#include "dataplane/gateway/gateway_layout.h"

/* What the slots ask for, on its way: a request, risk, the port, the journal, the session.  Nothing
 * new leaves but through order_send, and there only with a pass that admits its bytes. */

/* Room and rate (F30). */

static void bucket_fill(struct gateway_bucket *bucket, nanos_t passed)
{
    uint64_t most = bucket->most - bucket->level;
    uint64_t more = passed > NANOS_SECOND ? bucket->most : passed * bucket->rate;
    bucket->level += more < most ? more : most;
}

static bool limited(const struct gateway_venue *venue)
{
    return venue->orders.rate > 0;
}

static void rate_fill(struct gateway_venue *venue, nanos_t now)
{
    if (now <= venue->filled_at) return;
    bucket_fill(&venue->orders, now - venue->filled_at);
    bucket_fill(&venue->cancels, now - venue->filled_at);
    venue->filled_at = now;
}

/* Cancels and queries use their own first. */
static void rate_spend(struct gateway_venue *venue, bool order)
{
    if (!limited(venue)) return;
    bool own = !order && venue->cancels.level >= NANOS_SECOND;
    struct gateway_bucket *bucket = own ? &venue->cancels : &venue->orders;
    bucket->level -= bucket->level < NANOS_SECOND ? bucket->level : NANOS_SECOND;
}

static uint32_t least(uint64_t a, uint64_t b)
{
    uint64_t least = a < b ? a : b;
    return least < UINT32_MAX - 1 ? (uint32_t)least : UINT32_MAX - 1;
}

void gateway_reserve_ahead(struct gateway *gateway, struct gateway_venue *venue)
{
    if (venue->reserving > venue->reserved) {
        uint64_t durable =
            gateway->outlet.durable ? gateway->outlet.durable(gateway->outlet.context) : UINT64_MAX;
        if (durable < venue->reserving_record) return;
        venue->reserved = venue->reserving;
    }
    if (slots_next_order(venue->slots) + GATEWAY_BLOCK / 2 < venue->reserved) return;
    struct gateway_reserve record = {.until = venue->reserved + GATEWAY_BLOCK,
                                     .venue = venue->number};
    gateway_write(gateway, GATEWAY_RECORD_RESERVE, &record, sizeof record);
    if (gateway->broken) return;
    venue->reserving = record.until;
    venue->reserving_record = gateway->journalled;
}

void gateway_room(struct gateway *gateway, struct gateway_venue *venue, nanos_t now)
{
    uint32_t room = gateway->outlet.room(gateway->outlet.context, venue->number);
    uint64_t orders = room > GATEWAY_ROOM_RESERVE ? room - GATEWAY_ROOM_RESERVE : 0;
    uint64_t cancels = room;
    if (limited(venue)) {
        rate_fill(venue, now);
        uint64_t own = venue->cancels.level / NANOS_SECOND;
        uint64_t shared = venue->orders.level / NANOS_SECOND;
        orders = least(orders, shared);
        cancels = least(cancels, own + shared);
    }
    order_id_t next = slots_next_order(venue->slots);
    if (unlikely(next + GATEWAY_BLOCK / 2 >= venue->reserved)) {
        gateway_reserve_ahead(gateway, venue);
        uint64_t numbers = venue->reserved > next ? venue->reserved - next : 0;
        orders = least(orders, numbers);
    }
    if (unlikely(gateway->broken)) orders = 0;
    venue->allowance =
        (struct slots_allowance){.orders = least(orders, cancels), .cancels = least(cancels, room)};
    slots_allow(venue->slots, venue->allowance);
}

/* Sending. */

static struct port_request port_of(const struct gateway *gateway, const struct gateway_venue *venue,
                                   const struct slot_request *request)
{
    uint32_t symbol = venue->at[request->slot].symbol;
    return (struct port_request){
        .slot = *request,
        .symbol = symbol == GATEWAY_NONE ? 0 : gateway->symbol[symbol].local,
        .how = request->how,
    };
}

static void put_count(struct gateway *gateway, const struct gateway_slot *at, uint32_t kind)
{
    struct gateway_strategy_counts *counts = &gateway->strategy[at->strategy].counts;
    counts->order += kind == SLOT_SENDS_ORDER;
    counts->replace += kind == SLOT_SENDS_REPLACE;
    counts->cancel += kind == SLOT_SENDS_CANCEL;
}

/* On the session. */
static void put(struct gateway *gateway, struct gateway_venue *venue, uint32_t kind,
                const uint8_t *bytes, uint32_t length, nanos_t now)
{
    static const size_t counters[SLOT_REQUEST_COUNT] = {
        [SLOT_SENDS_ORDER] = offsetof(struct gateway_counts, order_sent),
        [SLOT_SENDS_REPLACE] = offsetof(struct gateway_counts, replace_sent),
        [SLOT_SENDS_CANCEL] = offsetof(struct gateway_counts, cancel_sent),
        [SLOT_SENDS_QUERY] = offsetof(struct gateway_counts, query_sent),
    };
    /* False says that the session has gone: what may have left is found out when it is back. */
    (void)gateway->outlet.send(gateway->outlet.context, venue->number, bytes, length, now);
    counter_one((struct counter *)((uint8_t *)&gateway->counts + counters[kind]));
    gateway->sent |= kind != SLOT_SENDS_QUERY;
}

/* What is known of it from then on. */
static void put_note(struct gateway *gateway, struct gateway_venue *venue,
                     const struct port_request *request)
{
    uint32_t kind = request->slot.kind;
    venue->kind->sent(venue->port, request);
    rate_spend(venue, kind == SLOT_SENDS_ORDER || kind == SLOT_SENDS_REPLACE);
    if (kind != SLOT_SENDS_QUERY) put_count(gateway, &venue->at[request->slot.slot], kind);
}

/* Refusals. */

static void refused_keep(struct gateway_slot *at, const struct slot_request *request, nanos_t now)
{
    at->refused_at = now;
    at->refused_price = request->price;
    at->refused_qty = request->qty;
    at->refused_side = request->side;
    at->refused_how = request->how;
}

/* Answers a request that does not leave, as the venue would. */
static void refuse(struct gateway *gateway, struct gateway_venue *venue,
                   const struct slot_request *request, const struct risk_refusal *refusal,
                   nanos_t now)
{
    bool replace = request->kind == SLOT_SENDS_REPLACE;
    struct gateway_report row = gateway_row_of(venue, request->slot, COPY_REFUSED, now);
    row.order = replace ? request->asked : request->order;
    row.reason = (uint16_t)refusal->verdict;
    row.side = request->side;
    row.qty = refusal->value;
    row.price = refusal->bound;
    row.leaves = 0;
    gateway_row(gateway, &row, false);
    refused_keep(&venue->at[request->slot], request, now);
    gateway->strategy[venue->at[request->slot].strategy].counts.refused++;
    struct slot_answer answer = {
        .kind = replace ? SLOT_ANSWERS_NO_REPLACE : SLOT_ANSWERS_REJECTED,
        .slot = request->slot,
        .number = request->number,
        .order = row.order,
        .cum = row.cum,
    };
    enum slots_status status = slots_answer(venue->slots, &answer, now, &venue->out);
    CHECK(status == SLOTS_OK);
}

static void taken(struct gateway *gateway, struct gateway_venue *venue,
                  const struct slot_request *request, const struct risk_pass *pass)
{
    uint32_t order = risk_take(gateway->risk, pass);
    CHECK(order != RISK_NONE); /* nothing came between */
    struct gateway_chain *chain = gateway_chain_of(venue, request->slot);
    if (request->kind == SLOT_SENDS_REPLACE) {
        gateway_chain_ask(venue, chain, request->asked);
        chain->asked_price = request->price;
        chain->asked_total = request->total;
        chain->replacing = true;
        return;
    }
    chain = gateway_chain_open(gateway, venue, request->slot, request->order);
    chain->price = request->price;
    chain->total = request->total;
    chain->risk = order;
    chain->side = request->side;
    chain->how = request->how;
}

void gateway_settle_one(struct gateway *gateway)
{
    struct gateway_loose *loose = &gateway->loose;
    struct gateway_venue *venue = loose->venue;
    loose->venue = NULL;
    taken(gateway, venue, &loose->message.slot, &loose->pass.pass);
    put_note(gateway, venue, &loose->message);
    gateway_refresh(gateway, venue, loose->message.slot.slot);
}

static struct gateway_pass pass_of(const struct gateway_venue *venue,
                                   const struct slot_request *request)
{
    const struct gateway_slot *at = &venue->at[request->slot];
    bool replace = request->kind == SLOT_SENDS_REPLACE;
    struct slot_look look;
    slots_look(venue->slots, request->slot, &look);
    return (struct gateway_pass){
        .number = replace ? request->asked : request->order,
        .was = replace ? request->order : 0,
        .sequence = look.sequence,
        .venue = venue->number,
        .slot = request->slot,
        .key = at->key,
        .how = request->how,
        .total = request->total,
        .cum = look.cum,
    };
}

/* Whether the protocol has numbers so large. */
static bool sayable(const struct gateway_venue *venue, const struct slot_request *request,
                    struct risk_refusal *refusal)
{
    const struct trade_port_can *can = &venue->kind->can;
    refusal->verdict = RISK_BAD_FIELDS;
    if (can->qty_max > 0 && request->total > can->qty_max) {
        refusal->value = request->total;
        refusal->bound = can->qty_max;
        return false;
    }
    refusal->value = request->price;
    refusal->bound = can->price_max;
    return can->price_max == 0 || request->price <= can->price_max;
}

static void order_send(struct gateway *gateway, struct gateway_venue *venue,
                       const struct slot_request *request, nanos_t now)
{
    const struct gateway_slot *at = &venue->at[request->slot];
    const struct gateway_chain *chain = gateway_chain_of(venue, request->slot);
    struct risk_order order = {
        .strategy = at->strategy,
        .symbol = at->symbol,
        .order = chain ? chain->risk : RISK_NONE,
        .parent = RISK_NONE,
        .side = request->side,
        .kind = RISK_LIMIT_ORDER,
        .price = request->price,
        .qty = request->total - (chain ? chain->offset : 0),
    };
    struct gateway_loose *loose = &gateway->loose;
    struct risk_pass *pass = &loose->pass.pass;
    DCHECK(loose->venue == NULL);
    loose->pass = pass_of(venue, request);
    struct risk_refusal refusal;
    if (!sayable(venue, request, &refusal) ||
        risk_check(gateway->risk, &order, now, pass, &refusal) != RISK_PASS) {
        counter_one(&gateway->counts.refused);
        refuse(gateway, venue, request, &refusal, now);
        return;
    }
    loose->message = port_of(gateway, venue, request);
    uint8_t bytes[TRADE_PORT_BYTES_MAX];
    uint32_t length = venue->kind->encode(venue->port, &loose->message, bytes);
    CHECK(length <= sizeof bytes);
    if (unlikely(length == 0)) { /* the protocol cannot say it */
        counter_one(&gateway->counts.refused);
        refuse(gateway, venue, request, &refusal, now);
        return;
    }
    risk_pass_bind(pass, bytes, length);
    if (unlikely(!gateway_write_pass(gateway, &loose->pass))) {
        counter_one(&gateway->counts.journal_full);
        refusal = (struct risk_refusal){.verdict = RISK_NO_JOURNAL};
        refuse(gateway, venue, request, &refusal, now);
        return;
    }
    DCHECK(risk_pass_admits(pass, bytes, length));
    put(gateway, venue, request->kind, bytes, length, now);
    loose->venue = venue;
    if (!gateway->late) gateway_settle_one(gateway);
}

/* A venue that does not cancel, as before a cross or with a full disk, would be asked again as fast
 * as it answers, since the order is found open and is to go.  Once it is; then silence asks. */
static bool stuck(const struct gateway_slot *at, nanos_t now)
{
    return unlikely(at->stuck >= GATEWAY_STUCK) && now - at->stuck_at < GATEWAY_AGAIN_NS;
}

static void cancel_send(struct gateway *gateway, struct gateway_venue *venue,
                        const struct slot_request *request, nanos_t now)
{
    const struct gateway_chain *chain = gateway_chain_of(venue, request->slot);
    CHECK(chain != NULL);
    if (stuck(&venue->at[request->slot], now)) {
        counter_one(&gateway->counts.cancel_stuck);
        return;
    }
    struct port_request message = port_of(gateway, venue, request);
    uint8_t bytes[TRADE_PORT_BYTES_MAX];
    uint32_t length = venue->kind->encode(venue->port, &message, bytes);
    CHECK(length <= sizeof bytes);
    if (unlikely(length == 0)) return; /* silence asks what became of it */
    struct gateway_cancel record = {
        .number = request->order, .venue = venue->number, .slot = request->slot, .at = now};
    gateway_write(gateway, GATEWAY_RECORD_CANCEL, &record, sizeof record);
    risk_cancel(gateway->risk, chain->risk, now);
    put(gateway, venue, SLOT_SENDS_CANCEL, bytes, length, now);
    put_note(gateway, venue, &message);
}

void gateway_query(struct gateway *gateway, struct gateway_venue *venue,
                   const struct slot_request *request, nanos_t now)
{
    struct port_request message = port_of(gateway, venue, request);
    uint8_t bytes[TRADE_PORT_BYTES_MAX];
    uint32_t length = venue->kind->encode(venue->port, &message, bytes);
    CHECK(length <= sizeof bytes);
    if (length == 0) return;
    put(gateway, venue, SLOT_SENDS_QUERY, bytes, length, now);
    put_note(gateway, venue, &message);
}

/* Work in progress. */

static void says_take(struct gateway *gateway, struct gateway_venue *venue, nanos_t now)
{
    for (uint32_t i = 0; i < venue->out.say_count; i++)
        gateway_say(gateway, venue, &venue->out.says[i], now);
    venue->out.say_count = 0;
}

static void request_take(struct gateway *gateway, struct gateway_venue *venue,
                         const struct slot_request *request, nanos_t now)
{
    gateway_settle(gateway);
    switch ((enum slot_request_kind)request->kind) {
    case SLOT_SENDS_ORDER:
    case SLOT_SENDS_REPLACE: order_send(gateway, venue, request, now); break;
    case SLOT_SENDS_CANCEL: cancel_send(gateway, venue, request, now); break;
    case SLOT_SENDS_QUERY: gateway_query(gateway, venue, request, now); break;
    case SLOT_REQUEST_COUNT: UNREACHABLE("no request is of this kind");
    }
    if (gateway->loose.venue) return; /* nothing was said, and it is refreshed when it is settled */
    says_take(gateway, venue, now);
    gateway_refresh(gateway, venue, request->slot);
}

uint32_t gateway_drain(struct gateway *gateway, struct gateway_venue *venue, nanos_t now)
{
    uint32_t newest = SLOTS_NONE;
    says_take(gateway, venue, now);
    while (venue->out.request_count > 0) {
        struct slot_request *batch = venue->out.requests;
        uint32_t count = venue->out.request_count;
        venue->out.requests = venue->batch;
        venue->out.request_count = 0;
        venue->batch = batch;
        for (uint32_t i = 0; i < count; i++) request_take(gateway, venue, &batch[i], now);
        newest = batch[count - 1].slot;
    }
    return newest;
}
