#ifndef DATAPLANE_ENTRY_ENTRY_PARTS_H
#define DATAPLANE_ENTRY_ENTRY_PARTS_H

/* What the files of this folder call of each other. */

#include "dataplane/entry/entry_layout.h"

/* entry_table.c: orders by id, tokens, timers, the session's list. */

uint32_t record_find(const struct entry *entry, order_id_t id); /* slot, or 0 */
void record_expect(const struct entry *entry, order_id_t id);   /* it will be inserted soon */
/* The slots at the id's own place and the count - 1 behind it; 0 from the first empty one on. */
void records_near(const struct entry *entry, order_id_t id, uint32_t *slots, uint32_t count);
void record_insert(struct entry *entry, uint32_t slot); /* the first free one */
void record_end(struct entry *entry, uint32_t slot);
uint32_t token_find(const struct entry *entry, uint32_t session, struct text14 token); /* n, or 0 */
void token_expect(const struct entry *entry, uint32_t session, struct text14 token);
void token_insert(struct entry *entry, const struct entry_token *token);
void tokens_forget(struct entry *entry);
void timer_insert(struct entry *entry, struct entry_timer timer);
void timer_remove(struct entry *entry, uint32_t slot); /* the timer of this order, which has one */

/* entry_decide.c: what all requests share. */

/* The decision begins anew. */
struct entry_decision *decision_begin(struct entry *entry, uint32_t session, nanos_t time);

/* The last word: counts, and fills what the owner is told. */
enum entry_verdict decision_end(struct entry *entry, enum entry_verdict verdict,
                                struct entry_out *out);

bool asks_full(const struct entry *entry);

/* The order lives, is of the session's account, and is known here: its slot, else 0. */
uint32_t record_living(const struct entry *entry, order_id_t id, struct match_order *living);

/* A Rejected: the number is consumed. */
enum entry_verdict decide_refusal(struct entry *entry, enum entry_cause cause, struct text14 name);

/* The same of a new order or a replacement, of the order with the number replaces (0: of none). */
enum entry_verdict decide_refused(struct entry *entry, enum entry_cause cause,
                                  const struct entry_order *draft, uint32_t replaces);

/* An input about the order in slot; SUBMIT. */
enum entry_verdict submit_cancel(struct entry *entry, uint32_t slot, char reason);
enum entry_verdict submit_reduce(struct entry *entry, uint32_t slot, uint32_t total);

/* Cancel and Modify, alike in both dialects.  total: intended, in shares. */
enum entry_verdict decide_cancel(struct entry *entry, order_id_t id, uint32_t total);
struct modification {
    order_id_t id;
    uint32_t total;
    char side;
    bool grows; /* more quantity is taken */
};
enum entry_verdict decide_modify(struct entry *entry, const struct modification *to);

/* entry_order.c: new orders and replacements, of either dialect. */

/* The draft of the order to decide on: the next free record, which a decision may overwrite; slot
 * 0, which is none, if there is none. */
struct entry_order *record_draft(struct entry *entry);

/* cause: what the dialect has found already. */
enum entry_verdict decide_enter(struct entry *entry, enum entry_cause cause);
struct replacement {
    uint32_t old; /* slot, living */
    const struct match_order *living;
    char side;  /* 0: as it is */
    bool fixed; /* something is named that cannot be changed */
};
enum entry_verdict decide_replace(struct entry *entry, const struct replacement *to,
                                  enum entry_cause cause);

/* entry_check.c: an order's terms. */

enum entry_cause record_check_terms(const struct entry *entry, const struct entry_order *draft);
enum entry_cause record_check_numbers(const struct entry *entry, const struct entry_order *draft);
bool name_good(const struct text14 *name);
uint32_t instrument_find(const struct entry *entry, uint64_t symbol);  /* index + 1, or 0 */
uint8_t firm_index(const struct entry_plan *plan, const char firm[4]); /* ENTRY_FIRMS: none */

/* entry_guard.c: the session's limits. */

/* Whether what was decided, or its timer, is one too many as far as was shown. */
enum entry_cause guard_shown(const struct entry *entry);
/* Whether it is one living order too many for the engine: costs what the session holds. */
bool guard_full(const struct entry *entry);
enum entry_cause guard_check(struct entry *entry, const struct entry_order *draft, bool enters);
void guard_count(struct entry *entry); /* this request, in the decision */

/* entry_ouch50.c and entry_ouch42.c: a message of the dialect. */

enum entry_verdict decide_ouch50(struct entry *entry, const uint8_t *message, size_t length);
enum entry_verdict decide_ouch42(struct entry *entry, const uint8_t *message, size_t length);
uint8_t channel50(const uint8_t *message, const struct ouch50_tags *tags);

/* entry_sweep.c */

bool sweep_find(struct entry *entry, struct entry_session *session);

/* The sweep stands at an order to cancel; false: it has ended. */
bool sweep_goes_on(const struct entry *entry, struct entry_sweep *sweep);
void sweep_leave(struct entry *entry, uint32_t slot); /* before the record ends */

/* entry_say50.c and entry_say42.c: answers.  Each writes one to bytes and returns its length. */

struct said {
    uint8_t *bytes;
    const struct entry_order *order;
    uint64_t timestamp_ns;
};
struct said_fill {
    uint32_t qty;
    uint64_t price_e4;
    uint64_t match_number;
    char liquidity;
};
struct said_self {
    uint32_t qty;
    uint32_t prevented;
    uint64_t price_e4;
    char liquidity;
    char strategy;
};
uint32_t say50_accepted(const struct said *said, char state);
uint32_t say50_replaced(const struct said *said, const struct entry_order *old);
uint32_t say50_canceled(const struct said *said, uint32_t qty, char reason);
uint32_t say50_self(const struct said *said, const struct said_self *self);
uint32_t say50_executed(const struct said *said, const struct said_fill *fill);
uint32_t say50_rejected(const struct said *said, uint16_t code);
uint32_t say50_cancel_reject(const struct said *said);
uint32_t say50_modified(const struct said *said, char side, uint32_t qty);
uint32_t say50_restated(const struct said *said, uint32_t shown);
uint32_t say42_accepted(const struct said *said, char state);
uint32_t say42_replaced(const struct said *said, const struct entry_order *old);
uint32_t say42_canceled(const struct said *said, uint32_t qty, char reason);
uint32_t say42_self(const struct said *said, const struct said_self *self);
uint32_t say42_executed(const struct said *said, const struct said_fill *fill);
uint32_t say42_rejected(const struct said *said, char letter);
uint32_t say42_cancel_reject(const struct said *said);
uint32_t say42_modified(const struct said *said, char side, uint32_t qty);
uint32_t say42_priority(const struct said *said);

/* entry_report.c: what becomes of orders, for others than their sessions. */

struct reported {
    struct entry *entry;
    const struct entry_order *order;
    enum entry_report_kind kind;
    uint32_t qty;
    uint32_t left;
    price_t price;     /* 0: the order's limit */
    uint32_t replaces; /* REJECTED: the n of what it was to replace */
    uint8_t reason;
    nanos_t at;
};
void report_order(const struct reported *what);

/* The decision, whose answer is a Rejected, refuses the draft: that is kept beside the answer. */
void refused_fill(struct entry *entry, const struct entry_order *draft, uint32_t replaces,
                  enum entry_cause cause);
void report_refused(struct entry *entry, uint32_t session, const union entry_answer *answer);

/* entry_reason.c: the engine's reasons as the wire has them. */

struct wire_reason {
    char cancel;     /* letter of Canceled, both dialects */
    char refused42;  /* letter of Rejected */
    uint16_t reject; /* code of Rejected */
};
struct wire_reason wire_reason(uint8_t reason);
struct wire_reason wire_cause(uint8_t cause);

#endif
