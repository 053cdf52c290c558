/* pegger: an example of a strategy outside the tree of Pollux.
 *
 * In each of its instruments it keeps one order on one side, some ticks behind the best price of
 * that side, and moves it along when the best price moves:
 *
 *     side = buy, distance = 2          10.03   asks
 *                                       10.02   asks
 *                                       10.01   ------- the best bid
 *                                       10.00
 *                                        9.99   <------ its order: size, at most
 *
 *     parameter      meaning                                             default
 *     side           buy or sell                                         (needed)
 *     size           of the order, in whole units                        (needed)
 *     distance       ticks behind the best price; 0 joins it             1
 *     position_max   it never holds more than that, in whole units       size
 *
 * What makes it short: it says what should be, and does not keep an account of requests.  Whether
 * an order is on its way, was replaced, was filled in the meantime or is in doubt is the gateway's
 * business; it looks at composite->order to see what is there. */

#include <pollux/delegate.h>

#include <stdio.h>
#include <string.h>

#define DISTANCE_MAX 1000
#define UNITS_MAX    1000000000

/* After a refusal nothing more is asked for in that instrument for a while. */
#define QUIET_NS NANOS_SECOND

/* Parameters: texts of the configuration, made into numbers once. */

struct settings {
    enum side side;
    int64_t distance; /* ticks */
    qty_t size;
    qty_t position_max;
};

/* A whole number from least to most, of digits alone.  False if text is none. */
static bool number_read(const char *text, int64_t least, int64_t most, int64_t *number)
{
    int64_t value = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || value > most) return false;
        value = value * 10 + (*at - '0');
    }
    if (text[0] == '\0' || value < least || value > most) return false;
    *number = value;
    return true;
}

static bool refuse(const struct delegate_parameter *parameter, const char *expected, char *problem,
                   size_t capacity)
{
    (void)snprintf(problem, capacity, "%s is %s, expected is %s", parameter->name, parameter->value,
                   expected);
    return false;
}

static bool parameter_read(struct settings *settings, const struct delegate_parameter *parameter,
                           char *problem, size_t capacity)
{
    const char *name = parameter->name, *value = parameter->value;
    qty_t *quantity = strcmp(name, "size") == 0         ? &settings->size
                    : strcmp(name, "position_max") == 0 ? &settings->position_max
                                                        : NULL;
    int64_t units = 0;
    if (strcmp(name, "side") == 0) {
        bool sell = strcmp(value, "sell") == 0;
        if (!sell && strcmp(value, "buy") != 0)
            return refuse(parameter, "buy or sell", problem, capacity);
        settings->side = sell ? SIDE_SELL : SIDE_BUY;
    } else if (quantity) {
        if (!number_read(value, 1, UNITS_MAX, &units))
            return refuse(parameter, "a whole number from 1 to 1000000000", problem, capacity);
        *quantity = units * QTY_ONE;
    } else if (strcmp(name, "distance") == 0) {
        if (!number_read(value, 0, DISTANCE_MAX, &settings->distance))
            return refuse(parameter, "a whole number from 0 to 1000", problem, capacity);
    } else {
        (void)snprintf(problem, capacity,
                       "%s is no parameter of pegger; those are side, size, distance and "
                       "position_max",
                       name);
        return false;
    }
    return true;
}

static bool settings_read(struct settings *settings, const struct delegate_parameters *parameters,
                          char *problem, size_t capacity)
{
    bool sided = false;
    *settings = (struct settings){.distance = 1};
    for (uint32_t i = 0; i < parameters->count; i++) {
        if (!parameter_read(settings, &parameters->at[i], problem, capacity)) return false;
        sided = sided || strcmp(parameters->at[i].name, "side") == 0;
    }
    if (!sided || settings->size == 0) {
        (void)snprintf(problem, capacity, "pegger needs %s", sided ? "a size" : "a side");
        return false;
    }
    if (parameters->legs < 1 || parameters->legs > DELEGATE_ORDERS_MAX) {
        (void)snprintf(problem, capacity, "pegger works in 1 to %u instruments, not in %u",
                       DELEGATE_ORDERS_MAX, (unsigned)parameters->legs);
        return false;
    }
    if (settings->position_max == 0) settings->position_max = settings->size;
    return true;
}

/* The delegate: all of its memory.  Nothing is allocated, nothing needs to be freed. */

struct leg {
    price_t price; /* what it said last; qty 0: that there is to be no order */
    qty_t qty;
    uint32_t refused; /* of its order, when it looked last */
    nanos_t quiet_until;
};

struct pegger {
    struct settings settings;
    int64_t said, stopped, refused; /* for people */
    uint32_t legs;
    struct leg leg[]; /* and its order has the number of the leg as its key */
};

static bool pegger_check(const struct delegate_parameters *parameters, char *problem,
                         size_t capacity)
{
    struct settings settings;
    return settings_read(&settings, parameters, problem, capacity);
}

static size_t pegger_footprint(const struct delegate_parameters *parameters)
{
    char problem[128];
    if (!pegger_check(parameters, problem, sizeof problem)) return 0;
    return sizeof(struct pegger) + parameters->legs * sizeof(struct leg);
}

static uint32_t pegger_orders(const struct delegate_parameters *parameters)
{
    return parameters->legs;
}

static void *pegger_build(void *memory, const struct delegate_parameters *parameters)
{
    char problem[128];
    struct pegger *pegger = memory;
    memset(pegger, 0, pegger_footprint(parameters));
    (void)settings_read(&pegger->settings, parameters, problem, sizeof problem); /* was checked */
    pegger->legs = parameters->legs;
    return pegger;
}

/* Deciding. */

/* Where the order belongs, or 0: nowhere.  Nothing is known to be true of a book that is not
 * live. */
static price_t place(const struct settings *settings, const struct composite *composite,
                     const struct delegate_order *mine)
{
    const struct market *market = composite->market;
    bool buy = settings->side == SIDE_BUY;
    price_t best = buy ? market->bid : market->ask;
    qty_t shown = buy ? market->bid_qty : market->ask_qty;
    if (market->state != MARKET_LIVE || composite->trading != TRADING_ACTIVE || best == 0) return 0;

    /* Alone at the best price: that price is its own, and it would follow itself away. */
    if (mine->state != ORDER_NONE && mine->price == best && shown <= mine->leaves) return best;

    price_t away = settings->distance * composite->terms->tick;
    price_t price = buy ? best - away : best + away;
    return price > 0 && price <= composite->terms->price_max ? price : 0;
}

/* How much it may be, in whole lots: what is there already counts, whatever side it is on. */
static qty_t room(const struct settings *settings, const struct composite *composite)
{
    qty_t held = settings->side == SIDE_BUY ? composite->position : -composite->position;
    qty_t left = settings->position_max - held;
    qty_t qty = left < settings->size ? left : settings->size;
    if (qty > composite->terms->qty_max) qty = composite->terms->qty_max;
    return qty > 0 && composite->terms->lot > 0 ? qty - qty % composite->terms->lot : 0;
}

/* Whether what is there, or on its way there, is what is wanted.  What was filled in part is left
 * alone: a larger order would go to the end of the queue. */
static bool content(const struct leg *leg, const struct delegate_order *mine, price_t price,
                    qty_t qty)
{
    if (mine->state == ORDER_NONE) return qty == 0;
    if (mine->state == ORDER_OPEN) return qty > 0 && mine->price == price && mine->leaves <= qty;
    return leg->price == price && leg->qty == qty;
}

static void pegger_decide(void *self, const struct composite *composite,
                          struct delegate_output *output)
{
    struct pegger *pegger = self;
    const uint32_t key = composite->leg;
    if (key >= pegger->legs || key >= composite->orders) return;
    struct leg *leg = &pegger->leg[key];
    const struct delegate_order *mine = &composite->order[key];

    price_t price = place(&pegger->settings, composite, mine);
    qty_t qty = price == 0 ? 0 : room(&pegger->settings, composite);
    if (qty == 0) price = 0;

    if (mine->refused != leg->refused) {
        pegger->refused += mine->refused - leg->refused;
        leg->refused = mine->refused;
        leg->quiet_until = composite->now + QUIET_NS;
    }
    if (content(leg, mine, price, qty)) return;
    if (qty > 0 && composite->now < leg->quiet_until) return; /* a stop is never held back */

    leg->price = price;
    leg->qty = qty;
    if (qty == 0) {
        pegger->stopped++;
        delegate_stop(output, key);
        return;
    }
    pegger->said++;
    delegate_say(output, &(struct delegate_intent){.kind = INTENT_ORDER,
                                                   .key = key,
                                                   .instrument = composite->instrument,
                                                   .side = (uint8_t)pegger->settings.side,
                                                   .price = price,
                                                   .qty = qty,
                                                   .how = HOW_POST_ONLY});
}

/* Beside deciding. */

static void pegger_set(void *self, const struct delegate_parameters *parameters)
{
    char problem[128];
    struct pegger *pegger = self;
    (void)settings_read(&pegger->settings, parameters, problem, sizeof problem); /* was checked */
}

static uint32_t pegger_show(const void *self, struct delegate_gauge *gauges, uint32_t most)
{
    const struct pegger *pegger = self;
    const struct delegate_gauge all[] = {{"orders_said", pegger->said},
                                         {"stops_said", pegger->stopped},
                                         {"refused", pegger->refused}};
    uint32_t count = most < 3 ? most : 3;
    memcpy(gauges, all, count * sizeof *gauges);
    return count;
}

static const struct delegate_kind pegger_kind = {
    .name = "pegger",
    .summary = "keeps one order some ticks behind the best price of its side",
    .check = pegger_check,
    .footprint = pegger_footprint,
    .orders = pegger_orders,
    .build = pegger_build,
    .decide = pegger_decide,
    .set = pegger_set,
    .show = pegger_show,
};

/* What pollux looks for.  The header has declared it. */

static const struct delegate_kind *const kinds[] = {&pegger_kind};

const struct delegate_plugin pollux_plugin = {
    .abi = DELEGATE_ABI,
    .kind_bytes = sizeof(struct delegate_kind),
    .kinds = sizeof kinds / sizeof kinds[0],
    .kind = kinds,
};
