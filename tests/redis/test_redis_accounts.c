/* What the service tells of accounts: every change, whenever the server is there; totals, positions
 * and prices.  What it would send is read by hiredis. */

#include "tests/redis/service_rig.h"
#include "tests/support/chance.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* Accounts. */

static venue_paid told_cash[SERVICE_PAIRS], told_position[SERVICE_PAIRS];
static char key_position[SERVICE_PAIRS][64], key_cash[SERVICE_PAIRS][64];
static uint64_t published, keys;
static char last_price[2][64];
static uint32_t positions_told;
static char last_position[64];

static uint32_t pair_named(uint32_t account, const char *symbol)
{
    return (account - 1) * 2 + (strcmp(symbol, "BOLT") == 0);
}

/* "-12.5", in 1e-8. */
static venue_paid units_of(const char *text)
{
    venue_paid units = 0;
    bool minus = *text == '-';
    int places = -1;
    for (text += minus; *text; text++) {
        if (*text == '.') {
            places = 0;
            continue;
        }
        units = units * 10 + (*text - '0');
        places += places >= 0;
    }
    for (places = places < 0 ? 0 : places; places < 8; places++) units *= 10;
    return minus ? -units : units;
}

static void change_read(const char *text)
{
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    uint32_t pair = pair_named((uint32_t)json_integer_value(json_object_get(object, "account")),
                               json_string_value(json_object_get(object, "symbol")));
    told_position[pair] += units_of(json_string_value(json_object_get(object, "position")));
    told_cash[pair] += units_of(json_string_value(json_object_get(object, "cash")));
    published++;
    json_decref(object);
}

static void command_read(const redisReply *command)
{
    const char *word[6] = {""};
    for (size_t i = 0; i < command->elements && i < 6; i++) word[i] = command->element[i]->str;
    if (strcmp(word[0], "PUBLISH") == 0 && strcmp(word[1], "balance.updates") == 0)
        change_read(word[2]);
    if (strcmp(word[0], "SET") == 0)
        snprintf(last_price[strcmp(word[1], "ACME.price") != 0], 64, "%s", word[2]);
    if (strcmp(word[0], "HSET") != 0) return;
    if (strcmp(word[1], "pollux.positions") == 0) {
        positions_told += (uint32_t)(command->elements - 2) / 2;
        snprintf(last_position, sizeof last_position, "%s %s",
                 command->element[command->elements - 2]->str,
                 command->element[command->elements - 1]->str);
        return;
    }
    char symbol[9] = "";
    EXPECT(sscanf(word[2], "%8[A-Z]:position", symbol) == 1);
    uint32_t pair =
        pair_named((uint32_t)strtoul(word[1] + strlen("pollux.accounts."), NULL, 10), symbol);
    snprintf(key_position[pair], 64, "%s", word[3]);
    snprintf(key_cash[pair], 64, "%s", word[5]);
    keys++;
}

/* The server takes all that is under way, and answers. */
static void server_reads(void)
{
    void *at = NULL;
    redisReader *reader = redisReaderCreate();
    redisReaderFeed(reader, redis->push.out, redis->push.out_bytes);
    while (redisReaderGetReply(reader, &at) == REDIS_OK && at) {
        command_read(at);
        freeReplyObject(at);
    }
    redisReaderFree(reader);
    redis->push.out_bytes = 0;
    redis->push.replies.count = 0;
    redis->pushed = 0;
}

static void turn(void)
{
    redis_accounts_take(redis);
    redis_accounts_send(redis, UINT64_MAX / 2);
    if (redis_link_ready(&redis->push)) server_reads();
}

static void server_is(bool there)
{
    redis->push.state = there ? REDIS_LINK_READY : REDIS_LINK_DOWN;
    if (there) redis_accounts_again(redis);
}

static void told_forget(void)
{
    memset(told_cash, 0, sizeof told_cash);
    memset(told_position, 0, sizeof told_position);
    memset(key_position, 0, sizeof key_position);
    memset(key_cash, 0, sizeof key_cash);
    published = keys = 0;
}

static void pair_show(uint32_t pair, const struct venue_total *now,
                      const struct venue_total *before)
{
    const struct venue_account is = {.now = *now,
                                     .before = *before,
                                     .at = 77,
                                     .account = 1 + pair / 2,
                                     .instrument = (uint16_t)(pair % 2)};
    conflate_put(accounts, pair, &is);
}

static void all_is_told(const struct venue_total *now, const struct venue_total *before)
{
    for (uint32_t i = 0; i < SERVICE_PAIRS; i++) {
        EXPECT(told_position[i] == (venue_paid)now[i].position - before[i].position);
        EXPECT(told_cash[i] == (before[i].paid - now[i].paid) / QTY_ONE);
        if (!key_cash[i][0]) continue;
        EXPECT(units_of(key_position[i]) == now[i].position);
        EXPECT(units_of(key_cash[i]) == -now[i].paid / QTY_ONE);
    }
}

/* Random trades; a server that comes and goes; a loop that looks seldom. */
static void day_play(uint64_t seed)
{
    struct chance chance = {seed};
    struct venue_total now[SERVICE_PAIRS] = {0}, before[SERVICE_PAIRS];
    told_forget();
    for (uint32_t i = 0; i < SERVICE_PAIRS; i++) {
        now[i].position = (qty_t)chance_between(&chance, 0, 1ul << 50);
        now[i].paid = (venue_paid)chance_between(&chance, 0, 1ul << 50) * QTY_ONE;
        before[i] = now[i];
        pair_show(i, &now[i], &before[i]);
    }
    for (uint32_t step = 0; step < 400; step++) {
        uint32_t pair = (uint32_t)chance_between(&chance, 0, SERVICE_PAIRS - 1);
        qty_t qty = (qty_t)chance_between(&chance, 1, 1000) * QTY_ONE;
        if (chance_between(&chance, 0, 1)) qty = -qty;
        now[pair].position += qty;
        now[pair].paid += (venue_paid)qty * (price_t)chance_between(&chance, 1, 1ul << 40);
        now[pair].trades++;
        pair_show(pair, &now[pair], &before[pair]);
        if (chance_between(&chance, 1, 20) == 1) server_is(chance_between(&chance, 0, 2) > 0);
        if (chance_between(&chance, 1, 6) == 1) turn();
    }
    server_is(true);
    for (uint32_t i = 0; i < SERVICE_PAIRS; i++) turn();
    all_is_told(now, before);
    EXPECT(redis_accounts_told(redis));
    EXPECT(published < 400); /* changes that waited were told together */
}

SPEC(all_changes_of_accounts_add_up_whenever_the_server_is_there)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        day_play(seed);
        service_end();
        service_begin();
    }
}

SPEC(what_has_not_changed_since_the_start_is_a_key_and_no_change)
{
    const struct venue_total total = {
        .paid = -(venue_paid)615 * QTY_ONE * PRICE_ONE, .position = 60 * QTY_ONE, .trades = 2};
    told_forget();
    pair_show(3, &total, &total);
    turn();
    EXPECT_UINT(published, 0);
    EXPECT_TEXT(key_position[3], "60");
    EXPECT_TEXT(key_cash[3], "615");
}

SPEC(a_server_that_comes_back_empty_has_all_keys_again)
{
    const struct venue_total none = {0}, total = {.position = QTY_ONE, .trades = 1};
    told_forget();
    for (uint32_t i = 0; i < SERVICE_PAIRS; i++) pair_show(i, &total, &none);
    for (uint32_t i = 0; i < 3; i++) turn();
    EXPECT_UINT(published, SERVICE_PAIRS);
    server_is(false);
    turn();
    told_forget();
    server_is(true);
    turn();
    EXPECT_UINT(published, 0);
    EXPECT_UINT(keys, SERVICE_PAIRS);
}

/* All that there are, as its owner tells them each second. */
static uint32_t second_of_positions(const struct redis_position *position, uint32_t count)
{
    positions_told = 0;
    for (uint32_t first = 0; first < count; first += REDIS_POSITIONS_MAX) {
        uint32_t left = count - first;
        redis_positions(redis, first, &position[first],
                        left < REDIS_POSITIONS_MAX ? left : REDIS_POSITIONS_MAX);
        if (redis->push.out_bytes > 0) server_reads();
    }
    return positions_told;
}

SPEC(all_positions_are_told_and_then_those_that_have_changed)
{
    static struct redis_position position[REDIS_POSITIONS_KNOWN + 10];
    for (uint32_t i = 0; i < ARRAY_COUNT(position); i++) {
        snprintf(position[i].name, sizeof position[i].name, "s%u:ACME", i);
        position[i].qty = (qty_t)i * QTY_ONE;
    }
    EXPECT_UINT(second_of_positions(position, 100), 100);
    EXPECT_TEXT(last_position, "s99:ACME 99");
    EXPECT_UINT(second_of_positions(position, 100), 0);
    position[70].qty = -QTY_ONE / 2;
    EXPECT_UINT(second_of_positions(position, 100), 1);
    EXPECT_TEXT(last_position, "s70:ACME -0.5");
    EXPECT_UINT(second_of_positions(position, 101), 1);
    /* One that stands where another was is another. */
    snprintf(position[5].name, sizeof position[5].name, "new:ACME");
    EXPECT_UINT(second_of_positions(position, 101), 1);
    /* What there is no place to know is told again. */
    EXPECT_UINT(second_of_positions(position, ARRAY_COUNT(position)), ARRAY_COUNT(position) - 101);
    EXPECT_UINT(second_of_positions(position, ARRAY_COUNT(position)), 10);
    /* Nothing is known to have arrived at a server that is not there. */
    server_is(false);
    position[3].qty = 7 * QTY_ONE;
    EXPECT_UINT(second_of_positions(position, 100), 0);
    server_is(true);
    EXPECT_UINT(second_of_positions(position, 100), 1);
}

SPEC(a_change_that_no_number_holds_is_told_in_parts)
{
    const struct venue_total none = {.position = INT64_MIN / 2};
    struct venue_total total = {
        .paid = ((venue_paid)5 * INT64_MAX + 7) * QTY_ONE, .position = INT64_MAX, .trades = 1};
    told_forget();
    pair_show(0, &total, &none);
    for (uint32_t i = 0; i < 9; i++) turn();
    EXPECT(told_position[0] == (venue_paid)INT64_MAX - INT64_MIN / 2);
    EXPECT(told_cash[0] == -((venue_paid)5 * INT64_MAX + 7));
    EXPECT(units_of(key_cash[0]) == told_cash[0]);
}

/* Answers to a flood of messages wait for a server that was away, more than may be under way. */
SPEC(however_many_answers_wait_a_change_of_an_account_and_the_kill_key_are_said)
{
    static const char *const word[] = {"XADD", "pollux.answers.desk", "*", "answer", "{}"};
    const struct venue_total none = {0}, total = {.position = 5 * QTY_ONE, .trades = 1};
    told_forget();
    server_is(false);
    for (uint32_t i = 0; i < 2 * REDIS_ASKED_MAX; i++)
        redis_outbox_say(redis, ARRAY_COUNT(word), word, NULL);
    pair_show(3, &total, &none);
    redis_accounts_take(redis);
    server_is(true);
    for (uint32_t i = 0; i < 5; i++) redis_push_step(redis);
    EXPECT(redis->outbox.sent > REDIS_ASKED_MAX / 2);
    EXPECT_UINT(redis->counts.unpushed, 0);
    EXPECT(redis_link_say(&redis->push, 0, 1, (const char *const[]){"PING"})); /* as for the key */
    server_reads();
    EXPECT_UINT(published, 1);
    EXPECT(told_position[3] == total.position);
}

SPEC(many_long_answers_leave_room_too)
{
    static char large[40000];
    const char *const word[] = {"XADD", "pollux.answers.desk", "*", "answer", large};
    const struct venue_total none = {0}, total = {.position = 5 * QTY_ONE, .trades = 1};
    memset(large, 'x', sizeof large - 1);
    told_forget();
    server_is(false);
    for (uint32_t i = 0; i < 200; i++) redis_outbox_say(redis, ARRAY_COUNT(word), word, NULL);
    pair_show(3, &total, &none);
    redis_accounts_take(redis);
    server_is(true);
    redis_push_step(redis);
    EXPECT(redis->outbox.sent > 10 && redis->outbox.sent < 100);
    EXPECT(redis_link_say(&redis->push, 0, 1, (const char *const[]){"PING"}));
    redis->push.out_bytes = 0; /* the socket has taken it */
    redis_push_step(redis);
    EXPECT_UINT(redis->counts.unpushed, 0);
}

/* Prices. */

SPEC(the_price_of_what_the_venue_lists_is_its_own)
{
    const struct venue_price own = {.price = 10 * PRICE_ONE, .qty = QTY_ONE, .volume = QTY_ONE};
    struct engine_price feeds = {.symbol = "ACME    ", .price = 9 * PRICE_ONE, .qty = QTY_ONE};
    memset(last_price, 0, sizeof last_price);
    conflate_put(own_prices, 0, &own);
    conflate_put(prices, 2, &feeds);
    memcpy(feeds.symbol, "GOLD    ", 8);
    conflate_put(prices, 3, &feeds);
    redis_push_step(redis);
    server_reads();
    EXPECT_TEXT(last_price[0], "10.00");
    EXPECT_TEXT(last_price[1], "9.00");
}

#define SPECS(S)                                                                                   \
    S(all_changes_of_accounts_add_up_whenever_the_server_is_there)                                 \
    S(what_has_not_changed_since_the_start_is_a_key_and_no_change)                                 \
    S(a_server_that_comes_back_empty_has_all_keys_again)                                           \
    S(all_positions_are_told_and_then_those_that_have_changed)                                     \
    S(however_many_answers_wait_a_change_of_an_account_and_the_kill_key_are_said)                  \
    S(many_long_answers_leave_room_too)                                                            \
    S(a_change_that_no_number_holds_is_told_in_parts)                                              \
    S(the_price_of_what_the_venue_lists_is_its_own)
SPEC_MAIN("redis: accounts", SPECS, service_begin, service_end)
