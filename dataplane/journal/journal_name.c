#include "dataplane/journal/journal_name.h"

#include "dataplane/base/text.h"

#include <string.h>

#define DIGITS 16u

static const char segment_prefix[] = "segment-";
static const char snapshot_prefix[] = "snapshot-";
static const char unfinished_suffix[] = ".new";

static struct journal_name numbered(const char *prefix, uint64_t number)
{
    struct journal_name name = {""};
    char digits[DIGITS + 1];
    for (uint32_t i = 0; i < DIGITS; i++)
        digits[i] = "0123456789abcdef"[number >> (60 - 4 * i) & 15];
    digits[DIGITS] = '\0';
    struct text text = text_in(name.bytes, sizeof name.bytes);
    text_append(&text, prefix);
    text_append(&text, digits);
    return name;
}

struct journal_name journal_name_segment(uint64_t number)
{
    return numbered(segment_prefix, number);
}

struct journal_name journal_name_snapshot(uint64_t sequence)
{
    return numbered(snapshot_prefix, sequence);
}

struct journal_name journal_name_unfinished(struct journal_name name)
{
    struct journal_name unfinished = {""};
    struct text text = text_in(unfinished.bytes, sizeof unfinished.bytes);
    text_append(&text, name.bytes);
    text_append(&text, unfinished_suffix);
    CHECK(!text.cut);
    return unfinished;
}

struct journal_name journal_name_copy(const char *name)
{
    struct journal_name copy = {""};
    struct text text = text_in(copy.bytes, sizeof copy.bytes);
    text_append(&text, name);
    return copy;
}

static bool digits_read(const char *at, uint64_t *number)
{
    *number = 0;
    for (uint32_t i = 0; i < DIGITS; i++) {
        uint64_t digit;
        if (at[i] >= '0' && at[i] <= '9') digit = (uint64_t)(at[i] - '0');
        else if (at[i] >= 'a' && at[i] <= 'f') digit = (uint64_t)(at[i] - 'a') + 10;
        else return false;
        *number = *number << 4 | digit;
    }
    return true;
}

enum journal_name_kind journal_name_read(const char *name, uint64_t *number)
{
    enum journal_name_kind kind;
    const char *at = name;
    if (strncmp(name, segment_prefix, sizeof segment_prefix - 1) == 0) {
        kind = JOURNAL_NAME_SEGMENT;
        at += sizeof segment_prefix - 1;
    } else if (strncmp(name, snapshot_prefix, sizeof snapshot_prefix - 1) == 0) {
        kind = JOURNAL_NAME_SNAPSHOT;
        at += sizeof snapshot_prefix - 1;
    } else {
        return JOURNAL_NAME_OTHER;
    }
    if (!digits_read(at, number) || *number == 0) return JOURNAL_NAME_OTHER;
    if (at[DIGITS] == '\0') return kind;
    return strcmp(at + DIGITS, unfinished_suffix) == 0 ? JOURNAL_NAME_UNFINISHED
                                                       : JOURNAL_NAME_OTHER;
}
