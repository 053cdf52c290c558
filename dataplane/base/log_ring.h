#ifndef DATAPLANE_BASE_LOG_RING_H
#define DATAPLANE_BASE_LOG_RING_H

/* What a hot stage has to say, handed over as numbers; another thread makes sentences of them.
 *
 *     log_ring_write(log, FEED_LOG_GAP, now_tsc, channel, first, last, 0);        hot, the stage
 *
 *     struct log_event event;                                                     cold, the reader
 *     while (log_ring_read(log, &event)) {
 *         log_print(&line, &event, feed_log_codes, FEED_LOG_COUNT, clock);
 *
 * The table of codes says level and wording; {n} stands for argument n:
 *
 *     #define FEED_LOG(X)                                                              \
 *         X(FEED_LOG_GAP, LOG_WARN, "channel {0}: messages {1} to {2} are missing")    \
 *         ...
 *     enum feed_log { FEED_LOG(LOG_CODE_ENUM) FEED_LOG_COUNT };
 *     static const struct log_code feed_log_codes[] = {FEED_LOG(LOG_CODE_ROW)};
 *
 * A full ring drops the event and counts it: what cannot be said is at least known to be missing.
 * A log is for people; whatever decides something is a counter or travels in a queue.
 *
 * Threads: one writes, one reads.  Memory: log_ring_footprint() bytes.
 * Cost: one cache line per event. */

#include "dataplane/base/base.h"
#include "dataplane/base/text.h"

#include <stdatomic.h>

#define LOG_ARGUMENTS       4u
#define LOG_RING_EVENTS_MAX (1u << 20)

/* clang-format off */
#define LOG_LEVELS(X)                                                                  \
    X(LOG_NOTE,  "note",  "worth knowing")                                                       \
    X(LOG_WARN,  "warn",  "something was lost or degraded; the stage goes on")                   \
    X(LOG_ALARM, "alarm", "somebody should look now")
/* clang-format on */

#define LOG_LEVEL_ENUM(level, text, meaning) level,
enum log_level { LOG_LEVELS(LOG_LEVEL_ENUM) LOG_LEVEL_COUNT };

struct log_event {
    uint64_t tsc; /* when, as the stage was told */
    uint32_t code;
    uint32_t spare;
    uint64_t argument[LOG_ARGUMENTS];
};

/* One row of a table of codes.  In wording, {0}..{3} are arguments: {0} unsigned, {0:i} signed,
 * {0:x} hexadecimal, {0:n} grouped by thousands, {0:t} nanoseconds, {0:b} bytes, {0:p} price_t,
 * {0:e4} a price in 1/10 000, {0:s} up to eight characters packed by log_text8. */
struct log_code {
    const char *name;
    enum log_level level;
    const char *wording;
};

#define LOG_CODE_ENUM(code, level, wording) code,
#define LOG_CODE_ROW(code, level, wording)  {#code, level, wording},

struct log_ring_limits {
    uint32_t events; /* a power of two, at most LOG_RING_EVENTS_MAX */
};

struct log_ring;

size_t log_ring_footprint(const struct log_ring_limits *limits); /* 0 if out of range */
struct log_ring *log_ring_new(void *memory, const struct log_ring_limits *limits);

/* Hot.  Writer only.  Never waits. */
void log_ring_write(struct log_ring *ring, uint32_t code, uint64_t tsc, uint64_t argument_0,
                    uint64_t argument_1, uint64_t argument_2, uint64_t argument_3);

/* The oldest event not read yet, or false.  Reader only. */
MUST_USE bool log_ring_read(struct log_ring *ring, struct log_event *event);

/* Any thread. */
uint64_t log_ring_written(const struct log_ring *ring);
uint64_t log_ring_dropped(const struct log_ring *ring);

/* Up to eight characters as one argument, for {n:s}; ends at 8, a NUL or trailing spaces. */
uint64_t log_text8(const char *bytes, size_t length);

struct clock;

/* "09:30:00.000000123 warn  channel 3: messages 17 to 19 are missing", without a line end.  clock
 * may be NULL: then the ticks are printed.  A code outside the table is printed as its number with
 * all arguments.  Cold. */
void log_print(struct text *out, const struct log_event *event, const struct log_code *codes,
               uint32_t code_count, const struct clock *clock);

/* The same without the time, for writers whose tsc is no counter.  Cold. */
void log_print_sentence(struct text *out, const struct log_event *event,
                        const struct log_code *codes, uint32_t code_count);

#endif
