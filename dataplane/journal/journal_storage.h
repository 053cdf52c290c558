#ifndef DATAPLANE_JOURNAL_JOURNAL_STORAGE_H
#define DATAPLANE_JOURNAL_JOURNAL_STORAGE_H

/* What the journal needs of a disk: one flat folder of named files, as a table of functions, so
 * that the same object files run over real files and over a model that loses power.
 *
 *     create ──► fill the memory ──► sync ──► rename to its name ──► sync_folder    a file is there
 *
 * What may be relied on, and nothing else:
 *
 *   create       The file has its full length, all zero, with its blocks allocated, so that filling
 *                it can not run out of space.  An old file of that name is gone.  Nothing of this
 *                is durable.  memory is what the process writes; another process that opens the
 *                file later, with the machine still up, sees every store, even of a writer that
 *                was killed.
 *   open         The whole file, to read.  memory is never written, but may be given to sync.
 *   sync         On JOURNAL_IO_OK the bytes of the ranges, as they were when sync was called or
 *                later, and the file's length, survive a power cut.  Other bytes of the file may
 *                reach the disk at any moment, sector by sector, in any order, or never.  It writes
 *                the ranges again even where the system believes them clean: a page that an earlier
 *                failed sync dropped is clean and not on the disk.  After any other status the file
 *                is dead: nobody knows what is on the disk, and the journal never syncs it again.
 *   ahead        The range is written next: whatever makes the first store to a page slow may be
 *                done now, by the journal's thread.  It changes no byte.  NULL: there is nothing.
 *   sync_folder  On JOURNAL_IO_OK all creations, renames and removals before it survive a power
 *                cut.  Without it each of them may survive or not, by itself.
 *   rename       Replaces a file of the new name, if there is one.
 *   remove       JOURNAL_IO_NOT_FOUND if there is none of that name.
 *   trim         Nobody writes an opened file behind this offset any more, and there is nothing but
 *                zeroes: its blocks may go back to the disk.  Length and bytes stay.  NULL: it
 *                cannot.
 *   close        The memory may not be used any more.  Makes nothing durable.
 *   list         Every name in the folder, in any order, also names that are not the journal's.
 *
 * Names are those of journal_name.h: at most JOURNAL_NAME_BYTES with the terminator, and no slash.
 *
 * Threads: the journal's own thread, and before it starts the one that recovers.  The engine never
 * calls any of this. */

#include "dataplane/base/base.h"

#define JOURNAL_NAME_BYTES      48u
#define JOURNAL_OPEN_FILES_MAX  8u /* files the journal holds open at a time; list is not counted */
#define JOURNAL_SYNC_RANGES_MAX 4u

/* clang-format off */
#define JOURNAL_IO(X)                                                                      \
    X(JOURNAL_IO_OK,        "ok",        "done")                                                   \
    X(JOURNAL_IO_NO_SPACE,  "no space",  "the disk or the quota is full")                          \
    X(JOURNAL_IO_NOT_FOUND, "not found", "there is no file of that name")                          \
    X(JOURNAL_IO_FAILED,    "failed",    "the system reported an input or output error")           \
    X(JOURNAL_IO_TOO_MANY,  "too many",  "the folder holds as many segments as can be read back: move away those that no start needs, or begin a new folder")
/* clang-format on */

#define JOURNAL_IO_ENUM(status, word, meaning) status,
enum journal_io { JOURNAL_IO(JOURNAL_IO_ENUM) JOURNAL_IO_COUNT };

struct journal_file {
    uint32_t slot; /* the storage's own number for it */
    uint64_t bytes;
    uint8_t *memory; /* aligned to 4096; of an opened file not to be written */
};

struct journal_range {
    uint64_t offset;
    uint64_t bytes;
};

typedef void (*journal_name_fn)(void *context, const char *name);

struct journal_storage {
    void *context;
    enum journal_io (*list)(void *context, journal_name_fn each, void *each_context);
    enum journal_io (*create)(void *context, const char *name, uint64_t bytes,
                              struct journal_file *file);
    enum journal_io (*open)(void *context, const char *name, struct journal_file *file);
    enum journal_io (*sync)(void *context, const struct journal_file *file,
                            const struct journal_range *ranges, uint32_t count);
    void (*ahead)(void *context, const struct journal_file *file,
                  const struct journal_range *range);
    enum journal_io (*sync_folder)(void *context);
    enum journal_io (*rename)(void *context, const char *from, const char *to);
    enum journal_io (*remove)(void *context, const char *name);
    void (*trim)(void *context, const struct journal_file *file, uint64_t from);
    void (*close)(void *context, struct journal_file *file);
};

const char *journal_io_text(enum journal_io status);    /* "no space" */
const char *journal_io_meaning(enum journal_io status); /* "the disk or the quota is full" */

#endif
