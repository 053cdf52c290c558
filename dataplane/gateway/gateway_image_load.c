#include "dataplane/gateway/gateway_image_layout.h"
#include "dataplane/gateway/gateway_read.h"

#include <string.h>

/* First everything is looked at that could be wrong, and nothing is changed; what is taken then
 * cannot fail any more. */

struct loading {
    struct gateway_image *image;
    struct gateway *gateway;
    struct gateway_image_parts of;
    uint32_t place_of[GATEWAY_STRATEGIES_MAX]; /* by name */
};

static bool wrong(char *problem, size_t capacity, const char *sentence)
{
    size_t length = strlen(sentence);
    if (capacity == 0) return false;
    if (length >= capacity) length = capacity - 1;
    memcpy(problem, sentence, length);
    problem[length] = '\0';
    return false;
}

/* Strategies. */

/* Whether anything but what people said is known of it. */
static bool is_known(const struct loading *loading, uint32_t name)
{
    static const struct risk_image_strategy nothing;
    const struct gateway_image_parts *of = &loading->of;
    if (memcmp(&of->name[name].risk, &nothing, offsetof(struct risk_image_strategy, reserved)) != 0)
        return true;
    for (uint32_t i = 0; i < of->head->chains; i++)
        if (of->chain[i].name == name) return true;
    for (uint32_t i = 0; i < of->head->holdings; i++)
        if (of->holding[i].name == name) return true;
    return false;
}

/* As gateway_read_name gives places to names, one after the other. */
static void places_find(struct loading *loading)
{
    const struct gateway *gateway = loading->gateway;
    uint32_t count = gateway->plan->strategies;
    bool given[GATEWAY_STRATEGIES_MAX] = {0};
    uint32_t absent = count, end = count + gateway_absent_room(gateway->plan);
    for (uint32_t name = 0; name < loading->of.head->names; name++) {
        const struct gateway_image_name *is = &loading->of.name[name];
        uint32_t own = GATEWAY_NONE, spare = GATEWAY_NONE;
        for (uint32_t i = count; i-- > 0;) {
            const struct gateway_strategy *strategy = &gateway->strategy[i];
            if (strcmp(strategy->name, is->name) == 0) own = i;
            if (!strategy->name[0] && !given[i] && strategy->venue == is->venue) spare = i;
        }
        loading->place_of[name] = own != GATEWAY_NONE ? own : spare;
        if (own == GATEWAY_NONE && spare != GATEWAY_NONE) given[spare] = true;
        if (loading->place_of[name] == GATEWAY_NONE && absent < end && is_known(loading, name))
            loading->place_of[name] = absent++;
    }
}

static bool is_placeless(const struct loading *loading, uint32_t name)
{
    return name >= loading->of.head->names || loading->place_of[name] == GATEWAY_NONE;
}

static const char *names_check(struct loading *loading)
{
    const struct gateway_image_parts *of = &loading->of;
    for (uint32_t i = 0; i < of->head->names; i++) {
        if (!memchr(of->name[i].name, 0, sizeof of->name[i].name) || !of->name[i].name[0])
            return "a strategy of the image has no name";
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(of->name[k].name, of->name[i].name) == 0)
                return "the image has a strategy twice";
    }
    for (uint32_t i = 0; i < GATEWAY_STRATEGIES_MAX; i++)
        if (of->run[i] > of->head->names) return "a strategy of the image has no number";
    places_find(loading);
    for (uint32_t i = 0; i < of->head->names; i++)
        if (is_placeless(loading, i) && is_known(loading, i))
            return "the image has traded for more strategies without a place here than there is "
                   "room for: give gateway.spare_strategies more";
    return NULL;
}

/* Changes by people: risk decides on each; here only how many there are together. */
static const char *changes_check(const struct loading *loading)
{
    const struct gateway_image_head *head = loading->of.head;
    uint32_t together = 0;
    for (uint32_t i = 0; i < head->changes; i++) {
        uint32_t first = loading->of.change[i].reserved;
        bool begins = i == 0 || i == head->changes - head->waiting;
        if (first > 1 || (begins && !first)) return "a change of the image is of no batch";
        if (first) together = 0;
        if (together++ == GATEWAY_CONTROLS_MAX)
            return "the image has more changes together than there can be";
    }
    return NULL;
}

/* Orders. */

static bool chain_sound(const struct loading *loading, const struct gateway_image_chain *chain)
{
    const struct gateway_plan *plan = loading->gateway->plan;
    const struct gateway_image_venue *venue = &loading->of.venue[chain->venue];
    bool terms = chain->price >= 1 && chain->price <= RISK_PRICE_MAX && chain->total >= 1 &&
                 chain->total <= SLOTS_QTY_MAX && chain->cum >= 0 && chain->side <= SIDE_SELL &&
                 chain->how <= 0xf && chain->open <= GATEWAY_IMAGE_KEYLESS && chain->seen <= 1 &&
                 chain->said >= 0;
    bool asked =
        chain->asked == 0 || (chain->asked > chain->order && chain->asked < venue->first_order &&
                              chain->asked_price >= 1 && chain->asked_price <= RISK_PRICE_MAX &&
                              chain->asked_total >= 1 && chain->asked_total <= SLOTS_QTY_MAX);
    bool numbers =
        chain->order >= 1 && chain->order < venue->first_order && chain->before < chain->order;
    return terms && asked && numbers && chain->symbol < plan->symbols &&
           plan->symbol[chain->symbol].venue == chain->venue;
}

/* Numbers are put into the index to see whether one is there twice, and taken out again. */
static bool number_try(struct gateway_venue *venue, order_id_t number)
{
    if (number == 0) return true;
    if (order_index_find(venue->index, number)) return false;
    order_index_add(venue->index, number, 1);
    return true;
}

static bool chain_try(const struct loading *loading, const struct gateway_image_chain *chain,
                      const char **sentence)
{
    struct gateway_venue *venue = &loading->gateway->venue[chain->venue];
    uint32_t place = loading->place_of[chain->name];
    const struct gateway_slot_was was = {.slot = chain->slot, .key = chain->key};
    *sentence = "the image has an order twice";
    bool first = number_try(venue, chain->order), second = false, third = false;
    if (first) second = number_try(venue, chain->asked);
    if (second) third = number_try(venue, chain->before);
    if (third && chain->open) {
        uint32_t slot = gateway_read_slot(loading->gateway, venue, place, &was);
        *sentence = "the image has more open orders than there is room for";
        if (slot != GATEWAY_NONE && venue->at[slot].chain == 0) {
            venue->at[slot].chain = 1;
            return true;
        }
    } else if (third) {
        return true;
    }
    if (third && chain->before) order_index_remove(venue->index, chain->before);
    if (second && chain->asked) order_index_remove(venue->index, chain->asked);
    if (first) order_index_remove(venue->index, chain->order);
    return false;
}

static void chains_untry(const struct loading *loading, uint32_t count)
{
    const struct gateway *gateway = loading->gateway;
    for (uint32_t i = 0; i < count; i++) {
        const struct gateway_image_chain *chain = &loading->of.chain[i];
        struct order_index *index = gateway->venue[chain->venue].index;
        if (chain->before) order_index_remove(index, chain->before);
        if (chain->asked) order_index_remove(index, chain->asked);
        order_index_remove(index, chain->order);
    }
    for (uint32_t i = 0; i < gateway->plan->venues; i++)
        for (uint32_t slot = 0; slot < gateway_slots_kept(&gateway->venue[i]); slot++)
            gateway->venue[i].at[slot].chain = 0;
}

static const char *chains_check(const struct loading *loading)
{
    const struct gateway_image_head *head = loading->of.head;
    uint32_t closed[GATEWAY_VENUES_MAX] = {0};
    for (uint32_t i = 0; i < head->chains; i++) {
        const struct gateway_image_chain *chain = &loading->of.chain[i];
        if (chain->venue >= head->start.venues || !chain_sound(loading, chain))
            return "an order of the image is none";
        if (is_placeless(loading, chain->name)) return "the image has an order of no strategy";
        if (!chain->open && ++closed[chain->venue] > GATEWAY_RECENT)
            return "the image has more orders that are over than are remembered";
    }
    const char *sentence = NULL;
    uint32_t tried = 0;
    while (tried < head->chains && chain_try(loading, &loading->of.chain[tried], &sentence))
        tried++;
    chains_untry(loading, tried);
    return tried < head->chains ? sentence : NULL;
}

/* Of an absent strategy: risk adds them up, and all of them are to fit. */
static bool is_addable(const struct gateway_image_holding *holding, gateway_wide *all)
{
    gateway_wide position = holding->position, unpriced = holding->unpriced;
    *all += position < 0 ? -position : position;
    *all += unpriced < 0 ? -unpriced : unpriced;
    return holding->risk.known && holding->position == holding->risk.position &&
           holding->unpriced == holding->risk.unpriced && *all <= RISK_POSITION_MAX;
}

/* What was before the day is a part of all there was. */
static bool is_past(const struct gateway_image_holding *holding)
{
    const struct gateway_past *past = &holding->past;
    return past->bought >= 0 && past->bought <= holding->bought && past->sold >= 0 &&
           past->sold <= holding->sold && past->fills <= holding->fills;
}

static const char *holdings_check(const struct loading *loading)
{
    gateway_wide absent = 0;
    uint64_t before = 0;
    for (uint32_t i = 0; i < loading->of.head->holdings; i++) {
        const struct gateway_image_holding *holding = &loading->of.holding[i];
        uint64_t number = ((uint64_t)holding->name << 32 | holding->symbol) + 1;
        if (number <= before || holding->symbol >= loading->gateway->plan->symbols ||
            !risk_image_holding_sound(&holding->risk) || !is_past(holding))
            return "a position of the image is none";
        if (is_placeless(loading, holding->name)) return "the image has a position of no strategy";
        if (gateway_is_absent(loading->gateway, loading->place_of[holding->name]) &&
            !is_addable(holding, &absent))
            return "the positions of strategies without a place here do not add up";
        before = number;
    }
    return NULL;
}

static const char *rest_check(const struct loading *loading)
{
    const struct gateway_image_parts *of = &loading->of;
    const struct gateway_plan *plan = loading->gateway->plan;
    for (uint32_t i = 0; i < plan->venues; i++)
        if (of->venue[i].first_order == 0 || of->venue[i].next_sequence == 0)
            return "a venue of the image has no numbers";
    for (uint32_t i = 0; i < of->head->parts; i++)
        if (of->part[i].venue >= plan->venues) return "a report of the image is of no venue";
    for (uint32_t i = 0; i < of->head->symbols; i++)
        if (of->symbol[i].symbol >= plan->symbols || of->symbol[i].venue >= plan->venues)
            return "a key of the image is of no symbol";
    if (of->head->unsettled_is > 1 || of->head->unsettled.strategy >= GATEWAY_STRATEGIES_MAX)
        return "a message of the image is of no strategy";
    return NULL;
}

/* Whether it is an image, of this length and of these venues and symbols. */
static const char *head_check(const struct loading *loading, const struct gateway_image_head *head,
                              size_t length)
{
    if (length < sizeof *head || head->magic != GATEWAY_IMAGE_MAGIC) return "it is no image";
    if (head->version != GATEWAY_IMAGE_VERSION) return "the image is of another version";
    if (!gateway_image_sized(head, length))
        return "the image is cut off, or counts what there cannot be";
    if (head->changes > loading->image->room)
        return "the image has more changes by people than there is room for";
    return gateway_read_start(loading->gateway, &head->start)
             ? "the image is of other venues or symbols than the configuration, or of another "
               "version"
             : NULL;
}

/* Taking. */

static void names_take(struct loading *loading)
{
    struct gateway_image *image = loading->image;
    struct gateway *gateway = loading->gateway;
    image->names = loading->of.head->names;
    for (uint32_t i = 0; i < image->names; i++) {
        const struct gateway_image_name *is = &loading->of.name[i];
        struct gateway_named named = {.strategy = i, .venue = is->venue};
        memcpy(named.name, is->name, sizeof named.name);
        CHECK(!gateway_read_name(gateway, &named));
        uint32_t place = gateway_read_as(gateway, i);
        if (place == GATEWAY_NONE && loading->place_of[i] != GATEWAY_NONE)
            place = gateway_absent_enter(gateway, i);
        CHECK(place == loading->place_of[i]);
        image->name[i] =
            (struct gateway_image_known){.venue = is->venue, .place = place, .known = is->known};
        memcpy(image->name[i].name, is->name, sizeof is->name);
        if (place != GATEWAY_NONE) gateway->strategy[place].known = is->known;
    }
}

/* Names are the numbers now. */
static void changes_take(struct loading *loading)
{
    struct gateway_image *image = loading->image;
    struct gateway *gateway = loading->gateway;
    const struct gateway_image_head *head = loading->of.head;
    uint64_t before = risk_image_moves(gateway->risk);
    for (uint32_t i = 0; i < head->changes; i++) {
        struct risk_record change = loading->of.change[i];
        image->change[i] = change;
        if (change.reserved) gateway_read_changes_end(gateway);
        change.reserved = 0;
        bool room = gateway_read_change(gateway, &change);
        CHECK(room);
    }
    if (head->waiting == 0) gateway_read_changes_end(gateway);
    gateway->controls_first = image->waiting_first = head->waiting_first;
    gateway->controls_left = image->waiting_left = head->waiting_left;
    image->changes = head->changes;
    image->settled = head->changes - head->waiting;
    image->moves += risk_image_moves(gateway->risk) - before;
}

static struct gateway_chain chain_of(const struct loading *loading,
                                     const struct gateway_image_chain *is)
{
    return (struct gateway_chain){.order = is->order,
                                  .asked = is->asked,
                                  .before = is->before,
                                  .price = is->price,
                                  .total = is->total,
                                  .cum = is->cum,
                                  .sequence = is->sequence,
                                  .asked_price = is->asked_price,
                                  .asked_total = is->asked_total,
                                  .said = is->said,
                                  .slot = is->slot,
                                  .key = is->key,
                                  .strategy = loading->place_of[is->name],
                                  .symbol = is->symbol,
                                  .risk = RISK_NONE,
                                  .side = is->side,
                                  .how = is->how,
                                  .open = is->open != 0,
                                  .seen = is->seen,
                                  .keyless = is->open == GATEWAY_IMAGE_KEYLESS};
}

static void open_take(struct gateway *gateway, struct gateway_venue *venue,
                      const struct gateway_chain *is)
{
    const struct gateway_slot_was was = {.slot = is->slot, .key = is->key};
    uint32_t slot = gateway_read_slot(gateway, venue, is->strategy, &was);
    CHECK(slot != GATEWAY_NONE);
    gateway_read_slot_use(venue, slot, is->strategy, is->symbol);
    struct gateway_chain *chain = gateway_chain_open(gateway, venue, slot, is->order);
    const struct gateway_chain opened = *chain;
    *chain = *is;
    chain->slot = slot;
    if (!gateway_is_absent(gateway, is->strategy)) {
        chain->key = opened.key;
        chain->keyless |= is->key != DELEGATE_KEY_NONE && gateway_slot_unique(venue, slot);
    }
    chain->link = opened.link;
    if (is->asked) order_index_add(venue->index, is->asked, venue->at[slot].chain);
    if (is->before) order_index_add(venue->index, is->before, venue->at[slot].chain);
}

/* Where it was does not matter any more, but it must be somewhere. */
static void closed_take(struct gateway *gateway, struct gateway_venue *venue,
                        struct gateway_chain *is)
{
    const struct gateway_strategy *strategy = &gateway->strategy[is->strategy];
    if (is->key < strategy->orders_room && gateway_is_at(strategy, venue->number))
        is->slot = gateway_slot_of(strategy, venue->number, is->key);
    else if (is->slot >= gateway_slots_kept(venue)) is->slot = 0;
    gateway_chain_remember(venue, is);
}

static void chains_take(struct loading *loading)
{
    struct gateway *gateway = loading->gateway;
    for (uint32_t i = 0; i < loading->of.head->chains; i++) {
        const struct gateway_image_chain *is = &loading->of.chain[i];
        struct gateway_venue *venue = &gateway->venue[is->venue];
        struct gateway_chain chain = chain_of(loading, is);
        if (is->open) open_take(gateway, venue, &chain);
        else closed_take(gateway, venue, &chain);
    }
    for (uint32_t i = 0; i < loading->of.head->symbols; i++) {
        const struct gateway_image_symbol *is = &loading->of.symbol[i];
        if (is_placeless(loading, is->name)) continue;
        const struct gateway_strategy *strategy = &gateway->strategy[loading->place_of[is->name]];
        if (is->key >= strategy->orders_room || !gateway_is_at(strategy, is->venue)) continue;
        uint32_t slot = gateway_slot_of(strategy, is->venue, is->key);
        gateway->venue[is->venue].at[slot].symbol = is->symbol;
    }
}

/* What all of them come to, in risk's row of theirs. */
static void absents_take(struct loading *loading)
{
    struct gateway *gateway = loading->gateway;
    uint32_t first = gateway->plan->strategies, row = gateway_risk_row(gateway, first);
    risk_image_bits cash = 0, traded = 0;
    for (uint32_t i = 0; i < loading->of.head->names; i++) {
        uint32_t place = loading->place_of[i];
        if (is_placeless(loading, i) || !gateway_is_absent(gateway, place)) continue;
        const struct risk_image_strategy *is = &loading->of.name[i].risk;
        gateway->absent_traded[place - first] = risk_image_int_of(&is->traded);
        traded += (risk_image_bits)risk_image_int_of(&is->traded);
        cash += (risk_image_bits)risk_image_int_of(&is->cash);
    }
    const struct risk_image_strategy all = {.cash = risk_image_wide((risk_image_int)cash),
                                            .traded = risk_image_wide((risk_image_int)traded)};
    risk_image_strategy_load(gateway->risk, row, &all);
    for (uint32_t symbol = 0; symbol < gateway->plan->symbols; symbol++) {
        struct risk_image_holding sum = {.known = 1};
        for (uint32_t place = first; place < gateway_places(gateway); place++) {
            const struct gateway_hold *hold = gateway_hold_at(gateway, place, symbol);
            sum.position += hold->position;
            sum.unpriced += hold->unpriced;
        }
        risk_image_holding_load(gateway->risk, row, symbol, &sum);
    }
}

static void holdings_take(struct loading *loading)
{
    struct gateway *gateway = loading->gateway;
    for (uint32_t i = 0; i < loading->of.head->holdings; i++) {
        const struct gateway_image_holding *is = &loading->of.holding[i];
        uint32_t place = loading->place_of[is->name];
        struct gateway_hold *hold = gateway_hold_at(gateway, place, is->symbol);
        hold->position = is->position;
        hold->bought = is->bought;
        hold->sold = is->sold;
        hold->fills = is->fills;
        hold->cash = risk_image_int_of(&is->cash);
        hold->unpriced = is->unpriced;
        *gateway_past_at(gateway, place, is->symbol) = is->past;
        if (!gateway_is_absent(gateway, place))
            risk_image_holding_load(gateway->risk, place, is->symbol, &is->risk);
    }
    for (uint32_t i = 0; i < loading->of.head->names; i++)
        if (!is_placeless(loading, i) && !gateway_is_absent(gateway, loading->place_of[i]))
            risk_image_strategy_load(gateway->risk, loading->place_of[i],
                                     &loading->of.name[i].risk);
    if (gateway->absents > 0) absents_take(loading);
    struct risk_image_box box = loading->of.head->box;
    box.moves += loading->image->moves;
    risk_image_box_load(gateway->risk, &box);
}

static void rest_take(struct loading *loading)
{
    struct gateway_image *image = loading->image;
    struct gateway *gateway = loading->gateway;
    const struct gateway_image_head *head = loading->of.head;
    image->begun = true;
    image->start = head->start;
    for (uint32_t i = 0; i < gateway->plan->venues; i++) {
        struct gateway_venue *venue = &gateway->venue[i];
        if (venue->first_order < loading->of.venue[i].first_order)
            venue->first_order = loading->of.venue[i].first_order;
        venue->next_sequence = loading->of.venue[i].next_sequence;
    }
    gateway->intent_sequence = head->intent_sequence;
    gateway->report_number = head->report_number;
    gateway->parts = head->parts;
    if (head->parts > 0)
        memcpy(gateway->part, loading->of.part, head->parts * sizeof *gateway->part);
    gateway->unsettled_is = image->unsettled_is = head->unsettled_is;
    gateway->unsettled = image->unsettled = head->unsettled;
    for (uint32_t i = 0; i < GATEWAY_STRATEGIES_MAX; i++) {
        uint32_t name = image->run[i] = loading->of.run[i];
        uint32_t place = name ? image->name[name - 1].place : GATEWAY_NONE;
        gateway->read_as[i] = (uint16_t)(place == GATEWAY_NONE ? 0 : place + 1);
        memset(&gateway->absent_name[i], 0, sizeof gateway->absent_name[i]);
        if (name && place == GATEWAY_NONE)
            memcpy(gateway->absent_name[i].name, image->name[name - 1].name,
                   sizeof gateway->absent_name[i].name);
    }
}

bool gateway_image_load(struct gateway_image *image, struct gateway *gateway, const void *bytes,
                        size_t length, char *problem, size_t capacity)
{
    CHECK(!gateway->started);
    CHECK(!image->begun);
    CHECK((uintptr_t)bytes % sizeof(uint64_t) == 0);
    struct loading loading = {.image = image, .gateway = gateway};
    const char *sentence = head_check(&loading, bytes, length);
    if (!sentence) loading.of = gateway_image_parts(bytes);
    if (!sentence) sentence = names_check(&loading);
    if (!sentence) sentence = changes_check(&loading);
    if (!sentence) sentence = rest_check(&loading);
    if (!sentence) sentence = chains_check(&loading);
    if (!sentence) sentence = holdings_check(&loading);
    if (sentence) return wrong(problem, capacity, sentence);
    names_take(&loading);
    changes_take(&loading);
    chains_take(&loading);
    holdings_take(&loading);
    rest_take(&loading);
    return true;
}
