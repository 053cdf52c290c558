#ifndef CONTROL_CONFIG_CONFIG_TEXT_H
#define CONTROL_CONFIG_CONFIG_TEXT_H

/* Whether bytes are text at all, before anyone parses them.  Private to control/config. */

#include "control/config/config_problems.h"

/* Refuses, with its place, the first byte that is not text: a NUL or another control character, a
 * byte order mark, or what is not UTF-8.  True if there is none. */
MUST_USE bool config_text_check(const char *text, size_t bytes, struct config_problems *problems);

/* Reads one character of text[0..bytes), bytes > 0.  Returns the bytes it takes, 0 if they are not
 * UTF-8 (surrogates and overlong forms are not). */
uint32_t config_text_character(const char *text, size_t bytes, uint32_t *character);

/* A character that must not be in a file, nor come out of an escape like "\x1b". */
bool config_text_unprintable(uint32_t character);

/* The byte at place, or NUL if the text ends before it.  Walks from the beginning. */
char config_text_at(const char *text, size_t bytes, struct config_place place);

/* Where the next character would be written. */
struct config_place config_text_end(const char *text, size_t bytes);

#endif
