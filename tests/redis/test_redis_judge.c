/* Which messages may go to the gateway: signatures, ages, places. */

#include "control/redis/redis_judge.h"
#include "tests/redis/redis_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW       ((int64_t)1700000000000)
#define AGE       500
#define HEARTBEAT "{\"strategy\":\"desk\",\"kind\":\"heartbeat\"%s}"
#define CANCEL    "{\"strategy\":\"desk\",\"kind\":\"cancel\",\"sequence\":1,\"key\":0%s}"

static struct redis_key key = {.bytes = 20,
                               .at = "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
                                     "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"};
static struct redis_message message;
static char problem[REDIS_SENTENCE_MAX];

static enum redis_refusal judge(const char *shape, int64_t place_ms, int64_t time_ms)
{
    char text[600], time[64] = "";
    const struct redis_rules rules = {.names = &rig_names, .age_ms = AGE};
    if (time_ms) snprintf(time, sizeof time, ",\"time\":%lld", (long long)time_ms);
    snprintf(text, sizeof text, shape, time);
    const struct redis_received received = {
        .strategy = DESK, .message = text, .length = strlen(text), .place_ms = place_ms};
    return redis_judge(&rules, &received, NOW, &message, problem);
}

SPEC(what_is_as_old_as_it_may_be_goes_and_what_is_older_does_not)
{
    EXPECT_UINT(judge(HEARTBEAT, NOW - AGE, 0), REDIS_GOES);
    EXPECT_UINT(judge(HEARTBEAT, NOW - AGE - 1, 0), REDIS_STALE);
    EXPECT_TEXT(problem, "it is 501 ms old: at most 500 may be");
}

SPEC(the_older_of_two_times_counts)
{
    EXPECT_UINT(judge(HEARTBEAT, NOW, NOW - AGE - 1), REDIS_STALE);
    EXPECT_UINT(judge(HEARTBEAT, NOW - AGE - 1, NOW), REDIS_STALE);
    EXPECT_UINT(judge(HEARTBEAT, NOW, NOW), REDIS_GOES);
}

SPEC(what_is_of_the_future_is_refused)
{
    EXPECT_UINT(judge(HEARTBEAT, NOW + AGE, 0), REDIS_GOES);
    EXPECT_UINT(judge(HEARTBEAT, NOW + AGE + 1, 0), REDIS_FUTURE);
    EXPECT_UINT(judge(HEARTBEAT, NOW, NOW + AGE + 1), REDIS_FUTURE);
    EXPECT_TEXT(problem, "it is of 501 ms after now: at most 500");
}

SPEC(on_a_channel_a_message_has_a_time)
{
    EXPECT_UINT(judge(HEARTBEAT, 0, 0), REDIS_TIMELESS);
    EXPECT_UINT(judge(HEARTBEAT, 0, NOW), REDIS_GOES);
    EXPECT_UINT(judge(HEARTBEAT, 0, NOW - AGE - 1), REDIS_STALE);
}

/* Nor of the future: a server whose clock was ahead for a moment numbers its entries so until the
 * time has come, and all the while nothing could be canceled. */
SPEC(a_cancel_is_never_too_old_nor_too_early)
{
    EXPECT_UINT(judge(CANCEL, NOW - 1000L * AGE, 0), REDIS_GOES);
    EXPECT_UINT(judge(CANCEL, 0, 1), REDIS_GOES);
    EXPECT_UINT(judge(CANCEL, NOW + 1000L * AGE, 0), REDIS_GOES);
    EXPECT_UINT(judge(CANCEL, 0, NOW + 1000L * AGE), REDIS_GOES);
    EXPECT_UINT(judge(CANCEL, 0, 0), REDIS_TIMELESS);
}

static nanos_t until(int64_t place_ms, int64_t time_ms)
{
    const struct redis_rules rules = {.names = &rig_names, .age_ms = AGE};
    const struct redis_received received = {.place_ms = place_ms};
    const struct redis_message of = {.time_ms = time_ms};
    return redis_until(&rules, &received, &of, NOW);
}

/* The orders of a batch that went for its cancel. */
SPEC(an_order_may_act_until_it_is_too_old_and_one_of_the_future_not_at_all)
{
    EXPECT_UINT(until(NOW, 0), (NOW + AGE) * NANOS_MILLI);
    EXPECT_UINT(until(NOW, NOW - 9), (NOW - 9 + AGE) * NANOS_MILLI);
    EXPECT_UINT(until(NOW + AGE, 0), (NOW + 2L * AGE) * NANOS_MILLI);
    EXPECT_UINT(until(NOW + AGE + 1, NOW), 0);
    EXPECT_UINT(until(0, NOW + AGE + 1), 0);
}

#define LISTED                                                                                     \
    "{\"strategy\":\"desk\",\"kind\":\"batch\",\"sequence\":1,\"intents\":[{\"kind\":\"unique\","  \
    "\"symbol\":\"ACME\",\"side\":\"buy\",\"quantity\":\"1\",\"price\":\"1\"}%s]%%s}"

SPEC(a_batch_is_too_old_unless_it_cancels)
{
    char orders[512], cancels[512], ends[512];
    snprintf(orders, sizeof orders, LISTED, "");
    snprintf(cancels, sizeof cancels, LISTED, ",{\"kind\":\"cancel\",\"key\":3}");
    snprintf(ends, sizeof ends, LISTED, ",{\"kind\":\"cancel_unique\",\"unique\":3}");
    EXPECT_UINT(judge(orders, NOW - AGE, 0), REDIS_GOES);
    EXPECT_UINT(judge(orders, NOW - AGE - 1, 0), REDIS_STALE);
    EXPECT_UINT(judge(cancels, NOW - 1000L * AGE, 0), REDIS_GOES);
    EXPECT_UINT(judge(ends, NOW - 1000L * AGE, 0), REDIS_GOES);
    EXPECT_UINT(judge(ends, NOW + 1000L * AGE, 0), REDIS_GOES);
    EXPECT_UINT(judge(orders, NOW + AGE + 1, 0), REDIS_FUTURE);
    EXPECT_UINT(judge(orders, 0, 0), REDIS_TIMELESS);
}

/* RFC 4231, test case 1. */
SPEC(a_signature_is_hmac_sha256)
{
    char text[REDIS_SIGN_TEXT + 1];
    redis_sign(&key, "Hi There", 8, text);
    EXPECT_TEXT(text, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT(redis_signed(&key, "Hi There", 8, text, REDIS_SIGN_TEXT));
    EXPECT(!redis_signed(&key, "Hi there", 8, text, REDIS_SIGN_TEXT));
    EXPECT(!redis_signed(&key, "Hi There", 8, text, REDIS_SIGN_TEXT - 1));
    for (uint32_t i = 0; i < REDIS_SIGN_TEXT; i++) {
        text[i] ^= 1;
        if (redis_signed(&key, "Hi There", 8, text, REDIS_SIGN_TEXT))
            spec_expect(__FILE__, __LINE__, false, "a signature with another digit");
        text[i] ^= 1;
    }
}

SPEC(with_a_key_only_what_is_signed_goes)
{
    char text[256], sign[REDIS_SIGN_TEXT + 1];
    const struct redis_rules rules = {.names = &rig_names, .key = &key, .age_ms = AGE};
    snprintf(text, sizeof text, HEARTBEAT, "");
    redis_sign(&key, text, strlen(text), sign);
    struct redis_received received = {
        .strategy = DESK, .message = text, .length = strlen(text), .place_ms = NOW};
    EXPECT_UINT(redis_judge(&rules, &received, NOW, &message, problem), REDIS_UNSIGNED);
    EXPECT_TEXT(problem, "it is not signed, and has to be");
    received.sign = sign;
    received.sign_length = REDIS_SIGN_TEXT;
    EXPECT_UINT(redis_judge(&rules, &received, NOW, &message, problem), REDIS_GOES);
    text[0] = ' ';
    EXPECT_UINT(redis_judge(&rules, &received, NOW, &message, problem), REDIS_UNSIGNED);
}

SPEC(a_channels_payload_may_begin_with_its_signature)
{
    char payload[REDIS_SIGN_TEXT + 4];
    struct redis_received received;
    memset(payload, 'a', sizeof payload);
    memcpy(payload + REDIS_SIGN_TEXT, " {}", 4);
    redis_payload_split(payload, REDIS_SIGN_TEXT + 3, &received);
    EXPECT_TEXT(received.message, "{}");
    EXPECT_UINT(received.length, 2);
    EXPECT(received.sign == payload);
    redis_payload_split("{}", 2, &received);
    EXPECT(received.sign == NULL);
    EXPECT_UINT(received.length, 2);
    payload[3] = '{';
    redis_payload_split(payload, REDIS_SIGN_TEXT + 3, &received);
    EXPECT(received.sign == NULL);
}

SPEC(places_are_two_numbers)
{
    struct gateway_place place;
    EXPECT(redis_place_read("1700000000000-3", 15, &place));
    EXPECT_UINT(place.high, 1700000000000);
    EXPECT_UINT(place.low, 3);
    EXPECT(redis_place_read("18446744073709551615-18446744073709551615", 41, &place));
    static const char *const bad[] = {
        "", "-", "1-", "-1", "1", "1-2-3", "1-x", "+1-2", "18446744073709551616-0"};
    for (uint32_t i = 0; i < ARRAY_COUNT(bad); i++)
        EXPECT(!redis_place_read(bad[i], strlen(bad[i]), &place));
    const struct gateway_place low = {5, 9}, high = {6, 0}, higher = {6, 1};
    EXPECT(redis_place_compare(&low, &high) < 0);
    EXPECT(redis_place_compare(&higher, &high) > 0);
    EXPECT(redis_place_compare(&high, &high) == 0);
}

static void file_write(const char *path, const char *bytes, mode_t mode)
{
    FILE *file = fopen(path, "w");
    if (!file) abort();
    fputs(bytes, file);
    fclose(file);
    chmod(path, mode);
}

SPEC(a_key_is_in_a_file_that_nobody_else_reads)
{
    char path[] = "/tmp/redis_key_XXXXXX", said[512];
    struct redis_key read;
    struct text problems = text_in(said, sizeof said);
    close(mkstemp(path));
    file_write(path, "0123456789abcdef\nmore\n", 0600);
    EXPECT(redis_key_read(path, &read, &problems));
    EXPECT_UINT(read.bytes, 16);
    EXPECT(memcmp(read.at, "0123456789abcdef", 16) == 0);
    EXPECT_TEXT(said, "");
    chmod(path, 0640);
    EXPECT(!redis_key_read(path, &read, &problems));
    EXPECT(strstr(said, "may be read or written by others") != NULL);
    text_clear(&problems);
    file_write(path, "short\n", 0600);
    EXPECT(!redis_key_read(path, &read, &problems));
    EXPECT(strstr(said, "has a first line of 5 bytes: it is 16 to 128") != NULL);
    EXPECT_UINT(read.bytes, 0);
    unlink(path);
    EXPECT(!redis_key_read(path, &read, &problems));
}

#define SPECS(S)                                                                                   \
    S(what_is_as_old_as_it_may_be_goes_and_what_is_older_does_not)                                 \
    S(the_older_of_two_times_counts)                                                               \
    S(what_is_of_the_future_is_refused)                                                            \
    S(on_a_channel_a_message_has_a_time)                                                           \
    S(a_cancel_is_never_too_old_nor_too_early)                                                     \
    S(an_order_may_act_until_it_is_too_old_and_one_of_the_future_not_at_all)                       \
    S(a_batch_is_too_old_unless_it_cancels)                                                        \
    S(a_signature_is_hmac_sha256)                                                                  \
    S(with_a_key_only_what_is_signed_goes)                                                         \
    S(a_channels_payload_may_begin_with_its_signature)                                             \
    S(places_are_two_numbers)                                                                      \
    S(a_key_is_in_a_file_that_nobody_else_reads)
SPEC_MAIN("redis: judge", SPECS, NULL, NULL)
