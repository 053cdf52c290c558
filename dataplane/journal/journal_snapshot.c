#include "dataplane/journal/journal_snapshot.h"

#include "dataplane/journal/journal_read.h"

#include <string.h>

/* The head's checksum covers the hash and the checksum of the table; the table covers the state. */

struct snapshot_head {
    uint32_t crc32c; /* of all that follows it */
    uint32_t abi;
    uint64_t magic;
    uint64_t sequence;
    uint64_t length;
    uint32_t block_bytes;
    uint32_t table_crc32c;
    uint8_t hash[JOURNAL_HASH_BYTES]; /* of the state */
};
static_assert(sizeof(struct snapshot_head) == 72, "snapshot head");
static_assert(offsetof(struct snapshot_head, hash) == 40, "snapshot head");

#define MARK_AT    512u
#define MARK_MAGIC 0x31304b52414d5850ull /* "PXMARK01" */

struct snapshot_mark {
    uint32_t crc32c; /* of the sequence and all that follows it */
    uint32_t spare;  /* zero */
    uint64_t magic;
    struct journal_mark mark;
};
static_assert(sizeof(struct snapshot_mark) == 64, "snapshot mark");
static_assert(offsetof(struct snapshot_mark, mark) == 16, "snapshot mark");

static uint64_t block_count(uint64_t length)
{
    return (length + JOURNAL_BLOCK - 1) / JOURNAL_BLOCK;
}

static uint64_t state_at(uint64_t length)
{
    return JOURNAL_PAGE + ALIGN_UP(block_count(length) * sizeof(uint32_t), JOURNAL_PAGE);
}

/* The checksum of one block; the table's own checksum binds it to its place. */
static uint32_t block_crc(const uint8_t *state, uint64_t length, uint64_t block)
{
    uint64_t at = block * JOURNAL_BLOCK;
    uint64_t bytes = length - at < JOURNAL_BLOCK ? length - at : JOURNAL_BLOCK;
    return crc32c(state + at, bytes);
}

static void hash_state(const struct journal_hash *hash, const uint8_t *state, uint64_t length,
                       uint8_t result[JOURNAL_HASH_BYTES])
{
    struct journal_hash_state running;
    hash->start(&running);
    hash->add(&running, state, length);
    hash->peek(&running, result);
}

static uint32_t mark_crc(const struct snapshot_mark *mark, uint64_t sequence)
{
    return journal_part_crc(crc32c_u64(UINT32_MAX, sequence), mark, sizeof *mark);
}

static void mark_fill(uint8_t *file, const struct journal_snapshot *snapshot)
{
    struct snapshot_mark mark = {.magic = MARK_MAGIC, .mark = snapshot->mark};
    if (snapshot->mark.number == 0) return;
    mark.crc32c = mark_crc(&mark, snapshot->sequence);
    memcpy(file + MARK_AT, &mark, sizeof mark);
}

/* False: what is there is no mark.  Nothing is there: its number is 0. */
static bool mark_read(const uint8_t *file, uint64_t sequence, struct journal_mark *mark)
{
    static const struct snapshot_mark nothing;
    struct snapshot_mark read;
    memcpy(&read, file + MARK_AT, sizeof read);
    *mark = read.mark;
    if (memcmp(&read, &nothing, sizeof read) == 0) return true;
    return read.magic == MARK_MAGIC && read.crc32c == mark_crc(&read, sequence) &&
           read.mark.number > 0;
}

static void snapshot_fill(uint8_t *file, const struct journal_hash *hash,
                          const struct journal_snapshot *snapshot)
{
    uint64_t blocks = block_count(snapshot->length);
    struct snapshot_head head = {.abi = JOURNAL_ABI,
                                 .magic = JOURNAL_SNAPSHOT_MAGIC,
                                 .sequence = snapshot->sequence,
                                 .length = snapshot->length,
                                 .block_bytes = JOURNAL_BLOCK};
    if (snapshot->length > 0)
        memcpy(file + state_at(snapshot->length), snapshot->bytes, snapshot->length);
    for (uint64_t block = 0; block < blocks; block++) {
        uint32_t crc = block_crc(snapshot->bytes, snapshot->length, block);
        memcpy(file + JOURNAL_PAGE + block * sizeof crc, &crc, sizeof crc);
    }
    head.table_crc32c = crc32c(file + JOURNAL_PAGE, blocks * sizeof(uint32_t));
    hash_state(hash, snapshot->bytes, snapshot->length, head.hash);
    head.crc32c = journal_part_crc(UINT32_MAX, &head, sizeof head);
    memcpy(file, &head, sizeof head);
    mark_fill(file, snapshot);
}

static enum journal_fault head_check(const struct snapshot_head *head, uint64_t file_bytes,
                                     uint64_t sequence, struct journal_diagnosis *diagnosis)
{
    if (head->magic == __builtin_bswap64(JOURNAL_SNAPSHOT_MAGIC)) return JOURNAL_FAULT_BYTE_ORDER;
    if (head->crc32c != journal_part_crc(UINT32_MAX, head, sizeof *head) ||
        head->magic != JOURNAL_SNAPSHOT_MAGIC)
        return JOURNAL_FAULT_SNAPSHOT;
    diagnosis->expected = JOURNAL_ABI;
    diagnosis->found = head->abi;
    if (head->abi != JOURNAL_ABI) return JOURNAL_FAULT_ABI;
    diagnosis->expected = sequence;
    diagnosis->found = head->sequence;
    if (head->sequence != sequence) return JOURNAL_FAULT_NUMBER;
    if (head->length > JOURNAL_SNAPSHOT_MAX || head->block_bytes != JOURNAL_BLOCK)
        return JOURNAL_FAULT_SNAPSHOT;
    diagnosis->expected = state_at(head->length) + head->length;
    diagnosis->found = file_bytes;
    return file_bytes == diagnosis->expected ? JOURNAL_FAULT_NONE : JOURNAL_FAULT_LENGTH;
}

static enum journal_fault state_check(const uint8_t *file, const struct snapshot_head *head,
                                      const struct journal_hash *hash,
                                      struct journal_diagnosis *diagnosis)
{
    const uint8_t *state = file + state_at(head->length);
    uint64_t blocks = block_count(head->length);
    uint8_t actual[JOURNAL_HASH_BYTES];
    diagnosis->offset = JOURNAL_PAGE;
    if (crc32c(file + JOURNAL_PAGE, blocks * sizeof(uint32_t)) != head->table_crc32c)
        return JOURNAL_FAULT_SNAPSHOT;
    for (uint64_t block = 0; block < blocks; block++) {
        uint32_t crc;
        memcpy(&crc, file + JOURNAL_PAGE + block * sizeof crc, sizeof crc);
        diagnosis->offset = state_at(head->length) + block * JOURNAL_BLOCK;
        if (crc != block_crc(state, head->length, block)) return JOURNAL_FAULT_SNAPSHOT;
    }
    diagnosis->offset = state_at(head->length);
    if (!hash) return JOURNAL_FAULT_NONE;
    hash_state(hash, state, head->length, actual);
    return memcmp(actual, head->hash, sizeof actual) == 0 ? JOURNAL_FAULT_NONE
                                                          : JOURNAL_FAULT_SNAPSHOT;
}

enum journal_fault journal_snapshot_read(const uint8_t *file, uint64_t file_bytes,
                                         uint64_t sequence, const struct journal_hash *hash,
                                         struct journal_snapshot *snapshot,
                                         struct journal_diagnosis *diagnosis)
{
    struct snapshot_head head;
    diagnosis->offset = 0;
    diagnosis->expected = JOURNAL_PAGE;
    diagnosis->found = file_bytes;
    diagnosis->fault = JOURNAL_FAULT_LENGTH;
    if (file_bytes < JOURNAL_PAGE) return diagnosis->fault;
    memcpy(&head, file, sizeof head);
    diagnosis->fault = head_check(&head, file_bytes, sequence, diagnosis);
    if (diagnosis->fault == JOURNAL_FAULT_NONE)
        diagnosis->fault = state_check(file, &head, hash, diagnosis);
    if (diagnosis->fault != JOURNAL_FAULT_NONE) return diagnosis->fault;
    *snapshot = (struct journal_snapshot){
        .sequence = sequence, .bytes = file + state_at(head.length), .length = head.length};
    if (!mark_read(file, sequence, &snapshot->mark)) {
        diagnosis->offset = MARK_AT;
        diagnosis->fault = JOURNAL_FAULT_SNAPSHOT;
    }
    return diagnosis->fault;
}

/* Whether the named file holds this state and reads as a whole. */
static enum journal_io read_back(const struct journal_storage *storage, const char *name,
                                 const struct journal_hash *hash,
                                 const struct journal_snapshot *snapshot)
{
    struct journal_file file;
    struct journal_snapshot read;
    struct journal_diagnosis diagnosis = {.fault = JOURNAL_FAULT_NONE};
    enum journal_io status = storage->open(storage->context, name, &file);
    if (status != JOURNAL_IO_OK) return status;
    bool same = journal_snapshot_read(file.memory, file.bytes, snapshot->sequence, hash, &read,
                                      &diagnosis) == JOURNAL_FAULT_NONE &&
                read.length == snapshot->length &&
                memcmp(&read.mark, &snapshot->mark, sizeof read.mark) == 0 &&
                (read.length == 0 || memcmp(read.bytes, snapshot->bytes, read.length) == 0);
    storage->close(storage->context, &file);
    return same ? JOURNAL_IO_OK : JOURNAL_IO_FAILED;
}

/* Whether there is one of this record already; what does not read back is none. */
static bool named(const struct journal_storage *storage, const char *name, uint64_t sequence)
{
    struct journal_file file;
    struct journal_snapshot read;
    struct journal_diagnosis diagnosis = {.fault = JOURNAL_FAULT_NONE};
    if (storage->open(storage->context, name, &file) != JOURNAL_IO_OK) return false;
    enum journal_fault fault =
        journal_snapshot_read(file.memory, file.bytes, sequence, NULL, &read, &diagnosis);
    storage->close(storage->context, &file);
    return fault == JOURNAL_FAULT_NONE;
}

enum journal_io journal_snapshot_write(const struct journal_storage *storage,
                                       const struct journal_hash *hash,
                                       const struct journal_snapshot *snapshot)
{
    CHECK(snapshot->sequence > 0);
    CHECK(snapshot->sequence <= snapshot->durable);
    CHECK(snapshot->length <= JOURNAL_SNAPSHOT_MAX);
    struct journal_name name = journal_name_snapshot(snapshot->sequence);
    struct journal_name unfinished = journal_name_unfinished(name);
    struct journal_file file;
    if (named(storage, name.bytes, snapshot->sequence)) return JOURNAL_IO_FAILED;
    uint64_t bytes = state_at(snapshot->length) + snapshot->length;
    enum journal_io status = storage->create(storage->context, unfinished.bytes, bytes, &file);
    if (status != JOURNAL_IO_OK) return status;
    snapshot_fill(file.memory, hash, snapshot);
    const struct journal_range whole = {0, bytes};
    status = storage->sync(storage->context, &file, &whole, 1);
    storage->close(storage->context, &file);
    if (status == JOURNAL_IO_OK)
        status = storage->rename(storage->context, unfinished.bytes, name.bytes);
    if (status != JOURNAL_IO_OK) {
        (void)storage->remove(storage->context, unfinished.bytes);
        return status;
    }
    status = storage->sync_folder(storage->context);
    return status == JOURNAL_IO_OK ? read_back(storage, name.bytes, hash, snapshot) : status;
}
