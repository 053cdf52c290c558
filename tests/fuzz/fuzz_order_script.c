/* Any text as an order script: every line is answered, a line that is not understood by a printable
 * sentence, all events have names, the engine's invariants hold at the end, and the same text told
 * again, line by line into another venue, ends in the same state. */

#include "apps/order_script/order_venue.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 2000 };

struct watch {
    struct order_venue *venue;
    uint64_t events;
};

static void on_event(void *context, const struct match_event *event)
{
    struct watch *watch = context;
    char bytes[MATCH_LINE_MAX];
    struct text text = text_in(bytes, sizeof bytes);
    struct match_names names = order_venue_names(watch->venue);
    match_print_event(&text, event, &names);
    CHECK(text.length > 0);
    CHECK(!text.cut);
    CHECK(memchr(text.bytes, '\n', text.length) == NULL);
    watch->events++;
}

static void answer_check(const struct order_answer *answer)
{
    CHECK(answer->said <= ORDER_SAYS_WRONG);
    if (answer->said != ORDER_SAYS_WRONG) return;
    CHECK(answer->problem[0] != '\0');
    for (const char *at = answer->problem; *at; at++) CHECK(*at >= ' ' && *at <= '~');
    CHECK(answer->events == 0);
}

/* Tells all lines; returns the digest at the end. */
static uint64_t script_tell(const uint8_t *data, size_t size, uint64_t *events)
{
    struct watch watch = {.events = 0};
    struct order_venue_plan plan = {
        .limits = {.names = 256,
                   .engine = {.instruments = 4,
                              .orders = 128,
                              .specials = 64,
                              .pages = 64,
                              .window = 1u << 15,
                              .accounts = 64,
                              .holdings = 128,
                              .assets = 8,
                              .balances = 64,
                              .cascade = 4,
                              .money_events = true,
                              .secret = 1}},
        .bytes_max = 8u << 20,
        .on_event = on_event,
        .context = &watch,
    };
    watch.venue = order_venue_open(&plan);
    CHECK(watch.venue != NULL);
    uint64_t told = 0;
    for (uint32_t line = 0; size > 0 && line < LINES_MAX; line++) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t length = end ? (size_t)(end - data) : size;
        struct order_answer answer = order_venue_line(watch.venue, (const char *)data, length);
        answer_check(&answer);
        told += answer.events;
        data += length + (end != NULL);
        size -= length + (end != NULL);
    }
    CHECK(told == watch.events);
    const struct match *match = order_venue_match(watch.venue);
    uint64_t digest = 0;
    if (match) {
        match_verify(match);
        digest = match_digest(match);
    }
    order_venue_close(watch.venue);
    *events = told;
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t events, again;
    uint64_t digest = script_tell(data, size, &events);
    CHECK(script_tell(data, size, &again) == digest);
    CHECK(again == events);
    return 0;
}
