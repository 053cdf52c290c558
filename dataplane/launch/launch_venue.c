#include "dataplane/launch/launch_venue.h"

#include "dataplane/base/clock_setup.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define REQUESTS 1024u /* slots of the rings */
#define ANSWERS  8192u
#define NEWS     16384u
#define POLL_NS  200000u
#define DAY_NS   (86400 * NANOS_SECOND)

static const struct spsc_limits requests_limits = {REQUESTS, sizeof(struct gate_slot)};
static const struct spsc_limits answers_limits = {ANSWERS, sizeof(struct gate_slot)};
static const struct spsc_limits news_limits = {NEWS, sizeof(struct match_event)};

nanos_t launch_venue_midnight(nanos_t now, uint32_t midnight_utc_minutes)
{
    nanos_t offset = midnight_utc_minutes * 60l * NANOS_SECOND;
    return now < offset ? 0 : now - (now - offset) % DAY_NS;
}

/* Which start of the machine this is; empty where nobody knows. */
static void boot_read(char boot[MATCH_STAGE_BOOT_MAX])
{
    memset(boot, 0, MATCH_STAGE_BOOT_MAX);
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (!file) return;
    size_t length = fread(boot, 1, MATCH_STAGE_BOOT_MAX - 1, file);
    (void)fclose(file);
    while (length > 0 && boot[length - 1] == '\n') boot[--length] = 0;
}

static bool secrets_draw(struct launch_venue_plan *plan, struct text *problems)
{
    uint64_t secret[2];
    if (getrandom(secret, sizeof secret, 0) != sizeof secret) {
        text_append(problems, "the kernel gives no random numbers\n");
        return false;
    }
    plan->gate.itch.secret = secret[0];
    plan->match.entry.secret = secret[1];
    return true;
}

bool launch_venue_open(struct launch_venue *venue, struct launch_venue_plan *plan,
                       struct text *problems)
{
    venue->plan = plan;
    boot_read(plan->match.boot);
    plan->match.process = plan->folder.durability == VENUE_PROCESS;
    plan->match.held = plan->folder.held;
    return secrets_draw(plan, problems) &&
           venue_folder_open(&venue->folder, &plan->folder, problems);
}

size_t launch_venue_needs(const struct launch_venue *venue, struct text *problems)
{
    const struct launch_venue_plan *plan = venue->plan;
    const char *problem = gate_stage_check(&plan->gate);
    if (!problem) problem = match_stage_check(&plan->match);
    if (!problem && plan->match.stream_reserve >= plan->gate.streams.chunks)
        problem =
            "the streams of answers are no larger than what is kept of them for living orders";
    if (problem) {
        text_format(problems, "%s\n", problem);
        return 0;
    }
    return arena_round(spsc_footprint(&requests_limits)) +
           arena_round(spsc_footprint(&answers_limits)) +
           arena_round(spsc_footprint(&news_limits)) +
           arena_round(venue_folder_footprint(&venue->folder)) +
           arena_round(match_stage_footprint(&plan->match)) +
           arena_round(gate_stage_footprint(&plan->gate));
}

static nanos_t clock_read(void *clock)
{
    return net_clock_time(clock, clock_now());
}

static void answer_show(void *context, const struct gate_slot *slot)
{
    const struct launch_venue *venue = context;
    if (slot->session < venue->plan->gate.sessions) gate_stage_answer(venue->gate, slot);
    else engine_stage_answer(venue->engine, slot);
}

static void rings_relieve(void *context)
{
    const struct launch_venue *venue = context;
    gate_stage_relieve(venue->gate);
    if (venue->engine && venue->engine_near) engine_stage_relieve(venue->engine);
}

static void news_show(void *context, const struct match_event *slots, uint32_t count)
{
    const struct launch_venue *venue = context;
    gate_stage_news(venue->gate, slots, count);
}

static void rings_make(struct launch_venue *venue, struct arena *arena)
{
    struct launch_venue_plan *plan = venue->plan;
    struct spsc *requests =
        spsc_new(arena_take(arena, "requests", spsc_footprint(&requests_limits)), &requests_limits);
    struct spsc *answers =
        spsc_new(arena_take(arena, "answers", spsc_footprint(&answers_limits)), &answers_limits);
    struct spsc *news =
        spsc_new(arena_take(arena, "news", spsc_footprint(&news_limits)), &news_limits);
    plan->gate.requests = plan->match.requests = requests;
    plan->gate.answers = plan->match.answers = answers;
    plan->gate.news = plan->match.news = news;
}

static void stages_make(struct launch_venue *venue, struct arena *arena, struct net_clock *clock,
                        bool shared)
{
    struct launch_venue_plan *plan = venue->plan;
    rings_make(venue, arena);
    void *gate = arena_take(arena, "gate stage with its streams and history",
                            gate_stage_footprint(&plan->gate));
    venue->gate = gate_stage_new(gate, &plan->gate, net_clock_time(clock, clock_now()));
    void *match = arena_take(arena, "match stage", match_stage_footprint(&plan->match));
    struct venue_outlet outlet = match_stage_outlet(match);
    venue_folder_make(&venue->folder,
                      arena_take(arena, "matching engine", venue_folder_footprint(&venue->folder)),
                      &outlet);
    plan->match.venue = venue->folder.venue;
    plan->match.now = clock_read;
    plan->match.clock = clock;
    plan->match.stream_spare = gate_stage_spare(venue->gate);
    if (shared) plan->match.relieve = rings_relieve;
    plan->match.relieve_context = venue;
    venue->sink = (struct match_stage_sink){venue, answer_show, news_show};
    venue->match = match_stage_new(match, &plan->match, &venue->sink);
}

bool launch_venue_make(struct launch_venue *venue, struct arena *arena, struct net_clock *clock,
                       bool shared, struct text *report, struct text *problems)
{
    const struct launch_venue_plan *plan = venue->plan;
    stages_make(venue, arena, clock, shared);
    struct venue_watch watch = match_stage_watch(venue->match);
    if (!venue_folder_recover(&venue->folder, &watch, problems)) return false;
    const char *problem = match_stage_recovered(venue->match);
    if (problem) {
        text_format(problems, "%s: %s\n", plan->folder.folder, problem);
        return false;
    }
    net_clock_not_before(clock, clock_now(), venue_time(venue->folder.venue));
    venue_folder_print(report, &venue->folder);
    gate_stage_recovered(venue->gate);
    if (!venue_folder_start(&venue->folder, plan->journal_cpu, problems)) return false;
    storage_file_waits(&venue->folder.files, venue->folder.plan.folder, report);
    if (!match_stage_open(venue->match, plan->listings, plan->listing_count, plan->midnight,
                          problems))
        return false;
    if (match_stage_ends_day(venue->match))
        text_format(report, "%s: the end of the day goes on, the venue closes\n",
                    plan->folder.folder);
    return true;
}

bool launch_venue_quiet(struct launch_venue *venue, nanos_t limit_ns)
{
    gate_stage_close(venue->gate);
    bool quiet = false;
    for (nanos_t waited = 0; waited < limit_ns && !quiet; waited += POLL_NS) {
        const struct timespec span = {.tv_nsec = POLL_NS};
        (void)nanosleep(&span, NULL);
        quiet = match_stage_idle(venue->match);
    }
    return quiet;
}

bool launch_venue_failed(const struct launch_venue *venue)
{
    return venue_dead(venue->folder.venue);
}

void launch_venue_close(struct launch_venue *venue)
{
    venue_folder_close(&venue->folder);
}
