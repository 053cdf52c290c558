#include "dataplane/journal/storage_file.h"

#include "dataplane/journal/storage_twin_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The folder: found or made, checked, locked.  The lock is the kernel's (flock) on the folder
 * itself, so that it leaves no file behind and ends with the process. */

static bool refuse(struct storage_file *files, const char *folder, const char *why,
                   struct text *problems)
{
    text_format(problems, "%s %s\n", folder, why);
    if (files->folder >= 0) close(files->folder);
    files->folder = -1;
    return false;
}

static bool refuse_cause(struct storage_file *files, const char *folder, const char *what,
                         struct text *problems)
{
    char why[256];
    snprintf(why, sizeof why, "%s: %s", what, strerror(errno));
    return refuse(files, folder, why, problems);
}

/* The process that holds a lock on the folder, or 0 if the kernel does not say. */
static int holder_find(int folder)
{
    struct stat status;
    FILE *locks = fopen("/proc/locks", "re");
    if (!locks) return 0;
    int holder = 0;
    char line[256];
    bool known = fstat(folder, &status) == 0;
    while (known && holder == 0 && fgets(line, sizeof line, locks)) {
        /* 1: FLOCK  ADVISORY  WRITE 712 08:01:393226 0 EOF */
        int process;
        unsigned major, minor;
        uint64_t inode;
        char kind[16];
        if (sscanf(line, "%*u: %15s %*s %*s %d %x:%x:%" SCNu64, kind, &process, &major, &minor,
                   &inode) == 5 &&
            strcmp(kind, "FLOCK") == 0 && inode == status.st_ino &&
            makedev(major, minor) == status.st_dev)
            holder = process;
    }
    fclose(locks);
    return holder;
}

static void holder_print(int holder, struct text *out)
{
    char path[64], name[32] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", holder);
    FILE *comm = fopen(path, "re");
    if (comm) {
        if (!fgets(name, sizeof name, comm)) name[0] = 0;
        fclose(comm);
    }
    name[strcspn(name, "\n")] = 0;
    if (holder > 0) text_format(out, "process %d", holder);
    else text_append(out, "another process");
    if (name[0]) text_format(out, " (%s)", name);
}

static bool folder_lock(struct storage_file *files, const struct storage_file_plan *plan,
                        struct text *problems)
{
    int operation = plan->use == STORAGE_FILE_WRITE ? LOCK_EX : LOCK_SH;
    int refused;
    do refused = flock(files->folder, operation | LOCK_NB);
    while (refused && errno == EINTR);
    if (!refused) return true;
    if (errno != EWOULDBLOCK)
        return refuse_cause(files, plan->folder, "cannot be locked", problems);
    char buffer[128];
    struct text why = text_in(buffer, sizeof buffer);
    text_append(&why, "is in use by ");
    holder_print(holder_find(files->folder), &why);
    text_append(&why, "; a journal has one user at a time");
    return refuse(files, plan->folder, why.bytes, problems);
}

/* Makes it if it is missing, and its name durable. */
static bool folder_make(const char *folder)
{
    if (mkdir(folder, 0700) != 0) return errno == EEXIST;
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/..", folder);
    if (length < 0 || (size_t)length >= sizeof path) return true;
    int parent = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0) return true; /* may be entered and not read: its name may be lost, no record */
    int refused;
    do refused = fsync(parent);
    while (refused && errno == EINTR);
    close(parent);
    return refused == 0;
}

/* Why nobody should keep a journal in this folder, or NULL. */
static const char *folder_unfit(int folder)
{
    struct stat status;
    if (fstat(folder, &status) != 0) return "cannot be examined";
    if (status.st_uid != geteuid()) return "belongs to another user; a journal's folder is its own";
    if ((status.st_mode & 0077) != 0) return "may be entered by others; make it private: chmod 700";
    return NULL;
}

bool storage_file_open(struct storage_file *files, const struct storage_file_plan *plan,
                       struct text *problems)
{
    *files = (struct storage_file){.folder = -1, .use = plan->use};
    bool writes = plan->use == STORAGE_FILE_WRITE;
    if (writes && plan->create && !folder_make(plan->folder))
        return refuse_cause(files, plan->folder, "cannot be made", problems);
    do
        files->folder =
            open(plan->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    while (files->folder < 0 && errno == EINTR);
    if (files->folder < 0) {
        struct stat status;
        bool link =
            errno == ENOTDIR && lstat(plan->folder, &status) == 0 && S_ISLNK(status.st_mode);
        if (link)
            return refuse(files, plan->folder, "is a symbolic link; name the folder itself",
                          problems);
        if (errno == ENOTDIR) return refuse(files, plan->folder, "is not a folder", problems);
        return refuse_cause(files, plan->folder, "cannot be opened", problems);
    }
    const char *unfit = writes ? folder_unfit(files->folder) : NULL;
    if (unfit) return refuse(files, plan->folder, unfit, problems);
    if (writes) storage_twin_sweep();
    return plan->use == STORAGE_FILE_LOOK || folder_lock(files, plan, problems);
}

bool storage_file_share(struct storage_file *files, const struct storage_file *with,
                        struct text *problems)
{
    *files = (struct storage_file){
        .folder = fcntl(with->folder, F_DUPFD_CLOEXEC, 0), .use = with->use, .unhurried = true};
    if (files->folder >= 0) return true;
    return refuse_cause(files, "the journal's folder", "cannot be opened once more", problems);
}
