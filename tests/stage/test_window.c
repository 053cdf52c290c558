/* A window onto a long table: bounded work a turn, whole rows, counts, and portions that show what
 * is there all the while once.  Against a table that is looked through in one go. */

#include "dataplane/stage/window.h"
#include "tests/support/chance.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_MAX 500000u

struct row {
    uint64_t place;
    uint64_t version; /* of the table */
    uint64_t check;
};

/* A table; wanted: those places whose number this divides. */
struct table {
    uint64_t places;
    uint64_t version;
    bool there[PLACES_MAX];
    uint32_t looks, copies; /* of the turn */
};

static struct table *table;
static struct window *window;

static void before_each(void)
{
    size_t bytes = window_footprint(sizeof(struct row));
    table = calloc(1, sizeof *table);
    window = window_new(aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE)), sizeof(struct row));
    if (!table) abort();
}

static void after_each(void)
{
    free(table);
    free(window);
}

/* The filter: of one strategy are the places that it divides. */
static bool wanted(uint64_t place, const struct window_ask *ask)
{
    return table->there[place] && (ask->strategy == WINDOW_ANY || place % ask->strategy == 0);
}

static bool look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    EXPECT(context == table);
    table->looks++;
    if (!wanted(place, ask)) return false;
    if (!row) return true;
    table->copies++;
    *(struct row *)row = (struct row){place, table->version, place ^ table->version};
    return true;
}

static void turn(void)
{
    table->looks = table->copies = 0;
    window_turn(window, table->places, look, table);
    EXPECT(table->looks <= WINDOW_LOOKS);
    EXPECT(table->copies <= WINDOW_COPIES);
}

static uint64_t filled(uint64_t places, uint64_t seed, uint64_t of_ten)
{
    struct chance chance = {seed};
    uint64_t count = 0;
    table->places = places;
    for (uint64_t i = 0; i < places; i++)
        count += table->there[i] = chance_between(&chance, 1, 10) <= of_ten;
    return count;
}

static struct window_ask ask_of(uint64_t after, uint32_t limit, uint32_t strategy)
{
    return (struct window_ask){
        .limit = limit, .after = after, .strategy = strategy, .venue = WINDOW_ANY};
}

static struct window_said answer(const struct window_ask *ask)
{
    uint32_t turns = 0;
    EXPECT(window_ask(window, ask));
    do {
        EXPECT(window_said(window) == NULL);
        turn();
        turns++;
    } while (!window_said(window) && turns < 2 * WINDOW_TURNS);
    EXPECT(window_said(window) != NULL);
    if (!window_said(window)) abort();
    struct window_said said = *window_said(window);
    EXPECT_UINT(said.turns, turns);
    return said;
}

static const struct row *row_at(uint32_t i)
{
    const struct row *row = window_row(window, i);
    EXPECT(row->check == (row->place ^ row->version));
    return row;
}

/* What a look through all of it in one go says. */
static void compare(uint64_t seed, const struct window_ask *ask)
{
    struct window_said said = answer(ask);
    uint64_t matched = 0, next = 0;
    uint32_t rows = 0;
    bool right = said.ended;
    for (uint64_t place = 0; place < table->places; place++) {
        if (!wanted(place, ask)) continue;
        matched++;
        if (place < ask->after) continue;
        if (rows < ask->limit) {
            right &= rows < said.rows && row_at(rows)->place == place;
            rows++;
        } else if (next == 0) {
            next = rows > 0 ? row_at(ask->limit - 1)->place + 1 : 0;
        }
    }
    right &= said.rows == rows && said.matched == matched && said.next == next;
    spec_expect(__FILE__, __LINE__, right,
                "seed %lu, after %lu, limit %u: %u rows of %lu, next %lu; not %u of %lu, next %lu",
                (unsigned long)seed, (unsigned long)ask->after, ask->limit, said.rows,
                (unsigned long)said.matched, (unsigned long)said.next, rows, (unsigned long)matched,
                (unsigned long)next);
    window_free(window);
}

SPEC(a_window_has_the_first_rows_from_its_place_and_counts_all)
{
    static const uint64_t sizes[] = {0, 1, 2, 127, 128, 129, 511, 512, 513, 5000, 30000};
    struct spec_seeds seeds = spec_seeds(200);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        struct chance chance = {seed};
        uint64_t places = sizes[chance_between(&chance, 0, ARRAY_COUNT(sizes) - 1)];
        (void)filled(places, seed, chance_between(&chance, 0, 10));
        struct window_ask ask = ask_of(chance_between(&chance, 0, places + 2),
                                       (uint32_t)chance_between(&chance, 1, WINDOW_ROWS),
                                       chance_between(&chance, 0, 1) ? WINDOW_ANY : 7);
        if (chance_between(&chance, 0, 2) == 0) ask.after = 0;
        if (chance_between(&chance, 0, 3) == 0) ask.limit = 1;
        compare(seed, &ask);
    }
}

SPEC(what_one_turn_can_copy_is_of_one_moment)
{
    (void)filled(WINDOW_LOOKS, 1, 1);
    struct window_ask ask = ask_of(0, WINDOW_ROWS, WINDOW_ANY);
    EXPECT_UINT(answer(&ask).turns, 1);
    window_free(window);
    (void)filled(WINDOW_LOOKS + 1, 1, 1);
    EXPECT_UINT(answer(&ask).turns, 2);
    window_free(window);
    (void)filled(129, 1, 10);
    EXPECT_UINT(answer(&ask).turns, 2);
    window_free(window);
    ask.limit = 100; /* the others are only counted */
    EXPECT_UINT(answer(&ask).turns, 1);
    EXPECT_UINT(window_said(window)->matched, 129);
}

/* Between all turns places come and go, but for some that stay. */
static void all_shown_once(uint64_t seed)
{
    static uint8_t shown[PLACES_MAX];
    struct chance chance = {seed};
    uint64_t places = chance_between(&chance, 1, 20000), after = 0;
    uint32_t limit = (uint32_t)chance_between(&chance, 1, WINDOW_ROWS), portions = 0;
    (void)filled(places, seed, 3);
    for (uint64_t i = 0; i < places; i += 5) table->there[i] = true; /* these stay */
    memset(shown, 0, sizeof shown);
    do {
        struct window_ask ask = ask_of(after, limit, WINDOW_ANY);
        EXPECT(window_ask(window, &ask));
        while (!window_said(window)) {
            for (uint32_t i = 0; i < 100; i++) {
                uint64_t place = chance_between(&chance, 0, places - 1);
                table->there[place] = place % 5 == 0 || chance_between(&chance, 0, 1);
            }
            table->version++;
            turn();
        }
        const struct window_said *said = window_said(window);
        for (uint32_t i = 0; i < said->rows; i++) shown[row_at(i)->place]++;
        EXPECT(said->next == 0 || said->next > after);
        after = said->next;
        window_free(window);
    } while (after > 0 && ++portions < 100000);
    for (uint64_t i = 0; i < places; i++)
        spec_expect(__FILE__, __LINE__, shown[i] <= 1 && (i % 5 || shown[i] == 1),
                    "seed %lu: place %lu is shown %u times", (unsigned long)seed, (unsigned long)i,
                    shown[i]);
}

SPEC(portions_show_what_is_there_all_the_while_once)
{
    struct spec_seeds seeds = spec_seeds(25);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) all_shown_once(seed);
}

SPEC(a_table_too_long_for_one_answer_is_gone_on_with_where_it_was)
{
    table->places = PLACES_MAX;
    table->there[5] = table->there[PLACES_MAX - 1] = true;
    struct window_ask ask = ask_of(0, 10, WINDOW_ANY);
    struct window_said said = answer(&ask);
    EXPECT(!said.ended);
    EXPECT_UINT(said.turns, WINDOW_TURNS);
    EXPECT_UINT(said.rows, 1);
    EXPECT_UINT(said.next, WINDOW_TURNS * WINDOW_LOOKS);
    window_free(window);
    for (uint32_t i = 0; i < PLACES_MAX / WINDOW_TURNS / WINDOW_LOOKS; i++) {
        ask.after = said.next;
        said = answer(&ask);
        bool last = ask.after + WINDOW_TURNS * WINDOW_LOOKS >= PLACES_MAX;
        EXPECT_UINT(said.rows, last);
        EXPECT_UINT(said.next, last ? 0 : ask.after + WINDOW_TURNS * WINDOW_LOOKS);
        if (last) EXPECT_UINT(row_at(0)->place, PLACES_MAX - 1);
        window_free(window);
    }
    EXPECT_UINT(said.next, 0);
}

SPEC(a_table_that_shrinks_or_grows_meanwhile_ends_the_window_all_the_same)
{
    (void)filled(20000, 3, 5);
    struct window_ask ask = ask_of(15000, WINDOW_ROWS, WINDOW_ANY);
    EXPECT(window_ask(window, &ask));
    turn();
    table->places = 10; /* a new session's directory */
    for (uint32_t i = 0; i < 20 && !window_said(window); i++) turn();
    EXPECT(window_said(window) != NULL);
    window_free(window);
    EXPECT(window_ask(window, &ask));
    turn();
    table->places = 16000;
    for (uint32_t i = 0; i < 20 && !window_said(window); i++) turn();
    EXPECT(window_said(window) != NULL);
    for (uint32_t i = 0; i < window_said(window)->rows; i++) EXPECT(row_at(i)->place >= 10);
}

SPEC(one_is_asked_at_a_time_and_its_rows_stay_until_they_are_freed)
{
    (void)filled(50, 1, 10);
    struct window_ask ask = ask_of(0, 10, WINDOW_ANY);
    EXPECT(window_said(window) == NULL);
    turn(); /* nobody has asked */
    EXPECT_UINT(table->looks, 0);
    (void)answer(&ask);
    EXPECT(!window_ask(window, &ask));
    table->version = 9;
    turn();
    EXPECT_UINT(table->looks, 0);
    EXPECT_UINT(row_at(9)->version, 0);
    window_free(window);
    EXPECT(window_said(window) == NULL);
    EXPECT(window_ask(window, &ask));
    EXPECT(!window_ask(window, &ask));
}

static _Atomic bool over;

static void *stage(void *unused)
{
    uint32_t turns = 0;
    while (!atomic_load(&over)) {
        table->version++;
        window_turn(window, table->places, look, table);
        if (++turns % 64 == 0) sched_yield();
    }
    return unused;
}

SPEC(two_threads_hand_rows_to_each_other_whole)
{
    pthread_t thread;
    uint32_t rounds = 2000 / PATIENCE_SLOWER, rounds_min = 20;
    uint64_t end = patience_end(PATIENCE_RACE_S);
    (void)filled(3000, 1, 5);
    atomic_store(&over, false);
    EXPECT(pthread_create(&thread, NULL, stage, NULL) == 0);
    for (uint32_t round = 0; round < rounds; round++) {
        if (round >= rounds_min && patience_now_ns() >= end) break;
        struct window_ask ask = ask_of(round, 300, WINDOW_ANY);
        EXPECT(window_ask(window, &ask));
        while (!window_said(window)) sched_yield();
        for (uint32_t i = 0; i < window_said(window)->rows; i++) EXPECT(row_at(i)->place >= round);
        EXPECT_UINT(window_said(window)->rows, 300);
        window_free(window);
    }
    atomic_store(&over, true);
    pthread_join(thread, NULL);
}

#define SPECS(S)                                                                                   \
    S(a_window_has_the_first_rows_from_its_place_and_counts_all)                                   \
    S(what_one_turn_can_copy_is_of_one_moment)                                                     \
    S(portions_show_what_is_there_all_the_while_once)                                              \
    S(a_table_too_long_for_one_answer_is_gone_on_with_where_it_was)                                \
    S(a_table_that_shrinks_or_grows_meanwhile_ends_the_window_all_the_same)                        \
    S(one_is_asked_at_a_time_and_its_rows_stay_until_they_are_freed)                               \
    S(two_threads_hand_rows_to_each_other_whole)
SPEC_MAIN("window", SPECS, before_each, after_each)
