#include "dataplane/capture/capture_formats.h"
#include "dataplane/wire/itch.h"

/* ITCH messages without a transport, one after the other.
 *
 *     behind lengths    | length 2, big-endian | message |  ...  | 0 0 |   the exchange's files
 *     behind zeros      | 0 0 | message, as long as its type |  ...        a simulator's
 *
 * Neither says so at its begin, and neither has times.  The second cannot pass over a type it does
 * not know.  Zeros after the end mark are more end marks; anything else is a fault. */

#define PREFIX_BYTES 2u

static uint32_t length_read(const uint8_t *at)
{
    return be16_read((struct be16){{at[0], at[1]}});
}

bool capture_lengths_recognise(const uint8_t *bytes, size_t length)
{
    size_t at = 0;
    uint32_t count = 0;
    while (count < CAPTURE_PLAUSIBLE_COUNT && length - at > PREFIX_BYTES) {
        uint32_t message_bytes = length_read(bytes + at);
        const uint8_t *message = bytes + at + PREFIX_BYTES;
        if (itch_check(message, message_bytes) != ITCH_OK) return false;
        if (message_bytes > ITCH_MESSAGE_BYTES_MAX) return false;
        count++;
        if (length - at - PREFIX_BYTES < message_bytes) break; /* the file is cut off here */
        at += PREFIX_BYTES + message_bytes;
        if (length - at >= PREFIX_BYTES && length_read(bytes + at) == 0) break; /* its end mark */
    }
    return count > 0;
}

bool capture_types_recognise(const uint8_t *bytes, size_t length)
{
    size_t at = 0;
    uint32_t count = 0;
    while (count < CAPTURE_PLAUSIBLE_COUNT && length - at > PREFIX_BYTES) {
        size_t message_bytes = itch_length[bytes[at + PREFIX_BYTES]];
        if (length_read(bytes + at) != 0 || message_bytes == 0) return false;
        count++;
        if (length - at - PREFIX_BYTES < message_bytes) break;
        at += PREFIX_BYTES + message_bytes;
    }
    return count > 0;
}

static struct capture_record message_record(struct capture *capture, uint32_t message_bytes)
{
    struct capture_record record = {
        .bytes = capture->bytes + capture->at + PREFIX_BYTES,
        .length = message_bytes,
        .original_length = message_bytes,
        .offset = capture->at,
        .kind = CAPTURE_MESSAGE,
    };
    capture->at += PREFIX_BYTES + message_bytes;
    return record;
}

/* CAPTURE_END if nothing but zeros is left. */
static enum capture_status end_check(struct capture *capture)
{
    while (capture->at < capture->length && capture->bytes[capture->at] == 0) capture->at++;
    capture->fault_offset = capture->at;
    return capture->at == capture->length ? CAPTURE_END : CAPTURE_AFTER_END;
}

enum capture_status capture_lengths_next(struct capture *capture, struct capture_record *record)
{
    uint64_t left = capture->length - capture->at;
    if (left < PREFIX_BYTES) return CAPTURE_CUT_HEADER;
    uint32_t message_bytes = length_read(capture->bytes + capture->at);
    if (message_bytes == 0) return end_check(capture);
    if (message_bytes > left - PREFIX_BYTES) return CAPTURE_CUT_RECORD;
    *record = message_record(capture, message_bytes);
    return CAPTURE_OK;
}

enum capture_status capture_types_next(struct capture *capture, struct capture_record *record)
{
    uint64_t left = capture->length - capture->at;
    if (left <= PREFIX_BYTES) return CAPTURE_CUT_HEADER;
    if (length_read(capture->bytes + capture->at) != 0) return CAPTURE_NOT_ZEROS;
    uint32_t message_bytes = itch_length[capture->bytes[capture->at + PREFIX_BYTES]];
    if (message_bytes == 0) return CAPTURE_UNKNOWN_TYPE;
    if (message_bytes > left - PREFIX_BYTES) return CAPTURE_CUT_RECORD;
    *record = message_record(capture, message_bytes);
    return CAPTURE_OK;
}
