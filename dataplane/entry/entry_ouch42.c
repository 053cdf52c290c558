#include "dataplane/entry/entry_parts.h"

/* Messages of OUCH 4.2.  An order is called by its token; the port counts a session's tokens, and
 * the count takes the place of 5.0's UserRefNum. */

/* The id of the order that a token has named; of none, the id of none. */
static order_id_t id_of(const struct entry *entry, struct text14 token)
{
    uint32_t session = entry->decided.session;
    return entry_id(session, 0, token_find(entry, session, token));
}

/* The token is new: it is consumed, unless the decision says otherwise.  Where no room is left to
 * remember it, it is refused and may be used again. */
static bool token_new(struct entry *entry, struct text14 token, enum entry_cause *cause)
{
    struct entry_decision *d = &entry->decided;
    if (token_find(entry, d->session, token) != 0) return false;
    d->urn = entry->next_urn[(size_t)d->session * ENTRY_CHANNELS];
    if (entry->tokens_used == entry->limits.tokens || d->urn == UINT32_MAX) {
        *cause = ENTRY_NO_ROOM;
        d->urn = 0;
        return true;
    }
    d->token = (struct entry_token){.token = token, .session = (uint16_t)d->session, .n = d->urn};
    return true;
}

static void read_lasts(struct entry_terms *terms)
{
    if (terms->time_s == OUCH42_TIF_IMMEDIATE) terms->lasts = LASTS_IMMEDIATE;
    else if (terms->time_s <= OUCH42_TIF_TIMED_MAX) terms->lasts = LASTS_TIMED;
    else terms->lasts = terms->time_s <= OUCH42_TIF_SYSTEM_HOURS ? LASTS_DAY : LASTS_WRONG;
}

/* Nobody is told whose order it is, so attributable becomes anonymous. */
static enum entry_cause read_display(struct entry_terms *terms, char display)
{
    terms->display = display;
    switch (display) {
    case 'A': terms->display = 'Y'; return ENTRY_NO_CAUSE;
    case 'Y': return ENTRY_NO_CAUSE;
    case 'L':
        terms->display = 'P';
        terms->post_only = true;
        return ENTRY_NO_CAUSE;
    case 'P': terms->post_only = true; return ENTRY_NO_CAUSE;
    case 'I': return ENTRY_BAD_CROSS;
    case 'M':
    case 'W':
    case 'm': return ENTRY_BAD_PEG;
    case 'O':
    case 'T':
    case 'Q': return ENTRY_BAD_RETAIL;
    default: return ENTRY_BAD_DISPLAY;
    }
}

static enum entry_verdict enter(struct entry *entry, const struct ouch42_enter *m)
{
    struct entry_decision *d = &entry->decided;
    enum entry_cause cause = ENTRY_NO_CAUSE;
    if (!token_new(entry, m->token, &cause)) return ENTRY_IGNORE;
    const struct entry_plan *plan = &entry->sessions[d->session].plan;
    struct entry_order *draft = record_draft(entry);
    struct entry_terms *terms = &draft->terms;
    terms->price_e4 = be32_read(m->price_e4);
    terms->symbol = symbol_key(m->symbol);
    terms->qty = be32_read(m->qty);
    terms->time_s = be32_read(m->tif_s);
    terms->min_qty = be32_read(m->min_qty);
    terms->name = m->token;
    terms->side = draft->side_now = text1_read(m->side);
    terms->capacity = text1_read(m->capacity);
    terms->iso = text1_read(m->iso);
    terms->cross = text1_read(m->cross);
    terms->self_trade = plan->self_trade;
    terms->market = terms->price_e4 == OUCH42_MARKET_E4;
    memcpy(terms->firm, m->firm.byte, sizeof terms->firm);
    if (memcmp(terms->firm, "    ", sizeof terms->firm) == 0)
        memcpy(terms->firm, plan->firm[0], sizeof terms->firm);
    terms->firm_index = firm_index(plan, terms->firm);
    read_lasts(terms);
    char capacity = terms->capacity;
    if (capacity != 'A' && capacity != 'P' && capacity != 'R') terms->capacity = 'O';

    enum entry_cause display = read_display(terms, text1_read(m->display));
    if (cause == ENTRY_NO_CAUSE) cause = display;
    char customer = text1_read(m->customer_type);
    if (cause == ENTRY_NO_CAUSE && customer != 'N' && customer != ' ')
        cause = customer == 'R' ? ENTRY_BAD_RETAIL : ENTRY_BAD_OPTION;
    uint32_t instrument = instrument_find(entry, terms->symbol);
    if (instrument == 0) cause = ENTRY_BAD_SYMBOL;
    else draft->instrument = (uint16_t)(instrument - 1);
    return decide_enter(entry, cause);
}

static enum entry_verdict replace(struct entry *entry, const struct ouch42_replace *m)
{
    struct match_order living;
    struct replacement to = {.living = &living};
    enum entry_cause room = ENTRY_NO_CAUSE;
    if (!token_new(entry, m->token, &room)) return ENTRY_IGNORE;
    to.old = record_living(entry, id_of(entry, m->orig_token), &living);
    if (to.old == 0) return ENTRY_IGNORE;
    if (room != ENTRY_NO_CAUSE) return decide_refusal(entry, room, m->token);
    const struct entry_order *old = &entry->orders[to.old];
    struct entry_order *draft = record_draft(entry);
    struct entry_terms *terms = &draft->terms;
    draft->instrument = old->instrument;
    *terms = old->terms;
    terms->price_e4 = be32_read(m->price_e4);
    terms->qty = be32_read(m->qty);
    terms->time_s = be32_read(m->tif_s);
    terms->min_qty = be32_read(m->min_qty);
    terms->name = m->token;
    terms->iso = text1_read(m->iso);
    terms->post_only = false;
    read_lasts(terms);

    enum entry_cause cause = read_display(terms, text1_read(m->display));
    if (terms->iso != 'N') cause = ENTRY_BAD_ISO;
    if (terms->min_qty != 0) cause = ENTRY_BAD_MIN_QTY;
    if (terms->lasts == LASTS_WRONG) cause = ENTRY_BAD_TIF;
    bool market = terms->price_e4 == OUCH42_MARKET_E4;
    to.fixed =
        market || terms->lasts == LASTS_IMMEDIATE || terms->post_only != old->terms.post_only;
    if (market) terms->price_e4 = old->terms.price_e4;
    if (terms->lasts == LASTS_IMMEDIATE) terms->lasts = LASTS_DAY; /* it will not be taken */
    return decide_replace(entry, &to, cause);
}

static enum entry_verdict modify(struct entry *entry, const struct ouch42_modify *m)
{
    const struct modification to = {
        .id = id_of(entry, m->token),
        .total = be32_read(m->qty),
        .side = text1_read(m->side),
        .grows = true,
    };
    if (to.total - 1 >= OUCH42_QTY_MAX) return ENTRY_IGNORE;
    return decide_modify(entry, &to);
}

enum entry_verdict decide_ouch42(struct entry *entry, const uint8_t *message, size_t length)
{
    if (ouch42_check_in(message, length) != OUCH42_OK) return ENTRY_MALFORMED;
    switch (message[0]) {
    case 'O': return enter(entry, (const struct ouch42_enter *)message);
    case 'U': return replace(entry, (const struct ouch42_replace *)message);
    case 'X': {
        const struct ouch42_cancel *m = (const struct ouch42_cancel *)message;
        return decide_cancel(entry, id_of(entry, m->token), be32_read(m->qty));
    }
    case 'M': return modify(entry, (const struct ouch42_modify *)message);
    case 'N': return ENTRY_IGNORE; /* books are not locked: there is nothing to trade with */
    default: break;
    }
    UNREACHABLE("ouch42_check_in accepts only the types of OUCH42_IN_MESSAGES");
}
