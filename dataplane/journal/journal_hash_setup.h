#ifndef DATAPLANE_JOURNAL_JOURNAL_HASH_SETUP_H
#define DATAPLANE_JOURNAL_JOURNAL_HASH_SETUP_H

/* SHA-256 of mbedTLS (2.28 or 3.6).  Cold: the journal's thread, recovery and tools. */

#include "dataplane/journal/journal_hash.h"

extern const struct journal_hash journal_hash_sha256;

#endif
