/* A venue that does nothing but answer, fast: pollux-order --load is measured against it.
 *
 *     order_sink            prints its port, serves one connection after the other
 *
 * OUCH 5.0 in SoupBinTCP, bytes by hand: every Enter Order is accepted (live), every Cancel Order
 * is canceled by 100 shares, every query is answered with 1.  No state, no checks. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 1 << 20 };

static uint8_t in[BUFFER], out[4 * BUFFER];
static size_t out_length;

static uint8_t *packet(char type, size_t payload)
{
    uint8_t *at = out + out_length;
    at[0] = (uint8_t)((payload + 1) >> 8);
    at[1] = (uint8_t)(payload + 1);
    at[2] = (uint8_t)type;
    memset(at + 3, 0, payload);
    out_length += payload + 3;
    return at + 3;
}

static void answer(const uint8_t *request)
{
    uint8_t *to;
    if (request[0] == 'O') {
        to = packet('S', 64);
        to[0] = 'A';
        memcpy(to + 9, request + 1, 25); /* number, side, quantity, symbol, price */
        memcpy(to + 34, "0Y", 2);
        memcpy(to + 44, "PNNL", 4);
        memset(to + 48, ' ', 14);
    } else if (request[0] == 'X') {
        to = packet('S', 18);
        to[0] = 'C';
        memcpy(to + 9, request + 1, 4);
        to[16] = 100;
        to[17] = 'U';
    } else if (request[0] == 'Q') {
        to = packet('S', 13);
        to[0] = 'Q';
        to[12] = 1;
    }
}

static int sent(int peer)
{
    for (size_t at = 0; at < out_length;) {
        ssize_t done = send(peer, out + at, out_length - at, MSG_NOSIGNAL);
        if (done <= 0) return 0;
        at += (size_t)done;
    }
    out_length = 0;
    return 1;
}

static void serve(int peer)
{
    size_t have = 0;
    for (;;) {
        ssize_t got = recv(peer, in + have, BUFFER - have, 0);
        if (got <= 0) return;
        have += (size_t)got;
        size_t at = 0;
        while (have - at >= 3) {
            size_t length = (size_t)in[at] << 8 | in[at + 1];
            if (have - at < length + 2) break;
            if (in[at + 2] == 'L') memcpy(packet('A', 30), "       DAY                   1", 30);
            if (in[at + 2] == 'O') return;
            if (in[at + 2] == 'U') answer(in + at + 3);
            at += length + 2;
        }
        memmove(in, in + at, have - at);
        have -= at;
        if (!sent(peer)) return;
    }
}

int main(void)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 4)) return 1;
    if (getsockname(listener, (struct sockaddr *)&address, &length)) return 1;
    printf("%u\n", (unsigned)ntohs(address.sin_port));
    (void)fflush(stdout);
    for (;;) {
        int peer = accept(listener, NULL, NULL);
        if (peer < 0) return 1;
        (void)setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        serve(peer);
        (void)close(peer);
        out_length = 0;
    }
}
