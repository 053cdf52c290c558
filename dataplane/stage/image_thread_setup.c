#include "dataplane/stage/image_thread_setup.h"

#include "dataplane/base/thread_setup.h"
#include "dataplane/journal/journal_hash_setup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define POLL_NS 50000000l
#define NICE    19

bool image_thread_open(struct image_thread *image, const struct image_thread_plan *plan,
                       const struct storage_file *files, struct text *problems)
{
    *image = (struct image_thread){.plan = *plan};
    /* Taken from the plan now: strategies come and go later, and their kinds with them. */
    image->strategy = calloc(plan->gateway->strategies + 1u, sizeof *image->strategy);
    if (!image->strategy) {
        text_append(problems, "there is no memory for the images of the gateway's journal\n");
        return false;
    }
    image->only = gateway_image_plan(plan->gateway, image->strategy);
    if (!storage_file_share(&image->files, files, problems)) return false;
    image->opened = true;
    image->storage = storage_file_storage(&image->files);
    image->disk = (struct image_disk){
        .storage = &image->storage, .hash = &journal_hash_sha256, .keep = plan->keep};
    return true;
}

static void cause_say(const struct image_thread *image, struct text *problems)
{
    char text[256];
    struct text cause = text_in(text, sizeof text);
    storage_file_cause(&image->files, &cause);
    if (cause.length > 0) text_format(problems, " (%s)", text);
}

static bool count(struct image_thread *image, bool made, const struct image_written *written)
{
    if (written->sequence > 0) {
        counter_one(&image->made);
        counter_set(&image->sequence, written->sequence);
    }
    counter_add(&image->segments_removed, written->swept.segments);
    if (!made) counter_one(&image->failed);
    return made;
}

bool image_thread_first(struct image_thread *image, const struct image_reading *reading,
                        const struct journal *journal, struct text *problems)
{
    struct image_written written;
    struct journal_mark mark = journal_start_mark(journal);
    image->newest = reading->sequence;
    bool made =
        image_write(reading, &image->disk, journal_durable(journal), &mark, &written, problems);
    if (!made && written.sequence == 0) cause_say(image, problems);
    return count(image, made, &written);
}

static void make(struct image_thread *image, uint64_t until)
{
    char text[512];
    struct text problems = text_in(text, sizeof text);
    struct image_written written;
    image->newest = until;
    bool made = image_make(&image->only, &image->disk, until, &written, &problems);
    (void)count(image, made, &written);
}

static void *run(void *context)
{
    struct image_thread *image = context;
    (void)setpriority(PRIO_PROCESS, 0, NICE); /* of this thread alone */
    /* Acquires the release in image_thread_stop. */
    while (!atomic_load_explicit(&image->stopping, memory_order_acquire)) {
        const struct timespec span = {.tv_nsec = POLL_NS};
        uint64_t durable = journal_durable(image->journal);
        if (durable - image->newest >= image->plan.records) make(image, durable);
        else (void)nanosleep(&span, NULL);
    }
    return NULL;
}

bool image_thread_start(struct image_thread *image, const struct journal *journal,
                        struct text *problems)
{
    image->journal = journal;
    if (image->plan.records == 0) return true;
    int cause = thread_begin(&image->thread, NULL, run, image);
    if (cause != 0)
        text_format(problems, "The thread for images cannot be started: %s\n", strerror(cause));
    image->running = cause == 0;
    return image->running;
}

void image_thread_stop(struct image_thread *image)
{
    if (!image->running) return;
    /* Releases nothing but the wish; the join orders the rest. */
    atomic_store_explicit(&image->stopping, 1, memory_order_release);
    pthread_join(image->thread, NULL);
    image->running = false;
}

void image_thread_last(struct image_thread *image)
{
    if (!image->journal || journal_dead(image->journal)) return;
    uint64_t durable = journal_durable(image->journal);
    if (durable > image->newest) make(image, durable);
}

void image_thread_close(struct image_thread *image)
{
    if (image->opened) storage_file_close(&image->files);
    image->opened = false;
    free(image->strategy);
    image->strategy = NULL;
    image->journal = NULL;
}
