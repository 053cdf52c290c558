#include "apps/order_script/order_names.h"

#include <stdlib.h>
#include <string.h>

/* Two tables of chains over one array; the newest entry is the first of its chains, so that the
 * newest entries can be taken off again without a search. */

static uint32_t text_place(const struct order_names *names, const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++) hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
    return (uint32_t)(hash ^ hash >> 32) & names->mask;
}

static uint32_t number_place(const struct order_names *names, uint64_t number)
{
    return (uint32_t)((number * 0x9e3779b97f4a7c15u) >> 32) & names->mask;
}

bool names_open(struct order_names *names, uint32_t max)
{
    CHECK(max > 0 && max <= 1u << 24);
    uint32_t places = 16;
    while (places < max) places *= 2;
    *names = (struct order_names){
        .entries = calloc(max, sizeof *names->entries),
        .by_text = calloc(places, sizeof *names->by_text),
        .by_number = calloc(places, sizeof *names->by_number),
        .max = max,
        .mask = places - 1,
    };
    if (names->entries && names->by_text && names->by_number) return true;
    names_close(names);
    return false;
}

void names_close(struct order_names *names)
{
    free(names->entries);
    free(names->by_text);
    free(names->by_number);
    *names = (struct order_names){.count = 0};
}

uint32_t names_find(const struct order_names *names, const char *text)
{
    uint32_t at = names->by_text[text_place(names, text)];
    while (at && strcmp(names->entries[at - 1].text, text) != 0)
        at = names->entries[at - 1].next_text;
    return at ? at - 1 : ORDER_NAME_NONE;
}

uint32_t names_numbered(const struct order_names *names, uint64_t number)
{
    uint32_t at = names->by_number[number_place(names, number)];
    while (at && names->entries[at - 1].number != number) at = names->entries[at - 1].next_number;
    return at ? at - 1 : ORDER_NAME_NONE;
}

uint32_t names_add(struct order_names *names, const char *text, uint64_t number)
{
    if (names->count == names->max) return ORDER_NAME_NONE;
    struct order_name *entry = &names->entries[names->count++];
    uint32_t *by_text = &names->by_text[text_place(names, text)];
    uint32_t *by_number = &names->by_number[number_place(names, number)];
    *entry =
        (struct order_name){.number = number, .next_text = *by_text, .next_number = *by_number};
    size_t length = strlen(text);
    CHECK(length < sizeof entry->text);
    memcpy(entry->text, text, length);
    *by_text = *by_number = names->count;
    return names->count - 1;
}

void names_forget(struct order_names *names, uint32_t count)
{
    while (names->count > count) {
        const struct order_name *entry = &names->entries[names->count - 1];
        names->by_text[text_place(names, entry->text)] = entry->next_text;
        names->by_number[number_place(names, entry->number)] = entry->next_number;
        names->count--;
    }
}
