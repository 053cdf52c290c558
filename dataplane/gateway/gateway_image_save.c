#include "dataplane/gateway/gateway_image_layout.h"

#include <string.h>

/* One walk over the state, which counts without bytes and fills in with them. */

struct writer {
    const struct gateway_image *image;
    const struct gateway *gateway;
    uint8_t *at; /* NULL: it only counts */
    size_t bytes;
    uint16_t name_of[GATEWAY_STRATEGIES_MAX + GATEWAY_ABSENT]; /* by place: 1 + name, or 0 */
};

static void put(struct writer *writer, const void *part, size_t bytes)
{
    if (writer->at && bytes > 0) memcpy(writer->at + writer->bytes, part, bytes);
    writer->bytes += bytes;
}

/* Who had no place when it was named may have one for reading since. */
static uint32_t place_of(const struct writer *writer, uint32_t name)
{
    const struct gateway_image_known *known = &writer->image->name[name];
    if (known->place != GATEWAY_NONE) return known->place;
    return gateway_absent_find(writer->gateway, known->name);
}

/* Of an absent one risk has only what all of them come to. */
static struct risk_image_strategy strategy_of(const struct gateway *gateway, uint32_t place)
{
    struct risk_image_strategy image = {0};
    if (place == GATEWAY_NONE) return image;
    if (!gateway_is_absent(gateway, place)) {
        risk_image_strategy(gateway->risk, place, &image);
        return image;
    }
    risk_image_bits cash = 0; /* of an image's bytes, whatever they are */
    for (uint32_t symbol = 0; symbol < gateway->plan->symbols; symbol++)
        cash += (risk_image_bits)gateway_hold_at(gateway, place, symbol)->cash;
    image.cash = risk_image_wide((risk_image_int)cash);
    image.traded = risk_image_wide(gateway->absent_traded[place - gateway->plan->strategies]);
    return image;
}

static void names_put(struct writer *writer)
{
    const struct gateway_image *image = writer->image;
    for (uint32_t i = 0; i < image->names; i++) {
        const struct gateway_image_known *known = &image->name[i];
        struct gateway_image_name name = {.venue = known->venue, .known = known->known};
        memcpy(name.name, known->name, sizeof name.name);
        name.risk = strategy_of(writer->gateway, place_of(writer, i));
        put(writer, &name, sizeof name);
    }
}

static void venues_put(struct writer *writer)
{
    const struct gateway *gateway = writer->gateway;
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        const struct gateway_image_venue venue = {.first_order = gateway->venue[i].first_order,
                                                  .next_sequence = gateway->venue[i].next_sequence};
        put(writer, &venue, sizeof venue);
    }
}

/* Of whom the slot is, if that one is in the journal. */
static uint32_t name_of(const struct writer *writer, uint32_t place)
{
    uint32_t name = writer->name_of[place];
    return name ? name - 1 : GATEWAY_NONE;
}

static uint32_t symbols_put(struct writer *writer)
{
    const struct gateway *gateway = writer->gateway;
    uint32_t count = 0;
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        const struct gateway_venue *venue = &gateway->venue[i];
        for (uint32_t slot = 0; slot < venue->limits.slots; slot++) {
            const struct gateway_slot *at = &venue->at[slot];
            if (at->chain != 0 || at->symbol == GATEWAY_NONE) continue;
            const struct gateway_image_symbol symbol = {.name = name_of(writer, at->strategy),
                                                        .key = at->key,
                                                        .symbol = at->symbol,
                                                        .venue = i};
            put(writer, &symbol, sizeof symbol);
            count++;
        }
    }
    return count;
}

static void chain_put(struct writer *writer, const struct gateway_venue *venue,
                      const struct gateway_chain *chain)
{
    uint8_t open = chain->open && chain->keyless ? GATEWAY_IMAGE_KEYLESS : chain->open;
    const struct gateway_image_chain kept = {.order = chain->order,
                                             .asked = chain->asked,
                                             .before = chain->before,
                                             .price = chain->price,
                                             .total = chain->total,
                                             .cum = chain->cum,
                                             .sequence = chain->sequence,
                                             .asked_price = chain->asked_price,
                                             .asked_total = chain->asked_total,
                                             .said = chain->said,
                                             .venue = venue->number,
                                             .slot = chain->slot,
                                             .key = chain->key,
                                             .name = name_of(writer, chain->strategy),
                                             .symbol = chain->symbol,
                                             .side = chain->side,
                                             .how = chain->how,
                                             .open = open,
                                             .seen = chain->seen};
    put(writer, &kept, sizeof kept);
}

static uint32_t chains_put(struct writer *writer)
{
    const struct gateway *gateway = writer->gateway;
    uint32_t count = 0;
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        const struct gateway_venue *venue = &gateway->venue[i];
        struct links links = gateway_chain_links(venue);
        for (uint32_t slot = 0; slot < gateway_slots_kept(venue); slot++) {
            const struct gateway_chain *chain = gateway_chain_of(venue, slot);
            if (!chain) continue;
            chain_put(writer, venue, chain);
            count++;
        }
        for (uint32_t at = venue->chain_recent.first; at; at = link_at(links, at)->next, count++)
            chain_put(writer, venue, &venue->chain[at]);
    }
    return count;
}

static bool is_nothing(const struct gateway_image_holding *holding)
{
    struct gateway_image_holding nothing = {
        .name = holding->name, .symbol = holding->symbol, .risk.known = 1};
    return memcmp(holding, &nothing, sizeof nothing) == 0;
}

static uint32_t holdings_put(struct writer *writer)
{
    const struct gateway *gateway = writer->gateway;
    uint32_t count = 0;
    for (uint32_t name = 0; name < writer->image->names; name++) {
        uint32_t place = place_of(writer, name);
        if (place == GATEWAY_NONE) continue;
        for (uint32_t symbol = 0; symbol < gateway->plan->symbols; symbol++) {
            const struct gateway_hold *hold = gateway_hold_at(gateway, place, symbol);
            struct gateway_image_holding kept = {.name = name,
                                                 .symbol = symbol,
                                                 .position = hold->position,
                                                 .bought = hold->bought,
                                                 .sold = hold->sold,
                                                 .fills = hold->fills,
                                                 .cash = risk_image_wide(hold->cash),
                                                 .unpriced = hold->unpriced,
                                                 .past = *gateway_past_at(gateway, place, symbol)};
            if (gateway_is_absent(gateway, place))
                kept.risk = (struct risk_image_holding){
                    .position = hold->position, .unpriced = hold->unpriced, .known = 1};
            else risk_image_holding(gateway->risk, place, symbol, &kept.risk);
            if (is_nothing(&kept)) continue;
            put(writer, &kept, sizeof kept);
            count++;
        }
    }
    return count;
}

static struct gateway_image_head head_of(const struct writer *writer)
{
    const struct gateway_image *image = writer->image;
    const struct gateway *gateway = writer->gateway;
    struct gateway_image_head head = {
        .magic = GATEWAY_IMAGE_MAGIC,
        .version = GATEWAY_IMAGE_VERSION,
        .names = image->names,
        .start = image->start,
        .changes = image->changes,
        .waiting = image->changes - image->settled,
        .waiting_left = image->waiting_left,
        .parts = gateway->parts,
        .waiting_first = image->waiting_first,
        .unsettled_is = image->unsettled_is,
        .intent_sequence = gateway->intent_sequence,
        .report_number = gateway->report_number,
    };
    if (image->unsettled_is) head.unsettled = image->unsettled;
    risk_image_box(gateway->risk, &head.box);
    head.box.moves -= image->moves;
    return head;
}

/* Bytes in all. */
static size_t image_walk(struct writer *writer)
{
    const struct gateway_image *image = writer->image;
    const struct gateway *gateway = writer->gateway;
    for (uint32_t i = 0; i < image->names; i++)
        if (place_of(writer, i) != GATEWAY_NONE)
            writer->name_of[place_of(writer, i)] = (uint16_t)(i + 1);
    struct gateway_image_head head = head_of(writer);
    put(writer, &head, sizeof head);
    put(writer, image->run, sizeof image->run);
    names_put(writer);
    put(writer, image->change, image->changes * sizeof *image->change);
    put(writer, gateway->part, gateway->parts * sizeof *gateway->part);
    venues_put(writer);
    head.symbols = symbols_put(writer);
    head.chains = chains_put(writer);
    head.holdings = holdings_put(writer);
    if (writer->at) memcpy(writer->at, &head, sizeof head);
    return writer->bytes;
}

size_t gateway_image_bytes(const struct gateway_image *image, const struct gateway *gateway)
{
    struct writer writer = {.image = image, .gateway = gateway};
    return image_walk(&writer);
}

void gateway_image_save(const struct gateway_image *image, const struct gateway *gateway,
                        void *bytes)
{
    CHECK(!gateway_image_hindrance(image));
    CHECK(!gateway->started);
    struct writer writer = {.image = image, .gateway = gateway, .at = bytes};
    (void)image_walk(&writer);
}
