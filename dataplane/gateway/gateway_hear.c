#include "dataplane/gateway/gateway_layout.h"

/* What strategies outside say, each word once.
 *
 *     stream --> INTAKE (how far it was heard) --> slots --> PASS, CANCEL (what came of it)
 *
 * A stream may show a message again: after its server was restarted, or we were.  So sequences of a
 * strategy rise, and the newest is kept in the journal.  The record is written before the message
 * acts; a process that dies between the two leaves it as the last one, and since nothing can have
 * left without a record behind it, recovery then takes it as not heard.  What is answered without
 * an effect gets a record of its own behind it, so that nobody acts on what was refused. */

static uint32_t counter_number(const struct gateway *gateway, const struct counter *counter)
{
    return (uint32_t)(counter - (const struct counter *)&gateway->counts);
}

void gateway_hear_counter(struct gateway *gateway, const struct counter *counter)
{
    if (gateway->answer) gateway->answer->counter = counter_number(gateway, counter);
}

void gateway_hear_order(struct gateway *gateway, order_id_t order)
{
    if (gateway->answer) gateway->answer->order = order;
}

void gateway_hear_pass(struct gateway *gateway, const struct gateway_pass *pass)
{
    if (pass->pass.strategy == gateway->answer_strategy && pass->key == gateway->answer_key)
        gateway->answer->order = pass->number;
}

void gateway_hear_row(struct gateway *gateway, const struct gateway_report *row)
{
    if (row->kind != COPY_REFUSED || row->strategy != gateway->answer_strategy) return;
    if (row->key != gateway->answer_key) return;
    gateway->answer->verdict = row->reason;
    gateway->answer->value = row->qty;
    gateway->answer->bound = row->price;
}

/* A stream that was restored from an older copy counts from there again: its places are taken as
 * they come. */
void gateway_known_take(struct gateway_known *known, const struct gateway_heard *heard)
{
    if (heard->sequence > known->sequence) known->sequence = heard->sequence;
    if (heard->place.high || heard->place.low) known->place = heard->place;
}

struct gateway_known gateway_known(const struct gateway *gateway, uint32_t strategy)
{
    CHECK(strategy < gateway->plan->strategies);
    return gateway->strategy[strategy].known;
}

/* Hearing. */

static bool stops(const struct gateway_intake *intake)
{
    return intake->intent.kind == INTENT_STOP || intake->intent.kind == INTENT_STOP_UNIQUE;
}

/* Its place is written down, with what it wants if that is to act.  Cancels need no room: one that
 * comes twice cancels nothing more. */
static bool heard_write(struct gateway *gateway, const struct gateway_intake *intake, bool acts,
                        nanos_t now)
{
    struct gateway_heard heard = {.strategy = intake->strategy, .place = intake->place, .at = now};
    uint64_t number = 0;
    if (acts) {
        heard.sequence = intake->sequence;
        heard.intent = intake->intent;
    }
    if (likely(!gateway->broken))
        number = gateway->outlet.journal(gateway->outlet.context, GATEWAY_RECORD_INTAKE, &heard,
                                         sizeof heard, false);
    if (number == 0 && !(acts && stops(intake))) return false;
    if (number) gateway->journalled = number;
    counter_one(&gateway->counts.intent_heard);
    gateway_known_take(&gateway->strategy[intake->strategy].known, &heard);
    return true;
}

/* Of an intent that may not act: why; TAKEN if it may. */
static enum gateway_hearing intake_check(struct gateway *gateway,
                                         const struct gateway_intake *intake, nanos_t now)
{
    if (intake->sequence == 0) return GATEWAY_PASSED;
    if (intake->sequence <= gateway->strategy[intake->strategy].known.sequence) {
        counter_one(&gateway->counts.intent_old);
        return GATEWAY_REFUSED;
    }
    bool stop = stops(intake);
    if (!stop && now > intake->until) { /* a cancel is never too late */
        counter_one(&gateway->counts.intent_late);
        return GATEWAY_LATE;
    }
    if (stop) return GATEWAY_TAKEN;
    bool there = intake->symbol < gateway->plan->symbols &&
                 gateway_strategy_trades(gateway, intake->strategy, intake->symbol);
    return there ? GATEWAY_TAKEN : GATEWAY_NOBODY;
}

static void intake_act(struct gateway *gateway, const struct gateway_intake *intake, nanos_t now,
                       struct gateway_answer *answer)
{
    struct gateway_intent intent = {.strategy = intake->strategy,
                                    .sequence = intake->sequence,
                                    .intent = intake->intent,
                                    .venue = gateway->strategy[intake->strategy].venue};
    if (!stops(intake)) {
        uint32_t instrument = gateway->symbol[intake->symbol].instrument;
        if (instrument == GATEWAY_NONE) { /* the feed has not listed it yet */
            gateway_hear_counter(gateway, &gateway->counts.intent_nowhere);
            counter_one(&gateway->counts.intent_nowhere);
            answer->hearing = GATEWAY_REFUSED;
            answer->status = SLOTS_SHUT;
            return;
        }
        intent.intent.instrument = (uint16_t)instrument;
        intent.venue = gateway->symbol[intake->symbol].venue;
    }
    enum slots_status status = gateway_intend(gateway, &intent, now);
    bool taken = status == SLOTS_OK || status == SLOTS_SAME;
    answer->status = (uint8_t)status;
    answer->hearing = taken && answer->verdict == 0 ? GATEWAY_TAKEN : GATEWAY_REFUSED;
}

void gateway_hear(struct gateway *gateway, const struct gateway_intake *intake, nanos_t now,
                  struct gateway_answer *answer)
{
    CHECK(gateway->started);
    *answer = (struct gateway_answer){.hearing = GATEWAY_NOBODY, .counter = GATEWAY_NO_COUNTER};
    if (intake->strategy >= gateway->plan->strategies) return;
    if (!gateway_outside(gateway, intake->strategy)) return;
    enum gateway_hearing hearing = intake_check(gateway, intake, now);
    answer->hearing = (uint8_t)hearing;
    if (hearing == GATEWAY_REFUSED) answer->status = SLOTS_OLD;
    if (!heard_write(gateway, intake, hearing == GATEWAY_TAKEN, now)) {
        if (hearing == GATEWAY_TAKEN) answer->hearing = GATEWAY_FULL;
        return;
    }
    answer->record = gateway->journalled;
    if (hearing != GATEWAY_TAKEN) return;
    bool keyed = intake->intent.kind == INTENT_ORDER || intake->intent.kind == INTENT_STOP;
    gateway->answer = answer;
    gateway->answer_strategy = intake->strategy;
    gateway->answer_key = keyed ? intake->intent.key : DELEGATE_KEY_NONE;
    intake_act(gateway, intake, now, answer);
    gateway->answer = NULL;
    if (gateway->journalled == answer->record) (void)heard_write(gateway, intake, false, now);
    answer->record = gateway->journalled;
}

/* Recovery. */

const char *gateway_read_heard(struct gateway *gateway, const struct gateway_heard *heard)
{
    if (heard->strategy >= GATEWAY_STRATEGIES_MAX)
        return "a message was heard of a strategy that has no number";
    gateway->unsettled = *heard;
    gateway->unsettled_is = true;
    return NULL;
}

/* Numbers are reserved for whatever comes. */
bool gateway_heard_settles(enum gateway_record next)
{
    return next != GATEWAY_RECORD_RESERVE;
}

bool gateway_heard_acted(const struct gateway_heard *heard, enum gateway_record next)
{
    return heard->sequence == 0 || next != GATEWAY_RECORD_START;
}

/* A delegate's words are numbered by the gateway, for all of them together.  Who was one, and is
 * outside now, has numbers of his own, and none is below what was heard of him. */
uint64_t gateway_word_of(const struct gateway *gateway, const struct gateway_venue *venue,
                         const struct gateway_chain *chain)
{
    uint64_t heard = gateway->strategy[chain->strategy].known.sequence;
    bool keyed = !gateway_slot_unique(venue, chain->slot);
    bool others = keyed && gateway_outside(gateway, chain->strategy) && chain->sequence > heard;
    return others ? heard : chain->sequence;
}

void gateway_settle_heard(struct gateway *gateway, enum gateway_record next)
{
    if (likely(!gateway->unsettled_is) || !gateway_heard_settles(next)) return;
    gateway->unsettled_is = false;
    const struct gateway_heard *heard = &gateway->unsettled;
    uint32_t strategy = gateway_read_as(gateway, heard->strategy);
    if (gateway_heard_acted(heard, next) && strategy != GATEWAY_NONE)
        gateway_known_take(&gateway->strategy[strategy].known, heard);
}
