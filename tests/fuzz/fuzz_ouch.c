/* Any bytes as OUCH of either dialect and direction: what a check accepts is exactly as long as its
 * type and its appendage say, each tag it found lies inside, and everything prints. */

#include "dataplane/wire/ouch42.h"
#include "dataplane/wire/ouch50.h"
#include "dataplane/wire/wire_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print(const struct wire_layout *layout, const uint8_t *message)
{
    char line[WIRE_LINE_MAX];
    size_t length = wire_print_layout(line, sizeof line, layout, message);
    CHECK(length < sizeof line);
    for (size_t i = 0; i < length; i++) CHECK(line[i] >= ' ' && line[i] <= '~');
}

static void look50(const uint8_t *data, size_t size, bool in)
{
    struct ouch50_tags tags;
    enum ouch50_status status =
        in ? ouch50_check_in(data, size, &tags) : ouch50_check_out(data, size, &tags);
    CHECK(ouch50_status_text(status) != NULL);
    if (status != OUCH50_OK) return;
    const struct wire_layout *layout = in ? ouch50_in_layout(data[0]) : ouch50_out_layout(data[0]);
    CHECK(layout != NULL);
    CHECK(layout->size_bytes <= size);
    print(layout, data);
    for (uint32_t tag = 0; tag < 32; tag++) {
        if (!(tags.present >> tag & 1)) continue;
        const struct wire_field *field = ouch50_tag_field((uint8_t)tag);
        CHECK(field != NULL);
        CHECK(tags.at[tag] >= layout->size_bytes + 4u);
        CHECK((size_t)tags.at[tag] + field->size_bytes <= size);
        CHECK(data[tags.at[tag] - 1] == tag);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    look50(data, size, true);
    look50(data, size, false);
    if (ouch42_check_in(data, size) == OUCH42_OK) print(ouch42_in_layout(data[0]), data);
    if (ouch42_check_out(data, size) == OUCH42_OK) print(ouch42_out_layout(data[0]), data);
    return 0;
}
