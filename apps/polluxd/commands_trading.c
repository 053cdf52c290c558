/* What the gateway does: sessions, orders, positions, strategies. */

#include "apps/polluxd/commands_layout.h"
#include "control/monitor/report_trading.h"

#include <string.h>

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

static json_t *entry_show(const struct commands *commands, const void *row)
{
    (void)commands;
    const struct gate_view_session *session = row;
    const char *state = session->broken ? "broken" : session->connected ? "connected" : "away";
    return json_pack("{s:s, s:o, s:s, s:o}", "role", "venue", "name",
                     commands_symbol(session->username, sizeof session->username), "state", state,
                     "sent", commands_count(session->messages));
}

/* Those at venues are few, and come first; behind them those of the venue here, in portions. */
void commands_sessions(void *context, struct command_call *call)
{
    static_assert(ENGINE_VIEW_VENUES == GATEWAY_VENUES_MAX, "all of them are shown");
    struct commands *commands = context;
    const struct launch *launch = &commands->plan.polluxd->launch;
    const struct engine_gateway_view *view = &commands->gateway;
    struct window_ask ask = commands_ask(call, 0);
    struct portion portion = {.told = commands_rows, .key = "sessions", .show = entry_show};
    portion.before = json_array();
    if (launch->gateway) {
        engine_stage_gateway_view(launch->engine, &commands->gateway);
        portion.others = view->venues;
        for (uint64_t i = 0; i < view->venues && ask.after == 0; i++)
            json_array_append_new(portion.before, session_show(&view->venue[i]));
    }
    if (launch->venue) {
        commands_portion(commands, call, gate_stage_window(launch->venue->gate), &ask, &portion);
        return;
    }
    const struct window_said said = {.turns = 1, .ended = true, .matched = portion.others};
    commands_answer_rows(call, json_object(), "sessions", portion.before, &said);
}

/* What the other tables are of. */

static bool symbol_take(const struct commands *commands, const char *name, struct window_ask *ask)
{
    uint32_t at;
    if (commands_symbols(commands, name, &at, 1) == 0) return false;
    const struct gateway_symbol_plan *symbol = &commands->plan.polluxd->gateway.plan.symbol[at];
    memcpy(ask->symbol, symbol->name, sizeof ask->symbol);
    if (strrchr(name, '@')) ask->venue = symbol->venue;
    return true;
}

/* False: the call has been refused. */
static bool subjects_take(const struct commands *commands, struct command_call *call,
                          struct window_ask *ask)
{
    const char *strategy = command_call_text(call, "strategy");
    const char *symbol = command_call_text(call, "symbol");
    const char *venue = command_call_text(call, "venue"), *nobody = NULL;
    if (symbol && !symbol_take(commands, symbol, ask)) nobody = symbol;
    if (venue) ask->venue = commands_venue(commands, venue);
    if (venue && ask->venue == UINT32_MAX) nobody = venue;
    if (strategy) ask->strategy = commands_strategy(commands, strategy);
    if (strategy && ask->strategy == UINT32_MAX) nobody = strategy;
    if (nobody) command_call_refuse(call, COMMAND_REFUSED, "there is no %s here", nobody);
    return !nobody;
}

static void table_ask(struct commands *commands, struct command_call *call,
                      enum engine_window_kind kind, const struct portion *portion)
{
    const struct launch *launch = &commands->plan.polluxd->launch;
    struct window_ask ask = commands_ask(call, kind);
    if (!launch->gateway) {
        command_call_refuse(call, COMMAND_UNAVAILABLE, "this box has no role gateway");
        return;
    }
    if (!subjects_take(commands, call, &ask)) return;
    commands_portion(commands, call, engine_stage_window(launch->engine), &ask, portion);
}

/* Orders. */

static json_t *order_show(const struct commands *commands, const void *row)
{
    const struct engine_view_order *order = row;
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
    static const struct portion portion = {
        .told = commands_rows, .key = "orders", .show = order_show};
    table_ask(context, call, ENGINE_WINDOW_ORDERS, &portion);
}

/* Positions. */

static json_t *position_show(const struct commands *commands, const void *row)
{
    const struct engine_view_holding *holding = row;
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
    static const struct portion portion = {
        .told = commands_rows, .key = "positions", .show = position_show};
    table_ask(context, call, ENGINE_WINDOW_HOLDINGS, &portion);
}

/* Strategies. */

static json_t *strategy_show(const struct commands *commands, const void *row)
{
    (void)commands;
    const struct engine_view_strategy *is = row;
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
    static const struct portion portion = {
        .told = commands_rows, .key = "strategies", .show = strategy_show};
    table_ask(context, call, ENGINE_WINDOW_STRATEGIES, &portion);
}

/* Gauges: a plug-in's names are text, whatever they are. */

static json_t *gauge_show(const struct commands *commands, const void *row)
{
    (void)commands;
    const struct engine_view_gauge *is = row;
    return json_pack("{s:s, s:o, s:I}", "strategy", is->strategy, "gauge",
                     commands_symbol(is->name, strlen(is->name)), "value", (json_int_t)is->value);
}

void commands_gauges(void *context, struct command_call *call)
{
    static const struct portion portion = {
        .told = commands_rows, .key = "gauges", .show = gauge_show};
    table_ask(context, call, ENGINE_WINDOW_GAUGES, &portion);
}
