#include "tests/stage/exchange_parts.h"

#include <stdlib.h>
#include <string.h>

static void message_take(struct exchange_client *client, const struct soupbin_message *message)
{
    struct exchange *exchange = client->exchange;
    CHECK(message->sequence > 0 && message->sequence <= EXCHANGE_MESSAGES);
    struct exchange_message *kept = &client->message[message->sequence - 1];
    if (message->payload_bytes > sizeof kept->bytes) {
        exchange_wrong(exchange, "a message is longer than any");
        return;
    }
    if (message->sequence <= client->told) { /* asked for again: must be the same */
        if (kept->length != message->payload_bytes ||
            memcmp(kept->bytes, message->payload, kept->length) != 0)
            exchange_wrong(exchange, "a message is another under the same number");
        return;
    }
    if (message->sequence != client->told + 1) exchange_wrong(exchange, "a message was left out");
    kept->length = message->payload_bytes;
    memcpy(kept->bytes, message->payload, kept->length);
    client->told = message->sequence;
    ouch_client_report(client->ouch, message->payload, message->payload_bytes, &client->last);
    client->reports[client->last.kind]++;
    if (client->last.doubt != OUCH_CERTAIN || client->last.kind == OUCH_NO_MESSAGE)
        client->doubts++;
}

static void client_flush(struct exchange_client *client)
{
    struct tcp *tcp = inet_tcp(client->exchange->host);
    nanos_t now = sim_wire_now(client->exchange->wire);
    uint32_t length;
    const uint8_t *bytes = soupbin_client_output(client->soup, &length);
    if (length == 0 || client->connection == TCP_NONE) return;
    uint32_t written = tcp_write(tcp, client->connection, bytes, length, now);
    soupbin_client_written(client->soup, written);
}

static bool client_opened(void *context, uint32_t connection, const struct tcp_peer *peer)
{
    (void)connection, (void)peer;
    struct exchange_client *client = context;
    soupbin_client_connect(client->soup, sim_wire_now(client->exchange->wire));
    client_flush(client);
    return true;
}

static uint32_t client_received(void *context, uint32_t connection, const uint8_t *bytes,
                                uint32_t length)
{
    struct exchange_client *client = context;
    if (connection != client->connection) return length;
    struct soupbin_bytes in = {bytes, length};
    struct soupbin_message message;
    nanos_t now = sim_wire_now(client->exchange->wire);
    client->kept = client->deaf;
    if (client->deaf) return 0;
    enum soupbin_client_event event;
    while ((event = soupbin_client_take(client->soup, &in, now, &message)) !=
           SOUPBIN_CLIENT_NOTHING) {
        if (event == SOUPBIN_CLIENT_SEQUENCED) message_take(client, &message);
        if (event == SOUPBIN_CLIENT_OVER) break;
    }
    return length;
}

static void client_gone(struct exchange_client *client)
{
    client->connection = TCP_NONE;
    client->drops++;
    soupbin_client_close(client->soup, SOUPBIN_LOST);
}

static void client_ended(void *context, uint32_t connection)
{
    struct exchange_client *client = context;
    tcp_close(inet_tcp(client->exchange->host), connection, sim_wire_now(client->exchange->wire));
    if (connection == client->connection) client_gone(client); /* else one given up before */
}

static void client_closed(void *context, uint32_t connection, enum tcp_end why)
{
    (void)why;
    struct exchange_client *client = context;
    if (connection == client->connection) client_gone(client);
}

void exchange_login_is(struct exchange *exchange, uint32_t index,
                       const struct soupbin_client_login *login)
{
    static const struct soupbin_client_limits limits = {.payload_bytes = 256,
                                                        .output_bytes = 8192,
                                                        .heartbeat_ns = SOUPBIN_HEARTBEAT_NS,
                                                        .silence_ns = SOUPBIN_SILENCE_NS};
    free(exchange->client[index].soup);
    exchange->client[index].soup =
        soupbin_client_new(exchange_memory(soupbin_client_footprint(&limits)), &limits, login);
}

static void client_new(struct exchange *exchange, uint32_t index)
{
    struct exchange_client *client = &exchange->client[index];
    static const struct ouch_client_limits ouch = {4096};
    struct soupbin_client_login login = {.credentials = exchange->credentials[index],
                                         .sequence = 1};
    memset(login.session, ' ', sizeof login.session);
    const struct ouch_client_plan plan = {
        .dialect = exchange->plan.dialect == ENTRY_OUCH42 ? OUCH_42 : OUCH_50,
        .firm = {'F', 'I', 'R', 'M'},
        .capacity = 'P',
        .prefix = {'C', 'L', 'I', ' '}};
    client->exchange = exchange;
    client->index = index;
    client->connection = TCP_NONE;
    exchange_login_is(exchange, index, &login);
    client->ouch = ouch_client_new(exchange_memory(ouch_client_footprint(&ouch)), &ouch, &plan);
    client->message = malloc(EXCHANGE_MESSAGES * sizeof *client->message);
    client->calls = (struct tcp_calls){.opened = client_opened,
                                       .received = client_received,
                                       .ended = client_ended,
                                       .closed = client_closed,
                                       .context = client};
}

void exchange_connect(struct exchange *exchange, uint32_t client)
{
    exchange->client[client].wants = true;
}

void exchange_disconnect(struct exchange *exchange, uint32_t index)
{
    struct exchange_client *client = &exchange->client[index];
    client->wants = false;
    if (client->connection == TCP_NONE) return;
    tcp_abort(inet_tcp(exchange->host), client->connection, sim_wire_now(exchange->wire));
    client_gone(client);
}

bool exchange_open(const struct exchange *exchange, uint32_t client)
{
    return soupbin_client_state(exchange->client[client].soup) == SOUPBIN_OPEN;
}

static void client_turn(struct exchange_client *client)
{
    struct exchange *exchange = client->exchange;
    nanos_t now = sim_wire_now(exchange->wire);
    struct tcp *tcp = inet_tcp(exchange->host);
    soupbin_client_tick(client->soup, now);
    client_flush(client);
    if (client->kept && !client->deaf && client->connection != TCP_NONE)
        tcp_resume(tcp, client->connection, now);
    if (client->connection != TCP_NONE && soupbin_client_state(client->soup) == SOUPBIN_CLOSED) {
        tcp_close(tcp, client->connection, now);
        client->connection = TCP_NONE;
        client->drops++;
    }
    if (!client->wants || client->connection != TCP_NONE) return;
    const struct tcp_to to = {
        .ip = EXCHANGE_GATE_IP, .port = EXCHANGE_ORDERS_PORT, .calls = &client->calls};
    client->connection = tcp_connect(tcp, &to, now);
}

bool exchange_send(struct exchange *exchange, uint32_t index, const uint8_t *bytes, uint32_t length)
{
    struct exchange_client *client = &exchange->client[index];
    bool sent = soupbin_client_send(client->soup, bytes, length, sim_wire_now(exchange->wire));
    client_flush(client);
    return sent;
}

uint32_t exchange_enter(struct exchange *exchange, uint32_t index,
                        const struct exchange_order *order)
{
    struct ouch_order ouch = {.side = order->side,
                              .qty = order->qty,
                              .price_e4 = order->price_e4,
                              .lasts = order->immediate ? OUCH_IMMEDIATE : OUCH_DAY};
    memcpy(ouch.symbol, "SYM0    ", 8);
    ouch.symbol[3] = (char)('0' + order->instrument);
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t number = 0;
    uint32_t length = ouch_client_enter(exchange->client[index].ouch, &ouch, bytes, &number);
    return length > 0 && exchange_send(exchange, index, bytes, length) ? number : 0;
}

uint32_t exchange_replace(struct exchange *exchange, uint32_t index, uint32_t number, uint32_t qty,
                          uint32_t price_e4)
{
    struct ouch_order ouch = {.qty = qty, .price_e4 = price_e4, .lasts = OUCH_DAY};
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t replacement = 0;
    uint32_t length =
        ouch_client_replace(exchange->client[index].ouch, number, &ouch, bytes, &replacement);
    return length > 0 && exchange_send(exchange, index, bytes, length) ? replacement : 0;
}

bool exchange_cancel(struct exchange *exchange, uint32_t index, uint32_t number, uint32_t qty)
{
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t length = ouch_client_cancel(exchange->client[index].ouch, number, qty, bytes);
    return length > 0 && exchange_send(exchange, index, bytes, length);
}

void exchange_clients_turn(struct exchange *exchange)
{
    struct net_queue *queue = sim_wire_end(exchange->wire, 1);
    nanos_t now = sim_wire_now(exchange->wire);
    struct frame_burst burst;
    net_rx(queue, &burst);
    for (uint32_t i = 0; i < burst.count; i++)
        (void)inet_receive(exchange->host, burst.at[i].bytes, burst.at[i].length_bytes,
                           INET_CHECKED_NONE, now);
    net_rx_done(queue, &burst);
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) client_turn(&exchange->client[i]);
    inet_tick(exchange->host, now);
    inet_flush(exchange->host, now);
}

static uint8_t *frame_claim(void *queue, uint32_t bytes)
{
    return net_tx_claim(queue, bytes);
}

static void frame_publish(void *queue)
{
    net_tx_publish(queue);
}

void exchange_clients_make(struct exchange *exchange)
{
    struct inet_limits host = exchange_host(EXCHANGE_CLIENT_IP, 2);
    host.output = (struct inet_output){
        .claim = frame_claim, .publish = frame_publish, .context = sim_wire_end(exchange->wire, 1)};
    exchange->host =
        inet_new(exchange_memory(inet_footprint(&host)), &host, sim_wire_now(exchange->wire));
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) client_new(exchange, i);
}
