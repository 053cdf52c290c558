#ifndef DATAPLANE_ROUTE_SLOTS_TABLE_H
#define DATAPLANE_ROUTE_SLOTS_TABLE_H

/* Every state of a slot, everything that can happen to it, and what it then does.
 *
 * This is the program and its documentation: slots.c looks the row up and does what it says, the
 * README of this folder holds the same rows as a page, and specs compare the two and see each row
 * taken.  What has no row cannot happen, and stops the program if it does. */

#include "dataplane/base/base.h"

/* clang-format off */
#define SLOT_STATES(X)                                                                             \
    X(FREE,    "no order")                                                                         \
    X(NEW,     "an order was sent and is not answered")                                            \
    X(LIVE,    "the order is open, nothing is in flight")                                          \
    X(CANCEL,  "its cancel was sent and is not answered")                                          \
    X(REPLACE, "its replacement was sent and is not answered")                                     \
    X(UNKNOWN, "nobody here knows whether the order is open; the venue is asked")

#define SLOT_EVENTS(X)                                                                             \
    X(ORDER,       "intent: this order, please")                                                   \
    X(STOP,        "intent: no order, please; or the strategy was halted")                         \
    X(ACCEPTED,    "the venue has the order; first news of it")                                    \
    X(REPEATED,    "the venue says again that it has the order")                                   \
    X(REJECTED,    "the venue does not take the order")                                            \
    X(DOUBT,       "the venue rejects an order that it has accepted")                              \
    X(PART,        "executed up to less than the whole")                                           \
    X(FILLED,      "executed up to the whole")                                                     \
    X(CANCELED,    "the order is canceled, asked or not")                                          \
    X(NO_CANCEL,   "the cancel does not happen")                                                   \
    X(REPLACED,    "the replacement is the order now")                                             \
    X(NO_REPLACE,  "the replacement does not happen")                                              \
    X(OVERDUE,     "no answer within limits.answer_ns")                                            \
    X(DISCONNECT,  "the session is lost")                                                          \
    X(RECONNECT,   "the session is back")                                                          \
    X(OPEN,        "the answer to the query: open, with so much left")                             \
    X(DONE,        "the answer to the query: was there, is over")                                  \
    X(NEVER,       "the answer to the query: not known, and it cannot arrive any more")            \
    X(GO_ORDER,    "unlocked, no order open, one is wanted")                                       \
    X(GO_REPLACE,  "unlocked, another order is wanted, the venue replaces")                        \
    X(GO_CANCEL,   "unlocked, another order or none is wanted")                                    \
    X(GO_NOTHING,  "unlocked, and all is as it is wanted")

/* What a row does besides changing the state. */
#define SLOT_ACTIONS(X)                                                                            \
    X(NOTHING,      "")                                                                            \
    X(KEEP,         "keep the intent; the one that waited is superseded")                          \
    X(CONFIRM,      "the order is known to exist")                                                 \
    X(CLOSE,        "forget the order; its intent is over, one that was to follow it waits")       \
    X(ADOPT,        "the replacement takes the order's place")                                     \
    X(REFUSE,       "forget the replacement and the intent behind it")                             \
    X(ASK,          "send a query")                                                                \
    X(PARK,         "wait for the session")                                                        \
    X(FIND,         "believe the venue; a replacement that did not happen waits again")            \
    X(SEND_ORDER,   "send the order, for what is left of its intent")                              \
    X(SEND_REPLACE, "send the replacement; what executes from now on counts against its intent")   \
    X(SEND_CANCEL,  "send a cancel; what executes counts against the intent that is to follow")    \
    X(SETTLE,       "the intent no longer waits")

/* What whoever sent the intent is told.  qty is what the sentence says, cum the order's. */
#define SLOT_SAYS(X)                                                                               \
    X(NONE,         "nothing")                                                                     \
    X(ACCEPTED,     "the order is open; qty: its leaves")                                          \
    X(REJECTED,     "the order was rejected, and its intent is over")                              \
    X(EXECUTED,     "qty more was executed")                                                       \
    X(FILLED,       "the order is executed whole")                                                 \
    X(CANCELED,     "the order is canceled; qty: what was left of it")                             \
    X(CANCEL_REJECTED, "the cancel was rejected; the venue is asked why")                          \
    X(REPLACED,     "the order is what it was to become; qty: its leaves")                         \
    X(REPLACE_REJECTED, "the replacement was rejected, and its intent is over; the order stays")   \
    X(UNKNOWN,      "it is not known whether the order is open; qty: may still be executed")       \
    X(FOUND,        "the order is open after all; qty: its leaves")                                \
    X(OVER,         "the order was over when the venue was asked; qty: what was left of it")       \
    X(LOST,         "the order never arrived, and its intent is over")                             \
    X(SUPERSEDED,   "an intent that waited gave way to a newer one")                               \
    X(UNNEEDED,     "the intent asked for what is: nothing was sent for it")                       \
    X(EXCESS,       "qty was executed beyond the order: the venue's mistake, and still a position") \
    X(LATE,         "qty more was executed of the order before")                                   \
    X(STRAY,        "an execution of an order that this slot does not know; qty: its cum")

/* state, event, next state, action, said */
#define SLOT_ROWS(X)                                                                               \
    X(FREE,    ORDER,      FREE,    KEEP,         NONE)                                            \
    X(FREE,    STOP,       FREE,    KEEP,         NONE)                                            \
    X(FREE,    GO_ORDER,   NEW,     SEND_ORDER,   NONE)                                            \
    X(FREE,    GO_NOTHING, FREE,    SETTLE,       UNNEEDED)                                        \
    X(NEW,     ORDER,      NEW,     KEEP,         NONE)                                            \
    X(NEW,     STOP,       NEW,     KEEP,         NONE)                                            \
    X(NEW,     ACCEPTED,   LIVE,    CONFIRM,      ACCEPTED)                                        \
    X(NEW,     REJECTED,   FREE,    CLOSE,        REJECTED)                                        \
    X(NEW,     PART,       LIVE,    CONFIRM,      ACCEPTED)                                        \
    X(NEW,     FILLED,     FREE,    CLOSE,        FILLED)                                          \
    X(NEW,     CANCELED,   FREE,    CLOSE,        CANCELED)                                        \
    X(NEW,     OVERDUE,    UNKNOWN, ASK,          UNKNOWN)                                         \
    X(NEW,     DISCONNECT, UNKNOWN, PARK,         UNKNOWN)                                         \
    X(LIVE,    ORDER,      LIVE,    KEEP,         NONE)                                            \
    X(LIVE,    STOP,       LIVE,    KEEP,         NONE)                                            \
    X(LIVE,    REPEATED,   LIVE,    NOTHING,      NONE)                                            \
    X(LIVE,    DOUBT,      UNKNOWN, ASK,          UNKNOWN)                                         \
    X(LIVE,    PART,       LIVE,    NOTHING,      NONE)                                            \
    X(LIVE,    FILLED,     FREE,    CLOSE,        FILLED)                                          \
    X(LIVE,    CANCELED,   FREE,    CLOSE,        CANCELED)                                        \
    X(LIVE,    DISCONNECT, UNKNOWN, PARK,         UNKNOWN)                                         \
    X(LIVE,    GO_REPLACE, REPLACE, SEND_REPLACE, NONE)                                            \
    X(LIVE,    GO_CANCEL,  CANCEL,  SEND_CANCEL,  NONE)                                            \
    X(LIVE,    GO_NOTHING, LIVE,    SETTLE,       UNNEEDED)                                        \
    X(CANCEL,  ORDER,      CANCEL,  KEEP,         NONE)                                            \
    X(CANCEL,  STOP,       CANCEL,  KEEP,         NONE)                                            \
    X(CANCEL,  REPEATED,   CANCEL,  NOTHING,      NONE)                                            \
    X(CANCEL,  DOUBT,      UNKNOWN, ASK,          UNKNOWN)                                         \
    X(CANCEL,  PART,       CANCEL,  NOTHING,      NONE)                                            \
    X(CANCEL,  FILLED,     FREE,    CLOSE,        FILLED)                                          \
    X(CANCEL,  CANCELED,   FREE,    CLOSE,        CANCELED)                                        \
    X(CANCEL,  NO_CANCEL,  UNKNOWN, ASK,          CANCEL_REJECTED)                                 \
    X(CANCEL,  OVERDUE,    UNKNOWN, ASK,          UNKNOWN)                                         \
    X(CANCEL,  DISCONNECT, UNKNOWN, PARK,         UNKNOWN)                                         \
    X(REPLACE, ORDER,      REPLACE, KEEP,         NONE)                                            \
    X(REPLACE, STOP,       REPLACE, KEEP,         NONE)                                            \
    X(REPLACE, REPEATED,   REPLACE, NOTHING,      NONE)                                            \
    X(REPLACE, DOUBT,      UNKNOWN, ASK,          UNKNOWN)                                         \
    X(REPLACE, PART,       REPLACE, NOTHING,      NONE)                                            \
    X(REPLACE, FILLED,     FREE,    CLOSE,        FILLED)                                          \
    X(REPLACE, CANCELED,   FREE,    CLOSE,        CANCELED)                                        \
    X(REPLACE, REPLACED,   LIVE,    ADOPT,        REPLACED)                                        \
    X(REPLACE, NO_REPLACE, LIVE,    REFUSE,       REPLACE_REJECTED)                                \
    X(REPLACE, OVERDUE,    UNKNOWN, ASK,          UNKNOWN)                                         \
    X(REPLACE, DISCONNECT, UNKNOWN, PARK,         UNKNOWN)                                         \
    X(UNKNOWN, ORDER,      UNKNOWN, KEEP,         NONE)                                            \
    X(UNKNOWN, STOP,       UNKNOWN, KEEP,         NONE)                                            \
    X(UNKNOWN, ACCEPTED,   LIVE,    CONFIRM,      ACCEPTED)                                        \
    X(UNKNOWN, REPEATED,   UNKNOWN, NOTHING,      NONE)                                            \
    X(UNKNOWN, REJECTED,   FREE,    CLOSE,        REJECTED)                                        \
    X(UNKNOWN, DOUBT,      UNKNOWN, NOTHING,      NONE)                                            \
    X(UNKNOWN, PART,       UNKNOWN, CONFIRM,      NONE)                                            \
    X(UNKNOWN, FILLED,     FREE,    CLOSE,        FILLED)                                          \
    X(UNKNOWN, CANCELED,   FREE,    CLOSE,        CANCELED)                                        \
    X(UNKNOWN, REPLACED,   LIVE,    ADOPT,        REPLACED)                                        \
    X(UNKNOWN, NO_REPLACE, UNKNOWN, REFUSE,       REPLACE_REJECTED)                                \
    X(UNKNOWN, OVERDUE,    UNKNOWN, ASK,          NONE)                                            \
    X(UNKNOWN, DISCONNECT, UNKNOWN, PARK,         NONE)                                            \
    X(UNKNOWN, RECONNECT,  UNKNOWN, ASK,          NONE)                                            \
    X(UNKNOWN, OPEN,       LIVE,    FIND,         FOUND)                                           \
    X(UNKNOWN, DONE,       FREE,    CLOSE,        OVER)                                            \
    X(UNKNOWN, NEVER,      FREE,    CLOSE,        LOST)
/* clang-format on */

#define SLOT_STATE_ENUM(state, sentence) SLOT_##state,
enum slot_state { SLOT_STATES(SLOT_STATE_ENUM) SLOT_STATE_COUNT };

#define SLOT_EVENT_ENUM(event, sentence) SLOT_ON_##event,
enum slot_event { SLOT_EVENTS(SLOT_EVENT_ENUM) SLOT_EVENT_COUNT };

#define SLOT_ACTION_ENUM(action, sentence) SLOT_DOES_##action,
enum slot_action { SLOT_ACTIONS(SLOT_ACTION_ENUM) SLOT_ACTION_COUNT };

#define SLOT_SAY_ENUM(say, sentence) SLOT_SAYS_##say,
enum slot_said { SLOT_SAYS(SLOT_SAY_ENUM) SLOT_SAY_COUNT };

#define SLOT_ROW_ENUM(state, event, next, action, say) SLOT_ROW_##state##_##event,
enum slot_row_number { SLOT_ROWS(SLOT_ROW_ENUM) SLOT_ROW_COUNT };

struct slot_row {
    uint8_t state;
    uint8_t event;
    uint8_t next;
    uint8_t action;
    uint8_t say;
};

extern const struct slot_row slot_rows[SLOT_ROW_COUNT];

/* The number of the row plus one, or 0. */
extern const uint8_t slot_row_of[SLOT_STATE_COUNT][SLOT_EVENT_COUNT];

const char *slot_state_name(enum slot_state state);
const char *slot_event_name(enum slot_event event);
const char *slot_action_name(enum slot_action action);
const char *slot_said_name(enum slot_said said);
const char *slot_state_text(enum slot_state state);
const char *slot_event_text(enum slot_event event);
const char *slot_action_text(enum slot_action action);
const char *slot_said_text(enum slot_said said);

#endif
