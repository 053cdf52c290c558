#ifndef DATAPLANE_WIRE_CHECKSUM_H
#define DATAPLANE_WIRE_CHECKSUM_H

/* The Internet checksum (RFC 1071): the one's complement sum of 16-bit words.
 *
 * Words are summed as they lie in memory.  A one's complement sum of byte-swapped words is the
 * byte-swapped sum, so nothing is swapped until a checksum is stored, and a verified sum is 0xffff
 * either way. */

#include "dataplane/wire/wire.h"

#define CHECKSUM_BYTES_MAX 1048576u /* of one part: the sums of the vector lanes have 32 bits */

/* Adds bytes[0..length) to sum; length is at most CHECKSUM_BYTES_MAX.  An odd last byte counts as
 * if a zero followed, so only the last of several parts may have an odd length.
 * Cost: one pass, 32 bytes at a time in three vector instructions. */
uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, uint32_t length);

/* Adds a number of 32 bits as it would lie on the wire. */
static inline uint64_t checksum_add32(uint64_t sum, uint32_t value)
{
    return sum + __builtin_bswap32(value);
}

/* The sum as 16 bits.  0xffff if it covers a correct checksum. */
static inline uint16_t checksum_fold(uint64_t sum)
{
    sum = (sum >> 32) + (sum & 0xffffffffu);
    sum = (sum >> 32) + (sum & 0xffffffffu);
    sum = (sum >> 16) + (sum & 0xffffu);
    sum = (sum >> 16) + (sum & 0xffffu);
    return (uint16_t)sum;
}

/* The checksum field that makes the sum right. */
static inline struct be16 checksum_field(uint64_t sum)
{
    uint16_t raw = (uint16_t)~checksum_fold(sum);
    struct be16 field;
    memcpy(field.byte, &raw, sizeof raw);
    return field;
}

#endif
