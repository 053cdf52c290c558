/* Lines and columns are counted as libyaml counts them, so that places found here and there agree:
 * a column is a character, and a line ends with LF, CR, CR LF, U+0085, U+2028 or U+2029. */

#include "control/config/config_text.h"

#define BYTE_ORDER_MARK     0xfeffu
#define NEXT_LINE           0x85u
#define LINE_SEPARATOR      0x2028u
#define PARAGRAPH_SEPARATOR 0x2029u

struct walk {
    const char *text;
    size_t bytes;
    size_t offset;
    struct config_place place;
    uint32_t character; /* at offset */
    uint32_t width;     /* of it in bytes; 0: not UTF-8 */
};

uint32_t config_text_character(const char *text, size_t bytes, uint32_t *character)
{
    const uint8_t *byte = (const uint8_t *)text;
    CHECK(bytes > 0);
    *character = byte[0];
    if (byte[0] < 0x80) return 1;
    uint32_t width = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    if (byte[0] < 0xc2 || byte[0] > 0xf4 || bytes < width) return 0;

    *character = byte[0] & (0x7fu >> width);
    for (uint32_t i = 1; i < width; i++) {
        if ((byte[i] & 0xc0) != 0x80) return 0;
        *character = *character << 6 | (byte[i] & 0x3fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool surrogate = *character >= 0xd800 && *character <= 0xdfff;
    if (*character < least[width] || *character > 0x10ffff || surrogate) return 0;
    return width;
}

bool config_text_unprintable(uint32_t character)
{
    if (character < 0x20 || character == BYTE_ORDER_MARK) return true;
    if (character >= 0x7f && character < 0xa0) return true;
    return character == LINE_SEPARATOR || character == PARAGRAPH_SEPARATOR || character == 0xfffe ||
           character == 0xffff;
}

/* Control characters that YAML lays out text with. */
static bool lays_out(uint32_t character)
{
    return character == '\t' || character == '\n' || character == '\r' || character == NEXT_LINE ||
           character == LINE_SEPARATOR || character == PARAGRAPH_SEPARATOR;
}

static bool ends_line(const struct walk *walk)
{
    if (walk->character == '\r')
        return walk->offset + 1 == walk->bytes || walk->text[walk->offset + 1] != '\n';
    return walk->character != '\t' && lays_out(walk->character);
}

static bool walk_read(struct walk *walk)
{
    if (walk->offset >= walk->bytes) return false;
    walk->width = config_text_character(walk->text + walk->offset, walk->bytes - walk->offset,
                                        &walk->character);
    return true;
}

static void walk_step(struct walk *walk)
{
    walk->place.column++;
    if (ends_line(walk)) walk->place = (struct config_place){walk->place.line + 1, 1};
    walk->offset += walk->width;
}

static void refuse(const struct walk *walk, struct config_problems *problems)
{
    unsigned first = (uint8_t)walk->text[0];
    if (walk->offset == 0 && walk->character == BYTE_ORDER_MARK && walk->width > 0)
        config_problems_add(problems, walk->place,
                            "the file begins with a byte order mark: save it without one");
    else if (walk->offset == 0 && walk->bytes > 1 && (first == 0xff || first == 0xfe))
        config_problems_add(problems, walk->place,
                            "the file is not UTF-8 but looks like UTF-16: save it as UTF-8");
    else if (walk->width == 0)
        config_problems_add(problems, walk->place, "the byte 0x%02x here is not UTF-8",
                            (unsigned)(uint8_t)walk->text[walk->offset]);
    else if (walk->character == 0)
        config_problems_add(problems, walk->place,
                            "a NUL byte: this is not a text file, or it was only half written");
    else
        config_problems_add(problems, walk->place,
                            "the character U+%04X has no place in a configuration",
                            walk->character);
}

bool config_text_check(const char *text, size_t bytes, struct config_problems *problems)
{
    struct walk walk = {.text = text, .bytes = bytes, .place = {1, 1}};
    for (; walk_read(&walk); walk_step(&walk)) {
        if (walk.width > 0 &&
            (lays_out(walk.character) || !config_text_unprintable(walk.character)))
            continue;
        refuse(&walk, problems);
        return false;
    }
    return true;
}

char config_text_at(const char *text, size_t bytes, struct config_place place)
{
    struct walk walk = {.text = text, .bytes = bytes, .place = {1, 1}};
    for (; walk_read(&walk) && walk.width > 0; walk_step(&walk))
        if (walk.place.line == place.line && walk.place.column == place.column)
            return text[walk.offset];
    return 0;
}

struct config_place config_text_end(const char *text, size_t bytes)
{
    struct walk walk = {.text = text, .bytes = bytes, .place = {1, 1}};
    while (walk_read(&walk) && walk.width > 0) walk_step(&walk);
    return walk.place;
}
