/* All sequences of a small alphabet of inputs, engine against plain reference: 14 inputs of two
 * accounts in one instrument, 1 to DEPTH of them one after the other.  What a random stream meets
 * once in a million steps is met here for sure, if five inputs can bring it about.
 *
 * The tree of sequences is walked depth first.  Before each input both engines are put aside, and
 * afterwards put back where they were: their memory may hold pointers into itself, so it never
 * moves. */

#include "tests/match/agree.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = PARANOID ? 4 : 5, LETTERS_MAX = 16 };

struct letter {
    const char *name;
    CACHE_ALIGNED struct {
        struct match_input input;
        struct match_terms terms;
    } sent;
};

#define TICKS(n) ((n)*PRICE_ONE)
#define LOTS(n)  ((n)*QTY_ONE)

#define SHORT      sizeof(struct match_input)
#define LONG       (sizeof(struct match_input) + sizeof(struct match_terms))
#define ORDER(...) .sent.input = {.kind = MATCH_NEW, .bytes = LONG, __VA_ARGS__}
#define LIMIT(...) ORDER(.type = MATCH_LIMIT, __VA_ARGS__)

static const struct letter plain_letters[] = {
    {"buy 3 at 10", LIMIT(.account = 1, .side = SIDE_BUY, .price = TICKS(10), .qty = LOTS(3))},
    {"buy 2 at 11", LIMIT(.account = 2, .side = SIDE_BUY, .price = TICKS(11), .qty = LOTS(2))},
    {"sell 2 at 10", LIMIT(.account = 2, .side = SIDE_SELL, .price = TICKS(10), .qty = LOTS(2))},
    {"sell 3 at 11", LIMIT(.account = 1, .side = SIDE_SELL, .price = TICKS(11), .qty = LOTS(3))},
    {"hidden sell 4 at 10, decrement",
     LIMIT(.account = 1, .side = SIDE_SELL, .price = TICKS(10), .qty = LOTS(4),
           .self_trade = MATCH_DECREMENT),
     .sent.terms = {.display = LOTS(1)}},
    {"market buy 2", ORDER(.account = 2, .side = SIDE_BUY, .qty = LOTS(2), .type = MATCH_MARKET,
                           .self_trade = MATCH_CANCEL_OLDEST)},
    {"ioc sell 4 at 10", LIMIT(.account = 2, .side = SIDE_SELL, .price = TICKS(10), .qty = LOTS(4),
                               .tif = MATCH_IOC, .self_trade = MATCH_CANCEL_BOTH)},
    {"fok buy 3 at 11", LIMIT(.account = 1, .side = SIDE_BUY, .price = TICKS(11), .qty = LOTS(3),
                              .tif = MATCH_FOK, .self_trade = MATCH_CANCEL_OLDEST)},
    {"replace the first at 11, 2", .sent.input = {.kind = MATCH_MODIFY,
                                                  .bytes = SHORT,
                                                  .id = 1,
                                                  .account = 1,
                                                  .price = TICKS(11),
                                                  .qty = LOTS(2)}},
    {"less of the first",
     .sent.input = {.kind = MATCH_MODIFY, .bytes = SHORT, .id = 1, .account = 1, .qty = LOTS(1)}},
    {"cancel the first",
     .sent.input = {.kind = MATCH_CANCEL, .bytes = SHORT, .id = 1, .account = 1}},
    {"stop sell 2 at 10",
     ORDER(.account = 1, .side = SIDE_SELL, .qty = LOTS(2), .type = MATCH_STOP),
     .sent.terms = {.trigger = TICKS(10)}},
    {"call", .sent.input = {.kind = MATCH_PHASE, .bytes = SHORT, .type = MATCH_CALL}},
    {"open", .sent.input = {.kind = MATCH_PHASE, .bytes = SHORT, .type = MATCH_OPEN}},
};

#define BRACKET                                                                                    \
    {                                                                                              \
        .link = MATCH_LEGS, .legs = {                                                              \
            {.type = MATCH_LIMIT, .side = SIDE_SELL, .price = TICKS(11)},                          \
            {.type = MATCH_STOP, .side = SIDE_SELL, .trigger = TICKS(9)}                           \
        }                                                                                          \
    }

static const struct letter linked_letters[] = {
    {"buy 3 at 10, bracket",
     LIMIT(.account = 1, .side = SIDE_BUY, .price = TICKS(10), .qty = LOTS(3),
           .flags = MATCH_TRACK),
     .sent.terms = BRACKET},
    {"market buy 2, bracket",
     ORDER(.account = 1, .side = SIDE_BUY, .type = MATCH_MARKET, .qty = LOTS(2),
           .flags = MATCH_TRACK),
     .sent.terms = BRACKET},
    {"sell 2 at 10", LIMIT(.account = 2, .side = SIDE_SELL, .price = TICKS(10), .qty = LOTS(2))},
    {"sell 1 at 9", LIMIT(.account = 2, .side = SIDE_SELL, .price = TICKS(9), .qty = LOTS(1))},
    {"buy 1 at 9", LIMIT(.account = 2, .side = SIDE_BUY, .price = TICKS(9), .qty = LOTS(1))},
    {"buy 2 at 11", LIMIT(.account = 2, .side = SIDE_BUY, .price = TICKS(11), .qty = LOTS(2))},
    {"pair: sell 2 at 11 or stop at 9",
     LIMIT(.account = 1, .side = SIDE_SELL, .price = TICKS(11), .qty = LOTS(2)),
     .sent.terms = {.link = MATCH_PAIR,
                    .legs = {{.type = MATCH_STOP_LIMIT,
                              .side = SIDE_SELL,
                              .price = TICKS(8),
                              .trigger = TICKS(9)}}}},
    {"trailing stop sell 1",
     ORDER(.account = 2, .side = SIDE_SELL, .type = MATCH_TRAILING_STOP, .qty = LOTS(1)),
     .sent.terms = {.trigger = TICKS(1)}},
    {"the first to 5",
     .sent.input = {.kind = MATCH_MODIFY, .bytes = SHORT, .id = 1, .account = 1, .qty = LOTS(5)}},
    {"the first's profit at 12",
     .sent.input = {.kind = MATCH_MODIFY, .id = 1, .account = 1, .bytes = LONG},
     .sent.terms = {.legs = {{.price = TICKS(12)}}}},
    {"cancel the first",
     .sent.input = {.kind = MATCH_CANCEL, .bytes = SHORT, .id = 1, .account = 1}},
    {"cancel the first leg",
     .sent.input = {.kind = MATCH_CANCEL, .bytes = SHORT, .id = MATCH_ID_MAX + 1, .account = 1}},
    {"close 1 of the first",
     .sent.input = {.kind = MATCH_CLOSE, .other = 1, .account = 1, .qty = LOTS(1), .bytes = SHORT}},
    {"cancel all of the first account",
     .sent.input = {.kind = MATCH_CANCEL_ALL, .account = 1, .bytes = SHORT}},
};

struct walk {
    struct agree *agree;
    const struct letter *letters;
    uint32_t count;
    uint32_t word[DEPTH];
    uint8_t *memory[DEPTH];
    struct plain_match *plain[DEPTH];
    uint64_t words;
    bool same;
};

static bool send(struct walk *walk, const struct letter *letter, uint32_t at)
{
    struct letter sent = *letter;
    sent.sent.input.number = at;
    if (sent.sent.input.kind == MATCH_NEW || sent.sent.input.kind == MATCH_CLOSE)
        sent.sent.input.id = at - 8; /* the first letter's is 1 */
    return agree_apply(walk->agree, &sent.sent.input) && agree_look(walk->agree);
}

static void say_word(const struct walk *walk, uint32_t length)
{
    char text[1024] = "";
    for (uint32_t i = 0; i <= length; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", i ? "; " : "",
                 walk->letters[walk->word[i]].name);
    }
    spec_expect(__FILE__, __LINE__, false, "after: %s\n%s", text, walk->agree->difference);
}

/* Every letter after the word so far, then what follows it. */
static void extend(struct walk *walk, uint32_t length)
{
    struct agree *agree = walk->agree;
    memcpy(walk->memory[length], agree->memory, agree->memory_bytes);
    *walk->plain[length] = agree->plain;
    for (uint32_t i = 0; i < walk->count && walk->same; i++) {
        walk->word[length] = i;
        walk->words++;
        walk->same = send(walk, &walk->letters[i], length + 9);
        if (!walk->same) say_word(walk, length);
        if (walk->same && length + 1 < DEPTH) extend(walk, length + 1);
        memcpy(agree->memory, walk->memory[length], agree->memory_bytes);
        struct match_event *event = agree->plain.event; /* the list may have moved */
        uint32_t events_max = agree->plain.events_max;
        agree->plain = *walk->plain[length];
        agree->plain.event = event;
        agree->plain.events_max = events_max;
    }
}

static void begin(struct walk *walk)
{
    CACHE_ALIGNED struct {
        struct match_input input;
        struct match_listing listing;
    } list = {
        .input = {.number = 8, .kind = MATCH_LIST, .bytes = sizeof list},
        .listing = {.symbol = "WORD",
                    .tick = PRICE_ONE,
                    .lot = QTY_ONE,
                    .size = QTY_ONE,
                    .price_max = TICKS(100),
                    .qty_max = LOTS(50),
                    .reference = TICKS(10),
                    .collar = TICKS(1),
                    .window = 64,
                    .phase = MATCH_OPEN},
    };
    for (uint32_t i = 1; i <= 2; i++) {
        struct match_input input = {
            .number = i, .kind = MATCH_ACCOUNT, .account = i, .bytes = sizeof input};
        walk->same = walk->same && agree_apply(walk->agree, &input);
    }
    walk->same = walk->same && agree_apply(walk->agree, &list.input);
}

static void all_words(const struct letter *letters, uint32_t count)
{
    static struct agree agree;
    const struct match_limits limits = {.instruments = 1,
                                        .orders = 16,
                                        .specials = 16,
                                        .pages = 8,
                                        .window = 64,
                                        .accounts = 3,
                                        .holdings = 3,
                                        .assets = 1,
                                        .balances = 3,
                                        .cascade = 4,
                                        .money_events = true};
    struct walk walk = {.agree = &agree, .letters = letters, .count = count, .same = true};
    agree_new(&agree, &limits, 64);
    for (uint32_t i = 0; i < DEPTH; i++) {
        walk.memory[i] = malloc(agree.memory_bytes);
        walk.plain[i] = malloc(sizeof agree.plain);
    }
    begin(&walk);
    if (walk.same) extend(&walk, 0);
    for (uint32_t i = 0; i < DEPTH; i++) {
        free(walk.memory[i]);
        free(walk.plain[i]);
    }
    agree_free(&agree);
    printf("    (%" PRIu64 " sequences) ", walk.words);
}

SPEC(all_short_sequences_of_plain_orders_agree)
{
    all_words(plain_letters, ARRAY_COUNT(plain_letters));
}

SPEC(all_short_sequences_of_linked_orders_agree)
{
    all_words(linked_letters, ARRAY_COUNT(linked_letters));
}

#define SPECS(S)                                                                                   \
    S(all_short_sequences_of_plain_orders_agree)                                                   \
    S(all_short_sequences_of_linked_orders_agree)

SPEC_MAIN("match sequences", SPECS, NULL, NULL)
