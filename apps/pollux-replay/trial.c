#include "apps/pollux-replay/trial.h"

#include "dataplane/gateway/trade_port.h"

#include <string.h>

/* The clock of a trial: what is due before the next recorded message happens before it. */

#define NEWS_BYTES    32768u
#define NEWS_MESSAGES 4096u
#define END_WAIT_NS   (10 * NANOS_SECOND) /* how long the strategies' orders may take to end */

static nanos_t gateway_time(const struct trial *trial)
{
    return trial->now + TRIAL_DAY;
}

/* From the market: news, answers, steps of the feed. */

static nanos_t due(const struct trial *trial)
{
    return trial->now + trial->options->latency_ns;
}

static void item_take(struct trial *trial);

/* More than the history may hold arrives early: a latency of seconds in a busy market. */
static void news_put(struct trial *trial)
{
    uint64_t next = history_next(reenact_history(trial->reenact));
    if (next == trial->told + 1) return;
    trial->told = next - 1;
    struct lane_item *item = lane_put(&trial->to_gateway, due(trial));
    item->kind = LANE_NEWS;
    item->upto = trial->told;
    while (trial->told - trial->read > TRIAL_NEWS_MAX) {
        item_take(trial);
        trial->hurried++;
    }
}

static void answer_put(void *context, uint32_t session, const uint8_t *message, uint32_t length)
{
    struct trial *trial = context;
    CHECK(session == REENACT_SESSION);
    CHECK(length <= ENTRY_MESSAGE_MAX);
    struct lane_item *item = lane_put(&trial->to_gateway, due(trial));
    item->kind = LANE_BYTES;
    item->length = length;
    memcpy(item->bytes, message, length);
}

struct entry_sink trial_sink(struct trial *trial)
{
    return (struct entry_sink){.context = trial, .put = answer_put};
}

/* At the gateway. */

/* Whatever changes what works is written down. */
static void decide_all(struct trial *trial)
{
    if (!trial->gateway) return;
    while (gateway_decide(trial->gateway, gateway_time(trial)) != DISPATCH_NONE) continue;
    if (trial->records == trial->seen) return;
    trial->seen = trial->records;
    trial_exposure(trial);
}

static void markets_show(struct trial *trial)
{
    uint32_t count;
    const uint16_t *listed = feed_listed(trial->published, &count);
    for (uint32_t i = 0; i < count && trial->gateway; i++) {
        char symbol[8];
        feed_symbol_wire(trial->published, listed[i], symbol);
        gateway_listing(trial->gateway, listed[i], symbol);
    }
    const uint16_t *changed = feed_changed(trial->published, &count);
    for (uint32_t i = 0; i < count && trial->gateway; i++) {
        struct market market;
        feed_market(trial->published, changed[i], &market);
        gateway_market(trial->gateway, &market);
    }
}

static void news_take(struct trial *trial, uint64_t upto)
{
    const struct history *history = reenact_history(trial->reenact);
    static uint16_t offset[NEWS_MESSAGES];
    while (trial->read < upto) {
        uint64_t left = upto - trial->read;
        const struct history_wish wish = {
            .sequence = trial->read + 1,
            .bytes_max = NEWS_BYTES,
            .count_max = left < NEWS_MESSAGES ? (uint32_t)left : NEWS_MESSAGES,
        };
        struct history_run found;
        CHECK(history_run(history, &wish, &found)); /* the history holds more than latency does */
        uint32_t at = 0;
        for (uint32_t i = 0; i < found.count; i++) {
            offset[i] = (uint16_t)at;
            at += 2 + be16_read(*(const struct be16 *)(found.blocks + at));
        }
        feed_run(trial->published, &(struct channel_run){.payload = found.blocks,
                                                         .offset = offset,
                                                         .count = found.count,
                                                         .sequence = found.sequence,
                                                         .arrival = {.ns = gateway_time(trial),
                                                                     .clock = TIME_CAPTURE}});
        trial->read += found.count;
    }
    markets_show(trial);
}

static void step_take(struct trial *trial, const struct lane_item *item)
{
    feed_step(trial->published, item->step, &item->output, gateway_time(trial));
    if (item->step == CHANNEL_GAP) {
        trial->gaps++;
        trial->gap_ns = trial->now;
        trial_line_gap(trial, &item->output.gap, trial->now);
    }
    markets_show(trial);
}

static void item_take(struct trial *trial)
{
    struct lane_item item = *lane_front(&trial->to_gateway);
    lane_take(&trial->to_gateway);
    switch (item.kind) {
    case LANE_NEWS: news_take(trial, item.upto); break;
    case LANE_STEP: step_take(trial, &item); break;
    case LANE_BYTES:
        trial_line_bytes(trial, "from", item.bytes, item.length, trial->now);
        if (trial->gateway)
            gateway_message(trial->gateway, 0, ++trial->answers, item.bytes, item.length,
                            gateway_time(trial));
        break;
    }
    decide_all(trial);
}

/* From the gateway. */

static uint64_t record_write(void *context, enum gateway_record kind, const void *record,
                             uint32_t bytes, bool reserved)
{
    struct trial *trial = context;
    (void)kind;
    (void)record;
    (void)bytes;
    (void)reserved;
    return ++trial->records;
}

static uint32_t room_of(void *context, uint32_t venue)
{
    const struct trial *trial = context;
    return venue == trial->setup.plan.strategy[0].venue ? 1024 : 0;
}

static bool request_send(void *context, uint32_t venue, const uint8_t *bytes, uint32_t length,
                         nanos_t now)
{
    struct trial *trial = context;
    CHECK(venue == trial->setup.plan.strategy[0].venue);
    CHECK(now == gateway_time(trial));
    CHECK(length <= TRADE_PORT_BYTES_MAX);
    struct lane_item *item = lane_put(&trial->to_market, due(trial));
    item->kind = LANE_BYTES;
    item->length = length;
    memcpy(item->bytes, bytes, length);
    trial_line_bytes(trial, "to", bytes, length, trial->now);
    return true;
}

static void report_copy(void *context, const struct gateway_report *report)
{
    trial_report(context, report);
}

struct gateway_outlet trial_outlet(struct trial *trial)
{
    return (struct gateway_outlet){
        .context = trial,
        .journal = record_write,
        .room = room_of,
        .send = request_send,
        .copy = report_copy,
    };
}

/* At the market. */

static void request_take(struct trial *trial)
{
    struct lane_item item = *lane_front(&trial->to_market);
    lane_take(&trial->to_market);
    trial_quoted(trial);
    reenact_request(trial->reenact, item.bytes, item.length, trial->now);
    news_put(trial);
}

static void house_keep(struct trial *trial)
{
    trial->tick_next += trial->options->housekeeping_us * NANOS_MICRO;
    if (entry_due(reenact_entry(trial->reenact)) <= trial->now) {
        trial_quoted(trial);
        reenact_time(trial->reenact, trial->now);
        news_put(trial);
    }
    if (trial->gateway) gateway_tick(trial->gateway, gateway_time(trial));
    decide_all(trial);
}

/* Everything that is due by then. */
static void time_pass(struct trial *trial, nanos_t until)
{
    for (;;) {
        nanos_t market = lane_due(&trial->to_market), gateway = lane_due(&trial->to_gateway);
        nanos_t next = market < gateway ? market : gateway;
        if (trial->tick_next < next) next = trial->tick_next;
        if (next > until) break;
        if (next > trial->now) trial->now = next;
        if (next == market) request_take(trial);
        else if (next == gateway) item_take(trial);
        else house_keep(trial);
    }
    if (until > trial->now) trial->now = until;
}

/* The recording. */

static void run_take(void *context, struct feed *feed, const struct channel_run *run)
{
    struct trial *trial = context;
    struct channel_run one = *run;
    reenact_follow(trial->reenact, feed);
    for (uint32_t i = 0; i < run->count; i++) {
        one.offset = run->offset + i;
        one.count = 1;
        one.sequence = run->sequence + i;
        nanos_t time = reenact_when(trial->reenact, &one);
        if (trial->tick_next == 0) {
            trial->now = time > trial->now ? time : trial->now;
            trial->tick_next = trial->now + 1;
        }
        /* what is due at this very moment comes after it: the message was first */
        if (time > trial->now) time_pass(trial, time - 1);
        if (time > trial->now) trial->now = time;
        trial_quoted(trial);
        (void)reenact_message(trial->reenact, &one);
        news_put(trial);
    }
}

static void step_put(void *context, struct feed *feed, enum channel_step step,
                     const struct channel_output *output, nanos_t now)
{
    struct trial *trial = context;
    (void)now;
    reenact_follow(trial->reenact, feed);
    if (step == CHANNEL_SESSION) {
        reenact_session(trial->reenact, trial->now);
        news_put(trial);
    }
    struct lane_item *item = lane_put(&trial->to_gateway, due(trial));
    item->kind = LANE_STEP;
    item->step = step;
    item->output = *output;
}

struct feed_stage_tap trial_tap(struct trial *trial)
{
    return (struct feed_stage_tap){.context = trial, .run = run_take, .step = step_put};
}

void trial_end(struct trial *trial)
{
    if (trial->tick_next == 0) return;
    time_pass(trial, trial->now + 2 * trial->options->latency_ns);
    trial->stopped = true;
    if (!trial->gateway) return;
    gateway_stop(trial->gateway, false, gateway_time(trial));
    decide_all(trial);
    nanos_t most = trial->now + END_WAIT_NS;
    while (!gateway_stopped(trial->gateway) && trial->now < most)
        time_pass(trial, trial->now + trial->options->housekeeping_us * NANOS_MICRO);
    trial->stopped = gateway_stopped(trial->gateway);
    trial_exposure(trial);
}

/* Queries. */

static uint64_t mix(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * 0x9e3779b97f4a7c15u;
    return digest ^ digest >> 29;
}

uint64_t trial_digest(const struct trial *trial)
{
    uint64_t digest =
        mix(feed_digest(trial->published), match_digest(reenact_match(trial->reenact)));
    if (trial->gateway) digest = mix(digest, gateway_digest(trial->gateway));
    return mix(digest, trial->report_digest);
}

void trial_symbol_text(char text[9], const char symbol[8])
{
    memset(text, 0, 9);
    memcpy(text, symbol, 8);
    for (uint32_t i = 8; i-- > 0 && text[i] == ' ';) text[i] = 0;
}
