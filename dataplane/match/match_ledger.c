#include "dataplane/match/ledger.h"
#include "dataplane/match/match_parts.h"

/* Accounts, holdings and balances: how they are found and made, and the inputs that pay.
 *
 * Holdings and balances are slots from 1 on, found by open addressing with linear probing: a table
 * of slots whose keys are in the slots.  Removal shifts back what probed past the gap, so that
 * there are no tombstones and a search ends at the first empty place.
 *
 * An account knows its holdings in the order in which it first used their instruments, an
 * instrument its holdings in the order in which accounts first used it.  Balances are never given
 * back, but for the newest when the order that made them is refused. */

/* Tables. */

static uint32_t holding_home(const struct match *m, uint32_t slot)
{
    const struct holding *holding = &m->holdings[slot];
    return ledger_home(holding->account, holding->instrument, m->holding_mask);
}

static uint32_t balance_home(const struct match *m, uint32_t slot)
{
    const struct balance *balance = &m->balances[slot];
    return ledger_home(balance->account, balance->asset, m->balance_mask);
}

static void table_insert(uint32_t *table, uint32_t mask, uint32_t home, uint32_t slot)
{
    uint32_t at = home;
    while (table[at] != 0) at = (at + 1) & mask;
    table[at] = slot;
}

typedef uint32_t home_fn(const struct match *m, uint32_t slot);

static void table_remove(const struct match *m, uint32_t *table, uint32_t mask, uint32_t slot,
                         home_fn *home_of)
{
    uint32_t gap = home_of(m, slot);
    while (table[gap] != slot) gap = (gap + 1) & mask;
    for (uint32_t at = (gap + 1) & mask; table[at] != 0; at = (at + 1) & mask) {
        uint32_t home = home_of(m, table[at]);
        if (((at - home) & mask) < ((at - gap) & mask)) continue; /* its search does not pass gap */
        table[gap] = table[at];
        gap = at;
    }
    table[gap] = 0;
}

uint32_t ledger_balance_find(const struct match *m, uint32_t account, uint16_t asset)
{
    uint32_t at = ledger_home(account, asset, m->balance_mask);
    for (; m->balance_table[at] != 0; at = (at + 1) & m->balance_mask) {
        uint32_t slot = m->balance_table[at];
        const struct balance *balance = &m->balances[slot];
        if (balance->account == account && balance->asset == asset) return slot;
    }
    return 0;
}

/* Where an account's list of balances names slot; 0: its end. */
static uint32_t *balances_link(struct match *m, struct account *account, uint32_t slot)
{
    uint32_t *at = &account->balances_first;
    while (*at != slot) at = &m->balances[*at].next;
    return at;
}

uint32_t ledger_balance(struct match *m, uint32_t account, uint16_t asset)
{
    uint32_t slot = ledger_balance_find(m, account, asset);
    if (slot != 0) return slot;
    if (m->balances_used == m->limits.balances) return 0;
    slot = ++m->balances_used;
    m->balances[slot] = (struct balance){.account = account, .asset = asset};
    *balances_link(m, &m->accounts[account], 0) = slot;
    table_insert(m->balance_table, m->balance_mask, balance_home(m, slot), slot);
    m->fresh.balances++;
    return slot;
}

static void balances_undo(struct match *m)
{
    for (; m->fresh.balances != 0; m->fresh.balances--) {
        uint32_t slot = m->balances_used--;
        table_remove(m, m->balance_table, m->balance_mask, slot, balance_home);
        *balances_link(m, &m->accounts[m->balances[slot].account], slot) = 0;
    }
}

/* Holdings. */

/* The balances its class needs; false: no room. */
static bool holding_pay_from(struct match *m, const struct instrument *b, struct holding *holding)
{
    if (b->class_of == MATCH_PLAIN) return true;
    holding->quote = ledger_balance(m, holding->account, b->quote);
    if (holding->quote == 0) return false;
    if (b->class_of == MATCH_FUTURES) return true;
    holding->base = ledger_balance(m, holding->account, b->base);
    return holding->base != 0;
}

static void holding_append(struct match *m, struct instrument *b, uint32_t slot)
{
    struct account *account = &m->accounts[m->holdings[slot].account];
    uint32_t last = m->fresh.after_of_account = account->holdings_last;
    *(last != 0 ? &m->holdings[last].next_of_account : &account->holdings_first) = slot;
    account->holdings_last = slot;
    last = m->fresh.after_of_instrument = b->holdings_last;
    *(last != 0 ? &m->holdings[last].next_of_instrument : &b->holdings_first) = slot;
    b->holdings_last = slot;
}

uint32_t ledger_holding_new(struct match *m, uint32_t account, struct instrument *b)
{
    uint32_t slot = m->holdings_free;
    if (slot == 0 && m->holdings_used == m->limits.holdings) return 0;
    struct holding holding = {
        .account = account,
        .group = m->accounts[account].group,
        .instrument = b->index,
    };
    m->fresh.balances = 0;
    if (!holding_pay_from(m, b, &holding)) {
        balances_undo(m);
        return 0;
    }
    if (slot != 0) m->holdings_free = m->holdings[slot].next_of_instrument;
    else slot = ++m->holdings_used;
    m->holdings[slot] = holding;
    table_insert(m->holding_table, m->holding_mask, holding_home(m, slot), slot);
    holding_append(m, b, slot);
    m->fresh.holding = slot;
    return slot;
}

/* The slot is free; it must be in no list. */
static void holding_free(struct match *m, uint32_t slot)
{
    table_remove(m, m->holding_table, m->holding_mask, slot, holding_home);
    m->holdings[slot] = (struct holding){.next_of_instrument = m->holdings_free};
    m->holdings_free = slot;
}

void ledger_holding_undo(struct match *m, uint32_t holder)
{
    if (m->fresh.holding == 0) return;
    CHECK(m->fresh.holding == holder);
    struct holding *holding = &m->holdings[holder];
    CHECK(holding->orders == 0);
    struct account *account = &m->accounts[holding->account];
    uint32_t last = account->holdings_last = m->fresh.after_of_account;
    *(last != 0 ? &m->holdings[last].next_of_account : &account->holdings_first) = 0;
    struct instrument *b = &m->instruments[holding->instrument];
    last = b->holdings_last = m->fresh.after_of_instrument;
    *(last != 0 ? &m->holdings[last].next_of_instrument : &b->holdings_first) = 0;
    holding_free(m, holder);
    balances_undo(m);
    m->fresh.holding = 0;
}

static void account_drop(struct match *m, struct account *account, uint32_t slot)
{
    uint32_t before = 0;
    for (uint32_t at = account->holdings_first; at != slot; at = m->holdings[at].next_of_account)
        before = at;
    uint32_t next = m->holdings[slot].next_of_account;
    *(before != 0 ? &m->holdings[before].next_of_account : &account->holdings_first) = next;
    if (account->holdings_last == slot) account->holdings_last = before;
}

void ledger_forget(struct match *m, struct instrument *b)
{
    uint32_t next;
    for (uint32_t slot = b->holdings_first; slot != 0; slot = next) {
        struct holding *holding = &m->holdings[slot];
        next = holding->next_of_instrument;
        CHECK(holding->orders == 0);
        CHECK(holding->margin == 0);
        CHECK(holding->position == 0);
        account_drop(m, &m->accounts[holding->account], slot);
        holding_free(m, slot);
    }
    b->holdings_first = b->holdings_last = 0;
}

bool ledger_has_positions(const struct match *m, const struct instrument *b)
{
    for (uint32_t slot = b->holdings_first; slot != 0; slot = m->holdings[slot].next_of_instrument)
        if (m->holdings[slot].position != 0) return true;
    return false;
}

/* What is said. */

void ledger_tell_balance(struct match *m, uint32_t slot)
{
    const struct balance *balance = &m->balances[slot];
    match_emit(m, &(struct match_event){
                      .account = balance->account,
                      .instrument = balance->asset,
                      .qty = balance->total,
                      .left = balance->reserved,
                      .kind = MATCH_BALANCED,
                  });
}

void ledger_tell_position(struct match *m, const struct instrument *b, uint32_t holder)
{
    const struct holding *holding = &m->holdings[holder];
    match_emit(m, &(struct match_event){
                      .account = holding->account,
                      .instrument = b->index,
                      .qty = lots_qty(b, (uint64_t)holding->position),
                      .left = holding->cost,
                      .kind = MATCH_POSITIONED,
                  });
}

void ledger_tell_spot(struct match *m, uint32_t buyer, uint32_t seller)
{
    ledger_tell_balance(m, m->holdings[buyer].base);
    ledger_tell_balance(m, m->holdings[buyer].quote);
    ledger_tell_balance(m, m->holdings[seller].base);
    ledger_tell_balance(m, m->holdings[seller].quote);
}

/* Inputs. */

/* The bytes behind qty that neither an account's inputs nor a payment's read are zero. */
static bool rest_is_zero(const struct match_input *in)
{
    uint8_t rest = in->side | in->type | in->tif | in->self_trade | in->flags;
    return (rest | in->spare[0] | in->spare[1]) == 0 && in->bytes == sizeof *in;
}

static enum match_reason account_check(const struct match *m, const struct match_input *in)
{
    if (!rest_is_zero(in) || in->id != 0 || in->instrument != 0) return MATCH_MALFORMED;
    if (in->other > UINT32_MAX) return MATCH_MALFORMED;
    if (in->account >= m->limits.accounts) return MATCH_NO_ACCOUNT;
    if (in->qty < 0 || in->qty > LEDGER_LEVERAGE_MAX * QTY_ONE || in->qty % QTY_ONE != 0)
        return MATCH_BAD_QTY;
    return in->price < 0 ? MATCH_BAD_PRICE : MATCH_NO_REASON;
}

void command_account(struct match *m, const struct match_input *in)
{
    enum match_reason reason = account_check(m, in);
    if (reason != MATCH_NO_REASON) {
        match_reject(m, in, reason);
        return;
    }
    struct account *account = &m->accounts[in->account];
    account->known = 1;
    account->group = in->other != 0 ? (uint32_t)in->other : in->account;
    account->leverage = (uint32_t)(in->qty / QTY_ONE);
    account->value_max = in->price;
    for (uint32_t slot = account->holdings_first; slot != 0;
         slot = m->holdings[slot].next_of_account) {
        struct holding *holding = &m->holdings[slot];
        const struct instrument *b = &m->instruments[holding->instrument];
        holding->group = account->group;
        if (b->class_of == MATCH_FUTURES) ledger_settle(m, b, holding);
    }
    match_emit(m, &(struct match_event){
                      .account = in->account,
                      .other = account->group,
                      .kind = MATCH_ACCOUNTED,
                  });
}

/* What both payments must be. */
static enum match_reason payment_check(const struct match *m, const struct match_input *in)
{
    if (!rest_is_zero(in) || in->id != 0 || in->other != 0 || in->price != 0)
        return MATCH_MALFORMED;
    if (m->limits.accounts != 0 && in->instrument >= m->limits.assets) return MATCH_NO_INSTRUMENT;
    if (in->account >= m->limits.accounts || !m->accounts[in->account].known)
        return MATCH_NO_ACCOUNT;
    return in->qty <= 0 ? MATCH_BAD_QTY : MATCH_NO_REASON;
}

static void payment_move(struct match *m, const struct match_input *in, uint32_t balance,
                         int64_t amount)
{
    m->balances[balance].total += amount;
    m->paid_in[in->instrument] += amount;
    ledger_tell_balance(m, balance);
}

static enum match_reason deposit_take(struct match *m, const struct match_input *in)
{
    enum match_reason reason = payment_check(m, in);
    if (reason != MATCH_NO_REASON) return reason;
    if (m->paid_in[in->instrument] > MATCH_MONEY_MAX - in->qty) return MATCH_NO_ROOM;
    uint32_t balance = ledger_balance_find(m, in->account, in->instrument);
    if (balance != 0 && m->balances[balance].total > MATCH_MONEY_MAX - in->qty)
        return MATCH_NO_ROOM;
    if (balance == 0) balance = ledger_balance(m, in->account, in->instrument);
    if (balance == 0) return MATCH_NO_ROOM;
    payment_move(m, in, balance, in->qty);
    return MATCH_NO_REASON;
}

static enum match_reason withdrawal_pay(struct match *m, const struct match_input *in)
{
    enum match_reason reason = payment_check(m, in);
    if (reason != MATCH_NO_REASON) return reason;
    uint32_t balance = ledger_balance_find(m, in->account, in->instrument);
    if (balance == 0 || in->qty > ledger_available(&m->balances[balance])) return MATCH_NO_FUNDS;
    if (m->paid_in[in->instrument] < in->qty - MATCH_MONEY_MAX) return MATCH_NO_FUNDS;
    payment_move(m, in, balance, -in->qty);
    return MATCH_NO_REASON;
}

void command_deposit(struct match *m, const struct match_input *in)
{
    enum match_reason reason = deposit_take(m, in);
    if (reason != MATCH_NO_REASON) match_reject(m, in, reason);
}

void command_withdraw(struct match *m, const struct match_input *in)
{
    enum match_reason reason = withdrawal_pay(m, in);
    if (reason != MATCH_NO_REASON) match_reject(m, in, reason);
}
