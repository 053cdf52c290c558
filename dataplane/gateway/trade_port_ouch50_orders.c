#include "dataplane/gateway/trade_port_ouch50_layout.h"

/* Orders by UserRefNum: a pool, and open addressing with linear probing that leaves no marks. */

static uint32_t place_of(const struct ouch50_port *port, uint32_t urn)
{
    return (uint32_t)(urn * UINT64_C(0x9e3779b97f4a7c15) >> 32) & port->index_mask;
}

/* The place that holds urn, or the empty one where it belongs. */
static uint32_t index_seek(const struct ouch50_port *port, uint32_t urn)
{
    uint32_t place = place_of(port, urn);
    while (port->index[place].urn != 0 && port->index[place].urn != urn)
        place = (place + 1) & port->index_mask;
    return place;
}

/* What stands behind the gap and may not stay there moves into it. */
static void index_remove(struct ouch50_port *port, uint32_t urn)
{
    uint32_t mask = port->index_mask;
    uint32_t gap = index_seek(port, urn);
    DCHECK(port->index[gap].urn == urn);
    for (uint32_t next = (gap + 1) & mask; port->index[next].urn != 0; next = (next + 1) & mask) {
        uint32_t home = place_of(port, port->index[next].urn);
        if (((next - home) & mask) < ((next - gap) & mask)) continue;
        port->index[gap] = port->index[next];
        gap = next;
    }
    port->index[gap] = (struct index_place){0};
}

struct own_order *own_find(const struct ouch50_port *port, uint32_t urn)
{
    if (urn == 0) return NULL;
    const struct index_place *place = &port->index[index_seek(port, urn)];
    return place->urn ? &port->orders[place->at] : NULL;
}

struct own_order *own_make(struct ouch50_port *port, uint32_t urn)
{
    CHECK(urn != 0);
    struct index_place *place = &port->index[index_seek(port, urn)];
    if (place->urn != 0) return &port->orders[place->at];
    uint32_t at = port->spare.first;
    CHECK(at != 0);
    list_remove(&port->spare, own_links(port), at);
    struct own_order *own = &port->orders[at];
    *own = (struct own_order){.urn = urn, .link = own->link};
    *place = (struct index_place){urn, at};
    __builtin_prefetch(&port->index[place_of(port, urn + 1)], 1); /* the next order's */
    return own;
}

static void query_drop(struct ouch50_port *port, struct own_order *own)
{
    if (own->asked) list_remove(&port->asked, own_links(port), own_at(port, own));
    own->asked = false;
}

void own_touch(struct ouch50_port *port, struct own_order *own)
{
    query_drop(port, own);
    own->stamp = port->fences;
}

void own_drop(struct ouch50_port *port, struct own_order *own)
{
    query_drop(port, own);
    index_remove(port, own->urn);
    own->urn = 0;
    list_prepend(&port->spare, own_links(port), own_at(port, own)); /* while it is warm */
}

void own_drop_before(struct ouch50_port *port, const struct own_order *own)
{
    uint32_t urn = own->urn, was = own->was;
    for (;;) {
        struct own_order *before = own_find(port, was);
        if (!before || before->heir != urn) return;
        if (before->state != OWN_REPLACED) {
            before->heir = 0; /* the replacement is forgotten, the order stays */
            return;
        }
        urn = before->urn;
        was = before->was;
        own_drop(port, before);
    }
}

void own_drop_heir(struct ouch50_port *port, struct own_order *own)
{
    struct own_order *heir = own_find(port, own->heir);
    own->heir = 0;
    if (heir && heir->was == own->urn) own_drop(port, heir);
}

/* The venue may have said that more is open than an order can be. */
static uint32_t shares_of(qty_t qty)
{
    CHECK(qty >= 0);
    CHECK(qty % QTY_ONE == 0);
    return qty / QTY_ONE < UINT32_MAX ? (uint32_t)(qty / QTY_ONE) : UINT32_MAX;
}

static bool is_shares(qty_t qty)
{
    return qty >= 0 && qty % QTY_ONE == 0;
}

const char *ouch50_port_recover_check(const struct port_recovered *order)
{
    if (order->order == 0 || order->order > UINT32_MAX) return "it has a number that OUCH has not";
    if (order->was >= order->order) return "it replaces an order with a higher number";
    if (!is_shares(order->total)) return "its quantity is no whole number of shares";
    if (!is_shares(order->cum)) return "what it has traded is no whole number of shares";
    if (!is_shares(order->gone)) return "what is gone of it is no whole number of shares";
    return NULL;
}

void ouch50_port_recover(void *self, const struct port_recovered *order)
{
    struct ouch50_port *port = self;
    CHECK(ouch50_port_recover_check(order) == NULL);
    struct own_order *own = own_make(port, (uint32_t)order->order);
    struct own_order *old = own_find(port, (uint32_t)order->was);
    own->was = (uint32_t)order->was;
    own->total = shares_of(order->total);
    own->cum = shares_of(order->cum);
    own->post_only = order->how & HOW_POST_ONLY;
    if (old) old->heir = own->urn;
    if (!order->accepted) return;
    uint64_t over = own->cum + shares_of(order->gone);
    own->state = over < own->total ? OWN_LIVE : OWN_OVER;
    own->leaves = own->state == OWN_LIVE ? own->total - (uint32_t)over : 0;
}

void ouch50_port_forget(void *self, order_id_t order)
{
    struct ouch50_port *port = self;
    if (order > UINT32_MAX) return;
    struct own_order *own = own_find(port, (uint32_t)order);
    if (!own) return;
    if (own->state != OWN_REPLACED) own_drop_heir(port, own);
    own_drop_before(port, own);
    own_drop(port, own);
}

/* Cold. */

static void order_verify(const struct ouch50_port *port, uint32_t at)
{
    const struct own_order *own = &port->orders[at];
    CHECK(own_find(port, own->urn) == own);
    CHECK(own->state <= OWN_REPLACED);
    CHECK(own->was < own->urn);
    CHECK(own->heir == 0 || own->heir > own->urn);
    CHECK(own->cum <= OUCH50_PORT_CUM_MAX);
    CHECK(own->leaves == 0 || own->state == OWN_LIVE);
    CHECK(own->stamp <= port->fences);
    CHECK(own->asked == link_joined(&own->link, at));
    if (own->asked) CHECK(own->fence > port->answered);
    if (own->asked) CHECK(own->fence <= port->fences + 1);
}

void ouch50_port_verify(const struct ouch50_port *port)
{
    uint32_t used = 0, spare = 0, asked = 0, indexed = 0, fence = 0;
    for (uint32_t at = port->spare.first; at; at = port->orders[at].link.next) spare++;
    for (uint32_t at = port->asked.first; at; at = port->orders[at].link.next) {
        CHECK(port->orders[at].fence >= fence);
        fence = port->orders[at].fence;
        asked++;
    }
    for (uint32_t at = 1; at <= port->capacity; at++) {
        if (port->orders[at].urn == 0) continue;
        order_verify(port, at);
        used++;
        asked -= port->orders[at].asked;
    }
    for (uint32_t i = 0; i <= port->index_mask; i++) indexed += port->index[i].urn != 0;
    CHECK(asked == 0);
    CHECK(used == indexed);
    CHECK(used + spare == port->capacity);
    CHECK(port->cut <= port->fences);
    CHECK(port->answered <= port->fences);
}
