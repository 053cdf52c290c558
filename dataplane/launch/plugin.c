#include "dataplane/launch/plugin.h"

#include "dataplane/launch/plugin_check.h"
#include "dataplane/strategy/strategies.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char PLUGIN_FOLDER[] = POLLUX_PLUGIN_FOLDER;

/* Places. */

static bool path_of(const struct plugins *plugins, const char *file, char *path)
{
    const char *folder = plugins->folder ? plugins->folder : PLUGIN_FOLDER;
    bool whole = strchr(file, '/') != NULL;
    int length = whole ? snprintf(path, PLUGIN_PATH_MAX + 1, "%s", file)
                       : snprintf(path, PLUGIN_PATH_MAX + 1, "%s/%s", folder, file);
    return file[0] != '\0' && length > 0 && (size_t)length <= PLUGIN_PATH_MAX;
}

/* The plug-in of that path; with "" a free place.  NULL if there is none. */
static struct plugin *plugin_at(struct plugins *plugins, const char *path)
{
    for (uint32_t i = 0; i < PLUGIN_LOADED_MAX; i++)
        if (strcmp(plugins->plugin[i].path, path) == 0) return &plugins->plugin[i];
    return NULL;
}

static const struct delegate_kind *kind_named(const struct plugin *plugin, const char *name)
{
    if (plugin->path[0] == '\0') return NULL;
    for (uint32_t i = 0; i < plugin->exported->kinds; i++)
        if (strcmp(plugin->exported->kind[i]->name, name) == 0) return plugin->exported->kind[i];
    return NULL;
}

static struct plugin *plugin_of(struct plugins *plugins, const struct delegate_kind *kind)
{
    const struct plugin *plugin = plugin_with(plugins, kind);
    return plugin ? &plugins->plugin[plugin - plugins->plugin] : NULL;
}

static void plugin_close(struct plugin *plugin)
{
    CHECK(plugin->delegates == 0);
    (void)dlclose(plugin->object); /* whether it is gone is asked when it is loaded again */
    *plugin = (struct plugin){0};
}

/* Loading. */

static bool refuse(struct text *problems, const char *path, const char *why)
{
    text_format(problems, "%s: %s\n", path, why);
    return false;
}

/* What the C library says begins with the path. */
static bool refuse_open(struct text *problems, const char *path)
{
    const char *why = dlerror();
    size_t length = strlen(path);
    if (!why) why = "no reason is known";
    if (strncmp(why, path, length) == 0 && why[length] == ':') why += length + 1;
    text_format(problems, "%s: cannot be opened: %s\n", path, why + strspn(why, " "));
    return false;
}

/* Names are one space: a configuration says only "strategy = NAME". */
static bool names_check(const struct plugins *plugins, const struct plugin *new,
                        struct text *problems)
{
    for (uint32_t i = 0; i < new->exported->kinds; i++) {
        const char *name = new->exported->kind[i]->name;
        if (strategies_find(name)) {
            text_format(problems, "%s: its strategy %s has the name of one that is built in\n",
                        new->path, name);
            return false;
        }
        for (uint32_t at = 0; at < PLUGIN_LOADED_MAX; at++) {
            const struct plugin *other = &plugins->plugin[at];
            if (!kind_named(other, name)) continue;
            text_format(problems, "%s: its strategy %s has the name of one of %s", new->path, name,
                        other->path);
            if (other->leaving)
                text_format(problems, ", which is leaving, but has %" PRIu32 " delegates",
                            other->delegates);
            text_append(problems, "\n");
            return false;
        }
    }
    return true;
}

/* The C library knows an object by its path and its inode: opened again it is the old one. */
static bool resident_check(const struct plugins *plugins, const char *path, struct text *problems)
{
    void *resident = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    if (!resident) return true;
    (void)dlclose(resident);
    for (uint32_t i = 0; i < PLUGIN_LOADED_MAX; i++) {
        if (plugins->plugin[i].object != resident) continue;
        text_format(problems, "%s: is the same file as %s, which is loaded\n", path,
                    plugins->plugin[i].path);
        return false;
    }
    return refuse(problems, path,
                  "is still in memory from before, as it was linked never to leave it (nodelete): "
                  "only a new start can load it again");
}

static bool object_open(const struct plugins *plugins, struct plugin *plugin, struct text *problems)
{
    if (!resident_check(plugins, plugin->path, problems)) return false;
    plugin->object = dlopen(plugin->path, RTLD_NOW | RTLD_LOCAL);
    return plugin->object || refuse_open(problems, plugin->path);
}

bool plugin_load(struct plugins *plugins, const char *file, struct text *problems)
{
    struct plugin plugin = {0};
    if (!path_of(plugins, file, plugin.path)) {
        text_format(problems, "%s: the name of a plug-in has 1 to %u characters with its folder\n",
                    file, PLUGIN_PATH_MAX);
        return false;
    }
    const struct plugin *same = plugin_at(plugins, plugin.path);
    if (same && !same->leaving) return refuse(problems, plugin.path, "is loaded already");
    if (same) {
        text_format(problems, "%s: is leaving, but has %" PRIu32 " delegates that have not ended\n",
                    plugin.path, same->delegates);
        return false;
    }
    struct plugin *place = plugin_at(plugins, "");
    if (!place) {
        text_format(problems, "%s: %u plug-ins are loaded, more are not possible\n", plugin.path,
                    PLUGIN_LOADED_MAX);
        return false;
    }
    if (!plugin_file_check(plugin.path, problems) || !object_open(plugins, &plugin, problems))
        return false;
    plugin.exported = plugin_object_check(plugin.object, plugin.path, problems);
    if (!plugin.exported || !names_check(plugins, &plugin, problems)) {
        plugin_close(&plugin);
        return false;
    }
    *place = plugin;
    return true;
}

/* Use. */

const struct plugin *plugin_loaded(const struct plugins *plugins, const char *file)
{
    char path[PLUGIN_PATH_MAX + 1];
    if (!path_of(plugins, file, path)) return NULL;
    for (uint32_t i = 0; i < PLUGIN_LOADED_MAX; i++)
        if (strcmp(plugins->plugin[i].path, path) == 0) return &plugins->plugin[i];
    return NULL;
}

const struct plugin *plugin_with(const struct plugins *plugins, const struct delegate_kind *kind)
{
    for (uint32_t i = 0; i < PLUGIN_LOADED_MAX; i++) {
        const struct plugin *plugin = &plugins->plugin[i];
        if (plugin->path[0] == '\0') continue;
        for (uint32_t at = 0; at < plugin->exported->kinds; at++)
            if (plugin->exported->kind[at] == kind) return plugin;
    }
    return NULL;
}

const struct delegate_kind *plugin_find(const struct plugins *plugins, const char *name)
{
    const struct delegate_kind *kind = strategies_find(name);
    for (uint32_t i = 0; !kind && i < PLUGIN_LOADED_MAX; i++)
        if (!plugins->plugin[i].leaving) kind = kind_named(&plugins->plugin[i], name);
    return kind;
}

void plugin_hold(struct plugins *plugins, const struct delegate_kind *kind)
{
    struct plugin *plugin = plugin_of(plugins, kind);
    if (!plugin) return;
    CHECK(!plugin->leaving);
    plugin->delegates++;
}

void plugin_release(struct plugins *plugins, const struct delegate_kind *kind)
{
    struct plugin *plugin = plugin_of(plugins, kind);
    if (!plugin) return;
    CHECK(plugin->delegates > 0);
    plugin->delegates--;
    if (plugin->leaving && plugin->delegates == 0) plugin_close(plugin);
}

enum plugin_unloaded plugin_unload(struct plugins *plugins, const char *file)
{
    char path[PLUGIN_PATH_MAX + 1];
    struct plugin *plugin = path_of(plugins, file, path) ? plugin_at(plugins, path) : NULL;
    if (!plugin) return PLUGIN_UNKNOWN;
    plugin->leaving = true;
    if (plugin->delegates > 0) return PLUGIN_LEAVING;
    plugin_close(plugin);
    return PLUGIN_CLOSED;
}

void plugin_print(struct text *out, const struct plugins *plugins)
{
    for (uint32_t i = 0; i < PLUGIN_LOADED_MAX; i++) {
        const struct plugin *plugin = &plugins->plugin[i];
        if (plugin->path[0] == '\0') continue;
        text_format(out, "%s:", plugin->path);
        for (uint32_t at = 0; at < plugin->exported->kinds; at++)
            text_format(out, " %s", plugin->exported->kind[at]->name);
        text_format(out, ", %" PRIu32 " delegates%s\n", plugin->delegates,
                    plugin->leaving ? ", leaving" : "");
    }
}
