#ifndef DATAPLANE_SESSION_SOUPBIN_CUT_H
#define DATAPLANE_SESSION_SOUPBIN_CUT_H

/* Packets out of bytes that were cut anywhere: private to session/.
 *
 *     given    | ..end of 1 | 2 | 3 | begin.. |     2 and 3 are read where they are; 1 and what
 *     kept     | begin of 1.. |                     begins here are put together in a buffer
 *
 * The buffer holds one packet of the longest message allowed.  Debug packets may be longer than
 * any message: of those, only the header is kept, and the rest is passed over. */

#include "dataplane/session/soupbin.h"

struct soupbin_cut {
    uint8_t *bytes; /* of the packet that is not whole yet: bytes[0..used) */
    uint32_t used;
    uint32_t bytes_max;
    uint32_t skip; /* bytes of a debug packet still to be passed over */
    enum soupbintcp_sender sender;
};

enum soupbin_cut_result {
    SOUPBIN_CUT_NOTHING, /* all bytes are taken */
    SOUPBIN_CUT_PACKET,  /* *packet is whole, and no debug packet */
    SOUPBIN_CUT_DEBUG,   /* a debug packet begins, and is passed over */
    SOUPBIN_CUT_WRONG,   /* *reason says what */
};

struct soupbin_cut_output {
    const uint8_t *packet;
    uint32_t packet_bytes;
    enum soupbin_reason reason;
};

/* Bytes the buffer needs for messages of up to payload_bytes; at least a login or its answer. */
uint32_t soupbin_cut_bytes(uint32_t payload_bytes);

/* Forgets what was begun. */
void soupbin_cut_reset(struct soupbin_cut *cut);

/* The next packet, from the beginning of *bytes.  output is valid until the next call, and as long
 * as the bytes given. */
enum soupbin_cut_result soupbin_cut_next(struct soupbin_cut *cut, struct soupbin_bytes *bytes,
                                         struct soupbin_cut_output *output);

/* CHECKs that what is kept is the beginning of a packet.  Cold. */
void soupbin_cut_verify(const struct soupbin_cut *cut);

#endif
