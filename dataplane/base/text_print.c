/* The one function of text.h that needs stdio. */

#include "dataplane/base/text.h"

#include <stdarg.h>
#include <stdio.h>

void text_format(struct text *text, const char *format, ...)
{
    size_t left = text->capacity - text->length;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->bytes + text->length, left, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    text->cut = text->cut || (size_t)length >= left;
    text->length += (size_t)length < left ? (size_t)length : left - 1;
}
