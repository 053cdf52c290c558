#include "dataplane/match/match_check.h"
#include "dataplane/match/match_query.h"
#include "dataplane/match/match_stream.h"

#include <string.h>

/* Writes an engine down in the form of match_stream.h.
 *
 * Records are gathered in a buffer, so that the caller's write is called for some kilobytes at a
 * time.  Counts come before records, and there is no memory to count into, so what has no counter
 * is walked twice.
 *
 * Orders are found through the queues they are in.  Those in no queue (legs that sleep, tracked
 * orders that filled) have no order of their own: they are picked out of all slots by id, as many
 * at a time as REST_ORDERS, so that a save needs no memory. */

enum { SAVE_BUFFER_BYTES = 8192, REST_ORDERS = 1024 };

struct saver {
    const struct match *m;
    match_write_fn *write;
    void *context;
    size_t used;
    uint64_t count; /* of the records of a section, while they are counted */
    uint8_t buffer[SAVE_BUFFER_BYTES];
};

static void save_flush(struct saver *saver)
{
    if (saver->used != 0) saver->write(saver->context, saver->buffer, saver->used);
    saver->used = 0;
}

static void save_bytes(struct saver *saver, const void *bytes, size_t length)
{
    if (saver->used + length > SAVE_BUFFER_BYTES) save_flush(saver);
    memcpy(saver->buffer + saver->used, bytes, length);
    saver->used += length;
}

#define SAVE(saver, type, ...) save_bytes(saver, &(struct type){__VA_ARGS__}, sizeof(struct type))

static void section_begin(struct saver *saver, enum stream_kind kind, size_t record_bytes,
                          uint64_t count)
{
    SAVE(saver, stream_section, .kind = kind, .record_bytes = (uint32_t)record_bytes,
         .count = count);
}

/* Instruments. */

static void save_instruments(struct saver *saver)
{
    const struct match *m = saver->m;
    uint64_t count = 0;
    for (uint32_t i = 0; i < m->limits.instruments; i++)
        count += m->instruments[i].phase != MATCH_UNLISTED;
    section_begin(saver, STREAM_INSTRUMENTS, sizeof(struct stream_instrument), count);
    for (uint32_t i = 0; i < m->limits.instruments; i++) {
        const struct instrument *b = &m->instruments[i];
        if (b->phase == MATCH_UNLISTED) continue;
        SAVE(saver, stream_instrument, .listing = b->listing, .pause_until = b->pause_until,
             .last = b->last, .mark = b->mark, .reference = b->reference, .index = (uint16_t)i,
             .phase = b->phase);
    }
}

/* Accounts, and what they have. */

static void save_accounts(struct saver *saver)
{
    const struct match *m = saver->m;
    uint64_t count = 0;
    for (uint32_t i = 0; i < m->limits.accounts; i++) count += m->accounts[i].known;
    section_begin(saver, STREAM_ACCOUNTS, sizeof(struct stream_account), count);
    for (uint32_t i = 0; i < m->limits.accounts; i++) {
        const struct account *account = &m->accounts[i];
        if (!account->known) continue;
        SAVE(saver, stream_account, .account = i, .group = account->group,
             .leverage = account->leverage, .value_max = account->value_max);
    }
}

typedef void record_fn(struct saver *saver, uint32_t number);

static void each_balance(struct saver *saver, record_fn *record)
{
    const struct match *m = saver->m;
    for (uint32_t i = 0; i < m->limits.accounts; i++)
        for (uint32_t at = m->accounts[i].balances_first; at; at = m->balances[at].next)
            record(saver, at);
}

static void each_holding(struct saver *saver, record_fn *record)
{
    const struct match *m = saver->m;
    for (uint32_t i = 0; i < m->limits.accounts; i++)
        for (uint32_t at = m->accounts[i].holdings_first; at; at = m->holdings[at].next_of_account)
            record(saver, at);
}

static void each_user(struct saver *saver, record_fn *record)
{
    const struct match *m = saver->m;
    if (m->limits.accounts == 0) return;
    for (uint32_t i = 0; i < m->limits.instruments; i++) {
        const struct instrument *b = &m->instruments[i];
        if (b->phase == MATCH_UNLISTED) continue;
        for (uint32_t at = b->holdings_first; at; at = m->holdings[at].next_of_instrument)
            record(saver, at);
    }
}

static void count_record(struct saver *saver, uint32_t number)
{
    (void)number;
    saver->count++;
}

static void save_balance(struct saver *saver, uint32_t number)
{
    const struct balance *balance = &saver->m->balances[number];
    SAVE(saver, stream_balance, .account = balance->account, .asset = balance->asset,
         .total = balance->total);
}

static void save_holding(struct saver *saver, uint32_t number)
{
    const struct holding *holding = &saver->m->holdings[number];
    SAVE(saver, stream_holding, .account = holding->account, .instrument = holding->instrument,
         .position = holding->position, .cost = holding->cost);
}

static void save_user(struct saver *saver, uint32_t number)
{
    const struct holding *holding = &saver->m->holdings[number];
    SAVE(saver, stream_user, .instrument = holding->instrument, .account = holding->account);
}

typedef void walk_fn(struct saver *saver, record_fn *record);

static void save_each(struct saver *saver, enum stream_kind kind, size_t record_bytes,
                      walk_fn *walk, record_fn *record)
{
    saver->count = 0;
    walk(saver, count_record);
    section_begin(saver, kind, record_bytes, saver->count);
    walk(saver, record);
}

static bool asset_is_used(const struct match *m, uint32_t asset)
{
    return m->house[asset] != 0 || m->paid_in[asset] != 0;
}

static void save_assets(struct saver *saver)
{
    const struct match *m = saver->m;
    uint32_t assets = m->limits.accounts ? m->limits.assets : 0;
    uint64_t count = 0;
    for (uint32_t i = 0; i < assets; i++) count += asset_is_used(m, i);
    section_begin(saver, STREAM_ASSETS, sizeof(struct stream_asset), count);
    for (uint32_t i = 0; i < assets; i++)
        if (asset_is_used(m, i))
            SAVE(saver, stream_asset, .asset = i, .house = m->house[i], .paid_in = m->paid_in[i]);
}

/* Orders. */

struct slot_visit {
    struct saver *saver;
    record_fn *record;
    uint64_t seen;
};

static void visit_slot(void *context, uint32_t slot)
{
    struct slot_visit *visit = context;
    visit->seen++;
    visit->record(visit->saver, slot);
}

/* A heap of slots, the largest id first. */
struct rest {
    uint32_t slot[REST_ORDERS + 1]; /* from 1 */
    uint32_t count;
};

static void rest_sink(const struct match *m, struct rest *rest, uint32_t at)
{
    uint32_t slot = rest->slot[at];
    for (uint32_t child = 2 * at; child <= rest->count; at = child, child *= 2) {
        if (child < rest->count &&
            m->orders[rest->slot[child + 1]].id > m->orders[rest->slot[child]].id)
            child++;
        if (m->orders[rest->slot[child]].id <= m->orders[slot].id) break;
        rest->slot[at] = rest->slot[child];
    }
    rest->slot[at] = slot;
}

/* Keeps slot if its id is among the smallest. */
static void rest_add(const struct match *m, struct rest *rest, uint32_t slot)
{
    if (rest->count < REST_ORDERS) {
        rest->slot[++rest->count] = slot;
        if (rest->count == REST_ORDERS)
            for (uint32_t i = REST_ORDERS / 2; i > 0; i--) rest_sink(m, rest, i);
    } else if (m->orders[slot].id < m->orders[rest->slot[1]].id) {
        rest->slot[1] = slot;
        rest_sink(m, rest, 1);
    }
}

static void rest_sort(const struct match *m, struct rest *rest)
{
    for (uint32_t i = rest->count / 2; i > 0; i--) rest_sink(m, rest, i);
    uint32_t count = rest->count;
    while (rest->count > 1) {
        uint32_t largest = rest->slot[1];
        rest->slot[1] = rest->slot[rest->count];
        rest->slot[rest->count--] = largest;
        rest_sink(m, rest, 1);
    }
    rest->count = count;
}

/* The orders that are in no queue, by id. */
static void each_rest(struct slot_visit *visit)
{
    const struct match *m = visit->saver->m;
    struct rest rest;
    order_id_t after = 0;
    while (visit->seen < m->alive) {
        rest.count = 0;
        for (uint32_t slot = 1; slot <= m->limits.orders; slot++) {
            const struct order *order = &m->orders[slot];
            enum place place = order_place(order);
            if (order->id <= after || (place != PLACE_DORMANT && place != PLACE_HELD)) continue;
            rest_add(m, &rest, slot);
        }
        CHECK(rest.count > 0);
        rest_sort(m, &rest);
        for (uint32_t i = 1; i <= rest.count; i++) visit_slot(visit, rest.slot[i]);
        after = m->orders[rest.slot[rest.count]].id;
    }
}

static void each_order(struct saver *saver, record_fn *record)
{
    const struct match *m = saver->m;
    struct slot_visit visit = {saver, record, 0};
    for (uint32_t i = 0; i < m->limits.instruments; i++) {
        const struct instrument *b = &m->instruments[i];
        if (b->phase == MATCH_UNLISTED) continue;
        query_each_slot(m, &b->side[SIDE_BUY], visit_slot, &visit);
        query_each_slot(m, &b->side[SIDE_SELL], visit_slot, &visit);
        query_each_slot(m, &b->waits[SIDE_BUY], visit_slot, &visit);
        query_each_slot(m, &b->waits[SIDE_SELL], visit_slot, &visit);
        query_each_in_list(m, b->trailing_first, visit_slot, &visit);
    }
    query_each_in_list(m, m->fired_first, visit_slot, &visit);
    each_rest(&visit);
    CHECK(visit.seen == m->alive);
}

static void save_order(struct saver *saver, uint32_t slot)
{
    const struct match *m = saver->m;
    const struct order *order = &m->orders[slot];
    SAVE(saver, stream_order, .id = order->id, .lots = order->lots, .key = order->key,
         .account = holder_account(m, order->holder),
         .meta = order->meta & ~(META_TOTAL | META_TRADED), .total = order_total(m, slot));
}

static void count_special(struct saver *saver, uint32_t slot)
{
    saver->count += (saver->m->orders[slot].meta & META_SPECIAL) != 0;
}

static order_id_t link_id(const struct match *m, uint32_t slot)
{
    return slot == 0 ? 0 : m->orders[slot].id;
}

static void save_special(struct saver *saver, uint32_t slot)
{
    const struct match *m = saver->m;
    if (!(m->orders[slot].meta & META_SPECIAL)) return;
    const struct special *special = order_special(m, slot);
    SAVE(saver, stream_special, .parent = link_id(m, special->parent),
         .sibling = link_id(m, special->sibling),
         .legs = {link_id(m, special->legs[0]), link_id(m, special->legs[1])},
         .hidden = special->hidden, .display = special->display, .filled = special->filled,
         .closed = special->closed, .limit = special->limit, .trigger = special->trigger,
         .trail = special->trail, .best_last = special->best_last, .reserve = special->reserve,
         .type = special->type, .tif = special->tif, .status = special->status,
         .tracked = special->tracked, .reserves = special->reserves);
}

static void save_orders(struct saver *saver)
{
    section_begin(saver, STREAM_ORDERS, sizeof(struct stream_order), saver->m->alive);
    each_order(saver, save_order);
    saver->count = 0;
    if (saver->m->specials_used != 0) each_order(saver, count_special);
    section_begin(saver, STREAM_SPECIALS, sizeof(struct stream_special), saver->count);
    if (saver->count != 0) each_order(saver, save_special);
}

static void save_list(struct saver *saver, uint32_t number)
{
    const struct match *m = saver->m;
    for (uint32_t slot = m->holdings[number].orders_first; slot; slot = m->ties[slot].next)
        save_bytes(saver, &m->orders[slot].id, sizeof m->orders[slot].id);
}

void match_save(const struct match *match, match_write_fn *write, void *context)
{
    CHECK(match->dirty_first == 0); /* between inputs nothing is half done */
    struct saver saver;
    saver.m = match;
    saver.write = write;
    saver.context = context;
    saver.used = 0;
    SAVE(&saver, stream_head, .magic = STREAM_MAGIC, .version = STREAM_VERSION,
         .byte_order = STREAM_BYTE_ORDER);
    section_begin(&saver, STREAM_STATE, sizeof(struct stream_state), 1);
    SAVE(&saver, stream_state, .number = match->number, .now = match->now,
         .id_next = match->id_next, .events_made = match->events_made,
         .accounts = match->limits.accounts != 0);
    save_instruments(&saver);
    save_accounts(&saver);
    save_each(&saver, STREAM_BALANCES, sizeof(struct stream_balance), each_balance, save_balance);
    save_each(&saver, STREAM_HOLDINGS, sizeof(struct stream_holding), each_holding, save_holding);
    save_each(&saver, STREAM_USERS, sizeof(struct stream_user), each_user, save_user);
    save_assets(&saver);
    save_orders(&saver);
    section_begin(&saver, STREAM_LISTS, sizeof(order_id_t),
                  match->limits.accounts != 0 ? match->alive : 0);
    each_holding(&saver, save_list);
    save_flush(&saver);
}
