#include "tests/stage/trading_images.h"

#include "tests/journal/journal_hash_quick.h"
#include "tests/stage/exchange_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct image_disk disk_of(const struct trading *trading)
{
    return (struct image_disk){
        .storage = &trading->model.storage, .hash = &journal_hash_quick, .keep = trading->keep};
}

/* The image of the whole journal, read by a gateway of its own. */

static bool no_image(void *context, uint64_t sequence, const uint8_t *bytes, uint64_t length)
{
    (void)context, (void)sequence, (void)bytes, (void)length;
    return false;
}

static void whole_compare(struct trading *trading, const struct image_reading *is)
{
    static const struct gateway_outlet nowhere;
    struct gateway_strategy_plan strategy[ARRAY_COUNT(trading->strategy)];
    struct gateway_plan only = gateway_image_plan(&trading->gateway_plan, strategy);
    size_t bytes = gateway_footprint(&only);
    void *memory = aligned_alloc(CACHE_LINE, ALIGN_UP(bytes, CACHE_LINE));
    memset(memory, 0, bytes);
    struct image_reading whole;
    CHECK(image_reading_new(&whole, gateway_new(memory, &only, &nowhere)));
    struct journal_listener listener = image_reading_listener(&whole);
    listener.load_snapshot = no_image;
    struct journal_report report;
    enum journal_fault fault = journal_recover(trading->recovery, &listener, &report);
    if (fault) exchange_wrong(trading->exchange, "the whole journal is not recovered");
    size_t length = gateway_image_bytes(whole.image, whole.gateway);
    uint8_t *due = malloc(length), *got = malloc(length);
    gateway_image_save(whole.image, whole.gateway, due);
    bool same = gateway_image_bytes(is->image, is->gateway) == length;
    if (same) gateway_image_save(is->image, is->gateway, got);
    if (!same || memcmp(due, got, length) != 0)
        exchange_wrong(trading->exchange, "an image and what is behind it are not the journal");
    free(due);
    free(got);
    image_reading_free(&whole);
    free(memory);
    trading->compared++;
}

void trading_images_read(struct trading *trading, struct image_reading *reading)
{
    CHECK(image_reading_new(reading, engine_stage_gateway(trading->engine)));
    const struct journal_listener listener = image_reading_listener(reading);
    enum journal_fault fault = journal_recover(trading->recovery, &listener, &trading->report);
    if (fault != JOURNAL_FAULT_NONE && fault != JOURNAL_FAULT_EMPTY)
        exchange_wrong(trading->exchange, "the gateway's journal is not recovered");
    if (reading->problem[0]) fprintf(stderr, "%s\n", reading->problem);
    if (trading->report.snapshots_damaged > 0)
        exchange_wrong(trading->exchange, "an image was passed over");
    if (trading->keep == JOURNAL_KEEP_ALL && trading->report.snapshot_sequence > 0)
        whole_compare(trading, reading);
}

void trading_images_first(struct trading *trading, struct image_reading *reading)
{
    char text[256];
    struct text problems = text_in(text, sizeof text);
    struct image_written written;
    const struct image_disk disk = disk_of(trading);
    const struct journal_mark mark = journal_start_mark(trading->journal);
    if (reading->end > 0 && !image_write(reading, &disk, journal_durable(trading->journal), &mark,
                                         &written, &problems)) {
        fprintf(stderr, "%s\n", text);
        exchange_wrong(trading->exchange, "the image of a start is not written");
    }
    trading->images += reading->end > 0;
    image_reading_free(reading);
}

bool trading_images_make(struct trading *trading, uint64_t cut)
{
    char text[256];
    struct text problems = text_in(text, sizeof text);
    struct image_written written;
    struct model *model = &trading->model;
    const struct image_disk disk = disk_of(trading);
    struct gateway_strategy_plan strategy[ARRAY_COUNT(trading->strategy)];
    const struct gateway_plan only = gateway_image_plan(&trading->gateway_plan, strategy);
    uint64_t until = journal_durable(trading->journal);
    if (until == 0) return true;
    model->cut_at = cut ? model->calls + cut : 0;
    bool made = image_make(&only, &disk, until, &written, &problems);
    model->cut_at = 0;
    if (model->dark) {
        trading->image_cuts++;
        return false;
    }
    if (!made) {
        fprintf(stderr, "%s\n", text);
        exchange_wrong(trading->exchange, "an image is not made beside the engine");
    }
    trading->images += written.sequence > 0;
    return true;
}
