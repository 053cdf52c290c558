/* From the bytes of a line to the bytes of its answer, without a socket: what is a request, who
 * may, what is answered.  What is written down is in test_command_desk_record.c. */

#include "tests/command/desk_rig.h"
#include "tests/support/chance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUTATIONS 100000u

static struct command_call *later;

static void refused(void *context, struct command_call *call)
{
    (void)context;
    command_call_refuse(call, COMMAND_REFUSED, "because of %s", "rain");
}

static void kept(void *context, struct command_call *call)
{
    (void)context;
    later = call;
}

static void huge(void *context, struct command_call *call)
{
    (void)context;
    char *text = calloc(1, COMMAND_ANSWER_MAX + 1);
    memset(text, 'x', COMMAND_ANSWER_MAX);
    command_call_answer(call, json_pack("{s:s}", "text", text));
    free(text);
}

static void broken(void *context, struct command_call *call)
{
    (void)context;
    command_call_answer(call, json_pack("{s:s}", "text", "\xff"));
}

/* Requests. */

SPEC(a_request_is_answered_with_its_id_on_one_line)
{
    EXPECT_TEXT(ask("{\"jsonrpc\": \"2.0\", \"id\": 7, \"method\": \"status\"}"),
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"reason\":null,\"count\":7}}\n");
    EXPECT_TEXT(ask("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"events\",\"params\":[9]}"),
                "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{\"reason\":null,\"count\":9}}\n");
    EXPECT_UINT(answers, 2);
}

SPEC(what_is_no_json_is_said_so)
{
    static const char *const lines[] = {"",
                                        " ",
                                        "status",
                                        "{",
                                        "{}}",
                                        "{\"id\":1,}",
                                        "\xff\xfe",
                                        "\"\\ud800\"",
                                        "{\"a\":1,\"a\":2}",
                                        "{\"a\":\"\\u0000\"}",
                                        "[[[[[[[[[1]]]]]]]]]",
                                        "{\"a\":[{\"a\":[{\"a\":[{\"a\":[{\"a\":[]}]}]}]}]}",
                                        "123456789012345678901234567890",
                                        "'a'"};
    for (uint32_t i = 0; i < ARRAY_COUNT(lines); i++) EXPECT_CODE(lines[i], COMMAND_BAD_JSON);
    EXPECT_UINT(desk.counts.bad_json, ARRAY_COUNT(lines));
}

SPEC(a_line_may_have_4095_bytes_and_its_end)
{
    static char line[COMMAND_LINE_MAX + 2];
    static const char begin[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}";
    memset(line, ' ', sizeof line);
    memcpy(line, begin, sizeof begin - 1);
    line[COMMAND_LINE_MAX - 1] = 0;
    EXPECT_CODE(line, 0);
    line[COMMAND_LINE_MAX - 1] = ' ';
    line[COMMAND_LINE_MAX] = 0;
    EXPECT_CODE(line, COMMAND_BAD_JSON);
}

SPEC(brackets_in_a_text_are_no_depth)
{
    EXPECT_CODE("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"halt\",\"params\":{\"reason\":"
                "\"[[[[[[[[[[[[{{{{\\\"[[[[\"}}",
                0);
}

SPEC(what_is_no_request_is_said_so)
{
    static const char *const lines[] = {
        "1",
        "null",
        "\"status\"",
        "[]",
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}]",
        "{}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"status\"}",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"status\"}",
        "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"status\"}",
        "{\"id\":1,\"method\":\"status\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"status\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"status\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"status\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\",\"extra\":1}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\",\"params\":1}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\",\"params\":null}"};
    for (uint32_t i = 0; i < ARRAY_COUNT(lines); i++) EXPECT_CODE(lines[i], COMMAND_BAD_REQUEST);
    EXPECT_TEXT(story, "");
}

SPEC(a_batch_is_refused_with_a_sentence)
{
    EXPECT(strstr(ask("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}]"),
                  "a batch is not taken: one request a line") != NULL);
}

SPEC(a_command_that_there_is_not_is_said_so)
{
    EXPECT_CODE("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"statu\"}", COMMAND_UNKNOWN);
    EXPECT_CODE("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}", COMMAND_UNKNOWN);
    EXPECT_CODE("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"risk\"}", COMMAND_UNKNOWN);
    (void)ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\\u001b[31m\"}");
    EXPECT(strstr(answer, "u001b") == NULL && code() == COMMAND_UNKNOWN);
}

/* Parameters. */

SPEC(parameters_are_checked_by_the_table)
{
    static const struct {
        const char *line;
        const char *says;
    } cases[] = {
        {WITH("status", "{\"x\":1}"), "status has no parameter x"},
        {WITH("status", "[1]"), "status takes at most 0 parameters"},
        {WITH("book", "{}"), "book needs the parameter symbol"},
        {WITH("book", "{\"symbol\":7}"), "symbol is a text"},
        {WITH("book", "{\"symbol\":\"\"}"), "symbol has 1 to 64 characters"},
        {WITH("book", "{\"symbol\":\"A\\nB\"}"), "symbol holds a control character"},
        {WITH("book", "{\"symbol\":\"A\\u009bB\"}"), "symbol holds a control character"},
        {WITH("book", "{\"symbol\":\"A\",\"levels\":0}"), "levels is a whole number from 1 to 10"},
        {WITH("book", "{\"symbol\":\"A\",\"levels\":11}"), "levels is a whole number from 1 to 10"},
        {WITH("book", "{\"symbol\":\"A\",\"levels\":1.0}"),
         "levels is a whole number from 1 to 10"},
        {WITH("book", "{\"symbol\":\"A\",\"levels\":\"5\"}"),
         "levels is a whole number from 1 to 10"},
        {WITH("halt", "[\"planet\"]"), "scope is one of box, venue, strategy, symbol, not planet"},
        {WITH("arm", "{}"), "arm needs the parameter reason"},
        {WITH("arm", "{\"reason\":\"12345678901234567890123456789012345678901234567890123456\"}"),
         "reason has 1 to 55 characters"},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(cases); i++) {
        (void)ask(cases[i].line);
        spec_expect(__FILE__, __LINE__,
                    code() == COMMAND_BAD_PARAMETERS && strstr(answer, cases[i].says),
                    "%s is answered %s", cases[i].line, answer);
    }
    EXPECT_TEXT(story, "");
    EXPECT_UINT(desk.counts.bad_parameters, ARRAY_COUNT(cases));
}

SPEC(a_reason_of_55_bytes_is_taken_and_one_of_more_in_few_characters_is_not)
{
    EXPECT_CODE(
        WITH("arm", "{\"reason\":\"1234567890123456789012345678901234567890123456789012345\"}"), 0);
    EXPECT_CODE(WITH("arm", "{\"reason\":\"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                            "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3"
                            "\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                            "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\"}"),
                COMMAND_BAD_PARAMETERS);
}

/* Roles. */

SPEC(each_role_may_what_those_before_it_may_and_nothing_else)
{
    for (uint32_t role = 0; role < COMMAND_ROLE_COUNT; role++) {
        for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
            char line[256];
            story[0] = 0;
            /* Whoever may is told what is wrong with the parameters, and nobody else is. */
            snprintf(line, sizeof line,
                     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{\"none\":1}}",
                     command_at(i)->method);
            (void)ask_as((enum command_role)role, line);
            int wanted =
                role < command_at(i)->role ? (int)COMMAND_FORBIDDEN : (int)COMMAND_BAD_PARAMETERS;
            spec_expect(__FILE__, __LINE__, code() == wanted && story[0] == 0,
                        "%s as %s is answered %s", command_at(i)->method,
                        command_role_name((enum command_role)role), answer);
        }
    }
    EXPECT_UINT(desk.counts.answered, 0);
}

SPEC(nobody_learns_nothing_of_commands)
{
    (void)ask_as(COMMAND_NOBODY, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nonsense\"}");
    EXPECT(code() == COMMAND_FORBIDDEN);
}

SPEC(who_may_not_is_told_which_role_it_takes)
{
    EXPECT(strstr(ask_as(COMMAND_VIEWER, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"halt\"}"),
                  "halt needs the role operator, and user 1007 is viewer") != NULL);
}

/* Ends. */

SPEC(a_refusal_of_the_box_is_its_sentence)
{
    handlers[COMMAND_STATUS] = refused;
    EXPECT_TEXT(ask(WITH("status", "{}")),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32002,"
                "\"message\":\"because of rain\"}}\n");
}

static const char *long_reason;

static void refused_at_length(void *context, struct command_call *call)
{
    (void)context;
    command_call_refuse(call, COMMAND_REFUSED, "%s", long_reason);
}

/* Of a file with umlauts, say: what does not fit is cut off, and the rest is said. */
SPEC(a_sentence_that_is_too_long_is_cut_between_characters)
{
    static const char *const letters[] = {"x", "\u00fc", "\u20ac", "\U0001f600"};
    handlers[COMMAND_STATUS] = refused_at_length;
    for (uint32_t i = 0; i < ARRAY_COUNT(letters); i++) {
        for (uint32_t before = 0; before < 4; before++) {
            char reason[2 * COMMAND_PROBLEM_MAX] = "";
            memset(reason, '-', before);
            size_t each = strlen(letters[i]);
            for (size_t at = before; at + each < sizeof reason; at += each)
                memcpy(reason + at, letters[i], each);
            long_reason = reason;
            (void)ask(WITH("status", "{}"));
            EXPECT(code() == COMMAND_REFUSED);
            const char *said = strstr(answer, letters[i]);
            EXPECT(said != NULL);
            size_t bytes = said ? strcspn(said, "\"") : 0;
            EXPECT(bytes % each == 0);
            EXPECT(bytes + before > COMMAND_PROBLEM_MAX - 1 - each);
        }
    }
}

SPEC(a_box_without_the_part_says_so)
{
    handlers[COMMAND_FEEDS] = NULL;
    EXPECT_CODE(WITH("feeds", "{}"), COMMAND_UNAVAILABLE);
}

SPEC(an_answer_may_come_later)
{
    handlers[COMMAND_ARM] = kept;
    (void)ask(WITH("arm", "{\"reason\":\"x\"}"));
    EXPECT_UINT(answers, 0);
    EXPECT_UINT(desk.counts.under_way, 1);
    EXPECT_TEXT(story, "begun\n");
    command_call_answer(later, json_object());
    EXPECT_UINT(answers, 1);
    EXPECT_UINT(desk.counts.under_way, 0);
    EXPECT_TEXT(story, "begun\nended\n");
}

SPEC(an_answer_that_is_too_long_or_no_text_is_one_that_is_broken)
{
    handlers[COMMAND_STATUS] = huge;
    EXPECT_CODE(WITH("status", "{}"), COMMAND_BROKEN);
    handlers[COMMAND_STATUS] = broken;
    EXPECT_CODE(WITH("status", "{}"), COMMAND_BROKEN);
}

/* And any bytes. */

SPEC(any_bytes_are_answered_by_one_line_and_counted_once)
{
    static const char *const seeds[] = {
        WITH("book", "{\"symbol\":\"ACME\",\"levels\":5}"), WITH("arm", "{\"reason\":\"x\"}"),
        WITH("risk.set", "[\"order_qty\",\"900\",\"maker\",\"ACME\",\"box\",\"less\"]")};
    struct chance chance = {.state = 1};
    for (uint32_t i = 0; i < MUTATIONS; i++) {
        char line[512];
        uint32_t length = (uint32_t)snprintf(
            line, sizeof line, "%s", seeds[chance_between(&chance, 0, ARRAY_COUNT(seeds) - 1)]);
        for (uint64_t k = 1 + chance_between(&chance, 0, 4 - 1); k > 0; k--) {
            uint64_t at = chance_between(&chance, 0, length - 1);
            if (chance_between(&chance, 0, 3 - 1) == 0)
                line[at] = line[chance_between(&chance, 0, length - 1)];
            else line[at] = (char)chance_between(&chance, 0, 256 - 1);
        }
        struct command_caller caller = {.uid = 1, .role = COMMAND_ADMIN};
        answers = 0;
        story[0] = 0;
        command_desk_take(&desk, &caller, line, length, desk_answered, NULL);
        if (answers == 1 && (i % 64 != 0 || code() != 1)) continue;
        spec_expect(__FILE__, __LINE__, false, "mutation %u is answered %s", i, answer);
        return;
    }
    const struct command_desk_counts *counts = &desk.counts;
    EXPECT_UINT(counts->request, MUTATIONS);
    EXPECT_UINT(counts->answered + counts->bad_json + counts->bad_request + counts->unknown +
                    counts->bad_parameters + counts->broken + counts->forbidden + counts->refused +
                    counts->unavailable,
                MUTATIONS);
    EXPECT(counts->answered > 0 && counts->bad_json > 0 && counts->bad_request > 0 &&
           counts->unknown > 0 && counts->bad_parameters > 0);
}

#define SPECS(S)                                                                                   \
    S(a_request_is_answered_with_its_id_on_one_line)                                               \
    S(what_is_no_json_is_said_so)                                                                  \
    S(a_line_may_have_4095_bytes_and_its_end)                                                      \
    S(brackets_in_a_text_are_no_depth)                                                             \
    S(what_is_no_request_is_said_so)                                                               \
    S(a_batch_is_refused_with_a_sentence)                                                          \
    S(a_command_that_there_is_not_is_said_so)                                                      \
    S(parameters_are_checked_by_the_table)                                                         \
    S(a_reason_of_55_bytes_is_taken_and_one_of_more_in_few_characters_is_not)                      \
    S(each_role_may_what_those_before_it_may_and_nothing_else)                                     \
    S(nobody_learns_nothing_of_commands)                                                           \
    S(who_may_not_is_told_which_role_it_takes)                                                     \
    S(a_refusal_of_the_box_is_its_sentence)                                                        \
    S(a_sentence_that_is_too_long_is_cut_between_characters)                                       \
    S(a_box_without_the_part_says_so)                                                              \
    S(an_answer_may_come_later)                                                                    \
    S(an_answer_that_is_too_long_or_no_text_is_one_that_is_broken)                                 \
    S(any_bytes_are_answered_by_one_line_and_counted_once)
SPEC_MAIN("command_desk", SPECS, desk_begin, NULL)
