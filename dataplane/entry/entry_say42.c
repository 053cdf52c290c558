#include "dataplane/entry/entry_parts.h"

/* Answers in OUCH 4.2. */

#define OUT_ORDER(letter)                                                                          \
    .type = text1(letter), .timestamp_ns = be64(said->timestamp_ns),                               \
    .token = said->order->terms.name

/* The fields that Accepted and Replaced share. */
#define ORDER(qty_now)                                                                             \
    .side = text1(terms->side), .qty = be32(qty_now), .symbol = symbol_of(terms),                  \
    .price_e4 = be32((uint32_t)terms->price_e4), .tif_s = be32(terms->time_s),                     \
    .firm = firm_of(terms), .display = text1(terms->display),                                      \
    .order_ref = be64(said->order->reference), .capacity = text1(terms->capacity),                 \
    .iso = text1(terms->iso), .min_qty = be32(terms->min_qty), .cross = text1(terms->cross),       \
    .bbo_weight = text1(' ')

static struct text4 firm_of(const struct entry_terms *terms)
{
    struct text4 firm;
    memcpy(firm.byte, terms->firm, sizeof firm.byte);
    return firm;
}

uint32_t say42_accepted(const struct said *said, char state)
{
    const struct entry_terms *terms = &said->order->terms;
    *(struct ouch42_accepted *)said->bytes = (struct ouch42_accepted){
        OUT_ORDER('A'),
        ORDER(terms->qty),
        .state = text1(state),
    };
    return sizeof(struct ouch42_accepted);
}

uint32_t say42_replaced(const struct said *said, const struct entry_order *old)
{
    const struct entry_terms *terms = &said->order->terms;
    *(struct ouch42_replaced *)said->bytes = (struct ouch42_replaced){
        OUT_ORDER('U'),
        ORDER(said->order->open),
        .state = text1('L'),
        .orig_token = old->terms.name,
    };
    return sizeof(struct ouch42_replaced);
}

uint32_t say42_canceled(const struct said *said, uint32_t qty, char reason)
{
    *(struct ouch42_canceled *)said->bytes = (struct ouch42_canceled){
        OUT_ORDER('C'),
        .qty = be32(qty),
        .reason = text1(reason),
    };
    return sizeof(struct ouch42_canceled);
}

uint32_t say42_self(const struct said *said, const struct said_self *self)
{
    *(struct ouch42_aiq_canceled *)said->bytes = (struct ouch42_aiq_canceled){
        OUT_ORDER('D'),
        .qty = be32(self->qty),
        .reason = text1('Q'),
        .prevented = be32(self->prevented),
        .price_e4 = be32((uint32_t)self->price_e4),
        .liquidity = text1(self->liquidity),
    };
    return sizeof(struct ouch42_aiq_canceled);
}

uint32_t say42_executed(const struct said *said, const struct said_fill *fill)
{
    *(struct ouch42_executed *)said->bytes = (struct ouch42_executed){
        OUT_ORDER('E'),
        .qty = be32(fill->qty),
        .price_e4 = be32((uint32_t)fill->price_e4),
        .liquidity = text1(fill->liquidity),
        .match_number = be64(fill->match_number),
    };
    return sizeof(struct ouch42_executed);
}

uint32_t say42_rejected(const struct said *said, char letter)
{
    *(struct ouch42_rejected *)said->bytes = (struct ouch42_rejected){
        OUT_ORDER('J'),
        .reason = text1(letter),
    };
    return sizeof(struct ouch42_rejected);
}

uint32_t say42_cancel_reject(const struct said *said)
{
    *(struct ouch42_cancel_reject *)said->bytes = (struct ouch42_cancel_reject){OUT_ORDER('I')};
    return sizeof(struct ouch42_cancel_reject);
}

uint32_t say42_modified(const struct said *said, char side, uint32_t qty)
{
    *(struct ouch42_modified *)said->bytes = (struct ouch42_modified){
        OUT_ORDER('M'),
        .side = text1(side),
        .qty = be32(qty),
    };
    return sizeof(struct ouch42_modified);
}

uint32_t say42_priority(const struct said *said)
{
    const struct entry_order *order = said->order;
    *(struct ouch42_priority *)said->bytes = (struct ouch42_priority){
        OUT_ORDER('T'),
        .price_e4 = be32((uint32_t)order->terms.price_e4),
        .display = text1(order->terms.display),
        .order_ref = be64(order->reference),
    };
    return sizeof(struct ouch42_priority);
}
