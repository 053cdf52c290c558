#include "dataplane/route/slots_layout.h"

/* What an answer is news of: the slot's order, the replacement asked for, what either was before,
 * or nothing that the slot knows.  Only the first two reach the table. */

/* Executed so far is a total: what is not above the known one says nothing new. */
static void cum_take(const struct slot_call *call)
{
    struct slot *slot = call->slot;
    qty_t more = call->answer->cum - slot->cum;
    if (more <= 0) return;
    qty_t beyond = slot->cum > slot->total ? slot->cum - slot->total : 0;
    slot->cum = call->answer->cum;
    slot->executed = qty_add(slot->executed, more);
    slot_tell(call, SLOT_SAYS_EXECUTED, slot->order, more);
    qty_t excess = slot->cum - slot->total - beyond;
    if (slot->cum > slot->total) slot_tell(call, SLOT_SAYS_EXCESS, slot->order, excess);
}

static enum slots_status other_take(const struct slot_call *call)
{
    struct slot *slot = call->slot;
    const struct slot_answer *answer = call->answer;
    bool before = slot->before != 0 && slot->before == answer->order && !slot->chain;
    if (before && answer->cum > slot->before_cum) {
        qty_t more = answer->cum - slot->before_cum;
        slot->before_cum = answer->cum;
        slot->executed = qty_add(slot->executed, more);
        if (slot->begun && slot->asked == 0) slot->asked_total -= more;
        slot_tell(call, SLOT_SAYS_LATE, answer->order, more);
        return SLOTS_LATE;
    }
    if (before || answer->kind != SLOT_ANSWERS_EXECUTED) return SLOTS_STALE;
    slot_tell(call, SLOT_SAYS_STRAY, answer->order, answer->cum);
    return SLOTS_STRAY;
}

static bool answer_current(const struct slot *slot, const struct slot_answer *answer)
{
    switch ((enum slot_answer_kind)answer->kind) {
    case SLOT_ANSWERS_NO_CANCEL:
        return slot->state == SLOT_CANCEL && answer->number == slot->number;
    case SLOT_ANSWERS_OPEN:
    case SLOT_ANSWERS_DONE:
    case SLOT_ANSWERS_NEVER: return slot->state == SLOT_UNKNOWN && answer->number == slot->number;
    case SLOT_ANSWERS_REPLACED:
    case SLOT_ANSWERS_NO_REPLACE: return slot->seen || answer->order == slot->asked;
    case SLOT_ANSWERS_ACCEPTED:
    case SLOT_ANSWERS_REJECTED:
    case SLOT_ANSWERS_EXECUTED:
    case SLOT_ANSWERS_CANCELED: return true;
    case SLOT_ANSWER_COUNT: break;
    }
    UNREACHABLE("the kind was checked");
}

/* About the order itself. */
static void own_take(const struct slot_call *call)
{
    const struct slot *slot = call->slot;
    cum_take(call);
    switch ((enum slot_answer_kind)call->answer->kind) {
    case SLOT_ANSWERS_ACCEPTED:
    case SLOT_ANSWERS_REPLACED:
        slot_take(call, slot->seen ? SLOT_ON_REPEATED : SLOT_ON_ACCEPTED);
        break;
    case SLOT_ANSWERS_REJECTED:
    case SLOT_ANSWERS_NO_REPLACE:
        slot_take(call, slot->seen ? SLOT_ON_DOUBT : SLOT_ON_REJECTED);
        break;
    case SLOT_ANSWERS_EXECUTED:
        slot_take(call, slot->cum >= slot->total ? SLOT_ON_FILLED : SLOT_ON_PART);
        break;
    case SLOT_ANSWERS_CANCELED: slot_take(call, SLOT_ON_CANCELED); break;
    case SLOT_ANSWERS_NO_CANCEL: slot_take(call, SLOT_ON_NO_CANCEL); break;
    case SLOT_ANSWERS_OPEN: slot_take(call, SLOT_ON_OPEN); break;
    case SLOT_ANSWERS_DONE: slot_take(call, SLOT_ON_DONE); break;
    case SLOT_ANSWERS_NEVER: slot_take(call, SLOT_ON_NEVER); break;
    case SLOT_ANSWER_COUNT: UNREACHABLE("the kind was checked");
    }
}

/* About the replacement asked for: whatever presumes that it exists says that it was made. */
static void heir_take(const struct slot_call *call)
{
    enum slot_answer_kind kind = call->answer->kind;
    if (kind == SLOT_ANSWERS_NO_REPLACE || kind == SLOT_ANSWERS_REJECTED ||
        kind == SLOT_ANSWERS_NEVER) {
        slot_take(call, SLOT_ON_NO_REPLACE);
        return;
    }
    slot_take(call, SLOT_ON_REPLACED);
    cum_take(call);
    if (kind == SLOT_ANSWERS_OPEN) call->slot->total = call->answer->cum + call->answer->leaves;
    if (kind == SLOT_ANSWERS_CANCELED || kind == SLOT_ANSWERS_DONE)
        slot_take(call, SLOT_ON_CANCELED);
}

static enum slots_status answer_take(const struct slot_call *call)
{
    struct slot *slot = call->slot;
    const struct slot_answer *answer = call->answer;
    bool executed = answer->kind == SLOT_ANSWERS_EXECUTED;
    bool open = slot->order != 0;
    bool own = open && (answer->order == slot->order ||
                        (executed && slot->chain && answer->order == slot->before));
    bool heir = open && slot->asked != 0 && answer->order == slot->asked;
    if (!own && !heir) return other_take(call);
    if (!answer_current(slot, answer)) return SLOTS_STALE;
    if (heir) heir_take(call);
    else own_take(call);
    /* A total found to be reached with what was already executed. */
    if (slot->state == SLOT_LIVE && slot->cum >= slot->total) slot_take(call, SLOT_ON_FILLED);
    slot_settle(call);
    return SLOTS_OK;
}

static enum slots_status answer_check(const struct slots *slots, const struct slot_answer *answer)
{
    if (answer->slot >= slots_all(slots)) return SLOTS_UNKNOWN_SLOT;
    if (answer->kind >= SLOT_ANSWER_COUNT) return SLOTS_BAD_ANSWER;
    if (answer->cum < 0 || answer->cum > SLOTS_QTY_MAX) return SLOTS_BAD_ANSWER;
    if (answer->leaves < 0 || answer->leaves > SLOTS_QTY_MAX) return SLOTS_BAD_ANSWER;
    return SLOTS_OK;
}

enum slots_status slots_answer(struct slots *slots, const struct slot_answer *answer, nanos_t now,
                               struct slots_out *out)
{
    CHECK(slots_room(out));
    enum slots_status status = answer_check(slots, answer);
    if (status == SLOTS_OK) {
        uint32_t at = answer->slot + 1;
        struct slot_call call = {
            .slots = slots,
            .slot = &slots->slot[at],
            .at = at,
            .now = now,
            .out = out,
            .answer = answer,
        };
        status = answer_take(&call);
    }
    slots->counts.answer[status]++;
    return status;
}
