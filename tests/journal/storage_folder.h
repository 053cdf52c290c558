#ifndef TESTS_JOURNAL_STORAGE_FOLDER_H
#define TESTS_JOURNAL_STORAGE_FOLDER_H

/* A folder of its own for each spec of the real storage, on a real file system, on a disk: /tmp may
 * be in memory. */

#include "dataplane/journal/storage_file.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

static char spec_folder[64];

static inline void spec_folder_make(void)
{
    snprintf(spec_folder, sizeof spec_folder, "/var/tmp/test_journal.XXXXXX");
    if (!mkdtemp(spec_folder)) abort();
}

static inline int spec_folder_remove_one(const char *path, const struct stat *status, int kind,
                                         struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static inline bool spec_folder_on_disk(void)
{
    struct statfs system;
    return statfs(spec_folder, &system) == 0 && system.f_type != TMPFS_MAGIC;
}

static inline void spec_folder_remove(void)
{
    (void)chmod(spec_folder, 0700);
    nftw(spec_folder, spec_folder_remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* The storage of what is in the folder. */
static inline void spec_storage_open(struct storage_file *files, struct journal_storage *storage)
{
    char sentences[1024];
    struct text problems = text_in(sentences, sizeof sentences);
    const struct storage_file_plan plan = {spec_folder, STORAGE_FILE_WRITE, .create = false};
    if (!storage_file_open(files, &plan, &problems)) {
        fputs(sentences, stderr);
        abort();
    }
    *storage = storage_file_storage(files);
}

static inline const char *spec_path(const char *name)
{
    static char paths[4][256];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", spec_folder, name);
    return path;
}

static inline bool spec_path_exists(const char *name)
{
    struct stat status;
    return lstat(spec_path(name), &status) == 0;
}

static inline void spec_file_write(const char *name, const char *bytes)
{
    FILE *file = fopen(spec_path(name), "we");
    if (!file) abort();
    fputs(bytes, file);
    fclose(file);
}

/* Files this process holds open. */
static inline uint32_t spec_descriptors(void)
{
    uint32_t count = 0;
    DIR *listing = opendir("/proc/self/fd");
    while (listing && readdir(listing)) count++;
    if (listing) closedir(listing);
    return count;
}

#endif
