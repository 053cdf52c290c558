#include "apps/pollux-generate/line.h"

/* Late datagrams wait in slots.  At each of the last window offers, and at the present one, at most
 * two copies began to wait, and none waits longer: 2 * (window + 1) slots are always enough.
 * due_next spares the walk over the slots while nobody is due. */

#define NEVER UINT64_MAX

struct slot {
    uint64_t due; /* goes out after that offer; NEVER: free */
    uint64_t order;
    uint32_t payload_bytes;
    uint8_t payload[PACK_PAYLOAD_MAX];
};

struct line {
    struct line_plan plan;
    struct line_counts counts;
    struct flow_dice dice;
    line_emit_fn *emit;
    void *to;
    nanos_t last_ns;
    uint64_t due_next;
    uint64_t waited; /* numbers the copies, so that those due together keep their order */
    uint32_t slots;
    uint16_t identification;
    uint8_t frame[LINE_FRAME_BYTES];
    struct slot slot[];
};

static uint32_t slots_of(const struct line_plan *plan)
{
    return 2 * (plan->window + 1);
}

size_t line_footprint(const struct line_plan *plan)
{
    if (plan->window == 0 || plan->window > LINE_WINDOW_MAX) return 0;
    if (plan->loss_ppm > LINE_ALWAYS || plan->late_ppm > LINE_ALWAYS) return 0;
    if (plan->double_ppm > LINE_ALWAYS) return 0;
    size_t bytes = sizeof(struct line) + slots_of(plan) * sizeof(struct slot);
    return ALIGN_UP(bytes, CACHE_LINE);
}

struct line *line_new(void *memory, const struct line_plan *plan, line_emit_fn *emit, void *to)
{
    CHECK(line_footprint(plan) > 0);
    struct line *line = memory;
    line->plan = *plan;
    line->counts = (struct line_counts){0};
    line->dice = (struct flow_dice){flow_dice_mix(plan->seed)};
    line->emit = emit;
    line->to = to;
    line->last_ns = 0;
    line->due_next = NEVER;
    line->waited = 0;
    line->identification = 0;
    line->slots = slots_of(plan);
    for (uint32_t i = 0; i < line->slots; i++) line->slot[i].due = NEVER;
    return line;
}

static bool chance(struct line *line, uint32_t ppm)
{
    return flow_dice_below(&line->dice, LINE_ALWAYS) < ppm;
}

static void payload_emit(struct line *line, const uint8_t *payload, uint32_t payload_bytes)
{
    struct frame_udp_head *head = &line->plan.head;
    head->identification = line->identification++;
    memcpy(&line->frame[frame_udp_head_bytes(head)], payload, payload_bytes);
    struct line_frame frame = {
        .bytes = line->frame,
        .length = frame_udp_write(line->frame, head, payload_bytes),
        .time_ns = line->last_ns,
    };
    line->counts.frames++;
    line->counts.bytes += frame.length;
    line->emit(line->to, &frame);
}

static void payload_keep(struct line *line, const struct pack_datagram *datagram)
{
    uint64_t due = line->counts.offered + flow_dice_between(&line->dice, 1, line->plan.window);
    uint32_t at = 0;
    while (at < line->slots && line->slot[at].due != NEVER) at++;
    CHECK(at < line->slots);
    struct slot *slot = &line->slot[at];
    slot->due = due;
    slot->order = line->waited++;
    slot->payload_bytes = datagram->payload_bytes;
    memcpy(slot->payload, datagram->payload, datagram->payload_bytes);
    if (due < line->due_next) line->due_next = due;
}

/* Lets out all that are due until the given offer, earliest first. */
static void due_emit(struct line *line, uint64_t until)
{
    while (line->due_next <= until) {
        struct slot *first = NULL;
        uint64_t next = NEVER;
        for (uint32_t i = 0; i < line->slots; i++) {
            struct slot *slot = &line->slot[i];
            if (slot->due == NEVER) continue;
            bool earlier = !first || slot->due < first->due ||
                           (slot->due == first->due && slot->order < first->order);
            if (earlier && first && first->due < next) next = first->due;
            if (earlier) first = slot;
            else if (slot->due < next) next = slot->due;
        }
        CHECK(first != NULL); /* due_next is the due of one of them */
        payload_emit(line, first->payload, first->payload_bytes);
        first->due = NEVER;
        line->due_next = next;
    }
}

bool line_offer(struct line *line, const struct pack_datagram *datagram)
{
    line->counts.offered++;
    nanos_t time_ns = datagram->time_ns + line->plan.delay_ns;
    if (time_ns > line->last_ns) line->last_ns = time_ns;

    /* All three are drawn for each datagram, so that one chance does not shift another's. */
    bool lost = chance(line, line->plan.loss_ppm);
    bool late = chance(line, line->plan.late_ppm);
    bool doubled = chance(line, line->plan.double_ppm);
    if (lost) {
        line->counts.lost++;
        line->counts.lost_messages += datagram->messages;
    } else {
        line->counts.late += late;
        line->counts.doubled += doubled;
        if (late) payload_keep(line, datagram);
        else payload_emit(line, datagram->payload, datagram->payload_bytes);
        if (doubled) payload_keep(line, datagram);
    }
    due_emit(line, line->counts.offered);
    return !lost;
}

void line_end(struct line *line)
{
    due_emit(line, NEVER - 1);
}

const struct line_counts *line_counts(const struct line *line)
{
    return &line->counts;
}
