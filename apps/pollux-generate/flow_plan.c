#include "apps/pollux-generate/flow_plan.h"

#include <string.h>

#define KIND_SHARE(kind, name, types, share) [kind] = (share),

#define PRESET_ROW(title, count, total, resting, what)                                             \
    {.name = #title,                                                                               \
     .summary = (what),                                                                            \
     .plan = {.seed = 1,                                                                           \
              .messages = (total),                                                                 \
              .live = (resting),                                                                   \
              .symbols = (count),                                                                  \
              .mix = {FLOW_KINDS(KIND_SHARE)},                                                     \
              .refs = FLOW_REFS_DENSE}},

const struct flow_preset flow_presets[] = {FLOW_PRESETS(PRESET_ROW)};
const uint32_t flow_preset_count = ARRAY_COUNT(flow_presets);

const struct flow_preset *flow_preset_find(const char *name)
{
    for (uint32_t i = 0; i < flow_preset_count; i++)
        if (strcmp(flow_presets[i].name, name) == 0) return &flow_presets[i];
    return NULL;
}

struct flow_plan flow_plan_scaled(const struct flow_plan *plan, uint64_t messages)
{
    struct flow_plan scaled = *plan;
    scaled.messages = messages;
    scaled.live = (uint64_t)((unsigned __int128)plan->live * messages / plan->messages);
    return scaled;
}

static uint32_t mix_problems(const struct flow_plan *plan, struct text *problems)
{
    uint32_t found = 0;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < FLOW_KIND_COUNT; i++) sum += plan->mix[i];
    if (sum != FLOW_SHARES) {
        text_append(problems, "mix: the shares sum to ");
        text_decimal(problems, sum, 2, 0);
        text_append(problems, " %, not 100 %\n");
        return 1;
    }
    if (plan->mix[FLOW_REST] == 0) {
        text_append(problems, "mix: nothing is left for other messages, which need some share\n");
        found++;
    }
    uint32_t adds = plan->mix[FLOW_ADD];
    if (adds <= plan->mix[FLOW_DELETE]) {
        text_append(problems, "mix: adds must be more than deletes, or no order stays\n");
        found++;
    }
    return found;
}

/* The bounds of live that the mix allows; see flow_plan.h. */
static uint32_t live_problems(const struct flow_plan *plan, struct text *problems)
{
    uint64_t flow = plan->messages - flow_plan_start(plan);
    int64_t kept = (int64_t)plan->mix[FLOW_ADD] - plan->mix[FLOW_DELETE];
    int64_t least = kept - plan->mix[FLOW_EXECUTE];
    uint64_t most_live = flow * (uint64_t)kept / FLOW_SHARES;
    uint64_t least_live = least > 0 ? flow * (uint64_t)least / FLOW_SHARES : 0;
    if (plan->live > FLOW_LIVE_MAX) {
        text_append(problems, "live: at most ");
        text_grouped(problems, FLOW_LIVE_MAX);
        text_append(problems, " orders, not ");
        text_grouped(problems, plan->live);
        text_append(problems, "\n");
        return 1;
    }
    /* Presets are scaled by all messages and bounded by those after the start: 2 % of grace. */
    if (plan->live <= most_live + most_live / 50 + 1 && plan->live + plan->live / 50 >= least_live)
        return 0;
    text_append(problems, "live: with this mix between ");
    text_grouped(problems, least_live);
    text_append(problems, " and ");
    text_grouped(problems, most_live);
    text_append(problems, " orders are live at the end, not ");
    text_grouped(problems, plan->live);
    text_append(problems, "\n");
    return 1;
}

uint32_t flow_plan_problems(const struct flow_plan *plan, struct text *problems)
{
    uint32_t found = 0;
    bool countable = true;
    if (plan->symbols == 0 || plan->symbols > FLOW_SYMBOLS_MAX) {
        text_append(problems, "symbols: 1 to ");
        text_grouped(problems, FLOW_SYMBOLS_MAX);
        text_append(problems, ", not ");
        text_grouped(problems, plan->symbols);
        text_append(problems, "\n");
        countable = false;
        found++;
    }
    if (plan->messages > FLOW_MESSAGES_MAX ||
        (countable && plan->messages <= flow_plan_start(plan))) {
        text_append(problems, "messages: more than the ");
        text_grouped(problems, flow_plan_start(plan));
        text_append(problems, " that open the day and at most ");
        text_grouped(problems, FLOW_MESSAGES_MAX);
        text_append(problems, ", not ");
        text_grouped(problems, plan->messages);
        text_append(problems, "\n");
        countable = false;
        found++;
    }
    uint32_t mixed = mix_problems(plan, problems);
    if (mixed == 0 && countable) found += live_problems(plan, problems);
    return found + mixed;
}
