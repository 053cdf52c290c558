#ifndef TESTS_NET_QUIET_H
#define TESTS_NET_QUIET_H

/* Proof that code makes no system call: it runs in a child process that the kernel kills at the
 * first one. */

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* From here on the calling thread may end, and ask the kernel for nothing else.  The strict mode of
 * seccomp will not do: it also forbids reading the time stamp counter. */
static inline bool quiet_from_here(void)
{
    struct sock_filter rule[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {.len = sizeof rule / sizeof rule[0], .filter = rule};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* The sanitizers make system calls of their own; under them the work runs unwatched. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define QUIET_WATCHED 0
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define QUIET_WATCHED 0
#    endif
#endif
#ifndef QUIET_WATCHED
#    define QUIET_WATCHED 1
#endif

/* True if work(argument) returned true and made no system call. */
static inline bool quiet_runs(bool (*work)(void *argument), void *argument)
{
    fflush(NULL);
    int child = fork();
    if (child < 0) return false;
    if (child == 0) {
        if (QUIET_WATCHED && !quiet_from_here()) _exit(2);
        _exit(work(argument) ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

#endif
