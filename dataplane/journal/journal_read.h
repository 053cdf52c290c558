#ifndef DATAPLANE_JOURNAL_JOURNAL_READ_H
#define DATAPLANE_JOURNAL_JOURNAL_READ_H

/* One segment, read from its bytes, whatever they are.  Pure; reads nothing outside
 * bytes[0..length), in time proportional to it.
 *
 *     struct journal_reader reader;
 *     struct journal_identity identity;
 *     if (journal_read_identity(bytes, length, number, &identity, &diagnosis)) ...
 *     reader = journal_reader_at_start(bytes, length, &identity);
 *     struct journal_record record;
 *     while (journal_read(&reader, &record) == JOURNAL_READ_RECORD) ...
 *     if (the last answer was not JOURNAL_READ_FREE or _END)
 *         while (journal_read_ahead(&reader, &record)) ...     whole records behind a hole
 *
 * It does not decide what is torn and what is rotten: that needs the other segments
 * (journal_recover.h).
 *
 * Threads: any.  Memory: the caller's.  Cost: about 6 ns for a record of 96 bytes in the cache. */

#include "dataplane/journal/journal_fault.h"
#include "dataplane/journal/journal_format.h"

struct journal_record {
    const uint8_t *payload; /* aligned to 32 bytes if the segment is */
    uint32_t payload_bytes;
    uint16_t kind;
    uint32_t epoch;
    uint64_t offset; /* of the record in the segment */
    uint64_t sequence;
    uint64_t durable;
};

enum journal_read {
    JOURNAL_READ_RECORD, /* a whole record */
    JOURNAL_READ_END,    /* the segment's end; the next segment begins with record.sequence */
    JOURNAL_READ_FREE,   /* nothing was committed here: eight bytes of zero, or the file ends */
    JOURNAL_READ_BAD,    /* something is here and it is no record of this place */
};

struct journal_reader {
    const uint8_t *bytes;
    uint64_t length; /* reads end here; at most the segment's length */
    uint64_t offset; /* of the next record */
    uint64_t number;
    uint32_t epoch;
    uint32_t seed;
};

/* Whether these bytes begin a segment of this number.  Otherwise the diagnosis says why not; its
 * file is left alone. */
MUST_USE enum journal_fault journal_read_identity(const uint8_t *bytes, uint64_t length,
                                                  uint64_t number,
                                                  struct journal_identity *identity,
                                                  struct journal_diagnosis *diagnosis);

/* Whether a link, or a seal, of this segment is there and whole. */
MUST_USE bool journal_read_link(const uint8_t *bytes, uint64_t length,
                                const struct journal_identity *identity, struct journal_link *link);
MUST_USE bool journal_read_seal(const uint8_t *bytes, uint64_t length,
                                const struct journal_identity *identity, uint32_t which,
                                struct journal_seal *seal);

struct journal_reader journal_reader_at_start(const uint8_t *bytes, uint64_t length,
                                              const struct journal_identity *identity);

/* The record at reader->offset, and past it.  Where the answer is FREE or BAD the offset stays, and
 * of the record only offset is set.  Does not compare sequences with those before. */
enum journal_read journal_read(struct journal_reader *reader, struct journal_record *record);

/* The next whole record, END included, anywhere behind reader->offset, which moves past it; false
 * if there is none up to the end.  reader->offset itself is not tried. */
bool journal_read_ahead(struct journal_reader *reader, struct journal_record *record);

/* The hash of identity, link and records up to end, as seals and links hold it. */
void journal_read_hash(const uint8_t *bytes, uint64_t end, const struct journal_hash *hash,
                       uint8_t result[JOURNAL_HASH_BYTES]);

#endif
