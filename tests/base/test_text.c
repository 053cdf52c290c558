/* What text for people looks like. */

#include "dataplane/base/text.h"
#include "tests/support/spec.h"

static char buffer[256];
static struct text text;

static void open_text(void)
{
    text = text_in(buffer, sizeof buffer);
}

/* Appends in an empty text and compares. */
#define READS(append, expected)                                                                    \
    do {                                                                                           \
        text_clear(&text);                                                                         \
        append;                                                                                    \
        EXPECT_TEXT(buffer, expected);                                                             \
    } while (0)

SPEC(whole_numbers_are_printed_exactly_to_their_limits)
{
    READS(text_uint(&text, 0), "0");
    READS(text_uint(&text, UINT64_MAX), "18446744073709551615");
    READS(text_int(&text, INT64_MIN), "-9223372036854775808");
    READS(text_int(&text, 7), "7");
    READS(text_hex(&text, 0), "0");
    READS(text_hex(&text, 0xdeadbeef00ull), "deadbeef00");
    READS(text_grouped(&text, 0), "0");
    READS(text_grouped(&text, 999), "999");
    READS(text_grouped(&text, 1000), "1,000");
    READS(text_grouped(&text, UINT64_MAX), "18,446,744,073,709,551,615");
}

SPEC(a_price_shows_cents_and_what_is_finer_only_if_it_is_there)
{
    READS(text_price(&text, 10025000000), "100.25");
    READS(text_price(&text, 10000000000), "100.00");
    READS(text_price(&text, 10050000000), "100.50");
    READS(text_price(&text, 1), "0.00000001");
    READS(text_price(&text, -10025000000), "-100.25");
    READS(text_price(&text, INT64_MIN), "-92233720368.54775808");
    READS(text_price_e4(&text, 1002500), "100.2500");
    READS(text_price_e4(&text, 1), "0.0001");
    READS(text_price_e4(&text, UINT32_MAX), "429496.7295");
}

SPEC(a_quantity_shows_no_more_places_than_it_needs)
{
    READS(text_qty(&text, 300 * QTY_ONE), "300");
    READS(text_qty(&text, QTY_ONE / 2), "0.5");
    READS(text_qty(&text, 0), "0");
}

SPEC(sizes_and_times_have_three_digits_and_the_unit_that_fits)
{
    READS(text_bytes(&text, 0), "0 B");
    READS(text_bytes(&text, 998), "998 B");
    READS(text_bytes(&text, 1536), "1.50 KiB");
    READS(text_bytes(&text, 12ull << 20), "12.0 MiB");
    READS(text_bytes(&text, UINT64_MAX), "16.0 EiB");
    READS(text_ns(&text, 87), "87 ns");
    READS(text_ns(&text, 1235), "1.24 us");
    READS(text_ns(&text, 999499), "999 us");
    READS(text_ns(&text, 999500), "1.00 ms");
    READS(text_ns(&text, 12345678), "12.3 ms");
    READS(text_ns(&text, 4000000000), "4.00 s");
    READS(text_ns(&text, 86400 * NANOS_SECOND), "86400 s");
    READS(text_short(&text, 1234567), "1.23 M");
    READS(text_short(&text, 20000000), "20.0 M");
    READS(text_short(&text, 42), "42");
}

SPEC(a_time_of_day_has_nanoseconds)
{
    READS(text_clock(&text, (9 * 3600 + 30 * 60) * NANOS_SECOND + 123), "09:30:00.000000123");
    READS(text_clock(&text, 86399 * NANOS_SECOND + 999999999), "23:59:59.999999999");
}

SPEC(columns_line_up_by_characters)
{
    text_append(&text, "name");
    text_to_column(&text, 8);
    size_t start = text.length;
    text_uint(&text, 42);
    text_right(&text, start, 14);
    text_append(&text, "\n\u00b5\u00b5");
    text_to_column(&text, 8);
    start = text.length;
    text_append(&text, "\u00b5s");
    text_right(&text, start, 14);
    EXPECT_TEXT(buffer, "name        42\n\u00b5\u00b5          \u00b5s");
}

SPEC(a_full_column_is_still_followed_by_a_space)
{
    text_append(&text, "a long name");
    text_to_column(&text, 4);
    text_append(&text, "7");
    EXPECT_TEXT(buffer, "a long name 7");
    size_t start = text.length;
    text_append(&text, "8");
    text_right(&text, start, 5);
    EXPECT_TEXT(buffer, "a long name 78");
}

SPEC(what_does_not_fit_is_cut_between_characters_and_noted)
{
    char small[6];
    struct text cut = text_in(small, sizeof small);
    text_append(&cut, "abcd");
    EXPECT(!cut.cut);
    text_append(&cut, "\u00b5");
    EXPECT(cut.cut);
    EXPECT_TEXT(small, "abcd");
    text_append(&cut, "efgh");
    EXPECT_TEXT(small, "abcde");

    text_clear(&cut);
    EXPECT(!cut.cut);
    text_format(&cut, "%d", 12345);
    EXPECT(!cut.cut);
    EXPECT_TEXT(small, "12345");
    text_format(&cut, "%s", "");
    EXPECT(!cut.cut);
    text_format(&cut, "%d", 6);
    EXPECT(cut.cut);
    EXPECT_TEXT(small, "12345");

    text_clear(&cut);
    text_format(&cut, "%s", "1234567");
    EXPECT_TEXT(small, "12345");
    text_clear(&cut);
    text_append(&cut, "ab");
    text_right(&cut, 0, 40);
    EXPECT_TEXT(small, "   ab");
    EXPECT(cut.cut);
}

#define SPECS(S)                                                                                   \
    S(whole_numbers_are_printed_exactly_to_their_limits)                                           \
    S(a_price_shows_cents_and_what_is_finer_only_if_it_is_there)                                   \
    S(a_quantity_shows_no_more_places_than_it_needs)                                               \
    S(sizes_and_times_have_three_digits_and_the_unit_that_fits)                                    \
    S(a_time_of_day_has_nanoseconds)                                                               \
    S(columns_line_up_by_characters)                                                               \
    S(a_full_column_is_still_followed_by_a_space)                                                  \
    S(what_does_not_fit_is_cut_between_characters_and_noted)

SPEC_MAIN("text", SPECS, open_text, NULL)
