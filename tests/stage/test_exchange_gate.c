/* The gate under pressure: the end of the day, streams without place, clients that are slow, dead,
 * greedy or too many. */

#include "tests/stage/exchange_parts.h"
#include "tests/support/spec.h"

#include <string.h>

static struct exchange *exchange;

static void before_each(void)
{
    exchange = NULL;
}

static void after_each(void)
{
    EXPECT_TEXT(exchange->wrong ? exchange->wrong : "", "");
    EXPECT_TEXT(exchange->model.violation ? exchange->model.violation : "", "");
    exchange_delete(exchange);
}

static void given_plan(const struct exchange_plan *plan, uint32_t clients)
{
    exchange = exchange_new(plan);
    EXPECT(exchange_start(exchange));
    for (uint32_t i = 0; i < clients; i++) exchange_connect(exchange, i);
    EXPECT(exchange_settle(exchange));
}

static void given_clients(enum venue_durability durability, uint32_t clients)
{
    given_plan(&(struct exchange_plan){.seed = 1, .durability = durability}, clients);
}

static uint32_t buy(uint32_t client, uint32_t qty, uint32_t price_e4)
{
    return exchange_enter(exchange, client,
                          &(struct exchange_order){.side = 'B', .qty = qty, .price_e4 = price_e4});
}

static nanos_t now(void)
{
    return sim_wire_now(exchange->wire);
}

/* So many orders of the first client, whose answers are more than TCP holds. */
static void given_3000_orders(void)
{
    for (uint32_t i = 0; i < 3000; i++) {
        (void)buy(0, 1, 90000);
        if (i % 8 == 0) exchange_run(exchange, NANOS_MILLI);
    }
}

/* The end of the day. */

static void day_ends_while_the_gate_is_slow(void)
{
    for (uint32_t i = 0; i < 200; i++) {
        (void)buy(0, 10, 90000);
        if (i % 8 == 7) EXPECT(exchange_settle(exchange));
    }
    EXPECT(exchange_settle(exchange));
    match_stage_end_day(exchange->match);
    match_stage_kind.housekeeping(exchange->match, 0);
    (void)!journal_sync_step(exchange->journal);
    for (uint32_t i = 0; i < 8; i++) (void)match_stage_kind.turn(exchange->match, 0);
}

SPEC(nobody_is_told_that_it_is_over_before_he_was_told_all)
{
    given_clients(VENUE_DISK, 4);
    day_ends_while_the_gate_is_slow();
    for (uint32_t i = 0; i < 4; i++) exchange->client[i].wants = false;
    exchange_run(exchange, 3 * NANOS_SECOND);
    for (uint32_t i = 0; i < 4; i++) {
        const struct exchange_client *client = &exchange->client[i];
        EXPECT_UINT(client->told, exchange_gate(exchange).session[i].messages);
        EXPECT_UINT(client->last.kind, OUCH_DAY_EVENT);
        EXPECT_UINT(client->last.reason, 'E');
        EXPECT_UINT(soupbin_client_reason(client->soup), SOUPBIN_ENDED);
    }
    EXPECT_UINT(exchange->client[0].reports[OUCH_CANCELED], 200);
    EXPECT_UINT(exchange_gate(exchange).ended, 1);
}

SPEC(who_comes_back_after_the_end_is_replayed_to_it)
{
    given_clients(VENUE_DISK, 2);
    exchange_disconnect(exchange, 1);
    day_ends_while_the_gate_is_slow();
    exchange->client[0].wants = false;
    exchange_run(exchange, NANOS_SECOND);
    exchange_connect(exchange, 1);
    exchange_run(exchange, NANOS_MILLI);
    exchange->client[1].wants = false;
    exchange_run(exchange, NANOS_SECOND);
    EXPECT_UINT(exchange->client[1].last.reason, 'E');
    EXPECT_UINT(soupbin_client_reason(exchange->client[1].soup), SOUPBIN_ENDED);
}

/* Streams. */

static void answer_show(uint32_t session, uint16_t bytes)
{
    static struct gate_slot slot;
    slot = (struct gate_slot){.kind = GATE_MESSAGE, .session = session, .bytes = bytes};
    gate_stage_answer(exchange->gate, &slot);
}

SPEC(behind_a_lost_answer_no_other_takes_its_number)
{
    given_plan(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS, .stream_chunks = 16},
               1);
    for (uint32_t i = 0; i < 64; i++) answer_show(1, 200);
    exchange_run(exchange, 2 * NANOS_MILLI);
    uint64_t messages = exchange_gate(exchange).session[1].messages;
    uint64_t lost = exchange_gate(exchange).answer_lost;
    EXPECT(lost > 0);
    answer_show(1, 10); /* there would be place for this one */
    exchange_run(exchange, 2 * NANOS_MILLI);
    EXPECT_UINT(exchange_gate(exchange).session[1].messages, messages);
    EXPECT_UINT(exchange_gate(exchange).answer_lost, lost + 1);
}

SPEC(a_session_that_lost_an_answer_does_not_log_in_any_more)
{
    given_plan(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS, .stream_chunks = 16},
               1);
    for (uint32_t i = 0; i < 64; i++) answer_show(1, 200);
    exchange_connect(exchange, 1);
    exchange_run(exchange, 20 * NANOS_MILLI);
    exchange->client[1].wants = false;
    exchange_run(exchange, 20 * NANOS_MILLI);
    EXPECT_UINT(soupbin_client_reason(exchange->client[1].soup), SOUPBIN_NOT_ALLOWED);
    EXPECT(exchange_gate(exchange).login_broken > 0);
    EXPECT_UINT(exchange_gate(exchange).streams_broken, 1);
    EXPECT_UINT(exchange_gate(exchange).session[1].broken, 1);
    EXPECT(exchange_open(exchange, 0)); /* others go on */
}

SPEC(a_recovery_with_less_place_breaks_the_sessions_it_has_none_for)
{
    given_clients(VENUE_PROCESS, 2);
    for (uint32_t i = 0; i < 400; i++) {
        (void)buy(0, 10, 90000);
        if (i % 8 == 7) EXPECT(exchange_settle(exchange));
    }
    exchange_kill(exchange);
    exchange->gate_plan.streams.chunks = 32;
    EXPECT(exchange_start(exchange));
    exchange_run(exchange, NANOS_SECOND);
    EXPECT_UINT(exchange_gate(exchange).session[0].broken, 1);
    EXPECT_UINT(exchange_gate(exchange).session[0].connected, 0);
    EXPECT_UINT(exchange_gate(exchange).session[1].broken, 0);
    EXPECT_UINT(exchange_gate(exchange).session[1].connected, 1);
}

/* Clients that take nothing, or are gone. */

SPEC(the_connection_of_a_slow_client_is_over_at_once)
{
    given_clients(VENUE_PROCESS, 1);
    exchange->client[0].deaf = true;
    given_3000_orders();
    exchange->client[0].wants = false;
    exchange_run(exchange, 12 * NANOS_SECOND);
    EXPECT_UINT(exchange_gate(exchange).closed[SOUPBIN_SLOW], 1);
    EXPECT_UINT(exchange_gate(exchange).connections, 0);
}

SPEC(a_dead_host_holds_no_connection)
{
    given_clients(VENUE_PROCESS, 2);
    sim_wire_lose(exchange->wire, 1000, 1000);
    for (uint32_t i = 0; i < 2; i++) exchange->client[i].wants = false;
    exchange_run(exchange, SOUPBIN_SILENCE_NS + NANOS_SECOND);
    EXPECT_UINT(exchange_gate(exchange).closed[SOUPBIN_SILENCE], 2);
    EXPECT_UINT(exchange_gate(exchange).connections, 0);
}

SPEC(a_connection_that_was_taken_over_is_reset)
{
    given_clients(VENUE_PROCESS, 1);
    struct exchange_client *client = &exchange->client[0];
    client->connection = TCP_NONE; /* the cable is cut: no FIN, no reset */
    soupbin_client_close(client->soup, SOUPBIN_LOST);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_gate(exchange).login_replaced, 1);
    EXPECT_UINT(exchange_gate(exchange).tcp.aborted, 1);
    EXPECT_UINT(exchange_gate(exchange).connections, 1);
}

/* Ends that nobody takes. */

static uint32_t deaf_received(void *context, uint32_t connection, const uint8_t *bytes,
                              uint32_t length)
{
    (void)context, (void)connection, (void)bytes, (void)length;
    return 0;
}

/* A login of the first client that asks for everything. */
static void login_write(uint32_t connection)
{
    uint8_t login[49] = {0, 47, 'L'};
    memset(login + 3, ' ', 46);
    memcpy(login + 3, "CLI0  secret    ", 16);
    login[48] = '1';
    struct tcp *tcp = inet_tcp(exchange->host);
    EXPECT_UINT(tcp_write(tcp, connection, login, sizeof login, now()), sizeof login);
}

SPEC(who_takes_nothing_after_his_end_is_free_a_second_later)
{
    static const struct tcp_calls calls = {.received = deaf_received};
    const struct tcp_to to = {
        .ip = EXCHANGE_GATE_IP, .port = EXCHANGE_ORDERS_PORT, .calls = &calls};
    given_clients(VENUE_PROCESS, 1);
    given_3000_orders();
    EXPECT(exchange_settle(exchange));
    exchange_disconnect(exchange, 0);
    uint32_t connection = tcp_connect(inet_tcp(exchange->host), &to, now());
    exchange_run(exchange, NANOS_MILLI);
    login_write(connection);
    exchange_run(exchange, NANOS_SECOND); /* TCP is full too */
    EXPECT_UINT(exchange_gate(exchange).connected, 1);
    login_write(connection); /* a second one ends it, with answers waiting */
    exchange_run(exchange, 500 * NANOS_MILLI);
    EXPECT_UINT(exchange_gate(exchange).connected, 0);
    EXPECT_UINT(exchange_gate(exchange).connections, 1);
    exchange_run(exchange, NANOS_SECOND);
    EXPECT_UINT(exchange_gate(exchange).closed[SOUPBIN_SECOND_LOGIN], 1);
    EXPECT_UINT(exchange_gate(exchange).unsent, 1);
    EXPECT_UINT(exchange_gate(exchange).connections, 0);
}

/* Bytes that wait for us. */

SPEC(whose_bytes_wait_for_us_is_not_silent)
{
    given_clients(VENUE_DISK, 2);
    exchange->lazy_disk = true;
    for (uint32_t i = 0; i < 2500; i++) {
        (void)buy(i & 1, 10, 90000);
        if (i % 8 == 7) exchange_run(exchange, NANOS_MILLI / 2);
    }
    exchange_run(exchange, 20 * NANOS_SECOND);
    EXPECT(exchange_gate(exchange).request_held > 0);
    EXPECT_UINT(exchange_gate(exchange).closed[SOUPBIN_SILENCE], 0);
    exchange->lazy_disk = false;
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_match(exchange).orders, 2500);
}

static void gate_step(void)
{
    sim_wire_advance(exchange->wire, 20 * NANOS_MICRO);
    exchange_clients_turn(exchange);
    (void)gate_stage_kind.turn(exchange->gate, 0);
}

SPEC(a_request_that_waited_counts_from_its_frame)
{
    given_clients(VENUE_PROCESS, 1);
    struct spsc *requests = exchange->gate_plan.requests;
    for (uint32_t i = 0; i < 400; i++) { /* more than the ring has slots */
        (void)buy(0, 10, 90000);
        gate_step();
    }
    uint32_t seen = 0, count;
    while ((count = spsc_ready(requests, 1)) > 0) { /* in the place of the match stage */
        const struct gate_slot *slot = spsc_front(requests);
        seen += slot->kind == GATE_MESSAGE && slot->rx_tsc != 0;
        spsc_release(requests);
        gate_step();
    }
    EXPECT_UINT(seen, 400);
}

/* Clients that want everything. */

/* The match stage is slower than one client alone. */
static void slow_step(uint32_t n)
{
    gate_step();
    if (n % 10 == 0) (void)match_stage_kind.turn(exchange->match, 0);
    if (n % 10 == 0) (void)!journal_sync_step(exchange->journal);
    if (n % 50 == 0) match_stage_kind.housekeeping(exchange->match, 0);
    if (n % 50 == 0) gate_stage_kind.housekeeping(exchange->gate, 0);
}

SPEC(a_greedy_client_starves_nobody)
{
    static const uint8_t cancel_nothing[9] = {'X', 0, 0, 0, 1};
    given_clients(VENUE_PROCESS, 3);
    uint32_t waited = 0;
    for (uint32_t n = 0; n < 20000 && waited < 5000; n++) {
        for (uint32_t i = 0; i < 40 && exchange_send(exchange, 0, cancel_nothing, 9);) i++;
        if (n == 2000) (void)buy(2, 10, 90000);
        slow_step(n);
        if (exchange->client[2].last.kind == OUCH_ACCEPTED) break;
        waited += n > 2000;
    }
    EXPECT(waited < 500); /* steps: 10 ms */
    EXPECT(exchange_gate(exchange).request_held > 0);
}

/* Too many clients. */

static uint32_t idle_received(void *context, uint32_t connection, const uint8_t *bytes,
                              uint32_t length)
{
    (void)context, (void)connection, (void)bytes;
    return length;
}

SPEC(connections_without_a_login_make_room)
{
    static const struct tcp_calls calls = {.received = idle_received};
    const struct tcp_to to = {
        .ip = EXCHANGE_GATE_IP, .port = EXCHANGE_ORDERS_PORT, .calls = &calls};
    given_clients(VENUE_PROCESS, 1);
    for (uint32_t i = 0; i < 15; i++) {
        EXPECT(tcp_connect(inet_tcp(exchange->host), &to, now()) != TCP_NONE);
        exchange_run(exchange, NANOS_MILLI);
    }
    EXPECT_UINT(exchange_gate(exchange).connections, 16);
    exchange_connect(exchange, 1);
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_gate(exchange).connections, 16);
    EXPECT_UINT(exchange_gate(exchange).closed[SOUPBIN_BY_OWNER], 1);
    EXPECT_UINT(exchange_gate(exchange).connection_evicted, 1);
    EXPECT(exchange_open(exchange, 0));
}

/* Ends that the match stage asks for. */

/* What the match stage takes for no message, as if it had waited in the ring since that login. */
static void nonsense_waits(uint8_t login)
{
    struct gate_slot *slot = spsc_claim(exchange->gate_plan.requests);
    *slot =
        (struct gate_slot){.kind = GATE_MESSAGE, .bytes = 8, .message = "nonsense", .login = login};
    spsc_publish(exchange->gate_plan.requests);
    exchange_run(exchange, 2 * NANOS_MILLI);
}

SPEC(a_connection_is_not_ended_for_what_the_one_before_it_sent)
{
    given_clients(VENUE_PROCESS, 1);
    exchange_disconnect(exchange, 0);
    exchange_connect(exchange, 0);
    EXPECT(exchange_settle(exchange));
    nonsense_waits(1);
    EXPECT_UINT(exchange_gate(exchange).dropped, 0);
    EXPECT_UINT(exchange_gate(exchange).dropped_late, 1);
    nonsense_waits(2);
    EXPECT_UINT(exchange_gate(exchange).dropped, 1);
}

/* Who logs in. */

SPEC(of_sessions_with_the_same_name_the_password_says_which)
{
    exchange = exchange_new(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS});
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++)
        memcpy(exchange->credentials[i].username, i % 2 ? "cLi0  " : "CLI0  ", 6);
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++)
        exchange->credentials[i].password[0] = (char)('a' + i);
    EXPECT(exchange_start(exchange));
    for (uint32_t i = 0; i < EXCHANGE_CLIENTS; i++) {
        struct soupbin_client_login login = {.credentials = exchange->credentials[i],
                                             .sequence = 1};
        memcpy(login.credentials.username, i % 2 ? "CLI0  " : "cli0  ", 6);
        memset(login.session, ' ', sizeof login.session);
        exchange_login_is(exchange, i, &login);
        exchange_connect(exchange, i);
    }
    EXPECT(exchange_settle(exchange));
    EXPECT_UINT(exchange_gate(exchange).connected, EXCHANGE_CLIENTS);
}

SPEC(every_connection_has_its_tick)
{
    static const struct tcp_calls calls = {.received = idle_received};
    const struct tcp_to to = {
        .ip = EXCHANGE_GATE_IP, .port = EXCHANGE_ORDERS_PORT, .calls = &calls};
    given_clients(VENUE_PROCESS, 2);
    for (uint32_t i = 0; i < 14; i++)
        EXPECT(tcp_connect(inet_tcp(exchange->host), &to, now()) != TCP_NONE);
    exchange_run(exchange, SOUPBIN_LOGIN_WAIT_NS - NANOS_SECOND);
    EXPECT_UINT(exchange_gate(exchange).connections, 16);
    exchange_run(exchange, 2 * NANOS_SECOND);
    EXPECT_UINT(exchange_gate(exchange).connections, 2);
    EXPECT_UINT(exchange_gate(exchange).closed[SOUPBIN_LOGIN_WAIT], 14);
}

/* The gate leaves. */

static void gate_leaves(void)
{
    gate_stage_close(exchange->gate);
    gate_stage_leave(exchange->gate);
}

/* Milliseconds until it has left; clients listen meanwhile, and some more. */
static uint32_t leaving_takes(void)
{
    uint32_t steps = 0;
    while (!gate_stage_kind.done(exchange->gate) && ++steps < 500000) gate_step();
    for (uint32_t i = 0; i < 10; i++) exchange_clients_turn(exchange);
    return steps / 50;
}

SPEC(an_answer_is_taken_before_its_connection_ends)
{
    given_clients(VENUE_PROCESS, 1);
    (void)buy(0, 10, 90000);
    for (uint32_t i = 0; i < 3; i++) gate_step();
    sim_wire_lose(exchange->wire, 0, 1000);
    for (uint32_t i = 0; i < 3; i++) (void)match_stage_kind.turn(exchange->match, 0);
    gate_step();
    gate_leaves();
    gate_step();
    sim_wire_lose(exchange->wire, 0, 0);
    exchange->client[0].wants = false;
    EXPECT(leaving_takes() < 500);
    EXPECT_UINT(exchange->client[0].last.kind, OUCH_ACCEPTED);
    EXPECT_UINT(exchange->client[0].drops, 1); /* and was told that it is over */
}

SPEC(the_gate_leaves_a_second_later_whoever_takes_nothing)
{
    given_clients(VENUE_PROCESS, 2);
    (void)buy(0, 10, 90000);
    for (uint32_t i = 0; i < 3; i++) gate_step();
    sim_wire_lose(exchange->wire, 0, 1000);
    for (uint32_t i = 0; i < 3; i++) (void)match_stage_kind.turn(exchange->match, 0);
    gate_leaves();
    uint32_t took = leaving_takes();
    EXPECT(took >= 990 && took <= 1010);
}

/* Plans. */

#define EXPECT_PROBLEM(field, value, sentence)                                                     \
    do {                                                                                           \
        struct gate_stage_plan plan_ = exchange->gate_plan;                                        \
        plan_.field = (value);                                                                     \
        const char *problem_ = gate_stage_check(&plan_);                                           \
        EXPECT_TEXT(problem_ ? problem_ : "", sentence);                                           \
    } while (0)

SPEC(a_plan_that_would_stop_the_gate_later_is_a_sentence_before)
{
    exchange = exchange_new(&(struct exchange_plan){.seed = 1, .durability = VENUE_PROCESS});
    EXPECT_PROBLEM(sessions, EXCHANGE_CLIENTS, "");
    EXPECT_PROBLEM(server.payload_bytes, GATE_MESSAGE_MAX + 1,
                   "clients may send longer messages than the match stage takes");
    EXPECT_PROBLEM(server.output_bytes, GATE_MESSAGE_MAX + 2,
                   "a connection's output is shorter than an answer");
    EXPECT_PROBLEM(streams.streams, EXCHANGE_CLIENTS - 1, "each session needs a stream");
    EXPECT_PROBLEM(mold.payload_max, 277, "market data: a payload must have 278 to 9000 bytes");
    EXPECT_PROBLEM(mold.lines, 3, "market data: there must be one line or two");
    EXPECT_PROBLEM(mold.heartbeat_ns, 0, "market data: the time between heartbeats must not be 0");
    EXPECT_PROBLEM(queues, 0, "a venue needs a queue, and has at most one more for each line");
    EXPECT_PROBLEM(line_queue[1], 1, "a line leaves by a queue that is not there");
    EXPECT_PROBLEM(snapshot_port, EXCHANGE_ORDERS_PORT, "orders and snapshots have the same port");
    EXPECT_PROBLEM(inet.tcp.listeners, 1, "TCP must listen on two ports");
    EXPECT_PROBLEM(inet.ports, 0, "retransmission needs a UDP port");
    EXPECT_PROBLEM(retransmit.payload_max, 1473,
                   "an answer with messages sent again is longer than the network's datagrams");
}

#define SPECS(S)                                                                                   \
    S(nobody_is_told_that_it_is_over_before_he_was_told_all)                                       \
    S(who_comes_back_after_the_end_is_replayed_to_it)                                              \
    S(behind_a_lost_answer_no_other_takes_its_number)                                              \
    S(a_session_that_lost_an_answer_does_not_log_in_any_more)                                      \
    S(a_recovery_with_less_place_breaks_the_sessions_it_has_none_for)                              \
    S(the_connection_of_a_slow_client_is_over_at_once)                                             \
    S(a_dead_host_holds_no_connection)                                                             \
    S(a_connection_that_was_taken_over_is_reset)                                                   \
    S(who_takes_nothing_after_his_end_is_free_a_second_later)                                      \
    S(whose_bytes_wait_for_us_is_not_silent)                                                       \
    S(a_request_that_waited_counts_from_its_frame)                                                 \
    S(a_greedy_client_starves_nobody)                                                              \
    S(connections_without_a_login_make_room)                                                       \
    S(a_connection_is_not_ended_for_what_the_one_before_it_sent)                                   \
    S(of_sessions_with_the_same_name_the_password_says_which)                                      \
    S(every_connection_has_its_tick)                                                               \
    S(an_answer_is_taken_before_its_connection_ends)                                               \
    S(the_gate_leaves_a_second_later_whoever_takes_nothing)                                        \
    S(a_plan_that_would_stop_the_gate_later_is_a_sentence_before)
SPEC_MAIN("exchange_gate", SPECS, before_each, after_each)
