#ifndef DATAPLANE_JOURNAL_JOURNAL_FAULT_H
#define DATAPLANE_JOURNAL_JOURNAL_FAULT_H

/* Why a journal is not recovered, and where: one row per reason, one sentence for people. */

#include "dataplane/base/text.h"
#include "dataplane/journal/journal_name.h"

/* fault, word, sentence; {file} {offset} {sequence} {expected} {found} stand for the diagnosis */
/* clang-format off */
#define JOURNAL_FAULTS(X)                                                                          \
    X(JOURNAL_FAULT_NONE,         "sound",        "the journal is sound")                          \
    X(JOURNAL_FAULT_EMPTY,        "empty",        "the folder holds no journal")                   \
    X(JOURNAL_FAULT_RECORD,       "rotten record", "{file}: record {sequence} at offset {offset} was on disk and does not read back; records up to {expected} are known to have been written") \
    X(JOURNAL_FAULT_SEQUENCE,     "wrong record", "{file}: the record at offset {offset} is whole but has number {found}; {expected} was due") \
    X(JOURNAL_FAULT_IDENTITY,     "rotten identity", "{file}: the identity at offset 0 does not read back") \
    X(JOURNAL_FAULT_LINK,         "rotten link",  "{file}: the link at offset {offset} does not read back, and the segment was in use") \
    X(JOURNAL_FAULT_LENGTH,       "wrong length", "{file}: the file has {found} bytes; its identity says {expected}") \
    X(JOURNAL_FAULT_NUMBER,       "misplaced",    "{file}: the file holds segment {found}; its name says {expected}") \
    X(JOURNAL_FAULT_BYTE_ORDER,   "byte order",   "{file}: the file was written on a machine of the other byte order") \
    X(JOURNAL_FAULT_ABI,          "other version", "{file}: the file has format version {found}; this program reads version {expected}") \
    X(JOURNAL_FAULT_MISSING,      "missing segment", "{file}: the file is missing; record {sequence} was in it or after it") \
    X(JOURNAL_FAULT_STRAY,        "stray segment", "{file}: the file belongs to no chain of segments") \
    X(JOURNAL_FAULT_EPOCH,        "epoch",        "{file}: the segment has epoch {found}; {expected} was due") \
    X(JOURNAL_FAULT_AHEAD,        "journal behind snapshot", "{file}: the snapshot holds record {found}; the journal ends at {expected}") \
    X(JOURNAL_FAULT_SNAPSHOT,     "rotten snapshot", "{file}: the snapshot does not read back at offset {offset}") \
    X(JOURNAL_FAULT_UNLOADED,     "refused snapshot", "{file}: the snapshot is whole and was refused by its reader") \
    X(JOURNAL_FAULT_NO_SNAPSHOT,  "no snapshot",  "{file}: no snapshot reads back, and the records before {found} are gone") \
    X(JOURNAL_FAULT_CHAIN,        "broken chain", "{file}: the hash of the segment before it is another; something was changed after it was written") \
    X(JOURNAL_FAULT_MARK,         "other history", "{file}: the records up to offset {offset} of segment {found} do not have the hash that the snapshot was made with") \
    X(JOURNAL_FAULT_SEAL,         "broken seal",  "{file}: the records up to offset {offset} do not have the hash they were sealed with") \
    X(JOURNAL_FAULT_REFUSED,      "refused",      "{file}: record {sequence} at offset {offset} was refused by its reader") \
    X(JOURNAL_FAULT_TOO_MANY,     "too many files", "the folder holds more than {expected} segments or snapshots") \
    X(JOURNAL_FAULT_STORAGE,      "storage",      "{file}: the storage answered: {io}")
/* clang-format on */

#define JOURNAL_FAULT_ENUM(fault, word, sentence) fault,
enum journal_fault { JOURNAL_FAULTS(JOURNAL_FAULT_ENUM) JOURNAL_FAULT_COUNT };

struct journal_diagnosis {
    enum journal_fault fault;
    enum journal_io io; /* of JOURNAL_FAULT_STORAGE */
    struct journal_name file;
    uint64_t offset;
    uint64_t sequence;
    uint64_t expected;
    uint64_t found;
};

const char *journal_fault_text(enum journal_fault fault); /* "rotten record" */

/* The sentence, without a line end.  Cold. */
void journal_diagnosis_print(struct text *out, const struct journal_diagnosis *diagnosis);

#endif
