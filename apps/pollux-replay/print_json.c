#include "apps/pollux-replay/replay.h"
#include "control/monitor/reasons.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* The result as one JSON object: the contract that README.md of this folder describes.  Counts are
 * integers, prices decimal strings, times nanoseconds. */

static void put(json_t *object, const char *key, json_t *value)
{
    CHECK(json_object_set_new(object, key, value) == 0);
}

static void append(json_t *array, json_t *value)
{
    CHECK(json_array_append_new(array, value) == 0);
}

static json_t *count_of(uint64_t count)
{
    return json_integer((json_int_t)count);
}

static json_t *price_of(uint32_t price_e4)
{
    char buffer[32];
    struct text text = text_in(buffer, sizeof buffer);
    text_price_e4(&text, price_e4);
    return json_string(text.bytes);
}

static json_t *market_price_of(price_t price)
{
    if (price == 0) return json_null();
    char buffer[32];
    struct text text = text_in(buffer, sizeof buffer);
    text_price(&text, price);
    return json_string(text.bytes);
}

static json_t *level_of(const struct book_level *level)
{
    json_t *array = json_array();
    append(array, price_of(level->price_e4));
    append(array, count_of(level->qty));
    append(array, count_of(level->orders));
    return array;
}

static json_t *side_of(const struct book_level *level, uint32_t count)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < count; i++) append(array, level_of(&level[i]));
    return array;
}

/* A symbol is bytes from the wire: what is not printable ASCII is shown as '?', so that the output
 * is always valid. */
static json_t *symbol_of(const char *symbol)
{
    char shown[9] = "";
    for (size_t i = 0; i < 8 && symbol[i]; i++)
        shown[i] = (char)(symbol[i] >= ' ' && symbol[i] <= '~' ? symbol[i] : '?');
    return json_string(shown);
}

static json_t *types_of(const struct replay *replay)
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < 256; i++) {
        char type[2] = {(char)i, 0};
        if (replay->feed.feed.type[i]) put(object, type, count_of(replay->feed.feed.type[i]));
    }
    return object;
}

static json_t *drops_of(const struct replay *replay)
{
    struct reason reason[REASONS_MAX];
    json_t *object = json_object();
    uint32_t count = reasons_of_packets(&replay->feed, reason);
    for (uint32_t i = 0; i < count; i++) put(object, reason[i].name, count_of(reason[i].count));
    count = reasons_of_messages(&replay->feed, reason);
    for (uint32_t i = 0; i < count; i++) put(object, reason[i].name, count_of(reason[i].count));
    return object;
}

static json_t *stages_of(const struct replay *replay)
{
    struct replay_stage stage[REPLAY_STAGES];
    json_t *object = json_object();
    replay_stages(replay, stage);
    for (uint32_t i = 0; i < REPLAY_STAGES; i++) {
        const struct histogram_summary *summary = &stage[i].summary;
        json_t *one = json_object();
        put(one, "count", count_of(summary->count));
        put(one, "p50", count_of(summary->p50));
        put(one, "p90", count_of(summary->p90));
        put(one, "p99", count_of(summary->p99));
        put(one, "p99.9", count_of(summary->p99_9));
        put(one, "max", count_of(summary->max));
        put(object, stage[i].name, one);
    }
    return object;
}

static json_t *gap_ranges_of(const struct replay *replay)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < replay->gaps; i++) {
        json_t *range = json_array();
        append(range, count_of(replay->gap[i].first));
        append(range, count_of(replay->gap[i].last));
        append(array, range);
    }
    return array;
}

static json_t *lines_of(const struct replay *replay)
{
    static const char *const names[CHANNEL_LINES] = {"A", "B"};
    json_t *object = json_object();
    for (uint32_t i = 0; i < CHANNEL_LINES; i++) {
        const struct channel_line_counts *line = &replay->feed.channel.line[i];
        if (line->received == 0) continue;
        json_t *one = json_object();
        put(one, "received", count_of(line->received));
        put(one, "first", count_of(line->first));
        put(one, "duplicate", count_of(line->duplicate));
        put(one, "lost", count_of(line->lost));
        put(object, names[i], one);
    }
    return object;
}

static json_t *books_of(const struct replay *replay)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < replay->options.books; i++) {
        const struct replay_book *book = &replay->book[i];
        if (!book->found) continue;
        uint64_t after = book->wish->after ? book->wish->after : replay->feed.feed.message;
        json_t *one = json_object();
        put(one, "symbol", symbol_of(book->wish->symbol));
        put(one, "after_message", count_of(after));
        put(one, "state", json_string(market_state_text(book->state)));
        put(one, "bids", side_of(book->bid, book->bids));
        put(one, "asks", side_of(book->ask, book->asks));
        append(array, one);
    }
    return array;
}

static json_t *bbo_of(const struct replay *replay)
{
    struct feed *feed = feed_stage_feed(replay->launch.feed);
    struct book *book = feed_book(feed);
    json_t *array = json_array();
    for (uint32_t i = 1; i <= feed_last_instrument(feed); i++) {
        char symbol[9];
        struct book_level bid, ask;
        struct market market = {0};
        feed_symbol(feed, i, symbol);
        if (symbol[0] == 0) continue;
        feed_market(feed, i, &market);
        bool bids = book_depth(book, i, SIDE_BUY, &bid, 1) > 0;
        bool asks = book_depth(book, i, SIDE_SELL, &ask, 1) > 0;
        json_t *one = json_object();
        put(one, "symbol", symbol_of(symbol));
        put(one, "state", json_string(market_state_text(feed_state(feed, i))));
        put(one, "bid", bids ? level_of(&bid) : json_null());
        put(one, "ask", asks ? level_of(&ask) : json_null());
        put(one, "last", market_price_of(market.last));
        put(one, "volume", count_of(market.volume / (uint64_t)QTY_ONE));
        append(array, one);
    }
    return array;
}

static json_t *problems_of(const struct replay *replay)
{
    json_t *array = json_array();
    const char *at = replay->problems.bytes;
    for (const char *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        json_t *sentence = json_stringn(at, (size_t)(end - at));
        append(array, sentence ? sentence : json_string("a sentence that is not UTF-8"));
    }
    return array;
}

void replay_print_json(struct replay *replay)
{
    uint64_t messages = replay->feed.feed.message;
    char digest[17];
    snprintf(digest, sizeof digest, "%016" PRIx64, replay->digest);
    json_t *root = json_object();
    put(root, "packets", count_of(replay->feed.frame));
    put(root, "packets_accepted", count_of(reasons_packets_accepted(&replay->feed)));
    put(root, "messages", count_of(messages));
    put(root, "messages_accepted", count_of(reasons_messages_accepted(&replay->feed)));
    put(root, "messages_by_type", types_of(replay));
    put(root, "drops", drops_of(replay));
    put(root, "gaps", count_of(replay->feed.channel.gap));
    put(root, "gap_messages", count_of(replay->feed.channel.gap_message));
    put(root, "gap_ranges", gap_ranges_of(replay));
    put(root, "lines", lines_of(replay));
    put(root, "orders_live", count_of(replay->feed.book.orders));
    put(root, "levels_live", count_of(replay->feed.book.levels));
    put(root, "digest", json_string(digest));
    put(root, "wall_ns", count_of(replay->wall_ns));
    double per_message = messages ? (double)replay->feed_busy_ns / (double)messages : 0;
    double per_second = replay->wall_ns ? (double)messages * 1e9 / (double)replay->wall_ns : 0;
    put(root, "ns_per_message", json_real(per_message));
    put(root, "messages_per_second", json_real(per_second));
    put(root, "stages", stages_of(replay));
    if (replay->options.books) put(root, "books", books_of(replay));
    if (replay->options.bbo) put(root, "bbo", bbo_of(replay));
    if (replay->options.strategy) put(root, "trial", trial_json(&replay->trial));
    put(root, "problems", problems_of(replay));
    CHECK(json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6)) ==
          0);
    putchar('\n');
    json_decref(root);
}
