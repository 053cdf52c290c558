/* What the language of order scripts promises: each line becomes the input it says, exactly, or a
 * sentence that says what was expected.  Inputs are compared field by field, by hand. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

#include <string.h>

static struct order_script script;
static struct order_sentence sentence;

static void script_begin(void)
{
    struct order_script_limits limits = order_venue_limits();
    limits.names = 64;
    bool open = order_script_open(&script, &limits);
    CHECK(open);
}

static void script_end(void)
{
    order_script_close(&script);
}

static void line_read(const char *line)
{
    order_script_read(&script, line, strlen(line), &sentence);
}

/* " name number" of a field that is not zero. */
static void field(struct text *out, const char *name, int64_t value)
{
    if (value == 0) return;
    text_format(out, " %s ", name);
    text_int(out, value);
}

static void terms_say(struct text *out, const struct match_terms *terms)
{
    field(out, "trigger", terms->trigger);
    field(out, "display", terms->display);
    field(out, "link", terms->link);
    for (uint32_t i = 0; i < 2; i++) {
        const struct match_leg *leg = &terms->legs[i];
        if (leg->type == 0 && leg->price == 0 && leg->trigger == 0) continue;
        text_format(out, " leg%u:", i);
        field(out, "type", leg->type);
        field(out, "side", leg->side);
        field(out, "price", leg->price);
        field(out, "trigger", leg->trigger);
    }
}

static void listing_say(struct text *out, const struct match_listing *listing)
{
    text_format(out, " %.16s:", listing->symbol);
    field(out, "tick", listing->tick);
    field(out, "lot", listing->lot);
    field(out, "size", listing->size);
    field(out, "price_max", listing->price_max);
    field(out, "qty_max", listing->qty_max);
    field(out, "reference", listing->reference);
    field(out, "band", listing->band);
    field(out, "collar", listing->collar);
    field(out, "pause_ns", (int64_t)listing->pause_ns);
    field(out, "window", listing->window);
    field(out, "maker_ppm", listing->maker_ppm);
    field(out, "taker_ppm", listing->taker_ppm);
    field(out, "initial_ppm", listing->initial_ppm);
    field(out, "maintenance_ppm", listing->maintenance_ppm);
    field(out, "call_s", listing->call_s);
    field(out, "open_s", listing->open_s);
    field(out, "closing_s", listing->closing_s);
    field(out, "close_s", listing->close_s);
    field(out, "base", listing->base);
    field(out, "quote", listing->quote);
    field(out, "class", listing->class_of);
    field(out, "phase", listing->phase);
}

/* All fields of the last line's input that are not zero, or its problem. */
static const char *input_said(void)
{
    static char bytes[2048];
    const struct match_input *input = &sentence.input;
    struct text out = text_in(bytes, sizeof bytes);
    if (sentence.said == ORDER_SAYS_WRONG) return sentence.problem;
    if (sentence.said != ORDER_SAYS_INPUT) return "no input";
    text_append(&out, match_input_name(input->kind));
    field(&out, "id", (int64_t)input->id);
    field(&out, "other", (int64_t)input->other);
    field(&out, "account", input->account);
    field(&out, "instrument", input->instrument);
    field(&out, "side", input->side);
    field(&out, "type", input->type);
    field(&out, "tif", input->tif);
    field(&out, "self_trade", input->self_trade);
    field(&out, "flags", input->flags);
    field(&out, "qty", input->qty);
    field(&out, "price", input->price);
    field(&out, "time", (int64_t)input->time);
    bool listing = input->bytes == sizeof *input + sizeof(struct match_listing);
    bool terms = input->bytes == sizeof *input + sizeof(struct match_terms);
    if (listing) listing_say(&out, &sentence.more.listing);
    if (terms) terms_say(&out, &sentence.more.terms);
    if (!listing && !terms && input->bytes != sizeof *input) field(&out, "bytes", input->bytes);
    return out.bytes;
}

#define READS(line, expected)                                                                      \
    do {                                                                                           \
        line_read(line);                                                                           \
        EXPECT_TEXT(input_said(), expected);                                                       \
    } while (0)

/* clang-format off */

SPEC(a_limit_order_is_its_name_side_quantity_and_price)
{
    READS("a buys 10 at 100.25", "new id 1 type 1 qty 1000000000 price 10025000000");
    READS("b sells 0.5 at 99", "new id 2 account 1 side 1 type 1 qty 50000000 price 9900000000");
    READS("a sells 1 at 5", "new id 1 side 1 type 1 qty 100000000 price 500000000");
}

SPEC(terms_may_follow_in_any_order)
{
    READS("a buys 10 at 100 ioc", "new id 1 type 1 tif 2 qty 1000000000 price 10000000000");
    READS("a buys 10 at 100 fok by bob",
          "new id 1 account 1 type 1 tif 3 qty 1000000000 price 10000000000");
    READS("a buys 10 at 100 by bob, post-only, day",
          "new id 1 account 1 type 1 tif 1 flags 1 qty 1000000000 price 10000000000");
    READS("a buys 10 at 100 self-trade oldest gtc",
          "new id 1 type 1 self_trade 1 qty 1000000000 price 10000000000");
    READS("a buys 10 at 100 self-trade both",
          "new id 1 type 1 self_trade 2 qty 1000000000 price 10000000000");
    READS("a buys 10 at 100 self-trade decrement tracked",
          "new id 1 type 1 self_trade 3 flags 2 qty 1000000000 price 10000000000");
    READS("a buys 100 at 99 showing 10",
          "new id 1 type 1 qty 10000000000 price 9900000000 display 1000000000");
}

SPEC(market_orders_and_stops_say_how_instead_of_a_price)
{
    READS("a buys 5 at market", "new id 1 type 2 qty 500000000");
    READS("a sells 10 stop 98", "new id 1 side 1 type 3 qty 1000000000 trigger 9800000000");
    READS("a sells 10 stop 98 at 97.5",
          "new id 1 side 1 type 4 qty 1000000000 price 9750000000 trigger 9800000000");
    READS("a sells 10 trailing 0.50", "new id 1 side 1 type 5 qty 1000000000 trigger 50000000");
}

SPEC(a_bracket_is_tracked_and_has_legs_of_the_other_side)
{
    READS("a buys 1 at 100 take 103 stop-loss 98",
          "new id 1 type 1 flags 2 qty 100000000 price 10000000000 link 2"
          " leg0: type 1 side 1 price 10300000000 leg1: type 3 side 1 trigger 9800000000");
    READS("b sells 1 at 100 stop-loss 102 at 103",
          "new id 2 account 1 side 1 type 1 flags 2 qty 100000000 price 10000000000 link 2"
          " leg1: type 4 price 10300000000 trigger 10200000000");
    READS("c buys 1 at market trailing-loss 2",
          "new id 3 account 2 type 2 flags 2 qty 100000000 link 2"
          " leg1: type 5 side 1 trigger 200000000");
}

SPEC(a_pair_and_orders_that_follow_are_linked)
{
    READS("a buys 1 at 99 or stop 101",
          "new id 1 type 1 qty 100000000 price 9900000000 link 1 leg0: type 3 trigger 10100000000");
    READS("b sells 1 at 99 or buys at 98",
          "new id 2 account 1 side 1 type 1 qty 100000000 price 9900000000 link 1"
          " leg0: type 1 price 9800000000");
    READS("c buys 1 at 100 then sells at 101 then sells stop 90 at 89",
          "new id 3 account 2 type 1 qty 100000000 price 10000000000 link 2"
          " leg0: type 1 side 1 price 10100000000"
          " leg1: type 4 side 1 price 8900000000 trigger 9000000000");
    READS("d buys 1 at 9 then sells at market",
          "new id 4 account 3 type 1 qty 100000000 price 900000000 link 2 leg0: type 2 side 1");
}

SPEC(a_change_says_only_what_changes)
{
    line_read("a sells 30 at 100 by bob");
    READS("modify a to 20", "modify id 1 qty 2000000000");
    READS("modify a at 100.25 as a2", "modify id 1 other 2 price 10025000000");
    READS("modify a2 stop 98 by eve", "modify id 2 account 1 trigger 9800000000");
    READS("modify a take 90 stop-loss 110 at 111",
          "modify id 1 leg0: type 1 price 9000000000"
          " leg1: type 4 price 11100000000 trigger 11000000000");
    READS("modify a take 91 no stop-loss", "modify id 1 flags 8 leg0: price 9100000000");
    READS("modify a no take stop-loss 108",
          "modify id 1 flags 4 leg1: type 3 trigger 10800000000");
}

SPEC(cancels_and_closes_are_of_the_account_that_owns_the_order)
{
    line_read("x buys 1 at 1");
    line_read("a sells 30 at 100 by bob");
    READS("cancel a", "cancel id 2 account 1");
    READS("cancel a by x", "cancel id 2");
    READS("cancel all by bob", "cancel_all account 1 instrument 65535");
    READS("close a 5 as a2", "close id 3 other 2 account 1 qty 500000000");
    READS("close a", "close id 4 other 2 account 1");
    line_read("list AAPL");
    READS("cancel all by bob of AAPL", "cancel_all account 1");
    READS("close position 5 of AAPL by bob as z", "close id 5 account 1 qty 500000000");
}

SPEC(a_listing_says_what_it_says_and_the_rest_is_usual)
{
    READS("list MAIN",
          "list MAIN: tick 1000000 lot 100000000 size 100000000 price_max 10000000000000"
          " qty_max 10000000000000 reference 10000000000 collar 500000000 window 4096 phase 3");
    READS("list ESH4 futures base ES quote USD tick 0.25 size 50 reference 4800 band 50 pause 250ms"
          " collar 10 window 1024 maker 10ppm taker 0.25% margin 10% keep 5% max-price 10000"
          " max-quantity 1000 phase call calls 08:00:00 opens 09:00:00 closing 17:00:00"
          " closes 17:05:01",
          "list instrument 1 ESH4: tick 25000000 lot 100000000 size 5000000000"
          " price_max 1000000000000 qty_max 100000000000 reference 480000000000 band 5000000000"
          " collar 1000000000 pause_ns 250000000 window 1024 maker_ppm 10 taker_ppm 2500"
          " initial_ppm 100000 maintenance_ppm 50000 call_s 28800 open_s 32400 closing_s 61200"
          " close_s 61501 quote 1 class 2 phase 2");
}

SPEC(instruments_are_named_where_there_is_more_than_one)
{
    line_read("list AAPL");
    line_read("list MSFT");
    READS("a buys 1 at 1 of MSFT", "new id 1 instrument 1 type 1 qty 100000000 price 100000000");
    READS("phase MSFT halted", "phase instrument 1 type 4");
    READS("mark AAPL 5", "mark price 500000000");
    READS("remove MSFT", "remove instrument 1");
    READS("a buys 1 at 1", "2 instruments are listed: say which one is meant");
    READS("a buys 1 at 1 of FOO", "no instrument is called 'FOO': list it first");
}

SPEC(accounts_money_and_time_are_told)
{
    READS("account x", "account");
    READS("account bob group desk leverage 10 limit 100000",
          "account other 16777217 account 1 qty 1000000000 price 10000000000000");
    READS("deposit bob USD 1000.5", "deposit account 1 qty 100050000000");
    READS("withdraw bob BTC 0.00000001", "withdraw account 1 instrument 1 qty 1");
    READS("time 09:30:00.25", "time time 34200250000000");
    READS("time +5s", "time time 34205250000000");
    READS("time +1.5ms", "time time 34205251500000");
    READS("time tomorrow 00:00:01", "time time 86401000000000");
    READS("time 00:00:00", "time time 86400000000000");
    READS("time @7", "time time 7");
}

SPEC(a_number_behind_an_at_sign_is_itself)
{
    READS("@7 buys 1 at 1 by @3 of @2",
          "new id 7 account 3 instrument 2 type 1 qty 100000000 price 100000000");
    READS("cancel @9223372036854775808 by @4294967295",
          "cancel id -9223372036854775808 account 4294967295");
    READS("a buys 1 at 1 of @0", "new id 1 type 1 qty 100000000 price 100000000");
    READS("cancel @7", "cancel id 7 account 3");
    READS("cancel @18446744073709551616",
          "expected a number up to 18446744073709551615 behind @, found '@18446744073709551616'");
    READS("mark @65536 1", "expected a number up to 65535 behind @, found '@65536'");
}

SPEC(empty_lines_and_comments_say_nothing)
{
    READS("", "no input");
    READS("   \t ", "no input");
    READS("# a buys 10 at 100", "no input");
    READS(" , ", "no input");
    READS("a buys 1 at 1 # or 2", "new id 1 type 1 qty 100000000 price 100000000");
}

SPEC(numbers_are_exact_or_refused)
{
    READS("a buys 0.00000001 at 92233720368.54775807",
          "new id 1 type 1 qty 1 price 9223372036854775807");
    READS("a buys -1.5 at 0", "new id 1 type 1 qty -150000000");
    READS("a buys .5 at 1", "new id 1 type 1 qty 50000000 price 100000000");
    READS("a buys 1 at 92233720368.54775808", "'92233720368.54775808' is too large a number");
    READS("a buys 1 at 184467440737.09551616", "'184467440737.09551616' is too large a number");
    READS("a buys 1 at 0.123456789", "'0.123456789' has more than 8 decimals");
    READS("a buys 1 at 0.100000000", "'0.100000000' has more than 8 decimals");
    READS("a buys 1e5 at 1", "expected a quantity, found '1e5'");
    READS("a buys 1 at 1,000", "expected a price or 'market', found '1,000'");
    READS("a buys 1 at 1.", "expected a price or 'market', found '1.'");
    READS("a buys . at 1", "expected a quantity, found '.'");
    READS("a buys 1-2 at 1", "expected a quantity, found '1-2'");
    READS("a buys 99999999999999999999 at 1", "'99999999999999999999' is too large a number");
}

SPEC(what_is_not_understood_says_what_was_expected)
{
    READS("a byus 10 at 100",
          "expected an order such as 'a buys 10 at 100', or a word such as 'cancel', found 'a'");
    READS("a buys", "expected a quantity, but the line ends");
    READS("a buys 10 100", "expected 'at', 'stop' or 'trailing', found '100'");
    READS("a buys 10 at 100 iok",
          "expected 'by', 'of' or a term such as 'ioc', 'post-only', 'showing', found 'iok'");
    READS("a buys 10 at 100 by", "expected an account, but the line ends");
    READS("a buys 10 at 100 self-trade", "expected 'newest', 'oldest', 'both' or 'decrement', but the line ends");
    READS("a buys 10 at 100 then at 5", "expected 'buys' or 'sells' behind 'then', found 'at'");
    READS("a buys 10 at 100 take 5 take 6", "an order has one leg of a kind, and two at most");
    READS("a buys 10 at 100 take 5 or at 6", "an order has one leg of a kind, and two at most");
    READS("a buys 10 at 100 stop-loss 5 or at 6", "an order is one of a pair or has legs, not both");
    READS("modify a", "expected what is to change: 'to', 'at', 'stop', 'as' ..., but the line ends");
    READS("cancel", "expected the name of an order, or 'all', but the line ends");
    READS("cancel a b", "expected the end of the line, found 'b'");
    READS("cancel all", "expected 'by' and an account, but the line ends");
    READS("close position 5", "expected 'by' and whose position it is, but the line ends");
    READS("phase open now", "expected the end of the line, found 'now'");
    READS("list 7up", "the name of an instrument begins with a letter: '7up'");
    READS("list A maker 5", "expected a rate behind 'maker' with ppm or % behind it, found '5'");
    READS("list A pause 5", "expected a time behind 'pause' such as 5s or 250ms, found '5'");
    READS("list A calls 8:00", "expected a time such as 09:30:00, found '8:00'");
    READS("time 24:00:00", "expected a time such as 09:30:00, found '24:00:00'");
    READS("all buys 1 at 1", "no order may be called 'all'");
    READS("a\xc3\xa4 buys 1 at 1",
          "expected the name of an order, found 'a\?\?': a name is letters, digits and _ . - /");
    READS("abcdefghijklmnopqrstuvwxy buys 1 at 1",
          "'abcdefghijklmnopqrstuvwxy' has more than 24 characters");
    READS("raw 00", "raw needs two digits for each of 64 to 256 bytes");
    READS("engine orders 0", "limits.orders is outside 1 to MATCH_ORDERS_MAX");
}

SPEC(a_line_that_is_wrong_leaves_nothing_behind)
{
    line_read("a buys 1 at 1 by bob");
    READS("a sells 1 at 1 by eve and so on",
          "expected 'by', 'of' or a term such as 'ioc', 'post-only', 'showing', found 'and'");
    READS("b buys 1 at 1 take 2 stop-loss", "expected the price that triggers the stop loss, but the line ends");
    READS("cancel a", "cancel id 1");
    READS("c buys 1 at 1", "new id 2 account 1 type 1 qty 100000000 price 100000000");
    READS("time 10:00", "expected a time such as 09:30:00, found '10:00'");
    READS("cancel c", "cancel id 2 account 1");
}

SPEC(names_have_a_limit)
{
    char line[64];
    for (uint32_t i = 0; i < 100; i++) {
        snprintf(line, sizeof line, "modify w%u to 5 and so on", i);
        line_read(line);
        snprintf(line, sizeof line, "deposit w%u v%u nothing", i, i);
        line_read(line);
        snprintf(line, sizeof line, "list S%u tick small", i);
        line_read(line);
        EXPECT_UINT(sentence.said, ORDER_SAYS_WRONG);
    }
    for (uint32_t i = 0; i < 64; i++) {
        snprintf(line, sizeof line, "o%u buys 1 at 1 by b", i);
        line_read(line);
        EXPECT_UINT(sentence.said, ORDER_SAYS_INPUT);
    }
    READS("p buys 1 at 1 by b", "more than 64 names: 'p' is one too many");
    READS("cancel p by b", "more than 64 names: 'p' is one too many");
    READS("cancel o63", "cancel id 64");
}

SPEC(raw_bytes_are_an_input_as_they_are)
{
    char line[5 + 2 * 64] = "raw ";
    for (uint32_t i = 0; i < 64; i++) snprintf(line + 4 + 2 * i, 3, "%02x", i + 1);
    line_read(line);
    EXPECT_UINT(sentence.said, ORDER_SAYS_INPUT);
    EXPECT_UINT(sentence.input.id, 0x1817161514131211);
    EXPECT_UINT(sentence.input.kind, 57);
    EXPECT_UINT(sentence.input.bytes, 64);
    line[5] = 'g';
    READS(line, "a hexadecimal digit is one of 0-9 and a-f");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(a_limit_order_is_its_name_side_quantity_and_price)                                           \
    S(terms_may_follow_in_any_order)                                                               \
    S(market_orders_and_stops_say_how_instead_of_a_price)                                          \
    S(a_bracket_is_tracked_and_has_legs_of_the_other_side)                                         \
    S(a_pair_and_orders_that_follow_are_linked)                                                    \
    S(a_change_says_only_what_changes)                                                             \
    S(cancels_and_closes_are_of_the_account_that_owns_the_order)                                   \
    S(a_listing_says_what_it_says_and_the_rest_is_usual)                                           \
    S(instruments_are_named_where_there_is_more_than_one)                                          \
    S(accounts_money_and_time_are_told)                                                            \
    S(a_number_behind_an_at_sign_is_itself)                                                        \
    S(empty_lines_and_comments_say_nothing)                                                        \
    S(numbers_are_exact_or_refused)                                                                \
    S(what_is_not_understood_says_what_was_expected)                                               \
    S(a_line_that_is_wrong_leaves_nothing_behind)                                                  \
    S(names_have_a_limit)                                                                          \
    S(raw_bytes_are_an_input_as_they_are)

SPEC_MAIN("order_script", SPECS, script_begin, script_end)
