/* The way out of a quarantine: who may, what is asked of the feed's stage, what is told. */

#include "apps/polluxd/rows.h"
#include "tests/polluxd/commands_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

/* The box: a feed that is in quarantine or not, and a stage that answers when the spec says so. */

static struct config config;
static struct config_gateway gateway;
static struct feed_view view;
static uint32_t asked; /* of the stage */
static rows_told_fn *told;
static void *told_context;
static bool crowded;
static char said[COMMANDS_EVENT_BYTES];

void feed_stage_view(const struct feed_stage *stage, struct feed_view *to)
{
    (void)stage;
    *to = view;
}

struct window *feed_stage_window(struct feed_stage *stage)
{
    (void)stage;
    return NULL;
}

bool rows_ask(struct rows *rows, struct window *window, const struct window_ask *ask,
              rows_told_fn *to, void *context)
{
    (void)rows;
    (void)window;
    EXPECT_UINT(ask->kind, FEED_WINDOW_RELEASE);
    if (crowded) return false;
    asked++;
    told = to;
    told_context = context;
    return true;
}

struct risk_record commands_record(const struct command_call *call, enum risk_record_kind kind,
                                   enum risk_scope scope)
{
    struct risk_record record = {.kind = (uint8_t)kind,
                                 .scope = (uint8_t)scope,
                                 .who = call->caller.uid,
                                 .confirmed_by = RISK_NONE};
    snprintf(record.reason, sizeof record.reason, "%s", command_call_text(call, "reason"));
    return record;
}

void commands_confirmed_append(struct text *out, const struct risk_record *record)
{
    if (record->confirmed_by != RISK_NONE) text_format(out, ", with %u", record->confirmed_by);
}

uint64_t commands_packets_refused(const struct feed_view *of)
{
    (void)of;
    return 0;
}

void polluxd_say(struct polluxd *polluxd, const char *line)
{
    (void)polluxd;
    snprintf(said, sizeof said, "%s", line);
}

static void before_each(void)
{
    static char stage;
    rig_before_each();
    memset(&config, 0, sizeof config);
    memset(&gateway, 0, sizeof gateway);
    memset(&view, 0, sizeof view);
    asked = 0;
    crowded = false;
    said[0] = 0;
    view.quarantined = 1;
    view.channel_state = MARKET_GAP;
    view.sequence = 12;
    rig.polluxd.config = &config;
    rig.polluxd.launch.feed = (struct feed_stage *)&stage;
}

static void release(uint32_t i, uint32_t uid)
{
    rig.call[i].caller = (struct command_caller){.uid = uid, .role = COMMAND_RISK};
    rig.call[i].parameters = json_pack("{s:s}", "reason", "line B is mended");
    commands_feeds_release(&rig.commands, &rig.call[i]);
}

static void stage_answers(uint32_t rows)
{
    const struct window_said answer = {.rows = rows, .turns = 1, .ended = true};
    told(told_context, NULL, &answer);
}

SPEC(a_quarantine_ends_when_the_stage_says_so)
{
    release(0, 3);
    EXPECT_UINT(asked, 1);
    EXPECT_TEXT(rig.told[0], "");
    view.quarantined = 0;
    stage_answers(1);
    EXPECT_TEXT(rig.told[0], "done");
    EXPECT_TEXT(said, "feed: the quarantine is ended by user 3: line B is mended");
    EXPECT_TEXT(json_string_value(json_object_get(rig.call[0].result, "state")), "GAP");
    EXPECT_UINT((uint64_t)json_integer_value(json_object_get(rig.call[0].result, "next_message")),
                12);
}

#define NO_QUARANTINE "the feed is not in quarantine: its lines do not contradict each other"

SPEC(without_a_quarantine_it_is_refused)
{
    view.quarantined = 0;
    release(0, 3);
    EXPECT_TEXT(rig.told[0], NO_QUARANTINE);
    EXPECT_UINT(asked, 0);
    view.quarantined = 1; /* as the view was, and somebody else was quicker */
    release(1, 3);
    stage_answers(0);
    EXPECT_TEXT(rig.told[1], NO_QUARANTINE);
    EXPECT_TEXT(said, "");
}

SPEC(without_a_feed_or_an_answer_it_is_refused)
{
    release(0, 3);
    told(told_context, NULL, NULL);
    EXPECT_TEXT(rig.told[0], "the feed has not answered for 5 s, or the box stops; the release may "
                             "come yet");
    crowded = true;
    release(1, 3);
    EXPECT_TEXT(rig.told[1], "too many others ask already");
    rig.polluxd.launch.feed = NULL;
    release(2, 3);
    EXPECT_TEXT(rig.told[2], "this box has no role feed");
    EXPECT_UINT(asked, 1);
}

SPEC(where_it_takes_two_another_one_confirms_it)
{
    gateway.two_persons = true;
    config.gateway = &gateway;
    release(0, 3);
    EXPECT_TEXT(rig.told[0],
                "it waits 60 s for a second person of the role risk: pollux confirm 1");
    for (uint32_t i = 1; i < 3; i++) {
        rig.call[i].caller = (struct command_caller){.uid = i + 2, .role = COMMAND_RISK};
        rig.call[i].parameters = json_pack("{s:i}", "number", 1);
        commands_confirm(&rig.commands, &rig.call[i]);
    }
    EXPECT_TEXT(rig.told[1], "user 3 has asked for it: it takes another one");
    EXPECT_UINT(asked, 0);
    rig_step();
    EXPECT_UINT(asked, 1);
    stage_answers(1);
    EXPECT_TEXT(rig.told[2], "done");
    EXPECT_TEXT(said, "feed: the quarantine is ended by user 3, with 4: line B is mended");
    EXPECT_TEXT(rig.story, ""); /* the engine was asked nothing */
}

#define SPECS(S)                                                                                   \
    S(a_quarantine_ends_when_the_stage_says_so)                                                    \
    S(without_a_quarantine_it_is_refused)                                                          \
    S(without_a_feed_or_an_answer_it_is_refused)                                                   \
    S(where_it_takes_two_another_one_confirms_it)
SPEC_MAIN("polluxd: the way out of a quarantine", SPECS, before_each, rig_after_each)
