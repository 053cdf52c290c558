#ifndef DATAPLANE_JOURNAL_JOURNAL_APPEND_H
#define DATAPLANE_JOURNAL_JOURNAL_APPEND_H

/* The engine's half of the journal, inlined where inputs are written down.
 *
 *     struct match_input *input = journal_claim(journal, JOURNAL_ORDINARY, KIND, sizeof *input);
 *     if (!input) { refuse the order; return; }                J6, J7: counted
 *     *input = ...;
 *     uint64_t sequence = journal_commit(journal);             D0
 *     ...
 *     if (sequence <= journal_durable(journal)) acknowledge;   D1
 *
 * Every claim is committed before the next one; claim when it is certain that there is an input.
 * The payload is aligned to 32 bytes and zero where it was claimed.
 *
 * Threads: the engine's.  Cost: 3 to 4 instructions for each 8 bytes; the checksum is no part of
 * any chain of dependencies but its own. */

#include "dataplane/journal/journal.h"

/* No line of a segment was ever in a cache: those so far behind a record are fetched with it. */
#define JOURNAL_FETCH 1024u

/* Ends the segment and takes the next one.  NULL if there is none, or the class may not. */
COLD void *journal_claim_slowly(struct journal *journal, enum journal_class class, uint16_t kind,
                                uint32_t payload_bytes);

static inline void *journal_claim_at(struct journal *journal, uint16_t kind, uint32_t payload_bytes)
{
    journal->claimed = (uint64_t)kind << 48 | (uint64_t)payload_bytes << 32;
    return journal->at + sizeof(struct journal_head);
}

/* A place for a payload of 0..JOURNAL_PAYLOAD_MAX bytes, or NULL.  kind is at least
 * JOURNAL_KIND_FIRST. */
MUST_USE static inline void *journal_claim(struct journal *journal, enum journal_class class,
                                           uint16_t kind, uint32_t payload_bytes)
{
    CHECK(payload_bytes <= JOURNAL_PAYLOAD_MAX);
    CHECK(journal->claimed == 0);
    DCHECK(kind >= JOURNAL_KIND_FIRST);
    bool fits = journal->at + journal_record_bytes(payload_bytes) <= journal->limit[class];
    if (unlikely(!fits || journal_dead(journal)))
        return journal_claim_slowly(journal, class, kind, payload_bytes);
    return journal_claim_at(journal, kind, payload_bytes);
}

/* journal_commit of a payload whose length the caller knows: where that is a constant, the checksum
 * is a straight line. */
static inline uint64_t journal_commit_of(struct journal *journal, uint32_t payload_bytes)
{
    CHECK((journal->claimed >> 32 & UINT16_MAX) == payload_bytes && journal->claimed != 0);
    uint8_t *at = journal->at;
    uint64_t sequence = journal->next_sequence;
    uint32_t bytes = journal_record_bytes(payload_bytes);
    const struct journal_words head = {
        .first = journal->claimed,
        .second = journal->epoch,
        .sequence = sequence,
        .durable = atomic_load_explicit(&journal->durable, memory_order_relaxed)};
    journal_words_store(at, &head);
    uint64_t offset = (uint64_t)(at - journal->base);
    uint32_t crc = journal_record_crc(journal->seed, offset, &head, at, bytes);
    /* Releases the record to the acquire in find (journal_sync.c), and is the last of its stores in
     * program order, which is what counts if the process is killed (D0). */
    atomic_store_explicit((_Atomic uint64_t *)(void *)at, head.first | crc, memory_order_release);
    for (uint32_t line = 0; line < bytes; line += CACHE_LINE)
        __builtin_prefetch(at + JOURNAL_FETCH + line, 1);
    journal->at = at + bytes;
    journal->next_sequence = sequence + 1;
    journal->claimed = 0;
    return sequence;
}

/* Makes the claimed record part of the journal and says its sequence.  Once after each claim. */
static inline uint64_t journal_commit(struct journal *journal)
{
    return journal_commit_of(journal, (uint32_t)(journal->claimed >> 32 & UINT16_MAX));
}

/* The sequence the next commit will say.  The engine. */
static inline uint64_t journal_sequence(const struct journal *journal)
{
    return journal->next_sequence;
}

#endif
