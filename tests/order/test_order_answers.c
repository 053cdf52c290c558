/* What the venue says, from its bytes to the sentence.  The bytes are written from the protocol
 * documents: "OUCH 5.0" and "OUCH 4.2", offsets in comments there. */

#include "apps/pollux-order/reasons.h"
#include "apps/pollux-order/say.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

#define TIME    "\0\0\x1f\x1a\xce\xd9\xf1\xc8" /* 34200000000456 */
#define SEVEN   "\0\0\0\7"
#define TOKEN   "PLXO0000000007"
#define BLANKS  "              "
#define TEN     "\0\0\0\0\0\1\x86\xa0"
#define MATCH   "\0\0\0\0\0\0\x23\x29"
#define FORTY   "\0\0\0\x28"
#define HUNDRED "\0\0\0\x64"
#define REF     "\0\0\0\0\0\0\0\x2a"
#define CLOCK   "09:30:00.000000456  "

static struct port port50, port42;
static struct own_order order;
static char bytes[1024];

static void before_each(void)
{
    port50 = (struct port){.dialect = PORT_OUCH50, .firm = "    ", .prefix = "PLXO"};
    port42 = (struct port){.dialect = PORT_OUCH42, .firm = "    ", .prefix = "PLXO"};
    order = (struct own_order){.number = 7, .side = 'B', .leaves = 60, .cum = 40};
    memset(order.name, ' ', sizeof order.name);
}

static void is_said(const struct port *port, const char *message, size_t length,
                    const char *sentence)
{
    struct port_answer answer;
    struct text text = text_in(bytes, sizeof bytes);
    uint8_t *exact = malloc(length); /* so that a sanitizer sees one byte too many */
    memcpy(exact, message, length);
    bool read = port_read(port, exact, length, &answer);
    free(exact);
    EXPECT(read);
    if (!read) return;
    bool known = answer.number == 7 && answer.kind != PORT_NEXT_NUMBER;
    say_answer(&text, &(struct say){port, &answer, known ? &order : NULL, 1});
    EXPECT_TEXT(text.bytes, sentence);
}

#define SAID_50(message, sentence) is_said(&port50, message, sizeof(message) - 1, CLOCK sentence)
#define SAID_42(message, sentence) is_said(&port42, message, sizeof(message) - 1, CLOCK sentence)

SPEC(every_answer_of_ouch_50_is_a_sentence)
{
    SAID_50("S" TIME "S", "the venue's day begins");
    SAID_50("S" TIME "E", "the venue's day ends");
    SAID_50("A" TIME SEVEN "B" HUNDRED "ACME    " TEN "0Y" REF "PNNL" BLANKS "\0\0",
            "7 accepted: buys 100 ACME at 10.00");
    SAID_50("A" TIME SEVEN "T" HUNDRED "ACME    " TEN "3Y" REF "PNND" BLANKS "\0\0",
            "7 accepted: sells short 100 ACME at 10.00 ioc, and canceled at once");
    SAID_50("A" TIME SEVEN "S" HUNDRED "ACME    " TEN "6Y" REF "PNNL" BLANKS "\0\6\5\x0f\0\0\0\x1e",
            "7 accepted: sells 100 ACME at 10.00 for 30 s");
    SAID_50("A" TIME SEVEN "E" HUNDRED "ACME    "
            "\0\0\0\0\x7f\xff\xff\xff"
            "5Y" REF "PNNL" BLANKS "\0\0",
            "7 accepted: sells short (exempt) 100 ACME at market gtx");
    SAID_50("U" TIME "\0\0\0\5" SEVEN "B" HUNDRED "ACME    " TEN "0Y" REF "PNNL" BLANKS "\0\0",
            "7 replaces 5: buys 100 ACME at 10.00");
    SAID_50("C" TIME SEVEN FORTY "U", "7 canceled: 40 (as asked), 60 left");
    SAID_50("C" TIME SEVEN FORTY "U\0\3\2\x1c\5", "7 canceled: 40 (as asked), 60 left");
    SAID_50("D" TIME SEVEN FORTY "Q" FORTY TEN "RD",
            "7 canceled: 40 (it would have traded with your own order), 60 left");
    SAID_50("E" TIME SEVEN FORTY TEN "A" MATCH "\0\0",
            "7 executed: 40 at 10.00 (added liquidity), 60 left");
    SAID_50("B" TIME SEVEN MATCH "E" BLANKS, "7 broken: trade 9001 is undone (erroneous)");
    SAID_50("J" TIME SEVEN "\0\x17" BLANKS, "7 rejected: invalid symbol");
    SAID_50("P" TIME SEVEN, "7 will be canceled after the cross");
    SAID_50("I" TIME SEVEN, "7 cannot be canceled before the cross");
    SAID_50("T" TIME SEVEN TEN "Y" REF, "7 has another place in the queue, at 10.00");
    SAID_50("M" TIME SEVEN "B" FORTY, "7 modified: 40 left");
    SAID_50("R" TIME SEVEN "R\0\6\5\x16\0\0\0\x28",
            "7 restated: the part that is shown was refreshed, 40");
    SAID_50("R" TIME SEVEN "P\0\0", "7 restated: the price that is shown is another");
    SAID_50("X" TIME SEVEN "FIRMACME    \0\0", "7 taken: all such orders are canceled");
    SAID_50("G" TIME SEVEN "FIRM\0\0", "firm FIRM may not enter orders any more");
    SAID_50("K" TIME SEVEN "FIRM\0\0", "firm FIRM may enter orders again");
    SAID_50("Q" TIME SEVEN, "next number: 7");
}

SPEC(every_answer_of_ouch_42_is_a_sentence)
{
    SAID_42("S" TIME "E", "the venue's day ends");
    SAID_42("A" TIME TOKEN "B" HUNDRED "ACME    \0\1\x86\xa0\0\1\x86\x9e"
            "FIRMY" REF "PN\0\0\0\0NL ",
            "7 accepted: buys 100 ACME at 10.00");
    SAID_42("A" TIME TOKEN "S" HUNDRED "ACME    \0\1\x86\xa0\0\0\0\0FIRMY" REF "PN\0\0\0\0ND ",
            "7 accepted: sells 100 ACME at 10.00 ioc, and canceled at once");
    SAID_42("A" TIME TOKEN "S" HUNDRED "ACME    \0\1\x86\xa0\0\0\0\x1e"
            "FIRMY" REF "PN\0\0\0\0NL ",
            "7 accepted: sells 100 ACME at 10.00 for 30 s");
    SAID_42("U" TIME TOKEN "B" HUNDRED "ACME    \0\1\x86\xa0\0\1\x86\x9f"
            "FIRMY" REF "PN\0\0\0\0NLPLXO0000000005 ",
            "7 replaces 5: buys 100 ACME at 10.00 gtx");
    SAID_42("C" TIME TOKEN FORTY "I", "7 canceled: 40 (immediate or cancel), 60 left");
    SAID_42("D" TIME TOKEN FORTY "Q" FORTY "\0\1\x86\xa0R",
            "7 canceled: 40 (it would have traded with your own order), 60 left");
    SAID_42("D" TIME TOKEN FORTY "Q" FORTY "\0\1\x86\xa0RD",
            "7 canceled: 40 (it would have traded with your own order), 60 left");
    SAID_42("E" TIME TOKEN FORTY "\0\1\x86\xa0R" MATCH,
            "7 executed: 40 at 10.00 (removed liquidity), 60 left");
    SAID_42("G" TIME TOKEN FORTY "\0\1\x86\xa0R" MATCH "\0\1\x86\xa0I",
            "7 executed: 40 at 10.00 (removed liquidity), 60 left");
    SAID_42("F" TIME TOKEN FORTY "\0\1\x86\xa0R" MATCH "N",
            "7 corrected: its trade is now: 40 at 10.00 (removed liquidity)");
    SAID_42("B" TIME TOKEN MATCH "S",
            "7 broken: trade 9001 is undone (by the venue's supervisors)");
    SAID_42("J" TIME TOKEN "X", "7 rejected: invalid price");
    SAID_42("P" TIME TOKEN, "7 will be canceled after the cross");
    SAID_42("I" TIME TOKEN, "7 cannot be canceled before the cross");
    SAID_42("T" TIME TOKEN "\0\1\x86\xa0Y" REF, "7 has another place in the queue, at 10.00");
    SAID_42("M" TIME TOKEN "S" FORTY, "7 modified: 40 left");
    SAID_42("N" TIME TOKEN, "7 trades now with what locks it");
    SAID_42("J" TIME "OTHER000000007Z", "OTHER000000007 rejected: more shares than allowed");
    SAID_42("J" TIME "PLXO000000007 Z", "PLXO000000007 rejected: more shares than allowed");
    SAID_42("J" TIME "PLXO9999999999Z", "PLXO9999999999 rejected: more shares than allowed");
}

SPEC(an_execution_that_ends_an_order_says_so)
{
    order.leaves = 0;
    SAID_50("E" TIME SEVEN FORTY TEN "R" MATCH "\0\0",
            "7 executed: 40 at 10.00 (removed liquidity), done");
    memcpy(order.name, "hedge", 5);
    SAID_50("C" TIME SEVEN FORTY "T", "7 (hedge) canceled: 40 (its time is over), done");
}

SPEC(every_reject_code_has_words_and_a_new_one_is_shown_as_it_is)
{
    struct port_answer answer = {.kind = PORT_REJECTED};
    for (answer.code = 1; answer.code <= 0x33; answer.code++) {
        const char *words = reason_of_reject(&port50, &answer);
        EXPECT(strlen(words) > 3 && !strstr(words, "unknown") && !strstr(words, "0x"));
    }
    EXPECT_TEXT(reason_of_reject(&port50, &answer), "reason 0x0034");
    answer.code = 0;
    EXPECT_TEXT(reason_of_reject(&port50, &answer), "reason 0x0000");
    answer.code = 0xffff;
    EXPECT_TEXT(reason_of_reject(&port50, &answer), "reason 0xffff");
    for (const char *code = "THZSDCLMRXNOWoquabcdefghijklmn"; *code; code++) {
        answer.reason = *code;
        EXPECT(strncmp(reason_of_reject(&port42, &answer), "reason", 6) != 0);
    }
    answer.reason = 'w';
    EXPECT_TEXT(reason_of_reject(&port42, &answer), "reason w");
    for (const char *code = "DEFGHIKQSTUXZCe"; *code; code++)
        EXPECT(strncmp(reason_of_cancel(*code), "reason", 6) != 0);
    EXPECT_TEXT(reason_of_cancel('\x1b'), "reason 0x1b");
    EXPECT_TEXT(reason_of_liquidity('A'), "added liquidity");
    EXPECT_TEXT(reason_of_liquidity('z'), "reason z");
    EXPECT_TEXT(reason_of_break('C'), "by consent");
}

SPEC(json_says_the_fields)
{
    struct port_answer answer;
    static const char message[] = "E" TIME SEVEN FORTY TEN "A" MATCH "\0\0";
    bool read = port_read(&port50, (const uint8_t *)message, sizeof message - 1, &answer);
    struct text text = text_in(bytes, sizeof bytes);
    EXPECT(read);
    say_answer_json(&text, &(struct say){&port50, &answer, &order, 12});
    EXPECT_TEXT(text.bytes,
                "{\"event\":\"executed\",\"time\":\"09:30:00.000000456\",\"sequence\":12,"
                "\"number\":7,\"qty\":40,\"price\":\"10.00\",\"code\":\"A\","
                "\"reason\":\"added liquidity\",\"match\":9001,\"leaves\":60,\"cum\":40}\n");
    text_clear(&text);
    say_note_json(&text, "lost", 7, "it \"is\" lost");
    EXPECT_TEXT(text.bytes, "{\"event\":\"lost\",\"number\":7,\"text\":\"it \\\"is\\\" lost\"}\n");
}

/* Damage: every prefix of a message, every type with every length, and hostile text. */
SPEC(any_bytes_are_an_answer_or_none)
{
    struct spec_seeds seeds = spec_seeds(3000);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        srand((unsigned)seed);
        size_t length = (size_t)rand() % 90;
        uint8_t *message = malloc(length + 1);
        for (size_t i = 0; i < length; i++) message[i] = (uint8_t)rand();
        for (unsigned type = 0; type < 256 && length; type++) {
            struct port_answer answer;
            struct text text = text_in(bytes, sizeof bytes);
            const struct port *port = seed & 1 ? &port42 : &port50;
            message[0] = (uint8_t)type;
            if (!port_read(port, message, length, &answer)) continue;
            say_answer(&text, &(struct say){port, &answer, NULL, 1});
            for (const char *at = bytes; *at; at++)
                if (*at < ' ' || *at > '~')
                    spec_expect(__FILE__, __LINE__, false, "seed %llu: byte %d is said",
                                (unsigned long long)seed, *at);
            text_clear(&text);
            say_answer_json(&text, &(struct say){port, &answer, NULL, 1});
            EXPECT(!text.cut);
        }
        free(message);
    }
}

#define SPECS(S)                                                                                   \
    S(every_answer_of_ouch_50_is_a_sentence)                                                       \
    S(every_answer_of_ouch_42_is_a_sentence)                                                       \
    S(an_execution_that_ends_an_order_says_so)                                                     \
    S(every_reject_code_has_words_and_a_new_one_is_shown_as_it_is)                                 \
    S(json_says_the_fields)                                                                        \
    S(any_bytes_are_an_answer_or_none)
SPEC_MAIN("pollux-order's answers", SPECS, before_each, NULL)
