/* What is known of an order in doubt: queries, cuts, starts, and what is forgotten. */

#include "dataplane/gateway/trade_port_ouch50_layout.h"
#include "tests/gateway/port_rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>

static struct port_rig rig;

static void before_each(void)
{
    port_rig_new(&rig, 8, 0, "");
}

static void after_each(void)
{
    ouch50_port_verify(rig.port);
    port_rig_free(&rig);
}

#define HEAR(line, said)        EXPECT_TEXT(port_rig_hear(&rig, line), said)
#define HEAR_FENCE(fence, said) EXPECT_TEXT(port_rig_hear_fence(&rig, fence), said)

static void order_live(order_id_t order, uint32_t qty)
{
    char line[80];
    port_rig_order(&rig, order, SIDE_BUY, qty, 100000, 0);
    snprintf(line, sizeof line, "A urn=%u qty=%u price=100000 state=L", (uint32_t)order, qty);
    port_rig_hear(&rig, line);
}

static void cut(void)
{
    rig.kind->session(rig.port, false);
    rig.kind->session(rig.port, true);
}

SPEC(the_answer_to_an_account_query_says_what_the_venue_had_said_before_it)
{
    order_live(1, 500);
    port_rig_hear(&rig, "E urn=1 qty=100 match=1");
    EXPECT_UINT(port_rig_query(&rig, 1), 6);
    HEAR_FENCE(port_rig_fence(&rig), "OPEN 1 cum 100 leaves 400 query 1 slot 1\n");
    port_rig_hear(&rig, "C urn=1 qty=400 reason=U");
    port_rig_query(&rig, 1);
    HEAR_FENCE(port_rig_fence(&rig), "DONE 1 cum 100 leaves 0 query 2 slot 1\n");
    port_rig_order(&rig, 2, SIDE_BUY, 500, 100000, 0);
    port_rig_query(&rig, 2);
    HEAR_FENCE(port_rig_fence(&rig), "NEVER 2 cum 0 leaves 0 query 3 slot 2\n");
}

SPEC(one_account_query_serves_all_that_were_sent_before_it)
{
    order_live(1, 500);
    port_rig_order(&rig, 2, SIDE_BUY, 500, 100000, 0);
    order_live(3, 500);
    port_rig_query(&rig, 1);
    uint32_t fence = port_rig_fence(&rig);
    EXPECT_UINT(port_rig_query(&rig, 2), 0);
    EXPECT_UINT(port_rig_query(&rig, 3), 0);
    EXPECT_UINT(port_rig_query(&rig, 3), 0); /* asked again: the newest number is answered */
    HEAR_FENCE(fence, "OPEN 1 cum 0 leaves 500 query 1 slot 1\n"
                      "NEVER 2 cum 0 leaves 0 query 2 slot 2\n"
                      "OPEN 3 cum 0 leaves 500 query 4 slot 3\n");
    HEAR_FENCE(fence, "");
}

SPEC(an_order_of_which_something_was_sent_since_needs_another)
{
    order_live(1, 500);
    order_live(2, 500);
    port_rig_query(&rig, 1);
    uint32_t first = port_rig_fence(&rig);
    port_rig_order(&rig, 3, SIDE_BUY, 500, 100000, 0);
    port_rig_cancel(&rig, 2);
    EXPECT_UINT(port_rig_query(&rig, 3), 6);
    uint32_t second = port_rig_fence(&rig);
    EXPECT_UINT(port_rig_query(&rig, 2), 0);
    HEAR_FENCE(first, "OPEN 1 cum 0 leaves 500 query 1 slot 1\n");
    HEAR("A urn=3 qty=500 price=100000 state=L", "ACCEPTED 3 cum 0 leaves 500 qty 500 at 100000\n");
    HEAR("C urn=2 qty=500 reason=U", "CANCELED 2 cum 0 leaves 0 qty 500 (asked for)\n");
    HEAR_FENCE(second, "OPEN 3 cum 0 leaves 500 query 2 slot 3\n"
                       "DONE 2 cum 0 leaves 0 query 3 slot 2\n");
}

SPEC(a_replacement_in_doubt_has_happened_or_will_never)
{
    order_live(1, 500);
    port_rig_replace(&rig, &(struct port_rig_replace){1, 2, 600, 0, 100500, 0});
    EXPECT_UINT(port_rig_query(&rig, 1), 6);
    HEAR_FENCE(port_rig_fence(&rig), "OPEN 1 cum 0 leaves 500 query 1 slot 1\n");
    port_rig_replace(&rig, &(struct port_rig_replace){1, 3, 600, 0, 100500, 0});
    EXPECT_UINT(port_rig_query(&rig, 1), 6);
    port_rig_hear(&rig, "U orig=1 urn=3 qty=600 price=100500 state=L");
    HEAR_FENCE(port_rig_fence(&rig), "OPEN 3 cum 0 leaves 600 query 2 slot 1\n");
    HEAR("U orig=1 urn=2 qty=600 price=100500 state=L",
         "REPLACED 2 cum 0 leaves 600 was 1 qty 600 at 100500 stray\n");
}

SPEC(a_replacement_sent_after_the_fence_is_not_said_never_to_have_been)
{
    order_live(1, 500);
    order_live(2, 500);
    port_rig_query(&rig, 1);
    uint32_t first = port_rig_fence(&rig);
    port_rig_hear_fence(&rig, first);
    port_rig_query(&rig, 2);
    uint32_t second = port_rig_fence(&rig);
    port_rig_replace(&rig, &(struct port_rig_replace){1, 3, 600, 0, 100500, 0});
    EXPECT_UINT(port_rig_query(&rig, 1), 6);
    HEAR_FENCE(second, "OPEN 2 cum 0 leaves 500 query 2 slot 2\n");
    port_rig_hear(&rig, "U orig=1 urn=3 qty=600 price=100500 state=L");
    HEAR_FENCE(port_rig_fence(&rig), "OPEN 3 cum 0 leaves 600 query 3 slot 1\n");
}

SPEC(a_query_from_before_a_request_says_nothing_of_the_request)
{
    order_live(1, 500);
    port_rig_query(&rig, 1);
    uint32_t fence = port_rig_fence(&rig);
    port_rig_replace(&rig, &(struct port_rig_replace){1, 2, 600, 0, 100500, 0});
    HEAR_FENCE(fence, "");
    HEAR("U orig=1 urn=2 qty=600 price=100500 state=L",
         "REPLACED 2 cum 0 leaves 600 was 1 qty 600 at 100500\n");
    port_rig_query(&rig, 1);
    fence = port_rig_fence(&rig);
    port_rig_replace(&rig, &(struct port_rig_replace){2, 3, 700, 0, 100500, 0});
    HEAR_FENCE(fence, "OPEN 2 cum 0 leaves 600 query 2 slot 1\n");
    HEAR("U orig=2 urn=3 qty=700 price=100500 state=L",
         "REPLACED 3 cum 0 leaves 700 was 2 qty 700 at 100500\n");
}

SPEC(behind_a_cut_the_answer_to_an_old_query_is_not_the_answer)
{
    port_rig_order(&rig, 1, SIDE_BUY, 500, 100000, 0);
    port_rig_query(&rig, 1);
    uint32_t old = port_rig_fence(&rig);
    port_rig_order(&rig, 2, SIDE_BUY, 500, 100000, 0);
    cut();
    EXPECT_UINT(port_rig_query(&rig, 1), 6);
    uint32_t fence = port_rig_fence(&rig);
    EXPECT_UINT(port_rig_query(&rig, 2), 0);
    HEAR_FENCE(old, "");
    HEAR("A urn=2 qty=500 price=100000 state=L", "ACCEPTED 2 cum 0 leaves 500 qty 500 at 100000\n");
    HEAR_FENCE(fence, "NEVER 1 cum 0 leaves 0 query 2 slot 1\n"
                      "OPEN 2 cum 0 leaves 500 query 3 slot 2\n");
}

SPEC(the_answer_to_a_query_that_was_not_asked_is_nothing)
{
    port_rig_order(&rig, 1, SIDE_BUY, 500, 100000, 0);
    port_rig_query(&rig, 1);
    uint32_t fence = port_rig_fence(&rig);
    for (uint32_t name = 0; name < 256; name++)
        if (name != fence) HEAR_FENCE(name, "");
    HEAR("Q next=1", "");
    HEAR_FENCE(fence, "NEVER 1 cum 0 leaves 0 query 1 slot 1\n");
}

SPEC(a_cut_forgets_the_queries)
{
    order_live(1, 500);
    port_rig_query(&rig, 1);
    uint32_t old = port_rig_fence(&rig);
    cut();
    HEAR_FENCE(old, "");
}

SPEC(what_an_earlier_run_has_asked_is_not_the_answer)
{
    for (uint32_t run = 0; run < 8; run++) {
        uint32_t fences[30];
        port_rig_free(&rig);
        port_rig_new(&rig, 8, run, "");
        port_rig_order(&rig, 1, SIDE_BUY, 500, 100000, 0);
        for (uint32_t i = 0; i < 30; i++) {
            port_rig_query(&rig, 1);
            fences[i] = port_rig_fence(&rig);
            cut();
        }
        port_rig_free(&rig);
        port_rig_new(&rig, 8, run + 1, "");
        rig.kind->recover(rig.port, &(struct port_recovered){.order = 1, .total = 500 * QTY_ONE});
        port_rig_query(&rig, 1);
        for (uint32_t i = 0; i < 30; i++) HEAR_FENCE(fences[i], "");
        HEAR_FENCE(port_rig_fence(&rig), "NEVER 1 cum 0 leaves 0 query 1 slot 1\n");
    }
}

SPEC(with_thirty_unanswered_no_query_is_sent)
{
    uint32_t fences[30];
    port_rig_order(&rig, 1, SIDE_BUY, 500, 100000, 0);
    for (uint32_t i = 0; i < 30; i++) {
        EXPECT_UINT(port_rig_query(&rig, 1), 6);
        fences[i] = port_rig_fence(&rig);
        for (uint32_t before = 0; before < i; before++) EXPECT(fences[before] != fences[i]);
        cut();
    }
    EXPECT_UINT(port_rig_query(&rig, 1), 0);
    HEAR_FENCE(fences[29], "");
    EXPECT_UINT(port_rig_query(&rig, 1), 6);
    HEAR_FENCE(port_rig_fence(&rig), "NEVER 1 cum 0 leaves 0 query 32 slot 1\n");
}

SPEC(names_go_round)
{
    order_live(1, 500);
    for (uint32_t i = 1; i <= 500; i++) {
        char said[80];
        snprintf(said, sizeof said, "OPEN 1 cum 0 leaves 500 query %u slot 1\n", i);
        EXPECT_UINT(port_rig_query(&rig, 1), 6);
        HEAR_FENCE(port_rig_fence(&rig), said);
    }
}

SPEC(a_query_that_could_not_be_sent_is_served_by_the_next)
{
    order_live(1, 500);
    order_live(2, 500);
    const struct port_request query = {
        .slot = {.kind = SLOT_SENDS_QUERY, .order = 1, .number = 50, .slot = 1}};
    EXPECT_UINT(port_rig_encode(&rig, &query), 6);
    EXPECT_UINT(port_rig_encode(&rig, &query), 6);
    uint32_t held = port_rig_fence(&rig);
    EXPECT_UINT(port_rig_query(&rig, 2), 6);
    EXPECT_UINT(port_rig_fence(&rig), held);
    EXPECT_UINT(port_rig_encode(&rig, &query), 0);
    HEAR_FENCE(held, "OPEN 1 cum 0 leaves 500 query 50 slot 1\n"
                     "OPEN 2 cum 0 leaves 500 query 1 slot 2\n");
}

SPEC(an_order_that_was_never_sent_has_never_been)
{
    EXPECT_UINT(port_rig_query(&rig, 5), 6);
    HEAR_FENCE(port_rig_fence(&rig), "NEVER 5 cum 0 leaves 0 query 1 slot 5\n");
    rig.kind->forget(rig.port, 5);
}

/* Starts. */

SPEC(recovered_orders_go_on_where_the_journal_ends)
{
    const struct port_recovered accepted = {
        .order = 3, .accepted = true, .total = 500 * QTY_ONE, .cum = 100 * QTY_ONE};
    rig.kind->recover(rig.port, &accepted);
    rig.kind->recover(rig.port, &(struct port_recovered){.order = 4, .total = 200 * QTY_ONE});
    rig.kind->recover(rig.port, &(struct port_recovered){.order = 5, .total = 200 * QTY_ONE});
    port_rig_query(&rig, 3);
    uint32_t fence = port_rig_fence(&rig);
    port_rig_query(&rig, 4);
    port_rig_query(&rig, 5);
    HEAR("E urn=3 qty=50 match=1", "EXECUTED 3 cum 150 leaves 350 qty 50 match 1\n");
    HEAR("A urn=5 qty=200 price=1 state=L", "ACCEPTED 5 cum 0 leaves 200 qty 200 at 1\n");
    HEAR_FENCE(fence, "OPEN 3 cum 150 leaves 350 query 1 slot 3\n"
                      "NEVER 4 cum 0 leaves 0 query 2 slot 4\n"
                      "OPEN 5 cum 0 leaves 200 query 3 slot 5\n");
}

SPEC(what_no_order_of_ouch_can_be_is_told_before_it_is_recovered)
{
    const qty_t five = 5 * QTY_ONE, half = QTY_ONE / 2;
    const struct {
        const char *against; /* words of it; NULL: nothing */
        struct port_recovered order;
    } rows[] = {
        {NULL, {.order = 1, .total = five}},
        {NULL, {.order = UINT32_MAX, .was = 1, .total = five, .cum = QTY_ONE, .gone = QTY_ONE}},
        {NULL, {.order = 1, .total = 5000000000 * QTY_ONE}}, /* a venue may have said so */
        {"a number", {.order = 0, .total = five}},
        {"a number", {.order = UINT32_MAX + 1ul, .total = five}},
        {"it replaces", {.order = 2, .was = 2, .total = five}},
        {"it replaces", {.order = 2, .was = 3, .total = five}},
        {"its quantity", {.order = 1, .total = five + half}},
        {"its quantity", {.order = 1, .total = five + 1}},
        {"its quantity", {.order = 1, .total = -five}},
        {"has traded", {.order = 1, .total = five, .cum = half}},
        {"has traded", {.order = 1, .total = five, .cum = -QTY_ONE}},
        {"is gone", {.order = 1, .total = five, .gone = half}},
        {"is gone", {.order = 1, .total = five, .gone = -QTY_ONE}},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const char *against = rig.kind->recover_check(&rows[i].order);
        bool right = rows[i].against ? against && strstr(against, rows[i].against) : !against;
        spec_expect(__FILE__, __LINE__, right, "row %u: %s", i, against ? against : "nothing");
    }
}

SPEC(a_recovered_replacement_in_doubt_is_asked_about_with_its_order)
{
    for (uint32_t happened = 0; happened < 2; happened++) {
        port_rig_free(&rig);
        port_rig_new(&rig, 8, happened, "");
        const struct port_recovered old = {
            .order = 3, .accepted = true, .total = 500 * QTY_ONE, .cum = 100 * QTY_ONE};
        const struct port_recovered heir = {
            .order = 4, .was = 3, .total = 600 * QTY_ONE, .cum = 100 * QTY_ONE};
        rig.kind->recover(rig.port, &old);
        rig.kind->recover(rig.port, &heir);
        port_rig_query(&rig, 3);
        if (happened)
            HEAR("U orig=3 urn=4 qty=500 state=L", "REPLACED 4 cum 100 leaves 500 was 3 qty 500\n");
        HEAR_FENCE(port_rig_fence(&rig), happened ? "OPEN 4 cum 100 leaves 500 query 1 slot 3\n"
                                                  : "OPEN 3 cum 100 leaves 400 query 1 slot 3\n");
        rig.queries = 0;
    }
}

/* Forgotten. */

SPEC(what_is_forgotten_is_not_known_and_its_place_is_used_again)
{
    for (uint32_t i = 1; i < 5000; i += 3) {
        char line[80], said[80];
        order_live(i, 100);
        port_rig_replace(&rig, &(struct port_rig_replace){i, i + 1, 200, 0, 100000, 0});
        snprintf(line, sizeof line, "U orig=%u urn=%u qty=200 state=L", i, i + 1);
        port_rig_hear(&rig, line);
        port_rig_replace(&rig, &(struct port_rig_replace){i + 1, i + 2, 200, 0, 100000, 0});
        snprintf(line, sizeof line, "E urn=%u qty=200 match=1", i + 1);
        port_rig_hear(&rig, line);
        if (i % 2) port_rig_query(&rig, i + 1);
        rig.kind->forget(rig.port, i + 1);
        snprintf(said, sizeof said, "EXECUTED %u cum 200 leaves 0 qty 200 match 1 stray\n", i + 1);
        HEAR(line, said);
        snprintf(line, sizeof line, "U orig=%u urn=%u qty=200 state=L", i + 1, i + 2);
        snprintf(said, sizeof said, "REPLACED %u cum 0 leaves 200 was %u qty 200 stray\n", i + 2,
                 i + 1);
        HEAR(line, said);
        if (rig.length == 6) HEAR_FENCE(port_rig_fence(&rig), "");
        ouch50_port_verify(rig.port);
    }
}

SPEC(a_chain_of_replacements_takes_no_more_memory_than_an_order)
{
    port_rig_free(&rig);
    port_rig_new(&rig, 1, 0, "");
    order_live(1, 100);
    for (uint32_t i = 1; i < 2000; i++) {
        char line[80], said[80];
        port_rig_replace(&rig, &(struct port_rig_replace){i, i + 1, 100, 0, 100000, 0});
        if (i % 3 == 0) {
            snprintf(line, sizeof line, "J urn=%u code=7", i + 1);
            port_rig_hear(&rig, line);
            port_rig_replace(&rig, &(struct port_rig_replace){i, i + 1, 100, 0, 100000, 0});
        }
        snprintf(line, sizeof line, "U orig=%u urn=%u qty=100 state=L", i, i + 1);
        snprintf(said, sizeof said, "REPLACED %u cum 0 leaves 100 was %u qty 100\n", i + 1, i);
        HEAR(line, said);
    }
    rig.kind->forget(rig.port, 2000);
    order_live(2001, 100);
}

SPEC(a_replacement_that_the_venue_only_hinted_at_goes_with_its_order)
{
    port_rig_free(&rig);
    port_rig_new(&rig, 1, 0, "");
    for (uint32_t i = 1; i < 100; i += 3) {
        char line[80];
        order_live(i, 100);
        for (uint32_t heir = i + 1; heir <= i + 2; heir++) {
            port_rig_replace(&rig, &(struct port_rig_replace){i, heir, 100, 0, 100000, 0});
            snprintf(line, sizeof line, "I urn=%u", heir);
            port_rig_hear(&rig, line);
        }
        rig.kind->forget(rig.port, i);
    }
}

SPEC(a_replacement_that_is_forgotten_leaves_its_order)
{
    order_live(1, 100);
    port_rig_replace(&rig, &(struct port_rig_replace){1, 2, 200, 0, 100000, 0});
    rig.kind->forget(rig.port, 2);
    HEAR("E urn=1 qty=10 match=1", "EXECUTED 1 cum 10 leaves 90 qty 10 match 1\n");
    port_rig_query(&rig, 1);
    HEAR_FENCE(port_rig_fence(&rig), "OPEN 1 cum 10 leaves 90 query 1 slot 1\n");
}

SPEC(what_presumes_a_replacement_makes_it)
{
    order_live(1, 100);
    port_rig_hear(&rig, "E urn=1 qty=10 match=1");
    port_rig_replace(&rig, &(struct port_rig_replace){1, 2, 200, 10, 100000, 0});
    HEAR("E urn=2 qty=30 match=2", "EXECUTED 2 cum 40 leaves 160 qty 30 match 2\n");
    port_rig_query(&rig, 1);
    HEAR_FENCE(port_rig_fence(&rig), "OPEN 2 cum 40 leaves 160 query 1 slot 1\n");
}

/* Against a plain set, in random order. */
SPEC(orders_are_found_however_many_have_come_and_gone)
{
    enum { URNS = 6000, ORDERS = 1000 };
    static bool in[URNS];
    static uint32_t urn[URNS]; /* anywhere, so that many want the same place */
    struct chance chance = {.state = 3};
    uint32_t count = 0;
    port_rig_free(&rig);
    port_rig_new(&rig, ORDERS, 0, "");
    for (uint32_t i = 0; i < URNS; i++) urn[i] = (uint32_t)(chance_next(&chance) >> 32) | 1;
    for (uint32_t turn = 0; turn < 200000; turn++) {
        char line[80];
        uint32_t i = (uint32_t)chance_between(&chance, 0, URNS - 1);
        const struct port_recovered order = {.order = urn[i], .total = QTY_ONE};
        if (!in[i] && count == 3 * ORDERS) continue;
        if (in[i]) rig.kind->forget(rig.port, urn[i]);
        else rig.kind->recover(rig.port, &order);
        in[i] = !in[i];
        count += in[i] ? 1 : -1;
        i = (uint32_t)chance_between(&chance, 0, URNS - 1);
        snprintf(line, sizeof line, "J urn=%u", urn[i]);
        port_rig_hear(&rig, line);
        EXPECT_UINT(rig.report[0].known, in[i]);
        if (turn % 20000 == 0) ouch50_port_verify(rig.port);
    }
    EXPECT(count > 2 * ORDERS);
}

SPEC(more_orders_than_there_is_memory_for_are_our_own_mistake)
{
    port_rig_free(&rig);
    port_rig_new(&rig, 1, 0, "");
    for (uint32_t i = 1; i <= 3; i++) order_live(i, 100);
    EXPECT_STOP(order_live(4, 100), "at != 0");
}

SPEC(limits_out_of_range_have_no_footprint)
{
    const struct trade_port_limits good = {.symbols = 65536, .orders = 1};
    struct trade_port_limits bad = good;
    EXPECT(rig.kind->footprint(&good) > 0);
    bad.symbols = 65537;
    EXPECT_UINT(rig.kind->footprint(&bad), 0);
    bad.symbols = 0;
    EXPECT_UINT(rig.kind->footprint(&bad), 0);
    bad = good;
    bad.orders = 0;
    EXPECT_UINT(rig.kind->footprint(&bad), 0);
    bad.orders = SLOTS_MAX + 1;
    EXPECT_UINT(rig.kind->footprint(&bad), 0);
}

#define SPECS(S)                                                                                   \
    S(the_answer_to_an_account_query_says_what_the_venue_had_said_before_it)                       \
    S(one_account_query_serves_all_that_were_sent_before_it)                                       \
    S(an_order_of_which_something_was_sent_since_needs_another)                                    \
    S(a_replacement_in_doubt_has_happened_or_will_never)                                           \
    S(a_replacement_sent_after_the_fence_is_not_said_never_to_have_been)                           \
    S(a_query_from_before_a_request_says_nothing_of_the_request)                                   \
    S(behind_a_cut_the_answer_to_an_old_query_is_not_the_answer)                                   \
    S(the_answer_to_a_query_that_was_not_asked_is_nothing)                                         \
    S(a_cut_forgets_the_queries)                                                                   \
    S(what_an_earlier_run_has_asked_is_not_the_answer)                                             \
    S(with_thirty_unanswered_no_query_is_sent)                                                     \
    S(names_go_round)                                                                              \
    S(a_query_that_could_not_be_sent_is_served_by_the_next)                                        \
    S(an_order_that_was_never_sent_has_never_been)                                                 \
    S(recovered_orders_go_on_where_the_journal_ends)                                               \
    S(what_no_order_of_ouch_can_be_is_told_before_it_is_recovered)                                 \
    S(a_recovered_replacement_in_doubt_is_asked_about_with_its_order)                              \
    S(what_is_forgotten_is_not_known_and_its_place_is_used_again)                                  \
    S(a_chain_of_replacements_takes_no_more_memory_than_an_order)                                  \
    S(a_replacement_that_the_venue_only_hinted_at_goes_with_its_order)                             \
    S(a_replacement_that_is_forgotten_leaves_its_order)                                            \
    S(what_presumes_a_replacement_makes_it)                                                        \
    S(orders_are_found_however_many_have_come_and_gone)                                            \
    S(more_orders_than_there_is_memory_for_are_our_own_mistake)                                    \
    S(limits_out_of_range_have_no_footprint)
SPEC_MAIN("trade_port_ouch50_queries", SPECS, before_each, after_each)
