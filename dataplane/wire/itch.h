#ifndef DATAPLANE_WIRE_ITCH_H
#define DATAPLANE_WIRE_ITCH_H

/* Nasdaq TotalView-ITCH 5.0, all 23 messages.
 *
 * Source: "Nasdaq TotalView-ITCH 5.0", edition of February 2026; messages are cited by title,
 * because section numbers move between editions.  The columns below are those of the specification.
 * Names ending in _e4 and _e8 are prices with 4 and 8 implied decimals; timestamps are nanoseconds
 * since midnight in New York.
 *
 *     if (itch_check(message, length) != ITCH_OK) ...
 *     switch (message[0]) {
 *     case 'A': on_add((const struct itch_add_order *)message); ...
 *
 * The length of a message is the transport's.  A message longer than its table is accepted and its
 * known part is read, because the exchange may append fields; a shorter one is refused. */

#include "dataplane/wire/wire.h"

/* clang-format off */

#define ITCH_HEADER(F, M)                                                              \
    F(M, text1, type,            0, "message type")                                    \
    F(M, be16,  stock_locate,    1, "instrument index, valid for the day; 0 is none")  \
    F(M, be16,  tracking,        3, "Nasdaq internal")                                 \
    F(M, be48,  timestamp_ns,    5, "nanoseconds since midnight")

/* "System Event Message": the day's phases. */
#define ITCH_SYSTEM_EVENT(F, M)                                                        \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text1, event,          11, "O S Q M E C")

/* "Stock Directory": what a stock locate means today. */
#define ITCH_STOCK_DIRECTORY(F, M)                                                     \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text8, stock,          11, "symbol")                                          \
    F(M, text1, market_category, 19, "listing market")                                 \
    F(M, text1, financial_status, 20, "N is normal")                                   \
    F(M, be32,  round_lot_shares, 21, "shares in a round lot")                         \
    F(M, text1, round_lots_only, 25, "Y or N")                                         \
    F(M, text1, issue_classification, 26, "kind of security")                          \
    F(M, text2, issue_sub_type, 27, "finer kind of security")                          \
    F(M, text1, authenticity,   29, "P production, T test symbol")                     \
    F(M, text1, short_sale_threshold, 30, "Y restricted, N not, space not available")  \
    F(M, text1, ipo,            31, "Y new issue, N not, Z other new listing")         \
    F(M, text1, luld_tier,      32, "1, 2 or space")                                   \
    F(M, text1, etp,            33, "Y, N or space")                                   \
    F(M, be32,  etp_leverage,   34, "whole part of the leverage factor")               \
    F(M, text1, inverse,        38, "Y inverse product, N")

/* "Stock Trading Action": a stock is halted, paused, quoted or traded. */
#define ITCH_TRADING_ACTION(F, M)                                                      \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text8, stock,          11, "symbol")                                          \
    F(M, text1, state,          19, "H halted, P paused, Q quotation only, T trading") \
    F(M, text1, reserved,       20, "ignored")                                         \
    F(M, text4, reason,         21, "why, opaque")

/* "Reg SHO Short Sale Price Test Restricted Indicator". */
#define ITCH_REG_SHO(F, M)                                                             \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text8, stock,          11, "symbol")                                          \
    F(M, text1, action,         19, "0 no test, 1 began today, 2 remains")

/* "Market Participant Position". */
#define ITCH_PARTICIPANT_POSITION(F, M)                                                \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text4, mpid,           11, "market participant")                              \
    F(M, text8, stock,          15, "symbol")                                          \
    F(M, text1, primary_maker,  23, "Y or N")                                          \
    F(M, text1, maker_mode,     24, "N P S R L")                                       \
    F(M, text1, state,          25, "A active, E W S D")

/* "MWCB Decline Level Message": market-wide circuit breaker levels. */
#define ITCH_MWCB_LEVELS(F, M)                                                         \
    ITCH_HEADER(F, M)                                                                  \
    F(M, be64,  level1_e8,      11, "price of level 1")                                \
    F(M, be64,  level2_e8,      19, "price of level 2")                                \
    F(M, be64,  level3_e8,      27, "price of level 3")

/* "MWCB Status Message": a level was breached. */
#define ITCH_MWCB_STATUS(F, M)                                                         \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text1, breached_level, 11, "1, 2 or 3")

/* "Quoting Period Update": when a new issue will be released. */
#define ITCH_QUOTING_PERIOD(F, M)                                                      \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text8, stock,          11, "symbol; the stock locate may be 0")               \
    F(M, be32,  release_s,      19, "seconds since midnight, 0 if canceled")           \
    F(M, text1, release_qualifier, 23, "A anticipated, C canceled or postponed")       \
    F(M, be32,  price_e4,       24, "issue price, 0 if canceled")

/* "LULD Auction Collar". */
#define ITCH_LULD_COLLAR(F, M)                                                         \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text8, stock,          11, "symbol")                                          \
    F(M, be32,  reference_price_e4, 19, "collar reference")                            \
    F(M, be32,  upper_price_e4, 23, "upper collar")                                    \
    F(M, be32,  lower_price_e4, 27, "lower collar")                                    \
    F(M, be32,  extension,      31, "extensions so far")

/* "Operational Halt": one market stops a stock; independent of the trading action. */
#define ITCH_OPERATIONAL_HALT(F, M)                                                    \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text8, stock,          11, "symbol")                                          \
    F(M, text1, market,         19, "Q Nasdaq, B Texas, X PSX")                        \
    F(M, text1, action,         20, "H halted, T lifted")

/* "Add Order - No MPID Attribution": a new order rests on the book. */
#define ITCH_ADD_ORDER(F, M)                                                           \
    ITCH_HEADER(F, M)                                                                  \
    F(M, be64,  order_ref,      11, "unique for the day")                              \
    F(M, text1, side,           19, "'B' or 'S'")                                      \
    F(M, be32,  shares,         20, "shares added")                                    \
    F(M, text8, stock,          24, "symbol")                                          \
    F(M, be32,  price_e4,       32, "limit price")

/* "Add Order with MPID Attribution". */
#define ITCH_ADD_ORDER_MPID(F, M)                                                      \
    ITCH_ADD_ORDER(F, M)                                                               \
    F(M, text4, mpid,           36, "market participant")

/* "Order Executed Message": a resting order trades at its own price. */
#define ITCH_ORDER_EXECUTED(F, M)                                                      \
    ITCH_HEADER(F, M)                                                                  \
    F(M, be64,  order_ref,      11, "the resting order")                               \
    F(M, be32,  executed,       19, "shares traded")                                   \
    F(M, be64,  match_number,   23, "trade id, unique for the day")

/* "Order Executed With Price Message": it trades at another price than its own. */
#define ITCH_ORDER_EXECUTED_PRICE(F, M)                                                \
    ITCH_ORDER_EXECUTED(F, M)                                                          \
    F(M, text1, printable,      31, "Y counts in volume, N does not")                  \
    F(M, be32,  price_e4,       32, "execution price")

/* "Order Cancel Message": a resting order shrinks and keeps its place. */
#define ITCH_ORDER_CANCEL(F, M)                                                        \
    ITCH_HEADER(F, M)                                                                  \
    F(M, be64,  order_ref,      11, "the resting order")                               \
    F(M, be32,  canceled,       19, "shares removed")

/* "Order Delete Message": a resting order leaves the book. */
#define ITCH_ORDER_DELETE(F, M)                                                        \
    ITCH_HEADER(F, M)                                                                  \
    F(M, be64,  order_ref,      11, "the resting order")

/* "Order Replace Message": one order leaves, another of the same side and stock rests. */
#define ITCH_ORDER_REPLACE(F, M)                                                       \
    ITCH_HEADER(F, M)                                                                  \
    F(M, be64,  order_ref,      11, "the order that leaves")                           \
    F(M, be64,  new_order_ref,  19, "the order that rests")                            \
    F(M, be32,  shares,         27, "shares of the new order")                         \
    F(M, be32,  price_e4,       31, "limit price of the new order")

/* "Trade Message (Non-Cross)": an execution against hidden interest. */
#define ITCH_TRADE(F, M)                                                               \
    ITCH_HEADER(F, M)                                                                  \
    F(M, be64,  order_ref,      11, "0 since 2010")                                    \
    F(M, text1, side,           19, "always B since 2014")                             \
    F(M, be32,  shares,         20, "shares traded")                                   \
    F(M, text8, stock,          24, "symbol")                                          \
    F(M, be32,  price_e4,       32, "trade price")                                     \
    F(M, be64,  match_number,   36, "trade id, unique for the day")

/* "Cross Trade Message": an auction is done; 0 shares if nothing traded. */
#define ITCH_CROSS_TRADE(F, M)                                                         \
    ITCH_HEADER(F, M)                                                                  \
    F(M, be64,  shares,         11, "shares traded; eight bytes here")                 \
    F(M, text8, stock,          19, "symbol")                                          \
    F(M, be32,  price_e4,       27, "cross price")                                     \
    F(M, be64,  match_number,   31, "trade id, unique for the day")                    \
    F(M, text1, cross_type,     39, "O opening, C closing, H halt, pause or new issue")

/* "Broken Trade / Order Execution Message". */
#define ITCH_BROKEN_TRADE(F, M)                                                        \
    ITCH_HEADER(F, M)                                                                  \
    F(M, be64,  match_number,   11, "the trade that is void")

/* "Net Order Imbalance Indicator (NOII) Message". */
#define ITCH_IMBALANCE(F, M)                                                           \
    ITCH_HEADER(F, M)                                                                  \
    F(M, be64,  paired_shares,  11, "shares paired at the reference price")            \
    F(M, be64,  imbalance_shares, 19, "shares not paired")                             \
    F(M, text1, direction,      27, "B buy, S sell, N none, O too few orders, P paused") \
    F(M, text8, stock,          28, "symbol")                                          \
    F(M, be32,  far_price_e4,   36, "clearing price of cross orders only")             \
    F(M, be32,  near_price_e4,  40, "clearing price of cross and continuous orders")   \
    F(M, be32,  reference_price_e4, 44, "current reference price")                     \
    F(M, text1, cross_type,     48, "O C H A")                                         \
    F(M, text1, price_variation, 49, "near price's distance from the reference, coded")

/* "Retail Price Improvement Indicator". */
#define ITCH_RETAIL_INTEREST(F, M)                                                     \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text8, stock,          11, "symbol")                                          \
    F(M, text1, interest,       19, "B bid, S offer, A both, N none")

/* "Direct Listing with Capital Raise Price Discovery Message". */
#define ITCH_DIRECT_LISTING(F, M)                                                      \
    ITCH_HEADER(F, M)                                                                  \
    F(M, text8, stock,          11, "symbol")                                          \
    F(M, text1, open_eligibility, 19, "N not eligible, Y eligible")                    \
    F(M, be32,  minimum_price_e4, 20, "least price allowed")                           \
    F(M, be32,  maximum_price_e4, 24, "highest price allowed")                         \
    F(M, be32,  near_price_e4,  28, "near execution price")                            \
    F(M, be64,  near_time,      32, "when it was set; the unit is not specified")      \
    F(M, be32,  lower_price_e4, 40, "lower collar")                                    \
    F(M, be32,  upper_price_e4, 44, "upper collar")

/* Every message there is:  type, struct, table, length. */
#define ITCH_MESSAGES(X)                                                               \
    X('S', itch_system_event,         ITCH_SYSTEM_EVENT,         12)                   \
    X('R', itch_stock_directory,      ITCH_STOCK_DIRECTORY,      39)                   \
    X('H', itch_trading_action,       ITCH_TRADING_ACTION,       25)                   \
    X('Y', itch_reg_sho,              ITCH_REG_SHO,              20)                   \
    X('L', itch_participant_position, ITCH_PARTICIPANT_POSITION, 26)                   \
    X('V', itch_mwcb_levels,          ITCH_MWCB_LEVELS,          35)                   \
    X('W', itch_mwcb_status,          ITCH_MWCB_STATUS,          12)                   \
    X('K', itch_quoting_period,       ITCH_QUOTING_PERIOD,       28)                   \
    X('J', itch_luld_collar,          ITCH_LULD_COLLAR,          35)                   \
    X('h', itch_operational_halt,     ITCH_OPERATIONAL_HALT,     21)                   \
    X('A', itch_add_order,            ITCH_ADD_ORDER,            36)                   \
    X('F', itch_add_order_mpid,       ITCH_ADD_ORDER_MPID,       40)                   \
    X('E', itch_order_executed,       ITCH_ORDER_EXECUTED,       31)                   \
    X('C', itch_order_executed_price, ITCH_ORDER_EXECUTED_PRICE, 36)                   \
    X('X', itch_order_cancel,         ITCH_ORDER_CANCEL,         23)                   \
    X('D', itch_order_delete,         ITCH_ORDER_DELETE,         19)                   \
    X('U', itch_order_replace,        ITCH_ORDER_REPLACE,        35)                   \
    X('P', itch_trade,                ITCH_TRADE,                44)                   \
    X('Q', itch_cross_trade,          ITCH_CROSS_TRADE,          40)                   \
    X('B', itch_broken_trade,         ITCH_BROKEN_TRADE,         19)                   \
    X('I', itch_imbalance,            ITCH_IMBALANCE,            50)                   \
    X('N', itch_retail_interest,      ITCH_RETAIL_INTEREST,      20)                   \
    X('O', itch_direct_listing,       ITCH_DIRECT_LISTING,       48)

/* Why a message is accepted or dropped: status, counter, meaning.  Each row is also a counter of
 * whoever checks messages, e.g. feed_message_unknown_type_total. */
#define ITCH_STATUSES(X)                                                               \
    X(ITCH_OK,           ok,           "accepted")                                     \
    X(ITCH_EMPTY,        empty,        "message of zero bytes")                        \
    X(ITCH_UNKNOWN_TYPE, unknown_type, "type not in ITCH_MESSAGES")                    \
    X(ITCH_SHORT,        short_message, "shorter than the specification for its type")

/* clang-format on */

#define ITCH_DECLARE_MESSAGE(type, name, TABLE, length) WIRE_MESSAGE(name, TABLE, length)
ITCH_MESSAGES(ITCH_DECLARE_MESSAGE)

#define ITCH_COUNT_MESSAGE(type, name, TABLE, length) +1
#define ITCH_MESSAGE_COUNT                            (0 ITCH_MESSAGES(ITCH_COUNT_MESSAGE))
#define ITCH_MESSAGE_BYTES_MAX                        50u /* the longest of the table */

#define ITCH_ENUM(status, counter, meaning) status,
enum itch_status { ITCH_STATUSES(ITCH_ENUM) ITCH_STATUS_COUNT };

/* itch_length[type] is the bytes of a message of that type, 0 if there is no such type. */
extern const uint8_t itch_length[256];

/* Why status happened, as a phrase for logs and metric help; the name of its counter.  Cold. */
const char *itch_status_text(enum itch_status status);
const char *itch_status_name(enum itch_status status);

/* The fields of a type, or NULL if there is no such type.  Cold. */
const struct wire_layout *itch_layout(uint8_t type);

/* Decides whether message[0..length) may be read as the struct of its type.
 *
 * This is the only length check on the path: a caller that gets ITCH_OK may cast message to the
 * struct for message[0] and read any field.  Reads at most one byte of message. */
MUST_USE static inline enum itch_status itch_check(const uint8_t *message, size_t length)
{
    if (unlikely(length == 0)) return ITCH_EMPTY;
    size_t known = itch_length[message[0]];
    if (likely(known - 1 < length)) return ITCH_OK; /* 0 - 1 is larger than any length */
    return known ? ITCH_SHORT : ITCH_UNKNOWN_TYPE;
}

#endif
