/* Real packets of two exchanges, decoded by us and by an independent dissector: every header and
 * every field of every message must agree.  Times are compared modulo an hour, because the
 * dissector shows them in a time zone of its own. */

#include "dataplane/capture/capture_file.h"
#include "dataplane/wire/frame.h"
#include "dataplane/wire/itch.h"
#include "dataplane/wire/moldudp64.h"
#include "tests/support/recordings.h"
#include "tests/support/spec.h"
#include "tests/wire/dissection.h"

#include <string.h>

/* The dissector's label of each field that has another name here. */
static const struct {
    const char *label;
    const char *field;
} labels[] = {
    {"Stock Locate", "stock_locate"},
    {"Tracking Number", "tracking"},
    {"Timestamp", "timestamp_ns"},
    {"Order Reference Number", "order_ref"},
    {"Original Order Reference Number", "order_ref"},
    {"New Order Reference Number", "new_order_ref"},
    {"Buy Sell Indicator", "side"},
    {"Shares", "shares"},
    {"Stock", "stock"},
    {"Price", "price_e4"},
    {"Attribution", "mpid"},
    {"Mpid", "mpid"},
    {"Executed Shares", "executed"},
    {"Match Number", "match_number"},
    {"Trading State", "state"},
    {"Reserved", "reserved"},
    {"Reason", "reason"},
    {"Primary Market Maker", "primary_maker"},
    {"Market Maker Mode", "maker_mode"},
    {"Market Participant State", "state"},
    {"Paired Shares", "paired_shares"},
    {"Imbalance Shares", "imbalance_shares"},
    {"Imbalance Direction", "direction"},
    {"Far Price", "far_price_e4"},
    {"Near Price", "near_price_e4"},
    {"Current Reference Price", "reference_price_e4"},
    {"Cross Type", "cross_type"},
    {"Price Variation Indicator", "price_variation"},
};

static glob_t found;

/* What was compared, so that the spec cannot pass without comparing. */
static struct {
    unsigned packets;
    unsigned messages;
    unsigned fields;
} compared;

/* The file and line that a failed expectation names. */
static const char *where_file;
static struct dissection text;

#define AGREE(condition, ...) spec_expect(where_file, (int)text.line, (condition), __VA_ARGS__)

static uint64_t number_at(const uint8_t *at, const struct wire_field *field)
{
    switch (field->kind) {
    case WIRE_be16: return be16_read(*(const struct be16 *)at);
    case WIRE_be32: return be32_read(*(const struct be32 *)at);
    case WIRE_be48: return be48_read(*(const struct be48 *)at);
    case WIRE_be64: return be64_read(*(const struct be64 *)at);
    case WIRE_u8:
    case WIRE_ip4:
    case WIRE_mac:
    case WIRE_text1:
    case WIRE_text2:
    case WIRE_text4:
    case WIRE_text5:
    case WIRE_text6:
    case WIRE_text8:
    case WIRE_text10:
    case WIRE_text14:
    case WIRE_text20:
    case WIRE_KIND_COUNT: break;
    }
    AGREE(false, "%s is not a number", field->name);
    return 0;
}

/* "80.52" in units of 1/10 000; UINT64_MAX if it is not such a number. */
static uint64_t decimal_e4(const char *value)
{
    char *end;
    uint64_t whole = strtoull(value, &end, 10);
    uint64_t fraction = 0;
    unsigned digits = 0;
    if (*end == '.')
        for (end++; *end >= '0' && *end <= '9' && digits < 4; end++, digits++)
            fraction = fraction * 10 + (uint64_t)(*end - '0');
    if (*end || end == value) return UINT64_MAX;
    for (; digits < 4; digits++) fraction *= 10;
    return whole * 10000 + fraction;
}

/* "2023-08-22 14:39:23.322465824" as nanoseconds into its hour; UINT64_MAX if it is no time. */
static uint64_t nanoseconds_of_hour(const char *value)
{
    unsigned year, month, day, hour, minute, second;
    char digits[10];
    int length = 0;
    int fields = sscanf(value, "%u-%u-%u %u:%u:%u.%9[0-9]%n", &year, &month, &day, &hour, &minute,
                        &second, digits, &length);
    if (fields != 7 || value[length] || strlen(digits) != 9) return UINT64_MAX;
    return (minute * 60 + second) * NANOS_SECOND + strtoull(digits, NULL, 10);
}

/* The value's text as the field would hold it: the code of "Buy (B)", or the text itself. */
static void field_text(char *out, size_t size, const char *value)
{
    size_t length = strlen(value);
    memset(out, ' ', size);
    if (size == 1 && length > 3 && value[length - 1] == ')' && value[length - 3] == '(')
        out[0] = value[length - 2];
    else memcpy(out, value, length < size ? length : size);
}

static void compare_field(const struct wire_field *field, const uint8_t *message, const char *value)
{
    const uint8_t *at = message + field->offset_bytes;
    size_t name_length = strlen(field->name);
    compared.fields++;
    if (field->kind >= WIRE_text1) {
        char expected[32];
        field_text(expected, field->size_bytes, value);
        AGREE(memcmp(expected, at, field->size_bytes) == 0, "%s is '%.*s', expected '%.*s'",
              field->name, (int)field->size_bytes, (const char *)at, (int)field->size_bytes,
              expected);
        return;
    }
    uint64_t actual = number_at(at, field);
    uint64_t expected;
    if (field->kind == WIRE_be48) {
        actual %= 3600 * NANOS_SECOND;
        expected = nanoseconds_of_hour(value);
    } else if (name_length > 3 && strcmp(field->name + name_length - 3, "_e4") == 0) {
        expected = decimal_e4(value);
    } else {
        char *end;
        expected = strtoull(value, &end, 10);
        AGREE(*value && !*end, "'%s' is not a number", value);
    }
    AGREE(actual == expected, "%s is %" PRIu64 ", expected '%s'", field->name, actual, value);
}

static const char *field_named(const char *label)
{
    for (size_t i = 0; i < ARRAY_COUNT(labels); i++)
        if (strcmp(labels[i].label, label) == 0) return labels[i].field;
    AGREE(false, "label '%s' has no field", label);
    return "";
}

/* The next line, which must have this label; its value. */
static const char *expect_label(struct dissection_line *line, const char *label)
{
    bool there = dissection_next(&text, line);
    AGREE(there, "'%s' is missing", label);
    if (there) AGREE(strcmp(line->label, label) == 0, "'%s' is not '%s'", line->label, label);
    return there ? line->value : "";
}

static void expect_value(const char *label, const char *actual)
{
    struct dissection_line line;
    const char *expected = expect_label(&line, label);
    AGREE(strcmp(actual, expected) == 0, "%s is '%s', expected '%s'", label, actual, expected);
}

static void expect_number(const char *label, uint64_t actual)
{
    char decimal[32];
    snprintf(decimal, sizeof decimal, "%" PRIu64, actual);
    expect_value(label, decimal);
}

static void compare_message(unsigned index, const uint8_t *message, uint32_t length)
{
    struct dissection_line line;
    expect_value("Message", "");
    expect_number("Message Index", index);
    expect_value("Message Header", "");
    expect_number("Message Length", length);
    const char *type = expect_label(&line, "Message Type");
    char title[128];
    size_t type_length = strlen(type);
    bool coded = type_length > 4 && type[type_length - 2] == (char)message[0];
    AGREE(coded, "type is '%c', expected '%s'", message[0], type);
    if (!coded) return;
    snprintf(title, sizeof title, "%.*s", (int)type_length - 4, type); /* without " (A)" */
    expect_value(title, "");

    AGREE(itch_check(message, length) == ITCH_OK, "refused by itch_check");
    if (itch_check(message, length) != ITCH_OK) return;
    const struct wire_layout *layout = itch_layout(message[0]);
    for (unsigned i = 1; i < layout->field_count; i++) {
        if (!dissection_next(&text, &line)) line = (struct dissection_line){0};
        const char *name = field_named(line.label);
        AGREE(strcmp(layout->fields[i].name, name) == 0, "field %u is %s, expected %s", i,
              layout->fields[i].name, name);
        compare_field(&layout->fields[i], message, line.value);
    }
    compared.messages++;
}

/* "Frame 1: 93 bytes on wire ..." to "Nasdaq ... (47 Bytes)". */
static void compare_headers(const struct capture_record *record,
                            const struct frame_datagram *datagram)
{
    struct dissection_line line;
    char label[64], value[256];
    snprintf(label, sizeof label, "Frame %" PRIu64, record->number);
    snprintf(value, sizeof value, "%u bytes on wire (%u bits), %u bytes captured (%u bits)",
             record->original_length, record->original_length * 8, record->length,
             record->length * 8);
    expect_value(label, value);

    expect_label(&line, "Ethernet II, Src");
    snprintf(value, sizeof value, "0, DEI: 0, ID: %u", datagram->vlan_id);
    expect_value("802.1Q Virtual LAN, PRI", value);
    const uint32_t from = datagram->source_ip, to = datagram->destination_ip;
    snprintf(value, sizeof value, "%u.%u.%u.%u, Dst: %u.%u.%u.%u", from >> 24, from >> 16 & 255,
             from >> 8 & 255, from & 255, to >> 24, to >> 16 & 255, to >> 8 & 255, to & 255);
    expect_value("Internet Protocol Version 4, Src", value);
    snprintf(value, sizeof value, "%u, Dst Port: %u", datagram->source_port,
             datagram->destination_port);
    expect_value("User Datagram Protocol, Src Port", value);
}

/* The title line has no colon: "Nasdaq NsmEquities TotalView Itch 5.0.2017 (47 Bytes)". */
static void compare_title(uint32_t payload_bytes)
{
    char expected[32];
    snprintf(expected, sizeof expected, " (%u Bytes)", payload_bytes);
    size_t length = strcspn(text.at, "\r\n");
    bool ends = length > strlen(expected) &&
                memcmp(text.at + length - strlen(expected), expected, strlen(expected)) == 0;
    struct dissection_line line;
    AGREE(dissection_next(&text, &line) && ends, "the payload is not%s", expected);
}

static void compare_packet(const struct capture_record *record)
{
    struct frame_datagram datagram;
    enum frame_status frame = frame_udp(record->bytes, record->length, FRAME_CHECK_ALL, &datagram);
    AGREE(frame == FRAME_OK, "%s", frame_status_text(frame));
    if (frame != FRAME_OK) return;
    compare_headers(record, &datagram);
    compare_title(datagram.payload_bytes);

    enum moldudp64_status status = moldudp64_check(datagram.payload, datagram.payload_bytes);
    AGREE(status == MOLDUDP64_MESSAGES, "%s", moldudp64_status_text(status));
    if (status != MOLDUDP64_MESSAGES) return;
    const struct moldudp64_header *header = (const struct moldudp64_header *)datagram.payload;
    char session[11] = "";
    memcpy(session, header->session.byte, 10);
    expect_value("Packet Header", "");
    expect_value("Session", session);
    expect_number("Sequence Number", be64_read(header->sequence));
    expect_number("Message Count", be16_read(header->count));

    const uint8_t *block = datagram.payload + sizeof *header;
    for (unsigned i = 1; i <= be16_read(header->count); i++) {
        uint32_t length = moldudp64_block_length(block);
        compare_message(i, block + sizeof(struct moldudp64_block), length);
        block += sizeof(struct moldudp64_block) + length;
    }
    compared.packets++;
}

/* The dissection beside the packets, as one string; NULL if there is none. */
static char *dissection_load(const char *packets_path)
{
    char path[4096];
    size_t stem = strlen(packets_path) - strlen("pcap");
    snprintf(path, sizeof path, "%.*stxt", (int)stem, packets_path);
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    size_t capacity = 1 << 20;
    char *all = malloc(capacity);
    size_t length = fread(all, 1, capacity - 1, file);
    all[length] = '\0';
    fclose(file);
    return all;
}

SPEC(every_field_of_every_recorded_message_agrees_with_its_dissection)
{
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct capture_file file;
        struct capture capture;
        struct capture_record record;
        char sentence[256];
        char *all = dissection_load(found.gl_pathv[i]);
        where_file = found.gl_pathv[i];
        text = (struct dissection){.at = all ? all : ""};
        AGREE(all != NULL, "has no dissection beside it");
        bool mapped = capture_map(found.gl_pathv[i], &file, sentence, sizeof sentence);
        AGREE(mapped, "%s", sentence);
        if (!mapped || !all) continue;

        AGREE(capture_open(file.bytes, file.length, CAPTURE_FRAMING_CONTENT, &capture) ==
                  CAPTURE_OK,
              "not recognised");
        while (capture_next(&capture, &record) == CAPTURE_OK) compare_packet(&record);
        AGREE(capture.status == CAPTURE_END, "%s", capture_status_text(capture.status));
        struct dissection_line line;
        AGREE(!dissection_next(&text, &line), "'%s' was not compared", line.label);
        capture_unmap(&file);
        free(all);
    }
    printf("\n    %zu files, %u packets, %u messages, %u fields\n", found.gl_pathc,
           compared.packets, compared.messages, compared.fields);
}

SPEC(something_was_compared)
{
    EXPECT(found.gl_pathc >= 11);
    EXPECT(compared.packets >= 12);
    EXPECT(compared.messages >= 49);
    EXPECT(compared.fields >= 49 * 4);
}

#define SPECS(S)                                                                                   \
    S(every_field_of_every_recorded_message_agrees_with_its_dissection)                            \
    S(something_was_compared)

int main(void)
{
    CU_TestInfo specs[] = {SPECS(SPEC_ENTRY) CU_TEST_INFO_NULL};
    recordings_find(&found, "data/packets/Nasdaq/*.Itch.*/*.pcap");
    if (!found.gl_pathc) return recordings_skip("recorded ITCH packets");
    return spec_run("packets", specs, NULL, NULL);
}
