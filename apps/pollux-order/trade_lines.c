#include "apps/pollux-order/say.h"
#include "apps/pollux-order/trade.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_ROOM (64u << 10) /* of requests that the kernel has not taken */

/* Queues a request; false, after a sentence, if it cannot be sent. */
static bool request_send(struct trade *trade, const uint8_t *bytes, uint32_t length)
{
    if (soupbin_client_send(trade->link.client, bytes, length, venue_link_now())) return true;
    trade_show_wrong(trade, "the connection does not take it: not sent");
    return false;
}

static void number_ask(struct trade *trade, uint32_t number, uint32_t old,
                       const struct port_order *terms)
{
    own_orders_ask(&trade->orders, number, old, terms);
    trade->watched = number;
    trade->watched_taken = false;
}

/* The live order a line is about, or NULL after a sentence. */
static struct own_order *order_of(struct trade *trade)
{
    const struct line *line = &trade->line;
    struct own_order *order = line->number ? own_orders_find(&trade->orders, line->number)
                                           : own_orders_named(&trade->orders, line->name);
    if (order && order->side && order->state != OWN_DEAD) return order;
    char bytes[64];
    struct text problem = text_in(bytes, sizeof bytes);
    if (line->number) text_uint(&problem, line->number);
    else text_format(&problem, "%.*s", (int)PORT_NAME_BYTES, line->name);
    while (problem.length && bytes[problem.length - 1] == ' ') bytes[--problem.length] = '\0';
    text_append(&problem, " is none of your open orders");
    trade_show_wrong(trade, bytes);
    return NULL;
}

static void line_enter(struct trade *trade)
{
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    const struct port_order *terms = &trade->line.order;
    uint32_t number = trade->orders.next;
    uint32_t length = port_enter(&trade->options->port, number, terms, bytes);
    if (request_send(trade, bytes, length)) number_ask(trade, number, 0, terms);
}

static void line_replace(struct trade *trade)
{
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    const struct line *line = &trade->line;
    const struct own_order *order = order_of(trade);
    if (!order) return;
    if (order->replacement) {
        trade_show_wrong(trade, "its replacement is on the way already: wait for the answer");
        return;
    }
    struct port_order terms = line->order;
    terms.side = order->side;
    memcpy(terms.symbol, order->symbol, sizeof terms.symbol);
    if (!line->has_qty) terms.qty = order->qty;
    if (!line->has_price) terms.price_e4 = order->price_e4;
    if (terms.lasts == PORT_DAY) {
        terms.lasts = (enum port_lasts)order->lasts;
        terms.expire_s = order->expire_s;
    }
    if (terms.name[0] == ' ') memcpy(terms.name, order->name, sizeof terms.name);
    if (terms.qty <= order->cum) {
        trade_show_wrong(trade, "so many are traded already: cancel it instead");
        return;
    }
    uint32_t old = order->number, number = trade->orders.next;
    uint32_t length = port_replace(&trade->options->port, old, number, &terms, bytes);
    if (request_send(trade, bytes, length)) number_ask(trade, number, old, &terms);
}

static void less_send(struct trade *trade, struct own_order *order, const uint8_t *bytes,
                      uint32_t length)
{
    if (request_send(trade, bytes, length)) own_orders_ask_less(&trade->orders, order);
}

static void line_cancel(struct trade *trade)
{
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    uint32_t qty = trade->line.has_qty ? trade->line.order.qty : 0;
    struct own_order *order = order_of(trade);
    if (!order) return;
    if (qty >= order->leaves + order->cum)
        trade_show_wrong(trade, "it has no more shares than that: nothing to cancel");
    else
        less_send(trade, order, bytes,
                  port_cancel(&trade->options->port, order->number, qty, bytes));
}

static void line_modify(struct trade *trade)
{
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    struct own_order *order = order_of(trade);
    if (!order) return;
    struct port_modify modify = {order->number, trade->line.order.qty, order->side};
    less_send(trade, order, bytes, port_modify(&trade->options->port, &modify, bytes));
}

static bool cancel_matches(const struct own_order *order, const struct port_mass_cancel *all)
{
    bool buys = order->side == 'B';
    return (all->symbol[0] == ' ' || memcmp(order->symbol, all->symbol, sizeof all->symbol) == 0) &&
           (all->side == 0 || buys == (all->side == 'B'));
}

/* One by one: where the dialect has no mass cancel, and for sells, of which it has three kinds. */
static void cancel_each(struct trade *trade, const struct port_mass_cancel *all)
{
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    uint32_t count, matching = 0;
    const struct own_order **list = own_orders_open_list(&trade->orders, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct own_order *order = own_orders_find(&trade->orders, list[i]->number);
        if (!cancel_matches(order, all)) continue;
        matching++;
        less_send(trade, order, bytes, port_cancel(&trade->options->port, order->number, 0, bytes));
    }
    free((void *)list);
    if (matching == 0) trade_note(trade, "note", 0, "there are no such open orders to cancel");
}

static void line_cancel_all(struct trade *trade)
{
    const struct port_mass_cancel *all = &trade->line.all;
    if (trade->options->port.dialect == PORT_OUCH42 || all->side) {
        cancel_each(trade, all);
        return;
    }
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    uint32_t number = trade->orders.next;
    uint32_t length = port_mass_cancel(&trade->options->port, number, all, bytes);
    struct port_order terms = {.side = 0};
    memset(terms.name, ' ', sizeof terms.name);
    memcpy(terms.symbol, all->symbol, sizeof terms.symbol);
    if (request_send(trade, bytes, length)) number_ask(trade, number, 0, &terms);
}

void trade_cancel_own(struct trade *trade)
{
    struct port_mass_cancel all = {.side = 0};
    memset(all.symbol, ' ', sizeof all.symbol);
    cancel_each(trade, &all);
}

static void line_query(struct trade *trade)
{
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    if (trade->options->port.dialect == PORT_OUCH42)
        trade_note(trade, "note", 0, "OUCH 4.2 has no query; the next number is %u",
                   trade->orders.next);
    else if (request_send(trade, bytes, port_query(bytes))) trade->asked++;
}

static void line_wait(struct trade *trade, nanos_t now)
{
    trade->wait_answers = trade->line.verb == LINE_WAIT_ANSWERS;
    trade->wait_until_ns =
        now + (trade->wait_answers ? trade->options->wait_s * NANOS_SECOND : trade->line.wait_ns);
}

static void line_apply(struct trade *trade, nanos_t now)
{
    switch (trade->line.verb) {
    case LINE_NOTHING: return;
    case LINE_ENTER: line_enter(trade); return;
    case LINE_REPLACE: line_replace(trade); return;
    case LINE_CANCEL: line_cancel(trade); return;
    case LINE_CANCEL_ALL: line_cancel_all(trade); return;
    case LINE_MODIFY: line_modify(trade); return;
    case LINE_ORDERS: trade_show_orders(trade); return;
    case LINE_QUERY: line_query(trade); return;
    case LINE_WAIT:
    case LINE_WAIT_ANSWERS: line_wait(trade, now); return;
    case LINE_HELP: (void)fputs(line_help, trade->options->json ? stderr : stdout); return;
    case LINE_QUIT: trade->until = TRADE_ENDS; return;
    case LINE_WRONG: trade_show_wrong(trade, trade->line.words.problem); return;
    case LINE_VERB_COUNT: break;
    }
    UNREACHABLE("a line is one of these");
}

static bool waits(struct trade *trade, nanos_t now)
{
    if (trade->wait_until_ns == 0) return false;
    bool late = now >= trade->wait_until_ns;
    bool answered = trade->orders.unanswered + trade->asked == 0;
    if (!late && !(trade->wait_answers && answered)) return true;
    if (trade->wait_answers && !answered)
        trade_note(trade, "note", 0, "no answer within %u s; the lines go on",
                   trade->options->wait_s);
    trade->wait_until_ns = 0;
    trade->wait_answers = false;
    return false;
}

void trade_lines(struct trade *trade, nanos_t now)
{
    while (trade->ready && trade->until == TRADE_GOES_ON && !waits(trade, now)) {
        uint32_t waiting, length;
        (void)soupbin_client_output(trade->link.client, &waiting);
        if (waiting > OUTPUT_ROOM) return;
        const char *text = input_line(&trade->input, &length);
        if (!text) return;
        if (length && text[length - 1] == '\r') length--;
        line_read(&trade->line, text, length, trade->options->port.dialect);
        line_apply(trade, now);
    }
}
