#include "apps/polluxd/books.h"
#include "apps/polluxd/capturing.h"
#include "apps/polluxd/commands.h"
#include "apps/polluxd/monitoring.h"
#include "apps/polluxd/outside.h"
#include "apps/polluxd/reload.h"
#include "apps/polluxd/trading.h"
#include "apps/polluxd/watch_plain.h"
#include "apps/polluxd/watch_trading.h"
#include "apps/polluxd/watch_venue.h"
#include "apps/screen.h"
#include "control/monitor/reasons.h"
#include "control/monitor/report.h"
#include "control/monitor/report_trading.h"
#include "control/monitor/report_venue.h"
#include "dataplane/base/system_clock.h"

#include <ev.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a person sees while it runs: a screen on a terminal, otherwise a line a second.  All of it
 * comes from the stages' views, whole or not at all. */

#define STEP_SECONDS   0.01 /* between looks at what people asked for */
#define LINE_EVERY_NS  NANOS_SECOND
#define LOG_LINES      6u /* newest events on the screen */
#define LOG_LINE_BYTES 160u
#define SAID_BYTES     1024u /* with the time before it: WATCH_PLAIN_MAX at most */
#define DEPTH_LEVELS   5u

struct watch {
    struct polluxd *polluxd;
    bool terminal;
    struct feed_view feed;
    struct engine_view engine;
    struct feed_view before;
    struct watch_venue venue;
    struct watch_trading trading;
    struct histogram *now; /* scratch copies, 30 KiB each */
    uint32_t seconds;      /* 0: until it is stopped */
    bool (*stopping)(void);
    nanos_t begun_ns; /* monotonic, as those below */
    nanos_t shown_ns;
    nanos_t followed_ns;
    char log[LOG_LINES][LOG_LINE_BYTES];
    uint32_t logged;
};

/* The parts of the screen, in lines.  Depth is shown where it leaves room for three times the least
 * number of markets. */
#define ROWS_FIXED   22u /* title, status, lines, heads, latencies, events, and what is between */
#define ROWS_DEPTH   (2 * DEPTH_LEVELS + 4)
#define ROWS_MARKETS 2u /* the least */

static char page[1 << 16];

/* Since midnight, UTC. */
static nanos_t day_ns(void)
{
    return system_clock_wall() % (86400 * NANOS_SECOND);
}

/* The time of day with so many places behind the second. */
static void clock_append(struct text *out, nanos_t since_midnight, uint32_t places)
{
    text_clock(out, since_midnight);
    out->length -= 9 - places;
    out->bytes[out->length] = 0;
}

/* Events, at the time of their packets: on plain output each, on a screen the newest. */
static void log_follow(struct watch *watch)
{
    struct log_event event;
    if (!watch->polluxd->log) return;
    while (log_ring_read(watch->polluxd->log, &event)) {
        char *slot = watch->log[watch->logged++ % LOG_LINES];
        struct text line = text_in(slot, LOG_LINE_BYTES);
        clock_append(&line, event.tsc % (86400 * NANOS_SECOND), 6);
        text_append(&line, " UTC  ");
        log_print_sentence(&line, &event, polluxd_log_codes, POLLUXD_LOG_COUNT);
        monitoring_note(watch->polluxd->monitoring, line.bytes);
        commands_happened(watch->polluxd->commands, line.bytes);
        if (!watch->terminal) watch_plain_say(watch->polluxd, line.bytes);
    }
}

/* What people change is an event too, and what the monitor has seen. */
static void event_say(struct watch *watch, const char *said)
{
    char whole[SAID_BYTES + LOG_LINE_BYTES];
    struct text line = text_in(whole, sizeof whole);
    clock_append(&line, day_ns(), 6);
    text_format(&line, " UTC  %s", said);
    monitoring_note(watch->polluxd->monitoring, whole);
    commands_happened(watch->polluxd->commands, whole);
    if (!watch->terminal) watch_plain_say(watch->polluxd, whole);
    struct text slot = text_in(watch->log[watch->logged++ % LOG_LINES], LOG_LINE_BYTES);
    text_append(&slot, whole);
}

void polluxd_say(struct polluxd *polluxd, const char *line)
{
    if (polluxd->watch) event_say(polluxd->watch, line);
}

static void people_follow(struct watch *watch)
{
    char said[SAID_BYTES];
    struct text sentence = text_in(said, sizeof said);
    if (trading_halt_step(&watch->polluxd->launch, &sentence)) event_say(watch, said);
    text_clear(&sentence);
    for (; reload_step(watch->polluxd->reload, &sentence); text_clear(&sentence))
        event_say(watch, said);
    for (; capturing_step(watch->polluxd->capturing, &sentence); text_clear(&sentence))
        event_say(watch, said);
    for (; monitoring_line(watch->polluxd->monitoring, &sentence); text_clear(&sentence))
        event_say(watch, said);
    for (; polluxd_outside_step(watch->polluxd->outside, &sentence); text_clear(&sentence))
        event_say(watch, said);
}

static void latencies_print(struct text *out, struct watch *watch)
{
    struct launch *launch = &watch->polluxd->launch;
    const struct {
        const char *name;
        const struct histogram *histogram;
    } rows[] = {
        {"packet to books published", feed_stage_latency(launch->feed)},
        {"packet to decision", engine_stage_latency(launch->engine)},
        {"one decision", engine_stage_decision(launch->engine)},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        histogram_copy(watch->now, rows[i].histogram);
        struct histogram_summary summary = histogram_summarize(watch->now);
        histogram_summary_to_ns(&summary, &launch->clock);
        report_latency(out, rows[i].name, &summary);
    }
}

static void all_latencies_print(struct text *out, struct watch *watch)
{
    struct launch *launch = &watch->polluxd->launch;
    if (launch->gateway) {
        watch_trading_latencies(out, launch, watch->now);
        return;
    }
    report_latency_head(out);
    if (launch->feed) latencies_print(out, watch);
    if (launch->venue) watch_venue_latencies(out, launch, watch->now);
}

static uint64_t rate(uint64_t now, uint64_t before, uint64_t span_ns)
{
    return span_ns ? (now - before) * NANOS_SECOND / span_ns : 0;
}

static uint64_t drops(const struct feed_view *view)
{
    uint64_t host = view->host.frame - view->host.recovery.reply[RECOVERY_REPLY_GIVEN];
    return view->frame - reasons_packets_accepted(view) - host -
           view->channel.datagram[CHANNEL_DUPLICATE];
}

/* "venue 09:30:12.500  feed LIVE  messages 1,234 (1.2 M/s)  ...".  The venue writes its own time of
 * day into its messages; between is two spaces, or a line end. */
static void status_print(struct text *out, const struct watch *watch, uint64_t span_ns,
                         const char *between)
{
    const struct feed_view *view = &watch->feed;
    text_append(out, "venue ");
    if (view->exchange_ns) clock_append(out, view->exchange_ns, 3);
    else text_append(out, "silent");
    text_format(out, "  feed %s  messages ",
                market_state_text((enum market_state)view->channel_state));
    text_grouped(out, view->feed.message);
    text_append(out, " (");
    text_short(out, rate(view->feed.message, watch->before.feed.message, span_ns));
    text_append(out, "/s)  orders live ");
    text_grouped(out, view->book.orders);
    text_append(out, "  decisions ");
    text_grouped(out, watch->engine.decision);
    text_append(out, between);
    text_append(out, "packets ");
    text_grouped(out, view->frame);
    text_append(out, "  refused ");
    text_grouped(out, drops(view));
    text_append(out, "  gaps ");
    text_grouped(out, view->channel.gap);
    text_append_char(out, '\n');
}

static void markets_print(struct text *out, const struct watch *watch, uint32_t most)
{
    report_market_head(out);
    for (uint32_t i = 0; i < watch->feed.books && i < most; i++) {
        const struct feed_view_book *book = &watch->feed.show[i];
        if (book->instrument == 0) {
            text_append(out, book->symbol);
            text_append(out, " is not in the directory yet\n");
            continue;
        }
        report_market(out, book->symbol, (enum market_state)book->state, &book->market);
    }
}

/* The first book. */
static void depth_print(struct text *out, const struct watch *watch)
{
    if (watch->feed.books == 0 || watch->feed.show[0].instrument == 0) return;
    const struct feed_view_book *book = &watch->feed.show[0];
    report_book(out,
                &(struct report_book){
                    .symbol = book->symbol,
                    .when = "now",
                    .state = (enum market_state)book->state,
                    .bids = book->bids,
                    .asks = book->asks,
                    .bid = book->bid,
                    .ask = book->ask,
                },
                DEPTH_LEVELS);
    text_append_char(out, '\n');
}

static void feed_page(struct text *out, struct watch *watch, uint64_t span_ns, uint32_t markets,
                      bool deep)
{
    status_print(out, watch, span_ns, "\n");
    text_append_char(out, '\n');
    report_lines(out, &watch->feed);
    text_append_char(out, '\n');
    markets_print(out, watch, markets);
    text_append_char(out, '\n');
    if (deep) depth_print(out, watch);
}

static void title_print(struct text *out, const struct watch *watch)
{
    const struct polluxd *polluxd = watch->polluxd;
    nanos_t up_ns = system_clock_monotonic() - watch->begun_ns;
    text_format(out, "Pollux %s  %s  ", POLLUX_VERSION, polluxd->config->name);
    if (polluxd->launch.gateway) {
        clock_append(out, day_ns(), 0);
        out->length -= 1; /* the point */
        text_append(out, " UTC  ");
    }
    text_format(out, "up %" PRIu64 ":%02u  Ctrl-C stops", up_ns / (60 * NANOS_SECOND),
                (uint32_t)(up_ns / NANOS_SECOND % 60));
}

/* The newest. */
static void events_print(struct text *out, const struct watch *watch, uint32_t most)
{
    uint32_t lines = most < LOG_LINES ? most : LOG_LINES;
    for (uint32_t i = watch->logged > lines ? watch->logged - lines : 0; i < watch->logged; i++)
        text_format(out, "%s\n", watch->log[i % LOG_LINES]);
}

/* "feed     LIVE  10,575 messages  1.74 k/s  ..." */
static void market_line(struct text *out, const struct watch *watch, uint64_t span_ns)
{
    const struct feed_view *view = &watch->feed;
    text_format(out, "feed     %s  ", market_state_text((enum market_state)view->channel_state));
    text_grouped(out, view->feed.message);
    text_append(out, " messages  ");
    text_short(out, rate(view->feed.message, watch->before.feed.message, span_ns));
    text_append(out, "/s  ");
    text_grouped(out, view->book.orders);
    text_append(out, " orders  ");
    text_grouped(out, view->channel.gap);
    text_append(out, " gaps  ");
    text_grouped(out, drops(view));
    text_append(out, " packets refused\n");
}

/* All roles, as a gateway sees them. */
static void trading_page(struct text *out, struct watch *watch, uint64_t span_ns,
                         struct screen_size size)
{
    const struct launch *launch = &watch->polluxd->launch;
    uint32_t head = 6 + (launch->venue ? 1 : 0), latencies = 6 + (launch->venue ? 1 : 0);
    text_append(out, "orders   ");
    watch_trading_line(out, &watch->trading, span_ns);
    text_append_char(out, '\n');
    market_line(out, watch, span_ns);
    if (launch->venue) watch_venue_line(out, &watch->venue, span_ns);
    text_append(out, "gateway  ");
    watch_trading_state(out, &watch->trading);
    text_append(out, "\n\n");
    watch_trading_page(out, &watch->trading, &watch->feed, size.rows, size.columns);
    watch_trading_latencies(out, launch, watch->now);
    text_append_char(out, '\n');
    uint32_t used = head + latencies +
                    watch_trading_rows(&watch->trading, &watch->feed, size.rows, size.columns);
    events_print(out, watch, size.rows > used ? size.rows - used : 1);
}

/* A terminal that is stopped is not waited for. */
static void frame_show(const struct watch *watch, const struct text *page_text,
                       struct screen_size size)
{
    if (screen_show(page_text->bytes, size)) return;
    monitor_frame_dropped(monitoring_monitor(watch->polluxd->monitoring));
}

static void screen_draw(struct watch *watch, uint64_t span_ns)
{
    struct polluxd *polluxd = watch->polluxd;
    struct text out = text_in(page, sizeof page);
    struct screen_size size = screen_measure();
    bool deep = size.rows >= ROWS_FIXED + ROWS_DEPTH + 3 * ROWS_MARKETS;
    uint32_t used = ROWS_FIXED + (deep ? ROWS_DEPTH : 0);
    uint32_t markets = size.rows > used + ROWS_MARKETS ? size.rows - used : ROWS_MARKETS;
    title_print(&out, watch);
    if (polluxd->launch.tape) {
        struct net_tape_progress tape = net_tape_progress(polluxd->launch.tape);
        uint32_t filled = tape.total ? (uint32_t)(tape.given * 30 / tape.total) : 30;
        text_append(&out, "  capture [");
        text_repeat(&out, "=", filled);
        text_repeat(&out, " ", 30 - filled);
        text_append_char(&out, ']');
    }
    text_append(&out, "\n\n");
    const struct launch *launch = &polluxd->launch;
    if (launch->gateway) {
        trading_page(&out, watch, span_ns, size);
        frame_show(watch, &out, size);
        return;
    }
    if (launch->venue) {
        watch_venue_status(&out, &watch->venue, span_ns, "\n");
        text_append_char(&out, '\n');
        watch_venue_page(&out, &watch->venue, launch->feed ? markets / 2 : markets);
    }
    if (launch->feed) feed_page(&out, watch, span_ns, markets, deep);
    all_latencies_print(&out, watch);
    text_append_char(&out, '\n');
    events_print(&out, watch, LOG_LINES);
    frame_show(watch, &out, size);
}

/* "09:30:12 UTC  ACTIVE  profit +13.75  ..." */
static void trading_line(struct text *out, const struct watch *watch, uint64_t span_ns)
{
    clock_append(out, day_ns(), 0);
    out->length -= 1; /* the point */
    text_append(out, " UTC  ");
    watch_trading_state(out, &watch->trading);
    text_format(out, "  feed %s  ",
                market_state_text((enum market_state)watch->feed.channel_state));
    if (watch->polluxd->launch.venue)
        text_format(out, "venue %s  ", watch_venue_day(&watch->venue));
    watch_trading_line(out, &watch->trading, span_ns);
    text_append_char(out, '\n');
}

static void line_draw(struct watch *watch, uint64_t span_ns)
{
    struct text out = text_in(page, sizeof page);
    const struct launch *launch = &watch->polluxd->launch;
    if (launch->gateway) {
        trading_line(&out, watch, span_ns);
    } else {
        if (launch->venue) watch_venue_status(&out, &watch->venue, span_ns, "  ");
        if (launch->feed) status_print(&out, watch, span_ns, "  ");
    }
    watch_plain_write(watch->polluxd, &out);
}

static void look(struct watch *watch)
{
    struct launch *launch = &watch->polluxd->launch;
    if (launch->venue) watch_venue_look(&watch->venue, launch);
    if (!launch->feed) return;
    watch->before = watch->feed;
    feed_stage_view(launch->feed, &watch->feed);
    engine_stage_view(launch->engine, &watch->engine);
    if (launch->gateway) watch_trading_look(&watch->trading, launch);
}

/* A reload may change it. */
static nanos_t refresh_every_ns(const struct watch *watch)
{
    if (!watch->terminal) return LINE_EVERY_NS;
    return watch->polluxd->config->screen.refresh_ms * NANOS_MILLI;
}

static bool run_ended(const struct watch *watch, nanos_t now)
{
    const struct polluxd *polluxd = watch->polluxd;
    return (polluxd->launch.tape && launch_ended(&polluxd->launch)) ||
           (watch->seconds && now - watch->begun_ns >= watch->seconds * NANOS_SECOND) ||
           (polluxd->launch.venue && launch_venue_failed(polluxd->launch.venue));
}

static void show(struct watch *watch, nanos_t now)
{
    look(watch);
    if (watch->terminal) screen_draw(watch, now - watch->shown_ns);
    else line_draw(watch, now - watch->shown_ns);
    watch->shown_ns = now;
}

static void step(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct watch *watch = timer->data;
    if (watch->stopping()) {
        ev_break(loop, EVBREAK_ALL);
        return;
    }
    nanos_t now = system_clock_monotonic();
    people_follow(watch);
    bool ended = run_ended(watch, now);
    log_follow(watch); /* behind the end: what was logged before it is said */
    if (now - watch->followed_ns >= NANOS_SECOND) {
        launch_follow(&watch->polluxd->launch);
        watch->followed_ns = now;
    }
    if (ended || now - watch->shown_ns >= refresh_every_ns(watch)) show(watch, now);
    if (ended) ev_break(loop, EVBREAK_ALL);
}

void polluxd_watch(struct polluxd *polluxd, uint32_t seconds, bool (*stopping)(void))
{
    static struct watch watch;
    nanos_t now = system_clock_monotonic();
    watch = (struct watch){.polluxd = polluxd,
                           .terminal = isatty(STDOUT_FILENO) == 1,
                           .seconds = seconds,
                           .stopping = stopping,
                           .begun_ns = now,
                           .shown_ns = now,
                           .followed_ns = now};
    watch.now = aligned_alloc(CACHE_LINE, ALIGN_UP(sizeof(struct histogram), CACHE_LINE));
    CHECK(watch.now != NULL);
    polluxd->watch = &watch;
    fflush(stdout);
    if (watch.terminal) screen_open();
    ev_timer timer;
    ev_timer_init(&timer, step, STEP_SECONDS, STEP_SECONDS);
    timer.data = &watch;
    ev_timer_start(polluxd->loop, &timer);
    ev_run(polluxd->loop, 0);
    ev_timer_stop(polluxd->loop, &timer);
    polluxd->watch = NULL;
    if (watch.terminal) screen_close();
    fflush(stdout);
    free(watch.now);
}

static void feed_summary(struct text *out, struct watch *watch)
{
    text_append_char(out, '\n');
    markets_print(out, watch, FEED_VIEW_BOOKS);
    text_append_char(out, '\n');
    report_counts(out, &watch->feed);
    report_recovery(out, &watch->feed);
    text_append_char(out, '\n');
    report_lines(out, &watch->feed);
    text_append_char(out, '\n');
    report_delegates(out, &watch->engine);
}

void polluxd_summary(const struct polluxd *polluxd)
{
    static struct watch watch;
    watch = (struct watch){.polluxd = (struct polluxd *)(uintptr_t)polluxd};
    watch.now = aligned_alloc(CACHE_LINE, ALIGN_UP(sizeof(struct histogram), CACHE_LINE));
    CHECK(watch.now != NULL);
    look(&watch);
    struct text out = text_in(page, sizeof page);
    const struct launch *launch = &polluxd->launch;
    if (launch->venue) watch_venue_summary(&out, &watch.venue);
    if (launch->feed) feed_summary(&out, &watch);
    if (launch->gateway) watch_trading_summary(&out, &watch.trading, launch);
    text_append_char(&out, '\n');
    all_latencies_print(&out, &watch);
    const struct config_venue *venue = polluxd->config->venue;
    if (launch->venue)
        text_format(
            &out, "\nvenue's books %016" PRIx64 "\n",
            books_of_venue(venue_match(launch->venue->folder.venue), venue->instruments.count));
    if (launch->feed)
        text_format(&out, "\nbooks  %016" PRIx64 "\n",
                    books_of_feed(feed_stage_feed(launch->feed)));
    if (launch->feed && polluxd->config->feed->digest)
        text_format(&out, "digest %016" PRIx64 "\n", feed_digest(feed_stage_feed(launch->feed)));
    (void)screen_print(out.bytes);
    free(watch.now);
}
