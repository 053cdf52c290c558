#ifndef TESTS_GATEWAY_PUPPET_H
#define TESTS_GATEWAY_PUPPET_H

/* A delegate that says what it was told to say, and keeps what it was shown. */

#include "dataplane/strategy/delegate.h"

#define PUPPET_KEYS 4u

struct puppet {
    CACHE_ALIGNED struct delegate_output say; /* at its next decision, once */
    struct composite shown;                   /* newest; its pointers are not to be followed */
    struct delegate_order order[PUPPET_KEYS];
    struct delegate_terms terms;
    struct market market;
    struct message message[4096]; /* all it was ever told */
    uint32_t messages;
    uint32_t decisions;
    uint8_t trading[4];         /* by instrument: as shown last */
    qty_t position[4];          /* by instrument: what the executions told add up to */
    uint32_t ends[PUPPET_KEYS]; /* orders it was told are over, by key */
    uint64_t set;               /* how often its parameters changed */
    bool wants;
};

extern const struct delegate_kind puppet_kind;

#endif
