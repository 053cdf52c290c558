/* A disk that is full: a tmpfs of one mebibyte.  Needs the right to mount one. */

#include "dataplane/journal/storage_file.h"
#include "tests/support/spec.h"

#include "tests/journal/storage_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

#define DISK_BYTES (1u << 20)

static struct storage_file files;
static struct journal_storage storage;

static void before_each(void)
{
    spec_folder_make();
    if (mount("tmpfs", spec_folder, "tmpfs", MS_NODEV | MS_NOSUID, "size=1m,mode=700") != 0) {
        spec_folder_remove();
        spec_skip("a small tmpfs cannot be mounted here");
    }
    spec_storage_open(&files, &storage);
}

static void after_each(void)
{
    storage_file_close(&files);
    EXPECT(umount2(spec_folder, MNT_DETACH) == 0);
    spec_folder_remove();
}

SPEC(a_file_that_does_not_fit_is_refused_and_leaves_the_space_free)
{
    struct journal_file file;
    EXPECT(storage.create(storage.context, "one", 2 * DISK_BYTES, &file) == JOURNAL_IO_NO_SPACE);
    EXPECT(!spec_path_exists("one"));
    EXPECT(storage.create(storage.context, "one", DISK_BYTES / 2, &file) == JOURNAL_IO_OK);
    storage.close(storage.context, &file);
}

SPEC(a_created_file_can_be_filled_although_the_disk_has_become_full)
{
    struct journal_file file;
    EXPECT(storage.create(storage.context, "one", DISK_BYTES / 2, &file) == JOURNAL_IO_OK);
    int other = open(spec_path("other"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    static const char zeroes[4096];
    while (write(other, zeroes, sizeof zeroes) > 0) {
    }
    EXPECT(errno == ENOSPC);
    close(other);
    memset(file.memory, 7, file.bytes); /* a SIGBUS, if its blocks were not there */
    const struct journal_range whole = {0, DISK_BYTES / 2};
    EXPECT(storage.sync(storage.context, &file, &whole, 1) == JOURNAL_IO_OK);
    storage.close(storage.context, &file);
    EXPECT(storage.open(storage.context, "one", &file) == JOURNAL_IO_OK);
    EXPECT_UINT(file.memory[DISK_BYTES / 2 - 1], 7);
    storage.close(storage.context, &file);
}

SPEC(a_name_can_be_removed_from_a_full_disk_and_its_space_used_again)
{
    struct journal_file file;
    EXPECT(storage.create(storage.context, "one", DISK_BYTES * 3 / 4, &file) == JOURNAL_IO_OK);
    storage.close(storage.context, &file);
    EXPECT(storage.create(storage.context, "two", DISK_BYTES / 2, &file) == JOURNAL_IO_NO_SPACE);
    EXPECT(storage.remove(storage.context, "one") == JOURNAL_IO_OK);
    EXPECT(storage.create(storage.context, "two", DISK_BYTES / 2, &file) == JOURNAL_IO_OK);
    storage.close(storage.context, &file);
}

#define SPECS(S)                                                                                   \
    S(a_file_that_does_not_fit_is_refused_and_leaves_the_space_free)                               \
    S(a_created_file_can_be_filled_although_the_disk_has_become_full)                              \
    S(a_name_can_be_removed_from_a_full_disk_and_its_space_used_again)
SPEC_MAIN("storage_full", SPECS, before_each, after_each)
