#ifndef TESTS_JOURNAL_JOURNAL_DAMAGE_H
#define TESTS_JOURNAL_JOURNAL_DAMAGE_H

/* A small journal on a model disk and ways to damage it, for specs of what recovery does then. */

#include "tests/journal/journal_world.h"
#include "tests/support/spec.h"

#include <string.h>

extern struct world *world;

#define PER_SEGMENT 127u /* records of 96 bytes in a small segment, its reserve left free */
#define AT(n)       (JOURNAL_RECORDS_AT + ((n)-1) * 96u) /* offset of the n-th of them */

/* A journal that was begun; and nothing wrong, broken or left open. */
void damage_before_each(void);
void damage_after_each(void);

/* Segments 1 and 2 full, 46 records in 3, 4 prepared; all of it on disk, the process gone. */
void three_segments(void);

struct model_file *segment(uint64_t number);
void delete_segment(uint64_t number);
void flip(uint64_t number, uint64_t offset);
void wipe(uint64_t number, uint64_t offset, uint64_t bytes);
void wipe_seals(uint64_t number);

/* Changes with right checksums: someone who knows the format. */
void repair_record(uint64_t number, uint64_t offset);
void change_identity(uint64_t number, uint32_t abi, uint32_t epoch, uint32_t begins);
void change_link(uint64_t number, uint32_t epoch, uint64_t first_sequence);

#define EXPECT_FAULT(expected)                                                                     \
    EXPECT_TEXT(journal_fault_text(world_recover(world)), journal_fault_text(expected))
#define EXPECT_FAULT_IN(expected, number)                                                          \
    do {                                                                                           \
        EXPECT_FAULT(expected);                                                                    \
        EXPECT_TEXT(world->report.diagnosis.file.bytes, journal_name_segment(number).bytes);       \
    } while (0)

#endif
