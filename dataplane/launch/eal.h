#ifndef DATAPLANE_LAUNCH_EAL_H
#define DATAPLANE_LAUNCH_EAL_H

/* The cores the dataplane runs on, and DPDK beneath them.  Cold.
 *
 *     eal_start(&plan, &problems)         once, by the main thread, before any port is opened
 *     eal_launch(0, run, argument) ...    each core runs one function until it returns
 *     eal_wait_all()
 *     eal_stop()
 *
 * Core i is a thread on the processor plan.cpu[i]; several cores may share a processor.  The main
 * thread is none of them: it is kept off their processors where there are others, and belongs to
 * the control side.
 *
 * With DPDK, cores are its lcores 1..N (lcore 0 is the main thread), so packet buffers are cached
 * per core.  Built without DPDK, the same functions start plain threads, and a plan that names
 * devices is refused.
 *
 * DPDK works without root and without huge pages: pages NONE keeps everything in ordinary memory;
 * TRY takes huge pages if enough are free; REQUIRE refuses to start without them.  No file is left
 * behind, only DPDK's empty runtime directory.  What DPDK has to say goes to eal_messages, not to
 * the terminal.  SIGPIPE is ignored from eal_start on: ports write to sockets.
 *
 * Threads: all functions from the main thread. */

#include "dataplane/base/arena_setup.h"
#include "dataplane/base/base.h"
#include "dataplane/base/text.h"

#define EAL_CORES_MAX   32u
#define EAL_DEVICES_MAX 32u
#define EAL_MEMORY_MAX  65536u /* MiB */

struct eal_plan {
    uint32_t cores;
    uint16_t cpu[EAL_CORES_MAX]; /* the processor of each core */

    enum arena_pages pages;
    uint32_t memory_mib; /* for packet buffers and queues of ports; 0: 64 */

    /* PCI addresses that may be taken.  With none, the PCI bus is not looked at; virtual devices
     * need no entry: net_dpdk_open makes them. */
    uint32_t devices;
    const char *device[EAL_DEVICES_MAX];
};

/* True when eal_start has what it needs; else false, and a sentence for everything that is wrong
 * was appended to problems. */
MUST_USE bool eal_start(const struct eal_plan *plan, struct text *problems);

/* The processors this process may run on: writes at most capacity, returns how many there are. */
uint32_t eal_cpus(uint16_t *cpu, uint32_t capacity);

uint32_t eal_core_count(void);

typedef void eal_core_fn(void *argument);

/* Runs run(argument) on core.  The core must not be running. */
void eal_launch(uint32_t core, eal_core_fn *run, void *argument);

bool eal_running(uint32_t core);

/* Waits until no core is running. */
void eal_wait_all(void);

/* Gives back what eal_start took; ports must be closed.  The process cannot start it again. */
void eal_stop(void);

/* "DPDK 22.11.11, huge pages, 2 cores" or "no DPDK, 2 cores".  After eal_start. */
void eal_print(struct text *out);

/* What DPDK said so far, its first EAL_MESSAGES_BYTES bytes: empty when all is well. */
#define EAL_MESSAGES_BYTES 16384u
const char *eal_messages(void);

/* True if this build can open devices. */
bool eal_has_dpdk(void);

#endif
