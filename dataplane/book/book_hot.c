/* Applying commands, for the vectors this file is compiled for.
 *
 * Commands flow in groups of sixteen through four stages.  Stage 1 is done as each command comes;
 * when its group is full, a turn runs stage 2 of the group before, 3 of the one before that, and
 * applies the oldest, so every prefetch has a whole turn to arrive:
 *
 *     1 locate      hash the reference; prefetch its index line, and the side's line of adds
 *                   (book_put.h)
 *     2 find        removals: guess the order, prefetch it and its link
 *                   adds: find the level, prefetch it; replaces: the new reference's line
 *     3 reach       removals: prefetch the level and both neighbours; adds: the last order's link
 *     4 apply       in order
 *
 * Stages 1-3 change nothing and may be wrong (a group ahead of them is not applied yet): apply
 * looks everything up again.  The price is 48 to 63 commands of delay; book_flush ends it when the
 * input runs dry.
 *
 * Withdrawn, each measured beside this in the same minutes on the presets of bench/bench_book:
 * links inside the orders (one line less to touch, 0 to 1 ns slower), writing both neighbours'
 * links whether there are any or not (2.7 ns slower: it chains the stores), and without a
 * difference groups of thirty-two, leaving out stage 3 on small books, fetching deep levels. */

#include "dataplane/book/book_index.h"

#include <string.h>

#define TOUCHED                 1u
#define RESULT(status, touched) ((uint32_t)(status) << 1 | (touched))

static inline uint64_t *deep_at(const struct book *book, const struct side_line *line)
{
    return book->deep + deep_place(line->lane[0]) + DEEP_FRONT;
}

/* Levels. */

/* The level's place was not among the best seven: find it, or open it there. */
static NOINLINE uint32_t level_find_or_open(struct book *book, uint32_t side, uint32_t price_e4)
{
    struct side_line *line = &book->side[side];
    uint32_t key = side & SIDE_SELL ? ~price_e4 : price_e4;
    uint32_t known = side_find(line, key);
    if (known) return known;

    uint64_t entry = (uint64_t)key << 32, last = line->lane[SIDE_TOP];
    uint32_t count = deep_count(line->lane[0]), place = 0;
    bool in_top = entry > last;
    if (!in_top) {
        const uint64_t *deep = deep_at(book, line);
        place = deep_search(deep, count, entry);
        if (place < count && deep[place] >> 32 == key) return (uint32_t)deep[place];
    }
    if (unlikely(book->level_free_count == 0)) return 0;
    bool needs_deep = !in_top || last != 0;
    if (needs_deep && count == deep_capacity(line->lane[0]) && !book_deep_grow(book, line))
        return 0;

    uint32_t opened = book->level_free[--book->level_free_count];
    entry |= opened;
    book->level[opened] = (struct level){.price_e4 = price_e4, .side = side};
    uint64_t *deep = deep_at(book, line);
    if (in_top) {
        uint32_t at = 1 + side_better(line, entry);
        if (at == 1) {
            book->level[(uint32_t)line->lane[1]].best = 0; /* level 0 takes it if there was none */
            book->level[opened].best = 1;
        }
        side_insert(line, at, entry);
        if (last == 0) return opened;
        deep[count] = last;
    } else {
        memmove(deep + place + 1, deep + place, (count - place) * sizeof *deep);
        deep[place] = entry;
    }
    line->lane[0]++;
    return opened;
}

static NOINLINE void level_close(struct book *book, uint32_t closing)
{
    struct level *level = &book->level[closing];
    struct side_line *line = &book->side[level->side];
    uint64_t entry = (uint64_t)level_key(level) << 32 | closing;
    uint32_t count = deep_count(line->lane[0]);
    uint64_t *deep = deep_at(book, line);

    level->price_e4 = 0; /* so that no hint takes it for a live one */
    level->best = 0;
    book->level_free[book->level_free_count++] = closing;
    if (likely(entry >= line->lane[SIDE_TOP])) {
        uint32_t at = 1 + side_better(line, entry);
        side_remove(line, at, count ? deep[count - 1] : 0);
        if (at == 1) book->level[(uint32_t)line->lane[1]].best = 1;
        if (count == 0) return;
    } else {
        uint32_t place = deep_search(deep, count, entry);
        memmove(deep + place, deep + place + 1, (count - 1 - place) * sizeof *deep);
    }
    line->lane[0]--;
    if (count == 1) book_deep_release(book, line);
}

/* Orders. */

/* Adds to the level hinted, or to the right one.  0 if there is no room for a level. */
static inline uint32_t order_join(struct book *book, uint32_t word, uint32_t tag, uint32_t side,
                                  const struct order *with, uint32_t price_e4, uint32_t hint,
                                  uint32_t *best)
{
    struct level *level = &book->level[hint];
    if (unlikely(((level->price_e4 ^ price_e4) | (level->side ^ side)) != 0)) {
        hint = level_find_or_open(book, side, price_e4);
        if (unlikely(hint == 0)) return 0;
        level = &book->level[hint];
    }
    uint32_t number = book->order_free[--book->order_free_count];
    book->order[number] = (struct order){.ref = with->ref, .qty = with->qty, .level = hint};
    book->index[word] = tag | number;

    uint32_t tail = level->tail;
    book->link[number] = (struct link){.prev = tail, .next = 0};
    *(tail ? &book->link[tail].next : &level->head) = number;
    level->tail = number;
    level->qty += with->qty;
    level->orders++;
    *best |= level->best;
    return number;
}

static inline uint32_t order_leave(struct book *book, uint32_t number, uint32_t word, uint32_t home)
{
    struct order *order = &book->order[number];
    struct link link = book->link[number];
    uint32_t on = order->level;
    struct level *level = &book->level[on];
    uint32_t best = level->best;

    book->index[word] = 0;
    if (unlikely((word ^ home) >= INDEX_WORDS))
        book->index[home + INDEX_ENTRIES] -= INDEX_OVERFLOW_ONE;
    order->ref = BOOK_REF_NOBODY;
    book->order_free[book->order_free_count++] = number;
    *(link.prev ? &book->link[link.prev].next : &level->head) = link.next;
    *(link.next ? &book->link[link.next].prev : &level->tail) = link.prev;
    level->qty -= order->qty;
    if (--level->orders == 0) level_close(book, on);
    return best;
}

/* Commands. */

static inline void trade_count(struct book *book, uint32_t instrument, uint64_t qty,
                               uint32_t price_e4)
{
    struct totals *totals = &book->totals[instrument];
    totals->volume += qty;
    totals->notional_e4 += qty * price_e4;
    totals->last_e4 = price_e4;
    totals->last_qty = qty;
    totals->trades++;
}

/* place: where the order stands or stood; left: what is there now; extra: what else the command
 * says (a new reference, another price). */
struct digest_parts {
    uint64_t place;
    uint64_t left;
    uint64_t extra;
};

static inline void digest_event(struct book *book, const struct book_command *command,
                                struct digest_parts parts)
{
    uint64_t word = digest_word(command->ref, parts.place << 8 | command->op,
                                (parts.left << 32 | parts.left >> 32) ^ command->qty);
    book->digest = digest_fold(book->digest, word + parts.extra * 0x27d4eb2f165667c5u);
}

static inline uint32_t add_apply(struct book *book, const struct book_command *command,
                                 struct index_key key, uint32_t hint)
{
    uint32_t price_e4 = command->price_e4;
    if (unlikely((command->side > SIDE_SELL) | (price_e4 - 1 >= BOOK_PRICE_MAX_E4) |
                 (command->qty - 1 >= UINT32_MAX) | (command->ref == BOOK_REF_NOBODY)))
        return RESULT(BOOK_BAD_FIELD, 0);
    if (unlikely(book->order_free_count == 0)) return RESULT(BOOK_FULL_ORDERS, 0);

    enum book_status why = BOOK_OK;
    uint32_t word = index_place(book, key, command->ref, &why);
    if (unlikely(word == 0)) return RESULT(why, 0);

    struct order with = {.ref = command->ref, .qty = (uint32_t)command->qty};
    uint32_t side = command->instrument * 2u + command->side, best = 0;
    uint32_t number = order_join(book, word, key.tag, side, &with, price_e4, hint, &best);
    if (unlikely(number == 0)) {
        if ((word ^ key.line) >= INDEX_WORDS)
            book->index[key.line + INDEX_ENTRIES] -= INDEX_OVERFLOW_ONE;
        return RESULT(BOOK_FULL_LEVELS, 0);
    }
    if (book->digest_on) {
        const struct level *level = &book->level[book->order[number].level];
        digest_event(book, command,
                     (struct digest_parts){.place = (uint64_t)price_e4 << 20 | side,
                                           .left = level->qty << 8 | level->orders});
    }
    return RESULT(BOOK_OK, best);
}

static inline bool op_names_order(uint32_t op)
{
    return op - BOOK_EXECUTE <= BOOK_REPLACE - BOOK_EXECUTE;
}

/* Looks the order up that a command names.  BOOK_OK, and its number and index word. */
static inline enum book_status order_named(const struct book *book,
                                           const struct book_command *command, struct index_key key,
                                           uint32_t *number, uint32_t *word)
{
    uint64_t ref = command->ref;
    *word = index_guess(book, key);
    *number = book->index[*word] & INDEX_ORDER;
    if (unlikely((book->order[*number].ref != ref) | (ref == BOOK_REF_NOBODY))) {
        *word = ref == BOOK_REF_NOBODY ? 0 : index_find(book, key, ref);
        if (*word == 0) return BOOK_UNKNOWN_ORDER;
        *number = book->index[*word] & INDEX_ORDER;
    }
    uint32_t side = book->level[book->order[*number].level].side;
    if (unlikely(side / 2 != command->instrument)) return BOOK_OTHER_INSTRUMENT;
    return BOOK_OK;
}

/* Shrinks an order, in full or in part; an execution is also a trade. */
static inline uint32_t reduce_apply(struct book *book, const struct book_command *command,
                                    struct index_key key, uint32_t number, uint32_t word)
{
    struct order *order = &book->order[number];
    struct level *level = &book->level[order->level];
    uint32_t had = order->qty, price_e4 = level->price_e4, side = level->side, touched = 0;
    uint32_t printed_e4 = 0;
    uint64_t by = command->qty;
    if (unlikely(by - 1 >= had)) return RESULT(by ? BOOK_TOO_MUCH : BOOK_BAD_FIELD, 0);
    if (command->op == BOOK_EXECUTE || command->op == BOOK_EXECUTE_AT) {
        printed_e4 = command->op == BOOK_EXECUTE ? price_e4 : command->price_e4;
        if (unlikely(printed_e4 - 1 >= BOOK_PRICE_MAX_E4)) return RESULT(BOOK_BAD_FIELD, 0);
        trade_count(book, command->instrument, by, printed_e4);
        touched = TOUCHED;
    }
    if (by == had) {
        touched |= order_leave(book, number, word, key.line);
    } else {
        order->qty = had - (uint32_t)by;
        level->qty -= by;
        touched |= level->best;
    }
    if (book->digest_on)
        digest_event(book, command,
                     (struct digest_parts){.place = (uint64_t)price_e4 << 20 | side,
                                           .left = had - by,
                                           .extra = printed_e4});
    return RESULT(BOOK_OK, touched);
}

static inline uint32_t replace_apply(struct book *book, const struct book_command *command,
                                     struct index_key key, uint32_t number, uint32_t word)
{
    uint64_t ref_new = command->ref_new;
    uint32_t price_e4 = command->price_e4;
    if (unlikely((price_e4 - 1 >= BOOK_PRICE_MAX_E4) | (command->qty - 1 >= UINT32_MAX) |
                 (ref_new == BOOK_REF_NOBODY)))
        return RESULT(BOOK_BAD_FIELD, 0);

    /* Find the new order's place first: if there is none, the old one stays. */
    struct index_key key_new = index_key(book, ref_new);
    enum book_status why = BOOK_OK;
    uint32_t word_new = index_place(book, key_new, ref_new, &why);
    if (unlikely(word_new == 0)) return RESULT(why, 0);

    /* And its level: where the old order's is the same one and closes, it is opened once more. */
    uint32_t side = book->level[book->order[number].level].side;
    uint32_t opened = level_find_or_open(book, side, price_e4);
    if (unlikely(opened == 0)) {
        if ((word_new ^ key_new.line) >= INDEX_WORDS)
            book->index[key_new.line + INDEX_ENTRIES] -= INDEX_OVERFLOW_ONE;
        return RESULT(BOOK_FULL_LEVELS, 0);
    }
    uint32_t best = order_leave(book, number, word, key.line);
    struct order with = {.ref = ref_new, .qty = (uint32_t)command->qty};
    uint32_t joined = order_join(book, word_new, key_new.tag, side, &with, price_e4, opened, &best);
    DCHECK(joined != 0);
    if (book->digest_on) {
        const struct level *level = &book->level[book->order[joined].level];
        digest_event(book, command,
                     (struct digest_parts){.place = (uint64_t)price_e4 << 20 | side,
                                           .left = level->qty << 8 | level->orders,
                                           .extra = ref_new});
    }
    return RESULT(BOOK_OK, best);
}

/* Commands that name a live order.  The look-up comes before the branch on which it is: that branch
 * is the one nobody can predict, and its cost hides behind the loads. */
static inline uint32_t named_apply(struct book *book, const struct book_command *command,
                                   struct index_key key)
{
    uint32_t number, word;
    enum book_status status = order_named(book, command, key, &number, &word);
    if (unlikely(status != BOOK_OK)) return RESULT(status, 0);
    if (command->op == BOOK_DELETE) {
        if (book->digest_on) {
            const struct order *order = &book->order[number];
            const struct level *level = &book->level[order->level];
            digest_event(book, command,
                         (struct digest_parts){
                             .place = (uint64_t)level->price_e4 << 20 | level->side,
                             .left = order->qty,
                         });
        }
        return RESULT(BOOK_OK, order_leave(book, number, word, key.line));
    }
    if (command->op == BOOK_REPLACE) return replace_apply(book, command, key, number, word);
    return reduce_apply(book, command, key, number, word);
}

static inline uint32_t command_apply(struct book *book, const struct book_command *command,
                                     struct index_key key, uint32_t hint)
{
    if (command->op == BOOK_ADD) return add_apply(book, command, key, hint);
    if (likely(op_names_order(command->op))) return named_apply(book, command, key);
    /* See book_command_refuse. */
    if (command->op >= BOOK_OP_COUNT) return RESULT(BOOK_BAD_INSTRUMENT, 0);
    if (command->op != BOOK_TRADE) return RESULT(BOOK_OK, 0);
    if (unlikely((command->qty == 0) | (command->price_e4 - 1 >= BOOK_PRICE_MAX_E4)))
        return RESULT(BOOK_BAD_FIELD, 0);
    trade_count(book, command->instrument, command->qty, command->price_e4);
    if (book->digest_on)
        digest_event(book, command,
                     (struct digest_parts){.place = (uint64_t)command->price_e4 << 20,
                                           .left = command->instrument});
    return RESULT(BOOK_OK, TOUCHED);
}

/* Stages. */

/* Which of the sixteen ops are from first to last; bit i is command i. */
static inline uint32_t ops_between(const struct group *group, uint32_t first, uint32_t last)
{
    __m128i ops = _mm_load_si128((const __m128i *)group->op);
    __m128i above = _mm_cmpgt_epi8(ops, _mm_set1_epi8((char)(first - 1)));
    __m128i below = _mm_cmpgt_epi8(_mm_set1_epi8((char)(last + 1)), ops);
    return (uint32_t)_mm_movemask_epi8(_mm_and_si128(above, below)) & ((1u << group->count) - 1);
}

/* Which commands do what: stage 1 is done one by one in book_put. */
static inline void group_sort(struct group *group)
{
    group->adds = ops_between(group, BOOK_ADD, BOOK_ADD);
    group->removals = ops_between(group, BOOK_EXECUTE, BOOK_REPLACE);
    group->replaces = ops_between(group, BOOK_REPLACE, BOOK_REPLACE);
    for (uint32_t i = 0; i < GROUP_COMMANDS; i++) group->level_hint[i] = 0;
}

static inline void group_find(struct book *book, struct group *group)
{
    for (uint32_t left = group->removals; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        uint32_t number = book->index[index_guess(book, group->key[i])] & INDEX_ORDER;
        group->order_hint[i] = number;
        __builtin_prefetch(&book->order[number], 1);
        __builtin_prefetch(&book->link[number], 1);
    }
    for (uint32_t left = group->adds; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        const struct book_command *command = &group->command[i];
        uint32_t side = command->instrument * 2u + (command->side & 1u);
        uint32_t key = command->price_e4 ^ -(side & 1u);
        uint32_t level = side_find(&book->side[side], key);
        group->level_hint[i] = level;
        __builtin_prefetch(&book->level[level], 1);
    }
    for (uint32_t left = group->replaces; left; left &= left - 1) {
        const struct book_command *command = &group->command[__builtin_ctz(left)];
        __builtin_prefetch(book->index + index_key(book, command->ref_new).line, 1);
        __builtin_prefetch(&book->side[(size_t)command->instrument * 2]);
        __builtin_prefetch(&book->side[(size_t)command->instrument * 2 + 1]);
    }
}

static inline void group_reach(struct book *book, struct group *group)
{
    for (uint32_t left = group->removals; left; left &= left - 1) {
        uint32_t number = group->order_hint[__builtin_ctz(left)];
        __builtin_prefetch(&book->level[book->order[number].level], 1);
        __builtin_prefetch(&book->link[book->link[number].prev], 1);
        __builtin_prefetch(&book->link[book->link[number].next], 1);
    }
    for (uint32_t left = group->adds; left; left &= left - 1) {
        uint32_t level = group->level_hint[__builtin_ctz(left)];
        __builtin_prefetch(&book->link[book->level[level].tail], 1);
    }
}

static inline void group_apply(struct book *book, struct group *group)
{
    uint32_t changed = book->changed_count, applied = 0;
    for (uint32_t i = 0; i < group->count; i++) {
        const struct book_command *command = &group->command[i];
        uint32_t result = command_apply(book, command, group->key[i], group->level_hint[i]);
        uint32_t marks = result & TOUCHED;
        if (unlikely(result > TOUCHED)) {
            book->counts.command[result >> 1]++;
            marks = command->instrument ? MARK_CHANGED | MARK_SUSPECT : 0;
        } else {
            applied++;
        }
        uint8_t *mark = &book->mark[command->instrument];
        uint32_t before = *mark;
        book->changed[changed] = command->instrument;
        changed += marks & ~before & MARK_CHANGED;
        *mark = (uint8_t)(before | marks);
    }
    book->used |= group->count > 0;
    book->changed_count = changed;
    book->counts.command[BOOK_OK] += applied;
    group->count = 0;
    group->adds = group->removals = group->replaces = 0;
}

static void hot_turn(struct book *book)
{
    uint32_t k = book->filling;
    group_sort(&book->group[k % GROUPS]);
    group_find(book, &book->group[(k - 1) % GROUPS]);
    group_reach(book, &book->group[(k - 2) % GROUPS]);
    group_apply(book, &book->group[(k - 3) % GROUPS]);
    book->filling = k + 1;
}

static void hot_flush(struct book *book)
{
    uint32_t k = book->filling;
    struct group *group[GROUPS];
    for (uint32_t age = 0; age < GROUPS; age++) group[age] = &book->group[(k - age) % GROUPS];

    group_sort(group[0]);
    bool few = group[0]->count <= 2; /* then looking ahead costs more than it saves */
    if ((group[1]->count | group[2]->count | group[3]->count) != 0) {
        group_find(book, group[1]);
        group_reach(book, group[2]);
        group_apply(book, group[3]);
        group_reach(book, group[1]);
        group_apply(book, group[2]);
        group_apply(book, group[1]);
    }
    if (!few) {
        group_find(book, group[0]);
        group_reach(book, group[0]);
    }
    group_apply(book, group[0]);
}

#if BOOK_AVX512
const struct book_vectors book_vectors_avx512 = {"avx512", hot_turn, hot_flush};
#else
const struct book_vectors book_vectors_avx2 = {"avx2", hot_turn, hot_flush};
#endif
