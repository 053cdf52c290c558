#include "tests/journal/journal_damage.h"

struct world *world;

void damage_before_each(void)
{
    world = world_new();
    world_clear(world, 1, (struct journal_limits){JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX});
    world_begin(world);
}

void damage_after_each(void)
{
    EXPECT_TEXT(world->wrong ? world->wrong : "", "");
    EXPECT_TEXT(world->model.violation ? world->model.violation : "", "");
    EXPECT_UINT(model_open_files(&world->model), 0);
    world_delete(world);
}

void three_segments(void)
{
    for (uint32_t i = 0; i < 3; i++) {
        world_settle(world);
        world_commit_many(world, i < 2 ? PER_SEGMENT : 46, 64);
    }
    world_settle(world);
    world_cut(world);
}

struct model_file *segment(uint64_t number)
{
    return model_find(&world->model, journal_name_segment(number).bytes);
}

void delete_segment(uint64_t number)
{
    model_delete(&world->model, journal_name_segment(number).bytes);
}

void flip(uint64_t number, uint64_t offset)
{
    segment(number)->now[offset] ^= 0x10;
}

void wipe(uint64_t number, uint64_t offset, uint64_t bytes)
{
    memset(segment(number)->now + offset, 0, bytes);
}

void wipe_seals(uint64_t number)
{
    wipe(number, JOURNAL_SEAL_AT, JOURNAL_SEALS * JOURNAL_PAGE);
}

void repair_record(uint64_t number, uint64_t offset)
{
    uint8_t *at = segment(number)->now + offset;
    struct journal_head head;
    memcpy(&head, at, sizeof head);
    const struct journal_words words = {.first = (uint64_t)head.kind << 48 |
                                                 (uint64_t)head.payload_bytes << 32,
                                        .second = head.epoch,
                                        .sequence = head.sequence,
                                        .durable = head.durable};
    head.crc32c = journal_record_crc(journal_seed(number), offset, &words, at,
                                     journal_record_bytes(head.payload_bytes));
    memcpy(at, &head, sizeof head);
}

void change_identity(uint64_t number, uint32_t abi, uint32_t epoch, uint32_t begins)
{
    struct journal_identity identity;
    memcpy(&identity, segment(number)->now, sizeof identity);
    identity.abi = abi;
    identity.epoch = epoch;
    identity.begins = begins;
    identity.crc32c = journal_part_crc(UINT32_MAX, &identity, sizeof identity);
    memcpy(segment(number)->now, &identity, sizeof identity);
}

void change_link(uint64_t number, uint32_t epoch, uint64_t first_sequence)
{
    struct journal_link link;
    memcpy(&link, segment(number)->now + JOURNAL_LINK_AT, sizeof link);
    link.epoch = epoch;
    link.first_sequence = first_sequence;
    link.crc32c = journal_part_crc(journal_seed(number), &link, sizeof link);
    memcpy(segment(number)->now + JOURNAL_LINK_AT, &link, sizeof link);
}
