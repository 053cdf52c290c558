/* A bound of a limit alone, read and written as in a file. */

#include "control/config/config_limit.h"
#include "tests/support/spec.h"

#include <string.h>

static char sentence[CONFIG_SENTENCE_MAX];

static int64_t read_as(enum risk_verdict limit, const char *text)
{
    int64_t bound = -1;
    sentence[0] = 0;
    return config_limit_read(limit, text, &bound, sentence) ? bound : -1;
}

SPEC(each_limit_is_found_by_its_name)
{
    for (uint32_t i = 1; i <= (uint32_t)RISK_LIMIT_COUNT; i++)
        EXPECT_UINT(config_limit_named(risk_limit((enum risk_verdict)i)->name), i);
    EXPECT_UINT(config_limit_named("order"), RISK_PASS);
    EXPECT_UINT(config_limit_named("halted"), RISK_PASS); /* a rule has no bound */
}

SPEC(bounds_are_read_in_their_own_units)
{
    EXPECT_UINT(read_as(RISK_ORDER_QTY, "0.5"), 50000000);
    EXPECT_UINT(read_as(RISK_CAPITAL, "1000"), 100000000000);
    EXPECT_UINT(read_as(RISK_DUPLICATE_NS, "250us"), 250000);
    EXPECT_UINT(read_as(RISK_COLLAR_PPM, "2.5%"), 25000);
    EXPECT_UINT(read_as(RISK_STRATEGY_RATE, "7"), 7);
    EXPECT_UINT(read_as(RISK_TRADABLE, "true"), 1);
    EXPECT_UINT(read_as(RISK_TRADABLE, "false"), 0);
}

SPEC(what_is_no_bound_is_refused_with_a_sentence)
{
    EXPECT(read_as(RISK_ORDER_QTY, "10x") == -1);
    EXPECT_TEXT(sentence, "order_qty needs a quantity such as 100 or 0.5, found \"10x\"");
    static const char *const wrong[] = {"",   "-1", "1e3", "5s", "999999999999999999999",
                                        " 1", "1\n"};
    for (uint32_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        EXPECT(read_as(RISK_STRATEGY_RATE, wrong[i]) == -1);
        EXPECT(sentence[0] != 0);
    }
}

SPEC(what_is_written_is_read_again)
{
    for (uint32_t i = 1; i <= (uint32_t)RISK_LIMIT_COUNT; i++) {
        enum risk_verdict limit = (enum risk_verdict)i;
        const int64_t bounds[] = {0, 1, risk_limit(limit)->most};
        for (uint32_t k = 0; k < ARRAY_COUNT(bounds); k++) {
            struct config_bound text = config_limit_text(limit, bounds[k]);
            spec_expect(__FILE__, __LINE__, read_as(limit, text.text) == bounds[k],
                        "%s as %s is read as something else: %s", risk_limit(limit)->name,
                        text.text, sentence);
        }
    }
}

#define SPECS(S)                                                                                   \
    S(each_limit_is_found_by_its_name)                                                             \
    S(bounds_are_read_in_their_own_units)                                                          \
    S(what_is_no_bound_is_refused_with_a_sentence)                                                 \
    S(what_is_written_is_read_again)
SPEC_MAIN("config: limit", SPECS, NULL, NULL)
