/* Orders of accounts of the venue in this process.  What they do must not keep the gateway's own
 * updates back, so they have lanes of their own, and leave room on the connection. */

#include "control/redis/redis_layout.h"

#define REPORTS_A_TURN 4096u
#define UNDER_WAY_MOST (REDIS_PUSHED_MOST / 2) /* while so many are, none of these follows */

static_assert(sizeof(struct redis_account_order) <= REDIS_LANE_BYTES, "an order waits in its lane");

void redis_account_orders_new(struct redis *redis)
{
    const struct config_redis *config = redis->config;
    if (!redis->plan.reports) return;
    redis_lane_new(&redis->account_fast, config->account_fast.delay_ms * NANOS_MILLI,
                   redis_account_order_merge);
    redis_lane_new(&redis->account_slow, config->account_slow.delay_ms * NANOS_MILLI,
                   redis_account_order_merge);
}

void redis_account_orders_free(struct redis *redis)
{
    redis_lane_free(&redis->account_fast);
    redis_lane_free(&redis->account_slow);
}

static void orders_send(struct redis *redis, struct redis_lane *lane, const char *channel,
                        uint32_t batch, nanos_t now)
{
    struct redis_account_order update;
    for (uint32_t i = 0; i < batch && redis_push_room(redis); i++) {
        if (redis->pushed >= UNDER_WAY_MOST) return;
        if (!redis_lane_take(lane, &update, sizeof update, now)) return;
        char buffer[REDIS_SAY_BYTES];
        struct text json = text_in(buffer, sizeof buffer);
        redis_say_account_order(&json, redis->plan.names, &update);
        redis_push_publish(redis, channel, buffer);
    }
}

static void fast_send(struct redis *redis, nanos_t now)
{
    const struct config_redis_account_fast *lane = &redis->config->account_fast;
    orders_send(redis, &redis->account_fast, lane->channel, lane->batch, now);
}

void redis_account_orders_send(struct redis *redis, nanos_t now)
{
    const struct config_redis_account_slow *lane = &redis->config->account_slow;
    if (!redis->plan.reports) return;
    fast_send(redis, now);
    orders_send(redis, &redis->account_slow, lane->channel, lane->batch, now);
}

void redis_account_orders_take(struct redis *redis)
{
    if (!redis->plan.reports) return;
    nanos_t now = (nanos_t)(redis_seconds() * 1e9);
    uint32_t ready = spsc_ready(redis->plan.reports, REPORTS_A_TURN);
    for (uint32_t i = 0; i < ready; i++) {
        const struct entry_report *report = spsc_front_at(redis->plan.reports, i);
        const struct redis_account_order update = redis_account_order_of(report);
        const struct redis_lane_key order = {report->account, report->order};
        redis->counts.account_report++;
        redis_lane_put(&redis->account_fast, &order, &update, sizeof update, now);
        redis_lane_put(&redis->account_slow, &order, &update, sizeof update, now);
        /* Each by itself, while the server takes them. */
        if (redis->config->account_fast.delay_ms == 0) fast_send(redis, now);
    }
    spsc_release_many(redis->plan.reports, ready);
}

bool redis_account_orders_told(const struct redis *redis)
{
    return !redis->plan.reports ||
           (redis->account_fast.count == 0 && !spsc_front(redis->plan.reports));
}
