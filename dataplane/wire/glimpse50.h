#ifndef DATAPLANE_WIRE_GLIMPSE50_H
#define DATAPLANE_WIRE_GLIMPSE50_H

/* GLIMPSE 5.0: the state of all books, once, over SoupBinTCP.
 *
 * Each message is the payload of one sequenced packet: those of ITCH 5.0 (itch.h) that list what
 * there is now, in any order, then this one, which says where the stream of ITCH goes on.
 *
 * Source: "GLIMPSE 5.0", Nasdaq, edition of February 2026. */

#include "dataplane/wire/wire.h"

/* clang-format off */

/* "Snapshot (End of Snapshot) Message": no stock, no tracking number, no time. */
#define GLIMPSE50_END(F, M)                                                            \
    F(M, text1,  type,      0, "'G'")                                                  \
    F(M, text20, sequence,  1, "digits: number of the first ITCH message to be applied next")

/* The types a spin is made of, besides 'G': each with the layout it has in ITCH. */
#define GLIMPSE50_TYPES "SRHYhNAF"

/* What a message of the spin is: status, counter, meaning. */
#define GLIMPSE50_STATUSES(X)                                                          \
    X(GLIMPSE50_STATE,        state,        "an ITCH message that tells a part of the state") \
    X(GLIMPSE50_ENDED,        end,          "the end of the snapshot")                 \
    X(GLIMPSE50_EMPTY,        empty,        "a message of no bytes")                   \
    X(GLIMPSE50_OTHER_TYPE,   other_type,   "a type that is not part of a snapshot")   \
    X(GLIMPSE50_SHORT,        too_short,    "shorter than its type")                   \
    X(GLIMPSE50_BAD_SEQUENCE, bad_sequence, "an end whose sequence is no number from 1 on")

/* clang-format on */

WIRE_MESSAGE(glimpse50_end, GLIMPSE50_END, 21)

#define GLIMPSE50_ENUM(status, counter, meaning) status,
enum glimpse50_status { GLIMPSE50_STATUSES(GLIMPSE50_ENUM) GLIMPSE50_STATUS_COUNT };

const char *glimpse50_status_text(enum glimpse50_status status);
const char *glimpse50_status_name(enum glimpse50_status status);

/* Decides what message[0..length) of a spin is.  After GLIMPSE50_STATE it may be read as the ITCH
 * struct of its type; after GLIMPSE50_ENDED *sequence is set. */
MUST_USE enum glimpse50_status glimpse50_check(const uint8_t *message, size_t length,
                                               uint64_t *sequence);

/* An end of snapshot after which ITCH goes on at sequence. */
struct glimpse50_end glimpse50_end_of(uint64_t sequence);

#endif
