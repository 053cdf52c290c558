/* Auctions: the price (F3), the trades (F4), self-trade in them (C3), and what follows from their
 * trades.  Random books are in test_match_auction_property.c. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* clang-format off */

#define CALL_AT(reference) "list OIL tick 1 phase call reference " reference

/* F3 */

SPEC(the_price_with_the_most_volume_wins)
{
    GIVEN(CALL_AT("90"));
    GIVEN("a buys 10 at 105", "b buys 10 at 103");
    GIVEN("c sells 20 at 102", "d sells 10 at 104");
                                     /* at 104: 10; at 102 and 103: 20 */
    INDICATIVE_IS("OIL", "20 at 102.00");

    WHEN("phase OIL open");

    THEN("OIL auctions 20 at 102.00",
         "a buys 10 from c at 102.00",
         "b buys 10 from c at 102.00",
         "OIL enters phase open");
    LAST_IS("OIL", "102.00");
}

SPEC(of_equal_volumes_the_price_with_the_least_left_over_wins)
{
    GIVEN(CALL_AT("200"));
    GIVEN("a buys 10 at 105", "b buys 7 at 103");
    GIVEN("c sells 10 at 100", "d sells 3 at 104");
            /* 10 at each price: 7 too many buys up to 103, 3 too many sells from 104 */

    WHEN("phase OIL open");

    THEN("OIL auctions 10 at 105.00", "a buys 10 from c at 105.00", "OIL enters phase open");
}

SPEC(left_over_counts_on_both_sides_alike)
{
    GIVEN(CALL_AT("200"));
    GIVEN("a buys 10 at 105", "b buys 2 at 103");
    GIVEN("c sells 10 at 100", "d sells 3 at 104");

    WHEN("phase OIL open");

    THEN("OIL auctions 10 at 103.00", "a buys 10 from c at 103.00", "OIL enters phase open");
}

SPEC(of_equal_prices_the_nearest_to_the_reference_wins)
{
    GIVEN(CALL_AT("103"));
    GIVEN("a buys 10 at 105", "b sells 10 at 100");

    INDICATIVE_IS("OIL", "10 at 103.00");
    GIVEN("mark OIL 120");
    INDICATIVE_IS("OIL", "10 at 105.00");
    GIVEN("mark OIL 7");
    INDICATIVE_IS("OIL", "10 at 100.00");
}

SPEC(with_one_buy_and_one_sell_left_over_alike_the_reference_still_decides)
{
    GIVEN(CALL_AT("101"));
    GIVEN("a buys 10 at 105", "b buys 3 at 103");
    GIVEN("c sells 10 at 100", "d sells 3 at 104");

    INDICATIVE_IS("OIL", "10 at 101.00");
    GIVEN("mark OIL 104");
    INDICATIVE_IS("OIL", "10 at 104.00");
}

SPEC(an_auction_counts_what_icebergs_hide)
{
    GIVEN(CALL_AT("100"));
    GIVEN("a buys 30 at 103 showing 10", "b buys 5 at 101");
    GIVEN("c sells 30 at 101", "d sells 10 at 103");

    INDICATIVE_IS("OIL", "30 at 102.00");
}

SPEC(a_book_that_is_not_crossed_would_auction_nothing)
{
    GIVEN(CALL_AT("100"));
    INDICATIVE_IS("OIL", "nothing");
    GIVEN("a buys 30 at 99");
    INDICATIVE_IS("OIL", "nothing");
    GIVEN("b sells 30 at 100");
    INDICATIVE_IS("OIL", "nothing");
    GIVEN("c sells 30 at 99");
    INDICATIVE_IS("OIL", "30 at 99.00");
}

SPEC(an_auction_is_not_bound_by_the_band_which_follows_its_price)
{
    GIVEN("list OIL tick 1 phase call reference 100 band 5");
    GIVEN("a buys 10 at 120", "b sells 10 at 120", "c sells 10 at 126", "d sells 10 at 125");

    WHEN("phase OIL open");
    THEN("OIL auctions 10 at 120.00", "a buys 10 from b at 120.00", "OIL enters phase open");

    WHEN("e buys 20 at 126");
    THEN("e takes 10 from d at 125.00", "e rests 10 at 126.00", "OIL enters phase paused");
}

/* F4 */

SPEC(better_prices_trade_first_then_older_orders)
{
    GIVEN(CALL_AT("101"));
    GIVEN("a buys 10 at 101", "b buys 10 at 102", "c buys 10 at 101");
    GIVEN("d sells 15 at 99", "e sells 5 at 98", "f sells 5 at 99");

    WHEN("phase OIL open");

    THEN("OIL auctions 25 at 101.00",
         "b buys 5 from e at 101.00",
         "b buys 5 from d at 101.00",
         "a buys 10 from d at 101.00",
         "c buys 5 from f at 101.00",
         "OIL enters phase open");
    BOOK_IS(" c5 | 101.00 | ");
}

SPEC(orders_beyond_the_auction_s_price_stay)
{
    GIVEN(CALL_AT("100"));
    GIVEN("a buys 10 at 102", "b buys 10 at 98");
    GIVEN("c sells 10 at 99", "d sells 10 at 103");

    WHEN("phase OIL open");

    THEN("OIL auctions 10 at 100.00", "a buys 10 from c at 100.00", "OIL enters phase open");
    BOOK_IS("     | 103.00 | d10 ",
            " b10 |  98.00 |     ");
}

SPEC(an_iceberg_shows_its_next_part_behind_the_others_in_an_auction_too)
{
    GIVEN(CALL_AT("100"));
    GIVEN("a buys 30 at 100 showing 10", "b buys 10 at 100");
    GIVEN("c sells 25 at 100");

    WHEN("phase OIL open");

    THEN("OIL auctions 25 at 100.00",
         "a buys 10 from c at 100.00",
         "a shows 10 of 20 at 100.00",
         "b buys 10 from c at 100.00",
         "a buys 5 from c at 100.00",
         "OIL enters phase open");
    BOOK_IS(" a5+10 | 100.00 | ");
}

SPEC(two_icebergs_trade_part_by_part_the_seller_s_next_part_said_first)
{
    GIVEN(CALL_AT("100"));
    GIVEN("a buys 20 at 100 showing 10", "b sells 20 at 100 showing 10");

    WHEN("phase OIL open");

    THEN("OIL auctions 20 at 100.00",
         "a buys 10 from b at 100.00",
         "b shows 10 of 10 at 100.00",
         "a shows 10 of 10 at 100.00",
         "a buys 10 from b at 100.00",
         "OIL enters phase open");
    BOOK_IS_EMPTY();
}

/* C3 */

#define OWN(mode) \
    "account g1 group 7", "account g2 group 7", CALL_AT("100"), \
    "a buys 10 at 101 by g1 self-trade " mode, "b sells 6 at 99 by g2", "c sells 6 at 100"

SPEC(the_buyer_s_mode_newest_cancels_the_buyer)
{
    GIVEN(OWN("newest"), "d buys 3 at 100");

    WHEN("phase OIL open");

    THEN("OIL auctions 12 at 100.00",
         "a is canceled with 10 left: it would have traded with its own group",
         "d buys 3 from b at 100.00",
         "OIL enters phase open");
}

SPEC(the_buyer_s_mode_oldest_cancels_the_seller)
{
    GIVEN(OWN("oldest"));

    WHEN("phase OIL open");

    THEN("OIL auctions 10 at 100.00",
         "b is canceled with 6 left: it would have traded with its own group",
         "a buys 6 from c at 100.00",
         "OIL enters phase open");
    BOOK_IS(" a4 | 101.00 | ");
}

SPEC(the_buyer_s_mode_both_cancels_both_the_seller_first)
{
    GIVEN(OWN("both"));

    WHEN("phase OIL open");

    THEN("OIL auctions 10 at 100.00",
         "b is canceled with 6 left: it would have traded with its own group",
         "a is canceled with 10 left: it would have traded with its own group",
         "OIL enters phase open");
    BOOK_IS(" | 100.00 | c6 ");
}

SPEC(the_buyer_s_mode_decrement_takes_the_smaller_from_both_the_seller_first)
{
    GIVEN(OWN("decrement"));

    WHEN("phase OIL open");

    THEN("OIL auctions 10 at 100.00",
         "b is canceled with 0 left: it would have traded with its own group",
         "a is reduced by 6 to 4: it would have traded with its own group",
         "a buys 4 from c at 100.00",
         "OIL enters phase open");
    BOOK_IS(" | 100.00 | c2 ");
}

SPEC(an_auction_follows_another_while_the_book_is_crossed)
{
    GIVEN("account g1 group 7", "account g2 group 7", CALL_AT("100"));
    GIVEN("a buys 50 at 110 by g1", "b sells 50 at 108 by g2");
    GIVEN("c buys 5 at 104", "d sells 5 at 109");
    GIVEN("e sells 5 at 103");

    WHEN("phase OIL open");

    THEN("OIL auctions 50 at 108.00",
         "a buys 5 from e at 108.00",
         "a is canceled with 45 left: it would have traded with its own group",
         "OIL enters phase open");

    GIVEN("phase OIL call", "cancel all by g2", "cancel d", "f sells 20 at 90 by g2");
    GIVEN("h buys 20 at 110 by g1");
    WHEN("phase OIL open");
    THEN("OIL auctions 20 at 108.00",
         "h is canceled with 20 left: it would have traded with its own group",
         "OIL auctions 5 at 104.00",
         "c buys 5 from f at 104.00",
         "OIL enters phase open");
}

/* What follows */

SPEC(the_other_of_a_pair_shrinks_with_each_trade_of_an_auction)
{
    GIVEN(CALL_AT("100"));
    GIVEN("a buys 10 at 101 or at 99", "b sells 4 at 100", "c sells 10 at 100");

    WHEN("phase OIL open");

    THEN("OIL auctions 10 at 100.00",
         "a buys 4 from b at 100.00",
         "a.or is reduced by 4 to 6: an order it is linked to traded or ended",
         "a buys 6 from c at 100.00",
         "a.or is canceled with 6 left: an order it is linked to traded or ended",
         "OIL enters phase open");
}

SPEC(legs_follow_after_the_auction)
{
    GIVEN(CALL_AT("100"));
    GIVEN("a buys 10 at 101 take 110 stop-loss 90", "b sells 6 at 100");

    WHEN("phase OIL open");

    THEN("OIL auctions 6 at 100.00",
         "a buys 6 from b at 100.00",
         "a is now partially filled, 6 filled, 6 to close",
         "OIL enters phase open",
         "a.take rests 6 at 110.00",
         "a.stop waits 6 at 90.00");
}

SPEC(both_sides_of_an_auction_pay_the_maker_s_fee)
{
    GIVEN("list OIL tick 1 phase call reference 100 spot base OIL quote USD maker 1% taker 2%");
    GIVEN("deposit a USD 10000", "deposit b OIL 100");
    GIVEN("x buys 10 at 110 by a", "y sells 10 at 100 by b");
    BALANCE_IS("a has 10000 USD, 1122 reserved, 8878 available");
    BALANCE_IS("b has 100 OIL, 10 reserved, 90 available");

    WHEN("phase OIL open");

    THEN("OIL auctions 10 at 100.00", "x buys 10 from y at 100.00", "OIL enters phase open");
    BALANCE_IS("a has 8990 USD, 0 reserved, 8990 available");
    BALANCE_IS("b has 990 USD, 0 reserved, 990 available");
    BALANCE_IS("b has 90 OIL, 0 reserved, 90 available");
    HOUSE_IS("20 USD");
}

/* clang-format on */

#define SPECS(S)                                                                                   \
    S(the_price_with_the_most_volume_wins)                                                         \
    S(of_equal_volumes_the_price_with_the_least_left_over_wins)                                    \
    S(left_over_counts_on_both_sides_alike)                                                        \
    S(of_equal_prices_the_nearest_to_the_reference_wins)                                           \
    S(with_one_buy_and_one_sell_left_over_alike_the_reference_still_decides)                       \
    S(an_auction_counts_what_icebergs_hide)                                                        \
    S(a_book_that_is_not_crossed_would_auction_nothing)                                            \
    S(an_auction_is_not_bound_by_the_band_which_follows_its_price)                                 \
    S(better_prices_trade_first_then_older_orders)                                                 \
    S(orders_beyond_the_auction_s_price_stay)                                                      \
    S(an_iceberg_shows_its_next_part_behind_the_others_in_an_auction_too)                          \
    S(two_icebergs_trade_part_by_part_the_seller_s_next_part_said_first)                           \
    S(the_buyer_s_mode_newest_cancels_the_buyer)                                                   \
    S(the_buyer_s_mode_oldest_cancels_the_seller)                                                  \
    S(the_buyer_s_mode_both_cancels_both_the_seller_first)                                         \
    S(the_buyer_s_mode_decrement_takes_the_smaller_from_both_the_seller_first)                     \
    S(an_auction_follows_another_while_the_book_is_crossed)                                        \
    S(the_other_of_a_pair_shrinks_with_each_trade_of_an_auction)                                   \
    S(legs_follow_after_the_auction)                                                               \
    S(both_sides_of_an_auction_pay_the_maker_s_fee)

SPEC_MAIN("auctions", SPECS, book_script_open, book_script_close)
