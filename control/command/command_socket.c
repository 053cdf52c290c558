#include "control/command/command_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG    64
#define OTHERS     0027 /* what the directory must not allow */
#define UMASK      0117 /* 0660 */
#define FOLDER_MAX 4096u

/* A path in its two parts. */
struct place {
    char folder[FOLDER_MAX];
    const char *name;
};

static bool place_of(struct place *place, const char *path)
{
    const char *slash = strrchr(path, '/');
    place->name = slash ? slash + 1 : path;
    size_t length = slash ? (size_t)(slash - path) : 1;
    if (slash == path) length = 1;
    if (length >= sizeof place->folder || !*place->name) return false;
    memcpy(place->folder, slash ? path : ".", length);
    place->folder[length] = 0;
    return true;
}

/* What is wrong with the directory, or NULL. */
static const char *folder_check(int folder)
{
    struct stat is;
    if (fstat(folder, &is) != 0) return "cannot be looked at";
    if (is.st_uid != geteuid()) return "is not the user's that the box runs as";
    if (is.st_mode & OTHERS) return "is open to others: chmod 0750";
    return NULL;
}

static int folder_open(const struct place *place, struct text *problems)
{
    bool made = mkdir(place->folder, 0750) == 0;
    int folder = open(place->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const char *problem = folder < 0 ? strerrordesc_np(errno) : NULL;
    if (!problem && made && fchmod(folder, 0750) != 0) problem = strerrordesc_np(errno);
    if (!problem) problem = folder_check(folder);
    if (!problem) return folder;
    text_format(problems, "the control socket's directory %s: %s\n", place->folder, problem);
    if (folder >= 0) close(folder);
    return -1;
}

/* By the directory that is held: so no path is too long either. */
static bool address_of(struct sockaddr_un *address, int folder, const char *name)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length =
        snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", folder, name);
    return length < (int)sizeof address->sun_path;
}

static int socket_new(int more)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | more, 0);
}

/* True if somebody answers. */
static bool answered(const struct sockaddr_un *address)
{
    int other = socket_new(SOCK_NONBLOCK);
    if (other < 0) return false;
    /* EAGAIN: it listens, and its queue is full. */
    bool there =
        connect(other, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN;
    close(other);
    return there;
}

/* What stands there is gone, or the reason why it stays. */
static const char *stale_remove(int folder, const char *name, const struct sockaddr_un *address)
{
    struct stat is;
    if (fstatat(folder, name, &is, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? NULL : strerrordesc_np(errno);
    if (!S_ISSOCK(is.st_mode)) return "something that is no socket has this name";
    if (is.st_uid != geteuid()) return "somebody else's socket has this name";
    if (answered(address)) return "another process listens there";
    return unlinkat(folder, name, 0) == 0 ? NULL : strerrordesc_np(errno);
}

static const char *listen_at(int file, const struct sockaddr_un *address)
{
    mode_t before = umask(UMASK);
    int bound = bind(file, (const struct sockaddr *)address, sizeof *address);
    int error = errno;
    umask(before);
    if (bound != 0) return strerrordesc_np(error);
    return listen(file, BACKLOG) == 0 ? NULL : strerrordesc_np(errno);
}

int command_socket_listen(const char *path, struct text *problems)
{
    struct place place;
    struct sockaddr_un address;
    if (!place_of(&place, path)) {
        text_format(problems, "the control socket %s: this is no name of a socket\n", path);
        return -1;
    }
    int folder = folder_open(&place, problems);
    if (folder < 0) return -1;
    int file = socket_new(SOCK_NONBLOCK);
    const char *problem = file < 0 ? strerrordesc_np(errno) : NULL;
    if (!problem && !address_of(&address, folder, place.name)) problem = "the name is too long";
    if (!problem) problem = stale_remove(folder, place.name, &address);
    if (!problem) problem = listen_at(file, &address);
    close(folder);
    if (!problem) return file;
    text_format(problems, "the control socket %s: %s\n", path, problem);
    if (file >= 0) close(file);
    return -1;
}

int command_socket_connect(const char *path)
{
    struct place place;
    struct sockaddr_un address;
    if (!place_of(&place, path)) {
        errno = EINVAL;
        return -1;
    }
    int folder = open(place.folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return -1;
    int file = address_of(&address, folder, place.name) ? socket_new(0) : -1;
    bool connected =
        file >= 0 && connect(file, (const struct sockaddr *)&address, sizeof address) == 0;
    int error = errno;
    close(folder);
    if (connected) return file;
    if (file >= 0) close(file);
    errno = error;
    return -1;
}

void command_socket_remove(const char *path)
{
    struct stat is;
    if (lstat(path, &is) == 0 && S_ISSOCK(is.st_mode) && is.st_uid == geteuid()) unlink(path);
}
