#include "apps/pollux-replay/trial.h"

#include <inttypes.h>

/* A trial as the value of "trial": README.md of this folder says what the keys are. */

static void put(json_t *object, const char *key, json_t *value)
{
    CHECK(json_object_set_new(object, key, value) == 0);
}

static void put_count(json_t *object, const char *key, uint64_t count)
{
    put(object, key, json_integer((json_int_t)count));
}

/* A price, a quantity or money: all are in 1e-8. */
static void put_decimal(json_t *object, const char *key, int64_t value)
{
    char buffer[32];
    struct text text = text_in(buffer, sizeof buffer);
    text_decimal(&text, value, 8, 0);
    put(object, key, json_string(text.bytes));
}

static void put_symbol(json_t *object, const char symbol[8])
{
    char text[9];
    trial_symbol_text(text, symbol);
    for (char *at = text; *at; at++)
        if (*at < ' ' || *at > '~') *at = '?';
    put(object, "symbol", json_string(text));
}

static json_t *market_of(const struct trial *trial)
{
    const struct reenact_counts *counts = reenact_counts(trial->reenact);
    json_t *object = json_object();
#define REENACT_PUT(name, meaning) put_count(object, #name, counts->name);
    REENACT_COUNTS(REENACT_PUT)
    put_count(object, "held_at_end", reenact_held(trial->reenact));
    put_count(object, "hurried", trial->hurried);
    return object;
}

static json_t *refusals_of(const struct trial *trial)
{
    const struct risk_counts *risk = risk_counts(gateway_risk(trial->gateway));
    json_t *object = json_object();
    for (uint32_t i = RISK_PASS + 1; i < RISK_VERDICT_COUNT; i++)
        put_count(object, risk_verdict_name((enum risk_verdict)i), counter_read(&risk->verdict[i]));
    return object;
}

static json_t *gateway_of(const struct trial *trial)
{
    const struct gateway_counts *counts = gateway_counts(trial->gateway);
    json_t *object = json_object();
#define GATEWAY_PUT(name, help) put_count(object, #name, counter_read(&counts->name));
    GATEWAY_COUNTERS(GATEWAY_PUT)
    return object;
}

static json_t *reports_of(const struct trial *trial)
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < GATEWAY_REPORT_COUNT; i++)
        put_count(object, gateway_report_name((enum gateway_report_kind)i), trial->reports[i]);
    return object;
}

static json_t *fills_of(const struct trial_fills *fills)
{
    json_t *object = json_object();
    put_count(object, "count", fills->count);
    put_decimal(object, "quantity", fills->volume);
    return object;
}

static json_t *holding_of(const struct trial *trial, uint32_t strategy, uint32_t symbol)
{
    const struct gateway_plan *plan = &trial->setup.plan;
    const struct trial_holding *holding = &trial->holding[strategy * plan->symbols + symbol];
    struct gateway_holding at_mark;
    gateway_holding(trial->gateway, strategy, symbol, &at_mark);
    json_t *object = json_object();
    put(object, "strategy", json_string(plan->strategy[strategy].name));
    put_symbol(object, plan->symbol[symbol].name);
    put_count(object, "fills", holding->fills);
    put_decimal(object, "bought", holding->bought);
    put_decimal(object, "sold", holding->sold);
    put_decimal(object, "position", holding->position);
    put_decimal(object, "longest", holding->longest);
    put_decimal(object, "shortest", holding->shortest);
    put_decimal(object, "long_at_worst", holding->long_at_worst);
    put_decimal(object, "short_at_worst", holding->short_at_worst);
    put_decimal(object, "cash", holding->cash);
    put_decimal(object, "realised", holding->realised);
    put_decimal(object, "profit", at_mark.profit);
    put_count(object, "working", at_mark.working);
    return object;
}

static json_t *holdings_of(const struct trial *trial)
{
    const struct gateway_plan *plan = &trial->setup.plan;
    json_t *array = json_array();
    for (uint32_t i = 0; i < plan->strategies; i++)
        for (uint32_t k = 0; k < plan->symbols; k++)
            CHECK(json_array_append_new(array, holding_of(trial, i, k)) == 0);
    return array;
}

static json_t *quotes_of(const struct trial *trial)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < trial->instruments; i++) {
        const struct trial_quotes *quotes = &trial->quotes[i];
        json_t *object = json_object();
        put_symbol(object, trial->instrument[i].symbol);
        put_count(object, "open_ns", quotes->open_ns);
        put_count(object, "bid_at_best_ns", quotes->bid_ns);
        put_count(object, "ask_at_best_ns", quotes->ask_ns);
        put_count(object, "both_at_best_ns", quotes->both_ns);
        CHECK(json_array_append_new(array, object) == 0);
    }
    return array;
}

json_t *trial_json(const struct trial *trial)
{
    char digest[17];
    snprintf(digest, sizeof digest, "%016" PRIx64, trial_digest(trial));
    json_t *object = json_object();
    put(object, "digest", json_string(digest));
    put_count(object, "latency_ns", trial->options->latency_ns);
    put_count(object, "housekeeping_ns", trial->options->housekeeping_us * NANOS_MICRO);
    put(object, "market", market_of(trial));
    if (!trial->gateway) return object;
    put(object, "stopped", json_boolean(trial->stopped));
    put(object, "gateway", gateway_of(trial));
    put(object, "refused", refusals_of(trial));
    put(object, "reports", reports_of(trial));
    put(object, "made", fills_of(&trial->made));
    put(object, "taken", fills_of(&trial->taken));
    put(object, "in_auction", fills_of(&trial->crossed));
    put(object, "holdings", holdings_of(trial));
    put(object, "quotes", quotes_of(trial));
    return object;
}
