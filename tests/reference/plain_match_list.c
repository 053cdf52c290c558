/* Instruments come and go (F1, F7). */

#include "tests/reference/plain_match_parts.h"

static bool is_step(price_t value, price_t step, int64_t max)
{
    return value >= step && value % step == 0 && value / step <= max;
}

/* F1.  1e24 of the three factors' units is one. */
static bool values_are_exact(const struct match_listing *listing)
{
    const wide_t unit = 10000000000000000;
    if ((wide_t)listing->tick * listing->lot % unit * listing->size % unit != 0) return false;
    wide_t most = (wide_t)listing->price_max * listing->qty_max;
    return most <= (wide_t)MATCH_MONEY_MAX * unit / listing->size;
}

static bool prices_go_together(const struct match_listing *listing)
{
    if (listing->tick <= 0 || listing->lot <= 0 || listing->size <= 0) return false;
    if (!is_step(listing->price_max, listing->tick, MATCH_TICKS_MAX)) return false;
    if (!is_step(listing->qty_max, listing->lot, MATCH_LOTS_MAX)) return false;
    if (!is_step(listing->reference, listing->tick, listing->price_max / listing->tick))
        return false;
    price_t distances[2] = {listing->band, listing->collar};
    for (int i = 0; i < 2; i++)
        if (distances[i] < 0 || distances[i] % listing->tick != 0 ||
            distances[i] > listing->price_max)
            return false;
    if (listing->band > 0 && listing->pause_ns == 0) return false;
    return values_are_exact(listing);
}

static bool times_go_together(const struct match_listing *listing)
{
    if (!listing->call_s && !listing->open_s && !listing->closing_s && !listing->close_s)
        return true;
    return listing->call_s < listing->open_s && listing->open_s < listing->closing_s &&
           listing->closing_s < listing->close_s && listing->close_s < 86400;
}

static bool money_goes_together(const struct plain_match *plain,
                                const struct match_listing *listing)
{
    if (listing->maker_ppm >= MATCH_PPM || listing->taker_ppm >= MATCH_PPM) return false;
    if (listing->class_of == MATCH_FUTURES) {
        if (listing->initial_ppm < 1 || listing->initial_ppm > MATCH_PPM) return false;
        if (listing->maintenance_ppm > listing->initial_ppm) return false;
    } else if (listing->initial_ppm || listing->maintenance_ppm) {
        return false;
    }
    if (listing->class_of == MATCH_PLAIN)
        return !listing->base && !listing->quote && !listing->maker_ppm && !listing->taker_ppm;
    if (plain->limits.accounts == 0) return false;
    if (listing->base >= plain->limits.assets || listing->quote >= plain->limits.assets)
        return false;
    if (listing->class_of == MATCH_FUTURES) return true;
    return listing->base != listing->quote && listing->size == QTY_ONE &&
           listing->qty_max <= MATCH_MONEY_MAX;
}

static bool is_sound(const struct plain_match *plain, const struct match_listing *listing)
{
    if (listing->phase < MATCH_CLOSED || listing->phase > MATCH_HALTED) return false;
    if (!IS_POW2(listing->window) || listing->window < MATCH_WINDOW_MIN ||
        listing->window > MATCH_WINDOW_MAX)
        return false;
    return prices_go_together(listing) && times_go_together(listing) &&
           money_goes_together(plain, listing);
}

void plain_list(struct plain_match *plain, const struct match_input *input)
{
    const struct match_listing *listing = (const struct match_listing *)(input + 1);
    uint16_t index = input->instrument;
    uint64_t windows = listing->window;
    for (uint32_t i = 0; i < plain->limits.instruments; i++)
        if (plain->instrument[i].phase != MATCH_UNLISTED)
            windows += plain->instrument[i].listing.window;
    uint8_t reason = MATCH_NO_REASON;
    for (size_t i = 0; i < sizeof listing->spare; i++)
        if (listing->spare[i]) reason = MATCH_MALFORMED;
    if (listing->class_of >= MATCH_CLASS_COUNT || listing->phase >= MATCH_PHASE_COUNT)
        reason = MATCH_MALFORMED;
    if (reason != MATCH_NO_REASON) reason = MATCH_MALFORMED;
    else if (index >= plain->limits.instruments) reason = MATCH_NO_INSTRUMENT;
    else if (plain->instrument[index].phase != MATCH_UNLISTED) reason = MATCH_LISTED_ALREADY;
    else if (!is_sound(plain, listing)) reason = MATCH_BAD_LISTING;
    else if (windows > plain->limits.window) reason = MATCH_NO_ROOM;
    if (reason != MATCH_NO_REASON) {
        plain_reject(plain, input, reason);
        return;
    }
    plain->instrument[index] = (struct plain_instrument){.listing = *listing,
                                                         .phase = listing->phase,
                                                         .reference = listing->reference,
                                                         .mark = listing->reference,
                                                         .seen = plain->time};
    plain_say(plain, MATCH_LISTED)->instrument = index;
}

static void cancel_queue(struct plain_match *plain, uint16_t index, enum plain_place place,
                         uint8_t side)
{
    struct plain_order *order;
    while ((order = plain_next(plain, index, place, side, NULL)) != NULL)
        plain_cancel(plain, order, MATCH_IS_REMOVED);
}

static void free_rows(struct plain_match *plain, uint16_t index)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plain->slots; i++) {
        struct plain_order *order = &plain->order[i];
        if (order->place == PLAIN_KEPT && order->instrument == index) plain_forget(plain, order);
    }
    for (uint32_t i = 0; i < plain->holdings; i++)
        if (plain->holding[i].instrument != index) plain->holding[kept++] = plain->holding[i];
    plain->holdings = kept;
}

void plain_remove(struct plain_match *plain, const struct match_input *input)
{
    uint16_t index = input->instrument;
    if (index >= plain->limits.instruments || plain->instrument[index].phase == MATCH_UNLISTED) {
        plain_reject(plain, input, MATCH_NO_INSTRUMENT);
        return;
    }
    for (uint32_t i = 0; i < plain->holdings; i++) {
        if (plain->holding[i].instrument != index || plain->holding[i].position == 0) continue;
        plain_reject(plain, input, MATCH_HAS_POSITIONS);
        return;
    }
    cancel_queue(plain, index, PLAIN_BOOK, SIDE_BUY);
    cancel_queue(plain, index, PLAIN_BOOK, SIDE_SELL);
    cancel_queue(plain, index, PLAIN_WAITS, 0);
    cancel_queue(plain, index, PLAIN_FIRED, 0);
    free_rows(plain, index);
    plain->instrument[index] = (struct plain_instrument){0};
    plain_say(plain, MATCH_REMOVED)->instrument = index;
}
