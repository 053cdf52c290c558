/* Cables, the rings of orders within the process and of strategies outside of it, and whose queues
 * ports and cables are. */

#include "dataplane/launch/launch_ports.h"

/* Deep enough that a role which shares its core with the other is not overrun between two of its
 * turns; frames as on Ethernet without jumbo. */
static const struct net_memory_limits cable_limits = {.frames = 4096, .frame_bytes = 1518};

size_t launch_cables_needs(const struct launch_plan *plan)
{
    return plan->cables * arena_round(net_memory_footprint(&cable_limits));
}

void launch_cables_make(struct launch *launch)
{
    for (uint32_t i = 0; i < launch->plan.cables; i++)
        launch->cable[i] =
            net_memory_new(arena_take(launch->arena, "cable", net_memory_footprint(&cable_limits)),
                           &cable_limits, &launch->net_clock);
}

/* Rings. */

static const struct spsc_limits inside_limits = {.slots = 4096,
                                                 .slot_bytes = sizeof(struct gate_slot)};

static uint32_t insides_of(const struct engine_stage_plan *engine)
{
    uint32_t count = 0;
    for (uint32_t i = 0; engine->gateway && i < engine->orders.venues; i++)
        count += engine->orders.venue[i].way == ORDER_HOST_INSIDE;
    return count;
}

size_t launch_inside_needs(const struct launch_plan *plan)
{
    return insides_of(&plan->engine) * 2ul * arena_round(spsc_footprint(&inside_limits));
}

void launch_inside_make(struct launch *launch)
{
    struct engine_stage_plan *engine = &launch->plan.engine;
    struct match_stage_plan *match = &launch->plan.venue.match;
    size_t bytes = spsc_footprint(&inside_limits);
    match->first_inside = launch->plan.venue.gate.sessions;
    match->insides = insides_of(engine);
    for (uint32_t i = 0; i < engine->orders.venues && match->insides > 0; i++) {
        struct order_host_venue *venue = &engine->orders.venue[i];
        if (venue->way != ORDER_HOST_INSIDE) continue;
        CHECK(venue->number >= match->first_inside &&
              venue->number - match->first_inside < match->insides);
        struct match_stage_inside *rings = &match->inside[venue->number - match->first_inside];
        rings->requests =
            spsc_new(arena_take(launch->arena, "orders inside", bytes), &inside_limits);
        rings->answers =
            spsc_new(arena_take(launch->arena, "answers inside", bytes), &inside_limits);
        venue->requests = rings->requests;
        venue->answers = rings->answers;
    }
}

/* Strategies outside.  The drop copy's ring holds what comes while the control plane is busy with a
 * reload. */

static const struct spsc_limits intake_limits = {.slots = ENGINE_INTAKE_SLOTS,
                                                 .slot_bytes = sizeof(struct engine_intake)};
static const struct spsc_limits answers_limits = {
    .slots = 4096, .slot_bytes = sizeof(struct engine_intake_answer)};
static const struct spsc_limits copy_limits = {.slots = 65536,
                                               .slot_bytes = sizeof(struct gateway_report)};

static struct conflate_limits prices_limits(const struct launch_plan *plan)
{
    return (struct conflate_limits){.keys = plan->engine.instruments,
                                    .value_bytes = sizeof(struct engine_price)};
}

static bool hears(const struct launch_plan *plan)
{
    return plan->outside && plan->roles & LAUNCH_FEED && plan->engine.gateway;
}

static bool tallies(const struct launch_plan *plan)
{
    return plan->outside && plan->roles & LAUNCH_VENUE;
}

/* As the drop copy's, it holds what comes while the control plane is busy. */
static const struct spsc_limits reports_limits = {
    .slots = MATCH_STAGE_REPORTS, .slot_bytes = ALIGN_UP(sizeof(struct entry_report), CACHE_LINE)};

static bool reports(const struct launch_plan *plan)
{
    return tallies(plan) && plan->outside_orders;
}

/* No session has more than one account. */
static struct venue_tally_limits tally_limits(const struct launch_plan *plan)
{
    const struct match_stage_plan *match = &plan->venue.match;
    uint64_t pairs = (uint64_t)match->sessions * match->entry.instruments;
    return (struct venue_tally_limits){
        .pairs = (uint32_t)(pairs < VENUE_TALLY_PAIRS_MAX ? pairs : VENUE_TALLY_PAIRS_MAX),
        .instruments = match->entry.instruments};
}

static size_t tally_needs(const struct launch_plan *plan)
{
    if (!tallies(plan)) return 0;
    struct venue_tally_limits limits = tally_limits(plan);
    struct conflate_limits accounts = venue_tally_accounts(&limits);
    struct conflate_limits prices = venue_tally_prices(&limits);
    return arena_round(venue_tally_footprint(&limits)) +
           arena_round(conflate_footprint(&accounts)) + arena_round(conflate_footprint(&prices)) +
           (reports(plan) ? arena_round(spsc_footprint(&reports_limits)) : 0);
}

size_t launch_outside_needs(const struct launch_plan *plan)
{
    struct conflate_limits prices = prices_limits(plan);
    if (!hears(plan)) return tally_needs(plan);
    return tally_needs(plan) + arena_round(spsc_footprint(&intake_limits)) +
           arena_round(spsc_footprint(&answers_limits)) +
           arena_round(spsc_footprint(&copy_limits)) + arena_round(conflate_footprint(&prices));
}

static struct spsc *ring_make(struct launch *launch, const struct spsc_limits *limits)
{
    return spsc_new(arena_take(launch->arena, "strategies outside", spsc_footprint(limits)),
                    limits);
}

void launch_outside_make(struct launch *launch)
{
    struct launch_outside *outside = &launch->outside;
    struct engine_stage_plan *engine = &launch->plan.engine;
    struct conflate_limits prices = prices_limits(&launch->plan);
    if (!hears(&launch->plan)) return;
    outside->intake = engine->intake = ring_make(launch, &intake_limits);
    outside->answers = engine->intake_answers = ring_make(launch, &answers_limits);
    outside->copy = engine->copy = ring_make(launch, &copy_limits);
    outside->prices = engine->prices = conflate_new(
        arena_take(launch->arena, "prices outside", conflate_footprint(&prices)), &prices);
}

void launch_outside_venue_make(struct launch *launch)
{
    struct launch_outside *outside = &launch->outside;
    if (!tallies(&launch->plan)) return;
    struct venue_tally_limits limits = tally_limits(&launch->plan);
    struct conflate_limits accounts = venue_tally_accounts(&limits);
    struct conflate_limits prices = venue_tally_prices(&limits);
    outside->accounts = conflate_new(
        arena_take(launch->arena, "accounts outside", conflate_footprint(&accounts)), &accounts);
    outside->own_prices = conflate_new(
        arena_take(launch->arena, "own prices outside", conflate_footprint(&prices)), &prices);
    struct venue_tally *tally = venue_tally_new(
        arena_take(launch->arena, "tally of accounts", venue_tally_footprint(&limits)), &limits,
        outside->accounts, outside->own_prices);
    outside->tally = launch->plan.venue.match.tally = tally;
    if (reports(&launch->plan))
        outside->reports = launch->plan.venue.match.reports = ring_make(launch, &reports_limits);
}

/* A port's queue and address.  Those of cables are of the locally administered kind: nobody else
 * sees them. */
static struct net_queue *wire(struct launch *launch, uint32_t port, struct mac *mac)
{
    const struct launch_plan *plan = &launch->plan;
    for (uint32_t i = 0; i < plan->cables; i++) {
        for (uint32_t end = 0; end < 2; end++) {
            if (plan->cable[i].port[end] != port) continue;
            *mac = (struct mac){{2, 0, 0, 0, (uint8_t)i, (uint8_t)end}};
            return net_memory_end(launch->cable[i], end);
        }
    }
    return launch_ports_queue(launch, port, mac);
}

struct net_queue *launch_queue(struct launch *launch, uint32_t port)
{
    struct mac mac;
    bool there = port < launch->plan.ports && launch->port[port];
    for (uint32_t i = 0; i < launch->plan.cables; i++)
        for (uint32_t end = 0; end < 2; end++) there |= launch->plan.cable[i].port[end] == port;
    return there ? wire(launch, port, &mac) : NULL;
}

void launch_wires_join(struct launch *launch)
{
    struct launch_plan *plan = &launch->plan;
    for (uint32_t i = 0; i < plan->feed.queues; i++)
        plan->feed.queue[i] = wire(launch, plan->feed_port[i], &plan->feed.host.inet[i].mac);
    if (plan->engine.gateway && plan->gateway.port != LAUNCH_NO_PORT)
        plan->engine.orders.queue = wire(launch, plan->gateway.port, &plan->engine.orders.inet.mac);
    struct launch_venue_plan *venue = &plan->venue;
    for (uint32_t i = 0; i < venue->gate.queues; i++) {
        struct mac mac;
        venue->gate.queue[i] = wire(launch, venue->gate_port[i], &mac);
        if (i == 0) venue->gate.inet.mac = mac;
        for (uint32_t line = 0; line < venue->gate.mold.lines; line++)
            if (venue->gate.line_queue[line] == i)
                venue->gate.mold.line[line].head.source_mac = mac;
    }
}
