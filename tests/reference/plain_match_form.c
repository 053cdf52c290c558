/* Is an input what its kind allows?  Values are looked at elsewhere. */

#include "tests/reference/plain_match_parts.h"

#include <string.h>

/* Which of the fields a kind names; the others must be zero. */
struct named {
    bool id, other, price, qty, account, instrument, order, type, flags;
    size_t more; /* bytes behind the input that must follow */
    size_t may_follow;
};

static bool named_of(uint8_t kind, struct named *named)
{
    static const struct named names[MATCH_INPUT_COUNT] = {
        [MATCH_TIME] = {0},
        [MATCH_LIST] = {.instrument = true, .more = sizeof(struct match_listing)},
        [MATCH_PHASE] = {.instrument = true, .type = true},
        [MATCH_REMOVE] = {.instrument = true},
        [MATCH_MARK] = {.instrument = true, .price = true},
        [MATCH_ACCOUNT] = {.account = true, .other = true, .qty = true, .price = true},
        [MATCH_DEPOSIT] = {.account = true, .instrument = true, .qty = true},
        [MATCH_WITHDRAW] = {.account = true, .instrument = true, .qty = true},
        [MATCH_NEW] = {.id = true,
                       .account = true,
                       .instrument = true,
                       .order = true,
                       .type = true,
                       .flags = true,
                       .qty = true,
                       .price = true,
                       .may_follow = sizeof(struct match_terms)},
        [MATCH_MODIFY] = {.id = true,
                          .account = true,
                          .other = true,
                          .price = true,
                          .qty = true,
                          .flags = true,
                          .may_follow = sizeof(struct match_terms)},
        [MATCH_CANCEL] = {.id = true, .account = true},
        [MATCH_CANCEL_ALL] = {.account = true, .instrument = true},
        [MATCH_CLOSE] =
            {.id = true, .account = true, .other = true, .instrument = true, .qty = true},
    };
    if (kind >= MATCH_INPUT_COUNT) return false;
    *named = names[kind];
    return true;
}

const struct match_terms *plain_terms(const struct match_input *input)
{
    static const struct match_terms none;
    if (input->bytes == sizeof *input) return &none;
    return (const struct match_terms *)(input + 1);
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != 0) return false;
    return true;
}

static bool terms_are_well_formed(uint8_t kind, const struct match_terms *terms)
{
    if (terms->link >= MATCH_LINK_COUNT || !is_zero(terms->spare, sizeof terms->spare))
        return false;
    if (kind == MATCH_MODIFY && (terms->link != 0 || terms->display != 0)) return false;
    for (int i = 0; i < 2; i++) {
        const struct match_leg *leg = &terms->legs[i];
        if (leg->type >= MATCH_TYPE_COUNT || leg->side > SIDE_SELL) return false;
        if (!is_zero(leg->spare, sizeof leg->spare)) return false;
        if (kind == MATCH_MODIFY && leg->type == MATCH_TYPE_NONE && leg->side != 0) return false;
    }
    return true;
}

bool plain_well_formed(const struct match_input *input)
{
    struct named named;
    if (!named_of(input->kind, &named)) return false;
    if (input->bytes != sizeof *input + named.more &&
        (named.may_follow == 0 || input->bytes != sizeof *input + named.may_follow))
        return false;
    if ((!named.id && input->id) || (!named.other && input->other)) return false;
    if ((!named.price && input->price) || (!named.qty && input->qty)) return false;
    if ((!named.account && input->account) || (!named.instrument && input->instrument))
        return false;
    if (!named.order && (input->side || input->tif || input->self_trade)) return false;
    if ((!named.type && input->type) || (!named.flags && input->flags)) return false;
    if (!is_zero(input->spare, sizeof input->spare)) return false;
    if (input->side > SIDE_SELL || input->tif >= MATCH_TIF_COUNT ||
        input->self_trade >= MATCH_SELF_TRADE_COUNT)
        return false;
    if (input->kind == MATCH_PHASE && input->type >= MATCH_PHASE_COUNT) return false;
    if (input->kind == MATCH_NEW &&
        (input->type == MATCH_TYPE_NONE || input->type >= MATCH_TYPE_COUNT ||
         input->flags & ~(MATCH_POST_ONLY | MATCH_TRACK)))
        return false;
    if (input->kind == MATCH_MODIFY &&
        input->flags & ~(MATCH_CLEAR_TAKE_PROFIT | MATCH_CLEAR_STOP_LOSS))
        return false;
    if (named.may_follow) return terms_are_well_formed(input->kind, plain_terms(input));
    return true;
}
