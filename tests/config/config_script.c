#include "tests/config/config_script.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 65536

static struct config *config;
static struct config_problems problems;

void config_script_close(void)
{
    if (config) config_free(config);
    config = NULL;
}

static void conclude(bool accepted)
{
    EXPECT_UINT(accepted, config != NULL);
    EXPECT_UINT(accepted, problems.count == 0);
}

void config_script_given_bytes(const char *text, size_t bytes)
{
    config_script_close();
    conclude(config_parse(text, bytes, &config, &problems));
}

void config_script_given_file(const char *path)
{
    config_script_close();
    conclude(config_read(path, &config, &problems));
}

void config_script_given(const char *const *lines)
{
    static char text[TEXT_BYTES];
    size_t bytes = 0;
    for (; *lines; lines++) {
        size_t length = strlen(*lines);
        CHECK(bytes + length + 1 <= sizeof text);
        memcpy(text + bytes, *lines, length);
        text[bytes + length] = '\n';
        bytes += length + 1;
    }
    config_script_given_bytes(text, bytes);
}

void config_script_problems(const char *file, int line, const char *const *expected)
{
    static char wanted[TEXT_BYTES], said[TEXT_BYTES];
    FILE *out = fmemopen(wanted, sizeof wanted, "w");
    for (; *expected; expected++) fprintf(out, "%s\n", *expected);
    fputc(0, out);
    fclose(out);

    /* Without its path, as the transcripts are written. */
    out = fmemopen(said, sizeof said, "w");
    for (uint32_t i = 0; i < problems.count; i++) {
        const struct config_problem *problem = &problems.at[i];
        if (problem->line) fprintf(out, "%u:%u: ", problem->line, problem->column);
        fprintf(out, "%s\n", problem->sentence);
    }
    if (problems.more) fprintf(out, "and %u more\n", problems.more);
    fputc(0, out);
    fclose(out);
    spec_expect_text(file, line, "what is said about the file", said, wanted);
}

const struct config *config_script_config(void)
{
    CHECK(config != NULL);
    return config;
}

const char *config_script_source(const char *name)
{
    static char path[4096];
    const char *root = getenv("POLLUX_SOURCE");
    CHECK(root != NULL);
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}
