/* Random markets with everything the engine can do, published, sent on two lines, received and
 * booked: after every few inputs the subscriber's books are the engine's displayed ones, order by
 * order.  Also by way of a snapshot taken at any moment, and where both lines lose datagrams.
 * SPEC_SEED repeats one stream. */

#include "dataplane/publish/mold_out.h"
#include "dataplane/publish/retransmit.h"
#include "dataplane/publish/spin.h"
#include "tests/match/random_inputs.h"
#include "tests/match/stream.h"
#include "tests/publish/market_rig.h"
#include "tests/publish/space.h"
#include "tests/publish/subscriber.h"
#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum {
    INPUTS = 6000,
    ORDERS = 512,
    REFERENCES = 1 << 16, /* places; no stream makes half as many */
};

static const struct book_limits book_limits = {
    .instruments = RANDOM_INSTRUMENTS + 1,
    .orders = ORDERS,
    .levels = ORDERS,
};

static uint32_t loss_percent; /* of the frames, in the streams that follow */

static struct world {
    uint64_t seed;
    struct market_rig market;
    struct random_inputs inputs; /* the inputs come from here, */
    struct stream stream;        /* or from here, with an engine that it looks at */
    struct stream_profile profile;
    struct plain_match *plain;
    nanos_t time;
    uint64_t number;
    struct mold_out *mold;
    struct retransmit *server;
    struct subscriber subscriber;
    struct spin *spin;
    struct subscriber joined; /* by a snapshot */
    bool has_joined;
    struct spin_reader reader;
    bool reads;
    uint64_t volume[RANDOM_INSTRUMENTS]; /* shares traded */
    uint64_t kinds[MATCH_EVENT_COUNT];
    uint64_t auction_trades;
    uint64_t seen; /* messages whose references have been looked at */
    uint64_t reference[REFERENCES];
    uint64_t compared;
    uint64_t joins;
    uint64_t asked; /* the retransmission server */
} w;

static void event_seen(void *context, const struct match_event *event)
{
    (void)context;
    w.kinds[event->kind]++;
    if (event->kind == MATCH_TRADED && itch_out_published(w.market.out, event->instrument)) {
        w.volume[event->instrument] += (uint64_t)(event->qty / QTY_ONE);
        w.auction_trades += (event->flags & MATCH_IN_AUCTION) != 0;
    }
    random_inputs_saw(&w.inputs, event);
}

/* Both lines' ports deliver to the same subscriber. */
static struct mold_out_limits mold_limits_of(struct subscriber *subscriber)
{
    struct mold_out_limits limits = {
        .session = "PROPERTY01",
        .payload_max = 400,
        .heartbeat_ns = NANOS_SECOND,
        .end_ns = 3 * NANOS_SECOND,
        .lines = 2,
    };
    for (uint32_t i = 0; i < 2; i++) {
        limits.line[i].port =
            (struct mold_out_port){&subscriber->port[i], subscriber_claim, subscriber_publish};
        limits.line[i].head.destination_ip = 0xefff0001 + i;
        limits.line[i].head.source_ip = 0x0a000001;
        limits.line[i].head.destination_port = (uint16_t)(30000 + i);
        limits.line[i].head.ttl = 1;
    }
    return limits;
}

/* profile: NULL for random_inputs. */
static void world_new(uint64_t seed, const struct stream_profile *profile)
{
    const struct history_limits history = {.bytes = 1u << 16, .messages = 1u << 12}; /* wraps */
    bool accounts = seed % 2 == 0;
    memset(&w, 0, sizeof w);
    w.seed = seed;
    struct match_limits limits = random_inputs_limits(accounts);
    if (profile == NULL) {
        random_inputs_seed(&w.inputs, seed, accounts);
    } else {
        w.profile = *profile;
        w.profile.lot = QTY_ONE; /* a share */
        w.profile.fund *= 10;
        limits = profile->limits;
        stream_begin(&w.stream, &w.profile, seed);
        w.plain = space_new(sizeof *w.plain, 0x5a);
        plain_match_new(w.plain, &limits);
    }
    market_rig_new(&w.market, &limits, &history);
    w.market.on_event = event_seen;
    struct spin_limits spin = {.book = book_limits, .buffers = 2};
    w.spin = spin_new(space_new(spin_footprint(&spin), 0x5a), &spin, w.market.history);
    subscriber_new(&w.subscriber, &book_limits);
    struct mold_out_limits mold = mold_limits_of(&w.subscriber);
    w.mold = mold_out_new(space_new(mold_out_footprint(), 0x5a), &mold, w.market.history, 0);
    const struct retransmit_limits answers = {
        .session = "PROPERTY01",
        .payload_max = 400,
        .requesters = 8,
        .each = {.per_second = 1000000, .burst = 1000000},
        .all = {.per_second = 1000000, .burst = 1000000},
    };
    w.server =
        retransmit_new(space_new(retransmit_footprint(&answers), 0x5a), &answers, w.market.history);
    itch_out_system(w.market.out, 'O', MARKET_MIDNIGHT);
}

static void world_free(void)
{
    market_rig_free(&w.market);
    subscriber_free(&w.subscriber);
    if (w.has_joined || w.reads) subscriber_free(&w.joined);
    if (w.plain != NULL) plain_match_free(w.plain);
    free(w.plain);
    free(w.spin);
    free(w.mold);
    free(w.server);
}

/* random_inputs trades tenths; here everything is ten times as much, so that lots are shares. */
static void in_shares(struct random_inputs *inputs)
{
    struct match_input *in = &inputs->out.input;
    switch (in->kind) {
    case MATCH_LIST:
        if (in->instrument == 3 && in->number % 3 != 0) return; /* cannot be published */
        inputs->out.listing.lot *= 10;
        inputs->out.listing.qty_max *= 10;
        return;
    case MATCH_NEW:
    case MATCH_MODIFY:
        in->qty *= 10;
        if (in->bytes > sizeof *in) inputs->out.terms.display *= 10;
        return;
    case MATCH_CLOSE:
    case MATCH_DEPOSIT: in->qty *= 10; return;
    default: return;
    }
}

/* The next input, applied and published. */
static void input_next(void)
{
    const struct match_input *input;
    if (w.plain != NULL) {
        input = stream_next(&w.stream, w.plain);
        plain_match_apply(w.plain, input);
    } else {
        input = random_inputs_next(&w.inputs);
        in_shares(&w.inputs);
    }
    if (input->time > w.time) w.time = input->time;
    w.number = input->number;
    w.market.time = w.time;
    market_rig_apply(&w.market, input);
}

/* No reference is given twice. */
static void references_are_new(void)
{
    for (; w.seen + 1 < history_next(w.market.history); w.seen++) {
        uint32_t length = 0;
        const uint8_t *message = market_rig_message(&w.market, w.seen + 1, &length);
        if (message == NULL || (message[0] != 'A' && message[0] != 'U')) continue;
        uint64_t reference = said_number(message + (message[0] == 'A' ? 11 : 19), 8);
        uint32_t at = (uint32_t)(reference * 0x9e3779b97f4a7c15u >> 48);
        while (w.reference[at] != 0 && w.reference[at] != reference) at = (at + 1) % REFERENCES;
        spec_expect(__FILE__, __LINE__, w.reference[at] == 0,
                    "seed %" PRIu64 ": reference %" PRIu64 ".%" PRIu64 " is given twice", w.seed,
                    reference >> 16, reference & 0xffff);
        w.reference[at] = reference;
    }
}

struct compare {
    const struct book_order *theirs;
    uint32_t count;
    uint32_t at;
    bool same;
};

static void order_compare(void *context, const struct match_order *ours)
{
    struct compare *compare = context;
    struct itch_out_order known;
    if (compare->at == compare->count) {
        compare->same = false;
        return;
    }
    const struct book_order *theirs = &compare->theirs[compare->at++];
    bool found = itch_out_find(w.market.out, ours->id, &known);
    compare->same &= found && known.reference == theirs->ref && known.shares == theirs->qty;
    compare->same &= theirs->qty * QTY_ONE == ours->shown;
    compare->same &= theirs->price_e4 * PRICE_PER_E4 == ours->price;
    compare->same &= theirs->side == ours->side && theirs->instrument == ours->instrument + 1;
}

struct listed {
    struct book_order at[ORDERS];
    uint32_t count;
};

static void order_list(void *context, const struct book_order *order)
{
    struct listed *listed = context;
    CHECK(listed->count < ORDERS);
    listed->at[listed->count++] = *order;
}

static void side_compare(struct feed *feed, uint16_t instrument, enum side side, const char *whose)
{
    struct listed listed = {.count = 0};
    book_each(feed_book(feed), instrument + 1u, side, order_list, &listed);
    struct compare compare = {listed.at, listed.count, 0, true};
    match_each(w.market.engine.match, instrument, side, order_compare, &compare);
    spec_expect(__FILE__, __LINE__, compare.same && compare.at == listed.count,
                "seed %" PRIu64 ", input %" PRIu64 ": %s book of instrument %u differs (side %d)",
                w.seed, w.number, whose, instrument, side);
}

static void books_compare(struct feed *feed, const char *whose)
{
    feed_flush(feed);
    for (uint16_t i = 0; i < RANDOM_INSTRUMENTS; i++) {
        if (!itch_out_published(w.market.out, i)) continue;
        side_compare(feed, i, SIDE_BUY, whose);
        side_compare(feed, i, SIDE_SELL, whose);
        bool open = match_phase_of(w.market.engine.match, i) == MATCH_OPEN;
        bool trades = feed_state(feed, i + 1u) != MARKET_HALTED;
        spec_expect(__FILE__, __LINE__, open == trades,
                    "seed %" PRIu64 ", input %" PRIu64 ": %s instrument %u has another state",
                    w.seed, w.number, whose, i);
    }
    w.compared++;
}

static void volumes_compare(struct feed *feed)
{
    for (uint32_t i = 0; i < RANDOM_INSTRUMENTS; i++) {
        struct market market;
        feed_market(feed, i + 1, &market);
        spec_expect(__FILE__, __LINE__, market.volume == w.volume[i] * (uint64_t)QTY_ONE,
                    "seed %" PRIu64 ", input %" PRIu64 ": instrument %u has another volume", w.seed,
                    w.number, i);
    }
}

/* The snapshot's messages into a new subscriber, who goes on with the stream from N. */
static void spin_read(void)
{
    const uint8_t *message;
    uint32_t length;
    enum spin_step step;
    while ((step = spin_next(w.spin, &w.reader, &message, &length)) == SPIN_MESSAGE) {
        uint8_t block[2 + 64] = {0, (uint8_t)length};
        CHECK(length <= 64);
        memcpy(block + 2, message, length);
        if (message[0] != 'G') {
            feed_stream(w.joined.feed, block, length + 2, 1);
            continue;
        }
        char line[SAID_LINE_MAX];
        said_message(line, message, length);
        uint64_t from = strtoull(line + 2, NULL, 10);
        EXPECT(from <= history_next(w.market.history));
        struct feed *kept = w.joined.feed;
        free(w.joined.channel);
        struct subscriber fresh;
        subscriber_join(&fresh, &book_limits, from);
        free(fresh.feed);
        w.joined = fresh;
        w.joined.feed = kept;
        for (uint32_t i = 0; i < 2; i++) w.joined.port[i].subscriber = &w.joined;
    }
    if (step != SPIN_END) return;
    spin_leave(w.spin, &w.reader);
    w.reads = false;
    w.has_joined = true;
    w.joins++;
}

/* A moment to ask for a snapshot: the one who joined before leaves. */
static void spin_ask(void)
{
    if (w.reads) return;
    if (w.has_joined) subscriber_free(&w.joined);
    w.has_joined = false;
    subscriber_new(&w.joined, &book_limits);
    w.reads = spin_join(w.spin, &w.reader) == SPIN_OK;
    EXPECT(w.reads);
}

/* All the joined one has not had, straight from the history. */
static void joined_catches_up(uint64_t *next)
{
    struct history_run run;
    struct history_wish wish = {
        .sequence = *next, .bytes_max = UINT32_MAX, .count_max = UINT32_MAX};
    while (history_run(w.market.history, &wish, &run)) {
        feed_stream(w.joined.feed, run.blocks, run.bytes, run.sequence);
        wish.sequence += run.count;
    }
    *next = wish.sequence;
}

/* Asks for what the subscriber has not got, until it has all. */
static void ask_again(void)
{
    uint64_t next;
    while ((next = channel_next_sequence(w.subscriber.channel)) < history_next(w.market.history)) {
        uint8_t bytes[20] = "PROPERTY01", reply[400];
        uint32_t length = 0;
        if (next == 0) next = 1;
        for (uint32_t i = 0; i < 8; i++) bytes[10 + i] = (uint8_t)(next >> (56 - 8 * i));
        bytes[19] = 200;
        struct retransmit_request request = {
            .bytes = bytes, .length = sizeof bytes, .now = ++w.asked * NANOS_SECOND};
        EXPECT_UINT(retransmit_answer(w.server, &request, reply, &length), RETRANSMIT_OK);
        if (length == 0) return;
        subscriber_take(&w.subscriber, w.asked % 2, reply, length);
    }
}

static void compare_all(uint64_t *joined_next)
{
    mold_out_flush(w.mold, w.time);
    if (w.subscriber.loss_percent != 0) ask_again();
    references_are_new();
    books_compare(w.subscriber.feed, "the subscriber's");
    volumes_compare(w.subscriber.feed);
    if (!w.has_joined) return;
    joined_catches_up(joined_next);
    books_compare(w.joined.feed, "the joined one's");
}

static void stream_run(uint64_t seed, const struct stream_profile *profile)
{
    struct chance chance = {seed * 77};
    uint64_t joined_next = 0;
    world_new(seed, profile);
    w.subscriber.loss = (struct chance){seed};
    w.subscriber.loss_percent = loss_percent;
    for (uint32_t i = 0; i < INPUTS; i++) {
        input_next();
        mold_out_send(w.mold, w.time);
        if (chance_between(&chance, 0, 400) == 0) spin_ask();
        if (chance_between(&chance, 0, 3) == 0) spin_turn(w.spin, 3);
        if (w.reads) {
            spin_read();
            if (w.has_joined) joined_next = w.joined.first;
        }
        if (chance_between(&chance, 0, 7) == 0) compare_all(&joined_next);
        if (CU_get_number_of_failures() > 20) break;
    }
    mold_out_end(w.mold, w.time);
    itch_out_verify(w.market.out);
    history_verify(w.market.history);
    EXPECT_UINT(w.subscriber.bad_frames, 0);
    EXPECT_UINT(w.subscriber.gaps, 0);
    const struct book_counts *counts = book_counts(feed_book(w.subscriber.feed));
    for (uint32_t i = BOOK_OK + 1; i < BOOK_STATUS_COUNT; i++) EXPECT_UINT(counts->command[i], 0);
    EXPECT_UINT(mold_out_counts(w.mold, 0)->message, history_next(w.market.history) - 1);
    EXPECT_UINT(mold_out_counts(w.mold, 1)->message, history_next(w.market.history) - 1);
}

static struct {
    uint64_t kinds[MATCH_EVENT_COUNT];
    uint64_t types[256];
    uint64_t compared;
    uint64_t joins;
    uint64_t auction_trades;
    uint64_t unpublished;
    uint64_t lost;
    uint64_t asked;
} all;

static void all_add(void)
{
    const struct itch_out_counts *counts = itch_out_counts(w.market.out);
    for (uint32_t i = 0; i < MATCH_EVENT_COUNT; i++) all.kinds[i] += w.kinds[i];
    for (uint32_t i = 0; i < 256; i++) all.types[i] += counts->type[i];
    all.compared += w.compared;
    all.joins += w.joins;
    all.auction_trades += w.auction_trades;
    all.unpublished += counts->unpublished;
    all.lost += w.subscriber.lost;
    all.asked += w.asked;
}

static void all_print(void)
{
    printf("%" PRIu64 " comparisons, %" PRIu64 " snapshots;", all.compared, all.joins);
    for (const char *type = "SRHAECXDUQ"; *type != 0; type++)
        printf(" %c %" PRIu64, *type, all.types[(uint8_t)*type]);
    printf("\n");
}

static void seed_run(uint64_t seed, const struct stream_profile *profile)
{
    stream_run(seed, profile);
    all_add();
    world_free();
}

static void seeds_run(uint64_t count, const struct stream_profile *profile)
{
    struct spec_seeds seeds = spec_seeds(count);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) seed_run(seed, profile);
}

SPEC(a_subscriber_has_the_books_of_the_engine_order_by_order)
{
    memset(&all, 0, sizeof all);
    seeds_run(24, NULL);
    all_print();
    if (getenv("SPEC_SEED") != NULL) return;
    EXPECT(all.compared > 10000);
    EXPECT(all.joins > 100);
    EXPECT(all.auction_trades > 100);
    EXPECT(all.unpublished > 100);
    for (uint32_t i = 0; i < MATCH_BALANCED; i++) /* those behind it are about money */
        spec_expect(__FILE__, __LINE__, all.kinds[i] > 0, "no event of kind %u happened", i);
    for (const char *type = "SRHAECXDUQ"; *type != 0; type++)
        spec_expect(__FILE__, __LINE__, all.types[(uint8_t)*type] > 0, "no message %c was made",
                    *type);
}

SPEC(also_where_everything_awkward_is_common)
{
    memset(&all, 0, sizeof all);
    for (uint32_t i = 0; i < stream_profile_count; i++) {
        if (strcmp(stream_profiles[i].name, "largest") == 0) continue; /* no shares, no 1/10 000 */
        seeds_run(3, &stream_profiles[i]);
        seed_run(2076, &stream_profiles[i]); /* one order rests and moves by one input */
    }
    all_print();
}

SPEC(what_both_lines_lose_comes_by_retransmission)
{
    memset(&all, 0, sizeof all);
    loss_percent = 30;
    seeds_run(4, NULL);
    loss_percent = 0;
    printf("%" PRIu64 " frames lost, %" PRIu64 " requests\n", all.lost, all.asked);
    if (getenv("SPEC_SEED") != NULL) return;
    EXPECT(all.lost > 1000);
    EXPECT(all.asked > 100);
}

#define SPECS(S)                                                                                   \
    S(a_subscriber_has_the_books_of_the_engine_order_by_order)                                     \
    S(also_where_everything_awkward_is_common)                                                     \
    S(what_both_lines_lose_comes_by_retransmission)
SPEC_MAIN("publish: properties", SPECS, NULL, NULL)
