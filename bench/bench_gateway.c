/* A packet of the market on the port to an order on the port, and the rest of a gateway's work.
 *
 *     gateway_shared_one      a packet to the maker's segment, feed and engine on one core: a best
 *                             price has moved, and one quote is replaced
 *     gateway_shared_two      both of its quotes are replaced, in one segment
 *     gateway_dedicated_*     the same, feed and engine on a core each
 *     gateway_stage_*         the parts of gateway_shared_one and what each costs
 *     gateway_quote_*         a market to a delegate on another core and its acknowledgement
 *     gateway_requote, ...    the gateway alone
 *     gateway_halt            10,000 open orders: a halt to the last cancel's bytes
 *     gateway_load            100,000 slots, a million intents a second
 *
 * See the files of these names.  What is not in any of it is a NIC and its driver. */

#include "bench/bench_gateway.h"

#include "bench/bench.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    bench_open("gateway", argc, argv);
    if (bench_counting()) {
        gateway_machine_measure();
        return bench_close();
    }
    CHECK(bench_pin(0));
    gateway_trip_measure();
    gateway_quote_measure();
    gateway_machine_measure();
    gateway_load_measure();
    return bench_close();
}
