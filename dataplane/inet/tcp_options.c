#include "dataplane/inet/tcp_layout.h"

/* Options (RFC 9293, 3.2; RFC 7323; RFC 2018).  An option of a length that cannot be its own ends
 * the reading, and the segment is dropped; one whose kind is not known is passed over. */

static void sack_read(struct tcp_segment *segment, const uint8_t *block, uint32_t bytes)
{
    for (; bytes >= 8 && segment->sacks < TCP_SACK_READ_MAX; block += 8, bytes -= 8)
        segment->sack[segment->sacks++] = (struct tcp_range){
            .from = be32_read(*(const struct be32 *)block),
            .to = be32_read(*(const struct be32 *)(block + 4)),
        };
}

static bool option_read(struct tcp_segment *segment, const uint8_t *option)
{
    uint32_t bytes = option[1];
    bool syn = segment->flags & TCP_SYN;
    switch (option[0]) {
    case TCP_OPTION_MSS:
        if (bytes != TCP_OPTION_MSS_BYTES) return false;
        if (syn) segment->mss = be16_read(*(const struct be16 *)(option + 2));
        return true;
    case TCP_OPTION_WINDOW_SCALE:
        if (bytes != TCP_OPTION_WINDOW_SCALE_BYTES) return false;
        if (!syn) return true;
        segment->scaled = true;
        segment->shift = option[2] > TCP_SHIFT_MAX ? TCP_SHIFT_MAX : option[2];
        return true;
    case TCP_OPTION_SACK_PERMITTED:
        if (bytes != TCP_OPTION_SACK_PERMITTED_BYTES) return false;
        segment->sack_permitted = syn;
        return true;
    case TCP_OPTION_SACK:
        if (bytes < 10 || bytes % 8 != 2) return false;
        sack_read(segment, option + 2, bytes - 2);
        return true;
    case TCP_OPTION_TIMESTAMPS:
        if (bytes != TCP_OPTION_TIMESTAMPS_BYTES) return false;
        segment->stamped = true;
        segment->stamp = be32_read(*(const struct be32 *)(option + 2));
        segment->echo = be32_read(*(const struct be32 *)(option + 6));
        return true;
    default: return true;
    }
}

bool tcp_options_read(struct tcp_segment *segment, const uint8_t *option, uint32_t bytes)
{
    while (bytes > 0 && option[0] != TCP_OPTION_END) {
        uint32_t step = 1;
        if (option[0] != TCP_OPTION_NOP) {
            if (bytes < 2 || option[1] < 2 || option[1] > bytes) return false;
            if (!option_read(segment, option)) return false;
            step = option[1];
        }
        option += step;
        bytes -= step;
    }
    return true;
}

uint32_t tcp_options_syn(const struct tcp *tcp, const struct tcp_connection *c, bool answer,
                         nanos_t now, uint8_t *option)
{
    /* An answer carries only what the SYN had (RFC 7323, 2.2 and 3.2; RFC 2018, 2). */
    bool stamps = answer ? c->stamps : !tcp->limits.without_timestamps;
    bool sack = answer ? c->sack : !tcp->limits.without_sack;
    bool scaling = answer ? c->scaling : !tcp->limits.without_scaling;
    uint8_t *at = option;
    *at++ = TCP_OPTION_MSS;
    *at++ = TCP_OPTION_MSS_BYTES;
    *(struct be16 *)at = be16((uint16_t)(tcp->inet->mtu - 40));
    at += 2;
    if (stamps) {
        *at++ = sack ? TCP_OPTION_SACK_PERMITTED : TCP_OPTION_NOP;
        *at++ = sack ? TCP_OPTION_SACK_PERMITTED_BYTES : TCP_OPTION_NOP;
        *at++ = TCP_OPTION_TIMESTAMPS;
        *at++ = TCP_OPTION_TIMESTAMPS_BYTES;
        *(struct be32 *)at = be32(tcp_stamp(c, now));
        *(struct be32 *)(at + 4) = be32(answer ? c->ts_recent : 0);
        at += 8;
    } else if (sack) {
        *at++ = TCP_OPTION_NOP;
        *at++ = TCP_OPTION_NOP;
        *at++ = TCP_OPTION_SACK_PERMITTED;
        *at++ = TCP_OPTION_SACK_PERMITTED_BYTES;
    }
    if (scaling) {
        *at++ = TCP_OPTION_NOP;
        *at++ = TCP_OPTION_WINDOW_SCALE;
        *at++ = TCP_OPTION_WINDOW_SCALE_BYTES;
        *at++ = c->rcv_shift;
    }
    return (uint32_t)(at - option);
}
