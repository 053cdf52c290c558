#include "dataplane/publish/spin.h"

/* The shadow's cursor is the first message it has not applied.  A spin that is begun has a cut, the
 * message that was next then; the shadow catches up to it (a slice ends there), and does not move
 * while the spin is being built from it.
 *
 * Beside the books it keeps the last directory and trading action of each instrument, and the
 * system events of the day, as they were said: they are part of every spin.
 *
 * Always true: at most one buffer is in work (spin.work), and only while it has readers; a buffer
 * without readers is free.  A buffer holds whole messages behind their 16-bit lengths. */

enum { NO_BUFFER = UINT32_MAX, EVENTS_MAX = 6 /* O S Q M E C */, DIGITS = 20 };

enum part { PART_EVENTS, PART_DIRECTORY, PART_TRADING, PART_ORDERS, PART_END };

struct named {
    struct itch_stock_directory directory; /* type 0: there is none */
    struct itch_trading_action trading;
};

struct buffer {
    uint8_t *bytes;
    uint64_t length;
    uint32_t readers;
    bool complete;
    bool lost; /* the shadow will never come to its cut */
};

/* What is being built: the next thing to write. */
struct building {
    enum part part;
    uint32_t instrument;
    uint8_t side; /* enum side */
    struct book_walk walk;
    uint64_t cut; /* the shadow stands still there; until it has come there, nothing is written */
};

struct spin {
    const struct history *history;
    struct feed *feed;
    struct named *named;
    uint64_t cursor;
    uint32_t instruments;
    uint32_t events;
    uint32_t work; /* the buffer that is in work, or NO_BUFFER */
    uint32_t buffers;
    bool broken;
    struct be48 time; /* of the last message applied */
    struct building building;
    struct spin_counts counts;
    struct itch_system_event event[EVENTS_MAX];
    uint64_t buffer_bytes;
    struct buffer buffer[SPIN_BUFFERS_MAX];
};

const char *spin_status_text(enum spin_status status)
{
#define SPIN_TEXT(status, counter, sentence) [status] = sentence,
    static const char *const texts[] = {SPIN_STATUSES(SPIN_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(texts));
    return texts[status];
}

const char *spin_status_name(enum spin_status status)
{
#define SPIN_NAME(status, counter, sentence) [status] = #counter,
    static const char *const names[] = {SPIN_STATUSES(SPIN_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(names));
    return names[status];
}

const char *spin_limits_check(const struct spin_limits *limits)
{
    if (limits->book.instruments < 2) return "snapshots: instruments must be 2 or more";
    if (book_footprint(&limits->book) == 0)
        return "snapshots: instruments, orders or levels are out of range";
    if (limits->buffers < 1 || limits->buffers > SPIN_BUFFERS_MAX)
        return "snapshots: buffers must be 1 to 64";
    return NULL;
}

static struct feed_limits feed_limits_of(const struct spin_limits *limits)
{
    return (struct feed_limits){.book = limits->book};
}

/* Bytes of the largest spin. */
static size_t buffer_bytes(const struct spin_limits *limits)
{
    const size_t block = sizeof(struct moldudp64_block);
    size_t bytes = EVENTS_MAX * (block + sizeof(struct itch_system_event)) + block + 1 + DIGITS;
    bytes += limits->book.instruments * (2 * block + sizeof(struct named));
    bytes += limits->book.orders * (block + sizeof(struct itch_add_order));
    return ALIGN_UP(bytes, CACHE_LINE);
}

static size_t named_bytes(const struct spin_limits *limits)
{
    return ALIGN_UP(limits->book.instruments * sizeof(struct named), CACHE_LINE);
}

size_t spin_footprint(const struct spin_limits *limits)
{
    struct feed_limits feed = feed_limits_of(limits);
    return ALIGN_UP(sizeof(struct spin), CACHE_LINE) + ALIGN_UP(feed_footprint(&feed), CACHE_LINE) +
           named_bytes(limits) + limits->buffers * buffer_bytes(limits);
}

struct spin *spin_new(void *memory, const struct spin_limits *limits, const struct history *history)
{
    CHECK(spin_limits_check(limits) == NULL);
    CHECK(history_next(history) == 1);
    struct feed_limits feed = feed_limits_of(limits);
    uint8_t *at = memory;
    struct spin *spin = memory;
    at += ALIGN_UP(sizeof *spin, CACHE_LINE);
    *spin = (struct spin){
        .history = history,
        .feed = feed_new(at, &feed),
        .cursor = 1,
        .instruments = limits->book.instruments,
        .work = NO_BUFFER,
        .buffers = limits->buffers,
        .buffer_bytes = buffer_bytes(limits),
    };
    at += ALIGN_UP(feed_footprint(&feed), CACHE_LINE);
    spin->named = (struct named *)at;
    memset(spin->named, 0, named_bytes(limits));
    at += named_bytes(limits);
    for (uint32_t i = 0; i < limits->buffers; i++, at += spin->buffer_bytes)
        spin->buffer[i].bytes = at;
    return spin;
}

/* The shadow. */

static void event_noted(struct spin *spin, const struct itch_system_event *event)
{
    if (event->event.byte[0] == 'O') spin->events = 0;
    for (uint32_t i = 0; i < spin->events; i++)
        if (spin->event[i].event.byte[0] == event->event.byte[0]) return;
    CHECK(spin->events < EVENTS_MAX);
    spin->event[spin->events++] = *event;
}

/* What the books do not keep of a message. */
static inline void message_noted(struct spin *spin, const uint8_t *message)
{
    const struct itch_trading_action *head = (const struct itch_trading_action *)message;
    uint16_t locate = be16_read(head->stock_locate);
    spin->time = head->timestamp_ns;
    switch (message[0]) {
    case 'S': event_noted(spin, (const struct itch_system_event *)message); return;
    case 'R':
        CHECK(locate < spin->instruments);
        spin->named[locate].directory = *(const struct itch_stock_directory *)message;
        return;
    case 'H':
        CHECK(locate < spin->instruments);
        spin->named[locate].trading = *head;
        return;
    default: return;
    }
}

static uint64_t refused(const struct spin *spin)
{
    const struct book_counts *counts = book_counts(feed_book(spin->feed));
    uint64_t refused = 0;
    for (uint32_t i = BOOK_OK + 1; i < BOOK_STATUS_COUNT; i++) refused += counts->command[i];
    return refused;
}

/* Applies a slice of messages, none from end on.  Returns how many. */
static uint32_t shadow_advance(struct spin *spin, uint64_t end)
{
    struct history_run run;
    uint64_t left = end - spin->cursor;
    struct history_wish wish = {
        .sequence = spin->cursor,
        .bytes_max = UINT32_MAX,
        .count_max = left < SPIN_SLICE ? (uint32_t)left : SPIN_SLICE,
    };
    if (!history_run(spin->history, &wish, &run)) return 0;
    const uint8_t *block = run.blocks;
    for (uint32_t i = 0; i < run.count; i++) {
        message_noted(spin, block + sizeof(struct moldudp64_block));
        block += sizeof(struct moldudp64_block) + moldudp64_block_length(block);
    }
    uint64_t taken = feed_stream(spin->feed, run.blocks, run.bytes, run.sequence);
    CHECK(taken == run.count);
    spin->cursor += run.count;
    return run.count;
}

/* Building. */

static uint8_t *buffer_append(struct spin *spin, uint32_t length)
{
    struct buffer *buffer = &spin->buffer[spin->work];
    uint8_t *block = buffer->bytes + buffer->length;
    buffer->length += sizeof(struct moldudp64_block) + length;
    CHECK(buffer->length <= spin->buffer_bytes);
    *(struct moldudp64_block *)block = (struct moldudp64_block){.length = be16((uint16_t)length)};
    return block + sizeof(struct moldudp64_block);
}

static void part_next(struct building *building)
{
    building->part++;
    building->instrument = 1;
    building->side = SIDE_BUY;
    building->walk = (struct book_walk){0};
}

static void order_write(struct spin *spin, const struct book_order *order)
{
    *(struct itch_add_order *)buffer_append(spin, sizeof(struct itch_add_order)) =
        (struct itch_add_order){
            .type = text1('A'),
            .stock_locate = be16(order->instrument),
            .timestamp_ns = spin->time,
            .order_ref = be64(order->ref),
            .side = text1(order->side == SIDE_BUY ? 'B' : 'S'),
            .shares = be32(order->qty),
            .stock = spin->named[order->instrument].directory.stock,
            .price_e4 = be32(order->price_e4),
        };
}

/* A few orders of the side that is being written; at its end, the next side. */
static void orders_step(struct spin *spin)
{
    struct building *building = &spin->building;
    struct book_order orders[16];
    uint32_t count =
        book_walk(feed_book(spin->feed), building->instrument, (enum side)building->side,
                  &building->walk, orders, ARRAY_COUNT(orders));
    for (uint32_t i = 0; i < count; i++) order_write(spin, &orders[i]);
    if (count != 0) return;
    building->walk = (struct book_walk){0};
    building->instrument += building->side == SIDE_SELL;
    building->side ^= 1;
    if (building->instrument == spin->instruments) part_next(building);
}

/* Of the instrument whose turn it is, what the part says of it. */
static void named_step(struct spin *spin)
{
    struct building *building = &spin->building;
    const struct named *named = &spin->named[building->instrument++];
    bool directory = building->part == PART_DIRECTORY;
    if (directory && named->directory.type.byte[0] != 0)
        memcpy(buffer_append(spin, sizeof named->directory), &named->directory,
               sizeof named->directory);
    if (!directory && named->trading.type.byte[0] != 0)
        memcpy(buffer_append(spin, sizeof named->trading), &named->trading, sizeof named->trading);
    if (building->instrument == spin->instruments) part_next(building);
}

/* "End of Snapshot": the number right-aligned in twenty places. */
static void end_write(struct spin *spin)
{
    uint8_t *message = buffer_append(spin, 1 + DIGITS);
    uint64_t left = spin->building.cut;
    message[0] = 'G';
    for (uint32_t i = DIGITS; i > 0; i--, left /= 10)
        message[i] = left != 0 ? (uint8_t)('0' + left % 10) : ' ';
    spin->buffer[spin->work].complete = true;
    spin->work = NO_BUFFER;
    spin->counts.completed++;
}

/* One step of building.  Returns what it cost. */
static uint32_t build_step(struct spin *spin)
{
    switch (spin->building.part) {
    case PART_EVENTS:
        for (uint32_t i = 0; i < spin->events; i++)
            memcpy(buffer_append(spin, sizeof spin->event[i]), &spin->event[i],
                   sizeof spin->event[i]);
        part_next(&spin->building);
        return EVENTS_MAX;
    case PART_DIRECTORY:
    case PART_TRADING: named_step(spin); return 1;
    case PART_ORDERS: orders_step(spin); return 16;
    case PART_END: end_write(spin); return 1;
    }
    UNREACHABLE("a part of a spin is one of these");
}

/* The work of a turn. */

/* No book after this one can be told truly.  What waits for the shadow waits in vain. */
static void shadow_breaks(struct spin *spin)
{
    uint64_t first = history_first(spin->history);
    spin->broken = true;
    spin->counts.missed = first > spin->cursor ? first - spin->cursor : 0;
    if (spin->work == NO_BUFFER) return;
    spin->buffer[spin->work].lost = true;
    spin->work = NO_BUFFER;
}

static bool stands_still(const struct spin *spin)
{
    return spin->work != NO_BUFFER && spin->cursor == spin->building.cut;
}

/* The next piece of work.  Returns what it cost; 0: there is none. */
static uint32_t step(struct spin *spin)
{
    if (stands_still(spin)) {
        feed_flush(spin->feed);
        if (spin->building.part != PART_EVENTS || refused(spin) == 0) return build_step(spin);
        shadow_breaks(spin);
        return 0;
    }
    if (spin->cursor < history_first(spin->history)) {
        shadow_breaks(spin);
        return 0;
    }
    bool wanted = spin->work != NO_BUFFER;
    return shadow_advance(spin, wanted ? spin->building.cut : history_next(spin->history));
}

static bool lags(const struct spin *spin)
{
    const struct history *history = spin->history;
    if (spin->cursor < history_first(history)) return true;
    return history_next(history) - spin->cursor > history->messages / 2 ||
           history_bytes_from(history, spin->cursor) > history->bytes / 2;
}

void spin_turn(struct spin *spin, uint32_t budget)
{
    uint64_t spent = 0;
    bool long_turn = false;
    while (!spin->broken || stands_still(spin)) {
        if (spent >= budget && !lags(spin)) break;
        long_turn |= spent >= budget;
        uint32_t cost = step(spin);
        if (cost == 0) break;
        spent += cost;
    }
    spin->counts.long_turn += long_turn;
    spin->counts.lag = history_next(spin->history) - spin->cursor;
}

/* Readers. */

bool spin_working(const struct spin *spin)
{
    return spin->work != NO_BUFFER;
}

static uint32_t buffer_free(const struct spin *spin)
{
    for (uint32_t i = 0; i < spin->buffers; i++)
        if (spin->buffer[i].readers == 0) return i;
    return NO_BUFFER;
}

static enum spin_status join(struct spin *spin)
{
    if (spin->work != NO_BUFFER) return SPIN_OK;
    if (spin->broken || spin->cursor < history_first(spin->history)) return SPIN_BROKEN;
    uint32_t number = buffer_free(spin);
    if (number == NO_BUFFER) return SPIN_BUSY;
    struct buffer *buffer = &spin->buffer[number];
    *buffer = (struct buffer){.bytes = buffer->bytes};
    spin->work = number;
    spin->building = (struct building){.cut = history_next(spin->history)};
    spin->counts.begun++;
    return SPIN_OK;
}

enum spin_status spin_join(struct spin *spin, struct spin_reader *reader)
{
    enum spin_status status = join(spin);
    spin->counts.join[status]++;
    if (status != SPIN_OK) return status;
    *reader = (struct spin_reader){.buffer = spin->work};
    spin->buffer[spin->work].readers++;
    return SPIN_OK;
}

enum spin_step spin_next(struct spin *spin, struct spin_reader *reader, const uint8_t **message,
                         uint32_t *length)
{
    CHECK(reader->buffer < spin->buffers);
    const struct buffer *buffer = &spin->buffer[reader->buffer];
    CHECK(buffer->readers != 0);
    if (buffer->lost) return SPIN_LOST;
    if (reader->at == buffer->length) return buffer->complete ? SPIN_END : SPIN_NOT_YET;
    const uint8_t *block = buffer->bytes + reader->at;
    *length = moldudp64_block_length(block);
    *message = block + sizeof(struct moldudp64_block);
    reader->at += sizeof(struct moldudp64_block) + *length;
    return SPIN_MESSAGE;
}

void spin_leave(struct spin *spin, struct spin_reader *reader)
{
    CHECK(reader->buffer < spin->buffers);
    struct buffer *buffer = &spin->buffer[reader->buffer];
    CHECK(buffer->readers != 0);
    buffer->readers--;
    if (buffer->readers == 0 && spin->work == reader->buffer) spin->work = NO_BUFFER;
    *reader = (struct spin_reader){.buffer = NO_BUFFER};
}

const struct spin_counts *spin_counts(struct spin *spin)
{
    spin->counts.refused = refused(spin);
    return &spin->counts;
}
