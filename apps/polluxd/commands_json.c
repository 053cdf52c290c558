/* Values of answers.  Whole numbers are numbers; prices, quantities and money are texts, so that
 * nothing is rounded on its way. */

#include "apps/polluxd/commands_layout.h"

#include <string.h>
#include <time.h>

#define CENT   (PRICE_ONE / 100)
#define DIGITS 40

json_t *commands_count(uint64_t count)
{
    return json_integer((json_int_t)count);
}

json_t *commands_price(price_t price)
{
    char digits[DIGITS];
    struct text text = text_in(digits, sizeof digits);
    if (price != 0) text_price(&text, price);
    return json_string(digits);
}

json_t *commands_qty(qty_t qty)
{
    char digits[DIGITS];
    struct text text = text_in(digits, sizeof digits);
    text_qty(&text, qty);
    return json_string(digits);
}

json_t *commands_money(int64_t money)
{
    char digits[DIGITS];
    struct text text = text_in(digits, sizeof digits);
    text_decimal(&text, money / CENT, 2, 2);
    return json_string(digits);
}

json_t *commands_moment(nanos_t wall_ns)
{
    char text[32] = "";
    time_t seconds = (time_t)(wall_ns / NANOS_SECOND);
    struct tm day;
    gmtime_r(&seconds, &day);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &day);
    return json_string(text);
}

json_t *commands_symbol(const char *symbol, size_t bytes)
{
    char plain[DIGITS];
    size_t length = strnlen(symbol, bytes < sizeof plain ? bytes : sizeof plain - 1);
    while (length > 0 && symbol[length - 1] == ' ') length--;
    memcpy(plain, symbol, length);
    for (size_t i = 0; i < length; i++)
        if (plain[i] <= ' ' || plain[i] > '~') plain[i] = '?';
    return json_stringn(plain, length);
}
