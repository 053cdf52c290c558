/* Each row of the table, reached by the shortest way, and what it puts on the wire; and the page
 * that says the same as the table. */

#include "tests/route/slots_rig.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */

/* row, the venue replaces, steps (the last takes the row), wire, state after it */
#define WAYS(X)                                                                    \
    X(FREE_ORDER,         false, "i1",                   "o1",       "NEW")        \
    X(FREE_STOP,          false, "x1",                   "",         "FREE")       \
    X(FREE_GO_ORDER,      false, "i1",                   "o1",       "NEW")        \
    X(FREE_GO_NOTHING,    false, "x1",                   "",         "FREE")       \
    X(NEW_ORDER,          false, "i1 i2",                "o1",       "NEW")        \
    X(NEW_STOP,           false, "i1 x2",                "o1",       "NEW")        \
    X(NEW_ACCEPTED,       false, "i1 a",                 "o1",       "LIVE")       \
    X(NEW_REJECTED,       false, "i1 r",                 "o1",       "FREE")       \
    X(NEW_PART,           false, "i1 e4",                "o1",       "LIVE")       \
    X(NEW_FILLED,         false, "i1 e10",               "o1",       "FREE")       \
    X(NEW_CANCELED,       false, "i1 c",                 "o1",       "FREE")       \
    X(NEW_OVERDUE,        false, "i1 t",                 "o1 q1",    "UNKNOWN")    \
    X(NEW_DISCONNECT,     false, "i1 d",                 "o1",       "UNKNOWN")    \
    X(LIVE_ORDER,         false, "i1 a i2",              "o1 c1",    "CANCEL")     \
    X(LIVE_STOP,          false, "i1 a x2",              "o1 c1",    "CANCEL")     \
    X(LIVE_REPEATED,      false, "i1 a a",               "o1",       "LIVE")       \
    X(LIVE_DOUBT,         false, "i1 a r",               "o1 q1",    "UNKNOWN")    \
    X(LIVE_PART,          false, "i1 a e4",              "o1",       "LIVE")       \
    X(LIVE_FILLED,        false, "i1 a e10",             "o1",       "FREE")       \
    X(LIVE_CANCELED,      false, "i1 a c",               "o1",       "FREE")       \
    X(LIVE_DISCONNECT,    false, "i1 a d",               "o1",       "UNKNOWN")    \
    X(LIVE_GO_REPLACE,    true,  "i1 a i2",              "o1 r2",    "REPLACE")    \
    X(LIVE_GO_CANCEL,     false, "i1 a i2",              "o1 c1",    "CANCEL")     \
    X(LIVE_GO_NOTHING,    false, "i1 i2 i3@1 a",         "o1",       "LIVE")       \
    X(CANCEL_ORDER,       false, "i1 a x2 i3",           "o1 c1",    "CANCEL")     \
    X(CANCEL_STOP,        false, "i1 a i2 x3",           "o1 c1",    "CANCEL")     \
    X(CANCEL_REPEATED,    false, "i1 a x2 a",            "o1 c1",    "CANCEL")     \
    X(CANCEL_DOUBT,       false, "i1 a x2 r",            "o1 c1 q1", "UNKNOWN")    \
    X(CANCEL_PART,        false, "i1 a x2 e4",           "o1 c1",    "CANCEL")     \
    X(CANCEL_FILLED,      false, "i1 a x2 e10",          "o1 c1",    "FREE")       \
    X(CANCEL_CANCELED,    false, "i1 a x2 c",            "o1 c1",    "FREE")       \
    X(CANCEL_NO_CANCEL,   false, "i1 a x2 n",            "o1 c1 q1", "UNKNOWN")    \
    X(CANCEL_OVERDUE,     false, "i1 a x2 t",            "o1 c1 q1", "UNKNOWN")    \
    X(CANCEL_DISCONNECT,  false, "i1 a x2 d",            "o1 c1",    "UNKNOWN")    \
    X(REPLACE_ORDER,      true,  "i1 a i2 i3",           "o1 r2",    "REPLACE")    \
    X(REPLACE_STOP,       true,  "i1 a i2 x3",           "o1 r2",    "REPLACE")    \
    X(REPLACE_REPEATED,   true,  "i1 a i2 a",            "o1 r2",    "REPLACE")    \
    X(REPLACE_DOUBT,      true,  "i1 a i2 r",            "o1 r2 q1", "UNKNOWN")    \
    X(REPLACE_PART,       true,  "i1 a i2 e4",           "o1 r2",    "REPLACE")    \
    X(REPLACE_FILLED,     true,  "i1 a i2 e10",          "o1 r2",    "FREE")       \
    X(REPLACE_CANCELED,   true,  "i1 a i2 c",            "o1 r2 o2", "NEW")        \
    X(REPLACE_REPLACED,   true,  "i1 a i2 p",            "o1 r2",    "LIVE")       \
    X(REPLACE_NO_REPLACE, true,  "i1 a i2 s",            "o1 r2",    "LIVE")       \
    X(REPLACE_OVERDUE,    true,  "i1 a i2 t",            "o1 r2 q1", "UNKNOWN")    \
    X(REPLACE_DISCONNECT, true,  "i1 a i2 d",            "o1 r2",    "UNKNOWN")    \
    X(UNKNOWN_ORDER,      false, "i1 t i2",              "o1 q1",    "UNKNOWN")    \
    X(UNKNOWN_STOP,       false, "i1 t x2",              "o1 q1",    "UNKNOWN")    \
    X(UNKNOWN_ACCEPTED,   false, "i1 t a",               "o1 q1",    "LIVE")       \
    X(UNKNOWN_REPEATED,   false, "i1 a d a",             "o1",       "UNKNOWN")    \
    X(UNKNOWN_REJECTED,   false, "i1 t r",               "o1 q1",    "FREE")       \
    X(UNKNOWN_DOUBT,      false, "i1 a d r",             "o1",       "UNKNOWN")    \
    X(UNKNOWN_PART,       false, "i1 t e4",              "o1 q1",    "UNKNOWN")    \
    X(UNKNOWN_FILLED,     false, "i1 t e10",             "o1 q1",    "FREE")       \
    X(UNKNOWN_CANCELED,   false, "i1 t c",               "o1 q1",    "FREE")       \
    X(UNKNOWN_REPLACED,   true,  "i1 a i2 t p",          "o1 r2 q1", "LIVE")       \
    X(UNKNOWN_NO_REPLACE, true,  "i1 a i2 t s",          "o1 r2 q1", "UNKNOWN")    \
    X(UNKNOWN_OVERDUE,    false, "i1 t t",               "o1 q1 q1", "UNKNOWN")    \
    X(UNKNOWN_DISCONNECT, false, "i1 t d",               "o1 q1",    "UNKNOWN")    \
    X(UNKNOWN_RECONNECT,  false, "i1 d u",               "o1 q1",    "UNKNOWN")    \
    X(UNKNOWN_OPEN,       false, "i1 t O10",             "o1 q1",    "LIVE")       \
    X(UNKNOWN_DONE,       false, "i1 t D4",              "o1 q1",    "FREE")       \
    X(UNKNOWN_NEVER,      false, "i1 t N",               "o1 q1",    "FREE")
/* clang-format on */

static void way_walk(enum slot_row_number row, bool replaces, const char *steps, const char *wire,
                     const char *state)
{
    struct slots_rig rig;
    slots_rig_new(&rig, replaces);
    const char *last = slots_rig_lead(&rig, steps);
    uint64_t before = slots_counts(rig.slots)->row[row];
    slots_rig_play(&rig, last);
    uint64_t taken = slots_counts(rig.slots)->row[row] - before;
    spec_expect(__FILE__, __LINE__, taken == 1, "%s: the last step took the row %d times", steps,
                (int)taken);
    EXPECT_TEXT(rig.wire, wire);
    EXPECT_TEXT(slot_state_name(slots_rig_state(&rig)), state);
    slots_rig_free(&rig);
}

SPEC(each_row_is_taken_by_its_shortest_way)
{
#define WAY_WALK(row, replaces, steps, wire, state)                                                \
    way_walk(SLOT_ROW_##row, replaces, steps, wire, state);
    WAYS(WAY_WALK)
}

SPEC(each_row_has_a_way)
{
    static const bool walked[SLOT_ROW_COUNT] = {
#define WAY_MARK(row, replaces, steps, wire, state) [SLOT_ROW_##row] = true,
        WAYS(WAY_MARK)};
    for (uint32_t i = 0; i < SLOT_ROW_COUNT; i++)
        spec_expect(__FILE__, __LINE__, walked[i], "%s %s has no way",
                    slot_state_name(slot_rows[i].state), slot_event_name(slot_rows[i].event));
}

static char *page_read(void)
{
    FILE *file = fopen(ROUTE_README, "rb");
    if (!file) return NULL;
    char *page = calloc(1, 1 << 18);
    size_t length = fread(page, 1, (1 << 18) - 1, file);
    fclose(file);
    if (length > 0) return page;
    free(page);
    return NULL;
}

static size_t table_print(char *text, size_t size)
{
    FILE *out = fmemopen(text, size, "w");
    fprintf(out, "| state | event | next | does | says |\n|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < SLOT_ROW_COUNT; i++) {
        const struct slot_row *row = &slot_rows[i];
        fprintf(out, "| %s | %s | %s | %s | %s |\n", slot_state_name(row->state),
                slot_event_name(row->event), slot_state_name(row->next),
                row->action ? slot_action_name(row->action) : "",
                row->say ? slot_said_name(row->say) : "");
    }
    fprintf(out, "\n");
    for (uint32_t i = 0; i < SLOT_STATE_COUNT; i++)
        fprintf(out, "- `%s`: %s\n", slot_state_name(i), slot_state_text(i));
    fprintf(out, "\n");
    for (uint32_t i = 0; i < SLOT_EVENT_COUNT; i++)
        fprintf(out, "- `%s`: %s\n", slot_event_name(i), slot_event_text(i));
    fprintf(out, "\n");
    for (uint32_t i = SLOT_DOES_KEEP; i < SLOT_ACTION_COUNT; i++)
        fprintf(out, "- `%s`: %s\n", slot_action_name(i), slot_action_text(i));
    fprintf(out, "\n");
    for (uint32_t i = SLOT_SAYS_ACCEPTED; i < SLOT_SAY_COUNT; i++)
        fprintf(out, "- `%s`: %s\n", slot_said_name(i), slot_said_text(i));
    long length = ftell(out);
    fclose(out);
    return (size_t)length;
}

SPEC(the_page_of_the_folder_holds_the_table_word_for_word)
{
    static char table[1 << 16];
    size_t length = table_print(table, sizeof table);
    EXPECT(length > 1000);
    if (getenv("SLOTS_TABLE")) printf("%s", table); /* to copy into the page */
    char *page = page_read();
    EXPECT(page != NULL);
    if (page) EXPECT(strstr(page, table) != NULL);
    free(page);
}

#define SPECS(S)                                                                                   \
    S(each_row_is_taken_by_its_shortest_way)                                                       \
    S(each_row_has_a_way)                                                                          \
    S(the_page_of_the_folder_holds_the_table_word_for_word)
SPEC_MAIN("slots_table", SPECS, NULL, NULL)
