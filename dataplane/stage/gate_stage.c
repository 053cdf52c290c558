#include "dataplane/stage/gate_layout.h"

#include <string.h>
#include <x86intrin.h>

#define ANSWERS_TURN 64u
#define NEWS_TURN    256u
#define NEWS_SEND    64u /* events, then full datagrams leave */
#define NEWS_AHEAD   4u  /* by when what an event needs has come from memory */
#define LEAVE_NS     NANOS_SECOND
#define SPIN_TURN    128u /* steps of the snapshot's shadow in a turn */

/* Answers. */

/* An answer is lost.  Whatever came next would have its number, and a client that goes on behind it
 * would never know: the stream ends here, and nobody is let in to it any more. */
static COLD void stream_break(struct gate_stage *gate, uint32_t session)
{
    uint32_t peer = gate->peer_in[session];
    gate->view.answer_lost++;
    gate->view.streams_broken++;
    gate->broken[session] = 1;
    if (peer != GATE_NONE) gate_drop(gate, peer, GATE_IN_ORDER);
}

static inline void answer_keep(struct gate_stage *gate, const struct gate_slot *slot)
{
    gate->view.answer++;
    uint32_t peer = gate->peer_in[slot->session];
    if (unlikely(slot->kind == GATE_DROP)) {
        /* Who came back meanwhile has nothing to do with it. */
        if (slot->login != 0 && slot->login != gate->login[slot->session]) {
            gate->view.dropped_late++;
            return;
        }
        gate->view.dropped++;
        if (peer != GATE_NONE) gate_drop(gate, peer, GATE_IN_ORDER);
        return;
    }
    if (unlikely(gate->broken[slot->session])) {
        gate->view.answer_lost++;
        return;
    }
    enum streams_status status =
        streams_append(gate->streams, slot->session, slot->message, slot->bytes);
    if (unlikely(status != STREAMS_OK)) {
        stream_break(gate, slot->session);
        return;
    }
    if (peer != GATE_NONE) gate_dirty(gate, peer);
}

/* Whether the day has ended and every answer before its end is in its stream. */
static COLD void end_look(struct gate_stage *gate)
{
    if (gate->over || spsc_released(gate->answers) < gate->end_answers) return;
    gate->over = true;
    for (uint32_t i = 0; i < gate->plan->order_connections; i++)
        if (gate->peer[i].connection != TCP_NONE) gate_dirty(gate, i);
}

static uint32_t answers_take(struct gate_stage *gate)
{
    uint32_t count = spsc_ready(gate->answers, ANSWERS_TURN);
    if (count == 0) return 0;
    uint64_t oldest = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct gate_slot *slot = spsc_front_at(gate->answers, i);
        answer_keep(gate, slot);
        if (oldest == 0) oldest = slot->rx_tsc;
    }
    spsc_release_many(gate->answers, count);
    if (unlikely(gate->ending)) end_look(gate);
    gate_pump(gate);
    net_tx_flush(gate->plan->queue[0]);
    if (oldest) histogram_record_span(&gate->latency, oldest, __rdtsc());
    return count;
}

/* News. */

static COLD void listing_take(struct gate_stage *gate, uint16_t instrument,
                              const struct match_event *const slot[GATE_LISTING_SLOTS])
{
    uint8_t bytes[GATE_LISTING_SLOTS * sizeof(struct match_event)];
    for (uint32_t i = 0; i < GATE_LISTING_SLOTS; i++)
        memcpy(bytes + i * sizeof(struct match_event), slot[i], sizeof(struct match_event));
    struct match_listing listing;
    memcpy(&listing, bytes, sizeof listing);
    (void)!itch_out_list(gate->itch, instrument, &listing, gate->news_time); /* counted there */
}

/* Takes what is no event of the engine. */
static COLD void other_take(struct gate_stage *gate, const struct match_event *slot)
{
    if (slot->kind == GATE_NEWS_TIME) gate->news_time = slot->number;
    if (slot->kind == GATE_NEWS_SYSTEM) {
        itch_out_midnight(gate->itch, slot->id);
        itch_out_system(gate->itch, (char)slot->reason, slot->number);
    }
    if (slot->kind != GATE_NEWS_END) return;
    /* The match stage published all answers before this, on a ring of their own. */
    gate->ending = true;
    gate->end_answers = spsc_published(gate->answers);
    end_look(gate);
    mold_out_end(gate->mold, gate->now);
}

static inline void slot_take(struct gate_stage *gate, const struct match_event *slot)
{
    if (unlikely(slot->kind >= MATCH_EVENT_COUNT)) {
        other_take(gate, slot);
        return;
    }
    gate->view.news++;
    itch_out_event(gate->itch, slot, gate->news_time);
}

static uint32_t news_take(struct gate_stage *gate)
{
    uint32_t count = spsc_ready(gate->news, NEWS_TURN);
    for (uint32_t i = 0; i < count; i++) {
        const struct match_event *slot = spsc_front_at(gate->news, i);
        if (unlikely(slot->kind == GATE_NEWS_LISTING)) {
            const struct match_event *listing[GATE_LISTING_SLOTS];
            if (i + GATE_LISTING_SLOTS >= count) { /* its rest is published with it: next turn */
                count = i;
                break;
            }
            for (uint32_t part = 0; part < GATE_LISTING_SLOTS; part++)
                listing[part] = spsc_front_at(gate->news, i + 1 + part);
            listing_take(gate, slot->instrument, listing);
            i += GATE_LISTING_SLOTS;
            continue;
        }
        if (i + NEWS_AHEAD < count)
            itch_out_expect(gate->itch, spsc_front_at(gate->news, i + NEWS_AHEAD));
        slot_take(gate, slot);
        if (i % NEWS_SEND == NEWS_SEND - 1) mold_out_send(gate->mold, gate->now);
    }
    spsc_release_many(gate->news, count);
    if (count < NEWS_TURN) mold_out_flush(gate->mold, gate->now);
    else mold_out_send(gate->mold, gate->now);
    return count;
}

/* Frames. */

static inline enum inet_checked checked_of(const struct frame *frame)
{
    unsigned checked = INET_CHECKED_NONE;
    if (frame->flags & FRAME_IP_CHECKSUM_GOOD) checked |= INET_CHECKED_IP;
    if (frame->flags & FRAME_L4_CHECKSUM_GOOD) checked |= INET_CHECKED_L4;
    if (frame->flags & FRAME_CHECKSUM_BAD) checked |= INET_CHECKED_BAD;
    return (enum inet_checked)checked;
}

static uint32_t frames_take(struct gate_stage *gate)
{
    struct net_queue *queue = gate->plan->queue[0];
    struct frame_burst *burst = &gate->burst;
    net_rx(queue, burst);
    uint32_t count = burst->count;
    if (count == 0) return 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct frame *frame = &burst->at[i];
        if (unlikely(frame->flags & FRAME_CUT)) {
            gate->view.frame_cut++;
            continue;
        }
        gate->rx_tsc = frame->rx_tsc;
        (void)inet_receive(gate->inet, frame->bytes, frame->length_bytes, checked_of(frame),
                           gate->now); /* counted there */
    }
    gate->view.frame += count;
    gate->rx_tsc = 0;
    net_rx_done(queue, burst);
    gate_pump(gate);
    return count;
}

/* What comes in on a port that only sends must not fill it. */
static void lines_drain(struct gate_stage *gate)
{
    for (uint32_t i = 1; i < gate->plan->queues; i++) {
        net_rx(gate->plan->queue[i], &gate->burst);
        gate->view.line_frame += gate->burst.count;
        net_rx_done(gate->plan->queue[i], &gate->burst);
    }
}

/* The stage. */

/* Whether all that clients are to have was acknowledged by them. */
static bool all_sent(struct gate_stage *gate)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < gate->peers; i++)
        if (gate->peer[i].connection != TCP_NONE) gate_dirty(gate, i);
    gate_pump(gate);
    for (uint32_t i = 0; i < gate->peers; i++) {
        const struct gate_peer *peer = &gate->peer[i];
        if (peer->connection == TCP_NONE) continue;
        (void)soupbin_server_output(peer->server, &waiting);
        if (waiting > 0 || tcp_unacknowledged(gate->tcp, peer->connection) > 0) return false;
    }
    return true;
}

/* Who takes nothing, or sends without end, holds it up no longer than LEAVE_NS. */
static COLD void leave(struct gate_stage *gate, uint32_t work)
{
    if (gate->leave_by == 0) gate->leave_by = gate->now + LEAVE_NS;
    bool late = gate->now >= gate->leave_by;
    if (!late && (work > 0 || !all_sent(gate))) return;
    for (uint32_t i = 0; i < gate->peers; i++) gate_drop(gate, i, GATE_IN_ORDER);
    atomic_store_explicit(&gate->leaving, GATE_LEFT, memory_order_relaxed);
}

static uint32_t gate_stage_turn(void *self, uint64_t tsc)
{
    (void)tsc;
    struct gate_stage *gate = self;
    nanos_t now = net_now(gate->plan->queue[0]);
    if (now > gate->now) gate->now = now;
    uint32_t work = answers_take(gate);
    work += frames_take(gate);
    if (unlikely(gate->stalled_count | gate->lost_count)) gate_catch_up(gate);
    work += news_take(gate);
    spin_turn(gate->spin, SPIN_TURN);
    if (unlikely(gate->view.reading > 0)) {
        for (uint32_t i = gate->plan->order_connections; i < gate->peers; i++)
            if (gate->peer[i].reading) gate_dirty(gate, i);
    }
    inet_tick(gate->inet, gate->now);
    if (unlikely(gate->dirty_count > 0)) gate_pump(gate);
    if (unlikely(atomic_load_explicit(&gate->leaving, memory_order_relaxed) == GATE_LEAVING))
        leave(gate, work);
    inet_flush(gate->inet, gate->now);
    for (uint32_t i = 0; i < gate->plan->queues; i++) net_tx_flush(gate->plan->queue[i]);
    return work;
}

void gate_stage_relieve(void *self)
{
    struct gate_stage *gate = self;
    (void)answers_take(gate);
    (void)news_take(gate);
}

static void session_show(const struct gate_stage *gate, uint32_t i, struct gate_view_session *one)
{
    *one = (struct gate_view_session){.connected = gate->peer_in[i] != GATE_NONE,
                                      .broken = gate->broken[i],
                                      .messages = streams_count(gate->streams, i)};
    memcpy(one->username, gate->plan->session[i].username, 6);
}

static void sessions_show(struct gate_stage *gate)
{
    struct gate_view *view = &gate->view;
    view->sessions = 0;
    for (uint32_t i = 0; i < gate->plan->sessions && i < GATE_VIEW_SESSIONS; i++)
        session_show(gate, i, &view->session[view->sessions++]);
    view->sessions_more = gate->plan->sessions - view->sessions;
}

static bool session_look(void *context, uint64_t place, const struct window_ask *ask, void *row)
{
    (void)ask;
    if (row) session_show(context, (uint32_t)place, row);
    return true;
}

struct window *gate_stage_window(struct gate_stage *gate)
{
    return gate->window;
}

static void gate_stage_housekeeping(void *self, uint64_t tsc)
{
    (void)tsc;
    struct gate_stage *gate = self;
    lines_drain(gate);
    gate_tick(gate);
    gate_pump(gate);
    counter_set(&gate->spare, streams_spare(gate->streams));
    struct gate_view *view = &gate->view;
    view->message = history_next(gate->history) - 1;
    view->ended = gate->over;
    view->connections = tcp_connections(gate->tcp);
    view->inet = *inet_counts(gate->inet);
    view->tcp = *tcp_counts(gate->tcp);
    for (uint32_t i = 0; i < gate->plan->mold.lines; i++)
        view->line[i] = *mold_out_counts(gate->mold, i);
    view->retransmit = *retransmit_counts(gate->retransmit);
    view->spin = *spin_counts(gate->spin);
    view->streams = *streams_counts(gate->streams);
    view->stream_chunks = gate->plan->streams.chunks;
    sessions_show(gate);
    snapshot_show(gate->snapshot, view);
    window_turn(gate->window, gate->plan->sessions, session_look, gate);
}

static bool gate_stage_done(const void *self)
{
    const struct gate_stage *gate = self;
    return atomic_load_explicit(&gate->leaving, memory_order_relaxed) == GATE_LEFT;
}

const struct stage_kind gate_stage_kind = {
    .name = "gate",
    .turn = gate_stage_turn,
    .housekeeping = gate_stage_housekeeping,
    .done = gate_stage_done,
};

/* Before an lcore runs it. */

void gate_stage_answer(struct gate_stage *gate, const struct gate_slot *slot)
{
    answer_keep(gate, slot);
}

void gate_stage_news(struct gate_stage *gate, const struct match_event *slots, uint32_t count)
{
    if (slots[0].kind == GATE_NEWS_LISTING) {
        const struct match_event *listing[GATE_LISTING_SLOTS];
        CHECK(count == 1 + GATE_LISTING_SLOTS);
        for (uint32_t i = 0; i < GATE_LISTING_SLOTS; i++) listing[i] = &slots[1 + i];
        listing_take(gate, slots[0].instrument, listing);
        return;
    }
    for (uint32_t i = 0; i < count; i++) slot_take(gate, &slots[i]);
    spin_turn(gate->spin, SPIN_TURN);
}

void gate_stage_recovered(struct gate_stage *gate)
{
    mold_out_skip(gate->mold);
}

void gate_stage_close(struct gate_stage *gate)
{
    atomic_store_explicit(&gate->leaving, GATE_CLOSING, memory_order_relaxed);
}

void gate_stage_leave(struct gate_stage *gate)
{
    atomic_store_explicit(&gate->leaving, GATE_LEAVING, memory_order_relaxed);
}

const struct histogram *gate_stage_latency(const struct gate_stage *gate)
{
    return &gate->latency;
}

const struct counter *gate_stage_spare(const struct gate_stage *gate)
{
    return &gate->spare;
}

void gate_stage_view(const struct gate_stage *gate, struct gate_view *view)
{
    snapshot_copy(gate->snapshot, view);
}
