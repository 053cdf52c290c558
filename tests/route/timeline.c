#include "tests/route/timeline.h"
#include "tests/support/spec.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DELEGATES = 4, INSTRUMENTS = 4, ROWS_MAX = 8, CELLS_MAX = 40, CELL_MAX = 40, UNIT = 100 };

struct player {
    uint32_t delegate; /* its number; 0: not drawn yet */
    bool says_done;
};

static struct dispatch *dispatch;
static struct player player[DELEGATES];
static struct market market[INSTRUMENTS]; /* as its source knows it */
static char shown[256];                   /* the last decision, as a cell */
static char shown_by;
static nanos_t moment;

/* A drawing that cannot be read proves nothing, so it stops the program. */
static _Noreturn void unreadable(const char *what, const char *cell)
{
    fprintf(stderr, "timeline: %s: \"%s\"\n", what, cell);
    abort();
}

static uint32_t instrument_of(char name, const char *cell)
{
    if (name < 'X' || name > 'Z') unreadable("instruments are X, Y and Z", cell);
    return (uint32_t)(name - 'X' + 1);
}

static char state_letter(uint32_t state)
{
#define STATE_TEXT(state, text, meaning) #text,
    static const char *const texts[] = {MARKET_STATES(STATE_TEXT)};
    return texts[state][0];
}

/* What was shown. */

static void show(const char *separator, const char *kind, uint64_t number, char of)
{
    size_t length = strlen(shown);
    bool first = shown[length - 1] == ':';
    snprintf(shown + length, sizeof shown - length, "%s%s%" PRIu64 "%s", first ? "" : separator,
             kind, number, of ? (char[]){of, 0} : "");
}

static void record(void *self, const struct composite *composite, struct delegate_output *output)
{
    struct player *by = self;
    shown_by = (char)('a' + (int)(by - player));
    snprintf(shown, sizeof shown, "%c:", 'X' + composite->instrument - 1);
    bool instruction = false, report = false;
    for (uint32_t i = 0; i < composite->messages; i++) {
        const struct message *message = &composite->message[i];
        bool elsewhere = message->instrument != composite->instrument;
        show(",", message_is_report(message) ? "r" : "i", message->sequence,
             (char)(elsewhere ? 'X' + message->instrument - 1 : 0));
        instruction |= !message_is_report(message);
        report |= message_is_report(message);
    }
    EXPECT_UINT(composite_has(composite, COMPOSITE_INSTRUCTION), instruction);
    EXPECT_UINT(composite_has(composite, COMPOSITE_REPORT), report);
    EXPECT_UINT(composite->now, moment);
    EXPECT_UINT(composite->market->instrument, composite->instrument);
    if (composite_has(composite, COMPOSITE_QUOTE))
        show(",", "q", (uint64_t)(composite->market->bid / UNIT), 0);
    if (composite_has(composite, COMPOSITE_TRADE)) show(",", "t", composite->trade.volume, 0);
    else EXPECT_UINT(composite->trade.volume, 0);
    if (composite_has(composite, COMPOSITE_STATE)) {
        size_t length = strlen(shown);
        snprintf(shown + length, sizeof shown - length, "%ss%c",
                 shown[length - 1] == ':' ? "" : ",", state_letter(composite->market->state));
    }
    output->done = by->says_done;
}

static const struct delegate_kind recorder = {.name = "recorder", .decide = record};

/* Inputs. */

static void market_part(struct market *value, const char *part, const char *cell)
{
    unsigned number = 0;
    char state = 0;
    int end = 0;
    if (sscanf(part, "q%u%n", &number, &end) == 1 && part[end] == '\0') {
        value->bid = (price_t)number * UNIT;
        value->ask = value->bid + UNIT;
    } else if (sscanf(part, "t%u%n", &number, &end) == 1 && part[end] == '\0') {
        value->volume += number;
        value->notional += (uint64_t)number * UNIT;
        value->trades++;
    } else if (sscanf(part, "s%c%n", &state, &end) == 1 && part[end] == '\0') {
        value->state = MARKET_STATE_COUNT;
        for (uint32_t i = 0; i < MARKET_STATE_COUNT; i++)
            if (state_letter(i) == state) value->state = (uint8_t)i;
        if (value->state == MARKET_STATE_COUNT) unreadable("no such state", cell);
    } else if (strcmp(part, "new") == 0) {
        value->volume = value->notional = value->trades = 0;
    } else if (strcmp(part, "=") != 0) {
        unreadable("not a value", cell);
    }
}

static void market_cell(char name, const char *cell)
{
    struct market *value = &market[instrument_of(name, cell)];
    char parts[CELL_MAX];
    snprintf(parts, sizeof parts, "%s", cell);
    char *rest = parts;
    for (char *part; (part = strsep(&rest, ","));) market_part(value, part, cell);
    value->sequence++;
    dispatch_market(dispatch, value);
}

static enum dispatch_status message_offer(uint32_t delegate, const char *word, const char *cell)
{
    char kind = 0, of = 'X';
    unsigned number = 0;
    int count = sscanf(word, "%c%u%c", &kind, &number, &of);
    if (count < 2 || (kind != 'i' && kind != 'r')) unreadable("nothing a delegate can do", cell);
    struct message message = {
        .sequence = number,
        .instrument = (uint16_t)instrument_of(of, cell),
        .kind = kind == 'i' ? INSTRUCTION_NEW : REPORT_FILLED,
    };
    return kind == 'i' ? dispatch_instruct(dispatch, delegate, &message)
                       : dispatch_report(dispatch, delegate, &message);
}

/* alive: nobody has ended.  ended: this one has. */
static enum dispatch_status ended_take(uint32_t delegate, bool expected)
{
    struct dispatch_ended ended = {0};
    EXPECT_UINT(dispatch_take_ended(dispatch, &ended), expected);
    EXPECT_UINT(ended.delegate, expected ? delegate : DISPATCH_NONE);
    return DISPATCH_OK;
}

static enum dispatch_status delegate_word(struct player *by, const char *word, const char *cell)
{
    uint32_t number = by->delegate;
    if (word[0] == '+') return dispatch_subscribe(dispatch, number, instrument_of(word[1], cell));
    if (word[0] == '-') return dispatch_unsubscribe(dispatch, number, instrument_of(word[1], cell));
    if (strcmp(word, "off") == 0) return dispatch_switch(dispatch, number, false);
    if (strcmp(word, "on") == 0) return dispatch_switch(dispatch, number, true);
    if (strcmp(word, "open") == 0) return dispatch_child_opened(dispatch, number);
    if (strcmp(word, "close") == 0) return dispatch_child_closed(dispatch, number);
    if (strcmp(word, "finish") == 0) return dispatch_finish(dispatch, number);
    if (strcmp(word, "ended") == 0) return ended_take(number, true);
    if (strcmp(word, "alive") == 0) return ended_take(number, false);
    if (strcmp(word, "done") != 0) return message_offer(number, word, cell);
    by->says_done = true;
    return DISPATCH_OK;
}

/* Cells. */

struct place {
    const char *file;
    int line;
    uint32_t column;
};

static void decision_cell(const struct place *at, char name, const char *cell)
{
    shown[0] = '\0';
    uint32_t number = dispatch_next(dispatch, moment);
    bool right = number == player[name - 'a'].delegate && shown_by == name;
    spec_expect(at->file, at->line, right && strcmp(shown, cell) == 0,
                "column %u, row %c: expected %c to be shown %s, but %c was shown %s", at->column,
                name, name, cell, number ? shown_by : '-', number ? shown : "nothing");
}

static void delegate_cell(const struct place *at, char name, const char *cell)
{
    struct player *by = &player[name - 'a'];
    if (isupper((unsigned char)cell[0]) && cell[1] == ':') {
        decision_cell(at, name, cell);
        return;
    }
    char word[CELL_MAX];
    snprintf(word, sizeof word, "%s", cell);
    char *refusal = strchr(word, '!');
    if (refusal) *refusal++ = '\0';
    enum dispatch_status status = delegate_word(by, word, cell);
    const char *said = dispatch_status_name(status);
    spec_expect(at->file, at->line, strcmp(said, refusal ? refusal : "ok") == 0,
                "column %u, row %c: %s was answered %s", at->column, name, cell, said);
}

static uint32_t row_cut(char *row, char *cells[CELLS_MAX])
{
    uint32_t count = 0;
    char *rest = NULL;
    for (char *cell = strtok_r(row, " ", &rest); cell; cell = strtok_r(NULL, " ", &rest)) {
        if (count == CELLS_MAX || strlen(cell) >= CELL_MAX) unreadable("too long", cell);
        cells[count++] = cell;
    }
    return count;
}

static void delegate_draw(char name)
{
    if (name < 'a' || name >= 'a' + DELEGATES) unreadable("no such row", (char[]){name, 0});
    struct player *by = &player[name - 'a'];
    if (by->delegate) return;
    struct dispatch_identity identity = {.name = {name}};
    EXPECT_UINT(dispatch_add(dispatch, &identity, &recorder, by, &by->delegate), DISPATCH_OK);
}

void timeline_run(const char *file, int line, const char *const *rows)
{
    static char copy[ROWS_MAX][1024];
    char *cells[ROWS_MAX][CELLS_MAX] = {{NULL}};
    uint32_t count = 0, width = 0;
    for (; rows[count]; count++) {
        if (count == ROWS_MAX) unreadable("too many rows", rows[count]);
        snprintf(copy[count], sizeof copy[count], "%s", rows[count]);
        uint32_t cut = row_cut(copy[count], cells[count]);
        if (count > 0 && cut != width) unreadable("row of another length", rows[count]);
        width = cut;
        if (width == 0 || strlen(cells[count][0]) != 1) unreadable("no name", rows[count]);
        if (islower((unsigned char)cells[count][0][0])) delegate_draw(cells[count][0][0]);
    }
    for (uint32_t column = 1; column < width; column++) {
        moment++;
        for (uint32_t row = 0; row < count; row++) {
            const char *cell = cells[row][column];
            char name = cells[row][0][0];
            if (strcmp(cell, ".") == 0) continue;
            if (isupper((unsigned char)name)) market_cell(name, cell);
            else delegate_cell(&(struct place){file, line, column}, name, cell);
            dispatch_verify(dispatch);
        }
    }
    spec_expect(file, line, dispatch_next(dispatch, moment) == DISPATCH_NONE,
                "after the last column, %c was shown %s", shown_by, shown);
}

struct dispatch *timeline_dispatch(void)
{
    return dispatch;
}

uint32_t timeline_delegate(char name)
{
    CHECK(name >= 'a');
    CHECK(name < 'a' + DELEGATES);
    CHECK(player[name - 'a'].delegate != 0);
    return player[name - 'a'].delegate;
}

void timeline_open(void)
{
    static const struct dispatch_limits limits = {
        .instruments = INSTRUMENTS, .delegates = DELEGATES, .subscriptions = 8, .messages = 2};
    dispatch = dispatch_new(aligned_alloc(CACHE_LINE, dispatch_footprint(&limits)), &limits);
    memset(player, 0, sizeof player);
    memset(market, 0, sizeof market);
    for (uint32_t i = 0; i < INSTRUMENTS; i++) market[i].instrument = (uint16_t)i;
    moment = 1000;
}

void timeline_close(void)
{
    free(dispatch);
    dispatch = NULL;
}
