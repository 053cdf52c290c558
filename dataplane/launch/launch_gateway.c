#include "dataplane/launch/launch_gateway.h"

#include "dataplane/base/clock_setup.h"
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

/* What to do where nothing that is left leads to a state. */
static void advice_say(const struct launch_gateway *gateway, enum journal_fault fault,
                       struct text *problems)
{
    const struct image_reading *reading = &gateway->reading;
    const char *folder = gateway->plan->folder;
    if (fault != JOURNAL_FAULT_NO_SNAPSHOT && fault != JOURNAL_FAULT_MISSING) return;
    if (reading->refused[0])
        text_format(problems,
                    "%s: %s: start with the configuration and the version that it was made with\n",
                    folder, reading->refused);
    text_format(
        problems,
        "%s: if the segments and images that were removed are kept elsewhere, put them back; "
        "a new folder begins at nothing, without the positions and halts of this one\n",
        folder);
}

static bool journal_sound(struct launch_gateway *gateway, const struct journal_listener *listener,
                          struct text *problems)
{
    enum journal_fault fault = journal_recover(gateway->recovery, listener, &gateway->report);
    if (fault == JOURNAL_FAULT_NONE || fault == JOURNAL_FAULT_EMPTY) return true;
    text_format(problems, "%s: ", gateway->plan->folder);
    journal_diagnosis_print(problems, &gateway->report.diagnosis);
    if (gateway->reading.problem[0]) text_format(problems, ": %s", gateway->reading.problem);
    text_append_char(problems, '\n');
    advice_say(gateway, fault, problems);
    return false;
}

bool launch_gateway_open(struct launch_gateway *gateway, const struct launch_gateway_plan *plan,
                         struct text *problems)
{
    static const struct journal_listener nobody = {0};
    return files_open(gateway, plan, problems) && journal_sound(gateway, &nobody, problems);
}

/* What was read is refused before anything is written. */
static bool orders_good(const struct launch_gateway *gateway, struct text *problems)
{
    char why[384];
    if (gateway_recover_check(engine_stage_gateway(gateway->engine), why, sizeof why)) return true;
    text_format(problems, "%s: after record %" PRIu64 " %s\n", gateway->plan->folder,
                gateway->report.last_sequence, why);
    return false;
}

static void images_print(const struct launch_gateway *gateway, struct text *out)
{
    const struct journal_report *report = &gateway->report;
    if (report->snapshots_damaged == 0) return;
    text_format(out, "%s: an image was passed over: ", gateway->plan->folder);
    journal_diagnosis_print(out, &report->damage);
    if (report->damage.fault == JOURNAL_FAULT_UNLOADED)
        text_format(out, ": %s", gateway->reading.refused);
    text_append_char(out, '\n');
}

static void report_print(const struct launch_gateway *gateway, struct text *out)
{
    const struct journal_report *report = &gateway->report;
    if (report->last_sequence == 0) {
        text_format(out, "%s: a new journal\n", gateway->plan->folder);
        return;
    }
    text_format(out, "%s: recovered up to record %" PRIu64, gateway->plan->folder,
                report->last_sequence);
    if (report->snapshot_sequence > 0)
        text_format(out, ", from an image after record %" PRIu64 " and %" PRIu64 " records",
                    report->snapshot_sequence, report->replayed);
    text_append_char(out, '\n');
    images_print(gateway, out);
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
    enum journal_io status = journal_start(journal, &gateway->report);
    if (status != JOURNAL_IO_OK) {
        text_format(problems, "%s: the journal cannot be continued: ", plan->folder);
        if (status == JOURNAL_IO_TOO_MANY) text_append(problems, journal_io_meaning(status));
        else storage_file_cause(&gateway->files, problems);
        text_append_char(problems, '\n');
        free(memory);
        return false;
    }
    gateway->journal = journal;
    return true;
}

static bool images_open(struct launch_gateway *gateway, const struct gateway_plan *of,
                        struct text *problems)
{
    const struct image_thread_plan plan = {.gateway = of,
                                           .keep = gateway->plan->keep_segments,
                                           .records = gateway->plan->image_records};
    if (!image_reading_new(&gateway->reading, engine_stage_gateway(gateway->engine))) {
        text_append(problems, "there is no memory to read the gateway's journal\n");
        return false;
    }
    return image_thread_open(&gateway->image, &plan, &gateway->files, problems);
}

/* The image of what was read: so the next start begins where this one does.  Without it that one
 * takes longer, and this one is none the worse. */
static void image_first(struct launch_gateway *gateway, struct text *report)
{
    char text[512];
    struct text problems = text_in(text, sizeof text);
    gateway->image.newest = gateway->reading.sequence;
    if (gateway->reading.end == 0) return; /* nothing, or an image, was read */
    if (image_thread_first(&gateway->image, &gateway->reading, gateway->journal, &problems)) return;
    text_format(report, "%s: %s; the next start reads these records again\n", gateway->plan->folder,
                text);
}

/* Of orders that nobody wants any more under this configuration. */
static void unfit_print(const struct launch_gateway *gateway, struct text *out)
{
    const struct gateway_counts *counts = gateway_counts(engine_stage_gateway(gateway->engine));
    uint64_t orders = counter_read(&counts->order_unfit);
    if (orders == 0) return;
    text_format(out,
                "%s: %" PRIu64 " of the open orders fit no instrument or key of their strategy any "
                "more; they are canceled\n",
                gateway->plan->folder, orders);
}

static bool placed(const struct launch_gateway *gateway, struct text *problems)
{
    char problem[256] = "";
    if (gateway_placed(engine_stage_gateway(gateway->engine), problem, sizeof problem)) return true;
    text_format(problems, "%s: %s\n", gateway->plan->folder, problem);
    return false;
}

bool launch_gateway_recover(struct launch_gateway *gateway, struct engine_stage *engine,
                            const struct gateway_plan *of, struct net_clock *clock,
                            struct text *report, struct text *problems)
{
    gateway->engine = engine;
    if (!images_open(gateway, of, problems)) return false;
    const struct journal_listener listener = image_reading_listener(&gateway->reading);
    if (!journal_sound(gateway, &listener, problems) || !placed(gateway, problems)) return false;
    if (!orders_good(gateway, problems)) return false;
    report_print(gateway, report);
    if (!journal_go_on(gateway, problems)) return false;
    storage_file_waits(&gateway->files, gateway->plan->folder, report);
    image_first(gateway, report);
    image_reading_free(&gateway->reading);
    net_clock_not_before(clock, clock_now(), gateway->reading.newest_ns);
    engine_stage_recovered(engine, gateway->journal, net_clock_time(clock, clock_now()));
    unfit_print(gateway, report);
    return journal_thread_start(&gateway->thread, gateway->journal, gateway->plan->journal_cpu,
                                problems) &&
           image_thread_start(&gateway->image, gateway->journal, problems);
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
    image_thread_stop(&gateway->image);
    journal_thread_stop(&gateway->thread);
    image_thread_last(&gateway->image);
    image_thread_close(&gateway->image);
    image_reading_free(&gateway->reading);
    if (gateway->journal) journal_stop(gateway->journal);
    if (gateway->recovery) storage_file_close(&gateway->files); /* opened, at least in part */
    free(gateway->journal);
    free(gateway->recovery);
    gateway->journal = NULL;
    gateway->recovery = NULL;
}
