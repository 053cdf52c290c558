#ifndef DATAPLANE_JOURNAL_JOURNAL_HASH_H
#define DATAPLANE_JOURNAL_JOURNAL_HASH_H

/* SHA-256 as the journal is given it: a table of three functions over a state in the journal's own
 * memory.  It makes the chain through the segments, by which a change that keeps every checksum
 * right is still evident.  It is never needed to recover, only to go on writing and to verify.
 *
 * journal_hash_setup.h has the real one. */

#include "dataplane/base/base.h"

#define JOURNAL_HASH_BYTES       32u
#define JOURNAL_HASH_STATE_BYTES 256u

struct journal_hash_state {
    _Alignas(16) uint8_t bytes[JOURNAL_HASH_STATE_BYTES];
};

struct journal_hash {
    void (*start)(struct journal_hash_state *state);
    void (*add)(struct journal_hash_state *state, const void *bytes, size_t length);
    /* The hash of all that was added; more may be added afterwards. */
    void (*peek)(const struct journal_hash_state *state, uint8_t hash[JOURNAL_HASH_BYTES]);
};

#endif
