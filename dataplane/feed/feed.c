#include "dataplane/book/book_put.h"
#include "dataplane/feed/feed_layout.h"

#include <string.h>

/* The hot side: messages that change books, six types that are 99 of 100.
 *
 * Where their fields lie is a table, not a switch: which type comes next cannot be predicted, and a
 * wrong guess costs more than all the loads.  Each row's positions are inside the length of its
 * type, so the loads of absent fields read other bytes of the same message, and are ignored. */

struct shape {
    uint8_t op; /* enum book_op */
    uint8_t ref;
    uint8_t ref_new;
    uint8_t qty;
    uint8_t price;
    uint8_t side;
    uint8_t length; /* 0: not for this path */
    uint8_t names;  /* 1: carries the symbol at itch_add_order.stock */
};

#define AT(message, field) offsetof(struct itch_##message, field)
#define LENGTH(message)    sizeof(struct itch_##message)

/* clang-format off */
static const struct shape shapes[256] = {
    ['A'] = {BOOK_ADD, AT(add_order, order_ref), AT(add_order, order_ref), AT(add_order, shares),
             AT(add_order, price_e4), AT(add_order, side), LENGTH(add_order), 1},
    ['F'] = {BOOK_ADD, AT(add_order_mpid, order_ref), AT(add_order_mpid, order_ref),
             AT(add_order_mpid, shares), AT(add_order_mpid, price_e4), AT(add_order_mpid, side),
             LENGTH(add_order_mpid), 1},
    ['E'] = {BOOK_EXECUTE, AT(order_executed, order_ref), AT(order_executed, order_ref),
             AT(order_executed, executed), 0, 0, LENGTH(order_executed), 0},
    ['X'] = {BOOK_CANCEL, AT(order_cancel, order_ref), AT(order_cancel, order_ref),
             AT(order_cancel, canceled), 0, 0, LENGTH(order_cancel), 0},
    ['D'] = {BOOK_DELETE, AT(order_delete, order_ref), AT(order_delete, order_ref),
             0, 0, 0, LENGTH(order_delete), 0},
    ['U'] = {BOOK_REPLACE, AT(order_replace, order_ref), AT(order_replace, new_order_ref),
             AT(order_replace, shares), AT(order_replace, price_e4), 0, LENGTH(order_replace), 0},
};
/* clang-format on */

static inline uint32_t load32(const uint8_t *at)
{
    return be32_read(*(const struct be32 *)at);
}

static inline uint64_t load64(const uint8_t *at)
{
    return be64_read(*(const struct be64 *)at);
}

/* 'B' is 0, 'S' is 1, anything else 2 or more; no branch, because sides cannot be predicted. */
static inline uint8_t side_of(uint8_t letter)
{
    return (uint8_t)((letter == 'S') + 2 * ((letter != 'S') & (letter != 'B')));
}

/* Writes every field of *command from a message that has its type's whole length. */
static inline void command_read(struct book_command *command, const uint8_t *message,
                                const struct shape *shape)
{
    command->ref = load64(message + shape->ref);
    command->ref_new = load64(message + shape->ref_new);
    command->qty = load32(message + shape->qty);
    command->price_e4 = load32(message + shape->price);
    command->instrument = be16_read(*(const struct be16 *)(message + 1));
    command->op = shape->op;
    command->side = side_of(message[shape->side]);
}

static COLD void name_learn(struct feed *feed, uint32_t instrument, const uint8_t *message)
{
    if (feed_named(feed, instrument)) return;
    feed_name(feed, instrument, ((const struct itch_add_order *)message)->stock.byte);
}

/* A message that is not a book message of just its length, or is none at all: then false. */
static COLD bool message_other(struct feed *feed, const uint8_t *message, uint32_t length)
{
    enum itch_status status = itch_check(message, length);
    feed->counts.status[status]++;
    if (status != ITCH_OK) return false;
    feed->counts.type[message[0]]++;
    feed->counts.longer += length > itch_length[message[0]];
    const struct shape *shape = &shapes[message[0]];
    if (shape->length == 0) {
        feed_reference(feed, message);
        return true;
    }
    struct book_command command;
    command_read(&command, message, shape);
    if (shape->names & feed->names_wanted) name_learn(feed, command.instrument, message);
    book_put_one(feed->book, &command);
    return true;
}

/* What a run of messages adds up to. */
struct taken {
    uint64_t accepted; /* those that took the fast way */
    const uint8_t
        *last; /* the last one accepted: its own time is that of every market from now on */
};

static inline void taken_note(struct feed *feed, const struct taken *taken)
{
    feed->counts.status[ITCH_OK] += taken->accepted;
    if (taken->last) feed->exchange_ns = load64(taken->last + 3) & 0xffffffffffff;
}

#define ALWAYS_INLINE __attribute__((always_inline)) static inline

/* Takes one message behind its length. */
ALWAYS_INLINE struct book_filling message_take(struct feed *feed, struct book_filling filling,
                                               const uint8_t *block, struct taken *taken)
{
    const uint8_t *message = block + 2;
    uint32_t length = be16_read(*(const struct be16 *)block);
    /* No byte of an empty message is read: any type of this path will do, its length is not 0. */
    const struct shape *shape = &shapes[length ? *message : 'A'];
    if (unlikely(length != shape->length)) { /* longer ones too; 0 is the length of the rest */
        book_filled(filling);
        if (message_other(feed, message, length)) taken->last = message;
        return book_fill(feed->book);
    }
    struct book_command *command = book_next(filling);
    command_read(command, message, shape);
    feed->counts.type[*message]++;
    taken->accepted++;
    taken->last = message;
    if (unlikely(shape->names & feed->names_wanted)) name_learn(feed, command->instrument, message);
    return book_put(feed->book, filling);
}

void feed_run(struct feed *feed, const struct channel_run *run)
{
    if (run->count == 0) return;
    struct book_filling filling = book_fill(feed->book);
    struct taken taken = {0, NULL};
    feed->arrival = run->arrival;
    for (uint32_t k = 0; k < run->count; k++)
        filling = message_take(feed, filling, run->payload + run->offset[k], &taken);
    book_filled(filling);
    feed->counts.message += run->count;
    feed->sequence = run->sequence + run->count - 1;
    taken_note(feed, &taken);
}

uint64_t feed_stream(struct feed *feed, const uint8_t *bytes, size_t length, uint64_t sequence)
{
    struct book_filling filling = book_fill(feed->book);
    const uint8_t *block = bytes, *end = bytes + length;
    struct taken taken = {0, NULL};
    uint64_t messages = 0;
    while (end - block >= 2) {
        const uint8_t *next = block + 2 + be16_read(*(const struct be16 *)block);
        if (unlikely(next > end)) break; /* cut off */
        __builtin_prefetch(block + 1024);
        filling = message_take(feed, filling, block, &taken);
        block = next;
        messages++;
    }
    book_filled(filling);
    feed->counts.message += messages;
    if (messages) feed->sequence = sequence + messages - 1;
    taken_note(feed, &taken);
    return messages;
}

void feed_flush(struct feed *feed)
{
    book_flush(feed->book);
}

const uint16_t *feed_changed(struct feed *feed, uint32_t *count)
{
    book_flush(feed->book);
    return book_changed(feed->book, count);
}

void feed_market(const struct feed *feed, uint32_t instrument, struct market *market)
{
    book_market(feed->book, instrument, market);
    market->state = (uint8_t)feed_state(feed, instrument);
    market->sequence = feed->sequence;
    market->exchange_ns = feed->exchange_ns;
    market->clock = (uint8_t)feed->arrival.clock;
    market->rx_ns = feed->arrival.ns;
    market->rx_tsc = feed->arrival.tsc;
}

enum market_state feed_state(const struct feed *feed, uint32_t instrument)
{
    enum market_state state = feed->channel_state;
    bool trades = feed->trading[instrument] == 'T' && !feed->operational_halt[instrument];
    if (state < MARKET_HALTED && !trades) state = MARKET_HALTED;
    if (state < MARKET_GAP && book_suspect(feed->book, instrument)) state = MARKET_GAP;
    return state;
}
