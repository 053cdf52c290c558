#include "bench/redis_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PEERS_MAX = 16, TURN_MS = 5, START_MS = 10000, ABSENT_STATUS = 127, ASKED_BYTES = 65536 };

static const char letters[] = {
#define KEEPER_LETTER(name, letter, text) letter,
    KEEPER_STATES(KEEPER_LETTER)};

const char *keeper_text(enum keeper_state state)
{
#define KEEPER_TEXT(name, letter, text) text,
    static const char *const texts[] = {KEEPER_STATES(KEEPER_TEXT)};
    CHECK((unsigned)state < KEEPER_STATE_COUNT);
    return texts[state];
}

/* In the keeper's process. */

static const char *path;
static char folder[64];
static pid_t server; /* 0: none */
static int listener = -1;
static int peer[PEERS_MAX];
static uint32_t peers;
static enum keeper_state state;

static struct sockaddr_un address(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    strncpy(at.sun_path, path, sizeof at.sun_path - 1);
    return at;
}

static int server_connect(void)
{
    struct sockaddr_un at = address();
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made >= 0 && connect(made, (const struct sockaddr *)&at, sizeof at) == 0) return made;
    if (made >= 0) (void)close(made);
    return -1;
}

static void sleep_ms(uint32_t ms)
{
    const struct timespec span = {.tv_nsec = ms * (long)NANOS_MILLI};
    (void)nanosleep(&span, NULL);
}

/* One command, whose answer is not looked at: the server has done it when it answers. */
static bool server_say(const char *command)
{
    char answer[256];
    int at = server_connect();
    if (at < 0) return false;
    size_t length = strlen(command);
    bool said = send(at, command, length, MSG_NOSIGNAL) == (ssize_t)length &&
                recv(at, answer, sizeof answer, 0) > 0;
    (void)close(at);
    return said;
}

static void server_exec(void)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)dup2(nowhere, STDIN_FILENO);
    (void)dup2(nowhere, STDOUT_FILENO);
    (void)dup2(nowhere, STDERR_FILENO);
    (void)prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0ul, 0ul, 0ul);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path, "--unixsocketperm",
           "700", "--save", "", "--appendonly", "no", "--dir", folder, (char *)NULL);
    _exit(ABSENT_STATUS);
}

/* False: it has ended at once. */
static bool server_start(void)
{
    server = fork();
    CHECK(server >= 0);
    if (server == 0) server_exec();
    for (uint32_t waited = 0; waited < START_MS; waited++) {
        if (server_say("PING\r\n")) return true;
        if (waitpid(server, NULL, WNOHANG) == server) break;
        sleep_ms(1);
    }
    server = 0;
    return false;
}

static void server_end(void)
{
    if (server == 0) return;
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
    server = 0;
}

/* One that answers garbage. */

static void garbage_begin(void)
{
    struct sockaddr_un at = address();
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CHECK(listener >= 0);
    (void)unlink(path);
    CHECK(bind(listener, (const struct sockaddr *)&at, sizeof at) == 0);
    CHECK(listen(listener, PEERS_MAX) == 0);
}

static void garbage_end(void)
{
    while (peers > 0) (void)close(peer[--peers]);
    if (listener >= 0) (void)close(listener);
    listener = -1;
}

static const char *garbage(size_t *length)
{
    static char many[200000], deep[1600];
    const char *text = "";
    switch ((uint32_t)state) {
    case KEEPER_LOADING: text = "-LOADING Redis is loading the dataset in memory\r\n"; break;
    case KEEPER_NOAUTH: text = "-NOAUTH Authentication required.\r\n"; break;
    case KEEPER_READONLY:
        text = "-READONLY You can't write against a read only replica.\r\n";
        break;
    case KEEPER_FOREIGN: text = "HTTP/1.1 400 Bad Request\r\n\r\n"; break;
    case KEEPER_UNASKED: text = "+PONG\r\n+PONG\r\n+PONG\r\n"; break;
    case KEEPER_HUGE_COUNT: text = "*1000000000\r\n"; break;
    case KEEPER_SHAPELESS: text = "+PONG\r\n*1\r\n*2\r\n$7\r\ncuckoos\r\n:7\r\n"; break;
    case KEEPER_BYTES: text = "\xff\x01\xfe"; break;
    case KEEPER_HALF: text = "+PON"; break;
    case KEEPER_HUGE_TEXT:
        memset(many, '7', sizeof many);
        memcpy(many, "$500000000\r\n", 12);
        *length = sizeof many;
        return many;
    case KEEPER_DEEP:
        for (uint32_t i = 0; i < sizeof deep; i++) deep[i] = "*1\r\n"[i % 4];
        *length = sizeof deep;
        return deep;
    default: break;
    }
    *length = strlen(text);
    return text;
}

static bool garbage_answer(int to)
{
    static char asked[ASKED_BYTES];
    size_t length;
    const char *answer = garbage(&length);
    ssize_t got = recv(to, asked, sizeof asked, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return true;
    return got > 0 && send(to, answer, length, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

static void garbage_turn(void)
{
    int more = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (more >= 0 && peers < PEERS_MAX) peer[peers++] = more;
    else if (more >= 0) (void)close(more);
    for (uint32_t i = 0; i < peers;) {
        if (garbage_answer(peer[i])) {
            i++;
            continue;
        }
        (void)close(peer[i]);
        peer[i] = peer[--peers];
    }
}

/* States. */

static void failing_end(void)
{
    garbage_end();
    if (state == KEEPER_STOPPED) (void)kill(server, SIGCONT);
    if (state == KEEPER_FULL) (void)server_say("CONFIG SET maxmemory 0\r\n");
}

static void enter(enum keeper_state next)
{
    failing_end();
    state = next;
    bool serves = next == KEEPER_WELL || next == KEEPER_STOPPED || next == KEEPER_FULL ||
                  next == KEEPER_CUT || next == KEEPER_BEGUN;
    if (!serves) server_end();
    if (next == KEEPER_ABSENT) (void)unlink(path);
    if (serves && server == 0) CHECK(server_start());
    if (next == KEEPER_STOPPED) (void)kill(server, SIGSTOP);
    if (next == KEEPER_FULL) (void)server_say("CONFIG SET maxmemory 1\r\n");
    if (next >= KEEPER_LOADING) garbage_begin();
}

static void turn(void)
{
    if (listener >= 0) garbage_turn();
    if (state == KEEPER_CUT) {
        (void)server_say("CLIENT KILL TYPE pubsub\r\n");
        (void)server_say("CLIENT KILL TYPE normal SKIPME yes\r\n");
    }
    if (state == KEEPER_BEGUN) {
        server_end();
        CHECK(server_start());
    }
}

/* Waits for a letter or for whoever asks the one that answers garbage. */
static bool letter_await(int from, char *letter)
{
    struct pollfd watched[PEERS_MAX + 2] = {{.fd = from, .events = POLLIN},
                                            {.fd = listener, .events = POLLIN}};
    for (uint32_t i = 0; i < peers; i++)
        watched[2 + i] = (struct pollfd){.fd = peer[i], .events = POLLIN};
    bool turns = state == KEEPER_CUT || state == KEEPER_BEGUN;
    (void)poll(watched, 2 + peers, turns ? TURN_MS : -1);
    *letter = 0;
    return !(watched[0].revents & (POLLIN | POLLHUP)) || read(from, letter, 1) == 1;
}

static enum keeper_state state_of(char letter)
{
    const char *found = memchr(letters, letter, sizeof letters);
    CHECK(found != NULL);
    return (enum keeper_state)(found - letters);
}

static _Noreturn void keep(int from)
{
    (void)prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0ul, 0ul, 0ul);
    char letter = server_start() ? 'y' : 'n';
    bool goes = write(from, &letter, 1) == 1 && letter == 'y';
    while (goes && letter_await(from, &letter)) {
        if (letter) {
            enter(state_of(letter));
            goes = write(from, &letter, 1) == 1;
        }
        turn();
    }
    server_end();
    _exit(0);
}

/* In the bench's. */

bool keeper_open(struct keeper *keeper)
{
    int ends[2];
    char letter = 'n';
    *keeper = (struct keeper){.folder = "/tmp/pollux-bench-redis-XXXXXX"};
    CHECK(mkdtemp(keeper->folder) != NULL);
    (void)snprintf(keeper->path, sizeof keeper->path, "%s/redis.sock", keeper->folder);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    keeper->pid = fork();
    CHECK(keeper->pid >= 0);
    if (keeper->pid == 0) {
        (void)close(ends[0]);
        path = keeper->path;
        memcpy(folder, keeper->folder, sizeof folder);
        keep(ends[1]);
    }
    (void)close(ends[1]);
    keeper->socket = ends[0];
    if (read(keeper->socket, &letter, 1) == 1 && letter == 'y') return true;
    keeper_close(keeper);
    return false;
}

void keeper_set(struct keeper *keeper, enum keeper_state next)
{
    char letter = letters[next];
    CHECK(write(keeper->socket, &letter, 1) == 1);
    CHECK(read(keeper->socket, &letter, 1) == 1);
}

void keeper_close(struct keeper *keeper)
{
    (void)close(keeper->socket);
    (void)waitpid(keeper->pid, NULL, 0);
    (void)unlink(keeper->path);
    (void)rmdir(keeper->folder);
}
