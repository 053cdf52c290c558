#include "tests/redis/service_rig.h"

#include <stdio.h>
#include <stdlib.h>

static struct config_redis service_config;
static const struct redis_listed listed[] = {{"ACME"}, {"BOLT"}};
static struct redis_names names;
struct redis *redis;
struct spsc *intake, *answers;
struct conflate *accounts, *own_prices, *prices;
static uint64_t halts, sentences;

static void halt(void *context, const char *why)
{
    (void)context;
    (void)why;
    halts++;
}

static void say(void *context, const char *sentence)
{
    (void)context;
    (void)sentence;
    sentences++;
}

static void *zeroed(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    memset(memory, 0, ALIGN_UP(bytes, CACHE_LINE));
    return memory;
}

static struct spsc *ring_new(uint32_t slot_bytes)
{
    const struct spsc_limits limits = {.slots = SERVICE_SLOTS, .slot_bytes = slot_bytes};
    return spsc_new(zeroed(spsc_footprint(&limits)), &limits);
}

static struct conflate *queue_new(uint32_t keys, uint32_t value_bytes)
{
    const struct conflate_limits limits = {.keys = keys, .value_bytes = value_bytes};
    return conflate_new(zeroed(conflate_footprint(&limits)), &limits);
}

void service_begin(void)
{
    memset(&service_config, 0, sizeof service_config);
    snprintf(service_config.prefix, sizeof service_config.prefix, "pollux.");
    snprintf(service_config.balance.channel, sizeof service_config.balance.channel,
             "balance.updates");
    service_config.balance.batch = 4;
    service_config.prices = true;
    service_config.age_ms = 1000;
    names = rig_names;
    names.listings = ARRAY_COUNT(listed);
    names.listed = listed;
    redis = calloc(1, sizeof *redis);
    redis->config = &service_config;
    redis->plan = (struct redis_plan){
        .loop = ev_loop_new(EVFLAG_AUTO),
        .config = &service_config,
        .names = &names,
        .intake = intake = ring_new(sizeof(struct engine_intake)),
        .answers = answers = ring_new(sizeof(struct engine_intake_answer)),
        .prices = prices = queue_new(4, sizeof(struct engine_price)),
        .accounts = accounts = queue_new(SERVICE_PAIRS, sizeof(struct venue_account)),
        .own_prices = own_prices = queue_new(2, sizeof(struct venue_price)),
        .calls = {.halt = halt, .say = say}};
    redis->rules = (struct redis_rules){.names = &names, .age_ms = 1000};
    redis->ticket = calloc(REDIS_TICKETS, sizeof *redis->ticket);
    redis->desk = calloc(1, sizeof *redis->desk);
    redis->desks = 1;
    redis->desk->on = true;
    redis->desk->ack = calloc(REDIS_ACKS, sizeof *redis->desk->ack);
    snprintf(redis->desk->answers, sizeof redis->desk->answers, "pollux.answers.desk");
    snprintf(redis->kept, sizeof redis->kept, "10");
    snprintf(redis->positions_key, sizeof redis->positions_key, "pollux.positions");
    redis_push_new(redis);
    redis->push.state = REDIS_LINK_READY;
}

void service_end(void)
{
    redis->push.state = REDIS_LINK_DOWN;
    redis_link_free(&redis->push);
    redis_outbox_free(&redis->outbox);
    redis_lane_free(&redis->fast);
    redis_lane_free(&redis->slow);
    redis_lane_free(&redis->balance);
    redis_accounts_free(redis);
    ev_loop_destroy(redis->plan.loop);
    free(intake);
    free(answers);
    free(accounts);
    free(own_prices);
    free(prices);
    free(redis->desk->ack);
    free(redis->desk);
    free(redis->ticket);
    free(redis);
}
