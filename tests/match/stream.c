/* Inputs of a stream: a beginning that opens accounts, pays in and lists, then anything. */

#include "tests/match/stream.h"

#include <string.h>

static uint64_t between(struct stream *stream, uint64_t low, uint64_t high)
{
    return chance_between(&stream->chance, low, high);
}

static bool permille(struct stream *stream, uint32_t share)
{
    return between(stream, 0, 999) < share;
}

static struct match_input *input_of(struct stream *stream, uint8_t kind, size_t more)
{
    memset(&stream->next, 0, sizeof stream->next);
    struct match_input *input = &stream->next.input;
    input->kind = kind;
    input->bytes = (uint16_t)(sizeof *input + more);
    return input;
}

/* A price so many ticks above the middle. */
static price_t price_at(struct stream *stream, int64_t ticks)
{
    return (stream->profile->middle + ticks) * stream->profile->tick;
}

static price_t price_between(struct stream *stream, int64_t low, int64_t high)
{
    return price_at(stream, low + (int64_t)between(stream, 0, (uint64_t)(high - low)));
}

/* A distance of prices. */
static price_t any_distance(struct stream *stream, uint64_t most)
{
    return (price_t)between(stream, 1, most) * stream->profile->tick;
}

/* Prices around the middle; now and then far from it. */
static price_t any_price(struct stream *stream)
{
    if (permille(stream, 10)) return price_between(stream, -49, 80);
    return price_between(stream, -4, 4);
}

static qty_t any_qty(struct stream *stream)
{
    const struct stream_profile *profile = stream->profile;
    if (permille(stream, profile->large))
        return profile->lot * (profile->qty_max - (int64_t)between(stream, 0, 9));
    return profile->lot *
           (qty_t)(permille(stream, 60) ? between(stream, 10, 30) : between(stream, 1, 8));
}

/* What an iceberg shows: not so little that it would show its next part a million times. */
static qty_t any_part(struct stream *stream)
{
    const struct stream_profile *profile = stream->profile;
    int64_t lots = profile->large ? profile->qty_max / 8 : 1;
    return profile->lot * lots * (qty_t)between(stream, 1, 4);
}

static uint32_t any_account(struct stream *stream)
{
    return (uint32_t)between(stream, 1,
                             permille(stream, 10) ? STREAM_ACCOUNTS : STREAM_ACCOUNTS - 2);
}

static uint16_t any_instrument(struct stream *stream)
{
    if (permille(stream, 5)) return (uint16_t)between(stream, 0, 5);
    return (uint16_t)between(stream, 0, stream->profile->instruments - 1);
}

/* The order whose id is named: mostly one that lives, NULL if none does. */
static const struct plain_order *any_order(struct stream *stream, const struct plain_match *plain)
{
    if (plain->slots == 0) return NULL;
    uint32_t from = (uint32_t)between(stream, 0, plain->slots - 1);
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *order = &plain->order[(from + i) % plain->slots];
        if (order->place != PLAIN_GONE) return order;
    }
    return NULL;
}

/* One word of the listing, behind the symbol, becomes another one: a little or much. */
static void spoil_listing(struct stream *stream)
{
    static const uint32_t ends[] = {0, 1, UINT32_MAX, INT32_MAX, MATCH_PPM, 86400, 63};
    size_t at = sizeof stream->next.listing.symbol + 4 * (size_t)between(stream, 0, 28);
    uint32_t word = 0;
    memcpy(&word, stream->next.bytes + at, sizeof word);
    if (permille(stream, 500)) word += (uint32_t)between(stream, 0, 2) - 1;
    else word = ends[between(stream, 0, ARRAY_COUNT(ends) - 1)];
    memcpy(stream->next.bytes + at, &word, sizeof word);
}

static void draw_listing(struct stream *stream)
{
    const struct stream_profile *profile = stream->profile;
    struct match_input *input = input_of(stream, MATCH_LIST, sizeof(struct match_listing));
    bool first = stream->begun < 64;
    uint16_t index = first ? (uint16_t)(stream->begun - 3 * STREAM_ACCOUNTS)
                           : (uint16_t)between(stream, 0, STREAM_INSTRUMENTS);
    uint8_t class_of = profile->class_of[index % STREAM_INSTRUMENTS];
    bool moneyed = class_of != MATCH_PLAIN;
    input->instrument = index;
    stream->next.listing = (struct match_listing){
        .symbol = "STREAM",
        .tick = profile->tick,
        .lot = profile->lot,
        .size = class_of == MATCH_FUTURES ? profile->size : QTY_ONE,
        .price_max = profile->price_max * profile->tick,
        .qty_max = profile->qty_max * profile->lot,
        .reference = price_at(stream, 0),
        .band = profile->bands && index % 2 == 0 ? 3 * profile->tick : 0,
        .collar = (price_t)between(stream, 0, 3) * profile->tick,
        .pause_ns = 5 * NANOS_SECOND,
        .window = 64,
        .maker_ppm = moneyed ? 130 : 0,
        .taker_ppm = moneyed ? 977 : 0,
        .initial_ppm = class_of != MATCH_FUTURES ? 0
                     : index % 2                 ? 21111
                                                 : 83333,
        .maintenance_ppm = class_of != MATCH_FUTURES ? 0
                         : index % 2                 ? 15555
                                                     : 51111,
        .base = moneyed ? 1 : 0,
        .quote = moneyed ? 2 : 0,
        .class_of = class_of,
        .phase = first || permille(stream, 700) ? MATCH_OPEN : (uint8_t)between(stream, 0, 6),
    };
    if (profile->calendar && index % 2 == 1) {
        stream->next.listing.call_s = 100;
        stream->next.listing.open_s = 150;
        stream->next.listing.closing_s = 600;
        stream->next.listing.close_s = 650;
    }
    if (!first && permille(stream, 200)) spoil_listing(stream);
}

/* Accounts, money, instruments: one input each.  False when all are there. */
static bool draw_beginning(struct stream *stream)
{
    const struct stream_profile *profile = stream->profile;
    uint32_t at = stream->begun;
    if (at < STREAM_ACCOUNTS) {
        struct match_input *input = input_of(stream, MATCH_ACCOUNT, 0);
        input->account = at;
        input->other = at == 2 ? 1 : 0; /* 1 and 2 are one group */
        input->qty = at == 3 ? 5 * QTY_ONE : 0;
        input->price = at == 4 ? 500 * PRICE_ONE : 0;
    } else if (at < 3 * STREAM_ACCOUNTS) {
        struct match_input *input = input_of(stream, MATCH_DEPOSIT, 0);
        input->account = at % STREAM_ACCOUNTS;
        input->instrument = at < 2 * STREAM_ACCOUNTS ? 2 : 1;
        input->qty = at < 2 * STREAM_ACCOUNTS ? profile->fund / 10 : profile->fund / 200;
    } else if (at < 3 * STREAM_ACCOUNTS + profile->instruments) {
        draw_listing(stream);
    } else {
        stream->begun = 64;
        return false;
    }
    stream->begun++;
    return true;
}

static void draw_leg(struct stream *stream, struct match_leg *leg, uint32_t which)
{
    const struct match_input *input = &stream->next.input;
    bool opposite = stream->next.terms.link == MATCH_LEGS && !permille(stream, 100);
    leg->side = opposite ? !input->side : input->side;
    bool stops = which == 1 ? !permille(stream, 100) : permille(stream, 100);
    if (stream->next.terms.link == MATCH_PAIR) stops = permille(stream, 600);
    leg->type = stops ? (uint8_t)between(stream, MATCH_STOP, MATCH_TRAILING_STOP) : MATCH_LIMIT;
    bool rises = (leg->side == SIDE_SELL) != stops;
    price_t away = any_distance(stream, 3);
    price_t from = input->price ? input->price : price_at(stream, 0);
    price_t at = permille(stream, 100) ? any_price(stream) : rises ? from + away : from - away;
    if (leg->type == MATCH_LIMIT || leg->type == MATCH_STOP_LIMIT) leg->price = at;
    if (stops) leg->trigger = leg->type == MATCH_TRAILING_STOP ? away : at;
    if (permille(stream, 5)) leg->type = (uint8_t)between(stream, 0, MATCH_TYPE_COUNT);
}

static void draw_links(struct stream *stream)
{
    const struct stream_profile *profile = stream->profile;
    struct match_terms *terms = &stream->next.terms;
    struct match_input *input = &stream->next.input;
    if (permille(stream, profile->tracked)) input->flags |= MATCH_TRACK;
    if (!permille(stream, profile->linked)) return;
    terms->link = permille(stream, 350) ? MATCH_PAIR : MATCH_LEGS;
    if (terms->link == MATCH_PAIR) {
        input->flags = 0;
        draw_leg(stream, &terms->legs[0], 0);
        return;
    }
    if (permille(stream, 600)) input->flags |= MATCH_TRACK;
    uint32_t which = (uint32_t)between(stream, 1, 7);
    if (which & 1 || which == 6) draw_leg(stream, &terms->legs[0], 0);
    if (which & 2 || which == 4) draw_leg(stream, &terms->legs[1], 1);
    if (terms->legs[0].type && terms->legs[1].type) terms->legs[1].side = terms->legs[0].side;
}

static void draw_new(struct stream *stream)
{
    const struct stream_profile *profile = stream->profile;
    struct match_input *input = input_of(stream, MATCH_NEW, sizeof(struct match_terms));
    struct match_terms *terms = &stream->next.terms;
    input->id = between(stream, 1, 90);
    input->account = any_account(stream);
    input->instrument = any_instrument(stream);
    input->side = (uint8_t)between(stream, SIDE_BUY, SIDE_SELL);
    input->qty = any_qty(stream);
    input->price = any_price(stream);
    input->type = MATCH_LIMIT;
    input->self_trade = (uint8_t)between(stream, 0, MATCH_SELF_TRADE_COUNT - 1);
    input->tif = permille(stream, 200) ? (uint8_t)between(stream, 0, MATCH_TIF_COUNT - 1) : 0;
    if (permille(stream, 60)) input->flags |= MATCH_POST_ONLY;
    if (permille(stream, 80)) input->type = MATCH_MARKET;
    if (permille(stream, profile->stops)) {
        input->type = (uint8_t)between(stream, MATCH_STOP, MATCH_TRAILING_STOP);
        terms->trigger =
            input->type == MATCH_TRAILING_STOP ? any_distance(stream, 4) : any_price(stream);
        if (!permille(stream, 50)) input->tif &= MATCH_DAY;
    }
    bool priced = input->type == MATCH_LIMIT || input->type == MATCH_STOP_LIMIT;
    if (!priced && !permille(stream, 20)) input->price = 0;
    if (!priced && !permille(stream, 20)) input->flags = 0;
    if (permille(stream, profile->hidden)) terms->display = any_part(stream);
    if (!terms->display || permille(stream, 50)) draw_links(stream);
    if (!terms->trigger && !terms->display && !terms->link && permille(stream, 700))
        input->bytes = sizeof *input;
}

static void draw_modify(struct stream *stream, const struct plain_match *plain)
{
    struct match_input *input = input_of(stream, MATCH_MODIFY, sizeof(struct match_terms));
    struct match_terms *terms = &stream->next.terms;
    const struct plain_order *order = any_order(stream, plain);
    input->id = order && !permille(stream, 20) ? order->id : between(stream, 0, 100);
    input->account = order && !permille(stream, 20) ? order->account : any_account(stream);
    if (permille(stream, 200)) input->other = between(stream, 1, 90);
    if (permille(stream, 500)) input->qty = any_qty(stream);
    bool stop = order && order->place == PLAIN_WAITS;
    if (permille(stream, stop ? 200 : 600)) input->price = any_price(stream);
    if (permille(stream, stop ? 700 : 10))
        terms->trigger = order && order->type == MATCH_TRAILING_STOP ? any_distance(stream, 4)
                                                                     : any_price(stream);
    bool legs = order && order->link == MATCH_LEGS;
    if (!permille(stream, legs ? 600 : order && order->tracked ? 100 : 10)) return;
    if (order) input->side = order->side;
    if (order && permille(stream, 800)) input->qty = input->price = 0;
    for (uint32_t i = 0; i < 2; i++) {
        bool there = order && order->legs[i];
        if (permille(stream, 500)) continue;
        terms->link = MATCH_LEGS;
        draw_leg(stream, &terms->legs[i], i);
        if (there && !permille(stream, 30)) {
            if (order->legs[i]->type == MATCH_LIMIT) terms->legs[i].trigger = 0;
            else if (order->legs[i]->type != MATCH_STOP_LIMIT) terms->legs[i].price = 0;
            terms->legs[i].type = terms->legs[i].side = 0;
        }
        if (there && permille(stream, 150)) {
            input->flags |= i ? MATCH_CLEAR_STOP_LOSS : MATCH_CLEAR_TAKE_PROFIT;
            terms->legs[i] = (struct match_leg){0};
        }
    }
    terms->link = 0;
    input->side = 0;
}

static void draw_close(struct stream *stream, const struct plain_match *plain)
{
    struct match_input *input = input_of(stream, MATCH_CLOSE, 0);
    const struct plain_order *order = NULL;
    for (int i = 0; i < 4 && !(order && order->tracked); i++) order = any_order(stream, plain);
    input->id = between(stream, 1, 90);
    input->qty = permille(stream, 400) ? 0 : any_qty(stream);
    input->account = any_account(stream);
    if (plain->holdings > 0 && permille(stream, 400)) {
        const struct plain_holding *holding =
            &plain->holding[between(stream, 0, plain->holdings - 1)];
        input->account = holding->account;
        input->instrument = holding->instrument;
    } else if (order) {
        input->other = order->id;
        input->account = order->account;
    } else {
        input->instrument = any_instrument(stream);
    }
}

static void draw_money(struct stream *stream, uint8_t kind)
{
    struct match_input *input = input_of(stream, kind, 0);
    input->account = (uint32_t)between(stream, 0, STREAM_ACCOUNTS);
    input->instrument = (uint16_t)between(stream, 1, permille(stream, 50) ? 5 : 2);
    input->qty = (qty_t)between(stream, 1, (uint64_t)stream->profile->fund / 20);
    if (permille(stream, 30)) input->qty = (qty_t)between(stream, 0, 3) - 1;
    if (permille(stream, 3)) input->qty = MATCH_MONEY_MAX;
}

static void draw_account(struct stream *stream)
{
    struct match_input *input = input_of(stream, MATCH_ACCOUNT, 0);
    input->account = (uint32_t)between(stream, 0, STREAM_ACCOUNTS + 1);
    input->other = between(stream, 0, 3);
    input->qty = QTY_ONE * (qty_t)between(stream, 0, 20);
    input->price = permille(stream, 800) ? 0 : PRICE_ONE * (price_t)between(stream, 10, 2000);
}

/* An instrument that is not open is mostly opened again soon. */
static void draw_phase(struct stream *stream, const struct plain_match *plain)
{
    struct match_input *input = input_of(stream, MATCH_PHASE, 0);
    input->instrument = any_instrument(stream);
    input->type = (uint8_t)between(stream, MATCH_CLOSED, MATCH_HALTED);
    uint16_t at = input->instrument;
    if (at < STREAM_INSTRUMENTS && plain->instrument[at].phase != MATCH_OPEN)
        input->type = MATCH_OPEN;
    if (permille(stream, 20)) input->type = (uint8_t)between(stream, 0, MATCH_PHASE_COUNT);
}

static void draw_mark(struct stream *stream)
{
    struct match_input *input = input_of(stream, MATCH_MARK, 0);
    input->instrument = any_instrument(stream);
    input->price = price_between(stream, -3, 3);
    if (permille(stream, 100)) input->price = price_between(stream, -15, 15);
}

static void draw_cancel(struct stream *stream, const struct plain_match *plain)
{
    const struct plain_order *order = any_order(stream, plain);
    struct match_input *input = input_of(stream, MATCH_CANCEL, 0);
    input->id = order && !permille(stream, 30) ? order->id : between(stream, 0, 100);
    input->account = order && !permille(stream, 30) ? order->account : any_account(stream);
}

static void draw_cancel_all(struct stream *stream)
{
    struct match_input *input = input_of(stream, MATCH_CANCEL_ALL, 0);
    input->account = any_account(stream);
    input->instrument = permille(stream, 500) ? MATCH_INSTRUMENT_ALL : any_instrument(stream);
}

/* What nobody meant: bytes, bits and numbers at their ends. */
static void make_odd(struct stream *stream)
{
    static const uint64_t ends[] = {0,
                                    1,
                                    UINT64_MAX,
                                    INT64_MAX,
                                    (uint64_t)INT64_MIN,
                                    UINT32_MAX,
                                    INT32_MAX,
                                    (uint64_t)MATCH_MONEY_MAX};
    uint8_t *bytes = (uint8_t *)&stream->next;
    uint64_t *numbers = (uint64_t *)(void *)&stream->next;
    uint32_t more = stream->next.input.bytes;
    switch (between(stream, 0, 4)) {
    case 0:
        for (uint32_t i = 16; i < sizeof stream->next; i++)
            bytes[i] = (uint8_t)chance_next(&stream->chance);
        stream->next.input.bytes = (uint16_t)between(stream, 64, 255);
        stream->next.input.kind %= MATCH_INPUT_COUNT + 1;
        break;
    case 1: bytes[between(stream, 56, 61)] ^= (uint8_t)(1u << between(stream, 0, 7)); break;
    case 2: stream->next.input.bytes = (uint16_t)between(stream, 64, 255); break;
    case 3:
        for (uint32_t at = (uint32_t)between(stream, 2, 5), i = 0; i < 1; i++)
            numbers[at] = ends[between(stream, 0, ARRAY_COUNT(ends) - 1)];
        break;
    default:
        if (more > sizeof(struct match_input))
            numbers[between(stream, 8, more / 8 - 1)] =
                ends[between(stream, 0, ARRAY_COUNT(ends) - 1)];
        break;
    }
}

static void draw_any(struct stream *stream, const struct plain_match *plain)
{
    const uint32_t weights[MATCH_INPUT_COUNT] = {
        [MATCH_TIME] = stream->profile->weight.time,
        [MATCH_LIST] = stream->profile->weight.list,
        [MATCH_PHASE] = stream->profile->weight.phase,
        [MATCH_REMOVE] = stream->profile->weight.remove,
        [MATCH_MARK] = stream->profile->weight.mark,
        [MATCH_ACCOUNT] = stream->profile->weight.account,
        [MATCH_DEPOSIT] = stream->profile->weight.deposit,
        [MATCH_WITHDRAW] = stream->profile->weight.withdraw,
        [MATCH_NEW] = stream->profile->weight.new,
        [MATCH_MODIFY] = stream->profile->weight.modify,
        [MATCH_CANCEL] = stream->profile->weight.cancel,
        [MATCH_CANCEL_ALL] = stream->profile->weight.cancel_all,
        [MATCH_CLOSE] = stream->profile->weight.close,
    };
    uint32_t sum = 0, kind = 0;
    for (uint32_t i = 0; i < MATCH_INPUT_COUNT; i++) sum += weights[i];
    uint32_t drawn = (uint32_t)between(stream, 0, sum - 1);
    while (drawn >= weights[kind]) drawn -= weights[kind++];
    switch ((enum match_input_kind)kind) {
    case MATCH_LIST: draw_listing(stream); break;
    case MATCH_PHASE: draw_phase(stream, plain); break;
    case MATCH_MARK: draw_mark(stream); break;
    case MATCH_ACCOUNT: draw_account(stream); break;
    case MATCH_DEPOSIT:
    case MATCH_WITHDRAW: draw_money(stream, (uint8_t)kind); break;
    case MATCH_NEW: draw_new(stream); break;
    case MATCH_MODIFY: draw_modify(stream, plain); break;
    case MATCH_CANCEL: draw_cancel(stream, plain); break;
    case MATCH_CANCEL_ALL: draw_cancel_all(stream); break;
    case MATCH_CLOSE: draw_close(stream, plain); break;
    case MATCH_REMOVE:
        input_of(stream, MATCH_REMOVE, 0)->instrument = any_instrument(stream);
        break;
    case MATCH_TIME:
    case MATCH_INPUT_COUNT:
    default: input_of(stream, MATCH_TIME, 0); break;
    }
}

void stream_begin(struct stream *stream, const struct stream_profile *profile, uint64_t seed)
{
    memset(stream, 0, sizeof *stream);
    stream->profile = profile;
    stream->chance.state = seed;
    stream->time = 160 * NANOS_SECOND;
    if (!profile->accounts) stream->begun = 3 * STREAM_ACCOUNTS;
}

const struct match_input *stream_next(struct stream *stream, const struct plain_match *plain)
{
    if (stream->begun >= 64 || !draw_beginning(stream)) {
        draw_any(stream, plain);
        if (between(stream, 0, 9999) < stream->profile->odd) make_odd(stream);
        bool calls = stream->profile->calls;
        if (permille(stream, calls ? 100 : 10)) stream->time += between(stream, 0, NANOS_SECOND);
        if (calls && permille(stream, 10)) stream->time += 20 * NANOS_SECOND;
        if (calls && between(stream, 0, 19999) == 0)
            stream->time += between(stream, 0, 3 * 86400) * NANOS_SECOND;
    }
    stream->next.input.number = ++stream->number;
    if (permille(stream, 10)) stream->number = stream->next.input.number += between(stream, 0, 9);
    if (stream->begun >= 64 && between(stream, 0, 9999) == 0) stream->next.input.number -= 10;
    stream->next.input.time = stream->time;
    if (permille(stream, 5)) stream->next.input.time -= between(stream, 0, NANOS_SECOND);
    return &stream->next.input;
}
