#ifndef DATAPLANE_ROUTE_LIST_H
#define DATAPLANE_ROUTE_LIST_H

/* Doubly linked lists of slots in a pool: members are named by slot number, the links lie inside
 * the members, and joining or leaving a list anywhere is a few stores.
 *
 *     list    first ----------------------> last
 *     pool    slot 4 <-> slot 9 <-> slot 2            slot 7: links to itself, in no list
 *
 * Slot 0 is never a member: as a link it means none.  A slot that is in no list links to itself.
 * Threads: one.  Cost: each function touches the list, the slot and at most its neighbours. */

#include "dataplane/base/base.h"

struct link {
    uint32_t previous;
    uint32_t next;
};

struct list {
    uint32_t first;
    uint32_t last;
};

/* Where the links of a pool lie: that of slot s at first + s * stride. */
struct links {
    uint8_t *first;
    size_t stride;
};

#define LINKS_OF(pool, member) ((struct links){(uint8_t *)&(pool)->member, sizeof *(pool)})

static inline struct link *link_at(struct links links, uint32_t slot)
{
    return (struct link *)(links.first + slot * links.stride);
}

static inline bool link_joined(const struct link *link, uint32_t slot)
{
    return link->next != slot;
}

/* Before a slot is used the first time. */
static inline void link_new(struct links links, uint32_t slot)
{
    *link_at(links, slot) = (struct link){slot, slot};
}

static inline void list_append(struct list *list, struct links links, uint32_t slot)
{
    DCHECK(!link_joined(link_at(links, slot), slot));
    *link_at(links, slot) = (struct link){list->last, 0};
    if (list->last) link_at(links, list->last)->next = slot;
    else list->first = slot;
    list->last = slot;
}

static inline void list_prepend(struct list *list, struct links links, uint32_t slot)
{
    DCHECK(!link_joined(link_at(links, slot), slot));
    *link_at(links, slot) = (struct link){0, list->first};
    if (list->first) link_at(links, list->first)->previous = slot;
    else list->last = slot;
    list->first = slot;
}

static inline void list_remove(struct list *list, struct links links, uint32_t slot)
{
    struct link *link = link_at(links, slot);
    DCHECK(link_joined(link, slot));
    if (link->previous) link_at(links, link->previous)->next = link->next;
    else list->first = link->next;
    if (link->next) link_at(links, link->next)->previous = link->previous;
    else list->last = link->previous;
    *link = (struct link){slot, slot};
}

#endif
