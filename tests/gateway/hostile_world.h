#ifndef TESTS_GATEWAY_HOSTILE_WORLD_H
#define TESTS_GATEWAY_HOSTILE_WORLD_H

/* A gateway whose strategies say anything at any time, two venues that speak OUCH 5.0
 * (plain_ouch_venue.h), people who halt, release and move bounds, sessions that are lost, a journal
 * that is full; and an outlet that believes nothing:
 *
 * - an order or a replacement is let out only if the newest record of the journal is a pass that
 *   was not used, admits a copy of exactly these bytes, and says what the bytes say
 * - what the venues have and what is on its way to them is added up anew at each of them, and held
 *   against the bounds of this file's own: longest and shortest positions, gross, messages in a
 *   second, quantity, worth, collars, ages, duplicates, own orders, states in all scopes
 *
 * Strategies: "wild" is a delegate at venue 0, "far" is outside at venue 0, "off" at venue 1.
 * Symbols: AAAA and BBBB at venue 0, AAAA at venue 1.  Instrument 2 is traded nowhere. */

#include "dataplane/gateway/gateway.h"
#include "tests/gateway/plain_ouch_venue.h"
#include "tests/support/spec.h"

enum {
    HOSTILE_VENUES = 2,
    HOSTILE_STRATEGIES = 3,
    HOSTILE_SYMBOLS = 3,
    HOSTILE_INSTRUMENTS = 4,
    HOSTILE_SENT = 8192,  /* moments of messages remembered, for rates */
    HOSTILE_RECENT = 256, /* new orders remembered, for duplicates */
};

struct hostile_moments {
    nanos_t at[HOSTILE_SENT];
    uint64_t count;
};

struct hostile_price { /* a reference or a mark, as this file knows it */
    price_t price;
    nanos_t at;
};

struct hostile_recent {
    struct plain_order order;
    nanos_t at;
};

struct hostile_world {
    uint64_t seed;
    struct chance chance;
    nanos_t now;
    struct gateway_plan plan;
    struct gateway_symbol_plan symbol[HOSTILE_SYMBOLS];
    struct gateway_strategy_plan strategy[HOSTILE_STRATEGIES];
    struct gateway *gateway;
    struct plain_venue venue[HOSTILE_VENUES];
    bool up[HOSTILE_VENUES];
    uint32_t room[HOSTILE_VENUES];
    struct market market[HOSTILE_INSTRUMENTS];

    uint64_t records;
    enum gateway_record newest_kind;
    struct gateway_pass newest; /* if it is a pass */
    bool newest_used;
    uint64_t newest_number; /* of the pass used last */
    bool journal_full;
    bool journal_lost;
    bool frozen; /* people change no states */

    /* What people have set. */
    int64_t bound[RISK_LIMIT_COUNT + 1][HOSTILE_VENUES][HOSTILE_STRATEGIES][HOSTILE_SYMBOLS];
    enum risk_state state[RISK_SYMBOL + 1][HOSTILE_STRATEGIES];

    /* What has been. */
    qty_t position[HOSTILE_STRATEGIES][HOSTILE_SYMBOLS];
    struct hostile_price reference[HOSTILE_SYMBOLS];
    struct hostile_price mark[HOSTILE_SYMBOLS];
    struct hostile_moments of_venue[HOSTILE_VENUES];
    struct hostile_moments of_strategy[HOSTILE_STRATEGIES];
    struct hostile_moments of_symbol[HOSTILE_SYMBOLS];
    struct hostile_recent recent[HOSTILE_RECENT];
    uint64_t recents;
    struct delegate_intent last;
    uint64_t intents;
};

/* Over all worlds. */
struct hostile_counts {
    uint64_t intents, orders, replaces, cancels, fills, refused[RISK_VERDICT_COUNT];
    uint64_t journal_full, halts, sessions_lost;
};
extern struct hostile_counts hostile_counts;
extern struct hostile_world *hostile;
extern uint64_t hostile_failures;
/* Is told each record of the journal, if somebody wants that. */
extern void (*hostile_written)(enum gateway_record kind, const void *record, uint32_t bytes);

#define HOLDS(cond)                                                                                \
    do {                                                                                           \
        if (!(cond) && hostile_failures++ < 20)                                                    \
            spec_expect(__FILE__, __LINE__, false, "SPEC_SEED=%d intent %d: %s",                   \
                        (int)hostile->seed, (int)hostile->intents, #cond);                         \
    } while (0)

static inline uint64_t hostile_draw(uint64_t low, uint64_t high)
{
    return chance_between(&hostile->chance, low, high);
}

void hostile_begin(uint64_t seed); /* a world, trading */
void hostile_step(void);
void hostile_say(void); /* an intent from outside */
void hostile_tick(void);
void hostile_session(uint32_t venue); /* lost, or back */
void hostile_market(uint32_t instrument, enum market_state state);
/* Messages of all venues arrive and are heard: so many of each. */
void hostile_pass(uint32_t times);
void hostile_calm(void); /* all is up, all arrives, nothing new is wanted: positions are compared */
void hostile_end(void);

/* hostile_people.c */

struct risk_record hostile_record(enum risk_scope scope, struct risk_subject subject);
/* A state is set by people, and is in force when it returns. */
enum risk_control hostile_state(enum risk_scope scope, uint32_t index, enum risk_state state);
void hostile_release(void); /* all states */
void hostile_people_step(void);
void hostile_bound_step(void);
void hostile_bounds_begin(void); /* the plan's records */

/* hostile_watch.c: what the outlet checks of an order or a replacement, before it counts among the
 * messages, when it counts among the orders. */

bool hostile_halted(const struct plain_order *order); /* in any of its scopes */

void hostile_watch(uint32_t venue, const struct plain_order *order);
void hostile_sent(struct hostile_moments *moments);

#endif
