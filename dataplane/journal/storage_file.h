#ifndef DATAPLANE_JOURNAL_STORAGE_FILE_H
#define DATAPLANE_JOURNAL_STORAGE_FILE_H

/* The journal's storage (journal_storage.h) on a folder of a real file system.  Cold.
 *
 *     struct storage_file files;
 *     if (!storage_file_open(&files, &plan, &problems)) ...    a sentence says why
 *     storage = storage_file_storage(&files);                  give it to the journal
 *     ...
 *     storage_file_close(&files);
 *
 * Guarantees, beside those of journal_storage.h:
 * - One writer: a folder opened to WRITE or to READ is locked, by the kernel, until it is closed or
 *   the process is gone.  Whoever comes second is told who holds it.  LOOK takes no lock.
 * - The folder is 0700 and ours, files are 0600.  No symbolic link is followed, the folder's name
 *   included, and every file is opened by its name within the held folder, so that renaming the
 *   folder meanwhile does no harm.
 * - A file's blocks are allocated when it is created, so that a store to its memory can not fail
 *   for lack of space.  (On a copy-on-write file system it could: keep journals on ext4, XFS or a
 *   tmpfs.)  Where the file system cannot allocate, zeroes are written.
 * - What is opened to read has been read: a disk that cannot give a page is JOURNAL_IO_FAILED
 *   there, not a SIGBUS later (Linux 5.14; before that, and if another program makes a file shorter
 *   while it is open, it is a SIGBUS).
 * - sync writes the ranges again before fdatasync, or makes the pages of a created file dirty again
 *   without changing them; so what an earlier failed sync dropped is written once more.
 *
 * An interrupted call is made again; a partial write is continued.  No space and quota are
 * JOURNAL_IO_NO_SPACE, no such file is JOURNAL_IO_NOT_FOUND, everything else JOURNAL_IO_FAILED, and
 * storage_file_cause says which call failed and how.
 *
 * Threads: one at a time.  A second thread takes storage_file_share: the same folder and lock,
 * other files.  Memory: the struct; files are mapped, and a created one on a disk has as many bytes
 * in /dev/shm while it is open.  Cost: of a sync, one pwrite a range and one fdatasync.  A store to
 * a created file's memory never waits, unless /dev/shm has no room (storage_file_waits): then the
 * first store to a page after a sync is a page fault, and waits for the disk if that is writing. */

#include "dataplane/base/text.h"
#include "dataplane/journal/journal_storage.h"

enum storage_file_use {
    STORAGE_FILE_WRITE, /* all of it; locked alone */
    STORAGE_FILE_READ,  /* list and open only; locked against writers */
    STORAGE_FILE_LOOK,  /* the same, without a lock: what is read may change meanwhile */
};

struct storage_file_plan {
    const char *folder;
    enum storage_file_use use;
    bool create; /* WRITE: make the folder if there is none; its parent must exist */
};

struct storage_file_slot {
    uint8_t *memory; /* NULL: the slot is free */
    uint64_t bytes;
    int descriptor;
    uint64_t synced;               /* all synced ranges end before */
    bool created;                  /* mapped to be written */
    bool twin;                     /* memory is the file's twin's (storage_twin_file.h) */
    bool dead;                     /* a sync failed */
    char name[JOURNAL_NAME_BYTES]; /* for storage_file_cause */
};

/* Private. */
struct storage_file {
    int folder;
    enum storage_file_use use;
    const char *call; /* the last one that failed, or NULL */
    int cause;        /* errno then */
    bool unhurried;   /* who writes created files may wait for the disk */
    int untwinned;    /* why the last file created has no twin; 0: it has one */
    char name[JOURNAL_NAME_BYTES];
    struct storage_file_slot slots[JOURNAL_OPEN_FILES_MAX];
};

/* False if the folder cannot be used; then a sentence was appended to problems. */
MUST_USE bool storage_file_open(struct storage_file *files, const struct storage_file_plan *plan,
                                struct text *problems);

/* The same folder for another thread, which may wait for the disk: what it creates has its own
 * pages for memory.  Must be closed as well. */
MUST_USE bool storage_file_share(struct storage_file *files, const struct storage_file *with,
                                 struct text *problems);

/* Closes files that are still open, too. */
void storage_file_close(struct storage_file *files);

/* A sentence if the engine may have to wait for the disk, because there is no memory for what is
 * being written (storage_twin_file.h): of the last file created. */
void storage_file_waits(const struct storage_file *files, const char *folder, struct text *out);

/* The table; files must outlive it. */
struct journal_storage storage_file_storage(struct storage_file *files);

/* "segment-0000000000000007: fdatasync: Input/output error"; nothing if no call has failed. */
void storage_file_cause(const struct storage_file *files, struct text *out);

#endif
