/* The session of a venue in this process: two rings, and what is kept beside them.
 *
 * Answers are numbered here as they are taken: the match stage shows all of the day, from the
 * first, at recovery and then in the ring, so shown is the number of the newest.  Those below next
 * were given on before the start. */

#include "dataplane/stage/order_host_layout.h"

#include <string.h>

#define ANSWERS_TURN 64u

static uint32_t kept_count(const struct order_host_line *line)
{
    return (uint32_t)(line->kept_head - line->kept_tail);
}

/* An answer has no place: whatever came next would have its number.  The venue has it written
 * down, and shows it again after a start. */
static COLD void answer_lose(struct order_host_line *line)
{
    line->counts.answer_lost++;
    if (line->state != ORDER_HOST_BROKEN && line->told_up) order_host_inside_close(line);
    line->state = ORDER_HOST_BROKEN; /* the owner is told in the next turn */
}

static void slot_keep(struct order_host_line *line, const struct gate_slot *slot)
{
    if (slot->kind == GATE_MESSAGE && ++line->shown < line->next) {
        line->counts.message_old++;
        return;
    }
    if (unlikely(kept_count(line) == line->plan->kept)) {
        answer_lose(line);
        return;
    }
    line->kept[line->kept_head++ & (line->plan->kept - 1)] = *slot;
}

COLD void order_host_answer(struct order_host *host, uint32_t venue, const struct gate_slot *slot)
{
    slot_keep(&host->line[venue], slot);
}

COLD void order_host_inside_keep(struct order_host_line *line)
{
    const struct gate_slot *slot;
    while ((slot = spsc_front(line->plan->answers)) != NULL) {
        slot_keep(line, slot);
        spsc_release(line->plan->answers);
    }
}

/* The match stage lets the session go: as a connection that breaks. */
static COLD void dropped(struct order_host_line *line, const struct gate_slot *slot, nanos_t now)
{
    bool there = line->state == ORDER_HOST_SETTLING || line->state == ORDER_HOST_UP;
    if (!there || (slot->login != 0 && slot->login != line->login)) return; /* of one before */
    order_host_lose(line, now);
    order_host_inside_close(line);
}

static inline void slot_give(struct order_host_line *line, const struct gate_slot *slot,
                             nanos_t now)
{
    if (likely(slot->kind == GATE_MESSAGE)) order_host_give(line, slot->message, slot->bytes, now);
    else dropped(line, slot, now);
}

uint32_t order_host_inside_turn(struct order_host_line *line, nanos_t now)
{
    if (unlikely(line->state == ORDER_HOST_BROKEN)) {
        if (line->told_up) order_host_lose(line, now);
        order_host_inside_keep(line); /* nobody waits for us */
        line->kept_tail = line->kept_head;
        return 0;
    }
    uint32_t given = 0;
    for (; given < ANSWERS_TURN && kept_count(line) > 0; given++)
        slot_give(line, &line->kept[line->kept_tail++ & (line->plan->kept - 1)], now);
    for (; given < ANSWERS_TURN && kept_count(line) == 0; given++) {
        const struct gate_slot *slot = spsc_front(line->plan->answers);
        if (!slot) break;
        line->shown += slot->kind == GATE_MESSAGE;
        slot_give(line, slot, now);
        spsc_release(line->plan->answers);
    }
    return given;
}

uint32_t order_host_inside_room(const struct order_host_line *line)
{
    return spsc_room(line->plan->requests, 64);
}

static void request_put(struct order_host_line *line, enum gate_slot_kind kind,
                        const uint8_t *bytes, uint32_t length, uint64_t cause_tsc, nanos_t now)
{
    struct gate_slot *slot = spsc_claim_at(line->plan->requests, 0);
    slot->rx_tsc = cause_tsc;
    slot->time = now;
    slot->session = line->plan->number;
    slot->bytes = (uint16_t)length;
    slot->kind = (uint8_t)kind;
    slot->login = line->login;
    if (length > 0) memcpy(slot->message, bytes, length);
    spsc_publish(line->plan->requests);
}

bool order_host_inside_send(struct order_host_line *line, const uint8_t *bytes, uint32_t length,
                            uint64_t cause_tsc, nanos_t now)
{
    CHECK(length <= GATE_MESSAGE_MAX);
    if (unlikely(spsc_room(line->plan->requests, 1) == 0)) return false;
    request_put(line, GATE_MESSAGE, bytes, length, cause_tsc, now);
    return true;
}

COLD void order_host_inside_open(struct order_host_line *line, nanos_t now)
{
    line->counts.connection++;
    if (line->tell_lost) return;
    if (line->next > line->shown + 1) {
        line->state = ORDER_HOST_BROKEN; /* we know more of the day than the venue does */
        return;
    }
    line->login = (uint8_t)(line->login % UINT8_MAX + 1);
    order_host_accept(line, now);
}

COLD void order_host_inside_close(struct order_host_line *line)
{
    line->tell_lost = spsc_room(line->plan->requests, 1) == 0;
    if (!line->tell_lost) request_put(line, GATE_DISCONNECTED, NULL, 0, 0, line->host->now);
}
