#ifndef DATAPLANE_GATEWAY_TRADE_PORT_OUCH50_H
#define DATAPLANE_GATEWAY_TRADE_PORT_OUCH50_H

/* The trade port of OUCH 5.0, over SoupBinTCP: one message is one request or answer.
 *
 * Orders are for the day (IMMEDIATE: time in force 3), displayed, as principal, without ClOrdID; a
 * sell is not short.  Quantities are whole shares, prices whole 1/10 000s.  UserRefNums are the
 * order numbers, and end at 2^32.
 *
 * A query is an Account Query as a fence: trade_port_ouch50_layout.h says how, and when none is
 * sent any more.  It needs revision 1.04, whose answers name the UserRefIdx of the question.
 *
 * An order that the venue has made smaller by itself (a self-match that takes from both sides) is
 * said to be CANCELED when it has traded the rest; until then ACCEPTED, with its leaves.  OUCH
 * counts what was taken off in the total of a replacement, so one of such an order is smaller by it
 * than asked for, never larger.
 *
 * Cost: a request touches its template; sent and decode two cache lines an order. */

#include "dataplane/gateway/trade_port.h"

extern const struct trade_port_kind trade_port_ouch50;

#endif
