/* The flight recorder: what a file holds, how files are numbered, and what is left of a process
 * that has failed. */

#include "control/monitor/flight.h"
#include "dataplane/base/thread_setup.h"
#include "tests/support/spec.h"

#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define METRICS_BYTES (128u << 10)
#define FAILURES      50u

static char folder[64], path[256];
static struct monitor *monitor;
static struct views *views;
static struct flight_lines *lines;
static struct flight_source source;
static char said_bytes[FLIGHT_PATH_MAX + 256];
static struct text said;

static void before_each(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/pollux-flight-XXXXXX");
    EXPECT(mkdtemp(folder) != NULL);
    monitor = monitor_new();
    views = calloc(1, sizeof *views);
    lines = calloc(1, sizeof *lines);
    if (!monitor || !views || !lines) abort();
    views->version = "1.2";
    views->name = "box \"one\"";
    views->wall_ns = 1500 * NANOS_MILLI;
    monitor_look(monitor, views);
    source = (struct flight_source){.views = views,
                                    .monitor = monitor,
                                    .lines = lines,
                                    .metrics = "# HELP a b\n# TYPE a counter\na{v=\"x\\\"y\"} 12\n"
                                               "b 0.5\n"};
    said = text_in(said_bytes, sizeof said_bytes);
}

static const char *file_of(uint32_t number)
{
    (void)snprintf(path, sizeof path, "%s/flight-%06u.jsonl", folder, number);
    return path;
}

static bool there(uint32_t number)
{
    return access(file_of(number), F_OK) == 0;
}

static void after_each(void)
{
    for (uint32_t i = 0; i < 200; i++) unlink(file_of(i));
    rmdir(folder);
    monitor_free(monitor);
    free(views);
    free(lines);
}

/* Every line of a file is an object; how many are of this kind, and the last of them. */
static uint32_t records(uint32_t number, const char *kind, json_t **last)
{
    char line[4096];
    uint32_t count = 0;
    *last = NULL;
    FILE *file = fopen(file_of(number), "r");
    EXPECT(file != NULL);
    while (file && fgets(line, sizeof line, file)) {
        json_t *object = json_loads(line, 0, NULL);
        EXPECT(json_is_object(object));
        const char *is = json_string_value(json_object_get(object, "record"));
        EXPECT(is != NULL);
        if (!is || strcmp(is, kind) != 0) {
            json_decref(object);
            continue;
        }
        json_decref(*last);
        *last = object;
        count++;
    }
    if (file) fclose(file);
    return count;
}

static const char *field(json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "?";
}

static struct flight *recorder(void)
{
    struct flight *flight = flight_new(folder, &said);
    EXPECT(flight != NULL);
    if (!flight) abort();
    return flight;
}

SPEC(a_record_has_the_box_its_events_its_log_its_orders_its_metrics_and_an_end)
{
    json_t *last;
    monitor_tell(monitor, MONITOR_HALTED, "", true, "HALTED");
    flight_line(lines, "09:30 halted \"by\" ann");
    views->has_gateway = true;
    views->gateway.orders = views->gateway.holdings = 1;
    memcpy(views->gateway.order[0].symbol, "ACME    ", 8);
    memcpy(views->gateway.order[0].strategy, "maker", sizeof "maker");
    views->gateway.order[0].price = 10 * PRICE_ONE + 1;
    views->gateway.holding[0].is.position = -5 * QTY_ONE;
    struct flight *flight = recorder();
    flight_render(flight, &source, "somebody asked");
    EXPECT(flight_write(flight, &said));
    EXPECT_TEXT(said_bytes, file_of(1));
    EXPECT_UINT(records(1, "box", &last), 1);
    EXPECT_TEXT(field(last, "name"), "box \"one\"");
    EXPECT_TEXT(field(last, "why"), "somebody asked");
    EXPECT_TEXT(field(last, "at"), "1.500000000");
    json_decref(last);
    EXPECT_UINT(records(1, "alert", &last), 1);
    EXPECT_TEXT(field(last, "code"), "halted");
    EXPECT_TEXT(field(last, "state"), "raised");
    json_decref(last);
    EXPECT_UINT(records(1, "event", &last), 1);
    EXPECT_TEXT(field(last, "phase"), "began");
    json_decref(last);
    EXPECT_UINT(records(1, "line", &last), 1);
    EXPECT_TEXT(field(last, "text"), "09:30 halted \"by\" ann");
    json_decref(last);
    EXPECT_UINT(records(1, "order", &last), 1);
    EXPECT_TEXT(field(last, "symbol"), "ACME");
    EXPECT_TEXT(field(last, "price"), "10.00000001");
    json_decref(last);
    EXPECT_UINT(records(1, "position", &last), 1);
    EXPECT_TEXT(field(last, "position"), "-5");
    json_decref(last);
    EXPECT_UINT(records(1, "metric", &last), 2);
    EXPECT_TEXT(field(last, "name"), "b");
    EXPECT_TEXT(field(last, "value"), "0.5");
    json_decref(last);
    EXPECT_UINT(records(1, "end", &last), 1);
    json_decref(last);
    flight_free(flight);
}

SPEC(of_events_and_lines_the_newest_are_kept)
{
    json_t *last;
    char line[32];
    for (uint32_t i = 1; i <= 2 * FLIGHT_EVENTS; i++) {
        monitor_say(monitor, MONITOR_STARTED, "", "");
        (void)snprintf(line, sizeof line, "line %u", i);
        flight_line(lines, line);
    }
    struct flight *flight = recorder();
    flight_render(flight, &source, "");
    EXPECT(flight_write(flight, &said));
    EXPECT_UINT(records(1, "event", &last), FLIGHT_EVENTS);
    EXPECT_UINT((uint64_t)json_integer_value(json_object_get(last, "number")),
                2ull * FLIGHT_EVENTS);
    json_decref(last);
    EXPECT_UINT(records(1, "line", &last), FLIGHT_LINES);
    EXPECT_TEXT(field(last, "text"), "line 512");
    json_decref(last);
    flight_free(flight);
}

/* So many bytes of metrics, 16 a line. */
static char *metrics_make(uint32_t bytes)
{
    char *metrics = malloc(bytes + 1);
    if (!metrics) abort();
    for (uint32_t i = 0; i < bytes; i += 16) memcpy(metrics + i, "metric 12345678\n", 16);
    metrics[bytes] = 0;
    return metrics;
}

SPEC(what_does_not_fit_is_left_out_in_whole_lines)
{
    json_t *last;
    char *metrics = metrics_make(FLIGHT_BYTES_MAX);
    source.metrics = metrics;
    struct flight *flight = recorder();
    flight_render(flight, &source, "");
    EXPECT(flight_write(flight, &said));
    uint32_t count = records(1, "metric", &last);
    EXPECT(count > FLIGHT_BYTES_MAX / 64 && count < FLIGHT_BYTES_MAX / 16);
    EXPECT_TEXT(field(last, "value"), "12345678");
    json_decref(last);
    EXPECT_UINT(records(1, "end", &last), 1);
    json_decref(last);
    flight_free(flight);
    free(metrics);
}

SPEC(files_are_numbered_on_and_only_the_newest_stay)
{
    struct flight *flight = recorder();
    flight_render(flight, &source, "");
    for (uint32_t i = 1; i <= FLIGHT_FILES + 3; i++) {
        text_clear(&said);
        EXPECT(flight_write(flight, &said));
    }
    flight_free(flight);
    for (uint32_t i = 1; i <= FLIGHT_FILES + 3; i++) EXPECT(there(i) == (i > 3));
    flight = recorder(); /* the next start */
    flight_render(flight, &source, "");
    EXPECT(flight_write(flight, &said));
    EXPECT(there(FLIGHT_FILES + 4));
    EXPECT(!there(4));
    flight_free(flight);
}

SPEC(a_file_of_somebody_else_is_not_written_over)
{
    struct flight *flight = recorder();
    flight_render(flight, &source, "");
    FILE *other = fopen(file_of(1), "w");
    EXPECT(other != NULL);
    if (other) fclose(other);
    EXPECT(!flight_write(flight, &said));
    EXPECT(strstr(said_bytes, "File exists") != NULL);
    struct stat is;
    EXPECT(stat(file_of(1), &is) == 0 && is.st_size == 0);
    text_clear(&said);
    EXPECT(flight_write(flight, &said));
    EXPECT(there(2));
    flight_free(flight);
}

SPEC(a_folder_that_is_not_there_is_a_sentence)
{
    EXPECT(flight_new("/nowhere/at all", &said) == NULL);
    EXPECT(strstr(said_bytes, "/nowhere/at all") != NULL);
    EXPECT(strstr(said_bytes, "No such file") != NULL);
}

/* What a child does that has a recorder; by which signal it ends, or -1 with a status, or 0. */
static int end_of(void (*fail)(void))
{
    pid_t child = fork();
    EXPECT(child >= 0);
    if (child == 0) {
        struct flight *flight = recorder();
        (void)freopen("/dev/null", "w", stderr);
        flight_render(flight, &source, "the program has failed");
        flight_arm(flight);
        fail();
        _exit(0);
    }
    int status = 0;
    EXPECT(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) ? -1 : 0;
}

static void fail_check(void)
{
    CHECK(views == NULL);
}

static void fail_address(void)
{
    volatile int *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *page = 1;
}

static void fail_sent(void)
{
    kill(getpid(), SIGSEGV);
    for (int i = 0; i < 1000; i++) usleep(1000);
}

static void expect_left(int signal)
{
    json_t *last;
    EXPECT_UINT(records(1, "box", &last), 1);
    json_decref(last);
    EXPECT_UINT(records(1, "metric", &last), 2);
    json_decref(last);
    EXPECT_UINT(records(1, "end", &last), 1);
    EXPECT_UINT((uint64_t)json_integer_value(json_object_get(last, "signal")), (uint64_t)signal);
    json_decref(last);
}

SPEC(a_failed_check_leaves_a_record_and_still_ends_the_process)
{
    EXPECT_UINT((uint64_t)end_of(fail_check), SIGABRT);
    expect_left(SIGABRT);
}

/* Under a sanitizer the process ends its own way; the record is there. */
SPEC(a_bad_address_leaves_a_record_and_still_ends_the_process)
{
    EXPECT(end_of(fail_address) != 0);
    expect_left(SIGSEGV);
}

SPEC(a_signal_that_somebody_sends_does_the_same)
{
    EXPECT(end_of(fail_sent) != 0);
    expect_left(SIGSEGV);
}

SPEC(a_process_that_fails_again_and_again_leaves_no_more_than_the_newest)
{
    for (uint32_t i = 1; i <= FLIGHT_FILES + 4; i++) {
        EXPECT_UINT((uint64_t)end_of(fail_check), SIGABRT);
        EXPECT(there(i));
        if (i > FLIGHT_FILES + 1) EXPECT(!there(i - FLIGHT_FILES - 1));
    }
    flight_free(recorder()); /* the next start */
    for (uint32_t i = 1; i <= FLIGHT_FILES + 4; i++) EXPECT(there(i) == (i > 4));
}

static pthread_barrier_t both;

static void *fail_too(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&both);
    abort();
}

static void fail_twice(void)
{
    pthread_t other;
    pthread_barrier_init(&both, NULL, 2);
    if (pthread_create(&other, NULL, fail_too, NULL) != 0) _exit(1);
    pthread_barrier_wait(&both);
    abort();
}

SPEC(two_threads_that_fail_at_once_leave_a_whole_record)
{
    json_t *last;
    char *metrics = metrics_make(METRICS_BYTES);
    source.metrics = metrics;
    for (uint32_t i = 0; i < FAILURES; i++) {
        EXPECT_UINT((uint64_t)end_of(fail_twice), SIGABRT);
        EXPECT_UINT(records(1, "end", &last), 1);
        json_decref(last);
        unlink(file_of(1));
    }
    EXPECT(!there(2));
    free(metrics);
}

/* Never ends; volatile, so that no compiler makes a loop of it, and with an index that none knows,
 * so that each call takes all of the room: the thread sanitizer keeps a stack of its own of 65536
 * calls, and does not look for its end. */
static volatile uint64_t depth;
__attribute__((noinline)) static uint64_t deeper(uint64_t level)
{
    volatile char room[512];
    room[level % sizeof room] = (char)level;
    depth = level;
    return depth == UINT64_MAX ? 0 : deeper(level + 1) + (uint64_t)room[level % sizeof room];
}

static void overflow(void)
{
    (void)deeper(1);
}

static void *overflow_there(void *unused)
{
    overflow();
    return unused;
}

static void overflow_beside(void)
{
    pthread_t other;
    if (thread_begin(&other, NULL, overflow_there, NULL) != 0) _exit(1);
    pthread_join(other, NULL);
}

SPEC(a_stack_that_has_run_out_leaves_a_record_on_any_thread)
{
    void (*const failures[])(void) = {overflow, overflow_beside};
    for (uint32_t i = 0; i < ARRAY_COUNT(failures); i++) {
        json_t *last;
        EXPECT(end_of(failures[i]) != 0); /* as above */
        EXPECT(there(1));
        if (!there(1)) return;
        EXPECT_UINT(records(1, "metric", &last), 2);
        json_decref(last);
        EXPECT_UINT(records(1, "end", &last), 1);
        EXPECT_UINT((uint64_t)json_integer_value(json_object_get(last, "signal")), SIGSEGV);
        json_decref(last);
        unlink(file_of(1));
    }
}

static size_t bytes_of(uint32_t number, char *to, size_t room)
{
    FILE *file = fopen(file_of(number), "r");
    size_t length = file ? fread(to, 1, room, file) : 0;
    if (file) fclose(file);
    return length;
}

SPEC(a_record_that_is_rendered_in_parts_is_the_one_rendered_at_once)
{
    static char once[FLIGHT_BYTES_MAX], parts[FLIGHT_BYTES_MAX];
    for (uint32_t i = 0; i < 700; i++) {
        monitor_say(monitor, MONITOR_STARTED, "", "");
        flight_line(lines, "a line");
    }
    char *metrics = metrics_make(16 * 1000);
    source.metrics = metrics;
    struct flight *flight = recorder();
    uint32_t steps = 1;
    flight_render(flight, &source, "why");
    EXPECT(flight_write(flight, &said));
    flight_render_begin(flight, &source, "why");
    memset(metrics, 'x', 16 * 1000); /* the next scrape's: ours has been copied */
    for (; flight_render_step(flight, &source); steps++) {
        text_clear(&said); /* meanwhile it is the one before */
        if (steps == 3) EXPECT(flight_write(flight, &said));
    }
    text_clear(&said);
    EXPECT(flight_write(flight, &said));
    size_t length = bytes_of(1, once, sizeof once);
    EXPECT(length > 1000);
    for (uint32_t i = 2; i <= 3; i++)
        EXPECT(bytes_of(i, parts, sizeof parts) == length && memcmp(once, parts, length) == 0);
    EXPECT(steps >= 1500 / FLIGHT_STEPS && steps <= 1500 / FLIGHT_STEPS + 4);
    EXPECT(!flight_render_step(flight, &source)); /* nothing is under way */
    flight_free(flight);
    free(metrics);
}

static void leave_nothing(void)
{
}

SPEC(a_process_that_ends_well_leaves_none)
{
    EXPECT(end_of(leave_nothing) == 0);
    EXPECT(!there(1));
}

#define SPECS(S)                                                                                   \
    S(a_record_has_the_box_its_events_its_log_its_orders_its_metrics_and_an_end)                   \
    S(of_events_and_lines_the_newest_are_kept)                                                     \
    S(what_does_not_fit_is_left_out_in_whole_lines)                                                \
    S(files_are_numbered_on_and_only_the_newest_stay)                                              \
    S(a_file_of_somebody_else_is_not_written_over)                                                 \
    S(a_folder_that_is_not_there_is_a_sentence)                                                    \
    S(a_failed_check_leaves_a_record_and_still_ends_the_process)                                   \
    S(a_bad_address_leaves_a_record_and_still_ends_the_process)                                    \
    S(a_signal_that_somebody_sends_does_the_same)                                                  \
    S(a_process_that_fails_again_and_again_leaves_no_more_than_the_newest)                         \
    S(two_threads_that_fail_at_once_leave_a_whole_record)                                          \
    S(a_stack_that_has_run_out_leaves_a_record_on_any_thread)                                      \
    S(a_record_that_is_rendered_in_parts_is_the_one_rendered_at_once)                              \
    S(a_process_that_ends_well_leaves_none)
SPEC_MAIN("flight", SPECS, before_each, after_each)
