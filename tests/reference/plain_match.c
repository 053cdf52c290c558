/* One input: the time, what is due, fired stops, the input, fired stops. */

#include "tests/reference/plain_match_parts.h"

#include <stdlib.h>
#include <string.h>

void plain_match_new(struct plain_match *plain, const struct match_limits *limits)
{
    CHECK(limits->orders <= PLAIN_ORDERS / 2);
    CHECK(limits->instruments <= PLAIN_INSTRUMENTS);
    CHECK(limits->accounts <= PLAIN_ACCOUNTS);
    CHECK(limits->assets <= PLAIN_ASSETS);
    memset(plain, 0, sizeof *plain);
    plain->limits = *limits;
    plain->next_id = MATCH_ID_MAX + 1;
}

void plain_match_free(struct plain_match *plain)
{
    free(plain->event);
    plain->event = NULL;
    plain->events = plain->events_max = 0;
}

static void obey(struct plain_match *plain, const struct match_input *input)
{
    switch ((enum match_input_kind)input->kind) {
    case MATCH_TIME: break;
    case MATCH_LIST: plain_list(plain, input); break;
    case MATCH_PHASE: plain_phase(plain, input); break;
    case MATCH_REMOVE: plain_remove(plain, input); break;
    case MATCH_MARK: plain_mark(plain, input); break;
    case MATCH_ACCOUNT: plain_account(plain, input); break;
    case MATCH_DEPOSIT: plain_deposit(plain, input); break;
    case MATCH_WITHDRAW: plain_withdraw(plain, input); break;
    case MATCH_NEW: plain_order_new(plain, input); break;
    case MATCH_MODIFY: plain_modify(plain, input); break;
    case MATCH_CANCEL: plain_cancel_one(plain, input); break;
    case MATCH_CANCEL_ALL: plain_cancel_all(plain, input); break;
    case MATCH_CLOSE: plain_close(plain, input); break;
    case MATCH_INPUT_COUNT:
    default: UNREACHABLE("the kind was looked at before");
    }
}

void plain_match_apply(struct plain_match *plain, const struct match_input *input)
{
    plain->events = 0;
    plain->step = 0;
    if (input->number <= plain->number) {
        plain_reject(plain, input, MATCH_MALFORMED);
        return;
    }
    plain->number = input->number;
    plain->budget = plain->limits.cascade;
    if (input->time > plain->time) plain->time = input->time;
    plain_clock(plain);
    plain_follow(plain);
    plain_run_fired(plain);
    plain->events_before = plain->events;
    if (plain_well_formed(input)) obey(plain, input);
    else plain_reject(plain, input, MATCH_MALFORMED);
    plain_follow(plain);
    plain_run_fired(plain);
    while (plain->slots > 0 && plain->order[plain->slots - 1].place == PLAIN_GONE) plain->slots--;
}
