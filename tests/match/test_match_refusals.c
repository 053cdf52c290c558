/* What a saved engine may not say: each contradiction is refused with its own sentence. */

#include "dataplane/match/match_stream.h"
#include "tests/match/rich_state.h"
#include "tests/support/spec.h"

#include <string.h>

static struct rig rig;
static struct saved saved;

static void before_each(void)
{
    struct match_limits limits = rich_state_limits();
    rig_new(&rig, &limits);
    rich_state_build(&rig);
    saved = saved_of(rig.match);
}

static void after_each(void)
{
    saved_free(&saved);
    rig_free(&rig);
}

/* Where a record is. */
static uint8_t *record_at(enum stream_kind kind, uint64_t index)
{
    uint8_t *at = saved.bytes + sizeof(struct stream_head);
    for (;;) {
        struct stream_section section;
        memcpy(&section, at, sizeof section);
        at += sizeof section;
        if (section.kind == kind) {
            CHECK(index < section.count);
            return at + index * section.record_bytes;
        }
        at += section.count * section.record_bytes;
    }
}

static uint64_t records(enum stream_kind kind)
{
    struct stream_section section;
    memcpy(&section, record_at(kind, 0) - sizeof section, sizeof section);
    return section.count;
}

/* The order's record, and its special's. */
static uint64_t order_index(order_id_t id, uint64_t *special)
{
    *special = 0;
    for (uint64_t i = 0; i < records(STREAM_ORDERS); i++) {
        struct stream_order order;
        memcpy(&order, record_at(STREAM_ORDERS, i), sizeof order);
        if (order.id == id) return i;
        *special += (order.meta & META_SPECIAL) != 0;
    }
    UNREACHABLE("the rich state has this order");
}

static const char *load_now(void)
{
    struct match_limits limits = rich_state_limits();
    rig_replace(&rig, &limits);
    const char *sentence = match_load(rig.match, saved.bytes, saved.length);
    return sentence ? sentence : "loaded";
}

/* Expects the sentence for the stream with length bytes at at replaced by those at bytes. */
static void expect_refusal(uint8_t *at, const void *bytes, size_t length, const char *sentence)
{
    uint8_t was[256];
    CHECK(length <= sizeof was);
    memcpy(was, at, length);
    memcpy(at, bytes, length);
    EXPECT_TEXT(load_now(), sentence);
    memcpy(at, was, length);
    EXPECT_TEXT(load_now(), "loaded");
}

/* kind's record index with one field set to value. */
#define REFUSED(kind, record_type, index, field, value, sentence)                                  \
    do {                                                                                           \
        __typeof__(((struct record_type *)0)->field) value_ =                                      \
            (__typeof__(((struct record_type *)0)->field))(value);                                 \
        expect_refusal(record_at(kind, index) + offsetof(struct record_type, field), &value_,      \
                       sizeof value_, sentence);                                                   \
    } while (0)

#define ORDER_REFUSED(id, field, value, sentence)                                                  \
    do {                                                                                           \
        uint64_t special_;                                                                         \
        REFUSED(STREAM_ORDERS, stream_order, order_index(id, &special_), field, value, sentence);  \
    } while (0)

#define SPECIAL_REFUSED(id, field, value, sentence)                                                \
    do {                                                                                           \
        uint64_t special_;                                                                         \
        (void)order_index(id, &special_);                                                          \
        REFUSED(STREAM_SPECIALS, stream_special, special_, field, value, sentence);                \
    } while (0)

/* The second record becomes what the first is. */
static void expect_twice(enum stream_kind kind, size_t bytes, const char *sentence)
{
    expect_refusal(record_at(kind, 1), record_at(kind, 0), bytes, sentence);
}

SPEC(what_may_be_there_once_is_refused_twice)
{
    expect_twice(STREAM_INSTRUMENTS, sizeof(struct stream_instrument),
                 "an instrument is there twice");
    expect_twice(STREAM_ACCOUNTS, sizeof(struct stream_account), "an account is there twice");
    expect_twice(STREAM_BALANCES, sizeof(struct stream_balance), "a balance is there twice");
    expect_twice(STREAM_HOLDINGS, sizeof(struct stream_holding), "a holding is there twice");
    expect_twice(STREAM_USERS, sizeof(struct stream_user), "an instrument's user is there twice");
    expect_twice(STREAM_ORDERS, sizeof(struct stream_order), "an order's id is there twice");
    expect_twice(STREAM_LISTS, sizeof(order_id_t), "a holder's order is there twice");
}

SPEC(the_state_s_own_ids_begin_above_those_of_clients)
{
    REFUSED(STREAM_STATE, stream_state, 0, id_next, MATCH_ID_MAX,
            "the next id of the engine's own is not one of them");
    REFUSED(STREAM_STATE, stream_state, 0, accounts, 2, "the engine's state is not what it may be");
}

SPEC(an_instrument_must_be_one_that_could_be_listed)
{
    REFUSED(STREAM_INSTRUMENTS, stream_instrument, 0, listing.tick, 0,
            "a listing is not a good one, or there is no room for its window");
    REFUSED(STREAM_INSTRUMENTS, stream_instrument, 0, index, RICH_INSTRUMENTS,
            "an instrument's index is beyond the limit of instruments");
    REFUSED(STREAM_INSTRUMENTS, stream_instrument, 0, phase, MATCH_UNLISTED,
            "an instrument's phase is not one");
    REFUSED(STREAM_INSTRUMENTS, stream_instrument, 0, phase, MATCH_PHASE_COUNT,
            "an instrument's phase is not one");
    REFUSED(STREAM_INSTRUMENTS, stream_instrument, 0, reference, 0,
            "an instrument's price is out of its range");
    REFUSED(STREAM_INSTRUMENTS, stream_instrument, 0, last, -1,
            "an instrument's price is out of its range");
    REFUSED(STREAM_INSTRUMENTS, stream_instrument, 0, mark, INT32_MAX,
            "an instrument's price is out of its range");
    REFUSED(STREAM_INSTRUMENTS, stream_instrument, 2, pause_until, RICH_TIME,
            "a pause is over already");
}

SPEC(accounts_and_what_they_have_must_belong_together)
{
    REFUSED(STREAM_ACCOUNTS, stream_account, 0, account, 1000,
            "an account's number is beyond the limit of accounts");
    REFUSED(STREAM_ACCOUNTS, stream_account, 0, value_max, -1,
            "an account's terms are not what they may be");
    REFUSED(STREAM_ACCOUNTS, stream_account, 0, leverage, 126,
            "an account's terms are not what they may be");
    REFUSED(STREAM_BALANCES, stream_balance, 0, account, 9,
            "a balance is of an account that is not there");
    REFUSED(STREAM_BALANCES, stream_balance, 0, asset, 4,
            "a balance's asset is beyond the limit of assets");
    REFUSED(STREAM_BALANCES, stream_balance, 0, total, INT64_MIN,
            "a balance is larger than it may be");
    REFUSED(STREAM_HOLDINGS, stream_holding, 0, account, 9,
            "a holding is of an account that is not there");
    REFUSED(STREAM_HOLDINGS, stream_holding, 0, instrument, 1000,
            "a holding is of an instrument that is not there");
    REFUSED(STREAM_HOLDINGS, stream_holding, 0, cost, INT64_MAX,
            "a holding is larger than it may be");
    REFUSED(STREAM_USERS, stream_user, 0, account, 9, "an instrument's user has no holding in it");
    REFUSED(STREAM_ASSETS, stream_asset, 0, asset, 4, "an asset is beyond the limit of assets");
    REFUSED(STREAM_ASSETS, stream_asset, 0, house, INT64_MAX,
            "an asset's amount is larger than it may be");
}

SPEC(balances_of_an_account_must_be_side_by_side)
{
    struct stream_balance swapped[2];
    memcpy(&swapped[0], record_at(STREAM_BALANCES, 2), sizeof swapped[0]);
    memcpy(&swapped[1], record_at(STREAM_BALANCES, 1), sizeof swapped[1]);
    EXPECT(swapped[0].account != swapped[1].account);
    expect_refusal(record_at(STREAM_BALANCES, 1), swapped, sizeof swapped,
                   "the balances are not in order");
}

SPEC(money_and_positions_must_add_up)
{
    struct stream_balance balance;
    memcpy(&balance, record_at(STREAM_BALANCES, 0), sizeof balance);
    REFUSED(STREAM_BALANCES, stream_balance, 0, total, balance.total + 1,
            "money is not what was paid in");
    struct stream_asset asset;
    memcpy(&asset, record_at(STREAM_ASSETS, 0), sizeof asset);
    REFUSED(STREAM_ASSETS, stream_asset, 0, paid_in, asset.paid_in - 1,
            "money is not what was paid in");
    for (uint64_t i = 0;; i++) {
        struct stream_holding holding;
        memcpy(&holding, record_at(STREAM_HOLDINGS, i), sizeof holding);
        if (holding.instrument != 1 || holding.position == 0) continue;
        REFUSED(STREAM_HOLDINGS, stream_holding, i, position, holding.position * 2,
                "an instrument's positions do not cancel out");
        REFUSED(STREAM_HOLDINGS, stream_holding, i, cost, -holding.cost,
                "a position's cost has another sign");
        break;
    }
}

SPEC(an_order_must_be_one_that_could_be)
{
    ORDER_REFUSED(1, id, 0, "an order's id is not one");
    ORDER_REFUSED(1, id, UINT64_MAX, "an order's id is not one");
    ORDER_REFUSED(1, meta, 9, "an order's instrument is not there");
    ORDER_REFUSED(1, meta, 1u << 31, "an order is of no known kind");
    ORDER_REFUSED(1, meta, META_LINKED, "an order is of no known kind");
    ORDER_REFUSED(1, meta, (uint32_t)PLACE_WAITS << META_PLACE_SHIFT,
                  "an order is of no known kind");
    ORDER_REFUSED(1, account, 9, "an order is of an account without a holding");
    ORDER_REFUSED(1, account, 1000, "an order is of an account without a holding");
    static const char numbers[] = "an order's price or quantity is out of its range";
    ORDER_REFUSED(1, lots, 0, numbers);
    ORDER_REFUSED(1, lots, UINT32_MAX, numbers);
    ORDER_REFUSED(1, total, 0, numbers);
    ORDER_REFUSED(1, key, 9900, numbers); /* a seller's */
    ORDER_REFUSED(1, key, ~0, numbers);
    ORDER_REFUSED(1, spare, 1, numbers);
    ORDER_REFUSED(21, lots, 1, numbers); /* held: nothing of it is open */
    ORDER_REFUSED(7, key, ~10500, "a stop's trigger is out of its range");
}

SPEC(an_open_book_must_not_be_crossed)
{
    ORDER_REFUSED(1, key, ~10200, "an open book is crossed");
    ORDER_REFUSED(1, key, ~5000,
                  "a book's prices are too far apart, or there are more than the limit of pages");
}

SPEC(a_special_order_must_be_of_its_type)
{
    SPECIAL_REFUSED(7, type, MATCH_TYPE_COUNT, "a special order is of no known kind");
    SPECIAL_REFUSED(7, tif, MATCH_TIF_COUNT, "a special order is of no known kind");
    SPECIAL_REFUSED(7, status, 200, "a special order is of no known kind");
    SPECIAL_REFUSED(7, reserves, 2, "a special order is of no known kind");
    SPECIAL_REFUSED(7, spare[6], 1, "a special order is of no known kind");
    SPECIAL_REFUSED(7, type, MATCH_TYPE_NONE, "a special order is of no type");
    SPECIAL_REFUSED(7, type, MATCH_LIMIT, "an order waits for a trigger and is no stop");
    SPECIAL_REFUSED(7, tif, MATCH_IOC, "a stop is not to rest");
    SPECIAL_REFUSED(7, trigger, 10600, "a stop waits at another price than its trigger");
    SPECIAL_REFUSED(7, trigger, 0, "a stop's trigger is out of its range");
    SPECIAL_REFUSED(7, limit, 0, "a special order's limit is out of its range");
    SPECIAL_REFUSED(7, reserve, -1, "a reservation's price is out of its range");
    SPECIAL_REFUSED(7, reserve, 0, "an open order has reserved nothing");
    SPECIAL_REFUSED(7, reserve, 1, "a stop has reserved less than it may cost");
    SPECIAL_REFUSED(7, hidden, 1, "an order hides a part and is no iceberg");
    SPECIAL_REFUSED(9, trail, 0, "a trailing stop's distance is out of its range");
    SPECIAL_REFUSED(9, best_last, 0, "a trailing stop's best price is out of its range");
    SPECIAL_REFUSED(9, best_last, 10001, "a trailing stop's trigger is not at its distance");
    SPECIAL_REFUSED(4, display, 0, "an iceberg shows more than it may");
    SPECIAL_REFUSED(4, hidden, UINT32_MAX, "an iceberg is larger than an order may be");
}

SPEC(a_link_must_have_two_ends)
{
    SPECIAL_REFUSED(11, sibling, 999, "an order is linked to one that is not there");
    SPECIAL_REFUSED(11, sibling, 1, "an order is linked to one that is not there");
    SPECIAL_REFUSED(11, sibling, 11, "the two of a pair do not know each other");
    SPECIAL_REFUSED(11, sibling, 23, "the two of a pair do not know each other");
    ORDER_REFUSED(11, lots, 61, "the two of a pair differ in quantity");
    SPECIAL_REFUSED(11, reserve, 11001, "the reservation of a pair is not held by one of them");
    SPECIAL_REFUSED(23, legs[0], 0, "the legs of an order are not a pair");
    SPECIAL_REFUSED(23, legs[0], 21, "a leg does not know its order");
    SPECIAL_REFUSED(21, legs[0], 0, "a leg's order does not know it");
    SPECIAL_REFUSED(23, filled, 99, "a leg is larger than what it protects");
    SPECIAL_REFUSED(21, closed, 1000000, "more is closed of an order than it was filled");
    SPECIAL_REFUSED(22, closed, 10, "an order is kept that is done");
}

/* The leg of an order: its take profit if it is the first that lives. */
static order_id_t leg_of(order_id_t parent)
{
    struct match_order leg;
    for (order_id_t id = MATCH_ID_MAX + 1; id < MATCH_ID_MAX + 20; id++)
        if (match_order_of(rig.match, id, &leg) && leg.parent == parent) return id;
    UNREACHABLE("the rich state has this leg");
}

SPEC(a_leg_must_be_its_order_s)
{
    const order_id_t leg = leg_of(23), asleep = MATCH_ID_MAX + 6;
    struct match_order none;
    EXPECT(!match_order_of(rig.match, asleep, &none));
    ORDER_REFUSED(leg, account, 1, "a leg is of another account or instrument");
    SPECIAL_REFUSED(leg, type, MATCH_MARKET, "a leg is a market order");
    SPECIAL_REFUSED(leg, tracked, 1, "a leg has legs of its own");
    SPECIAL_REFUSED(asleep, reserves, 1, "a leg sleeps and is nobody's, or reserves");
    SPECIAL_REFUSED(asleep, parent, 0, "a leg does not know its order");
    SPECIAL_REFUSED(7, reserves, 0, "an open order has reserved nothing");
    SPECIAL_REFUSED(7, tracked, 1, "an order with links is not linked");
}

SPEC(lists_must_name_the_orders_there_are)
{
    order_id_t id = 999;
    expect_refusal(record_at(STREAM_LISTS, 0), &id, sizeof id, "a holder's order is not there");
}

#define SPECS(S)                                                                                   \
    S(what_may_be_there_once_is_refused_twice)                                                     \
    S(the_state_s_own_ids_begin_above_those_of_clients)                                            \
    S(an_instrument_must_be_one_that_could_be_listed)                                              \
    S(accounts_and_what_they_have_must_belong_together)                                            \
    S(balances_of_an_account_must_be_side_by_side)                                                 \
    S(money_and_positions_must_add_up)                                                             \
    S(an_order_must_be_one_that_could_be)                                                          \
    S(an_open_book_must_not_be_crossed)                                                            \
    S(a_special_order_must_be_of_its_type)                                                         \
    S(a_link_must_have_two_ends)                                                                   \
    S(a_leg_must_be_its_order_s)                                                                   \
    S(lists_must_name_the_orders_there_are)

SPEC_MAIN("match_refusals", SPECS, before_each, after_each)
