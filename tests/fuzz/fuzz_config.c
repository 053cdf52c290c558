/* Any bytes as a configuration file.  They are refused with problems or applied without, never
 * both; every problem has a place inside the file and a sentence that is safe on a terminal. */

#include "control/config/config.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines as YAML ends them: LF, CR, CR LF, and in UTF-8 U+0085, U+2028, U+2029. */
static uint32_t count_lines(const char *text, size_t bytes)
{
    uint32_t lines = 1;
    for (size_t i = 0; i < bytes; i++) {
        bool separator = bytes - i >= 3 && (memcmp(text + i, "\xe2\x80\xa8", 3) == 0 ||
                                            memcmp(text + i, "\xe2\x80\xa9", 3) == 0);
        bool next_line = bytes - i >= 2 && memcmp(text + i, "\xc2\x85", 2) == 0;
        bool feed = text[i] == '\n' && (i == 0 || text[i - 1] != '\r');
        lines += separator || next_line || feed || text[i] == '\r';
    }
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config_problems problems;
    struct config *config = NULL;
    const char *text = (const char *)data;
    bool accepted = config_parse(text, size, &config, &problems);
    CHECK(accepted == (config != NULL));
    CHECK(accepted == (problems.count == 0));
    CHECK(problems.more == 0 || problems.count == CONFIG_PROBLEMS_MAX);

    uint32_t lines = count_lines(text, size);
    for (uint32_t i = 0; i < problems.count; i++) {
        const struct config_problem *problem = &problems.at[i];
        size_t length = strnlen(problem->sentence, sizeof problem->sentence);
        CHECK(problem->line >= 1 || size > CONFIG_FILE_BYTES_MAX);
        CHECK(problem->line <= lines);
        CHECK(problem->column <= size + 1);
        CHECK(length > 0);
        CHECK(length < sizeof problem->sentence);
        for (size_t c = 0; c < length; c++)
            CHECK(problem->sentence[c] >= ' ' && problem->sentence[c] <= '~');
    }
    if (config) {
        CHECK(config->ports.count >= 1);
        if (config->feed) CHECK(config->feed->line_a.port < config->ports.count);
        CHECK(config->lcores.cores.count >= 1);
        if (config->gateway) CHECK(config->gateway->port < config->ports.count);
        config_free(config);
    }
    return 0;
}
