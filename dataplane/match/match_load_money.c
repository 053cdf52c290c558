#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_load.h"

/* Accounts and what they have.  Lists are linked here, as they were saved; the tables that find
 * things are the ledger's.  What follows from orders and positions is computed anew by
 * ledger_rebuild when all is there, and ledger_unsound says whether it all agrees. */

#define NOT_LINKED                                                                                 \
    UINT32_MAX /* of next_of_instrument, until the users' section names the holding */

static bool amount_good(int64_t amount)
{
    return amount >= -LEDGER_TOTAL_MAX && amount <= LEDGER_TOTAL_MAX;
}

static const char *load_accounts(struct load *load)
{
    struct match *m = load->m;
    struct load_section section = {0};
    const char *sentence = load_take(load, STREAM_ACCOUNTS, &section);
    if (sentence) return sentence;
    struct stream_account saved;
    while (load_next(&section, &saved)) {
        if (saved.account >= m->limits.accounts)
            return "an account's number is beyond the limit of accounts";
        struct account *account = &m->accounts[saved.account];
        if (account->known) return "an account is there twice";
        if (saved.value_max < 0 || saved.leverage > LEDGER_LEVERAGE_MAX || saved.spare != 0)
            return "an account's terms are not what they may be";
        *account = (struct account){
            .known = 1,
            .group = saved.group,
            .leverage = saved.leverage,
            .value_max = saved.value_max,
        };
    }
    return NULL;
}

/* The list of an account's balances is in the order of the section. */
static const char *load_balances(struct load *load)
{
    struct match *m = load->m;
    struct load_section section = {0};
    const char *sentence = load_take(load, STREAM_BALANCES, &section);
    if (sentence) return sentence;
    struct stream_balance saved;
    uint32_t last = 0;
    while (load_next(&section, &saved)) {
        if (saved.account >= m->limits.accounts || !m->accounts[saved.account].known)
            return "a balance is of an account that is not there";
        if (saved.asset >= m->limits.assets)
            return "a balance's asset is beyond the limit of assets";
        if (!amount_good(saved.total)) return "a balance is larger than it may be";
        uint16_t asset = (uint16_t)saved.asset;
        if (ledger_balance_find(m, saved.account, asset) != 0) return "a balance is there twice";
        bool first = last == 0 || m->balances[last].account != saved.account;
        struct account *account = &m->accounts[saved.account];
        if (first && account->balances_first != 0) return "the balances are not in order";
        uint32_t number = ledger_balance(m, saved.account, asset);
        if (number == 0) return "there are more balances than the limit of balances";
        struct balance *balance = &m->balances[number];
        balance->total = saved.total;
        balance->next = 0;
        if (first) account->balances_first = number;
        else m->balances[last].next = number;
        last = number;
    }
    return NULL;
}

/* Whether the balances that a holding settles in are there. */
static bool balances_there(const struct match *m, uint32_t account, const struct instrument *b)
{
    if (b->class_of == MATCH_PLAIN) return true;
    if (ledger_balance_find(m, account, b->quote) == 0) return false;
    return b->class_of == MATCH_FUTURES || ledger_balance_find(m, account, b->base) != 0;
}

static const char *load_holding(struct match *m, const struct stream_holding *saved)
{
    if (saved->account >= m->limits.accounts || !m->accounts[saved->account].known)
        return "a holding is of an account that is not there";
    if (saved->instrument >= m->limits.instruments)
        return "a holding is of an instrument that is not there";
    struct instrument *b = &m->instruments[saved->instrument];
    if (b->phase == MATCH_UNLISTED) return "a holding is of an instrument that is not there";
    if (!amount_good(saved->position) || !amount_good(saved->cost))
        return "a holding is larger than it may be";
    if (ledger_holding_find(m, saved->account, b->index) != 0) return "a holding is there twice";
    if (!balances_there(m, saved->account, b)) return "a holding's balance is not there";
    uint32_t number = ledger_holding(m, saved->account, b);
    if (number == 0) return "there are more holdings than the limit of holdings";
    struct holding *holding = &m->holdings[number];
    holding->position = saved->position;
    holding->cost = saved->cost;
    return NULL;
}

/* The ledger puts each at the end of its account's list. */
static const char *load_holdings(struct load *load)
{
    struct load_section section = {0};
    const char *sentence = load_take(load, STREAM_HOLDINGS, &section);
    if (sentence) return sentence;
    struct stream_holding saved;
    while (load_next(&section, &saved)) {
        sentence = load_holding(load->m, &saved);
        if (sentence) return sentence;
    }
    return NULL;
}

/* Takes the lists of the instruments apart, and returns how many holdings were in them. */
static uint64_t users_unlink(struct match *m)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < m->limits.instruments; i++) {
        struct instrument *b = &m->instruments[i];
        if (b->phase == MATCH_UNLISTED) continue;
        uint32_t next;
        for (uint32_t at = b->holdings_first; at != 0; at = next) {
            next = m->holdings[at].next_of_instrument;
            m->holdings[at].next_of_instrument = NOT_LINKED;
            count++;
        }
        b->holdings_first = b->holdings_last = 0;
    }
    return count;
}

static const char *load_users(struct load *load)
{
    struct match *m = load->m;
    struct load_section section = {0};
    const char *sentence = load_take(load, STREAM_USERS, &section);
    if (sentence) return sentence;
    if (section.count != (m->limits.accounts != 0 ? users_unlink(m) : 0))
        return "the instruments' users are not as many as the holdings";
    struct stream_user saved;
    while (load_next(&section, &saved)) {
        if (saved.instrument >= m->limits.instruments || saved.account >= m->limits.accounts)
            return "an instrument's user has no holding in it";
        uint32_t number = ledger_holding_find(m, saved.account, (uint16_t)saved.instrument);
        if (number == 0) return "an instrument's user has no holding in it";
        struct instrument *b = &m->instruments[saved.instrument];
        if (m->holdings[number].next_of_instrument != NOT_LINKED)
            return "an instrument's user is there twice";
        m->holdings[number].next_of_instrument = 0;
        if (b->holdings_first == 0) b->holdings_first = number;
        else m->holdings[b->holdings_last].next_of_instrument = number;
        b->holdings_last = number;
    }
    return NULL;
}

static const char *load_assets(struct load *load)
{
    struct match *m = load->m;
    struct load_section section = {0};
    const char *sentence = load_take(load, STREAM_ASSETS, &section);
    if (sentence) return sentence;
    struct stream_asset saved;
    while (load_next(&section, &saved)) {
        if (m->limits.accounts == 0 || saved.asset >= m->limits.assets)
            return "an asset is beyond the limit of assets";
        if (!amount_good(saved.house) || !amount_good(saved.paid_in))
            return "an asset's amount is larger than it may be";
        if (m->house[saved.asset] != 0 || m->paid_in[saved.asset] != 0)
            return "an asset is there twice";
        m->house[saved.asset] = saved.house;
        m->paid_in[saved.asset] = saved.paid_in;
    }
    return NULL;
}

const char *load_money(struct load *load)
{
    const char *sentence = load_accounts(load);
    if (!sentence) sentence = load_balances(load);
    if (!sentence) sentence = load_holdings(load);
    if (!sentence) sentence = load_users(load);
    if (!sentence) sentence = load_assets(load);
    return sentence;
}
