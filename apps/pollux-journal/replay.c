#include "apps/pollux-journal/folder.h"

#include "apps/progress.h"
#include "dataplane/match/match_print.h"
#include "dataplane/stage/venue.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/mman.h>

#define SHOW_EVERY 65536u /* inputs */

/* One replay: the engine of the journal is built, told everything, and asked. */

struct replay {
    struct folder *folder;
    struct progress progress;
    struct venue *venue;
    void *memory;
    size_t bytes;
    uint64_t last; /* about: for the bar */
    uint64_t inputs;
    uint64_t events;
    uint64_t wall_ns;
    uint64_t input[MATCH_INPUT_COUNT];
    uint64_t event[MATCH_EVENT_COUNT];
    uint64_t unknown; /* inputs of a kind that there is not; the engine refused them */
    struct journal_report report;
    struct match_limits limits;
};

static void input_seen(void *context, const struct match_input *input)
{
    struct replay *replay = context;
    if (input->kind < MATCH_INPUT_COUNT) replay->input[input->kind]++;
    else replay->unknown++;
    if (++replay->inputs % SHOW_EVERY == 0)
        progress_show(&replay->progress, "replaying", input->number, replay->last);
}

static void events_seen(void *context, const struct match_event *at, uint32_t count)
{
    struct replay *replay = context;
    replay->events += count;
    for (uint32_t i = 0; i < count; i++) replay->event[at[i].kind]++;
}

static bool venue_make(struct replay *replay)
{
    const struct venue_limits limits = {.match = replay->limits, .held = VENUE_HELD_MIN};
    replay->bytes = venue_footprint(&limits);
    replay->memory = mmap(NULL, replay->bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (replay->memory == MAP_FAILED) {
        text_append(&replay->folder->problems, "there is no memory for the engine: ");
        text_bytes(&replay->folder->problems, replay->bytes);
        text_append(&replay->folder->problems, "\n");
        return false;
    }
    replay->venue = venue_new(replay->memory, &limits, NULL);
    return true;
}

static double rate_of(const struct replay *replay)
{
    return replay->wall_ns ? (double)replay->inputs * 1e9 / (double)replay->wall_ns : 0;
}

static void replay_print(const struct replay *replay)
{
    char buffer[4096];
    struct text out = text_in(buffer, sizeof buffer);
    text_format(&out, "state after record %" PRIu64, venue_sequence(replay->venue));
    if (replay->report.snapshot_sequence > 0)
        text_format(&out, " (a snapshot after record %" PRIu64 ", and %" PRIu64 " inputs)",
                    replay->report.snapshot_sequence, replay->inputs);
    text_append(&out, "\n");
    for (uint32_t i = 0; i < MATCH_INPUT_COUNT; i++)
        if (replay->input[i] > 0)
            text_format(&out, "  %-14s %14" PRIu64 "\n", match_input_name(i), replay->input[i]);
    if (replay->unknown > 0)
        text_format(&out, "  %-14s %14" PRIu64 "\n", "unknown", replay->unknown);
    text_append(&out, "answered with\n");
    for (uint32_t i = 0; i < MATCH_EVENT_COUNT; i++)
        if (replay->event[i] > 0)
            text_format(&out, "  %-14s %14" PRIu64 "\n", match_event_name(i), replay->event[i]);
    text_format(&out, "living orders    %14" PRIu64 "\n", match_orders(venue_match(replay->venue)));
    text_format(&out, "digest           %016" PRIx64 "\n",
                match_digest(venue_match(replay->venue)));
    text_append(&out, "replayed in      ");
    text_ns(&out, replay->wall_ns);
    text_append(&out, ", ");
    text_short(&out, (uint64_t)rate_of(replay));
    text_append(&out, " inputs a second\n");
    fputs(out.bytes, stdout);
}

static json_t *counts_json(const uint64_t *counts, uint32_t count, const char *(*name)(uint32_t))
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < count; i++)
        CHECK(json_object_set_new(object, name(i), json_integer((json_int_t)counts[i])) == 0);
    return object;
}

static json_t *inputs_json(const struct replay *replay)
{
    json_t *object = counts_json(replay->input, MATCH_INPUT_COUNT, match_input_name);
    CHECK(json_object_set_new(object, "unknown", json_integer((json_int_t)replay->unknown)) == 0);
    return object;
}

static void replay_json(const struct replay *replay, bool sound)
{
    char digest[17];
    snprintf(digest, sizeof digest, "%016" PRIx64, match_digest(venue_match(replay->venue)));
    json_t *root = json_pack(
        "{sb sI sI sI sI sI so so ss sI sf}", "sound", (int)sound, "sequence",
        (json_int_t)venue_sequence(replay->venue), "snapshot_sequence",
        (json_int_t)replay->report.snapshot_sequence, "inputs", (json_int_t)replay->inputs,
        "events", (json_int_t)replay->events, "orders",
        (json_int_t)match_orders(venue_match(replay->venue)), "inputs_by_kind", inputs_json(replay),
        "events_by_kind", counts_json(replay->event, MATCH_EVENT_COUNT, match_event_name), "digest",
        digest, "wall_ns", (json_int_t)replay->wall_ns, "inputs_per_second", rate_of(replay));
    CHECK(root);
    CHECK(json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6)) ==
          0);
    putchar('\n');
    json_decref(root);
}

static void problem_say(const struct replay *replay)
{
    struct folder *folder = replay->folder;
    const char *why = replay->venue ? venue_problem(replay->venue) : NULL;
    folder_problem(folder, "", &replay->report.diagnosis);
    if (why) text_format(&folder->problems, "the reason is: %s\n", why);
}

static int replay_run(struct replay *replay, const struct journal_options *options)
{
    struct folder *folder = replay->folder;
    if (!venue_limits_read(folder->recovery, &replay->report, &replay->limits)) {
        problem_say(replay);
        if (replay->report.diagnosis.fault == JOURNAL_FAULT_REFUSED)
            text_append(&folder->problems, "no engine of this version wrote this journal\n");
        return 1;
    }
    if (!venue_make(replay)) return 1;
    const struct venue_watch watch = {
        .context = replay, .input = input_seen, .events = events_seen, .until = options->to};
    replay->progress = progress_begin(options->quiet);
    enum journal_fault fault =
        venue_recover(replay->venue, folder->recovery, &replay->report, &watch);
    replay->wall_ns = progress_end(&replay->progress);
    bool reached = options->to == 0 || venue_sequence(replay->venue) == options->to;
    if (fault) problem_say(replay);
    else if (!reached)
        text_format(&folder->problems,
                    "record %" PRIu64 " is not there: the journal ends with %" PRIu64 "\n",
                    options->to, venue_sequence(replay->venue));
    if (fault && venue_sequence(replay->venue) == 0) return 1;
    if (options->json) replay_json(replay, !fault && reached);
    else replay_print(replay);
    return fault || !reached ? 4 : 0;
}

int journal_replay(struct folder *folder, const struct journal_options *options)
{
    struct replay replay = {.folder = folder, .memory = MAP_FAILED, .last = folder_last(folder)};
    if (options->to > 0 && options->to < replay.last) replay.last = options->to;
    int status = replay_run(&replay, options);
    if (replay.memory != MAP_FAILED) munmap(replay.memory, replay.bytes);
    return status;
}
