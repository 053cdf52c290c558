#include "apps/polluxd/trading.h"

#include "dataplane/base/thread_setup.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_NS (5 * NANOS_SECOND)
#define POLL_NS   NANOS_MILLI
#define LISTEN_NS (50 * NANOS_MILLI)
#define HALT_WHY  "SIGUSR2"

static atomic_bool halt_asked;
static char halt_why[sizeof((struct risk_record *)0)->reason] = HALT_WHY;
static atomic_bool halt_at_once; /* it is in force; the record with a name is not under way yet */
static bool halt_under_way;

/* Of the thread that listens. */
static _Atomic(struct engine_stage *) halted; /* by a signal, at once; NULL: nobody is yet */
static pthread_t listener;
static bool listens;
static atomic_bool deaf;

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
    struct engine_stage *engine = atomic_load(&halted);
    if (engine) {
        engine_stage_halt(engine);
        atomic_store(&halt_at_once, true);
    }
    atomic_store(&halt_asked, true);
}

/* Signals. */

static void signal_mask(int how, sigset_t *of)
{
    sigemptyset(of);
    sigaddset(of, SIGUSR2);
    pthread_sigmask(how, of, NULL);
}

static void *listen_run(void *nothing)
{
    const struct timespec span = {.tv_nsec = (long)LISTEN_NS};
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);
    while (!atomic_load(&deaf))
        if (sigtimedwait(&one, NULL, &span) == SIGUSR2) trading_halt_ask();
    return nothing;
}

void trading_halt_listen(struct launch *launch)
{
    sigset_t one;
    if (!launch->gateway) return;
    atomic_store(&halted, launch->engine);
    atomic_store(&deaf, false);
    signal_mask(SIG_BLOCK, &one);
    listens = thread_begin(&listener, NULL, listen_run, NULL) == 0;
    if (listens) (void)pthread_setname_np(listener, "halts"); /* for top -H */
    else signal_mask(SIG_UNBLOCK, &one);                      /* then this thread hears it */
}

void trading_halt_deafen(void)
{
    sigset_t one;
    atomic_store(&deaf, true);
    if (listens) {
        pthread_join(listener, NULL);
        signal_mask(SIG_UNBLOCK, &one);
    }
    listens = false;
    atomic_store(&halted, NULL);
}

/* By name. */

static void why_keep(const char *why)
{
    (void)snprintf(halt_why, sizeof halt_why, "%s", why);
}

void trading_halt_ask_by(const char *why)
{
    why_keep(why);
    atomic_store(&halt_asked, true);
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
        if (halt_under_way) halt_asked = halt_at_once = false;
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
