#ifndef BENCH_KERNEL_ECHO_H
#define BENCH_KERNEL_ECHO_H

/* What the kernel's TCP takes on loopback for the bytes of an order and of its answer, there and
 * back, each side on a core of its own: a distribution "kernel_spin" or "kernel_block". */

#include "dataplane/base/base.h"

void kernel_echo_measure(uint32_t orders, bool spins);

#endif
