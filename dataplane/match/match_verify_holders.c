#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_verify.h"

/* The lists of accounts: their balances, their holdings, and the orders of each of those. */

struct holders {
    const struct match *m;
    uint32_t balances;
    uint32_t holdings;
    uint32_t users;
    uint32_t orders;
};

static void verify_orders_of(struct holders *holders, uint32_t number)
{
    const struct match *m = holders->m;
    const struct holding *holding = &m->holdings[number];
    uint32_t prev = 0, count = 0;
    for (uint32_t slot = holding->orders_first; slot != 0; prev = slot, slot = m->ties[slot].next) {
        CHECK(slot <= m->limits.orders);
        CHECK(m->orders[slot].id != 0);
        CHECK(m->orders[slot].holder == number);
        CHECK((m->orders[slot].meta & META_INSTRUMENT) == holding->instrument);
        CHECK(m->ties[slot].prev == prev);
        count++;
    }
    CHECK(holding->orders_last == prev);
    CHECK(holding->orders == count);
    holders->orders += count;
}

static void verify_holding(struct holders *holders, uint32_t account, uint32_t number)
{
    const struct match *m = holders->m;
    CHECK(number <= m->limits.holdings);
    CHECK(++holders->holdings <= m->limits.holdings);
    const struct holding *holding = &m->holdings[number];
    CHECK(holding->account == account);
    CHECK(holding->group == m->accounts[account].group);
    CHECK(holding->instrument < m->limits.instruments);
    const struct instrument *b = &m->instruments[holding->instrument];
    CHECK(b->phase != MATCH_UNLISTED);
    CHECK(ledger_holding_find(m, account, holding->instrument) == number);
    if (b->class_of != MATCH_PLAIN) {
        CHECK(holding->quote == ledger_balance_find(m, account, b->quote));
        CHECK(holding->quote != 0);
    }
    if (b->class_of == MATCH_SPOT) {
        CHECK(holding->base == ledger_balance_find(m, account, b->base));
        CHECK(holding->base != 0);
    }
    verify_orders_of(holders, number);
}

static void verify_balance(struct holders *holders, uint32_t account, uint32_t number)
{
    const struct match *m = holders->m;
    CHECK(number <= m->limits.balances);
    CHECK(++holders->balances <= m->limits.balances);
    const struct balance *balance = &m->balances[number];
    CHECK(balance->account == account);
    CHECK(balance->asset < m->limits.assets);
    CHECK(ledger_balance_find(m, account, balance->asset) == number);
}

static void verify_account(struct holders *holders, uint32_t number)
{
    const struct match *m = holders->m;
    const struct account *account = &m->accounts[number];
    if (!account->known) {
        CHECK(account->balances_first == 0);
        CHECK(account->holdings_first == 0);
        return;
    }
    uint32_t last = 0;
    for (uint32_t at = account->holdings_first; at != 0; at = m->holdings[at].next_of_account) {
        verify_holding(holders, number, at);
        last = at;
    }
    CHECK(account->holdings_last == last);
    for (uint32_t at = account->balances_first; at != 0; at = m->balances[at].next)
        verify_balance(holders, number, at);
}

static void verify_users(struct holders *holders, uint32_t index)
{
    const struct match *m = holders->m;
    const struct instrument *b = &m->instruments[index];
    if (b->phase == MATCH_UNLISTED) return;
    uint32_t last = 0;
    for (uint32_t at = b->holdings_first; at != 0; at = m->holdings[at].next_of_instrument) {
        CHECK(at <= m->limits.holdings);
        CHECK(++holders->users <= m->limits.holdings);
        CHECK(m->holdings[at].instrument == index);
        last = at;
    }
    CHECK(b->holdings_last == last);
}

void verify_holders(const struct match *m)
{
    if (m->limits.accounts == 0) return;
    struct holders holders = {.m = m};
    for (uint32_t i = 0; i < m->limits.accounts; i++) verify_account(&holders, i);
    for (uint32_t i = 0; i < m->limits.instruments; i++) verify_users(&holders, i);
    CHECK(holders.orders == m->alive);
    CHECK(holders.users == holders.holdings);
    CHECK(holders.balances == m->balances_used);
}
