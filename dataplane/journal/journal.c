#include "dataplane/journal/journal.h"

#include "dataplane/journal/journal_append.h"
#include "dataplane/journal/journal_layout.h"

/* struct journal and, on cache lines of its own, struct journal_sync behind it.
 *
 * The engine owns at..refused, the journal thread counts and sync; durable, dead and next_* are
 * written by the thread; ready goes back and forth.  In the segment, at is always followed by
 * zeroes: nothing beyond the committed records was ever written, except by a claim that is open. */

static size_t sync_offset(void)
{
    return ALIGN_UP(sizeof(struct journal), CACHE_LINE);
}

size_t journal_footprint(const struct journal_limits *limits)
{
    uint32_t bytes = limits->segment_bytes;
    if (bytes % JOURNAL_PAGE != 0) return 0;
    if (bytes < JOURNAL_SEGMENT_MIN || bytes > JOURNAL_SEGMENT_MAX) return 0;
    if (limits->reserve_bytes < JOURNAL_RECORD_MAX || limits->reserve_bytes > bytes / 4) return 0;
    return sync_offset() + ALIGN_UP(sizeof(struct journal_sync), CACHE_LINE);
}

/* Before the start and after the stop: every claim finds no room and no next segment. */
static void nothing_fits(struct journal *journal)
{
    journal->base = journal->at = (uint8_t *)journal;
    for (uint32_t i = 0; i < JOURNAL_CLASS_COUNT; i++) journal->limit[i] = journal->at;
    atomic_store_explicit(&journal->ready, 0, memory_order_relaxed);
}

struct journal *journal_new(void *memory, const struct journal_limits *limits,
                            const struct journal_storage *storage, const struct journal_hash *hash)
{
    CHECK(journal_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    struct journal *journal = memory;
    *journal = (struct journal){.segment_bytes = limits->segment_bytes,
                                .reserve_bytes = limits->reserve_bytes,
                                .sync = (struct journal_sync *)((uint8_t *)memory + sync_offset())};
    *journal->sync = (struct journal_sync){.storage = storage, .hash = hash};
    nothing_fits(journal);
    return journal;
}

void journal_stop(struct journal *journal)
{
    struct journal_sync *sync = journal->sync;
    if (sync->current.held) sync->storage->close(sync->storage->context, &sync->current.file);
    if (sync->next.held) sync->storage->close(sync->storage->context, &sync->next.file);
    sync->current.held = sync->next.held = false;
    nothing_fits(journal);
}

void journal_segment_use(struct journal *journal, uint8_t *base, uint32_t seed)
{
    journal->base = base;
    journal->seed = seed;
    journal->at = base + JOURNAL_RECORDS_AT;
    journal->limit[JOURNAL_RESERVED] = base + journal->segment_bytes - JOURNAL_GRAIN;
    journal->limit[JOURNAL_ORDINARY] = journal->limit[JOURNAL_RESERVED] - journal->reserve_bytes;
    journal->limit[JOURNAL_REFUSING] =
        journal->limit[JOURNAL_ORDINARY] + journal->reserve_bytes / JOURNAL_REFUSING_SHARE;
}

/* The END takes no sequence: it says which one the next segment begins with. */
static void end_write(struct journal *journal)
{
    const struct journal_words head = {
        .first = (uint64_t)JOURNAL_KIND_END << 48,
        .second = journal->epoch,
        .sequence = journal->next_sequence,
        .durable = atomic_load_explicit(&journal->durable, memory_order_relaxed)};
    journal_words_store(journal->at, &head);
    uint64_t offset = (uint64_t)(journal->at - journal->base);
    uint32_t crc = journal_record_crc(journal->seed, offset, &head, journal->at, JOURNAL_GRAIN);
    /* Releases the END to the acquire in find (journal_sync.c), as journal_commit does a record. */
    atomic_store_explicit((_Atomic uint64_t *)(void *)journal->at, head.first | crc,
                          memory_order_release);
}

static bool segment_take(struct journal *journal)
{
    /* Acquires the release in next_prepare (journal_sync.c): next_base and next_seed are there. */
    if (atomic_load_explicit(&journal->ready, memory_order_acquire) == 0) return false;
    uint8_t *base = journal->next_base;
    uint32_t seed = journal->next_seed;
    /* Released by the END, behind which the journal thread looks at it. */
    atomic_store_explicit(&journal->ready, 0, memory_order_relaxed);
    end_write(journal);
    journal_segment_use(journal, base, seed);
    return true;
}

COLD void *journal_claim_slowly(struct journal *journal, enum journal_class class, uint16_t kind,
                                uint32_t payload_bytes)
{
    bool allowed = class == JOURNAL_RESERVED || !journal_dead(journal);
    uint32_t bytes = journal_record_bytes(payload_bytes);
    if (allowed && (journal->at + bytes <= journal->limit[class] || segment_take(journal)))
        return journal_claim_at(journal, kind, payload_bytes);
    counter_one(&journal->refused[class]);
    return NULL;
}
