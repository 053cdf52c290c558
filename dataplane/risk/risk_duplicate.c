#include "dataplane/risk/risk_layout.h"

/* Passes of the last while, in a ring, chained by the hash of what makes two orders the same.
 *
 * The chain of a hash leads from the newest to older ones and is never cut: it ends where a serial
 * has been overwritten.  Of equal passes the newest decides.  A pass that is young enough to matter
 * is never overwritten: the order that would is refused. */

static uint64_t hash_of(price_t price, qty_t qty, uint64_t names)
{
    uint64_t hash = ((uint64_t)price + names) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 29 ^ (uint64_t)qty) * 0xbf58476d1ce4e5b9u;
    return hash ^ hash >> 32;
}

static uint32_t symbol_side(uint32_t symbol, uint32_t kind, uint32_t side)
{
    return symbol << 2 | kind << 1 | side;
}

static uint64_t *head_of(const struct risk *risk, price_t price, qty_t qty, uint32_t strategy,
                         uint32_t sides)
{
    uint64_t hash = hash_of(price, qty, (uint64_t)strategy << 32 | sides);
    return &risk->recent_head[hash & (risk->limits.recent * 2u - 1)];
}

static struct risk_recent *oldest_of(const struct risk *risk)
{
    return &risk->recent[(risk->recent_serial + 1) & (risk->limits.recent - 1)];
}

/* The two lines that are surely needed later come while other limits are looked at. */
void risk_duplicate_seek(const struct risk *risk, struct risk_terms *terms)
{
    const struct risk_order *order = terms->order;
    terms->head = head_of(risk, order->price, order->qty, order->strategy,
                          symbol_side(order->symbol, order->kind, order->side));
    __builtin_prefetch(terms->head);
    __builtin_prefetch(oldest_of(risk));
}

enum risk_verdict risk_duplicate_check(const struct risk *risk, const struct risk_terms *terms,
                                       nanos_t *age)
{
    const struct risk_order *order = terms->order;
    uint64_t window = (uint64_t)risk->box.bound.duplicate_ns;
    uint64_t newest = risk->recent_serial, kept = risk->limits.recent;
    uint32_t sides = symbol_side(order->symbol, order->kind, order->side);
    uint64_t serial = *terms->head;
    for (uint32_t probe = 0; serial != 0 && serial + kept > newest; probe++) {
        if (probe == RISK_PROBES) return RISK_NO_ROOM;
        const struct risk_recent *recent = &risk->recent[serial & (kept - 1)];
        *age = terms->now - recent->at;
        if (*age >= window) break;
        if (recent->price == order->price && recent->qty == order->qty &&
            recent->strategy == order->strategy && recent->symbol_side == sides)
            return RISK_DUPLICATE_NS;
        serial = recent->older;
    }
    if (newest < kept) return RISK_PASS;
    return terms->now - oldest_of(risk)->at < window ? RISK_NO_ROOM : RISK_PASS;
}

void risk_duplicate_add(struct risk *risk, const struct risk_pass *pass)
{
    uint64_t serial = ++risk->recent_serial;
    uint32_t sides = symbol_side(pass->symbol, pass->kind, pass->side);
    uint64_t *head = head_of(risk, pass->price, pass->qty, pass->strategy, sides);
    risk->recent[serial & (risk->limits.recent - 1)] = (struct risk_recent){
        .price = pass->price,
        .qty = pass->qty,
        .at = pass->at,
        .older = *head,
        .strategy = pass->strategy,
        .symbol_side = sides,
    };
    *head = serial;
}
