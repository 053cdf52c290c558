#include "tests/support/spec.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void spec_expect(const char *file, int line, bool met, const char *format, ...)
{
    char message[8192] = "";
    if (!met) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(message, sizeof message, format, arguments);
        va_end(arguments);
    }
    CU_assertImplementation(met, (unsigned)line, message, file, "", CU_FALSE);
}

void spec_expect_text(const char *file, int line, const char *what, const char *actual,
                      const char *expected)
{
    bool equal = strcmp(actual, expected) == 0;
    spec_expect(file, line, equal, "%s\nexpected:\n%s\nactual:\n%s", what, expected, actual);
}

/* What a stopping child has said on its standard error. */
static int stop_pipe[2];

enum { STATUS_SURVIVED = 3, STATUS_SKIPPED = 77 };

int spec_stop_begin(void)
{
    fflush(NULL);
    if (pipe(stop_pipe) != 0) abort();
    int child = fork();
    if (child < 0) abort();
    if (child > 0) {
        close(stop_pipe[1]);
        return child;
    }
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    dup2(stop_pipe[1], STDERR_FILENO);
    return 0;
}

_Noreturn void spec_stop_survived(void)
{
    _exit(STATUS_SURVIVED);
}

void spec_stop_end(const char *file, int line, int child, const char *statement, const char *words)
{
    char said[4096];
    size_t length = 0;
    ssize_t more;
    while ((more = read(stop_pipe[0], said + length, sizeof said - 1 - length)) > 0)
        length += (size_t)more;
    said[length] = '\0';
    close(stop_pipe[0]);
    int status = 0;
    waitpid(child, &status, 0);
    spec_expect(file, line, WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
                "%s did not stop the program", statement);
    spec_expect(file, line, strstr(said, words) != NULL, "%s stopped without the words \"%s\":\n%s",
                statement, words, said);
}

struct spec_seeds spec_seeds(uint64_t count)
{
    const char *wanted = getenv("SPEC_SEED");
    if (!wanted) return (struct spec_seeds){1, count};
    uint64_t seed = strtoull(wanted, NULL, 0);
    return (struct spec_seeds){seed, seed};
}

_Noreturn void spec_skip(const char *sentence)
{
    printf("skipped: %s\n", sentence);
    exit(STATUS_SKIPPED);
}

/* CUnit keeps its own copy of a name: turn "a_buy_rests" into the sentence it is. */
static void make_sentence(char *name)
{
    for (; *name; name++)
        if (*name == '_') *name = ' ';
}

int spec_run(const char *subject, CU_TestInfo *specs, void (*before_each)(void),
             void (*after_each)(void))
{
    if (CU_initialize_registry() != CUE_SUCCESS) return 2;
    CU_SuiteInfo suites[] = {{subject, NULL, NULL, before_each, after_each, specs},
                             CU_SUITE_INFO_NULL};
    if (CU_register_suites(suites) != CUE_SUCCESS) return 2;
    for (CU_pTest test = CU_get_registry()->pSuite->pTest; test; test = test->pNext)
        make_sentence(test->pName);

    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures ? 1 : 0;
}
