#include "dataplane/book/book_layout.h"

/* book_verify: the invariants listed in book.c, one CHECK each. */

struct walk {
    const struct book *book;
    uint64_t orders;
    uint64_t levels;
};

static void verify_level(struct walk *walk, uint32_t number, uint32_t side, bool best)
{
    const struct book *book = walk->book;
    const struct level *level = &book->level[number];
    CHECK(level->side == side);
    CHECK(level->best == best);
    CHECK(level->orders > 0);

    uint64_t qty = 0;
    uint32_t orders = 0, prev = 0;
    for (uint32_t i = level->head; i; prev = i, i = book->link[i].next) {
        const struct order *order = &book->order[i];
        CHECK(book->link[i].prev == prev);
        CHECK(order->level == number);
        CHECK(order->qty > 0);
        CHECK(order->ref != BOOK_REF_NOBODY);
        qty += order->qty;
        orders++;
        CHECK(orders <= book->limits.orders);
    }
    CHECK(level->tail == prev);
    CHECK(level->qty == qty);
    CHECK(level->orders == orders);
    walk->orders += orders;
    walk->levels++;
}

static void verify_entry(struct walk *walk, uint64_t entry, uint32_t side, bool best)
{
    uint32_t number = (uint32_t)entry;
    CHECK(number > 0);
    CHECK(number <= walk->book->limits.levels);
    CHECK(entry >> 32 == level_key(&walk->book->level[number]));
    verify_level(walk, number, side, best);
}

static void verify_side(struct walk *walk, uint32_t side)
{
    const struct side_line *line = &walk->book->side[side];
    uint32_t count = deep_count(line->lane[0]);
    uint64_t worse_than = UINT64_MAX;
    for (uint32_t i = 1; i <= SIDE_TOP; i++) {
        if (line->lane[i] == 0) {
            CHECK(count == 0);
            for (uint32_t rest = i; rest <= SIDE_TOP; rest++) CHECK(line->lane[rest] == 0);
            return;
        }
        CHECK(line->lane[i] >> 32 < worse_than >> 32);
        worse_than = line->lane[i];
        verify_entry(walk, line->lane[i], side, i == 1);
    }
    CHECK(count <= deep_capacity(line->lane[0]));
    const uint64_t *deep = walk->book->deep + deep_place(line->lane[0]);
    bool own = deep_place(line->lane[0]) != 0; /* a region; without one, the common empty one */
    CHECK(deep[0] == (own ? side : 0));
    CHECK(deep[1] == (own ? (uint64_t)deep_class(line->lane[0]) << 1 : 0));
    for (uint32_t i = 2; i < DEEP_FRONT; i++) CHECK(deep[i] == 0);
    deep += DEEP_FRONT;
    for (uint32_t i = count; i-- > 0;) {
        CHECK(deep[i] >> 32 < worse_than >> 32);
        worse_than = deep[i];
        verify_entry(walk, deep[i], side, false);
    }
}

static void verify_index(const struct book *book, uint64_t orders)
{
    CHECK(book->index[0] == INDEX_VALID);
    uint64_t entries = 0, away = 0, away_counted = 0;
    for (uint32_t word = 1; word <= book->index_mask; word++) {
        if (word % INDEX_WORDS == INDEX_ENTRIES) {
            CHECK((book->index[word] & INDEX_ORDER) == 0);
            away_counted += book->index[word] / INDEX_OVERFLOW_ONE;
            continue;
        }
        if (book->index[word] == 0) continue;
        uint32_t number = book->index[word] & INDEX_ORDER;
        CHECK(number > 0);
        CHECK(number <= book->limits.orders);
        struct index_key key = index_key(book, book->order[number].ref);
        CHECK(key.tag == (book->index[word] & ~INDEX_ORDER));
        uint32_t distance = (word - word % INDEX_WORDS - key.line) & book->index_mask;
        CHECK(distance < INDEX_PROBE_LINES * INDEX_WORDS);
        away += distance != 0;
        entries++;
    }
    CHECK(entries == orders);
    CHECK(away == away_counted);
}

void book_verify(const struct book *book)
{
    struct walk walk = {.book = book};
    for (uint32_t side = 0; side < book->instruments * 2; side++) verify_side(&walk, side);
    CHECK(walk.orders + book->order_free_count == book->limits.orders);
    CHECK(walk.levels + book->level_free_count == book->limits.levels);
    CHECK(book->order[0].ref == BOOK_REF_NOBODY);
    CHECK(book->level[0].price_e4 == 0);
    verify_index(book, walk.orders);
}
