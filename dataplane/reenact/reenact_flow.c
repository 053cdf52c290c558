#include "dataplane/reenact/reenact_layout.h"

#include <string.h>

/* Recorded messages become inputs.
 *
 * The recorded feed takes a message first, and decides whether it can be true; what was in its
 * books before says which order it is about.  What the recording takes from an order is taken from
 * the engine's: what ours took meanwhile stays missing. */

#define DAY_NS   (86400 * (__int128)NANOS_SECOND)
#define DAYS_MAX 36525 /* apart; a capture whose times are further apart has none */

/* A message that changed a recorded order, with the order as it was before. */
struct change {
    uint16_t instrument;
    enum side side;
    uint64_t reference;
    uint32_t price_e4;
    uint64_t lots;  /* open before */
    uint64_t by;    /* executed or canceled */
    bool at_front;  /* it was the first of its side */
    bool elsewhere; /* executed at a price of the message's own: */
    bool printed;
    uint32_t at_e4;
};

static price_t price_of(uint32_t price_e4)
{
    return (price_t)price_e4 * PRICE_PER_E4;
}

/* The engine's order of a recorded one. */
static bool order_find(const struct reenact *reenact, uint64_t reference, struct match_order *order)
{
    return match_order_of(reenact->match, recorded_id(reference), order);
}

static void order_enter(struct reenact *reenact, uint16_t instrument, enum side side,
                        uint64_t reference, uint32_t price_e4, uint64_t lots)
{
    reenact_give(reenact, &(struct match_input){
                              .kind = MATCH_NEW,
                              .id = recorded_id(reference),
                              .account = side == SIDE_BUY ? ACCOUNT_BUYERS : ACCOUNT_SELLERS,
                              .instrument = instrument,
                              .side = (uint8_t)side,
                              .type = MATCH_LIMIT,
                              .price = price_of(price_e4),
                              .qty = (qty_t)lots * QTY_ONE,
                          });
}

/* The engine's order is to hold that many lots less: it keeps its place, or leaves. */
static void order_reduce(struct reenact *reenact, uint64_t reference, uint64_t by)
{
    struct match_order order;
    if (by == 0) return;
    if (!order_find(reenact, reference, &order)) {
        reenact->counts.gone++;
        return;
    }
    bool leaves = by >= lots_of(order.open);
    reenact_give(reenact, &(struct match_input){
                              .kind = leaves ? MATCH_CANCEL : MATCH_MODIFY,
                              .id = order.id,
                              .account = order.account,
                              .qty = leaves ? 0 : order.total - (qty_t)by * QTY_ONE,
                          });
}

/* Orders that wait. */

static bool recorded_crossed(const struct reenact *reenact, const struct enacted *enacted)
{
    struct book_level bid, ask;
    struct book *book = feed_book(reenact->recorded);
    return book_depth(book, enacted->locate, SIDE_BUY, &bid, 1) > 0 &&
           book_depth(book, enacted->locate, SIDE_SELL, &ask, 1) > 0 &&
           bid.price_e4 >= ask.price_e4;
}

static bool is_held(const struct reenact *reenact, uint64_t reference)
{
    for (uint32_t i = 0; i < reenact->held; i++)
        if (reenact->waiting[i].reference == reference) return true;
    return false;
}

static void hold(struct reenact *reenact, uint16_t instrument, uint64_t reference)
{
    if (reenact->held == 0) reenact->held_time = reenact->time;
    reenact->waiting[reenact->held++] = (struct held){reference, instrument};
    reenact->instrument[instrument].held++;
    reenact->counts.held++;
}

/* With what is left of each in the recording by now. */
void reenact_release(struct reenact *reenact, uint16_t instrument)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < reenact->held; i++) {
        struct held held = reenact->waiting[i];
        if (held.instrument != instrument) {
            reenact->waiting[kept++] = held;
            continue;
        }
        struct book_queue_position now;
        if (book_position(feed_book(reenact->recorded), held.reference, &now))
            order_enter(reenact, instrument, (enum side)now.order.side, held.reference,
                        now.order.price_e4, now.order.qty);
    }
    reenact->held = kept;
    reenact->instrument[instrument].held = 0;
}

/* Time goes on, and the recorded book is still crossed: nothing trades there. */
static void wait_ends(struct reenact *reenact)
{
    while (reenact->held > 0) {
        uint16_t instrument = reenact->waiting[0].instrument;
        reenact_open(reenact, instrument, false);
        reenact_release(reenact, instrument);
    }
}

/* After a message: whether the instrument trades. */
static void settle(struct reenact *reenact, uint16_t instrument)
{
    const struct enacted *enacted = &reenact->instrument[instrument];
    bool trades = enacted->trades && !enacted->operational_halt;
    if (!trades) {
        reenact_open(reenact, instrument, false);
        if (enacted->held) reenact_release(reenact, instrument);
        return;
    }
    if ((enacted->open && !enacted->held) || recorded_crossed(reenact, enacted)) return;
    reenact_open(reenact, instrument, true);
    if (enacted->held) reenact_release(reenact, instrument);
}

static void order_arrives(struct reenact *reenact, const struct change *new)
{
    const struct enacted *enacted = &reenact->instrument[new->instrument];
    reenact->counts.added++;
    if (enacted->open && reenact->held < REENACT_HELD_MAX && recorded_crossed(reenact, enacted))
        hold(reenact, new->instrument, new->reference);
    else order_enter(reenact, new->instrument, new->side, new->reference, new->price_e4, new->lots);
}

/* Executions. */

/* Somebody comes and takes lots at a price or better. */
static struct traded come(struct reenact *reenact, uint16_t instrument, enum side side,
                          price_t price, uint64_t lots, order_id_t aims)
{
    reenact->traded = (struct traded){.aims = aims};
    reenact_give(reenact, &(struct match_input){
                              .kind = MATCH_NEW,
                              .id = ID_COMER | ++reenact->comers,
                              .account = ACCOUNT_COMERS,
                              .instrument = instrument,
                              .side = (uint8_t)side,
                              .type = MATCH_LIMIT,
                              .tif = MATCH_IOC,
                              .price = price,
                              .qty = (qty_t)lots * QTY_ONE,
                          });
    return reenact->traded;
}

/* The engine's order holds no more than the recording leaves it. */
static void order_bound(struct reenact *reenact, uint64_t reference, uint64_t most)
{
    struct match_order order;
    if (!order_find(reenact, reference, &order) || lots_of(order.open) <= most) return;
    order_reduce(reenact, reference, lots_of(order.open) - most);
}

static void execution_come(struct reenact *reenact, const struct change *change)
{
    struct reenact_counts *counts = &reenact->counts;
    counts->executed++;
    struct traded traded =
        come(reenact, change->instrument, side_opposite(change->side), price_of(change->price_e4),
             change->by, recorded_id(change->reference));
    uint64_t own = lots_of(traded.own), all = lots_of(traded.aimed + traded.elsewhere) + own;
    counts->own_instead += own;
    counts->elsewhere += lots_of(traded.elsewhere);
    counts->untraded += change->by - all;
    order_bound(reenact, change->reference, change->lots - change->by);
}

static void execution(struct reenact *reenact, const struct change *change)
{
    const struct enacted *enacted = &reenact->instrument[change->instrument];
    if (enacted->held && is_held(reenact, change->reference)) return; /* it arrives with the rest */
    if (enacted->open && change->at_front && !change->elsewhere) {
        execution_come(reenact, change);
        return;
    }
    if (change->elsewhere || !enacted->open) reenact->counts.in_auction++;
    else reenact->counts.out_of_turn++;
    order_reduce(reenact, change->reference, change->by);
    if (!change->elsewhere)
        reenact_print(reenact, change->instrument, change->by, change->price_e4);
    else if (change->printed) reenact_print(reenact, change->instrument, change->by, change->at_e4);
}

static void removal(struct reenact *reenact, const struct change *change)
{
    const struct enacted *enacted = &reenact->instrument[change->instrument];
    reenact->counts.removed++;
    if (enacted->held && is_held(reenact, change->reference)) return;
    order_reduce(reenact, change->reference, change->by);
}

/* The new order lacks what ours took of the old one. */
static void replacement(struct reenact *reenact, const struct change *old, struct change *new)
{
    const struct enacted *enacted = &reenact->instrument[old->instrument];
    struct match_order order;
    uint64_t missing = old->lots;
    if (enacted->held && is_held(reenact, old->reference)) missing = 0;
    else if (order_find(reenact, old->reference, &order)) missing -= lots_of(order.open);
    removal(reenact, old);
    if (missing == old->lots) return; /* nothing was left to replace */
    if (missing >= new->lots) return;
    new->lots -= missing;
    order_arrives(reenact, new);
}

/* A print without an order: ours that stands alone at a better price would have traded. */
static void print(struct reenact *reenact, uint16_t instrument, const struct itch_trade *trade)
{
    const struct enacted *enacted = &reenact->instrument[instrument];
    uint64_t lots = be32_read(trade->shares), left = lots;
    price_t price = price_of(be32_read(trade->price_e4));
    reenact->counts.printed++;
    for (int i = 0; enacted->open && i < 2 && left > 0; i++) {
        enum side side = (enum side)i;
        int sign = side == SIDE_BUY ? 1 : -1;
        struct book_level recorded = {0};
        bool leads;
        price_t own = reenact_own_best(reenact, instrument, side, &leads);
        bool any =
            book_depth(feed_book(reenact->recorded), enacted->locate, side, &recorded, 1) > 0;
        price_t worst = price_of(recorded.price_e4);
        if (!leads || sign * own < sign * price || (any && sign * own <= sign * worst)) continue;
        price_t limit = any && sign * price <= sign * worst ? worst + sign * enacted->tick : price;
        if (limit % enacted->tick != 0)
            limit += sign > 0 ? enacted->tick - limit % enacted->tick : -(limit % enacted->tick);
        struct traded traded = come(reenact, instrument, side_opposite(side), limit, left, 0);
        reenact->counts.own_hidden += lots_of(traded.own);
        left -= lots_of(traded.own + traded.elsewhere);
    }
    reenact_print(reenact, instrument, left, be32_read(trade->price_e4));
}

/* Messages. */

static uint16_t locate_of(const uint8_t *message)
{
    return be16_read(((const struct itch_trading_action *)message)->stock_locate);
}

/* The instrument of a locate that has got its name: one of ours, or not. */
static uint32_t locate_learn(struct reenact *reenact, uint16_t locate)
{
    char symbol[8];
    if (locate == 0 || locate >= reenact->plan.locates) return REENACT_INSTRUMENTS_MAX;
    if (reenact->locate[locate] != LOCATE_UNKNOWN) return reenact_find(reenact, locate);
    feed_symbol_wire(reenact->recorded, locate, symbol);
    if (symbol[0] == 0) return REENACT_INSTRUMENTS_MAX;
    reenact->locate[locate] = LOCATE_OTHER;
    for (uint32_t i = 0; i < reenact->plan.instruments; i++) {
        struct enacted *enacted = &reenact->instrument[i];
        if (enacted->listed || memcmp(enacted->symbol, symbol, sizeof symbol) != 0) continue;
        enacted->locate = locate;
        reenact->locate[locate] = (uint16_t)(LOCATE_FIRST + i);
        reenact_list(reenact, (uint16_t)i);
        return i;
    }
    return REENACT_INSTRUMENTS_MAX;
}

/* Which order the message is about, as it is before it: false if it is about none. */
static bool change_read(const struct reenact *reenact, const uint8_t *message,
                        struct change *change)
{
    struct book_queue_position was;
    const struct itch_order_executed *executed = (const void *)message;
    change->reference = be64_read(executed->order_ref); /* at one place in all of them */
    if (!book_position(feed_book(reenact->recorded), change->reference, &was)) return false;
    struct book_level best;
    (void)book_depth(feed_book(reenact->recorded), was.order.instrument, was.order.side, &best, 1);
    change->side = (enum side)was.order.side;
    change->price_e4 = was.order.price_e4;
    change->lots = was.order.qty;
    change->at_front = was.orders_ahead == 0 && best.price_e4 == was.order.price_e4;
    change->by =
        message[0] == 'D' || message[0] == 'U' ? was.order.qty : be32_read(executed->executed);
    if (message[0] != 'C') return true;
    const struct itch_order_executed_price *priced = (const void *)message;
    change->elsewhere = true;
    change->printed = priced->printable.byte[0] != 'N';
    change->at_e4 = be32_read(priced->price_e4);
    return true;
}

static void halt_read(struct enacted *enacted, const uint8_t *message)
{
    const struct itch_operational_halt *halt = (const void *)message;
    const struct itch_trading_action *action = (const void *)message;
    if (message[0] == 'H') enacted->trades = action->state.byte[0] == 'T';
    else if (halt->market.byte[0] == 'Q') enacted->operational_halt = halt->action.byte[0] == 'H';
}

/* What the recorded feed has taken, of an instrument of ours. */
static void accepted(struct reenact *reenact, const uint8_t *message, struct change *change)
{
    uint16_t instrument = change->instrument;
    switch (message[0]) {
    case 'A':
    case 'F': {
        const struct itch_add_order *add = (const void *)message;
        order_arrives(reenact, &(struct change){
                                   .instrument = instrument,
                                   .side = add->side.byte[0] == 'B' ? SIDE_BUY : SIDE_SELL,
                                   .reference = be64_read(add->order_ref),
                                   .price_e4 = be32_read(add->price_e4),
                                   .lots = be32_read(add->shares),
                               });
        return;
    }
    case 'E':
    case 'C': execution(reenact, change); return;
    case 'X':
    case 'D': removal(reenact, change); return;
    case 'U': {
        const struct itch_order_replace *replace = (const void *)message;
        struct change new = *change;
        new.reference = be64_read(replace->new_order_ref);
        new.price_e4 = be32_read(replace->price_e4);
        new.lots = be32_read(replace->shares);
        replacement(reenact, change, &new);
        return;
    }
    case 'P': print(reenact, instrument, (const void *)message); return;
    case 'Q': reenact_cross(reenact, instrument, (const void *)message); return;
    case 'H':
    case 'h': halt_read(&reenact->instrument[instrument], message); return;
    default: return;
    }
}

/* Time goes on over sessions, while messages count from their own midnight: which day a session is
 * of is told by when its first message came. */
static nanos_t midnight_of(const struct reenact *reenact, const struct channel_run *one,
                           nanos_t since_midnight)
{
    if (!reenact->begins || !reenact->dated) return reenact->midnight;
    __int128 later = (__int128)one->arrival.ns - reenact->first_arrival;
    __int128 days = (later - since_midnight + reenact->first_time + DAY_NS / 2) / DAY_NS;
    __int128 midnight = days * DAY_NS;
    if (midnight <= reenact->midnight || days > DAYS_MAX) return reenact->midnight;
    return (nanos_t)midnight;
}

/* The block of a run of one; false: it is no message. */
static bool message_read(const struct channel_run *one, const uint8_t **message)
{
    const uint8_t *block = one->payload + one->offset[0];
    *message = block + 2;
    return itch_check(block + 2, be16_read(*(const struct be16 *)block)) == ITCH_OK;
}

static nanos_t stamp_of(const uint8_t *message)
{
    return be48_read(((const struct itch_system_event *)message)->timestamp_ns);
}

nanos_t reenact_when(const struct reenact *reenact, const struct channel_run *one)
{
    const uint8_t *message;
    if (!message_read(one, &message)) return reenact->time;
    nanos_t stamp = stamp_of(message), time = midnight_of(reenact, one, stamp) + stamp;
    return time > reenact->time ? time : reenact->time;
}

/* A message that is one: what time it is. */
static void time_tell(struct reenact *reenact, const struct channel_run *one,
                      const uint8_t *message)
{
    nanos_t stamp = stamp_of(message), time = reenact_when(reenact, one);
    reenact->midnight = midnight_of(reenact, one, stamp);
    reenact->begins = false;
    if (!reenact->dated) {
        reenact->dated = true;
        reenact->first_time = stamp;
        reenact->first_arrival = one->arrival.ns;
    }
    if (time <= reenact->time) return;
    reenact->time = time;
    wait_ends(reenact);
}

static bool changes_order(uint8_t type)
{
    return type == 'E' || type == 'C' || type == 'X' || type == 'D' || type == 'U';
}

nanos_t reenact_message(struct reenact *reenact, const struct channel_run *one)
{
    CHECK(one->count == 1);
    const uint8_t *message;
    struct change change = {.reference = 0};
    struct book *book = feed_book(reenact->recorded);
    bool good = message_read(one, &message);
    bool named = good && changes_order(message[0]) && change_read(reenact, message, &change);
    uint64_t before = book_counts(book)->command[BOOK_OK];
    feed_run(reenact->recorded, one);
    feed_flush(reenact->recorded);
    if (!good) return reenact->time;
    time_tell(reenact, one, message);
    if (message[0] == 'S') {
        char code = ((const struct itch_system_event *)message)->event.byte[0];
        if (code != 0 && strchr("OSQMEC", code) != NULL)
            itch_out_system(reenact->out, code, published_time(reenact));
        return reenact->time;
    }
    uint32_t instrument = locate_learn(reenact, locate_of(message));
    if (instrument == REENACT_INSTRUMENTS_MAX) return reenact->time;
    reenact->counts.message++;
    bool orders = changes_order(message[0]) || message[0] == 'A' || message[0] == 'F';
    if (orders && book_counts(book)->command[BOOK_OK] == before) return reenact->time;
    CHECK(named || !changes_order(message[0]));
    change.instrument = (uint16_t)instrument;
    accepted(reenact, message, &change);
    settle(reenact, (uint16_t)instrument);
    return reenact->time;
}

void reenact_session(struct reenact *reenact, nanos_t time)
{
    if (time > reenact->time) reenact->time = time;
    for (uint32_t i = 0; i < reenact->plan.instruments; i++) {
        struct enacted *enacted = &reenact->instrument[i];
        if (!enacted->listed) continue;
        reenact_give(reenact,
                     &(struct match_input){.kind = MATCH_REMOVE, .instrument = (uint16_t)i});
        enacted->listed = enacted->open = enacted->trades = enacted->operational_halt = false;
        enacted->locate = 0;
        enacted->held = 0;
    }
    reenact->held = 0;
    reenact->begins = true;
    memset(reenact->locate, 0, reenact->plan.locates * sizeof *reenact->locate);
}
