#ifndef TESTS_FEED_RECOVERY_RIG_H
#define TESTS_FEED_RECOVERY_RIG_H

/* A channel, a feed and their recovery, and the loop their owner writes, told as a story.
 *
 *     ARRIVES(LINE_A, 1, 3);               messages 1 to 3 come, one datagram
 *     ARRIVES(LINE_A, 6, 7);
 *     AT_MS(10);  SAYS("request 4-5 of 0");
 *     REPLY(4, 5);                         what server 0 answers
 *     EVENTS("recovering 4-6 RECOVERING, recovered 8 LIVE");
 *     HOLDS_ORDERS(3, 7);                  the books have the orders of messages 3 to 7, no other
 *
 * Message 1 lists instrument 1, message 2 says that it trades, each later one adds an order whose
 * reference is its number: so the orders of the books say which messages were applied.  Strict:
 * what the recovery says must be in the story, at its place. */

#include "dataplane/feed/recovery.h"
#include "tests/support/spec.h"

struct recovery_rig {
    struct channel *channel;
    struct feed *feed;
    struct recovery *recovery;
    nanos_t now;
};

extern struct recovery_rig rig;

void recovery_rig_open(void);
void recovery_rig_close(void);

/* Other limits than the usual ones; at the beginning of a spec. */
void recovery_rig_build(const struct channel_limits *channel, const struct recovery_limits *limits);
struct channel_limits recovery_rig_channel(void); /* two lines, a wait of 1 ms, a store of 64 */
struct recovery_limits recovery_rig_limits(void); /* two servers, a snapshot server, in ms */

#define ARRIVES(line, first, last)             rig_arrive(line, "MONDAY", first, last)
#define ARRIVES_OF(session, line, first, last) rig_arrive(line, session, first, last)
#define HEARTBEAT(line, next)                  rig_heartbeat(line, next, 0)
#define ENDS(line, next)                       rig_heartbeat(line, next, 0xffff)
#define REPLY(first, last)                     rig_reply("MONDAY", first, last)
#define REPLY_OF(session, first, last)         rig_reply(session, first, last)
#define AT_MS(ms)                              rig_at(ms)
#define SAYS(actions)                          rig_says(__FILE__, __LINE__, actions)
#define EVENTS(events)                         rig_events(__FILE__, __LINE__, events)
#define HOLDS_ORDERS(first, last)              rig_orders(__FILE__, __LINE__, first, last)
#define CONNECTED()                            rig_connected()
#define DISCONNECTED()                         rig_disconnected()
#define SERVER_SENDS(packet)                   rig_server_sends(packet)

void rig_arrive(enum channel_line line, const char *session, uint64_t first, uint64_t last);
void rig_heartbeat(enum channel_line line, uint64_t next, uint32_t count);
enum recovery_reply_status rig_reply(const char *session, uint64_t first, uint64_t last);
enum recovery_reply_status rig_reply_bytes(const uint8_t *bytes, uint32_t length);
void rig_at(uint64_t ms);
void rig_says(const char *file, int line, const char *actions);
void rig_events(const char *file, int line, const char *events);
void rig_orders(const char *file, int line, uint64_t first, uint64_t last);
void rig_connected(void);
void rig_disconnected(void);
void rig_server_sends(const char *packet);            /* as in soupbin_bytes.h */
void rig_server_spins(uint64_t first, uint64_t last); /* as S packets, what messages first to last
                                                         have left of the day */
void rig_drain(void);

/* The datagram with messages first to last; returns its length. */
uint32_t rig_datagram(uint8_t *bytes, const char *session, uint64_t first, uint64_t last);

#endif
