#include "control/redis/redis_sign.h"

#include <fcntl.h>
#include <mbedtls/md.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *file_unfit(int file)
{
    struct stat is;
    if (fstat(file, &is) != 0) return "cannot be looked at";
    if (!S_ISREG(is.st_mode)) return "is no ordinary file";
    if (is.st_uid != geteuid() && is.st_uid != 0) return "is somebody else's";
    if (is.st_mode & (S_IRWXG | S_IRWXO)) return "may be read or written by others: chmod 600";
    return NULL;
}

bool redis_secret_read(const char *path, const char *what, char *line, size_t capacity,
                       struct text *problems)
{
    memset(line, 0, capacity);
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        text_format(problems, "the %s file %s cannot be opened: %m\n", what, path);
        return false;
    }
    const char *unfit = file_unfit(file);
    ssize_t bytes = unfit ? 0 : read(file, line, capacity);
    (void)close(file);
    if (!unfit && bytes < 0) unfit = "cannot be read";
    size_t length = bytes > 0 ? strcspn(line, "\r\n") : 0;
    if (!unfit && bytes > 0 && !memchr(line, '\0', capacity)) unfit = "is too long";
    if (!unfit && length == 0) unfit = "has an empty first line";
    if (unfit) {
        text_format(problems, "the %s file %s %s\n", what, path, unfit);
        explicit_bzero(line, capacity);
        return false;
    }
    explicit_bzero(line + length, capacity - length);
    return true;
}

bool redis_key_read(const char *path, struct redis_key *key, struct text *problems)
{
    char line[REDIS_KEY_MAX + 2];
    *key = (struct redis_key){0};
    if (!redis_secret_read(path, "key", line, sizeof line, problems)) return false;
    size_t length = strlen(line);
    bool right = length >= REDIS_KEY_MIN && length <= REDIS_KEY_MAX;
    if (right) {
        key->bytes = (uint32_t)length;
        memcpy(key->at, line, length);
    } else {
        text_format(problems, "the key file %s has a first line of %zu bytes: it is %u to %u\n",
                    path, length, REDIS_KEY_MIN, REDIS_KEY_MAX);
    }
    explicit_bzero(line, sizeof line);
    return right;
}

void redis_key_forget(struct redis_key *key)
{
    explicit_bzero(key, sizeof *key);
}

void redis_sign(const struct redis_key *key, const char *bytes, size_t length,
                char text[REDIS_SIGN_TEXT + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t sum[REDIS_SIGN_BYTES];
    const mbedtls_md_info_t *sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
    int status =
        mbedtls_md_hmac(sha256, key->at, key->bytes, (const unsigned char *)bytes, length, sum);
    CHECK(status == 0); /* it fails for a digest that is not compiled in */
    for (size_t i = 0; i < REDIS_SIGN_BYTES; i++) {
        text[2 * i] = digits[sum[i] >> 4];
        text[2 * i + 1] = digits[sum[i] & 15];
    }
    text[REDIS_SIGN_TEXT] = '\0';
}

bool redis_signed(const struct redis_key *key, const char *bytes, size_t length, const char *text,
                  size_t text_length)
{
    char ours[REDIS_SIGN_TEXT + 1];
    if (text_length != REDIS_SIGN_TEXT) return false;
    redis_sign(key, bytes, length, ours);
    uint32_t differs = 0;
    for (uint32_t i = 0; i < REDIS_SIGN_TEXT; i++) differs |= (uint8_t)ours[i] ^ (uint8_t)text[i];
    return differs == 0;
}
