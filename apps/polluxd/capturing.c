#include "apps/polluxd/capturing.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define START_POLL_NS   NANOS_MILLI
#define START_POLLS_MAX 10000u /* 10 s: a disk that is slower is not waited for */
#define DESCRIPTION_MAX (CONFIG_DEVICE_MAX + CONFIG_NAME_MAX)

struct port_texts {
    char name[CONFIG_NAME_MAX + 1];
    char description[DESCRIPTION_MAX + 1];
};

struct capturing {
    struct recorder *recorder;
    struct recorder_plan plan;
    struct recorder_ports ports;
    char folder[CONFIG_PATH_MAX + 1];
    struct port_texts texts[RECORDER_PORTS_MAX];
    uint32_t
        place[CONFIG_PORTS_MAX]; /* of the configuration's ports in ours, or CONFIG_PORT_NONE */
};

static void ports_find(struct capturing *capturing, const struct config *config,
                       struct launch *launch)
{
    struct recorder_ports *ports = &capturing->ports;
    ports->application = "polluxd " POLLUX_VERSION;
    for (uint32_t i = 0; i < config->ports.count; i++) {
        const struct config_port *port = &config->ports.at[i];
        struct net_queue *queue = launch_queue(launch, i);
        capturing->place[i] = CONFIG_PORT_NONE;
        if (!queue) continue;
        struct port_texts *texts = &capturing->texts[ports->count];
        snprintf(texts->name, sizeof texts->name, "%s", port->name);
        if (port->kind == CONFIG_PORT_CABLE)
            snprintf(texts->description, sizeof texts->description, "cable to %s",
                     config->ports.at[port->to].name);
        else snprintf(texts->description, sizeof texts->description, "%s", port->device);
        capturing->place[i] = ports->count;
        ports->port[ports->count++] = (struct recorder_port){
            .name = texts->name,
            .description = texts->description,
            .queue = queue,
        };
    }
}

static void plan_make(struct capturing *capturing, const struct config_capture *capture)
{
    snprintf(capturing->folder, sizeof capturing->folder, "%s", capture->folder);
    capturing->plan = (struct recorder_plan){
        .folder = capturing->folder,
        .file_bytes = (uint64_t)capture->file_mib << 20,
        .files = capture->files,
        .ring_bytes = (uint64_t)capture->ring_mib << 20,
        .snap_bytes = capture->snap_bytes,
        .ports = (1u << capturing->ports.count) - 1,
    };
    if (capture->ports.count > 0) capturing->plan.ports = 0;
    for (uint32_t i = 0; i < capture->ports.count; i++) {
        uint32_t place = capturing->place[capture->ports.at[i].port];
        if (place != CONFIG_PORT_NONE) capturing->plan.ports |= 1u << place;
    }
}

/* Until its taps are on, or it has failed, which is said. */
static void start_await(const struct capturing *capturing)
{
    struct recorder_view view = {.state = RECORDER_STARTING};
    struct timespec span = {.tv_nsec = (long)START_POLL_NS};
    for (uint32_t i = 0; i < START_POLLS_MAX && view.state == RECORDER_STARTING; i++) {
        (void)nanosleep(&span, NULL);
        capturing_view(capturing, &view);
    }
}

struct capturing *capturing_open(const struct config *config, struct launch *launch)
{
    char line[RECORDER_SAID_MAX + 1];
    struct text problem = text_in(line, sizeof line);
    struct capturing *capturing = calloc(1, sizeof *capturing);
    if (!capturing) return NULL;
    ports_find(capturing, config, launch);
    plan_make(capturing, &config->capture);
    capturing->recorder = recorder_new(&capturing->ports);
    if (!capturing->recorder) {
        free(capturing);
        return NULL;
    }
    if (!config->capture.start) return capturing;
    if (capturing_start(capturing, &problem)) start_await(capturing);
    else printf("%s\n", problem.bytes);
    return capturing;
}

void capturing_close(struct capturing *capturing)
{
    if (!capturing) return;
    char said[RECORDER_SAID_MAX + 1];
    struct text line = text_in(said, sizeof said);
    recorder_await(capturing->recorder);
    for (; capturing_step(capturing, &line); text_clear(&line)) printf("%s\n", said);
    recorder_free(capturing->recorder);
    free(capturing);
}

bool capturing_start(struct capturing *capturing, struct text *problem)
{
    if (capturing->folder[0] == 0)
        text_append(problem, "capture: the configuration's capture.folder is missing: it says "
                             "where files are written");
    else if (capturing->plan.ports == 0)
        text_append(problem, "capture: there is no port of kind dpdk or cable");
    else return recorder_start(capturing->recorder, &capturing->plan, problem);
    return false;
}

bool capturing_stop(struct capturing *capturing, struct text *problem)
{
    if (recorder_stop(capturing->recorder)) return true;
    text_append(problem, "capture: none runs");
    return false;
}

void capturing_view(const struct capturing *capturing, struct recorder_view *view)
{
    recorder_view(capturing->recorder, view);
}

bool capturing_step(struct capturing *capturing, struct text *line)
{
    return capturing && recorder_said(capturing->recorder, line);
}

static_assert(CONFIG_PORTS_MAX <= RECORDER_PORTS_MAX, "each port can be captured");
static_assert(CONFIG_PATH_MAX <= RECORDER_FOLDER_MAX, "each folder can be written to");
