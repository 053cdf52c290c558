#include "apps/pollux-match/journalled.h"

#include "dataplane/launch/venue_folder.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HELD          4096u
#define SEGMENT_BYTES (16u << 20)
#define RESERVE_BYTES (1u << 20)
#define WAIT_NS       20000

struct journalled {
    struct journalled_plan plan;
    struct venue_folder folder;
    void *venue_memory;
    struct match_events *events; /* where those of the input under way go */
    struct venue_image image;
    uint64_t since_snapshot; /* inputs */
    const char *problem;
    char problem_text[512];
};

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

/* The engine of the journal, or a new one. */
static bool recovered(struct journalled *journalled, struct text *problems)
{
    const struct venue_outlet outlet = {journalled, take, rest};
    /* calloc: pages that are never touched cost nothing. */
    journalled->venue_memory = calloc(1, venue_folder_footprint(&journalled->folder) + CACHE_LINE);
    if (!journalled->venue_memory) {
        text_append(problems, "there is no memory for the engine\n");
        return false;
    }
    void *memory = (void *)ALIGN_UP((uintptr_t)journalled->venue_memory, CACHE_LINE);
    return venue_folder_recover(&journalled->folder, memory, &outlet, NULL, problems);
}

struct journalled *journalled_open(const struct journalled_plan *plan, struct text *out,
                                   struct text *problems)
{
    struct journalled *journalled = calloc(1, sizeof *journalled);
    if (!journalled) {
        text_append(problems, "there is no memory for a journal\n");
        return NULL;
    }
    journalled->plan = *plan;
    const struct venue_folder_plan folder = {
        .folder = plan->folder,
        .durability = plan->process ? VENUE_PROCESS : VENUE_DISK,
        .limits = plan->limits,
        .held = HELD,
        .segment_bytes = SEGMENT_BYTES,
        .reserve_bytes = RESERVE_BYTES,
    };
    if (!venue_folder_open(&journalled->folder, &folder, problems) ||
        !recovered(journalled, problems) ||
        !venue_folder_start(&journalled->folder, JOURNAL_THREAD_ANY_CPU, problems)) {
        journalled_close(journalled);
        return NULL;
    }
    venue_folder_print(out, &journalled->folder);
    return journalled;
}

void journalled_close(struct journalled *journalled)
{
    if (!journalled) return;
    venue_folder_close(&journalled->folder);
    free(journalled->venue_memory);
    free(journalled->image.memory);
    free(journalled);
}

/* Everything submitted so far is as durable as asked, and its events are handed out; false if it
 * never will be. */
static bool answered(struct journalled *journalled)
{
    uint64_t sequence = venue_sequence(journalled->folder.venue);
    for (;;) {
        venue_release(journalled->folder.venue);
        if (venue_answered(journalled->folder.venue) >= sequence) return true;
        if (journal_dead(journalled->folder.journal)) return false;
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
    if (!venue_image(journalled->folder.venue, image)) {
        free(image->memory);
        *image = (struct venue_image){.capacity = image->length + image->length / 4};
        image->memory = malloc(image->capacity);
        if (!image->memory || !venue_image(journalled->folder.venue, image)) {
            journalled->problem = "there is no memory for a snapshot";
            return;
        }
    }
    while (journal_durable(journalled->folder.journal) < image->sequence &&
           !journal_dead(journalled->folder.journal))
        rest(NULL);
    if (journal_dead(journalled->folder.journal)) return;
    struct text text = text_in(journalled->problem_text, sizeof journalled->problem_text);
    if (!venue_folder_snapshot(&journalled->folder, image, &text)) journalled->problem = text.bytes;
}

void journalled_apply(struct journalled *journalled, const struct match_input *input,
                      struct match_events *events)
{
    enum venue_status status;
    journalled->events = events;
    while ((status = venue_submit(journalled->folder.venue, input)) == VENUE_BUSY)
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
    return venue_match(journalled->folder.venue);
}

const struct match_limits *journalled_limits(const struct journalled *journalled)
{
    return &journalled->folder.limits.match;
}

uint64_t journalled_number(const struct journalled *journalled)
{
    return venue_sequence(journalled->folder.venue);
}

nanos_t journalled_time(const struct journalled *journalled)
{
    return venue_time(journalled->folder.venue);
}
