#ifndef TESTS_SESSION_SOUPBIN_BYTES_H
#define TESTS_SESSION_SOUPBIN_BYTES_H

/* SoupBinTCP packets for tests, as text and as bytes, by the tables of the protocol's document; no
 * reader or writer of the product is used.
 *
 *     L FMUSER secret - 1          a login of 3.00; '-' is a blank field
 *     L FMUSER secret - 1 15000    of 4.10
 *     A SESS01 42    J S    S hello    U hello    + text    H    R    Z    O
 *     hex 0001 48                  these bytes
 *
 * A word in quotes is taken as it is, so that padding can be chosen: 'SESS01    '. */

#include <stdint.h>

/* Writes what text describes to bytes, which has room for it, and returns its length. */
uint32_t soup_write(uint8_t *bytes, const char *text);

/* Prints the packet bytes[0..length) begins with, in the form above with fields trimmed, and
 * returns its bytes; 0 if it is not whole. */
uint32_t soup_print(char text[512], const uint8_t *bytes, uint32_t length);

#endif
