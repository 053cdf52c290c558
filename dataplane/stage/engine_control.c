/* What others ask of an engine stage with a gateway: changes by people, the stop, the leave. */

#include "dataplane/stage/engine_layout.h"

static void asked_add(struct engine_gateway *with, uint32_t what)
{
    /* Releases what was written before to the stage, which acquires it in engine_answer_asked. */
    (void)atomic_fetch_or_explicit(&with->asked, what, memory_order_release);
}

/* True: the mailbox is the caller's to fill. */
static bool mailbox_take(struct engine_gateway *with)
{
    uint32_t free = ENGINE_MAILBOX_FREE;
    return atomic_compare_exchange_strong_explicit(&with->mailbox, &free, ENGINE_MAILBOX_TAKEN,
                                                   memory_order_acquire, memory_order_relaxed);
}

static void mailbox_give(struct engine_gateway *with)
{
    atomic_store_explicit(&with->mailbox, ENGINE_MAILBOX_FILLED, memory_order_release);
    asked_add(with, ENGINE_ASKED_CONTROL);
}

bool engine_stage_control(struct engine_stage *stage, const struct engine_control *control)
{
    struct engine_gateway *with = stage->with;
    CHECK(control->count > 0 && control->count <= ENGINE_CONTROLS_MAX);
    if (!mailbox_take(with)) return false;
    with->control = *control;
    with->change = (struct engine_change){
        .since = control->since, .controls = control->count, .record = with->control.record};
    mailbox_give(with);
    return true;
}

bool engine_stage_change(struct engine_stage *stage, const struct engine_change *change)
{
    struct engine_gateway *with = stage->with;
    CHECK(change->controls <= GATEWAY_CONTROLS_MAX);
    if (!mailbox_take(with)) return false;
    with->change = *change;
    mailbox_give(with);
    return true;
}

bool engine_stage_controlled(struct engine_stage *stage, struct engine_control_answer *answer)
{
    struct engine_gateway *with = stage->with;
    /* Acquires the release in answer_give. */
    if (atomic_load_explicit(&with->mailbox, memory_order_acquire) != ENGINE_MAILBOX_ANSWERED)
        return false;
    *answer = with->answer;
    atomic_store_explicit(&with->mailbox, ENGINE_MAILBOX_FREE, memory_order_release);
    return true;
}

uint64_t engine_stage_tightened(const struct engine_stage *stage)
{
    return counter_read(&gateway_counts(stage->with->gateway)->tightened);
}

bool engine_stage_vacant(const struct engine_stage *stage, uint32_t place)
{
    CHECK(place < GATEWAY_STRATEGIES_MAX);
    /* Acquires the release in engine_gateway_show: nobody looks at its memory any more. */
    return atomic_load_explicit(&stage->with->vacant[place], memory_order_acquire);
}

void engine_stage_halt(struct engine_stage *stage)
{
    asked_add(stage->with, ENGINE_ASKED_HALT);
}

void engine_stage_stop(struct engine_stage *stage, bool keep)
{
    asked_add(stage->with, ENGINE_ASKED_STOP | (keep ? ENGINE_ASKED_KEEP : 0));
}

bool engine_stage_stopped(const struct engine_stage *stage)
{
    return atomic_load_explicit(&stage->with->stopped, memory_order_relaxed) != 0;
}

void engine_stage_leave(struct engine_stage *stage)
{
    asked_add(stage->with, ENGINE_ASKED_LEAVE);
}

bool engine_stage_left(const struct engine_stage *stage)
{
    return atomic_load_explicit(&stage->with->left, memory_order_relaxed) != 0;
}

/* The stage's side. */

/* What was done is shown before it is answered: who asks again sees it. */
static void answer_give(struct engine_stage *stage, enum risk_control verdict, bool durable)
{
    struct engine_gateway *with = stage->with;
    if (verdict == RISK_CONTROL_OK) with->view.control++;
    else with->view.control_refused++;
    engine_gateway_show(stage);
    with->answer.verdict = verdict;
    with->answer.durable = durable;
    (void)atomic_fetch_and_explicit(&with->asked, ~(uint32_t)ENGINE_ASKED_CONTROL,
                                    memory_order_relaxed);
    atomic_store_explicit(&with->mailbox, ENGINE_MAILBOX_ANSWERED, memory_order_release);
}

static void refusal_keep(struct engine_gateway *with, const char *problem)
{
    if (with->answer.unset++ > 0) return;
    uint32_t i = 0;
    for (; problem[i] && i + 1 < sizeof with->answer.problem; i++)
        with->answer.problem[i] = problem[i];
    with->answer.problem[i] = 0;
}

static void places_take(struct engine_stage *stage)
{
    struct engine_gateway *with = stage->with;
    const struct engine_change *change = &with->change;
    char problem[sizeof with->answer.problem];
    for (uint32_t i = 0; i < change->detaches; i++)
        gateway_detach(with->gateway, change->detach[i], stage->now);
    for (uint32_t i = 0; i < change->attaches; i++) {
        const struct engine_attach *attach = &change->attach[i];
        if (!gateway_attach(with->gateway, attach->place, attach->plan, attach->memory, problem,
                            sizeof problem)) {
            refusal_keep(with, problem);
            continue;
        }
        atomic_store_explicit(&with->vacant[attach->place], false, memory_order_relaxed);
    }
}

/* The records are in force. */
static void sets_take(struct engine_stage *stage)
{
    struct engine_gateway *with = stage->with;
    places_take(stage);
    for (uint32_t i = 0; i < with->change.sets; i++) {
        const struct engine_set *set = &with->change.set[i];
        char problem[sizeof with->answer.problem] = "";
        if (gateway_set(with->gateway, set->strategy, set->parameters, problem, sizeof problem))
            continue;
        refusal_keep(with, problem);
    }
}

/* Somebody cannot be attached: then nothing is done. */
static bool nobody_comes(struct engine_gateway *with)
{
    for (uint32_t i = 0; i < with->change.attaches; i++) {
        const struct engine_attach *attach = &with->change.attach[i];
        const char *sentence = gateway_attach_check(with->gateway, attach->place, attach->plan);
        if (!sentence) continue;
        refusal_keep(with, sentence);
        with->answer.nobody = true;
        return true;
    }
    return false;
}

/* It loosens, and something was tightened after it was asked for: whoever asked has not seen it. */
static bool overtaken(struct engine_stage *stage)
{
    struct engine_gateway *with = stage->with;
    const struct engine_change *change = &with->change;
    const struct risk *risk = gateway_risk(with->gateway);
    if (change->since == engine_stage_tightened(stage)) return false;
    risk_control_draft(risk, change->record, change->controls);
    if (!risk_control_loosens(risk, change->record, change->controls)) return false;
    with->answer.tightened = *gateway_tightened(with->gateway);
    return true;
}

/* A change that is still the next one has not been applied: it loosens, and must be durable
 * first. */
static void control_begin(struct engine_stage *stage)
{
    struct engine_gateway *with = stage->with;
    const struct engine_change *change = &with->change;
    with->answer = (struct engine_control_answer){0};
    if (nobody_comes(with)) {
        answer_give(stage, RISK_CONTROL_SUBJECT, false);
        return;
    }
    if (change->controls == 0) {
        sets_take(stage);
        answer_give(stage, RISK_CONTROL_OK, true);
        return;
    }
    enum risk_control verdict = RISK_CONTROL_SINCE;
    if (!overtaken(stage))
        verdict =
            gateway_control(with->gateway, change->record, change->controls, false, stage->now);
    if (verdict != RISK_CONTROL_OK) {
        answer_give(stage, verdict, false);
        return;
    }
    with->control_record = gateway_journalled(with->gateway);
    with->loosens = risk_control_check(gateway_risk(with->gateway), change->record,
                                       change->controls) == RISK_CONTROL_OK;
    if (!with->loosens) sets_take(stage);
    atomic_store_explicit(&with->mailbox, ENGINE_MAILBOX_WAITING, memory_order_relaxed);
}

static void control_await(struct engine_stage *stage)
{
    struct engine_gateway *with = stage->with;
    bool lost = with->control_record == UINT64_MAX; /* the journal had no room for it */
    bool dead = lost || (with->journal && journal_dead(with->journal));
    uint64_t durable = with->journal ? journal_durable(with->journal) : with->record;
    if (durable < with->control_record && !dead) return;
    bool there = durable >= with->control_record;
    enum risk_control verdict = RISK_CONTROL_OK;
    if (with->loosens) { /* a failed disk holds no permission */
        verdict = there ? gateway_control(with->gateway, with->change.record, with->change.controls,
                                          true, stage->now)
                        : RISK_CONTROL_TURN;
        if (verdict == RISK_CONTROL_OK) sets_take(stage);
    }
    answer_give(stage, verdict, there);
}

static void halt_begin(struct engine_stage *stage)
{
    struct risk_record record = {.kind = RISK_RECORD_STATE,
                                 .scope = RISK_BOX,
                                 .role = RISK_BY_BOX,
                                 .confirmed_by = RISK_NONE,
                                 .value = RISK_HALTED,
                                 .reason = "asked to halt at once"};
    enum risk_control verdict =
        gateway_control(stage->with->gateway, &record, 1, false, stage->now);
    CHECK(verdict == RISK_CONTROL_OK); /* anybody may tighten */
}

COLD void engine_answer_asked(struct engine_stage *stage)
{
    struct engine_gateway *with = stage->with;
    uint32_t asked = atomic_load_explicit(&with->asked, memory_order_acquire);
    if (asked & ENGINE_ASKED_HALT) halt_begin(stage);
    if (asked & ENGINE_ASKED_CONTROL) {
        /* Acquires the release in engine_stage_control. */
        uint32_t mailbox = atomic_load_explicit(&with->mailbox, memory_order_acquire);
        if (mailbox == ENGINE_MAILBOX_FILLED) control_begin(stage);
        if (mailbox != ENGINE_MAILBOX_ANSWERED &&
            atomic_load_explicit(&with->mailbox, memory_order_relaxed) == ENGINE_MAILBOX_WAITING)
            control_await(stage);
    }
    if (asked & ENGINE_ASKED_STOP && !with->stopping) {
        with->stopping = true;
        gateway_stop(with->gateway, asked & ENGINE_ASKED_KEEP, stage->now);
    }
    if (asked & ENGINE_ASKED_LEAVE && !with->leaving) {
        with->leaving = true;
        order_host_leave(with->orders, stage->now);
    }
    (void)atomic_fetch_and_explicit(&with->asked, ~(asked & ~(uint32_t)ENGINE_ASKED_CONTROL),
                                    memory_order_relaxed);
}
