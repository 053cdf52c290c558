#include "dataplane/capture/capture.h"

#include "dataplane/capture/capture_formats.h"

/* capture.c recognises a format and keeps the promises that all formats share: records are
 * numbered, and the first status that is not CAPTURE_OK stays.
 *
 * Invariants, between calls:
 *   at <= length, and it grows with every CAPTURE_OK
 *   number is how many times capture_next has returned CAPTURE_OK */

const char *capture_status_text(enum capture_status status)
{
#define CAPTURE_TEXT(status_, name, sentence) [status_] = sentence,
    static const char *const text[] = {CAPTURE_STATUSES(CAPTURE_TEXT)};
    CHECK((unsigned)status < ARRAY_COUNT(text));
    return text[status];
}

const char *capture_status_name(enum capture_status status)
{
#define CAPTURE_NAME(status_, name_, sentence) [status_] = #name_,
    static const char *const name[] = {CAPTURE_STATUSES(CAPTURE_NAME)};
    CHECK((unsigned)status < ARRAY_COUNT(name));
    return name[status];
}

static bool begins_with(const uint8_t *bytes, size_t length, const char *magic, size_t magic_bytes)
{
    return length >= magic_bytes && memcmp(bytes, magic, magic_bytes) == 0;
}

/* Why these bytes cannot be read, though they are recognised; CAPTURE_OK if they are not. */
static enum capture_status compression(const uint8_t *bytes, size_t length)
{
    static const struct {
        const char *magic;
        size_t magic_bytes;
        enum capture_status status;
    } known[] = {
        {"\x1f\x8b", 2, CAPTURE_GZIP},
        {"\x28\xb5\x2f\xfd", 4, CAPTURE_ZSTD},
        {"\xfd\x37zXZ", 5, CAPTURE_XZ},
        {"BZh", 3, CAPTURE_BZIP2},
    };
    for (size_t i = 0; i < ARRAY_COUNT(known); i++)
        if (begins_with(bytes, length, known[i].magic, known[i].magic_bytes))
            return known[i].status;
    return CAPTURE_OK;
}

static enum capture_format format_of(const uint8_t *bytes, size_t length,
                                     enum capture_framing framing)
{
    if (framing == CAPTURE_FRAMING_LENGTHS) return CAPTURE_FORMAT_ITCH_LENGTHS;
    if (framing == CAPTURE_FRAMING_TYPES) return CAPTURE_FORMAT_ITCH_TYPES;
    if (capture_pcap_recognise(bytes, length)) return CAPTURE_FORMAT_PCAP;
    if (capture_pcapng_recognise(bytes, length)) return CAPTURE_FORMAT_PCAPNG;
    if (capture_lengths_recognise(bytes, length)) return CAPTURE_FORMAT_ITCH_LENGTHS;
    return CAPTURE_FORMAT_NONE;
}

static enum capture_status recognise(struct capture *capture, enum capture_framing framing)
{
    const uint8_t *bytes = capture->bytes;
    size_t length = capture->length;
    if (length == 0) return CAPTURE_EMPTY;
    capture->format = format_of(bytes, length, framing);
    if (capture->format == CAPTURE_FORMAT_PCAP) return capture_pcap_open(capture);
    if (capture->format != CAPTURE_FORMAT_NONE) return CAPTURE_OK;

    enum capture_status compressed = compression(bytes, length);
    if (compressed != CAPTURE_OK) return compressed;
    return capture_types_recognise(bytes, length) ? CAPTURE_ZEROS : CAPTURE_UNKNOWN;
}

enum capture_status capture_open(const uint8_t *bytes, size_t length, enum capture_framing framing,
                                 struct capture *capture)
{
    *capture = (struct capture){.bytes = bytes, .length = length};
    capture->status = recognise(capture, framing);
    if (capture->status != CAPTURE_OK) capture->format = CAPTURE_FORMAT_NONE;
    return capture->status;
}

static enum capture_status format_next(struct capture *capture, struct capture_record *record)
{
    switch (capture->format) {
    case CAPTURE_FORMAT_PCAP: return capture_pcap_next(capture, record);
    case CAPTURE_FORMAT_PCAPNG: return capture_pcapng_next(capture, record);
    case CAPTURE_FORMAT_ITCH_LENGTHS: return capture_lengths_next(capture, record);
    case CAPTURE_FORMAT_ITCH_TYPES: return capture_types_next(capture, record);
    case CAPTURE_FORMAT_NONE: break;
    }
    UNREACHABLE("a capture without a format has a status that is not CAPTURE_OK");
}

enum capture_status capture_next(struct capture *capture, struct capture_record *record)
{
    if (unlikely(capture->status != CAPTURE_OK)) return capture->status;
    capture->fault_offset = capture->at;
    if (capture->at == capture->length) capture->status = CAPTURE_END;
    else capture->status = format_next(capture, record);
    if (likely(capture->status == CAPTURE_OK)) record->number = ++capture->number;
    return capture->status;
}
