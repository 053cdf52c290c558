/* The conflating queue's protocol, step by step, in every order two processors can run it.
 *
 * conflate.c argues in words why no value is lost, torn or taken twice.  Here the same protocol is
 * a little machine: each step of the writer or the reader is one access to memory, and stores wait
 * in the processor's own buffer before others see them, as on x86.  A search visits every state
 * that any order of steps can reach, and looks at each for what must not be.
 *
 * A model could agree with a mistake.  So the protocol is also run with one part left out, for each
 * part; then the search must find what goes wrong. */

#include "tests/support/spec.h"

#include <stdlib.h>
#include <string.h>

enum { RING = 4, KEYS = 2, WORDS = 2, PUTS_MAX = 5 };
enum { STEP_STORES = 1 + WORDS, BUFFER = 12 };

/* Memory: per slot state, label and two words; then head. */
enum { STATE, LABEL, WORD, SLOT_CELLS = WORD + WORDS, HEAD = RING * SLOT_CELLS, CELLS };

/* What may be left out. */
enum mistake {
    NO_MISTAKE,
    WRITER_DOES_NOT_LOOK_BACK,  /* replace believes it was in time */
    WRITER_STORES_PLAINLY,      /* w1 is a plain store */
    READER_STORES_PLAINLY,      /* r1 is a plain store */
    READER_COPIES_FIRST,        /* r1 after r2 */
    READER_DOES_NOT_LOOK_AGAIN, /* no second look at the state */
    READER_DOES_NOT_COMPARE,    /* second tickets are not skipped */
    RING_OF_TWO,                /* no place for the slot being copied */
};

struct processor {
    uint8_t cell[BUFFER];
    uint8_t value[BUFFER];
    uint8_t waiting;
};

struct model {
    uint8_t memory[CELLS];
    struct processor writer, reader;

    /* The writer's own. */
    uint8_t w_step, put, w_index, w_version, w_known_head, w_tail;
    uint8_t w_at[KEYS];

    /* The reader's own. */
    uint8_t r_step, r_head, r_before, r_label;
    uint8_t r_word[WORDS];
    uint8_t r_taken[KEYS]; /* label */
    uint8_t wrong;         /* torn, twice or backwards */
};

/* The search's own: which states were seen.  Open addressing. */
enum { SEEN_MAX = 1 << 22 };

static struct model *seen;
static uint32_t *seen_index; /* 1 + place in seen, 0 free */
static uint32_t seen_count;

/* The scenario. */
static const uint8_t *put_key; /* of put 1, 2, ... */
static uint8_t put_count;
static enum mistake mistake;
static uint8_t ring;
static uint32_t wrong_states, lost_states;

/* Memory as one processor sees it: its own waiting stores first. */
static uint8_t load(const struct model *m, const struct processor *self, uint32_t cell)
{
    for (uint32_t i = self->waiting; i-- > 0;)
        if (self->cell[i] == cell) return self->value[i];
    return m->memory[cell];
}

static void store(struct processor *self, uint32_t cell, uint32_t value)
{
    if (self->waiting == BUFFER) abort();
    self->cell[self->waiting] = (uint8_t)cell;
    self->value[self->waiting++] = (uint8_t)value;
}

static void drain_one(struct model *m, struct processor *self)
{
    m->memory[self->cell[0]] = self->value[0];
    self->waiting--;
    memmove(self->cell, self->cell + 1, self->waiting);
    memmove(self->value, self->value + 1, self->waiting);
    self->cell[self->waiting] = self->value[self->waiting] = 0;
}

static uint32_t slot(uint32_t index)
{
    return index % ring * SLOT_CELLS;
}

/* index and version in one cell: 0 <= version < 16 is enough for PUTS_MAX replacements. */
static uint8_t state_of(uint32_t index, uint32_t version)
{
    return (uint8_t)(index << 4 | version);
}

/* An exchange waits until the processor's buffer is empty, then acts on memory at once. */
static bool exchange(struct model *m, struct processor *self, bool plainly, uint32_t cell,
                     uint32_t value)
{
    if (plainly) {
        store(self, cell, value);
        return true;
    }
    if (self->waiting > 0) return false;
    m->memory[cell] = (uint8_t)value;
    return true;
}

/* The writer: one step, or false if it cannot move.  The label of a put is its number; so are its
 * words. */
enum { W_NEXT, W_LOOK, W_ODD, W_WORDS, W_EVEN, W_LOOK_BACK, W_APPEND, W_APPEND_STATE };

static void writer_words(struct model *m, uint32_t index)
{
    store(&m->writer, slot(index) + LABEL, m->put);
    for (uint32_t i = 0; i < WORDS; i++) store(&m->writer, slot(index) + WORD + i, m->put);
}

static void writer_branch(struct model *m)
{
    m->w_index = m->w_at[put_key[m->put - 1]];
    m->w_step = m->w_index >= m->w_known_head ? W_LOOK : W_APPEND;
}

static bool writer_step(struct model *m)
{
    struct processor *self = &m->writer;
    uint8_t key = m->put ? put_key[m->put - 1] : 0;
    if (self->waiting + STEP_STORES > BUFFER) return false; /* a full buffer makes it wait */
    switch (m->w_step) {
    case W_NEXT:
        if (m->put == put_count) return false;
        m->put++;
        writer_branch(m);
        return true;
    case W_LOOK:
        m->w_known_head = load(m, self, HEAD);
        m->w_step = m->w_index >= m->w_known_head ? W_ODD : W_APPEND;
        return true;
    case W_ODD:
        m->w_version = load(m, self, slot(m->w_index) + STATE) & 15;
        store(self, slot(m->w_index) + STATE, state_of(m->w_index, m->w_version + 1));
        m->w_step = W_WORDS;
        return true;
    case W_WORDS:
        writer_words(m, m->w_index);
        m->w_step = W_EVEN;
        return true;
    case W_EVEN:
        if (!exchange(m, self, mistake == WRITER_STORES_PLAINLY, slot(m->w_index) + STATE,
                      state_of(m->w_index, m->w_version + 2)))
            return false;
        m->w_step = W_LOOK_BACK;
        return true;
    case W_LOOK_BACK:
        m->w_known_head = load(m, self, HEAD);
        m->w_step = m->w_index >= m->w_known_head || mistake == WRITER_DOES_NOT_LOOK_BACK
                      ? W_NEXT
                      : W_APPEND;
        return true;
    case W_APPEND:
        writer_words(m, m->w_tail);
        m->w_step = W_APPEND_STATE;
        return true;
    case W_APPEND_STATE:
        store(self, slot(m->w_tail) + STATE, state_of(m->w_tail, 0));
        m->w_at[key] = m->w_tail++;
        m->w_step = W_NEXT;
        return true;
    }
    abort();
}

/* The reader, which takes for ever. */
enum { R_POLL, R_PASS, R_BEFORE, R_LABEL, R_WORD, R_AFTER = R_WORD + WORDS, R_PASS_LATE, R_KEEP };

static void reader_keep(struct model *m)
{
    m->r_step = R_POLL;
    for (uint32_t i = 0; i < WORDS; i++) m->wrong |= m->r_word[i] != m->r_label;
    if (m->r_label == 0 || m->r_label > put_count) {
        m->wrong = 1;
        return;
    }
    uint8_t *taken = &m->r_taken[put_key[m->r_label - 1]];
    if (m->r_label == *taken && mistake != READER_DOES_NOT_COMPARE) return;
    m->wrong |= m->r_label <= *taken;
    *taken = m->r_label;
}

static bool reader_step(struct model *m)
{
    struct processor *self = &m->reader;
    uint32_t at = slot(m->r_head);
    bool late = mistake == READER_COPIES_FIRST;
    switch (m->r_step) {
    case R_POLL:
        if (load(m, self, at + STATE) >> 4 != m->r_head) return false;
        m->r_step = late ? R_BEFORE : R_PASS;
        return true;
    case R_PASS:
        if (!exchange(m, self, mistake == READER_STORES_PLAINLY, HEAD, m->r_head + 1u))
            return false;
        m->r_step = R_BEFORE;
        return true;
    case R_BEFORE:
        m->r_before = load(m, self, at + STATE);
        m->r_step = R_LABEL;
        return true;
    case R_LABEL:
        m->r_label = load(m, self, at + LABEL);
        m->r_step = R_WORD;
        return true;
    case R_AFTER:
        if (mistake != READER_DOES_NOT_LOOK_AGAIN &&
            (load(m, self, at + STATE) != m->r_before || m->r_before % 2 != 0))
            m->r_step = R_BEFORE;
        else m->r_step = late ? R_PASS_LATE : R_KEEP;
        return true;
    case R_PASS_LATE:
        if (!exchange(m, self, false, HEAD, m->r_head + 1u)) return false;
        m->r_step = R_KEEP;
        return true;
    case R_KEEP:
        m->r_head++;
        reader_keep(m);
        return true;
    default:
        m->r_word[m->r_step - R_WORD] = load(m, self, at + WORD + m->r_step - R_WORD);
        m->r_step++;
        return true;
    }
}

/* The search. */

static uint64_t model_hash(const struct model *m)
{
    const uint8_t *bytes = (const uint8_t *)m;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < sizeof *m; i++) hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash ^ hash >> 29;
}

static void visit(const struct model *m)
{
    uint64_t place = model_hash(m) % (2 * SEEN_MAX);
    while (seen_index[place]) {
        if (memcmp(&seen[seen_index[place] - 1], m, sizeof *m) == 0) return;
        place = (place + 1) % (2 * SEEN_MAX);
    }
    if (seen_count == SEEN_MAX) abort();
    seen[seen_count++] = *m;
    seen_index[place] = seen_count;
}

static bool newest_taken(const struct model *m)
{
    uint8_t newest[KEYS] = {0};
    for (uint8_t put = 1; put <= put_count; put++) newest[put_key[put - 1]] = put;
    return memcmp(newest, m->r_taken, sizeof newest) == 0;
}

static void expand(const struct model *from)
{
    struct model next = *from;
    bool moved = writer_step(&next);
    if (moved) visit(&next);
    next = *from;
    bool reader_moved = reader_step(&next);
    if (reader_moved) visit(&next);
    moved = moved || reader_moved;
    if (from->writer.waiting) {
        next = *from;
        drain_one(&next, &next.writer);
        visit(&next);
        moved = true;
    }
    if (from->reader.waiting) {
        next = *from;
        drain_one(&next, &next.reader);
        visit(&next);
        moved = true;
    }
    /* Nobody can move: all is put, and the reader found nothing more. */
    if (!moved) lost_states += !newest_taken(from);
}

static void search(const char *keys, enum mistake left_out)
{
    static uint8_t numbers[PUTS_MAX];
    for (put_count = 0; put_count < PUTS_MAX && keys[put_count]; put_count++)
        numbers[put_count] = (uint8_t)(keys[put_count] - 'A');
    put_key = numbers;
    mistake = left_out;
    ring = left_out == RING_OF_TWO ? 2 : RING;
    wrong_states = lost_states = seen_count = 0;
    memset(seen_index, 0, 2 * SEEN_MAX * sizeof *seen_index);

    struct model start = {0};
    start.memory[HEAD] = start.w_known_head = start.w_tail = start.r_head = ring;
    visit(&start);
    for (uint32_t i = 0; i < seen_count; i++) {
        struct model m = seen[i];
        wrong_states += m.wrong;
        if (!m.wrong) expand(&m);
    }
}

static void open_search(void)
{
    seen = malloc(SEEN_MAX * sizeof *seen);
    seen_index = malloc(2 * SEEN_MAX * sizeof *seen_index);
}

static void close_search(void)
{
    free(seen);
    free(seen_index);
}

/* Keys in the order of their puts. */
static const char *const scenarios[] = {"AAAA", "ABAA", "ABAB", "AABA", "ABBAB", "AAAAA"};

SPEC(in_every_order_of_steps_no_value_is_lost_torn_twice_or_late)
{
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        search(scenarios[i], NO_MISTAKE);
        spec_expect(__FILE__, __LINE__, wrong_states == 0, "%s: %u wrong of %u states",
                    scenarios[i], wrong_states, seen_count);
        spec_expect(__FILE__, __LINE__, lost_states == 0, "%s: %u ends lose a value", scenarios[i],
                    lost_states);
        EXPECT(seen_count > 1000); /* it did search */
    }
}

static bool goes_wrong(enum mistake left_out)
{
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        search(scenarios[i], left_out);
        if (wrong_states || lost_states) return true;
    }
    return false;
}

SPEC(a_value_is_lost_if_the_writer_does_not_look_back)
{
    EXPECT(goes_wrong(WRITER_DOES_NOT_LOOK_BACK));
    EXPECT(lost_states > 0);
}

SPEC(a_value_is_lost_if_the_writer_stores_plainly)
{
    EXPECT(goes_wrong(WRITER_STORES_PLAINLY));
    EXPECT(lost_states > 0);
}

SPEC(a_value_is_lost_if_the_reader_stores_plainly)
{
    EXPECT(goes_wrong(READER_STORES_PLAINLY));
    EXPECT(lost_states > 0);
}

SPEC(a_value_is_lost_if_the_reader_copies_before_it_passes)
{
    EXPECT(goes_wrong(READER_COPIES_FIRST));
    EXPECT(lost_states > 0);
}

SPEC(a_value_is_torn_if_the_reader_does_not_look_again)
{
    EXPECT(goes_wrong(READER_DOES_NOT_LOOK_AGAIN));
    EXPECT(wrong_states > 0);
}

SPEC(a_value_is_taken_twice_if_labels_are_not_compared)
{
    EXPECT(goes_wrong(READER_DOES_NOT_COMPARE));
    EXPECT(wrong_states > 0);
}

SPEC(a_ring_with_no_more_places_than_keys_goes_wrong)
{
    EXPECT(goes_wrong(RING_OF_TWO));
}

#define SPECS(S)                                                                                   \
    S(in_every_order_of_steps_no_value_is_lost_torn_twice_or_late)                                 \
    S(a_value_is_lost_if_the_writer_does_not_look_back)                                            \
    S(a_value_is_lost_if_the_writer_stores_plainly)                                                \
    S(a_value_is_lost_if_the_reader_stores_plainly)                                                \
    S(a_value_is_lost_if_the_reader_copies_before_it_passes)                                       \
    S(a_value_is_torn_if_the_reader_does_not_look_again)                                           \
    S(a_value_is_taken_twice_if_labels_are_not_compared)                                           \
    S(a_ring_with_no_more_places_than_keys_goes_wrong)

SPEC_MAIN("conflate model", SPECS, open_search, close_search)
