#include "tests/stage/exchange_rig.h"

struct walk {
    struct match_order engine[8192];
    struct book_order feed[8192];
    uint32_t engines, feeds;
};

static void engine_visit(void *context, const struct match_order *order)
{
    struct walk *walk = context;
    walk->engine[walk->engines++] = *order;
}

static void feed_visit(void *context, const struct book_order *order)
{
    struct walk *walk = context;
    walk->feed[walk->feeds++] = *order;
}

const char *exchange_books_differ(struct exchange *exchange)
{
    static struct walk walk;
    const struct match *match = venue_match(exchange->venue);
    const struct book *book = feed_book(feed_stage_feed(exchange->feed));
    for (uint32_t i = 0; i < EXCHANGE_INSTRUMENTS * 2; i++) {
        enum side side = i % 2 ? SIDE_SELL : SIDE_BUY;
        walk.engines = walk.feeds = 0;
        match_each(match, (uint16_t)(i / 2), side, engine_visit, &walk);
        book_each(book, i / 2 + 1, side, feed_visit, &walk);
        if (walk.engines != walk.feeds) return "a side has another number of orders";
        for (uint32_t k = 0; k < walk.feeds; k++) {
            if (walk.engine[k].price != (price_t)walk.feed[k].price_e4 * 10000)
                return "an order stands at another price";
            if (walk.engine[k].shown != (qty_t)walk.feed[k].qty * QTY_ONE)
                return "an order shows another quantity";
        }
    }
    return NULL;
}
