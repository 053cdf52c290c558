#include "dataplane/inet/tcp_layout.h"
#include "dataplane/wire/icmp.h"

/* Errors from the network (RFC 5927; RFC 9293, 3.9.2.2).
 *
 * Whoever sends one need not have seen the connection.  The quoted sequence number must be in
 * flight; then a hard error ends only what is not open yet, and "fragmentation needed" lowers the
 * segment size, never below TCP_SEGMENT_MIN, never to more than it is. */

static bool in_flight(const struct tcp_connection *c, uint32_t sequence)
{
    return sequence - c->snd_una < c->snd_max - c->snd_una;
}

/* Routers before RFC 1191 say 0: then the next smaller of usual sizes is taken. */
static uint32_t mtu_guess(uint32_t quoted_bytes)
{
    static const uint16_t usual[] = {8166, 4352, 2002, 1492, 1006, 508, 296};
    for (uint32_t i = 0; i < ARRAY_COUNT(usual); i++)
        if (usual[i] < quoted_bytes) return usual[i];
    return 296;
}

static void mtu_lower(struct tcp *tcp, struct tcp_connection *c, const struct tcp_trouble *trouble)
{
    uint32_t mtu = trouble->next_mtu ? trouble->next_mtu : mtu_guess(trouble->quoted_bytes);
    uint32_t mss = mtu > TCP_SEGMENT_MIN + 40 ? mtu - 40 : TCP_SEGMENT_MIN;
    uint32_t before = c->mss;
    if (c->path_mss && mss >= c->path_mss) return;
    c->path_mss = mss;
    tcp_segment_size(tcp, c);
    if (c->mss >= before) return;
    tcp->counts.mtu_lowered++;
    if (!tcp_synchronised(c)) return;
    /* What was too large is sent again at once; the network is not congested (RFC 1191, 6.5). */
    c->recovering = false;
    c->sacked_count = 0;
    c->dupacks = 0;
    c->snd_nxt = c->snd_una;
    tcp_output(tcp, c, trouble->now);
    tcp_predict(c);
}

void tcp_icmp(struct tcp *tcp, const struct tcp_trouble *trouble)
{
    struct tcp_connection *c =
        tcp_find(tcp, trouble->peer_ip, trouble->peer_port, trouble->local_port);
    if (!c || !in_flight(c, trouble->sequence)) {
        tcp->counts.icmp_ignored++;
        return;
    }
    bool unreachable = trouble->type == ICMP_UNREACHABLE;
    if (unreachable && trouble->code == ICMP_FRAGMENTATION_NEEDED) {
        mtu_lower(tcp, c, trouble);
        return;
    }
    bool hard = unreachable && (trouble->code == ICMP_PROTOCOL_UNREACHABLE ||
                                trouble->code == ICMP_PORT_UNREACHABLE);
    if (hard && c->state == TCP_SYN_SENT) {
        tcp_end(tcp, c, TCP_END_UNREACHABLE);
        return;
    }
    tcp->counts.icmp_soft++;
}
