#include "bench/kernel_echo.h"

#include "bench/bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ORDER_BYTES = 50,  /* SoupBinTCP and OUCH 5.0, as a venue gets them */
    ANSWER_BYTES = 67, /* and answers with */
    PAUSE_NS = 3000,
};

static int echo_socket;
static bool echo_spins;

static bool bytes_take(int socket, uint8_t *bytes, size_t length, bool spins)
{
    size_t have = 0;
    while (have < length) {
        ssize_t got = recv(socket, bytes + have, length - have, spins ? MSG_DONTWAIT : 0);
        if (got == 0) return false;
        if (got < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (got > 0) have += (size_t)got;
    }
    return true;
}

static void *echo_run(void *unused)
{
    CHECK(bench_pin(1));
    uint8_t order[ORDER_BYTES], answer[ANSWER_BYTES] = {0};
    while (bytes_take(echo_socket, order, sizeof order, echo_spins))
        CHECK(send(echo_socket, answer, sizeof answer, MSG_NOSIGNAL) == sizeof answer);
    return unused;
}

static int loopback_pair(int *other)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t bytes = sizeof address;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(listener, 1) == 0);
    CHECK(getsockname(listener, (struct sockaddr *)&address, &bytes) == 0);
    CHECK(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
    *other = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    CHECK(*other >= 0);
    CHECK(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0);
    CHECK(setsockopt(*other, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0);
    close(listener);
    return client;
}

void kernel_echo_measure(uint32_t orders, bool spins)
{
    static struct histogram ticks;
    histogram_clear(&ticks);
    uint8_t order[ORDER_BYTES] = {0}, answer[ANSWER_BYTES];
    int client = loopback_pair(&echo_socket);
    pthread_t thread;
    echo_spins = spins;
    CHECK(pthread_create(&thread, NULL, echo_run, NULL) == 0);
    for (uint32_t i = 0; i < orders; i++) {
        uint64_t begin = clock_now();
        CHECK(send(client, order, sizeof order, 0) == sizeof order);
        CHECK(bytes_take(client, answer, sizeof answer, spins));
        histogram_record_span(&ticks, begin, clock_now());
        uint64_t until = clock_now() + clock_ticks(bench_clock(), PAUSE_NS);
        while (clock_now() < until) {
        }
    }
    shutdown(client, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(client);
    close(echo_socket);
    if (spins)
        bench_distribution("kernel_spin", "the same bytes by the kernel's TCP on loopback, polling",
                           &ticks, 0);
    else bench_distribution("kernel_block", "the same, asleep until something comes", &ticks, 0);
}
