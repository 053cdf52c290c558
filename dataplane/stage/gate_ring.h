#ifndef DATAPLANE_STAGE_GATE_RING_H
#define DATAPLANE_STAGE_GATE_RING_H

/* What the two stages of a venue tell each other: the gate, which has the wire, and the match
 * stage, which has the engine.
 *
 *     gate  ──── requests: what sessions said ────────────────►  match stage
 *           ◄─── answers: sequenced messages of sessions ──────
 *           ◄─── news: what the engine did, for everybody ─────
 *
 * Three rings (queue/spsc.h), each with one writer and one reader.  The match stage takes a request
 * only when there is room for what one usually causes, so a full ring of answers or news holds back
 * requests, and these hold back their senders by TCP's window.  One that causes more has the match
 * stage wait for the gate, or, where both share an lcore, make the gate take some (relieve).  The
 * gate never waits for the match stage, so that neither waits for ever, and nothing is lost.
 *
 * Threads: one on each side. */

#include "dataplane/match/match_event.h"

#define GATE_MESSAGE_MAX 296u /* bytes of one message, either way */

enum gate_slot_kind {
    GATE_MESSAGE,      /* both ways: message[0..bytes) of session */
    GATE_DISCONNECTED, /* request: the session has no connection any more */
    GATE_DROP,         /* answer: the session is to be disconnected */
};

/* A slot of requests and of answers. */
struct gate_slot {
    uint64_t rx_tsc; /* of the frame that caused it; 0: another thing did */
    nanos_t
        time; /* request: when the gate took it, which is when its frame came unless it waited */
    uint32_t session;
    uint16_t bytes;
    uint8_t kind;  /* enum gate_slot_kind */
    uint8_t login; /* request: of the session, counted from 1 to 255 and again; GATE_DROP: the one
                      to be disconnected, 0: whichever it is */
    uint8_t message[GATE_MESSAGE_MAX];
};
static_assert(sizeof(struct gate_slot) == 5ul * CACHE_LINE, "a slot is whole lines");

/* A slot of news is an event of the engine, or one of these in its place. */
enum gate_news_kind {
    GATE_NEWS_TIME = 0xf0, /* number: the time of the events that follow */
    GATE_NEWS_LISTING, /* instrument; struct match_listing in the GATE_LISTING_SLOTS that follow */
    GATE_NEWS_SYSTEM,  /* reason: the code of a System Event; number: its time; id: midnight */
    GATE_NEWS_END, /* nothing follows: the day is over.  All answers are published before it; the
                      gate ends no session until it has taken these. */
};
static_assert((uint32_t)MATCH_EVENT_COUNT < (uint32_t)GATE_NEWS_TIME, "no event has these numbers");

#define GATE_LISTING_SLOTS 3u
static_assert(sizeof(struct match_listing) <= GATE_LISTING_SLOTS * sizeof(struct match_event),
              "a listing fits");

#endif
