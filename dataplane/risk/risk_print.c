#include "dataplane/risk/risk.h"

#include <stdio.h>

static void number_print(char *text, size_t capacity, enum risk_unit unit, int64_t value)
{
    bool parts = unit == RISK_QTY || unit == RISK_MONEY;
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (parts) {
        snprintf(text, capacity, "%s%llu.%08llu", value < 0 ? "-" : "",
                 (unsigned long long)(size / QTY_ONE), (unsigned long long)(size % QTY_ONE));
    } else {
        snprintf(text, capacity, "%lld", (long long)value);
    }
}

static void subject_print(char *text, size_t capacity, const struct risk_refusal *refusal)
{
    const struct risk_subject *subject = &refusal->subject;
    switch (refusal->scope) {
    case RISK_VENUE: snprintf(text, capacity, "venue %u", subject->venue); return;
    case RISK_STRATEGY: snprintf(text, capacity, "strategy %u", subject->strategy); return;
    case RISK_SYMBOL: snprintf(text, capacity, "symbol %u", subject->symbol); return;
    case RISK_ROUTE:
        snprintf(text, capacity, "venue %u, strategy %u", subject->venue, subject->strategy);
        return;
    case RISK_HOLDING:
        snprintf(text, capacity, "symbol %u, strategy %u", subject->symbol, subject->strategy);
        return;
    case RISK_BOX:
    case RISK_SCOPE_COUNT: break;
    }
    snprintf(text, capacity, "box");
}

size_t risk_refusal_print(char *text, size_t capacity, const struct risk_refusal *refusal)
{
    char value[48], bound[48], subject[64];
    bool limit = refusal->verdict > RISK_PASS && (int)refusal->verdict <= (int)RISK_LIMIT_COUNT;
    enum risk_unit unit = limit ? risk_limit(refusal->verdict)->unit : RISK_COUNT;
    number_print(value, sizeof value, unit, refusal->value);
    number_print(bound, sizeof bound, unit, refusal->bound);
    subject_print(subject, sizeof subject, refusal);
    int length =
        snprintf(text, capacity, "%s: %s (%s): %s against %s", risk_verdict_name(refusal->verdict),
                 risk_verdict_text(refusal->verdict), subject, value, bound);
    return length < 0 ? 0 : (size_t)length;
}
