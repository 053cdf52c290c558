#ifndef DATAPLANE_MATCH_MATCH_PRINT_H
#define DATAPLANE_MATCH_MATCH_PRINT_H

/* What a matching engine is told and answers, as sentences for people.  Cold.
 *
 *     f takes 30 from a at 100.00
 *     f rests 10 at 100.00
 *     b is rejected: quantity is not a whole number of lots
 *
 * Any bytes print: what no table knows is shown as its number.  All sentences of one event are one
 * line without a line end, at most MATCH_LINE_MAX bytes with names of up to 32.  An input's line is
 * one that a script of pollux-match may hold (apps/pollux-match/README.md). */

#include "dataplane/base/text.h"
#include "dataplane/match/match.h"

#define MATCH_LINE_MAX 1024u

/* Who is who.  A function that is NULL, and names NULL altogether, print the number: @7. */
struct match_names {
    void (*order)(const void *context, struct text *out, order_id_t id);
    void (*account)(const void *context, struct text *out, uint32_t account);
    void (*instrument)(const void *context, struct text *out, uint16_t instrument);
    void (*asset)(const void *context, struct text *out, uint16_t asset);
    void (*group)(const void *context, struct text *out, uint64_t group);
    const void *context;
};

/* word, field of struct match_listing, how it is written: as a PRICE or a QTY (exact decimals), a
 * WHOLE number, a rate in PPM (10ppm, 0.1%), a span of NANOS (5s), a CLOCK time of a day.  What a
 * line that lists an instrument may say, beside symbol, class, assets and phase. */
/* clang-format off */
#define MATCH_LISTING_WORDS(X)                                                                     \
    X("tick",         tick,            PRICE)                                                      \
    X("lot",          lot,             QTY)                                                        \
    X("size",         size,            QTY)                                                        \
    X("max-price",    price_max,       PRICE)                                                      \
    X("max-quantity", qty_max,         QTY)                                                        \
    X("reference",    reference,       PRICE)                                                      \
    X("band",         band,            PRICE)                                                      \
    X("collar",       collar,          PRICE)                                                      \
    X("pause",        pause_ns,        NANOS)                                                      \
    X("window",       window,          WHOLE)                                                      \
    X("maker",        maker_ppm,       PPM)                                                        \
    X("taker",        taker_ppm,       PPM)                                                        \
    X("margin",       initial_ppm,     PPM)                                                        \
    X("keep",         maintenance_ppm, PPM)                                                        \
    X("calls",        call_s,          CLOCK)                                                      \
    X("opens",        open_s,          CLOCK)                                                      \
    X("closing",      closing_s,       CLOCK)                                                      \
    X("closes",       close_s,         CLOCK)
/* clang-format on */

void match_print_event(struct text *out, const struct match_event *event,
                       const struct match_names *names);

/* "a buys 20 of 30 at 100.00"; of a stop that waits "a sells 30 of 30 stop 98.00 at 97.50". */
void match_print_order(struct text *out, const struct match_order *order,
                       const struct match_names *names);

/* The line of a script that is this input, number and time apart.  input->bytes must be readable.
 * Bytes that no line can say are shown as far as they are understood. */
void match_print_input(struct text *out, const struct match_input *input,
                       const struct match_names *names);

/* The words of the tables of match_event.h and match_input.h; "?" for a number beyond them. */
const char *match_event_name(uint32_t kind);      /* "traded" */
const char *match_input_name(uint32_t kind);      /* "cancel_all" */
const char *match_reason_name(uint32_t reason);   /* "off_lot" */
const char *match_reason_text(uint32_t reason);   /* "quantity is not a whole number of lots" */
const char *match_status_name(uint32_t status);   /* "partially_filled" */
const char *match_phase_name(uint32_t phase);     /* "open" */
const char *match_class_name(uint32_t class_of);  /* "spot" */
const char *match_mode_name(uint32_t self_trade); /* "newest" */
const char *match_type_name(uint32_t type);       /* "stop_limit" */
const char *match_tif_name(uint32_t tif);         /* "ioc" */

#endif
