#include "apps/polluxd/trading.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_NS (5 * NANOS_SECOND)
#define POLL_NS   NANOS_MILLI
#define HALT_WHY  "SIGUSR2"

static volatile sig_atomic_t halt_asked;
static char halt_why[sizeof((struct risk_record *)0)->reason] = HALT_WHY;
static bool halt_at_once; /* it is in force; the record with a name is not under way yet */
static bool halt_under_way;

static struct risk_record state_record(enum risk_scope scope, uint32_t strategy,
                                       enum risk_state state, const char *reason)
{
    struct risk_record record = {
        .kind = RISK_RECORD_STATE,
        .scope = (uint8_t)scope,
        .role = RISK_OFFICER,
        .subject = {.strategy = strategy},
        .who = (uint32_t)getuid(),
        .confirmed_by = RISK_NONE,
        .at = (nanos_t)time(NULL) * NANOS_SECOND,
        .value = state,
    };
    struct text why = text_in(record.reason, sizeof record.reason);
    text_append(&why, reason);
    return record;
}

/* No change that waits for its disk is waited for. */
static void halt_force(struct launch *launch)
{
    if (!halt_asked || halt_at_once) return;
    halt_at_once = true;
    engine_stage_halt(launch->engine);
}

/* Release. */

static bool answer_await(struct launch *launch, struct engine_control_answer *answer)
{
    const struct timespec span = {.tv_nsec = POLL_NS};
    for (nanos_t waited = 0; waited < ANSWER_NS; waited += POLL_NS) {
        halt_force(launch);
        if (engine_stage_controlled(launch->engine, answer)) return true;
        (void)nanosleep(&span, NULL);
    }
    return false;
}

/* The box is number 0, strategy i is i + 1. */
static struct risk_record release_of(uint32_t number, const char *reason)
{
    return number == 0 ? state_record(RISK_BOX, 0, RISK_ACTIVE, reason)
                       : state_record(RISK_STRATEGY, number - 1, RISK_ACTIVE, reason);
}

bool trading_release(struct launch *launch, const char *reason, struct text *said)
{
    uint64_t since = engine_stage_tightened(launch->engine);
    uint32_t all = 1 + launch->plan.engine.gateway->strategies;
    for (uint32_t next = 0; next < all;) {
        struct engine_control control = {.since = since};
        for (; next < all && control.count < ENGINE_CONTROLS_MAX; next++)
            control.record[control.count++] = release_of(next, reason);
        struct engine_control_answer answer = {.verdict = RISK_CONTROL_TURN};
        bool asked = engine_stage_control(launch->engine, &control);
        bool answered = asked && answer_await(launch, &answer);
        if (answered && answer.verdict == RISK_CONTROL_OK) continue;
        text_format(said, "gateway: the release is refused: %s\n",
                    answered ? risk_control_text(answer.verdict) : "there is no answer");
        return false;
    }
    text_format(said, "gateway: released by user %u: %s\n", (uint32_t)getuid(), reason);
    return true;
}

/* Halt. */

void trading_halt_ask(void)
{
    halt_asked = 1;
}

static void why_keep(const char *why)
{
    (void)snprintf(halt_why, sizeof halt_why, "%s", why);
}

void trading_halt_ask_by(const char *why)
{
    why_keep(why);
    halt_asked = 1;
}

bool trading_halt_pending(void)
{
    return halt_asked || halt_under_way;
}

bool trading_halt_step(struct launch *launch, struct text *said)
{
    struct engine_control_answer answer;
    if (!launch->gateway) return false;
    halt_force(launch);
    if (halt_asked && !halt_under_way) {
        const struct engine_control control = {
            .count = 1, .record = {state_record(RISK_BOX, 0, RISK_HALTED, halt_why)}};
        halt_under_way = engine_stage_control(launch->engine, &control);
        if (halt_under_way) halt_asked = halt_at_once = 0;
    }
    if (!halt_under_way || !engine_stage_controlled(launch->engine, &answer)) return false;
    halt_under_way = false;
    if (answer.verdict != RISK_CONTROL_OK)
        text_format(said, "gateway: the halt is refused: %s", risk_control_text(answer.verdict));
    else
        text_format(said,
                    "gateway: HALTED by %s%s; it stays so until it is started with "
                    "--release REASON",
                    halt_why, answer.durable ? "" : ", but its journal's disk has failed");
    why_keep(HALT_WHY);
    return true;
}
