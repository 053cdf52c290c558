#include "control/redis/redis_layout.h"

#include "dataplane/base/system_clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_NS         NANOS_MILLI
#define HELD_UP_SECONDS 0.05

int64_t redis_now_ms(void)
{
    return (int64_t)(system_clock_wall() / NANOS_MILLI);
}

struct redis_link_plan redis_server_plan(struct redis *redis)
{
    const struct config_redis *config = redis->config;
    return (struct redis_link_plan){.loop = redis->plan.loop,
                                    .socket = config->socket,
                                    .ip = config->address,
                                    .tcp_port = (uint16_t)config->tcp_port,
                                    .username = config->username,
                                    .password = redis->password,
                                    .context = redis};
}

void redis_sentence(struct redis *redis, const char *format, ...)
{
    char sentence[REDIS_SENTENCES];
    va_list words;
    va_start(words, format);
    (void)vsnprintf(sentence, sizeof sentence, format, words);
    va_end(words);
    redis->plan.calls.say(redis->plan.calls.context, sentence);
}

void redis_halt(struct redis *redis, const char *by, const char *why, size_t length)
{
    char sentence[REDIS_SENTENCE_MAX];
    redis->counts.kill++;
    (void)snprintf(sentence, sizeof sentence, "Redis, %s: %.*s", by,
                   (int)(length < 32 ? length : 32), why);
    for (char *at = sentence; *at; at++)
        if (*at < ' ' || *at > '~') *at = '?';
    redis->plan.calls.halt(redis->plan.calls.context, sentence);
}

/* To the engine. */

uint32_t redis_tickets_left(const struct redis *redis)
{
    return REDIS_TICKETS - (uint32_t)(redis->tickets - redis->answered);
}

static bool engine_room(const struct redis *redis, uint32_t count)
{
    return redis_tickets_left(redis) >= count && spsc_room(redis->plan.intake, count) == count;
}

/* Behind those that were said and are not published. */
static void engine_say_at(struct redis *redis, uint32_t place, const struct engine_intake *say,
                          const struct redis_ticket *ticket)
{
    struct engine_intake *slot = spsc_claim_at(redis->plan.intake, place);
    *slot = *say;
    slot->ticket = redis->tickets;
    redis->ticket[redis->tickets++ % REDIS_TICKETS] = *ticket;
}

/* All that is said to the engine leaves here. */
static void engine_publish(struct redis *redis, uint32_t count)
{
    spsc_publish_many(redis->plan.intake, count);
    if (redis->plan.calls.wake) redis->plan.calls.wake(redis->plan.calls.context);
}

static bool engine_say(struct redis *redis, const struct engine_intake *say,
                       const struct redis_ticket *ticket)
{
    if (!engine_room(redis, 1)) return false;
    engine_say_at(redis, 0, say, ticket);
    engine_publish(redis, 1);
    return true;
}

/* It is there, or not: with it, its orders. */
static bool desk_switch(struct redis *redis, struct redis_desk *desk, bool on)
{
    if (desk->on == on) return true;
    uint32_t kind = on ? ENGINE_INTAKE_ON : ENGINE_INTAKE_OFF;
    const struct engine_intake say = {.kind = kind, .what = {.strategy = desk->strategy}};
    const struct redis_ticket ticket = {.strategy = desk->strategy, .kind = kind};
    if (!engine_say(redis, &say, &ticket)) return false;
    desk->on = on;
    if (on) return true;
    redis->counts.gone++;
    redis_sentence(redis, "redis: %s says nothing any more; its orders are canceled",
                   redis->plan.names->strategy[desk->strategy].name);
    return true;
}

/* While this thread was held up by something else, nobody could be heard. */
static void heartbeats_watch(struct redis *redis)
{
    double most = redis->config->heartbeat_ms / 1000.0;
    double held_up = redis_seconds() - redis->stepped_at;
    redis->stepped_at += held_up;
    for (uint32_t i = 0; i < redis->desks && held_up > HELD_UP_SECONDS; i++)
        redis->desk[i].heard_at += held_up;
    if (most <= 0) return;
    for (uint32_t i = 0; i < redis->desks; i++) {
        struct redis_desk *desk = &redis->desk[i];
        if (desk->on && redis_seconds() - desk->heard_at > most)
            (void)desk_switch(redis, desk, false);
    }
}

/* Messages. */

/* Those who say something, and the server, have the system's time; the gateway has the box's, which
 * may be ahead (net_clock.h).  What has an age here has the same age there. */
static nanos_t until_of(const struct redis *redis, const struct redis_received *received,
                        const struct redis_message *message)
{
    nanos_t until = redis_until(&redis->rules, received, message, redis_now_ms());
    const struct redis_calls *calls = &redis->plan.calls;
    if (!calls->now || until == 0) return until;
    return until + (calls->now(calls->context) - system_clock_wall());
}

/* All of its intents, or none.  The place comes with the last one: whoever dies among them is shown
 * the message again, and those that have acted are old by their sequences. */
static bool intents_pass(struct redis *redis, struct redis_desk *desk,
                         const struct redis_message *message, const struct redis_received *received,
                         const struct gateway_place *place)
{
    nanos_t until = until_of(redis, received, message);
    struct engine_intake say = {.kind = ENGINE_INTAKE_HEAR,
                                .what = {.strategy = desk->strategy, .until = until}};
    struct redis_ticket ticket = {.strategy = desk->strategy,
                                  .kind = ENGINE_INTAKE_HEAR,
                                  .place = *place,
                                  .intent = true,
                                  .of = message->kind == REDIS_BATCH ? message->intents : 0};
    memcpy(ticket.id, message->id, sizeof ticket.id);
    if (!engine_room(redis, message->intents)) return false;
    for (uint32_t i = 0; i < message->intents; i++) {
        say.what.symbol = message->intent[i].symbol;
        say.what.intent = message->intent[i].is;
        say.what.sequence = ticket.sequence = message->sequence + i;
        if (i + 1 == message->intents) say.what.place = *place;
        ticket.at = i;
        engine_say_at(redis, i, &say, &ticket);
    }
    engine_publish(redis, message->intents);
    redis->counts.heard++;
    return true;
}

/* Only its place is news to the gateway. */
static bool place_pass(struct redis *redis, struct redis_desk *desk,
                       const struct gateway_place *place)
{
    if (place->high == 0 && place->low == 0) return true;
    const struct engine_intake say = {.kind = ENGINE_INTAKE_HEAR,
                                      .what = {.strategy = desk->strategy, .place = *place}};
    const struct redis_ticket ticket = {
        .strategy = desk->strategy, .kind = ENGINE_INTAKE_HEAR, .place = *place};
    return engine_say(redis, &say, &ticket);
}

static void refuse(struct redis *redis, const struct redis_desk *desk,
                   const struct redis_received *received, const struct redis_message *message,
                   const char *reason, const char *sentence, const struct gateway_place *place)
{
    char buffer[REDIS_SAY_BYTES];
    struct text json = text_in(buffer, sizeof buffer);
    const struct redis_answer answer = {.strategy = desk->strategy,
                                        .sequence = message->sequence,
                                        .id = message->id,
                                        .at = (nanos_t)redis_now_ms() * NANOS_MILLI};
    redis->counts.refused++;
    redis_say_refused(&json, redis->plan.names, &answer, reason, sentence);
    redis_answer_send(redis, desk, buffer, received->place_ms ? "" : message->id);
    redis_dead_send(redis, desk, reason, sentence, received->message, received->length, place);
}

bool redis_hear(struct redis *redis, struct redis_desk *desk, struct redis_received *received,
                const struct gateway_place *place)
{
    struct redis_message message;
    char problem[REDIS_SENTENCE_MAX];
    if (redis_tickets_left(redis) < REDIS_ENTRY_MOST) return false;
    enum redis_refusal refusal =
        redis_judge(&redis->rules, received, redis_now_ms(), &message, problem);
    redis->counts.message++;
    if (refusal != REDIS_GOES) {
        if (!place_pass(redis, desk, place)) return false;
        refuse(redis, desk, received, &message, redis_refusal_name(refusal), problem, place);
        return true;
    }
    desk->heard_at = redis_seconds();
    if (!desk_switch(redis, desk, true)) return false;
    if (message.kind != REDIS_HEARTBEAT)
        return intents_pass(redis, desk, &message, received, place);
    redis->counts.heartbeat++;
    return place_pass(redis, desk, place);
}

bool redis_pass_over(struct redis *redis, struct redis_desk *desk,
                     const struct gateway_place *place)
{
    const struct redis_received unread = {.message = "", .place_ms = 1};
    struct redis_message message;
    char sentence[REDIS_SENTENCE_MAX];
    if (!place_pass(redis, desk, place)) return false;
    redis_message_clear(&message, desk->strategy);
    redis->counts.message++;
    (void)snprintf(sentence, sizeof sentence,
                   "its entry has more than %u bytes or %u fields: it is not read",
                   REDIS_REPLY_BYTES_MAX, REDIS_REPLY_ELEMENTS_MAX / 2);
    refuse(redis, desk, &unread, &message, redis_refusal_name(REDIS_BAD), sentence, place);
    return true;
}

/* Time. */

static void step(void *context)
{
    struct redis *redis = context;
    if (redis->plan.engine) {
        redis_answers_take(redis);
        redis_reports_take(redis);
        redis_acks_send(redis);
    }
    redis_accounts_take(redis);
    redis_account_orders_take(redis);
    if (!redis->deaf) {
        redis_intake_more(redis);
        heartbeats_watch(redis);
    }
    if (redis_seconds() - redis->second_at >= 1) {
        redis->second_at = redis_seconds();
        redis_push_second(redis);
    }
    redis_push_step(redis);
}

/* Lifecycle. */

static void key_name(const struct redis *redis, char name[REDIS_KEY_BYTES], const char *what,
                     const char *of)
{
    (void)snprintf(name, REDIS_KEY_BYTES, "%s%s%s%s", redis->config->prefix, what, of[0] ? "." : "",
                   of);
}

static void desks_new(struct redis *redis)
{
    const struct redis_names *names = redis->plan.names;
    redis->desk = calloc(names->strategies ? names->strategies : 1, sizeof *redis->desk);
    CHECK(redis->desk != NULL);
    for (uint32_t i = 0; i < names->strategies; i++) {
        if (!names->strategy[i].outside) continue;
        struct redis_desk *desk = &redis->desk[redis->desks++];
        desk->strategy = i;
        key_name(redis, desk->stream, "intents", names->strategy[i].name);
        key_name(redis, desk->answers, "answers", names->strategy[i].name);
        struct gateway_known known = engine_stage_known(redis->plan.engine, i);
        desk->known = known.sequence;
        desk->place = known.place;
        desk->heard_at = redis_seconds();
        desk->on = true; /* until its heartbeat is missed */
        desk->ack = calloc(REDIS_ACKS, sizeof *desk->ack);
        CHECK(desk->ack != NULL);
    }
}

static bool files_read(struct redis *redis, struct text *problems)
{
    const struct config_redis *config = redis->config;
    bool right = true;
    if (config->key_file[0]) {
        right &= redis_key_read(config->key_file, &redis->key, problems);
        redis->rules.key = &redis->key;
    }
    if (config->password_file[0])
        right &= redis_secret_read(config->password_file, "password", redis->password,
                                   sizeof redis->password, problems);
    return right;
}

struct redis *redis_new(const struct redis_plan *plan, struct text *problems)
{
    struct redis *redis = calloc(1, sizeof *redis);
    CHECK(redis != NULL);
    redis->plan = *plan;
    redis->config = plan->config;
    redis->rules = (struct redis_rules){.names = plan->names, .age_ms = plan->config->age_ms};
    const struct redis_tick_plan tick = {
        .loop = plan->loop, .every_ns = TICK_NS, .context = redis, .turn = step};
    if (!files_read(redis, problems) || !redis_tick_new(&redis->tick, &tick, problems)) {
        redis_key_forget(&redis->key);
        free(redis);
        return NULL;
    }
    redis->ticket = calloc(REDIS_TICKETS, sizeof *redis->ticket);
    CHECK(redis->ticket != NULL);
    key_name(redis, redis->kill, "kill", "");
    key_name(redis, redis->state_key, "state", "");
    key_name(redis, redis->positions_key, "positions", "");
    key_name(redis, redis->dead, "dead", "");
    (void)snprintf(redis->kept, sizeof redis->kept, "%u", plan->config->answers_kept);
    desks_new(redis);
    redis_push_new(redis);
    if (plan->engine) redis_intake_new(redis);
    if (plan->engine) redis_listen_new(redis);
    redis->stepped_at = redis_seconds();
    return redis;
}

void redis_deafen(struct redis *redis)
{
    redis->deaf = true;
    redis_link_free(&redis->read);
    redis_link_free(&redis->listen);
}

bool redis_told(struct redis *redis)
{
    bool lanes = redis->fast.count == 0 && redis->balance.count == 0;
    bool rings = redis_accounts_told(redis) && redis_account_orders_told(redis) &&
                 redis->tickets == redis->answered &&
                 (!redis->plan.copy || !spsc_front(redis->plan.copy));
    return !redis_link_ready(&redis->push) ||
           (rings && lanes && redis->outbox.count == 0 && redis->pushed == 0);
}

void redis_free(struct redis *redis)
{
    if (!redis) return;
    redis_tick_free(&redis->tick);
    redis_link_free(&redis->read);
    redis_link_free(&redis->listen);
    redis_link_free(&redis->push);
    redis_outbox_free(&redis->outbox);
    redis_lane_free(&redis->fast);
    redis_lane_free(&redis->slow);
    redis_lane_free(&redis->balance);
    redis_accounts_free(redis);
    redis_account_orders_free(redis);
    for (uint32_t i = 0; i < redis->desks; i++) free(redis->desk[i].ack);
    free(redis->desk);
    free(redis->ticket);
    redis_key_forget(&redis->key);
    explicit_bzero(redis->password, sizeof redis->password);
    free(redis);
}

static uint64_t lanes_dropped(const struct redis *redis)
{
    return redis->fast.dropped + redis->slow.dropped + redis->balance.dropped +
           redis->account_fast.dropped + redis->account_slow.dropped;
}

void redis_look(const struct redis *redis, struct redis_view *view)
{
#define VIEW_SET(name, help) view->name = redis->counts.name;
    REDIS_COUNTERS(VIEW_SET)
    view->connections = 0ul + redis_link_ready(&redis->read) + redis_link_ready(&redis->listen) +
                        redis_link_ready(&redis->push);
    view->connections_wanted = redis->plan.engine ? 3 : 1;
    view->waiting = redis->outbox.count;
    view->account_lost = redis->plan.accounts_lost ? counter_read(redis->plan.accounts_lost) : 0;
    view->account_report_lost =
        redis->plan.reports_lost ? counter_read(redis->plan.reports_lost) : 0;
    view->lane_full = lanes_dropped(redis);
}
