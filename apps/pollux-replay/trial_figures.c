#include "apps/pollux-replay/trial.h"

#include <string.h>

/* What became of the strategies: fills, positions, what could have become of them at worst, and how
 * long they were at the best price. */

static uint64_t fold(uint64_t digest, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, at + i, sizeof word);
        digest = (digest ^ word) * 0x9e3779b97f4a7c15u;
        digest ^= digest >> 29;
    }
    return digest;
}

static int64_t money_of(price_t price, qty_t qty)
{
    return (int64_t)((__int128)price * qty / QTY_ONE);
}

/* signed_qty: bought, or sold if negative.  What closes is realised against the average. */
static void position_change(struct trial_holding *holding, qty_t signed_qty, price_t price)
{
    qty_t before = holding->position, closes = 0;
    bool against = (before > 0) != (signed_qty > 0) && before != 0;
    if (against) {
        qty_t size = before > 0 ? before : -before;
        qty_t by = signed_qty > 0 ? signed_qty : -signed_qty;
        closes = by < size ? by : size;
        int64_t cost = (int64_t)((__int128)holding->cost * closes / size);
        int64_t value = money_of(price, before > 0 ? closes : -closes);
        holding->realised += value - cost;
        holding->cost -= cost;
        signed_qty += signed_qty > 0 ? -closes : closes;
        holding->position += before > 0 ? -closes : closes;
    }
    holding->position += signed_qty;
    holding->cost += money_of(price, signed_qty);
}

static void fill_note(struct trial *trial, const struct gateway_report *report)
{
    struct trial_fills *fills = report->liquidity == 'A' ? &trial->made
                              : report->liquidity == 'R' ? &trial->taken
                                                         : &trial->crossed;
    fills->count++;
    fills->volume += report->qty;
    if (report->strategy == RISK_NONE || report->symbol == RISK_NONE) return;
    struct trial_holding *holding =
        &trial->holding[report->strategy * trial->setup.plan.symbols + report->symbol];
    bool buys = report->side == SIDE_BUY;
    holding->fills++;
    holding->bought += buys ? report->qty : 0;
    holding->sold += buys ? 0 : report->qty;
    holding->cash += money_of(report->price, buys ? -report->qty : report->qty);
    position_change(holding, buys ? report->qty : -report->qty, report->price);
    if (holding->position > holding->longest) holding->longest = holding->position;
    if (holding->position < holding->shortest) holding->shortest = holding->position;
}

void trial_report(struct trial *trial, const struct gateway_report *report)
{
    if (report->kind < GATEWAY_REPORT_COUNT) trial->reports[report->kind]++;
    trial->report_digest = fold(trial->report_digest, report, sizeof *report);
    if (report->kind == COPY_EXECUTED) fill_note(trial, report);
    trial_line_report(trial, report);
}

void trial_exposure(struct trial *trial)
{
    const struct gateway_plan *plan = &trial->setup.plan;
    for (uint32_t i = 0; i < plan->strategies * plan->symbols; i++) {
        struct trial_holding *holding = &trial->holding[i];
        struct risk_holding_view view;
        risk_holding(gateway_risk(trial->gateway), i / plan->symbols, i % plan->symbols, &view);
        qty_t high = view.position + view.buys, low = view.position - view.sells;
        if (high > holding->long_at_worst) holding->long_at_worst = high;
        if (low < holding->short_at_worst) holding->short_at_worst = low;
    }
}

void trial_quoted(struct trial *trial)
{
    for (uint32_t i = 0; i < trial->instruments; i++) {
        struct trial_quotes *quotes = &trial->quotes[i];
        nanos_t span = trial->now - quotes->since;
        if (quotes->open) quotes->open_ns += span;
        if (quotes->open && quotes->bid) quotes->bid_ns += span;
        if (quotes->open && quotes->ask) quotes->ask_ns += span;
        if (quotes->open && quotes->bid && quotes->ask) quotes->both_ns += span;
        quotes->since = trial->now;
        quotes->open = match_phase_of(reenact_match(trial->reenact), (uint16_t)i) == MATCH_OPEN;
        (void)reenact_own_best(trial->reenact, (uint16_t)i, SIDE_BUY, &quotes->bid);
        (void)reenact_own_best(trial->reenact, (uint16_t)i, SIDE_SELL, &quotes->ask);
    }
}
