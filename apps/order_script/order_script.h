#ifndef APPS_ORDER_SCRIPT_ORDER_SCRIPT_H
#define APPS_ORDER_SCRIPT_ORDER_SCRIPT_H

/* The language of order scripts: one line, one input of the matching engine.
 *
 *     a sells 30 at 100.00
 *     f buys 60 at 100.00 ioc by bob          # a comment
 *
 * order_script_read() turns a line into an input; names of orders, accounts, assets and instruments
 * become numbers, and are remembered so that events can be told with names again
 * (order_script_names).  README.md has the whole grammar.
 *
 * What a script leaves out is filled in: an order without "by" is of an account named as it is, and
 * of the only instrument; the sentence then says that the account or the instrument must be made
 * first (order_venue.h does).
 *
 * Threads: one.  Memory: taken at order_script_open and as names come, up to limits.names of each
 * kind.  Numbers are exact; any bytes are a line. */

#include "apps/order_script/order_names.h"
#include "apps/order_script/order_words.h"
#include "dataplane/match/match_print.h"

#define ORDER_SYMBOL_DEFAULT "MAIN"

enum order_said {
    ORDER_SAYS_NOTHING, /* an empty line or a comment */
    ORDER_SAYS_INPUT,
    ORDER_SAYS_ENGINE, /* script->limits are new */
    ORDER_SAYS_SHOW,   /* the books are to be shown now */
    ORDER_SAYS_WRONG,  /* not understood: problem says why */
};

struct order_sentence {
    CACHE_ALIGNED struct match_input input; /* number is 0 */
    union {
        struct match_terms terms;
        struct match_listing listing;
        uint8_t bytes[192];
    } more;
    enum order_said said;
    bool lists_default;  /* the default instrument must be listed first */
    bool uses_account;   /* an account named in the line: it must have been made */
    const char *problem; /* ORDER_SAYS_WRONG; until the next line is read */
};
static_assert(offsetof(struct order_sentence, more) == sizeof(struct match_input),
              "terms and listings are right behind their input");

/* What a script remembers of an order beside its name. */
struct order_owner {
    order_id_t parent;    /* of a leg */
    order_id_t leg_id[2]; /* of its legs */
    uint32_t account;
    uint8_t side;
    uint8_t leg[2]; /* what its legs are called: enum order_leg */
};

enum { ORDER_UNDO_MAX = 4 };

enum order_leg {
    ORDER_LEG_NONE,
    ORDER_LEG_TAKE,
    ORDER_LEG_STOP,
    ORDER_LEG_OR,
    ORDER_LEG_THEN,
    ORDER_LEG_THEN2
};

struct order_script {
    struct order_names orders;
    struct order_names accounts;
    struct order_names assets;
    struct order_names symbols;
    struct order_names groups;
    struct order_owner *owners; /* by entry of orders; the last of a name that was not kept */
    bool *named;                /* by entry of accounts: a line has named it */
    struct match_limits limits; /* what "engine" said, or the default */
    bool numbers_only; /* a new name would get a number that somebody has: only @7 may be said */
    nanos_t now;
    order_id_t order_next;  /* ids given to names */
    order_id_t leg_next;    /* ids that the engine will give to legs */
    struct {                /* what a reject of the last line takes back */
        order_id_t id;      /* 0: nothing */
        uint32_t counts[5]; /* of names of each kind, in the order above */
        bool lists;         /* it lists an instrument */
        uint32_t legs;      /* before its legs had; UINT32_MAX: it has none */
        order_id_t leg_next;
        bool began; /* something has traded or ended */
        uint32_t owners;
        struct {
            uint32_t entry;
            struct order_owner owner;
        } owner[ORDER_UNDO_MAX];
    } before;
    struct order_words words;
};

struct order_script_limits {
    uint32_t names; /* of each kind; an order, its legs and its replacements have one each */
    struct match_limits engine; /* without an "engine" line */
};

/* False if there is no memory. */
MUST_USE bool order_script_open(struct order_script *script,
                                const struct order_script_limits *limits);
void order_script_close(struct order_script *script);

/* One line without its end.  sentence->input.bytes says how long the input is. */
void order_script_read(struct order_script *script, const char *line, size_t length,
                       struct order_sentence *sentence);

/* Every event must be shown to the script, in order: it learns which names have come to be. */
void order_script_saw(struct order_script *script, const struct match_event *event);

/* The default instrument's LIST, and the ACCOUNT of an account that was only named. */
void order_script_default_listing(struct order_script *script, struct order_sentence *sentence);
void order_script_default_account(uint32_t account, struct order_sentence *sentence);

/* An instrument that no line has listed.  symbol[0..16) may be any bytes; one that is no name is
 * known by its number. */
void order_script_know(struct order_script *script, const char *symbol, uint16_t instrument);

/* Names for match_print; good as long as the script. */
struct match_names order_script_names(const struct order_script *script);

/* The number of an order, account, asset or instrument; false if nothing has this name. */
bool order_script_number(const struct order_names *names, const char *text, uint64_t *number);

#endif
