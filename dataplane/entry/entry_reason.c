#include "dataplane/entry/entry_parts.h"

/* The engine's reasons on the wire: reason, letter of Canceled (and of what is reduced), code of
 * OUCH 5.0's Rejected, letter of 4.2's. */
/* clang-format off */
#define WIRE_REASONS(X)                                                                            \
    X(MATCH_NO_REASON,       'Z', OUCH50_OTHER,               'O')                                 \
    X(MATCH_MALFORMED,       'Z', OUCH50_PROCESSING_ERROR,    'O')                                 \
    X(MATCH_NO_INSTRUMENT,   'Z', OUCH50_INVALID_SYMBOL,      'S')                                 \
    X(MATCH_NO_ACCOUNT,      'Z', OUCH50_NOT_AUTHORISED,      'L')                                 \
    X(MATCH_IS_CLOSED,       'E', OUCH50_DESTINATION_CLOSED,  'C')                                 \
    X(MATCH_IS_HALTED,       'H', OUCH50_HALTED,              'H')                                 \
    X(MATCH_IN_CALL,         'I', OUCH50_INVALID_CROSS,       'R')                                 \
    X(MATCH_BAD_ID,          'Z', OUCH50_PROCESSING_ERROR,    'O')                                 \
    X(MATCH_ID_IN_USE,       'Z', OUCH50_OTHER,               'O')                                 \
    X(MATCH_UNKNOWN_ID,      'Z', OUCH50_REPLACE_NOT_ALLOWED, 'O')                                 \
    X(MATCH_BAD_QTY,         'Z', OUCH50_INVALID_QTY,         'Z')                                 \
    X(MATCH_OFF_LOT,         'Z', OUCH50_INVALID_QTY,         'Z')                                 \
    X(MATCH_OVER_QTY,        'Z', OUCH50_OVER_SHARES,         'Z')                                 \
    X(MATCH_BAD_PRICE,       'Z', OUCH50_INVALID_PRICE,       'X')                                 \
    X(MATCH_OFF_TICK,        'Z', OUCH50_INVALID_PRICE,       'X')                                 \
    X(MATCH_OVER_PRICE,      'Z', OUCH50_INVALID_PRICE,       'X')                                 \
    X(MATCH_BAD_TERMS,       'Z', OUCH50_OTHER,               'O')                                 \
    X(MATCH_BAD_LEG,         'Z', OUCH50_OTHER,               'O')                                 \
    X(MATCH_FULL,            'Z', OUCH50_PROCESSING_ERROR,    'O')                                 \
    X(MATCH_OVER_VALUE,      'Z', OUCH50_OVER_NOTIONAL,       'n')                                 \
    X(MATCH_NO_FUNDS,        'Z', OUCH50_RISK_AGGREGATE,      'n')                                 \
    X(MATCH_WOULD_TAKE,      'G', OUCH50_OTHER,               'O')                                 \
    X(MATCH_NOTHING_CHANGES, 'Z', OUCH50_REPLACE_NOT_ALLOWED, 'O')                                 \
    X(MATCH_NO_POSITION,     'Z', OUCH50_OTHER,               'O')                                 \
    X(MATCH_LISTED_ALREADY,  'Z', OUCH50_OTHER,               'O')                                 \
    X(MATCH_BAD_LISTING,     'Z', OUCH50_OTHER,               'O')                                 \
    X(MATCH_NO_ROOM,         'Z', OUCH50_PROCESSING_ERROR,    'O')                                 \
    X(MATCH_HAS_POSITIONS,   'Z', OUCH50_OTHER,               'O')                                 \
    X(MATCH_BAD_PHASE,       'Z', OUCH50_OTHER,               'O')                                 \
    X(MATCH_BY_USER,         'U', OUCH50_OTHER,               'O')                                 \
    X(MATCH_IMMEDIATE,       'I', OUCH50_OTHER,               'O')                                 \
    X(MATCH_NOT_WHOLE,       'I', OUCH50_OTHER,               'O')                                 \
    X(MATCH_NO_LIQUIDITY,    'I', OUCH50_QUOTE_UNAVAILABLE,   'O')                                 \
    X(MATCH_COLLARED,        'K', OUCH50_OTHER,               'O')                                 \
    X(MATCH_SELF,            'Q', OUCH50_OTHER,               'O')                                 \
    X(MATCH_OUT_OF_WINDOW,   'Z', OUCH50_INVALID_PRICE,       'X')                                 \
    X(MATCH_DAY_OVER,        'E', OUCH50_DESTINATION_CLOSED,  'C')                                 \
    X(MATCH_IS_REMOVED,      'S', OUCH50_INVALID_SYMBOL,      'S')                                 \
    X(MATCH_LINKED,          'Z', OUCH50_OTHER,               'O')                                 \
    X(MATCH_LIQUIDATION,     'S', OUCH50_OTHER,               'O')                                 \
    X(MATCH_BAND_HIT,        'X', OUCH50_CROSSED_MARKET,      'O')
/* clang-format on */

#define WIRE_REASON_COUNT(reason, cancel, code, letter) +1
static_assert(0 WIRE_REASONS(WIRE_REASON_COUNT) == MATCH_REASON_COUNT, "each reason has a row");

struct wire_reason wire_reason(uint8_t reason)
{
#define WIRE_REASON_ROW(reason_, cancel_, code, letter)                                            \
    [reason_] = {.cancel = cancel_, .refused42 = letter, .reject = code},
    static const struct wire_reason row[] = {WIRE_REASONS(WIRE_REASON_ROW)};
    CHECK(reason < ARRAY_COUNT(row));
    return row[reason];
}

struct wire_reason wire_cause(uint8_t cause)
{
#define WIRE_CAUSE_ROW(cause_, counter, code, letter, sentence)                                    \
    [cause_] = {.refused42 = letter, .reject = code},
    static const struct wire_reason row[] = {ENTRY_CAUSES(WIRE_CAUSE_ROW)};
    CHECK(cause < ARRAY_COUNT(row));
    return row[cause];
}

const char *entry_cause_name(enum entry_cause cause)
{
#define CAUSE_NAME(cause_, counter, code, letter, sentence) [cause_] = #counter,
    static const char *const name[] = {ENTRY_CAUSES(CAUSE_NAME)};
    CHECK((unsigned)cause < ARRAY_COUNT(name));
    return name[cause];
}

const char *entry_cause_text(enum entry_cause cause)
{
#define CAUSE_TEXT(cause_, counter, code, letter, sentence) [cause_] = sentence,
    static const char *const text[] = {ENTRY_CAUSES(CAUSE_TEXT)};
    CHECK((unsigned)cause < ARRAY_COUNT(text));
    return text[cause];
}

const char *entry_verdict_name(enum entry_verdict verdict)
{
#define VERDICT_NAME(verdict_, counter, meaning) [verdict_] = #counter,
    static const char *const name[] = {ENTRY_VERDICTS(VERDICT_NAME)};
    CHECK((unsigned)verdict < ARRAY_COUNT(name));
    return name[verdict];
}
