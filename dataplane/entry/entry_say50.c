#include "dataplane/entry/entry_parts.h"

/* Answers in OUCH 5.0.  The appendage that is always there carries what the order carried; the one
 * that may be missing is there only with a channel. */

/* The message's head, in the order of the tables. */
#define OUT(letter)       .type = text1(letter), .timestamp_ns = be64(said->timestamp_ns)
#define OUT_ORDER(letter) OUT(letter), .urn = be32(said->order->n)

/* The fields that Accepted and Replaced share. */
#define ORDER(qty_now, state_now)                                                                  \
    .side = text1(terms->side), .qty = be32(qty_now), .symbol = symbol_of(terms),                  \
    .price_e4 = be64(terms->price_e4), .tif = text1(terms->tif), .display = text1(terms->display), \
    .order_ref = be64(order->reference), .capacity = text1(terms->capacity),                       \
    .iso = text1(terms->iso), .cross = text1(terms->cross), .state = text1(state_now),             \
    .cl_ord_id = terms->name

static uint32_t end_always(const struct said *said, struct ouch50_appendage *to)
{
    struct u8 channel = u8(said->order->channel);
    if (said->order->channel != 0) ouch50_add(to, OUCH50_USER_REF_IDX, &channel, sizeof channel);
    return ouch50_end(to);
}

static uint32_t end_optional(const struct said *said, uint32_t fixed)
{
    if (likely(said->order->channel == 0)) return fixed;
    struct ouch50_appendage to = ouch50_appendage(said->bytes, fixed);
    return end_always(said, &to);
}

/* What the order carried, in the order of the tags. */
static uint32_t end_terms(const struct said *said, uint32_t fixed, bool accepted)
{
    struct ouch50_appendage to = ouch50_appendage(said->bytes, fixed);
    const struct entry_terms *terms = &said->order->terms;
    uint32_t given = terms->given;
    if (likely(given == 0)) return end_always(said, &to);
    if (given >> OUCH50_FIRM & 1) ouch50_add(&to, OUCH50_FIRM, terms->firm, sizeof terms->firm);
    struct be32 floor = be32(terms->max_floor), expire = be32(terms->time_s);
    if (given >> OUCH50_MAX_FLOOR & 1) ouch50_add(&to, OUCH50_MAX_FLOOR, &floor, sizeof floor);
    struct text1 post_only = text1(terms->post_only ? 'P' : 'N'), aiq = text1(terms->aiq);
    if (given >> OUCH50_POST_ONLY & 1)
        ouch50_add(&to, OUCH50_POST_ONLY, &post_only, sizeof post_only);
    if (given >> OUCH50_EXPIRE_TIME & 1)
        ouch50_add(&to, OUCH50_EXPIRE_TIME, &expire, sizeof expire);
    struct be16 group = be16(terms->group);
    if (accepted && given >> OUCH50_GROUP_ID & 1)
        ouch50_add(&to, OUCH50_GROUP_ID, &group, sizeof group);
    struct u8 channel = u8(said->order->channel);
    if (said->order->channel != 0) ouch50_add(&to, OUCH50_USER_REF_IDX, &channel, sizeof channel);
    if (given >> OUCH50_AIQ_STRATEGY & 1) ouch50_add(&to, OUCH50_AIQ_STRATEGY, &aiq, sizeof aiq);
    return ouch50_end(&to);
}

uint32_t say50_accepted(const struct said *said, char state)
{
    const struct entry_order *order = said->order;
    const struct entry_terms *terms = &order->terms;
    *(struct ouch50_accepted *)said->bytes = (struct ouch50_accepted){
        OUT_ORDER('A'),
        ORDER(terms->qty, state),
    };
    return end_terms(said, sizeof(struct ouch50_accepted), true);
}

uint32_t say50_replaced(const struct said *said, const struct entry_order *old)
{
    const struct entry_order *order = said->order;
    const struct entry_terms *terms = &order->terms;
    *(struct ouch50_replaced *)said->bytes = (struct ouch50_replaced){
        OUT_ORDER('U'),
        .orig_urn = be32(old->n),
        ORDER(order->open, 'L'),
    };
    return end_terms(said, sizeof(struct ouch50_replaced), false);
}

uint32_t say50_canceled(const struct said *said, uint32_t qty, char reason)
{
    *(struct ouch50_canceled *)said->bytes = (struct ouch50_canceled){
        OUT_ORDER('C'),
        .qty = be32(qty),
        .reason = text1(reason),
    };
    return end_optional(said, sizeof(struct ouch50_canceled));
}

uint32_t say50_self(const struct said *said, const struct said_self *self)
{
    *(struct ouch50_aiq_canceled *)said->bytes = (struct ouch50_aiq_canceled){
        OUT_ORDER('D'),
        .qty = be32(self->qty),
        .reason = text1('Q'),
        .prevented = be32(self->prevented),
        .price_e4 = be64(self->price_e4),
        .liquidity = text1(self->liquidity),
        .strategy = text1(self->strategy),
    };
    return end_optional(said, sizeof(struct ouch50_aiq_canceled));
}

uint32_t say50_executed(const struct said *said, const struct said_fill *fill)
{
    *(struct ouch50_executed *)said->bytes = (struct ouch50_executed){
        OUT_ORDER('E'),
        .qty = be32(fill->qty),
        .price_e4 = be64(fill->price_e4),
        .liquidity = text1(fill->liquidity),
        .match_number = be64(fill->match_number),
    };
    struct ouch50_appendage to = ouch50_appendage(said->bytes, sizeof(struct ouch50_executed));
    return end_always(said, &to);
}

uint32_t say50_rejected(const struct said *said, uint16_t code)
{
    *(struct ouch50_rejected *)said->bytes = (struct ouch50_rejected){
        OUT_ORDER('J'),
        .reason = be16(code),
        .cl_ord_id = said->order->terms.name,
    };
    return end_optional(said, sizeof(struct ouch50_rejected));
}

uint32_t say50_cancel_reject(const struct said *said)
{
    *(struct ouch50_cancel_reject *)said->bytes = (struct ouch50_cancel_reject){OUT_ORDER('I')};
    return end_optional(said, sizeof(struct ouch50_cancel_reject));
}

uint32_t say50_modified(const struct said *said, char side, uint32_t qty)
{
    *(struct ouch50_modified *)said->bytes = (struct ouch50_modified){
        OUT_ORDER('M'),
        .side = text1(side),
        .qty = be32(qty),
    };
    return end_optional(said, sizeof(struct ouch50_modified));
}

uint32_t say50_restated(const struct said *said, uint32_t shown)
{
    struct be64 reference = be64(said->order->reference);
    struct be32 display = be32(shown);
    *(struct ouch50_restated *)said->bytes = (struct ouch50_restated){
        OUT_ORDER('R'),
        .reason = text1('R'),
    };
    struct ouch50_appendage to = ouch50_appendage(said->bytes, sizeof(struct ouch50_restated));
    ouch50_add(&to, OUCH50_SECONDARY_REF, &reference, sizeof reference);
    ouch50_add(&to, OUCH50_DISPLAY_QTY, &display, sizeof display);
    return end_always(said, &to);
}
