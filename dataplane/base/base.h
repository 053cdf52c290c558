#ifndef DATAPLANE_BASE_BASE_H
#define DATAPLANE_BASE_BASE_H

/* The words every other file is written in: units (units.h), attributes, checks.
 *
 * base.h allocates nothing, blocks on nothing, and includes neither DPDK nor stdio, so any file in
 * the tree may include it.  If a name is needed by one module only, it does not belong here. */

#include "dataplane/base/units.h"

/* Attributes. */

#define CACHE_ALIGNED  _Alignas(CACHE_LINE)
#define MUST_USE       __attribute__((warn_unused_result))
#define COLD           __attribute__((cold, noinline))
#define NOINLINE       __attribute__((noinline))
#define likely(cond)   __builtin_expect(!!(cond), 1)
#define unlikely(cond) __builtin_expect(!!(cond), 0)

/* Checks catch our own mistakes, never a peer's: a malformed packet is an ordinary event with a
 * status and a counter.
 *
 *   CHECK(cond)       stays in every build; use it wherever it costs one predictable branch.
 *   DCHECK(cond)      is compiled in when PARANOID is 1 (debug, sanitizer and test builds); use it
 *                     for checks that walk a structure.  It must have no side effects.
 *   UNREACHABLE(why)  marks a branch that cannot be taken, and says why it cannot.
 *
 * One condition per check, so that the message names the culprit. */

_Noreturn COLD void check_failed(const char *condition, const char *file, int line);

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (unlikely(!(cond))) check_failed(#cond, __FILE__, __LINE__);                            \
    } while (0)

#define UNREACHABLE(why) check_failed(why, __FILE__, __LINE__)

#if PARANOID
#    define DCHECK(cond) CHECK(cond)
#else
#    define DCHECK(cond) ((void)sizeof(cond))
#endif

#define IS_POW2(n)      ((n) > 0 && ((n) & ((n)-1)) == 0)
#define ARRAY_COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(n, to) (((n) + (to)-1) & ~((size_t)(to)-1))

#endif
