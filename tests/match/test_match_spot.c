/* Balances of spot accounts (rules G1, G2, G6, G7, G9, G10, G11), with every number worked out by
 * hand. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

/* Lots of 0.001 BTC; a maker pays 0.1 %, a taker 0.2 %. */
#define GIVEN_SPOT                                                                                 \
    "list BTCUSD spot base BTC quote USD lot 0.001 maker 1000ppm taker 2000ppm reference 1000.00", \
        "deposit alice USD 1000", "deposit bob BTC 2"

/* G10: DEPOSIT, WITHDRAW. */

SPEC(a_deposit_is_there_at_once)
{
    WHEN("deposit alice USD 1000.5");
    THEN("alice has 1000.5 USD, 0 reserved");
    WHEN("deposit alice USD 0.00000001");
    THEN("alice has 1000.50000001 USD, 0 reserved");
    BALANCE_IS("alice has 1000.50000001 USD, 0 reserved, 1000.50000001 available");
}

SPEC(only_what_is_available_is_withdrawn)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("a buys 0.5 at 1000 by alice"); /* reserves 500 + 0.2 % = 501 */
    WHEN("withdraw alice USD 499.00000001");
    THEN("rejected: available balance is too small");
    WHEN("withdraw alice USD 499");
    THEN("alice has 501 USD, 501 reserved");
    WHEN("withdraw alice USD 0.00000001");
    THEN("rejected: available balance is too small");
    WHEN("withdraw bob USD 1");
    THEN("rejected: available balance is too small");
}

SPEC(payments_of_nothing_are_refused)
{
    GIVEN(GIVEN_SPOT);
    WHEN("deposit alice USD 0");
    THEN("rejected: quantity is not positive");
    WHEN("withdraw alice USD -1");
    THEN("rejected: quantity is not positive");
}

SPEC(without_accounts_nobody_is_known_who_could_be_paid)
{
    GIVEN("engine accounts 0", "list MAIN");
    WHEN("deposit @1 USD 10");
    THEN("rejected: account is not known");
    WHEN("withdraw @1 USD 10");
    THEN("rejected: account is not known");
}

SPEC(an_asset_holds_no_more_than_the_largest_sum)
{
    GIVEN("deposit alice USD 23058430092.13693951"); /* 2^61 - 1 */
    WHEN("deposit bob USD 0.00000002");
    THEN("rejected: the engine has no room for it");
    WHEN("deposit bob USD 0.00000001");
    THEN("bob has 0.00000001 USD, 0 reserved");
    WHEN("deposit bob USD 0.00000001");
    THEN("rejected: the engine has no room for it");
    GIVEN("withdraw alice USD 1");
    WHEN("deposit bob USD 1");
    THEN("bob has 1.00000001 USD, 0 reserved");
}

/* G2: what orders reserve. */

SPEC(a_buy_reserves_its_value_and_the_higher_fee)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("a buys 0.5 at 1000 by alice"); /* 500 lots x (1 + 0.002) */
    BALANCE_IS("alice has 1000 USD, 501 reserved, 499 available");
}

SPEC(the_fee_of_one_lot_is_rounded_up_before_it_is_multiplied)
{
    /* One lot at 0.03 is 0.00003, 3000 units; a fee of 1 ppm is 0.003 units, so 1: ten lots reserve
     * 30,010 units.  The fee paid is that of the whole, rounded down: nothing. */
    GIVEN("list AB spot base A quote B lot 0.001 taker 1ppm", "deposit alice B 1",
          "deposit bob A 1");
    GIVEN("a buys 0.01 at 0.03 by alice");
    BALANCE_IS("alice has 1 B, 0.0003001 reserved, 0.9996999 available");
    GIVEN("b sells 0.01 at 0.03 by bob");
    BALANCE_IS("alice has 0.9997 B, 0 reserved, 0.9997 available");
    BALANCE_IS("bob has 0.0003 B, 0 reserved, 0.0003 available");
    HOUSE_IS("0 B");
}

SPEC(a_sell_reserves_its_base)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("b sells 1.5 at 5000 by bob");
    BALANCE_IS("bob has 2 BTC, 1.5 reserved, 0.5 available");
}

SPEC(an_order_that_cannot_reserve_is_refused)
{
    GIVEN(GIVEN_SPOT);
    WHEN("a buys 0.999 at 1000 by alice"); /* 999 x 1.002 = 1000.998 */
    THEN("a is rejected: available balance is too small");
    BALANCE_IS("alice has 1000 USD, 0 reserved, 1000 available");
    WHEN("b buys 0.998 at 1000 by alice"); /* 998 x 1.002 = 999.996 */
    THEN("b rests 0.998 at 1000.00");
    WHEN("c sells 2.001 at 1000 by bob");
    THEN("c is rejected: available balance is too small");
    WHEN("d sells 2 at 1001 by bob");
    THEN("d rests 2 at 1001.00");
}

SPEC(the_last_unit_can_be_reserved)
{
    GIVEN("list AB spot base A quote B lot 0.001", "deposit alice B 0.00000999");
    WHEN("a buys 0.001 at 0.01 by alice"); /* 0.00001 */
    THEN("a is rejected: available balance is too small");
    GIVEN("deposit alice B 0.00000001");
    WHEN("b buys 0.001 at 0.01 by alice");
    THEN("b rests 0.001 at 0.01");
    BALANCE_IS("alice has 0.00001 B, 0.00001 reserved, 0 available");
}

SPEC(a_refused_first_order_leaves_no_trace)
{
    /* CANCEL_ALL goes by the order in which instruments were first used, and a refused order is
     * no use. */
    GIVEN("list AB spot base A quote B", "list CD spot base C quote D", "deposit alice D 100",
          "deposit bob D 100");
    WHEN("x buys 1 at 10 of AB by alice");
    THEN("x is rejected: available balance is too small");
    GIVEN("c buys 1 at 10 of CD by alice", "deposit alice B 100", "a buys 1 at 10 of AB by alice");
    WHEN("cancel all by alice");
    THEN("c is canceled with 1 left: canceled by its owner",
         "a is canceled with 1 left: canceled by its owner", "2 orders of alice are canceled");
}

SPEC(a_refused_order_takes_no_room)
{
    GIVEN("engine holdings 1 balances 3", "list AB spot base A quote B",
          "list CD spot base C quote D", "deposit alice D 100");
    WHEN("x buys 1 at 10 of AB by alice"); /* two more balances, one holding: there is room */
    THEN("x is rejected: available balance is too small");
    WHEN("c buys 1 at 10 of CD by alice");
    THEN("c rests 1 at 10.00");
    WHEN("y buys 1 at 10 of AB by alice");
    THEN("y is rejected: the engine has no room for it");
}

SPEC(an_order_needs_room_for_both_balances)
{
    GIVEN("engine balances 2", "list AB spot base A quote B", "deposit alice B 100",
          "deposit bob B 100");
    WHEN("a buys 1 at 10 by alice"); /* there is no room for alice's A */
    THEN("a is rejected: the engine has no room for it");
    BALANCE_IS("alice has 100 B, 0 reserved, 100 available");
    WHEN("deposit alice A 1");
    THEN("rejected: the engine has no room for it");
}

SPEC(what_is_canceled_is_available_again)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("a buys 0.5 at 1000 by alice", "b sells 1.5 at 5000 by bob", "cancel a by alice",
          "cancel b by bob");
    BALANCE_IS("alice has 1000 USD, 0 reserved, 1000 available");
    BALANCE_IS("bob has 2 BTC, 0 reserved, 2 available");
}

SPEC(a_smaller_order_reserves_less)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("a buys 0.5 at 1000 by alice", "modify a to 0.2 by alice");
    BALANCE_IS("alice has 1000 USD, 200.4 reserved, 799.6 available");
}

SPEC(a_new_price_reserves_anew)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("a buys 0.5 at 1000 by alice", "modify a at 900 by alice"); /* 450 + 0.9 */
    BALANCE_IS("alice has 1000 USD, 450.9 reserved, 549.1 available");
    WHEN("modify a to 1.2 by alice"); /* 1080 */
    THEN("a is rejected: available balance is too small");
    BALANCE_IS("alice has 1000 USD, 450.9 reserved, 549.1 available");
    GIVEN("modify a to 1.1 by alice"); /* 990 + 1.98: more than is available beside the old one */
    BALANCE_IS("alice has 1000 USD, 991.98 reserved, 8.02 available");
}

/* G1: what trades move. */

SPEC(a_trade_moves_both_assets_and_both_fees_go_to_the_house)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("a buys 0.5 at 1000 by alice", "b sells 0.3 at 990 by bob");
    /* At 1000, the maker's: value 300, alice pays 0.3 and bob 0.6. */
    BALANCE_IS("alice has 699.7 USD, 200.4 reserved, 499.3 available");
    BALANCE_IS("alice has 0.3 BTC, 0 reserved, 0.3 available");
    BALANCE_IS("bob has 299.4 USD, 0 reserved, 299.4 available");
    BALANCE_IS("bob has 1.7 BTC, 0 reserved, 1.7 available");
    HOUSE_IS("0.9 USD");
    HOUSE_IS("0 BTC");
}

SPEC(a_better_price_gives_back_what_was_reserved_for_the_worse_one)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("b sells 0.3 at 900 by bob", "a buys 0.5 at 1000 by alice");
    /* 0.3 at 900 is 270, alice pays 0.54 as taker, bob 0.27; 0.2 at 1000 stay reserved. */
    BALANCE_IS("alice has 729.46 USD, 200.4 reserved, 529.06 available");
    BALANCE_IS("bob has 269.73 USD, 0 reserved, 269.73 available");
    HOUSE_IS("0.81 USD");
}

SPEC(what_an_immediate_order_did_not_trade_is_available_again)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("b sells 0.3 at 1000 by bob");
    GIVEN("a buys 0.5 at 1000 ioc by alice"); /* pays 300.6 */
    BALANCE_IS("alice has 699.4 USD, 0 reserved, 699.4 available");
}

SPEC(a_fee_is_rounded_down)
{
    /* 3 lots at 1.67 of 0.001: 0.00501 = 501,000 units; 33 ppm are 16.533 units, 7 ppm 3.507. */
    GIVEN("list AB spot base A quote B lot 0.001 maker 7ppm taker 33ppm", "deposit alice B 1",
          "deposit bob A 1");
    GIVEN("b sells 0.003 at 1.67 by bob", "a buys 0.003 at 1.67 by alice");
    BALANCE_IS("alice has 0.99498984 B, 0 reserved, 0.99498984 available"); /* 1 - .00501 - 16 */
    BALANCE_IS("bob has 0.00500997 B, 0 reserved, 0.00500997 available");   /* .00501 - 3 */
    HOUSE_IS("0.00000019 B");
}

SPEC(the_fee_of_a_large_value_is_exact)
{
    /* 3.00007 at 100,000.01 is 300,007.0300007; 333,333 ppm of it are 100,002.243331223..., 1 ppm
     * 0.300007030... */
    GIVEN("list AB spot base A quote B lot 0.00001 maker 1ppm taker 333333ppm max-price 200000",
          "deposit alice B 500000", "deposit bob A 10");
    GIVEN("b sells 3.00007 at 100000.01 by bob", "a buys 3.00007 at 100000.01 by alice");
    BALANCE_IS("alice has 99990.72666808 B, 0 reserved, 99990.72666808 available");
    BALANCE_IS("bob has 300006.72999367 B, 0 reserved, 300006.72999367 available");
    HOUSE_IS("100002.54333825 B");
}

SPEC(the_largest_value_trades_exactly)
{
    /* price_max x qty_max is 2^61 units less some: 100,000 x 230,584 = 23,058,400,000. */
    GIVEN("list AB spot base A quote B lot 1 max-price 100000 max-quantity 230584 maker 10% "
          "taker 999999ppm",
          "deposit alice B 23058430092.13693952", "deposit bob A 230584");
    WHEN("x buys 230584 at 100000 by alice"); /* and as much again for the fee */
    THEN("x is rejected: available balance is too small");
    GIVEN("a buys 115000 at 100000 by alice"); /* 11,500,000,000 + 11,499,988,500 */
    BALANCE_IS(
        "alice has 23058430092.13693952 B, 22999988500 reserved, 58441592.13693952 available");
    GIVEN("b sells 115000 at 100000 by bob");
    /* The maker pays 1,150,000,000; the taker 11,499,988,500. */
    BALANCE_IS("alice has 10408430092.13693952 B, 0 reserved, 10408430092.13693952 available");
    BALANCE_IS("bob has 11500 B, 0 reserved, 11500 available");
    HOUSE_IS("12649988500 B");
}

SPEC(in_an_auction_both_pay_the_makers_fee)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("phase call", "a buys 0.5 at 1000 by alice", "b sells 0.5 at 800 by bob");
    BALANCE_IS("alice has 1000 USD, 501 reserved, 499 available");
    GIVEN("phase open");
    /* All of 800 to 1000 trade as much: the reference, 1000, decides.  500 and 0.5 from each. */
    BALANCE_IS("alice has 499.5 USD, 0 reserved, 499.5 available");
    BALANCE_IS("bob has 499.5 USD, 0 reserved, 499.5 available");
    HOUSE_IS("1 USD");
}

/* G6, G7: pairs and stops. */

SPEC(of_a_pair_one_reservation_is_held_at_the_higher_price)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("a buys 0.5 at 900 or stop 1100 at 1200 by alice"); /* 0.5 at 1200: 600 + 1.2 */
    BALANCE_IS("alice has 1000 USD, 601.2 reserved, 398.8 available");
    GIVEN("b sells 0.2 at 900 by bob"); /* 180 + 0.18; 0.3 at 1200 stay: 360.72 */
    BALANCE_IS("alice has 819.82 USD, 360.72 reserved, 459.1 available");
    GIVEN("cancel a by alice");
    BALANCE_IS("alice has 819.82 USD, 0 reserved, 819.82 available");
}

SPEC(a_stop_limit_reserves_at_its_limit_and_a_stop_at_its_collar)
{
    GIVEN("list AB spot base A quote B lot 0.001 collar 50", "deposit alice B 1000");
    GIVEN("a buys 0.5 stop 400 at 420 by alice");
    BALANCE_IS("alice has 1000 B, 210 reserved, 790 available");
    GIVEN("b buys 0.5 stop 400 by alice"); /* 450 */
    BALANCE_IS("alice has 1000 B, 435 reserved, 565 available");
    GIVEN("cancel all by alice");
    BALANCE_IS("alice has 1000 B, 0 reserved, 1000 available");
}

SPEC(a_market_order_reserves_at_its_collar)
{
    GIVEN("list AB spot base A quote B lot 0.001 collar 50", "deposit alice B 100",
          "deposit bob A 10", "b sells 1 at 100 by bob");
    WHEN("a buys 0.7 at market by alice"); /* 0.7 at 150 is 105 */
    THEN("a is rejected: available balance is too small");
    WHEN("c buys 0.6 at market by alice");
    THEN("c takes 0.6 from b at 100.00");
    BALANCE_IS("alice has 40 B, 0 reserved, 40 available");
}

/* G9. */

SPEC(an_order_above_the_accounts_limit_is_refused)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("account alice limit 500");
    WHEN("a buys 0.501 at 1000 by alice");
    THEN("a is rejected: the order's value is above the account's limit");
    WHEN("b buys 0.5 at 1000 by alice");
    THEN("b rests 0.5 at 1000.00");
    GIVEN("account bob limit 100");
    WHEN("c sells 0.1 at 1000.01 by bob");
    THEN("c is rejected: the order's value is above the account's limit");
    GIVEN("account bob limit 0");
    WHEN("d sells 0.1 at 1000.01 by bob");
    THEN("d rests 0.1 at 1000.01");
}

/* G11. */

SPEC(each_trade_tells_what_it_changed_the_buyer_first)
{
    GIVEN("engine money-events", GIVEN_SPOT, "b sells 0.3 at 1000 by bob",
          "c sells 0.2 at 1001 by bob");
    WHEN("a buys 0.4 at 1001 by alice");
    /* 0.3 at 1000: 300, fees 0.6 and 0.3.  0.1 at 1001: 100.1, fees 0.2002 and 0.1001. */
    THEN("a takes 0.3 from b at 1000.00",      /* 0.1 at 1001 stay reserved: 100.3002 */
         "alice has 0.3 BTC, 0 reserved", "alice has 699.4 USD, 100.3002 reserved",
         "bob has 1.7 BTC, 0.2 reserved", "bob has 299.7 USD, 0 reserved",
         "a takes 0.1 from c at 1001.00", "alice has 0.4 BTC, 0 reserved",
         "alice has 599.0998 USD, 0 reserved", "bob has 1.6 BTC, 0.1 reserved",
         "bob has 399.6999 USD, 0 reserved");
}

SPEC(a_plain_instrument_tells_positions_and_reserves_nothing)
{
    GIVEN("engine money-events", "list AB", "b sells 3 at 10 by bob");
    WHEN("a buys 2 at 10 by alice");
    THEN("a takes 2 from b at 10.00", "alice holds 2 AB at a cost of 0",
         "bob holds -2 AB at a cost of 0");
    POSITION_IS("alice holds 2 AB at a cost of 0");
    WHEN("remove AB");
    THEN("rejected: positions in the instrument are open");
}

SPEC(without_money_events_trades_tell_no_balances)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("b sells 0.3 at 1000 by bob");
    WHEN("a buys 0.3 at 1000 by alice");
    THEN("a takes 0.3 from b at 1000.00");
    WHEN("deposit alice USD 1");
    THEN("alice has 700.4 USD, 0 reserved"); /* 1000 - 300.6 + 1 */
}

/* C1, F7. */

SPEC(a_new_group_counts_for_orders_already_there)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("b sells 0.3 at 1000 by bob", "account alice group G", "account bob group G");
    WHEN("a buys 0.3 at 1000 by alice");
    THEN("a is canceled with 0.3 left: it would have traded with its own group");
    BALANCE_IS("alice has 1000 USD, 0 reserved, 1000 available");
}

SPEC(removing_an_instrument_gives_back_what_its_orders_reserved)
{
    GIVEN(GIVEN_SPOT);
    GIVEN("a buys 0.5 at 900 by alice", "b sells 1 at 1000 by bob", "c buys 0.1 at 950 by alice",
          "remove BTCUSD");
    BALANCE_IS("alice has 1000 USD, 0 reserved, 1000 available");
    BALANCE_IS("bob has 2 BTC, 0 reserved, 2 available");
}

#define SPECS(S)                                                                                   \
    S(a_deposit_is_there_at_once)                                                                  \
    S(only_what_is_available_is_withdrawn)                                                         \
    S(payments_of_nothing_are_refused)                                                             \
    S(without_accounts_nobody_is_known_who_could_be_paid)                                          \
    S(an_asset_holds_no_more_than_the_largest_sum)                                                 \
    S(a_buy_reserves_its_value_and_the_higher_fee)                                                 \
    S(the_fee_of_one_lot_is_rounded_up_before_it_is_multiplied)                                    \
    S(a_sell_reserves_its_base)                                                                    \
    S(an_order_that_cannot_reserve_is_refused)                                                     \
    S(the_last_unit_can_be_reserved)                                                               \
    S(a_refused_first_order_leaves_no_trace)                                                       \
    S(a_refused_order_takes_no_room)                                                               \
    S(an_order_needs_room_for_both_balances)                                                       \
    S(what_is_canceled_is_available_again)                                                         \
    S(a_smaller_order_reserves_less)                                                               \
    S(a_new_price_reserves_anew)                                                                   \
    S(a_trade_moves_both_assets_and_both_fees_go_to_the_house)                                     \
    S(a_better_price_gives_back_what_was_reserved_for_the_worse_one)                               \
    S(what_an_immediate_order_did_not_trade_is_available_again)                                    \
    S(a_fee_is_rounded_down)                                                                       \
    S(the_fee_of_a_large_value_is_exact)                                                           \
    S(the_largest_value_trades_exactly)                                                            \
    S(in_an_auction_both_pay_the_makers_fee)                                                       \
    S(of_a_pair_one_reservation_is_held_at_the_higher_price)                                       \
    S(a_stop_limit_reserves_at_its_limit_and_a_stop_at_its_collar)                                 \
    S(a_market_order_reserves_at_its_collar)                                                       \
    S(an_order_above_the_accounts_limit_is_refused)                                                \
    S(each_trade_tells_what_it_changed_the_buyer_first)                                            \
    S(a_plain_instrument_tells_positions_and_reserves_nothing)                                     \
    S(without_money_events_trades_tell_no_balances)                                                \
    S(a_new_group_counts_for_orders_already_there)                                                 \
    S(removing_an_instrument_gives_back_what_its_orders_reserved)

SPEC_MAIN("spot accounts", SPECS, book_script_open, book_script_close)
