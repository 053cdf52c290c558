/* What twap promises: equal slices over a time (F20). */

#include "dataplane/strategy/twap.h"
#include "tests/strategy/venue_rig.h"
#include "tests/support/spec.h"

#include <string.h>

#define OPEN_TWAP(...) rig_open(&twap_kind, 1, "duration", "10s", __VA_ARGS__, NULL)

static void shown(const char *book, const char *said)
{
    rig_book(0, book);
    rig_show(0);
    EXPECT_TEXT(rig_said(), said);
}

static bool works(void)
{
    return rig_gauge("working") != 0;
}

/* Time passes, then all is answered and shown. */
static void after(nanos_t ns, const char *said)
{
    rig_answer();
    rig_show(0);
    rig_after(ns);
    EXPECT_TEXT(rig_said(), said);
    rig_answer();
}

SPEC(a_slice_is_taken_in_each_part_of_the_time)
{
    OPEN_TWAP("quantity", "100", "slices", "4");
    shown("10.00:500 | 10.02:500", "0:B25@10.02!");
    after(2499 * NANOS_MILLI, "");
    after(1 * NANOS_MILLI, "0:B25@10.02!");
    after(2500 * NANOS_MILLI, "0:B25@10.02!");
    EXPECT(works());
    after(2500 * NANOS_MILLI, "0:B25@10.02!");
    rig_show(0);
    EXPECT(!works());
}

SPEC(what_was_missed_is_caught_up_with_over_several_slices)
{
    OPEN_TWAP("quantity", "100", "slices", "10", "limit", "10.02", "catch_up", "200%");
    shown("10.00:500 | 10.05:500", "");
    after(4000 * NANOS_MILLI, ""); /* slices 0 to 4 are due: 50 */
    shown("10.00:500 | 10.02:500", "0:B20@10.02!");
    after(500 * NANOS_MILLI, "");
    after(500 * NANOS_MILLI, "0:B20@10.02!");
    after(1000 * NANOS_MILLI, "0:B20@10.02!");
    after(1000 * NANOS_MILLI, "0:B20@10.02!"); /* 80 of 80: caught up */
    after(1000 * NANOS_MILLI, "0:B10@10.02!");
}

SPEC(what_one_quote_does_not_show_the_next_one_gives)
{
    OPEN_TWAP("quantity", "100", "slices", "2");
    shown("10.00:500 | 10.02:30", "0:B30@10.02!");
    rig_answer();
    shown("10.00:500 | 10.03:500", "0:B20@10.03!");
}

SPEC(with_finish_what_is_left_at_the_end_is_worked_on)
{
    OPEN_TWAP("quantity", "100", "slices", "2", "limit", "10.02", "catch_up", "100%");
    shown("10.00:500 | 10.05:500", "");
    after(20 * NANOS_SECOND, "");
    EXPECT(works());
    shown("10.00:500 | 10.02:500", "0:B50@10.02!");
    after(5 * NANOS_SECOND, "0:B50@10.02!");
}

SPEC(without_finish_what_is_left_at_the_end_is_given_up)
{
    OPEN_TWAP("quantity", "100", "slices", "2", "limit", "10.02", "finish", "no");
    shown("10.00:500 | 10.05:500", "");
    after(9999 * NANOS_MILLI, "");
    EXPECT(works());
    after(1 * NANOS_MILLI, "");
    EXPECT(!works());
    shown("10.00:500 | 10.02:500", ""); /* and is not begun again, */
    rig_set("duration", "10s", "quantity", "120", "slices", "2", "side", "sell", NULL);
    shown("10.00:500 | 10.02:500", "0:B60@10.02!"); /* but when it is set; as the side it was */
}

/* Children of a whole order, with the times they came at. */
static void play(const char *seed, char *line, nanos_t *last_ns)
{
    uint32_t early = 0; /* within 50 ms of when they would be due without jitter */
    OPEN_TWAP("quantity", "1000", "slices", "10", "jitter", "100%", "seed", seed);
    rig_book(0, "10.00:5000 | 10.02:5000");
    rig_publish(0);
    rig_decide(0, 0);
    line[0] = '\0';
    for (uint32_t ms = 0; ms < 12000 && works(); ms += 10) {
        if (rig.output.intents > 0) {
            snprintf(line + strlen(line), 1000 - strlen(line), "%u %s ", ms, rig_said());
            *last_ns = ms * NANOS_MILLI;
            early += ms % 1000 <= 50;
        }
        rig_answer();
        rig_book(0, "10.00:5000 | 10.02:5000");
        rig_publish(0);
        if (!rig_after(10 * NANOS_MILLI) && rig.messages) rig_decide(0, 0);
    }
    EXPECT(!works());
    EXPECT(early < 4);
    EXPECT_UINT((uint64_t)rig.leg[0].position, (uint64_t)rig_units(1000));
}

SPEC(jitter_spreads_times_and_sizes_and_follows_from_the_seed)
{
    static char line[3][1000];
    nanos_t last_ns[3] = {0};
    play("1", line[0], &last_ns[0]);
    play("1", line[1], &last_ns[1]);
    play("2", line[2], &last_ns[2]);
    EXPECT_TEXT(line[1], line[0]);
    EXPECT(strcmp(line[2], line[0]) != 0);
    EXPECT(last_ns[0] < 10 * NANOS_SECOND + 20 * NANOS_MILLI);
}

SPEC(executed_is_never_ahead_of_what_is_due_by_more_than_the_jitter_of_a_slice)
{
    struct spec_seeds seeds = spec_seeds(50);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        char text[32];
        struct chance chance = {seed};
        snprintf(text, sizeof text, "%" PRIu64, seed);
        OPEN_TWAP("quantity", "1000", "slices", "20", "jitter", "50%", "seed", text);
        nanos_t begin = rig.now;
        rig_decide(0, 0);
        while (works() && rig.now < begin + 60 * NANOS_SECOND) {
            rig_book(0, "10.00:5000 | 10.02:60");
            if (chance_between(&chance, 0, 3) > 0) rig_answer();
            rig_publish(0);
            rig_decide(0, 0);
            rig_after(chance_between(&chance, 1, 300 * NANOS_MILLI));
            nanos_t slices = (rig.now - begin) / (500 * NANOS_MILLI) + 1;
            qty_t most = rig_units((int64_t)(slices > 20 ? 20 : slices) * 50 + 13);
            if (rig.leg[0].position_truth > most)
                spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 ": ahead", seed);
        }
        EXPECT(!works());
        EXPECT_UINT((uint64_t)rig.leg[0].position_truth, (uint64_t)rig_units(1000));
    }
}

/* What is traded of the quantity is looked up, so a start is a delegate that is new and a day that
 * is not. */
static void bought_before(int64_t units)
{
    rig.leg[0].traded[SIDE_BUY] = rig_units(units);
}

SPEC(after_a_start_the_next_slice_is_due_in_a_slices_time)
{
    OPEN_TWAP("quantity", "100", "slices", "4");
    bought_before(50);
    shown("10.00:500 | 10.02:500", "");
    EXPECT_UINT((uint64_t)rig_gauge("executed"), (uint64_t)rig_units(50));
    after(2499 * NANOS_MILLI, "");
    after(1 * NANOS_MILLI, "0:B25@10.02!");
    after(2499 * NANOS_MILLI, "");
    after(1 * NANOS_MILLI, "0:B25@10.02!");
    rig_show(0);
    EXPECT(!works());
}

SPEC(after_a_start_a_slice_that_was_not_whole_is_made_whole_first)
{
    OPEN_TWAP("quantity", "100", "slices", "4", "catch_up", "1000%");
    bought_before(10);
    shown("10.00:500 | 10.02:500", "");
    after(2499 * NANOS_MILLI, "");
    after(1 * NANOS_MILLI, "0:B15@10.02!");
    after(2500 * NANOS_MILLI, "0:B25@10.02!");
    OPEN_TWAP("quantity", "100", "slices", "4", "catch_up", "1000%");
    bought_before(60);
    shown("10.00:500 | 10.02:500", "");
    after(2500 * NANOS_MILLI, "0:B15@10.02!");
    after(2500 * NANOS_MILLI, "0:B25@10.02!");
}

SPEC(after_a_start_what_is_whole_is_not_worked_again_and_a_raise_is_scheduled)
{
    OPEN_TWAP("quantity", "100", "slices", "4");
    bought_before(100);
    shown("10.00:500 | 10.02:500", "");
    after(20 * NANOS_SECOND, "");
    EXPECT(!works());
    rig_set("duration", "10s", "quantity", "120", "slices", "4", NULL); /* 30 each: 90 are whole */
    shown("10.00:500 | 10.02:500", "");
    after(2500 * NANOS_MILLI, "0:B20@10.02!");
    rig_show(0);
    EXPECT(!works());
}

/* Whatever the times of the starts are: no slice's time executes more than catch_up of a slice and
 * what a first slice has at once, and in the end it is just the quantity. */
SPEC(however_often_it_is_started_it_is_never_faster_than_its_schedule)
{
    struct spec_seeds seeds = spec_seeds(50);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        char text[32];
        struct chance chance = {seed};
        snprintf(text, sizeof text, "%" PRIu64, seed);
        qty_t traded = 0;
        nanos_t begin = 3600 * NANOS_SECOND, now = begin;
        for (uint32_t start = 0; start < 200 && traded < rig_units(1000); start++) {
            OPEN_TWAP("quantity", "1000", "slices", "20", "jitter", "50%", "seed", text);
            rig.leg[0].traded[SIDE_BUY] = traded;
            rig.now = now;
            nanos_t until = now + chance_between(&chance, 1, 3000 * NANOS_MILLI);
            while (rig.now < until) {
                rig_book(0, "10.00:5000 | 10.02:60");
                rig_answer();
                rig_publish(0);
                rig_decide(0, 0);
                rig_after(chance_between(&chance, 1, 100 * NANOS_MILLI));
                rig_answer();
                nanos_t slices = (rig.now - begin) / (500 * NANOS_MILLI) + 1;
                qty_t most = rig_units((int64_t)(slices > 20 ? 20 : slices) * 50 + 13);
                if (traded + rig.leg[0].position_truth > most)
                    spec_expect(__FILE__, __LINE__, false, "seed %" PRIu64 ": ahead", seed);
            }
            now = rig.now;
            traded = rig.leg[0].traded[SIDE_BUY];
        }
        EXPECT_UINT((uint64_t)traded, (uint64_t)rig_units(1000));
    }
}

SPEC(slices_that_are_too_short_are_refused)
{
    EXPECT_TEXT(rig_problem(&twap_kind, 1, "duration", "1ms", "slices", "1001", NULL),
                "twap: slices is '1001': a slice's time would be less than 1us");
    EXPECT_TEXT(rig_problem(&twap_kind, 1, "duration", "1ms", "slices", "1000", NULL), "");
}

#define SPECS(S)                                                                                   \
    S(a_slice_is_taken_in_each_part_of_the_time)                                                   \
    S(what_was_missed_is_caught_up_with_over_several_slices)                                       \
    S(what_one_quote_does_not_show_the_next_one_gives)                                             \
    S(with_finish_what_is_left_at_the_end_is_worked_on)                                            \
    S(without_finish_what_is_left_at_the_end_is_given_up)                                          \
    S(jitter_spreads_times_and_sizes_and_follows_from_the_seed)                                    \
    S(executed_is_never_ahead_of_what_is_due_by_more_than_the_jitter_of_a_slice)                   \
    S(after_a_start_the_next_slice_is_due_in_a_slices_time)                                        \
    S(after_a_start_a_slice_that_was_not_whole_is_made_whole_first)                                \
    S(after_a_start_what_is_whole_is_not_worked_again_and_a_raise_is_scheduled)                    \
    S(however_often_it_is_started_it_is_never_faster_than_its_schedule)                            \
    S(slices_that_are_too_short_are_refused)
SPEC_MAIN("twap", SPECS, NULL, rig_close)
