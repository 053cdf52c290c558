/* What a venue's language costs: the trade port of OUCH 5.0, beside the slots and the session.
 *
 *     port_order      a new order to its bytes
 *     port_sent       the same, and what is remembered of it
 *     port_replace    a replacement to its bytes
 *     port_cancel     a cancel to its bytes
 *     port_accepted   the bytes of an Accepted to its report
 *     port_executed   the same of an Executed
 *     port_replaced   the same of a Replaced
 *     port_forget     an order is forgotten
 *
 * A round is fresh: a port with ORDERS orders, which is more than the second cache holds. */

#include "bench/bench.h"
#include "dataplane/gateway/trade_port_ouch50.h"
#include "dataplane/wire/ouch50.h"

#include <string.h>

enum { ORDERS = 16384, SYMBOLS = 64, ANSWER = 96 };

static const struct trade_port_kind *const kind = &trade_port_ouch50;
static const struct trade_port_limits limits = {.symbols = SYMBOLS, .orders = ORDERS};

static void *memory, *port;
static uint8_t (*answers)[ANSWER];
static uint64_t digest;

static struct port_request request_of(uint32_t i, enum slot_request_kind sends)
{
    return (struct port_request){
        .slot = {.kind = (uint8_t)sends,
                 .side = i & 1,
                 .slot = i,
                 .number = i,
                 .order = i + 1,
                 .asked = sends == SLOT_SENDS_REPLACE ? ORDERS + i + 1 : 0,
                 .price = (100000 + i % 50) * PRICE_PER_E4,
                 .qty = (100 + i % 300) * QTY_ONE,
                 .total = (100 + i % 300) * QTY_ONE},
        .symbol = i % SYMBOLS,
    };
}

static void encode_all(enum slot_request_kind sends, bool sent)
{
    uint8_t bytes[TRADE_PORT_BYTES_MAX];
    for (uint32_t i = 0; i < ORDERS; i++) {
        const struct port_request request = request_of(i, sends);
        uint32_t length = kind->encode(port, &request, bytes);
        digest += length + bytes[4] + bytes[9];
        if (sent) kind->sent(port, &request);
    }
}

static void decode_all(uint32_t length)
{
    struct port_report reports[TRADE_PORT_REPORTS_MAX];
    bool bad;
    for (uint32_t i = 0; i < ORDERS; i++) {
        digest += kind->decode(port, answers[i], length, reports, &bad) + bad;
        digest += (uint64_t)reports->answer.cum;
    }
}

static void prepare_empty(void *context)
{
    (void)context;
    port = kind->new (memory, &limits);
    for (uint32_t i = 0; i < SYMBOLS; i++)
        kind->list(
            port, i,
            &(struct trade_port_symbol){.name = "ACME   ", .tick = PRICE_PER_E4, .lot = QTY_ONE});
}

/* The type, the number at its place (of a Replaced the old and the new one), and 40 shares. */
static void prepare_answers(uint8_t type, uint32_t at, uint32_t first, uint32_t qty_at)
{
    for (uint32_t i = 0; i < ORDERS; i++) {
        struct be32 urn = be32(first + i), old = be32(i + 1), qty = be32(40);
        memset(answers[i], 0, ANSWER);
        answers[i][0] = type;
        memcpy(answers[i] + 9, &old, sizeof old);
        memcpy(answers[i] + at, &urn, sizeof urn);
        memcpy(answers[i] + qty_at, &qty, sizeof qty);
    }
}

static void prepare_sent(void *context)
{
    prepare_empty(context);
    encode_all(SLOT_SENDS_ORDER, true);
    prepare_answers('A', 9, 1, 14);
}

static void prepare_live(void *context)
{
    prepare_sent(context);
    decode_all(sizeof(struct ouch50_accepted) + 2);
    prepare_answers('E', 9, 1, 13);
}

static void prepare_replacing(void *context)
{
    prepare_live(context);
    encode_all(SLOT_SENDS_REPLACE, true);
    prepare_answers('U', 13, ORDERS + 1, 18);
}

static void run_order(void *context)
{
    (void)context;
    encode_all(SLOT_SENDS_ORDER, false);
}

static void run_sent(void *context)
{
    (void)context;
    encode_all(SLOT_SENDS_ORDER, true);
}

static void run_replace(void *context)
{
    (void)context;
    encode_all(SLOT_SENDS_REPLACE, false);
}

static void run_cancel(void *context)
{
    (void)context;
    encode_all(SLOT_SENDS_CANCEL, false);
}

static void run_accepted(void *context)
{
    (void)context;
    decode_all(sizeof(struct ouch50_accepted) + 2);
}

static void run_executed(void *context)
{
    (void)context;
    decode_all(sizeof(struct ouch50_executed) + 2);
}

static void run_replaced(void *context)
{
    (void)context;
    decode_all(sizeof(struct ouch50_replaced) + 2);
}

static void run_forget(void *context)
{
    (void)context;
    for (uint32_t i = 0; i < ORDERS; i++) kind->forget(port, i + 1);
}

int main(int argc, char **argv)
{
    const struct bench_rate rates[] = {
        {"port_order", "an order to bytes", ORDERS, 0, prepare_empty, run_order, NULL, 0},
        {"port_sent", "the same, remembered", ORDERS, 0, prepare_empty, run_sent, NULL, 0},
        {"port_replace", "a replacement to bytes", ORDERS, 0, prepare_live, run_replace, NULL, 0},
        {"port_cancel", "a cancel to bytes", ORDERS, 0, prepare_live, run_cancel, NULL, 0},
        {"port_accepted", "Accepted to a report", ORDERS, 0, prepare_sent, run_accepted, NULL, 0},
        {"port_executed", "Executed to a report", ORDERS, 0, prepare_live, run_executed, NULL, 0},
        {"port_replaced", "Replaced to a report", ORDERS, 0, prepare_replacing, run_replaced, NULL,
         0},
        {"port_forget", "an order is forgotten", ORDERS, 0, prepare_live, run_forget, NULL, 0},
    };
    bench_open("trade_port", argc, argv);
    memory =
        (void *)ALIGN_UP((uintptr_t)bench_space(kind->footprint(&limits) + CACHE_LINE), CACHE_LINE);
    answers = bench_space(ORDERS * sizeof *answers);
    for (uint32_t i = 0; i < ARRAY_COUNT(rates); i++) {
        bench_rate(&rates[i]);
        bench_counted(&rates[i]);
    }
    return bench_close();
}
