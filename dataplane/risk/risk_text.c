#include "dataplane/risk/risk.h"
#include "dataplane/risk/risk_layout.h"

/* The rows of risk_limits.h and risk_record.h as data and text. */

#define ROW(E, NAME, SCOPE, UNIT, LOOSER, MOST, SENTENCE)                                          \
    [E] = {.name = #NAME,                                                                          \
           .scope = RISK_##SCOPE,                                                                  \
           .unit = RISK_##UNIT,                                                                    \
           .looser = RISK_##LOOSER,                                                                \
           .most = (MOST),                                                                         \
           .sentence = (SENTENCE)},

static const struct risk_limit rows[RISK_LIMIT_COUNT + 1] = {RISK_LIMITS(ROW)};

#define SYMBOL_OFFSET(E, name, scope, unit, looser, most, sentence)                                \
    [E] = offsetof(struct risk_bounds_symbol, name),
#define HOLDING_OFFSET(E, name, scope, unit, looser, most, sentence)                               \
    [E] = offsetof(struct risk_bounds_holding, name),
#define ROUTE_OFFSET(E, name, scope, unit, looser, most, sentence)                                 \
    [E] = offsetof(struct risk_bounds_route, name),
#define STRATEGY_OFFSET(E, name, scope, unit, looser, most, sentence)                              \
    [E] = offsetof(struct risk_bounds_strategy, name),
#define VENUE_OFFSET(E, name, scope, unit, looser, most, sentence)                                 \
    [E] = offsetof(struct risk_bounds_venue, name),
#define BOX_OFFSET(E, name, scope, unit, looser, most, sentence)                                   \
    [E] = offsetof(struct risk_bounds_box, name),

static const size_t offsets[RISK_LIMIT_COUNT + 1] = {
    RISK_SYMBOL_LIMITS(SYMBOL_OFFSET) RISK_HOLDING_LIMITS(HOLDING_OFFSET)
        RISK_ROUTE_LIMITS(ROUTE_OFFSET) RISK_STRATEGY_LIMITS(STRATEGY_OFFSET)
            RISK_VENUE_LIMITS(VENUE_OFFSET) RISK_BOX_LIMITS(BOX_OFFSET)};

#define LIMIT_NAME(E, name, scope, unit, looser, most, sentence) [E] = #name,
#define LIMIT_TEXT(E, name, scope, unit, looser, most, sentence) [E] = (sentence),
#define THREE_NAME(E, name, sentence)                            [E] = #name,
#define THREE_TEXT(E, name, sentence)                            [E] = (sentence),

static const char *const verdict_names[RISK_VERDICT_COUNT] = {
    [RISK_PASS] = "pass", RISK_LIMITS(LIMIT_NAME) RISK_RULES(THREE_NAME)};
static const char *const verdict_texts[RISK_VERDICT_COUNT] = {
    [RISK_PASS] = "the order may pass", RISK_LIMITS(LIMIT_TEXT) RISK_RULES(THREE_TEXT)};
static const char *const control_names[RISK_CONTROL_COUNT] = {RISK_CONTROLS(THREE_NAME)};
static const char *const control_texts[RISK_CONTROL_COUNT] = {RISK_CONTROLS(THREE_TEXT)};
static const char *const fill_names[RISK_FILL_COUNT] = {RISK_FILLS(THREE_NAME)};

static const char *const scope_names[RISK_SCOPE_COUNT] = {
    [RISK_BOX] = "box",       [RISK_VENUE] = "venue", [RISK_STRATEGY] = "strategy",
    [RISK_SYMBOL] = "symbol", [RISK_ROUTE] = "route", [RISK_HOLDING] = "holding"};
static const char *const unit_names[] = {
    [RISK_SWITCH] = "switch", [RISK_QTY] = "qty", [RISK_MONEY] = "money",     [RISK_NS] = "ns",
    [RISK_TICKS] = "ticks",   [RISK_PPM] = "ppm", [RISK_COUNT] = "per second"};

const struct risk_limit *risk_limit(enum risk_verdict limit)
{
    CHECK(limit > RISK_PASS);
    CHECK((int)limit <= (int)RISK_LIMIT_COUNT);
    return &rows[limit];
}

size_t risk_bound_offset(enum risk_verdict limit)
{
    CHECK((int)limit <= (int)RISK_LIMIT_COUNT);
    return offsets[limit];
}

const char *risk_verdict_name(enum risk_verdict verdict)
{
    return verdict_names[verdict];
}

const char *risk_verdict_text(enum risk_verdict verdict)
{
    return verdict_texts[verdict];
}

const char *risk_scope_name(enum risk_scope scope)
{
    return scope_names[scope];
}

const char *risk_unit_name(enum risk_unit unit)
{
    return unit_names[unit];
}

const char *risk_control_name(enum risk_control control)
{
    return control_names[control];
}

const char *risk_control_text(enum risk_control control)
{
    return control_texts[control];
}

const char *risk_fill_name(enum risk_fill fill)
{
    return fill_names[fill];
}
