#include "dataplane/journal/storage_file.h"

#include "dataplane/base/pages_setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <dirent.h>
#include <linux/magic.h>

/* A slot is taken while its memory is not NULL.  An opened file without bytes has a page of zeroes
 * of this program for memory, because nothing cannot be mapped.
 */

#define WRITE_BYTES (1u << 20) /* of zeroes, in one call */

_Alignas(PAGE_BYTES) static uint8_t nothing[PAGE_BYTES];

static enum journal_io status_of(int cause)
{
    switch (cause) {
    case ENOSPC:
    case EDQUOT: return JOURNAL_IO_NO_SPACE;
    case ENOENT: return JOURNAL_IO_NOT_FOUND;
    default: return JOURNAL_IO_FAILED;
    }
}

/* Remembers what failed, for people. */
static enum journal_io failed(struct storage_file *files, const char *name, const char *call)
{
    int cause = errno;
    files->call = call;
    files->cause = cause;
    snprintf(files->name, sizeof files->name, "%s", name);
    return status_of(cause);
}

static int open_again(int folder, const char *name, int flags, mode_t mode)
{
    int descriptor;
    do descriptor = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

static bool write_whole(int descriptor, const uint8_t *bytes, uint64_t length, uint64_t offset)
{
    while (length > 0) {
        ssize_t written = pwrite(descriptor, bytes, length, (off_t)offset);
        if (written < 0 && errno == EINTR) continue;
        if (written == 0) errno = EIO;
        if (written <= 0) return false;
        bytes += written;
        offset += (uint64_t)written;
        length -= (uint64_t)written;
    }
    return true;
}

static bool zeroes_write(int descriptor, uint64_t bytes)
{
    void *zeroes = mmap(NULL, WRITE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (zeroes == MAP_FAILED) return false;
    bool written = true;
    for (uint64_t at = 0; written && at < bytes; at += WRITE_BYTES)
        written = write_whole(descriptor, zeroes,
                              bytes - at < WRITE_BYTES ? bytes - at : WRITE_BYTES, at);
    int cause = errno;
    munmap(zeroes, WRITE_BYTES);
    errno = cause;
    return written;
}

static bool blocks_allocate(int descriptor, uint64_t bytes)
{
    int refused;
    do refused = fallocate(descriptor, 0, 0, (off_t)bytes);
    while (refused && errno == EINTR);
    if (!refused) return true;
    if (errno != EOPNOTSUPP && errno != ENOSYS) return false;
    return zeroes_write(descriptor, bytes);
}

static struct storage_file_slot *slot_free(struct storage_file *files)
{
    for (uint32_t i = 0; i < JOURNAL_OPEN_FILES_MAX; i++)
        if (!files->slots[i].memory) return &files->slots[i];
    UNREACHABLE("the journal holds at most JOURNAL_OPEN_FILES_MAX files open");
}

static void slot_fill(struct storage_file *files, struct storage_file_slot *slot, const char *name,
                      struct journal_file *file)
{
    snprintf(slot->name, sizeof slot->name, "%s", name);
    file->slot = (uint32_t)(slot - files->slots);
    file->bytes = slot->bytes;
    file->memory = slot->memory;
}

static struct storage_file_slot *slot_of(struct storage_file *files,
                                         const struct journal_file *file)
{
    CHECK(file->slot < JOURNAL_OPEN_FILES_MAX);
    struct storage_file_slot *slot = &files->slots[file->slot];
    CHECK(slot->memory == file->memory);
    return slot;
}

static void slot_release(struct storage_file_slot *slot)
{
    if (slot->bytes > 0) munmap(slot->memory, slot->bytes);
    close(slot->descriptor);
    *slot = (struct storage_file_slot){.descriptor = -1};
}

/* In memory there is no disk to write to: the pages can all be made ready to be written.  On a disk
 * that would make them dirty, and the first sync would write them all.  Where there is not so much
 * memory, the first store to each page is slow, and nothing else. */
static void pages_prepare(int descriptor, uint8_t *memory, uint64_t bytes)
{
    struct statfs system;
    if (fstatfs(descriptor, &system) != 0 || system.f_type != TMPFS_MAGIC) return;
    (void)!pages_make(memory, bytes);
}

/* A file of our own, of this length; NULL with errno and the call's name if there can be none. */
static uint8_t *file_make(int folder, const char *name, uint64_t bytes, int *descriptor,
                          const char **call)
{
    *call = "openat";
    *descriptor = open_again(folder, name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (*descriptor < 0) return NULL;
    *call = "fallocate";
    void *memory = MAP_FAILED;
    if (blocks_allocate(*descriptor, bytes)) {
        *call = "mmap";
        memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *descriptor, 0);
    }
    if (memory != MAP_FAILED) {
        pages_prepare(*descriptor, memory, bytes);
        return memory;
    }
    /* What was allocated may be what a cancel needs. */
    int cause = errno;
    close(*descriptor);
    unlinkat(folder, name, 0);
    errno = cause;
    return NULL;
}

static enum journal_io storage_create(void *context, const char *name, uint64_t bytes,
                                      struct journal_file *file)
{
    struct storage_file *files = context;
    CHECK(files->use == STORAGE_FILE_WRITE);
    CHECK(bytes > 0);
    if (unlinkat(files->folder, name, 0) != 0 && errno != ENOENT)
        return failed(files, name, "unlinkat");
    int descriptor;
    const char *call;
    uint8_t *memory = file_make(files->folder, name, bytes, &descriptor, &call);
    if (!memory) return failed(files, name, call);
    struct storage_file_slot *slot = slot_free(files);
    *slot = (struct storage_file_slot){
        .memory = memory, .bytes = bytes, .descriptor = descriptor, .created = true};
    slot_fill(files, slot, name, file);
    return JOURNAL_IO_OK;
}

/* NULL with errno and the call's name. */
static uint8_t *file_map(int descriptor, uint64_t *bytes, const char **call)
{
    struct stat status;
    *call = "fstat";
    if (fstat(descriptor, &status) != 0) return NULL;
    *call = "a regular file is expected";
    errno = EINVAL;
    if (!S_ISREG(status.st_mode)) return NULL;
    *bytes = (uint64_t)status.st_size;
    if (*bytes == 0) return nothing;
    *call = "mmap";
    void *memory = mmap(NULL, *bytes, PROT_READ, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED) return NULL;
    *call = "read";
    if (madvise(memory, *bytes, MADV_POPULATE_READ) == 0 || errno == EINVAL) return memory;
    int cause = errno == EFAULT ? EIO : errno;
    munmap(memory, *bytes);
    errno = cause;
    return NULL;
}

static enum journal_io storage_open(void *context, const char *name, struct journal_file *file)
{
    struct storage_file *files = context;
    bool writes = files->use == STORAGE_FILE_WRITE;
    /* Without waiting for the other end, should it be a pipe. */
    int descriptor = open_again(files->folder, name, (writes ? O_RDWR : O_RDONLY) | O_NONBLOCK, 0);
    if (descriptor < 0 && writes && (errno == EACCES || errno == EROFS))
        descriptor = open_again(files->folder, name, O_RDONLY | O_NONBLOCK, 0);
    if (descriptor < 0) return failed(files, name, "openat");
    uint64_t bytes = 0;
    const char *call;
    uint8_t *memory = file_map(descriptor, &bytes, &call);
    if (!memory) {
        enum journal_io status = failed(files, name, call);
        close(descriptor);
        return status;
    }
    struct storage_file_slot *slot = slot_free(files);
    *slot = (struct storage_file_slot){.memory = memory, .bytes = bytes, .descriptor = descriptor};
    slot_fill(files, slot, name, file);
    return JOURNAL_IO_OK;
}

/* Makes the pages of the range count as dirty, whatever the system believes, without a store of our
 * own: the engine may be reading them. */
static bool pages_dirty(const struct storage_file_slot *slot, const struct journal_range *range)
{
    uint64_t begin = range->offset / PAGE_BYTES * PAGE_BYTES;
    uint64_t bytes = range->offset + range->bytes - begin;
    int refused;
    do refused = madvise(slot->memory + begin, bytes, MADV_POPULATE_WRITE);
    while (refused && errno == EINTR);
    return refused == 0;
}

static bool range_dirty(const struct storage_file_slot *slot, const struct journal_range *range)
{
    if (range->bytes == 0) return true;
    if (slot->created && pages_dirty(slot, range)) return true;
    return write_whole(slot->descriptor, slot->memory + range->offset, range->bytes, range->offset);
}

static enum journal_io storage_sync(void *context, const struct journal_file *file,
                                    const struct journal_range *ranges, uint32_t count)
{
    struct storage_file *files = context;
    struct storage_file_slot *slot = slot_of(files, file);
    for (uint32_t i = 0; i < count; i++) {
        CHECK(ranges[i].offset <= slot->bytes);
        CHECK(ranges[i].bytes <= slot->bytes - ranges[i].offset);
        if (!range_dirty(slot, &ranges[i])) return failed(files, slot->name, "pwrite");
    }
    int refused;
    do refused = fdatasync(slot->descriptor);
    while (refused && errno == EINTR);
    return refused ? failed(files, slot->name, "fdatasync") : JOURNAL_IO_OK;
}

/* On a disk the pages behind the last sync are clean, and the system takes note of the first store
 * to each.  As the guest of another system all of them may have lost the memory behind them since
 * they were made ready: a store that changes nothing, whoever else writes there, brings it back. */
static void storage_ahead(void *context, const struct journal_file *file,
                          const struct journal_range *range)
{
    const struct storage_file_slot *slot = slot_of(context, file);
    if (!slot->created) return;
    uint64_t begin = range->offset / PAGE_BYTES * PAGE_BYTES;
    uint64_t end = range->offset + range->bytes;
    if (end > slot->bytes) end = slot->bytes;
    if (begin >= end) return;
    (void)pages_dirty(slot, &(struct journal_range){begin, end - begin});
    for (uint64_t at = begin; at < end; at += PAGE_BYTES) {
        uint64_t nothing_yet = 0;
        (void)atomic_compare_exchange_strong_explicit(
            (_Atomic uint64_t *)(void *)(slot->memory + at), &nothing_yet, 0, memory_order_relaxed,
            memory_order_relaxed);
    }
}

static enum journal_io storage_sync_folder(void *context)
{
    struct storage_file *files = context;
    int refused;
    do refused = fsync(files->folder);
    while (refused && errno == EINTR);
    return refused ? failed(files, "the folder", "fsync") : JOURNAL_IO_OK;
}

static enum journal_io storage_rename(void *context, const char *from, const char *to)
{
    struct storage_file *files = context;
    CHECK(files->use == STORAGE_FILE_WRITE);
    if (renameat(files->folder, from, files->folder, to) != 0)
        return failed(files, from, "renameat");
    for (uint32_t i = 0; i < JOURNAL_OPEN_FILES_MAX; i++) {
        struct storage_file_slot *slot = &files->slots[i];
        if (slot->memory && strcmp(slot->name, from) == 0)
            snprintf(slot->name, sizeof slot->name, "%s", to);
    }
    return JOURNAL_IO_OK;
}

static enum journal_io storage_remove(void *context, const char *name)
{
    struct storage_file *files = context;
    CHECK(files->use == STORAGE_FILE_WRITE);
    if (unlinkat(files->folder, name, 0) != 0) return failed(files, name, "unlinkat");
    return JOURNAL_IO_OK;
}

/* What a file system cannot give back is kept: that is no failure. */
static void storage_trim(void *context, const struct journal_file *file, uint64_t from)
{
    const struct storage_file_slot *slot = slot_of(context, file);
    uint64_t begin = ALIGN_UP(from, PAGE_BYTES);
    if (begin >= slot->bytes) return;
    (void)fallocate(slot->descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)begin,
                    (off_t)(slot->bytes - begin));
}

static void storage_close(void *context, struct journal_file *file)
{
    struct storage_file *files = context;
    slot_release(slot_of(files, file));
    *file = (struct journal_file){0};
}

static enum journal_io storage_list(void *context, journal_name_fn each, void *each_context)
{
    struct storage_file *files = context;
    int descriptor = open_again(files->folder, ".", O_RDONLY | O_DIRECTORY, 0);
    if (descriptor < 0) return failed(files, "the folder", "openat");
    DIR *listing = fdopendir(descriptor);
    if (!listing) {
        enum journal_io status = failed(files, "the folder", "fdopendir");
        close(descriptor);
        return status;
    }
    enum journal_io status = JOURNAL_IO_OK;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(listing);
        if (!entry) break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        each(each_context, entry->d_name);
    }
    if (errno != 0) status = failed(files, "the folder", "readdir");
    closedir(listing);
    return status;
}

struct journal_storage storage_file_storage(struct storage_file *files)
{
    return (struct journal_storage){.context = files,
                                    .list = storage_list,
                                    .create = storage_create,
                                    .open = storage_open,
                                    .sync = storage_sync,
                                    .ahead = storage_ahead,
                                    .sync_folder = storage_sync_folder,
                                    .rename = storage_rename,
                                    .remove = storage_remove,
                                    .trim = storage_trim,
                                    .close = storage_close};
}

void storage_file_cause(const struct storage_file *files, struct text *out)
{
    if (!files->call) return;
    text_format(out, "%s: %s: %s", files->name, files->call, strerror(files->cause));
}

void storage_file_close(struct storage_file *files)
{
    for (uint32_t i = 0; i < JOURNAL_OPEN_FILES_MAX; i++)
        if (files->slots[i].memory) slot_release(&files->slots[i]);
    if (files->folder >= 0) close(files->folder);
    files->folder = -1;
}
