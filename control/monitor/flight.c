#include "control/monitor/flight.h"

#include "dataplane/base/fault_stack_setup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NUMBER_MAX 999999u
#define FILE_MODE  0640

static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

/* What a handler may look at: rendered whole, then named as the one to take. */
struct rendering {
    char *bytes;
    size_t length;
};

struct flight {
    char folder[FLIGHT_PATH_MAX];
    char next[FLIGHT_PATH_MAX + 32];  /* the path of the next file, */
    char after[FLIGHT_PATH_MAX + 32]; /* of the one after it, */
    uint32_t number;                  /* and the number of the next */
    struct rendering rendering[2];
    _Atomic(const struct rendering *) newest;
    struct rendering *next_one; /* under way: not the newest; NULL: none is */
    struct text out;            /* into it */
    struct flight_walk walk;
    char *metrics; /* of it */
    bool armed;
    void *stack;          /* of the handler, on the thread that armed it */
    _Atomic bool failing; /* a handler writes */
    struct sigaction before[ARRAY_COUNT(signals)];
};

/* Of the process: a handler has no argument of ours. */
static _Atomic(struct flight *) armed_flight;

static void path_of(const struct flight *flight, char *path, size_t capacity, uint32_t number)
{
    (void)snprintf(path, capacity, "%s/flight-%06u.jsonl", flight->folder, number);
}

static void number_next(struct flight *flight, uint32_t number)
{
    flight->number = number <= NUMBER_MAX ? number : 1;
    path_of(flight, flight->next, sizeof flight->next, flight->number);
    path_of(flight, flight->after, sizeof flight->after, flight->number + 1);
}

/* The number in a file's name; 0: it is none of ours. */
static uint32_t number_of(const char *name)
{
    unsigned number;
    int end = 0;
    if (sscanf(name, "flight-%6u.jsonl%n", &number, &end) != 1 || end == 0) return 0;
    return name[end] == 0 ? number : 0;
}

/* The highest number in the folder; UINT32_MAX if it cannot be read. */
static uint32_t highest(const char *folder)
{
    DIR *files = opendir(folder);
    if (!files) return UINT32_MAX;
    uint32_t most = 0;
    for (const struct dirent *file; (file = readdir(files));) {
        uint32_t number = number_of(file->d_name);
        if (number > most) most = number;
    }
    closedir(files);
    return most;
}

/* All but the newest, those of handlers too, which remove nothing. */
static void older_remove(const char *folder, uint32_t newest)
{
    DIR *files = opendir(folder);
    if (!files) return;
    for (const struct dirent *file; (file = readdir(files));) {
        uint32_t number = number_of(file->d_name);
        if (number > 0 && number + FLIGHT_FILES <= newest)
            (void)unlinkat(dirfd(files), file->d_name, 0);
    }
    closedir(files);
}

static struct flight *flight_made(const char *folder)
{
    struct flight *flight = calloc(1, sizeof *flight);
    if (!flight) return NULL;
    strncpy(flight->folder, folder, sizeof flight->folder - 1);
    for (uint32_t i = 0; i < ARRAY_COUNT(flight->rendering); i++) {
        flight->rendering[i].bytes = malloc(FLIGHT_BYTES_MAX);
        if (flight->rendering[i].bytes) continue;
        flight_free(flight);
        return NULL;
    }
    return flight;
}

struct flight *flight_new(const char *folder, struct text *problem)
{
    uint32_t most = highest(folder);
    if (most == UINT32_MAX || access(folder, W_OK | X_OK) != 0) {
        text_format(problem, "monitor.folder '%s': %s", folder, strerror(errno));
        return NULL;
    }
    struct flight *flight = flight_made(folder);
    older_remove(folder, most);
    if (flight) number_next(flight, most + 1);
    else text_append(problem, "there is no memory for a flight recorder");
    return flight;
}

void flight_free(struct flight *flight)
{
    if (!flight) return;
    if (flight->armed) {
        for (uint32_t i = 0; i < ARRAY_COUNT(signals); i++)
            sigaction(signals[i], &flight->before[i], NULL);
        atomic_store(&armed_flight, NULL);
    }
    fault_stack_take(flight->stack);
    free(flight->metrics);
    free(flight->rendering[0].bytes);
    free(flight->rendering[1].bytes);
    free(flight);
}

void flight_render_begin(struct flight *flight, const struct flight_source *source, const char *why)
{
    /* What a handler on another thread writes must stay as it is. */
    if (atomic_load(&flight->failing)) return;
    const struct rendering *newest = atomic_load_explicit(&flight->newest, memory_order_relaxed);
    flight->next_one = &flight->rendering[newest == &flight->rendering[0]];
    flight->out = text_in(flight->next_one->bytes, FLIGHT_BYTES_MAX);
    free(flight->metrics);
    flight->metrics = source->metrics ? strdup(source->metrics) : NULL;
    flight_print_begin(&flight->out, source, why, &flight->walk);
}

bool flight_render_step(struct flight *flight, const struct flight_source *source)
{
    struct flight_source with = *source;
    if (!flight->next_one || atomic_load(&flight->failing)) return false;
    with.metrics = flight->metrics;
    if (flight_print_step(&flight->out, &with, FLIGHT_STEPS, &flight->walk)) return true;
    flight->next_one->length = flight->out.length;
    /* Pairs with the acquire in rendering_write: a handler sees it whole. */
    atomic_store_explicit(&flight->newest, flight->next_one, memory_order_release);
    flight->next_one = NULL;
    return false;
}

void flight_render(struct flight *flight, const struct flight_source *source, const char *why)
{
    flight_render_begin(flight, source, why);
    while (flight_render_step(flight, source)) {
    }
}

void flight_line(struct flight_lines *lines, const char *line)
{
    char *to = lines->at[lines->count++ % FLIGHT_LINES];
    strncpy(to, line, FLIGHT_LINE_MAX);
    to[FLIGHT_LINE_MAX] = 0;
}

/* From here on nothing but what a signal handler may call. */

static bool all_written(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t wrote = write(file, bytes, length);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        bytes += wrote;
        length -= (size_t)wrote;
    }
    return true;
}

/* {"record":"end","signal":11} */
static size_t end_print(char *line, int signal)
{
    static const char before[] = "{\"record\":\"end\",\"signal\":";
    size_t length = sizeof before - 1;
    memcpy(line, before, length);
    if (signal >= 10) line[length++] = (char)('0' + signal / 10 % 10);
    line[length++] = (char)('0' + signal % 10);
    line[length++] = '}';
    line[length++] = '\n';
    return length;
}

/* 0, or why not. */
static int rendering_write(const struct flight *flight, const char *path, int signal)
{
    const struct rendering *newest = atomic_load_explicit(&flight->newest, memory_order_acquire);
    char end[64];
    if (!newest) return ENODATA;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (file < 0) return errno;
    bool right = all_written(file, newest->bytes, newest->length) &&
                 all_written(file, end, end_print(end, signal));
    int why = right ? 0 : errno;
    (void)close(file);
    return why;
}

/* The fault that it is about happens again when this returns, and then ends the process; a signal
 * that somebody has sent does not.  Another thread that fails meanwhile waits here for that end: if
 * it went on, its own would be that of the process, in the middle of the record. */
static void fault(int signal, siginfo_t *about, void *context)
{
    (void)context;
    struct flight *flight = atomic_load(&armed_flight);
    if (!flight) return;
    while (atomic_exchange(&flight->failing, true)) (void)pause();
    /* Just now it may be written on demand. */
    if (rendering_write(flight, flight->next, signal) == EEXIST)
        (void)rendering_write(flight, flight->after, signal);
    for (uint32_t i = 0; i < ARRAY_COUNT(signals); i++)
        (void)sigaction(signals[i], &flight->before[i], NULL);
    if (about->si_code <= 0) (void)raise(signal);
}

/* No handler below. */

void flight_arm(struct flight *flight)
{
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    /* A fault of the handler itself ends the process at once. */
    sigemptyset(&action.sa_mask);
    for (uint32_t i = 0; i < ARRAY_COUNT(signals); i++) sigaddset(&action.sa_mask, signals[i]);
    atomic_store(&armed_flight, flight);
    flight->armed = true;
    flight->stack = fault_stack_give();
    for (uint32_t i = 0; i < ARRAY_COUNT(signals); i++)
        CHECK(sigaction(signals[i], &action, &flight->before[i]) == 0);
}

bool flight_write(struct flight *flight, struct text *said)
{
    int why = rendering_write(flight, flight->next, 0);
    uint32_t written = flight->number;
    if (why != 0) {
        text_format(said, "%s: %s", flight->next, strerror(why));
        if (why == EEXIST) number_next(flight, highest(flight->folder) + 1);
        return false;
    }
    text_append(said, flight->next);
    older_remove(flight->folder, written);
    number_next(flight, written + 1);
    return true;
}
