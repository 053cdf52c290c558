#include "apps/pollux-order/say.h"

#include "apps/pollux-order/reasons.h"

#include <string.h>

static void padded(struct text *out, const char *bytes, size_t length)
{
    while (length > 0 && bytes[length - 1] == ' ') length--;
    for (size_t i = 0; i < length; i++)
        text_append_char(out, (char)(bytes[i] > ' ' && bytes[i] <= '~' ? bytes[i] : '?'));
}

void say_price(struct text *out, uint32_t price_e4)
{
    if (price_e4 == PORT_MARKET_E4) text_append(out, "market");
    else text_decimal(out, price_e4, 4, 2);
}

static void name_say(struct text *out, const char name[PORT_NAME_BYTES])
{
    if (name[0] == ' ') return;
    text_append(out, " (");
    padded(out, name, PORT_NAME_BYTES);
    text_append_char(out, ')');
}

void say_order(struct text *out, const struct own_order *order)
{
    text_uint(out, order->number);
    name_say(out, order->name);
}

static const char *side_verb(char side)
{
    switch (side) {
    case 'B': return "buys";
    case 'S': return "sells";
    case 'T': return "sells short";
    case 'E': return "sells short (exempt)";
    default: return "trades";
    }
}

void say_terms(struct text *out, const struct own_order *order, uint32_t qty)
{
    text_format(out, "%s %u ", side_verb(order->side), qty);
    padded(out, order->symbol, sizeof order->symbol);
    text_append(out, " at ");
    say_price(out, order->price_e4);
    if (order->lasts == PORT_IMMEDIATE) text_append(out, " ioc");
    if (order->lasts == PORT_EXTENDED) text_append(out, " gtx");
    if (order->lasts == PORT_TIMED && order->expire_s)
        text_format(out, " for %u s", order->expire_s);
}

static void left_say(struct text *out, const struct say *say)
{
    if (!say->order) return;
    if (say->order->leaves) text_format(out, ", %u left", say->order->leaves);
    else text_append(out, ", done");
}

/* The answer's own terms: what was accepted, not what the order has become. */
static void terms_say(struct text *out, const struct port_answer *answer)
{
    struct own_order order = {.side = answer->side,
                              .price_e4 = answer->price_e4,
                              .lasts = (uint8_t)answer->lasts,
                              .expire_s = answer->expire_s};
    memcpy(order.symbol, answer->symbol, sizeof order.symbol);
    say_terms(out, &order, answer->qty);
    if (answer->dead) text_append(out, ", and canceled at once");
}

static void order_event_say(struct text *out, const struct say *say)
{
    const struct port_answer *answer = say->answer;
    if (say->order) say_order(out, say->order);
    else if (answer->number) text_uint(out, answer->number);
    else padded(out, answer->name, sizeof answer->name);
    switch (answer->kind) {
    case PORT_ACCEPTED:
        text_append(out, " accepted: ");
        terms_say(out, answer);
        return;
    case PORT_REPLACED:
        text_format(out, " replaces %u: ", answer->other);
        terms_say(out, answer);
        return;
    case PORT_CANCELED:
    case PORT_SELF_MATCH:
        text_format(out, " canceled: %u (%s)", answer->qty, reason_of_cancel(answer->reason));
        left_say(out, say);
        return;
    case PORT_EXECUTED:
    case PORT_CORRECTED:
        text_format(out, " %s: %u at ",
                    answer->kind == PORT_EXECUTED ? "executed" : "corrected: its trade is now",
                    answer->qty);
        say_price(out, answer->price_e4);
        text_format(out, " (%s)", reason_of_liquidity(answer->reason));
        if (answer->kind == PORT_EXECUTED) left_say(out, say);
        return;
    case PORT_BROKEN:
        text_format(out, " broken: trade %llu is undone (%s)", (unsigned long long)answer->match,
                    reason_of_break(answer->reason));
        return;
    case PORT_REJECTED:
        text_format(out, " rejected: %s", reason_of_reject(say->port, answer));
        return;
    case PORT_CANCEL_PENDING: text_append(out, " will be canceled after the cross"); return;
    case PORT_CANCEL_REJECTED: text_append(out, " cannot be canceled before the cross"); return;
    case PORT_PRIORITY:
        text_append(out, " has another place in the queue, at ");
        say_price(out, answer->price_e4);
        return;
    case PORT_MODIFIED: text_format(out, " modified: %u left", answer->qty); return;
    case PORT_RESTATED:
        text_format(out, " restated: %s", reason_of_restatement(answer->reason));
        if (answer->qty) text_format(out, ", %u", answer->qty);
        return;
    case PORT_MASS_CANCELED: text_append(out, " taken: all such orders are canceled"); return;
    case PORT_TRADE_NOW: text_append(out, " trades now with what locks it"); return;
    case PORT_DAY_EVENT:
    case PORT_FIRM_DISABLED:
    case PORT_FIRM_ENABLED:
    case PORT_NEXT_NUMBER:
    case PORT_KIND_COUNT: break;
    }
    UNREACHABLE("say_answer says these");
}

void say_answer(struct text *out, const struct say *say)
{
    const struct port_answer *answer = say->answer;
    text_clock(out, answer->timestamp_ns);
    text_append(out, "  ");
    switch ((int)answer->kind) {
    case PORT_DAY_EVENT:
        if (answer->reason == 'S') text_append(out, "the venue's day begins");
        else if (answer->reason == 'E') text_append(out, "the venue's day ends");
        else
            text_format(out, "the venue says event %c",
                        answer->reason > ' ' ? answer->reason : '?');
        return;
    case PORT_NEXT_NUMBER: text_format(out, "next number: %u", answer->number); return;
    case PORT_FIRM_DISABLED:
    case PORT_FIRM_ENABLED:
        text_append(out, "firm ");
        padded(out, answer->symbol, 4);
        text_append(out, answer->kind == PORT_FIRM_ENABLED ? " may enter orders again"
                                                           : " may not enter orders any more");
        return;
    default: order_event_say(out, say); return;
    }
}

/* The table. */

enum { AT_SIDE = 10, AT_SYMBOL = 24, AT_PRICE = 44, AT_QTY = 54, AT_LEAVES = 64, AT_CUM = 74 };

static void number_right(struct text *out, uint32_t value, uint32_t column)
{
    size_t start = out->length;
    text_uint(out, value);
    text_right(out, start, column);
}

void say_orders(struct text *out, const struct own_order *const *list, uint32_t count)
{
    if (count == 0) {
        text_append(out, "no open orders\n");
        return;
    }
    text_append(out,
                "  number  side          symbol         price       qty    leaves       cum\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct own_order *order = list[i];
        number_right(out, order->number, AT_SIDE - 2);
        text_to_column(out, AT_SIDE);
        text_append(out, side_verb(order->side));
        text_to_column(out, AT_SYMBOL);
        padded(out, order->symbol, sizeof order->symbol);
        size_t start = out->length;
        say_price(out, order->price_e4);
        text_right(out, start, AT_PRICE);
        number_right(out, order->qty, AT_QTY);
        number_right(out, order->leaves, AT_LEAVES);
        number_right(out, order->cum, AT_CUM);
        name_say(out, order->name);
        if (order->doubt) text_append(out, "  in doubt");
        else if (order->state == OWN_PENDING) text_append(out, "  not answered");
        text_append_char(out, '\n');
    }
}
