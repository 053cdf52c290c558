/* From the configuration of a feed to its part of the plan. */

#include "apps/polluxd/polluxd.h"

#include "apps/password.h"
#include "apps/progress.h"
#include "dataplane/strategy/strategies.h"

#include <stdlib.h>
#include <string.h>

#define LOG_EVENTS   4096u
#define REQUEST_PORT 18100u /* UDP: where our requests come from */

/* The log. */

const struct log_code polluxd_log_codes[] = {POLLUXD_LOG(LOG_CODE_ROW)};

static uint64_t state_text8(uint8_t state)
{
    const char *text = market_state_text((enum market_state)state);
    return log_text8(text, strlen(text));
}

static uint32_t phase_code(char event)
{
    switch (event) {
    case 'O': return POLLUXD_PHASE_O;
    case 'S': return POLLUXD_PHASE_S;
    case 'Q': return POLLUXD_PHASE_Q;
    case 'M': return POLLUXD_PHASE_M;
    case 'E': return POLLUXD_PHASE_E;
    case 'C': return POLLUXD_PHASE_C;
    default: return POLLUXD_PHASE;
    }
}

/* A whole directory begins to trade at the start of a day: that is one story, not thousands, and
 * the books themselves show it. */
static bool first_trading(struct polluxd *polluxd, const struct feed_event *event)
{
    uint64_t *word = &polluxd->traded[event->instrument / 64];
    uint64_t bit = (uint64_t)1 << event->instrument % 64;
    bool first = !(*word & bit) && event->to == MARKET_LIVE;
    if (event->to == MARKET_LIVE) *word |= bit;
    return first;
}

/* On the feed's lcore: numbers into the ring, sentences later. */
static void event_log(void *context, const struct feed_event *event)
{
    struct polluxd *polluxd = context;
    static const uint32_t codes[FEED_EVENT_COUNT] = {
        [FEED_SESSION] = POLLUXD_SESSION,
        [FEED_GAP] = POLLUXD_GAP,
        [FEED_STALE] = POLLUXD_STALE,
        [FEED_FRESH] = POLLUXD_FRESH,
        [FEED_END] = POLLUXD_END,
        [FEED_QUARANTINE] = POLLUXD_QUARANTINE,
        [FEED_PHASE] = POLLUXD_PHASE,
        [FEED_TRADING] = POLLUXD_TRADING,
        [FEED_RECOVERING] = POLLUXD_RECOVERING,
        [FEED_SNAPSHOT] = POLLUXD_SNAPSHOT,
        [FEED_RECOVERED] = POLLUXD_RECOVERED,
        [FEED_UNRECOVERED] = POLLUXD_UNRECOVERED,
        [FEED_RELEASED] = POLLUXD_RELEASED,
    };
    uint64_t argument[3] = {event->first, event->end - 1, 0};
    uint32_t code = codes[event->kind];
    if (event->kind == FEED_SESSION) memset(polluxd->traded, 0, sizeof polluxd->traded);
    if (event->kind == FEED_PHASE) {
        char phase = (char)event->first;
        argument[0] = log_text8(&phase, 1);
        code = phase_code(phase);
    }
    if (event->kind == FEED_TRADING) {
        if (first_trading(polluxd, event)) return;
        char symbol[9];
        feed_symbol(feed_stage_feed(polluxd->launch.feed), event->instrument, symbol);
        argument[0] = log_text8(symbol, strlen(symbol));
        argument[1] = state_text8(event->from);
        argument[2] = state_text8(event->to);
    }
    log_ring_write(polluxd->log, code, event->at_ns, argument[0], argument[1], argument[2], 0);
}

static bool log_make(struct polluxd *polluxd)
{
    struct log_ring_limits limits = {.events = LOG_EVENTS};
    size_t bytes = ALIGN_UP(log_ring_footprint(&limits), CACHE_LINE);
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    if (!memory) return false;
    polluxd->log = log_ring_new(memory, &limits);
    return true;
}

/* Wires. */

static void opening_shown(void *context, uint64_t done, uint64_t total)
{
    progress_show(context, "reading", done, total);
}

static bool captures_open(struct polluxd *polluxd, struct text *problems)
{
    const struct config *config = polluxd->config;
    struct progress progress = progress_begin(false);
    struct recording_plan plan = {.progress = opening_shown, .progress_context = &progress};
    const struct config_line *lines[] = {&config->feed->line_a, config->feed->line_b};
    for (uint32_t i = 0; i < ARRAY_COUNT(lines) && lines[i]; i++) {
        const char *path = config->ports.at[lines[i]->port].file;
        bool same = i == 1 && lines[0]->port == lines[1]->port;
        if (!same) plan.path[plan.files++] = path;
    }
    bool readable = recording_open(&polluxd->recording, &plan, problems);
    progress_end(&progress);
    polluxd->plan.recording = &polluxd->recording;
    polluxd->plan.speed = config->capture.pace;
    return readable;
}

/* The queue of the feed stage that a port is, which it becomes if it is none yet. */
static uint32_t queue_of(struct polluxd *polluxd, uint32_t port)
{
    struct launch_plan *plan = &polluxd->plan;
    struct feed_host_plan *host = &plan->feed.host;
    uint32_t queue = 0;
    while (queue < plan->feed.queues && plan->feed_port[queue] != port) queue++;
    if (queue < plan->feed.queues) return queue;
    CHECK(queue < FEED_STAGE_QUEUES_MAX); /* two lines and a port to ask through */
    plan->feed.queues++;
    plan->feed_port[queue] = port;
    const struct config_port *from = &polluxd->config->ports.at[port];
    if (from->address == 0) return queue;
    host->present[queue] = true;
    host->inet[queue] = polluxd_host(polluxd, port);
    plan->feed.has_host = true;
    return queue;
}

/* Which queue and source a line is, and the group its port must join. */
static void line_plan(struct polluxd *polluxd, const struct config_line *from, uint32_t line)
{
    struct launch_plan *plan = &polluxd->plan;
    bool capture = plan->recording != NULL;
    const struct config_line *first = &polluxd->config->feed->line_a;
    uint16_t source = (uint16_t)(line == 1 && from->port != first->port);
    uint32_t queue = capture ? 0 : queue_of(polluxd, from->port);
    plan->feed.line[line] = (struct feed_stage_line){
        .queue = (uint16_t)queue,
        .source = (uint16_t)(capture ? source : 0),
        .group = from->group,
        .port = (uint16_t)from->udp_port,
    };
    plan->feed.lines = line + 1;
    if (capture || from->group >> 28 != 0xe) return;
    struct feed_host_plan *host = &plan->feed.host;
    host->group[host->groups++] = (struct feed_host_group){.queue = queue, .group = from->group};
    polluxd->group[line] =
        (struct net_dpdk_group){.address = from->group, .port = (uint16_t)from->udp_port};
    struct net_dpdk_plan *port = &plan->port[from->port];
    if (port->groups == 0) port->group = &polluxd->group[line];
    port->groups++;
}

static bool snapshot_plan(struct feed_host_plan *host, const struct config_snapshot *from,
                          struct text *problems)
{
    struct recovery_limits *limits = &host->recovery;
    limits->snapshots = 0;
    if (!from) return true;
    limits->snapshots = 1;
    host->snapshot[0] =
        (struct feed_host_server){.ip = from->address, .port = (uint16_t)from->tcp_port};
    memcpy(limits->credentials.username, from->username, strlen(from->username));
    return password_read(from->password_file, limits->credentials.password, problems);
}

static bool recovery_plan(struct polluxd *polluxd, struct text *problems)
{
    const struct config_recovery *from = polluxd->config->feed->recovery;
    struct feed_host_plan *host = &polluxd->plan.feed.host;
    if (!from) return true;
    struct recovery_limits limits = RECOVERY_LIMITS_USUAL;
    limits.servers = from->servers.count;
    limits.rate = from->requests_per_second;
    limits.attempts = from->attempts;
    limits.retry_ns = from->retry_ms * NANOS_MILLI;
    limits.hole_messages = from->hole_messages;
    limits.snapshot_retry_ns = from->snapshot_retry_ms * NANOS_MILLI;
    if (limits.retry_max_ns < limits.retry_ns) limits.retry_max_ns = limits.retry_ns;
    if (limits.snapshot_retry_max_ns < limits.snapshot_retry_ns)
        limits.snapshot_retry_max_ns = limits.snapshot_retry_ns;
    host->recovers = true;
    host->queue = queue_of(polluxd, from->port);
    host->recovery = limits;
    host->request_port = REQUEST_PORT;
    for (uint32_t i = 0; i < from->servers.count; i++)
        host->server[i] = (struct feed_host_server){.ip = from->servers.at[i].address,
                                                    .port = (uint16_t)from->servers.at[i].udp_port};
    return snapshot_plan(host, from->snapshot, problems);
}

/* Delegates. */

static bool delegates_plan(struct polluxd *polluxd)
{
    const struct config *config = polluxd->config;
    struct engine_stage_plan *engine = &polluxd->plan.engine;
    uint32_t symbols = 0;
    for (uint32_t i = 0; i < config->engine.delegates.count; i++)
        symbols += config->engine.delegates.at[i].instruments.count;
    polluxd->listings = calloc(symbols ? symbols : 1, sizeof *polluxd->listings);
    if (!polluxd->listings) return false;
    struct listing *next = polluxd->listings;
    for (uint32_t i = 0; i < config->engine.delegates.count; i++) {
        const struct config_delegate *from = &config->engine.delegates.at[i];
        engine->delegate[engine->delegates++] = (struct engine_stage_delegate){
            .name = from->name,
            .kind = strategies_find("tally"), /* the only strategy there is: config_strategy */
            .symbols = from->instruments.count,
            .symbol = next,
        };
        for (uint32_t k = 0; k < from->instruments.count; k++, next++) {
            memset(next->symbol, ' ', sizeof next->symbol);
            memcpy(next->symbol, from->instruments.at[k].text,
                   strnlen(from->instruments.at[k].text, sizeof next->symbol));
        }
    }
    return true;
}

static void feed_plan(struct polluxd *polluxd)
{
    const struct config_feed *feed = polluxd->config->feed;
    struct feed_stage_plan *plan = &polluxd->plan.feed;
    plan->checks = feed->checksums == CONFIG_CHECKSUMS_VERIFY ? FRAME_CHECK_ALL : FRAME_CHECK_NONE;
    plan->channel = (struct channel_limits){
        .lines = feed->line_b ? 2 : 1,
        .store_datagrams = feed->store_datagrams,
        .store_bytes = feed->store_datagram_bytes,
        .gap_wait_ns = feed->gap_wait_us * NANOS_MICRO,
        .gap_packets = feed->gap_packets,
        .silence_ns = feed->silence_ms * NANOS_MILLI,
        .first_sequence = feed->first_sequence,
    };
    if (feed->session[0]) { /* sessions are padded on the right, unless written out in full */
        memset(plan->channel.session, ' ', sizeof plan->channel.session);
        memcpy(plan->channel.session, feed->session, strlen(feed->session));
    }
    plan->feed.book = (struct book_limits){
        .instruments = feed->instruments + 1,
        .orders = feed->orders,
        .levels = feed->levels,
    };
    plan->feed.digest = feed->digest;
    plan->on_event = event_log;
    plan->event_context = polluxd;
    const struct config_symbols *shown = &polluxd->config->screen.symbols;
    for (uint32_t i = 0; i < shown->count && i < FEED_VIEW_BOOKS; i++)
        memcpy(plan->show[plan->shown++], shown->at[i].text, sizeof shown->at[i].text);
}

bool polluxd_plan_feed(struct polluxd *polluxd, struct text *problems)
{
    const struct config *config = polluxd->config;
    struct launch_plan *plan = &polluxd->plan;
    if (!log_make(polluxd) || !delegates_plan(polluxd)) {
        text_append(problems, "there is not enough memory to start\n");
        return false;
    }
    feed_plan(polluxd);
    bool captures = config->ports.at[config->feed->line_a.port].kind == CONFIG_PORT_CAPTURE;
    if (captures && !captures_open(polluxd, problems)) return false;
    line_plan(polluxd, &config->feed->line_a, 0);
    if (config->feed->line_b) line_plan(polluxd, config->feed->line_b, 1);
    plan->engine.instruments = config->feed->instruments + 1;
    return recovery_plan(polluxd, problems);
}

static_assert(sizeof((struct feed_stage_plan *)0)->show[0] == sizeof(struct config_symbol),
              "symbols with their NUL");
