#include "dataplane/capture/capture_write.h"

#include <string.h>

/* Everything is written in the machine's own byte order, which readers recognise by the magic. */

#define PCAP_MAGIC_NANOSECONDS 0xa1b23c4du
#define LINK_ETHERNET          1u

struct pcap_header {
    uint32_t magic;
    uint16_t major_version;
    uint16_t minor_version;
    uint32_t reserved[2];
    uint32_t snap_bytes;
    uint32_t link_type;
};

struct pcap_record {
    uint32_t seconds;
    uint32_t nanoseconds;
    uint32_t kept_bytes;
    uint32_t original_bytes;
};

struct section_block {
    uint32_t type;
    uint32_t bytes;
    uint32_t byte_order_magic;
    uint16_t major_version;
    uint16_t minor_version;
    uint32_t section_bytes[2];
    uint32_t bytes_again;
};

struct interface_block {
    uint32_t type;
    uint32_t bytes;
    uint16_t link_type;
    uint16_t reserved;
    uint32_t snap_bytes;
    uint16_t unit_code;
    uint16_t unit_length;
    uint8_t unit[4];
    uint32_t end_of_options;
    uint32_t bytes_again;
};

struct packet_head {
    uint32_t type;
    uint32_t bytes;
    uint32_t interface;
    uint32_t time_high;
    uint32_t time_low;
    uint32_t kept_bytes;
    uint32_t original_bytes;
};

struct packet_flags {
    uint16_t code;
    uint16_t length;
    uint32_t flags;
};

struct packet_dropped {
    uint16_t code;
    uint16_t length;
    uint32_t dropped[2];
};

static_assert(sizeof(struct pcap_header) == CAPTURE_PCAP_HEADER_BYTES, "pcap file header");
static_assert(sizeof(struct pcap_record) == CAPTURE_PCAP_RECORD_BYTES, "pcap record header");
static_assert(sizeof(struct section_block) == CAPTURE_SECTION_BYTES, "section header block");
static_assert(sizeof(struct interface_block) == CAPTURE_INTERFACE_BYTES, "interface block");

size_t capture_write_pcap_header(uint8_t *out, uint32_t snap_bytes)
{
    struct pcap_header header = {
        .magic = PCAP_MAGIC_NANOSECONDS,
        .major_version = 2,
        .minor_version = 4,
        .snap_bytes = snap_bytes,
        .link_type = LINK_ETHERNET,
    };
    memcpy(out, &header, sizeof header);
    return sizeof header;
}

size_t capture_write_pcap_record(uint8_t *out, const struct capture_frame *frame)
{
    CHECK(frame->time_ns / NANOS_SECOND <= UINT32_MAX);
    struct pcap_record record = {
        .seconds = (uint32_t)(frame->time_ns / NANOS_SECOND),
        .nanoseconds = (uint32_t)(frame->time_ns % NANOS_SECOND),
        .kept_bytes = frame->length,
        .original_bytes = frame->original_length,
    };
    memcpy(out, &record, sizeof record);
    return sizeof record;
}

size_t capture_write_section(uint8_t *out)
{
    struct section_block block = {
        .type = 0x0a0d0d0a,
        .bytes = sizeof block,
        .byte_order_magic = 0x1a2b3c4d,
        .major_version = 1,
        .section_bytes = {UINT32_MAX, UINT32_MAX}, /* not known */
        .bytes_again = sizeof block,
    };
    memcpy(out, &block, sizeof block);
    return sizeof block;
}

size_t capture_write_interface(uint8_t *out, uint32_t snap_bytes)
{
    struct interface_block block = {
        .type = 1,
        .bytes = sizeof block,
        .link_type = LINK_ETHERNET,
        .snap_bytes = snap_bytes,
        .unit_code = 9,
        .unit_length = 1,
        .unit = {9}, /* 10^-9 s */
        .bytes_again = sizeof block,
    };
    memcpy(out, &block, sizeof block);
    return sizeof block;
}

/* The options of a packet, as many as it has.  Returns how many bytes they are. */
static size_t options_write(uint8_t *out, const struct capture_frame *frame)
{
    static const uint32_t end_of_options = 0;
    struct packet_flags flags = {
        .code = 2,
        .length = 4,
        .flags = frame->direction == CAPTURE_OUTBOUND ? 2 : 1,
    };
    struct packet_dropped dropped = {.code = 4, .length = sizeof frame->dropped};
    memcpy(dropped.dropped, &frame->dropped, sizeof frame->dropped);
    uint8_t *at = out;
    if (frame->direction != CAPTURE_DIRECTION_NONE) {
        memcpy(at, &flags, sizeof flags);
        at += sizeof flags;
    }
    if (frame->dropped > 0) {
        memcpy(at, &dropped, sizeof dropped);
        at += sizeof dropped;
    }
    if (at == out) return 0;
    memcpy(at, &end_of_options, sizeof end_of_options);
    return (size_t)(at - out) + sizeof end_of_options;
}

size_t capture_write_packet(uint8_t *out, const struct capture_frame *frame)
{
    size_t padding = (4 - frame->length % 4) % 4;
    struct packet_head head = {
        .type = 6,
        .interface = frame->interface,
        .time_high = (uint32_t)(frame->time_ns >> 32),
        .time_low = (uint32_t)frame->time_ns,
        .kept_bytes = frame->length,
        .original_bytes = frame->original_length,
    };
    uint8_t *at = out + sizeof head;
    memcpy(at, frame->bytes, frame->length);
    at += frame->length;
    memset(at, 0, padding);
    at += padding;
    at += options_write(at, frame);
    head.bytes = (uint32_t)((size_t)(at - out) + sizeof head.bytes);
    memcpy(at, &head.bytes, sizeof head.bytes);
    memcpy(out, &head, sizeof head);
    return head.bytes;
}
