#ifndef DATAPLANE_FEED_CHANNEL_COMPARE_H
#define DATAPLANE_FEED_CHANNEL_COMPARE_H

/* Do the lines say the same (MD3)?  Fingerprints of the last CHANNEL_FINGERPRINTS datagrams that
 * were taken whole: private to the channel.
 *
 * The fingerprint of a datagram is a 64-bit hash of what follows its header.  It is made against
 * faults of lines and publishers, not against somebody who chooses bytes to deceive it.  Two
 * payloads of one length that differ only within one of its eight-byte words never have the same
 * fingerprint; others by chance, one in 2^64.
 *
 * Cost: compare_hash below 0.15 ns a byte (bench/bench_channel.c); compare_copy adds a look at the
 * place after the line's last one, or a binary search if that is not it. */

#include "dataplane/feed/channel_datagram.h"

struct fingerprint {
    uint64_t sequence;
    uint64_t hash;
    uint32_t count;
    uint32_t bytes;
};

struct fingerprints {
    struct fingerprint *at; /* [place % CHANNEL_FINGERPRINTS], sequence rising */
    uint64_t oldest;        /* places in use: oldest..newest-1 */
    uint64_t newest;
    uint64_t cursor[CHANNEL_SOURCES]; /* where the line's next copy is expected */
};

enum compare_result { COMPARE_SAME, COMPARE_DIFFERENT, COMPARE_UNKNOWN };

uint64_t compare_hash(const uint8_t *bytes, uint32_t count);

size_t compare_footprint(void);
void compare_build(struct fingerprints *fingerprints, void *memory);
void compare_clear(struct fingerprints *fingerprints);

/* Remembers a datagram whose first message is above all remembered ones. */
void compare_remember(struct fingerprints *fingerprints, const struct datagram *datagram);

/* Is datagram the one that was taken?  COMPARE_UNKNOWN if none with its numbers is remembered. */
MUST_USE enum compare_result compare_copy(struct fingerprints *fingerprints,
                                          const struct datagram *datagram);

/* The same question about two datagrams at hand. */
MUST_USE enum compare_result compare_bytes(const struct datagram *a, const struct datagram *b);

/* CHECKs that numbers rise and are below next.  Cold. */
void compare_verify(const struct fingerprints *fingerprints, uint64_t next);

#endif
