/* What a request costs the venue's engine side: an OUCH message in the ring of requests until its
 * answers and news are in theirs, with order entry, a journal in memory (D0) and the engine.
 *
 *     request_few        2,000 orders in 16 instruments, which fit the caches
 *     request_many       1,000,000 in 1,000 instruments; random ones are canceled and replaced
 *     request_many_one   the same, each request alone: nothing waits behind it
 *     request_recover    the journal of all that, decided and applied again, a record
 *
 * What is called _plain is the same without looking ahead, and is measured in turn with it, a piece
 * of 1,024 requests each, on the same orders.  Requests are written, and the journal is synced,
 * between the pieces. */

#include "bench/bench.h"
#include "dataplane/journal/journal_hash_setup.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/stage/match_stage.h"
#include "dataplane/wire/ouch50.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SESSIONS = 64,
    HELD = 4096,
    SLOTS = 1024,
    ANSWERS = 8192,
    NEWS = 16384,
    WINDOW = 4096,
    MID = 1000,   /* ticks of 0.01 */
    AWAY = 200,   /* of MID, at most */
    SETTLE = 100, /* pieces before anything is measured */
    ROUNDS = 9,
    ROUNDS_QUICK = 3,
    PIECES = 32, /* of a round, half of them looking ahead */
    ROUND_REQUESTS = PIECES / 2 * SLOTS,
};

struct market {
    uint32_t instruments;
    uint32_t orders; /* sent and not canceled again: more than live, as some are filled */
};
static const struct market few = {16, 2000}, many = {1000, 1000000}, many_quick = {1000, 200000};

/* An order that lives, unless it was filled. */
struct life {
    uint32_t urn;
    uint8_t session;
    bool buys;
};

static const struct market *market;
static char folder[64];
static struct storage_file files;
static struct journal_storage storage;
static struct journal_recovery *recovery;
static struct journal_report report;
static struct journal *journal;
static struct match_stage_plan plan;
static struct match_stage_sink sink;
static struct match_stage *stage;
static struct entry_plan plans[SESSIONS];

static void *stage_memory, *venue_memory;

static struct life *lives;
static uint32_t lives_count;
static uint32_t urns[SESSIONS];
static uint64_t chance = 20260101;
static nanos_t now_ns = 1000;
static uint32_t written; /* slots that are not published yet */

static uint32_t draw(uint32_t below)
{
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((chance >> 33) * below >> 31);
}

static void *space(size_t bytes)
{
    return (void *)ALIGN_UP((uintptr_t)bench_space(bytes + CACHE_LINE), CACHE_LINE);
}

static nanos_t clock_read(void *unused)
{
    (void)unused;
    return now_ns;
}

/* The venue. */

static void answer_none(void *unused, const struct gate_slot *slot)
{
    (void)unused, (void)slot;
}

static void news_none(void *unused, const struct match_event *slots, uint32_t count)
{
    (void)unused, (void)slots, (void)count;
}

static struct spsc *ring_new(uint32_t slots, uint32_t slot_bytes)
{
    const struct spsc_limits limits = {slots, slot_bytes};
    return spsc_new(space(spsc_footprint(&limits)), &limits);
}

static void plan_make(void)
{
    for (uint32_t i = 0; i < SESSIONS; i++) {
        plans[i] = (struct entry_plan){
            .dialect = ENTRY_OUCH50, .firms = 1, .account = i + 1, .open_max = 1 << 20};
        memcpy(plans[i].firm[0], "BNCH", 4);
        urns[i] = 1;
    }
    plan = (struct match_stage_plan){
        .held = HELD,
        .entry = {.sessions = SESSIONS,
                  .orders = market->orders * 2,
                  .instruments = market->instruments,
                  .asks = 2 * HELD,
                  .timers = 16,
                  .secret = 12345},
        .sessions = SESSIONS,
        .session = plans,
        .name = "BENCH     ",
        .process = true,
        .ahead_from = ENTRY_EXPECT_ORDERS,
        .now = clock_read,
        .requests = ring_new(SLOTS, sizeof(struct gate_slot)),
        .answers = ring_new(ANSWERS, sizeof(struct gate_slot)),
        .news = ring_new(NEWS, sizeof(struct match_event)),
    };
}

static struct match_stage_listing *listings_make(void)
{
    struct match_stage_listing *listings = space(market->instruments * sizeof *listings);
    for (uint32_t i = 0; i < market->instruments; i++) {
        listings[i] = (struct match_stage_listing){.instrument = (uint16_t)i,
                                                   .listing = {.tick = PRICE_ONE / 100,
                                                               .lot = QTY_ONE,
                                                               .size = QTY_ONE,
                                                               .price_max = 1000 * PRICE_ONE,
                                                               .qty_max = 99999 * QTY_ONE,
                                                               .reference = MID * PRICE_ONE / 100,
                                                               .collar = PRICE_ONE,
                                                               .window = WINDOW,
                                                               .class_of = MATCH_PLAIN,
                                                               .phase = MATCH_OPEN}};
        snprintf(listings[i].listing.symbol, sizeof listings[i].listing.symbol, "S%u", i);
    }
    return listings;
}

/* A venue that knows nothing yet, and its stage. */
static void stage_make(void)
{
    const struct venue_limits limits = {.match = {.instruments = market->instruments,
                                                  .orders = market->orders * 2,
                                                  .specials = 1024,
                                                  .pages = market->instruments * 32,
                                                  .window = (uint64_t)market->instruments * WINDOW,
                                                  .cascade = 64,
                                                  .secret = 777},
                                        .held = HELD,
                                        .durability = VENUE_PROCESS};
    size_t bytes = match_stage_footprint(&plan);
    if (!stage_memory) stage_memory = space(bytes);
    else memset(stage_memory, 0, bytes);
    bytes = venue_footprint(&limits);
    if (!venue_memory) venue_memory = space(bytes);
    else memset(venue_memory, 0, bytes);
    struct venue_outlet outlet = match_stage_outlet(stage_memory);
    plan.venue = venue_new(venue_memory, &limits, &outlet);
    sink = (struct match_stage_sink){NULL, answer_none, news_none};
    stage = match_stage_new(stage_memory, &plan, &sink);
}

static void venue_open(void)
{
    struct text problems = text_in((char[1024]){0}, 1024);
    snprintf(folder, sizeof folder, "/dev/shm/bench_request.XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    const struct storage_file_plan place = {.folder = folder, .use = STORAGE_FILE_WRITE};
    CHECK(storage_file_open(&files, &place, &problems));
    storage = storage_file_storage(&files);
    recovery =
        journal_recovery_new(space(journal_recovery_footprint()), &storage, &journal_hash_sha256);
    stage_make();
    struct venue_watch watch = match_stage_watch(stage);
    CHECK(venue_recover(plan.venue, recovery, &report, &watch) == JOURNAL_FAULT_EMPTY);
    CHECK(match_stage_recovered(stage) == NULL);
    const struct journal_limits sizes = {64u << 20, 1u << 20};
    journal = journal_new(space(journal_footprint(&sizes)), &sizes, &storage, &journal_hash_sha256);
    CHECK(venue_start(plan.venue, journal, &report) == JOURNAL_IO_OK);
    CHECK(match_stage_open(stage, listings_make(), market->instruments, 0, &problems));
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *level)
{
    (void)status, (void)kind, (void)level;
    return remove(path);
}

static void venue_end(void)
{
    storage_file_close(&files);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Messages. */

static void *message_new(uint32_t session, size_t bytes)
{
    struct gate_slot *slot = spsc_claim_at(plan.requests, written++);
    now_ns += 100;
    slot->rx_tsc = 0;
    slot->time = now_ns;
    slot->session = session;
    slot->bytes = (uint16_t)bytes;
    slot->kind = GATE_MESSAGE;
    slot->login = 1;
    return memset(slot->message, 0, bytes);
}

static struct be64 price_draw(bool below)
{
    uint32_t away = 1 + draw(AWAY);
    return be64(100ul * (below ? MID - away : MID + away));
}

/* An order that rests, or one that takes at once what it can. */
static void write_enter(bool takes)
{
    struct life life = {.session = (uint8_t)draw(SESSIONS), .buys = draw(2) == 0};
    life.urn = urns[life.session]++;
    struct ouch50_enter *m = message_new(life.session, sizeof *m + sizeof(struct be16));
    *m = (struct ouch50_enter){.type = text1('O'),
                               .urn = be32(life.urn),
                               .side = text1(life.buys ? 'B' : 'S'),
                               .qty = be32(1 + draw(100)),
                               .price_e4 = price_draw(life.buys != takes),
                               .tif = text1(takes ? '3' : '0'),
                               .display = text1('Y'),
                               .capacity = text1('P'),
                               .iso = text1('N'),
                               .cross = text1('N')};
    char symbol[16];
    snprintf(symbol, sizeof symbol, "S%-7u", draw(market->instruments));
    memcpy(m->symbol.byte, symbol, sizeof m->symbol.byte);
    memset(m->cl_ord_id.byte, 'x', sizeof m->cl_ord_id.byte);
    if (!takes) lives[lives_count++] = life;
}

static void write_cancel(void)
{
    uint32_t i = draw(lives_count);
    struct life life = lives[i];
    lives[i] = lives[--lives_count];
    struct ouch50_cancel *m = message_new(life.session, sizeof *m);
    *m = (struct ouch50_cancel){.type = text1('X'), .urn = be32(life.urn)};
}

static void write_replace(void)
{
    struct life *life = &lives[draw(lives_count)];
    uint32_t old = life->urn;
    life->urn = urns[life->session]++;
    struct ouch50_replace *m = message_new(life->session, sizeof *m + sizeof(struct be16));
    *m = (struct ouch50_replace){.type = text1('U'),
                                 .orig_urn = be32(old),
                                 .urn = be32(life->urn),
                                 .qty = be32(1 + draw(100)),
                                 .price_e4 = price_draw(life->buys),
                                 .tif = text1('0'),
                                 .display = text1('Y'),
                                 .iso = text1('N')};
    memset(m->cl_ord_id.byte, 'y', sizeof m->cl_ord_id.byte);
}

static void write_one(void)
{
    uint32_t what = draw(100);
    bool built = lives_count >= market->orders;
    if (what < 5) write_enter(true);
    else if (what < 15 && built) write_replace();
    else if (built) write_cancel();
    else write_enter(false);
}

/* Turns. */

static void piece_write(void)
{
    CHECK(spsc_room(plan.requests, SLOTS) == SLOTS);
    for (written = 0; written < SLOTS;) write_one();
    while (journal_sync_step(journal) == JOURNAL_STEP_WORKED) continue;
}

static void rings_drain(void)
{
    spsc_release_many(plan.answers, spsc_ready(plan.answers, ANSWERS));
    spsc_release_many(plan.news, spsc_ready(plan.news, NEWS));
}

/* A piece, of which so many wait at a time. */
static void piece_take(uint32_t wait)
{
    for (uint32_t left = SLOTS; left > 0; left -= wait) {
        spsc_publish_many(plan.requests, wait);
        while (spsc_released(plan.requests) != spsc_published(plan.requests)) {
            CHECK(match_stage_kind.turn(stage, 0) > 0);
            rings_drain();
        }
    }
}

static void market_build(const struct market *which)
{
    market = which;
    lives_count = 0;
    lives = space((which->orders + SLOTS) * sizeof *lives);
    stage_memory = venue_memory = NULL;
    plan_make();
    venue_open();
    for (uint32_t settled = 0; settled < SETTLE; settled += lives_count >= market->orders) {
        piece_write();
        piece_take(SLOTS);
    }
    match_stage_kind.housekeeping(stage, 0);
    struct match_view view;
    match_stage_view(stage, &view);
    fprintf(stderr, "%u instruments: %llu orders live\n", market->instruments,
            (unsigned long long)view.orders);
}

/* Measures. */

struct measure {
    const char *name, *plain, *ratio, *what, *plain_what;
    uint32_t wait; /* requests, at a time */
    double at_most;
};

#define PLAIN "the same without looking ahead"

static const struct measure few_measure = {"request_few",
                                           "request_few_plain",
                                           "request_few_ahead",
                                           "2,000 orders; requests wait",
                                           PLAIN,
                                           SLOTS,
                                           1.1};
static const struct measure many_measure = {"request_many",
                                            "request_many_plain",
                                            "request_many_ahead",
                                            "1,000,000 orders; requests wait",
                                            PLAIN,
                                            SLOTS,
                                            0.8};
static const struct measure one_measure = {"request_many_one",
                                           "request_many_one_plain",
                                           "request_many_one_ahead",
                                           "1,000,000 orders; each alone",
                                           PLAIN,
                                           1,
                                           1.0};
static const struct measure recover_measure = {"request_recover",
                                               "request_recover_plain",
                                               "request_recover_ahead",
                                               "a journal with 1,000,000 orders, a record",
                                               "the same, the engine alone looking ahead",
                                               0,
                                               1.05};

static void figures_say(const struct measure *measure, double figures[2][ROUNDS], uint32_t rounds)
{
    bench_rounds(&(struct bench_rate){.name = measure->plain,
                                      .what = measure->plain_what,
                                      .items = ROUND_REQUESTS},
                 figures[0], rounds);
    bench_rounds(
        &(struct bench_rate){.name = measure->name, .what = measure->what, .items = ROUND_REQUESTS},
        figures[1], rounds);
    bench_ratio_rounds(measure->ratio, "looking ahead, to without", figures[1], figures[0], rounds,
                       measure->at_most);
}

/* Both ways in turn: without looking ahead, with it, with it, without. */
static void requests_measure(const struct measure *measure)
{
    double figures[2][ROUNDS] = {{0}};
    uint32_t rounds = bench_quick() ? ROUNDS_QUICK : ROUNDS;
    for (uint32_t round = 0; round < rounds; round++) {
        for (uint32_t piece = 0; piece < PIECES; piece++) {
            bool looks = (piece ^ piece >> 1) & 1;
            plan.ahead_from = looks ? ENTRY_EXPECT_ORDERS : UINT32_MAX;
            piece_write();
            double begin = bench_thread_ns();
            piece_take(measure->wait);
            figures[looks][round] += (bench_thread_ns() - begin) / ROUND_REQUESTS;
        }
        match_stage_kind.housekeeping(stage, 0);
    }
    figures_say(measure, figures, rounds);
}

static void recovery_measure(void)
{
    double figures[2][ROUNDS] = {{0}};
    uint64_t digest = match_digest(venue_match(plan.venue));
    for (uint32_t i = 0; i < 2 * ROUNDS_QUICK; i++) {
        bool looks = (i ^ i >> 1) & 1;
        plan.ahead_from = looks ? ENTRY_EXPECT_ORDERS : UINT32_MAX;
        stage_make();
        struct venue_watch watch = match_stage_watch(stage);
        double begin = bench_thread_ns();
        CHECK(venue_recover(plan.venue, recovery, &report, &watch) == JOURNAL_FAULT_NONE);
        figures[looks][i / 2] = (bench_thread_ns() - begin) / (double)report.replayed;
        CHECK(match_stage_recovered(stage) == NULL);
        CHECK(match_digest(venue_match(plan.venue)) == digest);
    }
    figures_say(&recover_measure, figures, ROUNDS_QUICK);
}

/* Instructions of requests that are not looked at ahead: those that wait, and those alone. */

static void count_prepare(void *unused)
{
    (void)unused;
    piece_write();
}

static void count_run(void *wait)
{
    piece_take(*(const uint32_t *)wait);
}

static void instructions_count(void)
{
    static uint32_t all = SLOTS, one = 1;
    bench_counted(&(struct bench_rate){.name = "request_few",
                                       .items = SLOTS,
                                       .prepare = count_prepare,
                                       .run = count_run,
                                       .context = &all});
    bench_counted(&(struct bench_rate){.name = "request_few_one",
                                       .items = SLOTS,
                                       .prepare = count_prepare,
                                       .run = count_run,
                                       .context = &one});
}

int main(int argc, char **argv)
{
    bench_open("request", argc, argv);
    (void)!bench_pin(0);
    market_build(&few);
    if (bench_counting()) instructions_count();
    else requests_measure(&few_measure);
    journal_stop(journal);
    venue_end();
    if (bench_counting()) return bench_close();

    market_build(bench_quick() ? &many_quick : &many);
    requests_measure(&many_measure);
    requests_measure(&one_measure);
    journal_stop(journal);
    recovery_measure();
    venue_end();
    return bench_close();
}
