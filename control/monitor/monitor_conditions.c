/* Which conditions hold, by the views now and what is remembered of those before. */

#include "control/monitor/monitor_layout.h"
#include "control/monitor/report_trading.h"

#include <inttypes.h>
#include <stdio.h>

/* A session that has not been up yet is given so long to log in. */
#define LOGIN_NS (3 * NANOS_SECOND)

#define DETAIL(detail, ...) (void)snprintf(detail, sizeof detail, __VA_ARGS__)

/* True if the counter is above what it was at the look before. */
static bool moved(const struct monitor *monitor, uint64_t *was, uint64_t now)
{
    bool more = monitor->memory.seen && now > *was;
    *was = now;
    return more;
}

static void lcores_look(struct monitor *monitor, const struct views *views)
{
    struct monitor_memory *memory = &monitor->memory;
    for (uint32_t i = 0; i < views->lcores; i++) {
        const struct views_lcore *lcore = &views->lcore[i];
        bool still = memory->seen && lcore->runs && lcore->heartbeat_tsc == memory->heartbeat[i];
        memory->silent_ns[i] = still ? memory->silent_ns[i] + memory->span_ns : 0;
        memory->heartbeat[i] = lcore->heartbeat_tsc;
        char of[ALERTS_OF_MAX + 1], detail[MONITOR_DETAIL_MAX + 1];
        DETAIL(of, "%u", i);
        DETAIL(detail, "on core %u", lcore->cpu);
        monitor_tell(monitor, MONITOR_LCORE_SILENT, of, memory->silent_ns[i] >= MONITOR_SILENT_NS,
                     detail);
    }
}

/* What a port drops, of what comes and of what goes. */
static uint64_t port_lost(const struct net_statistics *port)
{
    return port->rx_missed + port->rx_no_buffer + port->tx_no_buffer + port->tx_refused;
}

static void ways_look(struct monitor *monitor, const struct views *views)
{
    struct monitor_memory *memory = &monitor->memory;
    char detail[MONITOR_DETAIL_MAX + 1];
    for (uint32_t i = 0; i < views->ports; i++) {
        uint64_t lost = port_lost(&views->port[i].is);
        DETAIL(detail, "%" PRIu64 " since the start", lost);
        monitor_tell(monitor, MONITOR_PORT_LOSES, views->port[i].name,
                     moved(monitor, &memory->port_lost[i], lost), detail);
    }
    for (uint32_t i = 0; i < views->rings; i++) {
        uint64_t full = views->ring[i].full;
        DETAIL(detail, "%" PRIu64 " times since the start", full);
        monitor_tell(monitor, MONITOR_RING_FULL, views->ring[i].name,
                     moved(monitor, &memory->ring_full[i], full), detail);
    }
}

/* The feed. */

static void feed_state_look(struct monitor *monitor, const struct feed_view *feed)
{
    struct monitor_memory *memory = &monitor->memory;
    uint64_t state = feed->channel_state, before = memory->feed_state;
    char detail[MONITOR_DETAIL_MAX + 1];
    DETAIL(detail, "the next message is %" PRIu64, feed->sequence);
    monitor_tell(monitor, MONITOR_FEED_STALE, "", state == MARKET_STALE, detail);
    monitor_tell(monitor, MONITOR_FEED_GAP, "", state == MARKET_GAP, detail);
    monitor_tell(monitor, MONITOR_FEED_QUARANTINE, "", feed->quarantined, detail);
    monitor_tell(monitor, MONITOR_FEED_RECOVERING, "", state == MARKET_RECOVERING, detail);
    if (memory->seen && state != before && state == MARKET_LIVE)
        monitor_say(monitor, MONITOR_FEED_LIVE, "", detail);
    if (memory->seen && state != before && state == MARKET_CLOSED)
        monitor_say(monitor, MONITOR_FEED_CLOSED, "", detail);
    memory->feed_state = state;
}

/* A line that brings nothing passes over nothing: only that the other goes on shows it. */
static void silences_look(struct monitor *monitor, const struct feed_view *feed)
{
    struct monitor_memory *memory = &monitor->memory;
    bool two = feed->line[LINE_A].group != 0 && feed->line[LINE_B].group != 0;
    for (uint32_t i = 0; i < CHANNEL_LINES; i++) {
        uint64_t received = feed->channel.line[i].received;
        bool quiet = memory->seen && received == memory->received[i];
        memory->quiet_ns[i] = quiet ? memory->quiet_ns[i] + memory->span_ns : 0;
        memory->received[i] = received;
    }
    for (uint32_t i = 0; i < CHANNEL_LINES; i++) {
        char detail[MONITOR_DETAIL_MAX + 1];
        DETAIL(detail, "%" PRIu64 " datagrams since the start", memory->received[i]);
        bool alone =
            memory->quiet_ns[i] >= MONITOR_LINE_NS && memory->quiet_ns[1 - i] < MONITOR_LINE_NS;
        monitor_tell(monitor, MONITOR_LINE_SILENT, i == LINE_A ? "A" : "B", two && alone, detail);
    }
}

/* What both lines have passed over, as at a start in the middle of a day, is no line's loss. */
static void lines_look(struct monitor *monitor, const struct feed_view *feed)
{
    const struct channel_line_counts *line = feed->channel.line;
    bool two = line[LINE_A].received > 0 && line[LINE_B].received > 0;
    uint64_t more[CHANNEL_LINES];
    for (uint32_t i = 0; i < CHANNEL_LINES; i++) {
        uint64_t was = monitor->memory.lost[i];
        more[i] = monitor->memory.seen && line[i].lost > was ? line[i].lost - was : 0;
        monitor->memory.lost[i] = line[i].lost;
    }
    for (uint32_t i = 0; i < CHANNEL_LINES; i++) {
        char detail[MONITOR_DETAIL_MAX + 1];
        DETAIL(detail, "%" PRIu64 " that it has not brought", line[i].lost);
        bool loses = two && more[i] > more[1 - i];
        monitor_tell(monitor, MONITOR_LINE_LOSES, i == LINE_A ? "A" : "B", loses, detail);
    }
}

static void feed_look(struct monitor *monitor, const struct views *views)
{
    struct monitor_memory *memory = &monitor->memory;
    const struct feed_view *feed = &views->feed;
    char detail[MONITOR_DETAIL_MAX + 1];
    feed_state_look(monitor, feed);
    DETAIL(detail, "%" PRIu64 " messages in %" PRIu64 " holes since the start",
           feed->channel.gap_message, feed->channel.gap);
    monitor_tell(monitor, MONITOR_FEED_LOST, "", moved(monitor, &memory->gaps, feed->channel.gap),
                 detail);
    silences_look(monitor, feed);
    lines_look(monitor, feed);
    uint64_t lost = views->log_dropped + feed->feed.event_lost;
    DETAIL(detail, "%" PRIu64 " of the feed since the start", lost);
    monitor_tell(monitor, MONITOR_EVENTS_LOST, "feed", moved(monitor, &memory->events_lost, lost),
                 detail);
}

/* The gateway. */

static void session_look(struct monitor *monitor, const struct engine_gateway_view *view,
                         uint32_t venue)
{
    struct monitor_memory *memory = &monitor->memory;
    const struct engine_view_venue *at = &view->venue[venue];
    bool up = at->session.state == ORDER_HOST_UP, broken = at->session.state == ORDER_HOST_BROKEN;
    memory->down_ns[venue] = up ? 0 : memory->down_ns[venue] + memory->span_ns;
    bool late = memory->was_up[venue] || broken || memory->down_ns[venue] >= LOGIN_NS;
    memory->was_up[venue] |= up;
    char detail[MONITOR_DETAIL_MAX + 1];
    DETAIL(detail, "%s, %s", order_host_state_name((enum order_host_state)at->session.state),
           soupbin_reason_text((enum soupbin_reason)at->session.reason));
    monitor_tell(monitor, MONITOR_SESSION_DOWN, at->name, !up && late && !view->stopping, detail);
    DETAIL(detail, "%" PRIu64 " orders", at->slot[SLOT_UNKNOWN]);
    monitor_tell(monitor, MONITOR_ORDER_DOUBT, at->name, at->slot[SLOT_UNKNOWN] > 0, detail);
}

static bool follows(const struct monitor *monitor, struct monitor_follower *follower, uint64_t now,
                    bool should)
{
    bool still = should && now == follower->at;
    follower->still_ns = still ? follower->still_ns + monitor->memory.span_ns : 0;
    follower->at = now;
    return follower->still_ns < MONITOR_LAG_NS;
}

static void journal_look(struct monitor *monitor, const struct engine_gateway_view *view)
{
    char detail[MONITOR_DETAIL_MAX + 1];
    uint64_t waiting = view->record - view->durable;
    monitor_tell(monitor, MONITOR_JOURNAL_DEAD, "gateway", view->journal_dead, "");
    DETAIL(detail, "%" PRIu64 " records", view->journal_lost);
    monitor_tell(monitor, MONITOR_JOURNAL_LOST, "gateway", view->journal_lost > 0, detail);
    DETAIL(detail, "%" PRIu64 " records wait", waiting);
    monitor_tell(monitor, MONITOR_JOURNAL_LAG, "gateway",
                 !follows(monitor, &monitor->memory.gateway_disk, view->durable, waiting > 0),
                 detail);
}

/* What a second brought more than it should; asked once for each span. */
static bool often(struct monitor_rate *rate, uint64_t now, bool over, uint64_t most)
{
    if (over) {
        rate->last = now - rate->begin;
        rate->begin = now;
    }
    return rate->last > most;
}

static void rates_look(struct monitor *monitor, uint64_t refused, uint64_t overrun)
{
    struct monitor_memory *memory = &monitor->memory;
    char detail[MONITOR_DETAIL_MAX + 1];
    if (!memory->seen) {
        memory->refusals.begin = refused;
        memory->overruns.begin = overrun;
    }
    memory->rate_ns += memory->span_ns;
    bool over = memory->rate_ns >= MONITOR_RATE_NS;
    if (over) memory->rate_ns = 0;
    bool many = often(&memory->refusals, refused, over, MONITOR_REFUSALS_RATE);
    DETAIL(detail, "%" PRIu64 " in a second", memory->refusals.last);
    monitor_tell(monitor, MONITOR_RISK_REFUSES, "", many, detail);
    many = often(&memory->overruns, overrun, over, MONITOR_OVERRUNS_RATE);
    DETAIL(detail, "%" PRIu64 " in a second", memory->overruns.last);
    monitor_tell(monitor, MONITOR_OVERRUN, "", many, detail);
}

/* A day that the start has found begun is told too. */
static void day_look(struct monitor *monitor, const struct engine_gateway_view *view)
{
    char detail[MONITOR_DETAIL_MAX + 1];
    DETAIL(detail, "day %" PRIu64 " of its journal", view->days);
    if (view->day > monitor->memory.days) monitor_say(monitor, MONITOR_DAY_BEGUN, "", detail);
    monitor->memory.days = view->day;
}

static void gateway_look(struct monitor *monitor, const struct engine_gateway_view *view)
{
    struct monitor_memory *memory = &monitor->memory;
    char detail[MONITOR_DETAIL_MAX + 1];
    for (uint32_t i = 0; i < view->venues && i < ENGINE_VIEW_VENUES; i++)
        session_look(monitor, view, i);
    monitor_tell(monitor, MONITOR_HALTED, "", view->state != RISK_ACTIVE && !view->stopping,
                 report_trading_state(view->state));
    day_look(monitor, view);
    journal_look(monitor, view);
    rates_look(monitor, view->refused, view->overrun);
    DETAIL(detail, "%" PRIu64 " since the start", view->drift);
    monitor_tell(monitor, MONITOR_DRIFT, "", moved(monitor, &memory->drift, view->drift), detail);
    DETAIL(detail, "%" PRIu64 " since the start", view->fill_unknown);
    monitor_tell(monitor, MONITOR_FILL_UNKNOWN, "",
                 moved(monitor, &memory->fill_unknown, view->fill_unknown), detail);
    DETAIL(detail, "%" PRIu64 " since the start", view->intent_lost);
    monitor_tell(monitor, MONITOR_INTENTS_LOST, "",
                 moved(monitor, &memory->intents_lost, view->intent_lost), detail);
    DETAIL(detail, "%" PRIu64 " rows lost", view->copy_lost);
    monitor_tell(monitor, MONITOR_RING_FULL, "drop copy",
                 moved(monitor, &memory->copy_lost, view->copy_lost), detail);
}

/* A venue. */

/* Little enough is left that somebody must see to it while there is time. */
static bool nearly_used(uint64_t used, uint64_t of)
{
    return of > 0 && used >= of - of / 10;
}

/* Of the answers' place some is kept for orders that live: for new ones it ends before. */
static void answers_look(struct monitor *monitor, const struct views *views)
{
    char detail[MONITOR_DETAIL_MAX + 1];
    uint64_t used = views->gate.streams.chunks, chunks = views->gate.stream_chunks;
    uint64_t kept = views->match.stream_reserve, usable = chunks > kept ? chunks - kept : 0;
    DETAIL(detail, "%" PRIu64 " of %" PRIu64 " chunks", used, usable);
    monitor_tell(monitor, MONITOR_ANSWERS_USED, "",
                 views->match.day != 2 && nearly_used(used, usable), detail);
}

static void tokens_look(struct monitor *monitor, const struct match_view *match)
{
    char detail[MONITOR_DETAIL_MAX + 1];
    DETAIL(detail, "%" PRIu64 " of %" PRIu64, match->tokens, match->tokens_max);
    monitor_tell(monitor, MONITOR_TOKENS_USED, "",
                 match->day != 2 && nearly_used(match->tokens, match->tokens_max), detail);
}

/* What a client does wrong itself, as to ask for the middle of a snapshot, is none of these. */
static void snapshots_look(struct monitor *monitor, const struct spin_counts *spin)
{
    char detail[MONITOR_DETAIL_MAX + 1];
    DETAIL(detail, "%" PRIu64 " refused, %" PRIu64 " missed", spin->refused, spin->missed);
    monitor_tell(monitor, MONITOR_SNAPSHOTS_BROKEN, "", spin->refused > 0 || spin->missed > 0,
                 detail);
    uint64_t refused = spin->join[SPIN_BUSY] + spin->join[SPIN_BROKEN];
    DETAIL(detail, "%" PRIu64 " since the start", refused);
    monitor_tell(monitor, MONITOR_SNAPSHOT_REFUSED, "",
                 moved(monitor, &monitor->memory.snapshot_refused, refused), detail);
}

static void venue_look(struct monitor *monitor, const struct views *views)
{
    struct monitor_memory *memory = &monitor->memory;
    const struct match_view *match = &views->match;
    char detail[MONITOR_DETAIL_MAX + 1];
    monitor_tell(monitor, MONITOR_JOURNAL_DEAD, "venue", match->dead, "");
    DETAIL(detail, "%" PRIu64 " events wait", match->held);
    monitor_tell(monitor, MONITOR_JOURNAL_LAG, "venue",
                 !follows(monitor, &memory->venue_disk, match->answered, match->held > 0), detail);
    DETAIL(detail, "%" PRIu64 " sessions", views->gate.streams_broken);
    monitor_tell(monitor, MONITOR_STREAM_BROKEN, "", views->gate.streams_broken > 0, detail);
    answers_look(monitor, views);
    tokens_look(monitor, match);
    snapshots_look(monitor, &views->gate.spin);
}

static void journals_look(struct monitor *monitor, const struct views *views)
{
    for (uint32_t i = 0; i < views->journals; i++) {
        const struct views_journal *at = &views->journal[i];
        char detail[MONITOR_DETAIL_MAX + 1];
        DETAIL(detail, "%" PRIu64 " of %u segments in its folder", at->folder_segments,
               JOURNAL_SEGMENTS_MAX);
        monitor_tell(monitor, MONITOR_JOURNAL_NO_SPACE, at->of, at->no_next != 0, detail);
        monitor_tell(monitor, MONITOR_JOURNAL_SEGMENTS, at->of,
                     at->folder_segments >= JOURNAL_SEGMENTS_MANY, detail);
    }
}

static void capture_look(struct monitor *monitor, const struct recorder_view *view)
{
    char detail[MONITOR_DETAIL_MAX + 1];
    uint64_t dropped = view->lost;
    for (uint32_t i = 0; i < view->ports; i++)
        dropped += view->port[i].came_dropped + view->port[i].went_dropped;
    DETAIL(detail, "%" PRIu64 " of this capture", dropped);
    monitor_tell(monitor, MONITOR_CAPTURE_DROPS, "",
                 moved(monitor, &monitor->memory.capture_dropped, dropped), detail);
    monitor_tell(monitor, MONITOR_CAPTURE_FAILED, "", view->state == RECORDER_FAILED, "");
}

/* A start in which it has not been there yet is being away too. */
static void redis_look_at(struct monitor *monitor, const struct redis_view *view)
{
    struct monitor_memory *memory = &monitor->memory;
    char detail[MONITOR_DETAIL_MAX + 1];
    bool away = view->connections < view->connections_wanted;
    memory->redis_ns = away ? memory->redis_ns + memory->span_ns : 0;
    DETAIL(detail, "%" PRIu64 " of %" PRIu64 " connections are up", view->connections,
           view->connections_wanted);
    monitor_tell(monitor, MONITOR_REDIS_AWAY, "", memory->redis_ns >= MONITOR_REDIS_NS, detail);
}

static void clock_look(struct monitor *monitor, const struct views_clock *clock)
{
    char detail[MONITOR_DETAIL_MAX + 1];
    DETAIL(detail, "%" PRIu64 " ms at most", clock->error_ns / NANOS_MILLI);
    monitor_tell(monitor, MONITOR_CLOCK_OFF, "", clock->known && clock->error_ns > MONITOR_CLOCK_NS,
                 detail);
    DETAIL(detail, "%" PRId64 " ms", clock->ahead_ns / (int64_t)NANOS_MILLI);
    monitor_tell(monitor, MONITOR_CLOCK_AHEAD, "", clock->ahead_ns > MONITOR_AHEAD_NS, detail);
}

void monitor_conditions(struct monitor *monitor, const struct views *views)
{
    lcores_look(monitor, views);
    ways_look(monitor, views);
    if (views->has_feed) feed_look(monitor, views);
    if (views->has_gateway) gateway_look(monitor, &views->gateway);
    if (views->has_venue) venue_look(monitor, views);
    journals_look(monitor, views);
    if (views->has_capture) capture_look(monitor, &views->capture);
    if (views->has_redis) redis_look_at(monitor, &views->redis);
    clock_look(monitor, &views->clock);
}
