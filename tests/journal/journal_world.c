#include "tests/journal/journal_world.h"

#include <stdlib.h>
#include <string.h>

struct world_state {
    uint64_t sequence;
    uint64_t digest;
    uint8_t filling[1000];
};

/* A hash of 32 bytes by multiplication. */

struct quick_state {
    uint64_t sum[4];
    uint64_t length;
};

static void quick_start(struct journal_hash_state *state)
{
    struct quick_state quick = {{1, 2, 3, 4}, 0};
    memcpy(state, &quick, sizeof quick);
}

static void quick_add(struct journal_hash_state *state, const void *bytes, size_t length)
{
    struct quick_state quick;
    memcpy(&quick, state, sizeof quick);
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i += 8) {
        uint64_t word = 0;
        memcpy(&word, at + i, length - i < 8 ? length - i : 8);
        uint64_t *sum = &quick.sum[(quick.length + i) / 8 % 4];
        *sum = (*sum ^ word) * 0x9e3779b97f4a7c15u;
        *sum ^= *sum >> 29;
    }
    quick.length += length;
    memcpy(state, &quick, sizeof quick);
}

static void quick_peek(const struct journal_hash_state *state, uint8_t hash[JOURNAL_HASH_BYTES])
{
    struct quick_state quick;
    memcpy(&quick, state, sizeof quick);
    memcpy(hash, quick.sum, JOURNAL_HASH_BYTES);
}

const struct journal_hash world_quick_hash = {quick_start, quick_add, quick_peek};

/* The witness. */

static uint64_t mixed(uint64_t digest, uint64_t tag)
{
    digest = (digest ^ tag) * 0xff51afd7ed558ccdu;
    return digest ^ digest >> 32;
}

void world_payload(uint64_t tag, uint8_t *payload, uint32_t bytes)
{
    struct chance chance = {tag};
    for (uint32_t i = 0; i < bytes; i += 8) {
        uint64_t word = chance_next(&chance);
        memcpy(payload + i, &word, bytes - i < 8 ? bytes - i : 8);
    }
}

static void wrong(struct world *world, const char *sentence)
{
    if (!world->wrong) world->wrong = sentence;
}

static bool on_snapshot(void *context, uint64_t sequence, const uint8_t *bytes, uint64_t length)
{
    struct world *world = context;
    struct world_state state;
    world->told_snapshots++;
    if (length != sizeof state) {
        wrong(world, "a snapshot of another length was loaded");
        return false;
    }
    memcpy(&state, bytes, sizeof state);
    if (state.sequence != sequence || sequence > world->committed ||
        state.digest != world->digests[sequence])
        wrong(world, "a snapshot of another state was loaded");
    world->told_sequence = state.sequence;
    world->told_digest = state.digest;
    return true;
}

static void on_expect(void *context, const struct journal_record *records, uint32_t count)
{
    struct world *world = context;
    world->shown_at = 0;
    world->shown_count = count <= JOURNAL_EXPECT_MAX ? count : 0;
    memcpy(world->shown, records, world->shown_count * sizeof *records);
}

/* Each record was shown before, in its place; those of a snapshot are not given. */
static bool was_shown(struct world *world, const struct journal_record *record)
{
    while (world->shown_at < world->shown_count &&
           world->shown[world->shown_at].sequence <= world->report.snapshot_sequence)
        world->shown_at++;
    if (world->shown_at == world->shown_count) return false;
    const struct journal_record *shown = &world->shown[world->shown_at++];
    return shown->sequence == record->sequence && shown->payload == record->payload &&
           shown->payload_bytes == record->payload_bytes && shown->kind == record->kind;
}

static bool on_record(void *context, const struct journal_record *record)
{
    struct world *world = context;
    uint8_t payload[WORLD_PAYLOAD_MAX];
    if (!was_shown(world, record)) wrong(world, "a record was not shown ahead");
    if (record->sequence != world->told_sequence + 1) wrong(world, "a record is out of order");
    if (record->sequence > world->committed) {
        wrong(world, "a record was invented");
        return true;
    }
    uint64_t tag = world->tags[record->sequence];
    world_payload(tag, payload, (uint32_t)(tag & UINT16_MAX));
    if (record->kind != WORLD_KIND || record->payload_bytes != (tag & UINT16_MAX) ||
        memcmp(record->payload, payload, record->payload_bytes) != 0)
        wrong(world, "a record is not what was committed");
    world->told_sequence = record->sequence;
    world->told_digest = mixed(world->told_digest, tag);
    world->told_records++;
    return true;
}

enum journal_fault world_recover(struct world *world)
{
    const struct journal_listener listener = {
        .context = world, .load_snapshot = on_snapshot, .record = on_record, .expect = on_expect};
    world->told_sequence = world->told_digest = world->told_records = 0;
    world->told_snapshots = world->shown_count = world->shown_at = 0;
    enum journal_fault fault = journal_recover(world->recovery, &listener, &world->report);
    if (fault) return fault;
    if (world->report.last_sequence != world->told_sequence)
        wrong(world, "the report names another last record");
    if (world->report.replayed != world->told_records) wrong(world, "the report counts otherwise");
    if (world->told_sequence < world->acknowledged) wrong(world, "an acknowledged record is lost");
    if (world->told_digest != world->digests[world->told_sequence])
        wrong(world, "the state is another than it was");
    if (world->report.next_epoch <= world->epoch) wrong(world, "an epoch is used again");
    world->committed = world->told_sequence;
    return fault;
}

enum journal_io world_start(struct world *world)
{
    world->journal =
        journal_new(world->journal, &world->limits, &world->model.storage, world->hash);
    enum journal_io status = journal_start(world->journal, &world->report);
    if (status == JOURNAL_IO_OK && journal_sequence(world->journal) != world->committed + 1)
        wrong(world, "the journal goes on with another number");
    return status;
}

void world_begin(struct world *world)
{
    enum journal_fault fault = world_recover(world);
    if (fault != JOURNAL_FAULT_NONE && fault != JOURNAL_FAULT_EMPTY) wrong(world, "no recovery");
    if (!world->wrong && world_start(world) != JOURNAL_IO_OK) wrong(world, "no start");
}

bool world_commit(struct world *world, enum journal_class class, uint32_t payload_bytes)
{
    uint8_t *payload = journal_claim(world->journal, class, WORLD_KIND, payload_bytes);
    if (!payload) {
        world->refused++;
        return false;
    }
    uint64_t sequence = world->committed + 1;
    if (sequence > WORLD_RECORDS_MAX) abort();
    uint64_t tag = (chance_next(&world->model.chance) & ~(uint64_t)UINT16_MAX) | payload_bytes;
    world_payload(tag, payload, payload_bytes);
    if (journal_commit(world->journal) != sequence) wrong(world, "a commit says another number");
    world->tags[sequence] = tag;
    world->digests[sequence] = mixed(world->digests[sequence - 1], tag);
    world->committed = sequence;
    world->epoch = world->journal->epoch;
    return true;
}

void world_commit_many(struct world *world, uint32_t count, uint32_t payload_bytes)
{
    for (uint32_t i = 0; i < count; i++) (void)world_commit(world, JOURNAL_ORDINARY, payload_bytes);
}

void world_half(struct world *world, uint32_t payload_bytes, uint32_t filled_bytes)
{
    uint8_t *payload = journal_claim(world->journal, JOURNAL_RESERVED, WORLD_KIND, payload_bytes);
    if (payload) memset(payload, 0xee, filled_bytes);
}

enum journal_step world_step(struct world *world)
{
    enum journal_step step = journal_sync_step(world->journal);
    uint64_t durable = journal_durable(world->journal);
    if (durable > world->committed) wrong(world, "more is durable than was committed");
    if (durable > world->acknowledged) world->acknowledged = durable;
    return step;
}

void world_settle(struct world *world)
{
    uint32_t steps = 0;
    while (world_step(world) == JOURNAL_STEP_WORKED)
        if (++steps > 1000) {
            wrong(world, "the journal thread does not come to rest");
            return;
        }
}

enum journal_io world_snapshot(struct world *world, uint64_t sequence)
{
    struct world_state state = {.sequence = sequence, .digest = world->digests[sequence]};
    world_payload(state.digest, state.filling, sizeof state.filling);
    const struct journal_snapshot snapshot = {.sequence = sequence,
                                              .durable = journal_durable(world->journal),
                                              .bytes = (const uint8_t *)&state,
                                              .length = sizeof state};
    return journal_snapshot_write(&world->model.storage, world->hash, &snapshot);
}

void world_cut(struct world *world)
{
    model_cut(&world->model);
    model_wake(&world->model);
}

void world_kill(struct world *world)
{
    model_wake(&world->model);
}

void world_clear(struct world *world, uint64_t seed, struct journal_limits limits)
{
    model_clear(&world->model, seed);
    world->limits = limits;
    world->hash = &world_quick_hash;
    world->committed = world->acknowledged = 0;
    world->epoch = 0;
    world->wrong = NULL;
    world->refused = 0;
    world->recovery = journal_recovery_new(world->recovery, &world->model.storage, world->hash);
}

struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);
    const struct journal_limits limits = {JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX};
    if (!world) abort();
    world->journal = aligned_alloc(CACHE_LINE, journal_footprint(&limits));
    world->recovery = aligned_alloc(CACHE_LINE, journal_recovery_footprint());
    model_open(&world->model, 1);
    world_clear(world, 1, limits);
    return world;
}

void world_delete(struct world *world)
{
    model_close(&world->model);
    free(world->journal);
    free(world->recovery);
    free(world);
}
