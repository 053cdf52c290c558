#include "dataplane/capture/capture_formats.h"

/* pcapng: a sequence of blocks.
 *
 *     | type 4 | total length 4 | body, a multiple of 4 | total length 4 |
 *
 * A section header block sets the byte order and forgets the interfaces; an interface description
 * block adds one; packet blocks name theirs.  Every other block is passed over by its length.
 * There is no mark to find the next block by: the first wrong length ends what can be read.
 *
 * Source: draft-ietf-opsawg-pcapng-02. */

#define BLOCK_SECTION       0x0a0d0d0au /* a palindrome: the same in both byte orders */
#define BLOCK_INTERFACE     1u
#define BLOCK_OLD_PACKET    2u
#define BLOCK_SIMPLE_PACKET 3u
#define BLOCK_PACKET        6u

#define BLOCK_BYTES_MIN     12u
#define SECTION_BYTES_MIN   28u
#define INTERFACE_BYTES_MIN 20u
#define SIMPLE_BYTES_MIN    16u
#define PACKET_BYTES_MIN    32u
#define TRAILER_BYTES       4u

#define BYTE_ORDER_MAGIC 0x1a2b3c4du

#define OPTION_END            0u
#define INTERFACE_TIME_UNIT   9u
#define INTERFACE_FCS         13u
#define INTERFACE_TIME_OFFSET 14u
#define PACKET_FLAGS          2u

#define UNIT_BINARY      0x80u
#define UNIT_BINARY_MAX  63u
#define UNIT_DECIMAL_MAX 19u

#define FLAG_DIRECTION 3u
#define FLAG_FCS_SHIFT 5u
#define FLAG_FCS_MASK  15u

/* A block whose two lengths agree and lie in the file. */
struct block {
    uint64_t at;
    uint32_t type;
    uint32_t bytes;
};

struct option {
    uint64_t value_at;
    uint16_t code;
    uint16_t length;
};

bool capture_pcapng_recognise(const uint8_t *bytes, size_t length)
{
    return length >= 4 && memcmp(bytes, "\x0a\x0d\x0d\x0a", 4) == 0;
}

static uint64_t padded(uint64_t length)
{
    return (length + 3) & ~(uint64_t)3;
}

/* The option at *at, and *at moved past it.  CAPTURE_END after the last one before end. */
static enum capture_status option_next(const struct capture *capture, uint64_t *at, uint64_t end,
                                       struct option *option)
{
    if (end - *at < 4) return CAPTURE_END;
    option->code = capture_u16(capture, *at);
    option->length = capture_u16(capture, *at + 2);
    option->value_at = *at + 4;
    if (option->code == OPTION_END) return CAPTURE_END;
    if (padded(option->length) > end - option->value_at) return CAPTURE_BAD_OPTION;
    *at = option->value_at + padded(option->length);
    return CAPTURE_OK;
}

/* Sections. */

/* The byte order of the section that begins here decides how even its length is read. */
static enum capture_status section_byte_order(struct capture *capture, uint64_t at)
{
    capture->swapped = false;
    if (capture_u32(capture, at + 8) == BYTE_ORDER_MAGIC) return CAPTURE_OK;
    capture->swapped = true;
    if (capture_u32(capture, at + 8) == BYTE_ORDER_MAGIC) return CAPTURE_OK;
    return CAPTURE_BYTE_ORDER;
}

static enum capture_status section_begin(struct capture *capture, const struct block *block)
{
    if (block->bytes < SECTION_BYTES_MIN) return CAPTURE_BLOCK_LENGTH;
    capture->skipping = capture_u16(capture, block->at + 12) != 1;
    capture->interface_count = 0;
    return CAPTURE_OK;
}

/* Interfaces. */

static enum capture_status interface_unit(struct capture_interface *interface, uint8_t unit)
{
    uint32_t exponent = unit & ~UNIT_BINARY;
    interface->shift = 0;
    interface->ticks_per_second = 1;
    if (unit & UNIT_BINARY) {
        if (exponent > UNIT_BINARY_MAX) return CAPTURE_BAD_RESOLUTION;
        interface->shift = (uint8_t)exponent;
        return CAPTURE_OK;
    }
    if (exponent > UNIT_DECIMAL_MAX) return CAPTURE_BAD_RESOLUTION;
    for (uint32_t i = 0; i < exponent; i++) interface->ticks_per_second *= 10;
    return CAPTURE_OK;
}

/* Writers disagree whether the length is in bits or bytes; those of Ethernet do not overlap. */
static enum capture_status interface_fcs(struct capture_interface *interface, uint8_t length)
{
    switch (length) {
    case 0: interface->fcs_bytes = 0; return CAPTURE_OK;
    case 4:
    case 32: interface->fcs_bytes = 4; return CAPTURE_OK;
    default: return CAPTURE_BAD_OPTION;
    }
}

static enum capture_status interface_option(const struct capture *capture,
                                            struct capture_interface *interface,
                                            const struct option *option)
{
    const uint8_t *value = capture->bytes + option->value_at;
    switch (option->code) {
    case INTERFACE_TIME_UNIT:
        return option->length == 1 ? interface_unit(interface, *value) : CAPTURE_BAD_OPTION;
    case INTERFACE_FCS:
        return option->length == 1 ? interface_fcs(interface, *value) : CAPTURE_BAD_OPTION;
    case INTERFACE_TIME_OFFSET:
        if (option->length != 8) return CAPTURE_BAD_OPTION;
        interface->offset_s = (int64_t)capture_u64(capture, option->value_at);
        return CAPTURE_OK;
    default: return CAPTURE_OK;
    }
}

static enum capture_status interface_begin(struct capture *capture, const struct block *block)
{
    if (block->bytes < INTERFACE_BYTES_MIN) return CAPTURE_BLOCK_LENGTH;
    if (capture->interface_count == CAPTURE_INTERFACES_MAX) return CAPTURE_INTERFACES;
    struct capture_interface interface = {
        .ticks_per_second = 1000000,
        .snap_bytes = capture_u32(capture, block->at + 12),
        .link_type = capture_u16(capture, block->at + 8),
    };
    uint64_t at = block->at + 16;
    uint64_t end = block->at + block->bytes - TRAILER_BYTES;
    struct option option;
    enum capture_status status;
    while ((status = option_next(capture, &at, end, &option)) == CAPTURE_OK) {
        status = interface_option(capture, &interface, &option);
        if (status != CAPTURE_OK) return status;
    }
    if (status != CAPTURE_END) return status;
    capture->interface[capture->interface_count++] = interface;
    return CAPTURE_OK;
}

/* The interface a packet names, if it can be read. */
static enum capture_status interface_check(const struct capture *capture, uint32_t number)
{
    if (number >= capture->interface_count) return CAPTURE_NO_INTERFACE;
    if (capture->interface[number].link_type != CAPTURE_LINK_ETHERNET) return CAPTURE_LINK_TYPE;
    return CAPTURE_OK;
}

static enum capture_status ticks_to_ns(const struct capture_interface *interface, uint64_t ticks,
                                       nanos_t *time_ns)
{
    unsigned __int128 ns;
    if (interface->shift) ns = (unsigned __int128)ticks * NANOS_SECOND >> interface->shift;
    else if (interface->ticks_per_second <= NANOS_SECOND)
        ns = (unsigned __int128)ticks * (NANOS_SECOND / interface->ticks_per_second);
    else ns = ticks / (interface->ticks_per_second / NANOS_SECOND);

    __int128 since_epoch = (__int128)ns + (__int128)interface->offset_s * (__int128)NANOS_SECOND;
    if (since_epoch < 0 || since_epoch > UINT64_MAX) return CAPTURE_TIME_RANGE;
    *time_ns = (nanos_t)since_epoch;
    return CAPTURE_OK;
}

/* Packets. */

/* The options of a packet that are of use: its direction, and its own frame check sequence. */
static enum capture_status packet_options(const struct capture *capture, uint64_t at, uint64_t end,
                                          struct capture_record *record, uint32_t *fcs_bytes)
{
    struct option option;
    enum capture_status status;
    while ((status = option_next(capture, &at, end, &option)) == CAPTURE_OK) {
        if (option.code != PACKET_FLAGS) continue;
        if (option.length != 4) return CAPTURE_BAD_OPTION;
        uint32_t flags = capture_u32(capture, option.value_at);
        uint32_t own_fcs_bytes = flags >> FLAG_FCS_SHIFT & FLAG_FCS_MASK;
        if (own_fcs_bytes) *fcs_bytes = own_fcs_bytes;
        record->direction = (flags & FLAG_DIRECTION) == 1 ? CAPTURE_INBOUND
                          : (flags & FLAG_DIRECTION) == 2 ? CAPTURE_OUTBOUND
                                                          : CAPTURE_DIRECTION_NONE;
    }
    return status == CAPTURE_END ? CAPTURE_OK : status;
}

/* An enhanced packet block, or the old packet block, which differs in its first word only. */
static enum capture_status packet_read(const struct capture *capture, const struct block *block,
                                       struct capture_record *record)
{
    uint64_t at = block->at;
    if (block->bytes < PACKET_BYTES_MIN) return CAPTURE_BLOCK_LENGTH;
    uint32_t number =
        block->type == BLOCK_PACKET ? capture_u32(capture, at + 8) : capture_u16(capture, at + 8);
    enum capture_status status = interface_check(capture, number);
    if (status != CAPTURE_OK) return status;
    const struct capture_interface *interface = &capture->interface[number];

    uint64_t ticks = (uint64_t)capture_u32(capture, at + 12) << 32 | capture_u32(capture, at + 16);
    *record = (struct capture_record){
        .bytes = capture->bytes + at + 28,
        .length = capture_u32(capture, at + 20),
        .original_length = capture_u32(capture, at + 24),
        .offset = at,
        .interface = number,
        .kind = CAPTURE_FRAME,
        .timed = true,
    };
    if (padded(record->length) > block->bytes - PACKET_BYTES_MIN) return CAPTURE_PACKET_LENGTH;
    status = ticks_to_ns(interface, ticks, &record->time_ns);
    if (status != CAPTURE_OK) return status;

    uint32_t fcs_bytes = interface->fcs_bytes;
    status = packet_options(capture, at + 28 + padded(record->length),
                            at + block->bytes - TRAILER_BYTES, record, &fcs_bytes);
    if (status != CAPTURE_OK) return status;
    capture_record_trim(record, fcs_bytes);
    return CAPTURE_OK;
}

/* A simple packet block: of interface 0, without a time and without the length it keeps. */
static enum capture_status simple_read(const struct capture *capture, const struct block *block,
                                       struct capture_record *record)
{
    if (block->bytes < SIMPLE_BYTES_MIN) return CAPTURE_BLOCK_LENGTH;
    enum capture_status status = interface_check(capture, 0);
    if (status != CAPTURE_OK) return status;
    const struct capture_interface *interface = &capture->interface[0];

    uint32_t original = capture_u32(capture, block->at + 8);
    bool sliced = interface->snap_bytes && interface->snap_bytes < original;
    *record = (struct capture_record){
        .bytes = capture->bytes + block->at + 12,
        .length = sliced ? interface->snap_bytes : original,
        .original_length = original,
        .offset = block->at,
        .kind = CAPTURE_FRAME,
    };
    if (padded(record->length) > block->bytes - SIMPLE_BYTES_MIN) return CAPTURE_PACKET_LENGTH;
    capture_record_trim(record, interface->fcs_bytes);
    return CAPTURE_OK;
}

/* Blocks. */

static enum capture_status block_next(struct capture *capture, struct block *block)
{
    uint64_t left = capture->length - capture->at;
    block->at = capture->at;
    if (left < BLOCK_BYTES_MIN) return CAPTURE_CUT_HEADER;
    block->type = capture_u32(capture, block->at);
    if (block->type == BLOCK_SECTION) {
        enum capture_status status = section_byte_order(capture, block->at);
        if (status != CAPTURE_OK) return status;
    }
    block->bytes = capture_u32(capture, block->at + 4);
    if (block->bytes < BLOCK_BYTES_MIN || block->bytes % 4 != 0 ||
        block->bytes > CAPTURE_BLOCK_BYTES_MAX)
        return CAPTURE_BLOCK_LENGTH;
    if (block->bytes > left) return CAPTURE_CUT_RECORD;
    if (capture_u32(capture, block->at + block->bytes - TRAILER_BYTES) != block->bytes)
        return CAPTURE_BLOCK_TRAILER;
    return CAPTURE_OK;
}

/* What a block says; CAPTURE_END if it holds no packet. */
static enum capture_status block_read(struct capture *capture, const struct block *block,
                                      struct capture_record *record)
{
    enum capture_status status = CAPTURE_OK;
    if (block->type == BLOCK_SECTION) status = section_begin(capture, block);
    else if (capture->skipping) return CAPTURE_END;
    else if (block->type == BLOCK_PACKET || block->type == BLOCK_OLD_PACKET)
        return packet_read(capture, block, record);
    else if (block->type == BLOCK_SIMPLE_PACKET) return simple_read(capture, block, record);
    else if (block->type == BLOCK_INTERFACE) status = interface_begin(capture, block);
    return status == CAPTURE_OK ? CAPTURE_END : status;
}

enum capture_status capture_pcapng_next(struct capture *capture, struct capture_record *record)
{
    struct capture_record packet;
    while (capture->at < capture->length) {
        struct block block;
        capture->fault_offset = capture->at;
        enum capture_status status = block_next(capture, &block);
        if (status != CAPTURE_OK) return status;
        status = block_read(capture, &block, &packet);
        if (status != CAPTURE_OK && status != CAPTURE_END) return status;
        capture->at += block.bytes;
        if (status == CAPTURE_OK) {
            *record = packet;
            return CAPTURE_OK;
        }
    }
    capture->fault_offset = capture->at;
    return CAPTURE_END;
}
