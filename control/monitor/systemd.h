#ifndef CONTROL_MONITOR_SYSTEMD_H
#define CONTROL_MONITOR_SYSTEMD_H

/* What a service tells systemd: that it is ready, what it does, that it lives, that it stops.
 *
 *     struct systemd systemd = systemd_open(getenv("NOTIFY_SOCKET"), getenv("WATCHDOG_USEC"),
 *                                           getenv("WATCHDOG_PID"));
 *     systemd_say(&systemd, "READY=1");
 *     systemd_say(&systemd, "WATCHDOG=1");       at least every watchdog_ns / 2
 *
 * One datagram a call, and nobody waits: one that is not taken is lost, as it is when nobody
 * listens.  Without NOTIFY_SOCKET all calls are nothing.
 *
 * By hand, because the protocol is a datagram with text, and the library for it would bring all of
 * systemd's.  Source: sd_notify(3), sd_watchdog_enabled(3).  Cold. */

#include "dataplane/base/base.h"

struct systemd {
    int socket; /* -1: nobody is told */
    uint32_t address_bytes;
    uint64_t watchdog_ns; /* 0: it waits for no sign of life */
    uint8_t address[128]; /* struct sockaddr_un */
};

/* Each may be NULL. */
struct systemd systemd_open(const char *notify_socket, const char *watchdog_usec,
                            const char *watchdog_pid);

/* False if it was not taken. */
bool systemd_say(const struct systemd *systemd, const char *state);

void systemd_close(struct systemd *systemd);

#endif
