#include "dataplane/launch/eal.h"

#include "dataplane/launch/eal_check.h"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_version.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* DPDK is one per program, and so is this state.  Core i is lcore i + 1.
 *
 * Arguments are built in one buffer and pointed to by argv, as rte_eal_init wants them; it keeps
 * some of the pointers, so both stay. */

enum {
    ARGUMENTS_MAX = 24 + 2 * EAL_DEVICES_MAX,
    ARGUMENT_BYTES = 16384,
};

struct core {
    eal_core_fn *run;
    void *argument;
    _Atomic bool running; /* set by the main thread, cleared by the core */
};

static struct {
    uint32_t cores;
    bool huge;
    struct core core[EAL_CORES_MAX];

    int argc;
    char *argv[ARGUMENTS_MAX + 1];
    char argument_bytes[ARGUMENT_BYTES];
    struct text arguments;

    char message_bytes[EAL_MESSAGES_BYTES];
    struct text messages;
} eal;

/* What DPDK says. */

static ssize_t message_write(void *cookie, const char *bytes, size_t length)
{
    text_append_bytes(cookie, bytes, length);
    return (ssize_t)length;
}

/* DPDK writes to this stream from its own threads too; the stream's lock orders them. */
static void messages_catch(void)
{
    eal.messages = text_in(eal.message_bytes, sizeof eal.message_bytes);
    FILE *stream = fopencookie(&eal.messages, "w", (cookie_io_functions_t){.write = message_write});
    if (!stream) return; /* then DPDK writes to the terminal, which is no reason to stop */
    setvbuf(stream, NULL, _IOLBF, BUFSIZ);
    rte_openlog_stream(stream);
}

const char *eal_messages(void)
{
    return eal.message_bytes;
}

/* Arguments. */

/* Begins the next argument: what is appended to eal.arguments until the next call belongs to it. */
static struct text *argument(void)
{
    CHECK(eal.argc < ARGUMENTS_MAX);
    if (eal.argc > 0) text_append_bytes(&eal.arguments, "", 1);
    eal.argv[eal.argc++] = eal.arguments.bytes + eal.arguments.length;
    return &eal.arguments;
}

static void argument_add(const char *whole)
{
    text_append(argument(), whole);
}

/* '0@(2,3),1@0,2@1': the main thread on what is left, core 0 on processor 0, core 1 on 1. */
static void lcores_add(const struct eal_plan *plan)
{
    cpu_set_t main_cpus;
    eal_main_cpus(plan, &main_cpus);
    argument_add("--lcores");
    struct text *list = argument();
    const char *before = "0@(";
    for (unsigned cpu = 0; cpu < CPU_SETSIZE && cpu < RTE_MAX_LCORE; cpu++) {
        if (!CPU_ISSET(cpu, &main_cpus)) continue;
        text_format(list, "%s%u", before, cpu);
        before = ",";
    }
    text_append(list, ")");
    for (uint32_t i = 0; i < plan->cores; i++) text_format(list, ",%u@%u", i + 1, plan->cpu[i]);
}

static void arguments_make(const struct eal_plan *plan)
{
    eal.arguments = text_in(eal.argument_bytes, sizeof eal.argument_bytes);
    eal.argc = 0;
    argument_add("pollux");
    lcores_add(plan);
    argument_add("-m");
    text_uint(argument(), plan->memory_mib ? plan->memory_mib : EAL_MEMORY_MIB);
    if (eal.huge) {
        argument_add("--in-memory");
    } else {
        argument_add("--no-huge");
        argument_add("--no-shconf");
    }
    argument_add("--no-telemetry");
    argument_add("--log-level=*:warning");
    for (uint32_t i = 0; i < plan->devices; i++) {
        argument_add("-a");
        argument_add(plan->device[i]);
    }
    if (plan->devices == 0) argument_add("--no-pci");
    eal.argv[eal.argc] = NULL;
    CHECK(!eal.arguments.cut);
}

static uint32_t device_problems(const struct eal_plan *plan, struct text *problems)
{
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < plan->devices && i < EAL_DEVICES_MAX; i++) {
        if (strlen(plan->device[i]) <= 64) continue;
        text_format(problems, "%.64s... is no PCI address; one looks like 0000:3b:00.0.\n",
                    plan->device[i]);
        wrong++;
    }
    return wrong;
}

/* The life of the EAL. */

bool eal_start(const struct eal_plan *plan, struct text *problems)
{
    CHECK(eal.cores == 0);
    bool good = eal_check(plan, problems);
    good = eal_wants_huge(plan, problems, &eal.huge) && good;
    good = device_problems(plan, problems) == 0 && good;
    if (!good) return false;

    /* A virtio or vhost port writes to its peer's socket; a peer that has gone must not end us. */
    signal(SIGPIPE, SIG_IGN);
    messages_catch();
    arguments_make(plan);
    if (rte_eal_init(eal.argc, eal.argv) < 0) {
        text_format(problems, "DPDK does not start (%s).  It says:\n%s", rte_strerror(rte_errno),
                    eal.message_bytes[0] ? eal.message_bytes : "nothing.\n");
        return false;
    }
    eal.cores = plan->cores;
    return true;
}

uint32_t eal_core_count(void)
{
    return eal.cores;
}

/* DPDK orders a launch before the function and the function before the wait; running does it again,
 * in code that the thread sanitizer sees. */

static int core_run(void *argument)
{
    struct core *core = argument;
    /* Acquires the release in eal_launch. */
    CHECK(atomic_load_explicit(&core->running, memory_order_acquire));
    core->run(core->argument);
    /* Releases what run wrote to the acquire in core_running. */
    atomic_store_explicit(&core->running, false, memory_order_release);
    return 0;
}

static bool core_running(uint32_t core)
{
    /* Acquires the release in core_run. */
    return atomic_load_explicit(&eal.core[core].running, memory_order_acquire);
}

void eal_launch(uint32_t core, eal_core_fn *run, void *argument)
{
    CHECK(core < eal.cores);
    CHECK(!eal_running(core));
    eal.core[core].run = run;
    eal.core[core].argument = argument;
    /* Releases the two lines above to the acquire in core_run. */
    atomic_store_explicit(&eal.core[core].running, true, memory_order_release);
    int refused = rte_eal_remote_launch(core_run, &eal.core[core], core + 1);
    CHECK(refused == 0);
}

bool eal_running(uint32_t core)
{
    CHECK(core < eal.cores);
    return core_running(core) || rte_eal_get_lcore_state(core + 1) == RUNNING;
}

void eal_wait_all(void)
{
    rte_eal_mp_wait_lcore();
    for (uint32_t i = 0; i < eal.cores; i++) CHECK(!core_running(i));
}

void eal_stop(void)
{
    if (eal.cores == 0) return;
    int failed = rte_eal_cleanup();
    (void)failed; /* the program ends; there is nobody left to act on it */
    eal.cores = 0;
}

void eal_print(struct text *out)
{
    text_format(out, "%s, %s pages, %u core%s", rte_version(), eal.huge ? "huge" : "small",
                eal.cores, eal.cores == 1 ? "" : "s");
}

bool eal_has_dpdk(void)
{
    return true;
}
