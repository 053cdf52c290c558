/* control/ may not include the books and the channel, so the configuration repeats their bounds.
 * Here they are compared. */

#include "control/config/config.h"
#include "dataplane/book/book.h"
#include "dataplane/entry/entry.h"
#include "dataplane/feed/channel.h"
#include "dataplane/gateway/gateway.h"
#include "dataplane/journal/journal_format.h"
#include "dataplane/launch/eal.h"
#include "dataplane/launch/plugin.h"
#include "dataplane/match/match.h"
#include "dataplane/net/net.h"
#include "dataplane/net/net_tap.h"
#include "dataplane/net/net_tape.h"
#include "dataplane/session/streams.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/feed_stage.h"
#include "dataplane/wire/ouch42.h"
#include "dataplane/wire/ouch50.h"
#include "tests/support/spec.h"

#include <limits.h>
#include <sched.h>

SPEC(the_bounds_of_the_books_are_theirs)
{
    EXPECT_UINT(CONFIG_INSTRUMENTS_MAX, BOOK_INSTRUMENTS_MAX - 1);
    EXPECT_UINT(CONFIG_ORDERS_MAX, BOOK_ORDERS_MAX);
    EXPECT_UINT(CONFIG_LEVELS_MAX, BOOK_LEVELS_MAX);
}

SPEC(the_bounds_of_the_channel_are_its)
{
    EXPECT_UINT(CONFIG_STORE_DATAGRAMS_MAX, CHANNEL_STORE_MAX);
    EXPECT(CONFIG_DATAGRAM_BYTES_MIN >= CHANNEL_STORE_BYTES_MIN);
    EXPECT_UINT(CONFIG_DATAGRAM_BYTES_MAX, CHANNEL_DATAGRAM_MAX);
    EXPECT_UINT(CONFIG_SESSION_MAX, sizeof((struct channel_limits *)0)->session);
}

SPEC(the_bounds_of_ports_are_theirs)
{
    EXPECT_UINT(CONFIG_FRAME_BYTES_MAX, NET_FRAME_BYTES_MAX);
    EXPECT_UINT(CONFIG_PACE_MAX, NET_TAPE_SPEED_MAX);
    EXPECT_UINT(CONFIG_SNAP_BYTES_MIN, NET_TAP_SNAP_MIN);
    EXPECT_UINT(CONFIG_SNAP_BYTES_MAX, NET_FRAME_BYTES_MAX);
    EXPECT_UINT(CONFIG_DPDK_MB_MAX, EAL_MEMORY_MAX);
}

SPEC(the_bounds_of_the_stages_are_theirs)
{
    EXPECT_UINT(CONFIG_NAME_MAX, DELEGATE_NAME_MAX);
    EXPECT_UINT(CONFIG_DELEGATES_MAX, ENGINE_DELEGATES_MAX);
    EXPECT_UINT(CONFIG_SCREEN_SYMBOLS_MAX, FEED_VIEW_BOOKS);
}

SPEC(the_bounds_of_the_matching_engine_are_its)
{
    EXPECT_UINT(CONFIG_VENUE_ORDERS_MAX, BOOK_ORDERS_MAX);
    EXPECT(CONFIG_TIMED_MAX <= ENTRY_ORDERS_MAX);
    EXPECT(CONFIG_TIMED_MAX >= CONFIG_SESSIONS_MAX); /* each has one */
    EXPECT(CONFIG_KEEP_MAX + 100 < JOURNAL_SEGMENTS_MANY);
    EXPECT(CONFIG_VENUE_ORDERS_MAX <= MATCH_ORDERS_MAX);
    EXPECT_UINT(CONFIG_REQUESTS_MAX, RECOVERY_RATE_MAX);
    EXPECT_UINT(CONFIG_NEIGHBOURS_MAX, INET_STATIC_MAX);
    EXPECT(CONFIG_SERVERS_MAX <= RECOVERY_SERVERS_MAX);
    EXPECT_UINT(CONFIG_VENUE_INSTRUMENTS_MAX, MATCH_INSTRUMENTS_MAX);
    EXPECT_UINT(CONFIG_ACCOUNT_MAX, MATCH_ACCOUNTS_MAX - 1);
    EXPECT_UINT(CONFIG_VALUE_MAX, MATCH_MONEY_MAX);
    EXPECT(CONFIG_PRICE_MAX / CONFIG_PRICE_STEP <= MATCH_TICKS_MAX);
    EXPECT(CONFIG_SHARES_MAX <= MATCH_LOTS_MAX);
    EXPECT(CONFIG_NOTIONAL_MAX <= INT64_MAX / PRICE_ONE);
    EXPECT_UINT(CONFIG_PRICE_WINDOW_MIN, MATCH_WINDOW_MIN);
    EXPECT_UINT(CONFIG_PRICE_WINDOW_MAX, MATCH_WINDOW_MAX);
    EXPECT(CONFIG_VENUE_INSTRUMENTS_MAX <= MATCH_WINDOWS_MAX / CONFIG_PRICE_WINDOW_MAX);
}

/* An OUCH 5.0 message has behind its fields the length of an appendage, and in that a channel. */
SPEC(the_bounds_of_answers_are_those_of_the_streams_and_of_ouch)
{
    const size_t appendage = sizeof(struct be16) + 3;
    EXPECT(CONFIG_ANSWERS_BYTES >= sizeof(struct ouch50_executed) + appendage);
    EXPECT(CONFIG_ANSWERS_BYTES >= sizeof(struct ouch50_canceled) + appendage);
    EXPECT(CONFIG_ANSWERS_BYTES >= sizeof(struct ouch50_aiq_canceled) + appendage);
    EXPECT(CONFIG_ANSWERS_BYTES >= sizeof(struct ouch42_executed_reference));
    EXPECT(CONFIG_ANSWERS_BYTES >= sizeof(struct ouch42_aiq_canceled));
    EXPECT(CONFIG_ANSWERS_BYTES >= sizeof(struct ouch42_canceled));
    EXPECT(CONFIG_ANSWERS_CHUNK_BYTES <= STREAMS_CHUNK_BYTES_MAX);
    EXPECT(((uint64_t)CONFIG_ANSWERS_MIB_MAX << 20) / CONFIG_ANSWERS_CHUNK_BYTES <=
           STREAMS_CHUNKS_MAX);
    EXPECT(CONFIG_SESSIONS_MAX <= STREAMS_MAX);
}

SPEC(the_bounds_of_the_gateway_are_its)
{
    EXPECT_UINT(CONFIG_TRADE_VENUES_MAX, GATEWAY_VENUES_MAX);
    EXPECT_UINT(CONFIG_TRADE_SYMBOLS_MAX, GATEWAY_SYMBOLS_MAX);
    EXPECT_UINT(CONFIG_STRATEGIES_MAX, GATEWAY_STRATEGIES_MAX);
    EXPECT_UINT(CONFIG_VENUE_NAME_MAX, TRADE_PORT_NAME_MAX);
    EXPECT_UINT(CONFIG_STRATEGY_KEYS_MAX, DELEGATE_ORDERS_MAX);
    EXPECT_UINT(CONFIG_HOLDINGS_MAX, RISK_HOLDINGS_MAX);
    EXPECT_UINT(CONFIG_PLUGINS_MAX, PLUGIN_LOADED_MAX);
    EXPECT_UINT(CONFIG_TRADE_INSTRUMENTS_MAX, DISPATCH_INSTRUMENTS_MAX - 2);
    EXPECT(CONFIG_TRADE_VENUES_MAX <= RISK_VENUES_MAX);
    EXPECT(CONFIG_TRADE_SYMBOLS_MAX <= RISK_SYMBOLS_MAX);
    EXPECT(CONFIG_STRATEGIES_MAX <= RISK_STRATEGIES_MAX);
}

#define PROTOCOL_OF(enumerator, text, meaning, of) [enumerator] = (text),
#define CAN_IS(protocol, finest, highest, least, largest)                                          \
    can_is(protocols[protocol], &(struct trade_port_can){.tick = (price_t)(finest),                \
                                                         .price_max = (price_t)(highest),          \
                                                         .lot = (least),                           \
                                                         .qty_max = (largest)});

static void can_is(const char *protocol, const struct trade_port_can *can)
{
    const struct trade_port_kind *kind = trade_port_find(protocol);
    spec_expect(__FILE__, __LINE__, kind != NULL, "nothing speaks %s", protocol);
    if (!kind) return;
    EXPECT_UINT(can->tick, kind->can.tick);
    EXPECT_UINT(can->price_max, kind->can.price_max);
    EXPECT_UINT(can->lot, kind->can.lot);
    EXPECT_UINT(can->qty_max, kind->can.qty_max);
}

SPEC(what_a_venues_protocol_can_say_is_what_its_port_can)
{
    static const char *const protocols[] = {CONFIG_TRADE_PROTOCOLS(PROTOCOL_OF, none)};
    CONFIG_TRADE_CAN(CAN_IS)
    EXPECT_UINT(ARRAY_COUNT(protocols), trade_port_kinds_count);
}

SPEC(the_bounds_of_the_kernel_are_its)
{
    EXPECT_UINT(CONFIG_CORE_MAX, CPU_SETSIZE - 1);
    EXPECT_UINT(CONFIG_PATH_MAX, PATH_MAX - 1);
}

#define SPECS(S)                                                                                   \
    S(the_bounds_of_the_books_are_theirs)                                                          \
    S(the_bounds_of_the_channel_are_its)                                                           \
    S(the_bounds_of_ports_are_theirs)                                                              \
    S(the_bounds_of_the_stages_are_theirs)                                                         \
    S(the_bounds_of_the_matching_engine_are_its)                                                   \
    S(the_bounds_of_answers_are_those_of_the_streams_and_of_ouch)                                  \
    S(the_bounds_of_the_gateway_are_its)                                                           \
    S(what_a_venues_protocol_can_say_is_what_its_port_can)                                         \
    S(the_bounds_of_the_kernel_are_its)

SPEC_MAIN("config: limits", SPECS, NULL, NULL)
