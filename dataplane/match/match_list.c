#include "dataplane/match/match_check.h"
#include "dataplane/match/match_emit.h"
#include "dataplane/match/match_parts.h"
#include "dataplane/match/match_unit.h"

#include <string.h>

/* Instruments come, go, and are marked (F1, F6, F7). */

/* A price times a quantity, both in 1e-8, is this many times its value in 1e-8. */
#define MONEY_ONE ((unsigned __int128)PRICE_ONE * (uint64_t)QTY_ONE)

enum { DAY_SECONDS = 86400 };

/* value is a whole number of unit, from low to high. */
static bool is_whole(int64_t value, int64_t unit, int64_t low, int64_t high)
{
    return value >= low && value <= high && value % unit == 0;
}

static bool prices_good(const struct match_listing *l)
{
    if (l->tick <= 0 || !is_whole(l->price_max, l->tick, l->tick, INT64_MAX)) return false;
    if (l->price_max / l->tick > MATCH_TICKS_MAX) return false;
    return is_whole(l->reference, l->tick, l->tick, l->price_max) &&
           is_whole(l->band, l->tick, 0, l->price_max) &&
           is_whole(l->collar, l->tick, 0, l->price_max);
}

static bool quantities_good(const struct match_listing *l)
{
    if (l->lot <= 0 || !is_whole(l->qty_max, l->lot, l->lot, INT64_MAX)) return false;
    return l->qty_max / l->lot <= MATCH_LOTS_MAX;
}

/* Every value is exact, and the largest one is at most MATCH_MONEY_MAX.  Prices and quantities are
 * good.  Three factors would not fit 128 bits, so the largest product is bounded first. */
static bool values_good(const struct match_listing *l)
{
    if (l->size <= 0) return false;
    unsigned __int128 largest = (unsigned __int128)l->price_max * (uint64_t)l->qty_max;
    unsigned __int128 most = (unsigned __int128)MATCH_MONEY_MAX * MONEY_ONE;
    if (largest > most / (uint64_t)l->size) return false;
    return (unsigned __int128)l->tick * (uint64_t)l->lot * (uint64_t)l->size % MONEY_ONE == 0;
}

static bool rates_good(const struct match_listing *l)
{
    if (l->maker_ppm >= MATCH_PPM || l->taker_ppm >= MATCH_PPM) return false;
    if (l->class_of != MATCH_FUTURES) return l->initial_ppm == 0 && l->maintenance_ppm == 0;
    return l->initial_ppm - 1 < MATCH_PPM && l->maintenance_ppm <= l->initial_ppm;
}

static bool assets_good(const struct match *m, const struct match_listing *l)
{
    if (l->class_of == MATCH_PLAIN)
        return l->base == 0 && l->quote == 0 && l->maker_ppm == 0 && l->taker_ppm == 0;
    if (l->base >= m->limits.assets || l->quote >= m->limits.assets) return false;
    if (l->class_of == MATCH_FUTURES) return true;
    return l->base != l->quote && l->size == QTY_ONE && l->qty_max <= MATCH_MONEY_MAX;
}

static bool calendar_good(const struct match_listing *l)
{
    if ((l->call_s | l->open_s | l->closing_s | l->close_s) == 0) return true;
    return l->call_s < l->open_s && l->open_s < l->closing_s && l->closing_s < l->close_s &&
           l->close_s < DAY_SECONDS;
}

static enum match_reason listing_check(const struct match *m, const struct match_listing *l)
{
    static const uint8_t none[sizeof l->spare];
    if (memcmp(l->spare, none, sizeof none) != 0 || l->class_of >= MATCH_CLASS_COUNT ||
        l->phase >= MATCH_PHASE_COUNT)
        return MATCH_MALFORMED;
    bool good = prices_good(l) && quantities_good(l) && values_good(l) && rates_good(l) &&
                assets_good(m, l) && calendar_good(l);
    if (!good || l->phase == MATCH_UNLISTED || l->phase == MATCH_PAUSED) return MATCH_BAD_LISTING;
    if (!IS_POW2(l->window) || l->window < MATCH_WINDOW_MIN || l->window > MATCH_WINDOW_MAX)
        return MATCH_BAD_LISTING;
    return l->band != 0 && l->pause_ns == 0 ? MATCH_BAD_LISTING : MATCH_NO_REASON;
}

void band_set(struct instrument *b)
{
    int64_t low = 1, high = INT32_MAX;
    if (b->band != 0) {
        low = (int64_t)b->reference - b->band;
        high = (int64_t)b->reference + b->band;
    }
    b->band_low = low < 1 ? 1 : (int32_t)low;
    b->band_high = high > INT32_MAX ? INT32_MAX : (int32_t)high;
}

/* The listing is good; the ladders are there. */
static void instrument_set(struct instrument *b, uint16_t index, const struct match_listing *l)
{
    b->listing = *l;
    b->index = index;
    b->phase = l->phase;
    b->class_of = l->class_of;
    b->tick = unit_of(l->tick, (uint32_t)(l->price_max / l->tick));
    b->lot = unit_of(l->lot, (uint32_t)(l->qty_max / l->lot));
    b->unit_value =
        (int64_t)((unsigned __int128)l->tick * (uint64_t)l->lot * (uint64_t)l->size / MONEY_ONE);
    b->lot_base = l->class_of == MATCH_SPOT ? l->lot : 0;
    b->maker_ppm = l->maker_ppm;
    b->taker_ppm = l->taker_ppm;
    b->worst_ppm = l->maker_ppm > l->taker_ppm ? l->maker_ppm : l->taker_ppm;
    b->initial_ppm = l->initial_ppm;
    b->maintenance_ppm = l->maintenance_ppm;
    b->base = l->base;
    b->quote = l->quote;
    b->mark = b->reference = (int32_t)(l->reference / l->tick);
    b->band = (int32_t)(l->band / l->tick);
    b->collar = (int32_t)(l->collar / l->tick);
    band_set(b);
}

enum match_reason instrument_list(struct match *m, uint16_t index,
                                  const struct match_listing *listing)
{
    enum match_reason reason = listing_check(m, listing);
    if (reason == MATCH_MALFORMED) return reason;
    if (index >= m->limits.instruments) return MATCH_NO_INSTRUMENT;
    struct instrument *b = &m->instruments[index];
    if (b->phase != MATCH_UNLISTED) return MATCH_LISTED_ALREADY;
    if (reason != MATCH_NO_REASON) return reason;
    if (!windows_open(m, b, listing->window)) return MATCH_NO_ROOM;
    instrument_set(b, index, listing);
    instrument_due_anew(m, b);
    return MATCH_NO_REASON;
}

/* Nothing but number, time, instrument, price, kind and bytes. */
static bool is_bare(const struct match_input *in)
{
    return (in->id | in->other | in->account) == 0 && in->qty == 0 && input_tail(in) >> 8 == 0;
}

static void instrument_said(struct match *m, uint16_t index, enum match_event_kind kind,
                            price_t price)
{
    match_emit(m, &(struct match_event){
                      .price = price,
                      .instrument = index,
                      .kind = (uint8_t)kind,
                  });
}

void command_list(struct match *m, const struct match_input *in)
{
    struct match_listing listing;
    enum match_reason reason = MATCH_MALFORMED;
    if (in->bytes == sizeof *in + sizeof listing && is_bare(in) && in->price == 0) {
        memcpy(&listing, in + 1, sizeof listing);
        reason = instrument_list(m, in->instrument, &listing);
    }
    if (reason != MATCH_NO_REASON) match_reject(m, in, reason);
    else instrument_said(m, in->instrument, MATCH_LISTED, 0);
}

static enum match_reason remove_check(const struct match *m, const struct match_input *in)
{
    if (in->bytes != sizeof *in || !is_bare(in) || in->price != 0) return MATCH_MALFORMED;
    const struct instrument *b = instrument_of(m, in->instrument);
    if (b == NULL) return MATCH_NO_INSTRUMENT;
    bool held = m->limits.accounts != 0 && ledger_has_positions(m, b);
    return held ? MATCH_HAS_POSITIONS : MATCH_NO_REASON;
}

void command_remove(struct match *m, const struct match_input *in)
{
    enum match_reason reason = remove_check(m, in);
    if (reason != MATCH_NO_REASON) {
        match_reject(m, in, reason);
        return;
    }
    struct instrument *b = &m->instruments[in->instrument];
    instrument_clear(m, b, MATCH_IS_REMOVED);
    linked_remove(m, b);
    if (m->limits.accounts != 0) ledger_forget(m, b);
    windows_close(m, b);
    instrument_due_never(m, b);
    memset(b, 0, sizeof *b);
    instrument_said(m, in->instrument, MATCH_REMOVED, 0);
}

static enum match_reason mark_check(const struct match *m, const struct match_input *in)
{
    if (in->bytes != sizeof *in || !is_bare(in)) return MATCH_MALFORMED;
    const struct instrument *b = instrument_of(m, in->instrument);
    if (b == NULL) return MATCH_NO_INSTRUMENT;
    if (unit_good(&b->tick, in->price) == 0) return price_reason(&b->tick, in->price);
    return MATCH_NO_REASON;
}

void command_mark(struct match *m, const struct match_input *in)
{
    enum match_reason reason = mark_check(m, in);
    if (reason != MATCH_NO_REASON) {
        match_reject(m, in, reason);
        return;
    }
    struct instrument *b = &m->instruments[in->instrument];
    b->mark = b->reference = (int32_t)unit_good(&b->tick, in->price);
    band_set(b);
    instrument_said(m, b->index, MATCH_MARKED, in->price);
    if (m->limits.accounts != 0) ledger_marked(m, b);
}
