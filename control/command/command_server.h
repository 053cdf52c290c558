#ifndef CONTROL_COMMAND_COMMAND_SERVER_H
#define CONTROL_COMMAND_COMMAND_SERVER_H

/* The control socket: connections, lines, answers; what they mean is the desk's.
 *
 *     accept -> SO_PEERCRED, SO_PEERGROUPS -> role -> lines -> desk -> answers
 *
 * A role is found at the connection and stays.  Who has none is told so and disconnected; so is
 * everybody beyond COMMAND_CONNECTIONS_MAX, and viewers beyond COMMAND_VIEWERS_MAX.
 *
 * A connection has one request under way at a time, and one turn of the loop does at most one of
 * each connection.  A line that is too long, a silence of idle_ms and an answer that is not read
 * for slow_ms end it.
 *
 * Each connection is counted once by how it ended: connection = connection_full +
 * connection_nobody + connected + ended + idle + slow + lost + line_long.
 *
 * The users' file is read again when it has changed, at the next connection; and while it is wrong,
 * once a second.
 *
 * Threads: the loop's.  Memory: allocated; at most one answer for each connection. */

#include "control/command/command_desk.h"
#include "control/command/command_users.h"

#define COMMAND_CONNECTIONS_MAX 16u
#define COMMAND_VIEWERS_MAX     12u /* of them; the others are kept for who may halt */
#define COMMAND_IDLE_MS         60000u
#define COMMAND_SLOW_MS         5000u

/* clang-format off */
#define COMMAND_SERVER_COUNTERS(C)                                                                 \
    C(connection,         "Connections to the control socket")                                     \
    C(connection_full,    "of these, refused: all places are taken")                               \
    C(connection_nobody,  "of these, refused: their user has no role")                             \
    C(connection_ended,   "Connections that the other end has ended")                              \
    C(connection_idle,    "Connections ended: nothing was asked")                                  \
    C(connection_slow,    "Connections ended: an answer was not read")                             \
    C(connection_lost,    "Connections ended by an error")                                         \
    C(line_long,          "Connections ended: a line was too long")                                \
    C(accept_failed,      "Connections that the kernel could not give")                            \
    C(users_bad,          "Times the users' file had changed and was wrong: nobody had a role")
#define COMMAND_SERVER_GAUGES(C)                                                                   \
    C(connected,          "Connections to the control socket now")
/* clang-format on */

#define COMMAND_SERVER_FIELD(name, meaning) uint64_t name;
struct command_server_counts {
    COMMAND_SERVER_COUNTERS(COMMAND_SERVER_FIELD)
    COMMAND_SERVER_GAUGES(COMMAND_SERVER_FIELD)
};

struct ev_loop;

struct command_server_plan {
    struct ev_loop *loop;
    const char *socket; /* paths; they must outlive the server */
    const char *users;  /* NULL: only the user that the box runs as */
    struct command_record_limits record;
    uint32_t idle_ms;      /* 0: COMMAND_IDLE_MS */
    uint32_t slow_ms;      /* 0: COMMAND_SLOW_MS */
    command_fn *const *on; /* this and the following: as of the desk */
    uint64_t (*tightened)(const void *context);
    void *context;
};

struct command_server;

/* NULL with sentences. */
MUST_USE struct command_server *command_server_new(const struct command_server_plan *plan,
                                                   struct text *problems);

/* No request may be under way in a handler: end them first.  NULL is allowed. */
void command_server_free(struct command_server *server);

const struct command_server_counts *command_server_counts(const struct command_server *server);
const struct command_desk_counts *command_server_desk(const struct command_server *server);
const struct command_record_counts *command_server_record(const struct command_server *server);
/* Why lines cannot be written there; "": they can. */
const char *command_server_record_why(const struct command_server *server);

#endif
