#ifndef TESTS_ENTRY_REPORT_BOOK_H
#define TESTS_ENTRY_REPORT_BOOK_H

/* Orders as their reports say, by a table that only adds and subtracts: what an order was before,
 * and what has happened to it, must be what its report says it is. */

#include "dataplane/entry/entry.h"

enum { REPORT_BOOK_SESSIONS = 5, REPORT_BOOK_NUMBERS = 4096 };

struct booked {
    bool known, rejected;
    uint32_t account;
    qty_t executed, open;
    price_t limit;
    order_id_t id;
};

struct report_book {
    const uint32_t *accounts; /* by session */
    struct booked booked[REPORT_BOOK_SESSIONS][REPORT_BOOK_NUMBERS];
    uint64_t number; /* the newest */
    uint64_t digest; /* of all reports */
    qty_t bought, sold;
    uint32_t kinds[ENTRY_REPORT_COUNT];
    const char *wrong; /* the first thing that was; NULL */
};

void report_book_add(struct report_book *book, const struct entry_report *report);

/* All has been reported: what is open is what the engine holds.  A sentence, or NULL. */
const char *report_book_differs(const struct report_book *book, const struct match *match);

/* The same reports in the same order have the same one. */
uint64_t report_digest(uint64_t digest, const struct entry_report *report);

#endif
