/* A plug-in that is good as it stands; each case of test_plugin.c changes one thing of it by -D.
 * It is built with <pollux/delegate.h> alone, as strategies outside the tree are. */

#include <pollux/delegate.h>

#ifndef ABI
#    define ABI DELEGATE_ABI
#endif
#ifndef KIND_BYTES
#    define KIND_BYTES sizeof(struct delegate_kind)
#endif
#ifndef KINDS
#    define KINDS 1
#endif
#ifndef TABLE
#    define TABLE kinds
#endif
#ifndef NAME
#    define NAME "echo"
#endif
#ifndef SECOND
#    define SECOND "echo-2"
#endif
#ifndef SUMMARY
#    define SUMMARY "asks for the quantity it is shown, at the bid"
#endif
#ifndef FOOTPRINT
#    define FOOTPRINT echo_footprint
#endif
#ifndef BUILD
#    define BUILD echo_build
#endif
#ifndef DECIDE
#    define DECIDE echo_decide
#endif
#ifndef FIRST
#    define FIRST &echo
#endif

#ifdef CALLS_US
_Noreturn void check_failed(const char *condition, const char *file, int line);
#endif

static size_t echo_footprint(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return CACHE_LINE;
}

static void *echo_build(void *memory, const struct delegate_parameters *parameters)
{
    (void)parameters;
    return memory;
}

static void echo_decide(void *self, const struct composite *composite,
                        struct delegate_output *output)
{
    (void)self;
#ifdef CALLS_US
    if (!composite) check_failed("composite", __FILE__, __LINE__);
#endif
    struct delegate_intent intent = {.kind = INTENT_ORDER, .side = SIDE_BUY};
    intent.price = composite->market->bid;
    intent.qty = composite->market->bid_qty;
    intent.instrument = composite->instrument;
    delegate_say(output, &intent);
}

/* Whatever a case leaves out. */
__attribute__((used)) static void *const parts[] = {(void *)echo_footprint, (void *)echo_build,
                                                    (void *)echo_decide};

__attribute__((used)) static const struct delegate_kind echo = {
    .name = NAME, .summary = SUMMARY, .footprint = FOOTPRINT, .build = BUILD, .decide = DECIDE};

__attribute__((used)) static const struct delegate_kind echo_2 = {
    .name = SECOND, .summary = SUMMARY, .footprint = FOOTPRINT, .build = BUILD, .decide = DECIDE};

__attribute__((used)) static const struct delegate_kind *const kinds[] = {FIRST, &echo_2};

const struct delegate_plugin pollux_plugin = {ABI, KIND_BYTES, KINDS, TABLE};
