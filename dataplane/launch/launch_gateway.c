#include "dataplane/launch/launch_gateway.h"

#include "dataplane/journal/journal_hash_setup.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POLL_NS  200000u
#define LEAVE_NS (2 * NANOS_SECOND) /* for the logout to be on the wire */

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    return memory ? memset(memory, 0, bytes) : NULL;
}

static bool files_open(struct launch_gateway *gateway, const struct launch_gateway_plan *plan,
                       struct text *problems)
{
    *gateway = (struct launch_gateway){.plan = plan};
    gateway->files.folder = -1;
    const struct storage_file_plan files = {
        .folder = plan->folder, .use = STORAGE_FILE_WRITE, .create = true};
    void *memory = memory_new(journal_recovery_footprint());
    if (!memory) {
        text_append(problems, "there is no memory for the gateway's journal\n");
        return false;
    }
    gateway->recovery = journal_recovery_new(memory, &gateway->storage, &journal_hash_sha256);
    if (!storage_file_open(&gateway->files, &files, problems)) return false;
    gateway->storage = storage_file_storage(&gateway->files);
    return true;
}

/* Recovery. */

static bool journal_sound(struct launch_gateway *gateway, const struct journal_listener *listener,
                          struct text *problems)
{
    enum journal_fault fault = journal_recover(gateway->recovery, listener, &gateway->report);
    if (fault == JOURNAL_FAULT_NONE || fault == JOURNAL_FAULT_EMPTY) return true;
    text_format(problems, "%s: ", gateway->plan->folder);
    journal_diagnosis_print(problems, &gateway->report.diagnosis);
    if (gateway->problem[0]) text_format(problems, ": %s", gateway->problem);
    text_append_char(problems, '\n');
    return false;
}

bool launch_gateway_open(struct launch_gateway *gateway, const struct launch_gateway_plan *plan,
                         struct text *problems)
{
    static const struct journal_listener nobody = {0};
    return files_open(gateway, plan, problems) && journal_sound(gateway, &nobody, problems);
}

static bool record_take(void *context, const struct journal_record *record)
{
    struct launch_gateway *gateway = context;
    return engine_stage_recover(gateway->engine, record, gateway->problem, sizeof gateway->problem);
}

static void report_print(const struct launch_gateway *gateway, struct text *out)
{
    const struct journal_report *report = &gateway->report;
    if (report->last_sequence == 0) {
        text_format(out, "%s: a new journal\n", gateway->plan->folder);
        return;
    }
    text_format(out, "%s: recovered up to record %" PRIu64 "\n", gateway->plan->folder,
                report->last_sequence);
    if (report->torn_bytes > 0)
        text_format(out,
                    "%s: %" PRIu64 " bytes from record %" PRIu64
                    " on were torn by a power failure and are dropped\n",
                    gateway->plan->folder, report->torn_bytes, report->torn.sequence);
}

static bool journal_go_on(struct launch_gateway *gateway, struct text *problems)
{
    const struct launch_gateway_plan *plan = gateway->plan;
    const struct journal_limits limits = {plan->segment_bytes, plan->reserve_bytes};
    void *memory = memory_new(journal_footprint(&limits));
    if (!memory) {
        text_append(problems, "there is no memory for the gateway's journal\n");
        return false;
    }
    struct journal *journal = journal_new(memory, &limits, &gateway->storage, &journal_hash_sha256);
    if (journal_start(journal, &gateway->report) != JOURNAL_IO_OK) {
        text_format(problems, "%s: the journal cannot be continued: ", plan->folder);
        storage_file_cause(&gateway->files, problems);
        text_append_char(problems, '\n');
        free(memory);
        return false;
    }
    gateway->journal = journal;
    return true;
}

bool launch_gateway_recover(struct launch_gateway *gateway, struct engine_stage *engine,
                            nanos_t now, struct text *report, struct text *problems)
{
    const struct journal_listener listener = {.context = gateway, .record = record_take};
    gateway->engine = engine;
    if (!journal_sound(gateway, &listener, problems)) return false;
    report_print(gateway, report);
    if (!journal_go_on(gateway, problems)) return false;
    storage_file_waits(&gateway->files, gateway->plan->folder, report);
    engine_stage_recovered(engine, gateway->journal, now);
    return journal_thread_start(&gateway->thread, gateway->journal, gateway->plan->journal_cpu,
                                problems);
}

/* The end. */

static bool await(const struct engine_stage *engine, bool (*said)(const struct engine_stage *),
                  nanos_t limit_ns)
{
    for (nanos_t waited = 0; waited < limit_ns && !said(engine); waited += POLL_NS) {
        const struct timespec span = {.tv_nsec = POLL_NS};
        (void)nanosleep(&span, NULL);
    }
    return said(engine);
}

bool launch_gateway_stop(struct launch_gateway *gateway)
{
    engine_stage_stop(gateway->engine, gateway->plan->keep);
    bool stopped = await(gateway->engine, engine_stage_stopped, gateway->plan->stop_ns);
    engine_stage_leave(gateway->engine);
    return await(gateway->engine, engine_stage_left, LEAVE_NS) && stopped;
}

void launch_gateway_close(struct launch_gateway *gateway)
{
    journal_thread_stop(&gateway->thread);
    if (gateway->journal) journal_stop(gateway->journal);
    if (gateway->recovery) storage_file_close(&gateway->files); /* opened, at least in part */
    free(gateway->journal);
    free(gateway->recovery);
    gateway->journal = NULL;
    gateway->recovery = NULL;
}
