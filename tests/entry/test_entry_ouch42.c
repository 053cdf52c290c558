/* OUCH 4.2 as conversations: sessions 3 and 4. */

#include "tests/entry/entry_spec.h"

SPEC(an_order_is_called_by_its_token_from_acceptance_to_its_end)
{
    TALK(3, "O One B 100 ACME 10.00", "3<- A One B 100 ACME 10.00 99998 FIRM Y ANN #6.0 L\n");
    TALK(4, "O one S 40 ACME 10.00 tif=0 capacity=x",
         "4<- A one S 40 ACME 10.00 0 FIRM Y ONN #7.0 L\n"
         "4<- E one 40 10.00 R #7.0\n"
         "3<- E One 40 10.00 A #7.0\n");
    TALK(3, "X One 50", "3<- C One 50 U\n");
    TALK(3, "X One 0", "3<- C One 10 U\n");
}

SPEC(a_token_is_used_once_a_day_in_its_session_upper_and_lower_case_differ)
{
    SAY_IS(3, "O tok B 100 ACME 10.00", ENTRY_SUBMIT);
    SAY_IS(3, "O tok B 100 ACME 10.00", ENTRY_IGNORE);
    SAY_IS(3, "O Tok B 100 ACME 10.00", ENTRY_SUBMIT);
    SAY_IS(4, "O tok B 100 ACME 10.00", ENTRY_SUBMIT);
    HUSH();
    SAY(3, "X tok 0");
    SAY_IS(3, "O tok B 100 ACME 10.00", ENTRY_IGNORE); /* its order has gone, the token has not */
    SAY_IS(3, "U Tok tok 100 10.01", ENTRY_IGNORE);
    HUSH();
    TALK(3, "O bad B 0 ACME 10.00", "3<- J bad Z\n"); /* a refused token is consumed */
    SAY_IS(3, "O bad B 10 ACME 10.00", ENTRY_IGNORE);
    SAY(3, "O a.b B 10 ACME 10.00");
    HEARD("3<- J a.b O\n");
}

SPEC(a_replacement_has_a_token_of_its_own)
{
    SAY(3, "O a B 500 ACME 10.00");
    SAY(4, "O x S 100 ACME 10.00");
    HUSH();
    TALK(3, "U a b 600 10.01", "3<- U a b B 500 ACME 10.01 99998 FIRM Y ANN #8.0 L\n");
    SAY_IS(3, "U a c 600 10.01", ENTRY_IGNORE);
    TALK(3, "U b c 0 10.00", "3<- C b 500 U\n"); /* bad details cancel; c stays usable */
    SAY_IS(3, "O c B 10 ACME 10.00", ENTRY_SUBMIT);
    HUSH();
    TALK(3, "U c d 20 10.00 tif=0", "3<- J d O\n"); /* refused, and d is consumed */
    SAY_IS(3, "O d B 10 ACME 10.00", ENTRY_IGNORE);
    TALK(3, "U c e 20 10.00 display=P", "3<- J e O\n");
    TALK(3, "U c f 15 10.00 tif=99999", "3<- U c f B 15 ACME 10.00 99999 FIRM Y ANN #13.0 L\n");
}

SPEC(a_modification_may_go_back_and_may_grow_which_loses_the_place)
{
    SAY(3, "O a S 100 ACME 10.00");
    HUSH();
    TALK(3, "M a T 90", "3<- M a T 90\n");
    TALK(3, "M a S 120", "3<- M a S 120\n3<- T a 10.00 Y #8.0\n");
    SAY_IS(3, "M a S 100", ENTRY_IGNORE);
    SAY_IS(3, "M a T 0", ENTRY_IGNORE);
    SAY_IS(3, "M a T 1000000", ENTRY_IGNORE);
    SAY_IS(3, "M b T 10", ENTRY_IGNORE);
    SAY_IS(3, "N a", ENTRY_IGNORE);
}

SPEC(what_an_order_may_not_say_is_refused_with_its_letter)
{
    static const struct {
        const char *line;
        const char *answer;
    } bad[] = {
        {"O a X 10 ACME 10.00", "3<- J a O\n"},
        {"O a B 1000000 ACME 10.00", "3<- J a Z\n"},
        {"O a B 10 NONE 10.00", "3<- J a S\n"},
        {"O a B 10 ACME 0.00", "3<- J a X\n"},
        {"O a B 10 ACME =0x77359400", "3<- J a X\n"},
        {"O a B 10 ACME 10.00 tif=100000", "3<- J a O\n"},
        {"O a B 10 ACME 10.00 display=N", "3<- J a D\n"},
        {"O a B 10 ACME 10.00 display=M", "3<- J a D\n"},
        {"O a B 10 ACME 10.00 display=O", "3<- J a D\n"},
        {"O a B 10 ACME 10.00 display=I", "3<- J a R\n"},
        {"O a B 10 ACME 10.00 iso=y", "3<- J a O\n"},
        {"O a B 10 ACME 10.00 minqty=1", "3<- J a N\n"},
        {"O a B 10 ACME 10.00 cross=O", "3<- J a R\n"},
        {"O a B 10 ACME 10.00 customer=R", "3<- J a D\n"},
        {"O a B 10 ACME 10.00 firm=THEY", "3<- J a L\n"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        entry_spec_end();
        entry_spec_begin();
        SAY_IS(3, bad[i].line, ENTRY_ANSWER);
        HEARD(bad[i].answer);
    }
}

SPEC(the_engine_s_refusals_have_letters_too)
{
    entry_rig_phase(&rig, 0, MATCH_HALTED);
    TALK(3, "O a B 10 ACME 10.00", "3<- J a H\n");
    entry_rig_phase(&rig, 0, MATCH_CLOSED);
    TALK(3, "O b B 10 ACME 10.00", "3<- J b C\n");
}

SPEC(post_only_and_attributable_are_displays)
{
    TALK(3, "O a B 10 ACME 10.00 display=L", "3<- A a B 10 ACME 10.00 99998 FIRM P ANN #6.0 L\n");
    TALK(4, "O b S 10 ACME 10.00 display=P", "4<- J b O\n");
    TALK(4, "O c S 10 ACME 10.01 display=A", "4<- A c S 10 ACME 10.01 99998 FIRM Y ANN #8.0 L\n");
}

SPEC(an_order_of_seconds_ends_when_they_are_over)
{
    SAY(3, "O a B 10 ACME 10.00 tif=1");
    SAY(3, "O b B 10 ACME 10.00 tif=99997");
    HUSH();
    rig.now += NANOS_SECOND;
    EXPECT_UINT(entry_rig_tick(&rig), 1);
    HEARD("3<- C a 10 T\n");
}

SPEC(where_no_token_can_be_remembered_it_is_refused_and_not_consumed)
{
    struct entry_limits limits = entry_rig_limits();
    limits.tokens = 2;
    entry_rig_free(&rig);
    entry_rig_new(&rig, &limits);
    SAY(3, "O a B 10 ACME 10.00");
    SAY(4, "O b B 10 ACME 10.00");
    HUSH();
    EXPECT_UINT(entry_tokens(rig.entry), 2);
    TALK(3, "O c B 10 ACME 10.00", "3<- J c O\n");
    TALK(3, "O c B 10 ACME 10.00", "3<- J c O\n");
    SAY_IS(3, "O a B 10 ACME 10.00", ENTRY_IGNORE);
    TALK(3, "U a c 20 10.00", "3<- J c O\n");
    TALK(3, "X a 0", "3<- C a 10 U\n");
    entry_rig_day(&rig, true); /* a new day forgets them */
    HUSH();
    EXPECT_UINT(entry_tokens(rig.entry), 0);
    SAY_IS(3, "O a B 10 ACME 10.00", ENTRY_SUBMIT);
}

SPEC(only_the_exact_length_is_a_message)
{
    uint8_t bytes[50] = {'O'};
    EXPECT(entry_rig_send(&rig, 3, bytes, 48) == ENTRY_MALFORMED);
    EXPECT(entry_rig_send(&rig, 3, bytes, 50) == ENTRY_MALFORMED);
    EXPECT(entry_rig_send(&rig, 3, "Q", 1) == ENTRY_MALFORMED);
    EXPECT(entry_rig_send(&rig, 3, bytes, 0) == ENTRY_MALFORMED);
}

#define SPECS(S)                                                                                   \
    S(an_order_is_called_by_its_token_from_acceptance_to_its_end)                                  \
    S(a_token_is_used_once_a_day_in_its_session_upper_and_lower_case_differ)                       \
    S(a_replacement_has_a_token_of_its_own)                                                        \
    S(a_modification_may_go_back_and_may_grow_which_loses_the_place)                               \
    S(what_an_order_may_not_say_is_refused_with_its_letter)                                        \
    S(the_engine_s_refusals_have_letters_too)                                                      \
    S(post_only_and_attributable_are_displays)                                                     \
    S(an_order_of_seconds_ends_when_they_are_over)                                                 \
    S(where_no_token_can_be_remembered_it_is_refused_and_not_consumed)                             \
    S(only_the_exact_length_is_a_message)
SPEC_MAIN("entry_ouch42", SPECS, entry_spec_begin, entry_spec_end)
