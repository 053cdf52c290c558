#include "dataplane/entry/entry_parts.h"

/* Messages of OUCH 5.0. */

uint8_t channel50(const uint8_t *message, const struct ouch50_tags *tags)
{
    if (likely(!ouch50_has(tags, OUCH50_USER_REF_IDX))) return 0;
    return u8_read(*(const struct u8 *)ouch50_value(message, tags, OUCH50_USER_REF_IDX));
}

static char letter_of(const uint8_t *message, const struct ouch50_tags *tags, enum ouch50_tag tag)
{
    return text1_read(*(const struct text1 *)ouch50_value(message, tags, tag));
}

static bool is_market(uint64_t price_e4)
{
    return price_e4 == OUCH50_MARKET_E4 || price_e4 == OUCH50_MARKET_ALSO_E4;
}

/* The number is new: it is consumed, unless the decision says otherwise. */
static bool number_new(struct entry *entry, struct be32 field)
{
    struct entry_decision *d = &entry->decided;
    uint32_t urn = be32_read(field);
    if (urn < entry->next_urn[(size_t)d->session * ENTRY_CHANNELS + d->channel]) return false;
    d->urn = urn;
    return urn != UINT32_MAX; /* there would be no next one */
}

static uint8_t lasts_of(char tif)
{
    switch (tif) {
    case '0':
    case '5': return LASTS_DAY;
    case '3': return LASTS_IMMEDIATE;
    case '6': return LASTS_TIMED;
    default: return LASTS_WRONG;
    }
}

/* The options that this venue knows only by their value for "none". */
static enum entry_cause check_none(const uint8_t *message, const struct ouch50_tags *tags)
{
    static const struct {
        uint8_t tag;
        uint8_t cause;
        const char *fine; /* letters; NULL: the number 0 */
    } none[] = {
        {OUCH50_MIN_QTY, ENTRY_BAD_MIN_QTY, NULL},
        {OUCH50_CUSTOMER_TYPE, ENTRY_BAD_RETAIL, "N "},
        {OUCH50_PRICE_TYPE, ENTRY_BAD_PEG, "L"},
        {OUCH50_PEG_OFFSET, ENTRY_BAD_PEG, NULL},
        {OUCH50_DISCRETION_PRICE, ENTRY_BAD_PEG, NULL},
        {OUCH50_DISCRETION_TYPE, ENTRY_BAD_PEG, "L"},
        {OUCH50_DISCRETION_PEG, ENTRY_BAD_PEG, NULL},
        {OUCH50_RANDOM_RESERVES, ENTRY_BAD_OPTION, NULL},
        {OUCH50_TRADE_NOW, ENTRY_BAD_OPTION, "YN "},
        {OUCH50_HANDLE_INST, ENTRY_BAD_OPTION, " "},
        {OUCH50_SHARES_LOCATED, ENTRY_BAD_OPTION, "YN"},
        {OUCH50_AIQ_GROUP, ENTRY_BAD_AIQ, " "},
    };
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
        enum ouch50_tag tag = (enum ouch50_tag)none[i].tag;
        if (!ouch50_has(tags, tag)) continue;
        const uint8_t *value = ouch50_value(message, tags, tag);
        uint32_t size = ouch50_tag_field(none[i].tag)->size_bytes;
        bool fine = true;
        for (uint32_t at = 0; at < size; at++)
            fine &=
                none[i].fine ? value[at] != 0 && strchr(none[i].fine, value[at]) : value[at] == 0;
        if (!fine) return (enum entry_cause)none[i].cause;
    }
    return ENTRY_NO_CAUSE;
}

static enum entry_cause read_aiq(struct entry_terms *terms, char letter)
{
    terms->aiq = letter;
    switch (letter) {
    case 'O':
    case 'o': terms->self_trade = MATCH_CANCEL_OLDEST; return ENTRY_NO_CAUSE;
    case 'W':
    case 'w': terms->self_trade = MATCH_CANCEL_NEWEST; return ENTRY_NO_CAUSE;
    case 'D':
    case 'd':
    case 'Y':
    case 'y': terms->self_trade = MATCH_DECREMENT; return ENTRY_NO_CAUSE;
    default: return ENTRY_BAD_AIQ;
    }
}

static const uint32_t repeated = 1u << OUCH50_FIRM | 1u << OUCH50_MAX_FLOOR |
                                 1u << OUCH50_POST_ONLY | 1u << OUCH50_EXPIRE_TIME |
                                 1u << OUCH50_GROUP_ID | 1u << OUCH50_AIQ_STRATEGY;

/* The options of a new order or a replacement, over what terms says already. */
static enum entry_cause read_options(const uint8_t *message, const struct ouch50_tags *tags,
                                     struct entry_terms *terms)
{
    enum entry_cause cause = check_none(message, tags);
    terms->given |= tags->present & repeated;
    if (ouch50_has(tags, OUCH50_FIRM))
        memcpy(terms->firm, ouch50_value(message, tags, OUCH50_FIRM), sizeof terms->firm);
    if (ouch50_has(tags, OUCH50_MAX_FLOOR))
        terms->max_floor = ouch50_be32(message, tags, OUCH50_MAX_FLOOR);
    if (ouch50_has(tags, OUCH50_EXPIRE_TIME))
        terms->time_s = ouch50_be32(message, tags, OUCH50_EXPIRE_TIME);
    if (ouch50_has(tags, OUCH50_GROUP_ID))
        terms->group =
            be16_read(*(const struct be16 *)ouch50_value(message, tags, OUCH50_GROUP_ID));
    if (ouch50_has(tags, OUCH50_POST_ONLY)) {
        char letter = letter_of(message, tags, OUCH50_POST_ONLY);
        terms->post_only = letter == 'P';
        if (letter != 'P' && letter != 'N' && cause == ENTRY_NO_CAUSE) cause = ENTRY_BAD_POST_ONLY;
    }
    if (ouch50_has(tags, OUCH50_AIQ_STRATEGY)) {
        enum entry_cause aiq = read_aiq(terms, letter_of(message, tags, OUCH50_AIQ_STRATEGY));
        if (cause == ENTRY_NO_CAUSE) cause = aiq;
    }
    return cause;
}

/* ExpireTime goes with until, and with nothing else. */
static void read_lasts(struct entry_terms *terms)
{
    terms->lasts = lasts_of(terms->tif);
    if (terms->lasts == LASTS_TIMED && terms->time_s - 1 >= OUCH50_EXPIRE_MAX_S)
        terms->lasts = LASTS_WRONG;
}

static char display_told(char display)
{
    if (display == 'A') return 'Y'; /* nobody is told whose order it is */
    return display;
}

static enum entry_verdict enter(struct entry *entry, const struct ouch50_enter *m,
                                const struct ouch50_tags *tags)
{
    struct entry_decision *d = &entry->decided;
    if (!number_new(entry, m->urn)) return ENTRY_IGNORE;
    const struct entry_plan *plan = &entry->sessions[d->session].plan;
    struct entry_order *draft = record_draft(entry);
    struct entry_terms *terms = &draft->terms;
    terms->price_e4 = be64_read(m->price_e4);
    terms->symbol = symbol_key(m->symbol);
    terms->qty = be32_read(m->qty);
    terms->name = m->cl_ord_id;
    terms->side = draft->side_now = text1_read(m->side);
    terms->tif = text1_read(m->tif);
    terms->display = display_told(text1_read(m->display));
    terms->capacity = text1_read(m->capacity);
    terms->iso = text1_read(m->iso);
    terms->cross = text1_read(m->cross);
    terms->self_trade = plan->self_trade;
    terms->market = is_market(terms->price_e4);
    memcpy(terms->firm, plan->firm[0], sizeof terms->firm);

    enum entry_cause cause = ENTRY_NO_CAUSE;
    if (tags->present != 0) cause = read_options((const uint8_t *)m, tags, terms);
    read_lasts(terms);
    if (terms->display != 'Y') cause = ENTRY_BAD_DISPLAY;
    char capacity = terms->capacity;
    if (capacity != 'A' && capacity != 'P' && capacity != 'R' && capacity != 'O')
        cause = ENTRY_BAD_CAPACITY;
    bool named = memcmp(terms->firm, "    ", sizeof terms->firm) != 0;
    if (!named) memcpy(terms->firm, plan->firm[0], sizeof terms->firm);
    terms->firm_index = firm_index(plan, terms->firm);
    uint32_t instrument = instrument_find(entry, terms->symbol);
    if (instrument == 0) cause = ENTRY_BAD_SYMBOL;
    else draft->instrument = (uint16_t)(instrument - 1);
    return decide_enter(entry, cause);
}

static enum entry_verdict replace(struct entry *entry, const struct ouch50_replace *m,
                                  const struct ouch50_tags *tags)
{
    struct entry_decision *d = &entry->decided;
    struct match_order living;
    struct replacement to = {.living = &living};
    if (!number_new(entry, m->urn)) return ENTRY_IGNORE;
    order_id_t id = entry_id(d->session, d->channel, be32_read(m->orig_urn));
    to.old = record_living(entry, id, &living);
    if (to.old == 0) return ENTRY_IGNORE;
    const struct entry_order *old = &entry->orders[to.old];
    struct entry_order *draft = record_draft(entry);
    struct entry_terms *terms = &draft->terms;
    draft->instrument = old->instrument;
    *terms = old->terms;
    terms->price_e4 = be64_read(m->price_e4);
    terms->qty = be32_read(m->qty);
    terms->name = m->cl_ord_id;
    terms->tif = text1_read(m->tif);
    terms->display = display_told(text1_read(m->display));
    terms->iso = text1_read(m->iso);

    enum entry_cause cause = ENTRY_NO_CAUSE;
    if (tags->present != 0) cause = read_options((const uint8_t *)m, tags, terms);
    if (ouch50_has(tags, OUCH50_SIDE)) to.side = letter_of((const uint8_t *)m, tags, OUCH50_SIDE);
    read_lasts(terms);
    if (terms->display != 'Y') cause = ENTRY_BAD_DISPLAY;
    if (terms->iso != 'N') cause = ENTRY_BAD_ISO;
    if (terms->lasts == LASTS_WRONG) cause = ENTRY_BAD_TIF;
    bool market = is_market(terms->price_e4);
    to.fixed =
        market || terms->lasts == LASTS_IMMEDIATE || terms->max_floor != old->terms.max_floor ||
        terms->post_only != old->terms.post_only || terms->self_trade != old->terms.self_trade;
    if (market) terms->price_e4 = old->terms.price_e4;
    if (terms->lasts == LASTS_IMMEDIATE) terms->lasts = LASTS_DAY; /* it will not be taken */
    return decide_replace(entry, &to, cause);
}

/* An answer to a request about a firm, or about the port. */
static enum entry_verdict answer(struct entry *entry, uint32_t length)
{
    struct entry_decision *d = &entry->decided;
    d->ask.kind = ASK_ANSWER;
    d->ask.other = d->session;
    d->ask.length = (uint8_t)length;
    return ENTRY_ANSWER;
}

static enum entry_verdict refuse_unnamed(struct entry *entry, enum entry_cause cause)
{
    struct text14 none;
    memset(&none, ' ', sizeof none);
    return decide_refusal(entry, cause, none);
}

/* The tags of an answer are those of its request, in the order of their numbers. */
static void repeat(struct ouch50_appendage *to, const uint8_t *message,
                   const struct ouch50_tags *tags)
{
    static const uint8_t tag[] = {OUCH50_GROUP_ID, OUCH50_SIDE, OUCH50_USER_REF_IDX};
    for (size_t i = 0; i < sizeof tag; i++) {
        if (!ouch50_has(tags, (enum ouch50_tag)tag[i])) continue;
        ouch50_add(to, (enum ouch50_tag)tag[i],
                   ouch50_value(message, tags, (enum ouch50_tag)tag[i]),
                   ouch50_tag_field(tag[i])->size_bytes);
    }
}

static enum entry_verdict mass_cancel(struct entry *entry, const struct ouch50_mass_cancel *m,
                                      const struct ouch50_tags *tags)
{
    struct entry_decision *d = &entry->decided;
    const uint8_t *message = (const uint8_t *)m;
    if (!number_new(entry, m->urn)) return ENTRY_IGNORE;
    const struct entry_session *session = &entry->sessions[d->session];
    uint64_t symbol = symbol_key(m->symbol);
    bool all = memcmp(m->symbol.byte, "        ", sizeof m->symbol) == 0;
    struct entry_sweep sweep = {
        .symbol = all ? 0 : symbol,
        .at = session->first,
        .firm = firm_index(&session->plan, m->firm.byte),
        .reason = 'U',
        .by_channel = ouch50_has(tags, OUCH50_USER_REF_IDX),
        .channel = d->channel,
        .by_group = ouch50_has(tags, OUCH50_GROUP_ID),
    };
    if (sweep.firm == ENTRY_FIRMS) return refuse_unnamed(entry, ENTRY_BAD_FIRM);
    if (!all && instrument_find(entry, symbol) == 0) return refuse_unnamed(entry, ENTRY_BAD_SYMBOL);
    if (ouch50_has(tags, OUCH50_SIDE)) {
        sweep.side = letter_of(message, tags, OUCH50_SIDE);
        if (!side_good(sweep.side)) return refuse_unnamed(entry, ENTRY_BAD_SIDE);
    }
    if (sweep.by_group)
        sweep.group = be16_read(*(const struct be16 *)ouch50_value(message, tags, OUCH50_GROUP_ID));
    d->sweep = sweep;
    d->sweeps = sweep_goes_on(entry, &d->sweep);
    *(struct ouch50_mass_canceled *)d->answer.bytes = (struct ouch50_mass_canceled){
        .type = text1('X'),
        .timestamp_ns = be64(d->time - entry->midnight),
        .urn = m->urn,
        .firm = m->firm,
        .symbol = m->symbol,
    };
    struct ouch50_appendage to =
        ouch50_appendage(d->answer.bytes, sizeof(struct ouch50_mass_canceled));
    repeat(&to, message, tags);
    return answer(entry, ouch50_end(&to));
}

static enum entry_verdict firm_request(struct entry *entry, const struct ouch50_disable *m,
                                       const struct ouch50_tags *tags)
{
    struct entry_decision *d = &entry->decided;
    if (!number_new(entry, m->urn)) return ENTRY_IGNORE;
    bool disable = text1_read(m->type) == 'D';
    uint8_t firm = firm_index(&entry->sessions[d->session].plan, m->firm.byte);
    if (firm == ENTRY_FIRMS) return refuse_unnamed(entry, ENTRY_BAD_FIRM);
    if (disable) d->disabled |= (uint8_t)(1u << firm);
    else d->disabled &= (uint8_t) ~(1u << firm);
    *(struct ouch50_disabled *)d->answer.bytes = (struct ouch50_disabled){
        .type = text1(disable ? 'G' : 'K'),
        .timestamp_ns = be64(d->time - entry->midnight),
        .urn = m->urn,
        .firm = m->firm,
    };
    struct ouch50_appendage to = ouch50_appendage(d->answer.bytes, sizeof(struct ouch50_disabled));
    repeat(&to, (const uint8_t *)m, tags);
    return answer(entry, ouch50_end(&to));
}

static enum entry_verdict query(struct entry *entry, const uint8_t *message,
                                const struct ouch50_tags *tags)
{
    struct entry_decision *d = &entry->decided;
    uint32_t next = entry->next_urn[(size_t)d->session * ENTRY_CHANNELS + d->channel];
    *(struct ouch50_queried *)d->answer.bytes = (struct ouch50_queried){
        .type = text1('Q'),
        .timestamp_ns = be64(d->time - entry->midnight),
        .next_urn = be32(next),
    };
    if (tags->present == 0) return answer(entry, sizeof(struct ouch50_queried));
    struct ouch50_appendage to = ouch50_appendage(d->answer.bytes, sizeof(struct ouch50_queried));
    repeat(&to, message, tags);
    return answer(entry, ouch50_end(&to));
}

enum entry_verdict decide_ouch50(struct entry *entry, const uint8_t *message, size_t length)
{
    struct ouch50_tags tags;
    struct entry_decision *d = &entry->decided;
    if (ouch50_check_in(message, length, &tags) != OUCH50_OK) return ENTRY_MALFORMED;
    d->channel = channel50(message, &tags);
    switch (message[0]) {
    case 'O': return enter(entry, (const struct ouch50_enter *)message, &tags);
    case 'U': return replace(entry, (const struct ouch50_replace *)message, &tags);
    case 'X': {
        const struct ouch50_cancel *m = (const struct ouch50_cancel *)message;
        order_id_t id = entry_id(d->session, d->channel, be32_read(m->urn));
        return decide_cancel(entry, id, be32_read(m->qty));
    }
    case 'M': {
        const struct ouch50_modify *m = (const struct ouch50_modify *)message;
        const struct modification to = {
            .id = entry_id(d->session, d->channel, be32_read(m->urn)),
            .total = be32_read(m->qty),
            .side = text1_read(m->side),
        };
        return decide_modify(entry, &to);
    }
    case 'C': return mass_cancel(entry, (const struct ouch50_mass_cancel *)message, &tags);
    case 'D':
    case 'E': return firm_request(entry, (const struct ouch50_disable *)message, &tags);
    case 'Q': return query(entry, message, &tags);
    default: break;
    }
    UNREACHABLE("ouch50_check_in accepts only the types of OUCH50_IN_MESSAGES");
}
