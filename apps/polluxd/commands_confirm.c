/* Changes that wait for a second person, where the configuration says two_persons: what loosens is
 * asked for by one and confirmed by another, each of the role risk (F35). */

#include "apps/polluxd/commands_layout.h"

#include <stdlib.h>
#include <string.h>

#define CONFIRM_NS (60 * NANOS_SECOND)

static void proposal_drop(struct commands *commands, uint32_t at)
{
    free(commands->proposal[at].change.record);
    commands->proposals--;
    memmove(&commands->proposal[at], &commands->proposal[at + 1],
            (commands->proposals - at) * sizeof commands->proposal[0]);
}

/* Those that are too old. */
static void proposals_forget(struct commands *commands)
{
    nanos_t now = commands_now();
    while (commands->proposals > 0 && now - commands->proposal[0].change.since >= CONFIRM_NS)
        proposal_drop(commands, 0);
}

void commands_propose(struct commands *commands, struct change *change)
{
    proposals_forget(commands);
    if (commands->proposals == COMMANDS_PROPOSALS_MAX) proposal_drop(commands, 0);
    struct proposal *proposal = &commands->proposal[commands->proposals++];
    struct command_call *call = change->call;
    *proposal = (struct proposal){.number = ++commands->proposed, .change = *change};
    proposal->change.call = NULL;
    proposal->change.since = commands_now();
    change->call = NULL;
    change->record = NULL; /* it is the proposal's */
    command_call_refuse(call, COMMAND_REFUSED,
                        "it waits 60 s for a second person of the role risk: pollux confirm %u",
                        proposal->number);
}

void commands_confirm(void *context, struct command_call *call)
{
    struct commands *commands = context;
    int64_t number = command_call_whole(call, "number", 0);
    uint32_t at = 0;
    proposals_forget(commands);
    while (at < commands->proposals && commands->proposal[at].number != number) at++;
    if (at == commands->proposals) {
        command_call_refuse(call, COMMAND_REFUSED, "no change %lld waits for a second person",
                            (long long)number);
        return;
    }
    struct change change = commands->proposal[at].change;
    if (change.record[0].who == call->caller.uid) {
        command_call_refuse(call, COMMAND_REFUSED, "user %u has asked for it: it takes another one",
                            call->caller.uid);
        return;
    }
    commands->proposal[at].change.record = NULL;
    proposal_drop(commands, at);
    for (uint32_t i = 0; i < change.records; i++) {
        change.record[i].confirmed_by = call->caller.uid;
        change.record[i].confirm_role = (uint8_t)call->caller.role;
    }
    change.call = call;
    change.attempts = 0;
    commands_change(commands, &change);
}

void commands_confirm_end(struct commands *commands)
{
    while (commands->proposals > 0) proposal_drop(commands, 0);
}
