/* A /dev/shm without room for a segment: the file is its own memory, and a sentence says what that
 * means.  Needs the right to mount one. */

#include "dataplane/journal/storage_file.h"
#include "dataplane/journal/storage_twin_file.h"
#include "tests/support/spec.h"

#include "tests/journal/storage_folder.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#define BYTES (1u << 20)

static struct storage_file files;
static struct journal_storage storage;

static void before_each(void)
{
    /* For this process alone. */
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", STORAGE_TWIN_FOLDER, "tmpfs", 0, "size=64k") != 0)
        spec_skip("a small /dev/shm cannot be mounted here");
    spec_folder_make();
    if (!spec_folder_on_disk()) {
        spec_folder_remove();
        spec_skip("the folder for files of tests is not on a disk");
    }
    spec_storage_open(&files, &storage);
}

static void after_each(void)
{
    storage_file_close(&files);
    spec_folder_remove();
}

static uint32_t files_in_memory(void)
{
    uint32_t count = 0;
    DIR *listing = opendir(STORAGE_TWIN_FOLDER);
    for (const struct dirent *entry; listing && (entry = readdir(listing));)
        count += entry->d_name[0] != '.';
    if (listing) closedir(listing);
    return count;
}

SPEC(without_room_beside_it_a_file_is_its_own_memory_and_a_sentence_says_so)
{
    char buffer[256];
    struct text out = text_in(buffer, sizeof buffer);
    struct journal_file file;
    uint8_t byte = 0;
    const struct journal_range range = {9000, 1};
    EXPECT(storage.create(storage.context, "one", BYTES, &file) == JOURNAL_IO_OK);
    EXPECT_UINT(files_in_memory(), 0);
    file.memory[9000] = 33; /* in the file without a sync: another process would see it */
    int descriptor = open(spec_path("one"), O_RDONLY | O_CLOEXEC);
    EXPECT(pread(descriptor, &byte, 1, 9000) == 1);
    EXPECT_UINT(byte, 33);
    close(descriptor);
    EXPECT(storage.sync(storage.context, &file, &range, 1) == JOURNAL_IO_OK);
    storage_file_waits(&files, "folder", &out);
    EXPECT_TEXT(out.bytes, "folder: a segment has no memory of its own in /dev/shm (No space left "
                           "on device), so orders may wait for the disk; that folder needs three "
                           "segments' size\n");
    storage.close(storage.context, &file);
}

SPEC(a_file_that_has_room_needs_no_sentence)
{
    char buffer[256];
    struct text out = text_in(buffer, sizeof buffer);
    struct journal_file file;
    EXPECT(storage.create(storage.context, "one", 16384, &file) == JOURNAL_IO_OK);
    EXPECT_UINT(files_in_memory(), 1);
    storage_file_waits(&files, "folder", &out);
    EXPECT_UINT(out.length, 0);
    storage.close(storage.context, &file);
    EXPECT_UINT(files_in_memory(), 0);
}

#define SPECS(S)                                                                                   \
    S(without_room_beside_it_a_file_is_its_own_memory_and_a_sentence_says_so)                      \
    S(a_file_that_has_room_needs_no_sentence)
SPEC_MAIN("storage_no_room", SPECS, before_each, after_each)
