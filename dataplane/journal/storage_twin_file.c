#include "dataplane/journal/storage_twin_file.h"

#include "dataplane/base/pages_setup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <dirent.h>
#include <linux/magic.h>

/* Behind the bytes of the file a twin has one page more, which says where the file is. */

#define TWIN_MAGIC UINT64_C(0x6e6977742d6a7870)

struct twin_place {
    uint64_t magic;
    uint64_t born; /* when the file was: a later one may have its inode's number */
    uint64_t view; /* of the file system: the mount namespace */
    char folder[PAGE_BYTES - 24];
};
static_assert(sizeof(struct twin_place) == PAGE_BYTES, "a twin's place is a page");

struct twin_path {
    char bytes[96];
};

static struct twin_path path_of(const struct stat *file)
{
    struct twin_path path;
    snprintf(path.bytes, sizeof path.bytes,
             STORAGE_TWIN_FOLDER "/" STORAGE_TWIN_PREFIX "%" PRIx64 "-%" PRIx64,
             (uint64_t)file->st_dev, (uint64_t)file->st_ino);
    return path;
}

static uint64_t view_of_files(void)
{
    struct stat view;
    return stat("/proc/self/ns/mnt", &view) == 0 ? view.st_ino : 0;
}

/* In nanoseconds; 0: the file system does not say. */
static uint64_t birth_of(int descriptor)
{
    struct statx file;
    if (statx(descriptor, "", AT_EMPTY_PATH, STATX_BTIME, &file) != 0) return 0;
    if (!(file.stx_mask & STATX_BTIME)) return 0;
    return (uint64_t)file.stx_btime.tv_sec * NANOS_SECOND + file.stx_btime.tv_nsec;
}

static bool place_of(int folder, int descriptor, struct twin_place *place)
{
    char link[64];
    *place = (struct twin_place){
        .magic = TWIN_MAGIC, .born = birth_of(descriptor), .view = view_of_files()};
    errno = ENOTSUP;
    if (place->born == 0) return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, place->folder, sizeof place->folder - 1);
    return length > 0;
}

static bool in_memory(int descriptor)
{
    struct statfs system;
    return fstatfs(descriptor, &system) == 0 && system.f_type == TMPFS_MAGIC;
}

static bool space_take(int descriptor, uint64_t bytes, const struct twin_place *place)
{
    int cause = posix_fallocate(descriptor, 0, (off_t)(bytes + sizeof *place));
    if (cause == 0)
        return lseek(descriptor, (off_t)bytes, SEEK_SET) == (off_t)bytes &&
               write(descriptor, place, sizeof *place) == (ssize_t)sizeof *place;
    errno = cause;
    return false;
}

uint8_t *storage_twin_make(int folder, int descriptor, uint64_t bytes)
{
    struct stat file;
    struct twin_place place;
    if (fstat(descriptor, &file) != 0) return NULL;
    struct twin_path path = path_of(&file);
    if (unlink(path.bytes) != 0 && errno != ENOENT) return NULL;
    if (!place_of(folder, descriptor, &place)) return NULL;
    int twin = open(path.bytes, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (twin < 0) return NULL;
    errno = ENODEV; /* a disk in that place is no better than the one there is */
    void *memory = MAP_FAILED;
    if (in_memory(twin) && space_take(twin, bytes, &place))
        memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, twin, 0);
    int cause = errno;
    if (memory == MAP_FAILED) unlink(path.bytes);
    close(twin);
    errno = cause;
    return memory == MAP_FAILED ? NULL : memory;
}

/* What others put there is none; nor is what a file had that is no more. */
static bool is_twin(int twin, int descriptor, uint64_t bytes)
{
    struct stat file, status;
    struct twin_place place;
    return fstat(descriptor, &file) == 0 && fstat(twin, &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_uid == file.st_uid && (status.st_mode & 0077) == 0 &&
           (uint64_t)status.st_size == bytes + sizeof place &&
           pread(twin, &place, sizeof place, (off_t)bytes) == (ssize_t)sizeof place &&
           place.magic == TWIN_MAGIC && place.born == birth_of(descriptor);
}

uint8_t *storage_twin_find(int descriptor, uint64_t bytes)
{
    struct stat file;
    if (bytes == 0 || fstat(descriptor, &file) != 0) return NULL;
    struct twin_path path = path_of(&file);
    int twin = open(path.bytes, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (twin < 0) return NULL;
    void *memory = MAP_FAILED;
    if (is_twin(twin, descriptor, bytes))
        memory = mmap(NULL, bytes, PROT_READ, MAP_SHARED, twin, 0);
    close(twin);
    return memory == MAP_FAILED ? NULL : memory;
}

void storage_twin_remove(int descriptor)
{
    struct stat file;
    if (fstat(descriptor, &file) != 0) return;
    struct twin_path path = path_of(&file);
    (void)unlink(path.bytes);
}

void storage_twin_remove_named(int folder, const char *name)
{
    struct stat file;
    if (fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) != 0) return;
    struct twin_path path = path_of(&file);
    (void)unlink(path.bytes);
}

/* Sweeping. */

static bool holds(const char *folder, uint64_t inode)
{
    DIR *listing = opendir(folder);
    if (!listing) return errno != ENOENT; /* who may not look does not say that it is gone */
    bool found = false;
    for (const struct dirent *entry; !found && (entry = readdir(listing));)
        found = entry->d_ino == inode;
    closedir(listing);
    return found;
}

static bool superfluous(int folder, const char *name, uint64_t view)
{
    uint64_t device, inode;
    struct stat twin;
    struct twin_place place;
    if (sscanf(name, STORAGE_TWIN_PREFIX "%" SCNx64 "-%" SCNx64, &device, &inode) != 2)
        return false;
    int descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return false;
    bool known = fstat(descriptor, &twin) == 0 && S_ISREG(twin.st_mode) &&
                 twin.st_uid == geteuid() && twin.st_size >= (off_t)sizeof place &&
                 pread(descriptor, &place, sizeof place, twin.st_size - (off_t)sizeof place) ==
                     (ssize_t)sizeof place &&
                 place.magic == TWIN_MAGIC && place.view == view;
    close(descriptor);
    place.folder[sizeof place.folder - 1] = 0;
    return known && !holds(place.folder, inode);
}

void storage_twin_sweep(void)
{
    DIR *listing = opendir(STORAGE_TWIN_FOLDER);
    if (!listing) return;
    uint64_t view = view_of_files();
    for (const struct dirent *entry; (entry = readdir(listing));)
        if (superfluous(dirfd(listing), entry->d_name, view))
            (void)unlinkat(dirfd(listing), entry->d_name, 0);
    closedir(listing);
}
