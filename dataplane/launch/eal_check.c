#include "dataplane/launch/eal_check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t eal_cpus(uint16_t *cpu, uint32_t capacity)
{
    cpu_set_t allowed;
    uint32_t count = 0;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
    for (unsigned i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET(i, &allowed)) continue;
        if (count < capacity) cpu[count] = (uint16_t)i;
        count++;
    }
    return count;
}

static void cpus_print(struct text *out)
{
    uint16_t cpu[CPU_SETSIZE];
    uint32_t count = eal_cpus(cpu, CPU_SETSIZE);
    for (uint32_t first = 0; first < count;) {
        uint32_t last = first;
        while (last + 1 < count && cpu[last + 1] == cpu[last] + 1) last++;
        text_format(out, first == last ? "%s%u" : "%s%u-%u", first ? "," : "", cpu[first],
                    cpu[last]);
        first = last + 1;
    }
}

static uint32_t cpu_problems(const struct eal_plan *plan, struct text *problems)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < plan->cores && i < EAL_CORES_MAX; i++) {
        uint16_t cpu = plan->cpu[i];
        if (cpu < CPU_SETSIZE && CPU_ISSET(cpu, &allowed)) continue;
        text_format(problems,
                    "Core %u is to run on processor %u, and this program may run on processors ", i,
                    cpu);
        cpus_print(problems);
        text_append(problems, ": change the core list, or what taskset, the cgroup or the unit's "
                              "CPUAffinity allow.\n");
        wrong++;
    }
    return wrong;
}

bool eal_check(const struct eal_plan *plan, struct text *problems)
{
    uint32_t wrong = 0;
    if (plan->cores < 1 || plan->cores > EAL_CORES_MAX) {
        text_format(problems, "%u cores are wanted; 1 to %u are possible.\n", plan->cores,
                    EAL_CORES_MAX);
        wrong++;
    }
    wrong += cpu_problems(plan, problems);
    if (plan->memory_mib > EAL_MEMORY_MAX) {
        text_format(problems,
                    "%u MiB for packet buffers is more than the %u MiB that are possible.\n",
                    plan->memory_mib, EAL_MEMORY_MAX);
        wrong++;
    }
    if (plan->devices > EAL_DEVICES_MAX) {
        text_format(problems, "%u devices are named; at most %u are possible.\n", plan->devices,
                    EAL_DEVICES_MAX);
        wrong++;
    }
    return wrong == 0;
}

void eal_main_cpus(const struct eal_plan *plan, cpu_set_t *cpus)
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) CPU_SET(0, &allowed);
    *cpus = allowed;
    for (uint32_t i = 0; i < plan->cores; i++) CPU_CLR(plan->cpu[i], cpus);
    if (CPU_COUNT(cpus) == 0) *cpus = allowed;
}

/* The number in a file of the kernel's, 0 if there is none. */
static uint64_t file_number(const char *path)
{
    unsigned long long number = 0;
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    if (fscanf(file, "%llu", &number) != 1) number = 0;
    fclose(file);
    return number;
}

uint64_t eal_huge_bytes_free(void)
{
    static const char sizes[] = "/sys/kernel/mm/hugepages";
    uint64_t bytes = 0;
    DIR *folder = opendir(sizes);
    if (!folder) return 0;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        const char *digits = strchr(entry->d_name, '-');
        if (!digits) continue;
        char path[512];
        snprintf(path, sizeof path, "%s/%s/free_hugepages", sizes, entry->d_name);
        bytes += strtoull(digits + 1, NULL, 10) * 1024 * file_number(path);
    }
    closedir(folder);
    return bytes;
}

bool eal_wants_huge(const struct eal_plan *plan, struct text *problems, bool *huge)
{
    uint64_t wanted_mib = plan->memory_mib ? plan->memory_mib : EAL_MEMORY_MIB;
    uint64_t free_mib = eal_huge_bytes_free() >> 20;
    *huge = plan->pages != ARENA_PAGES_NONE && free_mib >= wanted_mib;
    if (plan->pages != ARENA_PAGES_REQUIRE || *huge) return true;
    text_format(
        problems,
        "Packet buffers need %u MiB of huge pages, and %u MiB are free: reserve %u more of 2 MiB "
        "(sysctl vm.nr_hugepages), or let the pages be small.\n",
        (unsigned)wanted_mib, (unsigned)free_mib, (unsigned)((wanted_mib - free_mib + 1) / 2));
    return false;
}
