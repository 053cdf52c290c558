/* What gateway_kill.py kills: a gateway with its journal on disk and one venue, which speaks OUCH
 * 5.0 through the pipes and is kept by whoever started the program.
 *
 *     gateway_submitter FOLDER SEED all|SEGMENTS
 *
 * It starts behind images of its journal and makes one every IMAGE_RECORDS records; all or so many
 * of the segments that it does not need stay.  With all, what an image led to is compared with what
 * the whole journal leads to.
 *
 * Frames: a letter, 32 bits of length, so many bytes; numbers are little-endian words of 64 bits.
 *     out  I words     read: the record of the image, 0 without one; records behind it
 *          R words     recovered: what the gateway knows (look)
 *          P words     the same, asked for
 *          O slot, then the bytes that leave for the venue
 *          K id        the change of that id is in force and durable
 *          N id        it was refused
 *     in   M sequence, then the bytes of the venue's message
 *          U D         the session is up, is down
 *          C id scope index state
 *          Q           look, please
 *
 * Two strategies outside say random intents all the time.  A frame out is one write, so a kill
 * leaves all of it or nothing. */

#include "dataplane/gateway/gateway.h"
#include "dataplane/gateway/trade_port_ouch50.h"
#include "dataplane/journal/journal_append.h"
#include "dataplane/journal/journal_hash_setup.h"
#include "dataplane/journal/journal_recover.h"
#include "dataplane/journal/storage_file.h"
#include "dataplane/stage/image_thread_setup.h"
#include "dataplane/stage/journal_thread_setup.h"
#include "tests/support/chance.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STRATEGIES = 2, SYMBOLS = 2, KEYS = 6, UNIQUES = 3, SLOTS = STRATEGIES * (KEYS + UNIQUES) };
enum { FRAME_HEAD = 5, FRAME_MAX = 4096 };
enum { IMAGE_RECORDS = 120 };

static struct {
    struct storage_file files;
    struct journal_storage storage;
    struct journal_recovery *recovery;
    struct journal_report report;
    struct journal *journal;
    struct journal_thread thread;
    struct gateway_plan plan;
    struct gateway_symbol_plan symbol[SYMBOLS];
    struct gateway_strategy_plan strategy[STRATEGIES];
    struct risk_record record[256];
    struct gateway *gateway;
    struct chance chance;
    nanos_t now;
    uint32_t slot; /* of the newest pass */
    uint8_t in[1 << 16];
    size_t in_count;
    struct risk_record control; /* the change that is under way */
    uint64_t control_id;        /* 0: none */
    uint64_t control_record;
    bool control_loosens;
    uint32_t keep;
    struct image_reading reading;
    struct image_thread image;
} submitter;

static int refuse(const char *what)
{
    fprintf(stderr, "gateway_submitter: %s\n", what);
    return 1;
}

static void *memory_new(size_t bytes)
{
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    if (!memory) abort();
    return memset(memory, 0, bytes);
}

static void time_read(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    submitter.now = (nanos_t)time.tv_sec * NANOS_SECOND + (nanos_t)time.tv_nsec;
}

static void frame_out(char type, const void *first, size_t first_bytes, const void *second,
                      size_t second_bytes)
{
    uint8_t frame[FRAME_MAX];
    uint32_t bytes = (uint32_t)(first_bytes + second_bytes);
    CHECK(FRAME_HEAD + bytes <= sizeof frame);
    frame[0] = (uint8_t)type;
    memcpy(frame + 1, &bytes, sizeof bytes);
    memcpy(frame + FRAME_HEAD, first, first_bytes);
    if (second_bytes > 0) memcpy(frame + FRAME_HEAD + first_bytes, second, second_bytes);
    ssize_t length = FRAME_HEAD + (ssize_t)bytes;
    if (write(STDOUT_FILENO, frame, (size_t)length) != length) _exit(3);
}

/* The outlet. */

static uint64_t record_write(void *context, enum gateway_record kind, const void *record,
                             uint32_t bytes, bool reserved)
{
    (void)context;
    enum journal_class class = reserved ? JOURNAL_RESERVED : JOURNAL_ORDINARY;
    void *place =
        journal_claim(submitter.journal, class, (uint16_t)(JOURNAL_KIND_FIRST + kind), bytes);
    if (!place) return 0;
    memcpy(place, record, bytes);
    if (kind == GATEWAY_RECORD_PASS) submitter.slot = ((const struct gateway_pass *)record)->slot;
    return journal_commit(submitter.journal);
}

static uint64_t record_durable(void *context)
{
    (void)context;
    return journal_durable(submitter.journal);
}

/* Always: what is not settled, or not up, is the gateway's to know. */
static uint32_t session_room(void *context, uint32_t venue)
{
    (void)context;
    (void)venue;
    return 64;
}

static bool session_send(void *context, uint32_t venue, const uint8_t *bytes, uint32_t length,
                         nanos_t now)
{
    (void)context;
    (void)venue;
    (void)now;
    uint64_t slot = submitter.slot;
    frame_out('O', &slot, sizeof slot, bytes, length);
    return true;
}

/* What the gateway knows. */

static void slots_say(uint64_t *words, uint32_t *count)
{
    struct slots *slots = gateway_slots(submitter.gateway, 0);
    uint64_t *open = &words[(*count)++];
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        struct slot_look look;
        slots_look(slots, slot, &look);
        if (look.state == SLOT_FREE) continue;
        ++*open;
        words[(*count)++] = slot;
        words[(*count)++] = look.order;
        words[(*count)++] = look.asked;
        words[(*count)++] = look.state == SLOT_UNKNOWN;
    }
}

static void look_say(char type)
{
    uint64_t words[FRAME_MAX / 8 - 1] = {0};
    uint32_t count = 0;
    const struct risk *risk = gateway_risk(submitter.gateway);
    words[count++] = gateway_next_sequence(submitter.gateway, 0);
    words[count++] = risk_state(risk, RISK_BOX, 0);
    words[count++] = risk_state(risk, RISK_VENUE, 0);
    for (uint32_t i = 0; i < STRATEGIES; i++) words[count++] = risk_state(risk, RISK_STRATEGY, i);
    for (uint32_t i = 0; i < SYMBOLS; i++) words[count++] = risk_state(risk, RISK_SYMBOL, i);
    for (uint32_t i = 0; i < STRATEGIES * SYMBOLS; i++) {
        struct gateway_holding holding;
        struct risk_holding_view view;
        gateway_holding(submitter.gateway, i / SYMBOLS, i % SYMBOLS, &holding);
        risk_holding(risk, i / SYMBOLS, i % SYMBOLS, &view);
        words[count++] = (uint64_t)holding.position;
        words[count++] = (uint64_t)view.position;
        words[count++] = (uint64_t)view.buys;
        words[count++] = (uint64_t)view.sells;
    }
    slots_say(words, &count);
    frame_out(type, words, count * sizeof *words, NULL, 0);
}

/* Starting. */

static void bounds_loosen(void)
{
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++) {
        const struct risk_limit *row = risk_limit((enum risk_verdict)limit);
        bool strategy =
            row->scope == RISK_STRATEGY || row->scope == RISK_ROUTE || row->scope == RISK_HOLDING;
        bool symbol = row->scope == RISK_SYMBOL || row->scope == RISK_HOLDING;
        submitter.plan.risk.ceiling[limit - 1] = row->looser == RISK_UP ? row->most : 0;
        for (uint32_t s = 0; s < (strategy ? STRATEGIES : 1); s++)
            for (uint32_t y = 0; y < (symbol ? SYMBOLS : 1); y++)
                submitter.record[submitter.plan.records++] =
                    (struct risk_record){.kind = RISK_RECORD_BOUND,
                                         .scope = (uint8_t)row->scope,
                                         .limit = (uint16_t)limit,
                                         .role = RISK_OFFICER,
                                         .subject = {.strategy = s, .symbol = y},
                                         .confirmed_by = RISK_NONE,
                                         .value = row->looser == RISK_UP ? row->most : 0,
                                         .reason = "as the spec says"};
    }
}

static void gateway_make(void)
{
    static const char names[SYMBOLS][9] = {"AAAA    ", "BBBB    "};
    submitter.plan = (struct gateway_plan){
        .instruments = SYMBOLS,
        .venues = 1,
        .venue = {{.name = "v", .kind = &trade_port_ouch50, .answer_ns = 50 * NANOS_MILLI}},
        .symbols = SYMBOLS,
        .symbol = submitter.symbol,
        .strategies = STRATEGIES,
        .strategy = submitter.strategy,
        .risk = {.armed = true},
        .record = submitter.record,
        .run = submitter.report.next_epoch,
    };
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        submitter.symbol[i] = (struct gateway_symbol_plan){.tick = PRICE_ONE,
                                                           .lot = QTY_ONE,
                                                           .price_max = 1000 * PRICE_ONE,
                                                           .qty_max = 1000 * QTY_ONE};
        memcpy(submitter.symbol[i].name, names[i], 8);
        submitter.strategy[i] = (struct gateway_strategy_plan){
            .name = i ? "two" : "one", .orders = KEYS, .uniques = UNIQUES};
    }
    bounds_loosen();
    CHECK(!gateway_check(&submitter.plan));
    submitter.gateway = gateway_new(memory_new(gateway_footprint(&submitter.plan)), &submitter.plan,
                                    &(struct gateway_outlet){.journal = record_write,
                                                             .durable = record_durable,
                                                             .room = session_room,
                                                             .send = session_send});
}

static bool no_image(void *context, uint64_t sequence, const uint8_t *bytes, uint64_t length)
{
    (void)context, (void)sequence, (void)bytes, (void)length;
    return false;
}

/* Whether the whole journal leads to the same, byte for byte. */
static bool whole_same(void)
{
    static const struct gateway_outlet nowhere;
    struct image_reading whole;
    struct journal_report report;
    CHECK(image_reading_new(&whole, gateway_new(memory_new(gateway_footprint(&submitter.plan)),
                                                &submitter.plan, &nowhere)));
    struct journal_listener listener = image_reading_listener(&whole);
    listener.load_snapshot = no_image;
    if (journal_recover(submitter.recovery, &listener, &report) != JOURNAL_FAULT_NONE) return false;
    size_t bytes = gateway_image_bytes(whole.image, whole.gateway);
    if (gateway_image_bytes(submitter.reading.image, submitter.gateway) != bytes) return false;
    uint8_t *due = malloc(bytes), *is = malloc(bytes);
    gateway_image_save(whole.image, whole.gateway, due);
    gateway_image_save(submitter.reading.image, submitter.gateway, is);
    bool same = memcmp(due, is, bytes) == 0;
    free(due);
    free(is);
    free(whole.gateway);
    image_reading_free(&whole);
    return same;
}

static bool journal_sound(const struct journal_listener *listener)
{
    enum journal_fault fault = journal_recover(submitter.recovery, listener, &submitter.report);
    return fault == JOURNAL_FAULT_NONE || fault == JOURNAL_FAULT_EMPTY;
}

static int gateway_open(const char *folder)
{
    static const struct journal_limits limits = {2 * JOURNAL_SEGMENT_MIN, JOURNAL_SEGMENT_MIN / 4};
    static const struct journal_listener nobody = {0};
    static char sentences[1024];
    struct text problems = text_in(sentences, sizeof sentences);
    const struct storage_file_plan plan = {folder, STORAGE_FILE_WRITE, .create = true};
    if (!storage_file_open(&submitter.files, &plan, &problems)) return refuse(problems.bytes);
    submitter.storage = storage_file_storage(&submitter.files);
    submitter.recovery = journal_recovery_new(memory_new(journal_recovery_footprint()),
                                              &submitter.storage, &journal_hash_sha256);
    if (!journal_sound(&nobody)) return refuse("the journal cannot be read");
    gateway_make();
    if (!image_reading_new(&submitter.reading, submitter.gateway)) return refuse("no memory");
    const struct journal_listener gateway = image_reading_listener(&submitter.reading);
    if (!journal_sound(&gateway)) return refuse(submitter.reading.problem);
    if (submitter.report.snapshots_damaged > 0) return refuse("an image does not read back");
    bool behind = submitter.report.snapshot_sequence > 0;
    if (behind && submitter.keep == JOURNAL_KEEP_ALL && !whole_same())
        return refuse("an image and what is behind it are not the journal");
    const uint64_t read[] = {submitter.report.snapshot_sequence, submitter.report.replayed};
    frame_out('I', read, sizeof read, NULL, 0);
    const struct image_thread_plan images = {&submitter.plan, submitter.keep, IMAGE_RECORDS};
    if (!image_thread_open(&submitter.image, &images, &submitter.files, &problems))
        return refuse(problems.bytes);
    submitter.journal = journal_new(memory_new(journal_footprint(&limits)), &limits,
                                    &submitter.storage, &journal_hash_sha256);
    if (journal_start(submitter.journal, &submitter.report) != JOURNAL_IO_OK)
        return refuse("the journal cannot be continued");
    if (submitter.reading.end > 0 &&
        !image_thread_first(&submitter.image, &submitter.reading, submitter.journal, &problems))
        return refuse(problems.bytes);
    image_reading_free(&submitter.reading);
    gateway_recovered(submitter.gateway, submitter.now);
    if (!image_thread_start(&submitter.image, submitter.journal, &problems) ||
        !journal_thread_start(&submitter.thread, submitter.journal, JOURNAL_THREAD_ANY_CPU,
                              &problems))
        return refuse(problems.bytes);
    gateway_verify(submitter.gateway);
    look_say('R');
    for (uint32_t i = 0; i < SYMBOLS; i++)
        gateway_listing(submitter.gateway, i, submitter.symbol[i].name);
    return 0;
}

/* Running. */

static uint64_t draw(uint64_t low, uint64_t high)
{
    return chance_between(&submitter.chance, low, high);
}

static void market_say(uint32_t instrument)
{
    static struct market market;
    market.bid = 99 * PRICE_ONE;
    market.ask = 101 * PRICE_ONE;
    market.bid_qty = market.ask_qty += QTY_ONE;
    market.state = MARKET_LIVE;
    market.instrument = (uint16_t)instrument;
    market.rx_ns = submitter.now;
    gateway_market(submitter.gateway, &market);
}

/* Buys are below 100 and sells above, so that no two of them meet.  UNIQUE orders of strategy 1 are
 * for odd quantities, of strategy 0 for even ones: so the venue knows whose they are. */
static void intent_say(void)
{
    uint64_t kind = draw(1, 12);
    uint32_t key = (uint32_t)draw(0, KEYS - 1);
    bool sells = draw(0, 1);
    struct gateway_intent intent = {
        .strategy = (uint32_t)draw(0, STRATEGIES - 1),
        .sequence = submitter.now,
        .intent = {.price =
                       (100 + (sells ? (price_t)draw(1, 9) : -(price_t)draw(1, 9))) * PRICE_ONE,
                   .qty = (qty_t)draw(1, 20) * QTY_ONE,
                   .key = key,
                   .instrument = (uint16_t)(key % SYMBOLS),
                   .kind = kind == 1 ? INTENT_UNIQUE
                         : kind < 4  ? INTENT_STOP
                                     : INTENT_ORDER,
                   .side = sells},
    };
    if (kind == 1) intent.intent.qty = (qty_t)(2 * draw(1, 10) - intent.strategy) * QTY_ONE;
    (void)!gateway_intend(submitter.gateway, &intent, submitter.now);
}

static void control_begin(const uint64_t words[4])
{
    struct risk_record *record = &submitter.control;
    *record = (struct risk_record){.kind = RISK_RECORD_STATE,
                                   .scope = (uint8_t)words[1],
                                   .role = RISK_OFFICER,
                                   .who = 7,
                                   .confirmed_by = RISK_NONE,
                                   .value = (int64_t)words[3],
                                   .reason = "as the spec says"};
    if (words[1] == RISK_STRATEGY) record->subject.strategy = (uint32_t)words[2];
    if (words[1] == RISK_SYMBOL) record->subject.symbol = (uint32_t)words[2];
    if (gateway_control(submitter.gateway, record, 1, false, submitter.now) != RISK_CONTROL_OK) {
        frame_out('N', words, sizeof *words, NULL, 0);
        return;
    }
    submitter.control_id = words[0];
    submitter.control_loosens = record->value < record->old;
    submitter.control_record = gateway_journalled(submitter.gateway);
}

static void control_end(void)
{
    if (submitter.control_id == 0) return;
    if (journal_durable(submitter.journal) < submitter.control_record) return;
    bool done = !submitter.control_loosens ||
                gateway_control(submitter.gateway, &submitter.control, 1, true, submitter.now) ==
                    RISK_CONTROL_OK;
    frame_out(done ? 'K' : 'N', &submitter.control_id, sizeof submitter.control_id, NULL, 0);
    submitter.control_id = 0;
}

static void frame_take(char type, const uint8_t *bytes, uint32_t length)
{
    uint64_t words[4] = {0};
    memcpy(words, bytes, length < sizeof words ? length : sizeof words);
    switch (type) {
    case 'M':
        gateway_message(submitter.gateway, 0, words[0], bytes + 8, length - 8, submitter.now);
        break;
    case 'U':
    case 'D': gateway_session(submitter.gateway, 0, type == 'U', submitter.now); break;
    case 'C': control_begin(words); break;
    case 'Q': look_say('P'); break;
    default: _exit(4);
    }
}

/* False at the end of what comes in. */
static bool frames_take(void)
{
    ssize_t got = read(STDIN_FILENO, submitter.in + submitter.in_count,
                       sizeof submitter.in - submitter.in_count);
    if (got == 0) return false;
    if (got > 0) submitter.in_count += (size_t)got;
    size_t at = 0;
    while (submitter.in_count - at >= FRAME_HEAD) {
        uint32_t length;
        memcpy(&length, submitter.in + at + 1, sizeof length);
        if (submitter.in_count - at < FRAME_HEAD + length) break;
        frame_take((char)submitter.in[at], submitter.in + at + FRAME_HEAD, length);
        at += FRAME_HEAD + length;
    }
    memmove(submitter.in, submitter.in + at, submitter.in_count - at);
    submitter.in_count -= at;
    return true;
}

int main(int count, char **words)
{
    if (count != 4) return refuse("FOLDER SEED all|SEGMENTS");
    bool all = strcmp(words[3], "all") == 0;
    submitter.keep = all ? JOURNAL_KEEP_ALL : (uint32_t)strtoul(words[3], NULL, 10);
    submitter.chance = (struct chance){strtoull(words[2], NULL, 10)};
    time_read();
    int status = gateway_open(words[1]);
    if (status != 0) return status;
    (void)fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    for (nanos_t ticked = 0; frames_take(); time_read()) {
        market_say((uint32_t)draw(0, SYMBOLS - 1));
        intent_say();
        control_end();
        if (submitter.now - ticked >= NANOS_MILLI) {
            gateway_tick(submitter.gateway, submitter.now);
            ticked = submitter.now;
        }
        const struct timespec pause = {.tv_nsec = 30000};
        (void)nanosleep(&pause, NULL);
    }
    image_thread_stop(&submitter.image);
    journal_thread_stop(&submitter.thread);
    image_thread_last(&submitter.image);
    image_thread_close(&submitter.image);
    gateway_verify(submitter.gateway);
    return 0;
}
