/* What is being written is memory beside the file: it outlives its writer, is found by whoever
 * opens the file, and goes when the file has all of it (dataplane/journal/storage_twin_file.h). */

#include "dataplane/journal/storage_file.h"
#include "dataplane/journal/storage_twin_file.h"
#include "tests/support/spec.h"

#include "tests/journal/storage_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>

#define BYTES (1u << 20)

static struct storage_file files;
static struct journal_storage storage;
static char sentences[1024];

static bool open_as(struct storage_file *opened, enum storage_file_use use)
{
    struct text problems = text_in(sentences, sizeof sentences);
    return storage_file_open(opened, &(struct storage_file_plan){spec_folder, use, .create = true},
                             &problems);
}

static void before_each(void)
{
    spec_folder_make();
    if (!spec_folder_on_disk()) {
        spec_folder_remove();
        spec_skip("the folder for files of tests is not on a disk");
    }
    EXPECT(open_as(&files, STORAGE_FILE_WRITE));
    storage = storage_file_storage(&files);
}

static void after_each(void)
{
    storage_file_close(&files);
    spec_folder_remove();
    storage_twin_sweep();
}

static const char *twin_of(const char *name)
{
    static char paths[2][128];
    static unsigned turn;
    char *path = paths[turn++ % 2];
    struct stat file;
    if (stat(spec_path(name), &file) != 0) abort();
    snprintf(path, sizeof paths[0], STORAGE_TWIN_FOLDER "/" STORAGE_TWIN_PREFIX "%jx-%jx",
             (uintmax_t)file.st_dev, (uintmax_t)file.st_ino);
    return path;
}

static bool twin_exists(const char *name)
{
    struct stat twin;
    return lstat(twin_of(name), &twin) == 0;
}

static struct journal_file created(const char *name)
{
    struct journal_file file = {0};
    EXPECT(storage.create(storage.context, name, BYTES, &file) == JOURNAL_IO_OK);
    return file;
}

static struct journal_file opened(const char *name)
{
    struct journal_file file = {0};
    EXPECT(storage.open(storage.context, name, &file) == JOURNAL_IO_OK);
    return file;
}

static enum journal_io sync_range(const struct journal_file *file, uint64_t offset, uint64_t bytes)
{
    const struct journal_range range = {offset, bytes};
    return storage.sync(storage.context, file, &range, 1);
}

/* What the file itself has, whatever is beside it. */
static int byte_on_disk(const char *name, uint64_t offset)
{
    uint8_t byte = 0;
    int descriptor = open(spec_path(name), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || pread(descriptor, &byte, 1, (off_t)offset) != 1) abort();
    close(descriptor);
    return byte;
}

/* A writer of its own stores to both ends of the file and is killed. */
static void write_and_die(const char *name)
{
    int child = fork(), status = 0;
    if (child == 0) {
        struct journal_file file = created(name);
        file.memory[0] = 11;
        file.memory[BYTES - 1] = 22;
        raise(SIGKILL);
    }
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT(WIFSIGNALED(status));
}

SPEC(what_is_stored_is_not_in_the_file_before_it_is_synced_and_then_it_is)
{
    struct journal_file file = created("one");
    EXPECT(twin_exists("one"));
    file.memory[9000] = 33;
    file.memory[20000] = 44;
    EXPECT_UINT(byte_on_disk("one", 9000), 0);
    EXPECT(sync_range(&file, 9000, 1) == JOURNAL_IO_OK);
    EXPECT_UINT(byte_on_disk("one", 9000), 33);
    EXPECT_UINT(byte_on_disk("one", 20000), 0);
    storage.close(storage.context, &file);
}

SPEC(who_opens_a_file_that_is_being_written_sees_every_store)
{
    struct journal_file file = created("one"), other = opened("one");
    file.memory[0] = 1;
    file.memory[BYTES - 1] = 2;
    EXPECT_UINT(other.memory[0], 1);
    EXPECT_UINT(other.memory[BYTES - 1], 2);
    storage.close(storage.context, &other);
    EXPECT(twin_exists("one"));
    storage.close(storage.context, &file);
}

SPEC(a_writer_that_was_killed_leaves_all_it_stored_and_a_sync_puts_it_into_the_file)
{
    write_and_die("one");
    EXPECT_UINT(byte_on_disk("one", 0), 0);
    struct journal_file file = opened("one");
    EXPECT_UINT(file.memory[0], 11);
    EXPECT_UINT(file.memory[BYTES - 1], 22);
    EXPECT(sync_range(&file, 0, file.bytes) == JOURNAL_IO_OK);
    EXPECT(!twin_exists("one"));
    EXPECT_UINT(byte_on_disk("one", 0), 11);
    EXPECT_UINT(byte_on_disk("one", BYTES - 1), 22);
    EXPECT_UINT(file.memory[BYTES - 1], 22);
    storage.close(storage.context, &file);
}

SPEC(a_closed_file_has_what_was_stored_and_its_memory_is_given_back)
{
    struct journal_file file = created("one");
    file.memory[100] = 1; /* in front of the records */
    memset(file.memory + 16384, 2, 30000);
    EXPECT(sync_range(&file, 16384, 10000) == JOURNAL_IO_OK);
    storage.close(storage.context, &file);
    EXPECT(!twin_exists("one"));
    EXPECT_UINT(byte_on_disk("one", 100), 1);
    EXPECT_UINT(byte_on_disk("one", 16384), 2);
    EXPECT_UINT(byte_on_disk("one", 16384 + 29999), 2);
    EXPECT_UINT(byte_on_disk("one", 16384 + 30000), 0);
}

SPEC(a_removed_or_replaced_file_takes_its_memory_with_it)
{
    write_and_die("one");
    write_and_die("two");
    char removed[128];
    snprintf(removed, sizeof removed, "%s", twin_of("one"));
    EXPECT(storage.remove(storage.context, "one") == JOURNAL_IO_OK);
    EXPECT(access(removed, F_OK) != 0);
    struct journal_file file = created("two");
    EXPECT_UINT(file.memory[0], 0);
    storage.close(storage.context, &file);
    file = opened("two");
    EXPECT_UINT(file.memory[BYTES - 1], 0);
    storage.close(storage.context, &file);
}

SPEC(a_file_that_has_got_anothers_number_does_not_get_its_bytes)
{
    write_and_die("dead");
    usleep(50000); /* births are counted in the kernel's ticks */
    struct journal_file file = created("one");
    storage.close(storage.context, &file);
    char from[128];
    snprintf(from, sizeof from, "%s", twin_of("dead"));
    EXPECT(rename(from, twin_of("one")) == 0);
    file = opened("one");
    EXPECT_UINT(file.memory[0], 0);
    EXPECT_UINT(file.memory[BYTES - 1], 0);
    storage.close(storage.context, &file);
    EXPECT(unlink(twin_of("one")) == 0);
}

SPEC(what_others_could_have_put_there_is_not_read)
{
    write_and_die("one");
    EXPECT(chmod(twin_of("one"), 0622) == 0);
    struct journal_file file = opened("one");
    EXPECT_UINT(file.memory[0], 0);
    storage.close(storage.context, &file);
    EXPECT(unlink(twin_of("one")) == 0);
    EXPECT(symlink(spec_path("one"), twin_of("one")) == 0);
    file = opened("one");
    EXPECT_UINT(file.bytes, BYTES);
    storage.close(storage.context, &file);
    EXPECT(unlink(twin_of("one")) == 0);
}

SPEC(memory_of_a_folder_that_is_no_more_is_given_back_at_the_next_start)
{
    char gone[128], kept[128];
    write_and_die("one");
    snprintf(gone, sizeof gone, "%s", twin_of("one"));
    storage_file_close(&files);
    spec_folder_remove();
    before_each();
    EXPECT(access(gone, F_OK) != 0);
    write_and_die("two");
    snprintf(kept, sizeof kept, "%s", twin_of("two"));
    storage_file_close(&files);
    EXPECT(open_as(&files, STORAGE_FILE_WRITE));
    EXPECT(access(kept, F_OK) == 0);
    struct journal_file file = opened("two");
    EXPECT_UINT(file.memory[BYTES - 1], 22);
    storage.close(storage.context, &file);
}

SPEC(what_a_thread_writes_that_may_wait_has_no_memory_beside_it)
{
    char buffer[256];
    struct text out = text_in(buffer, sizeof buffer);
    struct storage_file second;
    struct journal_file file;
    EXPECT(storage_file_share(&second, &files, &out));
    struct journal_storage cold = storage_file_storage(&second);
    EXPECT(cold.create(cold.context, "one", BYTES, &file) == JOURNAL_IO_OK);
    EXPECT(!twin_exists("one"));
    file.memory[9000] = 33;
    EXPECT_UINT(byte_on_disk("one", 9000), 33);
    storage_file_waits(&second, "folder", &out);
    EXPECT_UINT(out.length, 0);
    cold.close(cold.context, &file);
    storage_file_close(&second);
}

#define SPECS(S)                                                                                   \
    S(what_is_stored_is_not_in_the_file_before_it_is_synced_and_then_it_is)                        \
    S(who_opens_a_file_that_is_being_written_sees_every_store)                                     \
    S(a_writer_that_was_killed_leaves_all_it_stored_and_a_sync_puts_it_into_the_file)              \
    S(a_closed_file_has_what_was_stored_and_its_memory_is_given_back)                              \
    S(a_removed_or_replaced_file_takes_its_memory_with_it)                                         \
    S(a_file_that_has_got_anothers_number_does_not_get_its_bytes)                                  \
    S(what_others_could_have_put_there_is_not_read)                                                \
    S(memory_of_a_folder_that_is_no_more_is_given_back_at_the_next_start)                          \
    S(what_a_thread_writes_that_may_wait_has_no_memory_beside_it)
SPEC_MAIN("storage_twin", SPECS, before_each, after_each)
