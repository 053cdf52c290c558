#include "dataplane/session/soupbin_cut.h"

/* used is below the bytes of the packet that is begun, and 0 while skip is not; a packet handed out
 * of the buffer leaves used at 0, so that its bytes stay until the next one is begun. */

static_assert(sizeof(struct soupbintcp_login_timed) > sizeof(struct soupbintcp_accepted),
              "a login is the longest packet of fixed length");

uint32_t soupbin_cut_bytes(uint32_t payload_bytes)
{
    uint32_t fixed = (uint32_t)sizeof(struct soupbintcp_login_timed);
    uint32_t message = SOUPBINTCP_HEADER_BYTES + payload_bytes;
    return message > fixed ? message : fixed;
}

void soupbin_cut_reset(struct soupbin_cut *cut)
{
    cut->used = 0;
    cut->skip = 0;
}

/* What the statuses that end a connection are called here. */
static enum soupbin_reason reason_of(enum soupbintcp_status status)
{
    switch (status) {
    case SOUPBINTCP_EMPTY: return SOUPBIN_EMPTY;
    case SOUPBINTCP_UNKNOWN_TYPE: return SOUPBIN_UNKNOWN_TYPE;
    case SOUPBINTCP_WRONG_SENDER: return SOUPBIN_WRONG_SENDER;
    case SOUPBINTCP_BAD_LENGTH: return SOUPBIN_BAD_LENGTH;
    case SOUPBINTCP_WHOLE:
    case SOUPBINTCP_PART:
    case SOUPBINTCP_STATUS_COUNT: break;
    }
    return SOUPBIN_NOT_CLOSED;
}

static void debug_skip(struct soupbin_cut *cut, struct soupbin_bytes *bytes)
{
    uint32_t count = cut->skip < bytes->length ? cut->skip : bytes->length;
    cut->skip -= count;
    soupbin_bytes_skip(bytes, count);
}

/* Moves bytes into the buffer until it holds wanted of the packet. */
static void packet_fill(struct soupbin_cut *cut, struct soupbin_bytes *bytes, uint32_t wanted)
{
    if (cut->used >= wanted) return;
    uint32_t count = wanted - cut->used;
    if (count > bytes->length) count = bytes->length;
    if (count == 0) return;
    memcpy(cut->bytes + cut->used, bytes->at, count);
    cut->used += count;
    soupbin_bytes_skip(bytes, count);
}

/* Is the packet, of which the header is at header, one that would not be kept whole? */
static enum soupbin_cut_result header_look(struct soupbin_cut *cut, const uint8_t *header,
                                           struct soupbin_cut_output *output)
{
    uint32_t packet_bytes = soupbintcp_bytes(header);
    if (header[2] == '+') {
        cut->skip = packet_bytes - SOUPBINTCP_HEADER_BYTES;
        return SOUPBIN_CUT_DEBUG;
    }
    if (packet_bytes > cut->bytes_max) {
        output->reason = SOUPBIN_TOO_LONG;
        return SOUPBIN_CUT_WRONG;
    }
    return SOUPBIN_CUT_PACKET;
}

/* The packet is put together in the buffer. */
static enum soupbin_cut_result packet_continue(struct soupbin_cut *cut, struct soupbin_bytes *bytes,
                                               struct soupbin_cut_output *output)
{
    packet_fill(cut, bytes, SOUPBINTCP_HEADER_BYTES);
    enum soupbintcp_status status = soupbintcp_check(cut->sender, cut->bytes, cut->used);
    output->reason = reason_of(status);
    if (output->reason != SOUPBIN_NOT_CLOSED) return SOUPBIN_CUT_WRONG;
    if (cut->used < SOUPBINTCP_HEADER_BYTES) return SOUPBIN_CUT_NOTHING;

    enum soupbin_cut_result result = header_look(cut, cut->bytes, output);
    if (result == SOUPBIN_CUT_DEBUG) cut->used = 0;
    if (result != SOUPBIN_CUT_PACKET) return result;
    uint32_t packet_bytes = soupbintcp_bytes(cut->bytes);
    packet_fill(cut, bytes, packet_bytes);
    if (cut->used < packet_bytes) return SOUPBIN_CUT_NOTHING;
    cut->used = 0;
    output->packet = cut->bytes;
    output->packet_bytes = packet_bytes;
    return SOUPBIN_CUT_PACKET;
}

enum soupbin_cut_result soupbin_cut_next(struct soupbin_cut *cut, struct soupbin_bytes *bytes,
                                         struct soupbin_cut_output *output)
{
    if (cut->skip > 0) debug_skip(cut, bytes);
    if (bytes->length == 0) return SOUPBIN_CUT_NOTHING;
    if (cut->used > 0) return packet_continue(cut, bytes, output);

    enum soupbintcp_status status = soupbintcp_check(cut->sender, bytes->at, bytes->length);
    output->reason = reason_of(status);
    if (output->reason != SOUPBIN_NOT_CLOSED) return SOUPBIN_CUT_WRONG;
    if (bytes->length < SOUPBINTCP_HEADER_BYTES) return packet_continue(cut, bytes, output);
    enum soupbin_cut_result result = header_look(cut, bytes->at, output);
    if (result == SOUPBIN_CUT_DEBUG) soupbin_bytes_skip(bytes, SOUPBINTCP_HEADER_BYTES);
    if (result != SOUPBIN_CUT_PACKET) return result;
    if (status == SOUPBINTCP_PART) return packet_continue(cut, bytes, output);
    output->packet = bytes->at;
    output->packet_bytes = soupbintcp_bytes(bytes->at);
    soupbin_bytes_skip(bytes, output->packet_bytes);
    return SOUPBIN_CUT_PACKET;
}

void soupbin_cut_verify(const struct soupbin_cut *cut)
{
    CHECK(cut->used < cut->bytes_max);
    if (cut->skip > 0) CHECK(cut->used == 0);
    if (cut->used >= SOUPBINTCP_HEADER_BYTES) CHECK(soupbintcp_bytes(cut->bytes) > cut->used);
}
