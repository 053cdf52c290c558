#ifndef APPS_POLLUXD_RELOAD_LAYOUT_H
#define APPS_POLLUXD_RELOAD_LAYOUT_H

/* Private to reload*.c. */

#include "apps/polluxd/reload.h"
#include "apps/polluxd/running.h"
#include "control/config/config_diff.h"

/* A set under way, with room for its parameters. */
struct setting {
    struct delegate_parameter at[CONFIG_PARAMETERS_MAX];
    struct delegate_parameters parameters;
};

/* A delegate in a place, or on its way there, with all that it was given. */
struct occupant {
    struct occupant *next;
    uint32_t place;
    const struct delegate_kind *kind;
    bool own; /* memory, legs and texts are its own; else it is of the start */
    void *memory;
    struct listing_name *leg;
    uint32_t *leg_venue;
    struct config_parameters texts;
    struct delegate_parameter *parameter;
    struct gateway_strategy_plan plan;
};

struct reload {
    struct reload_plan plan;
    struct running *running;
    struct occupant *occupants; /* of all places that are not vacant */

    /* What is to be said, line by line. */
    char *said;
    size_t said_bytes, said_at;
    FILE *out;

    /* Under way. */
    struct config *next;
    struct running *candidate;
    struct running_world world;
    struct occupant *coming; /* not in occupants yet */
    struct engine_change change;
    struct risk_record *record;
    struct engine_set *set;
    struct engine_attach *attach;
    uint32_t *detach;
    struct setting *setting;
    uint32_t attempts;
    bool posted;

    /* Who asked, if it was no signal. */
    bool requested;
    reload_told_fn *told;
    void *told_context;
};

FILE *reload_say(struct reload *reload);

/* reload_places.c */

bool reload_occupants_new(struct reload *reload); /* those of the start; false: no memory */
void reload_occupants_free(struct reload *reload);
/* Frees what was left behind in places that are vacant again; what that changes is said. */
void reload_vacate(struct reload *reload);
void reload_coming_free(struct reload *reload);
/* For running_with. */
const struct delegate_kind *reload_kind(void *context, uint32_t place);
uint32_t reload_place(void *context, const struct config *next,
                      const struct config_trade_strategy *strategy, struct running_why *why);
/* Whoever is in the candidate and not in what runs is made; false: no memory. */
bool reload_coming_make(struct reload *reload);

/* reload_change.c */

/* All limits of running that are not in force, into reload->record; how many. */
uint32_t reload_records(struct reload *reload, const struct running *running);
void reload_record_print(FILE *out, const struct running *running,
                         const struct risk_record *record);
/* The change from what runs to what would run with next; false, with lines, if there is none. */
bool reload_compose(struct reload *reload);
/* The same from what runs to what would run with this. */
bool reload_compose_set(struct reload *reload, const struct reload_setting *setting,
                        struct text *why);

#endif
