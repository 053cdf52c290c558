/* Orders of accounts on their way to the server: whatever it takes and whenever it is there, what
 * it is told of an order adds up to what was reported, and ends with the newest.  What would be
 * sent is read by hiredis and jansson. */

#include "control/redis/redis_layout.h"
#include "tests/redis/redis_rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOTS  32768u
#define ORDERS 12u
#define LATER  (UINT64_MAX / 2)

enum { FAST, SLOW, CHANNELS };

static struct config_redis config;
static const struct redis_listed listed[] = {{"ACME"}, {"BOLT"}};
static struct redis_names names;
static struct redis *redis;
static struct spsc *reports, *copy;
static struct counter lost;

/* Of each order, as reported and as told. */
struct known {
    uint64_t number, reports;
    qty_t traded, executed, leaves;
};
static struct known reported[ORDERS], told[CHANNELS][ORDERS];
static uint64_t number, published[CHANNELS], merged, others;
static char newest[CHANNELS][REDIS_SAY_BYTES];

static void say(void *context, const char *sentence)
{
    (void)context;
    (void)sentence;
}

static struct spsc *ring_new(uint32_t slots, uint32_t slot_bytes)
{
    const struct spsc_limits limits = {.slots = slots, .slot_bytes = slot_bytes};
    size_t bytes = ALIGN_UP(spsc_footprint(&limits), CACHE_LINE);
    return spsc_new(memset(aligned_alloc(CACHE_LINE, bytes), 0, bytes), &limits);
}

static void before_each(void)
{
    memset(&config, 0, sizeof config);
    snprintf(config.fast.channel, sizeof config.fast.channel, "order.updates");
    snprintf(config.account_fast.channel, sizeof config.account_fast.channel, "fast");
    snprintf(config.account_slow.channel, sizeof config.account_slow.channel, "slow");
    config.fast.batch = 256;
    config.account_fast.batch = 256;
    config.account_slow.batch = 64;
    config.account_slow.delay_ms = 250;
    names = rig_names;
    names.listings = ARRAY_COUNT(listed);
    names.listed = listed;
    memset(&lost, 0, sizeof lost);
    redis = calloc(1, sizeof *redis);
    redis->config = &config;
    reports = ring_new(SLOTS, sizeof(struct entry_report));
    copy = ring_new(8, sizeof(struct gateway_report));
    redis->plan = (struct redis_plan){.loop = ev_loop_new(EVFLAG_AUTO),
                                      .config = &config,
                                      .names = &names,
                                      .copy = copy,
                                      .reports = reports,
                                      .reports_lost = &lost,
                                      .calls = {.say = say}};
    redis_push_new(redis);
    redis->push.state = REDIS_LINK_READY;
    memset(reported, 0, sizeof reported);
    memset(told, 0, sizeof told);
    memset(published, 0, sizeof published);
    memset(newest, 0, sizeof newest);
    number = merged = others = 0;
}

static void after_each(void)
{
    redis->push.state = REDIS_LINK_DOWN;
    redis_link_free(&redis->push);
    redis_outbox_free(&redis->outbox);
    redis_lane_free(&redis->fast);
    redis_lane_free(&redis->slow);
    redis_lane_free(&redis->balance);
    redis_accounts_free(redis);
    redis_account_orders_free(redis);
    ev_loop_destroy(redis->plan.loop);
    free(reports);
    free(copy);
    free(redis);
}

/* The venue. */

static order_id_t order_of(uint32_t which)
{
    return ((order_id_t)(which % 3) + 1) << 32 | (which + 1);
}

static struct entry_report report_of(uint32_t which, enum entry_report_kind kind)
{
    return (struct entry_report){.number = ++number,
                                 .at = 77,
                                 .order = order_of(which),
                                 .price = 10 * PRICE_ONE,
                                 .account = which % 3,
                                 .kind = (uint8_t)kind,
                                 .token = "tok           "};
}

static void report_put(const struct entry_report *report)
{
    struct entry_report *slot = spsc_claim(reports);
    EXPECT(slot != NULL);
    *slot = *report;
    spsc_publish(reports);
}

/* Something happens to the order. */
static void happens(struct chance *chance, uint32_t which)
{
    struct known *is = &reported[which];
    uint64_t what = chance_between(chance, 0, 2);
    struct entry_report report = report_of(which, ENTRY_REPORT_ACCEPTED);
    report.qty = (qty_t)chance_between(chance, 1, 100) * QTY_ONE;
    if (is->leaves > 0 && what > 0) {
        report.kind = what == 1 ? ENTRY_REPORT_EXECUTED : ENTRY_REPORT_REDUCED;
        if (report.qty > is->leaves) report.qty = is->leaves;
        is->leaves -= report.qty;
        is->executed += what == 1 ? report.qty : 0;
        is->traded += what == 1 ? report.qty : 0;
    } else {
        is->leaves += report.qty;
    }
    report.executed = is->executed;
    report.leaves = is->leaves;
    is->number = report.number;
    is->reports++;
    report_put(&report);
}

/* The server. */

static int64_t units_of(json_t *object, const char *field)
{
    return (int64_t)(strtod(json_string_value(json_object_get(object, field)), NULL) * 1e8);
}

static void update_read(uint32_t channel, const char *text)
{
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    EXPECT(object != NULL);
    uint64_t order = (uint64_t)json_integer_value(json_object_get(object, "order"));
    uint64_t count = (uint64_t)json_integer_value(json_object_get(object, "reports"));
    uint64_t at = (uint64_t)json_integer_value(json_object_get(object, "number"));
    snprintf(newest[channel], sizeof newest[channel], "%s", text);
    published[channel]++;
    merged += count - 1;
    uint32_t which = (uint32_t)order - 1;
    if (which < ORDERS) {
        struct known *is = &told[channel][which];
        EXPECT(order == order_of(which) && at > is->number);
        EXPECT_UINT(json_integer_value(json_object_get(object, "account")), which % 3);
        is->number = at;
        is->reports += count;
        is->traded += units_of(object, "traded");
        is->executed = units_of(object, "executed");
        is->leaves = units_of(object, "leaves");
    }
    json_decref(object);
}

static void server_reads(void)
{
    void *at = NULL;
    redisReader *reader = redisReaderCreate();
    redisReaderFeed(reader, redis->push.out, redis->push.out_bytes);
    while (redisReaderGetReply(reader, &at) == REDIS_OK && at) {
        const redisReply *command = at;
        const char *channel = command->element[1]->str;
        if (strcmp(channel, "fast") == 0) update_read(FAST, command->element[2]->str);
        else if (strcmp(channel, "slow") == 0) update_read(SLOW, command->element[2]->str);
        else others++;
        freeReplyObject(at);
    }
    redisReaderFree(reader);
    redis->push.out_bytes = 0;
    redis->push.replies.count = 0;
    redis->pushed = 0;
}

static void turn(void)
{
    redis_account_orders_take(redis);
    redis_account_orders_send(redis, LATER);
    if (redis_link_ready(&redis->push)) server_reads();
}

static void server_is(bool there)
{
    redis->push.state = there ? REDIS_LINK_READY : REDIS_LINK_DOWN;
}

static void all_is_told(void)
{
    for (uint32_t channel = 0; channel < CHANNELS; channel++)
        for (uint32_t i = 0; i < ORDERS; i++)
            EXPECT(memcmp(&told[channel][i], &reported[i], sizeof reported[i]) == 0);
}

/* Random orders; a server that comes and goes; a loop that looks seldom. */
static void day_play(uint64_t seed)
{
    struct chance chance = {seed};
    config.account_fast.batch = (uint32_t)chance_between(&chance, 1, 4);
    config.account_slow.batch = (uint32_t)chance_between(&chance, 1, 4);
    for (uint32_t step = 0; step < 600; step++) {
        happens(&chance, (uint32_t)chance_between(&chance, 0, ORDERS - 1));
        if (chance_between(&chance, 1, 20) == 1) server_is(chance_between(&chance, 0, 2) > 0);
        if (chance_between(&chance, 1, 6) == 1) turn();
    }
    server_is(true);
    for (uint32_t i = 0; i < 2 * ORDERS; i++) turn();
    all_is_told();
    EXPECT(redis_account_orders_told(redis));
    EXPECT(redis->account_slow.count == 0);
    EXPECT(published[FAST] < 600 && published[SLOW] < published[FAST]);
    EXPECT(merged > 0 && redis->counts.account_report == 600);
}

SPEC(what_is_told_of_an_order_adds_up_whenever_the_server_is_there)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        day_play(seed);
        after_each();
        before_each();
    }
}

SPEC(without_a_delay_each_report_is_told_by_itself_in_its_order)
{
    struct chance chance = {7};
    for (uint32_t i = 0; i < 200; i++) happens(&chance, i % 2);
    redis_account_orders_take(redis);
    server_reads();
    EXPECT_UINT(published[FAST], 200);
    EXPECT_UINT(merged, 0);
    EXPECT_UINT(published[SLOW], 0);
    EXPECT(told[FAST][1].number == 200 && told[FAST][0].number == 199);
    redis_account_orders_send(redis, LATER);
    server_reads();
    EXPECT_UINT(published[SLOW], 2);
    EXPECT_UINT(merged, 198);
    all_is_told();
}

SPEC(with_a_delay_the_first_one_waits_for_more)
{
    redis_lane_free(&redis->account_fast);
    config.account_fast.delay_ms = 60000;
    redis_lane_new(&redis->account_fast, 60000 * NANOS_MILLI, redis_account_order_merge);
    struct chance chance = {7};
    for (uint32_t i = 0; i < 20; i++) happens(&chance, 3);
    redis_account_orders_take(redis);
    redis_account_orders_send(redis, (nanos_t)(redis_seconds() * 1e9));
    server_reads();
    EXPECT_UINT(published[FAST], 0);
    redis_account_orders_send(redis, LATER);
    server_reads();
    EXPECT_UINT(published[FAST], 1);
    all_is_told();
}

SPEC(what_a_server_that_is_away_misses_is_the_newest_of_each_order)
{
    server_is(false);
    struct entry_report report = report_of(0, ENTRY_REPORT_ACCEPTED);
    report.qty = report.leaves = 100 * QTY_ONE;
    report_put(&report);
    turn();
    report = report_of(0, ENTRY_REPORT_EXECUTED);
    report.qty = report.executed = 60 * QTY_ONE;
    report.leaves = 40 * QTY_ONE;
    report_put(&report);
    turn();
    report = report_of(0, ENTRY_REPORT_CANCELED);
    report.executed = 60 * QTY_ONE;
    report.qty = 40 * QTY_ONE;
    report.reason = MATCH_BY_USER;
    report_put(&report);
    turn();
    EXPECT_UINT(published[FAST], 0);
    EXPECT(!redis_account_orders_told(redis));
    server_is(true);
    turn();
    EXPECT_UINT(published[FAST], 1);
    EXPECT_TEXT(newest[FAST],
                "{\"number\":3,\"account\":0,\"symbol\":\"ACME\",\"order\":4294967297,"
                "\"token\":\"tok\",\"report\":\"canceled\",\"reason\":\"by_user\",\"side\":\"buy\","
                "\"price\":\"10\",\"quantity\":\"40\",\"executed\":\"60\",\"leaves\":\"0\","
                "\"traded\":\"60\",\"reports\":3,\"at\":77}");
    EXPECT_TEXT(newest[SLOW], newest[FAST]);
}

/* So many that no lane holds them: the newest of as many as it has keys, and the rest counted. */
SPEC(more_orders_than_a_lane_has_keys_are_counted_and_the_next_update_has_all)
{
    struct redis_view view;
    server_is(false);
    for (uint32_t i = 0; i < REDIS_LANE_KEYS + 10; i++) {
        struct entry_report report = report_of(i, ENTRY_REPORT_ACCEPTED);
        report.qty = report.leaves = QTY_ONE;
        report_put(&report);
        if (i % 1000 == 0) redis_account_orders_take(redis);
    }
    for (uint32_t i = 0; i < 8; i++) redis_account_orders_take(redis);
    redis_look(redis, &view);
    EXPECT_UINT(view.lane_full, 2 * 10);
    EXPECT_UINT(view.account_report, REDIS_LANE_KEYS + 10);
    server_is(true);
    while (redis->account_fast.count > 0 || redis->account_slow.count > 0) turn();
    EXPECT_UINT(published[FAST], REDIS_LANE_KEYS);
    struct entry_report report = report_of(REDIS_LANE_KEYS + 9, ENTRY_REPORT_EXECUTED);
    report.qty = report.executed = QTY_ONE;
    report_put(&report);
    turn();
    EXPECT(strstr(newest[FAST], "\"executed\":\"1\",\"leaves\":\"0\"") != NULL);
    counter_add(&lost, 5);
    redis_look(redis, &view);
    EXPECT_UINT(view.account_report_lost, 5);
}

SPEC(however_many_orders_accounts_have_the_gateway_s_find_room)
{
    for (uint32_t i = 0; i < 2000; i++) {
        struct entry_report report = report_of(i, ENTRY_REPORT_ACCEPTED);
        report_put(&report);
    }
    redis_account_orders_take(redis);
    EXPECT(redis->account_fast.count > 0); /* the server has not answered */
    struct gateway_report *mine = spsc_claim(copy);
    *mine = (struct gateway_report){.number = 1, .order = 9, .kind = COPY_ACCEPTED};
    spsc_publish(copy);
    redis_reports_take(redis);
    server_reads();
    EXPECT_UINT(others, 1);
    while (!redis_account_orders_told(redis)) turn();
    EXPECT_UINT(published[FAST], 2000);
}

SPEC(what_was_rejected_says_what_is_known_of_it)
{
    struct entry_report report = report_of(0, ENTRY_REPORT_REJECTED);
    report.cause = 1;
    report.instrument = ENTRY_REPORT_NO_INSTRUMENT;
    report.side = ENTRY_REPORT_NO_SIDE;
    report.replaces = 5;
    memset(report.token, ' ', sizeof report.token);
    report_put(&report);
    turn();
    EXPECT_TEXT(newest[FAST],
                "{\"number\":1,\"account\":0,\"order\":4294967297,\"replaces\":5,\"report\":"
                "\"rejected\",\"reason\":\"bad_side\",\"price\":\"10\",\"quantity\":\"0\","
                "\"executed\":\"0\",\"leaves\":\"0\",\"traded\":\"0\",\"reports\":1,\"at\":77}");
    report = report_of(1, ENTRY_REPORT_REJECTED);
    memcpy(report.token, "a\"b\0c\xff        ", sizeof report.token);
    report_put(&report);
    turn();
    EXPECT(strstr(newest[FAST], "\"token\":\"a\\\"b?c?\",") != NULL);
}

#define SPECS(S)                                                                                   \
    S(what_is_told_of_an_order_adds_up_whenever_the_server_is_there)                               \
    S(without_a_delay_each_report_is_told_by_itself_in_its_order)                                  \
    S(with_a_delay_the_first_one_waits_for_more)                                                   \
    S(what_a_server_that_is_away_misses_is_the_newest_of_each_order)                               \
    S(more_orders_than_a_lane_has_keys_are_counted_and_the_next_update_has_all)                    \
    S(however_many_orders_accounts_have_the_gateway_s_find_room)                                   \
    S(what_was_rejected_says_what_is_known_of_it)
SPEC_MAIN("redis: orders of accounts", SPECS, before_each, after_each)
