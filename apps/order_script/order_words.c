#include "apps/order_script/order_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* text holds the line with a zero behind each word; at[] points to the words.  problem holds
 * printable ASCII only. */

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

void words_problem(struct order_words *words, const char *format, ...)
{
    if (words->wrong) return;
    words->wrong = true;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words->problem, sizeof words->problem, format, arguments);
    va_end(arguments);
    for (char *at = words->problem; *at; at++)
        if (*at < ' ' || *at > '~') *at = '?';
}

void words_read(struct order_words *words, const char *line, size_t length)
{
    words->at[0] = NULL;
    words->next = 0;
    words->wrong = false;
    words->problem[0] = words->text[0] = '\0';
    if (length > ORDER_LINE_BYTES_MAX) {
        words_problem(words, "the line has more than %u bytes", ORDER_LINE_BYTES_MAX);
        return;
    }
    memcpy(words->text, line, length);
    words->text[length] = '\0';
    uint32_t count = 0;
    size_t at = 0;
    for (;;) {
        while (at < length && blank(words->text[at])) at++;
        if (at == length || words->text[at] == '#') break;
        if (count == ORDER_WORDS_MAX) {
            words_problem(words, "the line has more than %d words", ORDER_WORDS_MAX);
            break;
        }
        words->at[count++] = words->text + at;
        while (at < length && !blank(words->text[at])) at++;
        if (words->text[at - 1] == ',') words->text[at - 1] = '\0';
        if (at < length) words->text[at++] = '\0';
        if (words->at[count - 1][0] == '\0') count--; /* a comma by itself */
    }
    words->at[count] = NULL;
}

const char *words_look(const struct order_words *words)
{
    return words->wrong ? NULL : words->at[words->next];
}

const char *words_second(const struct order_words *words)
{
    return words_look(words) ? words->at[words->next + 1] : NULL;
}

void words_expected(struct order_words *words, const char *expected)
{
    const char *found = words_look(words);
    if (found) words_problem(words, "expected %s, found '%.40s'", expected, found);
    else words_problem(words, "expected %s, but the line ends", expected);
}

bool words_take(struct order_words *words, const char *word)
{
    const char *found = words_look(words);
    if (!found || strcmp(found, word) != 0) return false;
    words->next++;
    return true;
}

uint32_t words_which(struct order_words *words, const char *const *these, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (words_take(words, these[i])) return i;
    return UINT32_MAX;
}

const char *words_next(struct order_words *words, const char *expected)
{
    const char *found = words_look(words);
    if (!found) {
        words_expected(words, expected);
        return "";
    }
    words->next++;
    return found;
}

void words_end(struct order_words *words)
{
    if (words_look(words)) words_expected(words, "the end of the line");
}

/* Numbers. */

/* A decimal number of up to places decimals, times 10^places, from text up to its end or to the
 * first byte of suffix.  False, after a problem, if it is none. */
static bool decimal_read(struct order_words *words, const char *text, size_t length,
                         uint32_t places, int64_t *value, const char *expected)
{
    bool negative = length > 0 && text[0] == '-';
    uint32_t digits = 0, decimals = 0;
    bool point = false, over = false;
    int64_t sum = 0;
    for (size_t i = negative; i < length; i++) {
        if (text[i] == '.' && !point) {
            point = true;
        } else if (digit(text[i])) {
            digits++;
            decimals += point;
            if (decimals <= places)
                over |= __builtin_mul_overflow(sum, 10, &sum) ||
                        __builtin_add_overflow(sum, text[i] - '0', &sum);
        } else {
            digits = 0;
            break;
        }
    }
    for (uint32_t i = decimals; i < places; i++) over |= __builtin_mul_overflow(sum, 10, &sum);
    if (digits == 0 || (point && decimals == 0))
        words_problem(words, "expected %s, found '%.40s'", expected, text);
    else if (decimals > places)
        words_problem(words, "'%.40s' has more than %u decimals", text, places);
    else if (over) words_problem(words, "'%.40s' is too large a number", text);
    if (words->wrong) return false;
    *value = negative ? -sum : sum;
    return true;
}

int64_t words_decimal(struct order_words *words, const char *expected)
{
    const char *word = words_next(words, expected);
    int64_t value = 0;
    if (!words->wrong) decimal_read(words, word, strlen(word), ORDER_DECIMALS, &value, expected);
    return value;
}

uint64_t words_whole(struct order_words *words, const char *expected, uint64_t max)
{
    const char *word = words_next(words, expected);
    int64_t value = 0;
    if (words->wrong || !decimal_read(words, word, strlen(word), 0, &value, expected)) return 0;
    if (value < 0 || (uint64_t)value > max) {
        words_problem(words, "'%.40s' is not from 0 to %llu", word, (unsigned long long)max);
        return 0;
    }
    return (uint64_t)value;
}

static bool ends_with(const char *word, const char *suffix, size_t *before)
{
    size_t length = strlen(word), tail = strlen(suffix);
    if (length < tail || strcmp(word + length - tail, suffix) != 0) return false;
    *before = length - tail;
    return true;
}

uint32_t words_rate(struct order_words *words, const char *expected)
{
    const char *word = words_next(words, expected);
    if (words->wrong) return 0;
    size_t length = 0;
    int64_t value = 0;
    bool read = false;
    if (ends_with(word, "ppm", &length))
        read = decimal_read(words, word, length, 0, &value, expected);
    else if (ends_with(word, "%", &length))
        read = decimal_read(words, word, length, 4, &value, expected);
    else
        words_problem(words, "expected %s with ppm or %% behind it, found '%.40s'", expected, word);
    if (!read) return 0;
    if (value < 0 || value > UINT32_MAX) {
        words_problem(words, "'%.40s' is no rate", word);
        return 0;
    }
    return (uint32_t)value;
}

uint64_t words_span(struct order_words *words, const char *expected)
{
    static const struct {
        const char *suffix;
        uint64_t unit_ns;
    } units[] = {{"ns", 1},           {"us", NANOS_MICRO},      {"ms", NANOS_MILLI},
                 {"s", NANOS_SECOND}, {"m", 60 * NANOS_SECOND}, {"h", 3600 * NANOS_SECOND}};
    const char *word = words_next(words, expected);
    if (words->wrong) return 0;
    for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
        size_t length;
        int64_t value;
        if (!ends_with(word, units[i].suffix, &length) || length == 0) continue;
        const char *first = word + (word[0] == '+');
        length -= word[0] == '+';
        if (!decimal_read(words, first, length, 9, &value, expected)) return 0;
        unsigned __int128 ns = (unsigned __int128)(value < 0 ? 0 : value) * units[i].unit_ns;
        if (value < 0 || ns / NANOS_SECOND > INT64_MAX)
            words_problem(words, "'%.40s' is too large or negative", word);
        if (ns % NANOS_SECOND)
            words_problem(words, "'%.40s' is not a whole number of nanoseconds", word);
        return words->wrong ? 0 : (uint64_t)(ns / NANOS_SECOND);
    }
    words_problem(words, "expected %s such as 5s or 250ms, found '%.40s'", expected, word);
    return 0;
}

/* The two digits at text, or 100. */
static uint32_t two_digits(const char *text)
{
    if (!digit(text[0]) || !digit(text[1])) return 100;
    return (uint32_t)(text[0] - '0') * 10 + (uint32_t)(text[1] - '0');
}

uint64_t words_clock(struct order_words *words)
{
    const char *expected = "a time such as 09:30:00";
    const char *word = words_next(words, expected);
    if (words->wrong) return 0;
    size_t length = strlen(word);
    bool shaped = length >= 8 && word[2] == ':' && word[5] == ':' && (!word[8] || word[8] == '.');
    uint32_t hour = shaped ? two_digits(word) : 100, minute = shaped ? two_digits(word + 3) : 100;
    uint32_t second = shaped ? two_digits(word + 6) : 100;
    if (hour > 23 || minute > 59 || second > 59) {
        words_problem(words, "expected %s, found '%.40s'", expected, word);
        return 0;
    }
    int64_t nanos = 0;
    if (word[8] && !decimal_read(words, word + 8, length - 8, 9, &nanos, expected)) return 0;
    return (hour * 3600 + minute * 60 + second) * NANOS_SECOND + (uint64_t)nanos;
}

/* Names. */

static bool name_byte(char c)
{
    return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const char *words_name(struct order_words *words, const char *expected)
{
    const char *word = words_next(words, expected);
    if (words->wrong) return "";
    size_t length = strlen(word);
    bool good = length > 0 && (name_byte(word[0]) || word[0] == '@');
    for (size_t i = 1; i < length; i++)
        good &= name_byte(word[i]) || (word[i] && strchr("_.-/", word[i]));
    if (!good)
        words_problem(words, "expected %s, found '%.40s': a name is letters, digits and _ . - /",
                      expected, word);
    else if (length > ORDER_NAME_BYTES_MAX)
        words_problem(words, "'%.40s' has more than %u characters", word, ORDER_NAME_BYTES_MAX);
    return words->wrong ? "" : word;
}

bool words_number_follows(const struct order_words *words)
{
    const char *word = words_look(words);
    return word && (digit(word[0]) || word[0] == '-' || word[0] == '.');
}

uint64_t words_numbered(struct order_words *words, const char *word, uint64_t max)
{
    uint64_t value = 0;
    bool good = word[1] != '\0';
    for (const char *at = word + 1; *at; at++)
        good &= digit(*at) && !__builtin_mul_overflow(value, 10, &value) &&
                !__builtin_add_overflow(value, (uint64_t)(*at - '0'), &value);
    if (!good || value > max)
        words_problem(words, "expected a number up to %llu behind @, found '%.40s'",
                      (unsigned long long)max, word);
    return words->wrong ? 0 : value;
}
