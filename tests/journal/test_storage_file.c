/* What journal_storage.h demands, of the real thing: files, folders, locks and refusals. */

#include "dataplane/journal/storage_file.h"
#include "tests/support/spec.h"

#include "tests/journal/storage_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#define BYTES 65536u

static struct storage_file files;
static struct journal_storage storage;
static char sentences[1024];
static struct text problems;

static bool open_as(struct storage_file *opened, const char *folder, enum storage_file_use use)
{
    problems = text_in(sentences, sizeof sentences);
    return storage_file_open(opened, &(struct storage_file_plan){folder, use, .create = true},
                             &problems);
}

static void before_each(void)
{
    spec_folder_make();
    EXPECT(open_as(&files, spec_folder, STORAGE_FILE_WRITE));
    storage = storage_file_storage(&files);
}

static void after_each(void)
{
    storage_file_close(&files);
    spec_folder_remove();
}

static struct journal_file created(const char *name, uint64_t bytes)
{
    struct journal_file file = {0};
    EXPECT(storage.create(storage.context, name, bytes, &file) == JOURNAL_IO_OK);
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

SPEC(a_created_file_is_zero_private_and_has_its_blocks)
{
    struct journal_file file = created("one", BYTES);
    struct stat status;
    EXPECT(stat(spec_path("one"), &status) == 0);
    EXPECT_UINT(status.st_size, BYTES);
    EXPECT(status.st_blocks * 512 >= BYTES);
    EXPECT_UINT(status.st_mode & 07777, 0600);
    EXPECT_UINT(file.bytes, BYTES);
    EXPECT_UINT((uintptr_t)file.memory % 4096, 0);
    bool zero = true;
    for (uint32_t i = 0; i < BYTES; i++) zero = zero && file.memory[i] == 0;
    EXPECT(zero);
    storage.close(storage.context, &file);
}

SPEC(creating_replaces_an_old_file_and_follows_no_link)
{
    spec_file_write("old", "old bytes");
    spec_file_write("treasure", "not ours");
    EXPECT(symlink("treasure", spec_path("link")) == 0);
    struct journal_file old = created("old", 4096), link = created("link", 4096);
    EXPECT_UINT(old.memory[0], 0);
    link.memory[0] = 'x';
    storage.close(storage.context, &old);
    storage.close(storage.context, &link);
    char bytes[16] = "";
    FILE *treasure = fopen(spec_path("treasure"), "re");
    EXPECT(treasure && fgets(bytes, sizeof bytes, treasure));
    if (treasure) fclose(treasure);
    EXPECT_TEXT(bytes, "not ours");
}

SPEC(what_is_stored_is_there_for_who_opens_it_even_if_the_writer_was_killed)
{
    int child = fork();
    if (child == 0) {
        struct journal_file file = created("one", BYTES);
        file.memory[5000] = 77;
        raise(SIGKILL);
    }
    int status = 0;
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT(WIFSIGNALED(status));
    struct journal_file file = opened("one");
    EXPECT_UINT(file.bytes, BYTES);
    EXPECT_UINT(file.memory[5000], 77);
    EXPECT(sync_range(&file, 0, file.bytes) == JOURNAL_IO_OK);
    storage.close(storage.context, &file);
}

SPEC(what_is_no_file_of_ours_cannot_be_opened)
{
    struct journal_file file;
    spec_file_write("treasure", "not ours");
    EXPECT(symlink("treasure", spec_path("link")) == 0);
    EXPECT(mkdir(spec_path("folder"), 0700) == 0);
    EXPECT(mkfifo(spec_path("pipe"), 0600) == 0);
    EXPECT(storage.open(storage.context, "missing", &file) == JOURNAL_IO_NOT_FOUND);
    EXPECT(storage.open(storage.context, "link", &file) == JOURNAL_IO_FAILED);
    EXPECT(storage.open(storage.context, "folder", &file) == JOURNAL_IO_FAILED);
    EXPECT(storage.open(storage.context, "pipe", &file) == JOURNAL_IO_FAILED);
    char buffer[256];
    struct text cause = text_in(buffer, sizeof buffer);
    storage_file_cause(&files, &cause);
    EXPECT_TEXT(cause.bytes, "pipe: a regular file is expected: Invalid argument");
}

SPEC(a_file_without_bytes_is_opened_as_that)
{
    spec_file_write("empty", "");
    struct journal_file file = opened("empty");
    EXPECT_UINT(file.bytes, 0);
    EXPECT(file.memory != NULL);
    storage.close(storage.context, &file);
}

/* Bytes this process has made dirty so far, by the system's count. */
static uint64_t dirtied(void)
{
    char line[64];
    uint64_t bytes = 0;
    FILE *io = fopen("/proc/self/io", "re");
    while (io && fgets(line, sizeof line, io)) sscanf(line, "write_bytes: %" SCNu64, &bytes);
    if (io) fclose(io);
    return bytes;
}

SPEC(a_sync_writes_the_ranges_again_where_the_system_believes_them_clean)
{
    if (!spec_folder_on_disk()) return; /* never dirty */
    struct journal_file file = created("one", BYTES);
    memset(file.memory, 1, BYTES);
    EXPECT(sync_range(&file, 0, BYTES) == JOURNAL_IO_OK);
    uint64_t before = dirtied();
    EXPECT(sync_range(&file, 4096 + 32, 3 * 4096) == JOURNAL_IO_OK);
    EXPECT(dirtied() - before >= 4 * 4096); /* the system may count larger pages */
    storage.close(storage.context, &file);
    file = opened("one");
    EXPECT(sync_range(&file, 0, BYTES) == JOURNAL_IO_OK);
    before = dirtied();
    EXPECT(sync_range(&file, 8192, 8192) == JOURNAL_IO_OK);
    EXPECT(dirtied() - before >= 2 * 4096);
    EXPECT_UINT(file.memory[8192], 1);
    storage.close(storage.context, &file);
}

SPEC(a_sync_changes_no_byte)
{
    struct journal_file file = created("one", BYTES);
    for (uint32_t i = 0; i < BYTES; i++) file.memory[i] = (uint8_t)(i * 31 >> 3);
    EXPECT(sync_range(&file, 0, BYTES) == JOURNAL_IO_OK);
    storage.close(storage.context, &file);
    file = opened("one");
    EXPECT(sync_range(&file, 100, 50000) == JOURNAL_IO_OK);
    bool same = true;
    for (uint32_t i = 0; i < BYTES; i++) same = same && file.memory[i] == (uint8_t)(i * 31 >> 3);
    EXPECT(same);
    storage.close(storage.context, &file);
}

SPEC(rename_replaces_and_remove_removes)
{
    struct journal_file file = created("one.new", 4096);
    spec_file_write("one", "older");
    EXPECT(storage.rename(storage.context, "one.new", "one") == JOURNAL_IO_OK);
    EXPECT(storage.sync_folder(storage.context) == JOURNAL_IO_OK);
    EXPECT(!spec_path_exists("one.new"));
    storage.close(storage.context, &file);
    file = opened("one");
    EXPECT_UINT(file.bytes, 4096);
    storage.close(storage.context, &file);
    EXPECT(storage.remove(storage.context, "one") == JOURNAL_IO_OK);
    EXPECT(!spec_path_exists("one"));
    EXPECT(storage.remove(storage.context, "one") == JOURNAL_IO_NOT_FOUND);
    EXPECT(storage.rename(storage.context, "one", "two") == JOURNAL_IO_NOT_FOUND);
}

static char names[256];

static void name_note(void *context, const char *name)
{
    (*(uint32_t *)context)++;
    strncat(names, name, sizeof names - strlen(names) - 1);
}

SPEC(a_list_has_every_name_and_nothing_else)
{
    spec_file_write("note.txt", "");
    EXPECT(mkdir(spec_path("folder"), 0700) == 0);
    struct journal_file file = created("segment", 4096);
    uint32_t count = 0;
    names[0] = 0;
    EXPECT(storage.list(storage.context, name_note, &count) == JOURNAL_IO_OK);
    EXPECT_UINT(count, 3);
    EXPECT(strstr(names, "note.txt") && strstr(names, "folder") && strstr(names, "segment"));
    storage.close(storage.context, &file);
}

SPEC(as_many_files_as_the_journal_needs_may_be_open_and_one_more_is_our_mistake)
{
    struct journal_file file[JOURNAL_OPEN_FILES_MAX], more;
    for (uint32_t i = 0; i < JOURNAL_OPEN_FILES_MAX; i++) {
        char name[2] = {(char)('a' + i), 0};
        file[i] = created(name, 4096);
    }
    EXPECT_STOP((void)storage.open(storage.context, "a", &more), "at most JOURNAL_OPEN_FILES_MAX");
    for (uint32_t i = 0; i < JOURNAL_OPEN_FILES_MAX; i++) storage.close(storage.context, &file[i]);
}

SPEC(closing_the_storage_closes_its_files)
{
    uint32_t before = spec_descriptors();
    created("one", 4096);
    (void)created("two", 4096);
    EXPECT_UINT(spec_descriptors(), before + 2);
    storage_file_close(&files);
    EXPECT_UINT(spec_descriptors(), before - 1);
}

/* Opens the folder in another process and says its sentence, or "". */
static const char *second_says(enum storage_file_use use)
{
    static char said[512];
    int ends[2];
    if (pipe(ends) != 0) abort();
    int child = fork();
    if (child == 0) {
        struct storage_file second;
        (void)open_as(&second, spec_folder, use);
        (void)!write(ends[1], problems.bytes, problems.length + 1);
        _exit(0);
    }
    close(ends[1]);
    ssize_t length = read(ends[0], said, sizeof said - 1);
    said[length > 0 ? length : 0] = 0;
    close(ends[0]);
    waitpid(child, NULL, 0);
    return said;
}

SPEC(a_journal_has_one_user_at_a_time_and_the_second_is_told_who_it_is)
{
    char expected[256];
    char comm[32] = "";
    FILE *file = fopen("/proc/self/comm", "re");
    EXPECT(file && fgets(comm, sizeof comm, file));
    if (file) fclose(file);
    comm[strcspn(comm, "\n")] = 0;
    snprintf(expected, sizeof expected,
             "%s is in use by process %d (%s); a journal has one user at a time\n", spec_folder,
             (int)getpid(), comm);
    EXPECT_TEXT(second_says(STORAGE_FILE_WRITE), expected);
    EXPECT_TEXT(second_says(STORAGE_FILE_READ), expected);
    EXPECT_TEXT(second_says(STORAGE_FILE_LOOK), "");
    struct storage_file shared;
    EXPECT(storage_file_share(&shared, &files, &problems));
    storage_file_close(&files);
    EXPECT_TEXT(second_says(STORAGE_FILE_WRITE), expected);
    storage_file_close(&shared);
    EXPECT_TEXT(second_says(STORAGE_FILE_WRITE), "");
    EXPECT(open_as(&files, spec_folder, STORAGE_FILE_READ));
    EXPECT_TEXT(second_says(STORAGE_FILE_READ), "");
    EXPECT_TEXT(second_says(STORAGE_FILE_WRITE), expected);
}

SPEC(the_lock_of_a_killed_process_is_gone)
{
    storage_file_close(&files);
    int ends[2];
    EXPECT(pipe(ends) == 0);
    int child = fork();
    if (child == 0) {
        struct storage_file held;
        (void)!write(ends[1], open_as(&held, spec_folder, STORAGE_FILE_WRITE) ? "y" : "n", 1);
        pause();
    }
    char answer = 0;
    EXPECT(read(ends[0], &answer, 1) == 1);
    EXPECT_UINT(answer, 'y');
    EXPECT(second_says(STORAGE_FILE_WRITE)[0] != 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    EXPECT_TEXT(second_says(STORAGE_FILE_WRITE), "");
    close(ends[0]);
    close(ends[1]);
}

static void expect_refused(const char *name, enum storage_file_use use, const char *why)
{
    char expected[512];
    struct storage_file other;
    const char *path = spec_path(name);
    snprintf(expected, sizeof expected, "%s %s\n", path, why);
    EXPECT(!open_as(&other, path, use));
    EXPECT_TEXT(problems.bytes, expected);
    storage_file_close(&other);
}

SPEC(a_folder_is_made_private_and_one_that_is_not_fit_is_refused)
{
    struct storage_file other;
    struct stat status;
    EXPECT(open_as(&other, spec_path("new"), STORAGE_FILE_WRITE));
    EXPECT(stat(spec_path("new"), &status) == 0);
    EXPECT_UINT(status.st_mode & 07777, 0700);
    storage_file_close(&other);

    expect_refused("no/where", STORAGE_FILE_WRITE, "cannot be made: No such file or directory");
    expect_refused("nowhere", STORAGE_FILE_READ, "cannot be opened: No such file or directory");
    EXPECT(symlink("new", spec_path("link")) == 0);
    expect_refused("link", STORAGE_FILE_READ, "is a symbolic link; name the folder itself");
    expect_refused("link", STORAGE_FILE_WRITE, "is a symbolic link; name the folder itself");
    spec_file_write("file", "");
    expect_refused("file", STORAGE_FILE_READ, "is not a folder");
    EXPECT(chmod(spec_path("new"), 0710) == 0);
    expect_refused("new", STORAGE_FILE_WRITE,
                   "may be entered by others; make it private: chmod 700");
    EXPECT(!spec_path_exists("nowhere"));
    if (geteuid() != 0) return;
    EXPECT(chmod(spec_path("new"), 0700) == 0);
    EXPECT(chown(spec_path("new"), 65534, 65534) == 0);
    expect_refused("new", STORAGE_FILE_WRITE,
                   "belongs to another user; a journal's folder is its own");
}

SPEC(a_folder_without_permission_to_write_fails_with_its_cause)
{
    bool root = geteuid() == 0; /* who may write everywhere */
    storage_file_close(&files);
    EXPECT(chmod(spec_folder, 0500) == 0);
    EXPECT(!root || (chown(spec_folder, 65534, 65534) == 0 && seteuid(65534) == 0));
    EXPECT(open_as(&files, spec_folder, STORAGE_FILE_WRITE));
    struct journal_file file;
    EXPECT(storage.create(storage.context, "one", 4096, &file) == JOURNAL_IO_FAILED);
    EXPECT(!root || seteuid(0) == 0);
    char buffer[256];
    struct text cause = text_in(buffer, sizeof buffer);
    storage_file_cause(&files, &cause);
    EXPECT_TEXT(cause.bytes, "one: openat: Permission denied");
}

SPEC(what_is_trimmed_goes_back_to_the_disk_and_stays_zero)
{
    struct journal_file file = created("one", BYTES);
    memset(file.memory, 7, 5000);
    EXPECT(sync_range(&file, 0, 5000) == JOURNAL_IO_OK);
    storage.close(storage.context, &file);
    struct stat before, after;
    EXPECT(stat(spec_path("one"), &before) == 0);
    file = opened("one");
    storage.trim(storage.context, &file, 5000);
    EXPECT(stat(spec_path("one"), &after) == 0);
    EXPECT_UINT(after.st_size, BYTES);
    EXPECT(after.st_blocks < before.st_blocks && after.st_blocks * 512 >= 2 * 4096);
    bool same = true;
    for (uint32_t i = 0; i < BYTES; i++) same = same && file.memory[i] == (i < 5000 ? 7 : 0);
    EXPECT(same);
    storage.close(storage.context, &file);
}

#define SPECS(S)                                                                                   \
    S(a_created_file_is_zero_private_and_has_its_blocks)                                           \
    S(creating_replaces_an_old_file_and_follows_no_link)                                           \
    S(what_is_stored_is_there_for_who_opens_it_even_if_the_writer_was_killed)                      \
    S(what_is_no_file_of_ours_cannot_be_opened)                                                    \
    S(a_file_without_bytes_is_opened_as_that)                                                      \
    S(a_sync_writes_the_ranges_again_where_the_system_believes_them_clean)                         \
    S(a_sync_changes_no_byte)                                                                      \
    S(what_is_trimmed_goes_back_to_the_disk_and_stays_zero)                                        \
    S(rename_replaces_and_remove_removes)                                                          \
    S(a_list_has_every_name_and_nothing_else)                                                      \
    S(as_many_files_as_the_journal_needs_may_be_open_and_one_more_is_our_mistake)                  \
    S(closing_the_storage_closes_its_files)                                                        \
    S(a_journal_has_one_user_at_a_time_and_the_second_is_told_who_it_is)                           \
    S(the_lock_of_a_killed_process_is_gone)                                                        \
    S(a_folder_is_made_private_and_one_that_is_not_fit_is_refused)                                 \
    S(a_folder_without_permission_to_write_fails_with_its_cause)
SPEC_MAIN("storage_file", SPECS, before_each, after_each)
