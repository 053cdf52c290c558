/* What journal_kill.py kills: a venue that is told a stream of inputs that follows from a seed, and
 * says what it has acknowledged.  And its other side, an engine without a journal.
 *
 *     journal_submitter FOLDER SEED process|disk SNAPSHOT_EVERY INPUTS_MAX
 *         standard output, 64-bit words: the recovered sequence, the state's digest, then again and
 *         again the highest number that is acknowledged; SUBMITTER_FULL while there is no space
 *     journal_submitter reference SEED
 *         standard input: numbers of inputs, not decreasing; standard output: the digest after each
 *
 * The stream comes in blocks that can be made without those before, so that a restart is quick.
 * Input i of the stream has sequence i + 2 in the journal: 1 is the engine's own record. */

#include "dataplane/journal/journal_hash_setup.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/stage/journal_thread_setup.h"
#include "dataplane/stage/venue.h"
#include "tests/match/random_inputs.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK          512u
#define SUBMITTER_FULL UINT64_MAX
#define IMAGE_BYTES    (1u << 20)

/* The stream. */

struct stream {
    struct random_inputs random;
    uint64_t seed;
    uint64_t next; /* of the stream, from 0 */
};

static void block_begin(struct stream *stream, uint64_t block)
{
    struct chance chance = {stream->seed + block};
    random_inputs_seed(&stream->random, chance_next(&chance), true);
    stream->random.id_last = block * 2 * BLOCK;
    stream->random.time += block * 60 * NANOS_SECOND;
}

static const struct match_input *stream_next(struct stream *stream)
{
    if (stream->next % BLOCK == 0) block_begin(stream, stream->next / BLOCK);
    stream->next++;
    return random_inputs_next(&stream->random);
}

static void stream_seek(struct stream *stream, uint64_t next)
{
    stream->next = next / BLOCK * BLOCK;
    while (stream->next < next) (void)stream_next(stream);
}

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    if (!memory) abort();
    return memset(memory, 0, bytes);
}

static void say(uint64_t word)
{
    if (write(STDOUT_FILENO, &word, sizeof word) != sizeof word) _exit(3);
}

/* The reference. */

static void events_forget(struct match_events *events)
{
    events->count = 0;
}

static int reference(uint64_t seed)
{
    CACHE_ALIGNED struct match_event at[16];
    struct match_events events = {at, ARRAY_COUNT(at), 0, events_forget, NULL};
    struct match_limits limits = random_inputs_limits(true);
    static struct match *match;
    match = match_new(memory_new(match_footprint(&limits)), &limits);
    struct stream stream = {.seed = seed};
    uint64_t wanted;
    while (read(STDIN_FILENO, &wanted, sizeof wanted) == sizeof wanted) {
        while (stream.next < wanted) {
            struct random_inputs *random = &stream.random;
            (void)stream_next(&stream);
            random->out.input.number = stream.next + 1;
            match_apply(match, &random->out.input, &events);
            events.count = 0;
        }
        say(match_digest(match));
    }
    return 0;
}

/* The venue. */

static struct {
    struct storage_file files;
    struct storage_file more_files; /* for snapshots, beside the journal's thread */
    struct journal_storage storage;
    struct journal_storage more_storage;
    struct journal_recovery *recovery;
    struct journal *journal;
    struct journal_thread thread;
    struct venue *venue;
    struct venue_image image;
    uint64_t snapshot_every;
    uint64_t snapshot_last;
    bool image_waits; /* until it is durable */
    uint64_t said;
} submitter;

static void take(void *context, const struct match_event *at, uint32_t count)
{
    (void)context, (void)at, (void)count;
}

static void wait(void *context)
{
    (void)context;
    (void)sched_yield();
}

static int refuse(const char *what)
{
    fprintf(stderr, "journal_submitter: %s\n", what);
    return 1;
}

static int venue_open(const char *folder, bool process)
{
    static const struct journal_limits limits = {2 * JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX};
    static char sentences[1024], diagnosis[512];
    struct text problems = text_in(sentences, sizeof sentences);
    struct text why = text_in(diagnosis, sizeof diagnosis);
    const struct storage_file_plan plan = {folder, STORAGE_FILE_WRITE, .create = true};
    if (!storage_file_open(&submitter.files, &plan, &problems)) return refuse(problems.bytes);
    if (!storage_file_share(&submitter.more_files, &submitter.files, &problems))
        return refuse(problems.bytes);
    submitter.storage = storage_file_storage(&submitter.files);
    submitter.more_storage = storage_file_storage(&submitter.more_files);
    submitter.recovery = journal_recovery_new(memory_new(journal_recovery_footprint()),
                                              &submitter.storage, &journal_hash_sha256);
    const struct venue_limits venue_limits = {.match = random_inputs_limits(true),
                                              .held = 1024,
                                              .durability = process ? VENUE_PROCESS : VENUE_DISK};
    const struct venue_outlet outlet = {NULL, take, wait};
    struct journal_report report;
    submitter.venue = venue_new(memory_new(venue_footprint(&venue_limits)), &venue_limits, &outlet);
    enum journal_fault fault = venue_recover(submitter.venue, submitter.recovery, &report, NULL);
    if (fault != JOURNAL_FAULT_NONE && fault != JOURNAL_FAULT_EMPTY) {
        journal_diagnosis_print(&why, &report.diagnosis);
        return refuse(why.bytes);
    }
    say(venue_sequence(submitter.venue));
    say(match_digest(venue_match(submitter.venue)));
    submitter.journal = journal_new(memory_new(journal_footprint(&limits)), &limits,
                                    &submitter.storage, &journal_hash_sha256);
    enum journal_io status = venue_start(submitter.venue, submitter.journal, &report);
    if (status != JOURNAL_IO_OK) {
        storage_file_cause(&submitter.files, &why);
        return refuse(why.bytes);
    }
    submitter.snapshot_last = report.snapshot_sequence;
    if (!journal_thread_start(&submitter.thread, submitter.journal, JOURNAL_THREAD_ANY_CPU,
                              &problems))
        return refuse(problems.bytes);
    return 0;
}

static void answer(void)
{
    venue_release(submitter.venue);
    uint64_t answered = venue_answered(submitter.venue);
    if (answered > submitter.said) say(answered);
    submitter.said = answered;
}

/* An image every so often, written when it is durable. */
static int snapshot(void)
{
    struct venue_image *image = &submitter.image;
    uint64_t sequence = venue_sequence(submitter.venue);
    if (!submitter.image_waits && sequence >= submitter.snapshot_last + submitter.snapshot_every) {
        if (!venue_image(submitter.venue, image)) return refuse("the image does not fit");
        submitter.image_waits = true;
        submitter.snapshot_last = sequence;
    }
    uint64_t durable = journal_durable(submitter.journal);
    if (!submitter.image_waits || image->sequence > durable) return 0;
    submitter.image_waits = false;
    enum journal_io status =
        venue_snapshot_write(image, durable, &submitter.more_storage, &journal_hash_sha256);
    /* A full disk takes no snapshot, and that harms nobody. */
    return status == JOURNAL_IO_OK || status == JOURNAL_IO_NO_SPACE
             ? 0
             : refuse("the snapshot was not written");
}

static int submit(uint64_t seed, uint64_t inputs_max)
{
    struct stream stream = {.seed = seed};
    uint64_t sequence = venue_sequence(submitter.venue);
    stream_seek(&stream, sequence - 1);
    submitter.image = (struct venue_image){malloc(IMAGE_BYTES), IMAGE_BYTES, 0, 0};
    while (stream.next < inputs_max) {
        const struct match_input *input = stream_next(&stream);
        enum venue_status status;
        while ((status = venue_submit(submitter.venue, input)) != VENUE_OK) {
            if (status == VENUE_DEAD) return refuse(venue_status_text(status));
            if (status == VENUE_NO_SPACE &&
                counter_read(&submitter.journal->counts.prepare_no_space))
                say(SUBMITTER_FULL);
            (void)sched_yield();
            answer();
        }
        if (stream.next % 8 == 0) answer();
        if (snapshot() != 0) return 1;
    }
    journal_thread_stop(&submitter.thread);
    answer();
    return 0;
}

int main(int count, char **words)
{
    if (count == 3 && strcmp(words[1], "reference") == 0)
        return reference(strtoull(words[2], NULL, 10));
    if (count != 6) return refuse("FOLDER SEED process|disk SNAPSHOT_EVERY INPUTS_MAX");
    int status = venue_open(words[1], strcmp(words[3], "process") == 0);
    if (status != 0) return status;
    submitter.snapshot_every = strtoull(words[4], NULL, 10);
    return submit(strtoull(words[2], NULL, 10), strtoull(words[5], NULL, 10));
}
