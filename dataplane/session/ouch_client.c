#include "dataplane/session/ouch_client_layout.h"

const char *ouch_client_limits_check(const struct ouch_client_limits *limits)
{
    if (limits->orders < 2 || limits->orders > OUCH_CLIENT_ORDERS_MAX || !IS_POW2(limits->orders))
        return "limits.orders is no power of two from 2 to OUCH_CLIENT_ORDERS_MAX";
    return NULL;
}

static size_t head_bytes(void)
{
    return ALIGN_UP(sizeof(struct ouch_client), CACHE_LINE);
}

size_t ouch_client_footprint(const struct ouch_client_limits *limits)
{
    CHECK(ouch_client_limits_check(limits) == NULL);
    return head_bytes() + limits->orders * sizeof(struct ouch_place);
}

static struct text1 capacity_of(const struct ouch_client_plan *plan)
{
    return text1(plan->capacity);
}

static void templates_new50(struct ouch_client *client)
{
    *(struct ouch50_enter *)client->enter = (struct ouch50_enter){
        .type = text1('O'),
        .display = text1('Y'),
        .capacity = capacity_of(&client->plan),
        .iso = text1('N'),
        .cross = text1('N'),
    };
    *(struct ouch50_replace *)client->replace = (struct ouch50_replace){
        .type = text1('U'),
        .display = text1('Y'),
        .iso = text1('N'),
    };
}

static void templates_new42(struct ouch_client *client)
{
    struct ouch42_enter enter = {
        .type = text1('O'),
        .display = text1('Y'),
        .capacity = capacity_of(&client->plan),
        .iso = text1('N'),
        .cross = text1('N'),
        .customer_type = text1(' '),
    };
    memcpy(enter.firm.byte, client->plan.firm, sizeof enter.firm.byte);
    memcpy(client->enter, &enter, sizeof enter);
    const struct ouch42_replace replace = {
        .type = text1('U'),
        .display = text1('Y'),
        .iso = text1('N'),
    };
    memcpy(client->replace, &replace, sizeof replace);
}

struct ouch_client *ouch_client_new(void *memory, const struct ouch_client_limits *limits,
                                    const struct ouch_client_plan *plan)
{
    struct ouch_client *client = memory;
    CHECK(ouch_client_limits_check(limits) == NULL);
    CHECK((uintptr_t)memory % CACHE_LINE == 0);
    client->plan = *plan;
    client->mask = limits->orders - 1;
    client->next = 1;
    client->places = (struct ouch_place *)((uint8_t *)memory + head_bytes());
    if (plan->dialect == OUCH_50) templates_new50(client);
    else templates_new42(client);
    return client;
}

struct text14 ouch_token(const struct ouch_client *client, uint32_t number)
{
    struct text14 token;
    memcpy(token.byte, client->plan.prefix, sizeof client->plan.prefix);
    for (size_t i = sizeof token.byte; i > sizeof client->plan.prefix; i--, number /= 10)
        token.byte[i - 1] = (char)('0' + number % 10);
    return token;
}

uint32_t ouch_token_number(const struct ouch_client *client, struct text14 token)
{
    uint64_t number = 0;
    size_t at = sizeof client->plan.prefix;
    if (memcmp(token.byte, client->plan.prefix, at) != 0) return 0;
    for (; at < sizeof token.byte; at++) {
        if (token.byte[at] < '0' || token.byte[at] > '9') return 0;
        number = number * 10 + (uint64_t)(token.byte[at] - '0');
    }
    return number <= UINT32_MAX ? (uint32_t)number : 0;
}

/* A list of what has died, through next_asked: what asked for the place of one of them joins it. */
void place_dies(struct ouch_client *client, struct ouch_place *place)
{
    uint32_t dead = place->asked;
    place->asked = 0;
    place->state = OUCH_STATE_DEAD;
    client->living--;
    while (dead != 0) {
        struct ouch_place *at = place_of(client, dead);
        CHECK(at != NULL);
        dead = at->next_asked;
        while (at->asked != 0) {
            struct ouch_place *asker = place_of(client, at->asked);
            CHECK(asker != NULL);
            at->asked = asker->next_asked;
            asker->next_asked = dead;
            dead = asker->number;
        }
        if (at->state == OUCH_STATE_DEAD) continue;
        at->gone += at->leaves;
        at->leaves = 0;
        at->state = OUCH_STATE_DEAD;
        client->living--;
    }
}

void ouch_client_day(struct ouch_client *client)
{
    memset(client->places, 0, (client->mask + 1ul) * sizeof *client->places);
    client->next = 1;
    client->living = 0;
}

uint32_t ouch_client_next(const struct ouch_client *client)
{
    return client->next;
}

bool ouch_client_order(const struct ouch_client *client, uint32_t number,
                       struct ouch_own_order *order)
{
    const struct ouch_place *place = place_of(client, number);
    if (!place || place->request) return false;
    *order = (struct ouch_own_order){
        .state = (enum ouch_state)place->state,
        .side = place->side,
        .price_e4 = place->price_e4,
        .qty = place->qty,
        .leaves = place->leaves,
        .cum = place->cum,
        .gone = place->gone,
        .replacement = place->asked,
        .reference = place->reference,
    };
    memcpy(order->symbol, place->symbol.byte, sizeof order->symbol);
    return true;
}

uint32_t ouch_client_orders(const struct ouch_client *client)
{
    return client->living;
}

const char *ouch_report_name(enum ouch_report_kind kind)
{
#define REPORT_NAME(kind_, name_, fields) [kind_] = #name_,
    static const char *const name[] = {OUCH_REPORTS(REPORT_NAME)};
    CHECK((unsigned)kind < ARRAY_COUNT(name));
    return name[kind];
}

const char *ouch_doubt_name(enum ouch_doubt doubt)
{
#define DOUBT_NAME(doubt_, name_, sentence) [doubt_] = #name_,
    static const char *const name[] = {OUCH_DOUBTS(DOUBT_NAME)};
    CHECK((unsigned)doubt < ARRAY_COUNT(name));
    return name[doubt];
}

void ouch_client_verify(const struct ouch_client *client)
{
    uint32_t living = 0;
    for (uint32_t i = 0; i <= client->mask; i++) {
        const struct ouch_place *place = &client->places[i];
        if (place->number == 0) continue;
        CHECK((place->number & client->mask) == i);
        CHECK(place->number < client->next);
        CHECK(place->state != OUCH_STATE_NONE);
        CHECK((uint64_t)place->leaves + place->cum + place->gone == place->qty);
        CHECK(place->state != OUCH_STATE_DEAD || place->asked == 0);
        CHECK(place->state != OUCH_STATE_LIVE || place->leaves != 0);
        living += place->state != OUCH_STATE_DEAD;
        uint32_t steps = 0;
        for (uint32_t number = place->asked; number != 0;) {
            const struct ouch_place *asker = place_of(client, number);
            CHECK(asker != NULL);
            CHECK(asker->old == place->number);
            CHECK(asker->state == OUCH_STATE_PENDING);
            CHECK(++steps <= client->mask);
            number = asker->next_asked;
        }
    }
    CHECK(living == client->living);
}
