#include "apps/polluxd/plugs.h"

#include "dataplane/launch/plugin.h"

#include <string.h>

static struct plugins plugins;

static const struct delegate_kind *strategy_find(const void *loaded, const char *name)
{
    return plugin_find(loaded, name);
}

const struct polluxd_kinds plugs_kinds = {
    .plugins = &plugins, .strategy = strategy_find, .port = trade_port_find};

static bool named(const struct config_paths *paths, const struct plugin *plugin)
{
    for (uint32_t i = 0; i < paths->count; i++)
        if (plugin_loaded(&plugins, paths->at[i].text) == plugin) return true;
    return false;
}

static bool paths_load(const struct config_paths *paths, struct config_problems *problems)
{
    for (uint32_t i = 0; i < paths->count; i++) {
        char said[CONFIG_SENTENCE_MAX];
        struct text sentence = text_in(said, sizeof said);
        const struct plugin *plugin = plugin_loaded(&plugins, paths->at[i].text);
        bool again = plugin && !plugin->leaving;
        for (uint32_t k = 0; again && k < i; k++)
            again = plugin_loaded(&plugins, paths->at[k].text) != plugin; /* named twice */
        if (again || plugin_load(&plugins, paths->at[i].text, &sentence)) continue;
        config_problems_add(problems, paths->at[i].place, "gateway.plugins[%u]: %.*s", i,
                            (int)strcspn(said, "\n"), said);
    }
    return problems->count == 0;
}

/* A strategy of a plug-in that was named before, but is not here. */
static bool strategies_named(const struct config_gateway *gateway, struct config_problems *problems)
{
    bool right = true;
    for (uint32_t i = 0; i < gateway->strategies.count; i++) {
        const struct config_strategy_name *name = &gateway->strategies.at[i].strategy;
        const struct delegate_kind *kind = plugin_find(&plugins, name->text);
        const struct plugin *plugin = kind ? plugin_with(&plugins, kind) : NULL;
        if (!plugin || named(&gateway->plugins, plugin)) continue;
        config_problems_add(problems, name->place,
                            "gateway.strategies[%u].strategy is \"%s\" of %s, which "
                            "gateway.plugins does not name",
                            i, name->text, plugin->path);
        right = false;
    }
    return right;
}

bool plugs_check(const struct config *config, struct config_problems *problems)
{
    const struct config_gateway *gateway = config->gateway;
    return !gateway ||
           (paths_load(&gateway->plugins, problems) && strategies_named(gateway, problems) &&
            polluxd_gateway_check(config, &plugs_kinds, problems));
}

void plugs_keep(const struct config_paths *paths, FILE *out)
{
    for (uint32_t i = 0; i < PLUGIN_LOADED_MAX; i++) {
        struct plugin *plugin = &plugins.plugin[i];
        if (!plugin->path[0] || plugin->leaving || named(paths, plugin)) continue;
        char path[PLUGIN_PATH_MAX + 1];
        memcpy(path, plugin->path, sizeof path);
        enum plugin_unloaded unloaded = plugin_unload(&plugins, path);
        if (unloaded == PLUGIN_CLOSED) fprintf(out, "plug-in %s: unloaded\n", path);
        else fprintf(out, "plug-in %s: unloaded when its strategies have ended\n", path);
    }
}

void plugs_hold(const struct delegate_kind *kind)
{
    plugin_hold(&plugins, kind);
}

void plugs_release(const struct delegate_kind *kind)
{
    plugin_release(&plugins, kind);
}
