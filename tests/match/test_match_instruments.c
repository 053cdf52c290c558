/* Instruments that come, are marked, and go (F1, F6, F7), and how far apart the prices of a side
 * may be (A8).  What a listing may say is in test_match_listing.c. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

/* F1 */

SPEC(an_instrument_trades_as_soon_as_it_is_listed)
{
    WHEN("list OIL tick 0.05 lot 10 phase open");
    THEN("OIL is listed");
    PHASE_IS("OIL", "open");
    LAST_IS("OIL", "none");

    WHEN("a buys 20 at 70.05");
    THEN("a rests 20 at 70.05");
    WHEN("b sells 10 at 70.05");
    THEN("b takes 10 from a at 70.05");
    LAST_IS("OIL", "70.05");
}

SPEC(prices_are_whole_ticks_and_quantities_whole_lots)
{
    GIVEN("list OIL tick 0.05 lot 10 max-price 100 max-quantity 1000 reference 70");

    WHEN("a buys 20 at 70.01");
    THEN("a is rejected: price is not a whole number of ticks");
    WHEN("a buys 15 at 70.00");
    THEN("a is rejected: quantity is not a whole number of lots");
    WHEN("a buys 10 at 100.05");
    THEN("a is rejected: price is above the instrument's limit");
    WHEN("a buys 1010 at 70");
    THEN("a is rejected: quantity is above the instrument's limit");
    WHEN("a buys 1000 at 100");
    THEN("a rests 1000 at 100.00");
}

SPEC(an_index_has_one_instrument_at_a_time)
{
    GIVEN("list OIL reference 70");

    WHEN("list OIL reference 80");

    THEN("rejected: an instrument has this index");
}

SPEC(an_instrument_begins_in_the_phase_its_listing_says)
{
    GIVEN("list OIL phase call", "list GAS phase closed", "list TIN phase halted");

    PHASE_IS("OIL", "call");
    PHASE_IS("GAS", "closed");
    PHASE_IS("TIN", "halted");
    WHEN("a buys 1 at 1.00 of GAS");
    THEN("a is rejected: instrument is closed");
}

/* F6 */

SPEC(a_mark_moves_the_band_with_its_reference)
{
    GIVEN("list OIL band 5 reference 100");
    GIVEN("a sells 10 at 107.00", "b sells 10 at 105.00");

    WHEN("mark OIL 110");
    THEN("OIL is marked at 110.00");

    WHEN("c buys 20 at 107.00");
    THEN("c takes 10 from b at 105.00", "c takes 10 from a at 107.00");
    WHEN("d sells 1 at 104.00");
    WHEN("e buys 1 at 104.00");
    THEN("e rests 1 at 104.00", "OIL enters phase paused");
}

SPEC(a_mark_is_a_price_of_the_instrument)
{
    GIVEN("list OIL tick 0.05 max-price 100 reference 70");

    WHEN("mark OIL 70.01");
    THEN("rejected: price is not a whole number of ticks");
    WHEN("mark OIL 0");
    THEN("rejected: price is not positive");
    WHEN("mark OIL 100.05");
    THEN("rejected: price is above the instrument's limit");
    WHEN("mark OIL 100");
    THEN("OIL is marked at 100.00");
    LAST_IS("OIL", "none");
}

SPEC(a_mark_is_taken_in_any_phase)
{
    GIVEN("list OIL phase halted");

    WHEN("mark OIL 99");

    THEN("OIL is marked at 99.00");
    PHASE_IS("OIL", "halted");
}

#define FUTURES "list OIL futures base OIL quote USD margin 10% keep 5% reference 90"

SPEC(the_mark_of_margins_is_the_reference_until_it_is_marked)
{
    GIVEN(FUTURES, "deposit a USD 1000", "deposit b USD 1000");
    GIVEN("x buys 10 at 100 by a", "y sells 10 at 100 by b");
    BALANCE_IS("a has 1000 USD, 100 reserved, -100 unrealised, 800 available");

    WHEN("mark OIL 95");

    THEN("OIL is marked at 95.00");
    BALANCE_IS("a has 1000 USD, 100 reserved, -50 unrealised, 850 available");
}

/* F7 */

SPEC(removing_ends_bids_then_asks_from_the_best_then_stops_in_the_order_they_would_fire)
{
    GIVEN("list OIL");
    GIVEN("a buys 1 at 98", "b buys 1 at 99", "c buys 1 at 99");
    GIVEN("d sells 1 at 102", "e sells 1 at 101");
    GIVEN("f buys 1 stop 106", "g buys 1 stop 105");
    GIVEN("h sells 1 stop 94", "i sells 1 stop 95");
    GIVEN("j buys 1 trailing 2", "k sells 1 trailing 2");

    WHEN("remove OIL");

    THEN("b is canceled with 1 left: its instrument was removed",
         "c is canceled with 1 left: its instrument was removed",
         "a is canceled with 1 left: its instrument was removed",
         "e is canceled with 1 left: its instrument was removed",
         "d is canceled with 1 left: its instrument was removed",
         "g is canceled with 1 left: its instrument was removed",
         "f is canceled with 1 left: its instrument was removed",
         "i is canceled with 1 left: its instrument was removed",
         "h is canceled with 1 left: its instrument was removed",
         "j is canceled with 1 left: its instrument was removed",
         "k is canceled with 1 left: its instrument was removed",
         "OIL is removed");
    EXPECT_UINT(match_orders(book_script_match()), 0);
}

SPEC(removing_ends_stops_that_fired_and_have_not_run)
{
    GIVEN("engine accounts 0 cascade 1", "list OIL", "list GAS");
    GIVEN("p buys 1 at 100 of OIL", "q buys 1 at 100 of GAS");
    GIVEN("a sells 1 stop 100 at 101 of OIL", "b sells 1 stop 100 at 101 of OIL",
          "c sells 1 stop 100 at 101 of OIL", "d sells 1 stop 100 at 101 of OIL",
          "e sells 1 stop 100 at 101 of GAS");
    WHEN("x sells 1 at 100 of OIL");
    THEN("x takes 1 from p at 100.00", "a is triggered by 100.00 with 1", "a rests 1 at 101.00");
    WHEN("y sells 1 at 100 of GAS");
    THEN("b is triggered by 100.00 with 1", "b rests 1 at 101.00", "y takes 1 from q at 100.00");

    WHEN("remove OIL");

    THEN("c is triggered by 100.00 with 1", "c rests 1 at 101.00",
         "a is canceled with 1 left: its instrument was removed",
         "b is canceled with 1 left: its instrument was removed",
         "c is canceled with 1 left: its instrument was removed",
         "d is canceled with 1 left: its instrument was removed",
         "OIL is removed");
    WHEN("time +1s");
    THEN("e is triggered by 100.00 with 1", "e rests 1 at 101.00");
}

SPEC(removing_forgets_tracked_orders_that_have_filled_and_legs_that_sleep)
{
    GIVEN("engine accounts 0", "list OIL", "list GAS");
    GIVEN("a sells 5 at 100 of OIL", "b buys 5 at 100 of OIL tracked");
    GIVEN("c buys 5 at 90 of OIL take 110 stop-loss 80");
    GIVEN("d sells 5 at 100 of GAS", "e buys 5 at 100 of GAS tracked");

    WHEN("remove OIL");

    THEN("c is canceled with 5 left: its instrument was removed",
         "c is now canceled", "OIL is removed");
    EXPECT_UINT(match_orders(book_script_match()), 1);
    WHEN("close b");
    THEN("b.close is rejected: order id is not known");
    WHEN("list OIL");
    THEN("OIL is listed");
}

SPEC(removing_is_refused_while_positions_are_open)
{
    GIVEN("list OIL");
    GIVEN("a sells 5 at 100", "b buys 5 at 100", "c buys 1 at 90");

    WHEN("remove OIL");
    THEN("rejected: positions in the instrument are open");

    GIVEN("a buys 5 at 100", "b sells 5 at 100");
    WHEN("remove OIL");
    THEN("c is canceled with 1 left: its instrument was removed", "OIL is removed");
}

SPEC(a_removed_index_can_be_listed_again_and_remembers_nothing)
{
    GIVEN("list OIL band 5 reference 100");
    GIVEN("a buys 5 at 100", "b sells 5 at 100", "b2 buys 5 at 100 by b", "a2 sells 5 at 100 by a");
    GIVEN("phase OIL call", "c buys 5 at 100", "e buys 5 stop 103");
    GIVEN("remove OIL");
    WHEN("f buys 5 at 100");
    THEN("f is rejected: instrument is not listed");

    WHEN("list OIL tick 1 reference 50");
    THEN("OIL is listed");
    LAST_IS("OIL", "none");
    WHEN("f sells 5 at 1000");
    WHEN("g buys 5 at 1000");
    THEN("g takes 5 from f at 1000.00");
    BOOK_OF_IS_EMPTY("OIL");
}

SPEC(what_is_not_listed_cannot_be_removed_marked_or_change_its_phase)
{
    GIVEN("list OIL", "remove OIL");

    WHEN("remove OIL");
    THEN("rejected: instrument is not listed");
    WHEN("mark OIL 100");
    THEN("rejected: instrument is not listed");
    WHEN("phase OIL open");
    THEN("rejected: instrument is not listed");
}

/* A8 */

SPEC(prices_of_one_side_span_less_than_the_window)
{
    GIVEN("list OIL tick 1 window 64");
    GIVEN("a buys 1 at 100");

    WHEN("b buys 1 at 36");
    THEN("b is canceled with 1 left: price is too far from the rest of its side");
    WHEN("c buys 1 at 37");
    THEN("c rests 1 at 37.00");
    WHEN("d buys 1 at 101");
    THEN("d is canceled with 1 left: price is too far from the rest of its side");
    WHEN("e sells 1 at 9000");
    THEN("e rests 1 at 9000.00");
}

SPEC(the_window_follows_the_orders_that_are_left)
{
    GIVEN("list OIL tick 1 window 64");
    GIVEN("a buys 1 at 100", "b buys 1 at 80", "c buys 1 at 37");

    GIVEN("cancel c");
    WHEN("d buys 1 at 143");
    THEN("d rests 1 at 143.00");
    WHEN("e buys 1 at 144");
    THEN("e is canceled with 1 left: price is too far from the rest of its side");
    GIVEN("cancel b", "cancel a", "cancel d");
    WHEN("f buys 1 at 5000");
    THEN("f rests 1 at 5000.00");
}

SPEC(what_has_traded_stays_traded_when_the_rest_is_out_of_the_window)
{
    GIVEN("list OIL tick 1 window 64");
    GIVEN("a sells 1 at 200", "b buys 1 at 100");

    WHEN("c buys 3 at 200");

    THEN("c takes 1 from a at 200.00",
         "c is canceled with 2 left: price is too far from the rest of its side");
}

SPEC(an_order_that_needs_a_page_more_than_there_are_is_canceled)
{
    GIVEN("engine pages 2", "list OIL tick 1 window 4096");
    GIVEN("a buys 1 at 64", "b sells 1 at 200");

    WHEN("c buys 1 at 63");
    THEN("c is canceled with 1 left: price is too far from the rest of its side");
    WHEN("d buys 1 at 127");
    THEN("d rests 1 at 127.00");
    GIVEN("cancel b");
    WHEN("e buys 1 at 63");
    THEN("e rests 1 at 63.00");
}

SPEC(triggers_of_one_side_span_less_than_the_window)
{
    GIVEN("list OIL tick 1 window 64");
    GIVEN("a buys 1 stop 100");

    WHEN("b buys 1 stop 164");
    THEN("b is canceled with 1 left: price is too far from the rest of its side");
    WHEN("c buys 1 stop 163");
    THEN("c waits 1 at 163.00");
    WHEN("d sells 1 stop 20");
    THEN("d waits 1 at 20.00");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(an_instrument_trades_as_soon_as_it_is_listed)                                                \
    S(prices_are_whole_ticks_and_quantities_whole_lots)                                            \
    S(an_index_has_one_instrument_at_a_time)                                                       \
    S(an_instrument_begins_in_the_phase_its_listing_says)                                          \
    S(a_mark_moves_the_band_with_its_reference)                                                    \
    S(a_mark_is_a_price_of_the_instrument)                                                         \
    S(a_mark_is_taken_in_any_phase)                                                                \
    S(the_mark_of_margins_is_the_reference_until_it_is_marked)                                     \
    S(removing_ends_bids_then_asks_from_the_best_then_stops_in_the_order_they_would_fire)          \
    S(removing_ends_stops_that_fired_and_have_not_run)                                             \
    S(removing_forgets_tracked_orders_that_have_filled_and_legs_that_sleep)                        \
    S(removing_is_refused_while_positions_are_open)                                                \
    S(a_removed_index_can_be_listed_again_and_remembers_nothing)                                   \
    S(what_is_not_listed_cannot_be_removed_marked_or_change_its_phase)                             \
    S(prices_of_one_side_span_less_than_the_window)                                                \
    S(the_window_follows_the_orders_that_are_left)                                                 \
    S(what_has_traded_stays_traded_when_the_rest_is_out_of_the_window)                             \
    S(an_order_that_needs_a_page_more_than_there_are_is_canceled)                                  \
    S(triggers_of_one_side_span_less_than_the_window)

SPEC_MAIN("instruments of matching", SPECS, book_script_open, book_script_close)
