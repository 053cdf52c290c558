#include "dataplane/queue/conflate.h"

#include <stdatomic.h>
#include <string.h>

/* A ring of slots.  A slot carries its own flag, key and value, so what the reader polls is what it
 * needs next, and for values up to 48 bytes one cache line crosses between the cores.
 *
 *     slot     | state: index 32, version 32 | label: key 16, number 48 | value ... |
 *
 *     ring     ... taken | head: waiting | waiting | waiting | tail: free ...
 *
 * Appends are numbered 1 round, 1 round + 1, ... for ever; append index i lies in place i modulo
 * the ring.  The place holds i - ring until then, so the reader knows a waiting slot by its index.
 * The version is even when the slot is whole and odd while the writer replaces its value; the words
 * are copied as relaxed atomics, so a torn copy is a retry and not a data race.
 *
 * The writer remembers where each key was appended last.  If the reader has not passed that place,
 * the key still waits there and its value is replaced in place; else the key is appended.
 *
 * Both may happen at once: the reader passes a slot while the writer is replacing its value.
 *
 *     writer (replace)                       reader (conflate_take)
 *     w1  value and even state into slot i   r1  head = i + 1
 *     w2  load head                          r2  load state and value of slot i
 *
 * All four are sequentially consistent, so there is one order of them that both threads agree on.
 * If w2 comes before r1, then w1 comes before r2: the reader takes the new value.  If w2 comes
 * after r1, the writer sees that it was passed and appends the value again, and so it is taken even
 * if r2 came before w1.  If r2 came after w1, the value has then been queued twice; both carry the
 * same label, and the reader skips what it took last of that key.
 *
 * The ring cannot overflow.  A key is appended only if its former place is before known_head, so
 * [known_head, tail) holds a key at most once, and before an append at most keys - 1 slots.  The
 * append then overwrites index tail - ring <= known_head - 2, if the ring has keys + 1 places; and
 * the reader had finished with known_head - 2 before it set head to known_head, which the writer
 * acquired.  The slot at head - 1, which the reader may still be copying, is never touched.
 *
 * Invariants, with nobody inside a call: every slot in [head, tail) has its own index, an even
 * version and a key of its own; at[key] is its index; at[key] < head for keys that do not wait. */

struct slot {
    _Atomic uint64_t state;
    _Atomic uint64_t label;
    _Atomic uint64_t word[];
};

static_assert(sizeof(struct slot) + CONFLATE_VALUE_BYTES_MAX == (size_t)4 * CACHE_LINE,
              "CONFLATE_VALUE_BYTES_MAX fills whole cache lines");
static_assert(CONFLATE_KEYS_MAX <= 1u << 16, "a label has 16 bits for the key");

#define NUMBER_BITS                                                                                \
    48u /* of puts: at 10^8 a second they last a month, and then only equality counts */
#define NUMBER_MASK (((uint64_t)1 << NUMBER_BITS) - 1)

struct conflate {
    /* Fixed at construction, read by both threads. */
    uint32_t keys;
    uint32_t words;
    uint32_t mask;
    uint32_t slot_bytes;
    uint8_t *slots;
    bool joined; /* writer and reader are one thread */

    CACHE_ALIGNED _Atomic uint64_t
        tail; /* written by the writer; nobody on the hot path reads it */
    _Atomic uint64_t replaced;
    uint64_t known_head; /* what the writer saw of head, at most the true one */
    uint64_t number;     /* of the last put */
    uint64_t *at;        /* [key]: index of its last append */

    CACHE_ALIGNED _Atomic uint64_t head; /* written by the reader */

    CACHE_ALIGNED _Atomic uint64_t skipped; /* written by the reader; second tickets */
    _Atomic uint32_t waiting_max;
    uint64_t *taken; /* [key]: label taken last, 0 before */
};

struct layout {
    uint32_t ring;
    uint32_t slot_bytes;
    size_t slots;
    size_t at;
    size_t taken;
    size_t total;
};

static bool layout(struct layout *layout, const struct conflate_limits *limits)
{
    if (limits->keys == 0 || limits->keys > CONFLATE_KEYS_MAX) return false;
    if (limits->value_bytes == 0 || limits->value_bytes % 8 != 0) return false;
    if (limits->value_bytes > CONFLATE_VALUE_BYTES_MAX) return false;

    layout->ring = 2;
    while (layout->ring < limits->keys + 1) layout->ring *= 2;
    layout->slot_bytes = (uint32_t)ALIGN_UP(sizeof(struct slot) + limits->value_bytes, CACHE_LINE);
    layout->slots = ALIGN_UP(sizeof(struct conflate), CACHE_LINE);
    layout->at = layout->slots + (size_t)layout->ring * layout->slot_bytes;
    layout->taken = layout->at + ALIGN_UP(limits->keys * sizeof(uint64_t), CACHE_LINE);
    layout->total = layout->taken + ALIGN_UP(limits->keys * sizeof(uint64_t), CACHE_LINE);
    return true;
}

size_t conflate_footprint(const struct conflate_limits *limits)
{
    struct layout parts;
    return layout(&parts, limits) ? parts.total : 0;
}

struct conflate *conflate_new(void *memory, const struct conflate_limits *limits)
{
    struct layout parts;
    CHECK(layout(&parts, limits));
    CHECK((uintptr_t)memory % CACHE_LINE == 0);

    memset(memory, 0, parts.total);
    struct conflate *queue = memory;
    queue->keys = limits->keys;
    queue->words = limits->value_bytes / 8;
    queue->mask = parts.ring - 1;
    queue->slot_bytes = parts.slot_bytes;
    queue->slots = (uint8_t *)memory + parts.slots;
    queue->at = (uint64_t *)((uint8_t *)memory + parts.at);
    queue->taken = (uint64_t *)((uint8_t *)memory + parts.taken);
    /* The first index is one round, so that neither an empty slot (index 0) nor a key that was
     * never put (at 0) looks as if it waited. */
    queue->known_head = parts.ring;
    atomic_init(&queue->tail, parts.ring);
    atomic_init(&queue->head, parts.ring);
    return queue;
}

static struct slot *slot_at(const struct conflate *queue, uint64_t index)
{
    return (struct slot *)(queue->slots + (size_t)(index & queue->mask) * queue->slot_bytes);
}

static uint64_t state_of(uint64_t index, uint32_t version)
{
    return index << 32 | version;
}

static bool holds(uint64_t state, uint64_t index)
{
    return (uint32_t)(state >> 32) == (uint32_t)index;
}

static void words_store(struct slot *slot, uint64_t label, const void *value, uint32_t words)
{
    const uint8_t *from = value;
    atomic_store_explicit(&slot->label, label, memory_order_relaxed);
    for (uint32_t i = 0; i < words; i++) {
        uint64_t word;
        memcpy(&word, from + 8 * (size_t)i, sizeof word);
        atomic_store_explicit(&slot->word[i], word, memory_order_relaxed);
    }
}

static uint64_t words_load(const struct slot *slot, void *value, uint32_t words)
{
    uint8_t *to = value;
    for (uint32_t i = 0; i < words; i++) {
        uint64_t word = atomic_load_explicit(&slot->word[i], memory_order_relaxed);
        memcpy(to + 8 * (size_t)i, &word, sizeof word);
    }
    return atomic_load_explicit(&slot->label, memory_order_relaxed);
}

/* Both on one thread: the same slots, and nobody who could be inside one.  Functions of their own,
 * so that their calls cost two threads nothing. */

void conflate_join(struct conflate *queue, bool joined)
{
    queue->joined = joined;
}

static uint64_t label_next(struct conflate *queue, uint32_t key)
{
    return (uint64_t)key << NUMBER_BITS | (++queue->number & NUMBER_MASK);
}

static NOINLINE void joined_put(struct conflate *queue, uint32_t key, const void *value)
{
    uint64_t tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    uint64_t index = queue->at[key];
    bool waits = index >= atomic_load_explicit(&queue->head, memory_order_relaxed);
    struct slot *slot = slot_at(queue, waits ? index : tail);
    memcpy(slot->word, value, 8 * (size_t)queue->words);
    atomic_store_explicit(&slot->label, label_next(queue, key), memory_order_relaxed);
    if (waits) {
        uint64_t replaced = atomic_load_explicit(&queue->replaced, memory_order_relaxed);
        atomic_store_explicit(&queue->replaced, replaced + 1, memory_order_relaxed);
        return;
    }
    atomic_store_explicit(&slot->state, state_of(tail, 0), memory_order_relaxed);
    queue->at[key] = tail;
    atomic_store_explicit(&queue->tail, tail + 1, memory_order_relaxed);
}

static NOINLINE bool joined_take(struct conflate *queue, uint32_t *key, void *value)
{
    uint64_t head = atomic_load_explicit(&queue->head, memory_order_relaxed);
    uint64_t waiting = atomic_load_explicit(&queue->tail, memory_order_relaxed) - head;
    if (waiting == 0) return false;
    if (unlikely(waiting > atomic_load_explicit(&queue->waiting_max, memory_order_relaxed)))
        atomic_store_explicit(&queue->waiting_max, (uint32_t)waiting, memory_order_relaxed);
    struct slot *slot = slot_at(queue, head);
    memcpy(value, slot->word, 8 * (size_t)queue->words);
    uint64_t label = atomic_load_explicit(&slot->label, memory_order_relaxed);
    *key = (uint32_t)(label >> NUMBER_BITS);
    atomic_store_explicit(&queue->head, head + 1, memory_order_relaxed);
    return true;
}

/* The writer. */

static void append(struct conflate *queue, uint32_t key, uint64_t label, const void *value)
{
    uint64_t tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    struct slot *slot = slot_at(queue, tail);
    words_store(slot, label, value, queue->words);
    /* Releases the words to the acquire in conflate_take. */
    atomic_store_explicit(&slot->state, state_of(tail, 0), memory_order_release);
    queue->at[key] = tail;
    atomic_store_explicit(&queue->tail, tail + 1, memory_order_relaxed);
}

/* Gives the waiting slot index a new value.  Returns false if the reader has passed it meanwhile;
 * then it may or may not have taken the new value. */
static bool replace(struct conflate *queue, uint64_t index, uint64_t label, const void *value)
{
    struct slot *slot = slot_at(queue, index);
    uint64_t state = atomic_load_explicit(&slot->state, memory_order_relaxed);
    DCHECK(holds(state, index));
    uint32_t version = (uint32_t)state;
    atomic_store_explicit(&slot->state, state_of(index, version + 1), memory_order_relaxed);
    /* Keeps the words behind the odd version: a reader that sees one of them, and then fences, sees
     * the odd version or a later one and retries. */
    atomic_thread_fence(memory_order_release);
    words_store(slot, label, value, queue->words);
    /* w1.  The exchange also releases the words to conflate_take's load of the state. */
    atomic_exchange_explicit(&slot->state, state_of(index, version + 2), memory_order_seq_cst);
    queue->known_head = atomic_load_explicit(&queue->head, memory_order_seq_cst); /* w2 */
    return index >= queue->known_head;
}

void conflate_put(struct conflate *queue, uint32_t key, const void *value)
{
    CHECK(key < queue->keys);
    if (queue->joined) {
        joined_put(queue, key, value);
        return;
    }
    uint64_t label = label_next(queue, key);
    uint64_t index = queue->at[key];
    if (index >= queue->known_head) {
        /* A reader that is keeping up has passed the key since: worth a look before replacing.
         * Acquires r1, and with it the reader's copies of all slots before known_head - 1. */
        queue->known_head = atomic_load_explicit(&queue->head, memory_order_acquire);
        if (index >= queue->known_head && replace(queue, index, label, value)) {
            uint64_t replaced = atomic_load_explicit(&queue->replaced, memory_order_relaxed);
            atomic_store_explicit(&queue->replaced, replaced + 1, memory_order_relaxed);
            return;
        }
    }
    append(queue, key, label, value);
}

/* The reader. */

/* Copies a slot the reader has passed.  Returns its label.  Ends: the writer that found itself
 * passed never comes back to this slot, and it can be inside it at most once now. */
static uint64_t copy(const struct slot *slot, void *value, uint32_t words)
{
    for (;;) {
        uint64_t before = atomic_load_explicit(&slot->state, memory_order_seq_cst); /* r2 */
        uint64_t label = words_load(slot, value, words);
        /* Keeps the words before the second look at the state; partner of the fence in replace. */
        atomic_thread_fence(memory_order_acquire);
        uint64_t after = atomic_load_explicit(&slot->state, memory_order_relaxed);
        if (likely(before == after && before % 2 == 0)) return label;
        __builtin_ia32_pause();
    }
}

static bool waits(const struct conflate *queue, uint64_t index)
{
    const struct slot *slot = slot_at(queue, index);
    return holds(atomic_load_explicit(&slot->state, memory_order_relaxed), index);
}

/* Between two takes the queue only fills, so its deepest fill shows at a take.  The loop goes on
 * from the former maximum: all its turns together are at most keys. */
static void waiting_note(struct conflate *queue, uint64_t head)
{
    uint32_t most = atomic_load_explicit(&queue->waiting_max, memory_order_relaxed);
    if (likely(most > 0 && !waits(queue, head + 1))) return;
    while (most < queue->keys && waits(queue, head + most)) most++;
    atomic_store_explicit(&queue->waiting_max, most, memory_order_relaxed);
}

bool conflate_take(struct conflate *queue, uint32_t *key, void *value)
{
    if (queue->joined) return joined_take(queue, key, value);
    for (;;) {
        uint64_t head = atomic_load_explicit(&queue->head, memory_order_relaxed);
        struct slot *slot = slot_at(queue, head);
        /* While nothing is there the flag's line is fetched again and again; with its last line on
         * the way too, both cross at once when the value comes (20-30 ns of a round trip). */
        __builtin_prefetch((const uint8_t *)slot + queue->slot_bytes - CACHE_LINE);
        /* Acquires the words released by append. */
        if (!holds(atomic_load_explicit(&slot->state, memory_order_acquire), head)) return false;

        waiting_note(queue, head);
        atomic_exchange_explicit(&queue->head, head + 1, memory_order_seq_cst); /* r1 */
        uint64_t label = copy(slot, value, queue->words);

        *key = (uint32_t)(label >> NUMBER_BITS);
        if (likely(label != queue->taken[*key])) {
            queue->taken[*key] = label;
            return true;
        }
        /* The writer replaced a value just before it was copied, and then found itself passed. */
        uint64_t skipped = atomic_load_explicit(&queue->skipped, memory_order_relaxed);
        atomic_store_explicit(&queue->skipped, skipped + 1, memory_order_relaxed);
    }
}

/* Any thread. */

uint64_t conflate_replaced(const struct conflate *queue)
{
    /* A second ticket is a replacement the writer could not be sure of. */
    return atomic_load_explicit(&queue->replaced, memory_order_relaxed) +
           atomic_load_explicit(&queue->skipped, memory_order_relaxed);
}

uint32_t conflate_waiting(const struct conflate *queue)
{
    /* Two looks at a moving thing: the difference may be anything, the truth is in this range. */
    uint64_t head = atomic_load_explicit(&queue->head, memory_order_acquire);
    uint64_t tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    uint64_t waiting = tail > head ? tail - head : 0;
    return waiting < queue->keys ? (uint32_t)waiting : queue->keys;
}

uint32_t conflate_waiting_max(const struct conflate *queue)
{
    uint32_t most = atomic_load_explicit(&queue->waiting_max, memory_order_relaxed);
    uint32_t now = conflate_waiting(queue);
    return now > most ? now : most;
}
