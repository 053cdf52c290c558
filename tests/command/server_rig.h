#ifndef TESTS_COMMAND_SERVER_RIG_H
#define TESTS_COMMAND_SERVER_RIG_H

/* A server on a loop of its own, in a folder of its own; clients and server take turns in one
 * thread.  status answers at once, metrics with LARGE bytes, halt when the spec answers later. */

#include "control/command/command_server.h"

#define TURNS_MAX 20000u
#define LARGE     (900ul * 1024)
#define STATUS    "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"status\"}\n"

extern char folder[64], path[96], users[96], problems_text[4096];
extern struct command_server *server;
extern struct command_call *later;

void rig_begin(void);
void rig_end(void);

void server_start(const char *users_file); /* NULL: only this user; server may be NULL then */

/* Anew, with so much time for silence, and for who does not read; 0: the usual. */
struct server_patience {
    uint32_t idle_ms;
    uint32_t slow_ms;
};
void start_impatient(struct server_patience with);

void users_write(const char *text); /* into the file users */

void turn(void); /* the server's */
void turns(uint32_t count);
void pause_for(long ns);

int client(void);
void say(int file, const char *text, size_t length);
void ask(int file, uint32_t id);

/* What comes up to the end of a line, or of the connection; "" if neither comes. */
const char *heard(int file);
bool ended(int file); /* the connection */
void expect_answer(int file, uint32_t id);

#endif
