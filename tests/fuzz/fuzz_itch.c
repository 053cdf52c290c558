/* Any bytes: itch_check never reads past its length, and what it accepts prints in full. */

#include "dataplane/wire/itch.h"
#include "dataplane/wire/wire_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum itch_status status = itch_check(data, size);
    const struct wire_layout *layout = size ? itch_layout(data[0]) : NULL;
    CHECK((status == ITCH_OK) == (layout && layout->size_bytes <= size));
    if (status != ITCH_OK) return 0;

    char line[WIRE_LINE_MAX];
    size_t length = wire_print_layout(line, sizeof line, layout, data);
    CHECK(length < sizeof line);
    for (size_t i = 0; i < length; i++) CHECK(line[i] >= ' ' && line[i] <= '~');
    return 0;
}
