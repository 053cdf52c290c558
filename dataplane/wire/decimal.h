#ifndef DATAPLANE_WIRE_DECIMAL_H
#define DATAPLANE_WIRE_DECIMAL_H

/* Numbers written as ASCII digits in a field of fixed width: SoupBinTCP's and GLIMPSE's.
 *
 *     written   "                  42"      right-aligned, spaces on the left
 *     read too  "42                  "  "00000000000000000042"  " 042 "
 *
 * The documents pad one field and say nothing of the others, so that implementations differ: what
 * is read may have spaces on either side and zeros in front, and nothing else.  A field without a
 * digit is no number. */

#include "dataplane/base/base.h"

/* The number in at[0..size), or false if it is none, or more than 64 bits hold. */
MUST_USE static inline bool decimal_read(const char *at, size_t size, uint64_t *value)
{
    size_t begin = 0, end = size;
    while (begin < end && at[begin] == ' ') begin++;
    while (end > begin && at[end - 1] == ' ') end--;
    if (begin == end) return false;
    uint64_t number = 0;
    for (size_t i = begin; i < end; i++) {
        uint64_t digit = (uint64_t)(uint8_t)at[i] - '0'; /* wraps for what is below '0' */
        if (digit > 9) return false;
        if (__builtin_mul_overflow(number, 10, &number)) return false;
        if (__builtin_add_overflow(number, digit, &number)) return false;
    }
    *value = number;
    return true;
}

/* Fills at[0..size) with value; false, and nothing is written, if it has more digits. */
MUST_USE static inline bool decimal_write(char *at, size_t size, uint64_t value)
{
    uint64_t left = value;
    size_t digits = 0;
    do digits++;
    while ((left /= 10) > 0);
    if (digits > size) return false;
    for (size_t i = 0; i < size; i++) at[i] = ' ';
    for (size_t i = size; digits-- > 0; value /= 10) at[--i] = "0123456789"[value % 10];
    return true;
}

#endif
