#include "apps/polluxd/watch_venue.h"

#include "control/monitor/report.h"
#include "control/monitor/report_venue.h"

#include <string.h>

void watch_venue_look(struct watch_venue *venue, const struct launch *launch)
{
    venue->gate_before = venue->gate;
    venue->match_before = venue->match;
    venue->listed = launch->venue->plan->listing_count;
    gate_stage_view(launch->venue->gate, &venue->gate);
    match_stage_view(launch->venue->match, &venue->match);
}

static void rate_append(struct text *out, const char *name, uint64_t now, uint64_t before,
                        uint64_t span_ns)
{
    text_append(out, name);
    text_grouped(out, now);
    text_append(out, " (");
    text_short(out, span_ns ? (now - before) * NANOS_SECOND / span_ns : 0);
    text_append(out, "/s)");
}

const char *watch_venue_day(const struct watch_venue *venue)
{
    static const char *const days[] = {"not open", "open", "closed"};
    const struct match_view *match = &venue->match;
    return match->dead ? "FAILED" : days[match->day < 3 ? match->day : 0];
}

void watch_venue_line(struct text *out, const struct watch_venue *venue, uint64_t span_ns)
{
    const struct match_view *match = &venue->match;
    uint64_t news = match->request - venue->match_before.request;
    text_format(out, "venue    %s  ", watch_venue_day(venue));
    text_grouped(out, match->request);
    text_append(out, " requests  ");
    text_short(out, span_ns ? news * NANOS_SECOND / span_ns : 0);
    text_append(out, "/s  ");
    text_grouped(out, match->orders);
    text_append(out, " orders  ");
    text_grouped(out, venue->gate.connected);
    text_append(out, " connected  journal ");
    text_grouped(out, match->sequence);
    text_append_char(out, '\n');
}

void watch_venue_status(struct text *out, const struct watch_venue *venue, uint64_t span_ns,
                        const char *between)
{
    const struct gate_view *gate = &venue->gate;
    const struct match_view *match = &venue->match;
    text_format(out, "venue %s  sessions %u connected  ", watch_venue_day(venue),
                (uint32_t)gate->connected);
    rate_append(out, "requests ", match->request, venue->match_before.request, span_ns);
    text_append(out, "  orders live ");
    text_grouped(out, match->orders);
    text_append(out, between);
    rate_append(out, "market data ", gate->message, venue->gate_before.message, span_ns);
    text_append(out, "  journal ");
    text_grouped(out, match->sequence);
    text_append(out, "  frames ");
    text_grouped(out, gate->frame);
    text_append_char(out, '\n');
}

void watch_venue_page(struct text *out, const struct watch_venue *venue, uint32_t rows)
{
    uint32_t sessions = (uint32_t)venue->gate.sessions + 3;
    report_venue_books(out, &venue->match, venue->listed,
                       rows > sessions + 2 ? rows - sessions : 2);
    text_append_char(out, '\n');
    report_venue_sessions(out, &venue->gate);
    text_append_char(out, '\n');
}

void watch_venue_latencies(struct text *out, const struct launch *launch, struct histogram *scratch)
{
    const struct {
        const char *name;
        const struct histogram *histogram;
    } rows[] = {
        {"request to answer", match_stage_latency(launch->venue->match)},
        {"request to frame", gate_stage_latency(launch->venue->gate)},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        histogram_copy(scratch, rows[i].histogram);
        struct histogram_summary summary = histogram_summarize(scratch);
        histogram_summary_to_ns(&summary, &launch->clock);
        report_latency(out, rows[i].name, &summary);
    }
}

void watch_venue_summary(struct text *out, const struct watch_venue *venue)
{
    text_append_char(out, '\n');
    report_venue_books(out, &venue->match, venue->listed, MATCH_VIEW_BOOKS + 1);
    text_append_char(out, '\n');
    report_venue_sessions(out, &venue->gate);
    text_append_char(out, '\n');
    report_venue_entry(out, &venue->gate, &venue->match);
    report_venue_market(out, &venue->gate);
    report_venue_network(out, &venue->gate);
}
