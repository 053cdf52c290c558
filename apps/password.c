#include "apps/password.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *file_unfit(int file)
{
    struct stat is;
    if (fstat(file, &is) != 0) return "cannot be looked at";
    if (!S_ISREG(is.st_mode)) return "is no ordinary file";
    if (is.st_uid != geteuid() && is.st_uid != 0) return "is somebody else's";
    if (is.st_mode & (S_IRWXG | S_IRWXO)) return "may be read or written by others: chmod 600";
    return NULL;
}

static const char *line_unfit(const char *line, size_t length)
{
    if (length == 0) return "has an empty first line";
    if (length > PASSWORD_BYTES) return "has a first line of more than 10 characters";
    for (size_t i = 0; i < length; i++)
        if (line[i] <= ' ' || line[i] > '~') return "has a character that no password may have";
    return NULL;
}

bool password_read(const char *path, char password[PASSWORD_BYTES], struct text *problems)
{
    char line[64] = {0};
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        text_format(problems, "the password file %s cannot be opened: %m\n", path);
        return false;
    }
    const char *unfit = file_unfit(file);
    ssize_t bytes = unfit ? 0 : read(file, line, sizeof line - 1);
    (void)close(file);
    size_t length = strcspn(line, "\r\n");
    if (!unfit && bytes < 0) unfit = "cannot be read";
    if (!unfit) unfit = line_unfit(line, length);
    if (unfit) {
        text_format(problems, "the password file %s %s\n", path, unfit);
    } else {
        memset(password, ' ', PASSWORD_BYTES);
        memcpy(password, line, length);
    }
    explicit_bzero(line, sizeof line);
    return !unfit;
}
