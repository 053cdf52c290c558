/* The market maker against a venue that answers late, refuses, cancels and fills at any time, and
 * pictures that are older than the reports: a million random steps.
 *
 * What is checked is computed from the venue's side, by adding up. */

#include "tests/strategy/maker_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 500, STEPS = 4000, CALM_SEEDS = 100, CALM_STEPS = 500, SHOWN_MAX = 64 };

static struct chance chance;
static uint64_t seed;
static qty_t limit[2];
static price_t last_price[RIG_KEYS_MAX]; /* said; 0: none */
static int64_t offset_least, threshold;  /* ticks */
static bool checks_own;                  /* the parameters are such that own size can be told */

static uint64_t between(uint64_t low, uint64_t high)
{
    return chance_between(&chance, low, high);
}

static bool one_in(uint64_t count)
{
    return between(1, count) == 1;
}

#define FAILS(...) spec_expect(__FILE__, __LINE__, false, __VA_ARGS__)

/* Parameters. */

struct texts {
    char rungs[128], longest[32], shortest[32], skew[32], spread[32], threshold[32];
    const char *reference, *alone, *post_only, *fair;
};

static void choose(struct texts *texts, bool first)
{
    static const char *const references[] = {"best", "best", "mid", "micro", "fair"};
    uint64_t rungs = between(1, 3), skewed = between(0, 1);
    offset_least = (int64_t)between(0, 3);
    threshold = (int64_t)between(0, 3);
    texts->rungs[0] = '\0';
    for (uint64_t i = 0, offset = (uint64_t)offset_least; i < rungs; i++, offset += between(0, 3)) {
        size_t length = strlen(texts->rungs);
        snprintf(texts->rungs + length, sizeof texts->rungs - length, "%s%" PRIu64 "t:%" PRIu64,
                 i ? "," : "", offset, between(1, 120));
    }
    /* While it runs, limits only rise: a lower one is breached until the venue has heard of it. */
    for (uint32_t side = 0; side < 2; side++)
        limit[side] = (first ? 0 : limit[side]) + rig_units((int64_t)between(0, first ? 400 : 50));
    snprintf(texts->longest, sizeof texts->longest, "%" PRId64, limit[0] / QTY_ONE);
    snprintf(texts->shortest, sizeof texts->shortest, "%" PRId64, limit[1] / QTY_ONE);
    snprintf(texts->skew, sizeof texts->skew, "0.000%" PRIu64, skewed * between(0, 9));
    snprintf(texts->spread, sizeof texts->spread, "%" PRIu64 "t", between(0, 6));
    snprintf(texts->threshold, sizeof texts->threshold, "%" PRId64 "t", threshold);
    texts->reference = references[between(0, 4)];
    texts->alone = one_in(3) ? "stay" : "retreat";
    texts->post_only = one_in(4) ? "no" : "yes";
    texts->fair = strcmp(texts->reference, "fair") == 0 ? "10.01" : NULL;
    checks_own = strcmp(texts->reference, "best") == 0 && strcmp(texts->alone, "retreat") == 0 &&
                 strcmp(texts->skew, "0.0000") == 0;
}

#define CHOSEN(texts)                                                                              \
    "most_rungs", "3", "rungs", (texts).rungs, "long", (texts).longest, "short", (texts).shortest, \
        "skew", (texts).skew, "spread", (texts).spread, "threshold", (texts).threshold,            \
        "reference", (texts).reference, "alone", (texts).alone, "post_only", (texts).post_only,    \
        (texts).fair ? "fair" : NULL, (texts).fair, NULL

/* Others' best prices as published lately, newest last. */
struct seen {
    nanos_t at_ns;
    price_t best[2];
};
static struct seen seen[RIG_LEGS_MAX][SHOWN_MAX];
static uint32_t seen_count[RIG_LEGS_MAX];

static void publish(uint32_t leg)
{
    rig_publish(leg);
    seen[leg][seen_count[leg]++ % SHOWN_MAX] =
        (struct seen){rig.now, {rig.leg[leg].level[0][0].price, rig.leg[leg].level[1][0].price}};
}

/* The best that others have had of a side, in pictures of the last echoes and the newest. */
static price_t best_lately(uint32_t leg, uint32_t side)
{
    price_t best = 0;
    uint32_t count = seen_count[leg], oldest = count > SHOWN_MAX ? count - SHOWN_MAX : 0;
    for (uint32_t i = count; i-- > oldest;) {
        const struct seen *at = &seen[leg][i % SHOWN_MAX];
        if (i + 1 < count && at->at_ns + 4 * ECHO < rig.now && best != 0) break;
        price_t price = at->best[side];
        if (price != 0 && (best == 0 || (side ? price < best : price > best))) best = price;
    }
    return best;
}

/* Checks. */

static bool may_quote(uint32_t leg)
{
    const struct market *market = &rig.leg[leg].shown;
    bool good = market->state == MARKET_LIVE && market->bid > 0 && market->ask > market->bid;
    return good && rig.leg[leg].trading <= TRADING_REDUCE_ONLY;
}

static void check_inventory(void)
{
    for (uint32_t leg = 0; leg < rig.legs; leg++)
        for (uint32_t side = 0; side < 2; side++)
            if (rig_worst(leg, side) > limit[side])
                FAILS("seed %" PRIu64 ": leg %u side %u may become %" PRId64 ", limit %" PRId64,
                      seed, leg, side, rig_worst(leg, side), limit[side]);
}

/* Whether an order of the key is to be open, as far as its delegate can know. */
static bool stays(uint32_t key)
{
    const struct rig_key *at = &rig.key[key];
    qty_t executed = rig.order[key].executed;
    if (at->goal) return !at->stop && at->cap > executed;
    if (at->request == RIG_CANCEL) return false;
    if (at->request != RIG_NONE) return at->asked_cap > executed;
    return at->heard_cap > executed;
}

/* No own order is met that may be open, or waits to be. */
static void check_apart(const struct delegate_intent *intent)
{
    for (uint32_t key = 0; key < rig.keys; key++) {
        const struct delegate_order *order = &rig.order[key];
        const struct rig_key *at = &rig.key[key];
        if (order->side == intent->side || order->instrument != intent->instrument) continue;
        bool waits = at->goal && !at->stop && at->cap > order->executed;
        price_t price[2] = {order->state == ORDER_NONE ? 0 : order->price, waits ? at->price : 0};
        for (uint32_t i = 0; i < 2; i++) {
            bool meets =
                intent->side == SIDE_BUY ? intent->price >= price[i] : intent->price <= price[i];
            if (price[i] > 0 && meets)
                FAILS("seed %" PRIu64 ": %s meets key %u", seed, rig_said(), key);
        }
    }
}

static void check_said(uint32_t leg)
{
    uint32_t first = leg * 6;
    for (uint32_t i = 0; i < rig.output.intents; i++) {
        const struct delegate_intent *intent = &rig.output.intent[i];
        if (intent->kind == INTENT_STOP) last_price[intent->key] = 0;
        if (intent->kind == INTENT_STOP || intent->key / 6 != leg) continue;
        check_apart(intent);
        if (!may_quote(leg)) FAILS("seed %" PRIu64 ": said %s of a bad book", seed, rig_said());
        price_t before = last_price[intent->key];
        last_price[intent->key] = intent->price;
        /* Away from where it was is a retreat; nearer is allowed behind others only. */
        bool nearer = intent->side == SIDE_BUY ? intent->price > before : intent->price < before;
        if (!checks_own || (before > 0 && !nearer)) continue;
        int64_t best = best_lately(leg, intent->side) / (PRICE_ONE / 100);
        int64_t price = intent->price / (PRICE_ONE / 100);
        int64_t better = intent->side == SIDE_BUY ? price - best : best - price;
        int64_t slack = threshold > 1 ? threshold - 1 : 0;
        if (better > slack - offset_least)
            FAILS("seed %" PRIu64 ": %s improves others' %" PRId64, seed, rig_said(), best);
    }
    for (uint32_t key = first; key < first + 6; key++)
        if (!may_quote(leg) && stays(key)) FAILS("seed %" PRIu64 ": key %u stays", seed, key);
    if (rig.leg[leg].trading == TRADING_REDUCE_ONLY && rig.leg[leg].position == 0)
        for (uint32_t key = first; key < first + 6; key++)
            if (stays(key)) FAILS("seed %" PRIu64 ": key %u would grow the position", seed, key);
    if (rig.needless) FAILS("seed %" PRIu64 ": %s was so already", seed, rig_said());
    rig.needless = 0;
}

/* Steps. */

static void move_book(uint32_t leg)
{
    struct rig_leg *at = &rig.leg[leg];
    int64_t bid = 1000 + (int64_t)between(0, 8) - 4, ask = bid + (int64_t)between(1, 6);
    if (one_in(40)) ask = bid - (int64_t)between(0, 2);
    memset(at->level, 0, sizeof at->level);
    for (uint32_t i = 0; i < 3; i++, bid -= (int64_t)between(1, 3), ask += (int64_t)between(1, 3)) {
        at->level[0][i] =
            (struct rig_level){bid * (PRICE_ONE / 100), rig_units((int64_t)between(1, 200))};
        at->level[1][i] =
            (struct rig_level){ask * (PRICE_ONE / 100), rig_units((int64_t)between(1, 200))};
    }
    if (one_in(40)) memset(at->level[between(0, 1)], 0, sizeof at->level[0]);
}

static void change_state(uint32_t leg)
{
    struct rig_leg *at = &rig.leg[leg];
    if (one_in(2))
        at->state = one_in(2) ? MARKET_LIVE : (uint8_t)between(0, MARKET_STATE_COUNT - 1);
    else at->trading = one_in(2) ? TRADING_ACTIVE : (uint8_t)between(0, TRADING_STATE_COUNT - 1);
}

static void decide(uint32_t leg)
{
    rig_decide(leg, 1u << COMPOSITE_QUOTE);
    check_said(leg);
}

static void venue_step(uint32_t key)
{
    switch (between(0, 9)) {
    case 0:
    case 1:
    case 2: (void)rig_arrive(key); break;
    case 3:
    case 4:
    case 5: (void)rig_hear(); break;
    case 6:
    case 7: rig_fill(key, rig_units((int64_t)between(1, 80))); break;
    case 8:
        if (one_in(8) && rig.key[key].open_leaves > 0) rig_cancel(key);
        break;
    default:
        if (rig.key[key].request && one_in(4)) rig.order[key].state = ORDER_UNKNOWN;
    }
}

/* Pictures are younger than half an echo; else own size cannot be told by anyone. */
static void pass(nanos_t ns)
{
    rig.now += ns;
    for (uint32_t leg = 0; leg < rig.legs; leg++)
        if (seen[leg][(seen_count[leg] - 1) % SHOWN_MAX].at_ns + ECHO / 2 < rig.now) publish(leg);
}

static void step(void)
{
    uint32_t leg = (uint32_t)between(0, rig.legs - 1);
    struct texts texts;
    switch (between(0, 19)) {
    case 0:
    case 1: move_book(leg); break;
    case 2:
    case 3:
    case 4: publish(leg); break;
    case 5:
    case 6:
    case 7:
    case 8: decide(leg); break;
    case 9: pass(between(0, 2 * NANOS_MILLI)); break;
    case 10:
        if (one_in(10)) change_state(leg);
        break;
    case 11:
        pass(one_in(20) ? NANOS_SECOND : NANOS_MICRO);
        if (rig_after(0)) check_said(0);
        break;
    case 12:
        if (one_in(20)) rig.refuse = one_in(3);
        if (one_in(20)) rig.hold = one_in(3);
        break;
    case 13:
        if (!one_in(50)) break;
        choose(&texts, false);
        rig_set(CHOSEN(texts));
        checks_own = false; /* references of before are still in use */
        break;
    default: venue_step((uint32_t)between(0, rig.keys - 1));
    }
}

SPEC(whatever_happens_worst_cases_stay_within_limits_and_no_quote_is_founded_on_a_bad_book)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (seed = seeds.first; seed <= seeds.last; seed++) {
        struct texts texts;
        chance = (struct chance){seed};
        choose(&texts, true);
        rig_open(&maker_kind, (uint32_t)between(1, 2), CHOSEN(texts));
        memset(seen_count, 0, sizeof seen_count);
        memset(last_price, 0, sizeof last_price);
        for (uint32_t leg = 0; leg < rig.legs; leg++) {
            move_book(leg);
            publish(leg);
        }
        for (uint32_t i = 0; i < STEPS; i++) {
            step();
            check_inventory();
        }
        EXPECT(rig_gauge("quotes") > 0 || limit[0] + limit[1] < rig_units(240));
        if (CU_get_number_of_failures() > 10) return;
    }
}

/* With answers at once and pictures that agree with them, what is said can be foretold. */

static void calm_book(int64_t bid, int64_t ask)
{
    for (uint32_t side = 0; side < 2; side++) {
        struct rig_level *level = rig.leg[0].level[side];
        for (int64_t i = 0; i < 15; i++) {
            int64_t cents = side == SIDE_BUY ? bid - i : ask + i;
            level[i] = (struct rig_level){cents * (PRICE_ONE / 100), rig_units(300)};
        }
    }
}

static void calm_step(int64_t best[2], price_t quoted[2], qty_t *position)
{
    int64_t before[2] = {best[0], best[1]};
    bool filled = one_in(5);
    if (filled) rig_fill((uint32_t)between(0, 1), rig_units((int64_t)between(1, 30)));
    uint32_t moved = (uint32_t)between(0, 1);
    if (!filled)
        best[moved] =
            moved == SIDE_BUY ? (int64_t)between(950, 1000) : (int64_t)between(1002, 1050);
    calm_book(best[SIDE_BUY], best[SIDE_SELL]);
    rig_answer();
    rig_show(0);
    for (uint32_t i = 0; i < rig.output.intents; i++) {
        const struct delegate_intent *intent = &rig.output.intent[i];
        uint32_t side = intent->side;
        bool top = side == SIDE_BUY ? quoted[side] >= before[side] || quoted[side] >= best[side]
                                    : quoted[side] <= before[side] || quoted[side] <= best[side];
        if (intent->kind != INTENT_ORDER) continue;
        if (!filled && side != moved && !top && rig.leg[0].position == *position)
            FAILS("seed %" PRIu64 ": side %u was said: %s", seed, side, rig_said());
        quoted[side] = intent->price / (PRICE_ONE / 100);
    }
    *position = rig.leg[0].position;
    for (uint32_t rounds = 0; rounds < 60 && rig.output.intents > 0; rounds++) {
        rig_answer();
        rig.now += 2 * ECHO;
        rig_show(0); /* own orders are in the picture, and old enough */
        for (uint32_t k = 0; k < rig.output.intents; k++)
            if (rig.output.intent[k].kind == INTENT_ORDER)
                quoted[rig.output.intent[k].side] = rig.output.intent[k].price / (PRICE_ONE / 100);
    }
    int64_t offset[2] = {best[0] - quoted[0], quoted[1] - best[1]};
    int64_t allowed = threshold > 1 ? threshold - 1 : 0;
    for (uint32_t side = 0; side < 2; side++) {
        int64_t off = offset[side] - offset_least;
        bool alone = offset[side] < 0;
        if (!alone && (off > allowed || off < -allowed))
            FAILS("seed %" PRIu64 ": side %u is %" PRId64 " ticks off", seed, side, off);
    }
    rig.now += 2 * ECHO;
}

SPEC(a_side_is_said_when_its_own_reference_moved_by_the_threshold_and_stands_near_it)
{
    struct spec_seeds seeds = spec_seeds(CALM_SEEDS);
    for (seed = seeds.first; seed <= seeds.last; seed++) {
        chance = (struct chance){seed};
        char rungs[32], moves[32];
        offset_least = (int64_t)between(1, 9);
        threshold = (int64_t)between(1, 4);
        snprintf(rungs, sizeof rungs, "%" PRId64 "t:50", offset_least);
        snprintf(moves, sizeof moves, "%" PRId64 "t", threshold);
        rig_open(&maker_kind, 1, "rungs", rungs, "long", "100000", "short", "100000", "threshold",
                 moves, NULL);
        int64_t best[2] = {1000, 1002};
        price_t quoted[2] = {0};
        qty_t position = 0;
        calm_book(best[SIDE_BUY], best[SIDE_SELL]);
        rig_show(0);
        for (uint32_t side = 0; side < 2; side++)
            quoted[side] = rig.output.intent[side].price / (PRICE_ONE / 100);
        for (uint32_t i = 0; i < CALM_STEPS; i++) calm_step(best, quoted, &position);
        if (CU_get_number_of_failures() > 10) return;
    }
}

#define SPECS(S)                                                                                   \
    S(whatever_happens_worst_cases_stay_within_limits_and_no_quote_is_founded_on_a_bad_book)       \
    S(a_side_is_said_when_its_own_reference_moved_by_the_threshold_and_stands_near_it)
SPEC_MAIN("maker_property", SPECS, NULL, rig_close)
