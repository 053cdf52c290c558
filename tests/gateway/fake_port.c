#include "tests/gateway/fake_port.h"

#include <string.h>

struct fake {
    uint64_t encoded;
    uint64_t sent;
    uint64_t forgotten;
};

static size_t fake_footprint(const struct trade_port_limits *limits)
{
    return limits->symbols > 0 && limits->orders > 0 ? ALIGN_UP(sizeof(struct fake), CACHE_LINE)
                                                     : 0;
}

static void *fake_new(void *memory, const struct trade_port_limits *limits)
{
    (void)limits;
    return memory;
}

struct slot_request fake_request_said(const struct fake_request *request)
{
    return (struct slot_request){
        .kind = request->kind,
        .side = request->side & 1,
        .slot = request->slot,
        .number = request->number,
        .order = request->order,
        .asked = request->asked,
        .price = request->price,
        .qty = request->qty,
        .total = request->total,
    };
}

struct trade_port_symbol fake_port_listed;

static void fake_list(void *self, uint32_t symbol, const struct trade_port_symbol *terms)
{
    (void)self;
    (void)symbol;
    CHECK(terms->tick > 0);
    fake_port_listed = *terms;
}

static uint32_t fake_encode(void *self, const struct port_request *request, uint8_t *bytes)
{
    struct fake *fake = self;
    const struct slot_request *slot = &request->slot;
    struct fake_request message = {
        .kind = slot->kind,
        .side = slot->side,
        .how = slot->how,
        .symbol = request->symbol,
        .slot = slot->slot,
        .number = slot->number,
        .order = slot->order,
        .asked = slot->asked,
        .price = slot->price,
        .qty = slot->qty,
        .total = slot->total,
    };
    fake->encoded++;
    memcpy(bytes, &message, sizeof message);
    return sizeof message;
}

static void fake_sent(void *self, const struct port_request *request)
{
    struct fake *fake = self;
    (void)request;
    CHECK(fake->sent < fake->encoded); /* nothing is sent that was not encoded */
    fake->sent++;
}

static uint32_t fake_decode(void *self, const uint8_t *bytes, uint32_t length,
                            struct port_report *reports, bool *bad)
{
    struct fake_message message;
    (void)self;
    *bad = length != sizeof message;
    if (*bad) return 0;
    memcpy(&message, bytes, sizeof message);
    reports[0] = (struct port_report){
        .answer = message.answer,
        .known = !message.unknown,
        .was = message.was,
        .price = message.price,
        .qty = message.qty,
        .leaves = message.answer.leaves,
        .broken = message.broken,
    };
    return 1;
}

static bool fake_next(void *self, struct port_report *report)
{
    (void)self;
    (void)report;
    return false;
}

static void fake_session(void *self, bool up)
{
    (void)self;
    (void)up;
}

static void fake_recover(void *self, const struct port_recovered *order)
{
    (void)self;
    (void)order;
}

static const char *fake_recover_check(const struct port_recovered *order)
{
    (void)order;
    return NULL;
}

static void fake_forget(void *self, order_id_t order)
{
    struct fake *fake = self;
    CHECK(order > 0);
    fake->forgotten++;
}

static const char *fake_reason(uint16_t reason)
{
    (void)reason;
    return "none";
}

#define FAKE_PORT(natively)                                                                        \
    {                                                                                              \
        .name = "fake", .summary = "structures as they are",                                       \
        .can = {.replaces = (natively),                                                            \
                .post_only = true,                                                                 \
                .immediate = true,                                                                 \
                .bulk = 1,                                                                         \
                .answer_ns = 100 * NANOS_MILLI},                                                   \
        .footprint = fake_footprint, .new = fake_new, .list = fake_list, .encode = fake_encode,    \
        .sent = fake_sent, .decode = fake_decode, .next = fake_next, .session = fake_session,      \
        .recover = fake_recover, .recover_check = fake_recover_check, .forget = fake_forget,       \
        .reason = fake_reason,                                                                     \
    }

const struct trade_port_kind fake_port = FAKE_PORT(false);
const struct trade_port_kind fake_port_replaces = FAKE_PORT(true);
