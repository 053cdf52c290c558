/* Orders for a time: how many may live, what each of them costs, and that a replay is told the same
 * whatever had been shown when one was refused. */

#include "tests/entry/entry_spec.h"
#include "tests/entry/ouch_text.h"
#include "tests/support/instructions.h"

#define FOR_20_S " tif=6 expire=20"

/* So many for a time, of each of the two sessions of OUCH 5.0 and 4.2, and of all. */
static void given(uint32_t each, uint32_t all)
{
    struct entry_limits limits = entry_rig_limits();
    limits.timers = all;
    limits.orders = 1024;
    entry_rig_free(&rig);
    entry_rig_new(&rig, &limits);
    struct entry_plan plan = entry_rig_plan(ENTRY_OUCH50);
    plan.timed_max = each;
    entry_session(rig.entry, 0, &plan);
    plan = entry_rig_plan(ENTRY_OUCH42);
    plan.account = 3;
    plan.timed_max = each;
    entry_session(rig.entry, 3, &plan);
}

static uint64_t refusals(enum entry_cause cause)
{
    return counter_read(&entry_counts(rig.entry)->cause[cause]);
}

SPEC(a_session_has_at_most_timed_max_orders_for_a_time_and_others_beside_them)
{
    given(2, 100);
    SAY_IS(0, "O 1 B 10 ACME 9.00" FOR_20_S, ENTRY_SUBMIT);
    SAY_IS(0, "O 2 B 10 ACME 9.00" FOR_20_S, ENTRY_SUBMIT);
    SAY_IS(3, "O a B 10 ACME 9.00 tif=20", ENTRY_SUBMIT);
    SAY_IS(3, "O b B 10 ACME 9.00 tif=20", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 3 B 10 ACME 9.00" FOR_20_S, "0<- J 3 0020\n");
    TALK(3, "O c B 10 ACME 9.00 tif=20", "3<- J c a\n");
    SAY_IS(0, "O 4 B 10 ACME 9.00", ENTRY_SUBMIT);
    SAY_IS(1, "O 1 B 10 ACME 9.00" FOR_20_S, ENTRY_SUBMIT);
    EXPECT_UINT(refusals(ENTRY_L_TIMED), 2);
    EXPECT_UINT(counter_read(&entry_counts(rig.entry)->request[ENTRY_ANSWER]), 2);
    EXPECT_UINT(counter_read(&entry_counts(rig.entry)->request[ENTRY_SUBMIT]), 6);
}

SPEC(all_sessions_have_at_most_so_many_together)
{
    given(0, 3);
    SAY_IS(0, "O 1 B 10 ACME 9.00" FOR_20_S, ENTRY_SUBMIT);
    SAY_IS(1, "O 1 B 10 ACME 9.00" FOR_20_S, ENTRY_SUBMIT);
    SAY_IS(3, "O a B 10 ACME 9.00 tif=20", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 2 B 10 ACME 9.00" FOR_20_S, "0<- J 2 000a\n");
    EXPECT_UINT(refusals(ENTRY_NO_ROOM), 1);
    SAY(1, "X 1 0");
    SAY_IS(0, "O 3 B 10 ACME 9.00" FOR_20_S, ENTRY_SUBMIT);
}

/* The only place there is, is free again: an order is taken, and ends by this line of a session. */
static void ends_by(uint32_t session, const char *line)
{
    static uint32_t number = 100;
    char enter[64];
    snprintf(enter, sizeof enter, "O %u S 10 ACME 9.00" FOR_20_S, number++);
    SAY_IS(0, enter, ENTRY_SUBMIT);
    SAY(session, line);
    EXPECT_UINT(entry_due(rig.entry), UINT64_MAX);
}

SPEC(however_an_order_ends_its_place_is_free)
{
    given(1, 1);
    ends_by(0, "X 100 0");
    ends_by(1, "O 1 B 10 ACME 9.00");
    ends_by(0, "C 103 FIRM ACME");
    SAY(0, "O 104 B 10 ACME 9.00" FOR_20_S);
    EXPECT_UINT(entry_rig_disconnect(&rig, 0), ENTRY_IGNORE);
    rig.now += 20 * NANOS_SECOND;
    EXPECT_UINT(entry_rig_tick(&rig), 1);
    EXPECT_UINT(entry_due(rig.entry), UINT64_MAX);
    SAY(0, "O 105 B 10 ACME 9.00" FOR_20_S);
    entry_rig_phase(&rig, 0, MATCH_CLOSED);
    EXPECT_UINT(entry_due(rig.entry), UINT64_MAX);
    SAY(0, "O 106 B 10 ACME 9.00" FOR_20_S); /* the engine refuses it */
    EXPECT_UINT(entry_due(rig.entry), UINT64_MAX);
    entry_rig_phase(&rig, 0, MATCH_OPEN);
    SAY_IS(0, "O 107 B 10 ACME 9.00" FOR_20_S, ENTRY_SUBMIT);
    EXPECT_UINT(refusals(ENTRY_L_TIMED), 0);
}

SPEC(what_takes_the_place_of_an_order_for_a_time_needs_no_other)
{
    given(1, 1);
    SAY(0, "O 1 B 10 ACME 9.00" FOR_20_S);
    SAY(0, "O 2 B 10 ACME 9.00");
    HUSH();
    SAY_IS(0, "U 1 3 20 9.00" FOR_20_S, ENTRY_SUBMIT);
    HEARD("0<- U 1 3 B 20 ACME 9.00 6Y ANN #8.0 L expire=20\n");
    TALK(0, "U 2 4 20 9.00" FOR_20_S, "0<- J 4 0020\n"); /* a day's stays what it is */
    SAY_IS(0, "U 3 5 20 9.00 tif=0", ENTRY_SUBMIT);      /* gives its place away */
    SAY_IS(0, "U 2 6 20 9.00" FOR_20_S, ENTRY_SUBMIT);
    rig.late = true;
    SAY_IS(0, "U 6 7 20 9.01" FOR_20_S, ENTRY_SUBMIT); /* several are on their way */
    SAY_IS(0, "U 7 8 20 9.02" FOR_20_S, ENTRY_SUBMIT);
    SAY_IS(0, "U 8 9 20 9.03" FOR_20_S, ENTRY_SUBMIT);
    entry_rig_show(&rig, SIZE_MAX);
    entry_verify(rig.entry);
    rig.late = false;
    HUSH();
    rig.now += 20 * NANOS_SECOND;
    EXPECT_UINT(entry_rig_tick(&rig), 1);
    HEARD("0<- C 9 20 T\n");
}

SPEC(times_end_in_their_order_whichever_were_taken_out_between)
{
    given(0, 100);
    char line[64];
    for (uint32_t i = 0; i < 60; i++) {
        snprintf(line, sizeof line, "O %u B 10 ACME 9.00 tif=6 expire=%u", i + 1, 1 + i * 37 % 60);
        SAY_IS(0, line, ENTRY_SUBMIT);
    }
    for (uint32_t i = 0; i < 60; i += 3) {
        snprintf(line, sizeof line, "X %u 0", 1 + i * 7 % 60);
        SAY(0, line);
    }
    uint32_t ended = 0;
    for (uint32_t second = 1; second <= 60; second++) {
        rig.now += NANOS_SECOND;
        uint32_t now = entry_rig_tick(&rig);
        EXPECT(now <= 1);
        ended += now;
        entry_verify(rig.entry);
        EXPECT(entry_due(rig.entry) > rig.now);
    }
    EXPECT_UINT(ended + 20, 60);
    EXPECT_UINT(entry_orders(rig.entry), 0);
}

/* One session's order ends by its time while another one's firm, or its own, is disabled. */
SPEC(the_end_of_a_time_disables_and_enables_nobody_s_firm)
{
    given(0, 100);
    for (uint32_t session = 0; session < 3; session++) SAY(session, "O 1 B 10 ACME 9.00" FOR_20_S);
    SAY(1, "D 2 FIRM");
    HUSH();
    rig.now += 20 * NANOS_SECOND;
    EXPECT_UINT(entry_rig_tick(&rig), 3);
    HUSH();
    TALK(1, "O 3 B 10 ACME 9.00", "1<- J 3 000c\n");
    SAY(0, "D 2 FIRM");
    SAY_IS(2, "O 2 B 10 ACME 9.00" FOR_20_S, ENTRY_SUBMIT);
    rig.now += 20 * NANOS_SECOND;
    EXPECT_UINT(entry_rig_tick(&rig), 1);
    HUSH();
    SAY_IS(2, "O 3 B 10 ACME 9.00", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "O 3 B 10 ACME 9.00", "0<- J 3 000c\n");
}

/* A request as it was written down: decided again, and refused for what it was refused then. */
static void again(struct entry_rig *other, const char *line, enum entry_cause refused)
{
    struct entry_out out;
    uint8_t bytes[OUCH_TEXT_BYTES];
    size_t length = ouch_text_bytes50(line, bytes);
    enum entry_verdict verdict =
        entry_request_again(other->entry, 0, bytes, length, other->now, refused, &out);
    EXPECT_UINT(verdict, refused != ENTRY_NO_CAUSE ? ENTRY_ANSWER : ENTRY_SUBMIT);
    entry_rig_take(other, verdict, &out);
}

SPEC(a_replay_refuses_what_was_refused_while_an_end_had_not_been_shown)
{
    static const char *const lines[] = {"O 1 B 10 ACME 9.00" FOR_20_S, "X 1 0",
                                        "O 2 B 10 ACME 9.00" FOR_20_S,
                                        "O 3 B 10 ACME 9.00" FOR_20_S};
    enum entry_cause refused[ARRAY_COUNT(lines)];
    given(1, 100);
    rig.late = true;
    for (uint32_t i = 0; i < ARRAY_COUNT(lines); i++) {
        struct entry_out out;
        uint8_t bytes[OUCH_TEXT_BYTES];
        size_t length = ouch_text_bytes50(lines[i], bytes);
        if (i == 3) entry_rig_show(&rig, SIZE_MAX);
        enum entry_verdict verdict = entry_request(rig.entry, 0, bytes, length, rig.now, &out);
        refused[i] = out.refused;
        entry_rig_take(&rig, verdict, &out);
    }
    EXPECT_UINT(refused[0], ENTRY_NO_CAUSE);
    EXPECT_UINT(refused[2], ENTRY_L_TIMED);
    EXPECT_UINT(refused[3], ENTRY_NO_CAUSE);
    entry_rig_show(&rig, SIZE_MAX);

    static struct entry_rig other;
    struct entry_limits limits = entry_rig_limits();
    entry_rig_new(&other, &limits);
    for (uint32_t i = 0; i < ARRAY_COUNT(lines); i++) again(&other, lines[i], refused[i]);
    EXPECT_UINT(other.digest[0], rig.digest[0]);
    EXPECT_UINT(other.sent[0], rig.sent[0]);
    entry_verify(other.entry);
    entry_rig_free(&other);
}

/* Instructions of a request that is decided so, among so many living orders for a time, of so many
 * that may live of one session and of all. */
static uint32_t decided_among(uint32_t living, uint32_t each, uint32_t all, const char *format,
                              enum entry_verdict expected)
{
    struct entry_out out;
    uint8_t bytes[OUCH_TEXT_BYTES];
    char line[64];
    given(each, all);
    for (uint32_t i = 1; i <= living; i++) {
        snprintf(line, sizeof line, "O %u B 10 ACME 9.00 tif=6 expire=%u", i, 100 + i * 7 % living);
        (void)entry_rig_say(&rig, 0, line);
        if (i % 64 == 0) HUSH();
    }
    snprintf(line, sizeof line, format, living + 1);
    size_t length = ouch_text_bytes50(line, bytes);
    (void)!entry_request(rig.entry, 0, bytes, length, rig.now, &out); /* all is linked and there */
    instructions_begin();
    enum entry_verdict verdict = entry_request(rig.entry, 0, bytes, length, rig.now, &out);
    uint32_t counted = instructions_end();
    EXPECT_UINT(verdict, expected);
    EXPECT(counted > 50);
    return counted;
}

SPEC(a_decision_among_many_living_orders_takes_the_instructions_of_one_among_few)
{
    static const struct {
        bool each, all; /* there is no place, of the session's or of all */
        enum entry_verdict verdict;
    } cases[] = {
        {true, false, ENTRY_ANSWER}, {false, true, ENTRY_ANSWER}, {false, false, ENTRY_SUBMIT}};
    for (uint32_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint32_t counted[2];
        for (uint32_t k = 0; k < 2; k++) {
            uint32_t living = k == 0 ? 8 : 800;
            counted[k] =
                decided_among(living, cases[i].each ? living : 900, cases[i].all ? living : 900,
                              "O %u B 10 ACME 9.00" FOR_20_S, cases[i].verdict);
        }
        spec_expect(__FILE__, __LINE__, counted[1] <= counted[0] + counted[0] / 2,
                    "case %u: %u among 8, %u among 800", i, counted[0], counted[1]);
    }
}

/* Instructions until an order that is canceled has been told so, its timer gone. */
static uint32_t ended_among(uint32_t living)
{
    (void)decided_among(living, 900, 900, "O %u B 10 ACME 9.00", ENTRY_SUBMIT);
    rig.late = true;
    SAY(0, "X 1 0");
    instructions_begin();
    entry_rig_show(&rig, SIZE_MAX);
    return instructions_end();
}

SPEC(an_end_among_many_living_orders_takes_little_more_than_one_among_few)
{
    uint32_t few = ended_among(8), many = ended_among(800);
    EXPECT(few > 50);
    spec_expect(__FILE__, __LINE__, many <= 2 * few, "%u among 8, %u among 800", few, many);
}

#define SPECS(S)                                                                                   \
    S(a_session_has_at_most_timed_max_orders_for_a_time_and_others_beside_them)                    \
    S(all_sessions_have_at_most_so_many_together)                                                  \
    S(however_an_order_ends_its_place_is_free)                                                     \
    S(what_takes_the_place_of_an_order_for_a_time_needs_no_other)                                  \
    S(times_end_in_their_order_whichever_were_taken_out_between)                                   \
    S(the_end_of_a_time_disables_and_enables_nobody_s_firm)                                        \
    S(a_replay_refuses_what_was_refused_while_an_end_had_not_been_shown)                           \
    S(a_decision_among_many_living_orders_takes_the_instructions_of_one_among_few)                 \
    S(an_end_among_many_living_orders_takes_little_more_than_one_among_few)
SPEC_MAIN("entry_timers", SPECS, entry_spec_begin, entry_spec_end)
