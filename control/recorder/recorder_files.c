#include "control/recorder/recorder_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* Blocks gather in the buffer and are written as they are full, so that only a failed write can cut
 * one; what of it is whole is then found by walking the buffer, whose blocks say their lengths.
 *
 * Invariants: file_bytes + used is where the next block begins in the file; between calls the
 * buffer holds whole blocks. */

#define NAME_PATTERN  "capture-????????T??????.??????Z.pcapng"
#define NAME_ATTEMPTS 1000u
#define NAME_SECONDS  ((time_t)16000000000) /* in the year 2477: later times are none of ours */
#define BLOCK_PACKET  6u

static bool fail(struct recorder_files *files, const char *what, int cause, struct text *problem)
{
    text_format(problem, "%s/%s cannot be %s: %s", files->folder, files->name, what,
                strerror(cause));
    return false;
}

/* What of the buffer reached the file, as whole blocks; the frames among them. */
static size_t whole_blocks(const struct recorder_files *files, size_t reached, uint64_t *frames)
{
    size_t at = 0;
    *frames = 0;
    while (at < files->used) {
        uint32_t head[2];
        memcpy(head, files->buffer + at, sizeof head);
        if (at + head[1] > reached) break;
        *frames += head[0] == BLOCK_PACKET;
        at += head[1];
    }
    return at;
}

/* The disk took reached bytes of the buffer and no more. */
static bool buffer_fail(struct recorder_files *files, size_t reached, int cause,
                        struct text *problem)
{
    uint64_t frames;
    size_t whole = whole_blocks(files, reached, &frames);
    uint64_t length = files->file_bytes + whole;
    int cut = ftruncate(files->descriptor, (off_t)length);
    if (length == 0) cut = unlinkat(files->folder_descriptor, files->name, 0);
    (void)cut; /* where that fails too, readers stop at the last whole block all the same */
    counter_add(&files->written, frames);
    counter_add(&files->lost, files->buffered - frames);
    counter_add(&files->bytes, whole);
    files->file_bytes = length;
    files->used = 0;
    files->buffered = 0;
    files->failed = true;
    return fail(files, "written", cause, problem);
}

bool recorder_files_flush(struct recorder_files *files, struct text *problem)
{
    size_t done = 0;
    while (done < files->used) {
        ssize_t more =
            files->plan.write(files->descriptor, files->buffer + done, files->used - done);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) return buffer_fail(files, done, more == 0 ? ENOSPC : errno, problem);
        done += (size_t)more;
    }
    counter_add(&files->written, files->buffered);
    counter_add(&files->bytes, files->used);
    files->file_bytes += files->used;
    files->used = 0;
    files->buffered = 0;
    return true;
}

/* Room for a block in the buffer, or NULL: the disk has failed. */
static uint8_t *room(struct recorder_files *files, size_t bytes, struct text *problem)
{
    CHECK(bytes <= RECORDER_BUFFER_BYTES);
    if (files->used + bytes > RECORDER_BUFFER_BYTES && !recorder_files_flush(files, problem))
        return NULL;
    return files->buffer + files->used;
}

/* A file begins. */

static bool name_make(struct recorder_files *files, nanos_t now)
{
    time_t seconds = (time_t)(now / NANOS_SECOND);
    struct tm day;
    char text[32];
    if (!gmtime_r(&seconds, &day)) return false;
    if (strftime(text, sizeof text, "%Y%m%dT%H%M%S", &day) == 0) return false;
    int length = snprintf(files->name, sizeof files->name, "capture-%s.%06" PRIu64 "Z.pcapng", text,
                          (uint64_t)(now % NANOS_SECOND / NANOS_MICRO));
    return length > 0 && (size_t)length < sizeof files->name;
}

static int name_is(const struct dirent *entry)
{
    return fnmatch(NAME_PATTERN, entry->d_name, 0) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* The time in a name; 0: there is none. */
static nanos_t name_time(const char *name)
{
    struct tm day = {0};
    unsigned micros = 0;
    const char *rest = strptime(name, "capture-%Y%m%dT%H%M%S", &day);
    time_t seconds = rest && sscanf(rest, ".%6uZ", &micros) == 1 ? timegm(&day) : 0;
    return seconds > 0 && seconds < NAME_SECONDS
             ? (nanos_t)seconds * NANOS_SECOND + micros * NANOS_MICRO
             : 0;
}

/* The newest name in the folder, which a clock that was set back may not reach for a while. */
static nanos_t newest_time(const struct recorder_files *files)
{
    struct dirent **found;
    int count = scandirat(files->folder_descriptor, ".", &found, name_is, by_name);
    nanos_t newest = count > 0 ? name_time(found[count - 1]->d_name) : 0;
    for (int i = 0; i < count; i++) free(found[i]);
    if (count >= 0) free(found);
    return newest;
}

static bool file_make(struct recorder_files *files, nanos_t now, struct text *problem)
{
    int cause = EINVAL;
    files->descriptor = -1;
    /* A name is never given twice, even if its file is gone again, and each is higher than those
     * before it: their order is that in which they were made, whatever the clock does. */
    if (now < files->named_ns + NANOS_MICRO) now = files->named_ns + NANOS_MICRO;
    for (uint32_t i = 0; i < NAME_ATTEMPTS && files->descriptor < 0; i++) {
        files->named_ns = now + i * NANOS_MICRO;
        if (!name_make(files, files->named_ns)) break;
        files->descriptor = openat(files->folder_descriptor, files->name,
                                   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
        cause = errno;
        if (files->descriptor < 0 && cause != EEXIST) break;
    }
    if (files->descriptor < 0) return fail(files, "made", cause, problem);
    files->file_bytes = 0;
    files->packets = false;
    counter_one(&files->made);
    return true;
}

/* Names rise, so the first ones are the oldest.  One that cannot be removed is not
 * worth a capture: the next file tries again. */
static void oldest_remove(struct recorder_files *files)
{
    struct dirent **found;
    int count = scandirat(files->folder_descriptor, ".", &found, name_is, by_name);
    for (int i = 0; i < count; i++) {
        bool excess =
            count - i > (int)files->plan.files && strcmp(found[i]->d_name, files->name) != 0;
        if (excess && unlinkat(files->folder_descriptor, found[i]->d_name, 0) == 0)
            counter_one(&files->removed);
        free(found[i]);
    }
    if (count >= 0) free(found);
}

static bool head_write(struct recorder_files *files, struct text *problem)
{
    struct utsname machine;
    char system[CAPTURE_DESCRIBE_TEXT_MAX + 1];
    bool known = uname(&machine) == 0;
    if (known) snprintf(system, sizeof system, "%.60s %.120s", machine.sysname, machine.release);
    uint8_t *at = room(files, CAPTURE_DESCRIBE_BYTES_MAX, problem);
    if (!at) return false;
    files->used += capture_describe_section(at, &(struct capture_section){
                                                    .hardware = known ? machine.machine : NULL,
                                                    .system = known ? system : NULL,
                                                    .application = files->plan.application,
                                                });
    for (uint32_t i = 0; i < files->plan.interfaces; i++) {
        at = room(files, CAPTURE_DESCRIBE_BYTES_MAX, problem);
        if (!at) return false;
        files->used += capture_describe_interface(at, &files->plan.interface[i]);
    }
    return true;
}

static bool file_begin(struct recorder_files *files, nanos_t now, struct text *problem)
{
    if (!file_make(files, now, problem)) return false;
    oldest_remove(files);
    return head_write(files, problem);
}

/* A file ends. */

static size_t counts_bytes(const struct recorder_files *files)
{
    return files->plan.interfaces * (size_t)CAPTURE_DESCRIBE_BYTES_MAX;
}

static bool file_end(struct recorder_files *files, nanos_t now, struct text *problem)
{
    bool whole = !files->failed;
    for (uint32_t i = 0; i < files->plan.interfaces && whole; i++) {
        uint8_t *at = room(files, CAPTURE_DESCRIBE_BYTES_MAX, problem);
        whole = at != NULL;
        if (!whole) break;
        files->used += capture_describe_counts(at, &(struct capture_interface_counts){
                                                       .interface = i,
                                                       .begun_ns = files->begun_ns,
                                                       .time_ns = now,
                                                       .received = files->received[i],
                                                       .dropped = files->dropped[i],
                                                   });
    }
    whole = whole && recorder_files_flush(files, problem);
    int closed = files->descriptor < 0 ? 0 : close(files->descriptor);
    files->descriptor = -1;
    if (whole && closed != 0) return fail(files, "closed", errno, problem);
    return whole;
}

/* All of them. */

static bool folder_open(struct recorder_files *files, struct text *problem)
{
    int made = mkdir(files->folder, 0750);
    (void)made; /* it is there, or opening it says why not */
    files->folder_descriptor = open(files->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (files->folder_descriptor >= 0) return true;
    text_format(problem, "the folder %s cannot be opened: %s", files->folder, strerror(errno));
    return false;
}

/* Counters one by one: others may be reading them. */
static void files_reset(struct recorder_files *files, const struct recorder_files_plan *plan,
                        nanos_t now)
{
    files->plan = *plan;
    if (!plan->write) files->plan.write = write;
    snprintf(files->folder, sizeof files->folder, "%s", plan->folder);
    files->name[0] = '\0';
    files->descriptor = -1;
    files->begun_ns = now;
    files->named_ns = 0;
    memset(files->received, 0, sizeof files->received);
    memset(files->dropped, 0, sizeof files->dropped);
    files->used = 0;
    files->buffered = 0;
    files->failed = false;
    counter_set(&files->written, 0);
    counter_set(&files->lost, 0);
    counter_set(&files->bytes, 0);
    counter_set(&files->made, 0);
    counter_set(&files->removed, 0);
}

bool recorder_files_open(struct recorder_files *files, const struct recorder_files_plan *plan,
                         nanos_t now, struct text *problem)
{
    CHECK(plan->file_bytes >= RECORDER_FILE_BYTES_MIN);
    CHECK(plan->files >= 1);
    CHECK(plan->interfaces <= RECORDER_INTERFACES_MAX);
    files_reset(files, plan, now);
    if (!folder_open(files, problem)) return false;
    files->named_ns = newest_time(files);
    files->buffer = malloc(RECORDER_BUFFER_BYTES);
    if (!files->buffer) text_append(problem, "there is no memory for a file's buffer");
    else if (file_begin(files, now, problem)) return true;
    if (files->descriptor >= 0) close(files->descriptor);
    close(files->folder_descriptor);
    free(files->buffer);
    return false;
}

/* The file is as long as it may be: the next one. */
static bool files_turn(struct recorder_files *files, nanos_t now, struct text *problem)
{
    bool turned = file_end(files, now, problem) && file_begin(files, now, problem);
    files->failed |= !turned;
    return turned;
}

bool recorder_files_put(struct recorder_files *files, const struct capture_frame *frame,
                        nanos_t now, struct text *problem)
{
    size_t bytes = CAPTURE_PACKET_BYTES_MAX(frame->length);
    CHECK(frame->interface < files->plan.interfaces);
    uint64_t full = files->file_bytes + files->used + bytes + counts_bytes(files);
    bool fits = !files->packets || full <= files->plan.file_bytes;
    uint8_t *at = NULL;
    if (!files->failed && (fits || files_turn(files, now, problem)))
        at = room(files, bytes, problem);
    recorder_files_dropped(files, frame->interface, frame->dropped);
    files->received[frame->interface]++;
    if (!at) {
        counter_one(&files->lost);
        return false;
    }
    files->used += capture_write_packet(at, frame);
    files->buffered++;
    files->packets = true;
    return true;
}

void recorder_files_dropped(struct recorder_files *files, uint32_t interface, uint64_t frames)
{
    CHECK(interface < files->plan.interfaces);
    files->received[interface] += frames;
    files->dropped[interface] += frames;
}

bool recorder_files_close(struct recorder_files *files, nanos_t now, struct text *problem)
{
    bool whole = file_end(files, now, problem);
    close(files->folder_descriptor);
    free(files->buffer);
    files->buffer = NULL;
    return whole;
}

const char *recorder_files_name(const struct recorder_files *files)
{
    return files->name;
}
