#ifndef BENCH_PEER_H
#define BENCH_PEER_H

/* The venue's end of a gateway's session, for benches: TCP, SoupBinTCP, and a script that accepts,
 * replaces and cancels whatever is asked, at once.  What it costs is nobody's figure. */

#include "bench/bench.h"
#include "dataplane/inet/inet.h"
#include "dataplane/net/net.h"
#include "dataplane/net/net_clock.h"
#include "dataplane/session/soupbin_server.h"

#define PEER_IP      0x0a0a0001u
#define PEER_PORT    15000u
#define PEER_ANSWERS (1u << 17) /* that may wait to be sent */

struct peer_answer {
    uint32_t length;
    uint8_t bytes[76];
};

struct peer {
    struct net_queue *queue;
    const struct net_clock *clock;
    struct inet *inet;
    struct soupbin_server *soup;
    struct tcp_calls calls;
    uint32_t connection; /* or TCP_NONE */
    uint64_t told;       /* sequenced messages there are */
    uint64_t orders, replaces, cancels, queries;
    struct peer_answer *answer; /* [PEER_ANSWERS], by number */
};

/* Everything a host on a link of the bench is, but its output. */
struct inet_limits peer_host(uint32_t ip, uint8_t last);

/* Zeroed memory, touched at once, as the appliance's is before its first packet. */
void *peer_space(size_t bytes);

void peer_open(struct peer *peer, struct net_queue *queue, const struct net_clock *clock);

/* Requests in, answers out; frames taken. */
uint32_t peer_turn(struct peer *peer);

/* Every few milliseconds. */
void peer_tick(struct peer *peer);

/* Everything was answered, and the answers were taken. */
bool peer_quiet(const struct peer *peer);

#endif
