#include "bench/redis_desk.h"

#include "control/config/config.h"
#include "dataplane/gateway/trade_port_ouch50.h"
#include "dataplane/stage/journal_thread_setup.h"
#include "dataplane/strategy/maker.h"

#include <ev.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    HOUSEKEEPING_NS = 5 * NANOS_MILLI,
    RING_SLOTS = 4096,
    COPY_SLOTS = 65536,
    CONNECTED_NS = 20 * (int64_t)NANOS_SECOND,
    POLL_NS = NANOS_MILLI
};

static struct redis_desk *here;
static struct redis *redis;
static struct lcore lcore;
static struct stage wire, feed, engine;
static struct journal_thread journal_thread;
static pthread_t lcore_thread, loop_thread;
static struct ev_loop *loop;
static ev_timer loop_watch;
static _Atomic bool loop_ends;

void redis_desk_sleep(nanos_t ns)
{
    const struct timespec span = {.tv_sec = (time_t)(ns / NANOS_SECOND),
                                  .tv_nsec = (long)(ns % NANOS_SECOND)};
    (void)nanosleep(&span, NULL);
}

/* The lcore. */

static uint32_t wire_turn(void *self, uint64_t tsc)
{
    struct redis_desk *desk = self;
    (void)tsc;
    uint32_t work = peer_turn(&desk->desk.peer);
    return desk->wire_more ? work + desk->wire_more() : work;
}

static void wire_housekeeping(void *self, uint64_t tsc)
{
    struct redis_desk *desk = self;
    (void)tsc;
    peer_tick(&desk->desk.peer);
}

static bool wire_done(const void *self)
{
    (void)self;
    return true;
}

static const struct stage_kind wire_kind = {
    .name = "wire", .turn = wire_turn, .housekeeping = wire_housekeeping, .done = wire_done};

static void *lcore_main(void *unused)
{
    CHECK(bench_pin(1));
    lcore_run(&lcore);
    return unused;
}

void redis_desk_lcore_start(struct redis_desk *desk, enum lcore_idle idle)
{
    char problem[256];
    struct text problems = text_in(problem, sizeof problem);
    wire = (struct stage){.kind = &wire_kind, .self = desk};
    feed = (struct stage){.kind = &feed_stage_kind, .self = desk->desk.feed};
    engine = (struct stage){.kind = &engine_stage_kind, .self = desk->desk.engine};
    const struct lcore_plan plan = {.idle = idle,
                                    .housekeeping_ticks =
                                        clock_ticks(bench_clock(), HOUSEKEEPING_NS),
                                    .halt_ticks = clock_ticks(bench_clock(), NANOS_SECOND),
                                    .stages = 3,
                                    .stage = {&wire, &feed, &engine}};
    lcore_new(&lcore, &plan);
    CHECK(journal_thread_start(&journal_thread, desk->desk.journal, JOURNAL_THREAD_ANY_CPU,
                               &problems));
    CHECK(pthread_create(&lcore_thread, NULL, lcore_main, NULL) == 0);
}

void redis_desk_lcore_stop(struct redis_desk *desk)
{
    (void)desk;
    lcore_halt(&lcore);
    pthread_join(lcore_thread, NULL);
    journal_thread_stop(&journal_thread);
}

/* The loop. */

static void halt(void *context, const char *why)
{
    (void)context;
    fprintf(stderr, "bench: the box is halted: %s\n", why);
    CHECK(false);
}

static void say(void *context, const char *sentence)
{
    (void)context, (void)sentence; /* a server that fails is what is wanted */
}

static void engine_wake(void *context)
{
    (void)context;
    lcore_wake(&lcore);
}

static const char *state(void *context)
{
    (void)context;
    return "ACTIVE";
}

static void positions(void *context)
{
    (void)context; /* a strategy outside has them from its reports */
}

/* What polluxd's loop has beside it, as often. */
static void watch(struct ev_loop *of, ev_timer *timer, int events)
{
    (void)timer, (void)events;
    struct redis_view view;
    redis_look(redis, &view);
    atomic_store(&here->connections, view.connections);
    atomic_store(&here->waiting, view.waiting);
    atomic_store(&here->answered, view.answer);
    if (atomic_load(&loop_ends)) ev_break(of, EVBREAK_ALL);
}

static void *loop_main(void *unused)
{
    ev_run(loop, 0);
    return unused;
}

static const struct config_redis *config_of(const struct redis_desk *desk)
{
    static struct config_redis config = {
        .prefix = "pollux.",
        .group = "pollux",
        .age_ms = 60000,
        .channels = true,
        .prices = true,
        .answers_kept = 10000,
        .fast = {.channel = "order.updates", .batch = 256},
        .slow = {.channel = "order.updates.slow", .delay_ms = 250, .batch = 64},
        .balance = {.channel = "balance.updates", .delay_ms = 50, .batch = 64}};
    (void)snprintf(config.socket, sizeof config.socket, "%s", desk->keeper.path);
    return &config;
}

void redis_desk_loop_open(struct redis_desk *desk)
{
    static const struct redis_strategy strategies[] = {
        {.name = "one"},
        {.name = "two"},
        [DESK_OUTSIDE] = {.name = REDIS_DESK_STRATEGY, .orders = REDIS_DESK_KEYS, .outside = true}};
    static const struct redis_symbol symbols[] = {{.name = "ONE"}, {.name = "TWO"}};
    static const char *const venues[] = {"peer"};
    static const struct redis_names names = {.strategies = ARRAY_COUNT(strategies),
                                             .strategy = strategies,
                                             .symbols = ARRAY_COUNT(symbols),
                                             .symbol = symbols,
                                             .venues = ARRAY_COUNT(venues),
                                             .venue = venues};
    char problem[256];
    struct text problems = text_in(problem, sizeof problem);
    loop = ev_loop_new(EVFLAG_AUTO);
    CHECK(loop != NULL);
    const struct redis_plan plan = {
        .loop = loop,
        .config = config_of(desk),
        .names = &names,
        .engine = desk->desk.engine,
        .journal = desk->desk.journal,
        .intake = desk->rings.intake,
        .answers = desk->rings.answers,
        .copy = desk->rings.copy,
        .prices = desk->rings.prices,
        .calls = {
            .halt = halt, .say = say, .wake = engine_wake, .state = state, .positions = positions}};
    redis = redis_new(&plan, &problems);
    CHECK(redis != NULL);
    const double every = REDIS_DESK_WATCH_MS / 1000.0;
    ev_timer_init(&loop_watch, watch, every, every);
    ev_timer_start(loop, &loop_watch);
}

void redis_desk_loop_turn(void)
{
    (void)ev_run(loop, EVRUN_NOWAIT);
}

void redis_desk_loop_close(void)
{
    ev_timer_stop(loop, &loop_watch);
    redis_free(redis);
    redis = NULL;
    ev_loop_destroy(loop);
}

void redis_desk_loop_start(struct redis_desk *desk)
{
    redis_desk_loop_open(desk);
    atomic_store(&loop_ends, false);
    CHECK(pthread_create(&loop_thread, NULL, loop_main, NULL) == 0);
}

void redis_desk_loop_stop(struct redis_desk *desk)
{
    atomic_store(&loop_ends, true);
    pthread_join(loop_thread, NULL);
    atomic_store(&desk->connections, 0);
    redis_desk_loop_close();
}

void redis_desk_connected(const struct redis_desk *desk)
{
    uint64_t given_up = clock_now() + clock_ticks(bench_clock(), CONNECTED_NS);
    while (atomic_load(&desk->connections) < 3) {
        CHECK(clock_now() < given_up);
        redis_desk_sleep(POLL_NS);
    }
}

/* All of it. */

static struct spsc *ring_new(uint32_t slots, size_t bytes)
{
    const struct spsc_limits limits = {slots, (uint32_t)bytes};
    return spsc_new(peer_space(spsc_footprint(&limits)), &limits);
}

static void rings_make(struct redis_desk *desk)
{
    const struct conflate_limits prices = {DESK_INSTRUMENTS, sizeof(struct engine_price)};
    desk->rings = (struct desk_rings){
        .intake = ring_new(RING_SLOTS, sizeof(struct engine_intake)),
        .answers = ring_new(RING_SLOTS, sizeof(struct engine_intake_answer)),
        .copy = ring_new(COPY_SLOTS, sizeof(struct gateway_report)),
        .prices = conflate_new(peer_space(conflate_footprint(&prices)), &prices)};
}

bool redis_desk_open(struct redis_desk *desk)
{
    if (!keeper_open(&desk->keeper)) return false;
    rings_make(desk);
    const struct desk_wants wants = {.feed = true,
                                     .journal = true,
                                     .orders = REDIS_DESK_KEYS,
                                     .link_frames = 16384,
                                     .port = &trade_port_ouch50,
                                     .maker = &maker_kind,
                                     .rings = &desk->rings};
    here = desk;
    desk_open(&desk->desk, &wants);
    return true;
}

void redis_desk_close(struct redis_desk *desk)
{
    desk_close(&desk->desk);
    keeper_close(&desk->keeper);
}

struct redis_desk_intent redis_desk_intent_next(struct redis_desk *desk)
{
    uint64_t sequence = ++desk->sequence, turn = sequence / REDIS_DESK_KEYS;
    return (struct redis_desk_intent){.sequence = sequence,
                                      .key = (uint32_t)(sequence % REDIS_DESK_KEYS),
                                      .price = DESK_BID - PRICE_ONE -
                                               (price_t)(turn % 8) * (PRICE_ONE / 100)};
}

int redis_desk_client(const struct redis_desk *desk)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    strncpy(at.sun_path, desk->keeper.path, sizeof at.sun_path - 1);
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(made >= 0);
    CHECK(connect(made, (const struct sockaddr *)&at, sizeof at) == 0);
    return made;
}
