#ifndef APPS_POLLUX_ORDER_OPTIONS_H
#define APPS_POLLUX_ORDER_OPTIONS_H

/* What pollux-order was asked to do. */

#include "apps/order_script/order_words.h"
#include "apps/pollux-order/port.h"

#define ORDER_LOAD_RATE_MAX    5000000u
#define ORDER_LOAD_SECONDS_MAX 3600u

struct order_options {
    const char *to; /* HOST:PORT */
    const char *password_file;
    char user[6];     /* padded with spaces */
    char session[10]; /* spaces: the current one */
    struct port port;
    bool json;
    uint64_t from;                        /* show messages from this number; 0: only new ones */
    const char *file;                     /* "-": standard input; NULL: words */
    char words[ORDER_LINE_BYTES_MAX + 1]; /* one request */
    uint32_t wait_s;                      /* for answers, at the end */
    uint32_t patience_s;                  /* for a connection that was lost */
    bool cancel_on_exit;

    /* Load. */
    uint32_t rate; /* requests a second; 0: no load */
    uint32_t seconds;
    char symbol[8];
    uint32_t price_e4;
    uint32_t tick_e4;
    uint32_t spread; /* ticks between the highest buy and the lowest sell that rest */
    uint32_t open;   /* orders kept at once */
    uint64_t seed;
};

/* Reads the command line; ends the program with a message and status 2 if it is wrong, and after
 * --help and --version. */
void order_options_parse(int count, char **words, struct order_options *options);

#endif
