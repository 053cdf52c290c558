/* Every script of tests/inet/scripts: one file is one spec, and one script one expectation. */

#include "tests/inet/script.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

enum { FILES_MAX = 32 };

static char **files;
static int running;
static struct script script;

static void run_next(void)
{
    script_file(&script, files[running++]);
}

int main(int count, char **words)
{
    CU_TestInfo specs[FILES_MAX + 1] = {{NULL, NULL}};
    files = words + 1;
    for (int i = 0; i + 1 < count && i < FILES_MAX; i++) {
        const char *slash = strrchr(words[i + 1], '/');
        specs[i] = (CU_TestInfo){slash ? slash + 1 : words[i + 1], run_next};
    }
    int result = spec_run("tcp scripts", specs, NULL, NULL);
    printf("%u scripts, %u failed\n", script.passed + script.failed, script.failed);
    return result;
}
