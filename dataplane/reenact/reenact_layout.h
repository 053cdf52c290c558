#ifndef DATAPLANE_REENACT_REENACT_LAYOUT_H
#define DATAPLANE_REENACT_REENACT_LAYOUT_H

/* What the files of the re-enactment share.  Private to this folder.
 *
 * Accounts are groups to the engine, and nobody trades with its own: so recorded buyers, recorded
 * sellers, those who came to execute them, and ours are one each.  Ids: bit 62 is a recorded order
 * with the low 62 bits of its number; bit 61 one who came; ours are the port's, below both. */

#include "dataplane/reenact/reenact.h"

enum reenact_account { ACCOUNT_BUYERS = 1, ACCOUNT_SELLERS, ACCOUNT_COMERS, ACCOUNT_OWN };

#define ID_RECORDED ((order_id_t)1 << 62)
#define ID_COMER    ((order_id_t)1 << 61)

#define EVENTS_PLACE 256u

/* How far a stock locate is known. */
enum { LOCATE_UNKNOWN, LOCATE_OTHER, LOCATE_FIRST };

struct enacted {
    char symbol[8];
    price_t tick;
    price_t price_max;
    uint32_t window;
    uint16_t locate; /* of the recorded feed; 0: not known yet */
    bool listed;     /* in the engine */
    bool open;       /* the engine's phase is OPEN, else CALL */
    bool trades;     /* the venue says so */
    bool operational_halt;
    uint32_t held; /* orders that wait */
};

/* A recorded order that waits until the book it crosses has been executed. */
struct held {
    uint64_t reference;
    uint16_t instrument;
};

struct own {
    order_id_t id;
    price_t price;
    uint16_t instrument;
    uint8_t side;
};

/* What the input that runs has traded: of a comer. */
struct traded {
    order_id_t aims; /* the recorded order that was executed, or 0 */
    qty_t aimed;
    qty_t elsewhere;
    qty_t own;
};

struct reenact {
    struct match *match;
    struct entry *entry;
    struct itch_out *out;
    struct history *history;
    struct feed *recorded;
    struct reenact_plan plan;

    nanos_t time;
    nanos_t midnight;      /* of the session, since that of the first */
    bool dated;            /* a message has been told: */
    bool begins;           /* none of this session yet */
    nanos_t first_time;    /* of the first message, since its midnight */
    nanos_t first_arrival; /* and when it came */
    uint64_t number;       /* of the last input */
    uint64_t comers;
    nanos_t held_time; /* when the first of those that wait came */
    uint32_t held;
    uint32_t owns;
    struct traded traded;
    struct reenact_counts counts;
    uint64_t refusals[MATCH_REASON_COUNT];

    uint16_t *locate; /* LOCATE_..., by the recorded stock locate */
    struct enacted *instrument;
    struct held waiting[REENACT_HELD_MAX];
    struct own own[REENACT_OWN_MAX];
    struct match_events events;
    CACHE_ALIGNED struct match_event place[EVENTS_PLACE];
};

/* reenact_engine.c: inputs and their events. */

/* Gives the input the next number and the time, applies it, and shows its events. */
void reenact_give(struct reenact *reenact, struct match_input *input);
void reenact_open(struct reenact *reenact, uint16_t instrument, bool open);
void reenact_list(struct reenact *reenact, uint16_t instrument);
void reenact_print(struct reenact *reenact, uint16_t instrument, uint64_t shares,
                   uint32_t price_e4);
void reenact_cross(struct reenact *reenact, uint16_t instrument,
                   const struct itch_cross_trade *recorded);
void reenact_shown(struct match_events *events);

/* reenact_flow.c: recorded orders. */

/* All that wait become orders of the engine. */
void reenact_release(struct reenact *reenact, uint16_t instrument);

/* What published messages say, since the session's midnight. */
static inline nanos_t published_time(const struct reenact *reenact)
{
    return reenact->time - reenact->midnight;
}

static inline uint64_t lots_of(qty_t qty)
{
    return (uint64_t)(qty / QTY_ONE);
}

static inline order_id_t recorded_id(uint64_t reference)
{
    return ID_RECORDED | (reference & (ID_RECORDED - 1));
}

#endif
