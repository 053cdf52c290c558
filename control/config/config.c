#include "control/config/config.h"

#include "control/config/config_check.h"
#include "control/config/config_load.h"
#include "control/config/config_problems.h"
#include "control/config/config_text.h"
#include "control/config/config_tree.h"

#define STAGE_COUNTED(role, instead, called)                                                       \
    +(uint32_t)(CONFIG_HAS(roles, role) && !CONFIG_HAS(roles, instead))

uint32_t config_stages(uint32_t roles)
{
    return 0 CONFIG_STAGES(STAGE_COUNTED);
}

uint64_t config_answers_reserve(uint64_t orders, uint64_t sessions)
{
    uint64_t answers = orders * CONFIG_ANSWERS_EACH + CONFIG_ANSWERS_UNDERWAY;
    uint64_t each = CONFIG_ANSWERS_CHUNK_BYTES / (CONFIG_ANSWERS_BYTES + sizeof(uint16_t));
    return sessions + (answers + each - 1) / each; /* a session's last chunk is never full */
}

/* No document at all, or one of nothing, as after a lone "---". */
static bool tree_empty(const struct config_tree *tree)
{
    const struct config_node *root = tree->root;
    return !root || (root->kind == CONFIG_NODE_SCALAR && root->bytes == 0 && !root->quoted);
}

bool config_parse(const char *text, size_t bytes, struct config **config,
                  struct config_problems *problems)
{
    static const struct config_place beginning = {1, 1};
    *config = NULL;
    problems->count = problems->more = 0;
    if (bytes > CONFIG_FILE_BYTES_MAX) {
        config_problems_add(problems, (struct config_place){0},
                            "larger than %u bytes: this is no configuration",
                            CONFIG_FILE_BYTES_MAX);
        return false;
    }
    if (!config_text_check(text, bytes, problems)) return false;

    struct config_tree tree;
    bool readable = config_tree_read(&tree, text, bytes, problems);
    if (readable && tree_empty(&tree)) {
        config_problems_add(problems, beginning,
                            "the file is empty: polluxd --reference lists what belongs in it");
    } else if (readable) {
        config_check(&tree, problems);
        config_rules(&tree, problems);
    }
    if (problems->count == 0) *config = config_load(&tree);
    config_tree_free(&tree);
    config_problems_sort(problems, config_text_end(text, bytes));
    return *config != NULL;
}
