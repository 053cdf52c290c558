/* Programs outside: what they said and were told by a Redis server. */

#include "control/metrics/metrics_rows.h"

#define REDIS_COUNTER_ROW(row, help) METRICS_COUNTER("redis", row, help, view)
#define REDIS_GAUGE_ROW(row, help)   METRICS_GAUGE("redis", row, help, view)

void metrics_redis(struct text *out, const struct views *views)
{
    const struct redis_view *view = &views->redis;
    REDIS_COUNTERS(REDIS_COUNTER_ROW)
    REDIS_GAUGES(REDIS_GAUGE_ROW)
}
