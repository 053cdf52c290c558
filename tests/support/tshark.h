#ifndef TESTS_SUPPORT_TSHARK_H
#define TESTS_SUPPORT_TSHARK_H

/* Wireshark's dissectors as a second opinion on what we send. */

#include "dataplane/base/base.h"

#define TSHARK_SKIP 77 /* what meson takes for "skipped" */

bool tshark_found(void);

typedef void tshark_line_fn(const char *line);

/* Runs tshark over a capture with these arguments; each line of what it prints goes to take, if
 * that is not NULL.  Returns how many there were. */
uint64_t tshark_run(const uint8_t *capture, size_t bytes, const char *arguments,
                    tshark_line_fn *take);

#endif
