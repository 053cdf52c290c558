/* The language of pollux-order: apps/pollux-order/README.md. */

#include "apps/pollux-order/line.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct line line;

static void in(enum port_dialect dialect, const char *text)
{
    line_read(&line, text, strlen(text), dialect);
}

static void is_order(const char *text, char side, uint32_t qty, uint32_t price_e4)
{
    in(PORT_OUCH50, text);
    EXPECT_UINT(line.verb, LINE_ENTER);
    EXPECT_TEXT(line.words.problem, "");
    EXPECT_UINT((unsigned char)line.order.side, (unsigned char)side);
    EXPECT_UINT(line.order.qty, qty);
    EXPECT_UINT(line.order.price_e4, price_e4);
    EXPECT(memcmp(line.order.symbol, "ACME    ", 8) == 0);
}

static void is_wrong(const char *text, const char *problem)
{
    in(PORT_OUCH50, text);
    EXPECT_UINT(line.verb, LINE_WRONG);
    EXPECT_TEXT(line.words.problem, problem);
}

SPEC(an_order_is_a_side_shares_a_symbol_and_a_price)
{
    is_order("buy 100 ACME 10.25", 'B', 100, 102500);
    is_order("  sell\t1 ACME at 0.0001  ", 'S', 1, 1);
    is_order("short 999999 ACME 199999.99", 'T', 999999, 1999999900);
    is_order("buy 7 ACME market # a comment", 'B', 7, 0x7fffffff);
    EXPECT_UINT(line.order.lasts, PORT_DAY);
    EXPECT(!line.order.post_only && line.order.show == 0 && line.order.name[0] == ' ');
}

SPEC(what_an_order_may_say_more_comes_in_any_order)
{
    is_order("buy 100 ACME 10 as Hedge2 show 10 post-only for 30", 'B', 100, 100000);
    EXPECT_UINT(line.order.lasts, PORT_TIMED);
    EXPECT_UINT(line.order.expire_s, 30);
    EXPECT(line.order.post_only);
    EXPECT_UINT(line.order.show, 10);
    EXPECT(memcmp(line.order.name, "Hedge2        ", 14) == 0);
    is_order("buy 100 ACME 10 ioc", 'B', 100, 100000);
    EXPECT_UINT(line.order.lasts, PORT_IMMEDIATE);
    is_order("buy 100 ACME 10 gtx", 'B', 100, 100000);
    EXPECT_UINT(line.order.lasts, PORT_EXTENDED);
    is_order("buy 100 ACME 10 day", 'B', 100, 100000);
}

SPEC(an_order_that_cannot_be_is_refused_with_what_was_expected)
{
    is_wrong("buy", "expected a number of shares, but the line ends");
    is_wrong("buy ACME 10", "expected a number of shares, found 'ACME'");
    is_wrong("buy 0 ACME 10", "a number of shares is from 1 to 999999");
    is_wrong("buy 1000000 ACME 10", "a number of shares is from 1 to 999999");
    is_wrong("buy 1.5 ACME 10", "'1.5' has more than 0 decimals");
    is_wrong("buy -1 ACME 10", "'-1' is not from 0 to 9223372036854775807");
    is_wrong("buy 1 ACMECORPS 10", "expected a symbol of up to 8 characters, found 'ACMECORPS'");
    is_wrong("buy 1 ACME", "expected a price, or market, but the line ends");
    is_wrong("buy 1 ACME 0", "a price is above 0");
    is_wrong("buy 1 ACME -3", "a price is above 0");
    is_wrong("buy 1 ACME 10.00001", "a price has up to 4 decimals");
    is_wrong("buy 1 ACME 200000", "a price is at most 199999.99");
    is_wrong("buy 1 ACME 10 fok", "expected the end of the line, found 'fok'");
    is_wrong("buy 1 ACME 10 ioc gtx", "an order lasts in one way only");
    is_wrong("buy 1 ACME 10 for 0", "an order lasts for 1 to 86399 seconds");
    is_wrong("buy 1 ACME 10 for 86400", "'86400' is not from 0 to 86399");
    is_wrong("buy 1 ACME 10 show 2", "it cannot show more than the 1 it has");
    is_wrong("buy 1 ACME 10 as 7up",
             "'7up' is no name: a letter, then up to 13 letters and digits");
    is_wrong("buy 1 ACME 10 as a-b",
             "'a-b' is no name: a letter, then up to 13 letters and digits");
    is_wrong("hold 1 ACME", "'hold' is no request; help lists them");
}

SPEC(ouch_42_cannot_show_a_part)
{
    in(PORT_OUCH42, "buy 100 ACME 10 show 10");
    EXPECT_UINT(line.verb, LINE_WRONG);
    EXPECT_TEXT(line.words.problem, "OUCH 4.2 cannot show a part of an order");
    in(PORT_OUCH42, "buy 100 ACME 10 post-only");
    EXPECT_UINT(line.verb, LINE_ENTER);
}

SPEC(a_replacement_names_shares_or_a_price_or_both)
{
    in(PORT_OUCH50, "replace 7 to 50 at 10.30");
    EXPECT_UINT(line.verb, LINE_REPLACE);
    EXPECT_UINT(line.number, 7);
    EXPECT(line.has_qty && line.order.qty == 50);
    EXPECT(line.has_price && line.order.price_e4 == 103000);
    in(PORT_OUCH50, "replace hedge at 10.30");
    EXPECT(line.number == 0 && memcmp(line.name, "hedge         ", 14) == 0);
    EXPECT(!line.has_qty && line.has_price);
    in(PORT_OUCH50, "replace 7 to 50");
    EXPECT(line.has_qty && !line.has_price);
    is_wrong("replace 7", "expected to QUANTITY or at PRICE, but the line ends");
    is_wrong("replace 0 to 5", "orders count from 1");
    is_wrong("replace 7 to 0", "a number of shares is from 1 to 999999");
}

SPEC(a_cancel_is_of_one_order_or_of_all)
{
    in(PORT_OUCH50, "cancel 7");
    EXPECT(line.verb == LINE_CANCEL && line.number == 7 && !line.has_qty);
    in(PORT_OUCH50, "cancel 7 to 20");
    EXPECT(line.verb == LINE_CANCEL && line.has_qty && line.order.qty == 20);
    in(PORT_OUCH50, "cancel all");
    EXPECT(line.verb == LINE_CANCEL_ALL && line.all.side == 0 && line.all.symbol[0] == ' ');
    in(PORT_OUCH50, "cancel all ACME");
    EXPECT(line.all.side == 0 && memcmp(line.all.symbol, "ACME    ", 8) == 0);
    in(PORT_OUCH50, "cancel all ACME sells");
    EXPECT(line.all.side == 'S' && memcmp(line.all.symbol, "ACME    ", 8) == 0);
    in(PORT_OUCH50, "cancel all buys");
    EXPECT(line.all.side == 'B' && line.all.symbol[0] == ' ');
    is_wrong("cancel all buys now", "expected the end of the line, found 'now'");
    is_wrong("modify 7", "expected to QUANTITY, but the line ends");
}

SPEC(the_other_words_are_understood)
{
    in(PORT_OUCH50, "modify 7 to 20");
    EXPECT(line.verb == LINE_MODIFY && line.number == 7 && line.order.qty == 20);
    in(PORT_OUCH50, "wait 1.5");
    EXPECT(line.verb == LINE_WAIT && line.wait_ns == 1500000000);
    in(PORT_OUCH50, "wait answers");
    EXPECT_UINT(line.verb, LINE_WAIT_ANSWERS);
    is_wrong("wait 90000", "it waits for 0 to 86400 seconds");
    static const struct {
        const char *word;
        enum line_verb verb;
    } plain[] = {{"orders", LINE_ORDERS}, {"query", LINE_QUERY}, {"help", LINE_HELP},
                 {"quit", LINE_QUIT},     {"", LINE_NOTHING},    {" # nothing", LINE_NOTHING}};
    for (size_t i = 0; i < ARRAY_COUNT(plain); i++) {
        in(PORT_OUCH50, plain[i].word);
        EXPECT_UINT(line.verb, plain[i].verb);
    }
}

SPEC(any_bytes_are_a_line)
{
    struct spec_seeds seeds = spec_seeds(20000);
    static const char *const words[] = {"buy", "cancel", "all",   "7",    "ACME", "at",  "to",
                                        "ioc", "for",    "10.25", "wait", "as",   "show"};
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        char text[200];
        size_t length = 0;
        srand((unsigned)seed);
        while (length < 150 && rand() % 12) {
            const char *word = words[(size_t)rand() % ARRAY_COUNT(words)];
            if (rand() % 4 == 0) text[length++] = (char)rand();
            memcpy(text + length, word, strlen(word));
            length += strlen(word);
            text[length++] = ' ';
        }
        line_read(&line, text, length, seed & 1 ? PORT_OUCH42 : PORT_OUCH50);
        bool wrong = line.verb == LINE_WRONG;
        if (wrong != (line.words.problem[0] != '\0'))
            spec_expect(__FILE__, __LINE__, false, "seed %llu: a problem and WRONG differ",
                        (unsigned long long)seed);
    }
}

#define SPECS(S)                                                                                   \
    S(an_order_is_a_side_shares_a_symbol_and_a_price)                                              \
    S(what_an_order_may_say_more_comes_in_any_order)                                               \
    S(an_order_that_cannot_be_is_refused_with_what_was_expected)                                   \
    S(ouch_42_cannot_show_a_part)                                                                  \
    S(a_replacement_names_shares_or_a_price_or_both)                                               \
    S(a_cancel_is_of_one_order_or_of_all)                                                          \
    S(the_other_words_are_understood)                                                              \
    S(any_bytes_are_a_line)
SPEC_MAIN("pollux-order's lines", SPECS, NULL, NULL)
