/* What is saved is all there is: a loaded engine is the saved one.  And bytes from anywhere are
 * refused with a sentence, or become an engine that keeps its invariants. */

#include "dataplane/match/match_stream.h"
#include "tests/match/random_inputs.h"
#include "tests/match/rich_state.h"
#include "tests/match/rig.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

static struct rig one, two;
static struct saved saved;

static void before_each(void)
{
    struct match_limits limits = rich_state_limits();
    rig_new(&one, &limits);
    rig_new(&two, &limits);
    rich_state_build(&one);
    saved = saved_of(one.match);
}

static void after_each(void)
{
    saved_free(&saved);
    rig_free(&two);
    rig_free(&one);
}

static const char *load(const struct match_limits *limits, const struct saved *bytes)
{
    rig_replace(&two, limits);
    return match_load(two.match, bytes->bytes, bytes->length);
}

static void expect_loads(const struct match_limits *limits)
{
    const char *sentence = load(limits, &saved);
    spec_expect(__FILE__, __LINE__, sentence == NULL, "refused: %s", sentence);
    CHECK(sentence == NULL);
    match_verify(two.match);
}

SPEC(the_rich_state_has_every_feature_alive)
{
    const struct match *m = one.match;
    uint32_t place[8] = {0}, icebergs = 0, day = 0, post_only = 0, pairs = 0, partly = 0;
    for (uint32_t slot = 1; slot <= m->limits.orders; slot++) {
        const struct order *order = &m->orders[slot];
        if (order->id == 0) continue;
        place[order_place(order)]++;
        day += (order->meta & META_DAY) != 0;
        post_only += (order->meta & META_POST_ONLY) != 0;
        icebergs += (order->meta & META_ICEBERG) != 0;
        if (!(order->meta & META_SPECIAL)) continue;
        const struct special *special = order_special(m, slot);
        pairs += special->sibling != 0 && special->parent == 0;
        partly += special->filled != 0 && special->closed != 0;
    }
    EXPECT(place[PLACE_BOOK] >= 10);
    EXPECT(place[PLACE_WAITS] >= 6);
    EXPECT(place[PLACE_FIRED] >= 2);
    EXPECT(place[PLACE_DORMANT] >= 2);
    EXPECT(place[PLACE_HELD] >= 2);
    EXPECT(icebergs >= 1);
    EXPECT(day >= 1);
    EXPECT(post_only >= 1);
    EXPECT(pairs >= 2);
    EXPECT(partly >= 1);
    EXPECT(m->instruments[0].trailing >= 1);
    EXPECT_UINT(m->instruments[2].phase, MATCH_PAUSED);
    EXPECT(m->instruments[3].due != 0);
    EXPECT_UINT(m->instruments[4].phase, MATCH_HALTED);
    EXPECT(match_house_of(m, 2) > 0);
    match_verify(m);
}

SPEC(a_loaded_engine_saves_the_same_bytes_and_has_the_same_digest)
{
    struct match_limits limits = rich_state_limits();
    expect_loads(&limits);
    struct saved again = saved_of(two.match);
    EXPECT_UINT(again.length, saved.length);
    EXPECT(memcmp(again.bytes, saved.bytes, saved.length) == 0);
    EXPECT_UINT(match_digest(two.match), match_digest(one.match));
    saved_free(&again);
}

SPEC(a_loaded_engine_answers_every_query_like_the_saved_one)
{
    struct match_limits limits = rich_state_limits();
    expect_loads(&limits);
    EXPECT_UINT(match_orders(two.match), match_orders(one.match));
    EXPECT_UINT(match_events_made(two.match), match_events_made(one.match));
    for (order_id_t id = 1; id < 100; id++) {
        struct match_order a = {0}, b = {0};
        EXPECT_UINT(match_order_of(two.match, id, &b), match_order_of(one.match, id, &a));
        EXPECT(memcmp(&a, &b, sizeof a) == 0);
    }
    for (uint32_t account = 0; account < limits.accounts; account++) {
        for (uint16_t at = 0; at < RICH_INSTRUMENTS; at++) {
            struct match_balance a = {0}, b = {0};
            EXPECT_UINT(match_balance_of(two.match, account, at, &b),
                        match_balance_of(one.match, account, at, &a));
            EXPECT(memcmp(&a, &b, sizeof a) == 0);
            qty_t position[2] = {0};
            int64_t cost[2] = {0};
            EXPECT_UINT(match_position_of(two.match, account, at, &position[1], &cost[1]),
                        match_position_of(one.match, account, at, &position[0], &cost[0]));
            EXPECT_UINT(position[1], position[0]);
            EXPECT_UINT(cost[1], cost[0]);
        }
    }
}

SPEC(a_loaded_engine_with_other_limits_goes_on_event_for_event)
{
    struct match_limits limits = rich_state_limits();
    limits.orders += 1000;
    limits.specials += 100;
    limits.pages += 50;
    limits.window *= 4;
    limits.accounts += 7;
    limits.holdings += 9;
    limits.balances += 9;
    limits.secret ^= 0x5555555555555555u;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct match_limits own = rich_state_limits();
        rig_replace(&one, &own);
        rich_state_build(&one);
        expect_loads(&limits);
        one.events = one.digest = two.events = two.digest = 0;
        static struct random_inputs inputs;
        random_inputs_seed(&inputs, seed, true);
        for (uint32_t i = 0; i < 200; i++) {
            const struct match_input *input = random_inputs_next(&inputs);
            inputs.out.input.number += 1000;
            inputs.out.input.time += 1800 * NANOS_SECOND;
            rig_apply(&one, input);
            rig_apply(&two, input);
        }
        match_verify(two.match);
        EXPECT(one.events > 200);
        EXPECT_UINT(two.events, one.events);
        EXPECT_UINT(two.digest, one.digest);
        EXPECT_UINT(match_digest(two.match), match_digest(one.match));
    }
}

/* Damaged bytes. */

/* What the changed bytes are taken for: 0 refused, 1 loaded, and then all of it holds. */
static uint32_t try_load(const struct saved *bytes)
{
    struct match_limits limits = rich_state_limits();
    rig_replace(&two, &limits);
    /* A copy of exactly the length, so that the address sanitizer sees any read past it. */
    uint8_t *exact = malloc(bytes->length + 1);
    CHECK(exact != NULL);
    memcpy(exact, bytes->bytes, bytes->length);
    const char *sentence = match_load(two.match, exact, bytes->length);
    free(exact);
    if (sentence != NULL) {
        EXPECT(strlen(sentence) > 10);
        return 0;
    }
    match_verify(two.match);
    return 1;
}

SPEC(any_byte_changed_is_refused_or_loads_into_an_engine_that_is_sound)
{
    uint32_t loaded = 0;
    for (size_t i = 0; i < saved.length; i++) {
        uint8_t was = saved.bytes[i];
        static const uint8_t changes[] = {0x01, 0x80, 0xff};
        for (uint32_t k = 0; k < sizeof changes; k++) {
            saved.bytes[i] = was ^ changes[k];
            loaded += try_load(&saved);
        }
        saved.bytes[i] = was;
    }
    EXPECT(loaded > 0); /* another id or time is another engine, and a good one */
    EXPECT(loaded < saved.length);
    EXPECT_UINT(try_load(&saved), 1);
}

SPEC(any_length_but_the_whole_is_refused)
{
    size_t whole = saved.length;
    for (saved.length = 0; saved.length < whole; saved.length++) EXPECT_UINT(try_load(&saved), 0);
    static const uint8_t more[8];
    saved.length = whole;
    saved_write(&saved, more, sizeof more);
    EXPECT_UINT(try_load(&saved), 0);
}

/* Refusals by name. */

static const char *refusal_of_patched(size_t at, uint8_t value)
{
    uint8_t was = saved.bytes[at];
    saved.bytes[at] = value;
    struct match_limits limits = rich_state_limits();
    const char *sentence = load(&limits, &saved);
    saved.bytes[at] = was;
    return sentence ? sentence : "loaded";
}

SPEC(bytes_of_another_kind_version_or_byte_order_are_refused_by_name)
{
    EXPECT_TEXT(refusal_of_patched(0, 'x'), "not a saved engine");
    EXPECT_TEXT(refusal_of_patched(8, 200), "saved in another version of the format");
    EXPECT_TEXT(refusal_of_patched(12, 1), "saved by a machine of another byte order");
    saved.length = 10;
    struct match_limits limits = rich_state_limits();
    EXPECT_TEXT(load(&limits, &saved), "too short for a saved engine");
}

static const char *refusal_of_limits(const struct match_limits *limits)
{
    const char *sentence = load(limits, &saved);
    return sentence ? sentence : "loaded";
}

SPEC(a_limit_that_does_not_suffice_is_named)
{
    const struct match_limits good = rich_state_limits();
    struct match_limits less = good;
    less.instruments = 5;
    EXPECT_TEXT(refusal_of_limits(&less),
                "an instrument's index is beyond the limit of instruments");
    less = good;
    less.orders = 20, less.specials = 20;
    EXPECT_TEXT(refusal_of_limits(&less), "there are more orders than the limit of orders");
    less = good;
    less.specials = 10;
    EXPECT_TEXT(refusal_of_limits(&less), "there are more special orders than the limit of them");
    less = good;
    less.pages = 6;
    EXPECT(strstr(refusal_of_limits(&less), "the limit of pages") != NULL);
    less = good;
    less.window = 4096;
    EXPECT_TEXT(refusal_of_limits(&less),
                "a listing is not a good one, or there is no room for its window");
    less = good;
    less.accounts = 4;
    EXPECT_TEXT(refusal_of_limits(&less), "an account's number is beyond the limit of accounts");
    less = good;
    less.holdings = 5;
    EXPECT_TEXT(refusal_of_limits(&less), "there are more holdings than the limit of holdings");
    less = good;
    less.balances = 5;
    EXPECT_TEXT(refusal_of_limits(&less), "there are more balances than the limit of balances");
    less = good;
    less.accounts = less.holdings = less.assets = less.balances = 0;
    EXPECT_TEXT(refusal_of_limits(&less),
                "saved with accounts and loaded without, or the other way round");
    EXPECT_TEXT(refusal_of_limits(&good), "loaded");
}

/* Brackets that rest: two legs of each sleep.  Some go again, so that slots are in no order. */
static void many_sleepers(struct rig *rig, uint32_t brackets)
{
    static const struct match_terms terms = {
        .link = MATCH_LEGS,
        .legs = {{.type = MATCH_LIMIT, .side = SIDE_SELL, .price = 120 * PRICE_ONE},
                 {.type = MATCH_STOP, .side = SIDE_SELL, .trigger = 80 * PRICE_ONE}},
    };
    struct {
        struct match_input input;
        struct match_terms terms;
    } bracket = {.terms = terms};
    for (uint32_t i = 0; i < brackets; i++) {
        bracket.input = (struct match_input){
            .kind = MATCH_NEW,
            .bytes = sizeof bracket,
            .number = 1000 + 2 * i,
            .id = 100000 - i,
            .account = 1,
            .instrument = 2,
            .type = MATCH_LIMIT,
            .flags = MATCH_TRACK,
            .price = 99 * PRICE_ONE,
            .qty = QTY_ONE,
        };
        rig_apply(rig, &bracket.input);
        if (i % 3 != 0) continue;
        struct match_input cancel = {.kind = MATCH_CANCEL, .bytes = sizeof cancel, .account = 1};
        cancel.number = 1001 + 2 * i;
        cancel.id = 100000 - i / 2;
        rig_apply(rig, &cancel);
    }
}

SPEC(orders_in_no_queue_are_saved_by_id_however_many_they_are)
{
    struct match_limits limits = rich_state_limits();
    limits.orders = limits.specials = 20000;
    rig_replace(&one, &limits);
    rich_state_build(&one);
    many_sleepers(&one, 3000);
    saved_free(&saved);
    saved = saved_of(one.match);
    expect_loads(&limits);
    struct saved again = saved_of(two.match);
    EXPECT(again.length == saved.length && memcmp(again.bytes, saved.bytes, saved.length) == 0);
    saved_free(&again);

    const uint8_t *at = saved.bytes + sizeof(struct stream_head);
    struct stream_section section;
    for (memcpy(&section, at, sizeof section); section.kind != STREAM_ORDERS;
         memcpy(&section, at, sizeof section))
        at += sizeof section + section.count * section.record_bytes;
    at += sizeof section;
    order_id_t last = 0;
    uint32_t asleep = 0, out_of_order = 0;
    for (uint64_t i = 0; i < section.count; i++) {
        struct stream_order order;
        memcpy(&order, at + i * sizeof order, sizeof order);
        enum place place = (enum place)(order.meta >> META_PLACE_SHIFT & 7);
        if (place != PLACE_DORMANT && place != PLACE_HELD) continue;
        out_of_order += order.id <= last;
        last = order.id;
        asleep++;
    }
    EXPECT(asleep > 3000);
    EXPECT_UINT(out_of_order, 0);
}

SPEC(an_engine_that_was_told_something_is_no_new_one)
{
    EXPECT_STOP(EXPECT(match_load(one.match, saved.bytes, saved.length) == NULL), "check failed");
}

SPEC(the_digest_is_of_what_is_saved)
{
    uint64_t digest = match_digest(one.match);
    for (uint32_t i = 0; i < 8; i++) {
        struct match *m = one.match;
        uint64_t *places[] = {&m->number, &m->now, &m->id_next, &m->events_made};
        *places[i % 4] ^= 1;
        EXPECT(match_digest(m) != digest);
        *places[i % 4] ^= 1;
    }
    EXPECT_UINT(match_digest(one.match), digest);
}

#define SPECS(S)                                                                                   \
    S(the_rich_state_has_every_feature_alive)                                                      \
    S(a_loaded_engine_saves_the_same_bytes_and_has_the_same_digest)                                \
    S(a_loaded_engine_answers_every_query_like_the_saved_one)                                      \
    S(a_loaded_engine_with_other_limits_goes_on_event_for_event)                                   \
    S(any_byte_changed_is_refused_or_loads_into_an_engine_that_is_sound)                           \
    S(any_length_but_the_whole_is_refused)                                                         \
    S(bytes_of_another_kind_version_or_byte_order_are_refused_by_name)                             \
    S(a_limit_that_does_not_suffice_is_named)                                                      \
    S(orders_in_no_queue_are_saved_by_id_however_many_they_are)                                    \
    S(an_engine_that_was_told_something_is_no_new_one)                                             \
    S(the_digest_is_of_what_is_saved)

SPEC_MAIN("match_save", SPECS, before_each, after_each)
