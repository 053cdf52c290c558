/* A random stream of orders, replacements, cancels and queries between real slots and a real venue,
 * over sessions that are lost and come back, and starts in between: port_world.h. */

#include "tests/gateway/port_world.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 12, REQUESTS = 20000 };

static struct world world;

SPEC(the_port_and_the_plainest_books_and_the_engine_agree)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    uint64_t requests = 0, cuts = 0, vanished = 0, replayed = 0, restarts = 0, fences = 0,
             served = 0;
    uint64_t reports[SLOT_ANSWER_COUNT] = {0};
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        world_new(&world, seed);
        while (world.requests < REQUESTS && CU_get_number_of_failures() < 20) world_step(&world);
        if (CU_get_number_of_failures() < 20) world_settle(&world);
        requests += world.requests;
        cuts += world.cuts;
        vanished += world.vanished;
        replayed += world.replayed;
        restarts += world.restarts;
        fences += world.fences;
        served += world.served;
        for (uint32_t i = 0; i < SLOT_ANSWER_COUNT; i++) reports[i] += world.reports[i];
        world_free(&world);
    }
    printf("\n    %" PRIu64 " requests, %" PRIu64 " lost sessions, %" PRIu64
           " requests vanished, %" PRIu64 " messages replayed, %" PRIu64 " starts, %" PRIu64
           " fences, %" PRIu64 " queries without one of their own\n   ",
           requests, cuts, vanished, replayed, restarts, fences, served);
#define PRINT(name, sentence) printf(" " #name " %" PRIu64, reports[SLOT_ANSWERS_##name]);
    SLOT_ANSWERS(PRINT)
    printf("\n");
    if (seeds.first == seeds.last) return;
    EXPECT(requests >= 200000);
    EXPECT(cuts > 1000 && vanished > 1000 && replayed > 1000 && restarts > 100 && served > 1000);
    /* Here the slots have always heard of an end before they ask, and cancels are whole. */
    for (uint32_t i = 0; i < SLOT_ANSWER_COUNT; i++)
        EXPECT(i == SLOT_ANSWERS_NO_CANCEL || i == SLOT_ANSWERS_DONE || reports[i] > 100);
}

#define SPECS(S) S(the_port_and_the_plainest_books_and_the_engine_agree)
SPEC_MAIN("trade_port_ouch50_property", SPECS, NULL, NULL)
