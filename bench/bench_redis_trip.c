/* An intent of a program outside until the segment of its order is visible on the gateway's port.
 *
 *     redis_trip    client: XADD ──socket──► redis-server ──socket──► loop: control/redis ──ring──►
 *     (core 0)                                                        engine ──► segment (core 1)
 *     redis_rests   the same with an lcore that may back off: it sleeps when the intent comes
 *     redis_inside  ring ──► engine ──► segment: the same intent without Redis
 *     redis_floor   client: XADD ──► redis-server ──► a thread that waits in XREAD
 *
 * Begin is in front of the client's send(), end right behind the flush of the port or the return of
 * recv().  The client reads the reply to its XADD as any would, and rests between two intents for
 * so long that nothing is under way.  They are measured in turn, so that what the machine does
 * meanwhile is done to all.
 *
 *     redis_rate    a client that sends as fast as its window lets it: nanoseconds an intent, from
 *                   the first one until all are answered and all answers are in their stream */

#include "bench/bench_redis.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    TRIPS = 3000,
    ROUNDS = 5,
    PAUSE_NS = 300 * NANOS_MICRO,
    PAUSE_MORE_NS = 700 * NANOS_MICRO,
    POLL_NS = 50 * NANOS_MICRO,
    TRIP_BOUND_NS = 60 * NANOS_MICRO,
    GIVEN_UP_NS = 20 * (int64_t)NANOS_SECOND,
    COMMAND_BYTES = 320,
    RATE_INTENTS = 50000,
    RATE_BOUND_NS = 20 * NANOS_MICRO, /* 50,000 a second */
    RATE_GIVEN_UP_S = 60,
    AT_ONCE = 32,
    WINDOW = 3072,
};
#define FLOOR_RATIO 2.0 /* what is ours is not more than what is Redis's and the kernel's */

static struct redis_desk *desk;
static struct histogram trip, rests, inside, floor_;
static int client;

static uint64_t draw(uint64_t below)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
}

static void rest(void)
{
    redis_desk_sleep(PAUSE_NS + draw(PAUSE_MORE_NS));
}

/* The client. */

static size_t command_make(char *at, const char *stream, const char *message)
{
    int length = snprintf(at, COMMAND_BYTES,
                          "*5\r\n$4\r\nXADD\r\n$%zu\r\n%s\r\n$1\r\n*\r\n$7\r\nmessage\r\n"
                          "$%zu\r\n%s\r\n",
                          strlen(stream), stream, strlen(message), message);
    CHECK(length > 0 && length < COMMAND_BYTES);
    return (size_t)length;
}

static size_t intent_make(char *at, const struct redis_desk_intent *intent)
{
    char message[200];
    long long cents = (long long)(intent->price / (PRICE_ONE / 100));
    (void)snprintf(message, sizeof message,
                   "{\"strategy\": \"%s\", \"sequence\": %llu, \"kind\": \"order\", \"key\": %u, "
                   "\"symbol\": \"%s\", \"side\": \"buy\", \"quantity\": \"100\", "
                   "\"price\": \"%lld.%02lld\"}",
                   REDIS_DESK_STRATEGY, (unsigned long long)intent->sequence, intent->key,
                   REDIS_DESK_SYMBOL, cents / 100, cents % 100);
    return command_make(at, REDIS_DESK_STREAM, message);
}

static void bytes_send(const char *bytes, size_t length)
{
    CHECK(send(client, bytes, length, 0) == (ssize_t)length);
}

/* A reply to an XADD is two lines. */
static void replies_take(uint32_t count)
{
    static char bytes[65536];
    for (uint32_t lines = 0; lines < 2 * count;) {
        ssize_t got = recv(client, bytes, sizeof bytes, 0);
        CHECK(got > 0);
        for (ssize_t i = 0; i < got; i++) {
            CHECK(bytes[i] != '-' || i > 0); /* an error */
            lines += bytes[i] == '\n';
        }
    }
}

/* One intent. */

static uint64_t end_await(_Atomic uint64_t *end)
{
    uint64_t given_up = clock_now() + clock_ticks(bench_clock(), GIVEN_UP_NS), at;
    while ((at = atomic_load_explicit(end, memory_order_acquire)) == 0) {
        CHECK(clock_now() < given_up);
        redis_desk_sleep(POLL_NS);
    }
    return at;
}

static void trip_one(struct histogram *ticks)
{
    char bytes[COMMAND_BYTES];
    const struct redis_desk_intent intent = redis_desk_intent_next(desk);
    size_t length = intent_make(bytes, &intent);
    rest();
    atomic_store(&desk->desk.port.visible_tsc, 0);
    uint64_t begin = clock_now();
    bytes_send(bytes, length);
    replies_take(1);
    uint64_t end = end_await(&desk->desk.port.visible_tsc);
    if (ticks) histogram_record_span(ticks, begin, end);
}

static void trips_measure(uint32_t count, struct histogram *ticks)
{
    for (uint32_t i = 0; i < count / 10 + count; i++) trip_one(i >= count / 10 ? ticks : NULL);
}

/* Without Redis. */

static void inside_one(bool counts)
{
    const struct redis_desk_intent next = redis_desk_intent_next(desk);
    const struct engine_intake say = {.kind = ENGINE_INTAKE_HEAR,
                                      .what = {.strategy = DESK_OUTSIDE,
                                               .symbol = 0,
                                               .sequence = next.sequence,
                                               .place = {.high = next.sequence},
                                               .until = desk_now(&desk->desk) + NANOS_SECOND,
                                               .intent = {.price = next.price,
                                                          .qty = 100 * QTY_ONE,
                                                          .key = next.key,
                                                          .kind = INTENT_ORDER,
                                                          .side = SIDE_BUY}}};
    rest();
    atomic_store(&desk->desk.port.visible_tsc, 0);
    uint64_t begin = clock_now();
    struct engine_intake *slot = spsc_claim(desk->rings.intake);
    CHECK(slot != NULL);
    *slot = say;
    spsc_publish(desk->rings.intake);
    uint64_t end = end_await(&desk->desk.port.visible_tsc);
    const struct engine_intake_answer *answer;
    while (!(answer = spsc_front(desk->rings.answers))) redis_desk_sleep(POLL_NS);
    CHECK(answer->is.hearing == GATEWAY_TAKEN);
    spsc_release(desk->rings.answers);
    if (counts) histogram_record_span(&inside, begin, end);
}

static void insides_measure(uint32_t count)
{
    redis_desk_lcore_start(desk, LCORE_SPIN);
    for (uint32_t i = 0; i < count / 10 + count; i++) inside_one(i >= count / 10);
    redis_desk_lcore_stop(desk);
}

/* Only Redis. */

#define FLOOR_STREAM "floor"

static _Atomic uint64_t floor_end;
static _Atomic bool floor_ends;

/* From the newest entry that it has seen on, so that none is missed between two reads. */
static void *reader_run(void *unused)
{
    static char seen[32] = "0-0";
    char ask[128], answer[1024];
    int reader = redis_desk_client(desk);
    while (!atomic_load(&floor_ends)) {
        int length = snprintf(ask, sizeof ask,
                              "*6\r\n$5\r\nXREAD\r\n$5\r\nBLOCK\r\n$1\r\n0\r\n$7\r\nSTREAMS\r\n"
                              "$%zu\r\n%s\r\n$%zu\r\n%s\r\n",
                              strlen(FLOOR_STREAM), FLOOR_STREAM, strlen(seen), seen);
        CHECK(send(reader, ask, (size_t)length, 0) == length);
        ssize_t got = recv(reader, answer, sizeof answer - 1, 0);
        uint64_t now = clock_now();
        CHECK(got > 0);
        answer[got] = '\0';
        /* One stream, one entry: its number is the seventh line. */
        CHECK(sscanf(answer, "*1 *2 $5 floor *1 *2 $%*d %31s", seen) == 1);
        atomic_store_explicit(&floor_end, now, memory_order_release);
    }
    (void)close(reader);
    return unused;
}

static void floor_one(bool counts)
{
    char bytes[COMMAND_BYTES], message[160];
    memset(message, 'x', sizeof message);
    message[140] = '\0'; /* as long as an intent */
    size_t length = command_make(bytes, FLOOR_STREAM, message);
    rest();
    atomic_store(&floor_end, 0);
    uint64_t begin = clock_now();
    bytes_send(bytes, length);
    replies_take(1);
    uint64_t end = end_await(&floor_end);
    if (counts) histogram_record_span(&floor_, begin, end);
}

static void floors_measure(uint32_t count)
{
    pthread_t reader;
    atomic_store(&floor_ends, false);
    CHECK(pthread_create(&reader, NULL, reader_run, NULL) == 0);
    for (uint32_t i = 0; i < count / 10 + count; i++) floor_one(i >= count / 10);
    atomic_store(&floor_ends, true);
    floor_one(false);
    pthread_join(reader, NULL);
}

/* Many. */

static void window_await(uint64_t answered_before, uint64_t sent, uint64_t window)
{
    uint64_t given_up =
        clock_now() + clock_ticks(bench_clock(), RATE_GIVEN_UP_S * (uint64_t)NANOS_SECOND);
    while (atomic_load(&desk->answered) - answered_before + window < sent ||
           (window == 0 && atomic_load(&desk->waiting) > 0)) {
        CHECK(clock_now() < given_up);
        redis_desk_sleep(NANOS_MILLI / 2);
    }
}

/* What the client sends is made before the clock starts. */
static char *commands;
static size_t command_end[RATE_INTENTS / AT_ONCE];

static void commands_make(uint32_t intents)
{
    size_t length = 0;
    for (uint32_t i = 0; i < intents; i++) {
        const struct redis_desk_intent intent = redis_desk_intent_next(desk);
        length += intent_make(commands + length, &intent);
        command_end[i / AT_ONCE] = length;
    }
}

static double rate_round(uint32_t intents)
{
    commands_make(intents);
    redis_desk_sleep(2 * REDIS_DESK_WATCH_MS * NANOS_MILLI);
    uint64_t before = atomic_load(&desk->answered), begin = clock_now();
    for (uint32_t i = 0; i < intents / AT_ONCE; i++) {
        size_t from = i ? command_end[i - 1] : 0;
        window_await(before, i * AT_ONCE, WINDOW);
        bytes_send(commands + from, command_end[i] - from);
        replies_take(AT_ONCE);
    }
    window_await(before, intents, 0);
    return (double)clock_ns(bench_clock(), clock_now() - begin) / intents;
}

static void rate_measure(void)
{
    double ns[ROUNDS];
    uint32_t intents = (bench_quick() ? RATE_INTENTS / 10 : RATE_INTENTS) / AT_ONCE * AT_ONCE;
    uint32_t rounds = bench_quick() ? 3 : ROUNDS;
    commands = bench_space((size_t)intents * COMMAND_BYTES);
    (void)rate_round(intents);
    for (uint32_t i = 0; i < rounds; i++) ns[i] = rate_round(intents);
    bench_rounds(&(struct bench_rate){.name = "redis_rate",
                                      .what = "intents on a stream, until all are answered",
                                      .items = intents,
                                      .bound_ns = RATE_BOUND_NS},
                 ns, rounds);
}

/* With the loop's thread beside an lcore that spins, or may back off. */
static void loop_measure(enum lcore_idle idle, uint32_t trips, bool rate)
{
    redis_desk_lcore_start(desk, idle);
    redis_desk_loop_start(desk);
    redis_desk_connected(desk);
    trips_measure(trips, idle == LCORE_SPIN ? &trip : &rests);
    if (rate && bench_wanted("redis_rate")) rate_measure();
    redis_desk_loop_stop(desk);
    redis_desk_lcore_stop(desk);
}

void redis_trip_measure(struct redis_desk *of)
{
    static const char *const names[] = {"redis_trip", "redis_rests", "redis_floor", "redis_inside",
                                        "redis_rate"};
    bool wanted = false;
    for (uint32_t i = 0; i < ARRAY_COUNT(names); i++) wanted |= bench_wanted(names[i]);
    if (!wanted) return;
    desk = of;
    client = redis_desk_client(desk);
    uint32_t trips = (bench_quick() ? TRIPS / 10 : TRIPS) / ROUNDS;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        insides_measure(trips);
        floors_measure(trips);
        loop_measure(LCORE_BACK_OFF, trips, false);
        loop_measure(LCORE_SPIN, trips, i == ROUNDS - 1);
    }
    bench_distribution("redis_trip", "XADD to the segment of its order, Unix socket", &trip,
                       TRIP_BOUND_NS);
    bench_distribution("redis_rests", "the same with an lcore that backs off, and sleeps", &rests,
                       0);
    bench_distribution("redis_floor", "XADD to a bare client in XREAD", &floor_, 0);
    bench_distribution("redis_inside", "the same intent in the process to its segment", &inside, 0);
    bench_ratio("redis_trip_floor", "p50 of redis_trip to that of redis_floor",
                bench_median("redis_trip"), bench_median("redis_floor"), FLOOR_RATIO);
    (void)close(client);
}
