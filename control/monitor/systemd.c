#include "control/monitor/systemd.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static_assert(sizeof(struct sockaddr_un) <= sizeof((struct systemd){0}.address), "it must fit");

/* A whole number, or 0. */
static uint64_t number_read(const char *text)
{
    char *end;
    if (!text || *text < '0' || *text > '9') return 0;
    uint64_t number = strtoull(text, &end, 10);
    return *end == 0 ? number : 0;
}

/* A path, or with '@' a name without a file. */
static bool address_set(struct systemd *systemd, const char *name)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= sizeof to.sun_path)
        return false;
    memcpy(to.sun_path, name, length);
    if (name[0] == '@') to.sun_path[0] = 0;
    systemd->address_bytes = (uint32_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (name[0] == '/') systemd->address_bytes++; /* the NUL */
    memcpy(systemd->address, &to, sizeof to);
    return true;
}

struct systemd systemd_open(const char *notify_socket, const char *watchdog_usec,
                            const char *watchdog_pid)
{
    struct systemd systemd = {.socket = -1};
    if (!notify_socket || !address_set(&systemd, notify_socket)) return systemd;
    systemd.socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool ours = !watchdog_pid || number_read(watchdog_pid) == (uint64_t)getpid();
    if (ours) systemd.watchdog_ns = number_read(watchdog_usec) * NANOS_MICRO;
    return systemd;
}

bool systemd_say(const struct systemd *systemd, const char *state)
{
    if (systemd->socket < 0) return false;
    struct sockaddr_un to;
    memcpy(&to, systemd->address, sizeof to);
    size_t length = strlen(state);
    return sendto(systemd->socket, state, length, MSG_NOSIGNAL, (const struct sockaddr *)&to,
                  systemd->address_bytes) == (ssize_t)length;
}

void systemd_close(struct systemd *systemd)
{
    if (systemd->socket >= 0) close(systemd->socket);
    systemd->socket = -1;
}
