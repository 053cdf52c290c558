#include "control/command/command_record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

bool command_record_open(struct command_record *record, const char *path, struct text *problems)
{
    const int how = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    record->file = open(path, how, 0600);
    const char *problem = record->file < 0 ? strerrordesc_np(errno) : owner_check(record->file);
    if (!problem) return true;
    text_format(problems, "the record of changes %s: %s\n", path, problem);
    command_record_close(record);
    return false;
}

void command_record_close(struct command_record *record)
{
    if (record->file >= 0) close(record->file);
    record->file = -1;
}

bool command_record_write(void *record, const char *line, size_t length, bool durable)
{
    const struct command_record *to = record;
    struct stat before;
    if (to->file < 0 || fstat(to->file, &before) != 0) return false;
    ssize_t written = write(to->file, line, length);
    if (written == (ssize_t)length) return !durable || fdatasync(to->file) == 0;
    /* Half a line would make the next one unreadable. */
    if (written > 0 && ftruncate(to->file, before.st_size) != 0) return false;
    return false;
}
