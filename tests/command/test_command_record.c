/* The record of changes: whose it is, how it is turned, and that no line is lost on the way. */

#include "control/command/command_record.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOUND       256u
#define LINE_MAX_IS 100u

static char folder[64], path[128], kept_path[160];
static char said[512];
static struct text problems;
static struct command_record record;

static void before_each(void)
{
    snprintf(folder, sizeof folder, "/tmp/pollux-record-XXXXXX");
    EXPECT(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/changes.jsonl", folder);
    problems = text_in(said, sizeof said);
    record = (struct command_record){.file = -1};
}

static void after_each(void)
{
    command_record_close(&record);
    DIR *files = opendir(folder);
    for (const struct dirent *file; files && (file = readdir(files));)
        if (file->d_name[0] != '.') (void)unlinkat(dirfd(files), file->d_name, 0);
    if (files) closedir(files);
    rmdir(folder);
}

static bool opened(uint64_t bytes, uint32_t files)
{
    const struct command_record_limits limits = {.path = path, .bytes = bytes, .files = files};
    return command_record_open(&record, &limits, &problems);
}

static bool says(const char *line)
{
    return command_record_write(&record, line, strlen(line));
}

static const char *numbered(uint32_t number)
{
    snprintf(kept_path, sizeof kept_path, "%s.%06u", path, number);
    return kept_path;
}

/* The bytes of a file; SIZE_MAX: there is none. */
static size_t read_all(const char *from, char *to, size_t room)
{
    FILE *file = fopen(from, "r");
    if (!file) return SIZE_MAX;
    size_t length = fread(to, 1, room - 1, file);
    to[length] = 0;
    fclose(file);
    return length;
}

static const char *text_of(const char *from)
{
    static char text[4096];
    return read_all(from, text, sizeof text) == SIZE_MAX ? "none" : text;
}

SPEC(it_is_made_for_us_alone_and_appended_to)
{
    struct stat is;
    EXPECT(opened(0, 1));
    EXPECT(stat(path, &is) == 0 && is.st_mode == (S_IFREG | 0600));
    EXPECT(says("one\n"));
    command_record_close(&record);
    EXPECT(opened(0, 1));
    EXPECT(says("two\n"));
    command_record_close(&record);
    EXPECT(!says("three\n"));
    EXPECT_TEXT(text_of(path), "one\ntwo\n");
}

SPEC(one_that_others_may_write_or_a_link_is_refused)
{
    char other[128];
    snprintf(other, sizeof other, "%s/other", folder);
    int file = open(other, O_WRONLY | O_CREAT, 0600);
    EXPECT(fchmod(file, 0620) == 0);
    close(file);
    EXPECT(rename(other, path) == 0);
    EXPECT(!opened(0, 1));
    EXPECT(strstr(said, "may be written by others") != NULL);
    EXPECT(chmod(path, 0600) == 0 && rename(path, other) == 0 && symlink(other, path) == 0);
    EXPECT(!opened(0, 1));
    EXPECT(unlink(path) == 0 && mkdir(path, 0700) == 0);
    EXPECT(!opened(0, 1));
    EXPECT(rmdir(path) == 0);
}

SPEC(a_disk_that_is_full_is_told_and_keeps_no_half_a_line)
{
    EXPECT(opened(0, 1));
    EXPECT(says("one\n"));
    EXPECT_TEXT(command_record_why(&record), "");
    struct rlimit before, little = {.rlim_cur = 10, .rlim_max = RLIM_INFINITY};
    EXPECT(getrlimit(RLIMIT_FSIZE, &before) == 0);
    little.rlim_max = before.rlim_max;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    EXPECT(setrlimit(RLIMIT_FSIZE, &little) == 0);
    EXPECT(!says("a line that fits only in part\n")); /* six bytes of it would */
    EXPECT(command_record_why(&record)[0] != 0);
    EXPECT(!says("another one of the kind\n"));
    EXPECT(setrlimit(RLIMIT_FSIZE, &before) == 0);
    signal(SIGXFSZ, handler);
    EXPECT_TEXT(text_of(path), "one\n");
    EXPECT(says("two\n"));
    EXPECT_TEXT(command_record_why(&record), "");
    EXPECT_TEXT(text_of(path), "one\ntwo\n");
}

SPEC(what_no_disk_takes_says_why)
{
    if (access("/dev/full", W_OK) != 0) return;
    record.limits.path = "/dev/full";
    record.file = open(record.limits.path, O_WRONLY);
    EXPECT(!says("one\n"));
    EXPECT_TEXT(command_record_why(&record), "No space left on device");
}

/* What all files hold, in their order, and how many old ones there are. */
static size_t all_of(uint32_t first, char *to, size_t room, uint32_t *files)
{
    size_t length = 0, more;
    *files = 0;
    for (uint32_t i = first; (more = read_all(numbered(i), to + length, room - length)) != SIZE_MAX;
         i++, ++*files) {
        EXPECT(more <= BOUND);
        EXPECT(more + LINE_MAX_IS + 1 > BOUND); /* none is turned that has room for any line */
        length += more;
    }
    more = read_all(path, to + length, room - length);
    EXPECT(more != SIZE_MAX && more <= BOUND);
    return length + more;
}

/* Lines of random lengths, now and then by a process that begins anew. */
static void lines_say(uint64_t seed, uint32_t files, char *all, size_t *length)
{
    struct chance chance = {seed};
    *length = 0;
    for (uint32_t i = 0; i < 60; i++) {
        char line[LINE_MAX_IS + 2];
        size_t size = (size_t)chance_between(&chance, 1, LINE_MAX_IS);
        memset(line, 'a' + (int)(i % 26), size);
        line[size] = '\n';
        line[size + 1] = 0;
        EXPECT(says(line));
        memcpy(all + *length, line, size + 1);
        *length += size + 1;
        if (chance_between(&chance, 0, 9) > 0) continue;
        command_record_close(&record);
        EXPECT(opened(BOUND, files));
    }
}

SPEC(lines_go_on_from_file_to_file_and_none_is_lost_or_there_twice)
{
    static char all[60 * 128], found[60 * 128];
    struct spec_seeds seeds = spec_seeds(30);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        uint32_t files;
        size_t length;
        EXPECT(opened(BOUND, 1000));
        lines_say(seed, 1000, all, &length);
        size_t have = all_of(1, found, sizeof found, &files);
        spec_expect(
            __FILE__, __LINE__, have == length && memcmp(all, found, length) == 0 && files > 5,
            "seed %lu: %zu bytes in %u files, of %zu", (unsigned long)seed, have, files, length);
        after_each();
        before_each();
    }
}

SPEC(of_full_files_the_newest_are_kept_and_the_removed_are_counted)
{
    static char all[60 * 128], found[60 * 128];
    uint32_t files;
    size_t length;
    EXPECT(opened(BOUND, 3));
    lines_say(7, 3, all, &length);
    uint32_t highest = record.highest;
    EXPECT(highest > 5);
    size_t have = all_of(highest - 2, found, sizeof found, &files);
    EXPECT_UINT(files, 3);
    EXPECT(memcmp(found, all + length - have, have) == 0); /* the newest lines */
    EXPECT(access(numbered(highest - 3), F_OK) != 0);
    command_record_close(&record);
    EXPECT(opened(BOUND, 1)); /* fewer are to be kept now */
    EXPECT(access(numbered(highest - 1), F_OK) != 0 && access(numbered(highest), F_OK) == 0);
    EXPECT_UINT(record.counts.record_removed, 2);
}

SPEC(each_turn_and_each_removal_has_its_counter)
{
    EXPECT(opened(8, 2));
    for (uint32_t i = 0; i < 6; i++) EXPECT(says("1234567\n"));
    EXPECT_UINT(record.counts.record_turned, 5);
    EXPECT_UINT(record.counts.record_removed, 3);
    EXPECT_UINT(record.counts.record_turn_failed, 0);
    EXPECT(access(numbered(4), F_OK) == 0 && access(numbered(5), F_OK) == 0);
}

SPEC(a_line_that_is_longer_than_a_file_has_one_of_its_own)
{
    EXPECT(opened(8, 9));
    EXPECT(says("a line of more than eight\n"));
    EXPECT(says("x\n"));
    EXPECT_TEXT(text_of(numbered(1)), "a line of more than eight\n");
    EXPECT_TEXT(text_of(path), "x\n");
}

SPEC(a_name_that_is_taken_keeps_the_file_going_and_is_counted)
{
    EXPECT(opened(8, 2));
    EXPECT(says("1234567\n"));
    int file = open(numbered(1), O_WRONLY | O_CREAT, 0600);
    EXPECT(write(file, "theirs", 6) == 6);
    close(file);
    EXPECT(says("2\n"));
    EXPECT_UINT(record.counts.record_turn_failed, 1);
    EXPECT_TEXT(text_of(numbered(1)), "theirs");
    EXPECT_TEXT(text_of(path), "1234567\n2\n");
    EXPECT(unlink(numbered(1)) == 0);
    EXPECT(says("3\n"));
    EXPECT_TEXT(text_of(path), "3\n");
}

SPEC(who_moves_the_file_or_removes_it_needs_to_tell_nobody)
{
    char moved[128];
    snprintf(moved, sizeof moved, "%s/changes.jsonl-20300102", folder);
    EXPECT(opened(0, 1));
    EXPECT(says("one\n"));
    EXPECT(rename(path, moved) == 0);
    EXPECT(says("two\n"));
    EXPECT_TEXT(text_of(moved), "one\n");
    EXPECT_TEXT(text_of(path), "two\n");
    EXPECT(unlink(path) == 0);
    EXPECT(says("three\n"));
    EXPECT_TEXT(text_of(path), "three\n");
    EXPECT_UINT(record.counts.record_moved, 2);
}

SPEC(a_process_that_ends_between_the_rename_and_the_new_file_loses_nothing)
{
    EXPECT(opened(8, 5));
    EXPECT(says("1234567\n"));
    command_record_close(&record);
    EXPECT(rename(path, numbered(1)) == 0);
    EXPECT(opened(8, 5));
    EXPECT(says("7654321\n"));
    EXPECT(says("1\n"));
    EXPECT_TEXT(text_of(numbered(1)), "1234567\n");
    EXPECT_TEXT(text_of(numbered(2)), "7654321\n");
    EXPECT_TEXT(text_of(path), "1\n");
}

SPEC(other_files_of_the_folder_are_left_alone)
{
    static const char *const names[] = {"changes.jsonl.1",       "changes.jsonl.00001x",
                                        "changes.jsonl.0000001", "changes.json.000001",
                                        "xchanges.jsonl.000001", "changes.jsonl.gz"};
    char other[160];
    for (uint32_t i = 0; i < ARRAY_COUNT(names); i++) {
        snprintf(other, sizeof other, "%s/%s", folder, names[i]);
        close(open(other, O_WRONLY | O_CREAT, 0600));
    }
    EXPECT(opened(8, 1));
    EXPECT_UINT(record.highest, 0);
    for (uint32_t i = 0; i < 9; i++) EXPECT(says("1234567\n"));
    for (uint32_t i = 0; i < ARRAY_COUNT(names); i++) {
        snprintf(other, sizeof other, "%s/%s", folder, names[i]);
        EXPECT(access(other, F_OK) == 0);
    }
}

#define SPECS(S)                                                                                   \
    S(it_is_made_for_us_alone_and_appended_to)                                                     \
    S(one_that_others_may_write_or_a_link_is_refused)                                              \
    S(a_disk_that_is_full_is_told_and_keeps_no_half_a_line)                                        \
    S(what_no_disk_takes_says_why)                                                                 \
    S(lines_go_on_from_file_to_file_and_none_is_lost_or_there_twice)                               \
    S(of_full_files_the_newest_are_kept_and_the_removed_are_counted)                               \
    S(each_turn_and_each_removal_has_its_counter)                                                  \
    S(a_line_that_is_longer_than_a_file_has_one_of_its_own)                                        \
    S(a_name_that_is_taken_keeps_the_file_going_and_is_counted)                                    \
    S(who_moves_the_file_or_removes_it_needs_to_tell_nobody)                                       \
    S(a_process_that_ends_between_the_rename_and_the_new_file_loses_nothing)                       \
    S(other_files_of_the_folder_are_left_alone)
SPEC_MAIN("command_record", SPECS, before_each, after_each)
