#include "apps/pollux-order/options.h"

#include <argp.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "pollux-order " POLLUX_VERSION;
error_t argp_err_exit_status = 2;

static const char doc[] =
    "Trades with a venue over OUCH: sends orders, shows every answer."
    "\vRequests are lines on standard input, in FILE, or one as WORDs:\n\n"
    "  buy 100 ACME 10.25 [day|ioc|gtx|for SECONDS] [post-only] [show 10] [as NAME]\n"
    "  sell 100 ACME market          short 100 ACME 10.25\n"
    "  replace 7 to 50 at 10.30      cancel 7 [to 20]\n"
    "  cancel all [ACME] [buys|sells]\n"
    "  modify 7 to 20                orders        query\n"
    "  wait SECONDS                  wait answers  quit\n\n"
    "A line that is not understood is named by its number, and the lines after it go on.  With a "
    "WORD request the program ends when its fate is known: accepted, or with ioc until nothing is "
    "left of it.\n\n"
    "A connection that breaks is made again.  Nothing is ever sent twice: what was not answered is "
    "in doubt until the venue has replayed what was missed, and is then known to be taken or "
    "lost.\n\n"
    "The password is the first line of a file that nobody else may read.\n\n"
    "Exit status: 0 everything was taken, 1 a request or the login was refused or a line not "
    "understood, 2 wrong usage, 3 the venue is unreachable, cut us off or did not answer.";

enum {
    KEY_TO = 1000,
    KEY_USER,
    KEY_PASSWORD_FILE,
    KEY_SESSION,
    KEY_DIALECT,
    KEY_FIRM,
    KEY_FROM,
    KEY_WAIT,
    KEY_PATIENCE,
    KEY_CANCEL_ON_EXIT,
    KEY_LOAD,
    KEY_SECONDS,
    KEY_SYMBOL,
    KEY_PRICE,
    KEY_TICK,
    KEY_SPREAD,
    KEY_OPEN,
    KEY_SEED,
};

static const struct argp_option choices[] = {
    {NULL, 0, NULL, 0, "The venue:", 1},
    {"to", KEY_TO, "HOST:PORT", 0, "The venue's order entry port; [ADDRESS]:PORT for IPv6", 1},
    {"user", KEY_USER, "NAME", 0, "Who logs in, up to 6 letters and digits", 1},
    {"password-file", KEY_PASSWORD_FILE, "FILE", 0, "Its first line is the password", 1},
    {"session", KEY_SESSION, "NAME", 0, "The session to log in to (the current one)", 1},
    {"dialect", KEY_DIALECT, "NAME", 0, "ouch50 (default) or ouch42", 1},
    {"firm", KEY_FIRM, "NAME", 0, "The firm of orders, up to 4 letters (the port's)", 1},
    {NULL, 0, NULL, 0, "What is shown, and for how long:", 2},
    {"json", 'j', NULL, 0, "One JSON object a line instead of sentences", 2},
    {"from", KEY_FROM, "NUMBER", 0,
     "Show the session's messages again from this one; 1: the whole day", 2},
    {"wait", KEY_WAIT, "SECONDS", 0, "How long to wait for answers at the end (10)", 2},
    {"patience", KEY_PATIENCE, "SECONDS", 0,
     "How long a lost connection is tried again before giving up (30)", 2},
    {"cancel-on-exit", KEY_CANCEL_ON_EXIT, NULL, 0,
     "Cancel one's open orders before logging out, after Ctrl-C too", 2},
    {NULL, 0, NULL, 0, "Load:", 3},
    {"load", KEY_LOAD, "RATE", 0,
     "Send so many requests a second and measure: orders that rest, cross and are canceled", 3},
    {"seconds", KEY_SECONDS, "N", 0, "For how long (10)", 3},
    {"symbol", KEY_SYMBOL, "NAME", 0, "Of what (ACME)", 3},
    {"price", KEY_PRICE, "PRICE", 0, "Around which price (10.00)", 3},
    {"tick", KEY_TICK, "PRICE", 0, "In which steps (0.01)", 3},
    {"spread", KEY_SPREAD, "TICKS", 0, "Between resting buys and sells (4)", 3},
    {"open", KEY_OPEN, "N", 0, "Orders kept in the book (1000)", 3},
    {"seed", KEY_SEED, "N", 0, "The same seed makes the same orders (1)", 3},
    {0},
};

static uint64_t whole_read(const char *text, const char *what, uint64_t least, uint64_t most,
                           struct argp_state *state)
{
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    bool digits = text[0] >= '0' && text[0] <= '9';
    if (!digits || *end || number < least || number > most)
        argp_error(state, "%s is '%s', but must be a whole number from %llu to %llu", what, text,
                   (unsigned long long)least, (unsigned long long)most);
    return number;
}

static uint32_t small_read(const char *text, const char *what, uint32_t most,
                           struct argp_state *state)
{
    return (uint32_t)whole_read(text, what, 1, most, state);
}

static uint32_t price_read(const char *text, const char *what, struct argp_state *state)
{
    struct order_words words;
    words_read(&words, text, strlen(text));
    int64_t price = words_decimal(&words, "a price");
    words_end(&words);
    if (words.wrong || price <= 0 || price % PRICE_PER_E4 ||
        price / PRICE_PER_E4 > PORT_PRICE_MAX_E4)
        argp_error(state, "%s is '%s', but must be a price of up to 4 decimals", what, text);
    return (uint32_t)(price / PRICE_PER_E4);
}

static void name_read(const char *text, const char *what, char *name, size_t most,
                      struct argp_state *state)
{
    size_t length = strlen(text);
    bool good = length > 0 && length <= most;
    for (size_t i = 0; i < length; i++) good = good && isgraph((unsigned char)text[i]);
    if (!good) argp_error(state, "%s must be 1 to %zu printable characters", what, most);
    memset(name, ' ', most);
    for (size_t i = 0; good && i < length; i++) name[i] = text[i];
}

static void dialect_read(struct order_options *options, const char *text, struct argp_state *state)
{
    if (strcmp(text, "ouch42") == 0) options->port.dialect = PORT_OUCH42;
    else if (strcmp(text, "ouch50") == 0) options->port.dialect = PORT_OUCH50;
    else argp_error(state, "the dialect is '%s', but must be ouch50 or ouch42", text);
}

static void word_read(struct order_options *options, const char *text, struct argp_state *state)
{
    size_t length = strlen(options->words), more = strlen(text);
    if (length + more + 2 > sizeof options->words) argp_error(state, "the request is too long");
    if (length) options->words[length++] = ' ';
    memcpy(options->words + length, text, more + 1);
    options->file = length ? NULL : text;
}

/* One word that is no request is a file; more words, or one that is, are one line. */
static void words_settle(struct order_options *options)
{
    const char *words = options->words;
    if (strcmp(words, "orders") == 0 || strcmp(words, "query") == 0) options->file = NULL;
    if (!words[0]) options->file = "-";
    else if (options->file) options->words[0] = '\0';
}

static void options_check(struct order_options *options, const struct argp_state *state)
{
    if (!options->to) argp_error(state, "no venue: --to HOST:PORT");
    if (options->user[0] == ' ') argp_error(state, "no user: --user NAME");
    if (!options->password_file) argp_error(state, "no password: --password-file FILE");
    words_settle(options);
    if (options->rate && options->words[0])
        argp_error(state, "--load makes its own orders: '%s' is too much", options->words);
    if (options->rate && (uint64_t)options->tick_e4 * (options->spread + 64) >= options->price_e4)
        argp_error(state, "the price is too low for such a spread and tick");
}

static error_t load_read(int key, const char *text, struct argp_state *state)
{
    struct order_options *options = state->input;
    switch (key) {
    case KEY_LOAD:
        options->rate = small_read(text, "the rate", ORDER_LOAD_RATE_MAX, state);
        return 0;
    case KEY_SECONDS:
        options->seconds = small_read(text, "the time", ORDER_LOAD_SECONDS_MAX, state);
        return 0;
    case KEY_SYMBOL: name_read(text, "the symbol", options->symbol, 8, state); return 0;
    case KEY_PRICE: options->price_e4 = price_read(text, "the price", state); return 0;
    case KEY_TICK: options->tick_e4 = price_read(text, "the tick", state); return 0;
    case KEY_SPREAD: options->spread = small_read(text, "the spread", 10000, state); return 0;
    case KEY_OPEN: options->open = small_read(text, "the number open", 1u << 20, state); return 0;
    case KEY_SEED: options->seed = whole_read(text, "the seed", 0, UINT64_MAX, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t option_read(int key, char *text, struct argp_state *state)
{
    struct order_options *options = state->input;
    switch (key) {
    case KEY_TO: options->to = text; return 0;
    case KEY_USER: name_read(text, "the user", options->user, 6, state); return 0;
    case KEY_PASSWORD_FILE: options->password_file = text; return 0;
    case KEY_SESSION: name_read(text, "the session", options->session, 10, state); return 0;
    case KEY_DIALECT: dialect_read(options, text, state); return 0;
    case KEY_FIRM: name_read(text, "the firm", options->port.firm, 4, state); return 0;
    case 'j': options->json = true; return 0;
    case KEY_FROM:
        options->from = whole_read(text, "the number", 1, UINT64_MAX - 1, state);
        return 0;
    case KEY_WAIT: options->wait_s = small_read(text, "the wait", 86400, state); return 0;
    case KEY_PATIENCE:
        options->patience_s = small_read(text, "the patience", 86400, state);
        return 0;
    case KEY_CANCEL_ON_EXIT: options->cancel_on_exit = true; return 0;
    case ARGP_KEY_ARG: word_read(options, text, state); return 0;
    case ARGP_KEY_END: options_check(options, state); return 0;
    default: return load_read(key, text, state);
    }
}

void order_options_parse(int count, char **words, struct order_options *options)
{
    *options = (struct order_options){
        .port = {.dialect = PORT_OUCH50, .firm = "    ", .prefix = {'P', 'L', 'X', 'O'}},
        .user = "      ",
        .session = "          ",
        .wait_s = 10,
        .patience_s = 30,
        .seconds = 10,
        .symbol = "ACME    ",
        .price_e4 = 100000,
        .tick_e4 = 100,
        .spread = 4,
        .open = 1000,
        .seed = 1,
    };
    static const struct argp parser = {choices, option_read, "[FILE]\nWORD...", doc, NULL,
                                       NULL,    NULL};
    argp_parse(&parser, count, words, 0, NULL, options);
}
