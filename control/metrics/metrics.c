#include "control/metrics/metrics.h"

void metrics_print(struct text *out, const struct metrics_source *source)
{
    metrics_box(out, source);
    if (source->control) metrics_control(out, source);
    if (source->views->has_capture) metrics_capture(out, source->views);
    if (source->views->has_redis) metrics_redis(out, source->views);
    if (source->views->has_feed) metrics_feed(out, source->views);
    if (source->views->has_gateway) metrics_gateway(out, source->views);
    if (source->views->has_venue) metrics_venue(out, source->views);
}
