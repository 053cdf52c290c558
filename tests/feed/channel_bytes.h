#ifndef TESTS_FEED_CHANNEL_BYTES_H
#define TESTS_FEED_CHANNEL_BYTES_H

/* MoldUDP64 datagrams for tests, written byte by byte from the specification's table; the product's
 * own writers are not used, so that a mistake in them is not made twice.
 *
 * Every message has bytes that follow from its number alone, of 0 to 8 bytes, so that a test can
 * tell for each message given out whether it is the right one. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct mold {
    const char *session; /* padded with spaces on the right to 10 */
    uint64_t sequence;
    uint32_t count; /* 0 is a heartbeat, 0xffff an end of session */
    bool altered;   /* the last message with a byte to spare differs in one */
};

static inline uint32_t mold_message_bytes(uint64_t number)
{
    return (uint32_t)(number * 7 % 9);
}

static inline uint8_t mold_message_byte(uint64_t number, uint32_t at)
{
    return (uint8_t)(number * 31 + number / 256 * 17 + at * 5 + 1);
}

/* Writes the datagram to bytes, which has room, and returns its length. */
static inline uint32_t mold_write(uint8_t *bytes, const struct mold *mold)
{
    memset(bytes, ' ', 10);
    memcpy(bytes, mold->session, strlen(mold->session) < 10 ? strlen(mold->session) : 10);
    for (int i = 0; i < 8; i++) bytes[10 + i] = (uint8_t)(mold->sequence >> (56 - 8 * i));
    bytes[18] = (uint8_t)(mold->count >> 8);
    bytes[19] = (uint8_t)mold->count;
    uint32_t at = 20, alterable = 0;
    for (uint32_t k = 0; k < mold->count && mold->count != 0xffff; k++) {
        uint64_t number = mold->sequence + k;
        uint32_t length = mold_message_bytes(number);
        bytes[at++] = (uint8_t)(length >> 8);
        bytes[at++] = (uint8_t)length;
        for (uint32_t i = 0; i < length; i++) bytes[at++] = mold_message_byte(number, i);
        if (length > 0) alterable = at - 1;
    }
    if (mold->altered && alterable > 0) bytes[alterable] ^= 0x10;
    return at;
}

/* Is the block at block, with its length in front, message number? */
static inline bool mold_message_is(const uint8_t *block, uint64_t number)
{
    uint32_t length = mold_message_bytes(number);
    if (block[0] != length >> 8 || block[1] != (length & 0xff)) return false;
    for (uint32_t i = 0; i < length; i++)
        if (block[2 + i] != mold_message_byte(number, i)) return false;
    return true;
}

#endif
