#include "control/config/config_value.h"

#include "control/config/config_text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define NEAREST_TEXTS_MAX 32 /* characters that are compared; no key is longer */
#define PRICE_DECIMALS    8u
#define PPM_DECIMALS      4u /* of a percentage */

struct verdict {
    const struct config_key *key;
    const char *path;
    struct config_node *node;
    struct config_problems *problems;
};

struct config_found config_value_found(const struct config_node *node)
{
    struct config_found found = {0};
    switch (node->kind) {
    case CONFIG_NODE_SEQUENCE: snprintf(found.text, sizeof found.text, "a list"); break;
    case CONFIG_NODE_MAPPING: snprintf(found.text, sizeof found.text, "keys"); break;
    case CONFIG_NODE_REFUSED: snprintf(found.text, sizeof found.text, "an alias"); break;
    case CONFIG_NODE_SCALAR:
        if (node->bytes == 0) snprintf(found.text, sizeof found.text, "nothing");
        else
            snprintf(found.text, sizeof found.text, "%s\"%s\"", node->quoted ? "the text " : "",
                     config_shown(node->text, node->bytes).text);
        break;
    }
    return found;
}

static bool is_decimal(enum config_type type)
{
    return type == CONFIG_TYPE_PRICE || type == CONFIG_TYPE_QTY || type == CONFIG_TYPE_MONEY;
}

static char letter_plain(char letter)
{
    if (letter >= 'A' && letter <= 'Z') return (char)(letter + 'a' - 'A');
    return (char)(letter == '-' ? '_' : letter);
}

/* How many letters to change, add or remove; case, and '-' for '_', cost nothing. */
static uint32_t distance(const char *one, const char *other)
{
    uint32_t row[NEAREST_TEXTS_MAX + 1];
    size_t width = strlen(other);
    for (uint32_t x = 0; x <= width; x++) row[x] = x;
    for (uint32_t y = 0; one[y]; y++) {
        uint32_t diagonal = row[0];
        char letter = letter_plain(one[y]);
        row[0] = y + 1;
        for (uint32_t x = 0; x < width; x++) {
            uint32_t change = diagonal + (letter != other[x]);
            diagonal = row[x + 1];
            uint32_t around = (row[x] < row[x + 1] ? row[x] : row[x + 1]) + 1;
            row[x + 1] = change < around ? change : around;
        }
    }
    return row[width];
}

const char *config_value_nearest(const char *written, const char *const *texts, uint32_t count)
{
    size_t length = strlen(written);
    if (length == 0 || length > NEAREST_TEXTS_MAX) return NULL;
    const char *nearest = NULL;
    uint32_t least = (uint32_t)(length + 2) / 3 + 1; /* a third of the letters may be wrong */
    for (uint32_t i = 0; i < count; i++) {
        if (strlen(texts[i]) > NEAREST_TEXTS_MAX) continue;
        bool begun = length >= 3 && strncmp(texts[i], written, length) == 0;
        uint32_t far = begun ? 1 : distance(written, texts[i]);
        if (far >= least) continue;
        least = far;
        nearest = texts[i];
    }
    return nearest;
}

static void refuse(const struct verdict *verdict, const char *needs)
{
    config_problems_add(verdict->problems, verdict->node->place, "%s needs %s, found %s",
                        verdict->path, needs, config_value_found(verdict->node).text);
}

static void settle(const struct verdict *verdict, uint64_t number)
{
    verdict->node->number = number;
    verdict->node->valid = true;
}

/* Reads text[0..length) of digits.  False if it is not a decimal number; one that does not fit
 * becomes UINT64_MAX and *fits false. */
static bool read_decimal(const char *text, uint32_t length, uint64_t *number, bool *fits)
{
    *number = 0;
    *fits = true;
    if (length == 0 || (text[0] == '0' && length > 1)) return false;
    for (uint32_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, (uint64_t)(text[i] - '0'), number))
            *fits = false;
    }
    if (!*fits) *number = UINT64_MAX;
    return true;
}

static void check_whole(const struct verdict *verdict)
{
    const struct config_node *node = verdict->node;
    const struct config_key *key = verdict->key;
    uint64_t low = key->type == CONFIG_TYPE_WHOLES ? 0 : key->low;
    uint64_t high = key->type == CONFIG_TYPE_WHOLES ? CONFIG_CORE_MAX : key->high;
    bool negative = node->bytes > 1 && node->text[0] == '-';
    uint64_t number;
    bool fits;
    if (node->quoted ||
        !read_decimal(node->text + negative, node->bytes - negative, &number, &fits)) {
        refuse(verdict, config_schema_called(CONFIG_TYPE_WHOLE));
        return;
    }
    if (negative || !fits || number < low || number > high) {
        config_problems_add(verdict->problems, node->place, "%s is %s: the range is %ju..%ju",
                            verdict->path, config_shown(node->text, node->bytes).text,
                            (uintmax_t)low, (uintmax_t)high);
        return;
    }
    if (key->type == CONFIG_TYPE_POWER && !IS_POW2(number)) {
        uint64_t above = 1;
        while (above < number) above *= 2;
        config_problems_add(verdict->problems, node->place,
                            "%s is %ju: it must be a power of two, such as %ju or %ju",
                            verdict->path, (uintmax_t)number, (uintmax_t)(above / 2),
                            (uintmax_t)above);
        return;
    }
    settle(verdict, number);
}

static void check_switch(const struct verdict *verdict)
{
    const struct config_node *node = verdict->node;
    bool on = strcmp(node->text, "true") == 0;
    if (node->quoted || (!on && strcmp(node->text, "false") != 0))
        refuse(verdict, config_schema_called(CONFIG_TYPE_SWITCH));
    else settle(verdict, on);
}

static void check_choice(const struct verdict *verdict)
{
    const struct config_choices *choices = verdict->key->choices;
    const struct config_node *node = verdict->node;
    const char *texts[16];
    char allowed[128] = "";
    CHECK(choices->count <= ARRAY_COUNT(texts));
    for (uint32_t i = 0; i < choices->count; i++) {
        const struct config_choice *choice = &choices->at[i];
        if (strcmp(node->text, choice->text) == 0 && node->bytes == strlen(choice->text)) {
            settle(verdict, (uint64_t)choice->value);
            return;
        }
        size_t length = strlen(allowed);
        snprintf(allowed + length, sizeof allowed - length, "%s%s", i ? ", " : "", choice->text);
        texts[i] = choice->text;
    }
    const char *nearest = config_value_nearest(node->text, texts, choices->count);
    config_problems_add(verdict->problems, node->place, "%s is %s; allowed: %s%s%s%s",
                        verdict->path, config_value_found(node).text, allowed,
                        nearest ? " (did you mean " : "", nearest ? nearest : "",
                        nearest ? "?)" : "");
}

static void check_pace(const struct verdict *verdict)
{
    const struct config_node *node = verdict->node;
    uint64_t number;
    bool fits;
    if (node->bytes == strlen("fastest") && strcmp(node->text, "fastest") == 0) {
        settle(verdict, 0);
    } else if (node->bytes < 2 || node->text[node->bytes - 1] != 'x' ||
               !read_decimal(node->text, node->bytes - 1, &number, &fits)) {
        refuse(verdict, config_schema_called(CONFIG_TYPE_PACE));
    } else if (number < verdict->key->low || number > verdict->key->high) {
        config_problems_add(verdict->problems, node->place, "%s is %s: the range is %jux..%jux",
                            verdict->path, config_shown(node->text, node->bytes).text,
                            (uintmax_t)verdict->key->low, (uintmax_t)verdict->key->high);
    } else {
        settle(verdict, number);
    }
}

/* Units of 10^-places, without zeroes at the end. */
static void fixed_write(char *text, size_t capacity, uint64_t number, uint32_t places)
{
    uint64_t one = 1;
    for (uint32_t i = 0; i < places; i++) one *= 10;
    int length = snprintf(text, capacity, "%ju.%0*ju", (uintmax_t)(number / one), (int)places,
                          (uintmax_t)(number % one));
    while (text[length - 1] == '0') text[--length] = 0;
    if (text[length - 1] == '.') text[--length] = 0;
}

struct config_price config_price(uint64_t price)
{
    struct config_price shown;
    fixed_write(shown.text, sizeof shown.text, price, PRICE_DECIMALS);
    return shown;
}

/* The units of times, the longest first. */
static const struct unit {
    const char *text;
    uint64_t ns;
} units[] = {{"s", NANOS_SECOND}, {"ms", NANOS_MILLI}, {"us", NANOS_MICRO}, {"ns", 1}};

struct config_written config_written(const struct config_key *key, uint64_t number)
{
    struct config_written shown;
    const struct unit *unit = units;
    size_t room = sizeof shown.text;
    if (is_decimal(key->type)) {
        fixed_write(shown.text, room, number, PRICE_DECIMALS);
    } else if (key->type == CONFIG_TYPE_PPM) {
        fixed_write(shown.text, room - 1, number, PPM_DECIMALS);
        memcpy(shown.text + strlen(shown.text), "%", 2);
    } else if (key->type == CONFIG_TYPE_NS) {
        while (number % unit->ns != 0) unit++;
        snprintf(shown.text, room, "%ju%s", (uintmax_t)(number / unit->ns), unit->text);
    } else if (key->type == CONFIG_TYPE_SWITCH) {
        snprintf(shown.text, room, "%s", number ? "true" : "false");
    } else {
        snprintf(shown.text, room, "%ju", (uintmax_t)number);
    }
    return shown;
}

/* Reads digits, or digits and a point and digits, as units of 10^-places.  False if text is not
 * that.  What does not fit becomes UINT64_MAX; decimals past places are counted and left out. */
static bool read_fixed(const char *text, uint32_t length, uint32_t places, uint64_t *number,
                       uint32_t *decimals)
{
    const char *point = memchr(text, '.', length);
    uint32_t whole = point ? (uint32_t)(point - text) : length;
    uint64_t one = 1, fraction = 0;
    bool fits;
    *decimals = point ? length - whole - 1 : 0;
    if (!read_decimal(text, whole, number, &fits) || (point && *decimals == 0)) return false;
    for (uint32_t i = 0; i < places; i++) one *= 10;
    uint64_t unit = one;
    for (uint32_t i = 0; i < *decimals; i++) {
        if (point[1 + i] < '0' || point[1 + i] > '9') return false;
        unit /= 10;
        fraction += unit * (uint64_t)(point[1 + i] - '0');
    }
    if (!fits || __builtin_mul_overflow(*number, one, number) ||
        __builtin_add_overflow(*number, fraction, number))
        *number = UINT64_MAX;
    return true;
}

static void refuse_range(const struct verdict *verdict)
{
    config_problems_add(verdict->problems, verdict->node->place, "%s is %s: the range is %s..%s",
                        verdict->path, config_shown(verdict->node->text, verdict->node->bytes).text,
                        config_written(verdict->key, verdict->key->low).text,
                        config_written(verdict->key, verdict->key->high).text);
}

/* Prices, quantities, money and percentages. */
static void check_fixed(const struct verdict *verdict)
{
    const struct config_node *node = verdict->node;
    const struct config_key *key = verdict->key;
    bool percent = key->type == CONFIG_TYPE_PPM;
    uint32_t places = percent ? PPM_DECIMALS : PRICE_DECIMALS;
    bool signed_one = node->bytes > 1 && node->text[0] == '-';
    bool suffixed = percent && node->bytes > 0 && node->text[node->bytes - 1] == '%';
    uint64_t number;
    uint32_t decimals;
    if (percent != suffixed ||
        !read_fixed(node->text + signed_one, node->bytes - signed_one - suffixed, places, &number,
                    &decimals))
        refuse(verdict, config_schema_called(key->type));
    else if (signed_one || number < key->low || number > key->high) refuse_range(verdict);
    else if (decimals > places)
        config_problems_add(verdict->problems, node->place,
                            "%s has %u decimals: at most %u are allowed", verdict->path, decimals,
                            places);
    else settle(verdict, number);
}

static void check_time(const struct verdict *verdict)
{
    const struct config_node *node = verdict->node;
    uint32_t digits = (uint32_t)strspn(node->text, "0123456789");
    bool whole = strlen(node->text) == node->bytes, fits;
    uint64_t number;
    for (uint32_t i = 0; i < ARRAY_COUNT(units) && whole; i++) {
        if (strcmp(node->text + digits, units[i].text) != 0) continue;
        if (!read_decimal(node->text, digits, &number, &fits)) break;
        if (!fits || __builtin_mul_overflow(number, units[i].ns, &number)) number = UINT64_MAX;
        if (number < verdict->key->low || number > verdict->key->high) refuse_range(verdict);
        else settle(verdict, number);
        return;
    }
    refuse(verdict, config_schema_called(CONFIG_TYPE_NS));
}

/* Two digits below most. */
static bool read_two(const char *text, uint32_t most, uint32_t *number)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') return false;
    *number = (uint32_t)(10 * (text[0] - '0') + text[1] - '0');
    return *number < most;
}

/* HH:MM:SS; midnight is the end of a day, so that 0 is none. */
static void check_moment(const struct verdict *verdict)
{
    const struct config_node *node = verdict->node;
    const char *text = node->text;
    uint32_t hour, minute, second;
    bool right = node->bytes == 8 && text[2] == ':' && text[5] == ':' &&
                 read_two(text, 24, &hour) && read_two(text + 3, 60, &minute) &&
                 read_two(text + 6, 60, &second);
    if (!right) {
        refuse(verdict, "a time of day, UTC, from 00:00:00 to 23:59:59");
        return;
    }
    uint32_t moment = (60 * hour + minute) * 60 + second;
    settle(verdict, moment ? moment : CONFIG_MIDNIGHT);
}

static void check_address(const struct verdict *verdict)
{
    const struct config_node *node = verdict->node;
    struct in_addr address;
    if (strlen(node->text) != node->bytes || inet_pton(AF_INET, node->text, &address) != 1) {
        refuse(verdict, "an IPv4 address such as 233.54.12.111");
        return;
    }
    uint32_t number = ntohl(address.s_addr);
    if (number < verdict->key->low || number > verdict->key->high)
        config_problems_add(verdict->problems, node->place, "%s is %s: the range is %s..%s",
                            verdict->path, node->text,
                            config_address((uint32_t)verdict->key->low).text,
                            config_address((uint32_t)verdict->key->high).text);
    else settle(verdict, number);
}

struct config_address config_address(uint32_t address)
{
    struct config_address shown;
    snprintf(shown.text, sizeof shown.text, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
             address >> 8 & 255, address & 255);
    return shown;
}

/* -1 if it is not a digit. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    char letter = letter_plain(c);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Six pairs of digits with ':' between them: of one station, so not a group's, and not nobody's. */
static void check_mac(const struct verdict *verdict)
{
    const struct config_node *node = verdict->node;
    uint64_t mac = 0;
    bool right = node->bytes == 17;
    for (uint32_t i = 0; right && i < 17; i++) {
        int digit = hex_digit(node->text[i]);
        if (i % 3 == 2) right = node->text[i] == ':';
        else if (digit < 0) right = false;
        else mac = mac << 4 | (uint64_t)digit;
    }
    if (!right) refuse(verdict, "an Ethernet address such as 02:00:00:00:00:01");
    else if (mac == 0 || (mac >> 40 & 1))
        config_problems_add(verdict->problems, node->place,
                            "%s is %s: it must be the address of one host", verdict->path,
                            node->text);
    else settle(verdict, mac);
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Whether the characters of a text are those its type allows. */
static bool is_allowed(enum config_type type, const struct config_node *node)
{
    if (type == CONFIG_TYPE_PATH || type == CONFIG_TYPE_PATHS) {
        uint32_t character;
        uint32_t width;
        for (uint32_t i = 0; i < node->bytes; i += width) {
            width = config_text_character(node->text + i, node->bytes - i, &character);
            if (width == 0 || config_text_unprintable(character)) return false;
        }
        return true;
    }
    bool named = type == CONFIG_TYPE_NAME || type == CONFIG_TYPE_PORT ||
                 type == CONFIG_TYPE_VENUE || type == CONFIG_TYPE_STRATEGY;
    for (uint32_t i = 0; i < node->bytes; i++) {
        char c = node->text[i];
        if (c <= ' ' || c > '~') return false;
        if (named && !is_letter(c) && c != '.' && c != '_' && c != '-') return false;
    }
    /* A device is an argument to DPDK's start-up, and must not become another option. */
    return type != CONFIG_TYPE_DEVICE || node->text[0] != '-';
}

static void check_text(const struct verdict *verdict, const char *needs, uint64_t most)
{
    const struct config_node *node = verdict->node;
    if (node->bytes == 0 || !is_allowed(verdict->key->type, node)) refuse(verdict, needs);
    else if (node->bytes > most)
        config_problems_add(verdict->problems, node->place,
                            "%s has %u characters: at most %ju are allowed", verdict->path,
                            node->bytes, (uintmax_t)most);
    else settle(verdict, 0);
}

void config_value_check(const struct config_key *key, const char *path, struct config_node *node,
                        struct config_problems *problems)
{
    struct verdict verdict = {key, path, node, problems};
    if (node->kind == CONFIG_NODE_REFUSED) return;
    if (node->kind != CONFIG_NODE_SCALAR) {
        bool listed = key->type == CONFIG_TYPE_WHOLES || key->type == CONFIG_TYPE_CHOICES ||
                      key->type == CONFIG_TYPE_PATHS;
        bool symbol = key->type == CONFIG_TYPE_SYMBOLS || key->type == CONFIG_TYPE_SELECTION;
        refuse(&verdict, listed || symbol ? "a single value" : config_schema_called(key->type));
        return;
    }
    if (node->bytes == 0 && !node->given) { /* left out, rightly: config_keys.h */
        settle(&verdict, 0);
        return;
    }
    switch (key->type) {
    case CONFIG_TYPE_WHOLE:
    case CONFIG_TYPE_LARGE:
    case CONFIG_TYPE_POWER:
    case CONFIG_TYPE_TICKS:
    case CONFIG_TYPE_COUNT:
    case CONFIG_TYPE_WHOLES: check_whole(&verdict); return;
    case CONFIG_TYPE_SWITCH: check_switch(&verdict); return;
    case CONFIG_TYPE_CHOICE:
    case CONFIG_TYPE_CHOICES: check_choice(&verdict); return;
    case CONFIG_TYPE_PRICE:
    case CONFIG_TYPE_QTY:
    case CONFIG_TYPE_MONEY:
    case CONFIG_TYPE_PPM: check_fixed(&verdict); return;
    case CONFIG_TYPE_NS: check_time(&verdict); return;
    case CONFIG_TYPE_PACE: check_pace(&verdict); return;
    case CONFIG_TYPE_ADDRESS: check_address(&verdict); return;
    case CONFIG_TYPE_MOMENT: check_moment(&verdict); return;
    case CONFIG_TYPE_MAC: check_mac(&verdict); return;
    case CONFIG_TYPE_SYMBOLS:
    case CONFIG_TYPE_SELECTION:
        check_text(&verdict, config_schema_called(CONFIG_TYPE_SYMBOL), CONFIG_SYMBOL_MAX);
        return;
    case CONFIG_TYPE_PATHS:
        check_text(&verdict, config_schema_called(CONFIG_TYPE_PATH), CONFIG_PATH_MAX);
        return;
    case CONFIG_TYPE_NAME:
    case CONFIG_TYPE_PORT:
    case CONFIG_TYPE_VENUE:
    case CONFIG_TYPE_STRATEGY:
    case CONFIG_TYPE_PATH:
    case CONFIG_TYPE_DEVICE:
    case CONFIG_TYPE_SESSION:
    case CONFIG_TYPE_SYMBOL:
        check_text(&verdict, config_schema_called(key->type), key->high);
        return;
    case CONFIG_TYPE_SECTION:
    case CONFIG_TYPE_OPTION:
    case CONFIG_TYPE_PARAMETERS:
    case CONFIG_TYPE_LIST:
    case CONFIG_TYPES_COUNT: break;
    }
    UNREACHABLE("sections and lists of sections are not scalars");
}
