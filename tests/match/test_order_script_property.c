/* Whatever an input says, the line that match_print_input makes of it says the same: printed and
 * read again, the bytes are equal.  So what a test has found can be given to pollux-match. */

#include "apps/order_script/order_venue.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <string.h>

static struct order_script script;
static struct order_sentence sentence;

static void script_begin(void)
{
    struct order_script_limits limits = order_venue_limits();
    limits.names = 64;
    bool open = order_script_open(&script, &limits);
    CHECK(open);
}

static void script_end(void)
{
    order_script_close(&script);
}

/* Inputs that a line can say, at random. */

static int64_t any_decimal(struct chance *chance)
{
    static const int64_t edges[] = {1, 99999999, 100000000, INT64_MAX, -1, 123456789012345678};
    uint64_t draw = chance_between(chance, 0, 11);
    return draw < ARRAY_COUNT(edges) ? edges[draw] : (int64_t)chance_between(chance, 1, 1u << 30);
}

static struct match_leg any_leg(struct chance *chance, uint8_t type, uint8_t side)
{
    struct match_leg leg = {.type = type, .side = side};
    if (type == MATCH_LIMIT || type == MATCH_STOP_LIMIT) leg.price = any_decimal(chance);
    if (type >= MATCH_STOP) leg.trigger = any_decimal(chance);
    return leg;
}

static void any_links(struct chance *chance, struct order_sentence *made)
{
    struct match_terms *terms = &made->more.terms;
    uint8_t other = made->input.side ^ 1;
    switch (chance_between(chance, 0, 3)) {
    case 0: return;
    case 1:
        terms->link = MATCH_PAIR;
        terms->legs[0] = any_leg(chance, (uint8_t)chance_between(chance, 1, 5), other ^ 1);
        break;
    case 2:
        terms->link = MATCH_LEGS;
        for (uint32_t i = 0; i < chance_between(chance, 1, 2); i++)
            terms->legs[i] = any_leg(chance, (uint8_t)chance_between(chance, 1, 5),
                                     (uint8_t)chance_between(chance, 0, 1));
        break;
    default:
        terms->link = MATCH_LEGS;
        made->input.flags |= MATCH_TRACK;
        if (chance_between(chance, 0, 1)) terms->legs[0] = any_leg(chance, MATCH_LIMIT, other);
        terms->legs[1] = any_leg(chance, (uint8_t)chance_between(chance, 3, 5), other);
    }
    made->input.bytes = sizeof made->input + sizeof *terms;
}

static void any_order(struct chance *chance, struct order_sentence *made)
{
    struct match_input *input = &made->input;
    struct match_leg how = any_leg(chance, (uint8_t)chance_between(chance, 1, 5), 0);
    input->kind = MATCH_NEW;
    input->id = chance_next(chance) >> chance_between(chance, 0, 60);
    input->side = (uint8_t)chance_between(chance, 0, 1);
    input->type = how.type;
    input->tif = (uint8_t)chance_between(chance, 0, 3);
    input->self_trade = (uint8_t)chance_between(chance, 0, 3);
    input->flags = (uint8_t)chance_between(chance, 0, 3);
    input->qty = any_decimal(chance);
    input->price = how.price;
    input->instrument = (uint16_t)chance_next(chance);
    made->more.terms.trigger = how.trigger;
    if (chance_between(chance, 0, 3) == 0) made->more.terms.display = any_decimal(chance);
    any_links(chance, made);
    if (how.trigger || made->more.terms.display)
        input->bytes = sizeof *input + sizeof made->more.terms;
}

static void any_other(struct chance *chance, struct order_sentence *made)
{
    struct match_input *input = &made->input;
    input->kind = (uint8_t)chance_between(chance, MATCH_ACCOUNT, MATCH_WITHDRAW);
    input->qty = any_decimal(chance);
    if (input->kind == MATCH_ACCOUNT) {
        input->other = chance_next(chance);
        input->price = any_decimal(chance);
    } else {
        input->instrument = (uint16_t)chance_next(chance);
    }
    switch (chance_between(chance, 0, 5)) {
    case 0:
        input->kind = MATCH_CANCEL_ALL;
        input->qty = input->price = 0;
        input->other = 0;
        input->instrument = (uint16_t)chance_next(chance);
        break;
    case 1:
        input->kind = MATCH_CLOSE;
        input->price = 0;
        input->id = chance_next(chance);
        input->other = chance_between(chance, 0, 1) ? chance_next(chance) : 0;
        input->instrument = input->other ? 0 : (uint16_t)chance_next(chance);
        break;
    case 2:
        input->kind = MATCH_MODIFY;
        input->id = chance_next(chance);
        input->other = chance_next(chance);
        input->price = any_decimal(chance);
        input->instrument = 0;
        input->flags = (uint8_t)(chance_between(chance, 0, 3) << 2);
        break;
    default: break;
    }
}

static bool same_input(const struct order_sentence *made)
{
    struct match_input read = sentence.input;
    read.time = 0;
    return sentence.said == ORDER_SAYS_INPUT && memcmp(&read, &made->input, sizeof read) == 0 &&
           memcmp(sentence.more.bytes, made->more.bytes, sizeof made->more) == 0;
}

SPEC(an_input_that_is_printed_and_read_again_is_the_same)
{
    struct spec_seeds seeds = spec_seeds(4000);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        struct order_sentence made = {.input = {.bytes = sizeof made.input}};
        made.input.account = (uint32_t)chance_next(&chance);
        if (chance_between(&chance, 0, 1)) any_order(&chance, &made);
        else any_other(&chance, &made);
        char bytes[MATCH_LINE_MAX];
        struct text line = text_in(bytes, sizeof bytes);
        match_print_input(&line, &made.input, NULL);
        script_end();
        script_begin();
        order_script_read(&script, line.bytes, line.length, &sentence);
        spec_expect(__FILE__, __LINE__, same_input(&made) && !line.cut, "seed %" PRIu64 ": %s: %s",
                    seed, line.bytes, sentence.problem);
    }
}

#define SPECS(S) S(an_input_that_is_printed_and_read_again_is_the_same)

SPEC_MAIN("order_script_property", SPECS, script_begin, script_end)
