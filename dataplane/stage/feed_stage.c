#include "dataplane/stage/feed_stage.h"

#include "dataplane/stage/feed_window.h"
#include "dataplane/wire/moldudp64.h"

#include <string.h>
#include <x86intrin.h>

struct feed_stage {
    const struct feed_stage_plan *plan;
    struct channel *channel;
    struct feed *feed;
    struct conflate *listings;
    struct conflate *markets;
    struct snapshot *snapshot;
    struct window *window;
    struct feed_host *host;                     /* NULL: the stage only listens */
    struct feed_stage_line line[CHANNEL_LINES]; /* with what was learnt */

    nanos_t asked_ns;     /* the link's clock, read before the polls since; 0 after frames came */
    nanos_t quiet_ns;     /* every frame of up to this time has been taken; 0: not known */
    uint32_t full_bursts; /* in a row, not yet published */
    uint64_t first_tsc;   /* arrival of the oldest burst not yet published */
    uint64_t messages;    /* applied, for marks */
    uint32_t next_mark;
    bool finished;
    struct counter ended;

    struct feed_view view; /* private copy, shown in housekeeping */
    struct frame_burst burst[FEED_STAGE_QUEUES_MAX];
    struct histogram latency;
};

size_t feed_stage_footprint(const struct feed_stage_plan *plan)
{
    size_t channel = channel_footprint(&plan->channel), feed = feed_footprint(&plan->feed);
    if (channel == 0 || feed == 0) return 0;
    if (plan->queues < 1 || plan->queues > FEED_STAGE_QUEUES_MAX) return 0;
    if (plan->lines < 1 || plan->lines > CHANNEL_LINES) return 0;
    size_t host = plan->has_host ? feed_host_footprint(&plan->host) : 0;
    if (plan->has_host && host == 0) return 0;
    return ALIGN_UP(host, CACHE_LINE) + ALIGN_UP(sizeof(struct feed_stage), CACHE_LINE) +
           ALIGN_UP(channel, CACHE_LINE) + ALIGN_UP(feed, CACHE_LINE) +
           snapshot_footprint(sizeof(struct feed_view)) + window_footprint(FEED_WINDOW_ROW_BYTES);
}

static void host_make(struct feed_stage *stage, void *memory);

struct feed_stage *feed_stage_new(void *memory, const struct feed_stage_plan *plan,
                                  struct conflate *listings, struct conflate *markets)
{
    CHECK(feed_stage_footprint(plan) > 0);
    uint8_t *at = memory;
    struct feed_stage *stage = memory;
    memset(stage, 0, sizeof *stage);
    at += ALIGN_UP(sizeof *stage, CACHE_LINE);
    stage->plan = plan;
    stage->listings = listings;
    stage->markets = markets;
    stage->channel = channel_new(at, &plan->channel);
    at += ALIGN_UP(channel_footprint(&plan->channel), CACHE_LINE);
    stage->feed = feed_new(at, &plan->feed);
    at += ALIGN_UP(feed_footprint(&plan->feed), CACHE_LINE);
    stage->snapshot = snapshot_new(at, sizeof(struct feed_view));
    at += snapshot_footprint(sizeof(struct feed_view));
    stage->window = window_new(at, FEED_WINDOW_ROW_BYTES);
    at += window_footprint(FEED_WINDOW_ROW_BYTES);
    memcpy(stage->line, plan->line, sizeof stage->line);
    if (plan->has_host) host_make(stage, at);
    return stage;
}

/* Lines. */

static COLD bool line_learn(struct feed_stage *stage, const struct frame_datagram *datagram,
                            const struct feed_stage_line *from, uint32_t *found)
{
    enum moldudp64_status is = moldudp64_check(datagram->payload, datagram->payload_bytes);
    if (is > MOLDUDP64_ENDED) return false;
    for (uint32_t i = 0; i < stage->plan->lines; i++) {
        struct feed_stage_line *line = &stage->line[i];
        if (line->group || line->queue != from->queue || line->source != from->source) continue;
        line->group = datagram->destination_ip;
        line->port = datagram->destination_port;
        *found = i;
        return true;
    }
    return false;
}

/* Which line a datagram belongs to; false if none. */
static inline bool line_find(struct feed_stage *stage, const struct frame_datagram *datagram,
                             uint16_t queue, uint16_t source, uint32_t *found)
{
    for (uint32_t i = 0; i < stage->plan->lines; i++) {
        const struct feed_stage_line *line = &stage->line[i];
        if ((line->group ^ datagram->destination_ip) | (line->port ^ datagram->destination_port))
            continue;
        if ((line->queue ^ queue) | (line->source ^ source)) continue;
        if (line->group == 0) continue; /* not learnt yet; 0.0.0.0 is no destination */
        *found = i;
        return true;
    }
    return line_learn(stage, datagram, &(struct feed_stage_line){.queue = queue, .source = source},
                      found);
}

/* Messages. */

static inline void run_apply(struct feed_stage *stage, const struct channel_run *run)
{
    const struct feed_stage_tap *tap = stage->plan->tap;
    if (unlikely(tap != NULL)) tap->run(tap->context, stage->feed, run);
    else feed_run(stage->feed, run);
}

/* The part of a run that holds marks: applied up to each of them, told, and on. */
static COLD struct channel_run run_marked(struct feed_stage *stage, struct channel_run run)
{
    const struct feed_stage_plan *plan = stage->plan;
    while (stage->next_mark < plan->marks &&
           plan->mark[stage->next_mark] <= stage->messages + run.count) {
        uint64_t mark = plan->mark[stage->next_mark++];
        struct channel_run part = run;
        part.count = (uint32_t)(mark - stage->messages);
        run_apply(stage, &part);
        feed_flush(stage->feed);
        stage->messages = mark;
        plan->on_mark(plan->mark_context, stage->feed, mark);
        run.offset += part.count;
        run.sequence += part.count;
        run.count -= part.count;
    }
    return run;
}

/* Everything the channel has to say now.  Returns how much it was. */
static inline uint32_t channel_drain(struct feed_stage *stage, nanos_t now)
{
    struct channel_output output;
    uint32_t said = 0;
    for (enum channel_step step;
         (step = channel_next(stage->channel, now, &output)) != CHANNEL_NOTHING; said++) {
        if (unlikely(step != CHANNEL_RUN)) {
            feed_step(stage->feed, step, &output, now);
            const struct feed_stage_tap *tap = stage->plan->tap;
            if (tap) tap->step(tap->context, stage->feed, step, &output, now);
            if (stage->host) feed_host_step(stage->host, step, &output, now);
            continue;
        }
        if (unlikely(stage->next_mark < stage->plan->marks))
            output.run = run_marked(stage, output.run);
        run_apply(stage, &output.run);
        stage->messages += output.run.count;
    }
    return said;
}

static void host_drain(void *context, nanos_t now)
{
    (void)channel_drain(context, now);
}

static COLD void host_make(struct feed_stage *stage, void *memory)
{
    const struct feed_host_wires wires = {.queue = stage->plan->queue,
                                          .channel = stage->channel,
                                          .feed = stage->feed,
                                          .drain = host_drain,
                                          .context = stage};
    stage->host = feed_host_new(memory, &stage->plan->host, &wires, net_now(stage->plan->queue[0]));
}

static void events_tell(struct feed_stage *stage)
{
    struct feed_event event;
    while (feed_event(stage->feed, &event))
        if (stage->plan->on_event) stage->plan->on_event(stage->plan->event_context, &event);
}

static void listings_publish(struct feed_stage *stage)
{
    uint32_t count;
    const uint16_t *listed = feed_listed(stage->feed, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct listing listing;
        feed_symbol_wire(stage->feed, listed[i], listing.symbol);
        conflate_put(stage->listings, listed[i], &listing);
    }
}

static void markets_publish(struct feed_stage *stage)
{
    listings_publish(stage); /* first, so that who wants a new instrument is there for its market */
    uint32_t count;
    const uint16_t *changed = feed_changed(stage->feed, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct market market;
        feed_market(stage->feed, changed[i], &market);
        conflate_put(stage->markets, changed[i], &market);
    }
    stage->view.published += count;
    if (stage->first_tsc) histogram_record_span(&stage->latency, stage->first_tsc, __rdtsc());
    stage->first_tsc = 0;
    stage->full_bursts = 0;
    events_tell(stage);
}

/* Frames. */

static COLD bool host_receive(struct feed_stage *stage, uint16_t queue, const struct frame *frame)
{
    return stage->host && feed_host_receive(stage->host, queue, frame, frame->rx_ns);
}

static inline void frame_take(struct feed_stage *stage, const struct frame *frame, uint16_t queue)
{
    struct feed_view *view = &stage->view;
    if (unlikely(frame->flags & (FRAME_CUT | FRAME_CHECKSUM_BAD))) {
        if (frame->flags & FRAME_CUT) view->sliced++;
        else view->bad_checksum_nic++;
        return;
    }
    enum frame_checks checks = stage->plan->checks;
    if (frame->flags & FRAME_IP_CHECKSUM_GOOD) checks &= ~(unsigned)FRAME_CHECK_IP;
    if (frame->flags & FRAME_L4_CHECKSUM_GOOD) checks &= ~(unsigned)FRAME_CHECK_UDP;
    struct frame_datagram datagram;
    enum frame_status status = frame_udp(frame->bytes, frame->length_bytes, checks, &datagram);
    uint32_t line;
    if (unlikely(status != FRAME_OK)) {
        if (!host_receive(stage, queue, frame)) view->status[status]++;
        return;
    }
    if (unlikely(!line_find(stage, &datagram, queue, frame->source, &line))) {
        if (!host_receive(stage, queue, frame)) view->other_destination++;
        return;
    }
    view->status[FRAME_OK]++;
    struct arrival arrival = {frame->rx_ns, frame->rx_tsc, (enum time_source)frame->clock};
    (void)channel_receive(stage->channel, (enum channel_line)line, datagram.payload,
                          datagram.payload_bytes, arrival); /* counted there by its status */
    channel_drain(stage, frame->rx_ns);
}

static COLD void feed_stage_finish(struct feed_stage *stage)
{
    stage->finished = true;
    if (stage->host) feed_host_finish(stage->host, net_now(stage->plan->queue[0]));
    channel_finish(stage->channel);
    channel_drain(stage, net_now(stage->plan->queue[0]));
    markets_publish(stage);
    counter_set(&stage->ended, 1);
}

static bool queues_ended(const struct feed_stage *stage)
{
    for (uint32_t i = 0; i < stage->plan->queues; i++)
        if (!net_ended(stage->plan->queue[i])) return false;
    return true;
}

/* What has not come by a certain time is late only if everything of up to that time was taken: the
 * clock is read first, and counts once a poll after it came back empty. */
static COLD void quiet_turn(struct feed_stage *stage)
{
    stage->quiet_ns = stage->asked_ns;
    struct channel_gap hole;
    if (!channel_missing(stage->channel, &hole)) return;
    if (stage->quiet_ns && channel_drain(stage, stage->quiet_ns)) markets_publish(stage);
    stage->asked_ns = net_now(stage->plan->queue[0]);
}

#define FRAMES_AHEAD 2u /* by when a frame's lines have come from memory: 4 ns a message less */

/* Drivers fetch the first line of a frame; its messages are in all of them. */
static inline void frame_fetch(const struct frame_burst *burst, uint32_t i)
{
    if (i >= burst->count) return;
    const struct frame *frame = &burst->at[i];
    for (uint32_t at = 0; at < frame->length_bytes; at += CACHE_LINE)
        __builtin_prefetch(frame->bytes + at);
}

/* Bursts of both queues in the order of their arrival: a line that is polled second is not late. */
static void bursts_take(struct feed_stage *stage)
{
    const struct frame_burst *a = &stage->burst[0], *b = &stage->burst[1];
    uint32_t i = 0, k = 0;
    while (i < a->count && k < b->count) {
        if (a->at[i].rx_ns <= b->at[k].rx_ns) frame_take(stage, &a->at[i++], 0);
        else frame_take(stage, &b->at[k++], 1);
    }
    for (; i < a->count; i++) {
        frame_fetch(a, i + FRAMES_AHEAD);
        frame_take(stage, &a->at[i], 0);
    }
    for (; k < b->count; k++) {
        frame_fetch(b, k + FRAMES_AHEAD);
        frame_take(stage, &b->at[k], 1);
    }
}

/* Bursts of three queues, and what a host has to say: rare enough for one place.  What time brought
 * (silence, a hole that is overdue) is published at once: perhaps no frame ever follows. */
static COLD void host_turn(struct feed_stage *stage)
{
    const struct frame_burst *third = &stage->burst[2];
    for (uint32_t i = 0; i < third->count; i++) frame_take(stage, &third->at[i], 2);
    feed_host_turn(stage->host, net_now(stage->plan->queue[0]));
    if (unlikely(stage->first_tsc == 0 && feed_event_waits(stage->feed))) markets_publish(stage);
}

static uint32_t feed_stage_turn(void *self, uint64_t tsc)
{
    (void)tsc;
    struct feed_stage *stage = self;
    uint32_t frames = 0;
    bool full = false;
    for (uint32_t q = 0; q < stage->plan->queues; q++) {
        struct frame_burst *burst = &stage->burst[q];
        net_rx(stage->plan->queue[q], burst);
        if (burst->count == 0) continue;
        uint64_t first = burst->at[0].rx_tsc;
        if (stage->first_tsc == 0 || first < stage->first_tsc) stage->first_tsc = first;
        frames += burst->count;
        full |= burst->count == NET_BURST_MAX;
    }
    if (frames == 0) {
        if (unlikely(stage->first_tsc)) markets_publish(stage);
        if (unlikely(stage->asked_ns)) quiet_turn(stage);
        if (stage->host) host_turn(stage);
        return 0;
    }
    stage->asked_ns = 0;
    bursts_take(stage);
    if (stage->host) host_turn(stage);
    for (uint32_t q = 0; q < stage->plan->queues; q++)
        if (stage->burst[q].count) net_rx_done(stage->plan->queue[q], &stage->burst[q]);
    stage->view.frame += frames;
    stage->full_bursts += full;
    if (!full || stage->full_bursts >= FEED_STAGE_BURSTS) markets_publish(stage);
    return frames;
}

/* The view. */

static void book_show(struct feed_stage *stage, struct feed_view_book *show, uint32_t instrument)
{
    feed_window_book(stage->feed, instrument, show);
    if (show->market.exchange_ns > stage->view.exchange_ns)
        stage->view.exchange_ns = show->market.exchange_ns;
}

/* Where it was before, or anywhere: that looks through the whole directory. */
static uint32_t shown_find(const struct feed_stage *stage, uint32_t before, const char *wanted)
{
    char symbol[9] = "";
    if (before) feed_symbol(stage->feed, before, symbol);
    return strcmp(symbol, wanted) == 0 ? before : feed_find(stage->feed, wanted);
}

static void books_show(struct feed_stage *stage)
{
    struct feed_view *view = &stage->view;
    const struct feed_stage_plan *plan = stage->plan;
    view->books = 0;
    if (plan->shown == 0) { /* the first of the directory */
        uint32_t last = feed_last_instrument(stage->feed);
        for (uint32_t i = 1; i <= last && view->books < FEED_VIEW_BOOKS; i++) {
            char symbol[9];
            feed_symbol(stage->feed, i, symbol);
            if (symbol[0]) book_show(stage, &view->show[view->books++], i);
        }
        return;
    }
    for (uint32_t i = 0; i < plan->shown; i++) {
        struct feed_view_book *show = &view->show[view->books++];
        uint32_t instrument = shown_find(stage, show->instrument, plan->show[i]);
        *show = (struct feed_view_book){.instrument = instrument};
        memcpy(show->symbol, plan->show[i], sizeof plan->show[i]);
        if (instrument) book_show(stage, show, instrument);
    }
}

/* What an operator asked of the stage, by its window. */
struct release {
    bool asked;
    bool done;
    uint64_t next;
};

static struct release release_turn(struct feed_stage *stage)
{
    const struct window_ask *ask = window_wanted(stage->window);
    struct release release = {.next = channel_next_sequence(stage->channel)};
    release.asked = ask && ask->kind == FEED_WINDOW_RELEASE;
    release.done = release.asked && channel_quarantined(stage->channel);
    if (!release.done) return release;
    channel_release(stage->channel);
    feed_released(stage->feed, release.next, net_now(stage->plan->queue[0]));
    markets_publish(stage);
    return release;
}

static bool release_look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    (void)place;
    (void)ask;
    const struct release *release = context;
    if (release->done && row) memcpy(row, &release->next, sizeof release->next);
    return release->done;
}

static void feed_stage_housekeeping(void *self, uint64_t tsc)
{
    struct feed_stage *stage = self;
    (void)tsc;
    struct release release = release_turn(stage);
    if (!stage->finished) {
        if (queues_ended(stage)) feed_stage_finish(stage);
        else if (stage->quiet_ns && channel_drain(stage, stage->quiet_ns)) markets_publish(stage);
        stage->quiet_ns = 0;
        if (stage->asked_ns == 0) stage->asked_ns = net_now(stage->plan->queue[0]);
    }
    feed_flush(stage->feed);
    struct feed_view *view = &stage->view;
    view->conflated = conflate_replaced(stage->markets);
    view->ended = counter_read(&stage->ended);
    view->channel_state = feed_channel_state(stage->feed);
    view->quarantined = channel_quarantined(stage->channel);
    if (stage->host) {
        view->recovery_state = feed_host_state(stage->host);
        feed_host_count(stage->host, &view->host);
    }
    view->sequence = channel_next_sequence(stage->channel);
    view->instruments = feed_last_instrument(stage->feed);
    memcpy(view->line, stage->line, sizeof view->line);
    view->channel = *channel_counts(stage->channel);
    view->feed = *feed_counts(stage->feed);
    view->book = *book_counts(feed_book(stage->feed));
    for (uint32_t i = 0; i < stage->plan->queues; i++)
        net_statistics(stage->plan->queue[i], &view->queue[i]);
    books_show(stage);
    snapshot_show(stage->snapshot, view);
    if (release.asked) window_turn(stage->window, 1, release_look, &release);
    else feed_window_turn(stage->window, stage->feed);
}

static bool feed_stage_done(const void *self)
{
    const struct feed_stage *stage = self;
    return stage->first_tsc == 0;
}

const struct stage_kind feed_stage_kind = {
    .name = "feed",
    .turn = feed_stage_turn,
    .housekeeping = feed_stage_housekeeping,
    .done = feed_stage_done,
};

const struct histogram *feed_stage_latency(const struct feed_stage *stage)
{
    return &stage->latency;
}

bool feed_stage_ended(const struct feed_stage *stage)
{
    return counter_read(&stage->ended) != 0;
}

void feed_stage_view(const struct feed_stage *stage, struct feed_view *view)
{
    snapshot_copy(stage->snapshot, view);
}

struct window *feed_stage_window(struct feed_stage *stage)
{
    return stage->window;
}

struct feed *feed_stage_feed(struct feed_stage *stage)
{
    return stage->feed;
}
