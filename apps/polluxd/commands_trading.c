/* What the gateway does: sessions, orders, positions, strategies. */

#include "apps/polluxd/commands_layout.h"
#include "control/monitor/report_trading.h"

#include <string.h>

static bool gateway_look(struct commands *commands, struct command_call *call)
{
    const struct launch *launch = &commands->plan.polluxd->launch;
    if (launch->gateway) {
        engine_stage_gateway_view(launch->engine, &commands->gateway);
        return true;
    }
    command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has no role gateway");
    return false;
}

static const char *venue_name(const struct commands *commands, uint64_t venue)
{
    return commands->plan.polluxd->gateway.plan.venue[venue].name;
}

/* Sessions. */

static json_t *session_show(const struct engine_view_venue *venue)
{
    const struct order_host_look *session = &venue->session;
    uint64_t open = 0;
    for (uint32_t i = 0; i < SLOT_STATE_COUNT; i++)
        if (i != SLOT_FREE && i != SLOT_UNKNOWN) open += venue->slot[i];
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "role", "gateway", "name", venue->name,
        "state", order_host_state_name((enum order_host_state)session->state), "sent",
        commands_count(session->counts.sent), "received", commands_count(session->counts.message),
        "logins", commands_count(session->counts.login), "lost",
        commands_count(session->counts.lost), "open", commands_count(open), "in_doubt",
        commands_count(venue->slot[SLOT_UNKNOWN]));
}

static json_t *entry_show(const struct gate_view_session *session)
{
    const char *state = session->broken ? "broken" : session->connected ? "connected" : "away";
    return json_pack("{s:s, s:o, s:s, s:o}", "role", "venue", "name",
                     commands_symbol(session->username, sizeof session->username), "state", state,
                     "sent", commands_count(session->messages));
}

void commands_sessions(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct launch *launch = &commands->plan.polluxd->launch;
    const struct engine_gateway_view *view = &commands->gateway;
    json_t *rows = json_array();
    if (launch->gateway) {
        engine_stage_gateway_view(launch->engine, &commands->gateway);
        for (uint64_t i = 0; i < view->venues && i < ENGINE_VIEW_VENUES; i++)
            json_array_append_new(rows, session_show(&view->venue[i]));
    }
    if (launch->venue) {
        gate_stage_view(launch->venue->gate, &commands->gate);
        for (uint64_t i = 0; i < commands->gate.sessions; i++)
            json_array_append_new(rows, entry_show(&commands->gate.session[i]));
    }
    command_call_answer(call, json_pack("{s:o}", "sessions", rows));
}

/* Orders. */

static bool wanted(const struct command_call *call, const char *strategy)
{
    const char *only = command_call_text(call, "strategy");
    return !only || strcmp(only, strategy) == 0;
}

static json_t *order_show(const struct commands *commands, const struct engine_view_order *order)
{
    return json_pack(
        "{s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:o}", "strategy", order->strategy, "venue",
        venue_name(commands, order->venue), "symbol",
        commands_symbol(order->symbol, sizeof order->symbol), "number",
        commands_count(order->number), "state", slot_state_name((enum slot_state)order->state),
        "side", order->side == SIDE_BUY ? "buy" : "sell", "price", commands_price(order->price),
        "quantity", commands_qty(order->total), "filled", commands_qty(order->cum));
}

void commands_orders(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct engine_gateway_view *view = &commands->gateway;
    if (!gateway_look(commands, call)) return;
    json_t *rows = json_array();
    for (uint64_t i = 0; i < view->orders && i < ENGINE_VIEW_ORDERS; i++)
        if (wanted(call, view->order[i].strategy))
            json_array_append_new(rows, order_show(commands, &view->order[i]));
    command_call_answer(call,
                        json_pack("{s:o, s:o, s:o}", "shown", commands_count(json_array_size(rows)),
                                  "open", commands_count(report_open(view)), "orders", rows));
}

/* Positions. */

static json_t *position_show(const struct commands *commands,
                             const struct engine_view_holding *holding)
{
    const struct gateway_holding *is = &holding->is;
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "strategy",
                     holding->strategy, "venue", venue_name(commands, holding->venue), "symbol",
                     commands_symbol(holding->symbol, sizeof holding->symbol), "position",
                     commands_qty(is->position), "bought", commands_qty(is->bought), "sold",
                     commands_qty(is->sold), "fills", commands_count(is->fills), "working",
                     commands_count(is->working), "cash", commands_money(is->cash), "profit",
                     commands_money(is->profit));
}

void commands_positions(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct engine_gateway_view *view = &commands->gateway;
    if (!gateway_look(commands, call)) return;
    json_t *rows = json_array();
    for (uint64_t i = 0; i < view->holdings && i < ENGINE_VIEW_HOLDINGS; i++)
        if (wanted(call, view->holding[i].strategy))
            json_array_append_new(rows, position_show(commands, &view->holding[i]));
    command_call_answer(call, json_pack("{s:o}", "positions", rows));
}

/* Strategies. */

static json_t *strategy_show(const struct engine_view_strategy *is)
{
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", is->name, "kind",
        is->kind, "state", is->on ? report_trading_state(is->state) : "OFF", "working",
        commands_count(is->working), "orders", commands_count(is->counts.order), "replaced",
        commands_count(is->counts.replace), "canceled", commands_count(is->counts.cancel),
        "refused", commands_count(is->counts.refused), "rejected",
        commands_count(is->counts.rejected), "fills", commands_count(is->fills), "profit",
        commands_money(is->profit));
}

void commands_strategies(void *context, struct command_call *call)
{
    struct commands *commands = context;
    const struct engine_gateway_view *view = &commands->gateway;
    if (!gateway_look(commands, call)) return;
    json_t *rows = json_array();
    for (uint64_t i = 0; i < view->strategies && i < ENGINE_VIEW_STRATEGIES; i++)
        json_array_append_new(rows, strategy_show(&view->strategy[i]));
    command_call_answer(call, json_pack("{s:o}", "strategies", rows));
}
