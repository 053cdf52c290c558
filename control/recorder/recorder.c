#include "control/recorder/recorder.h"

#include "dataplane/base/pages_setup.h"
#include "dataplane/base/system_clock.h"
#include "dataplane/base/thread_setup.h"
#include "dataplane/net/net_tap.h"
#include "dataplane/queue/record_ring.h"
#include "dataplane/queue/spsc.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* A capture is one life of the thread: it makes the first file and the rings, puts the taps on,
 * merges the rings into the files until it is asked to stop or the disk fails, takes the taps off,
 * waits until no lcore is in them, and writes what is left.
 *
 * State: the control thread changes IDLE and FAILED to STARTING, the thread all else; the control
 * thread touches the rest of a capture only where the thread has ended. */

#define PAUSE_NS       NANOS_MILLI
#define QUIET_PAUSE_NS (50 * NANOS_MICRO)
#define FLUSH_EVERY_NS (200 * NANOS_MILLI)
#define AHEAD_NS       NANOS_SECOND /* no frame is held whose clock is that far ahead */
#define DRAIN_MAX      4096u        /* frames, before whoever stops is heard */
#define SAID_SLOTS     16u

struct said {
    char text[RECORDER_SAID_MAX + 1];
};

struct tapped {
    struct net_tap *tap;
    bool captured;
    uint32_t interface;
    void *ring[NET_TAP_SIDES];
    uint64_t dropped[NET_TAP_SIDES]; /* that frames have told of */
};

struct recorder {
    struct recorder_ports ports;
    struct recorder_plan plan;
    char folder[RECORDER_FOLDER_MAX + 1];
    struct tapped tapped[RECORDER_PORTS_MAX];
    struct recorder_files files;
    struct spsc *said; /* from the thread to the control thread */
    void *taps;
    pthread_t thread;
    bool begun; /* the thread is to be joined */
    _Atomic uint32_t stopping;
    _Atomic uint32_t state;
};

static const char *const state_texts[RECORDER_STATES] = {
    [RECORDER_IDLE] = "is idle",      [RECORDER_STARTING] = "is starting",
    [RECORDER_RUNS] = "runs",         [RECORDER_STOPPING] = "is stopping",
    [RECORDER_FAILED] = "has failed",
};

const char *recorder_state_text(enum recorder_state state)
{
    CHECK(state < RECORDER_STATES);
    return state_texts[state];
}

static void pause_ns(uint64_t ns)
{
    struct timespec span = {.tv_nsec = (long)ns};
    (void)nanosleep(&span, NULL);
}

static enum recorder_state state_now(const struct recorder *recorder)
{
    /* Acquires what the thread has written of its capture. */
    return (enum recorder_state)atomic_load_explicit(&recorder->state, memory_order_acquire);
}

static void state_set(struct recorder *recorder, enum recorder_state state)
{
    atomic_store_explicit(&recorder->state, state, memory_order_release);
}

/* The thread. */

/* One that finds no room is not said: sixteen others wait. */
static void say(struct recorder *recorder, const struct text *sentence)
{
    struct said *slot = spsc_claim(recorder->said);
    if (!slot) return;
    snprintf(slot->text, sizeof slot->text, "capture: %s", sentence->bytes);
    spsc_publish(recorder->said);
}

static bool files_open(struct recorder *recorder, struct text *problem)
{
    struct recorder_files_plan plan = {
        .folder = recorder->folder,
        .application = recorder->ports.application,
        .file_bytes = recorder->plan.file_bytes,
        .files = recorder->plan.files,
        .write = recorder->plan.write,
    };
    for (uint32_t i = 0; i < recorder->ports.count; i++) {
        struct tapped *tapped = &recorder->tapped[i];
        if (!tapped->captured) continue;
        tapped->interface = plan.interfaces;
        plan.interface[plan.interfaces++] = (struct capture_port){
            .name = recorder->ports.port[i].name,
            .description = recorder->ports.port[i].description,
            .snap_bytes = recorder->plan.snap_bytes,
        };
    }
    return recorder_files_open(&recorder->files, &plan, system_clock_wall(), problem);
}

static void rings_free(struct recorder *recorder)
{
    for (uint32_t i = 0; i < recorder->ports.count; i++) {
        for (uint32_t side = 0; side < NET_TAP_SIDES; side++) {
            void **ring = &recorder->tapped[i].ring[side];
            if (*ring) munmap(*ring, record_ring_footprint(recorder->plan.ring_bytes));
            *ring = NULL;
        }
    }
}

/* Every page is there before a core that polls writes to it. */
static bool rings_make(struct recorder *recorder, struct text *problem)
{
    size_t bytes = record_ring_footprint(recorder->plan.ring_bytes);
    for (uint32_t i = 0; i < recorder->ports.count; i++) {
        for (uint32_t side = 0; side < NET_TAP_SIDES; side++) {
            if (!recorder->tapped[i].captured) continue;
            void *ring =
                mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (ring != MAP_FAILED) recorder->tapped[i].ring[side] = ring;
            if (ring == MAP_FAILED || !pages_make(ring, bytes)) {
                text_append(problem, "there is no memory for two rings of each port");
                return false;
            }
        }
    }
    return true;
}

static void taps_on(struct recorder *recorder)
{
    for (uint32_t i = 0; i < recorder->ports.count; i++) {
        struct tapped *tapped = &recorder->tapped[i];
        memset(tapped->dropped, 0, sizeof tapped->dropped);
        if (!tapped->captured) continue;
        net_tap_on(tapped->tap, &(struct net_tap_plan){
                                    .memory = {tapped->ring[0], tapped->ring[1]},
                                    .ring_bytes = recorder->plan.ring_bytes,
                                    .snap_bytes = recorder->plan.snap_bytes,
                                });
    }
}

static void taps_off(struct recorder *recorder)
{
    for (uint32_t i = 0; i < recorder->ports.count; i++)
        if (recorder->tapped[i].captured) net_tap_off(recorder->tapped[i].tap);
    /* An lcore that the kernel has put aside within a call is waited for. */
    for (uint32_t i = 0; i < recorder->ports.count; i++)
        while (recorder->tapped[i].captured && !net_tap_quiet(recorder->tapped[i].tap))
            pause_ns(QUIET_PAUSE_NS);
}

struct front {
    const struct net_tap_frame *frame; /* NULL: every ring is empty */
    struct tapped *of;
    enum net_tap_side side;
};

/* The earliest of what waits. */
static struct front earliest(struct recorder *recorder)
{
    struct front first = {.frame = NULL};
    for (uint32_t i = 0; i < recorder->ports.count; i++) {
        struct tapped *tapped = &recorder->tapped[i];
        for (uint32_t side = 0; side < NET_TAP_SIDES && tapped->captured; side++) {
            const struct net_tap_frame *frame = net_tap_front(tapped->tap, side);
            if (frame && (!first.frame || frame->time_ns < first.frame->time_ns))
                first = (struct front){frame, tapped, (enum net_tap_side)side};
        }
    }
    return first;
}

/* Whether a ring is so full that order must not wait. */
static bool pressed(const struct recorder *recorder)
{
    for (uint32_t i = 0; i < recorder->ports.count; i++) {
        const struct tapped *tapped = &recorder->tapped[i];
        for (uint32_t side = 0; side < NET_TAP_SIDES && tapped->captured; side++)
            if (net_tap_waiting(tapped->tap, side) > recorder->plan.ring_bytes / 2) return true;
    }
    return false;
}

static nanos_t ports_now(const struct recorder *recorder)
{
    for (uint32_t i = 0; i < recorder->ports.count; i++)
        if (recorder->tapped[i].captured) return net_tap_now(recorder->tapped[i].tap);
    return 0;
}

/* Moves frames from the rings to the files, in order, those that came by until; a bounded number.
 * Returns how many. */
static uint32_t drain(struct recorder *recorder, nanos_t until, struct text *problem)
{
    nanos_t now = system_clock_wall();
    uint32_t moved = 0;
    for (; moved < DRAIN_MAX; moved++) {
        struct front front = earliest(recorder);
        if (!front.frame) break;
        if (front.frame->time_ns > until && front.frame->time_ns - until < AHEAD_NS) break;
        uint64_t *told = &front.of->dropped[front.side];
        recorder_files_put(
            &recorder->files,
            &(struct capture_frame){
                .bytes = front.frame->bytes,
                .length = front.frame->length,
                .original_length = front.frame->original_length,
                .time_ns = front.frame->time_ns,
                .interface = front.of->interface,
                .direction = front.side == NET_TAP_CAME ? CAPTURE_INBOUND : CAPTURE_OUTBOUND,
                .dropped = front.frame->dropped - *told,
            },
            now, problem);
        *told = front.frame->dropped;
        net_tap_release(front.of->tap, front.side);
    }
    return moved;
}

static uint64_t dropped_in_all(const struct recorder *recorder)
{
    uint64_t dropped = 0;
    for (uint32_t i = 0; i < recorder->ports.count; i++)
        for (uint32_t side = 0; side < NET_TAP_SIDES && recorder->tapped[i].captured; side++)
            dropped += net_tap_counts(recorder->tapped[i].tap, side).dropped;
    return dropped;
}

/* Once a capture: how many there were in the end is said then. */
static bool drops_say(struct recorder *recorder, bool said_before)
{
    if (said_before || dropped_in_all(recorder) == 0) return said_before;
    char line[RECORDER_SAID_MAX + 1];
    struct text said = text_in(line, sizeof line);
    text_append(&said, "frames come faster than they are written: some are dropped from it");
    say(recorder, &said);
    return true;
}

/* Until somebody stops it or the disk fails, which is a sentence in problem. */
static void follow(struct recorder *recorder, struct text *problem)
{
    bool drops_said = false;
    nanos_t flushed_ns = system_clock_monotonic();
    while (!atomic_load_explicit(&recorder->stopping, memory_order_acquire) &&
           problem->length == 0) {
        nanos_t until = pressed(recorder) ? UINT64_MAX : ports_now(recorder) - RECORDER_HOLD_NS;
        if (drain(recorder, until, problem) < DRAIN_MAX) pause_ns(PAUSE_NS);
        nanos_t now = system_clock_monotonic();
        drops_said = drops_say(recorder, drops_said);
        if (now - flushed_ns < FLUSH_EVERY_NS || problem->length > 0) continue;
        recorder_files_flush(&recorder->files, problem);
        flushed_ns = now;
    }
}

/* What the rings hold, and what was dropped after the last frame of each. */
static void finish(struct recorder *recorder, struct text *problem)
{
    struct recorder_files *files = &recorder->files;
    while (drain(recorder, UINT64_MAX, problem) > 0) continue;
    for (uint32_t i = 0; i < recorder->ports.count; i++) {
        const struct tapped *tapped = &recorder->tapped[i];
        for (uint32_t side = 0; side < NET_TAP_SIDES && tapped->captured; side++) {
            uint64_t dropped = net_tap_counts(tapped->tap, side).dropped - tapped->dropped[side];
            recorder_files_dropped(files, tapped->interface, dropped);
        }
    }
    recorder_files_close(files, system_clock_wall(), problem);
}

static void end_say(struct recorder *recorder, const struct text *problem)
{
    const struct recorder_files *files = &recorder->files;
    char line[RECORDER_SAID_MAX + 1];
    struct text said = text_in(line, sizeof line);
    uint64_t lost = counter_read(&files->lost);
    if (problem->length > 0) text_format(&said, "%s; it has ended: ", problem->bytes);
    else text_append(&said, "it has ended: ");
    text_grouped(&said, counter_read(&files->written));
    text_format(&said, " frames in %" PRIu64 " file%s, ", counter_read(&files->made),
                counter_read(&files->made) == 1 ? "" : "s");
    text_grouped(&said, dropped_in_all(recorder));
    text_append(&said, " dropped for want of room");
    if (lost > 0) {
        text_append(&said, ", ");
        text_grouped(&said, lost);
        text_append(&said, " lost with the disk");
    }
    say(recorder, &said);
}

static void begin_say(struct recorder *recorder)
{
    char line[RECORDER_SAID_MAX + 1];
    struct text said = text_in(line, sizeof line);
    const char *between = "what ";
    for (uint32_t i = 0; i < recorder->ports.count; i++) {
        if (!recorder->tapped[i].captured) continue;
        text_format(&said, "%s%s", between, recorder->ports.port[i].name);
        between = ", ";
    }
    text_format(&said, " sees and sends is written to %s/%s", recorder->folder,
                recorder_files_name(&recorder->files));
    say(recorder, &said);
}

static void *run(void *argument)
{
    struct recorder *recorder = argument;
    char line[RECORDER_SAID_MAX + 1];
    struct text problem = text_in(line, sizeof line);
    bool opened = files_open(recorder, &problem);
    bool ready = opened && rings_make(recorder, &problem);
    if (ready) {
        begin_say(recorder);
        taps_on(recorder);
        state_set(recorder, RECORDER_RUNS);
        follow(recorder, &problem);
        state_set(recorder, RECORDER_STOPPING);
        taps_off(recorder);
        finish(recorder, &problem);
        end_say(recorder, &problem);
    } else {
        text_append(&problem, "; it has not begun");
        say(recorder, &problem);
        char more[RECORDER_SAID_MAX + 1];
        struct text unsaid = text_in(more, sizeof more);
        if (opened) recorder_files_close(&recorder->files, system_clock_wall(), &unsaid);
    }
    rings_free(recorder);
    state_set(recorder, problem.length > 0 ? RECORDER_FAILED : RECORDER_IDLE);
    return NULL;
}

/* The control thread. */

struct recorder *recorder_new(const struct recorder_ports *ports)
{
    static const struct spsc_limits said_limits = {.slots = SAID_SLOTS,
                                                   .slot_bytes = sizeof(struct said)};
    CHECK(ports->count <= RECORDER_PORTS_MAX);
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (!recorder) return NULL;
    void *said = aligned_alloc(CACHE_LINE, spsc_footprint(&said_limits));
    uint8_t *taps = aligned_alloc(CACHE_LINE, (ports->count + 1ul) * net_tap_footprint());
    if (!said || !taps) {
        free(said);
        free(taps);
        free(recorder);
        return NULL;
    }
    recorder->ports = *ports;
    recorder->said = spsc_new(said, &said_limits);
    recorder->taps = taps;
    for (uint32_t i = 0; i < ports->count; i++)
        recorder->tapped[i].tap = net_tap_new(taps + i * net_tap_footprint(), ports->port[i].queue);
    return recorder;
}

/* Waits for a thread that ends. */
static void thread_join(struct recorder *recorder)
{
    if (recorder->begun) pthread_join(recorder->thread, NULL);
    recorder->begun = false;
}

void recorder_await(struct recorder *recorder)
{
    recorder_stop(recorder);
    thread_join(recorder);
}

void recorder_free(struct recorder *recorder)
{
    if (!recorder) return;
    recorder_await(recorder);
    for (uint32_t i = 0; i < recorder->ports.count; i++) net_tap_leave(recorder->tapped[i].tap);
    free(recorder->taps);
    free(recorder->said);
    free(recorder);
}

static void plan_take(struct recorder *recorder, const struct recorder_plan *plan)
{
    CHECK(strlen(plan->folder) <= RECORDER_FOLDER_MAX);
    CHECK(plan->ring_bytes >= RECORDER_RING_BYTES_MIN);
    CHECK(plan->snap_bytes >= NET_TAP_SNAP_MIN);
    CHECK(plan->snap_bytes <= NET_FRAME_BYTES_MAX);
    recorder->plan = *plan;
    snprintf(recorder->folder, sizeof recorder->folder, "%s", plan->folder);
    for (uint32_t i = 0; i < recorder->ports.count; i++)
        recorder->tapped[i].captured = plan->ports >> i & 1;
}

bool recorder_start(struct recorder *recorder, const struct recorder_plan *plan,
                    struct text *problem)
{
    enum recorder_state state = state_now(recorder);
    if (state != RECORDER_IDLE && state != RECORDER_FAILED) {
        text_format(problem, "capture: it %s already", recorder_state_text(state));
        return false;
    }
    thread_join(recorder);
    plan_take(recorder, plan);
    atomic_store_explicit(&recorder->stopping, 0, memory_order_relaxed);
    state_set(recorder, RECORDER_STARTING);
    /* It takes no signals, so a file that is too long is an error of write. */
    int refused = thread_begin(&recorder->thread, NULL, run, recorder);
    recorder->begun = refused == 0;
    if (recorder->begun) {
        (void)pthread_setname_np(recorder->thread, "recorder"); /* for top -H */
        return true;
    }
    state_set(recorder, RECORDER_FAILED);
    text_format(problem, "capture: there is no thread for it: %s", strerror(refused));
    return false;
}

bool recorder_stop(struct recorder *recorder)
{
    enum recorder_state state = state_now(recorder);
    if (state != RECORDER_STARTING && state != RECORDER_RUNS) return false;
    atomic_store_explicit(&recorder->stopping, 1, memory_order_release);
    return true;
}

bool recorder_said(struct recorder *recorder, struct text *line)
{
    const struct said *said = spsc_front(recorder->said);
    if (!said) return false;
    text_append(line, said->text);
    spsc_release(recorder->said);
    return true;
}

void recorder_view(const struct recorder *recorder, struct recorder_view *view)
{
    const struct recorder_files *files = &recorder->files;
    *view = (struct recorder_view){
        .state = state_now(recorder),
        .written = counter_read(&files->written),
        .lost = counter_read(&files->lost),
        .byte = counter_read(&files->bytes),
        .file = counter_read(&files->made),
        .removed = counter_read(&files->removed),
        .ports = recorder->ports.count,
    };
    for (uint32_t i = 0; i < view->ports; i++) {
        const struct tapped *tapped = &recorder->tapped[i];
        struct net_tap_counts came = net_tap_counts(tapped->tap, NET_TAP_CAME);
        struct net_tap_counts went = net_tap_counts(tapped->tap, NET_TAP_WENT);
        view->port[i] = (struct recorder_view_port){
            .name = recorder->ports.port[i].name,
            .captured = tapped->captured,
            .came_kept = came.kept,
            .came_dropped = came.dropped,
            .went_kept = went.kept,
            .went_dropped = went.dropped,
        };
    }
}
