#include "dataplane/capture/capture_describe.h"

#include <string.h>

/* Everything is written in the machine's own byte order, as in capture_write.c.  A block is
 * composed from its front, and its length is written last, at both ends. */

#define BLOCK_SECTION   0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_COUNTS    5u
#define LINK_ETHERNET   1u
#define NANOSECONDS     9u /* 10^-9 s */

enum section_option { SECTION_HARDWARE = 2, SECTION_SYSTEM = 3, SECTION_APPLICATION = 4 };
enum interface_option { INTERFACE_NAME = 2, INTERFACE_DESCRIPTION = 3, INTERFACE_UNIT = 9 };
enum counts_option { COUNTS_BEGUN = 2, COUNTS_ENDED = 3, COUNTS_RECEIVED = 4, COUNTS_DROPPED = 5 };

struct block {
    uint8_t *bytes;
    size_t length;
};

static void add(struct block *block, const void *bytes, size_t length)
{
    memcpy(block->bytes + block->length, bytes, length);
    block->length += length;
}

static void add_u16(struct block *block, uint16_t value)
{
    add(block, &value, sizeof value);
}

static void add_u32(struct block *block, uint32_t value)
{
    add(block, &value, sizeof value);
}

static void add_option(struct block *block, uint16_t code, const void *bytes, size_t length)
{
    static const uint8_t zeros[4];
    add_u16(block, code);
    add_u16(block, (uint16_t)length);
    add(block, bytes, length);
    add(block, zeros, (4 - length % 4) % 4);
}

static void add_text(struct block *block, uint16_t code, const char *text)
{
    if (text) add_option(block, code, text, strnlen(text, CAPTURE_DESCRIBE_TEXT_MAX));
}

/* The more significant half is first, whatever the byte order. */
static void add_time(struct block *block, uint16_t code, nanos_t time_ns)
{
    uint32_t halves[2] = {(uint32_t)(time_ns >> 32), (uint32_t)time_ns};
    add_option(block, code, halves, sizeof halves);
}

static struct block block_begin(uint8_t *out, uint32_t type)
{
    struct block block = {.bytes = out};
    add_u32(&block, type);
    add_u32(&block, 0);
    return block;
}

static size_t block_end(struct block *block)
{
    add_u32(block, 0); /* no more options */
    uint32_t bytes = (uint32_t)(block->length + sizeof bytes);
    add_u32(block, bytes);
    memcpy(block->bytes + sizeof(uint32_t), &bytes, sizeof bytes);
    return bytes;
}

size_t capture_describe_section(uint8_t *out, const struct capture_section *section)
{
    struct block block = block_begin(out, BLOCK_SECTION);
    add_u32(&block, 0x1a2b3c4d); /* tells the byte order */
    add_u16(&block, 1);          /* version 1.0 */
    add_u16(&block, 0);
    add_u32(&block, UINT32_MAX); /* how long the section will be is not known */
    add_u32(&block, UINT32_MAX);
    add_text(&block, SECTION_HARDWARE, section->hardware);
    add_text(&block, SECTION_SYSTEM, section->system);
    add_text(&block, SECTION_APPLICATION, section->application);
    return block_end(&block);
}

size_t capture_describe_interface(uint8_t *out, const struct capture_port *interface)
{
    static const uint8_t unit = NANOSECONDS;
    struct block block = block_begin(out, BLOCK_INTERFACE);
    add_u16(&block, LINK_ETHERNET);
    add_u16(&block, 0);
    add_u32(&block, interface->snap_bytes);
    add_text(&block, INTERFACE_NAME, interface->name);
    add_text(&block, INTERFACE_DESCRIPTION, interface->description);
    add_option(&block, INTERFACE_UNIT, &unit, sizeof unit);
    return block_end(&block);
}

size_t capture_describe_counts(uint8_t *out, const struct capture_interface_counts *counts)
{
    struct block block = block_begin(out, BLOCK_COUNTS);
    add_u32(&block, counts->interface);
    add_u32(&block, (uint32_t)(counts->time_ns >> 32));
    add_u32(&block, (uint32_t)counts->time_ns);
    add_time(&block, COUNTS_BEGUN, counts->begun_ns);
    add_time(&block, COUNTS_ENDED, counts->time_ns);
    add_option(&block, COUNTS_RECEIVED, &counts->received, sizeof counts->received);
    add_option(&block, COUNTS_DROPPED, &counts->dropped, sizeof counts->dropped);
    return block_end(&block);
}
