#ifndef APPS_POLLUX_REPLAY_TRIAL_H
#define APPS_POLLUX_REPLAY_TRIAL_H

/* Strategies tried on a recording: a gateway that trades with the re-enacted market (reenact.h).
 *
 *     recorded messages ──► market ══ latency ══► published feed ──► gateway ──► strategies
 *                             ▲  └═══ latency ══► answers ────────────► │
 *                             └══════ latency ═══ requests ◄────────────┘
 *
 * One clock, that of the recorded messages.  Everything between the market and the gateway takes
 * latency_ns, each way, and stays in its order; at one moment requests reach the market first, then
 * its news and answers reach the gateway, then the gateway keeps house.  The strategy is shown what
 * the market publishes, its own orders included.
 *
 * The same recording, configuration and options make the same orders, fills and digest.
 * Threads: the feed stage's lcore (trial_tap), and after its end the one that asks. */

#include "apps/gateway_setup.h"
#include "apps/pollux-replay/lane.h"
#include "apps/pollux-replay/options.h"
#include "dataplane/reenact/reenact.h"

#include <jansson.h>
#include <stdio.h>

#define TRIAL_DAY (86400 * NANOS_SECOND) /* the gateway's midnight: no time of it is 0 */

/* Published messages on their way: what is more arrives early.  The history holds twice as many and
 * what the removal of all instruments says. */
#define TRIAL_NEWS_MAX         (1u << 18)
#define TRIAL_HISTORY_MESSAGES (1u << 21)
#define TRIAL_HISTORY_BYTES    (1u << 26)

/* What a recording says of a symbol. */
struct trial_symbol {
    char symbol[8];
    uint64_t orders;
    uint32_t tick_e4; /* divides all prices */
    uint32_t low_e4;
    uint32_t high_e4;
};

/* What became of one strategy in one symbol. */
struct trial_holding {
    uint64_t fills;
    qty_t bought, sold;
    qty_t position;
    qty_t longest, shortest; /* of position; as it would be if all that works filled: */
    qty_t long_at_worst, short_at_worst;
    int64_t cash;
    int64_t cost;     /* of the position, at average */
    int64_t realised; /* at average cost */
};

/* How long we were at the best price. */
struct trial_quotes {
    nanos_t since;
    bool open, bid, ask; /* as they are since then */
    nanos_t open_ns, bid_ns, ask_ns, both_ns;
};

struct trial_fills {
    uint64_t count;
    qty_t volume;
};

struct trial {
    const struct replay_options *options;
    struct config *config;
    struct gateway_setup setup;
    struct trial_symbol *surveyed; /* with orders in the recording */
    uint32_t surveys;
    struct reenact_instrument *instrument;
    uint32_t instruments;

    struct reenact *reenact;
    struct feed *published;
    struct gateway *gateway; /* NULL: the market alone */
    struct lane to_gateway;
    struct lane to_market;
    nanos_t now;       /* of the market */
    nanos_t tick_next; /* 0: before the first message */
    uint64_t told;     /* published messages put on the lane */
    uint64_t read;     /* and taken off it */
    uint64_t answers;  /* of the market's session */
    uint64_t records;  /* of the gateway's journal */
    uint64_t seen;     /* records when the exposure was looked at */
    uint64_t hurried;  /* items that arrived early */

    uint64_t reports[GATEWAY_REPORT_COUNT];
    uint64_t report_digest;
    struct trial_fills made, taken, crossed; /* by liquidity: added, removed, in an auction */
    struct trial_holding *holding;           /* [strategy * symbols + symbol] */
    struct trial_quotes *quotes;             /* [instrument] */
    nanos_t gap_ns;                          /* when the newest gap was told to the gateway */
    uint64_t gaps;
    FILE *lines;  /* --reports; NULL */
    bool stopped; /* all orders were over in the end */
};

/* trial_setup.c.  Cold. */

/* Reads the configuration, surveys the recording, builds market and gateway.  False, with
 * sentences. */
MUST_USE bool trial_open(struct trial *trial, const struct replay_options *options,
                         const struct recording *recording, struct text *problems);
void trial_close(struct trial *trial, struct text *problems);

/* trial_survey.c: the symbols of the recording. */
void trial_survey(struct trial *trial, const struct recording *recording);

/* trial.c. */

/* For feed_stage_plan.tap. */
struct feed_stage_tap trial_tap(struct trial *trial);

/* After the last message: the strategies stop, what is on its way arrives. */
void trial_end(struct trial *trial);

/* For gateway_new and reenact_new. */
struct gateway_outlet trial_outlet(struct trial *trial);
struct entry_sink trial_sink(struct trial *trial);

uint64_t trial_digest(const struct trial *trial);

/* The name of an instrument of the market, terminated. */
void trial_symbol_text(char text[9], const char symbol[8]);

/* trial_figures.c. */
void trial_report(struct trial *trial, const struct gateway_report *report);
void trial_exposure(struct trial *trial); /* after whatever may have changed what works */
void trial_quoted(struct trial *trial);   /* before time goes on */

/* trial_lines.c: --reports, a JSON object a line. */
void trial_line_report(struct trial *trial, const struct gateway_report *report);
void trial_line_bytes(struct trial *trial, const char *way, const uint8_t *bytes, uint32_t length,
                      nanos_t at);
void trial_line_gap(struct trial *trial, const struct channel_gap *gap, nanos_t at);

/* trial_print.c, trial_print_json.c. */
void trial_print(struct text *out, const struct trial *trial);
json_t *trial_json(const struct trial *trial);

#endif
