#include "dataplane/session/ouch_client_layout.h"

/* What a message does to its order, whatever its dialect. */

static enum ouch_doubt on_accepted(struct ouch_client *client, struct ouch_place *place,
                                   const struct ouch_said *said)
{
    const struct ouch_report *r = said->report;
    if (place->state != OUCH_STATE_PENDING)
        return place->state == OUCH_STATE_LIVE && place->old == 0 ? OUCH_TWICE : OUCH_OUT_OF_TURN;
    if (place->old != 0 || r->qty == 0) return OUCH_OUT_OF_TURN;
    if (r->qty > place->qty) return OUCH_TOO_MUCH;
    place->qty = place->leaves = r->qty;
    place->price_e4 = r->price_e4;
    place->reference = r->reference;
    place->state = OUCH_STATE_LIVE;
    if (said->state != 'D') return OUCH_CERTAIN;
    place->gone = place->leaves;
    place->leaves = 0;
    place_dies(client, place);
    return OUCH_CERTAIN;
}

/* Takes the replacement out of the old one's list. */
static void unlink_asked(struct ouch_client *client, struct ouch_place *old,
                         const struct ouch_place *place)
{
    uint32_t *at = &old->asked;
    while (*at != place->number) {
        struct ouch_place *asker = place_of(client, *at);
        CHECK(asker != NULL);
        at = &asker->next_asked;
    }
    *at = place->next_asked;
}

static enum ouch_doubt on_replaced(struct ouch_client *client, struct ouch_place *place,
                                   const struct ouch_said *said)
{
    const struct ouch_report *r = said->report;
    struct ouch_place *old = place_of(client, r->other);
    if (place->state == OUCH_STATE_LIVE && place->old == r->other) return OUCH_TWICE;
    if (!old) return OUCH_UNKNOWN;
    if (place->state != OUCH_STATE_PENDING || place->old != r->other) return OUCH_OUT_OF_TURN;
    if (old->state != OUCH_STATE_LIVE || r->qty == 0) return OUCH_OUT_OF_TURN;
    if ((uint64_t)r->qty + old->cum > place->qty) return OUCH_TOO_MUCH;
    if ((uint64_t)r->qty + old->cum + old->gone > UINT32_MAX) return OUCH_TOO_MUCH;
    unlink_asked(client, old, place);
    place->leaves = r->qty;
    place->cum = old->cum;
    place->gone = old->gone;
    place->qty = place->leaves + place->cum + place->gone;
    memcpy(place->match, old->match, sizeof place->match);
    place->matches = old->matches;
    place->price_e4 = r->price_e4;
    place->reference = r->reference;
    place->state = OUCH_STATE_LIVE;
    place->next_asked = 0;
    if (said->side != 0) place->side = said->side;
    old->gone += old->leaves;
    old->leaves = 0;
    place_dies(client, old);
    if (said->state != 'D') return OUCH_CERTAIN;
    place->gone += place->leaves;
    place->leaves = 0;
    place_dies(client, place);
    return OUCH_CERTAIN;
}

static enum ouch_doubt on_rejected(struct ouch_client *client, struct ouch_place *place,
                                   struct ouch_report *r)
{
    bool told = place->reference != 0 || place->cum != 0;
    if (place->state == OUCH_STATE_DEAD && place->old != 0 && !told)
        return OUCH_CERTAIN; /* it had died with its original, and is refused as well */
    if (place->state != OUCH_STATE_PENDING) return OUCH_OUT_OF_TURN;
    struct ouch_place *old = place_of(client, place->old);
    if (old) {
        unlink_asked(client, old, place);
        r->other = place->old;
    }
    place->gone += place->leaves;
    place->leaves = 0;
    place_dies(client, place);
    return OUCH_CERTAIN;
}

/* qty shares have left the order by a trade, or otherwise. */
static enum ouch_doubt on_less(struct ouch_client *client, struct ouch_place *place,
                               const struct ouch_report *r)
{
    bool trade = r->kind == OUCH_EXECUTED;
    if (trade)
        for (uint32_t i = 0; i < OUCH_MATCHES; i++)
            if (place->match[i] == r->match && r->match != 0) return OUCH_TWICE;
    if (place->state == OUCH_STATE_DEAD) return OUCH_TOO_MUCH;
    if (place->state != OUCH_STATE_LIVE) return OUCH_OUT_OF_TURN;
    if (r->qty > place->leaves) return OUCH_TOO_MUCH;
    if (trade) place->match[place->matches++ % OUCH_MATCHES] = r->match;
    place->leaves -= r->qty;
    if (trade) place->cum += r->qty;
    else place->gone += r->qty;
    if (place->leaves == 0) place_dies(client, place);
    return OUCH_CERTAIN;
}

static enum ouch_doubt on_modified(struct ouch_place *place, const struct ouch_said *said)
{
    uint32_t qty = said->report->qty;
    if (place->state != OUCH_STATE_LIVE || qty == 0) return OUCH_OUT_OF_TURN;
    if (qty > place->leaves) {
        uint32_t more = qty - place->leaves;
        if (more > UINT32_MAX - place->qty) return OUCH_TOO_MUCH;
        place->qty += more;
    } else {
        place->gone += place->leaves - qty;
    }
    place->leaves = qty;
    place->side = said->side;
    return OUCH_CERTAIN;
}

static enum ouch_doubt on_request_told(struct ouch_client *client, struct ouch_place *place)
{
    if (!place->request || place->state != OUCH_STATE_PENDING) return OUCH_OUT_OF_TURN;
    place_dies(client, place);
    return OUCH_CERTAIN;
}

static enum ouch_doubt on_order(struct ouch_client *client, struct ouch_place *place,
                                const struct ouch_said *said)
{
    struct ouch_report *r = said->report;
    if (r->kind == OUCH_REJECTED) return on_rejected(client, place, r);
    if (r->kind == OUCH_MASS_CANCELED || r->kind == OUCH_FIRM_DISABLED ||
        r->kind == OUCH_FIRM_ENABLED)
        return on_request_told(client, place);
    if (place->request) return OUCH_OUT_OF_TURN;
    bool live = place->state == OUCH_STATE_LIVE;
    switch (r->kind) {
    case OUCH_ACCEPTED: return on_accepted(client, place, said);
    case OUCH_REPLACED: return on_replaced(client, place, said);
    case OUCH_CANCELED:
    case OUCH_SELF_MATCH:
    case OUCH_EXECUTED: return on_less(client, place, r);
    case OUCH_MODIFIED: return on_modified(place, said);
    case OUCH_PRIORITY:
    case OUCH_RESTATED:
        if (live) place->reference = r->reference;
        return live ? OUCH_CERTAIN : OUCH_OUT_OF_TURN;
    case OUCH_CANCEL_PENDING:
    case OUCH_CANCEL_REJECTED:
    case OUCH_TRADE_NOW: return live ? OUCH_CERTAIN : OUCH_OUT_OF_TURN;
    case OUCH_BROKEN:
    case OUCH_CORRECTED: return OUCH_CERTAIN; /* of a trade that was, perhaps of a dead order */
    case OUCH_NO_MESSAGE:
    case OUCH_DAY_EVENT:
    case OUCH_REJECTED:
    case OUCH_MASS_CANCELED:
    case OUCH_FIRM_DISABLED:
    case OUCH_FIRM_ENABLED:
    case OUCH_NEXT_NUMBER:
    case OUCH_REPORT_COUNT: break;
    }
    UNREACHABLE("what is told about no order was told before");
}

void ouch_client_report(struct ouch_client *client, const uint8_t *message, size_t length,
                        struct ouch_report *report)
{
    *report = (struct ouch_report){.kind = OUCH_NO_MESSAGE};
    struct ouch_said said = {.report = report, .good = true};
    bool good = client->plan.dialect == OUCH_50 ? ouch_read50(client, &said, message, length)
                                                : ouch_read42(client, &said, message, length);
    if (!good) {
        *report = (struct ouch_report){.kind = OUCH_NO_MESSAGE};
        return;
    }
    if (report->kind == OUCH_DAY_EVENT || report->doubt != OUCH_CERTAIN) return;
    if (report->kind == OUCH_NEXT_NUMBER) {
        if (report->number > client->next) client->next = report->number;
        return;
    }
    struct ouch_place *place = place_of(client, report->number);
    if (!place) {
        report->doubt = OUCH_UNKNOWN;
        return;
    }
    report->doubt = on_order(client, place, &said);
    report->dead = place->state == OUCH_STATE_DEAD;
    report->leaves = place->leaves;
    report->cum = place->cum;
}
