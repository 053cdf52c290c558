#include "dataplane/match/match_reference.h"
#include "dataplane/reenact/reenact_layout.h"

#include <string.h>

/* Inputs of the engine, and what its events mean: to the market, to our session, and to the
 * bookkeeping of who traded in whose place. */

static void own_put(struct reenact *reenact, order_id_t id, const struct match_event *event)
{
    reenact->counts.own_resting++;
    if (reenact->owns == REENACT_OWN_MAX) {
        reenact->counts.own_untold++;
        return;
    }
    reenact->own[reenact->owns++] = (struct own){
        .id = id,
        .price = event->price,
        .instrument = event->instrument,
        .side = event->side,
    };
}

static void own_end(struct reenact *reenact, order_id_t id)
{
    for (uint32_t i = 0; i < reenact->owns; i++) {
        if (reenact->own[i].id != id) continue;
        reenact->own[i] = reenact->own[--reenact->owns];
        return;
    }
}

/* What rests of ours, with its price. */
static void own_follow(struct reenact *reenact, const struct match_event *event)
{
    bool names_own = event->account == ACCOUNT_OWN;
    if (event->kind == MATCH_TRADED) {
        if (event->other_account == ACCOUNT_OWN && event->flags & MATCH_MAKER_DONE)
            own_end(reenact, event->other);
        if (names_own && event->flags & MATCH_IN_AUCTION && event->left == 0)
            own_end(reenact, event->id);
        return;
    }
    if (!names_own) return;
    if (event->kind == MATCH_CANCELED) own_end(reenact, event->id);
    if (event->kind == MATCH_REPLACED) own_end(reenact, event->other);
    bool rests = event->kind == MATCH_RESTED || (event->kind == MATCH_REPLACED && event->qty != 0);
    if (rests) own_put(reenact, event->id, event);
}

static void trade_note(struct reenact *reenact, const struct match_event *event)
{
    struct traded *traded = &reenact->traded;
    if (event->account != ACCOUNT_COMERS) return;
    if (event->other_account == ACCOUNT_OWN) traded->own += event->qty;
    else if (event->other == traded->aims) traded->aimed += event->qty;
    else traded->elsewhere += event->qty;
}

static void event_show(struct reenact *reenact, const struct match_event *event)
{
    bool ours = event->account == ACCOUNT_OWN;
    if (event->kind == MATCH_LISTED) {
        struct match_listing listing;
        CHECK(match_listing_of(reenact->match, event->instrument, &listing));
        CHECK(entry_list(reenact->entry, event->instrument, &listing));
        CHECK(itch_out_list(reenact->out, event->instrument, &listing, published_time(reenact)) ==
              ITCH_OUT_OK);
    }
    if (event->kind == MATCH_TRADED) trade_note(reenact, event);
    if (event->kind == MATCH_REJECTED && !ours) {
        reenact->counts.refused++;
        reenact->refusals[event->reason]++;
    }
    if (event->kind == MATCH_CANCELED && event->reason == MATCH_OUT_OF_WINDOW && !ours)
        reenact->counts.evicted++;
    own_follow(reenact, event);
    itch_out_event(reenact->out, event, published_time(reenact));
    entry_event(reenact->entry, event, reenact->time);
}

void reenact_shown(struct match_events *events)
{
    struct reenact *reenact = events->context;
    for (uint32_t i = 0; i < events->count; i++) event_show(reenact, &events->at[i]);
    events->count = 0;
}

/* number and time are in place. */
static void input_apply(struct reenact *reenact, const struct match_input *input)
{
    match_apply(reenact->match, input, &reenact->events);
    reenact_shown(&reenact->events);
    entry_released(reenact->entry, input->number);
}

void reenact_give(struct reenact *reenact, struct match_input *input)
{
    input->number = ++reenact->number;
    input->time = reenact->time;
    if (input->bytes == 0) input->bytes = sizeof *input;
    input_apply(reenact, input);
}

void reenact_list(struct reenact *reenact, uint16_t instrument)
{
    const struct enacted *enacted = &reenact->instrument[instrument];
    int64_t lots = MATCH_MONEY_MAX / enacted->price_max; /* the highest value is a sum of money */
    struct {
        struct match_input input;
        struct match_listing listing;
    } list = {
        .input = {.kind = MATCH_LIST, .instrument = instrument, .bytes = sizeof list},
        .listing = {.tick = enacted->tick,
                    .lot = QTY_ONE,
                    .size = QTY_ONE,
                    .price_max = enacted->price_max,
                    .qty_max = (lots < MATCH_LOTS_MAX ? lots : MATCH_LOTS_MAX) * QTY_ONE,
                    .reference = enacted->tick,
                    .collar = enacted->tick,
                    .window = enacted->window,
                    .phase = MATCH_CALL},
    };
    for (uint32_t i = 0; i < sizeof enacted->symbol && enacted->symbol[i] != ' '; i++)
        list.listing.symbol[i] = enacted->symbol[i];
    reenact_give(reenact, &list.input);
    CHECK(match_phase_of(reenact->match, instrument) == MATCH_CALL);
    reenact->instrument[instrument].listed = true;
    reenact->instrument[instrument].open = false;
}

void reenact_open(struct reenact *reenact, uint16_t instrument, bool open)
{
    struct enacted *enacted = &reenact->instrument[instrument];
    if (enacted->open == open) return;
    enacted->open = open;
    reenact->counts.call += !open;
    reenact_give(reenact, &(struct match_input){
                              .kind = MATCH_PHASE,
                              .instrument = instrument,
                              .type = open ? MATCH_OPEN : MATCH_CALL,
                          });
}

void reenact_print(struct reenact *reenact, uint16_t instrument, uint64_t shares, uint32_t price_e4)
{
    const struct enacted *enacted = &reenact->instrument[instrument];
    if (shares == 0) return;
    struct itch_trade trade = {
        .type = text1('P'),
        .stock_locate = be16(ITCH_OUT_LOCATE(instrument)),
        .timestamp_ns = be48(published_time(reenact)),
        .side = text1('B'),
        .shares = be32((uint32_t)shares),
        .price_e4 = be32(price_e4),
        .match_number = be64(match_reference(++reenact->number, 0)),
    };
    memcpy(trade.stock.byte, enacted->symbol, sizeof trade.stock.byte);
    memcpy(history_append(reenact->history, sizeof trade), &trade, sizeof trade);
}

void reenact_cross(struct reenact *reenact, uint16_t instrument,
                   const struct itch_cross_trade *recorded)
{
    struct itch_cross_trade cross = *recorded;
    if (be64_read(cross.shares) == 0) return; /* that a call has ended is said when ours ends */
    cross.stock_locate = be16(ITCH_OUT_LOCATE(instrument));
    cross.timestamp_ns = be48(published_time(reenact));
    cross.match_number = be64(match_reference(++reenact->number, 0));
    memcpy(history_append(reenact->history, sizeof cross), &cross, sizeof cross);
}

/* Ours. */

static void decided(struct reenact *reenact, enum entry_verdict verdict,
                    const struct entry_out *out)
{
    struct {
        CACHE_ALIGNED struct match_input input;
        uint8_t behind[sizeof(struct match_listing)];
    } copy = {.input = {.kind = MATCH_TIME, .bytes = sizeof(struct match_input)}};
    if (verdict == ENTRY_SUBMIT) {
        CHECK(out->input->bytes <= sizeof copy);
        memcpy(&copy, out->input, out->input->bytes);
    }
    copy.input.number = ++reenact->number;
    copy.input.time = reenact->time;
    entry_taken(reenact->entry, reenact->number);
    input_apply(reenact, &copy.input);
}

static void sweep(struct reenact *reenact)
{
    struct entry_out out;
    while (entry_next(reenact->entry, REENACT_SESSION, reenact->time, &out) == ENTRY_SUBMIT)
        decided(reenact, ENTRY_SUBMIT, &out);
}

static void time_pass(struct reenact *reenact, nanos_t time)
{
    if (time > reenact->time) reenact->time = time;
}

void reenact_request(struct reenact *reenact, const uint8_t *bytes, uint32_t length, nanos_t time)
{
    struct entry_out out;
    time_pass(reenact, time);
    reenact->counts.request++;
    enum entry_verdict verdict =
        entry_request(reenact->entry, REENACT_SESSION, bytes, length, reenact->time, &out);
    CHECK(verdict != ENTRY_WAIT); /* all that happened was shown */
    reenact->counts.malformed += verdict == ENTRY_MALFORMED;
    if (verdict != ENTRY_SUBMIT && verdict != ENTRY_ANSWER) return;
    bool sweeps = out.sweeps;
    decided(reenact, verdict, &out);
    if (sweeps) sweep(reenact);
}

void reenact_time(struct reenact *reenact, nanos_t time)
{
    struct entry_out out;
    time_pass(reenact, time);
    if (entry_due(reenact->entry) > reenact->time) return;
    while (entry_tick(reenact->entry, reenact->time, &out) == ENTRY_SUBMIT)
        decided(reenact, ENTRY_SUBMIT, &out);
}

price_t reenact_own_best(const struct reenact *reenact, uint16_t instrument, enum side side,
                         bool *leads)
{
    price_t best = 0;
    struct match_level top = {0};
    for (uint32_t i = 0; i < reenact->owns; i++) {
        const struct own *own = &reenact->own[i];
        if (own->instrument != instrument || own->side != side) continue;
        bool better = side == SIDE_BUY ? own->price > best : own->price < best;
        if (best == 0 || better) best = own->price;
    }
    (void)match_depth(reenact->match, instrument, side, &top, 1);
    *leads = best != 0 && best == top.price;
    return best;
}
