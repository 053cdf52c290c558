#ifndef APPS_ORDER_SCRIPT_ORDER_WORDS_H
#define APPS_ORDER_SCRIPT_ORDER_WORDS_H

/* One line as words, read from left to right, with the first problem kept as a sentence.
 *
 *     struct order_words words;
 *     words_read(&words, line, length);
 *     qty_t qty = words_decimal(&words, "a quantity");
 *     if (words_take(&words, "at")) price = words_decimal(&words, "a price");
 *     words_end(&words);
 *     if (words.wrong) puts(words.problem);      expected a price, found 'abc'
 *
 * After the first problem every call does nothing and returns 0, "" or false, so that a reader of
 * lines asks once, at its end.  Any bytes are a line; what is not printable is shown as '?'.
 *
 * Threads: one.  Memory: the caller's struct. */

#include "dataplane/base/text.h"

#define ORDER_LINE_BYTES_MAX 1000u /* of one line */
#define ORDER_NAME_BYTES_MAX 24u   /* of one name */
#define ORDER_DECIMALS       8u

enum { ORDER_WORDS_MAX = 128 }; /* of one line */

struct order_words {
    char *at[ORDER_WORDS_MAX + 1]; /* ends with NULL */
    uint32_t next;
    bool wrong;
    char problem[256];
    char text[ORDER_LINE_BYTES_MAX + 1];
};

/* Splits at spaces and tabs; a comma at the end of a word is left out; # and what follows it is a
 * comment. */
void words_read(struct order_words *words, const char *line, size_t length);

/* Looking and taking. */

const char *words_look(const struct order_words *words);      /* NULL at the end */
const char *words_second(const struct order_words *words);    /* the one after it, or NULL */
bool words_take(struct order_words *words, const char *word); /* only if it is this one */
/* Which of the words it is, 0-based, or UINT32_MAX; taken if it is one. */
uint32_t words_which(struct order_words *words, const char *const *these, uint32_t count);
const char *words_next(struct order_words *words, const char *expected);
void words_end(struct order_words *words);

/* Values.  expected is for the sentence: "a price", "a quantity". */

int64_t words_decimal(struct order_words *words, const char *expected); /* exact, in 1e-8 */
uint64_t words_whole(struct order_words *words, const char *expected, uint64_t max);
uint32_t words_rate(struct order_words *words, const char *expected); /* 10ppm, 0.1%: in ppm */
uint64_t words_span(struct order_words *words, const char *expected); /* 5s, 250ms: in ns */
uint64_t words_clock(struct order_words *words); /* 09:30:00.25: ns since midnight */
const char *words_name(struct order_words *words, const char *expected);

/* Whether the next word begins as a number does. */
bool words_number_follows(const struct order_words *words);

/* The number behind @, at most max. */
uint64_t words_numbered(struct order_words *words, const char *word, uint64_t max);

/* Problems. */

void words_expected(struct order_words *words, const char *expected); /* ..., found the next word */
void words_problem(struct order_words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
