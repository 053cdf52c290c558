/* The table of venues, and the page that shows it. */

#include "dataplane/gateway/trade_port.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

SPEC(a_kind_is_found_by_its_name)
{
    EXPECT(trade_port_kinds_count > 0);
    for (uint32_t i = 0; i < trade_port_kinds_count; i++)
        EXPECT(trade_port_find(trade_port_kinds[i]->name) == trade_port_kinds[i]);
    EXPECT(trade_port_find("ouch50") != NULL);
    EXPECT(trade_port_find("ouch5") == NULL);
    EXPECT(trade_port_find("") == NULL);
}

SPEC(each_kind_is_whole_and_within_what_the_slots_take)
{
    for (uint32_t i = 0; i < trade_port_kinds_count; i++) {
        const struct trade_port_kind *kind = trade_port_kinds[i];
        const struct trade_port_can *can = &kind->can;
        EXPECT(strlen(kind->name) >= 1 && strlen(kind->name) <= TRADE_PORT_NAME_MAX);
        EXPECT(kind->summary && kind->footprint && kind->new && kind->list && kind->encode);
        EXPECT(kind->sent && kind->decode && kind->next && kind->session && kind->recover);
        EXPECT(kind->recover_check && kind->forget && kind->reason);
        EXPECT(can->bulk >= 1 && can->bulk <= SLOTS_BULK_MAX);
        EXPECT(can->answer_ns >= 2 * NANOS_MILLI && can->answer_ns <= SLOTS_ANSWER_NS_MAX);
        EXPECT(can->qty_max > 0 && can->qty_max <= SLOTS_QTY_MAX && can->qty_max % can->lot == 0);
        EXPECT(can->tick > 0 && can->price_max > 0 && can->price_max % can->tick == 0);
    }
}

static const char *yes(bool can)
{
    return can ? "yes" : "no";
}

static size_t table_print(char *text, size_t size)
{
    FILE *out = fmemopen(text, size, "w");
    fprintf(out, "| protocol | replaces | post-only | immediate | mass cancel | orders a request "
                 "| silence | tick | highest price | lot | most of an order | orders a second |\n"
                 "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < trade_port_kinds_count; i++) {
        const struct trade_port_can *can = &trade_port_kinds[i]->can;
        fprintf(out, "| `%s` | %s | %s | %s | %s | %u | %g s | %.9g | %.10g | %.9g | %.10g |",
                trade_port_kinds[i]->name, yes(can->replaces), yes(can->post_only),
                yes(can->immediate), yes(can->mass_cancel), can->bulk, (double)can->answer_ns / 1e9,
                (double)can->tick / 1e8, (double)can->price_max / 1e8, (double)can->lot / 1e8,
                (double)can->qty_max / 1e8);
        if (can->orders_per_second) fprintf(out, " %u |\n", can->orders_per_second);
        else fprintf(out, " as configured |\n");
    }
    fprintf(out, "\n");
    for (uint32_t i = 0; i < trade_port_kinds_count; i++)
        fprintf(out, "- `%s`: %s\n", trade_port_kinds[i]->name, trade_port_kinds[i]->summary);
    long length = ftell(out);
    fclose(out);
    return (size_t)length;
}

SPEC(the_page_of_the_folder_holds_the_table_word_for_word)
{
    static char table[1 << 14], page[1 << 17];
    size_t length = table_print(table, sizeof table);
    EXPECT(length > 100 && length < sizeof table - 1);
    if (getenv("TRADE_PORT_TABLE")) printf("\n%s\n", table);
    FILE *file = fopen(GATEWAY_README, "rb");
    EXPECT(file != NULL);
    if (!file) return;
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    EXPECT(strstr(page, table) != NULL);
}

#define SPECS(S)                                                                                   \
    S(a_kind_is_found_by_its_name)                                                                 \
    S(each_kind_is_whole_and_within_what_the_slots_take)                                           \
    S(the_page_of_the_folder_holds_the_table_word_for_word)
SPEC_MAIN("trade_port_kinds", SPECS, NULL, NULL)
