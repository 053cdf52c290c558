#include "apps/pollux-replay/replay.h"
#include "control/monitor/report.h"

#include <inttypes.h>
#include <stdio.h>

/* The result as tables. */

static char page[1 << 20];

static void files_print(struct text *out, const struct replay *replay)
{
    for (uint32_t i = 0; i < replay->recording.files; i++) {
        const struct recording_file *file = &replay->recording.file[i];
        text_format(out, "%s: %s, ", file->path, recording_format_text(file->format));
        text_grouped(out, file->records);
        text_append(out, file->format >= CAPTURE_FORMAT_ITCH_LENGTHS ? " messages, " : " frames, ");
        text_bytes(out, file->map.length);
        text_append(out, file->whole ? "\n" : ", damaged\n");
    }
}

static void speed_print(struct text *out, const struct replay *replay)
{
    uint64_t messages = replay->feed.feed.message;
    text_append(out, "played in ");
    text_ns(out, replay->wall_ns);
    if (messages) {
        text_append(out, ": ");
        text_short(out, replay->wall_ns ? messages * NANOS_SECOND / replay->wall_ns : 0);
        text_append(out, " messages/s; the feed stage took ");
        text_decimal(out, (int64_t)(replay->feed_busy_ns * 10 / messages), 1, 1);
        text_append(out, " ns a message");
    }
    text_format(out, "; books on %s\n",
                book_vectors(feed_book(feed_stage_feed(replay->launch.feed))));
    text_append(out, "digest ");
    text_format(out, "%016" PRIx64 "\n", replay->digest);
}

static void gaps_print(struct text *out, const struct replay *replay)
{
    for (uint32_t i = 0; i < replay->gaps && i < 10; i++) {
        const struct replay_gap *gap = &replay->gap[i];
        text_format(out, "  missing %" PRIu64 " to %" PRIu64 "\n", gap->first, gap->last);
    }
    if (replay->gaps > 10)
        text_format(out, "  and %u more gaps (--json lists all)\n", replay->gaps - 10);
}

static void flush(struct text *out)
{
    fputs(out->bytes, stdout);
    text_clear(out);
}

static void bbo_print(struct text *out, struct replay *replay)
{
    struct feed *feed = feed_stage_feed(replay->launch.feed);
    report_market_head(out);
    for (uint32_t i = 1; i <= feed_last_instrument(feed); i++) {
        char symbol[9];
        struct market market = {0};
        feed_symbol(feed, i, symbol);
        if (symbol[0] == 0) continue;
        feed_market(feed, i, &market);
        report_market(out, symbol, (enum market_state)market.state, &market);
        if (out->length > out->capacity / 2) flush(out);
    }
    text_append_char(out, '\n');
}

static void books_print(struct text *out, const struct replay *replay)
{
    for (uint32_t i = 0; i < replay->options.books; i++) {
        const struct replay_book *book = &replay->book[i];
        if (!book->found) continue;
        char when[48] = "at the end";
        if (book->wish->after)
            snprintf(when, sizeof when, "after message %" PRIu64, book->wish->after);
        report_book(out,
                    &(struct report_book){
                        .symbol = book->wish->symbol,
                        .when = when,
                        .state = book->state,
                        .bids = book->bids,
                        .asks = book->asks,
                        .bid = book->bid,
                        .ask = book->ask,
                    },
                    replay->options.depth);
        text_append_char(out, '\n');
        flush(out);
    }
}

/* What a replay without strategies is for. */
static void stages_print(struct text *out, const struct replay *replay)
{
    struct replay_stage stage[REPLAY_STAGES];
    report_delegates(out, &replay->engine);
    text_append_char(out, '\n');
    report_latency_head(out);
    replay_stages(replay, stage);
    for (uint32_t i = 0; i < REPLAY_STAGES; i++)
        report_latency(out, stage[i].name, &stage[i].summary);
    text_append_char(out, '\n');
}

void replay_print(struct replay *replay)
{
    struct text out = text_in(page, sizeof page);
    files_print(&out, replay);
    text_append_char(&out, '\n');
    books_print(&out, replay);
    if (replay->options.bbo) bbo_print(&out, replay);
    report_counts(&out, &replay->feed);
    gaps_print(&out, replay);
    report_types(&out, &replay->feed);
    text_append_char(&out, '\n');
    report_lines(&out, &replay->feed);
    text_append_char(&out, '\n');
    if (replay->options.strategy) trial_print(&out, &replay->trial);
    else stages_print(&out, replay);
    speed_print(&out, replay);
    flush(&out);
}
