/* Real packets of two exchanges' order entry, decoded by us and by an independent dissector: every
 * field of every message must agree.  Nasdaq's are OUCH 5.0, by the tables of the product.  JNX has
 * a dialect of its own (OUCH 1.11: numbers for tokens, groups, classifications), which this product
 * does not speak: its messages are read by tables that stand here, so that the way tables are made
 * is tested on a second exchange's bytes. */

#include "dataplane/capture/capture_file.h"
#include "dataplane/wire/ouch50.h"
#include "tests/support/recordings.h"
#include "tests/support/spec.h"
#include "tests/wire/dissection.h"

#include <string.h>

/* clang-format off */
#define JNX_ENTER(F, M)                                                                            \
    F(M, text1,  type,           0, "'O'")                                                         \
    F(M, be32,   order_token,    1, "")                                                            \
    F(M, text10, client_reference, 5, "")                                                          \
    F(M, text1,  buy_sell_indicator, 15, "")                                                       \
    F(M, be32,   quantity,      16, "")                                                            \
    F(M, be32,   orderbook_id,  20, "")                                                            \
    F(M, text4,  group,         24, "")                                                            \
    F(M, be32,   price_e1,      28, "")                                                            \
    F(M, be32,   time_in_force, 32, "")                                                            \
    F(M, be32,   firm_id,       36, "")                                                            \
    F(M, text1,  display,       40, "")                                                            \
    F(M, text1,  capacity,      41, "")                                                            \
    F(M, be32,   minimum_quantity, 42, "")                                                         \
    F(M, text1,  order_classification, 46, "")                                                     \
    F(M, text1,  cash_margin_type, 47, "")

#define JNX_REPLACE(F, M)                                                                          \
    F(M, text1,  type,           0, "'U'")                                                         \
    F(M, be32,   existing_order_token, 1, "")                                                      \
    F(M, be32,   replacement_order_token, 5, "")                                                   \
    F(M, be32,   quantity,       9, "")                                                            \
    F(M, be32,   price_e1,      13, "")                                                            \
    F(M, be32,   time_in_force, 17, "")                                                            \
    F(M, text1,  display,       21, "")                                                            \
    F(M, be32,   minimum_quantity, 22, "")

#define JNX_ACCEPTED(F, M)                                                                         \
    F(M, text1,  type,           0, "'A'")                                                         \
    F(M, be64,   timestamp,      1, "")                                                            \
    F(M, be32,   order_token,    9, "")                                                            \
    F(M, text10, client_reference, 13, "")                                                         \
    F(M, text1,  buy_sell_indicator, 23, "")                                                       \
    F(M, be32,   quantity,      24, "")                                                            \
    F(M, be32,   orderbook_id,  28, "")                                                            \
    F(M, text4,  group,         32, "")                                                            \
    F(M, be32,   price_e1,      36, "")                                                            \
    F(M, be32,   time_in_force, 40, "")                                                            \
    F(M, be32,   firm_id,       44, "")                                                            \
    F(M, text1,  display,       48, "")                                                            \
    F(M, text1,  capacity,      49, "")                                                            \
    F(M, be64,   order_number,  50, "")                                                            \
    F(M, be32,   minimum_quantity, 58, "")                                                         \
    F(M, text1,  order_state,   62, "")                                                            \
    F(M, text1,  order_classification, 63, "")                                                     \
    F(M, text1,  cash_margin_type, 64, "")
/* clang-format on */

WIRE_MESSAGE(jnx_enter, JNX_ENTER, 48)
WIRE_MESSAGE(jnx_replace, JNX_REPLACE, 26)
WIRE_MESSAGE(jnx_accepted, JNX_ACCEPTED, 65)

static const struct wire_layout jnx[] = {WIRE_LAYOUT(jnx_enter), WIRE_LAYOUT(jnx_replace),
                                         WIRE_LAYOUT(jnx_accepted)};

/* The dissector's label of each field that has another name here. */
static const struct {
    const char *label;
    const char *field;
} labels[] = {
    {"User Ref Num", "urn"},
    {"Quantity", "qty"},
    {"Price", "price_e4"},
    {"Time In Force", "tif"},
    {"Inter Market Sweep Eligibility", "iso"},
    {"Cross Type", "cross"},
    {"ClOrdId", "cl_ord_id"},
    {"Timestamp", "timestamp_ns"},
    {"Order Reference Number", "order_ref"},
    {"Order State", "state"},
    {"Cancel Order Reason", "reason"},
};

static glob_t found;
static struct {
    unsigned packets;
    unsigned fields;
    unsigned tags;
} compared;

static const char *where_file;
static struct dissection text;

#define AGREE(condition, ...) spec_expect(where_file, (int)text.line, (condition), __VA_ARGS__)

/* "Order Token" and order_token, or as labels say. */
static bool names(const char *label, const char *field)
{
    for (size_t i = 0; i < ARRAY_COUNT(labels); i++)
        if (strcmp(labels[i].label, label) == 0 && strcmp(labels[i].field, field) == 0) return true;
    for (; *label && *field; label++, field++)
        if ((*label | 0x20) != (*field | 0x20) && !(*label == ' ' && *field == '_')) return false;
    return !*label && (!*field || strcmp(field, "_e4") == 0 || strcmp(field, "_e1") == 0);
}

static uint64_t number_at(const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) value = value << 8 | at[i];
    return value;
}

/* "477.78" in units of 1/10 000. */
static uint64_t decimal_e4(const char *value)
{
    char *end;
    uint64_t whole = strtoull(value, &end, 10) * 10000;
    uint64_t unit = 1000;
    if (*end == '.')
        for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10)
            whole += unit * (uint64_t)(*end - '0');
    return whole;
}

/* "1970-01-01 12:24:07.483708183" as nanoseconds of its hour: the zone is the dissector's own. */
static uint64_t nanoseconds_of_hour(const char *value)
{
    unsigned minute = 0, second = 0;
    unsigned long nanoseconds = 0;
    AGREE(sscanf(value, "%*u-%*u-%*u %*u:%u:%u.%lu", &minute, &second, &nanoseconds) == 3,
          "'%s' is no time", value);
    return (minute * 60 + second) * NANOS_SECOND + nanoseconds;
}

/* The code of "Sell Short (T)", or the text itself. */
static void compare_text(const struct wire_field *field, const uint8_t *at, const char *value)
{
    char expected[32];
    size_t length = strlen(value);
    memset(expected, ' ', sizeof expected);
    const char *open = strrchr(value, '(');
    bool coded = open && length > 2 && value[length - 1] == ')';
    if (coded && strcmp(open, "(<whitespace>)") == 0) length = 0;
    else if (coded) value = open + 1, length -= (size_t)(open - value) + 2;
    if (coded && length > sizeof expected) length = strlen(value) - 1;
    memcpy(expected, value, length < sizeof expected ? length : sizeof expected);
    AGREE(memcmp(expected, at, field->size_bytes) == 0, "%s is '%.*s', expected '%.*s'",
          field->name, (int)field->size_bytes, (const char *)at, (int)field->size_bytes, expected);
}

static void compare_field(const struct wire_field *field, const uint8_t *at, const char *value)
{
    compared.fields++;
    if (field->kind >= WIRE_text1) {
        compare_text(field, at, value);
        return;
    }
    uint64_t actual = number_at(at, field->size_bytes), expected = 0;
    const char *open = strrchr(value, '(');
    if (strncmp(field->name, "timestamp", 9) == 0) {
        actual %= 3600 * NANOS_SECOND;
        expected = nanoseconds_of_hour(value);
    } else if (strstr(field->name, "_e4")) {
        expected = decimal_e4(value);
    } else if (strstr(field->name, "_e1")) {
        expected = decimal_e4(value) / 1000;
    } else {
        expected = strtoull(open ? open + 1 : value, NULL, 10);
    }
    AGREE(actual == expected, "%s is %" PRIu64 ", expected '%s'", field->name, actual, value);
}

static void compare_tags(const uint8_t *message, const struct ouch50_tags *tags)
{
    struct dissection_line line;
    unsigned left = (unsigned)__builtin_popcount(tags->present);
    while (dissection_next(&text, &line)) {
        AGREE(strstr(line.label, "Appendage") != NULL, "'%s' is no element", line.label);
        dissection_next(&text, &line);
        AGREE(strcmp(line.label, "Optional Field Length") == 0, "'%s'", line.label);
        unsigned long size = strtoul(line.value, NULL, 10) - 1;
        dissection_next(&text, &line);
        unsigned long tag = strtoul(strrchr(line.value, '(') + 1, NULL, 10);
        dissection_next(&text, &line);
        AGREE(tags->present >> tag & 1, "tag %lu was not found", tag);
        const struct wire_field *field = ouch50_tag_field((uint8_t)tag);
        AGREE(field && field->size_bytes == size, "tag %lu is not of %lu bytes", tag, size);
        if (!field) return;
        compare_field(field, ouch50_value(message, tags, (enum ouch50_tag)tag), line.value);
        compared.tags++;
        left--;
    }
    AGREE(left == 0, "%u tags are not in the dissection", left);
}

static void compare_fields(const struct wire_layout *layout, const uint8_t *message)
{
    struct dissection_line line;
    for (unsigned i = 1; i < layout->field_count; i++) {
        if (!dissection_next(&text, &line)) line = (struct dissection_line){0};
        AGREE(names(line.label, layout->fields[i].name), "field %u is %s, expected %s", i,
              layout->fields[i].name, line.label);
        compare_field(&layout->fields[i], message + layout->fields[i].offset_bytes, line.value);
    }
}

/* The message of the one SoupBinTCP packet: length (2), type (1), message. */
static void compare_packet(const struct capture_record *record, bool nasdaq, uint32_t soup_bytes)
{
    struct dissection_line line = {0};
    const uint8_t *soup = record->bytes + record->length - soup_bytes;
    const uint8_t *message = soup + 3;
    uint32_t length = (uint32_t)number_at(soup, 2) - 1;
    bool in = soup[2] == 'U';
    AGREE(length + 3 == soup_bytes, "the packet holds %u bytes", length);
    AGREE(in || soup[2] == 'S', "the packet is '%c'", soup[2]);
    while (dissection_next(&text, &line))
        if (strstr(line.label, "sequenced Message Type") ||
            strstr(line.label, "Sequenced Message Type"))
            break;
    dissection_next(&text, &line); /* "Enter Order Message:" */
    compared.packets++;
    if (!nasdaq) {
        const struct wire_layout *layout = NULL;
        for (size_t i = 0; i < ARRAY_COUNT(jnx); i++)
            if (jnx[i].size_bytes == length) layout = &jnx[i];
        AGREE(layout != NULL, "no message of %u bytes", length);
        if (layout) compare_fields(layout, message);
        return;
    }
    struct ouch50_tags tags;
    enum ouch50_status status =
        in ? ouch50_check_in(message, length, &tags) : ouch50_check_out(message, length, &tags);
    AGREE(status == OUCH50_OK, "%s", ouch50_status_text(status));
    if (status != OUCH50_OK) return;
    const struct wire_layout *layout =
        in ? ouch50_in_layout(message[0]) : ouch50_out_layout(message[0]);
    compare_fields(layout, message);
    if (length == layout->size_bytes) return;
    dissection_next(&text, &line);
    AGREE(strcmp(line.label, "Appendage Length") == 0, "'%s'", line.label);
    AGREE(strtoul(line.value, NULL, 10) == length - layout->size_bytes - 2, "its length");
    compare_tags(message, &tags);
}

/* The dissection beside the packets, as one string; its title says how long the payload is. */
static uint32_t dissection_load(const char *packets_path, char *all, size_t capacity)
{
    char path[4096];
    snprintf(path, sizeof path, "%.*stxt", (int)(strlen(packets_path) - strlen("pcap")),
             packets_path);
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(all, 1, capacity - 1, file) : 0;
    all[length] = '\0';
    if (file) fclose(file);
    const char *title = strstr(all, "Ouch "), *open = title ? strchr(title, '(') : NULL;
    return open ? (uint32_t)strtoul(open + 1, NULL, 10) : 0;
}

SPEC(every_field_of_every_recorded_order_message_agrees_with_its_dissection)
{
    static char all[1 << 16];
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct capture_file file;
        struct capture capture;
        struct capture_record record;
        char sentence[256];
        where_file = found.gl_pathv[i];
        uint32_t soup_bytes = dissection_load(where_file, all, sizeof all);
        text = (struct dissection){.at = all};
        AGREE(soup_bytes > 3, "has no dissection beside it");
        bool mapped = capture_map(where_file, &file, sentence, sizeof sentence);
        AGREE(mapped, "%s", sentence);
        if (!mapped || soup_bytes <= 3) continue;
        AGREE(capture_open(file.bytes, file.length, CAPTURE_FRAMING_CONTENT, &capture) ==
                  CAPTURE_OK,
              "not recognised");
        while (capture_next(&capture, &record) == CAPTURE_OK) {
            /* Some recordings have a trailer of the switch behind the packet: the IP header says
             * where it ends. */
            uint32_t ip = number_at(record.bytes + 12, 2) == 0x8100 ? 18 : 14;
            record.length = ip + (uint32_t)number_at(record.bytes + ip + 2, 2);
            compare_packet(&record, strstr(where_file, "Nasdaq") != NULL, soup_bytes);
        }
        struct dissection_line line;
        AGREE(!dissection_next(&text, &line), "'%s' was not compared", line.label);
        capture_unmap(&file);
    }
    printf("\n    %zu files, %u packets, %u fields, %u of them tags\n", found.gl_pathc,
           compared.packets, compared.fields, compared.tags);
}

SPEC(something_was_compared)
{
    EXPECT(found.gl_pathc >= 7);
    EXPECT(compared.packets >= 7);
    EXPECT(compared.fields >= 70);
    EXPECT(compared.tags >= 3);
}

#define SPECS(S)                                                                                   \
    S(every_field_of_every_recorded_order_message_agrees_with_its_dissection)                      \
    S(something_was_compared)

int main(void)
{
    CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};
    recordings_find(&found, "data/packets/Nasdaq/*.Ouch.*/*Message.pcap");
    recordings_find(&found, "data/packets/Jnx/*.Ouch.*/*Message.pcap");
    if (!found.gl_pathc) return recordings_skip("recorded OUCH packets");
    return spec_run("ouch_packets", specs, NULL, NULL);
}
