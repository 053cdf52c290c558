/* match_verify stops the program at each thing that must never be: broken here, one at a time. */

#include "dataplane/match/match_ids.h"
#include "dataplane/match/match_ladder.h"
#include "tests/match/rich_state.h"
#include "tests/support/spec.h"

#include <string.h>

static struct rig rig;
static struct match *m;

static void before_each(void)
{
    struct match_limits limits = rich_state_limits();
    rig_new(&rig, &limits);
    rich_state_build(&rig);
    m = rig.match;
    match_verify(m);
}

static void after_each(void)
{
    match_verify(m);
    rig_free(&rig);
}

/* The statement breaks it, in a child process. */
#define BREAKS(statement, words)                                                                   \
    EXPECT_STOP(                                                                                   \
        {                                                                                          \
            statement;                                                                             \
            match_verify(m);                                                                       \
        },                                                                                         \
        words)

static uint32_t slot_of(order_id_t id)
{
    uint32_t slot = ids_find(m, id);
    CHECK(slot != 0);
    return slot;
}

static struct order *order_of(order_id_t id)
{
    return &m->orders[slot_of(id)];
}

static struct special *special_of(order_id_t id)
{
    return order_special(m, slot_of(id));
}

static struct ladder *bids(void)
{
    return &m->instruments[0].side[SIDE_BUY];
}

static struct level *level_of(order_id_t id)
{
    return ladder_level(m, bids(), order_of(id)->key);
}

SPEC(queues_are_chained_both_ways_and_add_up)
{
    BREAKS(order_of(2)->prev = 0, "order->prev == prev");
    BREAKS(order_of(1)->next = 0, "queue->tail == prev");
    BREAKS(order_of(2)->next = slot_of(1), "order->prev == prev");
    BREAKS(order_of(1)->lots++, "queue.lots == level->lots");
    BREAKS(order_of(3)->lots = 0, "order->lots > 0");
    BREAKS(level_of(1)->lots--, "queue.lots == level->lots");
    BREAKS(level_of(1)->head = 0, "level->head != 0");
    BREAKS((order_of(1)->meta |= META_TRADED, m->traded[level_of(1) - m->pages->level] = 0),
           "order_total(m, slot) > order->lots");
    BREAKS(order_of(2)->meta |= META_TRADED, "slot == queue->head");
    BREAKS(order_of(1)->next = 1u << 20, "slot <= m->limits.orders");
}

SPEC(an_order_is_in_the_queue_it_says)
{
    BREAKS(order_of(1)->key--, "order->key == queue->key");
    BREAKS(order_of(1)->meta ^= META_SIDE, "order_side(order) == queue->side");
    BREAKS(order_of(1)->meta ^= 1, "queue->instrument");
    BREAKS(order_move_to(order_of(1), PLACE_HELD), "queue->place");
    BREAKS(order_move_to(order_of(42), PLACE_WAITS), "queue->place");
    BREAKS(order_move_to(order_of(21), PLACE_RUNNING), "verify->place[PLACE_RUNNING] == 0");
    BREAKS(m->fired_first = m->orders[m->fired_first].next, "order->prev == prev");
}

SPEC(a_ladder_s_bitmaps_best_and_worst_are_its_queues)
{
    BREAKS(bids()->best++, "");
    BREAKS(bids()->best--, "");
    BREAKS(bids()->worst = bids()->best, "queue.key <= ladder->worst");
    BREAKS(bids()->l2 = 0, "ladder->l2 == l2");
    BREAKS(bids()->l1[0] ^= 1, "");
    BREAKS(bids()->l0[0].bits ^= 1, "");
    BREAKS(m->instruments[4].side[SIDE_BUY].best = 5, "ladder->best == LADDER_EMPTY");
    BREAKS(m->instruments[4].side[SIDE_BUY].worst = 5, "ladder->worst == INT64_MIN");
}

SPEC(pages_are_in_use_once_or_free_and_zero)
{
    BREAKS(m->pages_free_count--, "verify->pages + m->pages_free_count == count");
    BREAKS(m->pages_free[0] = m->pages_free[1], "sum == count * (count + 1) / 2");
    BREAKS(m->pages[m->pages_free[0]].level[7].lots = 1, ".lots == 0");
    BREAKS((level_of(3) + 1)->tail = 1, "level->tail == 0");
}

SPEC(slots_are_in_use_or_free)
{
    BREAKS(m->alive++, "");
    BREAKS(m->orders_free = m->orders[m->orders_free].next, "unused + m->alive");
    BREAKS(m->orders_free = slot_of(1), "m->orders[slot].id == 0");
    BREAKS(m->specials_used--, "verify->specials == m->specials_used");
    BREAKS(m->specials_free = m->specials[m->specials_free].next, "unused + m->specials_used");
    BREAKS(special_of(4)->order = slot_of(1), ".order == slot");
    BREAKS(m->ties[slot_of(4)].special = 0, "tie->special - 1");
    BREAKS(order_total_set(m, slot_of(1), 0), "order_total(m, slot) > 0");
    BREAKS(order_of(4)->meta &= ~META_TOTAL, "order->meta & META_TOTAL");
    BREAKS(m->orders[0].id = 1, "m->orders[0].id == 0");
}

SPEC(ids_are_found_and_nothing_else_is)
{
    uint32_t size = 1u << m->ids.bits, *table = m->ids.entries + size, some = 0;
    while (table[some] == 0) some++;
    BREAKS(table[some] = 0, "");
    BREAKS(table[some] ^= 1u << 24, "");
    BREAKS(table[(some + size / 2) % size] = table[some], "");
    BREAKS(table[IDS_COUNT] += IDS_ASTRAY, "line_count(ids, m->orders, line)");
    BREAKS(table[IDS_COUNT] += IDS_PASSED, "line_count(ids, m->orders, line)");
    BREAKS(order_of(1)->id = 1000, "ids_find(m, order->id) == slot");
}

SPEC(holders_know_their_orders)
{
    struct holding *holding = &m->holdings[order_of(1)->holder];
    BREAKS(holding->orders--, "holding->orders == count");
    BREAKS(holding->orders_last = 0, "holding->orders_last == prev");
    BREAKS(m->ties[slot_of(3)].prev = 0, "m->ties[slot].prev == prev");
    BREAKS(order_of(1)->holder++, "");
    BREAKS(holding->group++, "holding->group == m->accounts[account].group");
    BREAKS(holding->instrument = 3, "");
    BREAKS(holding->quote = 0, "");
    BREAKS(m->accounts[1].holdings_last = 0, "account->holdings_last == last");
    BREAKS(m->accounts[9].holdings_first = 1, "account->holdings_first == 0");
    BREAKS(m->instruments[0].holdings_last = 0, "b->holdings_last == last");
    BREAKS(m->instruments[0].holdings_first = 0, "");
    BREAKS(m->balances_used++, "holders.balances == m->balances_used");
    BREAKS(m->balances[1].asset ^= 1, "");
}

/* Taken out of a list as it should be, but only there. */
static void holder_forgets(struct holding *holding)
{
    holding->orders_first = m->ties[holding->orders_first].next;
    m->ties[holding->orders_first].prev = 0;
    holding->orders--;
}

static void fired_forgets(void)
{
    m->fired_first = m->orders[m->fired_first].next;
    m->orders[m->fired_first].prev = 0;
}

SPEC(what_a_list_forgot_is_missed)
{
    struct instrument *b = &m->instruments[0];
    BREAKS(holder_forgets(&m->holdings[order_of(1)->holder]), "holders.orders == m->alive");
    BREAKS(fired_forgets(), "verify->place[PLACE_FIRED] == verify->fired");
    BREAKS(b->holdings_first = m->holdings[b->holdings_first].next_of_instrument,
           "holders.users == holders.holdings");
    BREAKS(m->accounts[1].balances_first = m->balances[m->accounts[1].balances_first].next, "");
}

SPEC(money_is_what_was_paid_in)
{
    BREAKS(m->house[2]++, "money is not what was paid in");
    BREAKS(m->balances[1].total++, "money is not what was paid in");
    BREAKS(m->balances[1].reserved++, "what a balance reserves does not add up");
}

SPEC(what_is_linked_knows_each_other)
{
    BREAKS(special_of(11)->sibling = slot_of(23), "the two of a pair do not know each other");
    BREAKS(special_of(23)->legs[1] = 0, "the legs of an order are not a pair");
    BREAKS(special_of(21)->tracked = false, "");
    BREAKS(special_of(23)->is_dirty = true, "is_dirty");
    BREAKS(m->dirty_first = slot_of(23), "match->dirty_first == 0");
}

SPEC(waiting_stops_and_due_times_are_counted)
{
    BREAKS(m->instruments[0].waiting--, "waiting + trailing.orders == b->waiting");
    BREAKS(m->instruments[0].trailing--, "trailing.orders == b->trailing");
    BREAKS(m->due++, "match->due == verify.due");
    BREAKS(m->instruments[2].due++, "match->due == verify.due");
    BREAKS(m->instruments[2].phase = MATCH_OPEN, "an open book is crossed");
    BREAKS(m->instruments[1].index = 0, "b->index == index");
}

#define SPECS(S)                                                                                   \
    S(queues_are_chained_both_ways_and_add_up)                                                     \
    S(an_order_is_in_the_queue_it_says)                                                            \
    S(a_ladder_s_bitmaps_best_and_worst_are_its_queues)                                            \
    S(pages_are_in_use_once_or_free_and_zero)                                                      \
    S(slots_are_in_use_or_free)                                                                    \
    S(ids_are_found_and_nothing_else_is)                                                           \
    S(holders_know_their_orders)                                                                   \
    S(what_a_list_forgot_is_missed)                                                                \
    S(money_is_what_was_paid_in)                                                                   \
    S(what_is_linked_knows_each_other)                                                             \
    S(waiting_stops_and_due_times_are_counted)

SPEC_MAIN("match_verify", SPECS, before_each, after_each)
