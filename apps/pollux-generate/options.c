#include "apps/pollux-generate/options.h"
#include "apps/pollux-generate/options_given.h"
#include "apps/pollux-generate/options_values.h"

#include <argp.h>
#include <string.h>

/* The table of options and what each one sets.  Options only collect; whether they fit together is
 * settled once all are known (options_settle), so that one run names every problem. */

enum option_key {
    KEY_PRESET = 256,
    KEY_SYMBOLS,
    KEY_MESSAGES,
    KEY_LIVE,
    KEY_SEED,
    KEY_MIX,
    KEY_REFS,
    KEY_SESSION,
    KEY_PER_PACKET,
    KEY_GATHER,
    KEY_PAYLOAD,
    KEY_FROM,
    KEY_FRAMING,
    KEY_OUT,
    KEY_FORMAT,
    KEY_LINE_A,
    KEY_LINE_B,
    KEY_LOSS,
    KEY_LOSS_A,
    KEY_LOSS_B,
    KEY_DUPLICATE,
    KEY_REORDER,
    KEY_WINDOW,
    KEY_DELAY_B,
    KEY_GROUP_A,
    KEY_GROUP_B,
    KEY_UDP_PORT,
    KEY_DEVICE,
    KEY_RATE,
    KEY_REPORT,
    KEY_JSON,
    KEY_QUIET,
};

/* clang-format off */
static const struct argp_option table[] = {
    {0, 0, 0, 0, "The flow", 1},
    {"preset",     KEY_PRESET,     "NAME",  0, "one: 1 symbol, 2 M messages, 80,000 orders live at the end (default); hot: 100, 5 M, 206,000; market: 8000, 20 M, 920,000", 1},
    {"symbols",    KEY_SYMBOLS,    "N",     0, "1 to 65535", 1},
    {"messages",   KEY_MESSAGES,   "N",     0, "in all; live orders change in proportion (20M, 50k)", 1},
    {"live",       KEY_LIVE,       "N",     0, "orders on the books at the end", 1},
    {"mix",        KEY_MIX,        "SHARES", 0, "percent by type, e.g. A=45,D=37,U=8,E=6,X=3; other messages are the rest", 1},
    {"refs",       KEY_REFS,       "HOW",   0, "order references: dense (ascending, default) or sparse (any 64 bits)", 1},
    {"seed",       KEY_SEED,       "N",     0, "another number is another day (default 1)", 1},
    {0, 0, 0, 0, "A capture instead of a flow", 2},
    {"from",       KEY_FROM,       "FILE",  0, "the MoldUDP64 datagrams of a capture, as they are, or its ITCH messages, packed", 2},
    {"framing",    KEY_FRAMING,    "HOW",   0, "of FILE: content (found by itself, default), lengths, types", 2},
    {0, 0, 0, 0, "Datagrams", 3},
    {"session",    KEY_SESSION,    "NAME",  0, "up to 10 characters (default POLLUXDAY1)", 3},
    {"per-packet", KEY_PER_PACKET, "N",     0, "messages in a datagram at most", 3},
    {"gather-us",  KEY_GATHER,     "N",     0, "a datagram is closed by a message that comes later than this after its first (default 2)", 3},
    {"payload",    KEY_PAYLOAD,    "BYTES", 0, "of a datagram at most (default 1400)", 3},
    {0, 0, 0, 0, "The lines", 4},
    {"loss",       KEY_LOSS,       "PERCENT", 0, "datagrams lost on each line, independently", 4},
    {"loss-a",     KEY_LOSS_A,     "PERCENT", 0, "on line A only", 4},
    {"loss-b",     KEY_LOSS_B,     "PERCENT", 0, "on line B only", 4},
    {"duplicate",  KEY_DUPLICATE,  "PERCENT", 0, "datagrams that come twice, on each line", 4},
    {"reorder",    KEY_REORDER,    "PERCENT", 0, "datagrams that come late, on each line", 4},
    {"window",     KEY_WINDOW,     "N",     0, "late by 1 to N datagrams (default 8, at most 1024)", 4},
    {"delay-b-us", KEY_DELAY_B,    "N",     0, "line B is this much behind line A (default 3)", 4},
    {"group-a",    KEY_GROUP_A,    "ADDRESS", 0, "destination of line A (default 233.54.12.111)", 4},
    {"group-b",    KEY_GROUP_B,    "ADDRESS", 0, "destination of line B (default 233.49.196.111)", 4},
    {"udp-port",   KEY_UDP_PORT,   "N",     0, "destination port of both (default 26477)", 4},
    {0, 0, 0, 0, "Where it goes", 5},
    {"out",        KEY_OUT,        "FILE",  0, "line A, or with --format itch the messages", 5},
    {"format",     KEY_FORMAT,     "HOW",   0, "of --out: pcap (nanoseconds, default) or itch (each message behind its 16-bit length)", 5},
    {"line-a",     KEY_LINE_A,     "FILE",  0, "pcap of line A", 5},
    {"line-b",     KEY_LINE_B,     "FILE",  0, "pcap of line B", 5},
    {"device",     KEY_DEVICE,     "DEVICE", 0, "both lines onto a DPDK device: a PCI address, or net_af_packet0,iface=eth1 and the like", 5},
    {"rate",       KEY_RATE,       "N",     0, "messages a second onto the device (default: by the times of the flow)", 5},
    {0, 0, 0, 0, "What is said about it", 6},
    {"report",     KEY_REPORT,     "FILE",  0, "JSON: the summary, and each range of messages lost on both lines", 6},
    {"json",       KEY_JSON,       0,       0, "the summary as JSON", 6},
    {"quiet",      KEY_QUIET,      0,       0, "no progress, no summary", 6},
    {0, 0, 0, 0, 0, 0},
};
/* clang-format on */

static void problem(struct given *given, const char *option, const char *value, const char *should)
{
    text_format(&given->problems, "--%s: %s, not '%s'\n", option, should, value);
    given->problem_count++;
}

static const char *option_name(int key)
{
    for (uint32_t i = 0; i < ARRAY_COUNT(table); i++)
        if (table[i].key == key) return table[i].name;
    UNREACHABLE("each key is in the table");
}

/* A whole number in low..high. */
static uint64_t number(struct given *given, int key, const char *text, uint64_t low, uint64_t high)
{
    uint64_t value;
    if (options_count(text, &value) && value >= low && value <= high) return value;
    char should[96];
    snprintf(should, sizeof should, "a number from %llu to %llu", (unsigned long long)low,
             (unsigned long long)high);
    problem(given, option_name(key), text, should);
    return low;
}

static uint32_t percent(struct given *given, int key, const char *text)
{
    uint32_t parts = 0;
    if (!options_percent(text, LINE_ALWAYS, &parts))
        problem(given, option_name(key), text, "percent, from 0 to 100");
    given->has_impairment = true;
    return parts;
}

/* One of names[0..count), by its number. */
static uint32_t choice(struct given *given, int key, const char *text, const char *const *names,
                       uint32_t count)
{
    char should[96] = "one of";
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) return i;
        size_t length = strlen(should);
        snprintf(should + length, sizeof should - length, "%s %s", i ? "," : "", names[i]);
    }
    problem(given, option_name(key), text, should);
    return 0;
}

static void group(struct given *given, int key, const char *text, uint32_t *address)
{
    if (!options_address(text, address))
        problem(given, option_name(key), text, "an IPv4 address such as 233.54.12.111");
}

static void session(struct given *given, const char *text)
{
    struct text10 *field = &given->options->pack.session;
    size_t length = strlen(text);
    if (length == 0 || length > sizeof field->byte) {
        problem(given, "session", text, "1 to 10 characters");
        return;
    }
    memset(field->byte, ' ', sizeof field->byte);
    memcpy(field->byte, text, length);
}

/* The options that shape the flow or its datagrams.  False if key is none of them. */
static bool flow_option(struct given *given, int key, char *text)
{
    struct options *options = given->options;
    switch (key) {
    case KEY_PRESET: options->preset = text; break;
    case KEY_SYMBOLS:
        given->symbols = number(given, key, text, 1, FLOW_SYMBOLS_MAX);
        given->has_symbols = true;
        break;
    case KEY_MESSAGES:
        given->messages = number(given, key, text, 1, FLOW_MESSAGES_MAX);
        given->has_messages = true;
        break;
    case KEY_LIVE:
        given->live = number(given, key, text, 0, FLOW_LIVE_MAX);
        given->has_live = true;
        break;
    case KEY_MIX: given->mix = text; break;
    case KEY_REFS: given->refs = text; break;
    default: return false;
    }
    options->shaped = true;
    return true;
}

static bool pack_option(struct given *given, int key, char *text)
{
    struct options *options = given->options;
    switch (key) {
    case KEY_SESSION: session(given, text); break;
    case KEY_PER_PACKET:
        options->pack.messages_max = (uint32_t)number(given, key, text, 1, MOLDUDP64_COUNT_MAX);
        break;
    case KEY_GATHER:
        options->pack.gather_ns = NANOS_MICRO * number(given, key, text, 0, 1000000);
        break;
    case KEY_PAYLOAD:
        options->pack.payload_max = (uint32_t)number(given, key, text, 72, PACK_PAYLOAD_MAX);
        break;
    default: return false;
    }
    options->packed = true;
    return true;
}

static bool line_option(struct given *given, int key, char *text)
{
    struct line_plan *line = given->options->line;
    switch (key) {
    case KEY_LOSS: line[0].loss_ppm = line[1].loss_ppm = percent(given, key, text); break;
    case KEY_LOSS_A: line[0].loss_ppm = percent(given, key, text); break;
    case KEY_LOSS_B: line[1].loss_ppm = percent(given, key, text); break;
    case KEY_DUPLICATE: line[0].double_ppm = line[1].double_ppm = percent(given, key, text); break;
    case KEY_REORDER: line[0].late_ppm = line[1].late_ppm = percent(given, key, text); break;
    case KEY_WINDOW:
        line[0].window = line[1].window = (uint32_t)number(given, key, text, 1, LINE_WINDOW_MAX);
        break;
    case KEY_DELAY_B: line[1].delay_ns = NANOS_MICRO * number(given, key, text, 0, 1000000); break;
    case KEY_GROUP_A: group(given, key, text, &line[0].head.destination_ip); break;
    case KEY_GROUP_B: group(given, key, text, &line[1].head.destination_ip); break;
    case KEY_UDP_PORT:
        line[0].head.destination_port = (uint16_t)number(given, key, text, 1, 65535);
        line[1].head.destination_port = line[0].head.destination_port;
        break;
    default: return false;
    }
    return true;
}

static bool place_option(struct given *given, int key, char *text)
{
    static const char *const formats[] = {"pcap", "itch"};
    static const char *const framings[] = {"content", "lengths", "types"};
    struct options *options = given->options;
    switch (key) {
    case KEY_FROM: options->from = text; break;
    case KEY_FRAMING:
        options->framing = (enum capture_framing)choice(given, key, text, framings, 3);
        break;
    case KEY_OUT: options->out = text; break;
    case KEY_FORMAT:
        options->format = (enum options_format)choice(given, key, text, formats, 2);
        break;
    case KEY_LINE_A: options->line_file[0] = text; break;
    case KEY_LINE_B: options->line_file[1] = text; break;
    case KEY_DEVICE: options->device = text; break;
    case KEY_RATE: options->rate = number(given, key, text, 1, 1000000000); break;
    case KEY_REPORT: options->report = text; break;
    case KEY_JSON: options->json = true; break;
    case KEY_QUIET: options->quiet = true; break;
    default: return false;
    }
    return true;
}

static error_t option_parse(int key, char *text, struct argp_state *state)
{
    struct given *given = state->input;
    if (key == ARGP_KEY_ARG) {
        text_format(&given->problems, "'%s' is not an option\n", text);
        given->problem_count++;
        return 0;
    }
    if (key == KEY_SEED) {
        given->seed = number(given, key, text, 0, UINT64_MAX);
        given->has_seed = true;
        return 0;
    }
    bool known = flow_option(given, key, text) || pack_option(given, key, text) ||
                 line_option(given, key, text) || place_option(given, key, text);
    return known ? 0 : ARGP_ERR_UNKNOWN;
}

const char *argp_program_version = "pollux-generate " POLLUX_VERSION;

bool options_read(struct options *options, int argc, char **argv)
{
    static char sentences[8192];
    struct given given = {.options = options, .problems = text_in(sentences, sizeof sentences)};
    options_defaults(options);
    static const struct argp argp = {
        .options = table,
        .parser = option_parse,
        .doc =
            "Makes realistic Nasdaq ITCH 5.0 order flow, or takes a capture, and writes it as two "
            "lines of MoldUDP64 datagrams that may lose, repeat and reorder them.\v"
            "The same options give the same bytes on every machine.",
    };
    argp_err_exit_status = 2;
    if (argp_parse(&argp, argc, argv, 0, NULL, &given) != 0) return false;
    options_settle(&given);
    if (given.problem_count == 0) return true;
    fprintf(stderr, "pollux-generate: %u %s\n%s", given.problem_count,
            given.problem_count == 1 ? "problem" : "problems", sentences);
    return false;
}
