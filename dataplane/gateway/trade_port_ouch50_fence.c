#include "dataplane/gateway/trade_port_ouch50_layout.h"

/* Queries: an Account Query is a fence in the stream, known by its name. */

static uint32_t name_first(const struct ouch50_port *port)
{
    return 1 + port->limits.run % FENCE_RUNS * FENCE_NAMES_A_RUN;
}

/* Whether there is a name that no fence has whose answer may still come. */
static bool name_left(const struct ouch50_port *port)
{
    return port->fences - port->answered < FENCE_NAMES_A_RUN - 1;
}

/* Whether a fence under way serves: sent on this connection, and after all that it is to know of.
 * One whose bytes were given to somebody and not sent is sent by whoever asks last, so that those
 * who wait are in the order of their fences. */
static bool fence_covers(const struct ouch50_port *port, uint32_t stamp)
{
    uint32_t newest = port->fences;
    if (port->asked.last && port->orders[port->asked.last].fence > newest) return false;
    return newest > stamp && newest > port->cut && newest > port->answered;
}

static uint32_t fence_write(const struct ouch50_port *port, uint8_t *bytes)
{
    struct u8 name = u8((uint8_t)(name_first(port) + (port->fences + 1) % FENCE_NAMES_A_RUN));
    bytes[0] = 'Q';
    struct ouch50_appendage to = ouch50_appendage(bytes, sizeof(struct ouch50_query));
    ouch50_add(&to, OUCH50_USER_REF_IDX, &name, sizeof name);
    return ouch50_end(&to);
}

uint32_t ouch50_port_ask(struct ouch50_port *port, const struct slot_request *query, uint8_t *bytes)
{
    CHECK(query->order <= UINT32_MAX);
    struct own_order *own = own_make(port, (uint32_t)query->order);
    own->slot = query->slot;
    own->query = query->number;
    if (own->asked && own->fence > own->stamp && own->fence <= port->fences) return 0;
    bool covered = fence_covers(port, own->stamp);
    if (!covered && !name_left(port)) return 0;
    if (own->asked) list_remove(&port->asked, own_links(port), own_at(port, own));
    own->asked = true;
    own->fence = port->fences + !covered;
    list_append(&port->asked, own_links(port), own_at(port, own));
    return covered ? 0 : fence_write(port, bytes);
}

void ouch50_port_answered(struct ouch50_port *port, uint8_t name)
{
    uint32_t turn = name - name_first(port);
    if (name < name_first(port) || turn >= FENCE_NAMES_A_RUN) return;
    uint32_t newest = port->answered % FENCE_NAMES_A_RUN;
    uint32_t ahead = (turn + FENCE_NAMES_A_RUN - newest) % FENCE_NAMES_A_RUN;
    if (ahead == 0 || ahead > port->fences - port->answered) return;
    port->answered += ahead;
}

/* Answers. */

/* The order that the chain has come to, as far as the venue has said.  A replacement sent before
 * the fence, of which it has said nothing, will never be. */
static const struct own_order *chain_last(struct ouch50_port *port, struct own_order *own)
{
    uint32_t fence = own->fence;
    for (;;) {
        struct own_order *heir = own_find(port, own->heir);
        bool heard = heir && heir->was == own->urn && heir->state != OWN_PENDING;
        if (heir && !heard && heir->stamp < fence) own_drop_heir(port, own);
        if (!heard) return own;
        own = heir;
    }
}

/* Of no order there is more than can be counted, whatever the venue says. */
static void answer_write(const struct own_order *own, struct port_report *report)
{
    uint64_t room = OUCH50_PORT_CUM_MAX - own->cum;
    report->known = true;
    report->leaves = shares(own->leaves < room ? own->leaves : room);
    report->answer.order = own->urn;
    report->answer.cum = shares(own->cum);
    report->answer.leaves = report->leaves;
    switch ((enum own_state)own->state) {
    case OWN_PENDING: report->answer.kind = SLOT_ANSWERS_NEVER; return;
    case OWN_LIVE: report->answer.kind = SLOT_ANSWERS_OPEN; return;
    case OWN_OVER:
    case OWN_REPLACED: report->answer.kind = SLOT_ANSWERS_DONE; return;
    }
    UNREACHABLE("these are the states");
}

bool ouch50_port_next(void *self, struct port_report *report)
{
    struct ouch50_port *port = self;
    struct own_order *own = &port->orders[port->asked.first];
    if (port->asked.first == 0 || own->fence > port->answered) return false;
    list_remove(&port->asked, own_links(port), own_at(port, own));
    own->asked = false;
    *report = (struct port_report){.answer = {.slot = own->slot, .number = own->query}};
    answer_write(chain_last(port, own), report);
    return true;
}

void ouch50_port_session(void *self, bool up)
{
    struct ouch50_port *port = self;
    port->cut = port->fences;
    if (up) return;
    while (port->asked.first) {
        struct own_order *own = &port->orders[port->asked.first];
        list_remove(&port->asked, own_links(port), port->asked.first);
        own->asked = false;
    }
}
