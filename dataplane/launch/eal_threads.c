#include "dataplane/launch/eal.h"

#include "dataplane/launch/eal_check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* eal.h without DPDK: one pinned thread for each launch.
 *
 * Invariant: started says that thread exists and has not been joined. */

struct core {
    pthread_t thread;
    bool started;
    _Atomic bool running; /* cleared by the thread when its function has returned */
    uint16_t cpu;
    eal_core_fn *run;
    void *argument;
};

static struct core cores[EAL_CORES_MAX];
static uint32_t core_count;

bool eal_start(const struct eal_plan *plan, struct text *problems)
{
    CHECK(core_count == 0);
    bool good = eal_check(plan, problems);
    for (uint32_t i = 0; i < plan->devices && i < EAL_DEVICES_MAX; i++) {
        text_format(problems, "%s cannot be opened: this program was built without DPDK.\n",
                    plan->device[i]);
        good = false;
    }
    if (!good) return false;
    cpu_set_t main_cpus;
    eal_main_cpus(plan, &main_cpus);
    /* Refused only if the set of processors has changed meanwhile; then nothing changes. */
    int refused = sched_setaffinity(0, sizeof main_cpus, &main_cpus);
    (void)refused;
    core_count = plan->cores;
    for (uint32_t i = 0; i < core_count; i++) cores[i].cpu = plan->cpu[i];
    return true;
}

uint32_t eal_core_count(void)
{
    return core_count;
}

static void core_join(struct core *core)
{
    if (!core->started) return;
    pthread_join(core->thread, NULL);
    core->started = false;
}

static void *core_run(void *argument)
{
    struct core *core = argument;
    core->run(core->argument);
    /* Releases what run wrote to the acquire in eal_running. */
    atomic_store_explicit(&core->running, false, memory_order_release);
    return NULL;
}

void eal_launch(uint32_t index, eal_core_fn *run, void *argument)
{
    CHECK(index < core_count);
    CHECK(!eal_running(index));
    struct core *core = &cores[index];
    core_join(core);
    core->run = run;
    core->argument = argument;
    atomic_store_explicit(&core->running, true, memory_order_relaxed);

    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(core->cpu, &cpus);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setaffinity_np(&attributes, sizeof cpus, &cpus);
    int failed = pthread_create(&core->thread, &attributes, core_run, core);
    pthread_attr_destroy(&attributes);
    CHECK(failed == 0);
    core->started = true;
}

bool eal_running(uint32_t index)
{
    CHECK(index < core_count);
    /* Acquires the release in core_run. */
    return atomic_load_explicit(&cores[index].running, memory_order_acquire);
}

void eal_wait_all(void)
{
    for (uint32_t i = 0; i < core_count; i++) core_join(&cores[i]);
}

void eal_stop(void)
{
    eal_wait_all();
    core_count = 0;
}

void eal_print(struct text *out)
{
    text_format(out, "no DPDK, %u core%s", core_count, core_count == 1 ? "" : "s");
}

const char *eal_messages(void)
{
    return "";
}

bool eal_has_dpdk(void)
{
    return false;
}
