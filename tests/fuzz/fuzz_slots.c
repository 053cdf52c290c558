/* Any intents and any answers: nothing a venue says breaks a slot, or makes it break a promise.
 *
 * The first byte: bit 0, the venue replaces.  Then eight bytes a step: what happens, to which slot,
 * and six that choose sequence, terms, order, number and quantities. */

#include "dataplane/route/slots.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLOTS = 3, UNIQUES = 2, STRATEGIES = 2, ROOM = 64, FIRST = 10 };

struct fuzz {
    struct slots *slots;
    struct slots_out out;
    struct slot_request request[ROOM];
    struct slot_say say[ROOM];
    order_id_t next;
    bool up;
    bool shut[STRATEGIES];
    nanos_t now;
};

/* Numbers are used once and rise; nothing is sent where it may not be. */
static void collect(struct fuzz *fuzz, uint32_t requests_max)
{
    CHECK(fuzz->out.request_count <= requests_max);
    for (uint32_t i = 0; i < fuzz->out.request_count; i++) {
        const struct slot_request *request = &fuzz->request[i];
        CHECK(fuzz->up);
        CHECK(request->order >= 1);
        if (request->kind == SLOT_SENDS_QUERY || request->kind == SLOT_SENDS_CANCEL) continue;
        bool replaces = request->kind == SLOT_SENDS_REPLACE;
        CHECK((replaces ? request->asked : request->order) == fuzz->next);
        fuzz->next++;
        CHECK(request->qty > 0);
        CHECK(request->qty <= SLOTS_QTY_MAX);
        CHECK(request->total >= request->qty);
        CHECK(!fuzz->shut[request->slot < SLOTS ? request->slot % STRATEGIES : 1]);
    }
    fuzz->out.request_count = 0;
    fuzz->out.say_count = 0;
    slots_verify(fuzz->slots);
}

static qty_t qty_of(uint8_t byte)
{
    static const qty_t odd[] = {-1, SLOTS_QTY_MAX, SLOTS_QTY_MAX + 1, INT64_MAX, INT64_MIN};
    return byte < 250 ? byte : odd[byte % 5];
}

static void intend(struct fuzz *fuzz, uint32_t slot, const uint8_t *byte)
{
    struct slot_intent intent = {
        .slot = slot,
        .sequence = byte[0],
        .stop = byte[1] & 1,
        .side = byte[1] >> 1 & 1,
        .carries = byte[1] >> 2 & 1,
        .price = byte[2],
        .qty = qty_of(byte[3]),
        .executed = qty_of(byte[4]),
    };
    (void)!slots_intend(fuzz->slots, &intent, fuzz->now, &fuzz->out);
    collect(fuzz, 1);
}

/* Half of the orders named are the slot's own, and of the numbers the newest. */
static void answer(struct fuzz *fuzz, uint32_t slot, const uint8_t *byte)
{
    struct slot_look look = {0};
    if (slot < SLOTS + UNIQUES) slots_look(fuzz->slots, slot, &look);
    struct slot_answer answer = {
        .kind = byte[0] % (SLOT_ANSWER_COUNT + 1),
        .slot = slot,
        .number = byte[1] & 1 ? look.number : byte[1],
        .order = byte[2] & 1 ? look.order
               : byte[2] & 2 ? look.asked
                             : byte[2],
        .cum = qty_of(byte[3]),
        .leaves = qty_of(byte[4]),
    };
    (void)!slots_answer(fuzz->slots, &answer, fuzz->now, &fuzz->out);
    collect(fuzz, 1);
}

static void sweep(struct fuzz *fuzz, enum slot_event event, uint32_t strategy)
{
    uint32_t next = 0;
    bool all = slots_sweep(fuzz->slots, event, strategy, fuzz->now, &next, &fuzz->out);
    CHECK(all);
    collect(fuzz, SLOTS + UNIQUES);
}

static void rare(struct fuzz *fuzz, uint8_t what)
{
    uint32_t strategy = what >> 4 & 1;
    switch (what & 3) {
    case 0:
        fuzz->up = !fuzz->up;
        slots_session(fuzz->slots, fuzz->up);
        sweep(fuzz, fuzz->up ? SLOT_ON_RECONNECT : SLOT_ON_DISCONNECT, SLOTS_NONE);
        return;
    case 1:
        fuzz->shut[strategy] = !fuzz->shut[strategy];
        slots_shut(fuzz->slots, strategy, fuzz->shut[strategy]);
        return;
    case 2: sweep(fuzz, SLOT_ON_STOP, what & 4 ? SLOTS_NONE : strategy); return;
    default:
        fuzz->now += 20 * NANOS_MILLI;
        slots_overdue(fuzz->slots, fuzz->now, &fuzz->out);
        collect(fuzz, SLOTS + UNIQUES);
    }
}

static void unique(struct fuzz *fuzz, uint32_t slot, const uint8_t *byte)
{
    struct slot_unique unique = {.strategy = 1, .side = byte[1] & 1, .qty = qty_of(byte[2])};
    if (byte[0] & 1) {
        (void)!slots_send_unique(fuzz->slots, &unique, fuzz->now, &fuzz->out, &slot);
    } else {
        struct slot_look look = {0};
        if (slot < SLOTS + UNIQUES) slots_look(fuzz->slots, slot, &look);
        (void)!slots_cancel_unique(fuzz->slots, slot, look.order, fuzz->now, &fuzz->out);
    }
    collect(fuzz, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct slots_limits limits = {
        .slots = SLOTS, .uniques = UNIQUES, .strategies = STRATEGIES};
    struct slots_venue venue = {
        .replaces = size > 0 && data[0] & 1, .bulk = 1, .answer_ns = 10 * NANOS_MILLI};
    struct fuzz fuzz = {.next = FIRST, .up = true, .now = NANOS_SECOND};
    void *memory = aligned_alloc(CACHE_LINE, slots_footprint(&limits));
    fuzz.slots = slots_new(memory, &limits, &venue, FIRST);
    fuzz.out = (struct slots_out){
        .requests = fuzz.request, .says = fuzz.say, .requests_max = ROOM, .says_max = ROOM};
    for (uint32_t slot = 0; slot < SLOTS; slot++) slots_bind(fuzz.slots, slot, slot % STRATEGIES);
    for (size_t at = 1; at + 8 <= size; at += 8) {
        uint32_t slot = data[at + 1] % (SLOTS + UNIQUES + 1);
        fuzz.now += data[at + 7] * NANOS_MICRO;
        switch (data[at] & 7) {
        case 0:
        case 1:
        case 2: intend(&fuzz, slot, data + at + 2); break;
        case 3: unique(&fuzz, slot, data + at + 2); break;
        case 4: rare(&fuzz, data[at + 2]); break;
        default: answer(&fuzz, slot, data + at + 2); break;
        }
    }
    free(memory);
    return 0;
}
