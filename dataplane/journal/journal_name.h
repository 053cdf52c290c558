#ifndef DATAPLANE_JOURNAL_JOURNAL_NAME_H
#define DATAPLANE_JOURNAL_JOURNAL_NAME_H

/* The names in a journal's folder, and nothing else stands there:
 *
 *     segment-0000000000000007           records; 7 is the segment's number, in hexadecimal
 *     snapshot-00000000000f4240          state after record 1,000,000
 *     segment-0000000000000008.new       not finished; recovery removes it
 *     snapshot-00000000001e8480.new
 *
 * A name without ".new" is only ever given to a file that is complete and synced, so whatever is
 * wrong with a named file is damage, never a crash in the middle of making it. */

#include "dataplane/journal/journal_storage.h"

enum journal_name_kind {
    JOURNAL_NAME_OTHER, /* not ours */
    JOURNAL_NAME_SEGMENT,
    JOURNAL_NAME_SNAPSHOT,
    JOURNAL_NAME_UNFINISHED,
};

struct journal_name {
    char bytes[JOURNAL_NAME_BYTES];
};

struct journal_name journal_name_segment(uint64_t number);
struct journal_name journal_name_snapshot(uint64_t sequence);
struct journal_name journal_name_unfinished(struct journal_name name);
struct journal_name journal_name_copy(const char *name); /* cut if it is not one of ours */

/* What a name says; number is the segment's number or the snapshot's sequence. */
enum journal_name_kind journal_name_read(const char *name, uint64_t *number);

#endif
