#include "tests/stage/order_rig.h"

#include "tests/stage/exchange_parts.h"

#include <stdlib.h>
#include <string.h>

#define RIG_IP 0x0a090004u

static void message(void *context, uint32_t venue, uint64_t sequence, const uint8_t *bytes,
                    uint32_t length, nanos_t now)
{
    (void)venue, (void)now;
    struct order_rig *rig = context;
    if (sequence != rig->told + 1) exchange_wrong(rig->exchange, "a message is not the next one");
    if (length > sizeof rig->message->bytes || rig->told == ORDER_RIG_MESSAGES) {
        exchange_wrong(rig->exchange, "a message is too long, or one too many");
        return;
    }
    struct exchange_message *kept = &rig->message[rig->told++];
    kept->length = length;
    memcpy(kept->bytes, bytes, length);
    rig->unsettled += !rig->up;
    struct ouch_report report;
    ouch_client_report(rig->ouch, bytes, length, &report);
}

static void session(void *context, uint32_t venue, bool up, nanos_t now)
{
    (void)venue, (void)now;
    struct order_rig *rig = context;
    if (up == rig->up) exchange_wrong(rig->exchange, "a session is told twice to be what it is");
    rig->up = up;
    rig->ups += up;
    rig->downs += !up;
}

static void host_turn(void *context, bool keeps)
{
    struct order_rig *rig = context;
    nanos_t now = sim_wire_now(rig->exchange->wire);
    if (!rig->host) return;
    (void)order_host_turn(rig->host, now);
    order_host_flush(rig->host, now);
    if (keeps) order_host_housekeeping(rig->host, now);
}

void order_rig_start(struct order_rig *rig)
{
    struct exchange *exchange = rig->exchange;
    struct order_host_venue *venue = &rig->plan.venue[0];
    rig->plan.venues = 1;
    rig->plan.calls = (struct order_host_calls){rig, message, session};
    if (rig->inside) {
        venue->way = ORDER_HOST_INSIDE;
        venue->number = ORDER_RIG_CLIENT;
        venue->requests = exchange->match_plan.inside[0].requests;
        venue->answers = exchange->match_plan.inside[0].answers;
        venue->kept = rig->kept;
    } else {
        rig->plan.queue = sim_wire_end(exchange->wire, 3);
        rig->plan.inet = exchange_host(RIG_IP, 4);
        venue->ip = EXCHANGE_GATE_IP;
        venue->port = EXCHANGE_ORDERS_PORT;
        venue->credentials = exchange->credentials[ORDER_RIG_CLIENT];
        if (rig->guess) venue->credentials.password[0] = rig->guess;
        memset(venue->session, ' ', sizeof venue->session);
    }
    free(rig->host);
    rig->host = exchange_memory(order_host_footprint(&rig->plan));
    (void)order_host_new(rig->host, &rig->plan, sim_wire_now(exchange->wire));
    order_host_begin(rig->host, 0, rig->first);
    rig->up = false;
}

static void venue_starts(void *context)
{
    order_rig_start(context);
}

static void recovered(void *context, const struct gate_slot *slot)
{
    struct order_rig *rig = context;
    order_host_answer(rig->host, 0, slot);
}

static void relieve(void *context)
{
    struct order_rig *rig = context;
    order_host_relieve(rig->host);
}

struct order_rig *order_rig_new(const struct order_rig_plan *plan_of)
{
    bool inside = plan_of->inside;
    struct order_rig *rig = exchange_memory(sizeof *rig);
    struct exchange_plan plan = {.seed = plan_of->seed,
                                 .durability = plan_of->durability,
                                 .inside = inside,
                                 .cancel_on_disconnect = plan_of->cancels,
                                 .beside = {.context = rig, .turn = host_turn}};
    if (inside) {
        plan.beside.starts = venue_starts;
        plan.beside.answer = recovered;
        plan.beside.relieve = relieve;
    }
    static const struct ouch_client_limits ouch = {16384};
    static const struct ouch_client_plan own = {.dialect = OUCH_50,
                                                .firm = {'F', 'I', 'R', 'M'},
                                                .capacity = 'P',
                                                .prefix = {'R', 'I', 'G', ' '}};
    rig->inside = inside;
    rig->first = 1;
    rig->kept = 4096;
    rig->plan.seed = plan_of->seed;
    rig->message = malloc(ORDER_RIG_MESSAGES * sizeof *rig->message);
    rig->ouch = ouch_client_new(exchange_memory(ouch_client_footprint(&ouch)), &ouch, &own);
    rig->exchange = exchange_new(&plan);
    if (!exchange_start(rig->exchange)) exchange_wrong(rig->exchange, "the venue does not start");
    if (!inside) order_rig_start(rig);
    return rig;
}

void order_rig_delete(struct order_rig *rig)
{
    exchange_delete(rig->exchange);
    free(rig->host);
    free(rig->ouch);
    free(rig->message);
    free(rig);
}

bool order_rig_settle(struct order_rig *rig)
{
    for (uint32_t i = 0; i < 3000; i++) {
        exchange_run(rig->exchange, 10 * NANOS_MILLI);
        struct match_view match = exchange_match(rig->exchange);
        if (i > 2 && rig->up && match.answered == match.sequence) return true;
    }
    return false;
}

uint32_t order_rig_enter(struct order_rig *rig, char side, uint32_t qty, uint32_t price_e4)
{
    struct ouch_order order = {.side = side,
                               .qty = qty,
                               .price_e4 = price_e4,
                               .lasts = OUCH_DAY,
                               .symbol = {'S', 'Y', 'M', '0', ' ', ' ', ' ', ' '}};
    uint8_t bytes[OUCH_CLIENT_BYTES_MAX];
    uint32_t number = 0;
    nanos_t now = sim_wire_now(rig->exchange->wire);
    if (order_host_room(rig->host, 0) == 0) return 0;
    uint32_t length = ouch_client_enter(rig->ouch, &order, bytes, &number);
    if (length == 0) return 0;
    return order_host_send(rig->host, 0, bytes, length, 0, now) ? number : 0;
}

struct order_host_look order_rig_look(const struct order_rig *rig)
{
    struct order_host_look look;
    order_host_show(rig->host, 0, &look);
    return look;
}
