#ifndef DATAPLANE_INET_SECRET_H
#define DATAPLANE_INET_SECRET_H

/* Numbers that nobody outside can predict, from a secret of 16 bytes.
 *
 * secret_hash is SipHash-2-4: a keyed function of a few words.  Who does not know the key learns
 * nothing about its other values from those he sees, which is what RFC 6528 (initial sequence
 * numbers) and RFC 6056 (ports) ask for.  secret_draw is a stream for delays and limits.
 *
 * Source: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", 2012. */

#include "dataplane/base/base.h"

#include <string.h>

struct secret {
    uint64_t key[2];
    uint64_t draws; /* made so far */
};

#define SECRET_ROTATE(word, bits) ((word) << (bits) | (word) >> (64 - (bits)))

struct secret_lanes {
    uint64_t a, b, c, d;
};

static inline void secret_round(struct secret_lanes *v)
{
    v->a += v->b;
    v->c += v->d;
    v->b = SECRET_ROTATE(v->b, 13) ^ v->a;
    v->d = SECRET_ROTATE(v->d, 16) ^ v->c;
    v->a = SECRET_ROTATE(v->a, 32);
    v->c += v->b;
    v->a += v->d;
    v->b = SECRET_ROTATE(v->b, 17) ^ v->c;
    v->d = SECRET_ROTATE(v->d, 21) ^ v->a;
    v->c = SECRET_ROTATE(v->c, 32);
}

/* SipHash-2-4 of count words, as if their bytes lay in memory, least significant first. */
static inline uint64_t secret_hash(const struct secret *secret, const uint64_t *word,
                                   uint32_t count)
{
    struct secret_lanes v = {
        secret->key[0] ^ 0x736f6d6570736575u,
        secret->key[1] ^ 0x646f72616e646f6du,
        secret->key[0] ^ 0x6c7967656e657261u,
        secret->key[1] ^ 0x7465646279746573u,
    };
    for (uint32_t i = 0; i <= count; i++) {
        uint64_t next = i < count ? word[i] : (uint64_t)count * 8 << 56;
        v.d ^= next;
        secret_round(&v);
        secret_round(&v);
        v.a ^= next;
    }
    v.c ^= 0xff;
    for (uint32_t i = 0; i < 4; i++) secret_round(&v);
    return v.a ^ v.b ^ v.c ^ v.d;
}

static inline void secret_open(struct secret *secret, const uint8_t bytes[16])
{
    memcpy(secret->key, bytes, sizeof secret->key);
    secret->draws = 0;
}

/* The next number of the stream, uniform in [0, below); below is at least 1. */
static inline uint64_t secret_draw(struct secret *secret, uint64_t below)
{
    uint64_t words[2] = {0x647261772d2d2d2du, secret->draws++};
    return (uint64_t)((unsigned __int128)secret_hash(secret, words, 2) * below >> 64);
}

#endif
