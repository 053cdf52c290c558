#include "apps/pollux-order/say.h"
#include "apps/pollux-order/trade.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Answers go to standard output; what the program itself has to say goes to standard error, so that
 * a pipe has answers only.  With --json all goes to standard output, one object a line. */

void trade_show_answer(const struct trade *trade, const struct port_answer *answer,
                       const struct own_order *order, uint64_t sequence)
{
    char bytes[2 * SAY_BYTES_MAX];
    struct text text = text_in(bytes, sizeof bytes);
    struct say say = {&trade->options->port, answer, order, sequence};
    if (trade->options->json) {
        say_answer_json(&text, &say);
    } else {
        say_answer(&text, &say);
        text_append_char(&text, '\n');
    }
    (void)fputs(text.bytes, stdout);
}

void trade_show_orders(const struct trade *trade)
{
    uint32_t count;
    const struct own_order **list = own_orders_open_list(&trade->orders, &count);
    size_t room = ((size_t)count + 1) * SAY_BYTES_MAX;
    char *bytes = malloc(room);
    CHECK(bytes != NULL);
    struct text text = text_in(bytes, room);
    if (!trade->options->json) say_orders(&text, list, count);
    for (uint32_t i = 0; i < count && trade->options->json; i++) say_order_json(&text, list[i]);
    (void)fputs(text.bytes, stdout);
    free(bytes);
    free((void *)list);
}

void trade_note(const struct trade *trade, const char *event, uint32_t number, const char *format,
                ...)
{
    char sentence[SAY_BYTES_MAX], bytes[3 * SAY_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    (void)fflush(stdout);
    if (!trade->options->json) {
        fprintf(stderr, "pollux-order: %s\n", sentence);
        return;
    }
    struct text text = text_in(bytes, sizeof bytes);
    say_note_json(&text, event, number, sentence);
    (void)fputs(text.bytes, stdout);
}

void trade_show_wrong(struct trade *trade, const char *problem)
{
    trade->refused++;
    if (trade->options->words[0]) trade_note(trade, "wrong", 0, "%s", problem);
    else
        trade_note(trade, "wrong", 0, "%s, line %llu: %s", trade->input.name,
                   (unsigned long long)trade->input.number, problem);
}
