/* A gateway's venues: how each is reached, as whom; and what it shares with a venue beside it. */

#include "control/config/config_rules.h"
#include "control/config/config_value.h"

#include <stdio.h>
#include <string.h>

/* A venue of the gateway. */
struct session {
    const struct config_rules *rules;
    const struct config_node *root;
    const struct config_node *section;
    uint32_t index;
};

/* Keys of sessions over TCP. */
static const struct tcp_key {
    const char *name;
    uint32_t index;
} tcp_keys[] = {
    {"address", KEY(config_trade_venue, address)},
    {"tcp_port", KEY(config_trade_venue, tcp_port)},
    {"password_file", KEY(config_trade_venue, password_file)},
};

static bool keys_equal(const struct config_node *one, const struct config_node *other,
                       uint32_t index)
{
    const struct config_node *a = config_rules_key(one, index);
    const struct config_node *b = config_rules_key(other, index);
    return a && b && strcmp(a->text, b->text) == 0;
}

/* A venue takes one connection of a user: a second one ends the first. */
static void rule_venues_differ(const struct config_rules *rules, const struct config_node *venues)
{
    const struct config_node *one = venues->first;
    for (; one; one = one->next)
        for (const struct config_node *other = one->next; other; other = other->next)
            if (keys_equal(one, other, KEY(config_trade_venue, transport)) &&
                keys_equal(one, other, KEY(config_trade_venue, address)) &&
                keys_equal(one, other, KEY(config_trade_venue, tcp_port)) &&
                keys_equal(one, other, KEY(config_trade_venue, username)))
                config_problems_add(rules->problems, other->place,
                                    "the session of line %u is used twice: it is the same user of "
                                    "the same venue",
                                    one->place.line);
}

static void rule_reserve(const struct session *session)
{
    const struct config_node *reserve =
        config_rules_key(session->section, KEY(config_trade_venue, cancel_reserve));
    const struct config_node *rate =
        config_rules_key(session->section, KEY(config_trade_venue, messages_per_second));
    if (!reserve || !rate || reserve->number == 0 || reserve->number < rate->number) return;
    config_problems_add(session->rules->problems, reserve->place,
                        "gateway.venues[%u].cancel_reserve is %s: messages_per_second is %s, and "
                        "orders need some of them",
                        session->index, reserve->text, rate->text);
}

static void rule_tcp_keys(const struct session *session, bool tcp)
{
    for (uint32_t i = 0; i < ARRAY_COUNT(tcp_keys); i++) {
        bool given = config_rules_given(session->section, tcp_keys[i].index);
        if (tcp && !given)
            config_problems_add(session->rules->problems, session->section->place,
                                "gateway.venues[%u].%s is missing: the transport tcp needs it",
                                session->index, tcp_keys[i].name);
        if (!tcp && given)
            config_problems_add(session->rules->problems,
                                session->section->field[tcp_keys[i].index]->key->place,
                                "gateway.venues[%u].%s is for the transport tcp, and this venue's "
                                "is internal",
                                session->index, tcp_keys[i].name);
    }
}

/* The session of the role venue that has this username, or NULL. */
static const struct config_node *entry_find(const struct session *session,
                                            const struct config_node *username)
{
    const struct config_node *venue = config_rules_key(session->root, KEY(config, venue));
    const struct config_node *list = config_rules_key(venue, KEY(config_venue, sessions));
    const struct config_node *one = list ? list->first : NULL;
    char names[120] = "";
    bool all_named = list != NULL;
    for (; one; one = one->next) {
        const struct config_node *name = config_rules_key(one, KEY(config_entry, username));
        if (!name) {
            all_named = false; /* perhaps the one that is meant */
            continue;
        }
        if (strcmp(name->text, username->text) == 0) return one;
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", name->text);
    }
    if (all_named)
        config_problems_add(session->rules->problems, username->place,
                            "gateway.venues[%u].username is \"%s\", but venue.sessions has no such "
                            "user; users: %s",
                            session->index, username->text, names);
    return NULL;
}

static void rule_internal(const struct session *session, const struct config_node *transport)
{
    if (!config_rules_given(session->root, KEY(config, venue))) {
        config_problems_add(session->rules->problems, transport->place,
                            "gateway.venues[%u].transport is internal: it needs the role venue "
                            "here",
                            session->index);
        return;
    }
    const struct config_node *username =
        config_rules_key(session->section, KEY(config_trade_venue, username));
    if (!username) return;
    const struct config_node *entry = entry_find(session, username);
    const struct config_node *dialect = config_rules_key(entry, KEY(config_entry, dialect));
    if (dialect && dialect->number != CONFIG_DIALECT_OUCH50)
        config_problems_add(session->rules->problems, username->place,
                            "gateway.venues[%u].username is \"%s\", whose session speaks %s, and "
                            "not ouch50",
                            session->index, username->text, dialect->text);
}

/* Whether a venue is reached over TCP. */
static bool rule_transport(const struct session *session)
{
    const struct config_node *transport =
        config_rules_key(session->section, KEY(config_trade_venue, transport));
    if (!transport) return false;
    bool tcp = transport->number == CONFIG_TRANSPORT_TCP;
    rule_tcp_keys(session, tcp);
    if (!tcp) rule_internal(session, transport);
    return tcp;
}

static void rule_port(const struct config_rules *rules, const struct config_node *gateway,
                      const struct config_node *first_tcp, bool all_internal)
{
    const uint32_t port = KEY(config_gateway, port);
    bool given = config_rules_given(gateway, port);
    if (first_tcp && !given)
        config_problems_add(rules->problems, first_tcp->place,
                            "gateway.port is missing: a venue of the transport tcp needs it");
    if (all_internal && given)
        config_problems_add(rules->problems, gateway->field[port]->key->place,
                            "gateway.port is for venues of the transport tcp, and there is none");
}

static void rule_journals(const struct config_rules *rules, const struct config_node *root)
{
    const struct config_node *gateway = config_rules_key(root, KEY(config, gateway));
    const struct config_node *venue = config_rules_key(root, KEY(config, venue));
    const struct config_node *ours = config_rules_key(gateway, KEY(config_gateway, journal));
    const struct config_node *theirs = config_rules_key(venue, KEY(config_venue, journal));
    if (ours && theirs && strcmp(ours->text, theirs->text) == 0)
        config_problems_add(rules->problems, ours->place,
                            "gateway.journal is the folder of venue.journal (%u:%u): each needs "
                            "its own",
                            theirs->place.line, theirs->place.column);
}

void config_rules_sessions(const struct config_rules *rules, const struct config_node *root)
{
    const struct config_node *gateway = config_rules_key(root, KEY(config, gateway));
    const struct config_node *venues = config_rules_key(gateway, KEY(config_gateway, venues));
    rule_journals(rules, root);
    if (!venues) return;
    config_rules_unique(rules, config_rules_keys(rules, venues, KEY(config_trade_venue, name)),
                        "the venue name");
    rule_venues_differ(rules, venues);
    const struct config_node *one = venues->first, *first_tcp = NULL;
    bool all_internal = true;
    for (uint32_t i = 0; one; one = one->next, i++) {
        struct session session = {.rules = rules, .root = root, .section = one, .index = i};
        bool tcp = rule_transport(&session);
        if (tcp && !first_tcp) first_tcp = one;
        all_internal &= !tcp && config_rules_key(one, KEY(config_trade_venue, transport));
        rule_reserve(&session);
    }
    rule_port(rules, gateway, first_tcp, all_internal);
}
