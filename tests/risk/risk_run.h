#ifndef TESTS_RISK_RISK_RUN_H
#define TESTS_RISK_RISK_RUN_H

/* A random run: the product twice, the plain one, and what chance makes of orders, prices and
 * records.  Hostile runs draw from the edges of all numbers. */

#include "tests/risk/plain_risk.h"
#include "tests/support/chance.h"

struct risk_run {
    struct chance chance;
    uint64_t seed, step;
    bool hostile;
    nanos_t now;
    struct risk *risk, *again;
    struct plain_risk plain;
    struct risk_order last;
    uint32_t records;
    uint64_t checks, kills;
    uint64_t verdicts[RISK_VERDICT_COUNT];
};

extern struct risk_run run;

uint64_t run_draw(uint64_t low, uint64_t high);
bool run_often(uint64_t percent);
int64_t run_edge(void);
price_t run_price(void);
qty_t run_qty(void);
uint32_t run_slot(void); /* of a living order, or RISK_NONE */
struct risk_order run_order(void);
struct risk_record run_record(void);

#endif
