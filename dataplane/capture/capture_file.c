#include "dataplane/capture/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Why a file of this kind cannot be mapped, or NULL. */
static const char *unusable(const struct stat *status)
{
    if (S_ISDIR(status->st_mode)) return "is a directory, not a capture file";
    if (!S_ISREG(status->st_mode)) return "is not a regular file, so it cannot be mapped";
    if (status->st_size == 0) return capture_status_text(CAPTURE_EMPTY);
    return NULL;
}

bool capture_map(const char *path, struct capture_file *file, char *sentence, size_t capacity)
{
    CHECK(capacity > 0);
    *sentence = '\0';
    *file = (struct capture_file){0};
    /* Not waiting matters for a pipe, which is refused below. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        snprintf(sentence, capacity, "%s: cannot be opened: %s", path, strerror(errno));
        return false;
    }
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        snprintf(sentence, capacity, "%s: cannot be examined: %s", path, strerror(errno));
        close(descriptor);
        return false;
    }
    const char *why = unusable(&status);
    if (why) {
        snprintf(sentence, capacity, "%s %s", path, why);
        close(descriptor);
        return false;
    }

    size_t length = (size_t)status.st_size;
    void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, descriptor, 0);
    int reason = errno;
    close(descriptor);
    if (bytes == MAP_FAILED) {
        snprintf(sentence, capacity, "%s: cannot be mapped: %s", path, strerror(reason));
        return false;
    }
    madvise(bytes, length, MADV_SEQUENTIAL); /* advice only: reading is right without it */
    *file = (struct capture_file){.bytes = bytes, .length = length, .mapping = bytes};
    return true;
}

void capture_unmap(struct capture_file *file)
{
    if (file->mapping) CHECK(munmap(file->mapping, file->length) == 0);
    *file = (struct capture_file){0};
}

size_t capture_status_print(char *text, size_t capacity, const char *name,
                            const struct capture *capture)
{
    const char *sentence = capture_status_text(capture->status);
    bool of_file = capture->format == CAPTURE_FORMAT_NONE;
    int length;
    if (of_file) length = snprintf(text, capacity, "%s %s", name, sentence);
    else if (capture->status == CAPTURE_END)
        length = snprintf(text, capacity, "%s ends after record %" PRIu64, name, capture->number);
    else
        length =
            snprintf(text, capacity, "%s: what follows record %" PRIu64 ", at byte %" PRIu64 ", %s",
                     name, capture->number, capture->fault_offset, sentence);
    CHECK(length >= 0);
    return (size_t)length;
}
