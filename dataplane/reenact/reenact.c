#include "dataplane/reenact/reenact_layout.h"

#include <string.h>

/* Memory, and what is asked. */

#define ASKS 1024u /* an answer is given before the next is asked for */

bool reenact_symbol_good(const char symbol[8])
{
    uint32_t length = 0;
    while (length < 8 && symbol[length] >= '!' && symbol[length] <= '~') length++;
    for (uint32_t i = length; i < 8; i++)
        if (symbol[i] != ' ') return false;
    return length > 0;
}

static bool symbol_twice(const struct reenact_plan *plan, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (memcmp(plan->instrument[i].symbol, plan->instrument[at].symbol, 8) == 0) return true;
    return false;
}

static const char *instrument_check(const struct reenact_instrument *instrument)
{
    if (!reenact_symbol_good(instrument->symbol))
        return "an instrument's symbol is not 1 to 8 characters from ! to ~";
    const price_t price_max = (price_t)BOOK_PRICE_MAX_E4 * PRICE_PER_E4;
    if (instrument->tick < PRICE_PER_E4 || instrument->tick % PRICE_PER_E4 != 0)
        return "an instrument's tick is no whole number of 0.0001";
    if (instrument->price_max < instrument->tick || instrument->price_max > price_max ||
        instrument->price_max % instrument->tick != 0 ||
        instrument->price_max / instrument->tick > MATCH_TICKS_MAX)
        return "an instrument's highest price is no whole number of ticks up to 200 000";
    if (!IS_POW2(instrument->window) || instrument->window < MATCH_WINDOW_MIN ||
        instrument->window > MATCH_WINDOW_MAX)
        return "an instrument's window is no power of two from 64 to 262144 ticks";
    return NULL;
}

static struct match_limits match_limits_of(const struct reenact_plan *plan)
{
    uint64_t window = 0, pages = 0;
    for (uint32_t i = 0; i < plan->instruments; i++) window += plan->instrument[i].window;
    pages = window / 64 * 2; /* of both sides */
    return (struct match_limits){
        .instruments = plan->instruments,
        .orders = plan->orders,
        .pages = (uint32_t)(pages < MATCH_PAGES_MAX ? pages : MATCH_PAGES_MAX),
        .window = window,
        .cascade = 1,
        .secret = 1,
    };
}

static struct entry_limits entry_limits_of(const struct reenact_plan *plan)
{
    return (struct entry_limits){
        .sessions = 1,
        .orders = plan->orders, /* the port asks how many live in the engine, whoever's they are */
        .instruments = plan->instruments,
        .asks = ASKS,
        .tokens = plan->session.dialect == ENTRY_OUCH42 ? 1u << 22 : 0,
        .timers = REENACT_OWN_MAX,
        .secret = 1,
    };
}

static struct itch_out_limits out_limits_of(const struct reenact_plan *plan)
{
    return (struct itch_out_limits){
        .instruments = plan->instruments, .orders = plan->orders, .secret = 1};
}

const char *reenact_check(const struct reenact_plan *plan)
{
    if (plan->instruments < 1 || plan->instruments > REENACT_INSTRUMENTS_MAX)
        return "instruments to enact must be 1 to 1024";
    if (plan->locates < 1 || plan->locates > BOOK_INSTRUMENTS_MAX)
        return "stock locates must be 1 to 65536";
    for (uint32_t i = 0; i < plan->instruments; i++) {
        const char *wrong = instrument_check(&plan->instrument[i]);
        if (wrong) return wrong;
        if (symbol_twice(plan, i)) return "two instruments have the same symbol";
    }
    struct match_limits match = match_limits_of(plan);
    const char *wrong = match_limits_check(&match);
    if (!wrong) wrong = history_limits_check(&plan->history);
    return wrong ? wrong : entry_plan_check(&plan->session);
}

static void *carve(uintptr_t *at, size_t bytes)
{
    void *piece = (void *)*at;
    *at += ALIGN_UP(bytes, CACHE_LINE);
    return piece;
}

struct pieces {
    void *match, *entry, *out, *history;
    uint16_t *locate;
    struct enacted *instrument;
};

static struct pieces lay_out(const struct reenact_plan *plan, uintptr_t *at)
{
    struct match_limits match = match_limits_of(plan);
    struct entry_limits entry = entry_limits_of(plan);
    struct itch_out_limits out = out_limits_of(plan);
    carve(at, sizeof(struct reenact));
    struct pieces pieces;
    pieces.match = carve(at, match_footprint(&match));
    pieces.entry = carve(at, entry_footprint(&entry));
    pieces.out = carve(at, itch_out_footprint(&out));
    pieces.history = carve(at, history_footprint(&plan->history));
    pieces.locate = carve(at, plan->locates * sizeof *pieces.locate);
    pieces.instrument = carve(at, plan->instruments * sizeof *pieces.instrument);
    return pieces;
}

size_t reenact_footprint(const struct reenact_plan *plan)
{
    CHECK(reenact_check(plan) == NULL);
    uintptr_t at = 0;
    (void)lay_out(plan, &at);
    return at;
}

static void day_begin(struct reenact *reenact)
{
    struct entry_out out;
    enum entry_verdict verdict = entry_day(reenact->entry, true, 0, 0, &out);
    CHECK(verdict == ENTRY_ANSWER);
    entry_taken(reenact->entry, ++reenact->number);
    entry_released(reenact->entry, reenact->number);
}

struct reenact *reenact_new(void *memory, const struct reenact_plan *plan,
                            const struct entry_sink *sink)
{
    CHECK(reenact_check(plan) == NULL);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    uintptr_t at = (uintptr_t)memory;
    struct pieces pieces = lay_out(plan, &at);
    struct match_limits match = match_limits_of(plan);
    struct entry_limits entry = entry_limits_of(plan);
    struct itch_out_limits out = out_limits_of(plan);
    struct reenact *reenact = memory;
    reenact->plan = *plan;
    reenact->locate = pieces.locate;
    reenact->instrument = pieces.instrument;
    reenact->match = match_new(pieces.match, &match);
    reenact->entry = entry_new(pieces.entry, &entry, reenact->match, sink);
    reenact->history = history_new(pieces.history, &plan->history);
    reenact->out = itch_out_new(pieces.out, &out, reenact->history);
    reenact->events = (struct match_events){
        .at = reenact->place,
        .capacity = EVENTS_PLACE,
        .full = reenact_shown,
        .context = reenact,
    };
    for (uint32_t i = 0; i < plan->instruments; i++) {
        struct enacted *enacted = &reenact->instrument[i];
        memcpy(enacted->symbol, plan->instrument[i].symbol, sizeof enacted->symbol);
        enacted->tick = plan->instrument[i].tick;
        enacted->price_max = plan->instrument[i].price_max;
        enacted->window = plan->instrument[i].window;
    }
    struct entry_plan session = plan->session;
    session.account = ACCOUNT_OWN;
    entry_session(reenact->entry, REENACT_SESSION, &session);
    day_begin(reenact);
    return reenact;
}

void reenact_follow(struct reenact *reenact, struct feed *recorded)
{
    reenact->recorded = recorded;
}

const struct history *reenact_history(const struct reenact *reenact)
{
    return reenact->history;
}

const struct match *reenact_match(const struct reenact *reenact)
{
    return reenact->match;
}

const struct entry *reenact_entry(const struct reenact *reenact)
{
    return reenact->entry;
}

const struct reenact_counts *reenact_counts(const struct reenact *reenact)
{
    return &reenact->counts;
}

const uint64_t *reenact_refusals(const struct reenact *reenact)
{
    return reenact->refusals;
}

uint32_t reenact_held(const struct reenact *reenact)
{
    return reenact->held;
}

uint32_t reenact_find(const struct reenact *reenact, uint32_t locate)
{
    uint32_t known = locate < reenact->plan.locates ? reenact->locate[locate] : LOCATE_UNKNOWN;
    return known >= LOCATE_FIRST ? known - LOCATE_FIRST : REENACT_INSTRUMENTS_MAX;
}

/* Of one order of the engine: what the recording says of it. */
static void order_verify(void *context, const struct match_order *order)
{
    const struct reenact *reenact = context;
    if (order->account == ACCOUNT_OWN) return;
    CHECK((order->id & ID_RECORDED) != 0);
    struct book_queue_position recorded;
    bool found = false;
    for (uint64_t high = 0; high < 4 && !found; high++)
        found = book_position(feed_book(reenact->recorded), (order->id & ~ID_RECORDED) | high << 62,
                              &recorded);
    CHECK(found);
    CHECK(lots_of(order->open) <= recorded.order.qty);
    CHECK(order->price == (price_t)recorded.order.price_e4 * PRICE_PER_E4);
    CHECK(order->side == recorded.order.side);
}

void reenact_verify(const struct reenact *reenact)
{
    feed_flush(reenact->recorded);
    match_verify(reenact->match);
    entry_verify(reenact->entry);
    itch_out_verify(reenact->out);
    history_verify(reenact->history);
    uint32_t held = 0;
    for (uint32_t i = 0; i < reenact->plan.instruments; i++) {
        const struct enacted *enacted = &reenact->instrument[i];
        held += enacted->held;
        if (!enacted->listed) continue;
        for (int side = 0; side < 2; side++)
            match_each(reenact->match, (uint16_t)i, (enum side)side, order_verify,
                       (void *)(uintptr_t)reenact);
    }
    CHECK(held == reenact->held);
}
