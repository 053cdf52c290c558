#include "apps/pollux-match/book_facts.h"
#include "apps/pollux-match/run.h"

#include <stdlib.h>

/* Books as ladders: asks above, bids below, the best of both in the middle; on both sides the order
 * nearest to the price is the oldest.
 *
 *     MAIN: open, last 100.00
 *            bids |     price | asks
 *                 |    100.50 | 50  c50
 *                 |    100.00 | 50  a30 b20
 *     e10 d40  50 |     99.50 |                                                              */

enum { ORDERS_SHOWN = 8, CELL_BYTES = 512, TABLE_BYTES = 4096, PRICE_COLUMNS = 12 };

static const char *const colors[] = {"\033[32m", "\033[31m"}; /* by enum side */

struct ladder {
    struct match_run *run;
    struct match_names names;
    struct order_list side[2];
    struct order_level *levels[2];
    uint32_t count[2]; /* of levels */
    uint32_t shown[2]; /* of these */
    uint32_t left;     /* columns of the bids */
    uint32_t asks;     /* columns of the quantities of the asks */
};

/* The orders of a level: bids from the youngest, asks from the oldest. */
static void cell_orders(struct text *out, const struct ladder *ladder, enum side side,
                        const struct order_level *level)
{
    uint32_t shown = level->count < ORDERS_SHOWN ? level->count : ORDERS_SHOWN;
    uint32_t more = level->count - shown;
    if (more && side == SIDE_BUY) text_format(out, "%u more ", more);
    for (uint32_t i = 0; i < shown; i++) {
        uint32_t at = side == SIDE_BUY ? shown - 1 - i : i;
        if (i > 0) text_append_char(out, ' ');
        order_short(out, &ladder->side[side].at[level->first + at], &ladder->names);
    }
    if (more && side == SIDE_SELL) text_format(out, " %u more", more);
}

static void cell_print(struct text *out, const struct ladder *ladder, enum side side,
                       const struct order_level *level)
{
    if (side == SIDE_BUY) {
        cell_orders(out, ladder, side, level);
        text_append(out, "  ");
        text_qty(out, level->shown);
        return;
    }
    text_qty(out, level->shown);
    text_right(out, 0, ladder->asks);
    text_append(out, "  ");
    cell_orders(out, ladder, side, level);
}

static void level_print(const struct ladder *ladder, enum side side,
                        const struct order_level *level)
{
    char row_bytes[TABLE_BYTES], cell_bytes[CELL_BYTES];
    struct text row = text_in(row_bytes, sizeof row_bytes);
    struct text cell = text_in(cell_bytes, sizeof cell_bytes);
    cell_print(&cell, ladder, side, level);
    if (side == SIDE_BUY) text_append(&row, cell.bytes);
    text_right(&row, 0, ladder->left);
    text_append(&row, " | ");
    size_t start = row.length;
    text_price(&row, level->price);
    text_right(&row, start, ladder->left + 3 + PRICE_COLUMNS);
    text_append(&row, " |");
    if (side == SIDE_SELL) text_append_char(&row, ' ');
    if (side == SIDE_SELL) text_append(&row, cell.bytes);
    bool colored = ladder->run->colored;
    printf("%s%s%s\n", colored ? colors[side] : "", row.bytes, colored ? "\033[0m" : "");
}

/* How wide the bids are. */
static uint32_t bids_columns(const struct ladder *ladder)
{
    uint32_t widest = 12;
    for (uint32_t i = 0; i < ladder->shown[SIDE_BUY]; i++) {
        char bytes[CELL_BYTES];
        struct text cell = text_in(bytes, sizeof bytes);
        cell_print(&cell, ladder, SIDE_BUY, &ladder->levels[SIDE_BUY][i]);
        if (cell.length > widest) widest = (uint32_t)cell.length;
    }
    return widest;
}

static uint32_t asks_columns(const struct ladder *ladder)
{
    uint32_t widest = 1;
    for (uint32_t i = 0; i < ladder->shown[SIDE_SELL]; i++) {
        char bytes[CELL_BYTES];
        struct text cell = text_in(bytes, sizeof bytes);
        text_qty(&cell, ladder->levels[SIDE_SELL][i].shown);
        if (cell.length > widest) widest = (uint32_t)cell.length;
    }
    return widest;
}

static void more_print(const struct ladder *ladder, enum side side)
{
    uint32_t more = ladder->count[side] - ladder->shown[side];
    if (more) printf("%*s | %u more prices\n", (int)ladder->left, "", more);
}

static void ladder_print(struct ladder *ladder)
{
    for (enum side side = SIDE_BUY; side <= SIDE_SELL; side++) {
        uint32_t depth = ladder->run->options.depth;
        ladder->levels[side] = order_levels(&ladder->side[side], &ladder->count[side]);
        ladder->shown[side] = ladder->count[side] < depth ? ladder->count[side] : depth;
    }
    ladder->left = bids_columns(ladder);
    ladder->asks = asks_columns(ladder);
    printf("%*s | %*s | asks\n", (int)ladder->left, "bids", PRICE_COLUMNS, "price");
    more_print(ladder, SIDE_SELL);
    for (uint32_t i = ladder->shown[SIDE_SELL]; i > 0; i--)
        level_print(ladder, SIDE_SELL, &ladder->levels[SIDE_SELL][i - 1]);
    for (uint32_t i = 0; i < ladder->shown[SIDE_BUY]; i++)
        level_print(ladder, SIDE_BUY, &ladder->levels[SIDE_BUY][i]);
    more_print(ladder, SIDE_BUY);
    free(ladder->levels[SIDE_BUY]);
    free(ladder->levels[SIDE_SELL]);
}

static void waiting_print(const struct ladder *ladder, const struct order_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        char bytes[MATCH_LINE_MAX];
        struct text text = text_in(bytes, sizeof bytes);
        match_print_order(&text, &list->at[i], &ladder->names);
        printf("%s%s\n", i == 0 ? "waiting: " : "         ", text.bytes);
    }
}

static void instrument_print(struct match_run *run, uint16_t instrument)
{
    const struct match *match = order_venue_match(run->venue);
    struct ladder ladder = {.run = run, .names = order_venue_names(run->venue)};
    char bytes[MATCH_LINE_MAX];
    struct text head = text_in(bytes, sizeof bytes);
    price_t last = match_last_price(match, instrument), price;
    qty_t qty;
    ladder.names.instrument(ladder.names.context, &head, instrument);
    text_format(&head, ": %s", match_phase_name(match_phase_of(match, instrument)));
    if (last) text_append(&head, ", last ");
    if (last) text_price(&head, last);
    if (match_phase_of(match, instrument) != MATCH_OPEN &&
        match_indicative(match, instrument, &price, &qty)) {
        text_append(&head, ", an auction would trade ");
        text_qty(&head, qty);
        text_append(&head, " at ");
        text_price(&head, price);
    }
    printf("\n%s\n", head.bytes);
    struct order_list waiting = {.count = 0};
    for (enum side side = SIDE_BUY; side <= SIDE_SELL; side++)
        order_list_side(&ladder.side[side], match, instrument, side);
    if (ladder.side[SIDE_BUY].count + ladder.side[SIDE_SELL].count) ladder_print(&ladder);
    else puts("no orders in the book");
    order_list_waiting(&waiting, match, instrument);
    waiting_print(&ladder, &waiting);
    order_list_free(&waiting);
    order_list_free(&ladder.side[SIDE_BUY]);
    order_list_free(&ladder.side[SIDE_SELL]);
}

/* Positions and balances of the accounts that a line has named. */

static void money(struct text *row, int64_t value, uint32_t column)
{
    size_t start = row->length;
    text_append_char(row, ' ');
    text_qty(row, value);
    text_right(row, start, column);
}

/* The row begins: who, and what of. */
static struct text row_begin(char *bytes, size_t size, const struct match_names *names,
                             uint32_t account)
{
    struct text row = text_in(bytes, size);
    names->account(names->context, &row, account);
    text_to_column(&row, 18);
    return row;
}

static void positions_print(const struct order_venue *venue, const struct order_scope *scope)
{
    const struct match *match = order_venue_match(venue);
    struct match_names names = order_venue_names(venue);
    bool headed = false;
    for (uint32_t i = 0; i < scope->accounts; i++) {
        if (!order_scope_shows(order_venue_script(venue), i)) continue;
        for (uint32_t k = 0; k < scope->instruments; k++) {
            qty_t position;
            int64_t cost;
            if (!match_position_of(match, i, scope->instrument[k], &position, &cost)) continue;
            if (position == 0 && cost == 0) continue;
            if (!headed)
                printf("\n%-18s%-16s%14s%18s\n", "account", "instrument", "position", "cost");
            headed = true;
            char bytes[MATCH_LINE_MAX];
            struct text row = row_begin(bytes, sizeof bytes, &names, i);
            names.instrument(names.context, &row, scope->instrument[k]);
            text_to_column(&row, 34);
            money(&row, position, 48);
            money(&row, cost, 66);
            puts(row.bytes);
        }
    }
}

static void balance_print(const struct match_names *names, uint32_t account, uint16_t asset,
                          const struct match_balance *balance)
{
    char bytes[MATCH_LINE_MAX];
    struct text row = row_begin(bytes, sizeof bytes, names, account);
    names->asset(names->context, &row, asset);
    text_to_column(&row, 24);
    money(&row, balance->total, 42);
    money(&row, balance->reserved, 60);
    money(&row, balance->unrealised, 78);
    money(&row, balance->available, 96);
    puts(row.bytes);
}

static void house_print(const struct match_names *names, uint16_t asset, int64_t total)
{
    char bytes[MATCH_LINE_MAX];
    struct text row = text_in(bytes, sizeof bytes);
    text_append(&row, "the house");
    text_to_column(&row, 18);
    names->asset(names->context, &row, asset);
    text_to_column(&row, 24);
    money(&row, total, 42);
    puts(row.bytes);
}

static void balances_print(const struct order_venue *venue, const struct order_scope *scope)
{
    const struct match *match = order_venue_match(venue);
    struct match_names names = order_venue_names(venue);
    bool headed = false;
    for (uint32_t k = 0; k < scope->assets; k++) {
        uint16_t asset = scope->asset[k];
        for (uint32_t i = 0; i < scope->accounts; i++) {
            struct match_balance balance;
            if (!match_balance_of(match, i, asset, &balance)) continue;
            if (!headed)
                printf("\n%-18s%-6s%18s%18s%18s%18s\n", "account", "asset", "balance", "reserved",
                       "unrealised", "available");
            headed = true;
            balance_print(&names, i, asset, &balance);
        }
        int64_t house = match_house_of(match, asset);
        if (house) house_print(&names, asset, house);
    }
}

void print_books(struct match_run *run)
{
    if (!order_venue_match(run->venue)) return;
    struct order_scope scope = order_scope_of(run->venue);
    for (uint32_t i = 0; i < scope.instruments; i++) instrument_print(run, scope.instrument[i]);
    positions_print(run->venue, &scope);
    balances_print(run->venue, &scope);
    order_scope_free(&scope);
}
