#ifndef TESTS_STAGE_TRADING_IMAGES_H
#define TESTS_STAGE_TRADING_IMAGES_H

/* The gateway of trading_rig.h starts behind images of its journal, and makes them.
 *
 * As long as all of its journal is kept, what an image and the records behind it lead to is held
 * against what the whole journal leads to, byte for byte. */

#include "dataplane/stage/image_setup.h"
#include "tests/stage/trading_rig.h"

/* Reads the journal into the engine's gateway; the report is trading's. */
void trading_images_read(struct trading *trading, struct image_reading *reading);

/* The image of what a start has read: behind journal_start. */
void trading_images_first(struct trading *trading, struct image_reading *reading);

/* The next one, beside the engine, of what is on disk.  cut: in which call of the disk from now on
 * the power goes; 0: it does not.  False: it went, and the process must be killed. */
bool trading_images_make(struct trading *trading, uint64_t cut);

#endif
