/* A venue's folder, on a machine that gives random numbers or does not. */

#include "dataplane/launch/venue_folder.h"
#include "tests/support/spec.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* The C library's, for everything in this program. */
static bool random_there;

ssize_t getrandom(void *buffer, size_t length, unsigned int flags)
{
    (void)flags;
    if (!random_there) {
        errno = ENOSYS;
        return -1;
    }
    memset(buffer, 0x5a, length);
    return (ssize_t)length;
}

static char above[64], path[80];

static int entry_remove(const char *name, const struct stat *is, int kind, struct FTW *at)
{
    (void)is, (void)kind, (void)at;
    return remove(name);
}

static void before_each(void)
{
    random_there = true;
    snprintf(above, sizeof above, "/tmp/venue_folder_XXXXXX");
    CHECK(mkdtemp(above) != NULL);
    snprintf(path, sizeof path, "%s/journal", above);
}

static void after_each(void)
{
    (void)nftw(above, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static bool opened(struct venue_folder *folder, struct text *problems)
{
    const struct venue_folder_plan plan = {
        .folder = path,
        .limits = {.instruments = 1,
                   .orders = 16,
                   .specials = 16,
                   .pages = 64,
                   .window = 64,
                   .cascade = 1},
        .held = 64,
        .segment_bytes = 1 << 20,
        .reserve_bytes = 1 << 16,
    };
    return venue_folder_open(folder, &plan, problems);
}

SPEC(the_secret_of_an_engine_is_the_kernels)
{
    char sentences[256];
    struct text problems = text_in(sentences, sizeof sentences);
    struct venue_folder folder;
    EXPECT(opened(&folder, &problems));
    EXPECT_TEXT(sentences, "");
    EXPECT_UINT(folder.limits.match.secret, 0x5a5a5a5a5a5a5a5a);
    venue_folder_close(&folder);
}

SPEC(without_random_numbers_no_venue_is_opened)
{
    char sentences[256];
    struct text problems = text_in(sentences, sizeof sentences);
    struct venue_folder folder;
    random_there = false;
    EXPECT(!opened(&folder, &problems));
    EXPECT_TEXT(sentences, "the kernel gives no random numbers\n");
    venue_folder_close(&folder);
}

#define SPECS(S)                                                                                   \
    S(the_secret_of_an_engine_is_the_kernels)                                                      \
    S(without_random_numbers_no_venue_is_opened)

SPEC_MAIN("a venue's folder", SPECS, before_each, after_each)
