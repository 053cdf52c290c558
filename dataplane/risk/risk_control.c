#include "dataplane/risk/risk_layout.h"

#include <string.h>

/* Changes by people.  A record is checked against what is now, not against what it says was: what
 * loosens is what would let more pass than now.  A batch waits in stage until its last record is
 * there; then all of it is checked, and all of it is done or nothing. */

/* Not of the box: it is inside of risk, and this one is const. */
static int64_t *bound_at(const struct risk *risk, enum risk_verdict limit,
                         const struct risk_subject *subject)
{
    void *bounds = NULL;
    switch (risk_limit(limit)->scope) {
    case RISK_VENUE: bounds = &risk->venue[subject->venue].bound; break;
    case RISK_STRATEGY: bounds = &risk->strategy[subject->strategy].bound; break;
    case RISK_SYMBOL: bounds = &risk->symbol[subject->symbol].bound; break;
    case RISK_ROUTE: bounds = &risk_route_at(risk, subject->venue, subject->strategy)->bound; break;
    case RISK_HOLDING:
        bounds = &risk_holding_at(risk, subject->strategy, subject->symbol)->bound;
        break;
    case RISK_BOX:
    case RISK_SCOPE_COUNT: UNREACHABLE("who may ask for the box's asks for them itself");
    }
    return (int64_t *)((char *)bounds + risk_bound_offset(limit));
}

static int64_t *bound_of(struct risk *risk, enum risk_verdict limit,
                         const struct risk_subject *subject)
{
    if (risk_limit(limit)->scope == RISK_BOX)
        return (int64_t *)((char *)&risk->box.bound + risk_bound_offset(limit));
    return bound_at(risk, limit, subject);
}

int64_t risk_bound(const struct risk *risk, enum risk_verdict limit,
                   const struct risk_subject *subject)
{
    CHECK(limit > RISK_PASS);
    CHECK((int)limit <= (int)RISK_LIMIT_COUNT);
    if (risk_limit(limit)->scope != RISK_BOX) return *bound_at(risk, limit, subject);
    int64_t bound;
    memcpy(&bound, (const char *)&risk->box.bound + risk_bound_offset(limit), sizeof bound);
    return bound;
}

enum risk_state risk_state(const struct risk *risk, enum risk_scope scope, uint32_t index)
{
    switch (scope) {
    case RISK_BOX: return (enum risk_state)risk->box.state;
    case RISK_VENUE:
        CHECK(index < risk->limits.venues);
        return (enum risk_state)risk->venue[index].state;
    case RISK_STRATEGY:
        CHECK(index < risk->limits.strategies);
        return (enum risk_state)risk->strategy[index].state;
    case RISK_SYMBOL:
        CHECK(index < risk->limits.symbols);
        return (enum risk_state)risk->symbol[index].state;
    case RISK_ROUTE:
    case RISK_HOLDING:
    case RISK_SCOPE_COUNT: break;
    }
    UNREACHABLE("routes and holdings have no state of their own");
}

static uint32_t state_index(const struct risk_record *record)
{
    switch ((enum risk_scope)record->scope) {
    case RISK_VENUE: return record->subject.venue;
    case RISK_STRATEGY: return record->subject.strategy;
    case RISK_SYMBOL: return record->subject.symbol;
    case RISK_BOX:
    case RISK_ROUTE:
    case RISK_HOLDING:
    case RISK_SCOPE_COUNT: break;
    }
    return 0;
}

static bool subject_known(const struct risk *risk, const struct risk_record *record)
{
    const struct risk_subject *subject = &record->subject;
    const struct risk_limits *limits = &risk->limits;
    enum risk_scope scope = record->scope;
    bool venue = scope == RISK_VENUE || scope == RISK_ROUTE;
    bool strategy = scope == RISK_STRATEGY || scope == RISK_ROUTE || scope == RISK_HOLDING;
    bool symbol = scope == RISK_SYMBOL || scope == RISK_HOLDING;
    if (scope >= RISK_SCOPE_COUNT) return false;
    if (record->kind == RISK_RECORD_STATE && scope > RISK_SYMBOL) return false;
    return subject->venue < (venue ? limits->venues : 1) &&
           subject->strategy < (strategy ? limits->strategies : 1) &&
           subject->symbol < (symbol ? limits->symbols : 1);
}

/* What can be said of the record alone. */
static enum risk_control form_check(const struct risk *risk, const struct risk_record *record)
{
    if (record->version != RISK_RECORD_VERSION || record->reserved) return RISK_CONTROL_VERSION;
    if (record->kind != RISK_RECORD_STATE && record->kind != RISK_RECORD_BOUND)
        return RISK_CONTROL_VERSION;
    if (!subject_known(risk, record)) return RISK_CONTROL_SUBJECT;
    if (!memchr(record->reason, 0, sizeof record->reason)) return RISK_CONTROL_REASON;
    if (record->kind == RISK_RECORD_STATE) {
        if (record->limit != 0) return RISK_CONTROL_LIMIT;
        bool state = record->value >= RISK_ACTIVE && record->value < RISK_STATE_COUNT;
        return state ? RISK_CONTROL_OK : RISK_CONTROL_VALUE;
    }
    if (record->limit == RISK_PASS || record->limit > RISK_LIMIT_COUNT) return RISK_CONTROL_LIMIT;
    const struct risk_limit *limit = risk_limit(record->limit);
    if (limit->scope != (enum risk_scope)record->scope) return RISK_CONTROL_LIMIT;
    bool range = record->value >= 0 && record->value <= limit->most;
    return range ? RISK_CONTROL_OK : RISK_CONTROL_VALUE;
}

static int64_t value_now(const struct risk *risk, const struct risk_record *record)
{
    if (record->kind == RISK_RECORD_BOUND) return risk_bound(risk, record->limit, &record->subject);
    return (int64_t)risk_state(risk, record->scope, state_index(record));
}

static bool releases_trip(const struct risk *risk, const struct risk_record *record)
{
    return record->kind == RISK_RECORD_STATE && record->scope == RISK_STRATEGY &&
           record->value == RISK_ACTIVE && risk->strategy[record->subject.strategy].tripped;
}

static bool loosens(const struct risk *risk, const struct risk_record *record)
{
    int64_t now = value_now(risk, record);
    if (record->kind == RISK_RECORD_STATE)
        return record->value < now || releases_trip(risk, record);
    bool up = risk_limit(record->limit)->looser == RISK_UP;
    return up ? record->value > now : record->value < now;
}

bool risk_control_loosens(const struct risk *risk, const struct risk_record *records,
                          uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (form_check(risk, &records[i]) == RISK_CONTROL_OK && loosens(risk, &records[i]))
            return true;
    return false;
}

static bool beyond_ceiling(const struct risk *risk, const struct risk_record *record)
{
    if (record->kind != RISK_RECORD_BOUND) return false;
    int64_t ceiling = risk->plan.ceiling[record->limit - 1];
    bool up = risk_limit(record->limit)->looser == RISK_UP;
    return up ? record->value > ceiling : record->value < ceiling;
}

/* Who may: anybody but a viewer tightens; an officer with a reason, and a second one, loosens. */
static enum risk_control right_check(const struct risk *risk, const struct risk_record *record)
{
    if (record->role > RISK_ADMIN || record->role == RISK_VIEWER) return RISK_CONTROL_ROLE;
    if (!loosens(risk, record)) return RISK_CONTROL_OK;
    if (record->role < RISK_OFFICER) return RISK_CONTROL_ROLE;
    if (record->reason[0] == 0) return RISK_CONTROL_REASON;
    if (beyond_ceiling(risk, record)) return RISK_CONTROL_CEILING;
    if (!risk->plan.two_persons) return RISK_CONTROL_OK;
    bool second = record->confirmed_by != RISK_NONE && record->confirmed_by != record->who &&
                  record->confirm_role >= RISK_OFFICER && record->confirm_role <= RISK_ADMIN;
    return second ? RISK_CONTROL_OK : RISK_CONTROL_SECOND;
}

static enum risk_control batch_check(const struct risk *risk, const struct risk_record *records,
                                     uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        enum risk_control control = form_check(risk, &records[i]);
        if (control == RISK_CONTROL_OK) control = right_check(risk, &records[i]);
        if (control != RISK_CONTROL_OK) return control;
    }
    return RISK_CONTROL_OK;
}

void risk_control_draft(const struct risk *risk, struct risk_record *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        records[i].version = RISK_RECORD_VERSION;
        records[i].reserved = 0;
        records[i].count = count;
        records[i].left = count - 1 - i;
        records[i].number = risk->control_number + 1 + i;
        records[i].old = 0;
        if (form_check(risk, &records[i]) == RISK_CONTROL_OK)
            records[i].old = value_now(risk, &records[i]);
    }
}

static enum risk_control control_check(const struct risk *risk, const struct risk_record *records,
                                       uint32_t count)
{
    if (count == 0 || count > risk->limits.batch) return RISK_CONTROL_BATCH;
    enum risk_control control = batch_check(risk, records, count);
    if (control != RISK_CONTROL_OK) return control;
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].count != count || records[i].left != count - 1 - i)
            return RISK_CONTROL_BATCH;
        if (records[i].number != risk->control_number + 1 + i) return RISK_CONTROL_TURN;
        if (records[i].old != value_now(risk, &records[i])) return RISK_CONTROL_OLD;
    }
    return RISK_CONTROL_OK;
}

enum risk_control risk_control_check(struct risk *risk, const struct risk_record *records,
                                     uint32_t count)
{
    enum risk_control control = control_check(risk, records, count);
    if (control != RISK_CONTROL_OK) counter_one(&risk->counts.control[control]);
    return control;
}

static void change(struct risk *risk, const struct risk_record *record)
{
    if (record->kind == RISK_RECORD_BOUND) {
        *bound_of(risk, record->limit, &record->subject) = record->value;
        return;
    }
    uint8_t state = (uint8_t)record->value;
    switch ((enum risk_scope)record->scope) {
    case RISK_BOX: risk->box.state = state; return;
    case RISK_VENUE: risk->venue[record->subject.venue].state = state; return;
    case RISK_SYMBOL: risk->symbol[record->subject.symbol].state = state; return;
    case RISK_STRATEGY:
        risk->strategy[record->subject.strategy].state = state;
        if (state == RISK_ACTIVE) risk->strategy[record->subject.strategy].tripped = false;
        return;
    case RISK_ROUTE:
    case RISK_HOLDING:
    case RISK_SCOPE_COUNT: break;
    }
    UNREACHABLE("form_check accepts no other scope");
}

static enum risk_control stage(struct risk *risk, const struct risk_record *record)
{
    uint64_t first = risk->control_number + 1;
    if (record->number == first) risk->staged = 0; /* a batch before it was cut short */
    if (record->number != first + risk->staged) return RISK_CONTROL_TURN;
    if (record->count > risk->limits.batch || record->count != record->left + 1 + risk->staged)
        return RISK_CONTROL_BATCH;
    if (risk->staged && record->count != risk->stage[0].count) return RISK_CONTROL_BATCH;
    risk->stage[risk->staged++] = *record;
    if (record->left > 0) return RISK_CONTROL_OK;

    uint32_t count = (uint32_t)risk->staged;
    enum risk_control control = batch_check(risk, risk->stage, count);
    if (control != RISK_CONTROL_OK) return control;
    for (uint32_t i = 0; i < count; i++) {
        change(risk, &risk->stage[i]);
        if (risk->stage[i].at > risk->now) risk->now = risk->stage[i].at;
    }
    risk->control_number += count;
    risk->staged = 0;
    return RISK_CONTROL_OK;
}

enum risk_control risk_control_apply(struct risk *risk, const struct risk_record *record)
{
    risk_moves(risk, 0);
    enum risk_control control = form_check(risk, record);
    if (control == RISK_CONTROL_OK) control = stage(risk, record);
    if (control != RISK_CONTROL_OK) risk->staged = 0;
    counter_one(&risk->counts.control[control]);
    return control;
}
