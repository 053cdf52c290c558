/* Accounts, what is paid in and out, and cancels (E7, E9, G10). */

#include "tests/reference/plain_match_parts.h"

void plain_account(struct plain_match *plain, const struct match_input *input)
{
    uint8_t reason = MATCH_NO_REASON;
    if (input->other > UINT32_MAX) reason = MATCH_MALFORMED;
    else if (input->account >= plain->limits.accounts) reason = MATCH_NO_ACCOUNT;
    else if (input->qty < 0 || input->qty % QTY_ONE != 0 || input->qty / QTY_ONE > 125)
        reason = MATCH_BAD_QTY;
    else if (input->price < 0) reason = MATCH_BAD_PRICE;
    if (reason != MATCH_NO_REASON) {
        plain_reject(plain, input, reason);
        return;
    }
    struct plain_account *account = &plain->account[input->account];
    *account = (struct plain_account){.known = true,
                                      .group = input->other ? input->other : input->account,
                                      .leverage = (uint32_t)(input->qty / QTY_ONE),
                                      .limit = input->price};
    struct match_event *event = plain_say(plain, MATCH_ACCOUNTED);
    event->account = input->account;
    event->other = account->group;
}

static bool is_known(const struct plain_match *plain, uint32_t account)
{
    return account < plain->limits.accounts && plain->account[account].known;
}

/* Without accounts nobody is known, whatever would be paid. */
static uint8_t check_payment(const struct plain_match *plain, const struct match_input *input)
{
    if (plain->limits.accounts > 0 && input->instrument >= plain->limits.assets)
        return MATCH_NO_INSTRUMENT;
    if (!is_known(plain, input->account)) return MATCH_NO_ACCOUNT;
    return input->qty <= 0 ? MATCH_BAD_QTY : MATCH_NO_REASON;
}

void plain_deposit(struct plain_match *plain, const struct match_input *input)
{
    uint16_t asset = input->instrument;
    uint8_t reason = check_payment(plain, input);
    struct plain_balance *balance = plain_balance(plain, input->account, asset);
    wide_t total = balance ? balance->total : 0;
    if (reason == MATCH_NO_REASON) {
        wide_t sum = (wide_t)plain->paid_in[asset] + input->qty;
        if (sum > MATCH_MONEY_MAX || total + input->qty > MATCH_MONEY_MAX) reason = MATCH_NO_ROOM;
        else if (balance == NULL && plain->balances >= plain->limits.balances)
            reason = MATCH_NO_ROOM;
    }
    if (reason != MATCH_NO_REASON) {
        plain_reject(plain, input, reason);
        return;
    }
    if (balance == NULL) {
        balance = &plain->balance[plain->balances++];
        *balance = (struct plain_balance){.account = input->account, .asset = asset};
    }
    balance->total += input->qty;
    plain->paid_in[asset] += input->qty;
    plain_say_balance(plain, input->account, asset);
}

void plain_withdraw(struct plain_match *plain, const struct match_input *input)
{
    uint16_t asset = input->instrument;
    uint8_t reason = check_payment(plain, input);
    if (reason == MATCH_NO_REASON && (wide_t)plain->paid_in[asset] - input->qty < -MATCH_MONEY_MAX)
        reason = MATCH_NO_FUNDS;
    if (reason == MATCH_NO_REASON && (plain_balance(plain, input->account, asset) == NULL ||
                                      input->qty > plain_available(plain, input->account, asset)))
        reason = MATCH_NO_FUNDS;
    if (reason != MATCH_NO_REASON) {
        plain_reject(plain, input, reason);
        return;
    }
    plain_balance(plain, input->account, asset)->total -= input->qty;
    plain->paid_in[asset] -= input->qty;
    plain_say_balance(plain, input->account, asset);
}

/* E7: a tracked order of which nothing is open. */
static void cancel_kept(struct plain_match *plain, struct plain_order *order)
{
    for (int i = 0; i < 2; i++)
        if (order->legs[i] && plain_living(order->legs[i]))
            plain_cancel(plain, order->legs[i], MATCH_BY_USER);
    plain_say_status(plain, order);
    plain->event[plain->events - 1].reason = MATCH_ENDED_CANCELED;
    plain_forget(plain, order);
}

void plain_cancel_one(struct plain_match *plain, const struct match_input *input)
{
    struct plain_order *order = plain_find(plain, input->id);
    if (order == NULL || order->account != input->account)
        plain_reject(plain, input, MATCH_UNKNOWN_ID);
    else if (order->place == PLAIN_KEPT) cancel_kept(plain, order);
    else plain_cancel(plain, order, MATCH_BY_USER);
}

static struct plain_order *oldest(struct plain_match *plain, const struct plain_holding *holding)
{
    struct plain_order *oldest = NULL;
    for (uint32_t i = 0; i < plain->slots; i++) {
        struct plain_order *order = &plain->order[i];
        if (!plain_living(order) || order->account != holding->account) continue;
        if (order->instrument != holding->instrument) continue;
        if (oldest == NULL || order->born < oldest->born) oldest = order;
    }
    return oldest;
}

void plain_cancel_holding(struct plain_match *plain, const struct plain_holding *holding,
                          uint8_t reason)
{
    struct plain_order *order;
    while ((order = oldest(plain, holding)) != NULL) plain_cancel(plain, order, reason);
}

void plain_cancel_all(struct plain_match *plain, const struct match_input *input)
{
    bool every = input->instrument == MATCH_INSTRUMENT_ALL;
    if (!every && (input->instrument >= plain->limits.instruments ||
                   plain->instrument[input->instrument].phase == MATCH_UNLISTED)) {
        plain_reject(plain, input, MATCH_NO_INSTRUMENT);
        return;
    }
    if (!is_known(plain, input->account)) {
        plain_reject(plain, input, MATCH_NO_ACCOUNT);
        return;
    }
    for (uint32_t i = 0; i < plain->holdings; i++) {
        const struct plain_holding *holding = &plain->holding[i];
        if (holding->account != input->account) continue;
        if (every || holding->instrument == input->instrument)
            plain_cancel_holding(plain, holding, MATCH_BY_USER);
    }
    int64_t count = 0;
    for (uint32_t i = 0; i < plain->events; i++)
        count += plain->event[i].kind == MATCH_CANCELED && i >= plain->events_before;
    struct match_event *event = plain_say(plain, MATCH_ALL_CANCELED);
    event->account = input->account;
    event->instrument = input->instrument;
    event->qty = count * QTY_ONE;
}
