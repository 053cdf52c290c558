#ifndef DATAPLANE_JOURNAL_STORAGE_TWIN_FILE_H
#define DATAPLANE_JOURNAL_STORAGE_TWIN_FILE_H

/* The memory of a file that is being written: not the file's own pages, but a file of the same
 * length in memory, its twin.
 *
 *     engine ──store──► twin, in /dev/shm ──journal's thread: pwrite, fdatasync──► file, on disk
 *
 * A store to a page of a file on a disk waits whenever the system is writing that page, or the file
 * system's own journal: for milliseconds, in a thread that must not wait for a microsecond.  A page
 * of a twin is only memory.  As the file's own pages do, it outlives the process (D0) and not the
 * machine.
 *
 * The twin's name says which file it is of, by device and inode.  So whoever opens the file later,
 * to recover it or to look at it while it is written, finds the twin and reads that instead: it has
 * everything the file has, and what was stored since.  It goes when all of it is in the file.
 *
 * Threads: any.  Cold. */

#include "dataplane/base/base.h"

#define STORAGE_TWIN_FOLDER "/dev/shm"
#define STORAGE_TWIN_PREFIX "pollux-journal-"

/* Makes the twin of a new file of zeroes in folder, and maps it to be written; NULL where there is
 * no memory for it, with errno.  One of an earlier file of that number is gone in any case. */
uint8_t *storage_twin_make(int folder, int descriptor, uint64_t bytes);

/* The file's twin, mapped to be read; NULL if it has none, or none that this user may read. */
uint8_t *storage_twin_find(int descriptor, uint64_t bytes);

/* Gone, if it is there; who has mapped it keeps its memory. */
void storage_twin_remove(int descriptor);
void storage_twin_remove_named(int folder, const char *name);

/* Removes twins of files that are no more, as when somebody has removed a journal's folder after a
 * crash: those that this user has made, in this view of the file system. */
void storage_twin_sweep(void);

#endif
