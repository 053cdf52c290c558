#include "apps/pollux-replay/trial.h"

#include "dataplane/wire/frame.h"
#include "dataplane/wire/moldudp64.h"

#include <stdlib.h>
#include <string.h>

/* What symbols a recording has orders in, and on which prices: the market is listed by that, before
 * its first message. */

struct survey {
    struct trial *trial;
    uint16_t *symbol; /* by stock locate: the index in surveyed + 1 */
    uint32_t room;
};

static uint32_t divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The entry of a symbol, made if it is new. */
static struct trial_symbol *symbol_of(struct survey *survey, uint32_t locate, const char stock[8])
{
    struct trial *trial = survey->trial;
    uint32_t i = 0;
    while (i < trial->surveys && memcmp(trial->surveyed[i].symbol, stock, 8) != 0) i++;
    if (i == UINT16_MAX - 1) return NULL;
    if (i == survey->room) {
        survey->room = survey->room ? 2 * survey->room : 64;
        trial->surveyed = realloc(trial->surveyed, survey->room * sizeof *trial->surveyed);
        CHECK(trial->surveyed != NULL);
    }
    if (i == trial->surveys) {
        trial->surveyed[trial->surveys++] = (struct trial_symbol){.low_e4 = UINT32_MAX};
        memcpy(trial->surveyed[i].symbol, stock, 8);
    }
    survey->symbol[locate] = (uint16_t)(i + 1);
    return &trial->surveyed[i];
}

static void price_note(struct survey *survey, uint32_t locate, uint32_t price_e4)
{
    if (survey->symbol[locate] == 0 || price_e4 == 0 || price_e4 > BOOK_PRICE_MAX_E4) return;
    struct trial_symbol *symbol = &survey->trial->surveyed[survey->symbol[locate] - 1];
    symbol->orders++;
    symbol->tick_e4 = divisor(symbol->tick_e4, price_e4);
    if (price_e4 < symbol->low_e4) symbol->low_e4 = price_e4;
    if (price_e4 > symbol->high_e4) symbol->high_e4 = price_e4;
}

static void message_note(struct survey *survey, const uint8_t *message, uint32_t length)
{
    if (itch_check(message, length) != ITCH_OK) return;
    uint32_t locate = be16_read(((const struct itch_trading_action *)message)->stock_locate);
    const struct itch_add_order *add = (const void *)message;
    switch (message[0]) {
    case 'R':
        (void)symbol_of(survey, locate, ((const struct itch_stock_directory *)message)->stock.byte);
        return;
    case 'A':
    case 'F':
        if (survey->symbol[locate] == 0) (void)symbol_of(survey, locate, add->stock.byte);
        price_note(survey, locate, be32_read(add->price_e4));
        return;
    case 'U':
        price_note(survey, locate,
                   be32_read(((const struct itch_order_replace *)message)->price_e4));
        return;
    default: return;
    }
}

void trial_survey(struct trial *trial, const struct recording *recording)
{
    struct survey survey = {.trial = trial, .symbol = calloc(1u << 16, sizeof *survey.symbol)};
    CHECK(survey.symbol != NULL);
    for (uint64_t i = 0; i < recording->records; i++) {
        const struct tape_record *record = &recording->record[i];
        struct frame_datagram datagram;
        if (record->flags & FRAME_CUT) continue;
        if (frame_udp(record->bytes, record->length, FRAME_CHECK_NONE, &datagram) != FRAME_OK)
            continue;
        if (moldudp64_check(datagram.payload, datagram.payload_bytes) != MOLDUDP64_MESSAGES)
            continue;
        uint32_t at = sizeof(struct moldudp64_header);
        while (at + 2 <= datagram.payload_bytes) {
            uint32_t length = be16_read(*(const struct be16 *)(datagram.payload + at));
            if (at + 2 + length > datagram.payload_bytes) break;
            message_note(&survey, datagram.payload + at + 2, length);
            at += 2 + length;
        }
    }
    free(survey.symbol);
}
