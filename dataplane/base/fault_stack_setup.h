#ifndef DATAPLANE_BASE_FAULT_STACK_SETUP_H
#define DATAPLANE_BASE_FAULT_STACK_SETUP_H

/* A stack of a thread's own for the handler of its faults: one that has run out of its stack has
 * none left to run a handler on, and the system would end the process without asking it.
 *
 *     void *stack = fault_stack_give();      first thing in the thread
 *     ...
 *     fault_stack_take(stack);               last thing
 *
 * Threads: each for itself.  Memory: FAULT_STACK_BYTES from the system.  Cold: system calls. */

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>

#define FAULT_STACK_BYTES ((size_t)64 << 10) /* the frame of a signal alone may be 11 KiB */

/* NULL: there is no memory, and the thread has none. */
static inline void *fault_stack_give(void)
{
    void *memory = mmap(NULL, FAULT_STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    const stack_t stack = {.ss_sp = memory, .ss_size = FAULT_STACK_BYTES};
    if (sigaltstack(&stack, NULL) == 0) return memory;
    (void)munmap(memory, FAULT_STACK_BYTES);
    return NULL;
}

/* NULL is allowed. */
static inline void fault_stack_take(void *memory)
{
    const stack_t none = {.ss_flags = SS_DISABLE};
    if (memory && sigaltstack(&none, NULL) == 0) (void)munmap(memory, FAULT_STACK_BYTES);
}

#endif
