#include "tests/gateway/puppet.h"

#include <string.h>

static size_t puppet_footprint(const struct delegate_parameters *parameters)
{
    return parameters->legs > 0 ? sizeof(struct puppet) : 0;
}

static uint32_t puppet_orders(const struct delegate_parameters *parameters)
{
    (void)parameters;
    return PUPPET_KEYS;
}

static void *puppet_new(void *memory, const struct delegate_parameters *parameters)
{
    (void)parameters;
    memset(memory, 0, sizeof(struct puppet));
    return memory;
}

static void hear(struct puppet *puppet, const struct message *message)
{
    puppet->message[puppet->messages++ % ARRAY_COUNT(puppet->message)] = *message;
    bool filled = message->kind == REPORT_FILLED;
    qty_t qty = filled ? message->qty : 0;
    puppet->position[message->instrument] += message->side == SIDE_BUY ? qty : -qty;
    bool over = message->kind == REPORT_CANCELED || (filled && message->leaves == 0);
    if (message->key < PUPPET_KEYS) puppet->ends[message->key] += over;
}

static void puppet_decide(void *self, const struct composite *composite,
                          struct delegate_output *output)
{
    struct puppet *puppet = self;
    CHECK(composite->orders == PUPPET_KEYS);
    puppet->shown = *composite;
    puppet->trading[composite->instrument] = composite->trading;
    puppet->market = *composite->market;
    puppet->terms = *composite->terms;
    memcpy(puppet->order, composite->order, sizeof puppet->order);
    for (uint32_t i = 0; i < composite->messages; i++) hear(puppet, &composite->message[i]);
    puppet->decisions++;
    puppet->wants = false;
    for (uint32_t i = 0; i < puppet->say.intents; i++) delegate_say(output, &puppet->say.intent[i]);
    output->done = puppet->say.done;
    puppet->say.intents = 0;
}

static bool puppet_wants(const void *self, nanos_t now)
{
    (void)now;
    return ((const struct puppet *)self)->wants;
}

static void puppet_set(void *self, const struct delegate_parameters *parameters)
{
    (void)parameters;
    ((struct puppet *)self)->set++;
}

const struct delegate_kind puppet_kind = {
    .name = "puppet",
    .summary = "says what it is told to say",
    .footprint = puppet_footprint,
    .orders = puppet_orders,
    .build = puppet_new,
    .decide = puppet_decide,
    .wants = puppet_wants,
    .set = puppet_set,
};
