/* The users' file: who may have written it, then its lines. */

#include "control/command/command_users.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool system_id(void *context, bool group, const char *name, uint32_t *id)
{
    (void)context;
    if (group) {
        const struct group *found = getgrnam(name);
        if (found) *id = found->gr_gid;
        return found != NULL;
    }
    const struct passwd *found = getpwnam(name);
    if (found) *id = found->pw_uid;
    return found != NULL;
}

/* What is wrong with the file, or NULL. */
static const char *owner_check(int file)
{
    struct stat is;
    if (fstat(file, &is) != 0) return "cannot be looked at";
    if (!S_ISREG(is.st_mode)) return "is no regular file";
    if (is.st_uid != 0 && is.st_uid != geteuid())
        return "is neither root's nor the user's that the box runs as";
    if (is.st_mode & (S_IWGRP | S_IWOTH)) return "may be written by others: chmod go-w";
    if (is.st_size > COMMAND_USERS_BYTES_MAX) return "is longer than 64 KiB";
    return NULL;
}

static ssize_t all_read(int file, char *bytes, size_t capacity)
{
    size_t length = 0;
    while (length < capacity) {
        ssize_t more = read(file, bytes + length, capacity - length);
        if (more < 0) return -1;
        if (more == 0) break;
        length += (size_t)more;
    }
    return (ssize_t)length;
}

bool command_users_read(struct command_users *users, const char *path, struct text *problems)
{
    users->count = 0;
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    const char *problem =
        file < 0 ? "cannot be read: it is not there, is a symbolic link, or is not ours to read"
                 : owner_check(file);
    char *bytes = problem ? NULL : malloc(COMMAND_USERS_BYTES_MAX);
    ssize_t length = bytes ? all_read(file, bytes, COMMAND_USERS_BYTES_MAX) : -1;
    if (!problem && length < 0) problem = "cannot be read";
    if (problem) text_format(problems, "the users' file %s %s\n", path, problem);
    bool right = !problem &&
                 command_users_parse(users, path, bytes, (size_t)length, system_id, NULL, problems);
    free(bytes);
    if (file >= 0) close(file);
    return right;
}
