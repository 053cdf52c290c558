/* A session's limits: each refusal at its bound and one beyond, its code, and its counter. */

#include "dataplane/entry/entry_unit.h"
#include "tests/entry/entry_spec.h"
#include "tests/entry/ouch_text.h"
#include "tests/support/chance.h"
#include "tests/support/instructions.h"

static void limit(struct entry_plan plan)
{
    entry_session(rig.entry, 0, &plan);
}

static struct entry_plan plan(void)
{
    return entry_rig_plan(ENTRY_OUCH50);
}

static uint64_t refusals(enum entry_cause cause)
{
    return counter_read(&entry_counts(rig.entry)->cause[cause]);
}

SPEC(an_order_has_at_most_qty_max_shares)
{
    struct entry_plan p = plan();
    p.qty_max = 100;
    limit(p);
    SAY_IS(0, "O 1 B 99 ACME 10.00", ENTRY_SUBMIT);
    SAY_IS(0, "O 2 B 100 ACME 10.00", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 3 B 101 ACME 10.00", "0<- J 3 0031\n");
    TALK(0, "U 2 4 101 10.00", "0<- J 4 0031\n"); /* the order stays */
    SAY_IS(0, "U 2 5 100 10.01", ENTRY_SUBMIT);
    EXPECT_UINT(refusals(ENTRY_L_QTY), 2);
}

SPEC(an_order_is_worth_at_most_notional_max)
{
    struct entry_plan p = plan();
    p.notional_max_e4 = 10000000; /* 1,000.00 */
    limit(p);
    SAY_IS(0, "O 1 B 100 ACME 9.99", ENTRY_SUBMIT);
    SAY_IS(0, "O 2 B 100 ACME 10.00", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 3 B 100 ACME 10.01", "0<- J 3 0030\n");
    TALK(0, "O 4 B 999999 ACME 20000.00", "0<- J 4 0030\n");
    SAY_IS(0, "O 5 B 100 ACME market", ENTRY_SUBMIT); /* at the reference of 10.00 */
    HUSH();
    TALK(0, "O 6 B 101 ACME market", "0<- J 6 0030\n");
    EXPECT_UINT(refusals(ENTRY_L_NOTIONAL), 3);
}

SPEC(a_price_is_within_a_share_of_the_last_one)
{
    struct entry_plan p = plan();
    p.collar_ppm = 50000; /* 5 % of the reference of 10.00 */
    limit(p);
    SAY_IS(0, "O 1 B 10 ACME 10.49", ENTRY_SUBMIT);
    SAY_IS(0, "O 2 B 10 ACME 10.50", ENTRY_SUBMIT);
    SAY_IS(0, "O 3 B 10 ACME 9.50", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 4 B 10 ACME 10.51", "0<- J 4 0026\n");
    TALK(0, "O 5 B 10 ACME 9.49", "0<- J 5 0026\n");
    SAY_IS(0, "O 6 B 10 ACME market", ENTRY_SUBMIT);
    SAY(1, "O 1 S 10 ACME 10.50"); /* trades: 5 % of 10.50 now */
    HUSH();
    SAY_IS(0, "O 7 B 10 ACME 11.02", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 8 B 10 ACME 11.03", "0<- J 8 0026\n");
    EXPECT_UINT(refusals(ENTRY_L_COLLAR), 3);
}

SPEC(a_price_is_within_ticks_of_the_last_one)
{
    struct entry_plan p = plan();
    p.collar_ticks = 3;
    limit(p);
    SAY_IS(0, "O 1 B 10 ACME 10.02", ENTRY_SUBMIT);
    SAY_IS(0, "O 2 B 10 ACME 10.03", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 3 B 10 ACME 10.04", "0<- J 3 0026\n");
    SAY_IS(0, "O 4 B 100 CATS 10.15", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 5 B 100 CATS 10.20", "0<- J 5 0026\n");
}

SPEC(requests_come_at_a_rate_and_in_bursts)
{
    struct entry_plan p = plan();
    p.rate = 10;
    p.burst = 3;
    limit(p);
    SAY_IS(0, "O 1 B 10 ACME 10.00", ENTRY_SUBMIT);
    SAY_IS(0, "O 2 B 11 ACME 10.00", ENTRY_SUBMIT);
    SAY_IS(0, "O 3 B 12 ACME 10.00", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 4 B 13 ACME 10.00", "0<- J 4 0029\n");
    rig.now += 100 * NANOS_MILLI - 1;
    TALK(0, "O 5 B 13 ACME 10.00", "0<- J 5 0029\n");
    rig.now += 1;
    SAY_IS(0, "O 6 B 13 ACME 10.00", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 7 B 14 ACME 10.00", "0<- J 7 0029\n");
    TALK(0, "X 1 0", "0<- C 1 10 U\n"); /* cancels always pass, */
    rig.now += 100 * NANOS_MILLI;
    TALK(0, "X 2 0", "0<- C 2 11 U\n"); /* and are counted, */
    TALK(0, "O 8 B 14 ACME 10.00", "0<- J 8 0029\n");
    rig.now += 100 * NANOS_MILLI; /* but what is empty owes nothing */
    SAY_IS(0, "O 9 B 14 ACME 10.00", ENTRY_SUBMIT);
    rig.now += 1000 * NANOS_MILLI; /* no more than a burst is saved */
    for (uint32_t i = 0; i < 3; i++) {
        char line[64];
        snprintf(line, sizeof line, "O %u B %u ACME 10.00", 10 + i, 20 + i);
        SAY_IS(0, line, ENTRY_SUBMIT);
    }
    HUSH();
    TALK(0, "O 20 B 14 ACME 10.00", "0<- J 20 0029\n");
    EXPECT_UINT(refusals(ENTRY_L_RATE), 5);
}

SPEC(the_same_order_within_a_time_is_a_duplicate)
{
    struct entry_plan p = plan();
    p.duplicate_ns = NANOS_SECOND;
    limit(p);
    SAY_IS(0, "O 1 B 10 ACME 10.00", ENTRY_SUBMIT);
    rig.now += NANOS_SECOND - 1;
    SAY_IS(0, "O 2 B 11 ACME 10.00", ENTRY_SUBMIT);
    SAY_IS(0, "O 3 S 10 ACME 10.05", ENTRY_SUBMIT);
    SAY_IS(0, "O 4 B 10 ACME 10.01", ENTRY_SUBMIT);
    SAY_IS(0, "O 5 B 10 BETA 10.00", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 6 B 10 ACME 10.00", "0<- J 6 002a\n");
    rig.now += 1;
    SAY_IS(0, "O 7 B 10 ACME 10.00", ENTRY_SUBMIT); /* and from here on anew */
    rig.now += NANOS_SECOND - 1;
    HUSH();
    TALK(0, "O 8 B 10 ACME 10.00", "0<- J 8 002a\n");
    SAY_IS(1, "O 1 B 10 ACME 10.00", ENTRY_SUBMIT);
    EXPECT_UINT(refusals(ENTRY_L_DUPLICATE), 2);
}

SPEC(a_restricted_symbol_is_refused)
{
    static const uint64_t restricted[1] = {1 << 1};
    struct entry_plan p = plan();
    p.restricted = restricted;
    limit(p);
    SAY_IS(0, "O 1 B 10 ACME 10.00", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 2 B 10 BETA 10.00", "0<- J 2 0022\n");
    SAY_IS(0, "O 3 B 100 CATS 10.00", ENTRY_SUBMIT);
    EXPECT_UINT(refusals(ENTRY_L_RESTRICTED), 1);
}

SPEC(at_most_open_max_orders_live_as_far_as_their_ends_were_told_or_asked_for)
{
    struct entry_plan p = plan();
    p.open_max = 2;
    limit(p);
    SAY_IS(0, "O 1 B 10 ACME 10.00", ENTRY_SUBMIT);
    SAY_IS(0, "O 2 B 10 ACME 10.01", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 3 B 10 ACME 10.02", "0<- J 3 0020\n");
    SAY_IS(0, "U 2 4 20 10.01", ENTRY_SUBMIT); /* one takes the place of another */
    HUSH();
    rig.late = true;
    SAY(1, "O 1 S 10 ACME 10.00"); /* trades with the one at 10.01 in part */
    SAY_IS(0, "O 5 B 10 ACME 10.02", ENTRY_ANSWER);
    SAY(1, "O 2 S 10 ACME 10.00");
    SAY_IS(0, "O 6 B 10 ACME 9.00", ENTRY_ANSWER); /* one has ended, and nobody knows */
    entry_rig_show(&rig, SIZE_MAX);
    SAY_IS(0, "O 7 B 10 ACME 9.00", ENTRY_SUBMIT);
    SAY_IS(0, "X 7 0", ENTRY_SUBMIT);
    SAY_IS(0, "O 8 B 10 ACME 9.00", ENTRY_SUBMIT); /* who cancels knows */
    SAY_IS(0, "O 9 B 10 ACME 9.00", ENTRY_ANSWER);
    SAY_IS(0, "U 8 10 10 9.01", ENTRY_SUBMIT);
    SAY_IS(0, "U 10 11 10 9.02", ENTRY_SUBMIT);
    SAY_IS(0, "O 12 B 10 ACME 9.00", ENTRY_ANSWER); /* replacements are no more than one */
    SAY_IS(0, "X 1 0", ENTRY_SUBMIT);
    SAY_IS(0, "O 13 B 10 ACME 9.00", ENTRY_SUBMIT);
    SAY_IS(0, "X 11 0", ENTRY_SUBMIT); /* counted as 8 until all three were told */
    SAY_IS(0, "O 14 B 10 ACME 9.00", ENTRY_ANSWER);
    entry_rig_show(&rig, SIZE_MAX);
    entry_verify(rig.entry);
    SAY_IS(0, "O 15 B 10 ACME 9.00", ENTRY_SUBMIT);
    SAY_IS(0, "O 16 B 10 ACME 9.00", ENTRY_ANSWER);
    entry_rig_show(&rig, SIZE_MAX);
    EXPECT_UINT(refusals(ENTRY_L_OPEN), 7);
    SAY_IS(0, "X 15 0", ENTRY_SUBMIT);
    SAY_IS(0, "O 17 B 10 ACME 9.00 tif=3", ENTRY_SUBMIT);
    SAY_IS(0, "O 18 B 10 ACME market", ENTRY_SUBMIT); /* neither lives, shown or not */
    SAY_IS(0, "O 19 B 10 ACME 9.00", ENTRY_SUBMIT);
    SAY_IS(0, "O 20 B 10 ACME 9.00 tif=3", ENTRY_ANSWER);
    entry_rig_show(&rig, SIZE_MAX);
}

/* Instructions of an order that is refused, being one too many beside so many. */
static uint32_t refused_among(uint32_t living)
{
    struct entry_limits limits = entry_rig_limits();
    struct entry_plan p = plan();
    struct entry_out out;
    uint8_t bytes[OUCH_TEXT_BYTES];
    char line[64];
    limits.orders = 1024;
    entry_rig_free(&rig);
    entry_rig_new(&rig, &limits);
    p.open_max = living;
    limit(p);
    for (uint32_t i = 1; i <= living; i++) {
        snprintf(line, sizeof line, "O %u B 10 ACME 9.00", i);
        (void)entry_rig_say(&rig, 0, line);
        if (i % 64 == 0) HUSH();
    }
    snprintf(line, sizeof line, "O %u B 10 ACME 9.00", living + 1);
    size_t length = ouch_text_bytes50(line, bytes);
    (void)!entry_request(rig.entry, 0, bytes, length, rig.now, &out); /* all is linked and there */
    instructions_begin();
    enum entry_verdict verdict = entry_request(rig.entry, 0, bytes, length, rig.now, &out);
    uint32_t counted = instructions_end();
    EXPECT_UINT(verdict, ENTRY_ANSWER);
    EXPECT_UINT(out.refused, ENTRY_L_OPEN);
    EXPECT(counted > 50);
    return counted;
}

SPEC(an_order_too_many_takes_the_instructions_of_one_among_few)
{
    uint32_t few = refused_among(8), many = refused_among(800);
    spec_expect(__FILE__, __LINE__, many <= few + few / 2, "%u among 8, %u among 800", few, many);
}

/* A journal of before: the engine says how many live, whatever has been shown. */
SPEC(a_replay_that_is_not_told_why_an_order_was_refused_asks_the_engine)
{
    struct entry_plan p = plan();
    struct entry_out out;
    uint8_t bytes[OUCH_TEXT_BYTES];
    p.open_max = 1;
    limit(p);
    SAY(0, "O 1 B 10 ACME 9.00");
    size_t length = ouch_text_bytes50("O 2 B 10 ACME 9.00", bytes);
    enum entry_cause none = ENTRY_NO_CAUSE;
    EXPECT(entry_request_again(rig.entry, 0, bytes, length, rig.now, none, &out) == ENTRY_ANSWER);
    EXPECT_UINT(out.cause, ENTRY_L_OPEN);
    rig.late = true;
    SAY(1, "O 1 S 10 ACME 9.00"); /* it ends, though nobody knows */
    EXPECT(entry_request_again(rig.entry, 0, bytes, length, rig.now, none, &out) == ENTRY_SUBMIT);
    EXPECT(entry_request_again(rig.entry, 0, bytes, length, rig.now, ENTRY_L_OPEN, &out) ==
           ENTRY_ANSWER);
    EXPECT(entry_request(rig.entry, 0, bytes, length, rig.now, &out) == ENTRY_ANSWER);
    EXPECT_UINT(out.refused, ENTRY_L_OPEN);
    entry_rig_show(&rig, SIZE_MAX);
}

SPEC(limits_of_plans_and_of_ports_are_checked)
{
    struct entry_plan p = plan();
    EXPECT(entry_plan_check(&p) == NULL);
    p.rate = 1;
    EXPECT(entry_plan_check(&p) != NULL);
    p.burst = 1;
    EXPECT(entry_plan_check(&p) == NULL);
    p.firms = ENTRY_FIRMS + 1;
    EXPECT(entry_plan_check(&p) != NULL);
    p = plan();
    p.dialect = ENTRY_DIALECT_COUNT;
    EXPECT(entry_plan_check(&p) != NULL);
    p = plan();
    p.self_trade = MATCH_SELF_TRADE_COUNT;
    EXPECT(entry_plan_check(&p) != NULL);
    struct entry_limits limits = entry_rig_limits();
    EXPECT(entry_limits_check(&limits) == NULL);
    limits.asks = 1000;
    EXPECT(entry_limits_check(&limits) != NULL);
    limits = entry_rig_limits();
    limits.sessions = ENTRY_SESSIONS_MAX + 1;
    EXPECT(entry_limits_check(&limits) != NULL);
    limits.sessions = 0;
    EXPECT(entry_limits_check(&limits) != NULL);
}

SPEC(what_the_wire_cannot_say_is_not_listed)
{
    struct match_listing listing = {.symbol = "EEEE", .tick = PRICE_ONE / 10000, .lot = QTY_ONE};
    EXPECT(entry_list(rig.entry, 3, &listing));
    listing.tick = PRICE_ONE / 20000;
    EXPECT(!entry_list(rig.entry, 3, &listing));
    listing.tick = PRICE_ONE;
    listing.lot = QTY_ONE / 2;
    EXPECT(!entry_list(rig.entry, 3, &listing));
    listing.lot = QTY_ONE;
    EXPECT(!entry_list(rig.entry, ENTRY_RIG_INSTRUMENTS, &listing));
    EXPECT(!entry_list(rig.entry, 2, &listing));    /* 3 has the symbol */
    SAY_IS(0, "O 1 B 10 DOGS 10.00", ENTRY_ANSWER); /* what 3 was called before */
}

SPEC(limits_are_exact_at_the_largest_numbers)
{
    struct entry_plan p = plan();
    /* 999,999 shares at 20,000.00 are 199,999,800,000,000 of 1/10 000, exactly. */
    p.notional_max_e4 = 199999800000000 - 1;
    limit(p);
    TALK(0, "O 1 B 999999 ACME 20000.00", "0<- J 1 0030\n");
    p.notional_max_e4++;
    limit(p);
    SAY_IS(0, "O 2 B 999999 ACME 20000.00", ENTRY_SUBMIT);
    p.notional_max_e4 = UINT64_MAX;
    p.qty_max = p.collar_ppm = p.collar_ticks = p.open_max = UINT32_MAX;
    p.duplicate_ns = UINT64_MAX;
    p.rate = 1;
    p.burst = UINT32_MAX;
    limit(p);
    SAY_IS(0, "O 3 B 999999 ACME 20000.00", ENTRY_SUBMIT);
    SAY_IS(0, "O 4 B 1 ACME 0.01", ENTRY_SUBMIT);
    rig.now += 1000000 * NANOS_SECOND;
    HUSH();
    TALK(0, "O 5 B 1 ACME 0.01", "0<- J 5 002a\n");
    p.duplicate_ns = 0;
    p.rate = 1000000000;
    p.burst = 1;
    limit(p);
    SAY_IS(0, "O 6 B 1 ACME 0.01", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 7 B 1 ACME 0.01", "0<- J 7 0029\n");
    rig.now += 1;
    SAY_IS(0, "O 8 B 1 ACME 0.01", ENTRY_SUBMIT);
}

SPEC(a_whole_number_of_units_is_what_a_division_leaves_nothing_of)
{
    struct chance chance = {.state = 1};
    static const uint64_t sizes[] = {
        1, 2, 3, 7, 1000000, 5000000, 100000000, 10000000000, (uint64_t)1 << 63, UINT64_MAX};
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        struct entry_unit unit = entry_unit(sizes[i]);
        for (int round = 0; round < 2000; round++) {
            uint64_t number = chance_next(&chance) >> chance_between(&chance, 0, 63);
            if (round % 2) number -= number % sizes[i];
            spec_expect(__FILE__, __LINE__,
                        entry_is_whole(&unit, number) == (number % sizes[i] == 0),
                        "%" PRIu64 " of %" PRIu64, number, sizes[i]);
        }
        EXPECT(entry_is_whole(&unit, UINT64_MAX) == (UINT64_MAX % sizes[i] == 0));
    }
}

#define SPECS(S)                                                                                   \
    S(an_order_has_at_most_qty_max_shares)                                                         \
    S(an_order_is_worth_at_most_notional_max)                                                      \
    S(a_price_is_within_a_share_of_the_last_one)                                                   \
    S(a_price_is_within_ticks_of_the_last_one)                                                     \
    S(requests_come_at_a_rate_and_in_bursts)                                                       \
    S(the_same_order_within_a_time_is_a_duplicate)                                                 \
    S(a_restricted_symbol_is_refused)                                                              \
    S(at_most_open_max_orders_live_as_far_as_their_ends_were_told_or_asked_for)                    \
    S(an_order_too_many_takes_the_instructions_of_one_among_few)                                   \
    S(a_replay_that_is_not_told_why_an_order_was_refused_asks_the_engine)                          \
    S(limits_are_exact_at_the_largest_numbers)                                                     \
    S(a_whole_number_of_units_is_what_a_division_leaves_nothing_of)                                \
    S(limits_of_plans_and_of_ports_are_checked)                                                    \
    S(what_the_wire_cannot_say_is_not_listed)
SPEC_MAIN("entry_limits", SPECS, entry_spec_begin, entry_spec_end)
