/* OUCH 5.0 as conversations: what a session says, and what all are told.  Numbers like #7.0 are of
 * the engine's events: input 7, step 0; inputs 1 to 4 listed the instruments, 5 began the day. */

#include "tests/entry/entry_spec.h"

SPEC(an_order_is_accepted_and_its_fills_are_told_to_both_sides)
{
    TALK(0, "O 1 B 100 ACME 10.00 id=A1", "0<- A 1 B 100 ACME 10.00 0Y ANN #6.0 L id=A1\n");
    TALK(1, "O 1 S 40 ACME 10.00",
         "1<- A 1 S 40 ACME 10.00 0Y ANN #7.0 L\n"
         "1<- E 1 40 10.00 R #7.0\n"
         "0<- E 1 40 10.00 A #7.0\n");
    TALK(1, "O 2 S 500 ACME 9.95 tif=3",
         "1<- A 2 S 500 ACME 9.95 3Y ANN #8.0 L\n"
         "1<- E 2 60 10.00 R #8.0\n"
         "0<- E 1 60 10.00 A #8.0\n"
         "1<- C 2 440 I\n");
    EXPECT_UINT(entry_orders(rig.entry), 0);
}

SPEC(an_order_that_ends_at_once_without_a_trade_is_accepted_dead)
{
    TALK(0, "O 1 B 10 ACME 10.00 tif=3", "0<- A 1 B 10 ACME 10.00 3Y ANN #6.0 D\n");
    TALK(0, "O 2 B 10 ACME market", "0<- A 2 B 10 ACME market 0Y ANN #7.0 D\n");
    EXPECT_UINT(entry_orders(rig.entry), 0);
}

SPEC(user_ref_nums_go_up_gaps_are_allowed_and_resends_are_ignored)
{
    SAY_IS(0, "O 5 B 10 ACME 10.00", ENTRY_SUBMIT);
    HUSH();
    SAY_IS(0, "O 5 B 10 ACME 10.00", ENTRY_IGNORE);
    SAY_IS(0, "O 4 B 10 ACME 10.00", ENTRY_IGNORE);
    SAY_IS(0, "O 0 B 10 ACME 10.00", ENTRY_IGNORE);
    SAY_IS(0, "C 5 FIRM *", ENTRY_IGNORE);
    SAY_IS(0, "D 5 FIRM", ENTRY_IGNORE);
    SAY_IS(0, "E 5 FIRM", ENTRY_IGNORE);
    SAY_IS(0, "U 5 5 20 10.00", ENTRY_IGNORE);
    HEARD("");
    TALK(0, "Q", "0<- Q 6\n");
    SAY_IS(1, "O 1 B 10 ACME 10.00", ENTRY_SUBMIT); /* each port has its own */
}

SPEC(a_refused_order_consumes_its_number)
{
    TALK(0, "O 1 B 0 ACME 10.00 id=no", "0<- J 1 0013 id=no\n");
    SAY_IS(0, "O 1 B 10 ACME 10.00", ENTRY_IGNORE);
    TALK(0, "Q", "0<- Q 2\n");
}

SPEC(each_channel_counts_by_itself_and_its_answers_name_it)
{
    TALK(0, "O 1 B 10 ACME 10.00 idx=5", "0<- A 1 B 10 ACME 10.00 0Y ANN #6.0 L idx=5\n");
    TALK(0, "O 1 B 20 ACME 10.00 idx=255", "0<- A 1 B 20 ACME 10.00 0Y ANN #7.0 L idx=255\n");
    TALK(0, "O 1 B 30 ACME 10.00", "0<- A 1 B 30 ACME 10.00 0Y ANN #8.0 L\n");
    TALK(0, "Q idx=5", "0<- Q 2 idx=5\n");
    TALK(0, "Q idx=6", "0<- Q 1 idx=6\n");
    TALK(0, "X 1 0 idx=5", "0<- C 1 10 U idx=5\n");
    SAY_IS(0, "X 1 0 idx=5", ENTRY_IGNORE);
    TALK(0, "U 1 2 25 10.00 idx=255", "0<- U 1 2 B 25 ACME 10.00 0Y ANN #12.0 L idx=255\n");
    SAY_IS(0, "U 2 3 25 10.00", ENTRY_IGNORE); /* without its channel it is another order's */
    TALK(1, "O 1 S 60 ACME 10.00",
         "1<- A 1 S 60 ACME 10.00 0Y ANN #13.0 L\n"
         "1<- E 1 30 10.00 R #13.0\n"
         "0<- E 1 30 10.00 A #13.0\n"
         "1<- E 1 25 10.00 R #13.1\n"
         "0<- E 2 25 10.00 A #13.1 idx=255\n");
    TALK(0, "O 9 B 10 ACME 0.00 idx=5", "0<- J 9 001d idx=5\n");
}

SPEC(a_replacement_shows_what_is_outstanding)
{
    SAY(0, "O 1 B 500 ACME 10.00 id=one");
    SAY(1, "O 1 S 100 ACME 10.00");
    HUSH();
    TALK(0, "U 1 2 500 10.01 id=two", "0<- U 1 2 B 400 ACME 10.01 0Y ANN #8.0 L id=two\n");
    TALK(0, "U 2 3 600 10.01", "0<- U 2 3 B 500 ACME 10.01 0Y ANN #9.0 L\n");
    SAY_IS(0, "U 1 4 700 10.00", ENTRY_IGNORE); /* 1: not live any more */
    SAY_IS(0, "X 2 0", ENTRY_IGNORE);
    TALK(0, "X 3 0", "0<- C 3 500 U\n");
    TALK(0, "Q", "0<- Q 4\n"); /* the number of what was ignored stays usable */
}

SPEC(less_quantity_at_the_same_price_keeps_its_place_and_reference)
{
    SAY(0, "O 1 B 500 ACME 10.00");
    SAY(1, "O 1 B 500 ACME 10.00");
    HUSH();
    TALK(0, "U 1 2 300 10.00", "0<- U 1 2 B 300 ACME 10.00 0Y ANN #6.0 L\n");
}

SPEC(a_replacement_with_bad_details_cancels_the_order_and_keeps_its_number_usable)
{
    static const char *const bad[] = {
        "U 1 2 1000000 10.00",    "U 1 2 0 10.00",          "U 1 2 100 0.00",
        "U 1 2 100 =0x7735939d",  "U 1 2 100 10.001",       "U 1 2 100 10.00 display=N",
        "U 1 2 100 10.00 tif=9",  "U 1 2 100 10.00 tif=6",  "U 1 2 100 10.00 side=S",
        "U 1 2 100 10.00 side=Z", "U 1 2 100 10.00 iso=Y",  "U 1 2 100 10.00 minqty=5",
        "U 1 2 100 10.00 peg=M",  "U 1 2 100 10.00 id=a-b", "U 1 2 100 10.00 aiq=Z",
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        entry_spec_end();
        entry_spec_begin();
        SAY(0, "O 1 B 100 ACME 10.00");
        HUSH();
        SAY_IS(0, bad[i], ENTRY_SUBMIT);
        HEARD("0<- C 1 100 U\n");
        TALK(0, "Q", "0<- Q 2\n");
    }
}

SPEC(a_replacement_that_leaves_nothing_cancels_the_rest)
{
    SAY(0, "O 1 B 500 ACME 10.00");
    SAY(1, "O 1 S 100 ACME 10.00");
    HUSH();
    TALK(0, "U 1 2 100 10.00", "0<- C 1 400 U\n");
    TALK(0, "Q", "0<- Q 2\n");
}

SPEC(a_replacement_that_changes_what_is_fixed_is_refused_and_the_order_stays)
{
    static const char *const fixed[] = {"U 1 2 90 10.00 tif=3", "U 1 2 90 market",
                                        "U 1 2 90 10.00 post=P", "U 1 2 90 10.00 floor=10",
                                        "U 1 2 90 10.00 aiq=O"};
    for (size_t i = 0; i < ARRAY_COUNT(fixed); i++) {
        entry_spec_end();
        entry_spec_begin();
        SAY(0, "O 1 B 100 ACME 10.00");
        HUSH();
        TALK(0, fixed[i], "0<- J 2 0015\n");
        TALK(0, "Q", "0<- Q 3\n");
        TALK(0, "X 1 0", "0<- C 1 100 U\n");
    }
}

SPEC(a_replacement_the_engine_refuses_leaves_the_order_as_it_was)
{
    SAY(0, "O 1 B 100 ACME 10.00 post=P");
    SAY(1, "O 1 S 100 ACME 10.05");
    HUSH();
    TALK(0, "U 1 2 100 10.05", "0<- J 2 000f\n");
    entry_rig_phase(&rig, 0, MATCH_HALTED);
    TALK(0, "U 1 3 100 9.00", "0<- J 3 0007\n");
    TALK(0, "X 1 0", "0<- C 1 100 U\n");
    EXPECT_UINT(entry_orders(rig.entry), 1);
}

SPEC(a_replacement_may_trade_at_once)
{
    SAY(0, "O 1 B 100 ACME 10.00");
    SAY(1, "O 1 S 30 ACME 10.05");
    HUSH();
    TALK(0, "U 1 2 100 10.05",
         "0<- U 1 2 B 100 ACME 10.05 0Y ANN #8.0 L\n"
         "0<- E 2 30 10.05 R #8.1\n"
         "1<- E 1 30 10.05 A #8.1\n");
    TALK(0, "X 2 0", "0<- C 2 70 U\n");
}

SPEC(a_replacement_keeps_what_it_does_not_name)
{
    TALK(0, "O 1 S 100 ACME 10.00 firm=ACME group=7 post=P expire=60 tif=6",
         "0<- A 1 S 100 ACME 10.00 6Y ANN #6.0 L firm=ACME post=P expire=60 group=7\n");
    TALK(0, "U 1 2 90 10.01 tif=6 side=T",
         "0<- U 1 2 T 90 ACME 10.01 6Y ANN #7.0 L firm=ACME post=P expire=60\n");
}

SPEC(a_cancel_names_the_intended_total_size)
{
    SAY(0, "O 1 B 500 ACME 10.00");
    SAY(1, "O 1 S 100 ACME 10.00");
    HUSH();
    SAY_IS(0, "X 1 500", ENTRY_IGNORE);
    SAY_IS(0, "X 1 600", ENTRY_IGNORE);
    TALK(0, "X 1 499", "0<- C 1 1 U\n");
    TALK(0, "X 1 200", "0<- C 1 299 U\n");
    SAY_IS(0, "X 1 200", ENTRY_IGNORE);
    TALK(0, "X 1 100", "0<- C 1 100 U\n");
    SAY_IS(0, "X 1 0", ENTRY_IGNORE);
    SAY_IS(0, "X 2 0", ENTRY_IGNORE); /* never was */
    EXPECT_UINT(entry_orders(rig.entry), 0);
}

SPEC(a_partial_cancel_the_engine_cannot_do_is_refused_and_a_full_one_always_passes)
{
    SAY(0, "O 1 B 500 CATS 10.00");
    HUSH();
    TALK(0, "X 1 450", "0<- I 1\n"); /* half a lot */
    entry_rig_phase(&rig, 2, MATCH_HALTED);
    TALK(0, "X 1 400", "0<- I 1\n");
    TALK(0, "X 1 0", "0<- C 1 500 U\n");
}

SPEC(a_modification_changes_the_kind_of_a_sale_and_may_reduce_it)
{
    SAY(0, "O 1 S 100 ACME 10.00");
    HUSH();
    TALK(0, "M 1 E 100", "0<- M 1 E 100\n");
    TALK(0, "M 1 T 60", "0<- M 1 T 60\n");
    SAY_IS(0, "M 1 E 60", ENTRY_IGNORE); /* T does not become E */
    SAY_IS(0, "M 1 S 60", ENTRY_IGNORE);
    SAY_IS(0, "M 1 B 60", ENTRY_IGNORE);
    SAY_IS(0, "M 1 T 60", ENTRY_IGNORE);
    TALK(0, "U 1 2 50 10.00", "0<- U 1 2 T 50 ACME 10.00 0Y ANN #6.0 L\n");
    SAY(0, "O 3 S 10 ACME 10.00");
    HUSH();
    TALK(0, "M 3 E 20", "0<- M 3 E 10\n"); /* more is not given */
    TALK(0, "M 3 T 0", "0<- C 3 10 U\n");
    SAY(0, "O 4 B 10 ACME 9.00");
    SAY_IS(0, "M 4 T 10", ENTRY_IGNORE);
}

SPEC(a_modification_that_changes_nothing_leaves_the_kind_of_the_sale)
{
    SAY(0, "O 1 S 300 CATS 10.00");
    SAY_IS(0, "M 1 T 150", ENTRY_IGNORE); /* half a lot */
    HUSH();
    TALK(0, "C 2 FIRM CATS side=S", "0<- X 2 FIRM CATS side=S\n0<- C 1 300 U\n");
    SAY(3, "O a S 300 CATS 10.00");
    SAY_IS(3, "M a T 350", ENTRY_IGNORE);
    HUSH();
    TALK(3, "U a b 300 10.05", "3<- U a b S 300 CATS 10.05 99998 FIRM Y ANN #10.0 L\n");
}

SPEC(what_an_order_may_not_say_is_refused_with_its_code)
{
    static const struct {
        const char *line;
        const char *answer;
    } bad[] = {
        {"O 1 X 10 ACME 10.00", "0<- J 1 0009\n"},
        {"O 1 B 0 ACME 10.00", "0<- J 1 0013\n"},
        {"O 1 B 1000000 ACME 10.00", "0<- J 1 0013\n"},
        {"O 1 B 150 CATS 10.00", "0<- J 1 0013\n"},
        {"O 1 B 10 NONE 10.00", "0<- J 1 0017\n"},
        {"O 1 B 10 ACME 0.00", "0<- J 1 001d\n"},
        {"O 1 B 10 ACME 10.001", "0<- J 1 001d\n"},
        {"O 1 B 100 CATS 10.01", "0<- J 1 001d\n"},
        {"O 1 B 10 ACME =0x7735939d", "0<- J 1 001d\n"},
        {"O 1 B 10 ACME =0x100000000", "0<- J 1 001d\n"},
        {"O 1 B 10 ACME =0xffffffffffffffff", "0<- J 1 001d\n"},
        {"O 1 B 10 ACME 20000.01", "0<- J 1 001d\n"},
        {"O 1 B 10 ACME 10.00 display=N", "0<- J 1 0003\n"},
        {"O 1 B 10 ACME 10.00 display=Z", "0<- J 1 0003\n"},
        {"O 1 B 10 ACME 10.00 tif=E", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 tif=6", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 tif=6 expire=0", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 tif=6 expire=86400", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 capacity=X", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 iso=Y", "0<- J 1 0008\n"},
        {"O 1 B 10 ACME 10.00 cross=O", "0<- J 1 0014\n"},
        {"O 1 B 10 ACME 10.00 cross=S", "0<- J 1 0014\n"},
        {"O 1 B 10 ACME 10.00 id=a.b", "0<- J 1 000f id=a.b\n"},
        {"O 1 B 10 ACME 10.00 firm=THEY", "0<- J 1 000c\n"},
        {"O 1 B 10 ACME 10.00 minqty=1", "0<- J 1 000d\n"},
        {"O 1 B 10 ACME 10.00 customer=R", "0<- J 1 001a\n"},
        {"O 1 B 10 ACME 10.00 peg=P", "0<- J 1 0011\n"},
        {"O 1 B 10 ACME 10.00 pegoff=1", "0<- J 1 0011\n"},
        {"O 1 B 10 ACME 10.00 disc=9.00", "0<- J 1 0011\n"},
        {"O 1 B 10 ACME 10.00 disctype=P", "0<- J 1 0011\n"},
        {"O 1 B 10 ACME 10.00 discoff=1", "0<- J 1 0011\n"},
        {"O 1 B 10 ACME 10.00 random=1", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 now=X", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 inst=I", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 located=X", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 post=X", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 post=P tif=3", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 aiq=X", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 aiqgroup=AA", "0<- J 1 000f\n"},
        {"O 1 B 10 ACME 10.00 floor=5 tif=3", "0<- J 1 0004\n"},
        {"O 1 B 200 CATS 10.00 floor=50", "0<- J 1 0004\n"},
        {"O 1 B 10250 ACME 10.00 floor=10", "0<- J 1 0004\n"},
        {"O 1 B 10 ACME market floor=5", "0<- J 1 0004\n"},
        {"O 1 B 10 ACME market post=P", "0<- J 1 000f\n"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        entry_spec_end();
        entry_spec_begin();
        SAY_IS(0, bad[i].line, ENTRY_ANSWER);
        HEARD(bad[i].answer);
    }
}

SPEC(what_is_at_the_edge_of_the_allowed_is_taken)
{
    static const char *const good[] = {
        "O 1 B 1 ACME 0.01",
        "O 1 B 999999 ACME 20000.00",
        "O 1 T 10 ACME 10.00",
        "O 1 E 10 ACME 10.00",
        "O 1 B 100 CATS 10.05",
        "O 1 B 10 ACME 10.00 tif=5",
        "O 1 B 10 ACME 10.00 tif=6 expire=1",
        "O 1 B 10 ACME 10.00 tif=6 expire=86399",
        "O 1 B 10 ACME =0x77359400",
        "O 1 B 10 ACME 10.00 firm=ACME",
        "O 1 B 10 ACME 10.00 peg=L minqty=0 pegoff=0 disc=0 disctype=L post=N now=Y inst=",
        "O 1 B 10240 ACME 10.00 floor=10",
        "O 1 B 10 ACME 10.00 id=abcXYZ01234567",
    };
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        entry_spec_end();
        entry_spec_begin();
        SAY_IS(0, good[i], ENTRY_SUBMIT);
    }
}

SPEC(attributable_orders_are_shown_like_others_and_told_so)
{
    TALK(0, "O 1 B 10 ACME 10.00 display=A", "0<- A 1 B 10 ACME 10.00 0Y ANN #6.0 L\n");
}

SPEC(an_iceberg_says_each_refresh_of_what_it_shows)
{
    TALK(0, "O 1 B 100 ACME 10.00 floor=40", "0<- A 1 B 100 ACME 10.00 0Y ANN #6.0 L floor=40\n");
    TALK(1, "O 1 S 50 ACME 10.00",
         "1<- A 1 S 50 ACME 10.00 0Y ANN #7.0 L\n"
         "1<- E 1 40 10.00 R #7.0\n"
         "0<- E 1 40 10.00 A #7.0\n"
         "0<- R 1 R second=#7.1 show=40\n"
         "1<- E 1 10 10.00 R #7.2\n"
         "0<- E 1 10 10.00 A #7.2\n");
}

SPEC(a_post_only_order_that_would_take_is_refused)
{
    SAY(1, "O 1 S 50 ACME 10.00");
    HUSH();
    TALK(0, "O 1 B 50 ACME 10.00 post=P id=P", "0<- J 1 000f id=P\n");
    TALK(0, "O 2 B 50 ACME 9.99 post=P", "0<- A 2 B 50 ACME 9.99 0Y ANN #8.0 L post=P\n");
}

SPEC(phases_that_take_no_orders_refuse_them)
{
    entry_rig_phase(&rig, 0, MATCH_HALTED);
    TALK(0, "O 1 B 50 ACME 10.00", "0<- J 1 0007\n");
    entry_rig_phase(&rig, 0, MATCH_CLOSED);
    TALK(0, "O 2 B 50 ACME 10.00", "0<- J 2 0002\n");
    entry_rig_phase(&rig, 0, MATCH_CALL);
    TALK(0, "O 3 B 50 ACME 10.00 tif=3", "0<- J 3 0014\n");
}

SPEC(auctions_are_told_by_the_letter_of_their_cross)
{
    entry_rig_phase(&rig, 0, MATCH_CLOSED);
    entry_rig_phase(&rig, 0, MATCH_CALL);
    TALK(0, "O 1 B 50 ACME 10.00 cross=O", "0<- A 1 B 50 ACME 10.00 0Y ANO #8.0 L\n");
    SAY(1, "O 1 S 50 ACME 9.90");
    HUSH();
    entry_rig_phase(&rig, 0, MATCH_OPEN);
    HEARD("0<- E 1 50 10.00 O #10.1\n1<- E 1 50 10.00 O #10.1\n");
    entry_rig_phase(&rig, 0, MATCH_CALL);
    SAY(0, "O 2 B 50 ACME 10.00 cross=C");
    SAY(1, "O 2 S 20 ACME 10.00");
    HUSH();
    entry_rig_phase(&rig, 0, MATCH_CLOSED);
    HEARD("0<- E 2 20 10.00 C #14.1\n1<- E 2 20 10.00 C #14.1\n0<- C 2 30 E\n");
}

SPEC(an_order_that_would_meet_its_own_group_ends_as_its_strategy_says)
{
    SAY(1, "O 1 S 50 ACME 10.00");
    HUSH();
    TALK(2, "O 1 B 80 ACME 10.00", /* W of the port: nobody names the price */
         "2<- A 1 B 80 ACME 10.00 0Y ANN #7.0 L\n2<- C 1 80 Q\n");
    TALK(2, "O 2 B 80 ACME 10.01 aiq=D",
         "1<- D 1 50 Q 50 10.00 A D\n"
         "2<- A 2 B 80 ACME 10.01 0Y ANN #8.1 L aiq=D\n"
         "2<- D 2 50 Q 50 10.00 R D\n");
    TALK(2, "X 2 0", "2<- C 2 30 U\n");
    SAY(1, "O 2 S 50 ACME 10.00");
    HUSH();
    TALK(2, "O 3 B 20 ACME 10.00 aiq=o",
         "1<- D 2 50 Q 20 10.00 A o\n2<- A 3 B 20 ACME 10.00 0Y ANN #11.1 L aiq=o\n");
}

SPEC(the_firm_of_a_port_can_be_disabled_and_enabled)
{
    TALK(0, "D 1 FIRM", "0<- G 1 FIRM\n");
    TALK(0, "O 2 B 50 ACME 10.00", "0<- J 2 000c\n");
    SAY(0, "O 3 B 50 ACME 10.00 firm=ACME");
    HUSH();
    TALK(0, "E 4 FIRM idx=3", "0<- K 4 FIRM idx=3\n");
    SAY_IS(0, "O 5 B 50 ACME 10.00", ENTRY_SUBMIT);
    HUSH();
    TALK(0, "D 6 THEY", "0<- J 6 000c\n");
    SAY(0, "D 7 FIRM");
    HUSH();
    TALK(0, "U 5 8 40 10.00", "0<- J 8 000c\n");
    TALK(0, "X 5 0", "0<- C 5 50 U\n");
}

SPEC(bytes_that_are_no_message_change_nothing)
{
    static const uint8_t bad[][4] = {"", "Z", "O", "Q1", {'Q', 0, 1, 28}};
    static const size_t length[] = {0, 1, 1, 2, 4};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        EXPECT(entry_rig_send(&rig, 0, bad[i], length[i]) == ENTRY_MALFORMED);
    EXPECT(entry_rig_send(&rig, 5, "Q", 1) == ENTRY_MALFORMED); /* no plan */
    HEARD("");
    TALK(0, "Q", "0<- Q 1\n");
}

#define SPECS(S)                                                                                   \
    S(an_order_is_accepted_and_its_fills_are_told_to_both_sides)                                   \
    S(an_order_that_ends_at_once_without_a_trade_is_accepted_dead)                                 \
    S(user_ref_nums_go_up_gaps_are_allowed_and_resends_are_ignored)                                \
    S(a_refused_order_consumes_its_number)                                                         \
    S(each_channel_counts_by_itself_and_its_answers_name_it)                                       \
    S(a_replacement_shows_what_is_outstanding)                                                     \
    S(less_quantity_at_the_same_price_keeps_its_place_and_reference)                               \
    S(a_replacement_with_bad_details_cancels_the_order_and_keeps_its_number_usable)                \
    S(a_replacement_that_leaves_nothing_cancels_the_rest)                                          \
    S(a_replacement_that_changes_what_is_fixed_is_refused_and_the_order_stays)                     \
    S(a_replacement_the_engine_refuses_leaves_the_order_as_it_was)                                 \
    S(a_replacement_may_trade_at_once)                                                             \
    S(a_replacement_keeps_what_it_does_not_name)                                                   \
    S(a_cancel_names_the_intended_total_size)                                                      \
    S(a_partial_cancel_the_engine_cannot_do_is_refused_and_a_full_one_always_passes)               \
    S(a_modification_changes_the_kind_of_a_sale_and_may_reduce_it)                                 \
    S(a_modification_that_changes_nothing_leaves_the_kind_of_the_sale)                             \
    S(what_an_order_may_not_say_is_refused_with_its_code)                                          \
    S(what_is_at_the_edge_of_the_allowed_is_taken)                                                 \
    S(attributable_orders_are_shown_like_others_and_told_so)                                       \
    S(an_iceberg_says_each_refresh_of_what_it_shows)                                               \
    S(a_post_only_order_that_would_take_is_refused)                                                \
    S(phases_that_take_no_orders_refuse_them)                                                      \
    S(auctions_are_told_by_the_letter_of_their_cross)                                              \
    S(an_order_that_would_meet_its_own_group_ends_as_its_strategy_says)                            \
    S(the_firm_of_a_port_can_be_disabled_and_enabled)                                              \
    S(bytes_that_are_no_message_change_nothing)
SPEC_MAIN("entry", SPECS, entry_spec_begin, entry_spec_end)
