/* What the recorder promises, each alone: what is in its files, how they replace each other, and
 * what becomes of it when the disk is slow, full or not there. */

#include "tests/recorder/recorder_rig.h"
#include "tests/support/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

/* What the files hold, in order. */
struct heard {
    uint64_t count;
    uint64_t of[RIG_PORTS][3]; /* by direction */
    nanos_t latest_ns;
    uint64_t late; /* records that are earlier than one before */
};

static void hear(void *context, const struct capture_record *record)
{
    struct heard *heard = context;
    heard->count++;
    heard->of[record->interface][record->direction]++;
    heard->late += record->time_ns < heard->latest_ns;
    if (record->time_ns > heard->latest_ns) heard->latest_ns = record->time_ns;
}

static bool said(const char *words)
{
    return strstr(rig.said, words) != NULL;
}

SPEC(a_frame_is_there_as_sent_and_as_received)
{
    EXPECT(rig_start() == RECORDER_RUNS);
    EXPECT(rig_send(0, 60));
    rig_take(1);
    EXPECT(rig_send(3, 70));
    rig_take(2);
    rig_stop();
    struct heard heard = {0};
    EXPECT_UINT(rig_read(hear, &heard), 4);
    EXPECT_UINT(heard.of[0][CAPTURE_OUTBOUND], 1);
    EXPECT_UINT(heard.of[1][CAPTURE_INBOUND], 1);
    EXPECT_UINT(heard.of[3][CAPTURE_OUTBOUND], 1);
    EXPECT_UINT(heard.of[2][CAPTURE_INBOUND], 1);
    EXPECT(said("what a0, a1, b0, b1 sees and sends is written to /tmp/recorder_"));
    EXPECT(said("4 frames in 1 file, 0 dropped for want of room\n"));
    EXPECT(!said("faster than they are written"));
    EXPECT(rig_view().state == RECORDER_IDLE);
}

SPEC(only_the_ports_that_are_asked_for_are_captured)
{
    rig.plan.ports = 1u << 1;
    EXPECT(rig_start() == RECORDER_RUNS);
    for (uint32_t i = 0; i < 10; i++) rig_send(0, 60), rig_take(1), rig_send(2, 60), rig_take(3);
    rig_stop();
    struct heard heard = {0};
    EXPECT_UINT(rig_read(hear, &heard), 10);
    EXPECT_UINT(heard.of[0][CAPTURE_INBOUND], 10); /* the file's only interface */
    struct recorder_view view = rig_view();
    EXPECT(!view.port[0].captured && view.port[1].captured);
    EXPECT_UINT(view.port[1].came_kept, 10);
}

SPEC(of_all_ports_together_the_frames_are_in_the_order_of_time)
{
    EXPECT(rig_start() == RECORDER_RUNS);
    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t port = i * 7 % 4;
        rig_send(port, 60 + i % 900);
        rig_take(port ^ 1);
        if (i % 100 == 0) nanosleep(&(struct timespec){.tv_nsec = NANOS_MILLI}, NULL);
    }
    rig_stop();
    struct heard heard = {0};
    EXPECT_UINT(rig_read(hear, &heard), 6000);
    EXPECT_UINT(heard.late, 0);
}

SPEC(it_is_started_and_stopped_again_and_again)
{
    uint64_t before = 0;
    for (uint32_t i = 1; i <= 5; i++) {
        rig_send(0, 60), rig_take(1); /* between captures: in no file */
        EXPECT(rig_start() == RECORDER_RUNS);
        for (uint32_t frame = 0; frame < i; frame++) rig_send(0, 60), rig_take(1);
        rig_stop();
        EXPECT_UINT(rig_view().written, 2ull * i);
        before += 2ull * i;
        EXPECT_UINT(rig_read(NULL, NULL), before);
    }
}

SPEC(one_capture_at_a_time_and_none_is_stopped_twice)
{
    char line[256];
    struct text problem = text_in(line, sizeof line);
    EXPECT(!recorder_stop(rig.recorder));
    EXPECT(rig_start() == RECORDER_RUNS);
    EXPECT(!recorder_start(rig.recorder, &rig.plan, &problem));
    EXPECT_TEXT(line, "capture: it runs already");
    EXPECT(recorder_stop(rig.recorder));
    rig_stop();
    EXPECT(!recorder_stop(rig.recorder));
}

SPEC(a_file_ends_where_it_may_be_no_longer_and_the_next_one_goes_on)
{
    static struct rig_files files;
    rig.plan.file_bytes = RECORDER_FILE_BYTES_MIN;
    EXPECT(rig_start() == RECORDER_RUNS);
    for (uint32_t i = 0; i < 300; i++) rig_send(0, 1000), rig_take(1);
    rig_stop();
    EXPECT_UINT(rig_read(NULL, NULL), 600);
    rig_files(&files);
    EXPECT(files.count >= 600000 / RECORDER_FILE_BYTES_MIN);
    for (uint32_t i = 0; i < files.count; i++) {
        struct stat is;
        EXPECT(stat(files.path[i], &is) == 0);
        EXPECT((uint64_t)is.st_size <= RECORDER_FILE_BYTES_MIN);
    }
    EXPECT_UINT(rig_view().file, files.count);
}

static bool there(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", rig.folder, name);
    return access(path, F_OK) == 0;
}

static void make(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", rig.folder, name);
    int file = open(path, O_CREAT | O_WRONLY, 0600);
    EXPECT(file >= 0 && close(file) == 0);
}

SPEC(the_newest_files_stay_and_what_is_not_a_capture_of_ours_stays_too)
{
    static struct rig_files files;
    make("capture-20010101T000000.000000Z.pcapng");
    make("capture-mine.pcapng");
    make("notes");
    rig.plan.file_bytes = RECORDER_FILE_BYTES_MIN;
    rig.plan.files = 3;
    EXPECT(rig_start() == RECORDER_RUNS);
    for (uint32_t i = 0; i < 400; i++) rig_send(0, 1000), rig_take(1);
    rig_stop();
    EXPECT(!there("capture-20010101T000000.000000Z.pcapng"));
    EXPECT(there("capture-mine.pcapng"));
    EXPECT(there("notes"));
    EXPECT(unlinkat(AT_FDCWD, rig.folder, 0) != 0);
    rig_files(&files);
    EXPECT_UINT(files.count, 3 + 1);
    struct recorder_view view = rig_view();
    EXPECT_UINT(view.file + 1 - view.removed, 3);
    EXPECT_UINT(view.written, 800);
}

SPEC(a_clock_that_was_set_back_removes_the_old_files_and_not_the_new_ones)
{
    static const char *const later[] = {"capture-20990101T000000.000000Z.pcapng",
                                        "capture-20990101T000000.000001Z.pcapng",
                                        "capture-20991231T235959.999999Z.pcapng"};
    static struct rig_files files;
    for (uint32_t i = 0; i < ARRAY_COUNT(later); i++) make(later[i]);
    rig.plan.file_bytes = RECORDER_FILE_BYTES_MIN;
    rig.plan.files = 3;
    EXPECT(rig_start() == RECORDER_RUNS);
    for (uint32_t i = 0; i < 400; i++) rig_send(0, 1000), rig_take(1);
    rig_stop();
    for (uint32_t i = 0; i < ARRAY_COUNT(later); i++) EXPECT(!there(later[i]));
    rig_files(&files);
    EXPECT_UINT(files.count, 3);
    EXPECT(rig_start() == RECORDER_RUNS); /* and so does the next capture */
    rig_send(0, 1000), rig_take(1);
    rig_stop();
    rig_files(&files);
    EXPECT_UINT(files.count, 3);
    EXPECT_UINT(rig_view().removed, 1);
}

SPEC(a_file_of_a_time_that_none_has_is_no_reason_for_names_that_never_were)
{
    make("capture-99991231T235959.999999Z.pcapng");
    make("capture-abcdefghTijklmn.opqrstZ.pcapng");
    EXPECT(rig_start() == RECORDER_RUNS);
    rig_send(0, 1000), rig_take(1);
    rig_stop();
    EXPECT_UINT(rig_view().written, 2);
}

SPEC(a_folder_that_cannot_be_made_is_a_sentence_and_the_next_start_may_be_right)
{
    rig.plan.folder = "/proc/captures/here";
    EXPECT(rig_start() == RECORDER_FAILED);
    rig_stop();
    EXPECT(said("the folder /proc/captures/here cannot be opened: No such file or directory"));
    rig.plan.folder = rig.folder;
    EXPECT(rig_start() == RECORDER_RUNS);
    rig_stop();
    EXPECT(rig_view().state == RECORDER_IDLE);
}

static void expect_sums(const struct recorder_view *view)
{
    uint64_t kept = 0;
    for (uint32_t i = 0; i < RIG_PORTS; i++) kept += view->port[i].came_kept;
    for (uint32_t i = 0; i < RIG_PORTS; i++) kept += view->port[i].went_kept;
    EXPECT_UINT(view->written + view->lost, kept);
}

/* The kernel says EFBIG where a full disk says ENOSPC; what follows is the same. */
SPEC(a_full_disk_ends_the_capture_with_whole_files_and_a_count)
{
    struct rlimit before, small = {.rlim_cur = 300001, .rlim_max = RLIM_INFINITY};
    EXPECT(getrlimit(RLIMIT_FSIZE, &before) == 0);
    small.rlim_max = before.rlim_max;
    EXPECT(rig_start() == RECORDER_RUNS);
    EXPECT(setrlimit(RLIMIT_FSIZE, &small) == 0);
    while (rig_view().state == RECORDER_RUNS) rig_send(0, 1000), rig_take(1);
    rig_stop();
    EXPECT(setrlimit(RLIMIT_FSIZE, &before) == 0);
    struct recorder_view view = rig_view();
    EXPECT(view.state == RECORDER_FAILED);
    EXPECT(said("cannot be written: File too large; it has ended: "));
    EXPECT(view.written > 200 && view.lost > 0);
    EXPECT_UINT(rig_read(NULL, NULL), view.written);
    expect_sums(&view);
    for (uint32_t i = 0; i < 100; i++) rig_send(0, 60), rig_take(1); /* the box goes on */
    EXPECT_UINT(rig.received[1], rig.sent[0]);
    EXPECT(rig_start() == RECORDER_RUNS);
}

static ssize_t write_nothing(int file, const void *bytes, size_t length)
{
    (void)file, (void)bytes, (void)length;
    errno = ENOSPC;
    return -1;
}

SPEC(a_disk_that_takes_nothing_leaves_no_file)
{
    static struct rig_files files;
    rig.plan.write = write_nothing;
    EXPECT(rig_start() == RECORDER_RUNS);
    for (uint32_t i = 0; i < 10; i++) rig_send(0, 60), rig_take(1);
    rig_stop();
    rig_files(&files);
    EXPECT_UINT(files.count, 0);
    EXPECT(said("No space left on device; it has ended: 0 frames in 1 file, 0 dropped"));
    EXPECT(said("20 lost with the disk"));
}

/* Its thread, which is who writes. */

static _Atomic bool takes_faults, takes_others;

static ssize_t write_looking(int file, const void *bytes, size_t length)
{
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    atomic_store(&takes_faults, !sigismember(&blocked, SIGSEGV) && !sigismember(&blocked, SIGBUS) &&
                                    !sigismember(&blocked, SIGABRT));
    atomic_store(&takes_others, !sigismember(&blocked, SIGTERM) || !sigismember(&blocked, SIGXFSZ));
    return write(file, bytes, length);
}

SPEC(its_thread_takes_the_signals_of_faults_and_no_others)
{
    rig.plan.write = write_looking;
    EXPECT(rig_start() == RECORDER_RUNS);
    rig_stop();
    EXPECT(atomic_load(&takes_faults));
    EXPECT(!atomic_load(&takes_others));
}

/* A disk that stands still until it is let go. */

static _Atomic bool standing;
static _Atomic bool waiting; /* the recorder is */

static ssize_t write_standing(int file, const void *bytes, size_t length)
{
    atomic_store(&waiting, true);
    while (atomic_load(&standing)) nanosleep(&(struct timespec){.tv_nsec = NANOS_MILLI}, NULL);
    return write(file, bytes, length);
}

enum { ROUND_FRAMES = 100, ROUNDS = 15 };

/* The least ticks that so many frames took, sent and received: what the machine does meanwhile
 * makes it only more.  Goes on until they are below a bound, as long as our patience lasts. */
static uint64_t round_ticks(uint64_t bound)
{
    uint64_t least = UINT64_MAX, end = patience_end(PATIENCE_S / 2);
    for (uint32_t round = 0; round < ROUNDS || (least >= bound && patience_now_ns() < end);
         round++) {
        uint64_t start = __rdtsc();
        for (uint32_t i = 0; i < ROUND_FRAMES; i++) rig_send(0, 1000), rig_take(1);
        uint64_t ticks = __rdtsc() - start;
        if (ticks < least) least = ticks;
    }
    return least;
}

SPEC(a_disk_that_stands_still_costs_frames_of_the_capture_and_no_time)
{
    rig.plan.ring_bytes = 4 << 20;
    rig.plan.write = write_standing;
    atomic_store(&standing, true);
    EXPECT(rig_start() == RECORDER_RUNS);
    for (rig_send(0, 100), rig_take(1); !atomic_load(&waiting);)
        nanosleep(&(struct timespec){.tv_nsec = NANOS_MILLI}, NULL);
    uint64_t room = round_ticks(UINT64_MAX);
    EXPECT_UINT(rig_view().port[0].went_dropped, 0);
    while (rig_view().port[0].went_dropped == 0) rig_send(0, 1000), rig_take(1);
    uint64_t full = round_ticks(room + room / 2);
    struct recorder_view stood = rig_view();
    EXPECT(stood.port[0].went_dropped >= (uint64_t)ROUNDS * ROUND_FRAMES);
    EXPECT_UINT(stood.written, 0);
    spec_expect(__FILE__, __LINE__, full < room + room / 2,
                "%u frames take %" PRIu64 " ticks when the rings are full, %" PRIu64 " with room",
                ROUND_FRAMES, full, room);
    printf("(full %.2f of room) ", (double)full / (double)room);
    atomic_store(&standing, false);
    rig_await("frames come faster than they are written: some are dropped from it\n");
    rig_stop();
    struct recorder_view view = rig_view();
    EXPECT_UINT(view.lost, 0);
    EXPECT_UINT(view.port[0].went_kept + view.port[0].went_dropped, rig.sent[0]);
    EXPECT_UINT(view.port[1].came_kept + view.port[1].came_dropped, rig.sent[0]);
    expect_sums(&view);
    EXPECT_UINT(rig_read(NULL, NULL), view.written);
}

SPEC(what_is_written_is_on_the_disk_soon_and_not_only_at_the_end)
{
    EXPECT(rig_start() == RECORDER_RUNS);
    rig_send(0, 60), rig_take(1);
    for (uint64_t end = patience_end(PATIENCE_S); rig_view().written < 2 && patience_wait(end);) {
    }
    EXPECT_UINT(rig_view().written, 2);
    EXPECT_UINT(rig_read(NULL, NULL), 2);
}

#define SPECS(S)                                                                                   \
    S(a_frame_is_there_as_sent_and_as_received)                                                    \
    S(only_the_ports_that_are_asked_for_are_captured)                                              \
    S(of_all_ports_together_the_frames_are_in_the_order_of_time)                                   \
    S(it_is_started_and_stopped_again_and_again)                                                   \
    S(one_capture_at_a_time_and_none_is_stopped_twice)                                             \
    S(a_file_ends_where_it_may_be_no_longer_and_the_next_one_goes_on)                              \
    S(the_newest_files_stay_and_what_is_not_a_capture_of_ours_stays_too)                           \
    S(a_clock_that_was_set_back_removes_the_old_files_and_not_the_new_ones)                        \
    S(a_file_of_a_time_that_none_has_is_no_reason_for_names_that_never_were)                       \
    S(a_folder_that_cannot_be_made_is_a_sentence_and_the_next_start_may_be_right)                  \
    S(a_full_disk_ends_the_capture_with_whole_files_and_a_count)                                   \
    S(a_disk_that_takes_nothing_leaves_no_file)                                                    \
    S(its_thread_takes_the_signals_of_faults_and_no_others)                                        \
    S(a_disk_that_stands_still_costs_frames_of_the_capture_and_no_time)                            \
    S(what_is_written_is_on_the_disk_soon_and_not_only_at_the_end)

SPEC_MAIN("recorder", SPECS, rig_open, rig_close)
