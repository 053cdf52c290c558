#include "tests/publish/market_rig.h"

#include "tests/publish/space.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void publish(void *context, const struct match_event *event)
{
    struct market_rig *rig = context;
    if (event->kind == MATCH_LISTED) {
        enum itch_out_status status =
            itch_out_list(rig->out, event->instrument, &rig->listing, rig->time);
        CHECK(itch_out_published(rig->out, event->instrument) == (status == ITCH_OUT_OK));
    }
    itch_out_expect(rig->out, event);
    itch_out_event(rig->out, event, rig->time);
    if (rig->on_event) rig->on_event(rig->context, event);
}

struct match_limits market_rig_limits(void)
{
    return (struct match_limits){
        .instruments = 4,
        .orders = 1000,
        .specials = 500,
        .pages = 200,
        .window = 16384,
        .cascade = 16,
        .secret = 1,
    };
}

void market_rig_new(struct market_rig *rig, const struct match_limits *limits,
                    const struct history_limits *history)
{
    *rig = (struct market_rig){.limits = *limits, .time = MARKET_MIDNIGHT + 34200 * NANOS_SECOND};
    struct itch_out_limits itch = {
        .instruments = limits->instruments,
        .orders = limits->orders,
        .secret = 7,
        .midnight = MARKET_MIDNIGHT,
    };
    rig_new(&rig->engine, limits);
    rig->engine.on_event = publish;
    rig->engine.context = rig;
    rig->history = history_new(space_new(history_footprint(history), 0xa5), history);
    rig->out = itch_out_new(space_new(itch_out_footprint(&itch), 0xa5), &itch, rig->history);
}

void market_rig_free(struct market_rig *rig)
{
    rig_free(&rig->engine);
    free(rig->history);
    free(rig->out);
}

void market_rig_apply(struct market_rig *rig, const struct match_input *input)
{
    if (input->kind == MATCH_LIST && input->bytes == sizeof *input + sizeof rig->listing)
        memcpy(&rig->listing, input + 1, sizeof rig->listing);
    rig_apply(&rig->engine, input);
}

void market_rig_give(struct market_rig *rig, struct match_input input)
{
    input.number = ++rig->number;
    input.time = rig->time;
    input.bytes = sizeof input;
    market_rig_apply(rig, &input);
}

/* An input and what follows it, in one piece. */
static void give_with(struct market_rig *rig, struct match_input input, const void *tail,
                      size_t bytes)
{
    static CACHE_ALIGNED uint8_t whole[256];
    input.number = ++rig->number;
    input.time = rig->time;
    input.bytes = (uint16_t)(sizeof input + bytes);
    memcpy(whole, &input, sizeof input);
    memcpy(whole + sizeof input, tail, bytes);
    market_rig_apply(rig, (const struct match_input *)whole);
}

void market_rig_terms(struct market_rig *rig, struct match_input input, struct match_terms terms)
{
    give_with(rig, input, &terms, sizeof terms);
}

struct match_input market_rig_order(const struct market_rig *rig, enum side side, int64_t shares,
                                    int64_t cents)
{
    return (struct match_input){
        .kind = MATCH_NEW,
        .id = rig->number + 1,
        .account = (uint32_t)rig->number + 1,
        .side = (uint8_t)side,
        .type = MATCH_LIMIT,
        .qty = SHARES(shares),
        .price = CENTS(cents),
    };
}

void market_rig_list(struct market_rig *rig, uint16_t instrument, struct match_listing listing)
{
    struct match_input input = {.kind = MATCH_LIST, .instrument = instrument};
    give_with(rig, input, &listing, sizeof listing);
}

struct match_listing market_rig_listing(void)
{
    return (struct match_listing){
        .symbol = "AAPL",
        .tick = CENTS(1),
        .lot = SHARES(1),
        .size = QTY_ONE,
        .price_max = CENTS(100000),
        .qty_max = SHARES(100000),
        .reference = CENTS(10000),
        .collar = CENTS(100),
        .window = 4096,
        .phase = MATCH_OPEN,
    };
}

const uint8_t *market_rig_message(const struct market_rig *rig, uint64_t sequence, uint32_t *length)
{
    struct history_run run;
    struct history_wish wish = {.sequence = sequence, .bytes_max = UINT32_MAX, .count_max = 1};
    if (!history_run(rig->history, &wish, &run)) return NULL;
    *length = (uint32_t)said_number(run.blocks, 2);
    CHECK(run.bytes == *length + 2);
    return run.blocks + 2;
}

const char *market_rig_said(struct market_rig *rig)
{
    size_t at = 0;
    rig->text[0] = 0;
    for (; rig->told + 1 < history_next(rig->history); rig->told++) {
        uint32_t length = 0;
        const uint8_t *message = market_rig_message(rig, rig->told + 1, &length);
        char line[SAID_LINE_MAX];
        CHECK(message != NULL);
        said_message(line, message, length);
        at += (size_t)snprintf(rig->text + at, sizeof rig->text - at, "%s\n", line);
        CHECK(at < sizeof rig->text);
    }
    return rig->text;
}
