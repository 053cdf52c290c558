#ifndef DATAPLANE_BOOK_BOOK_H
#define DATAPLANE_BOOK_BOOK_H

/* The order books of all instruments of one feed, at full depth, order by order (F54).
 *
 * The book believes what it is told: it never matches, and it shows a crossed market when the feed
 * does.  What cannot be true (an order that is not there, more executed than was left) changes
 * nothing, is counted by its reason, and leaves the instrument marked as suspect.
 *
 * Commands are applied in order, some of them later:
 *
 *     book_put_one(book, &(struct book_command){.op = BOOK_ADD, ...});    fast: book_put.h
 *     ...
 *     book_flush(book);               when the input runs dry
 *
 * Up to BOOK_LOOKAHEAD commands wait while the cache lines they need are fetched; that is
 * what makes a cold book fast.  book_flush applies them all.  So the state that queries show is
 * that of the last flush or later, and what a command refers to (a packet) may be given back at
 * once.
 *
 * Prices are the venue's own 1/10 000, quantities its shares: they are converted at the border
 * (book_market).
 *
 * Threads: one.  Memory: book_footprint() bytes, given once, zeroed by book_new.
 * Cost: per command, see bench/README.md; a new level deep in the book moves the levels behind it.
 * Where many sides had more levels than they have, all deep ones are packed now and then
 * (book_deep.c).
 */

#include "dataplane/book/market.h"

#define BOOK_LOOKAHEAD       64u
#define BOOK_INSTRUMENTS_MAX 65536u
#define BOOK_ORDERS_MAX      ((1u << 23) - 1)
#define BOOK_LEVELS_MAX      ((1u << 22) - 1)
#define BOOK_SIDE_LEVELS_MAX 16375u /* levels of one side of one instrument */
#define BOOK_PRICE_MAX_E4    2000000000u
#define BOOK_REF_NOBODY      UINT64_MAX /* the one reference no order may have */

struct book;

struct book_limits {
    uint32_t instruments; /* numbered 0..instruments-1, as the feed numbers them */
    uint32_t orders;      /* live at once, all instruments */
    uint32_t levels;      /* live at once, all instruments, both sides */
};

enum book_op {
    BOOK_NOTHING, /* takes a place in the order of events, changes no book */
    BOOK_ADD,
    BOOK_EXECUTE,        /* a resting order trades at its own price */
    BOOK_EXECUTE_AT,     /* at another price, printed */
    BOOK_EXECUTE_SILENT, /* at another price, not printed: counts in no total */
    BOOK_CANCEL,         /* some of an order's quantity leaves, it keeps its place */
    BOOK_DELETE,
    BOOK_REPLACE, /* ref leaves, ref_new joins the end of its level, same side */
    BOOK_TRADE,   /* a trade that no shown order took part in */
    BOOK_OP_COUNT
};

struct book_command {
    uint64_t ref;
    uint64_t ref_new;  /* BOOK_REPLACE */
    uint64_t qty;      /* shares: added, executed, canceled, new total */
    uint32_t price_e4; /* BOOK_ADD, BOOK_REPLACE, BOOK_EXECUTE_AT, BOOK_TRADE */
    uint16_t instrument;
    uint8_t op;   /* enum book_op */
    uint8_t side; /* enum side; BOOK_ADD */
};

/* clang-format off */
#define BOOK_STATUSES(X)                                                               \
    X(BOOK_OK,               ok,               "applied")                                        \
    X(BOOK_UNKNOWN_ORDER,    unknown_order,    "names an order the book does not hold")          \
    X(BOOK_KNOWN_ORDER,      known_order,      "adds an order the book already holds")           \
    X(BOOK_OTHER_INSTRUMENT, other_instrument, "names an order of another instrument")           \
    X(BOOK_TOO_MUCH,         too_much,         "takes more from an order than it has")           \
    X(BOOK_BAD_INSTRUMENT,   bad_instrument,   "instrument number 0 or above limits.instruments") \
    X(BOOK_BAD_FIELD,        bad_field,        "side, price, quantity or reference no order can have")      \
    X(BOOK_FULL_ORDERS,      full_orders,      "limits.orders are live")                         \
    X(BOOK_FULL_LEVELS,      full_levels,      "limits.levels or BOOK_SIDE_LEVELS_MAX are live") \
    X(BOOK_FULL_INDEX,       full_index,       "the order index has no place near this reference")
/* clang-format on */

#define BOOK_ENUM(status, counter, meaning) status,
enum book_status { BOOK_STATUSES(BOOK_ENUM) BOOK_STATUS_COUNT };

struct book_level {
    uint32_t price_e4;
    uint32_t orders;
    uint64_t qty;
};

struct book_order {
    uint64_t ref;
    uint32_t qty;
    uint32_t price_e4;
    uint16_t instrument;
    uint8_t side; /* enum side */
};

struct book_queue_position {
    uint32_t orders_ahead;
    uint64_t qty_ahead;
    struct book_order order;
};

struct book_counts {
    uint64_t command[BOOK_STATUS_COUNT]; /* by what became of them; BOOK_NOTHING is ok */
    uint64_t orders;                     /* gauge: live */
    uint64_t levels;                     /* gauge: live */
    uint64_t index_overflow;             /* orders indexed outside their home line, ever */
};

/* Lifecycle.  Cold. */

size_t book_footprint(const struct book_limits *limits); /* 0 if limits are out of range */
struct book *book_new(void *memory, const struct book_limits *limits);

/* Which vector code the book runs on here: "avx512" or "avx2".  book_new takes the widest the
 * processor has; book_use chooses by name (tests, benches) and returns false if it cannot. */
const char *book_vectors(const struct book *book);
bool book_use(struct book *book, const char *vectors);

/* Whether events are folded into the digest (about 1 ns a command).  Off at first. */
void book_digest_on(struct book *book, bool on);

/* Commands.  Hot. */

/* Taking commands in is in book_put.h. */

/* Applies all that were put. */
void book_flush(struct book *book);

/* Forgets every order of every instrument, as at the start of a session.  Totals and suspicion go
 * too.  Flushes first. */
void book_clear(struct book *book);

/* Changes since the last call: the instruments whose best prices, totals or suspicion may have
 * changed, each once, in the order they first changed.  Hot; the array is valid until the next
 * book_put or book_flush. */
const uint16_t *book_changed(struct book *book, uint32_t *count);

/* Adds an instrument to the changes, for a reason the book does not know (a halt). */
void book_mark_changed(struct book *book, uint32_t instrument);

/* Queries. */

/* Fills quote, totals and instrument of market; state, sequence and times are the feed's to say.
 * Hot. */
void book_market(const struct book *book, uint32_t instrument, struct market *market);

/* True once a command contradicted this instrument's book; until book_clear. */
bool book_suspect(const struct book *book, uint32_t instrument);

/* The best count levels of side, best first, into levels[0..count).  Returns how many exist. */
uint32_t book_depth(const struct book *book, uint32_t instrument, enum side side,
                    struct book_level *levels, uint32_t count);

/* Where a live order stands in its level's queue; false if it is not live.  Walks the orders
 * ahead. */
MUST_USE bool book_position(const struct book *book, uint64_t ref,
                            struct book_queue_position *position);

/* Calls visit for every order of side, best price first, oldest first.  Cold. */
typedef void book_visit_fn(void *context, const struct book_order *order);
void book_each(const struct book *book, uint32_t instrument, enum side side, book_visit_fn *visit,
               void *context);

/* The same a few orders at a time: the next count of them into orders[0..count), from *walk on,
 * which is zeroed at first.  Returns how many, 0 at the end.  Between two calls the book must not
 * change.  Cost: of the orders alone, however many there are. */
struct book_walk {
    uint32_t rank; /* of the level */
    uint32_t next; /* the order, 0: the level's first */
};
uint32_t book_walk(const struct book *book, uint32_t instrument, enum side side,
                   struct book_walk *walk, struct book_order *orders, uint32_t count);

const struct book_counts *book_counts(const struct book *book);

/* Folds words into the digest in order with the events around them (a gap, a session).  Flushes. */
void book_digest_note(struct book *book, uint64_t what, uint64_t first, uint64_t second);

/* The digest of every event so far, in order, and of every live order where it stands.  Depends on
 * nothing else: not on timing, not on which vectors, not on how commands were grouped.  Cold. */
uint64_t book_digest(const struct book *book);

/* Walks everything and CHECKs every invariant listed in book.c.  Cold. */
void book_verify(const struct book *book);

#endif
