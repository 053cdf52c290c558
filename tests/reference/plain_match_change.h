#ifndef TESTS_REFERENCE_PLAIN_MATCH_CHANGE_H
#define TESTS_REFERENCE_PLAIN_MATCH_CHANGE_H

/* What a MODIFY makes of an order and of its legs. */

#include "tests/reference/plain_match_parts.h"

struct plain_change {
    order_id_t id;
    price_t price;
    price_t trigger;
    qty_t total;
    qty_t open;
    bool moves; /* anything but the id */
    bool any;
};

struct plain_leg_change {
    bool any;
    bool clear;
    bool add;
    bool price_changes;
    bool trigger_changes;
    struct match_leg leg; /* what it will be; type NONE: it will not be */
};

/* MATCH_NO_REASON, or why the input's legs do not fit; price is the order's new one. */
uint8_t plain_legs_change(struct plain_match *plain, const struct match_input *input,
                          const struct plain_order *order, price_t price,
                          struct plain_leg_change legs[2]);
bool plain_legs_have_room(struct plain_match *plain, const struct plain_order *order,
                          const struct plain_leg_change legs[2]);
bool plain_legs_have_money(struct plain_match *plain, struct plain_order *order,
                           const struct plain_leg_change legs[2]);
void plain_legs_apply(struct plain_match *plain, struct plain_order *order,
                      const struct plain_leg_change legs[2]);

#endif
