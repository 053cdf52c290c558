#include "control/redis/redis_reply.h"

#include <stdlib.h>
#include <string.h>

const char *redis_fault_text(enum redis_fault fault)
{
#define FAULT_TEXT(fault_, sentence) [fault_] = sentence,
    static const char *const texts[] = {REDIS_FAULTS(FAULT_TEXT)};
    CHECK((unsigned)fault < REDIS_FAULT_COUNT);
    return texts[fault];
}

static redisReader *reader_make(struct redis_replies *replies)
{
    redisReader *reader = redisReaderCreate();
    CHECK(reader != NULL);
    redis_make_attach(&replies->make, reader);
    return reader;
}

void redis_replies_new(struct redis_replies *replies)
{
    *replies = (struct redis_replies){.tag = calloc(REDIS_ASKED_MAX, sizeof *replies->tag)};
    CHECK(replies->tag != NULL);
    redis_make_new(&replies->make);
    redis_replies_reset(replies);
}

void redis_replies_free(struct redis_replies *replies)
{
    if (replies->reader) redisReaderFree(replies->reader);
    redis_make_free(&replies->make);
    free(replies->tag);
    *replies = (struct redis_replies){0};
}

void redis_replies_reset(struct redis_replies *replies)
{
    if (replies->reader) redisReaderFree(replies->reader);
    redis_make_empty(&replies->make);
    replies->reader = reader_make(replies);
    replies->count = 0;
    replies->waiting = 0;
    replies->subscribed = false;
}

uint32_t redis_replies_left(const struct redis_replies *replies)
{
    return REDIS_ASKED_MAX - replies->count;
}

bool redis_replies_room(const struct redis_replies *replies)
{
    return redis_replies_left(replies) > 0;
}

void redis_replies_asked(struct redis_replies *replies, uint32_t tag)
{
    CHECK(redis_replies_room(replies));
    replies->tag[(replies->first + replies->count++) % REDIS_ASKED_MAX] = tag;
}

static bool tag_take(struct redis_replies *replies, uint32_t *tag)
{
    *tag = REDIS_TAG_PUSHED;
    if (replies->subscribed) return true;
    if (replies->count == 0) return false;
    *tag = replies->tag[replies->first];
    replies->first = (replies->first + 1) % REDIS_ASKED_MAX;
    replies->count--;
    return true;
}

enum redis_fault redis_replies_take(struct redis_replies *replies, const char *bytes, size_t length,
                                    redis_reply_take *take, void *context)
{
    replies->waiting += length;
    if (redisReaderFeed(replies->reader, bytes, length) != REDIS_OK) return REDIS_FAULT_GARBAGE;
    for (bool more = true; more;) {
        void *reply = NULL;
        uint32_t tag;
        if (redisReaderGetReply(replies->reader, &reply) != REDIS_OK)
            return replies->make.elements > REDIS_REPLY_ELEMENTS_MAX ? REDIS_FAULT_OVERSIZE
                                                                     : REDIS_FAULT_GARBAGE;
        if (!reply) break;
        replies->waiting = 0;
        bool asked = tag_take(replies, &tag);
        if (asked) more = take(context, tag, reply);
        redis_make_empty(&replies->make);
        if (!asked) return REDIS_FAULT_UNASKED;
    }
    return replies->waiting > REDIS_REPLY_BYTES_MAX ? REDIS_FAULT_OVERSIZE : REDIS_FAULT_NONE;
}

/* Errors. */

static const struct error_row {
    const char *word;
    bool passes;
    const char *sentence;
} errors[] = {
#define ERROR_ROW(error, name, word, passes, sentence) [error] = {word, passes, sentence},
    REDIS_ERRORS(ERROR_ROW)};

enum redis_error redis_error_of(const redisReply *reply)
{
    for (uint32_t i = 0; i < REDIS_ERROR_OTHER; i++) {
        size_t length = strlen(errors[i].word);
        bool begins = strncmp(reply->str, errors[i].word, length) == 0;
        if (begins && (reply->str[length] == ' ' || reply->str[length] == '\0'))
            return (enum redis_error)i;
    }
    return REDIS_ERROR_OTHER;
}

bool redis_error_passes(enum redis_error error)
{
    CHECK((unsigned)error < REDIS_ERROR_COUNT);
    return errors[error].passes;
}

const char *redis_error_text(enum redis_error error)
{
    CHECK((unsigned)error < REDIS_ERROR_COUNT);
    return errors[error].sentence;
}
