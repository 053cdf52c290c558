#include "dataplane/journal/journal_read.h"

#include <string.h>

/* Everything is copied out of the bytes before it is looked at; an offset is compared with the
 * length before it is used. */

static enum journal_fault faulty(struct journal_diagnosis *diagnosis, enum journal_fault fault,
                                 uint64_t expected, uint64_t found)
{
    diagnosis->fault = fault;
    diagnosis->offset = 0;
    diagnosis->expected = expected;
    diagnosis->found = found;
    return fault;
}

enum journal_fault journal_read_identity(const uint8_t *bytes, uint64_t length, uint64_t number,
                                         struct journal_identity *identity,
                                         struct journal_diagnosis *diagnosis)
{
    if (length < sizeof *identity)
        return faulty(diagnosis, JOURNAL_FAULT_LENGTH, JOURNAL_SEGMENT_MIN, length);
    memcpy(identity, bytes, sizeof *identity);
    if (identity->magic == __builtin_bswap64(JOURNAL_MAGIC))
        return faulty(diagnosis, JOURNAL_FAULT_BYTE_ORDER, 0, 0);
    if (identity->crc32c != journal_part_crc(UINT32_MAX, identity, sizeof *identity) ||
        identity->magic != JOURNAL_MAGIC)
        return faulty(diagnosis, JOURNAL_FAULT_IDENTITY, 0, 0);
    if (identity->abi != JOURNAL_ABI)
        return faulty(diagnosis, JOURNAL_FAULT_ABI, JOURNAL_ABI, identity->abi);
    if (identity->number != number)
        return faulty(diagnosis, JOURNAL_FAULT_NUMBER, number, identity->number);
    if (identity->segment_bytes != length)
        return faulty(diagnosis, JOURNAL_FAULT_LENGTH, identity->segment_bytes, length);
    bool sane = length >= JOURNAL_SEGMENT_MIN && length <= JOURNAL_SEGMENT_MAX &&
                identity->records_at == JOURNAL_RECORDS_AT && identity->epoch > 0;
    if (!sane) return faulty(diagnosis, JOURNAL_FAULT_IDENTITY, 0, 0);
    return JOURNAL_FAULT_NONE;
}

bool journal_read_link(const uint8_t *bytes, uint64_t length,
                       const struct journal_identity *identity, struct journal_link *link)
{
    if (length < JOURNAL_LINK_AT + sizeof *link) return false;
    memcpy(link, bytes + JOURNAL_LINK_AT, sizeof *link);
    return link->crc32c == journal_part_crc(journal_seed(identity->number), link, sizeof *link) &&
           link->magic == JOURNAL_LINK_MAGIC && link->number == identity->number &&
           link->epoch == identity->epoch && link->first_sequence > 0 &&
           link->previous_number < identity->number;
}

bool journal_read_seal(const uint8_t *bytes, uint64_t length,
                       const struct journal_identity *identity, uint32_t which,
                       struct journal_seal *seal)
{
    uint64_t at = JOURNAL_SEAL_AT + which * JOURNAL_PAGE;
    if (length < at + sizeof *seal) return false;
    memcpy(seal, bytes + at, sizeof *seal);
    return seal->crc32c == journal_part_crc(journal_seed(identity->number), seal, sizeof *seal) &&
           seal->magic == JOURNAL_SEAL_MAGIC && seal->number == identity->number &&
           seal->epoch == identity->epoch && seal->end >= JOURNAL_RECORDS_AT && seal->end <= length;
}

struct journal_reader journal_reader_at_start(const uint8_t *bytes, uint64_t length,
                                              const struct journal_identity *identity)
{
    return (struct journal_reader){.bytes = bytes,
                                   .length = length,
                                   .offset = JOURNAL_RECORDS_AT,
                                   .number = identity->number,
                                   .epoch = identity->epoch,
                                   .seed = journal_seed(identity->number)};
}

/* Whether a whole record stands at the offset, which is within the length by a grain at least. */
static bool record_at(const struct journal_reader *reader, uint64_t offset,
                      struct journal_record *record)
{
    const uint8_t *at = reader->bytes + offset;
    struct journal_head head;
    memcpy(&head, at, sizeof head);
    uint32_t bytes = journal_record_bytes(head.payload_bytes);
    if (head.epoch != reader->epoch || head.kind == JOURNAL_KIND_NONE || head.spare != 0)
        return false;
    if (bytes > JOURNAL_RECORD_MAX || bytes > reader->length - offset) return false;
    if (head.sequence == 0 || head.durable >= head.sequence) return false;
    const struct journal_words words = {.first = (uint64_t)head.kind << 48 |
                                                 (uint64_t)head.payload_bytes << 32,
                                        .second = head.epoch,
                                        .sequence = head.sequence,
                                        .durable = head.durable};
    if (head.crc32c != journal_record_crc(reader->seed, offset, &words, at, bytes)) return false;
    *record = (struct journal_record){.payload = at + sizeof head,
                                      .payload_bytes = head.payload_bytes,
                                      .kind = head.kind,
                                      .epoch = head.epoch,
                                      .offset = offset,
                                      .sequence = head.sequence,
                                      .durable = head.durable};
    return true;
}

enum journal_read journal_read(struct journal_reader *reader, struct journal_record *record)
{
    uint64_t offset = reader->offset;
    record->offset = offset;
    if (offset > reader->length || reader->length - offset < JOURNAL_GRAIN)
        return JOURNAL_READ_FREE;
    if (!record_at(reader, offset, record)) {
        uint64_t first;
        memcpy(&first, reader->bytes + offset, sizeof first);
        return first == 0 ? JOURNAL_READ_FREE : JOURNAL_READ_BAD;
    }
    reader->offset = offset + journal_record_bytes(record->payload_bytes);
    return record->kind == JOURNAL_KIND_END ? JOURNAL_READ_END : JOURNAL_READ_RECORD;
}

bool journal_read_ahead(struct journal_reader *reader, struct journal_record *record)
{
    uint64_t offset = reader->offset + JOURNAL_GRAIN;
    for (; offset <= reader->length && reader->length - offset >= JOURNAL_GRAIN;
         offset += JOURNAL_GRAIN) {
        if (!record_at(reader, offset, record)) continue;
        /* The place before the next grain to try. */
        reader->offset = offset + journal_record_bytes(record->payload_bytes) - JOURNAL_GRAIN;
        return true;
    }
    reader->offset = reader->length;
    return false;
}

void journal_read_hash(const uint8_t *bytes, uint64_t end, const struct journal_hash *hash,
                       uint8_t result[JOURNAL_HASH_BYTES])
{
    struct journal_hash_state state;
    hash->start(&state);
    hash->add(&state, bytes, sizeof(struct journal_identity));
    hash->add(&state, bytes + JOURNAL_LINK_AT, sizeof(struct journal_link));
    hash->add(&state, bytes + JOURNAL_RECORDS_AT, end - JOURNAL_RECORDS_AT);
    hash->peek(&state, result);
}
