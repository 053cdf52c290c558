/* The record of changes is written by a thread of its own.  The disk here hangs when a spec says
 * so: this program's fdatasync is the one that the clerk calls. */

#include "control/command/command_clerk.h"
#include "tests/support/spec.h"

#include <errno.h>
#include <ev.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LITTLE_MS    200u
#define MUCH_MS      60000u
#define TURNS_SECOND 10u /* of the loop, while a spec waits */
#define SECONDS_MOST 60u

static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t disk_works = PTHREAD_COND_INITIALIZER;
static bool disk_hangs;
static _Atomic bool disk_fails;

int fdatasync(int file)
{
    pthread_mutex_lock(&disk_lock);
    while (disk_hangs) pthread_cond_wait(&disk_works, &disk_lock);
    bool fails = disk_fails;
    pthread_mutex_unlock(&disk_lock);
    errno = EIO;
    return fails ? -1 : (int)syscall(SYS_fdatasync, file);
}

static void disk_hang(bool hangs)
{
    pthread_mutex_lock(&disk_lock);
    disk_hangs = hangs;
    pthread_cond_broadcast(&disk_works);
    pthread_mutex_unlock(&disk_lock);
}

static char folder[64], path[96], said[512], story[1024];
static struct ev_loop *loop;
static ev_timer turns;
static struct command_clerk *clerk;
static uint32_t told_count;

static void turn(struct ev_loop *of, ev_timer *timer, int events)
{
    (void)of;
    (void)timer;
    (void)events;
}

static void clerk_begin(uint32_t patience_ms)
{
    struct text problems = text_in(said, sizeof said);
    clerk = command_clerk_new(&(struct command_clerk_plan){.loop = loop,
                                                           .record = {.path = path},
                                                           .patience_ms = patience_ms},
                              &problems);
}

static void before_each(void)
{
    snprintf(folder, sizeof folder, "/tmp/pollux-clerk-XXXXXX");
    EXPECT(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/changes.jsonl", folder);
    loop = ev_loop_new(EVFLAG_AUTO);
    ev_timer_init(&turns, turn, 1.0 / TURNS_SECOND, 1.0 / TURNS_SECOND);
    ev_timer_start(loop, &turns);
    story[0] = 0;
    told_count = 0;
    disk_hang(false);
    disk_fails = false;
    clerk_begin(MUCH_MS);
}

static void after_each(void)
{
    command_clerk_free(clerk);
    disk_hang(false);
    ev_timer_stop(loop, &turns);
    ev_loop_destroy(loop);
    snprintf(path, sizeof path, "%s/changes.jsonl", folder);
    unlink(path);
    EXPECT(rmdir(folder) == 0);
}

static void patience_is_little(void)
{
    command_clerk_free(clerk);
    clerk_begin(LITTLE_MS);
}

static void told(void *of, bool written)
{
    size_t length = strlen(story);
    snprintf(story + length, sizeof story - length, "%s%s ", (const char *)of,
             written ? "" : " lost");
    told_count++;
}

static void say(const char *line)
{
    char whole[64];
    int length = snprintf(whole, sizeof whole, "%s\n", line);
    command_clerk_write(clerk, whole, (size_t)length, told, (void *)(uintptr_t)line);
}

/* Until so many lines have been told. */
static void wait_told(uint32_t count)
{
    for (uint32_t i = 0; i < SECONDS_MOST * TURNS_SECOND && told_count < count; i++)
        ev_run(loop, EVRUN_ONCE);
    EXPECT_UINT(told_count, count);
}

static const char *file_text(void)
{
    static char text[4096];
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[length] = 0;
    if (file) fclose(file);
    return text;
}

SPEC(a_line_is_told_when_it_is_on_the_disk)
{
    disk_hang(true);
    say("a");
    for (uint32_t i = 0; i < 3 && told_count == 0; i++) ev_run(loop, EVRUN_NOWAIT);
    EXPECT_TEXT(story, "");
    disk_hang(false);
    wait_told(1);
    EXPECT_TEXT(story, "a ");
    EXPECT_TEXT(file_text(), "a\n");
}

SPEC(lines_are_written_and_told_in_the_order_in_which_they_came)
{
    say("a");
    say("b");
    say("c");
    wait_told(3);
    EXPECT_TEXT(story, "a b c ");
    EXPECT_TEXT(file_text(), "a\nb\nc\n");
}

static void says_more(void *of, bool written)
{
    told(of, written);
    say("more");
}

SPEC(who_is_told_may_say_more)
{
    command_clerk_write(clerk, "a\n", 2, says_more, (void *)(uintptr_t) "a");
    wait_told(2);
    EXPECT_TEXT(story, "a more ");
    EXPECT_TEXT(file_text(), "a\nmore\n");
}

SPEC(a_line_that_the_disk_does_not_take_in_time_is_told_as_lost_and_written_all_the_same)
{
    patience_is_little();
    disk_hang(true);
    say("a");
    say("b");
    wait_told(2);
    EXPECT_TEXT(story, "a lost b lost ");
    disk_hang(false);
    command_clerk_free(clerk);
    clerk = NULL;
    EXPECT_TEXT(story, "a lost b lost ");
    EXPECT_TEXT(file_text(), "a\nb\n");
}

SPEC(a_line_that_the_disk_refuses_is_told_as_lost_and_why)
{
    disk_fails = true;
    say("a");
    wait_told(1);
    EXPECT_TEXT(story, "a lost ");
    EXPECT_TEXT(command_clerk_why(clerk), "Input/output error");
    disk_fails = false;
    say("b");
    wait_told(2);
    EXPECT_TEXT(story, "a lost b ");
    EXPECT_TEXT(command_clerk_why(clerk), "");
}

SPEC(a_disk_that_hangs_is_why_lines_cannot_be_written)
{
    EXPECT_TEXT(command_clerk_why(clerk), "");
    disk_hang(true);
    say("a");
    EXPECT_TEXT(command_clerk_why(clerk), "");
    for (uint32_t i = 0; i < SECONDS_MOST * TURNS_SECOND && !command_clerk_why(clerk)[0]; i++)
        ev_run(loop, EVRUN_ONCE);
    EXPECT_TEXT(command_clerk_why(clerk), "its disk has not answered for more than a second");
    disk_hang(false);
    say("b");
    wait_told(2);
    EXPECT_TEXT(command_clerk_why(clerk), "");
}

SPEC(so_many_lines_wait_and_one_more_is_told_at_once_that_it_is_lost)
{
    disk_hang(true);
    for (uint32_t i = 0; i < COMMAND_CLERK_LINES; i++) say("x");
    EXPECT_UINT(told_count, 0);
    say("y");
    EXPECT_TEXT(story, "y lost ");
    disk_hang(false);
    wait_told(1 + COMMAND_CLERK_LINES);
    story[0] = 0;
    say("z");
    wait_told(2 + COMMAND_CLERK_LINES);
    EXPECT_TEXT(story, "z ");
}

SPEC(at_the_end_what_waits_is_written_and_told)
{
    say("a");
    say("b");
    command_clerk_free(clerk);
    clerk = NULL;
    EXPECT_TEXT(story, "a b ");
    EXPECT_TEXT(file_text(), "a\nb\n");
}

SPEC(the_end_does_not_wait_for_ever_for_a_disk_that_hangs)
{
    patience_is_little();
    disk_hang(true);
    say("a");
    say("b");
    command_clerk_free(clerk);
    clerk = NULL;
    EXPECT_TEXT(story, "a lost b lost ");
}

SPEC(without_its_file_there_is_no_clerk)
{
    command_clerk_free(clerk);
    snprintf(path, sizeof path, "%s/none/changes.jsonl", folder);
    clerk_begin(MUCH_MS);
    EXPECT(clerk == NULL);
    EXPECT(strstr(said, "the record of changes") != NULL);
}

#define SPECS(S)                                                                                   \
    S(a_line_is_told_when_it_is_on_the_disk)                                                       \
    S(lines_are_written_and_told_in_the_order_in_which_they_came)                                  \
    S(who_is_told_may_say_more)                                                                    \
    S(a_line_that_the_disk_does_not_take_in_time_is_told_as_lost_and_written_all_the_same)         \
    S(a_line_that_the_disk_refuses_is_told_as_lost_and_why)                                        \
    S(a_disk_that_hangs_is_why_lines_cannot_be_written)                                            \
    S(so_many_lines_wait_and_one_more_is_told_at_once_that_it_is_lost)                             \
    S(at_the_end_what_waits_is_written_and_told)                                                   \
    S(the_end_does_not_wait_for_ever_for_a_disk_that_hangs)                                        \
    S(without_its_file_there_is_no_clerk)
SPEC_MAIN("command_clerk", SPECS, before_each, after_each)
