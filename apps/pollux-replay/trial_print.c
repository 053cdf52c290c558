#include "apps/pollux-replay/trial.h"

#include "dataplane/match/match_print.h"

#include <inttypes.h>

/* A trial as tables. */

#define COUNT_COLUMN 44u

static void count_row(struct text *out, const char *name, uint64_t count, const char *meaning)
{
    text_format(out, "  %s", name);
    text_to_column(out, 30);
    size_t start = out->length;
    text_grouped(out, count);
    text_right(out, start, COUNT_COLUMN);
    if (meaning) text_format(out, "   %s", meaning);
    text_append_char(out, '\n');
}

static void qty_at(struct text *out, qty_t qty, uint32_t column)
{
    size_t start = out->length;
    text_qty(out, qty);
    text_right(out, start, column);
}

static void money_at(struct text *out, int64_t money, uint32_t column)
{
    size_t start = out->length;
    text_decimal(out, money / (PRICE_ONE / 100), 2, 2);
    text_right(out, start, column);
}

static void market_print(struct text *out, const struct trial *trial)
{
    const struct reenact_counts *counts = reenact_counts(trial->reenact);
    text_append(out, "market enacted again\n");
#define REENACT_ROW(name, meaning)                                                                 \
    if (counts->name) count_row(out, #name, counts->name, meaning);
    REENACT_COUNTS(REENACT_ROW)
    for (uint32_t i = 0; i < MATCH_REASON_COUNT; i++)
        if (reenact_refusals(trial->reenact)[i])
            count_row(out, "  of these", reenact_refusals(trial->reenact)[i], match_reason_text(i));
    if (trial->hurried)
        count_row(out, "hurried", trial->hurried, "came early: too much was on its way");
    text_append_char(out, '\n');
}

static void orders_print(struct text *out, const struct trial *trial)
{
    const struct gateway_counts *counts = gateway_counts(trial->gateway);
    const struct risk_counts *risk = risk_counts(gateway_risk(trial->gateway));
    text_append(out, "orders\n");
    count_row(out, "sent", counter_read(&counts->order_sent), NULL);
    count_row(out, "replacements sent", counter_read(&counts->replace_sent), NULL);
    count_row(out, "cancels sent", counter_read(&counts->cancel_sent), NULL);
    count_row(out, "refused by risk", counter_read(&counts->refused), NULL);
    for (uint32_t i = RISK_PASS + 1; i < RISK_VERDICT_COUNT; i++) {
        uint64_t count = counter_read(&risk->verdict[i]);
        if (count == 0) continue;
        text_append(out, "  ");
        count_row(out, risk_verdict_name((enum risk_verdict)i), count,
                  risk_verdict_text((enum risk_verdict)i));
    }
    text_append(out, "drop copy\n");
    for (uint32_t i = 0; i < GATEWAY_REPORT_COUNT; i++)
        if (trial->reports[i] && i != COPY_REFUSED)
            count_row(out, gateway_report_name((enum gateway_report_kind)i), trial->reports[i],
                      gateway_report_text((enum gateway_report_kind)i));
    if (!trial->stopped) text_append(out, "  some did not end within 10 s of the last message\n");
    text_append_char(out, '\n');
}

static void fills_row(struct text *out, const char *name, const struct trial_fills *fills)
{
    text_format(out, "  %s", name);
    text_to_column(out, 30);
    size_t start = out->length;
    text_grouped(out, fills->count);
    text_right(out, start, COUNT_COLUMN);
    qty_at(out, fills->volume, COUNT_COLUMN + 14);
    text_append_char(out, '\n');
}

static void fills_print(struct text *out, const struct trial *trial)
{
    text_append(out, "fills");
    text_to_column(out, COUNT_COLUMN - 5);
    text_append(out, "count");
    text_to_column(out, COUNT_COLUMN + 14 - 8);
    text_append(out, "quantity\n");
    fills_row(out, "made", &trial->made);
    fills_row(out, "taken", &trial->taken);
    if (trial->crossed.count) fills_row(out, "in an auction", &trial->crossed);
    text_append_char(out, '\n');
}

static void holding_row(struct text *out, const struct trial *trial, uint32_t strategy,
                        uint32_t symbol)
{
    const struct gateway_plan *plan = &trial->setup.plan;
    const struct trial_holding *holding = &trial->holding[strategy * plan->symbols + symbol];
    struct gateway_holding at_mark;
    char name[9];
    gateway_holding(trial->gateway, strategy, symbol, &at_mark);
    trial_symbol_text(name, plan->symbol[symbol].name);
    text_append(out, plan->strategy[strategy].name);
    text_to_column(out, 14);
    text_append(out, name);
    qty_at(out, holding->bought, 33);
    qty_at(out, holding->sold, 43);
    qty_at(out, holding->position, 53);
    qty_at(out, holding->shortest, 63);
    qty_at(out, holding->longest, 72);
    qty_at(out, holding->short_at_worst, 82);
    qty_at(out, holding->long_at_worst, 91);
    money_at(out, holding->realised, 105);
    money_at(out, at_mark.profit, 119);
    text_append_char(out, '\n');
}

static void holdings_print(struct text *out, const struct trial *trial)
{
    const struct gateway_plan *plan = &trial->setup.plan;
    text_append(out, "strategy      symbol       bought      sold  position  shortest  longest  "
                     "at worst short, long      realised        profit\n");
    for (uint32_t i = 0; i < plan->strategies; i++)
        for (uint32_t k = 0; k < plan->symbols; k++)
            if (trial->holding[i * plan->symbols + k].fills ||
                trial->holding[i * plan->symbols + k].long_at_worst ||
                trial->holding[i * plan->symbols + k].short_at_worst)
                holding_row(out, trial, i, k);
    text_append_char(out, '\n');
}

static void share_at(struct text *out, nanos_t part, nanos_t whole, uint32_t column)
{
    size_t start = out->length;
    text_decimal(out, whole ? (int64_t)((unsigned __int128)part * 10000 / whole) : 0, 2, 2);
    text_append(out, " %");
    text_right(out, start, column);
}

static void quotes_print(struct text *out, const struct trial *trial)
{
    text_append(out, "time at the best price       bid         ask        both   of\n");
    for (uint32_t i = 0; i < trial->instruments; i++) {
        const struct trial_quotes *quotes = &trial->quotes[i];
        char name[9];
        trial_symbol_text(name, trial->instrument[i].symbol);
        text_format(out, "  %s", name);
        share_at(out, quotes->bid_ns, quotes->open_ns, 32);
        share_at(out, quotes->ask_ns, quotes->open_ns, 44);
        share_at(out, quotes->both_ns, quotes->open_ns, 56);
        text_append(out, "   ");
        text_ns(out, quotes->open_ns);
        text_append_char(out, '\n');
    }
    text_append_char(out, '\n');
}

void trial_print(struct text *out, const struct trial *trial)
{
    market_print(out, trial);
    if (trial->gateway) {
        orders_print(out, trial);
        fills_print(out, trial);
        holdings_print(out, trial);
        quotes_print(out, trial);
    }
    text_format(out, "trial digest %016" PRIx64 "\n", trial_digest(trial));
}
