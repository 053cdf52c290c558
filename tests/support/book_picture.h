#ifndef TESTS_SUPPORT_BOOK_PICTURE_H
#define TESTS_SUPPORT_BOOK_PICTURE_H

/* The feed's books drawn as pictures, and what the venue says told as sentences.
 *
 * A picture has one line a price, the highest first.  Orders are named by a letter, which is their
 * reference, and followed by their open quantity.  On both sides the order nearest to the price is
 * the oldest:
 *
 *     GIVEN_BOOK("         | 50.02 | c50     ",
 *                "         | 50.01 | a30 b20 ",      a is older than b
 *                " e10 d40 | 50.00 |         ");     d is older than e
 *
 *     WHEN("execute a 10");
 *     THEN("ok, changed");
 *     BOOK_IS(...);
 *
 * Sentences for WHEN (X, Y a letter, Q a quantity, P a price with two to four decimals):
 *
 *     add X buy Q at P      add X sell Q at P      cancel X Q         delete X
 *     execute X Q           execute X Q at P       execute X Q silently
 *     replace X by Y Q at P                        trade Q at P
 *
 * THEN says what became of it: the name of its status in BOOK_STATUSES, then ", changed" if the
 * instrument is among the changes, then ", suspect" if its book is.
 *
 * After every sentence book_verify runs.  What does not parse stops the program. */

#include "dataplane/book/book.h"

enum { BOOK_PICTURE_INSTRUMENT = 1 };

/* An empty book for up to 26 orders, on the vectors named by the variable BOOK_VECTORS (else the
 * widest there are).  Ends the program as skipped where the processor has them not. */
void book_picture_open(void);
void book_picture_close(void);
struct book *book_picture_book(void);

/* Chooses the vectors of the variable BOOK_VECTORS for a book of a spec's own. */
void book_picture_vectors(struct book *book);

#define GIVEN_BOOK(...) book_picture_given((const char *[]){__VA_ARGS__, 0})
#define WHEN(sentence)  book_picture_when(sentence)
#define THEN(sentence)  book_picture_then(__FILE__, __LINE__, sentence)
#define BOOK_IS(...)    book_picture_is(__FILE__, __LINE__, (const char *[]){__VA_ARGS__, 0})
#define BOOK_IS_EMPTY() book_picture_is(__FILE__, __LINE__, (const char *[]){0})

void book_picture_given(const char *const *picture);
void book_picture_when(const char *sentence);
void book_picture_then(const char *file, int line, const char *sentence);
void book_picture_is(const char *file, int line, const char *const *picture);

#endif
