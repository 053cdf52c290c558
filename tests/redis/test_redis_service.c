/* What the service passes on to the engine: a batch in one piece, and its answers in one entry. */

#include "tests/redis/service_rig.h"

#include <stdio.h>

#define PLACE_A 1700000000000u

/* Batches. */

static const struct gateway_place at_place = {PLACE_A, 3}, nowhere;

static bool hear(uint32_t intents, const struct gateway_place *place)
{
    static char text[REDIS_BATCH_BYTES_MAX];
    struct text said = text_in(text, sizeof text);
    text_append(&said, "{\"strategy\":\"desk\",\"kind\":\"batch\",\"sequence\":5,\"id\":\"b\",");
    text_format(&said, "\"time\":%lld,\"intents\":[", (long long)redis_now_ms());
    for (uint32_t i = 0; i < intents; i++)
        text_format(&said, "%s{\"kind\":\"cancel\",\"key\":%u}", i ? "," : "", i);
    text_append(&said, "]}");
    struct redis_received received = {
        .strategy = DESK, .message = text, .length = said.length, .place_ms = (int64_t)place->high};
    return redis_hear(redis, redis->desk, &received, place);
}

SPEC(a_batch_goes_to_the_engine_in_one_piece_and_its_place_with_the_last)
{
    EXPECT(hear(3, &at_place));
    EXPECT_UINT(spsc_ready(intake, SERVICE_SLOTS), 3);
    for (uint32_t i = 0; i < 3; i++) {
        const struct engine_intake *one = spsc_front_at(intake, i);
        EXPECT_UINT(one->ticket, i);
        EXPECT_UINT(one->kind, ENGINE_INTAKE_HEAR);
        EXPECT_UINT(one->what.sequence, 5 + i);
        EXPECT_UINT(one->what.intent.key, i);
        EXPECT_UINT(one->what.intent.kind, INTENT_STOP);
        EXPECT_UINT(one->what.place.high, i == 2 ? PLACE_A : 0);
        EXPECT_UINT(one->what.place.low, i == 2 ? 3 : 0);
    }
    EXPECT_UINT(redis->counts.heard, 1);
}

SPEC(without_room_for_all_of_a_batch_nothing_of_it_goes)
{
    EXPECT(hear(SERVICE_SLOTS - 2, &at_place));
    EXPECT(!hear(3, &at_place));
    EXPECT_UINT(spsc_ready(intake, SERVICE_SLOTS), SERVICE_SLOTS - 2);
    EXPECT_UINT(redis->tickets, SERVICE_SLOTS - 2);
    EXPECT(hear(2, &at_place));
    EXPECT_UINT(spsc_ready(intake, SERVICE_SLOTS), SERVICE_SLOTS);
}

static void answer(uint64_t ticket, enum gateway_hearing hearing)
{
    struct engine_intake_answer *said = spsc_claim(answers);
    *said = (struct engine_intake_answer){.ticket = ticket,
                                          .at = 77,
                                          .is = {.hearing = (uint8_t)hearing,
                                                 .counter = hearing == GATEWAY_REFUSED
                                                              ? GATEWAY_COUNTER_intent_over
                                                              : GATEWAY_NO_COUNTER,
                                                 .record = 100 + ticket}};
    spsc_publish(answers);
    redis_answers_take(redis);
}

static bool outbox_has(const char *text)
{
    const struct redis_command *command = redis_outbox_next(&redis->outbox);
    return command && memmem(command->bytes, command->length, text, strlen(text));
}

SPEC(the_answers_to_a_batch_are_one_entry_and_its_place_is_acknowledged_once)
{
    EXPECT(hear(3, &at_place));
    answer(0, GATEWAY_TAKEN);
    answer(1, GATEWAY_REFUSED);
    EXPECT_UINT(redis->outbox.count, 0);
    EXPECT_UINT(redis->desk->ack_count, 0);
    answer(2, GATEWAY_TAKEN);
    EXPECT_UINT(redis->outbox.count, 1);
    EXPECT_UINT(redis->desk->ack_count, 1);
    EXPECT_UINT(redis->desk->ack[0].record, 102);
    EXPECT_UINT(redis->desk->ack[0].place.low, 3);
    EXPECT(
        outbox_has("{\"strategy\":\"desk\",\"sequence\":5,\"id\":\"b\",\"answer\":\"batch\","
                   "\"intents\":[{\"sequence\":5,\"answer\":\"taken\"},{\"sequence\":6,\"answer\":"
                   "\"refused\",\"reason\":\"intent_over\","));
    EXPECT_UINT(redis->answered, 3);
    EXPECT(hear(1, &at_place)); /* the next one begins anew */
    answer(3, GATEWAY_TAKEN);
    EXPECT(outbox_has("\"intents\":[{\"sequence\":5,\"answer\":\"taken\"}],\"at\":77}"));
}

SPEC(a_batch_that_came_by_a_channel_is_answered_there_too)
{
    EXPECT(hear(2, &nowhere));
    answer(0, GATEWAY_TAKEN);
    answer(1, GATEWAY_TAKEN);
    EXPECT_UINT(redis->outbox.count, 2);
    EXPECT(outbox_has("XADD"));
    EXPECT(outbox_has("PUBLISH\r\n$1\r\nb\r\n"));
    EXPECT_UINT(redis->desk->ack_count, 0);
}

#define SPECS(S)                                                                                   \
    S(a_batch_goes_to_the_engine_in_one_piece_and_its_place_with_the_last)                         \
    S(without_room_for_all_of_a_batch_nothing_of_it_goes)                                          \
    S(the_answers_to_a_batch_are_one_entry_and_its_place_is_acknowledged_once)                     \
    S(a_batch_that_came_by_a_channel_is_answered_there_too)
SPEC_MAIN("redis: service", SPECS, service_begin, service_end)
