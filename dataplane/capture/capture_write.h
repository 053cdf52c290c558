#ifndef DATAPLANE_CAPTURE_CAPTURE_WRITE_H
#define DATAPLANE_CAPTURE_CAPTURE_WRITE_H

/* The bytes of a capture file, written into the caller's memory: nanosecond pcap, and pcapng where
 * the direction of a frame matters.
 *
 *     pcap     capture_write_pcap_header, then per frame: capture_write_pcap_record, the frame
 *     pcapng   capture_write_section, capture_write_interface, then per frame: capture_write_packet
 *              (capture_describe.h has blocks that say more, and counts for the end)
 *
 * A record's header and frame should reach the file in one write, so that a crash can cut off only
 * the last record.  Each function returns how many bytes it wrote.
 *
 * Threads: any; no state. */

#include "dataplane/capture/capture.h"

#define CAPTURE_PCAP_HEADER_BYTES   24u
#define CAPTURE_PCAP_RECORD_BYTES   16u
#define CAPTURE_SECTION_BYTES       28u
#define CAPTURE_INTERFACE_BYTES     32u
#define CAPTURE_PACKET_BYTES_MAX(n) (60u + (n)) /* around a frame of n bytes, at most */

/* A frame as it is to be written. */
struct capture_frame {
    const uint8_t *bytes;
    uint32_t length;
    uint32_t original_length;         /* >= length */
    nanos_t time_ns;                  /* pcap: up to the year 2106 */
    uint32_t interface;               /* pcapng */
    enum capture_direction direction; /* pcapng */
    uint64_t dropped; /* pcapng: of its interface, since the frame before it; 0: it does not say */
};

/* The head of a pcap file of Ethernet frames with nanoseconds. */
size_t capture_write_pcap_header(uint8_t *out, uint32_t snap_bytes);

/* The head of one record.  The frame's length bytes follow it; they are not copied. */
size_t capture_write_pcap_record(uint8_t *out, const struct capture_frame *frame);

/* The head of a pcapng file, and the description of its next Ethernet interface in nanoseconds. */
size_t capture_write_section(uint8_t *out);
size_t capture_write_interface(uint8_t *out, uint32_t snap_bytes);

/* A whole block with the frame in it, at most CAPTURE_PACKET_BYTES_MAX(frame->length) bytes. */
size_t capture_write_packet(uint8_t *out, const struct capture_frame *frame);

#endif
