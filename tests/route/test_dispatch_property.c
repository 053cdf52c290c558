/* The dispatcher against its plain reference, on random streams of markets, messages, joining and
 * leaving, switching off and on, orders that open and close, delegates that end and others that
 * take their places.  Numbers are so small that every awkward case is common: a queue of one
 * message, too few subscriptions, sessions that begin anew.
 *
 * Beside the comparison, what each delegate was shown is judged on its own: messages are numbered
 * by the sender, who keeps what is refused and offers it again, and every number must be shown
 * once and in order; the volume shown must be the volume sent; and no market may be older than one
 * before.
 *
 * SPEC_SEED=n runs the seed a failure printed; SPEC_STEPS=n more steps. */

#include "dataplane/route/dispatch.h"
#include "tests/reference/plain_dispatch.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { SEEDS = 16, STEPS = 125000, SUBSCRIPTIONS = 20, KEPT_MAX = 64, PHASE = 512 };

/* One delegate, as the world around the dispatcher sees it. */
struct player {
    uint32_t number;
    bool says_done;
    uint64_t sent;  /* number of the newest message */
    uint64_t shown; /* number of the newest message shown */
    uint32_t kept;  /* messages refused for want of room, oldest first */
    struct message keep[KEPT_MAX];
    uint64_t offered; /* values */
    uint64_t volume_sent[PLAIN_INSTRUMENTS];
    uint64_t volume_shown[PLAIN_INSTRUMENTS];
    uint64_t sequence_shown[PLAIN_INSTRUMENTS];
};

static struct plain_dispatch plain;
static struct dispatch *dispatch;
static struct player player[PLAIN_DELEGATES];
static struct market market[PLAIN_INSTRUMENTS];
static struct chance chance;
static uint64_t seed, step, sequence;
static order_id_t next_order;
static bool agrees;

/* What the streams must have come upon: a stream that never fills a queue proves nothing. */
static struct {
    uint64_t decisions, messages, conflated, full, followed, ended, restarted, crowded, withdrawn;
} reached;

/* The composite of the last decision. */
static struct plain_decision shown;
static uint32_t shown_to;

#define SAME(actual, expected)                                                                     \
    do {                                                                                           \
        uint64_t actual_ = (uint64_t)(actual), expected_ = (uint64_t)(expected);                   \
        if (actual_ != expected_) {                                                                \
            spec_expect(__FILE__, __LINE__, false,                                                 \
                        "SPEC_SEED=%" PRIu64 " differs at step %" PRIu64 ": " #actual              \
                        " is %" PRIu64 ", expected %" PRIu64,                                      \
                        seed, step, actual_, expected_);                                           \
            agrees = false;                                                                        \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define REACHED(what, least)                                                                       \
    spec_expect(__FILE__, __LINE__, reached.what > (least), "only %" PRIu64 " " #what, reached.what)

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static uint32_t any(uint32_t below)
{
    return (uint32_t)(chance_next(&chance) % below);
}

/* What a delegate is shown, judged without the reference. */

static void messages_judge(struct player *to, const struct composite *composite)
{
    for (uint32_t i = 0; i < composite->messages; i++) {
        SAME(composite->message[i].sequence, to->shown + 1);
        to->shown++;
    }
}

static void market_judge(struct player *to, const struct composite *composite)
{
    uint32_t i = composite->instrument;
    SAME(composite->market->sequence >= to->sequence_shown[i], true);
    to->sequence_shown[i] = composite->market->sequence;
    to->volume_shown[i] += composite->trade.volume;
}

static void decide(void *self, const struct composite *composite, struct delegate_output *output)
{
    struct player *to = self;
    messages_judge(to, composite);
    market_judge(to, composite);
    shown_to = (uint32_t)(to - player);
    shown = (struct plain_decision){.instrument = composite->instrument,
                                    .what = composite->what,
                                    .quotes = composite->quotes,
                                    .messages = composite->messages,
                                    .market = *composite->market,
                                    .trade = composite->trade};
    if (composite->messages > PLAIN_MESSAGES) agrees = false;
    else if (composite->messages > 0)
        memcpy(shown.message, composite->message, composite->messages * sizeof shown.message[0]);
    output->done = to->says_done;
}

static const struct delegate_kind recorder = {.name = "recorder", .decide = decide};

static void decisions_compare(const struct plain_decision *expected)
{
    SAME(shown.instrument, expected->instrument);
    SAME(shown.what, expected->what);
    SAME(shown.quotes, expected->quotes);
    SAME(shown.messages, expected->messages);
    for (uint32_t i = 0; i < expected->messages; i++) {
        SAME(shown.message[i].sequence, expected->message[i].sequence);
        SAME(shown.message[i].kind, expected->message[i].kind);
        SAME(shown.message[i].instrument, expected->message[i].instrument);
    }
    SAME(memcmp(&shown.market, &expected->market, sizeof shown.market), 0);
    SAME(shown.trade.trades, expected->trade.trades);
    SAME(shown.trade.volume, expected->trade.volume);
    SAME(shown.trade.notional, expected->trade.notional);
    SAME(shown.trade.last, expected->trade.last);
    SAME(shown.trade.last_qty, expected->trade.last_qty);
}

/* Steps. */

static void finish_note(uint32_t i)
{
    plain_dispatch_finish(&plain, i);
}

static void next_step(void)
{
    struct plain_decision expected;
    uint32_t who = plain_dispatch_next(&plain, &expected);
    SAME(dispatch_ready(dispatch), who != PLAIN_NOBODY);
    uint32_t number = dispatch_next(dispatch, step);
    if (!agrees) return;
    if (who == PLAIN_NOBODY) {
        SAME(number, DISPATCH_NONE);
        return;
    }
    SAME(number, player[who].number);
    SAME(shown_to, who);
    decisions_compare(&expected);
    reached.decisions++;
    reached.messages += shown.messages;
    reached.followed += shown.messages > 1 && shown.instrument != shown.message[1].instrument;
    if (player[who].says_done) finish_note(who);
}

/* One value: a new quote, some trades, another state, or a session that begins anew. */
static void market_step(void)
{
    struct market *value = &market[any(PLAIN_INSTRUMENTS)];
    struct plain_trade trades[3];
    uint32_t count = any(3) ? 0 : 1 + any(3);
    /* A new session is known by totals that fall: one that has traded more than the old one by the
     * time it is first seen could not be told from it. */
    if (value->trades > 3 && any(200) == 0) {
        value->volume = value->notional = value->trades = 0;
        reached.restarted++;
    }
    for (uint32_t i = 0; i < count; i++) {
        trades[i] =
            (struct plain_trade){.price = (1 + any(5)) * PRICE_ONE, .qty = (1 + any(9)) * QTY_ONE};
        value->last = trades[i].price;
        value->last_qty = trades[i].qty;
        value->volume += (uint64_t)trades[i].qty;
        value->notional += (uint64_t)(trades[i].price * (trades[i].qty / QTY_ONE));
        value->trades++;
    }
    switch (any(8)) {
    case 0: value->bid = any(3); break;
    case 1: value->ask = any(3); break;
    case 2: value->bid_qty = any(3); break;
    case 3: value->ask_qty = any(3); break;
    case 4: value->bid_orders = any(3); break;
    case 5: value->ask_orders = any(3); break;
    case 6: value->state = (uint8_t)any(MARKET_STATE_COUNT); break;
    }
    value->sequence = ++sequence;
    plain_dispatch_market(&plain, value, trades, count);
    dispatch_market(dispatch, value);
    for (uint32_t i = 0; i < PLAIN_DELEGATES; i++) {
        if (!plain.delegate[i].view[value->instrument].joined) continue;
        player[i].offered++;
        for (uint32_t t = 0; t < count; t++)
            player[i].volume_sent[value->instrument] += (uint64_t)trades[t].qty;
    }
}

/* Offers what was kept, oldest first, until the queue is full again. */
static void kept_offer(uint32_t i)
{
    struct player *to = &player[i];
    while (to->kept > 0) {
        bool report = message_is_report(&to->keep[0]);
        enum dispatch_status status = report
                                        ? dispatch_report(dispatch, to->number, &to->keep[0])
                                        : dispatch_instruct(dispatch, to->number, &to->keep[0]);
        bool room = plain_dispatch_message(&plain, i, &to->keep[0]);
        SAME(status, room ? DISPATCH_OK : DISPATCH_FULL);
        reached.full += !room;
        if (!room) return;
        to->kept--;
        memmove(&to->keep[0], &to->keep[1], to->kept * sizeof to->keep[0]);
    }
}

static void message_step(uint32_t i)
{
    struct player *to = &player[i];
    bool closing = plain.delegate[i].closing;
    struct message message = {.order = 0,
                              .kind = (uint8_t)any(MESSAGE_KIND_COUNT),
                              .instrument = (uint16_t)any(PLAIN_INSTRUMENTS)};
    if (closing && !message_is_report(&message)) {
        SAME(dispatch_instruct(dispatch, to->number, &message), DISPATCH_CLOSING);
        return;
    }
    if (to->says_done && !message_is_report(&message)) return; /* it may come too late */
    if (to->kept == KEPT_MAX) {
        kept_offer(i);
        return;
    }
    message.sequence = ++to->sent;
    to->keep[to->kept++] = message;
    kept_offer(i);
}

static void subscribe_step(uint32_t i)
{
    uint32_t instrument = any(PLAIN_INSTRUMENTS);
    bool joined = plain.delegate[i].view[instrument].joined;
    enum dispatch_status expected = plain.delegate[i].closing ? DISPATCH_CLOSING
                                  : joined                    ? DISPATCH_SUBSCRIBED
                                  : plain_dispatch_subscriptions(&plain) == SUBSCRIPTIONS
                                      ? DISPATCH_NO_SUBSCRIPTION_LEFT
                                      : DISPATCH_OK;
    SAME(dispatch_subscribe(dispatch, player[i].number, instrument), expected);
    reached.crowded += expected == DISPATCH_NO_SUBSCRIPTION_LEFT;
    if (expected != DISPATCH_OK) return;
    plain_dispatch_subscribe(&plain, i, instrument);
    player[i].offered += plain.known[instrument];
    player[i].volume_sent[instrument] = player[i].volume_shown[instrument] = 0;
}

static void unsubscribe_step(uint32_t i)
{
    uint32_t instrument = any(PLAIN_INSTRUMENTS);
    bool joined = plain.delegate[i].view[instrument].joined;
    enum dispatch_status expected = joined ? DISPATCH_OK : DISPATCH_NOT_SUBSCRIBED;
    SAME(dispatch_unsubscribe(dispatch, player[i].number, instrument), expected);
    if (joined) plain_dispatch_unsubscribe(&plain, i, instrument);
}

static void add_step(void)
{
    uint32_t number = DISPATCH_NONE, i = plain_dispatch_add(&plain);
    struct dispatch_identity identity = {.name = "player"};
    char digits[21];
    snprintf(digits, sizeof digits, "%" PRIu64, ++next_order);
    strncpy(identity.name, digits, sizeof identity.name - 1);
    struct player *to = i == PLAIN_NOBODY ? NULL : &player[i];
    enum dispatch_status status = dispatch_add(dispatch, &identity, &recorder, to, &number);
    SAME(status, to ? DISPATCH_OK : DISPATCH_NO_DELEGATE_LEFT);
    if (to) *to = (struct player){.number = number};
}

static void children_step(uint32_t i)
{
    uint32_t children = plain.delegate[i].children;
    bool opens = children == 0 || (children < 3 && any(4) == 0);
    if (!opens && player[i].kept > 0) return; /* the order's reports come first */
    enum dispatch_status status = opens ? dispatch_child_opened(dispatch, player[i].number)
                                        : dispatch_child_closed(dispatch, player[i].number);
    SAME(status, DISPATCH_OK);
    plain_dispatch_children(&plain, i, opens ? 1 : -1);
}

static void switch_step(uint32_t i)
{
    bool on = any(2);
    SAME(dispatch_switch(dispatch, player[i].number, on), DISPATCH_OK);
    plain_dispatch_switch(&plain, i, on);
}

static void finish_step(uint32_t i)
{
    /* A kept instruction would be refused in the end, and these senders always deliver. */
    if (player[i].kept > 0 || any(4)) return;
    if (any(2)) {
        player[i].says_done = true;
        return;
    }
    SAME(dispatch_finish(dispatch, player[i].number), DISPATCH_OK);
    finish_note(i);
}

static void take_ended_step(void)
{
    struct dispatch_ended ended = {0};
    uint64_t withdrawn[PLAIN_DELEGATES], conflated[PLAIN_DELEGATES], values[PLAIN_DELEGATES];
    for (uint32_t i = 0; i < PLAIN_DELEGATES; i++) {
        withdrawn[i] = plain.delegate[i].withdrawn;
        conflated[i] = plain.delegate[i].conflated;
        values[i] = plain.delegate[i].shown;
    }
    uint32_t who = plain_dispatch_take_ended(&plain);
    SAME(dispatch_take_ended(dispatch, &ended), who != PLAIN_NOBODY);
    if (who == PLAIN_NOBODY) return;
    reached.ended++;
    reached.conflated += ended.counts.conflated;
    reached.withdrawn += ended.counts.withdrawn;
    SAME(ended.delegate, player[who].number);
    SAME(ended.self == &player[who], true);
    SAME(ended.counts.withdrawn, withdrawn[who]);
    SAME(ended.counts.conflated, conflated[who]);
    SAME(ended.counts.value, values[who]);
    SAME(ended.counts.message, player[who].sent - player[who].kept);
    SAME(values[who] + conflated[who] + withdrawn[who], player[who].offered);
    struct message late = {.kind = REPORT_FILLED};
    SAME(dispatch_report(dispatch, player[who].number, &late), DISPATCH_UNKNOWN_DELEGATE);
}

static void wanted_compare(void)
{
    for (uint32_t i = 0; i < PLAIN_INSTRUMENTS; i++)
        SAME(dispatch_wanted(dispatch, i), plain_dispatch_wanted(&plain, i));
}

static void player_step(uint32_t i, uint32_t what)
{
    if (!plain.delegate[i].used) return;
    if (what < 16) message_step(i);
    else if (what < 21) subscribe_step(i);
    else if (what < 22) unsubscribe_step(i);
    else if (what < 25) children_step(i);
    else if (what < 28) switch_step(i);
    else finish_step(i);
}

/* After every phase: nobody is off, nothing is kept, and all has been shown. */
static void settle(void)
{
    for (uint32_t i = 0; i < PLAIN_DELEGATES; i++) {
        if (!plain.delegate[i].used) continue;
        SAME(dispatch_switch(dispatch, player[i].number, true), DISPATCH_OK);
        plain_dispatch_switch(&plain, i, true);
    }
    for (bool more = true; more && agrees;) {
        more = dispatch_ready(dispatch);
        next_step();
        for (uint32_t i = 0; i < PLAIN_DELEGATES && agrees; i++)
            if (plain.delegate[i].used) kept_offer(i);
        more |= dispatch_ready(dispatch);
    }
    for (uint32_t i = 0; i < PLAIN_DELEGATES && agrees; i++) {
        if (!plain.delegate[i].used) continue;
        SAME(player[i].kept, 0);
        SAME(player[i].shown, player[i].sent);
        for (uint32_t k = 0; k < PLAIN_INSTRUMENTS; k++) {
            if (!plain.delegate[i].view[k].joined) continue;
            SAME(player[i].volume_shown[k], player[i].volume_sent[k]);
            if (plain.known[k]) SAME(player[i].sequence_shown[k], market[k].sequence);
        }
    }
}

static void random_step(uint32_t decisions)
{
    uint32_t what = any(100);
    if (what < decisions) next_step();
    else if (what < 60) market_step();
    else if (what < 90) player_step(any(PLAIN_DELEGATES), what - 60);
    else if (what < 94) add_step();
    else if (what < 98) take_ended_step();
    else wanted_compare();
}

static void stream_run(uint64_t steps)
{
    static const uint32_t decisions[] = {0, 2, 10, 30, 50};
    uint32_t messages = 1 + (uint32_t)(seed % 4);
    struct dispatch_limits limits = {.instruments = PLAIN_INSTRUMENTS,
                                     .delegates = PLAIN_DELEGATES,
                                     .subscriptions = SUBSCRIPTIONS,
                                     .messages = messages};
    dispatch = dispatch_new(aligned_alloc(CACHE_LINE, dispatch_footprint(&limits)), &limits);
    plain_dispatch_new(&plain, messages);
    memset(player, 0, sizeof player);
    memset(market, 0, sizeof market);
    for (uint32_t i = 0; i < PLAIN_INSTRUMENTS; i++) market[i].instrument = (uint16_t)i;
    chance = (struct chance){seed};
    agrees = true;
    uint32_t rate = 0;
    for (step = 1; step <= steps && agrees; step++) {
        if (step % PHASE == 1) rate = decisions[any(ARRAY_COUNT(decisions))];
        random_step(rate);
        if (step % PHASE == 0) settle();
        if (step < 2000 || step % 16 == 0) dispatch_verify(dispatch);
    }
    free(dispatch);
}

SPEC(on_random_streams_the_dispatcher_shows_what_its_plain_reference_shows)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (seed = seeds.first; seed <= seeds.last; seed++) stream_run(number_of("SPEC_STEPS", STEPS));
    EXPECT(agrees);
    if (seeds.last - seeds.first + 1 < SEEDS) return;
    REACHED(decisions, 100000);
    REACHED(messages, 10000);
    REACHED(followed, 1000);
    REACHED(full, 10000);
    REACHED(conflated, 10000);
    REACHED(withdrawn, 100);
    REACHED(ended, 1000);
    REACHED(restarted, 1000);
    REACHED(crowded, 100);
}

#define SPECS(S) S(on_random_streams_the_dispatcher_shows_what_its_plain_reference_shows)
SPEC_MAIN("dispatch, against a plain one", SPECS, NULL, NULL)
