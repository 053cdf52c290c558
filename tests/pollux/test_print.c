/* Answers as a person reads them: fields, tables, units, and nothing that moves the terminal. */

#include "apps/pollux/print.h"
#include "tests/support/spec.h"

#include <stdio.h>
#include <string.h>

static const struct command_column fields[] = {{"name", "box", COMMAND_AS_IT_IS, false},
                                               {"up", "up", COMMAND_SECONDS, false},
                                               {"sent", "orders sent", COMMAND_COUNT_OF, true},
                                               {"well", "well", COMMAND_YES_NO, false},
                                               {0}};
static const struct command_column columns[] = {{"name", "strategy", COMMAND_AS_IT_IS, false},
                                                {"count", "orders", COMMAND_COUNT_OF, true},
                                                {"p50", "p50", COMMAND_NS, true},
                                                {"said", "said", COMMAND_AS_IT_IS, false},
                                                {0}};
static const struct command both = {
    .method = "both", .fields = fields, .rows = "rows", .columns = columns};
static const struct command list = {.method = "list", .rows = "rows", .columns = columns};

static char page[4096];

static const char *printed(const struct command *command, const char *answer)
{
    json_error_t error;
    json_t *result = json_loads(answer, 0, &error);
    EXPECT(result != NULL);
    struct text text = text_in(page, sizeof page);
    print_answer(&text, command, result);
    json_decref(result);
    return page;
}

SPEC(fields_come_first_then_the_table)
{
    EXPECT_TEXT(printed(&both, "{\"name\":\"quickstart\",\"up\":3723,\"sent\":1234567,"
                               "\"well\":true,\"rows\":[{\"name\":\"maker\",\"count\":1200,"
                               "\"p50\":1240,\"said\":\"a b\"},{\"name\":\"taker\","
                               "\"count\":7,\"p50\":87,\"said\":\"\"}]}"),
                "box          quickstart\n"
                "up           1:02:03\n"
                "orders sent  1,234,567\n"
                "well         yes\n"
                "\n"
                "strategy  orders      p50  said\n"
                "maker      1,200  1.24 us  a b\n"
                "taker          7    87 ns\n");
}

SPEC(what_the_answer_does_not_have_is_left_out)
{
    EXPECT_TEXT(printed(&both, "{\"name\":\"\",\"sent\":0,\"well\":false}"), "orders sent  0\n"
                                                                             "well         no\n");
    EXPECT_TEXT(printed(&list, "{\"rows\":[{\"count\":1}]}"), "strategy  orders  p50  said\n"
                                                              "               1\n");
}

SPEC(an_empty_table_says_so_unless_there_are_fields)
{
    EXPECT_TEXT(printed(&list, "{\"rows\":[]}"), "none\n");
    EXPECT_TEXT(printed(&both, "{\"name\":\"x\",\"rows\":[]}"), "box  x\n");
}

SPEC(columns_line_up_whatever_the_letters)
{
    EXPECT_TEXT(printed(&list, "{\"rows\":[{\"name\":\"\u00e4\u00f6\",\"count\":1},"
                               "{\"name\":\"abcdefghij\",\"count\":-2}]}"),
                "strategy    orders  p50  said\n"
                "\xc3\xa4\xc3\xb6               1\n"
                "abcdefghij      -2\n");
}

SPEC(nothing_moves_the_terminal)
{
    EXPECT_TEXT(printed(&both, "{\"name\":\"a\\u001b[31m\\n\\u009bb\\u007f\\u00a0\"}"),
                "box  a?[31m??b?\xc2\xa0\n");
}

SPEC(numbers_beyond_a_unit_are_printed_as_they_are)
{
    EXPECT_TEXT(printed(&list, "{\"rows\":[{\"p50\":-5}]}"), "strategy  orders  p50  said\n"
                                                             "                   -5\n");
}

static const struct command part = {
    .method = "part", .rows = "rows", .columns = columns, .portions = true};

#define TWO "\"rows\":[{\"name\":\"a\"},{\"name\":\"b\"}]}"

SPEC(a_part_says_how_much_of_the_whole_it_is)
{
    static const char table[] = "strategy  orders  p50  said\na\nb\n";
    const struct {
        const char *answer;
        const char *said;
    } rows[] = {
        {"{\"shown\":2,\"of\":2,\"next\":null,\"one_moment\":true," TWO, ""},
        {"{\"shown\":2,\"of\":2345,\"next\":131,\"one_moment\":true," TWO,
         "\n2 of 2,345 shown; --after 131 goes on\n"},
        {"{\"shown\":2,\"of\":2345,\"next\":null,\"one_moment\":true," TWO, "\n2 of 2,345 shown\n"},
        {"{\"shown\":2,\"of\":2,\"next\":null,\"one_moment\":false," TWO,
         "\n2 of 2 shown; they are not all of one moment\n"},
        {"{\"shown\":2,\"of\":null,\"next\":7,\"one_moment\":false," TWO,
         "\n2 shown; --after 7 goes on; they are not all of one moment\n"},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char whole[256];
        (void)snprintf(whole, sizeof whole, "%s%s", table, rows[i].said);
        EXPECT_TEXT(printed(&part, rows[i].answer), whole);
    }
    EXPECT_TEXT(printed(&part, "{\"shown\":0,\"of\":0,\"next\":null,\"one_moment\":true,"
                               "\"rows\":[]}"),
                "none\n");
}

SPEC(what_was_never_measured_is_a_dash)
{
    EXPECT_TEXT(printed(&list, "{\"rows\":[{\"name\":\"x\",\"count\":0,\"p50\":null}]}"),
                "strategy  orders  p50  said\n"
                "x              0    -\n");
}

#define SPECS(S)                                                                                   \
    S(fields_come_first_then_the_table)                                                            \
    S(what_the_answer_does_not_have_is_left_out)                                                   \
    S(an_empty_table_says_so_unless_there_are_fields)                                              \
    S(columns_line_up_whatever_the_letters)                                                        \
    S(nothing_moves_the_terminal)                                                                  \
    S(numbers_beyond_a_unit_are_printed_as_they_are)                                               \
    S(a_part_says_how_much_of_the_whole_it_is)                                                     \
    S(what_was_never_measured_is_a_dash)
SPEC_MAIN("pollux_print", SPECS, NULL, NULL)
