#ifndef TESTS_PUBLISH_SAID_H
#define TESTS_PUBLISH_SAID_H

/* ITCH messages read by hand, from the positions in the protocol's tables: shares nothing with
 * dataplane/wire.
 *
 *     "A 1 71.0 B 100 AAPL 100.50"     locate, reference, side, shares, symbol, price
 *     "E 1 71.0 30 72.0"               reference, shares, match number
 *     "C 1 71.0 30 72.0 N 100.25"
 *     "X 1 71.0 20"    "D 1 71.0"      "U 1 71.0 73.0 60 100.75"
 *     "Q 1 50 AAPL 100.25 72.0 O"      "S 0 O"
 *     "R 1 AAPL 100 Y"                 round lot, round lots only
 *     "H 1 AAPL T|    |"               state, reason
 *     "I 1 100 50 B AAPL 100.25 100.25 100.00 O L"
 *     "G 42"
 *
 * References and match numbers are shown as number.step of their event. */

#include <stddef.h>
#include <stdint.h>

enum { SAID_LINE_MAX = 96 };

/* Of any length a table has; "? ..." of anything else. */
void said_message(char line[SAID_LINE_MAX], const uint8_t *message, uint32_t length);

/* Nanoseconds since midnight. */
uint64_t said_time(const uint8_t *message);

/* size bytes, most significant first. */
uint64_t said_number(const uint8_t *at, uint32_t size);

#endif
