#include "control/redis/redis_outbox.h"

#include <stdlib.h>
#include <string.h>

void redis_outbox_new(struct redis_outbox *outbox)
{
    *outbox = (struct redis_outbox){.at = calloc(REDIS_OUTBOX_ENTRIES, sizeof *outbox->at)};
    CHECK(outbox->at != NULL);
}

static struct redis_command *entry(const struct redis_outbox *outbox, uint32_t i)
{
    return &outbox->at[(outbox->first + i) % REDIS_OUTBOX_ENTRIES];
}

void redis_outbox_free(struct redis_outbox *outbox)
{
    for (uint32_t i = 0; i < outbox->count; i++) free(entry(outbox, i)->bytes);
    free(outbox->at);
    *outbox = (struct redis_outbox){0};
}

char *redis_outbox_claim(struct redis_outbox *outbox, size_t length)
{
    bool room =
        outbox->count < REDIS_OUTBOX_ENTRIES && length <= REDIS_OUTBOX_BYTES_MAX - outbox->bytes;
    char *place = room ? malloc(length) : NULL;
    if (!place) {
        outbox->lost++;
        return NULL;
    }
    *entry(outbox, outbox->count++) = (struct redis_command){place, length};
    outbox->bytes += length;
    outbox->taken++;
    return place;
}

bool redis_outbox_add(struct redis_outbox *outbox, const char *bytes, size_t length)
{
    char *place = redis_outbox_claim(outbox, length);
    if (place) memcpy(place, bytes, length);
    return place != NULL;
}

const struct redis_command *redis_outbox_next(struct redis_outbox *outbox)
{
    return outbox->sent < outbox->count ? entry(outbox, outbox->sent++) : NULL;
}

void redis_outbox_unsend(struct redis_outbox *outbox)
{
    CHECK(outbox->sent > 0);
    outbox->sent--;
}

void redis_outbox_answered(struct redis_outbox *outbox)
{
    CHECK(outbox->sent > 0);
    struct redis_command *first = entry(outbox, 0);
    outbox->bytes -= first->length;
    free(first->bytes);
    *first = (struct redis_command){0};
    outbox->first = (outbox->first + 1) % REDIS_OUTBOX_ENTRIES;
    outbox->count--;
    outbox->sent--;
}

void redis_outbox_rewind(struct redis_outbox *outbox)
{
    outbox->again += outbox->sent;
    outbox->sent = 0;
}
