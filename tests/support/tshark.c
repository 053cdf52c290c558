#include "tests/support/tshark.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool tshark_found(void)
{
    return system("tshark --version >/dev/null 2>&1") == 0;
}

uint64_t tshark_run(const uint8_t *capture, size_t bytes, const char *arguments,
                    tshark_line_fn *take)
{
    static char line[65536];
    char path[] = "/tmp/pollux-tshark.XXXXXX", command[1024];
    int file = mkstemp(path);
    CHECK(file >= 0);
    CHECK((size_t)write(file, capture, bytes) == bytes);
    close(file);
    snprintf(command, sizeof command, "tshark -n -r %s %s 2>/dev/null", path, arguments);
    FILE *output = popen(command, "r");
    uint64_t lines = 0;
    for (; output != NULL && fgets(line, sizeof line, output) != NULL; lines++)
        if (take) take(line);
    if (output != NULL) pclose(output);
    unlink(path);
    return lines;
}
