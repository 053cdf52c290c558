/* The feed: its lines, and the way out of a quarantine. */

#include "apps/polluxd/commands_layout.h"
#include "apps/polluxd/rows.h"

#include <stdlib.h>

static bool feed_look(struct commands *commands, struct command_call *call)
{
    const struct launch *launch = &commands->plan.polluxd->launch;
    if (launch->feed) {
        feed_stage_view(launch->feed, &commands->feed);
        return true;
    }
    command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has no role feed");
    return false;
}

static json_t *line_show(const struct feed_view *view, uint32_t line)
{
    const struct channel_line_counts *counts = &view->channel.line[line];
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "line", line == LINE_A ? "A" : "B", "received",
                     commands_count(counts->received), "first", commands_count(counts->first),
                     "duplicate", commands_count(counts->duplicate), "lost",
                     commands_count(counts->lost));
}

void commands_feeds(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct feed_view *view = &commands->feed;
    if (!feed_look(commands, call)) return;
    json_t *lines = json_array();
    for (uint32_t i = 0; i < CHANNEL_LINES; i++)
        if (view->channel.line[i].received || view->line[i].group)
            json_array_append_new(lines, line_show(view, i));
    uint64_t refused = commands_packets_refused(view);
    command_call_answer(
        call, json_pack("{s:s, s:b, s:s, s:o, s:o, s:o, s:o, s:o}", "state",
                        market_state_text((enum market_state)view->channel_state), "quarantine",
                        view->quarantined != 0, "recovery",
                        recovery_state_text((enum recovery_state)view->recovery_state),
                        "next_message", commands_count(view->sequence), "gaps",
                        commands_count(view->channel.gap), "packets", commands_count(view->frame),
                        "packets_refused", commands_count(refused), "lines", lines));
}

/* The way out of a quarantine. */

#define NO_QUARANTINE "the feed is not in quarantine: its lines do not contradict each other"

struct releasing {
    struct commands *commands;
    struct command_call *call;
    struct risk_record by; /* who, and why */
};

static void released(const struct releasing *releasing)
{
    struct commands *commands = releasing->commands;
    const struct feed_view *view = &commands->feed;
    char line[COMMANDS_EVENT_BYTES];
    struct text text = text_in(line, sizeof line);
    text_format(&text, "feed: the quarantine is ended by user %u", releasing->by.who);
    commands_confirmed_append(&text, &releasing->by);
    text_format(&text, ": %s", releasing->by.reason);
    polluxd_say(commands->plan.polluxd, line);
    feed_stage_view(commands->plan.polluxd->launch.feed, &commands->feed);
    command_call_answer(releasing->call,
                        json_pack("{s:s, s:o}", "state",
                                  market_state_text((enum market_state)view->channel_state),
                                  "next_message", commands_count(view->sequence)));
}

static void release_told(void *context, const struct window *window, const struct window_said *said)
{
    (void)window;
    struct releasing *releasing = context;
    if (!said)
        command_call_refuse(releasing->call, COMMAND_UNAVAILABLE,
                            "the feed has not answered for 5 s, or the box stops; the release may "
                            "come yet");
    else if (said->rows == 0) command_call_refuse(releasing->call, COMMAND_REFUSED, NO_QUARANTINE);
    else released(releasing);
    free(releasing);
}

/* Nothing is asked of the engine: it may be done when it is asked for, or confirmed. */
static void release_done(struct commands *commands, struct change *change,
                         const struct engine_control_answer *answer)
{
    (void)answer;
    const struct polluxd *polluxd = commands->plan.polluxd;
    const struct window_ask ask = {.kind = FEED_WINDOW_RELEASE, .limit = 1};
    struct releasing *releasing = malloc(sizeof *releasing);
    CHECK(releasing != NULL);
    *releasing = (struct releasing){commands, change->call, *change->record};
    if (rows_ask(polluxd->rows, feed_stage_window(polluxd->launch.feed), &ask, release_told,
                 releasing))
        return;
    free(releasing);
    command_call_refuse(change->call, COMMAND_UNAVAILABLE, "too many others ask already");
}

void commands_feeds_release(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct config_gateway *gateway = commands->plan.polluxd->config->gateway;
    struct change change = {.call = call, .done = release_done, .look = true, .records = 1};
    if (!feed_look(commands, call)) return;
    if (!commands->feed.quarantined) {
        command_call_refuse(call, COMMAND_REFUSED, NO_QUARANTINE);
        return;
    }
    struct risk_record by = commands_record(call, RISK_RECORD_STATE, RISK_BOX);
    change.record = &by;
    if (!gateway || !gateway->two_persons) {
        release_done(commands, &change, NULL);
        return;
    }
    change.record = malloc(sizeof by);
    CHECK(change.record != NULL);
    *change.record = by;
    commands_propose(commands, &change);
}
