#ifndef TESTS_STAGE_EXCHANGE_PARTS_H
#define TESTS_STAGE_EXCHANGE_PARTS_H

/* What the files of the rig share; for exchange_*.c only. */

#include "tests/stage/exchange_rig.h"

#define EXCHANGE_ORDERS_PORT 15000
#define EXCHANGE_SPIN_PORT   15001
#define EXCHANGE_AGAIN_PORT  18000
#define EXCHANGE_LINE_PORT   26477
#define EXCHANGE_GATE_IP     0x0a090001u
#define EXCHANGE_CLIENT_IP   0x0a090002u
#define EXCHANGE_FEED_IP     0x0a090003u
#define EXCHANGE_GROUP_A     0xe9360c6fu
#define EXCHANGE_GROUP_B     0xe931c46fu

void exchange_wrong(struct exchange *exchange, const char *what); /* the first is kept */
void *exchange_memory(size_t bytes);                              /* zeroed */

/* exchange_plans.c */
struct inet_limits exchange_host(uint32_t ip, uint8_t last);
void exchange_plans_make(struct exchange *exchange);
void exchange_feed_plan(struct exchange *exchange);

/* exchange_clients.c */
void exchange_clients_make(struct exchange *exchange);
void exchange_clients_turn(struct exchange *exchange);

#endif
