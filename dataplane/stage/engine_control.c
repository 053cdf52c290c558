/* What others ask of an engine stage with a gateway: changes by people, the stop, the leave. */

#include "dataplane/stage/engine_layout.h"

static void asked_add(struct engine_gateway *with, uint32_t what)
{
    /* Releases what was written before to the stage, which acquires it in engine_answer_asked. */
    (void)atomic_fetch_or_explicit(&with->asked, what, memory_order_release);
}

bool engine_stage_control(struct engine_stage *stage, const struct engine_control *control)
{
    struct engine_gateway *with = stage->with;
    uint32_t free = ENGINE_MAILBOX_FREE;
    CHECK(control->count > 0 && control->count <= ENGINE_CONTROLS_MAX);
    if (!atomic_compare_exchange_strong_explicit(&with->mailbox, &free, ENGINE_MAILBOX_TAKEN,
                                                 memory_order_acquire, memory_order_relaxed))
        return false;
    with->control = *control;
    atomic_store_explicit(&with->mailbox, ENGINE_MAILBOX_FILLED, memory_order_release);
    asked_add(with, ENGINE_ASKED_CONTROL);
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

static void answer_give(struct engine_gateway *with, enum risk_control verdict, bool durable)
{
    if (verdict == RISK_CONTROL_OK) with->view.control++;
    else with->view.control_refused++;
    with->answer = (struct engine_control_answer){verdict, durable};
    (void)atomic_fetch_and_explicit(&with->asked, ~(uint32_t)ENGINE_ASKED_CONTROL,
                                    memory_order_relaxed);
    atomic_store_explicit(&with->mailbox, ENGINE_MAILBOX_ANSWERED, memory_order_release);
}

/* A change that is still the next one has not been applied: it loosens, and must be durable
 * first. */
static void control_begin(struct engine_stage *stage)
{
    struct engine_gateway *with = stage->with;
    struct engine_control *control = &with->control;
    enum risk_control verdict =
        gateway_control(with->gateway, control->record, control->count, false, stage->now);
    if (verdict != RISK_CONTROL_OK) {
        answer_give(with, verdict, false);
        return;
    }
    with->control_record = gateway_journalled(with->gateway);
    with->loosens = risk_control_check(gateway_risk(with->gateway), control->record,
                                       control->count) == RISK_CONTROL_OK;
    atomic_store_explicit(&with->mailbox, ENGINE_MAILBOX_WAITING, memory_order_relaxed);
}

static void control_await(struct engine_stage *stage)
{
    struct engine_gateway *with = stage->with;
    bool dead = with->journal && journal_dead(with->journal);
    uint64_t durable = with->journal ? journal_durable(with->journal) : with->record;
    if (durable < with->control_record && !dead) return;
    bool there = durable >= with->control_record;
    enum risk_control verdict = RISK_CONTROL_OK;
    if (with->loosens) /* a failed disk holds no permission */
        verdict = there ? gateway_control(with->gateway, with->control.record, with->control.count,
                                          true, stage->now)
                        : RISK_CONTROL_TURN;
    answer_give(with, verdict, there);
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
