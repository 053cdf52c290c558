#ifndef TESTS_JOURNAL_MODEL_STORAGE_H
#define TESTS_JOURNAL_MODEL_STORAGE_H

/* A disk that loses power, forgets and fails, behind the journal's seam.
 *
 * Each file has two contents: now, what the process wrote, and disk, what would be there after a
 * power cut.  The folder has two lists of names in the same way.  Between them:
 *
 *   a sector is 512 bytes; a dirty one may be written at any moment (model_leak)
 *   a cut leaves of each dirty sector the old, the new, or a mix of both, by lot
 *   a cut leaves of the creations, renames and removals since sync_folder any subset, by lot
 *   a file that was never synced may have any length up to its own
 *   sync writes the sectors of its ranges and nothing else; one that fails writes some of them
 *
 * Whoever breaks the seam's rules is remembered in violation. */

#include "dataplane/journal/journal_storage.h"
#include "tests/support/chance.h"

#define MODEL_FILES  96u
#define MODEL_SECTOR 512ull
#define MODEL_OPS    128u

struct model_file {
    bool used;
    bool dead; /* a sync of it failed in this life */
    uint32_t opened;
    uint64_t bytes;
    uint64_t disk_bytes;
    uint64_t capacity;
    uint8_t *now;
    uint8_t *disk;
};

struct model_name {
    char name[JOURNAL_NAME_BYTES];
    uint32_t file;
};

struct model_folder {
    uint32_t count;
    struct model_name names[MODEL_FILES];
};

enum model_op_kind { MODEL_CREATE, MODEL_RENAME, MODEL_REMOVE };

struct model_op {
    enum model_op_kind kind;
    uint32_t file;
    char name[JOURNAL_NAME_BYTES];
    char from[JOURNAL_NAME_BYTES];
};

struct model {
    struct journal_storage storage; /* give this to the journal */
    struct model_file files[MODEL_FILES];
    struct model_folder now;
    struct model_folder disk;
    struct model_op ops[MODEL_OPS]; /* since the folder was synced */
    uint32_t op_count;
    struct chance chance;
    uint64_t space; /* bytes that files may have together */

    /* What goes wrong, counted in calls of the seam from 1; 0: nothing. */
    uint64_t calls;
    uint64_t cut_at;  /* the power goes in this call */
    uint64_t fail_at; /* this call answers fail_status */
    bool fail_for_ever;
    enum journal_io fail_status;
    bool dark; /* the power is gone; every call fails until model_wake */

    uint64_t syncs;
    uint64_t cuts;
    uint64_t trims;
    uint64_t trimmed_from; /* in the last of them */
    const char *violation; /* NULL: none */
};

void model_open(struct model *model, uint64_t seed);
void model_close(struct model *model);

/* Forgets all files, keeps the memory. */
void model_clear(struct model *model, uint64_t seed);

/* Writes up to count dirty sectors, by lot, as the system may at any time. */
void model_leak(struct model *model, uint32_t count);

/* The power goes, now. */
void model_cut(struct model *model);

/* After a cut, or after the process was killed: the machine is up, nothing is open. */
void model_wake(struct model *model);

/* The contents by name, for tests that damage them; NULL if there is none.  What is written here is
 * on the disk. */
struct model_file *model_find(struct model *model, const char *name);
void model_settle(struct model_file *file);

/* A named file that came from nowhere. */
struct model_file *model_put(struct model *model, const char *name, const uint8_t *bytes,
                             uint64_t length);
void model_delete(struct model *model, const char *name);
void model_swap(struct model *model, const char *one, const char *other);

uint32_t model_open_files(const struct model *model);

#endif
