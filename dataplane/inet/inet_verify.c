#include "dataplane/inet/inet_layout.h"

/* Every invariant of the host.
 *
 *   neighbours   a learnt one is on our net, in the set its address hashes to, once, and is no
 *                static one; one without a MAC has been asked for
 *   waiting      a frame waits only for a neighbour that is being asked for
 *   ports        every binding is found
 *   groups       a membership is a group's, once, joined or leaving with reports still to send
 *   counters     frames given away are counted once */

static void neighbours_verify(const struct inet *inet)
{
    for (uint32_t i = 0; i < inet->sets * NEIGHBOUR_WAYS; i++) {
        const struct neighbour *neighbour = &inet->learnt[i];
        if (neighbour->state == NEIGHBOUR_FREE) continue;
        CHECK(neighbour->state <= NEIGHBOUR_KNOWN);
        CHECK(inet_on_net(inet, neighbour->ip));
        CHECK(inet_neighbour_find(inet, neighbour->ip) == neighbour);
        if (neighbour->state == NEIGHBOUR_ASKING) CHECK(neighbour->tries > 0);
        CHECK(!(neighbour->mac.byte[0] & 1));
    }
    for (uint32_t i = 0; i < inet->statics; i++) CHECK(inet->fixed[i].state == NEIGHBOUR_KNOWN);
    for (uint32_t i = 0; i < inet->waiting_count; i++) {
        if (inet->waiting[i].ip == 0) continue;
        const struct neighbour *neighbour = inet_neighbour_find(inet, inet->waiting[i].ip);
        CHECK(neighbour != NULL);
        CHECK(neighbour->state == NEIGHBOUR_ASKING);
    }
}

void inet_verify(const struct inet *inet)
{
    neighbours_verify(inet);
    for (uint32_t i = 0; i < inet->ports; i++)
        if (inet->port[i].number) CHECK(inet->port[i].received != NULL);
    for (uint32_t i = 0; i < inet->groups; i++) {
        const struct membership *member = &inet->member[i];
        if (member->group == 0) continue;
        CHECK(ipv4_multicast(member->group));
        CHECK(member->leaving ? member->changes > 0 : member->joins > 0);
        if (member->changes) CHECK(inet->groups_at <= member->change_at);
        if (member->answer_at) CHECK(inet->groups_at <= member->answer_at);
    }
    if (inet->tcp) tcp_verify(inet->tcp);
}
