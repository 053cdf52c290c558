#include "control/monitor/event_line.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

bool event_line_journald(int fd, const char *journal_stream)
{
    uintmax_t device, inode;
    struct stat is;
    if (!journal_stream || sscanf(journal_stream, "%ju:%ju", &device, &inode) != 2) return false;
    return fstat(fd, &is) == 0 && is.st_dev == device && is.st_ino == inode;
}

void event_line_print(struct text *out, const struct monitor_told *told)
{
    enum monitor_severity severity =
        told->phase == MONITOR_ENDED ? MONITOR_NOTE : monitor_events[told->event].severity;
    text_format(out, "<%u>", monitor_severity_priority(severity));
    monitor_told_print(out, told);
    text_append_char(out, '\n');
}

/* A pipe that poll calls writable takes PIPE_BUF bytes without waiting; a socket is asked not to
 * wait. */
bool event_line_write(int fd, const char *bytes, size_t length)
{
    ssize_t sent = send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return (size_t)sent == length;
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    struct stat is;
    if (fstat(fd, &is) != 0 || S_ISSOCK(is.st_mode)) return false;
    if (poll(&room, 1, 0) != 1 || !(room.revents & POLLOUT)) return false;
    return write(fd, bytes, length) == (ssize_t)length;
}
