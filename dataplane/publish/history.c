#include "dataplane/publish/history.h"

/* The ring holds whole blocks; what is left of it behind the last block that fitted is skipped.
 *
 * Always true: first <= next, next - first <= messages, and the blocks of first..next-1 lie one
 * behind the other, with a skip where the ring begins anew, in the last bytes bytes before end.
 * Positions are counted for ever, so that the distance of two of them says whether one has been
 * overwritten. */

const char *history_limits_check(const struct history_limits *limits)
{
    if (!IS_POW2(limits->bytes) || limits->bytes < HISTORY_BYTES_MIN ||
        limits->bytes > HISTORY_BYTES_MAX)
        return "history: bytes must be a power of two from 4096 to 2^40";
    if (!IS_POW2(limits->messages) || limits->messages < HISTORY_MESSAGES_MIN ||
        limits->messages > HISTORY_MESSAGES_MAX)
        return "history: messages must be a power of two from 16 to 2^31";
    return NULL;
}

size_t history_footprint(const struct history_limits *limits)
{
    return ALIGN_UP(sizeof(struct history), CACHE_LINE) +
           ALIGN_UP(limits->messages * sizeof(uint64_t), CACHE_LINE) +
           ALIGN_UP(limits->bytes, CACHE_LINE);
}

struct history *history_new(void *memory, const struct history_limits *limits)
{
    CHECK(history_limits_check(limits) == NULL);
    uint8_t *at = memory;
    struct history *history = memory;
    at += ALIGN_UP(sizeof *history, CACHE_LINE);
    *history = (struct history){
        .first = 1,
        .next = 1,
        .bytes = limits->bytes,
        .messages = limits->messages,
        .at = (uint64_t *)at,
    };
    history->ring = at + ALIGN_UP(limits->messages * sizeof(uint64_t), CACHE_LINE);
    return history;
}

bool history_run(const struct history *history, const struct history_wish *wish,
                 struct history_run *run)
{
    uint64_t sequence = wish->sequence;
    if (sequence < history->first || sequence >= history->next) return false;
    const uint64_t mask = history->messages - 1;
    const uint64_t start = history->at[sequence & mask], offset = start & (history->bytes - 1);
    uint64_t left = history->next - sequence, room = history->bytes - offset;
    uint64_t count_max = left < wish->count_max ? left : wish->count_max;
    uint64_t bytes_max = room < wish->bytes_max ? room : wish->bytes_max;
    const uint8_t *blocks = history->ring + offset;
    uint32_t count = 0, bytes = 0;
    while (count < count_max) {
        uint64_t with = bytes + sizeof(struct moldudp64_block);
        if (with > bytes_max) break; /* the ring's end, perhaps */
        if (history->at[(sequence + count) & mask] - start != bytes) break; /* a skip */
        with += moldudp64_block_length(blocks + bytes);
        if (with > bytes_max) break;
        bytes = (uint32_t)with;
        count++;
    }
    if (count == 0) return false;
    *run = (struct history_run){
        .sequence = sequence,
        .blocks = blocks,
        .bytes = bytes,
        .count = count,
    };
    return true;
}

void history_verify(const struct history *history)
{
    const uint64_t mask = history->messages - 1;
    CHECK(history->first >= 1);
    CHECK(history->first <= history->next);
    CHECK(history->next - history->first <= history->messages);
    for (uint64_t sequence = history->first; sequence < history->next; sequence++) {
        uint64_t at = history->at[sequence & mask], offset = at & (history->bytes - 1);
        uint32_t block = moldudp64_block_length(history->ring + offset) +
                         (uint32_t)sizeof(struct moldudp64_block);
        CHECK(block <= HISTORY_MESSAGE_MAX + sizeof(struct moldudp64_block));
        CHECK(offset + block <= history->bytes);
        CHECK(history->end - at <= history->bytes);
        bool last = sequence + 1 == history->next;
        uint64_t next = last ? history->end : history->at[(sequence + 1) & mask];
        CHECK(next >= at + block);
        CHECK(next == at + block || (!last && (next & (history->bytes - 1)) == 0));
    }
}
