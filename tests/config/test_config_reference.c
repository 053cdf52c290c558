/* The reference page, byte by byte, and that it is whole. */

#include "tests/config/config_script.h"

#include <stdlib.h>
#include <string.h>

static char *page;
static size_t page_bytes;

static void page_open(void)
{
    FILE *out = open_memstream(&page, &page_bytes);
    config_reference(out);
    fclose(out);
}

static void page_close(void)
{
    free(page);
}

SPEC(the_reference_page_is_the_golden_one)
{
    static char golden[65536];
    FILE *file = fopen(config_script_source("tests/golden/config_reference.txt"), "rb");
    CHECK(file != NULL);
    size_t bytes = fread(golden, 1, sizeof golden - 1, file);
    fclose(file);
    EXPECT_UINT(bytes, page_bytes);
    EXPECT(memcmp(golden, page, page_bytes) == 0);
}

/* Every line of an example that begins with a key names one the page has a heading for. */
static void keys_are_listed(const char *name)
{
    FILE *file = fopen(config_script_source(name), "r");
    CHECK(file != NULL);
    char line[256];
    uint32_t keys = 0;
    while (fgets(line, sizeof line, file)) {
        char *key = line + strspn(line, " -");
        size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyz_0123456789");
        if (line[0] == '#' || length == 0 || key[length] != ':') continue;
        char heading[64];
        snprintf(heading, sizeof heading, "%c%.*s\n    ", line[0] == key[0] ? '\n' : '.',
                 (int)length, key);
        spec_expect(__FILE__, __LINE__, strstr(page, heading) != NULL, "%.*s is not in the page",
                    (int)length, key);
        keys++;
    }
    fclose(file);
    EXPECT(keys > 15);
}

SPEC(every_key_of_the_examples_is_in_it)
{
    keys_are_listed("apps/polluxd/quickstart.yaml");
    keys_are_listed("apps/polluxd/colo.yaml");
    keys_are_listed("apps/polluxd/venue.yaml");
    keys_are_listed("apps/polluxd/gateway.yaml");
}

SPEC(no_line_is_wider_than_a_page)
{
    for (const char *line = page; line < page + page_bytes; line += strcspn(line, "\n") + 1)
        spec_expect(__FILE__, __LINE__, strcspn(line, "\n") <= 100, "%.40s... is too wide", line);
}

#define SPECS(S)                                                                                   \
    S(the_reference_page_is_the_golden_one)                                                        \
    S(every_key_of_the_examples_is_in_it)                                                          \
    S(no_line_is_wider_than_a_page)

SPEC_MAIN("config: reference", SPECS, page_open, page_close)
