/* Commands are the bytes that hiredis makes of the same words. */

#include "control/redis/redis_words.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 1100, WORD_MAX = 1200 };

static const char *word[WORDS_MAX];
static size_t length[WORDS_MAX];

static void before_each(void)
{
}

static void after_each(void)
{
}

static void expect_same(const struct redis_words *words, uint64_t seed)
{
    char *theirs = NULL;
    const char **at = (const char **)(uintptr_t)words->word;
    long long wanted = redisFormatCommandArgv(&theirs, (int)words->count, at, words->length);
    size_t bytes = redis_words_bytes(words);
    char *ours = malloc(bytes + 1);
    ours[bytes] = '#';
    redis_words_put(words, ours);
    spec_expect(__FILE__, __LINE__, bytes == (size_t)wanted && memcmp(ours, theirs, bytes) == 0,
                "seed %" PRIu64 ": %zu bytes, not hiredis's %lld", seed, bytes, wanted);
    EXPECT(ours[bytes] == '#');
    free(ours);
    redisFreeCommand(theirs);
}

SPEC(a_command_is_an_array_of_texts)
{
    const char *const ack[] = {"XACK", "pollux.intents.desk"};
    const struct redis_words words = {2, ack, NULL};
    char bytes[64] = "";
    EXPECT_UINT(redis_words_bytes(&words), 40);
    redis_words_put(&words, bytes);
    EXPECT_TEXT(bytes, "*2\r\n$4\r\nXACK\r\n$19\r\npollux.intents.desk\r\n");
}

SPEC(words_of_every_length_are_as_a_client_would_say_them)
{
    static char text[WORD_MAX + 1];
    memset(text, 'x', WORD_MAX);
    for (size_t i = 0; i <= WORD_MAX; i++) {
        word[0] = text;
        length[0] = i;
        expect_same(&(struct redis_words){1, word, length}, 0);
    }
}

SPEC(as_many_words_as_an_acknowledgement_has)
{
    static const uint32_t counts[] = {1, 9, 10, 99, 100, 259, 999, 1000, WORDS_MAX};
    for (uint32_t i = 0; i < WORDS_MAX; i++) word[i] = "1700000000000-0";
    for (uint32_t i = 0; i < ARRAY_COUNT(counts); i++)
        expect_same(&(struct redis_words){counts[i], word, NULL}, 0);
}

SPEC(random_bytes_pass_as_they_are)
{
    static char bytes[WORD_MAX];
    struct spec_seeds seeds = spec_seeds(500);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        uint32_t count = 1 + (uint32_t)chance_between(&chance, 0, 19);
        for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)chance_next(&chance);
        for (uint32_t i = 0; i < count; i++) {
            length[i] = chance_between(&chance, 0, 199);
            word[i] = bytes + chance_between(&chance, 0, sizeof bytes - 200);
        }
        expect_same(&(struct redis_words){count, word, length}, seed);
    }
}

#define SPECS(S)                                                                                   \
    S(a_command_is_an_array_of_texts)                                                              \
    S(words_of_every_length_are_as_a_client_would_say_them)                                        \
    S(as_many_words_as_an_acknowledgement_has)                                                     \
    S(random_bytes_pass_as_they_are)
SPEC_MAIN("redis: commands", SPECS, before_each, after_each)
