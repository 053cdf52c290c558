#include "apps/pollux-match/book_facts.h"

#include <stdlib.h>

static void order_add(void *context, const struct match_order *order)
{
    struct order_list *list = context;
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 64;
        list->at = realloc(list->at, list->capacity * sizeof *list->at);
        CHECK(list->at != NULL);
    }
    list->at[list->count++] = *order;
}

void order_list_side(struct order_list *list, const struct match *match, uint16_t instrument,
                     enum side side)
{
    list->count = 0;
    match_each(match, instrument, side, order_add, list);
}

void order_list_waiting(struct order_list *list, const struct match *match, uint16_t instrument)
{
    list->count = 0;
    match_each_waiting(match, instrument, order_add, list);
}

void order_list_free(struct order_list *list)
{
    free(list->at);
    *list = (struct order_list){.count = 0};
}

struct order_level *order_levels(const struct order_list *list, uint32_t *count)
{
    struct order_level *levels = calloc(list->count ? list->count : 1, sizeof *levels);
    CHECK(levels != NULL);
    *count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct match_order *order = &list->at[i];
        if (i == 0 || order->price != levels[*count - 1].price)
            levels[(*count)++] = (struct order_level){.price = order->price, .first = i};
        levels[*count - 1].count++;
        levels[*count - 1].shown += order->shown;
    }
    return levels;
}

void order_short(struct text *out, const struct match_order *order, const struct match_names *names)
{
    size_t start = out->length;
    names->order(names->context, out, order->id);
    if (out->length - start > 1) text_append_char(out, ':');
    text_qty(out, order->shown);
    if (order->open == order->shown) return;
    text_append_char(out, '+');
    text_qty(out, order->open - order->shown);
}
