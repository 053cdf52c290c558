/* The journals of hostile_world.h, whose strategies say anything at two venues of OUCH 5.0 while
 * people move bounds and states of all scopes: read from an image on, and from images whose bytes
 * are others than they were. */

#include "dataplane/gateway/gateway_image.h"
#include "tests/gateway/hostile_world.h"
#include "tests/gateway/image_check.h"

#include <stdlib.h>
#include <string.h>

#define SEEDS   (PARANOID ? 3u : 10u)
#define INTENTS 20000u
#define IMAGES  8u
#define WRITTEN (1u << 18)
#define FLIPS   (PARANOID ? 200u : 3000u)

static struct rig_written *written;
static uint32_t records;

static void take(enum gateway_record kind, const void *record, uint32_t bytes)
{
    CHECK(records < WRITTEN);
    written[records] = (struct rig_written){.kind = kind, .bytes = bytes};
    memcpy(&written[records++].start, record, bytes);
}

static void world_run(uint64_t seed)
{
    records = 0;
    hostile_begin(seed);
    while (hostile->intents < INTENTS) {
        hostile_step();
        if (hostile_draw(1, 5000) == 1) gateway_day(hostile->gateway, hostile->now);
    }
}

SPEC(a_journal_read_from_an_image_on_is_the_journal_read_from_its_beginning)
{
    struct spec_seeds seeds = spec_seeds(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) {
        uint32_t before = CU_get_number_of_failures();
        world_run(seed);
        EXPECT(records > INTENTS / 10);
        for (uint32_t i = 0; i < IMAGES; i++) {
            uint32_t count = (uint32_t)hostile_draw(1, records);
            image_check(&hostile->plan, written, count, (uint32_t)hostile_draw(1, count));
        }
        hostile_end();
        if (CU_get_number_of_failures() == before) continue;
        spec_expect(__FILE__, __LINE__, false, "SPEC_SEED=%d", (int)seed);
        return;
    }
    EXPECT_UINT(hostile_failures, 0);
}

SPEC(an_image_of_any_bytes_is_loaded_or_refused_and_what_refused_it_is_as_it_was)
{
    struct image_reader reader, fresh;
    uint32_t refused = 0, loaded = 0;
    world_run(7);
    image_reader_new(&reader, &hostile->plan);
    EXPECT(image_reader_read(&reader, written, 0, records));
    struct image_bytes image = image_reader_save(&reader);
    image_reader_free(&reader);
    image_reader_new(&reader, &hostile->plan);
    image_reader_new(&fresh, &hostile->plan);
    for (uint32_t i = 0; i < FLIPS; i++) {
        struct image_bytes other = {malloc(image.length), image.length};
        memcpy(other.bytes, image.bytes, image.length);
        if (hostile_draw(0, 15) == 0) other.length = (size_t)hostile_draw(0, image.length);
        size_t most = hostile_draw(0, 1) ? 300 : image.length;
        for (uint64_t flips = hostile_draw(1, 3); flips > 0; flips--)
            other.bytes[hostile_draw(0, most - 1)] ^= (uint8_t)(1u << hostile_draw(0, 7));
        if (image_reader_load(&reader, &other)) {
            struct image_bytes again = image_reader_save(&reader);
            free(again.bytes);
            image_reader_free(&reader);
            image_reader_new(&reader, &hostile->plan);
            loaded++;
        } else {
            EXPECT(gateway_digest(reader.gateway) == gateway_digest(fresh.gateway));
            refused++;
        }
        free(other.bytes);
    }
    EXPECT(image_reader_load(&reader, &image));
    EXPECT(refused > FLIPS / 10);
    EXPECT(loaded > FLIPS / 10);
    free(image.bytes);
    image_reader_free(&reader);
    image_reader_free(&fresh);
    hostile_end();
}

static void before_each(void)
{
    if (!written) written = malloc(WRITTEN * sizeof *written);
    hostile_written = take;
}

#define SPECS(S)                                                                                   \
    S(a_journal_read_from_an_image_on_is_the_journal_read_from_its_beginning)                      \
    S(an_image_of_any_bytes_is_loaded_or_refused_and_what_refused_it_is_as_it_was)
SPEC_MAIN("gateway_image_hostile", SPECS, before_each, NULL)
