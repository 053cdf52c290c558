/* What a log ring promises, and how its events read. */

#include "dataplane/base/clock.h"
#include "dataplane/base/log_ring.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <stdlib.h>

/* clang-format off */
#define EXAMPLE_LOG(X)                                                                 \
    X(EXAMPLE_GAP,   LOG_WARN,  "channel {0}: messages {1} to {2} are missing")                  \
    X(EXAMPLE_KINDS, LOG_NOTE,  "{0} {0:n} {0:x} {1:i} {2:t} {2:b}")                             \
    X(EXAMPLE_PRICE, LOG_ALARM, "{0:s} at {1:p}, {2:e4}")
/* clang-format on */

enum example_log { EXAMPLE_LOG(LOG_CODE_ENUM) EXAMPLE_LOG_COUNT };
static const struct log_code codes[] = {EXAMPLE_LOG(LOG_CODE_ROW)};

static const struct log_ring_limits limits = {.events = 4};
static struct log_ring *ring;

static void open_ring(void)
{
    ring = log_ring_new(aligned_alloc(CACHE_LINE, log_ring_footprint(&limits)), &limits);
}

static void close_ring(void)
{
    free(ring);
}

static void write_numbered(uint64_t number)
{
    log_ring_write(ring, EXAMPLE_GAP, number, number, 2 * number, 3 * number, 4 * number);
}

SPEC(events_come_out_whole_and_in_order)
{
    struct log_event event;
    EXPECT(!log_ring_read(ring, &event));
    for (uint64_t i = 1; i <= 10; i++) {
        write_numbered(i);
        EXPECT(log_ring_read(ring, &event));
        EXPECT_UINT(event.code, EXAMPLE_GAP);
        EXPECT_UINT(event.tsc, i);
        for (uint64_t n = 0; n < LOG_ARGUMENTS; n++) EXPECT_UINT(event.argument[n], (n + 1) * i);
    }
    EXPECT(!log_ring_read(ring, &event));
    EXPECT_UINT(log_ring_written(ring), 10);
}

SPEC(a_full_ring_drops_the_newest_and_counts_it)
{
    struct log_event event;
    for (uint64_t i = 1; i <= 6; i++) write_numbered(i);
    EXPECT_UINT(log_ring_dropped(ring), 2);
    EXPECT_UINT(log_ring_written(ring), 4);
    for (uint64_t i = 1; i <= 4; i++) {
        EXPECT(log_ring_read(ring, &event));
        EXPECT_UINT(event.tsc, i);
    }
    EXPECT(!log_ring_read(ring, &event));
    write_numbered(7);
    EXPECT(log_ring_read(ring, &event));
    EXPECT_UINT(event.tsc, 7);
}

SPEC(limits_out_of_range_have_no_footprint)
{
    EXPECT_UINT(log_ring_footprint(&(struct log_ring_limits){.events = 0}), 0);
    EXPECT_UINT(log_ring_footprint(&(struct log_ring_limits){.events = 3}), 0);
    EXPECT_UINT(log_ring_footprint(&(struct log_ring_limits){.events = 2 << 20}), 0);
}

static const char *printed(const struct log_event *event, const struct clock *clock)
{
    static char buffer[256];
    struct text line = text_in(buffer, sizeof buffer);
    log_print(&line, event, codes, EXAMPLE_LOG_COUNT, clock);
    return buffer;
}

SPEC(an_event_reads_as_its_sentence)
{
    struct clock clock = clock_from_hz(1000000000, 0, 20000 * 86400 * NANOS_SECOND);
    struct log_event event = {
        .tsc = 34200 * NANOS_SECOND + 5, .code = EXAMPLE_GAP, .argument = {3, 17, 19}};
    EXPECT_TEXT(printed(&event, &clock),
                "09:30:00.000000005 warn  channel 3: messages 17 to 19 are missing");
    event = (struct log_event){
        .tsc = 9, .code = EXAMPLE_KINDS, .argument = {65536, (uint64_t)-5, 1500}};
    EXPECT_TEXT(printed(&event, NULL), "9 note  65536 65,536 10000 -5 1.50 us 1.46 KiB");
    event = (struct log_event){.tsc = 9,
                               .code = EXAMPLE_PRICE,
                               .argument = {log_text8("AAPL    ", 8), 10025000000, 1002500}};
    EXPECT_TEXT(printed(&event, NULL), "9 alarm AAPL at 100.25, 100.2500");
}

SPEC(characters_a_terminal_might_obey_are_not_passed_on)
{
    struct log_event event = {.code = EXAMPLE_PRICE, .argument = {log_text8("A\033[2J", 5)}};
    EXPECT_TEXT(printed(&event, NULL), "0 alarm A?[2J at 0.00, 0.0000");
}

SPEC(a_code_nobody_knows_is_printed_as_numbers)
{
    struct log_event event = {.tsc = 1, .code = 77, .argument = {1, 2, 3, 4}};
    EXPECT_TEXT(printed(&event, NULL), "1 code 77 1 2 3 4");
}

enum { ROUNDS = 200000 };

static void *write_rounds(void *unused)
{
    (void)unused;
    for (uint64_t i = 1; i <= ROUNDS; i++) write_numbered(i);
    return NULL;
}

SPEC(a_reader_racing_the_writer_sees_whole_events_and_everything_else_was_counted)
{
    pthread_t writer;
    EXPECT(pthread_create(&writer, NULL, write_rounds, NULL) == 0);
    uint64_t read = 0, last = 0, wrong = 0;
    uint32_t turns = 0;
    while (read + log_ring_dropped(ring) < ROUNDS) {
        struct log_event event;
        if (!log_ring_read(ring, &event)) {
            patience_lose(&turns);
            continue;
        }
        wrong += event.tsc <= last || event.argument[3] != 4 * event.tsc;
        last = event.tsc;
        read++;
    }
    pthread_join(writer, NULL);
    EXPECT_UINT(wrong, 0);
    EXPECT_UINT(log_ring_written(ring), read);
}

#define SPECS(S)                                                                                   \
    S(events_come_out_whole_and_in_order)                                                          \
    S(a_full_ring_drops_the_newest_and_counts_it)                                                  \
    S(limits_out_of_range_have_no_footprint)                                                       \
    S(an_event_reads_as_its_sentence)                                                              \
    S(characters_a_terminal_might_obey_are_not_passed_on)                                          \
    S(a_code_nobody_knows_is_printed_as_numbers)                                                   \
    S(a_reader_racing_the_writer_sees_whole_events_and_everything_else_was_counted)

SPEC_MAIN("log_ring", SPECS, open_ring, close_ring)
