/* Numbers, shares, addresses and mixes as people write them. */

#include "apps/pollux-generate/options_values.h"
#include "tests/support/spec.h"

#include <string.h>

static uint64_t count_of(const char *text)
{
    uint64_t count;
    return options_count(text, &count) ? count : UINT64_MAX;
}

SPEC(counts_may_have_commas_and_a_unit)
{
    EXPECT_UINT(count_of("0"), 0);
    EXPECT_UINT(count_of("20000000"), 20000000);
    EXPECT_UINT(count_of("20,000,000"), 20000000);
    EXPECT_UINT(count_of("20M"), 20000000);
    EXPECT_UINT(count_of("50k"), 50000);
    EXPECT_UINT(count_of("2G"), 2000000000);
    EXPECT_UINT(count_of("1844674407370955160"), 1844674407370955160u);
}

SPEC(what_is_not_a_count_is_refused)
{
    static const char *const not_counts[] = {"",
                                             "-1",
                                             "+1",
                                             " 1",
                                             "1 ",
                                             ",1",
                                             "1.5",
                                             "M",
                                             "5MM",
                                             "0x10",
                                             "1e6",
                                             "99999999999999999999",
                                             "18446744073709551615k"};
    for (uint32_t i = 0; i < ARRAY_COUNT(not_counts); i++)
        spec_expect(__FILE__, __LINE__, count_of(not_counts[i]) == UINT64_MAX, "'%s' was accepted",
                    not_counts[i]);
}

static uint32_t percent_of(const char *text)
{
    uint32_t parts;
    return options_percent(text, 1000000, &parts) ? parts : UINT32_MAX;
}

SPEC(percent_is_exact)
{
    EXPECT_UINT(percent_of("30"), 300000);
    EXPECT_UINT(percent_of("30%"), 300000);
    EXPECT_UINT(percent_of("0.25"), 2500);
    EXPECT_UINT(percent_of("100"), 1000000);
    EXPECT_UINT(percent_of("0.0001"), 1);
    EXPECT_UINT(percent_of("100.1"), UINT32_MAX);
    EXPECT_UINT(percent_of("-1"), UINT32_MAX);
    EXPECT_UINT(percent_of(".5"), UINT32_MAX);
    EXPECT_UINT(percent_of("99999"), UINT32_MAX);
    EXPECT_UINT(percent_of("5%%"), UINT32_MAX);
    EXPECT_UINT(percent_of(""), UINT32_MAX);
}

SPEC(an_address_has_four_numbers)
{
    uint32_t address = 0;
    EXPECT(options_address("233.54.12.111", &address));
    EXPECT_UINT(address, 0xe9360c6f);
    EXPECT(!options_address("233.54.12", &address));
    EXPECT(!options_address("233.54.12.256", &address));
    EXPECT(!options_address("nasdaq", &address));
}

SPEC(a_mix_names_kinds_by_their_types_and_keeps_the_others)
{
    uint16_t mix[FLOW_KIND_COUNT] = {4500, 3700, 800, 600, 300, 100};
    EXPECT(options_mix("A=44,D=36.5", mix));
    EXPECT_UINT(mix[FLOW_ADD], 4400);
    EXPECT_UINT(mix[FLOW_DELETE], 3650);
    EXPECT_UINT(mix[FLOW_REPLACE], 800);
    EXPECT_UINT(mix[FLOW_REST], 250);
    EXPECT(options_mix("F=45,C=5", mix));
    EXPECT_UINT(mix[FLOW_ADD], 4500);
    EXPECT_UINT(mix[FLOW_EXECUTE], 500);
    static const char *const wrong[] = {"",      "A",         "A=",  "A=45,", "Z=1",
                                        "A=101", "A=90,D=90", "A45", " =5",   "A=45;D=37"};
    uint16_t before[FLOW_KIND_COUNT];
    memcpy(before, mix, sizeof before);
    for (uint32_t i = 0; i < ARRAY_COUNT(wrong); i++)
        spec_expect(__FILE__, __LINE__, !options_mix(wrong[i], mix), "'%s' was accepted", wrong[i]);
    EXPECT(memcmp(before, mix, sizeof before) == 0);
}

#define SPECS(S)                                                                                   \
    S(counts_may_have_commas_and_a_unit)                                                           \
    S(what_is_not_a_count_is_refused)                                                              \
    S(percent_is_exact)                                                                            \
    S(an_address_has_four_numbers)                                                                 \
    S(a_mix_names_kinds_by_their_types_and_keeps_the_others)
SPEC_MAIN("option values", SPECS, NULL, NULL)
