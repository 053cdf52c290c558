#ifndef TESTS_GATEWAY_GATEWAY_TRACE_H
#define TESTS_GATEWAY_GATEWAY_TRACE_H

/* For specs that are traces: one rig, played, and what is asked of it. */

#include "tests/gateway/gateway_rig.h"
#include "tests/support/spec.h"

static struct gateway_rig rig;

static inline void trace(bool replaces, const char *steps, const char *wire)
{
    gateway_rig_new(&rig, replaces);
    gateway_rig_play(&rig, steps);
    EXPECT_TEXT(rig.wire, wire);
}

static inline void ends(enum delegate_order_state state)
{
    EXPECT_UINT(rig.one->order[0].state, state);
    gateway_rig_free(&rig);
}

static inline struct gateway_holding held(uint32_t strategy, uint32_t symbol)
{
    struct gateway_holding holding;
    gateway_holding(rig.gateway, strategy, symbol, &holding);
    return holding;
}

static inline uint64_t counted(const struct counter *counter)
{
    return counter_read(counter);
}

#define COUNT(name) counted(&gateway_counts(rig.gateway)->name)

/* The newest messages of "one", by the letters of their kinds. */
static inline const char *told(const struct puppet *puppet)
{
    static char text[256];
    static const char letters[MESSAGE_KIND_COUNT] = "nrcAPFCR";
    uint32_t count = puppet->messages < 200 ? puppet->messages : 200;
    for (uint32_t i = 0; i < count; i++) text[i] = letters[puppet->message[i].kind];
    text[count] = '\0';
    return text;
}

#endif
