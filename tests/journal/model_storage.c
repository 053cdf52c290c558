#include "tests/journal/model_storage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void violate(struct model *model, const char *sentence)
{
    if (!model->violation) model->violation = sentence;
}

/* Names. */

static struct model_name *folder_find(struct model_folder *folder, const char *name)
{
    for (uint32_t i = 0; i < folder->count; i++)
        if (strcmp(folder->names[i].name, name) == 0) return &folder->names[i];
    return NULL;
}

static void folder_put(struct model_folder *folder, const char *name, uint32_t file)
{
    struct model_name *entry = folder_find(folder, name);
    if (!entry) {
        if (folder->count == MODEL_FILES) abort();
        entry = &folder->names[folder->count++];
        snprintf(entry->name, sizeof entry->name, "%s", name);
    }
    entry->file = file;
}

static void folder_delete(struct model_folder *folder, const char *name)
{
    struct model_name *entry = folder_find(folder, name);
    if (entry) *entry = folder->names[--folder->count];
}

static void op_apply(struct model_folder *folder, const struct model_op *op)
{
    if (op->kind == MODEL_REMOVE) {
        folder_delete(folder, op->name);
        return;
    }
    folder_put(folder, op->name, op->file);
    if (op->kind == MODEL_RENAME) folder_delete(folder, op->from);
}

static void op_note(struct model *model, enum model_op_kind kind, uint32_t file, const char *name,
                    const char *from)
{
    if (model->op_count == MODEL_OPS) abort();
    struct model_op *op = &model->ops[model->op_count++];
    op->kind = kind;
    op->file = file;
    snprintf(op->name, sizeof op->name, "%s", name);
    snprintf(op->from, sizeof op->from, "%s", from);
    op_apply(&model->now, op);
}

/* Files. */

static bool file_named(const struct model_folder *folder, uint32_t file)
{
    for (uint32_t i = 0; i < folder->count; i++)
        if (folder->names[i].file == file) return true;
    return false;
}

static bool file_needed(const struct model *model, uint32_t file)
{
    if (model->files[file].opened || file_named(&model->now, file)) return true;
    if (file_named(&model->disk, file)) return true;
    for (uint32_t i = 0; i < model->op_count; i++)
        if (model->ops[i].kind != MODEL_REMOVE && model->ops[i].file == file) return true;
    return false;
}

static uint64_t space_used(struct model *model)
{
    uint64_t used = 0;
    for (uint32_t i = 0; i < MODEL_FILES; i++) {
        struct model_file *file = &model->files[i];
        if (file->used && !file_needed(model, i)) file->used = false;
        /* A removed file gives its space back at once, whatever a cut would do. */
        if (file->used && file_named(&model->now, i)) used += file->bytes;
    }
    return used;
}

static uint32_t file_new(struct model *model, uint64_t bytes)
{
    (void)space_used(model);
    for (uint32_t i = 0; i < MODEL_FILES; i++) {
        struct model_file *file = &model->files[i];
        if (file->used) continue;
        if (file->capacity < bytes) {
            free(file->now);
            free(file->disk);
            file->capacity = ALIGN_UP(bytes, 4096);
            file->now = aligned_alloc(4096, file->capacity);
            file->disk = aligned_alloc(4096, file->capacity);
        }
        file->used = true;
        file->dead = false;
        file->opened = 0;
        file->bytes = bytes;
        file->disk_bytes = 0;
        memset(file->now, 0, bytes);
        memset(file->disk, 0, bytes);
        return i;
    }
    abort();
}

/* The bytes of one sector, the last of a file being shorter. */
static uint64_t sector_bytes(const struct model_file *file, uint64_t at)
{
    return file->bytes - at < MODEL_SECTOR ? file->bytes - at : MODEL_SECTOR;
}

static void sector_write(struct model_file *file, uint64_t at)
{
    memcpy(file->disk + at, file->now + at, sector_bytes(file, at));
}

/* Old, new, a torn front, or a mix of eights. */
static void sector_lot(struct model *model, struct model_file *file, uint64_t at)
{
    uint64_t bytes = sector_bytes(file, at);
    uint64_t lot = chance_next(&model->chance);
    uint64_t front = (lot >> 8) % (bytes + 1);
    switch (lot % 8) {
    case 0:
    case 1:
    case 2: break;
    case 3:
    case 4:
    case 5: sector_write(file, at); break;
    case 6: memcpy(file->disk + at, file->now + at, front); break;
    default:
        for (uint64_t i = 0; i + 8 <= bytes; i += 8)
            if (lot >> (i / 8 % 56 + 8) & 1) memcpy(file->disk + at + i, file->now + at + i, 8);
    }
}

static void file_cut(struct model *model, struct model_file *file)
{
    for (uint64_t at = 0; at < file->bytes; at += MODEL_SECTOR)
        if (memcmp(file->disk + at, file->now + at, sector_bytes(file, at)) != 0)
            sector_lot(model, file, at);
    if (file->disk_bytes == file->bytes) return;
    /* A length that was never synced: none, all, or something between. */
    uint64_t lot = chance_next(&model->chance);
    if (lot % 3 == 0) file->disk_bytes = file->bytes;
    if (lot % 3 == 1) file->disk_bytes = (lot >> 8) % (file->bytes + 1);
}

void model_cut(struct model *model)
{
    if (model->dark) return;
    model->cuts++;
    for (uint32_t i = 0; i < model->op_count; i++)
        if (chance_next(&model->chance) >> 40 & 1) op_apply(&model->disk, &model->ops[i]);
    model->op_count = 0;
    for (uint32_t i = 0; i < MODEL_FILES; i++)
        if (model->files[i].used) file_cut(model, &model->files[i]);
    model->dark = true;
}

void model_wake(struct model *model)
{
    if (model->dark) model->now = model->disk;
    for (uint32_t i = 0; i < MODEL_FILES; i++) {
        struct model_file *file = &model->files[i];
        file->opened = 0;
        file->dead = false;
        if (!file->used || !model->dark) continue;
        file->bytes = file->disk_bytes;
        memcpy(file->now, file->disk, file->bytes);
    }
    model->dark = false;
    model->calls = model->cut_at = model->fail_at = 0;
    model->fail_for_ever = false;
}

void model_leak(struct model *model, uint32_t count)
{
    for (uint32_t tries = 0; tries < count; tries++) {
        uint64_t lot = chance_next(&model->chance);
        struct model_file *file = &model->files[lot % MODEL_FILES];
        if (!file->used || file->bytes == 0) continue;
        uint64_t first = (lot >> 32) % file->bytes / MODEL_SECTOR * MODEL_SECTOR;
        for (uint64_t at = first; at < file->bytes && at < first + 4 * MODEL_SECTOR;
             at += MODEL_SECTOR)
            sector_write(file, at);
    }
}

/* The seam. */

/* Whether this call goes on; otherwise *status is its answer. */
static bool call(struct model *model, enum journal_io *status)
{
    *status = JOURNAL_IO_FAILED;
    if (model->dark) return false;
    model->calls++;
    if (model->fail_at == 0) return true;
    bool fails =
        model->fail_for_ever ? model->calls >= model->fail_at : model->calls == model->fail_at;
    if (fails) *status = model->fail_status;
    return !fails;
}

/* Whether the power goes in this call: half of the times before it did anything. */
static bool cut_before(struct model *model)
{
    if (model->cut_at == 0 || model->calls != model->cut_at) return false;
    if (chance_next(&model->chance) >> 40 & 1) return false;
    model_cut(model);
    return true;
}

static enum journal_io answer(struct model *model)
{
    if (model->cut_at != 0 && model->calls == model->cut_at) model_cut(model);
    return model->dark ? JOURNAL_IO_FAILED : JOURNAL_IO_OK;
}

static enum journal_io on_list(void *context, journal_name_fn each, void *each_context)
{
    struct model *model = context;
    enum journal_io status;
    if (!call(model, &status) || cut_before(model)) return status;
    /* Any order: the names stand in the order of their making, rotated. */
    struct model_folder folder = model->now;
    uint32_t turn = folder.count ? (uint32_t)(model->calls % folder.count) : 0;
    for (uint32_t i = 0; i < folder.count; i++)
        each(each_context, folder.names[(i + turn) % folder.count].name);
    return answer(model);
}

static void hand_out(struct model *model, uint32_t slot, struct journal_file *file)
{
    model->files[slot].opened++;
    if (model_open_files(model) > JOURNAL_OPEN_FILES_MAX)
        violate(model, "more files are open than the seam allows");
    *file = (struct journal_file){slot, model->files[slot].bytes, model->files[slot].now};
}

static enum journal_io on_create(void *context, const char *name, uint64_t bytes,
                                 struct journal_file *file)
{
    struct model *model = context;
    enum journal_io status;
    if (!call(model, &status) || cut_before(model)) return status;
    if (strlen(name) >= JOURNAL_NAME_BYTES || strchr(name, '/')) violate(model, "a bad name");
    bool was_there = folder_find(&model->now, name) != NULL;
    folder_delete(&model->now, name);
    if (space_used(model) + bytes > model->space) {
        if (was_there) op_note(model, MODEL_REMOVE, 0, name, "");
        return JOURNAL_IO_NO_SPACE;
    }
    uint32_t slot = file_new(model, bytes);
    op_note(model, MODEL_CREATE, slot, name, "");
    hand_out(model, slot, file);
    return answer(model);
}

static enum journal_io on_open(void *context, const char *name, struct journal_file *file)
{
    struct model *model = context;
    enum journal_io status;
    if (!call(model, &status) || cut_before(model)) return status;
    struct model_name *entry = folder_find(&model->now, name);
    if (!entry) return JOURNAL_IO_NOT_FOUND;
    hand_out(model, entry->file, file);
    return answer(model);
}

static struct model_file *opened(struct model *model, const struct journal_file *file)
{
    struct model_file *kept = &model->files[file->slot];
    if (file->slot >= MODEL_FILES || !kept->used || kept->opened == 0 ||
        kept->now != file->memory || kept->bytes != file->bytes) {
        violate(model, "a file is used that is not open");
        return NULL;
    }
    return kept;
}

static void sync_sectors(struct model *model, struct model_file *file,
                         const struct journal_range *range, uint32_t share)
{
    if (range->bytes == 0 || range->offset + range->bytes > file->bytes) {
        violate(model, "a range is empty or beyond the file");
        return;
    }
    uint64_t at = range->offset / MODEL_SECTOR * MODEL_SECTOR;
    for (; at < range->offset + range->bytes; at += MODEL_SECTOR)
        if (chance_between(&model->chance, 1, 4) <= share) sector_write(file, at);
}

static enum journal_io on_sync(void *context, const struct journal_file *file,
                               const struct journal_range *ranges, uint32_t count)
{
    struct model *model = context;
    enum journal_io status;
    bool goes = call(model, &status);
    struct model_file *kept = opened(model, file);
    if (!kept || model->dark) return JOURNAL_IO_FAILED;
    if (count == 0 || count > JOURNAL_SYNC_RANGES_MAX) violate(model, "a sync of no range");
    if (kept->dead) violate(model, "a file is synced whose sync has failed before");
    if (!goes) {
        kept->dead = true;
        for (uint32_t i = 0; i < count; i++) sync_sectors(model, kept, &ranges[i], 2);
        return status;
    }
    if (cut_before(model)) return JOURNAL_IO_FAILED;
    for (uint32_t i = 0; i < count; i++) sync_sectors(model, kept, &ranges[i], 4);
    kept->disk_bytes = kept->bytes;
    model->syncs++;
    return answer(model);
}

static enum journal_io on_sync_folder(void *context)
{
    struct model *model = context;
    enum journal_io status;
    if (!call(model, &status) || cut_before(model)) return status;
    model->disk = model->now;
    model->op_count = 0;
    return answer(model);
}

static enum journal_io on_rename(void *context, const char *from, const char *to)
{
    struct model *model = context;
    enum journal_io status;
    if (!call(model, &status) || cut_before(model)) return status;
    struct model_name *entry = folder_find(&model->now, from);
    if (!entry) return JOURNAL_IO_NOT_FOUND;
    op_note(model, MODEL_RENAME, entry->file, to, from);
    return answer(model);
}

static enum journal_io on_remove(void *context, const char *name)
{
    struct model *model = context;
    enum journal_io status;
    if (!call(model, &status) || cut_before(model)) return status;
    if (!folder_find(&model->now, name)) return JOURNAL_IO_NOT_FOUND;
    op_note(model, MODEL_REMOVE, 0, name, "");
    return answer(model);
}

static void on_close(void *context, struct journal_file *file)
{
    struct model *model = context;
    struct model_file *kept = opened(model, file);
    if (kept) kept->opened--;
    *file = (struct journal_file){.slot = MODEL_FILES};
}

static void on_trim(void *context, const struct journal_file *file, uint64_t from)
{
    struct model *model = context;
    const struct model_file *kept = opened(model, file);
    if (!kept || model->dark) return;
    for (uint64_t at = from; at < kept->bytes; at++)
        if (kept->now[at] != 0) violate(model, "bytes are given back that are not zero");
    model->trims++;
    model->trimmed_from = from;
}

/* Construction, and what tests change by force. */

void model_clear(struct model *model, uint64_t seed)
{
    for (uint32_t i = 0; i < MODEL_FILES; i++) model->files[i].used = false;
    model->now.count = model->disk.count = 0;
    model->op_count = 0;
    model->chance = (struct chance){seed};
    model->space = UINT64_MAX;
    model->calls = model->cut_at = model->fail_at = 0;
    model->fail_for_ever = model->dark = false;
    model->fail_status = JOURNAL_IO_FAILED;
    model->syncs = model->cuts = model->trims = model->trimmed_from = 0;
    model->violation = NULL;
}

void model_open(struct model *model, uint64_t seed)
{
    memset(model, 0, sizeof *model);
    model_clear(model, seed);
    model->storage = (struct journal_storage){
        .context = model,
        .list = on_list,
        .create = on_create,
        .open = on_open,
        .sync = on_sync,
        .sync_folder = on_sync_folder,
        .rename = on_rename,
        .remove = on_remove,
        .trim = on_trim,
        .close = on_close,
    };
}

void model_close(struct model *model)
{
    for (uint32_t i = 0; i < MODEL_FILES; i++) {
        free(model->files[i].now);
        free(model->files[i].disk);
        model->files[i].now = model->files[i].disk = NULL;
        model->files[i].capacity = 0;
        model->files[i].used = false;
    }
}

struct model_file *model_find(struct model *model, const char *name)
{
    struct model_name *entry = folder_find(&model->now, name);
    return entry ? &model->files[entry->file] : NULL;
}

void model_settle(struct model_file *file)
{
    memcpy(file->disk, file->now, file->bytes);
    file->disk_bytes = file->bytes;
}

struct model_file *model_put(struct model *model, const char *name, const uint8_t *bytes,
                             uint64_t length)
{
    uint32_t slot = file_new(model, length);
    struct model_file *file = &model->files[slot];
    memcpy(file->now, bytes, length);
    model_settle(file);
    folder_put(&model->now, name, slot);
    folder_put(&model->disk, name, slot);
    return file;
}

void model_delete(struct model *model, const char *name)
{
    folder_delete(&model->now, name);
    folder_delete(&model->disk, name);
}

void model_swap(struct model *model, const char *one, const char *other)
{
    struct model_name *first = folder_find(&model->now, one);
    struct model_name *second = folder_find(&model->now, other);
    if (!first || !second) abort();
    uint32_t file = first->file;
    first->file = second->file;
    second->file = file;
    model->disk = model->now;
}

uint32_t model_open_files(const struct model *model)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < MODEL_FILES; i++) open += model->files[i].opened;
    return open;
}
