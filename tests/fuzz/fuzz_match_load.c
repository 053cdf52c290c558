/* Any bytes as a saved engine: they are refused, or become an engine whose invariants all hold,
 * that saves what loads into the same again, and that can be told anything.
 *
 * The first byte's bit 0 says whether it is loaded into an engine with accounts. */

#include "tests/match/random_inputs.h"
#include "tests/match/rig.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUTS = 40 };

/* The inputs come after whatever the saved engine was told last. */
static void goes_on(struct rig *rig, uint8_t seed, uint64_t number, bool accounts)
{
    static struct random_inputs inputs;
    random_inputs_seed(&inputs, seed, accounts);
    for (uint32_t i = 0; i < INPUTS; i++) {
        const struct match_input *input = random_inputs_next(&inputs);
        inputs.out.input.number += number;
        rig_apply(rig, input);
        match_verify(rig->match);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    bool accounts = data[0] & 1;
    struct match_limits limits = random_inputs_limits(accounts);
    static struct rig rig;
    rig_new(&rig, &limits);
    const char *sentence = match_load(rig.match, data + 1, size - 1);
    if (sentence == NULL) {
        match_verify(rig.match);
        struct saved saved = saved_of(rig.match);
        rig_replace(&rig, &limits);
        sentence = match_load(rig.match, saved.bytes, saved.length);
        CHECK(sentence == NULL);
        match_verify(rig.match);
        struct saved again = saved_of(rig.match);
        CHECK(again.length == saved.length);
        CHECK(memcmp(again.bytes, saved.bytes, saved.length) == 0);
        uint64_t number; /* the first word of the first section */
        memcpy(&number, saved.bytes + 32, sizeof number);
        if (number < UINT64_MAX / 2) goes_on(&rig, data[0], number, accounts);
        saved_free(&saved);
        saved_free(&again);
    } else {
        CHECK(sentence[0] != '\0');
    }
    rig_free(&rig);
    return 0;
}
