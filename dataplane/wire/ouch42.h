#ifndef DATAPLANE_WIRE_OUCH42_H
#define DATAPLANE_WIRE_OUCH42_H

/* Nasdaq OUCH 4.2: orders in, their fates out, all 5 and 15 messages.
 *
 * Source: "O*U*C*H Version 4.2", edition of 7 December 2018; messages are cited by title.  AIQ
 * Canceled has one byte more in the edition of October 2025; both lengths are accepted.  Messages
 * have a fixed length, and the same letter means different things in the two directions.  Names
 * ending in _e4 are prices with 4 implied decimals; timestamps are nanoseconds since midnight.
 *
 *     if (ouch42_check_in(message, length) != OUCH42_OK) ...
 *     switch (message[0]) {
 *     case 'O': on_enter((const struct ouch42_enter *)message); ...
 *
 * The checks are total: any bytes are OK or have one reason.  Threads: any. */

#include "dataplane/wire/wire.h"

/* clang-format off */

/* "Enter Order Message". */
#define OUCH42_ENTER(F, M)                                                                         \
    F(M, text1,  type,           0, "'O'")                                                         \
    F(M, text14, token,          1, "new, unique for the day")                                     \
    F(M, text1,  side,          15, "B S T E")                                                     \
    F(M, be32,   qty,           16, "1 to 999,999 shares")                                         \
    F(M, text8,  symbol,        20, "")                                                            \
    F(M, be32,   price_e4,      28, "limit; 0x7FFFFFFF market")                                    \
    F(M, be32,   tif_s,         32, "seconds; 0 immediate, 99998 market hours, 99999 system hours") \
    F(M, text4,  firm,          36, "spaces: the port's")                                          \
    F(M, text1,  display,       40, "A Y N P I M W L O T Q m n")                                   \
    F(M, text1,  capacity,      41, "A P R, others become O")                                      \
    F(M, text1,  iso,           42, "Y N y")                                                       \
    F(M, be32,   min_qty,       43, "0 none")                                                      \
    F(M, text1,  cross,         47, "N O C H S R E")                                               \
    F(M, text1,  customer_type, 48, "R N space")

/* "Replace Order Message". */
#define OUCH42_REPLACE(F, M)                                                                       \
    F(M, text1,  type,           0, "'U'")                                                         \
    F(M, text14, orig_token,     1, "of a live order")                                             \
    F(M, text14, token,         15, "new")                                                         \
    F(M, be32,   qty,           29, "of the whole chain, executed included")                       \
    F(M, be32,   price_e4,      33, "")                                                            \
    F(M, be32,   tif_s,         37, "")                                                            \
    F(M, text1,  display,       41, "")                                                            \
    F(M, text1,  iso,           42, "")                                                            \
    F(M, be32,   min_qty,       43, "")

/* "Cancel Order Message". */
#define OUCH42_CANCEL(F, M)                                                                        \
    F(M, text1,  type,           0, "'X'")                                                         \
    F(M, text14, token,          1, "of a live order")                                             \
    F(M, be32,   qty,           15, "intended total size; 0 cancels the rest")

/* "Modify Order Message". */
#define OUCH42_MODIFY(F, M)                                                                        \
    F(M, text1,  type,           0, "'M'")                                                         \
    F(M, text14, token,          1, "of a live order")                                             \
    F(M, text1,  side,          15, "between S, T and E")                                          \
    F(M, be32,   qty,           16, "of the whole chain")

/* "Trade Now Message", a request. */
#define OUCH42_TRADE_NOW(F, M)                                                                     \
    F(M, text1,  type,           0, "'N'")                                                         \
    F(M, text14, token,          1, "of a live order")

#define OUCH42_OUT(F, M)                                                                           \
    F(M, text1,  type,           0, "message type")                                                \
    F(M, be64,   timestamp_ns,   1, "nanoseconds since midnight")

#define OUCH42_OUT_ORDER(F, M)                                                                     \
    OUCH42_OUT(F, M)                                                                               \
    F(M, text14, token,          9, "")

/* "System Event Message". */
#define OUCH42_SYSTEM_EVENT(F, M)                                                                  \
    OUCH42_OUT(F, M)                                                                               \
    F(M, text1,  event,          9, "S start of day, E end of day")

/* What "Accepted Message" and "Replaced Message" share. */
#define OUCH42_ORDER(F, M)                                                                         \
    OUCH42_OUT_ORDER(F, M)                                                                         \
    F(M, text1,  side,          23, "")                                                            \
    F(M, be32,   qty,           24, "accepted; outstanding of a replacement")                      \
    F(M, text8,  symbol,        28, "")                                                            \
    F(M, be32,   price_e4,      36, "")                                                            \
    F(M, be32,   tif_s,         40, "")                                                            \
    F(M, text4,  firm,          44, "")                                                            \
    F(M, text1,  display,       48, "")                                                            \
    F(M, be64,   order_ref,     49, "as on ITCH")                                                  \
    F(M, text1,  capacity,      57, "")                                                            \
    F(M, text1,  iso,           58, "")                                                            \
    F(M, be32,   min_qty,       59, "")                                                            \
    F(M, text1,  cross,         63, "")                                                            \
    F(M, text1,  state,         64, "L live, D dead")

#define OUCH42_ACCEPTED(F, M)                                                                      \
    OUCH42_ORDER(F, M)                                                                             \
    F(M, text1,  bbo_weight,    65, "")

#define OUCH42_REPLACED(F, M)                                                                      \
    OUCH42_ORDER(F, M)                                                                             \
    F(M, text14, orig_token,    65, "of the order that was replaced")                              \
    F(M, text1,  bbo_weight,    79, "")

/* "Canceled Message". */
#define OUCH42_CANCELED(F, M)                                                                      \
    OUCH42_OUT_ORDER(F, M)                                                                         \
    F(M, be32,   qty,           23, "shares gone now")                                             \
    F(M, text1,  reason,        27, "")

/* "AIQ Canceled Message". */
#define OUCH42_AIQ_CANCELED(F, M)                                                                  \
    OUCH42_OUT_ORDER(F, M)                                                                         \
    F(M, be32,   qty,           23, "shares gone now")                                             \
    F(M, text1,  reason,        27, "'Q'")                                                         \
    F(M, be32,   prevented,     28, "shares kept from trading")                                    \
    F(M, be32,   price_e4,      32, "the match would have had")                                    \
    F(M, text1,  liquidity,     36, "the match would have had")

/* What executions have in common. */
#define OUCH42_FILL(F, M)                                                                          \
    OUCH42_OUT_ORDER(F, M)                                                                         \
    F(M, be32,   qty,           23, "shares")                                                      \
    F(M, be32,   price_e4,      27, "")                                                            \
    F(M, text1,  liquidity,     31, "")                                                            \
    F(M, be64,   match_number,  32, "of both sides, and on ITCH")

/* "Executed Message with Reference Price". */
#define OUCH42_EXECUTED_REFERENCE(F, M)                                                            \
    OUCH42_FILL(F, M)                                                                              \
    F(M, be32,   reference_e4,  40, "")                                                            \
    F(M, text1,  reference_type, 44, "I intraday indicative value")

/* "Trade Correction Message". */
#define OUCH42_CORRECTION(F, M)                                                                    \
    OUCH42_FILL(F, M)                                                                              \
    F(M, text1,  reason,        40, "N adjusted to net asset value")

/* "Broken Trade Message". */
#define OUCH42_BROKEN(F, M)                                                                        \
    OUCH42_OUT_ORDER(F, M)                                                                         \
    F(M, be64,   match_number,  23, "")                                                            \
    F(M, text1,  reason,        31, "E C S X")

/* "Rejected Message". */
#define OUCH42_REJECTED(F, M)                                                                      \
    OUCH42_OUT_ORDER(F, M)                                                                         \
    F(M, text1,  reason,        23, "")

/* "Cancel Pending Message", "Cancel Reject Message", "Trade Now Message". */
#define OUCH42_NOTE(F, M)                                                                          \
    OUCH42_OUT_ORDER(F, M)

/* "Order Priority Update Message". */
#define OUCH42_PRIORITY(F, M)                                                                      \
    OUCH42_OUT_ORDER(F, M)                                                                         \
    F(M, be32,   price_e4,      23, "")                                                            \
    F(M, text1,  display,       27, "")                                                            \
    F(M, be64,   order_ref,     28, "new")

/* "Order Modified Message". */
#define OUCH42_MODIFIED(F, M)                                                                      \
    OUCH42_OUT_ORDER(F, M)                                                                         \
    F(M, text1,  side,          23, "")                                                            \
    F(M, be32,   qty,           24, "outstanding")

/* All messages: type, struct, table, bytes. */
#define OUCH42_IN_MESSAGES(X)                                                                      \
    X('O', ouch42_enter,              OUCH42_ENTER,              49)                               \
    X('U', ouch42_replace,            OUCH42_REPLACE,            47)                               \
    X('X', ouch42_cancel,             OUCH42_CANCEL,             19)                               \
    X('M', ouch42_modify,             OUCH42_MODIFY,             20)                               \
    X('N', ouch42_trade_now,          OUCH42_TRADE_NOW,          15)

#define OUCH42_OUT_MESSAGES(X)                                                                     \
    X('S', ouch42_system_event,       OUCH42_SYSTEM_EVENT,       10)                               \
    X('A', ouch42_accepted,           OUCH42_ACCEPTED,           66)                               \
    X('U', ouch42_replaced,           OUCH42_REPLACED,           80)                               \
    X('C', ouch42_canceled,           OUCH42_CANCELED,           28)                               \
    X('D', ouch42_aiq_canceled,       OUCH42_AIQ_CANCELED,       37)                               \
    X('E', ouch42_executed,           OUCH42_FILL,               40)                               \
    X('B', ouch42_broken,             OUCH42_BROKEN,             32)                               \
    X('G', ouch42_executed_reference, OUCH42_EXECUTED_REFERENCE, 45)                               \
    X('F', ouch42_correction,         OUCH42_CORRECTION,         41)                               \
    X('J', ouch42_rejected,           OUCH42_REJECTED,           24)                               \
    X('P', ouch42_cancel_pending,     OUCH42_NOTE,               23)                               \
    X('I', ouch42_cancel_reject,      OUCH42_NOTE,               23)                               \
    X('T', ouch42_priority,           OUCH42_PRIORITY,           36)                               \
    X('M', ouch42_modified,           OUCH42_MODIFIED,           28)                               \
    X('N', ouch42_trade_now_told,     OUCH42_NOTE,               23)

/* Why a message is accepted or dropped: status, counter, meaning. */
#define OUCH42_STATUSES(X)                                                                         \
    X(OUCH42_OK,           ok,           "accepted")                                               \
    X(OUCH42_EMPTY,        empty,        "message of zero bytes")                                  \
    X(OUCH42_UNKNOWN_TYPE, unknown_type, "type that this direction does not have")                 \
    X(OUCH42_BAD_LENGTH,   bad_length,   "not as long as its type is")

/* clang-format on */

#define OUCH42_QTY_MAX          999999u
#define OUCH42_PRICE_MAX_E4     0x7735939cu
#define OUCH42_MARKET_E4        0x7fffffffu
#define OUCH42_TIF_IMMEDIATE    0u
#define OUCH42_TIF_TIMED_MAX    99997u
#define OUCH42_TIF_MARKET_HOURS 99998u
#define OUCH42_TIF_SYSTEM_HOURS 99999u
#define OUCH42_BYTES_MAX        80u
#define OUCH42_AIQ_BYTES_2025   38u /* AIQ Canceled with its strategy */
#define OUCH42_TOKEN_BYTES      14u

#define OUCH42_DECLARE_MESSAGE(type, name, TABLE, length) WIRE_MESSAGE(name, TABLE, length)
OUCH42_IN_MESSAGES(OUCH42_DECLARE_MESSAGE)
OUCH42_OUT_MESSAGES(OUCH42_DECLARE_MESSAGE)

#define OUCH42_ENUM(status, counter, meaning) status,
enum ouch42_status { OUCH42_STATUSES(OUCH42_ENUM) OUCH42_STATUS_COUNT };

const char *ouch42_status_text(enum ouch42_status status);
const char *ouch42_status_name(enum ouch42_status status);

/* The fields of a type, or NULL.  Cold. */
const struct wire_layout *ouch42_in_layout(uint8_t type);
const struct wire_layout *ouch42_out_layout(uint8_t type);

/* Decides whether message[0..length) may be read as the struct of its type. */
MUST_USE enum ouch42_status ouch42_check_in(const uint8_t *message, size_t length);
MUST_USE enum ouch42_status ouch42_check_out(const uint8_t *message, size_t length);

#endif
