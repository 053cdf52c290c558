/* What of a gateway's configuration only its strategies can judge. */

#include "apps/polluxd/plan_gateway.h"

#include "apps/polluxd/gateway_config.h"
#include "dataplane/strategy/strategies.h"

#include <stdio.h>
#include <string.h>

#define PROBLEM_BYTES CONFIG_SENTENCE_MAX

/* A strategy of the file, under question. */
struct subject {
    const struct config *config;
    const struct config_trade_strategy *from;
    const struct delegate_kind *kind;
    struct config_problems *problems;
    uint32_t index;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Where name is first in sentence as a word, or NULL. */
static const char *word_find(const char *sentence, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(sentence, name); at; at = strstr(at + 1, name))
        if ((at == sentence || !is_word(at[-1])) && !is_word(at[length])) return at;
    return NULL;
}

/* A strategy's sentence names the parameter: it is the one named first, or of none. */
static struct config_place sentence_place(const struct config_trade_strategy *from,
                                          const char *sentence)
{
    struct config_place place = from->strategy.place;
    const char *first = NULL;
    for (uint32_t i = 0; i < from->parameters.count; i++) {
        const struct config_parameter *parameter = &from->parameters.at[i];
        const char *at = word_find(sentence, parameter->name);
        if (!at || (first && first <= at)) continue;
        first = at;
        place = parameter->place;
    }
    return place;
}

static void kind_unknown(const struct subject *subject)
{
    char names[160] = "";
    for (uint32_t i = 0; i < strategies_count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, ", %s", strategies[i]->name);
    }
    config_problems_add(subject->problems, subject->from->strategy.place,
                        "gateway.strategies[%u].strategy is \"%s\", but there is no such strategy; "
                        "built in: %s%s",
                        subject->index, subject->from->strategy.text, CONFIG_STRATEGY_OUTSIDE,
                        names);
}

/* Whether the strategy takes its parameters. */
static bool parameters_check(const struct subject *subject)
{
    const struct config_trade_strategy *from = subject->from;
    const struct delegate_kind *kind = subject->kind;
    struct delegate_parameter at[CONFIG_PARAMETERS_MAX];
    struct delegate_parameters given = polluxd_parameters(subject->config, from, at);
    char sentence[PROBLEM_BYTES] = "";
    struct config_place place = from->strategy.place;
    if (!kind->check && given.count > 0) {
        snprintf(sentence, sizeof sentence, "%s takes none", kind->name);
        place = from->parameters.at[0].place;
    } else if (kind->check && !kind->check(&given, sentence, sizeof sentence)) {
        place = sentence_place(from, sentence);
        if (!sentence[0]) snprintf(sentence, sizeof sentence, "%s refuses them", kind->name);
    } else if (kind->footprint(&given) == 0) {
        snprintf(sentence, sizeof sentence, "%s cannot be built with them", kind->name);
    } else if (kind->orders && kind->orders(&given) > DELEGATE_ORDERS_MAX) {
        snprintf(sentence, sizeof sentence,
                 "%s needs %u orders at once with them: at most %u are "
                 "allowed",
                 kind->name, kind->orders(&given), DELEGATE_ORDERS_MAX);
    } else {
        return true;
    }
    config_problems_add(subject->problems, place, "gateway.strategies[%u].parameters: %s",
                        subject->index, sentence);
    return false;
}

/* Whether any of its instruments can be traded at its venue. */
static bool instruments_check(const struct subject *subject)
{
    const struct config_gateway *gateway = subject->config->gateway;
    const struct config_trade_strategy *from = subject->from;
    if (subject->kind && !subject->kind->orders) return true; /* it sends none */
    for (uint32_t i = 0; i < gateway->symbols.count; i++)
        if (polluxd_trades(from, &gateway->symbols.at[i])) return true;
    config_problems_add(subject->problems, from->strategy.place,
                        "gateway.strategies[%u] sends orders, but gateway.symbols lists none of "
                        "its instruments at the venue %s",
                        subject->index, gateway->venues.at[from->venue].name);
    return false;
}

bool polluxd_gateway_check(const struct config *config, const struct polluxd_kinds *kinds,
                           struct config_problems *problems)
{
    bool right = true;
    for (uint32_t i = 0; i < config->gateway->strategies.count; i++) {
        struct subject subject = {.config = config,
                                  .from = &config->gateway->strategies.at[i],
                                  .problems = problems,
                                  .index = i};
        bool outside = polluxd_outside(subject.from);
        subject.kind =
            outside ? NULL : kinds->strategy(kinds->plugins, subject.from->strategy.text);
        if (!outside && !subject.kind) {
            kind_unknown(&subject);
            right = false;
            continue;
        }
        if (!outside) right &= parameters_check(&subject);
        right &= instruments_check(&subject);
    }
    return right;
}
