#include "dataplane/entry/entry_parts.h"

/* Looking ahead: what requests will touch here is fetched in steps, as match_expect.c does it for
 * the engine.  Each step takes all requests, and reads only what the steps before have fetched, so
 * that misses overlap.  Nothing that is read is trusted or kept: by the time a request is made
 * another one may have changed what it means.
 *
 *     step   a new order                      a request about an order
 *     1      message, session                 message, session
 *     2      place of its id                  place of its id; 4.2: of its token
 *     3      -                                4.2: place of its id
 *     4      the session's last order         its record, and those that share its place
 *     5      -                                its neighbours in the session's list
 *
 * A message that is malformed, or about no order, is read and given up in step 2. */

enum {
    NEAR = 4,   /* places looked at from an id's own one on: nearly all rows of them are shorter */
    CHANNEL = 0 /* of 4.2 */
};

/* A request, and what is known of it so far. */
struct expected {
    order_id_t names;           /* an order; 0: none, or not known yet */
    order_id_t makes;           /* an order; 0: none, or not to be guessed */
    const struct text14 *token; /* 4.2: of what it names */
    uint32_t session;
};

struct ahead {
    const struct entry *entry;
    struct match_input *guesses; /* of expected[0..count) */
    uint32_t count;
    struct expected expected[ENTRY_EXPECT_MAX];
};

static inline void fetch(const void *line)
{
    __builtin_prefetch(line, 1);
}

static inline bool session_known(const struct entry *entry, uint32_t session)
{
    return session < entry->limits.sessions;
}

static void session_fetch(const struct entry *entry, const struct entry_waiting *waiting)
{
    if (!session_known(entry, waiting->session)) return;
    const struct entry_session *session = &entry->sessions[waiting->session];
    fetch(&session->plan);
    fetch(&session->disabled);
    fetch(&session->sweep);
    fetch(&entry->next_urn[(size_t)waiting->session * ENTRY_CHANNELS]);
    fetch(waiting->message);
    fetch(waiting->message + waiting->bytes);
}

/* A new order, as far as both dialects say it alike. */
static void enter_guess(const struct entry *entry, struct match_input *guess, struct text8 symbol,
                        struct text1 side)
{
    uint32_t instrument = instrument_find(entry, symbol_key(symbol));
    guess->kind = MATCH_NEW;
    guess->instrument = (uint16_t)(instrument == 0 ? 0 : instrument - 1);
    guess->side = is_sell(text1_read(side)) ? SIDE_SELL : SIDE_BUY;
}

static price_t price_guess(uint64_t price_e4)
{
    return (price_t)(price_e4 * (uint64_t)PRICE_PER_E4);
}

/* What is left of the order changes it. */
static uint8_t cancel_guess(struct be32 total)
{
    return be32_read(total) == 0 ? MATCH_CANCEL : MATCH_MODIFY;
}

static bool read50(const struct entry *entry, const uint8_t *message, uint32_t bytes,
                   struct expected *at, struct match_input *guess)
{
    struct ouch50_tags tags;
    if (ouch50_check_in(message, bytes, &tags) != OUCH50_OK) return false;
    order_id_t none = entry_id(at->session, channel50(message, &tags), 0);
    switch (message[0]) {
    case 'O': {
        const struct ouch50_enter *m = (const struct ouch50_enter *)message;
        enter_guess(entry, guess, m->symbol, m->side);
        guess->price = price_guess(be64_read(m->price_e4));
        at->makes = none | be32_read(m->urn);
        return true;
    }
    case 'U': {
        const struct ouch50_replace *m = (const struct ouch50_replace *)message;
        guess->kind = MATCH_MODIFY;
        at->names = none | be32_read(m->orig_urn);
        at->makes = none | be32_read(m->urn);
        return true;
    }
    case 'X': {
        const struct ouch50_cancel *m = (const struct ouch50_cancel *)message;
        guess->kind = cancel_guess(m->qty);
        at->names = none | be32_read(m->urn);
        return true;
    }
    case 'M':
        guess->kind = MATCH_MODIFY;
        at->names = none | be32_read(((const struct ouch50_modify *)message)->urn);
        return true;
    default: return false;
    }
}

/* What number a new token will be given nobody can say before those in front of it. */
static bool read42(const struct entry *entry, const uint8_t *message, uint32_t bytes,
                   struct expected *at, struct match_input *guess)
{
    if (ouch42_check_in(message, bytes) != OUCH42_OK) return false;
    switch (message[0]) {
    case 'O': {
        const struct ouch42_enter *m = (const struct ouch42_enter *)message;
        enter_guess(entry, guess, m->symbol, m->side);
        guess->price = price_guess(be32_read(m->price_e4));
        token_expect(entry, at->session, m->token);
        return true;
    }
    case 'U': {
        const struct ouch42_replace *m = (const struct ouch42_replace *)message;
        guess->kind = MATCH_MODIFY;
        token_expect(entry, at->session, m->token);
        at->token = &m->orig_token;
        break;
    }
    case 'X': {
        const struct ouch42_cancel *m = (const struct ouch42_cancel *)message;
        guess->kind = cancel_guess(m->qty);
        at->token = &m->token;
        break;
    }
    case 'M':
        guess->kind = MATCH_MODIFY;
        at->token = &((const struct ouch42_modify *)message)->token;
        break;
    default: return false;
    }
    token_expect(entry, at->session, *at->token);
    return true;
}

static void message_read(struct ahead *a, const struct entry_waiting *waiting)
{
    const struct entry *entry = a->entry;
    if (!session_known(entry, waiting->session)) return;
    const struct entry_session *session = &entry->sessions[waiting->session];
    struct expected *at = &a->expected[a->count];
    struct match_input *guess = &a->guesses[a->count];
    if (!session->open) return;
    *at = (struct expected){.session = waiting->session};
    *guess = (struct match_input){.account = session->plan.account, .bytes = sizeof *guess};
    bool read = session->plan.dialect == ENTRY_OUCH50
                  ? read50(entry, waiting->message, waiting->bytes, at, guess)
                  : read42(entry, waiting->message, waiting->bytes, at, guess);
    if (!read) return;
    if (at->makes != 0) record_expect(entry, at->makes);
    if (at->names != 0) record_expect(entry, at->names);
    guess->id = at->names != 0 ? at->names : at->makes;
    a->count++;
}

static void token_read(struct ahead *a, uint32_t i)
{
    struct expected *at = &a->expected[i];
    if (likely(at->token == NULL)) return;
    at->names = entry_id(at->session, CHANNEL, token_find(a->entry, at->session, *at->token));
    a->guesses[i].id = at->names;
    record_expect(a->entry, at->names);
}

static void records_fetch(const struct entry *entry, const struct expected *at)
{
    uint32_t slots[NEAR];
    if (at->names == 0) {
        fetch(&entry->orders[entry->sessions[at->session].last].after);
        return;
    }
    records_near(entry, at->names, slots, NEAR);
    fetch(&entry->orders[slots[0]].before);
    fetch(&entry->orders[slots[0]].terms.given);
    for (uint32_t i = 0; i < NEAR; i++) fetch(&entry->orders[slots[i]].id);
}

static void neighbours_fetch(const struct entry *entry, const struct expected *at)
{
    if (at->names == 0) return;
    const struct entry_order *order = &entry->orders[record_find(entry, at->names)];
    fetch(&entry->orders[order->before].after);
    fetch(&entry->orders[order->after].before);
}

uint32_t entry_expect(const struct entry *entry, const struct entry_waiting *waiting,
                      uint32_t count, struct match_input *guesses)
{
    struct ahead a;
    a.entry = entry;
    a.guesses = guesses;
    a.count = 0;
    if (count > ENTRY_EXPECT_MAX) count = ENTRY_EXPECT_MAX;
    for (uint32_t i = 0; i < count; i++) session_fetch(entry, &waiting[i]);
    for (uint32_t i = 0; i < count; i++) message_read(&a, &waiting[i]);
    for (uint32_t i = 0; i < a.count; i++) token_read(&a, i);
    for (uint32_t i = 0; i < a.count; i++) records_fetch(entry, &a.expected[i]);
    for (uint32_t i = 0; i < a.count; i++) neighbours_fetch(entry, &a.expected[i]);
    return a.count;
}
