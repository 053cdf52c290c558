#include "apps/pollux-order/load.h"

#include "apps/sentences.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOGIN_WAIT_NS (5 * NANOS_SECOND)
#define SPIN_NS       (60 * NANOS_MICRO) /* less than this is not worth sleeping */
#define SLEEP_MAX_NS  (200 * NANOS_MILLI)
#define BATCH         256u /* requests between two looks at what came */
#define FLUSH_BYTES   (256u << 10)

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static void on_message(struct load *load, const struct soupbin_message *message)
{
    struct port_answer answer;
    if (!port_read(&load->orders.port, message->payload, message->payload_bytes, &answer)) return;
    if (answer.kind == PORT_NEXT_NUMBER && !load->queried) {
        load->queried = true;
        load->orders.next = answer.number;
        return;
    }
    if (load->sent == 0) return; /* the newest message of before */
    load->heard_ns = load->link.filled_ns;
    load_orders_heard(&load->orders, &answer, load->link.filled_ns);
}

static void on_event(void *context, enum soupbin_client_event event,
                     const struct soupbin_message *message)
{
    struct load *load = context;
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    if (event == SOUPBIN_CLIENT_SEQUENCED) on_message(load, message);
    if (event != SOUPBIN_CLIENT_ACCEPTED) return;
    load->logged_in = true;
    load->queried =
        load->orders.port.dialect == PORT_OUCH42 ||
        !soupbin_client_send(load->link.client, bytes, port_query(bytes), venue_link_now());
}

/* Input, output, heartbeats.  False if the connection is over. */
static bool turn(struct load *load, nanos_t sleep_ns)
{
    venue_link_flush(&load->link);
    if (sleep_ns > 0) {
        struct pollfd ready = {.fd = load->link.fd, .events = POLLIN};
        if (venue_link_waits(&load->link)) ready.events |= POLLOUT;
        struct timespec span = {(time_t)(sleep_ns / NANOS_SECOND), (long)(sleep_ns % NANOS_SECOND)};
        (void)ppoll(&ready, 1, &span, NULL);
    }
    venue_link_fill(&load->link, on_event, load);
    soupbin_client_tick(load->link.client, venue_link_now());
    if (soupbin_client_state(load->link.client) != SOUPBIN_CLOSED) return true;
    load->cut = true;
    return false;
}

static nanos_t due_at(const struct load *load, uint64_t request)
{
    unsigned __int128 span = (unsigned __int128)request * NANOS_SECOND;
    return load->start_ns + (nanos_t)(span / load->options->rate);
}

/* Queues what is due, up to a batch.  Returns when the next one is. */
static nanos_t due_send(struct load *load, nanos_t now)
{
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    for (uint32_t i = 0; i < BATCH && load->sent < load->total; i++) {
        uint32_t waiting;
        nanos_t due = due_at(load, load->sent);
        if (due > now) return due;
        (void)soupbin_client_output(load->link.client, &waiting);
        if (waiting > FLUSH_BYTES) return now;
        uint32_t length = load_orders_next(&load->orders, due, bytes);
        if (length == 0) return now + SPIN_NS;
        if (!soupbin_client_send(load->link.client, bytes, length, now)) return now;
        histogram_record_span(&load->late_ns, due, now);
        load->sent++;
        load->stop_ns = now;
    }
    return now;
}

static void send_all(struct load *load)
{
    load->start_ns = venue_link_now();
    while (load->sent < load->total && !interrupted) {
        nanos_t now = venue_link_now();
        nanos_t next = due_send(load, now);
        nanos_t sleep = next > now + SPIN_NS ? next - now - SPIN_NS / 2 : 0;
        if (!turn(load, sleep < SLEEP_MAX_NS ? sleep : SLEEP_MAX_NS)) return;
    }
}

/* Until everything is answered, or for the time of --wait. */
static void answers_wait(struct load *load)
{
    nanos_t until = venue_link_now() + load->options->wait_s * NANOS_SECOND;
    while (!load->cut && load->orders.unanswered > 0 && venue_link_now() < until)
        if (!turn(load, 10 * NANOS_MILLI)) return;
}

static void cancel_open(struct load *load)
{
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    uint32_t length, waiting = 0;
    while (!load->cut && load->orders.open_count > 0) {
        nanos_t now = venue_link_now();
        while (waiting < FLUSH_BYTES && (length = load_orders_cancel(&load->orders, now, bytes)))
            if (soupbin_client_send(load->link.client, bytes, length, now))
                (void)soupbin_client_output(load->link.client, &waiting);
        if (!turn(load, NANOS_MILLI)) return;
        (void)soupbin_client_output(load->link.client, &waiting);
    }
    answers_wait(load);
}

/* Connected, logged in, and the first number is known. */
static int begin(struct load *load, struct text *problems)
{
    int status = venue_link_open(&load->link, load->options, 0, problems);
    if (status) return status;
    if (!venue_link_connect(&load->link, problems)) return 3;
    nanos_t until = venue_link_now() + LOGIN_WAIT_NS;
    while (!load->queried && venue_link_now() < until)
        if (!turn(load, 10 * NANOS_MILLI)) break;
    if (load->queried) return 0;
    enum soupbin_reason reason = soupbin_client_reason(load->link.client);
    bool refused =
        reason == SOUPBIN_NOT_ALLOWED || reason == SOUPBIN_NO_SESSION || reason == SOUPBIN_REFUSED;
    if (load->cut)
        text_format(problems, "%s: %s\n",
                    refused ? "the login is refused" : "the connection is over",
                    soupbin_reason_text(reason));
    else text_append(problems, "the venue does not answer\n");
    return refused ? 1 : 3;
}

/* Tokens of 4.2 are used once a day: each run has letters of its own. */
static void prefix_make(struct port *port)
{
    static const char letter[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint64_t at = venue_link_now() / NANOS_MILLI;
    port->prefix[0] = 'L';
    for (size_t i = 1; i < sizeof port->prefix; i++, at /= 36) port->prefix[i] = letter[at % 36];
}

int load_run(const struct order_options *options)
{
    static struct load load; /* its histograms are large */
    char bytes[1024];
    struct text problems = text_in(bytes, sizeof bytes);
    load = (struct load){.options = options, .link = {.fd = -1}};
    load.total = (uint64_t)options->rate * options->seconds;
    (void)sigaction(SIGINT, &(struct sigaction){.sa_handler = on_interrupt}, NULL);
    (void)sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_interrupt}, NULL);
    int status = load_orders_open(&load.orders, options) ? 0 : 1;
    if (status) text_append(&problems, "there is no memory for so many orders\n");
    prefix_make(&load.orders.port);
    if (status == 0) status = begin(&load, &problems);
    if (status == 0) {
        send_all(&load);
        answers_wait(&load);
        if (options->cancel_on_exit) cancel_open(&load);
        load_report(&load);
        if (load.cut)
            text_format(&problems, "the connection is lost: %s\n",
                        soupbin_reason_text(soupbin_client_reason(load.link.client)));
        if (load.cut || load.orders.unanswered > 0) status = 3;
        if (soupbin_client_logout(load.link.client, venue_link_now())) venue_link_flush(&load.link);
    }
    (void)fflush(stdout);
    sentences_print("pollux-order", &problems);
    venue_link_close(&load.link);
    load_orders_close(&load.orders);
    return status;
}
