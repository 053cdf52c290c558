#include "apps/pollux-replay/options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "pollux-replay " POLLUX_VERSION;
error_t argp_err_exit_status = 2;

static const char doc[] =
    "Plays a recorded feed through the stages of polluxd and says what came out: counts, drops by "
    "reason, books, latencies, and a digest of every book event."
    "\vFILE is pcap or pcapng (either byte order, micro- or nanoseconds) with ITCH 5.0 over "
    "MoldUDP64, or ITCH messages each behind a 16-bit length; it is recognised by its content. "
    "FILE-B is the same feed as recorded on line B.\n\n"
    "Exit status: 0 all played, 1 nothing could be played or a book asked for is not there, "
    "2 wrong usage, 4 played up to damage in a file, or with messages missing.";

/* A day: a recording may be silent for hours inside a reordering, and its time is not ours. */
#define GAP_WAIT_US_MAX (86400 * NANOS_SECOND / NANOS_MICRO)

enum {
    KEY_BBO = 1000,
    KEY_CHECKSUMS,
    KEY_CONFIG,
    KEY_CORES,
    KEY_DEPTH,
    KEY_FRAMING,
    KEY_GAP_PACKETS,
    KEY_GAP_WAIT,
    KEY_HOUSEKEEPING,
    KEY_HUGE_PAGES,
    KEY_IDLE,
    KEY_INSTRUMENTS,
    KEY_LATENCY,
    KEY_LAYOUT,
    KEY_LEVELS,
    KEY_ORDERS,
    KEY_REPORTS,
    KEY_SET,
    KEY_STORE,
    KEY_STRATEGY,
};

static const struct argp_option choices[] = {
    {"json", 'j', NULL, 0, "Print one JSON object instead of tables", 1},
    {"book", 'b', "SYMBOL[@N]", 0,
     "Show the depth of SYMBOL after message N, or at the end; may be repeated", 1},
    {"bbo", KEY_BBO, NULL, 0, "Show best bid and offer of every symbol at the end", 1},
    {"depth", KEY_DEPTH, "LEVELS", 0, "Levels a side in tables (10); JSON always has all", 1},
    {"pace", 'p', "SPEED", 0, "fastest (default), or a multiple of the recorded pace: 1x, 10x", 2},
    {"framing", KEY_FRAMING, "KIND", 0,
     "Of a file without frames: lengths (16-bit length before each message), or types (two zero "
     "bytes before each, and as long as its type says)",
     2},
    {"layout", KEY_LAYOUT, "LAYOUT", 0, "shared (one core, default) or dedicated (a core a stage)",
     2},
    {"cores", KEY_CORES, "LIST", 0, "Processors of the stages: one, or feed,engine", 2},
    {"idle", KEY_IDLE, "HOW", 0, "back_off (default) or spin", 2},
    {"huge-pages", KEY_HUGE_PAGES, "HOW", 0, "none, try (default) or require", 2},
    {"checksums", KEY_CHECKSUMS, "HOW", 0, "verify (default) or ignore", 3},
    {"gap-wait-us", KEY_GAP_WAIT, "US", 0,
     "How long a hole waits for the other line, up to a day (1000)", 3},
    {"gap-packets", KEY_GAP_PACKETS, "N", 0,
     "Datagrams after which it waits no longer; 0 is never (0)", 3},
    {"store-datagrams", KEY_STORE, "N", 0, "Early datagrams kept (4096)", 3},
    {"instruments", KEY_INSTRUMENTS, "N", 0, "Highest instrument number with a book (65535)", 3},
    {"orders", KEY_ORDERS, "N", 0, "Orders live at once (2097152)", 3},
    {"levels", KEY_LEVELS, "N", 0, "Price levels live at once (1048576)", 3},
    {"strategy", KEY_STRATEGY, "NAME", 0,
     "Try the strategies of this name or kind of the configuration on the recording: the market is "
     "enacted again by the matching engine, their orders in it; none only enacts it",
     4},
    {"config", KEY_CONFIG, "FILE", 0, "The configuration of a gateway, as polluxd reads it", 4},
    {"set", KEY_SET, "NAME=VALUE", 0,
     "A parameter of the strategies, instead of that of the configuration; may be repeated", 4},
    {"latency-ns", KEY_LATENCY, "N", 0,
     "How long a message takes between market and gateway, each way (1000)", 4},
    {"housekeeping-us", KEY_HOUSEKEEPING, "N", 0, "How often the gateway keeps house (1000)", 4},
    {"reports", KEY_REPORTS, "FILE", 0,
     "Write the session's messages and the drop copy to FILE, a JSON object a line", 4},
    {0},
};

/* A whole number from low to high, and nothing behind it; otherwise the program ends. */
static uint64_t number_read(const char *text, const char *what, uint64_t low, uint64_t high,
                            struct argp_state *state)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    bool digits = text[0] >= '0' && text[0] <= '9';
    if (!digits || *end || errno || value < low || value > high)
        argp_error(state, "%s is '%s', but must be a whole number from %llu to %llu", what, text,
                   (unsigned long long)low, (unsigned long long)high);
    return value;
}

/* Which of two or three words text is; otherwise the program ends. */
static uint32_t word_read(const char *text, const char *what, const char *const *words,
                          uint32_t count, struct argp_state *state)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0) return i;
    argp_error(state, "%s is '%s', but must be %s%s%s%s%s", what, text, words[0],
               count > 2 ? ", " : " or ", words[1], count > 2 ? " or " : "",
               count > 2 ? words[2] : "");
    return 0;
}

#define WORD(text, what, ...)                                                                      \
    word_read(text, what, (const char *const[]){__VA_ARGS__},                                      \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), state)

static void pace_read(struct replay_options *options, const char *text, struct argp_state *state)
{
    size_t length = strlen(text);
    options->speed = 0;
    if (strcmp(text, "fastest") == 0) return;
    if (length < 2 || length > 6 || text[length - 1] != 'x')
        argp_error(state, "the pace is '%s', but must be fastest, or a multiple such as 1x or 10x",
                   text);
    char digits[8] = "";
    strncpy(digits, text, length - 1 < sizeof digits ? length - 1 : sizeof digits - 1);
    options->speed = (uint32_t)number_read(digits, "the pace", 1, NET_TAPE_SPEED_MAX, state);
}

static void book_read(struct replay_options *options, const char *text, struct argp_state *state)
{
    const char *at = strrchr(text, '@');
    size_t length = at ? (size_t)(at - text) : strlen(text);
    if (length < 1 || length > 8)
        argp_error(state, "'%s' does not name a book: SYMBOL has 1 to 8 characters", text);
    if (options->books == REPLAY_BOOKS_MAX)
        argp_error(state, "more than %u books are asked for", REPLAY_BOOKS_MAX);
    struct replay_book_wish *wish = &options->book[options->books++];
    *wish = (struct replay_book_wish){.after = 0};
    memcpy(wish->symbol, text, length < 8 ? length : 8);
    if (at) wish->after = number_read(at + 1, "the message of --book", 1, UINT64_MAX, state);
}

static void cores_read(struct replay_options *options, const char *text, struct argp_state *state)
{
    char copy[64];
    if (strlen(text) >= sizeof copy) argp_error(state, "the list of cores is too long");
    strncpy(copy, text, sizeof copy - 1);
    copy[sizeof copy - 1] = 0;
    options->cores = 0;
    options->cores_given = true;
    char *rest = copy;
    for (char *word; (word = strsep(&rest, ",")) != NULL;) {
        if (options->cores == LAUNCH_LCORES_MAX)
            argp_error(state, "more than %u cores are given", LAUNCH_LCORES_MAX);
        options->core[options->cores++] = (uint16_t)number_read(word, "a core", 0, 1023, state);
    }
}

static void setting_read(struct replay_options *options, char *text, struct argp_state *state)
{
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        argp_error(state, "'%s' sets nothing: it should be NAME=VALUE", text);
    if (options->settings == REPLAY_SETTINGS_MAX)
        argp_error(state, "more than %u parameters are set", REPLAY_SETTINGS_MAX);
    CHECK(equals != NULL); /* argp_error ends the program */
    *equals = 0;
    options->setting[options->settings++] = (struct delegate_parameter){text, equals + 1};
}

static void trial_check(const struct replay_options *options, const struct argp_state *state)
{
    bool trades = options->strategy && strcmp(options->strategy, "none") != 0;
    if (trades && !options->config) argp_error(state, "--strategy needs --config FILE");
    if (!trades && options->config) argp_error(state, "--config needs the --strategy to try");
    if (!trades && options->settings) argp_error(state, "--set needs a --strategy to set it for");
    if (!trades && options->reports) argp_error(state, "--reports needs a --strategy to report of");
}

static void cores_check(const struct replay_options *options, const struct argp_state *state)
{
    bool dedicated = options->layout == LAUNCH_DEDICATED;
    if (options->cores_given && options->cores != (dedicated ? 2u : 1u))
        argp_error(state, "layout %s takes %s", dedicated ? "dedicated" : "shared",
                   dedicated ? "two cores: feed,engine" : "one core");
    if (options->cores == 2 && options->core[0] == options->core[1])
        argp_error(state, "both stages are on core %u", options->core[0]);
}

static error_t trial_option_read(struct replay_options *options, int key, char *text,
                                 struct argp_state *state)
{
    switch (key) {
    case KEY_STRATEGY: options->strategy = text; return 0;
    case KEY_CONFIG: options->config = text; return 0;
    case KEY_SET: setting_read(options, text, state); return 0;
    case KEY_REPORTS: options->reports = text; return 0;
    case KEY_LATENCY:
        options->latency_ns = number_read(text, "the latency", 0, NANOS_SECOND, state);
        return 0;
    case KEY_HOUSEKEEPING:
        options->housekeeping_us = number_read(text, "housekeeping", 100, 1000000, state);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t option_read(int key, char *text, struct argp_state *state)
{
    struct replay_options *options = state->input;
    switch (key) {
    case 'j': options->json = true; return 0;
    case 'b': book_read(options, text, state); return 0;
    case 'p': pace_read(options, text, state); return 0;
    case KEY_BBO: options->bbo = true; return 0;
    case KEY_DEPTH:
        options->depth = (uint32_t)number_read(text, "the depth", 1, BOOK_SIDE_LEVELS_MAX, state);
        return 0;
    case KEY_FRAMING:
        options->framing = WORD(text, "the framing", "lengths", "types") ? CAPTURE_FRAMING_TYPES
                                                                         : CAPTURE_FRAMING_LENGTHS;
        return 0;
    case KEY_LAYOUT:
        options->layout =
            WORD(text, "the layout", "shared", "dedicated") ? LAUNCH_DEDICATED : LAUNCH_SHARED;
        return 0;
    case KEY_CORES: cores_read(options, text, state); return 0;
    case KEY_IDLE: options->spin = WORD(text, "idle", "back_off", "spin") == 1; return 0;
    case KEY_HUGE_PAGES:
        options->pages = (enum arena_pages)WORD(text, "huge pages", "none", "try", "require");
        return 0;
    case KEY_CHECKSUMS:
        options->checksums = WORD(text, "checksums", "verify", "ignore") == 0;
        return 0;
    case KEY_GAP_WAIT:
        options->gap_wait_us = number_read(text, "the gap's wait", 1, GAP_WAIT_US_MAX, state);
        return 0;
    case KEY_GAP_PACKETS:
        options->gap_packets = (uint32_t)number_read(text, "the gap's packets", 0, 65536, state);
        return 0;
    case KEY_STORE:
        options->store_datagrams =
            (uint32_t)number_read(text, "the store", 1, CHANNEL_STORE_MAX, state);
        return 0;
    case KEY_INSTRUMENTS:
        options->instruments =
            (uint32_t)number_read(text, "instruments", 1, BOOK_INSTRUMENTS_MAX - 1, state);
        return 0;
    case KEY_ORDERS:
        options->orders = (uint32_t)number_read(text, "orders", 1, BOOK_ORDERS_MAX, state);
        return 0;
    case KEY_LEVELS:
        options->levels = (uint32_t)number_read(text, "levels", 1, BOOK_LEVELS_MAX, state);
        return 0;
    case ARGP_KEY_ARG:
        if (options->files == RECORDING_FILES_MAX)
            argp_error(state, "'%s' is one file too many: a feed has lines A and B", text);
        options->file[options->files++] = text;
        return 0;
    case ARGP_KEY_END:
        if (options->files == 0) argp_error(state, "no FILE to play");
        cores_check(options, state);
        trial_check(options, state);
        return 0;
    default: return trial_option_read(options, key, text, state);
    }
}

void replay_options_parse(int count, char **words, struct replay_options *options)
{
    *options = (struct replay_options){
        .pages = ARENA_PAGES_TRY,
        .checksums = true,
        .depth = 10,
        .orders = 1u << 21,
        .levels = 1u << 20,
        .instruments = BOOK_INSTRUMENTS_MAX - 1,
        .gap_wait_us = 1000,
        .store_datagrams = 4096,
        .latency_ns = 1000,
        .housekeeping_us = 1000,
    };
    static const struct argp parser = {choices, option_read, "FILE [FILE-B]", doc, NULL,
                                       NULL,    NULL};
    argp_parse(&parser, count, words, 0, NULL, options);
}
