/* The hot stages ask nobody for anything: after the start their turns allocate no memory and make
 * no system call.  Both counters are first shown to count.
 *
 * Allocations are counted by the allocator's own functions, which this program replaces; system
 * calls by the kernel, which kills a child process at the first one (tests/net/quiet.h). */

#include "apps/pollux-generate/flow.h"
#include "dataplane/strategy/tally.h"
#include "tests/net/quiet.h"
#include "tests/stage/rig.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGES = 60000, MESSAGES_WARM = 2000, PACKET_BYTES = 1200 };

static _Thread_local volatile bool counting; /* the compiler believes that malloc reads nothing */
static volatile uint64_t allocations;

#if QUIET_WATCHED
/* glibc's own, under the names it exports for replacements like these. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);
void __libc_free(void *memory);

void *malloc(size_t bytes)
{
    allocations += counting;
    return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    allocations += counting;
    return __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    allocations += counting;
    return __libc_realloc(memory, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    allocations += counting;
    return __libc_memalign(alignment, bytes);
}

void free(void *memory)
{
    allocations += counting;
    __libc_free(memory);
}
#endif

static struct rig rig;
static struct flow *flow;
static uint8_t message[FLOW_MESSAGE_BYTES];
static uint32_t message_bytes;
static uint64_t sent;

static void before_each(void)
{
    struct flow_plan plan = flow_plan_scaled(&flow_preset_find("hot")->plan, MESSAGES);
    flow = flow_new(aligned_alloc(CACHE_LINE, ALIGN_UP(flow_footprint(&plan), CACHE_LINE)), &plan);
    rig_plan(&rig);
    rig_open(&rig);
    nanos_t time_ns;
    message_bytes = flow_next(flow, message, &time_ns);
    sent = 0;
}

static void after_each(void)
{
    rig_close(&rig);
    free(flow);
}

/* Sends about so many messages of the flow, with turns and now and then housekeeping. */
static bool work(uint64_t messages)
{
    uint64_t end = sent + messages;
    for (uint32_t packets = 1; message_bytes > 0 && sent < end; packets++) {
        struct packet packet = packet_at(rig.sequence);
        while (message_bytes > 0 && packet.bytes + 2 + message_bytes <= PACKET_BYTES) {
            packet_add(&packet, message, message_bytes);
            nanos_t time_ns;
            message_bytes = flow_next(flow, message, &time_ns);
            sent++;
        }
        rig_send(&rig, &packet);
        if (packets % 90 != 0) continue; /* full bursts and lesser ones */
        rig_settle(&rig);
        feed_stage_kind.housekeeping(rig.feed, 0);
        engine_stage_kind.housekeeping(rig.engine, 0);
    }
    rig_settle(&rig);
    return true;
}

static bool work_on(void *unused)
{
    (void)unused;
    return work(MESSAGES) && feed_counts(feed_stage_feed(rig.feed))->message == MESSAGES;
}

static bool work_and_ask(void *unused)
{
    (void)syscall(SYS_getppid);
    return work_on(unused);
}

static bool rest(void *unused)
{
    (void)unused;
    return true;
}

static bool ask(void *unused)
{
    (void)unused;
    return syscall(SYS_getppid) != 0;
}

/* The watch itself works here: quiet is quiet, and a question is seen. */
static bool watched(void)
{
    return QUIET_WATCHED && quiet_runs(rest, NULL) && !quiet_runs(ask, NULL);
}

SPEC(the_counter_of_allocations_counts)
{
    uint64_t before = allocations;
    counting = true;
    void *volatile memory = malloc(10);
    free(memory);
    counting = false;
    EXPECT_UINT(allocations - before, QUIET_WATCHED ? 2 : 0);
    memory = malloc(10);
    free(memory);
    EXPECT_UINT(allocations - before, QUIET_WATCHED ? 2 : 0);
}

SPEC(turns_and_housekeeping_allocate_nothing)
{
    uint64_t before = allocations;
    counting = true;
    bool worked = work_on(NULL);
    counting = false;
    EXPECT(worked);
    EXPECT_UINT(allocations - before, 0);
}

SPEC(a_system_call_would_be_seen)
{
    work(MESSAGES_WARM);
    if (QUIET_WATCHED) EXPECT(!quiet_runs(work_and_ask, NULL));
}

SPEC(turns_and_housekeeping_make_no_system_call)
{
    work(MESSAGES_WARM);
    EXPECT(quiet_runs(work_on, NULL));
}

static void before_first(void)
{
    static bool asked;
    before_each();
    if (asked) return;
    asked = true;
    if (!watched()) spec_skip("system calls cannot be watched here (no seccomp, or a sanitizer)");
}

#define SPECS(S)                                                                                   \
    S(the_counter_of_allocations_counts)                                                           \
    S(turns_and_housekeeping_allocate_nothing)                                                     \
    S(a_system_call_would_be_seen)                                                                 \
    S(turns_and_housekeeping_make_no_system_call)
SPEC_MAIN("quiet stages", SPECS, before_first, after_each)
