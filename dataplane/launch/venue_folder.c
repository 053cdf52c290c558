#include "dataplane/launch/venue_folder.h"

#include "dataplane/journal/journal_hash_setup.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    return memory ? memset(memory, 0, bytes) : NULL;
}

/* The engine's tables are where clients cannot guess: else they would choose collisions. */
static bool secret_draw(uint64_t *secret, struct text *problems)
{
    if (getrandom(secret, sizeof *secret, 0) == sizeof *secret) return true;
    text_append(problems, "the kernel gives no random numbers\n");
    return false;
}

static bool files_open(struct venue_folder *folder, struct text *problems)
{
    const struct storage_file_plan plan = {
        .folder = folder->plan.folder, .use = STORAGE_FILE_WRITE, .create = true};
    if (!storage_file_open(&folder->files, &plan, problems) ||
        !storage_file_share(&folder->more_files, &folder->files, problems))
        return false;
    folder->storage = storage_file_storage(&folder->files);
    folder->more_storage = storage_file_storage(&folder->more_files);
    return true;
}

static void diagnosis_say(const struct venue_folder *folder, struct text *problems)
{
    text_append(problems, folder->plan.folder);
    text_append(problems, ": ");
    journal_diagnosis_print(problems, &folder->report.diagnosis);
    const char *why = folder->venue ? venue_problem(folder->venue) : NULL;
    if (why) text_format(problems, ": %s", why);
    text_append(problems, "\n");
}

bool venue_folder_open(struct venue_folder *folder, const struct venue_folder_plan *plan,
                       struct text *problems)
{
    *folder = (struct venue_folder){.plan = *plan};
    folder->files.folder = folder->more_files.folder = -1;
    void *memory = memory_new(journal_recovery_footprint());
    if (!memory) {
        text_append(problems, "there is no memory for a journal\n");
        return false;
    }
    folder->recovery = journal_recovery_new(memory, &folder->storage, &journal_hash_sha256);
    if (!files_open(folder, problems)) return false;
    struct match_limits limits = plan->limits;
    const struct journal_report *report = &folder->report;
    bool old = venue_limits_read(folder->recovery, &folder->report, &limits);
    bool unused = report->diagnosis.fault == JOURNAL_FAULT_EMPTY ||
                  (report->diagnosis.fault == JOURNAL_FAULT_NONE && report->last_sequence == 0);
    if (!old && !unused) {
        diagnosis_say(folder, problems);
        return false;
    }
    if (!secret_draw(&limits.secret, problems)) return false;
    folder->limits = (struct venue_limits){limits, plan->held, plan->durability};
    return true;
}

size_t venue_folder_footprint(const struct venue_folder *folder)
{
    return venue_footprint(&folder->limits);
}

void venue_folder_make(struct venue_folder *folder, void *memory, const struct venue_outlet *outlet)
{
    folder->venue = venue_new(memory, &folder->limits, outlet);
}

bool venue_folder_recover(struct venue_folder *folder, const struct venue_watch *watch,
                          struct text *problems)
{
    enum journal_fault fault =
        venue_recover(folder->venue, folder->recovery, &folder->report, watch);
    if (fault == JOURNAL_FAULT_NONE || fault == JOURNAL_FAULT_EMPTY) return true;
    diagnosis_say(folder, problems);
    return false;
}

bool venue_folder_start(struct venue_folder *folder, uint32_t cpu, struct text *problems)
{
    const struct journal_limits limits = {folder->plan.segment_bytes, folder->plan.reserve_bytes};
    void *memory = memory_new(journal_footprint(&limits));
    if (!memory) {
        text_append(problems, "there is no memory for a journal\n");
        return false;
    }
    struct journal *journal = journal_new(memory, &limits, &folder->storage, &journal_hash_sha256);
    enum journal_io status = venue_start(folder->venue, journal, &folder->report);
    if (status != JOURNAL_IO_OK) {
        text_format(problems, "%s: the journal cannot be continued: ", folder->plan.folder);
        if (status == JOURNAL_IO_TOO_MANY) text_append(problems, journal_io_meaning(status));
        else storage_file_cause(&folder->files, problems);
        text_append_char(problems, '\n');
        free(memory);
        return false;
    }
    folder->journal = journal;
    return journal_thread_start(&folder->thread, journal, cpu, problems);
}

void venue_folder_close(struct venue_folder *folder)
{
    journal_thread_stop(&folder->thread);
    if (folder->journal) journal_stop(folder->journal);
    if (folder->recovery) { /* opened, at least in part */
        storage_file_close(&folder->more_files);
        storage_file_close(&folder->files);
    }
    free(folder->journal);
    free(folder->recovery);
    folder->journal = NULL;
    folder->recovery = NULL;
}

void venue_folder_print(struct text *out, const struct venue_folder *folder)
{
    const struct journal_report *report = &folder->report;
    const char *name = folder->plan.folder;
    if (report->last_sequence == 0) {
        text_format(out, "%s: a new journal\n", name);
        return;
    }
    text_format(out, "%s: recovered up to record %" PRIu64, name, report->last_sequence);
    if (report->snapshot_sequence > 0)
        text_format(out, ", from a snapshot after record %" PRIu64 " and %" PRIu64 " records",
                    report->snapshot_sequence, report->replayed);
    uint64_t orders = match_orders(venue_match(folder->venue));
    text_format(out, "; %" PRIu64 " living order%s\n", orders, orders == 1 ? "" : "s");
    if (report->torn_bytes > 0)
        text_format(out,
                    "%s: %" PRIu64 " bytes of %s from offset %" PRIu64
                    " on were torn by a power failure and are dropped; nobody was told of them\n",
                    name, report->torn_bytes, report->torn.file.bytes, report->torn.offset);
    if (report->snapshots_damaged > 0) {
        text_format(out, "%s: a snapshot was passed over: ", name);
        journal_diagnosis_print(out, &report->damage);
        text_append_char(out, '\n');
    }
}

bool venue_folder_snapshot(struct venue_folder *folder, const struct venue_image *image,
                           struct text *problems)
{
    enum journal_io status = venue_snapshot_write(image, journal_durable(folder->journal),
                                                  &folder->more_storage, &journal_hash_sha256);
    if (status == JOURNAL_IO_OK) return true;
    text_append(problems, "the snapshot was not written: ");
    storage_file_cause(&folder->more_files, problems);
    return false;
}
