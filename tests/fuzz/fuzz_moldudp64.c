/* Any bytes: a datagram that moldudp64_check accepts is exactly its header and its blocks, and one
 * that it refuses is not. */

#include "dataplane/wire/itch.h"
#include "dataplane/wire/moldudp64.h"
#include "dataplane/wire/wire_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes count blocks take at block, or more than size if they do not fit. */
static size_t blocks_length(const uint8_t *block, size_t size, uint32_t count)
{
    size_t used = 0;
    for (; count; count--) {
        if (used + 2 > size) return size + 1;
        used += 2 + moldudp64_block_length(block + used);
        if (used > size) return size + 1;
    }
    return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum moldudp64_status status = moldudp64_check(data, size);
    CHECK(moldudp64_status_text(status));
    CHECK((status == MOLDUDP64_SHORT_HEADER) == (size < 20));
    if (size < 20) return 0;

    char line[WIRE_LINE_MAX];
    CHECK(wire_print(line, sizeof line, "header", moldudp64_header_fields,
                     ARRAY_COUNT(moldudp64_header_fields), data) < sizeof line);
    const struct moldudp64_header *header = (const struct moldudp64_header *)data;
    uint32_t count = be16_read(header->count);
    if (status == MOLDUDP64_IDLE) CHECK(count == 0);
    if (status == MOLDUDP64_ENDED) CHECK(count == 0xffff);
    if (status != MOLDUDP64_MESSAGES && status != MOLDUDP64_BAD_BLOCKS) return 0;
    bool fits = blocks_length(data + 20, size - 20, count) == size - 20;
    CHECK(fits == (status == MOLDUDP64_MESSAGES));
    if (!fits) return 0;

    const uint8_t *block = data + 20;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = moldudp64_block_length(block);
        if (itch_check(block + 2, length) == ITCH_OK)
            CHECK(wire_print_layout(line, sizeof line, itch_layout(block[2]), block + 2) <
                  sizeof line);
        block += 2 + length;
    }
    CHECK(block == data + size);
    return 0;
}
