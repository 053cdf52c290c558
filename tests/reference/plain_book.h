#ifndef TESTS_REFERENCE_PLAIN_BOOK_H
#define TESTS_REFERENCE_PLAIN_BOOK_H

/* The feed's book again, written to be obviously right: one unsorted array of orders in the order
 * they joined their queues, scanned in full for every question. */

#include "dataplane/book/book.h"

enum { PLAIN_BOOK_ORDERS_MAX = 4096, PLAIN_BOOK_INSTRUMENTS = 8 };

struct plain_totals {
    uint64_t volume;
    uint64_t notional_e4;
    uint32_t trades;
    uint32_t last_e4;
    uint64_t last_qty;
};

struct plain_book {
    struct book_order order[PLAIN_BOOK_ORDERS_MAX];
    uint32_t orders;
    uint32_t orders_max;
    struct plain_totals totals[PLAIN_BOOK_INSTRUMENTS];
    bool suspect[PLAIN_BOOK_INSTRUMENTS];
};

enum book_status plain_book_apply(struct plain_book *book, const struct book_command *command);

/* Writes the levels of a side, best first, and returns how many there are. */
uint32_t plain_book_depth(const struct plain_book *book, uint32_t instrument, enum side side,
                          struct book_level *levels, uint32_t count);

bool plain_book_position(const struct plain_book *book, uint64_t ref,
                         struct book_queue_position *position);

#endif
