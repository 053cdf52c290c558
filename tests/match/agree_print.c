/* What differs, as text. */

#include "tests/match/agree.h"

#include "dataplane/match/match_print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SAME_SHOWN = 3, EVENTS_SHOWN = 24 };

void agree_tell(struct agree *agree, const char *format, ...)
{
    size_t length = strlen(agree->difference);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(agree->difference + length, AGREE_TEXT - length, format, arguments);
    va_end(arguments);
}

void agree_tell_input(struct agree *agree, const struct match_input *input)
{
    char line[MATCH_LINE_MAX];
    struct text out = text_in(line, sizeof line);
    struct match_terms terms = {0};
    bool has_terms = input->kind == MATCH_NEW || input->kind == MATCH_MODIFY;
    if (has_terms && input->bytes >= sizeof *input + sizeof terms)
        memcpy(&terms, input + 1, sizeof terms);
    match_print_input(&out, input, NULL);
    agree_tell(agree, "input %" PRIu64 " at %" PRIu64 ": %s\n", input->number,
               (uint64_t)input->time, line);
    agree_tell(agree,
               "    kind %u id %" PRIu64 " other %" PRIu64 " price %" PRId64 " qty %" PRId64
               " account %u instrument %u bytes %u side %u type %u tif %u self %u flags %u\n",
               input->kind, input->id, input->other, input->price, input->qty, input->account,
               input->instrument, input->bytes, input->side, input->type, input->tif,
               input->self_trade, input->flags);
    if (!has_terms) return;
    agree_tell(agree, "    trigger %" PRId64 " display %" PRId64 " link %u", terms.trigger,
               terms.display, terms.link);
    for (int i = 0; i < 2; i++)
        agree_tell(agree, ", leg type %u side %u price %" PRId64 " trigger %" PRId64,
                   terms.legs[i].type, terms.legs[i].side, terms.legs[i].price,
                   terms.legs[i].trigger);
    agree_tell(agree, "\n");
}

void agree_tell_orders(struct agree *agree, const struct plain_match *plain)
{
    static const char *const places[] = {"gone",  "arriving", "book",   "waits",
                                         "fired", "held",     "sleeps", "kept"};
    for (uint32_t i = 0; i < plain->slots; i++) {
        const struct plain_order *order = &plain->order[i];
        if (order->place == PLAIN_GONE) continue;
        agree_tell(agree,
                   "  %s %" PRIu64 " account %u of %u side %u type %u tif %u self %u link %u "
                   "tracked %u price %" PRId64 " trigger %" PRId64 " open %" PRId64
                   " shown %" PRId64 " of %" PRId64 " filled %" PRId64 " closed %" PRId64 "\n",
                   places[order->place], order->id, order->account, order->instrument, order->side,
                   order->type, order->tif, order->self_trade, order->link, order->tracked,
                   order->price, order->trigger, order->open, order->shown, order->total,
                   order->filled, order->closed);
    }
}

static void tell_list(struct agree *agree, const char *whose, const struct match_event *event,
                      uint32_t from, uint32_t count)
{
    agree_tell(agree, "%s, %u events:\n", whose, count);
    for (uint32_t i = from; i < count && i < from + EVENTS_SHOWN; i++) {
        char line[MATCH_LINE_MAX];
        struct text out = text_in(line, sizeof line);
        match_print_event(&out, &event[i], NULL);
        agree_tell(agree,
                   "  %" PRIu64 ".%u %s | kind %u id %" PRIu64 " other %" PRIu64 " price %" PRId64
                   " qty %" PRId64 " left %" PRId64
                   " account %u %u instrument %u reason %u side %u flags %u\n",
                   event[i].number, event[i].step, line, event[i].kind, event[i].id, event[i].other,
                   event[i].price, event[i].qty, event[i].left, event[i].account,
                   event[i].other_account, event[i].instrument, event[i].reason, event[i].side,
                   event[i].flags);
    }
}

/* From a little before the first that differs. */
void agree_tell_events(struct agree *agree)
{
    uint32_t same = 0, count = agree->plain.events;
    while (same < count && same < agree->heard_count &&
           memcmp(&agree->heard[same], &agree->plain.event[same], sizeof agree->heard[0]) == 0)
        same++;
    uint32_t from = same > SAME_SHOWN ? same - SAME_SHOWN : 0;
    tell_list(agree, "engine", agree->heard, from, agree->heard_count);
    tell_list(agree, "reference", agree->plain.event, from, count);
}
