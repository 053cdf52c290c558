#ifndef CONTROL_REDIS_REDIS_SAY_H
#define CONTROL_REDIS_REDIS_SAY_H

/* What programs outside are told, as JSON: one object a call, appended to text.  README.md has the
 * page.
 *
 * Prices, quantities and money are text, as in messages; times are nanoseconds since 1970.
 * Guarantees: whatever a name or a sentence holds, the object is JSON of printable ASCII.
 * Pure.  Threads: any.  Memory: the caller's; what does not fit is cut, and text->cut says so. */

#include "control/redis/redis_judge.h"
#include "dataplane/base/text.h"
#include "dataplane/entry/entry_report.h"
#include "dataplane/gateway/gateway.h"
#include "dataplane/stage/venue_tally.h"

#define REDIS_SAY_BYTES       1024u  /* of any of these at most, */
#define REDIS_BATCH_SAY_BYTES 16384u /* and of the answer to a batch */

/* What became of a message. */
struct redis_answer {
    uint32_t strategy;
    uint64_t sequence; /* 0: it was not read */
    const char *id;    /* "": none */
    nanos_t at;
};
void redis_say_heard(struct text *text, const struct redis_names *names,
                     const struct redis_answer *answer, const struct gateway_answer *heard);
/* Of a batch: it, whose sequence is that of its first intent; each intent; the end. */
void redis_say_batch(struct text *text, const struct redis_names *names,
                     const struct redis_answer *answer);
void redis_say_listed(struct text *text, const struct redis_answer *answer,
                      const struct gateway_answer *heard);
void redis_say_batch_end(struct text *text, const struct redis_answer *answer);
void redis_say_refused(struct text *text, const struct redis_names *names,
                       const struct redis_answer *answer, const char *reason, const char *sentence);
/* The first of a connection: how far the strategy was heard. */
void redis_say_known(struct text *text, const struct redis_names *names,
                     const struct redis_answer *answer);
/* The word and the sentence of a refusal of the gateway's; NULL: it was not refused. */
const char *redis_reason(const struct gateway_answer *heard);
const char *redis_reason_text(const struct gateway_answer *heard);

/* What a lane holds of an order: its newest report, what was executed since it was told last. */
struct redis_order_update {
    struct gateway_report report;
    qty_t traded;
    uint32_t reports;
    uint32_t reserved;
};
void redis_order_merge(void *older, const void *newer);
void redis_say_order(struct text *text, const struct redis_names *names,
                     const struct redis_order_update *update);

/* The same of an order of an account of the venue in this process. */
struct redis_account_order {
    struct entry_report report;
    qty_t traded;
    uint32_t reports;
    uint32_t reserved;
};
struct redis_account_order redis_account_order_of(const struct entry_report *report);
void redis_account_order_merge(void *older, const void *newer);
void redis_say_account_order(struct text *text, const struct redis_names *names,
                             const struct redis_account_order *update);

/* What a lane holds of a strategy's symbol: changes, which add up. */
struct redis_balance_update {
    uint32_t strategy;
    uint32_t symbol;
    qty_t position;
    int64_t cash; /* money; each execution rounded towards zero */
    uint64_t fills;
    nanos_t at;
};
/* False: the report changes none. */
MUST_USE bool redis_balance_of(const struct gateway_report *report,
                               struct redis_balance_update *update);
void redis_balance_merge(void *older, const void *newer);
void redis_say_balance(struct text *text, const struct redis_names *names,
                       const struct redis_balance_update *update);

/* What an account of a venue in this process has traded since the last one. */
struct redis_account_update {
    uint32_t account;
    const char *symbol;
    qty_t position;
    int64_t cash; /* money */
    uint64_t fills;
    nanos_t at;
};
void redis_say_account(struct text *text, const struct redis_account_update *update);

/* Of 1e-8, as a decimal: as text_decimal with what 64 bits do not hold. */
void redis_say_money(struct text *text, venue_paid units);

void redis_say_price(struct text *text, const char *symbol, price_t price, qty_t qty,
                     uint64_t volume, nanos_t at);

#endif
