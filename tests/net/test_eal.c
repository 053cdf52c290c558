/* What the start of cores promises, with DPDK or without. */

#include "dataplane/launch/eal.h"
#include "dataplane/launch/eal_check.h"
#include "tests/support/spec.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* DPDK starts once in a program, so these specs share one start: the refusals come before it. */

static char problem_bytes[8192];
static struct text problems;
static uint16_t cpu[EAL_CORES_MAX];
static uint32_t cpus;

static void open_problems(void)
{
    problems = text_in(problem_bytes, sizeof problem_bytes);
    cpus = eal_cpus(cpu, EAL_CORES_MAX);
}

SPEC(the_processors_this_program_may_use_are_named)
{
    cpu_set_t allowed;
    EXPECT(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    EXPECT_UINT(cpus, CPU_COUNT(&allowed));
    for (uint32_t i = 0; i < cpus && i < EAL_CORES_MAX; i++) EXPECT(CPU_ISSET(cpu[i], &allowed));
    EXPECT_UINT(eal_cpus(NULL, 0), cpus);
}

SPEC(a_plan_that_cannot_be_is_refused_with_a_sentence_for_each_fault)
{
    struct eal_plan plan = {.cores = 2, .cpu = {cpu[0], 1000}, .memory_mib = EAL_MEMORY_MAX + 1};
    EXPECT(!eal_start(&plan, &problems));
    EXPECT(strstr(problems.bytes, "Core 1 is to run on processor 1000") != NULL);
    EXPECT(strstr(problems.bytes, "65537 MiB for packet buffers") != NULL);
    EXPECT_UINT(eal_core_count(), 0);
    text_clear(&problems);
    EXPECT(!eal_start(&(struct eal_plan){.cores = 0}, &problems));
    EXPECT_TEXT(problems.bytes, "0 cores are wanted; 1 to 32 are possible.\n");
}

SPEC(huge_pages_that_are_not_there_are_refused_when_required)
{
    if (!eal_has_dpdk()) return;
    struct eal_plan plan = {
        .cores = 1, .cpu = {cpu[0]}, .pages = ARENA_PAGES_REQUIRE, .memory_mib = EAL_MEMORY_MAX};
    EXPECT(!eal_start(&plan, &problems));
    EXPECT(strstr(problems.bytes, "Packet buffers need 65536 MiB of huge pages") != NULL);
}

SPEC(devices_are_refused_where_there_is_no_dpdk)
{
    if (eal_has_dpdk()) return;
    struct eal_plan plan = {.cores = 1, .cpu = {cpu[0]}, .devices = 1, .device = {"0000:00:03.0"}};
    EXPECT(!eal_start(&plan, &problems));
    EXPECT_TEXT(problems.bytes,
                "0000:00:03.0 cannot be opened: this program was built without DPDK.\n");
}

/* Three cores on what processors there are. */
SPEC(cores_start_without_root_and_without_huge_pages)
{
    struct eal_plan plan = {.cores = 3,
                            .cpu = {cpu[0], cpu[cpus > 1 ? 1 : 0], cpu[0]},
                            .pages = ARENA_PAGES_NONE,
                            .memory_mib = 32};
    EXPECT(eal_start(&plan, &problems));
    EXPECT_TEXT(problems.bytes, "");
    EXPECT_UINT(eal_core_count(), 3);
    char bytes[128];
    struct text said = text_in(bytes, sizeof bytes);
    eal_print(&said);
    EXPECT(strstr(bytes, "3 cores") != NULL);
}

struct visit {
    _Atomic bool go;
    int cpu;
    int runs;
};

static void visit_run(void *argument)
{
    struct visit *visit = argument;
    while (!atomic_load_explicit(&visit->go, memory_order_acquire)) sched_yield();
    visit->cpu = sched_getcpu();
    visit->runs++;
}

SPEC(each_core_runs_its_function_on_its_processor)
{
    struct visit visit[3] = {0};
    for (uint32_t core = 0; core < 3; core++) eal_launch(core, visit_run, &visit[core]);
    for (uint32_t core = 0; core < 3; core++) EXPECT(eal_running(core));
    for (uint32_t core = 0; core < 3; core++)
        atomic_store_explicit(&visit[core].go, true, memory_order_release);
    eal_wait_all();
    for (uint32_t core = 0; core < 3; core++) {
        EXPECT(!eal_running(core));
        EXPECT_UINT(visit[core].runs, 1);
        EXPECT_UINT(visit[core].cpu, core == 1 && cpus > 1 ? cpu[1] : cpu[0]);
    }
}

SPEC(a_core_whose_function_has_returned_runs_another)
{
    struct visit visit = {.go = true};
    for (int i = 1; i <= 3; i++) {
        eal_launch(2, visit_run, &visit);
        eal_wait_all();
        EXPECT_UINT(visit.runs, i);
    }
}

SPEC(the_main_thread_is_kept_off_the_cores_where_there_are_other_processors)
{
    cpu_set_t mine;
    eal_main_cpus(&(struct eal_plan){.cores = 1, .cpu = {cpu[1]}}, &mine);
    if (cpus > 1) EXPECT(!CPU_ISSET(cpu[1], &mine));
    if (cpus > 1) EXPECT_UINT(CPU_COUNT(&mine), cpus - 1);
    EXPECT(sched_getaffinity(0, sizeof mine, &mine) == 0);
    if (cpus <= 2) {
        EXPECT_UINT(CPU_COUNT(&mine), cpus);
        return;
    }
    EXPECT(!CPU_ISSET(cpu[0], &mine));
    EXPECT(!CPU_ISSET(cpu[1], &mine));
    EXPECT_UINT(CPU_COUNT(&mine), cpus - 2);
}

SPEC(at_the_end_there_are_no_cores)
{
    eal_stop();
    EXPECT_UINT(eal_core_count(), 0);
}

#define SPECS(S)                                                                                   \
    S(the_processors_this_program_may_use_are_named)                                               \
    S(a_plan_that_cannot_be_is_refused_with_a_sentence_for_each_fault)                             \
    S(huge_pages_that_are_not_there_are_refused_when_required)                                     \
    S(devices_are_refused_where_there_is_no_dpdk)                                                  \
    S(cores_start_without_root_and_without_huge_pages)                                             \
    S(each_core_runs_its_function_on_its_processor)                                                \
    S(a_core_whose_function_has_returned_runs_another)                                             \
    S(the_main_thread_is_kept_off_the_cores_where_there_are_other_processors)                      \
    S(at_the_end_there_are_no_cores)

SPEC_MAIN("eal", SPECS, open_problems, NULL)
