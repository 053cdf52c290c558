#ifndef TESTS_SUPPORT_BOOK_SCRIPT_H
#define TESTS_SUPPORT_BOOK_SCRIPT_H

/* Order books drawn as pictures, and what happens to them told as sentences.
 *
 * A picture has one line a price, the highest first, bids left and asks right as on a trader's
 * screen.  An order is its name and its open quantity.  On both sides the order nearest to the
 * price is the oldest and trades first:
 *
 *     GIVEN_BOOK("         | 100.50 | c50     ",
 *                "         | 100.00 | a30 b20 ",      a is older than b
 *                " e10 d40 |  99.50 |         ");     d is older than e
 *
 *     WHEN("f buys 60 at 100.00");
 *     THEN("f takes 30 from a at 100.00",
 *          "f takes 20 from b at 100.00",
 *          "f rests 10 at 100.00");
 *     BOOK_IS(...);
 *
 *     a30       order a, 30 open            a2:30      a name that is more than a letter
 *     g10+90    an iceberg: 10 shown, 90 hidden
 *
 * Everything a script of pollux-match can say (apps/pollux-match/README.md) can be said in GIVEN
 * and WHEN.  The sentences of WHEN; X Y are orders, A accounts, S instruments, Q P N numbers, and
 * [] may be left out:
 *
 *     X buys Q HOW [more]    X sells Q HOW [more]       HOW   at P          a limit order
 *                                                            at market
 *       more, in any order:                                  stop P        a market order then
 *         by A       default: an account of its own,         stop P at P   a limit order then
 *                    named as the order is                   trailing N    a stop N behind
 *         of S       default: the only instrument
 *         gtc | day | ioc | fok      post-only      tracked      showing Q
 *         self-trade newest | oldest | both | decrement
 *         take P                     tracked, with a leg X.take that takes the profit at P
 *         stop-loss P [at P]         tracked, with a leg X.stop that stops the loss
 *         trailing-loss N            the same with a trailing stop
 *         or HOW                     a pair: the other one is X.or
 *         then buys|sells HOW        a leg X.then that comes to life as X fills; a second one
 *                                    is X.then2
 *
 *     modify X [to Q] [at P] [stop P] [trailing N] [as Y] [take P] [no take]
 *              [stop-loss P [at P]] [trailing-loss N] [no stop-loss] [by A]
 *     cancel X [by A]                   cancel all by A [of S]
 *     close X [Q] [as Y] [by A]         what X has filled; default: as X.close
 *     close position [Q] [of S] by A [as Y]                default: as A.close
 *
 *     list S [tick N] [lot N] [size N] [window TICKS] [band N] [pause 5s] [collar N]
 *            [plain | spot | futures] [base A] [quote A] [maker 10ppm] [taker 0.1%]
 *            [margin 10%] [keep 5%] [reference P] [max-price P] [max-quantity Q] [phase F]
 *            [calls 08:00:00 opens 09:00:00 closing 17:00:00 closes 17:05:00]
 *     remove S      phase [S] closed | call | open | halted        mark [S] P
 *     account A [group G] [leverage N] [limit N]     deposit A ASSET N     withdraw A ASSET N
 *     time 09:30:00[.5]     time tomorrow 09:30:00     time +5s       (us, ms, s, m, h)
 *     engine [accounts N] [orders N] [cascade N] [pages N] [money-events] ...   before all others
 *     raw 0A1B...           any bytes as an input
 *
 * Without list there is one instrument MAIN: tick 0.01, lot 1, collar 5, no band, plain, open.
 * Without account an account is made at its first use, in a group of its own.  A name @7 is the
 * number 7, whatever it is the name of.
 *
 * The sentences of THEN, in the order of the events; THEN compares all of them:
 *
 *     X is rejected: <sentence>                    of an input without an id: "rejected: ..."
 *     X rests Q at P [showing Q]
 *     X takes Q from Y at P                        in an auction: X buys Q from Y at P
 *     X is canceled with Q left: <sentence>
 *     X is reduced by Q to Q: <sentence>
 *     X becomes [Y,] Q at P [showing Q] [keeping its place]       of a stop: "waiting at P"
 *     X shows Q of Q at P                          the next part of an iceberg
 *     X waits Q at P                               for this trigger
 *     X is triggered by P with Q
 *     X is now <status>[, Q filled][, Q to close]
 *     S auctions Q at P        S enters phase <phase>        S is marked at P
 *     S is listed              S is removed
 *     N orders of A are canceled [in S]            of one: 1 order of A is canceled
 *     A is in group G          A has N ASSET, N reserved     A holds Q S at a cost of N
 *     A is liquidated in ASSET: N left, N needed             the house covers N ASSET of A
 *
 * <sentence> is that of MATCH_REASONS, <status> the name in MATCH_STATUSES with spaces, <phase>
 * that in MATCH_PHASES (match_event.h, match_input.h); prices have at least two decimals.
 *
 * After every sentence match_verify runs.  A spec may leave events unread, but not a reject: one
 * that no THEN names fails it.  A sentence that does not parse stops the program. */

#include "apps/order_script/order_venue.h"

/* Before and after each spec: a venue of its own. */
void book_script_open(void);
void book_script_close(void);

/* For what a sentence cannot say. */
struct order_venue *book_script_venue(void);
struct match *book_script_match(void);

#define BOOK_LINES(...) ((const char *[]){__VA_ARGS__, NULL})

/* Rests orders by a picture, the highest price first, each from an account of its own. */
#define GIVEN_BOOK(...)       book_script_given(NULL, BOOK_LINES(__VA_ARGS__))
#define GIVEN_BOOK_OF(S, ...) book_script_given(S, BOOK_LINES(__VA_ARGS__))
/* Sentences of WHEN, whose events need not be told.  None may be rejected. */
#define GIVEN(...) book_script_run(__FILE__, __LINE__, BOOK_LINES(__VA_ARGS__))
/* One line, as printf makes it. */
#define GIVEN_PRINTED(...) book_script_run_printed(__FILE__, __LINE__, __VA_ARGS__)

#define WHEN(sentence) book_script_when(__FILE__, __LINE__, sentence)
#define THEN(...)      book_script_then(__FILE__, __LINE__, BOOK_LINES(__VA_ARGS__))
#define THEN_NOTHING() book_script_then(__FILE__, __LINE__, BOOK_LINES(NULL))

/* The whole book of the only instrument, or of S. */
#define BOOK_IS(...)        book_script_is(__FILE__, __LINE__, NULL, BOOK_LINES(__VA_ARGS__))
#define BOOK_IS_EMPTY()     book_script_is(__FILE__, __LINE__, NULL, BOOK_LINES(NULL))
#define BOOK_OF_IS(S, ...)  book_script_is(__FILE__, __LINE__, S, BOOK_LINES(__VA_ARGS__))
#define BOOK_OF_IS_EMPTY(S) book_script_is(__FILE__, __LINE__, S, BOOK_LINES(NULL))

/* All stops that wait, in the order of match_each_waiting:
 *     X buys Q stop P          X sells Q stop P at P          X sells Q trailing, now P */
#define WAITING_IS(...)    book_script_waiting_is(__FILE__, __LINE__, BOOK_LINES(__VA_ARGS__))
#define WAITING_IS_EMPTY() book_script_waiting_is(__FILE__, __LINE__, BOOK_LINES(NULL))

/* Single facts:
 *     ORDER_IS("X buys Q of TOTAL at P")         Q open; "at market" and "stop P [at P]" as above
 *     GONE("X")                                  no living order has this name
 *     BALANCE_IS("A has N ASSET, N reserved, [N unrealised,] N available")
 *     HOUSE_IS("N ASSET")
 *     POSITION_IS("A holds Q S at a cost of N")
 *     LAST_IS("S", "P")          "none" before the first trade
 *     PHASE_IS("S", "open")
 *     INDICATIVE_IS("S", "Q at P")          "nothing" */
#define ORDER_IS(sentence)     book_script_order_is(__FILE__, __LINE__, sentence)
#define GONE(order)            book_script_gone(__FILE__, __LINE__, order)
#define BALANCE_IS(sentence)   book_script_balance_is(__FILE__, __LINE__, sentence)
#define HOUSE_IS(sentence)     book_script_house_is(__FILE__, __LINE__, sentence)
#define POSITION_IS(sentence)  book_script_position_is(__FILE__, __LINE__, sentence)
#define LAST_IS(S, price)      book_script_last_is(__FILE__, __LINE__, S, price)
#define PHASE_IS(S, phase)     book_script_phase_is(__FILE__, __LINE__, S, phase)
#define INDICATIVE_IS(S, what) book_script_indicative_is(__FILE__, __LINE__, S, what)

void book_script_given(const char *symbol, const char *const *picture);
void book_script_run(const char *file, int line, const char *const *sentences);
void book_script_run_printed(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void book_script_when(const char *file, int line, const char *sentence);
void book_script_then(const char *file, int line, const char *const *sentences);
void book_script_is(const char *file, int line, const char *symbol, const char *const *picture);
void book_script_waiting_is(const char *file, int line, const char *const *sentences);
void book_script_order_is(const char *file, int line, const char *sentence);
void book_script_gone(const char *file, int line, const char *order);
void book_script_balance_is(const char *file, int line, const char *sentence);
void book_script_house_is(const char *file, int line, const char *sentence);
void book_script_position_is(const char *file, int line, const char *sentence);
void book_script_last_is(const char *file, int line, const char *symbol, const char *price);
void book_script_phase_is(const char *file, int line, const char *symbol, const char *phase);
void book_script_indicative_is(const char *file, int line, const char *symbol, const char *what);

#endif
