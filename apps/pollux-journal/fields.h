#ifndef APPS_POLLUX_JOURNAL_FIELDS_H
#define APPS_POLLUX_JOURNAL_FIELDS_H

/* The fields of a record's payload by name, as JSON.  Prices and quantities are decimal strings,
 * what is an enumeration is its word.  Fields that a kind does not name are shown where they are
 * not zero, so that any bytes can be seen. */

#include "dataplane/stage/venue.h"

#include <jansson.h>

void fields_of_input(json_t *object, const struct match_input *input);
void fields_of_engine(json_t *object, const struct venue_engine *engine);

#endif
