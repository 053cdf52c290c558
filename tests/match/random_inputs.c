#include "tests/match/random_inputs.h"

#include <string.h>

/* The market is around 100.00 in ticks of 0.01: every price is a few ticks away from it. */
enum { MIDDLE = 10000, LISTINGS = 5 };

static const price_t TICK = PRICE_ONE / 100;
static const qty_t LOT = QTY_ONE / 10;
static const nanos_t MIDNIGHT = 1000 * 86400 * NANOS_SECOND;

/* A number from 0 to count - 1. */
static uint32_t below(struct random_inputs *inputs, uint32_t count)
{
    if (!inputs->from_bytes) return (uint32_t)(chance_next(&inputs->chance) % count);
    uint32_t drawn = 0;
    for (uint32_t range = 1; range < count && inputs->bytes_left > 0; range *= 256) {
        drawn = drawn << 8 | *inputs->bytes++;
        inputs->bytes_left--;
    }
    return drawn % count;
}

static bool one_in(struct random_inputs *inputs, uint32_t count)
{
    return below(inputs, count) == count - 1;
}

static void begin(struct random_inputs *inputs, bool accounts)
{
    inputs->accounts = accounts;
    inputs->time = MIDNIGHT + 3600 * NANOS_SECOND;
}

void random_inputs_seed(struct random_inputs *inputs, uint64_t seed, bool accounts)
{
    *inputs = (struct random_inputs){.chance = {seed}};
    begin(inputs, accounts);
}

void random_inputs_bytes(struct random_inputs *inputs, const uint8_t *bytes, size_t length,
                         bool accounts)
{
    *inputs = (struct random_inputs){.bytes = bytes, .bytes_left = length, .from_bytes = true};
    begin(inputs, accounts);
}

struct match_limits random_inputs_limits(bool accounts)
{
    return (struct match_limits){
        .instruments = RANDOM_INSTRUMENTS,
        .orders = 300,
        .specials = 200,
        .pages = 100,
        .window = 2048,
        .accounts = accounts ? RANDOM_ACCOUNTS + 1 : 0,
        .holdings = accounts ? 64 : 0,
        .assets = accounts ? RANDOM_ASSETS : 0,
        .balances = accounts ? 64 : 0,
        .cascade = 4,
        .money_events = true,
        .secret = 1,
    };
}

void random_inputs_saw(struct random_inputs *inputs, const struct match_event *event)
{
    if (event->id <= MATCH_ID_MAX || event->account == 0) return;
    inputs->legs[inputs->legs_seen++ % RANDOM_RECENT] =
        (struct random_order){event->id, event->account};
}

/* Names. */

static uint32_t account(struct random_inputs *inputs)
{
    return one_in(inputs, 200) ? 1000 * below(inputs, 3) : 1 + below(inputs, RANDOM_ACCOUNTS);
}

/* An id for the account that the input names. */
static order_id_t new_id(struct random_inputs *inputs)
{
    order_id_t id = ++inputs->id_last;
    if (one_in(inputs, 8)) id = id << 40 | id; /* ids need not be small */
    inputs->recent[id % RANDOM_RECENT] = (struct random_order){id, inputs->out.input.account};
    return id;
}

/* An order there was, mostly; the input names it, and mostly its account. */
static void name_known(struct random_inputs *inputs)
{
    uint32_t drawn = below(inputs, 256);
    struct random_order named = drawn < 200 || inputs->legs_seen == 0
                                  ? inputs->recent[drawn % RANDOM_RECENT]
                                  : inputs->legs[drawn % RANDOM_RECENT];
    inputs->out.input.id = named.id;
    inputs->out.input.account = one_in(inputs, 32) ? account(inputs) : named.account;
}

static uint16_t instrument(struct random_inputs *inputs)
{
    return (uint16_t)below(inputs, one_in(inputs, 32) ? 8 : LISTINGS);
}

static price_t price(struct random_inputs *inputs)
{
    uint32_t drawn = below(inputs, 256);
    int64_t ticks = MIDDLE + (int64_t)(drawn & 15) - 8;
    if (drawn >= 240) ticks += ((int64_t)(drawn & 7) - 4) * 20; /* far away */
    if (drawn == 239) return ticks * TICK + 1;
    return ticks * TICK;
}

static qty_t qty(struct random_inputs *inputs)
{
    uint32_t drawn = below(inputs, 256);
    if (drawn == 255) return -LOT;
    if (drawn == 254) return LOT + 1;
    return (qty_t)(1 + drawn % 40) * LOT;
}

static uint8_t side(struct random_inputs *inputs)
{
    return (uint8_t)below(inputs, 2);
}

/* What comes first. */

static struct match_listing listing_of(const struct random_inputs *inputs, uint32_t index)
{
    static const struct match_listing listings[LISTINGS] = {
        {.symbol = "SPOT", .class_of = MATCH_SPOT, .base = 1, .quote = 2, .band = 10},
        {.symbol = "PERP", .class_of = MATCH_FUTURES, .quote = 2},
        {.symbol = "PLAIN", .class_of = MATCH_PLAIN},
        {.symbol = "DAYS", .class_of = MATCH_SPOT, .base = 3, .quote = 2, .open_s = 1},
        {.symbol = "BANDED", .class_of = MATCH_FUTURES, .quote = 2, .band = 12},
    };
    struct match_listing listing = listings[index % LISTINGS];
    bool days = listing.open_s != 0;
    if (!inputs->accounts) listing.class_of = MATCH_PLAIN;
    bool pays = listing.class_of != MATCH_PLAIN;
    listing.tick = TICK;
    listing.lot = LOT;
    listing.size = QTY_ONE;
    listing.price_max = 100000 * TICK;
    listing.qty_max = 10000 * LOT;
    listing.reference = MIDDLE * TICK;
    listing.band *= TICK;
    listing.collar = 5 * TICK;
    listing.pause_ns = 5 * NANOS_SECOND;
    listing.window = index == 2 ? MATCH_WINDOW_MIN : 256;
    listing.phase = MATCH_OPEN;
    listing.call_s = days ? 7200 : 0;
    listing.open_s = days ? 7300 : 0;
    listing.closing_s = days ? 8000 : 0;
    listing.close_s = days ? 8100 : 0;
    listing.base = pays ? listing.base : 0;
    listing.quote = pays ? listing.quote : 0;
    listing.maker_ppm = pays ? 100 : 0;
    listing.taker_ppm = pays ? 250 : 0;
    bool futures = listing.class_of == MATCH_FUTURES;
    listing.initial_ppm = futures ? 50000 : 0;
    listing.maintenance_ppm = futures ? 30000 : 0;
    return listing;
}

static void input_list(struct random_inputs *inputs, uint32_t index)
{
    inputs->out.input.kind = MATCH_LIST;
    inputs->out.input.instrument = (uint16_t)index;
    inputs->out.input.bytes = sizeof inputs->out.input + sizeof inputs->out.listing;
    inputs->out.listing = listing_of(inputs, index);
}

static bool first_inputs(struct random_inputs *inputs)
{
    struct match_input *in = &inputs->out.input;
    uint32_t step = inputs->begun++;
    if (step < LISTINGS) {
        input_list(inputs, step);
        return true;
    }
    step -= LISTINGS;
    if (!inputs->accounts || step >= RANDOM_ACCOUNTS * RANDOM_ASSETS) return false;
    in->account = 1 + step / RANDOM_ASSETS;
    uint32_t asset = step % RANDOM_ASSETS;
    if (asset == 0) {
        in->kind = MATCH_ACCOUNT;
        in->other = in->account == 2 ? 1 : in->account;
        in->qty = (qty_t)(in->account % 3) * 10 * QTY_ONE;
        in->price = in->account == 8 ? 200 * PRICE_ONE : 0;
        return true;
    }
    in->kind = MATCH_DEPOSIT;
    in->instrument = (uint16_t)asset;
    in->qty = (asset == 2 ? 300 * in->account : 50) * QTY_ONE;
    return true;
}

/* Orders. */

static void leg(struct random_inputs *inputs, struct match_leg *out, uint8_t type, uint8_t on)
{
    static const uint8_t types[] = {MATCH_LIMIT, MATCH_STOP, MATCH_STOP_LIMIT, MATCH_TRAILING_STOP};
    out->type = one_in(inputs, 6) ? types[below(inputs, 4)] : type;
    out->side = one_in(inputs, 20) ? !on : on;
    if (out->type == MATCH_LIMIT || out->type == MATCH_STOP_LIMIT) out->price = price(inputs);
    if (out->type == MATCH_STOP || out->type == MATCH_STOP_LIMIT) out->trigger = price(inputs);
    if (out->type == MATCH_TRAILING_STOP) out->trigger = (1 + below(inputs, 6)) * TICK;
}

/* A bracket around the order: it pays if prices go the way the order hopes. */
static void bracket(struct random_inputs *inputs)
{
    struct match_input *in = &inputs->out.input;
    struct match_terms *terms = &inputs->out.terms;
    terms->link = MATCH_LEGS;
    in->flags |= MATCH_TRACK;
    uint8_t other = !in->side;
    int64_t way = in->side == SIDE_BUY ? 1 : -1, far = 1 + below(inputs, 5);
    price_t at = in->price != 0 ? in->price : MIDDLE * TICK;
    if (!one_in(inputs, 4))
        terms->legs[0] =
            (struct match_leg){.type = MATCH_LIMIT, .side = other, .price = at + way * far * TICK};
    if (one_in(inputs, 4)) return;
    leg(inputs, &terms->legs[1], MATCH_STOP, other);
    if (terms->legs[1].type != MATCH_TRAILING_STOP) terms->legs[1].trigger = at - way * far * TICK;
}

static void link_terms(struct random_inputs *inputs)
{
    struct match_input *in = &inputs->out.input;
    struct match_terms *terms = &inputs->out.terms;
    uint32_t drawn = below(inputs, 8);
    if (drawn == 0) {
        terms->link = MATCH_PAIR;
        leg(inputs, &terms->legs[0], MATCH_STOP, in->side);
    } else if (drawn == 1) {
        terms->link = MATCH_LEGS;
        leg(inputs, &terms->legs[0], MATCH_LIMIT, !in->side);
        if (one_in(inputs, 2)) leg(inputs, &terms->legs[1], MATCH_STOP, !in->side);
    } else if (drawn == 2) {
        in->flags |= MATCH_TRACK;
    } else if (drawn <= 5) {
        bracket(inputs);
    }
}

static void order_type(struct random_inputs *inputs)
{
    static const uint8_t types[] = {
        MATCH_LIMIT, MATCH_LIMIT, MATCH_LIMIT, MATCH_LIMIT,      MATCH_LIMIT,         MATCH_LIMIT,
        MATCH_LIMIT, MATCH_STOP,  MATCH_STOP,  MATCH_STOP_LIMIT, MATCH_TRAILING_STOP, MATCH_MARKET,
    };
    struct match_input *in = &inputs->out.input;
    struct match_terms *terms = &inputs->out.terms;
    in->type = types[below(inputs, sizeof types)];
    if (in->type == MATCH_LIMIT || in->type == MATCH_STOP_LIMIT) in->price = price(inputs);
    if (in->type == MATCH_STOP || in->type == MATCH_STOP_LIMIT) terms->trigger = price(inputs);
    if (in->type == MATCH_TRAILING_STOP) terms->trigger = (1 + below(inputs, 6)) * TICK;
    uint32_t drawn = below(inputs, 32);
    in->tif = drawn < 20 ? MATCH_GTC : drawn < 26 ? MATCH_DAY : drawn < 30 ? MATCH_IOC : MATCH_FOK;
    if (in->type != MATCH_LIMIT && in->tif == MATCH_DAY && in->type == MATCH_MARKET)
        in->tif = MATCH_IOC;
    if (in->type >= MATCH_STOP && in->tif >= MATCH_IOC) in->tif = MATCH_GTC;
}

static void input_new(struct random_inputs *inputs)
{
    struct match_input *in = &inputs->out.input;
    in->kind = MATCH_NEW;
    in->account = account(inputs);
    if (one_in(inputs, 64)) name_known(inputs);
    else in->id = new_id(inputs);
    in->instrument = instrument(inputs);
    in->side = side(inputs);
    in->qty = qty(inputs);
    in->self_trade = (uint8_t)below(inputs, MATCH_SELF_TRADE_COUNT);
    order_type(inputs);
    uint32_t drawn = below(inputs, 16);
    if (drawn == 0) in->flags |= MATCH_POST_ONLY;
    if (drawn == 1) inputs->out.terms.display = (qty_t)(1 + below(inputs, 8)) * LOT;
    if (drawn >= 10) link_terms(inputs);
    static const struct match_terms none;
    if (memcmp(&inputs->out.terms, &none, sizeof none) != 0 || drawn == 2)
        in->bytes = sizeof *in + sizeof none;
}

static void input_modify(struct random_inputs *inputs)
{
    struct match_input *in = &inputs->out.input;
    struct match_terms *terms = &inputs->out.terms;
    in->kind = MATCH_MODIFY;
    name_known(inputs);
    uint32_t drawn = below(inputs, 32);
    if (drawn & 1) in->price = price(inputs);
    if (drawn & 2) in->qty = qty(inputs);
    if (drawn & 4) in->other = new_id(inputs);
    if (drawn < 24) return;
    in->bytes = sizeof *in + sizeof *terms;
    drawn = below(inputs, 16);
    if (drawn & 1) terms->trigger = price(inputs);
    if (drawn & 2) leg(inputs, &terms->legs[0], MATCH_LIMIT, side(inputs));
    if (drawn & 4) leg(inputs, &terms->legs[1], MATCH_STOP, side(inputs));
    if (drawn == 8) in->flags = MATCH_CLEAR_TAKE_PROFIT;
    if (drawn == 9) in->flags = MATCH_CLEAR_STOP_LOSS;
}

static void input_end(struct random_inputs *inputs, uint32_t drawn)
{
    struct match_input *in = &inputs->out.input;
    name_known(inputs);
    if (drawn < 20) {
        in->kind = MATCH_CANCEL;
    } else if (drawn < 30) {
        in->kind = MATCH_CLOSE;
        if (one_in(inputs, 3)) in->instrument = instrument(inputs);
        else in->other = in->id;
        in->id = new_id(inputs);
        if (one_in(inputs, 3)) in->qty = qty(inputs);
    } else {
        in->kind = MATCH_CANCEL_ALL;
        in->id = 0;
        in->account = account(inputs);
        in->instrument = one_in(inputs, 3) ? MATCH_INSTRUMENT_ALL : instrument(inputs);
    }
}

/* The venue's own inputs, and money. */

static void input_money(struct random_inputs *inputs)
{
    struct match_input *in = &inputs->out.input;
    in->account = account(inputs);
    uint32_t drawn = below(inputs, 16);
    if (drawn < 2) {
        in->kind = MATCH_ACCOUNT;
        in->other = in->account == 2 || one_in(inputs, 8) ? 1 : in->account;
        in->qty = (qty_t)below(inputs, 30) * QTY_ONE;
        in->price = one_in(inputs, 4) ? 200 * PRICE_ONE : 0;
        return;
    }
    in->kind = drawn < 9 ? MATCH_DEPOSIT : MATCH_WITHDRAW;
    in->instrument = (uint16_t)below(inputs, RANDOM_ASSETS);
    in->qty = (qty_t)(1 + below(inputs, 200)) * QTY_ONE;
}

static void input_venue(struct random_inputs *inputs)
{
    static const uint8_t phases[] = {MATCH_OPEN, MATCH_OPEN, MATCH_OPEN,   MATCH_OPEN,  MATCH_OPEN,
                                     MATCH_CALL, MATCH_CALL, MATCH_HALTED, MATCH_CLOSED};
    struct match_input *in = &inputs->out.input;
    uint32_t drawn = below(inputs, 64);
    in->instrument = instrument(inputs);
    if (drawn < 34) {
        in->kind = MATCH_PHASE;
        in->type = phases[below(inputs, sizeof phases)];
    } else if (drawn < 54) {
        in->kind = MATCH_MARK;
        in->price = price(inputs);
        if (one_in(inputs, 4)) in->price += ((int64_t)below(inputs, 16) - 8) * 900 * TICK;
    } else if (drawn < 60) {
        input_list(inputs, in->instrument);
    } else if (drawn < 62) {
        in->kind = MATCH_REMOVE;
    } else {
        in->kind = (uint8_t)below(inputs, 256); /* whatever that is */
        in->flags = (uint8_t)below(inputs, 256);
    }
}

static void input_any(struct random_inputs *inputs)
{
    uint32_t drawn = below(inputs, 256);
    if (drawn < 150) input_new(inputs);
    else if (drawn < 185) input_modify(inputs);
    else if (drawn < 217) input_end(inputs, drawn - 185);
    else if (drawn < 227) input_money(inputs);
    else if (drawn < 243) input_venue(inputs);
    else inputs->out.input.kind = MATCH_TIME;
    if (one_in(inputs, 64)) inputs->time += below(inputs, 1000) * NANOS_SECOND;
    inputs->time += below(inputs, 256) * NANOS_MILLI;
}

const struct match_input *random_inputs_next(struct random_inputs *inputs)
{
    memset(&inputs->out, 0, sizeof inputs->out);
    inputs->out.input.bytes = sizeof inputs->out.input;
    if (!first_inputs(inputs)) {
        if (inputs->from_bytes && inputs->bytes_left == 0) return NULL;
        input_any(inputs);
    }
    inputs->out.input.number = ++inputs->number;
    inputs->out.input.time = inputs->time;
    return &inputs->out.input;
}
