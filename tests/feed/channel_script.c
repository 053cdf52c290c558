#include "tests/feed/channel_script.h"

#include "tests/feed/channel_bytes.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAYINGS = 64, SAYING_BYTES = 160, WORDS = 64, TEXT_BYTES = 1024 };

static struct channel *channel;
static nanos_t now;
static char session[11];
static char said[SAYINGS][SAYING_BYTES]; /* what happened and no sentence has named yet */
static uint32_t said_count;

struct channel *channel_script_channel(void)
{
    return channel;
}

nanos_t channel_script_now(void)
{
    return now;
}

/* Reading a sentence, word by word.  What does not fit stops the program. */

struct words {
    char text[TEXT_BYTES];
    char *at[WORDS + 1]; /* ends with NULL */
    uint32_t next;
};

static void words_read(struct words *words, const char *text)
{
    *words = (struct words){.next = 0};
    CHECK(strlen(text) < sizeof words->text);
    memcpy(words->text, text, strlen(text) + 1);
    char *rest = words->text;
    uint32_t count = 0;
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        CHECK(count < WORDS);
        words->at[count++] = word;
    }
}

static const char *word_next(struct words *words)
{
    CHECK(words->at[words->next] != NULL);
    return words->at[words->next++];
}

static bool word_is(struct words *words, const char *word)
{
    const char *next = words->at[words->next];
    if (!next || strcmp(next, word) != 0) return false;
    words->next++;
    return true;
}

static uint64_t number_read(const char *text, const char *end)
{
    CHECK(isdigit((unsigned char)*text));
    char *stop;
    uint64_t number = strtoull(text, &stop, 10);
    CHECK(strncmp(stop, end, strlen(end)) == 0);
    CHECK(*end != '\0' || *stop == '\0');
    return number;
}

/* What the channel says. */

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    CHECK(said_count < SAYINGS);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(said[said_count++], SAYING_BYTES, format, arguments);
    va_end(arguments);
}

static void say_run(const struct channel_run *run)
{
    bool right = run->count > 0;
    for (uint32_t k = 0; k < run->count; k++)
        right &= mold_message_is(run->payload + run->offset[k], run->sequence + k);
    say("taken %" PRIu64 "-%" PRIu64 " from %c%s", run->sequence, run->sequence + run->count - 1,
        "AB"[run->line], right ? "" : " with other bytes");
}

static void say_all(void)
{
    struct channel_output output;
    for (;;) {
        switch (channel_next(channel, now, &output)) {
        case CHANNEL_NOTHING: channel_verify(channel); return;
        case CHANNEL_RUN: say_run(&output.run); break;
        case CHANNEL_GAP:
            say("gap %" PRIu64 "-%" PRIu64, output.gap.first, output.gap.end - 1);
            CHECK(output.gap.at_ns == now);
            CHECK(output.gap.open_ns <= now);
            break;
        case CHANNEL_SESSION:
            say("session %.*s from %" PRIu64, (int)strcspn(output.session.name, " "),
                output.session.name, output.session.sequence);
            break;
        case CHANNEL_END: say("end"); break;
        case CHANNEL_STALE: say("stale"); break;
        case CHANNEL_FRESH: say("fresh"); break;
        case CHANNEL_QUARANTINE: say("quarantine"); break;
        }
    }
}

void channel_script_says(const char *file, int line, const char *sentence)
{
    const char *actual = said_count > 0 ? said[0] : "nothing";
    spec_expect_text(file, line, "the channel says", actual, sentence);
    if (said_count == 0) return;
    memmove(said[0], said[1], (size_t)(SAYINGS - 1) * SAYING_BYTES);
    said_count--;
}

static void nothing_unsaid(const char *file, int line)
{
    spec_expect(file, line, said_count == 0, "no sentence before this one says: %s", said[0]);
    said_count = 0;
}

/* What happens to the channel. */

static void channel_build(const struct channel_limits *limits)
{
    free(channel);
    size_t bytes = channel_footprint(limits);
    CHECK(bytes > 0);
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    CHECK(memory != NULL);
    memset(memory, 0xa5, bytes);
    channel = channel_new(memory, limits);
}

void channel_script_given(const char *text)
{
    struct channel_limits limits = {
        .lines = 2,
        .store_datagrams = 8,
        .store_bytes = 200,
        .gap_wait_ns = 500 * NANOS_MICRO,
        .first_sequence = 1,
    };
    struct words words;
    words_read(&words, text);
    while (words.at[words.next]) {
        const char *key = word_next(&words), *value = word_next(&words);
        if (strcmp(key, "session") == 0) {
            memset(limits.session, ' ', sizeof limits.session);
            CHECK(strlen(value) <= sizeof limits.session);
            memcpy(limits.session, value, strlen(value));
            continue;
        }
        uint64_t number = number_read(value, "");
        if (strcmp(key, "lines") == 0) limits.lines = (uint32_t)number;
        else if (strcmp(key, "store") == 0) limits.store_datagrams = (uint32_t)number;
        else if (strcmp(key, "bytes") == 0) limits.store_bytes = (uint32_t)number;
        else if (strcmp(key, "wait_us") == 0) limits.gap_wait_ns = number * NANOS_MICRO;
        else if (strcmp(key, "packets") == 0) limits.gap_packets = (uint32_t)number;
        else if (strcmp(key, "silence_us") == 0) limits.silence_ns = number * NANOS_MICRO;
        else if (strcmp(key, "first") == 0) limits.first_sequence = number;
        else check_failed(key, __FILE__, __LINE__);
    }
    channel_build(&limits);
}

void channel_script_open(void)
{
    now = 1000 * NANOS_SECOND;
    said_count = 0;
    snprintf(session, sizeof session, "MONDAY");
    channel_script_given("");
}

void channel_script_close(void)
{
    nothing_unsaid("the end of the spec", 0);
    free(channel);
    channel = NULL;
}

/* One datagram from its words; returns its length. */
static uint32_t datagram_read(struct words *words, uint8_t *bytes)
{
    uint32_t count = 0;
    if (word_is(words, "raw")) {
        for (; words->at[words->next]; count++)
            bytes[count] = (uint8_t)strtoul(word_next(words), NULL, 16);
        return count;
    }
    struct mold mold = {.session = session};
    if (word_is(words, "heartbeat")) {
        mold.sequence = number_read(word_next(words), "");
    } else if (word_is(words, "end")) {
        mold.sequence = number_read(word_next(words), "");
        mold.count = 0xffff;
    } else {
        const char *range = word_next(words);
        mold.sequence = number_read(range, "-");
        uint64_t last = number_read(strchr(range, '-') + 1, "");
        CHECK(last >= mold.sequence);
        CHECK(last - mold.sequence < 100);
        mold.count = (uint32_t)(last - mold.sequence + 1);
    }
    if (word_is(words, "of")) snprintf(session, sizeof session, "%s", word_next(words));
    if (word_is(words, "altered")) mold.altered = true;
    count = mold_write(bytes, &mold);
    if (word_is(words, "padded")) count += 3;
    if (word_is(words, "cut")) count = (uint32_t)number_read(word_next(words), "");
    return count;
}

void channel_script_arrive(const char *file, int line, enum channel_line on, const char *arrival)
{
    nothing_unsaid(file, line);
    uint8_t bytes[2048] = {0};
    struct words words;
    words_read(&words, arrival);
    uint32_t count = datagram_read(&words, bytes);
    CHECK(words.at[words.next] == NULL);

    /* A copy of exactly count bytes, so that the address sanitizer sees any read past them. */
    uint8_t *exact = malloc(count ? count : 1);
    CHECK(exact != NULL);
    memcpy(exact, bytes, count);
    struct arrival when = {.ns = now, .tsc = now * 2, .clock = TIME_CAPTURE};
    enum channel_status status = channel_receive(channel, on, exact, count, when);
    if (status != CHANNEL_TAKEN && status != CHANNEL_HEARTBEAT)
        say("is %s", channel_status_name(status));
    say_all();
    free(exact);
}

void channel_script_after(const char *file, int line, uint64_t passing_us)
{
    nothing_unsaid(file, line);
    now += passing_us * NANOS_MICRO;
    say_all();
}

void channel_script_finish(const char *file, int line)
{
    nothing_unsaid(file, line);
    channel_finish(channel);
    say_all();
}

void channel_script_release(const char *file, int line)
{
    nothing_unsaid(file, line);
    channel_release(channel);
    say_all();
}

/* What can be asked. */

void channel_script_missing(const char *file, int line, const char *range)
{
    char actual[64] = "";
    struct channel_gap missing;
    if (channel_missing(channel, &missing))
        snprintf(actual, sizeof actual, "%" PRIu64 "-%" PRIu64, missing.first, missing.end - 1);
    spec_expect_text(file, line, "missing", actual, range);
}

static void count_add(char *text, const char *name, uint64_t count)
{
    size_t length = strlen(text);
    if (count == 0) return;
    snprintf(text + length, TEXT_BYTES - length, "%s%s %" PRIu64, length ? " " : "", name, count);
}

void channel_script_counts(const char *file, int line, const char *counts)
{
    char actual[TEXT_BYTES] = "";
    const struct channel_counts *counted = channel_counts(channel);
    for (enum channel_status status = 0; status < CHANNEL_STATUS_COUNT; status++)
        count_add(actual, channel_status_name(status), counted->datagram[status]);
    count_add(actual, "message", counted->message);
    count_add(actual, "gap", counted->gap);
    count_add(actual, "gap_message", counted->gap_message);
    count_add(actual, "early_stale", counted->early_stale);
    count_add(actual, "uncompared", counted->uncompared);
    count_add(actual, "session", counted->session);
    count_add(actual, "stored", counted->stored);
    count_add(actual, "stored_max", counted->stored_max);
    spec_expect_text(file, line, "counts", actual, counts);
}

void channel_script_lines(const char *file, int line, const char *counts)
{
    char actual[TEXT_BYTES] = "";
    for (uint32_t i = 0; i < CHANNEL_LINES; i++) {
        const struct channel_line_counts *counted = &channel_counts(channel)->line[i];
        size_t length = strlen(actual);
        snprintf(actual + length, sizeof actual - length,
                 "%s%c %" PRIu64 " first %" PRIu64 " duplicate %" PRIu64 " lost %" PRIu64,
                 i ? ", " : "", "AB"[i], counted -> received, counted -> first,
                 counted -> duplicate, counted -> lost);
    }
    spec_expect_text(file, line, "lines", actual, counts);
}
