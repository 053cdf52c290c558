/* The way to the server: what must arrive, lanes, prices, keys. */

#include "control/redis/redis_layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum asked { ASKED_OUTBOX, ASKED_PUSH, ASKED_KILL, ASKED_KEY };

static void ready(void *context)
{
    struct redis *redis = context;
    redis->state_told = false;
    memset(redis->position, 0, sizeof redis->position);
    redis_accounts_again(redis);
    redis_push_second(redis);
    redis_push_step(redis);
}

static void lost(void *context, const char *why)
{
    struct redis *redis = context;
    redis_outbox_rewind(&redis->outbox);
    redis->counts.unpushed += redis->pushed;
    redis->pushed = 0;
    redis_sentence(redis, "redis: nothing is told: %s", why);
}

/* What must arrive. */

void redis_outbox_say(struct redis *redis, uint32_t words, const char *const *word,
                      const size_t *length)
{
    const struct redis_words command = {words, word, length};
    char *place = redis_outbox_claim(&redis->outbox, redis_words_bytes(&command));
    if (place) redis_words_put(&command, place);
    else redis->counts.unanswered++;
}

/* What must arrive can wait where it is, so it leaves room for what cannot. */
static bool outbox_room(const struct redis *redis)
{
    return redis_replies_left(&redis->push.replies) > REDIS_PUSH_KEPT &&
           redis->push.out_bytes < REDIS_LINK_OUT_BYTES / 2;
}

static void outbox_send(struct redis *redis)
{
    const struct redis_command *command;
    while (outbox_room(redis) && (command = redis_outbox_next(&redis->outbox)) != NULL) {
        if (redis_link_send(&redis->push, ASKED_OUTBOX, command->bytes, command->length)) continue;
        redis_outbox_unsend(&redis->outbox);
        return;
    }
}

/* An error that passes loses the link, which then sends all of it again. */
static void outbox_answer(struct redis *redis, const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ERROR) {
        redis_link_refused(&redis->push, reply);
        if (redis_error_passes(redis_error_of(reply))) return;
        redis->counts.turned_down++;
    } else {
        redis_link_worked(&redis->push);
    }
    redis_outbox_answered(&redis->outbox);
}

/* Lanes. */

void redis_push_say(struct redis *redis, uint32_t words, const char *const *word)
{
    bool said = redis_link_say(&redis->push, ASKED_PUSH, words, word);
    redis->pushed += said;
    redis->counts.unpushed += !said;
}

void redis_push_publish(struct redis *redis, const char *channel, const char *json)
{
    const char *const word[] = {"PUBLISH", channel, json};
    redis->counts.pushed++;
    redis_push_say(redis, 3, word);
}

bool redis_push_room(const struct redis *redis)
{
    return redis_link_ready(&redis->push) && redis->pushed < REDIS_PUSHED_MOST &&
           redis->push.out_bytes < REDIS_LINK_OUT_BYTES / 2;
}

static void orders_send(struct redis *redis, struct redis_lane *lane, const char *channel,
                        uint32_t batch, nanos_t now)
{
    struct redis_order_update update;
    for (uint32_t i = 0; i < batch && redis_push_room(redis); i++) {
        if (!redis_lane_take(lane, &update, sizeof update, now)) return;
        char buffer[REDIS_SAY_BYTES];
        struct text json = text_in(buffer, sizeof buffer);
        redis_say_order(&json, redis->plan.names, &update);
        redis_push_publish(redis, channel, buffer);
    }
}

static void balances_send(struct redis *redis, nanos_t now)
{
    struct redis_balance_update update;
    for (uint32_t i = 0; i < redis->config->balance.batch && redis_push_room(redis); i++) {
        if (!redis_lane_take(&redis->balance, &update, sizeof update, now)) return;
        char buffer[REDIS_SAY_BYTES];
        struct text json = text_in(buffer, sizeof buffer);
        redis_say_balance(&json, redis->plan.names, &update);
        redis_push_publish(redis, redis->config->balance.channel, buffer);
    }
}

/* Prices. */

void redis_price_send(struct redis *redis, const char *symbol, const struct engine_price *price)
{
    char key[16], channel[16], number[32], buffer[REDIS_SAY_BYTES];
    struct text text = text_in(number, sizeof number), json = text_in(buffer, sizeof buffer);
    (void)snprintf(key, sizeof key, "%s.price", symbol);
    (void)snprintf(channel, sizeof channel, "%s.live", symbol);
    text_decimal(&text, price->price, 8, 2);
    redis_say_price(&json, symbol, price->price, price->qty, price->volume, price->at);
    const char *const set[] = {"SET", key, number};
    redis_push_say(redis, 3, set);
    redis_push_publish(redis, channel, buffer);
}

static void prices_send(struct redis *redis)
{
    struct engine_price price;
    uint32_t key;
    if (!redis->config->prices) return;
    redis_prices_send(redis);
    if (!redis->plan.prices) return;
    while (redis_push_room(redis) && conflate_take(redis->plan.prices, &key, &price)) {
        char symbol[9] = "";
        memcpy(symbol, price.symbol, sizeof price.symbol);
        symbol[strcspn(symbol, " ")] = '\0';
        if (symbol[0] && !redis_price_own(redis, key, symbol))
            redis_price_send(redis, symbol, &price);
    }
}

void redis_push_fast(struct redis *redis)
{
    const struct config_redis_fast *lane = &redis->config->fast;
    nanos_t now = (nanos_t)(redis_seconds() * 1e9);
    orders_send(redis, &redis->fast, lane->channel, lane->batch, now);
}

void redis_push_step(struct redis *redis)
{
    const struct config_redis *config = redis->config;
    nanos_t now = (nanos_t)(redis_seconds() * 1e9);
    outbox_send(redis);
    redis_push_fast(redis);
    balances_send(redis, now);
    redis_accounts_send(redis, now);
    prices_send(redis);
    orders_send(redis, &redis->slow, config->slow.channel, config->slow.batch, now);
    redis_account_orders_send(redis, now);
}

/* Keys. */

static bool key_said(struct redis *redis, uint32_t words, const char *const *word)
{
    return redis_link_say(&redis->push, ASKED_KEY, words, word);
}

static void state_tell(struct redis *redis)
{
    const char *state = redis->plan.calls.state(redis->plan.calls.context);
    const char *const set[] = {"SET", redis->state_key, state};
    const char *const publish[] = {"PUBLISH", redis->state_key, state};
    if (redis->state_told && strcmp(redis->state, state) == 0) return;
    (void)snprintf(redis->state, sizeof redis->state, "%s", state);
    redis->state_told = key_said(redis, 3, set) && key_said(redis, 3, publish);
}

/* Whether number is as it was told; then it is known as it is now. */
static bool position_known(const struct redis *redis, uint32_t number,
                           const struct redis_position *position)
{
    if (number >= REDIS_POSITIONS_KNOWN) return false;
    const struct redis_position *told = &redis->position[number];
    return told->qty == position->qty && strcmp(told->name, position->name) == 0;
}

void redis_positions(struct redis *redis, uint32_t first, const struct redis_position *position,
                     uint32_t count)
{
    CHECK(count <= REDIS_POSITIONS_MAX);
    char value[REDIS_POSITIONS_MAX][32];
    const char *word[2 + 2 * REDIS_POSITIONS_MAX] = {"HSET", redis->positions_key};
    uint32_t words = 2;
    for (uint32_t i = 0; i < count; i++) {
        struct text text = text_in(value[i], sizeof value[i]);
        if (position_known(redis, first + i, &position[i])) continue;
        text_qty(&text, position[i].qty);
        word[words++] = position[i].name;
        word[words++] = value[i];
    }
    if (words == 2 || !key_said(redis, words, word)) return;
    for (uint32_t i = 0; i < count && first + i < REDIS_POSITIONS_KNOWN; i++)
        redis->position[first + i] = position[i];
}

void redis_push_second(struct redis *redis)
{
    const char *const kill[] = {"GET", redis->kill};
    if (!redis_link_ready(&redis->push) || !redis->plan.engine) return;
    state_tell(redis);
    redis->plan.calls.positions(redis->plan.calls.context);
    (void)redis_link_say(&redis->push, ASKED_KILL, 2, kill);
}

/* As long as the key is there it is halted, whoever releases it; also if it is no text. */
static void kill_look(struct redis *redis, const redisReply *reply)
{
    bool other = reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "WRONGTYPE", 9) == 0;
    if (reply->type != REDIS_REPLY_STRING && !other) return;
    if (strcmp(redis->state, "HALTED") == 0) return;
    redis_halt(redis, "the key kill", other ? "" : reply->str, other ? 0 : reply->len);
}

static bool reply_take(void *context, uint32_t tag, const redisReply *reply)
{
    struct redis *redis = context;
    bool error = reply->type == REDIS_REPLY_ERROR;
    switch ((enum asked)tag) {
    case ASKED_OUTBOX: outbox_answer(redis, reply); break;
    case ASKED_PUSH: redis->pushed--; break;
    case ASKED_KILL: kill_look(redis, reply); break;
    case ASKED_KEY: break;
    }
    if (error && tag != ASKED_OUTBOX) redis_link_refused(&redis->push, reply);
    return true;
}

void redis_push_new(struct redis *redis)
{
    const struct config_redis *config = redis->config;
    struct redis_link_plan plan = redis_server_plan(redis);
    plan.ready = ready;
    plan.reply = reply_take;
    plan.lost = lost;
    redis_outbox_new(&redis->outbox);
    redis_lane_new(&redis->fast, config->fast.delay_ms * NANOS_MILLI, redis_order_merge);
    redis_lane_new(&redis->slow, config->slow.delay_ms * NANOS_MILLI, redis_order_merge);
    redis_lane_new(&redis->balance, config->balance.delay_ms * NANOS_MILLI, redis_balance_merge);
    redis_accounts_new(redis);
    redis_account_orders_new(redis);
    redis_link_new(&redis->push, &plan);
}

/* For people. */

static void link_print(struct text *out, const char *name, const struct redis_link *link)
{
    text_format(out, "  %-12s %10" PRIu64 " connections  %10" PRIu64 " lost\n", name,
                link->connections, link->losses);
#define ERROR_PRINT(number, word, begins, passes, sentence)                                        \
    if (link->error[number])                                                                       \
        text_format(out, "  %-12s %10" PRIu64 " errors: %s\n", name, link->error[number], sentence);
    REDIS_ERRORS(ERROR_PRINT)
}

static void lane_print(struct text *out, const char *name, const struct redis_lane *lane)
{
    text_format(out,
                "  %-12s %10" PRIu64 " updates  %10" PRIu64 " merged  %10" PRIu64
                " dropped  %u wait\n",
                name, lane->put, lane->merged, lane->dropped, lane->count);
}

void redis_print(const struct redis *redis, struct text *out)
{
    text_append(out, "\nredis\n");
#define COUNTER_PRINT(name, help)                                                                  \
    if (redis->counts.name)                                                                        \
        text_format(out, "  %-12s %10" PRIu64 "  %s\n", #name, redis->counts.name, help);
    REDIS_COUNTERS(COUNTER_PRINT)
    link_print(out, "streams", &redis->read);
    link_print(out, "channels", &redis->listen);
    link_print(out, "push", &redis->push);
    lane_print(out, "fast", &redis->fast);
    lane_print(out, "slow", &redis->slow);
    lane_print(out, "balance", &redis->balance);
    lane_print(out, "accounts", &redis->accounts);
    if (redis->plan.reports) {
        lane_print(out, "account_fast", &redis->account_fast);
        lane_print(out, "account_slow", &redis->account_slow);
    }
    text_format(out, "  %-12s %10u wait  %10" PRIu64 " sent again\n", "outbox", redis->outbox.count,
                redis->outbox.again);
}
