#include "control/config/config_diff_value.h"

#include "control/config/config.h"
#include "control/config/config_value.h"

#include <inttypes.h>

static void choices_print(FILE *out, const struct config_key *key, uint32_t set)
{
    const char *between = "";
    for (uint32_t i = 0; i < key->choices->count; i++) {
        if (!CONFIG_HAS(set, key->choices->at[i].value)) continue;
        fprintf(out, "%s%s", between, key->choices->at[i].text);
        between = ", ";
    }
}

static void choice_print(FILE *out, const struct config_key *key, const void *field)
{
    int value = *(const int *)field; /* enums of the configuration are ints */
    for (uint32_t i = 0; i < key->choices->count; i++)
        if (key->choices->at[i].value == value) fputs(key->choices->at[i].text, out);
}

static void list_print(FILE *out, const struct config_key *key, const void *field)
{
    const struct config_wholes *wholes = field;
    const struct config_symbols *symbols = field;
    const struct config_paths *paths = field;
    if (key->type == CONFIG_TYPE_SELECTION && symbols->count == 0) {
        fputs("all", out);
        return;
    }
    fputc('[', out);
    for (uint32_t i = 0; i < wholes->count; i++) { /* all begin with their count */
        if (i > 0) fputs(", ", out);
        if (key->type == CONFIG_TYPE_WHOLES) fprintf(out, "%" PRIu32, wholes->at[i]);
        else if (key->type == CONFIG_TYPE_PATHS) fputs(paths->at[i].text, out);
        else fputs(symbols->at[i].text, out);
    }
    fputc(']', out);
}

static_assert(offsetof(struct config_wholes, count) == 0, "list_print reads it of all");
static_assert(offsetof(struct config_symbols, count) == 0, "list_print reads it of all");
static_assert(offsetof(struct config_paths, count) == 0, "list_print reads it of all");

static void mac_print(FILE *out, uint64_t mac)
{
    for (uint32_t i = 6; i-- > 0;)
        fprintf(out, "%02x%s", (uint32_t)(mac >> 8 * i & 255), i ? ":" : "");
}

static void address_print(FILE *out, uint32_t address)
{
    fputs(address ? config_address(address).text : "none", out);
}

static void port_print(FILE *out, const struct config *config, uint32_t port)
{
    fputs(port == CONFIG_PORT_NONE ? "none" : config->ports.at[port].name, out);
}

static void pace_print(FILE *out, uint32_t pace)
{
    if (pace == CONFIG_PACE_FASTEST) fputs("fastest", out);
    else fprintf(out, "%" PRIu32 "x", pace);
}

static void moment_print(FILE *out, uint32_t moment)
{
    uint32_t second = moment % CONFIG_MIDNIGHT;
    if (moment == 0) fputs("none", out);
    else
        fprintf(out, "%02" PRIu32 ":%02" PRIu32 ":%02" PRIu32, second / 3600, second / 60 % 60,
                second % 60);
}

void config_diff_value_print(FILE *out, const struct config *config, const struct config_key *key,
                             const void *field)
{
    const uint32_t *whole = field;
    const uint64_t *large = field;
    switch (key->type) {
    case CONFIG_TYPE_WHOLE:
    case CONFIG_TYPE_POWER: fprintf(out, "%" PRIu32, *whole); return;
    case CONFIG_TYPE_SWITCH: fputs(*(const bool *)field ? "true" : "false", out); return;
    case CONFIG_TYPE_LARGE:
    case CONFIG_TYPE_PRICE:
    case CONFIG_TYPE_QTY:
    case CONFIG_TYPE_MONEY:
    case CONFIG_TYPE_NS:
    case CONFIG_TYPE_TICKS:
    case CONFIG_TYPE_PPM:
    case CONFIG_TYPE_COUNT: fputs(config_written(key, *large).text, out); return;
    case CONFIG_TYPE_CHOICE: choice_print(out, key, field); return;
    case CONFIG_TYPE_CHOICES: choices_print(out, key, *whole); return;
    case CONFIG_TYPE_PACE: pace_print(out, *whole); return;
    case CONFIG_TYPE_ADDRESS: address_print(out, *whole); return;
    case CONFIG_TYPE_MOMENT: moment_print(out, *whole); return;
    case CONFIG_TYPE_MAC: mac_print(out, *large); return;
    case CONFIG_TYPE_PORT: port_print(out, config, *whole); return;
    case CONFIG_TYPE_VENUE: fputs(config->gateway->venues.at[*whole].name, out); return;
    case CONFIG_TYPE_STRATEGY:
        fputs(((const struct config_strategy_name *)field)->text, out);
        return;
    case CONFIG_TYPE_NAME:
    case CONFIG_TYPE_PATH:
    case CONFIG_TYPE_DEVICE:
    case CONFIG_TYPE_SESSION:
    case CONFIG_TYPE_SYMBOL: fputs((const char *)field, out); return;
    case CONFIG_TYPE_WHOLES:
    case CONFIG_TYPE_SYMBOLS:
    case CONFIG_TYPE_SELECTION:
    case CONFIG_TYPE_PATHS: list_print(out, key, field); return;
    case CONFIG_TYPE_PARAMETERS:
    case CONFIG_TYPE_SECTION:
    case CONFIG_TYPE_OPTION:
    case CONFIG_TYPE_LIST:
    case CONFIG_TYPES_COUNT: break;
    }
    UNREACHABLE("what has keys of its own is walked");
}
