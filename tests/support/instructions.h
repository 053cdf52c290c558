#ifndef TESTS_SUPPORT_INSTRUCTIONS_H
#define TESTS_SUPPORT_INSTRUCTIONS_H

/* How many instructions a call takes: the processor stops behind each of them (the trap flag), so
 * the number is the same however busy the machine is.  One thread; at most so many, and then it
 * goes on uncounted. */

#include "dataplane/base/base.h"

#include <signal.h>
#include <ucontext.h>

#define INSTRUCTIONS_MAX  2000000u
#define INSTRUCTIONS_TRAP 0x100 /* of the flags */

static volatile sig_atomic_t instructions_counted;

static void instructions_step(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    instructions_counted++;
    if (instructions_counted >= (sig_atomic_t)INSTRUCTIONS_MAX)
        ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~INSTRUCTIONS_TRAP;
}

/* Behind the red zone of the caller's frame. */
static inline void instructions_begin(void)
{
    const struct sigaction action = {.sa_sigaction = instructions_step, .sa_flags = SA_SIGINFO};
    instructions_counted = 0;
    CHECK(sigaction(SIGTRAP, &action, NULL) == 0);
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\t"
                     "lea 128(%%rsp), %%rsp" ::
                         : "memory", "cc");
}

static inline uint32_t instructions_end(void)
{
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq\n\t"
                     "lea 128(%%rsp), %%rsp" ::
                         : "memory", "cc");
    return (uint32_t)instructions_counted;
}

#endif
