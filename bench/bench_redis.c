/* What Redis costs whom: an intent of a program outside until its order is on the port, and the way
 * from a packet to an order while the server does whatever it may.
 *
 *     redis_trip      an entry of a stream to the segment of its order
 *     redis_inside    the same intent given in the process
 *     redis_floor     an entry of a stream to a bare client that reads it
 *     redis_rate      as many intents as go, answered
 *     redis_read      a server's bytes to an intent; counted too
 *     redis_hot_*     a packet to the segment it causes: server well, failing, absent;
 *                     counted too: redis_count_*
 *
 * See the files of these names, and redis_desk.h for who is on which core.  Exits 77 without a
 * redis-server or a second core. */

#include "bench/bench_redis.h"

#include <stdio.h>

enum { SKIPPED = 77 };

int main(int argc, char **argv)
{
    static struct redis_desk desk;
    bench_open("redis", argc, argv);
    if (bench_cores() < 2 && !bench_counting()) {
        fprintf(stderr, "skipped: bench_redis needs two cores\n");
        return SKIPPED;
    }
    CHECK(bench_pin(0));
    redis_read_measure();
    if (!redis_desk_open(&desk)) {
        fprintf(stderr, "skipped: redis-server is not installed\n");
        return SKIPPED;
    }
    if (bench_counting()) {
        redis_count_measure(&desk);
    } else {
        redis_trip_measure(&desk);
        redis_fails_measure(&desk);
    }
    redis_desk_close(&desk);
    return bench_close();
}
