/* Any bytes into the ports, with a live engine behind them: the engine takes every input the ports
 * make as an input of its rules, all invariants hold, and what was answered is OUCH.
 *
 * The first byte: bit 0, events are shown late.  Then, again and again, a byte: its lower three
 * bits are a session; its bits 3 to 5 say what happens there: 7 its connection is lost, 6 time
 * passes, 5 an instrument changes its phase, 4 events are shown; else the next byte is a length,
 * and so many bytes are said. */

#include "dataplane/wire/ouch42.h"
#include "dataplane/wire/ouch50.h"
#include "tests/entry/entry_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_answer(void *context, const struct entry_rig_message *message)
{
    struct ouch50_tags tags;
    (void)context;
    if (message->session <= 2)
        CHECK(ouch50_check_out(message->bytes, message->length, &tags) == OUCH50_OK);
    else CHECK(ouch42_check_out(message->bytes, message->length) == OUCH42_OK);
}

static void say(struct entry_rig *rig, uint32_t session, const uint8_t *bytes, size_t length)
{
    while (entry_rig_send(rig, session, bytes, length) == ENTRY_WAIT) {
        if (entry_sweeps(rig->entry, session)) entry_rig_sweep(rig, session, UINT32_MAX);
        else entry_rig_show(rig, 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct entry_rig rig;
    struct entry_limits limits = entry_rig_limits();
    limits.asks = 16;
    limits.orders = 40;
    limits.timers = 4;
    limits.tokens = 16;
    entry_rig_new(&rig, &limits);
    struct entry_plan plan = entry_rig_plan(ENTRY_OUCH50);
    plan.cancel_on_disconnect = true;
    plan.open_max = 8;
    plan.duplicate_ns = NANOS_MILLI;
    plan.collar_ppm = 500000;
    entry_session(rig.entry, 0, &plan);
    rig.on_sent = check_answer;
    rig.quiet = true;
    rig.late = size > 0 && data[0] & 1;
    for (size_t at = 1; at + 1 < size;) {
        uint32_t session = (data[at] & 7) % ENTRY_RIG_SESSIONS;
        uint32_t what = data[at] >> 3 & 7, value = data[at + 1];
        at += 2;
        if (what == 7) {
            entry_rig_disconnect(&rig, session);
            entry_rig_sweep(&rig, session, value & 3);
        } else if (what == 6) {
            rig.now += value * NANOS_SECOND / 16;
            entry_rig_tick(&rig);
        } else if (what == 5) {
            entry_rig_phase(&rig, (uint16_t)(value % ENTRY_RIG_INSTRUMENTS),
                            (enum match_phase)(value / 4 % MATCH_PHASE_COUNT));
        } else if (what == 4) {
            entry_rig_show(&rig, value & 15);
        } else {
            size_t length = value < size - at ? value : size - at;
            say(&rig, session, data + at, length);
            at += length;
        }
        entry_verify(rig.entry);
    }
    entry_rig_show(&rig, SIZE_MAX);
    entry_verify(rig.entry);
    match_verify(rig.match);
    CHECK(entry_orders(rig.entry) == match_orders(rig.match));
    entry_rig_free(&rig);
    return 0;
}
