#include "tests/inet/script.h"

#include "tests/support/spec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void script_fail(struct script *script, const char *format, ...)
{
    if (script->problem[0]) return; /* the first says enough */
    va_list arguments;
    va_start(arguments, format);
    int used = snprintf(script->problem, sizeof script->problem, "%s:%u: %s: ", script->file,
                        script->line, script->title);
    vsnprintf(script->problem + used, sizeof script->problem - (size_t)used, format, arguments);
    va_end(arguments);
}

char *script_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t");
    char *end = word + strcspn(word, " \t\n");
    *rest = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

uint64_t script_number(struct script *script, const char *word)
{
    char *end;
    uint64_t value = strtoull(word, &end, 0);
    if (end == word || *end) script_fail(script, "'%s' is no number", word);
    return value;
}

static nanos_t time_of(struct script *script, const char *word)
{
    char *unit;
    uint64_t value = strtoull(word, &unit, 10);
    if (strcmp(unit, "s") == 0) return value * NANOS_SECOND;
    if (strcmp(unit, "ms") == 0) return value * NANOS_MILLI;
    if (strcmp(unit, "us") == 0) return value * NANOS_MICRO;
    script_fail(script, "'%s' is no time", word);
    return 0;
}

uint8_t script_peer_byte(uint32_t sequence)
{
    return (uint8_t)(sequence * 7 + 13);
}

uint8_t script_our_byte(uint64_t offset)
{
    return (uint8_t)(offset * 11 + 5);
}

/* The owner. */

static void told(struct script *script, const char *what)
{
    if (script->events < 64) snprintf(script->event[script->events++], 24, "%s", what);
}

static bool on_opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    struct script *script = context;
    (void)peer;
    told(script, "opened");
    if (script->refuse) return false;
    script->connection = connection;
    script->has_connection = true;
    return true;
}

static void write_some(struct script *script, uint64_t count, bool push)
{
    while (count > 0) {
        uint8_t bytes[1000];
        uint32_t length = count < sizeof bytes ? (uint32_t)count : sizeof bytes;
        for (uint32_t i = 0; i < length; i++) bytes[i] = script_our_byte(script->wrote + i);
        uint32_t taken = tcp_put(script->rig.tcp, script->connection, bytes, length);
        script->wrote += taken;
        count -= taken;
        if (taken < length) break;
    }
    if (push) tcp_push(script->rig.tcp, script->connection, script->rig.now);
}

static uint32_t on_received(void *context, uint32_t connection, const uint8_t *bytes,
                            uint32_t length)
{
    struct script *script = context;
    uint32_t take = script->take_all || script->take > length ? length : script->take;
    for (uint32_t i = 0; i < take; i++)
        if (bytes[i] != script_peer_byte((uint32_t)script->got + 1 + i)) script->wrong_byte = true;
    script->got += take;
    if (script->answer) write_some(script, script->answer, true);
    if (strcmp(script->inside, "close") == 0)
        tcp_close(script->rig.tcp, connection, script->rig.now);
    if (strcmp(script->inside, "abort") == 0)
        tcp_abort(script->rig.tcp, connection, script->rig.now);
    if (strcmp(script->inside, "finish") == 0)
        tcp_finish(script->rig.tcp, connection, script->rig.now);
    script->inside[0] = '\0';
    return take;
}

static void on_ended(void *context, uint32_t connection)
{
    (void)connection;
    told(context, "ended");
}

static void on_writable(void *context, uint32_t connection)
{
    (void)connection;
    told(context, "writable");
}

static void on_closed(void *context, uint32_t connection, enum tcp_end why)
{
    static const char *const name[] = {"normal",  "reset",       "refused",
                                       "timeout", "unreachable", "silent"};
    char text[24];
    (void)connection;
    snprintf(text, sizeof text, "closed %s", name[why]);
    told(context, text);
}

/* Steps. */

static void host_step(struct script *script, char *rest)
{
    struct tcp_limits *tcp = &script->limits.tcp;
    struct {
        const char *key;
        uint32_t *number;
        nanos_t *time;
    } const keys[] = {
        {"send", &tcp->send_bytes, NULL},
        {"receive", &tcp->receive_bytes, NULL},
        {"connections", &tcp->connections, NULL},
        {"half_open", &tcp->half_open, NULL},
        {"mtu", &script->limits.mtu, NULL},
        {"challenges", &tcp->challenges, NULL},
        {"segments", &tcp->initial_segments, NULL},
        {"rto_min", NULL, &tcp->rto_min_ns},
        {"rto_initial", NULL, &tcp->rto_initial_ns},
        {"rto_max", NULL, &tcp->rto_max_ns},
        {"delayed_ack", NULL, &tcp->delayed_ack_ns},
        {"user_timeout", NULL, &tcp->user_timeout_ns},
        {"connect", NULL, &tcp->connect_ns},
        {"time_wait", NULL, &tcp->time_wait_ns},
        {"finish", NULL, &tcp->finish_ns},
        {"keepalive", NULL, &tcp->keepalive_ns},
        {"keepalive_gap", NULL, &tcp->keepalive_gap_ns},
    };
    for (char *word; *(word = script_word(&rest));) {
        char *value = strchr(word, '=');
        if (value) *value++ = '\0';
        bool known = true;
        if (strcmp(word, "nosack") == 0) tcp->without_sack = true;
        else if (strcmp(word, "nots") == 0) tcp->without_timestamps = true;
        else if (strcmp(word, "noscale") == 0) tcp->without_scaling = true;
        else known = false;
        for (uint32_t i = 0; i < ARRAY_COUNT(keys) && value; i++) {
            if (strcmp(word, keys[i].key) != 0) continue;
            known = true;
            if (keys[i].number) *keys[i].number = (uint32_t)script_number(script, value);
            else *keys[i].time = time_of(script, value);
        }
        if (!known) script_fail(script, "no such key: %s", word);
    }
}

static void begin(struct script *script)
{
    if (script->running) return;
    script->running = true;
    rig_open(&script->rig, script->limits);
}

static void step_text(struct script *script, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void step(struct script *script, char *line);

static void step_text(struct script *script, const char *format, ...)
{
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    step(script, text);
}

static void established_step(struct script *script, const char *options, bool active)
{
    if (active) {
        step_text(script, "connect");
        step_text(script, "> S 0");
        step_text(script, "< SA 0 ack 1 %s", options);
        step_text(script, "> A 1 ack 1");
    } else {
        step_text(script, "listen");
        step_text(script, "< S 0 %s", options);
        step_text(script, "> SA 0 ack 1");
        /* The third segment has the window and timestamps of the options, and nothing else. */
        const char *window = strstr(options, "win "), *stamp = strstr(options, "ts ");
        step_text(script, "< A 1 ack 1 win %ld %s%ld",
                  window ? strtol(window + 4, NULL, 10) : 32768, stamp ? "ts " : "from ",
                  stamp ? strtol(stamp + 3, NULL, 10) : 4000);
    }
    step_text(script, "event opened");
}

static void look_step(struct script *script, char *rest)
{
    struct tcp_view view;
    const char *field = script_word(&rest);
    uint64_t want = script_number(script, script_word(&rest)), is = UINT64_MAX;
    tcp_look(script->rig.tcp, script->connection, &view);
    if (strcmp(field, "cwnd") == 0) is = view.congestion_bytes;
    if (strcmp(field, "ssthresh") == 0) is = view.threshold_bytes;
    if (strcmp(field, "mss") == 0) is = view.segment_bytes;
    if (strcmp(field, "kept") == 0) is = view.kept_bytes;
    if (strcmp(field, "early") == 0) is = view.early_ranges;
    if (strcmp(field, "send_window") == 0) is = view.send_window;
    if (strcmp(field, "receive_window") == 0) is = view.receive_window;
    if (strcmp(field, "una") == 0) is = view.send_unacknowledged - script->iss;
    if (strcmp(field, "next") == 0) is = view.send_next - script->iss;
    if (strcmp(field, "rcv") == 0) is = view.receive_next - script->isn;
    if (strcmp(field, "rto_us") == 0) is = view.timeout_ns / 1000;
    if (strcmp(field, "srtt_us") == 0) is = view.round_trip_ns / 1000;
    if (strcmp(field, "recovering") == 0) is = view.recovering;
    if (strcmp(field, "ts") == 0) is = view.timestamps;
    if (strcmp(field, "sack") == 0) is = view.sack;
    if (strcmp(field, "scaling") == 0) is = view.scaling;
    if (is != want) script_fail(script, "%s is %" PRIu64, field, is);
}

static void count_step(struct script *script, char *rest)
{
    const struct tcp_counts *counts = tcp_counts(script->rig.tcp);
    const char *name = script_word(&rest);
    uint64_t want = script_number(script, script_word(&rest)), is = UINT64_MAX;
#define COUNTER_FIND(counter, help)                                                                \
    if (strcmp(name, #counter) == 0) is = counts->counter;
    TCP_COUNTERS(COUNTER_FIND)
    for (uint32_t i = 0; i < TCP_STATUS_COUNT; i++)
        if (strcmp(name, tcp_status_name((enum tcp_status)i)) == 0) is = counts->segment[i];
    if (is != want) script_fail(script, "%s is %" PRIu64, name, is);
}

static void icmp_step(struct script *script, char *rest)
{
    uint8_t message[36] = {0};
    message[0] = (uint8_t)script_number(script, script_word(&rest));
    message[1] = (uint8_t)script_number(script, script_word(&rest));
    uint8_t *ip = message + 8;
    memcpy(ip, (uint8_t[]){0x45, 0, 5, 0xdc, 0, 0, 0x40, 0, 64, 6}, 10);
    rig_put32(ip + 12, RIG_HOST);
    rig_put32(ip + 16, RIG_PEER);
    rig_put16(ip + 20, 80);
    rig_put16(ip + 22, 4000);
    for (char *word; *(word = script_word(&rest));) {
        uint32_t value = (uint32_t)script_number(script, script_word(&rest));
        if (strcmp(word, "seq") == 0) rig_put32(ip + 24, script->iss + value);
        else if (strcmp(word, "mtu") == 0) rig_put16(message + 6, value);
        else script_fail(script, "no such word: %s", word);
    }
    rig_put16(message + 2, ~rig_sum(message, sizeof message, 0));
    (void)rig_ip_send(&script->rig, RIG_PEER, RIG_HOST, 1, message, sizeof message);
}

static void event_step(struct script *script, const char *want)
{
    if (script->events_seen == script->events) script_fail(script, "the owner was told nothing");
    else if (strcmp(script->event[script->events_seen++], want) != 0)
        script_fail(script, "he was told: %s", script->event[script->events_seen - 1]);
}

static void state_step(struct script *script, const char *want)
{
    enum tcp_state state = tcp_state(script->rig.tcp, script->connection);
    const char *is = state == TCP_CLOSED ? "gone" : tcp_state_text(state);
    if (strcmp(is, want) != 0) script_fail(script, "the state is %s", is);
}

/* What looks, and puts nothing in; false: it is none of these. */
static bool look_at(struct script *script, const char *verb, char *rest)
{
    if (strcmp(verb, ">") == 0) script_expect(script, rest);
    else if (strcmp(verb, "event") == 0) event_step(script, rest);
    else if (strcmp(verb, "state") == 0) state_step(script, script_word(&rest));
    else if (strcmp(verb, "look") == 0) look_step(script, rest);
    else if (strcmp(verb, "count") == 0) count_step(script, rest);
    else if (strcmp(verb, "noevent") == 0) {
        if (script->events_seen != script->events)
            script_fail(script, "he was told: %s", script->event[script->events_seen]);
    } else if (strcmp(verb, "got") == 0) {
        if (script->got != script_number(script, script_word(&rest)))
            script_fail(script, "he has %" PRIu64, script->got);
    } else if (strcmp(verb, "connections") == 0) {
        if (tcp_connections(script->rig.tcp) != script_number(script, script_word(&rest)))
            script_fail(script, "there are %u", tcp_connections(script->rig.tcp));
    } else if (strcmp(verb, "open") == 0) {
        uint32_t room = tcp_room(script->rig.tcp, script->connection);
        if (room != script_number(script, script_word(&rest)))
            script_fail(script, "a write would take %u", room);
    } else {
        return false;
    }
    return true;
}

/* How the owner behaves; false: it is none of these. */
static bool behave(struct script *script, const char *verb, char *rest)
{
    static const char *const verbs[] = {"take",  "answer", "inside", "refuse",
                                        "flush", "link",   "isn"};
    bool known = false;
    for (uint32_t i = 0; i < ARRAY_COUNT(verbs); i++) known |= strcmp(verb, verbs[i]) == 0;
    if (!known) return false;
    char *word = script_word(&rest);
    if (strcmp(verb, "take") == 0) {
        script->take_all = strcmp(word, "all") == 0;
        if (!script->take_all) script->take = (uint32_t)script_number(script, word);
    } else if (strcmp(verb, "answer") == 0) {
        script->answer = (uint32_t)script_number(script, word);
    } else if (strcmp(verb, "inside") == 0) {
        snprintf(script->inside, sizeof script->inside, "%s", word);
    } else if (strcmp(verb, "refuse") == 0) {
        script->refuse = true;
    } else if (strcmp(verb, "flush") == 0) {
        script->flush = strcmp(word, "on") == 0;
    } else if (strcmp(verb, "link") == 0) {
        script->rig.link_full = strcmp(word, "full") == 0;
    } else {
        script->isn = (uint32_t)script_number(script, word);
    }
    return true;
}

static void act(struct script *script, const char *verb, char *rest)
{
    struct tcp *tcp = script->rig.tcp;
    nanos_t now = script->rig.now;
    uint32_t connection = script->connection;
    if (strcmp(verb, "<") == 0) script_arrive(script, rest);
    else if (strcmp(verb, "wait") == 0) rig_wait(&script->rig, time_of(script, script_word(&rest)));
    else if (strcmp(verb, "listen") == 0) {
        if (!tcp_listen(tcp, 80, &script->calls)) script_fail(script, "it does not listen");
    } else if (strcmp(verb, "unlisten") == 0) tcp_unlisten(tcp, 80, now);
    else if (strcmp(verb, "connect") == 0) {
        struct tcp_to to = {RIG_PEER, 4000, 80, &script->calls};
        script->connection = tcp_connect(tcp, &to, now);
        script->has_connection = script->connection != TCP_NONE;
    } else if (strcmp(verb, "icmp") == 0) icmp_step(script, rest);
    else if (strcmp(verb, "write") == 0)
        write_some(script, script_number(script, script_word(&rest)), true);
    else if (strcmp(verb, "put") == 0)
        write_some(script, script_number(script, script_word(&rest)), false);
    else if (strcmp(verb, "push") == 0) tcp_push(tcp, connection, now);
    else if (strcmp(verb, "finish") == 0) tcp_finish(tcp, connection, now);
    else if (strcmp(verb, "close") == 0) tcp_close(tcp, connection, now);
    else if (strcmp(verb, "abort") == 0) tcp_abort(tcp, connection, now);
    else if (strcmp(verb, "resume") == 0) tcp_resume(tcp, connection, now);
    else script_fail(script, "no such step: %s", verb);
    if (script->flush) inet_flush(script->rig.inet, script->rig.now);
}

static void nothing_left(struct script *script)
{
    char nothing[] = ". 0";
    if (script->rig.seen != script->rig.sent) script_expect(script, nothing);
}

static void step(struct script *script, char *line)
{
    char *rest = line;
    const char *verb = script_word(&rest);
    if (*verb == '\0' || *verb == '#' || script->problem[0]) return;
    if (strcmp(verb, "host") == 0) {
        host_step(script, rest);
        return;
    }
    begin(script);
    if (strcmp(verb, "established") == 0 || strcmp(verb, "connected") == 0) {
        established_step(script, rest, *verb == 'c');
        return;
    }
    if (behave(script, verb, rest)) return;
    if (!look_at(script, verb, rest)) {
        nothing_left(script);
        if (!script->problem[0]) act(script, verb, rest);
    }
    if (script->wrong_byte) script_fail(script, "the owner was shown a wrong byte");
    inet_verify(script->rig.inet);
}

/* Scripts of a file. */

static void script_begin(struct script *script, const char *title)
{
    const char *file = script->file;
    uint32_t line = script->line, passed = script->passed, failed = script->failed;
    memset(script, 0, sizeof *script);
    script->file = file;
    script->line = line;
    script->passed = passed;
    script->failed = failed;
    script->begun = true;
    script->take_all = script->flush = true;
    script->isn = 1000;
    script->calls =
        (struct tcp_calls){on_opened, on_received, on_ended, on_writable, on_closed, script};
    script->limits.tcp = (struct tcp_limits){.connections = 8,
                                             .listeners = 1,
                                             .send_bytes = 32768,
                                             .receive_bytes = 32768,
                                             .challenges = 1000};
    snprintf(script->title, sizeof script->title, "%s", title);
}

static void script_end(struct script *script)
{
    if (!script->begun) return;
    if (script->running && !script->problem[0]) nothing_left(script);
    spec_expect(script->file, (int)script->line, !script->problem[0], "%s", script->problem);
    if (script->problem[0]) script->failed++;
    else script->passed++;
    if (script->running) rig_close(&script->rig);
    script->begun = false;
}

void script_file(struct script *script, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[256];
    const char *slash = strrchr(path, '/');
    script->file = slash ? slash + 1 : path;
    script->line = 0;
    EXPECT(file != NULL);
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        script->line++;
        line[strcspn(line, "\n")] = '\0';
        char *comment = strchr(line, '#');
        if (strncmp(line, "===", 3) == 0) {
            uint32_t at = script->line;
            script_end(script);
            script->line = at;
            script_begin(script, line + 4);
            continue;
        }
        if (comment) *comment = '\0';
        while (*line && line[strlen(line) - 1] == ' ') line[strlen(line) - 1] = '\0';
        if (script->begun) step(script, line);
    }
    script_end(script);
    fclose(file);
}
