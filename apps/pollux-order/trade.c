#include "apps/pollux-order/trade.h"

#include "apps/sentences.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURN_NS       (200 * NANOS_MILLI) /* heartbeats need a look at least so often */
#define QUIET_NS      (250 * NANOS_MILLI)
#define QUIET_42_NS   (600 * NANOS_MILLI)
#define PAUSE_MIN_NS  (100 * NANOS_MILLI)
#define PAUSE_MAX_NS  (5 * NANOS_SECOND)
#define INTERRUPT_NS  (2 * NANOS_SECOND) /* for the answers of what an interrupted run canceled */
#define SENTENCES_MAX 1024u

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* Answers. */

/* The answer to a query is shown if a line asked for it, or if the past is shown. */
static bool number_wanted(struct trade *trade, bool wanted)
{
    bool ours = trade->queries > 0, asked = !ours && trade->asked > 0;
    trade->queries -= ours;
    trade->asked -= asked;
    return asked || (wanted && !trade->was_ready);
}

static void on_message(struct trade *trade, const struct soupbin_message *message)
{
    struct port_answer answer;
    const struct port *port = &trade->options->port;
    trade->heard_ns = trade->link.filled_ns;
    if (!port_read(port, message->payload, message->payload_bytes, &answer)) {
        trade_note(trade, "unknown", 0, "message %llu is none that this dialect has",
                   (unsigned long long)message->sequence);
        return;
    }
    const struct own_order *order = own_orders_apply(&trade->orders, &answer);
    if (order && order->number == trade->watched)
        trade->watched_taken = trade->watched_taken || answer.kind != PORT_REJECTED;
    if (trade->was_ready && answer.kind == PORT_REJECTED) trade->refused++;
    if (trade->was_ready && answer.kind == PORT_CANCEL_REJECTED) trade->refused++;
    bool wanted =
        trade->was_ready || (trade->options->from && message->sequence >= trade->options->from);
    if (answer.kind == PORT_NEXT_NUMBER) wanted = number_wanted(trade, wanted);
    if (wanted) trade_show_answer(trade, &answer, order, message->sequence);
}

static void session_say(const struct trade *trade)
{
    const char *name = soupbin_client_session(trade->link.client);
    int blanks = 0, length = 10;
    while (blanks < 10 && name[blanks] == ' ') blanks++;
    while (length > blanks && name[length - 1] == ' ') length--;
    trade_note(trade, "connected", 0, "logged in to session %.*s", length - blanks, name + blanks);
}

static void on_accepted(struct trade *trade)
{
    const struct soupbin_client *client = trade->link.client;
    bool first = !trade->was_ready && trade->lost_ns == 0;
    uint8_t bytes[PORT_REQUEST_BYTES_MAX];
    trade->heard_ns = venue_link_now();
    trade->must_be_quiet = trade->queries + trade->asked > 0 ||
                           soupbin_client_next_sequence(client) == 1 ||
                           trade->options->port.dialect == PORT_OUCH42;
    trade->queries = trade->asked = 0;
    if (trade->options->port.dialect == PORT_OUCH50 &&
        soupbin_client_send(trade->link.client, bytes, port_query(bytes), trade->heard_ns))
        trade->queries = 1;
    if (first && (trade->input.typed || trade->options->json)) session_say(trade);
    if (trade->lost_ns)
        trade_note(trade, "connected", 0, "logged in again, from message %llu on",
                   (unsigned long long)soupbin_client_next_sequence(client));
    trade->lost_ns = 0;
    trade->pause_ns = PAUSE_MIN_NS;
}

static void on_event(void *context, enum soupbin_client_event event,
                     const struct soupbin_message *message)
{
    struct trade *trade = context;
    if (event == SOUPBIN_CLIENT_ACCEPTED) on_accepted(trade);
    if (event == SOUPBIN_CLIENT_SEQUENCED) on_message(trade, message);
}

/* Doubts. */

static void on_lost(void *context, const struct own_order *order, bool less)
{
    struct trade *trade = context;
    if (less)
        trade_note(trade, "lost", order->number,
                   "%u is as it was: the request to change it did not arrive", order->number);
    else
        trade_note(trade, "lost", order->number,
                   "%u did not arrive: it was not taken, and is not sent again", order->number);
    trade->lost++;
}

static bool all_replayed(const struct trade *trade, nanos_t now)
{
    bool old = trade->options->port.dialect == PORT_OUCH42;
    if (!old && trade->queries > 0) return false;
    nanos_t quiet = now > trade->heard_ns ? now - trade->heard_ns : 0;
    return !trade->must_be_quiet || quiet >= (old ? QUIET_42_NS : QUIET_NS);
}

static void ready_check(struct trade *trade, nanos_t now)
{
    if (trade->ready || soupbin_client_state(trade->link.client) != SOUPBIN_OPEN) return;
    if (!all_replayed(trade, now)) return;
    own_orders_settle(&trade->orders, on_lost, trade);
    if (!trade->was_ready && trade->input.typed) {
        uint32_t count;
        free((void *)own_orders_open_list(&trade->orders, &count));
        trade_note(trade, "ready", 0, "open orders: %u; help lists the requests", count);
    }
    trade->ready = trade->was_ready = true;
}

/* The connection. */

static void give_up(struct trade *trade, int status)
{
    trade->status = status;
    trade->until = TRADE_ENDS;
}

static void connection_over(struct trade *trade, nanos_t now)
{
    const struct soupbin_client *client = trade->link.client;
    enum soupbin_reason reason = soupbin_client_reason(client);
    venue_link_disconnect(&trade->link);
    if (trade->until == TRADE_ENDS) return;
    trade->ready = false;
    bool refused =
        reason == SOUPBIN_NOT_ALLOWED || reason == SOUPBIN_NO_SESSION || reason == SOUPBIN_REFUSED;
    bool resumes = soupbin_client_may_resume(client);
    if (refused || !resumes || !trade->was_ready) {
        trade_note(trade, refused ? "refused" : "over", 0, "%s: %s",
                   refused ? "the login is refused" : "the connection is over",
                   soupbin_reason_text(reason));
        give_up(trade, refused ? TRADE_REFUSED : TRADE_UNREACHABLE);
        return;
    }
    uint32_t doubts = own_orders_doubt(&trade->orders);
    if (trade->lost_ns == 0) {
        trade->lost_ns = now;
        trade->pause_ns = PAUSE_MIN_NS;
        trade_note(trade, "cut", 0, "the connection is lost: %s; requests in doubt: %u",
                   soupbin_reason_text(reason), doubts);
    }
    trade->retry_ns = now + trade->pause_ns;
}

static void connect_again(struct trade *trade, nanos_t now)
{
    char bytes[SENTENCES_MAX];
    struct text problems = text_in(bytes, sizeof bytes);
    if (trade->link.fd >= 0 || trade->until == TRADE_ENDS || now < trade->retry_ns) return;
    if (now - trade->lost_ns > trade->options->patience_s * NANOS_SECOND) {
        trade_note(trade, "over", 0, "the venue did not come back within %u s",
                   trade->options->patience_s);
        give_up(trade, TRADE_UNREACHABLE);
        return;
    }
    trade->pause_ns = trade->pause_ns * 2 < PAUSE_MAX_NS ? trade->pause_ns * 2 : PAUSE_MAX_NS;
    trade->retry_ns = now + trade->pause_ns;
    if (!venue_link_connect(&trade->link, &problems)) return;
}

/* The end. */

static bool word_waits(const struct trade *trade)
{
    if (!trade->options->words[0] || !trade->watched) return false;
    const struct own_order *order = own_orders_find(&trade->orders, trade->watched);
    return order && order->state == OWN_LIVE && order->lasts == PORT_IMMEDIATE;
}

static void unanswered_say(struct trade *trade)
{
    trade_note(trade, "doubt", trade->watched,
               "no answer within %u s; requests that may or may not have been taken: %u",
               trade->options->wait_s, trade->orders.unanswered);
    give_up(trade, TRADE_UNREACHABLE);
}

static void end_check(struct trade *trade, nanos_t now)
{
    if (interrupted && trade->until == TRADE_GOES_ON) {
        trade->until = trade->options->cancel_on_exit ? TRADE_ENDS_ANSWERED : TRADE_ENDS;
        trade->end_by_ns = now + INTERRUPT_NS;
    }
    bool waiting = trade->wait_until_ns > 0;
    if (trade->until == TRADE_GOES_ON && input_over(&trade->input) && trade->ready && !waiting) {
        trade->until = TRADE_ENDS_ANSWERED;
        trade->end_by_ns = now + trade->options->wait_s * NANOS_SECOND;
    }
    if (trade->until != TRADE_ENDS_ANSWERED) return;
    bool owed = trade->orders.unanswered + trade->asked > 0 || word_waits(trade);
    bool late = now >= trade->end_by_ns;
    if (owed && !late) return;
    if (trade->options->cancel_on_exit && trade->ready && !trade->canceled_all) {
        trade->canceled_all = true;
        trade_cancel_own(trade);
        return;
    }
    if (owed && !interrupted) unanswered_say(trade);
    trade->until = TRADE_ENDS;
}

/* The loop. */

static int turn_ms(const struct trade *trade, nanos_t now)
{
    nanos_t until = now + TURN_NS;
    if (!trade->ready && trade->must_be_quiet && now < trade->heard_ns + QUIET_NS)
        until = trade->heard_ns + QUIET_NS + NANOS_MILLI;
    if (trade->wait_until_ns && trade->wait_until_ns < until) until = trade->wait_until_ns;
    if (trade->link.fd < 0 && trade->retry_ns < until) until = trade->retry_ns;
    return until <= now ? 0 : (int)((until - now) / NANOS_MILLI) + 1;
}

static void turn_poll(struct trade *trade, nanos_t now)
{
    bool waiting = trade->wait_until_ns > 0;
    bool reads = trade->ready && !waiting && trade->until == TRADE_GOES_ON;
    struct pollfd fds[2] = {
        {.fd = trade->link.fd, .events = POLLIN},
        {.fd = reads ? trade->input.fd : -1, .events = POLLIN},
    };
    if (venue_link_waits(&trade->link)) fds[0].events |= POLLOUT;
    (void)fflush(stdout);
    if (poll(fds, 2, turn_ms(trade, now)) <= 0) return;
    if (fds[0].revents) venue_link_fill(&trade->link, on_event, trade);
    if (fds[1].revents) input_fill(&trade->input);
}

static void turn(struct trade *trade)
{
    nanos_t now = venue_link_now();
    struct soupbin_client *client = trade->link.client;
    turn_poll(trade, now);
    now = venue_link_now();
    soupbin_client_tick(client, now);
    if (trade->link.fd >= 0 && soupbin_client_state(client) == SOUPBIN_CLOSED)
        connection_over(trade, now);
    connect_again(trade, now);
    ready_check(trade, now);
    trade_lines(trade, now);
    end_check(trade, now);
    venue_link_flush(&trade->link);
}

static int status_of(const struct trade *trade)
{
    if (trade->status) return trade->status;
    if (trade->lost) return TRADE_UNREACHABLE;
    if (trade->refused) return TRADE_REFUSED;
    bool word = trade->options->words[0] && trade->watched;
    return word && !trade->watched_taken ? TRADE_REFUSED : 0;
}

static void log_out(struct trade *trade)
{
    if (soupbin_client_logout(trade->link.client, venue_link_now())) venue_link_flush(&trade->link);
    venue_link_disconnect(&trade->link);
}

/* An order by words needs to know nothing of the day: it asks for the newest message only. */
static uint64_t first_sequence(const struct order_options *options)
{
    static const char *const enters[] = {"buy ", "sell ", "short ", "query"};
    bool needs = options->from || options->port.dialect == PORT_OUCH42;
    for (size_t i = 0; i < ARRAY_COUNT(enters); i++)
        if (!needs && strncmp(options->words, enters[i], strlen(enters[i])) == 0) return 0;
    return 1;
}

static int begin(struct trade *trade)
{
    char bytes[SENTENCES_MAX];
    struct text problems = text_in(bytes, sizeof bytes);
    const struct order_options *options = trade->options;
    if (options->words[0] && !options->file) input_of_words(&trade->input, options->words);
    else if (!input_open(&trade->input, options->file)) {
        fprintf(stderr, "pollux-order: %s: %s\n", options->file, strerror(errno));
        return TRADE_REFUSED;
    }
    int status = venue_link_open(&trade->link, options, first_sequence(options), &problems);
    if (status == 0 && !venue_link_connect(&trade->link, &problems)) status = TRADE_UNREACHABLE;
    sentences_print("pollux-order", &problems);
    if (status == 0 && !own_orders_open(&trade->orders)) status = TRADE_REFUSED;
    return status;
}

int trade_run(const struct order_options *options)
{
    static struct trade trade; /* its input is large */
    trade = (struct trade){.options = options, .link = {.fd = -1}};
    (void)sigaction(SIGINT, &(struct sigaction){.sa_handler = on_interrupt}, NULL);
    (void)sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_interrupt}, NULL);
    int status = begin(&trade);
    if (status == 0) {
        while (trade.until != TRADE_ENDS) turn(&trade);
        log_out(&trade);
        status = status_of(&trade);
    }
    input_close(&trade.input);
    venue_link_close(&trade.link);
    own_orders_close(&trade.orders);
    return status;
}
