#include "apps/pollux-order/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* bytes[first..end) is what was read and not given. */

bool input_open(struct input *input, const char *file)
{
    bool standard = strcmp(file, "-") == 0;
    input->fd = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    input->name = standard ? "standard input" : file;
    input->typed = standard && isatty(STDIN_FILENO);
    input->first = input->end = 0;
    input->number = 0;
    input->skipping = false;
    return input->fd >= 0;
}

void input_of_words(struct input *input, const char *words)
{
    size_t length = strlen(words);
    CHECK(length < INPUT_BYTES);
    input->fd = -1;
    input->name = "the request";
    input->number = 0;
    input->typed = input->skipping = false;
    input->first = 0;
    input->end = (uint32_t)length;
    memcpy(input->bytes, words, length);
}

void input_close(struct input *input)
{
    if (input->fd > STDIN_FILENO) (void)close(input->fd);
    input->fd = -1;
}

void input_fill(struct input *input)
{
    if (input->fd < 0) return;
    if (input->first > 0) {
        memmove(input->bytes, input->bytes + input->first, input->end - input->first);
        input->end -= input->first;
        input->first = 0;
    }
    if (input->end == INPUT_BYTES) return;
    ssize_t got = read(input->fd, input->bytes + input->end, INPUT_BYTES - input->end);
    if (got > 0) input->end += (uint32_t)got;
    else if (got == 0 || (errno != EAGAIN && errno != EINTR)) input_close(input);
}

const char *input_line(struct input *input, uint32_t *length)
{
    for (;;) {
        const char *line = input->bytes + input->first;
        uint32_t have = input->end - input->first;
        const char *end = have ? memchr(line, '\n', have) : NULL;
        bool whole = end || (input->fd < 0 && have);
        if (!whole && have < INPUT_BYTES) return NULL;
        *length = end ? (uint32_t)(end - line) : have;
        input->first += *length + (end != NULL);
        bool rest = input->skipping;
        input->skipping = !whole;
        if (rest) continue;
        input->number++;
        return line;
    }
}

bool input_over(const struct input *input)
{
    return input->fd < 0 && input->first == input->end;
}
