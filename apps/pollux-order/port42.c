#include "apps/pollux-order/port.h"
#include "dataplane/wire/ouch42.h"

/* OUCH 4.2: orders have tokens, times in force are seconds. */

static struct text14 token_of(const struct port *port, uint32_t number)
{
    struct text14 token;
    memcpy(token.byte, port->prefix, sizeof port->prefix);
    for (size_t i = sizeof token.byte; i-- > sizeof port->prefix; number /= 10)
        token.byte[i] = (char)('0' + number % 10);
    return token;
}

/* 0 of a token that is not ours. */
static uint32_t number_of(const struct port *port, const struct text14 *token)
{
    if (memcmp(token->byte, port->prefix, sizeof port->prefix) != 0) return 0;
    uint64_t number = 0;
    for (size_t i = sizeof port->prefix; i < sizeof token->byte; i++) {
        if (token->byte[i] < '0' || token->byte[i] > '9') return 0;
        number = number * 10 + (uint64_t)(token->byte[i] - '0');
    }
    return number > UINT32_MAX ? 0 : (uint32_t)number;
}

static uint32_t lasts_seconds(const struct port_order *order)
{
    switch (order->lasts) {
    case PORT_IMMEDIATE: return OUCH42_TIF_IMMEDIATE;
    case PORT_EXTENDED: return OUCH42_TIF_SYSTEM_HOURS;
    case PORT_TIMED: return order->expire_s ? order->expire_s : OUCH42_TIF_MARKET_HOURS;
    case PORT_DAY: return OUCH42_TIF_MARKET_HOURS;
    }
    UNREACHABLE("an order lasts in one of these ways");
}

static enum port_lasts lasts_of(uint32_t seconds)
{
    if (seconds == OUCH42_TIF_IMMEDIATE) return PORT_IMMEDIATE;
    if (seconds == OUCH42_TIF_SYSTEM_HOURS) return PORT_EXTENDED;
    return seconds == OUCH42_TIF_MARKET_HOURS ? PORT_DAY : PORT_TIMED;
}

uint32_t port42_enter(const struct port *port, uint32_t number, const struct port_order *order,
                      uint8_t *bytes)
{
    struct ouch42_enter enter = {
        .type = text1('O'),
        .token = token_of(port, number),
        .side = text1(order->side),
        .qty = be32(order->qty),
        .price_e4 = be32(order->price_e4),
        .tif_s = be32(lasts_seconds(order)),
        .display = text1(order->post_only ? 'P' : 'Y'),
        .capacity = text1('P'),
        .iso = text1('N'),
        .cross = text1('N'),
        .customer_type = text1(' '),
    };
    memcpy(enter.symbol.byte, order->symbol, sizeof enter.symbol.byte);
    memcpy(enter.firm.byte, port->firm, sizeof enter.firm.byte);
    memcpy(bytes, &enter, sizeof enter);
    return sizeof enter;
}

uint32_t port42_replace(const struct port *port, uint32_t old, uint32_t number,
                        const struct port_order *order, uint8_t *bytes)
{
    struct ouch42_replace replace = {
        .type = text1('U'),
        .orig_token = token_of(port, old),
        .token = token_of(port, number),
        .qty = be32(order->qty),
        .price_e4 = be32(order->price_e4),
        .tif_s = be32(lasts_seconds(order)),
        .display = text1(order->post_only ? 'P' : 'Y'),
        .iso = text1('N'),
    };
    memcpy(bytes, &replace, sizeof replace);
    return sizeof replace;
}

uint32_t port42_cancel(const struct port *port, uint32_t number, uint32_t qty, uint8_t *bytes)
{
    struct ouch42_cancel cancel = {text1('X'), token_of(port, number), be32(qty)};
    memcpy(bytes, &cancel, sizeof cancel);
    return sizeof cancel;
}

uint32_t port42_modify(const struct port *port, const struct port_modify *modify, uint8_t *bytes)
{
    struct ouch42_modify message = {text1('M'), token_of(port, modify->number), text1(modify->side),
                                    be32(modify->qty)};
    memcpy(bytes, &message, sizeof message);
    return sizeof message;
}

/* What Accepted and Replaced share; their common fields stand at the same places. */
static void order_read(const uint8_t *message, struct port_answer *answer)
{
    const struct ouch42_accepted *order = (const void *)message;
    uint32_t seconds = be32_read(order->tif_s);
    answer->side = text1_read(order->side);
    answer->qty = be32_read(order->qty);
    memcpy(answer->symbol, order->symbol.byte, sizeof answer->symbol);
    answer->price_e4 = be32_read(order->price_e4);
    answer->lasts = lasts_of(seconds);
    if (answer->lasts == PORT_TIMED) answer->expire_s = seconds;
    answer->reference = be64_read(order->order_ref);
    answer->dead = text1_read(order->state) == 'D';
}

static void fill_read(const uint8_t *message, struct port_answer *answer)
{
    const struct ouch42_executed *fill = (const void *)message;
    answer->qty = be32_read(fill->qty);
    answer->price_e4 = be32_read(fill->price_e4);
    answer->reason = text1_read(fill->liquidity);
    answer->match = be64_read(fill->match_number);
}

static void canceled_read(const uint8_t *message, struct port_answer *answer)
{
    const struct ouch42_canceled *canceled = (const void *)message;
    answer->qty = be32_read(canceled->qty);
    answer->reason = text1_read(canceled->reason);
    if (answer->kind == PORT_SELF_MATCH)
        answer->price_e4 = be32_read(((const struct ouch42_aiq_canceled *)message)->price_e4);
}

static void rest_read(const uint8_t *message, struct port_answer *answer)
{
    if (answer->kind == PORT_BROKEN) {
        const struct ouch42_broken *broken = (const void *)message;
        answer->match = be64_read(broken->match_number);
        answer->reason = text1_read(broken->reason);
    } else if (answer->kind == PORT_REJECTED) {
        answer->reason = text1_read(((const struct ouch42_rejected *)message)->reason);
        answer->dead = true;
    } else if (answer->kind == PORT_PRIORITY) {
        const struct ouch42_priority *priority = (const void *)message;
        answer->price_e4 = be32_read(priority->price_e4);
        answer->reference = be64_read(priority->order_ref);
    } else if (answer->kind == PORT_MODIFIED) {
        const struct ouch42_modified *modified = (const void *)message;
        answer->side = text1_read(modified->side);
        answer->qty = be32_read(modified->qty);
    }
}

static enum port_kind kind_of(uint8_t type)
{
    static const uint8_t kinds[128] = {
        ['S'] = PORT_DAY_EVENT, ['A'] = PORT_ACCEPTED,       ['U'] = PORT_REPLACED,
        ['C'] = PORT_CANCELED,  ['D'] = PORT_SELF_MATCH,     ['E'] = PORT_EXECUTED,
        ['G'] = PORT_EXECUTED,  ['B'] = PORT_BROKEN,         ['F'] = PORT_CORRECTED,
        ['J'] = PORT_REJECTED,  ['P'] = PORT_CANCEL_PENDING, ['I'] = PORT_CANCEL_REJECTED,
        ['T'] = PORT_PRIORITY,  ['M'] = PORT_MODIFIED,       ['N'] = PORT_TRADE_NOW,
    };
    return (enum port_kind)kinds[type & 127];
}

bool port42_read(const struct port *port, const uint8_t *message, size_t length,
                 struct port_answer *answer)
{
    if (ouch42_check_out(message, length) != OUCH42_OK) return false;
    answer->kind = kind_of(message[0]);
    answer->timestamp_ns = be64_read(*(const struct be64 *)(message + 1));
    if (answer->kind == PORT_DAY_EVENT) {
        answer->reason = text1_read(((const struct ouch42_system_event *)message)->event);
        return true;
    }
    const struct text14 *token = (const void *)(message + 9);
    answer->number = number_of(port, token);
    if (answer->number == 0) memcpy(answer->name, token->byte, sizeof answer->name);
    switch ((char)message[0]) {
    case 'U':
        answer->other = number_of(port, &((const struct ouch42_replaced *)message)->orig_token);
        order_read(message, answer);
        break;
    case 'A': order_read(message, answer); break;
    case 'E':
    case 'G':
    case 'F': fill_read(message, answer); break;
    case 'C':
    case 'D': canceled_read(message, answer); break;
    default: rest_read(message, answer); break;
    }
    return true;
}
