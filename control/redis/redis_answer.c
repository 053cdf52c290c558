/* What the engine said: answers to intents, reports of orders, acknowledgements of streams. */

#include "control/redis/redis_layout.h"
#include "dataplane/base/system_clock.h"
#include "dataplane/journal/journal.h"

#include <string.h>

#define REPORTS_A_TURN 4096u
#define ACKS_A_COMMAND 256u

/* Saying. */

void redis_answer_send(struct redis *redis, const struct redis_desk *desk, const char *json,
                       const char *id)
{
    const char *const add[] = {"XADD",      desk->answers, "MAXLEN", "~",
                               redis->kept, "*",           "answer", json};
    const char *const publish[] = {"PUBLISH", id, json};
    redis_outbox_say(redis, 8, add, NULL);
    if (id[0]) redis_outbox_say(redis, 3, publish, NULL);
}

void redis_dead_send(struct redis *redis, const struct redis_desk *desk, const char *reason,
                     const char *sentence, const char *message, size_t length,
                     const struct gateway_place *place)
{
    char number[48] = "";
    struct text at = text_in(number, sizeof number);
    if (place->high || place->low) redis_place_print(&at, place);
    if (length > REDIS_BATCH_BYTES_MAX) length = REDIS_BATCH_BYTES_MAX;
    const char *name = redis->plan.names->strategy[desk->strategy].name;
    const char *const word[] = {"XADD",     redis->dead, "MAXLEN",  "~",    redis->kept, "*",
                                "strategy", name,        "place",   number, "reason",    reason,
                                "sentence", sentence,    "message", message};
    size_t lengths[ARRAY_COUNT(word)];
    for (uint32_t i = 0; i + 1 < ARRAY_COUNT(word); i++) lengths[i] = strlen(word[i]);
    lengths[ARRAY_COUNT(word) - 1] = length;
    redis_outbox_say(redis, ARRAY_COUNT(word), word, lengths);
}

void redis_known_tell(struct redis *redis, struct redis_desk *desk)
{
    char buffer[REDIS_SAY_BYTES];
    struct text json = text_in(buffer, sizeof buffer);
    const struct redis_answer answer = {
        .strategy = desk->strategy, .sequence = desk->known, .id = "", .at = system_clock_wall()};
    redis_say_known(&json, redis->plan.names, &answer);
    redis_answer_send(redis, desk, buffer, "");
}

/* Answers. */

static struct redis_desk *desk_of(struct redis *redis, uint32_t strategy)
{
    for (uint32_t i = 0; i < redis->desks; i++)
        if (redis->desk[i].strategy == strategy) return &redis->desk[i];
    return NULL;
}

/* An entry is heard with its last intent. */
static void ack_keep(struct redis_desk *desk, const struct redis_ticket *ticket, uint64_t record)
{
    if (ticket->place.high == 0 && ticket->place.low == 0) return;
    if (ticket->of > 0 && ticket->at + 1 < ticket->of) return;
    if (desk->ack_count == REDIS_ACKS) { /* the disk is slow: the newest stands for it */
        desk->ack[(desk->ack_first + desk->ack_count - 1) % REDIS_ACKS].record = record;
        return;
    }
    uint32_t place = (desk->ack_first + desk->ack_count++) % REDIS_ACKS;
    desk->ack[place] = (struct redis_ack){.record = record, .place = ticket->place};
}

/* To the stream, and, if it came by a channel, to the one of its id. */
static void answer_send(struct redis *redis, const struct redis_desk *desk,
                        const struct redis_ticket *ticket, const char *json)
{
    bool streamed = ticket->place.high || ticket->place.low;
    redis_answer_send(redis, desk, json, streamed ? "" : ticket->id);
}

/* One of a batch: the engine answers them in their order, with nothing between. */
static void batch_take(struct redis *redis, const struct redis_desk *desk,
                       const struct redis_ticket *ticket, const struct redis_answer *answer,
                       const struct gateway_answer *is)
{
    struct text *json = &redis->batch_text;
    if (ticket->at == 0) {
        *json = text_in(redis->batch, sizeof redis->batch);
        redis_say_batch(json, redis->plan.names, answer);
    }
    redis_say_listed(json, answer, is);
    if (ticket->at + 1 < ticket->of) return;
    redis_say_batch_end(json, answer);
    CHECK(!json->cut);
    answer_send(redis, desk, ticket, redis->batch);
}

static void answer_take(struct redis *redis, const struct engine_intake_answer *said)
{
    const struct redis_ticket *ticket = &redis->ticket[said->ticket % REDIS_TICKETS];
    struct redis_desk *desk = desk_of(redis, ticket->strategy);
    CHECK(said->ticket == redis->answered && desk);
    ack_keep(desk, ticket, said->is.record);
    if (!ticket->intent) return;
    redis->counts.answer++;
    const struct redis_answer answer = {.strategy = ticket->strategy,
                                        .sequence = ticket->sequence,
                                        .id = ticket->id,
                                        .at = said->at};
    if (ticket->of > 0) {
        batch_take(redis, desk, ticket, &answer, &said->is);
    } else {
        char buffer[REDIS_SAY_BYTES];
        struct text json = text_in(buffer, sizeof buffer);
        redis_say_heard(&json, redis->plan.names, &answer, &said->is);
        answer_send(redis, desk, ticket, buffer);
    }
    if (said->is.hearing == GATEWAY_LATE)
        redis_dead_send(redis, desk, redis_refusal_name(REDIS_STALE), redis_reason_text(&said->is),
                        "", 0, &ticket->place);
}

void redis_answers_take(struct redis *redis)
{
    const struct engine_intake_answer *said;
    while ((said = spsc_front(redis->plan.answers)) != NULL) {
        answer_take(redis, said);
        redis->answered++;
        spsc_release(redis->plan.answers);
    }
}

/* Acknowledgements: once what was heard is on disk. */

static void desk_acks_send(struct redis *redis, struct redis_desk *desk, uint64_t durable)
{
    char number[ACKS_A_COMMAND][48];
    const char *word[3 + ACKS_A_COMMAND] = {"XACK", desk->stream, redis->config->group};
    uint32_t count = 0;
    for (; count < ACKS_A_COMMAND && count < desk->ack_count; count++) {
        const struct redis_ack *ack = &desk->ack[(desk->ack_first + count) % REDIS_ACKS];
        if (ack->record > durable) break;
        struct text text = text_in(number[count], sizeof number[count]);
        redis_place_print(&text, &ack->place);
        word[3 + count] = number[count];
    }
    if (count == 0) return;
    redis_outbox_say(redis, 3 + count, word, NULL);
    desk->ack_first = (desk->ack_first + count) % REDIS_ACKS;
    desk->ack_count -= count;
}

void redis_acks_send(struct redis *redis)
{
    uint64_t durable = redis->plan.journal ? journal_durable(redis->plan.journal) : UINT64_MAX;
    for (uint32_t i = 0; i < redis->desks; i++)
        if (redis->desk[i].ack_count > 0) desk_acks_send(redis, &redis->desk[i], durable);
}

/* Reports. */

static void report_take(struct redis *redis, const struct gateway_report *report)
{
    nanos_t now = (nanos_t)(redis_seconds() * 1e9);
    const struct redis_order_update update = {
        .report = *report, .traded = report->kind == COPY_EXECUTED ? report->qty : 0, .reports = 1};
    const struct redis_lane_key order = {
        (uint64_t)report->venue << 32 | (report->order ? 0u : 1u + report->slot), report->order};
    struct redis_balance_update balance;
    if (redis->report > 0 && report->number > redis->report + 1)
        redis->counts.report_hole += report->number - redis->report - 1;
    redis->report = report->number;
    if (report->kind == COPY_SESSION) return;
    redis->counts.report++;
    redis_lane_put(&redis->fast, &order, &update, sizeof update, now);
    redis_lane_put(&redis->slow, &order, &update, sizeof update, now);
    if (!redis_balance_of(report, &balance)) return;
    const struct redis_lane_key holding = {balance.strategy, balance.symbol};
    redis_lane_put(&redis->balance, &holding, &balance, sizeof balance, now);
}

void redis_reports_take(struct redis *redis)
{
    uint32_t ready = spsc_ready(redis->plan.copy, REPORTS_A_TURN);
    for (uint32_t i = 0; i < ready; i++) {
        report_take(redis, spsc_front_at(redis->plan.copy, i));
        /* Each by itself, while the server takes them. */
        if (redis->config->fast.delay_ms == 0) redis_push_fast(redis);
    }
    spsc_release_many(redis->plan.copy, ready);
}
