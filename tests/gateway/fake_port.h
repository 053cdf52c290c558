#ifndef TESTS_GATEWAY_FAKE_PORT_H
#define TESTS_GATEWAY_FAKE_PORT_H

/* A venue's language that is nothing but the structures themselves: bytes are a request, or an
 * answer.  It remembers no order, so what a venue script says is what the gateway hears.
 *
 * The bytes of a request are always the same, so that a pass can be checked against them. */

#include "dataplane/gateway/trade_port.h"

struct fake_request {
    uint8_t kind; /* enum slot_request_kind */
    uint8_t side;
    uint8_t how;
    uint8_t reserved;
    uint32_t symbol;
    uint32_t slot;
    uint32_t number;
    order_id_t order;
    order_id_t asked;
    price_t price;
    qty_t qty;
    qty_t total;
};
static_assert(sizeof(struct fake_request) == 56, "no holes, and less than a request may be");

struct fake_message {
    struct slot_answer answer;
    order_id_t was;
    price_t price;
    qty_t qty;
    bool unknown;
    bool broken;
};

/* Two kinds, alike but that the second replaces. */
extern const struct trade_port_kind fake_port;
extern const struct trade_port_kind fake_port_replaces;
/* What the slots asked for. */
struct slot_request fake_request_said(const struct fake_request *request);

extern struct trade_port_symbol fake_port_listed; /* the last symbol that was, with any of them */

#endif
