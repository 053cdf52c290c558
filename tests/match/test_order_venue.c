/* What a script and its engine promise together: who is who, which legs have which names, what is
 * made without being asked for, what one line leaves for the next. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

#include <string.h>

/* clang-format off */

SPEC(an_order_without_an_account_has_one_of_its_own)
{
    GIVEN("a sells 30 at 100.00",
          "b sells 30 at 100.00 by bob");

    WHEN("c buys 40 at 100.00 by bob");

    THEN("c takes 30 from a at 100.00",
         "c is canceled with 10 left: it would have traded with its own group");
}

SPEC(accounts_of_one_group_do_not_trade_with_each_other)
{
    GIVEN("account ann group desk",
          "account bob group desk",
          "a sells 30 at 100.00 by ann");

    WHEN("b buys 10 at 100.00 by bob");
    THEN("b is canceled with 10 left: it would have traded with its own group");

    WHEN("account bob");
    THEN("bob is in group bob");

    WHEN("c buys 10 at 100.00 by bob");
    THEN("c takes 10 from a at 100.00");
}

SPEC(what_a_line_takes_for_granted_is_made_and_not_told)
{
    WHEN("a buys 10 at 99.00 by bob");
    THEN("a rests 10 at 99.00");
    PHASE_IS("MAIN", "open");

    WHEN("account bob group desk");
    THEN("bob is in group desk");
}

SPEC(without_accounts_nothing_is_made)
{
    GIVEN("engine accounts 0 orders 2");

    WHEN("a buys 10 at 99.00");
    THEN("a rests 10 at 99.00");

    WHEN("b sells 4 at 99.00");
    THEN("b takes 4 from a at 99.00");

    WHEN("deposit bob USD 5");
    THEN("rejected: account is not known");
}

SPEC(an_account_that_there_is_no_room_for_is_told)
{
    GIVEN("engine accounts 1 holdings 4", "a buys 10 at 99.00");

    WHEN("b buys 10 at 99.00");

    THEN("rejected: account is not known",
         "b is rejected: account is not known");
}

SPEC(legs_are_called_after_their_order_and_what_they_are)
{
    GIVEN_BOOK("         | 100.00 | a30 ");

    WHEN("h buys 10 at 100.00 take 103 stop-loss 98");
    THEN("h is now pending",
         "h takes 10 from a at 100.00",
         "h is now filled, 10 filled, 10 to close",
         "h.take rests 10 at 103.00",
         "h.stop waits 10 at 98.00");

    WHEN("i buys 10 at 99 or stop 101");
    THEN("i rests 10 at 99.00",
         "i.or waits 10 at 101.00");

    WHEN("j buys 5 at 100 then sells at 102 then sells stop 97 at 96");
    THEN("j takes 5 from a at 100.00",
         "j.then rests 5 at 102.00",
         "j.then2 waits 5 at 97.00");

    BOOK_IS("         | 103.00 | h.take:10 ",
            "         | 102.00 | j.then:5 ",
            "         | 100.00 | a15 ",
            "     i10 |  99.00 | ");
    WAITING_IS("i.or buys 10 stop 101.00",
               "h.stop sells 10 stop 98.00",
               "j.then2 sells 5 stop 97.00 at 96.00");
}

SPEC(legs_can_be_spoken_of_by_name)
{
    GIVEN_BOOK("         | 100.00 | a30 ");
    GIVEN("h buys 10 at 100.00 take 103 stop-loss 98 by bob");

    WHEN("cancel h.take");

    THEN("h.take is canceled with 10 left: canceled by its owner",
         "h.stop is canceled with 10 left: an order it is linked to traded or ended");
}

SPEC(a_rejected_order_has_no_legs_and_the_next_one_gets_their_ids)
{
    GIVEN_BOOK("         | 100.00 | a30 ");

    WHEN("h buys 0.5 at 100.00 take 103 stop-loss 98");
    THEN("h is rejected: quantity is not a whole number of lots");

    WHEN("k buys 10 at 100.00 take 104");
    THEN("k is now pending",
         "k takes 10 from a at 100.00",
         "k is now filled, 10 filled, 10 to close",
         "k.take rests 10 at 104.00");
}

SPEC(a_leg_that_trades_at_once_has_its_name)
{
    GIVEN_BOOK("          | 100.00 | a30 ",
               "      b20 |  99.00 |     ");
    WHEN("h buys 0.5 at 100.00 take 103 stop-loss 98");
    THEN("h is rejected: quantity is not a whole number of lots");
    uint64_t id;
    EXPECT(!order_script_number(&order_venue_script(book_script_venue())->orders, "h.take", &id));

    WHEN("k buys 10 at 100.00 then sells at 99.00");

    THEN("k takes 10 from a at 100.00",
         "k.then takes 10 from b at 99.00");
}

SPEC(ids_that_the_engine_gave_to_others_are_no_legs)
{
    GIVEN("list F futures base I quote U reference 100",
          "deposit ann U 20",
          "deposit bob U 100000",
          "a buys 1 at 100.00 by ann",
          "b sells 1 at 100.00 by bob",
          "c buys 1 at 80.00 by bob",
          "d buys 1 at 79.00 by bob");
    WHEN("mark F 80");
    THEN("F is marked at 80.00",
         "ann is liquidated in U: 0 left, 4 needed",
         "@9223372036854775808 takes 1 from c at 80.00");

    GIVEN("f sells 2 at 78.50 by bob self-trade oldest",
          "deposit cat U 100000",
          "g buys 1 at 70.00 by bob");
    WHEN("e buys 1 at 78.50 by cat then sells at 70.00");

    THEN("e takes 1 from f at 78.50",
         "e.then takes 1 from g at 70.00");
}

SPEC(a_market_order_that_meets_nobody_has_no_legs)
{
    WHEN("h buys 10 at market take 103 stop-loss 98");
    THEN("h is canceled with 10 left: nothing to trade with");

    GIVEN_BOOK("          | 100.00 | a30 ",
               "      b20 |  99.00 |     ");
    WHEN("k buys 10 at market then sells at 99.00");
    THEN("k takes 10 from a at 100.00",
         "k.then takes 10 from b at 99.00");
}

SPEC(a_rejected_order_does_not_change_whose_its_name_is)
{
    GIVEN("a buys 10 at 99.00 by bob");

    WHEN("a sells 5 at 101.00 by eve");
    THEN("a is rejected: order id is in use");

    WHEN("modify a to 4");
    THEN("a becomes 4 at 99.00 keeping its place");

    WHEN("cancel a");
    THEN("a is canceled with 4 left: canceled by its owner");
}

SPEC(an_order_of_another_account_is_not_found)
{
    GIVEN("a buys 10 at 99.00 by bob");

    WHEN("cancel a by eve");

    THEN("a is rejected: order id is not known");
    BOOK_IS("a10 | 99.00 |");
}

SPEC(a_replacement_belongs_to_whom_the_order_belonged)
{
    GIVEN("z buys 1 at 1.00 by ann", "cancel z", "a buys 10 at 99.00 by bob");

    WHEN("modify a at 98.00 as a2");
    THEN("a becomes a2, 10 at 98.00");

    WHEN("cancel a2");
    THEN("a2 is canceled with 10 left: canceled by its owner");
}

SPEC(the_legs_of_a_replacement_keep_their_names)
{
    GIVEN_BOOK("         | 100.00 | a30 ");
    GIVEN("h buys 40 at 100.00 take 103");

    WHEN("modify h to 50 as h2");
    THEN("h becomes h2, 20 at 100.00");

    WHEN("b sells 20 at 100.00");
    THEN("b takes 20 from h2 at 100.00",
         "h2 is now filled, 50 filled, 50 to close",
         "h.take becomes 50 at 103.00");
}

SPEC(a_leg_that_comes_back_after_its_order_was_replaced_keeps_its_name)
{
    GIVEN_BOOK("         | 100.00 | a10 ");
    GIVEN("h buys 40 at 100.00 take 103", "b buys 10 at 103.00", "modify h to 50 as h2");

    WHEN("c sells 20 at 100.00");

    THEN("c takes 20 from h2 at 100.00",
         "h2 is now partially filled, 30 filled, 20 to close",
         "h.take rests 20 at 103.00");
}

SPEC(a_leg_that_a_change_adds_is_called_like_the_others)
{
    GIVEN_BOOK("         | 100.00 | a30 ");
    GIVEN("h buys 10 at 100.00 take 103");

    WHEN("modify h stop-loss 97");
    THEN("h.stop waits 10 at 97.00");

    WHEN("modify h no take");
    THEN("h.take is canceled with 10 left: canceled by its owner");

    WHEN("modify h stop-loss 96");
    THEN("h.stop becomes 10 waiting at 96.00");
}

SPEC(a_name_may_be_used_again_once_its_order_has_ended)
{
    GIVEN("a buys 10 at 99.00 by bob", "cancel a");

    WHEN("a sells 5 at 101.00 by eve");
    THEN("a rests 5 at 101.00");

    WHEN("cancel a");
    THEN("a is canceled with 5 left: canceled by its owner");
}

SPEC(time_stands_still_but_for_the_lines_that_tell_it)
{
    GIVEN("list S calls 08:00:00 opens 09:00:00 closing 17:00:00 closes 17:05:00 phase closed");

    WHEN("a buys 10 at 99.00");
    THEN("a is rejected: instrument is closed");

    WHEN("time 08:30:00");
    THEN("S enters phase call");

    WHEN("time +30m");
    THEN("S enters phase open");

    WHEN("time tomorrow 08:00:00");
    THEN("S enters phase call", "S enters phase closed", "S enters phase call");
}

SPEC(money_is_told_where_it_is_asked_for)
{
    GIVEN("engine money-events",
          "list S spot base A quote U taker 1%",
          "deposit ann A 10",
          "deposit bob U 1000",
          "a sells 10 at 50.00 by ann");
    BALANCE_IS("ann has 10 A, 10 reserved, 0 available");

    WHEN("b buys 4 at 50.00 by bob");

    THEN("b takes 4 from a at 50.00",
         "bob has 4 A, 0 reserved",
         "bob has 798 U, 0 reserved",
         "ann has 6 A, 6 reserved",
         "ann has 200 U, 0 reserved");
    BALANCE_IS("bob has 798 U, 0 reserved, 798 available");
    HOUSE_IS("2 U");
}

SPEC(positions_cost_what_was_paid)
{
    GIVEN("list F futures base I quote U size 10",
          "deposit ann U 100000",
          "deposit bob U 100000",
          "a sells 3 at 100.00 by ann",
          "b buys 3 at 100.00 by bob");
    POSITION_IS("bob holds 3 F at a cost of 3000");
    POSITION_IS("ann holds -3 F at a cost of -3000");

    WHEN("close position by bob");
    THEN("bob.close is canceled with 3 left: nothing to trade with");
}

SPEC(an_instrument_that_is_not_listed_does_not_count)
{
    WHEN("list S tick 0.01 band -1");
    THEN("rejected: the listing's numbers do not go together");

    WHEN("a buys 10 at 99.00");
    THEN("a rests 10 at 99.00");
    PHASE_IS("MAIN", "open");
}

SPEC(an_auction_is_told_in_its_own_words)
{
    GIVEN("list S phase call",
          "a sells 30 at 99.00",
          "b buys 10 at 100.00");
    INDICATIVE_IS("S", "10 at 100.00");

    WHEN("phase S open");

    THEN("S auctions 10 at 100.00",
         "b buys 10 from a at 100.00",
         "S enters phase open");
    ORDER_IS("a sells 20 of 30 at 99.00");
    LAST_IS("S", "100.00");
}

SPEC(the_engine_is_built_once)
{
    GIVEN("a buys 10 at 99.00");

    struct order_answer answer = order_venue_line(book_script_venue(), "engine orders 5", 15);

    EXPECT_UINT(answer.said, ORDER_SAYS_WRONG);
    EXPECT_TEXT(answer.problem, "the engine runs already: 'engine' comes before all other lines");
}

/* clang-format on */

/* The events of a venue beside that of the spec. */
static char told[256];
static struct order_venue *second;

static void event_told(void *context, const struct match_event *event)
{
    (void)context;
    struct match_names names = order_venue_names(second);
    struct text out = text_in(told, sizeof told);
    match_print_event(&out, event, &names);
}

static const char *second_says(const char *line)
{
    told[0] = '\0';
    struct order_answer answer = order_venue_line(second, line, strlen(line));
    return answer.said == ORDER_SAYS_WRONG ? answer.problem : told;
}

SPEC(a_script_may_go_on_with_an_engine_that_is_there)
{
    GIVEN("list ACME", "list FOO", "remove ACME", "list ACME", "a buys 10 at 99.00 of ACME by bob");
    second = order_venue_open(&(struct order_venue_plan){
        .limits = {.names = 64, .engine = order_venue_script(book_script_venue())->limits},
        .match = book_script_match(),
        .number = 1000,
        .now = 3600 * NANOS_SECOND,
        .on_event = event_told,
    });

    EXPECT_TEXT(second_says("account @1"), "@1 is in group @1");
    EXPECT_TEXT(second_says("@77 sells 4 at 99.00 of ACME by @1"), "@77 takes 4 from @1 at 99.00");
    EXPECT_TEXT(second_says("list BAR"), "BAR is listed");
    EXPECT_TEXT(second_says("list FOO"), "rejected: an instrument has this index");
    EXPECT_TEXT(second_says("engine orders 5"),
                "the engine runs already: 'engine' comes before all other lines");
    EXPECT_TEXT(second_says("cancel @1 by @0"),
                "@1 is canceled with 6 left: canceled by its owner");
    order_venue_close(second);
    BOOK_OF_IS_EMPTY("ACME");
}

SPEC(a_symbol_that_is_no_name_is_known_by_its_number)
{
    struct order_script script;
    struct order_script_limits limits = {.names = 64};
    static const char *const symbols[] = {"A B", "", "@1", "7UP", "ABCDEFGHIJKLMNOP", "X", "X"};
    bool open = order_script_open(&script, &limits);
    CHECK(open);
    for (uint32_t i = 0; i < ARRAY_COUNT(symbols); i++) {
        char symbol[16] = "";
        memcpy(symbol, symbols[i], strlen(symbols[i]));
        order_script_know(&script, symbol, (uint16_t)i);
    }
    static const char *const known[] = {"@0", "@1", "@2", "@3", "ABCDEFGHIJKLMNOP", "X", "@6"};
    for (uint32_t i = 0; i < ARRAY_COUNT(known); i++)
        EXPECT_TEXT(script.symbols.entries[i].text, known[i]);
    order_script_close(&script);
}

#define SPECS(S)                                                                                   \
    S(an_order_without_an_account_has_one_of_its_own)                                              \
    S(accounts_of_one_group_do_not_trade_with_each_other)                                          \
    S(what_a_line_takes_for_granted_is_made_and_not_told)                                          \
    S(without_accounts_nothing_is_made)                                                            \
    S(an_account_that_there_is_no_room_for_is_told)                                                \
    S(legs_are_called_after_their_order_and_what_they_are)                                         \
    S(legs_can_be_spoken_of_by_name)                                                               \
    S(a_rejected_order_has_no_legs_and_the_next_one_gets_their_ids)                                \
    S(a_leg_that_trades_at_once_has_its_name)                                                      \
    S(ids_that_the_engine_gave_to_others_are_no_legs)                                              \
    S(a_market_order_that_meets_nobody_has_no_legs)                                                \
    S(a_rejected_order_does_not_change_whose_its_name_is)                                          \
    S(an_order_of_another_account_is_not_found)                                                    \
    S(a_replacement_belongs_to_whom_the_order_belonged)                                            \
    S(the_legs_of_a_replacement_keep_their_names)                                                  \
    S(a_leg_that_comes_back_after_its_order_was_replaced_keeps_its_name)                           \
    S(an_instrument_that_is_not_listed_does_not_count)                                             \
    S(a_leg_that_a_change_adds_is_called_like_the_others)                                          \
    S(a_name_may_be_used_again_once_its_order_has_ended)                                           \
    S(time_stands_still_but_for_the_lines_that_tell_it)                                            \
    S(money_is_told_where_it_is_asked_for)                                                         \
    S(positions_cost_what_was_paid)                                                                \
    S(an_auction_is_told_in_its_own_words)                                                         \
    S(a_script_may_go_on_with_an_engine_that_is_there)                                             \
    S(a_symbol_that_is_no_name_is_known_by_its_number)                                             \
    S(the_engine_is_built_once)

SPEC_MAIN("order_venue", SPECS, book_script_open, book_script_close)
