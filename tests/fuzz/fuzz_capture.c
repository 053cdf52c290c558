/* Any bytes, in every framing: records lie in the file, one after the other, reading ends, the end
 * stays, and a file cut in half yields the first records of the whole. */

#include "dataplane/capture/capture.h"
#include "dataplane/wire/frame.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(const struct capture *capture, const struct capture_record *record)
{
    CHECK(record->bytes >= capture->bytes);
    CHECK(record->bytes + record->length <= capture->bytes + capture->length);
    CHECK(record->offset < capture->length);
    CHECK(record->length <= record->original_length);
    CHECK(record->sliced == (record->length < record->original_length));
    CHECK(record->number == capture->number);
    CHECK(record->timed || record->time_ns == 0);
    struct frame_datagram datagram;
    if (record->kind == CAPTURE_FRAME)
        CHECK(frame_udp(record->bytes, record->length, FRAME_CHECK_NONE, &datagram) <
              FRAME_STATUS_COUNT);
}

static uint64_t read_whole(const uint8_t *data, size_t size, enum capture_framing framing)
{
    static struct capture capture;
    struct capture_record record;
    enum capture_status status = capture_open(data, size, framing, &capture);
    uint64_t offset = 0, calls = 0;
    while (status == CAPTURE_OK && (status = capture_next(&capture, &record)) == CAPTURE_OK) {
        check_record(&capture, &record);
        CHECK(calls == 0 || record.offset > offset);
        CHECK(++calls <= size);
        offset = record.offset;
    }
    CHECK(capture_status_text(status));
    CHECK(capture.at <= size);
    CHECK(capture.fault_offset <= size);
    CHECK(capture_next(&capture, &record) == status);
    return capture.number;
}

/* The records of a file that ends at size are the first ones of the whole file. */
static void read_cut(const uint8_t *data, size_t size, size_t cut, enum capture_framing framing)
{
    static struct capture whole, part;
    struct capture_record one, other;
    enum capture_status of_whole = capture_open(data, size, framing, &whole);
    enum capture_status of_part = capture_open(data, cut, framing, &part);
    if (of_whole != CAPTURE_OK || of_part != CAPTURE_OK || whole.format != part.format) return;
    while (capture_next(&part, &other) == CAPTURE_OK) {
        CHECK(capture_next(&whole, &one) == CAPTURE_OK);
        CHECK(one.bytes == other.bytes);
        CHECK(one.length == other.length);
        CHECK(one.time_ns == other.time_ns);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum capture_framing framings[] = {CAPTURE_FRAMING_CONTENT,
                                                    CAPTURE_FRAMING_LENGTHS, CAPTURE_FRAMING_TYPES};
    for (size_t i = 0; i < ARRAY_COUNT(framings); i++) {
        uint64_t count = read_whole(data, size, framings[i]);

        /* A copy of exactly the half, so that the address sanitizer sees a read past it. */
        size_t cut = size / 2;
        uint8_t *half = malloc(cut ? cut : 1);
        if (cut) memcpy(half, data, cut);
        uint64_t half_count = read_whole(half, cut, framings[i]);
        CHECK(framings[i] == CAPTURE_FRAMING_CONTENT || half_count <= count);
        free(half);
        read_cut(data, size, cut, framings[i]);
    }
    return 0;
}
