/* Random sessions against a live engine.  The clients' own view of every order (ouch_client, which
 * shares no code with the ports) must be the engine's once all has been told; what was taken, done
 * again on a fresh port with events shown at other times, must make the same bytes.  So must the
 * reports of all orders, which must add up. */

#include "dataplane/session/ouch_client.h"
#include "tests/entry/entry_rig.h"
#include "tests/entry/report_book.h"
#include "tests/support/chance.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS = 5, STEPS = 3000, PLACES = 256, BYTES = 160, LATEST = 40 };

enum deed { DEED_SAY, DEED_PHASE, DEED_TICK, DEED_LOST, DEED_SWEEP, DEED_DAY };

/* What was done, in order: enough to do it again. */
struct done {
    enum deed deed;
    uint32_t session;
    uint32_t length;
    nanos_t now;
    enum entry_cause refused;
    uint8_t bytes[BYTES];
};

struct world {
    struct entry_rig rig;
    struct report_book book;
    struct ouch_client *client[CLIENTS];
    void *memory[CLIENTS];
    struct chance chance;
    uint64_t seed;
    uint32_t step;
    struct done *done;
    size_t count;
    uint32_t doubts;
    uint32_t reports[OUCH_REPORT_COUNT];
    uint64_t executed[CLIENTS]; /* as reports say */
};

static struct world world;

#define AGREE(condition, ...) spec_expect(__FILE__, __LINE__, (condition), __VA_ARGS__)

static uint64_t draw(uint64_t low, uint64_t high)
{
    return chance_between(&world.chance, low, high);
}

static void hear(void *context, const struct entry_rig_message *message)
{
    struct ouch_report report;
    (void)context;
    ouch_client_report(world.client[message->session], message->bytes, message->length, &report);
    world.reports[report.kind]++;
    if (report.kind == OUCH_EXECUTED) world.executed[message->session] += report.qty;
    bool fine = report.kind != OUCH_NO_MESSAGE && report.doubt == OUCH_CERTAIN;
    AGREE(fine, "seed %" PRIu64 " step %u: session %u is told %s of %u: %s", world.seed, world.step,
          message->session, ouch_report_name(report.kind), report.number,
          ouch_doubt_name(report.doubt));
    world.doubts += !fine;
}

static void book(void *context, const struct entry_report *report)
{
    (void)context;
    report_book_add(&world.book, report);
    AGREE(!world.book.wrong, "seed %" PRIu64 " step %u: %s: %s", world.seed, world.step,
          entry_report_name((enum entry_report_kind)report->kind), world.book.wrong);
    world.doubts += world.book.wrong != NULL;
}

static const uint32_t accounts[CLIENTS] = {1, 2, 2, 3, 4};

static struct entry_plan plan_of(uint32_t session)
{
    struct entry_plan plan = entry_rig_plan(session <= 2 ? ENTRY_OUCH50 : ENTRY_OUCH42);
    plan.account = accounts[session];
    plan.cancel_on_disconnect = session != 0;
    plan.self_trade = (uint8_t)(session % MATCH_SELF_TRADE_COUNT);
    plan.open_max = session == 2 ? 20 : 0;
    plan.rate = session == 4 ? 20000 : 0;
    plan.burst = 50;
    plan.duplicate_ns = session == 1 ? 50 * NANOS_MICRO : 0;
    plan.collar_ticks = session == 0 ? 15 : 0;
    return plan;
}

static void world_new(uint64_t seed)
{
    struct entry_limits limits = entry_rig_limits();
    limits.asks = 64;
    limits.orders = 400;
    memset(&world, 0, sizeof world);
    world.seed = seed;
    world.chance.state = seed;
    world.done = malloc((STEPS + 1) * sizeof *world.done);
    entry_rig_new(&world.rig, &limits);
    for (uint32_t i = 0; i < CLIENTS; i++) {
        const struct ouch_client_limits client = {.orders = PLACES};
        const struct ouch_client_plan plan = {
            .dialect = i <= 2 ? OUCH_50 : OUCH_42,
            .channel = i == 2 ? 7 : 0,
            .firm = {' ', ' ', ' ', ' '},
            .capacity = 'P',
            .prefix = {'T', 'k', 'n', ' '},
        };
        struct entry_plan port = plan_of(i);
        size_t bytes = ALIGN_UP(ouch_client_footprint(&client), CACHE_LINE);
        world.memory[i] = aligned_alloc(CACHE_LINE, bytes);
        memset(world.memory[i], 0, bytes);
        world.client[i] = ouch_client_new(world.memory[i], &client, &plan);
        entry_session(world.rig.entry, i, &port);
    }
    world.book.accounts = accounts;
    world.rig.on_sent = hear;
    world.rig.on_report = book;
    world.rig.quiet = true;
    world.rig.late = true;
}

static void world_free(void)
{
    entry_rig_free(&world.rig);
    for (uint32_t i = 0; i < CLIENTS; i++) free(world.memory[i]);
    free(world.done);
}

/* Does it, to this rig; a request that must wait waits for events. */
static enum entry_verdict act(struct entry_rig *rig, const struct done *done)
{
    rig->now = done->now;
    switch (done->deed) {
    case DEED_SAY:
        if (rig->replays) rig->refused = done->refused;
        for (;;) {
            enum entry_verdict verdict =
                entry_rig_send(rig, done->session, done->bytes, done->length);
            if (verdict != ENTRY_WAIT) return verdict;
            if (entry_sweeps(rig->entry, done->session)) return verdict;
            entry_rig_show(rig, 1);
        }
    case DEED_PHASE:
        entry_rig_phase(rig, (uint16_t)done->session, (enum match_phase)done->length);
        break;
    case DEED_TICK:
        for (struct entry_out out;;) {
            enum entry_verdict verdict = entry_tick(rig->entry, rig->now, &out);
            if (verdict == ENTRY_IDLE) break;
            if (verdict == ENTRY_WAIT) entry_rig_show(rig, 1);
            entry_rig_take(rig, verdict, &out);
        }
        break;
    case DEED_LOST:
        for (;;) {
            if (entry_rig_disconnect(rig, done->session) != ENTRY_WAIT) break;
            entry_rig_show(rig, 1);
        }
        break;
    case DEED_SWEEP: entry_rig_sweep(rig, done->session, done->length ? 1 : UINT32_MAX); break;
    case DEED_DAY: entry_rig_day(rig, done->length != 0); break;
    }
    return ENTRY_SUBMIT;
}

static enum entry_verdict act_and_keep(const struct done *done)
{
    enum entry_verdict verdict = act(&world.rig, done);
    if (verdict != ENTRY_SUBMIT && verdict != ENTRY_ANSWER) return verdict;
    world.done[world.count] = *done;
    world.done[world.count++].refused = world.rig.refused;
    return verdict;
}

/* Mostly of an order that is not dead, as far as the client knows. */
static uint32_t some_number(const struct ouch_client *client)
{
    uint32_t next = ouch_client_next(client), number = 0;
    for (int tries = 0; tries < 8; tries++) {
        struct ouch_own_order own;
        number = (uint32_t)(next > 60 ? draw(next - 60, next) : draw(0, next));
        if (!ouch_client_order(client, number, &own)) continue;
        if (own.state != OUCH_STATE_DEAD) break;
    }
    return number;
}

static struct ouch_order some_order(uint32_t session, bool enters)
{
    static const char symbols[ENTRY_RIG_INSTRUMENTS][8] = {
        {'A', 'C', 'M', 'E', ' ', ' ', ' ', ' '},
        {'B', 'E', 'T', 'A', ' ', ' ', ' ', ' '},
        {'C', 'A', 'T', 'S', ' ', ' ', ' ', ' '},
        {'D', 'O', 'G', 'S', ' ', ' ', ' ', ' '},
    };
    struct ouch_order order = {
        .side = "BSBSTE"[draw(0, 5)],
        .qty = (uint32_t)draw(1, 300),
        .price_e4 = (uint32_t)(100000 + 100 * draw(0, 20) - 1000),
    };
    uint64_t which = draw(0, 9);
    memcpy(order.symbol, symbols[which < 4 ? which : 0], 8);
    if (which == 2) {
        order.qty = 100 * (uint32_t)draw(1, 5);
        order.price_e4 = 99000 + 500 * (uint32_t)draw(0, 4);
    }
    if (!enters) order.side = 0;
    switch (draw(0, 15)) {
    case 0: order.lasts = OUCH_IMMEDIATE; break;
    case 1: order.lasts = OUCH_TIMED, order.expire_s = (uint32_t)draw(0, 3); break;
    case 2: order.post_only = true; break;
    case 3: order.max_floor = session <= 2 ? (uint32_t)draw(1, 100) : 0; break;
    case 4: order.aiq = session <= 2 ? "OWDYodwyX"[draw(0, 8)] : 0; break;
    case 5: order.price_e4 = draw(0, 1) ? OUCH_MARKET_E4 : (uint32_t)draw(0, 1); break;
    case 6: order.qty = (uint32_t)(draw(0, 1) ? draw(999998, 1000001) : draw(0, 1)); break;
    case 7: order.price_e4 += 1; break;
    case 8: order.symbol[0] = 'Z'; break;
    default: break;
    }
    return order;
}

/* A request of a client, if it may send one. */
static bool some_request(uint32_t session, struct done *done)
{
    struct ouch_client *client = world.client[session];
    uint32_t number;
    const struct ouch_mass_cancel mass = {.firm = {'F', 'I', 'R', 'M'},
                                          .side = draw(0, 2) ? 0 : 'B'};
    uint64_t what = draw(0, 99);
    *done = (struct done){.deed = DEED_SAY, .session = session, .now = world.rig.now};
    struct ouch_order order = some_order(session, what < 50);
    if (what < 50) done->length = ouch_client_enter(client, &order, done->bytes, &number);
    else if (what < 70)
        done->length =
            ouch_client_replace(client, some_number(client), &order, done->bytes, &number);
    else if (what < 88)
        done->length = ouch_client_cancel(client, some_number(client),
                                          draw(0, 1) ? 0 : (uint32_t)draw(0, 300), done->bytes);
    else if (what < 96)
        done->length = ouch_client_modify(client, some_number(client), "STEB"[draw(0, 3)],
                                          (uint32_t)draw(0, 300), done -> bytes);
    else if (what < 97) done->length = ouch_client_mass_cancel(client, &mass, done->bytes, &number);
    else done->length = ouch_client_query(client, done->bytes);
    return done->length != 0;
}

static void some_disturbance(struct done *done)
{
    uint64_t what = draw(0, 24);
    *done = (struct done){.deed = DEED_TICK, .now = world.rig.now};
    if (what == 0) {
        static const enum match_phase phases[] = {MATCH_OPEN, MATCH_HALTED, MATCH_CALL,
                                                  MATCH_CLOSED};
        done->deed = DEED_PHASE;
        done->session = (uint32_t)draw(0, ENTRY_RIG_INSTRUMENTS - 1);
        done->length = phases[draw(0, 3)];
    } else if (what == 1 || what > 20) {
        for (uint32_t i = 0; i < ENTRY_RIG_INSTRUMENTS; i++) {
            if (match_phase_of(world.rig.match, (uint16_t)i) == MATCH_OPEN) continue;
            done->deed = DEED_PHASE;
            done->session = i;
            done->length = MATCH_OPEN;
        }
    } else if (what < 4) {
        done->deed = DEED_LOST;
        done->session = (uint32_t)draw(0, CLIENTS - 1);
    } else if (what < 10) {
        done->deed = DEED_SWEEP;
        done->session = (uint32_t)draw(0, CLIENTS - 1);
        done->length = (uint32_t)draw(0, 1);
    }
}

/* Bytes that were sent before, or were never meant. */
static bool some_old_bytes(struct done *done)
{
    if (world.count == 0) return false;
    *done = world.done[draw(0, world.count - 1)];
    if (done->deed != DEED_SAY) return false;
    done->now = world.rig.now;
    if (draw(0, 9) == 0) done->bytes[0] = '?';
    return done->bytes[0] != 'O' && done->bytes[0] != 'U' && done->bytes[0] != 'D' &&
           done->bytes[0] != 'E' && done->bytes[0] != 'C';
}

/* A resend of an order or replacement that was taken: it must be ignored. */
static void resend(void)
{
    struct done done;
    if (world.count == 0) return;
    done = world.done[draw(0, world.count - 1)];
    if (done.deed != DEED_SAY || (done.bytes[0] != 'O' && done.bytes[0] != 'C')) return;
    done.now = world.rig.now;
    enum entry_verdict verdict = act(&world.rig, &done);
    AGREE(verdict == ENTRY_IGNORE || verdict == ENTRY_WAIT,
          "seed %" PRIu64 " step %u: a resend is %s", world.seed, world.step,
          entry_verdict_name(verdict));
}

/* All has been told: what each client believes is what the engine holds. */
static void compare(void)
{
    uint64_t living = 0;
    entry_rig_show(&world.rig, SIZE_MAX);
    for (uint32_t i = 0; i < CLIENTS; i++) {
        struct ouch_client *client = world.client[i];
        uint32_t next = ouch_client_next(client);
        for (uint32_t number = next > PLACES ? next - PLACES : 1; number < next; number++) {
            struct ouch_own_order own;
            struct match_order order;
            if (!ouch_client_order(client, number, &own)) continue;
            order_id_t id = entry_id(i, i == 2 ? 7 : 0, number);
            bool live = own.state == OUCH_STATE_LIVE;
            if (i > 2) continue; /* tokens are counted by the port: the sum below compares */
            bool there = match_order_of(world.rig.match, id, &order);
            AGREE(live == there, "seed %" PRIu64 " step %u: %u of session %u is %d, engine %d",
                  world.seed, world.step, number, i, own.state, there);
            if (!live || !there) continue;
            AGREE(own.leaves * QTY_ONE == order.open, "seed %" PRIu64 ": leaves of %u is %u",
                  world.seed, number, own.leaves);
            AGREE(own.price_e4 * PRICE_PER_E4 == order.price, "seed %" PRIu64 ": price of %u",
                  world.seed, number);
        }
        ouch_client_verify(client);
        living += ouch_client_orders(client);
    }
    uint64_t engine = match_orders(world.rig.match);
    AGREE(living == engine && engine == entry_orders(world.rig.entry),
          "seed %" PRIu64 " step %u: clients know %" PRIu64 ", the engine %" PRIu64
          ", the ports %" PRIu64,
          world.seed, world.step, living, engine, entry_orders(world.rig.entry));
    const char *differs = report_book_differs(&world.book, world.rig.match);
    AGREE(!differs, "seed %" PRIu64 " step %u: reports: %s", world.seed, world.step, differs);
    uint64_t executed = 0;
    for (uint32_t i = 0; i < CLIENTS; i++) executed += world.executed[i];
    AGREE(executed % 2 == 0, "seed %" PRIu64 ": each trade has two sides", world.seed);
}

/* What follows is looked at ahead. */
static void deeds_expect(const struct entry *entry, size_t from)
{
    struct entry_waiting waiting[ENTRY_EXPECT_MAX];
    struct match_input guesses[ENTRY_EXPECT_MAX];
    uint32_t count = 0;
    for (size_t i = from; i < world.count && count < ENTRY_EXPECT_MAX; i++)
        if (world.done[i].deed == DEED_SAY)
            waiting[count++] = (struct entry_waiting){world.done[i].bytes, world.done[i].session,
                                                      world.done[i].length};
    (void)entry_expect(entry, waiting, count, guesses);
}

static void digest(void *context, const struct entry_report *report)
{
    uint64_t *is = context;
    *is = report_digest(*is, report);
}

/* The same deeds on a fresh port, with events shown at other times. */
static void replay(uint64_t latest)
{
    struct entry_rig again;
    struct chance chance = {.state = world.seed + latest};
    entry_rig_new(&again, &world.rig.limits);
    uint64_t reports = 0;
    again.on_report = digest;
    again.context = &reports;
    again.quiet = true;
    again.late = latest != 0;
    again.replays = true;
    for (uint32_t i = 0; i < CLIENTS; i++) {
        struct entry_plan plan = plan_of(i);
        entry_session(again.entry, i, &plan);
    }
    for (size_t i = 0; i < world.count; i++) {
        if (i % 8 == 0) deeds_expect(again.entry, i);
        act(&again, &world.done[i]);
        if (again.late && chance_between(&chance, 0, latest) == 0)
            entry_rig_show(&again, chance_between(&chance, 0, latest));
    }
    entry_rig_show(&again, SIZE_MAX);
    for (uint32_t i = 0; i < CLIENTS; i++)
        AGREE(again.digest[i] == world.rig.digest[i] && again.sent[i] == world.rig.sent[i],
              "seed %" PRIu64 ": session %u is told something else (%" PRIu64 ", %" PRIu64 ")",
              world.seed, i, again.sent[i], world.rig.sent[i]);
    AGREE(reports == world.book.digest, "seed %" PRIu64 ": other reports", world.seed);
    AGREE(match_digest(again.match) == match_digest(world.rig.match),
          "seed %" PRIu64 ": another engine", world.seed);
    entry_verify(again.entry);
    entry_rig_free(&again);
}

static void run(uint64_t seed)
{
    world_new(seed);
    for (world.step = 0; world.step < STEPS && world.doubts == 0; world.step++) {
        struct done done;
        world.rig.now += draw(0, 200) * NANOS_MICRO;
        if (draw(0, 99) == 0) world.rig.now += NANOS_SECOND;
        uint64_t what = draw(0, 19);
        bool act_now = what < 17;
        if (what < 17) act_now = some_request((uint32_t)draw(0, CLIENTS - 1), &done);
        else if (what < 18) act_now = some_old_bytes(&done);
        else if (what < 19) some_disturbance(&done), act_now = true;
        else resend();
        if (act_now) {
            enum entry_verdict verdict = act_and_keep(&done);
            /* A sweep of a lost session goes on: its client asks again when that has ended. */
            while (verdict == ENTRY_WAIT) {
                struct done sweep = {
                    .deed = DEED_SWEEP, .session = done.session, .now = world.rig.now};
                act_and_keep(&sweep);
                verdict = act_and_keep(&done);
            }
        }
        if (draw(0, 9) == 0) entry_rig_show(&world.rig, draw(0, LATEST));
        if (world.step % 50 == 0) entry_verify(world.rig.entry);
        if (world.step % 500 == 0) compare();
    }
    compare();
    if (world.doubts == 0) {
        replay(0);
        replay(3);
        replay(25);
    }
    world_free();
}

SPEC(clients_believe_what_the_engine_holds_and_a_replay_says_the_same)
{
    struct spec_seeds seeds = spec_seeds(40);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        run(seed);
        if (seed == seeds.first) {
            printf("\n    ");
            for (int kind = 0; kind < OUCH_REPORT_COUNT; kind++)
                if (world.reports[kind])
                    printf("%s %u  ", ouch_report_name((enum ouch_report_kind)kind),
                           world.reports[kind]);
            printf("\n    ");
            for (int kind = 0; kind < ENTRY_REPORT_COUNT; kind++)
                printf("%s %u  ", entry_report_name((enum entry_report_kind)kind),
                       world.book.kinds[kind]);
        }
    }
}

#define SPECS(S) S(clients_believe_what_the_engine_holds_and_a_replay_says_the_same)
SPEC_MAIN("entry_property", SPECS, NULL, NULL)
