#include "dataplane/gateway/trade_port_ouch50.h"

#include "dataplane/gateway/trade_port_ouch50_layout.h"

/* Memory, templates and requests. */

enum { POST_ONLY_BYTES = 3 }; /* of its element */
static_assert(sizeof(struct ouch50_enter) + 2 + 6 + POST_ONLY_BYTES <= CACHE_LINE, "firm and all");

static struct trade_port_limits padded(const struct trade_port_limits *limits)
{
    struct trade_port_limits to = *limits;
    for (size_t i = 0; i < sizeof to.firm; i++)
        if (to.firm[i] == '\0') to.firm[i] = ' ';
    return to;
}

/* Places of the index: a power of two, so that it is at most half full. */
static size_t index_size(size_t orders)
{
    size_t size = 2;
    while (size < 2 * orders) size *= 2;
    return size;
}

static size_t ouch50_port_footprint(const struct trade_port_limits *limits)
{
    if (limits->symbols == 0 || limits->symbols > OUCH50_PORT_SYMBOLS_MAX) return 0;
    if (limits->orders == 0 || limits->orders > OUCH50_PORT_ORDERS_MAX) return 0;
    size_t orders = (size_t)limits->orders * OUCH50_PORT_RECORDS;
    return ALIGN_UP(sizeof(struct ouch50_port), CACHE_LINE) +
           limits->symbols * sizeof(struct enter_template) +
           (orders + 1) * sizeof(struct own_order) +
           ALIGN_UP(index_size(orders) * sizeof(struct index_place), CACHE_LINE);
}

static void *ouch50_port_new(void *memory, const struct trade_port_limits *limits)
{
    size_t footprint = ouch50_port_footprint(limits);
    CHECK(footprint > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    memset(memory, 0, footprint);
    struct ouch50_port *port = memory;
    uint8_t *at = (uint8_t *)memory + ALIGN_UP(sizeof *port, CACHE_LINE);
    port->limits = padded(limits);
    port->capacity = limits->orders * OUCH50_PORT_RECORDS;
    port->index_mask = (uint32_t)index_size(port->capacity) - 1;
    port->templates = (struct enter_template *)at;
    at += limits->symbols * sizeof *port->templates;
    port->orders = (struct own_order *)at;
    at += ((size_t)port->capacity + 1) * sizeof *port->orders;
    port->index = (struct index_place *)at;
    for (uint32_t i = 1; i <= port->capacity; i++) {
        link_new(own_links(port), i);
        list_append(&port->spare, own_links(port), i);
    }
    return port;
}

static void ouch50_port_list(void *self, uint32_t symbol, const struct trade_port_symbol *terms)
{
    struct ouch50_port *port = self;
    CHECK(symbol < port->limits.symbols);
    CHECK(terms->tick > 0);
    CHECK(terms->tick % PRICE_PER_E4 == 0);
    CHECK(terms->lot > 0);
    CHECK(terms->lot % QTY_ONE == 0);
    struct ouch50_enter enter = {
        .type = text1('O'),
        .tif = text1('0'),
        .display = text1('Y'),
        .capacity = text1('P'),
        .iso = text1('N'),
        .cross = text1('N'),
    };
    memcpy(enter.symbol.byte, terms->name, sizeof enter.symbol.byte);
    memset(enter.cl_ord_id.byte, ' ', sizeof enter.cl_ord_id.byte);
    uint8_t *bytes = port->templates[symbol].bytes;
    memset(bytes, 0, CACHE_LINE);
    memcpy(bytes, &enter, sizeof enter);
    struct ouch50_appendage to = ouch50_appendage(bytes, sizeof enter);
    if (memcmp(port->limits.firm, "    ", sizeof port->limits.firm) != 0)
        ouch50_add(&to, OUCH50_FIRM, port->limits.firm, sizeof port->limits.firm);
    port->enter_bytes = ouch50_end(&to);
    ouch50_add(&to, OUCH50_POST_ONLY, "P", 1);
}

/* Requests. */

static struct be64 price_write(price_t price)
{
    uint64_t price_e4 = (uint64_t)price / (uint64_t)PRICE_PER_E4;
    CHECK(price > 0);
    CHECK(price_e4 * (uint64_t)PRICE_PER_E4 == (uint64_t)price);
    CHECK(price_e4 <= OUCH50_PRICE_MAX_E4);
    return be64(price_e4);
}

static struct be32 qty_write(qty_t qty)
{
    uint64_t count = (uint64_t)qty / (uint64_t)QTY_ONE;
    CHECK(qty > 0);
    CHECK(count * (uint64_t)QTY_ONE == (uint64_t)qty);
    CHECK(count <= OUCH50_QTY_MAX);
    return be32((uint32_t)count);
}

static struct text1 tif_write(uint8_t how)
{
    return text1(how & HOW_IMMEDIATE ? '3' : '0');
}

/* The template holds PostOnly already, behind the end: it is taken in by counting it. */
static uint32_t enter_encode(const struct ouch50_port *port, const struct port_request *request,
                             uint8_t *bytes)
{
    const struct slot_request *slot = &request->slot;
    CHECK(request->symbol < port->limits.symbols);
    if (unlikely(slot->order > UINT32_MAX)) return 0;
    memcpy(bytes, port->templates[request->symbol].bytes, CACHE_LINE);
    struct ouch50_enter *enter = (struct ouch50_enter *)bytes;
    DCHECK(text1_read(enter->type) == 'O');
    uint8_t more = request->how & HOW_POST_ONLY ? POST_ONLY_BYTES : 0;
    enter->urn = be32((uint32_t)slot->order);
    enter->side = text1("BS"[slot->side == SIDE_SELL]);
    enter->qty = qty_write(slot->qty);
    enter->price_e4 = price_write(slot->price);
    enter->tif = tif_write(request->how);
    uint32_t length = port->enter_bytes + more;
    bytes[sizeof *enter + 1] = (uint8_t)(length - sizeof *enter - sizeof(struct be16));
    return length;
}

/* PostOnly that is not named stays as it is. */
static uint32_t replace_encode(const struct ouch50_port *port, const struct port_request *request,
                               uint8_t *bytes)
{
    const struct slot_request *slot = &request->slot;
    if (unlikely(slot->asked > UINT32_MAX)) return 0;
    struct ouch50_replace replace = {
        .type = text1('U'),
        .orig_urn = be32((uint32_t)slot->order),
        .urn = be32((uint32_t)slot->asked),
        .qty = qty_write(slot->total),
        .price_e4 = price_write(slot->price),
        .tif = tif_write(request->how),
        .display = text1('Y'),
        .iso = text1('N'),
    };
    memset(replace.cl_ord_id.byte, ' ', sizeof replace.cl_ord_id.byte);
    memcpy(bytes, &replace, sizeof replace);
    struct ouch50_appendage to = ouch50_appendage(bytes, sizeof replace);
    const struct own_order *own = own_find(port, (uint32_t)slot->order);
    bool post_only = request->how & HOW_POST_ONLY;
    if (own && own->post_only != post_only)
        ouch50_add(&to, OUCH50_POST_ONLY, post_only ? "P" : "N", 1);
    return ouch50_end(&to);
}

static uint32_t cancel_encode(const struct slot_request *slot, uint8_t *bytes)
{
    CHECK(slot->order <= UINT32_MAX);
    struct ouch50_cancel cancel = {.type = text1('X'), .urn = be32((uint32_t)slot->order)};
    memcpy(bytes, &cancel, sizeof cancel);
    return sizeof cancel;
}

static uint32_t ouch50_port_encode(void *self, const struct port_request *request, uint8_t *bytes)
{
    struct ouch50_port *port = self;
    switch ((enum slot_request_kind)request->slot.kind) {
    case SLOT_SENDS_ORDER: return enter_encode(port, request, bytes);
    case SLOT_SENDS_REPLACE: return replace_encode(port, request, bytes);
    case SLOT_SENDS_CANCEL: return cancel_encode(&request->slot, bytes);
    case SLOT_SENDS_QUERY: return ouch50_port_ask(port, &request->slot, bytes);
    case SLOT_REQUEST_COUNT: break;
    }
    UNREACHABLE("slots send no other kind");
}

static void order_sent(struct ouch50_port *port, const struct port_request *request)
{
    struct own_order *own = own_make(port, (uint32_t)request->slot.order);
    own->total = (uint32_t)(request->slot.qty / QTY_ONE);
    own->post_only = request->how & HOW_POST_ONLY;
    own_touch(port, own);
}

static void replace_sent(struct ouch50_port *port, const struct port_request *request)
{
    const struct slot_request *slot = &request->slot;
    struct own_order *old = own_make(port, (uint32_t)slot->order);
    CHECK(slot->asked > slot->order);
    if (old->heir != slot->asked) own_drop_heir(port, old);
    const struct own_order *before = own_find(port, old->was);
    if (before && before->heir == old->urn) own_drop_before(port, before);
    struct own_order *own = own_make(port, (uint32_t)slot->asked);
    own->was = old->urn;
    own->total = (uint32_t)(slot->total / QTY_ONE);
    own->cum = (uint32_t)((slot->total - slot->qty) / QTY_ONE);
    own->post_only = request->how & HOW_POST_ONLY;
    old->heir = own->urn;
    own_touch(port, own);
    own_touch(port, old);
}

static void cancel_sent(struct ouch50_port *port, const struct port_request *request)
{
    struct own_order *own = own_find(port, (uint32_t)request->slot.order);
    if (own) own_touch(port, own);
}

static void ouch50_port_sent(void *self, const struct port_request *request)
{
    struct ouch50_port *port = self;
    switch ((enum slot_request_kind)request->slot.kind) {
    case SLOT_SENDS_ORDER: order_sent(port, request); return;
    case SLOT_SENDS_REPLACE: replace_sent(port, request); return;
    case SLOT_SENDS_CANCEL: cancel_sent(port, request); return;
    case SLOT_SENDS_QUERY: port->fences++; return;
    case SLOT_REQUEST_COUNT: break;
    }
    UNREACHABLE("slots send no other kind");
}

const struct trade_port_kind trade_port_ouch50 = {
    .name = "ouch50",
    .summary = "OUCH 5.0 over SoupBinTCP",
    .can =
        {
            .replaces = true,
            .post_only = true,
            .immediate = true,
            .mass_cancel = false,
            .bulk = 1,
            .answer_ns = NANOS_SECOND,
            .qty_max = OUCH50_QTY_MAX * QTY_ONE,
            .price_max = OUCH50_PRICE_MAX_E4 * PRICE_PER_E4,
            .tick = PRICE_PER_E4,
            .lot = QTY_ONE,
        },
    .footprint = ouch50_port_footprint,
    .new = ouch50_port_new,
    .list = ouch50_port_list,
    .encode = ouch50_port_encode,
    .sent = ouch50_port_sent,
    .decode = ouch50_port_decode,
    .next = ouch50_port_next,
    .session = ouch50_port_session,
    .recover = ouch50_port_recover,
    .recover_check = ouch50_port_recover_check,
    .forget = ouch50_port_forget,
    .reason = ouch50_port_reason,
};
