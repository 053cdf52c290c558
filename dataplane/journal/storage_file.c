#include "dataplane/journal/storage_file.h"

#include "dataplane/base/pages_setup.h"
#include "dataplane/journal/journal_format.h"
#include "dataplane/journal/storage_twin_file.h"

#include <errno.h>
#include <fcntl.h>
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
#define READY_BYTES (1u << 20) /* of a new file, touched; the rest is when it is near */

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

/* What was stored and never synced is in the file too when its twin goes: what is in front of the
 * records, which is written again and again, and what follows the last sync. */
static bool twin_write(const struct storage_file_slot *slot)
{
    uint64_t front = slot->bytes < JOURNAL_RECORDS_AT ? slot->bytes : JOURNAL_RECORDS_AT;
    uint64_t at = slot->synced / PAGE_BYTES * PAGE_BYTES;
    bool written = write_whole(slot->descriptor, slot->memory, front, 0);
    for (uint64_t length; written && at < slot->bytes; at += length) {
        length = slot->bytes - at < PAGE_BYTES ? slot->bytes - at : PAGE_BYTES;
        if (memcmp(slot->memory + at, nothing, length) == 0) break;
        written = write_whole(slot->descriptor, slot->memory + at, length, at);
    }
    return written;
}

static void slot_release(struct storage_file_slot *slot)
{
    if (slot->created && slot->twin && !slot->dead && twin_write(slot))
        storage_twin_remove(slot->descriptor);
    if (slot->bytes > 0) munmap(slot->memory, slot->bytes);
    close(slot->descriptor);
    *slot = (struct storage_file_slot){.descriptor = -1};
}

/* Whatever would make the first store to a page slow is done now, and no byte is changed.  On a
 * disk the pages behind the last sync are clean, and the system takes note of the first store to
 * each.  As the guest of another system any of them may have no memory behind it, or no longer: a
 * store that changes nothing, whoever else writes there, brings it. */
static void pages_ready(const struct storage_file_slot *slot, uint64_t begin, uint64_t end)
{
    begin = begin / PAGE_BYTES * PAGE_BYTES;
    if (end > slot->bytes) end = slot->bytes;
    if (begin >= end) return;
    (void)madvise(slot->memory + begin, end - begin, MADV_POPULATE_WRITE);
    /* In one instruction, since the engine may be storing there: C has no word for it. */
    for (uint64_t at = begin; at < end; at += PAGE_BYTES)
        __asm__ volatile("lock orb $0, %0" : "+m"(slot->memory[at]));
}

/* A file in memory is its own memory; one on a disk has a twin, or its pages have to do. */
static void memory_map(struct storage_file *files, struct storage_file_slot *slot)
{
    struct statfs system;
    bool in_memory = fstatfs(slot->descriptor, &system) == 0 && system.f_type == TMPFS_MAGIC;
    if (!in_memory && !files->unhurried) {
        slot->memory = storage_twin_make(files->folder, slot->descriptor, slot->bytes);
        slot->twin = slot->memory != NULL;
        files->untwinned = slot->twin ? 0 : errno;
    }
    if (!slot->memory) {
        void *memory =
            mmap(NULL, slot->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, slot->descriptor, 0);
        slot->memory = memory == MAP_FAILED ? NULL : memory;
    }
    if (!slot->memory || !(in_memory || slot->twin)) return;
    (void)madvise(slot->memory, slot->bytes, MADV_POPULATE_WRITE);
    pages_ready(slot, 0, READY_BYTES);
}

/* A file of our own, of this length; false with errno and the call's name if there can be none. */
static bool file_make(struct storage_file *files, const char *name, struct storage_file_slot *slot,
                      const char **call)
{
    *call = "openat";
    slot->descriptor = open_again(files->folder, name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (slot->descriptor < 0) return false;
    *call = "fallocate";
    if (blocks_allocate(slot->descriptor, slot->bytes)) {
        *call = "mmap";
        memory_map(files, slot);
    }
    if (slot->memory) return true;
    /* What was allocated may be what a cancel needs. */
    int cause = errno;
    close(slot->descriptor);
    unlinkat(files->folder, name, 0);
    errno = cause;
    return false;
}

static enum journal_io storage_create(void *context, const char *name, uint64_t bytes,
                                      struct journal_file *file)
{
    struct storage_file *files = context;
    CHECK(files->use == STORAGE_FILE_WRITE);
    CHECK(bytes > 0);
    if (unlinkat(files->folder, name, 0) != 0 && errno != ENOENT)
        return failed(files, name, "unlinkat");
    const char *call;
    struct storage_file_slot made = {.bytes = bytes, .created = true};
    if (!file_make(files, name, &made, &call)) return failed(files, name, call);
    struct storage_file_slot *slot = slot_free(files);
    *slot = made;
    slot_fill(files, slot, name, file);
    return JOURNAL_IO_OK;
}

/* Maps its twin, if it has one, or itself.  False with errno and the call's name. */
static bool file_map(struct storage_file_slot *slot, const char **call)
{
    struct stat status;
    *call = "fstat";
    if (fstat(slot->descriptor, &status) != 0) return false;
    *call = "a regular file is expected";
    errno = EINVAL;
    if (!S_ISREG(status.st_mode)) return false;
    slot->bytes = (uint64_t)status.st_size;
    slot->memory = slot->bytes == 0 ? nothing : storage_twin_find(slot->descriptor, slot->bytes);
    if (slot->bytes == 0) return true;
    slot->twin = slot->memory != NULL;
    *call = "mmap";
    void *memory = slot->memory;
    if (!memory) memory = mmap(NULL, slot->bytes, PROT_READ, MAP_SHARED, slot->descriptor, 0);
    if (memory == MAP_FAILED) return false;
    slot->memory = memory;
    *call = "read";
    if (madvise(memory, slot->bytes, MADV_POPULATE_READ) == 0 || errno == EINVAL) return true;
    int cause = errno == EFAULT ? EIO : errno;
    munmap(memory, slot->bytes);
    errno = cause;
    return false;
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
    const char *call;
    struct storage_file_slot opened = {.descriptor = descriptor};
    if (!file_map(&opened, &call)) {
        enum journal_io status = failed(files, name, call);
        close(descriptor);
        return status;
    }
    struct storage_file_slot *slot = slot_free(files);
    *slot = opened;
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
    if (slot->created && !slot->twin && pages_dirty(slot, range)) return true;
    return write_whole(slot->descriptor, slot->memory + range->offset, range->bytes, range->offset);
}

static const char *ranges_write(struct storage_file_slot *slot, const struct journal_range *ranges,
                                uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t end = ranges[i].offset + ranges[i].bytes;
        CHECK(ranges[i].offset <= slot->bytes);
        CHECK(ranges[i].bytes <= slot->bytes - ranges[i].offset);
        if (!range_dirty(slot, &ranges[i])) return "pwrite";
        if (end > slot->synced) slot->synced = end;
    }
    int refused;
    do refused = fdatasync(slot->descriptor);
    while (refused && errno == EINTR);
    return refused ? "fdatasync" : NULL;
}

static enum journal_io storage_sync(void *context, const struct journal_file *file,
                                    const struct journal_range *ranges, uint32_t count)
{
    struct storage_file *files = context;
    struct storage_file_slot *slot = slot_of(files, file);
    const char *call = ranges_write(slot, ranges, count);
    slot->dead |= call != NULL;
    if (call) return failed(files, slot->name, call);
    /* All that another run has left of it is in the file now. */
    bool whole = count > 0 && ranges[0].offset == 0 && files->use == STORAGE_FILE_WRITE;
    if (slot->twin && !slot->created && whole) storage_twin_remove(slot->descriptor);
    return JOURNAL_IO_OK;
}

static void storage_ahead(void *context, const struct journal_file *file,
                          const struct journal_range *range)
{
    const struct storage_file_slot *slot = slot_of(context, file);
    if (slot->created) pages_ready(slot, range->offset, range->offset + range->bytes);
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
    storage_twin_remove_named(files->folder, name);
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

void storage_file_waits(const struct storage_file *files, const char *folder, struct text *out)
{
    if (files->untwinned == 0) return;
    text_format(out,
                "%s: a segment has no memory of its own in " STORAGE_TWIN_FOLDER
                " (%s), so orders may wait for the disk; that folder needs three segments' size\n",
                folder, strerror(files->untwinned));
}

void storage_file_close(struct storage_file *files)
{
    for (uint32_t i = 0; i < JOURNAL_OPEN_FILES_MAX; i++)
        if (files->slots[i].memory) slot_release(&files->slots[i]);
    if (files->folder >= 0) close(files->folder);
    files->folder = -1;
}
