/* Many orders: each is found by its id for as long as it lives and no other is, while the table of
 * ids grows, moves and is crowded; and looking ahead changes nothing, whatever it looks at. */

#include "dataplane/match/match_parts.h"
#include "tests/match/rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum {
    NUMBERS = 1 << 19, /* of orders, each with an id of its own */
    LIVE_MOST = PARANOID ? 40000 : 140000,
    STEPS = PARANOID ? 200000 : 900000,
    VERIFY_EVERY = PARANOID ? 49999 : 150001,
    SEEDS = 3,
    INSTRUMENTS_FEW = 2,
    INSTRUMENTS_MANY = 40, /* enough for looking at each of them, too */
    ACCOUNTS = 50,
    TICK = 1000000,
    BURST = 7,
};

static uint64_t below(struct chance *chance, uint64_t bound)
{
    return chance_between(chance, 0, bound - 1);
}

static struct match_limits limits_of(uint32_t instruments, uint32_t accounts)
{
    return (struct match_limits){
        .instruments = instruments,
        .orders = LIVE_MOST + 1000,
        .pages = 4096,
        .window = (uint64_t)instruments << 10,
        .accounts = accounts,
        .holdings = accounts * instruments,
        .cascade = 1,
        .secret = 77,
    };
}

/* A market of plain orders that never meet, and who of them lives. */
struct crowd {
    struct rig rig;
    struct chance chance;
    struct match_limits limits;
    enum { IN_SEQUENCE, IN_STEPS, AT_RANDOM } ids;
    uint64_t number;
    uint32_t *lives; /* numbers, in no order */
    uint32_t *place; /* by number: index in lives, plus 1; 0: gone */
    uint32_t count;
    uint8_t kind; /* of the last event, */
    uint8_t reason;
    order_id_t id; /* and its order */
};

static void heard(void *context, const struct match_event *event)
{
    struct crowd *crowd = context;
    crowd->kind = event->kind;
    crowd->reason = event->reason;
    crowd->id = event->id;
}

static void list_all(struct crowd *crowd)
{
    struct {
        struct match_input input;
        struct match_listing listing;
    } list = {
        .input = {.kind = MATCH_LIST, .bytes = sizeof list},
        .listing = {.symbol = "CROWD",
                    .tick = TICK,
                    .lot = QTY_ONE,
                    .size = QTY_ONE,
                    .price_max = (price_t)2000 * TICK,
                    .qty_max = 1000 * QTY_ONE,
                    .reference = (price_t)1000 * TICK,
                    .window = 1 << 10,
                    .phase = MATCH_OPEN},
    };
    for (uint32_t i = 0; i < crowd->limits.instruments; i++) {
        if (i == 3) continue; /* one that is not there */
        list.input.instrument = (uint16_t)i;
        list.input.number = ++crowd->number;
        rig_apply(&crowd->rig, &list.input);
        EXPECT_UINT(crowd->kind, MATCH_LISTED);
    }
    for (uint32_t i = 0; i < crowd->limits.accounts; i++) {
        struct match_input input = {.kind = MATCH_ACCOUNT, .account = i, .bytes = sizeof input};
        input.number = ++crowd->number;
        rig_apply(&crowd->rig, &input);
    }
}

static void crowd_gather(struct crowd *crowd, uint64_t seed, const struct match_limits *limits)
{
    *crowd = (struct crowd){.chance = {seed}, .limits = *limits, .ids = seed % 3};
    crowd->lives = calloc(NUMBERS, sizeof *crowd->lives);
    crowd->place = calloc(NUMBERS, sizeof *crowd->place);
    CHECK(crowd->lives && crowd->place);
    rig_new(&crowd->rig, limits);
    crowd->rig.on_event = heard;
    crowd->rig.context = crowd;
    list_all(crowd);
}

static void crowd_leave(struct crowd *crowd)
{
    rig_free(&crowd->rig);
    free(crowd->lives);
    free(crowd->place);
}

/* Each number has its own.  Of a table's lines those in steps fill all alike, since a hash is a
 * product too; only those at random leave some empty when others overflow. */
static order_id_t id_of(const struct crowd *crowd, uint32_t number)
{
    const uint64_t odd = 0x6c62272e07bb0143u;
    order_id_t id = number + 1;
    if (crowd->ids == IN_SEQUENCE) return id;
    id = id * odd & MATCH_ID_MAX;
    if (crowd->ids == IN_STEPS) return id;
    id = (id ^ id >> 31) * odd & MATCH_ID_MAX;
    return id ^ id >> 29;
}

static uint32_t account_of(const struct crowd *crowd, uint32_t number)
{
    return crowd->limits.accounts == 0 ? number : number % crowd->limits.accounts;
}

static struct match_input cancel_of(const struct crowd *crowd, uint32_t number)
{
    return (struct match_input){.id = id_of(crowd, number),
                                .account = account_of(crowd, number),
                                .bytes = sizeof(struct match_input),
                                .kind = MATCH_CANCEL};
}

/* Bids up to 900, asks from 1,100. */
static struct match_input new_of(struct crowd *crowd, uint32_t number)
{
    struct match_input input = cancel_of(crowd, number);
    uint64_t away = below(&crowd->chance, 300);
    input.side = below(&crowd->chance, 2) == 0 ? SIDE_BUY : SIDE_SELL;
    input.price = (price_t)(input.side == SIDE_BUY ? 900 - away : 1100 + away) * TICK;
    input.qty = (qty_t)(1 + below(&crowd->chance, 9)) * QTY_ONE;
    input.instrument = (uint16_t)below(&crowd->chance, crowd->limits.instruments);
    if (input.instrument == 3) input.instrument = 0;
    input.kind = MATCH_NEW;
    input.type = MATCH_LIMIT;
    return input;
}

/* Comes and goes in long waves, so that the table grows with orders going in between, and lines of
 * it overflow when most live.  Of those that come some live already. */
static struct match_input crowd_next(struct crowd *crowd, uint64_t step)
{
    bool grows = (step / (STEPS / 6)) % 3 != 2;
    uint64_t what = below(&crowd->chance, 100);
    uint32_t number = (uint32_t)below(&crowd->chance, NUMBERS);
    struct match_input input = cancel_of(crowd, number);
    if (what < (grows ? 70 : 30) && crowd->count < LIVE_MOST) input = new_of(crowd, number);
    else if (what < 95 && crowd->count > 0)
        input = cancel_of(crowd, crowd->lives[below(&crowd->chance, crowd->count)]);
    else if (what < 98 && crowd->count > 0)
        input = new_of(crowd, crowd->lives[below(&crowd->chance, crowd->count)]);
    input.number = ++crowd->number;
    return input;
}

static uint32_t number_of(const struct crowd *crowd, order_id_t id)
{
    uint64_t inverse = 1;
    const uint64_t odd = 0x6c62272e07bb0143u;
    for (int i = 0; i < 6; i++) inverse *= 2 - odd * inverse;
    if (crowd->ids == IN_SEQUENCE) return (uint32_t)(id - 1);
    if (crowd->ids == AT_RANDOM) {
        id ^= id >> 29 ^ id >> 58;
        id = id * inverse & MATCH_ID_MAX;
        id ^= id >> 31 ^ id >> 62;
    }
    return (uint32_t)((id * inverse & MATCH_ID_MAX) - 1);
}

static void life_begins(struct crowd *crowd, uint32_t number)
{
    crowd->lives[crowd->count] = number;
    crowd->place[number] = ++crowd->count;
}

static void life_ends(struct crowd *crowd, uint32_t number)
{
    uint32_t place = crowd->place[number], last = crowd->lives[--crowd->count];
    crowd->lives[place - 1] = last;
    crowd->place[last] = place;
    crowd->place[number] = 0;
}

/* Applies it; false if the answer is not that of who keeps a list. */
static bool crowd_agrees(struct crowd *crowd, const struct match_input *input)
{
    uint32_t number = number_of(crowd, input->id);
    bool lived = crowd->place[number] != 0, comes = input->kind == MATCH_NEW;
    uint64_t before = crowd->rig.events;
    rig_apply(&crowd->rig, input);
    if (crowd->rig.events != before + 1 || crowd->id != input->id) return false;
    if (comes == lived)
        return crowd->kind == MATCH_REJECTED &&
               crowd->reason == (lived ? MATCH_ID_IN_USE : MATCH_UNKNOWN_ID);
    if (comes) life_begins(crowd, number);
    else life_ends(crowd, number);
    return crowd->kind == (comes ? MATCH_RESTED : MATCH_CANCELED);
}

SPEC(an_order_is_found_by_its_id_while_it_lives_and_no_other_is)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct crowd crowd;
        const struct match_limits limits = limits_of(INSTRUMENTS_FEW, 0);
        crowd_gather(&crowd, seed, &limits);
        for (uint64_t step = 0; step < STEPS; step++) {
            struct match_input input = crowd_next(&crowd, step);
            bool agrees = crowd_agrees(&crowd, &input);
            if (!agrees)
                spec_expect(__FILE__, __LINE__, false, "SPEC_SEED=%" PRIu64 " at step %" PRIu64,
                            seed, step);
            if (!agrees) break;
            if (step % VERIFY_EVERY == 0) match_verify(crowd.rig.match);
        }
        match_verify(crowd.rig.match);
        EXPECT_UINT(match_orders(crowd.rig.match), crowd.count);
        crowd_leave(&crowd);
    }
}

/* The digests of events and state after a while; ahead: what comes is looked at. */
static uint64_t crowd_outcome(uint64_t seed, const struct match_limits *limits, bool ahead)
{
    struct crowd crowd;
    crowd_gather(&crowd, seed, limits);
    for (uint64_t step = 0; step < STEPS / 3; step += BURST) {
        struct match_input inputs[BURST];
        const struct match_input *burst[BURST];
        for (uint32_t i = 0; i < BURST; i++) {
            inputs[i] = crowd_next(&crowd, step);
            if (below(&crowd.chance, 50) == 0) inputs[i].instrument = 3;
            if (below(&crowd.chance, 50) == 0) inputs[i].instrument = UINT16_MAX;
            burst[i] = &inputs[i];
        }
        if (ahead) match_expect_all(crowd.rig.match, burst, BURST);
        match_expect(crowd.rig.match, burst, ahead ? BURST : 0);
        for (uint32_t i = 0; i < BURST; i++) {
            rig_apply(&crowd.rig, burst[i]);
            uint32_t number = number_of(&crowd, burst[i]->id);
            if (crowd.kind == MATCH_RESTED) life_begins(&crowd, number);
            if (crowd.kind == MATCH_CANCELED) life_ends(&crowd, number);
        }
    }
    uint64_t outcome = crowd.rig.digest * 3 + match_digest(crowd.rig.match);
    crowd_leave(&crowd);
    return outcome;
}

SPEC(looking_ahead_changes_nothing)
{
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t instruments = i % 2 == 0 ? INSTRUMENTS_FEW : INSTRUMENTS_MANY;
        const struct match_limits limits = limits_of(instruments, i < 2 ? 0 : ACCOUNTS);
        EXPECT_UINT(crowd_outcome(i + 1, &limits, true), crowd_outcome(i + 1, &limits, false));
    }
}

#define SPECS(S)                                                                                   \
    S(an_order_is_found_by_its_id_while_it_lives_and_no_other_is)                                  \
    S(looking_ahead_changes_nothing)

SPEC_MAIN("match_ids", SPECS, NULL, NULL)
