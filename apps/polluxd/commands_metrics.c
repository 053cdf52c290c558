/* Every counter, with its meaning, from the tables that declare them. */

#include "apps/polluxd/commands_layout.h"
#include "control/monitor/reasons.h"

#include <string.h>

/* Those whose name begins as asked. */
struct list {
    json_t *rows;
    const char *begins;
};

static void add(const struct list *to, const char *stage, const char *name, uint64_t value,
                const char *meaning)
{
    char whole[128];
    struct text text = text_in(whole, sizeof whole);
    text_format(&text, "%s_%s", stage, name);
    if (strncmp(whole, to->begins, strlen(to->begins)) != 0) return;
    json_array_append_new(to->rows, json_pack("{s:s, s:o, s:s}", "name", whole, "value",
                                              commands_count(value), "meaning", meaning));
}

#define ADD(name, meaning) add(to, stage, #name, from->name, meaning);

static void feed_add(const struct list *to, struct commands *commands)
{
    struct reason reason[REASONS_MAX];
    struct feed_view *view = &commands->feed;
    feed_stage_view(commands->plan.polluxd->launch.feed, view);
    add(to, "feed", "packet", view->frame, "Packets taken from all queues");
    add(to, "feed", "packet_accepted", reasons_packets_accepted(view), "of these, accepted");
    uint32_t count = reasons_of_packets(view, reason);
    for (uint32_t i = 0; i < count; i++)
        add(to, "feed", reason[i].name, reason[i].count, reason[i].meaning);
    add(to, "feed", "message", view->feed.message, "Messages of the feed");
    add(to, "feed", "message_accepted", reasons_messages_accepted(view), "of these, accepted");
    count = reasons_of_messages(view, reason);
    for (uint32_t i = 0; i < count; i++)
        add(to, "feed", reason[i].name, reason[i].count, reason[i].meaning);
    add(to, "feed", "gap", view->channel.gap, "Gaps that were given up");
    add(to, "feed", "gap_message", view->channel.gap_message, "Messages in them");
    add(to, "feed", "published", view->published, "Markets given to the engine");
    add(to, "feed", "conflated", view->conflated, "of these, put over one nobody had taken");
}

static void host_add(const struct list *to, const struct engine_view_venue *venue)
{
    const struct order_host_counts *from = &venue->session.counts;
    char name[64];
    struct text text = text_in(name, sizeof name);
    text_format(&text, "session_%s", venue->name);
    const char *stage = name;
    ORDER_HOST_COUNTERS(ADD)
}

#define VERDICT_LIMIT(E, name, scope, unit, looser, most, sentence)                                \
    add(to, "risk", #name, counter_read(&counts->verdict[E]), sentence);
#define VERDICT_RULE(E, name, sentence)                                                            \
    add(to, "risk", #name, counter_read(&counts->verdict[E]), sentence);

static void gateway_add(const struct list *to, struct commands *commands)
{
    struct engine_stage *engine = commands->plan.polluxd->launch.engine;
    const struct risk_counts *counts = risk_counts(gateway_risk(engine_stage_gateway(engine)));
    const struct engine_gateway_view *from = &commands->gateway;
    const char *stage = "gateway";
    engine_stage_gateway_view(engine, &commands->gateway);
    GATEWAY_COUNTERS(ADD)
    ENGINE_GATEWAY_COUNTERS(ADD)
    for (uint64_t i = 0; i < from->venues && i < ENGINE_VIEW_VENUES; i++)
        host_add(to, &from->venue[i]);
    add(to, "risk", "pass", counter_read(&counts->verdict[RISK_PASS]), "orders that passed");
    RISK_LIMITS(VERDICT_LIMIT)
    RISK_RULES(VERDICT_RULE)
}

#define VERDICT_ROW(verdict_, counter, meaning)                                                    \
    add(to, "venue", #counter, match->verdict[verdict_], meaning);

static void venue_add(const struct list *to, struct commands *commands)
{
    const struct launch_venue *venue = commands->plan.polluxd->launch.venue;
    const struct gate_view *from = &commands->gate;
    const struct match_view *match = &commands->match;
    const char *stage = "gate";
    gate_stage_view(venue->gate, &commands->gate);
    match_stage_view(venue->match, &commands->match);
    GATE_COUNTERS(ADD)
    add(to, "venue", "request", match->request, "Messages taken from sessions");
    ENTRY_VERDICTS(VERDICT_ROW)
    add(to, "venue", "order", match->orders, "Orders that live now");
    add(to, "venue", "record", match->sequence, "Records of the journal");
}

static void control_add(const struct list *to, const struct commands *commands)
{
    const char *stage = "control";
    {
        const struct command_server_counts *from = command_server_counts(commands->server);
        COMMAND_SERVER_COUNTERS(ADD)
    }
    const struct command_desk_counts *from = command_server_desk(commands->server);
    COMMAND_DESK_COUNTERS(ADD)
}

void commands_metrics(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct launch *launch = &commands->plan.polluxd->launch;
    const char *begins = command_call_text(call, "name");
    const struct list list = {.rows = json_array(), .begins = begins ? begins : ""};
    if (launch->feed) feed_add(&list, commands);
    if (launch->gateway) gateway_add(&list, commands);
    if (launch->venue) venue_add(&list, commands);
    control_add(&list, commands);
    command_call_answer(call, json_pack("{s:o}", "counters", list.rows));
}
