/* Random calendars, halts, pauses and jumps of the time (F5, F8) against a clock that goes on in
 * steps and looks at every instrument at each. */

#include "tests/match/rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <string.h>

enum { INSTRUMENTS = 6, STEP_S = 600, DAY_STEPS = 86400 / STEP_S, EXPECTED = 400 };

struct plain_instrument {
    bool listed;
    uint32_t change[4]; /* in steps of the day; all 0: no calendar */
    uint64_t pause_steps;
    uint64_t pause_until; /* in steps */
    enum match_phase phase;
};

static struct rig rig;
static struct plain_instrument plain[INSTRUMENTS];
static struct match_event expected[EXPECTED];
static uint32_t expectations, compared;
static uint64_t seed_now, step_now, number, changes, pauses;

static void expect_event(struct match_event event)
{
    CHECK(expectations < EXPECTED);
    expected[expectations++] = event;
}

static void enter(uint16_t index, enum match_phase phase)
{
    plain[index].phase = phase;
    plain[index].pause_until = 0;
    expect_event(
        (struct match_event){.kind = MATCH_PHASED, .instrument = index, .reason = (uint8_t)phase});
    changes++;
}

static void step_to(uint64_t step, uint64_t last)
{
    static const enum match_phase phases[4] = {MATCH_CALL, MATCH_OPEN, MATCH_CALL, MATCH_CLOSED};
    for (uint16_t i = 0; i < INSTRUMENTS; i++) {
        struct plain_instrument *at = &plain[i];
        if (!at->listed) continue;
        if (at->phase == MATCH_PAUSED && at->pause_until == step) enter(i, MATCH_OPEN);
        if (at->change[3] == 0 || at->phase == MATCH_HALTED || last - step >= DAY_STEPS) continue;
        for (uint32_t k = 0; k < 4; k++)
            if (at->change[k] == step % DAY_STEPS && at->phase != phases[k]) enter(i, phases[k]);
    }
}

static void same_event(void *context, const struct match_event *event)
{
    (void)context;
    uint32_t i = compared++;
    bool as_expected = i < expectations && event->kind == expected[i].kind &&
                       event->instrument == expected[i].instrument &&
                       event->reason == expected[i].reason;
    spec_expect(__FILE__, __LINE__, as_expected,
                "seed %" PRIu64 ", step %" PRIu64 ": event %u of instrument %u, kind %u, reason %u",
                seed_now, step_now, i, event->instrument, event->kind, event->reason);
}

struct any_input {
    CACHE_ALIGNED struct match_input input;
    struct match_listing listing;
};

/* Applies it, with all that must happen before it expected. */
static void apply(struct any_input *in, uint64_t step)
{
    in->input.number = ++number;
    in->input.time = step * STEP_S * NANOS_SECOND;
    if (in->input.bytes == 0) in->input.bytes = sizeof in->input;
    rig_apply(&rig, &in->input);
    EXPECT_UINT(compared, expectations);
    compared = expectations = 0;
}

static void list_random(struct chance *chance, uint16_t index)
{
    struct plain_instrument *at = &plain[index];
    *at = (struct plain_instrument){.listed = true, .phase = MATCH_OPEN};
    at->pause_steps = chance_between(chance, 1, 200);
    if (chance_between(chance, 0, 3) != 0) {
        at->change[0] = (uint32_t)chance_between(chance, 0, 80);
        for (uint32_t k = 1; k < 4; k++)
            at->change[k] = at->change[k - 1] + (uint32_t)chance_between(chance, 1, 20);
    }
    struct any_input list = {
        .input = {.kind = MATCH_LIST,
                  .instrument = index,
                  .bytes = sizeof(struct match_input) + sizeof(struct match_listing)},
        .listing = {.tick = PRICE_ONE,
                    .lot = QTY_ONE,
                    .size = QTY_ONE,
                    .price_max = 1000 * PRICE_ONE,
                    .qty_max = 10 * QTY_ONE,
                    .reference = 100 * PRICE_ONE,
                    .band = 5 * PRICE_ONE,
                    .pause_ns = at->pause_steps * STEP_S * NANOS_SECOND,
                    .window = 64,
                    .call_s = at->change[0] * STEP_S,
                    .open_s = at->change[1] * STEP_S,
                    .closing_s = at->change[2] * STEP_S,
                    .close_s = at->change[3] * STEP_S,
                    .phase = MATCH_OPEN},
    };
    expect_event((struct match_event){.kind = MATCH_LISTED, .instrument = index});
    apply(&list, step_now);
}

/* A seller beyond the band, a buyer that meets it; then both go. */
static void pause_now(uint16_t index)
{
    struct plain_instrument *at = &plain[index];
    struct any_input in = {.input = {.kind = MATCH_NEW,
                                     .instrument = index,
                                     .id = 1,
                                     .side = SIDE_SELL,
                                     .type = MATCH_LIMIT,
                                     .price = 106 * PRICE_ONE,
                                     .qty = QTY_ONE}};
    expect_event((struct match_event){.kind = MATCH_RESTED, .instrument = index});
    apply(&in, step_now);
    in.input.id = 2;
    in.input.side = SIDE_BUY;
    in.input.tif = MATCH_IOC;
    expect_event((struct match_event){
        .kind = MATCH_CANCELED, .instrument = index, .reason = MATCH_BAND_HIT});
    enter(index, MATCH_PAUSED);
    at->pause_until = step_now + at->pause_steps;
    apply(&in, step_now);
    struct any_input cancel = {.input = {.kind = MATCH_CANCEL, .id = 1}};
    expect_event(
        (struct match_event){.kind = MATCH_CANCELED, .instrument = index, .reason = MATCH_BY_USER});
    apply(&cancel, step_now);
    pauses++;
}

static void command(struct chance *chance, uint16_t index)
{
    struct plain_instrument *at = &plain[index];
    uint64_t what = chance_between(chance, 0, 9);
    struct any_input in = {.input = {.instrument = index}};
    if (!at->listed) {
        list_random(chance, index);
    } else if (what == 0) {
        in.input.kind = MATCH_REMOVE;
        at->listed = false;
        expect_event((struct match_event){.kind = MATCH_REMOVED, .instrument = index});
        apply(&in, step_now);
    } else if (what < 5 && at->phase == MATCH_OPEN) {
        pause_now(index);
    } else {
        in.input.kind = MATCH_PHASE;
        in.input.type = (uint8_t)chance_between(chance, MATCH_CLOSED, MATCH_HALTED);
        bool good = in.input.type != at->phase;
        if (good) enter(index, (enum match_phase)in.input.type);
        else
            expect_event((struct match_event){
                .kind = MATCH_REJECTED, .instrument = index, .reason = MATCH_BAD_PHASE});
        apply(&in, step_now);
    }
}

static void jump(struct chance *chance)
{
    static const uint64_t longest[] = {3, 30, DAY_STEPS, 3 * DAY_STEPS};
    uint64_t last = step_now + chance_between(chance, 1, longest[chance_between(chance, 0, 3)]);
    for (uint64_t step = step_now + 1; step <= last; step++) step_to(step, last);
    step_now = last;
    struct any_input in = {.input = {.kind = MATCH_TIME}};
    apply(&in, last);
}

static void one_stream(uint64_t seed)
{
    struct chance chance = {seed};
    seed_now = seed;
    step_now = chance_between(&chance, 1, 100000);
    number = compared = expectations = 0;
    memset(plain, 0, sizeof plain);
    struct match_limits limits = {.instruments = INSTRUMENTS,
                                  .orders = 10,
                                  .specials = 1,
                                  .pages = 10,
                                  .window = 64 * INSTRUMENTS,
                                  .cascade = 1};
    rig_new(&rig, &limits);
    rig.on_event = same_event;
    for (uint32_t i = 0; i < 300; i++) {
        if (chance_between(&chance, 0, 2) == 0) jump(&chance);
        else command(&chance, (uint16_t)chance_between(&chance, 0, INSTRUMENTS - 1));
    }
    match_verify(rig.match);
    for (uint16_t i = 0; i < INSTRUMENTS; i++)
        EXPECT(match_phase_of(rig.match, i) == (plain[i].listed ? plain[i].phase : MATCH_UNLISTED));
    rig_free(&rig);
}

SPEC(phases_change_as_by_a_clock_that_looks_at_every_instrument_at_each_step)
{
    struct spec_seeds seeds = spec_seeds(3000);
    changes = pauses = 0;
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) one_stream(seed);
    EXPECT(changes > 100);
    EXPECT(pauses > 10);
}

static void begin_alone(const struct match_listing *changes_of)
{
    struct match_limits limits = {
        .instruments = 1, .orders = 10, .specials = 1, .pages = 10, .window = 64, .cascade = 1};
    rig_new(&rig, &limits);
    rig.on_event = NULL;
    number = 0;
    struct any_input list = {
        .input = {.kind = MATCH_LIST,
                  .number = ++number,
                  .bytes = sizeof(struct match_input) + sizeof(struct match_listing)},
        .listing = {.tick = PRICE_ONE,
                    .lot = QTY_ONE,
                    .size = QTY_ONE,
                    .price_max = 1000 * PRICE_ONE,
                    .qty_max = 10 * QTY_ONE,
                    .reference = 100 * PRICE_ONE,
                    .band = 5 * PRICE_ONE,
                    .pause_ns = changes_of->pause_ns,
                    .window = 64,
                    .call_s = changes_of->call_s,
                    .open_s = changes_of->open_s,
                    .closing_s = changes_of->closing_s,
                    .close_s = changes_of->close_s,
                    .phase = MATCH_OPEN},
    };
    rig_apply(&rig, &list.input);
}

static void apply_at(nanos_t time, struct match_input in)
{
    struct any_input any = {.input = in};
    any.input.number = ++number;
    any.input.time = time;
    any.input.bytes = sizeof any.input;
    rig_apply(&rig, &any.input);
}

static const struct match_input tick = {.kind = MATCH_TIME};

SPEC(a_calendar_comes_to_its_end_with_the_time)
{
    begin_alone(&(struct match_listing){
        .pause_ns = 1, .call_s = 1, .open_s = 2, .closing_s = 86398, .close_s = 86399});
    apply_at(UINT64_MAX - 1, tick);
    uint64_t events = rig.events;
    EXPECT(events > 1);
    EXPECT(events < 7);
    apply_at(UINT64_MAX, tick);
    apply_at(UINT64_MAX, tick);
    apply_at(0, tick);
    EXPECT_UINT(rig.events, events);
    match_verify(rig.match);
    rig_free(&rig);
}

SPEC(a_pause_longer_than_time_ends_by_command_alone)
{
    begin_alone(&(struct match_listing){.pause_ns = UINT64_MAX});
    struct match_input order = {.kind = MATCH_NEW,
                                .id = 1,
                                .side = SIDE_SELL,
                                .type = MATCH_LIMIT,
                                .price = 106 * PRICE_ONE,
                                .qty = QTY_ONE};
    apply_at(5, order);
    order.id = 2;
    order.account = 2;
    order.side = SIDE_BUY;
    apply_at(5, order);
    EXPECT(match_phase_of(rig.match, 0) == MATCH_PAUSED);
    apply_at(UINT64_MAX, tick);
    apply_at(UINT64_MAX, tick);
    EXPECT(match_phase_of(rig.match, 0) == MATCH_PAUSED);
    apply_at(UINT64_MAX, (struct match_input){.kind = MATCH_PHASE, .type = MATCH_OPEN});
    EXPECT(match_phase_of(rig.match, 0) == MATCH_OPEN);
    EXPECT_UINT(match_orders(rig.match), 0);
    rig_free(&rig);
}

#define SPECS(S)                                                                                   \
    S(phases_change_as_by_a_clock_that_looks_at_every_instrument_at_each_step)                     \
    S(a_calendar_comes_to_its_end_with_the_time)                                                   \
    S(a_pause_longer_than_time_ends_by_command_alone)

SPEC_MAIN("calendars against a plain clock", SPECS, NULL, NULL)
