/* Who takes part, what is refused and what is counted. */

#include "tests/route/timeline.h"
#include "tests/support/spec.h"

#include <string.h>

static void decide_nothing(void *self, const struct composite *composite,
                           struct delegate_output *output)
{
    (void)self, (void)composite, (void)output;
}

static uint32_t kept_house;

static void keep_house(void *self, nanos_t now)
{
    (void)self;
    kept_house += now == 77;
}

static const struct delegate_kind quiet = {
    .name = "quiet", .decide = decide_nothing, .housekeeping = keep_house};

static enum dispatch_status add(const char *name, order_id_t order, uint32_t *delegate)
{
    struct dispatch_identity identity = {.order = order, .instrument = 2, .side = SIDE_SELL};
    strncpy(identity.name, name, sizeof identity.name - 1);
    return dispatch_add(timeline_dispatch(), &identity, &quiet, NULL, delegate);
}

SPEC(a_delegate_is_found_by_its_order_or_by_its_name)
{
    uint32_t order = 0, strategy = 0;
    EXPECT_UINT(add("taker", 4711, &order), DISPATCH_OK);
    EXPECT_UINT(add("taker", 0, &strategy), DISPATCH_OK);
    EXPECT(order != strategy);
    EXPECT_UINT(dispatch_find_order(timeline_dispatch(), 4711), order);
    EXPECT_UINT(dispatch_find_order(timeline_dispatch(), 4712), DISPATCH_NONE);
    EXPECT_UINT(dispatch_find_order(timeline_dispatch(), 0), DISPATCH_NONE);
    EXPECT_UINT(dispatch_find_name(timeline_dispatch(), "taker"), strategy);
    EXPECT_UINT(dispatch_find_name(timeline_dispatch(), "maker"), DISPATCH_NONE);
}

SPEC(two_delegates_never_have_the_same_identity)
{
    uint32_t delegate = 0;
    EXPECT_UINT(add("taker", 4711, &delegate), DISPATCH_OK);
    EXPECT_UINT(add("other", 4711, &delegate), DISPATCH_KNOWN_ORDER);
    EXPECT_UINT(add("maker", 0, &delegate), DISPATCH_OK);
    EXPECT_UINT(add("maker", 0, &delegate), DISPATCH_KNOWN_NAME);
    dispatch_verify(timeline_dispatch());
}

SPEC(an_identity_needs_a_name_that_ends_a_side_and_an_instrument_within_the_limits)
{
    struct dispatch *dispatch = timeline_dispatch();
    struct dispatch_identity nameless = {.order = 1};
    struct dispatch_identity endless = {.order = 1};
    memset(endless.name, 'x', sizeof endless.name);
    struct dispatch_identity sideless = {.name = "n", .order = 1, .side = 2};
    struct dispatch_identity far = {.name = "n", .order = 1, .instrument = 4};
    uint32_t delegate = 0;
    EXPECT_UINT(dispatch_add(dispatch, &nameless, &quiet, NULL, &delegate), DISPATCH_BAD_IDENTITY);
    EXPECT_UINT(dispatch_add(dispatch, &endless, &quiet, NULL, &delegate), DISPATCH_BAD_IDENTITY);
    EXPECT_UINT(dispatch_add(dispatch, &sideless, &quiet, NULL, &delegate), DISPATCH_BAD_IDENTITY);
    EXPECT_UINT(dispatch_add(dispatch, &far, &quiet, NULL, &delegate), DISPATCH_UNKNOWN_INSTRUMENT);
    EXPECT_UINT(delegate, 0);
}

SPEC(an_instruction_that_disagrees_with_the_identity_is_refused_with_its_reason)
{
    struct dispatch *dispatch = timeline_dispatch();
    uint32_t order = 0, strategy = 0;
    EXPECT_UINT(add("taker", 4711, &order), DISPATCH_OK);
    EXPECT_UINT(add("maker", 0, &strategy), DISPATCH_OK);
    struct message right = {.order = 4711, .instrument = 2, .side = SIDE_SELL};
    struct message other_order = right, other_side = right, other = right, far = right;
    other_order.order = 4712;
    other_side.side = SIDE_BUY;
    other.instrument = 1;
    far.instrument = 4;
    EXPECT_UINT(dispatch_instruct(dispatch, order, &other_order), DISPATCH_OTHER_ORDER);
    EXPECT_UINT(dispatch_instruct(dispatch, order, &other_side), DISPATCH_OTHER_SIDE);
    EXPECT_UINT(dispatch_instruct(dispatch, order, &other), DISPATCH_OTHER_INSTRUMENT);
    EXPECT_UINT(dispatch_instruct(dispatch, order, &far), DISPATCH_UNKNOWN_INSTRUMENT);
    EXPECT_UINT(dispatch_instruct(dispatch, strategy, &right), DISPATCH_OTHER_ORDER);
    EXPECT(!dispatch_ready(dispatch));
    EXPECT_UINT(dispatch_instruct(dispatch, order, &right), DISPATCH_OK);
    EXPECT(dispatch_ready(dispatch));

    const struct dispatch_counts *counts = dispatch_counts(dispatch);
    EXPECT_UINT(counts->instruction[DISPATCH_OTHER_ORDER], 2);
    EXPECT_UINT(counts->instruction[DISPATCH_OTHER_SIDE], 1);
    EXPECT_UINT(counts->instruction[DISPATCH_OTHER_INSTRUMENT], 1);
    EXPECT_UINT(counts->instruction[DISPATCH_UNKNOWN_INSTRUMENT], 1);
    EXPECT_UINT(counts->instruction[DISPATCH_OK], 1);
}

SPEC(a_report_is_for_the_delegate_whatever_it_is_about)
{
    struct dispatch *dispatch = timeline_dispatch();
    uint32_t delegate = 0;
    EXPECT_UINT(add("taker", 4711, &delegate), DISPATCH_OK);
    struct message report = {.kind = REPORT_FILLED, .instrument = 3, .side = SIDE_BUY};
    EXPECT_UINT(dispatch_report(dispatch, delegate, &report), DISPATCH_OK);
    report.instrument = 4;
    EXPECT_UINT(dispatch_report(dispatch, delegate, &report), DISPATCH_UNKNOWN_INSTRUMENT);
    EXPECT_UINT(dispatch_report(dispatch, 99, &report), DISPATCH_UNKNOWN_DELEGATE);
}

SPEC(an_order_can_be_worked_again_once_its_delegate_has_been_taken_out)
{
    struct dispatch *dispatch = timeline_dispatch();
    struct dispatch_ended ended;
    uint32_t first = 0, second = 0;
    EXPECT_UINT(add("taker", 4711, &first), DISPATCH_OK);
    EXPECT_UINT(dispatch_finish(dispatch, first), DISPATCH_OK);
    EXPECT_UINT(add("taker", 4711, &second), DISPATCH_KNOWN_ORDER);
    EXPECT(dispatch_take_ended(dispatch, &ended));
    EXPECT_UINT(ended.delegate, first);
    EXPECT_UINT(ended.identity.order, 4711);
    EXPECT_UINT(add("taker", 4711, &second), DISPATCH_OK);
    dispatch_verify(dispatch);
}

SPEC(who_has_ended_is_taken_by_its_number_and_nobody_before_it_has)
{
    struct dispatch *dispatch = timeline_dispatch();
    struct dispatch_ended ended;
    uint32_t one = 0, other = 0;
    EXPECT_UINT(add("taker", 1, &one), DISPATCH_OK);
    EXPECT_UINT(add("taker", 2, &other), DISPATCH_OK);
    EXPECT(!dispatch_take_this(dispatch, one, &ended)); /* it works */
    EXPECT_UINT(dispatch_child_opened(dispatch, one), DISPATCH_OK);
    EXPECT_UINT(dispatch_finish(dispatch, one), DISPATCH_OK);
    EXPECT_UINT(dispatch_finish(dispatch, other), DISPATCH_OK);
    EXPECT(!dispatch_take_this(dispatch, one, &ended)); /* an order is open */
    const struct message report = {.kind = REPORT_CANCELED};
    EXPECT_UINT(dispatch_report(dispatch, one, &report), DISPATCH_OK);
    EXPECT_UINT(dispatch_child_closed(dispatch, one), DISPATCH_OK);
    EXPECT(!dispatch_take_this(dispatch, one, &ended)); /* it was not shown that it is over */
    EXPECT_UINT(dispatch_next(dispatch, 1), one);
    EXPECT(dispatch_take_this(dispatch, one, &ended)); /* though the other one ended before */
    EXPECT_UINT(ended.delegate, one);
    EXPECT(!dispatch_take_this(dispatch, one, &ended));
    EXPECT(dispatch_take_ended(dispatch, &ended));
    EXPECT_UINT(ended.delegate, other);
    dispatch_verify(dispatch);
}

SPEC(a_number_is_not_the_successors)
{
    struct dispatch *dispatch = timeline_dispatch();
    struct dispatch_ended ended;
    struct dispatch_delegate look;
    uint32_t first = 0, delegate = 0;
    EXPECT_UINT(add("taker", 1, &first), DISPATCH_OK);
    for (order_id_t order = 2; order < 12; order++) {
        EXPECT_UINT(add("taker", order, &delegate), DISPATCH_OK);
        EXPECT(delegate != first);
        EXPECT(dispatch_look(dispatch, first, &look) == (order == 2));
        EXPECT_UINT(dispatch_finish(dispatch, order == 2 ? first : delegate), DISPATCH_OK);
        EXPECT(dispatch_take_ended(dispatch, &ended));
    }
}

SPEC(a_number_that_was_never_given_is_unknown)
{
    struct message report = {.kind = REPORT_FILLED};
    for (uint32_t number = 0; number < 8; number++)
        EXPECT_UINT(dispatch_report(timeline_dispatch(), number, &report),
                    DISPATCH_UNKNOWN_DELEGATE);
}

SPEC(delegates_are_limited)
{
    uint32_t delegate = 0;
    for (order_id_t order = 1; order <= 4; order++)
        EXPECT_UINT(add("taker", order, &delegate), DISPATCH_OK);
    EXPECT_UINT(add("taker", 5, &delegate), DISPATCH_NO_DELEGATE_LEFT);
    EXPECT_UINT(dispatch_find_order(timeline_dispatch(), 5), DISPATCH_NONE);
}

SPEC(what_a_delegate_was_shown_and_what_it_was_not_is_counted)
{
    struct dispatch_delegate look;
    TIMELINE("X  .   q1  q2  .        .    q3  q4  q5  q6  ",
             "a  +X  .   .   X:q2,sL  off  .   .   .   .   ");
    EXPECT(dispatch_look(timeline_dispatch(), timeline_delegate('a'), &look));
    EXPECT_UINT(look.counts.value, 1);
    EXPECT_UINT(look.counts.conflated, 1);
    EXPECT_UINT(look.instruments_waiting, 1);
    TIMELINE("a  -X ");
    EXPECT(dispatch_look(timeline_dispatch(), timeline_delegate('a'), &look));
    EXPECT_UINT(look.counts.withdrawn, 4);
    EXPECT_UINT(look.counts.decision, 1);
    EXPECT_UINT(look.instruments_waiting, 0);
    EXPECT_UINT(dispatch_counts(timeline_dispatch())->value, 6);
    EXPECT_UINT(dispatch_counts(timeline_dispatch())->value_unwanted, 0);
}

SPEC(a_decision_that_took_too_long_is_counted_for_its_delegate)
{
    struct dispatch_delegate look;
    TIMELINE("a  r1  X:r1 ");
    dispatch_overrun(timeline_dispatch(), timeline_delegate('a'));
    EXPECT(dispatch_look(timeline_dispatch(), timeline_delegate('a'), &look));
    EXPECT_UINT(look.counts.overrun, 1);
}

SPEC(housekeeping_visits_those_that_are_switched_on)
{
    uint32_t on = 0, off = 0, over = 0;
    EXPECT_UINT(add("on", 0, &on), DISPATCH_OK);
    EXPECT_UINT(add("off", 0, &off), DISPATCH_OK);
    EXPECT_UINT(add("over", 0, &over), DISPATCH_OK);
    EXPECT_UINT(dispatch_switch(timeline_dispatch(), off, false), DISPATCH_OK);
    EXPECT_UINT(dispatch_finish(timeline_dispatch(), over), DISPATCH_OK);
    kept_house = 0;
    dispatch_housekeeping(timeline_dispatch(), 77);
    EXPECT_UINT(kept_house, 1);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    struct dispatch_limits good = {
        .instruments = 1, .delegates = 1, .subscriptions = 1, .messages = 1};
    struct dispatch_limits bad[] = {good, good, good, good, good, good, good, good};
    bad[0].instruments = 0, bad[1].instruments = DISPATCH_INSTRUMENTS_MAX + 1;
    bad[2].delegates = 0, bad[3].delegates = DISPATCH_DELEGATES_MAX + 1;
    bad[4].subscriptions = 0, bad[5].subscriptions = DISPATCH_SUBSCRIPTIONS_MAX + 1;
    bad[6].messages = 0, bad[7].messages = DISPATCH_MESSAGES_MAX + 1;
    EXPECT(dispatch_footprint(&good) > 0);
    for (uint32_t i = 0; i < ARRAY_COUNT(bad); i++) EXPECT_UINT(dispatch_footprint(&bad[i]), 0);
}

SPEC(our_own_mistakes_stop_the_program)
{
    struct dispatch *dispatch = timeline_dispatch();
    uint32_t delegate = 0;
    EXPECT_UINT(add("taker", 1, &delegate), DISPATCH_OK);
    struct market far = {.instrument = 4};
    struct message report = {.kind = REPORT_FILLED}, instruction = {.kind = INSTRUCTION_NEW};
    EXPECT_STOP(dispatch_market(dispatch, &far), "value->instrument");
    EXPECT_STOP(CHECK(dispatch_child_closed(dispatch, delegate) == DISPATCH_OK), "children");
    EXPECT_STOP(CHECK(dispatch_instruct(dispatch, delegate, &report) == DISPATCH_OK),
                "message_is_report");
    EXPECT_STOP(CHECK(dispatch_report(dispatch, delegate, &instruction) == DISPATCH_OK),
                "message_is_report");
}

#define SPECS(S)                                                                                   \
    S(a_delegate_is_found_by_its_order_or_by_its_name)                                             \
    S(two_delegates_never_have_the_same_identity)                                                  \
    S(an_identity_needs_a_name_that_ends_a_side_and_an_instrument_within_the_limits)               \
    S(an_instruction_that_disagrees_with_the_identity_is_refused_with_its_reason)                  \
    S(a_report_is_for_the_delegate_whatever_it_is_about)                                           \
    S(an_order_can_be_worked_again_once_its_delegate_has_been_taken_out)                           \
    S(who_has_ended_is_taken_by_its_number_and_nobody_before_it_has)                               \
    S(a_number_is_not_the_successors)                                                              \
    S(a_number_that_was_never_given_is_unknown)                                                    \
    S(delegates_are_limited)                                                                       \
    S(what_a_delegate_was_shown_and_what_it_was_not_is_counted)                                    \
    S(a_decision_that_took_too_long_is_counted_for_its_delegate)                                   \
    S(housekeeping_visits_those_that_are_switched_on)                                              \
    S(limits_out_of_range_have_no_footprint)                                                       \
    S(our_own_mistakes_stop_the_program)
SPEC_MAIN("dispatch, its roster", SPECS, timeline_open, timeline_close)
