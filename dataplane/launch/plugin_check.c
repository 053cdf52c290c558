#include "dataplane/launch/plugin_check.h"

#include "dataplane/launch/plugin.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files. */

static bool owner_check(const char *path, const struct stat *stat, const char *what,
                        struct text *problems)
{
    if (stat->st_uid == 0 || stat->st_uid == geteuid()) return true;
    text_format(problems, "%s: %s belongs to user %u, expected is root or %u, who runs this\n",
                path, what, stat->st_uid, geteuid());
    return false;
}

/* Who may write to the folder may put another file in place of ours, unless it is sticky. */
static bool folder_check(const char *path, struct text *problems)
{
    char folder[PLUGIN_PATH_MAX + 1] = ".";
    const char *slash = strrchr(path, '/');
    CHECK(strlen(path) <= PLUGIN_PATH_MAX);
    if (slash) {
        size_t length = slash == path ? 1 : (size_t)(slash - path);
        memcpy(folder, path, length);
        folder[length] = '\0';
    }
    struct stat found;
    if (stat(folder, &found) != 0) {
        text_format(problems, "%s: its folder cannot be looked at: %s\n", path, strerror(errno));
        return false;
    }
    if ((found.st_mode & S_IWOTH) && !(found.st_mode & S_ISVTX)) {
        text_format(problems,
                    "%s: its folder has mode %04o, expected is one that others may not "
                    "write to\n",
                    path, found.st_mode & 07777u);
        return false;
    }
    return owner_check(path, &found, "its folder", problems);
}

bool plugin_file_check(const char *path, struct text *problems)
{
    struct stat found;
    if (stat(path, &found) != 0) {
        text_format(problems, "%s: cannot be opened: %s\n", path, strerror(errno));
        return false;
    }
    if (!S_ISREG(found.st_mode)) {
        text_format(problems, "%s: is no file, expected is a shared object\n", path);
        return false;
    }
    if (found.st_mode & S_IWOTH) {
        text_format(problems, "%s: has mode %04o, expected is one that others may not write to\n",
                    path, found.st_mode & 07777u);
        return false;
    }
    return owner_check(path, &found, "it", problems) && folder_check(path, problems);
}

/* What it exports. */

/* Of a symbol that is too small, or a function, nothing may be read. */
static bool symbol_check(const void *symbol, const char *path, struct text *problems)
{
    Dl_info around;
    ElfW(Sym) *entry = NULL;
    bool known = dladdr1(symbol, &around, (void **)&entry, RTLD_DL_SYMENT) != 0 && entry != NULL;
    if (known && ELF64_ST_TYPE(entry->st_info) != STT_OBJECT) {
        text_format(problems, "%s: its %s is no variable, expected is a struct delegate_plugin\n",
                    path, DELEGATE_PLUGIN_SYMBOL);
        return false;
    }
    if (known && entry->st_size < sizeof(struct delegate_plugin)) {
        text_format(problems,
                    "%s: its %s has %" PRIu64 " bytes, expected is a struct "
                    "delegate_plugin of %zu\n",
                    path, DELEGATE_PLUGIN_SYMBOL, (uint64_t)entry->st_size,
                    sizeof(struct delegate_plugin));
        return false;
    }
    return true;
}

static bool header_check(const struct delegate_plugin *plugin, const char *path,
                         struct text *problems)
{
    if (plugin->abi != DELEGATE_ABI)
        text_format(problems,
                    "%s: speaks version %" PRIu32 " of the interface, expected is %u: "
                    "build it with the installed <pollux/delegate.h>\n",
                    path, plugin->abi, DELEGATE_ABI);
    else if (plugin->kind_bytes != sizeof(struct delegate_kind))
        text_format(problems,
                    "%s: its kind_bytes is %" PRIu32 ", expected is %zu, the size of "
                    "struct delegate_kind\n",
                    path, plugin->kind_bytes, sizeof(struct delegate_kind));
    else if (plugin->kinds == 0 || plugin->kinds > PLUGIN_KINDS_MAX)
        text_format(problems, "%s: has %" PRIu32 " strategies, expected is 1 to %u\n", path,
                    plugin->kinds, PLUGIN_KINDS_MAX);
    else if (!plugin->kind) text_format(problems, "%s: its table of strategies is NULL\n", path);
    else return true;
    return false;
}

/* What a configuration can say, and a table can show. */
static bool name_good(const char *name)
{
    size_t length = strnlen(name, DELEGATE_NAME_MAX + 1);
    return length > 0 && length <= DELEGATE_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
               length;
}

static bool kind_check(const struct delegate_kind *kind, uint32_t number, const char *path,
                       struct text *problems)
{
    if (!kind || !kind->name) {
        text_format(problems, "%s: strategy %" PRIu32 " of it %s NULL\n", path, number,
                    kind ? "has a name that is" : "is");
        return false;
    }
    if (!name_good(kind->name)) {
        text_format(problems,
                    "%s: the name of strategy %" PRIu32 " of it is not 1 to %u letters, "
                    "digits, _ and -\n",
                    path, number, DELEGATE_NAME_MAX);
        return false;
    }
    const struct {
        const char *name;
        bool there;
    } needed[] = {{"summary", kind->summary != NULL},
                  {"footprint", kind->footprint != NULL},
                  {"build", kind->build != NULL},
                  {"decide", kind->decide != NULL}};
    for (uint32_t i = 0; i < ARRAY_COUNT(needed); i++) {
        if (needed[i].there) continue;
        text_format(problems, "%s: its strategy %s has no %s, which every strategy needs\n", path,
                    kind->name, needed[i].name);
        return false;
    }
    return true;
}

const struct delegate_plugin *plugin_object_check(void *object, const char *path,
                                                  struct text *problems)
{
    const struct delegate_plugin *plugin = dlsym(object, DELEGATE_PLUGIN_SYMBOL);
    if (!plugin) {
        text_format(problems, "%s: is no plug-in: it exports no %s\n", path,
                    DELEGATE_PLUGIN_SYMBOL);
        return NULL;
    }
    if (!symbol_check(plugin, path, problems) || !header_check(plugin, path, problems)) return NULL;
    for (uint32_t i = 0; i < plugin->kinds; i++) {
        if (!kind_check(plugin->kind[i], i, path, problems)) return NULL;
        for (uint32_t before = 0; before < i; before++) {
            if (strcmp(plugin->kind[before]->name, plugin->kind[i]->name) != 0) continue;
            text_format(problems, "%s: two of its strategies have the name %s\n", path,
                        plugin->kind[i]->name);
            return NULL;
        }
    }
    return plugin;
}
