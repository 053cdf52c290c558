#include "dataplane/session/ouch_client_layout.h"

/* Requests.  Hot: new orders, replacements and cancels are copies of templates. */

/* The next number whose place is free, which becomes the place of who asks; NULL: none is. */
static struct ouch_place *place_take(struct ouch_client *client)
{
    for (uint32_t i = 0; i <= client->mask; i++) {
        if (client->next == UINT32_MAX) return NULL;
        uint32_t number = client->next++;
        struct ouch_place *place = &client->places[number & client->mask];
        if (place->number != 0 && place->state != OUCH_STATE_DEAD) continue;
        *place = (struct ouch_place){.number = number, .state = OUCH_STATE_PENDING};
        client->living++;
        return place;
    }
    return NULL;
}

/* There is room for one more. */
static bool has_room(const struct ouch_client *client)
{
    return client->living <= client->mask;
}

static struct ouch_place *place_living(const struct ouch_client *client, uint32_t number)
{
    struct ouch_place *place = place_of(client, number);
    if (!place || place->request || place->state == OUCH_STATE_DEAD) return NULL;
    return place;
}

static void add_be32(struct ouch50_appendage *to, enum ouch50_tag tag, uint32_t value)
{
    struct be32 field = be32(value);
    ouch50_add(to, tag, &field, sizeof field);
}

static void add_text1(struct ouch50_appendage *to, enum ouch50_tag tag, char letter)
{
    ouch50_add(to, tag, &letter, sizeof letter);
}

/* The tags of an order, in the order of their numbers. */
static uint32_t end50(const struct ouch_client *client, const struct ouch_order *order,
                      uint8_t *bytes, uint32_t fixed, bool enters)
{
    struct ouch50_appendage to = ouch50_appendage(bytes, fixed);
    const struct ouch_client_plan *plan = &client->plan;
    if (enters && memcmp(plan->firm, "    ", sizeof plan->firm) != 0)
        ouch50_add(&to, OUCH50_FIRM, plan->firm, sizeof plan->firm);
    if (order->max_floor != 0) add_be32(&to, OUCH50_MAX_FLOOR, order->max_floor);
    if (order->post_only) add_text1(&to, OUCH50_POST_ONLY, 'P');
    if (order->lasts == OUCH_TIMED) add_be32(&to, OUCH50_EXPIRE_TIME, order->expire_s);
    if (!enters && order->side != 0) add_text1(&to, OUCH50_SIDE, order->side);
    if (plan->channel != 0)
        ouch50_add(&to, OUCH50_USER_REF_IDX, &plan->channel, sizeof plan->channel);
    if (order->aiq != 0) add_text1(&to, OUCH50_AIQ_STRATEGY, order->aiq);
    return ouch50_end(&to);
}

/* The short form, or with the client's channel. */
static uint32_t end_channel(const struct ouch_client *client, uint8_t *bytes, uint32_t fixed)
{
    if (client->plan.channel == 0) return fixed;
    struct ouch50_appendage to = ouch50_appendage(bytes, fixed);
    ouch50_add(&to, OUCH50_USER_REF_IDX, &client->plan.channel, sizeof client->plan.channel);
    return ouch50_end(&to);
}

static struct text1 tif50(enum ouch_lasts lasts)
{
    static const char letter[] = {
        [OUCH_DAY] = '0',
        [OUCH_IMMEDIATE] = '3',
        [OUCH_EXTENDED] = '5',
        [OUCH_TIMED] = '6',
    };
    return text1(letter[lasts]);
}

static uint32_t tif42(const struct ouch_order *order)
{
    switch (order->lasts) {
    case OUCH_DAY: return OUCH42_TIF_MARKET_HOURS;
    case OUCH_IMMEDIATE: return OUCH42_TIF_IMMEDIATE;
    case OUCH_EXTENDED: return OUCH42_TIF_SYSTEM_HOURS;
    case OUCH_TIMED: return order->expire_s;
    }
    UNREACHABLE("each way to last has a case");
}

static struct text14 name_of(const struct ouch_client *client, const struct ouch_order *order,
                             uint32_t number)
{
    struct text14 name;
    if (order->cl_ord_id[0] == 0) return ouch_token(client, number);
    memcpy(name.byte, order->cl_ord_id, sizeof name.byte);
    return name;
}

static uint32_t enter50(const struct ouch_client *client, const struct ouch_order *order,
                        uint32_t number, uint8_t *bytes)
{
    struct ouch50_enter *m = (struct ouch50_enter *)bytes;
    memcpy(m, client->enter, sizeof *m);
    m->urn = be32(number);
    m->side = text1(order->side);
    m->qty = be32(order->qty);
    memcpy(m->symbol.byte, order->symbol, sizeof m->symbol.byte);
    m->price_e4 = be64(order->price_e4);
    m->tif = tif50(order->lasts);
    if (order->cross != 0) m->cross = text1(order->cross);
    m->cl_ord_id = name_of(client, order, number);
    return end50(client, order, bytes, sizeof *m, true);
}

static uint32_t enter42(const struct ouch_client *client, const struct ouch_order *order,
                        uint32_t number, uint8_t *bytes)
{
    struct ouch42_enter *m = (struct ouch42_enter *)bytes;
    memcpy(m, client->enter, sizeof *m);
    m->token = ouch_token(client, number);
    m->side = text1(order->side);
    m->qty = be32(order->qty);
    memcpy(m->symbol.byte, order->symbol, sizeof m->symbol.byte);
    m->price_e4 = be32(order->price_e4);
    m->tif_s = be32(tif42(order));
    if (order->post_only) m->display = text1('P');
    if (order->cross != 0) m->cross = text1(order->cross);
    return sizeof *m;
}

uint32_t ouch_client_enter(struct ouch_client *client, const struct ouch_order *order,
                           uint8_t *bytes, uint32_t *number)
{
    bool speaks50 = client->plan.dialect == OUCH_50;
    if (!speaks50 && (order->max_floor != 0 || order->aiq != 0)) return 0;
    if (!has_room(client)) return 0;
    struct ouch_place *place = place_take(client);
    if (!place) return 0;
    *number = place->number;
    place->side = order->side;
    memcpy(place->symbol.byte, order->symbol, sizeof place->symbol.byte);
    place->price_e4 = order->price_e4;
    place->qty = place->leaves = order->qty;
    return speaks50 ? enter50(client, order, *number, bytes)
                    : enter42(client, order, *number, bytes);
}

static uint32_t replace50(const struct ouch_client *client, uint32_t old,
                          const struct ouch_order *order, uint32_t number, uint8_t *bytes)
{
    struct ouch50_replace *m = (struct ouch50_replace *)bytes;
    memcpy(m, client->replace, sizeof *m);
    m->orig_urn = be32(old);
    m->urn = be32(number);
    m->qty = be32(order->qty);
    m->price_e4 = be64(order->price_e4);
    m->tif = tif50(order->lasts);
    m->cl_ord_id = name_of(client, order, number);
    return end50(client, order, bytes, sizeof *m, false);
}

static uint32_t replace42(const struct ouch_client *client, uint32_t old,
                          const struct ouch_order *order, uint32_t number, uint8_t *bytes)
{
    struct ouch42_replace *m = (struct ouch42_replace *)bytes;
    memcpy(m, client->replace, sizeof *m);
    m->orig_token = ouch_token(client, old);
    m->token = ouch_token(client, number);
    m->qty = be32(order->qty);
    m->price_e4 = be32(order->price_e4);
    m->tif_s = be32(tif42(order));
    if (order->post_only) m->display = text1('P');
    return sizeof *m;
}

uint32_t ouch_client_replace(struct ouch_client *client, uint32_t old,
                             const struct ouch_order *order, uint8_t *bytes, uint32_t *number)
{
    bool speaks50 = client->plan.dialect == OUCH_50;
    struct ouch_place *from = place_living(client, old);
    if (!from || !has_room(client)) return 0;
    if (!speaks50 && (order->max_floor != 0 || order->aiq != 0 || order->side != 0)) return 0;
    struct ouch_place *place = place_take(client);
    if (!place) return 0;
    *number = place->number;
    place->side = from->side;
    if (order->side != 0) place->side = order->side;
    place->symbol = from->symbol;
    place->price_e4 = order->price_e4;
    place->qty = place->leaves = order->qty;
    place->old = old;
    place->next_asked = from->asked;
    from->asked = *number;
    return speaks50 ? replace50(client, old, order, *number, bytes)
                    : replace42(client, old, order, *number, bytes);
}

uint32_t ouch_client_cancel(struct ouch_client *client, uint32_t number, uint32_t qty,
                            uint8_t *bytes)
{
    if (!place_living(client, number)) return 0;
    if (client->plan.dialect == OUCH_50) {
        *(struct ouch50_cancel *)bytes = (struct ouch50_cancel){
            .type = text1('X'),
            .urn = be32(number),
            .qty = be32(qty),
        };
        return end_channel(client, bytes, sizeof(struct ouch50_cancel));
    }
    *(struct ouch42_cancel *)bytes = (struct ouch42_cancel){
        .type = text1('X'),
        .token = ouch_token(client, number),
        .qty = be32(qty),
    };
    return sizeof(struct ouch42_cancel);
}

uint32_t ouch_client_modify(struct ouch_client *client, uint32_t number, char side, uint32_t qty,
                            uint8_t *bytes)
{
    if (!place_living(client, number)) return 0;
    if (client->plan.dialect == OUCH_50) {
        *(struct ouch50_modify *)bytes = (struct ouch50_modify){
            .type = text1('M'),
            .urn = be32(number),
            .side = text1(side),
            .qty = be32(qty),
        };
        return end_channel(client, bytes, sizeof(struct ouch50_modify));
    }
    *(struct ouch42_modify *)bytes = (struct ouch42_modify){
        .type = text1('M'),
        .token = ouch_token(client, number),
        .side = text1(side),
        .qty = be32(qty),
    };
    return sizeof(struct ouch42_modify);
}

uint32_t ouch_client_mass_cancel(struct ouch_client *client, const struct ouch_mass_cancel *which,
                                 uint8_t *bytes, uint32_t *number)
{
    if (client->plan.dialect != OUCH_50 || !has_room(client)) return 0;
    struct ouch_place *place = place_take(client);
    if (!place) return 0;
    place->request = true;
    *number = place->number;
    struct ouch50_mass_cancel *m = (struct ouch50_mass_cancel *)bytes;
    *m = (struct ouch50_mass_cancel){.type = text1('C'), .urn = be32(*number)};
    memcpy(m->firm.byte, which->firm[0] != 0 ? which->firm : client->plan.firm,
           sizeof m->firm.byte);
    memset(m->symbol.byte, ' ', sizeof m->symbol.byte);
    if (which->symbol[0] != 0) memcpy(m->symbol.byte, which->symbol, sizeof m->symbol.byte);
    struct ouch50_appendage to = ouch50_appendage(bytes, sizeof *m);
    if (which->side != 0) add_text1(&to, OUCH50_SIDE, which->side);
    if (client->plan.channel != 0)
        ouch50_add(&to, OUCH50_USER_REF_IDX, &client->plan.channel, sizeof client->plan.channel);
    return ouch50_end(&to);
}

uint32_t ouch_client_query(struct ouch_client *client, uint8_t *bytes)
{
    if (client->plan.dialect != OUCH_50) return 0;
    *(struct ouch50_query *)bytes = (struct ouch50_query){.type = text1('Q')};
    return end_channel(client, bytes, sizeof(struct ouch50_query));
}
