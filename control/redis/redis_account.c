/* What accounts of the venue in this process hold, and the prices of its trades. */

#include "control/redis/redis_layout.h"

#include <stdio.h>
#include <stdlib.h>

#define ACCOUNTS_A_TURN 1024u
#define KEYS_A_TURN     64u

/* Its lane has one key for each pair, so that it always has room. */
static_assert(VENUE_TALLY_PAIRS_MAX <= REDIS_LANE_KEYS, "a pair waits in its lane");

static void pair_merge(void *older, const void *newer)
{
    (void)older;
    (void)newer; /* what it is now is in redis->account */
}

void redis_accounts_new(struct redis *redis)
{
    const struct redis_plan *plan = &redis->plan;
    redis_lane_new(&redis->accounts, redis->config->balance.delay_ms * NANOS_MILLI, pair_merge);
    if (!plan->accounts) return;
    redis->account = calloc(VENUE_TALLY_PAIRS_MAX, sizeof *redis->account);
    redis->feed_own = calloc(CONFLATE_KEYS_MAX, sizeof *redis->feed_own);
    CHECK(redis->account && redis->feed_own);
}

void redis_accounts_free(struct redis *redis)
{
    redis_lane_free(&redis->accounts);
    free(redis->account);
    free(redis->feed_own);
}

static void pair_wait(struct redis *redis, uint32_t pair, nanos_t now)
{
    redis_lane_put(&redis->accounts, &(struct redis_lane_key){0, pair}, &pair, sizeof pair, now);
}

void redis_accounts_take(struct redis *redis)
{
    nanos_t now = (nanos_t)(redis_seconds() * 1e9);
    struct venue_account is;
    uint32_t pair;
    if (!redis->account) return;
    for (uint32_t i = 0; i < ACCOUNTS_A_TURN && conflate_take(redis->plan.accounts, &pair, &is);
         i++) {
        struct redis_account *account = &redis->account[pair];
        if (!account->known) account->told = is.before;
        account->known = true;
        account->is = is;
        if (pair >= redis->pairs) redis->pairs = pair + 1;
        pair_wait(redis, pair, now);
    }
}

/* Keys. */

static void key_tell(struct redis *redis, const struct redis_account *account)
{
    char key[REDIS_KEY_BYTES], field[2][32], value[2][64];
    const char *symbol = redis->plan.names->listed[account->is.instrument].name;
    (void)snprintf(key, sizeof key, "%saccounts.%u", redis->config->prefix, account->is.account);
    (void)snprintf(field[0], sizeof field[0], "%s:position", symbol);
    (void)snprintf(field[1], sizeof field[1], "%s:cash", symbol);
    struct text position = text_in(value[0], sizeof value[0]);
    struct text cash = text_in(value[1], sizeof value[1]);
    redis_say_money(&position, account->is.now.position);
    redis_say_money(&cash, -account->is.now.paid / QTY_ONE);
    const char *const word[] = {"HSET", key, field[0], value[0], field[1], value[1]};
    redis_push_say(redis, ARRAY_COUNT(word), word);
}

void redis_accounts_again(struct redis *redis)
{
    redis->keys_told = 0;
}

static void keys_send(struct redis *redis)
{
    for (uint32_t i = 0; i < KEYS_A_TURN && redis->keys_told < redis->pairs; i++) {
        if (!redis_push_room(redis)) return;
        const struct redis_account *account = &redis->account[redis->keys_told++];
        if (account->known) key_tell(redis, account);
    }
}

/* Changes. */

static int64_t within(venue_paid change)
{
    if (change > INT64_MAX) return INT64_MAX;
    return change < INT64_MIN ? INT64_MIN : (int64_t)change;
}

/* What does not fit into a number is told with the next one.  False: it was all. */
static bool change_tell(struct redis *redis, struct redis_account *account)
{
    const struct venue_account *is = &account->is;
    char buffer[REDIS_SAY_BYTES];
    struct text json = text_in(buffer, sizeof buffer);
    const struct redis_account_update update = {
        .account = is->account,
        .symbol = redis->plan.names->listed[is->instrument].name,
        .position = within((venue_paid)is->now.position - account->told.position),
        .cash = within((account->told.paid - is->now.paid) / QTY_ONE),
        .fills = is->now.trades - account->told.trades,
        .at = is->at};
    bool changed = update.position != 0 || update.cash != 0 || update.fills > 0;
    if (changed) {
        redis_say_account(&json, &update);
        redis_push_publish(redis, redis->config->balance.channel, buffer);
    }
    account->told.position += update.position;
    account->told.paid -= (venue_paid)update.cash * QTY_ONE;
    account->told.trades = is->now.trades;
    key_tell(redis, account);
    return account->told.position != is->now.position || account->told.paid != is->now.paid;
}

void redis_accounts_send(struct redis *redis, nanos_t now)
{
    uint32_t pair;
    if (!redis->account) return;
    keys_send(redis);
    for (uint32_t i = 0; i < redis->config->balance.batch && redis_push_room(redis); i++) {
        if (!redis_lane_take(&redis->accounts, &pair, sizeof pair, now)) return;
        if (change_tell(redis, &redis->account[pair])) pair_wait(redis, pair, now);
    }
}

bool redis_accounts_told(const struct redis *redis)
{
    return !redis->account ||
           (redis->accounts.count == 0 && conflate_waiting(redis->plan.accounts) == 0);
}

/* Prices. */

enum { OWN_UNKNOWN, OWN, OWN_NOT };

bool redis_price_own(struct redis *redis, uint32_t instrument, const char *symbol)
{
    const struct redis_names *names = redis->plan.names;
    if (!redis->feed_own) return false;
    uint8_t *own = &redis->feed_own[instrument];
    if (*own != OWN_UNKNOWN) return *own == OWN;
    *own = OWN_NOT;
    for (uint32_t i = 0; i < names->listings && *own == OWN_NOT; i++)
        if (__builtin_strcmp(names->listed[i].name, symbol) == 0) *own = OWN;
    return *own == OWN;
}

void redis_prices_send(struct redis *redis)
{
    struct venue_price price;
    uint32_t instrument;
    while (redis->account && redis_push_room(redis) &&
           conflate_take(redis->plan.own_prices, &instrument, &price))
        redis_price_send(
            redis, redis->plan.names->listed[instrument].name,
            &(struct engine_price){
                .price = price.price, .qty = price.qty, .volume = price.volume, .at = price.at});
}
