#include "dataplane/entry/entry_parts.h"

/* The terms of an order: what OUCH allows, less what this venue does not do. */

/* Letters, digits and spaces. */
static const bool in_name[256] = {
    [' '] = true, ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true};

bool name_good(const struct text14 *name)
{
    bool good = true;
    for (size_t i = 0; i < sizeof name->byte; i++) good &= in_name[(uint8_t)name->byte[i]];
    return good;
}

uint8_t firm_index(const struct entry_plan *plan, const char firm[4])
{
    uint8_t i = 0;
    while (i < plan->firms && memcmp(plan->firm[i], firm, sizeof plan->firm[i]) != 0) i++;
    return i < plan->firms ? i : ENTRY_FIRMS;
}

uint32_t instrument_find(const struct entry *entry, uint64_t symbol)
{
    uint32_t i = (uint32_t)entry_hash(entry, symbol) & entry->symbols_mask;
    for (; entry->symbols[i] != 0; i = (i + 1) & entry->symbols_mask)
        if (entry->instruments[entry->symbols[i] - 1].symbol == symbol) return entry->symbols[i];
    return 0;
}

/* Quantity and price, and what depends on them. */
enum entry_cause record_check_numbers(const struct entry *entry, const struct entry_order *draft)
{
    const struct entry_terms *terms = &draft->terms;
    const struct entry_instrument *instrument = &entry->instruments[draft->instrument];
    qty_t qty = terms->qty * QTY_ONE, floor = terms->max_floor * QTY_ONE;
    if (terms->qty - 1 >= OUCH50_QTY_MAX || qty > instrument->qty_max) return ENTRY_BAD_QTY;
    if (!entry_is_whole(&instrument->lot, (uint64_t)qty)) return ENTRY_BAD_QTY;
    if (!terms->market) {
        if (terms->price_e4 - 1 >= OUCH50_PRICE_MAX_E4) return ENTRY_BAD_PRICE;
        price_t price = (price_t)terms->price_e4 * PRICE_PER_E4;
        if (price > instrument->price_max) return ENTRY_BAD_PRICE;
        if (!entry_is_whole(&instrument->tick, (uint64_t)price)) return ENTRY_BAD_PRICE;
    }
    if (floor != 0) {
        if (floor > instrument->qty_max || !entry_is_whole(&instrument->lot, (uint64_t)floor))
            return ENTRY_BAD_MAX_FLOOR;
        if (qty > (qty_t)MATCH_PARTS_MAX * floor) return ENTRY_BAD_MAX_FLOOR;
        if (terms->market || terms->lasts == LASTS_IMMEDIATE) return ENTRY_BAD_MAX_FLOOR;
    }
    if (terms->post_only && (terms->market || terms->lasts == LASTS_IMMEDIATE))
        return ENTRY_BAD_POST_ONLY;
    return ENTRY_NO_CAUSE;
}

/* Orders for a cross are taken while orders are collected for one. */
static bool cross_fits(const struct entry *entry, const struct entry_order *draft)
{
    char cross = draft->terms.cross;
    if (cross == 'N') return true;
    enum match_phase phase = match_phase_of(entry->match, draft->instrument);
    if (cross == 'H') return phase == MATCH_PAUSED;
    return (cross == 'O' || cross == 'C') && phase == MATCH_CALL;
}

enum entry_cause record_check_terms(const struct entry *entry, const struct entry_order *draft)
{
    const struct entry_terms *terms = &draft->terms;
    const struct entry_session *session = &entry->sessions[draft->session];
    if (!side_good(terms->side)) return ENTRY_BAD_SIDE;
    if (terms->lasts == LASTS_WRONG) return ENTRY_BAD_TIF;
    if (terms->iso != 'N') return ENTRY_BAD_ISO;
    if (!name_good(&terms->name)) return ENTRY_BAD_CL_ORD_ID;
    if (terms->firm_index == ENTRY_FIRMS) return ENTRY_BAD_FIRM;
    if (session->disabled >> terms->firm_index & 1) return ENTRY_FIRM_DISABLED;
    if (terms->min_qty != 0) return ENTRY_BAD_MIN_QTY;
    enum entry_cause cause = record_check_numbers(entry, draft);
    if (cause != ENTRY_NO_CAUSE) return cause;
    return cross_fits(entry, draft) ? ENTRY_NO_CAUSE : ENTRY_BAD_CROSS;
}
