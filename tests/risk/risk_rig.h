#ifndef TESTS_RISK_RISK_RIG_H
#define TESTS_RISK_RISK_RIG_H

/* A box whose limits all stand at their loosest, so that a spec tightens the one it is about. */

#include "dataplane/risk/risk.h"

enum { RIG_TICK = 50000, RIG_LOT = 100, RIG_PRICE = 1000 * RIG_TICK };

struct rig {
    struct risk *risk;
    nanos_t now;
    struct risk_plan plan;
    struct risk_pass pass; /* of the last order that passed */
    struct risk_refusal refusal;
};

extern const struct risk_limits rig_limits;

/* The plan whose ceilings are the loosest there are, armed, one person. */
struct risk_plan rig_plan(void);
struct risk *rig_new(const struct risk_limits *limits, const struct risk_plan *plan);
void rig_free(struct risk *risk);

void rig_open(struct rig *rig); /* everything listed, priced, known and loose */
void rig_close(struct rig *rig);

/* By an officer and a second one, with a reason; must be taken. */
void rig_bound(struct rig *rig, enum risk_verdict limit, int64_t value);
void rig_bound_of(struct rig *rig, enum risk_verdict limit, struct risk_subject subject,
                  int64_t value);
void rig_state(struct rig *rig, enum risk_scope scope, uint32_t index, enum risk_state state);
struct risk_record rig_record(enum risk_scope scope, uint32_t index, enum risk_state state);

/* Strategy 0 in symbol 0, around RIG_PRICE: lots and ticks away. */
struct risk_order rig_buy(int64_t lots, int64_t ticks);
struct risk_order rig_sell(int64_t lots, int64_t ticks);

enum risk_verdict rig_check(struct rig *rig, struct risk_order order);
uint32_t rig_send(struct rig *rig, struct risk_order order); /* must pass */
enum risk_fill rig_fill(struct rig *rig, uint32_t order, int64_t lots, price_t price);

#endif
