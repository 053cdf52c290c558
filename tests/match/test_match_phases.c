/* The phases of an instrument: by command, by its calendar (F2, F8), the end of a day (A10), and
 * what orders may do in each (A5, B7).  Pauses and stops are in test_match_pauses.c. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

#define DAY_OF_OIL "list OIL calls 08:00:00 opens 09:00:00 closing 17:00:00 closes 17:05:00"

/* F2 */

SPEC(a_phase_is_entered_by_command)
{
    GIVEN("list OIL phase closed");

    WHEN("phase OIL call");
    THEN("OIL enters phase call");
    WHEN("phase OIL open");
    THEN("OIL enters phase open");
    WHEN("phase OIL halted");
    THEN("OIL enters phase halted");
    WHEN("phase OIL closed");
    THEN("OIL enters phase closed");
    PHASE_IS("OIL", "closed");
}

SPEC(the_phase_an_instrument_is_in_cannot_be_entered)
{
    GIVEN("list OIL");

    WHEN("phase OIL open");

    THEN("rejected: the instrument cannot enter this phase now");
}

SPEC(orders_collect_in_a_call_and_nothing_trades)
{
    GIVEN("list OIL phase call");

    WHEN("a buys 10 at 101");
    THEN("a rests 10 at 101.00");
    WHEN("b sells 10 at 99");
    THEN("b rests 10 at 99.00");
    WHEN("c sells 10 at 99 post-only");
    THEN("c rests 10 at 99.00");
    WHEN("d sells 10 at market");
    THEN("d is rejected: only orders that can rest are taken in a call");
    WHEN("e sells 10 at 99 ioc");
    THEN("e is rejected: only orders that can rest are taken in a call");
    WHEN("f sells 10 at 99 fok");
    THEN("f is rejected: only orders that can rest are taken in a call");
    BOOK_IS(" a10 | 101.00 |         ",
            "     |  99.00 | b10 c10 ");
}

SPEC(closed_and_halted_instruments_take_cancels_and_nothing_else)
{
    GIVEN("list OIL");
    GIVEN("a buys 10 at 99", "b buys 10 at 98", "c buys 10 at 97");

    GIVEN("phase OIL halted");
    WHEN("d buys 10 at 99");
    THEN("d is rejected: instrument is halted");
    WHEN("modify a at 98");
    THEN("a is rejected: instrument is halted");
    WHEN("cancel a");
    THEN("a is canceled with 10 left: canceled by its owner");
    GIVEN("phase OIL closed");
    WHEN("d buys 10 at 99");
    THEN("d is rejected: instrument is closed");
    WHEN("modify b at 97");
    THEN("b is rejected: instrument is closed");
    WHEN("cancel b");
    THEN("b is canceled with 10 left: canceled by its owner");
    WHEN("cancel all by c");
    THEN("c is canceled with 10 left: canceled by its owner", "1 order of c is canceled");
}

SPEC(entering_open_holds_an_auction_then_says_the_phase)
{
    GIVEN("list OIL phase call");
    GIVEN("a buys 10 at 101", "b sells 6 at 99");

    WHEN("phase OIL open");

    THEN("OIL auctions 6 at 100.00",
         "a buys 6 from b at 100.00",
         "OIL enters phase open");
    BOOK_IS(" a4 | 101.00 | ");
}

SPEC(entering_closed_holds_an_auction_from_any_phase)
{
    GIVEN("list OIL phase call");
    GIVEN("a buys 10 at 101", "b sells 10 at 101");
    WHEN("phase OIL halted");
    THEN("OIL enters phase halted");

    WHEN("phase OIL closed");

    THEN("OIL auctions 10 at 101.00",
         "a buys 10 from b at 101.00",
         "OIL enters phase closed");
}

SPEC(a_book_that_is_not_crossed_needs_no_auction)
{
    GIVEN("list OIL phase call");
    GIVEN("a buys 10 at 99", "b sells 10 at 100");

    WHEN("phase OIL open");

    THEN("OIL enters phase open");
    LAST_IS("OIL", "none");
}

/* A10 and the end of the day */

SPEC(day_orders_end_when_their_instrument_is_closed_and_others_stay)
{
    GIVEN("list OIL");
    GIVEN("a buys 10 at 99 day", "b buys 10 at 99", "c sells 10 at 101", "d sells 10 at 101 day");
    GIVEN("e buys 1 stop 105 day", "f buys 1 stop 105");

    WHEN("phase OIL closed");

    THEN("OIL enters phase closed",
         "a is canceled with 10 left: the day of a day order is over",
         "d is canceled with 10 left: the day of a day order is over",
         "e is canceled with 1 left: the day of a day order is over");
    BOOK_IS("     | 101.00 | c10 ",
            " b10 |  99.00 |     ");
    WAITING_IS("f buys 1 stop 105.00");
}

SPEC(the_end_of_a_day_goes_from_the_best_prices_outwards_then_through_the_stops)
{
    GIVEN("list OIL");
    GIVEN("a buys 1 at 98 day", "b buys 1 at 99 day", "c buys 1 at 99 day", "x buys 1 at 99");
    GIVEN("d sells 1 at 102 day", "e sells 1 at 101 day", "y sells 1 at 101");
    GIVEN("f buys 1 stop 106 day", "g buys 1 stop 105 day");
    GIVEN("h sells 1 stop 94 day", "i sells 1 stop 95 day");
    GIVEN("j buys 1 trailing 2 day", "z buys 1 trailing 2", "k sells 1 trailing 2 day");

    WHEN("phase OIL closed");

    THEN("OIL enters phase closed",
         "b is canceled with 1 left: the day of a day order is over",
         "c is canceled with 1 left: the day of a day order is over",
         "a is canceled with 1 left: the day of a day order is over",
         "e is canceled with 1 left: the day of a day order is over",
         "d is canceled with 1 left: the day of a day order is over",
         "g is canceled with 1 left: the day of a day order is over",
         "f is canceled with 1 left: the day of a day order is over",
         "i is canceled with 1 left: the day of a day order is over",
         "h is canceled with 1 left: the day of a day order is over",
         "j is canceled with 1 left: the day of a day order is over",
         "k is canceled with 1 left: the day of a day order is over");
    EXPECT_UINT(match_orders(book_script_match()), 3);
}

SPEC(an_order_that_ends_takes_its_pair_along_wherever_it_stands_in_the_queue)
{
    GIVEN("list OIL");
    GIVEN("x buys 1 at 99");
    GIVEN("a buys 5 at 99 day or at 99");
    GIVEN("b buys 5 at 99 day or at 98");
    GIVEN("y buys 1 at 99");
    GIVEN("c buys 1 at 98 day");

    WHEN("phase OIL closed");

    THEN("OIL enters phase closed",
         "a is canceled with 5 left: the day of a day order is over",
         "a.or is canceled with 5 left: an order it is linked to traded or ended",
         "b is canceled with 5 left: the day of a day order is over",
         "b.or is canceled with 5 left: an order it is linked to traded or ended",
         "c is canceled with 1 left: the day of a day order is over");
    BOOK_IS(" y1 x1 | 99.00 | ");
}

SPEC(day_orders_may_trade_in_the_closing_auction_before_they_end)
{
    GIVEN("list OIL phase call");
    GIVEN("a buys 10 at 101 day", "b sells 6 at 99 day");

    WHEN("phase OIL closed");

    THEN("OIL auctions 6 at 100.00",
         "a buys 6 from b at 100.00",
         "OIL enters phase closed",
         "a is canceled with 4 left: the day of a day order is over");
    BOOK_IS_EMPTY();
}

/* F8 */

SPEC(a_calendar_changes_the_phase_four_times_a_day)
{
    GIVEN("time 07:00:00", DAY_OF_OIL " phase closed");

    WHEN("time 07:59:59.999999999");
    THEN_NOTHING();
    WHEN("time 08:00:00");
    THEN("OIL enters phase call");
    WHEN("time 09:00:00");
    THEN("OIL enters phase open");
    WHEN("time 17:00:00");
    THEN("OIL enters phase call");
    WHEN("time 17:05:00");
    THEN("OIL enters phase closed");
    WHEN("time tomorrow 07:59:59");
    THEN_NOTHING();
    WHEN("time 08:00:00");
    THEN("OIL enters phase call");
}

SPEC(changes_that_are_passed_together_happen_in_their_order)
{
    GIVEN("time 07:00:00", DAY_OF_OIL " phase closed");
    GIVEN("time 08:00:00", "a buys 10 at 101 day", "b sells 10 at 99");

    WHEN("time 23:00:00");

    THEN("OIL auctions 10 at 100.00",
         "a buys 10 from b at 100.00",
         "OIL enters phase open",
         "OIL enters phase call",
         "OIL enters phase closed");
}

SPEC(what_is_due_happens_before_the_input_that_brings_the_time)
{
    GIVEN("time 08:30:00", DAY_OF_OIL " phase call");
    GIVEN("a sells 10 at 99");

    GIVEN("time 08:59:59");
    WHEN("b buys 4 at 100");
    THEN("b rests 4 at 100.00");
    WHEN("time 09:00:00");
    THEN("OIL auctions 4 at 100.00", "b buys 4 from a at 100.00", "OIL enters phase open");
    WHEN("c buys 4 at 100");
    THEN("c takes 4 from a at 99.00");
}

SPEC(instruments_change_in_the_order_of_time_then_index)
{
    GIVEN("time 07:00:00");
    GIVEN("list OIL phase closed calls 08:00:00 opens 09:30:00 closing 17:00:00 closes 18:00:00",
          "list GAS phase closed calls 08:00:00 opens 09:00:00 closing 17:00:00 closes 18:00:00",
          "list TIN phase closed calls 07:30:00 opens 09:30:00 closing 17:00:00 closes 18:00:00");

    WHEN("time 10:00:00");

    THEN("TIN enters phase call",
         "OIL enters phase call",
         "GAS enters phase call",
         "GAS enters phase open",
         "OIL enters phase open",
         "TIN enters phase open");
}

SPEC(a_halted_instrument_stays_halted_until_it_is_resumed)
{
    GIVEN("time 08:30:00", DAY_OF_OIL " phase call", "phase OIL halted");

    WHEN("time 16:00:00");
    THEN_NOTHING();
    WHEN("phase OIL open");
    THEN("OIL enters phase open");
    WHEN("time 17:00:00");
    THEN("OIL enters phase call");
}

SPEC(a_calendar_does_not_enter_a_phase_twice)
{
    GIVEN("time 08:30:00", DAY_OF_OIL " phase call", "phase OIL open");

    WHEN("time 16:00:00");
    THEN_NOTHING();
    WHEN("time 17:00:00");
    THEN("OIL enters phase call");
}

SPEC(a_calendar_change_a_day_before_the_time_does_not_happen)
{
    GIVEN("time 07:00:00", DAY_OF_OIL " phase closed");

    WHEN("time +241h"); /* ten days later, at 08:00:00 */

    THEN("OIL enters phase open",
         "OIL enters phase call",
         "OIL enters phase closed",
         "OIL enters phase call");
}

SPEC(an_instrument_listed_at_a_time_of_its_calendar_begins_as_its_listing_says)
{
    GIVEN("time 09:00:00", DAY_OF_OIL " phase closed");

    WHEN("time 10:00:00");
    THEN_NOTHING();
    WHEN("time 17:00:00");
    THEN("OIL enters phase call");
}

SPEC(a_removed_instrument_has_no_calendar)
{
    GIVEN("time 07:00:00", DAY_OF_OIL " phase closed", "remove OIL");
    WHEN("time 17:00:00");
    THEN_NOTHING();
    GIVEN("list OIL phase closed");
    WHEN("time tomorrow 17:00:00");
    THEN_NOTHING();
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(a_phase_is_entered_by_command)                                                               \
    S(the_phase_an_instrument_is_in_cannot_be_entered)                                             \
    S(orders_collect_in_a_call_and_nothing_trades)                                                 \
    S(closed_and_halted_instruments_take_cancels_and_nothing_else)                                 \
    S(entering_open_holds_an_auction_then_says_the_phase)                                          \
    S(entering_closed_holds_an_auction_from_any_phase)                                             \
    S(a_book_that_is_not_crossed_needs_no_auction)                                                 \
    S(day_orders_end_when_their_instrument_is_closed_and_others_stay)                              \
    S(the_end_of_a_day_goes_from_the_best_prices_outwards_then_through_the_stops)                  \
    S(an_order_that_ends_takes_its_pair_along_wherever_it_stands_in_the_queue)                     \
    S(day_orders_may_trade_in_the_closing_auction_before_they_end)                                 \
    S(a_calendar_changes_the_phase_four_times_a_day)                                               \
    S(changes_that_are_passed_together_happen_in_their_order)                                      \
    S(what_is_due_happens_before_the_input_that_brings_the_time)                                   \
    S(instruments_change_in_the_order_of_time_then_index)                                          \
    S(a_halted_instrument_stays_halted_until_it_is_resumed)                                        \
    S(a_calendar_does_not_enter_a_phase_twice)                                                     \
    S(a_calendar_change_a_day_before_the_time_does_not_happen)                                     \
    S(an_instrument_listed_at_a_time_of_its_calendar_begins_as_its_listing_says)                   \
    S(a_removed_instrument_has_no_calendar)

SPEC_MAIN("phases of matching", SPECS, book_script_open, book_script_close)
