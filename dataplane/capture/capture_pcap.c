#include "dataplane/capture/capture_formats.h"

/* Classic pcap.
 *
 *     | magic 4 | major 2 | minor 2 | 0 4 | 0 4 | snap length 4 | link type 4 |   then records:
 *     | seconds 4 | fraction 4 | kept 4 | original 4 | index 4, protocol 2, kind 1, 0 | frame |
 *
 * From index on the record header is there in the patched variants only.  The file's time unit,
 * link type and frame check sequence are interface[0]'s.
 *
 * Source: draft-ietf-opsawg-pcap-04; the patched variants, and the two lengths swapped in versions
 * before 2.4, from the practice of readers. */

#define FILE_HEADER_BYTES     24u
#define RECORD_HEADER_BYTES   16u
#define PATCHED_HEADER_BYTES  24u
#define PATCHED_KIND_OUTBOUND 4u /* the kernel's PACKET_OUTGOING */

#define LINK_TYPE_MASK 0x0000ffffu
#define LINK_FCS_KNOWN 0x04000000u
#define LINK_FCS_SHIFT 28u /* length of the frame check sequence in units of 16 bits */

struct variant {
    uint32_t magic;
    uint32_t ticks_per_second;
    uint8_t record_header_bytes;
};

static const struct variant variants[] = {
    {0xa1b2c3d4, 1000000, RECORD_HEADER_BYTES},
    {0xa1b23c4d, 1000000000, RECORD_HEADER_BYTES},
    {0xa1b2cd34, 1000000, PATCHED_HEADER_BYTES},
};

/* The variant these bytes begin, in either byte order, or NULL. */
static const struct variant *variant_find(const uint8_t *bytes, size_t length, bool *swapped)
{
    uint32_t magic;
    if (length < sizeof magic) return NULL;
    memcpy(&magic, bytes, sizeof magic);
    for (size_t i = 0; i < ARRAY_COUNT(variants); i++) {
        *swapped = magic == __builtin_bswap32(variants[i].magic);
        if (*swapped || magic == variants[i].magic) return &variants[i];
    }
    return NULL;
}

bool capture_pcap_recognise(const uint8_t *bytes, size_t length)
{
    bool swapped;
    return variant_find(bytes, length, &swapped) != NULL;
}

enum capture_status capture_pcap_open(struct capture *capture)
{
    const struct variant *variant =
        variant_find(capture->bytes, capture->length, &capture->swapped);
    CHECK(variant);
    if (capture->length < FILE_HEADER_BYTES) return CAPTURE_CUT_FILE_HEADER;
    uint32_t major = capture_u16(capture, 4);
    uint32_t minor = capture_u16(capture, 6);
    uint32_t snap_bytes = capture_u32(capture, 16);
    uint32_t link = capture_u32(capture, 20);
    if (major != 2 || minor > 4) return CAPTURE_PCAP_VERSION;
    if ((link & LINK_TYPE_MASK) != CAPTURE_LINK_ETHERNET) return CAPTURE_LINK_TYPE;

    capture->at = FILE_HEADER_BYTES;
    capture->minor_version = (uint8_t)minor;
    capture->record_header_bytes = variant->record_header_bytes;
    capture->record_bytes_max =
        snap_bytes > CAPTURE_PCAP_BYTES_MAX ? snap_bytes : CAPTURE_PCAP_BYTES_MAX;
    capture->interface_count = 1;
    capture->interface[0] = (struct capture_interface){
        .ticks_per_second = variant->ticks_per_second,
        .snap_bytes = snap_bytes,
        .link_type = CAPTURE_LINK_ETHERNET,
        .fcs_bytes = link & LINK_FCS_KNOWN ? (uint8_t)((link >> LINK_FCS_SHIFT) * 2) : 0,
    };
    return CAPTURE_OK;
}

/* What only the patched variants say about a record. */
static void patched_read(const struct capture *capture, struct capture_record *record)
{
    uint8_t kind = capture->bytes[capture->at + 22];
    record->interface = capture_u32(capture, capture->at + 16);
    record->direction = kind == PATCHED_KIND_OUTBOUND ? CAPTURE_OUTBOUND : CAPTURE_INBOUND;
}

enum capture_status capture_pcap_next(struct capture *capture, struct capture_record *record)
{
    uint64_t at = capture->at;
    uint64_t left = capture->length - at;
    if (left < capture->record_header_bytes) return CAPTURE_CUT_HEADER;
    uint32_t seconds = capture_u32(capture, at);
    uint32_t fraction = capture_u32(capture, at + 4);
    uint32_t kept = capture_u32(capture, at + 8);
    uint32_t original = capture_u32(capture, at + 12);
    if (capture->minor_version < 3 || (capture->minor_version == 3 && kept > original)) {
        uint32_t first = kept;
        kept = original;
        original = first;
    }
    uint64_t ticks_per_second = capture->interface[0].ticks_per_second;
    if (fraction >= ticks_per_second) return CAPTURE_BAD_FRACTION;
    if (kept > capture->record_bytes_max) return CAPTURE_TOO_LONG;
    if (kept > left - capture->record_header_bytes) return CAPTURE_CUT_RECORD;

    *record = (struct capture_record){
        .bytes = capture->bytes + at + capture->record_header_bytes,
        .length = kept,
        .original_length = original,
        .time_ns = seconds * NANOS_SECOND + fraction * (NANOS_SECOND / ticks_per_second),
        .offset = at,
        .kind = CAPTURE_FRAME,
        .timed = true,
    };
    if (capture->record_header_bytes == PATCHED_HEADER_BYTES) patched_read(capture, record);
    capture_record_trim(record, capture->interface[0].fcs_bytes);
    capture->at = at + capture->record_header_bytes + kept;
    return CAPTURE_OK;
}
