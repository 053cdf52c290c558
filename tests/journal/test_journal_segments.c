/* A journal that goes on until its folder holds as many segments as may be: what was acknowledged
 * is recovered, and what ends risk is taken longest. */

#include "dataplane/journal/journal_append.h"
#include "dataplane/journal/journal_name.h"
#include "dataplane/journal/journal_recover.h"
#include "tests/journal/journal_hash_quick.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum {
    FILES = JOURNAL_SEGMENTS_MAX + 8,
    PAYLOAD = 4000, /* three ordinary records fill a small segment */
    KIND = 77,
};

/* A folder in memory, larger than any journal's.  Each slot has its memory from the first use on:
 * the specs fill the folder again and again. */

struct file {
    char name[JOURNAL_NAME_BYTES];
    uint64_t hash; /* of the name */
    uint64_t bytes;
    uint8_t *memory; /* JOURNAL_SEGMENT_MIN; NULL: never used */
    bool there;
};

static struct file files[FILES];
static uint32_t there; /* how many are */
static uint32_t listings;

static uint64_t name_hash(const char *name)
{
    uint64_t hash = 14695981039346656037u;
    for (; *name; name++) hash = (hash ^ (uint8_t)*name) * 1099511628211u;
    return hash;
}

static void name_set(struct file *file, const char *name)
{
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    file->hash = name_hash(name);
}

/* From where the last one was found on: names come in their order. */
static uint32_t find(const char *name)
{
    static uint32_t last;
    uint64_t hash = name_hash(name);
    for (uint32_t i = 0, at = last; i < FILES; i++, at = at + 1 == FILES ? 0 : at + 1) {
        if (!files[at].there || files[at].hash != hash || strcmp(files[at].name, name) != 0)
            continue;
        last = at;
        return at;
    }
    return FILES;
}

static enum journal_io on_list(void *context, journal_name_fn each, void *each_context)
{
    (void)context;
    listings++;
    for (uint32_t i = 0; i < FILES; i++)
        if (files[i].there) each(each_context, files[i].name);
    return JOURNAL_IO_OK;
}

static enum journal_io on_remove(void *context, const char *name)
{
    (void)context;
    uint32_t at = find(name);
    if (at == FILES) return JOURNAL_IO_NOT_FOUND;
    files[at].there = false;
    there--;
    return JOURNAL_IO_OK;
}

static enum journal_io on_create(void *context, const char *name, uint64_t bytes,
                                 struct journal_file *file)
{
    static uint32_t at;
    if (find(name) != FILES) (void)on_remove(context, name);
    for (uint32_t i = 0; i < FILES && files[at].there; i++) at = (at + 1) % FILES;
    if (files[at].there || bytes > JOURNAL_SEGMENT_MIN) abort();
    if (!files[at].memory) files[at].memory = aligned_alloc(JOURNAL_PAGE, JOURNAL_SEGMENT_MIN);
    if (!files[at].memory) abort();
    memset(files[at].memory, 0, bytes);
    files[at].bytes = bytes;
    files[at].there = true;
    there++;
    name_set(&files[at], name);
    *file = (struct journal_file){at, bytes, files[at].memory};
    return JOURNAL_IO_OK;
}

static enum journal_io on_open(void *context, const char *name, struct journal_file *file)
{
    (void)context;
    uint32_t at = find(name);
    if (at == FILES) return JOURNAL_IO_NOT_FOUND;
    *file = (struct journal_file){at, files[at].bytes, files[at].memory};
    return JOURNAL_IO_OK;
}

static enum journal_io on_sync(void *context, const struct journal_file *file,
                               const struct journal_range *ranges, uint32_t count)
{
    (void)context, (void)file, (void)ranges, (void)count;
    return JOURNAL_IO_OK;
}

static enum journal_io on_sync_folder(void *context)
{
    (void)context;
    return JOURNAL_IO_OK;
}

static enum journal_io on_rename(void *context, const char *from, const char *to)
{
    uint32_t at = find(from);
    (void)on_remove(context, to);
    name_set(&files[at], to);
    return JOURNAL_IO_OK;
}

static void on_close(void *context, struct journal_file *file)
{
    (void)context, (void)file;
}

static const struct journal_storage storage = {
    .list = on_list,
    .create = on_create,
    .open = on_open,
    .sync = on_sync,
    .sync_folder = on_sync_folder,
    .rename = on_rename,
    .remove = on_remove,
    .close = on_close,
};

static const struct journal_limits limits = {JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX};
static struct journal *journal;
static struct journal_recovery *recovery;
static struct journal_report report;

static uint32_t segments(void)
{
    return there;
}

static void settle(void)
{
    while (journal_sync_step(journal) == JOURNAL_STEP_WORKED) continue;
}

static bool commit(enum journal_class class, uint32_t bytes)
{
    void *payload = journal_claim(journal, class, KIND, bytes);
    if (!payload) return false;
    memset(payload, 1, bytes);
    (void)journal_commit(journal);
    return true;
}

static enum journal_fault recover(void)
{
    return journal_recover(recovery, &(struct journal_listener){0}, &report);
}

static void start(void)
{
    enum journal_fault fault = recover();
    EXPECT(fault == JOURNAL_FAULT_NONE || fault == JOURNAL_FAULT_EMPTY);
    journal = journal_new(journal, &limits, &storage, &journal_hash_quick);
    EXPECT_UINT(journal_start(journal, &report), JOURNAL_IO_OK);
}

static void before_each(void)
{
    journal = aligned_alloc(CACHE_LINE, ALIGN_UP(journal_footprint(&limits), CACHE_LINE));
    recovery = aligned_alloc(CACHE_LINE, ALIGN_UP(journal_recovery_footprint(), CACHE_LINE));
    if (!journal || !recovery) abort();
    recovery = journal_recovery_new(recovery, &storage, &journal_hash_quick);
    listings = 0;
    start();
}

static void after_each(void)
{
    for (uint32_t i = 0; i < FILES; i++) files[i].there = false;
    there = 0;
    free(journal);
    free(recovery);
}

/* Ordinary records until one is refused, or there are so many segments. */
static void fill(uint32_t most)
{
    settle();
    while (segments() < most && commit(JOURNAL_ORDINARY, PAYLOAD)) settle();
}

/* What was acknowledged, which is all of it, is there. */
static void expect_recovered(void)
{
    uint64_t durable = journal_durable(journal);
    EXPECT_UINT(recover(), JOURNAL_FAULT_NONE);
    EXPECT_UINT(report.last_sequence, durable);
}

SPEC(ordinary_records_end_before_a_segment_that_recovery_would_refuse)
{
    fill(FILES);
    EXPECT_UINT(segments(), JOURNAL_SEGMENTS_MAX - JOURNAL_SEGMENTS_SPARE);
    EXPECT_UINT(counter_read(&journal->counts.no_next), 1);
    EXPECT_UINT(counter_read(&journal->counts.folder_segments), segments());
    EXPECT(counter_read(&journal->counts.prepare_no_space) > 0);
    EXPECT(!commit(JOURNAL_ORDINARY, PAYLOAD));
    EXPECT(commit(JOURNAL_REFUSING, 64));
    EXPECT(commit(JOURNAL_RESERVED, 64));
    settle();
    EXPECT(!journal_dead(journal));
    expect_recovered();
}

SPEC(a_start_behind_that_takes_what_ends_risk_only)
{
    fill(FILES);
    for (uint32_t i = 1; i <= 2; i++) {
        start();
        settle();
        EXPECT_UINT(segments(), JOURNAL_SEGMENTS_MAX - JOURNAL_SEGMENTS_SPARE + i);
        EXPECT_UINT(counter_read(&journal->counts.folder_segments), segments());
        EXPECT(!commit(JOURNAL_ORDINARY, 64));
        EXPECT(commit(JOURNAL_REFUSING, 64));
        EXPECT(commit(JOURNAL_RESERVED, 64));
        EXPECT(journal_scarce(journal));
        settle();
    }
    expect_recovered();
}

/* So many are there, for all that a start knows. */
static enum journal_io started_among(uint32_t count)
{
    EXPECT_UINT(recover(), JOURNAL_FAULT_NONE);
    report.folder_segments = count;
    journal = journal_new(journal, &limits, &storage, &journal_hash_quick);
    return journal_start(journal, &report);
}

SPEC(a_start_makes_the_last_segment_that_can_be_read_back_and_none_behind_it)
{
    EXPECT(commit(JOURNAL_ORDINARY, 64));
    settle();
    EXPECT_UINT(started_among(JOURNAL_SEGMENTS_MAX - 1), JOURNAL_IO_OK);
    EXPECT(!commit(JOURNAL_ORDINARY, 64));
    EXPECT(commit(JOURNAL_RESERVED, 64));
    uint32_t before = segments();
    EXPECT_UINT(started_among(JOURNAL_SEGMENTS_MAX), JOURNAL_IO_TOO_MANY);
    EXPECT_UINT(segments(), before);
    EXPECT_UINT(recover(), JOURNAL_FAULT_NONE);
    EXPECT_TEXT(journal_io_meaning(JOURNAL_IO_TOO_MANY),
                "the folder holds as many segments as can be read back: move away those that no "
                "start needs, or begin a new folder");
}

SPEC(a_prepared_segment_that_nobody_used_is_not_counted)
{
    fill(JOURNAL_SEGMENTS_MAX - JOURNAL_SEGMENTS_SPARE);
    EXPECT_UINT(counter_read(&journal->counts.prepared), segments() - 1);
    start(); /* one is made, and that one removed */
    EXPECT_UINT(segments(), JOURNAL_SEGMENTS_MAX - JOURNAL_SEGMENTS_SPARE);
    EXPECT_UINT(counter_read(&journal->counts.folder_segments), segments());
    EXPECT(commit(JOURNAL_ORDINARY, 64));
    settle();
    EXPECT_UINT(segments(), JOURNAL_SEGMENTS_MAX - JOURNAL_SEGMENTS_SPARE);
    expect_recovered();
}

SPEC(when_old_segments_were_removed_ordinary_records_go_on)
{
    fill(FILES);
    for (uint64_t number = 1; number <= 10; number++)
        EXPECT_UINT(on_remove(NULL, journal_name_segment(number).bytes), JOURNAL_IO_OK);
    for (uint32_t i = 0; i < 2000; i++) (void)!journal_sync_step(journal);
    EXPECT_UINT(counter_read(&journal->counts.no_next), 0);
    EXPECT_UINT(counter_read(&journal->counts.folder_segments), segments());
    EXPECT(commit(JOURNAL_ORDINARY, 64));
}

SPEC(a_folder_is_counted_only_when_it_may_hold_too_many_and_seldom_when_it_is_full)
{
    uint32_t before = listings;
    fill(JOURNAL_SEGMENTS_MANY);
    EXPECT_UINT(listings, before);
    fill(FILES);
    before = listings;
    for (uint32_t i = 0; i < 10000; i++) EXPECT(journal_sync_step(journal) == JOURNAL_STEP_IDLE);
    EXPECT(listings > before);
    EXPECT(listings - before <= 10);
}

#define SPECS(S)                                                                                   \
    S(ordinary_records_end_before_a_segment_that_recovery_would_refuse)                            \
    S(a_start_behind_that_takes_what_ends_risk_only)                                               \
    S(a_start_makes_the_last_segment_that_can_be_read_back_and_none_behind_it)                     \
    S(a_prepared_segment_that_nobody_used_is_not_counted)                                          \
    S(when_old_segments_were_removed_ordinary_records_go_on)                                       \
    S(a_folder_is_counted_only_when_it_may_hold_too_many_and_seldom_when_it_is_full)
SPEC_MAIN("journal: segments", SPECS, before_each, after_each)
