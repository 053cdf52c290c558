#include "apps/pollux-replay/replay.h"

#include "apps/progress.h"
#include "dataplane/strategy/strategies.h"
#include "dataplane/wire/moldudp64.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINES_LOOKED_AT 65536u /* records looked at to find the lines of a single file */

/* Books asked for. */

static void book_take(struct replay_book *book, struct feed *feed)
{
    uint32_t instrument = feed_find(feed, book->wish->symbol);
    if (instrument == 0) return;
    struct book *books = feed_book(feed);
    book->found = true;
    book->state = feed_state(feed, instrument);
    book->bids = book_depth(books, instrument, SIDE_BUY, book->bid, BOOK_SIDE_LEVELS_MAX);
    book->asks = book_depth(books, instrument, SIDE_SELL, book->ask, BOOK_SIDE_LEVELS_MAX);
}

static uint32_t enacted_side(const struct trial *trial, uint16_t instrument, enum side side,
                             struct book_level *levels)
{
    static struct match_level found[BOOK_SIDE_LEVELS_MAX];
    uint32_t count =
        match_depth(reenact_match(trial->reenact), instrument, side, found, BOOK_SIDE_LEVELS_MAX);
    if (count > BOOK_SIDE_LEVELS_MAX) count = BOOK_SIDE_LEVELS_MAX;
    for (uint32_t i = 0; i < count; i++)
        levels[i] = (struct book_level){.price_e4 = (uint32_t)(found[i].price / PRICE_PER_E4),
                                        .orders = found[i].orders,
                                        .qty = (uint64_t)(found[i].qty / QTY_ONE)};
    return count;
}

/* The market's as it is enacted, ours included; its state is the worse of both. */
static void book_take_enacted(struct replay_book *book, const struct trial *trial,
                              const struct feed *feed)
{
    enum market_state recorded = feed_state(feed, feed_find(feed, book->wish->symbol));
    for (uint32_t i = 0; i < trial->instruments; i++) {
        char symbol[9];
        trial_symbol_text(symbol, trial->instrument[i].symbol);
        if (strcmp(symbol, book->wish->symbol) != 0) continue;
        enum match_phase phase = match_phase_of(reenact_match(trial->reenact), (uint16_t)i);
        book->found = true;
        book->state = phase != MATCH_OPEN && recorded == MARKET_LIVE ? MARKET_HALTED : recorded;
        book->bids = enacted_side(trial, (uint16_t)i, SIDE_BUY, book->bid);
        book->asks = enacted_side(trial, (uint16_t)i, SIDE_SELL, book->ask);
    }
}

static void book_find(struct replay *replay, struct replay_book *book, struct feed *feed)
{
    if (replay->options.strategy) book_take_enacted(book, &replay->trial, feed);
    else book_take(book, feed);
}

static void mark_reached(void *context, struct feed *feed, uint64_t message)
{
    struct replay *replay = context;
    for (uint32_t i = 0; i < replay->options.books; i++)
        if (replay->options.book[i].after == message) book_find(replay, &replay->book[i], feed);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool books_make(struct replay *replay)
{
    for (uint32_t i = 0; i < replay->options.books; i++) {
        struct replay_book *book = &replay->book[i];
        book->wish = &replay->options.book[i];
        book->bid = calloc(BOOK_SIDE_LEVELS_MAX, sizeof *book->bid);
        book->ask = calloc(BOOK_SIDE_LEVELS_MAX, sizeof *book->ask);
        if (!book->bid || !book->ask) return false;
        if (book->wish->after) replay->mark[replay->marks++] = book->wish->after;
    }
    qsort(replay->mark, replay->marks, sizeof replay->mark[0], by_number);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < replay->marks; i++)
        if (kept == 0 || replay->mark[kept - 1] != replay->mark[i])
            replay->mark[kept++] = replay->mark[i];
    replay->marks = kept;
    replay->gap = calloc(REPLAY_GAPS_MAX, sizeof *replay->gap);
    return replay->gap != NULL;
}

static void event_seen(void *context, const struct feed_event *event)
{
    struct replay *replay = context;
    if (event->kind != FEED_GAP) return;
    if (replay->gaps < REPLAY_GAPS_MAX)
        replay->gap[replay->gaps++] = (struct replay_gap){event->first, event->end - 1};
    else replay->gaps_untold++;
}

/* Lines: where the datagrams of the feed go to.  With two files each is a line.  In one file, the
 * first destination with whole MoldUDP64 packets is line A, and another one with the same session
 * is line B. */
static void lines_find(const struct replay *replay, struct feed_stage_plan *plan)
{
    if (replay->recording.files == 2) {
        plan->lines = 2;
        plan->line[0] = (struct feed_stage_line){.source = 0};
        plan->line[1] = (struct feed_stage_line){.source = 1};
        return;
    }
    char session[10] = "";
    plan->lines = 0;
    for (uint64_t i = 0; i < replay->recording.records && i < LINES_LOOKED_AT; i++) {
        const struct tape_record *record = &replay->recording.record[i];
        struct frame_datagram datagram;
        if (record->flags & FRAME_CUT) continue;
        if (frame_udp(record->bytes, record->length, FRAME_CHECK_NONE, &datagram) != FRAME_OK)
            continue;
        if (moldudp64_check(datagram.payload, datagram.payload_bytes) > MOLDUDP64_ENDED) continue;
        const struct moldudp64_header *header = (const void *)datagram.payload;
        const struct feed_stage_line *a = &plan->line[0];
        bool known = plan->lines > 0 && a->group == datagram.destination_ip &&
                     a->port == datagram.destination_port;
        bool other = plan->lines > 0 && memcmp(session, header->session.byte, sizeof session) != 0;
        if (known || other) continue;
        memcpy(session, header->session.byte, sizeof session);
        plan->line[plan->lines++] = (struct feed_stage_line){
            .group = datagram.destination_ip,
            .port = datagram.destination_port,
        };
        if (plan->lines == CHANNEL_LINES) return;
    }
    if (plan->lines == 0) plan->lines = 1; /* learns, should one come later */
}

static void plan_make(struct replay *replay, struct launch_plan *plan)
{
    const struct replay_options *options = &replay->options;
    *plan = (struct launch_plan){
        .roles = LAUNCH_FEED,
        .layout = options->layout,
        .idle = options->spin ? LCORE_SPIN : LCORE_BACK_OFF,
        .housekeeping_ns = 2 * NANOS_MILLI,
        .halt_ns = 5 * NANOS_SECOND,
        .decision_budget_ns = 10 * NANOS_MICRO,
        .pages = options->pages,
        .dpdk_mib = 64,
        .recording = &replay->recording,
        .speed = options->speed,
        .feed =
            {
                .checks = options->checksums ? FRAME_CHECK_ALL : FRAME_CHECK_NONE,
                .channel = {.store_datagrams = options->store_datagrams,
                            .store_bytes = 9000,
                            .gap_wait_ns = options->gap_wait_us * NANOS_MICRO,
                            .gap_packets = options->gap_packets,
                            .first_sequence = 1},
                .feed = {.book = {.instruments = options->instruments + 1,
                                  .orders = options->orders,
                                  .levels = options->levels},
                         .digest = true},
                .mark = replay->mark,
                .marks = replay->marks,
                .on_mark = mark_reached,
                .mark_context = replay,
                .on_event = event_seen,
                .event_context = replay,
                .tap = options->strategy ? &replay->tap : NULL,
            },
        .engine = {.instruments = options->instruments + 1,
                   .delegates = 1,
                   .delegate = {{.name = "tally", .kind = strategies_find("tally")}}},
    };
    lines_find(replay, &plan->feed);
    plan->feed.channel.lines = plan->feed.lines;
    if (options->cores_given) {
        memcpy(plan->cpu, options->core, sizeof plan->cpu);
        return;
    }
    uint16_t cpu[LAUNCH_LCORES_MAX] = {0};
    uint32_t cpus = eal_cpus(cpu, LAUNCH_LCORES_MAX);
    plan->cpu[0] = cpu[0];
    plan->cpu[1] = cpus > 1 ? cpu[1] : cpu[0];
}

static void opening_shown(void *context, uint64_t done, uint64_t total)
{
    progress_show(context, "reading", done, total);
}

static void ending_take(struct replay *replay)
{
    struct launch *launch = &replay->launch;
    struct feed *feed = feed_stage_feed(launch->feed);
    feed_stage_view(launch->feed, &replay->feed);
    engine_stage_view(launch->engine, &replay->engine);
    for (uint32_t i = 0; i < replay->options.books; i++)
        if (replay->book[i].wish->after == 0) book_find(replay, &replay->book[i], feed);
    if (replay->options.strategy) trial_end(&replay->trial);
    replay->digest = feed_digest(feed);
    replay->wall_ns = clock_ns(&launch->clock, launch->stop_tsc - launch->start_tsc);
    uint64_t busy = counter_read(&launch->feed_slot->counters.ticks_busy);
    replay->feed_busy_ns = clock_ns(&launch->clock, busy);
}

static void play_until_ended(struct replay *replay, struct progress *progress)
{
    struct launch *launch = &replay->launch;
    while (!launch_ended(launch)) {
        struct timespec span = {.tv_nsec = 500000};
        (void)nanosleep(&span, NULL);
        struct net_tape_progress tape = net_tape_progress(launch->tape);
        progress_show(progress, "playing", tape.given, tape.total);
    }
    if (!launch_stop(launch))
        text_append(&replay->problems, "a stage did not finish what it held within 5 s\n");
}

/* What makes the result less than the whole feed. */
static int verdict(struct replay *replay)
{
    int status = replay->problems.length ? 4 : 0;
    for (uint32_t i = 0; i < replay->options.books; i++) {
        const struct replay_book_wish *wish = &replay->options.book[i];
        if (replay->book[i].found) continue;
        status = 1;
        if (wish->after > replay->feed.feed.message)
            text_format(&replay->problems,
                        "no book of %s after message %" PRIu64 ": there are %" PRIu64 " messages\n",
                        wish->symbol, wish->after, replay->feed.feed.message);
        else text_format(&replay->problems, "no instrument is called %s\n", wish->symbol);
    }
    if (replay->feed.feed.message > 0) return status;
    text_format(&replay->problems,
                "%s: none of its %" PRIu64 " frames holds ITCH messages over MoldUDP64\n",
                replay->options.file[0], replay->feed.frame);
    return 1;
}

int replay_play(struct replay *replay)
{
    struct progress progress = progress_begin(false);
    struct recording_plan recording = {
        .files = replay->options.files,
        .path = {replay->options.file[0], replay->options.file[1]},
        .framing = replay->options.framing,
        .progress = opening_shown,
        .progress_context = &progress,
    };
    replay->problems = text_in(replay->problems_text, sizeof replay->problems_text);
    bool readable = recording_open(&replay->recording, &recording, &replay->problems);
    progress_end(&progress);
    if (!readable) return 1;
    if (!books_make(replay)) {
        text_append(&replay->problems, "there is not enough memory for the books asked for\n");
        return 1;
    }
    replay->tap = trial_tap(&replay->trial);
    if (replay->options.strategy &&
        !trial_open(&replay->trial, &replay->options, &replay->recording, &replay->problems))
        return 1;
    struct launch_plan plan;
    char report_text[4096];
    struct text report = text_in(report_text, sizeof report_text);
    plan_make(replay, &plan);
    if (!launch_start(&replay->launch, &plan, &report, &replay->problems)) return 1;
    play_until_ended(replay, &progress);
    progress_end(&progress);
    ending_take(replay);
    if (replay->options.strategy) trial_close(&replay->trial, &replay->problems);
    return verdict(replay);
}

void replay_stages(const struct replay *replay, struct replay_stage stage[REPLAY_STAGES])
{
    const struct launch *launch = &replay->launch;
    const struct {
        const char *name;
        const struct histogram *histogram;
    } rows[REPLAY_STAGES] = {
        {"feed", feed_stage_latency(launch->feed)},
        {"feed_turn", &launch->feed_slot->counters.turn},
        {"engine", engine_stage_latency(launch->engine)},
        {"engine_turn", &launch->engine_slot->counters.turn},
        {"decision", engine_stage_decision(launch->engine)},
    };
    for (uint32_t i = 0; i < REPLAY_STAGES; i++) {
        stage[i].name = rows[i].name;
        stage[i].summary = histogram_summarize(rows[i].histogram);
        histogram_summary_to_ns(&stage[i].summary, &launch->clock);
    }
}
