/* Any recording, and any orders of ours in it: what is true of the recording is enacted, nothing is
 * torn, and no recorded order ever holds more than it did.
 *
 * Again and again five bytes: what happens (lower four bits; the rest is time that passes), which
 * order, whose side, how many lots, at what price.  What is 14 is a message of as many of the bytes
 * behind it as the lots say, and 15 the same from our session. */

#include "tests/reenact/rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct reenact_instrument instrument = {.symbol = "TEST    ",
                                                     .tick = PRICE_ONE / 100,
                                                     .price_max = 1000 * PRICE_ONE,
                                                     .window = 1 << 12};

static size_t raw(struct rig *rig, bool ours, const uint8_t *bytes, size_t size, size_t wanted)
{
    size_t length = wanted < size ? wanted : size;
    if (ours) rig_say(rig, bytes, (uint32_t)length);
    else rig_tell(rig, bytes, (uint32_t)length);
    return length;
}

static void step(struct rig *rig, const uint8_t *at)
{
    uint64_t reference = at[1] & 63;
    char side = at[2] & 1 ? 'B' : 'S';
    uint32_t lots = at[3] + 1u, cents = 9900 + at[4];
    static const char states[] = "TTHPQ";
    switch (at[0] & 15) {
    case 0:
    case 1: rig_add(rig, reference, side, lots, cents); return;
    case 2:
    case 3: rig_execute(rig, reference, lots); return;
    case 4: rig_execute_at(rig, reference, lots, cents, at[2] & 2 ? 'Y' : 'N'); return;
    case 5: rig_cancel(rig, reference, lots); return;
    case 6: rig_delete(rig, reference); return;
    case 7: rig_replace(rig, reference, at[2] & 63, lots, cents); return;
    case 8: rig_print(rig, lots, cents); return;
    case 9:
    case 10: rig_order(rig, side, lots, cents); return;
    case 11: rig_order_cancel(rig, at[1]); return;
    case 12: rig_action(rig, states[at[1] % 5]); return;
    default: rig_session(rig); return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rig rig;
    uint32_t steps = 0;
    rig_new(&rig, &instrument, 4, 128);
    rig.time = NANOS_SECOND;
    rig_open(&rig, instrument.symbol);
    for (size_t at = 0; at + 5 <= size;) {
        uint32_t what = data[at] & 15;
        rig.time += data[at] >> 4;
        rig.answers = 0;
        if (what < 14) step(&rig, data + at);
        at += 5;
        if (what >= 14) at += raw(&rig, what == 15, data + at, size - at, data[at - 2]);
        if (++steps % 16 == 0) reenact_verify(rig.reenact);
    }
    reenact_verify(rig.reenact);
    rig_free(&rig);
    return 0;
}
