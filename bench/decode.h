#ifndef BENCH_DECODE_H
#define BENCH_DECODE_H

/* Reads every field of every ITCH message as a number and adds them all up, in two ways that must
 * agree: what bench_book measures as decoding alone.
 *
 *     by fields   one row of byte shuffles for each type, made from its fields: 2.6 ns a message
 *     by cases    a switch on the type, a load for each field: 8 ns; a processor cannot guess which
 *                 type comes next, and most of the time is wrong guesses
 *
 * Texts count as the number their bytes are, first byte lowest.  Messages lie behind 16-bit
 * lengths, with DECODE_ROOM bytes that may be read behind the last.  A message itch_check refuses
 * is passed over. */

#include "dataplane/base/base.h"

#define DECODE_ROOM 16u

void decode_prepare(void); /* before decode_by_fields */

uint64_t decode_by_fields(const uint8_t *bytes, size_t length);
uint64_t decode_by_cases(const uint8_t *bytes, size_t length);

#endif
