/* SIGUSR2 halts whatever the main thread waits for: here it only looks on. */

#include "apps/polluxd/trading.h"
#include "tests/support/patience.h"
#include "tests/support/spec.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static _Atomic uint32_t halts;
static uint32_t controls;
static struct engine_control control;
static bool answered;

void engine_stage_halt(struct engine_stage *stage)
{
    (void)stage;
    atomic_fetch_add(&halts, 1);
}

uint64_t engine_stage_tightened(const struct engine_stage *stage)
{
    (void)stage;
    return 0;
}

bool engine_stage_control(struct engine_stage *stage, const struct engine_control *asked)
{
    (void)stage;
    control = *asked;
    controls++;
    answered = true;
    return true;
}

bool engine_stage_controlled(struct engine_stage *stage, struct engine_control_answer *answer)
{
    (void)stage;
    *answer = (struct engine_control_answer){.verdict = RISK_CONTROL_OK, .durable = true};
    bool is = answered;
    answered = false;
    return is;
}

static struct launch launch;
static char line[256];
static struct text said;

static void before_each(void)
{
    atomic_store(&halts, 0);
    controls = 0;
    said = text_in(line, sizeof line);
    launch.engine = (struct engine_stage *)(uintptr_t)&launch;
    launch.gateway = (struct launch_gateway *)(uintptr_t)&launch;
}

static void signal_sent(void)
{
    EXPECT(kill(getpid(), SIGUSR2) == 0);
    for (uint64_t end = patience_end(PATIENCE_S); !atomic_load(&halts) && patience_wait(end);) {
    }
}

SPEC(a_signal_halts_whatever_the_main_thread_waits_for)
{
    trading_halt_listen(&launch);
    signal_sent();
    EXPECT_UINT(atomic_load(&halts), 1);
    EXPECT_UINT(controls, 0);
    for (uint64_t end = patience_end(PATIENCE_S); !trading_halt_pending() && patience_wait(end);) {
    }
    EXPECT(trading_halt_pending());
    trading_halt_deafen();
    EXPECT(trading_halt_step(&launch, &said));
}

/* It has been in force for long. */
SPEC(who_did_it_is_written_down_when_the_main_thread_comes_round)
{
    trading_halt_listen(&launch);
    signal_sent();
    trading_halt_deafen();
    EXPECT(trading_halt_step(&launch, &said));
    EXPECT_UINT(atomic_load(&halts), 1);
    EXPECT_UINT(controls, 1);
    EXPECT_UINT(control.record[0].value, RISK_HALTED);
    EXPECT_TEXT(control.record[0].reason, "SIGUSR2");
    EXPECT(strstr(line, "HALTED by SIGUSR2") != NULL);
    EXPECT(!trading_halt_pending());
    EXPECT(!trading_halt_step(&launch, &said));
}

#define SPECS(S)                                                                                   \
    S(a_signal_halts_whatever_the_main_thread_waits_for)                                           \
    S(who_did_it_is_written_down_when_the_main_thread_comes_round)
SPEC_MAIN("polluxd: trading", SPECS, before_each, NULL)
