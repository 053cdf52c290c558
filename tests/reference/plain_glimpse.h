#ifndef TESTS_REFERENCE_PLAIN_GLIMPSE_H
#define TESTS_REFERENCE_PLAIN_GLIMPSE_H

/* What a day of ITCH has left at any of its messages, found by reading the day from its beginning:
 * slow, and plain.  It is what a GLIMPSE server tells, and what the books must be.  It shares no
 * code with the product and reads and writes bytes by their positions in the documents. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plain_day {
    uint8_t *bytes; /* messages, each behind its 16-bit length, from the one numbered 1 */
    uint64_t *at;   /* [number]: where it begins, at its length */
    uint64_t count; /* messages */
    uint64_t counts_max, bytes_max, bytes_used;
};

struct plain_order {
    uint64_t ref;
    uint32_t shares;
    uint32_t price_e4;
    uint16_t locate;
    char side;
    char stock[8];
};

/* Live orders in the order they came to their places, and what is known of each locate. */
struct plain_state {
    struct plain_order *order;
    uint32_t orders;
    uint32_t orders_max;
    uint64_t *told[4]; /* [locate]: number of its last R, H, Y, h; 0: none */
    uint32_t locates;
    uint64_t phase; /* number of the last S */
};

struct plain_day *plain_day_new(uint64_t messages, uint64_t bytes);
void plain_day_free(struct plain_day *day);
void plain_day_add(struct plain_day *day, const uint8_t *message, uint32_t length);

struct plain_state *plain_state_new(uint32_t orders, uint32_t locates);
void plain_state_free(struct plain_state *state);

/* The state after messages 1 to last of day. */
void plain_state_after(struct plain_state *state, const struct plain_day *day, uint64_t last);

/* A whole spin of that state as SoupBinTCP sequenced packets, which ends with 'G' next; returns its
 * length.  bytes has room for it. */
size_t plain_glimpse_spin(const struct plain_state *state, const struct plain_day *day,
                          uint64_t next, uint8_t *bytes);

#endif
