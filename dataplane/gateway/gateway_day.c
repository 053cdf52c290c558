#include "dataplane/gateway/gateway_layout.h"
#include "dataplane/risk/risk_image.h"

/* The trading day: gateway_day.h.  Cold: it looks at all holdings and orders once a day. */

struct gateway_past *gateway_past_at(const struct gateway *gateway, uint32_t strategy,
                                     uint32_t symbol)
{
    return &gateway->day.past[(size_t)strategy * gateway->plan->symbols + symbol];
}

/* The first moment behind at.  Unix time has no leap seconds, so all days are as long. */
static nanos_t moment_after(const struct gateway_plan *plan, nanos_t at)
{
    if (!plan->daily) return UINT64_MAX;
    nanos_t begun = at < plan->day_begins ? 0 : (at - plan->day_begins) / GATEWAY_DAY_NS + 1;
    return plan->day_begins + begun * GATEWAY_DAY_NS;
}

/* A journal that does not say since when it counts is of a gateway without days: what it holds
 * counts until the next moment, because some of it may be of today. */
void gateway_day_found(struct gateway *gateway, nanos_t now)
{
    if (!gateway->plan->daily) {
        gateway->day.at = 0;
    } else if (gateway->day.at == 0) {
        nanos_t heard = risk_image_time(gateway->risk);
        gateway->day.at = heard ? heard : now;
    }
    gateway->day.next = moment_after(gateway->plan, gateway->day.at);
}

/* What is carried begins at its mark, or, as long as there is none, with the first. */
static void day_take(struct gateway *gateway, nanos_t at)
{
    gateway->day.begun++;
    gateway->day.at = at;
    gateway->day.next = moment_after(gateway->plan, at);
    risk_day(gateway->risk);
    gateway_absent_day(gateway);
    for (uint32_t strategy = 0; strategy < gateway_places(gateway); strategy++)
        for (uint32_t symbol = 0; symbol < gateway->plan->symbols; symbol++) {
            struct gateway_hold *hold = gateway_hold_at(gateway, strategy, symbol);
            price_t mark = gateway->symbol[symbol].mark;
            *gateway_past_at(gateway, strategy, symbol) = (struct gateway_past){
                .bought = hold->bought, .sold = hold->sold, .fills = hold->fills};
            hold->cash = -(gateway_wide)hold->position * mark;
            hold->unpriced = mark ? 0 : hold->position;
        }
}

void gateway_day_read(struct gateway *gateway, const struct gateway_day *day)
{
    day_take(gateway, day->at);
}

/* What was carried. */

/* Whether somebody had a position without a price in the symbol; it has one now. */
static bool carried_price(struct gateway *gateway, uint32_t symbol, price_t price)
{
    bool carried = false;
    for (uint32_t strategy = 0; strategy < gateway_places(gateway); strategy++) {
        struct gateway_hold *hold = gateway_hold_at(gateway, strategy, symbol);
        carried |= hold->unpriced != 0;
        hold->cash -= (gateway_wide)hold->unpriced * price;
        hold->unpriced = 0;
    }
    return carried;
}

static void carried_write(struct gateway *gateway, uint32_t symbol)
{
    const struct gateway_carried record = {.price = gateway->symbol[symbol].mark,
                                           .symbol = symbol,
                                           .at = gateway->symbol[symbol].mark_at};
    if (record.price > RISK_PRICE_MAX || gateway->broken) return;
    uint64_t number = gateway->outlet.journal(gateway->outlet.context, GATEWAY_RECORD_CARRIED,
                                              &record, sizeof record, false);
    if (number) gateway->journalled = number;
}

const char *gateway_carried_read(struct gateway *gateway, const struct gateway_carried *carried)
{
    if (carried->symbol >= gateway->plan->symbols)
        return "what was carried over a day is in no symbol of the plan";
    if (carried->price < 1 || carried->price > RISK_PRICE_MAX)
        return "what was carried over a day has no price";
    (void)!carried_price(gateway, carried->symbol, carried->price);
    risk_carried(gateway->risk, carried->symbol, carried->price);
    return NULL;
}

void gateway_first_mark(struct gateway *gateway, uint32_t symbol)
{
    if (unlikely(carried_price(gateway, symbol, gateway->symbol[symbol].mark)))
        carried_write(gateway, symbol);
}

static bool is_held(const struct gateway *gateway, uint32_t symbol)
{
    for (uint32_t strategy = 0; strategy < gateway->plan->strategies; strategy++)
        if (gateway_hold_at(gateway, strategy, symbol)->position != 0) return true;
    return false;
}

/* The day. */

void gateway_day(struct gateway *gateway, nanos_t now)
{
    const struct gateway_day record = {.at = now};
    CHECK(gateway->started);
    gateway_settle(gateway);
    gateway_marks(gateway); /* risk's are the gateway's then */
    gateway_write(gateway, GATEWAY_RECORD_DAY, &record, sizeof record);
    day_take(gateway, now);
    for (uint32_t symbol = 0; symbol < gateway->plan->symbols; symbol++)
        if (gateway->symbol[symbol].mark && is_held(gateway, symbol))
            carried_write(gateway, symbol);
    counter_one(&gateway->counts.day);
    for (uint32_t i = 0; i < gateway->plan->strategies; i++) gateway_wake_all(gateway, i);
}

void gateway_day_look_for(struct gateway *gateway, nanos_t now)
{
    if (unlikely(now >= gateway->day.next)) gateway_day(gateway, now);
}

struct gateway_day_look gateway_day_look(const struct gateway *gateway)
{
    const struct gateway_plan *plan = gateway->plan;
    if (!plan->daily) return (struct gateway_day_look){.days = gateway->day.begun};
    return (struct gateway_day_look){
        .days = gateway->day.begun, .since = gateway->day.at, .next = gateway->day.next};
}
