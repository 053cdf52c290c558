#include "dataplane/session/soupbin.h"

const char *soupbin_state_text(enum soupbin_state state)
{
#define SOUPBIN_STATE_TEXT(state_, name, meaning) [state_] = meaning,
    static const char *const text[] = {SOUPBIN_STATES(SOUPBIN_STATE_TEXT)};
    CHECK((unsigned)state < ARRAY_COUNT(text));
    return text[state];
}

const char *soupbin_reason_text(enum soupbin_reason reason)
{
#define SOUPBIN_REASON_TEXT(reason_, counter, resumes, meaning) [reason_] = meaning,
    static const char *const text[] = {SOUPBIN_REASONS(SOUPBIN_REASON_TEXT)};
    CHECK((unsigned)reason < ARRAY_COUNT(text));
    return text[reason];
}

const char *soupbin_reason_name(enum soupbin_reason reason)
{
#define SOUPBIN_REASON_NAME(reason_, counter, resumes, meaning) [reason_] = #counter,
    static const char *const name[] = {SOUPBIN_REASONS(SOUPBIN_REASON_NAME)};
    CHECK((unsigned)reason < ARRAY_COUNT(name));
    return name[reason];
}

bool soupbin_reason_resumes(enum soupbin_reason reason)
{
#define SOUPBIN_REASON_RESUMES(reason_, counter, resumes, meaning) [reason_] = resumes,
    static const bool resumes[] = {SOUPBIN_REASONS(SOUPBIN_REASON_RESUMES)};
    CHECK((unsigned)reason < ARRAY_COUNT(resumes));
    return resumes[reason];
}

/* 32 more makes a small letter of a capital; no branch, so that time says nothing. */
static uint8_t letter_fold(uint8_t letter)
{
    uint32_t capital = (uint32_t)(letter - 'A') < 26u;
    return (uint8_t)(letter + 32 * capital);
}

static uint32_t text_differs(const char *a, const char *b, size_t size)
{
    uint32_t differs = 0;
    for (size_t i = 0; i < size; i++)
        differs |= (uint32_t)(letter_fold((uint8_t)a[i]) ^ letter_fold((uint8_t)b[i]));
    return differs;
}

bool soupbin_credentials_same(const struct soupbin_credentials *a,
                              const struct soupbin_credentials *b)
{
    uint32_t username = text_differs(a->username, b->username, sizeof a->username);
    uint32_t password = text_differs(a->password, b->password, sizeof a->password);
    return (username | password) == 0;
}

uint64_t soupbin_credentials_key(const struct soupbin_credentials *credentials)
{
    uint64_t key = 0;
    for (size_t i = 0; i < sizeof credentials->username; i++)
        key = key << 8 | letter_fold((uint8_t)credentials->username[i]);
    return key;
}

struct trimmed {
    const char *at;
    size_t length;
};

static struct trimmed name_trim(const char name[10])
{
    struct trimmed trimmed = {name, 10};
    for (; trimmed.length > 0 && *trimmed.at == ' '; trimmed.length--) trimmed.at++;
    while (trimmed.length > 0 && trimmed.at[trimmed.length - 1] == ' ') trimmed.length--;
    return trimmed;
}

bool soupbin_session_same(const char a[10], const char b[10])
{
    struct trimmed one = name_trim(a), other = name_trim(b);
    return one.length == other.length && memcmp(one.at, other.at, one.length) == 0;
}

bool soupbin_session_blank(const char name[10])
{
    return name_trim(name).length == 0;
}
