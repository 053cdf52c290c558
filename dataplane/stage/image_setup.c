#include "dataplane/stage/image_setup.h"

#include "dataplane/journal/journal_name.h"
#include "dataplane/risk/risk_image.h"
#include "dataplane/stage/engine_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define TRIES 3u /* of reading a journal that is being written */

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    return memory ? memset(memory, 0, bytes) : NULL;
}

/* Reading. */

bool image_reading_new(struct image_reading *reading, struct gateway *gateway)
{
    /* Address space that is given pages as it is written: nearly all of it never is. */
    void *space = mmap(NULL, gateway_image_footprint(GATEWAY_IMAGE_CHANGES), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    *reading = (struct image_reading){.gateway = gateway};
    if (space == MAP_FAILED) return false;
    reading->image = gateway_image_new(space, GATEWAY_IMAGE_CHANGES, gateway);
    return true;
}

void image_reading_free(struct image_reading *reading)
{
    if (reading->image) munmap(reading->image, gateway_image_footprint(GATEWAY_IMAGE_CHANGES));
    reading->image = NULL;
}

static bool image_take(void *context, uint64_t sequence, const uint8_t *bytes, uint64_t length)
{
    struct image_reading *reading = context;
    if (reading->until > 0 && sequence > reading->until) return false;
    bool loaded = gateway_image_load(reading->image, reading->gateway, bytes, length,
                                     reading->refused, sizeof reading->refused);
    if (!loaded) return false;
    reading->sequence = sequence;
    reading->newest_ns = risk_image_time(gateway_risk(reading->gateway));
    return true;
}

static bool record_take(void *context, const struct journal_record *record)
{
    struct image_reading *reading = context;
    if (reading->until > 0 && record->sequence > reading->until) return false;
    if (record->kind < ENGINE_RECORD_KIND) {
        (void)snprintf(reading->problem, sizeof reading->problem,
                       "the record is of a kind that no gateway writes");
        return false;
    }
    if (!gateway_image_recover(reading->image, reading->gateway,
                               (enum gateway_record)(record->kind - ENGINE_RECORD_KIND),
                               record->payload, record->payload_bytes, reading->problem,
                               sizeof reading->problem))
        return false;
    nanos_t at = gateway_record_time((enum gateway_record)(record->kind - ENGINE_RECORD_KIND),
                                     record->payload);
    if (at > reading->newest_ns) reading->newest_ns = at;
    reading->sequence = record->sequence;
    reading->end = record->offset + journal_record_bytes(record->payload_bytes);
    return record->sequence != reading->until;
}

struct journal_listener image_reading_listener(struct image_reading *reading)
{
    return (struct journal_listener){
        .context = reading, .load_snapshot = image_take, .record = record_take};
}

/* Writing. */

static bool problem(struct text *problems, const char *sentence)
{
    text_append(problems, sentence);
    return false;
}

bool image_write(const struct image_reading *reading, const struct image_disk *disk,
                 uint64_t durable, const struct journal_mark *mark, struct image_written *written,
                 struct text *problems)
{
    *written = (struct image_written){0};
    const char *hindrance = gateway_image_hindrance(reading->image);
    if (hindrance) return problem(problems, hindrance);
    struct journal_snapshot snapshot = {.sequence = reading->sequence,
                                        .durable = durable,
                                        .length =
                                            gateway_image_bytes(reading->image, reading->gateway),
                                        .mark = *mark};
    uint8_t *bytes = malloc(snapshot.length);
    if (!bytes) return problem(problems, "there is no memory for an image");
    gateway_image_save(reading->image, reading->gateway, bytes);
    snapshot.bytes = bytes;
    enum journal_io status = journal_snapshot_write(disk->storage, disk->hash, &snapshot);
    free(bytes);
    if (status != JOURNAL_IO_OK)
        return problem(problems, status == JOURNAL_IO_NO_SPACE
                                     ? "there is no space for an image"
                                     : "an image could not be written, or did not read back");
    written->sequence = snapshot.sequence;
    written->bytes = snapshot.length;
    status = journal_snapshot_sweep(disk->storage, disk->keep, &written->swept);
    return status == JOURNAL_IO_OK ? true : problem(problems, "old images could not be removed");
}

/* Beside the engine. */

/* The place of the newest record; without one if it cannot be said. */
static struct journal_mark mark_of(const struct image_reading *reading,
                                   const struct image_disk *disk, const char *segment)
{
    struct journal_mark mark = {0};
    struct journal_identity identity;
    struct journal_diagnosis diagnosis;
    struct journal_link link;
    struct journal_file file;
    uint64_t number;
    uint64_t end = reading->end;
    if (journal_name_read(segment, &number) != JOURNAL_NAME_SEGMENT) return mark;
    if (disk->storage->open(disk->storage->context, segment, &file) != JOURNAL_IO_OK) return mark;
    bool sound = end <= file.bytes &&
                 journal_read_identity(file.memory, file.bytes, number, &identity, &diagnosis) ==
                     JOURNAL_FAULT_NONE &&
                 journal_read_link(file.memory, file.bytes, &identity, &link);
    if (sound) {
        mark.number = number;
        mark.end = end;
        journal_read_hash(file.memory, end, disk->hash, mark.chain);
    }
    disk->storage->close(disk->storage->context, &file);
    return mark;
}

/* What reads: a gateway in memory of its own. */
struct reader {
    void *gateway;
    void *recovery;
    struct image_reading reading;
};

static void reader_free(struct reader *reader)
{
    image_reading_free(&reader->reading);
    free(reader->recovery);
    free(reader->gateway);
}

static bool reader_new(struct reader *reader, const struct gateway_plan *plan)
{
    static const struct gateway_outlet nowhere; /* recovery says nothing */
    *reader = (struct reader){.gateway = memory_new(gateway_footprint(plan)),
                              .recovery = memory_new(journal_recovery_footprint())};
    if (!reader->gateway || !reader->recovery) return false;
    return image_reading_new(&reader->reading, gateway_new(reader->gateway, plan, &nowhere));
}

/* Up to record until; what lies behind it is being written, and whatever may be said of it is
 * nothing. */
static bool reader_read(struct reader *reader, const struct image_disk *disk, uint64_t until,
                        struct journal_report *report)
{
    struct image_reading *reading = &reader->reading;
    struct journal_recovery *recovery =
        journal_recovery_new(reader->recovery, disk->storage, disk->hash);
    reading->until = until;
    struct journal_listener listener = image_reading_listener(reading);
    (void)!journal_recover(recovery, &listener, report);
    return reading->sequence == until && !reading->problem[0];
}

static bool reader_say(const struct reader *reader, const struct journal_report *report,
                       struct text *problems)
{
    text_append(problems, "the journal could not be read for an image: ");
    journal_diagnosis_print(problems, &report->diagnosis);
    if (reader->reading.problem[0]) text_format(problems, ": %s", reader->reading.problem);
    return false;
}

bool image_make(const struct gateway_plan *plan, const struct image_disk *disk, uint64_t until,
                struct image_written *written, struct text *problems)
{
    struct journal_report report;
    bool made = false, read = false;
    *written = (struct image_written){0};
    for (uint32_t tries = 1; !read; tries++) {
        struct reader reader;
        if (!reader_new(&reader, plan)) {
            reader_free(&reader);
            return problem(problems, "there is no memory to make an image");
        }
        read = reader_read(&reader, disk, until, &report);
        bool new = read &&reader.reading.end > 0;
        if (new) {
            struct journal_mark mark = mark_of(&reader.reading, disk, report.diagnosis.file.bytes);
            made = image_write(&reader.reading, disk, until, &mark, written, problems);
        } else if (read) {
            made = true; /* there is one of this record */
        } else if (tries == TRIES) {
            made = reader_say(&reader, &report, problems);
            read = true;
        }
        reader_free(&reader);
    }
    return made;
}
