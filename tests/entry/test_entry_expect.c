/* Looking ahead: what a request is guessed to become, and that nothing changes by it. */

#include "tests/entry/entry_spec.h"
#include "tests/entry/ouch_text.h"
#include "tests/support/chance.h"

#include <stdlib.h>
#include <string.h>

enum { BURST = 40, BURSTS = 300 };

struct said {
    uint32_t session;
    uint32_t bytes;
    uint8_t message[OUCH_TEXT_BYTES];
};

static struct said said_of(uint32_t session, const char *line)
{
    struct said said = {.session = session};
    bool speaks50 = session <= 2 || session >= 5;
    said.bytes = (uint32_t)(speaks50 ? ouch_text_bytes50 : ouch_text_bytes42)(line, said.message);
    return said;
}

static uint32_t expect_all(const struct said *said, uint32_t count, struct match_input *guesses)
{
    struct entry_waiting waiting[BURST];
    for (uint32_t i = 0; i < count; i++)
        waiting[i] = (struct entry_waiting){said[i].message, said[i].session, said[i].bytes};
    return entry_expect(rig.entry, waiting, count, guesses);
}

/* The guess is the input that is then decided on, as far as looking ahead reads it; ided: the id of
 * a new order, too. */
static void guess_check(int line, uint32_t session, const char *words, bool ided)
{
    struct said said = said_of(session, words);
    struct match_input guess[1];
    struct entry_out out;
    uint32_t guessed = expect_all(&said, 1, guess);
    enum entry_verdict verdict =
        entry_request(rig.entry, session, said.message, said.bytes, rig.now, &out);
    spec_expect(__FILE__, line, guessed == 1 && verdict == ENTRY_SUBMIT,
                "%s makes %u guesses and is %s", words, guessed, entry_verdict_name(verdict));
    if (guessed != 1 || verdict != ENTRY_SUBMIT) return;
    const struct match_input *is = out.input;
    bool same = guess->kind == is->kind && guess->account == is->account;
    if (is->kind != MATCH_NEW || ided) same &= guess->id == is->id;
    if (is->kind == MATCH_NEW)
        same &= guess->instrument == is->instrument && guess->side == is->side &&
                guess->price == is->price;
    spec_expect(__FILE__, line, same, "%s becomes something else than was guessed", words);
    entry_rig_take(&rig, verdict, &out);
}

#define GUESSED(session, words)    guess_check(__LINE__, session, words, true)
#define GUESSED_42(session, words) guess_check(__LINE__, session, words, false)

SPEC(a_guess_is_the_input_that_a_request_becomes)
{
    GUESSED(0, "O 1 B 100 ACME 9.00");
    GUESSED(0, "O 2 S 100 CATS 10.05");
    GUESSED(1, "O 7 S 50 BETA 11.01 floor=10 aiq=W");
    GUESSED(2, "O 3 E 50 DOGS 12.00");
    GUESSED(0, "U 1 4 150 9.01");
    GUESSED(0, "U 4 5 150 9.00 post=N");
    GUESSED(1, "X 7 20");
    GUESSED(1, "M 7 E 10");
    GUESSED(0, "X 5 0");
    GUESSED(2, "X 3 0");
}

SPEC(channels_of_a_session_are_told_apart)
{
    GUESSED(0, "O 1 B 100 ACME 9.00 idx=7");
    GUESSED(0, "O 1 B 100 ACME 9.00");
    GUESSED(0, "U 1 2 150 9.01 idx=7");
    GUESSED(0, "X 1 0");
    GUESSED(0, "X 2 0 idx=7");
}

SPEC(an_order_of_a_token_is_found_and_a_new_one_has_no_id_yet)
{
    GUESSED_42(3, "O One B 100 ACME 9.00");
    GUESSED_42(4, "O One S 30 BETA 11.00");
    GUESSED_42(3, "U One Two 150 9.01");
    GUESSED_42(4, "M One T 20");
    GUESSED_42(4, "X One 0");
    GUESSED_42(3, "O Three S 30 DOGS 11.00");
    GUESSED_42(3, "X Three 10");
    struct said said = said_of(3, "O Four S 30 DOGS 11.00");
    struct match_input guess[1];
    EXPECT_UINT(expect_all(&said, 1, guess), 1);
    EXPECT_UINT(guess->id, 0);
}

SPEC(what_is_no_request_about_an_order_makes_no_guess)
{
    const struct said said[] = {
        said_of(0, "C 3 FIRM *"),
        said_of(0, "O 1 B 100 ACME 9.00"),
        said_of(0, "D 4 FIRM"),
        said_of(0, "E 5 FIRM"),
        said_of(0, "Q"),
        said_of(3, "N One"),
        said_of(5, "X 1 0"),
        said_of(ENTRY_RIG_SESSIONS, "X 1 0"),
        said_of(UINT32_MAX, "X 1 0"),
        said_of(1, "X 9 0"),
    };
    struct match_input guesses[BURST];
    EXPECT_UINT(expect_all(said, ARRAY_COUNT(said), guesses), 2);
    EXPECT_UINT(guesses[0].id, entry_id(0, 0, 1));
    EXPECT_UINT(guesses[1].id, entry_id(1, 0, 9));
}

SPEC(what_is_malformed_makes_no_guess)
{
    struct match_input guesses[BURST];
    static const struct {
        uint32_t session;
        const char *words;
    } good[] = {
        {0, "O 1 B 100 ACME 9.00 floor=10"}, {0, "U 1 2 10 9.00"}, {0, "X 1 0"}, {0, "M 1 T 5"},
        {3, "O a B 10 ACME 9.00"},           {3, "U a b 10 9.00"}, {3, "X a 0"}, {3, "M a T 5"}};
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        struct said said = said_of(good[i].session, good[i].words);
        EXPECT_UINT(expect_all(&said, 1, guesses), 1);
        said.bytes--;
        EXPECT_UINT(expect_all(&said, 1, guesses), 0);
        said.bytes = 0;
        EXPECT_UINT(expect_all(&said, 1, guesses), 0);
        said = said_of(good[i].session, good[i].words);
        said.message[0] = '?';
        EXPECT_UINT(expect_all(&said, 1, guesses), 0);
    }
}

SPEC(requests_beyond_the_most_are_not_looked_at)
{
    struct said said[BURST];
    struct match_input guesses[BURST] = {0};
    for (uint32_t i = 0; i < BURST; i++) said[i] = said_of(0, "X 1 0");
    EXPECT_UINT(expect_all(said, BURST, guesses), ENTRY_EXPECT_MAX);
    EXPECT_UINT(guesses[ENTRY_EXPECT_MAX - 1].id, entry_id(0, 0, 1));
    EXPECT_UINT(guesses[ENTRY_EXPECT_MAX].id, 0);
    EXPECT_UINT(expect_all(said, 0, guesses), 0);
}

/* Some of it is what somebody could mean. */
static struct said said_by_chance(struct chance *chance)
{
    char words[64];
    uint32_t session = (uint32_t)chance_between(chance, 0, ENTRY_RIG_SESSIONS);
    uint32_t number = (uint32_t)chance_between(chance, 1, 300);
    bool speaks50 = session <= 2 || session >= 5;
    const char *t = speaks50 ? "" : "t";
    switch (chance_between(chance, 0, 3)) {
    case 0:
        snprintf(words, sizeof words, "O %s%u %c 10 %s 10.0%u", t, number, "BS"[number % 2],
                 number % 3 ? "ACME" : "ZZZZ", number % 10);
        break;
    case 1: snprintf(words, sizeof words, "U %s%u %s%u 20 10.00", t, number, t, number + 9); break;
    case 2: snprintf(words, sizeof words, "X %s%u %u", t, number, number % 10); break;
    default: snprintf(words, sizeof words, "M %s%u T 5", t, number); break;
    }
    struct said said = said_of(session, words);
    uint64_t what = chance_between(chance, 0, 9);
    if (what == 0) said.bytes = (uint32_t)chance_between(chance, 0, sizeof said.message);
    if (what == 1) said.message[chance_between(chance, 0, said.bytes - 1)] ^= 0x55;
    if (what == 2)
        for (uint32_t i = 0; i < said.bytes; i++) said.message[i] = (uint8_t)chance_next(chance);
    return said;
}

static void guesses_show(const struct match_input *guesses, uint32_t count)
{
    const struct match_input *inputs[ENTRY_EXPECT_MAX];
    for (uint32_t i = 0; i < count; i++) inputs[i] = &guesses[i];
    match_expect_all(rig.match, inputs, count);
}

SPEC(looking_ahead_changes_no_byte_of_ports_and_engine)
{
    struct chance chance = {.state = 1};
    uint8_t *entry = malloc(rig.entry_bytes), *match = malloc(rig.match_bytes);
    CHECK(entry && match);
    rig.quiet = true;
    for (uint32_t burst = 0; burst < BURSTS; burst++) {
        struct said said[BURST];
        struct match_input guesses[ENTRY_EXPECT_MAX];
        uint32_t count = (uint32_t)chance_between(&chance, 0, BURST);
        for (uint32_t i = 0; i < count; i++) said[i] = said_by_chance(&chance);
        memcpy(entry, rig.entry_memory, rig.entry_bytes);
        memcpy(match, rig.match_memory, rig.match_bytes);
        guesses_show(guesses, expect_all(said, count, guesses));
        EXPECT(memcmp(entry, rig.entry_memory, rig.entry_bytes) == 0);
        EXPECT(memcmp(match, rig.match_memory, rig.match_bytes) == 0);
        for (uint32_t i = 0; i < count; i++)
            if (said[i].session < ENTRY_RIG_SESSIONS)
                (void)entry_rig_send(&rig, said[i].session, said[i].message, said[i].bytes);
    }
    EXPECT(match_orders(rig.match) > 50);
    free(entry);
    free(match);
}

#define SPECS(S)                                                                                   \
    S(a_guess_is_the_input_that_a_request_becomes)                                                 \
    S(channels_of_a_session_are_told_apart)                                                        \
    S(an_order_of_a_token_is_found_and_a_new_one_has_no_id_yet)                                    \
    S(what_is_no_request_about_an_order_makes_no_guess)                                            \
    S(what_is_malformed_makes_no_guess)                                                            \
    S(requests_beyond_the_most_are_not_looked_at)                                                  \
    S(looking_ahead_changes_no_byte_of_ports_and_engine)

SPEC_MAIN("entry_expect", SPECS, entry_spec_begin, entry_spec_end)
