#include "tests/gateway/port_rig.h"

#include "dataplane/gateway/trade_port_ouch50.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages by the bytes of the document. */

static const struct {
    char type;
    uint32_t fixed;
    char appendage; /* always, optional, never */
} lengths[] = {
    {'S', 10, 'n'}, {'A', 62, 'a'}, {'U', 66, 'a'}, {'C', 18, 'o'}, {'D', 32, 'o'}, {'E', 34, 'a'},
    {'B', 36, 'o'}, {'J', 29, 'o'}, {'P', 13, 'o'}, {'I', 13, 'o'}, {'T', 30, 'o'}, {'M', 18, 'o'},
    {'R', 14, 'a'}, {'X', 25, 'a'}, {'G', 17, 'a'}, {'K', 17, 'a'}, {'Q', 13, 'o'},
};

static const struct {
    const char *types;
    const char *name;
    uint32_t at;
    uint32_t size;
} fields[] = {
    {"SAUCDEBJPITMRXGKQ", "time", 1, 8},
    {"ACDEBJPITMRXGK", "urn", 9, 4},
    {"S", "event", 9, 1},
    {"A", "side", 13, 1},
    {"A", "qty", 14, 4},
    {"A", "symbol", 18, 8},
    {"A", "price", 26, 8},
    {"A", "tif", 34, 1},
    {"A", "ref", 36, 8},
    {"A", "state", 47, 1},
    {"U", "orig", 9, 4},
    {"U", "urn", 13, 4},
    {"U", "qty", 18, 4},
    {"U", "price", 30, 8},
    {"U", "ref", 40, 8},
    {"U", "state", 51, 1},
    {"CD", "qty", 13, 4},
    {"CD", "reason", 17, 1},
    {"D", "prevented", 18, 4},
    {"D", "price", 22, 8},
    {"D", "flag", 30, 1},
    {"E", "qty", 13, 4},
    {"E", "price", 17, 8},
    {"E", "flag", 25, 1},
    {"E", "match", 26, 8},
    {"B", "match", 13, 8},
    {"B", "reason", 21, 1},
    {"J", "code", 13, 2},
    {"T", "price", 13, 8},
    {"T", "display", 21, 1},
    {"T", "ref", 22, 8},
    {"M", "side", 13, 1},
    {"M", "qty", 14, 4},
    {"R", "reason", 13, 1},
    {"XGK", "firm", 13, 4},
    {"X", "symbol", 17, 8},
    {"Q", "next", 9, 4},
};

static void number_put(uint8_t *at, uint64_t value, uint32_t size)
{
    for (uint32_t i = size; i > 0; i--, value >>= 8) at[i - 1] = (uint8_t)value;
}

static void field_put(uint8_t *bytes, const char *name, const char *value)
{
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        if (strcmp(fields[i].name, name) != 0 || !strchr(fields[i].types, bytes[0])) continue;
        uint8_t *at = bytes + fields[i].at;
        if (value[0] >= '0' && value[0] <= '9')
            number_put(at, strtoull(value, NULL, 10), fields[i].size);
        else memcpy(at, value, strlen(value));
        return;
    }
    fprintf(stderr, "%c has no %s\n", bytes[0], name);
    abort();
}

uint32_t port_rig_message(const char *line, uint8_t bytes[PORT_RIG_MESSAGE])
{
    char copy[PORT_RIG_TEXT];
    uint8_t tags[32];
    uint32_t fixed = 0, tag_bytes = 0;
    char appendage = 0, *rest = NULL;
    snprintf(copy, sizeof copy, "%s", line);
    memset(bytes, 0, PORT_RIG_MESSAGE);
    bytes[0] = (uint8_t)copy[0];
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++)
        if (lengths[i].type == line[0]) fixed = lengths[i].fixed, appendage = lengths[i].appendage;
    strtok_r(copy, " ", &rest);
    for (char *word; (word = strtok_r(NULL, " ", &rest));) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        bool secondary = strcmp(word, "secondary") == 0;
        if (!secondary && strcmp(word, "idx") != 0) {
            field_put(bytes, word, value);
            continue;
        }
        uint32_t size = secondary ? 8 : 1;
        tags[tag_bytes] = (uint8_t)(1 + size);
        tags[tag_bytes + 1] = secondary ? 1 : 28;
        number_put(tags + tag_bytes + 2, strtoull(value, NULL, 10), size);
        tag_bytes += 2 + size;
    }
    if (appendage == 'n' || (appendage == 'o' && tag_bytes == 0)) return fixed;
    number_put(bytes + fixed, tag_bytes, 2);
    memcpy(bytes + fixed + 2, tags, tag_bytes);
    return fixed + 2 + tag_bytes;
}

/* Reports as lines. */

static const char *kind_name(uint8_t kind)
{
#define PORT_RIG_KIND(kind, sentence) [SLOT_ANSWERS_##kind] = #kind,
    static const char *const name[] = {SLOT_ANSWERS(PORT_RIG_KIND)};
    return kind < ARRAY_COUNT(name) ? name[kind] : "?";
}

static void append(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, PORT_RIG_TEXT - length, format, arguments);
    va_end(arguments);
}

static void report_print(const struct port_rig *rig, const struct port_report *report, char *text)
{
    const struct slot_answer *answer = &report->answer;
    append(text, "%s %d cum %.9g leaves %.9g", kind_name(answer->kind), (int)answer->order,
           (double)answer->cum / 1e8, (double)answer->leaves / 1e8);
    if (report->leaves != answer->leaves) append(text, " (leaves differ)");
    if (answer->number) append(text, " query %u slot %u", answer->number, answer->slot);
    if (report->was) append(text, " was %d", (int)report->was);
    if (report->qty) append(text, " qty %.9g", (double)report->qty / 1e8);
    if (report->price) append(text, " at %.12g", (double)report->price / 1e4);
    if (report->venue_order) append(text, " ref %d", (int)report->venue_order);
    if (report->match) append(text, " match %d", (int)report->match);
    if (report->liquidity) append(text, " %c", report->liquidity);
    if (report->reason) append(text, " (%s)", rig->kind->reason(report->reason));
    if (report->broken) append(text, " broken");
    if (!report->known) append(text, " stray");
    append(text, "\n");
}

/* The rig. */

void port_rig_new(struct port_rig *rig, uint32_t orders, uint32_t run, const char *firm)
{
    struct trade_port_limits limits = {.symbols = PORT_RIG_SYMBOLS, .orders = orders, .run = run};
    struct trade_port_symbol symbol = {.tick = PRICE_ONE / 100, .lot = QTY_ONE};
    memset(rig, 0, sizeof *rig);
    memcpy(limits.firm, firm, strlen(firm));
    rig->kind = &trade_port_ouch50;
    size_t bytes = rig->kind->footprint(&limits);
    CHECK(bytes > 0);
    rig->port = rig->kind->new (aligned_alloc(CACHE_LINE, bytes), &limits);
    memcpy(symbol.name, "ACME    ", 8);
    rig->kind->list(rig->port, 0, &symbol);
    memcpy(symbol.name, "BETA    ", 8);
    rig->kind->list(rig->port, 1, &symbol);
}

void port_rig_free(struct port_rig *rig)
{
    free(rig->port);
}

uint32_t port_rig_encode(struct port_rig *rig, const struct port_request *request)
{
    memset(rig->bytes, 0xee, sizeof rig->bytes);
    return rig->length = rig->kind->encode(rig->port, request, rig->bytes);
}

static uint32_t send(struct port_rig *rig, const struct port_request *request)
{
    port_rig_encode(rig, request);
    if (rig->length) rig->kind->sent(rig->port, request);
    return rig->length;
}

uint32_t port_rig_order(struct port_rig *rig, order_id_t order, enum side side, uint32_t qty,
                        uint32_t price_e4, uint8_t how)
{
    return send(rig, &(struct port_request){.slot = {.kind = SLOT_SENDS_ORDER,
                                                     .side = side & 1u,
                                                     .order = order,
                                                     .price = price_e4 * PRICE_PER_E4,
                                                     .qty = qty * QTY_ONE,
                                                     .total = qty * QTY_ONE},
                                            .how = how});
}

uint32_t port_rig_replace(struct port_rig *rig, const struct port_rig_replace *replace)
{
    return send(rig,
                &(struct port_request){.slot = {.kind = SLOT_SENDS_REPLACE,
                                                .order = replace->order,
                                                .asked = replace->asked,
                                                .price = replace->price_e4 * PRICE_PER_E4,
                                                .qty = (replace->total - replace->cum) * QTY_ONE,
                                                .total = replace->total * QTY_ONE},
                                       .how = replace->how});
}

uint32_t port_rig_cancel(struct port_rig *rig, order_id_t order)
{
    return send(rig, &(struct port_request){.slot = {.kind = SLOT_SENDS_CANCEL, .order = order}});
}

uint32_t port_rig_query(struct port_rig *rig, order_id_t order)
{
    return send(rig, &(struct port_request){.slot = {.kind = SLOT_SENDS_QUERY,
                                                     .slot = (uint32_t)order % 10,
                                                     .number = ++rig->queries,
                                                     .order = order}});
}

uint32_t port_rig_fence(const struct port_rig *rig)
{
    CHECK(rig->length == 6);
    CHECK(memcmp(rig->bytes, (const uint8_t[]){'Q', 0, 3, 2, 28}, 5) == 0);
    return rig->bytes[5];
}

const char *port_rig_hear(struct port_rig *rig, const char *line)
{
    uint8_t bytes[PORT_RIG_MESSAGE];
    struct port_report answer;
    bool bad = true;
    uint32_t length = port_rig_message(line, bytes);
    rig->text[0] = '\0';
    rig->reports = rig->kind->decode(rig->port, bytes, length, rig->report, &bad);
    if (bad) append(rig->text, "bad\n");
    for (uint32_t i = 0; i < rig->reports; i++) report_print(rig, &rig->report[i], rig->text);
    while (rig->kind->next(rig->port, &answer)) report_print(rig, &answer, rig->text);
    return rig->text;
}

const char *port_rig_hear_fence(struct port_rig *rig, uint32_t name)
{
    char line[64];
    snprintf(line, sizeof line, "Q next=1 idx=%u", name);
    return port_rig_hear(rig, line);
}
