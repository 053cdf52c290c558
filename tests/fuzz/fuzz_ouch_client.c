/* Any bytes to a client, among requests of its own: nothing a venue says breaks what it knows.
 *
 * The first byte: bit 0, OUCH 4.2.  Then a byte: its lower two bits say what happens (1 a new
 * order, 2 a replacement, 3 a message that is one, of a type and with numbers that bytes choose;
 * else any message), the next bytes with what. */

#include "dataplane/session/ouch_client.h"
#include "dataplane/wire/ouch42.h"
#include "dataplane/wire/ouch50.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLACES = 8 };

static uint32_t number_of(const uint8_t *data)
{
    return data[0] < 250 ? data[0] : UINT32_MAX - data[1];
}

/* A message of the type that data[0] chooses, filled with small numbers. */
static void tell(struct ouch_client *client, bool speaks50, const uint8_t *data)
{
    static const char types50[] = "AUCDEBJPITMRXGKQ", types42[] = "AUCDEBGFJPITMN";
    uint8_t message[128] = {0};
    struct ouch_report report;
    char type = speaks50 ? types50[data[0] % 16] : types42[data[0] % 14];
    const struct wire_layout *layout =
        speaks50 ? ouch50_out_layout((uint8_t)type) : ouch42_out_layout((uint8_t)type);
    for (uint32_t i = 1; i < layout->field_count; i++) {
        const struct wire_field *field = &layout->fields[i];
        uint8_t *at = message + field->offset_bytes;
        if (field->kind == WIRE_text14) memcpy(at, "TOK 0000000000", 14), at[13] += data[i % 4] & 7;
        else if (field->kind == WIRE_be64) at[7] = data[i % 4];
        else if (field->kind == WIRE_be32) at[3] = data[i % 4] & 15;
        else at[0] = "LDUZ"[data[i % 4] & 3];
    }
    message[0] = (uint8_t)type;
    size_t length = layout->size_bytes;
    if (speaks50 && strchr("AUERXGK", type)) length += 2;
    ouch_client_report(client, message, length, &report);
    CHECK(report.kind != OUCH_NO_MESSAGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ouch_client_limits limits = {.orders = PLACES};
    struct ouch_client_plan plan = {
        .dialect = size > 0 && data[0] & 1 ? OUCH_42 : OUCH_50,
        .firm = {' ', ' ', ' ', ' '},
        .capacity = 'P',
        .prefix = {'T', 'O', 'K', ' '},
    };
    size_t bytes = ALIGN_UP(ouch_client_footprint(&limits), CACHE_LINE);
    void *memory = aligned_alloc(CACHE_LINE, bytes);
    memset(memory, 0, bytes);
    struct ouch_client *client = ouch_client_new(memory, &limits, &plan);
    for (size_t at = 1; at + 8 < size;) {
        uint8_t request[OUCH_CLIENT_BYTES_MAX];
        uint32_t number;
        struct ouch_order order = {.side = 'B', .qty = number_of(data + at + 2), .price_e4 = 1};
        struct ouch_report report;
        switch (data[at] & 3) {
        case 1: ouch_client_enter(client, &order, request, &number); break;
        case 2:
            order.side = 0;
            ouch_client_replace(client, data[at + 1], &order, request, &number);
            break;
        case 3: tell(client, plan.dialect == OUCH_50, data + at + 1); break;
        default: {
            size_t length = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;
            ouch_client_report(client, data + at + 2, length, &report);
            CHECK(report.kind < OUCH_REPORT_COUNT);
            CHECK(report.doubt < OUCH_DOUBT_COUNT);
            at += length;
        }
        }
        at += 4;
        ouch_client_verify(client);
        CHECK(ouch_client_orders(client) <= PLACES);
    }
    free(memory);
    return 0;
}
