#include "control/config/config_limit.h"

#include "control/config/config_value.h"

#include <stdlib.h>
#include <string.h>

static const struct config_section *below(const struct config_section *section, const char *name)
{
    for (uint32_t i = 0; i < section->count; i++)
        if (strcmp(section->keys[i].name, name) == 0) return section->keys[i].section;
    UNREACHABLE("the schema has gateway.limits");
}

/* The keys of gateway.limits are those of risk's table, in its order. */
static const struct config_key *key_of(enum risk_verdict limit)
{
    CHECK(limit > RISK_PASS && (int)limit <= (int)RISK_LIMIT_COUNT);
    return &below(below(config_schema(), "gateway"), "limits")->keys[limit - 1];
}

struct config_bound config_limit_text(enum risk_verdict limit, int64_t bound)
{
    struct config_bound shown;
    struct config_written written = config_written(key_of(limit), (uint64_t)bound);
    static_assert(sizeof shown.text == sizeof written.text, "a bound is any value that is written");
    memcpy(shown.text, written.text, sizeof shown.text);
    return shown;
}

enum risk_verdict config_limit_named(const char *name)
{
    for (uint32_t i = 1; i <= (uint32_t)RISK_LIMIT_COUNT; i++)
        if (strcmp(key_of((enum risk_verdict)i)->name, name) == 0) return (enum risk_verdict)i;
    return RISK_PASS;
}

bool config_limit_read(enum risk_verdict limit, const char *text, int64_t *bound,
                       char sentence[CONFIG_SENTENCE_MAX])
{
    const struct config_key *key = key_of(limit);
    struct config_problems *problems = calloc(1, sizeof *problems);
    CHECK(problems != NULL);
    struct config_node node = {
        .kind = CONFIG_NODE_SCALAR, .given = true, .text = text, .bytes = (uint32_t)strlen(text)};
    config_value_check(key, key->name, &node, problems);
    bool right = node.valid && problems->count == 0;
    if (right) *bound = (int64_t)node.number;
    else memcpy(sentence, problems->at[0].sentence, CONFIG_SENTENCE_MAX);
    free(problems);
    return right;
}
