#include "apps/order_script/order_venue.h"

#include <stdlib.h>

/* made[n] says that account n, which has a name, was made by an ACCOUNT input.  Events come in
 * pieces of EVENTS and are told one by one, after the script has seen them. */

enum { EVENTS = 64 };

struct order_venue {
    CACHE_ALIGNED struct match_event event[EVENTS];
    struct order_sentence sentence;
    struct order_sentence before; /* what a line needs first */
    struct match_events events;
    struct order_venue_plan plan;
    struct order_script script;
    struct match *match;
    void *memory;
    bool *made;
    bool quiet;      /* the input is not the script's own */
    uint64_t told;   /* events of this line */
    uint64_t number; /* of the last input */
};

struct order_script_limits order_venue_limits(void)
{
    return (struct order_script_limits){
        .names = 1u << 18,
        .engine =
            {
                .instruments = 64,
                .orders = 1u << 16,
                .specials = 1u << 16,
                .pages = 1u << 12,
                .window = 1u << 20,
                .accounts = 1u << 16,
                .holdings = 1u << 17,
                .assets = 64,
                .balances = 1u << 17,
                .cascade = 64,
                .secret = 1,
            },
    };
}

static void events_full(struct match_events *events)
{
    struct order_venue *venue = events->context;
    for (uint32_t i = 0; i < events->count; i++) {
        const struct match_event *event = &events->at[i];
        order_script_saw(&venue->script, event);
        bool making = event->kind == MATCH_ACCOUNTED || event->kind == MATCH_LISTED ||
                      event->kind == MATCH_PHASED;
        if (venue->quiet && making) continue;
        venue->told++;
        if (venue->plan.on_event) venue->plan.on_event(venue->plan.context, event);
    }
    events->count = 0;
}

/* The instruments of an engine that was there before the script. */
static void instruments_learn(struct order_venue *venue)
{
    for (uint32_t i = 0; i < venue->plan.limits.engine.instruments; i++) {
        struct match_listing listing;
        if (match_listing_of(venue->match, (uint16_t)i, &listing))
            order_script_know(&venue->script, listing.symbol, (uint16_t)i);
    }
}

struct order_venue *order_venue_open(const struct order_venue_plan *plan)
{
    struct order_venue *venue = aligned_alloc(CACHE_LINE, sizeof *venue);
    if (!venue) return NULL;
    *venue = (struct order_venue){.plan = *plan};
    venue->made = calloc(plan->limits.names, sizeof *venue->made);
    if (!venue->made || !order_script_open(&venue->script, &plan->limits)) {
        free(venue->made);
        free(venue);
        return NULL;
    }
    venue->events = (struct match_events){
        .at = venue->event,
        .capacity = EVENTS,
        .full = events_full,
        .context = venue,
    };
    venue->match = plan->match;
    venue->number = plan->number;
    venue->script.now = plan->now;
    venue->script.numbers_only = plan->numbers_only;
    if (plan->match) instruments_learn(venue);
    return venue;
}

void order_venue_close(struct order_venue *venue)
{
    if (!venue) return;
    order_script_close(&venue->script);
    free(venue->memory);
    free(venue->made);
    free(venue);
}

struct match *order_venue_match(const struct order_venue *venue)
{
    return venue->match;
}

const struct order_script *order_venue_script(const struct order_venue *venue)
{
    return &venue->script;
}

struct match_names order_venue_names(const struct order_venue *venue)
{
    return order_script_names(&venue->script);
}

static bool engine_build(struct order_venue *venue)
{
    if (venue->match) return true;
    size_t bytes = match_footprint(&venue->script.limits);
    if (venue->plan.bytes_max && bytes > venue->plan.bytes_max) return false;
    venue->memory = bytes ? calloc(1, bytes + CACHE_LINE) : NULL;
    if (!venue->memory) return false;
    uintptr_t start = ALIGN_UP((uintptr_t)venue->memory, CACHE_LINE);
    venue->match = match_new((void *)start, &venue->script.limits);
    return true;
}

static void input_apply(struct order_venue *venue, struct order_sentence *sentence, bool quiet)
{
    sentence->input.number = ++venue->number;
    sentence->input.time = venue->script.now;
    venue->quiet = quiet;
    if (venue->plan.apply)
        venue->plan.apply(venue->plan.context, venue->match, &sentence->input, &venue->events);
    else match_apply(venue->match, &sentence->input, &venue->events);
    events_full(&venue->events);
}

/* What the line takes for granted. */
static void make_before(struct order_venue *venue, const struct order_sentence *sentence)
{
    uint32_t account = sentence->input.account;
    bool accounts = venue->script.limits.accounts > 0;
    if (sentence->input.kind == MATCH_ACCOUNT && account < venue->script.accounts.count)
        venue->made[account] = true;
    if (sentence->lists_default) {
        order_script_default_listing(&venue->script, &venue->before);
        input_apply(venue, &venue->before, true);
    }
    if (!sentence->uses_account || !accounts || account >= venue->script.accounts.count) return;
    if (venue->made[account]) return;
    venue->made[account] = true;
    order_script_default_account(account, &venue->before);
    input_apply(venue, &venue->before, true);
}

struct order_answer order_venue_line(struct order_venue *venue, const char *line, size_t length)
{
    struct order_sentence *sentence = &venue->sentence;
    order_script_read(&venue->script, line, length, sentence);
    struct order_answer answer = {.said = sentence->said, .problem = sentence->problem};
    venue->told = 0;
    if (answer.said == ORDER_SAYS_ENGINE && venue->match) {
        answer.said = ORDER_SAYS_WRONG;
        answer.problem = "the engine runs already: 'engine' comes before all other lines";
    }
    if (answer.said != ORDER_SAYS_INPUT) return answer;
    if (!engine_build(venue)) {
        answer.said = ORDER_SAYS_WRONG;
        answer.problem = "there is no memory for an engine with these limits";
        return answer;
    }
    make_before(venue, sentence);
    input_apply(venue, sentence, false);
    answer.events = venue->told;
    return answer;
}
