/* The example files, damaged at random in every way an editor, a disk or a copy damages a file:
 * each is either applied whole or refused with at least one problem that has a place in it.
 * CONFIG_MUTATIONS in the environment is how many. */

#include "tests/config/config_script.h"
#include "tests/support/chance.h"

#include <stdlib.h>
#include <string.h>

#define MUTATIONS  (PARANOID ? 10000u : 100000u)
#define TEXT_BYTES 32768

static struct chance chance;
static uint64_t seed;

struct text {
    size_t bytes;
    char at[TEXT_BYTES];
};

static void text_read(struct text *text, const char *name)
{
    FILE *file = fopen(config_script_source(name), "rb");
    CHECK(file != NULL);
    text->bytes = fread(text->at, 1, sizeof text->at / 4, file);
    CHECK(text->bytes > 0);
    fclose(file);
}

/* Replaces text[from..end) by bytes of with. */
static void text_splice(struct text *text, size_t from, size_t end, const char *with, size_t bytes)
{
    if (text->bytes - (end - from) + bytes > sizeof text->at) return;
    memmove(text->at + from + bytes, text->at + end, text->bytes - end);
    memcpy(text->at + from, with, bytes);
    text->bytes += bytes - (end - from);
}

static size_t line_begin(const struct text *text, size_t offset)
{
    while (offset > 0 && text->at[offset - 1] != '\n') offset--;
    return offset;
}

static size_t line_end(const struct text *text, size_t offset)
{
    while (offset < text->bytes && text->at[offset] != '\n') offset++;
    return offset < text->bytes ? offset + 1 : offset;
}

static void text_mutate(struct text *text)
{
    static const char *const words[] = {"0",     "-1",    "99999999999999999999",
                                        "~",     "null",  "[]",
                                        "{}",    "&a",    "*a",
                                        "\t",    ": ",    "\"",
                                        "- ",    "\n",    "18446744073709551615",
                                        "1x",    "all",   "#",
                                        "'",     "|",     "\xef\xbb\xbf",
                                        "!!str", "---\n", "name"};
    if (text->bytes == 0) return;
    size_t offset = chance_between(&chance, 0, text->bytes - 1);
    size_t from = line_begin(text, offset), end = line_end(text, offset);
    char copy[TEXT_BYTES];
    const char *word = words[chance_between(&chance, 0, ARRAY_COUNT(words) - 1)];
    switch (chance_between(&chance, 0, 7)) {
    case 0: text->bytes = offset; return;
    case 1:
        text->at[offset] = (char)(text->at[offset] ^ 1 << chance_between(&chance, 0, 7));
        return;
    case 2: text->at[offset] = (char)chance_between(&chance, 0, 255); return;
    case 3: text_splice(text, from, end, "", 0); return;
    case 4:
        memcpy(copy, text->at + from, end - from);
        text_splice(text, from, from, copy, end - from);
        return;
    case 5: text_splice(text, offset, offset, word, strlen(word)); return;
    case 6: text_splice(text, offset, offset + 1, "", 0); return;
    case 7: text_splice(text, from, from, "  ", chance_between(&chance, 1, 2)); return;
    default: UNREACHABLE("eight ways");
    }
}

static uint32_t lines_of(const struct text *text)
{
    uint32_t lines = 1;
    for (size_t i = 0; i < text->bytes; i++) lines += text->at[i] == '\n' || text->at[i] == '\r';
    return lines;
}

static bool feed_holds(const struct config *config, const struct config_feed *feed)
{
    if (config->ports.count < 1 || feed->line_a.port >= config->ports.count) return false;
    const struct config_port *port_a = &config->ports.at[feed->line_a.port];
    if (port_a->kind == CONFIG_PORT_CABLE) {
        if (port_a->to >= config->ports.count || port_a->to == feed->line_a.port) return false;
    } else if (!(port_a->kind == CONFIG_PORT_CAPTURE ? port_a->file : port_a->device)[0]) {
        return false;
    }
    if (feed->line_b && feed->line_b->port >= config->ports.count) return false;
    if (feed->line_a.udp_port < 1 || feed->line_a.udp_port > 65535) return false;
    if (feed->instruments < 1 || feed->instruments > 65535) return false;
    if (feed->orders < 1 || feed->orders > 8388607 || feed->levels < 1) return false;
    return feed->gap_wait_us <= 60000000 && feed->store_datagrams >= 1;
}

/* Instruments as the engine takes them. */
static bool instrument_holds(const struct config_instrument *one)
{
    uint64_t tick = one->tick;
    if (tick == 0 || tick % 10000 != 0 || one->price_max / tick < 1) return false;
    if (one->price_max % tick || one->reference % tick || one->band % tick) return false;
    if (one->collar % tick || one->collar > one->price_max) return false;
    if (one->reference > one->price_max || one->band > one->price_max) return false;
    if (one->band && !one->reference) return false;
    if (one->lot < 1 || one->quantity_max < one->lot || one->quantity_max % one->lot) return false;
    return (unsigned __int128)one->price_max * one->quantity_max <= (uint64_t)1 << 61;
}

static bool venue_holds(const struct config *config, const struct config_venue *venue)
{
    const uint32_t ports[] = {venue->port, venue->line_a.port,
                              venue->line_b ? venue->line_b->port : venue->port};
    for (size_t i = 0; i < ARRAY_COUNT(ports); i++) {
        if (ports[i] >= config->ports.count) return false;
        const struct config_port *port = &config->ports.at[ports[i]];
        if (port->kind == CONFIG_PORT_CAPTURE || port->address == 0) return false;
    }
    if (venue->instruments.count < 1 || venue->sessions.count < 1) return false;
    for (uint32_t i = 0; i < venue->instruments.count; i++)
        if (!instrument_holds(&venue->instruments.at[i])) return false;
    for (uint32_t i = 0; i < venue->sessions.count; i++)
        if (!venue->sessions.at[i].username[0] || !venue->sessions.at[i].password_file[0])
            return false;
    uint64_t answers = 3ull * venue->orders; /* 81 of them in a chunk */
    if (answers / 81 >= (uint64_t)venue->answers_mib * 256) return false;
    uint32_t window = venue->price_window;
    if (window < 64 || window > 262144 || (window & (window - 1)) != 0) return false;
    return venue->session[0] && venue->journal[0] &&
           venue->orders_tcp_port != venue->snapshot_tcp_port;
}

/* Every bound that risk is given, as far as it is not looser than the ceiling. */
static bool trade_symbol_holds(const struct config_gateway *gateway,
                               const struct config_trade_symbol *one)
{
    const struct config_symbol_limits *limits = &one->limits;
    const struct config_ceilings *ceilings = &gateway->ceilings;
    if (one->venue >= gateway->venues.count || !one->symbol[0]) return false;
    if (one->tick == 0 || one->tick % 10000 || one->price_max % one->tick) return false;
    if (one->price_max == 0 || one->price_max > 19999999000000) return false;
    if (one->lot == 0 || one->lot % 100000000 || one->quantity_max % one->lot) return false;
    if (one->quantity_max == 0 || one->quantity_max > 99999900000000) return false;
    return limits->order_qty <= ceilings->order_qty && limits->collar_ppm <= ceilings->collar_ppm &&
           limits->order_notional <= ceilings->order_notional &&
           limits->symbol_long <= ceilings->symbol_long && limits->tradable <= ceilings->tradable;
}

static bool gateway_holds(const struct config *config, const struct config_gateway *gateway)
{
    if (!config->feed || config->engine.delegates.count) return false;
    for (uint32_t i = 0; i < gateway->venues.count; i++) {
        const struct config_trade_venue *venue = &gateway->venues.at[i];
        bool tcp = venue->transport == CONFIG_TRANSPORT_TCP;
        if (!venue->name[0] || !venue->username[0]) return false;
        if (tcp ? !venue->address || !venue->tcp_port : !config->venue) return false;
        if (tcp &&
            (gateway->port >= config->ports.count || !config->ports.at[gateway->port].address))
            return false;
        if (venue->limits.venue_rate > gateway->ceilings.venue_rate) return false;
    }
    for (uint32_t i = 0; i < gateway->symbols.count; i++)
        if (!trade_symbol_holds(gateway, &gateway->symbols.at[i])) return false;
    for (uint32_t i = 0; i < gateway->strategies.count; i++) {
        const struct config_trade_strategy *one = &gateway->strategies.at[i];
        if (one->venue >= gateway->venues.count || !one->name[0] || !one->strategy.text[0])
            return false;
        if (one->strategy.place.line == 0 || one->limits.capital > gateway->ceilings.capital)
            return false;
        for (uint32_t k = 0; k < one->parameters.count; k++)
            if (!one->parameters.at[k].name[0] || !one->parameters.at[k].value[0]) return false;
    }
    return gateway->venues.count && gateway->symbols.count && gateway->strategies.count &&
           gateway->journal[0] && gateway->limits.box_gross <= gateway->ceilings.box_gross;
}

/* What whoever starts the stages will take for granted, said once more without the schema. */
static bool holds(const struct config *config)
{
    bool shared = config->lcores.layout == CONFIG_LAYOUT_SHARED;
    bool feed = CONFIG_HAS(config->roles, CONFIG_ROLE_FEED);
    bool venue = CONFIG_HAS(config->roles, CONFIG_ROLE_VENUE);
    bool gateway = CONFIG_HAS(config->roles, CONFIG_ROLE_GATEWAY);
    if (!(feed || venue) || feed != !!config->feed || venue != !!config->venue) return false;
    if (gateway != !!config->gateway) return false;
    uint32_t each = config->lcores.layout == CONFIG_LAYOUT_ROLES ? 1 : 2;
    if (config->lcores.cores.count != (shared ? 1u : each * feed + each * venue)) return false;
    if (config->lcores.cores.count > 1 && config->lcores.cores.at[0] == config->lcores.cores.at[1])
        return false;
    if (feed && !feed_holds(config, config->feed)) return false;
    if (venue && !venue_holds(config, config->venue)) return false;
    if (gateway && !gateway_holds(config, config->gateway)) return false;
    return config->name[0] && config->screen.refresh_ms >= 50;
}

static bool judge(const struct text *text)
{
    static struct config_problems problems;
    struct config *config;
    bool accepted = config_parse(text->at, text->bytes, &config, &problems);
    bool told = problems.count > 0;
    bool placed = true;
    for (uint32_t i = 0; i < problems.count; i++) {
        const struct config_problem *problem = &problems.at[i];
        placed = placed && problem->line >= 1 && problem->line <= lines_of(text) &&
                 problem->column >= 1 && problem->sentence[0];
    }
    if (accepted != (config != NULL) || accepted == told || !placed || (config && !holds(config)))
        spec_expect(__FILE__, __LINE__, false, "SPEC_SEED=%" PRIu64 " breaks with\n%.*s", seed,
                    (int)text->bytes, text->at);
    if (config) config_free(config);
    return accepted;
}

SPEC(a_damaged_file_is_applied_whole_or_refused_with_a_place)
{
    static struct text original[5], damaged;
    text_read(&original[0], "apps/polluxd/quickstart.yaml");
    text_read(&original[1], "apps/polluxd/colo.yaml");
    text_read(&original[2], "apps/polluxd/venue.yaml");
    text_read(&original[3], "apps/polluxd/gateway.yaml");
    text_read(&original[4], "apps/polluxd/lines.yaml");
    const char *given = getenv("CONFIG_MUTATIONS");
    uint32_t accepted = 0, mutations = given ? (uint32_t)strtoul(given, NULL, 10) : MUTATIONS;
    for (uint32_t i = 0; i < mutations; i++) {
        damaged = original[i % ARRAY_COUNT(original)];
        uint64_t times = chance_between(&chance, 1, 3);
        for (uint64_t time = 0; time < times; time++) text_mutate(&damaged);
        accepted += judge(&damaged);
    }
    printf("(%u of %u still accepted) ", accepted, mutations);
    EXPECT(accepted > mutations / 100); /* damaged comments */
    EXPECT(accepted < mutations / 2);
}

SPEC(a_file_cut_anywhere_is_never_taken_for_another)
{
    static struct text original, cut;
    text_read(&original, "apps/polluxd/quickstart.yaml");
    for (size_t bytes = 0; bytes < original.bytes; bytes++) {
        cut = original;
        cut.bytes = bytes;
        judge(&cut);
    }
    EXPECT(judge(&original));
}

static void seed_open(void)
{
    const char *given = getenv("SPEC_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    chance.state = seed;
}

#define SPECS(S)                                                                                   \
    S(a_damaged_file_is_applied_whole_or_refused_with_a_place)                                     \
    S(a_file_cut_anywhere_is_never_taken_for_another)

SPEC_MAIN("config: any file", SPECS, seed_open, NULL)
