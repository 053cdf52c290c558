#include "dataplane/book/book.h"
#include "dataplane/publish/itch_out_layout.h"

/* The cold half: the instruments, their phases and auctions, the day, and what is asked. */

const char *itch_out_status_text(enum itch_out_status status)
{
#define ITCH_OUT_TEXT(status, counter, sentence) [status] = sentence,
    static const char *const texts[] = {ITCH_OUT_STATUSES(ITCH_OUT_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(texts));
    return texts[status];
}

const char *itch_out_status_name(enum itch_out_status status)
{
#define ITCH_OUT_NAME(status, counter, sentence) [status] = #counter,
    static const char *const names[] = {ITCH_OUT_STATUSES(ITCH_OUT_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(names));
    return names[status];
}

const char *itch_out_limits_check(const struct itch_out_limits *limits)
{
    if (limits->instruments < 1 || limits->instruments > MATCH_INSTRUMENTS_MAX)
        return "market data: instruments must be 1 to 65534";
    if (limits->orders < 1 || limits->orders > MATCH_ORDERS_MAX)
        return "market data: orders must be 1 to 16777214";
    return NULL;
}

static uint32_t places_bits(uint32_t orders)
{
    uint32_t bits = 4;
    while ((uint64_t)1 << bits < 2 * (uint64_t)orders) bits++;
    return bits;
}

static size_t orders_bytes(const struct itch_out_limits *limits)
{
    return ALIGN_UP(sizeof(struct order) << places_bits(limits->orders), CACHE_LINE);
}

size_t itch_out_footprint(const struct itch_out_limits *limits)
{
    return ALIGN_UP(sizeof(struct itch_out), CACHE_LINE) + orders_bytes(limits) +
           ALIGN_UP(limits->instruments * sizeof(struct instrument), CACHE_LINE);
}

struct itch_out *itch_out_new(void *memory, const struct itch_out_limits *limits,
                              struct history *history)
{
    CHECK(itch_out_limits_check(limits) == NULL);
    uint32_t bits = places_bits(limits->orders);
    uint64_t mixed = (limits->secret + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    uint8_t *at = memory;
    struct itch_out *out = memory;
    memset(memory, 0, itch_out_footprint(limits));
    at += ALIGN_UP(sizeof *out, CACHE_LINE);
    out->order = (struct order *)at;
    out->instrument = (struct instrument *)(at + orders_bytes(limits));
    out->history = history;
    out->multiplier = (mixed ^ mixed >> 29) | 1;
    out->shift = 64 - bits;
    out->mask = (1u << bits) - 1;
    out->midnight = limits->midnight;
    out->limits = *limits;
    return out;
}

void itch_out_midnight(struct itch_out *out, nanos_t midnight)
{
    out->midnight = midnight;
}

void itch_out_system(struct itch_out *out, char code, nanos_t time)
{
    CHECK(memchr("OSQMEC", code, 6) != NULL);
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, system_event, 'S') = (struct itch_system_event){
        .type = text1('S'),
        .timestamp_ns = stamp,
        .event = text1(code),
    };
}

/* Instruments. */

/* As on the wire; false if it cannot be said there. */
static bool symbol_of(const struct match_listing *listing, struct text8 *symbol)
{
    memset(symbol->byte, ' ', sizeof symbol->byte);
    uint32_t length = 0;
    while (length < sizeof listing->symbol && listing->symbol[length] != 0) {
        char letter = listing->symbol[length];
        if (letter < '!' || letter > '~' || length == sizeof symbol->byte) return false;
        symbol->byte[length++] = letter;
    }
    return length != 0;
}

static enum itch_out_status listing_check(const struct match_listing *listing, struct text8 *symbol)
{
    const price_t price_max = (price_t)BOOK_PRICE_MAX_E4 * PRICE_PER_E4;
    const qty_t qty_max = (qty_t)UINT32_MAX * QTY_ONE;
    if (!symbol_of(listing, symbol)) return ITCH_OUT_BAD_SYMBOL;
    if (listing->tick % PRICE_PER_E4 != 0) return ITCH_OUT_FINE_TICK;
    if (listing->lot % QTY_ONE != 0) return ITCH_OUT_FINE_LOT;
    if (listing->price_max > price_max) return ITCH_OUT_HIGH_PRICE;
    if (listing->qty_max > qty_max) return ITCH_OUT_LARGE_QTY;
    return ITCH_OUT_OK;
}

static void directory_said(struct itch_out *out, uint16_t index,
                           const struct match_listing *listing, nanos_t time)
{
    uint32_t lot = (uint32_t)shares_of(listing->lot);
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, stock_directory, 'R') = (struct itch_stock_directory){
        .type = text1('R'),
        .stock_locate = be16(ITCH_OUT_LOCATE(index)),
        .timestamp_ns = stamp,
        .stock = out->instrument[index].symbol,
        .market_category = text1(' '),
        .financial_status = text1(' '),
        .round_lot_shares = be32(lot),
        .round_lots_only = text1(lot > 1 ? 'Y' : 'N'),
        .issue_classification = text1('Q'), /* other */
        .issue_sub_type = {{'Z', ' '}},     /* not applicable */
        .authenticity = text1('P'),
        .short_sale_threshold = text1(' '),
        .ipo = text1(' '),
        .luld_tier = text1(' '),
        .etp = text1('N'),
        .inverse = text1('N'),
    };
}

/* How a phase is said: the trading state and the reason. */
struct saying {
    char state;
    struct text4 reason;
};

static struct saying phase_saying(enum match_phase phase)
{
    static const struct saying sayings[MATCH_PHASE_COUNT] = {
        [MATCH_UNLISTED] = {'H', {{'M', '2', ' ', ' '}}}, /* quotation not available */
        [MATCH_CLOSED] = {'H', {{'M', '2', ' ', ' '}}},
        [MATCH_CALL] = {'Q', {{' ', ' ', ' ', ' '}}},
        [MATCH_OPEN] = {'T', {{' ', ' ', ' ', ' '}}},
        [MATCH_HALTED] = {'H', {{' ', ' ', ' ', ' '}}},
        [MATCH_PAUSED] = {'P', {{'L', 'U', 'D', 'P'}}},
    };
    CHECK((unsigned)phase < MATCH_PHASE_COUNT);
    return sayings[phase];
}

void itch_out_trading_action(struct itch_out *out, uint16_t index, nanos_t time)
{
    const struct instrument *instrument = &out->instrument[index];
    struct saying saying = phase_saying((enum match_phase)instrument->phase);
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, trading_action, 'H') = (struct itch_trading_action){
        .type = text1('H'),
        .stock_locate = be16(ITCH_OUT_LOCATE(index)),
        .timestamp_ns = stamp,
        .stock = instrument->symbol,
        .state = text1(saying.state),
        .reserved = text1(' '),
        .reason = saying.reason,
    };
}

enum itch_out_status itch_out_list(struct itch_out *out, uint16_t index,
                                   const struct match_listing *listing, nanos_t time)
{
    CHECK(index < out->limits.instruments);
    CHECK(listing->phase != MATCH_UNLISTED);
    struct instrument *instrument = &out->instrument[index];
    CHECK(instrument->phase == MATCH_UNLISTED);
    *instrument = (struct instrument){.phase = listing->phase};
    enum itch_out_status status = listing_check(listing, &instrument->symbol);
    out->counts.list[status]++;
    if (status != ITCH_OUT_OK) return status;
    instrument->published = true;
    directory_said(out, index, listing, time);
    itch_out_trading_action(out, index, time);
    return ITCH_OUT_OK;
}

void itch_out_removed(struct itch_out *out, const struct match_event *event, nanos_t time)
{
    struct instrument *instrument = &out->instrument[event->instrument];
    CHECK(instrument->orders == 0);
    instrument->phase = MATCH_UNLISTED;
    if (instrument->published) itch_out_trading_action(out, event->instrument, time);
    else out->counts.unpublished++;
    instrument->published = false;
}

/* Auctions. */

/* The letter of an auction held, or to be held, in this phase. */
static char cross_type(const struct instrument *instrument)
{
    if (instrument->phase == MATCH_PAUSED || instrument->phase == MATCH_HALTED) return 'H';
    return instrument->closing ? 'C' : 'O';
}

static void cross_said(struct itch_out *out, uint16_t index, char type, nanos_t time)
{
    struct instrument *instrument = &out->instrument[index];
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, cross_trade, 'Q') = (struct itch_cross_trade){
        .type = text1('Q'),
        .stock_locate = be16(ITCH_OUT_LOCATE(index)),
        .timestamp_ns = stamp,
        .shares = be64(instrument->cross_shares),
        .stock = instrument->symbol,
        .price_e4 = be32(instrument->cross_price_e4),
        .match_number = be64(instrument->cross_number),
        .cross_type = text1(type),
    };
    instrument->cross_number = 0;
    instrument->cross_shares = 0;
    instrument->cross_price_e4 = 0;
}

/* An auction that leaves the book crossed is followed by another before the phase is said.  What
 * it leads to is known only then, so it is said with the letter of what it was called for. */
void itch_out_auction(struct itch_out *out, const struct match_event *event, nanos_t time)
{
    struct instrument *instrument = &out->instrument[event->instrument];
    if (instrument->cross_number != 0)
        cross_said(out, event->instrument, cross_type(instrument), time);
    instrument->cross_number = match_reference(event->number, event->step);
    instrument->cross_price_e4 = price_e4(event->price);
}

void itch_out_phase(struct itch_out *out, const struct match_event *event, nanos_t time)
{
    struct instrument *instrument = &out->instrument[event->instrument];
    enum match_phase from = (enum match_phase)instrument->phase;
    enum match_phase to = (enum match_phase)event->reason;
    bool was_call = from == MATCH_CALL || from == MATCH_PAUSED;
    bool held = instrument->cross_number != 0;
    if (held || (was_call && (to == MATCH_OPEN || to == MATCH_CLOSED))) {
        if (!held) instrument->cross_number = match_reference(event->number, event->step);
        char type = 'C';
        if (to != MATCH_CLOSED) type = cross_type(instrument);
        cross_said(out, event->instrument, type, time);
    }
    instrument->phase = event->reason;
    instrument->closing = to == MATCH_CALL && (from == MATCH_OPEN || from == MATCH_PAUSED);
    itch_out_trading_action(out, event->instrument, time);
}

/* How far a price is from the reference, as NOII says it. */
static char price_variation(price_t price, price_t reference)
{
    if (price == 0 || reference == 0) return ' ';
    price_t distance = price > reference ? price - reference : reference - price;
    price_t percent = distance * 100 / reference; /* prices are at most 200 000 */
    if (percent < 1) return 'L';
    if (percent < 10) return "0123456789"[percent];
    if (percent < 20) return 'A';
    if (percent < 30) return 'B';
    return 'C';
}

void itch_out_indicate(struct itch_out *out, const struct itch_out_indication *indication,
                       nanos_t time)
{
    CHECK(indication->instrument < out->limits.instruments);
    const struct instrument *instrument = &out->instrument[indication->instrument];
    bool in_call = instrument->phase == MATCH_CALL || instrument->phase == MATCH_PAUSED;
    if (!instrument->published || !in_call) return;
    char direction = 'S';
    if (indication->side == SIDE_BUY) direction = 'B';
    if (indication->imbalance == 0) direction = 'N';
    if (indication->price == 0) direction = 'O'; /* too few orders */
    struct be48 stamp = itch_time(out, time);
    *ITCH_APPEND(out, imbalance, 'I') = (struct itch_imbalance){
        .type = text1('I'),
        .stock_locate = be16(ITCH_OUT_LOCATE(indication->instrument)),
        .timestamp_ns = stamp,
        .paired_shares = be64(shares_of(indication->paired)),
        .imbalance_shares = be64(shares_of(indication->imbalance)),
        .direction = text1(direction),
        .stock = instrument->symbol,
        .far_price_e4 = be32(price_e4(indication->price)),
        .near_price_e4 = be32(price_e4(indication->price)),
        .reference_price_e4 = be32(price_e4(indication->reference)),
        .cross_type = text1(cross_type(instrument)),
        .price_variation = text1(price_variation(indication->price, indication->reference)),
    };
}

/* Queries. */

bool itch_out_published(const struct itch_out *out, uint16_t instrument)
{
    return instrument < out->limits.instruments && out->instrument[instrument].published;
}

bool itch_out_find(const struct itch_out *out, order_id_t id, struct itch_out_order *found)
{
    const struct order *order = id == 0 ? NULL : order_find(out, id);
    if (order == NULL) return false;
    *found = (struct itch_out_order){
        .reference = order->reference,
        .shares = order->shares,
        .price_e4 = order->price_e4,
        .locate = ITCH_OUT_LOCATE(order->instrument),
        .side = order->side,
    };
    return true;
}

const struct itch_out_counts *itch_out_counts(const struct itch_out *out)
{
    return &out->counts;
}

void itch_out_verify(const struct itch_out *out)
{
    uint64_t orders = 0, of_instruments = 0;
    for (uint32_t i = 0; i <= out->mask; i++) {
        const struct order *order = &out->order[i];
        if (order->id == 0) continue;
        orders++;
        CHECK(order->shares != 0);
        CHECK(order->instrument < out->limits.instruments);
        CHECK(out->instrument[order->instrument].published);
        CHECK(order_find(out, order->id) == order);
    }
    for (uint32_t i = 0; i < out->limits.instruments; i++) {
        const struct instrument *instrument = &out->instrument[i];
        CHECK(!instrument->published || instrument->phase != MATCH_UNLISTED);
        of_instruments += instrument->orders;
    }
    CHECK(orders == out->counts.orders);
    CHECK(of_instruments == orders);
}
