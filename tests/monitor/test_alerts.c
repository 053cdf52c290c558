/* The list of alerts: what is raised stays until somebody has acknowledged it. */

#include "control/monitor/alerts.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

static struct alerts *alerts, all;
static struct alert_time now;

static void before_each(void)
{
    alerts = &all;
    memset(alerts, 0, sizeof *alerts);
    now = (struct alert_time){NANOS_SECOND, 1000 * NANOS_SECOND};
}

static void later(nanos_t ns)
{
    now.now_ns += ns;
    now.wall_ns += ns;
}

static enum alert_change tell(const char *of, bool holds)
{
    uint64_t id;
    return alerts_tell(alerts, MONITOR_SESSION_DOWN, of, holds, now, &id);
}

/* As often as a monitor looks, for so long. */
static enum alert_change tell_for(const char *of, bool holds, nanos_t ns)
{
    enum alert_change change = ALERT_SAME;
    for (nanos_t at = 0; at <= ns; at += NANOS_SECOND / 10) {
        enum alert_change one = tell(of, holds);
        if (one != ALERT_SAME) change = one;
        later(NANOS_SECOND / 10);
    }
    return change;
}

static enum alert_acknowledge acknowledge(uint64_t id)
{
    return alerts_acknowledge(alerts, id, "ann", now);
}

SPEC(a_condition_that_does_not_hold_is_no_alert)
{
    EXPECT_UINT(tell("box", false), ALERT_SAME);
    EXPECT_UINT(alerts_listed(alerts), 0);
}

SPEC(a_condition_that_holds_raises_one_alert_however_often_it_is_told)
{
    EXPECT_UINT(tell("box", true), ALERT_BEGAN);
    for (int i = 0; i < 100; i++) EXPECT_UINT(tell("box", true), ALERT_SAME);
    EXPECT_UINT(alerts_listed(alerts), 1);
    const struct alert *alert = alerts_at(alerts, 0);
    EXPECT_UINT(alert->state, ALERT_RAISED);
    EXPECT_UINT(alert->id, 1);
    EXPECT_UINT(alert->times, 1);
    EXPECT_TEXT(alert->of, "box");
    EXPECT_UINT(alert->raised_ns, 1000 * NANOS_SECOND);
}

SPEC(each_thing_has_an_alert_of_its_own)
{
    tell("box", true);
    EXPECT_UINT(tell("crowd", true), ALERT_BEGAN);
    EXPECT_UINT(alerts_listed(alerts), 2);
    EXPECT_UINT(acknowledge(2), ALERT_TAKEN);
    EXPECT_UINT(alerts_at(alerts, 0)->state, ALERT_RAISED);
    EXPECT_UINT(alerts_at(alerts, 1)->state, ALERT_ACKNOWLEDGED);
}

SPEC(an_alert_that_clears_before_anybody_has_seen_it_stays_in_the_list)
{
    tell("box", true);
    EXPECT_UINT(tell_for("box", false, ALERTS_REST_NS), ALERT_ENDED);
    EXPECT_UINT(alerts_listed(alerts), 1);
    EXPECT_UINT(alerts_at(alerts, 0)->state, ALERT_CLEARED);
    EXPECT(!alerts_at(alerts, 0)->holds);
}

SPEC(an_alert_ends_only_when_its_condition_has_been_false_for_the_whole_rest)
{
    tell("box", true);
    EXPECT_UINT(tell("box", false), ALERT_SAME);
    later(ALERTS_REST_NS - 1);
    EXPECT_UINT(tell("box", false), ALERT_SAME);
    EXPECT_UINT(alerts_at(alerts, 0)->state, ALERT_RAISED);
    later(1);
    EXPECT_UINT(tell("box", false), ALERT_ENDED);
    EXPECT_UINT(tell("box", false), ALERT_SAME);
}

SPEC(what_flaps_faster_than_the_rest_is_one_alert_that_counts_how_often)
{
    EXPECT_UINT(tell("box", true), ALERT_BEGAN);
    for (int i = 0; i < 50; i++) {
        later(NANOS_SECOND);
        EXPECT_UINT(tell("box", false), ALERT_SAME);
        later(NANOS_SECOND);
        EXPECT_UINT(tell("box", true), ALERT_SAME);
    }
    EXPECT_UINT(alerts_listed(alerts), 1);
    EXPECT_UINT(alerts_at(alerts, 0)->times, 51);
    EXPECT_UINT(alerts_at(alerts, 0)->state, ALERT_RAISED);
}

SPEC(an_alert_that_clears_and_comes_back_is_the_same_one_raised_again)
{
    tell("box", true);
    tell_for("box", false, ALERTS_REST_NS);
    EXPECT_UINT(tell("box", true), ALERT_BEGAN_AGAIN);
    EXPECT_UINT(alerts_listed(alerts), 1);
    EXPECT_UINT(alerts_at(alerts, 0)->id, 1);
    EXPECT_UINT(alerts_at(alerts, 0)->state, ALERT_RAISED);
    EXPECT_UINT(alerts_at(alerts, 0)->times, 2);
}

SPEC(an_alert_acknowledged_while_it_holds_stays_until_it_ends_and_is_gone_then)
{
    tell("box", true);
    EXPECT_UINT(acknowledge(1), ALERT_TAKEN);
    EXPECT_TEXT(alerts_at(alerts, 0)->by, "ann");
    EXPECT_UINT(tell("box", true), ALERT_SAME);
    EXPECT_UINT(alerts_at(alerts, 0)->state, ALERT_ACKNOWLEDGED);
    EXPECT_UINT(tell_for("box", false, ALERTS_REST_NS), ALERT_ENDED);
    EXPECT_UINT(alerts_listed(alerts), 0);
}

SPEC(an_alert_acknowledged_after_it_has_cleared_is_gone_at_once)
{
    tell("box", true);
    tell_for("box", false, ALERTS_REST_NS);
    EXPECT_UINT(acknowledge(1), ALERT_TAKEN);
    EXPECT_UINT(alerts_listed(alerts), 0);
    EXPECT_UINT(acknowledge(1), ALERT_UNKNOWN);
}

SPEC(what_comes_back_after_it_was_gone_is_a_new_alert_with_a_number_of_its_own)
{
    tell("box", true);
    EXPECT_UINT(acknowledge(1), ALERT_TAKEN);
    tell_for("box", false, ALERTS_REST_NS);
    EXPECT_UINT(tell("box", true), ALERT_BEGAN);
    EXPECT_UINT(alerts_at(alerts, 0)->id, 2);
    EXPECT_UINT(alerts_at(alerts, 0)->state, ALERT_RAISED);
    EXPECT_TEXT(alerts_at(alerts, 0)->by, "");
}

SPEC(nobody_acknowledges_twice_nor_what_is_not_there)
{
    EXPECT_UINT(acknowledge(1), ALERT_UNKNOWN);
    EXPECT_UINT(acknowledge(0), ALERT_UNKNOWN);
    tell("box", true);
    EXPECT_UINT(acknowledge(1), ALERT_TAKEN);
    EXPECT_UINT(alerts_acknowledge(alerts, 1, "bob", now), ALERT_TAKEN_BEFORE);
    EXPECT_TEXT(alerts_at(alerts, 0)->by, "ann");
}

SPEC(a_full_list_drops_the_oldest_that_has_cleared_and_counts_it)
{
    char of[16];
    for (uint32_t i = 0; i < ALERTS_MAX; i++) {
        (void)snprintf(of, sizeof of, "venue%u", i);
        EXPECT_UINT(tell(of, true), ALERT_BEGAN);
    }
    EXPECT_UINT(tell("one more", true), ALERT_SAME);
    EXPECT_UINT(alerts->refused, 1);
    tell_for("venue7", false, ALERTS_REST_NS);
    EXPECT_UINT(tell("one more", true), ALERT_BEGAN);
    EXPECT_UINT(alerts->displaced, 1);
    EXPECT_UINT(alerts_listed(alerts), ALERTS_MAX);
    for (uint32_t i = 0; i < ALERTS_MAX; i++)
        EXPECT(strcmp(alerts_at(alerts, i)->of, "venue7") != 0);
}

SPEC(a_name_that_is_too_long_is_cut_and_still_one_thing)
{
    const char *name = "a venue whose name is longer than any that may be configured";
    EXPECT_UINT(tell(name, true), ALERT_BEGAN);
    EXPECT_UINT(tell(name, true), ALERT_SAME);
    EXPECT_UINT(strlen(alerts_at(alerts, 0)->of), ALERTS_OF_MAX);
    name = "thirty bytes before the middle\xc3\xa9 of a letter"; /* of which no half is left */
    EXPECT_UINT(tell(name, true), ALERT_BEGAN);
    EXPECT_UINT(tell(name, true), ALERT_SAME);
    EXPECT_UINT(strlen(alerts_at(alerts, 1)->of), ALERTS_OF_MAX - 1);
}

/* A second list, kept in the plainest way: of each thing whether it is listed, acknowledged,
 * cleared, and when it began to be false. */
struct plain {
    bool listed, acknowledged, cleared, holds;
    nanos_t false_at;
};

static void plain_tell(struct plain *plain, bool holds)
{
    if (holds) {
        if (!plain->listed) *plain = (struct plain){.listed = true};
        plain->cleared = false;
        plain->holds = true;
        return;
    }
    if (plain->holds) plain->false_at = now.now_ns;
    plain->holds = false;
    if (!plain->listed || now.now_ns - plain->false_at < ALERTS_REST_NS) return;
    if (plain->acknowledged) plain->listed = false;
    else plain->cleared = true;
}

static void plain_same(const struct plain *plain, const char *of, uint64_t seed)
{
    const struct alert *found = NULL;
    for (uint32_t i = 0; i < alerts_listed(alerts); i++)
        if (strcmp(alerts_at(alerts, i)->of, of) == 0) found = alerts_at(alerts, i);
    spec_expect(__FILE__, __LINE__, (found != NULL) == plain->listed, "seed %lu: %s is listed %d",
                (unsigned long)seed, of, found != NULL);
    if (!found) return;
    enum alert_state wanted = plain->acknowledged ? ALERT_ACKNOWLEDGED
                            : plain->cleared      ? ALERT_CLEARED
                                                  : ALERT_RAISED;
    spec_expect(__FILE__, __LINE__, found->state == wanted, "seed %lu: %s is %s",
                (unsigned long)seed, of, alert_state_name(found->state));
}

static void plain_acknowledge(struct plain *plain, uint64_t id)
{
    enum alert_acknowledge done = acknowledge(id);
    if (done != ALERT_TAKEN) return;
    if (plain->cleared) plain->listed = false;
    else plain->acknowledged = true;
}

SPEC(any_story_leaves_the_list_that_a_plain_one_has)
{
    static const char *const things[] = {"a", "b", "c"};
    struct spec_seeds seeds = spec_seeds(300);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        before_each();
        struct chance chance = {seed};
        struct plain plain[3] = {{0}};
        for (uint32_t step = 0; step < 300; step++) {
            uint32_t thing = (uint32_t)chance_between(&chance, 0, 2);
            if (chance_between(&chance, 0, 7) == 0) {
                uint64_t id = 0;
                for (uint32_t i = 0; i < alerts_listed(alerts); i++)
                    if (strcmp(alerts_at(alerts, i)->of, things[thing]) == 0)
                        id = alerts_at(alerts, i)->id;
                if (id) plain_acknowledge(&plain[thing], id);
            } else {
                bool holds = chance_between(&chance, 0, 2) == 0;
                tell(things[thing], holds);
                plain_tell(&plain[thing], holds);
            }
            for (uint32_t i = 0; i < 3; i++) plain_same(&plain[i], things[i], seed);
            later(chance_between(&chance, 0, 2 * NANOS_SECOND));
        }
    }
}

#define SPECS(S)                                                                                   \
    S(a_condition_that_does_not_hold_is_no_alert)                                                  \
    S(a_condition_that_holds_raises_one_alert_however_often_it_is_told)                            \
    S(each_thing_has_an_alert_of_its_own)                                                          \
    S(an_alert_that_clears_before_anybody_has_seen_it_stays_in_the_list)                           \
    S(an_alert_ends_only_when_its_condition_has_been_false_for_the_whole_rest)                     \
    S(what_flaps_faster_than_the_rest_is_one_alert_that_counts_how_often)                          \
    S(an_alert_that_clears_and_comes_back_is_the_same_one_raised_again)                            \
    S(an_alert_acknowledged_while_it_holds_stays_until_it_ends_and_is_gone_then)                   \
    S(an_alert_acknowledged_after_it_has_cleared_is_gone_at_once)                                  \
    S(what_comes_back_after_it_was_gone_is_a_new_alert_with_a_number_of_its_own)                   \
    S(nobody_acknowledges_twice_nor_what_is_not_there)                                             \
    S(a_full_list_drops_the_oldest_that_has_cleared_and_counts_it)                                 \
    S(a_name_that_is_too_long_is_cut_and_still_one_thing)                                          \
    S(any_story_leaves_the_list_that_a_plain_one_has)
SPEC_MAIN("alerts", SPECS, before_each, NULL)
