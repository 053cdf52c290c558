/* From the configuration of a venue to its part of the plan. */

#include "apps/polluxd/polluxd.h"

#include "apps/password.h"
#include "apps/polluxd/gateway_config.h"
#include "dataplane/base/crc32c.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HELD                65536u     /* events that wait for the disk */
#define ASKS                (2 * HELD) /* requests not answered yet; some have no events */
#define ENDED               (2 * HELD) /* orders: a trade may end two of them */
#define SEGMENT_BYTES       (64u << 20)
#define RESERVE_BYTES       (4u << 20)
#define TIMERS              CONFIG_TIMED_MAX
#define TOKENS              (1u << 20) /* of OUCH 4.2, a day */
#define SEND_BYTES          65536u     /* of a connection */
#define RECEIVE_BYTES       16384u
#define OUTPUT_BYTES        16384u
#define SNAPSHOTS           8u /* connections */
#define SPINS               2u
#define HEARTBEAT_NS        NANOS_SECOND
#define END_NS              (5 * NANOS_SECOND)
#define MULTICAST_TTL       16u
#define REQUESTERS          1024u
#define ANSWERS_EACH        5000u /* retransmissions a second */
#define ANSWERS_ALL         50000u
#define LISTENERS           2u
#define MESSAGE_BYTES_LEAST 32u /* of market data, about: for the index of the history */

static uint64_t power_below(uint64_t value)
{
    uint64_t power = 1;
    while (power * 2 <= value) power *= 2;
    return power;
}

/* Instruments. */

static void listing_plan(struct match_stage_listing *listing, uint16_t instrument,
                         const struct config_instrument *from, uint32_t window)
{
    struct match_listing *to = &listing->listing;
    listing->instrument = instrument;
    *to = (struct match_listing){
        .tick = (price_t)from->tick,
        .lot = (qty_t)from->lot * QTY_ONE,
        .size = QTY_ONE,
        .price_max = (price_t)from->price_max,
        .qty_max = (qty_t)from->quantity_max * QTY_ONE,
        .reference = (price_t)(from->reference ? from->reference : from->tick),
        .band = (price_t)from->band,
        .collar = (price_t)from->collar,
        .pause_ns = from->pause_ms * NANOS_MILLI,
        .window = window,
        .class_of = MATCH_PLAIN,
        .phase = MATCH_OPEN,
    };
    memcpy(to->symbol, from->symbol, strlen(from->symbol));
}

static bool listings_plan(struct polluxd *polluxd)
{
    const struct config_venue *venue = polluxd->config->venue;
    struct launch_venue_plan *plan = &polluxd->plan.venue;
    polluxd->instruments = calloc(venue->instruments.count, sizeof *polluxd->instruments);
    if (!polluxd->instruments) return false;
    for (uint32_t i = 0; i < venue->instruments.count; i++)
        listing_plan(&polluxd->instruments[i], (uint16_t)i, &venue->instruments.at[i],
                     venue->price_window);
    plan->listings = polluxd->instruments;
    plan->listing_count = venue->instruments.count;
    return true;
}

/* Without a reference a port's collar has nothing to hold on to before the first trade. */
static bool collars_sound(const struct config_venue *venue, struct text *problems)
{
    bool sound = true;
    for (uint32_t i = 0; i < venue->sessions.count; i++) {
        if (venue->sessions.at[i].collar_percent == 0) continue;
        for (uint32_t k = 0; k < venue->instruments.count; k++) {
            if (venue->instruments.at[k].reference) continue;
            text_format(problems,
                        "session %s has a collar_percent, but instrument %s has no reference for "
                        "it\n",
                        venue->sessions.at[i].username, venue->instruments.at[k].symbol);
            sound = false;
            break;
        }
    }
    return sound;
}

/* Sessions. */

/* What is left of the orders for a time, in equal parts for the sessions that do not say. */
static bool timed_share(const struct config_venue *venue, uint32_t *share, struct text *problems)
{
    uint64_t named = 0;
    uint32_t others = 0;
    for (uint32_t i = 0; i < venue->sessions.count; i++) {
        named += venue->sessions.at[i].timed_orders_max;
        others += venue->sessions.at[i].timed_orders_max == 0;
    }
    uint64_t left = named < TIMERS ? TIMERS - named : 0;
    *share = others > 0 ? (uint32_t)(left / others) : 0;
    if (named <= TIMERS && (others == 0 || *share > 0)) return true;
    text_format(problems,
                "the sessions' timed_orders_max are %" PRIu64
                " together, and all sessions of the venue "
                "have %u orders for a time: name fewer, so that each session has some\n",
                named, TIMERS);
    return false;
}

static struct entry_plan entry_of(const struct config_entry *from, uint32_t timed_share)
{
    struct entry_plan plan = {
        .dialect = from->dialect == CONFIG_DIALECT_OUCH42 ? ENTRY_OUCH42 : ENTRY_OUCH50,
        .firms = 1,
        .cancel_on_disconnect = from->cancel_on_disconnect,
        .self_trade = (uint8_t)from->self_trade,
        .account = from->account,
        .qty_max = from->order_quantity_max,
        .notional_max_e4 = from->order_notional_max * 10000,
        .collar_ppm = from->collar_percent * 10000,
        .rate = from->orders_per_second,
        .burst = from->orders_per_second ? from->orders_per_second : 1,
        .open_max = from->open_orders_max,
        .timed_max = from->timed_orders_max ? from->timed_orders_max : timed_share,
    };
    memset(plan.firm, ' ', sizeof plan.firm);
    memcpy(plan.firm[0], from->firm, strlen(from->firm));
    return plan;
}

static_assert((int)CONFIG_SELF_TRADE_CANCEL_NEWEST == (int)MATCH_CANCEL_NEWEST, "one order");
static_assert((int)CONFIG_SELF_TRADE_CANCEL_OLDEST == (int)MATCH_CANCEL_OLDEST, "one order");
static_assert((int)CONFIG_SELF_TRADE_CANCEL_BOTH == (int)MATCH_CANCEL_BOTH, "one order");
static_assert((int)CONFIG_SELF_TRADE_DECREMENT == (int)MATCH_DECREMENT, "one order");

/* Whose answers are in which place: another client must not be given them by a start. */
static uint32_t names_of(const struct soupbin_credentials *credentials, uint32_t count)
{
    uint32_t crc = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++)
        crc = crc32c_u64(crc, soupbin_credentials_key(&credentials[i]));
    return ~crc;
}

static bool sessions_plan(struct polluxd *polluxd, struct text *problems)
{
    const struct config_venue *venue = polluxd->config->venue;
    struct launch_venue_plan *plan = &polluxd->plan.venue;
    uint32_t count = venue->sessions.count, gate = polluxd_entries_outside(polluxd->config);
    uint32_t read = 0, timed = 0;
    polluxd->entry = calloc(count, sizeof *polluxd->entry);
    polluxd->credentials = calloc(count, sizeof *polluxd->credentials);
    if (!polluxd->entry || !polluxd->credentials) return false;
    bool shared = timed_share(venue, &timed, problems);
    for (uint32_t i = 0; i < count; i++) {
        const struct config_entry *from = &venue->sessions.at[i];
        uint32_t place = polluxd_entry_place(polluxd->config, i);
        struct soupbin_credentials *to = &polluxd->credentials[place];
        polluxd->entry[place] = entry_of(from, timed);
        if (from->dialect == CONFIG_DIALECT_OUCH42) plan->match.entry.tokens = TOKENS;
        memset(to->username, ' ', sizeof to->username);
        memcpy(to->username, from->username, strlen(from->username));
        if (place >= gate) continue; /* nobody logs in */
        read += password_read(from->password_file, to->password, problems);
    }
    plan->match.sessions = plan->match.entry.sessions = count;
    plan->gate.sessions = gate;
    plan->match.session = polluxd->entry;
    plan->gate.session = polluxd->credentials;
    plan->match.names = names_of(polluxd->credentials, count);
    if (gate == 0)
        text_append(problems, "all sessions of the venue are within the process: it "
                              "needs one more, for its gate\n");
    return shared && read == gate && gate > 0;
}

/* How many prices one side of an instrument may have orders at. */
static uint64_t prices_of(const struct config_venue *venue, uint32_t instrument)
{
    const struct config_instrument *of = &venue->instruments.at[instrument];
    uint64_t prices = of->price_max / of->tick, living = 0;
    for (uint32_t i = 0; i < venue->sessions.count; i++)
        living += venue->sessions.at[i].open_orders_max;
    if (living > venue->orders) living = venue->orders;
    if (prices > venue->price_window) prices = venue->price_window;
    return prices < living ? prices : living;
}

void polluxd_remark(const struct config *config, struct text *remarks)
{
    const struct config_venue *venue = config->venue;
    uint32_t first = 0, count = 0;
    uint64_t most = 0;
    for (uint32_t i = 0; venue && i < venue->instruments.count; i++) {
        uint64_t prices = prices_of(venue, i);
        if (prices <= BOOK_SIDE_LEVELS_MAX) continue;
        if (count++ == 0) first = i;
        if (prices > most) most = prices;
    }
    if (count == 0) return;
    text_format(remarks, "venue: %s", venue->instruments.at[first].symbol);
    if (count > 1) text_format(remarks, " and %u more of its instruments", count - 1);
    text_format(remarks,
                " may have orders at %" PRIu64 " prices of a side, and snapshots hold %u: from one "
                "more on no snapshot is made that day; the sum of the sessions' open_orders_max, "
                "tick or price_window can bound them\n",
                most, BOOK_SIDE_LEVELS_MAX);
}

/* The two stages. */

static void folder_plan(struct launch_venue_plan *plan, const struct config_venue *venue)
{
    uint32_t instruments = venue->instruments.count, orders = venue->orders;
    uint32_t pages = orders / 4 + instruments * 16 + 1024;
    plan->folder = (struct venue_folder_plan){
        .folder = venue->journal,
        .durability = venue->durability == CONFIG_DURABILITY_PROCESS ? VENUE_PROCESS : VENUE_DISK,
        .limits = {.instruments = instruments,
                   .orders = orders,
                   .specials = orders / 4 + 1024 < orders ? orders / 4 + 1024 : orders,
                   .pages = pages < MATCH_PAGES_MAX ? pages : MATCH_PAGES_MAX,
                   .window = (uint64_t)instruments * venue->price_window,
                   .cascade = 256},
        .held = HELD,
        .segment_bytes = SEGMENT_BYTES,
        .reserve_bytes = RESERVE_BYTES,
    };
    plan->journal_cpu = JOURNAL_THREAD_ANY_CPU;
    plan->match.entry = (struct entry_limits){.orders = orders + ENDED,
                                              .instruments = instruments,
                                              .asks = ASKS,
                                              .timers = TIMERS,
                                              .midnight = plan->midnight};
    plan->match.ahead_from = ENTRY_EXPECT_ORDERS;
}

/* SoupBinTCP pads session names on the left, MoldUDP64 here on the right. */
static void names_plan(struct launch_venue_plan *plan, const char *session)
{
    size_t length = strlen(session);
    memset(plan->gate.name, ' ', sizeof plan->gate.name);
    memcpy(plan->gate.name + sizeof plan->gate.name - length, session, length);
    memset(plan->gate.mold.session, ' ', sizeof plan->gate.mold.session);
    memcpy(plan->gate.mold.session, session, length);
    memcpy(plan->gate.retransmit.session, plan->gate.mold.session,
           sizeof plan->gate.retransmit.session);
    memcpy(plan->match.name, plan->gate.mold.session, sizeof plan->match.name);
}

static void publishing_plan(struct gate_stage_plan *gate, const struct config_venue *venue,
                            nanos_t midnight)
{
    uint32_t instruments = venue->instruments.count;
    uint64_t bytes = power_below((uint64_t)venue->history_mib << 20);
    uint64_t messages = bytes / MESSAGE_BYTES_LEAST;
    gate->history = (struct history_limits){
        .bytes = bytes,
        .messages = (uint32_t)(messages < HISTORY_MESSAGES_MAX ? messages : HISTORY_MESSAGES_MAX)};
    gate->itch = (struct itch_out_limits){
        .instruments = instruments, .orders = venue->orders, .midnight = midnight};
    gate->mold.payload_max = MOLD_OUT_PAYLOAD;
    gate->mold.heartbeat_ns = HEARTBEAT_NS;
    gate->mold.end_ns = END_NS;
    gate->retransmit.payload_max = MOLD_OUT_PAYLOAD;
    gate->retransmit.requesters = REQUESTERS;
    gate->retransmit.each = (struct retransmit_budget){ANSWERS_EACH, ANSWERS_EACH};
    gate->retransmit.all = (struct retransmit_budget){ANSWERS_ALL, ANSWERS_ALL};
    uint32_t levels = venue->orders < BOOK_LEVELS_MAX ? venue->orders : BOOK_LEVELS_MAX;
    gate->spin = (struct spin_limits){
        .book = {.instruments = instruments + 1, .orders = venue->orders, .levels = levels},
        .buffers = SPINS};
}

static void connections_plan(struct gate_stage_plan *gate, const struct config_venue *venue)
{
    gate->orders_port = (uint16_t)venue->orders_tcp_port;
    gate->snapshot_port = (uint16_t)venue->snapshot_tcp_port;
    gate->retransmission_port = (uint16_t)venue->retransmission_udp_port;
    gate->snapshot_connections = SNAPSHOTS;
    uint32_t spare = venue->connections > SNAPSHOTS ? venue->connections - SNAPSHOTS : 1;
    uint32_t least = venue->sessions.count + 1; /* one that takes over from another */
    gate->order_connections = spare > least ? spare : least;
    /* Half as many again for those that end. */
    gate->inet.tcp.connections =
        (gate->order_connections + SNAPSHOTS) + (gate->order_connections + SNAPSHOTS) / 2;
    gate->inet.tcp.listeners = LISTENERS;
    gate->inet.tcp.send_bytes = SEND_BYTES;
    gate->inet.tcp.receive_bytes = RECEIVE_BYTES;
    gate->server = (struct soupbin_server_limits){.payload_bytes = GATE_MESSAGE_MAX,
                                                  .output_bytes = OUTPUT_BYTES,
                                                  .login_wait_ns = SOUPBIN_LOGIN_WAIT_NS,
                                                  .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                                                  .silence_ns = SOUPBIN_SILENCE_NS,
                                                  .slow_ns = SOUPBIN_SERVER_SLOW_NS};
}

/* All answers of the day, to be replayed from; some of it is for what lives, whoever else asks. */
static void streams_plan(struct launch_venue_plan *plan, const struct config_venue *venue)
{
    uint64_t bytes = (uint64_t)venue->answers_mib << 20;
    plan->gate.streams =
        (struct streams_limits){.streams = venue->sessions.count,
                                .chunks = (uint32_t)(bytes / CONFIG_ANSWERS_CHUNK_BYTES),
                                .chunk_bytes = CONFIG_ANSWERS_CHUNK_BYTES};
    plan->match.stream_reserve = config_answers_reserve(venue->orders, venue->sessions.count);
}

static_assert(CONFIG_VENUE_ORDERS_MAX + ENDED <= ENTRY_ORDERS_MAX, "order entry has as many more");
static_assert(CONFIG_ANSWERS_UNDERWAY >= 2 * HELD, "an event is told to two sessions");

/* Lines and ports. */

static uint32_t queue_of(struct launch_venue_plan *plan, uint32_t port)
{
    uint32_t queue = 0;
    while (queue < plan->gate.queues && plan->gate_port[queue] != port) queue++;
    if (queue == plan->gate.queues) plan->gate_port[plan->gate.queues++] = port;
    return queue;
}

static bool line_plan(struct polluxd *polluxd, const struct config_line *from, uint32_t line,
                      struct text *problems)
{
    struct launch_venue_plan *plan = &polluxd->plan.venue;
    if (from->group >> 28 != 0xe) {
        text_format(problems, "venue.line_%c.group must be a multicast group\n", "ab"[line]);
        return false;
    }
    const struct config_port *port = &polluxd->config->ports.at[from->port];
    plan->gate.line_queue[line] = queue_of(plan, from->port);
    plan->gate.mold.lines = line + 1;
    plan->gate.mold.line[line].head = (struct frame_udp_head){
        .source_ip = port->address,
        .destination_ip = from->group,
        .source_port = (uint16_t)from->udp_port,
        .destination_port = (uint16_t)from->udp_port,
        .ttl = MULTICAST_TTL,
    };
    return true;
}

bool polluxd_plan_venue(struct polluxd *polluxd, struct text *problems)
{
    const struct config_venue *venue = polluxd->config->venue;
    struct launch_venue_plan *plan = &polluxd->plan.venue;
    plan->midnight =
        launch_venue_midnight((nanos_t)time(NULL) * NANOS_SECOND, venue->midnight_utc_minutes);
    (void)queue_of(plan, venue->port); /* the first: clients come by it */
    plan->gate.inet = polluxd_host(polluxd, venue->port);
    folder_plan(plan, venue);
    names_plan(plan, venue->session);
    publishing_plan(&plan->gate, venue, plan->midnight);
    connections_plan(&plan->gate, venue);
    streams_plan(plan, venue);
    bool planned = collars_sound(venue, problems);
    planned &= line_plan(polluxd, &venue->line_a, 0, problems);
    if (venue->line_b) planned &= line_plan(polluxd, venue->line_b, 1, problems);
    planned &= sessions_plan(polluxd, problems);
    if (listings_plan(polluxd)) return planned;
    text_append(problems, "there is not enough memory to start\n");
    return false;
}
