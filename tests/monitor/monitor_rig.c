#include "tests/monitor/monitor_rig.h"

#include <stdlib.h>
#include <string.h>

struct monitor *monitor;
struct views *views;
static uint64_t followed;
char line[MONITOR_LINE_BYTES];

void box_draw(void)
{
    *views = (struct views){.now_ns = NANOS_SECOND,
                            .wall_ns = 1000 * NANOS_SECOND,
                            .version = "1",
                            .name = "box",
                            .lcores = 2,
                            .has_feed = true,
                            .has_gateway = true,
                            .has_venue = true,
                            .ports = 1,
                            .port = {{.name = "market"}},
                            .rings = 1,
                            .ring = {{.name = "requests"}}};
    for (uint32_t i = 0; i < 2; i++)
        views->lcore[i] = (struct views_lcore){.cpu = 4 + i, .runs = true, .heartbeat_tsc = 1};
    views->feed.channel_state = MARKET_LIVE;
    views->feed.line[LINE_A].group = views->feed.line[LINE_B].group = 0xe9000001;
    views->feed.channel.line[LINE_A].received = 100;
    views->feed.channel.line[LINE_B].received = 100;
    views->gateway.venues = 2;
    memcpy(views->gateway.venue[0].name, "box", sizeof "box");
    memcpy(views->gateway.venue[1].name, "crowd", sizeof "crowd");
    for (uint32_t i = 0; i < 2; i++) views->gateway.venue[i].session.state = ORDER_HOST_UP;
    views->gateway.state = RISK_ACTIVE;
}

void look(void)
{
    views->now_ns += MONITOR_LOOK_NS;
    views->wall_ns += MONITOR_LOOK_NS;
    monitor_look(monitor, views);
}

void beat(void)
{
    for (uint32_t i = 0; i < views->lcores; i++) views->lcore[i].heartbeat_tsc++;
}

void live(uint32_t seconds)
{
    for (uint64_t ns = 0; ns < seconds * NANOS_SECOND; ns += MONITOR_LOOK_NS) {
        beat();
        look();
    }
}

const char *told(void)
{
    struct text out = text_in(line, sizeof line);
    const struct monitor_told *next = monitor_next(monitor, followed);
    if (!next) return line;
    followed = next->number;
    monitor_told_print(&out, next);
    return line;
}

bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

const char *health(void)
{
    struct text out = text_in(line, sizeof line);
    monitor_health(monitor, &out);
    return line;
}

void box_begin(void)
{
    monitor = monitor_new();
    views = calloc(1, sizeof *views);
    if (!monitor || !views) abort();
    followed = 0;
    box_draw();
    look();
}

void box_end(void)
{
    monitor_free(monitor);
    free(views);
}
