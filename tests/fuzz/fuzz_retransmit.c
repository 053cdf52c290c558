/* Any bytes as requests for retransmission: an answer is always a whole MoldUDP64 packet of what
 * was asked for, with the bytes that were said, and nothing is answered that nobody asked for.
 *
 *     the input: | what 1 | ip 1 | time 1 | what & 31 bytes of a request | ...
 *     what & 32: the request begins with the right session; & 64: two messages are said before */

#include "dataplane/publish/retransmit.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAYLOAD = 300 };

static const struct history_limits kept = {.bytes = 4096, .messages = 64};
static const struct retransmit_limits limits = {
    .session = "SESSION001",
    .payload_max = PAYLOAD,
    .requesters = 8,
    .each = {.per_second = 1000, .burst = 20},
    .all = {.per_second = 5000, .burst = 60},
};

static void say(struct history *history)
{
    uint64_t number = history_next(history);
    uint32_t length = (uint32_t)(number * 37 % 60);
    memset(history_append(history, length), (int)(number & 0xff), length);
}

static void answer_check(const struct history *history, const uint8_t *request,
                         const uint8_t *reply, uint32_t bytes)
{
    const struct moldudp64_request *asked = (const struct moldudp64_request *)request;
    const struct moldudp64_header *head = (const struct moldudp64_header *)reply;
    uint64_t sequence = be64_read(head->sequence);
    uint32_t count = be16_read(head->count);
    CHECK(bytes <= PAYLOAD);
    CHECK(moldudp64_check(reply, bytes) == MOLDUDP64_MESSAGES);
    CHECK(memcmp(request, limits.session, sizeof limits.session) == 0);
    CHECK(memcmp(reply, request, 18) == 0); /* session and first number */
    CHECK(count >= 1 && count <= be16_read(asked->count));
    CHECK(sequence >= history_first(history));
    CHECK(sequence + count <= history_next(history));
    const uint8_t *block = reply + sizeof *head;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t length = moldudp64_block_length(block);
        CHECK(length == (sequence + k) * 37 % 60);
        for (uint32_t i = 0; i < length; i++) CHECK(block[2 + i] == ((sequence + k) & 0xff));
        block += 2 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(CACHE_LINE) uint8_t history_memory[8192];
    static _Alignas(CACHE_LINE) uint8_t server_memory[4096];
    CHECK(history_footprint(&kept) <= sizeof history_memory);
    CHECK(retransmit_footprint(&limits) <= sizeof server_memory);
    struct history *history = history_new(history_memory, &kept);
    struct retransmit *server = retransmit_new(server_memory, &limits, history);
    nanos_t now = 0;
    uint64_t asked = 0, counted = 0;
    for (uint32_t i = 0; i < 10; i++) say(history);
    while (size >= 3) {
        uint32_t what = data[0], length = what & 31, ip = data[1] & 15;
        now += (nanos_t)data[2] * NANOS_MICRO * 10;
        data += 3, size -= 3;
        if (length > size) length = (uint32_t)size;
        uint8_t *bytes = malloc(length ? length : 1), *reply = malloc(PAYLOAD);
        uint32_t reply_bytes = 0;
        CHECK(bytes && reply);
        memcpy(bytes, data, length);
        data += length, size -= length;
        if (what & 32) memcpy(bytes, limits.session, length < 10 ? length : 10);
        if (what & 64) say(history), say(history);
        struct retransmit_request request = {bytes, length, ip, now, 0};
        enum retransmit_status status = retransmit_answer(server, &request, reply, &reply_bytes);
        CHECK(retransmit_status_text(status));
        CHECK((status == RETRANSMIT_SHORT) == (length < 20));
        if (status == RETRANSMIT_OK) answer_check(history, bytes, reply, reply_bytes);
        else CHECK(reply_bytes == 0);
        asked++;
        free(bytes);
        free(reply);
    }
    for (uint32_t i = 0; i < RETRANSMIT_STATUS_COUNT; i++)
        counted += retransmit_counts(server)->request[i];
    CHECK(counted == asked);
    history_verify(history);
    return 0;
}
