/* A gateway in an engine stage made and recovered, and what it calls. */

#include "dataplane/base/clock_setup.h"
#include "dataplane/journal/journal_append.h"
#include "dataplane/stage/engine_layout.h"

#include <stdio.h>
#include <string.h>

/* What the gateway calls. */

static uint64_t record_write(void *context, enum gateway_record kind, const void *record,
                             uint32_t bytes, bool reserved)
{
    struct engine_gateway *with = ((struct engine_stage *)context)->with;
    if (!with->journal) return ++with->record;
    enum journal_class class = reserved ? JOURNAL_RESERVED : JOURNAL_ORDINARY;
    void *place = journal_claim(with->journal, class, (uint16_t)(ENGINE_RECORD_KIND + kind), bytes);
    if (unlikely(!place)) return 0;
    memcpy(place, record, bytes);
    return with->record = journal_commit(with->journal);
}

static uint64_t record_durable(void *context)
{
    const struct engine_gateway *with = ((struct engine_stage *)context)->with;
    return with->journal ? journal_durable(with->journal) : with->record;
}

static uint32_t session_room(void *context, uint32_t venue)
{
    const struct engine_stage *stage = context;
    return order_host_room(stage->with->orders, venue);
}

static bool session_send(void *context, uint32_t venue, const uint8_t *bytes, uint32_t length,
                         nanos_t now)
{
    const struct engine_gateway *with = ((struct engine_stage *)context)->with;
    return order_host_send(with->orders, venue, bytes, length, with->cause_tsc, now);
}

static void session_flush(void *context, uint64_t cause_tsc, nanos_t now)
{
    struct engine_gateway *with = ((struct engine_stage *)context)->with;
    order_host_flush(with->orders, now);
    histogram_record_span(&with->reaction, cause_tsc, clock_now());
}

static void report_copy(void *context, const struct gateway_report *report)
{
    const struct engine_stage *stage = context;
    struct spsc *copy = stage->plan->copy;
    if (unlikely(spsc_room(copy, 1) == 0)) {
        stage->with->view.copy_lost++;
        return;
    }
    *(struct gateway_report *)spsc_claim_at(copy, 0) = *report;
    spsc_publish(copy);
}

/* What the order host calls. */

static void message_take(void *context, uint32_t venue, uint64_t sequence, const uint8_t *message,
                         uint32_t length, nanos_t now)
{
    const struct engine_stage *stage = context;
    gateway_message(stage->with->gateway, venue, sequence, message, length, now);
}

static void session_take(void *context, uint32_t venue, bool up, nanos_t now)
{
    const struct engine_stage *stage = context;
    gateway_session(stage->with->gateway, venue, up, now);
}

/* Making. */

#define WINDOW_ROW_BYTES sizeof(struct engine_view_strategy) /* the largest of them */
static_assert(sizeof(struct engine_view_order) <= WINDOW_ROW_BYTES, "orders");
static_assert(sizeof(struct engine_view_holding) <= WINDOW_ROW_BYTES, "holdings");
static_assert(sizeof(struct engine_view_gauge) <= WINDOW_ROW_BYTES, "gauges");

size_t engine_gateway_footprint(const struct engine_stage_plan *plan)
{
    return ALIGN_UP(sizeof(struct engine_gateway), CACHE_LINE) +
           snapshot_footprint(sizeof(struct engine_gateway_view)) +
           window_footprint(WINDOW_ROW_BYTES) +
           ALIGN_UP(gateway_footprint(plan->gateway), CACHE_LINE) +
           ALIGN_UP(order_host_footprint(&plan->orders), CACHE_LINE);
}

struct engine_gateway *engine_gateway_new(void *memory, struct engine_stage *stage)
{
    const struct engine_stage_plan *plan = stage->plan;
    struct engine_gateway *with = memory;
    uint8_t *at = memory;
    memset(memory, 0, engine_gateway_footprint(plan));
    at += ALIGN_UP(sizeof *with, CACHE_LINE);
    with->snapshot = snapshot_new(at, sizeof(struct engine_gateway_view));
    at += snapshot_footprint(sizeof(struct engine_gateway_view));
    with->window = window_new(at, WINDOW_ROW_BYTES);
    at += window_footprint(WINDOW_ROW_BYTES);
    const struct gateway_outlet outlet = {.context = stage,
                                          .journal = record_write,
                                          .durable = record_durable,
                                          .room = session_room,
                                          .send = session_send,
                                          .flush = session_flush,
                                          .copy = plan->copy ? report_copy : NULL};
    with->gateway_plan = *plan->gateway;
    with->gateway_plan.run = plan->run;
    with->gateway = gateway_new(at, &with->gateway_plan, &outlet);
    at += ALIGN_UP(gateway_footprint(plan->gateway), CACHE_LINE);
    with->plan = plan->orders;
    with->plan.calls = (struct order_host_calls){stage, message_take, session_take};
    with->orders = order_host_new(at, &with->plan, plan->now(plan->clock, clock_now()));
    return with;
}

/* Recovery. */

bool engine_stage_recover(struct engine_stage *stage, const struct journal_record *record,
                          char *problem, size_t capacity)
{
    stage->with->record = record->sequence;
    if (record->kind >= ENGINE_RECORD_KIND) {
        enum gateway_record kind = (enum gateway_record)(record->kind - ENGINE_RECORD_KIND);
        return gateway_recover(stage->with->gateway, kind, record->payload, record->payload_bytes,
                               problem, capacity);
    }
    (void)snprintf(problem, capacity, "the record is of a kind that no gateway writes");
    return false;
}

void engine_stage_recovered(struct engine_stage *stage, struct journal *journal, nanos_t now)
{
    struct engine_gateway *with = stage->with;
    with->journal = journal;
    if (journal) with->record = journal_sequence(journal) - 1;
    if (now > stage->now) stage->now = now;
    gateway_recovered(with->gateway, stage->now);
    for (uint32_t i = 0; i < with->plan.venues; i++)
        order_host_begin(with->orders, i, gateway_next_sequence(with->gateway, i));
}
