#include "apps/pollux-match/journalled.h"

#include "dataplane/journal/journal_hash_setup.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/stage/journal_thread_setup.h"
#include "dataplane/stage/venue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define HELD          4096u
#define SEGMENT_BYTES (16u << 20)
#define RESERVE_BYTES (1u << 20)
#define WAIT_NS       20000

struct journalled {
    struct journalled_plan plan;
    struct match_limits limits; /* of the engine */
    struct storage_file files;
    struct storage_file more_files; /* for snapshots, beside the journal's thread */
    struct journal_storage storage;
    struct journal_storage more_storage;
    struct journal_recovery *recovery;
    struct journal *journal; /* NULL: not started */
    struct journal_thread thread;
    void *venue_memory;
    struct venue *venue;
    struct match_events *events; /* where those of the input under way go */
    struct venue_image image;
    uint64_t since_snapshot; /* inputs */
    const char *problem;
    char problem_text[512];
};

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    return memory ? memset(memory, 0, bytes) : NULL;
}

/* The engine's tables are where clients cannot guess. */
static uint64_t secret_draw(void)
{
    uint64_t secret = 1;
    return getrandom(&secret, sizeof secret, GRND_NONBLOCK) == sizeof secret ? secret : 1;
}

static void rest(void *context)
{
    (void)context;
    const struct timespec span = {.tv_nsec = WAIT_NS};
    (void)nanosleep(&span, NULL);
}

static void take(void *context, const struct match_event *at, uint32_t count)
{
    const struct journalled *journalled = context;
    struct match_events *events = journalled->events;
    for (uint32_t i = 0; i < count; i++) {
        if (events->count == events->capacity) events->full(events);
        events->at[events->count++] = at[i];
    }
}

static bool files_open(struct journalled *journalled, struct text *problems)
{
    const struct storage_file_plan plan = {
        .folder = journalled->plan.folder, .use = STORAGE_FILE_WRITE, .create = true};
    if (!storage_file_open(&journalled->files, &plan, problems) ||
        !storage_file_share(&journalled->more_files, &journalled->files, problems))
        return false;
    journalled->storage = storage_file_storage(&journalled->files);
    journalled->more_storage = storage_file_storage(&journalled->more_files);
    return true;
}

static void diagnosis_say(const struct journalled *journalled, const struct journal_report *report,
                          struct text *problems)
{
    text_append(problems, journalled->plan.folder);
    text_append(problems, ": ");
    journal_diagnosis_print(problems, &report->diagnosis);
    const char *why = journalled->venue ? venue_problem(journalled->venue) : NULL;
    if (why) text_format(problems, ": %s", why);
    text_append(problems, "\n");
}

static void recovered_say(const struct journalled *journalled, const struct journal_report *report,
                          struct text *out)
{
    text_format(out, "%s: recovered up to record %" PRIu64, journalled->plan.folder,
                report->last_sequence);
    if (report->snapshot_sequence > 0)
        text_format(out, ", from a snapshot after record %" PRIu64 " and %" PRIu64 " records",
                    report->snapshot_sequence, report->replayed);
    uint64_t orders = match_orders(journalled_match(journalled));
    text_format(out, "; %" PRIu64 " living order%s\n", orders, orders == 1 ? "" : "s");
    if (report->torn_bytes > 0)
        text_format(out,
                    "%s: %" PRIu64 " bytes of %s from offset %" PRIu64
                    " on were torn by a power failure and are dropped; nobody was told of them\n",
                    journalled->plan.folder, report->torn_bytes, report->torn.file.bytes,
                    report->torn.offset);
    if (report->snapshots_damaged > 0) {
        text_append(out, journalled->plan.folder);
        text_append(out, ": a snapshot was passed over: ");
        journal_diagnosis_print(out, &report->damage);
        text_append_char(out, '\n');
    }
}

/* The engine of the journal, or a new one. */
static bool venue_recovered(struct journalled *journalled, struct journal_report *report,
                            struct text *problems)
{
    struct journalled_plan *plan = &journalled->plan;
    journalled->limits = plan->limits;
    bool old = venue_limits_read(journalled->recovery, report, &journalled->limits);
    bool unused = report->diagnosis.fault == JOURNAL_FAULT_EMPTY ||
                  (report->diagnosis.fault == JOURNAL_FAULT_NONE && report->last_sequence == 0);
    if (!old && !unused) {
        diagnosis_say(journalled, report, problems);
        return false;
    }
    journalled->limits.secret = secret_draw();
    const struct venue_limits limits = {journalled->limits, HELD,
                                        plan->process ? VENUE_PROCESS : VENUE_DISK};
    const struct venue_outlet outlet = {journalled, take, rest};
    /* calloc: pages that are never touched cost nothing. */
    journalled->venue_memory = calloc(1, venue_footprint(&limits) + CACHE_LINE);
    if (!journalled->venue_memory) {
        text_append(problems, "there is no memory for the engine\n");
        return false;
    }
    void *memory = (void *)ALIGN_UP((uintptr_t)journalled->venue_memory, CACHE_LINE);
    journalled->venue = venue_new(memory, &limits, &outlet);
    enum journal_fault fault = venue_recover(journalled->venue, journalled->recovery, report, NULL);
    if (fault == JOURNAL_FAULT_NONE || fault == JOURNAL_FAULT_EMPTY) return true;
    diagnosis_say(journalled, report, problems);
    return false;
}

static bool journal_begun(struct journalled *journalled, const struct journal_report *report,
                          struct text *problems)
{
    static const struct journal_limits limits = {SEGMENT_BYTES, RESERVE_BYTES};
    void *memory = memory_new(journal_footprint(&limits));
    if (!memory) {
        text_append(problems, "there is no memory for a journal\n");
        return false;
    }
    struct journal *journal =
        journal_new(memory, &limits, &journalled->storage, &journal_hash_sha256);
    enum journal_io status = venue_start(journalled->venue, journal, report);
    if (status != JOURNAL_IO_OK) {
        text_format(problems, "%s: the journal cannot be continued: ", journalled->plan.folder);
        storage_file_cause(&journalled->files, problems);
        text_append_char(problems, '\n');
        free(memory);
        return false;
    }
    journalled->journal = journal;
    return journal_thread_start(&journalled->thread, journal, JOURNAL_THREAD_ANY_CPU, problems);
}

struct journalled *journalled_open(const struct journalled_plan *plan, struct text *out,
                                   struct text *problems)
{
    struct journalled *journalled = memory_new(sizeof *journalled);
    void *memory = memory_new(journal_recovery_footprint());
    struct journal_report report;
    if (!journalled || !memory) {
        text_append(problems, "there is no memory for a journal\n");
        free(journalled);
        free(memory);
        return NULL;
    }
    journalled->plan = *plan;
    journalled->files.folder = journalled->more_files.folder = -1;
    journalled->recovery = journal_recovery_new(memory, &journalled->storage, &journal_hash_sha256);
    if (!files_open(journalled, problems) || !venue_recovered(journalled, &report, problems) ||
        !journal_begun(journalled, &report, problems)) {
        journalled_close(journalled);
        return NULL;
    }
    if (report.last_sequence > 0) recovered_say(journalled, &report, out);
    else text_format(out, "%s: a new journal\n", plan->folder);
    return journalled;
}

void journalled_close(struct journalled *journalled)
{
    if (!journalled) return;
    journal_thread_stop(&journalled->thread);
    if (journalled->journal) journal_stop(journalled->journal);
    storage_file_close(&journalled->more_files);
    storage_file_close(&journalled->files);
    free(journalled->journal);
    free(journalled->venue_memory);
    free(journalled->recovery);
    free(journalled->image.memory);
    free(journalled);
}

/* Everything submitted so far is as durable as asked, and its events are handed out; false if it
 * never will be. */
static bool answered(struct journalled *journalled)
{
    uint64_t sequence = venue_sequence(journalled->venue);
    for (;;) {
        venue_release(journalled->venue);
        if (venue_answered(journalled->venue) >= sequence) return true;
        if (journal_dead(journalled->journal)) return false;
        rest(NULL);
    }
}

/* The state as a file, when it is due. */
static void snapshot(struct journalled *journalled)
{
    struct venue_image *image = &journalled->image;
    uint64_t every = journalled->plan.snapshot_every;
    if (every == 0 || ++journalled->since_snapshot < every) return;
    journalled->since_snapshot = 0;
    if (!venue_image(journalled->venue, image)) {
        free(image->memory);
        *image = (struct venue_image){.capacity = image->length + image->length / 4};
        image->memory = malloc(image->capacity);
        if (!image->memory || !venue_image(journalled->venue, image)) {
            journalled->problem = "there is no memory for a snapshot";
            return;
        }
    }
    while (journal_durable(journalled->journal) < image->sequence &&
           !journal_dead(journalled->journal))
        rest(NULL);
    if (journal_dead(journalled->journal)) return;
    enum journal_io status = venue_snapshot_write(image, journal_durable(journalled->journal),
                                                  &journalled->more_storage, &journal_hash_sha256);
    if (status == JOURNAL_IO_OK) return;
    struct text text = text_in(journalled->problem_text, sizeof journalled->problem_text);
    text_append(&text, "the snapshot was not written: ");
    storage_file_cause(&journalled->more_files, &text);
    journalled->problem = text.bytes;
}

void journalled_apply(struct journalled *journalled, const struct match_input *input,
                      struct match_events *events)
{
    enum venue_status status;
    journalled->events = events;
    while ((status = venue_submit(journalled->venue, input)) == VENUE_BUSY)
        (void)answered(journalled);
    if (status != VENUE_OK) journalled->problem = venue_status_text(status);
    else if (!answered(journalled))
        journalled->problem = "the journal's disk has failed: this line is not acknowledged";
    else snapshot(journalled);
}

const char *journalled_problem(struct journalled *journalled)
{
    const char *problem = journalled->problem;
    journalled->problem = NULL;
    return problem;
}

struct match *journalled_match(const struct journalled *journalled)
{
    return venue_match(journalled->venue);
}

const struct match_limits *journalled_limits(const struct journalled *journalled)
{
    return &journalled->limits;
}

uint64_t journalled_number(const struct journalled *journalled)
{
    return venue_sequence(journalled->venue);
}

nanos_t journalled_time(const struct journalled *journalled)
{
    return venue_time(journalled->venue);
}
