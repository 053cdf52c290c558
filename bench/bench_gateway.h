#ifndef BENCH_BENCH_GATEWAY_H
#define BENCH_BENCH_GATEWAY_H

/* The parts of bench_gateway, a file each. */

void gateway_trip_measure(void);    /* tick to trade */
void gateway_quote_measure(void);   /* a market to a delegate and its acknowledgement */
void gateway_machine_measure(void); /* the gateway alone; instructions; a halt */
void gateway_load_measure(void);    /* 100,000 slots, a million intents a second */

#endif
