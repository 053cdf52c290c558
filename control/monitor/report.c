#include "control/monitor/report.h"

#include "control/monitor/reasons.h"

#include <string.h>

#define NUMBER_WIDTH 14u

static void number_at(struct text *out, uint64_t value, uint32_t column)
{
    size_t start = out->length;
    text_grouped(out, value);
    text_right(out, start, column);
}

static void share_at(struct text *out, uint64_t part, uint64_t whole, uint32_t column)
{
    size_t start = out->length;
    uint64_t per_myriad = whole ? part * 10000 / whole : 0;
    text_decimal(out, (int64_t)per_myriad, 2, 2);
    text_append(out, " %");
    text_right(out, start, column);
}

static void row(struct text *out, const char *name, uint64_t count, const char *meaning)
{
    text_append(out, "  ");
    text_append(out, name);
    text_to_column(out, 30);
    number_at(out, count, 30 + NUMBER_WIDTH);
    if (meaning) {
        text_append(out, "   ");
        text_append(out, meaning);
    }
    text_append_char(out, '\n');
}

static void reasons_print(struct text *out, const struct reason *reason, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (reason[i].count) row(out, reason[i].name, reason[i].count, reason[i].meaning);
}

void report_counts(struct text *out, const struct feed_view *view)
{
    struct reason reason[REASONS_MAX];
    text_append(out, "packets\n");
    row(out, "received", view->frame, NULL);
    row(out, "accepted", reasons_packets_accepted(view), NULL);
    reasons_print(out, reason, reasons_of_packets(view, reason));
    text_append(out, "messages\n");
    row(out, "received", view->feed.message, NULL);
    row(out, "accepted", reasons_messages_accepted(view), NULL);
    reasons_print(out, reason, reasons_of_messages(view, reason));
    if (view->feed.longer) row(out, "longer", view->feed.longer, "accepted, known part read");
    if (view->feed.locate_unknown)
        row(out, "locate_unknown", view->feed.locate_unknown, "accepted, beyond feed.instruments");
    if (view->feed.trade_broken)
        row(out, "trade_broken", view->feed.trade_broken, "accepted: the venue voids a trade");
    row(out, "gaps", view->channel.gap, view->channel.gap ? "holes given up" : NULL);
    if (view->channel.gap) row(out, "messages in gaps", view->channel.gap_message, NULL);
    text_append(out, "books\n");
    row(out, "orders live", view->book.orders, NULL);
    row(out, "levels live", view->book.levels, NULL);
}

static void address_append(struct text *out, uint32_t address, uint16_t port)
{
    text_format(out, "%u.%u.%u.%u:%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
                address & 255, port);
}

void report_lines(struct text *out, const struct feed_view *view)
{
    text_append(out, "line");
    text_to_column(out, 32);
    text_append(out, "received         first     duplicate    lost messages\n");
    for (uint32_t i = 0; i < CHANNEL_LINES; i++) {
        const struct channel_line_counts *line = &view->channel.line[i];
        if (line->received == 0 && view->line[i].group == 0) continue;
        text_append(out, i == LINE_A ? "  A  " : "  B  ");
        address_append(out, view->line[i].group, view->line[i].port);
        text_to_column(out, 26);
        number_at(out, line->received, 40);
        number_at(out, line->first, 54);
        number_at(out, line->duplicate, 68);
        number_at(out, line->lost, 84);
        text_append_char(out, '\n');
    }
}

void report_types(struct text *out, const struct feed_view *view)
{
    bool shown[256] = {false};
    text_append(out, "messages by type\n");
    for (;;) {
        uint32_t most = 256;
        for (uint32_t i = 0; i < 256; i++)
            if (!shown[i] && view->feed.type[i] &&
                (most == 256 || view->feed.type[i] > view->feed.type[most]))
                most = i;
        if (most == 256) return;
        shown[most] = true;
        text_format(out, "  %c", (char)most);
        text_to_column(out, 8);
        number_at(out, view->feed.type[most], 22);
        share_at(out, view->feed.type[most], view->feed.status[ITCH_OK], 34);
        text_append_char(out, '\n');
    }
}

void report_delegates(struct text *out, const struct engine_view *view)
{
    if (view->delegates == 0) return;
    text_append(out, "delegate");
    text_to_column(out, 26);
    text_append(out, "instruments     decisions     conflated        trades      overruns\n");
    for (uint32_t i = 0; i < view->delegates && i < ENGINE_VIEW_DELEGATES; i++) {
        const struct engine_view_delegate *delegate = &view->delegate[i];
        text_format(out, "  %s (%s)", delegate->name, delegate->kind);
        text_to_column(out, 26);
        number_at(out, delegate->subscriptions, 37);
        number_at(out, delegate->counts.decision, 51);
        number_at(out, delegate->counts.conflated, 65);
        number_at(out, delegate->trades, 79);
        number_at(out, delegate->counts.overrun, 93);
        text_append_char(out, '\n');
    }
}

static void ns_at(struct text *out, uint64_t ns, uint32_t column)
{
    size_t start = out->length;
    text_ns(out, ns);
    text_right(out, start, column);
}

void report_latency_head(struct text *out)
{
    text_append(out, "latency");
    text_to_column(out, 34);
    text_append(out, "p50       p90       p99     p99.9       max         count\n");
}

void report_latency(struct text *out, const char *name, const struct histogram_summary *summary)
{
    text_append(out, "  ");
    text_append(out, name);
    text_to_column(out, 26);
    if (summary->count == 0) {
        text_append(out, "nothing measured\n");
        return;
    }
    ns_at(out, summary->p50, 37);
    ns_at(out, summary->p90, 47);
    ns_at(out, summary->p99, 57);
    ns_at(out, summary->p99_9, 67);
    ns_at(out, summary->max, 77);
    number_at(out, summary->count, 91);
    text_append_char(out, '\n');
}

/* Markets. */

static void price_at(struct text *out, price_t price, uint32_t column)
{
    size_t start = out->length;
    if (price) text_price(out, price);
    else text_append_char(out, '-');
    text_right(out, start, column);
}

static void qty_at(struct text *out, qty_t qty, uint32_t column)
{
    size_t start = out->length;
    text_grouped(out, (uint64_t)(qty / QTY_ONE));
    text_right(out, start, column);
}

void report_market_head(struct text *out)
{
    text_append(out, "symbol    state        orders     size         bid         ask      size"
                     "  orders        last          volume\n");
}

void report_market(struct text *out, const char *symbol, enum market_state state,
                   const struct market *market)
{
    text_append(out, symbol);
    text_to_column(out, 10);
    text_append(out, market_state_text(state));
    text_to_column(out, 21);
    number_at(out, market->bid_orders, 29);
    qty_at(out, market->bid_qty, 38);
    price_at(out, market->bid, 50);
    price_at(out, market->ask, 62);
    qty_at(out, market->ask_qty, 72);
    number_at(out, market->ask_orders, 80);
    price_at(out, market->last, 92);
    qty_at(out, (qty_t)market->volume, 108);
    text_append_char(out, '\n');
}

static void level_print(struct text *out, const struct book_level *level, bool ask)
{
    if (ask) text_to_column(out, 30);
    else {
        number_at(out, level->orders, 10);
        number_at(out, level->qty, 24);
        text_append(out, "  ");
    }
    text_to_column(out, 30);
    size_t start = out->length;
    text_price_e4(out, level->price_e4);
    text_right(out, start, 42);
    if (ask) {
        number_at(out, level->qty, 58);
        number_at(out, level->orders, 68);
    }
    text_append_char(out, '\n');
}

void report_book(struct text *out, const struct report_book *book, uint32_t levels)
{
    uint32_t asks = book->asks < levels ? book->asks : levels;
    uint32_t bids = book->bids < levels ? book->bids : levels;
    text_format(out, "%s %s, %s: %u bid and %u ask levels\n", book->symbol, book->when,
                market_state_text(book->state), book->bids, book->asks);
    text_append(out, "    orders          size         price            size    orders\n");
    for (uint32_t i = asks; i-- > 0;) level_print(out, &book->ask[i], true);
    text_to_column(out, 30);
    text_append(out, "------------\n");
    for (uint32_t i = 0; i < bids; i++) level_print(out, &book->bid[i], false);
}
