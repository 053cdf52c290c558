/* The way from a market to an order asks nobody for anything: after the start the turns of an
 * engine stage with a gateway, its order host and its journal's half allocate no memory and make no
 * system call, by TCP and within the process.
 *
 * The allocator is replaced by one that only ever takes from an array, so that the rig around the
 * stages, which does allocate, makes no system call either; what the engine's turns allocate is
 * counted.  System calls are watched by the kernel (tests/net/quiet.h). */

#include "tests/net/quiet.h"
#include "tests/stage/trading_rig.h"
#include "tests/support/spec.h"

#include <string.h>

enum { TRADES = 2000, TRADES_WARM = 100 };

static volatile bool counting; /* the compiler believes that malloc reads nothing */
static volatile uint64_t allocations;

#if QUIET_WATCHED
enum { HEAP_BYTES = 1 << 30 };
static _Alignas(64) uint8_t heap[HEAP_BYTES]; /* pages that are not touched are not there */
static size_t heap_used;

void *aligned_alloc(size_t alignment, size_t bytes)
{
    allocations += counting;
    size_t at = (heap_used + sizeof(size_t) + alignment - 1) / alignment * alignment;
    if (at + bytes > HEAP_BYTES) return NULL;
    memcpy(heap + at - sizeof bytes, &bytes, sizeof bytes);
    heap_used = at + bytes;
    return heap + at;
}

void *malloc(size_t bytes)
{
    return aligned_alloc(64, bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return aligned_alloc(64, count * bytes); /* never used before: zero */
}

void *realloc(void *memory, size_t bytes)
{
    void *larger = aligned_alloc(64, bytes);
    size_t was = 0;
    if (memory) memcpy(&was, (uint8_t *)memory - sizeof was, sizeof was);
    return larger && was ? memcpy(larger, memory, was < bytes ? was : bytes) : larger;
}

void free(void *memory)
{
    allocations += counting && memory != NULL;
}
#endif

static struct trading *trading;

static void engine_runs(bool runs)
{
    counting = runs;
}

/* Others trade with the quotes, here and there; now and then time passes. */
static bool trades(uint32_t count)
{
    uint64_t fills = trading_view(trading).fill;
    for (uint32_t i = 0; i < count; i++) {
        bool buys = i % 2 == 0;
        (void)exchange_enter(trading->exchange, 1,
                             &(struct exchange_order){.side = buys ? 'B' : 'S',
                                                      .qty = 1 + i % 90,
                                                      .price_e4 = buys ? 101000 : 99000,
                                                      .immediate = true});
        exchange_run(trading->exchange, i % 50 == 0 ? 20 * NANOS_MILLI : NANOS_MILLI / 2);
    }
    exchange_run(trading->exchange, 5 * NANOS_MILLI);
    return trading_view(trading).fill > fills + count / 2;
}

static bool work(void *unused)
{
    (void)unused;
    return trades(TRADES);
}

static bool work_and_ask(void *unused)
{
    (void)syscall(SYS_getppid);
    return work(unused);
}

static void given(bool inside)
{
    trading = trading_new(inside, 1, VENUE_DISK);
    exchange_connect(trading->exchange, 0);
    exchange_connect(trading->exchange, 1);
    exchange_run(trading->exchange, 50 * NANOS_MILLI);
    for (uint32_t i = 0; i < 2; i++)
        (void)exchange_enter(trading->exchange, 0,
                             &(struct exchange_order){.side = i ? 'S' : 'B',
                                                      .qty = 5000,
                                                      .price_e4 = i ? 102000 : 98000});
    EXPECT(trading_settle(trading));
    EXPECT(trades(TRADES_WARM));
    trading->watch = engine_runs;
}

static void after_each(void)
{
    counting = false;
    if (!trading) return;
    trading->watch = NULL;
    EXPECT_TEXT(trading->exchange->wrong ? trading->exchange->wrong : "", "");
    trading_delete(trading);
    trading = NULL;
}

SPEC(the_counter_of_allocations_counts)
{
    uint64_t before = allocations;
    counting = true;
    void *volatile memory = malloc(10);
    free(memory);
    counting = false;
    EXPECT_UINT(allocations - before, QUIET_WATCHED ? 2 : 0);
}

SPEC(turns_over_tcp_allocate_nothing)
{
    given(false);
    uint64_t before = allocations;
    EXPECT(work(NULL));
    EXPECT_UINT(allocations - before, 0);
}

SPEC(turns_inside_allocate_nothing)
{
    given(true);
    uint64_t before = allocations;
    EXPECT(work(NULL));
    EXPECT_UINT(allocations - before, 0);
}

SPEC(a_system_call_would_be_seen)
{
    given(false);
    if (QUIET_WATCHED) EXPECT(!quiet_runs(work_and_ask, NULL));
}

SPEC(turns_over_tcp_make_no_system_call)
{
    given(false);
    EXPECT(quiet_runs(work, NULL));
}

SPEC(turns_inside_make_no_system_call)
{
    given(true);
    EXPECT(quiet_runs(work, NULL));
}

#define SPECS(S)                                                                                   \
    S(the_counter_of_allocations_counts)                                                           \
    S(turns_over_tcp_allocate_nothing)                                                             \
    S(turns_inside_allocate_nothing)                                                               \
    S(a_system_call_would_be_seen)                                                                 \
    S(turns_over_tcp_make_no_system_call)                                                          \
    S(turns_inside_make_no_system_call)

SPEC_MAIN("quiet trading", SPECS, NULL, after_each)
