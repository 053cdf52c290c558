#ifndef DATAPLANE_STAGE_IMAGE_THREAD_SETUP_H
#define DATAPLANE_STAGE_IMAGE_THREAD_SETUP_H

/* Images of the gateway's journal while it is written: a thread that makes the next one whenever so
 * many records are on disk behind the newest, and the last one at the end.
 *
 * The thread has a storage and a gateway of its own and reads what is on disk; neither the engine
 * nor the journal's thread knows of it.  It runs where the thread that started it may run, at the
 * lowest priority.  What it cannot do costs the next start time, and nothing else: it is counted,
 * and tried again as many records later.
 *
 * Threads: open, start, stop and close from one; the counters are any's.  Cold. */

#include "dataplane/base/counter.h"
#include "dataplane/journal/journal.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/stage/image_setup.h"

#include <pthread.h>

struct image_thread_plan {
    const struct gateway_plan *gateway;
    uint32_t keep;    /* as image_disk.keep */
    uint64_t records; /* behind the newest image for a new one; 0: while it runs none is made */
};

struct image_thread {
    /* Private. */
    struct image_thread_plan plan;
    struct gateway_plan only;
    struct gateway_strategy_plan *strategy;
    const struct journal *journal;
    struct storage_file files;
    struct journal_storage storage;
    struct image_disk disk;
    bool opened;
    bool running;
    _Atomic uint32_t stopping;
    pthread_t thread;
    uint64_t newest; /* record that an image was made of, or tried */

    struct counter made;     /* images since the start, that one included */
    struct counter failed;   /* tried, and not made */
    struct counter sequence; /* of the newest image; 0: there is none */
    struct counter segments_removed;
};

/* files: the journal's, which stay open.  False with a sentence. */
MUST_USE bool image_thread_open(struct image_thread *image, const struct image_thread_plan *plan,
                                const struct storage_file *files, struct text *problems);

/* The image of what a start has read, before the gateway goes to work; journal is started.  False
 * with a sentence; the start is none the worse for it. */
MUST_USE bool image_thread_first(struct image_thread *image, const struct image_reading *reading,
                                 const struct journal *journal, struct text *problems);

MUST_USE bool image_thread_start(struct image_thread *image, const struct journal *journal,
                                 struct text *problems);
void image_thread_stop(struct image_thread *image);

/* The last one, of all there is on disk; behind the journal's thread. */
void image_thread_last(struct image_thread *image);
void image_thread_close(struct image_thread *image);

#endif
