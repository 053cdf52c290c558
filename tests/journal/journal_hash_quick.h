#ifndef TESTS_JOURNAL_JOURNAL_HASH_QUICK_H
#define TESTS_JOURNAL_JOURNAL_HASH_QUICK_H

/* A hash that is quick and no more, where a test is not about the hash. */

#include "dataplane/journal/journal_hash.h"

extern const struct journal_hash journal_hash_quick;

#endif
