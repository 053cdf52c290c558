/* The file is opened once and judged by what was opened, so that it cannot be exchanged between a
 * look and a read.  A link, a device or a pipe is refused before it is read: a configuration names
 * what trades, and must be exactly the file that was meant. */

#include "control/config/config.h"
#include "control/config/config_problems.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct config_place whole_file = {0, 0};

static bool file_refuse_kind(const struct stat *status, struct config_problems *problems)
{
    if (S_ISDIR(status->st_mode))
        config_problems_add(problems, whole_file, "is a directory, not a file");
    else if (!S_ISREG(status->st_mode))
        config_problems_add(problems, whole_file, "is a device, a pipe or a socket, not a file");
    else if (status->st_mode & S_IWOTH)
        config_problems_add(problems, whole_file,
                            "anybody may write to it (mode %04o): chmod o-w makes it safe to use",
                            (unsigned)(status->st_mode & 07777));
    else if (status->st_size > (off_t)CONFIG_FILE_BYTES_MAX)
        config_problems_add(problems, whole_file, "larger than %u bytes: this is no configuration",
                            CONFIG_FILE_BYTES_MAX);
    else return false;
    return true;
}

/* Opens path for reading; -1 and a problem if it may not be used. */
static int file_open(const char *path, struct config_problems *problems)
{
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        if (errno == ELOOP)
            config_problems_add(problems, whole_file,
                                "is a symbolic link: name the file it points to");
        else config_problems_add(problems, whole_file, "cannot be opened: %s", strerror(errno));
        return -1;
    }
    struct stat status;
    CHECK(fstat(file, &status) == 0);
    if (!file_refuse_kind(&status, problems)) return file;
    close(file);
    return -1;
}

bool config_read(const char *path, struct config **config, struct config_problems *problems)
{
    *config = NULL;
    problems->count = problems->more = 0;
    int file = file_open(path, problems);
    if (file < 0) return false;

    /* One byte more than allowed, to notice a file that has grown since. */
    char *text = malloc(CONFIG_FILE_BYTES_MAX + 1);
    CHECK(text != NULL);
    size_t bytes = 0;
    ssize_t taken;
    do {
        taken = read(file, text + bytes, CONFIG_FILE_BYTES_MAX + 1 - bytes);
        if (taken > 0) bytes += (size_t)taken;
    } while (taken > 0 || (taken < 0 && errno == EINTR));
    if (taken < 0) config_problems_add(problems, whole_file, "cannot be read: %s", strerror(errno));
    close(file);

    bool read_whole = taken == 0 && config_parse(text, bytes, config, problems);
    free(text);
    return read_whole;
}
