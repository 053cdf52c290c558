/* What drawn books see: a spec that tells or draws anything else than what happened fails. */

#include "tests/support/book_script.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void say_nothing_of_a_reject(void)
{
    WHEN("cancel z");
    WHEN("cancel z");
}

SPEC(a_sentence_that_does_not_parse_stops_the_program)
{
    EXPECT_STOP(WHEN("a byus 10 at 99.00"), "found 'a'");
    EXPECT_STOP(BOOK_IS("a10 99.00 |"), "two bars");
    EXPECT_STOP(GIVEN_BOOK("a10 | 99.005 |"),
                           "a is rejected: price is not a whole number of ticks");
}

/* Runs a piece of a spec in a child; how many of its expectations were not met. */
static unsigned failures_of(void (*piece)(void))
{
    fflush(NULL);
    int child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        unsigned before = CU_get_number_of_failures();
        piece();
        _exit((int)(CU_get_number_of_failures() - before));
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    return (unsigned)WEXITSTATUS(status);
}

static void say_too_little(void)
{
    WHEN("a buys 10 at 99.00");
    THEN_NOTHING();
}

static void say_too_much(void)
{
    WHEN("a buys 10 at 99.00");
    THEN("a rests 10 at 99.00", "a rests 10 at 99.00");
}

static void draw_another_order(void)
{
    GIVEN_BOOK("b20 a10 | 99.00 |");
    BOOK_IS("a10 b20 | 99.00 |");
}

static void draw_another_price(void)
{
    GIVEN_BOOK("a10 | 99.00 |");
    BOOK_IS("a10 | 99.01 |");
}

static void draw_more(void)
{
    GIVEN_BOOK("a10 | 99.00 |");
    BOOK_IS("a10 | 99.00 |", "b10 | 98.00 |");
}

static void forget_what_waits(void)
{
    GIVEN("a buys 10 stop 101");
    WAITING_IS_EMPTY();
}

static void give_what_is_rejected(void)
{
    GIVEN("cancel z");
}

SPEC(a_picture_is_drawn_as_the_book_is)
{
    GIVEN_BOOK("               | 100.50 | a2:15 ",
               "               | 100.00 | c10+90 d5 e7 ",
               "   z1 h10 g3+4 |  99.50 | ",
               "          y1:2 |  98.00 | ");

    BOOK_IS("| 100.5 | a2:15",
            "| 100 | c10+90 d5 e7",
            "z1 h10 g3+4 | 99.5 |",
            "y1:2 | 98 |");
}

SPEC(what_is_told_otherwise_than_it_happened_fails)
{
    EXPECT_UINT(failures_of(say_nothing_of_a_reject), 1);
    EXPECT_UINT(failures_of(say_too_little), 1);
    EXPECT_UINT(failures_of(say_too_much), 1);
    EXPECT_UINT(failures_of(draw_another_order), 1);
    EXPECT_UINT(failures_of(draw_another_price), 1);
    EXPECT_UINT(failures_of(draw_more), 1);
    EXPECT_UINT(failures_of(forget_what_waits), 1);
    EXPECT_UINT(failures_of(give_what_is_rejected), 1);
}

#define SPECS(S)                                                                                   \
    S(a_sentence_that_does_not_parse_stops_the_program)                                            \
    S(a_picture_is_drawn_as_the_book_is)                                                           \
    S(what_is_told_otherwise_than_it_happened_fails)

SPEC_MAIN("book_script", SPECS, book_script_open, book_script_close)
