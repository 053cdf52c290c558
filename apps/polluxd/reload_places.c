/* Who is in which place of the gateway, and what memory that takes.
 *
 * A place has the name of whoever was there first.  Names and vacancy are the gateway's; they
 * change by this thread's changes only, and a place becomes vacant when its delegate has ended and
 * its orders are over, also those of before the start. */

#include "apps/polluxd/gateway_config.h"
#include "apps/polluxd/plugs.h"
#include "apps/polluxd/reload_layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void occupant_free(struct occupant *occupant)
{
    if (occupant->own) plugs_release(occupant->kind);
    free(occupant->memory);
    free(occupant->leg);
    free(occupant->leg_venue);
    free(occupant->texts.at);
    free(occupant->parameter);
    free(occupant);
}

bool reload_occupants_new(struct reload *reload)
{
    const struct gateway_plan *plan = &reload->plan.polluxd->gateway.plan;
    for (uint32_t i = 0; i < plan->strategies; i++) {
        if (!plan->strategy[i].kind) continue;
        struct occupant *occupant = calloc(1, sizeof *occupant);
        if (!occupant) return false;
        *occupant = (struct occupant){
            .next = reload->occupants, .place = i, .kind = plan->strategy[i].kind};
        reload->occupants = occupant;
    }
    return true;
}

void reload_occupants_free(struct reload *reload)
{
    while (reload->occupants) {
        struct occupant *occupant = reload->occupants;
        reload->occupants = occupant->next;
        occupant_free(occupant);
    }
}

void reload_coming_free(struct reload *reload)
{
    while (reload->coming) {
        struct occupant *occupant = reload->coming;
        reload->coming = occupant->next;
        occupant_free(occupant);
    }
}

static bool runs(const struct running *running, uint32_t place)
{
    for (uint32_t i = 0; i < running->gateway.strategies.count; i++)
        if (running->place[i] == place) return true;
    return false;
}

/* The strategy of the start is given up: its plug-in is not held for it any more. */
static void start_release(struct reload *reload, const struct occupant *occupant)
{
    plugs_release(occupant->kind);
    reload->plan.polluxd->gateway.strategy[occupant->place].kind = NULL;
}

void reload_vacate(struct reload *reload)
{
    const struct engine_stage *engine = reload->plan.polluxd->launch.engine;
    for (struct occupant **at = &reload->occupants; *at;) {
        struct occupant *occupant = *at;
        bool left =
            !runs(reload->running, occupant->place) && engine_stage_vacant(engine, occupant->place);
        if (!left) {
            at = &occupant->next;
            continue;
        }
        const struct gateway_strategy_plan *of = gateway_strategy_of(
            engine_stage_gateway(reload->plan.polluxd->launch.engine), occupant->place);
        fprintf(reload_say(reload), "strategy %s has left\n", of->name);
        *at = occupant->next;
        if (!occupant->own) start_release(reload, occupant);
        occupant_free(occupant);
    }
}

const struct delegate_kind *reload_kind(void *context, uint32_t place)
{
    const struct reload *reload = context;
    for (const struct occupant *one = reload->occupants; one; one = one->next)
        if (one->place == place) return one->kind;
    return NULL;
}

/* Places. */

static bool somebody(const struct reload *reload, uint32_t place)
{
    for (const struct occupant *one = reload->occupants; one; one = one->next)
        if (one->place == place) return true;
    for (const struct occupant *one = reload->coming; one; one = one->next)
        if (one->place == place) return true;
    return false;
}

static bool occupied(const struct reload *reload, uint32_t place)
{
    return somebody(reload, place) ||
           !engine_stage_vacant(reload->plan.polluxd->launch.engine, place);
}

/* The venue of what runs, by its name; or how many there are. */
static uint32_t venue_ours(const struct reload *reload, const char *name)
{
    const struct config_gateway *gateway = &reload->running->gateway;
    uint32_t i = 0;
    while (i < gateway->venues.count && strcmp(gateway->venues.at[i].name, name) != 0) i++;
    return i;
}

/* The place of this name, or a spare one of the venue. */
static uint32_t place_find(const struct reload *reload, const char *name, uint32_t venue)
{
    const struct polluxd *polluxd = reload->plan.polluxd;
    const struct gateway *gateway = engine_stage_gateway(polluxd->launch.engine);
    const struct gateway_plan *plan = &polluxd->gateway.plan;
    uint32_t spare = RUNNING_NO_PLACE;
    for (uint32_t i = plan->strategies; i-- > 0;) {
        const char *own = gateway_strategy_of(gateway, i)->name;
        if (strcmp(own, name) == 0) return i;
        if (!own[0] && plan->strategy[i].venue == venue && !occupied(reload, i)) spare = i;
    }
    return spare;
}

/* Makes who is to come, so that the next one finds another place. */
static struct occupant *coming_add(struct reload *reload, uint32_t place,
                                   const struct delegate_kind *kind)
{
    struct occupant *occupant = calloc(1, sizeof *occupant);
    if (!occupant) return NULL;
    *occupant =
        (struct occupant){.next = reload->coming, .place = place, .kind = kind, .own = true};
    plugs_hold(kind);
    reload->coming = occupant;
    return occupant;
}

/* The venues of its legs, as what runs numbers them; NULL, if all are at its own. */
static uint32_t *legs_ours(const struct reload *reload, const struct config_gateway *next,
                           const struct config_trade_strategy *strategy)
{
    if (strategy->elsewhere.count == 0) return NULL;
    uint32_t *venues = calloc(strategy->instruments.count, sizeof *venues);
    CHECK(venues != NULL);
    (void)polluxd_leg_venues(strategy, venues);
    for (uint32_t i = 0; i < strategy->instruments.count; i++)
        venues[i] = venue_ours(reload, next->venues.at[venues[i]].name);
    return venues;
}

/* Why the place does not take it, or NULL. */
static const char *place_wrong(const struct reload *reload, const struct config *next,
                               const struct config_trade_strategy *strategy, uint32_t place,
                               const struct delegate_kind *kind)
{
    const struct gateway *gateway = engine_stage_gateway(reload->plan.polluxd->launch.engine);
    const char *venue = next->gateway->venues.at[strategy->venue].name;
    struct delegate_parameter at[CONFIG_PARAMETERS_MAX];
    uint32_t *legs = legs_ours(reload, next->gateway, strategy);
    const struct gateway_strategy_plan plan = {
        .name = strategy->name,
        .kind = kind,
        .parameters = polluxd_parameters(next, strategy, at),
        .legs = strategy->instruments.count,
        .venue = venue_ours(reload, venue),
        .leg_venue = legs,
        .uniques = strategy->unique_orders,
    };
    bool spare = gateway_strategy_of(gateway, place)->name[0] == 0;
    const char *sentence = legs && spare ? "a spare place is at one venue, and it trades elsewhere"
                                         : gateway_attach_check(gateway, place, &plan);
    free(legs);
    return sentence;
}

static void why_say(struct running_why *why, const char *text)
{
    snprintf(why->text, sizeof why->text, "%s", text);
}

uint32_t reload_place(void *context, const struct config *next,
                      const struct config_trade_strategy *strategy, struct running_why *why)
{
    struct reload *reload = context;
    if (!reload->plan.polluxd->launch.gateway) return RUNNING_NO_PLACE;
    const char *venue_name = next->gateway->venues.at[strategy->venue].name;
    uint32_t venue = venue_ours(reload, venue_name);
    uint32_t place = place_find(reload, strategy->name, venue);
    const struct delegate_kind *kind =
        plugs_kinds.strategy(plugs_kinds.plugins, strategy->strategy.text);
    if (polluxd_outside(strategy) || !kind) {
        why_say(why, "its orders come from other programs");
        return RUNNING_NO_PLACE;
    }
    if (place == RUNNING_NO_PLACE) {
        snprintf(why->text, sizeof why->text,
                 "no place is spare at the venue %s; gateway.spare_strategies is %u", venue_name,
                 reload->running->gateway.spare_strategies);
        return RUNNING_NO_PLACE;
    }
    why->later = occupied(reload, place);
    const char *sentence = NULL;
    if (somebody(reload, place) || runs(reload->running, place))
        sentence = "the one before has not left";
    else if (why->later)
        sentence = "orders of it from before the start are still open; "
                   "ask again when they have ended";
    else sentence = place_wrong(reload, next, strategy, place, kind);
    if (!sentence && coming_add(reload, place, kind)) return place;
    why_say(why, sentence ? sentence : "there is not enough memory");
    return RUNNING_NO_PLACE;
}

/* Everything that the delegate was shown lasts as long as it does. */
static bool occupant_make(struct occupant *occupant, const struct running *candidate,
                          const struct config_trade_strategy *from)
{
    uint32_t legs = from->instruments.count, count = from->parameters.count;
    occupant->texts.count = count;
    occupant->texts.at = calloc(count + 1ul, sizeof *occupant->texts.at);
    occupant->parameter = calloc(count + 1ul, sizeof *occupant->parameter);
    occupant->leg = calloc(legs + 1ul, sizeof *occupant->leg);
    occupant->leg_venue = calloc(legs + 1ul, sizeof *occupant->leg_venue);
    if (!occupant->texts.at || !occupant->parameter || !occupant->leg || !occupant->leg_venue)
        return false;
    if (count) memcpy(occupant->texts.at, from->parameters.at, count * sizeof *from->parameters.at);
    struct config_trade_strategy lasting = *from;
    lasting.parameters = occupant->texts;
    for (uint32_t i = 0; i < legs; i++) {
        memset(occupant->leg[i].symbol, ' ', sizeof occupant->leg[i].symbol);
        memcpy(occupant->leg[i].symbol, from->instruments.at[i].text,
               strlen(from->instruments.at[i].text));
    }
    occupant->plan = (struct gateway_strategy_plan){
        .name = from->name,
        .kind = occupant->kind,
        .parameters = polluxd_parameters(&candidate->config, &lasting, occupant->parameter),
        .legs = legs,
        .leg = occupant->leg,
        .venue = from->venue,
        .leg_venue = polluxd_leg_venues(from, occupant->leg_venue),
        .uniques = from->unique_orders,
        .all_venues = from->all_venues,
    };
    size_t bytes = ALIGN_UP(occupant->kind->footprint(&occupant->plan.parameters), CACHE_LINE);
    occupant->memory = aligned_alloc(CACHE_LINE, bytes);
    if (occupant->memory) memset(occupant->memory, 0, bytes);
    return occupant->memory != NULL;
}

bool reload_coming_make(struct reload *reload)
{
    const struct running *candidate = reload->candidate;
    for (struct occupant *one = reload->coming; one; one = one->next)
        for (uint32_t i = 0; i < candidate->gateway.strategies.count; i++)
            if (candidate->place[i] == one->place &&
                !occupant_make(one, candidate, &candidate->gateway.strategies.at[i]))
                return false;
    return true;
}
