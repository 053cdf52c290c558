#include "tests/polluxd/gateway_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Strategies and a venue's language, made for this. */

static const char *value_of(const struct delegate_parameters *given, const char *name)
{
    for (uint32_t i = 0; i < given->count; i++)
        if (strcmp(given->at[i].name, name) == 0) return given->at[i].value;
    return NULL;
}

/* size at most 100, others are taken as they are, but depth, mute, hollow and many. */
static bool pacer_check(const struct delegate_parameters *given, char *problem, size_t capacity)
{
    const char *size = value_of(given, "size");
    if (!size) snprintf(problem, capacity, "size is missing");
    else if (strtol(size, NULL, 10) > 100)
        snprintf(problem, capacity, "size is %s: at most 100", size);
    else if (value_of(given, "depth")) snprintf(problem, capacity, "depth does not go with size");
    else if (value_of(given, "mute")) return problem[0] = 0, false;
    else return true;
    return false;
}

static size_t pacer_footprint(const struct delegate_parameters *given)
{
    return value_of(given, "hollow") ? 0 : 64;
}

static uint32_t pacer_orders(const struct delegate_parameters *given)
{
    return value_of(given, "many") ? DELEGATE_ORDERS_MAX + 1 : given->legs;
}

static const struct delegate_kind pacer = {
    .name = "pacer", .check = pacer_check, .footprint = pacer_footprint, .orders = pacer_orders};
static const struct delegate_kind watcher = {.name = "watcher", .footprint = pacer_footprint};

static const struct delegate_kind *strategy_find(const void *plugins, const char *name)
{
    EXPECT(plugins == &pacer);
    if (strcmp(name, "pacer") == 0) return &pacer;
    return strcmp(name, "watcher") == 0 ? &watcher : NULL;
}

struct trade_port_kind gateway_file_language; /* as the real one, but for what it can */

static const struct trade_port_kind *port_find(const char *name)
{
    return strcmp(name, gateway_file_language.name) == 0 ? &gateway_file_language : NULL;
}

const struct polluxd_kinds gateway_file_kinds = {&pacer, strategy_find, port_find};

/* A configuration of three symbols, two venues and what is given. */

char gateway_file_password[] = "/tmp/polluxd_gateway_XXXXXX";
const char *gateway_file_instruments = "100";
struct config *gateway_file_config;
struct config_problems gateway_file_problems;

void gateway_file_given(const char *keys, const char *strategies)
{
    static char text[8192];
    snprintf(
        text, sizeof text,
        "roles: [feed, gateway]\nlcores: {cores: [0]}\n"
        "ports: [{name: a, kind: dpdk, device: x}, {name: o, kind: dpdk, device: y, address: "
        "10.0.0.1}]\n"
        "feed: {instruments: %s, line_a: {port: a, group: 233.54.12.111, udp_port: 26477}}\n"
        "gateway:\n  journal: j\n  port: o\n%s"
        "  venues:\n"
        "  - {name: v, address: 10.0.0.2, tcp_port: 5, username: ab, password_file: %s, firm: F,\n"
        "     messages_per_second: 50, cancel_reserve: 5, answer_ms: 7, cancels_at_loss: true,\n"
        "     first_order: 9}\n"
        "  - {name: w, address: 10.0.0.3, tcp_port: 6, username: cd, password_file: %s,\n"
        "     limits: {venue_rate: 34}}\n"
        "  symbols:\n"
        "  - {symbol: A, venue: v, limits: {order_qty: 35, tradable: false}}\n"
        "  - {symbol: B, venue: w, tick: 0.05, lot: 10, price_max: 100, quantity_max: 500}\n"
        "  - {symbol: C, venue: v}\n"
        "  - {symbol: A, venue: w, venue_symbol: AX}\n"
        "  limits: {box_gross: 1, box_loss: 2, duplicate_ns: 3ns, venue_rate: 4, tradable: true,\n"
        "    market_orders: true, order_qty: 5, order_notional: 6, reference_age: 7ns,\n"
        "    mark_age: 8ns, collar_ticks: 9, collar_ppm: 0.001%%, symbol_long: 11,\n"
        "    symbol_short: 12, symbol_rate: 13, position_long: 14, position_short: 15,\n"
        "    capital: 16, strategy_gross: 17, strategy_volume: 18, strategy_loss: 19,\n"
        "    strategy_rate: 20, strategy_fills: 21}\n"
        "  strategies:\n%s",
        gateway_file_instruments, keys, gateway_file_password, gateway_file_password, strategies);
    config_free(gateway_file_config);
    bool right = config_parse(text, strlen(text), &gateway_file_config, &gateway_file_problems);
    if (!right) config_print_problems(stdout, "the file", &gateway_file_problems);
    CHECK(right);
}

void gateway_file_open(void)
{
    if (!gateway_file_language.name) gateway_file_language = *trade_port_find("ouch50");
    snprintf(gateway_file_password, sizeof gateway_file_password, "/tmp/polluxd_gateway_XXXXXX");
    int file = mkstemp(gateway_file_password);
    CHECK(file >= 0);
    CHECK(write(file, "secret\n", 7) == 7);
    close(file);
}

void gateway_file_close(void)
{
    (void)unlink(gateway_file_password);
}
