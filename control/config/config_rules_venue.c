/* The market a venue runs: what its engine would refuse is refused here, with a place.  Defaults
 * give way to what the file says: they are rounded to its ticks and lots. */

#include "control/config/config_rules.h"
#include "control/config/config_value.h"

/* The units of one instrument, all known. */
struct listing {
    const struct config_rules *rules;
    const struct config_node *section;
    uint32_t index;
    const struct config_node *tick;
    struct config_node *price_max;
};

/* A price of the listing is whole ticks, and not above its highest price. */
static void rule_price(const struct listing *listing, uint32_t key, const char *name)
{
    const struct config_node *price = config_rules_key(listing->section, key);
    if (!price || !price->given) return;
    uint64_t tick = listing->tick->number, high = listing->price_max->number;
    if (price->number % tick != 0)
        config_problems_add(listing->rules->problems, price->place,
                            "venue.instruments[%u].%s is %s: it is not whole ticks of %s",
                            listing->index, name, price->text, config_price(tick).text);
    else if (price->number > high)
        config_problems_add(listing->rules->problems, price->place,
                            "venue.instruments[%u].%s is %s: price_max is %s", listing->index, name,
                            price->text, config_price(high).text);
}

static void rule_quantity(const struct listing *listing)
{
    const struct config_node *lot = config_rules_key(listing->section, KEY(config_instrument, lot));
    struct config_node *quantity =
        config_rules_key(listing->section, KEY(config_instrument, quantity_max));
    if (!lot || !quantity) return;
    uint64_t valued = CONFIG_VALUE_MAX / listing->price_max->number;
    if (!quantity->given) {
        if (quantity->number > valued) quantity->number = valued;
        quantity->number -= quantity->number % lot->number;
        if (quantity->number == 0) quantity->number = lot->number;
    }
    if (quantity->number % lot->number != 0)
        config_problems_add(listing->rules->problems, quantity->place,
                            "venue.instruments[%u].quantity_max is %s: it is not whole lots of %s",
                            listing->index, quantity->text, lot->text);
    else if (quantity->number > valued)
        config_problems_add(listing->rules->problems,
                            quantity->given ? quantity->place : listing->price_max->place,
                            "venue.instruments[%u].quantity_max is %ju: at most %ju at the "
                            "price_max %s have a value the engine can hold",
                            listing->index, (uintmax_t)quantity->number, (uintmax_t)valued,
                            config_price(listing->price_max->number).text);
}

/* Defaults that are not whole ticks become so. */
static void listing_complete(const struct listing *listing)
{
    uint64_t tick = listing->tick->number;
    struct config_node *price_max = listing->price_max;
    if (!price_max->given) price_max->number -= price_max->number % tick;
    if (price_max->number < tick) price_max->number = tick;
    struct config_node *collar = config_rules_key(listing->section, KEY(config_instrument, collar));
    if (!collar || collar->given) return;
    collar->number = (collar->number + tick - 1) / tick * tick;
    if (collar->number > price_max->number) collar->number = price_max->number;
}

static void rule_instrument(const struct config_rules *rules, const struct config_node *section,
                            uint32_t index)
{
    const struct config_node *tick = config_rules_key(section, KEY(config_instrument, tick));
    struct config_node *price_max = config_rules_key(section, KEY(config_instrument, price_max));
    const struct config_node *band = config_rules_key(section, KEY(config_instrument, band));
    if (band && band->given && !config_rules_given(section, KEY(config_instrument, reference)))
        config_problems_add(rules->problems, band->key->place,
                            "venue.instruments[%u].band needs a reference to be around", index);
    if (!tick || !price_max) return;
    if (tick->number % CONFIG_PRICE_STEP != 0) {
        config_problems_add(rules->problems, tick->place,
                            "venue.instruments[%u].tick is %s: it is not a multiple of %s", index,
                            tick->text, config_price(CONFIG_PRICE_STEP).text);
        return;
    }
    struct listing listing = {rules, section, index, tick, price_max};
    if (price_max->given && price_max->number % tick->number != 0) {
        rule_price(&listing, KEY(config_instrument, price_max), "price_max");
        return;
    }
    listing_complete(&listing);
    rule_price(&listing, KEY(config_instrument, reference), "reference");
    rule_price(&listing, KEY(config_instrument, band), "band");
    rule_price(&listing, KEY(config_instrument, collar), "collar");
    rule_quantity(&listing);
}

static void rule_tcp_ports(const struct config_rules *rules, const struct config_node *venue)
{
    const struct config_node *orders = config_rules_key(venue, KEY(config_venue, orders_tcp_port));
    const struct config_node *snapshot =
        config_rules_key(venue, KEY(config_venue, snapshot_tcp_port));
    if (orders && snapshot && orders->number == snapshot->number)
        config_problems_add(rules->problems, snapshot->place,
                            "venue.snapshot_tcp_port is %s, and so is orders_tcp_port",
                            snapshot->text);
}

/* What lives must be answered: an order is taken only while more is left than that needs. */
static void rule_answers(const struct config_rules *rules, const struct config_node *venue)
{
    const struct config_node *mib = config_rules_key(venue, KEY(config_venue, answers_mib));
    const struct config_node *orders = config_rules_key(venue, KEY(config_venue, orders));
    const struct config_node *sessions = config_rules_key(venue, KEY(config_venue, sessions));
    if (!mib || !orders || !sessions) return;
    uint64_t reserve = config_answers_reserve(orders->number, sessions->count);
    uint64_t needed = (reserve * CONFIG_ANSWERS_CHUNK_BYTES >> 20) + 1;
    if (mib->number >= needed) return;
    config_problems_add(rules->problems, mib->given ? mib->place : orders->place,
                        "venue.answers_mib is %ju: at least %ju are needed to answer %ju orders of "
                        "%u session%s to their end",
                        (uintmax_t)mib->number, (uintmax_t)needed, (uintmax_t)orders->number,
                        sessions->count, sessions->count == 1 ? "" : "s");
}

void config_rules_venue(const struct config_rules *rules, const struct config_node *venue)
{
    if (!venue) return;
    rule_tcp_ports(rules, venue);
    rule_answers(rules, venue);
    const struct config_node *instruments = config_rules_key(venue, KEY(config_venue, instruments));
    const struct config_node *sessions = config_rules_key(venue, KEY(config_venue, sessions));
    const struct config_node *one = instruments ? instruments->first : NULL;
    for (uint32_t i = 0; one; one = one->next, i++) rule_instrument(rules, one, i);
    config_rules_unique(
        rules, config_rules_keys(rules, instruments, KEY(config_instrument, symbol)), "the symbol");
    config_rules_unique_names(
        rules, config_rules_keys(rules, sessions, KEY(config_entry, username)), "the username");
}
