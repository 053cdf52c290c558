#include "apps/polluxd/books.h"

/* FNV-1a over 64-bit words. */
static void fold(uint64_t *digest, uint64_t word)
{
    for (uint32_t i = 0; i < 8; i++)
        *digest = (*digest ^ (word >> (8 * i) & 0xff)) * 0x100000001b3u;
}

/* Sides without orders leave no trace: a venue may have instruments that nobody has heard of. */
struct walk {
    uint64_t digest;
    uint64_t place; /* stock locate and side */
};

static void order_fold(struct walk *walk, uint64_t price_e4, uint64_t shares)
{
    fold(&walk->digest, walk->place);
    fold(&walk->digest, price_e4);
    fold(&walk->digest, shares);
}

static void venue_visit(void *context, const struct match_order *order)
{
    order_fold(context, (uint64_t)(order->price / PRICE_PER_E4),
               (uint64_t)(order->shown / QTY_ONE));
}

static void feed_visit(void *context, const struct book_order *order)
{
    order_fold(context, order->price_e4, order->qty);
}

uint64_t books_of_venue(const struct match *match, uint32_t instruments)
{
    struct walk walk = {.digest = 0xcbf29ce484222325u};
    for (uint32_t i = 0; i < instruments; i++) {
        walk.place = (i + 1ul) * 2;
        match_each(match, (uint16_t)i, SIDE_BUY, venue_visit, &walk);
        walk.place++;
        match_each(match, (uint16_t)i, SIDE_SELL, venue_visit, &walk);
    }
    return walk.digest;
}

uint64_t books_of_feed(struct feed *feed)
{
    struct walk walk = {.digest = 0xcbf29ce484222325u};
    feed_flush(feed);
    const struct book *book = feed_book(feed);
    for (uint32_t i = 1; i <= feed_last_instrument(feed); i++) {
        walk.place = i * 2ul;
        book_each(book, i, SIDE_BUY, feed_visit, &walk);
        walk.place++;
        book_each(book, i, SIDE_SELL, feed_visit, &walk);
    }
    return walk.digest;
}
