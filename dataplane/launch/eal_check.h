#ifndef DATAPLANE_LAUNCH_EAL_CHECK_H
#define DATAPLANE_LAUNCH_EAL_CHECK_H

/* What both builds of eal.h check before they start anything.  Nobody else includes it. */

#include "dataplane/launch/eal.h"

#include <sched.h>

#define EAL_MEMORY_MIB 64u /* what memory_mib 0 stands for */

/* Says everything that is wrong with the plan on this machine. */
MUST_USE bool eal_check(const struct eal_plan *plan, struct text *problems);

/* Where the main thread belongs: the processors it has now, without those of the plan's cores if
 * that leaves any. */
void eal_main_cpus(const struct eal_plan *plan, cpu_set_t *cpus);

/* Free huge pages of all sizes. */
uint64_t eal_huge_bytes_free(void);

/* Whether packet buffers go to huge pages; false and a sentence if the plan requires them and there
 * are too few. */
MUST_USE bool eal_wants_huge(const struct eal_plan *plan, struct text *problems, bool *huge);

#endif
