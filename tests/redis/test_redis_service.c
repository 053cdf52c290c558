/* What the service passes on: a batch in one piece and its answers in one entry; of accounts every
 * change, whenever the server is there.  What it would send is read by hiredis. */

#include "control/redis/redis_layout.h"
#include "tests/redis/redis_rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOTS   8u
#define PAIRS   6u
#define PLACE_A 1700000000000u

static struct config_redis config;
static const struct redis_listed listed[] = {{"ACME"}, {"BOLT"}};
static struct redis_names names;
static struct redis *redis;
static struct spsc *intake, *answers;
static struct conflate *accounts, *own_prices, *prices;
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
    const struct spsc_limits limits = {.slots = SLOTS, .slot_bytes = slot_bytes};
    return spsc_new(zeroed(spsc_footprint(&limits)), &limits);
}

static struct conflate *queue_new(uint32_t keys, uint32_t value_bytes)
{
    const struct conflate_limits limits = {.keys = keys, .value_bytes = value_bytes};
    return conflate_new(zeroed(conflate_footprint(&limits)), &limits);
}

static void before_each(void)
{
    memset(&config, 0, sizeof config);
    snprintf(config.prefix, sizeof config.prefix, "pollux.");
    snprintf(config.balance.channel, sizeof config.balance.channel, "balance.updates");
    config.balance.batch = 4;
    config.prices = true;
    config.age_ms = 1000;
    names = rig_names;
    names.listings = ARRAY_COUNT(listed);
    names.listed = listed;
    redis = calloc(1, sizeof *redis);
    redis->config = &config;
    redis->plan =
        (struct redis_plan){.loop = ev_loop_new(EVFLAG_AUTO),
                            .config = &config,
                            .names = &names,
                            .intake = intake = ring_new(sizeof(struct engine_intake)),
                            .answers = answers = ring_new(sizeof(struct engine_intake_answer)),
                            .prices = prices = queue_new(4, sizeof(struct engine_price)),
                            .accounts = accounts = queue_new(PAIRS, sizeof(struct venue_account)),
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

static void after_each(void)
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

/* Batches. */

static const struct gateway_place at_place = {PLACE_A, 3}, nowhere;

static bool hear(uint32_t intents, const struct gateway_place *place)
{
    static char text[REDIS_BATCH_BYTES_MAX];
    struct text said = text_in(text, sizeof text);
    text_append(&said, "{\"strategy\":\"desk\",\"kind\":\"batch\",\"sequence\":5,\"id\":\"b\",");
    text_format(&said, "\"time\":%lld,\"intents\":[", (long long)redis_now_ms());
    for (uint32_t i = 0; i < intents; i++)
        text_format(&said, "%s{\"kind\":\"cancel\",\"key\":%u}", i ? "," : "", i);
    text_append(&said, "]}");
    struct redis_received received = {
        .strategy = DESK, .message = text, .length = said.length, .place_ms = (int64_t)place->high};
    return redis_hear(redis, redis->desk, &received, place);
}

SPEC(a_batch_goes_to_the_engine_in_one_piece_and_its_place_with_the_last)
{
    EXPECT(hear(3, &at_place));
    EXPECT_UINT(spsc_ready(intake, SLOTS), 3);
    for (uint32_t i = 0; i < 3; i++) {
        const struct engine_intake *one = spsc_front_at(intake, i);
        EXPECT_UINT(one->ticket, i);
        EXPECT_UINT(one->kind, ENGINE_INTAKE_HEAR);
        EXPECT_UINT(one->what.sequence, 5 + i);
        EXPECT_UINT(one->what.intent.key, i);
        EXPECT_UINT(one->what.intent.kind, INTENT_STOP);
        EXPECT_UINT(one->what.place.high, i == 2 ? PLACE_A : 0);
        EXPECT_UINT(one->what.place.low, i == 2 ? 3 : 0);
    }
    EXPECT_UINT(redis->counts.heard, 1);
}

SPEC(without_room_for_all_of_a_batch_nothing_of_it_goes)
{
    EXPECT(hear(SLOTS - 2, &at_place));
    EXPECT(!hear(3, &at_place));
    EXPECT_UINT(spsc_ready(intake, SLOTS), SLOTS - 2);
    EXPECT_UINT(redis->tickets, SLOTS - 2);
    EXPECT(hear(2, &at_place));
    EXPECT_UINT(spsc_ready(intake, SLOTS), SLOTS);
}

static void answer(uint64_t ticket, enum gateway_hearing hearing)
{
    struct engine_intake_answer *said = spsc_claim(answers);
    *said = (struct engine_intake_answer){.ticket = ticket,
                                          .at = 77,
                                          .is = {.hearing = (uint8_t)hearing,
                                                 .counter = hearing == GATEWAY_REFUSED
                                                              ? GATEWAY_COUNTER_intent_over
                                                              : GATEWAY_NO_COUNTER,
                                                 .record = 100 + ticket}};
    spsc_publish(answers);
    redis_answers_take(redis);
}

static bool outbox_has(const char *text)
{
    const struct redis_command *command = redis_outbox_next(&redis->outbox);
    return command && memmem(command->bytes, command->length, text, strlen(text));
}

SPEC(the_answers_to_a_batch_are_one_entry_and_its_place_is_acknowledged_once)
{
    EXPECT(hear(3, &at_place));
    answer(0, GATEWAY_TAKEN);
    answer(1, GATEWAY_REFUSED);
    EXPECT_UINT(redis->outbox.count, 0);
    EXPECT_UINT(redis->desk->ack_count, 0);
    answer(2, GATEWAY_TAKEN);
    EXPECT_UINT(redis->outbox.count, 1);
    EXPECT_UINT(redis->desk->ack_count, 1);
    EXPECT_UINT(redis->desk->ack[0].record, 102);
    EXPECT_UINT(redis->desk->ack[0].place.low, 3);
    EXPECT(
        outbox_has("{\"strategy\":\"desk\",\"sequence\":5,\"id\":\"b\",\"answer\":\"batch\","
                   "\"intents\":[{\"sequence\":5,\"answer\":\"taken\"},{\"sequence\":6,\"answer\":"
                   "\"refused\",\"reason\":\"intent_over\","));
    EXPECT_UINT(redis->answered, 3);
    EXPECT(hear(1, &at_place)); /* the next one begins anew */
    answer(3, GATEWAY_TAKEN);
    EXPECT(outbox_has("\"intents\":[{\"sequence\":5,\"answer\":\"taken\"}],\"at\":77}"));
}

SPEC(a_batch_that_came_by_a_channel_is_answered_there_too)
{
    EXPECT(hear(2, &nowhere));
    answer(0, GATEWAY_TAKEN);
    answer(1, GATEWAY_TAKEN);
    EXPECT_UINT(redis->outbox.count, 2);
    EXPECT(outbox_has("XADD"));
    EXPECT(outbox_has("PUBLISH\r\n$1\r\nb\r\n"));
    EXPECT_UINT(redis->desk->ack_count, 0);
}

/* Accounts. */

static venue_paid told_cash[PAIRS], told_position[PAIRS];
static char key_position[PAIRS][64], key_cash[PAIRS][64];
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
    for (uint32_t i = 0; i < PAIRS; i++) {
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
    struct venue_total now[PAIRS] = {0}, before[PAIRS];
    told_forget();
    for (uint32_t i = 0; i < PAIRS; i++) {
        now[i].position = (qty_t)chance_between(&chance, 0, 1ul << 50);
        now[i].paid = (venue_paid)chance_between(&chance, 0, 1ul << 50) * QTY_ONE;
        before[i] = now[i];
        pair_show(i, &now[i], &before[i]);
    }
    for (uint32_t step = 0; step < 400; step++) {
        uint32_t pair = (uint32_t)chance_between(&chance, 0, PAIRS - 1);
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
    for (uint32_t i = 0; i < PAIRS; i++) turn();
    all_is_told(now, before);
    EXPECT(redis_accounts_told(redis));
    EXPECT(published < 400); /* changes that waited were told together */
}

SPEC(all_changes_of_accounts_add_up_whenever_the_server_is_there)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        day_play(seed);
        after_each();
        before_each();
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
    for (uint32_t i = 0; i < PAIRS; i++) pair_show(i, &total, &none);
    for (uint32_t i = 0; i < 3; i++) turn();
    EXPECT_UINT(published, PAIRS);
    server_is(false);
    turn();
    told_forget();
    server_is(true);
    turn();
    EXPECT_UINT(published, 0);
    EXPECT_UINT(keys, PAIRS);
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
    S(a_batch_goes_to_the_engine_in_one_piece_and_its_place_with_the_last)                         \
    S(without_room_for_all_of_a_batch_nothing_of_it_goes)                                          \
    S(the_answers_to_a_batch_are_one_entry_and_its_place_is_acknowledged_once)                     \
    S(a_batch_that_came_by_a_channel_is_answered_there_too)                                        \
    S(all_changes_of_accounts_add_up_whenever_the_server_is_there)                                 \
    S(what_has_not_changed_since_the_start_is_a_key_and_no_change)                                 \
    S(a_server_that_comes_back_empty_has_all_keys_again)                                           \
    S(all_positions_are_told_and_then_those_that_have_changed)                                     \
    S(a_change_that_no_number_holds_is_told_in_parts)                                              \
    S(the_price_of_what_the_venue_lists_is_its_own)
SPEC_MAIN("redis: service", SPECS, before_each, after_each)
