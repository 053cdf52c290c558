/* What the journal adds to the matching engine, and how fast a venue is back.
 *
 * The normal flow (order_flow.h), one instrument: through the engine alone; through a venue whose
 * journal is in memory (D0: what an order costs before it may leave); on the disk of BENCH_FOLDER
 * or /tmp, events held back until they are on it (D1).  Then the journal is recovered. */

#include "bench/bench.h"
#include "bench/order_flow.h"
#include "dataplane/journal/journal_hash_setup.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/stage/journal_thread_setup.h"
#include "dataplane/stage/venue.h"

#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENTS = 6, EVENTS = 128, HELD = 65536 };

/* A round fits: what is measured is the engine's side, not how fast a disk or a hash follows. */
static const struct journal_limits limits = {256u << 20, 1u << 20};

static struct order_flow flow;
static struct match *match;
static size_t at;
static uint32_t segment_inputs;
static uint64_t digest;
static struct match_event place[EVENTS];

static char folder[256];
static struct storage_file files;
static struct journal_storage storage;
static struct journal_recovery *recovery;
static struct journal_report report;
static struct journal *journal;
static struct journal_thread thread;
static struct venue *venue;
static struct venue_image image;
static uint64_t refused;

static void *memory_new(size_t bytes)
{
    return (void *)ALIGN_UP((uintptr_t)bench_space(bytes + CACHE_LINE), CACHE_LINE);
}

static void take(void *context, const struct match_event *event, uint32_t count)
{
    uint64_t sum = 0;
    (void)context;
    for (uint32_t i = 0; i < count; i++)
        sum += event[i].id + (uint64_t)event[i].qty + event[i].kind;
    digest += sum;
}

static void consume(struct match_events *events)
{
    take(NULL, events->at, events->count);
    events->count = 0;
}

static struct match_events events = {.at = place, .capacity = EVENTS, .full = consume};

static void wait(void *context)
{
    (void)context;
    (void)sched_yield();
}

static bool good(bool met, const char *what)
{
    if (met) return true;
    fprintf(stderr, "bench_venue: %s\n", what);
    exit(1);
}

static void venue_make(enum venue_durability durability)
{
    const struct venue_limits venue_limits = {flow.limits, HELD, durability};
    const struct venue_outlet outlet = {NULL, take, wait};
    venue = venue_new(memory_new(venue_footprint(&venue_limits)), &venue_limits, &outlet);
}

static void submit(const struct match_input *input)
{
    while (venue_submit(venue, input) != VENUE_OK) {
        refused++;
        (void)sched_yield();
        venue_release(venue);
    }
}

/* Accounts with as much of both assets as order_flow.c gives them. */
static void accounts_fund(void)
{
    for (uint32_t account = 0; account < flow.limits.accounts; account++) {
        struct match_input input = {
            .kind = MATCH_ACCOUNT, .account = account, .bytes = sizeof input};
        submit(&input);
        input.kind = MATCH_DEPOSIT;
        input.qty = MATCH_MONEY_MAX / flow.limits.accounts / 2;
        for (input.instrument = 0; input.instrument < 2; input.instrument++) submit(&input);
    }
}

/* The instrument of order_flow.c. */
static void instrument_list(void)
{
    CACHE_ALIGNED struct {
        struct match_input input;
        struct match_listing listing;
    } list = {.input = {.kind = MATCH_LIST, .bytes = sizeof list.input + sizeof list.listing},
              .listing = {.symbol = "FLOW"}};
    struct match *other = order_flow_open(&flow, &events);
    good(match_listing_of(other, 0, &list.listing), "the flow has no instrument");
    list.listing.phase = MATCH_OPEN;
    submit(&list.input);
}

static void venue_begin(const char *parent, enum venue_durability durability)
{
    static char sentences[512];
    struct text problems = text_in(sentences, sizeof sentences);
    snprintf(folder, sizeof folder, "%s/bench_venue.XXXXXX", parent);
    good(mkdtemp(folder) != NULL, "there is no folder to work in");
    const struct storage_file_plan plan = {folder, STORAGE_FILE_WRITE, .create = false};
    good(storage_file_open(&files, &plan, &problems), sentences);
    storage = storage_file_storage(&files);
    recovery = journal_recovery_new(memory_new(journal_recovery_footprint()), &storage,
                                    &journal_hash_sha256);
    venue_make(durability);
    good(venue_recover(venue, recovery, &report, NULL) == JOURNAL_FAULT_EMPTY, "not empty");
    journal = journal_new(memory_new(journal_footprint(&limits)), &limits, &storage,
                          &journal_hash_sha256);
    good(venue_start(venue, journal, &report) == JOURNAL_IO_OK, "the journal does not start");
    /* The engine is on core 0. */
    uint32_t cpu = bench_cores() > 1 ? 1 : JOURNAL_THREAD_ANY_CPU;
    good(journal_thread_start(&thread, journal, cpu, &problems), sentences);
    instrument_list();
    accounts_fund();
    for (at = 0; at < flow.built; at++) submit(&flow.inputs[at]);
    venue_release(venue);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *level)
{
    (void)status, (void)kind, (void)level;
    return remove(path);
}

static void venue_end(void)
{
    journal_thread_stop(&thread);
    journal_stop(journal);
    storage_file_close(&files);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void run_plain(void *unused)
{
    (void)unused;
    for (size_t end = at + segment_inputs; at < end; at++) {
        match_apply(match, &flow.inputs[at], &events);
        if (events.count >= EVENTS / 2) consume(&events);
    }
    consume(&events);
}

/* The journal's thread has done everything, and the next segment is there. */
static void prepare_venue(void *unused)
{
    (void)unused;
    while (journal_durable(journal) < venue_sequence(venue) || atomic_load(&journal->ready) == 0)
        (void)sched_yield();
}

static void run_venue(void *unused)
{
    (void)unused;
    for (size_t end = at + segment_inputs; at < end; at++) {
        submit(&flow.inputs[at]);
        if (at % 32 == 0) venue_release(venue);
    }
    venue_release(venue);
}

static void prepare_recovery(void *unused)
{
    (void)unused;
    venue_make(VENUE_PROCESS);
}

static void run_recovery(void *unused)
{
    (void)unused;
    good(venue_recover(venue, recovery, &report, NULL) == JOURNAL_FAULT_NONE, "not recovered");
}

static void run_image(void *unused)
{
    (void)unused;
    good(venue_image(venue, &image), "the image does not fit");
}

static void measure_recovery(uint64_t sequence)
{
    bench_rate(&(struct bench_rate){.name = "venue_recover",
                                    .what = "journal to state, an input",
                                    .items = sequence,
                                    .prepare = prepare_recovery,
                                    .run = run_recovery,
                                    .bound_ns = 200});
    image = (struct venue_image){.memory = bench_space(64u << 20), .capacity = 64u << 20};
    bench_rate(&(struct bench_rate){.name = "venue_image",
                                    .what = "state to memory, a living order",
                                    .items = match_orders(venue_match(venue)),
                                    .run = run_image});
}

int main(int argc, char **argv)
{
    bench_open("venue", argc, argv);
    (void)!bench_pin(0);
    const char *disk = getenv("BENCH_FOLDER");
    segment_inputs = bench_quick() ? 100000 : 1000000;
    flow = order_flow_draw(&(struct order_flow_plan){
        .kind = FLOW_NORMAL, .segments = SEGMENTS, .segment_inputs = segment_inputs});

    match = order_flow_open(&flow, &events);
    for (at = 0; at < flow.built; at++) match_apply(match, &flow.inputs[at], &events);
    bench_rate(&(struct bench_rate){.name = "venue_plain",
                                    .what = "the engine alone",
                                    .items = segment_inputs,
                                    .run = run_plain});

    venue_begin("/dev/shm", VENUE_PROCESS);
    bench_rate(&(struct bench_rate){.name = "venue_process",
                                    .what = "with a journal in memory (D0)",
                                    .items = segment_inputs,
                                    .prepare = prepare_venue,
                                    .run = run_venue});
    uint64_t sequence = venue_sequence(venue);
    journal_thread_stop(&thread);
    measure_recovery(sequence);
    venue_end();

    flow = order_flow_draw(&(struct order_flow_plan){.kind = FLOW_NORMAL,
                                                     .segments = SEGMENTS,
                                                     .segment_inputs = segment_inputs,
                                                     .accounts = 1000});
    venue_begin("/dev/shm", VENUE_PROCESS);
    bench_rate(&(struct bench_rate){.name = "venue_money",
                                    .what = "a journal in memory and 1,000 accounts: all there is",
                                    .items = segment_inputs,
                                    .prepare = prepare_venue,
                                    .run = run_venue,
                                    .bound_ns = 28});
    venue_end();

    venue_begin(disk ? disk : "/tmp", VENUE_DISK);
    bench_rate(&(struct bench_rate){.name = "venue_disk",
                                    .what = "with a journal on disk, events held (D1)",
                                    .items = segment_inputs,
                                    .prepare = prepare_venue,
                                    .run = run_venue});
    venue_end();
    fprintf(stderr, "refused and tried again: %llu\n", (unsigned long long)refused);
    return bench_close();
}
