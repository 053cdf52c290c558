#include "dataplane/journal/journal_fault.h"

#include <string.h>

#define IO_TEXT(status, word, meaning)        word,
#define IO_MEANING(status, word, meaning)     meaning,
#define FAULT_WORD(fault, word, sentence)     word,
#define FAULT_SENTENCE(fault, word, sentence) sentence,

static const char *const io_texts[] = {JOURNAL_IO(IO_TEXT)};
static const char *const io_meanings[] = {JOURNAL_IO(IO_MEANING)};
static const char *const fault_words[] = {JOURNAL_FAULTS(FAULT_WORD)};
static const char *const fault_sentences[] = {JOURNAL_FAULTS(FAULT_SENTENCE)};

const char *journal_io_text(enum journal_io status)
{
    return (uint32_t)status < JOURNAL_IO_COUNT ? io_texts[status] : "unknown";
}

const char *journal_io_meaning(enum journal_io status)
{
    return (uint32_t)status < JOURNAL_IO_COUNT ? io_meanings[status] : "unknown";
}

const char *journal_fault_text(enum journal_fault fault)
{
    return (uint32_t)fault < JOURNAL_FAULT_COUNT ? fault_words[fault] : "unknown";
}

/* Appends what {name} stands for. */
static void placeholder(struct text *out, const char *name, size_t length,
                        const struct journal_diagnosis *diagnosis)
{
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        {"offset", diagnosis->offset},
        {"sequence", diagnosis->sequence},
        {"expected", diagnosis->expected},
        {"found", diagnosis->found},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(numbers); i++)
        if (strlen(numbers[i].name) == length && memcmp(name, numbers[i].name, length) == 0)
            text_uint(out, numbers[i].value);
    if (length == 4 && memcmp(name, "file", 4) == 0)
        text_append(out, diagnosis->file.bytes[0] ? diagnosis->file.bytes : "the folder");
    if (length == 2 && memcmp(name, "io", 2) == 0) text_append(out, journal_io_text(diagnosis->io));
}

void journal_diagnosis_print(struct text *out, const struct journal_diagnosis *diagnosis)
{
    if ((uint32_t)diagnosis->fault >= JOURNAL_FAULT_COUNT) {
        text_append(out, "unknown");
        return;
    }
    for (const char *at = fault_sentences[diagnosis->fault]; *at; at++) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (end) {
            placeholder(out, at + 1, (size_t)(end - at - 1), diagnosis);
            at = end;
        } else {
            text_append_char(out, *at);
        }
    }
}
