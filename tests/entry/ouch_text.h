#ifndef TESTS_ENTRY_OUCH_TEXT_H
#define TESTS_ENTRY_OUCH_TEXT_H

/* OUCH as lines, for tests: its own writer and reader, by byte positions of the protocol's
 * document, sharing nothing with dataplane/wire.
 *
 * Requests of 5.0:                                            of 4.2 (tokens are words):
 *     O 1 B 100 ACME 10.00 [option...]                        O tok B 100 ACME 10.00 [option...]
 *     U 1 2 150 10.05 [option...]                             U tok tok2 150 10.05 [option...]
 *     X 1 0                                                       X tok 0
 *     M 1 E 50                                                    M tok E 50
 *     C 3 FIRM ACME|* [option...]                                 N tok
 *     D 4 FIRM, E 5 FIRM, Q
 * Options: tif=0 display=Y capacity=A iso=N cross=N id=NAME, and tags of 5.0 by name: firm= minqty=
 * customer= floor= peg= pegoff= disc= disctype= discoff= post=P random= expire= now= inst= group=
 * located= side= idx= aiq= aiqgroup=; of 4.2 also tif= in seconds, firm= minqty= customer=.
 *
 * Answers have their fields in the order of the document, without the time stamp; padding is cut
 * off; tags follow as " tag=value". */

#include <stddef.h>
#include <stdint.h>

#define OUCH_TEXT_BYTES 256

/* Returns the length; stops the program if the line is none. */
size_t ouch_text_bytes50(const char *line, uint8_t bytes[OUCH_TEXT_BYTES]);
size_t ouch_text_bytes42(const char *line, uint8_t bytes[OUCH_TEXT_BYTES]);

/* Returns the length of the text. */
size_t ouch_text_line50(const uint8_t *bytes, size_t length, char *line, size_t capacity);
size_t ouch_text_line42(const uint8_t *bytes, size_t length, char *line, size_t capacity);

#endif
