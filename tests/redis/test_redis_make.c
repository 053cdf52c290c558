/* Replies made in memory that is kept are those that hiredis makes by itself, however they come and
 * however large they are, one behind the other. */

#include "control/redis/redis_make.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct redis_make make;
static redisReader *ours, *own;
static char *said; /* what the server says */
static size_t length, room;

static void before_each(void)
{
    redis_make_new(&make);
    ours = redisReaderCreate();
    own = redisReaderCreate();
    redis_make_attach(&make, ours);
    length = 0;
}

static void after_each(void)
{
    redisReaderFree(ours);
    redisReaderFree(own);
    redis_make_free(&make);
    free(said);
    said = NULL;
    room = 0;
}

static void say(const char *bytes, size_t count)
{
    while (length + count > room) said = realloc(said, room = 2 * room + 4096);
    memcpy(said + length, bytes, count);
    length += count;
}

static void say_head(char mark, long long number)
{
    char head[32];
    say(head, (size_t)snprintf(head, sizeof head, "%c%lld\r\n", mark, number));
}

static void say_text(struct chance *chance, size_t bytes)
{
    say_head('$', (long long)bytes);
    for (size_t i = 0; i < bytes; i += 8) {
        uint64_t eight = chance_next(chance);
        say((const char *)&eight, bytes - i < 8 ? bytes - i : 8);
    }
    say("\r\n", 2);
}

static void say_any(struct chance *chance, uint32_t depth, size_t most);

static void say_array(struct chance *chance, uint32_t depth, size_t most)
{
    uint64_t elements = chance_between(chance, 0, 6);
    say_head('*', (long long)elements);
    for (uint64_t i = 0; i < elements; i++) say_any(chance, depth + 1, most);
}

static void say_any(struct chance *chance, uint32_t depth, size_t most)
{
    switch (chance_between(chance, 0, depth < 5 ? 8 : 5)) {
    case 0: say("+OK\r\n", 5); break;
    case 1: say("-ERR no\r\n", 9); break;
    case 2: say_head(':', (long long)chance_next(chance)); break;
    case 3: say("$-1\r\n", 5); break;
    case 4: say("*-1\r\n", 5); break;
    case 5: say_text(chance, chance_between(chance, 0, most)); break;
    default: say_array(chance, depth, most);
    }
}

/* Elements of both, in their order. */
static bool same(const redisReply *one, const redisReply *other)
{
    if (one->type != other->type || one->integer != other->integer) return false;
    if (one->len != other->len || one->elements != other->elements) return false;
    if (!one->str != !other->str) return false;
    if (one->str && memcmp(one->str, other->str, one->len + 1) != 0) return false;
    for (size_t i = 0; i < one->elements; i++)
        if (!same(one->element[i], other->element[i])) return false;
    return true;
}

/* How many replies are whole; -1: they are not the same. */
static int replies_compare(void)
{
    int whole = 0;
    for (;; whole++) {
        void *reply = NULL, *another = NULL;
        int status = redisReaderGetReply(ours, &reply);
        bool right = status == redisReaderGetReply(own, &another) && !reply == !another;
        if (right && reply) right = same(reply, another);
        freeReplyObject(another);
        if (!right || status != REDIS_OK) return -1;
        if (!reply) return whole;
        redis_make_empty(&make);
    }
}

/* Some replies in pieces of up to so many bytes each. */
static void seed_check(uint64_t seed, size_t text_most, size_t piece_most)
{
    struct chance chance = {seed};
    int replies = (int)chance_between(&chance, 1, 4), whole = 0, now = 0;
    length = 0;
    for (int i = 0; i < replies; i++) say_any(&chance, 0, text_most);
    for (size_t at = 0; at < length && now >= 0; whole += now) {
        size_t piece = chance_between(&chance, 1, piece_most);
        if (piece > length - at) piece = length - at;
        redisReaderFeed(ours, said + at, piece);
        redisReaderFeed(own, said + at, piece);
        at += piece;
        now = replies_compare();
    }
    if (now < 0 || whole != replies)
        spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 ": not hiredis's own", seed);
}

SPEC(any_replies_in_any_pieces_are_hiredis_s_own)
{
    struct spec_seeds seeds = spec_seeds(5000);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) seed_check(seed, 40, 64);
}

SPEC(larger_ones_than_what_is_kept_too)
{
    struct spec_seeds seeds = spec_seeds(30);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++)
        seed_check(seed, REDIS_MAKE_KEPT / 2, 1u << 20);
    EXPECT_UINT(make.used, 0);
    EXPECT(make.more == NULL);
}

static size_t make_texts(uint32_t count, size_t bytes)
{
    struct chance chance = {1};
    length = 0;
    say_head('*', count);
    for (uint32_t i = 0; i < count; i++) say_text(&chance, bytes);
    redisReaderFeed(ours, said, length);
    void *reply = NULL;
    EXPECT(redisReaderGetReply(ours, &reply) == REDIS_OK && reply);
    size_t used = make.used;
    redis_make_empty(&make);
    return used;
}

SPEC(an_ordinary_reply_takes_nothing_but_what_is_kept)
{
    size_t used = make_texts(1000, 500);
    EXPECT(used > 1000 * 500 && used < REDIS_MAKE_KEPT);
    EXPECT(make.at == make.kept);
    EXPECT_UINT(make_texts(1000, 500), used); /* begins anew */
}

/* An array of one text that leaves less and less of what is kept, and no place is half in it. */
SPEC(what_is_kept_is_used_to_its_end_and_not_beyond)
{
    bool beyond = false, within = false;
    for (size_t left = 512; left > 0; left -= 8) {
        size_t used = make_texts(1, REDIS_MAKE_KEPT - left);
        within |= used > REDIS_MAKE_KEPT / 2; /* the objects had room behind it */
        beyond |= used <= REDIS_MAKE_KEPT / 2;
        EXPECT(used <= REDIS_MAKE_KEPT);
    }
    EXPECT(within && beyond);
}

SPEC(a_reply_that_is_not_whole_is_forgotten_with_its_reader)
{
    const char text[] = "*3\r\n$3\r\nabc\r\n*2\r\n:1\r\n";
    void *reply = NULL;
    redisReaderFeed(ours, text, sizeof text - 1);
    EXPECT(redisReaderGetReply(ours, &reply) == REDIS_OK && !reply);
    EXPECT(make.used > 0);
    EXPECT_UINT(make.elements, 5);
    redisReaderFree(ours);
    redis_make_empty(&make);
    ours = redisReaderCreate();
    redis_make_attach(&make, ours);
    EXPECT_UINT(make.elements, 0);
    redisReaderFeed(ours, "+OK\r\n", 5);
    EXPECT(redisReaderGetReply(ours, &reply) == REDIS_OK);
    EXPECT_TEXT(((redisReply *)reply)->str, "OK");
}

#define SPECS(S)                                                                                   \
    S(any_replies_in_any_pieces_are_hiredis_s_own)                                                 \
    S(larger_ones_than_what_is_kept_too)                                                           \
    S(an_ordinary_reply_takes_nothing_but_what_is_kept)                                            \
    S(what_is_kept_is_used_to_its_end_and_not_beyond)                                              \
    S(a_reply_that_is_not_whole_is_forgotten_with_its_reader)
SPEC_MAIN("redis: make", SPECS, before_each, after_each)
