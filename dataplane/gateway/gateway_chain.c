#include "dataplane/gateway/gateway_layout.h"

/* Orders by their numbers.  A chain has up to three numbers in the index: of its order, of the
 * replacement under way, and of what the order replaced, which the venue may still name. */

struct gateway_chain *gateway_chain_find(const struct gateway_venue *venue, order_id_t order)
{
    uint32_t at = order_index_find(venue->index, order);
    return at ? &venue->chain[at] : NULL;
}

static uint32_t number_of(const struct gateway_venue *venue, const struct gateway_chain *chain)
{
    return (uint32_t)(chain - venue->chain);
}

static void number_forget(struct gateway_venue *venue, order_id_t *number)
{
    if (*number == 0) return;
    order_index_remove(venue->index, *number);
    venue->kind->forget(venue->port, *number);
    *number = 0;
}

/* The chain that has been closed longest is nobody's any more. */
static void recent_end(struct gateway_venue *venue)
{
    struct links links = gateway_chain_links(venue);
    uint32_t at = venue->chain_recent.first;
    struct gateway_chain *chain = &venue->chain[at];
    number_forget(venue, &chain->order);
    number_forget(venue, &chain->asked);
    number_forget(venue, &chain->before);
    list_remove(&venue->chain_recent, links, at);
    list_append(&venue->chain_free, links, at);
    venue->recent--;
}

struct gateway_chain *gateway_chain_open(struct gateway *gateway, struct gateway_venue *venue,
                                         uint32_t slot, order_id_t order)
{
    const struct gateway_slot *of = &venue->at[slot];
    CHECK(of->chain == 0);
    uint32_t at = venue->chain_free.first;
    CHECK(at != 0); /* open ones are at most the slots, and the others at most GATEWAY_RECENT */
    list_remove(&venue->chain_free, gateway_chain_links(venue), at);
    struct gateway_chain *chain = &venue->chain[at];
    *chain = (struct gateway_chain){
        .order = order,
        .slot = slot,
        .key = of->key,
        .strategy = of->strategy,
        .symbol = of->symbol,
        .risk = RISK_NONE,
        .open = true,
        .link = chain->link,
    };
    order_index_add(venue->index, order, at);
    venue->at[slot].chain = at;
    venue->at[slot].stuck = 0;
    gateway_hold_at(gateway, of->strategy, of->symbol)->working++;
    gateway_child(gateway, of->strategy, true);
    return chain;
}

void gateway_chain_ask(struct gateway_venue *venue, struct gateway_chain *chain, order_id_t asked)
{
    CHECK(chain->asked == 0);
    chain->asked = asked;
    order_index_add(venue->index, asked, number_of(venue, chain));
}

void gateway_chain_adopt(struct gateway_venue *venue, struct gateway_chain *chain)
{
    CHECK(chain->asked != 0);
    number_forget(venue, &chain->before);
    chain->before = chain->order;
    chain->order = chain->asked;
    chain->price = chain->asked_price;
    chain->total = chain->asked_total;
    chain->asked = 0;
    chain->said = 0;
    chain->seen = true;
}

void gateway_chain_drop(struct gateway_venue *venue, struct gateway_chain *chain)
{
    number_forget(venue, &chain->asked);
}

void gateway_chain_close(struct gateway *gateway, struct gateway_venue *venue,
                         struct gateway_chain *chain)
{
    CHECK(chain->open);
    chain->open = false;
    chain->risk = RISK_NONE;
    chain->replacing = false;
    venue->at[chain->slot].chain = 0;
    if (venue->recent == GATEWAY_RECENT) recent_end(venue);
    list_append(&venue->chain_recent, gateway_chain_links(venue), number_of(venue, chain));
    venue->recent++;
    gateway_hold_at(gateway, chain->strategy, chain->symbol)->working--;
    gateway_child(gateway, chain->strategy, false);
}

void gateway_chain_remember(struct gateway_venue *venue, const struct gateway_chain *is)
{
    CHECK(venue->recent < GATEWAY_RECENT);
    struct links links = gateway_chain_links(venue);
    uint32_t at = venue->chain_free.first;
    CHECK(at != 0);
    list_remove(&venue->chain_free, links, at);
    struct gateway_chain *chain = &venue->chain[at];
    struct link link = chain->link;
    *chain = *is;
    chain->link = link;
    const order_id_t numbers[] = {chain->order, chain->asked, chain->before};
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++)
        if (numbers[i] != 0) order_index_add(venue->index, numbers[i], at);
    list_append(&venue->chain_recent, links, at);
    venue->recent++;
}
