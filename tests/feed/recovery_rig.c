#include "tests/feed/recovery_rig.h"

#include "tests/feed/feed_bytes.h"
#include "tests/session/soupbin_bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 4096 };

struct recovery_rig rig;

static struct {
    void *channel, *feed, *recovery;
    char said[TEXT_MAX];
    size_t said_length;
    char happened[TEXT_MAX];
    size_t happened_length;
} own;

__attribute__((format(printf, 3, 4))) static void note(char *text, size_t *length,
                                                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (*length > 0) *length += (size_t)snprintf(text + *length, TEXT_MAX - *length, ", ");
    *length += (size_t)vsnprintf(text + *length, TEXT_MAX - *length, format, arguments);
    va_end(arguments);
    if (*length >= TEXT_MAX) abort();
}

struct channel_limits recovery_rig_channel(void)
{
    return (struct channel_limits){
        .lines = 2,
        .store_datagrams = 64,
        .store_bytes = 1500,
        .gap_wait_ns = NANOS_MILLI,
        .first_sequence = 0,
    };
}

struct recovery_limits recovery_rig_limits(void)
{
    struct recovery_limits limits = RECOVERY_LIMITS_USUAL;
    limits.servers = 2;
    limits.request_messages = 10;
    limits.outstanding = 2;
    limits.rate = 1000;
    limits.attempts = 3;
    limits.retry_ns = 10 * NANOS_MILLI;
    limits.retry_max_ns = 25 * NANOS_MILLI;
    limits.hole_messages = 50;
    limits.snapshot_attempts = 3;
    limits.snapshot_wait_ns = 100 * NANOS_MILLI;
    limits.snapshot_all_ns = NANOS_SECOND;
    limits.snapshot_retry_ns = 200 * NANOS_MILLI;
    limits.snapshot_retry_max_ns = 800 * NANOS_MILLI;
    limits.again_ns = 5 * NANOS_SECOND;
    memcpy(limits.credentials.username, "FMUSER", 6);
    memcpy(limits.credentials.password, "secret    ", 10);
    return limits;
}

static void *room(size_t bytes)
{
    CHECK(bytes > 0);
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    CHECK(memory != NULL);
    return memory;
}

void recovery_rig_build(const struct channel_limits *channel, const struct recovery_limits *limits)
{
    recovery_rig_close();
    struct feed_limits feed = {.book = {.instruments = 8, .orders = 2000, .levels = 2000}};
    own.channel = room(channel_footprint(channel));
    own.feed = room(feed_footprint(&feed));
    own.recovery = room(recovery_footprint(limits));
    rig.channel = channel_new(own.channel, channel);
    rig.feed = feed_new(own.feed, &feed);
    rig.recovery = recovery_new(own.recovery, limits, rig.channel, rig.feed);
    rig.now = 1000 * NANOS_SECOND;
    own.said_length = own.happened_length = 0;
    own.said[0] = own.happened[0] = 0;
}

void recovery_rig_open(void)
{
    struct channel_limits channel = recovery_rig_channel();
    struct recovery_limits limits = recovery_rig_limits();
    recovery_rig_build(&channel, &limits);
}

void recovery_rig_close(void)
{
    free(own.channel);
    free(own.feed);
    free(own.recovery);
    own.channel = own.feed = own.recovery = NULL;
}

/* Message number, and what a spin says of it. */
static struct message message_of(uint64_t number)
{
    if (number == 1) return with_symbol('R', 39, A1, 11);
    if (number == 2) return action(A1, 'T');
    return order_add(A1, number, number % 2 ? 'B' : 'S', (uint32_t)number,
                     number % 2 ? 1000000 : 1000100);
}

uint32_t rig_datagram(uint8_t *bytes, const char *session, uint64_t first, uint64_t last)
{
    memset(bytes, ' ', 10);
    memcpy(bytes, session, strlen(session));
    for (int i = 0; i < 8; i++) bytes[10 + i] = (uint8_t)(first >> (56 - 8 * i));
    uint32_t at = 20, count = (uint32_t)(last + 1 - first);
    bytes[18] = (uint8_t)(count >> 8);
    bytes[19] = (uint8_t)count;
    for (uint64_t number = first; number <= last; number++) {
        struct message message = message_of(number);
        bytes[at++] = 0;
        bytes[at++] = (uint8_t)message.length;
        memcpy(bytes + at, message.byte, message.length);
        at += message.length;
    }
    return at;
}

void rig_drain(void)
{
    struct channel_output output;
    enum channel_step step;
    while ((step = channel_next(rig.channel, rig.now, &output)) != CHANNEL_NOTHING) {
        if (step == CHANNEL_RUN) {
            feed_run(rig.feed, &output.run);
            continue;
        }
        feed_step(rig.feed, step, &output, rig.now);
        recovery_step(rig.recovery, step, &output, rig.now);
    }
    channel_verify(rig.channel);
    feed_flush(rig.feed);
    book_verify(feed_book(rig.feed));
}

static void action_say(enum recovery_action action, const struct recovery_output *output)
{
    char text[512];
    uint64_t first = 0;
    switch (action) {
    case RECOVERY_REQUEST:
        CHECK(output->length == 20);
        for (int i = 0; i < 8; i++) first = first << 8 | output->bytes[10 + i];
        note(own.said, &own.said_length, "request %" PRIu64 "-%" PRIu64 " of %u", first,
             first + ((uint64_t)output->bytes[18] << 8 | output->bytes[19]) - 1, output->server);
        break;
    case RECOVERY_CONNECT: note(own.said, &own.said_length, "connect to %u", output->server); break;
    case RECOVERY_WRITE:
        CHECK(soup_print(text, output->bytes, output->length) == output->length);
        note(own.said, &own.said_length, "write %s", text);
        recovery_written(rig.recovery, output->length);
        break;
    case RECOVERY_CLOSE: note(own.said, &own.said_length, "close"); break;
    case RECOVERY_NOTHING: break;
    }
}

static void events_note(void)
{
    struct feed_event event;
    while (feed_event(rig.feed, &event)) {
        const char *to = market_state_text((enum market_state)event.to);
        size_t *length = &own.happened_length;
        switch (event.kind) {
        case FEED_SESSION:
            note(own.happened, length, "session %" PRIu64 " %s", event.first, to);
            break;
        case FEED_GAP:
            note(own.happened, length, "gap %" PRIu64 "-%" PRIu64 " %s", event.first, event.end - 1,
                 to);
            break;
        case FEED_RECOVERING:
            note(own.happened, length, "recovering %" PRIu64 "-%" PRIu64 " %s", event.first,
                 event.end - 1, to);
            break;
        case FEED_SNAPSHOT: note(own.happened, length, "snapshot %s", to); break;
        case FEED_RECOVERED:
            note(own.happened, length, "recovered %" PRIu64 " %s", event.first, to);
            break;
        case FEED_UNRECOVERED: note(own.happened, length, "unrecovered %s", to); break;
        case FEED_STALE: note(own.happened, length, "stale %s", to); break;
        case FEED_FRESH: note(own.happened, length, "fresh %s", to); break;
        case FEED_END: note(own.happened, length, "end %s", to); break;
        case FEED_QUARANTINE: note(own.happened, length, "quarantine %s", to); break;
        case FEED_RELEASED: note(own.happened, length, "released %s", to); break;
        case FEED_PHASE:
        case FEED_TRADING:
        case FEED_EVENT_COUNT: break;
        }
    }
}

/* The owner's loop after anything that came. */
static void turn(void)
{
    struct recovery_output output;
    enum recovery_action action;
    rig_drain();
    for (unsigned i = 0; (action = recovery_turn(rig.recovery, rig.now, &output)); i++) {
        CHECK(i < 1000);
        action_say(action, &output);
    }
    rig_drain();
    recovery_verify(rig.recovery);
    events_note();
}

void rig_arrive(enum channel_line line, const char *session, uint64_t first, uint64_t last)
{
    static uint8_t bytes[65536];
    uint32_t length = rig_datagram(bytes, session, first, last);
    (void)channel_receive(rig.channel, line, bytes, length, (struct arrival){.ns = rig.now});
    turn();
}

void rig_heartbeat(enum channel_line line, uint64_t next, uint32_t count)
{
    uint8_t bytes[20];
    rig_datagram(bytes, "MONDAY", next, next - 1);
    bytes[18] = (uint8_t)(count >> 8);
    bytes[19] = (uint8_t)count;
    (void)channel_receive(rig.channel, line, bytes, sizeof bytes, (struct arrival){.ns = rig.now});
    turn();
}

enum recovery_reply_status rig_reply_bytes(const uint8_t *bytes, uint32_t length)
{
    enum recovery_reply_status status =
        recovery_reply(rig.recovery, bytes, length, (struct arrival){.ns = rig.now});
    turn();
    return status;
}

enum recovery_reply_status rig_reply(const char *session, uint64_t first, uint64_t last)
{
    static uint8_t bytes[65536];
    return rig_reply_bytes(bytes, rig_datagram(bytes, session, first, last));
}

void rig_at(uint64_t ms)
{
    rig.now = 1000 * NANOS_SECOND + ms * NANOS_MILLI;
    turn();
}

void rig_says(const char *file, int line, const char *actions)
{
    spec_expect_text(file, line, "what the recovery does", own.said, actions);
    own.said_length = 0;
    own.said[0] = 0;
}

void rig_events(const char *file, int line, const char *events)
{
    spec_expect_text(file, line, "the events", own.happened, events);
    own.happened_length = 0;
    own.happened[0] = 0;
}

struct looked {
    uint64_t first, last;
    uint64_t count, wrong;
};

static void order_look(void *context, const struct book_order *order)
{
    struct looked *looked = context;
    looked->count++;
    looked->wrong += order->ref < looked->first || order->ref > looked->last;
    looked->wrong += order->qty != order->ref;
}

void rig_orders(const char *file, int line, uint64_t first, uint64_t last)
{
    struct looked looked = {.first = first, .last = last};
    book_each(feed_book(rig.feed), A1, SIDE_BUY, order_look, &looked);
    book_each(feed_book(rig.feed), A1, SIDE_SELL, order_look, &looked);
    spec_expect(file, line, looked.wrong == 0 && looked.count == last + 1 - first,
                "%" PRIu64 " orders, of which %" PRIu64 " are wrong; expected %" PRIu64,
                looked.count, looked.wrong, last + 1 - first);
}

void rig_connected(void)
{
    recovery_connected(rig.recovery, rig.now);
    turn();
}

void rig_disconnected(void)
{
    recovery_disconnected(rig.recovery, rig.now);
    turn();
}

void rig_server_sends(const char *packet)
{
    uint8_t bytes[1024];
    uint32_t length = soup_write(bytes, packet);
    recovery_bytes(rig.recovery, bytes, length, rig.now);
    turn();
}

void rig_server_spins(uint64_t first, uint64_t last)
{
    for (uint64_t number = first; number <= last; number++) {
        struct message message = message_of(number);
        uint8_t bytes[64 + 3] = {0, (uint8_t)(message.length + 1), 'S'};
        memcpy(bytes + 3, message.byte, message.length);
        recovery_bytes(rig.recovery, bytes, message.length + 3, rig.now);
    }
    turn();
}
