/* Every system call of the real storage fails once, in turn, with each of several errors.  The
 * functions below stand before those of the C library. */

#include "dataplane/journal/storage_file.h"
#include "dataplane/journal/storage_twin_file.h"
#include "tests/support/spec.h"

#include "tests/journal/storage_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>

#define BYTES 65536u

static struct {
    uint32_t call;  /* of those below since the start */
    uint32_t fails; /* this one; 0: none */
    int cause;      /* with this error; 0: a write of one byte */
    bool hit;
    bool no_fallocate;
} fault;

/* Whether this call fails. */
static bool fails(void)
{
    fault.call++;
    if (fault.call != fault.fails) return false;
    fault.hit = true;
    errno = fault.cause;
    return fault.cause != 0;
}

#define STANDS_BEFORE __attribute__((used, visibility("default")))

STANDS_BEFORE int openat(int folder, const char *name, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    unsigned mode = (flags & O_CREAT) != 0 ? va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    return fails() ? -1 : (int)syscall(SYS_openat, folder, name, flags, mode);
}

STANDS_BEFORE int fallocate(int descriptor, int mode, off_t offset, off_t length)
{
    if (fault.no_fallocate) errno = EOPNOTSUPP;
    if (fault.no_fallocate || fails()) return -1;
    return (int)syscall(SYS_fallocate, descriptor, mode, offset, length);
}

STANDS_BEFORE ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset)
{
    if (fails()) return -1;
    bool partly = fault.call == fault.fails;
    return syscall(SYS_pwrite64, descriptor, bytes, partly ? 1 : length, offset);
}

STANDS_BEFORE int fdatasync(int descriptor)
{
    return fails() ? -1 : (int)syscall(SYS_fdatasync, descriptor);
}

STANDS_BEFORE int fsync(int descriptor)
{
    return fails() ? -1 : (int)syscall(SYS_fsync, descriptor);
}

STANDS_BEFORE int renameat(int folder, const char *from, int to_folder, const char *to)
{
    return fails() ? -1 : (int)syscall(SYS_renameat, folder, from, to_folder, to);
}

STANDS_BEFORE int unlinkat(int folder, const char *name, int flags)
{
    return fails() ? -1 : (int)syscall(SYS_unlinkat, folder, name, flags);
}

static struct storage_file files;
static struct journal_storage storage;

static void before_each(void)
{
    memset(&fault, 0, sizeof fault);
    spec_folder_make();
    spec_storage_open(&files, &storage); /* which removes what other processes have left */
    fault.call = 0;
}

static void after_each(void)
{
    memset(&fault, 0, sizeof fault);
    storage_file_close(&files);
    spec_folder_remove();
    storage_twin_sweep();
}

static bool failed(enum journal_io status, enum journal_io *first)
{
    if (*first == JOURNAL_IO_OK) *first = status;
    return status != JOURNAL_IO_OK;
}

/* Makes a file, names it, reads it and writes it again, as the journal does; the first status that
 * is not OK. */
static enum journal_io life_of_a_file(void)
{
    enum journal_io first = JOURNAL_IO_OK;
    struct journal_file file;
    const struct journal_range whole = {0, BYTES};
    if (failed(storage.create(storage.context, "one.new", BYTES, &file), &first)) return first;
    for (uint32_t i = 0; i < BYTES; i++) file.memory[i] = (uint8_t)(i % 251);
    bool stopped = failed(storage.sync(storage.context, &file, &whole, 1), &first) ||
                   failed(storage.rename(storage.context, "one.new", "one"), &first) ||
                   failed(storage.sync_folder(storage.context), &first);
    storage.close(storage.context, &file);
    if (stopped || failed(storage.open(storage.context, "one", &file), &first)) return first;
    stopped = failed(storage.sync(storage.context, &file, &whole, 1), &first);
    bool same = file.bytes == BYTES;
    for (uint32_t i = 0; same && i < BYTES; i++) same = file.memory[i] == (uint8_t)(i % 251);
    EXPECT(same);
    storage.close(storage.context, &file);
    if (!stopped) (void)failed(storage.remove(storage.context, "one"), &first);
    return first;
}

static void leftovers_forget(void)
{
    (void)unlink(spec_path("one"));
    (void)unlink(spec_path("one.new"));
}

#define CALLS_MAX 64u

/* Which of a life's calls is which; of a file in memory some are not made. */
enum { CALLS = 12, CALL_RENAME = 6, CALL_CLOSING = 8 };

static void disk_wanted(void)
{
    if (!spec_folder_on_disk()) spec_skip("the folder for files of tests is not on a disk");
}

SPEC(every_call_that_fails_is_a_status_and_leaks_nothing)
{
    const struct {
        int cause;
        enum journal_io status;
    } rows[] = {{EIO, JOURNAL_IO_FAILED},
                {ENOSPC, JOURNAL_IO_NO_SPACE},
                {EDQUOT, JOURNAL_IO_NO_SPACE},
                {EMFILE, JOURNAL_IO_FAILED}};
    uint32_t descriptors = spec_descriptors(), hits = 0;
    disk_wanted();
    for (uint32_t row = 0; row < ARRAY_COUNT(rows); row++) {
        fault.hit = true;
        for (uint32_t i = 1; fault.hit && i < CALLS_MAX; i++) {
            fault.call = 0;
            fault.hit = false;
            fault.fails = i;
            fault.cause = rows[row].cause;
            enum journal_io status = life_of_a_file();
            /* What a close could not write is found by who opens the file. */
            bool well = !fault.hit || i == CALL_CLOSING;
            bool right = status == (well ? JOURNAL_IO_OK : rows[row].status);
            spec_expect(__FILE__, __LINE__, right, "call %u with error %d: status %s", i,
                        fault.cause, journal_io_text(status));
            hits += fault.hit;
            fault.fails = 0;
            leftovers_forget();
        }
    }
    EXPECT_UINT(hits, CALLS * ARRAY_COUNT(rows));
    EXPECT_UINT(spec_descriptors(), descriptors);
}

SPEC(a_file_that_could_not_be_made_is_not_there)
{
    struct journal_file file;
    fault.fails = 3; /* unlinkat, openat, fallocate */
    fault.cause = ENOSPC;
    EXPECT(storage.create(storage.context, "one", BYTES, &file) == JOURNAL_IO_NO_SPACE);
    EXPECT(fault.hit);
    EXPECT(!spec_path_exists("one"));
    char buffer[256];
    struct text cause = text_in(buffer, sizeof buffer);
    storage_file_cause(&files, &cause);
    EXPECT_TEXT(cause.bytes, "one: fallocate: No space left on device");
}

SPEC(interrupted_calls_are_made_again)
{
    disk_wanted();
    for (uint32_t i = 1; i < CALLS_MAX; i++) {
        fault.call = 0;
        fault.fails = i;
        fault.cause = EINTR;
        enum journal_io status = life_of_a_file();
        bool never = i == 1 || i == CALL_RENAME || i == CALLS; /* nor is unlinkat interrupted */
        spec_expect(__FILE__, __LINE__, never || status == JOURNAL_IO_OK,
                    "call %u interrupted: status %s", i, journal_io_text(status));
        leftovers_forget();
    }
}

SPEC(partial_writes_are_continued)
{
    for (uint32_t i = 1; i < CALLS_MAX; i++) {
        fault.call = 0;
        fault.fails = i;
        fault.cause = 0;
        enum journal_io status = life_of_a_file();
        spec_expect(__FILE__, __LINE__, status == JOURNAL_IO_OK, "call %u: status %s", i,
                    journal_io_text(status));
        leftovers_forget();
    }
}

SPEC(where_blocks_cannot_be_allocated_zeroes_are_written)
{
    fault.no_fallocate = true;
    struct journal_file file;
    EXPECT(storage.create(storage.context, "one", 3 * BYTES / 2, &file) == JOURNAL_IO_OK);
    struct stat status;
    EXPECT(stat(spec_path("one"), &status) == 0);
    EXPECT_UINT(status.st_size, 3 * BYTES / 2);
    EXPECT(status.st_blocks * 512 >= 3 * BYTES / 2);
    storage.close(storage.context, &file);
    for (fault.fails = 3; fault.fails < 5; fault.fails++) { /* a write of one byte */
        fault.call = 0;
        EXPECT(storage.create(storage.context, "one", 3 * BYTES / 2, &file) == JOURNAL_IO_OK);
        EXPECT(stat(spec_path("one"), &status) == 0);
        EXPECT_UINT(status.st_size, 3 * BYTES / 2);
        storage.close(storage.context, &file);
    }
    fault.call = 0;
    fault.fails = 3;
    fault.cause = ENOSPC;
    EXPECT(storage.create(storage.context, "two", BYTES, &file) == JOURNAL_IO_NO_SPACE);
    EXPECT(!spec_path_exists("two"));
}

SPEC(a_file_whose_sync_failed_is_named_in_the_cause)
{
    struct journal_file file;
    EXPECT(storage.create(storage.context, "one.new", BYTES, &file) == JOURNAL_IO_OK);
    EXPECT(storage.rename(storage.context, "one.new", "one") == JOURNAL_IO_OK);
    fault.call = 0;
    fault.fails = spec_folder_on_disk() ? 2 : 1; /* behind a pwrite */
    fault.cause = EIO;
    const struct journal_range some = {0, 32};
    EXPECT(storage.sync(storage.context, &file, &some, 1) == JOURNAL_IO_FAILED);
    char buffer[256];
    struct text cause = text_in(buffer, sizeof buffer);
    storage_file_cause(&files, &cause);
    EXPECT_TEXT(cause.bytes, "one: fdatasync: Input/output error");
    storage.close(storage.context, &file);
}

#define SPECS(S)                                                                                   \
    S(every_call_that_fails_is_a_status_and_leaks_nothing)                                         \
    S(a_file_that_could_not_be_made_is_not_there)                                                  \
    S(interrupted_calls_are_made_again)                                                            \
    S(partial_writes_are_continued)                                                                \
    S(where_blocks_cannot_be_allocated_zeroes_are_written)                                         \
    S(a_file_whose_sync_failed_is_named_in_the_cause)
SPEC_MAIN("storage_faults", SPECS, before_each, after_each)
