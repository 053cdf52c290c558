#ifndef TESTS_FEED_FEED_BYTES_H
#define TESTS_FEED_FEED_BYTES_H

/* Messages written by hand, by the positions in "Nasdaq TotalView-ITCH 5.0"; none of the product's
 * own readers or writers is used. */

#include <stdint.h>
#include <string.h>

enum { A1 = 1, A2 = 2 }; /* locates of ALPHA and BETA */

struct message {
    uint8_t byte[64];
    uint32_t length;
};

static inline void number(struct message *message, uint32_t at, uint32_t bytes, uint64_t value)
{
    for (uint32_t i = 0; i < bytes; i++)
        message->byte[at + i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static inline struct message any(char type, uint32_t length, uint16_t locate)
{
    struct message message = {.length = length};
    message.byte[0] = (uint8_t)type;
    number(&message, 1, 2, locate);
    number(&message, 3, 2, 0xbeef); /* tracking number */
    number(&message, 5, 6, 34200000000007);
    return message;
}

static inline struct message with_symbol(char type, uint32_t length, uint16_t locate, uint32_t at)
{
    struct message message = any(type, length, locate);
    memcpy(message.byte + at, locate == A1 ? "ALPHA   " : "BETA    ", 8);
    return message;
}

static inline struct message order_add(uint16_t locate, uint64_t ref, char side, uint32_t shares,
                                       uint32_t price_e4)
{
    struct message message = with_symbol('A', 36, locate, 24);
    number(&message, 11, 8, ref);
    message.byte[19] = (uint8_t)side;
    number(&message, 20, 4, shares);
    number(&message, 32, 4, price_e4);
    return message;
}

static inline struct message order_named(char type, uint32_t length, uint16_t locate, uint64_t ref,
                                         uint32_t shares)
{
    struct message message = any(type, length, locate);
    number(&message, 11, 8, ref);
    if (length >= 23) number(&message, 19, 4, shares);
    return message;
}

static inline struct message phase(char code)
{
    struct message message = any('S', 12, 0);
    message.byte[11] = (uint8_t)code;
    return message;
}

static inline struct message action(uint16_t locate, char state)
{
    struct message message = with_symbol('H', 25, locate, 11);
    message.byte[19] = (uint8_t)state;
    return message;
}

static inline struct message operational(uint16_t locate, char market, char what)
{
    struct message message = with_symbol('h', 21, locate, 11);
    message.byte[19] = (uint8_t)market;
    message.byte[20] = (uint8_t)what;
    return message;
}

static inline struct message order_replace(uint16_t locate, uint64_t ref, uint64_t ref_new,
                                           uint32_t shares, uint32_t price_e4)
{
    struct message message = order_named('U', 35, locate, ref, 0);
    number(&message, 19, 8, ref_new);
    number(&message, 27, 4, shares);
    number(&message, 31, 4, price_e4);
    return message;
}

static inline struct message trade_of(uint16_t locate, uint32_t shares, uint32_t price_e4)
{
    struct message message = with_symbol('P', 44, locate, 24);
    message.byte[19] = 'B';
    number(&message, 20, 4, shares);
    number(&message, 32, 4, price_e4);
    return message;
}

/* 100 shares of order 70 at 101.00. */
static inline struct message executed_at(char printable)
{
    struct message message = order_named('C', 36, A1, 70, 100);
    message.byte[31] = (uint8_t)printable;
    number(&message, 32, 4, 1010000);
    return message;
}

#endif
