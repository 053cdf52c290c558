/* Runs a fuzz target over the files of folders, for compilers without libFuzzer and for `meson
 * test`: every input that ever broke a target lives in tests/fuzz/corpus/<target>/ and is replayed
 * on each build.
 *
 *     replay_itch tests/fuzz/corpus/itch [FILE or FOLDER ...]
 *
 * An empty folder is an error: it would prove nothing. */

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_BYTES_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed;

static bool replay_file(const char *path)
{
    static uint8_t input[INPUT_BYTES_MAX];
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    size_t size = fread(input, 1, sizeof input, file);
    bool whole = !ferror(file) && fgetc(file) == EOF;
    fclose(file);
    if (!whole) {
        fprintf(stderr, "%s: cannot be read, or is longer than %u bytes\n", path, INPUT_BYTES_MAX);
        return false;
    }

    /* A copy of exactly size bytes, so that the address sanitizer sees any read past it. */
    uint8_t *exact = malloc(size ? size : 1);
    if (!exact) return false;
    memcpy(exact, input, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    replayed++;
    return true;
}

static bool replay_folder(const char *path, DIR *folder)
{
    unsigned before = replayed;
    const struct dirent *entry;
    while ((entry = readdir(folder))) {
        char inside[4096];
        if (entry->d_name[0] == '.') continue;
        int length = snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof inside || !replay_file(inside)) return false;
    }
    if (replayed == before) fprintf(stderr, "%s: holds no input\n", path);
    return replayed > before;
}

int main(int count, char **paths)
{
    for (int i = 1; i < count; i++) {
        DIR *folder = opendir(paths[i]);
        bool passed = folder ? replay_folder(paths[i], folder) : replay_file(paths[i]);
        if (folder) closedir(folder);
        if (!passed) return 1;
    }
    printf("%u inputs replayed\n", replayed);
    return replayed ? 0 : 1;
}
