#include "tests/stage/venue_rig.h"

#include "dataplane/journal/journal_append.h"

#include <stdlib.h>
#include <string.h>

static void hash_start(struct journal_hash_state *state)
{
    memset(state, 0, sizeof *state);
}

static void hash_add(struct journal_hash_state *state, const void *bytes, size_t length)
{
    uint64_t sum;
    memcpy(&sum, state->bytes, sizeof sum);
    for (size_t i = 0; i < length; i++) sum = (sum ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
    memcpy(state->bytes, &sum, sizeof sum);
}

static void hash_peek(const struct journal_hash_state *state, uint8_t hash[JOURNAL_HASH_BYTES])
{
    memcpy(hash, state->bytes, JOURNAL_HASH_BYTES);
}

const struct journal_hash rig_hash = {hash_start, hash_add, hash_peek};

static void *space_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    if (!memory) abort();
    return memory;
}

static void *memory_new(size_t bytes)
{
    return memset(space_new(bytes), 0, bytes);
}

static void wrong(struct venue_rig *rig, const char *what)
{
    if (!rig->wrong) rig->wrong = what;
}

/* The plain engine. */

static void plain_keep(struct match_events *events)
{
    struct venue_rig *rig = events->context;
    CHECK(rig->events + events->count <= RIG_EVENTS_MAX);
    memcpy(rig->event + rig->events, events->at, events->count * sizeof *events->at);
    for (uint32_t i = 0; i < events->count; i++) random_inputs_saw(&rig->random, &events->at[i]);
    rig->events += events->count;
    events->count = 0;
}

static void plain_apply(struct venue_rig *rig, const struct match_input *input)
{
    CACHE_ALIGNED struct match_event at[4];
    struct match_events events = {at, ARRAY_COUNT(at), 0, plain_keep, rig};
    rig->events_before[rig->inputs] = rig->events;
    match_apply(rig->plain, input, &events);
    plain_keep(&events);
    rig->inputs++;
    rig->events_before[rig->inputs] = rig->events;
}

static void plain_forget(struct venue_rig *rig)
{
    if (rig->plain) free(rig->plain);
    rig->plain = match_new(memory_new(match_footprint(&rig->limits.match)), &rig->limits.match);
    rig->inputs = rig->events = 0;
}

/* The plain engine is back after this many inputs. */
static void plain_rewind(struct venue_rig *rig, uint64_t inputs)
{
    plain_forget(rig);
    for (uint64_t i = 0; i < inputs; i++) plain_apply(rig, (const void *)rig->input[i].bytes);
}

uint64_t rig_digest(struct venue_rig *rig, uint64_t inputs)
{
    uint64_t now = rig->inputs;
    plain_rewind(rig, inputs);
    uint64_t digest = match_digest(rig->plain);
    plain_rewind(rig, now);
    return digest;
}

/* The venue. */

static void take(void *context, const struct match_event *at, uint32_t count)
{
    struct venue_rig *rig = context;
    CHECK(rig->taken + count <= RIG_EVENTS_MAX);
    memcpy(rig->took + rig->taken, at, count * sizeof *at);
    rig->taken += count;
    for (uint32_t i = 0; i < count; i++) {
        if (at[i].number > rig->acknowledged) rig->acknowledged = at[i].number;
        if (at[i].number >= journal_sequence(rig->journal))
            wrong(rig, "an event was handed out before its record was written");
        if (rig->limits.durability == VENUE_DISK && at[i].number > journal_durable(rig->journal))
            wrong(rig, "an event was handed out before its input was on disk");
    }
}

static void wait(void *context)
{
    struct venue_rig *rig = context;
    rig->waits++;
    rig_step(rig);
}

/* What was handed out is what the plain engine said. */
static void compare(struct venue_rig *rig)
{
    if (rig->taken > rig->events) wrong(rig, "the venue made more events than the plain engine");
    for (; rig->compared < rig->taken && rig->compared < rig->events; rig->compared++)
        if (memcmp(&rig->event[rig->compared], &rig->took[rig->compared], sizeof *rig->event) != 0)
            wrong(rig, "an event is not the plain engine's");
}

struct venue_rig *rig_new(const struct venue_limits *limits, uint64_t seed)
{
    struct venue_rig *rig = memory_new(sizeof *rig);
    rig->limits = *limits;
    rig->journal_limits = (struct journal_limits){JOURNAL_SEGMENT_MIN, JOURNAL_RECORD_MAX};
    model_open(&rig->model, seed);
    rig->recovery = journal_recovery_new(memory_new(journal_recovery_footprint()),
                                         &rig->model.storage, &rig_hash);
    rig->input = space_new(RIG_INPUTS_MAX * sizeof *rig->input);
    rig->event = space_new(RIG_EVENTS_MAX * sizeof *rig->event);
    rig->took = space_new(RIG_EVENTS_MAX * sizeof *rig->took);
    rig->events_before = space_new((RIG_INPUTS_MAX + 1) * sizeof *rig->events_before);
    random_inputs_seed(&rig->random, seed, limits->match.accounts > 0);
    plain_forget(rig);
    return rig;
}

static void life_end(struct venue_rig *rig)
{
    free(rig->venue);
    free(rig->journal);
    rig->venue = NULL;
    rig->journal = NULL;
}

void rig_delete(struct venue_rig *rig)
{
    if (rig->journal) journal_stop(rig->journal);
    life_end(rig);
    model_close(&rig->model);
    free(rig->recovery);
    free(rig->input);
    free(rig->event);
    free(rig->took);
    free(rig->events_before);
    free(rig->plain);
    free(rig);
}

enum journal_fault rig_recover_until(struct venue_rig *rig, uint64_t until)
{
    CHECK(!rig->venue);
    const struct venue_outlet outlet = {rig, take, wait};
    struct venue_watch watch = rig->watch;
    watch.until = until;
    rig->venue = venue_new(memory_new(venue_footprint(&rig->limits)), &rig->limits, &outlet);
    return venue_recover(rig->venue, rig->recovery, &rig->report, &watch);
}

enum journal_fault rig_recover(struct venue_rig *rig)
{
    return rig_recover_until(rig, 0);
}

enum journal_io rig_start(struct venue_rig *rig)
{
    uint64_t sequence = venue_sequence(rig->venue);
    uint64_t inputs = sequence > 0 ? sequence - 1 : 0;
    if (sequence < rig->acknowledged) wrong(rig, "what was acknowledged is lost");
    if (inputs > rig->inputs) wrong(rig, "what nobody submitted was recovered");
    if (inputs < rig->inputs) plain_rewind(rig, inputs);
    rig->durable = sequence;                  /* venue_start makes it so */
    rig->taken = rig->compared = rig->events; /* those of the end may be handed out or not */
    rig->journal = journal_new(memory_new(journal_footprint(&rig->journal_limits)),
                               &rig->journal_limits, &rig->model.storage, &rig_hash);
    return venue_start(rig->venue, rig->journal, &rig->report);
}

void rig_begin(struct venue_rig *rig)
{
    enum journal_fault fault = rig_recover(rig);
    bool sound = fault == JOURNAL_FAULT_NONE || fault == JOURNAL_FAULT_EMPTY;
    if (!sound) wrong(rig, journal_fault_text(fault));
    if (sound && rig_start(rig) != JOURNAL_IO_OK) wrong(rig, "the journal does not start");
    CHECK(!rig->wrong);
    if (match_digest(venue_match(rig->venue)) != match_digest(rig->plain))
        wrong(rig, "the recovered engine is not the plain one");
}

void rig_kill(struct venue_rig *rig)
{
    compare(rig);
    if (rig->venue) rig->acknowledged = venue_sequence(rig->venue); /* D0 */
    life_end(rig);
    model_wake(&rig->model);
}

void rig_cut(struct venue_rig *rig)
{
    compare(rig);
    if (rig->limits.durability == VENUE_PROCESS) rig->acknowledged = rig->durable;
    life_end(rig);
    model_cut(&rig->model);
    model_wake(&rig->model);
}

enum venue_status rig_submit(struct venue_rig *rig, const struct match_input *input)
{
    CHECK(rig->inputs < RIG_INPUTS_MAX);
    struct rig_input *kept = &rig->input[rig->inputs];
    uint64_t sequence = venue_sequence(rig->venue);
    enum venue_status status = venue_submit_noted(rig->venue, input, &rig->note);
    if (status != VENUE_OK) {
        if (venue_sequence(rig->venue) != sequence) wrong(rig, "a refused input was journalled");
        return status;
    }
    memcpy(kept->bytes, input, input->bytes);
    ((struct match_input *)(void *)kept->bytes)->number = venue_sequence(rig->venue);
    plain_apply(rig, (const void *)kept->bytes);
    compare(rig);
    return status;
}

enum venue_status rig_random(struct venue_rig *rig)
{
    return rig_submit(rig, random_inputs_next(&rig->random));
}

void rig_step(struct venue_rig *rig)
{
    (void)!journal_sync_step(rig->journal);
    rig->durable = journal_durable(rig->journal);
    if (rig->durable > rig->acknowledged) rig->acknowledged = rig->durable;
}

void rig_settle(struct venue_rig *rig)
{
    while (journal_sync_step(rig->journal) == JOURNAL_STEP_WORKED) {
    }
    rig_step(rig);
}

void rig_release(struct venue_rig *rig)
{
    venue_release(rig->venue);
    compare(rig);
}

enum journal_io rig_snapshot(struct venue_rig *rig)
{
    struct venue_image image = {.capacity = 1u << 20};
    image.memory = memory_new(image.capacity);
    if (!venue_image(rig->venue, &image)) wrong(rig, "the state is larger than a megabyte");
    enum journal_io status =
        venue_snapshot_write(&image, journal_durable(rig->journal), &rig->model.storage, &rig_hash);
    free(image.memory);
    return status;
}

/* Inputs by hand. */

struct match_input rig_order(order_id_t id, enum side side, price_t price, qty_t qty)
{
    return (struct match_input){.kind = MATCH_NEW,
                                .bytes = sizeof(struct match_input),
                                .id = id,
                                .account = 1,
                                .side = (uint8_t)side,
                                .type = MATCH_LIMIT,
                                .price = price,
                                .qty = qty};
}

struct match_input rig_cancel(order_id_t id)
{
    return (struct match_input){
        .kind = MATCH_CANCEL, .bytes = sizeof(struct match_input), .id = id, .account = 1};
}

enum venue_status rig_list(struct venue_rig *rig, uint16_t instrument)
{
    CACHE_ALIGNED struct {
        struct match_input input;
        struct match_listing listing;
    } list = {.input = {.kind = MATCH_LIST, .bytes = sizeof list, .instrument = instrument},
              .listing = {.symbol = "PLAIN",
                          .tick = PRICE_ONE / 100,
                          .lot = QTY_ONE,
                          .size = QTY_ONE,
                          .price_max = 1000 * PRICE_ONE,
                          .qty_max = 1000000 * QTY_ONE,
                          .reference = 100 * PRICE_ONE,
                          .collar = PRICE_ONE,
                          .window = 1024,
                          .class_of = MATCH_PLAIN,
                          .phase = MATCH_OPEN}};
    list.input.bytes = sizeof list.input + sizeof list.listing;
    return rig_submit(rig, &list.input);
}

/* What most specs begin with. */

struct venue_limits rig_limits(uint32_t held, enum venue_durability durability)
{
    struct venue_limits limits = {
        .match = random_inputs_limits(false), .held = held, .durability = durability};
    limits.match.orders = 2000;
    return limits;
}

struct venue_rig *rig_listed(uint32_t held, enum venue_durability durability)
{
    struct venue_limits limits = rig_limits(held, durability);
    struct venue_rig *rig = rig_new(&limits, 1);
    rig_begin(rig);
    if (rig_list(rig, 0) != VENUE_OK) wrong(rig, "the instrument is not listed");
    rig_settle(rig);
    rig_release(rig);
    if (venue_held(rig->venue) != 0) wrong(rig, "not everything was handed out");
    return rig;
}

enum venue_status rig_buy(struct venue_rig *rig, order_id_t id)
{
    struct match_input input = rig_order(id, SIDE_BUY, 90 * PRICE_ONE, QTY_ONE);
    return rig_submit(rig, &input);
}
