#include "apps/pollux-order/venue_link.h"

#include "apps/password.h"
#include "dataplane/base/system_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEGMENT_BYTES   (256u << 10)
#define CONNECT_WAIT_MS 5000
#define PAYLOAD_MAX     4096u

nanos_t venue_link_now(void)
{
    return system_clock_monotonic();
}

/* HOST:PORT or [ADDRESS]:PORT, cut in two. */
static bool address_cut(const char *to, char host[256], char port[16])
{
    const char *colon = strrchr(to, ':');
    if (!colon || colon == to || !colon[1] || strlen(colon + 1) >= 16) return false;
    size_t length = (size_t)(colon - to);
    bool bracketed = to[0] == '[' && colon[-1] == ']';
    if (bracketed) to++, length -= 2;
    if (length == 0 || length >= 256) return false;
    memcpy(host, to, length);
    host[length] = '\0';
    memcpy(port, colon + 1, strlen(colon + 1) + 1);
    return bracketed || !strchr(host, ':');
}

static int address_find(struct venue_link *link, const char *to, struct text *problems)
{
    char host[256], port[16];
    char *end;
    if (!address_cut(to, host, port) || strtoul(port, &end, 10) - 1 >= 65535 || *end) {
        text_format(problems, "'%s' is no HOST:PORT\n", to);
        return 2;
    }
    struct addrinfo *found = NULL;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    int wrong = getaddrinfo(host, port, &hints, &found);
    if (wrong != 0) {
        text_format(problems, "the host %s cannot be found: %s\n", host, gai_strerror(wrong));
        return 3;
    }
    memcpy(&link->address, found->ai_addr, found->ai_addrlen);
    link->address_bytes = found->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

int venue_link_open(struct venue_link *link, const struct order_options *options, uint64_t sequence,
                    struct text *problems)
{
    *link = (struct venue_link){.fd = -1};
    struct soupbin_client_login login = {.sequence = sequence};
    memcpy(login.credentials.username, options->user, sizeof login.credentials.username);
    memcpy(login.session, options->session, sizeof login.session);
    if (!password_read(options->password_file, login.credentials.password, problems)) return 2;
    int status = address_find(link, options->to, problems);
    struct soupbin_client_limits limits = {.payload_bytes = PAYLOAD_MAX,
                                           .output_bytes = SOUPBIN_OUTPUT_MAX,
                                           .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                                           .silence_ns = SOUPBIN_SILENCE_NS};
    size_t bytes = ALIGN_UP(soupbin_client_footprint(&limits), CACHE_LINE);
    void *memory = status ? NULL : aligned_alloc(CACHE_LINE, bytes);
    link->segment = memory ? malloc(SEGMENT_BYTES) : NULL;
    if (link->segment) {
        memset(memory, 0, bytes);
        link->client = soupbin_client_new(memory, &limits, &login);
    } else if (status == 0) {
        text_append(problems, "there is no memory for a connection\n");
        free(memory);
        status = 1;
    }
    explicit_bzero(login.credentials.password, sizeof login.credentials.password);
    return status;
}

void venue_link_close(struct venue_link *link)
{
    venue_link_disconnect(link);
    free(link->client);
    free(link->segment);
    *link = (struct venue_link){.fd = -1};
}

void venue_link_disconnect(struct venue_link *link)
{
    if (link->fd >= 0) (void)close(link->fd);
    link->fd = -1;
}

static int connect_wait(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    int wrong = 0;
    socklen_t bytes = sizeof wrong;
    if (poll(&ready, 1, CONNECT_WAIT_MS) != 1) return ETIMEDOUT;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &wrong, &bytes) != 0) return errno;
    return wrong;
}

bool venue_link_connect(struct venue_link *link, struct text *problems)
{
    int fd = socket(link->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int wrong = fd < 0 ? errno : 0;
    if (wrong == 0 &&
        connect(fd, (const struct sockaddr *)&link->address, link->address_bytes) != 0)
        wrong = errno == EINPROGRESS ? connect_wait(fd) : errno;
    if (wrong) {
        if (fd >= 0) (void)close(fd);
        text_format(problems, "the venue cannot be reached: %s\n", strerror(wrong));
        return false;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    link->fd = fd;
    soupbin_client_connect(link->client, venue_link_now());
    venue_link_flush(link);
    return true;
}

void venue_link_fill(struct venue_link *link, venue_event_fn *on_event, void *context)
{
    if (link->fd < 0) return;
    ssize_t got = recv(link->fd, link->segment, SEGMENT_BYTES, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    struct soupbin_bytes bytes = {link->segment, got > 0 ? (uint32_t)got : 0};
    struct soupbin_message message;
    enum soupbin_client_event event;
    link->filled_ns = venue_link_now();
    while ((event = soupbin_client_take(link->client, &bytes, link->filled_ns, &message)))
        on_event(context, event, &message);
    if (got <= 0) soupbin_client_close(link->client, SOUPBIN_LOST);
}

void venue_link_flush(struct venue_link *link)
{
    uint32_t length;
    for (;;) {
        const uint8_t *bytes = soupbin_client_output(link->client, &length);
        if (link->fd < 0 || length == 0) return;
        ssize_t sent = send(link->fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EAGAIN) return;
        if (sent < 0) {
            soupbin_client_close(link->client, SOUPBIN_LOST);
            return;
        }
        soupbin_client_written(link->client, (uint32_t)sent);
    }
}

bool venue_link_waits(const struct venue_link *link)
{
    uint32_t length;
    (void)soupbin_client_output(link->client, &length);
    return link->fd >= 0 && length > 0;
}
