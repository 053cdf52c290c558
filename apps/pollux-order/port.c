#include "apps/pollux-order/port.h"

#include "dataplane/wire/ouch50.h"

/* Requests of OUCH 5.0, and which dialect a call is for. */

static struct text14 name_of(const struct port_order *order)
{
    struct text14 name;
    memcpy(name.byte, order->name, sizeof name.byte);
    return name;
}

static struct text8 symbol_of(const char symbol[8])
{
    struct text8 to;
    memcpy(to.byte, symbol, sizeof to.byte);
    return to;
}

static char lasts_letter(enum port_lasts lasts)
{
    static const char letter[] = {
        [PORT_DAY] = '0', [PORT_IMMEDIATE] = '3', [PORT_EXTENDED] = '5', [PORT_TIMED] = '6'};
    return letter[lasts];
}

static bool firm_given(const struct port *port)
{
    return memcmp(port->firm, "    ", sizeof port->firm) != 0;
}

static void terms_add(struct ouch50_appendage *to, const struct port_order *order)
{
    struct be32 show = be32(order->show), expire = be32(order->expire_s);
    struct text1 post_only = text1('P');
    if (order->show) ouch50_add(to, OUCH50_MAX_FLOOR, &show, sizeof show);
    if (order->post_only) ouch50_add(to, OUCH50_POST_ONLY, &post_only, sizeof post_only);
    if (order->lasts == PORT_TIMED && order->expire_s)
        ouch50_add(to, OUCH50_EXPIRE_TIME, &expire, sizeof expire);
}

uint32_t port_enter(const struct port *port, uint32_t number, const struct port_order *order,
                    uint8_t *bytes)
{
    if (port->dialect == PORT_OUCH42) return port42_enter(port, number, order, bytes);
    struct ouch50_enter enter = {
        .type = text1('O'),
        .urn = be32(number),
        .side = text1(order->side),
        .qty = be32(order->qty),
        .symbol = symbol_of(order->symbol),
        .price_e4 = be64(order->price_e4),
        .tif = text1(lasts_letter(order->lasts)),
        .display = text1('Y'),
        .capacity = text1('P'),
        .iso = text1('N'),
        .cross = text1('N'),
        .cl_ord_id = name_of(order),
    };
    memcpy(bytes, &enter, sizeof enter);
    struct ouch50_appendage to = ouch50_appendage(bytes, sizeof enter);
    if (firm_given(port)) ouch50_add(&to, OUCH50_FIRM, port->firm, sizeof port->firm);
    terms_add(&to, order);
    return ouch50_end(&to);
}

uint32_t port_replace(const struct port *port, uint32_t old, uint32_t number,
                      const struct port_order *order, uint8_t *bytes)
{
    if (port->dialect == PORT_OUCH42) return port42_replace(port, old, number, order, bytes);
    struct ouch50_replace replace = {
        .type = text1('U'),
        .orig_urn = be32(old),
        .urn = be32(number),
        .qty = be32(order->qty),
        .price_e4 = be64(order->price_e4),
        .tif = text1(lasts_letter(order->lasts)),
        .display = text1('Y'),
        .iso = text1('N'),
        .cl_ord_id = name_of(order),
    };
    memcpy(bytes, &replace, sizeof replace);
    struct ouch50_appendage to = ouch50_appendage(bytes, sizeof replace);
    terms_add(&to, order);
    return ouch50_end(&to);
}

uint32_t port_cancel(const struct port *port, uint32_t number, uint32_t qty, uint8_t *bytes)
{
    if (port->dialect == PORT_OUCH42) return port42_cancel(port, number, qty, bytes);
    struct ouch50_cancel cancel = {text1('X'), be32(number), be32(qty)};
    memcpy(bytes, &cancel, sizeof cancel);
    return sizeof cancel;
}

uint32_t port_modify(const struct port *port, const struct port_modify *modify, uint8_t *bytes)
{
    if (port->dialect == PORT_OUCH42) return port42_modify(port, modify, bytes);
    struct ouch50_modify message = {text1('M'), be32(modify->number), text1(modify->side),
                                    be32(modify->qty)};
    memcpy(bytes, &message, sizeof message);
    return sizeof message;
}

uint32_t port_mass_cancel(const struct port *port, uint32_t number,
                          const struct port_mass_cancel *which, uint8_t *bytes)
{
    CHECK(port->dialect == PORT_OUCH50);
    struct ouch50_mass_cancel message = {
        .type = text1('C'), .urn = be32(number), .symbol = symbol_of(which->symbol)};
    memcpy(message.firm.byte, port->firm, sizeof message.firm.byte);
    memcpy(bytes, &message, sizeof message);
    struct ouch50_appendage to = ouch50_appendage(bytes, sizeof message);
    struct text1 side = text1(which->side);
    if (which->side) ouch50_add(&to, OUCH50_SIDE, &side, sizeof side);
    return ouch50_end(&to);
}

uint32_t port_query(uint8_t *bytes)
{
    bytes[0] = 'Q';
    return 1;
}

bool port_read(const struct port *port, const uint8_t *message, size_t length,
               struct port_answer *answer)
{
    *answer = (struct port_answer){.kind = PORT_DAY_EVENT};
    memset(answer->symbol, ' ', sizeof answer->symbol);
    memset(answer->name, ' ', sizeof answer->name);
    return port->dialect == PORT_OUCH42 ? port42_read(port, message, length, answer)
                                        : port50_read(message, length, answer);
}

const char *port_kind_name(enum port_kind kind)
{
#define PORT_NAME(kind_, name, fields) [kind_] = #name,
    static const char *const names[] = {PORT_ANSWERS(PORT_NAME)};
    CHECK((unsigned)kind < ARRAY_COUNT(names));
    return names[kind];
}
