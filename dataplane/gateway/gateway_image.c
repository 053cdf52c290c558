#include "dataplane/gateway/gateway_image_layout.h"

#include <string.h>

/* What an image needs and a gateway does not remember of its journal: all names there ever were and
 * all changes by people, also those of strategies that have no place here. */

size_t gateway_image_footprint(uint32_t changes)
{
    return sizeof(struct gateway_image) + changes * sizeof(struct risk_record);
}

struct gateway_image *gateway_image_new(void *memory, uint32_t changes,
                                        const struct gateway *gateway)
{
    CHECK((uintptr_t)memory % sizeof(uint64_t) == 0);
    struct gateway_image *image = memory;
    image->room = changes;
    image->moves = risk_image_moves(gateway->risk);
    return image;
}

const char *gateway_image_hindrance(const struct gateway_image *image)
{
    if (!image->begun) return "nothing was written yet";
    if (image->full) return "there are more strategies or changes by people than an image holds";
    return NULL;
}

struct gateway_image_parts gateway_image_parts(const struct gateway_image_head *head)
{
    const uint8_t *at = (const uint8_t *)head;
    struct gateway_image_parts parts = {.head = head};
    size_t used = sizeof *head;
#define PART(of, count)                                                                            \
    do {                                                                                           \
        parts.of = (const void *)(at + used);                                                      \
        used += (size_t)(count) * sizeof *parts.of;                                                \
    } while (0)
    PART(run, GATEWAY_STRATEGIES_MAX);
    PART(name, head->names);
    PART(change, head->changes);
    PART(part, head->parts);
    PART(venue, head->start.venues);
    PART(symbol, head->symbols);
    PART(chain, head->chains);
    PART(holding, head->holdings);
#undef PART
    parts.bytes = used;
    return parts;
}

bool gateway_image_sized(const struct gateway_image_head *head, size_t length)
{
    return head->names <= GATEWAY_STRATEGIES_MAX && head->start.venues <= GATEWAY_VENUES_MAX &&
           head->waiting <= head->changes && head->parts <= TRADE_PORT_REPORTS_MAX &&
           gateway_image_parts(head).bytes == length;
}

bool gateway_image_look(const void *bytes, size_t length, struct gateway_image_look *look)
{
    const struct gateway_image_head *head = bytes;
    if (length < sizeof *head || head->magic != GATEWAY_IMAGE_MAGIC ||
        head->version != GATEWAY_IMAGE_VERSION || !gateway_image_sized(head, length))
        return false;
    *look = (struct gateway_image_look){.holdings = head->holdings,
                                        .strategies = head->names,
                                        .changes = head->changes,
                                        .reports = head->report_number};
    const struct gateway_image_chain *chain = gateway_image_parts(head).chain;
    for (uint32_t i = 0; i < head->chains; i++) look->orders += chain[i].open != 0;
    return true;
}

/* Changes by people, as gateway_recover.c takes them. */

static void waiting_end(struct gateway_image *image)
{
    if (image->waiting_left > 0) image->changes = image->settled; /* it was cut short */
    image->settled = image->changes;
    image->waiting_first = 0;
    image->waiting_left = 0;
}

static void change_take(struct gateway_image *image, const struct risk_record *record)
{
    if (record->left + 1 == record->count) {
        if (image->waiting_first == record->number) image->changes = image->settled;
        waiting_end(image);
        image->waiting_first = record->number;
    }
    image->waiting_left = record->left;
    if (image->changes == image->room) {
        image->full = true;
        return;
    }
    struct risk_record *change = &image->change[image->changes++];
    *change = *record;
    change->reserved = image->changes == image->settled + 1;
    if (!gateway_image_of_strategy(record)) return;
    uint32_t number = record->subject.strategy;
    bool named = number < GATEWAY_STRATEGIES_MAX && image->run[number] != 0;
    change->subject.strategy = named ? image->run[number] - 1u : GATEWAY_NONE;
}

/* Names. */

static void start_take(struct gateway_image *image, const struct gateway_start *start)
{
    waiting_end(image);
    image->begun = true;
    image->start = *start;
    memset(image->run, 0, sizeof image->run);
}

static void name_take(struct gateway_image *image, const struct gateway *gateway,
                      const struct gateway_named *named)
{
    uint32_t at = 0;
    while (at < image->names && strcmp(image->name[at].name, named->name) != 0) at++;
    if (at == ARRAY_COUNT(image->name)) {
        image->full = true;
        return;
    }
    struct gateway_image_known *name = &image->name[at];
    if (at == image->names) {
        image->names++;
        name->venue = named->venue;
        memcpy(name->name, named->name, strlen(named->name));
    }
    name->place = gateway_read_as(gateway, named->strategy);
    image->run[named->strategy] = (uint16_t)(at + 1);
}

/* Strategies outside. */

static void heard_settle(struct gateway_image *image, enum gateway_record next)
{
    if (!image->unsettled_is || !gateway_heard_settles(next)) return;
    image->unsettled_is = false;
    uint32_t name = image->run[image->unsettled.strategy];
    if (name == 0 || !gateway_heard_acted(&image->unsettled, next)) return;
    gateway_known_take(&image->name[name - 1].known, &image->unsettled);
}

bool gateway_image_recover(struct gateway_image *image, struct gateway *gateway,
                           enum gateway_record kind, const void *record, uint32_t bytes,
                           char *problem, size_t capacity)
{
    uint64_t before = risk_image_moves(gateway->risk);
    if (!gateway_recover(gateway, kind, record, bytes, problem, capacity)) return false;
    bool changes = kind == GATEWAY_RECORD_CONTROL || kind == GATEWAY_RECORD_START;
    if (changes) image->moves += risk_image_moves(gateway->risk) - before;
    heard_settle(image, kind);
    switch (kind) {
    case GATEWAY_RECORD_START: start_take(image, record); break;
    case GATEWAY_RECORD_STRATEGY: name_take(image, gateway, record); break;
    case GATEWAY_RECORD_CONTROL: change_take(image, record); break;
    case GATEWAY_RECORD_INTAKE:
        image->unsettled = *(const struct gateway_heard *)record;
        image->unsettled_is = true;
        break;
    case GATEWAY_RECORD_RESERVE:
    case GATEWAY_RECORD_PASS:
    case GATEWAY_RECORD_CANCEL:
    case GATEWAY_RECORD_REPORT:
    case GATEWAY_RECORD_CARRIED: break;
    case GATEWAY_RECORD_DAY:
        image->start.days = gateway->day.begun;
        image->start.day = gateway->day.at;
        break;
    }
    return true;
}

struct gateway_plan gateway_image_plan(const struct gateway_plan *plan,
                                       struct gateway_strategy_plan *strategy)
{
    struct gateway_plan only = *plan;
    for (uint32_t i = 0; i < plan->strategies; i++) {
        const struct gateway_strategy_plan *of = &plan->strategy[i];
        struct delegate_parameters parameters = of->parameters;
        parameters.legs = of->legs ? of->legs : plan->instruments;
        strategy[i] = (struct gateway_strategy_plan){.name = of->name,
                                                     .venue = of->venue,
                                                     .orders = of->orders,
                                                     .uniques = of->uniques,
                                                     .legs = of->legs,
                                                     .leg = of->leg,
                                                     .leg_venue = of->leg_venue};
        if (!of->kind) continue;
        strategy[i].orders = of->kind->orders ? of->kind->orders(&parameters) : 0;
    }
    only.strategy = strategy;
    return only;
}
