/* A band pauses its instrument (F5), and stops wait for the end of calls and pauses (D4, D6). */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

#define DAY_OF_OIL "list OIL calls 08:00:00 opens 09:00:00 closing 17:00:00 closes 17:05:00"

/* F5: pauses */

SPEC(a_band_pauses_the_instrument_and_the_pause_ends_by_itself)
{
    GIVEN("time 12:00:00", "list OIL band 5 reference 100 pause 5s");
    GIVEN("a sells 10 at 104", "b sells 10 at 106");

    WHEN("c buys 20 at 106");
    THEN("c takes 10 from a at 104.00", "c rests 10 at 106.00", "OIL enters phase paused");
    BOOK_IS(" c10 | 106.00 | b10 ");
    WHEN("time +4s");
    THEN_NOTHING();
    WHEN("d sells 5 at 106");
    THEN("d rests 5 at 106.00");
    WHEN("time +1s");
    THEN("OIL auctions 10 at 106.00", "c buys 10 from b at 106.00", "OIL enters phase open");
}

SPEC(an_immediate_order_that_meets_the_band_is_canceled_and_pauses_too)
{
    GIVEN("list OIL band 5 reference 100");
    GIVEN("a buys 10 at 94.99");

    WHEN("b sells 10 at 90 ioc");

    THEN("b is canceled with 10 left: the next price is outside the band",
         "OIL enters phase paused");
}

SPEC(a_price_exactly_at_the_band_trades)
{
    GIVEN("list OIL band 5 reference 100");
    GIVEN("a buys 10 at 95", "b sells 10 at 105");

    WHEN("c sells 5 at 90 ioc");
    THEN("c takes 5 from a at 95.00");
    WHEN("d buys 5 at market");
    THEN("d takes 5 from b at 105.00");
}

SPEC(a_command_ends_a_pause_early)
{
    GIVEN("time 12:00:00", "list OIL band 5 reference 100 pause 5s");
    GIVEN("a sells 10 at 106", "b buys 10 at 106");
    PHASE_IS("OIL", "paused");

    WHEN("phase OIL call");
    THEN("OIL enters phase call");
    WHEN("time +10s");
    THEN_NOTHING();
    PHASE_IS("OIL", "call");
}

SPEC(the_calendar_ends_a_pause)
{
    GIVEN("time 16:59:58", DAY_OF_OIL " phase open band 5 reference 100 pause 5s");
    GIVEN("a sells 10 at 106", "b buys 10 at 106");

    WHEN("time 17:00:04");

    THEN("OIL enters phase call");
    PHASE_IS("OIL", "call");
}

SPEC(a_pause_that_ends_with_a_change_of_the_calendar_ends_first)
{
    GIVEN("time 16:59:55", DAY_OF_OIL " phase open band 5 reference 100 pause 5s");
    GIVEN("a sells 10 at 106", "b buys 10 at 106");

    WHEN("time 17:00:00");

    THEN("OIL auctions 10 at 106.00", "b buys 10 from a at 106.00",
         "OIL enters phase open", "OIL enters phase call");
}

SPEC(pauses_and_calendars_share_one_order_of_time)
{
    GIVEN("time 16:59:50");
    GIVEN(DAY_OF_OIL " phase open band 5 reference 100 pause 60s",
          "list GAS band 5 reference 100 pause 5s", "list TIN band 5 reference 100 pause 20s");
    GIVEN("a sells 1 at 106 of TIN", "b buys 1 at 106 of TIN");
    GIVEN("c sells 1 at 106 of GAS", "d buys 1 at 106 of GAS");

    WHEN("time 17:01:00");

    THEN("GAS auctions 1 at 106.00", "d buys 1 from c at 106.00", "GAS enters phase open",
         "OIL enters phase call",
         "TIN auctions 1 at 106.00", "b buys 1 from a at 106.00", "TIN enters phase open");
}

/* D6 */

SPEC(stops_wait_through_a_call_and_fire_when_it_opens)
{
    GIVEN("list OIL");
    GIVEN("a buys 1 at 100", "b sells 1 at 100");
    GIVEN("phase OIL call");

    WHEN("c buys 5 stop 99 at 99");
    THEN("c waits 5 at 99.00");
    WHEN("phase OIL open");
    THEN("OIL enters phase open", "c is triggered by 100.00 with 5", "c rests 5 at 99.00");
}

SPEC(the_auction_s_price_fires_stops_once_the_instrument_is_open)
{
    GIVEN("list OIL phase call");
    GIVEN("a buys 10 at 101", "b sells 10 at 101", "c sells 10 at 103");
    GIVEN("d buys 4 stop 101");

    WHEN("phase OIL open");

    THEN("OIL auctions 10 at 101.00",
         "a buys 10 from b at 101.00",
         "OIL enters phase open",
         "d is triggered by 101.00 with 4",
         "d takes 4 from c at 103.00");
}

SPEC(the_closing_auction_fires_nothing)
{
    GIVEN("list OIL phase call");
    GIVEN("a buys 10 at 101", "b sells 10 at 101");
    GIVEN("d buys 4 stop 101 at 99");

    WHEN("phase OIL closed");
    THEN("OIL auctions 10 at 101.00", "a buys 10 from b at 101.00", "OIL enters phase closed");
    WAITING_IS("d buys 4 stop 101.00 at 99.00");

    WHEN("phase OIL open");
    THEN("OIL enters phase open", "d is triggered by 101.00 with 4", "d rests 4 at 99.00");
}

SPEC(stops_fired_by_an_opening_run_before_the_close_that_is_passed_with_it)
{
    GIVEN("time 08:30:00", DAY_OF_OIL " phase call");
    GIVEN("a buys 10 at 101", "b sells 10 at 101", "c sells 10 at 103");
    GIVEN("d buys 4 stop 101");

    WHEN("time 23:00:00");

    THEN("OIL auctions 10 at 101.00",
         "a buys 10 from b at 101.00",
         "OIL enters phase open",
         "d is triggered by 101.00 with 4",
         "d takes 4 from c at 103.00",
         "OIL enters phase call",
         "OIL enters phase closed");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(a_band_pauses_the_instrument_and_the_pause_ends_by_itself)                                   \
    S(an_immediate_order_that_meets_the_band_is_canceled_and_pauses_too)                           \
    S(a_price_exactly_at_the_band_trades)                                                          \
    S(a_command_ends_a_pause_early)                                                                \
    S(the_calendar_ends_a_pause)                                                                   \
    S(a_pause_that_ends_with_a_change_of_the_calendar_ends_first)                                  \
    S(pauses_and_calendars_share_one_order_of_time)                                                \
    S(stops_wait_through_a_call_and_fire_when_it_opens)                                            \
    S(the_auction_s_price_fires_stops_once_the_instrument_is_open)                                 \
    S(the_closing_auction_fires_nothing)                                                           \
    S(stops_fired_by_an_opening_run_before_the_close_that_is_passed_with_it)

SPEC_MAIN("pauses of matching", SPECS, book_script_open, book_script_close)
