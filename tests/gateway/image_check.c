#include "tests/gateway/image_check.h"

#include "dataplane/base/crc32c.h"
#include "dataplane/gateway/gateway_image.h"
#include "dataplane/gateway/gateway_layout.h" /* orders are compared field by field */
#include "tests/support/spec.h"
#include "tests/support/zeroed.h"

#include <stdlib.h>
#include <string.h>

#define NOW (1000000 * NANOS_SECOND)

/* The outlet. */

static void hear(struct image_reader *reader, uint64_t what, const void *bytes, uint32_t length)
{
    reader->said = reader->said * 0x9e3779b97f4a7c15u + what + crc32c(bytes, length);
}

static uint64_t journal(void *context, enum gateway_record kind, const void *record, uint32_t bytes,
                        bool reserved)
{
    struct image_reader *reader = context;
    hear(reader, 100 + kind + reserved, record, bytes);
    return ++reader->written;
}

static uint32_t room(void *context, uint32_t venue)
{
    (void)context;
    (void)venue;
    return UINT32_MAX;
}

static bool send(void *context, uint32_t venue, const uint8_t *bytes, uint32_t length, nanos_t now)
{
    (void)now;
    hear(context, 200 + venue, bytes, length);
    return true;
}

static void copy(void *context, const struct gateway_report *report)
{
    hear(context, 300, report, sizeof *report);
}

/* A reader. */

void image_reader_new(struct image_reader *reader, const struct gateway_plan *plan)
{
    void *memory = zeroed_new(gateway_footprint(plan));
    *reader = (struct image_reader){.plan = plan};
    reader->gateway = gateway_new(
        memory, plan,
        &(struct gateway_outlet){
            .context = reader, .journal = journal, .room = room, .send = send, .copy = copy});
    reader->image = gateway_image_new(zeroed_new(gateway_image_footprint(IMAGE_CHECK_CHANGES)),
                                      IMAGE_CHECK_CHANGES, reader->gateway);
}

void image_reader_free(struct image_reader *reader)
{
    zeroed_free(reader->gateway);
    zeroed_free(reader->image);
}

bool image_reader_read(struct image_reader *reader, const struct rig_written *written,
                       uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++)
        if (!gateway_image_recover(reader->image, reader->gateway, written[i].kind,
                                   &written[i].start, written[i].bytes, reader->problem,
                                   sizeof reader->problem))
            return false;
    return true;
}

struct image_bytes image_reader_save(const struct image_reader *reader)
{
    struct image_bytes image = {.length = gateway_image_bytes(reader->image, reader->gateway)};
    image.bytes = malloc(image.length);
    memset(image.bytes, 0xa5, image.length);
    gateway_image_save(reader->image, reader->gateway, image.bytes);
    return image;
}

bool image_reader_load(struct image_reader *reader, const struct image_bytes *image)
{
    return gateway_image_load(reader->image, reader->gateway, image->bytes, image->length,
                              reader->problem, sizeof reader->problem);
}

/* Comparison. */

static void bytes_check(const struct image_bytes *is, const struct image_bytes *due, uint32_t k,
                        const char *what)
{
    size_t at = 0;
    while (at < is->length && at < due->length && is->bytes[at] == due->bytes[at]) at++;
    spec_expect(__FILE__, __LINE__, is->length == due->length && at == due->length,
                "%s differs at byte %zu: %zu bytes for %zu, image after record %u", what, at,
                is->length, due->length, k);
}

static void holdings_check(const struct image_reader *one, const struct image_reader *other,
                           uint32_t k)
{
    for (uint32_t i = 0; i < one->plan->strategies; i++)
        for (uint32_t symbol = 0; symbol < one->plan->symbols; symbol++) {
            struct gateway_holding is, due;
            struct risk_holding_view risk_is, risk_due;
            gateway_holding(one->gateway, i, symbol, &is);
            gateway_holding(other->gateway, i, symbol, &due);
            risk_holding(gateway_risk(one->gateway), i, symbol, &risk_is);
            risk_holding(gateway_risk(other->gateway), i, symbol, &risk_due);
            bool same = is.position == due.position && is.bought == due.bought &&
                        is.sold == due.sold && is.cash == due.cash && is.fills == due.fills &&
                        is.working == due.working && risk_is.known == risk_due.known &&
                        risk_is.position == risk_due.position && risk_is.buys == risk_due.buys &&
                        risk_is.sells == risk_due.sells;
            spec_expect(__FILE__, __LINE__, same, "strategy %u, symbol %u: image after record %u",
                        i, symbol, k);
        }
}

/* Of an open order everything but where it lies. */
static bool chains_same(const struct gateway_chain *one, const struct gateway_chain *other)
{
    if (!one || !other) return one == other;
    return memcmp(one, other, offsetof(struct gateway_chain, side)) == 0 &&
           one->side == other->side && one->how == other->how && one->open == other->open &&
           one->seen == other->seen && one->keyless == other->keyless;
}

static void orders_check(const struct image_reader *one, const struct image_reader *other,
                         uint32_t k)
{
    for (uint32_t i = 0; i < one->plan->venues; i++) {
        const struct gateway_venue *is = &one->gateway->venue[i], *due = &other->gateway->venue[i];
        bool same = is->first_order == due->first_order && is->recent == due->recent &&
                    order_index_count(is->index) == order_index_count(due->index);
        for (uint32_t slot = 0; slot < gateway_slots_all(is); slot++)
            same &= chains_same(gateway_chain_of(is, slot), gateway_chain_of(due, slot));
        spec_expect(__FILE__, __LINE__, same, "orders of venue %u: image after record %u", i, k);
    }
}

static bool known_same(const struct gateway *one, const struct gateway *other, uint32_t strategy)
{
    struct gateway_known is = gateway_known(one, strategy), due = gateway_known(other, strategy);
    return is.sequence == due.sequence && is.place.high == due.place.high &&
           is.place.low == due.place.low;
}

static void people_check(const struct image_reader *one, const struct image_reader *other,
                         uint32_t k)
{
    const struct risk *is = gateway_risk(one->gateway), *due = gateway_risk(other->gateway);
    bool same = risk_state(is, RISK_BOX, 0) == risk_state(due, RISK_BOX, 0);
    for (uint32_t i = 0; i < one->plan->venues; i++)
        same &= risk_state(is, RISK_VENUE, i) == risk_state(due, RISK_VENUE, i) &&
                gateway_next_sequence(one->gateway, i) == gateway_next_sequence(other->gateway, i);
    for (uint32_t i = 0; i < one->plan->symbols; i++)
        same &= risk_state(is, RISK_SYMBOL, i) == risk_state(due, RISK_SYMBOL, i);
    for (uint32_t i = 0; i < one->plan->strategies; i++)
        same &= risk_state(is, RISK_STRATEGY, i) == risk_state(due, RISK_STRATEGY, i) &&
                risk_tripped(is, i) == risk_tripped(due, i) &&
                strcmp(gateway_strategy_of(one->gateway, i)->name,
                       gateway_strategy_of(other->gateway, i)->name) == 0 &&
                known_same(one->gateway, other->gateway, i);
    spec_expect(__FILE__, __LINE__, same, "a state, a name or a place: image after record %u", k);
}

void image_check_start(struct image_reader *one, struct image_reader *other, uint32_t k)
{
    orders_check(one, other, k);
    gateway_recovered(one->gateway, NOW);
    gateway_recovered(other->gateway, NOW);
    gateway_verify(one->gateway);
    gateway_verify(other->gateway);
    for (uint32_t i = 0; i < one->plan->venues; i++) {
        gateway_session(one->gateway, i, true, NOW + 1);
        gateway_session(other->gateway, i, true, NOW + 1);
    }
    gateway_tick(one->gateway, NOW + 2);
    gateway_tick(other->gateway, NOW + 2);
    spec_expect(__FILE__, __LINE__, one->written == other->written && one->said == other->said,
                "what they said: image after record %u", k);
    spec_expect(__FILE__, __LINE__, gateway_digest(one->gateway) == gateway_digest(other->gateway),
                "digests: image after record %u", k);
    holdings_check(one, other, k);
    people_check(one, other, k);
}

/* The image of a gateway that has no delegates. */
static void bare_check(const struct gateway_plan *plan, const struct rig_written *written,
                       uint32_t k, const struct image_bytes *due)
{
    struct gateway_strategy_plan strategy[64];
    CHECK(plan->strategies <= ARRAY_COUNT(strategy));
    struct gateway_plan only = gateway_image_plan(plan, strategy);
    struct image_reader reader;
    image_reader_new(&reader, &only);
    EXPECT(image_reader_read(&reader, written, 0, k));
    struct image_bytes is = image_reader_save(&reader);
    bytes_check(&is, due, k, "the image of one without delegates");
    free(is.bytes);
    image_reader_free(&reader);
}

void image_check(const struct gateway_plan *plan, const struct rig_written *written, uint32_t count,
                 uint32_t k)
{
    struct image_reader whole, half, tail;
    image_reader_new(&whole, plan);
    image_reader_new(&half, plan);
    image_reader_new(&tail, plan);
    EXPECT(image_reader_read(&whole, written, 0, count));
    EXPECT(image_reader_read(&half, written, 0, k));
    struct image_bytes image = image_reader_save(&half);
    bare_check(plan, written, k, &image);
    bool loaded = image_reader_load(&tail, &image);
    spec_expect(__FILE__, __LINE__, loaded, "%s: image after record %u", tail.problem, k);
    if (loaded) {
        struct image_bytes again = image_reader_save(&tail);
        bytes_check(&again, &image, k, "the image saved again");
        free(again.bytes);
        EXPECT(image_reader_read(&tail, written, k, count));
        struct image_bytes is = image_reader_save(&tail), due = image_reader_save(&whole);
        bytes_check(&is, &due, k, "the image at the end");
        free(is.bytes);
        free(due.bytes);
        image_check_start(&tail, &whole, k);
    }
    free(image.bytes);
    image_reader_free(&whole);
    image_reader_free(&half);
    image_reader_free(&tail);
}

void image_check_all(const struct gateway_plan *plan, const struct rig_written *written,
                     uint32_t count, uint32_t most)
{
    uint32_t step = count > most ? count / most : 1;
    for (uint32_t k = 1; k <= count; k += step) image_check(plan, written, count, k);
}
