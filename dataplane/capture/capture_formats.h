#ifndef DATAPLANE_CAPTURE_CAPTURE_FORMATS_H
#define DATAPLANE_CAPTURE_CAPTURE_FORMATS_H

/* The formats behind capture.h.  Included by this folder only.
 *
 * An _open is given a struct capture that knows its bytes and format, and reads the file's own
 * header.  A _next reads from capture->at: it sets capture->fault_offset to the begin of whatever
 * it looks at before it can fail, writes *record only with CAPTURE_OK, and moves capture->at past
 * what it has read.  Numbering and stopping at a fault are capture.c's. */

#include "dataplane/capture/capture.h"

#include <string.h>

#define CAPTURE_LINK_ETHERNET 1u

bool capture_pcap_recognise(const uint8_t *bytes, size_t length);
MUST_USE enum capture_status capture_pcap_open(struct capture *capture);
MUST_USE enum capture_status capture_pcap_next(struct capture *capture,
                                               struct capture_record *record);

bool capture_pcapng_recognise(const uint8_t *bytes, size_t length);
MUST_USE enum capture_status capture_pcapng_next(struct capture *capture,
                                                 struct capture_record *record);

/* True if the first CAPTURE_PLAUSIBLE_COUNT messages have known types and lengths that fit them. */
bool capture_lengths_recognise(const uint8_t *bytes, size_t length);
bool capture_types_recognise(const uint8_t *bytes, size_t length);
MUST_USE enum capture_status capture_lengths_next(struct capture *capture,
                                                  struct capture_record *record);
MUST_USE enum capture_status capture_types_next(struct capture *capture,
                                                struct capture_record *record);

/* Numbers in the byte order of the file or section.  The caller has checked that they are there. */

static inline uint16_t capture_u16(const struct capture *capture, uint64_t at)
{
    uint16_t raw;
    memcpy(&raw, capture->bytes + at, sizeof raw);
    return capture->swapped ? __builtin_bswap16(raw) : raw;
}

static inline uint32_t capture_u32(const struct capture *capture, uint64_t at)
{
    uint32_t raw;
    memcpy(&raw, capture->bytes + at, sizeof raw);
    return capture->swapped ? __builtin_bswap32(raw) : raw;
}

static inline uint64_t capture_u64(const struct capture *capture, uint64_t at)
{
    uint64_t raw;
    memcpy(&raw, capture->bytes + at, sizeof raw);
    return capture->swapped ? __builtin_bswap64(raw) : raw;
}

/* Takes the frame check sequence off and says whether the frame is whole.  A record that claims to
 * be longer than it was on the wire is believed to be whole. */
static inline void capture_record_trim(struct capture_record *record, uint32_t fcs_bytes)
{
    if (record->original_length < record->length) record->original_length = record->length;
    record->original_length -=
        record->original_length < fcs_bytes ? record->original_length : fcs_bytes;
    if (record->length > record->original_length) record->length = record->original_length;
    record->sliced = record->length < record->original_length;
}

#endif
