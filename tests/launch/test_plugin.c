/* Strategies from shared objects: which are taken, what is said of those that are not, and when one
 * leaves memory. */

#include "dataplane/launch/plugin.h"
#include "dataplane/strategy/strategies.h"
#include "tests/support/spec.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64]; /* a fresh one, only ours */
static struct plugins plugins;
static char said[1024];

/* A case of meson.build as a file of that folder, as `install -m 755` would put it there. */
static const char *placed_as(const char *name, const char *file)
{
    static char path[160];
    char from[512], bytes[1 << 16];
    snprintf(from, sizeof from, "%s/%s.so", PLUGIN_CASES, name);
    snprintf(path, sizeof path, "%s/%s", folder, file);
    (void)unlink(path);
    FILE *in = fopen(from, "rb"), *out = fopen(path, "wb");
    CHECK(in != NULL && out != NULL);
    for (size_t length; (length = fread(bytes, 1, sizeof bytes, in)) > 0;)
        CHECK(fwrite(bytes, 1, length, out) == length);
    CHECK(fclose(in) == 0 && fclose(out) == 0);
    CHECK(chmod(path, 0755) == 0);
    return path;
}

static bool loaded(const char *file)
{
    struct text problems = text_in(said, sizeof said);
    bool good = plugin_load(&plugins, file, &problems);
    EXPECT(good == (problems.length == 0));
    return good;
}

/* The case is refused with these words behind "FILE: ", nothing of it can be found, and it is not
 * in memory. */
static void refused(const char *name, const char *why)
{
    char file[32], sentence[512];
    snprintf(file, sizeof file, "%s.so", name);
    const char *path = placed_as(name, file);
    EXPECT(!loaded(file));
    snprintf(sentence, sizeof sentence, "%s: %s\n", path, why);
    EXPECT_TEXT(said, sentence);
    EXPECT(plugin_find(&plugins, "hotel") == NULL);
    EXPECT(dlopen(path, RTLD_NOW | RTLD_NOLOAD) == NULL);
}

static bool resident(const char *file)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    void *object = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    if (object) (void)dlclose(object);
    return object != NULL;
}

static void before_each(void)
{
    snprintf(folder, sizeof folder, "/tmp/plugin_XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    plugins = (struct plugins){.folder = folder};
}

static void after_each(void)
{
    char command[96];
    for (uint32_t i = 0; i < PLUGIN_LOADED_MAX; i++) {
        const char *path = plugins.plugin[i].path;
        EXPECT(path[0] == '\0' || plugin_unload(&plugins, path) == PLUGIN_CLOSED);
    }
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
}

/* What is taken. */

SPEC(a_strategy_of_a_plug_in_is_found_by_its_name_and_decides)
{
    (void)placed_as("good", "good.so");
    EXPECT(plugin_find(&plugins, "echo") == NULL);
    EXPECT(loaded("good.so"));
    const struct delegate_kind *kind = plugin_find(&plugins, "echo");
    EXPECT(kind != NULL);
    if (!kind) return;
    CACHE_ALIGNED char memory[CACHE_LINE];
    plugin_hold(&plugins, kind);
    void *self = kind->build(memory, &(struct delegate_parameters){0});
    const struct market market = {.bid = 7 * PRICE_ONE, .bid_qty = 3 * QTY_ONE};
    struct delegate_output output = {0};
    kind->decide(self, &(struct composite){.market = &market, .instrument = 5}, &output);
    EXPECT_UINT(output.intents, 1);
    EXPECT_UINT(output.intent[0].price, 7 * PRICE_ONE);
    EXPECT_UINT(output.intent[0].qty, 3 * QTY_ONE);
    EXPECT_UINT(output.intent[0].instrument, 5);
    plugin_release(&plugins, kind);
}

SPEC(strategies_built_in_are_found_by_the_same_call)
{
    EXPECT(plugin_find(&plugins, "tally") == strategies_find("tally"));
    EXPECT(plugin_find(&plugins, "tally") != NULL);
    plugin_hold(&plugins, plugin_find(&plugins, "tally"));
    plugin_release(&plugins, plugin_find(&plugins, "tally"));
}

SPEC(a_plug_in_may_have_several_strategies_and_names_of_31_characters)
{
    (void)placed_as("two", "two.so");
    (void)placed_as("longest_name", "longest_name.so");
    EXPECT(loaded("two.so"));
    EXPECT(loaded("longest_name.so"));
    EXPECT(plugin_find(&plugins, "echo") != NULL);
    EXPECT(plugin_find(&plugins, "echo-2") != NULL);
    EXPECT(plugin_find(&plugins, "a23456789b123456789c123456789d1") != NULL);
    EXPECT(plugin_find(&plugins, "a23456789b123456789c123456789d") == NULL);
}

SPEC(a_name_without_a_slash_is_of_the_folder_and_one_with_a_slash_is_a_path)
{
    const char *path = placed_as("good", "good.so");
    EXPECT(loaded(path));
    EXPECT(plugin_unload(&plugins, "good.so") == PLUGIN_CLOSED);
    EXPECT(strstr(PLUGIN_FOLDER, "/pollux/strategies") != NULL);
}

SPEC(the_plug_ins_are_a_table_a_line_each)
{
    char bytes[512];
    struct text out = text_in(bytes, sizeof bytes);
    (void)placed_as("two", "two.so");
    EXPECT(loaded("two.so"));
    plugin_hold(&plugins, plugin_find(&plugins, "echo-2"));
    plugin_print(&out, &plugins);
    EXPECT_TEXT(strrchr(bytes, '/'), "/two.so: echo echo-2, 1 delegates\n");
    const struct delegate_kind *kind = plugin_find(&plugins, "echo-2");
    EXPECT(plugin_unload(&plugins, "two.so") == PLUGIN_LEAVING);
    text_clear(&out);
    plugin_print(&out, &plugins);
    EXPECT_TEXT(strrchr(bytes, '/'), "/two.so: echo echo-2, 1 delegates, leaving\n");
    plugin_release(&plugins, kind);
    text_clear(&out);
    plugin_print(&out, &plugins);
    EXPECT_TEXT(bytes, "");
}

/* What is refused. */

SPEC(another_version_of_the_interface_is_refused)
{
    char why[128];
    snprintf(why, sizeof why,
             "speaks version %u of the interface, expected is %u: build it with the installed "
             "<pollux/delegate.h>",
             DELEGATE_ABI + 1, DELEGATE_ABI);
    refused("abi", why);
}

SPEC(a_table_of_another_size_is_refused)
{
    char why[128];
    snprintf(why, sizeof why,
             "its kind_bytes is %zu, expected is %zu, the size of struct delegate_kind",
             sizeof(struct delegate_kind) - 8, sizeof(struct delegate_kind));
    refused("kind_bytes", why);
}

SPEC(a_plug_in_has_1_to_32_strategies)
{
    refused("no_kinds", "has 0 strategies, expected is 1 to 32");
    refused("many_kinds", "has 33 strategies, expected is 1 to 32");
    refused("no_table", "its table of strategies is NULL");
    refused("null_kind", "strategy 0 of it is NULL");
}

SPEC(a_strategy_has_a_name_that_a_configuration_can_say)
{
    static const char why[] =
        "the name of strategy 0 of it is not 1 to 31 letters, digits, _ and -";
    refused("no_name", "strategy 0 of it has a name that is NULL");
    refused("empty_name", why);
    refused("long_name", why);
    refused("odd_name", why);
}

SPEC(a_name_is_taken_once_of_all_that_is_loaded_or_built_in)
{
    refused("built_in_name", "its strategy tally has the name of one that is built in");
    refused("same_names", "two of its strategies have the name echo");
    char why[160];
    snprintf(why, sizeof why, "its strategy echo has the name of one of %s",
             placed_as("good", "good.so"));
    EXPECT(loaded("good.so"));
    refused("other_same", why);
    EXPECT(plugin_find(&plugins, "echo") != NULL);
}

SPEC(a_strategy_needs_a_summary_footprint_build_and_decide)
{
    refused("no_summary", "its strategy echo has no summary, which every strategy needs");
    refused("no_footprint", "its strategy echo has no footprint, which every strategy needs");
    refused("no_build", "its strategy echo has no build, which every strategy needs");
    refused("no_decide", "its strategy echo has no decide, which every strategy needs");
}

SPEC(an_object_that_exports_something_else_is_no_plug_in)
{
    char why[128];
    snprintf(why, sizeof why,
             "its pollux_plugin has 4 bytes, expected is a struct delegate_plugin of %zu",
             sizeof(struct delegate_plugin));
    refused("no_symbol", "is no plug-in: it exports no pollux_plugin");
    refused("function", "its pollux_plugin is no variable, expected is a struct delegate_plugin");
    refused("small", why);
}

SPEC(a_plug_in_cannot_call_our_functions)
{
    refused("calls_us", "cannot be opened: undefined symbol: check_failed");
}

SPEC(what_is_no_shared_object_is_refused_with_what_the_c_library_says)
{
    char path[96];
    snprintf(path, sizeof path, "%s/text.so", folder);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    for (int i = 0; i < 100; i++) fprintf(file, "strategy = echo\n");
    CHECK(fclose(file) == 0);
    EXPECT(!loaded("text.so"));
    EXPECT_TEXT(said + strlen(path), ": cannot be opened: invalid ELF header\n");
    CHECK(truncate(path, 0) == 0);
    EXPECT(!loaded("text.so"));
    EXPECT_TEXT(said + strlen(path), ": cannot be opened: file too short\n");
}

SPEC(a_file_that_is_not_there_a_folder_and_a_name_too_long_are_refused)
{
    char long_name[600], sentence[128];
    snprintf(sentence, sizeof sentence, "%s/none.so: cannot be opened: No such file or directory\n",
             folder);
    EXPECT(!loaded("none.so"));
    EXPECT_TEXT(said, sentence);
    snprintf(sentence, sizeof sentence, "%s: is no file, expected is a shared object\n", folder);
    EXPECT(!loaded(folder));
    EXPECT_TEXT(said, sentence);
    EXPECT(!loaded(""));
    memset(long_name, 'x', sizeof long_name);
    long_name[511 - strlen(folder)] = '\0'; /* with the slash one character too many */
    EXPECT(!loaded(long_name));
    EXPECT(strstr(said, "has 1 to 511 characters with its folder") != NULL);
    long_name[510 - strlen(folder)] = '\0';
    EXPECT(!loaded(long_name));
    EXPECT(strstr(said, "cannot be opened: File name too long") != NULL);
}

/* Who may write. */

SPEC(a_file_that_others_may_write_to_is_refused)
{
    char sentence[160];
    const char *path = placed_as("good", "good.so");
    CHECK(chmod(path, 0757) == 0);
    EXPECT(!loaded("good.so"));
    snprintf(sentence, sizeof sentence,
             "%s: has mode 0757, expected is one that others may not write to\n", path);
    EXPECT_TEXT(said, sentence);
    CHECK(chmod(path, 0775) == 0);
    EXPECT(loaded("good.so"));
}

SPEC(a_folder_that_others_may_write_to_is_refused_unless_it_is_sticky)
{
    const char *path = placed_as("good", "good.so");
    CHECK(chmod(folder, 0777) == 0);
    EXPECT(!loaded("good.so"));
    EXPECT_TEXT(said + strlen(path),
                ": its folder has mode 0777, expected is one that others may not write to\n");
    CHECK(chmod(folder, 01777) == 0);
    EXPECT(loaded("good.so"));
}

SPEC(a_file_or_folder_of_another_user_is_refused)
{
    if (geteuid() != 0) return; /* only root can give files away */
    const char *path = placed_as("good", "good.so");
    CHECK(chown(path, 4711, 0) == 0);
    EXPECT(!loaded("good.so"));
    EXPECT_TEXT(said + strlen(path),
                ": it belongs to user 4711, expected is root or 0, who runs this\n");
    CHECK(chown(path, 0, 0) == 0);
    CHECK(chown(folder, 4711, 0) == 0);
    EXPECT(!loaded("good.so"));
    EXPECT_TEXT(said + strlen(path),
                ": its folder belongs to user 4711, expected is root or 0, who runs this\n");
}

/* Leaving. */

SPEC(a_plug_in_without_delegates_leaves_memory_at_once)
{
    (void)placed_as("good", "good.so");
    EXPECT(plugin_unload(&plugins, "good.so") == PLUGIN_UNKNOWN);
    EXPECT(loaded("good.so"));
    EXPECT(resident("good.so"));
    EXPECT(plugin_unload(&plugins, "good.so") == PLUGIN_CLOSED);
    EXPECT(!resident("good.so"));
    EXPECT(plugin_find(&plugins, "echo") == NULL);
    EXPECT(plugin_unload(&plugins, "good.so") == PLUGIN_UNKNOWN);
}

SPEC(a_plug_in_with_delegates_leaves_memory_with_the_last_of_them)
{
    (void)placed_as("two", "two.so");
    EXPECT(loaded("two.so"));
    const struct delegate_kind *one = plugin_find(&plugins, "echo");
    const struct delegate_kind *two = plugin_find(&plugins, "echo-2");
    plugin_hold(&plugins, one);
    plugin_hold(&plugins, two);
    plugin_hold(&plugins, one);
    plugin_release(&plugins, one);
    EXPECT(plugin_unload(&plugins, "two.so") == PLUGIN_LEAVING);
    EXPECT(plugin_find(&plugins, "echo") == NULL);
    EXPECT_TEXT(one->name, "echo");
    plugin_release(&plugins, one);
    EXPECT(resident("two.so"));
    EXPECT(plugin_unload(&plugins, "two.so") == PLUGIN_LEAVING);
    plugin_release(&plugins, two);
    EXPECT(!resident("two.so"));
    EXPECT(plugin_unload(&plugins, "two.so") == PLUGIN_UNKNOWN);
}

SPEC(holding_what_is_leaving_and_releasing_what_is_not_held_are_our_mistakes)
{
    (void)placed_as("good", "good.so");
    EXPECT(loaded("good.so"));
    const struct delegate_kind *kind = plugin_find(&plugins, "echo");
    EXPECT_STOP(plugin_release(&plugins, kind), "plugin->delegates > 0");
    plugin_hold(&plugins, kind);
    EXPECT(plugin_unload(&plugins, "good.so") == PLUGIN_LEAVING);
    EXPECT_STOP(plugin_hold(&plugins, kind), "!plugin->leaving");
    plugin_release(&plugins, kind);
}

SPEC(a_new_file_of_the_same_name_is_the_one_that_is_loaded_next)
{
    (void)placed_as("good", "mine.so");
    EXPECT(loaded("mine.so"));
    const struct delegate_kind *kind = plugin_find(&plugins, "echo");
    plugin_hold(&plugins, kind);
    (void)placed_as("other", "mine.so");
    EXPECT(!loaded("mine.so"));
    EXPECT(strstr(said, "/mine.so: is loaded already\n") != NULL);
    EXPECT(plugin_unload(&plugins, "mine.so") == PLUGIN_LEAVING);
    EXPECT(!loaded("mine.so"));
    EXPECT(strstr(said, "/mine.so: is leaving, but has 1 delegates that have not ended\n") != NULL);
    plugin_release(&plugins, kind);
    EXPECT(loaded("mine.so"));
    EXPECT(plugin_find(&plugins, "echo") == NULL);
    EXPECT(plugin_find(&plugins, "foxtrot") != NULL);
}

SPEC(names_of_a_plug_in_that_is_leaving_are_taken_until_it_has_left)
{
    (void)placed_as("good", "good.so");
    (void)placed_as("two", "two.so");
    EXPECT(loaded("good.so"));
    const struct delegate_kind *kind = plugin_find(&plugins, "echo");
    plugin_hold(&plugins, kind);
    EXPECT(plugin_unload(&plugins, "good.so") == PLUGIN_LEAVING);
    EXPECT(!loaded("two.so"));
    EXPECT(strstr(said, "/good.so, which is leaving, but has 1 delegates\n") != NULL);
    plugin_release(&plugins, kind);
    EXPECT(loaded("two.so"));
}

SPEC(the_same_file_by_another_name_is_refused)
{
    char link_name[96];
    const char *path = placed_as("good", "good.so");
    snprintf(link_name, sizeof link_name, "%s/link.so", folder);
    CHECK(symlink(path, link_name) == 0);
    EXPECT(loaded("good.so"));
    EXPECT(!loaded("link.so"));
    EXPECT(strstr(said, "/link.so: is the same file as ") != NULL);
}

SPEC(an_object_that_never_leaves_memory_is_not_loaded_again)
{
    (void)placed_as("stays", "stays.so");
    EXPECT(loaded("stays.so"));
    EXPECT(plugin_unload(&plugins, "stays.so") == PLUGIN_CLOSED);
    EXPECT(!loaded("stays.so"));
    EXPECT(strstr(said, "only a new start can load it again") != NULL);
}

SPEC(the_33rd_plug_in_is_refused)
{
    for (uint32_t i = 0; i < PLUGIN_LOADED_MAX; i++)
        snprintf(plugins.plugin[i].path, sizeof plugins.plugin[i].path, "full");
    static const struct delegate_plugin none = {.kinds = 0};
    for (uint32_t i = 0; i < PLUGIN_LOADED_MAX; i++) plugins.plugin[i].exported = &none;
    (void)placed_as("good", "good.so");
    EXPECT(!loaded("good.so"));
    EXPECT(strstr(said, "32 plug-ins are loaded, more are not possible") != NULL);
    memset(plugins.plugin, 0, sizeof plugins.plugin);
}

#define SPECS(S)                                                                                   \
    S(a_strategy_of_a_plug_in_is_found_by_its_name_and_decides)                                    \
    S(strategies_built_in_are_found_by_the_same_call)                                              \
    S(a_plug_in_may_have_several_strategies_and_names_of_31_characters)                            \
    S(a_name_without_a_slash_is_of_the_folder_and_one_with_a_slash_is_a_path)                      \
    S(the_plug_ins_are_a_table_a_line_each)                                                        \
    S(another_version_of_the_interface_is_refused)                                                 \
    S(a_table_of_another_size_is_refused)                                                          \
    S(a_plug_in_has_1_to_32_strategies)                                                            \
    S(a_strategy_has_a_name_that_a_configuration_can_say)                                          \
    S(a_name_is_taken_once_of_all_that_is_loaded_or_built_in)                                      \
    S(a_strategy_needs_a_summary_footprint_build_and_decide)                                       \
    S(an_object_that_exports_something_else_is_no_plug_in)                                         \
    S(a_plug_in_cannot_call_our_functions)                                                         \
    S(what_is_no_shared_object_is_refused_with_what_the_c_library_says)                            \
    S(a_file_that_is_not_there_a_folder_and_a_name_too_long_are_refused)                           \
    S(a_file_that_others_may_write_to_is_refused)                                                  \
    S(a_folder_that_others_may_write_to_is_refused_unless_it_is_sticky)                            \
    S(a_file_or_folder_of_another_user_is_refused)                                                 \
    S(a_plug_in_without_delegates_leaves_memory_at_once)                                           \
    S(a_plug_in_with_delegates_leaves_memory_with_the_last_of_them)                                \
    S(holding_what_is_leaving_and_releasing_what_is_not_held_are_our_mistakes)                     \
    S(a_new_file_of_the_same_name_is_the_one_that_is_loaded_next)                                  \
    S(names_of_a_plug_in_that_is_leaving_are_taken_until_it_has_left)                              \
    S(the_same_file_by_another_name_is_refused)                                                    \
    S(an_object_that_never_leaves_memory_is_not_loaded_again)                                      \
    S(the_33rd_plug_in_is_refused)

SPEC_MAIN("plugin", SPECS, before_each, after_each)
