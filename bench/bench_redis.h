#ifndef BENCH_BENCH_REDIS_H
#define BENCH_BENCH_REDIS_H

/* The parts of bench_redis, a file each. */

#include "bench/redis_desk.h"

void redis_trip_measure(struct redis_desk *desk);  /* an intent to its segment, and many of them */
void redis_fails_measure(struct redis_desk *desk); /* packets to orders while the server fails */

void redis_read_measure(void); /* a server's bytes to an intent */

void redis_count_measure(struct redis_desk *desk); /* the same in instructions */

#endif
