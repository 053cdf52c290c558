#include "dataplane/feed/channel_compare.h"

#include <string.h>

/* Fingerprints are kept in the order their datagrams were taken, so their numbers rise, and the
 * other line, which brings its copies in the same order, finds each one place after its last:
 * one memory access that the processor has already fetched.  A table hashed by number was not
 * chosen because each look would be a cache miss. */

#define PLACE_MASK (CHANNEL_FINGERPRINTS - 1)

static_assert(IS_POW2(CHANNEL_FINGERPRINTS), "places are found with a mask");

/* Odd, with about half of their bits set: multiplication by them is a bijection of 64-bit words. */
#define HASH_FACTOR 0xd6e8feb86659fd93u
#define HASH_START  0x2545f4914f6cdd1du

static inline uint64_t hash_word(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* For a given word a bijection of lane, and for a given lane one of word. */
static inline uint64_t hash_step(uint64_t lane, uint64_t word)
{
    lane = (lane ^ word) * HASH_FACTOR;
    return lane ^ lane >> 32;
}

/* The last 1..8 bytes as a word.  Short of a whole word they are put together with their number. */
static uint64_t hash_rest(const uint8_t *bytes, uint32_t count)
{
    uint64_t word = count;
    for (uint32_t i = 0; i < count; i++) word = word << 8 | bytes[i];
    return word;
}

/* Four lanes, so that four multiplications are under way at once; a multiplication takes three
 * cycles and the step around it four more. */
uint64_t compare_hash(const uint8_t *bytes, uint32_t count)
{
    uint64_t lane[4] = {HASH_START + count, ~HASH_START, HASH_FACTOR, ~HASH_FACTOR};
    const uint8_t *end = bytes + count;
    for (; end - bytes >= 32; bytes += 32)
        for (size_t i = 0; i < 4; i++) lane[i] = hash_step(lane[i], hash_word(bytes + 8 * i));

    for (uint32_t i = 0; end - bytes >= 8; bytes += 8, i++)
        lane[i] = hash_step(lane[i], hash_word(bytes));
    if (bytes < end) lane[3] = hash_step(lane[3], hash_rest(bytes, (uint32_t)(end - bytes)));

    uint64_t hash = hash_step(lane[0], lane[1]);
    hash = hash_step(hash, lane[2]);
    return hash_step(hash, lane[3]);
}

static uint64_t hash_of(const struct datagram *datagram)
{
    return compare_hash(datagram->payload + DATAGRAM_HEADER_BYTES,
                        datagram->bytes - DATAGRAM_HEADER_BYTES);
}

static uint32_t count_of(const struct datagram *datagram)
{
    return (uint32_t)(datagram->end - datagram->sequence);
}

size_t compare_footprint(void)
{
    return CHANNEL_FINGERPRINTS * sizeof(struct fingerprint);
}

void compare_build(struct fingerprints *fingerprints, void *memory)
{
    *fingerprints = (struct fingerprints){.at = memory};
}

void compare_clear(struct fingerprints *fingerprints)
{
    fingerprints->oldest = fingerprints->newest;
}

void compare_remember(struct fingerprints *fingerprints, const struct datagram *datagram)
{
    fingerprints->at[fingerprints->newest & PLACE_MASK] = (struct fingerprint){
        .sequence = datagram->sequence,
        .hash = hash_of(datagram),
        .count = count_of(datagram),
        .bytes = datagram->bytes,
    };
    fingerprints->newest++;
    if (fingerprints->newest - fingerprints->oldest > CHANNEL_FINGERPRINTS) fingerprints->oldest++;
}

/* The first place whose number is not below sequence. */
static uint64_t place_find(const struct fingerprints *fingerprints, uint64_t sequence)
{
    uint64_t low = fingerprints->oldest, high = fingerprints->newest;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (fingerprints->at[middle & PLACE_MASK].sequence >= sequence) high = middle;
        else low = middle + 1;
    }
    return low;
}

static bool place_is(const struct fingerprints *fingerprints, uint64_t place, uint64_t sequence)
{
    return place >= fingerprints->oldest && place < fingerprints->newest &&
           fingerprints->at[place & PLACE_MASK].sequence == sequence;
}

enum compare_result compare_copy(struct fingerprints *fingerprints, const struct datagram *datagram)
{
    uint64_t place = fingerprints->cursor[datagram->line];
    if (!place_is(fingerprints, place, datagram->sequence)) {
        place = place_find(fingerprints, datagram->sequence);
        if (!place_is(fingerprints, place, datagram->sequence)) return COMPARE_UNKNOWN;
    }
    fingerprints->cursor[datagram->line] = place + 1;
    const struct fingerprint *taken = &fingerprints->at[place & PLACE_MASK];
    if (taken->count != count_of(datagram)) return COMPARE_UNKNOWN;
    if (taken->bytes != datagram->bytes) return COMPARE_DIFFERENT;
    return taken->hash == hash_of(datagram) ? COMPARE_SAME : COMPARE_DIFFERENT;
}

enum compare_result compare_bytes(const struct datagram *a, const struct datagram *b)
{
    if (a->sequence != b->sequence || a->end != b->end) return COMPARE_UNKNOWN;
    if (a->bytes != b->bytes) return COMPARE_DIFFERENT;
    bool same = memcmp(a->payload + DATAGRAM_HEADER_BYTES, b->payload + DATAGRAM_HEADER_BYTES,
                       a->bytes - DATAGRAM_HEADER_BYTES) == 0;
    return same ? COMPARE_SAME : COMPARE_DIFFERENT;
}

void compare_verify(const struct fingerprints *fingerprints, uint64_t next)
{
    CHECK(fingerprints->newest - fingerprints->oldest <= CHANNEL_FINGERPRINTS);
    uint64_t from = 0;
    for (uint64_t place = fingerprints->oldest; place < fingerprints->newest; place++) {
        const struct fingerprint *taken = &fingerprints->at[place & PLACE_MASK];
        CHECK(taken->count > 0);
        CHECK(taken->sequence >= from);
        CHECK(taken->sequence < next);
        from = taken->sequence + taken->count;
    }
    CHECK(from <= next);
}
