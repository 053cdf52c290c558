#include "dataplane/match/match_load.h"

#include "dataplane/match/ledger.h"
#include "dataplane/match/match_check.h"
#include "dataplane/match/match_verify.h"

#include <string.h>

/* match_load: the bytes of match_stream.h, from anywhere, become an engine.  See match_load.h. */

struct section_row {
    uint32_t record_bytes;
    const char *missing;
};

/* clang-format off */
static const struct section_row section_rows[STREAM_KIND_COUNT] = {
    [STREAM_STATE]       = {sizeof(struct stream_state),      "the section of the engine's state is not whole"},
    [STREAM_INSTRUMENTS] = {sizeof(struct stream_instrument), "the section of instruments is not whole"},
    [STREAM_ACCOUNTS]    = {sizeof(struct stream_account),    "the section of accounts is not whole"},
    [STREAM_BALANCES]    = {sizeof(struct stream_balance),    "the section of balances is not whole"},
    [STREAM_HOLDINGS]    = {sizeof(struct stream_holding),    "the section of holdings is not whole"},
    [STREAM_USERS]       = {sizeof(struct stream_user),       "the section of instruments' users is not whole"},
    [STREAM_ASSETS]      = {sizeof(struct stream_asset),      "the section of assets is not whole"},
    [STREAM_ORDERS]      = {sizeof(struct stream_order),      "the section of orders is not whole"},
    [STREAM_SPECIALS]    = {sizeof(struct stream_special),    "the section of special orders is not whole"},
    [STREAM_LISTS]       = {sizeof(order_id_t),               "the section of holders' orders is not whole"},
};
/* clang-format on */

const char *load_take(struct load *load, enum stream_kind kind, struct load_section *section)
{
    const struct section_row *row = &section_rows[kind];
    struct stream_section head;
    if (load->left < sizeof head) return row->missing;
    memcpy(&head, load->at, sizeof head);
    load->at += sizeof head;
    load->left -= sizeof head;
    if (head.kind != kind || head.record_bytes != row->record_bytes) return row->missing;
    if (head.count > load->left / row->record_bytes) return row->missing;
    *section = (struct load_section){load->at, head.count, row->record_bytes};
    load->at += head.count * row->record_bytes;
    load->left -= head.count * row->record_bytes;
    return NULL;
}

bool load_next(struct load_section *section, void *record)
{
    if (section->count == 0) return false;
    memcpy(record, section->at, section->record_bytes);
    section->at += section->record_bytes;
    section->count--;
    return true;
}

static const char *load_head(struct load *load)
{
    struct stream_head head;
    if (load->left < sizeof head) return "too short for a saved engine";
    memcpy(&head, load->at, sizeof head);
    load->at += sizeof head;
    load->left -= sizeof head;
    if (head.magic != STREAM_MAGIC) return "not a saved engine";
    if (head.byte_order != STREAM_BYTE_ORDER) return "saved by a machine of another byte order";
    if (head.version != STREAM_VERSION) return "saved in another version of the format";
    return NULL;
}

static const char *load_state(struct load *load)
{
    struct load_section section = {0};
    const char *sentence = load_take(load, STREAM_STATE, &section);
    if (sentence) return sentence;
    struct stream_state state;
    if (section.count != 1) return "the engine's state is not there once";
    load_next(&section, &state);
    struct match *m = load->m;
    if (state.accounts > 1) return "the engine's state is not what it may be";
    if (state.accounts != (m->limits.accounts != 0))
        return "saved with accounts and loaded without, or the other way round";
    if (state.id_next <= MATCH_ID_MAX) return "the next id of the engine's own is not one of them";
    m->number = state.number;
    m->now = state.now;
    m->id_next = state.id_next;
    m->events_made = state.events_made;
    return NULL;
}

/* Prices that move; the listing has been checked. */
static bool instrument_ticks_good(const struct instrument *b, const struct stream_instrument *saved)
{
    int64_t max = b->tick.max;
    return saved->last >= 0 && saved->last <= max && saved->mark >= 0 && saved->mark <= max &&
           saved->reference >= 1 && saved->reference <= max;
}

static const char *load_instrument(struct match *m, const struct stream_instrument *saved)
{
    if (saved->index >= m->limits.instruments)
        return "an instrument's index is beyond the limit of instruments";
    struct instrument *b = &m->instruments[saved->index];
    if (b->phase != MATCH_UNLISTED) return "an instrument is there twice";
    if (instrument_list(m, saved->index, &saved->listing) != MATCH_NO_REASON)
        return "a listing is not a good one, or there is no room for its window";
    if (saved->phase == MATCH_UNLISTED || saved->phase >= MATCH_PHASE_COUNT || saved->spare != 0)
        return "an instrument's phase is not one";
    if (!instrument_ticks_good(b, saved)) return "an instrument's price is out of its range";
    b->phase = saved->phase;
    b->last = saved->last;
    b->mark = saved->mark;
    b->reference = saved->reference;
    b->pause_until = saved->pause_until;
    if (b->phase == MATCH_PAUSED && b->pause_until <= m->now) return "a pause is over already";
    band_set(b);
    instrument_due_anew(m, b);
    return NULL;
}

static const char *load_instruments(struct load *load)
{
    struct load_section section = {0};
    const char *sentence = load_take(load, STREAM_INSTRUMENTS, &section);
    if (sentence) return sentence;
    struct match *m = load->m;
    struct stream_instrument saved;
    while (load_next(&section, &saved)) {
        sentence = load_instrument(m, &saved);
        if (sentence) return sentence;
    }
    return NULL;
}

const char *match_load(struct match *match, const void *bytes, size_t length)
{
    CHECK(match->number == 0);
    CHECK(match->alive == 0);
    struct load load = {match, bytes, length};
    const char *sentence = load_head(&load);
    if (!sentence) sentence = load_state(&load);
    if (!sentence) sentence = load_instruments(&load);
    if (!sentence) sentence = load_money(&load);
    if (!sentence) sentence = load_orders(&load);
    if (!sentence && load.left != 0) sentence = "bytes follow the last section";
    if (!sentence) sentence = match_unsound(match);
    if (sentence || match->limits.accounts == 0) return sentence;
    sentence = ledger_rebuild(match);
    return sentence ? sentence : ledger_unsound(match);
}
