#ifndef CONTROL_COMMAND_COMMAND_SERVER_LAYOUT_H
#define CONTROL_COMMAND_COMMAND_SERVER_LAYOUT_H

/* Private to command_server.c and command_peer.c. */

#include "control/command/command_server.h"

#include <ev.h>
#include <sys/stat.h>

/* A connection.  It reads while nothing is under way and no answer waits. */
struct peer {
    struct command_server *server;
    struct command_caller caller;
    ev_io reading;
    ev_io writing;
    double moved;  /* when something last came or went */
    bool busy;     /* a request is under way */
    bool ended;    /* nothing more will come; what is there is still done */
    bool too_long; /* a line was: it is counted, and ends with the answer */
    bool closed;   /* it is only kept for the answer that is awaited */
    size_t in_bytes;
    char in[COMMAND_LINE_MAX];
    char *out; /* NULL: nothing waits */
    size_t out_bytes, out_at;
};

struct command_server {
    struct command_server_plan plan;
    struct command_server_counts counts;
    struct command_desk desk;
    struct command_clerk *clerk;
    struct command_users users;
    struct stat seen; /* of the users' file */
    bool users_wrong; /* and nobody has a role */
    double users_tried;
    double idle_seconds, slow_seconds;
    ev_io accept;
    ev_timer sweep;
    struct peer *peer[COMMAND_CONNECTIONS_MAX];
};

void command_server_users(struct command_server *server);

/* command_peer.c */

struct peer *peer_new(struct command_server *server, int file, const struct command_caller *caller);
void peer_close(struct peer *peer);
/* The same, and counted as why. */
void peer_end(struct peer *peer, uint64_t *why);

#endif
