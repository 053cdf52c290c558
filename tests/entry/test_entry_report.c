/* What is reported of orders beside the sessions: conversations, and what others are told of them.
 *
 *     "1 of 2: 4294967301 executed 40 at 10.00: 40 done, 60 open" */

#include "tests/entry/entry_spec.h"
#include "tests/entry/ouch_text.h"

#include <string.h>

static char told[ENTRY_RIG_TEXT];
static uint64_t number;
static struct entry_report newest;

static void report(void *context, const struct entry_report *report)
{
    (void)context;
    size_t at = strlen(told);
    EXPECT_UINT(report->number, number + 1);
    number = report->number;
    newest = *report;
    at += (size_t)snprintf(told + at, sizeof told - at, "%u: %u.%u %s %" PRId64, report->account,
                           (uint32_t)(report->order >> 32) - 1, (uint32_t)report->order,
                           entry_report_name((enum entry_report_kind)report->kind),
                           report->qty / QTY_ONE);
    if (report->replaces)
        at += (size_t)snprintf(told + at, sizeof told - at, " for %u", (uint32_t)report->replaces);
    at += (size_t)snprintf(told + at, sizeof told - at,
                           " at %" PRId64 ".%02" PRId64 ", %" PRId64 " done %" PRId64 " open",
                           report->price / PRICE_ONE, report->price % PRICE_ONE / (PRICE_ONE / 100),
                           report->executed / QTY_ONE, report->leaves / QTY_ONE);
    const char *why = entry_report_reason(report);
    at += (size_t)snprintf(told + at, sizeof told - at, why ? " %s\n" : "\n", why);
}

static void before_each(void)
{
    entry_spec_begin();
    rig.on_report = report;
    told[0] = '\0';
    number = 0;
}

/* A request, and what is reported of it. */
#define REPORTS(session, line, lines)                                                              \
    do {                                                                                           \
        told[0] = '\0';                                                                            \
        SAY(session, line);                                                                        \
        EXPECT_TEXT(told, lines);                                                                  \
    } while (0)

SPEC(an_order_s_way_is_reported_with_what_is_left)
{
    REPORTS(0, "O 1 B 100 ACME 10.00 id=A1", "1: 0.1 accepted 100 at 10.00, 0 done 100 open\n");
    EXPECT(newest.side == SIDE_BUY && newest.instrument == 0 && newest.at == rig.now);
    EXPECT(memcmp(newest.token, "A1            ", sizeof newest.token) == 0);
    REPORTS(1, "O 1 S 40 ACME 9.90",
            "2: 1.1 accepted 40 at 9.90, 0 done 40 open\n"
            "2: 1.1 executed 40 at 10.00, 40 done 0 open\n"
            "1: 0.1 executed 40 at 10.00, 40 done 60 open\n");
    REPORTS(0, "U 1 2 90 10.10 id=A2", "1: 0.2 replaced 90 for 1 at 10.10, 40 done 50 open\n");
    REPORTS(0, "X 2 70", "1: 0.2 reduced 20 for 1 at 10.10, 40 done 30 open by_user\n");
    REPORTS(1, "O 2 S 10 ACME 10.10",
            "2: 1.2 accepted 10 at 10.10, 0 done 10 open\n"
            "2: 1.2 executed 10 at 10.10, 10 done 0 open\n"
            "1: 0.2 executed 10 for 1 at 10.10, 50 done 20 open\n");
    EXPECT(memcmp(newest.token, "A2            ", sizeof newest.token) == 0);
    REPORTS(0, "X 2 0", "1: 0.2 canceled 20 for 1 at 10.10, 50 done 0 open by_user\n");
}

SPEC(what_ends_without_a_trade_says_why)
{
    REPORTS(0, "O 1 B 10 ACME 10.00 tif=3",
            "1: 0.1 accepted 10 at 10.00, 0 done 10 open\n"
            "1: 0.1 canceled 10 at 10.00, 0 done 0 open immediate\n");
    SAY(1, "O 1 B 50 ACME 10.00");
    REPORTS(2, "O 1 S 80 ACME 10.00 aiq=D",
            "2: 1.1 canceled 50 at 10.00, 0 done 0 open self\n"
            "2: 2.1 accepted 80 at 10.00, 0 done 80 open\n"
            "2: 2.1 reduced 50 at 10.00, 0 done 30 open self\n");
    told[0] = '\0';
    entry_rig_phase(&rig, 0, MATCH_CLOSED);
    EXPECT_TEXT(told, "2: 2.1 canceled 30 at 10.00, 0 done 0 open day_over\n");
}

SPEC(an_order_without_a_price_has_none_and_a_sale_is_one)
{
    SAY(0, "O 1 B 10 ACME 10.00");
    REPORTS(1, "O 1 S 30 ACME market",
            "2: 1.1 accepted 30 at 0.00, 0 done 30 open\n"
            "2: 1.1 executed 10 at 10.00, 10 done 20 open\n"
            "1: 0.1 executed 10 at 10.00, 10 done 0 open\n"
            "2: 1.1 canceled 20 at 0.00, 10 done 0 open no_liquidity\n");
    EXPECT(newest.side == SIDE_SELL);
}

SPEC(what_is_refused_by_the_port_or_the_engine_is_rejected_with_its_reason)
{
    REPORTS(0, "O 1 B 0 ACME 10.00 id=no", "1: 0.1 rejected 0 at 10.00, 0 done 0 open bad_qty\n");
    EXPECT(newest.instrument == 0 && newest.side == SIDE_BUY && newest.at == rig.now);
    EXPECT(memcmp(newest.token, "no            ", sizeof newest.token) == 0);
    REPORTS(0, "O 2 S 10 NONE 10.00", "1: 0.2 rejected 10 at 10.00, 0 done 0 open bad_symbol\n");
    EXPECT(newest.instrument == ENTRY_REPORT_NO_INSTRUMENT && newest.side == SIDE_SELL);
    REPORTS(0, "O 3 Z 10 ACME 10.00", "1: 0.3 rejected 10 at 10.00, 0 done 0 open bad_side\n");
    EXPECT(newest.side == ENTRY_REPORT_NO_SIDE);
    SAY(1, "O 1 S 10 BETA 10.00");
    REPORTS(0, "O 4 B 10 BETA 10.00 post=P",
            "1: 0.4 rejected 10 at 10.00, 0 done 0 open would_take\n");
    EXPECT(newest.instrument == 1);
}

SPEC(a_replacement_that_is_refused_names_the_order_that_stays)
{
    SAY(0, "O 1 B 100 ACME 10.00 idx=5");
    SAY(0, "O 1 B 100 ACME 9.00 post=P");
    SAY(1, "O 1 S 100 ACME 10.50");
    REPORTS(0, "U 1 2 100 10.50 id=by",
            "1: 0.2 rejected 100 for 1 at 10.50, 0 done 0 open would_take\n");
    EXPECT(memcmp(newest.token, "by            ", sizeof newest.token) == 0);
    REPORTS(0, "U 1 3 100 market",
            "1: 0.3 rejected 100 for 1 at 9.00, 0 done 0 open fixed_terms\n");
    told[0] = '\0';
    SAY(0, "U 1 2 100 10.10 idx=5");
    EXPECT_UINT(newest.order, entry_id(0, 5, 2));
    EXPECT_UINT(newest.replaces, entry_id(0, 5, 1));
}

SPEC(a_request_that_changes_nothing_is_not_reported)
{
    SAY(0, "O 1 B 100 CATS 10.00");
    REPORTS(0, "X 1 50", "");           /* half a lot: the engine refuses it */
    REPORTS(0, "X 1 500", "");          /* superfluous */
    REPORTS(0, "O 1 B 10 ACME 10", ""); /* a resend */
    REPORTS(0, "Q", "");
    REPORTS(0, "C 9 NONE *", "");
}

SPEC(orders_of_ouch_4_2_are_called_by_their_tokens_and_modified)
{
    REPORTS(3, "O one S 100 ACME 10.00", "3: 3.1 accepted 100 at 10.00, 0 done 100 open\n");
    EXPECT(memcmp(newest.token, "one           ", sizeof newest.token) == 0);
    SAY(0, "O 1 B 30 ACME 10.00");
    REPORTS(3, "M one T 120", "3: 3.1 modified 120 at 10.00, 30 done 90 open\n");
    REPORTS(3, "U one two 150 10.20", "3: 3.2 replaced 150 for 1 at 10.20, 30 done 120 open\n");
    REPORTS(3, "O bad B 0 ACME 10.00", "3: 3.3 rejected 0 at 10.00, 0 done 0 open bad_qty\n");
    EXPECT(memcmp(newest.token, "bad           ", sizeof newest.token) == 0);
    EXPECT(newest.at == rig.now);
}

SPEC(what_there_is_no_place_for_is_rejected)
{
    struct entry_out out;
    uint8_t bytes[OUCH_TEXT_BYTES];
    SAY(0, "O 1 B 100 ACME 10.00");
    told[0] = '\0';
    EXPECT(entry_request(rig.entry, 0, bytes, ouch_text_bytes50("U 1 2 50 10.00", bytes), rig.now,
                         &out) == ENTRY_SUBMIT);
    entry_rig_take(&rig, entry_refuse(rig.entry, ENTRY_NO_ROOM, &out), &out);
    EXPECT_TEXT(told, "1: 0.2 rejected 50 for 1 at 10.00, 0 done 0 open no_room\n");
    told[0] = '\0';
    EXPECT(entry_request(rig.entry, 0, bytes, ouch_text_bytes50("X 1 0", bytes), rig.now, &out) ==
           ENTRY_SUBMIT);
    entry_rig_take(&rig, entry_refuse(rig.entry, ENTRY_NO_ROOM, &out), &out);
    EXPECT_TEXT(told, "");
}

SPEC(nothing_is_reported_before_its_event_is_shown)
{
    rig.late = true;
    REPORTS(0, "O 1 B 100 ACME 10.00", "");
    REPORTS(0, "O 2 B 0 ACME 10.00", "");
    entry_rig_show(&rig, SIZE_MAX);
    EXPECT_TEXT(told, "1: 0.1 accepted 100 at 10.00, 0 done 100 open\n"
                      "1: 0.2 rejected 0 at 10.00, 0 done 0 open bad_qty\n");
}

#define SPECS(S)                                                                                   \
    S(an_order_s_way_is_reported_with_what_is_left)                                                \
    S(what_ends_without_a_trade_says_why)                                                          \
    S(an_order_without_a_price_has_none_and_a_sale_is_one)                                         \
    S(what_is_refused_by_the_port_or_the_engine_is_rejected_with_its_reason)                       \
    S(a_replacement_that_is_refused_names_the_order_that_stays)                                    \
    S(a_request_that_changes_nothing_is_not_reported)                                              \
    S(orders_of_ouch_4_2_are_called_by_their_tokens_and_modified)                                  \
    S(what_there_is_no_place_for_is_rejected)                                                      \
    S(nothing_is_reported_before_its_event_is_shown)
SPEC_MAIN("entry: reports", SPECS, before_each, entry_spec_end)
