#include "tests/feed/recovery_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EVENTS_MAX = 1 << 16,
    SPIN_BYTES = 1 << 22,
    REQUESTS_MAX = 1 << 16,
    PACK_BYTES = 1400,
    TICK_NS = 250000,
    ORDERS_MAX = 1 << 15,
};

enum happening {
    LINE_BRINGS,
    REQUEST_ARRIVES,
    REPLY_ARRIVES,
    TCP_UP,
    TCP_ASKED,
    TCP_BYTES,
    TCP_DOWN
};

struct event {
    nanos_t ns;
    uint64_t order; /* of its making: makes the sort one order */
    enum happening what;
    uint32_t of; /* line, or server */
    uint64_t first;
    uint32_t count; /* 0: heartbeat, 0xffff: end of session */
    uint32_t session;
    bool other_session, broken;
    uint64_t connection;
};

struct world {
    struct world_plan plan;
    struct chance chance;
    nanos_t begin, now, publish_ns, tick_ns;
    uint64_t published; /* the number sent next */
    uint32_t session;
    uint32_t ends;       /* times the end of the session was said */
    struct event *event; /* a heap */
    uint32_t events;
    uint64_t made;
    struct channel *channel;
    struct feed *feed;
    struct recovery *recovery;
    void *memory[3];
    nanos_t request_ns[REQUESTS_MAX];
    uint32_t requests;
    struct plain_state *state;
    uint8_t *spin;
    size_t spin_bytes, spin_sent;
    uint64_t connection; /* the one that counts */
    uint32_t connection_server;
    uint8_t datagram[1 << 16];
    struct world_found found;
};

static uint64_t draw(struct world *world, uint64_t low, uint64_t high)
{
    return chance_between(&world->chance, low, high);
}

static bool falls(struct world *world, uint32_t of_1000)
{
    return draw(world, 1, 1000) <= of_1000;
}

static bool weather_bad(const struct world *world)
{
    return world->now < world->begin + world->plan.weather.bad_ns;
}

/* Events. */

static bool before(const struct event *a, const struct event *b)
{
    return a->ns != b->ns ? a->ns < b->ns : a->order < b->order;
}

static void event_add(struct world *world, nanos_t in_ns, struct event event)
{
    if (world->events == EVENTS_MAX) abort();
    event.ns = world->now + in_ns;
    event.order = world->made++;
    uint32_t at = world->events++;
    for (; at > 0 && before(&event, &world->event[(at - 1) / 2]); at = (at - 1) / 2)
        world->event[at] = world->event[(at - 1) / 2];
    world->event[at] = event;
}

static struct event event_take(struct world *world)
{
    struct event first = world->event[0], last = world->event[--world->events];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= world->events) break;
        if (child + 1 < world->events && before(&world->event[child + 1], &world->event[child]))
            child++;
        if (before(&last, &world->event[child])) break;
        world->event[at] = world->event[child];
        at = child;
    }
    world->event[at] = last;
    return first;
}

/* Datagrams. */

static uint32_t datagram_write(struct world *world, const struct event *event)
{
    const struct plain_day *day = world->plan.day;
    uint8_t *bytes = world->datagram;
    memcpy(bytes, event->other_session ? "YESTERDAY " : "TODAY  1  ", 10);
    bytes[7] = (uint8_t)(bytes[7] + (event->other_session ? 0 : event->session));
    for (int i = 0; i < 8; i++) bytes[10 + i] = (uint8_t)(event->first >> (56 - 8 * i));
    bytes[18] = (uint8_t)(event->count >> 8);
    bytes[19] = (uint8_t)event->count;
    if (event->count == 0 || event->count == 0xffff) return 20;
    size_t from = day->at[event->first], to = day->at[event->first + event->count];
    memcpy(bytes + 20, day->bytes + from, to - from);
    if (event->broken) bytes[21] ^= 0x15; /* the first block's length */
    return (uint32_t)(20 + to - from);
}

/* How many messages from first on fit a datagram, at most count. */
static uint32_t messages_fit(const struct plain_day *day, uint64_t first, uint64_t count)
{
    uint32_t fit = 0;
    while (fit < count && first + fit <= day->count &&
           day->at[first + fit + 1] - day->at[first] <= PACK_BYTES)
        fit++;
    return fit;
}

static void publish(struct world *world)
{
    const struct weather *weather = &world->plan.weather;
    uint64_t left = world->plan.day->count + 1 - world->published;
    struct event event = {
        .what = LINE_BRINGS, .first = world->published, .session = world->session};
    bool ends = weather->restart_ns > 0 && world->session == 0 &&
                world->now >= world->begin + weather->restart_ns;
    if (ends) event.count = 0xffff;
    else event.count = messages_fit(world->plan.day, event.first, left ? draw(world, 1, 6) : 0);
    for (uint32_t line = 0; line < 2; line++) {
        event.of = line;
        bool unheard = event.first < weather->joins;
        if (unheard || (weather_bad(world) && falls(world, weather->loss[line]))) continue;
        event_add(world, draw(world, 1000, weather->delay_ns), event);
        if (weather_bad(world) && falls(world, weather->repeat))
            event_add(world, draw(world, 1000, 5 * weather->delay_ns), event);
    }
    if (ends && ++world->ends == 40) {
        world->session++;
        world->published = 1;
    }
    if (!ends) world->published += event.count;
    world->publish_ns =
        world->now + (left ? draw(world, 1000, world->plan.datagram_ns) : 10 * NANOS_MILLI);
}

/* Retransmission servers. */

static void request_answer(struct world *world, const struct event *request)
{
    enum server_temper temper =
        weather_bad(world) ? world->plan.weather.server[request->of] : TEMPER_GOOD;
    if (temper == TEMPER_MOODY) temper = (enum server_temper)draw(world, 0, TEMPER_MOODY - 1);
    struct event reply = {.what = REPLY_ARRIVES,
                          .of = request->of,
                          .first = request->first,
                          .session = request->session};
    if (request->session != world->session) return; /* it knows only today's */
    nanos_t in_ns = draw(world, 50000, 2000000);
    uint64_t count = request->count;
    if (temper == TEMPER_DEAD) return;
    if (temper == TEMPER_SLOW) in_ns = draw(world, 5 * NANOS_MILLI, 100 * NANOS_MILLI);
    if (temper == TEMPER_OTHER_RANGE) reply.first = draw(world, 1, world->published);
    if (temper == TEMPER_PARTIAL) count = draw(world, 1, count);
    reply.other_session = temper == TEMPER_OTHER_SESSION;
    reply.broken = temper == TEMPER_BAD_BYTES;
    if (reply.first >= world->published) return;
    if (count > world->published - reply.first) count = world->published - reply.first;
    reply.count = messages_fit(world->plan.day, reply.first, count);
    if (reply.count > 0) event_add(world, in_ns, reply);
}

/* GLIMPSE servers. */

static void spin_make(struct world *world, enum snapshot_temper temper)
{
    uint64_t last = world->published - 1;
    if (temper == TEMPER_OLD) last -= draw(world, 0, last < 800 ? last : 800);
    plain_state_after(world->state, world->plan.day, last);
    uint8_t *at = world->spin;
    snprintf((char *)at, 34, "%c%c%c%10s%20d", 0, 31, 'A', "GLIMPSE01", 1);
    size_t bytes = 33;
    if (temper == TEMPER_NONSENSE) {
        bool framed = falls(world, 500); /* a packet well formed, with a message that is none */
        for (int i = 0; i < 40; i++) at[bytes + i] = (uint8_t)draw(world, 0, 255);
        if (framed) memcpy(at + bytes, "\0\x26SD", 4);
        bytes += 40;
    }
    bytes += plain_glimpse_spin(world->state, world->plan.day, last + 1, at + bytes);
    if (bytes > SPIN_BYTES) abort();
    world->spin_bytes = bytes;
    world->spin_sent = 0;
    if (temper == TEMPER_BREAKS) world->spin_bytes = draw(world, 0, bytes - 1);
}

static enum snapshot_temper temper_now(struct world *world)
{
    if (!weather_bad(world)) return TEMPER_WELL;
    enum snapshot_temper temper = world->plan.weather.snapshot[world->connection_server];
    return temper == TEMPER_ANY ? (enum snapshot_temper)draw(world, 0, TEMPER_ANY - 1) : temper;
}

static void spin_asked(struct world *world)
{
    enum snapshot_temper temper = temper_now(world);
    if (temper == TEMPER_SILENT) return;
    spin_make(world, temper);
    nanos_t in_ns = 0;
    struct event event = {.what = TCP_BYTES, .connection = world->connection};
    for (size_t sent = 0; sent < world->spin_bytes; sent += event.count) {
        uint64_t most = draw(world, 0, 3) ? 1460 : 7;
        event.count = (uint32_t)draw(world, 1, most);
        if (event.count > world->spin_bytes - sent)
            event.count = (uint32_t)(world->spin_bytes - sent);
        in_ns += draw(world, 1000, temper == TEMPER_LATE ? 20 * NANOS_MILLI : 20000);
        event_add(world, in_ns, event);
    }
    event.what = TCP_DOWN;
    if (temper == TEMPER_BREAKS) event_add(world, in_ns + 1000, event);
}

static void tcp_connect(struct world *world, uint32_t server)
{
    world->connection++;
    world->connection_server = server;
    enum snapshot_temper temper = temper_now(world);
    struct event event = {.what = temper == TEMPER_REFUSES ? TCP_DOWN : TCP_UP,
                          .connection = world->connection};
    if (temper == TEMPER_SILENT && falls(world, 500)) return;
    event_add(world, draw(world, 50000, 1000000), event);
}

/* The receiver. */

static void drain(struct world *world)
{
    struct channel_output output;
    enum channel_step step;
    while ((step = channel_next(world->channel, world->now, &output)) != CHANNEL_NOTHING) {
        if (step == CHANNEL_RUN) {
            feed_run(world->feed, &output.run);
            continue;
        }
        feed_step(world->feed, step, &output, world->now);
        recovery_step(world->recovery, step, &output, world->now);
    }
}

static void request_send(struct world *world, const struct recovery_output *output)
{
    if (world->requests == REQUESTS_MAX || output->length != 20) abort();
    struct event event = {.what = REQUEST_ARRIVES, .of = output->server};
    for (int i = 0; i < 8; i++) event.first = event.first << 8 | output->bytes[10 + i];
    event.count = (uint32_t)output->bytes[18] << 8 | output->bytes[19];
    event.session = (uint32_t)(output->bytes[7] - '1');
    world->found.too_long += event.count > world->plan.recovery.request_messages;
    world->request_ns[world->requests++] = world->now;
    uint64_t within = 0;
    for (uint32_t i = world->requests; i-- > 0; within++)
        if (world->now - world->request_ns[i] >= NANOS_SECOND) break;
    if (within > world->found.rate_max) world->found.rate_max = within;
    if (weather_bad(world) && falls(world, world->plan.weather.request_loss)) return;
    event_add(world, draw(world, 50000, 500000), event);
}

static void turn(struct world *world)
{
    struct recovery_output output;
    enum recovery_action action;
    drain(world);
    while ((action = recovery_turn(world->recovery, world->now, &output)) != RECOVERY_NOTHING) {
        switch (action) {
        case RECOVERY_REQUEST: request_send(world, &output); break;
        case RECOVERY_CONNECT: tcp_connect(world, output.server); break;
        case RECOVERY_CLOSE: world->connection++; break;
        case RECOVERY_WRITE:
            if (output.bytes[2] == 'L')
                event_add(world, 100000,
                          (struct event){.what = TCP_ASKED, .connection = world->connection});
            recovery_written(world->recovery, output.length);
            break;
        case RECOVERY_NOTHING: break;
        }
    }
    drain(world);
}

static void event_happen(struct world *world, const struct event *event)
{
    struct arrival arrival = {.ns = world->now};
    uint32_t length;
    if (event->what >= TCP_UP && event->connection != world->connection) return;
    switch (event->what) {
    case LINE_BRINGS:
        length = datagram_write(world, event);
        (void)channel_receive(world->channel, (enum channel_line)event->of, world->datagram, length,
                              arrival);
        break;
    case REQUEST_ARRIVES: request_answer(world, event); break;
    case REPLY_ARRIVES:
        length = datagram_write(world, event);
        (void)recovery_reply(world->recovery, world->datagram, length, arrival);
        break;
    case TCP_UP: recovery_connected(world->recovery, world->now); break;
    case TCP_ASKED: spin_asked(world); break;
    case TCP_BYTES:
        recovery_bytes(world->recovery, world->spin + world->spin_sent, event->count, world->now);
        world->spin_sent += event->count;
        break;
    case TCP_DOWN:
        world->connection++;
        recovery_disconnected(world->recovery, world->now);
        break;
    }
}

/* Looking at books. */

struct looked {
    const struct plain_state *state;
    uint32_t at; /* where the search goes on */
    uint16_t locate;
    char side;
    uint32_t price_e4;
    uint64_t count;
    bool good;
};

/* Orders of a level come in the order of their places, so each is behind the one before. */
static void order_look(void *context, const struct book_order *order)
{
    struct looked *looked = context;
    if (order->price_e4 != looked->price_e4) looked->at = 0;
    looked->price_e4 = order->price_e4;
    looked->count++;
    for (uint32_t i = looked->at; i < looked->state->orders; i++) {
        const struct plain_order *plain = &looked->state->order[i];
        if (plain->ref != order->ref) continue;
        looked->good &= plain->shares == order->qty && plain->price_e4 == order->price_e4 &&
                        plain->locate == looked->locate && plain->side == looked->side;
        looked->at = i + 1;
        return;
    }
    looked->good = false;
}

bool world_books_are(struct feed *feed, const struct plain_day *day, struct plain_state *state,
                     uint64_t messages)
{
    plain_state_after(state, day, messages);
    feed_flush(feed);
    struct looked looked = {.state = state, .good = true};
    for (uint32_t locate = 1; locate < state->locates; locate++)
        for (int side = 0; side < 2; side++) {
            looked.locate = (uint16_t)locate;
            looked.side = side ? 'S' : 'B';
            looked.price_e4 = 0;
            book_each(feed_book(feed), locate, side ? SIDE_SELL : SIDE_BUY, order_look, &looked);
        }
    return looked.good && looked.count == state->orders;
}

static void books_look(struct world *world)
{
    if (feed_channel_state(world->feed) != MARKET_LIVE) return;
    world->found.looked++;
    uint64_t next = channel_next_sequence(world->channel);
    if (!world_books_are(world->feed, world->plan.day, world->state, next - 1))
        world->found.not_so++;
}

/* Everything. */

static bool complete(const struct world *world)
{
    const char *name = channel_session_name(world->channel);
    return world->published > world->plan.day->count && !weather_bad(world) && name &&
           (uint32_t)(name[7] - '1') == world->session &&
           channel_next_sequence(world->channel) == world->published &&
           feed_channel_state(world->feed) == MARKET_LIVE;
}

struct world_found world_run(struct world *world, nanos_t limit_ns)
{
    nanos_t end = world->begin + world->plan.weather.bad_ns;
    for (uint64_t step = 0; world->now < end + limit_ns && !complete(world); step++) {
        nanos_t next = world->tick_ns < world->publish_ns ? world->tick_ns : world->publish_ns;
        if (world->events > 0 && world->event[0].ns <= next) {
            world->now = world->event[0].ns;
            struct event event = event_take(world);
            event_happen(world, &event);
        } else {
            world->now = next;
            if (next == world->publish_ns) publish(world);
            else world->tick_ns = next + TICK_NS;
        }
        turn(world);
        if (step % 64 == 0) {
            channel_verify(world->channel);
            recovery_verify(world->recovery);
        }
        if (step % 1024 == 0) books_look(world);
    }
    if (complete(world)) world->found.live_ns = world->now > end ? world->now - end + 1 : 1;
    books_look(world);
    book_verify(feed_book(world->feed));
    return world->found;
}

static void *room(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    if (!memory) abort();
    return memory;
}

struct world *world_new(const struct world_plan *plan, uint64_t seed)
{
    struct world *world = calloc(1, sizeof *world);
    if (!world) abort();
    world->plan = *plan;
    world->chance.state = seed;
    world->begin = world->now = 1000 * NANOS_SECOND;
    world->publish_ns = world->tick_ns = world->now;
    world->published = 1;
    world->event = room(EVENTS_MAX * sizeof *world->event);
    world->spin = room(SPIN_BYTES + 64);
    world->state = plain_state_new(ORDERS_MAX, plan->feed.book.instruments);
    world->memory[0] = room(channel_footprint(&plan->channel));
    world->memory[1] = room(feed_footprint(&plan->feed));
    world->memory[2] = room(recovery_footprint(&plan->recovery));
    world->channel = channel_new(world->memory[0], &plan->channel);
    world->feed = feed_new(world->memory[1], &plan->feed);
    world->recovery = recovery_new(world->memory[2], &plan->recovery, world->channel, world->feed);
    return world;
}

void world_free(struct world *world)
{
    for (int i = 0; i < 3; i++) free(world->memory[i]);
    plain_state_free(world->state);
    free(world->event);
    free(world->spin);
    free(world);
}

struct feed *world_feed(struct world *world)
{
    return world->feed;
}

struct channel *world_channel(struct world *world)
{
    return world->channel;
}

struct recovery *world_recovery(struct world *world)
{
    return world->recovery;
}
