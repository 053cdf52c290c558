/* A match stage that looks at requests before it takes them says, writes and holds what one says
 * that does not.  The same stream of requests, some of them nonsense, goes through both, published
 * in the same bursts, while the rings of answers and news run full now and then. */

#include "dataplane/stage/match_stage_layout.h"
#include "tests/entry/ouch_text.h"
#include "tests/journal/journal_hash_quick.h"
#include "tests/journal/model_storage.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SESSIONS = 5, /* 0, 1: OUCH 5.0; 2, 3: 4.2; 4: 5.0, of this process */
    INSIDE = 4,
    INSTRUMENTS = 3,
    HELD = 1024,
    SLOTS = 256, /* of the rings; four inputs may fill that of answers */
    STEPS = 150,
    BURST = 64,
    LIVES = 16,
};

static const struct venue_limits venue_limits = {.match = {.instruments = INSTRUMENTS,
                                                           .orders = 8192,
                                                           .specials = 1024,
                                                           .pages = 1024,
                                                           .window = 4096ul * INSTRUMENTS,
                                                           .cascade = 64,
                                                           .secret = 7},
                                                 .held = HELD,
                                                 .durability = VENUE_PROCESS};
static const struct journal_limits journal_limits = {1 << 18, JOURNAL_RECORD_MAX};

/* What is the same however it was come by. */
struct outcome {
    uint64_t answers[SESSIONS];
    uint64_t news;
    uint64_t engine;
    uint64_t journal;
    uint64_t sequence;
};

struct world {
    struct model model;
    struct chance chance;
    struct match_stage_plan plan;
    struct match_stage_sink sink;
    struct match_stage *stage;
    struct entry_plan session[SESSIONS];
    struct journal *journal;
    struct journal_recovery *recovery;
    struct journal_report report;
    struct outcome outcome;
    uint32_t next[SESSIONS]; /* numbers, and counts of tokens */
    nanos_t now;
    void *life[LIVES];
    uint32_t lives;
};

static struct world world;

static void *space(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    return world.life[world.lives++] = memset(memory, 0, ALIGN_UP(bytes, CACHE_LINE));
}

static uint64_t mixed(uint64_t digest, const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        digest = (digest ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
    return digest * 31 + length;
}

static uint64_t draw(uint64_t low, uint64_t high)
{
    return chance_between(&world.chance, low, high);
}

static nanos_t clock_read(void *unused)
{
    (void)unused;
    return world.now;
}

/* What comes out. */

static void answer_heard(void *unused, const struct gate_slot *slot)
{
    uint64_t *digest = &world.outcome.answers[slot->session];
    (void)unused;
    if (slot->kind == GATE_MESSAGE) *digest = mixed(*digest, slot->message, slot->bytes);
}

static void news_heard(void *unused, const struct match_event *slots, uint32_t count)
{
    (void)unused;
    for (uint32_t i = 0; i < count; i++)
        world.outcome.news = mixed(world.outcome.news, &slots[i], sizeof slots[i]);
}

static void answers_take(struct spsc *ring)
{
    for (const struct gate_slot *slot; (slot = spsc_front(ring)) != NULL; spsc_release(ring))
        answer_heard(NULL, slot);
}

static void rings_take(void *unused)
{
    (void)unused;
    answers_take(world.plan.answers);
    answers_take(world.plan.inside[0].answers);
    for (const struct match_event *event; (event = spsc_front(world.plan.news)) != NULL;
         spsc_release(world.plan.news))
        news_heard(NULL, event, 1);
}

/* A venue's life. */

static struct spsc *ring_new(uint32_t slot_bytes)
{
    const struct spsc_limits limits = {SLOTS, slot_bytes};
    return spsc_new(space(spsc_footprint(&limits)), &limits);
}

static void plan_make(uint32_t ahead_from)
{
    for (uint32_t i = 0; i < SESSIONS; i++)
        world.session[i] = (struct entry_plan){
            .dialect = i == 2 || i == 3 ? ENTRY_OUCH42 : ENTRY_OUCH50,
            .firms = 1,
            .firm = {{'F', 'I', 'R', 'M'}},
            .account = i / 2,
            .cancel_on_disconnect = i % 2,
        };
    world.plan = (struct match_stage_plan){
        .held = HELD,
        .entry = {.sessions = SESSIONS,
                  .orders = 8192,
                  .instruments = INSTRUMENTS,
                  .asks = 4 * HELD,
                  .tokens = 16384,
                  .timers = 64,
                  .secret = 9},
        .sessions = SESSIONS,
        .session = world.session,
        .name = "DAY       ",
        .boot = "one",
        .process = true,
        .ahead_from = ahead_from,
        .now = clock_read,
        .requests = ring_new(sizeof(struct gate_slot)),
        .answers = ring_new(sizeof(struct gate_slot)),
        .news = ring_new(sizeof(struct match_event)),
        .first_inside = INSIDE,
        .insides = 1,
        .inside = {{ring_new(sizeof(struct gate_slot)), ring_new(sizeof(struct gate_slot))}},
        .relieve = rings_take,
    };
}

/* A process starts, and recovers what there is. */
static void life_begin(uint32_t ahead_from)
{
    plan_make(ahead_from);
    void *memory = space(match_stage_footprint(&world.plan));
    struct venue_outlet outlet = match_stage_outlet(memory);
    world.plan.venue = venue_new(space(venue_footprint(&venue_limits)), &venue_limits, &outlet);
    world.sink = (struct match_stage_sink){NULL, answer_heard, news_heard};
    world.stage = match_stage_new(memory, &world.plan, &world.sink);
    world.recovery = journal_recovery_new(space(journal_recovery_footprint()), &world.model.storage,
                                          &journal_hash_quick);
    struct venue_watch watch = match_stage_watch(world.stage);
    enum journal_fault fault =
        venue_recover(world.plan.venue, world.recovery, &world.report, &watch);
    CHECK(fault == JOURNAL_FAULT_NONE || fault == JOURNAL_FAULT_EMPTY);
    const char *problem = match_stage_recovered(world.stage);
    spec_expect(__FILE__, __LINE__, problem == NULL, "%s", problem ? problem : "");
}

static void life_end(void)
{
    for (uint32_t i = 0; i < world.lives; i++) free(world.life[i]);
    world.lives = 0;
    model_wake(&world.model);
}

static void world_open(uint64_t seed, uint32_t ahead_from)
{
    memset(&world, 0, sizeof world);
    model_open(&world.model, 1);
    world.chance.state = seed;
    world.now = 1728000000 * NANOS_SECOND;
    for (uint32_t i = 0; i < SESSIONS; i++) world.next[i] = 1;
    life_begin(ahead_from);
    world.journal = journal_new(space(journal_footprint(&journal_limits)), &journal_limits,
                                &world.model.storage, &journal_hash_quick);
    CHECK(venue_start(world.plan.venue, world.journal, &world.report) == JOURNAL_IO_OK);
    struct match_stage_listing listings[INSTRUMENTS];
    for (uint32_t i = 0; i < INSTRUMENTS; i++)
        listings[i] =
            (struct match_stage_listing){.instrument = (uint16_t)i,
                                         .listing = {.symbol = {'S', 'Y', 'M', (char)('A' + i)},
                                                     .tick = PRICE_ONE / 100,
                                                     .lot = QTY_ONE,
                                                     .size = QTY_ONE,
                                                     .price_max = 1000 * PRICE_ONE,
                                                     .qty_max = 99999 * QTY_ONE,
                                                     .reference = 10 * PRICE_ONE,
                                                     .window = 4096,
                                                     .phase = MATCH_OPEN}};
    struct text problems = text_in((char[512]){0}, 512);
    CHECK(match_stage_open(world.stage, listings, INSTRUMENTS, world.now, &problems));
}

static void world_close(void)
{
    life_end();
    model_close(&world.model);
}

/* Requests. */

/* One of the newest orders, perhaps of the same burst, or the one that comes next. */
static uint32_t some_number(uint32_t session)
{
    uint32_t next = world.next[session], back = (uint32_t)draw(0, 60);
    return next > back ? next - back : next;
}

/* Tokens are letters and a number, UserRefNums a number alone. */
static uint16_t some_message(uint32_t session, uint8_t bytes[OUCH_TEXT_BYTES])
{
    bool speaks50 = session != 2 && session != 3;
    const char *t = speaks50 ? "" : "T";
    static const char *const symbols[] = {"SYMA", "SYMB", "SYMC", "NONE"};
    char line[96];
    uint64_t what = draw(0, 99);
    uint32_t old = some_number(session), qty = (uint32_t)draw(1, 90), cents = (uint32_t)draw(0, 30);
    if (what < 50)
        snprintf(line, sizeof line, "O %s%u %c %u %s 10.%02u", t, world.next[session]++,
                 "BS"[draw(0, 1)], qty, symbols[draw(0, 99) < 95 ? draw(0, 2) : 3], cents);
    else if (what < 65)
        snprintf(line, sizeof line, "U %s%u %s%u %u 10.%02u", t, old, t, world.next[session]++, qty,
                 cents);
    else if (what < 95) snprintf(line, sizeof line, "X %s%u %u", t, old, qty < 30 ? qty : 0);
    else if (what < 98 || !speaks50) snprintf(line, sizeof line, "M %s%u T %u", t, old, qty);
    else if (what < 99) snprintf(line, sizeof line, "C %u FIRM SYMA", world.next[session]++);
    else snprintf(line, sizeof line, "Q");
    return (uint16_t)(speaks50 ? ouch_text_bytes50 : ouch_text_bytes42)(line, bytes);
}

static void some_request(struct gate_slot *slot, uint32_t session)
{
    memset(slot, 0, sizeof *slot);
    slot->session = session;
    slot->time = world.now += draw(0, 5000);
    slot->kind = draw(0, 199) == 0 ? GATE_DISCONNECTED : GATE_MESSAGE;
    slot->bytes = some_message(session, slot->message);
    uint64_t what = draw(0, 49);
    if (what == 0) slot->bytes = (uint16_t)draw(0, GATE_MESSAGE_MAX);
    if (what == 1) slot->message[draw(0, slot->bytes - 1)] ^= (uint8_t)draw(1, 255);
}

/* Up to most requests into both rings. */
static void burst_publish(uint32_t most)
{
    uint32_t count = 0, inside = 0;
    for (uint32_t i = 0; i < most; i++) {
        uint32_t session = (uint32_t)draw(0, SESSIONS - 1);
        bool is_inside = session >= INSIDE;
        struct spsc *ring = is_inside ? world.plan.inside[0].requests : world.plan.requests;
        if (spsc_room(ring, SLOTS) <= (is_inside ? inside : count)) break;
        some_request(spsc_claim_at(ring, is_inside ? inside++ : count++), session);
    }
    spsc_publish_many(world.plan.requests, count);
    spsc_publish_many(world.plan.inside[0].requests, inside);
}

static bool all_taken(void)
{
    return spsc_published(world.plan.requests) == spsc_released(world.plan.requests) &&
           spsc_published(world.plan.inside[0].requests) ==
               spsc_released(world.plan.inside[0].requests);
}

static void turn(bool takes)
{
    (void)match_stage_kind.turn(world.stage, 0);
    if (takes) rings_take(NULL);
    while (journal_sync_step(world.journal) == JOURNAL_STEP_WORKED) continue;
}

static uint64_t journal_digest(void)
{
    uint64_t digest = 0;
    for (uint32_t i = 0; i < world.model.now.count; i++) {
        const struct model_name *name = &world.model.now.names[i];
        const struct model_file *file = &world.model.files[name->file];
        digest += mixed(mixed(1, name->name, strlen(name->name)), file->now, file->bytes);
    }
    return digest;
}

/* A while, and what it came to. */
static struct outcome run(uint64_t seed, uint32_t ahead_from)
{
    world_open(seed, ahead_from);
    for (uint32_t step = 0; step < STEPS; step++) {
        burst_publish((uint32_t)draw(1, BURST));
        while (!all_taken()) turn(draw(0, 2) == 0);
        if (step % 10 == 0) match_stage_kind.housekeeping(world.stage, 0);
    }
    for (uint32_t i = 0; i < 100; i++) turn(true);
    entry_verify(world.stage->entry);
    world.outcome.engine = match_digest(venue_match(world.plan.venue));
    world.outcome.sequence = venue_sequence(world.plan.venue);
    world.outcome.journal = journal_digest();
    return world.outcome;
}

static void outcomes_compare(uint64_t seed, const struct outcome *one, const struct outcome *other)
{
#define SAME(field)                                                                                \
    spec_expect(__FILE__, __LINE__, one->field == other->field,                                    \
                "SPEC_SEED=%" PRIu64 ": another " #field, seed)
    SAME(engine);
    SAME(news);
    SAME(sequence);
    for (uint32_t i = 0; i < SESSIONS; i++) SAME(answers[i]);
}

SPEC(looking_ahead_changes_no_answer_no_news_no_record_and_no_state)
{
    struct spec_seeds seeds = spec_seeds(8);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct outcome plain = run(seed, UINT32_MAX);
        EXPECT(match_orders(venue_match(world.plan.venue)) > 20);
        EXPECT_UINT(world.stage->looked, 0);
        world_close();
        struct outcome ahead = run(seed, 0);
        EXPECT(world.stage->looked > 0 && world.stage->inside_looked[0] > 0);
        world_close();
        outcomes_compare(seed, &plain, &ahead);
        EXPECT_UINT(ahead.journal, plain.journal);
    }
}

SPEC(a_recovery_that_looks_ahead_comes_to_the_same)
{
    struct spec_seeds seeds = spec_seeds(4);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct outcome told = run(seed, 0);
        static const uint32_t from[] = {0, UINT32_MAX};
        for (size_t i = 0; i < ARRAY_COUNT(from); i++) {
            life_end();
            world.outcome = (struct outcome){.sequence = 0};
            life_begin(from[i]);
            world.outcome.engine = match_digest(venue_match(world.plan.venue));
            world.outcome.sequence = venue_sequence(world.plan.venue);
            outcomes_compare(seed, &told, &world.outcome);
        }
        world_close();
    }
}

static void publish(const char *line, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct gate_slot *slot = spsc_claim(world.plan.requests);
        memset(slot, 0, sizeof *slot);
        slot->time = world.now;
        slot->bytes = (uint16_t)ouch_text_bytes50(line, slot->message);
        spsc_publish(world.plan.requests);
    }
}

SPEC(requests_are_looked_at_once_each_with_those_known_to_wait_behind_it)
{
    world_open(1, 0);
    EXPECT_UINT(world.stage->looked, 0);
    publish("X 1 0", 1);
    turn(true);
    EXPECT_UINT(world.stage->looked, 1);
    publish("X 1 0", MATCH_STAGE_TURN + ENTRY_EXPECT_MAX + 1);
    turn(true);
    EXPECT_UINT(world.stage->looked, 1 + MATCH_STAGE_TURN);
    turn(true);
    EXPECT_UINT(world.stage->looked, 1 + MATCH_STAGE_TURN + ENTRY_EXPECT_MAX + 1);
    EXPECT_UINT(world.stage->inside_looked[0], 0);
    world_close();
}

SPEC(below_the_orders_of_the_plan_nothing_is_looked_at)
{
    world_open(1, 2);
    publish("O 1 B 10 SYMA 10.00", 1);
    turn(true);
    publish("O 2 B 10 SYMA 10.00", 1);
    turn(true);
    EXPECT_UINT(entry_orders(world.stage->entry), 2);
    EXPECT_UINT(world.stage->looked, 0);
    publish("X 1 0", 1);
    turn(true);
    EXPECT_UINT(world.stage->looked, 3);
    world_close();
}

#define SPECS(S)                                                                                   \
    S(looking_ahead_changes_no_answer_no_news_no_record_and_no_state)                              \
    S(a_recovery_that_looks_ahead_comes_to_the_same)                                               \
    S(requests_are_looked_at_once_each_with_those_known_to_wait_behind_it)                         \
    S(below_the_orders_of_the_plan_nothing_is_looked_at)

SPEC_MAIN("match_stage_expect", SPECS, NULL, NULL)
