#include "dataplane/book/book_put.h"

#include <string.h>

/* The book's cold side: memory, queries, verification.  The hot side is book_hot.c.
 *
 * Invariants, checked by book_verify:
 *   - every live order is indexed exactly once, and nothing else is; a home line's overflow count
 *     is the number of its orders that are indexed elsewhere;
 *   - a level's quantity and order count are the sums over its queue, whose links agree both ways;
 *   - no level is empty, no order has quantity 0;
 *   - the levels of a side are strictly sorted: the best seven in its line, the others behind, and
 *     only the first is marked best;
 *   - live and free orders are limits.orders together, levels likewise. */

struct layout {
    size_t index, order, link, level, side, deep, mark, totals, order_free, level_free, changed;
    size_t bytes;
    uint32_t index_lines;
    uint64_t deep_places;
};

static size_t layout_take(struct layout *layout, uint64_t count, size_t each)
{
    size_t at = layout->bytes;
    layout->bytes = ALIGN_UP(at + count * each, CACHE_LINE);
    return at;
}

static struct layout book_layout(const struct book_limits *limits)
{
    struct layout layout = {.bytes = ALIGN_UP(sizeof(struct book), CACHE_LINE), .index_lines = 128};
    /* At most about half full: 15 places a line, so 7 orders a line at the limit. */
    while (layout.index_lines * (uint64_t)7 < limits->orders) layout.index_lines *= 2;

    /* Every side may hold one region of the smallest class; packed (book_deep.c), one with more
     * levels than fit there holds at most 5.3 places a level.  The rest is how seldom they are. */
    uint64_t sides = limits->instruments * (uint64_t)2;
    uint64_t sides_deep = limits->levels / (SIDE_TOP + 1) + 1;
    if (sides_deep > sides) sides_deep = sides;
    layout.deep_places =
        deep_region(0) + sides_deep * deep_region(0) + limits->levels * (uint64_t)6;

    layout.index = layout_take(&layout, layout.index_lines * (uint64_t)INDEX_WORDS, 4);
    layout.order = layout_take(&layout, limits->orders + (uint64_t)1, sizeof(struct order));
    layout.link = layout_take(&layout, limits->orders + (uint64_t)1, sizeof(struct link));
    layout.level = layout_take(&layout, limits->levels + (uint64_t)1, sizeof(struct level));
    layout.side = layout_take(&layout, sides, sizeof(struct side_line));
    layout.deep = layout_take(&layout, layout.deep_places, sizeof(uint64_t));
    layout.mark = layout_take(&layout, limits->instruments, sizeof(uint8_t));
    layout.totals = layout_take(&layout, limits->instruments, sizeof(struct totals));
    layout.order_free = layout_take(&layout, limits->orders, sizeof(uint32_t));
    layout.level_free = layout_take(&layout, limits->levels, sizeof(uint32_t));
    layout.changed = layout_take(&layout, limits->instruments + (uint64_t)1, sizeof(uint16_t));
    return layout;
}

size_t book_footprint(const struct book_limits *limits)
{
    if (limits->instruments < 2 || limits->instruments > BOOK_INSTRUMENTS_MAX) return 0;
    if (limits->orders < 1 || limits->orders > BOOK_ORDERS_MAX) return 0;
    if (limits->levels < 1 || limits->levels > BOOK_LEVELS_MAX) return 0;
    return book_layout(limits).bytes;
}

static void book_reset(struct book *book)
{
    const struct layout layout = book_layout(&book->limits);
    uint8_t *memory = (uint8_t *)book;
    memset(memory + layout.index, 0, layout.changed - layout.index);

    book->order[0].ref = BOOK_REF_NOBODY;
    book->index[0] = INDEX_VALID; /* word 0 is nobody's: 0 means none */
    book->order_free_count = book->level_free_count = book->changed_count = 0;
    for (uint32_t i = book->limits.orders; i > 0; i--)
        book->order_free[book->order_free_count++] = i;
    for (uint32_t i = book->limits.levels; i > 0; i--)
        book->level_free[book->level_free_count++] = i;
    book->deep_used = deep_region(0);
    book->used = false;
    memset(book->deep_free, 0, sizeof book->deep_free);
}

struct book *book_new(void *memory, const struct book_limits *limits)
{
    CHECK(book_footprint(limits) > 0);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    const struct layout layout = book_layout(limits);
    uint8_t *at = memory;
    struct book *book = memory;
    memset(book, 0, sizeof *book);
    *book = (struct book){
        .index = (uint32_t *)(at + layout.index),
        .order = (struct order *)(at + layout.order),
        .link = (struct link *)(at + layout.link),
        .level = (struct level *)(at + layout.level),
        .side = (struct side_line *)(at + layout.side),
        .deep = (uint64_t *)(at + layout.deep),
        .mark = at + layout.mark,
        .totals = (struct totals *)(at + layout.totals),
        .order_free = (uint32_t *)(at + layout.order_free),
        .level_free = (uint32_t *)(at + layout.level_free),
        .changed = (uint16_t *)(at + layout.changed),
        .index_mask = layout.index_lines * INDEX_WORDS - 1,
        .index_shift = 64 - (uint32_t)__builtin_ctz(layout.index_lines / 64),
        .instruments = limits->instruments,
        .filling = GROUPS,
        .deep_end = layout.deep_places,
        .digest = DIGEST_SEED,
        .limits = *limits,
    };
    book_reset(book);
    if (!book_use(book, "avx512")) CHECK(book_use(book, "avx2"));
    return book;
}

bool book_use(struct book *book, const char *vectors)
{
    book_flush(book);
    if (strcmp(vectors, "avx2") == 0) {
        book->vectors = &book_vectors_avx2;
        return true;
    }
    if (strcmp(vectors, "avx512") != 0) return false;
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw")) return false;
    if (!__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) return false;
    book->vectors = &book_vectors_avx512;
    return true;
}

const char *book_vectors(const struct book *book)
{
    return book->vectors->name;
}

void book_digest_on(struct book *book, bool on)
{
    book_flush(book);
    book->digest_on = on;
}

void book_command_refuse(struct book_command *command)
{
    if (command->op != BOOK_NOTHING) command->op = BOOK_OP_COUNT;
    command->instrument = 0;
}

void book_flush(struct book *book)
{
    if (book->vectors) book->vectors->flush(book);
}

void book_clear(struct book *book)
{
    book_flush(book);
    if (!book->used) return;
    /* Whoever was told of a book must be told that it is empty now. */
    uint32_t told = 0;
    for (uint32_t i = 0; i < book->instruments; i++)
        if (book->mark[i] != 0) book->changed[told++] = (uint16_t)i;
    book_reset(book);
    book->changed_count = told;
    for (uint32_t i = 0; i < told; i++) book->mark[book->changed[i]] = MARK_CHANGED;
}

const uint16_t *book_changed(struct book *book, uint32_t *count)
{
    *count = book->changed_count;
    for (uint32_t i = 0; i < book->changed_count; i++) {
        uint8_t *mark = &book->mark[book->changed[i]];
        *mark = (uint8_t)((*mark & ~MARK_CHANGED) | MARK_TOLD);
    }
    book->changed_count = 0;
    return book->changed;
}

void book_mark_changed(struct book *book, uint32_t instrument)
{
    CHECK(instrument < book->instruments);
    book->used = true;
    if (book->mark[instrument] & MARK_CHANGED) return;
    book->mark[instrument] |= MARK_CHANGED;
    book->changed[book->changed_count++] = (uint16_t)instrument;
}

/* Queries. */

static const struct side_line *side_of(const struct book *book, uint32_t instrument, enum side side)
{
    CHECK(instrument < book->instruments);
    return &book->side[(size_t)instrument * 2 + side];
}

/* The level at rank, 0 the best; 0 if there are not so many. */
static uint32_t level_at(const struct book *book, const struct side_line *line, uint32_t rank)
{
    if (rank < SIDE_TOP) return (uint32_t)line->lane[1 + rank];
    uint32_t count = deep_count(line->lane[0]);
    rank -= SIDE_TOP;
    if (rank >= count) return 0;
    return (uint32_t)book->deep[deep_place(line->lane[0]) + DEEP_FRONT + count - 1 - rank];
}

/* Shares as qty_t; more than it holds (92 billion) are shown as the most it holds. */
static inline qty_t qty_of(uint64_t shares)
{
    const uint64_t most = INT64_MAX / QTY_ONE;
    return (qty_t)((shares < most ? shares : most) * (uint64_t)QTY_ONE);
}

void book_market(const struct book *book, uint32_t instrument, struct market *market)
{
    const struct level *bid = &book->level[(uint32_t)side_of(book, instrument, SIDE_BUY)->lane[1]];
    const struct level *ask = &book->level[(uint32_t)side_of(book, instrument, SIDE_SELL)->lane[1]];
    const struct totals *totals = &book->totals[instrument];

    market->bid = bid->orders ? bid->price_e4 * PRICE_PER_E4 : 0;
    market->ask = ask->orders ? ask->price_e4 * PRICE_PER_E4 : 0;
    market->bid_qty = qty_of(bid->orders ? bid->qty : 0);
    market->ask_qty = qty_of(ask->orders ? ask->qty : 0);
    market->bid_orders = bid->orders;
    market->ask_orders = ask->orders;
    market->last = totals->last_e4 * PRICE_PER_E4;
    market->last_qty = qty_of(totals->last_qty);
    market->volume = totals->volume * (uint64_t)QTY_ONE;
    market->notional = totals->notional_e4 * (uint64_t)PRICE_PER_E4;
    market->trades = totals->trades;
    market->instrument = (uint16_t)instrument;
}

bool book_suspect(const struct book *book, uint32_t instrument)
{
    CHECK(instrument < book->instruments);
    return (book->mark[instrument] & MARK_SUSPECT) != 0;
}

uint32_t book_depth(const struct book *book, uint32_t instrument, enum side side,
                    struct book_level *levels, uint32_t count)
{
    const struct side_line *line = side_of(book, instrument, side);
    uint32_t rank = 0;
    for (uint32_t number; (number = level_at(book, line, rank)) != 0; rank++) {
        const struct level *level = &book->level[number];
        if (rank < count)
            levels[rank] = (struct book_level){
                .price_e4 = level->price_e4,
                .orders = level->orders,
                .qty = level->qty,
            };
    }
    return rank;
}

/* The index word of a live order, or 0; the plain way. */
static uint32_t index_word(const struct book *book, uint64_t ref)
{
    uint32_t line = index_key(book, ref).line;
    for (uint32_t probe = 0; probe < INDEX_PROBE_LINES; probe++) {
        for (uint32_t word = line; word < line + INDEX_ENTRIES; word++) {
            uint32_t number = book->index[word] & INDEX_ORDER;
            if (number && book->order[number].ref == ref) return word;
        }
        line = (line + INDEX_WORDS) & book->index_mask;
    }
    return 0;
}

static struct book_order order_show(const struct book *book, uint32_t number)
{
    const struct order *order = &book->order[number];
    const struct level *level = &book->level[order->level];
    return (struct book_order){
        .ref = order->ref,
        .qty = order->qty,
        .price_e4 = level->price_e4,
        .instrument = (uint16_t)(level->side / 2),
        .side = (uint8_t)(level->side & 1),
    };
}

bool book_position(const struct book *book, uint64_t ref, struct book_queue_position *position)
{
    uint32_t word = index_word(book, ref);
    if (word == 0) return false;
    uint32_t number = book->index[word] & INDEX_ORDER;
    *position = (struct book_queue_position){.order = order_show(book, number)};
    for (uint32_t i = book->link[number].prev; i; i = book->link[i].prev) {
        position->orders_ahead++;
        position->qty_ahead += book->order[i].qty;
    }
    return true;
}

void book_each(const struct book *book, uint32_t instrument, enum side side, book_visit_fn *visit,
               void *context)
{
    const struct side_line *line = side_of(book, instrument, side);
    uint32_t rank = 0;
    for (uint32_t number; (number = level_at(book, line, rank)) != 0; rank++)
        for (uint32_t i = book->level[number].head; i; i = book->link[i].next) {
            struct book_order order = order_show(book, i);
            visit(context, &order);
        }
}

uint32_t book_walk(const struct book *book, uint32_t instrument, enum side side,
                   struct book_walk *walk, struct book_order *orders, uint32_t count)
{
    const struct side_line *line = side_of(book, instrument, side);
    uint32_t taken = 0;
    while (taken < count) {
        uint32_t number = level_at(book, line, walk->rank);
        if (number == 0) break;
        uint32_t i = walk->next != 0 ? walk->next : book->level[number].head;
        for (; i != 0 && taken < count; i = book->link[i].next)
            orders[taken++] = order_show(book, i);
        walk->next = i;
        walk->rank += i == 0;
    }
    return taken;
}

const struct book_counts *book_counts(const struct book *book)
{
    struct book_counts *counts = (struct book_counts *)(uintptr_t)&book->counts;
    counts->orders = book->limits.orders - book->order_free_count;
    counts->levels = book->limits.levels - book->level_free_count;
    return counts;
}

/* Digest. */

void book_digest_note(struct book *book, uint64_t what, uint64_t first, uint64_t second)
{
    book_flush(book);
    book->digest = digest_fold(book->digest, digest_word(what, first, second));
}

static void digest_order(void *context, const struct book_order *order)
{
    uint64_t *digest = context;
    uint64_t where =
        (uint64_t)order->price_e4 << 20 | (uint64_t)order->instrument * 2 | order->side;
    *digest = digest_fold(*digest, digest_word(order->ref, order->qty, where));
}

uint64_t book_digest(const struct book *book)
{
    uint64_t digest = book->digest;
    for (uint32_t i = 0; i < book->instruments; i++) {
        if (book->side[(size_t)i * 2].lane[1] != 0)
            book_each(book, i, SIDE_BUY, digest_order, &digest);
        if (book->side[(size_t)i * 2 + 1].lane[1] != 0)
            book_each(book, i, SIDE_SELL, digest_order, &digest);
    }
    return digest;
}
