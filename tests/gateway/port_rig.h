#ifndef TESTS_GATEWAY_PORT_RIG_H
#define TESTS_GATEWAY_PORT_RIG_H

/* A trade port of OUCH 5.0 alone: requests as words, the venue's messages as lines.
 *
 *     port_rig_order(&rig, 7, SIDE_BUY, 100, 100000)     encoded, and on its way
 *     port_rig_hear(&rig, "A urn=7 qty=100 price=100000 state=L")
 *         "ACCEPTED 7 cum 0 leaves 100 qty 100 at 100000\n"
 *
 * Fields of a message stand at the bytes that the protocol's document says, by names of this file;
 * nothing of dataplane/wire is used for them.  A field that is not named is zero or a space.
 *
 *     S event | A side qty symbol price tif ref state | U orig urn ... | C qty reason
 *     D qty reason prevented price flag | E qty price flag match | B match reason | J code | P | I
 *     T price display ref | M side qty | R reason | X firm symbol | G firm | K firm | Q next
 *     all but S Q: urn; all but S: idx (appendage); R: secondary; all: time */

#include "dataplane/gateway/trade_port.h"

enum { PORT_RIG_TEXT = 1024, PORT_RIG_MESSAGE = 256, PORT_RIG_SYMBOLS = 2 };

struct port_rig {
    const struct trade_port_kind *kind;
    void *port;
    uint32_t queries; /* numbers of queries given so far */
    uint32_t length;  /* of the request encoded last */
    uint8_t bytes[TRADE_PORT_BYTES_MAX];
    struct port_report report[TRADE_PORT_REPORTS_MAX]; /* of the message heard last */
    uint32_t reports;
    char text[PORT_RIG_TEXT];
};

/* Symbols 0 ACME, 1 BETA.  run and firm as the limits have them. */
void port_rig_new(struct port_rig *rig, uint32_t orders, uint32_t run, const char *firm);
void port_rig_free(struct port_rig *rig);

/* Requests, encoded and sent; in shares and 1/10 000s.  The length. */
uint32_t port_rig_order(struct port_rig *rig, order_id_t order, enum side side, uint32_t qty,
                        uint32_t price_e4, uint8_t how);
/* total: of the chain, of which cum was executed. */
struct port_rig_replace {
    order_id_t order;
    order_id_t asked;
    uint32_t total;
    uint32_t cum;
    uint32_t price_e4;
    uint8_t how;
};
uint32_t port_rig_replace(struct port_rig *rig, const struct port_rig_replace *replace);
uint32_t port_rig_cancel(struct port_rig *rig, order_id_t order);
/* Number 1, 2, 3, ...; sent if there was something to send. */
uint32_t port_rig_query(struct port_rig *rig, order_id_t order);
uint32_t port_rig_encode(struct port_rig *rig, const struct port_request *request); /* not sent */

/* The name of the fence encoded last. */
uint32_t port_rig_fence(const struct port_rig *rig);

/* A message, and what is said of it; then the answers to queries, with their numbers.  "bad" if it
 * is none. */
const char *port_rig_hear(struct port_rig *rig, const char *line);
const char *port_rig_hear_fence(struct port_rig *rig, uint32_t name);

/* The bytes of a message.  The length. */
uint32_t port_rig_message(const char *line, uint8_t bytes[PORT_RIG_MESSAGE]);

#endif
