#include "control/monitor/alerts.h"

#include "dataplane/base/text.h"

#include <string.h>

#define NOWHERE UINT32_MAX

static uint32_t place_of(const struct alerts *alerts, enum monitor_event event, const char *of)
{
    for (uint32_t i = 0; i < alerts->count; i++)
        if (alerts->at[i].event == event && strcmp(alerts->at[i].of, of) == 0) return i;
    return NOWHERE;
}

static void leave(struct alerts *alerts, uint32_t place)
{
    alerts->count--;
    memmove(&alerts->at[place], &alerts->at[place + 1],
            (alerts->count - place) * sizeof alerts->at[0]);
}

static bool room_make(struct alerts *alerts)
{
    if (alerts->count < ALERTS_MAX) return true;
    for (uint32_t i = 0; i < alerts->count; i++) {
        if (alerts->at[i].state != ALERT_CLEARED) continue;
        leave(alerts, i);
        alerts->displaced++;
        return true;
    }
    alerts->refused++;
    return false;
}

static enum alert_change raise_new(struct alerts *alerts, enum monitor_event event, const char *of,
                                   struct alert_time time, uint64_t *id)
{
    if (!room_make(alerts)) return ALERT_SAME;
    struct alert *alert = &alerts->at[alerts->count++];
    *alert = (struct alert){.id = ++alerts->last_id,
                            .event = event,
                            .state = ALERT_RAISED,
                            .holds = true,
                            .times = 1,
                            .raised_ns = time.wall_ns,
                            .changed_ns = time.wall_ns};
    struct text name = text_in(alert->of, sizeof alert->of);
    text_append(&name, of); /* as alerts_tell has cut it */
    *id = alert->id;
    return ALERT_BEGAN;
}

static enum alert_change holds_again(struct alert *alert, struct alert_time time)
{
    bool began = !alert->holds;
    alert->holds = true;
    if (!began) return ALERT_SAME;
    alert->times++;
    alert->changed_ns = time.wall_ns;
    if (alert->state != ALERT_CLEARED) return ALERT_SAME; /* it has not rested */
    alert->state = ALERT_RAISED;
    return ALERT_BEGAN_AGAIN;
}

static enum alert_change rests(struct alerts *alerts, uint32_t place, struct alert_time time)
{
    struct alert *alert = &alerts->at[place];
    if (alert->holds) alert->false_at = time.now_ns;
    alert->holds = false;
    if (alert->state == ALERT_CLEARED || time.now_ns - alert->false_at < ALERTS_REST_NS)
        return ALERT_SAME;
    if (alert->state == ALERT_ACKNOWLEDGED) leave(alerts, place);
    else {
        alert->state = ALERT_CLEARED;
        alert->changed_ns = time.wall_ns;
    }
    return ALERT_ENDED;
}

enum alert_change alerts_tell(struct alerts *alerts, enum monitor_event event, const char *of,
                              bool holds, struct alert_time time, uint64_t *id)
{
    char name[ALERTS_OF_MAX + 1];
    struct text cut = text_in(name, sizeof name);
    text_append(&cut, of);
    uint32_t place = place_of(alerts, event, name);
    if (place == NOWHERE) return holds ? raise_new(alerts, event, name, time, id) : ALERT_SAME;
    *id = alerts->at[place].id;
    return holds ? holds_again(&alerts->at[place], time) : rests(alerts, place, time);
}

enum alert_acknowledge alerts_acknowledge(struct alerts *alerts, uint64_t id, const char *by,
                                          struct alert_time time)
{
    uint32_t place = 0;
    while (place < alerts->count && alerts->at[place].id != id) place++;
    if (place == alerts->count) return ALERT_UNKNOWN;
    struct alert *alert = &alerts->at[place];
    if (alert->state == ALERT_ACKNOWLEDGED) return ALERT_TAKEN_BEFORE;
    if (alert->state == ALERT_CLEARED) {
        leave(alerts, place);
        return ALERT_TAKEN;
    }
    alert->state = ALERT_ACKNOWLEDGED;
    alert->changed_ns = time.wall_ns;
    struct text who = text_in(alert->by, sizeof alert->by);
    text_append(&who, by);
    return ALERT_TAKEN;
}

const struct alert *alerts_find(const struct alerts *alerts, uint64_t id)
{
    for (uint32_t i = 0; i < alerts->count; i++)
        if (alerts->at[i].id == id) return &alerts->at[i];
    return NULL;
}

const char *alert_state_name(enum alert_state state)
{
    static const char *const names[] = {[ALERT_RAISED] = "raised",
                                        [ALERT_ACKNOWLEDGED] = "acknowledged",
                                        [ALERT_CLEARED] = "cleared"};
    return state < ARRAY_COUNT(names) ? names[state] : "?";
}
