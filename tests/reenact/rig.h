#ifndef TESTS_REENACT_RIG_H
#define TESTS_REENACT_RIG_H

/* A re-enacted market with a reader of what it publishes, and its messages one by one. */

#include "dataplane/reenact/reenact.h"

enum { RIG_ANSWERS_MAX = 256, RIG_MESSAGE_MAX = 64 };

struct rig_answer {
    uint32_t length;
    uint8_t bytes[ENTRY_MESSAGE_MAX];
};

struct rig {
    struct reenact *reenact;
    struct feed *recorded;
    struct feed *published;
    uint64_t sequence; /* recorded messages told */
    uint64_t read;     /* published messages read */
    uint32_t urn;      /* the last UserRefNum of ours */
    nanos_t time;      /* of the messages below */
    nanos_t arrival;   /* of their packets */
    uint32_t answers;
    struct rig_answer answer[RIG_ANSWERS_MAX];
};

/* One instrument is enacted; locates: of the recording; orders: living at once. */
void rig_new(struct rig *rig, const struct reenact_instrument *instrument, uint32_t locates,
             uint32_t orders);
void rig_free(struct rig *rig);

/* One recorded message; what is published because of it is read. */
void rig_tell(struct rig *rig, const uint8_t *message, uint32_t length);

/* Recorded messages of locate 1, prices in cents. */
void rig_open(struct rig *rig, const char symbol[8]); /* system event, directory, trading */
void rig_action(struct rig *rig, char state);
void rig_add(struct rig *rig, uint64_t reference, char side, uint32_t lots, uint32_t cents);
void rig_execute(struct rig *rig, uint64_t reference, uint32_t lots);
void rig_execute_at(struct rig *rig, uint64_t reference, uint32_t lots, uint32_t cents,
                    char printable);
void rig_cancel(struct rig *rig, uint64_t reference, uint32_t lots);
void rig_delete(struct rig *rig, uint64_t reference);
void rig_replace(struct rig *rig, uint64_t reference, uint64_t by, uint32_t lots, uint32_t cents);
void rig_print(struct rig *rig, uint32_t lots, uint32_t cents);

/* An order of ours; its UserRefNum. */
uint32_t rig_order(struct rig *rig, char side, uint32_t lots, uint32_t cents);
void rig_order_cancel(struct rig *rig, uint32_t urn);

/* Any bytes of our session. */
void rig_say(struct rig *rig, const uint8_t *bytes, uint32_t length);

/* A new recorded session, which begins as rig_open does. */
void rig_session(struct rig *rig);

/* Shares of ours executed so far, by the answers; their sum of price times shares in cents. */
uint64_t rig_filled(const struct rig *rig, uint32_t urn, uint64_t *cents);

/* What is published of instrument 0, best first: "10@99.50x2 5@99.00x1 | 7@100.00x1". */
const char *rig_book(const struct rig *rig);

/* The same of the recording. */
const char *rig_recorded_book(const struct rig *rig);

#endif
