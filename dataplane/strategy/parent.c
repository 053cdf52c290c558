#include "dataplane/strategy/parent.h"

enum { KEY = 0 };

bool parent_check(const struct parameter_table *table, const struct delegate_parameters *given,
                  char *problem, size_t capacity)
{
    if (given->legs > 0) return true;
    return parameters_refuse(table, given, "quantity", "there is no instrument to work it in",
                             problem, capacity);
}

qty_t parent_executed(const struct parent *parent, const struct composite *composite)
{
    return composite->order[KEY].executed - parent->base;
}

static void begin(struct parent *parent, const struct composite *composite,
                  const struct message *from)
{
    struct parent before = *parent;
    *parent = (struct parent){.order = from->order,
                              .limit = from->price,
                              .quantity = from->qty,
                              .base = composite->order[KEY].executed,
                              .began_ns = composite->now,
                              .instrument = from->instrument,
                              .leg = UINT16_MAX,
                              .side = from->side,
                              .state = PARENT_WORKING,
                              .instructed = true,
                              .begun = before.begun + 1,
                              .ignored = before.ignored,
                              .children = before.children};
}

/* The parameters' own order.  What it has executed is looked up at each sight of its instrument; in
 * between, and while another one is shown, its key says how much more it is. */
static void follow_own(struct parent *parent, const struct parent_settings *settings,
                       const struct composite *composite)
{
    bool working = parent->state != PARENT_NONE;
    if (composite->leg != 0 || composite->trading == TRADING_NOWHERE) return;
    if (working ? parent->instructed : settings->quantity == 0 || parent->over) return;
    const struct delegate_order *order = &composite->order[KEY];
    qty_t executed = settings->side == SIDE_BUY ? composite->bought : composite->sold;
    bool settled = order->state == ORDER_NONE && composite->uniques == 0;
    if (!working && settled && executed < settings->quantity) {
        begin(parent, composite,
              &(struct message){.price = settings->limit,
                                .qty = settings->quantity,
                                .instrument = composite->instrument,
                                .side = (uint8_t)settings->side});
        parent->instructed = false;
        parent->before = executed;
    }
    parent->quantity = settings->quantity;
    parent->base = order->executed - executed;
}

static void follow_message(struct parent *parent, const struct parent_settings *settings,
                           const struct composite *composite, const struct message *message)
{
    bool working = parent->state != PARENT_NONE;
    bool mine = working && parent->instructed && parent->order == message->order;
    if (message->kind == INSTRUCTION_NEW && !working && settings->quantity == 0 &&
        message->qty > 0 && message->price >= 0) {
        begin(parent, composite, message);
    } else if (message->kind == INSTRUCTION_REPLACE && mine && message->qty > 0) {
        parent->limit = message->price;
        parent->quantity = message->qty;
    } else if (message->kind == INSTRUCTION_CANCEL && mine) {
        parent->state = PARENT_STOPPING;
    } else if (!message_is_report(message)) {
        parent->ignored++;
    }
}

static void follow_child(struct parent *parent, const struct parent_settings *settings,
                         const struct composite *composite)
{
    const struct delegate_order *order = &composite->order[KEY];
    if (!parent->child || order->state != ORDER_NONE) return;
    parent->child = false;
    parent->refused = order->refused != parent->child_refused;
    bool nothing = order->executed == parent->child_base;
    parent->retry_ns = nothing ? composite->now + (nanos_t)settings->retry_ns : 0;
}

bool parent_follow(struct parent *parent, const struct parent_settings *settings,
                   const struct composite *composite)
{
    follow_own(parent, settings, composite);
    for (uint32_t i = 0; i < composite->messages; i++)
        follow_message(parent, settings, composite, &composite->message[i]);
    follow_child(parent, settings, composite);
    if (parent->state != PARENT_NONE && composite->instrument == parent->instrument) {
        parent->leg = composite->leg;
        if (composite->now > parent->began_ns) parent->volume += composite->trade.volume;
    }
    return parent->state == PARENT_WORKING;
}

/* How much may leave, whatever is wanted. */
static qty_t may_leave(const struct parent *parent, const struct composite *composite)
{
    qty_t most = composite->terms->qty_max;
    if (most == 0) most = PARAMETER_QTY_MAX;
    if (composite->trading == TRADING_ACTIVE) return most;
    if (composite->trading != TRADING_REDUCE_ONLY) return 0;
    qty_t reduces = parent->side == SIDE_BUY ? -composite->position : composite->position;
    return greater(lesser(reduces, most), 0);
}

static bool held_back(const struct parent *parent, const struct composite *composite)
{
    if (parent->retry_ns <= composite->now) return false;
    bool same = far_price(composite->market, parent->side) == parent->tried_price &&
                far_qty(composite->market, parent->side) == parent->tried_qty;
    return parent->refused || same;
}

void parent_take(struct parent *parent, const struct composite *composite, qty_t qty,
                 struct delegate_output *output)
{
    const struct delegate_order *order = &composite->order[KEY];
    if (composite->instrument != parent->instrument || !market_good(composite->market)) return;
    if (parent->child || order->state != ORDER_NONE || !terms_good(composite->terms)) return;
    price_t price = far_price(composite->market, parent->side);
    bool beyond = parent->limit > 0 && side_better(parent->side, price, parent->limit);
    if (beyond || held_back(parent, composite)) return;
    qty_t shown = far_qty(composite->market, parent->side);
    qty_t left = parent->quantity - parent_executed(parent, composite);
    qty = lesser(lesser(qty, left), lesser(shown, may_leave(parent, composite)));
    qty = round_down(qty, composite->terms->lot);
    if (qty <= 0) return;
    parent->child = true;
    parent->child_base = order->executed;
    parent->child_refused = order->refused;
    parent->tried_price = price;
    parent->tried_qty = shown;
    parent->children++;
    delegate_say(output, &(struct delegate_intent){.price = price,
                                                   .qty = qty,
                                                   .key = KEY,
                                                   .instrument = parent->instrument,
                                                   .kind = INTENT_ORDER,
                                                   .side = parent->side,
                                                   .how = HOW_IMMEDIATE});
}

void parent_finish(struct parent *parent, const struct composite *composite, bool give_up,
                   struct delegate_output *output)
{
    const struct delegate_order *order = &composite->order[KEY];
    bool unwanted = parent->state == PARENT_STOPPING || !parent->child;
    if (unwanted && order->state == ORDER_OPEN) delegate_stop(output, KEY);
    if (parent->state == PARENT_NONE) return;
    bool filled = parent_executed(parent, composite) >= parent->quantity;
    bool ends = filled || give_up || parent->state == PARENT_STOPPING;
    if (!ends || order->state != ORDER_NONE || output->intents > 0) return;
    parent->state = PARENT_NONE;
    parent->over = !parent->instructed && !filled;
    parent->retry_ns = 0;
    output->done = parent->instructed && parent->order != 0;
}

bool parent_wants(const struct parent *parent, nanos_t now)
{
    return parent->state == PARENT_WORKING && parent->leg == 0 && parent->retry_ns != 0 &&
           parent->retry_ns <= now;
}

void parent_set(struct parent *parent, const struct parent_settings *settings)
{
    parent->over = false;
    if (parent->state == PARENT_NONE || parent->instructed) return;
    parent->limit = settings->limit;
    parent->quantity = settings->quantity;
}
