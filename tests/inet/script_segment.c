#include "tests/inet/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The lines < and >. */

static const struct {
    char letter;
    uint32_t bit;
} flag[] = {{'F', 1}, {'S', 2}, {'R', 4}, {'P', 8}, {'A', 16}, {'U', 32}};

/* Options of a line, in the order they are written to a segment. */
struct options {
    bool mss, sackok, ts, ws, echo, ecr, tsval, only;
    uint32_t mss_value, ws_value, ts_value, echo_value, ecr_value, tsval_value;
    uint32_t sacks, sack[8];
    uint32_t raw_bytes;
    uint8_t raw[40];
};

struct parsed {
    uint32_t flags, sequence, length, ack, window, junk_from;
    bool any_sequence, has_ack, has_window, bad, junk, psh;
    uint16_t from, to, port;
    struct options options;
};

static void parse_flags(struct script *script, struct parsed *out, const char *word)
{
    for (; *word; word++) {
        bool known = *word == '.';
        for (uint32_t i = 0; i < ARRAY_COUNT(flag); i++) {
            if (flag[i].letter != *word) continue;
            out->flags |= flag[i].bit;
            known = true;
        }
        if (!known) script_fail(script, "no flag: %c", *word);
    }
    out->psh = out->flags & 8;
}

static void parse_sequence(struct script *script, struct parsed *out, char *word)
{
    char *colon = strchr(word, ':');
    if (colon) {
        *colon = '\0';
        out->length = (uint32_t)script_number(script, colon + 1);
    }
    if (strcmp(word, "*") == 0) out->any_sequence = true;
    else out->sequence = (uint32_t)script_number(script, word);
}

static void parse_sack(struct script *script, struct options *options, char *word)
{
    char *save = NULL;
    for (char *block = strtok_r(word, ",", &save); block; block = strtok_r(NULL, ",", &save)) {
        char *dash = strchr(block, '-');
        if (!dash || options->sacks == 4) {
            script_fail(script, "sack wants A-B,...");
            return;
        }
        *dash = '\0';
        options->sack[options->sacks * 2] = (uint32_t)script_number(script, block);
        options->sack[options->sacks * 2 + 1] = (uint32_t)script_number(script, dash + 1);
        options->sacks++;
    }
}

static void parse_raw(struct options *options, const char *hex)
{
    for (; hex[0] && hex[1] && options->raw_bytes < 40; hex += 2) {
        char pair[3] = {hex[0], hex[1], 0};
        options->raw[options->raw_bytes++] = (uint8_t)strtoul(pair, NULL, 16);
    }
}

static bool parse_option(struct script *script, struct options *options, const char *word,
                         char **rest)
{
    struct {
        const char *name;
        bool *seen;
        uint32_t *value;
    } const known[] = {
        {"mss", &options->mss, &options->mss_value},
        {"ws", &options->ws, &options->ws_value},
        {"echo", &options->echo, &options->echo_value},
        {"ecr", &options->ecr, &options->ecr_value},
        {"tsval", &options->tsval, &options->tsval_value},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(known); i++) {
        if (strcmp(word, known[i].name) != 0) continue;
        *known[i].seen = true;
        *known[i].value = (uint32_t)script_number(script, script_word(rest));
        return true;
    }
    if (strcmp(word, "sackok") == 0) options->sackok = true;
    else if (strcmp(word, "only") == 0) options->only = true;
    else if (strcmp(word, "sack") == 0) parse_sack(script, options, script_word(rest));
    else if (strcmp(word, "raw") == 0) parse_raw(options, script_word(rest));
    else return false;
    return true;
}

static void parse(struct script *script, struct parsed *out, char *rest, bool arrives)
{
    parse_flags(script, out, script_word(&rest));
    char *word = script_word(&rest);
    if (*word) parse_sequence(script, out, word);
    while (*(word = script_word(&rest))) {
        if (strcmp(word, "ts") == 0) {
            out->options.ts = true;
            if (arrives)
                out->options.ts_value = (uint32_t)script_number(script, script_word(&rest));
        } else if (parse_option(script, &out->options, word, &rest)) {
            continue;
        } else if (strcmp(word, "ack") == 0) {
            out->has_ack = true;
            out->ack = (uint32_t)script_number(script, script_word(&rest));
        } else if (strcmp(word, "win") == 0) {
            out->has_window = true;
            out->window = (uint32_t)script_number(script, script_word(&rest));
        } else if (strcmp(word, "from") == 0) {
            out->from = (uint16_t)script_number(script, script_word(&rest));
        } else if (strcmp(word, "to") == 0) {
            out->to = (uint16_t)script_number(script, script_word(&rest));
        } else if (strcmp(word, "port") == 0) {
            out->port = (uint16_t)script_number(script, script_word(&rest));
        } else if (strcmp(word, "bad") == 0) {
            out->bad = true;
        } else if (strcmp(word, "junk") == 0 || strcmp(word, "junkfrom") == 0) {
            out->junk = true;
            if (word[4]) out->junk_from = (uint32_t)script_number(script, script_word(&rest));
        } else {
            script_fail(script, "no such word: %s", word);
        }
    }
}

static void put(struct rig_segment *segment, const void *bytes, uint32_t length)
{
    memcpy(segment->option + segment->option_bytes, bytes, length);
    segment->option_bytes += length;
}

static void put32(struct rig_segment *segment, uint32_t value)
{
    uint8_t bytes[4];
    rig_put32(bytes, value);
    put(segment, bytes, 4);
}

static void options_write(const struct script *script, const struct options *options,
                          struct rig_segment *segment)
{
    if (options->mss)
        put(segment,
            (uint8_t[]){2, 4, (uint8_t)(options->mss_value >> 8), (uint8_t)options->mss_value}, 4);
    if (options->sackok) put(segment, (uint8_t[]){1, 1, 4, 2}, 4);
    if (options->ts) {
        put(segment, (uint8_t[]){1, 1, 8, 10}, 4);
        put32(segment, options->ts_value);
        put32(segment, options->echo ? script->first_stamp + options->echo_value : script->stamp);
    }
    if (options->ws) put(segment, (uint8_t[]){1, 3, 3, (uint8_t)options->ws_value}, 4);
    if (options->sacks) {
        put(segment, (uint8_t[]){1, 1, 5, (uint8_t)(2 + 8 * options->sacks)}, 4);
        for (uint32_t i = 0; i < options->sacks * 2; i++)
            put32(segment, script->iss + options->sack[i]);
    }
    put(segment, options->raw, options->raw_bytes);
}

void script_arrive(struct script *script, char *rest)
{
    struct parsed line = {.window = 32768, .from = 4000, .to = 80};
    parse(script, &line, rest, true);
    struct rig_segment segment = {
        .from_ip = RIG_PEER,
        .to_ip = RIG_HOST,
        .from_port = line.from,
        .to_port = line.to,
        .sequence = script->isn + line.sequence,
        .ack = line.has_ack ? script->iss + line.ack : 0,
        .flags = line.flags,
        .window = (uint16_t)line.window,
        .payload_bytes = line.length,
    };
    if (line.length > sizeof segment.payload) {
        script_fail(script, "too long a segment");
        return;
    }
    for (uint32_t i = 0; i < line.length; i++)
        segment.payload[i] = script_peer_byte(line.sequence + i + (line.flags & 2)) ^
                             (line.junk && line.sequence + i >= line.junk_from ? 0xff : 0);
    options_write(script, &line.options, &segment);
    uint8_t frame[RIG_FRAME_BYTES];
    uint32_t bytes = rig_segment_write(&segment, frame);
    if (line.bad) frame[RIG_HEAD + 16] ^= 1;
    (void)inet_receive(script->rig.inet, frame, bytes, INET_CHECKED_NONE, script->rig.now);
}

/* Options of a segment of ours. */
static void options_read(struct options *found, const struct rig_segment *segment)
{
    const uint8_t *at = segment->option, *end = at + segment->option_bytes;
    while (at < end && *at != 0) {
        if (*at == 1) {
            at++;
            continue;
        }
        if (at[0] == 2) found->mss = true, found->mss_value = rig_load16(at + 2);
        if (at[0] == 3) found->ws = true, found->ws_value = at[2];
        if (at[0] == 4) found->sackok = true;
        if (at[0] == 8) {
            found->ts = true;
            found->ts_value = rig_load32(at + 2);
            found->ecr_value = rig_load32(at + 6);
        }
        if (at[0] == 5)
            for (; found->sacks < (at[1] - 2u) / 8; found->sacks++) {
                found->sack[found->sacks * 2] = rig_load32(at + 2 + found->sacks * 8);
                found->sack[found->sacks * 2 + 1] = rig_load32(at + 6 + found->sacks * 8);
            }
        at += at[1];
    }
}

static void options_compare(struct script *script, const struct options *want,
                            const struct options *found)
{
    if (want->mss && (!found->mss || found->mss_value != want->mss_value))
        script_fail(script, "its mss is %u", found->mss ? found->mss_value : 0);
    if (want->ws && (!found->ws || found->ws_value != want->ws_value))
        script_fail(script, "its window scale is %u", found->ws ? found->ws_value : 99);
    if (want->sackok && !found->sackok) script_fail(script, "it lacks SACK permitted");
    if ((want->ts || want->ecr || want->tsval) && !found->ts)
        script_fail(script, "it lacks timestamps");
    if (want->ecr && found->ecr_value != want->ecr_value)
        script_fail(script, "it echoes %u", found->ecr_value);
    if (want->tsval && found->ts_value - script->first_stamp != want->tsval_value)
        script_fail(script, "its timestamp is %u ms later", found->ts_value - script->first_stamp);
    if (want->sacks != found->sacks && (want->sacks || want->only))
        script_fail(script, "it has %u SACK blocks", found->sacks);
    for (uint32_t i = 0; i < want->sacks * 2 && i < found->sacks * 2; i++)
        if (found->sack[i] - script->isn != want->sack[i])
            script_fail(script, "a SACK edge is %u", found->sack[i] - script->isn);
    if (!want->only) return;
    if (found->mss && !want->mss) script_fail(script, "it has an mss");
    if (found->ws && !want->ws) script_fail(script, "it has a window scale");
    if (found->sackok && !want->sackok) script_fail(script, "it has SACK permitted");
    if (found->ts && !want->ts && !want->ecr) script_fail(script, "it has timestamps");
}

static const char *flags_text(uint32_t flags)
{
    static char text[8];
    char *at = text;
    for (uint32_t i = 0; i < ARRAY_COUNT(flag); i++)
        if (flags & flag[i].bit) *at++ = flag[i].letter;
    *at = '\0';
    return text;
}

static void payload_compare(struct script *script, const struct rig_segment *segment)
{
    uint32_t first = segment->sequence - script->iss - 1;
    for (uint32_t i = 0; i < segment->payload_bytes; i++)
        if (segment->payload[i] != script_our_byte(first + i)) {
            script_fail(script, "byte %u of its payload is not the one written", i);
            return;
        }
}

void script_expect(struct script *script, char *rest)
{
    struct parsed line = {0};
    parse(script, &line, rest, false);
    const struct rig_frame *frame = rig_next(&script->rig);
    struct rig_segment segment;
    if (!frame) {
        script_fail(script, "nothing was sent");
        return;
    }
    if (!rig_segment_read(frame, &segment)) {
        script_fail(script, "what was sent is no sound segment");
        return;
    }
    if (segment.flags & 2) {
        /* A SYN begins a numbering, unless the line says where it lies in the one before. */
        if (line.sequence == 0) script->iss = segment.sequence;
        script->iss_known = true;
    }
    uint32_t base = script->iss_known ? script->iss : 0, careless = line.psh ? 0 : 8;
    uint32_t sequence = segment.sequence - base, ack = segment.ack - script->isn;
    struct options found = {0};
    options_read(&found, &segment);
    if (found.ts) {
        if (!script->stamped) script->first_stamp = found.ts_value;
        script->stamped = true;
        script->stamp = found.ts_value;
    }
    if ((segment.flags & ~careless) != (line.flags & ~careless) ||
        (!line.any_sequence && sequence != line.sequence) || segment.payload_bytes != line.length ||
        (line.has_ack && ack != line.ack))
        script_fail(script, "sent: %s %u:%u ack %u win %u", flags_text(segment.flags), sequence,
                    segment.payload_bytes, ack, segment.window);
    if (line.has_window && segment.window != line.window)
        script_fail(script, "its window is %u", segment.window);
    if (line.port && segment.to_port != line.port) script_fail(script, "it goes elsewhere");
    payload_compare(script, &segment);
    options_compare(script, &line.options, &found);
}
