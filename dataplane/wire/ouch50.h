#ifndef DATAPLANE_WIRE_OUCH50_H
#define DATAPLANE_WIRE_OUCH50_H

/* Nasdaq OUCH 5.0: orders in, their fates out, all 8 and 17 messages.
 *
 * Source: "OUCH 5.0", revision 1.04 of May 2024, with tags 29 and 30 as revision 1.05 is known to
 * have them; messages are cited by title.  One message is one SoupBinTCP packet.  The same letter
 * means different things in the two directions, so each direction has its own check.  Names ending
 * in _e4 are prices with 4 implied decimals; timestamps are nanoseconds since midnight.
 *
 *     47 bytes of Enter Order                     the appendage: elements of
 *     | O | 1 | B | 100 | ACME | ... | 0 9 |      | length | tag | value |
 *       fixed part, a struct here      bytes       5 3 00000032   2 28 5
 *
 * A struct is a message's fixed part.  Behind it come, with some messages always and with others
 * if the sender likes, two bytes that say how long the appendage is, and the appendage.
 *
 *     struct ouch50_tags tags;
 *     if (ouch50_check_in(message, length, &tags) != OUCH50_OK) ...
 *     if (ouch50_has(&tags, OUCH50_MIN_QTY)) qty = ouch50_be32(message, &tags, OUCH50_MIN_QTY);
 *
 * The checks are total: any bytes are OK or have one reason.  Threads: any.  Cost: a table, and a
 * few instructions for each element. */

#include "dataplane/wire/wire.h"

/* clang-format off */

/* "Enter Order". */
#define OUCH50_ENTER(F, M)                                                                         \
    F(M, text1,  type,           0, "'O'")                                                         \
    F(M, be32,   urn,            1, "new UserRefNum")                                              \
    F(M, text1,  side,           5, "B buy, S sell, T sell short, E sell short exempt")            \
    F(M, be32,   qty,            6, "1 to 999,999 shares")                                         \
    F(M, text8,  symbol,        10, "")                                                            \
    F(M, be64,   price_e4,      18, "limit; 0x7FFFFFFF market")                                    \
    F(M, text1,  tif,           26, "0 day, 3 immediate, 5 extended hours, 6 until ExpireTime, E") \
    F(M, text1,  display,       27, "Y visible, N hidden, A attributable")                         \
    F(M, text1,  capacity,      28, "A P R O")                                                     \
    F(M, text1,  iso,           29, "intermarket sweep: Y, N")                                     \
    F(M, text1,  cross,         30, "N continuous, O opening, C closing, H halt, S R E A")         \
    F(M, text14, cl_ord_id,     31, "the client's, echoed")

/* "Replace Order Request". */
#define OUCH50_REPLACE(F, M)                                                                       \
    F(M, text1,  type,           0, "'U'")                                                         \
    F(M, be32,   orig_urn,       1, "a live order's UserRefNum")                                   \
    F(M, be32,   urn,            5, "new UserRefNum")                                              \
    F(M, be32,   qty,            9, "of the whole chain, executed included")                       \
    F(M, be64,   price_e4,      13, "")                                                            \
    F(M, text1,  tif,           21, "0 3 5 6")                                                     \
    F(M, text1,  display,       22, "Y N A")                                                       \
    F(M, text1,  iso,           23, "Y, N")                                                        \
    F(M, text14, cl_ord_id,     24, "")

/* "Cancel Order Request". */
#define OUCH50_CANCEL(F, M)                                                                        \
    F(M, text1,  type,           0, "'X'")                                                         \
    F(M, be32,   urn,            1, "of a live order")                                             \
    F(M, be32,   qty,            5, "intended total size; 0 cancels the rest")

/* "Modify Order Request". */
#define OUCH50_MODIFY(F, M)                                                                        \
    F(M, text1,  type,           0, "'M'")                                                         \
    F(M, be32,   urn,            1, "of a live order")                                             \
    F(M, text1,  side,           5, "S to E, S to T, E to T")                                      \
    F(M, be32,   qty,            6, "intended total size")

/* "Mass Cancel Request". */
#define OUCH50_MASS_CANCEL(F, M)                                                                   \
    F(M, text1,  type,           0, "'C'")                                                         \
    F(M, be32,   urn,            1, "new UserRefNum")                                              \
    F(M, text4,  firm,           5, "")                                                            \
    F(M, text8,  symbol,         9, "spaces: all")

/* "Disable Order Entry Request" and "Enable Order Entry Request". */
#define OUCH50_FIRM_REQUEST(F, M)                                                                  \
    F(M, text1,  type,           0, "'D' disable, 'E' enable")                                     \
    F(M, be32,   urn,            1, "new UserRefNum")                                              \
    F(M, text4,  firm,           5, "")

/* "Account Query Request". */
#define OUCH50_QUERY(F, M)                                                                         \
    F(M, text1,  type,           0, "'Q'")

#define OUCH50_OUT(F, M)                                                                           \
    F(M, text1,  type,           0, "message type")                                                \
    F(M, be64,   timestamp_ns,   1, "nanoseconds since midnight")

#define OUCH50_OUT_ORDER(F, M)                                                                     \
    OUCH50_OUT(F, M)                                                                               \
    F(M, be32,   urn,            9, "UserRefNum")

/* "System Event Message". */
#define OUCH50_SYSTEM_EVENT(F, M)                                                                  \
    OUCH50_OUT(F, M)                                                                               \
    F(M, text1,  event,          9, "S start of day, E end of day")

/* "Order Accepted Message". */
#define OUCH50_ACCEPTED(F, M)                                                                      \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, text1,  side,          13, "")                                                            \
    F(M, be32,   qty,           14, "accepted")                                                    \
    F(M, text8,  symbol,        18, "")                                                            \
    F(M, be64,   price_e4,      26, "accepted")                                                    \
    F(M, text1,  tif,           34, "")                                                            \
    F(M, text1,  display,       35, "Y N A Z")                                                     \
    F(M, be64,   order_ref,     36, "as on ITCH")                                                  \
    F(M, text1,  capacity,      44, "")                                                            \
    F(M, text1,  iso,           45, "")                                                            \
    F(M, text1,  cross,         46, "")                                                            \
    F(M, text1,  state,         47, "L live, D dead")                                              \
    F(M, text14, cl_ord_id,     48, "")

/* "Order Replaced Message". */
#define OUCH50_REPLACED(F, M)                                                                      \
    OUCH50_OUT(F, M)                                                                               \
    F(M, be32,   orig_urn,       9, "")                                                            \
    F(M, be32,   urn,           13, "of the replacement")                                          \
    F(M, text1,  side,          17, "")                                                            \
    F(M, be32,   qty,           18, "outstanding")                                                 \
    F(M, text8,  symbol,        22, "")                                                            \
    F(M, be64,   price_e4,      30, "")                                                            \
    F(M, text1,  tif,           38, "")                                                            \
    F(M, text1,  display,       39, "Y N A Z")                                                     \
    F(M, be64,   order_ref,     40, "new")                                                         \
    F(M, text1,  capacity,      48, "")                                                            \
    F(M, text1,  iso,           49, "")                                                            \
    F(M, text1,  cross,         50, "")                                                            \
    F(M, text1,  state,         51, "L live, D dead")                                              \
    F(M, text14, cl_ord_id,     52, "")

/* "Order Canceled Message". */
#define OUCH50_CANCELED(F, M)                                                                      \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, be32,   qty,           13, "shares gone now")                                             \
    F(M, text1,  reason,        17, "")

/* "AIQ Canceled Message". */
#define OUCH50_AIQ_CANCELED(F, M)                                                                  \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, be32,   qty,           13, "shares gone now")                                             \
    F(M, text1,  reason,        17, "'Q'")                                                         \
    F(M, be32,   prevented,     18, "shares kept from trading")                                    \
    F(M, be64,   price_e4,      22, "the match would have had")                                    \
    F(M, text1,  liquidity,     30, "the match would have had")                                    \
    F(M, text1,  strategy,      31, "O W D Y o w d y")

/* "Order Executed Message". */
#define OUCH50_EXECUTED(F, M)                                                                      \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, be32,   qty,           13, "shares")                                                      \
    F(M, be64,   price_e4,      17, "")                                                            \
    F(M, text1,  liquidity,     25, "A added, R removed, O C H crosses, and more")                 \
    F(M, be64,   match_number,  26, "of both sides, and on ITCH")

/* "Broken Trade Message". */
#define OUCH50_BROKEN(F, M)                                                                        \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, be64,   match_number,  13, "")                                                            \
    F(M, text1,  reason,        21, "E C S X")                                                     \
    F(M, text14, cl_ord_id,     22, "")

/* "Rejected Message". */
#define OUCH50_REJECTED(F, M)                                                                      \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, be16,   reason,        13, "a row of OUCH50_REJECTS")                                     \
    F(M, text14, cl_ord_id,     15, "")

/* "Cancel Pending Message" and "Cancel Reject Message". */
#define OUCH50_CANCEL_NOTE(F, M)                                                                   \
    OUCH50_OUT_ORDER(F, M)

/* "Order Priority Update Message". */
#define OUCH50_PRIORITY(F, M)                                                                      \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, be64,   price_e4,      13, "")                                                            \
    F(M, text1,  display,       21, "")                                                            \
    F(M, be64,   order_ref,     22, "new")

/* "Order Modified Message". */
#define OUCH50_MODIFIED(F, M)                                                                      \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, text1,  side,          13, "")                                                            \
    F(M, be32,   qty,           14, "outstanding")

/* "Order Restated Message". */
#define OUCH50_RESTATED(F, M)                                                                      \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, text1,  reason,        13, "R the display was refreshed, P its price was")

/* "Mass Cancel Response". */
#define OUCH50_MASS_CANCELED(F, M)                                                                 \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, text4,  firm,          13, "")                                                            \
    F(M, text8,  symbol,        17, "")

/* "Disable Order Entry Response" and "Enable Order Entry Response". */
#define OUCH50_FIRM_ANSWER(F, M)                                                                   \
    OUCH50_OUT_ORDER(F, M)                                                                         \
    F(M, text4,  firm,          13, "")

/* "Account Query Response". */
#define OUCH50_QUERIED(F, M)                                                                       \
    OUCH50_OUT(F, M)                                                                               \
    F(M, be32,   next_urn,       9, "the first UserRefNum that may be used")

/* All messages: type, struct, table, bytes of the fixed part, whether an appendage follows. */
#define OUCH50_IN_MESSAGES(X)                                                                      \
    X('O', ouch50_enter,        OUCH50_ENTER,         45, ALWAYS)                                  \
    X('U', ouch50_replace,      OUCH50_REPLACE,       38, ALWAYS)                                  \
    X('X', ouch50_cancel,       OUCH50_CANCEL,         9, OPTIONAL)                                \
    X('M', ouch50_modify,       OUCH50_MODIFY,        10, OPTIONAL)                                \
    X('C', ouch50_mass_cancel,  OUCH50_MASS_CANCEL,   17, ALWAYS)                                  \
    X('D', ouch50_disable,      OUCH50_FIRM_REQUEST,   9, ALWAYS)                                  \
    X('E', ouch50_enable,       OUCH50_FIRM_REQUEST,   9, ALWAYS)                                  \
    X('Q', ouch50_query,        OUCH50_QUERY,          1, OPTIONAL)

#define OUCH50_OUT_MESSAGES(X)                                                                     \
    X('S', ouch50_system_event, OUCH50_SYSTEM_EVENT,  10, NEVER)                                   \
    X('A', ouch50_accepted,     OUCH50_ACCEPTED,      62, ALWAYS)                                  \
    X('U', ouch50_replaced,     OUCH50_REPLACED,      66, ALWAYS)                                  \
    X('C', ouch50_canceled,     OUCH50_CANCELED,      18, OPTIONAL)                                \
    X('D', ouch50_aiq_canceled, OUCH50_AIQ_CANCELED,  32, OPTIONAL)                                \
    X('E', ouch50_executed,     OUCH50_EXECUTED,      34, ALWAYS)                                  \
    X('B', ouch50_broken,       OUCH50_BROKEN,        36, OPTIONAL)                                \
    X('J', ouch50_rejected,     OUCH50_REJECTED,      29, OPTIONAL)                                \
    X('P', ouch50_cancel_pending, OUCH50_CANCEL_NOTE, 13, OPTIONAL)                                \
    X('I', ouch50_cancel_reject, OUCH50_CANCEL_NOTE,  13, OPTIONAL)                                \
    X('T', ouch50_priority,     OUCH50_PRIORITY,      30, OPTIONAL)                                \
    X('M', ouch50_modified,     OUCH50_MODIFIED,      18, OPTIONAL)                                \
    X('R', ouch50_restated,     OUCH50_RESTATED,      14, ALWAYS)                                  \
    X('X', ouch50_mass_canceled, OUCH50_MASS_CANCELED, 25, ALWAYS)                                 \
    X('G', ouch50_disabled,     OUCH50_FIRM_ANSWER,   17, ALWAYS)                                  \
    X('K', ouch50_enabled,      OUCH50_FIRM_ANSWER,   17, ALWAYS)                                  \
    X('Q', ouch50_queried,      OUCH50_QUERIED,       13, OPTIONAL)

/* The tags of an appendage: enumerator, number, name, kind, the messages in and out that may carry
 * it.  A value's size is its kind's. */
#define OUCH50_TAGS(X)                                                                             \
    X(OUCH50_SECONDARY_REF,    1, secondary_ref,      be64,  "",    "R")                           \
    X(OUCH50_FIRM,             2, firm,               text4, "O",   "AU")                          \
    X(OUCH50_MIN_QTY,          3, min_qty,            be32,  "OU",  "AU")                          \
    X(OUCH50_CUSTOMER_TYPE,    4, customer_type,      text1, "O",   "A")                           \
    X(OUCH50_MAX_FLOOR,        5, max_floor,          be32,  "OU",  "AU")                          \
    X(OUCH50_PRICE_TYPE,       6, price_type,         text1, "OU",  "AU")                          \
    X(OUCH50_PEG_OFFSET,       7, peg_offset_e4,      be32,  "OU",  "A")                           \
    X(OUCH50_DISCRETION_PRICE, 9, discretion_e4,      be64,  "OU",  "A")                           \
    X(OUCH50_DISCRETION_TYPE, 10, discretion_type,    text1, "OU",  "A")                           \
    X(OUCH50_DISCRETION_PEG,  11, discretion_peg_e4,  be32,  "OU",  "A")                           \
    X(OUCH50_POST_ONLY,       12, post_only,          text1, "OU",  "AU")                          \
    X(OUCH50_RANDOM_RESERVES, 13, random_reserves,    be32,  "OU",  "A")                           \
    X(OUCH50_ROUTE,           14, route,              text4, "",    "A")                           \
    X(OUCH50_EXPIRE_TIME,     15, expire_s,           be32,  "OU",  "AU")                          \
    X(OUCH50_TRADE_NOW,       16, trade_now,          text1, "OU",  "AU")                          \
    X(OUCH50_HANDLE_INST,     17, handle_inst,        text1, "OU",  "AU")                          \
    X(OUCH50_BBO_WEIGHT,      18, bbo_weight,         text1, "",    "AU")                          \
    X(OUCH50_DISPLAY_QTY,     22, display_qty,        be32,  "",    "R")                           \
    X(OUCH50_DISPLAY_PRICE,   23, display_price_e4,   be64,  "",    "R")                           \
    X(OUCH50_GROUP_ID,        24, group_id,           be16,  "OC",  "AX")                          \
    X(OUCH50_SHARES_LOCATED,  25, shares_located,     text1, "OUM", "A")                           \
    X(OUCH50_LOCATE_BROKER,   26, locate_broker,      text4, "OUM", "")                            \
    X(OUCH50_SIDE,            27, side,               text1, "UC",  "X")                           \
    X(OUCH50_USER_REF_IDX,    28, user_ref_idx,       u8,    "OUXMCDEQ", "AUCDEBJPITMRXGKQ")       \
    X(OUCH50_AIQ_STRATEGY,    29, aiq_strategy,       text1, "OU",  "AU")                          \
    X(OUCH50_AIQ_GROUP,       30, aiq_group,          text2, "OU",  "AU")

/* Why a message is accepted or dropped: status, counter, meaning. */
#define OUCH50_STATUSES(X)                                                                         \
    X(OUCH50_OK,            ok,            "accepted")                                             \
    X(OUCH50_EMPTY,         empty,         "message of zero bytes")                                \
    X(OUCH50_UNKNOWN_TYPE,  unknown_type,  "type that this direction does not have")               \
    X(OUCH50_BAD_LENGTH,    bad_length,    "not as long as its type and its appendage say")        \
    X(OUCH50_BAD_ELEMENT,   bad_element,   "an element of the appendage has length 0 or passes its end") \
    X(OUCH50_BAD_TAG_SIZE,  bad_tag_size,  "a tag's value is not as long as that tag's are")       \
    X(OUCH50_TAG_TWICE,     tag_twice,     "a tag is there twice")                                 \
    X(OUCH50_TAG_MISPLACED, tag_misplaced, "a tag that this message does not carry")

/* Reasons of Rejected: enumerator, code, meaning ("Appendix: Rejected Reasons"). */
#define OUCH50_REJECTS(X)                                                                          \
    X(OUCH50_QUOTE_UNAVAILABLE,   0x01, "quote unavailable")                                       \
    X(OUCH50_DESTINATION_CLOSED,  0x02, "destination closed")                                      \
    X(OUCH50_INVALID_DISPLAY,     0x03, "invalid display")                                         \
    X(OUCH50_INVALID_MAX_FLOOR,   0x04, "invalid max floor")                                       \
    X(OUCH50_INVALID_PEG,         0x05, "invalid peg type")                                        \
    X(OUCH50_FAT_FINGER,          0x06, "fat finger")                                              \
    X(OUCH50_HALTED,              0x07, "halted")                                                  \
    X(OUCH50_ISO_NOT_ALLOWED,     0x08, "intermarket sweep not allowed")                           \
    X(OUCH50_INVALID_SIDE,        0x09, "invalid side")                                            \
    X(OUCH50_PROCESSING_ERROR,    0x0a, "processing error")                                        \
    X(OUCH50_CANCEL_PENDING,      0x0b, "cancel pending")                                          \
    X(OUCH50_NOT_AUTHORISED,      0x0c, "firm not authorised")                                     \
    X(OUCH50_INVALID_MIN_QTY,     0x0d, "invalid min quantity")                                    \
    X(OUCH50_NO_CLOSING_PRICE,    0x0e, "no closing reference price")                              \
    X(OUCH50_OTHER,               0x0f, "other")                                                   \
    X(OUCH50_CANCEL_NOT_ALLOWED,  0x10, "cancel not allowed")                                      \
    X(OUCH50_PEG_NOT_ALLOWED,     0x11, "pegging not allowed")                                     \
    X(OUCH50_CROSSED_MARKET,      0x12, "crossed market")                                          \
    X(OUCH50_INVALID_QTY,         0x13, "invalid quantity")                                        \
    X(OUCH50_INVALID_CROSS,       0x14, "invalid cross order")                                     \
    X(OUCH50_REPLACE_NOT_ALLOWED, 0x15, "replace not allowed")                                     \
    X(OUCH50_ROUTING_NOT_ALLOWED, 0x16, "routing not allowed")                                     \
    X(OUCH50_INVALID_SYMBOL,      0x17, "invalid symbol")                                          \
    X(OUCH50_TEST,                0x18, "test")                                                    \
    X(OUCH50_LATE_LOC,            0x19, "late limit-on-close order is too aggressive")             \
    X(OUCH50_RETAIL_NOT_ALLOWED,  0x1a, "retail not allowed")                                      \
    X(OUCH50_INVALID_MIDPOINT,    0x1b, "invalid midpoint post-only price")                        \
    X(OUCH50_INVALID_DESTINATION, 0x1c, "invalid destination")                                     \
    X(OUCH50_INVALID_PRICE,       0x1d, "invalid price")                                           \
    X(OUCH50_OVER_SHARES,         0x1e, "shares exceed threshold")                                 \
    X(OUCH50_OVER_NOTIONAL,       0x1f, "maximum notional exceeded")                               \
    X(OUCH50_RISK_AGGREGATE,      0x20, "risk: aggregate exposure")                                \
    X(OUCH50_RISK_IMPACT,         0x21, "risk: market impact")                                     \
    X(OUCH50_RISK_RESTRICTED,     0x22, "risk: restricted stock")                                  \
    X(OUCH50_RISK_SHORT,          0x23, "risk: short sell restricted")                             \
    X(OUCH50_RISK_ISO,            0x24, "risk: intermarket sweep not allowed")                     \
    X(OUCH50_RISK_ADV,            0x25, "risk: exceeds average daily volume limit")                \
    X(OUCH50_RISK_FAT_FINGER,     0x26, "risk: fat finger")                                        \
    X(OUCH50_RISK_LOCATE,         0x27, "risk: locate required")                                   \
    X(OUCH50_RISK_SYMBOL_RATE,    0x28, "risk: symbol message rate")                               \
    X(OUCH50_RISK_PORT_RATE,      0x29, "risk: port message rate")                                 \
    X(OUCH50_RISK_DUPLICATE_RATE, 0x2a, "risk: duplicate message rate")                            \
    X(OUCH50_RISK_SHORT_SELL,     0x2b, "risk: short sell not allowed")                            \
    X(OUCH50_RISK_MARKET,         0x2c, "risk: market order not allowed")                          \
    X(OUCH50_RISK_PRE_MARKET,     0x2d, "risk: pre-market not allowed")                            \
    X(OUCH50_RISK_POST_MARKET,    0x2e, "risk: post-market not allowed")                           \
    X(OUCH50_RISK_SHORT_EXEMPT,   0x2f, "risk: short exempt not allowed")                          \
    X(OUCH50_RISK_NOTIONAL,       0x30, "risk: single order notional")                             \
    X(OUCH50_RISK_QTY,            0x31, "risk: maximum quantity")                                  \
    X(OUCH50_NO_REG_SHO,          0x32, "Reg SHO state not available")                             \
    X(OUCH50_RISK_IPO_MARKET,     0x33, "risk: IPO market buy not allowed")

/* clang-format on */

#define OUCH50_QTY_MAX         999999u
#define OUCH50_PRICE_MAX_E4    0x7735939cu /* 199,999.99 */
#define OUCH50_MARKET_E4       0x7fffffffu /* as a price: none; so is */
#define OUCH50_MARKET_ALSO_E4  0x77359400u /* 200,000 */
#define OUCH50_FIXED_BYTES_MAX 66u
#define OUCH50_APPENDAGE_MAX   UINT16_MAX
#define OUCH50_EXPIRE_MAX_S    86399u

#define OUCH50_DECLARE_MESSAGE(type, name, TABLE, length, appendage)                               \
    WIRE_MESSAGE(name, TABLE, length)
OUCH50_IN_MESSAGES(OUCH50_DECLARE_MESSAGE)
OUCH50_OUT_MESSAGES(OUCH50_DECLARE_MESSAGE)

#define OUCH50_ENUM(status, counter, meaning) status,
enum ouch50_status { OUCH50_STATUSES(OUCH50_ENUM) OUCH50_STATUS_COUNT };

#define OUCH50_REJECT_ENUM(reason, code, meaning) reason = (code),
enum ouch50_reject { OUCH50_REJECTS(OUCH50_REJECT_ENUM) OUCH50_REJECT_END };

#define OUCH50_TAG_ENUM(tag, number, name, kind, in, out) tag = (number),
enum ouch50_tag { OUCH50_TAGS(OUCH50_TAG_ENUM) OUCH50_TAG_END };

const char *ouch50_status_text(enum ouch50_status status);
const char *ouch50_status_name(enum ouch50_status status);
const char *ouch50_reject_text(uint16_t code); /* "unknown" if it is no row */

/* The fixed part of a type, or NULL; a tag as a field (offset 0), or NULL.  Cold. */
const struct wire_layout *ouch50_in_layout(uint8_t type);
const struct wire_layout *ouch50_out_layout(uint8_t type);
const struct wire_field *ouch50_tag_field(uint8_t tag);

/* Where the values of an appendage are. */
struct ouch50_tags {
    uint32_t present;                  /* bit by tag number; unknown tags have none */
    uint16_t at[OUCH50_AIQ_GROUP + 1]; /* of those: byte in the message */
};

/* Decides whether message[0..length) may be read as the struct of its type, in its short or its
 * long form, and finds its tags.  Unknown tags are skipped. */
MUST_USE enum ouch50_status ouch50_check_in(const uint8_t *message, size_t length,
                                            struct ouch50_tags *tags);
MUST_USE enum ouch50_status ouch50_check_out(const uint8_t *message, size_t length,
                                             struct ouch50_tags *tags);

static inline bool ouch50_has(const struct ouch50_tags *tags, enum ouch50_tag tag)
{
    return tags->present >> (unsigned)tag & 1;
}

/* The value of a tag that is present; of its own kind. */
static inline const void *ouch50_value(const uint8_t *message, const struct ouch50_tags *tags,
                                       enum ouch50_tag tag)
{
    return message + tags->at[tag];
}

static inline uint32_t ouch50_be32(const uint8_t *message, const struct ouch50_tags *tags,
                                   enum ouch50_tag tag)
{
    return be32_read(*(const struct be32 *)ouch50_value(message, tags, tag));
}

/* A writer of appendages behind a fixed part of fixed bytes: begin, add..., end.  message has room
 * for what is added. */
struct ouch50_appendage {
    uint8_t *message;
    uint32_t fixed;
    uint32_t length; /* of the message so far */
};

static inline struct ouch50_appendage ouch50_appendage(void *message, uint32_t fixed)
{
    return (struct ouch50_appendage){message, fixed, fixed + (uint32_t)sizeof(struct be16)};
}

static inline void ouch50_add(struct ouch50_appendage *to, enum ouch50_tag tag, const void *value,
                              uint32_t size)
{
    uint8_t *at = to->message + to->length;
    at[0] = (uint8_t)(1 + size);
    at[1] = (uint8_t)tag;
    memcpy(at + 2, value, size);
    to->length += 2 + size;
}

/* The length of the message, which has an appendage now, be it empty. */
static inline uint32_t ouch50_end(const struct ouch50_appendage *to)
{
    struct be16 bytes = be16((uint16_t)(to->length - to->fixed - sizeof(struct be16)));
    memcpy(to->message + to->fixed, &bytes, sizeof bytes);
    return to->length;
}

#endif
