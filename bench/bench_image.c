/* How long a gateway takes to be ready behind a journal of a million orders, with and without an
 * image of it.
 *
 *     image_record        the whole journal into a gateway, a record
 *     image_start_whole   the same, a start
 *     image_make          the image of it beside a gateway at work, a record
 *     image_save          a gateway that has read it to the bytes of an image, an image
 *     image_start         a start behind the image, with TAIL records behind it
 *
 * Each order is a pass, an acceptance and an execution; 64 slots take turns.  The journal is in
 * memory (/dev/shm), read twice by a start: once to see whether it is sound, as polluxd does. */

#include "bench/bench.h"
#include "dataplane/gateway/trade_port_ouch50.h"
#include "dataplane/journal/journal_append.h"
#include "dataplane/journal/journal_hash_setup.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/image_setup.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STRATEGIES = 4, KEYS = 16, SLOTS = STRATEGIES * KEYS, SYMBOLS = 16, TAIL = 1000 };

static const struct journal_limits limits = {64u << 20, 1u << 20};
static char folder[64];
static struct storage_file files;
static struct journal_storage storage;
static struct journal_recovery *recovery;
static struct journal_report report;
static struct journal *journal;
static struct gateway_plan plan, bare;
static struct gateway_symbol_plan symbol[SYMBOLS];
static struct gateway_strategy_plan strategy[STRATEGIES], bare_strategy[STRATEGIES];
static void *gateway_memory;
static struct image_reading reading;
static struct image_disk disk = {.storage = &storage, .hash = &journal_hash_sha256};
static uint8_t *image;
static uint64_t orders_written;

static void good(bool is, const char *otherwise)
{
    if (is) return;
    fprintf(stderr, "bench_image: %s\n", otherwise);
    exit(1);
}

/* The gateway and its journal. */

static uint64_t record_write(void *context, enum gateway_record kind, const void *record,
                             uint32_t bytes, bool reserved)
{
    (void)context, (void)reserved;
    void *place;
    while (!(place = journal_claim(journal, JOURNAL_ORDINARY, (uint16_t)(ENGINE_RECORD_KIND + kind),
                                   bytes)))
        good(journal_sync_step(journal) != JOURNAL_STEP_DEAD, "the journal is dead");
    memcpy(place, record, bytes);
    return journal_commit(journal);
}

static void plan_make(void)
{
    plan = (struct gateway_plan){.instruments = SYMBOLS,
                                 .venues = 1,
                                 .venue = {{.name = "v", .kind = &trade_port_ouch50}},
                                 .symbols = SYMBOLS,
                                 .symbol = symbol,
                                 .strategies = STRATEGIES,
                                 .strategy = strategy,
                                 .risk = {.armed = true}};
    static const char *const names[STRATEGIES] = {"one", "two", "three", "four"};
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        symbol[i] = (struct gateway_symbol_plan){.tick = PRICE_ONE / 100,
                                                 .lot = QTY_ONE,
                                                 .price_max = 1000 * PRICE_ONE,
                                                 .qty_max = 1000 * QTY_ONE};
        memcpy(symbol[i].name, "SYM     ", 8);
        symbol[i].name[3] = (char)('A' + i);
    }
    for (uint32_t i = 0; i < STRATEGIES; i++)
        strategy[i] = (struct gateway_strategy_plan){.name = names[i], .orders = KEYS};
    good(!gateway_check(&plan), "the plan is wrong");
    bare = gateway_image_plan(&plan, bare_strategy);
    gateway_memory = bench_space(gateway_footprint(&plan));
}

static struct gateway *gateway_make(void)
{
    memset(gateway_memory, 0, gateway_footprint(&plan));
    return gateway_new(gateway_memory, &plan, &(struct gateway_outlet){.journal = record_write});
}

static void order_write(void)
{
    uint64_t number = ++orders_written;
    uint32_t slot = (uint32_t)(number % SLOTS), of = (uint32_t)(number * 7 % SYMBOLS);
    nanos_t now = 1000 * NANOS_SECOND + number * NANOS_MICRO;
    const struct gateway_pass pass = {.pass = {.version = RISK_PASS_VERSION,
                                               .side = number % 2,
                                               .strategy = slot / KEYS,
                                               .symbol = of,
                                               .parent = RISK_NONE,
                                               .price = 10 * PRICE_ONE,
                                               .qty = 10 * QTY_ONE,
                                               .at = now},
                                      .number = number,
                                      .slot = slot,
                                      .key = slot % KEYS,
                                      .total = 10 * QTY_ONE};
    struct gateway_report row = {.number = 2 * number - 1,
                                 .at = now,
                                 .sequence = 2 * number - 1,
                                 .order = number,
                                 .price = 10 * PRICE_ONE,
                                 .leaves = 10 * QTY_ONE,
                                 .symbol = of,
                                 .strategy = slot / KEYS,
                                 .slot = slot,
                                 .key = slot % KEYS,
                                 .kind = COPY_ACCEPTED};
    (void)record_write(NULL, GATEWAY_RECORD_PASS, &pass, sizeof pass, false);
    (void)record_write(NULL, GATEWAY_RECORD_REPORT, &row, sizeof row, false);
    row.number = row.sequence = 2 * number;
    row.kind = COPY_EXECUTED;
    row.qty = row.cum = 10 * QTY_ONE;
    row.leaves = 0;
    (void)record_write(NULL, GATEWAY_RECORD_REPORT, &row, sizeof row, false);
}

static void journal_write(uint64_t orders)
{
    static char sentences[512];
    struct text problems = text_in(sentences, sizeof sentences);
    snprintf(folder, sizeof folder, "/dev/shm/bench_image.XXXXXX");
    good(mkdtemp(folder) != NULL, "there is no folder to work in");
    const struct storage_file_plan at = {folder, STORAGE_FILE_WRITE, .create = false};
    good(storage_file_open(&files, &at, &problems), sentences);
    storage = storage_file_storage(&files);
    recovery = journal_recovery_new(bench_space(journal_recovery_footprint()), &storage,
                                    &journal_hash_sha256);
    static const struct journal_listener nobody;
    good(journal_recover(recovery, &nobody, &report) == JOURNAL_FAULT_EMPTY, "not empty");
    journal = journal_new(bench_space(journal_footprint(&limits)), &limits, &storage,
                          &journal_hash_sha256);
    good(journal_start(journal, &report) == JOURNAL_IO_OK, "the journal does not start");
    gateway_recovered(gateway_make(), 1000 * NANOS_SECOND); /* its names */
    for (uint64_t i = 0; i < orders; i++) order_write();
    while (journal_sync_step(journal) == JOURNAL_STEP_WORKED) {
    }
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *level)
{
    (void)status, (void)kind, (void)level;
    return remove(path);
}

/* Starts. */

static void start_prepare(void *unused)
{
    (void)unused;
    image_reading_free(&reading);
}

static void start_run(void *unused)
{
    (void)unused;
    static const struct journal_listener nobody;
    good(journal_recover(recovery, &nobody, &report) == JOURNAL_FAULT_NONE, "not sound");
    good(image_reading_new(&reading, gateway_make()), "no memory");
    const struct journal_listener listener = image_reading_listener(&reading);
    good(journal_recover(recovery, &listener, &report) == JOURNAL_FAULT_NONE, reading.problem);
}

static void record_run(void *unused)
{
    (void)unused;
    const struct journal_listener listener = image_reading_listener(&reading);
    good(journal_recover(recovery, &listener, &report) == JOURNAL_FAULT_NONE, reading.problem);
}

static void record_prepare(void *unused)
{
    (void)unused;
    image_reading_free(&reading);
    good(image_reading_new(&reading, gateway_make()), "no memory");
}

static void save_run(void *unused)
{
    (void)unused;
    gateway_image_save(reading.image, reading.gateway, image);
}

/* Each time of all of it: the images of before are in the way. */
static void make_prepare(void *unused)
{
    (void)unused;
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder,
             journal_name_snapshot(journal_durable(journal)).bytes);
    (void)unlink(path);
}

static void make_run(void *unused)
{
    (void)unused;
    char sentences[512];
    struct text problems = text_in(sentences, sizeof sentences);
    struct image_written written;
    disk.keep = JOURNAL_KEEP_ALL;
    good(image_make(&bare, &disk, journal_durable(journal), &written, &problems), sentences);
}

static void rate(const char *name, const char *what, uint64_t items, bench_run_fn *prepare,
                 bench_run_fn *run)
{
    bench_rate(&(struct bench_rate){
        .name = name, .what = what, .items = items, .prepare = prepare, .run = run});
}

int main(int argc, char **argv)
{
    bench_open("image", argc, argv);
    (void)!bench_pin(0);
    uint64_t orders = bench_quick() ? 100000 : 1000000;
    plan_make();
    journal_write(orders);
    uint64_t records = journal_durable(journal);
    rate("image_record", "the whole journal into a gateway, a record", records, record_prepare,
         record_run);
    rate("image_start_whole", "a start without an image, both readings", 1, start_prepare,
         start_run);
    size_t bytes = gateway_image_bytes(reading.image, reading.gateway);
    image = bench_space(bytes);
    rate("image_save", "an image to memory", 1, NULL, save_run);
    rate("image_make", "an image beside the engine, a record", records, make_prepare, make_run);
    for (uint32_t i = 0; i < TAIL / 3; i++) order_write();
    while (journal_sync_step(journal) == JOURNAL_STEP_WORKED) {
    }
    rate("image_start", "a start behind an image and 1,000 records, both readings", 1,
         start_prepare, start_run);
    fprintf(stderr, "%llu orders, %llu records; an image has %zu bytes\n",
            (unsigned long long)orders, (unsigned long long)records, bytes);
    if (!bench_quick())
        bench_ratio("image_to_whole", "a start behind an image against one behind a million orders",
                    bench_median("image_start"), bench_median("image_start_whole"), 0.25);
    journal_stop(journal);
    storage_file_close(&files);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return bench_close();
}
