/* What is asked of a feed by its window: every book, of more instruments than a view shows, and the
 * end of a quarantine. */

#include "tests/stage/rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

#define LISTED 300u /* instruments */

static struct rig rig;

static void symbol_of(uint32_t instrument, char symbol[9])
{
    (void)snprintf(symbol, 9, "S%-7u", instrument % 1000);
}

static void before_each(void)
{
    rig_plan(&rig);
    rig.feed_plan.feed.book.instruments = LISTED + 2;
    rig_open(&rig);
    for (uint32_t i = 1; i <= LISTED; i++) {
        char symbol[9];
        symbol_of(i, symbol);
        rig_list(&rig, (uint16_t)i, symbol);
        (void)rig_feed_turn(&rig);
    }
}

static void after_each(void)
{
    rig_close(&rig);
}

/* Freed by the next. */
static const struct window_said *said_by(const struct window_ask *ask)
{
    struct window *window = feed_stage_window(rig.feed);
    EXPECT(window_ask(window, ask));
    for (uint32_t i = 0; i < 20 && !window_said(window); i++) (void)rig_feed_view(&rig);
    EXPECT(window_said(window) != NULL);
    return window_said(window);
}

SPEC(a_view_shows_sixteen_and_the_windows_all)
{
    struct window *window = feed_stage_window(rig.feed);
    struct window_ask ask = {.kind = FEED_WINDOW_INSTRUMENTS, .limit = 70};
    uint32_t rows = 0, portions = 0;
    EXPECT_UINT(rig_feed_view(&rig).books, FEED_VIEW_BOOKS);
    do {
        const struct window_said *said = said_by(&ask);
        if (!said) return;
        EXPECT_UINT(said->matched, LISTED);
        for (uint32_t i = 0; i < said->rows; i++) {
            const struct feed_view_instrument *row = window_row(window, i);
            char symbol[9];
            symbol_of(++rows, symbol);
            EXPECT_UINT(row->instrument, rows);
            EXPECT(memcmp(row->symbol, symbol, strcspn(symbol, " ")) == 0);
            EXPECT_UINT(row->state, MARKET_LIVE);
            EXPECT(row->market.bid > 0 && row->market.ask > row->market.bid);
        }
        ask.after = said->next;
        window_free(window);
    } while (ask.after > 0 && ++portions < 10);
    EXPECT_UINT(rows, LISTED);
    EXPECT_UINT(portions, 4);
}

SPEC(each_instrument_has_its_book)
{
    struct window *window = feed_stage_window(rig.feed);
    for (uint32_t i = 1; i <= LISTED; i++) {
        struct window_ask ask = {.kind = FEED_WINDOW_BOOK, .limit = 1};
        char symbol[9];
        symbol_of(i, symbol);
        memcpy(ask.symbol, symbol, sizeof ask.symbol);
        const struct window_said *said = said_by(&ask);
        if (!said || said->rows != 1) {
            spec_expect(__FILE__, __LINE__, false, "no book of %s", symbol);
            return;
        }
        EXPECT_UINT(said->turns, 1);
        const struct feed_view_book *book = window_row(window, 0);
        EXPECT_UINT(book->instrument, i);
        EXPECT_UINT(book->bids, 1);
        EXPECT_UINT(book->asks, 1);
        EXPECT(book->bid[0].price_e4 < book->ask[0].price_e4);
        EXPECT((price_t)book->bid[0].price_e4 * PRICE_PER_E4 == book->market.bid);
        window_free(window);
    }
}

SPEC(a_symbol_of_the_screen_that_moves_to_another_number_is_found_there)
{
    rig_close(&rig);
    rig_plan(&rig);
    rig.feed_plan.feed.book.instruments = LISTED + 2;
    rig.feed_plan.shown = 1;
    memcpy(rig.feed_plan.show[0], "S7", sizeof "S7");
    rig_open(&rig);
    rig_list(&rig, 7, "S7      ");
    (void)rig_feed_turn(&rig);
    EXPECT_UINT(rig_feed_view(&rig).show[0].instrument, 7);
    struct packet packet = packet_at(rig.sequence);
    packet_directory(&packet, 7, "OTHER   ");
    packet_directory(&packet, 9, "S7      ");
    rig_send(&rig, &packet);
    (void)rig_feed_turn(&rig);
    EXPECT_UINT(rig_feed_view(&rig).show[0].instrument, 9);
}

/* A quarantine. */

static struct feed_event told[8];
static uint32_t tells;

static void event_tell(void *context, const struct feed_event *event)
{
    (void)context;
    if (event->kind == FEED_QUARANTINE || event->kind == FEED_RELEASED) told[tells++ % 8] = *event;
}

/* The order that both lines have under the same number, at two prices. */
static void contradict(void)
{
    for (uint32_t line = 0; line < 2; line++) {
        struct packet packet = packet_at(5);
        packet_order(&packet, 1, 900, 'B', 100, 990000 + line);
        rig.group = line ? RIG_GROUP_B : RIG_GROUP;
        rig_send(&rig, &packet);
        (void)rig_feed_turn(&rig);
    }
    rig.group = RIG_GROUP;
}

SPEC(a_quarantine_is_ended_by_the_window_and_the_books_stay_as_after_a_gap)
{
    const struct window_ask ask = {.kind = FEED_WINDOW_RELEASE, .limit = 1};
    rig_close(&rig);
    rig_plan(&rig);
    rig.feed_plan.lines = rig.feed_plan.channel.lines = 2;
    rig.feed_plan.line[1] = (struct feed_stage_line){.group = RIG_GROUP_B, .port = RIG_PORT};
    rig.feed_plan.on_event = event_tell;
    tells = 0;
    rig_open(&rig);
    rig_list(&rig, 1, "ABC     ");
    (void)rig_feed_turn(&rig);
    struct window *window = feed_stage_window(rig.feed);
    EXPECT_UINT(said_by(&ask)->rows, 0); /* there is none */
    window_free(window);
    contradict();
    struct feed_view view = rig_feed_view(&rig);
    EXPECT_UINT(view.quarantined, 1);
    EXPECT_UINT(view.channel_state, MARKET_GAP);
    EXPECT_UINT(tells, 1);

    EXPECT(window_ask(window, &ask));
    view = rig_feed_view(&rig);
    EXPECT(window_said(window) != NULL);
    EXPECT_UINT(window_said(window)->rows, 1);
    EXPECT_UINT(*(const uint64_t *)window_row(window, 0), 6);
    window_free(window);
    EXPECT_UINT(view.quarantined, 0); /* with the answer, not after it */
    EXPECT_UINT(view.channel_state, MARKET_GAP);
    EXPECT_UINT(tells, 2);
    EXPECT_UINT(told[1].kind, FEED_RELEASED);
    EXPECT_UINT(told[1].to, MARKET_GAP);
    EXPECT_UINT(said_by(&ask)->rows, 0);
    window_free(window);

    struct packet packet = packet_at(6);
    packet_order(&packet, 1, 901, 'B', 100, 990005);
    rig_send(&rig, &packet);
    (void)rig_feed_turn(&rig);
    view = rig_feed_view(&rig);
    EXPECT_UINT(view.sequence, 7);
    EXPECT_UINT(view.channel_state, MARKET_GAP);
}

#define SPECS(S)                                                                                   \
    S(a_view_shows_sixteen_and_the_windows_all)                                                    \
    S(each_instrument_has_its_book)                                                                \
    S(a_symbol_of_the_screen_that_moves_to_another_number_is_found_there)                          \
    S(a_quarantine_is_ended_by_the_window_and_the_books_stay_as_after_a_gap)
SPEC_MAIN("feed windows", SPECS, before_each, after_each)
