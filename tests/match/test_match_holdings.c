/* Holdings come and go: instruments are listed, used by many and removed, and orders that cannot be
 * paid leave nothing.  match_verify finds every holding and balance that there is. */

#include "tests/match/rig.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

enum { ACCOUNTS = 120, INSTRUMENTS = 8, ASSETS = 9, INPUTS = 10000 };

struct crowd {
    struct rig rig;
    struct chance chance;
    uint64_t number;
    struct {
        struct match_input input;
        struct match_listing listing;
    } out;
};

static uint64_t below(struct crowd *crowd, uint64_t count)
{
    return chance_next(&crowd->chance) % count;
}

static struct match_input *input_new(struct crowd *crowd, enum match_input_kind kind)
{
    crowd->out.input = (struct match_input){
        .number = ++crowd->number,
        .kind = (uint8_t)kind,
        .bytes = sizeof crowd->out.input,
    };
    return &crowd->out.input;
}

/* Every second one is SPOT, with assets of its own. */
static void list(struct crowd *crowd, uint16_t index)
{
    struct match_input *in = input_new(crowd, MATCH_LIST);
    in->instrument = index;
    in->bytes = sizeof crowd->out;
    crowd->out.listing = (struct match_listing){
        .tick = PRICE_ONE,
        .lot = QTY_ONE,
        .size = QTY_ONE,
        .price_max = 100 * PRICE_ONE,
        .qty_max = 100 * QTY_ONE,
        .reference = PRICE_ONE,
        .window = MATCH_WINDOW_MIN,
        .base = index & 1 ? 1 + index / 2 : 0,
        .quote = index & 1 ? 5 + index / 2 : 0,
        .class_of = index & 1 ? MATCH_SPOT : MATCH_PLAIN,
        .phase = MATCH_OPEN,
    };
    rig_apply(&crowd->rig, in);
}

static void order(struct crowd *crowd)
{
    struct match_input *in = input_new(crowd, MATCH_NEW);
    in->id = in->number;
    in->account = (uint32_t)below(crowd, ACCOUNTS);
    in->instrument = (uint16_t)below(crowd, INSTRUMENTS);
    in->type = MATCH_LIMIT;
    in->tif = MATCH_IOC;
    in->qty = QTY_ONE;
    in->price = PRICE_ONE;
    rig_apply(&crowd->rig, in);
}

static void deposit(struct crowd *crowd)
{
    struct match_input *in = input_new(crowd, MATCH_DEPOSIT);
    in->account = (uint32_t)below(crowd, ACCOUNTS);
    in->instrument = (uint16_t)(1 + below(crowd, ASSETS - 1));
    in->qty = QTY_ONE * (int64_t)(1 + below(crowd, 2));
    rig_apply(&crowd->rig, in);
}

static void remove_and_list(struct crowd *crowd)
{
    struct match_input *in = input_new(crowd, MATCH_REMOVE);
    uint16_t index = in->instrument = (uint16_t)below(crowd, INSTRUMENTS);
    rig_apply(&crowd->rig, in);
    list(crowd, index);
}

SPEC(holdings_that_come_and_go_are_found)
{
    const struct match_limits limits = {
        .instruments = INSTRUMENTS,
        .orders = 16,
        .specials = 16,
        .pages = 16,
        .window = MATCH_WINDOW_MIN * INSTRUMENTS,
        .accounts = ACCOUNTS,
        .holdings = ACCOUNTS * INSTRUMENTS,
        .assets = ASSETS,
        .balances = ACCOUNTS * ASSETS,
        .cascade = 1,
        .secret = 1,
    };
    struct spec_seeds seeds = spec_seeds(4);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        static struct crowd crowd;
        crowd = (struct crowd){.chance = {seed}};
        rig_new(&crowd.rig, &limits);
        for (uint32_t account = 0; account < ACCOUNTS; account++) {
            struct match_input *in = input_new(&crowd, MATCH_ACCOUNT);
            in->account = account;
            rig_apply(&crowd.rig, in);
        }
        for (uint16_t i = 0; i < INSTRUMENTS; i++) list(&crowd, i);
        for (int i = 0; i < INPUTS; i++) {
            uint64_t drawn = below(&crowd, 100);
            if (drawn < 90) order(&crowd);
            else if (drawn < 98) deposit(&crowd);
            else remove_and_list(&crowd);
            if (i % 50 == 0) match_verify(crowd.rig.match);
        }
        EXPECT(crowd.rig.events > INPUTS);
        rig_free(&crowd.rig);
    }
}

#define SPECS(S) S(holdings_that_come_and_go_are_found)

SPEC_MAIN("holdings", SPECS, NULL, NULL)
