/* A struct shown by one thread is copied by others whole or not at all. */

#include "dataplane/stage/snapshot.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WORDS = 512, SHOWN = 20000, PAGES_BYTES = 2 * 4096 };

struct value {
    uint64_t word[WORDS];
};

static struct snapshot *snapshot;
static _Atomic bool ended;

static void before_each(void)
{
    size_t bytes = snapshot_footprint(sizeof(struct value));
    snapshot =
        snapshot_new(aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE)), sizeof(struct value));
    atomic_store(&ended, false);
}

static void after_each(void)
{
    free(snapshot);
}

SPEC(before_anything_is_shown_a_copy_is_zero)
{
    struct value value = {{1}};
    snapshot_copy(snapshot, &value);
    for (uint32_t i = 0; i < WORDS; i++) EXPECT_UINT(value.word[i], 0);
}

SPEC(a_copy_is_what_was_shown_last)
{
    struct value shown, copied;
    for (uint64_t round = 1; round <= 3; round++) {
        for (uint32_t i = 0; i < WORDS; i++) shown.word[i] = round * 1000 + i;
        snapshot_show(snapshot, &shown);
        snapshot_copy(snapshot, &copied);
        EXPECT(memcmp(&shown, &copied, sizeof shown) == 0);
    }
}

static void *show_on(void *unused)
{
    struct value value;
    for (uint64_t round = 1; round <= SHOWN / PATIENCE_SLOWER; round++) {
        for (uint32_t i = 0; i < WORDS; i++) value.word[i] = round + i;
        snapshot_show(snapshot, &value);
        if (round % 16 == 0) sched_yield(); /* a reader that never gets between waits for long */
    }
    atomic_store(&ended, true);
    return unused;
}

SPEC(copies_taken_while_it_is_shown_are_whole_and_never_go_back)
{
    pthread_t writer;
    EXPECT(pthread_create(&writer, NULL, show_on, NULL) == 0);
    uint64_t torn = 0, back = 0, last = 0;
    for (bool again = true; again;) {
        again = !atomic_load(&ended);
        struct value value;
        snapshot_copy(snapshot, &value);
        back += value.word[0] < last;
        last = value.word[0];
        for (uint32_t i = 0; last && i < WORDS; i++) torn += value.word[i] != last + i;
    }
    pthread_join(writer, NULL);
    EXPECT_UINT(torn, 0);
    EXPECT_UINT(back, 0);
    EXPECT_UINT(last, SHOWN / PATIENCE_SLOWER);
}

SPEC(a_struct_of_odd_bytes_is_refused)
{
    static CACHE_ALIGNED uint8_t memory[256];
    EXPECT_STOP(snapshot_new(memory, 12), "sizeof(uint64_t)");
}

/* A writer that is stopped in the middle: the second half of its value is on a page that it may not
 * read, and the handler of its fault copies before it lets it go on. */

static uint8_t *pages;
static struct value copied_meanwhile;

static void stopped(int signal)
{
    (void)signal;
    snapshot_copy(snapshot, &copied_meanwhile);
    (void)mprotect(pages, PAGES_BYTES, PROT_READ | PROT_WRITE);
}

SPEC(a_writer_that_is_stopped_in_the_middle_keeps_no_reader)
{
    struct value value, after;
    struct sigaction action = {.sa_handler = stopped}, before;
    pages = mmap(NULL, PAGES_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(pages != MAP_FAILED);
    if (pages == MAP_FAILED) return;
    uint8_t *half = pages + PAGES_BYTES / 2;
    for (uint32_t i = 0; i < WORDS; i++) value.word[i] = 7;
    snapshot_show(snapshot, &value);
    for (uint32_t i = 0; i < WORDS; i++) value.word[i] = 8;
    memcpy(half - sizeof value / 2, &value, sizeof value);
    EXPECT(mprotect(half, PAGES_BYTES / 2, PROT_NONE) == 0);
    EXPECT(sigaction(SIGSEGV, &action, &before) == 0);
    alarm(PATIENCE_S);
    snapshot_show(snapshot, half - sizeof value / 2);
    alarm(0);
    EXPECT(sigaction(SIGSEGV, &before, NULL) == 0);
    snapshot_copy(snapshot, &after);
    for (uint32_t i = 0; i < WORDS; i++) {
        EXPECT_UINT(copied_meanwhile.word[i], 7);
        EXPECT_UINT(after.word[i], 8);
    }
    munmap(pages, PAGES_BYTES);
}

#define SPECS(S)                                                                                   \
    S(before_anything_is_shown_a_copy_is_zero)                                                     \
    S(a_copy_is_what_was_shown_last)                                                               \
    S(copies_taken_while_it_is_shown_are_whole_and_never_go_back)                                  \
    S(a_writer_that_is_stopped_in_the_middle_keeps_no_reader)                                      \
    S(a_struct_of_odd_bytes_is_refused)
SPEC_MAIN("snapshot", SPECS, before_each, after_each)
