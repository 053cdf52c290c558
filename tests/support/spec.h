#ifndef TESTS_SUPPORT_SPEC_H
#define TESTS_SUPPORT_SPEC_H

/* A thin layer over CUnit that makes a test file read, and print, as a specification.
 *
 *     SPEC(a_buy_rests_when_no_ask_accepts_its_price)
 *     {
 *         ...
 *         EXPECT_UINT(match_depth(book, SIDE_SELL, NULL, 0), 0);
 *     }
 *
 *     #define SPECS(S)                                  \
 *         S(a_buy_rests_when_no_ask_accepts_its_price)  \
 *         S(...)
 *     SPEC_MAIN("match", SPECS, before_each, after_each)
 *
 * A spec is named by the sentence it proves.  The list at the end of the file is its table of
 * contents; the program prints it and exits 1 if any spec failed. */

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#define SPEC(sentence) static void sentence(void)

/* Records one expectation; composes the message only if it was not met.  All EXPECTs end here. */
void spec_expect(const char *file, int line, bool met, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void spec_expect_text(const char *file, int line, const char *what, const char *actual,
                      const char *expected);

#define EXPECT(condition) spec_expect(__FILE__, __LINE__, (condition), "%s", #condition)

#define EXPECT_UINT(actual, expected)                                                              \
    do {                                                                                           \
        uint64_t actual_ = (actual), expected_ = (expected);                                       \
        spec_expect(__FILE__, __LINE__, actual_ == expected_,                                      \
                    "%s is %" PRIu64 ", expected %" PRIu64, #actual, actual_, expected_);          \
    } while (0)

#define EXPECT_TEXT(actual, expected)                                                              \
    spec_expect_text(__FILE__, __LINE__, #actual, actual, expected)

/* The statement must stop the program by a failed CHECK whose message contains words.  It runs in a
 * child process. */
#define EXPECT_STOP(statement, words)                                                              \
    do {                                                                                           \
        int child_ = spec_stop_begin();                                                            \
        if (child_ == 0) {                                                                         \
            statement;                                                                             \
            spec_stop_survived();                                                                  \
        }                                                                                          \
        spec_stop_end(__FILE__, __LINE__, child_, #statement, words);                              \
    } while (0)

int spec_stop_begin(void);
_Noreturn void spec_stop_survived(void);
void spec_stop_end(const char *file, int line, int child, const char *statement, const char *words);

/* The seeds a property test runs: 1..count, or only the one in the variable SPEC_SEED, so that a
 * failure whose message names its seed can be seen again. */
struct spec_seeds {
    uint64_t first;
    uint64_t last;
};
struct spec_seeds spec_seeds(uint64_t count);

/* Ends the program as skipped: what the test needs is not on this machine. */
_Noreturn void spec_skip(const char *sentence);

#define SPEC_ENTRY(sentence) {#sentence, sentence},

#define SPEC_MAIN(subject, SPECS, before_each, after_each)                                         \
    int main(void)                                                                                 \
    {                                                                                              \
        CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};                               \
        return spec_run(subject, specs, before_each, after_each);                                  \
    }
int spec_run(const char *subject, CU_TestInfo *specs, void (*before_each)(void),
             void (*after_each)(void));

#endif
