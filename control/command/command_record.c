#include "control/command/command_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGITS     6u
#define NUMBER_MAX 999999u
#define PATH_BYTES 4200u

/* What is wrong with the file, or NULL. */
static const char *owner_check(int file)
{
    struct stat is;
    if (fstat(file, &is) != 0) return "cannot be looked at";
    if (!S_ISREG(is.st_mode)) return "is no regular file";
    if (is.st_uid != geteuid()) return "is not the user's that the box runs as";
    if (is.st_mode & (S_IWGRP | S_IWOTH)) return "may be written by others: chmod go-w";
    return NULL;
}

/* The folder of path, and the name in it. */
static const char *folder_of(const char *path, char folder[PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    struct text text = text_in(folder, PATH_BYTES);
    if (!slash) text_append(&text, ".");
    else text_append_bytes(&text, path, slash == path ? 1 : (size_t)(slash - path));
    return slash ? slash + 1 : path;
}

/* A name is on the disk when its folder is. */
static bool folder_sync(const char *path)
{
    char folder[PATH_BYTES];
    (void)folder_of(path, folder);
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool right = file >= 0 && fsync(file) == 0;
    if (file >= 0) close(file);
    return right;
}

/* -1 and a sentence's end. */
static int path_open(const char *path, const char **why)
{
    const int how = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    int file = open(path, how, 0600);
    *why = file < 0 ? strerrordesc_np(errno) : owner_check(file);
    if (!*why && !folder_sync(path)) *why = "its folder cannot be synced";
    if (!*why) return file;
    if (file >= 0) close(file);
    return -1;
}

/* Renamed ones. */

/* The number in a file's name; 0: it is none of ours. */
static uint32_t number_of(const char *name, const char *own)
{
    size_t length = strlen(own);
    if (strncmp(name, own, length) != 0 || name[length] != '.') return 0;
    const char *digits = name + length + 1;
    if (strlen(digits) != DIGITS || strspn(digits, "0123456789") != DIGITS) return 0;
    return (uint32_t)strtoul(digits, NULL, 10);
}

/* Those with a number of at most until are removed, and counted; the highest there is. */
static uint32_t renamed_sweep(const char *path, uint32_t until, uint64_t *removed)
{
    char folder[PATH_BYTES];
    const char *own = folder_of(path, folder);
    DIR *files = opendir(folder);
    uint32_t highest = 0;
    if (!files) return 0;
    for (const struct dirent *file; (file = readdir(files));) {
        uint32_t number = number_of(file->d_name, own);
        if (number > highest) highest = number;
        if (number > 0 && number <= until) *removed += unlinkat(dirfd(files), file->d_name, 0) == 0;
    }
    closedir(files);
    return highest;
}

static void older_remove(struct command_record *record)
{
    uint32_t files = record->limits.files;
    if (record->limits.bytes == 0 || record->highest <= files) return;
    (void)renamed_sweep(record->limits.path, record->highest - files,
                        &record->counts.record_removed);
}

/* The file goes on under another name until there is a new one, so no line is in between. */
static bool turn(struct command_record *record)
{
    const char *path = record->limits.path, *why;
    char to[PATH_BYTES];
    (void)snprintf(to, sizeof to, "%s.%06u", path, record->highest + 1);
    if (record->highest == NUMBER_MAX ||
        renameat2(AT_FDCWD, path, AT_FDCWD, to, RENAME_NOREPLACE) != 0)
        return false;
    int file = path_open(path, &why);
    if (file < 0) { /* back, if that can be: else the next line finds it moved */
        (void)renameat2(AT_FDCWD, to, AT_FDCWD, path, RENAME_NOREPLACE);
        return false;
    }
    close(record->file);
    record->file = file;
    record->highest++;
    record->counts.record_turned++;
    older_remove(record);
    return true;
}

/* Somebody else has moved the file, or removed it. */
static bool moved(const struct command_record *record, const struct stat *is)
{
    struct stat there;
    if (lstat(record->limits.path, &there) != 0) return errno == ENOENT;
    return there.st_ino != is->st_ino || there.st_dev != is->st_dev;
}

/* Before a line: where it goes.  What cannot be helped leaves the file as it is. */
static void place_find(struct command_record *record, size_t length)
{
    struct stat is;
    const char *why;
    if (fstat(record->file, &is) != 0) return;
    if (moved(record, &is)) {
        int file = path_open(record->limits.path, &why);
        if (file < 0) return;
        close(record->file);
        record->file = file;
        record->counts.record_moved++;
        return;
    }
    uint64_t bytes = (uint64_t)is.st_size;
    if (record->limits.bytes == 0 || bytes == 0 || bytes + length <= record->limits.bytes) return;
    if (!turn(record)) record->counts.record_turn_failed++;
}

bool command_record_open(struct command_record *record, const struct command_record_limits *limits,
                         struct text *problems)
{
    const char *why;
    uint64_t none = 0;
    *record = (struct command_record){.limits = *limits};
    record->file = path_open(limits->path, &why);
    if (record->file < 0) {
        text_format(problems, "the record of changes %s: %s\n", limits->path, why);
        return false;
    }
    record->highest = renamed_sweep(limits->path, 0, &none);
    older_remove(record);
    return true;
}

void command_record_close(struct command_record *record)
{
    if (record->file >= 0) close(record->file);
    record->file = -1;
}

static bool line_write(const struct command_record *to, const char *line, size_t length)
{
    struct stat before;
    if (to->file < 0 || fstat(to->file, &before) != 0) return false;
    ssize_t written = write(to->file, line, length);
    if (written == (ssize_t)length) return fdatasync(to->file) == 0;
    if (written >= 0) errno = ENOSPC;
    int why = errno;
    /* Half a line would make the next one unreadable. */
    if (written > 0 && ftruncate(to->file, before.st_size) != 0) return false;
    errno = why;
    return false;
}

bool command_record_write(struct command_record *record, const char *line, size_t length)
{
    if (record->file >= 0) place_find(record, length);
    record->failing = !line_write(record, line, length);
    if (record->failing) record->why = record->file < 0 ? "it is closed" : strerrordesc_np(errno);
    return !record->failing;
}

const char *command_record_why(const struct command_record *record)
{
    return record->failing && record->why ? record->why : "";
}
