#include "tests/gateway/port_world.h"

#include "dataplane/gateway/trade_port_ouch50_layout.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct trade_port_kind *const kind = &trade_port_ouch50;

#define AGREE(world, condition)                                                                    \
    spec_expect(__FILE__, __LINE__, (condition), "seed %" PRIu64 " step %u: %s", (world)->seed,    \
                (world)->step, #condition)

static uint64_t draw(struct world *world, uint64_t low, uint64_t high)
{
    return chance_between(&world->chance, low, high);
}

/* Books by bytes. */

static uint32_t number_at(const uint8_t *bytes, uint32_t at)
{
    return (uint32_t)bytes[at] << 24 | (uint32_t)bytes[at + 1] << 16 |
           (uint32_t)bytes[at + 2] << 8 | bytes[at + 3];
}

static void plain_less(struct plain_order *plain, uint32_t qty)
{
    plain->leaves = qty < plain->leaves ? plain->leaves - qty : 0;
    if (plain->leaves == 0) plain->over = true;
}

/* The order that the message is about, after it. */
static struct plain_order *plain_read(struct world *world, const uint8_t *bytes)
{
    struct plain_order *plain = &world->plain[number_at(bytes, 9)];
    switch (bytes[0]) {
    case 'A':
        plain->accepted = true;
        plain->leaves = number_at(bytes, 14);
        if (bytes[47] == 'D') plain_less(plain, plain->leaves);
        return plain;
    case 'U': {
        struct plain_order *old = plain;
        plain = &world->plain[number_at(bytes, 13)];
        plain->accepted = old->replaced = true;
        plain->cum = old->cum;
        plain->gone = old->gone;
        plain->leaves = number_at(bytes, 18);
        old->leaves = 0;
        if (bytes[51] == 'D' || plain->leaves == 0) plain_less(plain, plain->leaves);
        return plain;
    }
    case 'E':
        plain->cum += number_at(bytes, 13);
        plain_less(plain, number_at(bytes, 13));
        return plain;
    case 'C':
    case 'D':
        plain->gone += number_at(bytes, 13);
        plain_less(plain, number_at(bytes, 13));
        return plain;
    case 'J': plain->rejected = true; return plain;
    default: return NULL;
    }
}

static enum slot_answer_kind plain_kind(const struct plain_order *plain, uint8_t type)
{
    switch (type) {
    case 'E': return SLOT_ANSWERS_EXECUTED;
    case 'J': return plain->was ? SLOT_ANSWERS_NO_REPLACE : SLOT_ANSWERS_REJECTED;
    case 'U': return plain->over ? SLOT_ANSWERS_CANCELED : SLOT_ANSWERS_REPLACED;
    default: return plain->over ? SLOT_ANSWERS_CANCELED : SLOT_ANSWERS_ACCEPTED;
    }
}

/* Requests go out. */

static void forget(struct world *world, order_id_t order)
{
    kind->forget(world->port, order);
    world->plain[order].forgotten = true;
    for (uint64_t urn = order + 1; urn < slots_next_order(world->slots); urn++) {
        struct plain_order *heir = &world->plain[urn];
        if (heir->was == order && !heir->accepted && !heir->rejected) heir->forgotten = true;
    }
}

static void collect_says(struct world *world)
{
    for (uint32_t i = 0; i < world->out.say_count; i++) {
        const struct slot_say *say = &world->say[i];
        if (say->said == SLOT_SAYS_FILLED || say->said == SLOT_SAYS_CANCELED ||
            say->said == SLOT_SAYS_REJECTED || say->said == SLOT_SAYS_OVER ||
            say->said == SLOT_SAYS_LOST)
            forget(world, say->order);
        AGREE(world, say->said != SLOT_SAYS_STRAY && say->said != SLOT_SAYS_EXCESS);
        AGREE(world, say->said != SLOT_SAYS_LATE);
    }
    world->out.say_count = 0;
}

static void plain_sent(struct world *world, const struct slot_request *request)
{
    struct plain_order *plain = &world->plain[request->order];
    world->requests++;
    if (request->kind == SLOT_SENDS_QUERY) return;
    plain->last = world->requests;
    if (request->kind == SLOT_SENDS_REPLACE) {
        plain = &world->plain[request->asked];
        plain->was = (uint32_t)request->order;
        plain->last = world->requests;
    }
    if (request->kind == SLOT_SENDS_CANCEL) return;
    plain->sent = true;
    plain->slot = request->slot;
    plain->asked = plain->total = (uint32_t)(request->total / QTY_ONE);
    AGREE(world, request->total % QTY_ONE == 0);
}

static void collect(struct world *world)
{
    collect_says(world);
    for (uint32_t i = 0; i < world->out.request_count; i++) {
        struct port_request request = {.slot = world->request[i],
                                       .symbol = world->request[i].slot % 3,
                                       .how = world->how[world->request[i].slot]};
        uint8_t bytes[TRADE_PORT_BYTES_MAX];
        uint32_t length = kind->encode(world->port, &request, bytes);
        AGREE(world, length > 0 || request.slot.kind == SLOT_SENDS_QUERY);
        AGREE(world, length <= WORLD_BYTES);
        world->served += length == 0;
        if (length == 0) continue;
        world->fences += request.slot.kind == SLOT_SENDS_QUERY;
        CHECK(world->flight_count < WORLD_FLIGHT);
        uint32_t at = (world->flight_first + world->flight_count++) % WORLD_FLIGHT;
        world->flight[at].length = length;
        memcpy(world->flight[at].bytes, bytes, length);
        kind->sent(world->port, &request);
        plain_sent(world, &request.slot);
    }
    world->out.request_count = 0;
}

/* Answers come in. */

static void answer_slots(struct world *world, const struct port_report *report, uint32_t slot)
{
    struct slot_answer answer = report->answer;
    struct slot_look look;
    slots_look(world->slots, slot, &look);
    answer.slot = slot;
    if (answer.number == 0) answer.number = look.number;
    world->reports[answer.kind]++;
    (void)!slots_answer(world->slots, &answer, world->rig.now, &world->out);
    collect(world);
}

/* What a fence says is what the bytes before it have said, and knows of all that was sent. */
static void served(struct world *world, const struct port_report *report)
{
    const struct slot_answer *answer = &report->answer;
    struct plain_order *plain = &world->plain[answer->order];
    struct slot_look look;
    slots_look(world->slots, answer->slot, &look);
    bool current = look.state == SLOT_UNKNOWN && look.number == answer->number;
    if (current) AGREE(world, world->settled >= plain->last);
    if (current && look.asked) AGREE(world, world->settled >= world->plain[look.asked].last);
    AGREE(world, answer->cum == (qty_t)plain->cum * QTY_ONE || !plain->accepted);
    AGREE(world, answer->leaves == (qty_t)plain->leaves * QTY_ONE);
    switch ((int)answer->kind) {
    case SLOT_ANSWERS_OPEN:
        AGREE(world, plain->accepted && !plain->over && !plain->replaced);
        break;
    case SLOT_ANSWERS_DONE: AGREE(world, plain->over || plain->rejected); break;
    case SLOT_ANSWERS_NEVER:
        AGREE(world, !plain->accepted && !plain->rejected);
        plain->never = true;
        break;
    default: AGREE(world, false);
    }
    if (current && look.asked && look.asked != answer->order && !world->plain[look.asked].rejected)
        world->plain[look.asked].never = true;
    answer_slots(world, report, answer->slot);
}

static void compare(struct world *world, const uint8_t *bytes, const struct plain_order *plain,
                    const struct port_report *reports, uint32_t count)
{
    const struct port_report *first = &reports[0];
    bool ends = bytes[0] == 'E' && plain->over && plain->cum < plain->total;
    AGREE(world, !plain->never);
    AGREE(world, plain->sent);
    AGREE(world, first->known == !plain->forgotten);
    if (!first->known) return;
    AGREE(world, count == (ends ? 2u : 1u));
    AGREE(world, first->answer.order == (uint64_t)(plain - world->plain));
    if (!plain->over && !plain->rejected)
        AGREE(world, plain->cum + plain->leaves + plain->gone == plain->asked);
    AGREE(world, first->answer.kind == plain_kind(plain, bytes[0]));
    AGREE(world, first->answer.leaves == (qty_t)plain->leaves * QTY_ONE);
    AGREE(world, first->leaves == first->answer.leaves);
    if (bytes[0] != 'J') AGREE(world, first->answer.cum == (qty_t)plain->cum * QTY_ONE);
    if (count == 2) AGREE(world, reports[1].answer.kind == SLOT_ANSWERS_CANCELED);
    if (count == 2) AGREE(world, reports[1].answer.cum == first->answer.cum);
}

static void hear_one(struct world *world)
{
    const struct world_message *message = &world->log[world->heard++];
    struct port_report reports[TRADE_PORT_REPORTS_MAX], served_report;
    bool bad;
    uint32_t count = kind->decode(world->port, message->bytes, message->length, reports, &bad);
    const struct plain_order *plain = plain_read(world, message->bytes);
    AGREE(world, !bad);
    if (plain) {
        AGREE(world, count > 0);
        compare(world, message->bytes, plain, reports, count);
    }
    for (uint32_t i = 0; i < count; i++)
        if (reports[i].known && plain) answer_slots(world, &reports[i], plain->slot);
    while (kind->next(world->port, &served_report)) served(world, &served_report);
}

/* The venue. */

static void hear(void *context, const struct entry_rig_message *message)
{
    struct world *world = context;
    if (message->session != 0) return;
    CHECK(world->log_count < WORLD_LOG);
    CHECK(message->length <= WORLD_BYTES);
    struct world_message *kept = &world->log[world->log_count++];
    kept->length = message->length;
    memcpy(kept->bytes, message->bytes, message->length);
}

static void venue_take(struct world *world)
{
    const struct world_message *message = &world->flight[world->flight_first];
    for (;;) {
        enum entry_verdict verdict =
            entry_rig_send(&world->rig, 0, message->bytes, message->length);
        AGREE(world, verdict != ENTRY_MALFORMED);
        if (verdict != ENTRY_WAIT) break;
        entry_rig_show(&world->rig, 1);
    }
    world->flight_first = (world->flight_first + 1) % WORLD_FLIGHT;
    world->flight_count--;
    world->settled++;
}

static void other_order(struct world *world)
{
    static const char *const symbols[] = {"ACME", "BETA", "CATS"};
    char line[120];
    uint32_t symbol = (uint32_t)draw(world, 0, 2);
    uint32_t step = symbol == 2 ? 5 : 1, lot = symbol == 2 ? 100 : 1;
    uint32_t price = 990 + step * (uint32_t)draw(world, 0, 20 / step);
    snprintf(line, sizeof line, "O %u %c %u %s %u.%02u%s", ++world->other_urn,
             draw(world, 0, 1) ? 'B' : 'S', lot * (uint32_t)draw(world, 1, 3 + 200 / lot),
             symbols[symbol], price / 100, price % 100, draw(world, 0, 2) ? " tif=3" : "");
    while (entry_rig_say(&world->rig, 1, line) == ENTRY_WAIT) entry_rig_show(&world->rig, 1);
    if (draw(world, 0, 4) != 0) return;
    snprintf(line, sizeof line, "X %u 0", (uint32_t)draw(world, 1, world->other_urn));
    while (entry_rig_say(&world->rig, 1, line) == ENTRY_WAIT) entry_rig_show(&world->rig, 1);
}

/* The session. */

static void sweep(struct world *world, enum slot_event event)
{
    uint32_t next = 0;
    while (!slots_sweep(world->slots, event, SLOTS_NONE, world->rig.now, &next, &world->out))
        collect(world);
    collect(world);
}

static void port_new(struct world *world)
{
    static const char symbols[3][8] = {
        {'A', 'C', 'M', 'E', ' ', ' ', ' ', ' '},
        {'B', 'E', 'T', 'A', ' ', ' ', ' ', ' '},
        {'C', 'A', 'T', 'S', ' ', ' ', ' ', ' '},
    };
    const struct trade_port_limits limits = {
        .symbols = 3, .orders = WORLD_SLOTS, .run = world->run++};
    size_t bytes = kind->footprint(&limits);
    free(world->port);
    world->port = kind->new (aligned_alloc(CACHE_LINE, bytes), &limits);
    for (uint32_t i = 0; i < 3; i++) {
        struct trade_port_symbol symbol = {.tick = PRICE_ONE / 100, .lot = QTY_ONE};
        memcpy(symbol.name, symbols[i], 8);
        kind->list(world->port, i, &symbol);
    }
}

static void recover(struct world *world, order_id_t order, order_id_t was, uint32_t slot)
{
    struct plain_order *plain = &world->plain[order];
    if (plain->accepted) plain->total = plain->cum + plain->leaves;
    kind->recover(
        world->port,
        &(struct port_recovered){
            .order = order,
            .was = was,
            .accepted = plain->accepted,
            .how = world->how[slot],
            .total = (qty_t)plain->total * QTY_ONE,
            .cum = (qty_t)(plain->accepted ? plain->cum : world->plain[was].cum) * QTY_ONE,
        });
}

/* The port starts anew, with what a journal would know of what the slots hold. */
static void restart(struct world *world)
{
    world->restarts++;
    port_new(world);
    for (uint32_t slot = 0; slot < WORLD_SLOTS; slot++) {
        struct slot_look look;
        slots_look(world->slots, slot, &look);
        if (!look.order) continue;
        recover(world, look.order, 0, slot);
        if (look.asked) recover(world, look.asked, look.order, slot);
    }
}

static void lose(struct world *world)
{
    uint64_t arrive = draw(world, 0, world->flight_count);
    if (draw(world, 0, 1)) arrive = world->flight_count;
    for (; arrive > 0; arrive--) venue_take(world);
    world->vanished += world->flight_count;
    world->settled += world->flight_count;
    world->flight_count = 0;
    world->cuts++;
    world->up = false;
    while (entry_rig_disconnect(&world->rig, 0) == ENTRY_WAIT) entry_rig_show(&world->rig, 1);
    entry_rig_sweep(&world->rig, 0, UINT32_MAX);
    kind->session(world->port, false);
    slots_session(world->slots, false);
    sweep(world, SLOT_ON_DISCONNECT);
    if (draw(world, 0, 3) == 0) restart(world);
}

static void connect_again(struct world *world)
{
    world->replayed += world->log_count - world->heard;
    world->up = true;
    kind->session(world->port, true);
    slots_session(world->slots, true);
    sweep(world, SLOT_ON_RECONNECT);
}

/* A step. */

static void intend(struct world *world)
{
    uint32_t slot = (uint32_t)draw(world, 0, WORLD_SLOTS - 1);
    bool coarse = slot % 3 == 2;
    uint32_t lot = coarse ? 100 : 1;
    price_t tick = PRICE_ONE / (coarse ? 20 : 100);
    struct slot_intent intent = {
        .slot = slot,
        .sequence = ++world->sequence,
        .stop = draw(world, 0, 5) == 0,
        .side = (uint8_t)draw(world, 0, 1),
        .carries = draw(world, 0, 1),
        .price = PRICE_ONE * 99 / 10 + tick * (price_t)draw(world, 0, coarse ? 4 : 20),
        .qty = (qty_t)(lot * draw(world, 1, coarse ? 5 : 300)) * QTY_ONE,
    };
    struct slot_look look;
    slots_look(world->slots, slot, &look);
    intent.executed = look.executed;
    if (draw(world, 0, 1) && look.order) intent.side = look.side;
    world->how[slot] = (uint8_t)(draw(world, 0, 9) < 8 ? 0 : draw(world, 1, 2));
    (void)!slots_intend(world->slots, &intent, world->rig.now, &world->out);
    collect(world);
}

static void disturb(struct world *world)
{
    static const enum match_phase phases[] = {MATCH_HALTED, MATCH_CALL, MATCH_CLOSED, MATCH_OPEN};
    uint16_t instrument = (uint16_t)draw(world, 0, 2);
    bool open = match_phase_of(world->rig.match, instrument) == MATCH_OPEN;
    entry_rig_phase(&world->rig, instrument, open ? phases[draw(world, 0, 3)] : MATCH_OPEN);
}

void world_step(struct world *world)
{
    uint64_t what = draw(world, 0, 999);
    world->step++;
    world->rig.now += draw(world, 0, 100) * NANOS_MICRO;
    if (what < 350) intend(world);
    else if (what < 600) {
        for (uint64_t left = draw(world, 1, 6); left > 0 && world->up && world->flight_count;
             left--)
            venue_take(world);
    } else if (what < 850) {
        for (uint64_t left = draw(world, 1, 12); left > 0; left--)
            if (world->up && world->heard < world->log_count) hear_one(world);
    } else if (what < 970) other_order(world);
    else if (what < 975) disturb(world);
    else if (what < 985) world->rig.now += 30 * NANOS_MILLI;
    else if (what < 990 && world->up) lose(world);
    else if (!world->up) connect_again(world);
    if (draw(world, 0, 3) == 0) entry_rig_show(&world->rig, draw(world, 0, 20));
    if (world->up) slots_overdue(world->slots, world->rig.now, &world->out);
    collect(world);
    if (world->step % 64 == 0) {
        ouch50_port_verify(world->port);
        slots_verify(world->slots);
    }
}

static bool doubtful(struct world *world)
{
    const struct slots_counts *counts = slots_counts(world->slots);
    return counts->state[SLOT_NEW] + counts->state[SLOT_CANCEL] + counts->state[SLOT_REPLACE] +
               counts->state[SLOT_UNKNOWN] !=
           0;
}

void world_settle(struct world *world)
{
    if (!world->up) connect_again(world);
    for (uint32_t i = 0; i < 3; i++)
        if (match_phase_of(world->rig.match, (uint16_t)i) != MATCH_OPEN)
            entry_rig_phase(&world->rig, (uint16_t)i, MATCH_OPEN);
    for (uint32_t turn = 0; turn < 100; turn++) {
        while (world->flight_count) venue_take(world);
        entry_rig_show(&world->rig, SIZE_MAX);
        while (world->heard < world->log_count) hear_one(world);
        if (!doubtful(world) && world->flight_count == 0) break;
        world->rig.now += 30 * NANOS_MILLI;
        slots_overdue(world->slots, world->rig.now, &world->out);
        collect(world);
    }
    AGREE(world, !doubtful(world));
    for (uint32_t urn = 1; urn < slots_next_order(world->slots); urn++) {
        const struct plain_order *plain = &world->plain[urn];
        struct match_order order;
        bool live = plain->accepted && !plain->over && !plain->replaced;
        bool there = match_order_of(world->rig.match, entry_id(0, 0, urn), &order);
        AGREE(world, live == there);
        if (live && there) AGREE(world, (qty_t)plain->leaves * QTY_ONE == order.open);
        if (live) AGREE(world, !plain->forgotten);
    }
    ouch50_port_verify(world->port);
}

void world_new(struct world *world, uint64_t seed)
{
    const struct slots_limits limits = {.slots = WORLD_SLOTS, .strategies = 1};
    const struct slots_venue venue = {.replaces = true, .bulk = 1, .answer_ns = 20 * NANOS_MILLI};
    struct entry_limits entry = entry_rig_limits();
    struct entry_plan plan = entry_rig_plan(ENTRY_OUCH50);
    memset(world, 0, sizeof *world);
    entry.asks = 64;
    entry_rig_new(&world->rig, &entry);
    plan.cancel_on_disconnect = seed % 2;
    plan.self_trade = (uint8_t)(seed % MATCH_SELF_TRADE_COUNT);
    entry_session(world->rig.entry, 0, &plan);
    world->rig.quiet = true;
    world->rig.late = true;
    world->rig.on_sent = hear;
    world->rig.context = world;
    world->seed = seed;
    world->chance.state = seed;
    world->up = true;
    world->log = malloc(WORLD_LOG * sizeof *world->log);
    world->plain = calloc(WORLD_URNS, sizeof *world->plain);
    CHECK(world->log && world->plain);
    world->out = (struct slots_out){.requests = world->request,
                                    .says = world->say,
                                    .requests_max = WORLD_ROOM,
                                    .says_max = WORLD_ROOM};
    world->slots =
        slots_new(aligned_alloc(CACHE_LINE, slots_footprint(&limits)), &limits, &venue, 1);
    port_new(world);
}

void world_free(struct world *world)
{
    entry_rig_free(&world->rig);
    free(world->slots);
    free(world->port);
    free(world->log);
    free(world->plain);
}
