/* Random journals, cut off at any record as by a power cut, and read from an image of any record
 * on.
 *
 * The journals are those of random_world.h, whose venue misbehaves and whose gateway is killed and
 * started again; here people also move bounds, days end, strategies outside speak, others come and
 * go, and who is filled too often trips. */

#include "tests/gateway/image_check.h"
#include "tests/gateway/random_world.h"
#include "tests/support/zeroed.h"

#include <stdlib.h>
#include <string.h>

#define SEEDS  (PARANOID ? 3u : 12u)
#define STEPS  8000u
#define IMAGES 10u /* of each journal */
#define SPARE  RIG_STRATEGIES
#define ALL    (RIG_STRATEGIES + 2u)

static struct gateway_strategy_plan strategy[ALL];
static struct puppet *guest[2];
static bool there[2];
static uint64_t far_sequence;
static uint64_t kinds[16]; /* records of each kind */

static void bound_step(void)
{
    static const enum risk_verdict limits[] = {RISK_STRATEGY_FILLS, RISK_STRATEGY_RATE,
                                               RISK_ORDER_QTY, RISK_LONG};
    enum risk_verdict limit = limits[draw(0, 3)];
    enum risk_scope scope = risk_limit(limit)->scope;
    struct risk_subject subject = {0};
    if (scope == RISK_STRATEGY || scope == RISK_HOLDING) subject.strategy = (uint32_t)draw(0, 3);
    if (scope == RISK_SYMBOL || scope == RISK_HOLDING) subject.symbol = (uint32_t)draw(0, 2);
    int64_t value = limit == RISK_STRATEGY_FILLS ? (int64_t)draw(3, 40)
                  : limit == RISK_STRATEGY_RATE  ? (int64_t)draw(100, 4000)
                                                 : (int64_t)draw(30, 90) * QTY_ONE;
    if (risk_bound(gateway_risk(gateway()), limit, &subject) == value) return;
    gateway_rig_bound(&world->rig, limit, subject, value);
}

static void far_step(void)
{
    struct gateway_intake intake = {
        .strategy = 2,
        .sequence = draw(1, 4) == 1 ? 0 : far_sequence + draw(0, 2),
        .place = {.high = draw(0, 5), .low = draw(0, 9)},
        .until = world->rig.now + NANOS_SECOND,
        .intent = {.kind = draw(0, 1) ? INTENT_STOP : INTENT_ORDER,
                   .key = (uint32_t)draw(0, 1),
                   .price = 90 * PRICE_ONE,
                   .qty = QTY_ONE},
    };
    struct gateway_answer answer;
    gateway_hear(gateway(), &intake, world->rig.now, &answer);
    if (intake.sequence > far_sequence) far_sequence = intake.sequence;
}

static void guest_step(uint32_t i)
{
    static const char *const names[] = {"guest", "visitor"};
    struct gateway_strategy_plan of = {.name = names[i], .kind = &puppet_kind, .venue = 1};
    char problem[128];
    for (uint32_t place = SPARE; place < ALL; place++) {
        if (there[i]) break;
        if (gateway_attach_check(gateway(), place, &of)) continue;
        memset(guest[i], 0, sizeof *guest[i]);
        there[i] = gateway_attach(gateway(), place, &of, guest[i], problem, sizeof problem);
        return;
    }
    for (uint32_t place = SPARE; place < ALL; place++)
        if (strcmp(gateway_strategy_of(gateway(), place)->name, names[i]) == 0)
            gateway_detach(gateway(), place, world->rig.now);
    gateway_tick(gateway(), world->rig.now);
    there[i] = false;
}

static void release_step(void)
{
    for (uint32_t i = 0; i < 2; i++)
        if (risk_state(gateway_risk(gateway()), RISK_STRATEGY, i) != RISK_ACTIVE)
            (void)!gateway_rig_state(&world->rig, RISK_STRATEGY,
                                     (struct risk_subject){.strategy = i}, RISK_ACTIVE);
}

static void step(void)
{
    uint32_t lives = world->lives;
    world_step();
    if (world->lives != lives) there[0] = there[1] = false;
    uint64_t what = draw(1, 400);
    if (what <= 3) bound_step();
    else if (what <= 6) far_step();
    else if (what == 7) gateway_day(gateway(), world->rig.now);
    else if (what == 8) guest_step((uint32_t)draw(0, 1));
    else if (what <= 10) release_step();
    else if (what == 11 && draw(1, 4) == 1 && world->lives < LIVES) {
        world_restart();
        there[0] = there[1] = false;
    }
}

static void world_run(uint64_t seed)
{
    memset(world, 0, sizeof *world);
    records = 0;
    far_sequence = 0;
    there[0] = there[1] = false;
    world->seed = seed;
    world->chance = (struct chance){seed};
    world->venue.chance = &world->chance;
    world->venue.block = 65536;
    world->room = UINT32_MAX;
    gateway_rig_plan(&world->rig, seed % 2 == 0);
    memcpy(strategy, world->rig.strategy, sizeof world->rig.strategy);
    strategy[2].orders = strategy[2].uniques = 0;
    for (uint32_t i = SPARE; i < ALL; i++)
        strategy[i] = (struct gateway_strategy_plan){.name = "", .orders = 8, .venue = 1};
    world->rig.plan.strategy = strategy;
    world->rig.plan.strategies = ALL;
    world->rig.plan.venue[0].first_order = MODEL_FIRST;
    world->rig.plan.venue[0].answer_ns = 20 * NANOS_MILLI;
    world_open();
    world_begin();
    world_session();
    for (world->step = 0; world->step < STEPS; world->step++) step();
    for (uint32_t i = 0; i < records; i++) kinds[written[i].kind]++;
    for (uint32_t i = 0; i < IMAGES; i++) {
        uint32_t count = (uint32_t)draw(1, records);
        uint32_t k =
            (uint32_t)(draw(0, 3) ? draw(1, count) : draw(count > 9 ? count - 9 : 1, count));
        image_check(&world->rig.plan, written, count, k);
    }
    zeroed_free(world->rig.gateway);
    free(world->rig.written);
}

SPEC(a_journal_read_from_an_image_on_is_the_journal_read_from_its_beginning)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        uint32_t before = CU_get_number_of_failures();
        world_run(seed);
        if (CU_get_number_of_failures() == before) continue;
        spec_expect(__FILE__, __LINE__, false, "SPEC_SEED=%d", (int)seed);
        return;
    }
    EXPECT_UINT(failures, 0);
}

SPEC(the_run_was_no_idle_one)
{
    if (getenv("SPEC_SEED")) return;
    EXPECT(restarts > 2 * SEEDS);
    static const enum gateway_record due[] = {
        GATEWAY_RECORD_START,  GATEWAY_RECORD_RESERVE, GATEWAY_RECORD_PASS, GATEWAY_RECORD_CANCEL,
        GATEWAY_RECORD_REPORT, GATEWAY_RECORD_CONTROL, GATEWAY_RECORD_DAY,  GATEWAY_RECORD_STRATEGY,
        GATEWAY_RECORD_INTAKE, GATEWAY_RECORD_CARRIED};
    for (size_t i = 0; i < ARRAY_COUNT(due); i++)
        spec_expect(__FILE__, __LINE__, kinds[due[i]] > 3 * SEEDS, "kind %d: %d records",
                    (int)due[i], (int)kinds[due[i]]);
}

static void before_each(void)
{
    if (!world) world = malloc(sizeof *world);
    if (!written) written = malloc(WRITTEN * sizeof *written);
    for (uint32_t i = 0; i < 2; i++)
        if (!guest[i]) guest[i] = aligned_alloc(CACHE_LINE, sizeof *guest[i]);
}

#define SPECS(S)                                                                                   \
    S(a_journal_read_from_an_image_on_is_the_journal_read_from_its_beginning)                      \
    S(the_run_was_no_idle_one)
SPEC_MAIN("gateway_image_property", SPECS, before_each, NULL)
