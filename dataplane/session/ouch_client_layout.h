#ifndef DATAPLANE_SESSION_OUCH_CLIENT_LAYOUT_H
#define DATAPLANE_SESSION_OUCH_CLIENT_LAYOUT_H

/* How a client is held.  For the ouch_client files.
 *
 * An order's place is its number modulo the number of places; where another one lives there, the
 * number is skipped, which the venue allows.  A dead order stays known until its place is needed.
 *
 * What asks to take an order's place hangs in a list at that order (next_asked), until one of them
 * is told or the order has died; then the others have died too, for the venue ignored them. */

#include "dataplane/session/ouch_client.h"
#include "dataplane/wire/ouch42.h"
#include "dataplane/wire/ouch50.h"

#include <string.h>

enum { OUCH_MATCHES = 8 }; /* an order's last executions, to see that one comes again */

struct ouch_place {
    uint32_t number; /* 0: nobody */
    uint8_t state;   /* enum ouch_state */
    bool request;    /* no order, but another request that has a number */
    char side;
    uint8_t matches; /* where the next one goes */
    struct text8 symbol;
    uint32_t price_e4;
    uint32_t qty; /* leaves + cum + gone */
    uint32_t leaves;
    uint32_t cum;
    uint32_t gone;
    uint32_t old;        /* the number whose place this one asks for, or 0 */
    uint32_t asked;      /* the latest number that asks for this one's place */
    uint32_t next_asked; /* the one before this one, for the same place */
    uint64_t reference;
    uint64_t match[OUCH_MATCHES];
};

struct ouch_client {
    struct ouch_client_plan plan;
    uint32_t mask;
    uint32_t next;
    uint32_t living;
    uint8_t enter[64]; /* templates */
    uint8_t replace[64];
    struct ouch_place *places;
};

/* The place of a number that is known, or NULL. */
static inline struct ouch_place *place_of(const struct ouch_client *client, uint32_t number)
{
    struct ouch_place *place = &client->places[number & client->mask];
    return number != 0 && place->number == number ? place : NULL;
}

/* The order has died, and with it all that asked for its place.  ouch_client.c. */
void place_dies(struct ouch_client *client, struct ouch_place *place);

/* What a message says beside the report's fields. */
struct ouch_said {
    struct ouch_report *report;
    char side;
    char state;
    bool good; /* all it says fits a report */
};

/* False: it is no message.  ouch_client_read.c. */
bool ouch_read50(const struct ouch_client *client, struct ouch_said *said, const uint8_t *message,
                 size_t length);
bool ouch_read42(const struct ouch_client *client, struct ouch_said *said, const uint8_t *message,
                 size_t length);

/* The token of a number (4.2), and its ClOrdID where nobody gave one (5.0): prefix and digits. */
struct text14 ouch_token(const struct ouch_client *client, uint32_t number);
uint32_t ouch_token_number(const struct ouch_client *client, struct text14 token); /* 0: not ours */

#endif
