#include "dataplane/gateway/gateway_layout.h"

/* Executions become positions: of risk, of the holding, of the delegate; each once, because only
 * what is above the chain's cum counts. */

static void hold_add(struct gateway_hold *hold, enum side side, const struct gateway_fill *fill)
{
    bool buys = side == SIDE_BUY;
    gateway_wide paid = (gateway_wide)fill->price * fill->qty;
    hold->position += buys ? fill->qty : -fill->qty;
    *(buys ? &hold->bought : &hold->sold) += fill->qty;
    hold->cash += buys ? -paid : paid;
    hold->fills++;
}

/* Risk takes no more at once than an order may be for; a venue may say anything. */
static bool risk_trips(struct gateway *gateway, const struct gateway_chain *chain,
                       const struct gateway_fill *fill, nanos_t now)
{
    struct risk_execution part = {
        .order = chain->risk,
        .strategy = gateway_risk_row(gateway, chain->strategy),
        .symbol = chain->symbol,
        .parent = RISK_NONE,
        .side = chain->side,
        .price = fill->price,
    };
    bool tripped = false;
    for (qty_t left = fill->qty; left > 0; left -= part.qty) {
        part.qty = likely(left < RISK_QTY_MAX) ? left : RISK_QTY_MAX;
        tripped |= risk_fill(gateway->risk, &part, now) == RISK_FILL_TRIPPED;
    }
    return tripped;
}

void gateway_filled(struct gateway *gateway, struct gateway_chain *chain,
                    const struct gateway_fill *fill, nanos_t now)
{
    chain->cum += fill->qty;
    counter_one(&gateway->counts.fill);
    hold_add(gateway_hold_at(gateway, chain->strategy, chain->symbol), chain->side, fill);
    bool absent = gateway_is_absent(gateway, chain->strategy);
    if (unlikely(absent)) gateway_absent_traded(gateway, chain->strategy, fill);
    bool tripped = risk_trips(gateway, chain, fill, now);
    gateway_tell(
        gateway,
        &(struct gateway_news){
            .kind = REPORT_FILLED,
            .strategy = chain->strategy,
            .symbol = chain->symbol,
            .key = chain->key,
            .child = chain->order,
            .price = fill->price,
            .qty = fill->qty,
            .leaves = chain->open && chain->total > chain->cum ? chain->total - chain->cum : 0,
            .side = chain->side,
        },
        now);
    if (likely(!tripped) || absent) return;
    gateway->strategy[chain->strategy].tripped = true;
    gateway->trips++;
}

void gateway_holding(const struct gateway *gateway, uint32_t strategy, uint32_t symbol,
                     struct gateway_holding *holding)
{
    CHECK(strategy < gateway->plan->strategies);
    CHECK(symbol < gateway->plan->symbols);
    const struct gateway_hold *hold = gateway_hold_at(gateway, strategy, symbol);
    const struct gateway_past *past = gateway_past_at(gateway, strategy, symbol);
    gateway_wide value = (gateway_wide)gateway->symbol[symbol].mark * hold->position;
    bool valued = hold->position == 0 || gateway->symbol[symbol].mark > 0;
    *holding = (struct gateway_holding){
        .position = hold->position,
        .bought = hold->bought - past->bought,
        .sold = hold->sold - past->sold,
        .cash = (int64_t)(hold->cash / QTY_ONE),
        .profit = valued ? (int64_t)((hold->cash + value) / QTY_ONE) : 0,
        .fills = hold->fills - past->fills,
        .working = hold->working,
    };
}
