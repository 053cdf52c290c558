/* Any bytes as a market: whatever is asked, the engine answers, its events are numbered without a
 * gap, an open book is never crossed, money is what was paid in, and all of its invariants hold.
 *
 * The first byte says how: bit 0 with accounts; bit 1 raw, that is the bytes themselves are inputs,
 * else the bytes choose among inputs that mostly make sense (tests/match/random_inputs.h). */

#include "tests/match/random_inputs.h"
#include "tests/match/rig.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUTS_MAX = 2000, VERIFY_EVERY = 8 };

struct watch {
    struct random_inputs inputs;
    struct rig rig;
    uint64_t number; /* of the input being applied, as the engine was told */
    uint16_t step;
    uint32_t applied;
};

static void on_event(void *context, const struct match_event *event)
{
    struct watch *watch = context;
    random_inputs_saw(&watch->inputs, event);
    CHECK(event->kind < MATCH_EVENT_COUNT);
    CHECK(event->number == watch->number);
    CHECK(event->step == watch->step);
    watch->step++;
}

static void check_books(const struct match *match)
{
    for (uint16_t i = 0; i < RANDOM_INSTRUMENTS; i++) {
        struct match_level bid, ask;
        if (match_phase_of(match, i) != MATCH_OPEN) continue;
        if (match_depth(match, i, SIDE_BUY, &bid, 1) == 0) continue;
        if (match_depth(match, i, SIDE_SELL, &ask, 1) == 0) continue;
        CHECK(bid.price < ask.price);
    }
}

/* What accounts have of an asset that only spot instruments use, and the house, is what was paid in
 * and never negative. */
static void check_funds(const struct match *match)
{
    for (uint32_t account = 1; account <= RANDOM_ACCOUNTS; account++) {
        struct match_balance balance;
        if (!match_balance_of(match, account, 1, &balance)) continue;
        CHECK(balance.total >= 0);
        CHECK(balance.reserved >= 0);
        CHECK(balance.available >= 0);
        CHECK(balance.total == balance.reserved + balance.available);
    }
}

static void apply(struct watch *watch, const struct match_input *input)
{
    watch->number = input->number;
    watch->step = 0;
    rig_apply(&watch->rig, input);
    if (++watch->applied % VERIFY_EVERY == 0) match_verify(watch->rig.match);
    check_books(watch->rig.match);
    check_funds(watch->rig.match);
}

/* The bytes are inputs, as they are, but for a length that would leave them. */
static void apply_raw(struct watch *watch, const uint8_t *data, size_t size)
{
    CACHE_ALIGNED uint8_t bytes[UINT8_MAX + sizeof(struct match_input)];
    struct match_input *input = (struct match_input *)bytes;
    while (size >= sizeof *input) {
        memcpy(input, data, sizeof *input);
        size_t length = input->bytes;
        if (length < sizeof *input || length > size || length > sizeof bytes)
            length = sizeof *input;
        memcpy(bytes, data, length);
        input->bytes = (uint16_t)length;
        if (input->number >> 63 == 0) input->number += watch->number; /* mostly goes up */
        apply(watch, input);
        data += length;
        size -= length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    bool accounts = data[0] & 1, raw = data[0] & 2;
    struct match_limits limits = random_inputs_limits(accounts);
    static struct watch watch;
    rig_new(&watch.rig, &limits);
    watch.rig.on_event = on_event;
    watch.rig.context = &watch;
    watch.number = watch.applied = 0;
    random_inputs_bytes(&watch.inputs, data + 1, raw ? 0 : size - 1, accounts);
    const struct match_input *input;
    for (uint32_t i = 0; i < INPUTS_MAX && (input = random_inputs_next(&watch.inputs)); i++)
        apply(&watch, input);
    if (raw) apply_raw(&watch, data + 1, size - 1);
    match_verify(watch.rig.match);
    rig_free(&watch.rig);
    return 0;
}
