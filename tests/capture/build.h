#ifndef TESTS_CAPTURE_BUILD_H
#define TESTS_CAPTURE_BUILD_H

/* Capture files put together by hand, in either byte order, independently of capture_write. */

#include "dataplane/capture/capture.h"
#include "tests/wire/hex.h"

#include <stdlib.h>
#include <string.h>

/* A whole frame: four bytes from 10.0.0.1 to 224.0.0.1, port 1024, by UDP. */
#define BUILD_PACKET                                                                               \
    "01005e000001020000000001080045000020000000000111cfcb0a000001e0000001"                         \
    "04000400000c0000deadbeef"

struct build {
    uint8_t bytes[1 << 16];
    size_t length;
    bool big;        /* numbers that follow are most significant byte first */
    size_t block_at; /* where the open block begins */
};

static inline void build_number(struct build *build, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        unsigned shift = 8 * (build->big ? size - 1 - i : i);
        build->bytes[build->length++] = (uint8_t)(value >> shift);
    }
}

static inline void build_u16(struct build *build, uint16_t value)
{
    build_number(build, value, 2);
}

static inline void build_u32(struct build *build, uint32_t value)
{
    build_number(build, value, 4);
}

static inline void build_hex(struct build *build, const char *text)
{
    build->length = hex_append(build->bytes, sizeof build->bytes, build->length, text);
}

/* A frame of length bytes: first, first + 1, first + 2 ... */
static inline void build_frame(struct build *build, uint8_t first, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) build->bytes[build->length++] = (uint8_t)(first + i);
}

/* pcap. */

static inline void build_pcap(struct build *build, uint32_t magic, uint32_t link)
{
    build_u32(build, magic);
    build_u16(build, 2);
    build_u16(build, 4);
    build_number(build, 0, 8);
    build_u32(build, 262144);
    build_u32(build, link);
}

struct build_record {
    uint32_t seconds;
    uint32_t fraction;
    uint32_t kept;
    uint32_t original;
};

static inline void build_pcap_record(struct build *build, struct build_record record)
{
    build_u32(build, record.seconds);
    build_u32(build, record.fraction);
    build_u32(build, record.kept);
    build_u32(build, record.original);
}

/* pcapng. */

static inline void build_block_begin(struct build *build, uint32_t type)
{
    build->block_at = build->length;
    build_u32(build, type);
    build_u32(build, 0);
}

static inline void build_block_end(struct build *build)
{
    while (build->length % 4) build->bytes[build->length++] = 0;
    uint32_t total = (uint32_t)(build->length - build->block_at) + 4;
    build_u32(build, total);
    memcpy(build->bytes + build->block_at + 4, build->bytes + build->length - 4, 4);
}

static inline void build_section(struct build *build, bool big)
{
    build->big = big;
    build_block_begin(build, 0x0a0d0d0a);
    build_u32(build, 0x1a2b3c4d);
    build_u16(build, 1);
    build_u16(build, 0);
    build_number(build, UINT64_MAX, 8);
    build_block_end(build);
}

/* An option whose value is a number of size bytes, padded. */
static inline void build_option(struct build *build, uint16_t code, uint64_t value, uint16_t size)
{
    build_u16(build, code);
    build_u16(build, size);
    build_number(build, value, size);
    while (build->length % 4) build->bytes[build->length++] = 0;
}

static inline void build_interface_begin(struct build *build, uint16_t link, uint32_t snap)
{
    build_block_begin(build, 1);
    build_u16(build, link);
    build_u16(build, 0);
    build_u32(build, snap);
}

/* An Ethernet interface that counts in units of its if_tsresol. */
static inline void build_interface(struct build *build, uint8_t unit)
{
    build_interface_begin(build, 1, 0);
    build_option(build, 9, unit, 1);
    build_option(build, 0, 0, 0);
    build_block_end(build);
}

struct build_packet {
    uint32_t interface;
    uint64_t ticks;
    uint32_t kept;
    uint32_t original;
    uint8_t first; /* byte of the frame */
};

static inline void build_packet_begin(struct build *build, struct build_packet packet)
{
    build_block_begin(build, 6);
    build_u32(build, packet.interface);
    build_u32(build, (uint32_t)(packet.ticks >> 32));
    build_u32(build, (uint32_t)packet.ticks);
    build_u32(build, packet.kept);
    build_u32(build, packet.original);
    build_frame(build, packet.first, packet.kept);
    while (build->length % 4) build->bytes[build->length++] = 0;
}

static inline void build_packet(struct build *build, struct build_packet packet)
{
    build_packet_begin(build, packet);
    build_block_end(build);
}

/* Reading. */

/* All records of bytes, copied to memory of exactly their length, so that a sanitizer sees a read
 * past them.  Returns the status that ended it. */
struct read_all {
    struct capture_record record[64]; /* their bytes last until the next read_all */
    uint64_t count;
    uint64_t fault_offset;
    enum capture_status status;
};

static inline void read_all(struct read_all *all, const uint8_t *bytes, size_t length,
                            enum capture_framing framing)
{
    static struct capture capture;
    static uint8_t *exact;
    free(exact);
    exact = malloc(length ? length : 1);
    memcpy(exact, bytes, length);
    *all = (struct read_all){0};
    all->status = capture_open(exact, length, framing, &capture);
    while (all->status == CAPTURE_OK) {
        struct capture_record record;
        all->status = capture_next(&capture, &record);
        if (all->status != CAPTURE_OK) break;
        EXPECT_UINT(record.number, all->count + 1);
        if (all->count < ARRAY_COUNT(all->record)) all->record[all->count] = record;
        all->count++;
    }
    all->fault_offset = capture.fault_offset;
    EXPECT_UINT(capture.number, all->count);
    EXPECT(capture_next(&capture, &all->record[63]) == all->status); /* it stays */
}

static inline void build_read(struct read_all *all, const struct build *build)
{
    read_all(all, build->bytes, build->length, CAPTURE_FRAMING_CONTENT);
}

/* A file of whole parts, cut at every byte, yields the records whose end is not cut off.  end[k] is
 * where record k's bytes end; clean tells the lengths at which a cut is no fault. */
static inline void expect_every_cut(const struct build *build, const size_t *end, size_t count,
                                    bool (*clean)(size_t cut), size_t first_cut)
{
    for (size_t cut = first_cut; cut <= build->length; cut++) {
        struct read_all all;
        size_t whole = 0;
        while (whole < count && end[whole] <= cut) whole++;
        read_all(&all, build->bytes, cut, CAPTURE_FRAMING_CONTENT);
        spec_expect(__FILE__, __LINE__, all.count == whole, "cut at %zu: %" PRIu64 " records", cut,
                    all.count);
        bool fault = all.status == CAPTURE_CUT_HEADER || all.status == CAPTURE_CUT_RECORD;
        spec_expect(__FILE__, __LINE__, clean(cut) ? all.status == CAPTURE_END : fault,
                    "cut at %zu: %s", cut, capture_status_text(all.status));
    }
}

#endif
