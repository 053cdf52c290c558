/* What a server may say: replies in any pieces, and nothing that stops the program. */

#include "control/redis/redis_reply.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static struct redis_replies replies;
static char heard[4096];
static bool goes_on;

static void before_each(void)
{
    redis_replies_new(&replies);
    heard[0] = '\0';
    goes_on = true;
}

static void after_each(void)
{
    redis_replies_free(&replies);
}

static bool hear(void *context, uint32_t tag, const redisReply *reply)
{
    (void)context;
    size_t at = strlen(heard);
    const char *text = reply->type == REDIS_REPLY_ARRAY ? "[]" : reply->str ? reply->str : "";
    snprintf(heard + at, sizeof heard - at, "%d:%.20s ", (int)tag, text);
    return goes_on;
}

static enum redis_fault take(const char *bytes, size_t length)
{
    return redis_replies_take(&replies, bytes, length, hear, NULL);
}

static enum redis_fault take_text(const char *text)
{
    return take(text, strlen(text));
}

SPEC(replies_come_to_who_asked_in_order)
{
    redis_replies_asked(&replies, 1);
    redis_replies_asked(&replies, 2);
    EXPECT_UINT(take_text("+OK\r\n$3\r\nabc\r\n"), REDIS_FAULT_NONE);
    EXPECT_TEXT(heard, "1:OK 2:abc ");
    EXPECT_UINT(replies.count, 0);
}

SPEC(they_come_in_any_pieces)
{
    const char text[] = "+OK\r\n*2\r\n$1\r\na\r\n:5\r\n-ERR no\r\n$-1\r\n";
    for (uint32_t i = 1; i <= 4; i++) redis_replies_asked(&replies, i);
    for (size_t i = 0; i + 1 < sizeof text; i++) EXPECT_UINT(take(text + i, 1), REDIS_FAULT_NONE);
    EXPECT_TEXT(heard, "1:OK 2:[] 3:ERR no 4: ");
}

SPEC(an_answer_that_nobody_asked_is_a_fault)
{
    EXPECT_UINT(take_text("+OK\r\n"), REDIS_FAULT_UNASKED);
    redis_replies_reset(&replies);
    redis_replies_asked(&replies, 1);
    EXPECT_UINT(take_text("+OK\r\n+OK\r\n"), REDIS_FAULT_UNASKED);
    EXPECT_TEXT(heard, "1:OK ");
}

SPEC(a_subscription_is_told_unasked)
{
    replies.subscribed = true;
    EXPECT_UINT(take_text("+a\r\n+b\r\n"), REDIS_FAULT_NONE);
    EXPECT_TEXT(heard, "-1:a -1:b ");
}

SPEC(garbage_is_a_fault)
{
    static const char *const garbage[] = {"HTTP/1.1 400 Bad Request\r\n\r\n",
                                          "\r\n",
                                          "*x\r\n",
                                          "$99999999999999999999\r\n",
                                          "*-7\r\n",
                                          "%1\r\n+a\r\n+b\r\n",
                                          "$-5\r\n",
                                          ":abc\r\n",
                                          "*4294967296\r\n"};
    for (uint32_t i = 0; i < ARRAY_COUNT(garbage); i++) {
        redis_replies_reset(&replies);
        redis_replies_asked(&replies, 1);
        enum redis_fault fault = take_text(garbage[i]);
        bool quiet = fault == REDIS_FAULT_NONE && heard[0] == '\0';
        EXPECT(fault == REDIS_FAULT_GARBAGE || quiet);
        heard[0] = '\0';
    }
}

SPEC(arrays_within_arrays_end_somewhere)
{
    enum redis_fault fault = REDIS_FAULT_NONE;
    redis_replies_asked(&replies, 1);
    for (uint32_t i = 0; i < 500 && fault == REDIS_FAULT_NONE; i++) fault = take_text("*1\r\n");
    EXPECT_UINT(fault, REDIS_FAULT_GARBAGE);
}

SPEC(an_answer_without_end_is_a_fault)
{
    static char bytes[65536];
    enum redis_fault fault = REDIS_FAULT_NONE;
    size_t all = 0;
    redis_replies_asked(&replies, 1);
    EXPECT_UINT(take_text("$500000000\r\n"), REDIS_FAULT_NONE);
    for (; fault == REDIS_FAULT_NONE && all < 4ul * REDIS_REPLY_BYTES_MAX; all += sizeof bytes)
        fault = take(bytes, sizeof bytes);
    EXPECT_UINT(fault, REDIS_FAULT_OVERSIZE);
    EXPECT(all <= REDIS_REPLY_BYTES_MAX + sizeof bytes);
}

SPEC(what_is_only_promised_takes_no_memory)
{
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    redis_replies_asked(&replies, 1);
    EXPECT_UINT(take_text("*1000000000\r\n"), REDIS_FAULT_OVERSIZE);
    redis_replies_reset(&replies);
    getrusage(RUSAGE_SELF, &after);
    EXPECT(after.ru_maxrss - before.ru_maxrss < 4096); /* KiB */
}

SPEC(all_arrays_of_an_answer_together_are_bounded)
{
    char text[64];
    for (uint32_t more = 0; more < 2; more++) {
        redis_replies_reset(&replies);
        redis_replies_asked(&replies, 1);
        snprintf(text, sizeof text, "*2\r\n*1\r\n:1\r\n*%u\r\n",
                 REDIS_REPLY_ELEMENTS_MAX - 3 + more);
        EXPECT_UINT(take_text(text), more ? REDIS_FAULT_OVERSIZE : REDIS_FAULT_NONE);
    }
}

SPEC(each_answer_has_the_bound_for_itself)
{
    char text[32];
    snprintf(text, sizeof text, "*%u\r\n", REDIS_REPLY_ELEMENTS_MAX);
    for (uint32_t turn = 1; turn <= 3; turn++) {
        redis_replies_asked(&replies, turn);
        EXPECT_UINT(take_text(text), REDIS_FAULT_NONE);
        for (uint32_t i = 0; i < REDIS_REPLY_ELEMENTS_MAX; i++)
            EXPECT_UINT(take_text(":1\r\n"), REDIS_FAULT_NONE);
    }
    EXPECT_TEXT(heard, "1:[] 2:[] 3:[] ");
}

SPEC(a_new_connection_begins_with_nothing_promised)
{
    static const char *const before[] = {"*1000000000\r\n", "*200000\r\n:1\r\n"};
    char text[32];
    for (uint32_t i = 0; i < ARRAY_COUNT(before); i++) {
        redis_replies_asked(&replies, 1);
        (void)take_text(before[i]);
        redis_replies_reset(&replies);
        redis_replies_asked(&replies, 1);
        snprintf(text, sizeof text, "*%u\r\n", REDIS_REPLY_ELEMENTS_MAX);
        EXPECT_UINT(take_text(text), REDIS_FAULT_NONE);
        redis_replies_reset(&replies);
        redis_replies_asked(&replies, 1);
        snprintf(text, sizeof text, "*%u\r\n", REDIS_REPLY_ELEMENTS_MAX + 1);
        EXPECT_UINT(take_text(text), REDIS_FAULT_OVERSIZE);
        redis_replies_reset(&replies);
    }
}

SPEC(who_has_had_enough_hears_no_more)
{
    goes_on = false;
    redis_replies_asked(&replies, 1);
    redis_replies_asked(&replies, 2);
    EXPECT_UINT(take_text("+a\r\n+b\r\n"), REDIS_FAULT_NONE);
    EXPECT_TEXT(heard, "1:a ");
}

SPEC(random_bytes_are_an_answer_or_a_fault)
{
    uint64_t dice = 7;
    for (uint32_t turn = 0; turn < 20000; turn++) {
        char bytes[64];
        redis_replies_reset(&replies);
        heard[0] = '\0';
        for (uint32_t i = 0; i < 8; i++) redis_replies_asked(&replies, i);
        for (uint32_t i = 0; i < sizeof bytes; i++) {
            static const char odd[] = "*$:+-\n\r0123459";
            dice = dice * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (char)(dice >> 40);
            if (dice >> 60 < 6) bytes[i] = odd[(dice >> 33) % (sizeof odd - 1)];
        }
        enum redis_fault fault = take(bytes, sizeof bytes);
        if ((unsigned)fault >= REDIS_FAULT_COUNT)
            spec_expect(__FILE__, __LINE__, false, "no fault that there is");
    }
}

static enum redis_error error_of(const char *text)
{
    redisReply reply = {.type = REDIS_REPLY_ERROR, .str = (char *)(uintptr_t)text};
    reply.len = strlen(text);
    return redis_error_of(&reply);
}

SPEC(errors_that_pass_are_told_from_those_that_do_not)
{
    EXPECT(error_of("LOADING Redis is loading the dataset in memory") == REDIS_ERROR_LOADING);
    EXPECT(error_of("OOM command not allowed") == REDIS_ERROR_MEMORY);
    EXPECT(error_of("READONLY You can't write") == REDIS_ERROR_READONLY);
    EXPECT(error_of("NOAUTH Authentication required.") == REDIS_ERROR_NOAUTH);
    EXPECT(error_of("WRONGTYPE Operation against a key") == REDIS_ERROR_OTHER);
    EXPECT(error_of("LOADINGS") == REDIS_ERROR_OTHER);
    EXPECT(error_of("") == REDIS_ERROR_OTHER);
    EXPECT(redis_error_passes(REDIS_ERROR_LOADING));
    EXPECT(!redis_error_passes(REDIS_ERROR_OTHER));
}

#define SPECS(S)                                                                                   \
    S(replies_come_to_who_asked_in_order)                                                          \
    S(they_come_in_any_pieces)                                                                     \
    S(an_answer_that_nobody_asked_is_a_fault)                                                      \
    S(a_subscription_is_told_unasked)                                                              \
    S(garbage_is_a_fault)                                                                          \
    S(arrays_within_arrays_end_somewhere)                                                          \
    S(what_is_only_promised_takes_no_memory)                                                       \
    S(all_arrays_of_an_answer_together_are_bounded)                                                \
    S(each_answer_has_the_bound_for_itself)                                                        \
    S(an_answer_without_end_is_a_fault)                                                            \
    S(a_new_connection_begins_with_nothing_promised)                                               \
    S(who_has_had_enough_hears_no_more)                                                            \
    S(random_bytes_are_an_answer_or_a_fault)                                                       \
    S(errors_that_pass_are_told_from_those_that_do_not)
SPEC_MAIN("redis: replies", SPECS, before_each, after_each)
