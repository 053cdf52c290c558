/* What is at the path, before what is in it. */

#include "tests/config/config_script.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/pollux-config-XXXXXX";
static char path[256];

static const char smallest[] = ROLES "\n" CORES "\n" PORTS "\nfeed: {line_a: " LINE "}\n";

static const char *in_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text, size_t bytes)
{
    FILE *file = fopen(in_folder(name), "wb");
    CHECK(file != NULL);
    CHECK(fwrite(text, 1, bytes, file) == bytes);
    CHECK(fclose(file) == 0);
    CHECK(chmod(path, 0644) == 0);
}

SPEC(a_file_is_read)
{
    write_file("good", smallest, sizeof smallest - 1);
    config_script_given_file(in_folder("good"));
    ACCEPTED();
}

SPEC(a_file_that_is_not_there_says_so)
{
    config_script_given_file(in_folder("absent"));
    PROBLEMS("cannot be opened: No such file or directory");
}

SPEC(a_file_that_may_not_be_read_says_so)
{
    if (geteuid() == 0) {
        printf("(root may read everything) ");
        return;
    }
    write_file("secret", smallest, sizeof smallest - 1);
    CHECK(chmod(in_folder("secret"), 0) == 0);
    config_script_given_file(in_folder("secret"));
    PROBLEMS("cannot be opened: Permission denied");
}

SPEC(a_symbolic_link_is_refused)
{
    write_file("good", smallest, sizeof smallest - 1);
    CHECK(symlink("good", in_folder("link")) == 0);
    config_script_given_file(in_folder("link"));
    PROBLEMS("is a symbolic link: name the file it points to");
}

SPEC(a_directory_is_refused)
{
    config_script_given_file(folder);
    PROBLEMS("is a directory, not a file");
}

SPEC(a_pipe_and_a_device_are_refused_without_waiting)
{
    CHECK(mkfifo(in_folder("pipe"), 0600) == 0);
    config_script_given_file(in_folder("pipe"));
    PROBLEMS("is a device, a pipe or a socket, not a file");
    config_script_given_file("/dev/zero");
    PROBLEMS("is a device, a pipe or a socket, not a file");
}

SPEC(a_file_that_anybody_may_write_is_refused)
{
    write_file("open", smallest, sizeof smallest - 1);
    CHECK(chmod(in_folder("open"), 0666) == 0);
    config_script_given_file(in_folder("open"));
    PROBLEMS("anybody may write to it (mode 0666): chmod o-w makes it safe to use");
}

SPEC(a_file_of_one_mebibyte_is_read_and_one_byte_more_refused)
{
    static char text[CONFIG_FILE_BYTES_MAX + 1];
    memset(text, '#', sizeof text);
    memcpy(text, smallest, sizeof smallest - 1);
    write_file("large", text, sizeof text - 1);
    config_script_given_file(in_folder("large"));
    ACCEPTED();
    write_file("large", text, sizeof text);
    config_script_given_file(in_folder("large"));
    PROBLEMS("larger than 1048576 bytes: this is no configuration");
}

SPEC(problems_are_printed_with_the_path_and_the_place)
{
    static struct config_problems problems;
    struct config *config;
    EXPECT(!config_parse("name: a b\n", 10, &config, &problems));
    problems.more = 3;
    char printed[2048] = "";
    FILE *out = fmemopen(printed, sizeof printed, "w");
    config_print_problems(out, "my.yaml", &problems);
    fclose(out);
    EXPECT_TEXT(printed, "my.yaml:1:1: roles is missing\n"
                         "my.yaml:1:1: lcores is missing\n"
                         "my.yaml:1:1: ports is missing\n"
                         "my.yaml:1:7: name needs a name of letters, digits, '.', '_' and '-', "
                         "found \"a b\"\n"
                         "my.yaml: and 3 more\n");
    EXPECT(!config_read(in_folder("absent"), &config, &problems));
    memset(printed, 0, sizeof printed);
    out = fmemopen(printed, sizeof printed, "w");
    config_print_problems(out, "my.yaml", &problems);
    fclose(out);
    EXPECT_TEXT(printed, "my.yaml: cannot be opened: No such file or directory\n");
}

/* The largest file, made of one piece over and over. */
static void given_pieces(const char *head, const char *piece)
{
    static char text[CONFIG_FILE_BYTES_MAX];
    size_t length = strlen(piece);
    size_t bytes = 0;
    for (; head[bytes]; bytes++) text[bytes] = head[bytes];
    for (; bytes + length <= sizeof text; bytes += length)
        for (size_t i = 0; i < length; i++) text[bytes + i] = piece[i];

    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    static struct config_problems problems;
    struct config *config;
    EXPECT(!config_parse(text, bytes, &config, &problems));
    EXPECT(problems.count > 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    int64_t ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
    spec_expect(__FILE__, __LINE__, ms < 5000, "a file of \"%s\" takes %lld ms", piece,
                (long long)ms);
}

SPEC(no_file_takes_long_however_it_is_nested_or_repeated)
{
    given_pieces("", "[");
    given_pieces("", "{");
    given_pieces("", "- ");
    given_pieces("", "? ");
    given_pieces("", "[a,");
    given_pieces("", "{a: ");
    given_pieces("", "? a\n");
    given_pieces("", "- a\n");
    given_pieces("", "a: 1\n");
    given_pieces("", "name: a\n");
    given_pieces("", "nane_______________________: a\n");
    given_pieces("screen: {symbols: [", "A,");
    given_pieces("engine: {delegates: [{instruments: [", "A, ");
    given_pieces("venue: {instruments: [", "{}, ");
    given_pieces("venue:\n  instruments:\n", "  - symbol: A\n");
    given_pieces("name: ", "a");
    given_pieces("name: \"", "\\0");
    given_pieces("name: ", "&a ");
    given_pieces("a: &a [b]\nb: [", "*a, ");
    given_pieces("name: |\n", "  a\n");
    given_pieces("", "---\n");
    given_pieces("", "\n");
    struct rusage usage;
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    printf("(%ld MB at most) ", usage.ru_maxrss / 1024);
}

static void folder_open(void)
{
    snprintf(folder, sizeof folder, "/tmp/pollux-config-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
}

static void folder_close(void)
{
    static const char *const names[] = {"good", "secret", "link", "pipe", "open", "large"};
    config_script_close();
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) unlink(in_folder(names[i]));
    CHECK(rmdir(folder) == 0);
}

#define SPECS(S)                                                                                   \
    S(a_file_is_read)                                                                              \
    S(a_file_that_is_not_there_says_so)                                                            \
    S(a_file_that_may_not_be_read_says_so)                                                         \
    S(a_symbolic_link_is_refused)                                                                  \
    S(a_directory_is_refused)                                                                      \
    S(a_pipe_and_a_device_are_refused_without_waiting)                                             \
    S(a_file_that_anybody_may_write_is_refused)                                                    \
    S(a_file_of_one_mebibyte_is_read_and_one_byte_more_refused)                                    \
    S(problems_are_printed_with_the_path_and_the_place)                                            \
    S(no_file_takes_long_however_it_is_nested_or_repeated)

SPEC_MAIN("config: files", SPECS, folder_open, folder_close)
