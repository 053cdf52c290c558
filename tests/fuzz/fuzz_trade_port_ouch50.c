/* A trade port of OUCH 5.0 under real slots, told any bytes: what it puts on the wire is well
 * formed, its memory holds however the venue lies, and what it knows stays whole.
 *
 * Steps of eight bytes: the first says what happens (an intent; a message that is one, of a type
 * and with numbers that bytes choose; any bytes; the answer to an account query; rare things), the
 * next with what. */

#include "dataplane/gateway/trade_port_ouch50.h"
#include "dataplane/gateway/trade_port_ouch50_layout.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLOTS = 4, ROOM = 64, NAMES = 64 };

static const struct trade_port_kind *const kind = &trade_port_ouch50;

struct fuzz {
    void *port;
    struct slots *slots;
    struct slots_out out;
    struct slot_request request[ROOM];
    struct slot_say say[ROOM];
    nanos_t now;
    uint32_t next; /* order number */
    uint8_t names[NAMES];
    uint32_t fences;
    bool up;
};

static void collect(struct fuzz *fuzz)
{
    for (uint32_t i = 0; i < fuzz->out.say_count; i++) {
        const struct slot_say *say = &fuzz->say[i];
        if (say->said == SLOT_SAYS_FILLED || say->said == SLOT_SAYS_CANCELED ||
            say->said == SLOT_SAYS_REJECTED || say->said == SLOT_SAYS_OVER ||
            say->said == SLOT_SAYS_LOST)
            kind->forget(fuzz->port, say->order);
    }
    for (uint32_t i = 0; i < fuzz->out.request_count; i++) {
        uint8_t bytes[TRADE_PORT_BYTES_MAX];
        struct ouch50_tags tags;
        const struct port_request request = {.slot = fuzz->request[i],
                                             .how = (uint8_t)(fuzz->request[i].number % 3)};
        uint32_t length = kind->encode(fuzz->port, &request, bytes);
        CHECK(length <= TRADE_PORT_BYTES_MAX);
        if (length == 0) CHECK(request.slot.kind == SLOT_SENDS_QUERY);
        if (length == 0) continue;
        CHECK(ouch50_check_in(bytes, length, &tags) == OUCH50_OK);
        if (bytes[0] == 'Q') fuzz->names[fuzz->fences++ % NAMES] = bytes[5];
        kind->sent(fuzz->port, &request);
    }
    fuzz->next = (uint32_t)slots_next_order(fuzz->slots);
    fuzz->out.request_count = fuzz->out.say_count = 0;
}

/* Which slot an order is of: the gateway knows; here all are asked. */
static void tell(struct fuzz *fuzz, struct port_report *report, bool query)
{
    CHECK(report->answer.kind < SLOT_ANSWER_COUNT);
    CHECK(report->answer.cum >= 0);
    CHECK(report->answer.cum <= SLOTS_QTY_MAX);
    CHECK(report->answer.leaves >= 0);
    CHECK(report->answer.leaves <= SLOTS_QTY_MAX);
    CHECK(kind->reason(report->reason) != NULL);
    for (uint32_t slot = 0; slot < SLOTS && report->known && !report->broken; slot++) {
        struct slot_look look;
        slots_look(fuzz->slots, slot, &look);
        bool own = query ? report->answer.slot == slot
                         : report->answer.order == look.order || report->answer.order == look.asked;
        if (!own) continue;
        report->answer.slot = slot;
        if (!query) report->answer.number = look.number;
        (void)!slots_answer(fuzz->slots, &report->answer, fuzz->now, &fuzz->out);
        collect(fuzz);
        return;
    }
}

static void hear(struct fuzz *fuzz, const uint8_t *message, uint32_t length)
{
    struct port_report reports[TRADE_PORT_REPORTS_MAX], report;
    bool bad;
    uint32_t count = kind->decode(fuzz->port, message, length, reports, &bad);
    CHECK(count <= TRADE_PORT_REPORTS_MAX);
    if (bad) CHECK(count == 0);
    for (uint32_t i = 0; i < count; i++) tell(fuzz, &reports[i], false);
    while (kind->next(fuzz->port, &report)) {
        CHECK(report.known);
        tell(fuzz, &report, true);
    }
}

/* A message of the type that a byte chooses; its numbers are small, or near to the newest. */
static void hear_typed(struct fuzz *fuzz, const uint8_t *byte)
{
    static const char types[] = "AUCDEBJPITMRXGKS";
    uint8_t message[128] = {0};
    char type = types[byte[0] % 16];
    const struct wire_layout *layout = ouch50_out_layout((uint8_t)type);
    for (uint32_t i = 1; i < layout->field_count; i++) {
        const struct wire_field *field = &layout->fields[i];
        uint8_t *at = message + field->offset_bytes;
        uint32_t value = byte[1 + i % 5];
        if (strstr(field->name, "urn")) value = fuzz->next - 1 - (byte[1 + i % 2] & 7);
        if (field->kind == WIRE_be64) at[7] = (uint8_t)value;
        else if (field->kind == WIRE_be32)
            for (int shift = 0; shift < 4; shift++) at[3 - shift] = (uint8_t)(value >> 8 * shift);
        else at[0] = (uint8_t) "LDUZ"[value & 3];
        if (field->kind == WIRE_be32 && value > 250) at[0] = 0xff;
    }
    message[0] = (uint8_t)type;
    hear(fuzz, message, layout->size_bytes + (strchr("AUERXGK", type) ? 2 : 0));
}

static void hear_fence(struct fuzz *fuzz, uint8_t which)
{
    uint8_t message[18] = {'Q'};
    memcpy(message + 13, (const uint8_t[]){0, 3, 2, 28}, 4);
    message[17] = which & 0x80 ? which : fuzz->names[(fuzz->fences - 1 - which % 4) % NAMES];
    hear(fuzz, message, sizeof message);
}

static void intend(struct fuzz *fuzz, const uint8_t *byte)
{
    const struct slot_intent intent = {
        .slot = byte[0] % SLOTS,
        .sequence = fuzz->now,
        .stop = byte[1] & 1,
        .side = byte[1] >> 1 & 1,
        .carries = byte[1] >> 2 & 1,
        .price = (1 + byte[2]) * PRICE_PER_E4,
        .qty = (1 + byte[3]) * QTY_ONE,
        .executed = byte[4] * QTY_ONE,
    };
    (void)!slots_intend(fuzz->slots, &intent, fuzz->now, &fuzz->out);
    collect(fuzz);
}

static void sweep(struct fuzz *fuzz, enum slot_event event)
{
    uint32_t next = 0;
    bool all = slots_sweep(fuzz->slots, event, SLOTS_NONE, fuzz->now, &next, &fuzz->out);
    CHECK(all);
    collect(fuzz);
}

static void rare(struct fuzz *fuzz, uint8_t what)
{
    if (what & 1) {
        fuzz->up = !fuzz->up;
        kind->session(fuzz->port, fuzz->up);
        slots_session(fuzz->slots, fuzz->up);
        sweep(fuzz, fuzz->up ? SLOT_ON_RECONNECT : SLOT_ON_DISCONNECT);
        return;
    }
    if (what & 2) sweep(fuzz, SLOT_ON_STOP);
    fuzz->now += 20 * NANOS_MILLI;
    slots_overdue(fuzz->slots, fuzz->now, &fuzz->out);
    collect(fuzz);
}

static void fuzz_new(struct fuzz *fuzz, uint32_t run)
{
    const struct slots_limits limits = {.slots = SLOTS, .strategies = 1};
    const struct slots_venue venue = {.replaces = true, .bulk = 1, .answer_ns = 10 * NANOS_MILLI};
    const struct trade_port_limits port = {.symbols = 1, .orders = SLOTS, .run = run};
    const struct trade_port_symbol symbol = {
        .name = "ACME   ", .tick = PRICE_PER_E4, .lot = QTY_ONE};
    *fuzz = (struct fuzz){.up = true, .now = NANOS_SECOND};
    fuzz->slots =
        slots_new(aligned_alloc(CACHE_LINE, slots_footprint(&limits)), &limits, &venue, 1);
    fuzz->port = kind->new (aligned_alloc(CACHE_LINE, kind->footprint(&port)), &port);
    fuzz->out = (struct slots_out){
        .requests = fuzz->request, .says = fuzz->say, .requests_max = ROOM, .says_max = ROOM};
    kind->list(fuzz->port, 0, &symbol);
}

/* When nothing is open, nothing is remembered. */
static void leaks(const struct fuzz *fuzz)
{
    const struct ouch50_port *port = fuzz->port;
    uint32_t used = 0;
    for (uint32_t at = 1; at <= port->capacity; at++) used += port->orders[at].urn != 0;
    CHECK(used <= OUCH50_PORT_RECORDS * slots_open(fuzz->slots));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz fuzz;
    fuzz_new(&fuzz, size ? data[0] : 0);
    for (size_t at = 1; at + 8 <= size; at += 8) {
        const uint8_t *byte = data + at + 1;
        fuzz.now += NANOS_MICRO;
        switch (data[at] & 7) {
        case 0:
        case 1: intend(&fuzz, byte); break;
        case 2: hear_fence(&fuzz, byte[0]); break;
        case 3: rare(&fuzz, byte[0]); break;
        case 4: {
            size_t length = byte[0] < size - at - 2 ? byte[0] : size - at - 2;
            hear(&fuzz, byte + 1, (uint32_t)length);
            at += length / 8 * 8;
            break;
        }
        default: hear_typed(&fuzz, byte); break;
        }
        ouch50_port_verify(fuzz.port);
        slots_verify(fuzz.slots);
        leaks(&fuzz);
    }
    free(fuzz.port);
    free(fuzz.slots);
    return 0;
}
