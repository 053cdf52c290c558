/* How orders end or become less without a trade, and what that does to those linked to them. */

#include "tests/reference/plain_match_parts.h"

/* Frees the slot; whoever is linked to it no longer is. */
void plain_leave(struct plain_order *order)
{
    if (order->sibling) {
        if (order->sibling->parent == order) order->sibling->parent = NULL;
        order->sibling->sibling = NULL;
    }
    if (order->parent) {
        for (int i = 0; i < 2; i++)
            if (order->parent->legs[i] == order) order->parent->legs[i] = NULL;
    }
    for (int i = 0; i < 2; i++)
        if (order->legs[i]) order->legs[i]->parent = NULL;
    order->place = PLAIN_GONE;
}

/* Legs that sleep go with their order, others live on. */
void plain_forget(struct plain_match *plain, struct plain_order *order)
{
    for (int i = 0; i < 2; i++) {
        struct plain_order *leg = order->legs[i];
        if (leg && (leg->place == PLAIN_SLEEPS || leg->place == PLAIN_HELD)) plain_leave(leg);
    }
    for (uint32_t i = 0; i < plain->parents; i++)
        if (plain->parent_of[i] == order) plain->parent_of[i] = NULL;
    plain_leave(order);
}

/* A leg that was ended by anything but a lack of quantity takes the other one with it, for good. */
static void end_other(struct plain_match *plain, struct plain_order *order)
{
    struct plain_order *other = order->sibling;
    if (other == NULL) return;
    order->sibling = other->sibling = NULL;
    if (plain_living(other)) {
        plain_say_canceled(plain, other, other->open, MATCH_LINKED);
        other->open = 0;
    }
    plain_leave(other);
}

static bool is_leg(const struct plain_order *order)
{
    return order->parent && (order->parent->legs[0] == order || order->parent->legs[1] == order);
}

/* The order's open quantity has become 0, by its last trade or because it was canceled (ended). */
void plain_after_end(struct plain_match *plain, struct plain_order *order)
{
    order->open = order->shown = 0;
    if (order->link == MATCH_LEGS || order->tracked) {
        bool kept = order->tracked && order->filled > order->closed;
        order->place = PLAIN_ARRIVING;
        if (order->link == MATCH_LEGS && order->filled > 0) plain_keep(plain, order);
        else if (!kept) plain_forget(plain, order);
        if (order->place != PLAIN_GONE)
            order->place = PLAIN_KEPT; /* until its legs have followed */
        return;
    }
    if (order->ended) {
        end_other(plain, order);
        plain_leave(order);
    } else if (is_leg(order)) {
        order->place = PLAIN_SLEEPS;
    } else {
        plain_leave(order);
    }
}

/* E4: what a tracked order says when it is canceled. */
static void say_end(struct plain_match *plain, struct plain_order *order, uint8_t reason)
{
    if (!order->tracked) return;
    plain_say_status(plain, order);
    if (order->filled == 0)
        plain->event[plain->events - 1].reason =
            reason == MATCH_DAY_OVER ? MATCH_ENDED_EXPIRED : MATCH_ENDED_CANCELED;
}

void plain_cancel(struct plain_match *plain, struct plain_order *order, uint8_t reason)
{
    plain_say_canceled(plain, order, order->open, reason);
    order->open = order->shown = 0;
    order->ended = true;
    if (!order->tracked) {
        plain_after_end(plain, order);
        return;
    }
    say_end(plain, order, reason);
    plain_after_end(plain, order);
}

/* A leg or a member of a pair loses what the other traded, or what is closed otherwise: hidden
 * quantity first.  Without a quantity a leg of LEGS sleeps. */
void plain_lose(struct plain_match *plain, struct plain_order *order, qty_t by, uint8_t reason)
{
    if (by == 0 || order->open == 0) return;
    if (by >= order->open) {
        plain_say_canceled(plain, order, order->open, reason);
        order->open = order->shown = 0;
        if (is_leg(order)) order->place = PLAIN_SLEEPS;
        else plain_leave(order);
        return;
    }
    order->open -= by;
    if (order->shown > order->open) order->shown = order->open;
    if (order->place != PLAIN_HELD) plain_say_reduced(plain, order, by, reason);
}

/* E1: the other of the order's pair has as much open as the order. */
void plain_level_pair(struct plain_match *plain, struct plain_order *order)
{
    struct plain_order *other = order->sibling;
    if (other == NULL || other->open <= order->open) return;
    if (other->place == PLAIN_HELD) {
        other->open = other->shown = order->open;
        other->total = order->open;
        if (other->open == 0) plain_leave(other);
    } else if (plain_living(other)) {
        plain_lose(plain, other, other->open - order->open, MATCH_LINKED);
    }
}

/* E4: what a leg trades closes its order. */
void plain_tell_parent(struct plain_match *plain, struct plain_order *parent, qty_t traded)
{
    if (traded == 0 || parent == NULL || parent->link == MATCH_PAIR) return;
    parent->closed += traded;
    if (!parent->tracked) return;
    plain_say_status(plain, parent);
    if (parent->open == 0 && parent->closed == parent->filled) plain_forget(plain, parent);
}
