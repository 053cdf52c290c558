/* The table.  Within a group the first row is what the group's word alone means. */

#include "control/command/command.h"

/* clang-format off */

#define REASON_NEEDED {"reason", COMMAND_TEXT, .needed = true, .option = true, .low = 1, .high = COMMAND_TEXT_MAX, .help = "why: kept with the change"}
#define REASON        {"reason", COMMAND_TEXT, .option = true, .low = 1, .high = COMMAND_TEXT_MAX, .help = "why: kept with the change"}
#define NAME(called, sentence) {called, COMMAND_TEXT, .needed = true, .low = 1, .high = COMMAND_NAME_MAX, .help = sentence}
#define NAME_MAY(called, sentence) {called, COMMAND_TEXT, .low = 1, .high = COMMAND_NAME_MAX, .help = sentence}
#define OF(called, sentence) {called, COMMAND_TEXT, .option = true, .low = 1, .high = COMMAND_NAME_MAX, .help = sentence}

static const char *const scopes[] = {"box", "venue", "strategy", "symbol", NULL};

#define SCOPE   {"scope", COMMAND_CHOICE, .choices = scopes, .help = "what: the box if it is left out"}
#define SUBJECT NAME_MAY("name", "which: a venue, a strategy, a symbol, or SYMBOL@VENUE")

/* What each takes. */

static const struct command_parameter book_takes[] = {
    NAME("symbol", "as the venue writes it"),
    {"levels", COMMAND_WHOLE, .low = 1, .high = COMMAND_LEVELS_MAX, .help = "of each side; 5 if it is left out"},
    {0}};
#define PORTION                                                                                         \
    {"after", COMMAND_WHOLE, .option = true, .low = 0, .high = INT64_MAX, .help = "go on there: the next of the portion before"}, \
    {"limit", COMMAND_WHOLE, .option = true, .low = 1, .high = COMMAND_ROWS_MAX, .help = "rows; 100 if it is left out"}

static const char *const which[] = {"all", "screen", NULL};
static const struct command_parameter instruments_may[] = {
    {"which", COMMAND_CHOICE, .choices = which, .help = "all, or those of the screen"},
    PORTION,
    {0}};
static const struct command_parameter portion_may[] = {PORTION, {0}};
static const struct command_parameter table_may[] = {
    OF("strategy", "only of this one"),
    OF("symbol", "only of this one: SYMBOL, or SYMBOL@VENUE"),
    OF("venue", "only of this one"),
    PORTION,
    {0}};
static const struct command_parameter gauges_may[] = {OF("strategy", "only of this one"), PORTION, {0}};
static const struct command_parameter release_takes[] = {REASON_NEEDED, {0}};
static const struct command_parameter start_takes[] = {NAME("strategy", "its name"), REASON_NEEDED, {0}};
static const struct command_parameter stop_takes[] = {NAME("strategy", "its name"), REASON, {0}};
static const struct command_parameter set_takes[] = {
    NAME("strategy", "its name"),
    NAME("parameter", "one of the strategy's own"),
    {"value", COMMAND_TEXT, .needed = true, .high = COMMAND_VALUE_MAX, .help = "as it would be in the file"},
    {0}};
static const struct command_parameter risk_may[] = {NAME_MAY("limit", "only this one"), {0}};
static const struct command_parameter bound_takes[] = {
    NAME("limit", "as in the file, such as order_qty"),
    NAME("value", "as it would be in the file"),
    OF("strategy", "of a limit that strategies have"),
    OF("symbol", "of a limit that symbols have: SYMBOL, or SYMBOL@VENUE"),
    OF("venue", "of a limit that sessions have"),
    REASON_NEEDED,
    {0}};
static const struct command_parameter halt_takes[] = {SCOPE, SUBJECT, REASON, {0}};
static const struct command_parameter arm_takes[] = {SCOPE, SUBJECT, REASON_NEEDED, {0}};
static const struct command_parameter confirm_takes[] = {
    {"number", COMMAND_WHOLE, .needed = true, .low = 1, .high = UINT32_MAX, .help = "as who asked for it was told"},
    {0}};
static const struct command_parameter events_may[] = {
    {"count", COMMAND_WHOLE, .low = 1, .high = COMMAND_EVENTS_MAX, .help = "the newest so many; 20 if it is left out"},
    {0}};
static const struct command_parameter acknowledge_takes[] = {
    {"id", COMMAND_WHOLE, .needed = true, .low = 1, .high = INT64_MAX, .help = "of the alert, as alerts list shows it"},
    {0}};
static const struct command_parameter reason_may[] = {REASON, {0}};
static const struct command_parameter metrics_may[] = {NAME_MAY("name", "only those whose name begins so"), {0}};

/* What each answers. */

#define TEXT(key, title)    {key, title, COMMAND_AS_IT_IS, false}
#define NUMBER(key, title)  {key, title, COMMAND_AS_IT_IS, true}
#define COUNT(key, title)   {key, title, COMMAND_COUNT_OF, true}
#define TIME(key, title)    {key, title, COMMAND_NS, true}
#define YES(key, title)     {key, title, COMMAND_YES_NO, false}

static const struct command_column status_fields[] = {
    TEXT("name", "box"), TEXT("version", "version"), TEXT("roles", "roles"),
    {"up_seconds", "up", COMMAND_SECONDS, false}, TIME("clock_ahead_ns", "clock ahead"),
    TEXT("trading", "trading"), TEXT("profit", "profit"),
    TEXT("day_since", "counts since (UTC)"), TEXT("day_next", "next day (UTC)"), COUNT("sent", "orders sent"),
    COUNT("open", "orders open"), COUNT("in_doubt", "orders in doubt"), COUNT("fills", "fills"),
    COUNT("refused", "orders refused"), COUNT("sessions_up", "sessions up"), COUNT("sessions", "of sessions"),
    TEXT("journal", "journal"), COUNT("journal_records", "records"), COUNT("journal_waiting", "not on disk"),
    TEXT("feed", "feed"), COUNT("messages", "messages"), COUNT("gaps", "gaps"),
    COUNT("packets_refused", "packets refused"), COUNT("decisions", "decisions"),
    TEXT("venue", "venue"), COUNT("venue_orders", "its orders"), COUNT("venue_requests", "its requests"), {0}};
static const struct command_column lcores_columns[] = {
    NUMBER("cpu", "cpu"), TEXT("stage", "stage"), TEXT("state", "state"), TIME("heartbeat_age_ns", "heartbeat"),
    COUNT("turns_busy", "busy turns"), COUNT("turns_idle", "idle turns"), NUMBER("busy_percent", "busy %"),
    TIME("longest_ns", "longest turn"), COUNT("work", "work"), {0}};
static const struct command_column latency_columns[] = {
    TEXT("name", "latency"), TIME("p50_ns", "p50"), TIME("p90_ns", "p90"), TIME("p99_ns", "p99"),
    TIME("p99_9_ns", "p99.9"), TIME("max_ns", "max"), COUNT("count", "count"), {0}};
static const struct command_column feeds_fields[] = {
    TEXT("state", "feed"), YES("quarantine", "quarantine"), TEXT("recovery", "recovery"), COUNT("next_message", "next message"),
    COUNT("gaps", "gaps"), COUNT("packets", "packets"), COUNT("packets_refused", "packets refused"), {0}};
static const struct command_column release_fields[] = {
    TEXT("state", "feed"), COUNT("next_message", "next message"), {0}};
static const struct command_column feeds_columns[] = {
    TEXT("line", "line"), COUNT("received", "received"), COUNT("first", "first"),
    COUNT("duplicate", "duplicate"), COUNT("lost", "lost"), {0}};
static const struct command_column book_fields[] = {
    TEXT("symbol", "book"), TEXT("state", "state"), TEXT("last", "last"), COUNT("volume", "volume"),
    COUNT("bids", "bid levels"), COUNT("asks", "ask levels"), {0}};
static const struct command_column book_columns[] = {
    COUNT("bid_orders", "orders"), COUNT("bid_qty", "quantity"), NUMBER("bid", "bid"), NUMBER("ask", "ask"),
    COUNT("ask_qty", "quantity"), COUNT("ask_orders", "orders"), {0}};
static const struct command_column instruments_columns[] = {
    TEXT("symbol", "symbol"), NUMBER("instrument", "number"), TEXT("state", "state"), NUMBER("bid", "bid"),
    NUMBER("ask", "ask"), NUMBER("last", "last"), COUNT("volume", "volume"), {0}};
static const struct command_column sessions_columns[] = {
    TEXT("role", "role"), TEXT("name", "session"), TEXT("state", "state"), COUNT("sent", "sent"),
    COUNT("received", "received"), COUNT("logins", "logins"), COUNT("lost", "lost"), COUNT("open", "open"),
    COUNT("in_doubt", "in doubt"), {0}};
static const struct command_column orders_columns[] = {
    TEXT("strategy", "strategy"), TEXT("venue", "venue"), TEXT("symbol", "symbol"), NUMBER("number", "order"),
    TEXT("state", "state"), TEXT("side", "side"), NUMBER("price", "price"), NUMBER("quantity", "quantity"),
    NUMBER("filled", "filled"), {0}};
static const struct command_column positions_columns[] = {
    TEXT("strategy", "strategy"), TEXT("venue", "venue"), TEXT("symbol", "symbol"), NUMBER("position", "position"),
    NUMBER("bought", "bought"), NUMBER("sold", "sold"), COUNT("fills", "fills"), COUNT("working", "working"),
    NUMBER("cash", "cash"), NUMBER("profit", "profit"), {0}};
static const struct command_column strategies_columns[] = {
    TEXT("name", "strategy"), TEXT("kind", "kind"), TEXT("state", "state"), COUNT("working", "open"),
    COUNT("orders", "orders"), COUNT("replaced", "replaced"), COUNT("canceled", "canceled"),
    COUNT("refused", "refused"), COUNT("rejected", "rejected"), COUNT("fills", "fills"), NUMBER("profit", "profit"), {0}};
static const struct command_column gauges_columns[] = {
    TEXT("strategy", "strategy"), TEXT("gauge", "gauge"), NUMBER("value", "value"), {0}};
static const struct command_column risk_fields[] = {TEXT("trading", "trading"), {0}};
static const struct command_column risk_columns[] = {
    TEXT("limit", "limit"), TEXT("scope", "scope"), TEXT("of", "of"), NUMBER("bound", "bound"), {0}};
static const struct command_column bound_fields[] = {
    TEXT("limit", "limit"), TEXT("scope", "scope"), TEXT("of", "of"), TEXT("was", "was"), TEXT("bound", "is"),
    COUNT("changed", "changed"), YES("durable", "on disk"), {0}};
static const struct command_column state_fields[] = {
    TEXT("scope", "scope"), TEXT("of", "of"), TEXT("trading", "trading"), YES("durable", "on disk"), {0}};
static const struct command_column confirm_fields[] = {
    TEXT("limit", "limit"), TEXT("scope", "scope"), TEXT("of", "of"), TEXT("was", "was"), TEXT("bound", "is"),
    COUNT("changed", "changed"), TEXT("trading", "trading"), YES("durable", "on disk"), TEXT("state", "feed"),
    COUNT("next_message", "next message"), {0}};
static const struct command_column set_fields[] = {
    TEXT("strategy", "strategy"), TEXT("parameter", "parameter"), TEXT("was", "was"), TEXT("value", "is"), {0}};
static const struct command_column config_columns[] = {TEXT("key", "key"), TEXT("value", "value"), {0}};
static const struct command_column check_fields[] = {TEXT("file", "file"), YES("right", "right"), {0}};
static const struct command_column check_columns[] = {
    NUMBER("line", "line"), NUMBER("column", "column"), TEXT("problem", "problem"), {0}};
static const struct command_column diff_columns[] = {
    TEXT("key", "key"), TEXT("was", "runs"), TEXT("is", "in the file"), TEXT("change", "change"), {0}};
static const struct command_column reload_columns[] = {TEXT("line", ""), {0}};
static const struct command_column events_columns[] = {TEXT("event", ""), {0}};
static const struct command_column alerts_columns[] = {
    NUMBER("id", "id"), TEXT("state", "state"), TEXT("severity", "severity"), TEXT("code", "code"), TEXT("of", "of"),
    TEXT("since", "since (UTC)"), COUNT("times", "times"), YES("holds", "holds"), TEXT("by", "by"),
    TEXT("alert", "alert"), {0}};
static const struct command_column acknowledge_fields[] = {NUMBER("id", "alert"), TEXT("by", "acknowledged by"), {0}};
static const struct command_column flight_fields[] = {TEXT("file", "file"), {0}};
static const struct command_column capture_fields[] = {
    TEXT("capture", "capture"), COUNT("written", "frames written"), COUNT("bytes", "bytes"), COUNT("files", "files"),
    COUNT("removed", "files removed"), COUNT("lost", "frames lost"), {0}};
static const struct command_column capture_columns[] = {
    TEXT("port", "port"), COUNT("came", "came"), COUNT("came_dropped", "dropped"), COUNT("went", "went"),
    COUNT("went_dropped", "dropped"), {0}};
static const struct command_column metrics_columns[] = {
    TEXT("name", "counter"), COUNT("value", "value"), TEXT("meaning", "meaning"), {0}};

static const struct command commands[COMMAND_COUNT] = {
    [COMMAND_STATUS] = {"status", "What the box does, on one page.", COMMAND_VIEWER, .fields = status_fields},
    [COMMAND_LCORES] = {"lcores", "The stages, where they run and how busy they are.", COMMAND_VIEWER,
                        .rows = "lcores", .columns = lcores_columns},
    [COMMAND_LATENCY] = {"latency", "How long things take, since the start.", COMMAND_VIEWER,
                         .rows = "latencies", .columns = latency_columns},
    [COMMAND_FEEDS] = {"feeds", "The feed, and each of its lines.", COMMAND_VIEWER, .fields = feeds_fields,
                       .rows = "lines", .columns = feeds_columns},
    [COMMAND_FEEDS_RELEASE] = {"feeds.release", "Ends a quarantine of the feed, whose lines contradicted each other.",
                               COMMAND_RISK, .changes = true, .parameters = release_takes, .fields = release_fields},
    [COMMAND_BOOK] = {"book", "The book of an instrument, best prices first.", COMMAND_VIEWER,
                      .parameters = book_takes, .fields = book_fields, .rows = "levels", .columns = book_columns},
    [COMMAND_INSTRUMENTS] = {"instruments", "The instruments, each with its best prices.", COMMAND_VIEWER,
                             .parameters = instruments_may, .rows = "books", .columns = instruments_columns,
                             .portions = true},
    [COMMAND_SESSIONS] = {"sessions", "Sessions at venues, and those of the venue here.", COMMAND_VIEWER,
                          .parameters = portion_may, .rows = "sessions", .columns = sessions_columns, .portions = true},
    [COMMAND_ORDERS] = {"orders", "The open orders.", COMMAND_VIEWER, .parameters = table_may,
                        .rows = "orders", .columns = orders_columns, .portions = true},
    [COMMAND_POSITIONS] = {"positions", "What each strategy holds.", COMMAND_VIEWER, .parameters = table_may,
                           .rows = "positions", .columns = positions_columns, .portions = true},
    [COMMAND_STRATEGIES_LIST] = {"strategies.list", "Strategies, their states and what they did.", COMMAND_VIEWER,
                                 .parameters = portion_may, .rows = "strategies", .columns = strategies_columns,
                                 .portions = true},
    [COMMAND_STRATEGIES_GAUGES] = {"strategies.gauges", "What strategies show of themselves.", COMMAND_VIEWER,
                                   .parameters = gauges_may, .rows = "gauges", .columns = gauges_columns,
                                   .portions = true},
    [COMMAND_STRATEGIES_START] = {"strategies.start", "Lets a strategy trade that was stopped, or waits for release.",
                                  COMMAND_RISK, .changes = true, .parameters = start_takes, .fields = state_fields},
    [COMMAND_STRATEGIES_STOP] = {"strategies.stop", "Halts a strategy: its orders are canceled, no new one leaves.",
                                 COMMAND_OPERATOR, .changes = true, .tightens = true, .parameters = stop_takes,
                                 .fields = state_fields},
    [COMMAND_STRATEGIES_SET] = {"strategies.set", "Changes a parameter of a strategy while it runs.", COMMAND_RISK,
                                .changes = true, .parameters = set_takes, .fields = set_fields},
    [COMMAND_RISK_SHOW] = {"risk.show", "The limits that are in force.", COMMAND_VIEWER, .parameters = risk_may,
                           .fields = risk_fields, .rows = "limits", .columns = risk_columns},
    [COMMAND_RISK_SET] = {"risk.set", "Changes a limit; who loosens it must be of the role risk.", COMMAND_OPERATOR,
                          .changes = true, .parameters = bound_takes, .fields = bound_fields},
    [COMMAND_HALT] = {"halt", "No order leaves any more, and what is open is canceled.", COMMAND_OPERATOR,
                      .changes = true, .tightens = true, .parameters = halt_takes, .fields = state_fields},
    [COMMAND_REDUCE] = {"reduce", "Only orders that reduce a position leave; of what is halted, role risk.",
                        COMMAND_OPERATOR, .changes = true, .parameters = arm_takes, .fields = state_fields},
    [COMMAND_ARM] = {"arm", "Orders may leave again.", COMMAND_RISK, .changes = true, .parameters = arm_takes,
                     .fields = state_fields},
    [COMMAND_CONFIRM] = {"confirm", "Lets be done what another one has asked for, where it takes two.", COMMAND_RISK,
                         .changes = true, .parameters = confirm_takes, .fields = confirm_fields},
    [COMMAND_CONFIG_SHOW] = {"config.show", "The configuration that runs, with every key.", COMMAND_VIEWER,
                             .rows = "keys", .columns = config_columns},
    [COMMAND_CONFIG_CHECK] = {"config.check", "Whether the file is right as it is now.", COMMAND_ADMIN,
                              .fields = check_fields, .rows = "problems", .columns = check_columns, .verdict = "right"},
    [COMMAND_CONFIG_DIFF] = {"config.diff", "What differs between the file and what runs.", COMMAND_VIEWER,
                             .rows = "differences", .columns = diff_columns},
    [COMMAND_CONFIG_RELOAD] = {"config.reload", "Reads the file again: all that may change live, or nothing.",
                               COMMAND_ADMIN, .changes = true, .rows = "said", .columns = reload_columns},
    [COMMAND_EVENTS] = {"events", "What happened last.", COMMAND_VIEWER, .parameters = events_may, .rows = "events",
                        .columns = events_columns},
    [COMMAND_ALERTS_LIST] = {"alerts.list", "What is wrong, or was and nobody has seen it.", COMMAND_VIEWER,
                             .rows = "alerts", .columns = alerts_columns},
    [COMMAND_ALERTS_ACKNOWLEDGE] = {"alerts.acknowledge", "Says that somebody has seen an alert.", COMMAND_OPERATOR,
                                    .changes = true, .parameters = acknowledge_takes, .fields = acknowledge_fields},
    [COMMAND_FLIGHT] = {"flight", "Writes down what every stage did last.", COMMAND_OPERATOR, .changes = true,
                        .parameters = reason_may, .fields = flight_fields},
    [COMMAND_CAPTURE_SHOW] = {"capture.show", "Whether packets are written to files, and how many.", COMMAND_VIEWER,
                              .fields = capture_fields, .rows = "ports", .columns = capture_columns},
    [COMMAND_CAPTURE_START] = {"capture.start", "Writes to files what the ports see and send.", COMMAND_OPERATOR,
                               .changes = true, .fields = capture_fields},
    [COMMAND_CAPTURE_STOP] = {"capture.stop", "Ends that.", COMMAND_OPERATOR, .changes = true, .fields = capture_fields},
    [COMMAND_METRICS] = {"metrics", "Every counter, and what it means.", COMMAND_VIEWER, .parameters = metrics_may,
                         .rows = "counters", .columns = metrics_columns},
};

/* clang-format on */

const struct command *command_at(uint32_t number)
{
    CHECK(number < COMMAND_COUNT);
    return &commands[number];
}
