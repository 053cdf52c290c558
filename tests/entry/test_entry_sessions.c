/* What a session is beside its orders: mass cancels, lost connections, timers, days, late events,
 * and what the venue could not take. */

#include "tests/entry/entry_spec.h"
#include "tests/entry/ouch_text.h"

static void orders_of_two_firms(void)
{
    SAY(0, "O 1 B 10 ACME 10.00");
    SAY(0, "O 2 S 10 ACME 10.05 firm=ACME");
    SAY(0, "O 3 T 10 BETA 10.05 group=7");
    SAY(0, "O 1 B 10 BETA 10.00 idx=9");
    SAY(1, "O 1 B 10 ACME 9.00");
    HUSH();
}

SPEC(a_mass_cancel_selects_by_firm_symbol_side_channel_and_group)
{
    static const struct {
        const char *line;
        const char *lines;
    } mass[] = {
        {"C 9 FIRM *", "0<- X 9 FIRM *\n0<- C 1 10 U\n0<- C 3 10 U\n0<- C 1 10 U idx=9\n"},
        {"C 9 ACME *", "0<- X 9 ACME *\n0<- C 2 10 U\n"},
        {"C 9 FIRM BETA", "0<- X 9 FIRM BETA\n0<- C 3 10 U\n0<- C 1 10 U idx=9\n"},
        {"C 9 FIRM * side=B", "0<- X 9 FIRM * side=B\n0<- C 1 10 U\n0<- C 1 10 U idx=9\n"},
        {"C 9 FIRM * side=S", "0<- X 9 FIRM * side=S\n"},
        {"C 9 FIRM * idx=9", "0<- X 9 FIRM * idx=9\n0<- C 1 10 U idx=9\n"},
        {"C 9 FIRM * group=7", "0<- X 9 FIRM * group=7\n0<- C 3 10 U\n"},
        {"C 9 FIRM * group=0", "0<- X 9 FIRM * group=0\n0<- C 1 10 U\n0<- C 1 10 U idx=9\n"},
        {"C 9 THEY *", "0<- J 9 000c\n"},
        {"C 9 FIRM NONE", "0<- J 9 0017\n"},
        {"C 9 FIRM * side=X", "0<- J 9 0009\n"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(mass); i++) {
        entry_spec_end();
        entry_spec_begin();
        orders_of_two_firms();
        TALK(0, mass[i].line, mass[i].lines);
        SAY_IS(0, mass[i].line, ENTRY_IGNORE);
    }
}

SPEC(a_lost_session_s_own_orders_are_canceled_bounded_at_a_time)
{
    struct entry_plan plan = entry_rig_plan(ENTRY_OUCH50);
    plan.account = 2;
    plan.cancel_on_disconnect = true;
    entry_session(rig.entry, 1, &plan);
    SAY(1, "O 1 B 10 ACME 10.00");
    SAY(1, "O 2 B 10 ACME 9.99");
    SAY(1, "O 3 B 10 ACME 9.98");
    SAY(2, "O 1 B 10 ACME 9.97"); /* the same account */
    HUSH();
    EXPECT(entry_rig_disconnect(&rig, 1) == ENTRY_ANSWER);
    EXPECT(entry_sweeps(rig.entry, 1));
    EXPECT_UINT(entry_rig_sweep(&rig, 1, 2), 2);
    HEARD("1<- C 1 10 Z\n1<- C 2 10 Z\n");
    SAY_IS(1, "O 4 B 10 ACME 9.00", ENTRY_WAIT); /* it came back too early */
    SAY(0, "O 1 S 10 ACME 9.98");                /* the last one trades meanwhile */
    HUSH();
    EXPECT_UINT(entry_rig_sweep(&rig, 1, 9), 0);
    SAY_IS(1, "O 4 B 10 ACME 9.00", ENTRY_SUBMIT);
    HUSH();
    TALK(2, "X 1 0", "2<- C 1 10 U\n");
}

SPEC(a_lost_session_whose_plan_does_not_say_so_keeps_its_orders)
{
    SAY(1, "O 1 B 10 ACME 10.00");
    HUSH();
    EXPECT(entry_rig_disconnect(&rig, 1) == ENTRY_IGNORE);
    EXPECT(!entry_sweeps(rig.entry, 1));
    TALK(1, "X 1 0", "1<- C 1 10 U\n");
}

SPEC(a_sweep_goes_on_when_the_record_it_stands_at_ends)
{
    rig.late = true;
    SAY(0, "O 1 B 10 ACME 10.00");
    SAY(0, "O 2 B 10 ACME 9.99");
    struct entry_out out;
    uint8_t bytes[OUCH_TEXT_BYTES];
    size_t length = ouch_text_bytes50("C 3 FIRM *", bytes);
    entry_rig_take(&rig, entry_request(rig.entry, 0, bytes, length, rig.now, &out), &out);
    SAY(1, "O 1 S 10 ACME 10.00"); /* the first, at which the sweep stands, trades */
    entry_rig_show(&rig, SIZE_MAX);
    entry_verify(rig.entry);
    EXPECT_UINT(entry_rig_sweep(&rig, 0, 9), 1);
    entry_rig_show(&rig, SIZE_MAX);
    HEARD("0<- A 1 B 10 ACME 10.00 0Y ANN #6.0 L\n"
          "0<- A 2 B 10 ACME 9.99 0Y ANN #7.0 L\n"
          "0<- X 3 FIRM *\n"
          "1<- A 1 S 10 ACME 10.00 0Y ANN #9.0 L\n"
          "1<- E 1 10 10.00 R #9.0\n"
          "0<- E 1 10 10.00 A #9.0\n"
          "0<- C 2 10 U\n");
}

SPEC(an_order_until_a_time_ends_then)
{
    SAY(0, "O 1 B 10 ACME 10.00 tif=6 expire=2");
    SAY(0, "O 2 B 10 ACME 10.00 tif=6 expire=1");
    SAY(0, "O 3 B 10 ACME 10.00 tif=6 expire=3");
    SAY(0, "U 3 4 20 10.00 tif=6"); /* for three seconds from now, like its original */
    SAY(0, "O 5 B 10 ACME 9.00");
    HUSH();
    EXPECT_UINT(entry_due(rig.entry), rig.now + NANOS_SECOND);
    rig.now += NANOS_SECOND - 1;
    EXPECT_UINT(entry_rig_tick(&rig), 0);
    rig.now += 1;
    EXPECT_UINT(entry_rig_tick(&rig), 1);
    HEARD("0<- C 2 10 T\n");
    SAY(0, "X 1 0");
    HUSH();
    rig.now += NANOS_SECOND;
    EXPECT_UINT(entry_rig_tick(&rig), 0); /* its time is over, but it had gone */
    rig.now += NANOS_SECOND;
    EXPECT_UINT(entry_rig_tick(&rig), 1);
    HEARD("0<- C 4 20 T\n");
    EXPECT_UINT(entry_due(rig.entry), UINT64_MAX);
}

SPEC(timers_of_orders_that_have_gone_make_room)
{
    struct entry_limits limits = entry_rig_limits();
    limits.timers = 2;
    entry_rig_free(&rig);
    entry_rig_new(&rig, &limits);
    SAY(0, "O 1 B 10 ACME 10.00 tif=6 expire=20");
    SAY(0, "O 2 B 10 ACME 10.00 tif=6 expire=10");
    HUSH();
    TALK(0, "O 3 B 10 ACME 10.00 tif=6 expire=10", "0<- J 3 000a\n");
    SAY(0, "X 2 0");
    SAY_IS(0, "O 4 B 10 ACME 10.00 tif=6 expire=10", ENTRY_SUBMIT);
    HUSH();
    rig.now += 20 * NANOS_SECOND;
    EXPECT_UINT(entry_rig_tick(&rig), 2);
    HEARD("0<- C 4 10 T\n0<- C 1 10 T\n");
}

SPEC(a_day_is_told_to_all_and_outside_of_it_nothing_new_is_taken)
{
    SAY(0, "O 1 B 10 ACME 10.00");
    HUSH();
    entry_rig_day(&rig, false);
    HEARD("0<- S E\n1<- S E\n2<- S E\n3<- S E\n4<- S E\n");
    TALK(0, "O 2 B 10 ACME 10.00", "0<- J 2 0002\n");
    TALK(3, "O a B 10 ACME 10.00", "3<- J a C\n");
    TALK(0, "U 1 3 20 10.00", "0<- J 3 0002\n");
    TALK(0, "X 1 5", "0<- C 1 5 U\n");
    entry_rig_day(&rig, true);
    HEARD("0<- S S\n1<- S S\n2<- S S\n3<- S S\n4<- S S\n");
    TALK(0, "Q", "0<- Q 1\n");
    TALK(0, "O 1 B 10 ACME 10.00", "0<- J 1 000f\n"); /* yesterday's lives under this number */
    SAY_IS(0, "O 2 B 10 ACME 10.00", ENTRY_SUBMIT);
    SAY_IS(3, "O a B 10 ACME 10.00", ENTRY_SUBMIT);
}

static uint64_t time_told;

static void read_time(void *context, const struct entry_rig_message *message)
{
    (void)context;
    time_told = 0;
    for (uint32_t i = 1; i < 9; i++) time_told = time_told << 8 | message->bytes[i];
}

SPEC(times_on_the_wire_count_from_midnight)
{
    rig.on_sent = read_time;
    rig.now += 5;
    SAY(0, "O 1 B 10 ACME 10.00");
    EXPECT_UINT(time_told, 9 * 3600 * NANOS_SECOND + 5);
    rig.now += 6;
    SAY(0, "Q");
    EXPECT_UINT(time_told, 9 * 3600 * NANOS_SECOND + 11);
}

SPEC(the_port_s_own_answers_wait_for_the_events_before_them)
{
    rig.late = true;
    SAY(0, "O 1 B 10 ACME 10.00");
    SAY(0, "O 2 B 0 ACME 10.00");
    SAY(0, "Q");
    SAY(0, "X 1 0");
    SAY_IS(0, "X 1 0", ENTRY_IGNORE); /* the engine knows already */
    HEARD("");
    entry_rig_show(&rig, 1);
    HEARD("0<- A 1 B 10 ACME 10.00 0Y ANN #6.0 L\n");
    entry_rig_show(&rig, 1);
    HEARD("0<- J 2 0013\n0<- Q 3\n0<- C 1 10 U\n");
}

SPEC(many_changes_of_one_order_may_be_on_their_way_at_once)
{
    rig.late = true;
    SAY(0, "O 1 S 100 ACME 10.00");
    SAY(0, "M 1 T 90");
    SAY(0, "U 1 2 80 10.00");
    SAY(0, "U 2 3 200 9.95");
    SAY(0, "X 3 150");
    SAY(0, "U 3 4 0 9.95");
    SAY_IS(0, "U 3 4 10 9.95", ENTRY_IGNORE);
    entry_rig_show(&rig, SIZE_MAX);
    HEARD("0<- A 1 S 100 ACME 10.00 0Y ANN #6.0 L\n"
          "0<- M 1 T 90\n"
          "0<- U 1 2 T 80 ACME 10.00 0Y ANN #6.0 L\n"
          "0<- U 2 3 T 200 ACME 9.95 0Y ANN #9.0 L\n"
          "0<- C 3 50 U\n"
          "0<- C 3 150 U\n");
    EXPECT_UINT(entry_orders(rig.entry), 0);
}

/* A request that is decided and then has no place. */
static void refused(uint32_t session, const char *line)
{
    struct entry_out out;
    uint8_t bytes[OUCH_TEXT_BYTES];
    size_t length = ouch_text_bytes50(line, bytes);
    EXPECT(entry_request(rig.entry, session, bytes, length, rig.now, &out) == ENTRY_SUBMIT);
    EXPECT(entry_refuse(rig.entry, ENTRY_NO_ROOM, &out) == ENTRY_ANSWER);
    EXPECT(out.input == NULL);
    entry_rig_take(&rig, ENTRY_ANSWER, &out);
}

SPEC(what_the_venue_has_no_place_for_is_rejected_and_has_not_happened)
{
    refused(0, "O 1 B 10 ACME 10.00 id=A");
    HEARD("0<- J 1 000a id=A\n");
    SAY_IS(0, "O 1 B 10 ACME 10.00 id=A", ENTRY_IGNORE); /* its number is used */
    EXPECT_UINT(entry_orders(rig.entry), 0);
    SAY(0, "O 2 S 10 ACME 10.00 id=B");
    HEARD("0<- A 2 S 10 ACME 10.00 0Y ANN #7.0 L id=B\n");
    refused(0, "U 2 3 5 10.00");
    HEARD("0<- J 3 000a\n");
    refused(0, "X 2 4");
    HEARD("0<- I 2\n");
    refused(0, "X 2 0");
    HEARD("0<- I 2\n");
    refused(0, "M 2 T 4");
    HEARD("");
    TALK(0, "X 2 4", "0<- C 2 6 U\n");
    EXPECT_UINT(counter_read(&entry_counts(rig.entry)->refused), 5);
}

SPEC(a_refusal_waits_for_the_events_before_it_as_any_answer)
{
    rig.late = true;
    SAY(0, "O 1 S 10 ACME 10.00");
    refused(0, "O 2 S 10 ACME 10.00");
    HEARD("");
    entry_rig_show(&rig, SIZE_MAX);
    HEARD("0<- A 1 S 10 ACME 10.00 0Y ANN #6.0 L\n"
          "0<- J 2 000a\n");
}

SPEC(requests_wait_where_no_more_can_be_on_their_way)
{
    struct entry_limits limits = entry_rig_limits();
    limits.asks = ENTRY_ASKS_MIN;
    entry_rig_free(&rig);
    entry_rig_new(&rig, &limits);
    rig.late = true;
    char line[64];
    for (uint32_t i = 1; i <= ENTRY_ASKS_MIN; i++) {
        snprintf(line, sizeof line, "O %u B 10 ACME 10.00", i);
        SAY_IS(0, line, ENTRY_SUBMIT);
    }
    SAY_IS(0, "X 1 0", ENTRY_WAIT);
    SAY_IS(1, "Q", ENTRY_WAIT);
    entry_rig_show(&rig, 1);
    SAY_IS(0, "X 1 0", ENTRY_SUBMIT);
    SAY_IS(1, "Q", ENTRY_WAIT);
    entry_rig_show(&rig, SIZE_MAX);
    SAY_IS(1, "Q", ENTRY_ANSWER);
}

SPEC(orders_wait_for_the_end_of_others_to_be_told_or_are_refused_where_all_live)
{
    struct entry_limits limits = entry_rig_limits();
    limits.orders = 2;
    entry_rig_free(&rig);
    entry_rig_new(&rig, &limits);
    SAY(0, "O 1 B 10 ACME 10.00");
    SAY(0, "O 2 B 10 ACME 10.00");
    HUSH();
    TALK(0, "O 3 B 10 ACME 10.00", "0<- J 3 000a\n");
    rig.late = true;
    SAY(0, "X 1 0");
    SAY_IS(0, "O 4 B 10 ACME 10.00", ENTRY_WAIT);
    entry_rig_show(&rig, SIZE_MAX);
    SAY_IS(0, "O 4 B 10 ACME 10.00", ENTRY_SUBMIT);
    SAY_IS(0, "X 2 0", ENTRY_SUBMIT); /* cancels need no place */
    entry_rig_show(&rig, SIZE_MAX);
}

SPEC(received_is_the_sum_of_the_verdicts)
{
    orders_of_two_firms();
    SAY(0, "O 1 B 10 ACME 10.00");
    SAY(0, "O 9 B 0 ACME 10.00");
    (void)entry_rig_send(&rig, 0, "?", 1);
    const struct entry_counts *counts = entry_counts(rig.entry);
    EXPECT_UINT(counter_read(&counts->request[ENTRY_SUBMIT]), 5);
    EXPECT_UINT(counter_read(&counts->request[ENTRY_IGNORE]), 1);
    EXPECT_UINT(counter_read(&counts->request[ENTRY_ANSWER]), 1);
    EXPECT_UINT(counter_read(&counts->request[ENTRY_MALFORMED]), 1);
    EXPECT_UINT(counter_read(&counts->cause[ENTRY_BAD_QTY]), 1);
    EXPECT_UINT(counter_read(&counts->answers), 11); /* five begins of the day */
}

/* DOGS anew, with a calendar: it opens ten seconds from now, and closes an hour from now. */
static void list_with_calendar(void)
{
    uint32_t now_s = (uint32_t)(rig.now / NANOS_SECOND % 86400);
    struct {
        struct match_input input;
        struct match_listing listing;
    } list = {
        .input = {.kind = MATCH_LIST, .instrument = 3, .bytes = sizeof list},
        .listing = {.symbol = "DOGS",
                    .tick = PRICE_ONE / 100,
                    .lot = QTY_ONE,
                    .size = QTY_ONE,
                    .price_max = 1000 * PRICE_ONE,
                    .qty_max = 1000000 * QTY_ONE,
                    .reference = 10 * PRICE_ONE,
                    .window = 1 << 12,
                    .call_s = now_s - 3600,
                    .open_s = now_s + 10,
                    .closing_s = now_s + 3000,
                    .close_s = now_s + 3600,
                    .phase = MATCH_CALL},
    };
    entry_rig_apply(&rig, &(struct match_input){.kind = MATCH_REMOVE, .instrument = 3});
    EXPECT(entry_list(rig.entry, 3, &list.listing));
    entry_rig_apply(&rig, &list.input);
    EXPECT(match_phase_of(rig.match, 3) == MATCH_CALL);
}

SPEC(a_replacement_that_the_time_of_its_input_overtakes_ends_with_its_original)
{
    list_with_calendar();
    SAY(0, "O 1 B 100 DOGS 10.00");
    SAY(1, "O 1 S 40 DOGS 10.00");
    HUSH();
    rig.now += 10 * NANOS_SECOND;
    TALK(0, "U 1 2 40 10.00", /* the auction comes first, and leaves nothing of 40 */
         "0<- E 1 40 10.00 O #10.1\n"
         "1<- E 1 40 10.00 O #10.1\n"
         "0<- C 1 60 U\n");
    EXPECT_UINT(entry_orders(rig.entry), 0);
}

SPEC(what_is_asked_of_an_order_that_the_time_of_the_input_has_ended_comes_too_late)
{
    static const char *const late[] = {"U 1 2 90 10.00", "X 1 0", "X 1 50", "M 1 T 50"};
    for (size_t i = 0; i < ARRAY_COUNT(late); i++) {
        entry_spec_end();
        entry_spec_begin();
        list_with_calendar();
        SAY(0, "O 1 S 100 DOGS 10.00");
        HUSH();
        rig.now += 3600 * NANOS_SECOND;
        TALK(0, late[i], i == 0 ? "0<- C 1 100 E\n0<- J 2 0015\n" : "0<- C 1 100 E\n");
        EXPECT_UINT(entry_orders(rig.entry), 0);
    }
}

SPEC(the_last_number_there_is_is_never_used)
{
    SAY_IS(0, "O 4294967295 B 10 ACME 10.00", ENTRY_IGNORE);
    SAY_IS(0, "O 4294967294 B 10 ACME 10.00", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "Q", "0<- Q 4294967295\n");
    SAY_IS(0, "O 4294967295 B 10 ACME 10.00", ENTRY_IGNORE);
    TALK(0, "X 4294967294 0", "0<- C 4294967294 10 U\n");
}

#define SPECS(S)                                                                                   \
    S(a_mass_cancel_selects_by_firm_symbol_side_channel_and_group)                                 \
    S(a_lost_session_s_own_orders_are_canceled_bounded_at_a_time)                                  \
    S(a_lost_session_whose_plan_does_not_say_so_keeps_its_orders)                                  \
    S(a_sweep_goes_on_when_the_record_it_stands_at_ends)                                           \
    S(an_order_until_a_time_ends_then)                                                             \
    S(timers_of_orders_that_have_gone_make_room)                                                   \
    S(a_day_is_told_to_all_and_outside_of_it_nothing_new_is_taken)                                 \
    S(times_on_the_wire_count_from_midnight)                                                       \
    S(the_port_s_own_answers_wait_for_the_events_before_them)                                      \
    S(many_changes_of_one_order_may_be_on_their_way_at_once)                                       \
    S(what_the_venue_has_no_place_for_is_rejected_and_has_not_happened)                            \
    S(a_refusal_waits_for_the_events_before_it_as_any_answer)                                      \
    S(requests_wait_where_no_more_can_be_on_their_way)                                             \
    S(orders_wait_for_the_end_of_others_to_be_told_or_are_refused_where_all_live)                  \
    S(a_replacement_that_the_time_of_its_input_overtakes_ends_with_its_original)                   \
    S(what_is_asked_of_an_order_that_the_time_of_the_input_has_ended_comes_too_late)               \
    S(the_last_number_there_is_is_never_used)                                                      \
    S(received_is_the_sum_of_the_verdicts)
SPEC_MAIN("entry_sessions", SPECS, entry_spec_begin, entry_spec_end)
