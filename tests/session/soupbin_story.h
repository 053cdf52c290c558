#ifndef TESTS_SESSION_SOUPBIN_STORY_H
#define TESTS_SESSION_SOUPBIN_STORY_H

/* Transcripts of SoupBinTCP connections, with times.
 *
 *     SERVER_STORY("at 0.000", "connect",
 *                  "< L FMUSER secret - 1",  "asked FMUSER secret - 1",
 *                  "accept SESS01 0",        "> A SESS01 1",
 *                  "at 0.999",
 *                  "at 1.000",               "> H")
 *
 * What happens: at SECONDS (and a tick), connect, < PACKET from the peer, lost, close, stuck (the
 * connection takes nothing any more), flows; the server's owner: accept NAME COUNT [ended], reject,
 * put TEXT, send TEXT, debug TEXT, end; the client's: send TEXT, logout, restart SESSION SEQUENCE.
 *
 * What is said: > PACKET to the peer, over REASON; by a server: asked USERNAME PASSWORD SESSION
 * SEQUENCE [TIMEOUT], message TEXT, refused (accept said no), full; by a client: accepted SESSION
 * NEXT, sequenced NUMBER TEXT, unsequenced TEXT, full.
 *
 * Strict: whatever is said must be in the story, at its place.  Each story is told several times,
 * with the peer's bytes cut in pieces of different lengths, and must be the same. */

#include "dataplane/session/soupbin_client.h"
#include "dataplane/session/soupbin_server.h"
#include "tests/support/spec.h"

#define SERVER_STORY(...)                                                                          \
    soupbin_story(__FILE__, __LINE__, STORY_SERVER, (const char *const[]){__VA_ARGS__, NULL})
#define CLIENT_STORY(...)                                                                          \
    soupbin_story(__FILE__, __LINE__, STORY_CLIENT, (const char *const[]){__VA_ARGS__, NULL})

enum story_side { STORY_SERVER, STORY_CLIENT };

void soupbin_story(const char *file, int line, enum story_side side, const char *const *sentences);

/* For the next story: the limits, and how the client first logs in ("L ..." as in soupbin_bytes.h;
 * NULL is "L FMUSER secret - 1"). */
void story_limits(uint32_t payload_bytes, uint32_t output_bytes);
void story_login(const char *login);

/* Counts of the machine of the last telling. */
const struct soupbin_server_counts *story_server_counts(void);
const struct soupbin_client_counts *story_client_counts(void);

void story_open(void);
void story_close(void);

#endif
