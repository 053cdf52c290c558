/* Market data and those who look at it: feed and engine. */

#include "control/metrics/metrics_rows.h"
#include "control/monitor/reasons.h"

#define STATE_TEXT(state, text, meaning)           [state] = #text,
#define RECOVERY_STATE_TEXT(state, name, meaning)  [state] = #name,
#define REPLY_NAME(reply, counter, meaning)        [reply] = #counter,
#define TROUBLE_NAME(trouble, counter, meaning)    [trouble] = #counter,
#define INET_STATUS_NAME(status, counter, meaning) [status] = #counter,

static const char *const market_states[] = {MARKET_STATES(STATE_TEXT)};
static const char *const recovery_states[] = {RECOVERY_STATES(RECOVERY_STATE_TEXT)};
static const char *const replies[] = {RECOVERY_REPLIES(REPLY_NAME)};
static const char *const troubles[] = {RECOVERY_TROUBLES(TROUBLE_NAME)};
static const char *const inet_frames[] = {INET_STATUSES(INET_STATUS_NAME)};

/* Received, accepted, and the rest by reason. */

static void reasons_print(struct text *out, const char *name, const struct reason *reason,
                          uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        metrics_by(out, name, "reason", reason[i].name, reason[i].count);
}

static void laws_print(struct text *out, const struct feed_view *view)
{
    struct reason reason[REASONS_MAX];
    metrics_one(out, EXPOSITION_COUNTER, "pollux_feed_packet_received_total",
                "Packets taken from the ports of the lines", view->frame);
    metrics_one(out, EXPOSITION_COUNTER, "pollux_feed_packet_accepted_total",
                "Packets that brought something", reasons_packets_accepted(view));
    metrics_head(out, EXPOSITION_COUNTER, "pollux_feed_packet_dropped_total",
                 "Packets that were not used, by reason");
    reasons_print(out, "pollux_feed_packet_dropped_total", reason,
                  reasons_of_packets(view, reason));
    metrics_one(out, EXPOSITION_COUNTER, "pollux_feed_message_received_total",
                "Messages of the feed, each once", view->feed.message);
    metrics_one(out, EXPOSITION_COUNTER, "pollux_feed_message_accepted_total",
                "Messages that were understood and applied", reasons_messages_accepted(view));
    metrics_head(out, EXPOSITION_COUNTER, "pollux_feed_message_dropped_total",
                 "Messages that were not used, by reason");
    reasons_print(out, "pollux_feed_message_dropped_total", reason,
                  reasons_of_messages(view, reason));
}

/* clang-format off */
#define FEED_ROWS(C, G)                                                                \
    C(published,      published,           "Markets given to those who decide")        \
    C(conflated,      conflated,           "of these, put over one that nobody had taken") \
    C(gap,            channel.gap,         "Holes in the feed that were given up")     \
    C(gap_message,    channel.gap_message, "Messages in them")                         \
    C(session,        channel.session,     "Sessions of the feed that began")          \
    C(early_stale,    channel.early_stale, "Early datagrams that were not needed any more") \
    C(store_lost,     channel.store_lost,  "Early datagrams that were needed, but the store was full") \
    C(uncompared,     channel.uncompared,  "Datagrams of the other line that could not be compared") \
    C(message_longer, feed.longer,         "Messages accepted with bytes behind those we know") \
    C(locate_unknown, feed.locate_unknown, "Messages of instruments beyond feed.instruments") \
    C(trade_broken,   feed.trade_broken,   "Trades that the venue has voided")         \
    C(event_lost,     feed.event_lost,     "Events of the feed that gave way to newer ones") \
    C(request_lost,   host.request_lost,   "Requests for missed messages that the port did not take") \
    C(recovery_started,   host.recovery.started,   "Times messages were overdue, or the start was missed") \
    C(recovery_recovered, host.recovery.recovered, "Times all was complete again")     \
    C(recovery_failed,    host.recovery.failed,    "Times nobody had what was missing") \
    C(recovery_request,   host.recovery.request,   "Requests for missed messages")     \
    C(recovery_retried,   host.recovery.request_retried, "of these, for messages asked for before") \
    C(recovery_unanswered, host.recovery.unanswered, "Requests whose wait ended")      \
    C(recovery_snapshot,  host.recovery.snapshot,  "Snapshots asked for")              \
    C(recovery_snapshot_taken, host.recovery.snapshot_taken, "Snapshots that came whole") \
    G(stored,         channel.stored,      "Early datagrams that wait now")            \
    G(stored_max,     channel.stored_max,  "The most that ever waited")                \
    G(sequence,       sequence,            "The number of the message that is expected next") \
    G(instruments,    instruments,         "Instruments of the directory")             \
    G(orders,         book.orders,         "Orders that live in all books")            \
    G(levels,         book.levels,         "Price levels of all books")

#define LINE_ROWS(X)                                                                   \
    X(received,  "_total", EXPOSITION_COUNTER, "Datagrams of a line")                  \
    X(first,     "_total", EXPOSITION_COUNTER, "of these, brought a new message first") \
    X(duplicate, "_total", EXPOSITION_COUNTER, "of these, brought nothing that was not there") \
    X(lost,      "",       EXPOSITION_GAUGE,   "Messages that a line passed over and has not brought since")

#define ENGINE_ROWS(C)                                                                 \
    C(listing,              "Instruments shown to those who decide")                   \
    C(value,                "Markets taken")                                           \
    C(decision,             "Decisions")                                               \
    C(value_unwanted,       "Markets that nobody wants")                               \
    C(subscription_refused, "Subscriptions for which there was no room")

#define DELEGATE_ROWS(X)                                                               \
    X(decision,  counts.decision,  "Decisions of a delegate")                          \
    X(conflated, counts.conflated, "Markets that a newer one replaced before a delegate saw them") \
    X(overrun,   counts.overrun,   "Decisions of a delegate that took longer than they may") \
    X(trades,    trades,           "Trades that a delegate has seen")
/* clang-format on */

#define FEED_COUNTER(name, field, help)                                                            \
    metrics_one(out, EXPOSITION_COUNTER, "pollux_feed_" #name "_total", help, view->field);
#define FEED_GAUGE(name, field, help)                                                              \
    metrics_one(out, EXPOSITION_GAUGE, "pollux_feed_" #name, help, view->field);

#define LINE_ROW(name, ending, type, help)                                                         \
    metrics_head(out, type, "pollux_feed_line_" #name ending, help);                               \
    for (uint32_t i = 0; i < CHANNEL_LINES; i++)                                                   \
        metrics_by(out, "pollux_feed_line_" #name ending, "line", i == LINE_A ? "A" : "B",         \
                   view->channel.line[i].name);

static void lines_print(struct text *out, const struct feed_view *view)
{
    LINE_ROWS(LINE_ROW)
}

/* A letter each; those that never came have no series. */
static void types_print(struct text *out, const struct feed_view *view)
{
    metrics_head(out, EXPOSITION_COUNTER, "pollux_feed_message_type_total",
                 "Accepted messages by their type");
    for (uint32_t i = ' '; i < 0x7f; i++) {
        const char type[2] = {(char)i, 0};
        if (view->feed.type[i])
            metrics_by(out, "pollux_feed_message_type_total", "type", type, view->feed.type[i]);
    }
}

static void states_print(struct text *out, const struct feed_view *view)
{
    metrics_head(out, EXPOSITION_GAUGE, "pollux_feed_state",
                 "What the feed's books are: 1 for the state they are in");
    metrics_states(out, &(struct metrics_state){.name = "pollux_feed_state",
                                                .now = view->channel_state,
                                                .count = MARKET_STATE_COUNT,
                                                .text = market_states});
    metrics_head(out, EXPOSITION_GAUGE, "pollux_feed_recovery_state",
                 "What recovery does: 1 for the state it is in");
    metrics_states(out, &(struct metrics_state){.name = "pollux_feed_recovery_state",
                                                .now = view->recovery_state,
                                                .count = RECOVERY_STATE_COUNT,
                                                .text = recovery_states});
}

#define INET_ROW(name, help) METRICS_COUNTER("feed_inet", name, help, &view->host.inet)

static void host_print(struct text *out, const struct feed_view *view)
{
    metrics_head(out, EXPOSITION_COUNTER, "pollux_feed_recovery_reply_total",
                 "Replies of retransmission servers by what became of them");
    for (uint32_t i = 0; i < RECOVERY_REPLY_COUNT; i++)
        metrics_by(out, "pollux_feed_recovery_reply_total", "reason", replies[i],
                   view->host.recovery.reply[i]);
    metrics_head(out, EXPOSITION_COUNTER, "pollux_feed_recovery_snapshot_failed_total",
                 "Snapshots that came to nothing, by reason");
    for (uint32_t i = 0; i < RECOVERY_TROUBLE_COUNT; i++)
        metrics_by(out, "pollux_feed_recovery_snapshot_failed_total", "reason", troubles[i],
                   view->host.recovery.snapshot_failed[i]);
    metrics_head(out, EXPOSITION_COUNTER, "pollux_feed_inet_received_total",
                 "Frames for the feed's port as a host, by what became of them");
    for (uint32_t i = 0; i < INET_STATUS_COUNT; i++)
        metrics_by(out, "pollux_feed_inet_received_total", "reason", inet_frames[i],
                   view->host.inet.frame[i]);
    INET_COUNTERS(INET_ROW)
}

#define ENGINE_ROW(name, help) METRICS_COUNTER("engine", name, help, view)
#define DELEGATE_ROW(row, field, help)                                                             \
    metrics_head(out, EXPOSITION_COUNTER, "pollux_delegate_" #row "_total", help);                 \
    for (uint32_t i = 0; i < count; i++)                                                           \
        metrics_by(out, "pollux_delegate_" #row "_total", "delegate", view->delegate[i].name,      \
                   view->delegate[i].field);

static void engine_print(struct text *out, const struct engine_view *view)
{
    uint64_t count =
        view->delegates < ENGINE_VIEW_DELEGATES ? view->delegates : ENGINE_VIEW_DELEGATES;
    ENGINE_ROWS(ENGINE_ROW)
    if (count == 0) return;
    DELEGATE_ROWS(DELEGATE_ROW)
}

void metrics_feed(struct text *out, const struct views *views)
{
    const struct feed_view *view = &views->feed;
    laws_print(out, view);
    states_print(out, view);
    FEED_ROWS(FEED_COUNTER, FEED_GAUGE)
    metrics_one(out, EXPOSITION_COUNTER, "pollux_feed_log_dropped_total",
                "Events of the feed that found no place in its log", views->log_dropped);
    lines_print(out, view);
    types_print(out, view);
    host_print(out, view);
    engine_print(out, &views->engine);
}
