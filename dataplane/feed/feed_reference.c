#include "dataplane/book/book_put.h"
#include "dataplane/feed/feed_layout.h"

#include <string.h>

/* The cold side: what instruments are called, whether they trade, phases of the day, prints without
 * an order, and what the channel has to say. */

size_t feed_footprint(const struct feed_limits *limits)
{
    size_t book = book_footprint(&limits->book);
    if (book == 0) return 0;
    return ALIGN_UP(sizeof(struct feed), CACHE_LINE) + ALIGN_UP(book, CACHE_LINE) +
           ALIGN_UP(limits->book.instruments * sizeof(uint64_t), CACHE_LINE) +
           ALIGN_UP(limits->book.instruments * (size_t)3, CACHE_LINE) +
           ALIGN_UP(limits->book.instruments * sizeof(uint16_t), CACHE_LINE);
}

struct feed *feed_new(void *memory, const struct feed_limits *limits)
{
    CHECK(feed_footprint(limits) > 0);
    uint32_t instruments = limits->book.instruments;
    uint8_t *at = memory;
    struct feed *feed = memory;
    memset(feed, 0, sizeof *feed);
    at += ALIGN_UP(sizeof *feed, CACHE_LINE);
    feed->book = book_new(at, &limits->book);
    at += ALIGN_UP(book_footprint(&limits->book), CACHE_LINE);
    feed->symbol = (uint64_t *)at;
    at += ALIGN_UP(instruments * sizeof(uint64_t), CACHE_LINE);
    feed->trading = at;
    feed->operational_halt = at + instruments;
    feed->told = at + instruments * (size_t)2;
    at += ALIGN_UP(instruments * (size_t)3, CACHE_LINE);
    feed->listed = (uint16_t *)at;
    memset(feed->symbol, 0, instruments * sizeof(uint64_t));
    memset(feed->trading, 0, instruments * (size_t)3);
    feed->instruments = instruments;
    feed->names_wanted = 1;
    feed->closed = true; /* until a session begins */
    feed->channel_state = MARKET_CLOSED;
    book_digest_on(feed->book, limits->digest);
    return feed;
}

/* Events. */

const char *feed_event_text(enum feed_event_kind kind)
{
#define FEED_EVENT_TEXT(event, name, meaning) [event] = meaning,
    static const char *const texts[] = {FEED_EVENTS(FEED_EVENT_TEXT)};
    CHECK((unsigned)kind < ARRAY_COUNT(texts));
    return texts[kind];
}

void feed_event_add(struct feed *feed, const struct feed_event *event)
{
    if (feed->event_count == FEED_EVENTS_MAX) {
        feed->event_head++;
        feed->event_count--;
        feed->counts.event_lost++;
    }
    feed->event[(feed->event_head + feed->event_count++) % FEED_EVENTS_MAX] = *event;
}

bool feed_event(struct feed *feed, struct feed_event *event)
{
    if (feed->event_count == 0) return false;
    *event = feed->event[feed->event_head++ % FEED_EVENTS_MAX];
    feed->event_count--;
    return true;
}

void feed_channel_event(struct feed *feed, const struct feed_event *event)
{
    enum market_state before = feed->channel_state;
    feed->channel_state = feed->closed     ? MARKET_CLOSED
                        : feed->gap        ? MARKET_GAP
                        : feed->recovering ? MARKET_RECOVERING
                        : feed->stale      ? MARKET_STALE
                                           : MARKET_LIVE;
    struct feed_event told = *event;
    told.from = (uint8_t)before;
    told.to = (uint8_t)feed->channel_state;
    feed_event_add(feed, &told);
    if (before == feed->channel_state) return;
    book_flush(feed->book);
    for (uint32_t i = 1; i <= feed->last_instrument; i++)
        if (feed_named(feed, i)) book_mark_changed(feed->book, i);
}

bool feed_event_waits(const struct feed *feed)
{
    return feed->event_count > 0;
}

static void session_begin(struct feed *feed, const struct channel_session *session)
{
    book_clear(feed->book);
    memset(feed->symbol, 0, feed->instruments * sizeof(uint64_t));
    memset(feed->trading, 0, feed->instruments * (size_t)2);
    memset(feed->named, 0, sizeof feed->named);
    feed->last_instrument = 0;
    feed->names_wanted = 1;
    feed->closed = feed->stale = false;
    feed->recovering = feed->snapshot = false;
    feed->gap = session->sequence > 1; /* what came before is not in the books */
}

void feed_step(struct feed *feed, enum channel_step step, const struct channel_output *output,
               nanos_t now)
{
    struct feed_event event = {.at_ns = now};
    book_flush(feed->book);
    feed->arrival.tsc = 0; /* what follows was not caused by a datagram: it has no latency */
    switch (step) {
    case CHANNEL_NOTHING:
    case CHANNEL_RUN: return;
    case CHANNEL_GAP:
        event.kind = FEED_GAP;
        event.first = output->gap.first;
        event.end = output->gap.end;
        feed->gap = true;
        if (output->gap.heard) feed->stale = false;
        break;
    case CHANNEL_SESSION:
        event.kind = FEED_SESSION;
        event.first = output->session.sequence;
        session_begin(feed, &output->session);
        break;
    case CHANNEL_END:
        event.kind = FEED_END;
        feed->closed = true;
        break;
    case CHANNEL_STALE:
        event.kind = FEED_STALE;
        feed->stale = true;
        break;
    case CHANNEL_FRESH:
        event.kind = FEED_FRESH;
        feed->stale = false;
        break;
    case CHANNEL_QUARANTINE:
        event.kind = FEED_QUARANTINE;
        feed->gap = true;
        feed->stale = false; /* the channel forgets it, too */
        break;
    }
    /* Silence depends on the clock, what is missing or begins only on the stream. */
    if (event.kind == FEED_GAP || event.kind == FEED_SESSION)
        book_digest_note(feed->book, (uint64_t)event.kind + 1, event.first, event.end);
    feed_channel_event(feed, &event);
}

/* Messages. */

void feed_name(struct feed *feed, uint32_t instrument, const char stock[8])
{
    if (instrument == 0 || instrument >= feed->instruments) return;
    uint64_t symbol;
    memcpy(&symbol, stock, sizeof symbol);
    if (feed_named(feed, instrument) && feed->symbol[instrument] == symbol) return;
    feed->symbol[instrument] = symbol;
    if (!feed->told[instrument]) feed->listed[feed->listed_count++] = (uint16_t)instrument;
    feed->told[instrument] = 1;
    feed->named[instrument / 64] |= (uint64_t)1 << instrument % 64;
    if (instrument > feed->last_instrument) feed->last_instrument = instrument;
}

static void trading_changed(struct feed *feed, uint32_t instrument, enum market_state before)
{
    enum market_state after = feed_state(feed, instrument);
    uint64_t actions =
        (uint64_t)feed->trading[instrument] << 8 | feed->operational_halt[instrument];
    book_digest_note(feed->book, FEED_TRADING + 1, instrument, actions);
    book_mark_changed(feed->book, instrument);
    if (before == after) return;
    feed_event_add(feed, &(struct feed_event){
                             .kind = FEED_TRADING,
                             .instrument = (uint16_t)instrument,
                             .from = (uint8_t)before,
                             .to = (uint8_t)after,
                             .at_ns = feed->arrival.ns,
                         });
}

static void phase_begin(struct feed *feed, char code)
{
    book_flush(feed->book);
    /* The day begins: whatever was missing belongs to the day before.  A snapshot only tells. */
    if (code == 'O' && !feed->snapshot) {
        book_clear(feed->book);
        feed->gap = feed->closed = false;
    }
    if (code == 'C') feed->closed = true;
    book_digest_note(feed->book, FEED_PHASE + 1, (uint8_t)code, 0);
    feed_channel_event(feed, &(struct feed_event){
                                 .kind = FEED_PHASE,
                                 .first = (uint8_t)code,
                                 .at_ns = feed->arrival.ns,
                             });
}

static void print_apply(struct feed *feed, const struct book_command *print)
{
    book_put_one(feed->book, print);
}

void feed_reference(struct feed *feed, const uint8_t *message)
{
    const struct itch_trading_action *head = (const struct itch_trading_action *)message;
    uint32_t instrument = be16_read(head->stock_locate);
    bool listed = instrument > 0 && instrument < feed->instruments;
    struct book_command print = {
        .instrument = (uint16_t)instrument,
        .op = BOOK_TRADE,
    };
    switch (message[0]) {
    case 'S': phase_begin(feed, ((const struct itch_system_event *)message)->event.byte[0]); return;
    case 'R':
        feed->names_wanted = 0;
        feed->counts.locate_unknown += !listed;
        feed_name(feed, instrument, ((const struct itch_stock_directory *)message)->stock.byte);
        return;
    case 'H':
    case 'h': {
        feed->counts.locate_unknown += !listed;
        if (!listed) return;
        book_flush(feed->book); /* a contradiction that waits there is part of the state before */
        enum market_state before = feed_state(feed, instrument);
        if (!feed_named(feed, instrument)) feed_name(feed, instrument, head->stock.byte);
        if (message[0] == 'H') feed->trading[instrument] = (uint8_t)head->state.byte[0];
        else {
            const struct itch_operational_halt *halt = (const void *)message;
            if (halt->market.byte[0] != 'Q') return; /* another market's */
            feed->operational_halt[instrument] = halt->action.byte[0] == 'H';
        }
        trading_changed(feed, instrument, before);
        return;
    }
    case 'C': {
        const struct itch_order_executed_price *executed = (const void *)message;
        print.op = executed->printable.byte[0] == 'N' ? BOOK_EXECUTE_SILENT : BOOK_EXECUTE_AT;
        print.ref = print.ref_new = be64_read(executed->order_ref);
        print.qty = be32_read(executed->executed);
        print.price_e4 = be32_read(executed->price_e4);
        print_apply(feed, &print);
        return;
    }
    case 'P': {
        const struct itch_trade *trade = (const void *)message;
        if (!feed_named(feed, instrument)) feed_name(feed, instrument, trade->stock.byte);
        print.qty = be32_read(trade->shares);
        print.price_e4 = be32_read(trade->price_e4);
        print_apply(feed, &print);
        return;
    }
    case 'Q': {
        const struct itch_cross_trade *cross = (const void *)message;
        print.qty = be64_read(cross->shares);
        print.price_e4 = be32_read(cross->price_e4);
        if (print.qty == 0) return; /* the auction is over, nothing traded */
        print_apply(feed, &print);
        return;
    }
    case 'B': feed->counts.trade_broken++; return;
    default: return; /* the others change neither book nor state; they are counted by type */
    }
}

/* Directory and the rest of the queries. */

uint32_t feed_find(const struct feed *feed, const char *symbol)
{
    char padded[8];
    size_t length = strlen(symbol);
    if (length == 0 || length > sizeof padded) return 0;
    memset(padded, ' ', sizeof padded);
    for (size_t i = 0; i < length; i++) padded[i] = symbol[i];
    uint64_t wanted;
    memcpy(&wanted, padded, sizeof wanted);
    for (uint32_t i = 1; i <= feed->last_instrument; i++)
        if (feed->symbol[i] == wanted && feed_named(feed, i)) return i;
    return 0;
}

void feed_symbol(const struct feed *feed, uint32_t instrument, char symbol[9])
{
    memset(symbol, 0, 9);
    if (instrument >= feed->instruments || !feed_named(feed, instrument)) return;
    memcpy(symbol, &feed->symbol[instrument], 8);
    for (uint32_t i = 8; i-- > 0 && (symbol[i] == ' ' || symbol[i] == 0);) symbol[i] = 0;
}

void feed_symbol_wire(const struct feed *feed, uint32_t instrument, char symbol[8])
{
    CHECK(instrument < feed->instruments);
    memcpy(symbol, &feed->symbol[instrument], 8);
}

const uint16_t *feed_listed(struct feed *feed, uint32_t *count)
{
    *count = feed->listed_count;
    for (uint32_t i = 0; i < feed->listed_count; i++) feed->told[feed->listed[i]] = 0;
    feed->listed_count = 0;
    return feed->listed;
}

uint32_t feed_last_instrument(const struct feed *feed)
{
    return feed->last_instrument;
}

enum market_state feed_channel_state(const struct feed *feed)
{
    return feed->channel_state;
}

struct book *feed_book(struct feed *feed)
{
    return feed->book;
}

const struct feed_counts *feed_counts(const struct feed *feed)
{
    return &feed->counts;
}

uint64_t feed_digest(const struct feed *feed)
{
    return book_digest(feed->book);
}
